#ifndef BACKSTEP_EXPR_CALCULUS_H
#define BACKSTEP_EXPR_CALCULUS_H

#include "expr/expr.h"

/*
 * The same value in a form that a textbook would print: numbers put together and in front, 0 and 1
 * dropped, like terms and equal factors joined, signs pulled out of all-negative sums and pushed
 * into a difference (-(y - d) is d - y), common factors out where that is shorter, constants out of
 * sums over an index, δ's collapsed.  Cancels x/x only where x is surely not 0 (an exponential), so
 * no value changes where there is one.  Idempotent.  NULL with the reason in the pool: out of
 * memory, or numbers whose sum or product is beyond the range of doubles.
 */
bs_expr bs_simplify(struct bs_pool *pool, bs_expr expr);

/*
 * One step of a derivative: ∂before/∂x = after, or before = after, by the rule of that name.
 * `before` is the part that changed.
 */
struct bs_step {
    const char *rule; /* static text: "product rule", "σ' = σ·(1 − σ)" */
    bs_expr before, after;
    bool is_rewrite; /* before = after: an index renamed, a δ collapsed, a simplification */
};

struct bs_steps {
    struct bs_step *items;
    size_t count, capacity;
    bool failed; /* out of memory: the list is not complete */
};

void bs_steps_finish(struct bs_steps *steps);

/*
 * ∂expr/∂x, simplified; x is a symbol, a ref or a member of an array (also by its name, w_hj).  A
 * member that may be x gives Kronecker's δ, which collapses where it is summed over; a free index
 * stands for one of the values summed over (index.h).  `steps`, unless NULL, gets the rules used,
 * outermost first.  NULL with the reason in the pool: as bs_simplify, or x stands in a subscript or
 * in the bounds of a sum.
 */
bs_expr bs_diff(struct bs_pool *pool, bs_expr expr, bs_expr x, struct bs_steps *steps);

#endif
