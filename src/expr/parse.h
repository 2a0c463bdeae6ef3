#ifndef BACKSTEP_EXPR_PARSE_H
#define BACKSTEP_EXPR_PARSE_H

#include "expr/expr.h"

/*
 * Read a formula: + - * / ^, parentheses, numbers, names, calls of the functions of the table, and
 *
 *     softmax_2(a, b)                  of an indexed function, the one with that index
 *     sum(j, 1, n, x_j), product(...)  over an index, from and to included
 *     delta(i, k)                      Kronecker's; without a parenthesis delta is a name
 *     cases(x > 0, a, b)               a where x > 0, else b; also >=, < and <=.  cases(x, a, b)
 *                                      leaves what it is at 0 to the kink policy
 *     x_i, w_h_j, W_1_j, a[k-1, j]     members of an array: every part after the stem is a whole
 *                                      number or one small letter, at least one a letter.  Under a
 *                                      sum over j, w_hj is w_h_j.  w_h_j' is of the array w_new
 *     w_11, x_in, a[]                  whole names; with [] whatever it looks like
 *
 * ^ binds to the right and tighter than a sign: -x^2 is -(x^2).  There is no implicit
 * multiplication, and e is an ordinary name.  What people paste is understood: − · × ÷ x² x⁻¹ ½ ≥,
 * Greek letters (as their names), full-width digits and signs, x1.in for x1_in, w' for w_new,
 * a_(k − 1) for a[k-1], functions as they are printed (σ, ReLU').
 *
 * Refused with err->column set to the offending byte (from 1): a syntax error, an unknown function
 * (the nearest is suggested), a wrong number of arguments, a number out of the range of doubles, a
 * product of more than 1000 factors.  An expression deeper than BS_MAX_DEPTH has no column.  *out
 * is then unchanged.
 */
int bs_parse(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
             struct bs_error *err);

/*
 * Likewise, but a name is never taken apart: x_j is a symbol.  For a tape, whose entries have any
 * names and which has no indices.
 */
int bs_parse_whole(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
                   struct bs_error *err);

/* May the text be a name: a letter or _, then letters, digits and _ ? */
bool bs_is_name(const char *text);

/* sum, product, delta, cases: called like a function, and so no name for one. */
bool bs_is_form(const char *name);

#endif
