#ifndef BACKSTEP_TAPE_INTERNAL_H
#define BACKSTEP_TAPE_INTERNAL_H

#include "net/stepper.h"
#include "tape/graph.h"

/* Inside the room only. */

/* What an optimiser adds to a tape (update.c); all 0 without an update. */
struct bs_extras {
    int64_t base;       /* quantities of the graph */
    int64_t givens;     /* so many of them, on the main line before the optimiser's */
    int64_t parameters; /* that are updated */
    int scalars;
    const char *names[BS_MOST_OPTIONS + 2];
    double values[BS_MOST_OPTIONS + 2];
    int block_count;
    enum bs_recurrence blocks[BS_CHANGE]; /* a quantity for each parameter */
    int slot_count;                       /* entries of one parameter in the update */
    struct bs_slot {
        enum bs_role role;
        enum bs_recurrence which; /* BS_CHANGE: of the parameter itself */
    } slots[BS_RECURRENCES + 1];
};

struct bs_tape {
    struct bs_graph *graph;
    struct bs_pool *pool;
    int64_t rate;               /* the quantity that is the learning rate, or −1 */
    struct bs_stepper *stepper; /* NULL: none */
    struct bs_extras extras;
    struct bs_cursor cursor;
    struct bs_formula_cache {
        struct bs_formula {
            bs_entry entry;
            bs_expr expr; /* NULL: free slot */
        } * slots;
        size_t size, used;
    } formulas; /* forward definitions and closed derivatives made so far */
};

/* The number behind a ref; of a partial by evaluating it. */
int bs_tape_number(double *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err);

/* Evaluate an expression of the tape on the numbers of its operands. */
int bs_tape_eval(struct bs_valued *out, bool *on_kink, struct bs_tape *tape, bs_expr expr,
                 struct bs_error *err);

/* The forward definition of q; ∂loss/∂q in closed form; ∂c/∂q of c's definition.  NULL: see pool.
 */
bs_expr bs_tape_definition(struct bs_tape *tape, int64_t q);
bs_expr bs_tape_derivative(struct bs_tape *tape, int64_t q);
bs_expr bs_tape_local(struct bs_tape *tape, int64_t c, int64_t q);
void bs_tape_forget(struct bs_tape *tape); /* formulas of derivatives, of a root that is none */

int bs_tape_error_sign(const struct bs_tape *tape, int64_t q); /* 0: no error term names ∂E/∂q */
int bs_tape_gradient_sign(const struct bs_tape *tape, int64_t q); /* −1: the entry is −∂E/∂q */

/* How many quantities stand in a list, and where one stands in it (-1: nowhere). */
int64_t bs_tape_count(const struct bs_tape *tape, enum bs_order order);
int64_t bs_tape_rank(const struct bs_tape *tape, enum bs_order order, int64_t q);

bool bs_tape_is_used(const struct bs_tape *tape, int64_t q);   /* by the loss, or it is the loss */
bool bs_tape_changes(const struct bs_tape *tape, int64_t q);   /* it is updated, or depends on it */
int64_t bs_tape_sample(const struct bs_tape *tape, int64_t q); /* whose q is; 0: of all */
bool bs_tape_is_network(const struct bs_tape *tape);

/* ---- the update (update.c) ------------------------------------------------------------------- */

/* Of a graph that has its list of updates; takes a share.  Refused: too many quantities. */
int bs_tape_set_update(struct bs_tape *tape, struct bs_stepper *stepper, struct bs_error *err);
void bs_tape_drop_update(struct bs_tape *tape);

/* Is the quantity the optimiser's, not the graph's?  What follows is for those, unless it says so.
 */
bool bs_tape_is_extra(const struct bs_tape *tape, int64_t q);
int64_t bs_extra_parameter(const struct bs_tape *tape, int64_t q); /* whose it is, or −1 */
/* The same of another parameter. */
int64_t bs_extra_of(const struct bs_tape *tape, int64_t extra, int64_t parameter);
enum bs_phase bs_extra_phase(const struct bs_tape *tape, bs_entry entry);
bool bs_extra_changes(const struct bs_tape *tape, int64_t q); /* it is state */
void bs_extra_put_name(const struct bs_tape *tape, struct bs_buf *buf, int64_t q,
                       enum bs_form form);
int64_t bs_extra_find(const struct bs_tape *tape, const char *name); /* or −1 */

/* Those that are givens, numbered from extras.base on, follow the graph's givens on the main line.
 */
int64_t bs_extra_given_count(const struct bs_tape *tape);

/* Of any entry of the update phase: by the kth parameter and the slot, and its place there. */
bs_entry bs_update_entry(const struct bs_tape *tape, int64_t parameter, int slot);
int64_t bs_update_place(const struct bs_tape *tape, bs_entry entry);

/*
 * What the optimiser makes of an extra in the update, or, asked for a parameter, of its change:
 * over the gradient given; *reads: it is in there.  NULL: see pool.
 */
bs_expr bs_update_define(struct bs_tape *tape, bs_entry entry, bs_expr of_gradient, bool *reads);

/* The kernel's number behind it, or, of a parameter's Δ, that. */
int bs_update_number(double *out, const struct bs_tape *tape, bs_entry entry, struct bs_error *err);

/* Does the parameter shrink? */
bool bs_tape_decays(const struct bs_tape *tape, int64_t parameter);

/* ---------------------------------------------------------------------------------------------- */

/* Is it called ∂c/∂q? */
bool bs_tape_is_quotient(const struct bs_tape *tape, bs_entry entry);

/* The entry spelt so, or BS_NO_ENTRY. */
bs_entry bs_tape_find_spelt(const struct bs_tape *tape, const char *name);

/*
 * Refused: an entry of the main line from a position to before another, or a partial on its chain
 * rule, whose name another has; in a notation whose names are listed, any two entries with one
 * name.
 */
int bs_tape_check_names(const struct bs_tape *tape, int64_t from, int64_t end,
                        struct bs_error *err);
int bs_tape_check_notation(const struct bs_tape *tape, struct bs_error *err);
int bs_tape_check_layers(const struct bs_tape *tape, struct bs_error *err);

#endif
