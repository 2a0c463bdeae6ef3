#ifndef BACKSTEP_NET_SCHEDULE_H
#define BACKSTEP_NET_SCHEDULE_H

#include "net/recipe.h"

/*
 * The table of schedules: the rate in an epoch, from the rate η given.  In the formulas n is the
 * epoch, from 1, so that the first epoch has η itself, and N is how many there are at most.
 */
struct bs_schedule {
    struct bs_recipe recipe;
    double (*rate)(double eta, double epoch, double epochs, const double *options);
};

extern const struct bs_schedule bs_schedules[]; /* ended by a NULL name; the first is the usual */
const struct bs_schedule *bs_schedule_find(const char *name); /* NULL when there is none */

#endif
