#ifndef BACKSTEP_TESTS_RANDOM_EXPR_H
#define BACKSTEP_TESTS_RANDOM_EXPR_H

#include "base/rng.h"
#include "expr/expr.h"
#include "expr/func.h"

/* Expressions at random.  The same state of the generator and the same taste, the same expression.
 */

#define BS_EVERY_KIND (~0U)

struct bs_taste {
    unsigned kinds; /* which nodes with operands: a bit 1 << BS_SUM and so on for each */
    bool (*takes)(const struct bs_func *func); /* which functions; NULL: all */
    /*
     * Mostly something to evaluate: numbers from -3 to 3, whole exponents from -3 to 3, bounds
     * from 0 to 4, subscripts that are whole numbers from 0 to 7 once the indices around them are.
     * Otherwise whatever the constructors make: huge numbers, names that read as members, indices
     * that are none, any expression as a bound or subscript.
     */
    bool is_moderate;
    /*
     * Of a moderate one: indices mean what index.h says.  All sums and products of an expression
     * run over one range, from 0 or 1 to 3 or to n, which is to be 3; a δ is of two indices, or of
     * one and a whole number; k is an index that is free, and is to be 1, 2 or 3.  Otherwise every
     * range is another one, of up to three terms.
     */
    bool has_one_range;
    bool has_few_leaves; /* a, b and whole numbers to 3: like terms and common factors are likely */
    bool has_refs;       /* entries of a tape, #0 to #9, among the leaves */
};

/*
 * Of at most `depth` levels, a few more where a quotient or a sign brings its own.  Leaves are
 * otherwise numbers, the symbols a to d and x_1, x_2, x_3, z_11, z_23, and, where BS_MEMBER is
 * among the kinds, members of x and y by an index that is bound: of a moderate one x_j and y_ij.
 * NULL when out of memory.
 */
bs_expr bs_random_expr(struct bs_pool *pool, struct bs_rng *rng, int depth,
                       const struct bs_taste *taste);

#endif
