#ifndef BACKSTEP_NET_RUN_H
#define BACKSTEP_NET_RUN_H

#include "base/rng.h"
#include "net/stack.h"

/*
 * A forward and backward pass of many samples at once through any network, with all its numbers.
 * E is the mean of the samples' losses; that of a sequence is the sum of those of its steps.  A run
 * is made once for the most samples it will see, and then allocates nothing.
 */
struct bs_run;

enum bs_run_use {
    BS_RUN_ANSWERS, /* forward only, as the network answers */
    BS_RUN_TRAINS,  /* forward and backward */
    BS_RUN_TAPE,    /* likewise; in a fixed order, every slope filled, those of the inputs too */
};

int bs_run_create(struct bs_run **out, struct bs_arch *arch, size_t most_samples,
                  enum bs_run_use use, struct bs_error *err);
void bs_run_destroy(struct bs_run *run); /* NULL is fine */

/*
 * The samples of the next pass: `count` rows of x, and of t unless it is NULL, those that `order`
 * names or (NULL) the first ones.  Rows that are not copied must stay until the pass is done.
 */
void bs_run_load(struct bs_run *run, const double *x, const double *t, const size_t *order,
                 size_t count);

/* The same of rows that follow one another, from `first` on of so many: as many as the run takes.
 * Gives their number. */
size_t bs_run_load_from(struct bs_run *run, const double *x, const double *t, size_t first,
                        size_t samples);

/*
 * How many of so many samples are best taken at a time: so many that their numbers stay near, as
 * even as may be; where the values of one depend on the others, and slopes are wanted, all.
 */
size_t bs_run_share(const struct bs_arch *arch, size_t samples, enum bs_run_use use);

/* Copy the rows that are not: the caller's may go. */
void bs_run_own(struct bs_run *run);

/* What is drawn in passes to come (dropout) follows from the seed. */
void bs_run_seed(struct bs_run *run, uint64_t seed);

/* Draw what another run would draw next. */
void bs_run_draw_on(struct bs_run *run, const struct bs_run *from);

/* Draw no more: the next passes take what was drawn in a run of as many samples. */
void bs_run_keep_drawn(struct bs_run *run, const struct bs_run *from);

/* Load the same samples as another run has, copied. */
void bs_run_load_same(struct bs_run *run, const struct bs_run *from);

/* Forward and, if there are targets, the loss.  0, or BS_INTERRUPTED with the numbers half done. */
int bs_run_forward(struct bs_run *run, const double *params);
double bs_run_loss(const struct bs_run *run);                       /* E */
double bs_run_sample_loss(const struct bs_run *run, size_t sample); /* of a sample, from 0 */
const double *bs_run_outputs(const struct bs_run *run);             /* [step][sample][output] */

/* Backward, after forward: scale·∂E/∂p is added to `gradients`, which may be `params`, or NULL. */
int bs_run_backward(struct bs_run *run, const double *params, double scale, double *gradients);

/* What kinds keep beside their parameters (running means) follows the last pass. */
void bs_run_settle(struct bs_run *run, double *params);

size_t bs_run_samples(const struct bs_run *run);
const struct bs_arch *bs_run_arch(const struct bs_run *run);

/* Numbers of an array (stage BS_FROM_OUTSIDE: array 0 the inputs, 1 the targets), and their slopes
 * ∂E/∂·; laid out as struct bs_array says.  NULL of parameters. */
const double *bs_run_values(const struct bs_run *run, int stage, int array);
const double *bs_run_slopes(const struct bs_run *run, int stage, int array);

#endif
