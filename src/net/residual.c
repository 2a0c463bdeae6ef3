/*
 * A residual connection: what went into its layers is added to what comes out of them, y = x +
 * F(x) (He et al., CVPR 2016, equation 1).
 */
#include "net/kinds.h"

#include <string.h>

static bool is_same_shape(const struct bs_shape *a, const struct bs_shape *b)
{
    return a->steps == b->steps && a->rank == b->rank &&
           memcmp(a->size, b->size, (size_t)a->rank * sizeof a->size[0]) == 0;
}

static int refuse_shapes(const struct bs_stage *stage, struct bs_error *err)
{
    struct bs_buf in = BS_BUF_INIT, out = BS_BUF_INIT;
    bs_put_shape(&in, &stage->in_beside);
    bs_put_shape(&out, &stage->in);
    int status = bs_fail(err, BS_REFUSED,
                         "what goes into its layers is %s and what comes out is %s: to be added "
                         "they must be the same",
                         bs_buf_text(&in), bs_buf_text(&out));
    bs_buf_finish(&in);
    bs_buf_finish(&out);
    return status;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    if (stage->beside == BS_FROM_NOWHERE)
        return bs_fail(err, BS_REFUSED, "it needs at least one layer: %s", stage->kind->usage);
    if (!is_same_shape(&stage->in_beside, &stage->in))
        return refuse_shapes(stage, err);
    bs_stage_add_output(stage, "y");
    return BS_OK;
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    (void)stage, (void)array, (void)samples;
    out->is_sum = true;
    bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_BESIDE, 0);
    bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_IN, 0);
}

static int forward(const struct bs_stage_run *run)
{
    double *y = run->values[run->stage->output];
    const size_t count = bs_run_numbers(run);
    for (size_t i = 0; i < count; i++)
        y[i] = run->beside[i] + run->in[i];
    return BS_OK;
}

/* Both have the slope of the sum. */
static void hand_back(double *to, const double *dy, size_t count, bool adds)
{
    if (to && adds)
        for (size_t i = 0; i < count; i++)
            to[i] += dy[i];
    else if (to)
        memcpy(to, dy, count * sizeof *to);
}

static int backward(const struct bs_stage_run *run)
{
    const double *dy = run->slopes[run->stage->output];
    hand_back(run->d_in, dy, bs_run_numbers(run), run->adds);
    hand_back(run->d_beside, dy, bs_run_numbers(run), run->beside_adds);
    return BS_OK;
}

const struct bs_stage_kind bs_kind_residual = {
    .name = "residual",
    .short_name = "residual",
    .usage = "residual{layer, ...} -> layer",
    .about = "What goes into the layers is added to what comes out of them, y = x + F(x): so the "
             "slope of what is behind reaches x undiminished, however deep the network is. Both "
             "must have the same shape.",
    .holds_layers = true,
    .shape = shape,
    .pattern = pattern,
    .forward = forward,
    .backward = backward,
};
