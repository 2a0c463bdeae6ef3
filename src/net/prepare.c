/* Data made ready for training: standardised, one-hot, in two parts. */
#include "net/data.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- standardising --------------------------------------------------------------------------- */

/*
 * Two passes, each a sum in the order of the rows; Σ (x − mean)² has no cancellation, which
 * Σ x² − rows·mean² has.
 */
static void measure_column(double *mean, double *deviation, const struct bs_data *matrix,
                           size_t column)
{
    const size_t rows = bs_data_rows(matrix);
    const double first = bs_data_row(matrix, 0)[column];
    double sum = 0, squares = 0;
    bool is_constant = true;
    for (size_t i = 0; i < rows; i++) {
        const double x = bs_data_row(matrix, i)[column];
        sum += x;
        is_constant = is_constant && x == first;
    }
    *mean = is_constant ? first : sum / (double)rows;
    for (size_t i = 0; i < rows; i++) {
        const double away = bs_data_row(matrix, i)[column] - *mean;
        squares += away * away;
    }
    *deviation = squares == 0 ? 1 : sqrt(squares / (double)rows);
}

/* "column 2 (sugar)" */
static const char *describe_column(char text[static 80], const struct bs_data *matrix,
                                   size_t column)
{
    const char *name = bs_data_name(matrix, column);
    snprintf(text, 80, name ? "column %zu (%.40s)" : "column %zu", column + 1, name ? name : "");
    return text;
}

int bs_data_measure(double *means, double *deviations, const struct bs_data *matrix,
                    struct bs_error *err)
{
    char text[80];
    for (size_t j = 0; j < bs_data_columns(matrix); j++) {
        measure_column(&means[j], &deviations[j], matrix, j);
        if (!isfinite(means[j]) || !isfinite(deviations[j]))
            return bs_fail(err, BS_REFUSED,
                           "%s cannot be standardised: the sum of its numbers or of their squares "
                           "is too large",
                           describe_column(text, matrix, j));
    }
    return BS_OK;
}

int bs_data_standardise(struct bs_data **out, const struct bs_data *matrix, const double *means,
                        const double *deviations, struct bs_error *err)
{
    char text[80];
    const size_t rows = bs_data_rows(matrix), columns = bs_data_columns(matrix);
    struct bs_data *made = NULL;
    int status = bs_data_copy(&made, matrix, err);
    if (status < 0)
        return status;
    double *values = bs_data_fill(made);
    for (size_t k = 0; k < rows * columns; k++) {
        const size_t j = k % columns;
        values[k] = (values[k] - means[j]) / deviations[j];
        if (!isfinite(values[k])) {
            bs_data_drop(made);
            return bs_fail(err, BS_REFUSED,
                           "row %zu, %s is too large to be standardised with a deviation of %g",
                           k / columns + 1, describe_column(text, matrix, j), deviations[j]);
        }
    }
    *out = made;
    return BS_OK;
}

/* ---- one-hot --------------------------------------------------------------------------------- */

enum { MOST_CLASSES = 100000 }; /* the most units that a layer can have */

static int check_labels(const struct bs_data *matrix, size_t classes, struct bs_error *err)
{
    if (bs_data_columns(matrix) != 1)
        return bs_fail(err, BS_REFUSED, "labels are one column, this matrix has %zu columns",
                       bs_data_columns(matrix));
    for (size_t i = 0; i < bs_data_rows(matrix); i++) {
        const double label = *bs_data_row(matrix, i);
        if (!(label >= 0 && label < (double)classes) || label != floor(label))
            return bs_fail(err, BS_REFUSED,
                           "row %zu: a label is a whole number from 0 to %zu, not %g", i + 1,
                           classes - 1, label);
    }
    return BS_OK;
}

/* Labels that were checked. */
static size_t count_classes(const struct bs_data *matrix)
{
    double greatest = 0;
    for (size_t i = 0; i < bs_data_rows(matrix); i++)
        greatest = fmax(greatest, *bs_data_row(matrix, i));
    return (size_t)greatest + 1;
}

int bs_data_one_hot(struct bs_data **out, const struct bs_data *matrix, size_t classes,
                    struct bs_error *err)
{
    struct bs_data *made = NULL;
    int status = check_labels(matrix, classes ? classes : MOST_CLASSES, err);
    if (status == BS_OK && classes == 0)
        classes = count_classes(matrix);
    if (status == BS_OK)
        status = bs_data_create(&made, bs_data_rows(matrix), classes, err);
    if (status < 0)
        return status;
    for (size_t i = 0; i < bs_data_rows(matrix); i++)
        bs_data_fill(made)[i * classes + (size_t)*bs_data_row(matrix, i)] = 1;
    *out = made;
    return BS_OK;
}

/* ---- two parts ------------------------------------------------------------------------------- */

static int compare_rows(const struct bs_data *classes, size_t a, size_t b)
{
    const double *x = bs_data_row(classes, a), *y = bs_data_row(classes, b);
    for (size_t j = 0; j < bs_data_columns(classes); j++)
        if (x[j] != y[j])
            return x[j] < y[j] ? -1 : 1;
    return 0;
}

/* Rows of one class are neighbours, and within it in their order. */
static int compare_members(const void *a, const void *b, void *classes)
{
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const int by_class = compare_rows(classes, i, j);
    return by_class != 0 ? by_class : (i > j) - (i < j);
}

/* A share of `count`, rounded, but of all rows at least one and not all. */
static size_t part_of(size_t count, double share)
{
    return (size_t)floor((double)count * share + 0.5);
}

static size_t part_of_all(size_t rows, double share)
{
    const size_t part = part_of(rows, share);
    return part < 1 ? 1 : part < rows ? part : rows - 1;
}

/*
 * `order` has the classes one after another.  Of the first k rows a share, rounded, is to be in the
 * other part; a class gets what its rows add to that, which differs from its own share by less
 * than a row, and all together get what they should.
 */
static void divide_classes(size_t *order, size_t *other, const struct bs_split *split,
                           struct bs_rng *rng)
{
    const size_t rows = split->rows, wanted = part_of_all(rows, split->share);
    size_t kept = 0, taken = 0, end;
    for (size_t start = 0; start < rows; start = end) {
        end = start + 1;
        while (end < rows && compare_rows(split->classes, order[start], order[end]) == 0)
            end++;
        bs_rng_shuffle(rng, order + start, end - start);
        size_t until = end == rows ? wanted : part_of(end, split->share);
        for (size_t k = start; k < end; k++) {
            if (taken < until)
                other[taken++] = order[k];
            else
                order[kept++] = order[k];
        }
    }
    for (size_t k = 0; k < taken; k++)
        order[kept + k] = other[k];
}

static int divide_by_class(size_t *order, const struct bs_split *split, struct bs_rng *rng,
                           struct bs_error *err)
{
    size_t *other = bs_realloc_array(NULL, split->rows, sizeof *other);
    if (!other)
        return bs_fail_memory(err);
    qsort_r(order, split->rows, sizeof *order, compare_members, (void *)split->classes);
    divide_classes(order, other, split, rng);
    bs_free(other);
    return BS_OK;
}

int bs_split_rows(size_t *first, size_t *order, const struct bs_split *split, struct bs_error *err)
{
    struct bs_rng rng;
    int status = BS_OK;
    if (!(split->share > 0 && split->share < 1))
        return bs_fail(err, BS_REFUSED, "the share must be between 0 and 1, got %g", split->share);
    if (split->rows < 2)
        return bs_fail(err, BS_REFUSED, "one row cannot be split in two parts");
    const size_t kept = split->rows - part_of_all(split->rows, split->share);
    bs_rng_seed(&rng, split->seed);
    for (size_t i = 0; i < split->rows; i++)
        order[i] = i;
    if (split->classes)
        status = divide_by_class(order, split, &rng, err);
    if (status < 0)
        return status;
    bs_rng_shuffle(&rng, order, split->classes ? kept : split->rows);
    if (split->classes)
        bs_rng_shuffle(&rng, order + kept, split->rows - kept);
    *first = kept;
    return BS_OK;
}
