#include "test_check.h"

#include "check/chance.h"

/* Windows around a right number of 1: two decades of either sign, so that a factor of 10^0.4 is a
 * tenth of all random numbers. */
enum { CLOSE, NEAR };

struct window {
    double from, to; /* in decades */
    int cause, kind;
    unsigned char level;
    bool has_rivals;
};

static double share_of(const struct window *windows, size_t count, size_t close, size_t near)
{
    struct bs_chart chart;
    const size_t limits[BS_MOST_KINDS] = {[CLOSE] = close, [NEAR] = near};
    ck_assert(bs_chart_init(&chart, 1, 9));
    for (size_t k = 0; k < count; k++) {
        const struct window *window = &windows[k];
        const struct bs_edge edge = {.cause = window->cause,
                                     .kind = (unsigned char)window->kind,
                                     .level = window->level,
                                     .has_rivals = window->has_rivals};
        ck_assert(bs_chart_add(
            &chart, (struct bs_interval){pow(10, window->from), pow(10, window->to)}, edge));
    }
    bs_chart_sort(&chart);
    const double share = bs_chart_share(&chart, limits);
    bs_chart_finish(&chart);
    return share;
}

#define SHARE_OF(windows, close, near) share_of(windows, COUNT_OF(windows), close, near)

START_TEST(a_window_takes_its_share_of_random_numbers)
{
    static const struct window one[] = {{0, 0.4, 0, CLOSE, 0, true}};
    static const struct window beyond[] = {{0.8, 1.4, 0, CLOSE, 0, true}};
    static const struct window twice[] = {{0, 0.4, 0, CLOSE, 0, true},
                                          {0.2, 0.6, 0, CLOSE, 0, true}};
    ck_assert_double_eq_tol(SHARE_OF(one, 1, 0), 0.1, 1e-12);
    ck_assert_double_eq_tol(SHARE_OF(one, 0, 0), 0, 1e-12);
    ck_assert_double_eq_tol(SHARE_OF(beyond, 1, 0), 0.05, 1e-12);
    ck_assert_double_eq_tol(SHARE_OF(twice, 1, 0), 0.15, 1e-12);
}
END_TEST

START_TEST(numbers_of_either_sign_count)
{
    struct bs_chart chart;
    const size_t limits[BS_MOST_KINDS] = {1};
    ck_assert(bs_chart_init(&chart, -1, 1));
    ck_assert(
        bs_chart_add(&chart, (struct bs_interval){-INFINITY, 1}, (struct bs_edge){.cause = 0}));
    bs_chart_sort(&chart);
    ck_assert_double_eq_tol(bs_chart_share(&chart, limits), 0.75, 1e-12);
    bs_chart_finish(&chart);
}
END_TEST

START_TEST(what_two_causes_fit_is_not_given_one)
{
    static const struct window two[] = {{0, 0.4, 0, CLOSE, 0, true}, {0.2, 0.6, 1, CLOSE, 0, true}};
    ck_assert_double_eq_tol(SHARE_OF(two, 2, 0), 0.1, 1e-12);
    /* The second may not be named: it is a rival. */
    ck_assert_double_eq_tol(SHARE_OF(two, 1, 0), 0.05, 1e-12);
}
END_TEST

START_TEST(what_fits_best_is_given_the_number)
{
    static const struct window windows[] = {
        {0, 0.4, 0, CLOSE, 0, true}, {0, 0.8, 1, NEAR, 2, false}, {0.6, 1, 2, NEAR, 2, false}};
    ck_assert_double_eq_tol(SHARE_OF(windows, 1, 0), 0.1, 1e-12);
    ck_assert_double_eq_tol(SHARE_OF(windows, 1, 2), 0.2, 1e-12);
    ck_assert_double_eq_tol(SHARE_OF(windows, 1, 3), 0.2, 1e-12);
    /* Where the first may not be named, nothing is said. */
    ck_assert_double_eq_tol(SHARE_OF(windows, 0, 2), 0.1, 1e-12);
}
END_TEST

START_TEST(a_kind_that_is_dropped_takes_nothing)
{
    struct bs_chart chart;
    const size_t limits[BS_MOST_KINDS] = {[CLOSE] = 1, [NEAR] = 1};
    const struct bs_interval window = {1, pow(10, 0.4)}, wide = {1, pow(10, 0.8)};
    ck_assert(bs_chart_init(&chart, 1, 1));
    ck_assert(bs_chart_add(&chart, window, (struct bs_edge){.kind = CLOSE}));
    ck_assert(bs_chart_add(&chart, wide, (struct bs_edge){.kind = NEAR, .level = 1}));
    bs_chart_sort(&chart);
    ck_assert_double_eq_tol(bs_chart_share(&chart, limits), 0.2, 1e-12);
    bs_chart_drop(&chart, NEAR);
    ck_assert_double_eq_tol(bs_chart_share(&chart, limits), 0.1, 1e-12);
    bs_chart_finish(&chart);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("check chance",
                       (const TTest *const[]){
                           a_window_takes_its_share_of_random_numbers, numbers_of_either_sign_count,
                           what_two_causes_fit_is_not_given_one, what_fits_best_is_given_the_number,
                           a_kind_that_is_dropped_takes_nothing, NULL});
}
