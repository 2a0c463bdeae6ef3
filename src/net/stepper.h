#ifndef BACKSTEP_NET_STEPPER_H
#define BACKSTEP_NET_STEPPER_H

#include "net/net.h"
#include "net/optimiser.h"

/*
 * A step that is to be taken: an optimiser with its settings, and its state before the step, a
 * number of each kind for every parameter.  Never changes; shared like parameters.
 */
struct bs_stepper {
    int owners;
    const struct bs_optimiser *optimiser;
    double options[BS_MOST_OPTIONS];
    double eta, decay; /* finite; decay 0 or more */
    double t;          /* the step's number, from 1 */
    size_t count;
    double *m, *s; /* NULL: all 0, or the optimiser has none */
};

/*
 * A copy of what is wanted.  Refused, naming it: an option out of its range, an eta that is not
 * finite, a decay or an s below 0, a t that is no whole number from 1.
 */
int bs_stepper_create(struct bs_stepper **out, const struct bs_stepper *wanted,
                      struct bs_error *err);
int bs_stepper_of_rate(struct bs_stepper **out, double eta, struct bs_error *err); /* plain */
struct bs_stepper *bs_stepper_share(struct bs_stepper *stepper);
void bs_stepper_drop(struct bs_stepper *stepper); /* NULL is fine */

/* p ← p − η·g and nothing else: there is no state, and no number but η. */
bool bs_stepper_is_plain(const struct bs_stepper *stepper);

/* The step of one parameter: before it, and what the kernel makes of it. */
struct bs_one_step {
    double p, g, m, s;
    bool decays;
};

struct bs_one_stepped {
    double numbers[BS_RECURRENCES]; /* of those that the optimiser has */
};

void bs_stepper_one(struct bs_one_stepped *out, const struct bs_stepper *stepper,
                    const struct bs_one_step *one);

/*
 * The step on parameters with these gradients, which are used up.  Weights decay, biases do not.
 * `step` has all but the decay.
 */
void bs_step_with_decay(const struct bs_optimiser *optimiser, const struct bs_optimiser_step *step,
                        double *g, double decay, const struct bs_arch *arch);

/* The network's parameters after the step, and the stepper that takes the next. */
int bs_stepper_take(struct bs_params **out, struct bs_stepper **next,
                    const struct bs_stepper *stepper, const struct bs_net *net, double *gradients,
                    struct bs_error *err);

#endif
