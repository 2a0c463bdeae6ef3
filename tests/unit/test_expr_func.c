#include "test_expr.h"

#include <stdlib.h>

static size_t row_count(void)
{
    size_t count = 0;
    while (bs_funcs[count].name)
        count++;
    return count;
}

static double value_of(const char *name, double x)
{
    const struct bs_func *func = bs_func_find(name);
    ck_assert_ptr_nonnull(func);
    return func->value(&x, 1, 0, 0);
}

START_TEST(a_row_is_found_by_its_whole_name)
{
    ck_assert_str_eq(bs_func_find("sigmoid")->name, "sigmoid");
    ck_assert_ptr_eq(bs_func_find_n("sigmoid(x)", 7), bs_func_find("sigmoid"));
    ck_assert_ptr_null(bs_func_find("sig"));
    ck_assert_ptr_null(bs_func_find("sigmoids"));
    ck_assert_ptr_null(bs_func_find(""));
    ck_assert_ptr_null(bs_func_find("σ"));
}
END_TEST

START_TEST(every_row_is_complete)
{
    for (const struct bs_func *row = bs_funcs; row->name; row++) {
        ck_assert_msg(bs_is_name(row->name), "%s", row->name);
        ck_assert_msg((row->formula || row->words) && row->about && row->rule && row->value, "%s",
                      row->name);
        ck_assert_msg(row->arity == BS_ANY_ARITY || row->arity == 1 || row->arity == 2, "%s",
                      row->name);
        ck_assert_msg(row->most == 0 || (row->arity == 1 && row->most == 2), "%s", row->name);
        for (int k = 0; k < row->most; k++)
            ck_assert_msg(row->full.formula && row->full.rules[k] && row->full.partial[k] &&
                              bs_is_name(bs_func_argument(row, k)),
                          "%s", row->name);
        ck_assert_msg(!row->is_indexed || row->arity == BS_ANY_ARITY, "%s", row->name);
        ck_assert_msg(row->make_partial || row->partial[0], "%s", row->name);
        ck_assert_msg(row->make_partial || row->arity < 2 || row->partial[1], "%s", row->name);
        ck_assert_msg(!row->is_activation || row->arity != 1 || row->slope, "%s", row->name);
        for (const struct bs_func *other = bs_funcs; other < row; other++) {
            ck_assert_str_ne(row->name, other->name);
            ck_assert(!row->unicode || !other->unicode ||
                      strcmp(row->unicode, other->unicode) != 0);
        }
    }
    ck_assert_uint_ge(row_count(), 20);
}
END_TEST

START_TEST(the_functions_of_the_course_are_rows)
{
    static const char *const activations[] = {"identity",   "sigmoid", "tanh",     "relu",
                                              "leaky_relu", "elu",     "softplus", "swish",
                                              "gelu",       "step",    "softmax"};
    static const char *const others[] = {"Phi", "phi", "exp", "log", "sqrt", "abs", "max"};
    for (size_t i = 0; i < COUNT_OF(activations); i++)
        ck_assert_msg(bs_func_find(activations[i]) && bs_func_find(activations[i])->is_activation,
                      "%s", activations[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        ck_assert_msg(bs_func_find(others[i]) && !bs_func_find(others[i])->is_activation, "%s",
                      others[i]);
}
END_TEST

/*
 * Worked out with 1100 digits in Python's decimal, from exp and log alone; Φ as
 * 1/2 + φ(x)·Σ x^(2k+1)/(1·3·...·(2k+1)) (Abramowitz and Stegun, 26.2.11).  σ(1), tanh(1), Φ(1)
 * and φ(1) are also in their tables 4.14, 4.15 and 26.1.
 */
START_TEST(values_are_those_of_the_tables)
{
    static const double x[] = {-30, -10, -3, -1, -0.5, -0x1p-30, 0x1p-30, 0.25, 1, 2.5, 10, 30};
    static const struct {
        const char *name;
        double values[COUNT_OF(x)];
    } rows[] = {
        {"sigmoid",
         {9.357622968839299e-14, 4.5397868702434395e-05, 0.04742587317756678, 0.2689414213699951,
          0.37754066879814546, 0.49999999976716936, 0.5000000002328306, 0.5621765008857981,
          0.7310585786300049, 0.9241418199787564, 0.9999546021312976, 0.9999999999999064}},
        {"tanh",
         {-1.0, -0.9999999958776927, -0.9950547536867305, -0.7615941559557649, -0.46211715726000974,
          -9.313225746154785e-10, 9.313225746154785e-10, 0.24491866240370913, 0.7615941559557649,
          0.9866142981514303, 0.9999999958776927, 1.0}},
        {"softplus",
         {9.357622968839737e-14, 4.539889921686465e-05, 0.04858735157374206, 0.3132616875182228,
          0.4740769841801067, 0.693147180094284, 0.6931471810256066, 0.8259394198788436,
          1.3132616875182228, 2.5788897342925496, 10.000045398899218, 30.000000000000092}},
        {"elu",
         {-0.9999999999999064, -0.9999546000702375, -0.950212931632136, -0.6321205588285577,
          -0.3934693402873666, -9.313225741817976e-10, 9.313225746154785e-10, 0.25, 1.0, 2.5, 10.0,
          30.0}},
        {"swish",
         {-2.8072868906517896e-12, -0.00045397868702434395, -0.14227761953270035,
          -0.2689414213699951, -0.18877033439907273, -4.656612870908988e-10, 4.656612875245797e-10,
          0.14054412522144952, 0.7310585786300049, 2.310354549946891, 9.999546021312975,
          29.999999999997193}},
        {"gelu",
         {-1.472014178144456e-196, -7.619853024160526e-23, -0.0040496940948902835,
          -0.15865525393145705, -0.15426876936299344, -4.65661286961712e-10, 4.656612876537665e-10,
          0.14967658142073093, 0.8413447460685429, 2.4844758366855597, 10.0, 30.0}},
        {"Phi",
         {4.906713927148187e-198, 7.619853024160525e-24, 0.0013498980316300946, 0.15865525393145705,
          0.3085375387259869, 0.49999999962845604, 0.5000000003715439, 0.5987063256829237,
          0.8413447460685429, 0.9937903346742238, 1.0, 1.0}},
        {"phi",
         {1.4736461348785476e-196, 7.694598626706419e-23, 0.0044318484119380075,
          0.24197072451914334, 0.35206532676429947, 0.3989422804014327, 0.3989422804014327,
          0.3866681168028492, 0.24197072451914334, 0.017528300493568537, 7.694598626706419e-23,
          1.4736461348785476e-196}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(x); k++) {
            const double value = value_of(rows[i].name, x[k]), expected = rows[i].values[k];
            /* an argument squared in an exponent loses as many units as its square has */
            ck_assert_msg(fabs(value - expected) <= (4 + x[k] * x[k]) * 0x1p-52 * fabs(expected),
                          "%s(%g) is %.17g, not %.17g", rows[i].name, x[k], value, expected);
        }
}
END_TEST

START_TEST(piecewise_values_are_exact)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"relu(-2)", 0},      {"relu(0)", 0},       {"relu(3)", 3},       {"leaky_relu(-2)", -0.2},
        {"leaky_relu(0)", 0}, {"leaky_relu(3)", 3}, {"step(-1e-300)", 0}, {"step(0)", 1},
        {"step(2)", 1},       {"abs(-2)", 2},       {"sign(-2)", -1},     {"sign(0)", 0},
        {"sign(2)", 1},       {"elu(0)", 0},        {"identity(-7)", -7}, {"max(-3, -1, -2)", -1},
        {"max(5)", 5},        {"sqrt(2.25)", 1.5},  {"xlog(0, 0)", 0},    {"xlog(2, 1)", 0},
        {"exp(0)", 1},        {"log(1)", 0},        {"softmax_1(7)", 1},  {"softmax_2(3, 3)", 0.5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(value_at(parsed(cases[i].text), (struct point){0}) == cases[i].value, "%s",
                      cases[i].text);
}
END_TEST

START_TEST(extreme_arguments_give_the_limit)
{
    static const struct {
        const char *name;
        double huge_negative, huge_positive, tiny; /* at −1e308, 1e308, 5e-324 */
    } rows[] = {
        {"identity", -1e308, 1e308, 5e-324},
        {"sigmoid", 0, 1, 0.5},
        {"tanh", -1, 1, 5e-324},
        {"relu", 0, 1e308, 5e-324},
        {"leaky_relu", -0.1 * 1e308, 1e308, 5e-324},
        {"elu", -1, 1e308, 5e-324},
        {"softplus", 0, 1e308, 0x1.62e42fefa39efp-1}, /* log 2 */
        {"swish", 0, 1e308, 0},                       /* half the smallest double */
        {"gelu", 0, 1e308, 0},
        {"Phi", 0, 1, 0.5},
        {"phi", 0, 0, 0x1.9884533d43651p-2}, /* 1/√(2π) */
        {"step", 0, 1, 1},
        {"sign", -1, 1, 1},
        {"abs", 1e308, 1e308, 5e-324},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ck_assert_msg(value_of(rows[i].name, -1e308) == rows[i].huge_negative, "%s", rows[i].name);
        ck_assert_msg(value_of(rows[i].name, 1e308) == rows[i].huge_positive, "%s", rows[i].name);
        ck_assert_msg(value_of(rows[i].name, 5e-324) == rows[i].tiny, "%s", rows[i].name);
        for (double x = -800; x <= 800; x += 100)
            ck_assert_msg(isfinite(value_of(rows[i].name, x)), "%s(%g)", rows[i].name, x);
    }
}
END_TEST

/* Where the value goes on growing or not, the slope has a limit: 0 or that of the right branch. */
START_TEST(slopes_at_extreme_arguments_are_finite)
{
    static const struct {
        const char *name;
        double left, right;
    } rows[] = {
        {"identity", 1, 1},     {"sigmoid", 0, 0}, {"tanh", 0, 0},     {"relu", 0, 1},
        {"leaky_relu", 0.1, 1}, {"elu", 0, 1},     {"softplus", 0, 1}, {"swish", 0, 1},
        {"gelu", 0, 1},         {"step", 0, 0},
    };
    static const double sizes[] = {800, 1e10, 1e20, 1e308};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < 2 * COUNT_OF(sizes); k++) {
            const struct bs_func *func = bs_func_find(rows[i].name);
            const double x = sizes[k / 2] * (k % 2 ? 1 : -1), y = func->value(&x, 1, 0, 0);
            const double slope = k % 2 ? rows[i].right : rows[i].left;
            bs_expr arg = bs_real(pool, x), call = bs_call(pool, func, 0, 1, &arg);
            const double partial = value_at(bs_func_partial(pool, call, 0), (struct point){0});
            ck_assert_msg(bs_func_slope(func, &x, 1, y, 0) == slope, "%s at %g: %g", func->name, x,
                          bs_func_slope(func, &x, 1, y, 0));
            ck_assert_msg(partial == slope, "%s at %g: %g", func->name, x, partial);
        }
}
END_TEST

/* e^a/(e^a + e^b) is σ(a − b); the shares of 1, 2, 3 with 1100 digits as above. */
START_TEST(softmax_neither_overflows_nor_loses_shares)
{
    static const struct {
        double args[3];
        int count;
        double shares[3];
    } cases[] = {
        {{800, 801}, 2, {0.2689414213699951, 0.7310585786300049}},
        {{-801, -800}, 2, {0.2689414213699951, 0.7310585786300049}},
        {{1e308, -1e308}, 2, {1, 0}},
        {{1e308, 1e308}, 2, {0.5, 0.5}},
        {{1, 2, 3}, 3, {0.09003057317038046, 0.24472847105479764, 0.6652409557748219}},
        {{-1e308}, 1, {1}},
    };
    const struct bs_func *softmax = bs_func_find("softmax");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int k = 0; k < cases[i].count; k++) {
            const double share = softmax->value(cases[i].args, cases[i].count, k + 1, 0);
            ck_assert_double_eq_tol(share, cases[i].shares[k], 4e-16);
        }
}
END_TEST

START_TEST(nan_goes_through_every_row)
{
    for (const struct bs_func *row = bs_funcs; row->name; row++) {
        const int count = row->arity == BS_ANY_ARITY ? 3 : row->arity;
        for (int at = 0; at < count; at++)
            for (int index = row->is_indexed ? 1 : 0; index <= (row->is_indexed ? count : 0);
                 index++) {
                double args[3] = {1, 2, 1.5};
                args[at] = NAN;
                ck_assert_msg(isnan(row->value(args, count, index, 0)), "%s, argument %d",
                              row->name, at);
            }
    }
}
END_TEST

START_TEST(so_many_arguments_are_taken)
{
    const struct bs_func *sigmoid = bs_func_find("sigmoid"), *leaky = bs_func_find("leaky_relu");
    const struct bs_func *xlog = bs_func_find("xlog"), *max = bs_func_find("max");
    ck_assert(!bs_func_takes(sigmoid, 0) && bs_func_takes(sigmoid, 1) &&
              !bs_func_takes(sigmoid, 2));
    ck_assert(!bs_func_takes(leaky, 0) && bs_func_takes(leaky, 1) && bs_func_takes(leaky, 2) &&
              !bs_func_takes(leaky, 3));
    ck_assert(!bs_func_takes(xlog, 1) && bs_func_takes(xlog, 2) && !bs_func_takes(xlog, 3));
    ck_assert(!bs_func_takes(max, 0) && bs_func_takes(max, 1) && bs_func_takes(max, 99));
    ck_assert_int_eq(bs_func_most(leaky), 2);
    ck_assert_int_eq(bs_func_most(xlog), 2);
    ck_assert_int_eq(bs_func_most(max), BS_ANY_ARITY);
    ck_assert_str_eq(bs_func_argument(leaky, 0), "x");
    ck_assert_str_eq(bs_func_argument(leaky, 1), "a");
    ck_assert_str_eq(bs_func_argument(xlog, 1), "y");
}
END_TEST

/* By hand, from x where x > 0, else a·x or α·(e^x − 1), and x/(1 + e^(−βx)). */
START_TEST(parameters_change_the_value)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"leaky_relu(-2, 0.25)", -0.5},
        {"leaky_relu(-2, 3)", -6}, /* not max(a·x, x) */
        {"leaky_relu(3, 0.25)", 3},
        {"leaky_relu(-2, 0.1)", -0.2},
        {"elu(-1, 2)", -1.2642411176571153}, /* 2·(1/e − 1) */
        {"elu(3, 2)", 3},
        {"swish(1, 2)", 0.8807970779778823}, /* 1/(1 + e^−2) */
        {"swish(3, 0)", 1.5},
        {"swish(-800, 2)", 0},
        {"leaky_relu_slope(-1, 0.25)", 0.25},
        {"leaky_relu_slope(0, 0.25)", 0.25},
        {"elu_slope(-1, 2)", 0.7357588823428847}, /* 2/e */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const double value = value_at(parsed(cases[i].text), (struct point){0});
        ck_assert_msg(fabs(value - cases[i].value) <= 4e-16 * fabs(cases[i].value), "%s is %.17g",
                      cases[i].text, value);
    }
}
END_TEST

/* The partials of the parameters, by hand from the same formulas; and of the one-argument forms. */
START_TEST(parameters_can_be_differentiated)
{
    static const struct {
        const char *text, *by, *slope;
    } cases[] = {
        {"leaky_relu(x, a)", "x", "leaky_relu_slope(x, a)"},
        {"leaky_relu(x, a)", "a", "cases(x > 0, 0, x)"},
        {"elu(x, alpha)", "x", "elu_slope(x, alpha)"},
        {"elu(x, alpha)", "alpha", "cases(x > 0, 0, exp(x) - 1)"},
        {"swish(x, beta)", "beta", "x*swish(x, beta)*(1 - sigmoid(beta*x))"},
        {"leaky_relu(x)", "x", "leaky_relu_slope(x)"},
        {"elu(x)", "x", "elu_slope(x)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr slope = bs_diff(pool, parsed(cases[i].text), bs_symbol(pool, cases[i].by), NULL);
        ck_assert_msg(slope == parsed(cases[i].slope), "∂%s/∂%s is %s", cases[i].text, cases[i].by,
                      ascii(slope));
    }
}
END_TEST

static bool is_primitive(const struct bs_func *row)
{
    static const char *const primitive[] = {"Phi", "phi", "exp", "log", "max", "max_slope"};
    for (size_t i = 0; i < COUNT_OF(primitive); i++)
        if (strcmp(row->name, primitive[i]) == 0)
            return true;
    return false;
}

/* Calls at 200 random points, and at 0. */
static void compare_expansion(const struct bs_func *row, int count, struct bs_rng *rng)
{
    for (int n = 0; n <= 200; n++) {
        double values[3];
        bs_expr args[3];
        for (int i = 0; i < count; i++) {
            values[i] = n == 0 ? 0 : bs_rng_between(rng, -6, 6);
            args[i] = bs_real(pool, values[i]);
        }
        const int index = row->is_indexed ? 1 + n % count : 0;
        bs_expr call = bs_call(pool, row, index, count, args),
                expanded = bs_func_expand(pool, call);
        ck_assert_msg(is_primitive(row) == (expanded == call), "%s", row->name);
        const double value = bs_func_value(row, values, count, index, 0);
        const struct bs_valued valued = valued_at(expanded, (struct point){0}, NULL);
        /* 0·log 0 is 0 for xlog alone */
        ck_assert_msg(
            valued.value == value || (isnan(valued.value) && (isnan(value) || row->shown_factor)) ||
                fabs(valued.value - value) <= 1e-12 * valued.size,
            "%s is %.17g, %s is %.17g", ascii(call), value, ascii(expanded), valued.value);
    }
}

START_TEST(the_formula_of_a_row_is_its_value)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    for (const struct bs_func *row = bs_funcs; row->name; row++) {
        const bool is_open = row->arity == BS_ANY_ARITY;
        for (int count = is_open ? 1 : row->arity; count <= (is_open ? 3 : bs_func_most(row));
             count++)
            compare_expansion(row, count, &rng);
    }
}
END_TEST

/* One argument of a row moves; the others stay. */
struct moving {
    const struct bs_func *func;
    double args[5];
    int count, index, moved;
};

static double value_of_moving(void *context, double x)
{
    struct moving moving = *(const struct moving *)context;
    moving.args[moving.moved] = x;
    return moving.func->value(moving.args, moving.count, moving.index, 0);
}

/* Is a bend or a jump within 0.25?  They are at 0; of several arguments, where two are equal. */
static bool is_near_bend(const struct moving *moving)
{
    const double x = moving->args[moving->moved];
    if (moving->func->arity != BS_ANY_ARITY)
        return fabs(x) < 0.25;
    for (int i = 0; i < moving->count; i++)
        if (i != moving->moved && fabs(moving->args[i] - x) < 0.25)
            return true;
    return false;
}

/* How many of 60 random points could be compared? */
static int compare_partial(struct moving *moving, struct bs_rng *rng)
{
    int compared = 0;
    for (int n = 0; n < 60; n++) {
        bs_expr args[COUNT_OF(moving->args)];
        for (int i = 0; i < moving->count; i++) {
            moving->args[i] = bs_rng_between(rng, -4, 4);
            args[i] = bs_real(pool, moving->args[i]);
        }
        const struct estimate slope =
            richardson(value_of_moving, moving, moving->args[moving->moved], 0.1);
        if (is_near_bend(moving) || !(slope.error < 1e-8))
            continue;
        bs_expr call = bs_call(pool, moving->func, moving->index, moving->count, args);
        const double partial =
            value_at(bs_func_partial(pool, call, moving->moved), (struct point){0});
        ck_assert_msg(fabs(partial - slope.value) <= 1e-7 * fmax(1, fabs(slope.value)),
                      "∂%s/∂%d is %.12g, by differences %.12g", ascii(call), moving->moved + 1,
                      partial, slope.value);
        compared++;
    }
    return compared;
}

START_TEST(partials_are_the_slopes_of_the_values)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 11);
    for (const struct bs_func *row = bs_funcs; row->name; row++) {
        const bool is_open = row->arity == BS_ANY_ARITY;
        for (int count = is_open ? 1 : row->arity; count <= (is_open ? 5 : bs_func_most(row));
             count++)
            for (int index = row->is_indexed; index <= (row->is_indexed ? count : 0); index++)
                for (int moved = 0; moved < count; moved++) {
                    struct moving moving = {row, {0}, count, index, moved};
                    ck_assert_msg(compare_partial(&moving, &rng) >= 12, "%s of %d", row->name,
                                  count);
                }
    }
}
END_TEST

/* At points from −6 to 6, 0 among them, under each policy. */
static void compare_slope(const struct bs_func *row, int count, double parameter)
{
    bs_expr args[2] = {NULL, bs_real(pool, parameter)};
    for (double x = -6; x <= 6; x += 0.375) {
        const double values[] = {x, parameter};
        args[0] = bs_real(pool, x);
        for (double kink = 0; kink <= 1; kink += 0.5) {
            bs_expr call = bs_call(pool, row, 0, count, args);
            const double y = row->value(values, count, 0, kink);
            const double slope = bs_func_slope(row, values, count, y, kink);
            const double partial =
                value_at(bs_func_partial(pool, call, 0), (struct point){.kink = kink});
            ck_assert_msg(fabs(slope - partial) <= 1e-12, "%s: %.17g by hand, %.17g", ascii(call),
                          slope, partial);
        }
    }
}

START_TEST(slopes_by_hand_are_the_symbolic_partials)
{
    int compared = 0;
    for (const struct bs_func *row = bs_funcs; row->name; row++) {
        if (!row->slope)
            continue;
        compare_slope(row, 1, 0);
        if (row->most == 2)
            for (double parameter = -1; parameter <= 2; parameter += 0.75)
                compare_slope(row, 2, parameter);
        compared++;
    }
    ck_assert_int_ge(compared, 10);
}
END_TEST

START_TEST(the_slope_at_a_kink_is_the_stated_one)
{
    static const struct {
        const char *text, *by;
        double slopes[3]; /* where the policy is 0, ½, 1 */
    } cases[] = {
        {"relu(x)", "x", {0, 0.5, 1}},
        {"leaky_relu(x)", "x", {0.1, 0.55, 1}},
        {"leaky_relu(x, 0.5)", "x", {0.5, 0.75, 1}},
        {"leaky_relu(x, 3)", "x", {3, 2, 1}},
        {"elu(x, 2)", "x", {2, 1.5, 1}},
        {"leaky_relu_slope(0, x)", "x", {1, 0.5, 0}}, /* of x + kink·(1 − x) */
        {"elu_slope(0, x)", "x", {1, 0.5, 0}},
        {"abs(x)", "x", {0, 0, 0}},
        {"step(x)", "x", {0, 0, 0}},
        {"sign(x)", "x", {0, 0, 0}},
        {"elu(x)", "x", {1, 1, 1}}, /* no kink */
        {"max(x, 0)", "x", {1, 0.5, 0}},
        {"maxout(x, 0)", "x", {1, 0.5, 0}},
        {"max(0, x)", "x", {0, 0.5, 1}},
        {"max(x, 0, 0)", "x", {1, 1.0 / 3, 0}},
        {"max(0, x, 0)", "x", {0, 1.0 / 3, 0}},
        {"max(0, 0, x)", "x", {0, 1.0 / 3, 1}},
        {"max(-1, x, 0, -2)", "x", {1, 0.5, 0}},
        {"max(x, x)", "x", {1, 1, 1}},
        {"max(x, 1)", "x", {0, 0, 0}}, /* no tie */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int k = 0; k < 3; k++) {
            const struct point at_0 = {.name = "x", .value = 0, .kink = k / 2.0};
            bs_expr expr = parsed(cases[i].text);
            bs_expr slope = bs_diff(pool, expr, bs_symbol(pool, "x"), NULL);
            ck_assert_msg(value_at(slope, at_0) == cases[i].slopes[k], "%s with %g: %g",
                          cases[i].text, at_0.kink, value_at(slope, at_0));
            const struct bs_func *func = expr->u.call.func;
            const double args[] = {0, expr->count == 2 && bs_is_number(expr->args[1])
                                          ? bs_number_value(expr->args[1])
                                          : 0};
            ck_assert(!func->slope ||
                      bs_func_slope(func, args, expr->count, 0, at_0.kink) == cases[i].slopes[k]);
        }
}
END_TEST

/* Bit for bit, at both signs, 0 and what overflows; in place, too. */
static void check_units(const struct bs_func *func, int count)
{
    static const double x[] = {-INFINITY, -800, -1.5, -0x1p-1074, -0.0, 0, 0.3, 2, 40, 1e300};
    double y[COUNT_OF(x)], dx[COUNT_OF(x)];
    struct bs_units units = {
        .func = func, .n = COUNT_OF(x), .x = x, .y = y, .count = count, .kink = 0.5};
    units.args[1] = 0.25;
    bs_func_values(func)(&units);
    for (size_t i = 0; i < COUNT_OF(x); i++) {
        const double args[] = {x[i], 0.25};
        const double value = bs_func_value(func, args, count, 0, 0.5);
        ck_assert_msg(memcmp(&y[i], &value, sizeof value) == 0 || isnan(value), "%s(%g)",
                      func->name, x[i]);
        dx[i] = 3;
    }
    units.dy = units.dx = dx;
    bs_func_slopes(func)(&units);
    for (size_t i = 0; i < COUNT_OF(x); i++) {
        const double args[] = {x[i], 0.25};
        const double slope = 3 * bs_func_slope(func, args, count, y[i], 0.5);
        ck_assert_msg(memcmp(&dx[i], &slope, sizeof slope) == 0 || isnan(slope), "%s'(%g)",
                      func->name, x[i]);
    }
}

START_TEST(all_units_at_once_are_each_unit_alone)
{
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        for (int count = 1; func->is_activation && !func->is_indexed && count <= 2; count++)
            if (bs_func_takes(func, count))
                check_units(func, count);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_row_is_found_by_its_whole_name,
        every_row_is_complete,
        the_functions_of_the_course_are_rows,
        values_are_those_of_the_tables,
        piecewise_values_are_exact,
        extreme_arguments_give_the_limit,
        slopes_at_extreme_arguments_are_finite,
        softmax_neither_overflows_nor_loses_shares,
        nan_goes_through_every_row,
        so_many_arguments_are_taken,
        parameters_change_the_value,
        parameters_can_be_differentiated,
        the_formula_of_a_row_is_its_value,
        partials_are_the_slopes_of_the_values,
        slopes_by_hand_are_the_symbolic_partials,
        the_slope_at_a_kink_is_the_stated_one,
        all_units_at_once_are_each_unit_alone,
        NULL,
    };
    return suite_with_pool("func", tests);
}
