#include "net/probe.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "net/dense.h"
#include "net/pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- norms ----------------------------------------------------------------------------------- */

/* By the greatest, so that the squares of small numbers do not vanish, nor those of large overflow.
 */
static double norm(const double *values, int count)
{
    double greatest = 0, sum = 0;
    for (int i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            return fabs(values[i]);
        if (fabs(values[i]) > greatest)
            greatest = fabs(values[i]);
    }
    for (int i = 0; greatest > 0 && i < count; i++)
        sum += values[i] / greatest * (values[i] / greatest);
    return greatest * sqrt(sum);
}

/* f'(z) of the units of a layer into `slopes`, which has room for twice as many. */
static void find_slopes(double *slopes, const struct bs_layer *layer, const double *z,
                        const double *a, double kink)
{
    double *ones = slopes + layer->units;
    for (int j = 0; j < layer->units; j++)
        ones[j] = 1;
    bs_dense_activate_back(slopes, layer, ones, z, a, kink);
}

static double *alloc_slopes(const struct bs_arch *arch)
{
    return bs_realloc_array(NULL, 2 * (size_t)bs_arch_widest(arch), sizeof(double));
}

static double largest_slope(double *slopes, const struct bs_layer *layer,
                            const struct bs_pass *pass)
{
    double largest = 0;
    if (bs_layer_is_softmax(layer))
        return NAN;
    find_slopes(slopes, layer, pass->z + layer->first, pass->a + layer->first, pass->arch->kink);
    for (int j = 0; j < layer->units; j++)
        if (!(fabs(slopes[j]) <= largest))
            largest = fabs(slopes[j]);
    return largest;
}

/* ∂E/∂W_ji = ∂E/∂z_j · a_i on one sample, so that its norm is the product of the two norms. */
static void add_norms(struct bs_layer_norms *norms, double *slopes, const struct bs_pass *pass)
{
    const struct bs_arch *arch = pass->arch;
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        const double *inputs = l == 0 ? pass->x : pass->a + arch->layers[l - 1].first;
        const double z = norm(pass->z_slope + layer->first, layer->units);
        const double slope = largest_slope(slopes, layer, pass);
        norms[l].z += z;
        norms[l].weights += z == 0 ? 0 : z * norm(inputs, layer->inputs);
        if (!(slope <= norms[l].slope))
            norms[l].slope = slope;
    }
}

int bs_gradient_norms(struct bs_layer_norms *norms, double *loss, const struct bs_net *net,
                      const struct bs_batch *batch, struct bs_error *err)
{
    const struct bs_arch *arch = net->arch;
    const size_t inputs = (size_t)bs_arch_inputs(arch), outputs = (size_t)bs_arch_outputs(arch);
    struct bs_pass *pass = bs_pass_alloc(net->arch);
    double *slopes = alloc_slopes(arch);
    int status = pass && slopes ? BS_OK : bs_fail_memory(err);
    memset(norms, 0, (size_t)arch->depth * sizeof *norms);
    *loss = 0;
    for (size_t k = 0; status == BS_OK && k < batch->samples; k++) {
        if (bs_pass_run(pass, net->params->values, batch->x + k * inputs, batch->t + k * outputs) <
            0) {
            status = bs_fail_interrupted(err);
        } else {
            add_norms(norms, slopes, pass);
            *loss += pass->loss;
        }
    }
    *loss /= (double)batch->samples;
    for (int l = 0; l < arch->depth; l++) {
        norms[l].z /= (double)batch->samples;
        norms[l].weights /= (double)batch->samples;
    }
    bs_pass_destroy(pass);
    bs_free(slopes);
    return status;
}

/* ---- units that have stopped learning -------------------------------------------------------- */

static const double SATURATED = 0.01; /* part of the largest slope */

/* The slope below which a unit of the layer is saturated; 0: it cannot be. */
static double saturated_below(const struct bs_layer *layer)
{
    const bool saturates =
        layer->activation == bs_func_find("sigmoid") || layer->activation == bs_func_find("tanh");
    double slopes[2], zero = 0, output;
    struct bs_layer unit = *layer;
    unit.units = 1;
    if (!saturates)
        return 0;
    bs_dense_activate(&output, &unit, &zero, 0);
    find_slopes(slopes, &unit, &zero, &output, 0);
    return SATURATED * slopes[0];
}

static enum bs_unit_state state_of(double output, double slope, double below)
{
    if (output == 0 && slope == 0)
        return BS_UNIT_DEAD;
    return fabs(slope) < below ? BS_UNIT_SATURATED : BS_UNIT_ALIVE;
}

/* A unit is what it is at its liveliest; `is_first` of the first sample. */
static void note_states(enum bs_unit_state *states, double *slopes, const struct bs_pass *pass,
                        bool is_first)
{
    for (int l = 0; l < pass->arch->depth; l++) {
        const struct bs_layer *layer = &pass->arch->layers[l];
        const double *outputs = pass->a + layer->first;
        const double below = saturated_below(layer);
        enum bs_unit_state *of_layer = states + layer->first;
        if (!bs_layer_is_softmax(layer))
            find_slopes(slopes, layer, pass->z + layer->first, outputs, pass->arch->kink);
        for (int j = 0; j < layer->units; j++) {
            const enum bs_unit_state state =
                bs_layer_is_softmax(layer) ? BS_UNIT_ALIVE : state_of(outputs[j], slopes[j], below);
            of_layer[j] = is_first || state < of_layer[j] ? state : of_layer[j];
        }
    }
}

/* A pass has targets, too, which the outputs do not depend on: they stay 0. */
int bs_unit_states(enum bs_unit_state *states, const struct bs_net *net, size_t samples,
                   const double *x, struct bs_error *err)
{
    const size_t inputs = (size_t)bs_arch_inputs(net->arch);
    const size_t outputs = (size_t)bs_arch_outputs(net->arch);
    struct bs_pass *pass = bs_pass_alloc(net->arch);
    double *slopes = alloc_slopes(net->arch), *targets = bs_calloc(outputs, sizeof *targets);
    int status = pass && slopes && targets ? BS_OK : bs_fail_memory(err);
    for (size_t k = 0; status == BS_OK && k < samples; k++) {
        if (bs_pass_run(pass, net->params->values, x + k * inputs, targets) < 0)
            status = bs_fail_interrupted(err);
        else
            note_states(states, slopes, pass, k == 0);
    }
    bs_pass_destroy(pass);
    bs_free(slopes);
    bs_free(targets);
    return status;
}

/* ---- twins ----------------------------------------------------------------------------------- */

struct unit {
    const struct bs_net *net;
    int layer, number; /* both from 0 */
};

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* By the weights that come in, the bias, and the weights that go out. */
static int compare_weights(const struct unit *a, const struct unit *b)
{
    const struct bs_layer *layer = &a->net->arch->layers[a->layer], *next = layer + 1;
    const double *values = a->net->params->values;
    const size_t width = (size_t)layer->inputs, units = (size_t)layer->units;
    const size_t i = (size_t)a->number, j = (size_t)b->number;
    int order = 0;
    for (size_t k = 0; k < width && order == 0; k++)
        order = compare_numbers(values[layer->weights + i * width + k],
                                values[layer->weights + j * width + k]);
    if (layer->bias == BS_BIAS_UNITS && order == 0)
        order = compare_numbers(values[layer->biases + i], values[layer->biases + j]);
    for (size_t k = 0; k < (size_t)next->units && order == 0; k++)
        order = compare_numbers(values[next->weights + k * units + i],
                                values[next->weights + k * units + j]);
    return order;
}

/* Equal ones in their order, so that the first of twins comes first. */
static int compare_units(const void *left, const void *right)
{
    const struct unit *a = left, *b = right;
    int order = bs_is_interrupted() ? 0 : compare_weights(a, b);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

int bs_find_twins(int *twin_of, const struct bs_net *net, int l, struct bs_error *err)
{
    const int count = net->arch->layers[l - 1].units;
    struct unit *units = bs_realloc_array(NULL, (size_t)count, sizeof *units);
    int first = 0;
    if (!units)
        return bs_fail_memory(err);
    for (int j = 0; j < count; j++)
        units[j] = (struct unit){net, l - 1, j};
    qsort(units, (size_t)count, sizeof *units, compare_units);
    for (int j = 0; j < count && !bs_is_interrupted(); j++) {
        if (j > 0 && compare_weights(&units[first], &units[j]) != 0)
            first = j;
        twin_of[units[j].number] = units[first].number;
    }
    bs_free(units);
    return bs_is_interrupted() ? bs_fail_interrupted(err) : BS_OK;
}

/* ---- linear networks ------------------------------------------------------------------------- */

/* y = W·x for each of `columns` columns: rows × inner times inner × columns, in the order of inner.
 */
static int multiply(double *y, const double *w, const double *x, size_t rows, size_t inner,
                    size_t columns)
{
    memset(y, 0, rows * columns * sizeof *y);
    for (size_t j = 0; j < rows; j++)
        for (size_t i = 0; i < inner; i++) {
            if (bs_is_interrupted())
                return BS_INTERRUPTED;
            for (size_t k = 0; k < columns; k++)
                y[j * columns + k] += w[j * inner + i] * x[i * columns + k];
        }
    return BS_OK;
}

static int check_is_linear(const struct bs_arch *arch, struct bs_error *err)
{
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_func *activation = arch->layers[l].activation;
        if (activation != bs_func_find("identity"))
            return bs_fail(err, BS_REFUSED,
                           "layer %d is %s, which is not linear: only layers whose activation is "
                           "identity are one matrix together",
                           l + 1, activation->name);
    }
    return BS_OK;
}

/* The matrix and the bias of the layers so far, side by side: a column more than inputs. */
struct product {
    double *now, *next;
    size_t columns;
};

static double bias_of(const struct bs_net *net, int l, size_t unit)
{
    const struct bs_layer *layer = &net->arch->layers[l];
    if (layer->bias == BS_BIAS_NONE)
        return 0;
    return net->params->values[layer->biases + (layer->bias == BS_BIAS_UNITS ? unit : 0)];
}

static void start(double *out, const struct bs_net *net)
{
    const struct bs_layer *layer = &net->arch->layers[0];
    const size_t inputs = (size_t)layer->inputs, columns = inputs + 1;
    for (size_t j = 0; j < (size_t)layer->units; j++) {
        memcpy(out + j * columns, net->params->values + layer->weights + j * inputs,
               inputs * sizeof *out);
        out[j * columns + inputs] = bias_of(net, 0, j);
    }
}

/* a = W·(M·x + c) + b is (W·M)·x + (W·c + b). */
static int take_layer(struct product *product, const struct bs_net *net, int l)
{
    const struct bs_layer *layer = &net->arch->layers[l];
    const size_t units = (size_t)layer->units, columns = product->columns;
    double *made = product->next;
    if (multiply(made, net->params->values + layer->weights, product->now, units,
                 (size_t)layer->inputs, columns) < 0)
        return BS_INTERRUPTED;
    for (size_t j = 0; j < units; j++)
        made[j * columns + columns - 1] += bias_of(net, l, j);
    product->next = product->now;
    product->now = made;
    return BS_OK;
}

static void put_parts(double *weights, double *biases, const struct product *product, size_t rows)
{
    const size_t inputs = product->columns - 1;
    for (size_t j = 0; j < rows; j++) {
        const double *row = product->now + j * product->columns;
        memcpy(weights + j * inputs, row, inputs * sizeof *weights);
        biases[j] = row[inputs];
    }
}

int bs_collapse(double *weights, double *biases, const struct bs_net *net, struct bs_error *err)
{
    const size_t columns = (size_t)bs_arch_inputs(net->arch) + 1;
    const size_t rows = (size_t)bs_arch_widest(net->arch);
    int status = check_is_linear(net->arch, err);
    if (status < 0)
        return status;
    double *first = bs_realloc_array(NULL, rows, columns * sizeof *first);
    double *second = bs_realloc_array(NULL, rows, columns * sizeof *second);
    struct product product = {first, second, columns};
    if (!first || !second)
        status = bs_fail_memory(err);
    else
        start(first, net);
    for (int l = 1; status == BS_OK && l < net->arch->depth; l++)
        if (take_layer(&product, net, l) < 0)
            status = bs_fail_interrupted(err);
    if (status == BS_OK)
        put_parts(weights, biases, &product, (size_t)bs_arch_outputs(net->arch));
    bs_free(first);
    bs_free(second);
    return status;
}
