/* Matrices of data: who holds them, what their columns are called, and parts of them. */
#include "net/data.h"

#include "base/mem.h"
#include "base/nearest.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct bs_data {
    int owners;
    size_t rows, columns;
    double *values;
    char **names; /* one a column; NULL: none has one */
};

int bs_data_adopt(struct bs_data **out, double *values, size_t rows, size_t columns,
                  struct bs_error *err)
{
    struct bs_data *matrix = NULL;
    int status = BS_OK;
    if (rows == 0 || columns == 0)
        status =
            bs_fail(err, BS_REFUSED, "a matrix has at least one row and one column, not %zu×%zu",
                    rows, columns);
    else if (!values || !(matrix = bs_calloc(1, sizeof *matrix)))
        status = bs_fail_memory(err);
    if (status < 0) {
        bs_free(values);
        return status;
    }
    matrix->owners = 1;
    matrix->rows = rows;
    matrix->columns = columns;
    matrix->values = values;
    *out = matrix;
    return BS_OK;
}

int bs_data_create(struct bs_data **out, size_t rows, size_t columns, struct bs_error *err)
{
    double *values = NULL;
    if (rows > 0 && columns > 0 && rows <= SIZE_MAX / columns)
        values = bs_calloc(rows * columns, sizeof *values);
    return bs_data_adopt(out, values, rows, columns, err);
}

double *bs_data_fill(struct bs_data *matrix)
{
    assert(matrix->owners == 1);
    return matrix->values;
}

static void free_names(char **names, size_t count)
{
    for (size_t j = 0; names && j < count; j++)
        bs_free(names[j]);
    bs_free(names);
}

struct bs_data *bs_data_share(struct bs_data *matrix)
{
    matrix->owners++;
    return matrix;
}

void bs_data_drop(struct bs_data *matrix)
{
    if (!matrix || --matrix->owners > 0)
        return;
    free_names(matrix->names, matrix->columns);
    bs_free(matrix->values);
    bs_free(matrix);
}

size_t bs_data_rows(const struct bs_data *matrix)
{
    return matrix->rows;
}

size_t bs_data_columns(const struct bs_data *matrix)
{
    return matrix->columns;
}

const double *bs_data_row(const struct bs_data *matrix, size_t row)
{
    assert(row < matrix->rows);
    return matrix->values + row * matrix->columns;
}

/* ---- names ----------------------------------------------------------------------------------- */

struct named {
    const char *name;
    size_t column;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* Sorted, equal names are neighbours. */
static int refuse_twins(const char *const *names, size_t count, struct bs_error *err)
{
    struct named *sorted = bs_realloc_array(NULL, count, sizeof *sorted);
    int status = sorted ? BS_OK : bs_fail_memory(err);
    for (size_t j = 0; sorted && j < count; j++)
        sorted[j] = (struct named){names[j], j};
    if (sorted)
        qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t j = 1; status == BS_OK && j < count; j++)
        if (*sorted[j].name && strcmp(sorted[j - 1].name, sorted[j].name) == 0)
            status = bs_fail(err, BS_REFUSED, "two columns are called \"%s\": columns %zu and %zu",
                             sorted[j].name, sorted[j - 1].column + 1, sorted[j].column + 1);
    bs_free(sorted);
    return status;
}

int bs_data_set_names(struct bs_data *matrix, const char *const *names, struct bs_error *err)
{
    assert(!matrix->names);
    int status = refuse_twins(names, matrix->columns, err);
    char **copies = status == BS_OK ? bs_calloc(matrix->columns, sizeof *copies) : NULL;
    bool is_whole = copies;
    for (size_t j = 0; is_whole && j < matrix->columns; j++) {
        copies[j] = bs_strdup(names[j]);
        is_whole = copies[j];
    }
    if (is_whole) {
        matrix->names = copies;
        return BS_OK;
    }
    free_names(copies, matrix->columns);
    return status < 0 ? status : bs_fail_memory(err);
}

const char *bs_data_name(const struct bs_data *matrix, size_t column)
{
    assert(column < matrix->columns);
    return matrix->names && *matrix->names[column] ? matrix->names[column] : NULL;
}

int bs_data_find(size_t *column, const struct bs_data *matrix, const char *name,
                 struct bs_error *err)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    if (!matrix->names)
        return bs_fail(err, BS_REFUSED,
                       "the columns of this matrix have no names, so none is called \"%s\": they "
                       "are 1 to %zu",
                       name, matrix->columns);
    for (size_t j = 0; j < matrix->columns; j++) {
        if (*name && strcmp(matrix->names[j], name) == 0) {
            *column = j;
            return BS_OK;
        }
        bs_nearest_offer(&nearest, matrix->names[j]);
    }
    return bs_fail(err, BS_REFUSED, "no column is called \"%s\"%s", name,
                   bs_nearest_hint(&nearest, hint));
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* NULL names: the matrix has none. */
static int copy_names(struct bs_data *to, const char *const *names, struct bs_error *err)
{
    return names ? bs_data_set_names(to, names, err) : BS_OK;
}

/* On success the matrix is the caller's; else it is dropped. */
static int finish(struct bs_data **out, struct bs_data *made, int status)
{
    if (status == BS_OK)
        *out = made;
    else
        bs_data_drop(made);
    return status;
}

int bs_data_copy(struct bs_data **out, const struct bs_data *matrix, struct bs_error *err)
{
    struct bs_data *made = NULL;
    int status = bs_data_create(&made, matrix->rows, matrix->columns, err);
    if (status < 0)
        return status;
    memcpy(made->values, matrix->values, matrix->rows * matrix->columns * sizeof *made->values);
    return finish(out, made, copy_names(made, (const char *const *)matrix->names, err));
}

int bs_data_take_rows(struct bs_data **out, const struct bs_data *matrix, const size_t *rows,
                      size_t count, struct bs_error *err)
{
    struct bs_data *made = NULL;
    const size_t columns = matrix->columns;
    int status = bs_data_create(&made, count, columns, err);
    if (status < 0)
        return status;
    for (size_t i = 0; i < count; i++)
        memcpy(made->values + i * columns, bs_data_row(matrix, rows[i]),
               columns * sizeof *made->values);
    return finish(out, made, copy_names(made, (const char *const *)matrix->names, err));
}

static int take_names(struct bs_data *to, const struct bs_data *from, const size_t *columns,
                      struct bs_error *err)
{
    if (!from->names)
        return BS_OK;
    const char **names = bs_realloc_array(NULL, to->columns, sizeof *names);
    if (!names)
        return bs_fail_memory(err);
    for (size_t j = 0; j < to->columns; j++)
        names[j] = from->names[columns[j]];
    int status = bs_data_set_names(to, names, err);
    bs_free(names);
    return status;
}

int bs_data_take_columns(struct bs_data **out, const struct bs_data *matrix, const size_t *columns,
                         size_t count, struct bs_error *err)
{
    struct bs_data *made = NULL;
    int status = bs_data_create(&made, matrix->rows, count, err);
    if (status < 0)
        return status;
    for (size_t i = 0; i < matrix->rows; i++)
        for (size_t j = 0; j < count; j++)
            made->values[i * count + j] = bs_data_row(matrix, i)[columns[j]];
    return finish(out, made, take_names(made, matrix, columns, err));
}
