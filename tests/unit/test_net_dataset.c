#include "test_data.h"

#include "base/interrupt.h"
#include "net/dataset.h"

static const double pi = 3.14159265358979323846;

struct set {
    struct bs_data *x, *t;
};

static struct set make(const char *name, struct bs_drawing drawing)
{
    struct set set = {NULL, NULL};
    struct bs_error err = {.text = ""};
    const struct bs_dataset *dataset = bs_dataset_find(name);
    ck_assert_msg(dataset && bs_dataset_make(&set.x, &set.t, dataset, &drawing, &err) == BS_OK,
                  "%s: %s", name, err.text);
    return set;
}

static void drop(struct set set)
{
    bs_data_drop(set.x);
    bs_data_drop(set.t);
}

/* Sums over the watermelon data, by Python's fractions: densities 9.055, sugar 3.618. */
START_TEST(sets_in_figures_are_as_published)
{
    static const double bits[] = {0, 0, 0, 1, 1, 0, 1, 1}, xor[] = {
                                                               0, 1, 1, 0};
    double sums[3] = {0};
    struct set set = make("xor", (struct bs_drawing){.samples = 99});
    check_matrix(set.x, 4, 2, bits);
    check_matrix(set.t, 4, 1, xor);
    drop(set);
    set = make("watermelon", (struct bs_drawing){0});
    ck_assert_uint_eq(bs_data_rows(set.x), 17);
    for (size_t i = 0; i < 17; i++) {
        sums[0] += bs_data_row(set.x, i)[0];
        sums[1] += bs_data_row(set.x, i)[1];
        sums[2] += *bs_data_row(set.t, i);
    }
    ck_assert_double_eq_tol(sums[0], 9.055, 1e-12);
    ck_assert_double_eq_tol(sums[1], 3.618, 1e-12);
    ck_assert_double_eq(sums[2], 8);
    ck_assert_str_eq(bs_data_name(set.x, 1), "sugar");
    ck_assert_str_eq(bs_data_name(set.t, 0), "good");
    drop(set);
}
END_TEST

/* Without noise each moon's points are at distance 1 from its centre, on its side of it. */
START_TEST(moons_are_half_circles)
{
    struct set set = make("moons", (struct bs_drawing){.samples = 101, .noise = 0});
    for (size_t k = 0; k < 101; k++) {
        const double *x = bs_data_row(set.x, k);
        const bool is_lower = *bs_data_row(set.t, k) == 1;
        const double centre[2] = {is_lower ? 1 : 0, is_lower ? 0.5 : 0};
        ck_assert_int_eq(is_lower, k % 2 == 1);
        ck_assert_double_eq_tol(hypot(x[0] - centre[0], x[1] - centre[1]), 1, 1e-15);
        ck_assert((is_lower ? -1 : 1) * (x[1] - centre[1]) >= -1e-15);
    }
    ck_assert_double_eq(bs_data_row(set.x, 0)[0], 1);
    ck_assert_double_eq_tol(bs_data_row(set.x, 100)[0], -1, 1e-15);
    drop(set);
}
END_TEST

/* The program of Lang and Witbrock, which prints the points one by one. */
START_TEST(spirals_are_the_published_ones)
{
    struct set set = make("spirals", (struct bs_drawing){.samples = 194, .noise = 0});
    for (int i = 0; i <= 96; i++) {
        const double angle = i * pi / 16.0, radius = 6.5 * (104 - i) / 104.0;
        const double *x = bs_data_row(set.x, 2 * (size_t)i);
        const double *opposite = bs_data_row(set.x, 2 * (size_t)i + 1);
        ck_assert_double_eq_tol(x[0], radius * sin(angle), 1e-13);
        ck_assert_double_eq_tol(x[1], radius * cos(angle), 1e-13);
        ck_assert_double_eq(opposite[0], -x[0]);
        ck_assert_double_eq(opposite[1], -x[1]);
    }
    drop(set);
}
END_TEST

/* Of normal numbers: mean 0 and deviation 1 within five times what they vary by. */
START_TEST(noise_is_normal)
{
    enum { COUNT = 100000 };
    struct bs_rng rng;
    double sum = 0, squares = 0, fourth = 0;
    bs_rng_seed(&rng, 1);
    for (int i = 0; i < COUNT; i++) {
        const double x = bs_draw_normal(&rng);
        ck_assert(isfinite(x));
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    ck_assert_double_eq_tol(sum / COUNT, 0, 5 / sqrt(COUNT));
    ck_assert_double_eq_tol(squares / COUNT, 1, 5 * sqrt(2.0 / COUNT));
    ck_assert_double_eq_tol(fourth / COUNT, 3, 5 * sqrt(96.0 / COUNT));
}
END_TEST

static double apart(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < BS_DIGIT_PIXELS; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* By the nearest of the means of the others of each digit nearly all are told apart. */
START_TEST(digits_can_be_told_apart)
{
    enum { EACH = 40 };
    struct set set = make("digits", (struct bs_drawing){10 * EACH, 0.05, 3});
    double means[10][BS_DIGIT_PIXELS] = {{0}};
    int right = 0;
    for (size_t k = 0; k < 5 * EACH; k++)
        for (int i = 0; i < BS_DIGIT_PIXELS; i++)
            means[k % 10][i] += bs_data_row(set.x, k)[i] / (EACH / 2.0);
    for (size_t k = 5 * EACH; k < 10 * EACH; k++) {
        size_t best = 0;
        for (size_t digit = 1; digit < 10; digit++)
            if (apart(bs_data_row(set.x, k), means[digit]) <
                apart(bs_data_row(set.x, k), means[best]))
                best = digit;
        ck_assert_double_eq(bs_data_row(set.t, k)[k % 10], 1);
        right += best == k % 10;
    }
    ck_assert_int_ge(right, 5 * EACH * 9 / 10);
    drop(set);
}
END_TEST

/* Numbers in range, one target each, the same for the same seed and others for another. */
START_TEST(every_drawn_set_depends_on_its_seed_alone)
{
    for (const struct bs_dataset *row = bs_datasets; row->name; row++) {
        if (row->table)
            continue;
        struct bs_drawing drawing = {row->usual.samples, 0.1, 5};
        struct set one = make(row->name, drawing), same = make(row->name, drawing);
        drawing.seed = 6;
        struct set other = make(row->name, drawing);
        const size_t size = drawing.samples * (size_t)row->inputs * sizeof(double);
        ck_assert_uint_eq(bs_data_rows(one.x), drawing.samples);
        ck_assert_mem_eq(bs_data_row(one.x, 0), bs_data_row(same.x, 0), size);
        ck_assert_mem_ne(bs_data_row(one.x, 0), bs_data_row(other.x, 0), size);
        for (size_t k = 0; k < drawing.samples * (size_t)row->inputs; k++)
            ck_assert(isfinite(bs_data_row(one.x, 0)[k]));
        drop(one);
        drop(same);
        drop(other);
    }
}
END_TEST

START_TEST(one_sample_is_a_set)
{
    for (const struct bs_dataset *row = bs_datasets; row->name; row++)
        drop(make(row->name, (struct bs_drawing){.samples = 1}));
}
END_TEST

START_TEST(what_cannot_be_drawn_is_refused)
{
    static const struct {
        struct bs_drawing drawing;
        const char *message;
    } cases[] = {
        {{0, 0, 0}, "samples is 0: 1 or more are possible"},
        {{5, -1, 0}, "noise is -1: a finite number, 0 or more, is possible"},
        {{5, INFINITY, 0}, "noise is inf: a finite number, 0 or more, is possible"},
        {{SIZE_MAX / 2, 0, 0}, "not enough memory"},
    };
    struct set set = {NULL, NULL};
    struct bs_error err;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_int_lt(
            bs_dataset_make(&set.x, &set.t, bs_dataset_find("moons"), &cases[i].drawing, &err), 0);
        ck_assert_str_eq(err.text, cases[i].message);
    }
    bs_interrupt_raise();
    ck_assert_int_eq(bs_dataset_make(&set.x, &set.t, bs_dataset_find("moons"),
                                     &(const struct bs_drawing){5, 0, 0}, &err),
                     BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_ptr_null(set.x);
    ck_assert_ptr_null(set.t);
    ck_assert_ptr_null(bs_dataset_find("iris"));
}
END_TEST

static bool make_one(void *context)
{
    struct set set = {NULL, NULL};
    const struct bs_dataset *dataset = bs_dataset_find("watermelon");
    (void)context;
    bool worked = bs_dataset_make(&set.x, &set.t, dataset, &dataset->usual, NULL) == BS_OK;
    drop(set);
    return worked;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    bs_refuse_each_allocation(make_one, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("dataset", (const TTest *const[]){
                                      sets_in_figures_are_as_published,
                                      moons_are_half_circles,
                                      spirals_are_the_published_ones,
                                      noise_is_normal,
                                      digits_can_be_told_apart,
                                      every_drawn_set_depends_on_its_seed_alone,
                                      one_sample_is_a_set,
                                      what_cannot_be_drawn_is_refused,
                                      a_refused_request_for_memory_is_an_error,
                                      NULL,
                                  });
}
