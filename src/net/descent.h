#ifndef BACKSTEP_NET_DESCENT_H
#define BACKSTEP_NET_DESCENT_H

#include "net/net.h"

/*
 * Inside the room: a step of plain gradient descent on one sample, forward, backward and update in
 * one go.  The parameters come out bit for bit as from a pass, its gradients and p − η·g, which is
 * its test; but nothing is kept for a tape, no gradient is stored, and all that depends on the
 * network alone was worked out beforehand.
 */
struct bs_descent;

struct bs_descent *bs_descent_create(struct bs_arch *arch); /* NULL when out of memory */
void bs_descent_destroy(struct bs_descent *descent);        /* NULL is fine */

/* The parameters that steps are to change; they stay the caller's. */
void bs_descent_bind(struct bs_descent *descent, double *params);

/* Samples: rows as wide as the network's inputs and outputs. */
struct bs_rows {
    const double *inputs, *targets;
};

/*
 * A step on each of `count` samples in turn, the rows of inputs and targets that `order` names. The
 * losses before the steps are added to *loss, from the left.  Gives how many steps were taken:
 * fewer than `count` where a loss is not finite, which is then *loss, and the parameters are as
 * before that step.  It is not interrupted half-way.
 */
size_t bs_descent_run(double *loss, struct bs_descent *descent, const struct bs_rows *rows,
                      const size_t *order, size_t count, double eta);

#endif
