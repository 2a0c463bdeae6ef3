#include "test_expr.h"

#include "expr/kernels.h"

#include <complex.h>
#include <stdio.h>

/*
 * Expected values: mpmath 1.3 with 40 digits, from exp, log and erfc alone (GELU as z·Φ(z), Φ as
 * erfc(−z/√2)/2), derivatives by its numerical diff.
 */

struct parts {
    double re, im;
};

static double _Complex value_of(struct parts parts)
{
    return CMPLX(parts.re, parts.im);
}

static bool is_near(double _Complex a, double _Complex b, double tolerance)
{
    return cabs(a - b) <= tolerance * cabs(b);
}

START_TEST(erf_has_the_values_of_an_independent_program)
{
    static const struct {
        double x, y;
        struct parts erf, erfc;
    } cases[] = {
        {0.125,
         0.125,
         {0.14250276357394948, 0.13956448112588477},
         {0.8574972364260505, -0.13956448112588477}},
        {1,
         1,
         {1.3161512816979477, 0.19045346923783468},
         {-0.31615128169794765, -0.19045346923783468}},
        {2,
         1,
         {1.0036063427256519, -0.011259006028815025},
         {-0.0036063427256517507, 0.011259006028815025}},
        {0, 1, {0, 1.6504257587975428}, {1, -1.6504257587975428}},
        {3,
         2,
         {0.9989632788568172, -1.1546724379290603e-05},
         {0.001036721143182731, 1.1546724379290603e-05}},
        {-1,
         0.5,
         {-0.9507097283189572, 0.18797346722338332},
         {1.9507097283189572, -0.18797346722338332}},
        {5,
         3,
         {0.9999999931791078, -8.387289311720405e-09},
         {6.820892206573715e-09, 8.387289311720405e-09}},
        {0.5, 4, {-663331.8972404589, -748715.4769997103}, {663332.8972404589, 748715.4769997103}},
        {8, 0.25, {1, -9.274096056761589e-30}, {-7.52446177962593e-30, 9.274096056761589e-30}},
        {0.0078125,
         -2,
         {0.48121980690993943, -18.557282819637635},
         {0.5187801930900605, 18.557282819637635}},
        {-3,
         -3,
         {-0.8678264975754512, 0.012152181790312256},
         {1.867826497575451, -0.012152181790312256}},
        {10,
         10,
         {0.9616493742724749, -0.010987684608193988},
         {0.038350625727525144, 0.010987684608193988}},
        {2,
         25,
         {-6.426002029746652e+267, 9.176177742575619e+267},
         {6.426002029746652e+267, -9.176177742575619e+267}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const double _Complex z = CMPLX(cases[i].x, cases[i].y);
        ck_assert_msg(is_near(bs_complex_erf(z), value_of(cases[i].erf), 1e-13), "erf(%g, %g)",
                      cases[i].x, cases[i].y);
        ck_assert_msg(is_near(bs_complex_erfc(z), value_of(cases[i].erfc), 2e-13), "erfc(%g, %g)",
                      cases[i].x, cases[i].y);
    }
}
END_TEST

/* Abramowitz and Stegun, table 7.9: w(z) = e^(−z²)·erfc(−iz). */
START_TEST(erfc_has_the_values_of_the_published_table)
{
    static const struct {
        double x, y;
        struct parts w;
    } cases[] = {
        {0, 0.1, {0.896457, 0}},      {0, 1, {0.427584, 0}},
        {1, 0, {0.367879, 0.607158}}, {1, 1, {0.304744, 0.208219}},
        {2, 1, {0.140240, 0.222213}}, {0.5, 0.5, {0.533157, 0.230488}},
        {3, 3, {0.096403, 0.091236}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const double _Complex z = CMPLX(cases[i].x, cases[i].y);
        const double _Complex w = cexp(-z * z) * bs_complex_erfc(CMPLX(cimag(z), -creal(z)));
        ck_assert_msg(cabs(w - value_of(cases[i].w)) < 1e-6, "w(%g, %g) is %.7f %.7f", creal(z),
                      cimag(z), creal(w), cimag(w));
    }
}
END_TEST

static int leaf_of_complex(double _Complex *value, void *context, bs_expr leaf,
                           struct bs_error *err)
{
    const double _Complex *z = context;
    if (strcmp(leaf->u.name, "z") != 0)
        return bs_fail(err, BS_REFUSED, "%s has no value", leaf->u.name);
    *value = *z;
    return BS_OK;
}

static double _Complex complex_at(const char *text, double _Complex z)
{
    struct bs_complex_env env = {.leaf = leaf_of_complex, .context = &z};
    double _Complex value = NAN;
    struct bs_error err = {0};
    ck_assert_msg(bs_eval_complex(&value, parsed(text), &env, &err) == BS_OK, "%s: %s", text,
                  err.text);
    return value;
}

static const char *call_of(const char *name)
{
    static char text[64];
    snprintf(text, sizeof text, "%s(z)", name);
    return text;
}

START_TEST(analytic_functions_are_continued)
{
    static const struct parts at[] = {{0.75, -1.25}, {-2, 0.5}, {3, 2}};
    static const struct {
        const char *name;
        struct parts values[COUNT_OF(at)];
    } rows[] = {
        {"sigmoid",
         {{0.7553769713265477, -0.2947146865855311},
          {0.10915584645427026, 0.05166470383545818},
          {1.0189793914289662, 0.0471064600647722}}},
        {"tanh",
         {{1.3726075705337832, -0.3857959526097507},
          {-0.979940849961738, 0.030215987322877575},
          {1.0032386273536098, -0.0037640256415042484}}},
        {"softplus",
         {{0.9596924335241863, -0.8780087249048103},
          {0.1139068776743947, 0.05793033095131694},
          {2.980131047452544, 1.9538038296513525}}},
        {"swish",
         {{0.19813937026299688, -1.1652572290973329},
          {-0.2441440448262696, -0.04875148444378124},
          {2.962725254157354, 2.179278163052249}}},
        {"gelu",
         {{0.24365614677650477, -1.586770344169028},
          {-0.03088614291123409, -0.04232591565994481},
          {2.970248359169746, 1.9893570429818275}}},
        {"Phi",
         {{1.0193906071970182, -0.4167094468970071},
          {0.0095551359982343, 0.02355174182953098},
          {0.9914968587286841, 0.0021211085081531003}}},
        {"phi",
         {{0.38925660628993336, 0.5301955150468328},
          {0.033055576305922124, 0.05148100988176268},
          {0.031442865883257544, 0.009150068646908245}}},
        {"exp",
         {{0.6675374464291316, -2.009000454940949},
          {0.11876788457694577, 0.0648831910578654},
          {-8.358532650935372, 18.263727040666765}}},
        {"log",
         {{0.3768859011881901, -1.0303768265243125},
          {0.7234594914681627, 2.896613990462929},
          {1.2824746787307684, 0.5880026035475675}}},
        {"sqrt",
         {{1.050651696260784, -0.594868882070379},
          {0.17543205637629383, 1.425053124063947},
          {1.8173540210239707, 0.5502505227003375}}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(at); k++) {
            const double _Complex value = complex_at(call_of(rows[i].name), value_of(at[k]));
            ck_assert_msg(is_near(value, value_of(rows[i].values[k]), 1e-13),
                          "%s(%g, %g) is %.17g, %.17g", rows[i].name, at[k].re, at[k].im,
                          creal(value), cimag(value));
        }
}
END_TEST

static double slope_of(const char *text, const char *x, struct point point)
{
    struct bs_env env = {.leaf = leaf_at_point, .context = &point, .kink = point.kink};
    double slope = NAN;
    struct bs_error err = {0};
    ck_assert_msg(bs_eval_slope(&slope, parsed(text), bs_symbol(pool, x), &env, &err) == BS_OK,
                  "%s: %s", text, err.text);
    return slope;
}

START_TEST(a_complex_step_gives_every_digit_of_a_slope)
{
    static const double at[] = {-8, -0.5, 0.25, 2.5, 12};
    static const struct {
        const char *name;
        double slopes[COUNT_OF(at)];
    } rows[] = {
        {"sigmoid",
         {0.00033523767075647424, 0.2350037122015945, 0.24613408273759835, 0.07010371654510816,
          6.1441368513331755e-06}},
        {"tanh",
         {4.5014059756372915e-07, 0.7864477329659274, 0.940014848806378, 0.02659222668316062,
          1.510053817597626e-10}},
        {"softplus",
         {0.0003353501304664781, 0.37754066879814546, 0.5621765008857981, 0.9241418199787564,
          0.9999938558253978}},
        {"swish",
         {-0.0023465512355853157, 0.2600388126973482, 0.6237100215701977, 1.0994011113415267,
          1.0000675854676138}},
        {"gelu",
         {-3.979607261086796e-14, 0.13250487534383715, 0.695373354883636, 1.037611085908145, 1}},
        {"Phi",
         {5.052271083536892e-15, 0.35206532676429947, 0.3866681168028492, 0.017528300493568537,
          2.1463837356630605e-32}},
        {"phi",
         {4.0418168668295136e-14, 0.17603266338214973, -0.0966670292007123, -0.043820751233921346,
          -2.5756604827956722e-31}},
        {"exp",
         {0.00033546262790251185, 0.6065306597126334, 1.2840254166877414, 12.182493960703473,
          162754.79141900392}},
        {"log", {NAN, NAN, 4, 0.4, 0.08333333333333333}},
        {"sqrt", {NAN, NAN, 1, 0.31622776601683794, 0.14433756729740643}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(at); k++) {
            const struct point point = {.name = "z", .value = at[k]};
            const double slope = slope_of(call_of(rows[i].name), "z", point);
            /* an argument squared in an exponent loses as many units as its square has */
            const double tolerance = (8 + at[k] * at[k]) * 0x1p-52 * fabs(rows[i].slopes[k]);
            ck_assert_msg(isnan(rows[i].slopes[k]) || fabs(slope - rows[i].slopes[k]) <= tolerance,
                          "%s'(%g) is %.17g, not %.17g", rows[i].name, at[k], slope,
                          rows[i].slopes[k]);
        }
}
END_TEST

/* Worked out by hand. */
START_TEST(slopes_of_formulas_are_exact)
{
    static const struct {
        const char *text;
        double z, slope;
    } cases[] = {
        {"z^3", -2, 12},
        {"z^-1", -2, -0.25},
        {"1/z", -2, -0.25},
        {"z^2*z", -2, 12},
        {"(z^2)^0.5", 3, 1},
        {"2^z", 0, 0.69314718055994531},
        {"z/z", 7, 0},
        {"sum(j, 1, 3, j*z^j)", -1, 1 - 4 + 9},
        {"product(j, 1, 3, z + j)", 0, 6 + 3 + 2},
        {"sum(j, 1, 3, delta(j, 2)*z)", 5, 1},
        {"cases(z > 0, z^2, -z)", 3, 6},
        {"cases(z > 0, z^2, -z)", -3, -1},
        {"relu(z)", 2, 1},
        {"relu(z)", -2, 0},
        {"leaky_relu(z)", -2, 0.1},
        {"abs(z)", -2, -1},
        {"max(1, z, 3)", 4, 1},
        {"max(1, z, 3)", 2, 0},
        {"step(z) + sign(z)", 2, 0},
        {"elu(z)", 2, 1},
        {"elu(z)", -1, 0.36787944117144232},
        {"xlog(z, 2)", 3, 0.69314718055994531},
        {"softmax_1(z, 0)", 0, 0.25},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct point point = {.name = "z", .value = cases[i].z};
        const double slope = slope_of(cases[i].text, "z", point);
        ck_assert_msg(fabs(slope - cases[i].slope) <= 4e-16 * fabs(cases[i].slope),
                      "(%s)' at %g is %.17g, not %.17g", cases[i].text, cases[i].z, slope,
                      cases[i].slope);
    }
}
END_TEST

/* A member is stepped by its plain name; the log-sum-exp has the softmax for its slope. */
START_TEST(a_member_of_a_sum_is_differentiated_by)
{
    const struct point point = {.seed = 4};
    const double x[] = {value_of_name(&point, "x_1"), value_of_name(&point, "x_2"),
                        value_of_name(&point, "x_3")};
    const double share = exp(x[1]) / (exp(x[0]) + exp(x[1]) + exp(x[2]));
    ck_assert_double_eq_tol(slope_of("log(sum(j, 1, 3, exp(x_j)))", "x_2", point), share, 1e-15);
}
END_TEST

/* On the real axis the complex arithmetic is the one in double. */
START_TEST(real_arguments_give_the_real_value)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 11);
    for (const struct bs_func *row = bs_funcs; row->name; row++)
        for (int i = 0; i < 200; i++) {
            double args[3];
            double _Complex complex_args[3];
            const int count = row->arity == BS_ANY_ARITY ? 3 : row->arity;
            for (int k = 0; k < count; k++)
                complex_args[k] = args[k] = bs_rng_between(&rng, -6, 6);
            const int index = row->is_indexed ? 1 + (int)bs_rng_below(&rng, 3) : 0;
            const double value = row->value(args, count, index, 0.5);
            const double _Complex z = row->complex_value(complex_args, count, index, 0.5);
            if (isnan(value)) /* of log and sqrt the branch continues */
                continue;
            ck_assert_msg(fabs(creal(z) - value) <= 4e-15 * fabs(value) && cimag(z) == 0,
                          "%s(%g): %.17g and %.17g", row->name, args[0], creal(z), value);
        }
}
END_TEST

START_TEST(what_has_no_value_is_refused)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"z + lost", "lost has no value"},
        {"sum(j, 1, z, 1)", "a bound of sum must be a whole number below a million, got nan"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double _Complex z = CMPLX(1, 1), value = 5;
        struct bs_complex_env env = {.leaf = leaf_of_complex, .context = &z};
        struct bs_error err = {0};
        ck_assert_int_eq(bs_eval_complex(&value, parsed(cases[i].text), &env, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert(value == 5);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        erf_has_the_values_of_an_independent_program,
        erfc_has_the_values_of_the_published_table,
        analytic_functions_are_continued,
        a_complex_step_gives_every_digit_of_a_slope,
        slopes_of_formulas_are_exact,
        a_member_of_a_sum_is_differentiated_by,
        real_arguments_give_the_real_value,
        what_has_no_value_is_refused,
        NULL,
    };
    return suite_with_pool("complex", tests);
}
