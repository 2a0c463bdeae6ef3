#include "net/recurrence.h"

#include "net/product.h"

#include <string.h>

static int units_of(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BS_RECURRENT_UNITS);
}

static bool has_bias(const struct bs_stage *stage)
{
    return bs_stage_integer(stage, BS_RECURRENT_BIAS);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static int check_steps(const struct bs_stage *stage, struct bs_error *err)
{
    const int steps = bs_stage_integer(stage, BS_RECURRENT_STEPS);
    if (stage->in.steps > 0 && steps > 0)
        return bs_fail(err, BS_REFUSED,
                       "steps = %d is for an input that is no sequence, and this one has %d step%s "
                       "already",
                       steps, stage->in.steps, stage->in.steps == 1 ? "" : "s");
    if (stage->in.steps == 0 && steps == 0)
        return bs_fail(err, BS_REFUSED,
                       "it takes a sequence, and gets %d feature%s without steps: give the network "
                       "a sequence, or say steps = 5 to make 5 steps of one input",
                       stage->in.size[0], stage->in.size[0] == 1 ? "" : "s");
    return BS_OK;
}

/* How many products a sum has of it and how many sums an input goes into, for where it starts. */
static void add_weights(struct bs_stage *stage, const char *symbol, int inputs)
{
    struct bs_array *array = bs_stage_add_array(stage, BS_ARRAY_WEIGHT, symbol);
    array->rank = 2;
    array->size[0] = units_of(stage), array->size[1] = inputs;
    array->inputs = inputs, array->units = units_of(stage);
}

static void add_biases(struct bs_stage *stage, const char *symbol)
{
    struct bs_array *array = bs_stage_add_array(stage, BS_ARRAY_BIAS, symbol);
    array->rank = 1;
    array->size[0] = units_of(stage);
    array->inputs = stage->in.size[0], array->units = units_of(stage);
}

static int steps_of(const struct bs_stage *stage)
{
    return stage->in.steps ? stage->in.steps : bs_stage_integer(stage, BS_RECURRENT_STEPS);
}

int bs_recurrence_shape(struct bs_stage *stage, const struct bs_gate *gates, int count,
                        struct bs_error *err)
{
    int status = bs_check_features(stage, err);
    if (status == BS_OK)
        status = check_steps(stage, err);
    if (status < 0)
        return status;
    for (int g = 0; g < count; g++)
        add_weights(stage, gates[g].u, stage->in.size[0]);
    for (int g = 0; g < count; g++)
        add_weights(stage, gates[g].w, units_of(stage));
    for (int g = 0; g < count && has_bias(stage); g++)
        add_biases(stage, gates[g].b);
    stage->hands_on_last = bs_stage_integer(stage, BS_RECURRENT_LAST);
    stage->out.steps = stage->hands_on_last ? 0 : steps_of(stage);
    stage->out.size[0] = units_of(stage);
    return BS_OK;
}

void bs_recurrence_add_values(struct bs_stage *stage, const char *symbol)
{
    bs_stage_add_output(stage, symbol)->steps = steps_of(stage);
}

void bs_recurrence_put_count(struct bs_buf *buf, const struct bs_stage *stage, int gates)
{
    const int inputs = stage->in.size[0], units = units_of(stage);
    const int64_t count = (int64_t)gates * units * (inputs + units + has_bias(stage));
    if (gates > 1)
        bs_buf_printf(buf, "%d·", gates);
    bs_buf_printf(buf, "%d·(%d + %d%s) = %lld", units, inputs, units, has_bias(stage) ? " + 1" : "",
                  (long long)count);
}

/* ---- by index -------------------------------------------------------------------------------- */

void bs_recurrence_access_before(struct bs_access *access, const struct bs_stage *stage, int array)
{
    bs_access_here(access, BS_OWN, array);
    access->at[BS_STEP] = bs_index_shifted(BS_STEP, -1);
    access->cut = bs_stage_integer(stage, BS_RECURRENT_TRUNCATE);
}

/* Σ over the second index of a matrix of its row j times what is to be completed. */
static struct bs_group *add_sum(struct bs_pattern *out, int weights, int size, const char *letter)
{
    struct bs_group *sum = bs_pattern_add(out, 2);
    sum->bound = 1;
    sum->size[0] = size;
    sum->letters = letter;
    bs_access_here(&sum->factor[0], BS_OWN, weights);
    sum->factor[0].at[BS_INDEX + 1] = bs_index_of(BS_BOUND);
    return sum;
}

void bs_recurrence_pattern(struct bs_pattern *out, const struct bs_stage *stage, int gate,
                           int gates)
{
    struct bs_access *x = &add_sum(out, gate, stage->in.size[0], "i")->factor[1];
    bs_access_here(x, BS_IN, 0);
    x->at[BS_INDEX] = bs_index_of(BS_BOUND);
    struct bs_access *h = &add_sum(out, gates + gate, units_of(stage), "k")->factor[1];
    bs_recurrence_access_before(h, stage, stage->output);
    h->at[BS_INDEX] = bs_index_of(BS_BOUND);
    if (has_bias(stage))
        bs_access_here(&bs_pattern_add(out, 1)->factor[0], BS_OWN, 2 * gates + gate);
    out->is_sum = true;
}

/* ---- kernels --------------------------------------------------------------------------------- */

struct bs_recurrence bs_recurrence_of(const struct bs_stage_run *run, int gates)
{
    const struct bs_stage *stage = run->stage;
    const size_t units = (size_t)units_of(stage);
    return (struct bs_recurrence){
        .run = run,
        .steps = (size_t)steps_of(stage),
        .samples = run->samples,
        .inputs = (size_t)stage->in.size[0],
        .units = units,
        .sums = (size_t)gates * units,
        .read_steps = bs_run_steps(run),
        .state = run->samples * units,
        .u = run->params + stage->arrays[0].first,
        .w = run->params + stage->arrays[gates].first,
        .b = has_bias(stage) ? run->params + stage->arrays[2 * gates].first : NULL,
        .h = run->values[stage->output],
        .dh = run->slopes[stage->output],
    };
}

double *bs_recurrence_at(const struct bs_recurrence *rec, double *numbers, size_t step)
{
    return numbers + step * rec->state;
}

bool bs_recurrence_has_way_back(const struct bs_recurrence *rec, size_t step)
{
    const size_t cut = (size_t)bs_stage_integer(rec->run->stage, BS_RECURRENT_TRUNCATE);
    return step > 0 && (cut == 0 || step % cut != 0);
}

static size_t sums_at_step(const struct bs_recurrence *rec)
{
    return rec->samples * rec->sums;
}

static void start_sums(const struct bs_recurrence *rec, double *z)
{
    for (size_t r = 0; r < rec->steps * rec->samples; r++, z += rec->sums)
        if (rec->b)
            memcpy(z, rec->b, rec->sums * sizeof *z);
        else
            memset(z, 0, rec->sums * sizeof *z);
}

/* b, and U x_t of all steps at once. */
int bs_recurrence_read(const struct bs_recurrence *rec, double *z)
{
    const struct bs_product product = {.rows = rec->read_steps * rec->samples,
                                       .columns = rec->sums,
                                       .inner = rec->inputs,
                                       .b_is_transposed = true,
                                       .alpha = 1,
                                       .beta = 1};
    start_sums(rec, z);
    return bs_multiply(z, &product, rec->run->in, rec->u, rec->run->is_exact);
}

/* + W h_{t−1} */
int bs_recurrence_complete(const struct bs_recurrence *rec, double *z, size_t step)
{
    const struct bs_product product = {.rows = rec->samples,
                                       .columns = rec->sums,
                                       .inner = rec->units,
                                       .b_is_transposed = true,
                                       .alpha = 1,
                                       .beta = 1};
    if (step == 0)
        return BS_OK;
    return bs_multiply(z + step * sums_at_step(rec), &product,
                       bs_recurrence_at(rec, rec->h, step - 1), rec->w, rec->run->is_exact);
}

/* ∂E/∂h_{t−1} = ∂E/∂z_t·W, and what comes from outside, if that is each step's. */
int bs_recurrence_go_back(const struct bs_recurrence *rec, const double *dz, size_t step)
{
    const bool is_used = !rec->run->stage->hands_on_last;
    const struct bs_product product = {.rows = rec->samples,
                                       .columns = rec->units,
                                       .inner = rec->sums,
                                       .alpha = 1,
                                       .beta = is_used};
    if (step == 0)
        return BS_OK;
    double *before = bs_recurrence_at(rec, rec->dh, step - 1);
    if (bs_recurrence_has_way_back(rec, step))
        return bs_multiply(before, &product, dz + step * sums_at_step(rec), rec->w,
                           rec->run->is_exact);
    if (!is_used)
        memset(before, 0, rec->state * sizeof *before);
    return BS_OK;
}

/* Σ_t (∂E/∂z_t)ᵀ·h_{t−1}: the h that go with the dz are all but the last, shifted by one. */
static int add_to_weights(const struct bs_recurrence *rec, const double *dz)
{
    const struct bs_product product = {.rows = rec->sums,
                                       .columns = rec->units,
                                       .inner = (rec->steps - 1) * rec->samples,
                                       .a_is_transposed = true,
                                       .alpha = rec->run->scale,
                                       .beta = 1};
    if (rec->steps == 1)
        return BS_OK;
    return bs_multiply(rec->run->gradients + (rec->w - rec->run->params), &product,
                       dz + sums_at_step(rec), rec->h, rec->run->is_exact);
}

/* What is read has the slopes of a dense layer without biases: those go with all steps. */
int bs_recurrence_finish(const struct bs_recurrence *rec, const double *dz)
{
    const struct bs_affine affine = {
        .inputs = rec->inputs, .units = rec->sums, .weights = rec->run->stage->arrays[0].first};
    int status = bs_affine_backward(dz, &affine, rec->run);
    if (status < 0 || !rec->run->gradients)
        return status;
    status = add_to_weights(rec, dz);
    if (status == BS_OK && rec->b)
        bs_add_to_biases(rec->run->gradients + (rec->b - rec->run->params), rec->run->scale, dz,
                         rec->steps * rec->samples, rec->sums);
    return status;
}
