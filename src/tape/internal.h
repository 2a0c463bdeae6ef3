#ifndef BACKSTEP_TAPE_INTERNAL_H
#define BACKSTEP_TAPE_INTERNAL_H

#include "tape/graph.h"

/* Inside the room only. */
struct bs_tape {
    struct bs_graph *graph;
    struct bs_pool *pool;
    int64_t rate; /* the quantity that is the learning rate, or −1 */
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

bool bs_tape_is_used(const struct bs_tape *tape, int64_t q); /* by the loss, or it is the loss */
bool bs_tape_changes(const struct bs_tape *tape, int64_t q); /* it is updated, or depends on it */
bool bs_tape_is_network(const struct bs_tape *tape);

/* The entry spelt so, or BS_NO_ENTRY. */
bs_entry bs_tape_find_spelt(const struct bs_tape *tape, const char *name);

/*
 * Refused: an entry of the main line from a position on, or a partial on its chain rule, whose name
 * another has; in a notation whose names are listed, any two entries with one name.
 */
int bs_tape_check_names(const struct bs_tape *tape, int64_t from, struct bs_error *err);
int bs_tape_check_notation(const struct bs_tape *tape, struct bs_error *err);

#endif
