#ifndef BACKSTEP_EXPR_PARSE_H
#define BACKSTEP_EXPR_PARSE_H

#include "expr/expr.h"

/*
 * Read a formula: + - * / ^, parentheses, numbers, names, calls of the functions of the table,
 * softmax_2(a, b), sum(j, 1, n, body).  ^ binds to the right and tighter than a sign: -x^2 is
 * -(x^2).  There is no implicit multiplication, and e is an ordinary name.  What people paste is
 * understood: − · × ÷ ² ³ ½, Greek letters (as their names), full-width digits and signs, x1.in for
 * x1_in, w' for w_new, functions as they are printed (σ, ReLU').
 *
 * Refused with err->column set to the offending byte (from 1): a syntax error, an unknown function
 * (the nearest is suggested), a wrong number of arguments, a number out of the range of doubles, a
 * product of more than 1000 factors.  An expression deeper than BS_MAX_DEPTH has no column.  *out
 * is then unchanged.
 */
int bs_parse(bs_expr *out, struct bs_pool *pool, const char *text, size_t length,
             struct bs_error *err);

/* May the text be a name: a letter or _, then letters, digits and _ ? */
bool bs_is_name(const char *text);

#endif
