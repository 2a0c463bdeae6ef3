/*
 * Elman's recurrent layer (J. L. Elman, "Finding Structure in Time", 1990): z_t = U x_t + W h_{t−1}
 * + b, h_t = f(z_t), h_0 = 0.
 */
#include "net/recurrence.h"

#include <math.h>

static const struct bs_gate gate = {"U", "W", "b"};

/* The arrays of values are the last two; h is handed on. */
static int z_of(const struct bs_stage *stage)
{
    return stage->output - 1;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    if (!stage->activation)
        stage->activation = bs_func_find("identity");
    if (stage->activation->is_indexed)
        return bs_fail(err, BS_REFUSED,
                       "its activation takes one number, and %s takes those of all units: put a "
                       "dense layer with %s after it",
                       stage->activation->name, stage->activation->name);
    int status = bs_recurrence_shape(stage, &gate, 1, err);
    if (status < 0)
        return status;
    bs_recurrence_add_values(stage, "z");
    bs_recurrence_add_values(stage, "h");
    return BS_OK;
}

static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    bs_recurrence_put_count(buf, stage, 1);
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    (void)samples;
    if (array == z_of(stage))
        bs_recurrence_pattern(out, stage, 0, 1);
    else
        bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_OWN, z_of(stage));
}

/* NULL of z: the sum of its terms. */
static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    (void)index;
    return array == stage->output ? bs_stage_call(pool, stage, groups[0].terms[0]) : NULL;
}

static struct bs_units units_at(const struct bs_recurrence *rec, size_t step)
{
    const struct bs_stage_run *run = rec->run;
    struct bs_units units = bs_stage_units(run, rec->state);
    units.x = bs_recurrence_at(rec, run->values[z_of(run->stage)], step);
    units.y = bs_recurrence_at(rec, rec->h, step);
    return units;
}

static int forward(const struct bs_stage_run *run)
{
    const struct bs_recurrence rec = bs_recurrence_of(run, 1);
    double *z = run->values[z_of(run->stage)];
    int status = bs_recurrence_read(&rec, z);
    for (size_t t = 0; t < rec.steps && status == BS_OK; t++) {
        const struct bs_units units = units_at(&rec, t);
        status = bs_recurrence_complete(&rec, z, t);
        bs_func_values(run->stage->activation)(&units);
    }
    return status;
}

static int backward(const struct bs_stage_run *run)
{
    const struct bs_recurrence rec = bs_recurrence_of(run, 1);
    double *dz = run->slopes[z_of(run->stage)];
    int status = BS_OK;
    for (size_t t = rec.steps; t-- > 0 && status == BS_OK;) {
        struct bs_units units = units_at(&rec, t);
        units.dy = bs_recurrence_at(&rec, rec.dh, t);
        units.dx = bs_recurrence_at(&rec, dz, t);
        bs_func_slopes(run->stage->activation)(&units);
        status = bs_recurrence_go_back(&rec, dz, t);
    }
    return status == BS_OK ? bs_recurrence_finish(&rec, dz) : status;
}

const struct bs_stage_kind bs_kind_rnn = {
    .name = "rnn",
    .short_name = "rnn",
    .usage = "rnn{units, [activation = \"tanh\"], [last = true], [steps = T], [truncate = k], "
             "[bias = false]} -> layer",
    .about =
        "Elman's recurrent layer: h_t = f(U x_t + W h_{t−1} + b), by the same weights at every "
        "step, from h_0 = 0. It hands on h of every step, or of the last alone. An input that is "
        "no sequence enters at the first of so many steps. With truncate = k, slopes do not go "
        "back past steps 1, k + 1, 2k + 1, ...: truncated backpropagation through time.",
    .options = BS_RECURRENT_OPTIONS,
    .has_activation = true,
    .activates = true,
    .usual_activation = "tanh",
    .shape = shape,
    .put_count = put_count,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
};
