/*
 * The making of mutants.  A mutant is a definition with one change.
 * Which function it is, is told by its values at three points where all items have numbers that
 * have nothing to do with each other: two mutants that agree at all three are the same function,
 * but for an accident of 1 in 10^9, and one that agrees with the definition is none.
 */
#include "check/mutate.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { MOST_OF_A_KIND = 48, MOST_VISITS = 2000 };

/* ---- adding ---------------------------------------------------------------------------------- */

bs_expr bs_put_at(struct bs_mutation *mutation, const struct bs_site *site, bs_expr part)
{
    enum { SHORT = 16 };
    for (; site->up && part; site = site->up) {
        bs_expr whole = site->up->part, few[SHORT], *args = few;
        if (whole->count > SHORT)
            args = bs_alloc((size_t)whole->count * sizeof *args);
        if (!args) {
            mutation->status = bs_fail_memory(mutation->err);
            return NULL;
        }
        memcpy(args, whole->args, (size_t)whole->count * sizeof *args);
        args[site->index] = part;
        part = bs_with_args(mutation->pool, whole, args);
        if (args != few)
            bs_free(args);
    }
    return part;
}

/* Both not finite is no difference: then other points tell. */
static bool are_the_same(const double a[3], const double b[3])
{
    for (int i = 0; i < 3; i++) {
        if (isfinite(a[i]) != isfinite(b[i]))
            return false;
        if (isfinite(a[i]) && !(fabs(a[i] - b[i]) <= 1e-9 * fmax(fabs(a[i]), fabs(b[i]))))
            return false;
    }
    return true;
}

/* Its values at the points, unless it has none or they are those of one made before. */
static bool take_print(struct bs_mutation *mutation, bs_expr definition)
{
    const size_t made = mutation->out->count + 1; /* with the definition itself */
    double *print = mutation->prints[made];
    for (int i = 0; i < 3; i++) {
        const int status =
            bs_key_eval(&print[i], mutation->key, definition, mutation->points[i], NULL);
        if (status == BS_NO_MEMORY)
            mutation->status = bs_fail_memory(mutation->err);
        if (status < 0)
            return false;
    }
    if (!isfinite(print[0]) && !isfinite(print[1]) && !isfinite(print[2]))
        return false;
    for (size_t i = 0; i < made; i++)
        if (are_the_same(print, mutation->prints[i]))
            return false;
    return true;
}

bool bs_is_built(struct bs_mutation *mutation, bs_expr expr)
{
    struct bs_error err;
    if (expr)
        return true;
    if (mutation->status == BS_OK && bs_pool_error(mutation->pool, &err) == BS_NO_MEMORY)
        mutation->status = bs_fail_memory(mutation->err);
    return false;
}

void bs_add_mutant(struct bs_mutation *mutation, int part, int taken, bs_expr piece,
                   bs_expr definition)
{
    struct bs_mutants *out = mutation->out;
    if (!bs_is_built(mutation, definition) || definition == mutation->definition ||
        mutation->of_kind >= MOST_OF_A_KIND)
        return;
    if (!bs_grow(&out->items, &out->capacity, out->count + 1, sizeof *out->items) ||
        !bs_grow(&mutation->prints, &mutation->print_capacity, out->count + 2,
                 sizeof *mutation->prints)) {
        mutation->status = bs_fail_memory(mutation->err);
        return;
    }
    if (!take_print(mutation, definition))
        return;
    out->items[out->count++] = (struct bs_mutant){
        .mistake = {.kind = mutation->kind, .part = part, .taken = taken, .piece = piece},
        .definition = definition};
    mutation->of_kind++;
}

/* ---- going through a definition -------------------------------------------------------------- */

/* What people change: not exponents, tests, or what counts for an index. */
static bool goes_into(bs_expr part, int i)
{
    switch (part->kind) {
    case BS_SUM:
    case BS_PRODUCT:
    case BS_CALL:
        return true;
    case BS_POWER:
        return i == 0;
    case BS_CASES:
        return i > 0;
    default:
        return false;
    }
}

static void visit_parts(struct bs_mutation *mutation, bs_make_part *make,
                        const struct bs_site *site)
{
    if (mutation->status < 0 || mutation->visits++ > MOST_VISITS)
        return;
    make(mutation, site);
    for (int i = 0; i < site->part->count; i++)
        if (goes_into(site->part, i))
            visit_parts(mutation, make,
                        &(struct bs_site){.part = site->part->args[i], .up = site, .index = i});
}

static int make_all(struct bs_mutation *mutation)
{
    for (const struct bs_mistake_row *row = bs_mistake_rows;
         row->kind != BS_NO_MISTAKE && mutation->status == BS_OK; row++) {
        mutation->kind = row->kind;
        mutation->of_kind = 0;
        mutation->visits = 0;
        if (row->whole)
            row->whole(mutation);
        if (row->at)
            visit_parts(mutation, row->at, &(struct bs_site){.part = mutation->definition});
    }
    return mutation->status;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* Operands come before what is made of them. */
static void mark_later(struct bs_mutation *mutation)
{
    const int count = bs_key_count(mutation->key);
    for (int i = mutation->item; i < count; i++) {
        const struct bs_item *item = bs_key_item(mutation->key, i);
        bool is_later = i == mutation->item;
        for (int k = 0; k < item->operand_count && !is_later; k++)
            is_later = mutation->is_later[item->operands[k]];
        mutation->is_later[i] = is_later;
    }
}

/* Numbers above 0, so that logarithms have values; below 1, as outputs are; and of both signs. */
static void choose_points(struct bs_mutation *mutation)
{
    static const double from[] = {0.15, 0.1, -0.95}, to[] = {2, 0.9, -0.05};
    const int count = bs_key_count(mutation->key);
    struct bs_rng rng;
    bs_rng_seed(&rng, 1);
    for (int i = 0; i < count; i++)
        for (int point = 0; point < 3; point++)
            mutation->points[point][i] = bs_rng_between(&rng, from[point], to[point]);
}

static int begin(struct bs_mutation *mutation)
{
    const size_t count = (size_t)bs_key_count(mutation->key);
    double *numbers = bs_calloc(3 * count, sizeof *numbers);
    mutation->points[0] = numbers;
    mutation->is_later = bs_calloc(count, sizeof *mutation->is_later);
    if (!numbers || !mutation->is_later ||
        !bs_grow(&mutation->prints, &mutation->print_capacity, 1, sizeof *mutation->prints))
        return bs_fail_memory(mutation->err);
    for (int i = 1; i < 3; i++)
        mutation->points[i] = numbers + (size_t)i * count;
    mark_later(mutation);
    choose_points(mutation);
    for (int i = 0; i < 3; i++) {
        int status = bs_key_eval(&mutation->prints[0][i], mutation->key, mutation->definition,
                                 mutation->points[i], mutation->err);
        if (status < 0)
            return status;
    }
    return BS_OK;
}

int bs_mutate(struct bs_mutants *out, struct bs_key *key, int item, bs_expr definition,
              struct bs_error *err)
{
    struct bs_mutation mutation = {.key = key,
                                   .pool = bs_key_pool(key),
                                   .item = item,
                                   .definition = definition,
                                   .out = out,
                                   .err = err};
    *out = (struct bs_mutants){0};
    if (bs_is_number(definition))
        return BS_OK;
    int status = begin(&mutation);
    if (status == BS_OK)
        status = make_all(&mutation);
    bs_free(mutation.points[0]);
    bs_free(mutation.is_later);
    bs_free(mutation.prints);
    if (status < 0)
        bs_mutants_finish(out);
    return status;
}

void bs_mutants_finish(struct bs_mutants *mutants)
{
    bs_free(mutants->items);
    *mutants = (struct bs_mutants){0};
}
