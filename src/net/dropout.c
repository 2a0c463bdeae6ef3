/*
 * Dropout: each number is dropped at random, and those that stay are larger by as much as is
 * missing on average, a = r·x with r = 0 with probability `rate`, else 1/(1 − rate).  So nothing
 * needs to be scaled when the network answers: then a = x.  (Srivastava et al., JMLR 15, 2014,
 * who mostly scale the weights down afterwards instead.)
 */
#include "net/kinds.h"

#include <string.h>

enum { RATE }; /* options */
enum { R };    /* arrays: r, a */

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    const double rate = stage->options[RATE][0];
    if (!(rate >= 0 && rate < 1))
        return bs_fail(err, BS_REFUSED,
                       "rate is the share that is dropped, from 0 and below 1, got %g", rate);
    bs_stage_add_like(stage, BS_ARRAY_DRAWN, "r", &stage->in);
    bs_stage_add_output(stage, "a");
    return BS_OK;
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    struct bs_group *group = bs_pattern_add(out, 2);
    (void)stage, (void)array, (void)samples;
    out->is_sum = true;
    bs_access_here(&group->factor[0], BS_OWN, R);
    bs_access_here(&group->factor[1], BS_IN, 0);
}

static void draw(const struct bs_stage_run *run, struct bs_rng *rng)
{
    const double rate = run->stage->options[RATE][0], kept = 1 / (1 - rate);
    const size_t count = bs_run_numbers(run);
    for (size_t i = 0; i < count; i++)
        run->values[R][i] = bs_rng_uniform(rng) < rate ? 0 : kept;
}

static int forward(const struct bs_stage_run *run)
{
    const double *r = run->values[R], *x = run->in;
    double *a = run->values[run->stage->output];
    const size_t count = bs_run_numbers(run);
    if (!run->trains)
        memcpy(a, x, count * sizeof *a);
    for (size_t i = 0; run->trains && i < count; i++)
        a[i] = r[i] * x[i];
    return BS_OK;
}

/* ∂E/∂x = r·∂E/∂a; what was drawn has a slope that nobody but a tape could ask for. */
static int backward(const struct bs_stage_run *run)
{
    const double *r = run->values[R], *da = run->slopes[run->stage->output];
    const size_t count = bs_run_numbers(run);
    for (size_t i = 0; run->d_in && i < count; i++)
        run->d_in[i] = r[i] * da[i] + (run->adds ? run->d_in[i] : 0);
    for (size_t i = 0; run->is_exact && i < count; i++)
        run->slopes[R][i] = run->in[i] * da[i];
    return BS_OK;
}

const struct bs_stage_kind bs_kind_dropout = {
    .name = "dropout",
    .short_name = "dropout",
    .usage = "dropout{[rate = 0.5]} -> layer",
    .about = "In training every number is 0 with probability rate and else 1/(1 - rate) times as "
             "large, anew for every sample that is seen: no unit can rely on another. When the "
             "network answers all pass unchanged.",
    .options = {{"rate", BS_OPTION_REAL, 0.5, 0, 1, "the share that is dropped, below 1"}},
    .shape = shape,
    .pattern = pattern,
    .draw = draw,
    .forward = forward,
    .backward = backward,
};
