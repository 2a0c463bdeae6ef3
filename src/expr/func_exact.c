/*
 * The functions of the table on fractions.  Those made of pieces of lines are rational; of the
 * others, with e^x in them, the value at a rational argument other than 0 is irrational (Lindemann
 * 1882; for Φ and GELU it is not known to be rational), so that only the values at 0 are exact,
 * and log at 1.
 */
#include "expr/fraction.h"
#include "expr/kernels.h"

#include <math.h>

typedef struct bs_fraction fraction;

#define KERNEL(name)                                                                     \
    enum bs_exactness bs_exact_of_##name(fraction *out, const fraction *args, int count, \
                                         int index, double kink)

static const fraction ZERO = {0, 1}, ONE = {1, 1}, HALF = {1, 2}, LEAK = {1, 10};

/* A function of which only the value at one argument is rational. */
#define AT_ONE_POINT(name, argument, value)         \
    KERNEL(name)                                    \
    {                                               \
        (void)count, (void)index, (void)kink;       \
        if (bs_fraction_compare(args[0], argument)) \
            return BS_IRRATIONAL;                   \
        *out = value;                               \
        return BS_EXACT;                            \
    }

AT_ONE_POINT(sigmoid, ZERO, HALF)
AT_ONE_POINT(tanh, ZERO, ZERO)
AT_ONE_POINT(swish, ZERO, ZERO)
AT_ONE_POINT(gelu, ZERO, ZERO)
AT_ONE_POINT(Phi, ZERO, HALF)
AT_ONE_POINT(exp, ZERO, ONE)
AT_ONE_POINT(log, ONE, ZERO)

/* A function that always has a rational value. */
#define RATIONAL(name, value)                 \
    KERNEL(name)                              \
    {                                         \
        const fraction x = args[0];           \
        const int sign = bs_fraction_sign(x); \
        (void)count, (void)index, (void)kink; \
        (void)sign;                           \
        *out = value;                         \
        return BS_EXACT;                      \
    }

RATIONAL(identity, x)
RATIONAL(relu, sign > 0 ? x : ZERO)
RATIONAL(abs, ((fraction){sign * x.num, x.den}))
RATIONAL(sign, ((fraction){sign, 1}))
RATIONAL(step, ((fraction){sign >= 0, 1}))

static enum bs_exactness unless_too_long(bool fits)
{
    return fits ? BS_EXACT : BS_TOO_LONG;
}

KERNEL(leaky_relu)
{
    (void)index, (void)kink;
    if (bs_fraction_sign(args[0]) > 0) {
        *out = args[0];
        return BS_EXACT;
    }
    return unless_too_long(bs_fraction_mul(out, count > 1 ? args[1] : LEAK, args[0]));
}

/* α·(e^x − 1) below 0 is rational only of α = 0. */
KERNEL(elu)
{
    const int sign = bs_fraction_sign(args[0]);
    (void)index, (void)kink;
    if (sign < 0 && !(count > 1 && args[1].num == 0))
        return BS_IRRATIONAL;
    *out = sign > 0 ? args[0] : ZERO;
    return BS_EXACT;
}

KERNEL(softplus)
{
    (void)out, (void)args, (void)count, (void)index, (void)kink;
    return BS_IRRATIONAL;
}

KERNEL(phi)
{
    (void)out, (void)args, (void)count, (void)index, (void)kink;
    return BS_IRRATIONAL;
}

static bool square_root(int64_t *out, int64_t value)
{
    int64_t root = (int64_t)sqrt((double)value);
    while (root > 0 && root > value / root)
        root--;
    while (root + 1 <= value / (root + 1))
        root++;
    *out = root;
    return root * root == value;
}

/* Of a fraction in lowest terms it is rational only when it is of both parts. */
KERNEL(sqrt)
{
    (void)count, (void)index, (void)kink;
    if (args[0].num < 0 || !square_root(&out->num, args[0].num) ||
        !square_root(&out->den, args[0].den))
        return BS_IRRATIONAL;
    return BS_EXACT;
}

KERNEL(xlog)
{
    (void)index, (void)kink;
    if (args[0].num != 0 && bs_fraction_compare(args[count - 1], ONE) != 0)
        return BS_IRRATIONAL;
    *out = ZERO;
    return BS_EXACT;
}

static fraction largest_of(const fraction *args, int count)
{
    fraction largest = args[0];
    for (int i = 1; i < count; i++)
        if (bs_fraction_compare(args[i], largest) > 0)
            largest = args[i];
    return largest;
}

KERNEL(max)
{
    (void)index, (void)kink;
    *out = largest_of(args, count);
    return BS_EXACT;
}

/* Of equal arguments each has the same share; other shares have powers of e in them. */
KERNEL(softmax)
{
    (void)index, (void)kink;
    for (int i = 1; i < count; i++)
        if (bs_fraction_compare(args[i], args[0]) != 0)
            return BS_IRRATIONAL;
    *out = (fraction){1, count};
    return BS_EXACT;
}

/* left + kink·(right − left) */
static enum bs_exactness between(fraction *out, fraction left, fraction right, double kink)
{
    fraction minus_left = {-left.num, left.den}, share, part;
    return unless_too_long(bs_fraction_of(&share, kink) &&
                           bs_fraction_add(&part, right, minus_left) &&
                           bs_fraction_mul(&part, share, part) && bs_fraction_add(out, left, part));
}

static enum bs_exactness slope_around_kink(fraction *out, fraction x, fraction left, fraction right,
                                           double kink)
{
    const int sign = bs_fraction_sign(x);
    if (sign == 0)
        return between(out, left, right, kink);
    *out = sign > 0 ? right : left;
    return BS_EXACT;
}

KERNEL(relu_slope)
{
    (void)count, (void)index;
    return slope_around_kink(out, args[0], ZERO, ONE, kink);
}

KERNEL(leaky_relu_slope)
{
    (void)index;
    return slope_around_kink(out, args[0], count > 1 ? args[1] : LEAK, ONE, kink);
}

/* α·e^x to the left of 0, 1 to the right. */
KERNEL(elu_slope)
{
    const fraction alpha = count > 1 ? args[1] : ONE;
    (void)index;
    if (bs_fraction_sign(args[0]) < 0 && alpha.num != 0)
        return BS_IRRATIONAL;
    return slope_around_kink(out, args[0], alpha, ONE, kink);
}

/* As in double: of tied arguments the first (kink 0) or last (1) has the slope, or all share it. */
KERNEL(max_slope)
{
    const fraction largest = largest_of(args, count);
    int before = 0, after = 0;
    *out = ZERO;
    if (bs_fraction_compare(args[index - 1], largest) != 0)
        return BS_EXACT;
    for (int i = 0; i < count; i++) {
        before += i < index - 1 && bs_fraction_compare(args[i], largest) == 0;
        after += i > index - 1 && bs_fraction_compare(args[i], largest) == 0;
    }
    if (kink == 0 || kink == 1)
        *out = (fraction){kink == 0 ? before == 0 : after == 0, 1};
    else
        *out = (fraction){1, before + 1 + after};
    return BS_EXACT;
}
