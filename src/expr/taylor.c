#include "expr/taylor.h"

#include "expr/calculus.h"
#include "expr/index.h"
#include "expr/node.h"

struct expansion {
    struct bs_pool *pool;
    bool of_any; /* f is any function: its derivatives are named, not worked out */
    bs_expr all; /* f and all of the steps: what the letter of an index may be free in */
};

static bs_expr slope(const struct expansion *in, bs_expr f, bs_expr x)
{
    return in->of_any ? bs_partial(in->pool, f, x) : bs_diff(in->pool, f, x, NULL);
}

/* Summed over the members, if the variable is an array's. */
static bs_expr over_members(struct bs_pool *pool, const struct bs_displacement *step, bs_expr term)
{
    if (step->variable->kind != BS_MEMBER)
        return term;
    return bs_indexed_sum(pool, step->variable->args[0], step->from, step->to, term);
}

/* What the displacement is made of; only what stands there for the reader is free in it. */
static bs_expr parts_of(struct bs_pool *pool, const struct bs_displacement *step)
{
    return over_members(pool, step, bs_add(pool, step->variable, step->step));
}

static struct expansion expansion_of(struct bs_pool *pool, bs_expr f,
                                     const struct bs_displacement *steps, size_t count)
{
    struct expansion out = {pool, f && (f->kind == BS_SYMBOL || f->kind == BS_PARTIAL), f};
    for (size_t i = 0; i < count; i++) {
        out.of_any = out.of_any && f != steps[i].variable;
        out.all = bs_add(pool, out.all, parts_of(pool, &steps[i]));
    }
    return out;
}

/* The same displacement with another letter for its index, one that stands not in `avoid`. */
static struct bs_displacement renamed(struct bs_pool *pool, const struct bs_displacement *step,
                                      bs_expr avoid)
{
    struct bs_displacement out = *step;
    if (step->variable->kind != BS_MEMBER)
        return out;
    bs_expr sum = parts_of(pool, step), index = step->variable->args[0];
    bs_expr other = sum && avoid ? bs_rename_index(pool, sum, avoid) : NULL;
    out.variable = other ? bs_put(pool, step->variable, index, other->args[0]) : NULL;
    out.step = other ? bs_put(pool, step->step, index, other->args[0]) : NULL;
    return out;
}

/* Its index counts the members, and must not be one that the formula has for something else. */
static struct bs_displacement own_index(const struct expansion *in,
                                        const struct bs_displacement *step)
{
    bool clashes =
        step->variable->kind == BS_MEMBER && bs_has_free(in->all, step->variable->args[0]);
    return clashes ? renamed(in->pool, step, in->all) : *step;
}

/* NULL where the displacement has failed. */
static bs_expr first_order(const struct expansion *in, bs_expr f,
                           const struct bs_displacement *step)
{
    if (!step->variable || !step->step)
        return NULL;
    bs_expr term = bs_mul(in->pool, slope(in, f, step->variable), step->step);
    return over_members(in->pool, step, term);
}

static bs_expr second_order(const struct expansion *in, bs_expr f, const struct bs_displacement *a,
                            const struct bs_displacement *b)
{
    if (!a->variable || !a->step)
        return NULL;
    bs_expr avoid = bs_add(in->pool, in->all, a->variable);
    struct bs_displacement other = renamed(in->pool, b, avoid);
    bs_expr change = first_order(in, slope(in, f, a->variable), &other);
    return over_members(in->pool, a, bs_mul(in->pool, change, a->step));
}

bs_expr bs_taylor(struct bs_pool *pool, bs_expr f, const struct bs_displacement *steps,
                  size_t count, int order)
{
    const struct expansion in = expansion_of(pool, f, steps, count);
    struct bs_list terms = {0};
    bs_expr half = bs_rational(pool, 1, 2);
    for (size_t i = 0; i < count && in.all && !terms.failed; i++) {
        struct bs_displacement step = own_index(&in, &steps[i]);
        bs_list_add(&terms, first_order(&in, f, &step));
    }
    for (size_t i = 0; i < count && in.all && order > 1; i++) {
        struct bs_displacement step = own_index(&in, &steps[i]);
        for (size_t k = 0; k < count && !terms.failed; k++) {
            bs_expr term = second_order(&in, f, &step, &steps[k]);
            bs_list_add(&terms, half && term ? bs_mul(pool, half, term) : NULL);
        }
    }
    bs_expr sum = bs_list_sum(pool, &terms);
    return in.all ? bs_simplify(pool, sum) : NULL;
}
