/*
 * Training.  The parameters that it began with stay aside until it has gone well.  What an
 * interrupt, a watch or the end finds is always finite: a parameter that is not never becomes so
 * again, so it is enough to look at all of them before anybody else does, and now and then.
 */
#include "net/train.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/descent.h"
#include "net/loss.h"
#include "net/run.h"
#include "net/stepper.h"
#include "net/training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Multiplications, or so, from one look for an interrupt to the next; and steps from one look at
 * all parameters, which takes as long as a step, to the next.
 */
enum { POLL = 1 << 18, STEPS = 100 };

struct trainer {
    const struct bs_training *training;
    const struct bs_optimiser *optimiser;
    const struct bs_schedule *schedule;
    struct bs_net *net;
    struct bs_params *before;   /* a share of the parameters that training began with */
    struct bs_descent *descent; /* plain steps on single samples, in one go; or NULL: */
    struct bs_run *run;         /* passes of so many samples at a time: */
    size_t share;               /* a whole batch where that is not too large */
    double *gradients;          /* of the mean over the batch; NULL: plain steps of whole batches */
    double *m, *s;              /* the optimiser's state */
    double *best;               /* with patience, the parameters of the least validation loss */
    struct bs_run *answers;     /* what the network answers after an epoch; NULL: nobody asks */
    size_t *order;              /* samples in the order of this epoch */
    size_t epoch;               /* from 1 */
    double steps;               /* taken so far */
    double rate;                /* of this epoch */
    size_t most;                /* steps from one such look to the next */
    size_t unpolled;            /* multiplications since the last look for an interrupt */
    struct bs_pace pace;
    double checked; /* steps taken when the parameters were last looked at */
    double best_loss;
    size_t best_epoch;
    bool looks; /* more is asked for of an epoch than its loss */
    bool keeps; /* what was learnt, although training did not end well */
    struct bs_error *err;
};

static double *params_of(const struct trainer *trainer)
{
    return trainer->net->params->values;
}

static size_t parameter_count(const struct trainer *trainer)
{
    return trainer->net->params->count;
}

/* ---- what stops it --------------------------------------------------------------------------- */

/* `when` is "in" where the epoch is known, else "by". */
static int refuse_step(const struct trainer *trainer, const char *when, const char *what)
{
    return bs_fail(trainer->err, BS_REFUSED,
                   "%s epoch %zu %s: the network is as it was before training; try a smaller eta "
                   "than %g",
                   when, trainer->epoch, what, trainer->training->eta);
}

/* v − v is 0 of what is finite and not a number of what is not; four sums do not wait for another.
 */
static bool is_finite(const double *values, size_t count)
{
    double sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += values[i + k] - values[i + k];
    for (; i < count; i++)
        sums[0] += values[i] - values[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]) == 0;
}

static int check_params(const struct trainer *trainer)
{
    if (is_finite(params_of(trainer), parameter_count(trainer)))
        return BS_OK;
    return refuse_step(trainer, "by", "a step made a parameter infinite");
}

/* A loss that is not finite comes from a step that was too large, if one was taken. */
static int refuse_loss(const struct trainer *trainer, size_t sample, double loss)
{
    char what[80];
    if (trainer->steps == 0)
        return bs_fail(trainer->err, BS_REFUSED, "the loss of sample %zu is %g before any training",
                       sample + 1, loss);
    int status = check_params(trainer);
    if (status < 0)
        return status;
    snprintf(what, sizeof what, "the loss of sample %zu became %g", sample + 1, loss);
    return refuse_step(trainer, "in", what);
}

/* Between steps; parameters that are not finite are never what is kept. */
static int interrupt(struct trainer *trainer)
{
    int status = check_params(trainer);
    if (status < 0)
        return status;
    trainer->keeps = true;
    return bs_fail_interrupted(trainer->err);
}

/* Now and then, when there was enough work since it last did, it tells how far it is. */
static bool is_time(struct trainer *trainer, size_t work)
{
    const struct bs_training *training = trainer->training;
    trainer->unpolled += work;
    if (trainer->unpolled < POLL)
        return false;
    trainer->unpolled = 0;
    if (training->tell)
        training->tell(training->tell_context, &trainer->pace);
    return true;
}

/* Then it looks for an interrupt, too, and at the parameters. */
static int poll(struct trainer *trainer, size_t work)
{
    if (!is_time(trainer, work))
        return BS_OK;
    if (bs_is_interrupted())
        return interrupt(trainer);
    if (trainer->steps < trainer->checked + STEPS)
        return BS_OK;
    trainer->checked = trainer->steps;
    return check_params(trainer);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* The optimiser's step on the gradients of the batch. */
static void take_step(struct trainer *trainer)
{
    const struct bs_optimiser_step step = {.count = parameter_count(trainer),
                                           .p = params_of(trainer),
                                           .g = trainer->gradients,
                                           .m = trainer->m,
                                           .s = trainer->s,
                                           .eta = trainer->rate,
                                           .t = trainer->steps + 1,
                                           .options = trainer->training->optimiser_options};
    bs_step_with_decay(trainer->optimiser, &step, trainer->gradients, trainer->training->decay,
                       trainer->net->arch);
}

/* Losses of samples before the step; the first that is not finite ends it. */
static int add_losses(double *loss, struct trainer *trainer, const size_t *samples)
{
    for (size_t k = 0; k < bs_run_samples(trainer->run); k++) {
        const double one = bs_run_sample_loss(trainer->run, k);
        if (!isfinite(one))
            return refuse_loss(trainer, samples[k], one);
        *loss += one;
    }
    return BS_OK;
}

static int run_forward(double *loss, struct trainer *trainer, const size_t *samples, size_t count)
{
    const struct bs_training *training = trainer->training;
    bs_run_load(trainer->run, training->inputs, training->targets, samples, count);
    if (bs_is_interrupted() || bs_run_forward(trainer->run, params_of(trainer)) < 0)
        return interrupt(trainer);
    return add_losses(loss, trainer, samples);
}

/*
 * A plain step: each layer's parameters change as soon as nothing reads them any more.  Held back
 * is an interrupt no longer than one backward pass of a share takes.
 */
static int descend_batch(double *loss, struct trainer *trainer, const size_t *samples, size_t count)
{
    int status = run_forward(loss, trainer, samples, count);
    if (status < 0)
        return status;
    bs_interrupt_hold(true);
    bs_run_backward(trainer->run, params_of(trainer), -trainer->rate, params_of(trainer));
    bs_interrupt_hold(false);
    return BS_OK;
}

/* Sums start from −0, which changes nothing that is added, not even the sign of a 0. */
static int optimise_batch(double *loss, struct trainer *trainer, const size_t *samples,
                          size_t count)
{
    for (size_t i = 0; i < parameter_count(trainer); i++)
        trainer->gradients[i] = -0.0;
    for (size_t done = 0, n; done < count; done += n) {
        n = count - done < trainer->share ? count - done : trainer->share;
        int status = run_forward(loss, trainer, samples + done, n);
        if (status < 0)
            return status;
        const double part = (double)n / (double)count;
        if (bs_run_backward(trainer->run, params_of(trainer), part, trainer->gradients) < 0)
            return interrupt(trainer);
    }
    take_step(trainer);
    return BS_OK;
}

static int run_batches(double *loss, struct trainer *trainer)
{
    const size_t samples = trainer->training->samples, batch = trainer->training->batch;
    for (size_t done = 0, count; done < samples; done += count) {
        count = samples - done < batch ? samples - done : batch;
        int status = trainer->gradients
                         ? optimise_batch(loss, trainer, trainer->order + done, count)
                         : descend_batch(loss, trainer, trainer->order + done, count);
        if (status < 0)
            return status;
        trainer->steps++;
        bs_run_settle(trainer->run, params_of(trainer));
        trainer->pace.samples = done + count;
        is_time(trainer, count * parameter_count(trainer));
    }
    return BS_OK;
}

/* One plain step a sample: the same as run_batches, many in one go. */
static int descend(double *loss, struct trainer *trainer)
{
    const struct bs_training *training = trainer->training;
    const struct bs_rows rows = {training->inputs, training->targets};
    const size_t most = trainer->most;
    for (size_t done = 0, taken; done < training->samples; done += taken) {
        const size_t left = training->samples - done, count = left < most ? left : most;
        taken = bs_descent_run(loss, trainer->descent, &rows, trainer->order + done, count,
                               trainer->rate);
        trainer->steps += (double)taken;
        trainer->pace.samples = done + taken;
        if (taken < count)
            return refuse_loss(trainer, trainer->order[done + taken], *loss);
        if (poll(trainer, count * parameter_count(trainer)) < 0)
            return trainer->err->status;
    }
    return BS_OK;
}

static int run_epoch(double *loss, struct trainer *trainer)
{
    *loss = 0;
    trainer->pace.epoch = trainer->epoch;
    int status = trainer->descent ? descend(loss, trainer) : run_batches(loss, trainer);
    if (status == BS_OK && (trainer->looks || !trainer->descent))
        status = check_params(trainer);
    *loss /= (double)trainer->training->samples;
    trainer->pace.loss = *loss;
    return status;
}

/* ---- after an epoch -------------------------------------------------------------------------- */

/* Of some of the samples, those from `first` on; gives how many in *count. */
static int run_answers(size_t *count, struct trainer *trainer, const struct bs_samples *set,
                       size_t first)
{
    *count = bs_run_load_from(trainer->answers, set->inputs, set->targets, first, set->count);
    if (bs_is_interrupted() || bs_run_forward(trainer->answers, params_of(trainer)) < 0)
        return interrupt(trainer);
    return BS_OK;
}

/* The greatest |y − d| of a sample, at all its steps; one that is not a number counts as infinite.
 */
static double distance(const struct trainer *trainer, size_t sample)
{
    const struct bs_shape *shape = &trainer->net->arch->stack->out;
    const size_t n = bs_shape_count(shape), step = n * bs_run_samples(trainer->answers);
    const double *y = bs_run_outputs(trainer->answers) + sample * n;
    const double *d = bs_run_values(trainer->answers, BS_FROM_OUTSIDE, 1) + sample * n;
    double greatest = 0;
    for (size_t first = 0; first < bs_shape_total(shape); first += n, y += step, d += step)
        for (size_t k = 0; k < n; k++) {
            const double away = fabs(y[k] - d[k]);
            if (!(away <= greatest))
                greatest = isnan(away) ? INFINITY : away;
        }
    return greatest;
}

static struct bs_samples samples_of(const struct bs_training *training)
{
    return (struct bs_samples){training->samples, training->inputs, training->targets};
}

/* Mostly one of the first samples is too far away, and ends it. */
static int look_within(bool *is_within, struct trainer *trainer)
{
    const struct bs_samples set = samples_of(trainer->training);
    *is_within = true;
    for (size_t first = 0, n; first < set.count && *is_within; first += n) {
        int status = run_answers(&n, trainer, &set, first);
        if (status < 0)
            return status;
        for (size_t k = 0; k < n && *is_within; k++)
            *is_within = distance(trainer, k) < trainer->training->stop_within;
    }
    return BS_OK;
}

static int find_worst(struct bs_trained *out, struct trainer *trainer)
{
    const struct bs_samples set = samples_of(trainer->training);
    for (size_t first = 0, n; first < set.count; first += n) {
        int status = run_answers(&n, trainer, &set, first);
        if (status < 0)
            return status;
        for (size_t k = 0; k < n; k++) {
            const double away = distance(trainer, k);
            if (first + k == 0 || away > out->worst)
                out->worst = away, out->worst_sample = first + k + 1;
        }
    }
    return BS_OK;
}

static int validate(double *mean, struct trainer *trainer)
{
    const struct bs_samples *set = &trainer->training->validation;
    double sum = 0;
    for (size_t first = 0, n; first < set->count; first += n) {
        int status = run_answers(&n, trainer, set, first);
        if (status < 0)
            return status;
        for (size_t k = 0; k < n; k++)
            sum += bs_run_sample_loss(trainer->answers, k);
    }
    *mean = sum / (double)set->count;
    return BS_OK;
}

static void keep_best(struct trainer *trainer, double validation)
{
    if (!trainer->best || (trainer->best_epoch > 0 && !(validation < trainer->best_loss)))
        return;
    memcpy(trainer->best, params_of(trainer), parameter_count(trainer) * sizeof *trainer->best);
    trainer->best_epoch = trainer->epoch;
    trainer->best_loss = validation;
}

static int remember(struct bs_history *history, const struct bs_progress *progress, bool validates)
{
    const size_t needed = history->count + 1;
    if (!bs_grow(&history->loss, &history->loss_capacity, needed, sizeof *history->loss) ||
        (validates && !bs_grow(&history->validation, &history->validation_capacity, needed,
                               sizeof *history->validation)))
        return BS_NO_MEMORY;
    history->loss[history->count] = progress->loss;
    if (validates)
        history->validation[history->count] = progress->validation;
    history->count = needed;
    return BS_OK;
}

/* The watch may have taken a share of the parameters: then training goes on with its own again. */
static int call_watch(bool *stops, struct trainer *trainer, const struct bs_progress *progress)
{
    const struct bs_training *training = trainer->training;
    int status = training->watch(training->context, progress);
    *stops = status > 0;
    if (status < 0) {
        trainer->keeps = true;
        return status;
    }
    if (!bs_net_own_params(trainer->net))
        return bs_fail_memory(trainer->err);
    if (trainer->descent)
        bs_descent_bind(trainer->descent, params_of(trainer));
    return BS_OK;
}

/* Which of the ways to end before all epochs are done has come; false: none. */
static int look_for_end(bool *ends, struct bs_trained *out, struct trainer *trainer)
{
    const struct bs_training *training = trainer->training;
    bool is_within = false;
    int status = training->stop_within > 0 ? look_within(&is_within, trainer) : BS_OK;
    *ends = true;
    if (out->loss < training->stop_below)
        out->ending = BS_ENDED_LOSS;
    else if (is_within)
        out->ending = BS_ENDED_WITHIN;
    else if (trainer->best && trainer->epoch - trainer->best_epoch >= training->patience)
        out->ending = BS_ENDED_PATIENCE;
    else
        *ends = false;
    return status;
}

static bool is_watched(const struct trainer *trainer, bool is_last)
{
    const struct bs_training *training = trainer->training;
    return training->watch && training->every > 0 &&
           (is_last || trainer->epoch % training->every == 0);
}

static void set_epoch(struct bs_trained *out, const struct trainer *trainer, double loss)
{
    out->epochs = trainer->epoch, out->loss = loss, out->rate = trainer->rate;
}

/* What was asked for of an epoch besides its loss. */
static int look_at_epoch(bool *ends, struct bs_trained *out, struct trainer *trainer, double loss)
{
    const struct bs_training *training = trainer->training;
    const bool validates = training->validation.count > 0;
    struct bs_progress progress = {trainer->epoch, loss, trainer->rate, NAN};
    bool stops = false;
    int status = validates ? validate(&progress.validation, trainer) : BS_OK;
    if (status < 0)
        return status;
    set_epoch(out, trainer, loss);
    out->validation = progress.validation;
    keep_best(trainer, progress.validation);
    if (training->history && remember(training->history, &progress, validates) < 0)
        return bs_fail_memory(trainer->err);
    status = look_for_end(ends, out, trainer);
    if (status == BS_OK && is_watched(trainer, *ends || trainer->epoch == training->epochs))
        status = call_watch(&stops, trainer, &progress);
    if (stops && !*ends)
        *ends = true, out->ending = BS_ENDED_WATCH;
    return status;
}

/* The epoch is done and counts, whatever comes after it. */
static int end_epoch(bool *ends, struct bs_trained *out, struct trainer *trainer, double loss)
{
    if (trainer->looks)
        return look_at_epoch(ends, out, trainer, loss);
    set_epoch(out, trainer, loss);
    return BS_OK;
}

static int run_epochs(struct bs_trained *out, struct trainer *trainer)
{
    const struct bs_training *training = trainer->training;
    struct bs_rng rng;
    bool ends = false;
    bs_rng_seed(&rng, training->seed);
    if (bs_is_interrupted())
        return interrupt(trainer);
    while (out->epochs < training->epochs && !ends) {
        double loss;
        trainer->epoch = out->epochs + 1;
        trainer->rate =
            trainer->schedule->rate(training->eta, (double)trainer->epoch, (double)training->epochs,
                                    training->schedule_options);
        if (training->shuffle)
            bs_rng_shuffle(&rng, trainer->order, training->samples);
        int status = run_epoch(&loss, trainer);
        if (status == BS_OK)
            status = end_epoch(&ends, out, trainer, loss);
        if (status < 0)
            return status;
    }
    if (out->ending == BS_ENDED_EPOCHS && training->stop_within > 0)
        return find_worst(out, trainer);
    return check_params(trainer);
}

/* ---- before and after ------------------------------------------------------------------------ */

/* Zeros, where they are wanted; false when out of memory. */
static bool make_state(double **state, bool is_wanted, size_t count)
{
    if (is_wanted)
        *state = bs_calloc(count, sizeof **state);
    return !is_wanted || *state;
}

static bool is_plain(const struct trainer *trainer)
{
    return trainer->optimiser->is_plain && trainer->training->decay == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Steps on single samples in one go are the faster up to so many parameters.  Measured on two
 * layers of one width, it is six times at 2-2-2 and 1.2 at 24-24-24; at 64-64-64 a run is 1.7 times
 * as fast by BLAS, and a tenth slower without.
 */
enum { MOST_AT_A_GO = 2048 };

static bool goes_by_samples(const struct trainer *trainer, size_t batch)
{
    return is_plain(trainer) && batch == 1 && bs_arch_is_dense(trainer->net->arch) &&
           parameter_count(trainer) <= MOST_AT_A_GO;
}

/* Plain steps change the parameters themselves; others have to see the whole gradient first. */
static bool prepare_steps(struct trainer *trainer)
{
    struct bs_arch *arch = trainer->net->arch;
    const struct bs_optimiser *optimiser = trainer->optimiser;
    const size_t batch = least(trainer->training->batch, trainer->training->samples);
    const size_t count = parameter_count(trainer);
    if (goes_by_samples(trainer, batch)) {
        trainer->descent = bs_descent_create(arch);
        return trainer->descent;
    }
    trainer->share = bs_run_share(arch, batch, BS_RUN_TRAINS);
    if (bs_run_create(&trainer->run, arch, trainer->share, BS_RUN_TRAINS, NULL) < 0)
        return false;
    bs_run_seed(trainer->run, trainer->training->seed);
    return make_state(&trainer->gradients, !is_plain(trainer) || trainer->share < batch, count) &&
           make_state(&trainer->m, optimiser->has_m, count) &&
           make_state(&trainer->s, optimiser->has_s, count);
}

enum { ANSWERS = 256 }; /* at a time: enough for the kernels, and soon seen that some are wrong */

static bool prepare_answers(struct trainer *trainer)
{
    const struct bs_training *training = trainer->training;
    const size_t asked = training->stop_within > 0 ? training->samples : 0;
    const size_t most = asked > training->validation.count ? asked : training->validation.count;
    if (most == 0)
        return true;
    return bs_run_create(&trainer->answers, trainer->net->arch,
                         bs_run_share(trainer->net->arch, least(most, ANSWERS), BS_RUN_ANSWERS),
                         BS_RUN_ANSWERS, NULL) == BS_OK;
}

static bool has_to_look(const struct bs_training *training)
{
    return training->stop_below > 0 || training->stop_within > 0 || training->history ||
           training->watch || training->validation.count > 0;
}

/* Everything that training needs is acquired here; on failure the caller releases what there is. */
static int prepare(struct trainer *trainer)
{
    struct bs_net *net = trainer->net;
    const size_t samples = trainer->training->samples;
    trainer->before = bs_params_share(net->params);
    trainer->looks = has_to_look(trainer->training);
    trainer->most = 1 + POLL / net->params->count;
    trainer->order = bs_realloc_array(NULL, samples, sizeof *trainer->order);
    if (!trainer->order || !prepare_steps(trainer) || !prepare_answers(trainer) ||
        !make_state(&trainer->best, trainer->training->patience > 0, net->params->count) ||
        !bs_net_own_params(net))
        return bs_fail_memory(trainer->err);
    for (size_t i = 0; i < samples; i++)
        trainer->order[i] = i;
    if (trainer->descent)
        bs_descent_bind(trainer->descent, params_of(trainer));
    return BS_OK;
}

/* With patience what is kept is the best.  A share that someone took meanwhile is not written to.
 */
static void restore_best(struct bs_trained *out, struct trainer *trainer)
{
    double *params = trainer->best_epoch > 0 ? bs_net_own_params(trainer->net) : NULL;
    if (!params)
        return;
    memcpy(params, trainer->best, parameter_count(trainer) * sizeof *params);
    out->best_epoch = trainer->best_epoch;
    out->validation = trainer->best_loss;
}

/* An interrupt keeps the steps taken so far; what is refused takes them all back. */
static void finish(struct trainer *trainer, bool keeps)
{
    struct bs_params *dropped = trainer->before;
    if (!keeps) {
        dropped = trainer->net->params;
        trainer->net->params = trainer->before;
    }
    bs_params_drop(dropped);
    bs_descent_destroy(trainer->descent);
    bs_run_destroy(trainer->run);
    bs_run_destroy(trainer->answers);
    bs_free(trainer->gradients);
    bs_free(trainer->m);
    bs_free(trainer->s);
    bs_free(trainer->best);
    bs_free(trainer->order);
}

int bs_net_train(struct bs_trained *out, struct bs_net *net, const struct bs_training *training,
                 struct bs_error *err)
{
    struct bs_error unasked; /* so that there is always one to read the status from */
    struct trainer trainer = {
        .training = training,
        .optimiser = training->optimiser ? training->optimiser : &bs_optimisers[0],
        .schedule = training->schedule ? training->schedule : &bs_schedules[0],
        .net = net,
        .pace.loss = NAN,
        .err = err ? err : &unasked};
    struct bs_trained trained = {.loss = NAN,
                                 .rate = NAN,
                                 .validation = NAN,
                                 .has_goal = training->stop_below > 0 || training->stop_within > 0};
    int status = bs_training_check(training, trainer.err);
    if (status == BS_OK && net->params->count == 0)
        status = bs_fail(trainer.err, BS_REFUSED, "the network has no parameters to train");
    if (status < 0)
        return status;
    status = prepare(&trainer);
    if (status == BS_OK)
        status = run_epochs(&trained, &trainer);
    const bool keeps = status == BS_OK || trainer.keeps;
    if (keeps)
        restore_best(&trained, &trainer);
    if (keeps)
        *out = trained;
    finish(&trainer, keeps);
    return status;
}
