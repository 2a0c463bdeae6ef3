#include "expr/bound.h"

#include "expr/calculus.h"
#include "expr/func.h"
#include "expr/normal.h"

/* A quadratic p·x² + q·x + r in one quantity, with p below 0. */
struct quadratic {
    bs_expr x, p, q, r;
};

/* Puts a term c·x^n in its place; false where it is of another quantity or degree. */
static bool take_term(struct quadratic *out, bs_expr coefficient, bs_expr monomial)
{
    int64_t exponent = 0;
    const int count = bs_monomial_count(monomial);
    bs_expr atom = count == 1 ? bs_monomial_atom(monomial, 0, &exponent) : NULL;
    if (count > 1 || exponent < 0 || exponent > 2 || (out->x && atom && atom != out->x))
        return false;
    if (atom)
        out->x = atom;
    *(exponent == 0 ? &out->r : exponent == 1 ? &out->q : &out->p) = coefficient;
    return true;
}

static bool read_quadratic(struct quadratic *out, struct bs_pool *pool, bs_expr body)
{
    struct bs_quotient form = bs_normal(pool, body);
    bs_expr zero = bs_integer(pool, 0);
    *out = (struct quadratic){NULL, zero, zero, zero};
    bool found = !bs_quotient_has_failed(&form) && form.under.monomials.count == 1 &&
                 bs_is_number(form.under.monomials.items[0]) &&
                 bs_is_integer(form.under.coefficients.items[0], 1);
    for (size_t i = 0; found && i < form.over.monomials.count; i++)
        found = take_term(out, form.over.coefficients.items[i], form.over.monomials.items[i]);
    bs_quotient_finish(&form);
    return found && out->x && bs_number_value(out->p) < 0;
}

/* The largest value r − q²/(4p), at x = −q/(2p). */
static bs_expr largest(struct bs_pool *pool, const struct quadratic *in)
{
    bs_expr square = bs_mul(pool, in->q, in->q), four = bs_mul(pool, bs_integer(pool, 4), in->p);
    return bs_simplify(pool, bs_sub(pool, in->r, bs_div(pool, square, four)));
}

/* largest + p·(x + q/(2p))² */
static bs_expr completed(struct bs_pool *pool, const struct quadratic *in, bs_expr most)
{
    bs_expr shift =
        bs_simplify(pool, bs_div(pool, in->q, bs_mul(pool, bs_integer(pool, 2), in->p)));
    bs_expr square = bs_power(pool, bs_add(pool, in->x, shift), bs_integer(pool, 2));
    return bs_simplify(pool, bs_add(pool, most, bs_mul(pool, in->p, square)));
}

/* √(q² − 4pr), where that is a positive rational; else NULL. */
static bs_expr root_of_discriminant(struct bs_pool *pool, const struct quadratic *in)
{
    bs_expr product = bs_mul(pool, bs_integer(pool, 4), bs_mul(pool, in->p, in->r));
    bs_expr square = bs_simplify(pool, bs_sub(pool, bs_mul(pool, in->q, in->q), product));
    struct bs_fraction root;
    if (!square || !bs_is_exact(square) || square->u.number.num <= 0)
        return NULL;
    const struct bs_fraction of = {square->u.number.num, square->u.number.den};
    bool is_rational = bs_func_find("sqrt")->exact(&root, &of, 1, 0, 0) == BS_EXACT;
    return is_rational ? bs_rational(pool, root.num, root.den) : NULL;
}

/* (−q + shift)/(2p) */
static bs_expr root_at(struct bs_pool *pool, const struct quadratic *in, bs_expr shift)
{
    bs_expr twice = bs_mul(pool, bs_integer(pool, 2), in->p);
    return bs_simplify(pool, bs_div(pool, bs_sub(pool, shift, in->q), twice));
}

static bool bound_factor(struct bs_bound *out, struct bs_pool *pool, bs_expr factor)
{
    struct quadratic in;
    if (factor->kind != BS_INDEXED_PRODUCT || !read_quadratic(&in, pool, factor->args[3]))
        return false;
    bs_expr root = root_of_discriminant(pool, &in);
    if (!root)
        return false;
    bs_expr most = largest(pool, &in);
    bs_expr args[] = {factor->args[0], factor->args[1], factor->args[2], most};
    out->slopes = factor;
    out->slope = factor->args[3];
    out->square = completed(pool, &in, most);
    out->x = in.x;
    out->least = root_at(pool, &in, root); /* p is below 0 */
    out->most = root_at(pool, &in, bs_neg(pool, root));
    out->bound = most ? bs_simplify(pool, bs_with_args(pool, factor, args)) : NULL;
    return true;
}

int bs_bound_slopes(struct bs_bound *out, struct bs_pool *pool, bs_expr expr, struct bs_error *err)
{
    struct bs_list others = {0};
    bool is_product = expr->kind == BS_PRODUCT;
    *out = (struct bs_bound){0};
    for (int i = 0; i < (is_product ? expr->count : 1); i++) {
        bs_expr factor = is_product ? expr->args[i] : expr;
        if (out->slopes || !bound_factor(out, pool, factor))
            bs_list_add(&others, factor);
    }
    out->others = bs_list_product(pool, &others);
    if (!out->slopes && bs_pool_forgive(pool))
        return bs_fail(err, BS_REFUSED, "there is no product of slopes over an index to bound");
    return out->square && out->bound && out->least && out->most && out->others
               ? BS_OK
               : bs_pool_error(pool, err);
}
