/*
 * Arithmetic on intervals.  The rounding mode stays as it is: the error of a sum, a product or a
 * quotient in double is itself a double (Dekker; Knuth's TwoSum; a fused multiply-add), whose sign
 * says on which side of the exact value the rounded one is.
 */
#include "expr/interval.h"

#include <math.h>

static const double TINY = 0x1p-960; /* below, the error of a product may underflow */

static double below(double value)
{
    return nextafter(value, -INFINITY);
}

static double above(double value)
{
    return nextafter(value, INFINITY);
}

/*
 * The largest double not above, and the smallest not below, a value that is `rounded` + something
 * of the sign of `error`.  An error of nan is unknown, as is that of a result that overflowed.
 */
static double floor_of(double rounded, double error)
{
    return error < 0 || isnan(error) ? below(rounded) : rounded;
}

static double ceiling_of(double rounded, double error)
{
    return error > 0 || isnan(error) ? above(rounded) : rounded;
}

/* An infinite operand is a bound that no number reaches: what it makes is exact. */
static double error_of_sum(double a, double b, double sum)
{
    double share = sum - a;
    if (isinf(a) || isinf(b))
        return 0;
    return (a - (sum - share)) + (b - share);
}

static double error_of_product(double a, double b, double product)
{
    if (isinf(a) || isinf(b) || a == 0 || b == 0)
        return 0;
    return fabs(product) < TINY ? NAN : fma(a, b, -product);
}

/* a/b − q has the sign of (a − q·b)/b. */
static double error_of_quotient(double a, double b, double quotient)
{
    if (isinf(a) || isinf(b) || a == 0)
        return 0;
    if (fabs(quotient) < TINY || fabs(a) < TINY || isinf(quotient))
        return NAN;
    double rest = fma(-quotient, b, a);
    return b > 0 ? rest : -rest;
}

struct bs_interval bs_interval_whole(void)
{
    return (struct bs_interval){-INFINITY, INFINITY};
}

struct bs_interval bs_interval_point(double value)
{
    return isnan(value) ? bs_interval_whole() : (struct bs_interval){value, value};
}

bool bs_interval_is_point(struct bs_interval a)
{
    return a.lo == a.hi;
}

bool bs_interval_has(struct bs_interval a, double value)
{
    return a.lo <= value && value <= a.hi;
}

struct bs_interval bs_interval_hull(struct bs_interval a, struct bs_interval b)
{
    return (struct bs_interval){fmin(a.lo, b.lo), fmax(a.hi, b.hi)};
}

struct bs_interval bs_interval_clip(struct bs_interval a, double lo, double hi)
{
    return (struct bs_interval){fmin(fmax(a.lo, lo), hi), fmax(fmin(a.hi, hi), lo)};
}

struct bs_interval bs_interval_widen(struct bs_interval a, int units)
{
    for (int i = 0; i < units; i++)
        a = (struct bs_interval){below(a.lo), above(a.hi)};
    return a;
}

struct bs_interval bs_interval_negate(struct bs_interval a)
{
    return (struct bs_interval){-a.hi, -a.lo};
}

/* −∞ + ∞ is nan, and then the bound is on its own side. */
struct bs_interval bs_interval_add(struct bs_interval a, struct bs_interval b)
{
    const double lo = a.lo + b.lo, hi = a.hi + b.hi;
    return (struct bs_interval){
        isnan(lo) ? -INFINITY : floor_of(lo, error_of_sum(a.lo, b.lo, lo)),
        isnan(hi) ? INFINITY : ceiling_of(hi, error_of_sum(a.hi, b.hi, hi)),
    };
}

/* A bound that is infinite is passed by no number, so that with a factor 0 all products are 0. */
static double product_of(double a, double b)
{
    return a == 0 || b == 0 ? 0 : a * b;
}

/* A product is monotone in each factor, so that its bounds are among those of the bounds. */
struct bs_interval bs_interval_mul(struct bs_interval a, struct bs_interval b)
{
    const double left[] = {a.lo, a.lo, a.hi, a.hi}, right[] = {b.lo, b.hi, b.lo, b.hi};
    struct bs_interval out = {INFINITY, -INFINITY};
    for (int i = 0; i < 4; i++) {
        double product = product_of(left[i], right[i]);
        double error = error_of_product(left[i], right[i], product);
        out.lo = fmin(out.lo, floor_of(product, error));
        out.hi = fmax(out.hi, ceiling_of(product, error));
    }
    return out;
}

/* ∞/∞ has any value of its sign: 0 to ∞ are both among the bounds of the four. */
static struct bs_interval quotient_of(double a, double b)
{
    const double quotient = a / b, error = error_of_quotient(a, b, quotient);
    if (isnan(quotient))
        return (a > 0) == (b > 0) ? (struct bs_interval){0, INFINITY}
                                  : (struct bs_interval){-INFINITY, 0};
    return (struct bs_interval){floor_of(quotient, error), ceiling_of(quotient, error)};
}

struct bs_interval bs_interval_div(struct bs_interval a, struct bs_interval b)
{
    if (bs_interval_has(b, 0))
        return bs_interval_whole();
    struct bs_interval low = bs_interval_hull(quotient_of(a.lo, b.lo), quotient_of(a.lo, b.hi));
    struct bs_interval high = bs_interval_hull(quotient_of(a.hi, b.lo), quotient_of(a.hi, b.hi));
    return bs_interval_hull(low, high);
}

enum { POW_UNITS = 2, MOST_FACTORS = 8 }; /* pow is good to less than one in the C library */

static bool is_short(double exponent)
{
    return exponent >= 1 && exponent <= MOST_FACTORS && exponent == floor(exponent);
}

/* A short product keeps whole numbers exact. */
static struct bs_interval power_of(double base, double exponent)
{
    const double value = pow(base, exponent);
    struct bs_interval product = bs_interval_point(base);
    if (is_short(exponent)) {
        for (int i = 1; i < (int)exponent; i++)
            product = bs_interval_mul(product, bs_interval_point(base));
        return product;
    }
    if (base == 0 || base == 1 || exponent == 0)
        return bs_interval_point(value);
    return bs_interval_widen(bs_interval_point(value), POW_UNITS);
}

/* x^n for a whole n > 0: on x >= 0 it increases, and it is even or odd as n is. */
static struct bs_interval whole_power(struct bs_interval base, double n)
{
    const bool is_even = fmod(n, 2) == 0;
    const struct bs_interval low = power_of(base.lo, n), high = power_of(base.hi, n);
    if (!is_even)
        return (struct bs_interval){low.lo, high.hi};
    if (bs_interval_has(base, 0))
        return (struct bs_interval){0, fmax(low.hi, high.hi)};
    return bs_interval_clip(bs_interval_hull(low, high), 0, INFINITY);
}

/* x^y is monotone in x and in y where x >= 0: its bounds are at the corners. */
static struct bs_interval corner_power(struct bs_interval base, struct bs_interval exponent)
{
    struct bs_interval low =
        bs_interval_hull(power_of(base.lo, exponent.lo), power_of(base.lo, exponent.hi));
    struct bs_interval high =
        bs_interval_hull(power_of(base.hi, exponent.lo), power_of(base.hi, exponent.hi));
    struct bs_interval out = bs_interval_hull(low, high);
    if (bs_interval_has(base, 1) || bs_interval_has(exponent, 0))
        out = bs_interval_hull(out, bs_interval_point(1)); /* pow(0, 0), 1^∞ and ∞^0 */
    return bs_interval_clip(out, 0, INFINITY);
}

struct bs_interval bs_interval_power(struct bs_interval base, struct bs_interval exponent)
{
    const double n = exponent.lo;
    const bool is_whole = bs_interval_is_point(exponent) && isfinite(n) && n == floor(n);
    if (is_whole && n == 0)
        return bs_interval_point(1);
    if (is_whole && n > 0)
        return whole_power(base, n);
    if (is_whole)
        return bs_interval_div(bs_interval_point(1), whole_power(base, -n));
    if (base.lo >= 0)
        return corner_power(base, exponent);
    if (bs_interval_is_point(exponent) && base.hi >= 0) /* no root of a negative number is real */
        return corner_power((struct bs_interval){0, base.hi}, exponent);
    return bs_interval_whole();
}
