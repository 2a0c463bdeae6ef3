#ifndef BACKSTEP_EXPR_ACTIVATION_H
#define BACKSTEP_EXPR_ACTIVATION_H

#include <math.h>

/*
 * Inside the room and net: the arithmetic of the table's activations, inline, so that loops over
 * units may hold it.  Softmax is not among them: each of its outputs depends on every unit.
 */

/* The slope at a kink lies between those on its left and right. */
static inline double bs_at_kink(double x, double left, double right, double kink)
{
    if (isnan(x))
        return x;
    return x > 0 ? right : x < 0 ? left : left + kink * (right - left);
}

/*
 * Without overflow on either side: e^x is only taken of x <= 0.  The sign chooses a value, not a
 * way through the code, which a processor could not foretell.
 */
static inline double bs_sigmoid(double x)
{
    const double e = exp(-fabs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
}

static inline double bs_softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static inline double bs_normal_cdf(double x)
{
    const double sqrt_half = 0.70710678118654752440; /* 1/√2 */
    return 0.5 * erfc(-x * sqrt_half);
}

static inline double bs_normal_pdf(double x)
{
    const double inv_sqrt_2pi = 0.39894228040143267794; /* 1/√(2π) */
    return inv_sqrt_2pi * exp(-0.5 * x * x);
}

/* y + p would lose the digits of a small slope. */
static inline double bs_elu_slope(double x, double p, double kink)
{
    return x == 0 ? bs_at_kink(x, p, 1, kink) : x > 0 ? 1 : p * exp(x);
}

/* βy + σ·(1 − βy) is 0 for large x. */
static inline double bs_swish_slope(double x, double y, double p)
{
    return bs_sigmoid(p * x) + p * y * (1 - bs_sigmoid(p * x));
}

/*
 * ROW(name, value, slope): of x and p, which is the function's parameter or what it usually is; the
 * slope also of the output y, where that loses no digits, and of the kink as in struct bs_env.
 */
#define BS_ACTIVATIONS(ROW)                                                 \
    ROW(identity, x, 1)                                                     \
    ROW(sigmoid, bs_sigmoid(x), y *(1 - y))                                 \
    ROW(tanh, tanh(x), (1 + y) * (1 - y))                                   \
    ROW(relu, isnan(x) || x > 0 ? x : 0, bs_at_kink(x, 0, 1, kink))         \
    ROW(leaky_relu, x > 0 ? x : p * x, bs_at_kink(x, p, 1, kink))           \
    ROW(elu, x > 0 ? x : p * expm1(x), bs_elu_slope(x, p, kink))            \
    ROW(softplus, bs_softplus(x), bs_sigmoid(x))                            \
    ROW(swish, x *bs_sigmoid(p *x), bs_swish_slope(x, y, p))                \
    ROW(gelu, x *bs_normal_cdf(x), bs_normal_cdf(x) + x * bs_normal_pdf(x)) \
    ROW(step, isnan(x) ? x : x >= 0 ? 1 : 0, 0)

typedef double bs_unit_value(double x, double p);
typedef double bs_unit_slope(double x, double y, double p, double kink);

#define BS_UNIT_FUNCTIONS(name, value, slope)                                          \
    static inline double bs_value_of_##name(double x, double p)                        \
    {                                                                                  \
        (void)p;                                                                       \
        return value;                                                                  \
    }                                                                                  \
    static inline double bs_slope_of_##name(double x, double y, double p, double kink) \
    {                                                                                  \
        (void)x, (void)y, (void)p, (void)kink;                                         \
        return slope;                                                                  \
    }

BS_ACTIVATIONS(BS_UNIT_FUNCTIONS)

#endif
