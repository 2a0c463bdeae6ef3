/* Shapes: what a network may be, where its parameters lie, and who holds them. */
#include "net/net.h"

#include "base/mem.h"
#include "net/kinds.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

bool bs_layer_is_softmax(const struct bs_layer *layer)
{
    return layer->activation->is_indexed;
}

int bs_layer_biases(const struct bs_layer *layer)
{
    switch (layer->bias) {
    case BS_BIAS_NONE:
        return 0;
    case BS_BIAS_UNITS:
        return layer->units;
    case BS_BIAS_SHARED:
        return 1;
    }
    return 0;
}

size_t bs_layer_weights(const struct bs_layer *layer)
{
    return (size_t)layer->inputs * (size_t)layer->units;
}

int bs_arch_inputs(const struct bs_arch *arch)
{
    return (int)bs_shape_total(&arch->stack->in);
}

int bs_arch_outputs(const struct bs_arch *arch)
{
    return (int)bs_shape_total(&arch->stack->out);
}

bool bs_arch_is_dense(const struct bs_arch *arch)
{
    return arch->depth > 0;
}

int bs_arch_widest(const struct bs_arch *arch)
{
    int widest = 0;
    for (int l = 0; l < arch->depth; l++)
        if (arch->layers[l].units > widest)
            widest = arch->layers[l].units;
    return widest;
}

static int check_sizes(const struct bs_arch_spec *spec, struct bs_error *err)
{
    if (spec->depth < 1 || spec->depth > BS_MAX_LAYERS)
        return bs_fail(err, BS_REFUSED, "the network has %d layers: 1 to %d are possible",
                       spec->depth, BS_MAX_LAYERS);
    if (spec->sizes[0] < 1 || spec->sizes[0] > BS_MAX_UNITS)
        return bs_fail(err, BS_REFUSED, "the network has %d inputs: 1 to %d are possible",
                       spec->sizes[0], BS_MAX_UNITS);
    for (int l = 1; l <= spec->depth; l++)
        if (spec->sizes[l] < 1 || spec->sizes[l] > BS_MAX_UNITS)
            return bs_fail(err, BS_REFUSED, "layer %d has %d units: 1 to %d are possible", l,
                           spec->sizes[l], BS_MAX_UNITS);
    return BS_OK;
}

static int setting_count(const struct bs_arch_spec *spec, int l)
{
    return spec->settings ? spec->settings[l - 1].count : 0;
}

int bs_check_activation(const char *where, const struct bs_func *func, int count,
                        struct bs_error *err)
{
    const int most = bs_func_most(func);
    if (!func->is_activation && most == BS_ANY_ARITY)
        return bs_fail(err, BS_REFUSED,
                       "%s cannot have %s, which takes several values where a unit of a layer "
                       "has one: write it out in a tape{...}, as in t:let(\"a\", \"%s(z_1, z_2)\")",
                       where, func->name, func->name);
    if (!func->is_activation)
        return bs_fail(err, BS_REFUSED, "%s cannot have %s: it is no activation", where,
                       func->name);
    if (func->is_indexed ? count > 0 : 1 + count > most)
        return bs_fail(err, BS_REFUSED, "%s: %s has %d parameter%s, got %d", where, func->name,
                       func->is_indexed ? 0 : most - 1, most == 2 ? "" : "s", count);
    if (!bs_func_takes(func, 1 + count))
        return bs_fail(err, BS_REFUSED, "%s: %s needs a value for %s, as in {\"%s\", 0.5}", where,
                       func->name, bs_func_argument(func, 1 + count), func->name);
    return BS_OK;
}

static int check_activation(const struct bs_arch_spec *spec, int l, struct bs_error *err)
{
    const struct bs_func *func = spec->activations[l - 1];
    char where[32];
    snprintf(where, sizeof where, "layer %d", l);
    if (func->is_activation && func->is_indexed && l < spec->depth)
        return bs_fail(err, BS_REFUSED, "%s goes at the output only: layer %d of %d has it",
                       func->name, l, spec->depth);
    return bs_check_activation(where, func, setting_count(spec, l), err);
}

static int check_activations(const struct bs_arch_spec *spec, struct bs_error *err)
{
    int status = BS_OK;
    for (int l = 1; l <= spec->depth && status == BS_OK; l++)
        status = check_activation(spec, l, err);
    return status;
}

static int check_loss(const struct bs_arch_spec *spec, struct bs_error *err)
{
    const char *wanted = spec->loss->output, *output = spec->activations[spec->depth - 1]->name;
    if (wanted && strcmp(wanted, output) != 0)
        return bs_fail(err, BS_REFUSED, "loss %s goes with %s at the output, not with %s",
                       spec->loss->name, wanted, output);
    return BS_OK;
}

static int check_spec(const struct bs_arch_spec *spec, struct bs_error *err)
{
    int status = check_sizes(spec, err);
    if (status == BS_OK)
        status = check_activations(spec, err);
    if (status == BS_OK)
        status = check_loss(spec, err);
    if (status == BS_OK && spec->kink != 0 && spec->kink != 0.5 && spec->kink != 1)
        status = bs_fail(err, BS_REFUSED, "the slope at a kink is %g: it can be 0, 0.5 or 1",
                         spec->kink);
    return status;
}

/* Layer after layer, each one's weights before its biases; at most 64·(10^10 + 10^5) in all. */
static void fill_layers(struct bs_arch *arch, const struct bs_arch_spec *spec)
{
    for (int l = 0; l < spec->depth; l++) {
        struct bs_layer *layer = &arch->layers[l];
        *layer = (struct bs_layer){.inputs = spec->sizes[l],
                                   .units = spec->sizes[l + 1],
                                   .activation = spec->activations[l],
                                   .bias = spec->bias,
                                   .weights = arch->parameters,
                                   .first = arch->units};
        if (spec->settings)
            layer->setting = spec->settings[l];
        layer->biases = layer->weights + bs_layer_weights(layer);
        arch->parameters = layer->biases + (size_t)bs_layer_biases(layer);
        arch->units += (size_t)layer->units;
    }
}

/* The same layers as a stack: its parameters lie as those of the layers. */
static int stack_layers(struct bs_arch *arch, const struct bs_arch_spec *spec, struct bs_error *err)
{
    const struct bs_shape in = {.rank = 1, .size = {spec->sizes[0]}};
    struct bs_stage_spec *specs = bs_calloc((size_t)spec->depth, sizeof *specs);
    if (!specs)
        return bs_fail_memory(err);
    for (int l = 0; l < spec->depth; l++)
        bs_dense_spec(&specs[l], &arch->layers[l]);
    int status = bs_stack_create(&arch->stack, &in, specs, spec->depth, spec->kink, err);
    bs_free(specs);
    return status;
}

static int fill_arch(struct bs_arch *arch, const struct bs_arch_spec *spec, struct bs_error *err)
{
    arch->depth = spec->depth;
    arch->loss = spec->loss;
    arch->kink = spec->kink;
    fill_layers(arch, spec);
    if (arch->parameters > BS_MOST_NUMBERS)
        return bs_fail(err, BS_REFUSED, "the network has %zu parameters: at most %d are possible",
                       arch->parameters, BS_MOST_NUMBERS);
    return stack_layers(arch, spec, err);
}

int bs_arch_create(struct bs_arch **out, const struct bs_arch_spec *spec, struct bs_error *err)
{
    int status = check_spec(spec, err);
    if (status < 0)
        return status;
    struct bs_arch *arch =
        bs_calloc(1, sizeof *arch + (size_t)spec->depth * sizeof arch->layers[0]);
    if (!arch)
        return bs_fail_memory(err);
    arch->owners = 1;
    status = fill_arch(arch, spec, err);
    if (status == BS_OK)
        *out = arch;
    else
        bs_arch_drop(arch);
    return status;
}

/* The activation that the outputs come from; NULL: another layer. */
static const struct bs_func *output_activation(const struct bs_stack *stack)
{
    const struct bs_stage *last = &stack->stages[stack->count - 1];
    return last->kind == &bs_kind_activation ? last->activation : NULL;
}

int bs_arch_of_stack(struct bs_arch **out, struct bs_stack *stack, const struct bs_loss *loss,
                     struct bs_error *err)
{
    const struct bs_func *output = output_activation(stack);
    struct bs_arch *arch = NULL;
    int status = BS_OK;
    if (loss->output && (!output || strcmp(output->name, loss->output) != 0))
        status = bs_fail(err, BS_REFUSED, "loss %s goes with %s at the output, not with %s",
                         loss->name, loss->output,
                         output ? output->name : stack->stages[stack->count - 1].kind->name);
    if (status == BS_OK && !(arch = bs_calloc(1, sizeof *arch)))
        status = bs_fail_memory(err);
    if (status < 0) {
        bs_stack_destroy(stack);
        return status;
    }
    *arch = (struct bs_arch){.owners = 1,
                             .stack = stack,
                             .loss = loss,
                             .kink = stack->kink,
                             .parameters = stack->parameters};
    *out = arch;
    return BS_OK;
}

struct bs_arch *bs_arch_share(struct bs_arch *arch)
{
    arch->owners++;
    return arch;
}

void bs_arch_drop(struct bs_arch *arch)
{
    if (!arch || --arch->owners > 0)
        return;
    bs_stack_destroy(arch->stack);
    bs_free(arch);
}

struct bs_params *bs_params_create(size_t count)
{
    struct bs_params *params = NULL;
    if (count <= (SIZE_MAX - sizeof *params) / sizeof params->values[0])
        params = bs_calloc(1, sizeof *params + count * sizeof params->values[0]);
    if (params) {
        params->owners = 1;
        params->count = count;
    }
    return params;
}

struct bs_params *bs_params_share(struct bs_params *params)
{
    params->owners++;
    return params;
}

void bs_params_drop(struct bs_params *params)
{
    if (params && --params->owners == 0)
        bs_free(params);
}

int bs_net_create(struct bs_net **out, struct bs_arch *arch, struct bs_error *err)
{
    struct bs_net *net = bs_calloc(1, sizeof *net);
    struct bs_params *params = bs_params_create(arch->parameters);
    if (!net || !params) {
        bs_free(net);
        bs_params_drop(params);
        return bs_fail_memory(err);
    }
    *net = (struct bs_net){bs_arch_share(arch), params};
    bs_stack_start(arch->stack, params->values);
    *out = net;
    return BS_OK;
}

void bs_net_destroy(struct bs_net *net)
{
    if (!net)
        return;
    bs_arch_drop(net->arch);
    bs_params_drop(net->params);
    bs_free(net);
}

double *bs_net_own_params(struct bs_net *net)
{
    struct bs_params *shared = net->params;
    if (shared->owners > 1) {
        struct bs_params *own = bs_params_create(shared->count);
        if (!own)
            return NULL;
        memcpy(own->values, shared->values, shared->count * sizeof own->values[0]);
        net->params = own;
        bs_params_drop(shared);
    }
    return net->params->values;
}
