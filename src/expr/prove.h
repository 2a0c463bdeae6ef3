#ifndef BACKSTEP_EXPR_PROVE_H
#define BACKSTEP_EXPR_PROVE_H

#include "expr/calculus.h"
#include "expr/point.h"

/*
 * Is left = right wherever both have a value?  Proved by bringing both to one normal form:
 * functions by their formulas, exp(a + b) as exp(a)·exp(b), everything multiplied out over one
 * denominator. Refuted by a point at which the two differ by more than their rounding errors.  Else
 * not decided: the normal form is none for functions that it knows nothing of (log, Φ, max), so
 * that their arguments are compared but nothing is known of their values.
 */
enum bs_proof_verdict {
    BS_PROVED,
    BS_REFUTED,
    BS_UNDECIDED,
};

struct bs_proof {
    enum bs_proof_verdict verdict;
    struct bs_steps steps; /* of a proof: rewriting steps, of the left side, then of the right */
    /* Of a refutation: where the two differ (bounds and indices included), what they are there. */
    struct bs_point point;
    double left, right;
    int tried; /* points at which both have a value */
};

/* Filled where it gives 0; finish it then.  Refused: a side that has no value at any point. */
int bs_prove(struct bs_proof *out, struct bs_pool *pool, bs_expr left, bs_expr right,
             struct bs_error *err);
void bs_proof_finish(struct bs_proof *proof);

/* The sum with its terms collected by powers of a symbol: (d + l + 1)·q + l. */
bs_expr bs_collect(struct bs_pool *pool, bs_expr expr, bs_expr symbol);

#endif
