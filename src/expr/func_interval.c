/*
 * The functions of the table on intervals.  One that is monotone has its bounds at the bounds of
 * its argument; swish and GELU fall to a minimum that is known and rise behind it.  What the C
 * library rounds is widened by a few units in the last place, more than glibc's manual gives as
 * its errors ("Known Maximum Errors in Math Functions": 1 for exp and log, 2 for tanh and expm1, 5
 * for erfc on x86_64).
 */
#include "expr/interval.h"
#include "expr/kernels.h"

#include <math.h>

enum { LIBRARY_UNITS = 4, ERFC_UNITS = 8 };

/* 1/√2, 1/√(2π) and the decimal 0.1 are between these doubles. */
static const struct bs_interval SQRT_HALF = {0x1.6a09e667f3bccp-1, 0x1.6a09e667f3bcdp-1};
static const struct bs_interval INV_SQRT_2PI = {0x1.9884533d43650p-2, 0x1.9884533d43651p-2};
static const struct bs_interval LEAK = {0x1.9999999999999p-4, 0x1.999999999999ap-4};

typedef struct bs_interval interval;

#define KERNEL(name) \
    interval bs_interval_of_##name(const interval *args, int count, int index, double kink)

#define UNARY(name, body)                     \
    KERNEL(name)                              \
    {                                         \
        const interval x = args[0];           \
        (void)count, (void)index, (void)kink; \
        return body;                          \
    }

static interval point(double value)
{
    return bs_interval_point(value);
}

static interval increasing(double f(double), interval x, int units)
{
    const interval out = {f(x.lo), f(x.hi)};
    return bs_interval_widen(out, units);
}

static interval exp_of(interval x)
{
    return bs_interval_clip(increasing(exp, x, LIBRARY_UNITS), 0, INFINITY);
}

static double real_sigmoid(double x)
{
    if (x >= 0)
        return 1 / (1 + exp(-x));
    double e = exp(x);
    return e / (1 + e);
}

static interval sigmoid_of(interval x)
{
    return bs_interval_clip(increasing(real_sigmoid, x, LIBRARY_UNITS), 0, 1);
}

static double real_softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static interval log_of(interval x)
{
    if (x.hi < 0)
        return bs_interval_whole();
    return increasing(log, (interval){fmax(x.lo, 0), x.hi}, LIBRARY_UNITS);
}

static interval sqrt_of(interval x)
{
    if (x.hi < 0)
        return bs_interval_whole();
    interval out = {sqrt(fmax(x.lo, 0)), sqrt(x.hi)};
    const bool is_exact = bs_interval_is_point(x) && isfinite(x.lo) && x.lo > 0x1p-900 &&
                          fma(out.lo, out.lo, -x.lo) == 0;
    return is_exact ? out : bs_interval_clip(bs_interval_widen(out, 1), 0, INFINITY);
}

/* ½·erfc(−x/√2), which increases with x. */
static interval cdf_of(interval x)
{
    const interval z = bs_interval_mul(bs_interval_negate(x), SQRT_HALF);
    const interval twice = bs_interval_widen((interval){erfc(z.hi), erfc(z.lo)}, ERFC_UNITS);
    return bs_interval_clip(bs_interval_mul(point(0.5), twice), 0, 1);
}

static interval pdf_of(interval x)
{
    const interval square = bs_interval_power(x, point(2));
    return bs_interval_mul(INV_SQRT_2PI, exp_of(bs_interval_mul(point(-0.5), square)));
}

/*
 * A function that falls to `least` at about `at` and rises behind it: the most is at a bound, and
 * so is the least unless `at` lies between.  Within `near` of it the two are not told apart, but
 * differ by less than `least` is wide.
 */
static interval valley(interval f(double), interval x, double at, interval least)
{
    const double near = 0x1p-28;
    interval out = bs_interval_hull(f(x.lo), f(x.hi));
    if (x.lo <= at + near && x.hi >= at - near)
        out.lo = fmin(out.lo, least.lo);
    return out;
}

static interval swish_at(double x)
{
    if (x == -INFINITY)
        return point(0);
    return bs_interval_mul(point(x), sigmoid_of(point(x)));
}

/* swish' is 0 where x = −1 − W, W = 0.27846454276107379510935873902...: W·e^W = 1/e. */
static interval swish_of(interval x)
{
    const interval least = bs_interval_widen(point(-0.27846454276107380), 2);
    return valley(swish_at, x, -1.2784645427610738, least);
}

static interval gelu_at(double x)
{
    if (x == -INFINITY)
        return point(0);
    return bs_interval_mul(point(x), cdf_of(point(x)));
}

/* Φ(x) + x·φ(x) = 0 at x = −0.751791524693564457457904947547..., the zero of GELU'. */
static interval gelu_of(interval x)
{
    const interval least = bs_interval_widen(point(-0.16997120747990369), 4);
    return valley(gelu_at, x, -0.75179152469356446, least);
}

/* What of x is from 0 up is given as it is, what is below 0 is mapped by `below`. */
static interval two_pieces(interval x, interval below(interval x, interval parameter),
                           interval parameter)
{
    if (x.lo >= 0)
        return x;
    interval low = below((interval){x.lo, fmin(x.hi, 0)}, parameter);
    return x.hi <= 0 ? low : bs_interval_hull(low, (interval){0, x.hi});
}

static interval leak(interval x, interval slope)
{
    return bs_interval_mul(slope, x);
}

static interval saturate(interval x, interval alpha)
{
    const interval expm1_of = bs_interval_clip(increasing(expm1, x, LIBRARY_UNITS), -1, 0);
    return bs_interval_mul(alpha, expm1_of);
}

/* Slopes to the left and right of 0, and kink between them at 0. */
static interval slope_around_kink(interval x, interval left, interval right, double kink)
{
    const interval step = bs_interval_add(right, bs_interval_negate(left));
    const interval middle = kink == 0   ? left
                            : kink == 1 ? right
                                        : bs_interval_add(left, bs_interval_mul(point(kink), step));
    if (x.lo > 0)
        return right;
    if (x.hi < 0)
        return left;
    interval out = middle;
    if (x.lo < 0)
        out = bs_interval_hull(out, left);
    return x.hi > 0 ? bs_interval_hull(out, right) : out;
}

UNARY(identity, x)
UNARY(sigmoid, sigmoid_of(x))
UNARY(tanh, bs_interval_clip(increasing(tanh, x, LIBRARY_UNITS), -1, 1))
UNARY(relu, bs_interval_clip(x, 0, INFINITY))
UNARY(leaky_relu, two_pieces(x, leak, count > 1 ? args[1] : LEAK))
UNARY(elu, two_pieces(x, saturate, count > 1 ? args[1] : point(1)))
UNARY(softplus, bs_interval_clip(increasing(real_softplus, x, LIBRARY_UNITS), 0, INFINITY))
UNARY(gelu, gelu_of(x))
UNARY(Phi, cdf_of(x))
UNARY(phi, pdf_of(x))
UNARY(step, ((interval){x.lo >= 0, x.hi >= 0}))
UNARY(exp, exp_of(x))
UNARY(log, log_of(x))
UNARY(sqrt, sqrt_of(x))
UNARY(sign, ((interval){(x.lo > 0) - (x.lo < 0), (x.hi > 0) - (x.hi < 0)}))
UNARY(xlog, bs_interval_mul(x, log_of(args[count - 1])))
UNARY(relu_slope, slope_around_kink(x, point(0), point(1), kink))
UNARY(leaky_relu_slope, slope_around_kink(x, count > 1 ? args[1] : LEAK, point(1), kink))

KERNEL(abs)
{
    const interval x = args[0];
    (void)count, (void)index, (void)kink;
    return bs_interval_has(x, 0)
               ? (interval){0, fmax(-x.lo, x.hi)}
               : (interval){fmin(fabs(x.lo), fabs(x.hi)), fmax(fabs(x.lo), fabs(x.hi))};
}

/* x·σ(βx) is swish(βx)/β, which is a tighter bound than the product where β is one number. */
KERNEL(swish)
{
    const interval x = args[0], beta = count > 1 ? args[1] : point(1);
    (void)index, (void)kink;
    const interval u = bs_interval_mul(beta, x);
    if (bs_interval_is_point(beta) && beta.lo != 0 && isfinite(beta.lo))
        return bs_interval_div(swish_of(u), beta);
    return bs_interval_mul(x, sigmoid_of(u));
}

/* α·e^x to the left of 0, 1 to the right. */
KERNEL(elu_slope)
{
    const interval x = args[0], alpha = count > 1 ? args[1] : point(1);
    (void)index;
    const interval low = bs_interval_clip(exp_of((interval){fmin(x.lo, 0), fmin(x.hi, 0)}), 0, 1);
    return slope_around_kink(x, bs_interval_mul(alpha, low), point(1), kink);
}

KERNEL(max)
{
    interval out = args[0];
    (void)index, (void)kink;
    for (int i = 1; i < count; i++)
        out = (interval){fmax(out.lo, args[i].lo), fmax(out.hi, args[i].hi)};
    return out;
}

/* 1 where no other argument can be as large, 0 where one is surely larger; else 0 to 1. */
KERNEL(max_slope)
{
    const interval self = args[index - 1];
    bool is_largest = true;
    (void)kink;
    for (int i = 0; i < count; i++) {
        if (i != index - 1 && args[i].lo > self.hi)
            return point(0);
        is_largest = is_largest && (i == index - 1 || args[i].hi < self.lo);
    }
    return is_largest ? point(1) : (interval){0, 1};
}

/*
 * e^(x_i − M), computed in double for the largest M, has the rounding of x_i − M in its exponent: a
 * relative error of |x_i − M|·2^-53 where it is anything beside 1.  So the share has twice that.
 */
static interval rounded_shares(const interval *args, int count)
{
    const double underflow = 746;
    interval range = args[0];
    for (int i = 1; i < count; i++)
        range = bs_interval_hull(range, args[i]);
    const double slack = 0x1p-52 * (count + 2 * fmin(range.hi - range.lo, underflow));
    return (interval){1 - slack, 1 + slack};
}

/* 1/Σ_i e^(x_i − x_k), in which each argument occurs once but the kth, whose own term is 1. */
KERNEL(softmax)
{
    const interval minus_self = bs_interval_negate(args[index - 1]);
    interval sum = point(1);
    (void)kink;
    for (int i = 0; i < count; i++)
        if (i != index - 1)
            sum = bs_interval_add(sum, exp_of(bs_interval_add(args[i], minus_self)));
    const interval share = bs_interval_div(point(1), sum);
    return bs_interval_clip(bs_interval_mul(share, rounded_shares(args, count)), 0, 1);
}
