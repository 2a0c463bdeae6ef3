#ifndef BACKSTEP_NET_BATCH_H
#define BACKSTEP_NET_BATCH_H

#include "net/net.h"

/*
 * Samples at once through any network, rows one after the other: x is samples × inputs, t and y are
 * samples × outputs.  The loss of a batch is E = (1/m) Σ_k E_k over its m samples, so its gradients
 * are the mean of theirs.  Outputs and loss are the network's answers; gradients are those of
 * training, with what it draws at random.  Large products are BLAS's, so the last digits may differ
 * from those of a tape.  0, or BS_INTERRUPTED or BS_NO_MEMORY with the results in no particular
 * state.
 */
struct bs_batch {
    size_t samples;
    const double *x, *t;
};

int bs_batch_forward(double *y, const struct bs_net *net, const struct bs_batch *batch,
                     struct bs_error *err);
int bs_batch_loss(double *loss, const struct bs_net *net, const struct bs_batch *batch,
                  struct bs_error *err);
int bs_batch_gradients(double *gradients, const struct bs_net *net, const struct bs_batch *batch,
                       struct bs_error *err);

/* The same in a fixed order, without BLAS, as tapes have it. */
int bs_batch_exact_gradients(double *gradients, const struct bs_net *net,
                             const struct bs_batch *batch, struct bs_error *err);

#endif
