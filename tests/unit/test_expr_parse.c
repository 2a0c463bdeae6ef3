#include "test_expr.h"

#include <stdio.h>
#include <stdlib.h>

struct same {
    const char *text, *as; /* both mean the same; ended by NULL */
};

static void check_same(const struct same *cases)
{
    for (; cases->text; cases++)
        ck_assert_msg(parsed(cases->text) == parsed(cases->as), "%s reads as %s, not as %s",
                      cases->text, ascii(parsed(cases->text)), cases->as);
}

START_TEST(operators_bind_as_in_mathematics)
{
    check_same((const struct same[]){
        {"a + b*c", "a + (b*c)"},
        {"a*b + c", "(a*b) + c"},
        {"a - b - c", "(a - b) - c"},
        {"a/b/c", "(a/b)/c"},
        {"a/b*c", "(a/b)*c"},
        {"a*b/c", "(a*b)/c"},
        {"a^b^c", "a^(b^c)"},
        {"a*b^c", "a*(b^c)"},
        {"-x^2", "-(x^2)"},
        {"-a*b", "-(a*b)"},
        {"-a/b", "-(a/b)"},
        {"a^-b", "a^(-b)"},
        {"a^-b^c", "a^(-(b^c))"},
        {"a*-b", "a*(-b)"},
        {"a/-b^2", "a/(-(b^2))"},
        {"a - -b", "a + b"},
        {"--a", "a"},
        {"+a", "a"},
        {"- + - -a", "-a"},
        {"a\t+\n b\r", "a+b"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(different_formulas_are_different)
{
    static const struct same cases[] = {
        {"a - (b - c)", "a - b - c"},
        {"a/(b*c)", "a/b*c"},
        {"(-x)^2", "-x^2"},
        {"(a^b)^c", "a^b^c"},
        {"a + b", "b + a"},
        {"a*(b*c)", "a*b*c"},
        {"x_1", "x_2"},
        {"E", "e"},
        {NULL, NULL},
    };
    for (const struct same *row = cases; row->text; row++)
        ck_assert_msg(parsed(row->text) != parsed(row->as), "%s and %s", row->text, row->as);
}
END_TEST

/* The parts of an expression, taken apart by hand. */
START_TEST(what_is_read_is_what_was_written)
{
    bs_expr sum = parsed("a - 2*b/c");
    ck_assert_int_eq(sum->kind, BS_SUM);
    ck_assert_int_eq(sum->count, 2);
    ck_assert_str_eq(sum->args[0]->u.name, "a");
    bs_expr product = sum->args[1];
    ck_assert_int_eq(product->kind, BS_PRODUCT);
    ck_assert_int_eq(product->count, 3);
    ck_assert(bs_is_integer(product->args[0], -2));
    ck_assert_str_eq(product->args[1]->u.name, "b");
    ck_assert_int_eq(product->args[2]->kind, BS_POWER);
    ck_assert(bs_is_integer(product->args[2]->args[1], -1));

    bs_expr call = parsed("softmax_2(a, b + 1)");
    ck_assert_int_eq(call->kind, BS_CALL);
    ck_assert_ptr_eq(call->u.call.func, bs_func_find("softmax"));
    ck_assert_int_eq(call->u.call.index, 2);
    ck_assert_int_eq(call->count, 2);

    bs_expr over = parsed("sum(j, 1, n, x_j)");
    ck_assert_int_eq(over->kind, BS_INDEXED_SUM);
    ck_assert_str_eq(over->args[0]->u.name, "j");
    ck_assert(bs_is_integer(over->args[1], 1));
    ck_assert_str_eq(over->args[2]->u.name, "n");
    ck_assert_str_eq(over->args[3]->u.name, "x_j");
}
END_TEST

START_TEST(numbers_are_exact_rationals)
{
    static const struct {
        const char *text;
        int64_t num, den;
    } cases[] = {
        {"0", 0, 1},
        {"-0", 0, 1},
        {"0.35", 7, 20},
        {"1.50", 3, 2},
        {".5", 1, 2},
        {"2.", 2, 1},
        {"1e3", 1000, 1},
        {"1E+3", 1000, 1},
        {"25e-4", 1, 400},
        {"1/3", 1, 3},
        {"-1/3", -1, 3},
        {"6/3", 2, 1},
        {"1/3/5", 1, 15},
        {"0.1", 1, 10},
        {"0.000001", 1, 1000000},
        {"0.123456789012345", 24691357802469, 200000000000000},
        {"123456789012345678", 123456789012345678, 1},
        {"9223372036854775807", INT64_MAX, 1},
        {"000000000000000000000000000007", 7, 1},
        {"½", 1, 2},
        {"１２", 12, 1},
        {"０．３５", 7, 20},
        {"１ｅ－２", 1, 100},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr number = parsed(cases[i].text);
        ck_assert_msg(bs_is_exact(number), "%s is not exact", cases[i].text);
        ck_assert_int_eq(number->u.number.num, cases[i].num);
        ck_assert_int_eq(number->u.number.den, cases[i].den);
    }
}
END_TEST

START_TEST(other_numbers_are_the_nearest_double)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.1234567890123456789", 0.1234567890123456789},
        {"1e300", 1e300},
        {"5e-324", 5e-324},
        {"9223372036854775808", 0x1p63},
        {"3.141592653589793238", 0x1.921fb54442d18p1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr number = parsed(cases[i].text);
        ck_assert(bs_is_number(number) && !bs_is_exact(number));
        ck_assert(bs_number_value(number) == cases[i].value);
    }
}
END_TEST

START_TEST(e_is_a_name_unless_it_stands_in_a_number)
{
    ck_assert_ptr_eq(parsed("2*e"), bs_mul(pool, bs_integer(pool, 2), bs_symbol(pool, "e")));
    ck_assert_ptr_eq(parsed("e"), bs_symbol(pool, "e"));
    ck_assert_ptr_eq(parsed("e5"), bs_symbol(pool, "e5"));
    ck_assert_ptr_eq(parsed("E*2e1"), bs_mul(pool, bs_symbol(pool, "E"), bs_integer(pool, 20)));
}
END_TEST

START_TEST(pasted_forms_are_understood)
{
    check_same((const struct same[]){
        {"x − y", "x - y"},
        {"x – y", "x - y"},
        {"a·b", "a*b"},
        {"a×b", "a*b"},
        {"a⋅b", "a*b"},
        {"a∙b", "a*b"},
        {"a÷b", "a/b"},
        {"a∕b", "a/b"},
        {"x²", "x^2"},
        {"x³", "x^3"},
        {"-x²", "-(x^2)"},
        {"½·(y − d)²", "0.5*(y - d)^2"},
        {"α_1 − θ_1", "alpha_1 - theta_1"},
        {"σ(x)", "sigmoid(x)"},
        {"σ", "sigma"},
        {"Φ(x) + x·φ(x)", "Phi(x) + x*phi(x)"},
        {"ReLU(x)", "relu(x)"},
        {"LeakyReLU(x)", "leaky_relu(x)"},
        {"GELU(x)", "gelu(x)"},
        {"ReLU'(x)", "relu_slope(x)"},
        {"ELU’(x)", "elu_slope(x)"},
        {"max'_2(a, b)", "max_slope_2(a, b)"},
        {"x1.in", "x1_in"},
        {"x1.in.α", "x1_in_alpha"},
        {"w_11'", "w_11_new"},
        {"w_11′", "w_11_new"},
        {"w_11’", "w_11_new"},
        {"ŷ_1", "yhat_1"},
        {"µ", "mu"}, /* the micro sign */
        {"ϕ + ϵ", "phi + epsilon"},
        {"∆", "Delta"},
        {"ｘ＋ｙ－１", "x + y - 1"},
        {"（ａ＋ｂ）＊ｃ／ｄ＾２", "(a + b)*c/d^2"},
        {"max（a，b）", "max(a, b)"},
        {"a\u3000+\u00a0b", "a + b"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(every_greek_letter_is_its_name)
{
    static const char *const names[] = {
        "alpha", "beta",   "gamma",   "delta", "epsilon", "zeta", "eta",   "theta", "iota",
        "kappa", "lambda", "mu",      "nu",    "xi",      NULL,   "pi",    "rho",   NULL,
        "sigma", "tau",    "upsilon", "phi",   "chi",     "psi",  "omega",
    };
    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        const unsigned code = 0x3B1 + i; /* U+03B1 is α; omicron and final sigma are left out */
        const char letter[] = {(char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F)), '\0'};
        if (names[i])
            ck_assert_ptr_eq(parsed(letter), bs_symbol(pool, names[i]));
    }
}
END_TEST

struct refusal {
    const char *text;
    int column;
    const char *message;
};

static void check_refused(const char *text, size_t length, int column, const char *message)
{
    const bs_expr before = bs_symbol(pool, "before");
    bs_expr out = before;
    struct bs_error err = {0};
    ck_assert_int_eq(bs_parse(&out, pool, text, length, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, message);
    ck_assert_msg(err.column == column, "%.60s: column %d, not %d", text, err.column, column);
    ck_assert_int_eq(err.status, BS_REFUSED);
    ck_assert_ptr_eq(out, before);
    ck_assert_int_eq(bs_parse(&out, pool, text, length, NULL), BS_REFUSED);
    ck_assert_ptr_eq(out, before);
}

static void check_refusals(const struct refusal *cases) /* ended by a NULL text */
{
    for (; cases->text; cases++)
        check_refused(cases->text, strlen(cases->text), cases->column, cases->message);
}

START_TEST(a_syntax_error_names_what_was_expected_and_where)
{
    check_refusals((const struct refusal[]){
        {"", 1, "expected a number, a name or (, but the formula ends"},
        {"  ", 3, "expected a number, a name or (, but the formula ends"},
        {"a +", 4, "expected a number, a name or (, but the formula ends"},
        {"a^", 3, "expected a number, a name or (, but the formula ends"},
        {"-", 2, "expected a number, a name or (, but the formula ends"},
        {"(a + b", 7, "expected ), but the formula ends"},
        {"tanh(a", 7, "expected a comma or ), but the formula ends"},
        {"max(a, ", 8, "expected a number, a name or (, but the formula ends"},
        {"a + * b", 5, "expected a number, a name or (, got \"*\""},
        {"x**2", 3, "expected a number, a name or (, got \"*\""},
        {"tanh()", 6, "expected a number, a name or (, got \")\""},
        {"()", 2, "expected a number, a name or (, got \")\""},
        {"a)", 2, "expected an operator, got \")\""},
        {"a, b", 2, "expected an operator, got \",\""},
        {"x = 2", 3, "expected an operator, got \"=\""},
        {"a + @", 5, "expected a number, a name or (, got \"@\""},
        {"α + ∂", 6, "expected a number, a name or (, got \"∂\""},
        {"a ≤ b", 3, "expected an operator, got \"≤\""},
        {"a + ... + b", 5, "expected a number, a name or (, got \".\""},
        {"a + … + b", 5, "expected a number, a name or (, got \"…\""},
        {"1.2.3", 4, "expected an operator, got \".\""},
        {"x.1", 2, "expected an operator, got \".\""},
        {NULL, 0, NULL},
    });
}
END_TEST

START_TEST(a_missing_times_sign_is_pointed_out)
{
    check_refusals((const struct refusal[]){
        {"a b", 3, "expected an operator, got \"b\": write * between factors"},
        {"2x", 2, "expected an operator, got \"x\": write * between factors"},
        {"2(x)", 2, "expected an operator, got \"(\": write * between factors"},
        {"2α", 2, "expected an operator, got \"α\": write * between factors"},
        {"2½", 2, "expected an operator, got \"½\": write * between factors"},
        {"x½", 2, "expected an operator, got \"½\": write * between factors"},
        {"0x10", 2, "expected an operator, got \"x\": write * between factors"},
        {"((a)(b))", 5, "expected ), got \"(\": write * between factors"},
        {"max(2x, 1)", 6, "expected a comma or ), got \"x\": write * between factors"},
        {NULL, 0, NULL},
    });
}
END_TEST

START_TEST(a_call_that_cannot_be_made_is_refused_by_name)
{
    check_refusals((const struct refusal[]){
        {"sigmod(x)", 1, "there is no function called sigmod: did you mean sigmoid?"},
        {"1 + Tanh(x)", 5, "there is no function called Tanh: did you mean tanh?"},
        {"smu(j, 1, 2, x)", 1, "there is no function called smu: did you mean sum?"},
        {"foo(x)", 1, "there is no function called foo"},
        {"tanh_1(x)", 1, "there is no function called tanh_1: did you mean tanh?"},
        {"softmax_2x(a, b)", 1, "there is no function called softmax_2x: did you mean softmax?"},
        {"softmax_9999999(a)", 1, "there is no function called softmax_9999999"},
        {"tanh(x, y)", 1, "tanh takes 1 argument, got 2"},
        {"xlog(x)", 1, "xlog takes 2 arguments, got 1"},
        {"softmax(a, b)", 1, "say which one: softmax_1(...) is the first"},
        {"softmax_0(a, b)", 1, "say which one: softmax_1(...) is the first"},
        {"softmax_3(a, b)", 1, "softmax_3 needs 3 arguments, got 2"},
        {"sum(j, 1, 3)", 1, "write sum(index, from, to, body), as in sum(j, 1, n, x_j)"},
        {"sum(1, 2, 3, 4)", 1, "write sum(index, from, to, body), as in sum(j, 1, n, x_j)"},
        {NULL, 0, NULL},
    });
}
END_TEST

START_TEST(numbers_out_of_range_are_refused)
{
    check_refusals((const struct refusal[]){
        {"2 + 1e400", 5, "the number 1e400 is too large"},
        {"1e-400", 1, "the number 1e-400 is too small"},
        {NULL, 0, NULL},
    });
    ck_assert_ptr_eq(parsed("0e-400"), bs_integer(pool, 0));
}
END_TEST

START_TEST(damaged_text_is_refused_by_its_byte)
{
    static const struct {
        const char *text;
        size_t length;
        int column;
        const char *message;
    } cases[] = {
        {"a\0b", 3, 2, "expected an operator, got the byte 0x00"},
        {"\0", 1, 1, "expected a number, a name or (, got the byte 0x00"},
        {"a + \xff", 5, 5, "expected a number, a name or (, got the byte 0xFF"},
        {"a\xce", 2, 2, "expected an operator, got the byte 0xCE"},                /* half of α */
        {"a*\xc0\xaf", 4, 3, "expected a number, a name or (, got the byte 0xC0"}, /* overlong */
        {"\x7f", 1, 1, "expected a number, a name or (, got the byte 0x7F"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_refused(cases[i].text, cases[i].length, cases[i].column, cases[i].message);
}
END_TEST

START_TEST(text_ends_where_its_length_says)
{
    bs_expr expr = NULL;
    ck_assert_int_eq(bs_parse(&expr, pool, "a + b + (", 5, NULL), BS_OK);
    ck_assert_ptr_eq(expr, parsed("a + b"));
}
END_TEST

/* `open` n times, x, `close` n times. */
static char *nested(const char *open, int n, const char *close)
{
    char *text = malloc((strlen(open) + strlen(close)) * (size_t)n + 2), *end = text;
    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < n; i++)
        end = stpcpy(end, open);
    end = stpcpy(end, "x");
    for (int i = 0; i < n; i++)
        end = stpcpy(end, close);
    return text;
}

START_TEST(nesting_has_a_limit)
{
    static const char too_deep[] = "the formula is nested too deeply";
    static const struct {
        const char *open, *close;
        int fits, deep; /* BS_MAX_DEPTH levels of expression, and what is too deep by far */
        int column;     /* 0: it is the expression that is too deep, wherever it was written */
    } cases[] = {
        {"tanh(", ")", BS_MAX_DEPTH - 1, BS_MAX_DEPTH, 0},
        {"y*(z + ", ")", BS_MAX_DEPTH / 2 - 1, BS_MAX_DEPTH, 0},
        {"y*(z*", ")", BS_MAX_DEPTH / 2, BS_MAX_DEPTH, 0},
        {"2^", "", BS_MAX_DEPTH - 1, BS_MAX_DEPTH, 0},
        {"(", ")", BS_MAX_DEPTH, 100000, 2 * BS_MAX_DEPTH + 3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *fits = nested(cases[i].open, cases[i].fits, cases[i].close);
        char *deep = nested(cases[i].open, cases[i].deep, cases[i].close);
        parsed(fits);
        check_refused(deep, strlen(deep), cases[i].column, too_deep);
        free(fits);
        free(deep);
    }
}
END_TEST

START_TEST(signs_and_powers_without_end_are_no_deeper_than_they_are)
{
    char *text = nested("-", 100001, "");
    ck_assert_ptr_eq(parsed(text), parsed("-x"));
    free(text);
    text = nested("--^", 100000, "");
    check_refused(text, strlen(text), 3, "expected a number, a name or (, got \"^\"");
    free(text);
}
END_TEST

START_TEST(a_name_has_a_limit)
{
    char text[300];
    memset(text, 'n', sizeof text);
    bs_expr longest = NULL;
    ck_assert_int_eq(bs_parse(&longest, pool, text, 255, NULL), BS_OK);
    ck_assert_uint_eq(strlen(longest->u.name), 255);
    check_refused(text, 256, 1, "the name is too long");
    text[255] = '\''; /* read as _new */
    check_refused(text, 256, 1, "the name is too long");
    memcpy(text + 254, ".in", 3); /* read as _in */
    check_refused(text, 257, 1, "the name is too long");
}
END_TEST

START_TEST(a_number_has_a_limit)
{
    char text[1000];
    memset(text, '1', sizeof text);
    check_refused(text, sizeof text, 1, "the number is too long");
    text[1] = '.';
    check_refused(text, sizeof text, 1, "the number is too long");
    parsed("1e0000000000000000000000000000000001");
}
END_TEST

START_TEST(a_product_has_a_limit)
{
    char text[3000];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "x*", 2);
    bs_expr product = NULL;
    ck_assert_int_eq(bs_parse(&product, pool, text, 1999, NULL), BS_OK);
    ck_assert_int_eq(product->count, 1000);
    check_refused(text, 2001, 2000, "more than 1000 factors in one product");
}
END_TEST

/* Time and memory in proportion to the text: quadratic ones would not end within the time limit. */
START_TEST(long_formulas_are_read_in_one_pass)
{
    enum { TERMS = 200000 };
    struct bs_buf buf = BS_BUF_INIT;
    for (int i = 0; i < TERMS / 1000; i++) {
        bs_buf_printf(&buf, "%sx_%d", i ? "+" : "", i);
        for (int k = 1; k < 1000; k++)
            bs_buf_printf(&buf, "%cw_%d", k % 2 ? '*' : '/', k);
    }
    bs_expr sum = NULL;
    const size_t before = bs_pool_size(pool);
    ck_assert_int_eq(bs_parse(&sum, pool, buf.text, buf.length, NULL), BS_OK);
    ck_assert_int_eq(sum->count, TERMS / 1000);
    ck_assert_uint_lt(bs_pool_size(pool) - before, 50 * buf.length);
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(a_name_is_letters_digits_and_underscores)
{
    static const char *const names[] = {"x", "_", "w_11", "E", "x1", "_1"};
    static const char *const others[] = {"", "1x", "x.in", "x-y", "x y", "α", "w'", "\xff"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_msg(bs_is_name(names[i]), "%s", names[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        ck_assert_msg(!bs_is_name(others[i]), "%s", others[i]);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        operators_bind_as_in_mathematics,
        different_formulas_are_different,
        what_is_read_is_what_was_written,
        numbers_are_exact_rationals,
        other_numbers_are_the_nearest_double,
        e_is_a_name_unless_it_stands_in_a_number,
        pasted_forms_are_understood,
        every_greek_letter_is_its_name,
        a_syntax_error_names_what_was_expected_and_where,
        a_missing_times_sign_is_pointed_out,
        a_call_that_cannot_be_made_is_refused_by_name,
        numbers_out_of_range_are_refused,
        damaged_text_is_refused_by_its_byte,
        text_ends_where_its_length_says,
        nesting_has_a_limit,
        signs_and_powers_without_end_are_no_deeper_than_they_are,
        a_name_has_a_limit,
        a_number_has_a_limit,
        a_product_has_a_limit,
        long_formulas_are_read_in_one_pass,
        a_name_is_letters_digits_and_underscores,
        NULL,
    };
    return suite_with_pool("parse", tests);
}
