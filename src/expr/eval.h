#ifndef BACKSTEP_EXPR_EVAL_H
#define BACKSTEP_EXPR_EVAL_H

#include "expr/expr.h"

/*
 * Values of expressions, in four arithmetics: double with the size of what went into it, complex,
 * interval, and exact.
 *
 * An environment gives the values of symbols and refs: `leaf`, negative with *err filled when one
 * has none.  The member x_j with j bound to 3 asks for the symbol x_3; one with several subscripts
 * asks for w_12, then for w_1_2; a member whose index has no value is asked for as it is spelt,
 * w_h_j.  Such symbols are of no pool: tell them by their names.
 *
 * In all of them a result that is not finite is a result.  Refused: a leaf without a value, a bound
 * of an indexed sum or product that is no whole number below 10^6 in size, a subscript that is no
 * whole number from 0, more than 10^6 terms in all.  Ctrl-C stops indexed sums.
 */

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
    int (*leaf)(double *value, void *context, bs_expr leaf, struct bs_error *err);
    /* The size of a leaf of that value; NULL: its absolute value. */
    double (*leaf_size)(void *context, bs_expr leaf, double value);
    void *context;
    double kink; /* slope taken at a kink: 0 the left (first) one, 1 the right (last), or between */
    bool on_kink; /* set by bs_eval when a function or cases was at its kink, within rounding */
};

int bs_eval(struct bs_valued *out, bs_expr expr, struct bs_env *env, struct bs_error *err);

/*
 * Complex values.  Functions that are analytic are continued by their formula (log, sqrt and powers
 * that are not whole: the principal branch, cut along the negative numbers); the others (relu, max,
 * abs, step, ...) and cases choose their branch by the real part, so that they are continued from
 * each piece.
 */
struct bs_complex_env {
    int (*leaf)(double _Complex *value, void *context, bs_expr leaf, struct bs_error *err);
    void *context;
    double kink;
};

int bs_eval_complex(double _Complex *out, bs_expr expr, struct bs_complex_env *env,
                    struct bs_error *err);

/*
 * The derivative for the symbol or ref x by the complex step f'(x) = Im f(x + ih)/h with h so small
 * that its square is nothing beside 1 (Squire and Trapp, SIAM Review 40, 1998): no difference of
 * near values is taken, so it is as good as the value itself.  It shares nothing with bs_diff.
 */
int bs_eval_slope(double *slope, bs_expr expr, bs_expr x, struct bs_env *env, struct bs_error *err);

/*
 * Bounds that surely contain the value in exact real arithmetic for every choice of leaves from
 * their intervals, lo <= hi; also what is computed in double from them.  Where a function has no
 * real value for some choice (log of a negative number), bounds of the values that it has; where
 * for none, or for a divisor that may be 0, the whole line.  A symbol that occurs twice is taken as
 * two: x − x is not 0, but x^2 is not negative.
 */
struct bs_interval {
    double lo, hi;
};

/*
 * What someone who rounds on the way may come to: every sum of two, product, quotient, power and
 * value of a function is widened by `units` of the last digit kept, where it has more digits than
 * that.  Kept are so many decimals and so many significant figures, whichever is more digits.
 */
struct bs_rounding {
    int decimals; /* < 0: none are asked for */
    int figures;  /* 0: none are asked for; neither: nothing is rounded */
    double units; /* ½: rounded to the nearest; 1: or cut off */
};

double bs_rounding_unit(const struct bs_rounding *rounding, double value); /* 0: all is kept */

struct bs_interval_env {
    const struct bs_rounding *rounding; /* NULL: bounds are of exact arithmetic */
    int (*leaf)(struct bs_interval *value, void *context, bs_expr leaf, struct bs_error *err);
    void *context;
    double kink;
};

int bs_eval_interval(struct bs_interval *out, bs_expr expr, struct bs_interval_env *env,
                     struct bs_error *err);

/* num/den in lowest terms, den > 0. */
struct bs_fraction {
    int64_t num, den;
};

struct bs_exact_env {
    int (*leaf)(struct bs_fraction *value, void *context, bs_expr leaf, struct bs_error *err);
    void *context;
    double kink;
};

/*
 * The exact value.  Refused as well: a function at an argument where its value is no rational
 * number (exp but at 0), division by zero, a numerator or denominator of more than 63 bits.
 */
int bs_eval_exact(struct bs_fraction *out, bs_expr expr, struct bs_exact_env *env,
                  struct bs_error *err);

/*
 * The fraction that a double stands for: the short decimal that it reads as (0.35 is 7/20), else
 * its binary value.  False when that takes more than 63 bits or is not finite.
 */
bool bs_fraction_of(struct bs_fraction *out, double value);

#endif
