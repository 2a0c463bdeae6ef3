#ifndef BACKSTEP_NET_TRAIN_H
#define BACKSTEP_NET_TRAIN_H

#include "base/buf.h"
#include "net/init.h"
#include "net/net.h"
#include "net/optimiser.h"
#include "net/schedule.h"

/*
 * Training: an optimiser's step after every `batch` samples, on the mean of their ∂E/∂p.  Batch 1
 * is the standard (per-sample) algorithm, a batch of all samples or more the accumulated one; the
 * last batch of an epoch may be smaller.
 */

/* A table of samples: samples × inputs and samples × outputs, row-major. */
struct bs_samples {
    size_t count;
    const double *inputs, *targets;
};

/* What is seen of training after an epoch, as by a line of progress. */
struct bs_progress {
    size_t epoch;      /* from 1 */
    double loss;       /* mean loss of the epoch's samples, each before its step */
    double rate;       /* of the epoch */
    double validation; /* mean loss of the validation set after the epoch; nan without one */
};

/*
 * 0 to go on, 1 to stop, negative to end with that status.  It may read the network and share its
 * parameters; it may not change or destroy it.
 */
typedef int bs_watch(void *context, const struct bs_progress *progress);

/* How far training is, between steps. */
struct bs_pace {
    size_t epoch;   /* from 1, the one at work */
    size_t samples; /* taken in it so far */
    double loss;    /* mean loss of the epoch before; nan in the first */
};

/* Told of it every quarter of a million multiplications or so; it looks at nothing else. */
typedef void bs_tell_pace(void *context, const struct bs_pace *pace);

/* The losses of epoch after epoch.  The caller's, to finish however training ends. */
struct bs_history {
    size_t count;
    double *loss, *validation; /* validation is NULL without a validation set */
    size_t loss_capacity, validation_capacity;
};

void bs_history_finish(struct bs_history *history);

struct bs_training {
    size_t samples;
    const double *inputs, *targets; /* as in struct bs_samples */
    double eta;                     /* finite, 0 or more */
    size_t epochs, batch;           /* batch from 1 */
    bool shuffle;                   /* a new order every epoch */
    uint64_t seed;                  /* of the shuffling */

    const struct bs_optimiser *optimiser; /* NULL: the first of the table */
    double optimiser_options[BS_MOST_OPTIONS];
    const struct bs_schedule *schedule; /* NULL: the first of the table */
    double schedule_options[BS_MOST_OPTIONS];
    double decay; /* λ of weight decay, see struct bs_optimiser; 0 or more */

    /* Goals: the first epoch after which one of them is reached is the last. */
    double stop_below;  /* a mean loss of the epoch below it; 0: none */
    double stop_within; /* every |y − d| of the samples below it, after the epoch; 0: none */

    /*
     * With patience the network has the parameters of the epoch with the least validation loss in
     * the end, however training ends, and it ends once that has not fallen for so many epochs.
     */
    struct bs_samples validation; /* count 0: none */
    size_t patience;              /* 0: without */

    size_t every; /* epochs from call to call of watch, and after the last one; 0: never */
    bs_watch *watch;
    void *context;
    struct bs_history *history; /* NULL: not kept */

    bs_tell_pace *tell; /* NULL: nobody is told */
    void *tell_context;
};

enum bs_ending {
    BS_ENDED_EPOCHS,   /* all are done; where there was a goal, it was not reached */
    BS_ENDED_LOSS,     /* stop_below is reached */
    BS_ENDED_WITHIN,   /* stop_within is reached */
    BS_ENDED_PATIENCE, /* the validation loss has not fallen any more */
    BS_ENDED_WATCH,    /* the watch said stop */
};

struct bs_trained {
    size_t epochs; /* whole epochs done */
    double loss; /* the last of them: mean loss of its samples, each before its update; else nan */
    double rate; /* of the last of them; else nan */
    enum bs_ending ending;
    bool has_goal;
    double worst;        /* greatest |y − d| in the end where stop_within was not reached */
    size_t worst_sample; /* from 1, where it is */
    double validation;   /* of the parameters the network has; nan without a validation set */
    size_t best_epoch;   /* with patience, the epoch that these are from; else 0 */
};

/* Is the network where it was to go?  Not without a goal. */
bool bs_is_settled(const struct bs_trained *trained);

/* Why it ended, in a sentence without a full stop: "stuck: after 20000 epochs ...". */
void bs_put_ending(struct bs_buf *buf, const struct bs_trained *trained,
                   const struct bs_training *training);

/*
 * Nothing is allocated once the first sample is taken, but for the history after an epoch.  Ctrl-C
 * stops between steps and keeps what was learnt: BS_INTERRUPTED with *out filled; and so does a
 * watch that fails, with its status.  A loss or a parameter that is not finite stops with
 * BS_REFUSED; then, as after any other refusal, network and *out are as they were.
 */
int bs_net_train(struct bs_trained *out, struct bs_net *net, const struct bs_training *training,
                 struct bs_error *err);

#endif
