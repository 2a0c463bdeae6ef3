#ifndef BACKSTEP_EXPR_TAYLOR_H
#define BACKSTEP_EXPR_TAYLOR_H

#include "expr/expr.h"

/*
 * A step from x to x + step: of a symbol, or of all members x_i of an array, i = from .. to.
 */
struct bs_displacement {
    bs_expr variable, step;
    bs_expr from, to; /* NULL for a symbol */
};

/*
 * How f changes by the steps, to first order Σ ∂f/∂x·step, or with the second order
 * + ½·Σ Σ ∂²f/∂x∂y·step·step (Taylor's formula), simplified.  Where f is a symbol, and none of the
 * variables, it is any function of them, and its derivatives are only named (BS_PARTIAL).  An index
 * counts the members in its own step only: where f or another step has the letter free, it gets
 * another.  NULL with the reason in the pool.
 */
bs_expr bs_taylor(struct bs_pool *pool, bs_expr f, const struct bs_displacement *steps,
                  size_t count, int order);

#endif
