#ifndef BACKSTEP_NET_PRODUCT_H
#define BACKSTEP_NET_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Inside the room: products of matrices that lie row by row,
 *
 *     c = beta·c + alpha·a·b,   c rows × columns, with `inner` products a sum.
 *
 * Transposed, a lies as inner × rows, b as columns × inner.  Rows of c, a and b may lie further
 * apart than they are long: by so many numbers; 0 stands for their length.
 */
struct bs_product {
    size_t rows, columns, inner;
    bool a_is_transposed, b_is_transposed;
    double alpha, beta; /* beta 0 does not read c */
    size_t c_step, a_step, b_step;
};

/*
 * Fixed: each sum goes from the first product to the last, so it is the same on every machine.
 * Fast: large ones by the system's BLAS, loaded when it is first used.  0, or BS_INTERRUPTED with c
 * half done.  c overlaps neither a nor b.
 */
int bs_multiply(double *c, const struct bs_product *product, const double *a, const double *b,
                bool is_fixed);

/* y += f·x, of n numbers. */
void bs_add_scaled(double *restrict y, double f, const double *restrict x, size_t n);

#endif
