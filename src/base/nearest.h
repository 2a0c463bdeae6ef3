#ifndef BACKSTEP_BASE_NEAREST_H
#define BACKSTEP_BASE_NEAREST_H

#include "base/error.h"

#include <stddef.h>

/*
 * "Did you mean ...?": offer every known name, then take the closest.  Distance counts insertions,
 * deletions, replacements and swaps of neighbours (optimal string alignment), letter case for half.
 * A name is only suggested within a third of the wanted name's length (at least one slip).
 */
struct bs_nearest {
    const char *wanted;
    int best_distance; /* in halves of a slip; negative when nothing was close enough */
    char best[64];
};

void bs_nearest_init(struct bs_nearest *nearest, const char *wanted); /* keeps the pointer */
void bs_nearest_offer(struct bs_nearest *nearest, const char *name);

/* ": did you mean NAME?" or "" when nothing is close; owned by the struct's caller's buffer. */
const char *bs_nearest_hint(const struct bs_nearest *nearest, char hint[static 96]);

#endif
