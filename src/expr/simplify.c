/*
 * Bottom-up, each node once for ever (the result is kept in its memo).  A rule may assume that the
 * operands are simple already; what it builds is simplified again until no rule changes it.  That
 * ends because every rule makes fewer nodes, or fewer levels, or fewer minus signs in front; those
 * of reshape.c and indexed.c say for themselves.
 */
#include "expr/calculus.h"

#include "expr/func.h"
#include "expr/simplify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bs_split bs_split_term(struct bs_pool *pool, bs_expr term)
{
    bs_expr one = bs_integer(pool, 1);
    if (bs_is_number(term))
        return (struct bs_split){term, one};
    if (term->kind == BS_PRODUCT && bs_is_number(term->args[0]))
        return (struct bs_split){term->args[0], bs_product(pool, term->count - 1, term->args + 1)};
    return (struct bs_split){one, term};
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

static bs_expr join_term(struct bs_pool *pool, bs_expr coefficient, bs_expr rest)
{
    if (bs_is_integer(rest, 1))
        return coefficient;
    if (rest->kind == BS_PRODUCT)
        return join(pool, coefficient, rest->count, rest->args);
    return join(pool, coefficient, 1, &rest);
}

static int compare_places(const void *a, const void *b)
{
    const uintptr_t left = (uintptr_t) * (const bs_expr *)a,
                    right = (uintptr_t) * (const bs_expr *)b;
    return (left > right) - (left < right);
}

/*
 * The same node for all orders of a product's factors.  It is looked up and never shown: so the
 * order may be that of the nodes in memory, which costs least.
 */
static bs_expr key_of(struct bs_pool *pool, bs_expr rest)
{
    struct bs_list factors = {0};
    if (rest->kind != BS_PRODUCT)
        return rest;
    bs_list_add_all(&factors, rest->count, rest->args);
    if (!factors.failed)
        qsort(factors.items, factors.count, sizeof *factors.items, compare_places);
    return bs_list_product(pool, &factors);
}

/*
 * The terms of a sum, no two with the same rest, in whatever order its factors stand: the memo of
 * the rest's key says where it is listed.
 */
struct terms {
    struct bs_list coefficients, rests;
    uint64_t stamp;
};

static bool has_failed(const struct terms *terms)
{
    return terms->coefficients.failed || terms->rests.failed;
}

static void add_term(struct bs_pool *pool, struct terms *terms, bs_expr term)
{
    struct bs_split added = bs_split_term(pool, term);
    bs_expr key = added.rest ? key_of(pool, added.rest) : NULL;
    struct bs_memo *memo = key ? key->memo : NULL;
    if (memo && memo->listed == terms->stamp) {
        bs_expr *there = &terms->coefficients.items[memo->place];
        bs_expr sum = bs_number_add(pool, *there, added.coefficient);
        terms->coefficients.failed = !sum;
        *there = sum;
        return;
    }
    bs_list_add(&terms->coefficients, added.coefficient);
    bs_list_add(&terms->rests, key ? added.rest : NULL);
    if (has_failed(terms))
        return;
    memo->listed = terms->stamp;
    memo->place = terms->rests.count - 1;
}

static bs_expr simplify_sum(struct bs_pool *pool, int count, const bs_expr *args)
{
    struct terms terms = {.stamp = bs_next_stamp()};
    struct bs_list kept = {0};
    for (int i = 0; i < count && !has_failed(&terms); i++) {
        bool is_sum = args[i]->kind == BS_SUM;
        const bs_expr *inner = is_sum ? args[i]->args : &args[i];
        for (int k = 0; k < (is_sum ? args[i]->count : 1) && !has_failed(&terms); k++)
            add_term(pool, &terms, inner[k]);
    }
    kept.failed = has_failed(&terms);
    for (size_t i = 0; i < terms.rests.count && !kept.failed; i++) {
        bs_expr coefficient = terms.coefficients.items[i];
        if (!bs_is_integer(coefficient, 0))
            bs_list_add(&kept, join_term(pool, coefficient, terms.rests.items[i]));
    }
    bs_list_finish(&terms.coefficients);
    bs_list_finish(&terms.rests);
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

struct bs_whole_power bs_whole_power(bs_expr factor)
{
    struct bs_whole_power power = {factor, 1};
    if (bs_is_inverse(factor))
        power = (struct bs_whole_power){factor->args[0], -1};
    bs_expr inner = power.base->kind == BS_POWER ? power.base->args[1] : NULL;
    bool is_whole = inner && bs_is_exact(inner) && inner->u.number.den == 1;
    if (!is_whole || (power.exponent < 0 && inner->u.number.num < 0))
        return power;
    power = (struct bs_whole_power){power.base->args[0], power.exponent * inner->u.number.num};
    if (power.exponent > 0 && bs_is_inverse(power.base)) /* (1/x)^2 */
        power = (struct bs_whole_power){power.base->args[0], -power.exponent};
    return power;
}

/* To the −2nd is (y²)^-1, which prints as a quotient. */
bs_expr bs_of_whole_power(struct bs_pool *pool, struct bs_whole_power power)
{
    if (power.exponent == 1)
        return power.base;
    if (power.exponent > 0)
        return bs_power(pool, power.base, bs_integer(pool, power.exponent));
    bs_expr inverse = bs_integer(pool, -1);
    if (power.exponent == -1)
        return bs_power(pool, power.base, inverse);
    return bs_power(pool, bs_power(pool, power.base, bs_integer(pool, -power.exponent)), inverse);
}

/*
 * x or x^-1: the same node for all powers of x that stand on its side of the fraction bar, and for
 * no others, since the base of a positive power is no inverse.
 */
static bs_expr side_of(struct bs_pool *pool, bs_expr factor)
{
    struct bs_whole_power power = bs_whole_power(factor);
    power.exponent = power.exponent > 0 ? 1 : -1;
    return bs_of_whole_power(pool, power);
}

/*
 * x·x is x²; x²·x^-1 stays, because the one has no value at 0 and the other has.  Of two on one
 * side; NULL when the exponent would be too large.
 */
static bs_expr joined_power(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    struct bs_whole_power power = bs_whole_power(a);
    if (power.base->kind == BS_DELTA)
        return a; /* 0 and 1 are their own squares */
    if (__builtin_add_overflow(power.exponent, bs_whole_power(b).exponent, &power.exponent) ||
        power.exponent == INT64_MIN)
        return NULL;
    return bs_of_whole_power(pool, power);
}

/* The factors of a product, no two with the same side: its memo says where it is listed. */
struct factors {
    bs_expr coefficient;
    struct bs_list list;
    uint64_t stamp;
};

/* Joined with the one on its side, if there is one. */
static void join_factor(struct bs_pool *pool, struct factors *product, bs_expr factor)
{
    bs_expr side = factor ? side_of(pool, factor) : NULL;
    struct bs_memo *memo = side ? side->memo : NULL;
    bool is_listed = memo && memo->listed == product->stamp;
    bs_expr joined = NULL;
    if (is_listed)
        joined = joined_power(pool, product->list.items[memo->place], factor);
    if (joined) {
        product->list.items[memo->place] = joined;
        return;
    }
    bs_list_add(&product->list, side ? factor : NULL);
    if (!memo || is_listed)
        return;
    memo->listed = product->stamp;
    memo->place = product->list.count - 1;
}

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
    join_factor(pool, product, factor);
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
    struct factors product = {bs_integer(pool, 1), {0}, bs_next_stamp()};
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

/* Both branches alike, or a test that is a number. */
static bs_expr simplify_cases(struct bs_pool *pool, bs_expr cases, const bs_expr *args)
{
    if (args[1] == args[2])
        return args[1];
    double test = bs_is_number(args[0]) ? bs_number_value(args[0]) : NAN;
    if (test > 0 || (test == 0 && cases->u.at_zero == BS_ZERO_IS_FIRST))
        return args[1];
    if (test < 0 || (test == 0 && cases->u.at_zero == BS_ZERO_IS_SECOND))
        return args[2];
    return bs_with_args(pool, cases, args);
}

/* Of zeros the sum is 0, of ones the product is 1. */
static bs_expr simplify_indexed(struct bs_pool *pool, bs_expr bound, const bs_expr *args)
{
    const int neutral = bound->kind == BS_INDEXED_PRODUCT;
    return bs_is_integer(args[3], neutral) ? args[3] : bs_with_args(pool, bound, args);
}

/* Of a product there may be more operands than before. */
static bs_expr simplify_node(struct bs_pool *pool, bs_expr node, int count, const bs_expr *args)
{
    switch (node->kind) {
    case BS_SUM:
        return simplify_sum(pool, count, args);
    case BS_PRODUCT:
        return simplify_product(pool, count, args);
    case BS_POWER:
        return simplify_power(pool, args[0], args[1]);
    case BS_CALL:
        return simplify_call(pool, node, args);
    case BS_DELTA:
        return bs_simplify_delta(pool, args[0], args[1]);
    case BS_CASES:
        return simplify_cases(pool, node, args);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return simplify_indexed(pool, node, args);
    default:
        return bs_with_args(pool, node, args);
    }
}

static bs_expr reshape(struct bs_pool *pool, bs_expr expr)
{
    switch (expr->kind) {
    case BS_SUM:
        return bs_reshape_sum(pool, expr);
    case BS_PRODUCT:
        return bs_reshape_product(pool, expr);
    case BS_POWER:
        return bs_reshape_power(pool, expr);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return bs_reshape_indexed(pool, expr);
    default:
        return expr;
    }
}

static bs_expr simplify(struct bs_pool *pool, bs_expr expr, bool reshapes);

/* A product whose last factor is one, too, and no other. */
static bool ends_in_product(bs_expr expr)
{
    int products = 0;
    for (int i = 0; expr->kind == BS_PRODUCT && i < expr->count; i++)
        products += expr->args[i]->kind == BS_PRODUCT;
    return products == 1 && expr->args[expr->count - 1]->kind == BS_PRODUCT;
}

/*
 * The operands, simple.  A product at the end of a product is opened as it is: the chain rule makes
 * products in products, and simplified one by one each is as long as all those inside it.
 */
static void add_operands(struct bs_pool *pool, struct bs_list *args, bs_expr expr, bool reshapes)
{
    const bool is_open = ends_in_product(expr);
    const int count = expr->count - is_open;
    for (int i = 0; i < count && !args->failed; i++) /* a rule tried later would forgive */
        bs_list_add(args, simplify(pool, expr->args[i], reshapes));
    if (is_open && !args->failed)
        add_operands(pool, args, expr->args[count], reshapes);
}

static bs_expr simplify(struct bs_pool *pool, bs_expr expr, bool reshapes)
{
    if (!expr || expr->count == 0)
        return expr;
    bs_expr *known = reshapes ? &expr->memo->simple : &expr->memo->tidy;
    if (*known)
        return *known;
    if (reshapes && bs_binds_index(expr) && bs_may_run_out(pool, expr)) {
        bs_expr tidy = simplify(pool, expr, false);
        return *known = tidy == expr ? expr : simplify(pool, tidy, true);
    }
    struct bs_list args = {0};
    add_operands(pool, &args, expr, reshapes);
    bs_expr result = args.failed ? NULL : simplify_node(pool, expr, (int)args.count, args.items);
    bs_list_finish(&args);
    if (result && reshapes)
        result = reshape(pool, result);
    if (result && result != expr)
        result = simplify(pool, result, reshapes);
    if (!result) /* a refusal has said why: this is then the second reason, and not kept */
        bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    if (bs_pool_is_exhausted(pool))
        return NULL;
    *known = result;
    return result;
}

bs_expr bs_simplify(struct bs_pool *pool, bs_expr expr)
{
    return simplify(pool, expr, true);
}

bs_expr bs_tidy(struct bs_pool *pool, bs_expr expr)
{
    return simplify(pool, expr, false);
}
