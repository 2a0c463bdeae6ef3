/*
 * The functions of the table at complex arguments.  Near the real axis each is as good as its value
 * in double, in both parts separately: the imaginary part of f(x + ih) with h = 1e-100 is f'(x)·h
 * to the last digits, so no formula here may take it as a difference.
 */
#include "expr/kernels.h"

#include <complex.h>
#include <math.h>

#ifndef CMPLX /* clang with the C library's <complex.h> */
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

typedef double _Complex complex_value;

static const double SQRT_HALF = 0.70710678118654752440;    /* 1/√2 */
static const double INV_SQRT_2PI = 0.39894228040143267794; /* 1/√(2π) */
static const double LEAK = 0.1;

#define KERNEL(name) \
    complex_value bs_complex_of_##name(const complex_value *args, int count, int index, double kink)

#define UNARY(name, body)                     \
    KERNEL(name)                              \
    {                                         \
        const complex_value z = args[0];      \
        const double x = creal(z);            \
        (void)count, (void)index, (void)kink; \
        (void)x;                              \
        return body;                          \
    }

double _Complex bs_cartesian(double re, double im)
{
    return CMPLX(re, im);
}

/* e^z − 1 = (e^x − 1)·cos y − 2·sin²(y/2) + i·e^x·sin y */
static complex_value expm1_of(complex_value z)
{
    const double x = creal(z), y = cimag(z), half = sin(y / 2);
    return CMPLX(expm1(x) * cos(y) - 2 * half * half, exp(x) * sin(y));
}

/* log(1 + w): |1 + w|² = 1 + 2a + a² + b² */
static complex_value log1p_of(complex_value w)
{
    const double a = creal(w), b = cimag(w);
    return CMPLX(log1p(2 * a + a * a + b * b) / 2, atan2(b, 1 + a));
}

/* The exponential is only taken of what has no positive real part. */
static complex_value sigmoid_of(complex_value z)
{
    if (creal(z) >= 0)
        return 1 / (1 + cexp(-z));
    complex_value e = cexp(z);
    return e / (1 + e);
}

static complex_value softplus_of(complex_value z)
{
    return creal(z) > 0 ? z + log1p_of(cexp(-z)) : log1p_of(cexp(z));
}

static complex_value cdf_of(complex_value z)
{
    return 0.5 * bs_complex_erfc(-z * SQRT_HALF);
}

/* The slope at a kink lies between those on its left and right. */
static complex_value slope_around_kink(double x, complex_value left, double kink)
{
    if (isnan(x))
        return x;
    return x > 0 ? 1 : x < 0 ? left : left + kink * (1 - left);
}

UNARY(identity, z)
UNARY(sigmoid, sigmoid_of(z))
UNARY(tanh, ctanh(z))
UNARY(relu, isnan(x) || x > 0 ? z : 0)
UNARY(leaky_relu, x > 0 ? z : (count > 1 ? args[1] : LEAK) * z)
UNARY(elu, x > 0 ? z : (count > 1 ? args[1] : 1) * expm1_of(z))
UNARY(softplus, softplus_of(z))
UNARY(swish, z *sigmoid_of(count > 1 ? args[1] * z : z))
UNARY(gelu, z *cdf_of(z))
UNARY(Phi, cdf_of(z))
UNARY(phi, INV_SQRT_2PI *cexp(-0.5 * z * z))
UNARY(step, isnan(x) ? x : (double)(x >= 0))
UNARY(exp, cexp(z))
UNARY(log, clog(z))
UNARY(sqrt, csqrt(z))
UNARY(abs, x < 0 ? -z : z)
UNARY(sign, isnan(x) ? x : (double)((x > 0) - (x < 0)))
UNARY(xlog, z == 0 ? 0 : z * clog(args[count - 1]))
UNARY(relu_slope, slope_around_kink(x, 0, kink))
UNARY(leaky_relu_slope, slope_around_kink(x, count > 1 ? args[1] : LEAK, kink))

/* α·e^z to the left of 0, 1 to the right. */
KERNEL(elu_slope)
{
    const complex_value z = args[0];
    (void)index;
    return slope_around_kink(creal(z), (count > 1 ? args[1] : 1) * cexp(z), kink);
}

/* By the real part; of tied ones the first. */
static int largest_of(const complex_value *args, int count)
{
    int largest = 0;
    for (int i = 1; i < count; i++)
        if (creal(args[i]) > creal(args[largest]) || isnan(creal(args[i])))
            largest = i;
    return largest;
}

KERNEL(max)
{
    (void)index, (void)kink;
    return args[largest_of(args, count)];
}

/* Constant on each piece: as in double. */
KERNEL(max_slope)
{
    const double largest = creal(args[largest_of(args, count)]);
    int before = 0, after = 0;
    if (isnan(largest))
        return largest;
    if (creal(args[index - 1]) < largest)
        return 0;
    for (int i = 0; i < count; i++) {
        before += i < index - 1 && creal(args[i]) == largest;
        after += i > index - 1 && creal(args[i]) == largest;
    }
    if (kink == 0 || kink == 1)
        return kink == 0 ? before == 0 : after == 0;
    return 1.0 / (before + 1 + after);
}

KERNEL(softmax)
{
    const complex_value largest = args[largest_of(args, count)];
    complex_value sum = 0;
    (void)kink;
    for (int i = 0; i < count; i++)
        sum += cexp(args[i] - largest);
    return cexp(args[index - 1] - largest) / sum;
}
