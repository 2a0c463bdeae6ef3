/*
 * Convolution over places (1-D) or rows and columns (2-D), of channels in groups,
 *
 *     z[o, r, c] = Σ_{i,u,v} K[o, i, u, v]·x[i, s·r + u − p, s·c + v − p] + b[o],
 *
 * which mathematics calls cross-correlation; flipped, with x[i, s·r + (F − 1 − u) − p, ...], it is
 * the true convolution.  1-D is 2-D with one row.  Forward and back are products of matrices with
 * the patches of a sample, a column a place of the output (im2col; Chellapilla, Puri and Simard,
 * 2006).
 */
#include "net/kinds.h"
#include "net/product.h"
#include "net/window.h"

#include <math.h>
#include <string.h>

enum { CHANNELS, KERNEL, STRIDE, PADDING, GROUPS, FLIP, BIAS };
enum { K, B };

/* What the kernels need of a stage, worked out. */
struct conv {
    size_t in_channels, out_channels, groups;
    struct bs_window window;
    bool flips;
    size_t patch;  /* numbers of a patch of a group */
    size_t places; /* of the output */
};

static bool has_bias(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BIAS) != 0;
}

static struct conv conv_of(const struct bs_stage *stage)
{
    struct conv conv = {.in_channels = (size_t)stage->in.size[0],
                        .out_channels = (size_t)bs_stage_integer(stage, CHANNELS),
                        .groups = (size_t)bs_stage_integer(stage, GROUPS),
                        .window = bs_window_of(stage, KERNEL, STRIDE, PADDING),
                        .flips = bs_stage_integer(stage, FLIP) != 0};
    conv.patch =
        conv.in_channels / conv.groups * (size_t)conv.window.size[0] * (size_t)conv.window.size[1];
    conv.places = (size_t)conv.window.out[0] * (size_t)conv.window.out[1];
    return conv;
}

/* ---- shape ----------------------------------------------------------------------------------- */

static int check_groups(const struct bs_stage *stage, struct bs_error *err)
{
    const int groups = bs_stage_integer(stage, GROUPS);
    const int in = stage->in.size[0], out = bs_stage_integer(stage, CHANNELS);
    if (in % groups != 0)
        return bs_fail(err, BS_REFUSED, "%d input channels cannot be cut into %d groups", in,
                       groups);
    if (out % groups != 0)
        return bs_fail(err, BS_REFUSED, "%d channels cannot be cut into %d groups", out, groups);
    return BS_OK;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    const int out = bs_stage_integer(stage, CHANNELS),
              rank = stage->kind == &bs_kind_conv1d ? 2 : 3;
    int status = bs_window_shape(stage, KERNEL, STRIDE, PADDING, rank, err);
    if (status == BS_OK)
        status = check_groups(stage, err);
    if (status < 0)
        return status;
    const int in = stage->in.size[0] / bs_stage_integer(stage, GROUPS);
    const struct bs_window window = bs_window_of(stage, KERNEL, STRIDE, PADDING);
    struct bs_array *kernel = bs_stage_add_array(stage, BS_ARRAY_WEIGHT, "K");
    kernel->rank = rank + 1;
    kernel->size[0] = out, kernel->size[1] = in;
    for (int d = 0; d < rank - 1; d++)
        kernel->size[2 + d] = window.size[d + 3 - rank];
    kernel->inputs = (double)in * window.size[0] * window.size[1];
    kernel->units = (double)out / bs_stage_integer(stage, GROUPS) * window.size[0] * window.size[1];
    if (has_bias(stage)) {
        struct bs_array *bias = bs_stage_add_array(stage, BS_ARRAY_BIAS, "b");
        bias->rank = 1;
        bias->size[0] = out;
        bias->inputs = kernel->inputs, bias->units = kernel->units;
    }
    stage->out.size[0] = out;
    bs_stage_add_output(stage, "z");
    return BS_OK;
}

static void put_shape(struct bs_buf *buf, const struct bs_stage *stage)
{
    bs_window_put_shape(buf, stage, KERNEL, STRIDE, PADDING);
}

/* 5·5·1·6 + 6 = 156 */
static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    const struct bs_array *kernel = &stage->arrays[K];
    size_t count = kernel->count;
    for (int d = 2; d < kernel->rank; d++)
        bs_buf_printf(buf, "%d·", kernel->size[d]);
    bs_buf_printf(buf, "%d·%d", kernel->size[1], kernel->size[0]);
    if (has_bias(stage)) {
        bs_buf_printf(buf, " + %d", kernel->size[0]);
        count += stage->arrays[B].count;
    }
    bs_buf_printf(buf, " = %zu", count);
}

/* ---- definition ------------------------------------------------------------------------------ */

/* Of a group of channels: i counts within it, and the group is that of the output channel o. */
static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    const int spatial = stage->in.rank - 1;
    const struct conv conv = conv_of(stage);
    (void)array, (void)samples;
    struct bs_group *sum = bs_pattern_add(out, 2);
    out->is_sum = conv.groups == 1;
    sum->bound = 1 + spatial;
    sum->letters = spatial == 1 ? "iu" : "iuv";
    sum->size[0] = (int)(conv.in_channels / conv.groups);
    bs_access_here(&sum->factor[0], BS_OWN, K);
    bs_access_here(&sum->factor[1], BS_IN, 0);
    sum->factor[0].at[BS_INDEX + 1] = bs_index_of(BS_BOUND);
    sum->factor[1].at[BS_INDEX] =
        bs_index_sum(BS_INDEX, sum->size[0], BS_BOUND, 1, 0); /* the group of o, and i in it */
    sum->factor[1].at[BS_INDEX].terms[0].divisor = (int)(conv.out_channels / conv.groups);
    if (conv.groups == 1)
        sum->factor[1].at[BS_INDEX] = bs_index_of(BS_BOUND);
    for (int d = 0; d < spatial; d++) {
        const int w = d + 2 - spatial, u = BS_BOUND + 1 + d;
        sum->size[1 + d] = conv.window.size[w];
        sum->factor[0].at[BS_INDEX + 2 + d] = bs_index_of(u);
        sum->factor[1].at[BS_INDEX + 1 + d] =
            bs_index_sum(BS_INDEX + 1 + d, conv.window.stride[w], u, conv.flips ? -1 : 1,
                         (conv.flips ? conv.window.size[w] - 1 : 0) - conv.window.padding[w]);
    }
    if (has_bias(stage))
        bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_OWN, B);
}

/* ---- kernels --------------------------------------------------------------------------------- */

/* Of a flipped kernel patches are read the other way round. */
static size_t turned(const struct conv *conv, int d, int u)
{
    return (size_t)(conv->flips ? conv->window.size[d] - 1 - u : u);
}

/* Rows are short: a call for each would cost more than to copy it. */
static inline void copy_row(double *restrict to, const double *restrict from, size_t count)
{
    enum { EACH = 4 };
    size_t i = 0;
    for (; i + EACH <= count; i += EACH)
        memcpy(to + i, from + i, EACH * sizeof *to);
    for (; i < count; i++)
        to[i] = from[i];
}

/* One row of the columns: x moved by (u, v), as much of it as the output has. */
static void fill_row(double *restrict row, const double *restrict x, const struct conv *conv,
                     size_t u, size_t v)
{
    const struct bs_window *w = &conv->window;
    for (int r = 0; r < w->out[0]; r++, row += w->out[1]) {
        const ptrdiff_t y = (ptrdiff_t)r * w->stride[0] + (ptrdiff_t)u - w->padding[0];
        const double *in = x + y * w->in[1];
        const ptrdiff_t start = (ptrdiff_t)v - w->padding[1];
        const bool is_inside = w->stride[1] == 1 && start >= 0 && start + w->out[1] <= w->in[1];
        if (y < 0 || y >= w->in[0]) {
            memset(row, 0, (size_t)w->out[1] * sizeof *row);
        } else if (is_inside) {
            copy_row(row, in + start, (size_t)w->out[1]);
        } else {
            for (int c = 0; c < w->out[1]; c++) {
                const ptrdiff_t at = (ptrdiff_t)c * w->stride[1] + start;
                row[c] = at < 0 || at >= w->in[1] ? 0 : in[at];
            }
        }
    }
}

/* The same way back: each number of the row adds to the place that it was copied from. */
static void add_row(double *restrict x, const double *restrict row, const struct conv *conv,
                    size_t u, size_t v)
{
    const struct bs_window *w = &conv->window;
    for (int r = 0; r < w->out[0]; r++, row += w->out[1]) {
        const ptrdiff_t y = (ptrdiff_t)r * w->stride[0] + (ptrdiff_t)u - w->padding[0];
        double *in = x + y * w->in[1];
        const ptrdiff_t start = (ptrdiff_t)v - w->padding[1];
        if (y < 0 || y >= w->in[0])
            continue;
        if (w->stride[1] == 1 && start >= 0 && start + w->out[1] <= w->in[1]) {
            for (int c = 0; c < w->out[1]; c++)
                in[start + c] += row[c];
            continue;
        }
        for (int c = 0; c < w->out[1]; c++) {
            const ptrdiff_t at = (ptrdiff_t)c * w->stride[1] + start;
            if (at >= 0 && at < w->in[1])
                in[at] += row[c];
        }
    }
}

typedef void visit_row(double *maps, double *row, const struct conv *conv, size_t u, size_t v);

static void fill_one(double *maps, double *row, const struct conv *conv, size_t u, size_t v)
{
    fill_row(row, maps, conv, u, v);
}

static void add_one(double *maps, double *row, const struct conv *conv, size_t u, size_t v)
{
    add_row(maps, row, conv, u, v);
}

/* The rows of the columns of a group, with the map that each is of. */
static void visit_rows(double *maps, double *columns, const struct conv *conv, visit_row *visit)
{
    const size_t map = (size_t)conv->window.in[0] * (size_t)conv->window.in[1];
    for (size_t i = 0; i < conv->in_channels / conv->groups; i++, maps += map)
        for (int u = 0; u < conv->window.size[0]; u++)
            for (int v = 0; v < conv->window.size[1]; v++, columns += conv->places)
                visit(maps, columns, conv, turned(conv, 0, u), turned(conv, 1, v));
}

/* A 1 × 1 kernel that goes by steps of 1 reads the maps as they lie. */
static bool needs_columns(const struct conv *conv)
{
    const struct bs_window *w = &conv->window;
    bool is_plain = true;
    for (int d = 0; d < 2; d++)
        is_plain = is_plain && w->size[d] == 1 && w->stride[d] == 1 && w->padding[d] == 0;
    return !is_plain;
}

static const double *columns_of(const struct bs_stage_run *run, const struct conv *conv,
                                const double *maps)
{
    if (!needs_columns(conv))
        return maps;
    visit_rows((double *)maps, run->work, conv, fill_one);
    return run->work;
}

/* z of a group of a sample: K·columns + b */
static int forward_group(const struct bs_stage_run *run, const struct conv *conv, double *z,
                         const double *maps, size_t group)
{
    const struct bs_stage *stage = run->stage;
    const size_t out = conv->out_channels / conv->groups;
    const double *kernel = run->params + stage->arrays[K].first + group * out * conv->patch;
    const double *b = has_bias(stage) ? run->params + stage->arrays[B].first + group * out : NULL;
    const struct bs_product product = {
        .rows = out, .columns = conv->places, .inner = conv->patch, .alpha = 1, .beta = b ? 1 : 0};
    for (size_t o = 0; b && o < out; o++)
        for (size_t p = 0; p < conv->places; p++)
            z[o * conv->places + p] = b[o];
    return bs_multiply(z, &product, kernel, columns_of(run, conv, maps), run->is_exact);
}

/* Steps from group to group, and from sample to sample, of the maps read and of those made. */
static size_t in_step(const struct conv *conv)
{
    return conv->in_channels / conv->groups * (size_t)conv->window.in[0] *
           (size_t)conv->window.in[1];
}

static size_t out_step(const struct conv *conv)
{
    return conv->out_channels / conv->groups * conv->places;
}

/* The groups of all samples lie one after another. */
static int forward(const struct bs_stage_run *run)
{
    const struct conv conv = conv_of(run->stage);
    const size_t count = bs_run_rows(run) * conv.groups;
    int status = BS_OK;
    for (size_t k = 0; k < count && status == BS_OK; k++)
        status = forward_group(run, &conv, run->values[run->stage->output] + k * out_step(&conv),
                               run->in + k * in_step(&conv), k % conv.groups);
    return status;
}

/* ∂E/∂x from ∂E/∂columns = Kᵀ·∂E/∂z */
static int back_to_inputs(const struct bs_stage_run *run, const struct conv *conv, const double *dz,
                          size_t k)
{
    const size_t out = conv->out_channels / conv->groups, group = k % conv->groups;
    const double *kernel = run->params + run->stage->arrays[K].first + group * out * conv->patch;
    const struct bs_product product = {.rows = conv->patch,
                                       .columns = conv->places,
                                       .inner = out,
                                       .a_is_transposed = true,
                                       .alpha = 1};
    double *maps = run->d_in + k * in_step(conv);
    int status = bs_multiply(run->work, &product, kernel, dz, run->is_exact);
    if (!run->adds)
        memset(maps, 0, in_step(conv) * sizeof *maps);
    if (status == BS_OK)
        visit_rows(maps, run->work, conv, add_one);
    return status;
}

/* Four sums that do not wait for one another, always the same four. */
static double sum_of(const double *values, size_t count)
{
    enum { SUMS = 4 };
    double sums[SUMS] = {0};
    size_t i = 0;
    for (; i + SUMS <= count; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sums[k] += values[i + k];
    for (; i < count; i++)
        sums[0] += values[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* ∂E/∂K = ∂E/∂z·columnsᵀ, summed apart: the kernel is read until the last sample has gone back. */
static int add_gradients(const struct bs_stage_run *run, const struct conv *conv, double *sums,
                         const double *dz, size_t k)
{
    const size_t out = conv->out_channels / conv->groups, group = k % conv->groups;
    const struct bs_product product = {.rows = out,
                                       .columns = conv->patch,
                                       .inner = conv->places,
                                       .b_is_transposed = true,
                                       .alpha = 1,
                                       .beta = 1};
    double *biases = sums + conv->out_channels * conv->patch + group * out;
    for (size_t o = 0; o < out; o++)
        biases[o] += sum_of(dz + o * conv->places, conv->places);
    return bs_multiply(sums + group * out * conv->patch, &product, dz,
                       columns_of(run, conv, run->in + k * in_step(conv)), run->is_exact);
}

static void settle_gradients(const struct bs_stage_run *run, const double *sums)
{
    const struct bs_stage *stage = run->stage;
    const size_t kernels = stage->arrays[K].count;
    double *dk = run->gradients + stage->arrays[K].first;
    double *db = has_bias(stage) ? run->gradients + stage->arrays[B].first : NULL;
    for (size_t i = 0; i < kernels; i++)
        dk[i] += run->scale * sums[i];
    for (size_t o = 0; db && o < stage->arrays[B].count; o++)
        db[o] += run->scale * sums[kernels + o];
}

/* work: the columns of a sample, then the sums of the gradients. */
static int backward(const struct bs_stage_run *run)
{
    const struct conv conv = conv_of(run->stage);
    const size_t count = bs_run_rows(run) * conv.groups;
    double *sums = run->work + conv.patch * conv.places;
    const double *dz = run->slopes[run->stage->output];
    int status = BS_OK;
    memset(sums, 0, conv.out_channels * (conv.patch + 1) * sizeof *sums);
    for (size_t k = 0; k < count && status == BS_OK; k++, dz += out_step(&conv)) {
        if (run->gradients)
            status = add_gradients(run, &conv, sums, dz, k);
        if (status == BS_OK && run->d_in)
            status = back_to_inputs(run, &conv, dz, k);
    }
    if (status == BS_OK && run->gradients)
        settle_gradients(run, sums);
    return status;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    const struct conv conv = conv_of(stage);
    (void)samples;
    return conv.patch * conv.places + conv.out_channels * (conv.patch + 1);
}

#define CONV_OPTIONS                                                                            \
    {                                                                                           \
        {"channels", BS_OPTION_INTEGER, NAN, 1, BS_MAX_UNITS, "how many maps it makes"},        \
            {"kernel", BS_OPTION_PAIR, NAN, 1, 1000, "the size of the kernel"},                 \
            {"stride", BS_OPTION_PAIR, 1, 1, 1000, "how far the kernel moves each time"},       \
            {"padding", BS_OPTION_PAIR, 0, 0, 1000, "zeros put around the input on each side"}, \
            {"groups",                                                                          \
             BS_OPTION_INTEGER,                                                                 \
             1,                                                                                 \
             1,                                                                                 \
             BS_MAX_UNITS,                                                                      \
             "channels in so many groups, each made of its own group alone"},                   \
            {"flip", BS_OPTION_FLAG,                                                            \
             0,      0,                                                                         \
             1,      "the kernel turned round, as mathematics has a convolution"},              \
        {                                                                                       \
            "bias", BS_OPTION_FLAG, 1, 0, 1, "a bias for each map"                              \
        }                                                                                       \
    }

const struct bs_stage_kind bs_kind_conv1d = {
    .name = "conv1d",
    .short_name = "conv",
    .usage = "conv1d{channels, kernel, [options]} -> layer",
    .about = "A convolution over places: each map is a sum of products of a kernel with the places "
             "under it, moved along. It reads channels × places.",
    .options = CONV_OPTIONS,
    .has_activation = true,
    .shape = shape,
    .put_shape = put_shape,
    .put_count = put_count,
    .pattern = pattern,
    .forward = forward,
    .backward = backward,
    .work = work,
};

const struct bs_stage_kind bs_kind_conv2d = {
    .name = "conv2d",
    .short_name = "conv",
    .usage = "conv2d{channels, kernel, [options]} -> layer",
    .about = "A convolution over rows and columns: each map is a sum of products of a kernel with "
             "what is under it, moved over the image. It reads channels × rows × columns.",
    .options = CONV_OPTIONS,
    .has_activation = true,
    .shape = shape,
    .put_shape = put_shape,
    .put_count = put_count,
    .pattern = pattern,
    .forward = forward,
    .backward = backward,
    .work = work,
};
