#ifndef BACKSTEP_NET_PASS_H
#define BACKSTEP_NET_PASS_H

#include "net/net.h"

/*
 * Inside the room: the numbers of a pass.  Those of all units lie one after the other, layer l's
 * from arch->layers[l].first on.  Training runs one pass again and again without allocating.
 */
struct bs_pass {
    struct bs_arch *arch;
    struct bs_params *params; /* NULL where the caller of bs_pass_run keeps them */
    double loss;
    double *x, *t;             /* inputs, targets */
    double *s, *z, *a;         /* Σ W a; with the bias; f of it */
    double *a_slope, *z_slope; /* ∂E/∂a, ∂E/∂z */
    double numbers[];          /* all of the above */
};

struct bs_pass *bs_pass_alloc(struct bs_arch *arch); /* takes a share; NULL when out of memory */

/* Forward, loss and backward of one sample.  0, or BS_INTERRUPTED with the numbers half done. */
int bs_pass_run(struct bs_pass *pass, const double *params, const double *x, const double *t);

/* Add ∂E/∂ every parameter.  0, or BS_INTERRUPTED half-way. */
int bs_pass_add_gradients(double *gradients, const struct bs_pass *pass);

#endif
