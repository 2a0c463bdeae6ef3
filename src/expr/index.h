#ifndef BACKSTEP_EXPR_INDEX_H
#define BACKSTEP_EXPR_INDEX_H

#include "expr/expr.h"

/*
 * Indices: symbols that count the members of arrays.  An index is bound inside the body of an
 * indexed sum or product that counts with it, and free elsewhere; which letter a bound one has does
 * not matter.  A free index stands for one of the values that its array has: a member x_k is one of
 * x_1 ... x_n.  And a range from..to has to − from + 1 values, none where to is from − 1: one that
 * runs backwards by more has no meaning here.
 */

/* Is the symbol free anywhere in it? */
bool bs_has_free(bs_expr expr, bs_expr symbol);

/*
 * Put `value` in for the symbol where it is free.  An index bound there that `value` mentions gets
 * another letter first, so that nothing is captured.
 */
bs_expr bs_put(struct bs_pool *pool, bs_expr expr, bs_expr symbol, bs_expr value);

enum { BS_MOST_PUT = 16 }; /* as many as a member may have subscripts */

/* Put in several at once: k for h and h for k make b_kh of b_hk. */
bs_expr bs_put_all(struct bs_pool *pool, bs_expr expr, int count, const bs_expr *symbols,
                   const bs_expr *values);

/* The sum or product with another letter for its index, one that stands in neither expression. */
bs_expr bs_rename_index(struct bs_pool *pool, bs_expr bound, bs_expr avoid);

/*
 * How a name typed alone is meant beside an expression: w_hj is the member of the array w where
 * that has w_mn in it.  Any other expression is itself.
 */
bs_expr bs_as_member(struct bs_pool *pool, bs_expr symbol, bs_expr beside);

/*
 * How the name of a definition is meant: z_hj is the member of an array z for every h and j where
 * the formula has these as symbols.  NULL when out of memory.
 */
bs_expr bs_as_defined(struct bs_pool *pool, bs_expr symbol, bs_expr formula);

/*
 * Is the array of the member counted in several ways in the expression: over two ranges, or x_j
 * and x_(j−1)?  Then no index stands for every value of each.
 */
bool bs_has_ranges(bs_expr expr, bs_expr member);

/*
 * May the one be the other, for some values of the indices?  If they are members of one array, or a
 * member and a symbol that is one (x_k and x_3), *delta (unless NULL) gets the product of δ's that
 * is 1 where they are the same.
 */
bool bs_may_be(struct bs_pool *pool, bs_expr *delta, bs_expr a, bs_expr b);

#endif
