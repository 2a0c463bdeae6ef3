#ifndef BACKSTEP_TESTS_TEST_DATA_H
#define BACKSTEP_TESTS_TEST_DATA_H

#include "unit.h"

#include "base/mem.h"
#include "net/data.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static inline struct bs_data *matrix_of(size_t rows, size_t columns, const double *values)
{
    struct bs_data *matrix = NULL;
    ck_assert_int_eq(bs_data_create(&matrix, rows, columns, NULL), BS_OK);
    memcpy(bs_data_fill(matrix), values, rows * columns * sizeof *values);
    return matrix;
}

static inline void check_matrix(const struct bs_data *matrix, size_t rows, size_t columns,
                                const double *values)
{
    ck_assert_uint_eq(bs_data_rows(matrix), rows);
    ck_assert_uint_eq(bs_data_columns(matrix), columns);
    for (size_t k = 0; k < rows * columns; k++)
        ck_assert_msg(bs_data_row(matrix, k / columns)[k % columns] == values[k],
                      "row %zu, column %zu is %.17g, not %.17g", k / columns, k % columns,
                      bs_data_row(matrix, k / columns)[k % columns], values[k]);
}

/* A name, or "" where there is none. */
static inline const char *name_of(const struct bs_data *matrix, size_t column)
{
    const char *name = bs_data_name(matrix, column);
    return name ? name : "";
}

#endif
