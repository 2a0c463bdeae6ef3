#include "unit.h"

#include "base/rng.h"

#include <math.h>

enum { SAMPLES = 60000 };

/* The first outputs of Vigna's splitmix64.c for the seed 1234567 (also Rosetta Code's). */
START_TEST(the_seed_is_spread_by_splitmix64)
{
    static const uint64_t expected[] = {6457827717110365317U, 3203168211198807973U,
                                        9817491932198370423U, 4593380528125082431U};
    struct bs_rng rng;
    bs_rng_seed(&rng, 1234567);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(rng.state[i], expected[i]);
}
END_TEST

/* The first outputs of Blackman and Vigna's xoshiro256plusplus.c from the state 1, 2, 3, 4. */
START_TEST(the_sequence_is_that_of_xoshiro256plusplus)
{
    static const uint64_t expected[] = {
        41943041U,
        58720359U,
        3588806011781223U,
        3591011842654386U,
        9228616714210784205U,
        9973669472204895162U,
        14011001112246962877U,
        12406186145184390807U,
        15849039046786891736U,
        10450023813501588000U,
    };
    struct bs_rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        ck_assert_uint_eq(bs_rng_next(&rng), expected[i]);
}
END_TEST

/* 41943041 is 20480 · 2^11 + 1, and the lowest 11 of 64 bits are dropped. */
START_TEST(uniform_is_the_upper_53_bits_over_two_to_the_53)
{
    struct bs_rng rng = {{1, 2, 3, 4}};
    ck_assert_double_eq(bs_rng_uniform(&rng), 20480 / 9007199254740992.0);
}
END_TEST

/* Mean ½ and variance 1/12; five standard errors of 60000 samples are 0.0059 and 0.0016. */
START_TEST(uniform_has_the_mean_and_variance_of_the_unit_interval)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 1);
    double sum = 0, squares = 0;
    int outside = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double u = bs_rng_uniform(&rng);
        outside += !(u >= 0 && u < 1);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
    }
    ck_assert_int_eq(outside, 0);
    ck_assert_double_eq_tol(sum / SAMPLES, 0.5, 0.0059);
    ck_assert_double_eq_tol(squares / SAMPLES, 1.0 / 12, 0.0016);
}
END_TEST

START_TEST(between_is_uniform_moved_and_stretched)
{
    struct bs_rng rng, twin;
    bs_rng_seed(&rng, 2);
    twin = rng;
    for (int i = 0; i < 1000; i++) {
        double value = bs_rng_between(&rng, -3, 5);
        ck_assert(value >= -3 && value < 5);
        ck_assert_double_eq_tol((value + 3) / 8, bs_rng_uniform(&twin), 1e-15);
    }
    ck_assert_double_eq(bs_rng_between(&rng, 7, 7), 7);
}
END_TEST

/* χ² with 5 degrees of freedom passes 25.7 once in 10,000 good generators. */
START_TEST(below_gives_every_number_equally_often)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    double counts[7] = {0}, chi_squared = 0;
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t drawn = bs_rng_below(&rng, 6);
        counts[drawn < 6 ? drawn : 6]++;
    }
    ck_assert_double_eq(counts[6], 0);
    for (int i = 0; i < 6; i++)
        chi_squared += (counts[i] - SAMPLES / 6.0) * (counts[i] - SAMPLES / 6.0) / (SAMPLES / 6.0);
    ck_assert_double_lt(chi_squared, 25.7);
}
END_TEST

/* From the state 0, 0, 0, s the first output is s rotated by 23. */
static uint64_t below_of(uint64_t drawn, uint64_t bound)
{
    struct bs_rng rng = {{0, 0, 0, drawn >> 23 | drawn << 41}};
    return bs_rng_below(&rng, bound);
}

START_TEST(below_is_the_remainder_of_what_is_drawn)
{
    static const uint64_t highest[] = {UINT64_MAX, (uint64_t)1 << 63, 0x123456789ABCDEF0, 100};
    for (size_t i = 0; i < sizeof highest / sizeof *highest; i++)
        for (uint64_t drawn = highest[i]; drawn > highest[i] - 50; drawn--)
            for (uint64_t bound = 1; bound < 20; bound++)
                ck_assert_uint_eq(below_of(drawn, bound), drawn % bound);
}
END_TEST

/* A plain remainder would fall in the lowest third of 3 · 2^62 half of the time. */
START_TEST(below_a_huge_bound_is_unbiased)
{
    const uint64_t third = (uint64_t)1 << 62;
    struct bs_rng rng;
    bs_rng_seed(&rng, 4);
    int low = 0;
    for (int i = 0; i < SAMPLES; i++)
        low += bs_rng_below(&rng, 3 * third) < third;
    ck_assert_double_eq_tol((double)low / SAMPLES, 1.0 / 3, 0.01);
}
END_TEST

/* The mean, the variance and P(|x| < 1) = 0.68269 of the normal distribution, in many draws. */
START_TEST(normal_has_the_shares_of_the_normal_distribution)
{
    struct bs_rng rng;
    double sum = 0, squares = 0;
    int within = 0;
    bs_rng_seed(&rng, 7);
    for (int i = 0; i < SAMPLES; i++) {
        const double x = bs_rng_normal(&rng);
        ck_assert(isfinite(x));
        sum += x, squares += x * x, within += fabs(x) < 1;
    }
    ck_assert_double_eq_tol(sum / SAMPLES, 0, 0.02);
    ck_assert_double_eq_tol(squares / SAMPLES, 1, 0.03);
    ck_assert_double_eq_tol((double)within / SAMPLES, 0.68269, 0.01);
}
END_TEST

START_TEST(below_one_is_always_zero)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(bs_rng_below(&rng, 1), 0);
}
END_TEST

/* An order is named by its items as the digits of a number in base 3; χ² as above. */
START_TEST(shuffle_gives_every_order_equally_often)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 6);
    static const int orders[] = {5, 7, 11, 15, 19, 21}; /* 012, 021, 102, 120, 201, 210 */
    double counts[27] = {0}, chi_squared = 0, all = 0;
    for (int i = 0; i < SAMPLES; i++) {
        size_t items[] = {0, 1, 2};
        bs_rng_shuffle(&rng, items, 3);
        counts[9 * items[0] + 3 * items[1] + items[2]]++;
    }
    for (size_t i = 0; i < 6; i++) {
        double more = counts[orders[i]] - SAMPLES / 6.0;
        chi_squared += more * more / (SAMPLES / 6.0);
        all += counts[orders[i]];
    }
    ck_assert_double_eq(all, SAMPLES);
    ck_assert_double_lt(chi_squared, 25.7);
}
END_TEST

START_TEST(shuffle_of_nothing_or_of_one_changes_nothing)
{
    struct bs_rng rng = {{1, 2, 3, 4}};
    size_t item = 42;
    bs_rng_shuffle(&rng, NULL, 0);
    bs_rng_shuffle(&rng, &item, 1);
    ck_assert_uint_eq(item, 42);
    ck_assert_uint_eq(bs_rng_next(&rng), 41943041);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_seed_is_spread_by_splitmix64,
        the_sequence_is_that_of_xoshiro256plusplus,
        uniform_is_the_upper_53_bits_over_two_to_the_53,
        uniform_has_the_mean_and_variance_of_the_unit_interval,
        between_is_uniform_moved_and_stretched,
        below_gives_every_number_equally_often,
        below_is_the_remainder_of_what_is_drawn,
        below_a_huge_bound_is_unbiased,
        normal_has_the_shares_of_the_normal_distribution,
        below_one_is_always_zero,
        shuffle_gives_every_order_equally_often,
        shuffle_of_nothing_or_of_one_changes_nothing,
        NULL,
    };
    return bs_suite_of("rng", tests);
}
