#include "net/dense.h"

#include "base/interrupt.h"
#include "net/units.h"

#include <string.h>

enum { ROWS = BS_DENSE_ROWS };

static double dot(const double *w, const double *a, size_t n)
{
    double sum = w[0] * a[0];
    for (size_t i = 1; i < n; i++)
        sum += w[i] * a[i];
    return sum;
}

/* Each row in the order of `dot`, so the results are the same. */
void bs_dense_dot_rows(double *s, const double *w, const double *a, size_t n)
{
    const double *w1 = w + n, *w2 = w1 + n, *w3 = w2 + n;
    double s0 = w[0] * a[0], s1 = w1[0] * a[0], s2 = w2[0] * a[0], s3 = w3[0] * a[0];
    for (size_t i = 1; i < n; i++) {
        s0 += w[i] * a[i];
        s1 += w1[i] * a[i];
        s2 += w2[i] * a[i];
        s3 += w3[i] * a[i];
    }
    s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3;
}

int bs_dense_sum(double *s, const struct bs_layer *layer, const double *params, const double *a)
{
    const double *w = params + layer->weights;
    const size_t n = (size_t)layer->inputs;
    int j = 0;
    for (; j + ROWS <= layer->units; j += ROWS, w += ROWS * n) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        bs_dense_dot_rows(s + j, w, a, n);
    }
    for (; j < layer->units; j++, w += n)
        s[j] = dot(w, a, n);
    return BS_OK;
}

void bs_dense_add_bias(double *z, const struct bs_layer *layer, const double *params,
                       const double *s)
{
    const double *b = params + layer->biases;
    for (int j = 0; j < layer->units; j++) {
        switch (layer->bias) {
        case BS_BIAS_NONE:
            z[j] = s[j];
            break;
        case BS_BIAS_UNITS:
            z[j] = s[j] + b[j];
            break;
        case BS_BIAS_SHARED:
            z[j] = s[j] + b[0];
            break;
        }
    }
}

struct bs_units bs_dense_units(const struct bs_layer *layer, double kink)
{
    return bs_units_of(layer->activation, &layer->setting, (size_t)layer->units, kink);
}

void bs_dense_activate(double *a, const struct bs_layer *layer, const double *z, double kink)
{
    struct bs_units units = bs_dense_units(layer, kink);
    units.x = z, units.y = a;
    bs_units_values(layer->activation)(&units);
}

void bs_dense_activate_back(double *dz, const struct bs_layer *layer, const double *da,
                            const double *z, const double *a, double kink)
{
    struct bs_units units = bs_dense_units(layer, kink);
    units.x = z, units.y = (double *)a, units.dy = da, units.dx = dz;
    bs_units_slopes(layer->activation)(&units);
}

/* ∂E/∂a_i = Σ_j ∂E/∂z_j W_ji: row by row as W lies in memory, which is in the order of j. */
int bs_dense_sum_back(double *da, const struct bs_layer *layer, const double *params,
                      const double *dz)
{
    const double *w = params + layer->weights;
    const size_t n = (size_t)layer->inputs;
    for (size_t i = 0; i < n; i++)
        da[i] = w[i] * dz[0];
    for (int j = 1; j < layer->units; j++) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        w += n;
        for (size_t i = 0; i < n; i++)
            da[i] += w[i] * dz[j];
    }
    return BS_OK;
}

double bs_dense_input_gradient(const struct bs_layer *layer, const double *params, const double *dz,
                               int input)
{
    const double *w = params + layer->weights + input;
    double sum = 0;
    for (int j = 0; j < layer->units; j++, w += layer->inputs)
        sum += *w * dz[j];
    return sum;
}

/* z_j = s_j + b has slope 1 in b; every unit that shares it adds its own. */
double bs_dense_bias_gradient(const struct bs_layer *layer, const double *dz, int unit)
{
    if (layer->bias != BS_BIAS_SHARED)
        return dz[unit];
    double sum = 0;
    for (int j = 0; j < layer->units; j++)
        sum += dz[j];
    return sum;
}

/* ∂E/∂W_ji = ∂E/∂z_j a_i */
int bs_dense_add_gradients(double *gradients, const struct bs_layer *layer, const double *dz,
                           const double *a)
{
    double *dw = gradients + layer->weights, *db = gradients + layer->biases;
    const size_t n = (size_t)layer->inputs;
    for (int j = 0; j < layer->units; j++, dw += n) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        for (size_t i = 0; i < n; i++)
            dw[i] += dz[j] * a[i];
    }
    for (int k = 0; k < bs_layer_biases(layer); k++)
        db[k] += bs_dense_bias_gradient(layer, dz, k);
    return BS_OK;
}

/* A product is written over operands that were read already: product i lands at i <= 2i. */
bs_expr bs_dense_define_sum(struct bs_pool *pool, int inputs, bool has_bias, bs_expr *operands)
{
    for (int i = 0; i < inputs; i++)
        operands[i] = bs_mul(pool, operands[2 * i], operands[2 * i + 1]);
    if (has_bias)
        operands[inputs] = operands[2 * inputs];
    return bs_sum(pool, inputs + has_bias, operands);
}

bs_expr bs_dense_define_activation(struct bs_pool *pool, const struct bs_layer *layer, int unit,
                                   const bs_expr *z)
{
    if (bs_layer_is_softmax(layer))
        return bs_call(pool, layer->activation, unit, layer->units, z);
    return bs_units_define(pool, layer->activation, &layer->setting, z[0]);
}
