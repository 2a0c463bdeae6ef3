/*
 * The catalogue of a key.  What it has made it keeps: mutants never move, so that causes and rows
 * point at them.
 */
#include "check/catalogue.h"

#include "base/mem.h"
#include "check/judge.h"
#include "check/mutate.h"
#include "expr/interval.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MEMBERS = 60, MOST_CAUSES = 2000 };

/* Of BS_MOST_CHANCE: the rest is for what the table of the true values explains. */
static const double SHARE_OF_CONE = 0.9;

struct bs_catalogue *bs_catalogue_create(struct bs_key *key)
{
    const size_t count = (size_t)bs_key_count(key);
    struct bs_catalogue *catalogue = bs_calloc(1, sizeof *catalogue);
    if (!catalogue)
        return NULL;
    catalogue->key = key;
    catalogue->count = (int)count;
    catalogue->made = bs_calloc(count + 1, sizeof *catalogue->made);
    catalogue->right = bs_calloc(count + 1, sizeof *catalogue->right);
    catalogue->written = bs_calloc(count + 1, sizeof *catalogue->written);
    catalogue->is_asked = bs_calloc(count + 1, sizeof *catalogue->is_asked);
    catalogue->is_marked = bs_calloc(count + 1, sizeof *catalogue->is_marked);
    catalogue->honest = bs_calloc(count + 1, sizeof *catalogue->honest);
    if (!bs_trial_init(&catalogue->trial, key) || !bs_trial_init(&catalogue->another, key) ||
        !catalogue->made || !catalogue->right || !catalogue->written || !catalogue->is_asked ||
        !catalogue->is_marked || !catalogue->honest) {
        bs_catalogue_destroy(catalogue);
        return NULL;
    }
    for (int i = 0; i < catalogue->count; i++) {
        catalogue->right[i] = bs_key_item(key, i)->value;
        catalogue->is_asked[i] = bs_key_item(key, i)->question >= 0;
    }
    return catalogue;
}

static void destroy_cone(struct bs_cone *cone)
{
    if (!cone)
        return;
    bs_free(cone->members);
    bs_free(cone->causes);
    bs_free(cone);
}

static void finish_made(struct bs_made *made)
{
    for (size_t m = 0; made->again && m < made->mutants.count; m++)
        bs_mutants_finish(&made->again[m]);
    bs_free(made->again);
    bs_mutants_finish(&made->mutants);
    destroy_cone(made->usual);
    destroy_cone(made->other);
    for (int figures = 0; figures <= BS_MOST_PLANNED; figures++)
        for (int tabled = 0; tabled <= BS_PAIRS; tabled++)
            bs_table_destroy(made->tables[figures][tabled]);
}

void bs_catalogue_destroy(struct bs_catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (int i = 0; catalogue->made && i < catalogue->count; i++)
        finish_made(&catalogue->made[i]);
    bs_trial_finish(&catalogue->trial);
    bs_trial_finish(&catalogue->another);
    bs_free(catalogue->made);
    bs_free(catalogue->right);
    bs_free(catalogue->written);
    bs_free(catalogue->is_asked);
    bs_free(catalogue->is_marked);
    bs_free(catalogue->honest);
    bs_free(catalogue);
}

/* ---- mutants ----------------------------------------------------------------------------------
 */

int bs_catalogue_mutants(const struct bs_mutants **out, struct bs_catalogue *catalogue, int item,
                         struct bs_error *err)
{
    struct bs_made *made = &catalogue->made[item];
    bs_expr definition = bs_key_item(catalogue->key, item)->definition;
    *out = &made->mutants;
    if (made->is_made)
        return BS_OK;
    const int status =
        definition ? bs_mutate(&made->mutants, catalogue->key, item, definition, err) : BS_OK;
    made->is_made = status == BS_OK;
    return status;
}

int bs_catalogue_again(const struct bs_mutants **out, struct bs_catalogue *catalogue, int item,
                       size_t m, struct bs_error *err)
{
    struct bs_made *made = &catalogue->made[item];
    if (!made->again)
        made->again = bs_calloc(made->mutants.count, sizeof *made->again);
    if (!made->again)
        return bs_fail_memory(err);
    *out = &made->again[m];
    if (made->again[m].capacity > 0)
        return BS_OK;
    return bs_mutate(&made->again[m], catalogue->key, item, made->mutants.items[m].definition, err);
}

/* ---- cones ------------------------------------------------------------------------------------
 */

/*
 * Mark the members and give how many.  Operands come before what is made of them, so that one pass
 * downward meets each after all that may want it.
 */
static int mark_members(struct bs_catalogue *catalogue, int item, const bool *is_typed)
{
    int count = 0;
    memset(catalogue->is_marked, false, (size_t)item + 1);
    catalogue->is_marked[item] = true;
    for (int i = item; i >= 0; i--) {
        const struct bs_item *member = bs_key_item(catalogue->key, i);
        if (!catalogue->is_marked[i])
            continue;
        catalogue->is_marked[i] = member->definition && (i == item || !is_typed[i]);
        if (!catalogue->is_marked[i])
            continue;
        count++;
        for (int k = 0; k < member->operand_count; k++)
            catalogue->is_marked[member->operands[k]] = true;
    }
    return count;
}

/* The nearest members only, where there are very many. */
static bool has_members(const struct bs_catalogue *catalogue, const struct bs_cone *cone, int item,
                        int count)
{
    if (!cone || cone->member_count != (count < MOST_MEMBERS ? count : MOST_MEMBERS))
        return false;
    int seen = 0;
    for (int i = item; seen < cone->member_count; i--)
        if (catalogue->is_marked[i] && cone->members[seen++] != i)
            return false;
    return true;
}

static struct bs_cone *create_cone(const struct bs_catalogue *catalogue, int item, int count)
{
    struct bs_cone *cone = bs_calloc(1, sizeof *cone);
    if (!cone)
        return NULL;
    cone->member_count = count < MOST_MEMBERS ? count : MOST_MEMBERS;
    cone->members = bs_alloc((size_t)cone->member_count * sizeof *cone->members);
    if (!cone->members) {
        bs_free(cone);
        return NULL;
    }
    for (int i = item, seen = 0; seen < cone->member_count; i--)
        if (catalogue->is_marked[i])
            cone->members[seen++] = i;
    return cone;
}

static int find_honest(struct bs_catalogue *catalogue, struct bs_error *err)
{
    if (catalogue->has_honest)
        return BS_OK;
    const int status = bs_honest_boxes(catalogue->honest, catalogue->key, err);
    catalogue->has_honest = status == BS_OK;
    return status;
}

/* What a cause gives on the true values; one that gives no number is none. */
static int add_cause(struct bs_cone *cone, struct bs_catalogue *catalogue, int item,
                     const struct bs_mutant *mutant, struct bs_error *err)
{
    struct bs_cause cause = {.item = item, .mutant = mutant};
    const struct bs_change change = {item, mutant->definition};
    int status = bs_trial_run(&cause.value, &catalogue->trial, &change, 1, err);
    if (status < 0 || !isfinite(cause.value))
        return status;
    status = bs_trial_reach(&cause.box, &catalogue->trial, &change, err);
    if (status < 0)
        return status;
    if (!bs_grow(&cone->causes, &cone->capacity, cone->count + 1, sizeof *cone->causes))
        return bs_fail_memory(err);
    cone->causes[cone->count++] = cause;
    return BS_OK;
}

static int add_causes(struct bs_cone *cone, struct bs_catalogue *catalogue, int item,
                      struct bs_error *err)
{
    const struct bs_mutants *mutants;
    int status = bs_catalogue_mutants(&mutants, catalogue, item, err);
    for (size_t m = 0; status == BS_OK && m < mutants->count && cone->count < MOST_CAUSES; m++)
        status = add_cause(cone, catalogue, item, &mutants->items[m], err);
    return status;
}

/* The common before the rare, then the near before the far; mutants are kept in their order. */
static int compare_causes(const void *a, const void *b)
{
    const struct bs_cause *left = a, *right = b;
    const int rank_left = bs_mistake_rank(left->mutant->mistake.kind);
    const int rank_right = bs_mistake_rank(right->mutant->mistake.kind);
    if (rank_left != rank_right)
        return rank_left - rank_right;
    if (left->item != right->item)
        return right->item - left->item;
    return (left->mutant > right->mutant) - (left->mutant < right->mutant);
}

static int fill_cone(struct bs_cone *cone, struct bs_catalogue *catalogue, const bool *is_typed,
                     struct bs_error *err)
{
    int status = find_honest(catalogue, err);
    bs_trial_begin(&catalogue->trial, catalogue->right, catalogue->honest, is_typed,
                   cone->members[0]);
    if (status == BS_OK)
        status = add_causes(cone, catalogue, cone->members[0], err);
    const size_t own = cone->count; /* in order */
    for (int k = 1; k < cone->member_count && status == BS_OK; k++)
        status = add_causes(cone, catalogue, cone->members[k], err);
    if (cone->count > own)
        qsort(cone->causes + own, cone->count - own, sizeof *cone->causes, compare_causes);
    return status;
}

int bs_catalogue_cone(struct bs_cone **out, struct bs_catalogue *catalogue, int item,
                      const bool *is_typed, struct bs_error *err)
{
    struct bs_made *made = &catalogue->made[item];
    const bool is_usual = !is_typed;
    struct bs_cone **place = is_usual ? &made->usual : &made->other;
    if (is_usual)
        is_typed = catalogue->is_asked;
    const int count = mark_members(catalogue, item, is_typed);
    if (has_members(catalogue, made->usual, item, count))
        place = &made->usual;
    *out = *place;
    if (has_members(catalogue, *place, item, count))
        return BS_OK;
    struct bs_cone *cone = create_cone(catalogue, item, count);
    const int status = cone ? fill_cone(cone, catalogue, is_typed, err) : bs_fail_memory(err);
    if (status < 0) {
        destroy_cone(cone);
        return status;
    }
    destroy_cone(*place);
    *out = *place = cone;
    return BS_OK;
}

/* ---- practices --------------------------------------------------------------------------------
 */

static int find_written(struct bs_catalogue *catalogue, struct bs_error *err)
{
    const struct bs_key *key = catalogue->key;
    int status = BS_OK;
    if (catalogue->has_written)
        return BS_OK;
    for (int i = 0; i < catalogue->count && status == BS_OK; i++) {
        const struct bs_rounding rounding = bs_key_rounding(key, i);
        double *written = &catalogue->written[i];
        *written = catalogue->right[i];
        if (catalogue->is_asked[i])
            *written = bs_write_down(*written, bs_rounding_unit(&rounding, *written), false);
        else if (bs_key_item(key, i)->definition)
            status =
                bs_key_eval(written, key, bs_key_item(key, i)->definition, catalogue->written, err);
    }
    catalogue->has_written = status == BS_OK;
    return status;
}

static int practise_cause(struct bs_cause *cause, struct bs_catalogue *catalogue,
                          struct bs_error *err)
{
    const struct bs_change change = {cause->item, cause->mutant->definition};
    int status = BS_OK;
    cause->practised[BS_IN_ONE_GO] = cause->value;
    for (int p = BS_IN_ONE_GO + 1; p < BS_PRACTICES && status == BS_OK; p++)
        status = bs_trial_practise(&cause->practised[p], &catalogue->another, &change, p, err);
    return status;
}

/* What is not in the cone was typed, or does not depend on what is. */
static int practise_causes(struct bs_cone *cone, struct bs_catalogue *catalogue,
                           struct bs_error *err)
{
    if (cone->is_practised)
        return BS_OK;
    int status = find_written(catalogue, err);
    memset(catalogue->is_marked, true, (size_t)catalogue->count);
    for (int k = 0; k < cone->member_count; k++)
        catalogue->is_marked[cone->members[k]] = false;
    bs_trial_begin(&catalogue->another, catalogue->written, NULL, catalogue->is_marked,
                   cone->members[0]);
    for (size_t i = 0; i < cone->count && status == BS_OK; i++)
        status = practise_cause(&cone->causes[i], catalogue, err);
    cone->is_practised = status == BS_OK;
    return status;
}

/* ---- plans ------------------------------------------------------------------------------------
 */

struct bs_interval bs_stretch(struct bs_interval box, double value, double stretch)
{
    const struct bs_interval point = {value, value};
    if (stretch == 0 || !isfinite(box.lo) || !isfinite(box.hi))
        return point;
    return (struct bs_interval){value - stretch * fmax(value - box.lo, 0),
                                value + stretch * fmax(box.hi - value, 0)};
}

/* The digits that are typed by someone who works like that. */
static struct bs_interval window_of(const struct bs_cause *cause, enum bs_practice practice,
                                    int figures)
{
    const double value = cause->practised[practice];
    const double typed =
        bs_write_down(value, bs_unit_of(value, figures), bs_practice_cuts(practice));
    return bs_window_around((struct bs_interval){typed, typed}, figures);
}

static struct bs_interval box_of(const struct bs_cause *cause, double stretch, int figures)
{
    return bs_window_around(bs_stretch(cause->box, cause->value, stretch), figures);
}

int64_t bs_transpose_digits(int64_t digits, int k)
{
    int64_t power = 1;
    for (; k > 0; k--)
        power *= 10;
    const int64_t last = digits / power % 10, next = digits / power / 10 % 10;
    const bool begins = last == 0 && digits / power < 100;
    return digits / power >= 10 && last != next && !begins ? digits + (last - next) * 9 * power : 0;
}

bool bs_are_transposed(int64_t right, int64_t typed)
{
    for (int k = 0; k < BS_MOST_FIGURES; k++)
        if (typed != 0 && bs_transpose_digits(right, k) == typed)
            return true;
    return false;
}

/* The right number with the kth pair of its digits in the other order; 0: there is none. */
static double transposed(double right, int k, int figures)
{
    const double unit = bs_unit_of(right, figures);
    return unit == 0 ? 0
                     : (double)bs_transpose_digits(llround(fabs(right) / unit), k) *
                           copysign(unit, right);
}

static struct bs_interval digits_around(double value, int figures)
{
    return bs_window_around((struct bs_interval){value, value}, figures);
}

bool bs_plan_cover(struct bs_cover *cover, const struct bs_cone *cone, const struct bs_plan *plan,
                   double right, int figures)
{
    bool is_done = true;
    for (int k = 0; plan->has_digits && k < figures - 1 && is_done; k++) {
        const double digits = transposed(right, k, figures);
        is_done = digits == 0 || bs_cover_add(cover, digits_around(digits, figures));
    }
    for (int p = 0; p < BS_PRACTICES; p++)
        for (size_t i = 0; i < plan->counts[p] && is_done; i++)
            is_done = !isfinite(cone->causes[i].practised[p]) ||
                      bs_cover_add(cover, window_of(&cone->causes[i], p, figures));
    for (size_t i = 0; i < cone->count && plan->stretch > 0 && is_done; i++)
        is_done = bs_cover_add(cover, box_of(&cone->causes[i], plan->stretch, figures));
    cover->share = plan->share;
    return is_done;
}

/* Kinds of windows: those of each practice, and these. */
enum { OF_DIGITS = BS_PRACTICES, OF_BOX, OF_RIGHT, KINDS };
static_assert((int)KINDS <= (int)BS_MOST_KINDS, "a chart has room for all kinds of windows");

struct planning {
    const struct bs_cone *cone;
    struct bs_chart chart;
    size_t limits[BS_MOST_KINDS];
    double right;
    int figures;
    bool cuts;
};

static bool has_room(const struct planning *planning)
{
    return bs_chart_share(&planning->chart, planning->limits) < SHARE_OF_CONE * BS_MOST_CHANCE;
}

static bool chart_practice(struct planning *planning, enum bs_practice practice)
{
    const struct bs_cone *cone = planning->cone;
    const bool is_close = bs_practice_is_to_the_digit(practice);
    struct bs_edge edge = {
        .kind = (unsigned char)practice, .level = is_close ? 0 : 1, .has_rivals = is_close};
    bool is_done = true;
    for (size_t i = 0; i < cone->count && is_done; i++) {
        edge.cause = (int)i;
        is_done = !isfinite(cone->causes[i].practised[practice]) ||
                  bs_chart_add(&planning->chart,
                               window_of(&cone->causes[i], practice, planning->figures), edge);
    }
    return is_done;
}

/* Whoever types what is right is not looked at: nothing can be claimed of it. */
static bool chart_digits(struct planning *planning)
{
    const int figures = planning->figures;
    const struct bs_edge edge = {.cause = (int)planning->cone->count, .kind = OF_DIGITS};
    const struct bs_edge right = {.kind = OF_RIGHT, .has_rivals = true};
    bool is_done = bs_chart_add(&planning->chart, digits_around(planning->right, figures), right);
    for (int k = 0; k < figures - 1 && is_done; k++) {
        const double digits = transposed(planning->right, k, figures);
        is_done =
            digits == 0 || bs_chart_add(&planning->chart, digits_around(digits, figures), edge);
    }
    return is_done;
}

/* In place of other boxes; stretch 0: none. */
static bool chart_boxes(struct planning *planning, double stretch)
{
    const struct bs_cone *cone = planning->cone;
    struct bs_edge edge = {.kind = OF_BOX, .level = 2};
    bool is_done = true;
    bs_chart_drop(&planning->chart, OF_BOX);
    for (size_t i = 0; i < cone->count && stretch > 0 && is_done; i++) {
        edge.cause = (int)i;
        is_done = bs_chart_add(&planning->chart,
                               box_of(&cone->causes[i], stretch, planning->figures), edge);
    }
    planning->limits[OF_BOX] = cone->count;
    bs_chart_sort(&planning->chart);
    return is_done;
}

/* As many causes as there is room for, in their order, of each kind from first to last. */
static void plan_practices(struct planning *planning, enum bs_practice first, enum bs_practice last)
{
    size_t low = 0, high = planning->cone->count + 1, middle = high - 1;
    while (high - low > 1) {
        for (int p = (int)first; p <= (int)last; p++)
            planning->limits[p] = middle;
        if (has_room(planning))
            low = middle;
        else
            high = middle;
        middle = (low + high) / 2;
    }
    for (int p = (int)first; p <= (int)last; p++)
        planning->limits[p] = low;
}

/* Rarer than any cause of the cone: where the chance is taken up by those they are not looked for.
 */
static void plan_digits(struct planning *planning)
{
    planning->limits[OF_DIGITS] = planning->cone->count + 1;
    if (!has_room(planning))
        planning->limits[OF_DIGITS] = 0;
}

/* Windows as wide as may be with which all causes are tried; 0: there are none. */
static bool plan_boxes(double *stretch, struct planning *planning)
{
    static const double stretches[] = {0, 0.08, 0.15, 0.25, 0.35, 0.5, 0.75, 1};
    size_t low = 0, high = sizeof stretches / sizeof *stretches, middle = high - 1;
    bool is_done = true;
    while (high - low > 1 && is_done) {
        is_done = chart_boxes(planning, stretches[middle]);
        if (has_room(planning))
            low = middle;
        else
            high = middle;
        middle = (low + high) / 2;
    }
    *stretch = stretches[low];
    return is_done && chart_boxes(planning, *stretch);
}

static bool fill_plan(struct bs_plan *plan, struct planning *planning)
{
    bool is_done = chart_digits(planning);
    for (int p = 0; p < BS_PRACTICES && is_done; p++)
        is_done = (bs_practice_cuts(p) && !planning->cuts) || chart_practice(planning, p);
    bs_chart_sort(&planning->chart);
    plan_practices(planning, BS_IN_ONE_GO, BS_ROUNDING_VALUES);
    plan_digits(planning);
    for (int p = BS_ROUNDING_VALUES + 1; p < BS_PRACTICES; p++)
        if (planning->cuts || !bs_practice_cuts(p))
            plan_practices(planning, p, p);
    /* Where there is no room for all causes to the digit there is none for more. */
    if (is_done && planning->limits[BS_IN_ONE_GO] == planning->cone->count)
        is_done = plan_boxes(&plan->stretch, planning);
    memcpy(plan->counts, planning->limits, sizeof plan->counts);
    plan->has_digits = planning->limits[OF_DIGITS] > 0;
    plan->share = bs_chart_share(&planning->chart, planning->limits);
    return is_done;
}

int bs_catalogue_plan(struct bs_plan **out, struct bs_catalogue *catalogue, struct bs_cone *cone,
                      int figures, struct bs_error *err)
{
    struct bs_plan *plan = &cone->plans[figures], made = {.is_made = true};
    struct planning planning = {.cone = cone,
                                .right = catalogue->right[cone->members[0]],
                                .figures = figures,
                                .cuts = bs_key_marking(catalogue->key)->allows_truncation};
    *out = plan;
    if (plan->is_made)
        return BS_OK;
    const int status = practise_causes(cone, catalogue, err);
    if (status < 0)
        return status;
    const bool is_done =
        bs_chart_init(&planning.chart, planning.right, cone->count) && fill_plan(&made, &planning);
    bs_chart_finish(&planning.chart);
    if (!is_done)
        return bs_fail_memory(err);
    *plan = made;
    return BS_OK;
}
