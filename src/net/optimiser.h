#ifndef BACKSTEP_NET_OPTIMISER_H
#define BACKSTEP_NET_OPTIMISER_H

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
};

extern const struct bs_optimiser bs_optimisers[]; /* ended by a NULL name; the first is the usual */
const struct bs_optimiser *bs_optimiser_find(const char *name); /* NULL when there is none */

#endif
