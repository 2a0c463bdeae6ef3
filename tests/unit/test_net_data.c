#include "test_data.h"

static const double six[] = {1, 2, 3, 4, 5, 6};

START_TEST(a_new_matrix_is_zero_and_has_no_names)
{
    struct bs_data *matrix = NULL;
    ck_assert_int_eq(bs_data_create(&matrix, 2, 3, NULL), BS_OK);
    check_matrix(matrix, 2, 3, (const double[6]){0});
    ck_assert_ptr_null(bs_data_name(matrix, 2));
    bs_data_drop(matrix);
    bs_data_drop(NULL);
}
END_TEST

START_TEST(a_matrix_of_nothing_or_too_much_is_refused)
{
    static const struct {
        size_t rows, columns;
        int status;
        const char *text;
    } cases[] = {
        {0, 3, BS_REFUSED, "a matrix has at least one row and one column, not 0×3"},
        {3, 0, BS_REFUSED, "a matrix has at least one row and one column, not 3×0"},
        {SIZE_MAX / 2, 3, BS_NO_MEMORY, "not enough memory"},
        {SIZE_MAX / 16, 1, BS_NO_MEMORY, "not enough memory"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *matrix = NULL;
        struct bs_error err;
        ck_assert_int_eq(bs_data_create(&matrix, cases[i].rows, cases[i].columns, &err),
                         cases[i].status);
        ck_assert_str_eq(err.text, cases[i].text);
        ck_assert_ptr_null(matrix);
    }
}
END_TEST

START_TEST(a_shared_matrix_stays_until_its_last_owner_goes)
{
    struct bs_data *matrix = matrix_of(2, 3, six), *other = bs_data_share(matrix);
    bs_data_drop(matrix);
    check_matrix(other, 2, 3, six);
    bs_data_drop(other);
}
END_TEST

START_TEST(columns_are_found_by_name_and_a_slip_is_corrected)
{
    struct bs_data *matrix = matrix_of(2, 3, six);
    struct bs_error err;
    size_t column = 7;
    ck_assert_int_eq(bs_data_find(&column, matrix, "sugar", &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the columns of this matrix have no names, so none is called "
                               "\"sugar\": they are 1 to 3");
    const char *const names[] = {"density", "", "sugar"};
    ck_assert_int_eq(bs_data_set_names(matrix, names, &err), BS_OK);
    ck_assert_int_eq(bs_data_find(&column, matrix, "suger", &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "no column is called \"suger\": did you mean sugar?");
    ck_assert_int_eq(bs_data_find(&column, matrix, "", &err), BS_REFUSED);
    ck_assert_uint_eq(column, 7);
    ck_assert_int_eq(bs_data_find(&column, matrix, "sugar", &err), BS_OK);
    ck_assert_uint_eq(column, 2);
    ck_assert_str_eq(bs_data_name(matrix, 0), "density");
    ck_assert_ptr_null(bs_data_name(matrix, 1));
    bs_data_drop(matrix);
}
END_TEST

START_TEST(two_columns_of_one_name_are_refused_and_two_without_are_not)
{
    struct bs_data *matrix = matrix_of(2, 3, six);
    struct bs_error err;
    const char *const twins[] = {"a", "b", "a"}, *const unnamed[] = {"", "b", ""};
    ck_assert_int_eq(bs_data_set_names(matrix, twins, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "two columns are called \"a\": columns 1 and 3");
    ck_assert_ptr_null(bs_data_name(matrix, 0));
    ck_assert_int_eq(bs_data_set_names(matrix, unnamed, &err), BS_OK);
    bs_data_drop(matrix);
}
END_TEST

START_TEST(rows_and_columns_are_taken_in_any_order_with_their_names)
{
    struct bs_data *matrix = matrix_of(2, 3, six), *rows = NULL, *columns = NULL;
    const char *const names[] = {"a", "b", "c"};
    ck_assert_int_eq(bs_data_set_names(matrix, names, NULL), BS_OK);
    ck_assert_int_eq(bs_data_take_rows(&rows, matrix, (const size_t[]){1, 0, 1}, 3, NULL), BS_OK);
    check_matrix(rows, 3, 3, (const double[]){4, 5, 6, 1, 2, 3, 4, 5, 6});
    ck_assert_int_eq(bs_data_take_columns(&columns, matrix, (const size_t[]){2, 0}, 2, NULL),
                     BS_OK);
    check_matrix(columns, 2, 2, (const double[]){3, 1, 6, 4});
    ck_assert_str_eq(bs_data_name(rows, 2), "c");
    ck_assert_str_eq(bs_data_name(columns, 0), "c");
    bs_data_drop(rows);
    bs_data_drop(columns);
    bs_data_drop(matrix);
}
END_TEST

/* A name twice is no matrix, so a column is not taken twice where there are names. */
START_TEST(no_rows_or_a_named_column_twice_cannot_be_taken)
{
    struct bs_data *matrix = matrix_of(2, 3, six), *part = NULL;
    const char *const names[] = {"a", "b", "c"};
    ck_assert_int_eq(bs_data_set_names(matrix, names, NULL), BS_OK);
    ck_assert_int_eq(bs_data_take_rows(&part, matrix, NULL, 0, NULL), BS_REFUSED);
    ck_assert_int_eq(bs_data_take_columns(&part, matrix, (const size_t[]){1, 1}, 2, NULL),
                     BS_REFUSED);
    ck_assert_ptr_null(part);
    bs_data_drop(matrix);
}
END_TEST

static bool make_parts(void *context)
{
    struct bs_data *matrix = NULL, *copy = NULL, *part = NULL;
    const char *const names[] = {"a", "b"};
    (void)context;
    bool worked = bs_data_create(&matrix, 2, 2, NULL) == BS_OK &&
                  bs_data_set_names(matrix, names, NULL) == BS_OK &&
                  bs_data_copy(&copy, matrix, NULL) == BS_OK &&
                  bs_data_take_columns(&part, copy, (const size_t[]){1}, 1, NULL) == BS_OK;
    bs_data_drop(matrix);
    bs_data_drop(copy);
    bs_data_drop(part);
    return worked;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    bs_refuse_each_allocation(make_parts, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("data", (const TTest *const[]){
                                   a_new_matrix_is_zero_and_has_no_names,
                                   a_matrix_of_nothing_or_too_much_is_refused,
                                   a_shared_matrix_stays_until_its_last_owner_goes,
                                   columns_are_found_by_name_and_a_slip_is_corrected,
                                   two_columns_of_one_name_are_refused_and_two_without_are_not,
                                   rows_and_columns_are_taken_in_any_order_with_their_names,
                                   no_rows_or_a_named_column_twice_cannot_be_taken,
                                   a_refused_request_for_memory_is_an_error,
                                   NULL,
                               });
}
