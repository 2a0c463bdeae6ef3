#ifndef BACKSTEP_NET_PERCEPTRON_H
#define BACKSTEP_NET_PERCEPTRON_H

#include "net/train.h"

/*
 * The perceptron rule (Rosenblatt, Psychological Review 65, 1958), for one layer of step units: on
 * each sample in order, w_i ← w_i + η(d − y)x_i and b ← b + η(d − y), which is θ ← θ − η(d − y).
 * Where weights exist that are right on every sample it finds some after finitely many corrections
 * (Novikoff, 1962).
 */
struct bs_perceptron {
    struct bs_samples samples; /* targets are 0 or 1 */
    double eta;                /* finite, above 0 */
    size_t epochs;

    /*
     * After each epoch: how many outputs were wrong in it; the parameters are the net's.  As for
     * training: it may not change the network, 0 goes on, 1 stops, negative ends with that status.
     */
    int (*watch)(void *context, size_t epoch, size_t mistakes);
    void *context;
};

enum bs_perceptron_ending {
    BS_PERCEPTRON_EPOCHS,  /* all are done, with mistakes in the last */
    BS_PERCEPTRON_SETTLED, /* an epoch without a mistake */
    BS_PERCEPTRON_CYCLE,   /* the parameters are what they were before: it never settles */
    BS_PERCEPTRON_WATCH,   /* the watch said stop */
};

struct bs_perceptron_end {
    enum bs_perceptron_ending ending;
    size_t epochs;   /* done */
    size_t mistakes; /* in the last of them */
    size_t again; /* of a cycle: the epoch (0: the start) after which the parameters were these */
};

/*
 * Refused: a network that is not one layer of step units; targets other than 0 and 1; no samples;
 * an η that is not above 0; parameters that overflow.  Then nothing has changed.  An interrupt and
 * a watch that fails keep what was learnt, with *out filled.
 */
int bs_net_perceptron(struct bs_perceptron_end *out, struct bs_net *net,
                      const struct bs_perceptron *rule, struct bs_error *err);

/* Why it ended, in a sentence without a full stop. */
void bs_put_perceptron_end(struct bs_buf *buf, const struct bs_perceptron_end *end);

#endif
