#ifndef BACKSTEP_EXPR_SIMPLIFY_H
#define BACKSTEP_EXPR_SIMPLIFY_H

#include "expr/node.h"

/*
 * Inside the room only: what the files of the simplifier share.  simplify.c puts in order what is
 * written; reshape.c and indexed.c give it another shape.  A rule of theirs gives the expression
 * itself where it does not apply; what it gives otherwise is simplified again.
 */

/* Common factors out, products multiplied out where that is shorter, cancelled where not 0. */
bs_expr bs_reshape_sum(struct bs_pool *pool, bs_expr sum);
bs_expr bs_reshape_product(struct bs_pool *pool, bs_expr product);
bs_expr bs_reshape_power(struct bs_pool *pool, bs_expr power);

/* Constants out of sums and products over an index, δ's collapsed. */
bs_expr bs_reshape_indexed(struct bs_pool *pool, bs_expr bound);

/*
 * Is there a sum inside in which a δ would put in a value beyond its range, for some values of the
 * index out here?  Σ_i=0..3 Σ_j=1..2 δ_ij is 2 and not Σ_i=0..3 1.  Such a sum keeps its shape.
 */
bool bs_may_run_out(struct bs_pool *pool, bs_expr bound);

/* Does the sum or product count to, or from, something with the index? */
bool bs_bounds_have(bs_expr bound, bs_expr index);

/* Is there a δ with the index, where it is free? */
bool bs_has_delta_of(bs_expr expr, bs_expr index);

/* Factors of the product that its factor `of`, a product over an index, can count in itself. */
bs_expr bs_absorb_factors(struct bs_pool *pool, bs_expr product, int of);

/* 1 or 0 where it is certain, else with its two sides in order. */
bs_expr bs_simplify_delta(struct bs_pool *pool, bs_expr a, bs_expr b);

/* A term taken apart: a number times something without one (1 when the term is the number). */
struct bs_split {
    bs_expr coefficient, rest;
};

struct bs_split bs_split_term(struct bs_pool *pool, bs_expr term);

/* A factor as a whole power: (x^2)^-1 as x to the -2nd, x^0.5 as itself to the first. */
struct bs_whole_power {
    bs_expr base;
    int64_t exponent;
};

struct bs_whole_power bs_whole_power(bs_expr factor);

/* The factor that it stands for; NULL, with the reason in the pool, when the exponent is 0. */
bs_expr bs_of_whole_power(struct bs_pool *pool, struct bs_whole_power power);

/* Is the value surely no 0, whatever the symbols are?  False is no answer. */
bool bs_is_nonzero(bs_expr expr);

#endif
