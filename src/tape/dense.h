#ifndef BACKSTEP_TAPE_DENSE_H
#define BACKSTEP_TAPE_DENSE_H

#include "tape/graph.h"

/*
 * Inside the room only: what the graphs of a dense network have in common, of one sample
 * (network.c) and of many (batch.c).  They number quantities in their own ways; names, definitions
 * and the update go by the ordinals of the layout, and of a batch by the sample.
 */
struct bs_dense_place {
    int64_t sample; /* from 1; 0: all samples have it in common, or there is one */
    int64_t ordinal;
};

struct bs_dense {
    struct bs_graph graph;
    struct bs_notation *notation;
    struct bs_layout layout;
    struct bs_params *params;
    struct bs_params *updated;         /* NULL until asked for */
    struct bs_stepper *stepper, *next; /* NULL: there is none; not yet asked for */

    /* Of the graph: a quantity's place, and the quantity there. */
    struct bs_dense_place (*place)(const struct bs_dense *dense, int64_t q);
    /* ... where a sample 0 of what is a sample's is the first. */
    int64_t (*quantity)(const struct bs_dense *dense, struct bs_dense_place place);
    /* ∂E/∂ every parameter. */
    int (*gradients)(double *gradients, struct bs_dense *dense, struct bs_error *err);
};

/* Takes shares of all three; `stepper` may be NULL: no update. */
void bs_dense_init(struct bs_dense *dense, const struct bs_graph_ops *ops,
                   struct bs_notation *notation, struct bs_params *params,
                   struct bs_stepper *stepper);
void bs_dense_finish(struct bs_dense *dense);

/* The graph as what it is: one of the two. */
struct bs_dense *bs_dense_of(const struct bs_graph *graph);

struct bs_address bs_dense_address(const struct bs_graph *graph, int64_t q);
/* What stands at an address, of a batch in sample 1; −1: nothing does. */
int64_t bs_dense_quantity(const struct bs_graph *graph, struct bs_address address);
double bs_dense_eta(const struct bs_dense *dense); /* NAN: there is no update */

/* Make the parameters after the update, and the stepper after it, unless they are there. */
int bs_dense_update(struct bs_dense *dense, struct bs_error *err);

/* ---- for the operations of the graphs -------------------------------------------------------- */

int bs_dense_layer(const struct bs_graph *graph, int64_t q);
void bs_dense_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form);
int bs_dense_error_sign(const struct bs_graph *graph, int64_t q);
void bs_dense_error_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q,
                         enum bs_form form);
int64_t bs_dense_find(const struct bs_graph *graph, const char *name, bool *is_error);
bs_expr bs_dense_define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q);
bool bs_dense_has_fused(const struct bs_graph *graph, int64_t q);
bs_expr bs_dense_fused(const struct bs_graph *graph, struct bs_pool *pool, int64_t q);
bool bs_dense_is_inlined(const struct bs_graph *graph, int64_t q);
struct bs_state_place bs_dense_parameter(const struct bs_graph *graph, int64_t q);

#endif
