#ifndef BACKSTEP_TAPE_GRAPH_H
#define BACKSTEP_TAPE_GRAPH_H

#include "net/batch.h"
#include "net/run.h"
#include "net/stepper.h"
#include "tape/tape.h"

/*
 * Inside the room only.  What a tape is made over: quantities (0, 1, ...) with definitions, and the
 * lists in which they stand on the tape.  A circuit is written by the user entry by entry and keeps
 * everything; the graphs of networks compute all of this by arithmetic and read their numbers from
 * the kernels.  Deriving is the same for all and knows none.
 */

/* An entry packs its role, c (of a partial; else 0) and q: 4 + 28 + 28 bits. */
bs_entry bs_entry_make(enum bs_role role, int64_t q);
bs_entry bs_entry_partial(int64_t c, int64_t q);
int64_t bs_entry_quantity(bs_entry entry);
int64_t bs_entry_user(bs_entry entry);

enum { BS_MOST_QUANTITIES = 1 << 28 };

/* The lists of a tape's main line, one after another. */
enum bs_order {
    BS_ORDER_FORWARD,  /* givens, forward, loss: values */
    BS_ORDER_BACKWARD, /* gradients */
    BS_ORDER_UPDATE,   /* givens that are updated */
    BS_ORDER_AGAIN,    /* what depends on them */
};

enum { BS_ORDERS = 4 };

struct bs_graph {
    const struct bs_graph_ops *ops;
    bool is_independent; /* the numbers are computed by other means, and check the tape's */
    bool has_steps;      /* updates go by Δq */
    bool reads_errors;   /* Δq reads η g b, not −η ∂E/∂q */
    bool is_truncated;   /* slopes do not go back all the way */
    double kink;         /* slope at kinks */
};

/* Where an optimiser has the state of a quantity that is updated. */
struct bs_state_place {
    size_t index;
    int sign;    /* −1: there the number is minus the quantity, as of a threshold */
    bool decays; /* it is a weight, which decays, not a bias */
};

struct bs_graph_ops {
    void (*destroy)(struct bs_graph *graph);

    /* How many quantities stand in a list, the kth, and the place of one (−1: not in it). */
    int64_t (*count)(const struct bs_graph *graph, enum bs_order order);
    int64_t (*at)(const struct bs_graph *graph, enum bs_order order, int64_t k);
    int64_t (*rank)(const struct bs_graph *graph, enum bs_order order, int64_t q);

    enum bs_phase (*phase)(const struct bs_graph *graph, int64_t q);
    int (*layer)(const struct bs_graph *graph, int64_t q);
    /* Of a sequence, the step at which q stands, from 1; NULL, or 0: it stands at none. */
    int (*step)(const struct bs_graph *graph, int64_t q);
    int64_t (*root)(const struct bs_graph *graph); /* the loss; −1 before there is one */

    /*
     * Of a batch, NULL of other graphs: whose q is, a sample's from 1, or 0 where all have it in
     * common; and what a sample has in the place of q, −1 where there is no such thing.
     */
    int64_t (*sample)(const struct bs_graph *graph, int64_t q);
    int64_t (*in_sample)(const struct bs_graph *graph, int64_t q, int64_t sample);

    /* Names are without the sample, which whoever writes and reads them (names.c) sees to: what a
     * sample has for itself is found as any sample's. */
    void (*name)(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form);

    /* Has ∂E/∂q a name of its own, an error term's: 0, or 1 for ∂E/∂q, −1 for −∂E/∂q. */
    int (*error_sign)(const struct bs_graph *graph, int64_t q);
    /* ... and what it is, where it has one. */
    void (*error_name)(const struct bs_graph *graph, struct bs_buf *buf, int64_t q,
                       enum bs_form form);
    int64_t (*find)(const struct bs_graph *graph, const char *name, bool *is_error); /* or −1 */
    void (*general)(const struct bs_graph *graph, struct bs_buf *buf, int64_t q);
    /* ∂E/∂q by index, and what the form is called; NULL, or nothing written: it has none. */
    const char *(*general_gradient)(const struct bs_graph *graph, struct bs_buf *buf, int64_t q);

    /* Over refs of values; NULL of a given, or out of memory (then the pool knows). */
    bs_expr (*define)(const struct bs_graph *graph, struct bs_pool *pool, int64_t q);

    /* Is c's definition a plain sum (NULL: never); and as much of it as mentions q. */
    bool (*has_part)(const struct bs_graph *graph, int64_t c, int64_t q);
    bs_expr (*define_part)(const struct bs_graph *graph, struct bs_pool *pool, int64_t c,
                           int64_t q);

    /* Has ∂E/∂q a form that fuses output and loss, and that; NULL: out of memory. */
    bool (*has_fused)(const struct bs_graph *graph, int64_t q);
    bs_expr (*fused)(const struct bs_graph *graph, struct bs_pool *pool, int64_t q);

    /* Whose definitions mention q, of those that the loss depends on, in ascending order. */
    int64_t (*user_count)(const struct bs_graph *graph, int64_t q);
    int64_t (*user)(const struct bs_graph *graph, int64_t q, int64_t k);

    /* Is its gradient written out in the closed forms that use it, having no name of its own? */
    bool (*is_inlined)(const struct bs_graph *graph, int64_t q);

    /*
     * The loss where a given is `value` and everything else as it is, by other means than the
     * tape's; NULL: there are none.
     */
    int (*loss_at)(double *loss, struct bs_graph *graph, int64_t q, double value,
                   struct bs_error *err);

    /* Of what is updated. */
    struct bs_state_place (*parameter)(const struct bs_graph *graph, int64_t q);

    /* The number behind VALUE, DERIVATIVE, STEP or NEW of q. */
    int (*number)(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err);
};

/* The rank in a list whose members are numbered side by side; −1: it is not in it. */
int64_t bs_graph_rank(const struct bs_graph *graph, enum bs_order order, int64_t q);

/*
 * A circuit.  Quantities are added in an order in which each uses only earlier ones; numbers are
 * stored by whoever evaluates the definitions.
 */
struct bs_graph *bs_circuit_create(double kink); /* NULL when out of memory */

/* A given (definition NULL) or a definition over refs of earlier quantities. */
int bs_circuit_add(struct bs_graph *graph, const char *name, bs_expr definition, double value,
                   struct bs_error *err);
void bs_circuit_drop_last(struct bs_graph *graph);

/* Fill the backward list; the update and again lists.  -1 and no givens undo it. */
int bs_circuit_set_root(struct bs_graph *graph, int64_t root, struct bs_error *err);
int bs_circuit_set_update(struct bs_graph *graph, const int64_t *givens, size_t count,
                          struct bs_error *err);
void bs_circuit_store(struct bs_graph *graph, enum bs_role role, int64_t q, double value);

/*
 * The graph of one pass of a network, which is the graph's from then on; of the stepper, NULL where
 * there is none, it takes a share.
 */
int bs_network_create(struct bs_graph **out, struct bs_pass *pass, struct bs_notation *notation,
                      struct bs_stepper *stepper, struct bs_error *err);
const struct bs_pass *bs_network_pass(const struct bs_graph *graph);
struct bs_notation *bs_network_notation(const struct bs_graph *graph);
const struct bs_layout *bs_network_layout(const struct bs_graph *graph);

/* The parameters after the update, and the stepper after it; both stay the graph's. */
int bs_network_updated(struct bs_params **out, struct bs_stepper **next, struct bs_graph *graph,
                       struct bs_error *err);

/*
 * The graph of samples through a dense network, whose parameters it takes a share of; it copies the
 * samples.  Refused: more of them than a tape has room for.
 */
int bs_batch_graph_create(struct bs_graph **out, struct bs_params *params,
                          const struct bs_batch *data, struct bs_notation *notation,
                          struct bs_stepper *stepper, struct bs_error *err);
const struct bs_batch *bs_batch_graph_data(const struct bs_graph *graph);

/*
 * The graph of a run of samples through any network, forward and with its loss; the run is the
 * graph's from then on, also when this fails.
 */
int bs_stack_graph_create(struct bs_graph **out, struct bs_run *run, struct bs_params *params,
                          struct bs_stepper *stepper, struct bs_error *err);
/* The first quantity of the kth array of the layers, −1 if it is not on the tape; false: no more.
 */
bool bs_stack_graph_first(int64_t *out, const struct bs_graph *graph, int64_t k);
int64_t bs_stack_graph_rate(const struct bs_graph *graph); /* −1: none */

/*
 * A run of the updated parameters, which stay the graph's, on the same samples or (not NULL) on
 * others, as many; forward, and the caller's.
 */
int bs_stack_graph_next(struct bs_run **out, struct bs_params **params, struct bs_stepper **stepper,
                        struct bs_graph *graph, const struct bs_batch *others,
                        struct bs_error *err);
const struct bs_run *bs_stack_graph_run(const struct bs_graph *graph);

/*
 * Members by index, in Unicode: the definition "Σ_i dense1.W_1_i·x_i + dense1.b_1", and ∂E/∂q as a
 * sum over all that use it.  Nothing where the arrays are no plain sums.  The second gives what the
 * form is called.
 */
struct bs_place;
struct bs_places;
void bs_stack_put_general(struct bs_buf *buf, const struct bs_places *places,
                          const struct bs_place *place);
const char *bs_stack_put_gradient(struct bs_buf *buf, const struct bs_places *places,
                                  const struct bs_place *place);

extern const struct bs_graph_ops bs_circuit_ops, bs_network_ops, bs_batch_ops, bs_stack_ops;

#endif
