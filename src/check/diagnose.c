/* What went wrong: looking a wrong number up among those that mistakes give. */
#include "check/diagnose.h"

#include "base/mem.h"
#include "check/catalogue.h"
#include "expr/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An explanation that fits: a cause of the cone, a row of the table, or digits that changed places.
 */
struct fit {
    int item, second_item; /* −1 */
    const struct bs_mutant *first, *second;
    double value;
};

/* Explanations found so far; of more than two only the number is kept. */
struct fits {
    struct fit first_two[2];
    int count;
};

/* How well: to the digit; to the digit for someone who writes down each step; nearly. */
enum { FITS = 3 };

struct search {
    struct bs_catalogue *catalogue;
    int item, figures;
    struct bs_decimal typed;
    struct bs_interval cell; /* what is typed so */
    const struct bs_standing *standing;
    struct bs_cone *cone;
    struct bs_plan *plan;
    struct fits fits[FITS]; /* the closer ones first */
    int rivals; /* causes that fit to the digit, but that chance leaves no room to name */
    struct bs_error *err;
};

static void note_fit(struct fits *fits, const struct fit *fit)
{
    if (fits->count < 2)
        fits->first_two[fits->count] = *fit;
    fits->count++;
}

/* What fits nearly is nothing beside what fits to the digit and may not be named. */
static const struct fits *closest_fits(const struct search *search)
{
    for (int k = 0; k < (search->rivals ? 1 : FITS); k++)
        if (search->fits[k].count > 0)
            return &search->fits[k];
    return NULL;
}

static bool is_in(struct bs_interval box, double value)
{
    return box.lo <= value && value <= box.hi;
}

static bool meet(struct bs_interval a, struct bs_interval b)
{
    return a.lo <= b.hi && b.lo <= a.hi;
}

/* ---- on the student's own numbers -------------------------------------------------------------
 */

/* Boxes, and steps, take longer than values: they are worked out where the value is not far off. */
static bool is_far(const struct search *search, const struct bs_cause *cause, double value)
{
    static const double GENEROUS = 4;
    const double way = fmax(cause->box.hi - cause->value, cause->value - cause->box.lo);
    const double distance = fmax(search->cell.lo - value, value - search->cell.hi);
    return !(distance <= GENEROUS * way + bs_decimal_unit(search->typed));
}

/* Is the number typed what someone writes down who works like that? */
static bool is_written(const struct search *search, double value, enum bs_practice practice)
{
    const double unit = bs_decimal_unit(search->typed);
    return is_in(search->cell, bs_write_down(value, unit, bs_practice_cuts(practice)));
}

/* Of the practices from first to last, one that the plan has for the cause; or any. */
static int fits_practices(bool *fits, struct search *search, size_t i, enum bs_practice first,
                          enum bs_practice last)
{
    const struct bs_cause *cause = &search->cone->causes[i];
    const struct bs_change change = {cause->item, cause->mutant->definition};
    int status = BS_OK;
    *fits = false;
    for (int p = (int)first; p <= (int)last && status == BS_OK && !*fits; p++) {
        double value;
        if (!bs_practice_is_to_the_digit(p) && i >= search->plan->counts[p])
            continue;
        status = bs_trial_practise(&value, &search->catalogue->trial, &change, p, search->err);
        *fits = status == BS_OK && is_written(search, value, p);
    }
    return status;
}

/* With all digits carried along, from the answers typed, or with every value written down. */
static int fits_to_the_digit(bool *fits, double *value, struct search *search, size_t i)
{
    struct bs_catalogue *catalogue = search->catalogue;
    const struct bs_cause *cause = &search->cone->causes[i];
    const struct bs_change change = {cause->item, cause->mutant->definition};
    double unrounded;
    int status = bs_trial_run(&unrounded, &catalogue->another, &change, 1, search->err);
    if (status == BS_OK)
        status = bs_trial_run(value, &catalogue->trial, &change, 1, search->err);
    *fits = is_written(search, *value, BS_FROM_ANSWERS);
    if (!*fits && is_written(search, unrounded, BS_IN_ONE_GO)) {
        *fits = true;
        *value = unrounded;
    }
    if (status < 0 || *fits || !isfinite(*value) || is_far(search, cause, *value))
        return status;
    return fits_practices(fits, search, i, BS_ROUNDING_VALUES, BS_ROUNDING_VALUES);
}

/* May someone with that mistake who rounds on the way come to the number typed? */
static int fits_box(bool *fits, struct search *search, const struct bs_cause *cause, double value)
{
    const struct bs_change change = {cause->item, cause->mutant->definition};
    struct bs_interval box;
    *fits = false;
    if (search->plan->stretch == 0)
        return BS_OK;
    const int status = bs_trial_reach(&box, &search->catalogue->trial, &change, search->err);
    if (status == BS_OK)
        *fits = meet(bs_stretch(box, value, search->plan->stretch), search->cell);
    return status;
}

static int try_cause(struct search *search, size_t i)
{
    const struct bs_cause *cause = &search->cone->causes[i];
    struct fit fit = {.item = cause->item, .second_item = -1, .first = cause->mutant};
    bool fits = false;
    int status = fits_to_the_digit(&fits, &fit.value, search, i);
    if (status == BS_OK && fits) {
        if (i < search->plan->counts[BS_IN_ONE_GO])
            note_fit(&search->fits[0], &fit);
        else
            search->rivals++;
        return BS_OK;
    }
    if (status < 0 || !isfinite(fit.value) || is_far(search, cause, fit.value))
        return status;
    status = fits_practices(&fits, search, i, BS_ROUNDING_VALUES + 1, BS_PRACTICES - 1);
    if (status < 0 || fits) {
        note_fit(&search->fits[1], &fit);
        return status;
    }
    status = fits_box(&fits, search, cause, fit.value);
    if (fits)
        note_fit(&search->fits[2], &fit);
    return status;
}

/* Whoever types more digits than the lesson keeps has had as many all the way. */
static int more_digits(const struct search *search)
{
    const struct bs_rounding rounding = bs_key_rounding(search->catalogue->key, search->item);
    const double unit = bs_rounding_unit(&rounding, bs_decimal_value(search->typed));
    const double more = unit > 0 ? round(log10(unit / bs_decimal_unit(search->typed))) : 0;
    return more > 0 && more < BS_MOST_FIGURES ? (int)more : 0;
}

static int search_cone(struct search *search)
{
    const struct bs_standing *standing = search->standing;
    int status =
        bs_catalogue_cone(&search->cone, search->catalogue, search->item, NULL, search->err);
    if (status == BS_OK)
        status = bs_catalogue_cone(&search->cone, search->catalogue, search->item,
                                   standing->is_typed, search->err);
    if (status == BS_OK)
        status = bs_catalogue_plan(&search->plan, search->catalogue, search->cone, search->figures,
                                   search->err);
    bs_trial_begin(&search->catalogue->trial, standing->values, standing->boxes, standing->is_typed,
                   search->item);
    search->catalogue->trial.more = more_digits(search);
    bs_trial_begin(&search->catalogue->another, standing->unrounded, NULL, standing->is_typed,
                   search->item);
    for (size_t i = 0; status == BS_OK && i < search->cone->count; i++)
        status = try_cause(search, i);
    return status;
}

/* ---- digits -----------------------------------------------------------------------------------
 */

static int are_digits_of(bool *are, const struct search *search, const double *values)
{
    const struct bs_item *item = bs_key_item(search->catalogue->key, search->item);
    const double unit = bs_decimal_unit(search->typed);
    double value = NAN;
    const int status =
        bs_key_eval(&value, search->catalogue->key, item->definition, values, search->err);
    *are = status == BS_OK && fabs(value / unit) < 1e17 &&
           (value < 0) == (search->typed.digits < 0) &&
           bs_are_transposed(llround(fabs(value / unit)), llabs(search->typed.digits));
    return status;
}

/* The right number is what the definition gives on the student's own numbers. */
static int search_digits(struct search *search)
{
    bool are = false;
    int status = BS_OK;
    if (!search->plan->has_digits)
        return BS_OK;
    status = are_digits_of(&are, search, search->standing->values);
    if (status == BS_OK && !are)
        status = are_digits_of(&are, search, search->standing->unrounded);
    if (status == BS_OK && are)
        note_fit(&search->fits[0], &(struct fit){.item = search->item,
                                                 .second_item = -1,
                                                 .value = bs_decimal_value(search->typed)});
    return status;
}

/* ---- on the true values -----------------------------------------------------------------------
 */

static size_t first_row(const struct bs_table *table, double value)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (table->rows[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void search_rows(struct search *search, const struct bs_table *table)
{
    for (size_t i = first_row(table, search->cell.lo);
         i < table->count && table->rows[i].value <= search->cell.hi; i++) {
        const struct bs_row *row = &table->rows[i];
        const struct fit fit = {row->item, row->second_item, row->first, row->second, row->value};
        note_fit(&search->fits[0], &fit);
    }
}

/*
 * One mistake explains more than two: pairs are looked at where no single one is found.  Together
 * with what was tried on the student's numbers it must not be too much.
 */
static int search_tables(struct search *search)
{
    struct bs_catalogue *catalogue = search->catalogue;
    const bool is_usual = search->cone == catalogue->made[search->item].usual;
    int status = BS_OK;
    for (int k = BS_SINGLES; k <= BS_PAIRS && status == BS_OK && !closest_fits(search); k++) {
        const struct bs_table *table;
        status =
            bs_catalogue_table(&table, catalogue, search->item, search->figures, k, search->err);
        if (status == BS_OK &&
            (is_usual || table->cover.share + search->plan->share < BS_MOST_CHANCE))
            search_rows(search, table);
    }
    return status;
}

/* ---- telling --------------------------------------------------------------------------------- */

static int run_fit(double *values, struct search *search, const struct fit *fit)
{
    struct bs_trial *trial = &search->catalogue->trial;
    struct bs_change changes[] = {{fit->item, fit->first->definition}, {fit->second_item, NULL}};
    const bool is_nested = fit->second && fit->second_item == fit->item;
    double ignored;
    if (fit->second)
        changes[is_nested ? 0 : 1].definition = fit->second->definition;
    const int count = fit->second && !is_nested ? 2 : 1;
    const int status = bs_trial_run(&ignored, trial, changes, count, search->err);
    for (int k = 0; k < search->cone->member_count; k++)
        values[k] = trial->values[search->cone->members[k]];
    return status;
}

/* The nearest member of the cone that is not the same for both; digits have nothing to tell. */
static int tell_apart(int *out, struct search *search, const struct fits *fits)
{
    const size_t count = (size_t)search->cone->member_count;
    static const double SAME = 1e-3;
    if (!fits->first_two[0].first || !fits->first_two[1].first)
        return BS_OK;
    double *values = bs_alloc(2 * count * sizeof *values);
    if (!values)
        return bs_fail_memory(search->err);
    int status = run_fit(values, search, &fits->first_two[0]);
    if (status == BS_OK)
        status = run_fit(values + count, search, &fits->first_two[1]);
    for (size_t k = 1; k < count && status == BS_OK && *out < 0; k++) {
        const double a = values[k], b = values[count + k];
        if (!(fabs(a - b) <= SAME * fmax(fabs(a), fabs(b))))
            *out = search->cone->members[k];
    }
    bs_free(values);
    return status;
}

static void tell(struct bs_diagnosis *out, const struct fit *fit)
{
    out->item = fit->item;
    out->value = fit->value;
    if (!fit->first) {
        out->mistake = (struct bs_mistake){.kind = BS_DIGITS_TRANSPOSED, .part = -1, .taken = -1};
        return;
    }
    out->mistake = fit->first->mistake;
    out->formula = fit->first->definition;
    if (!fit->second)
        return;
    out->second = fit->second->mistake;
    out->second_item = fit->second_item;
    if (fit->second_item == fit->item)
        out->formula = fit->second->definition;
}

static int conclude(struct bs_diagnosis *out, struct search *search, bool on_own_values)
{
    const struct fits *fits = closest_fits(search);
    if (!fits)
        return BS_OK;
    tell(out, &fits->first_two[0]);
    out->on_own_values = on_own_values;
    out->others = fits->count - 1 + search->rivals;
    return fits->count > 1 ? tell_apart(&out->tell_apart, search, fits) : BS_OK;
}

int bs_diagnose(struct bs_diagnosis *out, struct bs_catalogue *catalogue, int item,
                struct bs_decimal typed, const struct bs_standing *standing, struct bs_error *err)
{
    const double unit = bs_decimal_unit(typed), value = bs_decimal_value(typed);
    struct search search = {.catalogue = catalogue,
                            .item = item,
                            .figures = bs_planned_figures(typed),
                            .typed = typed,
                            .cell = {value - unit * (0.5 + 1e-9), value + unit * (0.5 + 1e-9)},
                            .standing = standing,
                            .err = err};
    *out = (struct bs_diagnosis){.item = -1, .second_item = -1, .tell_apart = -1};
    if (typed.figures < 1 || !bs_key_item(catalogue->key, item)->definition)
        return BS_OK;
    int status = search_cone(&search);
    if (status == BS_OK)
        status = search_digits(&search);
    const bool on_own_values = closest_fits(&search) != NULL;
    if (status == BS_OK && !on_own_values && !search.rivals)
        status = search_tables(&search);
    return status == BS_OK ? conclude(out, &search, on_own_values) : status;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static const struct {
    const char *in_item, *and, *colon;
    const char *several, *tell; /* of how many, and whose value would tell */
} words[] = {
    {"in %s, ", ", and ", ": ", "%d explanations fit", "; your value of %s would tell which"},
    {"算 %s 时，", "，而且", "：", "有 %d 种解释都说得通", "；写出你的 %s 就能分辨是哪一种"},
};

/* g_1 = (d_1 − y_1)·y_1, as it was worked out, and what that gives. */
static void put_formula(struct bs_buf *buf, const struct bs_key *key,
                        const struct bs_diagnosis *diagnosis, bool shows_value)
{
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    bs_buf_printf(buf, "%s = ", bs_key_item(key, diagnosis->item)->shown);
    bs_key_typeset(key, buf, diagnosis->formula, NULL, &style);
    if (!shows_value)
        return;
    bs_buf_put(buf, " = ");
    bs_buf_number(buf, diagnosis->value, style.digits, "−");
}

static bool is_chinese(const char *lang)
{
    return lang && strcmp(lang, "zh") == 0;
}

static void put_mistake(struct bs_buf *buf, const struct bs_key *key, int item, int about,
                        const struct bs_mistake *mistake, const char *lang)
{
    if (about != item)
        bs_buf_printf(buf, words[is_chinese(lang)].in_item, bs_key_item(key, about)->shown);
    bs_mistake_put(buf, key, mistake, lang);
}

void bs_diagnosis_put(struct bs_buf *buf, const struct bs_key *key, int item,
                      const struct bs_diagnosis *diagnosis, bool shows_values, const char *lang)
{
    const int in = is_chinese(lang);
    if (diagnosis->mistake.kind == BS_NO_MISTAKE)
        return;
    if (diagnosis->others > 0) {
        bs_buf_printf(buf, words[in].several, diagnosis->others + 1);
        if (diagnosis->tell_apart >= 0)
            bs_buf_printf(buf, words[in].tell, bs_key_item(key, diagnosis->tell_apart)->shown);
        return;
    }
    put_mistake(buf, key, item, diagnosis->item, &diagnosis->mistake, lang);
    if (diagnosis->second.kind != BS_NO_MISTAKE) {
        bs_buf_put(buf, words[in].and);
        put_mistake(buf, key, diagnosis->item, diagnosis->second_item, &diagnosis->second, lang);
    }
    if (!diagnosis->formula)
        return;
    bs_buf_put(buf, words[in].colon);
    put_formula(buf, key, diagnosis, shows_values && diagnosis->item == item);
}
