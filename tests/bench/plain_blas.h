#ifndef BACKSTEP_TESTS_BENCH_PLAIN_BLAS_H
#define BACKSTEP_TESTS_BENCH_PLAIN_BLAS_H

/* What the plain programs share that call BLAS.  Matrices lie row by row; a row is a sample. */
#include "plain.h"

#include <cblas.h>

/* c is rows × columns; each of its numbers is a sum of `inner` products. */
struct plain_sizes {
    int rows, columns, inner;
};

/* c = a·b */
static inline void plain_multiply_nn(double *c, struct plain_sizes n, const double *a,
                                     const double *b)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n.rows, n.columns, n.inner, 1, a,
                n.inner, b, n.columns, 0, c, n.columns);
}

/* c = a·bᵀ + beta·c */
static inline void plain_multiply_nt(double *c, struct plain_sizes n, const double *a,
                                     const double *b, double beta)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n.rows, n.columns, n.inner, 1, a, n.inner,
                b, n.inner, beta, c, n.columns);
}

/* c = aᵀ·b */
static inline void plain_multiply_tn(double *c, struct plain_sizes n, const double *a,
                                     const double *b)
{
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n.rows, n.columns, n.inner, 1, a, n.rows,
                b, n.columns, 0, c, n.columns);
}

/* c = c + alpha·aᵀ·b: with alpha = −η/samples a step of the weights c. */
static inline void plain_add_tn(double *c, struct plain_sizes n, double alpha, const double *a,
                                const double *b)
{
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n.rows, n.columns, n.inner, alpha, a,
                n.rows, b, n.columns, 1, c, n.columns);
}

/* A step of the biases, in the same way. */
static inline void plain_add_rows(double *restrict b, double alpha, const double *restrict dz,
                                  int rows, int columns)
{
    for (int s = 0; s < rows; s++, dz += columns)
        for (int j = 0; j < columns; j++)
            b[j] += alpha * dz[j];
}

/* The sums z become the outputs σ(z + b). */
static inline void plain_activate(double *restrict z, const double *restrict b, int rows,
                                  int columns)
{
    for (int s = 0; s < rows; s++, z += columns)
        for (int j = 0; j < columns; j++)
            z[j] = plain_sigmoid(z[j] + b[j]);
}

/* ∂E/∂a becomes ∂E/∂z, where a = σ(z). */
static inline void plain_activate_back(double *restrict da, const double *restrict a, int count)
{
    for (int i = 0; i < count; i++)
        da[i] *= a[i] * (1 - a[i]);
}

/* The sums z become softmax(z + b). */
void plain_softmax(double *z, const double *b, int rows, int columns);

/* The mean cross-entropy of outputs of softmax, and its slopes by the sums, but for 1/rows. */
double plain_cross_entropy(const double *y, const int *labels, int rows, int columns);
void plain_cross_entropy_back(double *y, const int *labels, int rows, int columns);

void plain_draw_labels(int *labels, int count, int below, uint64_t *random);

/* Within ±√(6/(inputs + units)) (Glorot and Bengio, 2010). */
void plain_draw_weights(double *w, int units, int inputs, uint64_t *random);

#endif
