/* A monomial is 1, an atom, a power of one with a whole exponent, or the product of several such.
 */
#include "expr/polynomial.h"

#include "base/interrupt.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TERMS = 500, MOST_POWER = 4096, MOST_STEPS = 1000000 };

/* ---- work ------------------------------------------------------------------------------------ */

struct bs_work bs_work_begin(struct bs_pool *pool)
{
    return (struct bs_work){pool, MOST_STEPS};
}

/* Once too many were asked for, none are left: whoever asks next is refused as well. */
bool bs_work_spend(struct bs_work *work, int64_t steps)
{
    work->left = steps > work->left || bs_is_interrupted() ? 0 : work->left - steps;
    return work->left > 0;
}

/* ---- monomials ------------------------------------------------------------------------------- */

int bs_monomial_count(bs_expr monomial)
{
    return bs_is_number(monomial) ? 0 : monomial->kind == BS_PRODUCT ? monomial->count : 1;
}

bs_expr bs_monomial_atom(bs_expr monomial, int i, int64_t *exponent)
{
    bs_expr factor = monomial->kind == BS_PRODUCT ? monomial->args[i] : monomial;
    bool is_whole = factor->kind == BS_POWER && bs_is_exact(factor->args[1]) &&
                    factor->args[1]->u.number.den == 1;
    *exponent = is_whole ? factor->args[1]->u.number.num : 1;
    return is_whole ? factor->args[0] : factor;
}

static bs_expr power_of(struct bs_pool *pool, bs_expr atom, int64_t exponent)
{
    return exponent == 1 ? atom : bs_power(pool, atom, bs_integer(pool, exponent));
}

/* Both are sorted: take the smaller atom of the two each time, as merging does. */
static bs_expr multiply_monomials(struct bs_work *work, bs_expr a, bs_expr b)
{
    struct bs_list factors = {0};
    const int most_a = bs_monomial_count(a), most_b = bs_monomial_count(b);
    if (!bs_work_spend(work, 1 + most_a + most_b))
        return NULL;
    for (int i = 0, k = 0; (i < most_a || k < most_b) && !factors.failed;) {
        int64_t left = 0, right = 0;
        bs_expr of_a = i < most_a ? bs_monomial_atom(a, i, &left) : NULL;
        bs_expr of_b = k < most_b ? bs_monomial_atom(b, k, &right) : NULL;
        int order = !of_a ? 1 : !of_b ? -1 : bs_compare(of_a, of_b);
        int64_t exponent = (order <= 0 ? left : 0) + (order >= 0 ? right : 0);
        i += order <= 0;
        k += order >= 0;
        if (exponent > MOST_POWER || exponent < -MOST_POWER) {
            bs_list_finish(&factors);
            return NULL;
        }
        if (exponent != 0)
            bs_list_add(&factors, power_of(work->pool, order <= 0 ? of_a : of_b, exponent));
    }
    return bs_list_product(work->pool, &factors);
}

/* ---- polynomials ----------------------------------------------------------------------------- */

void bs_polynomial_finish(struct bs_polynomial *polynomial)
{
    bs_list_finish(&polynomial->coefficients);
    bs_list_finish(&polynomial->monomials);
}

/* The memo of a monomial says where it is listed; the stamp is that of one polynomial being made.
 */
static void add_term(struct bs_work *work, struct bs_polynomial *out, bs_expr coefficient,
                     bs_expr monomial, uint64_t stamp)
{
    if (!coefficient || !monomial || !bs_is_exact(coefficient) ||
        out->monomials.count > MOST_TERMS || !bs_work_spend(work, 1)) {
        out->failed = true;
        return;
    }
    if (monomial->memo->listed == stamp) {
        bs_expr *there = &out->coefficients.items[monomial->memo->place];
        bs_expr sum = bs_number_add(work->pool, *there, coefficient);
        out->failed = out->failed || !sum || !bs_is_exact(sum);
        *there = sum ? sum : coefficient;
        return;
    }
    bs_list_add(&out->coefficients, coefficient);
    bs_list_add(&out->monomials, monomial);
    if (out->coefficients.failed || out->monomials.failed) {
        bs_pool_refuse(work->pool, BS_NO_MEMORY, "not enough memory");
        out->failed = true;
        return;
    }
    monomial->memo->listed = stamp;
    monomial->memo->place = out->monomials.count - 1;
}

/* Drop what cancelled; of one that has failed, everything. */
static void settle(struct bs_polynomial *out)
{
    size_t kept = 0;
    if (out->failed)
        bs_polynomial_finish(out);
    for (size_t i = 0; i < out->monomials.count; i++) {
        if (bs_is_integer(out->coefficients.items[i], 0))
            continue;
        out->coefficients.items[kept] = out->coefficients.items[i];
        out->monomials.items[kept++] = out->monomials.items[i];
    }
    out->coefficients.count = out->monomials.count = kept;
}

struct bs_polynomial bs_polynomial_number(struct bs_work *work, bs_expr number)
{
    struct bs_polynomial out = {0};
    add_term(work, &out, number, bs_integer(work->pool, 1), bs_next_stamp());
    settle(&out);
    return out;
}

struct bs_polynomial bs_polynomial_atom(struct bs_work *work, bs_expr atom, int64_t exponent)
{
    struct bs_polynomial out = {0};
    bs_expr monomial = atom ? power_of(work->pool, atom, exponent) : NULL;
    add_term(work, &out, bs_integer(work->pool, 1), monomial, bs_next_stamp());
    settle(&out);
    return out;
}

struct bs_polynomial bs_polynomial_add(struct bs_work *work, const struct bs_polynomial *a,
                                       const struct bs_polynomial *b)
{
    struct bs_polynomial out = {.failed = a->failed || b->failed};
    const uint64_t stamp = bs_next_stamp();
    for (int side = 0; side < 2; side++) {
        const struct bs_polynomial *in = side == 0 ? a : b;
        for (size_t i = 0; i < in->monomials.count && !out.failed; i++)
            add_term(work, &out, in->coefficients.items[i], in->monomials.items[i], stamp);
    }
    settle(&out);
    return out;
}

struct bs_polynomial bs_polynomial_mul(struct bs_work *work, const struct bs_polynomial *a,
                                       const struct bs_polynomial *b)
{
    struct bs_polynomial out = {.failed = a->failed || b->failed};
    const uint64_t stamp = bs_next_stamp();
    for (size_t i = 0; i < a->monomials.count && !out.failed; i++)
        for (size_t k = 0; k < b->monomials.count && !out.failed; k++)
            add_term(work, &out,
                     bs_number_mul(work->pool, a->coefficients.items[i], b->coefficients.items[k]),
                     multiply_monomials(work, a->monomials.items[i], b->monomials.items[k]), stamp);
    settle(&out);
    return out;
}

static int64_t degree_of(bs_expr monomial)
{
    int64_t degree = 0, exponent;
    for (int i = 0; i < bs_monomial_count(monomial); i++) {
        bs_monomial_atom(monomial, i, &exponent);
        degree += exponent;
    }
    return degree;
}

/* The higher degree first. */
static int compare_terms(const void *a, const void *b)
{
    const bs_expr *left = a, *right = b;
    const int64_t of_left = degree_of(*left), of_right = degree_of(*right);
    return of_left != of_right ? (of_left < of_right ? 1 : -1) : bs_compare(*left, *right);
}

/* The terms are sorted by their monomials; the memo finds each one's coefficient again. */
bs_expr bs_polynomial_expr(struct bs_pool *pool, const struct bs_polynomial *polynomial)
{
    struct bs_list sorted = {0}, terms = {0};
    const uint64_t stamp = bs_next_stamp();
    if (polynomial->failed)
        return NULL;
    for (size_t i = 0; i < polynomial->monomials.count; i++) {
        struct bs_memo *memo = polynomial->monomials.items[i]->memo;
        memo->listed = stamp;
        memo->place = i;
        bs_list_add(&sorted, polynomial->monomials.items[i]);
    }
    if (sorted.count > 1 && !sorted.failed)
        qsort(sorted.items, sorted.count, sizeof(bs_expr), compare_terms);
    for (size_t i = 0; i < sorted.count && !sorted.failed; i++) {
        bs_expr coefficient = polynomial->coefficients.items[sorted.items[i]->memo->place];
        bs_list_add(&terms, bs_mul(pool, coefficient, sorted.items[i]));
    }
    terms.failed = terms.failed || sorted.failed;
    bs_list_finish(&sorted);
    return bs_tidy(pool, bs_list_sum(pool, &terms));
}
