/*
 * Batch normalisation (Ioffe and Szegedy, ICML 2015, algorithm 1): over the samples of a batch, and
 * the places of a channel,
 *
 *     mean = 1/n Σ x,   var = 1/n Σ (x − mean)²,   xhat = (x − mean)/√(var + eps),
 *     y = scale·xhat + shift.
 *
 * When the network answers, mean and var are those that training kept a running average of, of the
 * unbiased n/(n − 1)·var (algorithm 2; section 3.1 has the moving averages).
 */
#include "net/kinds.h"

#include "base/interrupt.h"

#include <math.h>
#include <string.h>

enum { EPS, MOMENTUM }; /* options */
enum { SCALE, SHIFT, RUNNING_MEAN, RUNNING_VAR, MEAN, VAR, XHAT, Y };

static struct bs_array *add_by_channel(struct bs_stage *stage, enum bs_array_role role,
                                       const char *symbol)
{
    struct bs_array *array = bs_stage_add_array(stage, role, symbol);
    array->has_samples = false;
    array->rank = 1;
    array->size[0] = stage->in.size[0];
    return array;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    if (stage->in.steps)
        return bs_refuse_input(stage, "no sequences", "", err);
    add_by_channel(stage, BS_ARRAY_BIAS, "scale");
    add_by_channel(stage, BS_ARRAY_BIAS, "shift");
    add_by_channel(stage, BS_ARRAY_STATE, "running_mean");
    add_by_channel(stage, BS_ARRAY_STATE, "running_var")->is_never_negative = true;
    add_by_channel(stage, BS_ARRAY_VALUE, "mean");
    add_by_channel(stage, BS_ARRAY_VALUE, "var");
    bs_stage_add_like(stage, BS_ARRAY_VALUE, "xhat", &stage->in);
    bs_stage_add_output(stage, "y");
    return BS_OK;
}

static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    bs_buf_printf(buf, "2·%d = %d", stage->in.size[0], 2 * stage->in.size[0]);
}

static void fill(double *values, const struct bs_array *array, double value)
{
    for (size_t c = 0; c < array->count; c++)
        values[array->first + c] = value;
}

static void start(const struct bs_stage *stage, double *params)
{
    fill(params, &stage->arrays[SCALE], 1);
    fill(params, &stage->arrays[SHIFT], 0);
    fill(params, &stage->arrays[RUNNING_MEAN], 0);
    fill(params, &stage->arrays[RUNNING_VAR], 1);
}

/* ---- in symbols ------------------------------------------------------------------------------ */

/* Every x of the channel: of all samples and places. */
static void add_channel(struct bs_pattern *out, const struct bs_stage *stage, int samples)
{
    struct bs_group *group = bs_pattern_add(out, 1);
    bs_access_here(&group->factor[0], BS_IN, 0);
    group->bound = stage->in.rank;
    group->size[0] = samples;
    group->factor[0].at[BS_SAMPLE] = bs_index_of(BS_BOUND);
    for (int i = 1; i < stage->in.rank; i++) {
        group->size[i] = stage->in.size[i];
        group->factor[0].at[BS_INDEX + i] = bs_index_of(BS_BOUND + i);
    }
}

static void add_one(struct bs_pattern *out, enum bs_source source, int array)
{
    bs_access_here(&bs_pattern_add(out, 1)->factor[0], source, array);
}

static void scaled_pattern(struct bs_pattern *out)
{
    struct bs_group *scaled = bs_pattern_add(out, 2);
    out->is_sum = true;
    bs_access_here(&scaled->factor[0], BS_OWN, SCALE);
    bs_access_here(&scaled->factor[1], BS_OWN, XHAT);
    add_one(out, BS_OWN, SHIFT);
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    switch (array) {
    case MEAN:
        add_channel(out, stage, samples);
        break;
    case VAR:
        add_channel(out, stage, samples);
        add_one(out, BS_OWN, MEAN);
        break;
    case XHAT:
        add_one(out, BS_IN, 0);
        add_one(out, BS_OWN, MEAN);
        add_one(out, BS_OWN, VAR);
        break;
    default:
        scaled_pattern(out);
        break;
    }
}

static bs_expr mean_of(struct bs_pool *pool, const struct bs_terms *terms)
{
    bs_expr sum = bs_sum(pool, terms->count, terms->terms);
    return terms->count == 1 ? sum : bs_mul(pool, bs_rational(pool, 1, terms->count), sum);
}

/* The terms are at hand: each is squared in its place. */
static bs_expr variance_of(struct bs_pool *pool, const struct bs_terms *x, bs_expr mean)
{
    bs_expr two = bs_integer(pool, 2);
    for (int i = 0; i < x->count; i++)
        x->terms[i] = bs_power(pool, bs_sub(pool, x->terms[i], mean), two);
    return mean_of(pool, x);
}

static bs_expr normalised(struct bs_pool *pool, const struct bs_stage *stage, bs_expr x,
                          bs_expr mean, bs_expr var)
{
    bs_expr sum = bs_add(pool, var, bs_real(pool, stage->options[EPS][0]));
    return bs_div(pool, bs_sub(pool, x, mean), bs_call(pool, bs_func_find("sqrt"), 0, 1, &sum));
}

static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    (void)index;
    if (array == MEAN)
        return mean_of(pool, &groups[0]);
    if (array == VAR)
        return variance_of(pool, &groups[0], groups[1].terms[0]);
    return normalised(pool, stage, groups[0].terms[0], groups[1].terms[0], groups[2].terms[0]);
}

/* ---- kernels --------------------------------------------------------------------------------- */

/* Numbers lie [sample][channel][place]. */
struct block {
    size_t samples, channels, places;
    double count; /* numbers of a channel */
};

static struct block block_of(const struct bs_stage_run *run)
{
    const struct bs_shape *in = &run->stage->in;
    struct block block = {run->samples, (size_t)in->size[0], 1, 0};
    block.places = bs_shape_count(in) / block.channels;
    block.count = (double)(block.samples * block.places);
    return block;
}

static const double *parameter(const struct bs_stage_run *run, int array)
{
    return run->params + run->stage->arrays[array].first;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    (void)samples;
    return (size_t)stage->in.size[0];
}

/* to_c = 1/n Σ (x − from_c), or its square. */
static void average(double *to, const struct block *block, const double *x, const double *from,
                    bool is_squared)
{
    memset(to, 0, block->channels * sizeof *to);
    for (size_t s = 0; s < block->samples; s++)
        for (size_t c = 0; c < block->channels; c++, x += block->places) {
            double sum = to[c];
            for (size_t p = 0; p < block->places; p++) {
                const double away = x[p] - from[c];
                sum += is_squared ? away * away : away;
            }
            to[c] = sum;
        }
    for (size_t c = 0; c < block->channels; c++)
        to[c] /= block->count;
}

/* In two passes: what is subtracted is near the numbers, so that the squares lose no digits. */
static void measure(const struct bs_stage_run *run, const struct block *block)
{
    double *mean = run->values[MEAN], *var = run->values[VAR];
    memset(var, 0, block->channels * sizeof *var);
    average(mean, block, run->in, var, false);
    average(var, block, run->in, mean, true);
}

/* As the network answers. */
static void recall(const struct bs_stage_run *run, const struct block *block)
{
    memcpy(run->values[MEAN], parameter(run, RUNNING_MEAN), block->channels * sizeof(double));
    memcpy(run->values[VAR], parameter(run, RUNNING_VAR), block->channels * sizeof(double));
}

/* 1/√(var + eps) of every channel */
static void invert(const struct bs_stage_run *run, const struct block *block)
{
    for (size_t c = 0; c < block->channels; c++)
        run->work[c] = 1 / sqrt(run->values[VAR][c] + run->stage->options[EPS][0]);
}

static int normalise(const struct bs_stage_run *run, const struct block *block)
{
    const double *scale = parameter(run, SCALE), *shift = parameter(run, SHIFT), *x = run->in;
    double *xhat = run->values[XHAT], *y = run->values[Y];
    for (size_t s = 0; s < block->samples; s++) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        for (size_t c = 0; c < block->channels; c++)
            for (size_t p = 0; p < block->places; p++, x++, xhat++, y++) {
                *xhat = (*x - run->values[MEAN][c]) * run->work[c];
                *y = scale[c] * *xhat + shift[c];
            }
    }
    return BS_OK;
}

static int forward(const struct bs_stage_run *run)
{
    const struct block block = block_of(run);
    if (run->trains)
        measure(run, &block);
    else
        recall(run, &block);
    invert(run, &block);
    return normalise(run, &block);
}

/*
 * ∂E/∂xhat = scale·∂E/∂y; ∂E/∂mean = −Σ ∂E/∂xhat/√(var + eps), as var does not change with the
 * mean, around which the numbers sum up to 0; ∂E/∂var = −½ Σ ∂E/∂xhat·xhat/(var + eps).
 */
static void back_to_moments(const struct bs_stage_run *run, const struct block *block)
{
    const double *scale = parameter(run, SCALE), *dy = run->slopes[Y], *xhat = run->values[XHAT];
    double *dxhat = run->slopes[XHAT], *dmean = run->slopes[MEAN], *dvar = run->slopes[VAR];
    memset(dmean, 0, block->channels * sizeof *dmean);
    memset(dvar, 0, block->channels * sizeof *dvar);
    for (size_t s = 0; s < block->samples; s++)
        for (size_t c = 0; c < block->channels; c++)
            for (size_t p = 0; p < block->places; p++, dxhat++, dy++, xhat++) {
                *dxhat = scale[c] * *dy;
                dmean[c] += *dxhat;
                dvar[c] += *dxhat * *xhat;
            }
    for (size_t c = 0; c < block->channels; c++) {
        dmean[c] *= -run->work[c];
        dvar[c] *= -0.5 * run->work[c] * run->work[c];
    }
}

/* Every x goes into its own xhat, into the mean, and into the variance. */
static int back_to_inputs(const struct bs_stage_run *run, const struct block *block)
{
    const double *dmean = run->slopes[MEAN], *dvar = run->slopes[VAR], *mean = run->values[MEAN];
    const double *dxhat = run->slopes[XHAT], *x = run->in;
    double *dx = run->d_in;
    for (size_t s = 0; s < block->samples; s++) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        for (size_t c = 0; c < block->channels; c++) {
            const double share = dmean[c] / block->count, twice = 2 * dvar[c] / block->count;
            for (size_t p = 0; p < block->places; p++, x++, dxhat++, dx++)
                *dx =
                    *dxhat * run->work[c] + twice * (*x - mean[c]) + share + (run->adds ? *dx : 0);
        }
    }
    return BS_OK;
}

static void add_gradients(const struct bs_stage_run *run, const struct block *block)
{
    double *scale = run->gradients + run->stage->arrays[SCALE].first;
    double *shift = run->gradients + run->stage->arrays[SHIFT].first;
    const double *dy = run->slopes[Y], *xhat = run->values[XHAT];
    for (size_t s = 0; s < block->samples; s++)
        for (size_t c = 0; c < block->channels; c++) {
            double products = 0, sum = 0;
            for (size_t p = 0; p < block->places; p++, dy++, xhat++) {
                products += *dy * *xhat;
                sum += *dy;
            }
            scale[c] += run->scale * products;
            shift[c] += run->scale * sum;
        }
}

static int backward(const struct bs_stage_run *run)
{
    const struct block block = block_of(run);
    invert(run, &block);
    back_to_moments(run, &block);
    int status = run->d_in ? back_to_inputs(run, &block) : BS_OK;
    if (status == BS_OK && run->gradients)
        add_gradients(run, &block);
    return status;
}

/* One number alone has no unbiased variance: then what is kept of it stays. */
static void settle(const struct bs_stage_run *run, double *params)
{
    const struct block block = block_of(run);
    const double taken = run->stage->options[MOMENTUM][0], kept = 1 - taken;
    const double unbiased = block.count / (block.count - 1);
    double *mean = params + run->stage->arrays[RUNNING_MEAN].first;
    double *var = params + run->stage->arrays[RUNNING_VAR].first;
    for (size_t c = 0; c < block.channels; c++) {
        mean[c] = kept * mean[c] + taken * run->values[MEAN][c];
        if (block.count > 1)
            var[c] = kept * var[c] + taken * unbiased * run->values[VAR][c];
    }
}

const struct bs_stage_kind bs_kind_batch_norm = {
    .name = "batch_norm",
    .short_name = "bn",
    .usage = "batch_norm{[eps = 1e-5], [momentum = 0.1]} -> layer",
    .about = "Every feature, or channel, is moved and scaled so that over the batch its mean is 0 "
             "and its variance 1, and then by a scale and a shift that are learnt. When the "
             "network answers, mean and variance are running averages of those in training. With "
             "a single sample of features everything becomes 0: batches need at least two.",
    .options = {{"eps", BS_OPTION_REAL, 1e-5, 1e-12, 1,
                 "added to the variance, so that nothing is divided by 0"},
                {"momentum", BS_OPTION_REAL, 0.1, 0, 1,
                 "the share of the latest batch in the running averages"}},
    .mixes_samples = true,
    .shape = shape,
    .put_count = put_count,
    .start = start,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
    .work = work,
    .settle = settle,
};
