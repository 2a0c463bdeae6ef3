/*
 * Convolution over places (1-D) or rows and columns (2-D), of channels in groups,
 *
 *     z[o, r, c] = Σ_{i,u,v} K[o, i, u, v]·x[i, s·r + u − p, s·c + v − p] + b[o],
 *
 * which mathematics calls cross-correlation; flipped, with x[i, s·r + (F − 1 − u) − p, ...], it is
 * the true convolution.  1-D is 2-D with one row.
 *
 * Forward and back are products of matrices, one for each row of the output (after Cho and Brand,
 * "MEC: memory-efficient convolution", 2017).  A strip is a row of x, padded, as the kernel's
 * column v meets it: its numbers s·c + v − p, c a column of the output.  Of some samples the strips
 * of row y lie as [i][v][sample][c], and those of all rows one after another; so what row r of the
 * output reads, the rows s·r to s·r + F − 1, is one matrix of a patch's numbers by columns of the
 * output, without a copy of its own.  That is F times less to copy than the patches of all places
 * (im2col) are.
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
    size_t in, out, groups; /* channels of a group */
    struct bs_window window;
    bool flips;
    size_t map, places;   /* numbers of a map that is read, and of one that is made */
    size_t patch, strips; /* numbers under the kernel, and of the strips of a sample's group */
};

static bool has_bias(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BIAS) != 0;
}

static struct conv conv_of(const struct bs_stage *stage)
{
    const size_t groups = (size_t)bs_stage_integer(stage, GROUPS);
    const struct bs_window w = bs_window_of(stage, KERNEL, STRIDE, PADDING);
    struct conv conv = {.in = (size_t)stage->in.size[0] / groups,
                        .out = (size_t)bs_stage_integer(stage, CHANNELS) / groups,
                        .groups = groups,
                        .window = w,
                        .flips = bs_stage_integer(stage, FLIP) != 0};
    conv.map = (size_t)w.in[0] * (size_t)w.in[1];
    conv.places = (size_t)w.out[0] * (size_t)w.out[1];
    conv.patch = conv.in * (size_t)w.size[0] * (size_t)w.size[1];
    conv.strips =
        conv.in * (size_t)(w.in[0] + 2 * w.padding[0]) * (size_t)w.size[1] * (size_t)w.out[1];
    return conv;
}

/* ---- shape ----------------------------------------------------------------------------------- */

static int check_groups(const struct bs_stage *stage, struct bs_error *err)
{
    const int groups = bs_stage_integer(stage, GROUPS);
    const int in = stage->in.size[0], out = bs_stage_integer(stage, CHANNELS);
    if (in % groups != 0)
        return bs_fail(err, BS_REFUSED,
                       "groups must divide the channels of the input: got %d for %d", groups, in);
    if (out % groups != 0)
        return bs_fail(err, BS_REFUSED, "groups must divide channels: got %d for %d", groups, out);
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
    sum->size[0] = (int)conv.in;
    bs_access_here(&sum->factor[0], BS_OWN, K);
    bs_access_here(&sum->factor[1], BS_IN, 0);
    sum->factor[0].at[BS_INDEX + 1] = bs_index_of(BS_BOUND);
    sum->factor[1].at[BS_INDEX] =
        bs_index_sum(BS_INDEX, sum->size[0], BS_BOUND, 1, 0); /* the group of o, and i in it */
    sum->factor[1].at[BS_INDEX].terms[0].divisor = (int)conv.out;
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

/* Some samples of a group of channels, and the work that they are done in. */
struct some {
    const struct bs_stage_run *run;
    struct conv conv;
    size_t group, first, count;
    double *kernel;          /* [o][u][i][v], so that it lies as rows of strips do */
    double *sums;            /* ∂E/∂ that, and ∂E/∂b, of all samples so far */
    double *strips, *slopes; /* and ∂E/∂ them */
    double *row;             /* of the output: [o][sample][column] */
};

/* Numbers of a row of the output of the samples, for a channel. */
static size_t length_of(const struct some *some)
{
    return some->count * (size_t)some->conv.window.out[1];
}

/* Where the maps of a group start, of those read and those made. */
static size_t map_read(const struct some *some, size_t sample)
{
    const struct conv *conv = &some->conv;
    return ((some->first + sample) * conv->groups + some->group) * conv->in * conv->map;
}

static size_t map_made(const struct some *some, size_t sample)
{
    const struct conv *conv = &some->conv;
    return ((some->first + sample) * conv->groups + some->group) * conv->out * conv->places;
}

/*
 * Rows are short: a call for each, or a look at how they lie, would cost more than what is done
 * with them.  Four at a time the compiler has side by side without it.
 */
enum { FOUR = 4 };

static inline void copy_row(double *restrict to, const double *restrict from, size_t count)
{
    size_t i = 0;
    for (; i + FOUR <= count; i += FOUR)
        memcpy(to + i, from + i, FOUR * sizeof *to);
    for (; i < count; i++)
        to[i] = from[i];
}

static inline void add_numbers(double *restrict to, const double *restrict from, size_t count)
{
    size_t i = 0;
    for (; i + FOUR <= count; i += FOUR)
        for (size_t k = 0; k < FOUR; k++)
            to[i + k] += from[i + k];
    for (; i < count; i++)
        to[i] += from[i];
}

static inline void shift_row(double *restrict to, const double *restrict from, double by,
                             size_t count)
{
    size_t i = 0;
    for (; i + FOUR <= count; i += FOUR)
        for (size_t k = 0; k < FOUR; k++)
            to[i + k] = from[i + k] + by;
    for (; i < count; i++)
        to[i] = from[i] + by;
}

/* Does the kernel's column v stay within the rows that it moves over, by steps of 1? */
static bool is_inside(const struct bs_window *w, int v)
{
    const int start = v - w->padding[1];
    return w->stride[1] == 1 && start >= 0 && start + w->out[1] <= w->in[1];
}

/* The row of x that the kernel's column v meets, place by place. */
static inline void fill_row(double *restrict to, const double *restrict x,
                            const struct bs_window *w, int v)
{
    if (is_inside(w, v)) {
        copy_row(to, x + (v - w->padding[1]), (size_t)w->out[1]);
        return;
    }
    for (int c = 0, at = v - w->padding[1]; c < w->out[1]; c++, at += w->stride[1])
        to[c] = at < 0 || at >= w->in[1] ? 0 : x[at];
}

/* The same way back: each number adds to the place that it was copied from. */
static inline void add_row(double *restrict x, const double *restrict from,
                           const struct bs_window *w, int v)
{
    if (is_inside(w, v)) {
        add_numbers(x + (v - w->padding[1]), from, (size_t)w->out[1]);
        return;
    }
    for (int c = 0, at = v - w->padding[1]; c < w->out[1]; c++, at += w->stride[1])
        if (at >= 0 && at < w->in[1])
            x[at] += from[c];
}

/* The strips of row y of channel i; a row of the padding is 0. */
static void fill_strips_of(const struct some *some, double *to, int y, size_t i)
{
    const struct bs_window *w = &some->conv.window;
    const size_t columns = (size_t)w->out[1];
    if (y < 0 || y >= w->in[0]) {
        memset(to, 0, (size_t)w->size[1] * length_of(some) * sizeof *to);
        return;
    }
    const double *x = some->run->in + i * some->conv.map + (size_t)y * (size_t)w->in[1];
    for (int v = 0; v < w->size[1]; v++)
        for (size_t s = 0; s < some->count; s++, to += columns)
            fill_row(to, x + map_read(some, s), w, v);
}

static void add_strips_of(const struct some *some, const double *from, int y, size_t i)
{
    const struct bs_window *w = &some->conv.window;
    const size_t columns = (size_t)w->out[1];
    if (y < 0 || y >= w->in[0])
        return;
    double *x = some->run->d_in + i * some->conv.map + (size_t)y * (size_t)w->in[1];
    for (int v = 0; v < w->size[1]; v++)
        for (size_t s = 0; s < some->count; s++, from += columns)
            add_row(x + map_read(some, s), from, w, v);
}

/* From a row of x to the next, and from a row of the output to the next, in the strips. */
static size_t strips_of_row(const struct some *some)
{
    return some->conv.in * (size_t)some->conv.window.size[1] * length_of(some);
}

static size_t strips_between_rows(const struct some *some)
{
    return (size_t)some->conv.window.stride[0] * strips_of_row(some);
}

static void fill_strips(const struct some *some)
{
    const struct bs_window *w = &some->conv.window;
    double *to = some->strips;
    for (int y = -w->padding[0]; y < w->in[0] + w->padding[0]; y++)
        for (size_t i = 0; i < some->conv.in; i++, to += (size_t)w->size[1] * length_of(some))
            fill_strips_of(some, to, y, i);
}

static void add_strips(const struct some *some)
{
    const struct bs_window *w = &some->conv.window;
    const double *from = some->slopes;
    for (size_t s = 0; s < some->count && !some->run->adds; s++)
        memset(some->run->d_in + map_read(some, s), 0,
               some->conv.in * some->conv.map * sizeof *some->run->d_in);
    for (int y = -w->padding[0]; y < w->in[0] + w->padding[0]; y++)
        for (size_t i = 0; i < some->conv.in; i++, from += (size_t)w->size[1] * length_of(some))
            add_strips_of(some, from, y, i);
}

/* ---- forward */

/* z of row r = row + b */
static void put_row(const struct some *some, int r)
{
    const struct conv *conv = &some->conv;
    const struct bs_stage *stage = some->run->stage;
    const double *b = some->run->params + stage->arrays[B].first + some->group * conv->out;
    const double *from = some->row;
    const size_t columns = (size_t)conv->window.out[1];
    double *z = some->run->values[stage->output] + (size_t)r * columns;
    for (size_t o = 0; o < conv->out; o++)
        for (size_t s = 0; s < some->count; s++, from += columns)
            shift_row(z + map_made(some, s) + o * conv->places, from, has_bias(stage) ? b[o] : 0,
                      columns);
}

static int forward_some(const struct some *some)
{
    const struct conv *conv = &some->conv;
    const struct bs_product product = {
        .rows = conv->out, .columns = length_of(some), .inner = conv->patch, .alpha = 1};
    const double *kernel = some->kernel + some->group * conv->out * conv->patch;
    int status = BS_OK;
    fill_strips(some);
    for (int r = 0; r < conv->window.out[0] && status == BS_OK; r++) {
        status =
            bs_multiply(some->row, &product, kernel,
                        some->strips + (size_t)r * strips_between_rows(some), some->run->is_exact);
        put_row(some, r);
    }
    return status;
}

/* ---- backward */

/* Four sums that do not wait for one another, always the same four. */
static double sum_of(const double *values, size_t count)
{
    double sums[FOUR] = {0};
    size_t i = 0;
    for (; i + FOUR <= count; i += FOUR)
        for (size_t k = 0; k < FOUR; k++)
            sums[k] += values[i + k];
    for (; i < count; i++)
        sums[0] += values[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* row = ∂E/∂z of row r, whose sums are ∂E/∂b */
static void take_row(const struct some *some, int r)
{
    const struct conv *conv = &some->conv;
    const size_t columns = (size_t)conv->window.out[1];
    const double *dz = some->run->slopes[some->run->stage->output] + (size_t)r * columns;
    double *to = some->row, *biases = some->sums + conv->groups * conv->out * conv->patch;
    for (size_t o = 0; o < conv->out; o++) {
        for (size_t s = 0; s < some->count; s++, to += columns)
            copy_row(to, dz + map_made(some, s) + o * conv->places, columns);
        biases[some->group * conv->out + o] += sum_of(to - length_of(some), length_of(some));
    }
}

/* ∂E/∂kernel += row·stripsᵀ, and ∂E/∂strips += kernelᵀ·row */
static int row_back(const struct some *some, int r)
{
    const struct conv *conv = &some->conv;
    const size_t strips = (size_t)r * strips_between_rows(some);
    const size_t kernel = some->group * conv->out * conv->patch;
    const struct bs_product to_kernel = {.rows = conv->out,
                                         .columns = conv->patch,
                                         .inner = length_of(some),
                                         .b_is_transposed = true,
                                         .alpha = 1,
                                         .beta = 1};
    const struct bs_product to_strips = {.rows = conv->patch,
                                         .columns = length_of(some),
                                         .inner = conv->out,
                                         .a_is_transposed = true,
                                         .alpha = 1,
                                         .beta = 1};
    int status = BS_OK;
    take_row(some, r);
    if (some->run->gradients)
        status = bs_multiply(some->sums + kernel, &to_kernel, some->row, some->strips + strips,
                             some->run->is_exact);
    if (status == BS_OK && some->run->d_in)
        status = bs_multiply(some->slopes + strips, &to_strips, some->kernel + kernel, some->row,
                             some->run->is_exact);
    return status;
}

static int backward_some(const struct some *some)
{
    const struct conv *conv = &some->conv;
    int status = BS_OK;
    if (some->run->gradients)
        fill_strips(some);
    if (some->run->d_in)
        memset(some->slopes, 0, conv->strips * some->count * sizeof *some->slopes);
    for (int r = 0; r < conv->window.out[0] && status == BS_OK; r++)
        status = row_back(some, r);
    if (status == BS_OK && some->run->d_in)
        add_strips(some);
    return status;
}

/* ---- all samples */

/* Number (u, v) of a channel of a kernel where it is ordered as [u][i][v], turned if it flips. */
static size_t ordered(const struct conv *conv, int u, int v)
{
    const int *size = conv->window.size;
    if (conv->flips)
        u = size[0] - 1 - u, v = size[1] - 1 - v;
    return (size_t)u * conv->in * (size_t)size[1] + (size_t)v;
}

static void order_channel(double *to, const double *kernel, const struct conv *conv)
{
    for (int u = 0; u < conv->window.size[0]; u++)
        for (int v = 0; v < conv->window.size[1]; v++)
            to[ordered(conv, u, v)] = *kernel++;
}

static void add_channel(double *kernel, const double *sums, const struct conv *conv, double scale)
{
    for (int u = 0; u < conv->window.size[0]; u++)
        for (int v = 0; v < conv->window.size[1]; v++)
            *kernel++ += scale * sums[ordered(conv, u, v)];
}

static void order_kernel(const struct some *some)
{
    const struct conv *conv = &some->conv;
    const size_t row = (size_t)conv->window.size[1], channel = conv->patch / conv->in;
    const double *kernel = some->run->params + some->run->stage->arrays[K].first;
    for (size_t o = 0; o < conv->groups * conv->out; o++)
        for (size_t i = 0; i < conv->in; i++, kernel += channel)
            order_channel(some->kernel + o * conv->patch + i * row, kernel, conv);
}

/* Gradients are summed apart: the parameters are read until the last sample has gone back. */
static void settle_gradients(const struct some *some)
{
    const struct conv *conv = &some->conv;
    const struct bs_stage *stage = some->run->stage;
    const size_t row = (size_t)conv->window.size[1], channel = conv->patch / conv->in;
    const double *biases = some->sums + stage->arrays[K].count;
    double *dk = some->run->gradients + stage->arrays[K].first;
    double *db = has_bias(stage) ? some->run->gradients + stage->arrays[B].first : NULL;
    for (size_t o = 0; o < conv->groups * conv->out; o++) {
        for (size_t i = 0; i < conv->in; i++, dk += channel)
            add_channel(dk, some->sums + o * conv->patch + i * row, conv, some->run->scale);
        if (db)
            db[o] += some->run->scale * biases[o];
    }
}

/* So many samples at a time that their strips stay near, and rows of the output are long. */
static size_t together(const struct conv *conv, size_t samples)
{
    enum { NEAR = 1 << 15 };
    const size_t most = NEAR / conv->strips;
    return most == 0 ? 1 : most < samples ? most : samples;
}

static struct some start(const struct bs_stage_run *run)
{
    struct some some = {.run = run, .conv = conv_of(run->stage)};
    const struct conv *conv = &some.conv;
    const size_t most = together(conv, bs_run_rows(run)), weights = run->stage->arrays[K].count;
    some.kernel = run->work;
    some.sums = some.kernel + weights;
    some.strips = some.sums + weights + conv->groups * conv->out;
    some.slopes = some.strips + most * conv->strips;
    some.row = some.slopes + most * conv->strips;
    order_kernel(&some);
    return some;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    const struct conv conv = conv_of(stage);
    const size_t rows = samples * (size_t)(stage->in.steps ? stage->in.steps : 1);
    const size_t most = together(&conv, rows), weights = stage->arrays[K].count;
    return 2 * weights + conv.groups * conv.out +
           most * (2 * conv.strips + conv.out * (size_t)conv.window.out[1]);
}

static int for_all(struct some *some, int (*work_on)(const struct some *some))
{
    const size_t rows = bs_run_rows(some->run), most = together(&some->conv, rows);
    int status = BS_OK;
    for (some->group = 0; some->group < some->conv.groups; some->group++)
        for (some->first = 0; some->first < rows && status == BS_OK; some->first += most) {
            some->count = rows - some->first < most ? rows - some->first : most;
            status = work_on(some);
        }
    return status;
}

static int forward(const struct bs_stage_run *run)
{
    struct some some = start(run);
    return for_all(&some, forward_some);
}

static int backward(const struct bs_stage_run *run)
{
    struct some some = start(run);
    memset(some.sums, 0,
           (run->stage->arrays[K].count + some.conv.groups * some.conv.out) * sizeof *some.sums);
    int status = for_all(&some, backward_some);
    if (status == BS_OK && run->gradients)
        settle_gradients(&some);
    return status;
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
