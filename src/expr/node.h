#ifndef BACKSTEP_EXPR_NODE_H
#define BACKSTEP_EXPR_NODE_H

#include "expr/expr.h"
#include "expr/walk.h"

/*
 * Inside the room only.  A pass over an expression visits each shared node once: it takes a stamp
 * and leaves its result in the node's memo under that stamp.  A pass that runs inside another takes
 * a newer stamp; the outer one then finds foreign results and computes them again, never wrongly.
 */
struct bs_memo {
    uint64_t seen;  /* of a pass that only visits */
    uint64_t stamp; /* of a pass that computes: of result and quantity */
    bs_expr result;
    union bs_quantity quantity;
    bs_expr tidy, simple; /* the simplified forms, once known; the same for ever */
    uint64_t listed;      /* of a list: this node is item `place` of it */
    size_t place;
};

uint64_t bs_next_stamp(void);

/* Note in the pool why something became NULL (the first reason stays), and give NULL. */
bs_expr bs_pool_refuse(struct bs_pool *pool, enum bs_status status, const char *text);

/*
 * Has memory run out since the last bs_pool_error?  Then nothing built since is kept in a memo.
 * And for what was only tried: forget a refusal; false when it was memory.
 */
bool bs_pool_is_exhausted(const struct bs_pool *pool);
bool bs_pool_forgive(struct bs_pool *pool);

/* Operands of a node about to be built. */
struct bs_list {
    bs_expr *items;
    size_t count, capacity;
    bool failed;
};

void bs_list_add(struct bs_list *list, bs_expr item); /* NULL marks the list as failed */
void bs_list_add_all(struct bs_list *list, int count, const bs_expr *items);
void bs_list_finish(struct bs_list *list);

/* Build and release the list: NULL, with the reason in the pool, when it has failed. */
bs_expr bs_list_sum(struct bs_pool *pool, struct bs_list *list);
bs_expr bs_list_product(struct bs_pool *pool, struct bs_list *list);
bs_expr bs_list_with_args(struct bs_pool *pool, bs_expr expr, struct bs_list *args);

/* Exact arithmetic on number nodes; a double when a rational would overflow or one is no rational.
 */
bs_expr bs_number_add(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_number_mul(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_number_inverse(struct bs_pool *pool, bs_expr a); /* a is not 0 */

/* Is the double that of a decimal of at most 15 digits, num/den with den a power of ten? */
bool bs_short_decimal(int64_t *num, int64_t *den, double value);

/* How many bytes of a name stand before its subscripts: 1 of x_j. */
size_t bs_stem(const char *name);

/* bs_simplify without the rules that give another shape: for the lines of a derivation. */
bs_expr bs_tidy(struct bs_pool *pool, bs_expr expr);

/* An order of expressions that does not change from run to run. */
int bs_compare(bs_expr a, bs_expr b);

/* b^-1: as a factor it divides. */
bool bs_is_inverse(bs_expr expr);

/* Is it a negative number, or a product that starts with one? */
bool bs_is_negative_term(bs_expr term);

#endif
