/* Folding: finding a formula in an expression, whatever letters its indices have there. */
#include "expr/fold.h"

#include "expr/calculus.h"
#include "expr/index.h"
#include "expr/simplify.h"

#include "base/interrupt.h"

#include <stdio.h>
#include <string.h>

enum { MOST_INDICES = BS_MOST_PUT };

/* What the indices of a definition stand for where its formula is found; NULL: not known yet. */
struct match {
    struct bs_pool *pool;
    const struct bs_naming *definition;
    bs_expr values[MOST_INDICES];
    int bound; /* sums and products gone into */
};

static int index_of(const struct match *match, bs_expr symbol)
{
    bs_expr name = match->definition->name;
    for (int i = 0; name->kind == BS_MEMBER && i < name->count; i++)
        if (name->args[i] == symbol)
            return i;
    return -1;
}

static bool is_same_payload(bs_expr a, bs_expr b)
{
    switch (a->kind) {
    case BS_MEMBER:
        return strcmp(a->u.name, b->u.name) == 0;
    case BS_CALL:
        return a->u.call.func == b->u.call.func && a->u.call.index == b->u.call.index;
    case BS_CASES:
        return a->u.at_zero == b->u.at_zero;
    default:
        return a->count > 0; /* different leaves are different */
    }
}

static bool matches(struct match *match, bs_expr formula, bs_expr expr);

/*
 * Σ_j and Σ_k are the same with one letter for both, a name that nobody can type.  What an index of
 * the definition stands for is outside the sum, and cannot mention that letter.
 */
static bool matches_bound(struct match *match, bs_expr formula, bs_expr expr)
{
    char name[32];
    snprintf(name, sizeof name, "bound %d", match->bound++);
    bs_expr letter = bs_symbol(match->pool, name);
    bs_expr wanted = bs_put(match->pool, formula->args[3], formula->args[0], letter);
    bs_expr body = bs_put(match->pool, expr->args[3], expr->args[0], letter);
    bool found = wanted && body && matches(match, formula->args[1], expr->args[1]) &&
                 matches(match, formula->args[2], expr->args[2]) && matches(match, wanted, body);
    for (int i = 0; found && i < MOST_INDICES; i++)
        found = !match->values[i] || !bs_has_free(match->values[i], letter);
    return found;
}

/* k − 1 where k stands for i + 1 is i. */
static bool matches_shifted(struct match *match, bs_expr formula, bs_expr expr)
{
    bs_expr name = match->definition->name, values[MOST_INDICES];
    if (name->kind != BS_MEMBER)
        return false;
    for (int i = 0; i < name->count; i++)
        values[i] = match->values[i] ? match->values[i] : name->args[i];
    bs_expr value = bs_put_all(match->pool, formula, name->count, name->args, values);
    return value && value != formula && bs_tidy(match->pool, value) == expr;
}

static bool matches_subscripts(struct match *match, bs_expr formula, bs_expr expr)
{
    for (int i = 0; i < formula->count; i++)
        if (!matches(match, formula->args[i], expr->args[i]) &&
            !matches_shifted(match, formula->args[i], expr->args[i]))
            return false;
    return true;
}

static bool matches(struct match *match, bs_expr formula, bs_expr expr)
{
    const int index = index_of(match, formula);
    if (index >= 0 && !match->values[index])
        match->values[index] = expr;
    if (index >= 0)
        return match->values[index] == expr;
    if (formula == expr && formula->count == 0)
        return true;
    if (formula->kind != expr->kind || formula->count != expr->count ||
        !is_same_payload(formula, expr))
        return false;
    if (bs_binds_index(formula))
        return matches_bound(match, formula, expr);
    if (formula->kind == BS_MEMBER)
        return matches_subscripts(match, formula, expr);
    for (int i = 0; i < formula->count; i++)
        if (!matches(match, formula->args[i], expr->args[i]))
            return false;
    return true;
}

/* As matches, but leaves the match as it was when there is none. */
static bool try_match(struct match *match, bs_expr formula, bs_expr expr)
{
    struct match kept = *match;
    bool found = matches(match, formula, expr);
    if (!found)
        *match = kept;
    return found;
}

/* The name with what its indices stand for; NULL when the formula did not mention one of them. */
static bs_expr name_of(const struct match *match)
{
    bs_expr name = match->definition->name;
    if (name->kind != BS_MEMBER)
        return name;
    for (int i = 0; i < name->count; i++)
        if (!match->values[i])
            return NULL;
    return bs_member(match->pool, name->u.name, name->count, match->values);
}

/* ---- some of the factors of a product -------------------------------------------------------- */

/* The factors that are left of a product, and its number. */
struct remains {
    bs_expr number;
    struct bs_list factors;
    size_t first; /* where the first was taken: the name's place */
};

static bool is_same_side(struct bs_whole_power a, struct bs_whole_power b)
{
    return (a.exponent > 0) == (b.exponent > 0) &&
           (a.exponent > 0 ? a.exponent <= b.exponent : a.exponent >= b.exponent);
}

/* Take the power out of factor i of what is left. */
static void take(struct match *match, struct remains *remains, size_t i, int64_t exponent)
{
    struct bs_whole_power power = bs_whole_power(remains->factors.items[i]);
    power.exponent -= exponent;
    bs_expr rest =
        power.exponent == 0 ? bs_integer(match->pool, 1) : bs_of_whole_power(match->pool, power);
    remains->factors.items[i] = rest;
    remains->factors.failed = remains->factors.failed || !rest;
}

/* b − a of a − b: how a difference may stand in a product of the other sign. */
static bs_expr turned(struct bs_pool *pool, bs_expr sum)
{
    struct bs_list terms = {0};
    if (sum->kind != BS_SUM)
        return NULL;
    for (int i = 0; i < sum->count; i++)
        bs_list_add(&terms, bs_neg(pool, sum->args[i]));
    return bs_simplify(pool, bs_list_sum(pool, &terms));
}

/* Find one factor of the formula among those left, and take it. */
static bool take_factor(struct match *match, struct remains *remains, bs_expr factor)
{
    struct bs_whole_power wanted = bs_whole_power(factor);
    bs_expr other = wanted.exponent % 2 == 0 ? NULL : turned(match->pool, wanted.base);
    for (size_t i = 0; i < remains->factors.count; i++) {
        struct bs_whole_power power = bs_whole_power(remains->factors.items[i]);
        if (!is_same_side(wanted, power))
            continue;
        bool is_turned = false, found = try_match(match, wanted.base, power.base);
        if (!found && other)
            found = is_turned = try_match(match, other, power.base);
        if (!found)
            continue;
        if (is_turned)
            remains->number = bs_neg(match->pool, remains->number);
        if (i < remains->first)
            remains->first = i;
        take(match, remains, i, wanted.exponent);
        return true;
    }
    return false;
}

/* The product divided by the formula; NULL where it is not in it. */
static bs_expr divide(struct match *match, bs_expr product)
{
    bs_expr formula = match->definition->formula;
    struct bs_split inside = bs_split_term(match->pool, formula);
    struct bs_split whole = bs_split_term(match->pool, product);
    if (!inside.coefficient || !inside.rest || !whole.coefficient || !whole.rest)
        return NULL;
    struct remains remains = {whole.coefficient, {0}, SIZE_MAX};
    bs_expr inverse = bs_number_inverse(match->pool, inside.coefficient);
    bool is_product = inside.rest->kind == BS_PRODUCT, found = inverse;
    bs_list_add_all(&remains.factors, whole.rest->kind == BS_PRODUCT ? whole.rest->count : 1,
                    whole.rest->kind == BS_PRODUCT ? whole.rest->args : &whole.rest);
    for (int i = 0; found && i < (is_product ? inside.rest->count : 1); i++)
        found = take_factor(match, &remains, is_product ? inside.rest->args[i] : inside.rest);
    bs_expr name = found ? name_of(match) : NULL;
    bs_expr number = name ? bs_number_mul(match->pool, remains.number, inverse) : NULL;
    if (!number || remains.factors.failed) {
        if (remains.factors.failed)
            bs_pool_refuse(match->pool, BS_NO_MEMORY, "not enough memory");
        bs_list_finish(&remains.factors);
        return NULL;
    }
    bs_expr *place = &remains.factors.items[remains.first];
    *place = bs_mul(match->pool, name, *place);
    bs_expr rest = bs_list_product(match->pool, &remains.factors);
    return bs_simplify(match->pool, bs_mul(match->pool, number, rest));
}

/* ---- everywhere ------------------------------------------------------------------------------ */

/* The name where the formula stands, else the expression itself; what was only tried is forgiven.
 */
static bs_expr fold_here(struct bs_pool *pool, bs_expr expr, const struct bs_naming *definition)
{
    struct match match = {.pool = pool, .definition = definition};
    bs_expr result = NULL;
    if (expr == definition->name)
        return expr;
    if (try_match(&match, definition->formula, expr))
        result = name_of(&match);
    else if (expr->kind == BS_PRODUCT)
        result = divide(&match, expr);
    return result ? result : bs_pool_forgive(pool) ? expr : NULL;
}

struct folding {
    struct bs_pool *pool;
    const struct bs_naming *definitions;
    size_t count;
    uint64_t stamp;
};

static bs_expr fold(struct folding *folding, bs_expr expr);

static bs_expr fold_args(struct folding *folding, bs_expr expr)
{
    struct bs_list args = {0};
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&args, fold(folding, expr->args[i]));
    return bs_list_with_args(folding->pool, expr, &args);
}

static bs_expr fold(struct folding *folding, bs_expr expr)
{
    if (expr->count == 0 || expr->kind == BS_MEMBER || expr->kind == BS_PARTIAL)
        return expr;
    if (expr->memo->stamp == folding->stamp)
        return expr->memo->result;
    bs_expr result = fold_args(folding, expr);
    int found = 0;
    for (size_t i = 0; result && i < folding->count;) {
        bs_expr next = fold_here(folding->pool, result, &folding->definitions[i]);
        found += next != result;
        if (bs_is_interrupted())
            next = bs_pool_refuse(folding->pool, BS_INTERRUPTED, "interrupted!");
        else if (next != result && next && (found > BS_MOST_FOLDS || next->size > BS_MOST_FOLDED))
            next = bs_pool_refuse(folding->pool, BS_REFUSED, "the assumptions go in a circle");
        i = next == result ? i + 1 : 0; /* what is new may be part of an earlier one */
        result = next;
    }
    expr->memo->stamp = folding->stamp;
    expr->memo->result = result;
    return result;
}

bs_expr bs_fold(struct bs_pool *pool, bs_expr expr, const struct bs_naming *definitions,
                size_t count)
{
    struct folding folding = {pool, definitions, count, bs_next_stamp()};
    return expr ? fold(&folding, expr) : NULL;
}
