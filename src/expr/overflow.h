#ifndef BACKSTEP_EXPR_OVERFLOW_H
#define BACKSTEP_EXPR_OVERFLOW_H

#include "expr/eval.h"
#include "expr/point.h"

/*
 * Where a value in double goes wrong, although the mathematics is finite.
 *
 * A fault is an operand that overflows; one that is no number; a division by zero (also the pole of
 * log at 0); or one that underflows to 0 and is then divided by, or has its logarithm taken, as
 * when a whole denominator of exponentials does.  No fault: an exponential that is nothing beside
 * another term, a difference that overflows where the function of it has a limit (exp at −∞), a
 * result that is itself too small.  Of several the first in the order of evaluation is reported.
 */
enum bs_fault {
    BS_NO_FAULT,
    BS_OVERFLOW,
    BS_UNDERFLOW,
    BS_NOT_A_NUMBER,
    BS_DIVISION_BY_ZERO,
};

enum { BS_FAULT_OPERANDS = 4 };

struct bs_overflow {
    enum bs_fault what;
    bs_expr part;  /* as written: exp(x_j); of a factor 1/u the whole product */
    bs_expr named; /* with its subscripts worked out: exp(x_1) */
    bs_expr index; /* of the innermost indexed sum or product around it; NULL outside */
    int64_t at;    /* the value of that index */
    double value;  /* inf, nan or 0 */
    /* What it was made of: arguments; the sum (product) so far and the next term (factor). */
    double operands[BS_FAULT_OPERANDS];
    int count; /* operands, of a function the first few */
};

/*
 * Explain the value of the expression in this environment; out->what is BS_NO_FAULT, and the rest
 * empty, where there is nothing to explain.  Expressions are built in `pool`, which must be that of
 * `expr`.  Refused as bs_eval does.
 */
int bs_explain_overflow(struct bs_overflow *out, struct bs_pool *pool, bs_expr expr,
                        struct bs_env *env, struct bs_error *err);

/*
 * Look for a point with a fault: all leaves equal, alternating or spread, from 1 to 1e308 in size,
 * and random ones (always the same).  `fixed` has the leaves that stay (n, an index i) and refuses
 * the others, which are varied and listed in *point.  out->what is BS_NO_FAULT where none of the
 * points has a fault, and then *point is empty; release it in any case.
 */
int bs_find_overflow(struct bs_overflow *out, struct bs_point *point, struct bs_pool *pool,
                     bs_expr expr, struct bs_env *fixed, struct bs_error *err);

#endif
