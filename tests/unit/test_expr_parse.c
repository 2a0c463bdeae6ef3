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
    bs_expr member = over->args[3];
    ck_assert_int_eq(member->kind, BS_MEMBER);
    ck_assert_str_eq(member->u.name, "x");
    ck_assert_int_eq(member->count, 1);
    ck_assert_ptr_eq(member->args[0], over->args[0]);

    bs_expr delta = parsed("delta(i, k - 1)");
    ck_assert_int_eq(delta->kind, BS_DELTA);
    ck_assert_ptr_eq(delta->args[0], bs_symbol(pool, "i"));
    ck_assert_ptr_eq(delta->args[1], parsed("k - 1"));

    bs_expr over_factors = parsed("product(k, 2, D, x)");
    ck_assert_int_eq(over_factors->kind, BS_INDEXED_PRODUCT);
    ck_assert(bs_is_integer(over_factors->args[1], 2));
}
END_TEST

static bs_expr member(const char *array, int count, const char *const *subscripts)
{
    bs_expr args[4];
    for (int i = 0; i < count; i++)
        args[i] = parsed(subscripts[i]);
    return bs_member(pool, array, count, args);
}

/* Built by the constructor, from the array's name and the subscripts. */
START_TEST(a_name_with_an_index_is_a_member_of_an_array)
{
    static const struct {
        const char *text, *array, *subscripts[4];
    } cases[] = {
        {"x_i", "x", {"i"}},
        {"w_h_j", "w", {"h", "j"}},
        {"w_1_j", "w", {"1", "j"}},
        {"w_12_j", "w", {"12", "j"}},
        {"w_j_0", "w", {"j", "0"}},
        {"delta_j", "delta", {"j"}},
        {"α_h", "alpha", {"h"}},
        {"delta1_j", "delta1", {"j"}},
        {"w_h_j_new", "w_new", {"h", "j"}},
        {"w_h_j'", "w_new", {"h", "j"}},
        {"x'_i", "x_new", {"i"}},
        {"a[k-1]", "a", {"k - 1"}},
        {"a [ k-1 ]", "a", {"k - 1"}},
        {"I[i+m, j+n]", "I", {"i + m", "j + n"}},
        {"W[l][i][j]", "W", {"l", "i", "j"}},
        {"W[l, i][j]", "W", {"l", "i", "j"}},
        {"x_in[k]", "x_in", {"k"}},
        {"x_i[k]", "x_i", {"k"}},
        {"a[b_j]", "a", {"b_j"}},
        {"a_(k − 1)", "a", {"k - 1"}},
        {"I_(i+m, j+n)", "I", {"i + m", "j + n"}},
        {"ａ［ｋ］", "a", {"k"}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int count = 0;
        while (count < 4 && cases[i].subscripts[count])
            count++;
        bs_expr expected = member(cases[i].array, count, cases[i].subscripts);
        ck_assert_int_eq(expected->kind, BS_MEMBER);
        ck_assert_msg(parsed(cases[i].text) == expected, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(other_names_are_whole)
{
    static const char *const names[] = {
        "w_11",  "w_1_2",  "x_in",    "v_A1",        "w_11_new",
        "x_new", "w_hj",   "w_1j",    "x__i",        "x_i_",
        "_i",    "x_i_in", "x_I",     "x_i_01",      "new",
        "x_j_A", "_new_i", "x_new_1", "x_new_1_new", "x_i_1234567890123456789",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_msg(parsed(names[i]) == bs_symbol(pool, names[i]), "%s", names[i]);
    ck_assert_ptr_eq(parsed("x_i[]"), bs_symbol(pool, "x_i"));
    ck_assert_ptr_eq(parsed("x[3]"), bs_symbol(pool, "x_3"));
    ck_assert_ptr_eq(parsed("w[1, 2]"), bs_symbol(pool, "w_12"));
    ck_assert_ptr_eq(parsed("w[1][12]"), bs_symbol(pool, "w_1_12"));
}
END_TEST

START_TEST(subscripts_run_together_where_one_is_bound)
{
    check_same((const struct same[]){
        {"sum(h, 1, q, w_hj*b_h)", "sum(h, 1, q, w[h, j]*b[h])"},
        {"sum(j, 1, n, w_1j)", "sum(j, 1, n, w[1, j])"},
        {"product(j, 1, n, w_hj')", "product(j, 1, n, w_new[h, j])"},
        {"sum(j, 1, n, w'_hj)", "sum(j, 1, n, w_new[h, j])"},
        {"sum(j, 1, n, w_hj_k)", "sum(j, 1, n, w[h, j, k])"},
        {"sum(j, 1, n, w_ik)", "sum(j, 1, n, w_ik[])"}, /* none of them is bound */
        {"sum(i, 1, n, x_in)", "sum(i, 1, n, x[i, n])"},
        {"sum(j, 1, n, w_Aj)", "sum(j, 1, n, w_Aj[])"},
        {"sum(j, 1, n, w_hj[])", "sum(j, 1, n, w_hj[])"},
        {"sum(n, 1, 3, x_new)", "sum(n, 1, 3, x_new[])"},
        {"sum(j, w_hj, w_jk, 1) + w_hj", "sum(j, w_hj[], w_jk[], 1) + w_hj[]"}, /* outside of it */
        {"sum(h, 1, 2, sum(j, 1, 2, w_jk) + w_jk)", "sum(h, 1, 2, sum(j, 1, 2, w[j, k]) + w_jk[])"},
        {"sum(h, 1, 2, sum(j, 1, 2, w_hk))", "sum(h, 1, 2, sum(j, 1, 2, w[h, k]))"},
        {"sum(w_1, 1, 2, x_w1)", "sum(w_1, 1, 2, x_w1[])"}, /* no index */
        {NULL, NULL},
    });
}
END_TEST

START_TEST(names_may_be_kept_whole)
{
    static const char *const names[] = {"x_j", "w_h_j_new", "q7_o_k"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bs_expr expr = NULL;
        ck_assert_int_eq(bs_parse_whole(&expr, pool, names[i], strlen(names[i]), NULL), BS_OK);
        ck_assert_ptr_eq(expr, bs_symbol(pool, names[i]));
    }
}
END_TEST

START_TEST(cases_are_read_as_a_test_against_0)
{
    bs_expr x = bs_symbol(pool, "x"), y = bs_symbol(pool, "y");
    bs_expr a = bs_symbol(pool, "a"), b = bs_symbol(pool, "b");
    const struct {
        const char *text;
        enum bs_at_zero at_zero;
        bs_expr test, above, below;
    } cases[] = {
        {"cases(x > 0, a, b)", BS_ZERO_IS_SECOND, x, a, b},
        {"cases(x >= 0, a, b)", BS_ZERO_IS_FIRST, x, a, b},
        {"cases(x ≥ 0, a, b)", BS_ZERO_IS_FIRST, x, a, b},
        {"cases(x＞＝0, a, b)", BS_ZERO_IS_FIRST, x, a, b},
        {"cases(x, a, b)", BS_ZERO_IS_KINK, x, a, b},
        /* a at 0 and below it; b below 0 only */
        {"cases(x <= 0, a, b)", BS_ZERO_IS_SECOND, x, b, a},
        {"cases(x ⩽ 0, a, b)", BS_ZERO_IS_SECOND, x, b, a},
        {"cases(x < 0, a, b)", BS_ZERO_IS_FIRST, x, b, a},
        {"cases(x > y, a, b)", BS_ZERO_IS_SECOND, bs_sub(pool, x, y), a, b},
        {"cases(x - y <= 1/2, a, b)", BS_ZERO_IS_SECOND, parsed("x - y - 1/2"), b, a},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr expr =
            bs_cases(pool, cases[i].at_zero, cases[i].test, cases[i].above, cases[i].below);
        ck_assert_msg(parsed(cases[i].text) == expr, "%s", cases[i].text);
    }
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
        {"¼", 1, 4},
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
        {"10⁻³", "10^-3"},
        {"x⁻¹", "x^-1"},
        {"x¹⁰·y⁰", "x^10*y^0"},
        {"-x⁻²", "-(x^-2)"},
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
        {"∂E/w", 6, "expected ∂, as in ∂E/∂w_hj, got \"w\""},
        {"2*∂", 6, "expected the name of a quantity after ∂, as in ∂E/∂w_hj, but the formula ends"},
        {"∂E*x", 5, "expected /, as in ∂E/∂w_hj, got \"*\""},
        {"α + ∇", 6, "expected a number, a name or (, got \"∇\""},
        {"a ≤ b", 3, "expected an operator, got \"≤\""},
        {"a + ... + b", 5, "expected a number, a name or (, got \".\""},
        {"a + … + b", 5, "expected a number, a name or (, got \"…\""},
        {"1.2.3", 4, "expected an operator, got \".\""},
        {"x.1", 2, "expected an operator, got \".\""},
        {"x > 0", 3, "expected an operator, got \">\""},
        {"x⁻", 5, "expected a raised digit, but the formula ends"},
        {"x⁻y", 5, "expected a raised digit, got \"y\""},
        {"x²⁻", 4, "expected an operator, got \"⁻\""},
        {"x²^2", 4, "expected an operator, got \"^\""},
        {"x⁰¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷⁸", 2, "the exponent is too long"},
        {"a[", 3, "expected a number, a name or (, but the formula ends"},
        {"a[k", 4, "expected a comma or ], but the formula ends"},
        {"a[k)", 4, "expected a comma or ], got \")\""},
        {"a[k,]", 5, "expected a number, a name or (, got \"]\""},
        {"(a)[k]", 4, "expected an operator, got \"[\""},
        {"cases(x > 0)", 12, "expected a comma, got \")\""},
        {"cases(x > > 0, a, b)", 11, "expected a number, a name or (, got \">\""},
        {"cases(x > 0 > 1, a, b)", 13, "expected a comma, got \">\""},
        {"cases(1, x > 0, b)", 12, "expected a comma or ), got \">\""},
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
        {"sum(x_j, 2, 3, 4)", 1, "write sum(index, from, to, body), as in sum(j, 1, n, x_j)"},
        {"product(1, 2)", 1, "write product(index, from, to, body), as in product(k, 1, n, x_k)"},
        {"prodct(k, 1, n, 2)", 1, "there is no function called prodct: did you mean product?"},
        {"a_b(2)", 1, "there is no function called a_b"},
        {"delta(i)", 1, "write delta(i, k), which is 1 where i = k, else 0"},
        {"2*δ(i, j, k)", 3, "write delta(i, k), which is 1 where i = k, else 0"},
        {"cases(x, y)", 1, "write cases(test, a, b), as in cases(x > 0, x, 0)"},
        {"cases(x, y, z, u)", 1, "write cases(test, a, b), as in cases(x > 0, x, 0)"},
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
        {"a[", "]", BS_MAX_DEPTH - 1, BS_MAX_DEPTH, 0},
        {"cases(", " > 0, a, b)", BS_MAX_DEPTH - 1, BS_MAX_DEPTH, 0},
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
        a_name_with_an_index_is_a_member_of_an_array,
        other_names_are_whole,
        subscripts_run_together_where_one_is_bound,
        names_may_be_kept_whole,
        cases_are_read_as_a_test_against_0,
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
