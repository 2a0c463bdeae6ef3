#ifndef BACKSTEP_NET_LAYOUT_H
#define BACKSTEP_NET_LAYOUT_H

#include "net/net.h"

/*
 * The quantities of a network in the order of its tape, by arithmetic: a quantity is an ordinal,
 * and its address, its definition, what it uses and who uses it are computed from that, so that one
 * entry of a large network is explained without making the others.
 *
 * The order is: inputs, targets, the parameters layer by layer (weights, then biases), the rate;
 * then layer by layer and unit by unit z and a (of a softmax layer all z, then all a); the loss.
 */

enum bs_quantity {
    BS_INPUT,         /* x[i]        : input */
    BS_TARGET,        /* target[j]   : unit */
    BS_WEIGHT,        /* W[l][j][i]  : layer, unit, input */
    BS_BIAS,          /* b[l][j]     : layer, unit (1 when shared) */
    BS_RATE,          /* eta */
    BS_PREACTIVATION, /* z[l][j]     : layer, unit */
    BS_ACTIVATION,    /* a[l][j]     : layer, unit */
    BS_LOSS_VALUE,    /* loss */
};

/* Indices count from 1; those that do not apply are 0. */
struct bs_address {
    enum bs_quantity kind;
    int layer, unit, input;
};

/* How a notation lays a network out. */
struct bs_layout {
    const struct bs_arch *arch;
    /*
     * False: z_j = Σ_i W_ji a_i + b_j, a_j = f(z_j), and b is a given.
     * True: z_j = Σ_i W_ji a_i and a_j = f(z_j − θ_j), with the given θ = −b.
     */
    bool threshold;
    bool by_input;    /* weights ordered [input][unit] instead of [unit][input] */
    bool input_first; /* a product is written x_i·W_ji instead of W_ji·x_i */
    bool has_rate;
};

int64_t bs_layout_count(const struct bs_layout *layout);  /* all quantities */
int64_t bs_layout_givens(const struct bs_layout *layout); /* the first so many are givens */
struct bs_address bs_layout_address(const struct bs_layout *layout, int64_t ordinal);
/* −1 when there is no such quantity. */
int64_t bs_layout_ordinal(const struct bs_layout *layout, struct bs_address at);

/* Whose definitions mention the quantity, in tape order: how many, and the kth (from 0). */
int64_t bs_layout_user_count(const struct bs_layout *layout, int64_t ordinal);
int64_t bs_layout_user(const struct bs_layout *layout, int64_t ordinal, int64_t k);

/*
 * The backward order of the main line: the loss; the outputs a, then their z; the a of the layer
 * before, ...; z of layer 1; then the parameters, last layer first, each layer in tape order.
 * Inputs, targets and the rate are not in it (−1).
 */
int64_t bs_layout_backward_count(const struct bs_layout *layout);
int64_t bs_layout_backward(const struct bs_layout *layout, int64_t k);
int64_t bs_layout_backward_rank(const struct bs_layout *layout, int64_t ordinal);

/*
 * The forward definition of a z, an a or the loss over its operands; `leaf` makes an operand.
 * NULL (with the reason in the pool) when out of memory; NULL of a given.
 */
typedef bs_expr bs_operand(void *context, struct bs_pool *pool, int64_t ordinal);
bs_expr bs_layout_define(const struct bs_layout *layout, struct bs_pool *pool, int64_t ordinal,
                         bs_operand *leaf, void *context);

/*
 * An activation in general, over z in terms of an index: f(z_k), or for softmax, where each depends
 * on all, exp(z_k)/Σ_m exp(z_m).
 */
bs_expr bs_layer_define_general(struct bs_pool *pool, const struct bs_layer *layer, bs_expr z,
                                bs_expr index);

/*
 * The fused form of ∂E/∂z of an output over the outputs and targets, where output and loss have one
 * (the kernels then use it); NULL where there is none or when out of memory.
 */
bool bs_layout_has_fused(const struct bs_layout *layout, int64_t ordinal);
bs_expr bs_layout_define_fused(const struct bs_layout *layout, struct bs_pool *pool,
                               int64_t ordinal, bs_operand *leaf, void *context);

/*
 * The numbers of a pass of the same architecture, as the layout names them: θ = −b, and so is its
 * gradient; ∂E/∂eta is 0 and ∂E/∂E is 1.  Those of inputs cost a sum over the units of layer 1.
 */
double bs_pass_value(const struct bs_pass *pass, const struct bs_layout *layout, int64_t ordinal,
                     double eta);
double bs_pass_gradient(const struct bs_pass *pass, const struct bs_layout *layout,
                        int64_t ordinal);

#endif
