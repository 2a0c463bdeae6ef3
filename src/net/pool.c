/*
 * Pooling: of each window the greatest number, or the mean, in every channel.  A tie of the
 * greatest is decided as `max` of the table of functions does: see its row.
 */
#include "base/interrupt.h"
#include "net/kinds.h"
#include "net/window.h"

#include <math.h>
#include <string.h>

enum { SIZE, STRIDE };

static bool is_max(const struct bs_stage *stage)
{
    return stage->kind == &bs_kind_max_pool;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    for (int d = 0; d < 2; d++)
        if (stage->options[STRIDE][d] == 0)
            stage->options[STRIDE][d] = stage->options[SIZE][d];
    if (stage->in.rank == 1)
        return bs_fail(err, BS_REFUSED,
                       "it reads channels × places or channels × rows × columns, "
                       "and gets %d features",
                       stage->in.size[0]);
    int status = bs_window_shape(stage, SIZE, STRIDE, -1, stage->in.rank, err);
    if (status == BS_OK)
        bs_stage_add_output(stage, "a");
    return status;
}

static struct bs_window window_of(const struct bs_stage *stage)
{
    return bs_window_of(stage, SIZE, STRIDE, -1);
}

static void put_shape(struct bs_buf *buf, const struct bs_stage *stage)
{
    bs_window_put_shape(buf, stage, SIZE, STRIDE, -1);
}

/* The numbers of a window, row by row. */
static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    const int spatial = stage->in.rank - 1;
    const struct bs_window window = window_of(stage);
    struct bs_group *group = bs_pattern_add(out, 1);
    (void)array, (void)samples;
    group->bound = spatial;
    bs_access_here(&group->factor[0], BS_IN, 0);
    for (int d = 0; d < spatial; d++) {
        const int w = d + 2 - spatial;
        group->size[d] = window.size[w];
        group->factor[0].at[BS_INDEX + 1 + d] =
            bs_index_sum(BS_INDEX + 1 + d, window.stride[w], BS_BOUND + d, 1, 0);
    }
}

static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    (void)array, (void)index;
    if (is_max(stage))
        return bs_call(pool, bs_func_find("max"), 0, groups[0].count, groups[0].terms);
    return bs_mul(pool, bs_rational(pool, 1, groups[0].count),
                  bs_sum(pool, groups[0].count, groups[0].terms));
}

/* ---- kernels --------------------------------------------------------------------------------- */

static size_t map_of(const int size[2])
{
    return (size_t)size[0] * (size_t)size[1];
}

/* NAN where one of them is. */
static double greatest_of(const double *x, const struct bs_window *w)
{
    double greatest = x[0];
    for (int u = 0; u < w->size[0]; u++, x += w->in[1])
        for (int v = 0; v < w->size[1]; v++)
            if (x[v] > greatest || isnan(x[v]))
                greatest = x[v];
    return greatest;
}

static double mean_of(const double *x, const struct bs_window *w)
{
    double sum = 0;
    for (int u = 0; u < w->size[0]; u++, x += w->in[1])
        for (int v = 0; v < w->size[1]; v++)
            sum += x[v];
    return sum / (w->size[0] * w->size[1]);
}

static size_t count_ties(const double *x, const struct bs_window *w, double greatest)
{
    size_t count = 0;
    for (int u = 0; u < w->size[0]; u++, x += w->in[1])
        for (int v = 0; v < w->size[1]; v++)
            count += x[v] == greatest;
    return count;
}

/*
 * Several that are the greatest have its slope by the rule of ties.  Without any it is
 * no number, and so are the slopes.
 */
static void give_greatest(double *restrict dx, const double *restrict x, const struct bs_window *w,
                          double da, double kink)
{
    const double greatest = greatest_of(x, w);
    const size_t ties = count_ties(x, w, greatest);
    size_t place = 0;
    for (int u = 0; u < w->size[0]; u++, x += w->in[1], dx += w->in[1])
        for (int v = 0; v < w->size[1]; v++) {
            const double share = x[v] == greatest ? bs_share_of_tie(++place, ties, kink) : 0;
            if (ties == 0)
                dx[v] = greatest;
            else if (share > 0)
                dx[v] += share * da;
        }
}

static void give_shares(double *restrict dx, const struct bs_window *w, double da)
{
    const double share = da / (w->size[0] * w->size[1]);
    for (int u = 0; u < w->size[0]; u++, dx += w->in[1])
        for (int v = 0; v < w->size[1]; v++)
            dx[v] += share;
}

/* Windows of 2 × 2 side by side, as most are. */
static bool is_usual(const struct bs_window *w)
{
    bool is_two = true;
    for (int d = 0; d < 2; d++)
        is_two = is_two && w->size[d] == 2 && w->stride[d] == 2;
    return is_two;
}

static void means_of_fours(double *restrict a, const double *restrict x, const struct bs_window *w)
{
    for (int r = 0; r < w->out[0]; r++, x += 2 * w->in[1], a += w->out[1]) {
        const double *restrict below = x + w->in[1];
        for (int c = 0; c < w->out[1]; c++)
            a[c] = (x[2 * c] + x[2 * c + 1] + below[2 * c] + below[2 * c + 1]) / 4;
    }
}

enum { POLL = 1 << 16 }; /* numbers, or so, from one look for an interrupt to the next */

/* After another window; `unpolled` counts the numbers since the last look. */
static bool is_stopped(size_t *unpolled, const struct bs_window *w)
{
    *unpolled += map_of(w->size);
    if (*unpolled < POLL)
        return false;
    *unpolled = 0;
    return bs_is_interrupted();
}

static int forward_map(const struct bs_stage_run *run, const struct bs_window *w, double *a,
                       const double *x)
{
    size_t unpolled = POLL;
    if (!is_max(run->stage) && is_usual(w)) {
        means_of_fours(a, x, w);
        return BS_OK;
    }
    for (int r = 0; r < w->out[0]; r++)
        for (int c = 0; c < w->out[1]; c++, a++) {
            const double *window = x + r * w->stride[0] * w->in[1] + c * w->stride[1];
            *a = is_max(run->stage) ? greatest_of(window, w) : mean_of(window, w);
            if (is_stopped(&unpolled, w))
                return BS_INTERRUPTED;
        }
    return BS_OK;
}

static size_t map_count(const struct bs_stage_run *run)
{
    return bs_run_rows(run) * (size_t)run->stage->in.size[0];
}

static int forward(const struct bs_stage_run *run)
{
    const struct bs_window window = window_of(run->stage);
    double *a = run->values[run->stage->output];
    int status = BS_OK;
    for (size_t k = 0; k < map_count(run) && status == BS_OK; k++)
        status =
            forward_map(run, &window, a + k * map_of(window.out), run->in + k * map_of(window.in));
    return status;
}

static void quarters_of(double *restrict dx, const double *restrict da, const struct bs_window *w)
{
    for (int r = 0; r < w->out[0]; r++, dx += 2 * w->in[1], da += w->out[1]) {
        double *restrict below = dx + w->in[1];
        for (int c = 0; c < w->out[1]; c++) {
            const double share = da[c] / 4;
            dx[2 * c] = dx[2 * c + 1] = below[2 * c] = below[2 * c + 1] = share;
        }
    }
}

static int backward_map(const struct bs_stage_run *run, const struct bs_window *w, double *dx,
                        const double *da, const double *x)
{
    size_t unpolled = POLL;
    for (int r = 0; r < w->out[0]; r++)
        for (int c = 0; c < w->out[1]; c++, da++) {
            const int at = r * w->stride[0] * w->in[1] + c * w->stride[1];
            if (is_max(run->stage))
                give_greatest(dx + at, x + at, w, *da, run->kink);
            else
                give_shares(dx + at, w, *da);
            if (is_stopped(&unpolled, w))
                return BS_INTERRUPTED;
        }
    return BS_OK;
}

/* Windows of 2 × 2 that fill the map set each place once. */
static int backward(const struct bs_stage_run *run)
{
    const struct bs_window window = window_of(run->stage);
    const double *da = run->slopes[run->stage->output];
    const size_t in = map_of(window.in), out = map_of(window.out);
    const bool sets = !run->adds && !is_max(run->stage) && is_usual(&window);
    if (!run->d_in)
        return BS_OK;
    if (!run->adds && !sets)
        memset(run->d_in, 0, map_count(run) * in * sizeof *run->d_in);
    int status = BS_OK;
    for (size_t k = 0; k < map_count(run) && status == BS_OK; k++) {
        if (sets)
            quarters_of(run->d_in + k * in, da + k * out, &window);
        else
            status = backward_map(run, &window, run->d_in + k * in, da + k * out, run->in + k * in);
    }
    return status;
}

#define POOL_OPTIONS                                                                      \
    {                                                                                     \
        {"size", BS_OPTION_PAIR, 2, 1, 1000, "the size of the windows"},                  \
        {                                                                                 \
            "stride", BS_OPTION_PAIR, 0, 0, 1000, "how far they are apart; 0: their size" \
        }                                                                                 \
    }

const struct bs_stage_kind bs_kind_max_pool = {
    .name = "max_pool",
    .short_name = "pool",
    .usage = "max_pool{size, [stride]} -> layer",
    .about = "The greatest number of each window, in every channel. A tie goes by the network's "
             "kink: 0, to the first; 1, to the last; 0.5, each has its share.",
    .options = POOL_OPTIONS,
    .shape = shape,
    .put_shape = put_shape,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
};

const struct bs_stage_kind bs_kind_avg_pool = {
    .name = "avg_pool",
    .short_name = "pool",
    .usage = "avg_pool{size, [stride]} -> layer",
    .about = "The mean of each window, in every channel.",
    .options = POOL_OPTIONS,
    .shape = shape,
    .put_shape = put_shape,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
};
