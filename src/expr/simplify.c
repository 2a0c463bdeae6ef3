/*
 * Bottom-up, each node once for ever (the result is kept in its memo).  A rule may only assume that
 * the operands are simple already; what it builds is simple again, which makes the whole
 * idempotent.
 */
#include "expr/calculus.h"

#include "expr/func.h"
#include "expr/node.h"

#include <string.h>

/* A term or product taken apart: coefficient (a number) and the factors that are none. */
struct split {
    bs_expr coefficient;
    int count;
    const bs_expr *factors;
};

static struct split split_term(struct bs_pool *pool, const bs_expr *term)
{
    if (bs_is_number(*term))
        return (struct split){*term, 0, NULL};
    if ((*term)->kind == BS_PRODUCT && bs_is_number((*term)->args[0]))
        return (struct split){(*term)->args[0], (*term)->count - 1, (*term)->args + 1};
    if ((*term)->kind == BS_PRODUCT)
        return (struct split){bs_integer(pool, 1), (*term)->count, (*term)->args};
    return (struct split){bs_integer(pool, 1), 1, term};
}

static bool same_factors(struct split a, struct split b)
{
    return a.count == b.count &&
           (a.count == 0 || memcmp(a.factors, b.factors, (size_t)a.count * sizeof(bs_expr)) == 0);
}

/* coefficient·factors, without a 1 in front; 0 and a lone number stand for themselves. */
static bs_expr join(struct bs_pool *pool, bs_expr coefficient, int count, const bs_expr *factors)
{
    if (!coefficient || count == 0 || bs_is_integer(coefficient, 0))
        return coefficient;
    struct bs_list list = {0};
    if (!bs_is_integer(coefficient, 1))
        bs_list_add(&list, coefficient);
    bs_list_add_all(&list, count, factors);
    return bs_list_product(pool, &list);
}

/* Add a term to a list in which no two terms have the same factors. */
static void add_term(struct bs_pool *pool, struct bs_list *terms, bs_expr term)
{
    struct split added = split_term(pool, &term);
    for (size_t i = 0; i < terms->count && added.coefficient; i++) {
        struct split there = split_term(pool, &terms->items[i]);
        if (!there.coefficient || !same_factors(there, added))
            continue;
        bs_expr sum = bs_number_add(pool, there.coefficient, added.coefficient);
        terms->items[i] = join(pool, sum, there.count, there.factors);
        terms->failed = terms->failed || !terms->items[i];
        return;
    }
    bs_list_add(terms, term);
}

static bs_expr simplify_sum(struct bs_pool *pool, int count, const bs_expr *args)
{
    struct bs_list terms = {0}, kept = {0};
    for (int i = 0; i < count && !terms.failed; i++) {
        if (args[i]->kind != BS_SUM)
            add_term(pool, &terms, args[i]);
        for (int k = 0; args[i]->kind == BS_SUM && k < args[i]->count && !terms.failed; k++)
            add_term(pool, &terms, args[i]->args[k]);
    }
    kept.failed = terms.failed;
    for (size_t i = 0; i < terms.count && !kept.failed; i++)
        if (!bs_is_integer(terms.items[i], 0))
            bs_list_add(&kept, terms.items[i]);
    bs_list_finish(&terms);
    return bs_list_sum(pool, &kept);
}

/* How many terms of a sum are negative: all of them, or only some? */
static int negative_terms(bs_expr sum)
{
    int negative = 0;
    for (int i = 0; i < sum->count; i++)
        negative += bs_is_negative_term(sum->args[i]);
    return negative;
}

/* −sum, its positive terms first: −(y − d) is d − y. */
static bs_expr negate_sum(struct bs_pool *pool, bs_expr sum)
{
    struct bs_list terms = {0};
    for (int negative = 0; negative < 2; negative++)
        for (int i = 0; i < sum->count; i++)
            if (bs_is_negative_term(sum->args[i]) == (negative == 0))
                bs_list_add(&terms, bs_neg(pool, sum->args[i]));
    return bs_list_sum(pool, &terms);
}

/*
 * A difference that reads as well the other way round.  1 − y does not: that is how the slope of a
 * sigmoid is written.
 */
static bool is_reversible(bs_expr factor)
{
    if (factor->kind != BS_SUM || bs_is_number(factor->args[0]))
        return false;
    int negative = negative_terms(factor);
    return negative > 0 && negative < factor->count;
}

static bool whole_power(bs_expr factor, bs_expr *base, int64_t *exponent)
{
    *base = factor;
    *exponent = 1;
    if (factor->kind != BS_POWER || !bs_is_exact(factor->args[1]) ||
        factor->args[1]->u.number.den != 1)
        return factor->kind != BS_POWER;
    *base = factor->args[0];
    *exponent = factor->args[1]->u.number.num;
    return true;
}

/* x·x is x²; x²·x^-1 stays, because the one has no value at 0 and the other has. */
static bs_expr joined_power(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    bs_expr base_a, base_b;
    int64_t m, n, sum;
    if (!whole_power(a, &base_a, &m) || !whole_power(b, &base_b, &n) || base_a != base_b ||
        (m > 0) != (n > 0) || __builtin_add_overflow(m, n, &sum))
        return NULL;
    if (sum < 0) /* y^-1·y^-1 is (y²)^-1, which prints as a quotient */
        return bs_power(pool, bs_power(pool, base_a, bs_integer(pool, -sum)), bs_integer(pool, -1));
    return bs_power(pool, base_a, bs_integer(pool, sum));
}

struct factors {
    bs_expr coefficient;
    struct bs_list list;
};

static void add_factor(struct bs_pool *pool, struct factors *product, bs_expr factor)
{
    if (bs_is_number(factor)) {
        product->coefficient = bs_number_mul(pool, product->coefficient, factor);
        product->list.failed = product->list.failed || !product->coefficient;
        return;
    }
    bool all_negative = factor->kind == BS_SUM && negative_terms(factor) == factor->count;
    if (all_negative) {
        product->coefficient = bs_number_mul(pool, product->coefficient, bs_integer(pool, -1));
        factor = negate_sum(pool, factor);
    }
    for (size_t i = 0; i < product->list.count && factor; i++) {
        bs_expr joined = joined_power(pool, product->list.items[i], factor);
        if (joined) {
            product->list.items[i] = joined;
            return;
        }
    }
    bs_list_add(&product->list, factor);
    product->list.failed = product->list.failed || !product->coefficient;
}

static void absorb_minus(struct bs_pool *pool, struct factors *product)
{
    if (product->list.failed || bs_number_value(product->coefficient) >= 0)
        return;
    for (size_t i = 0; i < product->list.count; i++) {
        if (!is_reversible(product->list.items[i]))
            continue;
        bs_expr negated = negate_sum(pool, product->list.items[i]);
        product->coefficient = bs_number_mul(pool, product->coefficient, bs_integer(pool, -1));
        product->list.items[i] = negated;
        product->list.failed = !negated || !product->coefficient;
        return;
    }
}

static void add_factors(struct bs_pool *pool, struct factors *product, int count,
                        const bs_expr *args)
{
    for (int i = 0; i < count && !product->list.failed; i++) {
        if (args[i]->kind == BS_PRODUCT)
            add_factors(pool, product, args[i]->count, args[i]->args);
        else
            add_factor(pool, product, args[i]);
    }
}

static bs_expr simplify_product(struct bs_pool *pool, int count, const bs_expr *args)
{
    struct factors product = {bs_integer(pool, 1), {0}};
    bs_expr result = NULL;
    product.list.failed = !product.coefficient;
    add_factors(pool, &product, count, args);
    absorb_minus(pool, &product);
    if (!product.list.failed)
        result = join(pool, product.coefficient, (int)product.list.count, product.list.items);
    bs_list_finish(&product.list);
    return result;
}

static bs_expr simplify_power(struct bs_pool *pool, bs_expr base, bs_expr exponent)
{
    if (bs_is_integer(exponent, 1))
        return base;
    if (bs_is_integer(exponent, 0))
        return bs_integer(pool, 1);
    if (bs_is_exact(base) && bs_is_integer(exponent, -1) && !bs_is_integer(base, 0))
        return bs_number_inverse(pool, base);
    if (bs_is_exact(base) && bs_is_integer(exponent, 2))
        return bs_number_mul(pool, base, base);
    return bs_power(pool, base, exponent);
}

static bs_expr simplify_call(struct bs_pool *pool, bs_expr call, const bs_expr *args)
{
    if (strcmp(call->u.call.func->name, "identity") == 0)
        return args[0];
    return bs_with_args(pool, call, args);
}

static bs_expr simplify_node(struct bs_pool *pool, bs_expr node, const bs_expr *args)
{
    switch (node->kind) {
    case BS_SUM:
        return simplify_sum(pool, node->count, args);
    case BS_PRODUCT:
        return simplify_product(pool, node->count, args);
    case BS_POWER:
        return simplify_power(pool, args[0], args[1]);
    case BS_CALL:
        return simplify_call(pool, node, args);
    default:
        return bs_with_args(pool, node, args);
    }
}

bs_expr bs_simplify(struct bs_pool *pool, bs_expr expr)
{
    if (!expr || expr->count == 0 || expr->memo->simple)
        return expr && expr->memo->simple ? expr->memo->simple : expr;
    struct bs_list args = {0};
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&args, bs_simplify(pool, expr->args[i]));
    bs_expr result = args.failed ? NULL : simplify_node(pool, expr, args.items);
    bs_list_finish(&args);
    expr->memo->simple = result;
    return result;
}
