#ifndef BACKSTEP_EXPR_NORMAL_H
#define BACKSTEP_EXPR_NORMAL_H

#include "expr/polynomial.h"

/*
 * Inside the room only.  The normal form of an expression: a quotient of two polynomials, in which
 * functions stand by their formulas, exp(a + 2·b) as exp(a)·exp(b)², log(a·b) of positive a and b
 * as log(a) + log(b), a sum over an index as the sum of sums of single terms with their constants
 * in front, and a bound index by a name that depends on its place only.
 */
struct bs_quotient {
    struct bs_polynomial over, under;
};

struct bs_quotient bs_normal(struct bs_pool *pool, bs_expr expr);
void bs_quotient_finish(struct bs_quotient *quotient);
bool bs_quotient_has_failed(const struct bs_quotient *quotient);

/* As an expression; NULL when it has failed. */
bs_expr bs_quotient_expr(struct bs_pool *pool, const struct bs_quotient *quotient);

/* over·other.under and other.over·under: are they the same polynomial? */
bool bs_is_same_quotient(struct bs_pool *pool, const struct bs_quotient *a,
                         const struct bs_quotient *b);

#endif
