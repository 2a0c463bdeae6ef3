#include "test_expr.h"

#include "random_expr.h"

#include <stdio.h>
#include <stdlib.h>

struct typeset_case {
    const char *text; /* read as a formula; ended by NULL */
    const char *unicode, *ascii, *latex;
};

static void check_cases(const struct typeset_case *cases)
{
    for (; cases->text; cases++) {
        bs_expr expr = parsed(cases->text);
        ck_assert_str_eq(text_of(expr, BS_UNICODE), cases->unicode);
        ck_assert_str_eq(text_of(expr, BS_ASCII), cases->ascii);
        ck_assert_str_eq(text_of(expr, BS_LATEX), cases->latex);
    }
}

START_TEST(sums_and_signs_print_as_written)
{
    check_cases((const struct typeset_case[]){
        {"a + b", "a + b", "a + b", "a + b"},
        {"a - b + c", "a − b + c", "a - b + c", "a - b + c"},
        {"-x", "−x", "-x", "-x"},
        {"-a + b", "−a + b", "-a + b", "-a + b"},
        {"-(a + b)", "−(a + b)", "-(a + b)", "-\\left(a + b\\right)"},
        {"a - (b - c)", "a − (b − c)", "a - (b - c)", "a - \\left(b - c\\right)"},
        {"a + (b + c)", "a + (b + c)", "a + (b + c)", "a + \\left(b + c\\right)"},
        {"a - 2", "a − 2", "a - 2", "a - 2"},
        {"a + (-2)*b", "a − 2·b", "a - 2*b", "a - 2 \\cdot b"},
        {"-2 + a", "−2 + a", "-2 + a", "-2 + a"},
        {"a - 1*2", "a − 1·2", "a - 1*2", "a - 1 \\cdot 2"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(products_and_quotients_print_as_written)
{
    check_cases((const struct typeset_case[]){
        {"a*b*c", "a·b·c", "a*b*c", "a \\cdot b \\cdot c"},
        {"a*(b*c)", "a·(b·c)", "a*(b*c)", "a \\cdot \\left(b \\cdot c\\right)"},
        {"-a*b", "−a·b", "-a*b", "-a \\cdot b"},
        {"a*(-b)", "a·(−b)", "a*(-b)", "a \\cdot \\left(-b\\right)"},
        {"x*(1 - x)", "x·(1 − x)", "x*(1 - x)", "x \\cdot \\left(1 - x\\right)"},
        {"a/b", "a/b", "a/b", "\\frac{a}{b}"},
        {"1/x", "1/x", "1/x", "\\frac{1}{x}"},
        {"-1/x", "−1/x", "-1/x", "-\\frac{1}{x}"},
        {"-2/x", "−2/x", "-2/x", "-\\frac{2}{x}"},
        {"1/x*y", "1/x·y", "1/x*y", "\\frac{y}{x}"},
        {"1/x/y", "1/x/y", "1/x/y", "\\frac{1}{x \\cdot y}"},
        {"a/b/c", "a/b/c", "a/b/c", "\\frac{a}{b \\cdot c}"},
        {"a/(b*c)", "a/(b·c)", "a/(b*c)", "\\frac{a}{b \\cdot c}"},
        {"a/b*c", "a/b·c", "a/b*c", "\\frac{a \\cdot c}{b}"},
        {"(a + b)/(c - d)", "(a + b)/(c − d)", "(a + b)/(c - d)", "\\frac{a + b}{c - d}"},
        {"2*(a + b)/c", "2·(a + b)/c", "2*(a + b)/c", "\\frac{2 \\cdot \\left(a + b\\right)}{c}"},
        {"1/(1 + exp(-x))", "1/(1 + exp(−x))", "1/(1 + exp(-x))",
         "\\frac{1}{1 + \\exp\\left(-x\\right)}"},
        {"x/3", "x/3", "x/3", "\\frac{x}{3}"},
        {"2*3/4", "2·3/4", "2*3/4", "\\frac{2 \\cdot 3}{4}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(powers_print_as_written)
{
    check_cases((const struct typeset_case[]){
        {"x^2 + y^3", "x² + y³", "x^2 + y^3", "x^{2} + y^{3}"},
        {"x^n", "x^n", "x^n", "x^{n}"},
        {"x^-2", "x^(−2)", "x^(-2)", "x^{-2}"},
        {"x^(n - 1)", "x^(n − 1)", "x^(n - 1)", "x^{n - 1}"},
        {"x^(1/3)", "x^(1/3)", "x^(1/3)", "x^{\\frac{1}{3}}"},
        {"(a*b)^2", "(a·b)²", "(a*b)^2", "\\left(a \\cdot b\\right)^{2}"},
        {"(-2)^2", "(−2)²", "(-2)^2", "\\left(-2\\right)^{2}"},
        {"-x^2", "−x²", "-x^2", "-x^{2}"},
        {"(-x)^2", "(−x)²", "(-x)^2", "\\left(-x\\right)^{2}"},
        {"(x^2)^3", "(x²)³", "(x^2)^3", "\\left(x^{2}\\right)^{3}"},
        {"x^2^3", "x^(2³)", "x^(2^3)", "x^{2^{3}}"},
        {"(1/x)^2", "(1/x)²", "(1/x)^2", "\\left(\\frac{1}{x}\\right)^{2}"},
        {"1/(1/x)", "1/(1/x)", "1/(1/x)", "\\frac{1}{\\frac{1}{x}}"},
        {"2^-1", "2^(−1)", "2^(-1)", "2^{-1}"},
        {"a/b^2", "a/b²", "a/b^2", "\\frac{a}{b^{2}}"},
        {"tanh(x)^2", "tanh(x)²", "tanh(x)^2", "\\tanh\\left(x\\right)^{2}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(numbers_print_exactly)
{
    check_cases((const struct typeset_case[]){
        {"0", "0", "0", "0"},
        {"0.35", "0.35", "0.35", "0.35"},
        {"-0.5", "−½", "-0.5", "-\\frac{1}{2}"},
        {"0.5*(y - d)^2", "½·(y − d)²", "0.5*(y - d)^2",
         "\\frac{1}{2} \\cdot \\left(y - d\\right)^{2}"},
        {"1/3", "1/3", "1/3", "\\frac{1}{3}"},
        {"1/3*x", "1/3·x", "1/3*x", "\\frac{1}{3} \\cdot x"},
        {"x*(1/3)", "x·(1/3)", "x*(1/3)", "x \\cdot \\frac{1}{3}"},
        {"x - 1/3", "x − 1/3", "x - 1/3", "x - \\frac{1}{3}"},
        {"(1/3)^2", "(1/3)²", "(1/3)^2", "\\left(\\frac{1}{3}\\right)^{2}"},
        {"0.1234567890123456789", "0.1235", "0.12345678901234568", "0.1235"},
        {"1e-7", "1e-7", "1e-7", "1 \\cdot 10^{-7}"},
        {"2.5e-7*x", "2.5e-7·x", "2.5e-7*x", "2.5 \\cdot 10^{-7} \\cdot x"},
        {"x - 1e300", "x − 1e300", "x - 1e300", "x - 1 \\cdot 10^{300}"},
        {"(1e-7)^n", "1e-7^n", "1e-7^n", "\\left(1 \\cdot 10^{-7}\\right)^{n}"},
        {"0.000123", "0.000123", "0.000123", "0.000123"},
        {"123456789012345678", "123456789012345678", "123456789012345678", "123456789012345678"},
        {"-9223372036854775807", "−9223372036854775807", "-9223372036854775807",
         "-9223372036854775807"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(a_number_that_is_not_0_never_prints_as_0)
{
    const struct bs_style rough = {.form = BS_UNICODE, .digits = {.figures = 0, .decimals = 2}};
    ck_assert_str_eq(typeset_as(bs_real(pool, 1.23456789012345678e-9), &rough), "1.2e-9");
    ck_assert_str_eq(typeset_as(bs_real(pool, -5e-324), &rough), "−4.9e-324");
    ck_assert_str_eq(typeset_as(bs_rational(pool, 1, INT64_MAX), &rough), "1/9223372036854775807");
    ck_assert_str_eq(typeset_as(bs_real(pool, -0.0), &rough), "0");
}
END_TEST

START_TEST(a_value_is_shown_as_its_form_has_it)
{
    static const struct {
        double value;
        const char *text;
        enum bs_form form;
        enum bs_binding binding;
    } cases[] = {
        {0.690283, "0.6903", BS_UNICODE, BS_BINDS_ATOM},
        {-0.690283, "−0.6903", BS_UNICODE, BS_BINDS_SUM},
        {-0.690283, "-0.690283", BS_ASCII, BS_BINDS_SUM},
        {-0.690283, "-0.6903", BS_LATEX, BS_BINDS_SUM},
        {1.23456e-8, "1.235e-8", BS_UNICODE, BS_BINDS_ATOM},
        {1.23456e-8, "1.235 \\cdot 10^{-8}", BS_LATEX, BS_BINDS_PRODUCT},
        {-1e20, "-1 \\cdot 10^{20}", BS_LATEX, BS_BINDS_SUM},
        {INFINITY, "inf", BS_UNICODE, BS_BINDS_ATOM},
        {-1.5, "<mo>−</mo><mn>1.5</mn>", BS_MATHML, BS_BINDS_SUM},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_buf buf = BS_BUF_INIT;
        ck_assert_int_eq(bs_buf_value(&buf, cases[i].value, BS_FOUR_FIGURES, cases[i].form),
                         cases[i].binding);
        ck_assert_str_eq(bs_buf_text(&buf), cases[i].text);
        bs_buf_finish(&buf);
    }
}
END_TEST

START_TEST(calls_print_by_the_name_of_their_row)
{
    check_cases((const struct typeset_case[]){
        {"sigmoid(w*x + b)", "σ(w·x + b)", "sigmoid(w*x + b)",
         "\\sigma\\left(w \\cdot x + b\\right)"},
        {"relu(-x)", "ReLU(−x)", "relu(-x)", "\\operatorname{ReLU}\\left(-x\\right)"},
        {"softplus(x)", "softplus(x)", "softplus(x)", "\\operatorname{softplus}\\left(x\\right)"},
        {"max(a, b)", "max(a, b)", "max(a, b)", "\\max\\left(a, b\\right)"},
        {"softmax_2(a, b)", "softmax_2(a, b)", "softmax_2(a, b)",
         "\\operatorname{softmax}_{2}\\left(a, b\\right)"},
        {"max_slope_1(a, b)", "max'_1(a, b)", "max_slope_1(a, b)", "\\max'_{1}\\left(a, b\\right)"},
        {"relu_slope(x)", "ReLU'(x)", "relu_slope(x)", "\\operatorname{ReLU}'\\left(x\\right)"},
        {"-xlog(d, y)", "−d·log(y)", "-xlog(d, y)", "-d \\cdot \\log\\left(y\\right)"},
        {"xlog(1 - d, 1 - y)", "(1 − d)·log(1 − y)", "xlog(1 - d, 1 - y)",
         "\\left(1 - d\\right) \\cdot \\log\\left(1 - y\\right)"},
        {"xlog(d, y)^2", "(d·log(y))²", "xlog(d, y)^2",
         "\\left(d \\cdot \\log\\left(y\\right)\\right)^{2}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(indexed_sums_print_with_their_bounds)
{
    check_cases((const struct typeset_case[]){
        {"sum(j, 1, n, x_j)", "Σ_j=1..n x_j", "sum(j, 1, n, x_j)", "\\sum_{j=1}^{n} x_{j}"},
        {"sum(j, 0, n - 1, x_j + 1)", "Σ_j=0..n−1 (x_j + 1)", "sum(j, 0, n - 1, x_j + 1)",
         "\\sum_{j=0}^{n-1} \\left(x_{j} + 1\\right)"},
        {"exp(x_i)/sum(j, 1, C, exp(x_j))", "exp(x_i)/(Σ_j=1..C exp(x_j))",
         "exp(x_i)/sum(j, 1, C, exp(x_j))",
         "\\frac{\\exp\\left(x_{i}\\right)}{\\sum_{j=1}^{C} \\exp\\left(x_{j}\\right)}"},
        {"2*sum(j, 1, 3, j)", "2·Σ_j=1..3 j", "2*sum(j, 1, 3, j)", "2 \\cdot \\sum_{j=1}^{3} j"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(members_print_with_their_subscripts)
{
    check_cases((const struct typeset_case[]){
        {"x_i", "x_i", "x_i", "x_{i}"},
        {"w[h, j]", "w_hj", "w_h_j", "w_{hj}"},
        {"w[1, j]", "w_1j", "w_1_j", "w_{1j}"},
        {"w[12, j]", "w_(12, j)", "w_12_j", "w_{12,\\,j}"},
        {"w_h_j'", "w'_hj", "w_h_j_new", "w'_{hj}"},
        {"a[k - 1]", "a_(k−1)", "a[k - 1]", "a_{k-1}"},
        {"I[i + m, j + n]", "I_(i+m, j+n)", "I[i + m, j + n]", "I_{i+m,\\,j+n}"},
        {"a[-k]", "a_(−k)", "a[-k]", "a_{-k}"},
        {"a[-1]", "a_(−1)", "a[-1]", "a_{-1}"},
        {"a[alpha]", "a_α", "a[alpha]", "a_{\\alpha}"},
        {"a[i_1]", "a_(i_1)", "a[i_1]", "a_{i_{1}}"},
        {"a[L]", "a_L", "a[L]", "a_{L}"},
        {"theta_j", "θ_j", "theta_j", "\\theta_{j}"},
        {"delta1[j]", "δ1_j", "delta1_j", "\\delta^{(1)}_{j}"},
        {"x_in[k]", "x_in[k]", "x_in[k]", "{x_{in}}_{k}"},
        {"x_j^2", "x_j²", "x_j^2", "x_{j}^{2}"},
        {"x_j'^2", "x'_j²", "x_j_new^2", "{x'_{j}}^{2}"},
        {"delta1_2^n", "δ1_2^n", "delta1_2^n", "{\\delta^{(1)}_{2}}^{n}"},
        {"-x_j*w[h, j]", "−x_j·w_hj", "-x_j*w_h_j", "-x_{j} \\cdot w_{hj}"},
        {"w[i, sum(j, 1, n, j)]", "w_(i, Σ_j=1..n j)", "w[i, sum(j, 1, n, j)]",
         "w_{i,\\,\\sum_{j=1}^{n} j}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(products_over_an_index_print_with_their_bounds)
{
    check_cases((const struct typeset_case[]){
        {"product(k, 1, D, s_k)", "Π_k=1..D s_k", "product(k, 1, D, s_k)",
         "\\prod_{k=1}^{D} s_{k}"},
        {"2*product(k, i + 1, D, a*s_k)", "2·Π_k=i+1..D a·s_k", "2*product(k, i + 1, D, a*s_k)",
         "2 \\cdot \\prod_{k=i+1}^{D} a \\cdot s_{k}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(named_derivatives_print_as_they_are_written)
{
    check_cases((const struct typeset_case[]){
        {"partial(E, w_h_j)", "∂E/∂w_hj", "partial(E, w_h_j)",
         "\\frac{\\partial E}{\\partial w_{hj}}"},
        {"−∂E/∂β_j·∂β_j/∂b_h", "−∂E/∂β_j·∂β_j/∂b_h", "-partial(E, beta_j)*partial(beta_j, b_h)",
         "-\\frac{\\partial E}{\\partial \\beta_{j}} \\cdot "
         "\\frac{\\partial \\beta_{j}}{\\partial b_{h}}"},
        {"(∂f/∂x_i)^2", "(∂f/∂x_i)²", "partial(f, x_i)^2",
         "\\left(\\frac{\\partial f}{\\partial x_{i}}\\right)^{2}"},
        {"∂²f/∂x_i∂x_j", "∂²f/∂x_i∂x_j", "partial(partial(f, x_i), x_j)",
         "\\frac{\\partial^{2} f}{\\partial x_{i} \\partial x_{j}}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(deltas_print_as_kroneckers)
{
    check_cases((const struct typeset_case[]){
        {"f_i*(delta(i, k) - f_k)", "f_i·(δ_ik − f_k)", "f_i*(delta(i, k) - f_k)",
         "f_{i} \\cdot \\left(\\delta_{ik} - f_{k}\\right)"},
        {"delta(k - 1, p)", "δ_(k−1, p)", "delta(k - 1, p)", "\\delta_{k-1,\\,p}"},
        {"delta(1, p)^2", "δ_1p²", "delta(1, p)^2", "\\delta_{1p}^{2}"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

START_TEST(cases_print_with_their_tests)
{
    check_cases((const struct typeset_case[]){
        {"cases(x > 0, x, 0)", "{x if x > 0, else 0}", "cases(x > 0, x, 0)",
         "\\begin{cases} x & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}"},
        {"cases(x >= 0, a + b, -b)", "{a + b if x ≥ 0, else −b}", "cases(x >= 0, a + b, -b)",
         "\\begin{cases} a + b & x \\geq 0 \\\\ -b & \\text{otherwise} \\end{cases}"},
        {"cases(x - y, 1, 0.1)", "{1 if x − y > 0, 0.1 if x − y < 0}", "cases(x - y, 1, 0.1)",
         "\\begin{cases} 1 & x - y > 0 \\\\ 0.1 & x - y < 0 \\end{cases}"},
        {"2*cases(x > 0, a, b)", "2·{a if x > 0, else b}", "2*cases(x > 0, a, b)",
         "2 \\cdot \\left(\\begin{cases} a & x > 0 \\\\ b & \\text{otherwise} "
         "\\end{cases}\\right)"},
        {NULL, NULL, NULL, NULL},
    });
}
END_TEST

/* Symbols that a formula makes only in this way. */
START_TEST(a_symbol_that_reads_as_a_member_is_marked_in_ascii)
{
    bs_expr j = bs_symbol(pool, "j"), x_j = bs_symbol(pool, "x_j"), whj = bs_symbol(pool, "w_hj");
    const struct {
        bs_expr expr;
        const char *unicode, *ascii;
    } cases[] = {
        {x_j, "x_j", "x_j[]"},
        {whj, "w_hj", "w_hj"},
        {bs_indexed_sum(pool, j, whj, x_j, whj), "Σ_j=w_hj..x_j w_hj",
         "sum(j, w_hj, x_j[], w_hj[])"},
        {bs_indexed_sum(pool, bs_symbol(pool, "x_j"), j, j, whj), "Σ_x_j=j..j w_hj",
         "sum(x_j[], j, j, w_hj)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_str_eq(text_of(cases[i].expr, BS_UNICODE), cases[i].unicode);
        ck_assert_str_eq(text_of(cases[i].expr, BS_ASCII), cases[i].ascii);
        ck_assert_ptr_eq(parsed(cases[i].ascii), cases[i].expr);
    }
}
END_TEST

START_TEST(names_print_as_symbols)
{
    static const struct {
        const char *name, *unicode, *latex;
    } cases[] = {
        {"x", "x", "x"},
        {"w_11", "w_11", "w_{11}"},
        {"w_11_new", "w_11'", "w_{11}'"},
        {"v_10_3", "v_10_3", "v_{10,3}"},
        {"alpha_1", "α_1", "\\alpha_{1}"},
        {"beta_2_new", "β_2'", "\\beta_{2}'"},
        {"eta", "η", "\\eta"},
        {"Delta", "Δ", "\\Delta"},
        {"delta1_2", "δ1_2", "\\delta^{(1)}_{2}"},
        {"yhat_1", "ŷ_1", "\\hat{y}_{1}"},
        {"net_h1", "net_h1", "\\mathrm{net}_{h1}"},
        {"x1_in", "x1_in", "x1_{in}"},
        {"alphabet", "alphabet", "\\mathrm{alphabet}"},
        {"new", "new", "\\mathrm{new}"},
        {"_new", "_new", "_{new}"},
        {"x_new", "x'", "x'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr symbol = bs_symbol(pool, cases[i].name);
        ck_assert_str_eq(text_of(symbol, BS_UNICODE), cases[i].unicode);
        ck_assert_str_eq(text_of(symbol, BS_LATEX), cases[i].latex);
        ck_assert_str_eq(text_of(symbol, BS_ASCII), cases[i].name);
    }
    ck_assert_str_eq(unicode(bs_ref(pool, 12)), "#12");
}
END_TEST

/* As presentation MathML has them; looked at in Chromium. */
START_TEST(mathml_is_elements)
{
    static const struct {
        const char *text, *mathml;
    } cases[] = {
        {"x", "<mi>x</mi>"},
        {"a - 2*b", "<mi>a</mi><mo>−</mo><mn>2</mn><mo>·</mo><mi>b</mi>"},
        {"-x^2", "<mo>−</mo><msup><mrow><mi>x</mi></mrow><mrow><mn>2</mn></mrow></msup>"},
        {"a/(b + c)", "<mfrac><mrow><mi>a</mi></mrow>"
                      "<mrow><mi>b</mi><mo>+</mo><mi>c</mi></mrow></mfrac>"},
        {"1/3", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>3</mn></mrow></mfrac>"},
        {"1.5e-7", "<mn>1.5</mn><mo>·</mo><msup><mrow><mn>10</mn></mrow>"
                   "<mrow><mo>−</mo><mn>7</mn></mrow></msup>"},
        {"sigmoid(x)", "<mi>σ</mi><mo>&#x2061;</mo>"
                       "<mrow><mo>(</mo><mrow><mi>x</mi></mrow><mo>)</mo></mrow>"},
        {"relu_slope(x)", "<msup><mi>ReLU</mi><mo>′</mo></msup><mo>&#x2061;</mo>"
                          "<mrow><mo>(</mo><mrow><mi>x</mi></mrow><mo>)</mo></mrow>"},
        {"alpha_1", "<msub><mi>α</mi><mrow><mn>1</mn></mrow></msub>"},
        {"yhat", "<mover accent=\"true\"><mi>y</mi><mo>^</mo></mover>"},
        {"net_h1", "<msub><mi>net</mi><mrow><mi>h1</mi></mrow></msub>"},
        {"v_10_3", "<msub><mi>v</mi><mrow><mn>10</mn><mo>,</mo><mn>3</mn></mrow></msub>"},
        {"w_11'", "<msubsup><mi>w</mi><mrow><mn>11</mn></mrow><mrow><mo>′</mo></mrow></msubsup>"},
        {"x'", "<msup><mi>x</mi><mrow><mo>′</mo></mrow></msup>"},
        {"delta1_2", "<msubsup><mi>δ</mi><mrow><mn>2</mn></mrow>"
                     "<mrow><mo>(</mo><mn>1</mn><mo>)</mo></mrow></msubsup>"},
        {"w_h_j", "<msub><mi>w</mi><mrow><mi>h</mi><mi>j</mi></mrow></msub>"},
        {"w_h_j'", "<msubsup><mi>w</mi><mrow><mi>h</mi><mi>j</mi></mrow>"
                   "<mrow><mo>′</mo></mrow></msubsup>"},
        {"a[k - 1, j]",
         "<msub><mi>a</mi><mrow><mi>k</mi><mo>−</mo><mn>1</mn><mo>,</mo><mi>j</mi></mrow></msub>"},
        {"delta(i, k)", "<msub><mi>δ</mi><mrow><mi>i</mi><mi>k</mi></mrow></msub>"},
        {"sum(j, 1, n, j)",
         "<mrow><munderover><mo>∑</mo><mrow><mi>j</mi><mo>=</mo><mn>1</mn></mrow>"
         "<mrow><mi>n</mi></mrow></munderover><mrow><mi>j</mi></mrow></mrow>"},
        {"cases(x > 0, x, 0)",
         "<mrow><mo>{</mo><mtable>"
         "<mtr><mtd style=\"text-align:left\"><mrow><mi>x</mi></mrow></mtd>"
         "<mtd style=\"text-align:left\"><mrow><mi>x</mi><mo>&gt;</mo><mn>0</mn></mrow></mtd></mtr>"
         "<mtr><mtd style=\"text-align:left\"><mrow><mn>0</mn></mrow></mtd>"
         "<mtd style=\"text-align:left\"><mrow><mtext>otherwise</mtext></mrow></mtd></mtr>"
         "</mtable></mrow>"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(text_of(parsed(cases[i].text), BS_MATHML), cases[i].mathml);
    struct bs_buf buf = BS_BUF_INIT;
    bs_typeset_mathml(&buf, bs_symbol(pool, "a<b&c>"), &(struct bs_style){.form = BS_UNICODE});
    ck_assert_str_eq(bs_buf_text(&buf), "<math display=\"block\"><mi>a&lt;b&amp;c&gt;</mi></math>");
    bs_buf_finish(&buf);
}
END_TEST

/* The element whose tag starts at `at`; after its end.  Elements with tags that do not pair fail.
 */
static const char *skip_element(const char *at, int depth)
{
    char open[16] = "", close[16] = "";
    ck_assert_int_eq(sscanf(at, "<%15[a-z]", open), 1);
    ck_assert_int_lt(depth, 5000);
    at = strchr(at, '>') + 1;
    while (at[0] != '<' || at[1] != '/') {
        ck_assert_msg(*at != '\0' && *at != '>', "%s", open);
        at = *at == '<' ? skip_element(at, depth + 1) : at + 1;
    }
    ck_assert_int_eq(sscanf(at, "</%15[a-z]", close), 1);
    ck_assert_str_eq(open, close);
    return strchr(at, '>') + 1;
}

START_TEST(mathml_is_well_formed)
{
    static const struct bs_taste wild = {.kinds = BS_EVERY_KIND, .has_refs = true};
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct bs_rng rng;
        struct bs_buf buf = BS_BUF_INIT;
        bs_rng_seed(&rng, seed);
        bs_expr expr = bs_random_expr(pool, &rng, 1 + (int)bs_rng_below(&rng, 6), &wild);
        bs_typeset_mathml(&buf, expr, &(struct bs_style){.most_terms = seed % 4 ? 0 : 3});
        ck_assert_str_eq(skip_element(bs_buf_text(&buf), 0), "");
        bs_buf_finish(&buf);
    }
}
END_TEST

START_TEST(a_product_may_be_spaced)
{
    const struct bs_style spaced = {.form = BS_UNICODE, .is_spaced = true};
    ck_assert_str_eq(typeset_as(parsed("-a*b/c*d"), &spaced), "−a · b/c · d");
}
END_TEST

/* −2 for x, 0.5 for y, 1/3 for q, as a derivation puts numbers in for names. */
static enum bs_binding put_number_in(struct bs_buf *buf, void *context, bs_expr leaf,
                                     enum bs_form form)
{
    static const struct {
        const char *name, *number;
        enum bs_binding binding;
    } numbers[] = {
        {"x", "−2", BS_BINDS_SUM}, {"y", "0.5", BS_BINDS_ATOM}, {"q", "1/3", BS_BINDS_PRODUCT}};
    (void)context, (void)form;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (strcmp(leaf->u.name, numbers[i].name) == 0) {
            bs_buf_put(buf, numbers[i].number);
            return numbers[i].binding;
        }
    bs_buf_put(buf, leaf->u.name);
    return BS_BINDS_ATOM;
}

START_TEST(a_negative_number_put_in_gets_parentheses_unless_it_leads)
{
    static const struct {
        const char *formula, *text;
    } cases[] = {
        {"x", "−2"},
        {"x + y", "−2 + 0.5"},
        {"y + x", "0.5 + (−2)"},
        {"x - y", "−2 − 0.5"},
        {"y - x", "0.5 − (−2)"},
        {"-x", "−(−2)"},
        {"x*y", "−2·0.5"},
        {"y*x", "0.5·(−2)"},
        {"-x*y", "−(−2)·0.5"},
        {"y - x*y", "0.5 − (−2)·0.5"},
        {"y + x*y", "0.5 + (−2)·0.5"},
        {"x/y", "−2/0.5"},
        {"y/x", "0.5/(−2)"},
        {"1/x", "1/(−2)"},
        {"x^2", "(−2)²"},
        {"y^x", "0.5^(−2)"},
        {"(x*y)^2", "(−2·0.5)²"},
        {"(x + y)*y", "(−2 + 0.5)·0.5"},
        {"y*(x + y)", "0.5·(−2 + 0.5)"},
        {"x*(1 - x)", "−2·(1 − (−2))"},
        {"sigmoid(x)", "σ(−2)"},
        {"max(x, x*y)", "max(−2, −2·0.5)"},
        {"xlog(x, x)", "−2·log(−2)"},
        {"q*y", "1/3·0.5"},
        {"y*q", "0.5·(1/3)"},
        {"y/q", "0.5/(1/3)"},
        {"y + q", "0.5 + 1/3"},
        {"q^2", "(1/3)²"},
    };
    const struct bs_style style = {.form = BS_UNICODE, .leaf = put_number_in};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(typeset_as(parsed(cases[i].formula), &style), cases[i].text);
}
END_TEST

START_TEST(the_middle_of_a_long_list_is_left_out)
{
    static const struct {
        const char *formula;
        int most;
        const char *unicode, *ascii, *latex;
    } cases[] = {
        {"a+b+c+d", 4, "a + b + c + d", "a + b + c + d", "a + b + c + d"},
        {"a+b+c+d+e", 4, "a + b + … + e", "a + b + ... + e", "a + b + \\dots + e"},
        {"a+b+c+d-e", 4, "a + b + … − e", "a + b + ... - e", "a + b + \\dots - e"},
        {"a-b-c-d-e", 3, "a + … − e", "a + ... - e", "a + \\dots - e"},
        {"a+b+c", 2, "a + … + c", "a + ... + c", "a + \\dots + c"},
        {"a+b+c", 1, "a + … + c", "a + ... + c", "a + \\dots + c"},
        {"-a*b*c*d*e", 4, "−a·b·…·e", "-a*b*...*e", "-a \\cdot b \\cdot \\dots \\cdot e"},
        {"max(a, b, c, d)", 3, "max(a, …, d)", "max(a, ..., d)",
         "\\max\\left(a, \\dots, d\\right)"},
        {"a*b*c*d/e", 3, "a·…/e", "a*.../e", "\\frac{a \\cdot \\dots \\cdot d}{e}"},
        {"a/(b+c+d+e)", 3, "a/(b + … + e)", "a/(b + ... + e)", "\\frac{a}{b + \\dots + e}"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_style style = {.form = BS_UNICODE, .most_terms = cases[i].most};
        bs_expr expr = parsed(cases[i].formula);
        ck_assert_str_eq(typeset_as(expr, &style), cases[i].unicode);
        style.form = BS_ASCII;
        ck_assert_str_eq(typeset_as(expr, &style), cases[i].ascii);
        style.form = BS_LATEX;
        ck_assert_str_eq(typeset_as(expr, &style), cases[i].latex);
    }
}
END_TEST

/* x becomes x*x + x, sixty times: 61 nodes of each kind, and a text of 2^60 names. */
START_TEST(a_text_without_end_is_cut_and_does_not_parse)
{
    bs_expr x = bs_symbol(pool, "x"), out = x;
    for (int i = 0; i < 60; i++)
        x = bs_add(pool, bs_mul(pool, x, x), x);
    static const char *const ellipsis[] = {"…", "...", "\\dots", "…"};
    for (enum bs_form form = BS_UNICODE; form <= BS_MATHML; form++) {
        const char *text = text_of(x, form);
        ck_assert_uint_gt(strlen(text), BS_MOST_TEXT / 2);
        ck_assert_uint_lt(strlen(text), BS_MOST_TEXT + 10000);
        ck_assert_ptr_nonnull(strstr(text, ellipsis[form]));
        ck_assert_int_eq(bs_parse(&out, pool, text, strlen(text), NULL), BS_REFUSED);
    }
}
END_TEST

START_TEST(a_text_without_end_is_given_up_when_memory_is)
{
    bs_expr x = bs_symbol(pool, "x");
    for (int i = 0; i < 60; i++)
        x = bs_add(pool, bs_mul(pool, x, x), x);
    for (long n = 0; n < 4; n++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_mem_fail_after(n);
        bs_typeset(&buf, x, &(struct bs_style){.form = BS_UNICODE});
        bs_mem_fail_after(-1);
        ck_assert(buf.failed);
        bs_buf_finish(&buf);
    }
}
END_TEST

/* Work is counted: bytes written and bytes of the pool.  Time is for the fuzzer to measure. */
START_TEST(any_text_of_4_kilobytes_is_little_work)
{
    static const struct {
        const char *open, *close;
        int times;
    } cases[] = {
        {"cases(", ", a, b)", 315},
        {"a[", ", b]", 390},
        {"1/(a + ", ")", 190},
        {"(a + ", ")^2", 190},
        {"sum(j, 1, n, ", ")", 290},
        {"sum(j, 1, ", ", j)", 290},
        {"x + ", "", 1020},
        {"x*", "", 990},
        {"2^", "", 390},
        {"delta(", ", k)", 370},
        {"-x_j - ", "", 580},
        {"max(x, ", ")", 390},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_buf text = BS_BUF_INIT;
        bs_buf_repeat(&text, cases[i].open, cases[i].times);
        bs_buf_char(&text, 'x');
        bs_buf_repeat(&text, cases[i].close, cases[i].times);
        ck_assert_uint_le(text.length, 4096);
        const size_t before = bs_pool_size(pool);
        bs_expr expr = parsed(bs_buf_text(&text));
        ck_assert_uint_le(bs_pool_size(pool) - before, 1 << 19);
        for (enum bs_form form = BS_UNICODE; form <= BS_MATHML; form++)
            ck_assert_uint_le(strlen(text_of(expr, form)), BS_MOST_TEXT + BS_MOST_TEXT / 2);
        bs_buf_finish(&text);
    }
}
END_TEST

START_TEST(the_limit_counts_from_where_the_text_begins)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_repeat(&buf, " ", 2 * BS_MOST_TEXT);
    bs_typeset(&buf, parsed("a*b + c"), &(struct bs_style){.form = BS_UNICODE});
    ck_assert_str_eq(bs_buf_text(&buf) + 2 * BS_MOST_TEXT, "a·b + c");
    bs_buf_finish(&buf);
}
END_TEST

/* A wild expression of the seed in a pool of its own, its ASCII form, and that read again. */
static void check_round_trip(unsigned long long seed, const struct bs_taste *taste)
{
    struct bs_rng rng;
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err = {0};
    bs_expr back = NULL;
    bs_rng_seed(&rng, seed);
    struct bs_pool *own = bs_pool_create();
    bs_expr expr = bs_random_expr(own, &rng, 1 + (int)bs_rng_below(&rng, 8), taste);
    bs_typeset(&buf, expr, &(struct bs_style){.form = BS_ASCII});
    const char *text = bs_buf_text(&buf);
    ck_assert_msg(bs_parse(&back, own, text, buf.length, &err) == BS_OK,
                  "BACKSTEP_SEED=%llu: %s: column %d: %s", seed, text, err.column, err.text);
    ck_assert_msg(back == expr, "BACKSTEP_SEED=%llu: %s reads back as %s", seed, text, ascii(back));
    bs_buf_finish(&buf);
    bs_pool_destroy(own);
}

/* The promise of BS_ASCII.  Interning makes "the same expression" the same pointer. */
START_TEST(ascii_parses_back_to_the_same_expression)
{
    static const struct bs_taste wild = {.kinds = BS_EVERY_KIND};
    const char *given = getenv("BACKSTEP_SEED");
    const unsigned long long first = given ? strtoull(given, NULL, 0) : 1;
    for (unsigned long long seed = first; seed < first + (given ? 1 : 20000); seed++)
        check_round_trip(seed, &wild);
}
END_TEST

/* Shapes that only constructors make. */
START_TEST(what_no_formula_reads_as_prints_apart)
{
    bs_expr a = bs_symbol(pool, "a"), b = bs_symbol(pool, "b"), one = bs_integer(pool, 1);
    bs_expr minus_one = bs_integer(pool, -1), ab = bs_mul(pool, a, b);
    bs_expr inverse = bs_power(pool, a, minus_one),
            half = bs_power(pool, bs_integer(pool, 2), minus_one);
    const struct {
        bs_expr expr;
        const char *text;
    } cases[] = {
        {bs_mul(pool, one, inverse), "1*(1/a)"},
        {bs_mul(pool, one, half), "1*2^(-1)"},
        {bs_mul(pool, bs_integer(pool, 6), half), "6*2^(-1)"},
        {bs_mul(pool, minus_one, ab), "-1*(a*b)"},
        {bs_mul(pool, minus_one, bs_neg(pool, a)), "-1*(-a)"},
        {bs_mul(pool, minus_one, one), "-1*1"},
        {bs_mul(pool, minus_one, inverse), "-1/a"},
        {bs_mul(pool, minus_one, half), "-2^(-1)"},
        {bs_add(pool, a, bs_mul(pool, minus_one, ab)), "a - 1*(a*b)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_str_eq(ascii(cases[i].expr), cases[i].text);
        ck_assert_ptr_eq(parsed(cases[i].text), cases[i].expr);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        sums_and_signs_print_as_written,
        products_and_quotients_print_as_written,
        powers_print_as_written,
        numbers_print_exactly,
        a_number_that_is_not_0_never_prints_as_0,
        a_value_is_shown_as_its_form_has_it,
        calls_print_by_the_name_of_their_row,
        indexed_sums_print_with_their_bounds,
        members_print_with_their_subscripts,
        products_over_an_index_print_with_their_bounds,
        named_derivatives_print_as_they_are_written,
        deltas_print_as_kroneckers,
        cases_print_with_their_tests,
        a_symbol_that_reads_as_a_member_is_marked_in_ascii,
        names_print_as_symbols,
        mathml_is_elements,
        mathml_is_well_formed,
        a_product_may_be_spaced,
        a_negative_number_put_in_gets_parentheses_unless_it_leads,
        the_middle_of_a_long_list_is_left_out,
        a_text_without_end_is_cut_and_does_not_parse,
        a_text_without_end_is_given_up_when_memory_is,
        any_text_of_4_kilobytes_is_little_work,
        the_limit_counts_from_where_the_text_begins,
        ascii_parses_back_to_the_same_expression,
        what_no_formula_reads_as_prints_apart,
        NULL,
    };
    return suite_with_pool("typeset", tests);
}
