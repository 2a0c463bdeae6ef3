#ifndef BACKSTEP_EXPR_EVAL_H
#define BACKSTEP_EXPR_EVAL_H

#include "expr/expr.h"

/*
 * A value in double precision, and the size of what went into it: the same expression with every
 * term and inner value taken in absolute value; of a function |f| + |f'|·(size of its argument).
 * Unless something underflows, the rounding error of the value is a small multiple of 2^-53 · size,
 * which is why two engines are compared within a multiple of it.
 */
struct bs_valued {
    double value, size;
};

struct bs_env {
    /*
     * The value of a symbol or ref.  Negative with *err filled when it has none.  Under an indexed
     * sum the symbol (x_3 for x_j) is of no pool: tell it by its name.
     */
    int (*leaf)(double *value, void *context, bs_expr leaf, struct bs_error *err);
    /* The size of a leaf of that value; NULL: its absolute value. */
    double (*leaf_size)(void *context, bs_expr leaf, double value);
    void *context;
    double kink; /* slope taken at a kink: 0 the left (first) one, 1 the right (last), or between */
    bool on_kink; /* set by bs_eval when a function was at its kink, within rounding */
};

/*
 * A result that is not finite is a result.  Refused: a leaf without a value, a bound of an indexed
 * sum that is no whole number below 10^6 in size, more than 10^6 terms of indexed sums in all.
 * Ctrl-C stops indexed sums.
 */
int bs_eval(struct bs_valued *out, bs_expr expr, struct bs_env *env, struct bs_error *err);

#endif
