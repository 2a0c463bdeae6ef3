/*
 * What the given numbers can tell apart.  A better number for a given is looked for among numbers
 * as short as it is: each is tried on all the mistakes at once, for it must not hide what was told
 * before.
 */
#include "check/diagnose.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "check/catalogue.h"
#include "check/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct surveying {
    struct bs_survey *survey;
    struct bs_catalogue *catalogue;
    enum bs_survey_depth depth;
    size_t capacity;
    struct bs_error *err;
};

/* ---- mistakes ---------------------------------------------------------------------------------
 */

/* To the digits that a solver keeps who works on the item. */
static struct bs_decimal rounded_value(const struct bs_key *key, int item, double value)
{
    const struct bs_rounding rounding = bs_key_rounding(key, item);
    const double unit = bs_rounding_unit(&rounding, value);
    struct bs_decimal decimal = {0};
    if (unit == 0 || !(fabs(value / unit) < 1e17))
        return decimal;
    decimal.digits = llround(value / unit);
    decimal.place = (int)lround(log10(unit));
    for (int64_t rest = llabs(decimal.digits); rest > 0; rest /= 10)
        decimal.figures++;
    return decimal;
}

static bool are_same_digits(struct bs_decimal a, struct bs_decimal b)
{
    return a.digits == b.digits && (a.place == b.place || a.digits == 0);
}

/* Would it be marked right?  Also what is rounded to the right digits. */
static bool is_hidden(const struct bs_key *key, int item, double value, double right,
                      struct bs_interval honest)
{
    const struct bs_decimal typed = rounded_value(key, item, value);
    const struct bs_interval window =
        bs_decimal_window(typed, bs_key_marking(key)->allows_truncation);
    return are_same_digits(typed, rounded_value(key, item, right)) ||
           (window.lo <= honest.hi && honest.lo <= window.hi);
}

static int add_survey_row(struct surveying *surveying, int question, const struct bs_cause *cause)
{
    struct bs_catalogue *catalogue = surveying->catalogue;
    struct bs_survey *survey = surveying->survey;
    const int item = bs_key_asked(catalogue->key, question);
    if (!bs_grow(&survey->rows, &surveying->capacity, survey->count + 1, sizeof *survey->rows))
        return bs_fail_memory(surveying->err);
    survey->rows[survey->count++] = (struct bs_survey_row){
        .question = question,
        .item = cause->item,
        .mistake = cause->mutant->mistake,
        .definition = cause->mutant->definition,
        .value = cause->value,
        .typed = rounded_value(catalogue->key, item, cause->value),
        .is_hidden = is_hidden(catalogue->key, item, cause->value, catalogue->right[item],
                               catalogue->honest[item]),
        .hidden_by = -1,
        .better = NAN,
    };
    return BS_OK;
}

static bool are_transposed(struct bs_decimal typed, struct bs_decimal right)
{
    return typed.place == right.place && (typed.digits < 0) == (right.digits < 0) &&
           bs_are_transposed(llabs(right.digits), llabs(typed.digits));
}

/* Told from every other mistake of the question, and from digits that changed places. */
static void find_distinct(struct bs_survey_row *rows, size_t count, struct bs_decimal right)
{
    for (size_t a = 0; a < count; a++) {
        rows[a].is_distinct = !rows[a].is_hidden && rows[a].typed.digits != 0 &&
                              !are_transposed(rows[a].typed, right);
        for (size_t b = 0; b < count && rows[a].is_distinct; b++)
            rows[a].is_distinct = a == b || !are_same_digits(rows[a].typed, rows[b].typed);
    }
}

/* As a diagnosis has it of someone whose other answers are right: there is room to name it. */
static int find_visible(struct surveying *surveying, struct bs_cone *cone,
                        struct bs_survey_row *rows)
{
    int status = BS_OK;
    for (size_t i = 0; i < cone->count && status == BS_OK; i++) {
        struct bs_plan *plan;
        if (!rows[i].is_distinct)
            continue;
        status = bs_catalogue_plan(&plan, surveying->catalogue, cone,
                                   bs_planned_figures(rows[i].typed), surveying->err);
        rows[i].is_visible = status == BS_OK && i < plan->counts[BS_IN_ONE_GO];
    }
    return status;
}

static int survey_question(struct surveying *surveying, int question)
{
    struct bs_cone *cone;
    struct bs_survey *survey = surveying->survey;
    struct bs_catalogue *catalogue = surveying->catalogue;
    const int item = bs_key_asked(catalogue->key, question);
    const size_t before = survey->count;
    int status = bs_catalogue_cone(&cone, catalogue, item, NULL, surveying->err);
    for (size_t i = 0; status == BS_OK && i < cone->count; i++)
        status = add_survey_row(surveying, question, &cone->causes[i]);
    if (status < 0 || survey->count == before)
        return status;
    find_distinct(survey->rows + before, survey->count - before,
                  rounded_value(catalogue->key, item, catalogue->right[item]));
    return surveying->depth >= BS_SURVEY_VISIBLE
               ? find_visible(surveying, cone, survey->rows + before)
               : BS_OK;
}

/* ---- better numbers ---------------------------------------------------------------------------
 */

/* The numbers as they would be with another value of one given. */
struct trying {
    struct surveying *surveying;
    double *values;
    struct bs_interval *boxes;
    bool *is_hidden; /* a row each */
    int *ranks;      /* of the best number found so far, a row each */
    int given;       /* whose value is another */
    int rank;
};

static int reach(struct trying *trying, int i)
{
    const struct bs_key *key = trying->surveying->catalogue->key;
    trying->boxes[i] = (struct bs_interval){trying->values[i], trying->values[i]};
    return bs_key_item(key, i)->definition
               ? bs_key_reach(&trying->boxes[i], key, i, trying->boxes, trying->surveying->err)
               : BS_OK;
}

static int try_row(struct trying *trying, size_t r)
{
    struct bs_catalogue *catalogue = trying->surveying->catalogue;
    const struct bs_survey_row *row = &trying->surveying->survey->rows[r];
    const int item = bs_key_asked(catalogue->key, row->question);
    const struct bs_change change = {row->item, row->definition};
    double value;
    catalogue->trial.target = item;
    const int status = bs_trial_run(&value, &catalogue->trial, &change, 1, trying->surveying->err);
    trying->is_hidden[r] =
        status < 0 || !isfinite(value) ||
        is_hidden(catalogue->key, item, value, trying->values[item], trying->boxes[item]);
    return status;
}

/* Every mistake on those numbers. */
static int try_all(struct trying *trying)
{
    struct bs_catalogue *catalogue = trying->surveying->catalogue;
    struct bs_error *err = trying->surveying->err;
    int status = bs_key_revalue(catalogue->key, trying->values, err);
    for (int i = 0; i < catalogue->count && status == BS_OK; i++)
        status = reach(trying, i);
    bs_trial_begin(&catalogue->trial, trying->values, NULL, catalogue->is_asked, 0);
    for (size_t r = 0; r < trying->surveying->survey->count && status == BS_OK; r++)
        status = try_row(trying, r);
    return status;
}

static bool hides_nothing_more(const struct trying *trying)
{
    const struct bs_survey *survey = trying->surveying->survey;
    for (size_t r = 0; r < survey->count; r++)
        if (trying->is_hidden[r] && !survey->rows[r].is_hidden)
            return false;
    return true;
}

/* Of two givens the one is to blame that the mistaken definition mentions. */
static int rank_for(const struct trying *trying, const struct bs_survey_row *row)
{
    enum { INDIRECT = 10000 };
    const struct bs_item *item = bs_key_item(trying->surveying->catalogue->key, row->item);
    bool is_direct = false;
    for (int k = 0; k < item->operand_count; k++)
        is_direct = is_direct || item->operands[k] == trying->given;
    return trying->rank + (is_direct ? 0 : INDIRECT);
}

static void take_better(struct trying *trying)
{
    struct bs_survey *survey = trying->surveying->survey;
    for (size_t r = 0; r < survey->count; r++) {
        struct bs_survey_row *row = &survey->rows[r];
        const int rank = rank_for(trying, row);
        if (!row->is_hidden || trying->is_hidden[r] ||
            (row->hidden_by >= 0 && trying->ranks[r] <= rank))
            continue;
        row->hidden_by = trying->given;
        row->better = trying->values[trying->given];
        trying->ranks[r] = rank;
    }
}

static int try_number(struct trying *trying, double number)
{
    const struct bs_catalogue *catalogue = trying->surveying->catalogue;
    memcpy(trying->values, catalogue->right, (size_t)catalogue->count * sizeof *trying->values);
    trying->values[trying->given] = number;
    trying->rank++;
    if (bs_is_interrupted())
        return bs_fail_interrupted(trying->surveying->err);
    const int status = try_all(trying);
    if (status == BS_OK && hides_nothing_more(trying))
        take_better(trying);
    return status == BS_REFUSED ? BS_OK : status;
}

/* How many decimals it is written with, at most 6. */
static int decimals_of(double value)
{
    int decimals = 0;
    for (double scaled = value; decimals < 6 && fabs(scaled - round(scaled)) > 1e-9; decimals++)
        scaled = value * pow(10, decimals + 1);
    return decimals;
}

/* 0, 1 and a number that another given has hide most. */
static bool is_suspicious(const struct bs_catalogue *catalogue, int given)
{
    const double value = catalogue->right[given];
    bool is_taken = value == 0 || fabs(value) == 1;
    for (int i = 0; i < catalogue->count && !is_taken; i++)
        is_taken = i != given && !bs_key_item(catalogue->key, i)->definition &&
                   catalogue->right[i] == value;
    return is_taken;
}

static int compare_ways(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* How far other numbers are: 1 to 9 units of the last decimal, and round steps; nearest first. */
enum { WAYS = 12 };

static void list_ways(double ways[WAYS], int decimals)
{
    static const double round_steps[] = {0.1, 0.5, 1};
    for (int k = 0; k < WAYS; k++)
        ways[k] = k < 9 ? (k + 1) / pow(10, decimals) : round_steps[k - 9];
    qsort(ways, WAYS, sizeof *ways, compare_ways);
}

/*
 * Not 0, and on the same side of it, for nobody learns at a negative rate; and a target that an
 * output can reach stays one.
 */
static bool may_be_given(const struct bs_item *item, double number)
{
    const bool is_target = item->has_place && item->place.kind == BS_TARGET;
    return number != 0 && number * item->value >= 0 &&
           !(is_target && fabs(item->value) <= 1 && fabs(number) > 1);
}

static int try_given(struct trying *trying, int given)
{
    const double value = trying->surveying->catalogue->right[given];
    const int decimals = decimals_of(value);
    const double scale = pow(10, decimals > 1 ? decimals : 1);
    double ways[WAYS];
    int status = BS_OK;
    list_ways(ways, decimals);
    trying->given = given;
    for (int k = 0; k < 2 * WAYS && status == BS_OK; k++) {
        const double way = k % 2 ? -ways[k / 2] : ways[k / 2];
        const double number = round((value + way) * scale) / scale;
        if (may_be_given(bs_key_item(trying->surveying->catalogue->key, given), number))
            status = try_number(trying, number);
    }
    return status;
}

static int find_better(struct trying *trying)
{
    const struct bs_catalogue *catalogue = trying->surveying->catalogue;
    int status = BS_OK;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < catalogue->count && status == BS_OK; i++)
            if (!bs_key_item(catalogue->key, i)->definition &&
                is_suspicious(catalogue, i) == (pass == 0))
                status = try_given(trying, i);
    return status;
}

static int look_for_better(struct surveying *surveying)
{
    const size_t items = (size_t)surveying->catalogue->count + 1;
    const size_t rows = surveying->survey->count + 1;
    struct trying trying = {.surveying = surveying,
                            .values = bs_alloc(items * sizeof *trying.values),
                            .boxes = bs_alloc(items * sizeof *trying.boxes),
                            .is_hidden = bs_calloc(rows, sizeof *trying.is_hidden),
                            .ranks = bs_calloc(rows, sizeof *trying.ranks)};
    const bool has_memory = trying.values && trying.boxes && trying.is_hidden && trying.ranks;
    const int status = has_memory ? find_better(&trying) : bs_fail_memory(surveying->err);
    bs_free(trying.values);
    bs_free(trying.boxes);
    bs_free(trying.is_hidden);
    bs_free(trying.ranks);
    return status;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static bool has_hidden(const struct bs_survey *survey)
{
    for (size_t r = 0; r < survey->count; r++)
        if (survey->rows[r].is_hidden)
            return true;
    return false;
}

int bs_survey(struct bs_survey *out, struct bs_catalogue *catalogue, enum bs_survey_depth depth,
              struct bs_error *err)
{
    struct surveying surveying = {
        .survey = out, .catalogue = catalogue, .depth = depth, .err = err};
    int status = BS_OK;
    *out = (struct bs_survey){0};
    for (int q = 0; q < bs_key_question_count(catalogue->key) && status == BS_OK; q++)
        status = survey_question(&surveying, q);
    if (status == BS_OK && depth >= BS_SURVEY_BETTER && has_hidden(out))
        status = look_for_better(&surveying);
    if (status < 0)
        bs_survey_finish(out);
    return status;
}

void bs_survey_finish(struct bs_survey *survey)
{
    bs_free(survey->rows);
    *survey = (struct bs_survey){0};
}
