#include "net/descent.h"

#include "base/mem.h"
#include "net/dense.h"
#include "net/loss.h"

#include <math.h>

/*
 * A layer, its place in the parameters and its arrays: units.x is z, units.y is a, units.dy is
 * ∂E/∂a, units.dx is ∂E/∂z.  The bias of unit j is b[j·bias_step]; of a layer without biases it is
 * −0, which changes no sum.
 */
struct stage {
    bs_over_units *values, *slopes;
    size_t inputs, count; /* of units */
    double *w, *b;
    size_t bias_step;
    enum bs_bias bias;
    double *z, *a, *a_slope, *z_slope;
    struct bs_units units;
};

struct bs_descent {
    struct bs_arch *arch;
    double *numbers; /* the arrays of all the stages */
    struct stage *last;
    struct stage stages[];
};

static void fill_stage(struct bs_descent *descent, int l)
{
    const struct bs_arch *arch = descent->arch;
    const struct bs_layer *layer = &arch->layers[l];
    struct stage *stage = &descent->stages[l];
    double *z = descent->numbers + layer->first;
    *stage = (struct stage){.units = bs_dense_units(layer, arch->kink),
                            .values = bs_dense_values(layer),
                            .slopes = bs_dense_slopes(layer),
                            .inputs = (size_t)layer->inputs,
                            .count = (size_t)layer->units,
                            .bias_step = layer->bias == BS_BIAS_UNITS,
                            .bias = layer->bias,
                            .z = z,
                            .a = z + arch->units,
                            .a_slope = z + 2 * arch->units,
                            .z_slope = z + 3 * arch->units};
    stage->units.x = stage->z, stage->units.y = stage->a;
    stage->units.dy = stage->a_slope, stage->units.dx = stage->z_slope;
}

struct bs_descent *bs_descent_create(struct bs_arch *arch)
{
    const size_t depth = (size_t)arch->depth;
    struct bs_descent *descent = bs_alloc(sizeof *descent + depth * sizeof descent->stages[0]);
    double *numbers = bs_realloc_array(NULL, 4 * arch->units, sizeof *numbers);
    if (!descent || !numbers) {
        bs_free(descent);
        bs_free(numbers);
        return NULL;
    }
    descent->arch = bs_arch_share(arch);
    descent->numbers = numbers;
    descent->last = &descent->stages[depth - 1];
    for (int l = 0; l < arch->depth; l++)
        fill_stage(descent, l);
    return descent;
}

void bs_descent_destroy(struct bs_descent *descent)
{
    if (!descent)
        return;
    bs_arch_drop(descent->arch);
    bs_free(descent->numbers);
    bs_free(descent);
}

void bs_descent_bind(struct bs_descent *descent, double *params)
{
    static double no_bias = -0.0;
    for (int l = 0; l < descent->arch->depth; l++) {
        const struct bs_layer *layer = &descent->arch->layers[l];
        struct stage *stage = &descent->stages[l];
        stage->w = params + layer->weights;
        stage->b = layer->bias == BS_BIAS_NONE ? &no_bias : params + layer->biases;
    }
}

/* Four rows at a time, as many as there are: apart, so that short layers do without its frame. */
static __attribute__((noinline)) void sum_fours(const struct stage *stage, const double *in)
{
    const size_t n = stage->inputs;
    const double *w = stage->w, *b = stage->b;
    for (size_t j = 0; j + BS_DENSE_ROWS <= stage->count; j += BS_DENSE_ROWS) {
        bs_dense_dot_rows(stage->z + j, w + j * n, in, n);
        for (size_t k = j; k < j + BS_DENSE_ROWS; k++)
            stage->z[k] += b[k * stage->bias_step];
    }
}

/* z_j = Σ_i W_ji a_i + b_j, added as bs_dense_sum does. */
static inline void sum_rows(const struct stage *stage, const double *restrict in)
{
    const size_t n = stage->inputs, count = stage->count, step = stage->bias_step;
    const double *restrict w = stage->w, *restrict b = stage->b;
    double *restrict z = stage->z;
    size_t j = 0;
    if (count >= BS_DENSE_ROWS) {
        sum_fours(stage, in);
        j = count - count % BS_DENSE_ROWS;
        w += j * n, b += j * step;
    }
    for (; j < count; j++, w += n, b += step) {
        double sum = w[0] * in[0];
        for (size_t i = 1; i < n; i++)
            sum += w[i] * in[i];
        z[j] = sum + *b;
    }
}

static void run_forward(struct bs_descent *descent, const double *x)
{
    for (struct stage *stage = descent->stages; stage <= descent->last; stage++) {
        sum_rows(stage, x);
        stage->values(&stage->units);
        x = stage->a;
    }
}

/* Value and slopes of c·Σ(y − t)², in the arithmetic of the table of losses. */
static inline double square_loss(const struct stage *output, double c, const double *restrict t)
{
    const double *restrict y = output->a;
    double *restrict dy = output->a_slope, sum = 0;
    for (size_t k = 0; k < output->count; k++) {
        const double difference = y[k] - t[k];
        dy[k] = 2 * c * difference;
        sum += difference * difference;
    }
    return c * sum;
}

static double other_loss(const struct stage *output, const struct bs_loss *loss, const double *t)
{
    const int n = (int)output->count;
    if (loss->fused)
        loss->fused(output->z_slope, n, output->a, t);
    else
        loss->slope(output->a_slope, n, output->a, t);
    return loss->value(n, output->a, t);
}

/* W_ji −= η ∂E/∂z_j a_i; each weight first hands back its part of ∂E/∂a_i, in the order of j. */
static inline void descend_rows(const struct stage *stage, double *restrict da,
                                const double *restrict in, double eta)
{
    const size_t n = stage->inputs, count = stage->count;
    const double *restrict dz = stage->z_slope;
    double *restrict w = stage->w;
    for (size_t i = 0; i < n; i++) {
        da[i] = w[i] * dz[0];
        w[i] -= eta * (dz[0] * in[i]);
    }
    for (size_t j = 1; j < count; j++) {
        w += n;
        for (size_t i = 0; i < n; i++) {
            da[i] += w[i] * dz[j];
            w[i] -= eta * (dz[j] * in[i]);
        }
    }
}

static inline void descend_first(const struct stage *stage, const double *restrict in, double eta)
{
    const size_t n = stage->inputs, count = stage->count;
    const double *restrict dz = stage->z_slope;
    double *restrict w = stage->w;
    for (size_t j = 0; j < count; j++, w += n)
        for (size_t i = 0; i < n; i++)
            w[i] -= eta * (dz[j] * in[i]);
}

static inline void descend_biases(const struct stage *stage, double eta)
{
    const double *restrict dz = stage->z_slope;
    double *restrict b = stage->b, sum = 0;
    if (stage->bias == BS_BIAS_UNITS) {
        for (size_t j = 0; j < stage->count; j++)
            b[j] -= eta * dz[j];
    } else if (stage->bias == BS_BIAS_SHARED) {
        for (size_t j = 0; j < stage->count; j++)
            sum += dz[j];
        b[0] -= eta * sum;
    }
}

/* Each layer hands back ∂E/∂a by its weights as they were, and changes them. */
static void run_backward(struct bs_descent *descent, const double *x, double eta)
{
    struct stage *stage = descent->last;
    for (; stage > descent->stages; stage--) {
        const struct stage *before = stage - 1;
        descend_rows(stage, before->a_slope, before->a, eta);
        descend_biases(stage, eta);
        before->slopes(&before->units);
    }
    descend_first(stage, x, eta);
    descend_biases(stage, eta);
}

static inline double take_step(struct bs_descent *descent, const double *x, const double *t,
                               double eta)
{
    const struct bs_loss *row = descent->arch->loss;
    const struct stage *output = descent->last;
    run_forward(descent, x);
    const double loss =
        row->squares > 0 ? square_loss(output, row->squares, t) : other_loss(output, row, t);
    if (!isfinite(loss))
        return loss;
    if (!row->fused)
        output->slopes(&output->units);
    run_backward(descent, x, eta);
    return loss;
}

size_t bs_descent_run(double *loss, struct bs_descent *descent, const struct bs_rows *rows,
                      const size_t *order, size_t count, double eta)
{
    const size_t inputs = descent->stages[0].inputs, outputs = descent->last->count;
    double sum = *loss;
    for (size_t k = 0; k < count; k++) {
        const double *x = rows->inputs + order[k] * inputs;
        const double one = take_step(descent, x, rows->targets + order[k] * outputs, eta);
        if (!isfinite(one)) {
            *loss = one;
            return k;
        }
        sum += one;
    }
    *loss = sum;
    return count;
}
