#include "test_expr.h"

#include <stdio.h>
#include <stdlib.h>

struct simple {
    const char *text, *simple; /* ended by NULL */
};

static bs_expr simplified(const char *text)
{
    return bs_simplify(pool, parsed(text));
}

static void check_cases(const struct simple *cases)
{
    for (; cases->text; cases++)
        ck_assert_msg(strcmp(unicode(simplified(cases->text)), cases->simple) == 0,
                      "%s becomes %s, not %s", cases->text, unicode(simplified(cases->text)),
                      cases->simple);
}

START_TEST(zeros_and_ones_are_dropped_and_numbers_put_together)
{
    check_cases((const struct simple[]){
        {"x + 0", "x"},
        {"0 + 0", "0"},
        {"1*x*1", "x"},
        {"0*x + y", "y"},
        {"x^1", "x"},
        {"x^0", "1"},
        {"1/2 + 1/3", "5/6"},
        {"0.1 + 0.2", "0.3"},
        {"x + 1 + y + 2", "x + 3 + y"},
        {"1 + x - 1", "x"},
        {"x*2", "2·x"},
        {"2*x*3*y", "6·x·y"},
        {"3*(x/3)", "x"},
        {"x/2", "½·x"},
        {"2^2*x", "4·x"},
        {"4^-1", "¼"},
        {"identity(x + 0)", "x"},
        {"sigmoid(0 + 1*x)", "σ(x)"},
        {"sum(j, 1, 1 + 2, 0 + x_j)", "Σ_j=1..3 x_j"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(like_terms_and_equal_factors_are_joined)
{
    check_cases((const struct simple[]){
        {"x + x", "2·x"},
        {"2*x + y + 3*x", "5·x + y"},
        {"x - x", "0"},
        {"x*y - x*y + z", "z"},
        {"x*y - y*x + z", "z"},
        {"x*a*b + 2*b*x*a", "3·x·a·b"},
        {"x + y - 2*x", "y − x"},
        {"x*x", "x²"},
        {"x*y*x", "x²·y"},
        {"x^2*x^3", "x^5"},
        {"1/x/x", "1/x²"},
        {"1/x/x/x", "1/x³"},
        {"a/x^2/x^3", "a/x^5"},
        {"sqrt(x)*sqrt(x)", "sqrt(x)²"},
        {"a + (b + c)", "a + b + c"},
        {"a*(b*(c*d))", "a·b·c·d"},
        {"2*(a + b) - (a + b)", "a + b"},
        {"c + 2*(a + b) - (a + b)", "c + a + b"},
        {"5*(a + b) - 3*(a + b)", "2·(a + b)"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(signs_are_pulled_out_and_pushed_into_differences)
{
    check_cases((const struct simple[]){
        {"-(-x)", "x"},
        {"(-x)*(-y)", "x·y"},
        {"-(y - d)", "d − y"},
        {"-2*(y - d)", "2·(d − y)"},
        {"(y - d)*(-1)*(1 - b)", "(d − y)·(1 − b)"},
        {"-b*(1 - b)", "−b·(1 − b)"},
        {"-(1 - b)", "−(1 − b)"},
        {"-(x - 1)", "1 − x"},
        {"-(a + b)", "−(a + b)"},
        {"-a - b", "−a − b"},
        {"(-a - b)*c", "−(a + b)·c"},
        {"-(-a - b)", "a + b"},
        {"(-a - b)*(-c - d)", "(a + b)·(c + d)"},
        {"a - (b - c)", "a + c − b"},
        {"a - (b + c)", "a − (b + c)"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(nothing_is_cancelled_that_may_have_no_value)
{
    check_cases((const struct simple[]){
        {"x/x", "x/x"},
        {"x^2/x", "x²/x"},
        {"x*x/x", "x²/x"},
        {"x*y/(x*y)", "x·y/(x·y)"},
        {"(x - 1)/(x - 1)", "(x − 1)/(x − 1)"},
        {"x^0.5*x^0.5", "(x^(½))²"},
        {"(x^2)^0.5", "(x²)^(½)"},
        {"exp(log(x))", "exp(log(x))"},
        {"1/0", "0^(−1)"},
        {"1/(1/x)", "1/(1/x)"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(common_factors_above_and_below_come_out_once)
{
    check_cases((const struct simple[]){
        {"2*x*c/x - x^2*c/x^2", "x·c/x·(2 − x/x)"},
        {"a*x/y + b*x/y", "x/y·(a + b)"},
        {"a*x^2/y + b*x^3/y^2", "x²/y·(a + b·x/y)"},
        {NULL, NULL},
    });
}
END_TEST

/*
 * At -1 there is no y_k, though the case does not depend on it.  At 1, both factors of the body are
 * y_1, and one is there.
 */
START_TEST(a_factor_is_counted_once_in_a_product)
{
    check_cases((const struct simple[]){
        {"f_1*product(k, 2, 3, f_k)", "Π_k=1..3 f_k"},
        {"-product(k, 0, 3, cases(y_k > 0, k, -1))", "−Π_k=0..3 {k if y_k > 0, else −1}"},
        {"y_1*product(k, 2, 3, y_k*(y_1 - delta(k, 3)))", "y_1·Π_k=2..3 y_k·(y_1 − δ_k3)"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(a_delta_puts_in_no_index_beyond_its_range)
{
    check_cases((const struct simple[]){
        {"sum(i, 0, 3, sum(j, 1, 2, delta(i, j)))", "Σ_i=0..3 Σ_j=1..2 δ_ij"},
        {"sum(i, 1, n, sum(j, 1, n, x_j*delta(i, j)))", "Σ_i=1..n x_i"},
        {"sum(i, 1, 2, sum(j, 0, 3, x_j*delta(i, j)))", "Σ_i=1..2 x_i"},
        {"sum(i, 1, n, sum(j, 1, m, x_j*delta(i, j)))", "Σ_i=1..n Σ_j=1..m x_j·δ_ij"},
        {"sum(i, 1, n-1, sum(j, 1, n, x_j*delta(i+1, j)))", "Σ_i=1..n−1 x_(i+1)"},
        {"sum(i, 1, n, sum(j, 1, n, x_j*delta(i+1, j)))", "Σ_i=1..n Σ_j=1..n x_j·δ_(j, i+1)"},
        {"sum(i, 1, n, sum(j, i, n, delta(1, j)*x_j))", "Σ_i=1..n Σ_j=i..n δ_j1·x_j"},
        {"sum(j, 1, n, c*delta(j, k+1))", "c·Σ_j=1..n δ_(j, k+1)"},
        {"sum(j, 1, n, c*delta(j, k))", "c"},
        {NULL, NULL},
    });
}
END_TEST

START_TEST(numbers_that_leave_the_range_are_refused)
{
    static const char *const texts[] = {
        "1e200*1e200*x", "1e-200*x*1e-200", "1e308 + x + 1e308",
        "1e200*1e200*x + (1e-310*y + 1e-310*z)" /* where 1e310 is tried, too */
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct bs_error err;
        ck_assert_ptr_null(simplified(texts[i]));
        ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, "a number in the formula is too large or too small");
    }
}
END_TEST

/* Whether 10^308 is above −10^308 is asked by their difference. */
START_TEST(what_is_only_tried_leaves_no_reason_behind)
{
    static const char *const texts[] = {"sum(j, -1e308, 1e308, x_j)", "delta(1e308, -1e308)",
                                        "y*product(k, 1, n, 1e200*x_k*(1e200 + k))"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct bs_error err;
        bs_expr simple = simplified(texts[i]);
        bs_real(pool, INFINITY);
        bs_pool_error(pool, &err);
        ck_assert_msg(!simple || strcmp(err.text, "a number in a formula is finite") == 0, "%s: %s",
                      texts[i], err.text);
    }
}
END_TEST

START_TEST(a_simple_form_is_simple)
{
    for (enum taste taste = ANY_SHAPE; taste <= MODERATE; taste++) {
        struct bs_rng rng;
        bs_rng_seed(&rng, 31);
        for (int n = 0; n < 8000; n++) {
            bs_expr expr = random_expr(&rng, 1 + (int)bs_rng_below(&rng, 6), taste);
            bs_expr simple = bs_simplify(pool, expr);
            if (!simple) { /* numbers out of range: see above */
                struct bs_error err;
                ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
                ck_assert_int_eq(taste, ANY_SHAPE);
                continue;
            }
            /* a copy elsewhere has no memory of having been simplified */
            struct bs_pool *elsewhere = bs_pool_create();
            bs_expr copy = bs_import(elsewhere, simple);
            ck_assert_msg(bs_simplify(elsewhere, copy) == copy, "%s becomes %s, but that %s",
                          ascii(expr), ascii(simple), ascii(bs_simplify(elsewhere, copy)));
            bs_pool_destroy(elsewhere);
        }
    }
}
END_TEST

START_TEST(a_simple_form_has_the_same_value)
{
    struct bs_rng rng;
    int compared = 0;
    bs_rng_seed(&rng, 32);
    for (uint64_t seed = 1; seed <= 12000; seed++) {
        const struct point point = {.seed = seed};
        bool was_on_kink, is_on_kink;
        bs_expr expr = random_expr(&rng, 2 + (int)bs_rng_below(&rng, 5), MODERATE);
        const struct bs_valued before = valued_at(expr, point, &was_on_kink);
        const struct bs_valued after = valued_at(bs_simplify(pool, expr), point, &is_on_kink);
        if (was_on_kink || is_on_kink || !is_finite_throughout(expr, point))
            continue;
        ck_assert_msg(fabs(before.value - after.value) <= 1e-14 * (before.size + after.size),
                      "seed %llu: %s is %.17g, but %s is %.17g", (unsigned long long)seed,
                      ascii(expr), before.value, ascii(bs_simplify(pool, expr)), after.value);
        compared++;
    }
    ck_assert_int_gt(compared, 8000);
}
END_TEST

START_TEST(products_of_powers_keep_their_value)
{
    static const char *const powers[] = {
        "x",     "x^2",        "x^-1",   "x^-2",    "(x^2)^-1",  "(x^-2)^-1", "1/x^3", "(x^-1)^2",
        "x^0.5", "(x^0.5)^-1", "x^-0.5", "sqrt(x)", "1/sqrt(x)", "(1/x)^-1",  "x^y"};
    const struct point point = {.name = "x", .value = 1.7};
    for (size_t i = 0; i < COUNT_OF(powers) * COUNT_OF(powers) * COUNT_OF(powers); i++) {
        const char *a = powers[i % COUNT_OF(powers)],
                   *b = powers[i / COUNT_OF(powers) % COUNT_OF(powers)];
        bs_expr product = bs_mul(pool, bs_mul(pool, parsed(a), parsed(b)),
                                 parsed(powers[i / COUNT_OF(powers) / COUNT_OF(powers)]));
        const double value = value_at(product, point);
        ck_assert_msg(fabs(value_at(bs_simplify(pool, product), point) - value) <= 1e-14 * value,
                      "%s becomes %s", ascii(product), ascii(bs_simplify(pool, product)));
    }
}
END_TEST

START_TEST(a_simple_form_is_no_longer)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 33);
    for (int n = 0; n < 5000; n++) {
        bs_expr expr = random_expr(&rng, 5, MODERATE);
        const size_t before = strlen(ascii(expr));
        /* a decimal may take more digits than the two it came from, and ² stands for a name */
        ck_assert_msg(strlen(ascii(bs_simplify(pool, expr))) <= before + before / 2 + 40, "%s",
                      ascii(expr));
    }
}
END_TEST

START_TEST(a_shared_part_is_simplified_once)
{
    bs_expr x = bs_symbol(pool, "x"), expr = x;
    double value = 0.001;
    for (int i = 0; i < 60; i++) {
        expr = bs_add(pool, bs_mul(pool, expr, bs_integer(pool, 1)), bs_mul(pool, expr, expr));
        value += value * value;
    }
    bs_expr simple = bs_simplify(pool, expr);
    const double got = value_at(simple, (struct point){.name = "x", .value = 0.001});
    ck_assert_double_eq_tol(got, value, 1e-13 * value);
}
END_TEST

/* Each term is looked up, not compared with every other. */
START_TEST(a_long_sum_is_simplified_in_one_pass)
{
    enum { TERMS = 60000 };
    struct bs_buf buf = BS_BUF_INIT;
    for (int i = 0; i < TERMS; i++)
        bs_buf_printf(&buf, "%s%d*x_%d*y", i ? " + " : "", 1 + i / (TERMS / 2), i % (TERMS / 2));
    bs_expr expr = NULL;
    ck_assert_int_eq(bs_parse(&expr, pool, buf.text, buf.length, NULL), BS_OK);
    bs_expr simple = bs_simplify(pool, expr);
    ck_assert_int_eq(simple->count, TERMS / 2);
    ck_assert_str_eq(unicode(simple->args[1000]), "3·x_1000·y"); /* 1 and 2 */
    bs_buf_finish(&buf);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        zeros_and_ones_are_dropped_and_numbers_put_together,
        like_terms_and_equal_factors_are_joined,
        signs_are_pulled_out_and_pushed_into_differences,
        nothing_is_cancelled_that_may_have_no_value,
        common_factors_above_and_below_come_out_once,
        a_factor_is_counted_once_in_a_product,
        a_delta_puts_in_no_index_beyond_its_range,
        numbers_that_leave_the_range_are_refused,
        what_is_only_tried_leaves_no_reason_behind,
        a_simple_form_is_simple,
        a_simple_form_has_the_same_value,
        products_of_powers_keep_their_value,
        a_simple_form_is_no_longer,
        a_shared_part_is_simplified_once,
        a_long_sum_is_simplified_in_one_pass,
        NULL,
    };
    return suite_with_pool("simplify", tests);
}
