#ifndef BACKSTEP_EXPR_POLYNOMIAL_H
#define BACKSTEP_EXPR_POLYNOMIAL_H

#include "expr/node.h"

/*
 * Inside the room only.  Polynomials over atoms: whatever expressions are not taken apart further.
 * A monomial is the product of whole powers of atoms, sorted, so that equal monomials are the same
 * node; powers below 0 stand only of atoms that are never 0.  Coefficients are exact: an operation
 * that would round marks the polynomial as failed, and so does one with too many terms, too high a
 * power or too much work.
 */
struct bs_polynomial {
    struct bs_list coefficients, monomials; /* no monomial twice, no coefficient 0 */
    bool failed; /* and it has no terms; for want of memory, the pool says so */
};

/*
 * What operations work with: where nodes are made, and how many steps may still be taken.  A step
 * is a factor or a term looked at; what would need more than are left has failed.
 */
struct bs_work {
    struct bs_pool *pool;
    int64_t left;
};

struct bs_work bs_work_begin(struct bs_pool *pool);

/* Takes the steps; false when there are not as many left, or when interrupted. */
bool bs_work_spend(struct bs_work *work, int64_t steps);

void bs_polynomial_finish(struct bs_polynomial *polynomial);

/* Each makes a new polynomial, the caller's; operands stay as they are. */
struct bs_polynomial bs_polynomial_number(struct bs_work *work, bs_expr number);
struct bs_polynomial bs_polynomial_atom(struct bs_work *work, bs_expr atom, int64_t exponent);
struct bs_polynomial bs_polynomial_add(struct bs_work *work, const struct bs_polynomial *a,
                                       const struct bs_polynomial *b);
struct bs_polynomial bs_polynomial_mul(struct bs_work *work, const struct bs_polynomial *a,
                                       const struct bs_polynomial *b);

/* Its terms in order, as an expression; NULL when it has failed. */
bs_expr bs_polynomial_expr(struct bs_pool *pool, const struct bs_polynomial *polynomial);

/* The powers of a monomial. */
int bs_monomial_count(bs_expr monomial);
bs_expr bs_monomial_atom(bs_expr monomial, int i, int64_t *exponent);

#endif
