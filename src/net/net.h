#ifndef BACKSTEP_NET_NET_H
#define BACKSTEP_NET_NET_H

#include "base/error.h"
#include "expr/func.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Dense networks and their numbers, computed by kernels written by hand: the engine that the tape's
 * symbolic one is checked against.  Layers count from 1 to the depth, units and inputs from 1 in
 * addresses and from 0 in arrays.  Everything is double precision, summed in a fixed order.
 */

enum bs_bias {
    BS_BIAS_NONE,
    BS_BIAS_UNITS,  /* one for each unit */
    BS_BIAS_SHARED, /* one for the layer */
};

struct bs_loss;  /* a row of the table in net/loss.h */
struct bs_stack; /* net/stack.h */
struct bs_shape;

/* The parameters given to an activation, in its order; those left out are as usual. */
struct bs_setting {
    int count;
    double values[BS_MOST_PARAMETERS];
};

/* Layer l: s_j = Σ_i W_ji a_i (in the order of i), z_j = s_j + b_j, a_j = f(z_j). */
struct bs_layer {
    int inputs, units;
    const struct bs_func *activation;
    struct bs_setting setting;
    enum bs_bias bias;
    size_t weights; /* where W starts in the parameters, row-major [unit][input] */
    size_t biases;  /* where b starts: bs_layer_biases of them */
    size_t first;   /* units in the layers before */
};

bool bs_layer_is_softmax(const struct bs_layer *layer); /* each output depends on every z */
int bs_layer_biases(const struct bs_layer *layer);      /* 0, 1 (shared) or one a unit */
size_t bs_layer_weights(const struct bs_layer *layer);  /* inputs × units */

/*
 * The shape of a network; never changes.  Shared: bs_arch_share adds an owner, _drop takes one.
 * Every network is a stack; one of dense layers alone has these besides, one after the other.
 */
struct bs_arch {
    int owners;
    struct bs_stack *stack;
    int depth; /* of dense layers; 0: there are other layers */
    const struct bs_loss *loss;
    double kink; /* slope at kinks: 0, 0.5 or 1, see struct bs_env */
    size_t parameters, units;
    struct bs_layer layers[]; /* layers[0] is layer 1 */
};

struct bs_arch_spec {
    int depth;                          /* 1 to BS_MAX_LAYERS */
    const int *sizes;                   /* depth + 1 of them: inputs, units of layer 1, ... */
    const struct bs_func **activations; /* one a layer */
    enum bs_bias bias;
    const struct bs_loss *loss;
    double kink;
    const struct bs_setting *settings; /* one a layer; NULL: no parameters are given */
};

enum { BS_MAX_LAYERS = 64, BS_MAX_UNITS = 100000 };

/*
 * Refused, naming the argument: a depth or size out of range, more than 2^26 parameters, softmax
 * anywhere but at the output, a function that is no activation or wants other parameters, a loss
 * that does not go with the output (cross_entropy wants softmax, binary_cross_entropy wants
 * sigmoid; the squared ones go with any), a kink other than 0, 0.5 and 1.
 */
int bs_arch_create(struct bs_arch **out, const struct bs_arch_spec *spec, struct bs_error *err);

/*
 * A network of any layers.  The stack is the network's from then on, also when this fails.
 * Refused: a loss that does not go with the last layer.
 */
int bs_arch_of_stack(struct bs_arch **out, struct bs_stack *stack, const struct bs_loss *loss,
                     struct bs_error *err);
bool bs_arch_is_dense(const struct bs_arch *arch); /* of dense layers alone, as mlp{...} makes it */
struct bs_arch *bs_arch_share(struct bs_arch *arch);
void bs_arch_drop(struct bs_arch *arch);         /* NULL is fine */
int bs_arch_inputs(const struct bs_arch *arch);  /* numbers of a sample */
int bs_arch_outputs(const struct bs_arch *arch); /* likewise */

/* The parameters of a network at one moment, shared until written. */
struct bs_params {
    int owners;
    size_t count;
    double values[];
};

struct bs_params *bs_params_create(size_t count); /* zeros; NULL when out of memory */
struct bs_params *bs_params_share(struct bs_params *params);
void bs_params_drop(struct bs_params *params); /* NULL is fine */

struct bs_net {
    struct bs_arch *arch;
    struct bs_params *params;
};

/* All parameters zero.  The net takes its own share of the architecture. */
int bs_net_create(struct bs_net **out, struct bs_arch *arch, struct bs_error *err);
void bs_net_destroy(struct bs_net *net); /* NULL is fine */

/* Make the parameters the net's alone, so that they may be written; NULL when out of memory. */
double *bs_net_own_params(struct bs_net *net);

/*
 * One forward and backward pass of one sample, all its numbers kept: s, z, a, ∂E/∂a, ∂E/∂z a layer,
 * and E.  Gradients of weights are products of these and computed when asked.  Keeps its own shares
 * of architecture and parameters and copies of x and t; training the net afterwards changes
 * nothing.  Numbers that overflow are kept as they come (inf, nan).
 */
struct bs_pass;

int bs_pass_create(struct bs_pass **out, struct bs_arch *arch, struct bs_params *params,
                   const double *x, const double *t, struct bs_error *err);
void bs_pass_destroy(struct bs_pass *pass); /* NULL is fine */
const struct bs_arch *bs_pass_arch(const struct bs_pass *pass);
struct bs_params *bs_pass_params(const struct bs_pass *pass); /* still the pass's */
const double *bs_pass_x(const struct bs_pass *pass);
const double *bs_pass_t(const struct bs_pass *pass);

/*
 * Forward only: outputs into y, which does not overlap x.  `work` holds 2·(the widest layer)
 * doubles.  0, or BS_INTERRUPTED with y in no particular state.
 */
int bs_forward(double *y, const struct bs_arch *arch, const double *params, const double *x,
               double *work);
int bs_arch_widest(const struct bs_arch *arch); /* units of the widest layer */

/* E of one sample. */
int bs_sample_loss(double *loss, const struct bs_arch *arch, const double *params, const double *x,
                   const double *t, struct bs_error *err);

/* ∂E/∂ every parameter, in the layout of the parameters.  0, or BS_INTERRUPTED half-way. */
int bs_pass_gradients(double *gradients, const struct bs_pass *pass);

#endif
