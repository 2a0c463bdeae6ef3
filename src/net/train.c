/* Gradient descent.  The parameters that training began with stay aside until it has gone well. */
#include "net/net.h"

#include "base/mem.h"
#include "base/rng.h"
#include "net/pass.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct trainer {
    const struct bs_training *training;
    struct bs_net *net;
    struct bs_params *before; /* a share of the parameters that training began with */
    struct bs_pass *pass;
    double *gradients; /* the sum over the batch so far */
    size_t *order;     /* samples in the order of this epoch */
    size_t epoch;      /* from 1 */
    bool has_stepped;
    struct bs_error *err;
};

static int refuse_step(const struct trainer *trainer, const char *what)
{
    return bs_fail(trainer->err, BS_REFUSED,
                   "in epoch %zu %s: the network is as it was before training; try a smaller eta "
                   "than %g",
                   trainer->epoch, what, trainer->training->eta);
}

/* p ← p − η·(the mean gradient of `count` samples) */
static int take_step(struct trainer *trainer, size_t count)
{
    struct bs_params *params = trainer->net->params;
    const double eta = trainer->training->eta;
    bool is_finite = true;
    trainer->has_stepped = true;
    for (size_t i = 0; i < params->count; i++) {
        params->values[i] -= eta * (trainer->gradients[i] / (double)count);
        is_finite = is_finite && isfinite(params->values[i]);
    }
    return is_finite ? BS_OK : refuse_step(trainer, "a step made a parameter infinite");
}

static int refuse_loss(const struct trainer *trainer, size_t sample)
{
    char what[80];
    if (!trainer->has_stepped)
        return bs_fail(trainer->err, BS_REFUSED, "the loss of sample %zu is %g before any training",
                       sample + 1, trainer->pass->loss);
    snprintf(what, sizeof what, "the loss of sample %zu became %g", sample + 1,
             trainer->pass->loss);
    return refuse_step(trainer, what);
}

/*
 * The pass of one sample: its loss and gradients are added to those of the epoch and the batch. The
 * kernels look for an interrupt, at least once each sample.
 */
static int add_sample(double *loss, struct trainer *trainer, size_t sample)
{
    const struct bs_training *training = trainer->training;
    const struct bs_arch *arch = trainer->net->arch;
    const double *x = training->inputs + sample * (size_t)bs_arch_inputs(arch);
    const double *t = training->targets + sample * (size_t)bs_arch_outputs(arch);
    if (bs_pass_run(trainer->pass, trainer->net->params->values, x, t) < 0 ||
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
    struct bs_net *net = trainer->net;
    const size_t samples = trainer->training->samples;
    trainer->before = bs_params_share(net->params);
    trainer->pass = bs_pass_alloc(net->arch);
    trainer->gradients = bs_realloc_array(NULL, net->params->count, sizeof *trainer->gradients);
    trainer->order = bs_realloc_array(NULL, samples, sizeof *trainer->order);
    if (!trainer->pass || !trainer->gradients || !trainer->order || !bs_net_own_params(net))
        return bs_fail_memory(trainer->err);
    for (size_t i = 0; i < samples; i++)
        trainer->order[i] = i;
    return BS_OK;
}

/* An interrupt keeps the steps taken so far; what is refused takes them all back. */
static void finish(struct trainer *trainer, int status)
{
    struct bs_params *dropped = trainer->before;
    if (status != BS_OK && status != BS_INTERRUPTED) {
        dropped = trainer->net->params;
        trainer->net->params = trainer->before;
    }
    bs_params_drop(dropped);
    bs_pass_destroy(trainer->pass);
    bs_free(trainer->gradients);
    bs_free(trainer->order);
}

int bs_net_train(struct bs_trained *out, struct bs_net *net, const struct bs_training *training,
                 struct bs_error *err)
{
    int status = check_training(training, err);
    if (status < 0)
        return status;
    struct trainer trainer = {.training = training, .net = net, .err = err};
    struct bs_trained trained = {0, NAN};
    status = prepare(&trainer);
    if (status == BS_OK)
        status = run_epochs(&trained, &trainer);
    if (status == BS_OK || status == BS_INTERRUPTED)
        *out = trained;
    finish(&trainer, status);
    return status;
}
