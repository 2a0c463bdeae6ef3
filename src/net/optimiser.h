#ifndef BACKSTEP_NET_OPTIMISER_H
#define BACKSTEP_NET_OPTIMISER_H

#include "expr/expr.h"
#include "net/recipe.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The table of optimisers: how a step changes the parameters p, given the mean gradient g of a
 * batch.  In the formulas m and s are the optimiser's state, one number a parameter, 0 before the
 * first step; t counts the steps from 1; η is the rate.
 */
struct bs_optimiser_step {
    size_t count;
    double *p;
    const double *g;
    double *m, *s; /* NULL where the row has no such state */
    double eta;
    double t;              /* a whole number from 1 */
    const double *options; /* in the order of the row's */
};

/* What a step works out of one parameter, one after the other. */
enum bs_recurrence {
    BS_NEW_M, /* the state after the step */
    BS_NEW_S,
    BS_M_HAT, /* that freed of its start at 0 */
    BS_S_HAT,
    BS_CHANGE, /* what is added to p */
};

enum { BS_RECURRENCES = 5 };

/*
 * The formula of a recipe here is the list of these, "m' = momentum·m + g;  Δp = −η·m'", in the
 * order in which each uses what is before it.  It is what the learner reads, and what a tape
 * evaluates beside the kernel.  A part Δw is Δp for weights that decay.
 */
struct bs_optimiser {
    struct bs_recipe recipe;
    double usual_eta, usual_decay;
    bool has_m, has_s;
    /*
     * Weight decay λ is as a rule the slope of λ/2·Σ w² in the loss, g ← g + λ·w; an optimiser that
     * decouples it shrinks w ← w − η·λ·w before its step instead.  Either is for weights alone, not
     * for biases.
     */
    bool decouples_decay;
    bool is_plain; /* p ← p − η·g and nothing else */
    void (*step)(const struct bs_optimiser_step *step);
    /* What m and s are divided by to free them of their start at 0, after t steps; NULL: nothing.
     */
    void (*shares)(double *m, double *s, const double *options, double t);
};

extern const struct bs_optimiser bs_optimisers[]; /* ended by a NULL name; the first is the usual */
const struct bs_optimiser *bs_optimiser_find(const char *name); /* NULL when there is none */

bool bs_optimiser_has(const struct bs_optimiser *optimiser, enum bs_recurrence which);

/*
 * A recurrence in symbols.  `map` puts something in the place of each name: p, g, m, s, m_new,
 * s_new, mhat, shat, eta, t, decay and the options; `decays`: of a weight that shrinks apart from
 * its gradient.  NULL: see the pool.
 */
bs_expr bs_optimiser_define(struct bs_pool *pool, const struct bs_optimiser *optimiser,
                            enum bs_recurrence which, bool decays, bs_leaf_map *map, void *context);

#endif
