/*
 * Rules that give a sum, a product or a power another shape.  They end because each makes the
 * expression smaller (struct bs_node's size), or moves something to a place it does not leave.
 */
#include "expr/simplify.h"

#include "expr/calculus.h"
#include "expr/func.h"

/* Beyond these an expression is no textbook's, and trying takes long. */
enum { MOST_SIZE = 2000, MOST_TERMS = 64 };

/* ---- signs of values ------------------------------------------------------------------------- */

static bool is_positive(bs_expr expr);

static bool all_positive(bs_expr expr, int first)
{
    for (int i = first; i < expr->count; i++)
        if (!is_positive(expr->args[i]))
            return false;
    return true;
}

/* 1 − f, where f is below 1. */
static bool is_rest_of_share(bs_expr sum)
{
    if (sum->count != 2 || !bs_is_integer(sum->args[0], 1) || sum->args[1]->kind != BS_PRODUCT)
        return false;
    bs_expr term = sum->args[1];
    return term->count == 2 && bs_is_integer(term->args[0], -1) && term->args[1]->kind == BS_CALL &&
           term->args[1]->u.call.func->is_below_one;
}

static bool is_positive(bs_expr expr)
{
    switch (expr->kind) {
    case BS_NUMBER:
        return bs_number_value(expr) > 0;
    case BS_CALL:
        return expr->u.call.func->is_positive;
    case BS_SUM:
        return is_rest_of_share(expr) || all_positive(expr, 0);
    case BS_PRODUCT:
        return all_positive(expr, 0);
    case BS_POWER:
        return is_positive(expr->args[0]);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return is_positive(expr->args[3]);
    case BS_CASES:
        return all_positive(expr, 1);
    default:
        return false;
    }
}

bool bs_is_nonzero(bs_expr expr)
{
    if (bs_is_number(expr))
        return bs_number_value(expr) != 0;
    return expr->size <= MOST_SIZE && is_positive(expr);
}

/* Another shape if it is shorter; where it could not be made, it is not needed, either. */
static bs_expr shorter(struct bs_pool *pool, bs_expr other, bs_expr expr)
{
    if (!other)
        return bs_pool_forgive(pool) ? expr : NULL;
    return other->size < expr->size ? other : expr;
}

/* ---- common factors -------------------------------------------------------------------------- */

/* The factors of a term without its number. */
struct factors {
    const bs_expr *items;
    int count;
};

static struct factors factors_of(const bs_expr *term)
{
    if (bs_is_number(*term))
        return (struct factors){NULL, 0};
    if ((*term)->kind != BS_PRODUCT)
        return (struct factors){term, 1};
    const int skip = bs_is_number((*term)->args[0]);
    return (struct factors){(*term)->args + skip, (*term)->count - skip};
}

static int64_t magnitude(int64_t exponent)
{
    return exponent < 0 ? -exponent : exponent;
}

/* The power of the base among the factors, on the same side of the fraction bar as `like`. */
static int64_t exponent_among(struct factors factors, struct bs_whole_power like)
{
    for (int i = 0; i < factors.count; i++) {
        struct bs_whole_power power = bs_whole_power(factors.items[i]);
        if (power.base == like.base && (power.exponent > 0) == (like.exponent > 0))
            return power.exponent;
    }
    return 0;
}

/* What all terms of the sum have of the factor: the exponent nearest to 0. */
static struct bs_whole_power common_power(bs_expr sum, struct bs_whole_power power)
{
    for (int i = 1; i < sum->count && power.exponent != 0; i++) {
        int64_t exponent = exponent_among(factors_of(&sum->args[i]), power);
        if (magnitude(exponent) < magnitude(power.exponent))
            power.exponent = exponent;
    }
    return power;
}

/* The term without its number and without the common powers. */
static bs_expr without(struct bs_pool *pool, const bs_expr *term, const struct bs_list *common)
{
    struct bs_list list = {0};
    struct factors factors = factors_of(term);
    const struct factors taken = {common->items, (int)common->count};
    for (int i = 0; i < factors.count; i++) {
        struct bs_whole_power power = bs_whole_power(factors.items[i]);
        const int64_t exponent = exponent_among(taken, power);
        power.exponent -= exponent;
        if (exponent == 0)
            bs_list_add(&list, factors.items[i]);
        else if (power.exponent != 0)
            bs_list_add(&list, bs_of_whole_power(pool, power));
    }
    return bs_list_product(pool, &list);
}

static void add_common_factors(struct bs_pool *pool, struct bs_list *common, bs_expr sum)
{
    struct factors first = factors_of(&sum->args[0]);
    for (int i = 0; i < first.count; i++) {
        struct bs_whole_power power = common_power(sum, bs_whole_power(first.items[i]));
        if (power.exponent != 0)
            bs_list_add(common, bs_of_whole_power(pool, power));
    }
}

/* The number that all terms share but for its sign; 1 when they do not. */
static bs_expr common_number(struct bs_pool *pool, bs_expr sum)
{
    bs_expr first = bs_split_term(pool, sum->args[0]).coefficient;
    bs_expr minus = first ? bs_neg(pool, first) : NULL;
    for (int i = 1; i < sum->count && minus; i++) {
        bs_expr other = bs_split_term(pool, sum->args[i]).coefficient;
        if (!other || (other != first && other != minus))
            return bs_integer(pool, 1);
    }
    return first;
}

/* number·common·(what is left of the terms) */
static bs_expr divide_terms(struct bs_pool *pool, bs_expr sum, bs_expr number,
                            const struct bs_list *common)
{
    struct bs_list rests = {0}, product = {0};
    bs_expr inverse = bs_number_inverse(pool, number);
    for (int i = 0; i < sum->count && inverse && !rests.failed; i++) {
        bs_expr coefficient = bs_split_term(pool, sum->args[i]).coefficient;
        bs_expr rest = without(pool, &sum->args[i], common);
        if (coefficient)
            coefficient = bs_number_mul(pool, coefficient, inverse);
        bs_list_add(&rests, coefficient && rest ? bs_mul(pool, coefficient, rest) : NULL);
    }
    bs_list_add(&product, number);
    bs_list_add_all(&product, (int)common->count, common->items);
    bs_list_add(&product, bs_list_sum(pool, &rests));
    product.failed = product.failed || !inverse;
    return bs_tidy(pool, bs_list_product(pool, &product));
}

/* a·x + a·y is a·(x + y), where that is shorter. */
static bs_expr factor_out(struct bs_pool *pool, bs_expr sum)
{
    struct bs_list common = {0};
    bs_expr number = common_number(pool, sum), result = sum;
    add_common_factors(pool, &common, sum);
    bool is_one = number && (bs_is_integer(number, 1) || bs_is_integer(number, -1));
    if (!number || common.failed)
        result = NULL;
    else if (common.count > 0 || !is_one)
        result = shorter(pool, divide_terms(pool, sum, number, &common), sum);
    bs_list_finish(&common);
    return result;
}

/* ---- multiplying out ------------------------------------------------------------------------- */

static bs_expr first_sum_factor(bs_expr term)
{
    for (int i = 0; term->kind == BS_PRODUCT && i < term->count; i++)
        if (term->args[i]->kind == BS_SUM)
            return term->args[i];
    return NULL;
}

/* The term with one of its factors put in the place of a sum. */
static bs_expr with_factor(struct bs_pool *pool, bs_expr term, bs_expr sum, bs_expr factor)
{
    struct bs_list factors = {0};
    for (int i = 0; i < term->count; i++)
        bs_list_add(&factors, term->args[i] == sum ? factor : term->args[i]);
    return bs_tidy(pool, bs_list_product(pool, &factors));
}

/* Adds the terms of the product, multiplied out. */
static void add_expanded(struct bs_pool *pool, struct bs_list *terms, bs_expr term)
{
    bs_expr sum = term ? first_sum_factor(term) : NULL;
    if (!sum) {
        bs_list_add(terms, term);
        return;
    }
    for (int i = 0; i < sum->count && !terms->failed; i++)
        add_expanded(pool, terms, with_factor(pool, term, sum, sum->args[i]));
}

/* How many terms the sum has, multiplied out; more than MOST_TERMS are not all counted. */
static int count_expanded(bs_expr sum)
{
    int terms = 0;
    for (int i = 0; i < sum->count && terms <= MOST_TERMS; i++) {
        bs_expr term = sum->args[i];
        int of_term = 1;
        for (int k = 0; term->kind == BS_PRODUCT && k < term->count && of_term <= MOST_TERMS; k++)
            if (term->args[k]->kind == BS_SUM)
                of_term *= count_expanded(term->args[k]);
        terms += of_term;
    }
    return terms;
}

static bs_expr multiply_out(struct bs_pool *pool, bs_expr sum)
{
    struct bs_list terms = {0};
    const int count = count_expanded(sum);
    if (count == sum->count || count > MOST_TERMS)
        return sum;
    for (int i = 0; i < sum->count; i++)
        add_expanded(pool, &terms, sum->args[i]);
    bs_expr result = bs_tidy(pool, bs_list_sum(pool, &terms));
    return shorter(pool, result, sum);
}

/* ---- order ----------------------------------------------------------------------------------- */

/* −a + b is b − a: no sum starts with a minus that has a positive term. */
static bs_expr positive_first(struct bs_pool *pool, bs_expr sum)
{
    int first = 0;
    while (first < sum->count && bs_is_negative_term(sum->args[first]))
        first++;
    if (first == 0 || first == sum->count)
        return sum;
    struct bs_list terms = {0};
    bs_list_add(&terms, sum->args[first]);
    bs_list_add_all(&terms, first, sum->args);
    bs_list_add_all(&terms, sum->count - first - 1, sum->args + first + 1);
    return bs_list_sum(pool, &terms);
}

bs_expr bs_reshape_sum(struct bs_pool *pool, bs_expr sum)
{
    bs_expr result = positive_first(pool, sum);
    if (result != sum || sum->size > MOST_SIZE || sum->count > MOST_TERMS)
        return result;
    result = factor_out(pool, sum);
    return result == sum ? multiply_out(pool, sum) : result;
}

/* ---- products -------------------------------------------------------------------------------- */

/* The product without factors i and k, and with `other` at i unless it is NULL. */
static bs_expr replace_pair(struct bs_pool *pool, bs_expr product, int i, int k, bs_expr other)
{
    struct bs_list factors = {0};
    for (int n = 0; n < product->count; n++)
        if (n == i && other)
            bs_list_add(&factors, other);
        else if (n != i && n != k)
            bs_list_add(&factors, product->args[n]);
    return bs_list_product(pool, &factors);
}

/* x²/x is x where x is surely no 0. */
static bs_expr cancel_pair(struct bs_pool *pool, bs_expr product, int i, int k)
{
    struct bs_whole_power left = bs_whole_power(product->args[i]);
    struct bs_whole_power right = bs_whole_power(product->args[k]);
    if (left.base != right.base || (left.exponent > 0) == (right.exponent > 0) ||
        bs_is_number(left.base) || !bs_is_nonzero(left.base))
        return product;
    left.exponent += right.exponent;
    bs_expr rest = left.exponent == 0 ? NULL : bs_of_whole_power(pool, left);
    return left.exponent != 0 && !rest ? NULL : replace_pair(pool, product, i, k, rest);
}

/* x·(1/(x·y)) is 1/y: the common factor comes out of the inverse of a product. */
static bs_expr cancel_inside(struct bs_pool *pool, bs_expr product, int i, int k)
{
    bs_expr divisor = product->args[k];
    if (!bs_is_inverse(divisor) || divisor->args[0]->kind != BS_PRODUCT)
        return product;
    bs_expr inner = divisor->args[0];
    struct bs_whole_power outer = bs_whole_power(product->args[i]);
    for (int n = 0; n < inner->count; n++) {
        if (bs_is_number(inner->args[n]) || bs_whole_power(inner->args[n]).base != outer.base ||
            !bs_is_nonzero(outer.base))
            continue;
        bs_expr rest = replace_pair(pool, inner, n, n, NULL), minus_one = bs_integer(pool, -1);
        bs_expr apart = bs_mul(pool, bs_power(pool, inner->args[n], minus_one),
                               bs_power(pool, rest, minus_one));
        return apart ? replace_pair(pool, product, k, k, apart) : NULL;
    }
    return product;
}

static bool is_quotient(bs_expr product)
{
    for (int i = 0; i < product->count; i++)
        if (bs_whole_power(product->args[i]).exponent < 0)
            return true;
    return false;
}

static bs_expr cancel(struct bs_pool *pool, bs_expr product)
{
    bs_expr result = product;
    if (!is_quotient(product))
        return product;
    for (int i = 0; i < product->count && result == product; i++)
        for (int k = 0; k < product->count && result == product; k++) {
            if (k > i)
                result = cancel_pair(pool, product, i, k);
            if (k != i && result == product)
                result = cancel_inside(pool, product, i, k);
        }
    return result;
}

/* The first factor that multiplies, when one that divides stands before it; else −1. */
static int find_leader(bs_expr product, int first)
{
    if (!bs_is_inverse(product->args[first]))
        return -1;
    for (int i = first; i < product->count; i++)
        if (!bs_is_inverse(product->args[i]) && !bs_binds_index(product->args[i]))
            return i;
    return -1;
}

/*
 * b·(1 − b)·Σ_j ..., since a sum over an index reaches to the end of its product; and x/y, not
 * 1/y·x.
 */
static bs_expr in_order(struct bs_pool *pool, bs_expr product)
{
    struct bs_list factors = {0};
    const int first = bs_is_number(product->args[0]), leader = find_leader(product, first);
    bs_list_add_all(&factors, first, product->args);
    if (leader >= 0)
        bs_list_add(&factors, product->args[leader]);
    for (int is_last = 0; is_last < 2; is_last++)
        for (int i = first; i < product->count; i++)
            if (i != leader && bs_binds_index(product->args[i]) == is_last)
                bs_list_add(&factors, product->args[i]);
    return bs_list_product(pool, &factors);
}

/* Does the product have a power of the base, surely no 0, on the other side of the fraction bar? */
static bool has_opposite(bs_expr product, bs_expr base, bool is_above)
{
    bool found = false;
    for (int i = 0; i < product->count && !found; i++) {
        struct bs_whole_power other = bs_whole_power(product->args[i]);
        found = other.base == base && (other.exponent > 0) == is_above;
    }
    return found && bs_is_nonzero(base);
}

/* x or y, of 1/x or 1/(x·y), multiplies in the product. */
static bool divides_factor(bs_expr divisor, bs_expr product)
{
    struct bs_whole_power power = bs_whole_power(divisor);
    struct factors inner = factors_of(&power.base);
    for (int i = 0; i < inner.count && power.exponent < 0; i++) {
        struct bs_whole_power below = bs_whole_power(inner.items[i]);
        if (has_opposite(product, below.base, below.exponent > 0))
            return true;
    }
    return false;
}

/* Would something cancel if the product went into the sum? */
static bool has_divisor(bs_expr sum, bs_expr product)
{
    for (int i = 0; i < sum->count; i++) {
        struct factors factors = factors_of(&sum->args[i]);
        for (int k = 0; k < factors.count; k++)
            if (divides_factor(factors.items[k], product))
                return true;
    }
    return false;
}

/* x·(a/x + b) is a + x·b: a factor goes into a sum of quotients where that is shorter. */
static bs_expr distribute(struct bs_pool *pool, bs_expr product, bs_expr sum)
{
    struct bs_list terms = {0};
    for (int i = 0; i < sum->count && !terms.failed; i++) {
        bs_expr term = with_factor(pool, product, sum, sum->args[i]);
        bs_list_add(&terms, bs_simplify(pool, term));
    }
    bs_expr result = bs_list_sum(pool, &terms);
    return shorter(pool, result, product);
}

/* Only where one sum or two would take it: every further one is tried inside each of the others. */
static bs_expr clear_divisors(struct bs_pool *pool, bs_expr product)
{
    bs_expr sum = NULL;
    int count = 0;
    for (int i = product->count - 1; i >= 0 && product->size <= MOST_SIZE; i--)
        if (product->args[i]->kind == BS_SUM && has_divisor(product->args[i], product)) {
            sum = product->args[i];
            count++;
        }
    return count == 1 || count == 2 ? distribute(pool, product, sum) : product;
}

static bs_expr absorb(struct bs_pool *pool, bs_expr product)
{
    bs_expr result = product;
    for (int i = 0; i < product->count && result == product; i++)
        if (product->args[i]->kind == BS_INDEXED_PRODUCT)
            result = bs_absorb_factors(pool, product, i);
    return result;
}

bs_expr bs_reshape_product(struct bs_pool *pool, bs_expr product)
{
    bs_expr result = product->count > MOST_TERMS ? product : cancel(pool, product);
    if (result == product)
        result = clear_divisors(pool, product);
    if (result == product)
        result = absorb(pool, product);
    return result == product ? in_order(pool, product) : result;
}

/* 1/(1/x) is x where x is surely no 0. */
bs_expr bs_reshape_power(struct bs_pool *pool, bs_expr power)
{
    (void)pool;
    bs_expr base = power->args[0];
    bool is_double = bs_is_inverse(power) && bs_is_inverse(base);
    return is_double && bs_is_nonzero(base->args[0]) ? base->args[0] : power;
}
