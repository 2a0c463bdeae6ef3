#include "test_view.h"

#include "expr/func.h"
#include "expr/parse.h"

#include <ctype.h>

/* Views of formulas: derivations in general indices, steps, proofs, overflows. */

static struct bs_pool *pool;

static void create_pool(void)
{
    pool = bs_pool_create();
}

static void destroy_pool(void)
{
    bs_pool_destroy(pool);
}

static bs_expr formula(const char *text)
{
    struct bs_error err;
    bs_expr expr;
    must_do(bs_parse(&expr, pool, text, strlen(text), &err), err);
    return expr;
}

static const struct bs_page narrow_page = {.form = BS_UNICODE, .digits = {4, -1}, .columns = 80};

static struct bs_page page_of(enum bs_form form, const char *lang)
{
    struct bs_page page = narrow_page;
    page.form = form;
    page.lang = lang;
    return page;
}

static const char *seen_steps(const char *f, const char *x, const struct bs_page *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_steps steps = {0};
    bs_expr slope = bs_diff(pool, formula(f), formula(x), &steps);
    bs_view_steps(&buf, formula(f), formula(x), slope, &steps, page);
    bs_steps_finish(&steps);
    return kept_page(&buf);
}

static const char *seen_proof(const char *left, const char *right, const struct bs_page *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    struct bs_proof proof;
    must_do(bs_prove(&proof, pool, formula(left), formula(right), &err), err);
    bs_view_proof(&buf, formula(left), formula(right), &proof, page);
    bs_proof_finish(&proof);
    return kept_page(&buf);
}

START_TEST(steps_are_written_in_every_form)
{
    static const struct {
        enum bs_form form;
        const char *text;
    } cases[] = {
        {BS_UNICODE, "∂/∂x (a·x²) = 2·a·x                            product rule\n"
                     "∂/∂x (x²) = 2·x                                power rule"},
        {BS_ASCII, "d/dx (a*x^2) = 2*a*x                           product rule\n"
                   "d/dx (x^2) = 2*x                               power rule"},
        {BS_LATEX, "\\begin{align*}\n"
                   "\\frac{\\partial}{\\partial x} \\left(a \\cdot x^{2}\\right) &= 2 \\cdot a "
                   "\\cdot x && \\text{product rule} \\\\\n"
                   "\\frac{\\partial}{\\partial x} \\left(x^{2}\\right) &= 2 \\cdot x && "
                   "\\text{power rule}\n"
                   "\\end{align*}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bs_page page = page_of(cases[i].form, NULL);
        ck_assert_str_eq(seen_steps("a*x^2", "x", &page), cases[i].text);
    }
}
END_TEST

START_TEST(mathml_is_one_table_in_a_math_element)
{
    struct bs_page page = page_of(BS_MATHML, NULL);
    const char *text = seen_steps("leaky_relu(x^2, a)", "x", &page);
    ck_assert_ptr_eq(strstr(text, "<math display=\"block\"><mtable displaystyle=\"true\">"), text);
    ck_assert_str_eq(strstr(text, "</mtable>"), "</mtable></math>");
    ck_assert_int_eq(count_of(text, "<mtr>"), 2);
    ck_assert_int_eq(count_of(text, "<mtd"), count_of(text, "</mtd>"));
    ck_assert_ptr_nonnull(strstr(text, "<mtext>power rule</mtext>"));
    ck_assert_ptr_nonnull(strstr(text, "1 where x &gt; 0"));
}
END_TEST

/* What does not fit is continued with "=" on a new line, and the rule on another. */
START_TEST(a_line_too_wide_for_the_page_goes_on_below)
{
    const char *text = seen_steps("exp(x_i)/sum(j, 1, n, exp(x_j))", "x_k", &narrow_page);
    ck_assert_int_le(widest_line(text), 80);
    ck_assert_ptr_nonnull(strstr(text, "(exp(x_i)/(Σ_j=1..n exp(x_j)))\n    = "));
}
END_TEST

START_TEST(what_is_not_in_the_formula_has_slope_0)
{
    struct bs_page page = page_of(BS_UNICODE, "zh");
    ck_assert_str_eq(seen_steps("y", "x", &narrow_page),
                     "∂/∂x y = 0                                     does not depend on it");
    ck_assert_str_eq(seen_steps("y", "x", &page),
                     "∂/∂x y = 0                                     与该变量无关");
    ck_assert_str_eq(seen_steps("x", "x", &page), "∂/∂x x = 1");
}
END_TEST

START_TEST(a_proof_names_its_verdict)
{
    struct bs_page chinese = page_of(BS_UNICODE, "zh"), latex = page_of(BS_LATEX, NULL);
    ck_assert_str_eq(seen_proof("5*5*(6*1 + 1)", "156", &chinese),
                     "5·5·(6·1 + 1) = 156                            不成立\n"
                     "\n"
                     "5·5·(6·1 + 1) = 175");
    ck_assert_str_eq(seen_proof("x", "x + y", &latex), "\\begin{align*}\n"
                                                       "x &= x + y && \\text{refuted}\n"
                                                       "\\end{align*}\n"
                                                       "\\begin{align*}\n"
                                                       "\\text{where }x = 1,\\; y = 2 \\\\\n"
                                                       "x &= 1 \\\\\n"
                                                       "x + y &= 3\n"
                                                       "\\end{align*}");
}
END_TEST

static int give_1000(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)context;
    (void)leaf;
    (void)err;
    *value = 1000;
    return BS_OK;
}

START_TEST(an_overflow_names_the_operand_and_its_value)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    struct bs_overflow overflow;
    struct bs_point point = {0};
    struct bs_env env = {.leaf = give_1000};
    bs_expr f = formula("log(1 + exp(x))");
    must_do(bs_explain_overflow(&overflow, pool, f, &env, &err), err);
    must_do(bs_point_add(&point, pool, formula("x"), 1000, &err), err);
    bs_view_overflow(&buf, f, &overflow, &point, &narrow_page);
    bs_point_finish(&point);
    ck_assert_str_eq(kept_page(&buf), "log(1 + exp(x))\n"
                                      "where x = 1000\n"
                                      "exp(x) = exp(1000)\n"
                                      "       = inf                                   "
                                      "overflows: doubles end at 1.8e308");
}
END_TEST

/* ---- words ----------------------------------------------------------------------------------- */

/* Is a run of letters an English word, and not the name of a function or of something in it? */
static bool is_english(const char *word, size_t length)
{
    static const char *const names[] = {"exp", "log", "alpha", "beta", "argument"};
    if (length < 3 || bs_func_find_n(word, length))
        return false;
    for (size_t i = 0; i + 1 < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && strncmp(names[i], word, length) == 0)
            return false;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)word[i]))
            return false;
    return true;
}

/* A rule on a Chinese page has no English in it. */
static void must_be_chinese(const char *rule)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_steps steps = {0};
    struct bs_step step = {rule, formula("x"), formula("y"), true};
    struct bs_page page = page_of(BS_UNICODE, "zh");
    steps.items = &step;
    steps.count = 1;
    bs_view_steps(&buf, formula("x"), formula("x"), formula("y"), &steps, &page);
    const char *text = kept_page(&buf);
    for (const char *c = text; *c; c++) {
        size_t length = 0;
        while (isalpha((unsigned char)c[length]))
            length++;
        must(!is_english(c, length), "no Chinese for the rule \"%s\": %s", rule, text);
        c += length > 0 ? length - 1 : 0;
    }
}

START_TEST(every_rule_of_a_derivative_has_a_chinese_name)
{
    static const char *const formulas[] = {
        "a*x + x^2/(1 + x)",     "x^x",
        "cases(x > 0, x^2, 0)",  "sum(k, 1, n, x_k*w_k)",
        "product(k, 1, n, x_k)", "exp(x_i)/sum(k, 1, n, exp(x_k))",
    };
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        struct bs_steps steps = {0};
        bs_expr f = formula(formulas[i]);
        bs_expr x = formula(i < 3 ? "x" : "x_k");
        ck_assert_ptr_nonnull(bs_diff(pool, f, x, &steps));
        ck_assert_uint_gt(steps.count, 0);
        for (size_t k = 0; k < steps.count; k++)
            must_be_chinese(steps.items[k].rule);
        bs_steps_finish(&steps);
    }
}
END_TEST

START_TEST(every_rule_of_a_function_has_chinese_words)
{
    for (const struct bs_func *func = bs_func_next(NULL); func; func = bs_func_next(func)) {
        const int most = bs_func_most(func) == BS_ANY_ARITY ? 2 : bs_func_most(func);
        for (int count = func->arity > 0 ? func->arity : most; count <= most; count++)
            for (int k = 0; k < count; k++)
                must_be_chinese(bs_func_rule(func, count, k));
    }
}
END_TEST

START_TEST(every_rule_of_a_general_derivative_has_a_chinese_name)
{
    static const char *const definitions[][2] = {{"a_k", "sigmoid(w_k*a[k-1])"},
                                                 {"E", "(a[D] - y)^2/2"}};
    struct bs_system *system = bs_system_create(pool);
    struct bs_error err;
    struct bs_general general;
    for (int i = 0; i < 2; i++)
        must_do(
            bs_system_define(system, formula(definitions[i][0]), formula(definitions[i][1]), &err),
            err);
    must_do(bs_system_range(system, formula("k"), formula("1"), formula("D"), &err), err);
    must_do(bs_system_derive(&general, system, formula("a_p"), &err), err);
    for (int i = 0; i < general.count; i++)
        must_be_chinese(general.lines[i].rule);
    static const char *const others[] = {"definition",  "gradient descent", "differentiated",
                                         "closed form", "as assumed",       "simplification"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        must_be_chinese(others[i]);
    bs_system_destroy(system);
}
END_TEST

START_TEST(every_step_of_a_proof_has_a_chinese_name)
{
    static const char *const identities[][2] = {
        {"1 - sigmoid(x)", "sigmoid(-x)"},
        {"x + x", "2*x"},
        {"1/(1 + exp(x))", "exp(-x)/(exp(-x) + 1)"},
    };
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        struct bs_proof proof;
        struct bs_error err;
        must_do(bs_prove(&proof, pool, formula(identities[i][0]), formula(identities[i][1]), &err),
                err);
        ck_assert_int_eq(proof.verdict, BS_PROVED);
        for (size_t k = 0; k < proof.steps.count; k++)
            must_be_chinese(proof.steps.items[k].rule);
        bs_proof_finish(&proof);
    }
}
END_TEST

/* A view of formulas leaves in the buf that memory ran out. */
START_TEST(views_of_formulas_survive_each_refused_allocation)
{
    struct bs_steps steps = {0};
    bs_expr f = formula("exp(x_i)/sum(j, 1, n, exp(x_j))"), x = formula("x_k");
    bs_expr slope = bs_diff(pool, f, x, &steps);
    bool refused = true;
    for (long before = 0; refused; before++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_mem_fail_after(before);
        bs_view_steps(&buf, f, x, slope, &steps, &narrow_page);
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_int_eq(buf.failed, refused);
        bs_buf_finish(&buf);
    }
    bs_steps_finish(&steps);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        steps_are_written_in_every_form,
        mathml_is_one_table_in_a_math_element,
        a_line_too_wide_for_the_page_goes_on_below,
        what_is_not_in_the_formula_has_slope_0,
        a_proof_names_its_verdict,
        an_overflow_names_the_operand_and_its_value,
        every_rule_of_a_derivative_has_a_chinese_name,
        every_rule_of_a_function_has_chinese_words,
        every_rule_of_a_general_derivative_has_a_chinese_name,
        every_step_of_a_proof_has_a_chinese_name,
        views_of_formulas_survive_each_refused_allocation,
        NULL,
    };
    Suite *suite = suite_create("formulas");
    TCase *tcase = tcase_create("formulas");
    tcase_add_checked_fixture(tcase, create_pool, destroy_pool);
    suite_add_tcase(suite, tcase);
    for (const TTest *const *test = tests; *test; test++)
        tcase_add_test(tcase, *test);
    return suite;
}
