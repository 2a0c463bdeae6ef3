#ifndef BACKSTEP_EXPR_CALCULUS_H
#define BACKSTEP_EXPR_CALCULUS_H

#include "expr/expr.h"

/*
 * The same value in a form that a textbook would print: numbers put together and in front, 0 and 1
 * dropped, like terms and equal factors joined, signs pulled out of all-negative sums and pushed
 * into a difference (-(y - d) is d - y).  Never cancels x/x, so no value changes where there is
 * one. Idempotent.  NULL with the reason in the pool: out of memory, or numbers whose sum or
 * product is beyond the range of doubles.
 */
bs_expr bs_simplify(struct bs_pool *pool, bs_expr expr);

/* One step of a derivative: ∂before/∂x = after, by the rule of that name. */
struct bs_step {
    const char *rule; /* static text: "product rule", "σ' = σ·(1 − σ)" */
    bs_expr before, after;
};

struct bs_steps {
    struct bs_step *items;
    size_t count, capacity;
    bool failed; /* out of memory: the list is not complete */
};

void bs_steps_finish(struct bs_steps *steps);

/*
 * ∂expr/∂x, simplified; x is a symbol or a ref.  `steps`, unless NULL, gets the rules used,
 * outermost first.  NULL with the reason in the pool: as bs_simplify, or an indexed sum in which x
 * may be a term (x_1 and x_j under the index j) or that has x in its bounds.
 */
bs_expr bs_diff(struct bs_pool *pool, bs_expr expr, bs_expr x, struct bs_steps *steps);

#endif
