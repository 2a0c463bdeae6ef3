#ifndef BACKSTEP_NET_INIT_H
#define BACKSTEP_NET_INIT_H

#include "base/rng.h"
#include "net/net.h"
#include "net/recipe.h"

/*
 * The table of initialisations: what a layer's weights start as, given how many inputs its units
 * have and how many units there are.
 */
struct bs_init {
    struct bs_recipe recipe;
    bool fills_biases; /* biases are drawn like weights; else they start as 0 */
    double (*draw)(struct bs_rng *rng, double inputs, double units, const double *options);
};

extern const struct bs_init bs_inits[]; /* ended by a NULL name; the first is the usual */
const struct bs_init *bs_init_find(const char *name); /* NULL when there is none */

/*
 * Fill parameters of the architecture, in their order, by the seed; then those that start in their
 * own way (the scales of batch_norm) start so, whatever was drawn.  Refused: an option out of its
 * range; values that are not finite.  Then nothing has changed but `params`.
 */
int bs_init_fill(double *params, const struct bs_arch *arch, const struct bs_init *init,
                 const double options[BS_MOST_OPTIONS], uint64_t seed, struct bs_error *err);

#endif
