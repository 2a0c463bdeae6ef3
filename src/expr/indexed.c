/*
 * Sums and products over an index.  A free index stands for one of the values that it is summed
 * over (see index.h), so that Σ_j x_j·δ_jk is x_k; where numbers show that it is not, it is 0.
 */
#include "expr/simplify.h"

#include "expr/calculus.h"
#include "expr/index.h"

#include <string.h>

/* ---- Kronecker's δ --------------------------------------------------------------------------- */

static bool is_name(bs_expr expr)
{
    return expr->kind == BS_SYMBOL;
}

/* a − b, term by term.  It is only tried: that it cannot be made is forgiven. */
static bs_expr difference_of(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    struct bs_list terms = {0};
    const bool is_sum = b->kind == BS_SUM;
    bs_list_add(&terms, a);
    for (int i = 0; i < (is_sum ? b->count : 1); i++)
        bs_list_add(&terms, bs_neg(pool, is_sum ? b->args[i] : b));
    bs_expr difference = bs_tidy(pool, bs_list_sum(pool, &terms));
    if (!difference)
        bs_pool_forgive(pool);
    return difference;
}

bs_expr bs_simplify_delta(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    bs_expr difference = difference_of(pool, a, b);
    if (difference && bs_is_number(difference))
        return bs_integer(pool, bs_is_integer(difference, 0));
    bool is_backward = is_name(a) && is_name(b)
                           ? strcmp(a->u.name, b->u.name) > 0
                           : !bs_is_number(b) && (bs_is_number(a) || (is_name(b) && !is_name(a)));
    return is_backward ? bs_delta(pool, b, a) : bs_delta(pool, a, b);
}

/*
 * The value of the index at which a = b, when that is plain: a − b is ±index + rest.  NULL when it
 * is not, or when out of memory.
 */
static bs_expr solve(struct bs_pool *pool, bs_expr delta, bs_expr index)
{
    bs_expr difference = difference_of(pool, delta->args[0], delta->args[1]);
    if (!difference)
        return NULL;
    const bs_expr *terms = difference->kind == BS_SUM ? difference->args : &difference;
    const int count = difference->kind == BS_SUM ? difference->count : 1;
    struct bs_list rest = {0};
    bool is_minus = false, is_found = false;
    for (int i = 0; i < count; i++) {
        struct bs_split term = bs_split_term(pool, terms[i]);
        bool is_index = term.rest == index && term.coefficient &&
                        (bs_is_integer(term.coefficient, 1) || bs_is_integer(term.coefficient, -1));
        if (!is_index) {
            bs_list_add(&rest, terms[i]);
            continue;
        }
        is_found = true;
        is_minus = bs_is_integer(term.coefficient, -1);
    }
    bs_expr value = bs_list_sum(pool, &rest);
    if (!value || !is_found || bs_has_free(value, index))
        return NULL;
    return bs_tidy(pool, is_minus ? value : bs_neg(pool, value));
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static bool is_surely_less(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    bs_expr difference = difference_of(pool, b, a);
    return difference && bs_is_number(difference) && bs_number_value(difference) > 0;
}

static bool is_surely_outside(struct bs_pool *pool, bs_expr bound, bs_expr value)
{
    return is_surely_less(pool, value, bound->args[1]) ||
           is_surely_less(pool, bound->args[2], value);
}

/* How many terms: to − from + 1. */
static bs_expr count_of(struct bs_pool *pool, bs_expr bound)
{
    bs_expr difference = bs_sub(pool, bound->args[2], bound->args[1]);
    return bs_tidy(pool, bs_add(pool, difference, bs_integer(pool, 1)));
}

static bs_expr over(struct bs_pool *pool, bs_expr bound, bs_expr body)
{
    return bs_with_args(pool, bound,
                        (bs_expr[]){bound->args[0], bound->args[1], bound->args[2], body});
}

/* Of a constant c: n·c, or c^n. */
static bs_expr repeat(struct bs_pool *pool, bs_expr bound, bs_expr constant)
{
    bs_expr count = count_of(pool, bound);
    return bound->kind == BS_INDEXED_SUM ? bs_mul(pool, count, constant)
                                         : bs_power(pool, constant, count);
}

/* ---- one product under the sum --------------------------------------------------------------- */

static bool is_delta_of(bs_expr expr, bs_expr index)
{
    return expr->kind == BS_DELTA && bs_has_free(expr, index);
}

static bool has_delta_term(bs_expr sum, bs_expr index)
{
    for (int i = 0; sum->kind == BS_SUM && i < sum->count; i++) {
        bs_expr term = sum->args[i];
        if (is_delta_of(term, index))
            return true;
        for (int k = 0; term->kind == BS_PRODUCT && k < term->count; k++)
            if (is_delta_of(term->args[k], index))
                return true;
    }
    return false;
}

static bool has_delta_factor(bs_expr term, bs_expr index)
{
    if (is_delta_of(term, index))
        return true;
    for (int i = 0; term->kind == BS_PRODUCT && i < term->count; i++)
        if (is_delta_of(term->args[i], index) || has_delta_term(term->args[i], index))
            return true;
    return false;
}

/* Another factor at that place, or none. */
static bs_expr product_with(struct bs_pool *pool, bs_expr product, int at, bs_expr instead)
{
    struct bs_list factors = {0};
    for (int i = 0; i < product->count; i++)
        if (i != at || instead)
            bs_list_add(&factors, i == at ? instead : product->args[i]);
    return bs_list_product(pool, &factors);
}

/* Would the expression name a member that there is not, for an index beyond its range? */
static bool names_member(bs_expr expr, bs_expr index)
{
    if (expr->kind == BS_MEMBER)
        return bs_has_free(expr, index);
    for (int i = 0; i < expr->count; i++)
        if (names_member(expr->args[i], index))
            return true;
    return false;
}

/*
 * Σ_j f(j)·δ_jk is f(k).  Where j is k + 1 that may be beyond the range: then f has to be of
 * members that there are not, so that nothing wrong has a value.
 */
static bs_expr collapse(struct bs_pool *pool, bs_expr sum, bs_expr delta, bs_expr rest)
{
    bs_expr value = solve(pool, delta, sum->args[0]);
    if (!value)
        return sum;
    if (is_surely_outside(pool, sum, value))
        return bs_integer(pool, 0);
    bool is_plain = value->kind == BS_SYMBOL || bs_is_number(value);
    if (!is_plain && !names_member(rest, sum->args[0]))
        return sum;
    return bs_put(pool, rest, sum->args[0], value);
}

/* f·(g + δ_jk) under the sum: the sum of f·δ_jk, and that of f·g. */
static bs_expr distribute(struct bs_pool *pool, bs_expr sum, bs_expr product, int factor)
{
    struct bs_list apart = {0}, together = {0};
    bs_expr inner = product->args[factor];
    for (int i = 0; i < inner->count; i++) {
        bool has_delta = has_delta_factor(inner->args[i], sum->args[0]);
        bs_expr term = has_delta ? product_with(pool, product, factor, inner->args[i]) : NULL;
        bs_list_add(has_delta ? &apart : &together,
                    has_delta ? over(pool, sum, term) : inner->args[i]);
    }
    if (together.count > 0) {
        bs_expr rest = bs_list_sum(pool, &together);
        bs_list_add(&apart, over(pool, sum, product_with(pool, product, factor, rest)));
    }
    apart.failed = apart.failed || together.failed;
    bs_list_finish(&together);
    return bs_list_sum(pool, &apart);
}

static bs_expr reshape_factors(struct bs_pool *pool, bs_expr sum, bs_expr product)
{
    bs_expr index = sum->args[0];
    for (int i = 0; i < product->count; i++) {
        if (is_delta_of(product->args[i], index)) {
            bs_expr rest = product_with(pool, product, i, NULL);
            bs_expr result = collapse(pool, sum, product->args[i], rest);
            if (result != sum)
                return result;
        }
        if (has_delta_term(product->args[i], index))
            return distribute(pool, sum, product, i);
    }
    return sum;
}

/* Factors without the index stand before the sum; before a product, to the power of its length. */
static bs_expr pull_constants(struct bs_pool *pool, bs_expr bound, bs_expr product)
{
    struct bs_list constant = {0}, varying = {0};
    for (int i = 0; i < product->count; i++)
        bs_list_add(bs_has_free(product->args[i], bound->args[0]) ? &varying : &constant,
                    product->args[i]);
    if (constant.count == 0 && !constant.failed && !varying.failed) {
        bs_list_finish(&varying);
        return bound;
    }
    bs_expr factor = bs_list_product(pool, &constant);
    bs_expr rest = over(pool, bound, bs_list_product(pool, &varying));
    if (bound->kind == BS_INDEXED_PRODUCT)
        factor = repeat(pool, bound, factor);
    return bs_mul(pool, factor, rest);
}

/* ---- several terms under the sum ------------------------------------------------------------- */

/* Terms with a δ become sums of their own. */
static bs_expr split_sum(struct bs_pool *pool, bs_expr sum, bs_expr body)
{
    struct bs_list apart = {0}, together = {0};
    for (int i = 0; i < body->count; i++)
        if (has_delta_factor(body->args[i], sum->args[0]))
            bs_list_add(&apart, over(pool, sum, body->args[i]));
        else
            bs_list_add(&together, body->args[i]);
    if (apart.count == 0 && !apart.failed && !together.failed) {
        bs_list_finish(&together);
        return sum;
    }
    if (together.count > 0)
        bs_list_add(&apart, over(pool, sum, bs_list_sum(pool, &together)));
    apart.failed = apart.failed || together.failed;
    bs_list_finish(&together);
    return bs_list_sum(pool, &apart);
}

bs_expr bs_reshape_indexed(struct bs_pool *pool, bs_expr bound)
{
    bs_expr body = bound->args[3];
    bool is_sum = bound->kind == BS_INDEXED_SUM;
    if (is_surely_less(pool, bound->args[2], bound->args[1]))
        return bs_integer(pool, !is_sum);
    if (!bs_has_free(body, bound->args[0]))
        return repeat(pool, bound, body);
    if (is_sum && is_delta_of(body, bound->args[0]))
        return collapse(pool, bound, body, bs_integer(pool, 1));
    if (is_sum && body->kind == BS_SUM)
        return split_sum(pool, bound, body);
    if (body->kind != BS_PRODUCT)
        return bound;
    bs_expr result = is_sum ? reshape_factors(pool, bound, body) : bound;
    return result == bound ? pull_constants(pool, bound, body) : result;
}

/* ---- a factor beside a product --------------------------------------------------------------- */

static int find_factor(bs_expr product, bs_expr factor)
{
    for (int i = 0; i < product->count; i++)
        if (product->args[i] == factor)
            return i;
    return -1;
}

static bool has_item(const struct bs_list *list, bs_expr item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

/* The product with `of` over one index more at the beginning, of the factors in `body`. */
static bs_expr with_longer(struct bs_pool *pool, bs_expr product, int of, const struct bs_list *in,
                           const struct bs_list *body, const struct bs_list *others)
{
    struct bs_list factors = {0};
    bs_expr bound = product->args[of], minus_one = bs_integer(pool, -1);
    bs_expr from = bs_tidy(pool, bs_add(pool, bound->args[1], minus_one));
    for (int i = 0; i < product->count; i++)
        if (i != of && !has_item(in, product->args[i]))
            bs_list_add(&factors, product->args[i]);
    if (others->count > 0)
        bs_list_add(&factors,
                    over(pool, bound, bs_product(pool, (int)others->count, others->items)));
    bs_expr args[] = {bound->args[0], from, bound->args[2],
                      bs_product(pool, (int)body->count, body->items)};
    bs_list_add(&factors, from ? bs_with_args(pool, bound, args) : NULL);
    return bs_list_product(pool, &factors);
}

/*
 * f_i·Π_k=i+1..D f_k·g_k is Π_k=i+1..D g_k·Π_k=i..D f_k, where f is more of the product than g:
 * that is shorter, and a factor that is there by chance does not tear the product apart.  Two
 * factors of the body that are the same at i need two there, and a simple product has only one.  A
 * number is there by chance: 1 is x_0^0, which has no x_0.
 */
bs_expr bs_absorb_factors(struct bs_pool *pool, bs_expr product, int of)
{
    bs_expr bound = product->args[of], minus_one = bs_integer(pool, -1);
    bs_expr before = bs_tidy(pool, bs_add(pool, bound->args[1], minus_one)), result = product;
    struct bs_list in = {0}, body = {0}, others = {0};
    const bool is_product = bound->args[3]->kind == BS_PRODUCT;
    const bs_expr *factors = is_product ? bound->args[3]->args : &bound->args[3];
    for (int i = 0; before && i < (is_product ? bound->args[3]->count : 1); i++) {
        bs_expr first = bs_simplify(pool, bs_put(pool, factors[i], bound->args[0], before));
        others.failed = others.failed || (!first && !bs_pool_forgive(pool));
        bool is_there = first && !bs_is_number(first) && !has_item(&in, first) &&
                        find_factor(product, first) >= 0;
        if (is_there)
            bs_list_add(&in, first);
        bs_list_add(is_there ? &body : &others, factors[i]);
    }
    if (!before || in.failed || body.failed || others.failed)
        result = NULL;
    else if (in.count > others.count)
        result = with_longer(pool, product, of, &in, &body, &others);
    bs_list_finish(&in);
    bs_list_finish(&body);
    bs_list_finish(&others);
    return result;
}

/* ---- an index that is bound further out ------------------------------------------------------ */

static bool is_surely_at_most(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    bs_expr difference = difference_of(pool, b, a);
    return difference && bs_is_number(difference) && bs_number_value(difference) >= 0;
}

/* Does the value, ±index + constant, grow with the index? */
static bool grows(struct bs_pool *pool, bs_expr value, bs_expr index)
{
    bs_expr next = bs_add(pool, index, bs_integer(pool, 1));
    return is_surely_less(pool, value, bs_put(pool, value, index, next));
}

/* Is such a value in the range of the sum at both ends of the outer index? */
static bool is_always_inside(struct bs_pool *pool, bs_expr sum, bs_expr value, bs_expr outer)
{
    bs_expr index = outer->args[0];
    bool is_up = grows(pool, value, index);
    bs_expr least = bs_put(pool, value, index, outer->args[is_up ? 1 : 2]);
    bs_expr most = bs_put(pool, value, index, outer->args[is_up ? 2 : 1]);
    return is_surely_at_most(pool, sum->args[1], least) &&
           is_surely_at_most(pool, most, sum->args[2]);
}

bool bs_bounds_have(bs_expr bound, bs_expr index)
{
    return bs_has_free(bound->args[1], index) || bs_has_free(bound->args[2], index);
}

bool bs_has_delta_of(bs_expr expr, bs_expr index)
{
    if (expr->kind == BS_DELTA)
        return bs_has_free(expr, index);
    if (!(index->leaves & ~expr->leaves))
        for (int i = 0; i < expr->count; i++)
            if (bs_has_delta_of(expr->args[i], index))
                return true;
    return false;
}

/*
 * A δ in the body of an inner sum would put in a value that runs with the outer index, or that is
 * in the inner range for some values of the outer index only.
 */
static bool runs_out(struct bs_pool *pool, bs_expr expr, bs_expr sum, bs_expr outer)
{
    if (expr->kind == BS_DELTA &&
        (bs_has_free(expr, outer->args[0]) || bs_bounds_have(sum, outer->args[0]))) {
        bs_expr value = solve(pool, expr, sum->args[0]);
        return value && !is_always_inside(pool, sum, value, outer);
    }
    for (int i = 0; i < expr->count; i++)
        if (runs_out(pool, expr->args[i], sum, outer))
            return true;
    return false;
}

static bool may_run_out(struct bs_pool *pool, bs_expr expr, bs_expr outer)
{
    if (bs_binds_index(expr) && expr->args[0] == outer->args[0]) /* another of that letter */
        return false;
    if (expr->kind == BS_INDEXED_SUM && runs_out(pool, expr->args[3], expr, outer))
        return true;
    for (int i = 0; i < expr->count; i++)
        if (may_run_out(pool, expr->args[i], outer))
            return true;
    return false;
}

bool bs_may_run_out(struct bs_pool *pool, bs_expr bound)
{
    enum { MOST_SIZE = 1 << 16 }; /* every part is looked at wherever it stands */
    bs_expr body = bound->args[3];
    return bs_has_kind(body, BS_DELTA) && bs_has_kind(body, BS_INDEXED_SUM) &&
           (body->size > MOST_SIZE || may_run_out(pool, body, bound));
}
