#ifndef BACKSTEP_NET_DATA_H
#define BACKSTEP_NET_DATA_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Data: a row is a sample, a column is what is known of each.  At least one of both, finite numbers
 * one row after the other, perhaps a name for each column.  Once it is filled a matrix never
 * changes, so it is shared and not copied: bs_data_share adds an owner, _drop takes one.
 */
struct bs_data;

/* All zero.  Refused: no rows or no columns. */
int bs_data_create(struct bs_data **out, size_t rows, size_t columns, struct bs_error *err);

/* Of numbers that bs_alloc or bs_grow gave; they are the matrix's, also when it is refused. */
int bs_data_adopt(struct bs_data **out, double *values, size_t rows, size_t columns,
                  struct bs_error *err);

/* By whoever made it, before it is shared: its numbers; and a name for each column, copied.
 * Refused: two columns of one name, other than "", which names none. */
double *bs_data_fill(struct bs_data *matrix);
int bs_data_set_names(struct bs_data *matrix, const char *const *names, struct bs_error *err);

struct bs_data *bs_data_share(struct bs_data *matrix);
void bs_data_drop(struct bs_data *matrix); /* NULL is fine */

size_t bs_data_rows(const struct bs_data *matrix);
size_t bs_data_columns(const struct bs_data *matrix);
const double *bs_data_row(const struct bs_data *matrix, size_t row); /* from 0 */

/* The name of a column (from 0); NULL where there is none.  And the column of a name: an unknown
 * one is refused, suggesting the nearest. */
const char *bs_data_name(const struct bs_data *matrix, size_t column);
int bs_data_find(size_t *column, const struct bs_data *matrix, const char *name,
                 struct bs_error *err);

/* Another with the same numbers and names, to be filled. */
int bs_data_copy(struct bs_data **out, const struct bs_data *matrix, struct bs_error *err);

/* These rows, or columns with their names, in this order; `count` of them, each there. */
int bs_data_take_rows(struct bs_data **out, const struct bs_data *matrix, const size_t *rows,
                      size_t count, struct bs_error *err);
int bs_data_take_columns(struct bs_data **out, const struct bs_data *matrix, const size_t *columns,
                         size_t count, struct bs_error *err);

/*
 * The mean of each column and its standard deviation, √(Σ (x − mean)²/rows), but 1 where all are
 * equal, so that dividing by it is possible.  Refused: numbers too large for their sum or squares.
 */
int bs_data_measure(double *means, double *deviations, const struct bs_data *matrix,
                    struct bs_error *err);

/* (x − mean)/deviation.  Refused: what overflows then, with its place. */
int bs_data_standardise(struct bs_data **out, const struct bs_data *matrix, const double *means,
                        const double *deviations, struct bs_error *err);

/*
 * One column of labels 0, 1, ... becomes a column a class: 1 where the row is of that class, else
 * 0.  `classes` 0: as many as the greatest label asks for.  Refused: more columns, a label that is
 * no whole number or not below `classes`.
 */
int bs_data_one_hot(struct bs_data **out, const struct bs_data *matrix, size_t classes,
                    struct bs_error *err);

/*
 * Rows in two parts: order[0 .. *first) are one, the rest is the other, which gets a `share` of
 * them, rounded, and at least one row; both in an order drawn by the seed.  With `classes`, rows
 * that are equal there are a class, and the other part gets a share of each, exact to one row.
 * Refused: a share not between 0 and 1, a single row.
 */
struct bs_split {
    size_t rows;
    double share;
    uint64_t seed;
    const struct bs_data *classes; /* with as many rows; or NULL */
};

int bs_split_rows(size_t *first, size_t *order, const struct bs_split *split, struct bs_error *err);

#endif
