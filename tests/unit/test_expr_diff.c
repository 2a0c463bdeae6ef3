#include "test_expr.h"

#include <stdio.h>

static bs_expr slope_of(const char *text, const char *by)
{
    bs_expr slope = bs_diff(pool, parsed(text), parsed(by), NULL);
    struct bs_error err;
    ck_assert_msg(slope || !bs_pool_error(pool, &err), "∂(%s)/∂%s: %s", text, by, err.text);
    return slope;
}

START_TEST(textbook_derivatives_are_printed_as_in_the_textbook)
{
    static const struct {
        const char *text, *by, *slope;
    } cases[] = {
        {"c", "x", "0"},
        {"x", "x", "1"},
        {"x + x", "x", "2"},
        {"a - b*x", "x", "−b"},
        {"x*y*z", "y", "x·z"},
        {"x*x", "x", "2·x"},
        {"x^2", "x", "2·x"},
        {"x^3", "x", "3·x²"},
        {"x*x*x", "x", "3·x²"},
        {"x^0", "x", "0"},
        {"x^1", "x", "1"},
        {"x^0.5", "x", "½·x^(−½)"},
        {"x^-2", "x", "−2·x^(−3)"},
        {"x^n", "x", "n·x^(n − 1)"},
        {"x^n", "n", "x^n·log(x)"},
        {"2^x", "x", "2^x·log(2)"},
        {"x^x", "x", "x^x·(log(x) + x/x)"},
        {"1/x", "x", "−1/x²"},
        {"x/y", "x", "1/y"},
        {"x/y", "y", "−x/y²"},
        {"x/(1 + x)", "x", "1/(1 + x) − x/(1 + x)²"},
        {"exp(-x^2)", "x", "−2·exp(−x²)·x"},
        {"log(x)", "x", "1/x"},
        {"sqrt(x)", "x", "1/(2·sqrt(x))"},
        {"identity(3*x)", "x", "3"},
        {"sigmoid(w*x + b)", "w", "σ(w·x + b)·(1 − σ(w·x + b))·x"},
        {"sigmoid(w*x + b)", "b", "σ(w·x + b)·(1 − σ(w·x + b))"},
        {"sigmoid(-x)", "x", "−σ(−x)·(1 − σ(−x))"},
        {"tanh(x)", "x", "(1 + tanh(x))·(1 − tanh(x))"},
        {"relu(w*x)", "w", "ReLU'(w·x)·x"},
        {"leaky_relu(x)", "x", "LeakyReLU'(x)"},
        {"elu(x)", "x", "ELU'(x)"},
        {"softplus(x)", "x", "σ(x)"},
        {"swish(x)", "x", "σ(x) + swish(x)·(1 − σ(x))"},
        {"gelu(x)", "x", "Φ(x) + x·φ(x)"},
        {"phi(x)", "x", "−x·φ(x)"},
        {"step(x)", "x", "0"},
        {"max(x, y)", "y", "max'_2(x, y)"},
        {"softmax_1(x, y)", "x", "softmax_1(x, y)·(1 − softmax_1(x, y))"},
        {"softmax_1(x, y)", "y", "−softmax_1(x, y)·softmax_2(x, y)"},
        {"xlog(d, y)", "y", "d/y"},
        {"0.5*(y - d)^2", "y", "y − d"},
        {"0.5*(y - d)^2", "d", "d − y"},
        {"0.5*((y_1 - d_1)^2 + (y_2 - d_2)^2)", "y_2", "y_2 − d_2"},
        {"-(d*log(y) + (1 - d)*log(1 - y))", "y", "(1 − d)/(1 − y) − d/y"},
        {"cases(a >= 0, x, 2*x)", "x", "{1 if a ≥ 0, else 2}"}, /* no kink in x */
        {"cases(x >= 0, x, 2*x)", "x", "{1 if x > 0, 2 if x < 0}"},
        {"sum(j, 1, n, x*u_j)", "x", "Σ_j=1..n u_j"},
        {"sum(j, 1, n, (x - u_j)^2)", "x", "2·Σ_j=1..n (x − u_j)"},
        {"sum(j, 1, n, j*y)", "j", "0"}, /* the j outside is another */
        {"j*sum(j, 1, n, j*y)", "j", "y·Σ_j=1..n j"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(strcmp(unicode(slope_of(cases[i].text, cases[i].by)), cases[i].slope) == 0,
                      "∂(%s)/∂%s is %s, not %s", cases[i].text, cases[i].by,
                      unicode(slope_of(cases[i].text, cases[i].by)), cases[i].slope);
}
END_TEST

START_TEST(a_reference_is_a_variable_like_a_name)
{
    bs_expr z = bs_ref(pool, 7), other = bs_ref(pool, 8);
    bs_expr expr = bs_add(pool, bs_mul(pool, z, other), bs_power(pool, z, bs_integer(pool, 2)));
    ck_assert_str_eq(unicode(bs_diff(pool, expr, z, NULL)), "#8 + 2·#7");
    ck_assert_str_eq(unicode(bs_diff(pool, expr, other, NULL)), "#7");
    ck_assert_str_eq(unicode(bs_diff(pool, expr, bs_ref(pool, 9), NULL)), "0");
}
END_TEST

START_TEST(every_rule_used_is_a_step_outermost_first)
{
    static const struct {
        const char *rule, *before, *after;
    } expected[] = {
        {"product rule", "½·(σ(w·x) − d)²", "(σ(w·x) − d)·σ(w·x)·(1 − σ(w·x))·x"},
        {"power rule", "(σ(w·x) − d)²", "2·(σ(w·x) − d)·σ(w·x)·(1 − σ(w·x))·x"},
        {"sum rule", "σ(w·x) − d", "σ(w·x)·(1 − σ(w·x))·x"},
        {"σ' = σ·(1 − σ)", "σ(w·x)", "σ(w·x)·(1 − σ(w·x))·x"},
        {"product rule", "w·x", "x"},
    };
    struct bs_steps steps = {0};
    bs_diff(pool, parsed("0.5*(sigmoid(w*x) - d)^2"), bs_symbol(pool, "w"), &steps);
    ck_assert(!steps.failed);
    ck_assert_uint_eq(steps.count, COUNT_OF(expected));
    for (size_t i = 0; i < steps.count; i++) {
        ck_assert_str_eq(steps.items[i].rule, expected[i].rule);
        ck_assert_str_eq(unicode(steps.items[i].before), expected[i].before);
        ck_assert_str_eq(unicode(steps.items[i].after), expected[i].after);
    }
    bs_steps_finish(&steps);
    ck_assert_uint_eq(steps.count, 0);
    bs_steps_finish(&steps);
}
END_TEST

START_TEST(each_kind_has_its_rule)
{
    static const struct {
        const char *text, *rule;
    } cases[] = {
        {"x + y", "sum rule"},
        {"x*y", "product rule"},
        {"x^2", "power rule"},
        {"1/x", "quotient rule"},
        {"tanh(x)", "tanh' = (1 + tanh)·(1 − tanh)"},
        {"sum(j, 1, 2, x*j)", "sum rule"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_steps steps = {0};
        bs_diff(pool, parsed(cases[i].text), bs_symbol(pool, "x"), &steps);
        ck_assert_uint_ge(steps.count, 1);
        ck_assert_str_eq(steps.items[0].rule, cases[i].rule);
        bs_steps_finish(&steps);
    }
}
END_TEST

START_TEST(a_shared_part_is_one_step)
{
    struct bs_steps steps = {0};
    bs_diff(pool, parsed("sigmoid(x)*sigmoid(x) + tanh(sigmoid(x))"), bs_symbol(pool, "x"), &steps);
    int sigmoids = 0;
    for (size_t i = 0; i < steps.count; i++)
        sigmoids += steps.items[i].before == parsed("sigmoid(x)");
    ck_assert_int_eq(sigmoids, 1);
    bs_steps_finish(&steps);
}
END_TEST

static void check_refused(const char *text, const char *by, const char *message)
{
    struct bs_error err;
    struct bs_steps steps = {0};
    ck_assert_msg(!bs_diff(pool, parsed(text), bs_symbol(pool, by), &steps), "∂(%s)/∂%s", text, by);
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, message);
    bs_steps_finish(&steps);
}

/* Known answers: the rules of Kronecker's δ by hand. */
START_TEST(a_member_is_found_under_the_index_of_a_sum)
{
    static const struct {
        const char *text, *by, *slope;
    } cases[] = {
        {"sum(j, 1, 3, x_j)", "x_1", "1"},
        {"sum(j, 1, 3, x_j)", "x_4", "0"}, /* there is no such term */
        {"sum(j, 1, 3, x_j)", "x_j", "1"},
        {"sum(j, 1, 3, x_j^2)", "x_i", "2·x_i"},
        {"exp(sum(j, 1, 3, x_j))", "x_1", "exp(Σ_j=1..3 x_j)"},
        {"sum(i, 1, 2, sum(j, 1, 3, w_i_j))", "w_1_2", "1"},
        {"sum(i, 1, 2, sum(j, 1, 3, w_i_j))", "w_3_2", "0"},
        {"sum(j, 1, 3, w_1_j*x_j)", "w_1_2", "x_2"},
        {"sum(j, 1, 3, w_1_j*x_j)", "w_2_1", "0"},
        {"sum(j, 1, 3, w_1_j*x_j)", "w_1", "0"},
        {"sum(j, 1, n, w_k_j*x_j)", "w_i_j", "δ_ik·x_j"},
        {"sum(j, 1, 3, x_j_new)", "x_1_new", "1"},
        {"sum(j, 1, 3, x_j*y)", "y", "Σ_j=1..3 x_j"},
        {"sum(j, 1, 3, x_j*y)", "x", "0"},
        {"sum(j, 1, 3, x_j*xx_k)", "xx_1", "δ_k1·Σ_j=1..3 x_j"},
        {"sum(j, 1, 3, x_k*j)", "x_k", "Σ_j=1..3 j"},
        {"sum(k, 1, n, b_k*a[k-1])", "a[i]", "b_(i+1)"},
        /* a_0 and a_n stand in one term, the others in two: that is all there is to say */
        {"sum(k, 1, n, a[k]*a[k-1])", "a[i]", "Σ_k=1..n (δ_ik·a_(k−1) + a_k·δ_(i, k−1))"},
        {"sum(i, 1, n, x_i)*sum(i, 2, n, x_i)", "x_k",
         "(Σ_i=1..n δ_ik)·Σ_i=2..n x_i + (Σ_i=1..n x_i)·Σ_i=2..n δ_ik"},
        {"sum(i, 1, n, sum(j, 1, i, x_j))", "x_k", "Σ_i=1..n Σ_j=1..i δ_jk"},
        {"sum(j, 1, n, y_j*x[j+1])", "x_i", "y_(i−1)"},
        {"sum(j, 1, n, y_j*x[n-j])", "x_i", "y_(n−i)"},
        {"sum(m, 1, a, sum(n, 1, b, I[i+m, j+n]*K[m, n]))", "I[p, q]", "K_(p−i, q−j)"},
        {"product(j, 1, n, x_j)", "x_k", "(Π_i=1..k−1 x_i)·Π_i=k+1..n x_i"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(strcmp(unicode(slope_of(cases[i].text, cases[i].by)), cases[i].slope) == 0,
                      "∂(%s)/∂%s is %s, not %s", cases[i].text, cases[i].by,
                      unicode(slope_of(cases[i].text, cases[i].by)), cases[i].slope);
}
END_TEST

START_TEST(a_sum_by_its_bound_is_refused)
{
    static const char message[] = "a sum has no derivative by one of its bounds";
    check_refused("sum(j, 1, n, x_j)", "n", message);
    check_refused("2 + sum(j, tanh(n), 3, x_j)^2", "n", message);
}
END_TEST

/* What differences say of the expression, where they say something. */
struct moving {
    bs_expr expr;
    struct point point;
};

static double value_of_moving(void *context, double x)
{
    struct moving moving = *(const struct moving *)context;
    moving.point.value = x;
    return value_at(moving.expr, moving.point);
}

static struct estimate by_differences(bs_expr expr, struct point point)
{
    struct moving moving = {expr, point};
    return richardson(value_of_moving, &moving, point.value, 1.0 / 64);
}

/* True when it could be compared. */
static bool compare_with_differences(bs_expr expr, bs_expr slope, struct point point)
{
    const struct estimate numeric = by_differences(expr, point);
    const struct bs_valued exact = valued_at(slope, point, NULL);
    const double scale = fmax(1, fabs(numeric.value));
    /* differences of large values say nothing of small slopes */
    if (!is_finite_throughout(expr, point) || !(numeric.error < 1e-9 * scale) ||
        !(fabs(value_at(expr, point)) < 1e4 * scale))
        return false;
    ck_assert_msg(fabs(exact.value - numeric.value) <= 1e-6 * scale,
                  "seed %llu: ∂(%s)/∂%s at %g: %s is %.12g, by differences %.12g",
                  (unsigned long long)point.seed, ascii(expr), point.name, point.value,
                  ascii(slope), exact.value, numeric.value);
    return true;
}

START_TEST(derivatives_of_random_expressions_are_their_differences)
{
    struct bs_rng rng;
    int compared = 0, tried = 0;
    bs_rng_seed(&rng, 21);
    for (uint64_t seed = 1; seed <= 6000; seed++) {
        bs_expr expr = random_expr(&rng, 2 + (int)bs_rng_below(&rng, 4), MODERATE);
        bs_expr x = random_name(&rng), slope = bs_diff(pool, expr, x, NULL);
        ck_assert_ptr_nonnull(slope);
        ck_assert_ptr_eq(bs_simplify(pool, slope), slope);
        if (!bs_contains(expr, x)) {
            ck_assert(bs_is_integer(slope, 0));
            continue;
        }
        const struct point point = {
            .seed = seed, .name = x->u.name, .value = bs_rng_between(&rng, -2, 2)};
        compared += compare_with_differences(expr, slope, point);
        tried++;
    }
    ck_assert_int_gt(tried, 800);
    ck_assert_int_gt(compared, tried * 7 / 10);
}
END_TEST

START_TEST(every_step_is_true)
{
    struct bs_rng rng;
    int compared = 0;
    bs_rng_seed(&rng, 22);
    for (uint64_t seed = 1; seed <= 600; seed++) {
        bs_expr expr = random_expr(&rng, 4, MODERATE), x = random_name(&rng);
        const struct point point = {
            .seed = seed, .name = x->u.name, .value = bs_rng_between(&rng, -2, 2)};
        struct bs_steps steps = {0};
        bs_diff(pool, expr, x, &steps);
        for (size_t i = 0; i < steps.count; i++) {
            if (steps.items[i].is_rewrite)
                continue;
            ck_assert(bs_contains(steps.items[i].before, x));
            /* under an indexed sum a part has no value of its own */
            if (strstr(ascii(steps.items[i].before), "u_j") == NULL)
                compared +=
                    compare_with_differences(steps.items[i].before, steps.items[i].after, point);
        }
        bs_steps_finish(&steps);
    }
    ck_assert_int_gt(compared, 200);
}
END_TEST

/* d/dx of x ← x·x + x, sixty times: D ← (2x + 1)·D. */
START_TEST(a_shared_part_is_differentiated_once)
{
    bs_expr x = bs_symbol(pool, "x"), expr = x;
    double value = 0.001, slope = 1;
    for (int i = 0; i < 60; i++) {
        expr = bs_add(pool, bs_mul(pool, expr, expr), expr);
        slope *= 2 * value + 1;
        value += value * value;
    }
    struct bs_steps steps = {0};
    bs_expr derivative = bs_diff(pool, expr, x, &steps);
    ck_assert_uint_eq(steps.count, 121); /* a sum and a product each, and what is shorter */
    const double got = value_at(derivative, (struct point){.name = "x", .value = 0.001});
    ck_assert_double_eq_tol(got, slope, 1e-12 * slope);
    bs_steps_finish(&steps);
}
END_TEST

/* n terms with one x each: the derivative by one of them looks at each term once. */
START_TEST(a_long_sum_is_differentiated_in_one_pass)
{
    enum { TERMS = 30000 };
    struct bs_buf buf = BS_BUF_INIT;
    for (int i = 0; i < TERMS; i++)
        bs_buf_printf(&buf, "%sw_%d*tanh(x_%d - %d*t)", i ? " + " : "", i, i, i);
    bs_expr expr = NULL;
    ck_assert_int_eq(bs_parse(&expr, pool, buf.text, buf.length, NULL), BS_OK);
    ck_assert_str_eq(unicode(bs_diff(pool, expr, bs_symbol(pool, "w_7"), NULL)), "tanh(x_7 − 7·t)");
    bs_expr by_t = bs_diff(pool, expr, bs_symbol(pool, "t"), NULL);
    ck_assert_ptr_nonnull(by_t);
    ck_assert_int_eq(by_t->count, TERMS - 1); /* not w_0*tanh(x_0 - 0*t) */
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(nothing_is_the_derivative_of_nothing)
{
    ck_assert_ptr_null(bs_diff(pool, NULL, bs_symbol(pool, "x"), NULL));
    ck_assert_ptr_null(bs_diff(pool, parsed("x"), NULL, NULL));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        textbook_derivatives_are_printed_as_in_the_textbook,
        a_reference_is_a_variable_like_a_name,
        every_rule_used_is_a_step_outermost_first,
        each_kind_has_its_rule,
        a_shared_part_is_one_step,
        a_member_is_found_under_the_index_of_a_sum,
        a_sum_by_its_bound_is_refused,
        derivatives_of_random_expressions_are_their_differences,
        every_step_is_true,
        a_shared_part_is_differentiated_once,
        a_long_sum_is_differentiated_in_one_pass,
        nothing_is_the_derivative_of_nothing,
        NULL,
    };
    return suite_with_pool("diff", tests);
}
