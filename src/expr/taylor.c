#include "expr/taylor.h"

#include "expr/calculus.h"
#include "expr/index.h"
#include "expr/node.h"

/* ∂f/∂x: worked out, or named where f is any function. */
static bs_expr slope(struct bs_pool *pool, bs_expr f, bs_expr x)
{
    bool is_any = f && (f->kind == BS_SYMBOL || f->kind == BS_PARTIAL);
    return is_any ? bs_partial(pool, f, x) : bs_diff(pool, f, x, NULL);
}

/* Summed over the members, if the variable is an array's. */
static bs_expr over_members(struct bs_pool *pool, const struct bs_displacement *step, bs_expr term)
{
    if (step->variable->kind != BS_MEMBER)
        return term;
    return bs_indexed_sum(pool, step->variable->args[0], step->from, step->to, term);
}

/* The same displacement with another letter for its index, one that the first has not. */
static struct bs_displacement renamed(struct bs_pool *pool, const struct bs_displacement *step)
{
    struct bs_displacement out = *step;
    if (step->variable->kind != BS_MEMBER)
        return out;
    bs_expr both = bs_add(pool, step->variable, step->step), index = step->variable->args[0];
    bs_expr sum = bs_indexed_sum(pool, index, step->from, step->to, both);
    bs_expr other = sum ? bs_rename_index(pool, sum, both) : NULL;
    out.variable = other ? bs_put(pool, step->variable, index, other->args[0]) : NULL;
    out.step = other ? bs_put(pool, step->step, index, other->args[0]) : NULL;
    return out;
}

static bs_expr second_order(struct bs_pool *pool, bs_expr f, const struct bs_displacement *a,
                            const struct bs_displacement *b)
{
    struct bs_displacement other = renamed(pool, b);
    if (!other.variable || !other.step)
        return NULL;
    bs_expr curvature = slope(pool, slope(pool, f, a->variable), other.variable);
    bs_expr term = bs_mul(pool, bs_mul(pool, curvature, a->step), other.step);
    return over_members(pool, a, over_members(pool, &other, term));
}

bs_expr bs_taylor(struct bs_pool *pool, bs_expr f, const struct bs_displacement *steps,
                  size_t count, int order)
{
    struct bs_list terms = {0};
    bs_expr half = bs_rational(pool, 1, 2);
    for (size_t i = 0; i < count && !terms.failed; i++) {
        bs_expr term = bs_mul(pool, slope(pool, f, steps[i].variable), steps[i].step);
        bs_list_add(&terms, over_members(pool, &steps[i], term));
    }
    for (size_t i = 0; i < count && order > 1; i++)
        for (size_t k = 0; k < count && !terms.failed; k++) {
            bs_expr term = second_order(pool, f, &steps[i], &steps[k]);
            bs_list_add(&terms, half && term ? bs_mul(pool, half, term) : NULL);
        }
    return bs_simplify(pool, bs_list_sum(pool, &terms));
}
