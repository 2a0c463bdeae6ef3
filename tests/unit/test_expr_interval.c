#include "random_expr.h"
#include "test_expr.h"

#include "expr/interval.h"

struct given {
    const char *name;
    struct bs_interval value;
};

static int leaf_of_givens(struct bs_interval *value, void *context, bs_expr leaf,
                          struct bs_error *err)
{
    for (const struct given *row = context; row->name; row++)
        if (strcmp(row->name, leaf->u.name) == 0) {
            *value = row->value;
            return BS_OK;
        }
    return bs_fail(err, BS_REFUSED, "%s has no value", leaf->u.name);
}

static const struct given SOME[] = {
    {"x", {-1, 2}},   {"y", {2, 4}},   {"z", {-3, -2}}, {"o", {0, 0}},  {"p", {0, 1}},
    {"u_1", {-1, 1}}, {"u_2", {2, 3}}, {"n", {3, 3}},   {NULL, {0, 0}},
};

static struct bs_interval bounds_of(const char *text, double kink)
{
    struct bs_interval_env env = {
        .leaf = leaf_of_givens, .context = (void *)(uintptr_t)SOME, .kink = kink};
    struct bs_interval bounds = {NAN, NAN};
    struct bs_error err = {0};
    ck_assert_msg(bs_eval_interval(&bounds, parsed(text), &env, &err) == BS_OK, "%s: %s", text,
                  err.text);
    return bounds;
}

/* Worked out by hand; whole numbers stay exact. */
START_TEST(bounds_of_exact_operations_are_exact)
{
    static const struct {
        const char *text;
        double lo, hi;
    } cases[] = {
        {"x + y", 1, 6},
        {"x - y", -5, 0},
        {"x*y", -4, 8},
        {"x*z", -6, 3},
        {"z*z", 4, 9},
        {"y/z", -2, -2.0 / 3},
        {"x/x", -INFINITY, INFINITY},
        {"1/p", -INFINITY, INFINITY},
        {"x*x", -2, 4},
        {"x^2", 0, 4},
        {"z^2", 4, 9},
        {"x^3", -1, 8},
        {"y^-2", 0.0625, 0.25},
        {"y^0", 1, 1},
        {"x - x", -3, 3},
        {"abs(x)", 0, 2},
        {"abs(z)", 2, 3},
        {"relu(x)", 0, 2},
        {"relu(z)", 0, 0},
        {"leaky_relu(y)", 2, 4},
        {"step(x)", 0, 1},
        {"step(o)", 1, 1},
        {"sign(x)", -1, 1},
        {"sign(p)", 0, 1},
        {"max(x, y)", 2, 4},
        {"max(x, z)", -1, 2},
        {"max_slope_1(y, z)", 1, 1},
        {"max_slope_2(y, z)", 0, 0},
        {"max_slope_1(x, p)", 0, 1},
        {"relu_slope(x)", 0, 1},
        {"relu_slope(p)", 0.25, 1}, /* with a kink of ¼ */
        {"relu_slope(o)", 0.25, 0.25},
        {"relu_slope(z)", 0, 0},
        {"sqrt(4)", 2, 2},
        {"identity(x)", -1, 2},
        {"sum(j, 1, 2, u_j)", 1, 4},
        {"product(j, 1, 2, u_j)", -3, 3},
        {"sum(j, 1, n - 1, u_j*j)", 3, 7},
        {"delta(1, 1)", 1, 1},
        {"delta(x, y)", 0, 1},
        {"delta(x, z)", 0, 0},
        {"cases(x > 0, 5, 3)", 3, 5},
        {"cases(y > 0, 5, lost)", 5, 5},
        {"cases(o >= 0, 5, lost)", 5, 5},
        {"cases(o > 0, lost, 3)", 3, 3},
        {"cases(o, 5, 3)", 3.5, 3.5},
        {"cases(p, 5, 3)", 3.5, 5},
        {"xlog(o, p)", 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_interval bounds = bounds_of(cases[i].text, 0.25);
        const double near = 1e-15; /* of 2/3, which is no double */
        ck_assert_msg((bounds.lo == cases[i].lo || fabs(bounds.lo - cases[i].lo) <= near) &&
                          (bounds.hi == cases[i].hi || fabs(bounds.hi - cases[i].hi) <= near),
                      "%s is [%.17g, %.17g]", cases[i].text, bounds.lo, bounds.hi);
    }
}
END_TEST

/*
 * Bounds and how tight they are.  The minimum of swish is −W(1/e) = −0.27846454276107379510...;
 * that of GELU −0.16997120747990366169... (mpmath 1.3, lambertw and findroot).
 */
START_TEST(bounds_of_functions_are_tight)
{
    static const struct {
        const char *text;
        double lo, hi;
    } cases[] = {
        {"swish(x - 1)", -0.27846454276107380, 0.73105857863000488},
        {"swish(z)", -0.23840584404423515, -0.14227761953270035}, /* swish falls there */
        {"gelu(x)", -0.16997120747990366, 1.9544997361036416},
        {"gelu(z)", -0.045500263896358417, -0.0040496940948902835},
        {"sigmoid(x)", 0.26894142136999512, 0.88079707797788244},
        {"exp(x)", 0.36787944117144232, 7.3890560989306502},
        {"phi(x)", 0.053990966513188063, 0.39894228040143268},
        {"softmax_1(x, p)", 0.11920292202211755, 0.88079707797788244},
        {"elu(x)", -0.63212055882855768, 2},
        {"y^0.5", 1.4142135623730950, 2},
        {"1/3", 0.33333333333333331, 0.33333333333333337},
        {"sqrt(x)", 0, 1.4142135623730951},
        {"leaky_relu(x)", -0.1, 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_interval bounds = bounds_of(cases[i].text, 0);
        ck_assert_msg(fabs(bounds.lo - cases[i].lo) <= 2e-15 * fmax(1, fabs(cases[i].lo)) &&
                          fabs(bounds.hi - cases[i].hi) <= 2e-15 * fmax(1, fabs(cases[i].hi)),
                      "%s is [%.17g, %.17g]", cases[i].text, bounds.lo, bounds.hi);
    }
}
END_TEST

/* 3·lo <= 1 <= 3·hi without a rounding, by the fused multiply-add. */
START_TEST(a_quotient_is_rounded_outward)
{
    const struct bs_interval third = bounds_of("1/3", 0), divided = bounds_of("1/n", 0);
    ck_assert(third.lo < third.hi && divided.lo < divided.hi);
    ck_assert(fma(3, third.lo, -1) < 0 && fma(3, third.hi, -1) > 0);
    ck_assert(fma(3, divided.lo, -1) < 0 && fma(3, divided.hi, -1) > 0);
    ck_assert(nextafter(third.lo, 1) == third.hi);
}
END_TEST

START_TEST(what_overflows_is_bounded_by_the_largest_double)
{
    const struct bs_interval bounds = bounds_of("exp(1000)", 0);
    ck_assert(bounds.hi == INFINITY && isfinite(bounds.lo) && bounds.lo > 1e308);
    ck_assert(bounds_of("1e308*10", 0).lo > 1e308 && bounds_of("1e308*10", 0).hi == INFINITY);
    const struct bs_interval small = bounds_of("exp(-1000)", 0);
    ck_assert(small.lo == 0 && small.hi > 0 && small.hi < 1e-320);
}
END_TEST

/* Where a function has no real value nothing is known; where for some arguments, of the others. */
START_TEST(outside_its_domain_a_function_says_nothing)
{
    ck_assert(bounds_of("log(z)", 0).lo == -INFINITY && bounds_of("log(z)", 0).hi == INFINITY);
    ck_assert(bounds_of("log(x)", 0).lo == -INFINITY && bounds_of("log(x)", 0).hi < 0.6931472);
    ck_assert(bounds_of("z^0.5", 0).lo == -INFINITY && bounds_of("z^0.5", 0).hi == INFINITY);
}
END_TEST

static double random_bound(struct bs_rng *rng)
{
    static const double scales[] = {0, 1e-3, 1, 3, 10, 40, 800};
    return bs_rng_between(rng, -1, 1) * scales[bs_rng_below(rng, COUNT_OF(scales))];
}

static struct bs_interval random_interval(struct bs_rng *rng)
{
    const double a = random_bound(rng), b = bs_rng_below(rng, 4) ? random_bound(rng) : a;
    return (struct bs_interval){fmin(a, b), fmax(a, b)};
}

static double random_inside(struct bs_rng *rng, struct bs_interval interval)
{
    switch (bs_rng_below(rng, 6)) {
    case 0:
        return interval.lo;
    case 1:
        return interval.hi;
    default:
        return fmin(fmax(bs_rng_between(rng, interval.lo, interval.hi), interval.lo), interval.hi);
    }
}

/* One call of the row, with some number of arguments from random boxes, at points in them. */
static void check_row(const struct bs_func *row, struct bs_rng *rng)
{
    struct bs_interval boxes[4];
    double args[4];
    const int least = row->arity == BS_ANY_ARITY ? 1 : row->arity;
    const int most = row->arity == BS_ANY_ARITY ? 4 : bs_func_most(row);
    const uint64_t choices = (uint64_t)most - (uint64_t)least + 1;
    const int count = least + (int)bs_rng_below(rng, choices);
    const int index = row->is_indexed ? 1 + (int)bs_rng_below(rng, (uint64_t)count) : 0;
    for (int k = 0; k < count; k++)
        boxes[k] = random_interval(rng);
    const struct bs_interval bounds = row->interval(boxes, count, index, 0.5);
    ck_assert_msg(bounds.lo <= bounds.hi, "%s", row->name);
    for (int sample = 0; sample < 8; sample++) {
        for (int k = 0; k < count; k++)
            args[k] = random_inside(rng, boxes[k]);
        const double value = row->value(args, count, index, 0.5);
        if (!isnan(value) && !bs_interval_has(bounds, value))
            ck_abort_msg("%s(%.17g, ...) = %.17g is not in [%.17g, %.17g]", row->name, args[0],
                         value, bounds.lo, bounds.hi);
    }
}

/* Also with the parameter that may be left out. */
START_TEST(every_row_contains_its_values)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 21);
    for (const struct bs_func *row = bs_funcs; row->name; row++)
        for (int i = 0; i < 1000; i++)
            check_row(row, &rng);
}
END_TEST

/* Every name has an interval about a value in [−2, 2), and a point in it. */
struct boxes {
    uint64_t seed;
    double width;
};

static struct bs_interval box_of(const struct boxes *boxes, const char *name)
{
    const struct point point = {.seed = boxes->seed};
    const double middle = value_of_name(&point, name);
    return (struct bs_interval){middle - boxes->width, middle + boxes->width};
}

static int leaf_of_boxes(struct bs_interval *value, void *context, bs_expr leaf,
                         struct bs_error *err)
{
    (void)err;
    *value = box_of(context, leaf->u.name);
    return BS_OK;
}

struct sample {
    const struct boxes *boxes;
    uint64_t seed;
};

static int leaf_of_sample(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct sample *sample = context;
    const struct point point = {.seed = sample->seed};
    const struct bs_interval box = box_of(sample->boxes, leaf->u.name);
    const double share = (value_of_name(&point, leaf->u.name) + 2) / 4;
    (void)err;
    *value = fmin(fmax(box.lo + share * (box.hi - box.lo), box.lo), box.hi);
    return BS_OK;
}

START_TEST(nested_expressions_contain_their_values)
{
    static const struct bs_taste taste = {.kinds = BS_EVERY_KIND, .is_moderate = true};
    struct bs_rng rng;
    int finite = 0;
    bs_rng_seed(&rng, 22);
    for (uint64_t seed = 1; seed <= 6000; seed++) {
        const struct boxes boxes = {seed, seed % 3 ? 0.1 : 0};
        bs_expr expr = bs_random_expr(pool, &rng, 2 + (int)bs_rng_below(&rng, 5), &taste);
        struct bs_interval_env env = {.leaf = leaf_of_boxes, .context = (void *)(uintptr_t)&boxes};
        struct bs_interval bounds;
        struct bs_error err;
        ck_assert_msg(bs_eval_interval(&bounds, expr, &env, &err) == BS_OK, "%s: %s", ascii(expr),
                      err.text);
        finite += isfinite(bounds.lo) && isfinite(bounds.hi);
        for (uint64_t k = 0; k < 4; k++) {
            struct sample sample = {&boxes, seed * 8 + k};
            struct bs_env real = {.leaf = leaf_of_sample, .context = &sample};
            struct bs_valued valued;
            ck_assert_int_eq(bs_eval(&valued, expr, &real, NULL), BS_OK);
            if (!isnan(valued.value) && !bs_interval_has(bounds, valued.value))
                ck_abort_msg("seed %llu: %s is %.17g, not in [%.17g, %.17g]",
                             (unsigned long long)seed, ascii(expr), valued.value, bounds.lo,
                             bounds.hi);
        }
    }
    ck_assert_int_gt(finite, 3000); /* the whole line would contain all */
}
END_TEST

/* Worked out by hand: what is widened is what has more digits than are kept. */
START_TEST(who_rounds_on_the_way_may_come_to_more)
{
    static const struct {
        const char *text;
        struct bs_rounding rounding;
        double lo, hi;
    } cases[] = {
        {"0.35*0.1 + 0.9*0.8", {-1, 4, 1}, 0.755, 0.755},
        {"0.1234*0.5 + 1", {-1, 4, 0.5}, 1.0612, 1.0622}, /* 0.0617 as it is, 1.0617 ± 0.0005 */
        {"0.1234*0.5 + 1", {4, 0, 0.5}, 1.0617, 1.0617},
        {"0.1234*0.5 + 1", {3, 0, 0.5}, 1.0607, 1.0627}, /* 0.0617 ± 0.0005, and again */
        {"0.1234*0.5 + 1", {3, 0, 1}, 1.0597, 1.0637},
        {"0.1234*0.5 + 1", {3, 5, 1}, 1.0617, 1.0617}, /* the finer of the two */
        {"-1*0.12345", {-1, 3, 0.5}, -0.12345, -0.12345},
        {"1/3", {-1, 3, 0.5}, 1.0 / 3, 1.0 / 3},    /* a number, not an operation */
        {"abs(n)/z", {-1, 3, 0.5}, -1.505, -0.995}, /* 3/[−3, −2], and half a unit of 1.50 */
        {"o*x", {-1, 3, 1}, 0, 0},
        {"0.1234*0.005", {3, 0, 1}, 0, 0.001617}, /* no sign changes by rounding */
        {"-0.1234*0.005", {3, 0, 1}, -0.001617, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_interval_env env = {.rounding = &cases[i].rounding,
                                      .leaf = leaf_of_givens,
                                      .context = (void *)(uintptr_t)SOME};
        struct bs_interval bounds = {NAN, NAN};
        ck_assert_int_eq(bs_eval_interval(&bounds, parsed(cases[i].text), &env, NULL), BS_OK);
        ck_assert_msg(fabs(bounds.lo - cases[i].lo) < 1e-14 &&
                          fabs(bounds.hi - cases[i].hi) < 1e-14,
                      "%s, row %zu: from %.17g to %.17g", cases[i].text, i, bounds.lo, bounds.hi);
    }
}
END_TEST

START_TEST(what_has_no_value_is_refused)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"x + lost", "lost has no value"},
        {"sum(j, 1, y, 1)", "a bound of sum must be a whole number below a million, got nan"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_interval_env env = {.leaf = leaf_of_givens, .context = (void *)(uintptr_t)SOME};
        struct bs_interval bounds = {5, 5};
        struct bs_error err = {0};
        ck_assert_int_eq(bs_eval_interval(&bounds, parsed(cases[i].text), &env, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert(bounds.lo == 5 && bounds.hi == 5);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        bounds_of_exact_operations_are_exact,
        bounds_of_functions_are_tight,
        a_quotient_is_rounded_outward,
        what_overflows_is_bounded_by_the_largest_double,
        outside_its_domain_a_function_says_nothing,
        every_row_contains_its_values,
        nested_expressions_contain_their_values,
        who_rounds_on_the_way_may_come_to_more,
        what_has_no_value_is_refused,
        NULL,
    };
    return suite_with_pool("interval", tests);
}
