#ifndef BACKSTEP_EXPR_INTERVAL_H
#define BACKSTEP_EXPR_INTERVAL_H

#include "expr/eval.h"

/*
 * Arithmetic on intervals.  Bounds are rounded outward, and only where they are not exact, so that
 * whole numbers stay points.  Operands hold lo <= hi and no nan; so do results.  What a factor 0
 * makes of an infinite bound is 0: the bound is not among the numbers.
 */
struct bs_interval bs_interval_whole(void); /* the whole line */
struct bs_interval bs_interval_point(double value);
struct bs_interval bs_interval_hull(struct bs_interval a, struct bs_interval b);
struct bs_interval bs_interval_add(struct bs_interval a, struct bs_interval b);
struct bs_interval bs_interval_negate(struct bs_interval a);
struct bs_interval bs_interval_mul(struct bs_interval a, struct bs_interval b);
struct bs_interval bs_interval_div(struct bs_interval a, struct bs_interval b);
struct bs_interval bs_interval_power(struct bs_interval base, struct bs_interval exponent);

/* The bounds moved outward by so many units in the last place, for what a library rounds. */
struct bs_interval bs_interval_widen(struct bs_interval a, int units);

/* What of it is from lo to hi; one of them where nothing is. */
struct bs_interval bs_interval_clip(struct bs_interval a, double lo, double hi);

bool bs_interval_has(struct bs_interval a, double value);
bool bs_interval_is_point(struct bs_interval a);

#endif
