#ifndef BACKSTEP_CHECK_TRIAL_H
#define BACKSTEP_CHECK_TRIAL_H

#include "check/practice.h"

/*
 * Inside the room only.  What becomes of an item when definitions are changed, on numbers of
 * somebody: the changed items and what depends on them are worked out anew, in an order that their
 * definitions allow, everything else stays.
 */
struct bs_change {
    int item;
    bs_expr definition;
};

enum { BS_MOST_CHANGES = 2 };

struct bs_trial {
    const struct bs_key *key;
    const double *base;              /* a number an item */
    const struct bs_interval *boxes; /* likewise; NULL where no boxes are asked for */
    const bool *is_fixed; /* items that stay as they are unless they are changed; NULL: none */
    int target;           /* the item asked for; it is not fixed */
    int more;             /* digits that are written down beyond those of the lesson; 0 at first */
    /* Working space: values and reached are the base but for what was worked out last. */
    double *values;
    struct bs_interval *reached;
    unsigned char *states;
    int lowest, highest; /* what the last run may have touched */
};

/* Working space for a key, still of nobody's numbers.  False when out of memory. */
bool bs_trial_init(struct bs_trial *trial, const struct bs_key *key);
void bs_trial_finish(struct bs_trial *trial);

void bs_trial_begin(struct bs_trial *trial, const double *base, const struct bs_interval *boxes,
                    const bool *is_fixed, int target);

/*
 * The target's value; nan where the changes make a circle.  trial->values then has the others'
 * until the next run.
 */
int bs_trial_run(double *out, struct bs_trial *trial, const struct bs_change *changes, int count,
                 struct bs_error *err);

/* The same with one change, as someone gets it who works like that, before it is typed. */
int bs_trial_practise(double *out, struct bs_trial *trial, const struct bs_change *change,
                      enum bs_practice practice, struct bs_error *err);

/* The same with one change in boxes, as someone comes to it who rounds on the way. */
int bs_trial_reach(struct bs_interval *out, struct bs_trial *trial, const struct bs_change *change,
                   struct bs_error *err);

#endif
