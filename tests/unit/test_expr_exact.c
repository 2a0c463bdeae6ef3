#include "random_expr.h"
#include "test_expr.h"

#include "expr/fraction.h"
#include "expr/interval.h"

#include <inttypes.h>

/* The names a to d and members: small fractions, drawn for the name. */
static struct bs_fraction fraction_of_name(const char *name)
{
    struct bs_rng rng;
    uint64_t seed = 3;
    for (const char *c = name; *c; c++)
        seed = seed * 131 + (unsigned char)*c;
    bs_rng_seed(&rng, seed);
    struct bs_fraction value;
    bs_fraction_make(&value, (int64_t)bs_rng_below(&rng, 9) - 4,
                     1 + (int64_t)bs_rng_below(&rng, 4));
    return value;
}

static int leaf_of_fraction(struct bs_fraction *value, void *context, bs_expr leaf,
                            struct bs_error *err)
{
    (void)context;
    if (strcmp(leaf->u.name, "lost") == 0)
        return bs_fail(err, BS_REFUSED, "lost has no value");
    if (strcmp(leaf->u.name, "t") == 0) /* not in lowest terms */
        *value = (struct bs_fraction){6, -4};
    else
        *value = fraction_of_name(leaf->u.name);
    return BS_OK;
}

static int leaf_of_box(struct bs_interval *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct bs_fraction fraction = fraction_of_name(leaf->u.name);
    (void)context, (void)err;
    *value = bs_interval_div(bs_interval_point((double)fraction.num),
                             bs_interval_point((double)fraction.den));
    return BS_OK;
}

/* Worked out with Python's fractions; H_20 is also in the tables of harmonic numbers. */
START_TEST(values_are_exact)
{
    static const struct {
        const char *text;
        int64_t num, den;
    } cases[] = {
        {"1/3 + 1/6", 1, 2},
        {"0.1 + 0.2 - 0.3", 0, 1},
        {"49*(1/49)", 1, 1},
        {"t", -3, 2},
        {"t^3", -27, 8},
        {"t^-2", 4, 9},
        {"1/t", -2, 3},
        {"t^0", 1, 1},
        {"sum(k, 1, 20, 1/k)", 55835135, 15519504},
        {"sum(k, 1, 12, k^-2)", 240505109, 153679680},
        {"product(k, 1, 20, k)", 2432902008176640000, 1},
        {"product(k, 1, 30, (k + 1)/k)", 31, 1},
        {"sum(k, 1, 0, lost)", 0, 1},
        {"sum(j, 1, 4, j*delta(j, 3))", 3, 1},
        {"delta(1/3, 2/6)", 1, 1},
        {"cases(t > 0, lost, 5)", 5, 1},
        {"cases(t + 1.5, 1, 0)", 1, 2},
        {"relu(t) + relu(0.25)", 1, 4},
        {"leaky_relu(t)", -3, 20},
        {"leaky_relu(t, 1/3)", -1, 2},
        {"leaky_relu_slope(t, 1/3)", 1, 3},
        {"elu(7/2)", 7, 2},
        {"abs(t) + sign(t) + step(t)", 1, 2},
        {"max(1/3, 33333333/100000000, t)", 1, 3},
        {"max_slope_2(1/3, 2/6)", 1, 2},
        {"relu_slope(0)", 1, 2},
        {"identity(t)", -3, 2},
        {"sqrt(9/16)", 3, 4},
        {"exp(0) + log(1) + sigmoid(0) + tanh(0) + Phi(0)", 2, 1},
        {"softmax_2(1/3, 2/6, 1/3)", 1, 3},
        {"xlog(0, 5) + xlog(7, 1)", 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_exact_env env = {.leaf = leaf_of_fraction, .kink = 0.5};
        struct bs_fraction value = {0, 0};
        struct bs_error err = {0};
        ck_assert_msg(bs_eval_exact(&value, parsed(cases[i].text), &env, &err) == BS_OK, "%s: %s",
                      cases[i].text, err.text);
        ck_assert_msg(value.num == cases[i].num && value.den == cases[i].den,
                      "%s is %" PRId64 "/%" PRId64, cases[i].text, value.num, value.den);
    }
}
END_TEST

START_TEST(what_is_not_rational_or_too_long_is_refused)
{
    static const char too_long[] = "an exact value needs more than 63 bits";
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"lost + 1", "lost has no value"},
        {"exp(1/2)", "exp has no exact value at 1/2"},
        {"1 + sigmoid(3)", "sigmoid has no exact value at 3"},
        {"sqrt(2)", "sqrt has no exact value at 2"},
        {"elu(t)", "elu has no exact value at -3/2"},
        {"softplus(0)", "softplus has no exact value at 0"},
        {"softmax_1(1, 2)", "softmax has no exact value at 1"},
        {"t^0.5", "a power has an exact value for a whole exponent, got 1/2"},
        {"1/(t + 3/2)", "division by zero"},
        {"(t + 3/2)^-2", "division by zero"},
        {"1/(t + 3/2)*t", "division by zero"},
        {"product(k, 1, 21, k)", too_long},
        {"2^63", too_long},
        {"sum(k, 1, 100, 1/k)", too_long},
        {"1e300*t", too_long},
        {"sum(k, 1, 1/2, k)", "a bound of sum must be a whole number below a million, got 0.5"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_exact_env env = {.leaf = leaf_of_fraction};
        struct bs_fraction value = {7, 5};
        struct bs_error err = {0};
        ck_assert_int_eq(bs_eval_exact(&value, parsed(cases[i].text), &env, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert(value.num == 7 && value.den == 5);
    }
}
END_TEST

/* By the sign of the difference of products, in 128 bits. */
static int compare(struct bs_fraction a, struct bs_fraction b)
{
    __extension__ typedef __int128 wide;
    const wide left = (wide)a.num * b.den, right = (wide)b.num * a.den;
    return (left > right) - (left < right);
}

START_TEST(fractions_are_ordered_like_their_products)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 31);
    for (int i = 0; i < 20000; i++) {
        struct bs_fraction a, b;
        const uint64_t shift = bs_rng_below(&rng, 60);
        bs_fraction_make(&a, (int64_t)(bs_rng_next(&rng) >> shift) / 2,
                         1 + (int64_t)(bs_rng_next(&rng) >> (1 + shift)));
        b = a;
        b.num += (int64_t)bs_rng_below(&rng, 3) - 1;
        if (bs_rng_below(&rng, 2))
            a.num = -a.num;
        ck_assert_int_eq((bs_fraction_compare(a, b) > 0) - (bs_fraction_compare(a, b) < 0),
                         compare(a, b));
    }
}
END_TEST

START_TEST(a_double_is_the_decimal_it_reads_as_or_its_bits)
{
    static const struct {
        double value;
        int64_t num, den;
    } cases[] = {
        {0.35, 7, 20},
        {-0.1, -1, 10},
        {3, 3, 1},
        {0, 0, 1},
        {0x1p-40, 1, INT64_C(1) << 40},
        {0x1.5555555555555p-2, 6004799503160661, INT64_C(1) << 54}, /* the double of 1/3 */
    };
    struct bs_fraction out;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(bs_fraction_of(&out, cases[i].value) && out.num == cases[i].num &&
                          out.den == cases[i].den,
                      "%.17g is %" PRId64 "/%" PRId64, cases[i].value, out.num, out.den);
    ck_assert(!bs_fraction_of(&out, 1e300) && !bs_fraction_of(&out, 0x1p-70));
    ck_assert(!bs_fraction_of(&out, NAN) && !bs_fraction_of(&out, INFINITY));
}
END_TEST

/* lo <= num/den <= hi also after rounding to long double, in which the bounds are exact. */
START_TEST(intervals_contain_the_exact_value)
{
    static const struct bs_taste taste = {.kinds = BS_EVERY_KIND, .is_moderate = true};
    struct bs_rng rng;
    int compared = 0;
    bs_rng_seed(&rng, 32);
    for (int i = 0; i < 8000; i++) {
        bs_expr expr = bs_random_expr(pool, &rng, 2 + (int)bs_rng_below(&rng, 4), &taste);
        struct bs_exact_env env = {.leaf = leaf_of_fraction};
        struct bs_interval_env box_env = {.leaf = leaf_of_box};
        struct bs_fraction value;
        struct bs_interval bounds;
        if (bs_eval_exact(&value, expr, &env, NULL) < 0)
            continue;
        ck_assert_int_eq(bs_eval_interval(&bounds, expr, &box_env, NULL), BS_OK);
        const long double truth = (long double)value.num / (long double)value.den;
        if (!(bounds.lo <= truth && truth <= bounds.hi))
            ck_abort_msg("%s is %.20Lg, not in [%.17g, %.17g]", ascii(expr), truth, bounds.lo,
                         bounds.hi);
        compared++;
    }
    ck_assert_int_gt(compared, 2000);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        values_are_exact,
        what_is_not_rational_or_too_long_is_refused,
        fractions_are_ordered_like_their_products,
        a_double_is_the_decimal_it_reads_as_or_its_bits,
        intervals_contain_the_exact_value,
        NULL,
    };
    return suite_with_pool("exact", tests);
}
