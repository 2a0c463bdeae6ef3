/* Evaluation in intervals. */
#include "expr/interval.h"

#include "expr/func.h"
#include "expr/node.h"

#include <float.h>
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

/* Units of the last of some figures are powers of ten, as good as doubles have them. */
static double unit_of_figures(double value, int figures)
{
    return value == 0 || !isfinite(value) ? 0 : pow(10, floor(log10(fabs(value))) - figures + 1);
}

double bs_rounding_unit(const struct bs_rounding *rounding, double value)
{
    const bool has_decimals = rounding->decimals >= 0, has_figures = rounding->figures > 0;
    const double of_decimals = has_decimals ? pow(10, -rounding->decimals) : 0;
    const double of_figures = has_figures ? unit_of_figures(value, rounding->figures) : 0;
    return has_decimals && has_figures ? fmin(of_decimals, of_figures) : of_decimals + of_figures;
}

/* A value that has no more digits than are kept is not rounded by anyone. */
static bool is_short(struct bs_interval x, double unit)
{
    const double nearest = round(x.lo / unit) * unit;
    const double slack = 1e-9 * unit + 8 * DBL_EPSILON * fabs(nearest);
    return fabs(x.lo - nearest) <= slack && fabs(x.hi - nearest) <= slack;
}

/* Rounding changes no sign. */
static struct bs_interval rounded(struct bs_interval x, const struct bs_place *place)
{
    const struct bs_interval_env *env = place->walk->env;
    if (!env->rounding)
        return x;
    const double unit = bs_rounding_unit(env->rounding, fmax(fabs(x.lo), fabs(x.hi)));
    if (unit == 0 || is_short(x, unit))
        return x;
    const double width = unit * env->rounding->units;
    const struct bs_interval wide = bs_interval_add(x, (struct bs_interval){-width, width});
    return (struct bs_interval){x.lo >= 0 ? fmax(wide.lo, 0) : wide.lo,
                                x.hi <= 0 ? fmin(wide.hi, 0) : wide.hi};
}

static int give(union bs_quantity *out, struct bs_interval x)
{
    out->interval = x;
    return BS_OK;
}

#define COMBINE(name, function)                                                       \
    static int name(union bs_quantity *left, const union bs_quantity *right,          \
                    const struct bs_place *place)                                     \
    {                                                                                 \
        return give(left, rounded(function(left->interval, right->interval), place)); \
    }

COMBINE(add, bs_interval_add)
COMBINE(divide, bs_interval_div)
COMBINE(power, bs_interval_power)

static bool is_sign(struct bs_interval x)
{
    return bs_interval_is_point(x) && fabs(x.lo) == 1;
}

/* A minus in front of what has been rounded is no further operation. */
static int multiply(union bs_quantity *left, const union bs_quantity *right,
                    const struct bs_place *place)
{
    const struct bs_interval product = bs_interval_mul(left->interval, right->interval);
    const bool is_signed = is_sign(left->interval) || is_sign(right->interval);
    return give(left, is_signed ? product : rounded(product, place));
}

static int join(union bs_quantity *left, const union bs_quantity *right,
                const struct bs_place *place)
{
    (void)place;
    return give(left, bs_interval_hull(left->interval, right->interval));
}

/* Surely equal, surely not, or either. */
static int delta(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const struct bs_interval a = left->interval, b = right->interval;
    (void)place;
    const bool same = bs_interval_is_point(a) && bs_interval_is_point(b) && a.lo == b.lo;
    const bool apart = a.hi < b.lo || b.hi < a.lo;
    return give(left, (struct bs_interval){same, !apart});
}

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    bs_expr expr = place->expr;
    const struct bs_func *func = expr->u.call.func;
    if (!func->interval)
        return bs_fail(place->walk->err, BS_REFUSED, "%s has no value on intervals", func->name);
    const struct bs_interval value =
        func->interval(&args->interval, expr->count, expr->u.call.index, place->walk->kink);
    return give(out, rounded(value, place));
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
