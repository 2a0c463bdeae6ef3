/*
 * Gradient descent.  A step writes the new parameters beside the old ones and the two change
 * places, so that the step before can be taken back when it turns out to have been too far.
 */
#include "net/net.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/pass.h"

#include <math.h>
#include <string.h>

struct trainer {
    const struct bs_training *training;
    struct bs_net *net;       /* holds the newest parameters */
    struct bs_params *before; /* those before the last step; the place for the next ones */
    bool has_before;          /* a step was taken */
    struct bs_pass *pass;
    double *gradients; /* the sum over the batch so far */
    size_t *order;     /* samples in the order of this epoch */
    size_t epoch;      /* from 1 */
    struct bs_error *err;
};

static void swap_params(struct trainer *trainer)
{
    struct bs_params *newest = trainer->before;
    trainer->before = trainer->net->params;
    trainer->net->params = newest;
}

/* p ← p − η·(the mean gradient of `count` samples), unless that gives something infinite or nan. */
static int take_step(struct trainer *trainer, size_t count)
{
    const struct bs_params *old = trainer->net->params;
    double *updated = trainer->before->values;
    const double eta = trainer->training->eta;
    bool is_finite = true;
    for (size_t i = 0; i < old->count; i++) {
        updated[i] = old->values[i] - eta * (trainer->gradients[i] / (double)count);
        is_finite = is_finite && isfinite(updated[i]);
    }
    trainer->has_before = is_finite; /* the old ones are overwritten */
    if (!is_finite)
        return bs_fail(trainer->err, BS_REFUSED,
                       "in epoch %zu a step would make a parameter infinite: training stopped "
                       "before it; try a smaller eta than %g",
                       trainer->epoch, eta);
    swap_params(trainer);
    return BS_OK;
}

static int refuse_loss(struct trainer *trainer, size_t sample)
{
    if (!trainer->has_before)
        return bs_fail(trainer->err, BS_REFUSED,
                       "the loss of sample %zu is %g before the first step", sample + 1,
                       trainer->pass->loss);
    swap_params(trainer);
    trainer->has_before = false;
    return bs_fail(trainer->err, BS_REFUSED,
                   "in epoch %zu the loss of sample %zu became %g: the step before it was taken "
                   "back; try a smaller eta than %g",
                   trainer->epoch, sample + 1, trainer->pass->loss, trainer->training->eta);
}

/* The pass of one sample: its loss and gradients are added to those of the epoch and the batch. */
static int add_sample(double *loss, struct trainer *trainer, size_t sample)
{
    const struct bs_training *training = trainer->training;
    const struct bs_arch *arch = trainer->net->arch;
    const double *x = training->inputs + sample * (size_t)bs_arch_inputs(arch);
    const double *t = training->targets + sample * (size_t)bs_arch_outputs(arch);
    if (bs_is_interrupted() || bs_pass_run(trainer->pass, trainer->net->params->values, x, t) < 0 ||
        bs_pass_add_gradients(trainer->gradients, trainer->pass) < 0)
        return bs_fail_interrupted(trainer->err);
    if (!isfinite(trainer->pass->loss))
        return refuse_loss(trainer, sample);
    *loss += trainer->pass->loss;
    return BS_OK;
}

static int run_batch(double *loss, struct trainer *trainer, const size_t *samples, size_t count)
{
    memset(trainer->gradients, 0, trainer->net->params->count * sizeof *trainer->gradients);
    for (size_t i = 0; i < count; i++) {
        int status = add_sample(loss, trainer, samples[i]);
        if (status < 0)
            return status;
    }
    return take_step(trainer, count);
}

static int run_epoch(double *loss, struct trainer *trainer)
{
    const size_t samples = trainer->training->samples, batch = trainer->training->batch;
    *loss = 0;
    for (size_t done = 0; done < samples; done += batch) {
        size_t count = samples - done < batch ? samples - done : batch;
        int status = run_batch(loss, trainer, trainer->order + done, count);
        if (status < 0)
            return status;
        if (count < batch)
            break;
    }
    *loss /= (double)samples;
    return BS_OK;
}

static int run_epochs(struct bs_trained *out, struct trainer *trainer)
{
    const struct bs_training *training = trainer->training;
    struct bs_rng rng;
    bs_rng_seed(&rng, training->seed);
    *out = (struct bs_trained){0, NAN};
    while (out->epochs < training->epochs && !(out->loss < training->stop_below)) {
        double loss;
        trainer->epoch = out->epochs + 1;
        if (training->shuffle)
            bs_rng_shuffle(&rng, trainer->order, training->samples);
        int status = run_epoch(&loss, trainer);
        if (status < 0)
            return status;
        *out = (struct bs_trained){trainer->epoch, loss};
    }
    return BS_OK;
}

static int check_training(const struct bs_training *training, struct bs_error *err)
{
    if (training->samples == 0)
        return bs_fail(err, BS_REFUSED, "there are no samples to train on");
    if (training->batch == 0)
        return bs_fail(err, BS_REFUSED, "batch is 0: 1 or more samples are possible");
    if (!isfinite(training->eta) || training->eta < 0)
        return bs_fail(err, BS_REFUSED, "eta is %g: a finite number, 0 or more, is possible",
                       training->eta);
    return BS_OK;
}

/* Everything that training needs is acquired here; on failure the caller releases what there is. */
static int prepare(struct trainer *trainer)
{
    const size_t samples = trainer->training->samples;
    if (!bs_net_own_params(trainer->net))
        return bs_fail_memory(trainer->err);
    trainer->before = bs_params_create(trainer->net->params->count);
    trainer->pass = bs_pass_alloc(trainer->net->arch);
    trainer->gradients =
        bs_realloc_array(NULL, trainer->net->params->count, sizeof *trainer->gradients);
    trainer->order = bs_realloc_array(NULL, samples, sizeof *trainer->order);
    if (!trainer->before || !trainer->pass || !trainer->gradients || !trainer->order)
        return bs_fail_memory(trainer->err);
    for (size_t i = 0; i < samples; i++)
        trainer->order[i] = i;
    return BS_OK;
}

int bs_net_train(struct bs_trained *out, struct bs_net *net, const struct bs_training *training,
                 struct bs_error *err)
{
    int status = check_training(training, err);
    if (status < 0)
        return status;
    struct trainer trainer = {.training = training, .net = net, .err = err};
    status = prepare(&trainer);
    if (status == BS_OK)
        status = run_epochs(out, &trainer);
    bs_params_drop(trainer.before);
    bs_pass_destroy(trainer.pass);
    bs_free(trainer.gradients);
    bs_free(trainer.order);
    return status;
}
