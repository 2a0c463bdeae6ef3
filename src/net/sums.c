/*
 * The dense layer in a stack: z_j = Σ_i W_ji x_i + b_j over the features of a sample, at every step
 * by the same weights.  Its activation is a stage of its own.
 */
#include "net/kinds.h"

#include <math.h>

enum { UNITS, BIAS }; /* options */
enum { W, B };        /* arrays: W, b where there is one, z */

static bool has_bias(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BIAS) != BS_BIAS_NONE;
}

static bool is_shared(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BIAS) == BS_BIAS_SHARED;
}

void bs_dense_spec(struct bs_stage_spec *spec, const struct bs_layer *layer)
{
    bs_stage_spec_init(spec, &bs_kind_dense);
    spec->options[UNITS][0] = layer->units;
    spec->options[BIAS][0] = layer->bias;
    spec->activation = layer->activation;
    spec->setting = layer->setting;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    const int units = bs_stage_integer(stage, UNITS), inputs = stage->in.size[0];
    int status = bs_check_features(stage, err);
    if (status < 0)
        return status;
    struct bs_array *w = bs_stage_add_array(stage, BS_ARRAY_WEIGHT, "W");
    w->rank = 2;
    w->size[0] = units, w->size[1] = inputs;
    w->inputs = inputs, w->units = units;
    if (has_bias(stage)) {
        struct bs_array *b = bs_stage_add_array(stage, BS_ARRAY_BIAS, "b");
        b->rank = is_shared(stage) ? 0 : 1;
        b->size[0] = units;
        b->inputs = inputs, b->units = units;
    }
    stage->out.size[0] = units;
    bs_stage_add_output(stage, "z");
    return BS_OK;
}

static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    const int units = bs_stage_integer(stage, UNITS), inputs = stage->in.size[0];
    if (!has_bias(stage))
        bs_buf_printf(buf, "%d·%d", units, inputs);
    else if (is_shared(stage))
        bs_buf_printf(buf, "%d·%d + 1", units, inputs);
    else
        bs_buf_printf(buf, "%d·(%d + 1)", units, inputs);
    bs_buf_printf(buf, " = %zu",
                  stage->arrays[W].count + (has_bias(stage) ? stage->arrays[B].count : 0));
}

/* Σ_i W_ji x_i + b_j */
static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    struct bs_group *sum = bs_pattern_add(out, 2);
    (void)array, (void)samples;
    out->is_sum = true;
    sum->bound = 1;
    sum->size[0] = stage->in.size[0];
    sum->letters = "i";
    bs_access_here(&sum->factor[0], BS_OWN, W);
    sum->factor[0].at[BS_INDEX + 1] = bs_index_of(BS_BOUND);
    bs_access_here(&sum->factor[1], BS_IN, 0);
    sum->factor[1].at[BS_INDEX] = bs_index_of(BS_BOUND);
    if (has_bias(stage))
        bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_OWN, B);
}

static struct bs_affine affine_of(const struct bs_stage *stage)
{
    return (struct bs_affine){.inputs = (size_t)stage->in.size[0],
                              .units = (size_t)bs_stage_integer(stage, UNITS),
                              .weights = stage->arrays[W].first,
                              .biases = has_bias(stage) ? stage->arrays[B].first : 0,
                              .next_bias = is_shared(stage) ? 0 : 1,
                              .has_biases = has_bias(stage)};
}

static int forward(const struct bs_stage_run *run)
{
    const struct bs_affine affine = affine_of(run->stage);
    return bs_affine_forward(run->values[run->stage->output], &affine, run);
}

static int backward(const struct bs_stage_run *run)
{
    const struct bs_affine affine = affine_of(run->stage);
    return bs_affine_backward(run->slopes[run->stage->output], &affine, run);
}

const struct bs_stage_kind bs_kind_dense = {
    .name = "dense",
    .short_name = "dense",
    .usage = "dense{units, [bias = true], [activation = \"sigmoid\"]} -> layer",
    .about =
        "Every unit reads every feature: z_j = Σ_i W_ji x_i + b_j, then the activation. Over a "
        "sequence it does so at every step, by the same weights.",
    .options = {{"units", BS_OPTION_INTEGER, NAN, 1, BS_MAX_UNITS, "how many units"},
                {"bias", BS_OPTION_FLAG, BS_BIAS_UNITS, 0, 1, "a bias for each unit"}},
    .has_activation = true,
    .shape = shape,
    .put_count = put_count,
    .pattern = pattern,
    .forward = forward,
    .backward = backward,
};
