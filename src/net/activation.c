/*
 * A function of each number, a = f(z); or of all the features of a sample (at a step), a =
 * softmax(z).
 */
#include "net/kinds.h"

static bool is_softmax(const struct bs_stage *stage)
{
    return stage->activation->is_indexed;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    if (!stage->activation)
        return bs_fail(err, BS_REFUSED, "it needs a function, as in activation{\"tanh\"}");
    if (is_softmax(stage) && stage->in.rank != 1)
        return bs_fail(err, BS_REFUSED, "%s takes features in a row: put flatten() before it",
                       stage->activation->name);
    bs_stage_add_output(stage, "a");
    return BS_OK;
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    struct bs_group *group = bs_pattern_add(out, 1);
    (void)array, (void)samples;
    bs_access_here(&group->factor[0], BS_IN, 0);
    if (!is_softmax(stage))
        return;
    group->bound = 1;
    group->size[0] = stage->in.size[0];
    group->factor[0].at[BS_INDEX] = bs_index_of(BS_BOUND);
}

static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    (void)array;
    if (is_softmax(stage))
        return bs_call(pool, stage->activation, index[BS_INDEX] + 1, groups[0].count,
                       groups[0].terms);
    return bs_stage_call(pool, stage, groups[0].terms[0]);
}

/* Numbers that the function takes together: all, or of softmax those of a sample at a step. */
static size_t together(const struct bs_stage_run *run)
{
    return is_softmax(run->stage) ? bs_shape_count(&run->stage->in) : bs_run_numbers(run);
}

static int forward(const struct bs_stage_run *run)
{
    struct bs_units units = bs_stage_units(run, together(run));
    bs_over_units *values = bs_units_values(run->stage->activation);
    for (size_t at = 0; at < bs_run_numbers(run); at += units.n) {
        units.x = run->in + at, units.y = run->values[run->stage->output] + at;
        values(&units);
    }
    return BS_OK;
}

/* Slopes are set, not added: where others have been here before, by way of `work`. */
static int backward(const struct bs_stage_run *run)
{
    struct bs_units units = bs_stage_units(run, together(run));
    bs_over_units *slopes = bs_units_slopes(run->stage->activation);
    double *dx = run->adds ? run->work : run->d_in;
    if (!run->d_in)
        return BS_OK;
    for (size_t at = 0; at < bs_run_numbers(run); at += units.n) {
        units.x = run->in + at, units.y = run->values[run->stage->output] + at;
        units.dy = run->slopes[run->stage->output] + at, units.dx = dx + at;
        slopes(&units);
    }
    for (size_t i = 0; run->adds && i < bs_run_numbers(run); i++)
        run->d_in[i] += dx[i];
    return BS_OK;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    return samples * bs_shape_total(&stage->in);
}

const struct bs_stage_kind bs_kind_activation = {
    .name = "activation",
    .short_name = "activation",
    .usage = "activation{name} -> layer",
    .about = "A function of every number that comes in, as activation = \"tanh\" in another layer "
             "is: a = f(z). softmax is of all the features of a sample.",
    .has_activation = true,
    .activates = true,
    .shape = shape,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
    .work = work,
};

const struct bs_stage_kind bs_kind_softmax = {
    .name = "softmax",
    .short_name = "softmax",
    .usage = "softmax{} -> layer",
    .about = "The share of each feature's exponential in the sum of all: a_k = exp(z_k)/Σ_j "
             "exp(z_j), at every step. It goes before the loss cross_entropy.",
    .activates = true,
    .usual_activation = "softmax",
    .short_for = &bs_kind_activation,
};
