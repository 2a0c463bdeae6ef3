#include "unit.h"

#include "base/mem.h"
#include "check/answer.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static int read_text(struct bs_answer *out, const char *text, const struct bs_answer_names *names,
                     struct bs_error *err)
{
    return bs_answer_read(out, text, strlen(text), names, err);
}

static struct bs_answer must_read(const char *text, const struct bs_answer_names *names)
{
    struct bs_answer answer = {0};
    struct bs_error err = {.text = ""};
    ck_assert_msg(read_text(&answer, text, names, &err) == BS_OK, "%s: %s", text, err.text);
    return answer;
}

/* ---- decimals -------------------------------------------------------------------------------- */

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
        {"\u3000０．５０\u3000", 0.5, 2, -2},
        {"(0.690)", 0.69, 3, -3},
        {"( (0.690) )", 0.69, 3, -3},
        {"+1200", 1200, 4, 0},
        {"5e3", 5000, 1, 3},
        {"0", 0, 0, 0},
        {"0.00", 0, 0, -2},
        {"00.1", 0.1, 1, -1},
        {"0.10000000000000000000000001", 0.1, 18, -18},
        {"0.6666666666666666", 2.0 / 3, 16, -16},
        {"1e308", 1e308, 1, 308},
        {"5e-324", 5e-324, 1, -324},
        {"0,25", 0.25, 2, -2},
        {",5", 0.5, 1, -1},
        {"-0,001", -0.001, 1, -3},
        {"0,125", 0.125, 3, -3},
        {"1,5", 1.5, 2, -1},
        {"1,2345", 1.2345, 5, -4},
        {"1234,567", 1234.567, 7, -3},
        {"2,65·10^-3", 0.00265, 3, -5},
        {"０，２５", 0.25, 2, -2},
        {"0.755.", 0.755, 3, -3},
        {"-0.00817,", -0.00817, 3, -5},
        {"0.50 ;", 0.5, 2, -2},
        {"0,25,", 0.25, 2, -2},
        {"0.690。", 0.69, 3, -3},
        {"0.690；", 0.69, 3, -3},
        {"1.", 1, 1, 0},
        {"0,", 0, 0, 0},
        {"≈0.397", 0.397, 3, -3},
        {"~ 0.397", 0.397, 3, -3},
        {"≒-0,397.", -0.397, 3, -3},
        {"≈(0.690)", 0.69, 3, -3},
        {"1.81 x 10^-2", 0.0181, 3, -4},
        {"1.81 X 10^-2", 0.0181, 3, -4},
        {"-1.81x10^(-2)", -0.0181, 3, -4},
        {"1,81 x 10⁻²", 0.0181, 3, -4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_answer answer = must_read(cases[i].text, NULL);
        ck_assert_msg(answer.value == cases[i].value, "%s: %.17g", cases[i].text, answer.value);
        ck_assert_msg(answer.is_decimal, "%s", cases[i].text);
        ck_assert_msg(answer.decimal.figures == cases[i].figures, "%s: %d", cases[i].text,
                      answer.decimal.figures);
        ck_assert_msg(answer.decimal.place == cases[i].place, "%s: %d", cases[i].text,
                      answer.decimal.place);
    }
}
END_TEST

/* ---- expressions ----------------------------------------------------------------------------- */

START_TEST(an_expression_has_no_digits_of_its_own)
{
    static const struct {
        const char *text;
        int64_t num, den;
    } cases[] = {
        {"2/3", 2, 3},
        {"½", 1, 2},
        {"(0.5 − 0.69)·0.69·(1 − 0.69)", -40641, 1000000},
        {"1 + 2*3^2", 19, 1},
        {"2.65/10^3", 53, 20000},
        {"2/3*10^2", 200, 3},
        {"10^-3", 1, 1000},
        {"1 - 1", 0, 1},
        {"0,5*(1 − 0,5)", 1, 4},
        {"2,5/3", 5, 6},
        {"(1)+(2)", 3, 1},
        {"1/(1 + 0.4487)", 10000, 14487},
        {"1.81 x 10", 181, 10},
        {"2/3 x 10^-1", 1, 15},
        {"0.5*1.8 X 10^-1 + 1.", 109, 100},
        {"2 ｘ 10 x 10", 200, 1},
        {"≈ 2/3.", 2, 3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_answer answer = must_read(cases[i].text, NULL);
        ck_assert_msg(!answer.is_decimal, "%s", cases[i].text);
        ck_assert_msg(answer.exact.is_fraction && answer.exact.fraction.num == cases[i].num &&
                          answer.exact.fraction.den == cases[i].den,
                      "%s", cases[i].text);
        ck_assert_msg(answer.value == (double)cases[i].num / (double)cases[i].den, "%s",
                      cases[i].text);
    }
}
END_TEST

START_TEST(what_is_no_fraction_lies_within_bounds)
{
    const struct bs_answer root = must_read("2^0.5", NULL);
    ck_assert(!root.exact.is_fraction);
    ck_assert(root.exact.bounds.lo <= sqrt(2) && sqrt(2) <= root.exact.bounds.hi);
    ck_assert(root.exact.bounds.hi - root.exact.bounds.lo < 1e-14);
    const struct bs_answer small = must_read("1.5e-150*1.5e-150", NULL);
    ck_assert_double_eq_tol(small.value / 2.25e-300, 1, 1e-14);
    /* 0.23, in bounds that have no other short decimal */
    const struct bs_answer two = must_read("0.46/4^0.5", NULL);
    ck_assert(two.exact.is_fraction && two.exact.fraction.num == 23 &&
              two.exact.fraction.den == 100);
}
END_TEST

struct number {
    const char *name;
    struct bs_exact value;
};

static bool find_number(struct bs_exact *value, void *context, const char *name)
{
    for (const struct number *number = context; number->name; number++)
        if (strcmp(number->name, name) == 0) {
            *value = number->value;
            return true;
        }
    return false;
}

static void offer_numbers(void *context, struct bs_nearest *nearest)
{
    for (const struct number *number = context; number->name; number++)
        bs_nearest_offer(nearest, number->name);
}

static struct number numbers[] = {
    {"g_1", {.is_fraction = true, .fraction = {-407, 10000}, .bounds = {-0.0407, -0.0407}}},
    {"b_1",
     {.is_fraction = true,
      .fraction = {2, 3},
      .bounds = {0.66666666666666663, 0.6666666666666667}}},
    {"w_11_new", {.is_fraction = true, .fraction = {3, 10}, .bounds = {0.3, 0.3}}},
    {"dE_dw_11", {.is_fraction = true, .fraction = {1, 8}, .bounds = {0.125, 0.125}}},
    {"dw_11", {.is_fraction = true, .fraction = {1, 4}, .bounds = {0.25, 0.25}}},
    {"x_1", {.is_fraction = true, .fraction = {7, 20}, .bounds = {0.35, 0.35}}},
    {"beta_1", {.is_fraction = true, .fraction = {3, 4}, .bounds = {0.75, 0.75}}},
    {"s", {.bounds = {0.5, 0.50000000000000011}}},
    {NULL, {0}},
};

static const struct bs_answer_names names = {find_number, offer_numbers, numbers};

START_TEST(names_stand_for_their_numbers)
{
    static const struct {
        const char *text;
        double value;
        bool is_fraction;
    } cases[] = {
        {"g_1", -0.0407, true},
        {"g_1*b_1", -0.0407 * 2 / 3, true},
        {"w_11' + 0.1", 0.4, true},
        {"w_11_new + 0,1", 0.4, true},
        {"-∂E/∂w_11", -0.125, true},
        {"2*∂E/∂w_11 + ∂E/∂w_11", 0.375, true},
        {"Δw_11", 0.25, true},
        {"x[1]", 0.35, true},
        {"β_1", 0.75, true},
        {"ｇ_１", -0.0407, true},
        {"b_1*g_1;", -0.0407 * 2 / 3, true},
        {"x_1 + 2 x 10^-2", 0.37, true},
        {"s^0.5", 0.70710678118654757, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_answer answer = must_read(cases[i].text, &names);
        ck_assert_msg(!answer.is_decimal, "%s", cases[i].text);
        ck_assert_msg(answer.exact.is_fraction == cases[i].is_fraction, "%s", cases[i].text);
        ck_assert_msg(fabs(answer.value - cases[i].value) <= 1e-15, "%s: %.17g", cases[i].text,
                      answer.value);
    }
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

struct refused {
    const char *text, *message;
    int column;
};

static void check_refusals(const struct refused *cases, size_t count,
                           const struct bs_answer_names *known)
{
    for (size_t i = 0; i < count; i++) {
        struct bs_answer answer = {.value = 7};
        struct bs_error err = {.text = ""};
        ck_assert_msg(read_text(&answer, cases[i].text, known, &err) == BS_REFUSED, "%s",
                      cases[i].text);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_msg(err.column == cases[i].column, "%s: column %d", cases[i].text, err.column);
        ck_assert_msg(answer.value == 7, "%s", cases[i].text);
        ck_assert_int_eq(read_text(&answer, cases[i].text, known, NULL), BS_REFUSED);
    }
}

#define EMPTY "type a number, as in -0.0407, 2/3 or 2.65e-3"
#define ARITHMETIC "an answer is made of numbers with + - * / ^, and "
#define FUNCTION "functions are not evaluated here: type the number"
#define REMARK "only a number or a calculation stands after the =; write remarks after #"
#define COMMA                                                                                     \
    "this comma may mark decimals or thousands: write a point for decimals, and nothing between " \
    "thousands"

START_TEST(what_is_no_number_is_refused_and_says_why)
{
    static const struct refused cases[] = {
        {"", EMPTY, 1},
        {" \t", EMPTY, 1},
        {"\u3000", EMPTY, 1},
        {"abc", "an answer is made of numbers, and \"abc\" is a name", 1},
        {"0.3*g_1", "an answer is made of numbers, and \"g_1\" is a name", 5},
        {"nan", "that is no finite number", 1},
        {" -Inf", "that is no finite number", 3},
        {"∞", "expected a number, a name or (, got \"∞\"", 1},
        {"exp(1)", FUNCTION, 1},
        {"2*exp(1)", FUNCTION, 3},
        {"sum(i, 1, 3, 2)", FUNCTION, 1},
        {"σ(0.7634)", FUNCTION, 1},
        {"sigmoid(0.7634)", FUNCTION, 1},
        {"sqrt(2)", FUNCTION, 1},
        {"cases(1, 2, 3)", FUNCTION, 1},
        {"delta(1, 2)", FUNCTION, 1},
        {"1e999", "the number 1e999 is too large", 1},
        {"1e400", "the number 1e400 is too large", 1},
        {"1e-400", "the number 1e-400 is too small", 1},
        {"10^999", "that is no finite number", 1},
        {"10^99999999", "that is no finite number", 1},
        {" 1 + 9^9^9^9", "that is no finite number", 2},
        {"5*10^-99999999999", "that number is too small", 1},
        {"5*10^-400", "that number is too small", 1},
        {"1e-200*1e-200", "that number is too small", 1},
        {"0/0", "that is no finite number", 1},
        {"1/0", "that is no finite number", 1},
        {"(-1)^0.5", "that is no finite number", 1},
        {"0x1F", "hexadecimal is not read: write decimal digits", 1},
        {"2*0XA", "hexadecimal is not read: write decimal digits", 3},
        {"0.5..", "expected an operator, got \".\"", 4},
        {".", "expected a number, a name or (, got \".\"", 1},
        {"≈", "expected a number, a name or (, but the formula ends", 4},
        {"≈≈0.5", "expected a number, a name or (, got \"≈\"", 4},
        {"2(1)", "expected an operator, got \"(\": write * between factors", 2},
        {"2 (1)", "expected an operator, got \"(\": write * between factors", 3},
        {"0x10^-2", "hexadecimal is not read: write decimal digits", 1},
        {"2 x 100", REMARK, 3},
        {"0.802 (rounded)", REMARK, 7},
        {"0.802（四舍五入）", REMARK, 6},
        {"0.802 四舍五入", REMARK, 7},
        {"0.8 V", REMARK, 5},
        {"0.5*0.8 ≈ 0.4", REMARK, 9},
        {"1,234.", COMMA, 2},
        {"0.5 +", "expected a number, a name or (, but the formula ends", 6},
        {"  0.5 0.6", "expected an operator, got \"0\": write * between factors", 7},
        {"0.1 = 0.1", REMARK, 5},
        {"1,234", COMMA, 2},
        {"-12,345", COMMA, 4},
        {"1,234,567", COMMA, 2},
        {"0,2,5", COMMA, 4},
        {"1,5.2", "expected an operator, got \".\"", 4},
        {"1, 2", "expected an operator, got \",\"", 2},
        {"１，２３４", COMMA, 4},
    };
    check_refusals(cases, COUNT_OF(cases), NULL);
}
END_TEST

START_TEST(an_unknown_name_gets_the_nearest_suggested)
{
    static const struct refused cases[] = {
        {"2*g_2", "there is no number called g_2: did you mean g_1?", 3},
        {"zebra", "there is no number called zebra", 1},
        {"1 + b_1''", "there is no number called b_1_new_new", 5},
        {"w_11*NaN", "there is no number called w_11: did you mean dw_11?", 1},
        {"b_1*NaN", "that is no finite number", 5},
        {"∂E/∂w_12", "there is no number called dE_dw_12: did you mean dE_dw_11?", 1},
        {"x[k]", ARITHMETIC "x is an array", 1},
    };
    check_refusals(cases, COUNT_OF(cases), &names);
}
END_TEST

START_TEST(a_long_answer_is_refused)
{
    char text[BS_LONGEST_ANSWER + 1];
    struct bs_answer answer;
    struct bs_error err;
    memset(text, '1', sizeof text);
    ck_assert_int_eq(bs_answer_read(&answer, text, sizeof text, NULL, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "an answer has at most 1000 bytes");
    ck_assert_int_eq(err.column, BS_LONGEST_ANSWER + 1);
    memset(text, '(', sizeof text);
    ck_assert_int_eq(bs_answer_read(&answer, text, BS_LONGEST_ANSWER, NULL, &err), BS_REFUSED);
    ck_assert_int_gt(err.column, 0);
    memset(text, ' ', sizeof text);
    text[BS_LONGEST_ANSWER - 1] = '5';
    ck_assert_int_eq(bs_answer_read(&answer, text, BS_LONGEST_ANSWER, NULL, &err), BS_OK);
}
END_TEST

static bool read_once(void *context)
{
    struct bs_answer answer;
    struct bs_error err;
    int status = read_text(&answer, context, &names, &err);
    ck_assert(status == BS_OK || status == BS_NO_MEMORY);
    return status == BS_OK;
}

START_TEST(reading_survives_each_refused_allocation)
{
    static char fraction[] = "(0.5 − 0.69)·0.69/2 + 2.65×10^-3 - ∂E/∂w_11";
    static char bounds[] = "s^0,5 + 2^(1/3)*g_1";
    bs_refuse_each_allocation(read_once, fraction);
    bs_refuse_each_allocation(read_once, bounds);
}
END_TEST

static bool read_decimal_without_memory(void *context)
{
    bs_mem_fail_after(0);
    const bool is_read = read_once(context);
    bs_mem_fail_after(-1);
    return is_read;
}

START_TEST(a_plain_decimal_takes_no_memory)
{
    static char plain[] = "-2.65×10^-3", comma[] = "0,25";
    ck_assert(read_decimal_without_memory(plain));
    ck_assert(read_decimal_without_memory(comma));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        digits_are_counted_as_they_were_typed,
        an_expression_has_no_digits_of_its_own,
        what_is_no_fraction_lies_within_bounds,
        names_stand_for_their_numbers,
        what_is_no_number_is_refused_and_says_why,
        an_unknown_name_gets_the_nearest_suggested,
        a_long_answer_is_refused,
        reading_survives_each_refused_allocation,
        a_plain_decimal_takes_no_memory,
        NULL,
    };
    return bs_suite_of("answer", tests);
}
