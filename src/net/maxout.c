/*
 * Maxout: every unit is the largest of several linear pieces, z_jp = Σ_i W_jpi x_i + b_jp, a_j =
 * max_p z_jp (Goodfellow et al., ICML 2013).  Its pieces are learnt, so is the activation.
 */
#include "net/kinds.h"

#include <math.h>

enum { UNITS, PIECES, BIAS }; /* options */
enum { W, B };                /* arrays: W, b where there is one, z, a */

static bool has_bias(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BIAS) != 0;
}

/* The pieces stand before the output. */
static int pieces_of(const struct bs_stage *stage)
{
    return stage->output - 1;
}

static void add_parameters(struct bs_stage *stage, int units, int pieces, int inputs)
{
    struct bs_array *w = bs_stage_add_array(stage, BS_ARRAY_WEIGHT, "W");
    w->rank = 3;
    w->size[0] = units, w->size[1] = pieces, w->size[2] = inputs;
    w->inputs = inputs, w->units = (double)units * pieces;
    if (!has_bias(stage))
        return;
    struct bs_array *b = bs_stage_add_array(stage, BS_ARRAY_BIAS, "b");
    b->rank = 2;
    b->size[0] = units, b->size[1] = pieces;
    b->inputs = w->inputs, b->units = w->units;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    const int units = bs_stage_integer(stage, UNITS), pieces = bs_stage_integer(stage, PIECES);
    int status = bs_check_features(stage, err);
    if (status < 0)
        return status;
    add_parameters(stage, units, pieces, stage->in.size[0]);
    stage->out.size[0] = units;
    struct bs_array *z = bs_stage_add_like(stage, BS_ARRAY_VALUE, "z", &stage->out);
    z->rank = 2;
    z->size[1] = pieces;
    bs_stage_add_output(stage, "a");
    return BS_OK;
}

static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    const struct bs_array *w = &stage->arrays[W];
    bs_buf_printf(buf, has_bias(stage) ? "%d·%d·(%d + 1)" : "%d·%d·%d", w->size[0], w->size[1],
                  w->size[2]);
    bs_buf_printf(buf, " = %zu", w->count + (has_bias(stage) ? stage->arrays[B].count : 0));
}

/* Σ_i W_jpi x_i + b_jp */
static void piece_pattern(struct bs_pattern *out, const struct bs_stage *stage)
{
    struct bs_group *sum = bs_pattern_add(out, 2);
    out->is_sum = true;
    sum->bound = 1;
    sum->size[0] = stage->in.size[0];
    sum->letters = "i";
    bs_access_here(&sum->factor[0], BS_OWN, W);
    sum->factor[0].at[BS_INDEX + 2] = bs_index_of(BS_BOUND);
    bs_access_here(&sum->factor[1], BS_IN, 0);
    sum->factor[1].at[BS_INDEX] = bs_index_of(BS_BOUND);
    if (has_bias(stage))
        bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_OWN, B);
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    (void)samples;
    if (array == pieces_of(stage)) {
        piece_pattern(out, stage);
        return;
    }
    struct bs_group *group = bs_pattern_add(out, 1);
    group->bound = 1;
    group->size[0] = bs_stage_integer(stage, PIECES);
    bs_access_here(&group->factor[0], BS_OWN, pieces_of(stage));
    group->factor[0].at[BS_INDEX + 1] = bs_index_of(BS_BOUND);
}

static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    (void)stage, (void)array, (void)index;
    return bs_call(pool, bs_func_find("max"), 0, groups[0].count, groups[0].terms);
}

/* One not a number is the largest. */
static double largest_of(const double *z, size_t pieces)
{
    double largest = z[0];
    for (size_t p = 1; p < pieces; p++)
        if (z[p] > largest || isnan(z[p]))
            largest = z[p];
    return largest;
}

/* The pieces of all units and rows are those of one layer with so many more units. */
static struct bs_affine affine_of(const struct bs_stage *stage)
{
    const struct bs_array *w = &stage->arrays[W];
    return (struct bs_affine){.inputs = (size_t)w->size[2],
                              .units = (size_t)w->size[0] * (size_t)w->size[1],
                              .weights = w->first,
                              .biases = has_bias(stage) ? stage->arrays[B].first : 0,
                              .next_bias = 1,
                              .has_biases = has_bias(stage)};
}

static size_t count_of(const struct bs_stage_run *run)
{
    return bs_run_rows(run) * bs_shape_count(&run->stage->out);
}

static int forward(const struct bs_stage_run *run)
{
    const struct bs_affine affine = affine_of(run->stage);
    const size_t pieces = (size_t)bs_stage_integer(run->stage, PIECES), count = count_of(run);
    double *a = run->values[run->stage->output], *z = run->values[pieces_of(run->stage)];
    int status = bs_affine_forward(z, &affine, run);
    for (size_t j = 0; status == BS_OK && j < count; j++, z += pieces)
        a[j] = largest_of(z, pieces);
    return status;
}

/* The largest piece has the slope of the unit. */
static void share_slope(double *dz, double da, const double *z, size_t pieces, double kink)
{
    const double largest = largest_of(z, pieces);
    size_t ties = 0, nth = 0;
    for (size_t p = 0; p < pieces; p++)
        ties += z[p] == largest;
    for (size_t p = 0; p < pieces; p++) {
        const bool is_largest = z[p] == largest;
        nth += is_largest;
        dz[p] = is_largest ? da * bs_share_of_tie(nth, ties, kink) : isnan(largest) ? largest : 0;
    }
}

static int backward(const struct bs_stage_run *run)
{
    const struct bs_affine affine = affine_of(run->stage);
    const size_t pieces = (size_t)bs_stage_integer(run->stage, PIECES), count = count_of(run);
    const double *z = run->values[pieces_of(run->stage)], *da = run->slopes[run->stage->output];
    double *dz = run->slopes[pieces_of(run->stage)];
    for (size_t j = 0; j < count; j++)
        share_slope(dz + j * pieces, da[j], z + j * pieces, pieces, run->kink);
    return bs_affine_backward(dz, &affine, run);
}

enum { MOST_PIECES = 1000 };

const struct bs_stage_kind bs_kind_maxout = {
    .name = "maxout",
    .short_name = "maxout",
    .usage = "maxout{units, [pieces = 2], [bias = true]} -> layer",
    .about = "Every unit is the largest of several weighted sums, z_jp = Σ_i W_jpi x_i + b_jp and "
             "a_j = max_p z_jp: the activation is learnt, too. At a tie the first piece has the "
             "slope.",
    .options = {{"units", BS_OPTION_INTEGER, NAN, 1, BS_MAX_UNITS, "how many units"},
                {"pieces", BS_OPTION_INTEGER, 2, 1, MOST_PIECES, "how many sums for each"},
                {"bias", BS_OPTION_FLAG, 1, 0, 1, "a bias for each sum"}},
    .shape = shape,
    .put_count = put_count,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
};
