#ifndef BACKSTEP_NET_BLAS_H
#define BACKSTEP_NET_BLAS_H

#include "net/product.h"

/*
 * Inside the room: the system's BLAS, which is loaded when it is first asked for, so that a start
 * of the program never pays for it.  The environment's BACKSTEP_BLAS names another library than
 * the usual ones, or is "none".
 */

/*
 * A product whose steps are given, none of its sizes and steps over INT_MAX.  On one thread, or
 * on several where each has BS_BLAS_THREAD multiplications or more.  False when there is no BLAS:
 * then c is as it was.
 */
bool bs_blas_multiply(double *c, const struct bs_product *product, const double *a,
                      const double *b);

/*
 * Measured on two cores with OpenBLAS 0.3.21: from 2^24 multiplications on two threads gain 1.4 to
 * 1.9 (128 × 784 × 256 and more), below 2^21 nothing; between they gain while the second core has
 * nothing else to do, and lose otherwise.
 */
enum { BS_BLAS_THREAD = 1 << 23 };

#endif
