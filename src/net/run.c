#include "net/run.h"

#include "base/mem.h"
#include "net/kinds.h"
#include "net/loss.h"

#include <string.h>

struct bs_run {
    struct bs_arch *arch;
    enum bs_run_use use;
    size_t most, samples;
    bool has_targets, draws;
    struct bs_rng rng;
    double loss;
    double *losses; /* of the samples */
    double *x, *t;  /* copies, [step][sample][...] */
    double *x_slope, *t_slope;
    const double *x_rows, *t_rows; /* the copies, or the caller's rows */
    double *work;
    double *numbers; /* all of these */
    struct bs_stage_run stages[];
};

static const struct bs_stack *stack_of(const struct bs_run *run)
{
    return run->arch->stack;
}

static bool has_slopes(const struct bs_run *run)
{
    return run->use != BS_RUN_ANSWERS;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Numbers of an array of values or of what is drawn, in a pass of so many samples. */
static size_t count_of(const struct bs_array *array, size_t samples)
{
    if (bs_array_is_kept(array))
        return 0;
    return array->count * (size_t)(array->steps ? array->steps : 1) *
           (array->has_samples ? samples : 1);
}

static double *take(double **rest, size_t count)
{
    double *taken = *rest;
    *rest += count;
    return taken;
}

/* Point the arrays of a stage into the block, for as many samples as there are. */
static void place_stage(struct bs_run *run, int s, double **rest)
{
    struct bs_stage_run *stage_run = &run->stages[s];
    const struct bs_stage *stage = &stack_of(run)->stages[s];
    for (int a = 0; a < stage->array_count; a++) {
        const size_t count = count_of(&stage->arrays[a], run->samples);
        stage_run->values[a] = count ? take(rest, count) : NULL;
        stage_run->slopes[a] = count && has_slopes(run) ? take(rest, count) : NULL;
    }
}

/* Of the arrays of all stages, with the slopes where there are. */
static size_t all_numbers(const struct bs_stack *stack, size_t samples, enum bs_run_use use)
{
    size_t count = 0;
    for (int s = 0; s < stack->count; s++) {
        const struct bs_stage *stage = &stack->stages[s];
        for (int a = 0; a < stage->array_count; a++)
            count += count_of(&stage->arrays[a], samples);
    }
    return use == BS_RUN_ANSWERS ? count : 2 * count;
}

/* Stages work one after the other, in one place. */
static size_t most_work(const struct bs_stack *stack, size_t samples)
{
    size_t most = 0;
    for (int s = 0; s < stack->count; s++) {
        const struct bs_stage *stage = &stack->stages[s];
        const size_t work = stage->kind->work ? stage->kind->work(stage, samples) : 0;
        most = work > most ? work : most;
    }
    return most;
}

/* What a run has beside the arrays of the stages. */
static size_t other_numbers(const struct bs_stack *stack, size_t samples)
{
    const size_t in = bs_shape_total(&stack->in), out = bs_shape_total(&stack->out);
    return samples * (2 * in + 2 * out + 1) + most_work(stack, samples);
}

static bool mixes_samples(const struct bs_stack *stack)
{
    for (int s = 0; s < stack->count; s++)
        if (stack->stages[s].kind->mixes_samples)
            return true;
    return false;
}

enum { NEAR = 1 << 22 }; /* numbers: 32 MB */

size_t bs_run_share(const struct bs_arch *arch, size_t samples, enum bs_run_use use)
{
    const struct bs_stack *stack = arch->stack;
    const size_t most = 1 + NEAR / (all_numbers(stack, 1, use) + other_numbers(stack, 1));
    if (samples <= most || (use != BS_RUN_ANSWERS && mixes_samples(stack)))
        return samples;
    const size_t parts = (samples - 1) / most + 1;
    return (samples - 1) / parts + 1;
}

/* The slices of the block that a stage reads and hands slopes to. */
static double *slice(double *values, const struct bs_stage *stage, int step, size_t samples)
{
    return values ? values + (size_t)step * samples * stage->arrays[stage->output].count : NULL;
}

static const double *read_of(const struct bs_run *run, int from)
{
    if (from == BS_FROM_NOWHERE)
        return NULL;
    const struct bs_origin origin = bs_stack_origin(stack_of(run), from);
    if (origin.stage < 0)
        return run->x_rows;
    double *values = run->stages[origin.stage].values[origin.array];
    if (origin.step < 0)
        return values;
    return slice(values, &stack_of(run)->stages[origin.stage], origin.step, run->samples);
}

static double *slopes_of(const struct bs_run *run, int from)
{
    if (from == BS_FROM_NOWHERE || !has_slopes(run))
        return NULL;
    const struct bs_origin origin = bs_stack_origin(stack_of(run), from);
    if (origin.stage < 0)
        return run->x_slope;
    double *slopes = run->stages[origin.stage].slopes[origin.array];
    if (origin.step < 0)
        return slopes;
    return slice(slopes, &stack_of(run)->stages[origin.stage], origin.step, run->samples);
}

static bool same_origin(const struct bs_stack *stack, int a, int b)
{
    if (a == BS_FROM_NOWHERE || b == BS_FROM_NOWHERE)
        return false;
    const struct bs_origin p = bs_stack_origin(stack, a), q = bs_stack_origin(stack, b);
    return p.stage == q.stage && p.array == q.array;
}

/* How many stages behind one read the same as it would from `from`; the loss counts, too. */
static int count_readers(const struct bs_stack *stack, int behind, int from)
{
    int readers = same_origin(stack, from, stack->count - 1);
    for (int s = behind + 1; s < stack->count; s++) {
        const struct bs_stage *stage = &stack->stages[s];
        if (stage->output != BS_PASSES_ON)
            readers +=
                same_origin(stack, from, stage->from) + same_origin(stack, from, stage->beside);
    }
    return readers;
}

static void connect(struct bs_run *run, int s)
{
    struct bs_stage_run *stage_run = &run->stages[s];
    const struct bs_stage *stage = &stack_of(run)->stages[s];
    stage_run->samples = run->samples;
    stage_run->in = read_of(run, stage->from);
    stage_run->beside = read_of(run, stage->beside);
    stage_run->d_in = slopes_of(run, stage->from);
    stage_run->d_beside = slopes_of(run, stage->beside);
    stage_run->work = run->work;
}

/*
 * In training nobody asks for ∂E/∂a once there is ∂E/∂z: an activation that is the only reader of z
 * works in place, and what it works on stays in the cache.
 */
static void share_slopes(struct bs_run *run, int s)
{
    const struct bs_stack *stack = stack_of(run);
    const struct bs_stage *stage = &stack->stages[s];
    const struct bs_origin origin = bs_stack_origin(stack, stage->from);
    if (run->use == BS_RUN_TRAINS && stage->kind == &bs_kind_activation && origin.stage >= 0 &&
        origin.step < 0 && count_readers(stack, stage->from, stage->from) == 1)
        run->stages[origin.stage].slopes[origin.array] = run->stages[s].slopes[stage->output];
}

static void place(struct bs_run *run, size_t samples)
{
    double *rest = run->numbers;
    run->samples = samples;
    for (int s = 0; s < stack_of(run)->count; s++)
        place_stage(run, s, &rest);
    for (int s = 0; s < stack_of(run)->count; s++)
        share_slopes(run, s);
    for (int s = 0; s < stack_of(run)->count; s++)
        connect(run, s);
}

/* What is read from outside lies elsewhere now. */
static void move_inputs(struct bs_run *run, const double *before)
{
    for (int s = 0; s < stack_of(run)->count; s++) {
        struct bs_stage_run *stage_run = &run->stages[s];
        if (stage_run->in == before)
            stage_run->in = run->x_rows;
        if (stage_run->beside == before)
            stage_run->beside = run->x_rows;
    }
}

static bool allocate(struct bs_run *run)
{
    const struct bs_stack *stack = stack_of(run);
    const size_t in = bs_shape_total(&stack->in), out = bs_shape_total(&stack->out);
    const size_t arrays = all_numbers(stack, run->most, run->use);
    double *rest = run->numbers =
        bs_realloc_array(NULL, arrays + other_numbers(stack, run->most), sizeof *run->numbers);
    if (!run->numbers)
        return false;
    rest += arrays;
    run->losses = take(&rest, run->most);
    run->x = take(&rest, run->most * in);
    run->t = take(&rest, run->most * out);
    if (run->use == BS_RUN_TAPE)
        run->x_slope = take(&rest, run->most * in);
    run->t_slope = take(&rest, run->most * out);
    run->work = rest;
    return true;
}

static struct bs_stage_run stage_run_of(const struct bs_run *run, int s)
{
    const struct bs_stack *stack = stack_of(run);
    const struct bs_stage *stage = &stack->stages[s];
    return (struct bs_stage_run){.stage = stage,
                                 .trains = has_slopes(run),
                                 .kink = run->arch->kink,
                                 .adds = count_readers(stack, s, stage->from) > 0,
                                 .beside_adds = count_readers(stack, s, stage->beside) > 0 ||
                                                same_origin(stack, stage->from, stage->beside),
                                 .is_exact = run->use == BS_RUN_TAPE};
}

int bs_run_create(struct bs_run **out, struct bs_arch *arch, size_t most_samples,
                  enum bs_run_use use, struct bs_error *err)
{
    const size_t stages = (size_t)arch->stack->count;
    struct bs_run *run = bs_calloc(1, sizeof *run + stages * sizeof run->stages[0]);
    if (!run)
        return bs_fail_memory(err);
    run->arch = bs_arch_share(arch);
    run->use = use;
    run->most = most_samples;
    run->draws = true;
    bs_rng_seed(&run->rng, 0);
    if (!allocate(run)) {
        bs_run_destroy(run);
        return bs_fail_memory(err);
    }
    for (int s = 0; s < arch->stack->count; s++)
        run->stages[s] = stage_run_of(run, s);
    *out = run;
    return BS_OK;
}

void bs_run_destroy(struct bs_run *run)
{
    if (!run)
        return;
    bs_arch_drop(run->arch);
    bs_free(run->numbers);
    bs_free(run);
}

size_t bs_run_samples(const struct bs_run *run)
{
    return run->samples;
}

const struct bs_arch *bs_run_arch(const struct bs_run *run)
{
    return run->arch;
}

/* ---- samples --------------------------------------------------------------------------------- */

static size_t row_of(const size_t *order, size_t k)
{
    return order ? order[k] : k;
}

static bool is_consecutive(const size_t *order, size_t count)
{
    for (size_t k = 1; order && k < count; k++)
        if (order[k] != order[0] + k)
            return false;
    return true;
}

/* Rows side by side where they lie so already; else copies, step by step. */
static const double *load(double *copy, const struct bs_shape *shape, const double *rows,
                          const size_t *order, size_t count)
{
    const size_t at_step = bs_shape_count(shape), total = bs_shape_total(shape);
    if (shape->steps <= 1 && is_consecutive(order, count))
        return rows + row_of(order, 0) * total;
    double *to = copy;
    for (size_t first = 0; first < total; first += at_step)
        for (size_t k = 0; k < count; k++, to += at_step)
            memcpy(to, rows + row_of(order, k) * total + first, at_step * sizeof *to);
    return copy;
}

void bs_run_load(struct bs_run *run, const double *x, const double *t, const size_t *order,
                 size_t count)
{
    const double *before = run->x_rows;
    run->x_rows = load(run->x, &stack_of(run)->in, x, order, count);
    run->has_targets = t;
    if (t)
        run->t_rows = load(run->t, &stack_of(run)->out, t, order, count);
    if (count == run->samples)
        move_inputs(run, before);
    else
        place(run, count);
}

size_t bs_run_load_from(struct bs_run *run, const double *x, const double *t, size_t first,
                        size_t samples)
{
    const size_t in = bs_shape_total(&stack_of(run)->in), out = bs_shape_total(&stack_of(run)->out);
    const size_t count = samples - first < run->most ? samples - first : run->most;
    bs_run_load(run, x + first * in, t ? t + first * out : NULL, NULL, count);
    return count;
}

static const double *own(double *copy, const double *rows, const struct bs_shape *shape,
                         size_t samples)
{
    if (rows != copy)
        memcpy(copy, rows, samples * bs_shape_total(shape) * sizeof *copy);
    return copy;
}

void bs_run_own(struct bs_run *run)
{
    run->x_rows = own(run->x, run->x_rows, &stack_of(run)->in, run->samples);
    if (run->has_targets)
        run->t_rows = own(run->t, run->t_rows, &stack_of(run)->out, run->samples);
    place(run, run->samples);
}

/* Its rows lie step by step already. */
void bs_run_load_same(struct bs_run *run, const struct bs_run *from)
{
    run->x_rows = from->x_rows;
    run->t_rows = from->t_rows;
    run->has_targets = from->has_targets;
    run->samples = from->samples;
    bs_run_own(run);
}

void bs_run_seed(struct bs_run *run, uint64_t seed)
{
    bs_rng_seed(&run->rng, seed);
}

void bs_run_draw_on(struct bs_run *run, const struct bs_run *from)
{
    run->rng = from->rng;
}

void bs_run_keep_drawn(struct bs_run *run, const struct bs_run *from)
{
    run->draws = false;
    for (int s = 0; s < stack_of(run)->count; s++) {
        const struct bs_stage *stage = &stack_of(run)->stages[s];
        for (int a = 0; a < stage->array_count; a++)
            if (stage->arrays[a].role == BS_ARRAY_DRAWN)
                memcpy(run->stages[s].values[a], from->stages[s].values[a],
                       count_of(&stage->arrays[a], run->samples) * sizeof(double));
    }
}

/* ---- forward --------------------------------------------------------------------------------- */

static double *outputs_of(const struct bs_run *run)
{
    return (double *)read_of(run, stack_of(run)->count - 1);
}

const double *bs_run_outputs(const struct bs_run *run)
{
    return outputs_of(run);
}

static size_t steps_of(const struct bs_shape *shape)
{
    return shape->steps ? (size_t)shape->steps : 1;
}

static void take_loss(struct bs_run *run)
{
    const struct bs_loss *loss = run->arch->loss;
    const size_t n = bs_shape_count(&stack_of(run)->out), samples = run->samples;
    const double *y = outputs_of(run), *t = run->t_rows;
    double sum = 0;
    for (size_t k = 0; k < samples; k++)
        run->losses[k] = 0;
    for (size_t step = 0; step < steps_of(&stack_of(run)->out); step++)
        for (size_t k = 0; k < samples; k++, y += n, t += n)
            run->losses[k] += loss->value((int)n, y, t);
    for (size_t k = 0; k < samples; k++)
        sum += run->losses[k];
    run->loss = sum / (double)samples;
}

int bs_run_forward(struct bs_run *run, const double *params)
{
    int status = BS_OK;
    for (int s = 0; s < stack_of(run)->count && status == BS_OK; s++) {
        struct bs_stage_run *stage = &run->stages[s];
        stage->params = params;
        if (stage->trains && run->draws && stage->stage->kind->draw)
            stage->stage->kind->draw(stage, &run->rng);
        if (stage->stage->output != BS_PASSES_ON)
            status = stage->stage->kind->forward(stage);
    }
    if (status == BS_OK && run->has_targets)
        take_loss(run);
    return status;
}

double bs_run_loss(const struct bs_run *run)
{
    return run->loss;
}

double bs_run_sample_loss(const struct bs_run *run, size_t sample)
{
    return run->losses[sample];
}

/* ---- backward -------------------------------------------------------------------------------- */

typedef void loss_slope(double *to, int n, const double *y, const double *t);

/* ∂E/∂ the outputs, or what the fused form is the slope by, of the mean over the samples. */
static void take_slopes(const struct bs_run *run, double *to, loss_slope *slope)
{
    const size_t n = bs_shape_count(&stack_of(run)->out), samples = run->samples;
    const size_t rows = steps_of(&stack_of(run)->out) * samples;
    const double *y = outputs_of(run), *t = run->t_rows;
    const double share = 1 / (double)samples;
    for (size_t r = 0; r < rows; r++, y += n, t += n, to += n) {
        slope(to, (int)n, y, t);
        for (size_t j = 0; samples > 1 && j < n; j++)
            to[j] *= share;
    }
}

static double target_slope(const struct bs_run *run, size_t row, int k)
{
    const size_t n = bs_shape_count(&stack_of(run)->out);
    return run->arch->loss->target_slope((int)n, outputs_of(run) + row * n, run->t_rows + row * n,
                                         k) /
           (double)run->samples;
}

static void take_target_slopes(struct bs_run *run)
{
    const size_t n = bs_shape_count(&stack_of(run)->out);
    const size_t rows = steps_of(&stack_of(run)->out) * run->samples;
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < n; k++)
            run->t_slope[r * n + k] = target_slope(run, r, (int)k);
}

/* From the loss to the first stage that its slopes reach: past the last one where they are fused.
 */
static int start_backward(struct bs_run *run)
{
    const struct bs_stack *stack = stack_of(run);
    const struct bs_loss *loss = run->arch->loss;
    const bool is_fused = bs_stack_is_fused(stack, loss);
    double *slopes = slopes_of(run, stack->count - 1); /* NULL: those of inputs handed on as are */
    if (run->use == BS_RUN_TAPE)
        take_target_slopes(run);
    if (slopes && (!is_fused || run->use == BS_RUN_TAPE))
        take_slopes(run, slopes, loss->slope);
    if (is_fused && run->stages[stack->count - 1].d_in)
        take_slopes(run, run->stages[stack->count - 1].d_in, loss->fused);
    return stack->count - (is_fused ? 2 : 1);
}

int bs_run_backward(struct bs_run *run, const double *params, double scale, double *gradients)
{
    int status = BS_OK;
    for (int s = start_backward(run); s >= 0 && status == BS_OK; s--) {
        struct bs_stage_run *stage = &run->stages[s];
        stage->params = params;
        stage->scale = scale;
        stage->gradients = gradients;
        if (stage->stage->output != BS_PASSES_ON)
            status = stage->stage->kind->backward(stage);
    }
    return status;
}

void bs_run_settle(struct bs_run *run, double *params)
{
    for (int s = 0; s < stack_of(run)->count; s++)
        if (run->stages[s].stage->kind->settle)
            run->stages[s].stage->kind->settle(&run->stages[s], params);
}

/* ---- reading --------------------------------------------------------------------------------- */

const double *bs_run_values(const struct bs_run *run, int stage, int array)
{
    if (stage == BS_FROM_OUTSIDE)
        return array == 0 ? run->x_rows : run->t_rows;
    return run->stages[stage].values[array];
}

const double *bs_run_slopes(const struct bs_run *run, int stage, int array)
{
    if (stage == BS_FROM_OUTSIDE)
        return array == 0 ? run->x_slope : run->t_slope;
    return run->stages[stage].slopes[array];
}
