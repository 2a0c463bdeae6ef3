/*
 * A function of each number, a = f(z); or of all the features of a sample (at a step), a =
 * softmax(z).
 */
#include "net/kinds.h"

#include <math.h>

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

/* Shifted by the largest z: no exponential overflows and the sum is at least 1. */
static void softmax(double *restrict a, const double *restrict z, size_t n)
{
    double largest = z[0], sum = 0;
    for (size_t j = 1; j < n; j++)
        largest = fmax(largest, z[j]);
    for (size_t j = 0; j < n; j++) {
        a[j] = exp(z[j] - largest);
        sum += a[j];
    }
    for (size_t j = 0; j < n; j++)
        a[j] /= sum;
}

static int forward(const struct bs_stage_run *run)
{
    const size_t n = bs_shape_count(&run->stage->in), rows = bs_run_rows(run);
    double *a = run->values[run->stage->output];
    if (is_softmax(run->stage)) {
        for (size_t r = 0; r < rows; r++)
            softmax(a + r * n, run->in + r * n, n);
        return BS_OK;
    }
    struct bs_units units = bs_stage_units(run, rows * n);
    units.x = run->in, units.y = a;
    bs_func_values(run->stage->activation)(&units);
    return BS_OK;
}

/* ∂E/∂z_k = a_k (∂E/∂a_k − Σ_j ∂E/∂a_j a_j), see net/dense.c. */
static void softmax_back(double *dz, const double *da, const double *a, size_t n, bool adds)
{
    double mean = 0;
    for (size_t j = 0; j < n; j++)
        mean += da[j] * a[j];
    for (size_t j = 0; j < n; j++)
        dz[j] = a[j] * (da[j] - mean) + (adds ? dz[j] : 0);
}

/* The table's slopes are set, not added: where others have been here before, by way of `work`. */
static void function_back(const struct bs_stage_run *run, const double *da, size_t n)
{
    struct bs_units units = bs_stage_units(run, n);
    units.x = run->in, units.y = run->values[run->stage->output];
    units.dy = da, units.dx = run->adds ? run->work : run->d_in;
    bs_func_slopes(run->stage->activation)(&units);
    for (size_t i = 0; run->adds && i < n; i++)
        run->d_in[i] += run->work[i];
}

static int backward(const struct bs_stage_run *run)
{
    const size_t n = bs_shape_count(&run->stage->in), rows = bs_run_rows(run);
    const double *da = run->slopes[run->stage->output], *a = run->values[run->stage->output];
    if (!run->d_in)
        return BS_OK;
    if (!is_softmax(run->stage))
        function_back(run, da, rows * n);
    for (size_t r = 0; is_softmax(run->stage) && r < rows; r++)
        softmax_back(run->d_in + r * n, da + r * n, a + r * n, n, run->adds);
    return BS_OK;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    return is_softmax(stage) ? 0 : samples * bs_shape_total(&stage->in);
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
