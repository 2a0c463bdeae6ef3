#include "unit.h"

#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *shown(double value, struct bs_digits digits)
{
    static char text[400];
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_number(&buf, value, digits, "−");
    if (buf.length >= sizeof text)
        ck_abort_msg("%zu characters for one number", buf.length);
    memcpy(text, bs_buf_text(&buf), buf.length + 1);
    bs_buf_finish(&buf);
    return text;
}

struct number_case {
    struct bs_digits digits;
    double value;
    const char *text;
};

static void check_cases(const struct number_case *cases) /* ended by a NULL text */
{
    for (; cases->text; cases++)
        ck_assert_str_eq(shown(cases->value, cases->digits), cases->text);
}

START_TEST(four_figures_are_rounded_not_cut)
{
    static const struct number_case cases[] = {
        {{4, -1}, 0.69028349, "0.6903"},
        {{4, -1}, -0.040681, "−0.04068"},
        {{4, -1}, 0.1, "0.1"},
        {{4, -1}, 1, "1"},
        {{4, -1}, 123.456, "123.5"},
        {{4, -1}, 99.996, "100"},
        {{4, -1}, 9.9996, "10"},
        {{4, -1}, 123456, "123500"},
        {{4, -1}, 0.00012344, "0.0001234"},
        {{4, -1}, 0.8, "0.8"},
        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(plain_notation_ends_where_it_gets_long)
{
    static const struct number_case cases[] = {
        {{4, -1}, 1e-4, "0.0001"},
        {{4, -1}, 0.99996e-4, "0.0001"},
        {{4, -1}, 0.9999e-4, "9.999e-5"},
        {{4, -1}, 1.5e-7, "1.5e-7"},
        {{4, -1}, -2e-300, "−2e-300"},
        {{4, -1}, 1e14, "100000000000000"},
        {{4, -1}, 9.9996e14, "1e15"},
        {{4, -1}, 1.23456e15, "1.235e15"},
        {{4, -1}, DBL_MAX, "1.798e308"},
        {{4, -1}, 5e-324, "4.941e-324"},
        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(zero_has_no_sign_and_no_digits)
{
    static const struct number_case cases[] = {
        {{4, -1}, 0.0, "0"}, {{4, -1}, -0.0, "0"}, {{0, -1}, 0.0, "0"}, {{0, -1}, -0.0, "0"},
        {{0, 4}, 0.0, "0"},  {{0, 4}, -0.0, "0"},  {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(what_is_not_finite_says_so)
{
    static const struct number_case cases[] = {
        {{4, -1}, INFINITY, "inf"},
        {{4, -1}, -INFINITY, "−inf"},
        {{0, -1}, INFINITY, "inf"},
        {{4, 2}, -INFINITY, "−inf"},
        {{4, -1}, NAN, "nan"},
        {{0, 2}, -NAN, "nan"},
        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(decimals_count_from_the_point)
{
    static const struct number_case cases[] = {
        {{4, 3}, 12.3456, "12.346"}, {{4, 3}, -0.0406, "−0.041"},
        {{4, 3}, 0.5, "0.5"},        {{4, 3}, 1234567.0004, "1234567"},
        {{4, 3}, 0.9996, "1"},       {{4, 0}, 12.3456, "12"},
        {{4, 0}, 100, "100"},        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(a_value_too_small_for_its_decimals_is_not_shown_as_zero)
{
    static const struct number_case cases[] = {
        {{3, 2}, 0.0012345, "0.00123"}, {{3, 2}, -0.0049, "−0.0049"},  {{3, 2}, 0.005001, "0.01"},
        {{3, 2}, 1e-9, "1e-9"},         {{0, 2}, 0.0012345, "0.0012"}, {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(a_value_too_large_for_decimals_keeps_its_figures)
{
    static const struct number_case cases[] = {
        {{4, 2}, 1.23456e20, "1.235e20"},
        {{0, 2}, 1.23456e20, "1.23456e20"},
        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(all_figures_are_the_fewest_that_tell_the_double)
{
    static const struct number_case cases[] = {
        {{0, -1}, 0.1, "0.1"},
        {{0, -1}, 0.1 + 0.2, "0.30000000000000004"},
        {{0, -1}, 1.0 / 3, "0.3333333333333333"},
        {{0, -1}, 100, "100"},
        {{0, -1}, 123456789012345, "123456789012345"},
        {{0, -1}, 5e-324, "5e-324"},
        {{0, -1}, DBL_MAX, "1.7976931348623157e308"},
        {{0}, 0, NULL},
    };
    check_cases(cases);
}
END_TEST

START_TEST(the_named_digits_are_four_and_all)
{
    ck_assert_str_eq(shown(2.0 / 3, BS_FOUR_FIGURES), "0.6667");
    ck_assert_str_eq(shown(2.0 / 3, BS_ALL_FIGURES), "0.6666666666666666");
}
END_TEST

/* Bits of every exponent, from a multiplicative sequence. */
START_TEST(all_figures_read_back_as_the_same_double)
{
    uint64_t bits = 1;
    int lost = 0;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            lost += strtod(shown(fabs(value), BS_ALL_FIGURES), NULL) != fabs(value);
    }
    ck_assert_int_eq(lost, 0);
}
END_TEST

START_TEST(more_figures_than_a_double_has_are_not_invented)
{
    static const int figures[] = {17, 18, 40, 1000, INT32_MAX};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        struct bs_digits digits = {figures[i], -1};
        ck_assert_str_eq(shown(0.1, digits), "0.10000000000000001");
        ck_assert_str_eq(shown(-2.5e-10, digits), "−2.5000000000000002e-10");
    }
}
END_TEST

START_TEST(any_number_of_decimals_is_safe)
{
    static const int decimals[] = {17, 300, 500, 100000};
    for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++)
        ck_assert_str_eq(shown(0.25, (struct bs_digits){0, decimals[i]}), "0.25");
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        four_figures_are_rounded_not_cut,
        plain_notation_ends_where_it_gets_long,
        zero_has_no_sign_and_no_digits,
        what_is_not_finite_says_so,
        decimals_count_from_the_point,
        a_value_too_small_for_its_decimals_is_not_shown_as_zero,
        a_value_too_large_for_decimals_keeps_its_figures,
        all_figures_are_the_fewest_that_tell_the_double,
        the_named_digits_are_four_and_all,
        all_figures_read_back_as_the_same_double,
        more_figures_than_a_double_has_are_not_invented,
        any_number_of_decimals_is_safe,
        NULL,
    };
    return bs_suite_of("number", tests);
}
