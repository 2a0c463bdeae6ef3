/* Identities: proved by normal forms, refuted at points. */
#include "expr/prove.h"

#include "expr/eval.h"
#include "expr/func.h"
#include "expr/index.h"
#include "expr/normal.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { FIRST_POINTS = 40, MOST_POINTS = 400, MOST_SIZE = 5000 };

/* Two values this near, as a multiple of what went into them, may be the same. */
static const double TOLERANCE = 1e-9;

/* ---- points ---------------------------------------------------------------------------------- */

/* How the values of a point are drawn: small whole numbers first, which read best. */
struct drawing {
    struct bs_point *point;
    struct bs_pool *pool;
    struct bs_rng rng;
    int attempt;
    bs_expr both; /* left + right: what a name stands for is seen there */
};

/* What a name is good for: an index or a subscript, the end of a sum, or anything. */
enum role { IS_INDEX = 1, IS_END = 2 };

static unsigned role_at(bs_expr expr, int i)
{
    if (bs_binds_index(expr))
        return i == 1 ? IS_INDEX : i == 2 ? IS_END : 0;
    return expr->kind == BS_MEMBER || expr->kind == BS_DELTA ? IS_INDEX : 0;
}

/* All roles of the name; `role` is that of the part looked at, 0 outside of any. */
static unsigned roles_of(bs_expr expr, const char *name, unsigned role, uint64_t stamp)
{
    unsigned found = 0;
    if (expr->kind == BS_SYMBOL)
        return strcmp(expr->u.name, name) == 0 ? role : 0;
    if (role == 0 && expr->memo->seen == stamp)
        return 0;
    if (role == 0)
        expr->memo->seen = stamp;
    for (int i = 0; i < expr->count; i++)
        found |= roles_of(expr->args[i], name, role ? role : role_at(expr, i), stamp);
    return found;
}

/* An index is 1 or 2, later 3, and what it counts to is more or the same. */
static double draw_count(struct drawing *drawing, unsigned roles)
{
    const uint64_t most = drawing->attempt < FIRST_POINTS ? 2 : 3;
    return roles & IS_END ? (double)(most + bs_rng_below(&drawing->rng, 3))
                          : (double)(1 + bs_rng_below(&drawing->rng, most));
}

static double draw(struct drawing *drawing, const char *name)
{
    static const double readable[] = {1, 2, 3, 0.5, -1, 0, -2, 4};
    enum { READABLE = sizeof readable / sizeof *readable };
    const unsigned roles = roles_of(drawing->both, name, 0, bs_next_stamp());
    if (roles != 0)
        return draw_count(drawing, roles);
    if (drawing->attempt < 2 * READABLE)
        return readable[((size_t)drawing->attempt + drawing->point->count) % READABLE];
    const double reach = drawing->attempt % 3 == 0 ? 1 : 3;
    return bs_rng_between(&drawing->rng, drawing->attempt % 2 == 0 ? 0 : -reach, reach);
}

static int give_leaf(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct drawing *drawing = context;
    if (leaf->kind != BS_SYMBOL)
        return bs_fail(err, BS_REFUSED, "an entry of a tape has no value here");
    if (bs_point_find(value, drawing->point, leaf))
        return BS_OK;
    *value = draw(drawing, leaf->u.name);
    return bs_point_add(drawing->point, drawing->pool, leaf, *value, err);
}

/* ---- refuting -------------------------------------------------------------------------------- */

/* Only what the point has already. */
static int known_leaf(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct drawing *drawing = context;
    return bs_point_find(value, drawing->point, leaf) ? BS_OK
                                                      : bs_fail(err, BS_REFUSED, "not drawn");
}

/*
 * Does a sum there run backwards, from 4 to 2?  It has no terms then, while by convention it has
 * to − from + 1 of them, as Σ_k=i..D c = c·(D − i + 1) says: such a point decides nothing.  Bounds
 * with the index of an outer sum, which has no value of its own, are left alone.
 */
static bool runs_backwards(bs_expr expr, struct bs_env *env)
{
    struct bs_valued from, to;
    if (bs_binds_index(expr) && bs_eval(&from, expr->args[1], env, NULL) == BS_OK &&
        bs_eval(&to, expr->args[2], env, NULL) == BS_OK && to.value < from.value - 1)
        return true;
    for (int i = 0; i < expr->count; i++)
        if (runs_backwards(expr->args[i], env))
            return true;
    return false;
}

/* 1: the sides differ at the point drawn; 0: they do not, or one has no value there. */
static int compare_at(struct bs_proof *out, struct drawing *drawing, bs_expr left, bs_expr right,
                      struct bs_error *err)
{
    struct bs_env env = {.leaf = give_leaf, .context = drawing};
    struct bs_valued values[2];
    bs_expr sides[] = {left, right};
    const bool has_sums =
        drawing->both->size <= MOST_SIZE && (bs_has_kind(drawing->both, BS_INDEXED_SUM) ||
                                             bs_has_kind(drawing->both, BS_INDEXED_PRODUCT));
    for (int i = 0; i < 2; i++) {
        int status = bs_eval(&values[i], sides[i], &env, err);
        if (status < 0)
            return status;
        if (!isfinite(values[i].value) || !isfinite(values[i].size) || env.on_kink)
            return 0;
    }
    struct bs_env known = {.leaf = known_leaf, .context = drawing};
    if (has_sums && runs_backwards(drawing->both, &known))
        return 0;
    out->tried++;
    out->left = values[0].value;
    out->right = values[1].value;
    double bound = TOLERANCE * (values[0].size + values[1].size);
    return fabs(out->left - out->right) > bound;
}

/* A refusal at one point (a subscript that is no whole number there) is no answer; memory is. */
static int search(struct bs_proof *out, struct bs_pool *pool, bs_expr left, bs_expr right,
                  struct bs_error *err)
{
    struct bs_error refusal = {0};
    struct drawing drawing = {
        .point = &out->point, .pool = pool, .both = bs_add(pool, left, right)};
    if (!drawing.both)
        return bs_pool_error(pool, err);
    bs_rng_seed(&drawing.rng, 1);
    for (drawing.attempt = 0; drawing.attempt < MOST_POINTS; drawing.attempt++) {
        bs_point_finish(&out->point);
        if (bs_is_interrupted())
            return bs_fail_interrupted(err);
        int status = compare_at(out, &drawing, left, right, refusal.status ? NULL : &refusal);
        if (status > 0)
            return status;
        if (status == BS_NO_MEMORY)
            return bs_fail_memory(err);
        if (status == BS_INTERRUPTED)
            return bs_fail_interrupted(err);
    }
    bs_point_finish(&out->point);
    if (out->tried > 0)
        return 0;
    if (refusal.status != BS_OK)
        return bs_fail(err, refusal.status, "%s", refusal.text);
    return bs_fail(err, BS_REFUSED,
                   "the two sides have no value away from kinks at any of %d points tried",
                   MOST_POINTS);
}

/* ---- proving --------------------------------------------------------------------------------- */

static void add_step(struct bs_steps *steps, const char *rule, bs_expr before, bs_expr after)
{
    if (before == after || !after)
        return;
    if (!bs_grow(&steps->items, &steps->capacity, steps->count + 1, sizeof *steps->items)) {
        steps->failed = true;
        return;
    }
    steps->items[steps->count++] = (struct bs_step){rule, before, after, true};
}

/* Every function written by its formula, and those in there. */
static bs_expr with_formulas(struct bs_pool *pool, bs_expr expr)
{
    struct bs_list args = {0};
    if (expr->count == 0)
        return expr;
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&args, with_formulas(pool, expr->args[i]));
    bs_expr same = bs_list_with_args(pool, expr, &args);
    if (!same || same->kind != BS_CALL)
        return same;
    bs_expr formula = bs_func_expand(pool, same);
    return formula && formula != same ? with_formulas(pool, formula) : formula;
}

/* The lines of one side: what it is, by formulas, multiplied out. */
static void add_side(struct bs_proof *out, struct bs_pool *pool, bs_expr side,
                     const struct bs_quotient *form)
{
    bs_expr formulas = bs_tidy(pool, with_formulas(pool, side));
    bs_expr last = bs_quotient_expr(pool, form);
    add_step(&out->steps, "functions by their formulas", side, formulas);
    add_step(&out->steps, "multiplied out", formulas, last);
}

static void add_lines(struct bs_proof *out, struct bs_pool *pool, bs_expr left, bs_expr right,
                      const struct bs_quotient *left_form, const struct bs_quotient *right_form)
{
    bs_expr simple_left = bs_simplify(pool, left), simple_right = bs_simplify(pool, right);
    if (simple_left == simple_right) {
        add_step(&out->steps, "simplification", left, simple_left);
        add_step(&out->steps, "simplification", right, simple_right);
        return;
    }
    add_side(out, pool, left, left_form);
    add_side(out, pool, right, right_form);
    bs_expr over = bs_quotient_expr(pool, left_form), other = bs_quotient_expr(pool, right_form);
    add_step(&out->steps, "the same over a common denominator", over, other);
}

static bool is_proved(struct bs_proof *out, struct bs_pool *pool, bs_expr left, bs_expr right)
{
    struct bs_quotient left_form = bs_normal(pool, left), right_form = bs_normal(pool, right);
    bool same = !bs_quotient_has_failed(&left_form) && !bs_quotient_has_failed(&right_form) &&
                bs_is_same_quotient(pool, &left_form, &right_form);
    if (same)
        add_lines(out, pool, left, right, &left_form, &right_form);
    bs_quotient_finish(&left_form);
    bs_quotient_finish(&right_form);
    return same;
}

/*
 * Points come first: a slip is found at the first one or two, and a pair that agrees at all of them
 * is worth the work of proving.
 */
int bs_prove(struct bs_proof *out, struct bs_pool *pool, bs_expr left, bs_expr right,
             struct bs_error *err)
{
    *out = (struct bs_proof){.verdict = BS_UNDECIDED};
    int status = search(out, pool, left, right, err);
    if (status < 0)
        goto out;
    if (status > 0)
        out->verdict = BS_REFUTED;
    else if (is_proved(out, pool, left, right))
        out->verdict = BS_PROVED;
    status = BS_OK;
    if (bs_pool_is_exhausted(pool) || out->steps.failed)
        status = bs_pool_error(pool, err);
    else
        bs_pool_forgive(pool); /* a normal form that could not be made is no proof, and no error */
out:
    if (status < 0)
        bs_proof_finish(out);
    return status;
}

void bs_proof_finish(struct bs_proof *proof)
{
    bs_steps_finish(&proof->steps);
    bs_point_finish(&proof->point);
}

/* ---- collecting ------------------------------------------------------------------------------ */

/* The monomial without the symbol, whose exponent in it is *power. */
static bs_expr monomial_without(struct bs_pool *pool, bs_expr monomial, bs_expr symbol,
                                int64_t *power)
{
    struct bs_list factors = {0};
    int64_t exponent;
    *power = 0;
    for (int i = 0; i < bs_monomial_count(monomial); i++) {
        bs_expr atom = bs_monomial_atom(monomial, i, &exponent);
        if (atom == symbol)
            *power = exponent;
        else if (exponent == 1)
            bs_list_add(&factors, atom);
        else
            bs_list_add(&factors, bs_power(pool, atom, bs_integer(pool, exponent)));
    }
    return bs_list_product(pool, &factors);
}

/* The terms with the same power of the symbol, as one product with it. */
static bs_expr collect_power(struct bs_pool *pool, const struct bs_polynomial *in, bs_expr symbol,
                             int64_t power)
{
    struct bs_polynomial part = {.failed = false};
    for (size_t i = 0; i < in->monomials.count; i++) {
        int64_t there;
        bs_expr rest = monomial_without(pool, in->monomials.items[i], symbol, &there);
        part.failed = part.failed || !rest;
        if (there != power)
            continue;
        bs_list_add(&part.coefficients, in->coefficients.items[i]);
        bs_list_add(&part.monomials, rest);
    }
    part.failed = part.failed || part.coefficients.failed || part.monomials.failed;
    bs_expr sum = bs_simplify(pool, bs_polynomial_expr(pool, &part));
    bs_polynomial_finish(&part);
    return power == 0 ? sum : bs_mul(pool, sum, bs_power(pool, symbol, bs_integer(pool, power)));
}

static int64_t highest_power(const struct bs_polynomial *in, bs_expr symbol)
{
    int64_t highest = 0, exponent;
    for (size_t i = 0; i < in->monomials.count; i++)
        for (int k = 0; k < bs_monomial_count(in->monomials.items[i]); k++)
            if (bs_monomial_atom(in->monomials.items[i], k, &exponent) == symbol &&
                exponent > highest)
                highest = exponent;
    return highest;
}

bs_expr bs_collect(struct bs_pool *pool, bs_expr expr, bs_expr symbol)
{
    struct bs_quotient form = bs_normal(pool, expr);
    struct bs_list powers = {0};
    bs_expr under = bs_polynomial_expr(pool, &form.under), result = expr;
    if (!bs_quotient_has_failed(&form) && under && bs_is_integer(under, 1)) {
        for (int64_t n = highest_power(&form.over, symbol); n >= 0; n--)
            bs_list_add(&powers, collect_power(pool, &form.over, symbol, n));
        result = bs_tidy(pool, bs_list_sum(pool, &powers));
    }
    bs_quotient_finish(&form);
    return bs_pool_is_exhausted(pool) ? NULL : result;
}
