/*
 * Decimals.  What is decided about a fraction is decided in whole numbers of 128 bits.  About a
 * value within bounds it is decided by doubles: rounding to the nearest keeps order, so a decimal
 * is surely on that side of a bound on which its nearest double is.
 */
#include "check/decimal.h"

#include "check/glyph.h"

#include "base/width.h"
#include "expr/fraction.h"
#include "expr/interval.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

static const uint64_t LARGEST = UINT64_C(1000000000000000000); /* 10^BS_MOST_FIGURES */

/* ---- reading --------------------------------------------------------------------------------- */

struct scan {
    const char *at, *end;
    bool comma_is_point;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct scan *scan, size_t *length)
{
    char c = bs_glyph_at(length, scan->at, scan->end);
    return c == ',' && scan->comma_is_point ? '.' : c;
}

static bool take(struct scan *scan, char wanted)
{
    size_t length;
    if (peek(scan, &length) != wanted)
        return false;
    scan->at += length;
    return true;
}

static void skip_spaces(struct scan *scan)
{
    while (take(scan, ' '))
        continue;
}

static bool take_sign(struct scan *scan)
{
    bool is_negative = take(scan, '-');
    if (!is_negative)
        take(scan, '+');
    return is_negative;
}

/* Zeros before the first other digit are no figures. */
struct digits {
    uint64_t digits;
    int figures, place;
    bool is_any, has_point;
    bool has_rest, rounds_up; /* were digits left out, and was the first of them 5 or more? */
};

static void add_digit(struct digits *digits, unsigned digit)
{
    digits->is_any = true;
    if (digits->figures == BS_MOST_FIGURES) {
        digits->rounds_up = digits->has_rest ? digits->rounds_up : digit >= 5;
        digits->has_rest = true;
        digits->place += !digits->has_point;
        return;
    }
    digits->digits = 10 * digits->digits + digit;
    digits->figures += digits->digits > 0;
    digits->place -= digits->has_point;
}

/* 999...9|9 is 1000...0, with a figure too many. */
static void round_up(struct digits *digits)
{
    if (!digits->rounds_up || ++digits->digits < LARGEST)
        return;
    digits->digits /= 10;
    digits->place++;
}

static bool read_digits(struct digits *out, struct scan *scan)
{
    *out = (struct digits){0};
    for (;;) {
        size_t length;
        char c = peek(scan, &length);
        if (is_digit(c))
            add_digit(out, (unsigned)(c - '0'));
        else if (c == '.' && !out->has_point)
            out->has_point = true;
        else
            break;
        scan->at += length;
    }
    round_up(out);
    return out->is_any;
}

enum { LARGEST_EXPONENT = 100000 }; /* what is larger is too large for a place all the same */

static int append_digit(int number, int digit)
{
    return number < LARGEST_EXPONENT ? 10 * number + digit : number;
}

static bool read_integer(int *out, struct scan *scan)
{
    bool is_negative = take_sign(scan), is_any = false;
    size_t length;
    *out = 0;
    for (char c; is_digit(c = peek(scan, &length)); scan->at += length) {
        *out = append_digit(*out, c - '0');
        is_any = true;
    }
    *out = is_negative ? -*out : *out;
    return is_any;
}

/* The raised character at the scan as '0' to '9', '+' or '-', or '\0'. */
static char peek_raised(const struct scan *scan, size_t *length)
{
    static const struct {
        uint32_t code;
        char meant;
    } others[] = {{0xB9, '1'}, {0xB2, '2'}, {0xB3, '3'}, {0x207A, '+'}, {0x207B, '-'}};
    uint32_t code;
    if (scan->at == scan->end)
        return '\0';
    *length = bs_utf8_read(&code, scan->at, (size_t)(scan->end - scan->at));
    if (code == 0x2070 || (code >= 0x2074 && code <= 0x2079))
        return (char)('0' + (code - 0x2070));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].code == code)
            return others[i].meant;
    return '\0';
}

static bool read_raised(int *out, struct scan *scan)
{
    size_t length = 0;
    char c = peek_raised(scan, &length);
    const bool is_negative = c == '-';
    bool is_any = false;
    *out = 0;
    if (is_negative || c == '+')
        scan->at += length;
    for (; is_digit(c = peek_raised(scan, &length)); scan->at += length) {
        *out = append_digit(*out, c - '0');
        is_any = true;
    }
    *out = is_negative ? -*out : *out;
    return is_any;
}

/* e-3, where a number follows. */
static bool read_letter_power(int *out, struct scan *scan)
{
    return (take(scan, 'e') || take(scan, 'E')) && read_integer(out, scan);
}

/* ×10^-3, *10^(-3), ·10⁻³ */
static bool read_product_power(int *out, struct scan *scan)
{
    skip_spaces(scan);
    if (!take(scan, '*'))
        return false;
    skip_spaces(scan);
    if (!take(scan, '1') || !take(scan, '0'))
        return false;
    if (read_raised(out, scan))
        return true;
    skip_spaces(scan);
    if (!take(scan, '^'))
        return false;
    skip_spaces(scan);
    const bool is_in_parentheses = take(scan, '(');
    if (!read_integer(out, scan))
        return false;
    return !is_in_parentheses || take(scan, ')');
}

/* What follows the digits and is no power of ten is left. */
static int read_power(struct scan *scan)
{
    int power;
    struct scan ahead = *scan;
    if (scan->at == scan->end)
        return 0;
    if (!read_letter_power(&power, &ahead)) {
        ahead = *scan;
        if (!read_product_power(&power, &ahead))
            return 0;
    }
    *scan = ahead;
    return power;
}

size_t bs_decimal_read(struct bs_decimal *out, const char *text, size_t length, bool comma_is_point)
{
    struct scan scan = {text, text + length, comma_is_point};
    struct digits read;
    const bool is_negative = take_sign(&scan);
    skip_spaces(&scan);
    if (!read_digits(&read, &scan))
        return 0;
    const int place = read.place + read_power(&scan);
    if (place < -BS_MOST_PLACE || place > BS_MOST_PLACE)
        return 0;
    const int64_t digits = (int64_t)read.digits;
    *out = (struct bs_decimal){is_negative ? -digits : digits, place, read.figures};
    return (size_t)(scan.at - text);
}

/* ---- in binary ------------------------------------------------------------------------------- */

/*
 * digits·10^place.  Where both are doubles the one rounding of their product or quotient is to the
 * nearest (Clinger, PLDI 1990); else the C library sees to it, and without a point in any locale.
 */
static double nearest(uint64_t digits, int place)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    enum { MOST = sizeof powers / sizeof *powers - 1 };
    char text[40];
    if (digits <= UINT64_C(1) << 53 && place >= -MOST && place <= MOST)
        return place < 0 ? (double)digits / powers[-place] : (double)digits * powers[place];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, place);
    return strtod(text, NULL);
}

static uint64_t size_of(int64_t number)
{
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

static int sign_of(int64_t number)
{
    return (number > 0) - (number < 0);
}

/* Half of a number.  An odd number is halved as its fifth multiple, a place further on. */
static double nearest_half(int64_t doubled, int place)
{
    const uint64_t size = size_of(doubled);
    const double half = size % 2 ? nearest(5 * size, place - 1) : nearest(size / 2, place);
    return doubled < 0 ? -half : half;
}

static int64_t doubled_and(struct bs_decimal decimal, int halves)
{
    return 2 * decimal.digits + halves;
}

double bs_decimal_value(struct bs_decimal decimal)
{
    return nearest_half(doubled_and(decimal, 0), decimal.place);
}

double bs_decimal_unit(struct bs_decimal decimal)
{
    return nearest(1, decimal.place);
}

/*
 * num/den.  The quotient in whole numbers has 64 bits or more; a one after them for the rest, if
 * there is any, keeps it from a tie that it is not; so the one rounding is that of the conversion.
 */
static double nearest_quotient(uint64_t num, uint64_t den)
{
    if (num <= UINT64_C(1) << 53 && den <= UINT64_C(1) << 53)
        return (double)num / (double)den;
    const int shift = 63 + __builtin_clzll(num);
    const wide shifted = (wide)num << shift;
    return ldexp((double)(shifted / den | (shifted % den != 0)), -shift);
}

static double fraction_value(struct bs_fraction fraction)
{
    const double size = nearest_quotient(size_of(fraction.num), size_of(fraction.den));
    return fraction.num < 0 ? -size : size;
}

double bs_exact_value(const struct bs_exact *exact)
{
    if (exact->is_fraction)
        return fraction_value(exact->fraction);
    return exact->bounds.lo == exact->bounds.hi ? exact->bounds.lo
                                                : exact->bounds.lo / 2 + exact->bounds.hi / 2;
}

/* ---- exact values ---------------------------------------------------------------------------- */

struct bs_exact bs_exact_fraction(struct bs_fraction fraction)
{
    const double value = fraction_value(fraction);
    const bool is_double =
        (fraction.den & (fraction.den - 1)) == 0 && size_of(fraction.num) <= UINT64_C(1) << 53;
    const struct bs_interval point = {value, value};
    return (struct bs_exact){true, fraction, is_double ? point : bs_interval_widen(point, 1)};
}

static const int64_t POWERS[] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

/* digits/10^decimals in lowest terms: only twos and fives can be in both. */
static struct bs_fraction reduce(int64_t digits, int decimals)
{
    int64_t den = POWERS[decimals];
    for (int i = 0; i < decimals && digits % 2 == 0; i++) {
        digits /= 2;
        den /= 2;
    }
    for (int i = 0; i < decimals && digits % 5 == 0; i++) {
        digits /= 5;
        den /= 5;
    }
    return (struct bs_fraction){digits, den};
}

static bool find_fraction(struct bs_fraction *out, struct bs_decimal decimal)
{
    int64_t digits = decimal.digits;
    int place = digits == 0 ? 0 : decimal.place;
    for (; place < -BS_MOST_FIGURES && digits % 10 == 0; place++)
        digits /= 10;
    if (place < -BS_MOST_FIGURES || place > BS_MOST_FIGURES)
        return false;
    const bool fits = place < 0 || !__builtin_mul_overflow(digits, POWERS[place], &digits);
    if (fits)
        *out = reduce(digits, place < 0 ? -place : 0);
    return fits;
}

struct bs_exact bs_exact_decimal(struct bs_decimal decimal)
{
    struct bs_fraction fraction;
    if (find_fraction(&fraction, decimal))
        return bs_exact_fraction(fraction);
    const double value = bs_decimal_value(decimal);
    struct bs_exact exact = {.bounds = bs_interval_widen(bs_interval_point(value), 1)};
    if (isfinite(value)) /* so that the bounds of the largest have a middle */
        exact.bounds = bs_interval_clip(exact.bounds, -DBL_MAX, DBL_MAX);
    return exact;
}

/* A double to so many figures; its point may be another in the locale. */
static struct bs_decimal round_double(double value, int figures)
{
    struct bs_decimal out = {0};
    char text[64];
    int length = snprintf(text, sizeof text, "%.*e", figures - 1, value);
    bs_decimal_read(&out, text, (size_t)length, true);
    return out;
}

/* Its neighbours of as many figures: next to 1000 below is 999.9. */
static struct bs_decimal neighbour(struct bs_decimal decimal, int step)
{
    if (decimal.digits * step < 0 &&
        size_of(decimal.digits * 10) == (uint64_t)POWERS[decimal.figures])
        decimal = (struct bs_decimal){10 * decimal.digits, decimal.place - 1, decimal.figures};
    decimal.digits += step;
    return decimal;
}

/*
 * Of the decimals of 12 figures, which are those of fewer as well, the one next to the middle is
 * within the bounds if any is; and it is alone if its neighbours are not.
 */
struct bs_exact bs_exact_within(struct bs_interval bounds)
{
    enum { FIGURES = 12 };
    struct bs_exact exact = {.bounds = bounds};
    const double middle = bs_exact_value(&exact);
    if (!isfinite(middle) || (middle == 0 && bounds.lo < bounds.hi))
        return exact;
    const struct bs_decimal best = round_double(middle, FIGURES);
    for (int step = -1; step <= 1; step++) {
        const double value = bs_decimal_value(step ? neighbour(best, step) : best);
        if (bs_interval_has(bounds, value) != (step == 0))
            return exact;
    }
    exact.is_fraction = find_fraction(&exact.fraction, best);
    return exact;
}

/* ---- comparing ------------------------------------------------------------------------------- */

/*
 * doubled·10^place/2 with num/den: doubled·den·10^place with 2·num.  The smaller side alone is
 * multiplied by ten, until it is not the smaller: it stays below 10·2^124.
 */
static int compare_with_fraction(int64_t doubled, int place, struct bs_fraction fraction)
{
    const int sign = sign_of(doubled);
    if (sign != bs_fraction_sign(fraction))
        return sign - bs_fraction_sign(fraction);
    wide left = (wide)size_of(doubled) * size_of(fraction.den);
    wide right = (wide)2 * size_of(fraction.num);
    if (sign == 0)
        return 0;
    for (; place > 0 && left <= right; place--)
        left *= 10;
    for (; place < 0 && right <= left; place++)
        right *= 10;
    return left == right ? 0 : left < right ? -sign : sign;
}

int bs_decimal_compare(struct bs_decimal decimal, int halves, const struct bs_exact *value)
{
    const int64_t doubled = doubled_and(decimal, halves);
    if (value->is_fraction)
        return compare_with_fraction(doubled, decimal.place, value->fraction);
    const double number = nearest_half(doubled, decimal.place);
    return number < value->bounds.lo ? -1 : number > value->bounds.hi ? 1 : 0;
}

/*
 * From BS_BINARY_FIGURES on the digits of a machine that counts in binary are its own: they are
 * not told from their neighbours.
 */
static bool is_binary(struct bs_decimal decimal)
{
    return decimal.figures >= BS_BINARY_FIGURES;
}

static struct bs_decimal shorten(struct bs_decimal decimal)
{
    const int dropped = decimal.figures - BS_BINARY_FIGURES;
    const int64_t unit = POWERS[dropped], half = sign_of(decimal.digits) * (unit / 2);
    return (struct bs_decimal){(decimal.digits + half) / unit, decimal.place + dropped,
                               BS_BINARY_FIGURES};
}

/* Halves of a unit, of the window on the side of 0 and on the other. */
struct reach {
    int inward, outward;
};

static struct reach reach_of(struct bs_decimal decimal, bool allows_truncation)
{
    if (is_binary(decimal))
        return (struct reach){2, 2};
    const int outward = allows_truncation ? 2 : 1;
    return (struct reach){decimal.digits == 0 ? outward : 1, outward};
}

/* A value that is exactly a unit further out is cut off to the next decimal, not to this one. */
static bool is_past(struct bs_decimal decimal, int halves, const struct bs_exact *value)
{
    const int order = bs_decimal_compare(decimal, halves, value) * (halves < 0 ? -1 : 1);
    const bool is_excluded =
        value->is_fraction && (halves == 2 || halves == -2) && !is_binary(decimal);
    return order < 0 || (is_excluded && order == 0);
}

bool bs_decimal_is_rounded(struct bs_decimal decimal, const struct bs_exact *value,
                           bool allows_truncation)
{
    const struct reach reach = reach_of(decimal, allows_truncation);
    const int out = decimal.digits < 0 ? -1 : 1;
    if (is_binary(decimal))
        decimal = shorten(decimal);
    return !is_past(decimal, out * reach.outward, value) &&
           !is_past(decimal, -out * reach.inward, value);
}

struct bs_interval bs_decimal_window(struct bs_decimal decimal, bool allows_truncation)
{
    const struct reach reach = reach_of(decimal, allows_truncation);
    const bool is_negative = decimal.digits < 0;
    if (is_binary(decimal))
        decimal = shorten(decimal);
    const int below = is_negative ? reach.outward : reach.inward;
    const int above = is_negative ? reach.inward : reach.outward;
    const struct bs_interval window = {
        nearest_half(doubled_and(decimal, -below), decimal.place),
        nearest_half(doubled_and(decimal, above), decimal.place),
    };
    return bs_interval_widen(window, 1);
}

/* ---- other digits ---------------------------------------------------------------------------- */

/*
 * The decimal next to a double next to the value is some steps away from the one next to the
 * value, mostly none.  A step below a power of ten is a tenth.
 */
static void step_to(struct bs_decimal *out, const struct bs_exact *size, int figures)
{
    if (out->digits == POWERS[figures - 1] && bs_decimal_compare(*out, 0, size) > 0) {
        out->digits *= 10;
        out->place--;
    }
    while (bs_decimal_compare(*out, -1, size) > 0)
        out->digits--;
    while (bs_decimal_compare(*out, 1, size) <= 0)
        out->digits++;
    if (out->digits == POWERS[figures]) {
        out->digits /= 10;
        out->place++;
    }
}

struct bs_decimal bs_decimal_round(const struct bs_exact *value, int figures)
{
    const double middle = bs_exact_value(value);
    if (!isfinite(middle) || middle == 0)
        return (struct bs_decimal){0};
    struct bs_decimal out = round_double(fabs(middle), figures);
    if (value->is_fraction) {
        struct bs_exact size = *value;
        size.fraction.num = (int64_t)size_of(size.fraction.num);
        step_to(&out, &size, figures);
    }
    if (middle < 0)
        out.digits = -out.digits;
    return out;
}

struct bs_decimal bs_decimal_pad(struct bs_decimal decimal, int figures)
{
    if (figures > BS_MOST_FIGURES)
        figures = BS_MOST_FIGURES;
    if (decimal.digits == 0 || decimal.figures >= figures)
        return decimal;
    const int zeros = figures - decimal.figures;
    return (struct bs_decimal){decimal.digits * POWERS[zeros], decimal.place - zeros, figures};
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The first `whole` digits, zeros where it is not above 0, stand before the point. */
static void put_plain(struct bs_buf *buf, const char *digits, int whole)
{
    if (whole <= 0)
        bs_buf_put(buf, "0");
    else
        bs_buf_put_n(buf, digits, (size_t)whole);
    const char *rest = digits + (whole > 0 ? whole : 0);
    if (*rest)
        bs_buf_put(buf, ".");
    bs_buf_repeat(buf, "0", whole < 0 ? -whole : 0);
    bs_buf_put(buf, rest);
}

static void put_zero(struct bs_buf *buf, int place)
{
    const int decimals = place < 0 && place >= -BS_MOST_FIGURES ? -place : 0;
    bs_buf_put(buf, decimals > 0 ? "0." : "0");
    bs_buf_repeat(buf, "0", decimals);
}

/* Plain from 1e-4 on, where the last digit typed stands at the point or behind it. */
void bs_decimal_put(struct bs_buf *buf, struct bs_decimal decimal, const char *minus)
{
    enum { LEAST_EXPONENT = -4 };
    char digits[24];
    if (decimal.digits == 0) {
        put_zero(buf, decimal.place);
        return;
    }
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, size_of(decimal.digits));
    const int exponent = decimal.place + length - 1;
    if (decimal.digits < 0)
        bs_buf_put(buf, minus);
    if (decimal.place <= 0 && exponent >= LEAST_EXPONENT) {
        put_plain(buf, digits, exponent + 1);
        return;
    }
    put_plain(buf, digits, 1);
    bs_buf_printf(buf, "e%d", exponent);
}
