/* Mistakes about a part of a definition: a factor, a term, a function, a square, a slope. */
#include "check/mutate.h"

#include "base/mem.h"
#include "expr/func.h"

#include <string.h>

enum { MOST_FACTORS = 64 }; /* bits of a set */

/* ---- factors ----------------------------------------------------------------------------------
 */

struct factors {
    bs_expr const *items;
    int count;
};

/* Of a product; a definition that is none is one factor.  None of what is too long. */
static struct factors factors_of(const struct bs_site *site)
{
    if (site->part->kind == BS_PRODUCT)
        return (struct factors){site->part->args,
                                site->part->count <= MOST_FACTORS ? site->part->count : 0};
    return (struct factors){&site->part, site->up ? 0 : 1};
}

/* The product without the factors of a set, and with another in place of the first of them. */
static bs_expr without(struct bs_mutation *mutation, struct factors factors, uint64_t set,
                       bs_expr instead)
{
    bs_expr kept[MOST_FACTORS];
    int count = 0;
    for (int i = 0; i < factors.count; i++) {
        if (!(set >> i & 1))
            kept[count++] = factors.items[i];
        else if (instead)
            kept[count++] = instead;
        if (set >> i & 1)
            instead = NULL;
    }
    return bs_product(mutation->pool, count, kept);
}

static bool is_rate(const struct bs_mutation *mutation, bs_expr factor)
{
    const int item = bs_item_of(factor);
    return item >= 0 && bs_key_item(mutation->key, item)->is_rate;
}

static int quantities_in(struct factors factors)
{
    int count = 0;
    for (int i = 0; i < factors.count; i++)
        count += !bs_is_number(factors.items[i]);
    return count;
}

/* Something is left of the product that is no number. */
static void drop_factors(struct bs_mutation *mutation, const struct bs_site *site, bool are_rates)
{
    const struct factors factors = factors_of(site);
    if (quantities_in(factors) < 2)
        return;
    for (int i = 0; i < factors.count; i++) {
        bs_expr factor = factors.items[i];
        if (bs_is_number(factor) || is_rate(mutation, factor) != are_rates)
            continue;
        bs_expr product = without(mutation, factors, UINT64_C(1) << i, NULL);
        bs_add_mutant(mutation, bs_item_of(factor), -1, factor, bs_put_at(mutation, site, product));
    }
}

void bs_make_rate(struct bs_mutation *mutation, const struct bs_site *site)
{
    drop_factors(mutation, site, true);
}

void bs_make_factor(struct bs_mutation *mutation, const struct bs_site *site)
{
    drop_factors(mutation, site, false);
}

void bs_make_square(struct bs_mutation *mutation, const struct bs_site *site)
{
    bs_expr part = site->part;
    if (part->kind == BS_POWER && bs_is_integer(part->args[1], 2))
        bs_add_mutant(mutation, bs_item_of(part->args[0]), -1, part->args[0],
                      bs_put_at(mutation, site, part->args[0]));
}

/* ---- functions --------------------------------------------------------------------------------
 */

static bool is_activation(bs_expr expr)
{
    return expr->kind == BS_CALL && expr->u.call.func->is_activation;
}

static bs_expr argument_of(bs_expr call)
{
    const int index = call->u.call.index;
    return call->args[index ? index - 1 : 0];
}

void bs_make_activation_dropped(struct bs_mutation *mutation, const struct bs_site *site)
{
    if (is_activation(site->part))
        bs_add_mutant(mutation, -1, -1, site->part,
                      bs_put_at(mutation, site, argument_of(site->part)));
}

void bs_make_mirrored(struct bs_mutation *mutation, const struct bs_site *site)
{
    bs_expr call = site->part, args[1 + BS_MOST_PARAMETERS];
    if (!is_activation(call) || call->u.call.index || call->count > 1 + BS_MOST_PARAMETERS)
        return;
    memcpy(args, call->args, (size_t)call->count * sizeof *args);
    args[0] = bs_neg(mutation->pool, args[0]);
    bs_expr mirrored = args[0] ? bs_with_args(mutation->pool, call, args) : NULL;
    bs_add_mutant(mutation, -1, -1, call, bs_put_at(mutation, site, mirrored));
}

/* ---- slopes -----------------------------------------------------------------------------------
 */

/*
 * A slope in a product.  It is recognized by working out what it would be: the partial derivative
 * of the call that is an item's definition, with the item in place of the call, as a derivation
 * writes it; its factors are then among those of the product.
 */
struct slope {
    bs_expr output; /* the ref, or the call itself where it has no name */
    bs_expr call;
    bs_expr slope;
    uint64_t set; /* of the product's factors */
};

typedef void bs_slope_visit(struct bs_mutation *mutation, const struct bs_site *site,
                            struct factors factors, const struct slope *slope);

/* The set of factors that make up the slope; 0: not all are there. */
static uint64_t find_in(struct factors factors, bs_expr slope)
{
    const bool is_product = slope->kind == BS_PRODUCT;
    uint64_t set = 0;
    for (int k = 0; k < (is_product ? slope->count : 1); k++) {
        bs_expr wanted = is_product ? slope->args[k] : slope;
        int i = 0;
        while (i < factors.count && (factors.items[i] != wanted || set >> i & 1))
            i++;
        if (i == factors.count || bs_is_number(wanted))
            return 0;
        set |= UINT64_C(1) << i;
    }
    return set;
}

static void try_slope(struct bs_mutation *mutation, const struct bs_site *site, bs_expr output,
                      bs_expr call, bs_slope_visit *visit)
{
    const struct factors factors = factors_of(site);
    bs_expr slope = bs_func_partial(mutation->pool, call, 0);
    if (slope)
        slope = bs_replace(mutation->pool, slope, call, output);
    const uint64_t set = bs_is_built(mutation, slope) ? find_in(factors, slope) : 0;
    if (set) {
        const struct slope found = {output, call, slope, set};
        visit(mutation, site, factors, &found);
    }
}

/* May a product with these factors have the slope of that call in it?  It has a leaf of it. */
static bool may_have_slope(bs_expr part, bs_expr output, bs_expr call)
{
    return ((output->leaves | call->leaves) & part->leaves) != 0;
}

static void find_inner(struct bs_mutation *mutation, const struct bs_site *site, bs_expr part,
                       bs_slope_visit *visit)
{
    if (is_activation(part) && !part->u.call.index)
        try_slope(mutation, site, part, part, visit);
    for (int i = 0; i < part->count && mutation->status == BS_OK; i++)
        find_inner(mutation, site, part->args[i], visit);
}

static void find_slopes(struct bs_mutation *mutation, const struct bs_site *site,
                        bs_slope_visit *visit)
{
    if (factors_of(site).count == 0)
        return;
    for (int i = 0; i < bs_key_count(mutation->key) && mutation->status == BS_OK; i++) {
        bs_expr call = bs_key_item(mutation->key, i)->definition;
        if (!call || !is_activation(call) || call->u.call.index || mutation->is_later[i])
            continue;
        bs_expr output = bs_ref(mutation->pool, i);
        if (bs_is_built(mutation, output) && may_have_slope(site->part, output, call))
            try_slope(mutation, site, output, call, visit);
    }
    if (bs_has_kind(site->part, BS_CALL))
        find_inner(mutation, site, site->part, visit);
}

static void drop_slope(struct bs_mutation *mutation, const struct bs_site *site,
                       struct factors factors, const struct slope *slope)
{
    bs_expr product = without(mutation, factors, slope->set, NULL);
    bs_add_mutant(mutation, bs_item_of(slope->output), -1, slope->slope,
                  bs_put_at(mutation, site, product));
}

void bs_make_slope_dropped(struct bs_mutation *mutation, const struct bs_site *site)
{
    find_slopes(mutation, site, drop_slope);
}

static void take_value(struct bs_mutation *mutation, const struct bs_site *site,
                       struct factors factors, const struct slope *slope)
{
    const int output = bs_item_of(slope->output);
    bs_expr product = without(mutation, factors, slope->set, slope->output);
    bs_add_mutant(mutation, output, output, slope->slope, bs_put_at(mutation, site, product));
}

void bs_make_slope_of_value(struct bs_mutation *mutation, const struct bs_site *site)
{
    find_slopes(mutation, site, take_value);
}

static void put_slope(struct bs_mutation *mutation, const struct bs_site *site,
                      struct factors factors, const struct slope *slope, bs_expr elsewhere)
{
    if (elsewhere == slope->slope)
        return;
    bs_expr product = elsewhere ? without(mutation, factors, slope->set, elsewhere) : NULL;
    bs_add_mutant(mutation, bs_item_of(slope->output), -1, elsewhere,
                  bs_put_at(mutation, site, product));
}

/* z·(1 − z) for y·(1 − y); and σ'(y), with the function applied once more, for σ'(z). */
static void take_elsewhere(struct bs_mutation *mutation, const struct bs_site *site,
                           struct factors factors, const struct slope *slope)
{
    bs_expr args[1 + BS_MOST_PARAMETERS], call = slope->call;
    bs_expr at_input = bs_replace(mutation->pool, slope->slope, slope->output, argument_of(call));
    put_slope(mutation, site, factors, slope, at_input);
    if (call->count > 1 + BS_MOST_PARAMETERS)
        return;
    memcpy(args, call->args, (size_t)call->count * sizeof *args);
    args[0] = slope->output;
    bs_expr again = bs_with_args(mutation->pool, call, args);
    put_slope(mutation, site, factors, slope,
              again ? bs_func_partial(mutation->pool, again, 0) : NULL);
}

void bs_make_slope_elsewhere(struct bs_mutation *mutation, const struct bs_site *site)
{
    find_slopes(mutation, site, take_elsewhere);
}

/* ---- terms ------------------------------------------------------------------------------------
 */

static int is_gradient_leaf(void *context, bs_expr leaf)
{
    const struct bs_mutation *mutation = context;
    const int item = bs_item_of(leaf);
    return item >= 0 && bs_key_item(mutation->key, item)->role == BS_ROLE_GRADIENT;
}

/* A sum of what comes back along several paths: each term has a gradient in it. */
static bool is_sum_of_paths(struct bs_mutation *mutation, bs_expr sum)
{
    for (int i = 0; i < sum->count; i++)
        if (!bs_visit_leaves(sum->args[i], is_gradient_leaf, mutation))
            return false;
    return true;
}

/* 1 − y is remembered as it is; only its sign is mistaken. */
static bool is_complement(bs_expr sum)
{
    return sum->count == 2 && bs_is_number(sum->args[0]);
}

/* Of two paths, to forget one is to take the other alone; the last one written stays. */
void bs_make_overwritten(struct bs_mutation *mutation, const struct bs_site *site)
{
    bs_expr sum = site->part;
    if (sum->kind != BS_SUM || !is_sum_of_paths(mutation, sum))
        return;
    for (int i = sum->count - 1; i >= 0 && mutation->status == BS_OK; i--)
        bs_add_mutant(mutation, bs_item_of(sum->args[i]), -1, sum->args[i],
                      bs_put_at(mutation, site, sum->args[i]));
}

static bs_expr sum_but(struct bs_mutation *mutation, bs_expr sum, int dropped)
{
    bs_expr *terms = bs_alloc((size_t)sum->count * sizeof *terms), without_it = NULL;
    int count = 0;
    if (!terms) {
        mutation->status = bs_fail_memory(mutation->err);
        return NULL;
    }
    for (int i = 0; i < sum->count; i++)
        if (i != dropped)
            terms[count++] = sum->args[i];
    without_it = bs_sum(mutation->pool, count, terms);
    bs_free(terms);
    return without_it;
}

/* The last terms are the first to be forgotten: there stands the bias. */
void bs_make_term_dropped(struct bs_mutation *mutation, const struct bs_site *site)
{
    bs_expr sum = site->part;
    if (sum->kind != BS_SUM || is_complement(sum))
        return;
    for (int i = sum->count - 1; i >= 0 && mutation->status == BS_OK; i--) {
        bs_expr changed = sum_but(mutation, sum, i);
        bs_add_mutant(mutation, bs_item_of(sum->args[i]), -1, sum->args[i],
                      changed ? bs_put_at(mutation, site, changed) : NULL);
    }
}

static void flip_term(struct bs_mutation *mutation, const struct bs_site *site, int i)
{
    bs_expr sum = site->part, term = sum->args[i];
    const struct bs_site at = {.part = term, .up = site, .index = i};
    bs_add_mutant(mutation, bs_item_of(term), -1, term,
                  bs_put_at(mutation, &at, bs_neg(mutation->pool, term)));
}

/* Subtracted for added.  What an update starts from is not subtracted by anyone. */
void bs_make_term_flipped(struct bs_mutation *mutation, const struct bs_site *site)
{
    bs_expr sum = site->part;
    const bool is_update = bs_key_item(mutation->key, mutation->item)->role == BS_ROLE_NEW;
    if (sum->kind != BS_SUM)
        return;
    for (int i = sum->count - 1; i >= 0 && mutation->status == BS_OK; i--)
        if (i > 0 || !(is_update || is_complement(sum)))
            flip_term(mutation, site, i);
}
