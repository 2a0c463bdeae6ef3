#ifndef BACKSTEP_EXPR_MATRIX_H
#define BACKSTEP_EXPR_MATRIX_H

#include "expr/typeset.h"

/*
 * Index forms read as matrices: Σ_i x_i·W_ij + b_j, by the column j, is x·W + b, and ∂L/∂W_ij =
 * x_i·g_j is xᵀ·g.  Vectors are rows: x_i by the column i is x, by the row i it is xᵀ.
 *
 * A sum over the index that two factors share is their matrix product; factors with the same
 * indices are multiplied entry by entry (⊙, and ⊘ to divide), and functions are applied so; a row
 * and a column without a common index make their outer product; what a vector alone is summed up by
 * is 1ᵀ, the column of ones.  A number or a scalar beside a matrix is added to each of its entries.
 */

/* An array whose members the expression has.  With one subscript it is a row: rows is 1. */
struct bs_matrix_array {
    const char *name;
    bs_expr rows, columns; /* of the same pool; sums over an index must end there */
};

struct bs_matrix_space {
    struct bs_pool *pool; /* must outlive what is read */
    const struct bs_matrix_array *arrays;
    int count;
};

struct bs_matrix;

/*
 * Read `expr` as the matrix with its row and column counted by these indices; NULL: it has one row,
 * one column.  Refused: three indices in one product, a member whose subscripts are not two
 * different indices (W_1j, W_ii), an array of unknown shape or of two, a sum over a part of an
 * array, an indexed product.
 */
int bs_matrix_read(struct bs_matrix **out, const struct bs_matrix_space *space, bs_expr expr,
                   bs_expr row, bs_expr column, struct bs_error *err);
void bs_matrix_destroy(struct bs_matrix *matrix); /* NULL is fine */

bs_expr bs_matrix_rows(const struct bs_matrix *matrix);
bs_expr bs_matrix_columns(const struct bs_matrix *matrix);

/* "x·W1 + b1"; in ASCII x*W1 + b1, with .* for ⊙, ./ for ⊘ and ^T, which does not parse back. */
void bs_matrix_put(struct bs_buf *buf, const struct bs_matrix *matrix, enum bs_form form);

/*
 * What becomes of the shapes: "1×2 · 2×3 + 1×3 = 1×3", or the shape alone, "1×3", where there is no
 * matrix product.  Scalars and numbers are left out.
 */
void bs_matrix_put_shapes(struct bs_buf *buf, const struct bs_matrix *matrix, enum bs_form form);

#endif
