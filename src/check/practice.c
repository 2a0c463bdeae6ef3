/* Working things out as people do, with every step written down. */
#include "check/practice.h"

#include "expr/func.h"

#include <math.h>

struct practising {
    const double *values;
    const struct bs_rounding *rounding;
    bool cuts;
    double kink;
};

/* What is as good as a whole number of units in binary is one. */
double bs_write_down(double value, double unit, bool cuts)
{
    static const double SLACK = 1e-9;
    if (unit == 0 || !isfinite(value))
        return value;
    const double size = fabs(value) / unit + SLACK;
    return copysign((cuts ? floor(size) : floor(size + 0.5)) * unit, value);
}

static double write(const struct practising *practising, double value)
{
    return bs_write_down(value, bs_rounding_unit(practising->rounding, value), practising->cuts);
}

static double practise(const struct practising *practising, bs_expr expr);

static double sum_up(const struct practising *practising, bs_expr sum)
{
    double value = practise(practising, sum->args[0]);
    for (int i = 1; i < sum->count; i++)
        value = write(practising, value + practise(practising, sum->args[i]));
    return value;
}

/* A factor x^-1 divides. */
static bool divides(bs_expr factor)
{
    return factor->kind == BS_POWER && bs_is_integer(factor->args[1], -1);
}

static double multiply_up(const struct practising *practising, bs_expr product)
{
    double value = practise(practising, product->args[0]);
    for (int i = 1; i < product->count; i++) {
        bs_expr factor = product->args[i];
        value = write(practising, divides(factor) ? value / practise(practising, factor->args[0])
                                                  : value * practise(practising, factor));
    }
    return value;
}

static double call(const struct practising *practising, bs_expr expr)
{
    enum { MOST_ARGUMENTS = 16 };
    double args[MOST_ARGUMENTS];
    if (expr->count > MOST_ARGUMENTS)
        return NAN;
    for (int i = 0; i < expr->count; i++)
        args[i] = practise(practising, expr->args[i]);
    return write(practising, bs_func_value(expr->u.call.func, args, expr->count, expr->u.call.index,
                                           practising->kink));
}

static double practise(const struct practising *practising, bs_expr expr)
{
    switch (expr->kind) {
    case BS_NUMBER:
        return bs_number_value(expr);
    case BS_REF:
        return practising->values[expr->u.ref];
    case BS_SUM:
        return sum_up(practising, expr);
    case BS_PRODUCT:
        return multiply_up(practising, expr);
    case BS_POWER:
        return write(practising,
                     pow(practise(practising, expr->args[0]), practise(practising, expr->args[1])));
    case BS_CALL:
        return call(practising, expr);
    default:
        return NAN;
    }
}

double bs_practise(bs_expr expr, const double *values, const struct bs_rounding *rounding,
                   bool cuts, double kink)
{
    const struct practising practising = {values, rounding, cuts, kink};
    return practise(&practising, expr);
}
