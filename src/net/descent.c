#include "net/descent.h"

#include "base/mem.h"
#include "expr/activation.h"
#include "net/dense.h"
#include "net/loss.h"
#include "net/units.h"

#include <math.h>
#include <string.h>

/* Two numbers at once, each as it would be alone. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

/*
 * The loops of a step that hold an activation: forward from a layer's inputs to z and a; the same
 * for the output layer, and on to the value of c·Σ(y − t)² and ∂E/∂z; back from the ∂E/∂z of the
 * layer after this one, whose weights it changes, to its own, and in the first layer, which has the
 * inputs x, on to its own weights.  In a small network the call of an activation and the way of its
 * result through memory would take longer than the arithmetic, so each has loops of its own, made
 * by LOOPS.
 */
struct stage;

struct loops {
    const char *activation; /* NULL: any other */
    void (*forward)(const struct stage *stage, const double *in);
    double (*square_loss)(const struct stage *output, const double *in, double c, const double *t);
    void (*back)(const struct stage *stage, double eta, const double *x);
};

/*
 * A layer, its place in the parameters and its arrays: units.x is z, units.y is a, units.dy is
 * ∂E/∂a, units.dx is ∂E/∂z.  The bias of unit j is b[j·bias_step]; of a layer without biases it is
 * −0, which changes no sum.
 */
struct stage {
    struct loops loops;
    size_t inputs, count; /* of units */
    double *w, *b;
    size_t bias_step;
    enum bs_bias bias;
    double parameter, kink; /* of the activation */
    double *z, *a, *a_slope, *z_slope;
    bs_over_units *values, *slopes;
    struct bs_units units;
};

struct bs_descent {
    struct bs_arch *arch;
    double squares;  /* of the loss */
    double *numbers; /* the arrays of all the stages */
    struct stage *last;
    struct stage stages[];
};

/* ---- forward --------------------------------------------------------------------------------- */

/* Four rows at a time, as many as there are: apart, so that short layers do without its frame. */
static __attribute__((noinline)) size_t sum_fours(const struct stage *stage, const double *in)
{
    const size_t n = stage->inputs;
    const double *w = stage->w, *b = stage->b;
    size_t j = 0;
    for (; j + BS_DENSE_ROWS <= stage->count; j += BS_DENSE_ROWS) {
        bs_dense_dot_rows(stage->z + j, w + j * n, in, n);
        for (size_t k = j; k < j + BS_DENSE_ROWS; k++)
            stage->z[k] += b[k * stage->bias_step];
    }
    return j;
}

/* Σ_i W_i a_i of a row, added as bs_dense_sum does. */
static inline double sum_row(const double *restrict w, const double *restrict in, size_t n)
{
    double sum = w[0] * in[0];
    for (size_t i = 1; i < n; i++)
        sum += w[i] * in[i];
    return sum;
}

/* z_j = Σ_i W_ji a_i + b_j. */
static inline void sum_rows(const struct stage *stage, const double *restrict in)
{
    const size_t n = stage->inputs, step = stage->bias_step;
    const size_t done = stage->count >= BS_DENSE_ROWS ? sum_fours(stage, in) : 0;
    const double *restrict w = stage->w + done * n, *restrict b = stage->b + done * step;
    double *restrict z = stage->z + done, *end = stage->z + stage->count;
    for (; z < end; z++, w += n, b += step)
        *z = sum_row(w, in, n) + *b;
}

/* All sums come first: then one activation does not wait for another. */
static inline void forward(const struct stage *stage, const double *in, bs_unit_value *value)
{
    sum_rows(stage, in);
    for (size_t j = 0; j < stage->count; j++)
        stage->a[j] = value(stage->z[j], stage->parameter);
}

static void forward_other(const struct stage *stage, const double *in)
{
    sum_rows(stage, in);
    stage->values(&stage->units);
}

/* Value and slopes of c·Σ(y − t)², in the arithmetic of the table of losses. */
static double square_loss_other(const struct stage *output, const double *in, double c,
                                const double *t)
{
    double sum = 0;
    output->loops.forward(output, in);
    for (size_t k = 0; k < output->count; k++) {
        const double difference = output->a[k] - t[k];
        output->a_slope[k] = 2 * c * difference;
        sum += difference * difference;
    }
    output->slopes(&output->units);
    return c * sum;
}

/* The same without a detour by memory, for a few units. */
static inline double square_loss(const struct stage *output, const double *restrict in, double c,
                                 const double *restrict t, bs_unit_value *value,
                                 bs_unit_slope *slope)
{
    const size_t n = output->inputs, step = output->bias_step;
    const double *restrict w = output->w, *restrict b = output->b, *end = t + output->count;
    double *restrict dz = output->z_slope, sum = 0;
    if (output->count >= BS_DENSE_ROWS)
        return square_loss_other(output, in, c, t);
    for (; t < end; t++, w += n, b += step) {
        const double z = sum_row(w, in, n) + *b, y = value(z, output->parameter);
        const double difference = y - *t;
        const double dy = c == 0.5 ? difference : 2 * c * difference;
        sum += difference * difference;
        *dz++ = dy * slope(z, y, output->parameter, output->kink);
    }
    return c * sum;
}

static double other_loss(const struct stage *output, const double *in, const struct bs_loss *loss,
                         const double *t)
{
    const int n = (int)output->count;
    output->loops.forward(output, in);
    if (loss->fused) {
        loss->fused(output->z_slope, n, output->a, t);
    } else {
        loss->slope(output->a_slope, n, output->a, t);
        output->slopes(&output->units);
    }
    return loss->value(n, output->a, t);
}

/* ---- backward -------------------------------------------------------------------------------- */

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

/* A row of W_ji −= η ∂E/∂z_j x_i in the first layer: nothing is handed back to the inputs. */
static inline void descend_row(double *restrict w, const double *restrict x, size_t n, double dz,
                               double eta)
{
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        *(pair *)(w + i) -= eta * (dz * *(const pair *)(x + i));
    if (i < n)
        w[i] -= eta * (dz * x[i]);
}

/* A row of W_ji −= η ∂E/∂z_j a_i; each weight first hands back its part of ∂E/∂a_i. */
static inline void hand_back_row(const struct stage *stage, double *restrict w, double dz,
                                 double eta, bool is_first)
{
    const double *restrict in = stage->a;
    double *restrict da = stage->a_slope;
    for (size_t i = 0; i < stage->count; i++) {
        da[i] = is_first ? w[i] * dz : da[i] + w[i] * dz;
        w[i] -= eta * (dz * in[i]);
    }
}

/*
 * All rows of the layer after this one, in their order; with the last, ∂E/∂a_i is complete, and
 * ∂E/∂z_i comes from it.  The first layer is given the inputs x, other layers NULL: each of its
 * rows changes as soon as its ∂E/∂z_i is there, since the next step's sums wait for nothing else.
 */
static inline __attribute__((always_inline)) void
back(const struct stage *stage, double eta, const double *restrict x, bs_unit_slope *slope)
{
    const struct stage *after = stage + 1;
    const size_t n = stage->count, last = after->count - 1, inputs = stage->inputs;
    const double *restrict in = stage->a, *restrict da = stage->a_slope, *restrict z = stage->z;
    const double parameter = stage->parameter, kink = stage->kink;
    double *restrict w = after->w, *restrict z_slope = stage->z_slope, *restrict rows = stage->w;
    for (size_t j = 0; j < last; j++, w += n)
        hand_back_row(stage, w, after->z_slope[j], eta, j == 0);
    const double dz = after->z_slope[last];
    for (size_t i = 0; i < n; i++) {
        const double a = in[i], v = w[i];
        const double sum = last > 0 ? da[i] + v * dz : v * dz;
        const double own_dz = sum * slope(z[i], a, parameter, kink);
        w[i] = v - eta * (dz * a);
        z_slope[i] = own_dz;
        if (x)
            descend_row(rows + i * inputs, x, inputs, own_dz, eta);
    }
    descend_biases(after, eta);
    if (x)
        descend_biases(stage, eta);
}

static void descend_first(const struct stage *stage, const double *restrict x, double eta)
{
    for (size_t j = 0; j < stage->count; j++)
        descend_row(stage->w + j * stage->inputs, x, stage->inputs, stage->z_slope[j], eta);
    descend_biases(stage, eta);
}

static void back_other(const struct stage *stage, double eta, const double *x)
{
    const struct stage *after = stage + 1;
    for (size_t j = 0; j < after->count; j++)
        hand_back_row(stage, after->w + j * stage->count, after->z_slope[j], eta, j == 0);
    stage->slopes(&stage->units);
    descend_biases(after, eta);
    if (x)
        descend_first(stage, x, eta);
}

/* ---- a step ---------------------------------------------------------------------------------- */

#define LOOPS(name, value, slope)                                                            \
    static void forward_##name(const struct stage *stage, const double *in)                  \
    {                                                                                        \
        forward(stage, in, bs_value_of_##name);                                              \
    }                                                                                        \
    static double square_loss_##name(const struct stage *output, const double *in, double c, \
                                     const double *t)                                        \
    {                                                                                        \
        return square_loss(output, in, c, t, bs_value_of_##name, bs_slope_of_##name);        \
    }                                                                                        \
    static void back_##name(const struct stage *stage, double eta, const double *x)          \
    {                                                                                        \
        back(stage, eta, x, bs_slope_of_##name);                                             \
    }

BS_ACTIVATIONS(LOOPS)

#define LOOPS_ROW(name, value, slope) {#name, forward_##name, square_loss_##name, back_##name},

static const struct loops *find_loops(const struct bs_func *activation)
{
    static const struct loops loops[] = {BS_ACTIVATIONS(LOOPS_ROW) //
                                         {NULL, forward_other, square_loss_other, back_other}};
    const struct loops *row = loops;
    while (row->activation && strcmp(row->activation, activation->name) != 0)
        row++;
    return row;
}

static inline void go_back(const struct stage *first, const struct stage *output, const double *x,
                           double eta)
{
    const struct stage *stage = output;
    if (stage == first) {
        descend_first(first, x, eta);
        return;
    }
    while (--stage > first)
        stage->loops.back(stage, eta, NULL);
    first->loops.back(first, eta, x);
}

/* The loss is not finite where no step was taken. */
static inline double take_step(const struct bs_descent *descent, const double *x, const double *t,
                               double eta)
{
    const struct stage *output = descent->last;
    const double *in = x;
    for (const struct stage *stage = descent->stages; stage < output; stage++) {
        stage->loops.forward(stage, in);
        in = stage->a;
    }
    const double loss = descent->squares > 0
                            ? output->loops.square_loss(output, in, descent->squares, t)
                            : other_loss(output, in, descent->arch->loss, t);
    if (isfinite(loss))
        go_back(descent->stages, output, x, eta);
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

/* ---- before and after ------------------------------------------------------------------------ */

static void fill_stage(struct bs_descent *descent, int l)
{
    const struct bs_arch *arch = descent->arch;
    const struct bs_layer *layer = &arch->layers[l];
    struct stage *stage = &descent->stages[l];
    double *z = descent->numbers + layer->first;
    *stage = (struct stage){.loops = *find_loops(layer->activation),
                            .inputs = (size_t)layer->inputs,
                            .count = (size_t)layer->units,
                            .bias_step = layer->bias == BS_BIAS_UNITS,
                            .bias = layer->bias,
                            .parameter = bs_func_parameter(layer->activation, layer->setting.values,
                                                           layer->setting.count),
                            .kink = arch->kink,
                            .z = z,
                            .a = z + arch->units,
                            .a_slope = z + 2 * arch->units,
                            .z_slope = z + 3 * arch->units,
                            .values = bs_units_values(layer->activation),
                            .slopes = bs_units_slopes(layer->activation),
                            .units = bs_dense_units(layer, arch->kink)};
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
    descent->squares = arch->loss->squares;
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
