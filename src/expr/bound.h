#ifndef BACKSTEP_EXPR_BOUND_H
#define BACKSTEP_EXPR_BOUND_H

#include "expr/expr.h"

#include "base/error.h"

/*
 * How large a product of slopes can be: Π_k a_k·(1 − a_k) over k = i..D is at most (¼)^(D−i+1),
 * because a·(1 − a) = ¼ − (a − ½)², while 0 ≤ a_k ≤ 1.  Found for products whose body is a
 * quadratic in one quantity with rational roots, between which it is not negative.  The bound holds
 * while the quantity stays between them, as a sigmoid's output does; outside, two negative factors
 * may make a product of any size.
 */
struct bs_bound {
    bs_expr slopes; /* the part that is bounded: the product over an index */
    bs_expr slope;  /* its body */
    bs_expr square; /* the body with its square completed: ¼ − (a_k − ½)² */
    bs_expr bound;  /* (¼)^(D − i + 1) */
    bs_expr x, least,
        most;       /* the quantity, a_k, and the roots that it must stay between: 0 and 1 */
    bs_expr others; /* the other factors: weights, the last error; 1 where there are none */
};

/* Refused: an expression without such a product. */
int bs_bound_slopes(struct bs_bound *out, struct bs_pool *pool, bs_expr expr, struct bs_error *err);

#endif
