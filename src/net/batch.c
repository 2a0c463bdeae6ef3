#include "net/batch.h"

#include "net/run.h"

#include <string.h>

/* What goes over a batch, as many samples at a time as the run takes. */
struct sweep {
    const struct bs_net *net;
    const struct bs_batch *batch;
    struct bs_run *run;
    size_t first, count; /* of the samples that it is at */
};

static int begin(struct sweep *sweep, const struct bs_net *net, const struct bs_batch *batch,
                 enum bs_run_use use, struct bs_error *err)
{
    *sweep = (struct sweep){.net = net, .batch = batch};
    if (batch->samples == 0)
        return BS_OK;
    return bs_run_create(&sweep->run, net->arch, bs_run_share(net->arch, batch->samples, use), use,
                         err);
}

/* Forward through the next samples; false after the last. */
static bool next(int *status, struct sweep *sweep, const double *t, struct bs_error *err)
{
    sweep->first += sweep->count;
    if (*status < 0 || sweep->first == sweep->batch->samples)
        return false;
    sweep->count =
        bs_run_load_from(sweep->run, sweep->batch->x, t, sweep->first, sweep->batch->samples);
    if (bs_run_forward(sweep->run, sweep->net->params->values) < 0)
        *status = bs_fail_interrupted(err);
    return *status == BS_OK;
}

/* A run has the outputs step by step; rows have them sample by sample. */
static void take_outputs(double *y, const struct sweep *sweep)
{
    const struct bs_shape *shape = &sweep->net->arch->stack->out;
    const size_t n = bs_shape_count(shape), total = bs_shape_total(shape);
    const double *from = bs_run_outputs(sweep->run);
    for (size_t at = 0; at < total; at += n)
        for (size_t k = 0; k < sweep->count; k++, from += n)
            memcpy(y + (sweep->first + k) * total + at, from, n * sizeof *y);
}

int bs_batch_forward(double *y, const struct bs_net *net, const struct bs_batch *batch,
                     struct bs_error *err)
{
    struct sweep sweep;
    int status = begin(&sweep, net, batch, BS_RUN_ANSWERS, err);
    while (next(&status, &sweep, NULL, err))
        take_outputs(y, &sweep);
    bs_run_destroy(sweep.run);
    return status;
}

int bs_batch_loss(double *loss, const struct bs_net *net, const struct bs_batch *batch,
                  struct bs_error *err)
{
    struct sweep sweep;
    int status = begin(&sweep, net, batch, BS_RUN_ANSWERS, err);
    *loss = 0;
    while (next(&status, &sweep, batch->t, err))
        for (size_t k = 0; k < sweep.count; k++)
            *loss += bs_run_sample_loss(sweep.run, k);
    *loss /= (double)batch->samples;
    bs_run_destroy(sweep.run);
    return status;
}

static int take_gradients(double *gradients, const struct bs_net *net, const struct bs_batch *batch,
                          enum bs_run_use use, struct bs_error *err)
{
    struct sweep sweep;
    int status = begin(&sweep, net, batch, use, err);
    memset(gradients, 0, net->params->count * sizeof *gradients);
    while (next(&status, &sweep, batch->t, err)) {
        const double part = (double)sweep.count / (double)batch->samples;
        if (bs_run_backward(sweep.run, net->params->values, part, gradients) < 0)
            status = bs_fail_interrupted(err);
    }
    bs_run_destroy(sweep.run);
    return status;
}

int bs_batch_gradients(double *gradients, const struct bs_net *net, const struct bs_batch *batch,
                       struct bs_error *err)
{
    return take_gradients(gradients, net, batch, BS_RUN_TRAINS, err);
}

int bs_batch_exact_gradients(double *gradients, const struct bs_net *net,
                             const struct bs_batch *batch, struct bs_error *err)
{
    return take_gradients(gradients, net, batch, BS_RUN_TAPE, err);
}
