#include "test_data.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ standardising */

/* The first column of {1, 2, 3, 4}: mean 5/2, deviation √(5/4). */
START_TEST(columns_are_standardised_by_their_own_mean_and_deviation)
{
    const double values[] = {1, 7, -8, 2, 7, 8, 3, 7, -8, 4, 7, 8};
    double means[3], deviations[3];
    struct bs_data *matrix = matrix_of(4, 3, values), *standard = NULL;
    ck_assert_int_eq(bs_data_measure(means, deviations, matrix, NULL), BS_OK);
    ck_assert_double_eq(means[0], 2.5);
    ck_assert_double_eq(deviations[0], sqrt(1.25));
    ck_assert_double_eq(means[2], 0);
    ck_assert_double_eq(deviations[2], 8);
    ck_assert_int_eq(bs_data_standardise(&standard, matrix, means, deviations, NULL), BS_OK);
    const double s = sqrt(1.25);
    check_matrix(standard, 4, 3,
                 (const double[]){-1.5 / s, 0, -1, -0.5 / s, 0, 1, 0.5 / s, 0, -1, 1.5 / s, 0, 1});
    bs_data_drop(standard);
    bs_data_drop(matrix);
}
END_TEST

/* 0.1 three times adds up to 0.30000000000000004: a mean of them would not be 0.1. */
START_TEST(a_constant_column_has_deviation_1_and_becomes_0)
{
    double mean, deviation;
    struct bs_data *matrix = matrix_of(3, 1, (const double[]){0.1, 0.1, 0.1});
    ck_assert_int_eq(bs_data_measure(&mean, &deviation, matrix, NULL), BS_OK);
    ck_assert_double_eq(mean, 0.1);
    ck_assert_double_eq(deviation, 1);
    bs_data_drop(matrix);
}
END_TEST

START_TEST(numbers_too_large_to_be_standardised_are_refused_with_their_place)
{
    double means[2], deviations[2];
    struct bs_error err;
    struct bs_data *matrix = matrix_of(2, 2, (const double[]){1, 1e200, 2, -1e200});
    struct bs_data *standard = NULL;
    const char *const names[] = {"a", "b"};
    ck_assert_int_eq(bs_data_set_names(matrix, names, NULL), BS_OK);
    ck_assert_int_eq(bs_data_measure(means, deviations, matrix, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "column 2 (b) cannot be standardised: the sum of its numbers or of "
                               "their squares is too large");
    ck_assert_int_eq(bs_data_standardise(&standard, matrix, (const double[]){0, 0},
                                         (const double[]){1, 1e-200}, &err),
                     BS_REFUSED);
    ck_assert_str_eq(err.text, "row 1, column 2 (b) is too large to be standardised with a "
                               "deviation of 1e-200");
    ck_assert_ptr_null(standard);
    bs_data_drop(matrix);
}
END_TEST

/* ------------------------------------------------------------------ one-hot */

START_TEST(labels_become_a_column_a_class)
{
    struct bs_data *labels = matrix_of(3, 1, (const double[]){2, 0, 2}), *hot = NULL;
    ck_assert_int_eq(bs_data_one_hot(&hot, labels, 0, NULL), BS_OK);
    check_matrix(hot, 3, 3, (const double[]){0, 0, 1, 1, 0, 0, 0, 0, 1});
    bs_data_drop(hot);
    ck_assert_int_eq(bs_data_one_hot(&hot, labels, 4, NULL), BS_OK);
    check_matrix(hot, 3, 4, (const double[]){0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0});
    bs_data_drop(hot);
    bs_data_drop(labels);
}
END_TEST

START_TEST(what_is_no_label_is_refused)
{
    static const struct {
        double label;
        size_t classes;
        const char *text;
    } cases[] = {
        {3, 3, "row 2: a label is a whole number from 0 to 2, not 3"},
        {0.5, 3, "row 2: a label is a whole number from 0 to 2, not 0.5"},
        {-1, 0, "row 2: a label is a whole number from 0 to 99999, not -1"},
        {1e300, 0, "row 2: a label is a whole number from 0 to 99999, not 1e+300"},
    };
    struct bs_error err;
    struct bs_data *hot = NULL, *wide = matrix_of(1, 2, (const double[]){0, 1});
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *labels = matrix_of(2, 1, (const double[]){0, cases[i].label});
        ck_assert_int_eq(bs_data_one_hot(&hot, labels, cases[i].classes, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].text);
        bs_data_drop(labels);
    }
    ck_assert_int_eq(bs_data_one_hot(&hot, wide, 2, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "labels are one column, this matrix has 2 columns");
    ck_assert_ptr_null(hot);
    bs_data_drop(wide);
}
END_TEST

/* ------------------------------------------------------------------ two parts */

static int compare_sizes(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Every row is in one of the parts. */
static void check_permutation(const size_t *order, size_t rows)
{
    size_t sorted[200];
    memcpy(sorted, order, rows * sizeof *order);
    qsort(sorted, rows, sizeof *sorted, compare_sizes);
    for (size_t i = 0; i < rows; i++)
        ck_assert_uint_eq(sorted[i], i);
}

START_TEST(every_row_goes_to_one_part_and_the_other_gets_its_share)
{
    static const struct {
        size_t rows, first;
        double share;
    } cases[] = {{10, 7, 0.25},      {10, 8, 0.2},  {2, 1, 0.01}, {2, 1, 0.99},
                 {200, 199, 1e-300}, {17, 12, 0.3}, {3, 1, 0.9}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_split split = {cases[i].rows, cases[i].share, 7, NULL};
        size_t first = 0, order[200], again[200];
        ck_assert_int_eq(bs_split_rows(&first, order, &split, NULL), BS_OK);
        ck_assert_uint_eq(first, cases[i].first);
        check_permutation(order, cases[i].rows);
        ck_assert_int_eq(bs_split_rows(&first, again, &split, NULL), BS_OK);
        ck_assert_mem_eq(order, again, cases[i].rows * sizeof *order);
    }
}
END_TEST

START_TEST(another_seed_splits_otherwise)
{
    size_t first = 0, order[200], other[200];
    struct bs_split split = {200, 0.25, 1, NULL};
    ck_assert_int_eq(bs_split_rows(&first, order, &split, NULL), BS_OK);
    split.seed = 2;
    ck_assert_int_eq(bs_split_rows(&first, other, &split, NULL), BS_OK);
    ck_assert_mem_ne(order, other, sizeof order);
}
END_TEST

/* Of 120, 60 and 20 rows a quarter is 30, 15 and 5; a tenth 12, 6 and 2. */
START_TEST(stratified_each_class_gives_its_share)
{
    double classes[400];
    for (size_t i = 0; i < 200; i++) {
        classes[2 * i] = i % 10 == 0;
        classes[2 * i + 1] = i % 10 > 6;
    }
    struct bs_data *matrix = matrix_of(200, 2, classes);
    for (uint64_t seed = 0; seed < 20; seed++) {
        const struct bs_split split = {200, seed % 2 ? 0.25 : 0.1, seed, matrix};
        size_t first = 0, order[200], counts[3] = {0};
        ck_assert_int_eq(bs_split_rows(&first, order, &split, NULL), BS_OK);
        check_permutation(order, 200);
        for (size_t k = first; k < 200; k++)
            counts[order[k] % 10 == 0 ? 0 : order[k] % 10 > 6 ? 1 : 2]++;
        ck_assert_uint_eq(counts[0], seed % 2 ? 5 : 2);
        ck_assert_uint_eq(counts[1], seed % 2 ? 15 : 6);
        ck_assert_uint_eq(counts[2], seed % 2 ? 30 : 12);
    }
    bs_data_drop(matrix);
}
END_TEST

START_TEST(no_part_is_empty_when_stratified)
{
    struct bs_data *matrix = matrix_of(4, 1, (const double[]){0, 1, 2, 3});
    const double shares[] = {0.01, 0.5, 0.99};
    const size_t firsts[] = {3, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        const struct bs_split split = {4, shares[i], 3, matrix};
        size_t first = 0, order[4];
        ck_assert_int_eq(bs_split_rows(&first, order, &split, NULL), BS_OK);
        ck_assert_uint_eq(first, firsts[i]);
        check_permutation(order, 4);
    }
    bs_data_drop(matrix);
}
END_TEST

START_TEST(a_split_that_cannot_be_is_refused)
{
    const double shares[] = {0, 1, -0.5, 2, NAN};
    struct bs_error err;
    size_t first = 9, order[4];
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        const struct bs_split split = {4, shares[i], 0, NULL};
        ck_assert_int_eq(bs_split_rows(&first, order, &split, &err), BS_REFUSED);
        ck_assert(strncmp(err.text, "the share must be between 0 and 1, got ", 39) == 0);
    }
    const struct bs_split single = {1, 0.5, 0, NULL};
    ck_assert_int_eq(bs_split_rows(&first, order, &single, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "one row cannot be split in two parts");
    ck_assert_uint_eq(first, 9);
}
END_TEST

static bool prepare(void *context)
{
    struct bs_data *matrix = context, *hot = NULL;
    const struct bs_split split = {3, 0.5, 0, matrix};
    size_t first, order[3];
    bool worked = bs_data_one_hot(&hot, matrix, 0, NULL) == BS_OK &&
                  bs_split_rows(&first, order, &split, NULL) == BS_OK;
    bs_data_drop(hot);
    return worked;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    struct bs_data *matrix = matrix_of(3, 1, (const double[]){0, 1, 1});
    bs_refuse_each_allocation(prepare, matrix);
    bs_data_drop(matrix);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("prepare",
                       (const TTest *const[]){
                           columns_are_standardised_by_their_own_mean_and_deviation,
                           a_constant_column_has_deviation_1_and_becomes_0,
                           numbers_too_large_to_be_standardised_are_refused_with_their_place,
                           labels_become_a_column_a_class,
                           what_is_no_label_is_refused,
                           every_row_goes_to_one_part_and_the_other_gets_its_share,
                           another_seed_splits_otherwise,
                           stratified_each_class_gives_its_share,
                           no_part_is_empty_when_stratified,
                           a_split_that_cannot_be_is_refused,
                           a_refused_request_for_memory_is_an_error,
                           NULL,
                       });
}
