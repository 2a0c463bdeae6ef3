#include "unit.h"

#include "check/decimal.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* All of the text is the decimal. */
static struct bs_decimal read_all(const char *text)
{
    struct bs_decimal decimal = {0};
    ck_assert_msg(bs_decimal_read(&decimal, text, strlen(text), false) == strlen(text), "%s", text);
    return decimal;
}

static struct bs_exact fraction(int64_t num, int64_t den)
{
    return bs_exact_fraction((struct bs_fraction){num, den});
}

/* ---- reading --------------------------------------------------------------------------------- */

START_TEST(digits_are_counted_as_they_were_typed)
{
    static const struct {
        const char *text;
        int64_t digits;
        int place, figures;
    } cases[] = {
        {"0.5", 5, -1, 1},
        {"0.50", 50, -2, 2},
        {".500", 500, -3, 3},
        {"5.", 5, 0, 1},
        {"-0.0407", -407, -4, 3},
        {"− 0.0407", -407, -4, 3},
        {"+1200", 1200, 0, 4},
        {"00.1", 1, -1, 1},
        {"0", 0, 0, 0},
        {"0.00", 0, -2, 0},
        {"-0.00", 0, -2, 0},
        {"1e-3", 1, -3, 1},
        {".001", 1, -3, 1},
        {"4.07E−2", 407, -4, 3},
        {"5e3", 5, 3, 1},
        {"5E+03", 5, 3, 1},
        {"−2.65×10^-3", -265, -5, 3},
        {"2.65 · 10 ^ (−3)", 265, -5, 3},
        {"2.65*10^(-3)", 265, -5, 3},
        {"2.65·10⁻³", 265, -5, 3},
        {"6.02×10²³", 602, 21, 3},
        {"－２．６５×１０^－３", -265, -5, 3},
        {"０．５０", 50, -2, 2},
        {"12345678901234567", 12345678901234567, 0, 17},
        {"0.123456789012345678", 123456789012345678, -18, 18},
        {"0.1234567890123456785", 123456789012345679, -18, 18}, /* 19 figures */
        {"0.10000000000000000000000001", 100000000000000000, -18, 18},
        {"9999999999999999999999", 100000000000000000, 5, 18}, /* 10^22 */
        {"1234567890123456784999", 123456789012345678, 4, 18},
        {"1e400", 1, 400, 1},
        {"1e-400", 1, -400, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_decimal decimal = read_all(cases[i].text);
        ck_assert_msg(decimal.digits == cases[i].digits, "%s: %lld", cases[i].text,
                      (long long)decimal.digits);
        ck_assert_msg(decimal.place == cases[i].place, "%s: %d", cases[i].text, decimal.place);
        ck_assert_msg(decimal.figures == cases[i].figures, "%s: %d", cases[i].text,
                      decimal.figures);
    }
}
END_TEST

START_TEST(what_is_no_part_of_a_decimal_is_left)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"", 0},
        {".", 0},
        {"-", 0},
        {"x", 0},
        {"e5", 0},
        {"--5", 0},
        {"½", 0},
        {"1e401", 0},
        {"1e-401", 0},
        {"1e99999999999999999999", 0},
        {"10^99999999", 2},
        {"1.5e", 3},
        {"1.5e-", 3},
        {"1.5e+x", 3},
        {"1.2.3", 3},
        {"2*3", 1},
        {"2*10", 1},
        {"2*10^x", 1},
        {"2*10^(3+1)", 1},
        {"2*100^3", 1},
        {"2×10⁻", 1},
        {"2*10^3.5", 6},
        {"0.5 ", 3},
        {"0,5", 1},
        {"0x1F", 1},
        {"5\xff", 1},
        {"5\xe2\x88", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_decimal decimal = {7, 7, 7};
        const size_t length =
            bs_decimal_read(&decimal, cases[i].text, strlen(cases[i].text), false);
        ck_assert_msg(length == cases[i].length, "%s: %zu", cases[i].text, length);
        ck_assert_msg(length > 0 || decimal.digits == 7, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(a_comma_is_a_point_where_it_is_said_to_be)
{
    struct bs_decimal decimal;
    ck_assert_uint_eq(bs_decimal_read(&decimal, "0,001", 5, true), 5);
    ck_assert_int_eq(decimal.digits, 1);
    ck_assert_int_eq(decimal.place, -3);
    ck_assert_uint_eq(bs_decimal_read(&decimal, "０，２５", strlen("０，２５"), true),
                      strlen("０，２５"));
    ck_assert_int_eq(decimal.digits, 25);
    ck_assert_uint_eq(bs_decimal_read(&decimal, "0,2,5", 5, true), 3);
}
END_TEST

START_TEST(the_value_of_a_decimal_is_the_nearest_double)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.1", 0.1},
        {"-0.0407", -0.0407},
        {"2.65e-7", 2.65e-7},
        {"9007199254740993", 9007199254740992.0}, /* 2^53 + 1, a tie, to even */
        {"0.30000000000000004", 0.30000000000000004},
        {"123456789012345678e-40", 123456789012345678e-40},
        {"1e308", 1e308},
        {"4.9e-324", 4.9e-324},
        {"1e400", INFINITY},
        {"1e-400", 0},
        {"0", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(bs_decimal_value(read_all(cases[i].text)) == cases[i].value, "%s",
                      cases[i].text);
    ck_assert(bs_decimal_unit(read_all("0.0407")) == 1e-4);
    ck_assert(bs_decimal_unit(read_all("5e3")) == 1e3);
}
END_TEST

/* ---- comparing ------------------------------------------------------------------------------- */

/* Worked by hand, in fractions. */
START_TEST(decimals_are_compared_exactly_with_fractions)
{
    static const struct {
        const char *text;
        int64_t num, den;
        int halves, order;
    } cases[] = {
        {"0.23", 23, 100, 0, 0},
        {"0.23", 22, 100, -2, 0},
        {"0.23", 235, 1000, 1, 0},
        {"0.22", 225, 1000, 1, 0},
        {"0.23", 24, 100, 0, -1},
        {"-0.23", -24, 100, 0, 1},
        {"-0.23", 24, 100, 0, -1},
        {"0.00", 0, 1, 0, 0},
        {"0.00", 0, 1, 1, 1},
        {"0.00", -1, INT64_MAX, 0, 1},
        {"0.333333333333333333", 1, 3, 0, -1},
        {"0.333333333333333333", 1, 3, 1, 1},
        {"0.999999999999999999", INT64_MAX - 1, INT64_MAX, 0, -1},
        {"999999999999999999", 1000000000000000000, 1, 2, 0},
        {"9e18", INT64_MAX, 1, 0, -1},
        {"1e19", INT64_MAX, 1, 0, 1},
        {"1e400", INT64_MAX, 1, 0, 1},
        {"-1e400", -INT64_MAX, 1, 0, -1},
        {"1e-400", 1, INT64_MAX, 0, -1},
        {"1e-400", 0, 1, 0, 1},
        {"123456789012345678e-100", 1, INT64_MAX, 0, -1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_exact value = fraction(cases[i].num, cases[i].den);
        const int order = bs_decimal_compare(read_all(cases[i].text), cases[i].halves, &value);
        ck_assert_msg((order > 0) - (order < 0) == cases[i].order,
                      "%s + %d halves and %lld/%lld: %d", cases[i].text, cases[i].halves,
                      (long long)cases[i].num, (long long)cases[i].den, order);
    }
}
END_TEST

START_TEST(what_bounds_leave_open_is_neither_less_nor_greater)
{
    const struct bs_exact value = {.bounds = {0.25, 0.375}};
    static const struct {
        const char *text;
        int halves, order;
    } cases[] = {
        {"0.24", 0, -1}, {"0.25", 0, 0},    {"0.3", 0, 0},   {"0.3", 1, 0},
        {"0.3", 2, 1},   {"0.375", 0, 0},   {"0.38", 0, 1},  {"0.2", 1, 0},
        {"-0.3", 0, -1}, {"1e-400", 0, -1}, {"1e400", 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(bs_decimal_compare(read_all(cases[i].text), cases[i].halves, &value) ==
                          cases[i].order,
                      "%s", cases[i].text);
}
END_TEST

START_TEST(a_decimal_is_the_value_rounded_or_cut_off)
{
    static const struct {
        const char *text;
        int64_t num, den;
        bool is_rounded, is_cut; /* or cut off */
    } cases[] = {
        {"0.22", 23, 100, false, false},
        {"0.23", 23, 100, true, true},
        {"0.24", 23, 100, false, false},
        {"0.2", 23, 100, true, true},
        {"0.012", 125, 10000, true, true}, /* a tie */
        {"0.013", 125, 10000, true, true},
        {"-0.012", -125, 10000, true, true},
        {"-0.013", -125, 10000, true, true},
        {"0.013", -125, 10000, false, false},
        {"0.0125", 125, 10000, true, true},
        {"10", 996, 100, true, true},
        {"10.0", 996, 100, true, true},
        {"9.9", 996, 100, false, true},
        {"9.96", 996, 100, true, true},
        {"9.8", 10, 1, false, false},
        {"10", 98, 10, true, true},
        {"0.1667", 1, 6, true, true},
        {"0.1666", 1, 6, false, true},
        {"0.1665", 1, 6, false, false},
        {"0.1668", 1, 6, false, false},
        {"-0.1666", -1, 6, false, true},
        {"-0.1667", -1, 6, true, true},
        {"-0.1668", -1, 6, false, false},
        {"0.00", 0, 1, true, true},
        {"-0.00", 0, 1, true, true},
        {"0.00", 4, 1000, true, true},
        {"0.00", 7, 1000, false, true},
        {"0.00", -7, 1000, false, true},
        {"0.00", 1, 100, false, false},
        {"1e3", 1499, 1, true, true},
        {"1e3", 1999, 1, false, true},
        {"1e3", 2000, 1, false, false},
        {"0.50", 1, 2, true, true},
        {"0.500000", 1, 2, true, true},
        {"0.666666666666667", 2, 3, true, true},
        {"0.6666666666666666", 2, 3, true, true}, /* 0.6666666666666666 in Python */
        {"0.66666666666666666666666", 2, 3, true, true},
        {"0.30000000000000004", 3, 10, true, true},
        {"0.300000000000004", 3, 10, false, false},
        {"-0.30000000000000004", -3, 10, true, true},
        {"0.10000000000000000000000001", 1, 10, true, true},
        {"1e400", 1, 1, false, false},
        {"1e-400", 1, 1, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_exact value = fraction(cases[i].num, cases[i].den);
        const struct bs_decimal decimal = read_all(cases[i].text);
        ck_assert_msg(bs_decimal_is_rounded(decimal, &value, false) == cases[i].is_rounded,
                      "%s rounded, case %zu", cases[i].text, i);
        ck_assert_msg(bs_decimal_is_rounded(decimal, &value, true) == cases[i].is_cut,
                      "%s cut off, case %zu", cases[i].text, i);
    }
}
END_TEST

/* 1 − 1/e = 0.632120558828557678404... */
START_TEST(what_bounds_leave_open_is_right)
{
    const struct bs_exact value = {.bounds = {0.63212055882855767, 0.63212055882855778}};
    static const struct {
        const char *text;
        bool is_rounded, is_cut;
    } cases[] = {
        {"0.632", true, true},       {"0.633", false, false}, {"0.63212056", true, true},
        {"0.63212055", false, true}, {"0.6", true, true},     {"0.63212055882855767", true, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_decimal decimal = read_all(cases[i].text);
        ck_assert_msg(bs_decimal_is_rounded(decimal, &value, false) == cases[i].is_rounded, "%s",
                      cases[i].text);
        ck_assert_msg(bs_decimal_is_rounded(decimal, &value, true) == cases[i].is_cut, "%s",
                      cases[i].text);
    }
}
END_TEST

START_TEST(a_window_holds_what_would_be_typed_so)
{
    static const struct {
        const char *text;
        bool allows_truncation;
        double lo, hi;
    } cases[] = {
        {"0.25", false, 0.245, 0.255}, {"0.25", true, 0.245, 0.26}, {"-0.25", true, -0.26, -0.245},
        {"0.0", false, -0.05, 0.05},   {"0.0", true, -0.1, 0.1},    {"1e3", false, 500, 1500},
        {"12", true, 11.5, 13},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_interval window =
            bs_decimal_window(read_all(cases[i].text), cases[i].allows_truncation);
        ck_assert_msg(window.lo < cases[i].lo && window.lo > cases[i].lo - 1e-12, "%s: %.17g",
                      cases[i].text, window.lo);
        ck_assert_msg(window.hi > cases[i].hi && window.hi < cases[i].hi + 1e-12, "%s: %.17g",
                      cases[i].text, window.hi);
    }
    ck_assert(bs_decimal_window(read_all("1e400"), true).hi == INFINITY);
}
END_TEST

/* ---- exact values ---------------------------------------------------------------------------- */

START_TEST(a_decimal_is_a_fraction_where_63_bits_do)
{
    static const struct {
        const char *text;
        bool is_fraction;
        int64_t num, den;
    } cases[] = {
        {"0.35", true, 7, 20},      {"-0.0407", true, -407, 10000},
        {"0.000", true, 0, 1},      {"0e-300", true, 0, 1},
        {"1200", true, 1200, 1},    {"9e18", true, 9000000000000000000, 1},
        {"1e19", false, 0, 0},      {"1e-18", true, 1, 1000000000000000000},
        {"1e-19", false, 0, 0},     {"1.0e-18", true, 1, 1000000000000000000},
        {"2.65e-300", false, 0, 0}, {"-1.7976931348623157e308", false, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_decimal decimal = read_all(cases[i].text);
        const struct bs_exact exact = bs_exact_decimal(decimal);
        const double value = bs_decimal_value(decimal);
        ck_assert_msg(exact.is_fraction == cases[i].is_fraction, "%s", cases[i].text);
        ck_assert_msg(!exact.is_fraction || (exact.fraction.num == cases[i].num &&
                                             exact.fraction.den == cases[i].den),
                      "%s", cases[i].text);
        ck_assert_msg(exact.bounds.lo <= value && value <= exact.bounds.hi, "%s", cases[i].text);
        ck_assert_msg(fabs(bs_exact_value(&exact) - value) <= 2.3e-16 * fabs(value), "%s",
                      cases[i].text);
    }
}
END_TEST

START_TEST(bounds_of_a_fraction_are_a_point_only_where_it_is_a_double)
{
    const struct bs_exact half = fraction(-1, 2), third = fraction(1, 3);
    const struct bs_exact large = fraction(INT64_MAX, 1), near = fraction(INT64_MAX - 1, INT64_MAX);
    ck_assert(half.bounds.lo == -0.5 && half.bounds.hi == -0.5);
    ck_assert(third.bounds.lo < 1.0 / 3 && third.bounds.hi > 1.0 / 3);
    ck_assert(large.bounds.lo < 0x1p63 && large.bounds.hi > 0x1p63);
    ck_assert(bs_exact_value(&near) == 1); /* 1 − 2^-63 */
    ck_assert(bs_exact_value(&large) == 0x1p63);
    const struct bs_exact tie = fraction(9007199254740993, 1), more = fraction(INT64_MAX, 1023);
    ck_assert(bs_exact_value(&tie) == 0x1p53); /* 2^53 + 1, to even */
    ck_assert(bs_exact_value(&more) == 0x1.0040100401004p53);
}
END_TEST

START_TEST(bounds_that_hold_one_short_decimal_are_that)
{
    static const struct {
        double lo, hi;
        bool is_fraction;
        int64_t num, den;
    } cases[] = {
        {0.22999999999999995, 0.23000000000000004, true, 23, 100},
        {-0.23000000000000004, -0.22999999999999995, true, -23, 100},
        {0.99999999999999978, 1.0000000000000002, true, 1, 1},
        {0.9999999999, 1.0000000001, false, 0, 0},               /* many */
        {0.63212055882855767, 0.63212055882855767, false, 0, 0}, /* none */
        {0.5, 0.5, true, 1, 2},
        {0, 0, true, 0, 1},
        {-1e-17, 1e-17, false, 0, 0},
        {1e300, 1e300, false, 0, 0},
        {-INFINITY, INFINITY, false, 0, 0},
        {1, INFINITY, false, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_exact exact =
            bs_exact_within((struct bs_interval){cases[i].lo, cases[i].hi});
        ck_assert_msg(exact.is_fraction == cases[i].is_fraction, "case %zu", i);
        ck_assert_msg(!exact.is_fraction || (exact.fraction.num == cases[i].num &&
                                             exact.fraction.den == cases[i].den),
                      "case %zu", i);
        ck_assert(exact.bounds.lo == cases[i].lo && exact.bounds.hi == cases[i].hi);
    }
}
END_TEST

/* ---- other digits ---------------------------------------------------------------------------- */

static void check_text(struct bs_decimal decimal, const char *text)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_decimal_put(&buf, decimal, "-");
    ck_assert_str_eq(bs_buf_text(&buf), text);
    bs_buf_finish(&buf);
}

START_TEST(a_value_is_rounded_with_ties_away_from_zero)
{
    static const struct {
        int64_t num, den;
        int figures;
        const char *text;
    } cases[] = {
        {1, 6, 4, "0.1667"},
        {-1, 6, 4, "-0.1667"},
        {125, 10000, 2, "0.013"},
        {-125, 10000, 2, "-0.013"},
        {225, 1000, 2, "0.23"},
        {225, 100, 2, "2.3"},
        {995, 100, 2, "10"},
        {4974999999999999999, 500000000000000000, 2, "9.9"},
        {995, 10, 2, "1.0e2"},
        {994999999999999999, 10000000000000000, 2, "99"}, /* as a double it is 99.5 */
        {994, 10, 2, "99"},
        {105, 1, 2, "1.1e2"},
        {104, 1, 2, "1.0e2"},
        {1, 1, 3, "1.00"},
        {0, 1, 3, "0"},
        {2, 3, 18, "0.666666666666666667"},
        {1, 3, 17, "0.33333333333333333"},
        {INT64_MAX, 1, 18, "9.22337203685477581e18"},
        {1, INT64_MAX, 3, "1.08e-19"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_exact value = fraction(cases[i].num, cases[i].den);
        const struct bs_decimal rounded = bs_decimal_round(&value, cases[i].figures);
        ck_assert_int_eq(rounded.figures, cases[i].num ? cases[i].figures : 0);
        check_text(rounded, cases[i].text);
    }
    const struct bs_exact between = {.bounds = {0.63212055882855767, 0.63212055882855778}};
    check_text(bs_decimal_round(&between, 4), "0.6321");
    const struct bs_exact unbounded = {.bounds = {-INFINITY, INFINITY}};
    check_text(bs_decimal_round(&unbounded, 4), "0");
}
END_TEST

START_TEST(zeros_are_put_after_the_digits)
{
    check_text(bs_decimal_pad(read_all("0.5"), 3), "0.500");
    check_text(bs_decimal_pad(read_all("-5e3"), 3), "-5.00e3");
    check_text(bs_decimal_pad(read_all("0.5000"), 3), "0.5000");
    check_text(bs_decimal_pad(read_all("0.0"), 3), "0.0");
    ck_assert_int_eq(bs_decimal_pad(read_all("1"), 99).figures, BS_MOST_FIGURES);
}
END_TEST

START_TEST(a_decimal_is_written_with_its_digits)
{
    static const struct {
        const char *typed, *text;
    } cases[] = {
        {"0.50", "0.50"},
        {".5", "0.5"},
        {"-0.0407", "-0.0407"},
        {"2.65e-7", "2.65e-7"},
        {"0.000000265", "2.65e-7"},
        {"0.000265", "0.000265"},
        {"1200", "1200"},
        {"5e3", "5e3"},
        {"1.20e3", "1.20e3"},
        {"12e2", "1.2e3"},
        {"-0.00", "0.00"},
        {"0", "0"},
        {"0e-300", "0"},
        {"1e400", "1e400"},
        {"123.456", "123.456"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_text(read_all(cases[i].typed), cases[i].text);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        digits_are_counted_as_they_were_typed,
        what_is_no_part_of_a_decimal_is_left,
        a_comma_is_a_point_where_it_is_said_to_be,
        the_value_of_a_decimal_is_the_nearest_double,
        decimals_are_compared_exactly_with_fractions,
        what_bounds_leave_open_is_neither_less_nor_greater,
        a_decimal_is_the_value_rounded_or_cut_off,
        what_bounds_leave_open_is_right,
        a_window_holds_what_would_be_typed_so,
        a_decimal_is_a_fraction_where_63_bits_do,
        bounds_of_a_fraction_are_a_point_only_where_it_is_a_double,
        bounds_that_hold_one_short_decimal_are_that,
        a_value_is_rounded_with_ties_away_from_zero,
        zeros_are_put_after_the_digits,
        a_decimal_is_written_with_its_digits,
        NULL,
    };
    return bs_suite_of("decimal", tests);
}
