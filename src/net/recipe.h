#ifndef BACKSTEP_NET_RECIPE_H
#define BACKSTEP_NET_RECIPE_H

#include "base/error.h"

/*
 * What a user chooses by name and may adjust with numbers, as in {"adam", beta1 = 0.8}: the head of
 * every row of the tables of optimisers, of schedules and of initialisations.
 */
enum { BS_MOST_OPTIONS = 3 };

struct bs_option {
    const char *name;
    double usual;        /* when left out */
    double least, below; /* from `least` on, and less than `below`; least DBL_MIN: above 0 */
};

struct bs_recipe {
    const char *name;
    const char *formula; /* in symbols, with the options by their names */
    const char *source;  /* where the formula comes from; NULL: it is the name's plain meaning */
    const char *about;   /* one line for the learner */
    struct bs_option options[BS_MOST_OPTIONS + 1]; /* ended by a NULL name */
};

/* The usual values, in the order of the options. */
void bs_recipe_usual(double values[BS_MOST_OPTIONS], const struct bs_recipe *recipe);

/* Refused, naming the option: a value that is not finite or out of its range. */
int bs_recipe_check(const struct bs_recipe *recipe, const double values[BS_MOST_OPTIONS],
                    struct bs_error *err);

#endif
