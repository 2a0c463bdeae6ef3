/*
 * The error function of a complex argument: Abramowitz and Stegun, 7.1.29 (Salzer 1951),
 *
 *   erf(x + iy) = erf x + e^(−x²)·D(x, y),
 *   D = [1 − cos 2xy + i·sin 2xy]/(2πx)
 *       + (2/π)·Σ_n e^(−n²/4)·[f_n + i·g_n]/(n² + 4x²),
 *   f_n = 2x − 2x·cosh ny·cos 2xy + n·sinh ny·sin 2xy,
 *   g_n = 2x·cosh ny·sin 2xy + n·sinh ny·cos 2xy,
 *
 * good to 1e-16 of the integral that e^(−x²)·D is.  Since D has e^(−x²) in front, the complement
 * erfc x − e^(−x²)·D keeps its digits where erf is 1 to double precision.  For y -> 0 it is
 * (2/√π)·e^(−x²)·iy term by term, with no difference of near values.
 */
#include "expr/kernels.h"

#include <complex.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

/* sin(t)/t */
static double sinc(double t)
{
    return t == 0 ? 1 : sin(t) / t;
}

/* cosh ny, sinh ny and 1 − cosh ny·cos 2xy, each times e^(−x² − n²/4). */
struct waves {
    double cosh, sinh, rest;
};

/* 1 − cosh ny·cos 2xy = 2·sin²xy − 2·sinh²(ny/2)·cos 2xy, in which nothing cancels. */
static struct waves small_waves(double front, double ny, double xy)
{
    const double e = exp(front), sine = sin(xy), half = sinh(ny / 2);
    return (struct waves){e * cosh(ny), e * sinh(ny),
                          2 * e * (sine * sine - half * half * cos(2 * xy))};
}

/* The exponents are added first, so that neither overflows alone. */
static struct waves large_waves(double front, double ny, double xy)
{
    const double rising = exp(front + ny) / 2, falling = exp(front - ny) / 2;
    return (struct waves){rising + falling, rising - falling,
                          exp(front) - (rising + falling) * cos(2 * xy)};
}

/* e^(−x² − n²/4)·(f_n + i·g_n)/(n² + 4x²) */
static double _Complex term(double x, double y, int n)
{
    const double front = -x * x - n * n / 4.0, ny = n * y, xy = x * y;
    const double cosine = cos(2 * xy), sine = sin(2 * xy), over = n * n + 4 * x * x;
    const struct waves waves =
        fabs(ny) < 1 ? small_waves(front, ny, xy) : large_waves(front, ny, xy);
    return bs_cartesian((2 * x * waves.rest + n * waves.sinh * sine) / over,
                        (2 * x * waves.cosh * sine + n * waves.sinh * cosine) / over);
}

/* e^(−x²)·D.  Terms are largest about n = 2|y| and are nothing 14 further on: e^(−49). */
static double _Complex correction(double x, double y)
{
    const double first = exp(-x * x) * y / PI, xy = x * y;
    double _Complex sum = 0;
    const int center = (int)fmin(2 * fabs(y), 1e6), last = center + 14;
    for (int n = center > 14 ? center - 14 : 1; n <= last; n++)
        sum += term(x, y, n);
    return bs_cartesian(first * sinc(xy) * sin(xy), first * sinc(2 * xy)) + 2 / PI * sum;
}

double _Complex bs_complex_erf(double _Complex z)
{
    const double x = creal(z), y = cimag(z);
    return erf(x) + correction(x, y);
}

double _Complex bs_complex_erfc(double _Complex z)
{
    const double x = creal(z), y = cimag(z);
    return erfc(x) - correction(x, y);
}
