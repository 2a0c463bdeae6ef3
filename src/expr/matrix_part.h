#ifndef BACKSTEP_EXPR_MATRIX_PART_H
#define BACKSTEP_EXPR_MATRIX_PART_H

#include "expr/matrix.h"

#include "base/arena.h"

/*
 * Inside the room only: what a matrix form is made of.  A part is a matrix whose rows and columns
 * are counted by indices (NULL: the one row, the one column).  Numbers and scalars stay
 * expressions, and so do sums and calls of functions, over refs to parts: bs_typeset knows about
 * their signs, fractions and parentheses.
 *
 * Whatever makes a part gives NULL when an operand is NULL or when it fails, with the reason in the
 * matrix; so parts may be made in one go.
 */
enum bs_part_op {
    BS_PART_ARRAY,     /* by its name */
    BS_PART_ONES,      /* a row of ones */
    BS_PART_IDENTITY,  /* δ_ij */
    BS_PART_ENTRYWISE, /* `form`, an expression over refs to parts, for each entry */
    BS_PART_TRANSPOSE, /* args[0]ᵀ */
    BS_PART_DIAGONAL,  /* the matrix with the row args[0] in its diagonal */
    BS_PART_INVERSE,   /* 1 over each entry of args[0]; a factor of HADAMARD, or a scalar */
    BS_PART_POWER,     /* each entry of args[0] to the power of `form` */
    BS_PART_HADAMARD,  /* args[0] ⊙ args[1] ⊙ ... */
    BS_PART_PRODUCT,   /* args[0]·args[1]·... */
};

struct bs_part {
    enum bs_part_op op;
    /*
     * Of a PRODUCT that is a number: as what it stands in a form.  SUM: beside matrices, so that it
     * needs parentheses of its own; POWER: alone; PRODUCT: below a fraction bar.
     */
    enum bs_binding stands_as;
    bs_expr index[2]; /* of its rows and of its columns, or NULL */
    bs_expr size[2];  /* how many there are; NULL: not known yet */
    const char *name;
    bs_expr form;
    int64_t id;
    int count;
    const struct bs_part *args[];
};

/* Parts by their ids, which are those of the refs. */
struct bs_matrix {
    struct bs_pool *pool;
    bs_expr one;
    struct bs_arena *arena;
    struct bs_part **parts;
    size_t count, capacity;
    const struct bs_part *whole;
    int status; /* why something is NULL; text in *err */
    struct bs_error *err;
};

/* Each gives NULL.  The first reason stays; `fail`: the pool's, or out of memory. */
void *bs_matrix_refuse(struct bs_matrix *matrix, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void *bs_matrix_fail(struct bs_matrix *matrix);

/* One number, until it gets axes. */
struct bs_part *bs_part_create(struct bs_matrix *matrix, enum bs_part_op op, int count,
                               const struct bs_part *const *args);

/* Take rows (0) and columns (1) over from others'. */
struct bs_part *bs_part_with_axes(struct bs_part *part, const struct bs_part *rows, int row,
                                  const struct bs_part *columns, int column);

/* A part of another with its axes. */
struct bs_part *bs_part_wrap(struct bs_matrix *matrix, enum bs_part_op op,
                             const struct bs_part *arg);

const struct bs_part *bs_part_transpose(struct bs_matrix *matrix, const struct bs_part *part);

/* With these indices for its rows and columns: its own, or those swapped. */
const struct bs_part *bs_part_turn(struct bs_matrix *matrix, const struct bs_part *part,
                                   bs_expr row, bs_expr column);

/* a·b: the columns of a are counted by the index of b's rows. */
const struct bs_part *bs_part_product(struct bs_matrix *matrix, const struct bs_part *a,
                                      const struct bs_part *b);

/* Entry by entry; b has the indices of a, or those swapped.  No a yet (NULL): b. */
const struct bs_part *bs_part_hadamard(struct bs_matrix *matrix, const struct bs_part *a,
                                       const struct bs_part *b);

const struct bs_part *bs_part_diagonal(struct bs_matrix *matrix, const struct bs_part *row);
const struct bs_part *bs_part_ones(struct bs_matrix *matrix, bs_expr index, bs_expr size);

bool bs_part_has_index(const struct bs_part *part, bs_expr index);
bool bs_part_is_scalar(const struct bs_part *part);
bool bs_part_is_vector(const struct bs_part *part); /* one index */
const struct bs_part *bs_part_row(struct bs_matrix *matrix, const struct bs_part *vector);

/* The index of a vector; of a matrix the one that is not this. */
bs_expr bs_part_other_index(const struct bs_part *part, bs_expr index);

#endif
