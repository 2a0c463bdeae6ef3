/* What can be asked of training, and how it is told that it ended. */
#include "net/train.h"

#include "base/mem.h"
#include "net/training.h"

#include <math.h>

void bs_history_finish(struct bs_history *history)
{
    bs_free(history->loss);
    bs_free(history->validation);
    *history = (struct bs_history){0};
}

/* ---- what can be asked ----------------------------------------------------------------------- */

static int check_number(const char *name, double value, struct bs_error *err)
{
    if (isfinite(value) && value >= 0)
        return BS_OK;
    return bs_fail(err, BS_REFUSED, "%s is %g: a finite number, 0 or more, is possible", name,
                   value);
}

static int check_recipes(const struct bs_training *training, struct bs_error *err)
{
    const struct bs_optimiser *optimiser = training->optimiser;
    const struct bs_schedule *schedule = training->schedule;
    int status = BS_OK;
    if (optimiser)
        status = bs_recipe_check(&optimiser->recipe, training->optimiser_options, err);
    if (status == BS_OK && schedule)
        status = bs_recipe_check(&schedule->recipe, training->schedule_options, err);
    return status;
}

int bs_training_check(const struct bs_training *training, struct bs_error *err)
{
    if (training->samples == 0)
        return bs_fail(err, BS_REFUSED, "there are no samples to train on");
    if (training->batch == 0)
        return bs_fail(err, BS_REFUSED, "batch is 0: 1 or more samples are possible");
    if (training->patience > 0 && training->validation.count == 0)
        return bs_fail(err, BS_REFUSED,
                       "patience is %zu, but there is no validation set to watch: "
                       "validation = {inputs = ..., targets = ...}",
                       training->patience);
    int status = check_number("eta", training->eta, err);
    if (status == BS_OK)
        status = check_number("decay", training->decay, err);
    if (status == BS_OK)
        status = check_number("stop_below", training->stop_below, err);
    if (status == BS_OK)
        status = check_number("stop_within", training->stop_within, err);
    return status == BS_OK ? check_recipes(training, err) : status;
}

/* ---- how it ended ---------------------------------------------------------------------------- */

bool bs_is_settled(const struct bs_trained *trained)
{
    return trained->ending == BS_ENDED_LOSS || trained->ending == BS_ENDED_WITHIN;
}

static void put_epochs(struct bs_buf *buf, size_t epochs)
{
    bs_buf_printf(buf, "%zu epoch%s", epochs, epochs == 1 ? "" : "s");
}

static void put_stuck(struct bs_buf *buf, const struct bs_trained *trained,
                      const struct bs_training *training)
{
    bs_buf_put(buf, "stuck: after ");
    put_epochs(buf, trained->epochs);
    if (training->stop_below > 0)
        bs_buf_printf(buf, " the loss is %.4g, not below %g", trained->loss, training->stop_below);
    if (training->stop_below > 0 && training->stop_within > 0)
        bs_buf_put(buf, ", and");
    if (training->stop_within > 0)
        bs_buf_printf(buf, " sample %zu is still %.4g from its target, not within %g",
                      trained->worst_sample, trained->worst, training->stop_within);
}

void bs_put_ending(struct bs_buf *buf, const struct bs_trained *trained,
                   const struct bs_training *training)
{
    switch (trained->ending) {
    case BS_ENDED_LOSS:
        bs_buf_printf(buf, "the loss is below %g", training->stop_below);
        break;
    case BS_ENDED_WITHIN:
        bs_buf_printf(buf, "every output is within %g of its target", training->stop_within);
        break;
    case BS_ENDED_PATIENCE:
        bs_buf_put(buf, "the validation loss has not fallen for ");
        put_epochs(buf, training->patience);
        bs_buf_printf(buf, ": the parameters are those of epoch %zu", trained->best_epoch);
        break;
    case BS_ENDED_WATCH:
        bs_buf_printf(buf, "the callback stopped it after epoch %zu", trained->epochs);
        break;
    case BS_ENDED_EPOCHS:
        if (trained->has_goal) {
            put_stuck(buf, trained, training);
        } else {
            put_epochs(buf, trained->epochs);
            bs_buf_put(buf, trained->epochs == 1 ? " is done" : " are done");
        }
        break;
    }
}
