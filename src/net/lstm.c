/*
 * Long short-term memory (S. Hochreiter and J. Schmidhuber, 1997), with the forget gate of F. A.
 * Gers, J. Schmidhuber and F. Cummins, 2000:
 *
 *     i = σ(zi), f = σ(zf), g = tanh(zg), o = σ(zo);  c_t = f·c_{t−1} + i·g,  h_t = o·tanh(c_t),
 *
 * where each z = U x_t + W h_{t−1} + b by matrices of its own, and h_0 = c_0 = 0.
 */
#include "net/recurrence.h"

#include <math.h>
#include <string.h>

enum { I, F, G, O, GATES };

static const struct bs_gate gates[GATES] = {
    {"U_i", "W_i", "b_i"}, {"U_f", "W_f", "b_f"}, {"U_g", "W_g", "b_g"}, {"U_o", "W_o", "b_o"}};

/* The arrays of values, in this order behind the parameters: the last one is handed on. */
enum { Z, GATE = Z + GATES, C = GATE + GATES, H };

static int array_of(const struct bs_stage *stage, int value)
{
    return stage->output - H + value;
}

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    static const char *const symbols[] = {"zi", "zf", "zg", "zo", "i", "f", "g", "o", "c", "h"};
    int status = bs_recurrence_shape(stage, gates, GATES, err);
    if (status < 0)
        return status;
    for (int v = Z; v <= H; v++)
        bs_recurrence_add_values(stage, symbols[v]);
    return BS_OK;
}

static void put_count(struct bs_buf *buf, const struct bs_stage *stage)
{
    bs_recurrence_put_count(buf, stage, GATES);
}

/* ---- by index -------------------------------------------------------------------------------- */

static const struct bs_func *function_of(int gate)
{
    return bs_func_find(gate == G ? "tanh" : "sigmoid");
}

static void access_value(struct bs_access *access, const struct bs_stage *stage, int value)
{
    bs_access_here(access, BS_OWN, array_of(stage, value));
}

static void cell_pattern(struct bs_pattern *out, const struct bs_stage *stage)
{
    struct bs_group *kept = bs_pattern_add(out, 2), *added = bs_pattern_add(out, 2);
    access_value(&kept->factor[0], stage, GATE + F);
    bs_recurrence_access_before(&kept->factor[1], stage, array_of(stage, C));
    access_value(&added->factor[0], stage, GATE + I);
    access_value(&added->factor[1], stage, GATE + G);
    out->is_sum = true;
}

static void pattern(struct bs_pattern *out, const struct bs_stage *stage, int array, int samples)
{
    const int value = array - array_of(stage, Z);
    (void)samples;
    if (value < GATE) {
        bs_recurrence_pattern(out, stage, value - Z, GATES);
    } else if (value < C) {
        access_value(&bs_pattern_add(out, 1)->factor[0], stage, value - GATE + Z);
    } else if (value == C) {
        cell_pattern(out, stage);
    } else {
        access_value(&bs_pattern_add(out, 1)->factor[0], stage, GATE + O);
        access_value(&bs_pattern_add(out, 1)->factor[0], stage, C);
    }
}

/* NULL of sums of products. */
static bs_expr combine(struct bs_pool *pool, const struct bs_stage *stage, int array,
                       const int *index, const struct bs_terms *groups)
{
    const int value = array - array_of(stage, Z);
    (void)index;
    if (value >= GATE && value < C)
        return bs_call(pool, function_of(value - GATE), 0, 1, groups[0].terms);
    if (value == H)
        return bs_mul(pool, groups[0].terms[0],
                      bs_call(pool, bs_func_find("tanh"), 0, 1, groups[1].terms));
    return NULL;
}

/* ---- kernels --------------------------------------------------------------------------------- */

/*
 * A step of a run: blocks [sample][unit] of its values and their slopes.  The sums of all gates of
 * a sample lie side by side, all steps of them in `work`, so that they are one product.
 */
struct step {
    const struct bs_recurrence *rec;
    double *values[H + 1], *slopes[H + 1];
    double *sums;          /* of all gates, [sample][gate][unit] */
    double *spare;         /* as long as a block */
    const double *before;  /* c of the step before; NULL at the first */
    double *before_slopes; /* NULL where they do not go back */
};

static double *spare_of(const struct bs_recurrence *rec)
{
    return rec->run->work + rec->steps * rec->samples * rec->sums;
}

static struct step step_of(const struct bs_recurrence *rec, size_t t)
{
    const struct bs_stage_run *run = rec->run;
    struct step step = {
        .rec = rec, .sums = run->work + t * rec->samples * rec->sums, .spare = spare_of(rec)};
    for (int v = Z; v <= H; v++) {
        const int array = array_of(run->stage, v);
        step.values[v] = bs_recurrence_at(rec, run->values[array], t);
        if (run->slopes[array])
            step.slopes[v] = bs_recurrence_at(rec, run->slopes[array], t);
    }
    if (t > 0)
        step.before = step.values[C] - rec->state;
    if (step.slopes[C] && bs_recurrence_has_way_back(rec, t))
        step.before_slopes = step.slopes[C] - rec->state;
    return step;
}

static void apply(const struct step *step, const struct bs_func *func, double *y, const double *x)
{
    struct bs_units units = {.func = func, .n = step->rec->state, .x = x, .count = 1};
    units.y = y;
    bs_func_values(func)(&units);
}

static void apply_back(const struct step *step, int gate)
{
    const struct bs_func *func = function_of(gate);
    const struct bs_units units = {.func = func,
                                   .n = step->rec->state,
                                   .x = step->values[Z + gate],
                                   .y = step->values[GATE + gate],
                                   .dy = step->slopes[GATE + gate],
                                   .dx = step->slopes[Z + gate],
                                   .count = 1};
    bs_func_slopes(func)(&units);
}

/* Between sums side by side and an array for each gate. */
static void copy_sums(const struct step *step, double *const *arrays, bool joins)
{
    const size_t units = step->rec->units, samples = step->rec->samples;
    for (size_t k = 0; k < samples; k++)
        for (int g = 0; g < GATES; g++) {
            double *joint = step->sums + k * step->rec->sums + (size_t)g * units;
            double *own = arrays[Z + g] + k * units;
            memcpy(joins ? joint : own, joins ? own : joint, units * sizeof *own);
        }
}

static void go_forward(const struct step *step)
{
    double *const *v = step->values;
    copy_sums(step, v, false);
    for (int g = 0; g < GATES; g++)
        apply(step, function_of(g), v[GATE + g], v[Z + g]);
    for (size_t j = 0; j < step->rec->state; j++)
        v[C][j] =
            (step->before ? v[GATE + F][j] * step->before[j] : 0) + v[GATE + I][j] * v[GATE + G][j];
    apply(step, bs_func_find("tanh"), step->spare, v[C]);
    for (size_t j = 0; j < step->rec->state; j++)
        v[H][j] = v[GATE + O][j] * step->spare[j];
}

static int forward(const struct bs_stage_run *run)
{
    const struct bs_recurrence rec = bs_recurrence_of(run, GATES);
    int status = bs_recurrence_read(&rec, run->work);
    for (size_t t = 0; t < rec.steps && status == BS_OK; t++) {
        const struct step step = step_of(&rec, t);
        status = bs_recurrence_complete(&rec, run->work, t);
        go_forward(&step);
    }
    return status;
}

/* ∂E/∂c_t has what comes from the step after it, and of h_t = o·tanh(c_t) what is added here. */
static void output_back(const struct step *step)
{
    double *const *v = step->values, *const *d = step->slopes;
    apply(step, bs_func_find("tanh"), step->spare, v[C]);
    for (size_t j = 0; j < step->rec->state; j++) {
        const double tanh_c = step->spare[j];
        d[GATE + O][j] = d[H][j] * tanh_c;
        d[C][j] += d[H][j] * v[GATE + O][j] * ((1 + tanh_c) * (1 - tanh_c));
    }
}

static void cell_back(const struct step *step)
{
    double *const *v = step->values, *const *d = step->slopes;
    for (size_t j = 0; j < step->rec->state; j++) {
        d[GATE + I][j] = d[C][j] * v[GATE + G][j];
        d[GATE + G][j] = d[C][j] * v[GATE + I][j];
        d[GATE + F][j] = step->before ? d[C][j] * step->before[j] : 0;
    }
    for (size_t j = 0; step->before_slopes && j < step->rec->state; j++)
        step->before_slopes[j] = d[C][j] * v[GATE + F][j];
}

static void go_back(const struct step *step)
{
    output_back(step);
    cell_back(step);
    for (int g = 0; g < GATES; g++)
        apply_back(step, g);
    copy_sums(step, step->slopes, true);
}

static int backward(const struct bs_stage_run *run)
{
    const struct bs_recurrence rec = bs_recurrence_of(run, GATES);
    int status = BS_OK;
    memset(run->slopes[array_of(run->stage, C)], 0, rec.steps * rec.state * sizeof(double));
    for (size_t t = rec.steps; t-- > 0 && status == BS_OK;) {
        const struct step step = step_of(&rec, t);
        go_back(&step);
        status = bs_recurrence_go_back(&rec, run->work, t);
    }
    return status == BS_OK ? bs_recurrence_finish(&rec, run->work) : status;
}

static size_t work(const struct bs_stage *stage, size_t samples)
{
    const struct bs_array *h = &stage->arrays[stage->output];
    return samples * h->count * ((size_t)h->steps * GATES + 1);
}

const struct bs_stage_kind bs_kind_lstm = {
    .name = "lstm",
    .short_name = "lstm",
    .usage = "lstm{units, [last = true], [steps = T], [truncate = k], [bias = false]} -> layer",
    .about = "Long short-term memory: input, forget and output gates i, f, o and a candidate g, "
             "each by matrices of its own from x_t and h_{t−1}; c_t = f·c_{t−1} + i·g, h_t = "
             "o·tanh(c_t), from h_0 = c_0 = 0. The options are those of rnn.",
    .options = BS_RECURRENT_OPTIONS,
    .shape = shape,
    .put_count = put_count,
    .pattern = pattern,
    .combine = combine,
    .forward = forward,
    .backward = backward,
    .work = work,
};
