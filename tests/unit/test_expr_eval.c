#include "test_expr.h"

#include "base/interrupt.h"

#include <stdio.h>
#include <stdlib.h>

/* Names and their values, ended by NULL; what is not among them has none. */
struct given {
    const char *name;
    double value;
};

struct givens {
    const struct given *rows;
    int calls;
};

static int leaf_of_givens(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct givens *givens = context;
    givens->calls++;
    for (const struct given *row = givens->rows; row->name; row++)
        if (strcmp(leaf->u.name, row->name) == 0) {
            *value = row->value;
            return BS_OK;
        }
    return bs_fail(err, BS_REFUSED, "%s has no value", leaf->u.name);
}

static struct bs_valued valued_with(const char *text, const struct given *rows)
{
    struct givens givens = {rows, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens};
    struct bs_valued valued = {NAN, NAN};
    struct bs_error err = {0};
    ck_assert_msg(bs_eval(&valued, parsed(text), &env, &err) == BS_OK, "%s: %s", text, err.text);
    return valued;
}

static double value_with(const char *text, const struct given *rows)
{
    return valued_with(text, rows).value;
}

static const struct given SOME[] = {{"x", -3},     {"y", 0.25},  {"n", 4},       {"u_1", 2},
                                    {"u_2", 10},   {"u_3", 5},   {"w_1_1", 1},   {"w_1_2", 2},
                                    {"w_2_1", -1}, {"w_2_2", 3}, {"u_j", 1000},  {"v_12", 7},
                                    {"v_1_2", 8},  {"h", 0.5},   {"t_1_new", 9}, {NULL, 0}};

START_TEST(operators_give_what_arithmetic_gives)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"x + y", -2.75},
        {"x - y", -3.25},
        {"x*y", -0.75},
        {"x/y", -12},
        {"1/x", -1.0 / 3},
        {"x^2", 9},
        {"x^3", -27},
        {"x^-2", 1.0 / 9},
        {"x^-1", -1.0 / 3},
        {"n^0.5", 2},
        {"n^y", 0x1.6a09e667f3bcdp+0}, /* √2 */
        {"2^n", 16},
        {"-x^2", -9},
        {"(-x)^2", 9},
        {"max(x, y, n)", 4},
        {"abs(x)", 3},
        {"x - x", 0},
        {"1/3", 1.0 / 3},
        {"0.1", 0.1},
        {"x^0", 1},
        {"xlog(0, 0)", 0},
        {"sqrt(n)*n/2", 4},
        {"identity(x)", -3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(value_with(cases[i].text, SOME) == cases[i].value, "%s is %.17g, not %.17g",
                      cases[i].text, value_with(cases[i].text, SOME), cases[i].value);
}
END_TEST

START_TEST(operands_are_taken_from_left_to_right)
{
    static const struct given big[] = {{"h", 1e16}, {"p", 1e200}, {"q", 1e-200}, {NULL, 0}};
    ck_assert(value_with("h + 1 - h", big) == 0);
    ck_assert(value_with("h - h + 1", big) == 1);
    ck_assert(value_with("1 + (h - h)", big) == 1);
    ck_assert(value_with("q*p*p", big) == 1e-200 * 1e200 * 1e200);
    ck_assert(isinf(value_with("p*p*q", big)));
    ck_assert(value_with("p/p*p", big) == 1e200);
}
END_TEST

/* 49·(1/49) is not 1 in double precision, 49/49 is. */
START_TEST(an_inverse_as_a_factor_divides)
{
    static const struct given rows[] = {{"a", 49}, {"b", 49}, {NULL, 0}};
    ck_assert(49 * (1 / 49.0) != 1);
    ck_assert(value_with("a/b", rows) == 1);
    ck_assert(value_with("2*a/b", rows) == 2);
    ck_assert(value_with("(1/b)*a", rows) != 1);
}
END_TEST

START_TEST(what_is_not_finite_is_a_result)
{
    static const struct given zero[] = {{"z", 0}, {"x", -1}, {NULL, 0}};
    ck_assert(isinf(value_with("1/z", zero)));
    ck_assert(isnan(value_with("z/z", zero)));
    ck_assert(isnan(value_with("log(x)", zero)));
    ck_assert(isnan(value_with("relu(log(x)) + max(1, log(x))", zero)));
    ck_assert(value_with("log(z)", zero) == -INFINITY);
}
END_TEST

START_TEST(an_indexed_sum_runs_over_its_index)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"sum(j, 1, 4, j)", 10},
        {"sum(j, -1, 1, j^2)", 2},
        {"sum(j, 1, 3, u_j)", 17},
        {"sum(j, 1, n - 1, u_j*j)", 37},
        {"sum(j, 2, 1, u_j)", 0},
        {"sum(j, 2, -5, 1)", 0},
        {"sum(i, 1, 2, sum(j, 1, 2, w_i_j*u_j))", 1 * 2 + 2 * 10 - 1 * 2 + 3 * 10},
        {"sum(i, 1, 3, sum(j, 1, i, j))", 1 + 3 + 6},
        {"sum(j, 1, 2, sum(j, 1, 3, j))", 12},   /* the inner j is another */
        {"u_j + sum(j, 1, 3, u_j) + u_j", 2017}, /* and so is the j outside */
        {"sum(j, 1, 2, exp(u_j - 2))/exp(u_1 - 2)", 2981.9579870417283}, /* e^8 */
        {"product(k, 1, 5, k)", 120},
        {"product(j, 1, 3, u_j)", 100},
        {"product(j, 2, 1, lost_j)", 1},
        {"sum(i, 1, 3, product(j, 1, i, u_j))", 2 + 20 + 100},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(value_with(cases[i].text, SOME) == cases[i].value, "%s is %.17g, not %.17g",
                      cases[i].text, value_with(cases[i].text, SOME), cases[i].value);
}
END_TEST

static void check_refused(const char *text, enum bs_status status, const char *message)
{
    struct givens givens = {SOME, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens};
    struct bs_valued valued;
    struct bs_error err = {0};
    ck_assert_int_eq(bs_eval(&valued, parsed(text), &env, &err), status);
    ck_assert_int_eq(err.status, status);
    ck_assert_str_eq(err.text, message);
}

START_TEST(a_name_without_a_value_is_refused_by_the_environment)
{
    check_refused("x + 2*tanh(missing)", BS_REFUSED, "missing has no value");
    check_refused("sum(j, 1, 4, u_j)", BS_REFUSED, "u_4 has no value");
    check_refused("sum(j, 1, lost, u_j)", BS_REFUSED, "lost has no value");
}
END_TEST

START_TEST(a_sum_without_whole_bounds_is_refused)
{
    static const char half[] = "a bound of sum must be a whole number below a million, got 0.5";
    check_refused("sum(j, 0.5, 4, j)", BS_REFUSED, half);
    check_refused("sum(j, 1, y + y, j)", BS_REFUSED, half);
    check_refused("sum(j, 1, 1000000, j)", BS_REFUSED,
                  "a bound of sum must be a whole number below a million, got 1e+06");
    check_refused("sum(j, 1, log(x), j)", BS_REFUSED,
                  "a bound of sum must be a whole number below a million, got nan");
}
END_TEST

START_TEST(sums_have_a_million_terms_in_all_at_most)
{
    static const char message[] = "the sums in the formula have more than a million terms";
    ck_assert(value_with("sum(i, 1, 1000, sum(j, 1, 998, i))", SOME) == 998 * 500500);
    check_refused("sum(i, 1, 1000, sum(j, 1, 1000, i))", BS_REFUSED, message);
    check_refused("sum(i, 1, 1000, product(j, 1, 1000, i/j))", BS_REFUSED, message);
    check_refused("sum(a,1,99,sum(b,1,99,sum(c,1,99,sum(d,1,99,sum(e,1,99,a+b+c+d)))))", BS_REFUSED,
                  message);
}
END_TEST

/* 99^5 terms would be too many, each inner sum once is not. */
START_TEST(a_part_without_the_index_is_evaluated_once)
{
    ck_assert(value_with("sum(a,1,99,sum(b,1,99,sum(c,1,99,sum(d,1,99,sum(e,1,99,1)))))", SOME) ==
              9509900499.0);
    struct givens givens = {SOME, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens};
    struct bs_valued valued;
    ck_assert_int_eq(bs_eval(&valued, parsed("sum(j, 1, 3, u_j*exp(x*y))"), &env, NULL), BS_OK);
    ck_assert_int_eq(givens.calls, 3 + 2);
}
END_TEST

START_TEST(an_interrupt_stops_a_sum)
{
    bs_interrupt_raise();
    check_refused("sum(j, 1, 999999, j)", BS_INTERRUPTED, "interrupted!");
    bs_interrupt_clear();
}
END_TEST

/* Subscripts run together or stand apart; a free index may be part of a name. */
START_TEST(a_member_is_found_by_its_subscripts)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"sum(k, 1, 2, u[k + 1])", 15},
        {"sum(k, 1, 2, u[3 - k])", 12},
        {"sum(i, 1, 2, w[i, i])", 4},     /* w_1_1: there is no w_11 */
        {"sum(i, 1, 1, v[i, i + 1])", 7}, /* v_12 before v_1_2 */
        {"u[2*h]", 2},
        {"u_j", 1000}, /* as it is spelt: j has no value */
        {"sum(k, 1, 1, t_k_new)", 9},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(value_with(cases[i].text, SOME) == cases[i].value, "%s is %.17g, not %.17g",
                      cases[i].text, value_with(cases[i].text, SOME), cases[i].value);
}
END_TEST

START_TEST(a_member_without_a_value_is_refused)
{
    check_refused("sum(i, 1, 1, w[i, i + 2])", BS_REFUSED, "w_13 has no value");
    check_refused("sum(i, 1, 1, w[i, i + 9])", BS_REFUSED, "w_1_10 has no value");
    check_refused("u_i", BS_REFUSED, "i has no value");
    check_refused("u[h]", BS_REFUSED, "a subscript of u must be a whole number from 0, got 0.5");
    check_refused("sum(k, 0, 1, u[k - 1])", BS_REFUSED,
                  "a subscript of u must be a whole number from 0, got -1");
}
END_TEST

START_TEST(a_name_too_long_under_its_index_is_refused)
{
    char text[400], *end = stpcpy(text, "sum(j, 100000, 100001, ");
    memset(end, 'x', 252);
    stpcpy(end + 252, "_j)");
    check_refused(text, BS_REFUSED, "a name is too long");
}
END_TEST

START_TEST(a_delta_is_one_where_its_indices_are_equal)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"delta(2, 2)", 1},
        {"delta(2, 3)", 0},
        {"sum(j, 1, 3, u_j*delta(j, 2))", 10},
        {"sum(i, 1, 3, sum(j, 1, 3, delta(i, j)))", 3},
        {"sum(j, 1, 3, u_j*delta(j + 1, 2))", 2},
        {"sum(j, 1, 3, delta(j, n))", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(value_with(cases[i].text, SOME) == cases[i].value, "%s is %.17g, not %.17g",
                      cases[i].text, value_with(cases[i].text, SOME), cases[i].value);
    ck_assert(isnan(value_with("delta(log(x), 1)", SOME)));
}
END_TEST

/* x is -3 and y is 0.25; lost has no value, and need not where its branch is not taken. */
START_TEST(cases_evaluate_the_branch_taken)
{
    static const struct {
        const char *text;
        double kink, value;
    } cases[] = {
        {"cases(x > 0, lost, 5)", 0, 5},
        {"cases(y > 0, 6, lost)", 0, 6},
        {"cases(0 > 0, lost, 5)", 0, 5},
        {"cases(0 >= 0, 6, lost)", 0, 6},
        {"cases(x < 0, 6, lost)", 0, 6},
        {"cases(x - x <= 0, 6, lost)", 1, 6},
        {"cases(x - x, lost, 5)", 0, 5},
        {"cases(x - x, 6, lost)", 1, 6},
        {"cases(x - x, 6, 5)", 0.25, 5.25},
        {"cases(n > 3, n, 0)", 0, 4},
        {"sum(k, 1, 3, cases(k >= 2, u_k, 0))", 0, 15},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct givens givens = {SOME, 0};
        struct bs_env env = {.leaf = leaf_of_givens, .context = &givens, .kink = cases[i].kink};
        struct bs_valued valued = {NAN, NAN};
        struct bs_error err = {0};
        ck_assert_msg(bs_eval(&valued, parsed(cases[i].text), &env, &err) == BS_OK, "%s: %s",
                      cases[i].text, err.text);
        ck_assert_msg(valued.value == cases[i].value, "%s is %g", cases[i].text, valued.value);
    }
    ck_assert(isnan(value_with("cases(log(x) > 0, 1, 2)", SOME)));
    check_refused("cases(x > 0, 5, lost)", BS_REFUSED, "lost has no value");
}
END_TEST

static bool lands_on_kink(const char *text)
{
    static const struct given rows[] = {{"x", 0.1}, {"y", 0.2}, {"z", 0.3}, {"o", 0}, {NULL, 0}};
    struct givens givens = {rows, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens, .on_kink = true};
    struct bs_valued valued;
    ck_assert_int_eq(bs_eval(&valued, parsed(text), &env, NULL), BS_OK);
    return env.on_kink;
}

START_TEST(a_value_on_a_kink_is_reported_within_rounding)
{
    static const char *const on[] = {
        "relu(0)",
        "relu(o)",
        "relu(x + y - z)", /* 5.6e-17 in double precision, 0 in truth */
        "relu(z - x - y)",
        "1 + 2*leaky_relu(x - x)",
        "abs(o)",
        "step(o)",
        "sign(o)",
        "relu_slope(o)",
        "max(x, x)",
        "max(x, y, 0.2, 0)",
        "max(x + y, z)",
        "max(z, 1, x + y + 0.7)",
        "max_slope_2(x + y, z)",
        "sigmoid(x) + tanh(relu(o))",
        "sum(j, 0, 1, relu(j))",
        "cases(x + y - z, 1, 2)",
        "cases(o > 0, 1, 2)",
    };
    static const char *const off[] = {
        "x",           "relu(x)",          "relu(1e-300)",
        "relu(-1e-9)", "sigmoid(0)",       "elu(0)",
        "max(x)",      "max(x, y, x)",     "max(x, y, z)",
        "abs(x - y)",  "relu(x)*0",        "max_slope_1(x, y)",
        "gelu(0)",     "max(1, 1 - 1e-9)", "cases(x > 0, x, 0)",
        "delta(o, 0)",
    };
    for (size_t i = 0; i < COUNT_OF(on); i++)
        ck_assert_msg(lands_on_kink(on[i]), "%s", on[i]);
    for (size_t i = 0; i < COUNT_OF(off); i++)
        ck_assert_msg(!lands_on_kink(off[i]), "%s", off[i]);
}
END_TEST

/* Every term and inner value in absolute value, worked out by hand. */
START_TEST(size_is_the_value_without_cancellation)
{
    static const struct given rows[] = {{"a", 3},     {"b", -2},     {"c", 0.5},
                                        {"h", 1e200}, {"k", 1e-200}, {NULL, 0}};
    static const struct {
        const char *text;
        double size, tolerance;
    } cases[] = {
        {"a + b", 5, 0},
        {"b", 2, 0},
        {"a*b", 6, 0},
        {"a*(a + b)", 15, 0},
        {"(a + b)^2", 25, 0},
        {"(a + b)^3", 125, 0},
        {"1/(a + b)", 5, 5}, /* 1/1², and its own rounding at most */
        {"c/(a + b)", 0.5 * 5, 0},
        {"c/h", 0.5e-200, 1e-215}, /* h² would overflow */
        {"a/k", 3e200, 1e186},
        {"h*(a + b)", 5e200, 1e186},
        {"sum(j, -1, 1, j)", 2, 0},
        {"exp(a + b)", 2.718281828459045 * 6, 0.01},       /* e·(1 + 5) */
        {"tanh(1e9*(a + b) - 1e9)", 5e9 + 1e9, 1e7},       /* tanh' is 1 where the value is 0 */
        {"sigmoid(1e9*(a + b) - 1e9)", 0.25 * 6e9, 1e7},   /* σ' is ¼ */
        {"sigmoid(1e14*(a + b) - 1e14)", 0.5 + 0.5e12, 1}, /* all of σ is within the tolerance */
        {"a/(1 + exp(1000))", 0, 0},
        {"1/(1 + exp(1000))", 0, 0},
        {"a/(1/(b + 2))", 0, 0},
        {"exp(1000)/exp(1000)", INFINITY, 0},
        {"sqrt(a + b)", 1 + 0.5 * 5, 0.01},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(valued_with(cases[i].text, rows).size == cases[i].size ||
                          fabs(valued_with(cases[i].text, rows).size - cases[i].size) <=
                              cases[i].tolerance,
                      "%s has size %g, not %g", cases[i].text,
                      valued_with(cases[i].text, rows).size, cases[i].size);
}
END_TEST

static double tenfold(void *context, bs_expr leaf, double value)
{
    (void)context, (void)leaf;
    return 10 * fabs(value);
}

START_TEST(a_leaf_may_bring_its_own_size)
{
    struct givens givens = {SOME, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .leaf_size = tenfold, .context = &givens};
    struct bs_valued valued;
    ck_assert_int_eq(bs_eval(&valued, parsed("x*2 + sum(j, 1, 2, j*u_j)"), &env, NULL), BS_OK);
    ck_assert(valued.value == -6 + 2 + 20);
    ck_assert(valued.size == 60 + 20 + 200);
}
END_TEST

/* The same expression in long double, which has 11 bits more, by textbook formulas. */
struct scope {
    const struct point *point;
    int j; /* the index of the innermost sum: random expressions know no other */
};

static long double precise(bs_expr expr, const struct scope *scope);

static long double precise_softmax(int count, int index, const long double *x)
{
    long double sum = 0;
    for (int i = 0; i < count; i++)
        sum += expl(x[i] - x[index - 1]);
    return 1 / sum;
}

static long double precise_max(int count, const long double *x)
{
    long double largest = x[0];
    for (int i = 1; i < count; i++)
        largest = fmaxl(largest, x[i]);
    return largest;
}

static long double precise_call(const char *name, int count, int index, const long double *args)
{
    const long double x = args[0], sigmoid = 1 / (1 + expl(-x));
    const long double phi = expl(-x * x / 2) / sqrtl(2 * acosl(-1)), Phi = erfcl(-x / sqrtl(2)) / 2;
    const struct {
        const char *name;
        long double value;
    } rows[] = {
        {"identity", x},
        {"sigmoid", sigmoid},
        {"tanh", tanhl(x)},
        {"relu", x > 0 ? x : 0},
        {"leaky_relu", x > 0 ? x : x / 10},
        {"elu", x > 0 ? x : expm1l(x)},
        {"softplus", x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x))},
        {"swish", x * sigmoid},
        {"gelu", x * Phi},
        {"Phi", Phi},
        {"phi", phi},
        {"step", x >= 0},
        {"exp", expl(x)},
        {"log", logl(x)},
        {"sqrt", sqrtl(x)},
        {"abs", fabsl(x)},
        {"sign", (x > 0) - (x < 0)},
        {"xlog", x == 0 ? 0 : x * logl(args[count - 1])},
        {"max", precise_max(count, args)},
        {"maxout", precise_max(count, args)},
        {"softmax", precise_softmax(count, index ? index : 1, args)},
        {"relu_slope", x > 0},
        {"leaky_relu_slope", x > 0 ? 1 : 1 / 10.0L},
        {"elu_slope", x > 0 ? 1 : expl(x)},
        {"max_slope", args[index ? index - 1 : 0] >= precise_max(count, args)},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].value;
    ck_abort_msg("%s needs a row in this table", name);
}

static long double precise_leaf(bs_expr leaf, const struct scope *scope)
{
    char name[32];
    if (bs_is_exact(leaf))
        return (long double)leaf->u.number.num / (long double)leaf->u.number.den;
    if (bs_is_number(leaf))
        return bs_number_value(leaf);
    if (leaf->kind == BS_SYMBOL)
        return value_of_name(scope->point, leaf->u.name);
    snprintf(name, sizeof name, "u_%d", scope->j); /* the one array there is, u_j */
    return value_of_name(scope->point, name);
}

static long double precise_indexed_sum(bs_expr sum, const struct scope *scope)
{
    long double total = 0;
    struct scope inner = *scope;
    const int last = (int)sum->args[2]->u.number.num;
    for (inner.j = (int)sum->args[1]->u.number.num; inner.j <= last; inner.j++)
        total += precise(sum->args[3], &inner);
    return total;
}

static long double precise(bs_expr expr, const struct scope *scope)
{
    long double args[32], total = expr->kind == BS_PRODUCT;
    if (expr->count == 0 || expr->kind == BS_MEMBER)
        return precise_leaf(expr, scope);
    if (expr->kind == BS_INDEXED_SUM)
        return precise_indexed_sum(expr, scope);
    ck_assert_uint_le((size_t)expr->count, COUNT_OF(args));
    for (int i = 0; i < expr->count; i++)
        args[i] = precise(expr->args[i], scope);
    if (expr->kind == BS_POWER)
        return powl(args[0], args[1]);
    if (expr->kind == BS_CALL)
        return precise_call(expr->u.call.func->name, expr->count, expr->u.call.index, args);
    for (int i = 0; i < expr->count; i++)
        total = expr->kind == BS_SUM ? total + args[i] : total * args[i];
    return total;
}

START_TEST(rounding_stays_within_the_size)
{
    struct bs_rng rng;
    double worst = 0;
    int compared = 0;
    bs_rng_seed(&rng, 5);
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        const struct point point = {.seed = seed};
        bool on_kink;
        bs_expr expr = random_expr(&rng, 2 + (int)bs_rng_below(&rng, 4), MODERATE);
        const struct bs_valued valued = valued_at(expr, point, &on_kink);
        const long double truth = precise(expr, &(struct scope){&point, 0});
        /* what overflows, underflows or is decided by a rounding is no rounding error */
        if (on_kink || !isfinite(valued.value) || !(fabsl(truth) < 1e300L) || valued.size < 1e-290)
            continue;
        const double error = (double)fabsl(valued.value - truth);
        ck_assert_msg(error <= 1e-12 * valued.size,
                      "seed %llu: %s is %.17g, in truth %.20Lg, with size %g",
                      (unsigned long long)seed, ascii(expr), valued.value, truth, valued.size);
        ck_assert_msg(valued.size >= 0.999 * fabs(valued.value), "%s: size %g of %g", ascii(expr),
                      valued.size, valued.value);
        worst = fmax(worst, error / valued.size);
        compared++;
    }
    ck_assert_int_gt(compared, 14000);
    ck_assert_double_lt(worst, 2e-15); /* 9 roundings: "a small multiple" in the header */
}
END_TEST

/* x becomes x*x + x sixty times; 2^60 visits would not end. */
START_TEST(a_shared_part_is_evaluated_once)
{
    static const struct given rows[] = {{"x", 0.001}, {NULL, 0}};
    struct givens givens = {rows, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens};
    bs_expr x = bs_symbol(pool, "x");
    double expected = 0.001;
    for (int i = 0; i < 60; i++) {
        x = bs_add(pool, bs_mul(pool, x, x), x);
        expected = expected * expected + expected;
    }
    struct bs_valued valued;
    ck_assert_int_eq(bs_eval(&valued, x, &env, NULL), BS_OK);
    ck_assert(valued.value == expected);
    ck_assert_int_eq(givens.calls, 1);
}
END_TEST

START_TEST(a_second_evaluation_takes_new_values)
{
    bs_expr expr = parsed("x*x + tanh(x)");
    for (double x = -1; x <= 1; x += 0.25) {
        const struct point point = {.name = "x", .value = x};
        ck_assert(value_at(expr, point) == x * x + tanh(x));
    }
}
END_TEST

/* The value of a is found by evaluating another expression in which the same parts occur. */
static int leaf_that_evaluates(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct givens inner = {(const struct given[]){{"b", 7}, {"a", 0}, {NULL, 0}}, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &inner};
    struct bs_valued valued = {2, 2};
    (void)context;
    int status = BS_OK;
    if (strcmp(leaf->u.name, "a") == 0)
        status = bs_eval(&valued, parsed("(b + 1)*(b + 2)"), &env, err);
    *value = valued.value;
    return status;
}

START_TEST(a_leaf_may_evaluate_the_same_parts_elsewhere)
{
    struct bs_env env = {.leaf = leaf_that_evaluates};
    struct bs_valued valued;
    ck_assert_int_eq(bs_eval(&valued, parsed("(b + 1) + a + (b + 1)*(b + 2)"), &env, NULL), BS_OK);
    ck_assert(valued.value == 3 + 8 * 9 + 3 * 4);
}
END_TEST

START_TEST(a_call_may_have_many_arguments)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "max(1");
    for (int i = 2; i <= 100; i++)
        bs_buf_printf(&buf, ", %d", i * 37 % 101);
    bs_buf_put(&buf, ")");
    ck_assert(value_with(buf.text, SOME) == 100);
    bs_buf_finish(&buf);
}
END_TEST

/*
 * mish(1) and its slope by mpmath 1.3.  Inside the formula only the function's own arguments are
 * bound, whatever the names outside are.
 */
START_TEST(a_defined_function_is_its_formula_in_every_arithmetic)
{
    static const struct bs_parameter usual[] = {{"a", 3}, {NULL, 0}};
    const struct bs_func *mish, *wide;
    struct bs_error err = {0};
    bs_func_enter(bs_func_new_scope());
    ck_assert_int_eq(bs_func_define(&mish, "mish", parsed("x*tanh(softplus(x))"), NULL, &err), 0);
    ck_assert_int_eq(bs_func_define(&wide, "wide", parsed("x*a + 1"), usual, &err), 0);
    struct givens givens = {(const struct given[]){{"z", 1}, {"a", 100}, {NULL, 0}}, 0};
    struct bs_env env = {.leaf = leaf_of_givens, .context = &givens};
    double slope;
    ck_assert_double_eq_tol(value_with("mish(1)", SOME), 0.8650983882673103, 1e-15);
    ck_assert_int_eq(bs_eval_slope(&slope, parsed("mish(z)"), bs_symbol(pool, "z"), &env, &err), 0);
    ck_assert_double_eq_tol(slope, 1.0490362200997922, 2e-15);
    ck_assert(value_with("wide(5)", SOME) == 16);
    ck_assert(value_with("wide(5, 2)", SOME) == 11);
    ck_assert(value_with("sum(a, 1, 3, wide(a, 2))", SOME) == 15);
    ck_assert(value_with("sum(a, 1, 3, wide(wide(a)))", SOME) == 3 * (4 + 7 + 10) + 3);
    struct bs_interval bounds;
    struct bs_interval_env intervals = {0};
    ck_assert_int_eq(bs_eval_interval(&bounds, parsed("wide(5, 2)"), &intervals, &err), 0);
    ck_assert(bounds.lo == 11 && bounds.hi == 11);
    struct bs_fraction exact;
    struct bs_exact_env fractions = {0};
    ck_assert_int_eq(bs_eval_exact(&exact, parsed("wide(1/9)"), &fractions, &err), 0);
    ck_assert(exact.num == 4 && exact.den == 3);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        operators_give_what_arithmetic_gives,
        operands_are_taken_from_left_to_right,
        an_inverse_as_a_factor_divides,
        what_is_not_finite_is_a_result,
        an_indexed_sum_runs_over_its_index,
        a_name_without_a_value_is_refused_by_the_environment,
        a_sum_without_whole_bounds_is_refused,
        sums_have_a_million_terms_in_all_at_most,
        a_part_without_the_index_is_evaluated_once,
        a_member_is_found_by_its_subscripts,
        a_member_without_a_value_is_refused,
        a_delta_is_one_where_its_indices_are_equal,
        cases_evaluate_the_branch_taken,
        an_interrupt_stops_a_sum,
        a_name_too_long_under_its_index_is_refused,
        a_value_on_a_kink_is_reported_within_rounding,
        size_is_the_value_without_cancellation,
        a_leaf_may_bring_its_own_size,
        rounding_stays_within_the_size,
        a_shared_part_is_evaluated_once,
        a_second_evaluation_takes_new_values,
        a_leaf_may_evaluate_the_same_parts_elsewhere,
        a_call_may_have_many_arguments,
        a_defined_function_is_its_formula_in_every_arithmetic,
        NULL,
    };
    return suite_with_pool("eval", tests);
}
