#ifndef BACKSTEP_NET_PROBE_H
#define BACKSTEP_NET_PROBE_H

#include "net/batch.h"

/*
 * What can be seen of a network besides its outputs: how large gradients are in each layer, which
 * units have stopped learning or are the same, and what a linear network comes to.  Nothing here
 * changes it.
 */

/*
 * Of a layer, the means over the samples of ‖∂E/∂z‖ and ‖∂E/∂W‖, each sample's own; and the largest
 * |f'(z)| of a unit on a sample (nan of softmax, where each output has a slope for every z).
 */
struct bs_layer_norms {
    double z, weights, slope;
};

/* `norms` holds one for each layer; *loss is the mean loss.  At least one sample. */
int bs_gradient_norms(struct bs_layer_norms *norms, double *loss, const struct bs_net *net,
                      const struct bs_batch *batch, struct bs_error *err);

/*
 * A dead unit gives 0 with slope 0 on every sample, as relu does below 0: nothing of it can change.
 * A saturated one, of sigmoid or tanh, has on every sample a slope below a hundredth of the largest
 * there is, which is that at 0.
 */
enum bs_unit_state { BS_UNIT_ALIVE, BS_UNIT_SATURATED, BS_UNIT_DEAD };

/* `states` holds one for each unit, layer after layer; `x` is samples × inputs, one at least. */
int bs_unit_states(enum bs_unit_state *states, const struct bs_net *net, size_t samples,
                   const double *x, struct bs_error *err);

/*
 * Units of layer l (from 1, below the depth) are twins where their weights from the layer before,
 * their biases and their weights to the next layer are equal: then so are their gradients, and they
 * stay twins whatever is learnt.  twin_of[j] is the first unit (from 0) that unit j equals: j where
 * there is none before it.
 */
int bs_find_twins(int *twin_of, const struct bs_net *net, int l, struct bs_error *err);

/*
 * y = W·x + b of a network whose activations are all the identity: W = W_D ··· W_1, outputs ×
 * inputs, and b.  Refused, naming the first layer that has another activation.
 */
int bs_collapse(double *weights, double *biases, const struct bs_net *net, struct bs_error *err);

#endif
