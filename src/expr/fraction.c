/*
 * Fractions in lowest terms, -INT64_MAX <= num <= INT64_MAX and 0 < den: so that every one has its
 * negative, and equal ones have equal parts.
 */
#include "expr/fraction.h"

#include "expr/node.h"

#include <math.h>
#include <stdlib.h>

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return llabs(a);
}

bool bs_fraction_make(struct bs_fraction *out, int64_t num, int64_t den)
{
    if (num == INT64_MIN || den == INT64_MIN)
        return false;
    int64_t divisor = common_divisor(num, den);
    if (den < 0)
        divisor = -divisor;
    *out = (struct bs_fraction){num / divisor, den / divisor};
    return true;
}

/* a/b + c/d with g = gcd(b, d) is (a·(d/g) + c·(b/g))/(b·(d/g)): the smallest it can be but for one
 * division. */
bool bs_fraction_add(struct bs_fraction *out, struct bs_fraction a, struct bs_fraction b)
{
    const int64_t divisor = common_divisor(a.den, b.den);
    int64_t left, right, num, den;
    return !__builtin_mul_overflow(a.num, b.den / divisor, &left) &&
           !__builtin_mul_overflow(b.num, a.den / divisor, &right) &&
           !__builtin_add_overflow(left, right, &num) &&
           !__builtin_mul_overflow(a.den, b.den / divisor, &den) && bs_fraction_make(out, num, den);
}

/* Reduced crosswise first, so that nothing overflows that fits. */
bool bs_fraction_mul(struct bs_fraction *out, struct bs_fraction a, struct bs_fraction b)
{
    struct bs_fraction left = {0, 1}, right = {0, 1};
    int64_t num, den;
    return bs_fraction_make(&left, a.num, b.den) && bs_fraction_make(&right, b.num, a.den) &&
           !__builtin_mul_overflow(left.num, right.num, &num) &&
           !__builtin_mul_overflow(left.den, right.den, &den) && bs_fraction_make(out, num, den);
}

/* By squaring.  A base other than 0 and ±1 overflows within 63 doublings. */
bool bs_fraction_power(struct bs_fraction *out, struct bs_fraction base, int64_t exponent)
{
    struct bs_fraction power = {1, 1};
    if (exponent < 0 && (base.num == 0 || !bs_fraction_make(&base, base.den, base.num)))
        return false;
    for (uint64_t n = (uint64_t)llabs(exponent); n > 0; n /= 2) {
        if (n % 2 && !bs_fraction_mul(&power, power, base))
            return false;
        if (n > 1 && !bs_fraction_mul(&base, base, base))
            return false;
    }
    *out = power;
    return true;
}

int bs_fraction_sign(struct bs_fraction a)
{
    return (a.num > 0) - (a.num < 0);
}

/* By Euclid: the whole parts, then the rests turned over; needs no product. */
int bs_fraction_compare(struct bs_fraction a, struct bs_fraction b)
{
    for (int side = 1;; side = -side) {
        int64_t whole_a = a.num / a.den - (a.num % a.den < 0);
        int64_t whole_b = b.num / b.den - (b.num % b.den < 0);
        int64_t rest_a = a.num % a.den + (a.num % a.den < 0 ? a.den : 0);
        int64_t rest_b = b.num % b.den + (b.num % b.den < 0 ? b.den : 0);
        if (whole_a != whole_b)
            return whole_a < whole_b ? -side : side;
        if (rest_a == 0 || rest_b == 0)
            return rest_a == rest_b ? 0 : rest_a == 0 ? -side : side;
        a = (struct bs_fraction){a.den, rest_a};
        b = (struct bs_fraction){b.den, rest_b};
    }
}

/* A double is m·2^e with 53 bits in m. */
static bool of_binary(struct bs_fraction *out, double value)
{
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53;
    for (; mantissa % 2 == 0; mantissa /= 2)
        exponent++;
    if (exponent < -62 || exponent > 62)
        return false;
    if (exponent < 0)
        return bs_fraction_make(out, mantissa, INT64_C(1) << -exponent);
    return bs_fraction_mul(out, (struct bs_fraction){mantissa, 1},
                           (struct bs_fraction){INT64_C(1) << exponent, 1});
}

bool bs_fraction_of(struct bs_fraction *out, double value)
{
    int64_t num, den;
    if (!isfinite(value))
        return false;
    if (bs_short_decimal(&num, &den, value))
        return bs_fraction_make(out, num, den);
    return of_binary(out, value);
}
