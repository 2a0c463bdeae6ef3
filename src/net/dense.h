#ifndef BACKSTEP_NET_DENSE_H
#define BACKSTEP_NET_DENSE_H

#include "net/net.h"

/*
 * Inside the room: the dense layer.  Its kernels forward and backward, and its forward definition
 * in symbols, which the tape differentiates; neither knows of the other.  `params` are those of the
 * whole network; `a` are the layer's inputs (the x or the activations before).  Kernels that may
 * take long give 0, or BS_INTERRUPTED with the result half done.
 */

/*
 * The dot products of a with four rows of n each, one after the other from w on.  Side by side, the
 * additions of one do not wait for each other's.
 */
enum { BS_DENSE_ROWS = 4 };
void bs_dense_dot_rows(double *s, const double *w, const double *a, size_t n);

/* s_j = Σ_i W_ji a_i, added from the left. */
int bs_dense_sum(double *s, const struct bs_layer *layer, const double *params, const double *a);

/* z_j = s_j + b_j; z may be s. */
void bs_dense_add_bias(double *z, const struct bs_layer *layer, const double *params,
                       const double *s);

/* A layer's activation over all its units at once, and the units without arrays. */
struct bs_units bs_dense_units(const struct bs_layer *layer, double kink);

/* a_j = f(z_j), or softmax_j(z); a may be z. */
void bs_dense_activate(double *a, const struct bs_layer *layer, const double *z, double kink);

/* ∂E/∂z from ∂E/∂a, where the layer gave a for z. */
void bs_dense_activate_back(double *dz, const struct bs_layer *layer, const double *da,
                            const double *z, const double *a, double kink);

/* ∂E/∂ (the layer's inputs) from ∂E/∂z. */
int bs_dense_sum_back(double *da, const struct bs_layer *layer, const double *params,
                      const double *dz);

/* The same for one input (from 0). */
double bs_dense_input_gradient(const struct bs_layer *layer, const double *params, const double *dz,
                               int input);

/* ∂E/∂ (the layer's bias) of a unit (from 0); where it is shared that is of the layer. */
double bs_dense_bias_gradient(const struct bs_layer *layer, const double *dz, int unit);

/* Add ∂E/∂ (the layer's parameters) to the network's gradients. */
int bs_dense_add_gradients(double *gradients, const struct bs_layer *layer, const double *dz,
                           const double *a);

/*
 * z in symbols: f_1·f_2 + f_3·f_4 + ... + b.  The operands are the two factors of each of the
 * `inputs` products, one product after the other, then the bias where there is one; the array is
 * used up.
 */
bs_expr bs_dense_define_sum(struct bs_pool *pool, int inputs, bool has_bias, bs_expr *operands);

/* a of a unit (from 1) in symbols: f(z), with all the layer's z for softmax, else the unit's own.
 */
bs_expr bs_dense_define_activation(struct bs_pool *pool, const struct bs_layer *layer, int unit,
                                   const bs_expr *z);

#endif
