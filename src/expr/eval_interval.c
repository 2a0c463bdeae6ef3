/* Evaluation in intervals. */
#include "expr/interval.h"

#include "expr/func.h"
#include "expr/node.h"

#include <math.h>

_Static_assert(sizeof(union bs_quantity) == sizeof(struct bs_interval), "an array of one is one");

static int of_double(union bs_quantity *out, double value, struct bs_walk *walk)
{
    (void)walk;
    out->interval = bs_interval_point(value);
    return BS_OK;
}

/* Beyond 2^53 a whole number is rounded itself, by at most one unit. */
static struct bs_interval of_whole(int64_t value)
{
    const struct bs_interval nearest = bs_interval_point((double)value);
    const bool is_exact = value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53;
    return is_exact ? nearest : bs_interval_widen(nearest, 1);
}

static int number(union bs_quantity *out, bs_expr number, struct bs_walk *walk)
{
    (void)walk;
    if (bs_is_exact(number))
        out->interval =
            bs_interval_div(of_whole(number->u.number.num), of_whole(number->u.number.den));
    else
        out->interval = bs_interval_point(bs_number_value(number));
    return BS_OK;
}

/* Bounds the wrong way round, or nan, say nothing. */
static int leaf_value(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk)
{
    const struct bs_interval_env *env = walk->env;
    int status = env->leaf(&out->interval, env->context, leaf, walk->err);
    if (status == BS_OK && !(out->interval.lo <= out->interval.hi))
        out->interval = bs_interval_whole();
    return status;
}

#define COMBINE(name, function)                                              \
    static int name(union bs_quantity *left, const union bs_quantity *right, \
                    const struct bs_place *place)                            \
    {                                                                        \
        (void)place;                                                         \
        left->interval = function(left->interval, right->interval);          \
        return BS_OK;                                                        \
    }

COMBINE(add, bs_interval_add)
COMBINE(multiply, bs_interval_mul)
COMBINE(divide, bs_interval_div)
COMBINE(power, bs_interval_power)
COMBINE(join, bs_interval_hull)

/* Surely equal, surely not, or either. */
static struct bs_interval delta_of(struct bs_interval a, struct bs_interval b)
{
    const bool same = bs_interval_is_point(a) && bs_interval_is_point(b) && a.lo == b.lo;
    const bool apart = a.hi < b.lo || b.hi < a.lo;
    return (struct bs_interval){same, !apart};
}

COMBINE(delta, delta_of)

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    bs_expr expr = place->expr;
    const struct bs_func *func = expr->u.call.func;
    if (!func->interval)
        return bs_fail(place->walk->err, BS_REFUSED, "%s has no value on intervals", func->name);
    out->interval =
        func->interval(&args->interval, expr->count, expr->u.call.index, place->walk->kink);
    return BS_OK;
}

static unsigned sides(const union bs_quantity *test, struct bs_walk *walk)
{
    const struct bs_interval x = test->interval;
    (void)walk;
    return (x.hi > 0 ? BS_SIDE_ABOVE : 0U) | (x.lo < 0 ? BS_SIDE_BELOW : 0U) |
           (bs_interval_has(x, 0) ? BS_SIDE_ZERO : 0U);
}

static double approximate(const union bs_quantity *value)
{
    return bs_interval_is_point(value->interval) ? value->interval.lo : NAN;
}

static const struct bs_arithmetic INTERVALS = {
    .number = number,
    .leaf = leaf_value,
    .real = of_double,
    .add = add,
    .multiply = multiply,
    .divide = divide,
    .power = power,
    .delta = delta,
    .join = join,
    .call = call,
    .sides = sides,
    .approximate = approximate,
};

int bs_eval_interval(struct bs_interval *out, bs_expr expr, struct bs_interval_env *env,
                     struct bs_error *err)
{
    union bs_quantity value;
    struct bs_walk walk = {.arithmetic = &INTERVALS, .env = env, .err = err, .kink = env->kink};
    int status = bs_walk(&value, expr, &walk);
    if (status == BS_OK)
        *out = value.interval;
    return status;
}
