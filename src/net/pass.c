/* One forward and backward pass of a sample, with all its numbers. */
#include "net/pass.h"

#include "base/mem.h"
#include "net/dense.h"
#include "net/layout.h"
#include "net/loss.h"

#include <string.h>

static double *take(double **rest, size_t count)
{
    double *taken = *rest;
    *rest += count;
    return taken;
}

struct bs_pass *bs_pass_alloc(struct bs_arch *arch)
{
    const size_t inputs = (size_t)bs_arch_inputs(arch), outputs = (size_t)bs_arch_outputs(arch);
    const size_t count = inputs + outputs + 5 * arch->units;
    struct bs_pass *pass = bs_calloc(1, sizeof *pass + count * sizeof pass->numbers[0]);
    if (!pass)
        return NULL;
    double *rest = pass->numbers;
    pass->arch = bs_arch_share(arch);
    pass->x = take(&rest, inputs);
    pass->t = take(&rest, outputs);
    pass->s = take(&rest, arch->units);
    pass->z = take(&rest, arch->units);
    pass->a = take(&rest, arch->units);
    pass->a_slope = take(&rest, arch->units);
    pass->z_slope = take(&rest, arch->units);
    return pass;
}

void bs_pass_destroy(struct bs_pass *pass)
{
    if (!pass)
        return;
    bs_arch_drop(pass->arch);
    bs_params_drop(pass->params);
    bs_free(pass);
}

/* What layer l (from 0) reads: x, or the activations before; beyond the last layer the outputs. */
static const double *layer_inputs(const struct bs_pass *pass, int l)
{
    return l == 0 ? pass->x : pass->a + pass->arch->layers[l - 1].first;
}

static int run_forward(struct bs_pass *pass, const double *params)
{
    for (int l = 0; l < pass->arch->depth; l++) {
        const struct bs_layer *layer = &pass->arch->layers[l];
        double *s = pass->s + layer->first, *z = pass->z + layer->first;
        int status = bs_dense_sum(s, layer, params, layer_inputs(pass, l));
        if (status < 0)
            return status;
        bs_dense_add_bias(z, layer, params, s);
        bs_dense_activate(pass->a + layer->first, layer, z, pass->arch->kink);
    }
    return BS_OK;
}

/* The loss, and its slopes at the outputs: the fused ∂E/∂z where there is one, as ∂E/∂a may be
 * infinite there where ∂E/∂z is not. */
static void run_loss(struct bs_pass *pass)
{
    const struct bs_arch *arch = pass->arch;
    const struct bs_layer *output = &arch->layers[arch->depth - 1];
    const int n = output->units;
    const double *y = pass->a + output->first;
    double *a_slope = pass->a_slope + output->first, *z_slope = pass->z_slope + output->first;
    pass->loss = arch->loss->value(n, y, pass->t);
    arch->loss->slope(a_slope, n, y, pass->t);
    if (arch->loss->fused)
        arch->loss->fused(z_slope, n, y, pass->t);
    else
        bs_dense_activate_back(z_slope, output, a_slope, pass->z + output->first, y, arch->kink);
}

static int run_backward(struct bs_pass *pass, const double *params)
{
    const struct bs_arch *arch = pass->arch;
    for (int l = arch->depth - 1; l > 0; l--) {
        const struct bs_layer *layer = &arch->layers[l], *before = layer - 1;
        double *a_slope = pass->a_slope + before->first;
        int status = bs_dense_sum_back(a_slope, layer, params, pass->z_slope + layer->first);
        if (status < 0)
            return status;
        bs_dense_activate_back(pass->z_slope + before->first, before, a_slope,
                               pass->z + before->first, pass->a + before->first, arch->kink);
    }
    return BS_OK;
}

int bs_pass_run(struct bs_pass *pass, const double *params, const double *x, const double *t)
{
    memcpy(pass->x, x, (size_t)bs_arch_inputs(pass->arch) * sizeof *x);
    memcpy(pass->t, t, (size_t)bs_arch_outputs(pass->arch) * sizeof *t);
    int status = run_forward(pass, params);
    if (status < 0)
        return status;
    run_loss(pass);
    return run_backward(pass, params);
}

int bs_pass_create(struct bs_pass **out, struct bs_arch *arch, struct bs_params *params,
                   const double *x, const double *t, struct bs_error *err)
{
    struct bs_pass *pass = bs_pass_alloc(arch);
    if (!pass)
        return bs_fail_memory(err);
    pass->params = bs_params_share(params);
    if (bs_pass_run(pass, params->values, x, t) < 0) {
        bs_pass_destroy(pass);
        return bs_fail_interrupted(err);
    }
    *out = pass;
    return BS_OK;
}

const struct bs_arch *bs_pass_arch(const struct bs_pass *pass)
{
    return pass->arch;
}

struct bs_params *bs_pass_params(const struct bs_pass *pass)
{
    return pass->params;
}

const double *bs_pass_x(const struct bs_pass *pass)
{
    return pass->x;
}

const double *bs_pass_t(const struct bs_pass *pass)
{
    return pass->t;
}

int bs_pass_add_gradients(double *gradients, const struct bs_pass *pass)
{
    int status = BS_OK;
    for (int l = 0; l < pass->arch->depth && status == BS_OK; l++) {
        const struct bs_layer *layer = &pass->arch->layers[l];
        status = bs_dense_add_gradients(gradients, layer, pass->z_slope + layer->first,
                                        layer_inputs(pass, l));
    }
    return status;
}

int bs_pass_gradients(double *gradients, const struct bs_pass *pass)
{
    memset(gradients, 0, pass->arch->parameters * sizeof *gradients);
    return bs_pass_add_gradients(gradients, pass);
}

/* Layers write to the two halves of `work` in turn, the last one to y; s, z and a share a place. */
int bs_forward(double *y, const struct bs_arch *arch, const double *params, const double *x,
               double *work)
{
    const int widest = bs_arch_widest(arch);
    const double *inputs = x;
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        double *outputs = l == arch->depth - 1 ? y : work + l % 2 * widest;
        int status = bs_dense_sum(outputs, layer, params, inputs);
        if (status < 0)
            return status;
        bs_dense_add_bias(outputs, layer, params, outputs);
        bs_dense_activate(outputs, layer, outputs, arch->kink);
        inputs = outputs;
    }
    return BS_OK;
}

int bs_sample_loss(double *loss, const struct bs_arch *arch, const double *params, const double *x,
                   const double *t, struct bs_error *err)
{
    const int outputs = bs_arch_outputs(arch);
    const size_t count = (size_t)outputs + 2 * (size_t)bs_arch_widest(arch);
    double *y = bs_alloc(count * sizeof *y);
    if (!y)
        return bs_fail_memory(err);
    int status = bs_forward(y, arch, params, x, y + outputs);
    if (status == BS_OK)
        *loss = arch->loss->value(outputs, y, t);
    else
        bs_fail_interrupted(err);
    bs_free(y);
    return status;
}

/* Where the number of a parameter lies in the network's arrays. */
static size_t parameter_index(const struct bs_layer *layer, struct bs_address at)
{
    if (at.kind == BS_BIAS)
        return layer->biases + (size_t)at.unit - 1;
    return layer->weights + (size_t)(at.unit - 1) * (size_t)layer->inputs + (size_t)at.input - 1;
}

/* The unit's place in the arrays of a pass. */
static size_t unit_index(const struct bs_layer *layer, struct bs_address at)
{
    return layer->first + (size_t)at.unit - 1;
}

/* θ = −b, without making a −0 of 0. */
static double as_bias(const struct bs_layout *layout, double b)
{
    return layout->threshold ? 0 - b : b;
}

double bs_pass_value(const struct bs_pass *pass, const struct bs_layout *layout, int64_t ordinal,
                     double eta)
{
    const struct bs_address at = bs_layout_address(layout, ordinal);
    const struct bs_layer *layer = at.layer ? &pass->arch->layers[at.layer - 1] : NULL;
    switch (at.kind) {
    case BS_INPUT:
        return pass->x[at.input - 1];
    case BS_TARGET:
        return pass->t[at.unit - 1];
    case BS_WEIGHT:
        return pass->params->values[parameter_index(layer, at)];
    case BS_BIAS:
        return as_bias(layout, pass->params->values[parameter_index(layer, at)]);
    case BS_RATE:
        return eta;
    case BS_PREACTIVATION:
        return (layout->threshold ? pass->s : pass->z)[unit_index(layer, at)];
    case BS_ACTIVATION:
        return pass->a[unit_index(layer, at)];
    case BS_LOSS_VALUE:
        return pass->loss;
    }
    return 0;
}

double bs_pass_gradient(const struct bs_pass *pass, const struct bs_layout *layout, int64_t ordinal)
{
    const struct bs_arch *arch = pass->arch;
    const struct bs_address at = bs_layout_address(layout, ordinal);
    const struct bs_layer *layer = at.layer ? &arch->layers[at.layer - 1] : NULL;
    switch (at.kind) {
    case BS_INPUT:
        return bs_dense_input_gradient(&arch->layers[0], pass->params->values, pass->z_slope,
                                       at.input - 1);
    case BS_TARGET:
        return arch->loss->target_slope(bs_arch_outputs(arch), layer_inputs(pass, arch->depth),
                                        pass->t, at.unit - 1);
    case BS_WEIGHT:
        return pass->z_slope[unit_index(layer, at)] *
               layer_inputs(pass, at.layer - 1)[at.input - 1];
    case BS_BIAS:
        return as_bias(layout,
                       bs_dense_bias_gradient(layer, pass->z_slope + layer->first, at.unit - 1));
    case BS_RATE:
        return 0;
    case BS_PREACTIVATION:
        return pass->z_slope[unit_index(layer, at)];
    case BS_ACTIVATION:
        return pass->a_slope[unit_index(layer, at)];
    case BS_LOSS_VALUE:
        return 1;
    }
    return 0;
}
