#include "unit.h"

#include "check/answer.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- reading --------------------------------------------------------------------------------- */

START_TEST(digits_are_counted_as_they_were_typed)
{
    static const struct {
        const char *text;
        double value;
        int figures, place;
    } cases[] = {
        {"0.5", 0.5, 1, -1},
        {"0.50", 0.5, 2, -2},
        {"  .500\n", 0.5, 3, -3},
        {"−0.0407", -0.0407, 3, -4},
        {"-4.07e-2", -0.0407, 3, -4},
        {"4.07E−2", 0.0407, 3, -4},
        {"−2.65×10^-3", -0.00265, 3, -5},
        {"2.650·10^3", 2650, 4, 0},
        {"－２．６５×１０^－３", -0.00265, 3, -5},
        {"０．５０", 0.5, 2, -2},
        {"(0.690)", 0.69, 3, -3},
        {"+1200", 1200, 4, 0},
        {"5e3", 5000, 1, 3},
        {"0", 0, 0, 0},
        {"0.00", 0, 0, -2},
        {"0e99999999999999999999", 0, 0, 1000000},
        {"00.1", 0.1, 1, -1},
        {"0.10000000000000000000000001", 0.1, 26, -26},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_answer answer;
        struct bs_error err = {.text = ""};
        ck_assert_msg(bs_answer_read(&answer, cases[i].text, &err) == BS_OK, "%s: %s",
                      cases[i].text, err.text);
        ck_assert_msg(answer.value == cases[i].value, "%s: %.17g", cases[i].text, answer.value);
        ck_assert_msg(answer.is_decimal, "%s", cases[i].text);
        ck_assert_msg(answer.figures == cases[i].figures, "%s: %d", cases[i].text, answer.figures);
        ck_assert_msg(answer.place == cases[i].place, "%s: %d", cases[i].text, answer.place);
        ck_assert_ptr_eq(answer.text, cases[i].text);
    }
}
END_TEST

START_TEST(an_expression_has_no_digits_of_its_own)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"2/3", 2.0 / 3},
        {"½", 0.5},
        {"(0.5 − 0.69)·0.69·(1 − 0.69)", (0.5 - 0.69) * 0.69 * (1 - 0.69)},
        {"1 + 2*3^2", 19},
        {"2.65/10^3", 2.65 / 1000},
        {"2/3*10^2", 200.0 / 3},
        {"5*10^-99999999999", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_answer answer;
        ck_assert_int_eq(bs_answer_read(&answer, cases[i].text, NULL), BS_OK);
        ck_assert_double_le(fabs(answer.value - cases[i].value), 1e-15 * fabs(cases[i].value));
        ck_assert_msg(!answer.is_decimal, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused_and_says_why)
{
    static const struct {
        const char *text, *message;
        int column;
    } cases[] = {
        {"", "type a number, as in -0.0407, 2/3 or 2.65e-3", 0},
        {" \t", "type a number, as in -0.0407, 2/3 or 2.65e-3", 0},
        {"abc", "an answer is made of numbers, and \"abc\" is a name", 0},
        {"0.3*g_1", "an answer is made of numbers, and \"g_1\" is a name", 0},
        {"nan", "an answer is made of numbers, and \"nan\" is a name", 0},
        {"exp(1)", "an answer is made of numbers with + - * / ^, and exp is a function", 0},
        {"sum(i, 1, 3, 2)", "an answer is made of numbers with + - * / ^, and sum is a function",
         0},
        {"1e999", "the number 1e999 is too large", 1},
        {"10^999", "that is no finite number", 0},
        {"0/0", "that is no finite number", 0},
        {"0,5", "expected an operator, got \",\"", 2},
        {"0.5.", "expected an operator, got \".\"", 4},
        {"0.5 +", "expected a number, a name or (, but the formula ends", 6},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_answer answer;
        struct bs_error err;
        ck_assert_int_eq(bs_answer_read(&answer, cases[i].text, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_int_eq(err.column, cases[i].column);
        const struct bs_question question = {.value = 1, .working = BS_ALL_FIGURES};
        ck_assert_int_eq(bs_answer_judge(&answer, &question), BS_VERDICT_NOT_AN_ANSWER);
    }
}
END_TEST

static bool read_once(void *context)
{
    struct bs_answer answer;
    struct bs_error err;
    int status = bs_answer_read(&answer, "(0.5 − 0.69)·0.69/2 + 2.65×10^-3", &err);
    ck_assert(status == BS_OK || (status == BS_NO_MEMORY && isnan(answer.value)));
    (void)context;
    return status == BS_OK;
}

START_TEST(reading_survives_each_refused_allocation)
{
    bs_refuse_each_allocation(read_once, NULL);
}
END_TEST

/* ---- judging --------------------------------------------------------------------------------- */

#define RIGHT BS_VERDICT_RIGHT
#define COARSE BS_VERDICT_TOO_COARSE
#define SIGN BS_VERDICT_WRONG_SIGN
#define WRONG BS_VERDICT_WRONG

struct judged {
    const char *typed;
    double value;
    int figures; /* wanted */
    enum bs_verdict verdict;
};

static void check_verdicts(const struct judged *cases, size_t count, struct bs_digits working)
{
    for (size_t i = 0; i < count; i++) {
        struct bs_answer answer;
        const struct bs_question question = {
            .value = cases[i].value, .figures = cases[i].figures, .working = working};
        ck_assert_int_eq(bs_answer_read(&answer, cases[i].typed, NULL), BS_OK);
        enum bs_verdict verdict = bs_answer_judge(&answer, &question);
        ck_assert_msg(verdict == cases[i].verdict, "%s for %.17g (%d figures): %d, not %d",
                      cases[i].typed, cases[i].value, cases[i].figures, verdict, cases[i].verdict);
    }
}

/* Exercise A: g_1, e_1 and y_1 to 10 digits. */
START_TEST(an_answer_is_right_to_one_unit_of_its_last_digit)
{
    static const struct judged cases[] = {
        {"-0.0407", -0.04068112511, 3, RIGHT},           /* rounded */
        {"−4.06e-2", -0.04068112511, 3, RIGHT},          /* truncated */
        {"−0.040681", -0.04068112511, 3, RIGHT},         /* more digits than wanted */
        {"-0.0405", -0.04068112511, 3, WRONG},           /* two units off */
        {"−2.65×10^-3", -0.002654489031, 3, RIGHT},      /* */
        {"－０．００２６５", -0.002654489031, 3, RIGHT}, /* full width */
        {"0.690", 0.6902834930, 3, RIGHT},
        {"0.69", 0.6902834930, 3, RIGHT}, /* 0.690 without its zero */
        {"0.69", 0.6902834930, 4, COARSE},
        {"0.68", 0.6902834930, 3, COARSE},
        {"0.7", 0.6902834930, 3, COARSE},
        {"0.7", 0.6902834930, 1, RIGHT},
        {"2/3", 2.0 / 3, 3, RIGHT},
        {"2/3", 0.667, 3, RIGHT}, /* as if rounded to 0.667 */
        {"2/3", 0.669, 3, WRONG},
        {"1/(1 + 0.4487)", 0.6902834930, 3, RIGHT},
        {"0.0407", -0.04068112511, 3, SIGN},
        {"-2/3", 2.0 / 3, 3, SIGN},
        {"0.04", -0.04068112511, 3, COARSE}, /* no word about the sign */
    };
    check_verdicts(cases, COUNT_OF(cases), BS_ALL_FIGURES);
}
END_TEST

START_TEST(zeros_that_are_left_out_are_not_missed)
{
    static const struct judged cases[] = {
        {"0.5", 0.5, 3, RIGHT},       {"0.50", 0.5, 3, RIGHT},    {"0.500", 0.5, 3, RIGHT},
        {"1/2", 0.5, 3, RIGHT},       {"5e-1", 0.5, 3, RIGHT},    {"0.18", 0.18, 3, RIGHT},
        {"0.5", 0.5004, 3, RIGHT},    {"0.5", 0.5006, 3, COARSE}, /* that is 0.501 */
        {"0.0181", 0.0181, 4, RIGHT}, {"1", 1, 3, RIGHT},         {"-1", 1, 3, COARSE},
    };
    check_verdicts(cases, COUNT_OF(cases), BS_ALL_FIGURES);
}
END_TEST

/* In doubles 0.27 − 0.26 > 0.01 and 0.24 − 0.23 < 0.01; 0.23 itself is 0.22999... */
START_TEST(one_unit_is_one_unit_in_decimals)
{
    static const struct judged cases[] = {
        {"0.26", 0.27, 2, RIGHT}, {"0.27", 0.26, 2, RIGHT},   {"0.23", 0.24, 2, RIGHT},
        {"0.24", 0.23, 2, RIGHT}, {"0.23", 0.2299, 2, RIGHT}, {"0.25", 0.27, 2, WRONG},
        {"0.23", 0.23, 2, RIGHT}, {"1.10", 1.11, 3, RIGHT},   {"0.999", 1, 3, RIGHT},
    };
    check_verdicts(cases, COUNT_OF(cases), BS_ALL_FIGURES);
}
END_TEST

/*
 * Exercise A as its sheet has it, worked with four decimals; values to 40 digits from Python's
 * decimal module.  Two of the figures were rounded on the way further than one unit.
 */
START_TEST(one_unit_of_the_working_digits_is_always_allowed)
{
    static const struct bs_digits four_decimals = {4, 4}, four_figures = {4, -1};
    static const struct judged decimals[] = {
        {"0.6637", 0.66373869740, 4, RIGHT},
        {"0.80133", 0.80144498667, 5, WRONG},
        {"-0.0406", -0.04068112511, 3, RIGHT},
        {"-2.650e-3", -0.00265448903, 4, RIGHT},
        {"-8.156e-3", -0.00817164506, 4, RIGHT},
        {"0.2724", 0.27232596506, 4, RIGHT},
        {"0.8731", 0.87299836301, 4, WRONG},
        {"0.0991", 0.09907092884, 3, RIGHT},
        {"0.5927", 0.59264551944, 4, RIGHT},
        {"-0.00250", -0.00265448903, 3, WRONG},
        {"-0.0000200", -0.00003, 3, RIGHT},
        {"0.0000200", -0.00003, 3, SIGN}, /* however small */
    };
    static const struct judged figures[] = {
        {"-2.650e-3", -0.00265448903, 4, WRONG},
        {"-2.6540e-3", -0.00265448903, 4, RIGHT},
        {"0.801500", 0.80144498667, 3, RIGHT},
        {"0.801600", 0.80144498667, 3, WRONG},
    };
    check_verdicts(decimals, COUNT_OF(decimals), four_decimals);
    check_verdicts(figures, COUNT_OF(figures), four_figures);
}
END_TEST

START_TEST(nothing_but_zero_is_zero)
{
    static const struct judged cases[] = {
        {"0", 0, 3, RIGHT},          {"0.000", 0, 3, RIGHT},  {"1 - 1", 0, 3, RIGHT},
        {"0", 1e-9, 3, WRONG},       {"0.0", 0.04, 3, WRONG}, {"1e-9", 0, 3, WRONG},
        {"0.000", 0.0001, 3, WRONG},
    };
    check_verdicts(cases, COUNT_OF(cases), BS_ALL_FIGURES);
    struct bs_answer zero;
    ck_assert_int_eq(bs_answer_read(&zero, "0", NULL), BS_OK);
    struct bs_question question = {.value = 0.1 + 0.2 - 0.3, .working = BS_ALL_FIGURES};
    ck_assert_int_eq(bs_answer_judge(&zero, &question), BS_VERDICT_WRONG);
    question.size = 0.6; /* what was added up: now it is known to be rounding */
    ck_assert_int_eq(bs_answer_judge(&zero, &question), BS_VERDICT_RIGHT);
}
END_TEST

START_TEST(nothing_is_right_for_a_value_that_is_not_finite)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    struct bs_answer answer;
    ck_assert_int_eq(bs_answer_read(&answer, "1e300", NULL), BS_OK);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const struct bs_question question = {.value = values[i], .working = {4, 4}};
        ck_assert_int_eq(bs_answer_judge(&answer, &question), BS_VERDICT_WRONG);
    }
}
END_TEST

START_TEST(each_verdict_is_a_sentence)
{
    static const struct {
        enum bs_verdict verdict;
        const char *lang, *sentence;
    } cases[] = {
        {RIGHT, NULL, "Right."},
        {RIGHT, "zh", "正确。"},
        {COARSE, "en", "Too coarse: give at least 3 significant figures."},
        {COARSE, "zh_CN.UTF-8", "精度不够：请至少给出 3 位有效数字。"},
        {SIGN, "en", "The sign is wrong."},
        {WRONG, "fr", "Wrong."},
        {BS_VERDICT_NOT_AN_ANSWER, NULL, "That is not an answer."},
    };
    const struct bs_question question = {.value = 1};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_verdict_put(&buf, cases[i].verdict, &question, cases[i].lang);
        ck_assert_str_eq(bs_buf_text(&buf), cases[i].sentence);
        bs_buf_finish(&buf);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        digits_are_counted_as_they_were_typed,
        an_expression_has_no_digits_of_its_own,
        what_is_no_number_is_refused_and_says_why,
        reading_survives_each_refused_allocation,
        an_answer_is_right_to_one_unit_of_its_last_digit,
        zeros_that_are_left_out_are_not_missed,
        one_unit_is_one_unit_in_decimals,
        one_unit_of_the_working_digits_is_always_allowed,
        nothing_but_zero_is_zero,
        nothing_is_right_for_a_value_that_is_not_finite,
        each_verdict_is_a_sentence,
        NULL,
    };
    return bs_suite_of("answer", tests);
}
