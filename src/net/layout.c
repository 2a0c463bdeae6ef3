/*
 * Quantities by arithmetic.  Ordinals are, in this order,
 *
 *     inputs | targets | parameters | rate | z and a of all units | loss
 *
 * where the parameters lie as in the network's own array but for by_input, and the 2·units of layer
 * l start at 2·(units before it).  Nothing here is in proportion to the network but the search of
 * a layer among at most BS_MAX_LAYERS.
 */
#include "net/layout.h"

#include <assert.h>

static int64_t inputs_of(const struct bs_layout *layout)
{
    return bs_arch_inputs(layout->arch);
}

static int64_t outputs_of(const struct bs_layout *layout)
{
    return bs_arch_outputs(layout->arch);
}

static const struct bs_layer *layer_of(const struct bs_layout *layout, int l)
{
    return &layout->arch->layers[l - 1];
}

/* Where each section of the ordinals starts. */

static int64_t first_parameter(const struct bs_layout *layout)
{
    return inputs_of(layout) + outputs_of(layout);
}

static int64_t rate_ordinal(const struct bs_layout *layout)
{
    return first_parameter(layout) + (int64_t)layout->arch->parameters;
}

int64_t bs_layout_givens(const struct bs_layout *layout)
{
    return rate_ordinal(layout) + layout->has_rate;
}

static int64_t loss_ordinal(const struct bs_layout *layout)
{
    return bs_layout_givens(layout) + 2 * (int64_t)layout->arch->units;
}

int64_t bs_layout_count(const struct bs_layout *layout)
{
    return loss_ordinal(layout) + 1;
}

/* The layer (from 1) that holds the parameter, and the one that holds the unit. */

static int layer_of_parameter(const struct bs_arch *arch, size_t parameter)
{
    int l = arch->depth;
    while (arch->layers[l - 1].weights > parameter)
        l--;
    return l;
}

static int layer_of_unit(const struct bs_arch *arch, size_t unit)
{
    int l = arch->depth;
    while (arch->layers[l - 1].first > unit)
        l--;
    return l;
}

/* `k` counts a layer's weights, then its biases, in tape order from 0. */

static struct bs_address parameter_at(const struct bs_layout *layout, int l, int64_t k)
{
    const struct bs_layer *layer = layer_of(layout, l);
    const int64_t weights = (int64_t)bs_layer_weights(layer);
    if (k >= weights)
        return (struct bs_address){BS_BIAS, l, (int)(k - weights) + 1, 0};
    const int64_t across = layout->by_input ? layer->units : layer->inputs;
    const int major = (int)(k / across) + 1, minor = (int)(k % across) + 1;
    if (layout->by_input)
        return (struct bs_address){BS_WEIGHT, l, minor, major};
    return (struct bs_address){BS_WEIGHT, l, major, minor};
}

static int64_t place_of_parameter(const struct bs_layout *layout, struct bs_address at)
{
    const struct bs_layer *layer = layer_of(layout, at.layer);
    if (at.kind == BS_BIAS)
        return (int64_t)bs_layer_weights(layer) + at.unit - 1;
    if (layout->by_input)
        return (int64_t)(at.input - 1) * layer->units + at.unit - 1;
    return (int64_t)(at.unit - 1) * layer->inputs + at.input - 1;
}

/* `k` counts a layer's z and a in tape order from 0: z_1 a_1 z_2 a_2 ..., softmax z_1 z_2 ... a_1
 * ... */

static struct bs_address unit_at(const struct bs_layout *layout, int l, int64_t k)
{
    const struct bs_layer *layer = layer_of(layout, l);
    const int units = layer->units;
    if (bs_layer_is_softmax(layer))
        return (struct bs_address){k < units ? BS_PREACTIVATION : BS_ACTIVATION, l,
                                   (int)(k % units) + 1, 0};
    return (struct bs_address){k % 2 == 0 ? BS_PREACTIVATION : BS_ACTIVATION, l, (int)(k / 2) + 1,
                               0};
}

static int64_t place_of_unit(const struct bs_layout *layout, struct bs_address at)
{
    const struct bs_layer *layer = layer_of(layout, at.layer);
    const int is_activation = at.kind == BS_ACTIVATION;
    if (bs_layer_is_softmax(layer))
        return (int64_t)is_activation * layer->units + at.unit - 1;
    return 2 * (int64_t)(at.unit - 1) + is_activation;
}

struct bs_address bs_layout_address(const struct bs_layout *layout, int64_t ordinal)
{
    const struct bs_arch *arch = layout->arch;
    assert(ordinal >= 0 && ordinal < bs_layout_count(layout));
    if (ordinal < inputs_of(layout))
        return (struct bs_address){BS_INPUT, 0, 0, (int)ordinal + 1};
    if (ordinal < first_parameter(layout))
        return (struct bs_address){BS_TARGET, 0, (int)(ordinal - inputs_of(layout)) + 1, 0};
    if (ordinal < rate_ordinal(layout)) {
        const int64_t parameter = ordinal - first_parameter(layout);
        const int l = layer_of_parameter(arch, (size_t)parameter);
        return parameter_at(layout, l, parameter - (int64_t)arch->layers[l - 1].weights);
    }
    if (ordinal < bs_layout_givens(layout))
        return (struct bs_address){.kind = BS_RATE};
    if (ordinal == loss_ordinal(layout))
        return (struct bs_address){.kind = BS_LOSS_VALUE};
    const int64_t place = ordinal - bs_layout_givens(layout);
    const int l = layer_of_unit(arch, (size_t)(place / 2));
    return unit_at(layout, l, place - 2 * (int64_t)arch->layers[l - 1].first);
}

static bool is_within(int index, int64_t count)
{
    return index >= 1 && index <= count;
}

/* The address of each kind has exactly its own indices, each from 1; the others are 0. */
static bool is_address(const struct bs_layout *layout, struct bs_address at)
{
    const struct bs_layer *layer =
        is_within(at.layer, layout->arch->depth) ? layer_of(layout, at.layer) : NULL;
    switch (at.kind) {
    case BS_INPUT:
        return at.layer == 0 && at.unit == 0 && is_within(at.input, inputs_of(layout));
    case BS_TARGET:
        return at.layer == 0 && is_within(at.unit, outputs_of(layout)) && at.input == 0;
    case BS_WEIGHT:
        return layer && is_within(at.unit, layer->units) && is_within(at.input, layer->inputs);
    case BS_BIAS:
        return layer && is_within(at.unit, bs_layer_biases(layer)) && at.input == 0;
    case BS_PREACTIVATION:
    case BS_ACTIVATION:
        return layer && is_within(at.unit, layer->units) && at.input == 0;
    case BS_RATE:
        return layout->has_rate && at.layer == 0 && at.unit == 0 && at.input == 0;
    case BS_LOSS_VALUE:
        return at.layer == 0 && at.unit == 0 && at.input == 0;
    }
    return false;
}

int64_t bs_layout_ordinal(const struct bs_layout *layout, struct bs_address at)
{
    if (!is_address(layout, at))
        return -1;
    switch (at.kind) {
    case BS_INPUT:
        return at.input - 1;
    case BS_TARGET:
        return inputs_of(layout) + at.unit - 1;
    case BS_WEIGHT:
    case BS_BIAS:
        return first_parameter(layout) + (int64_t)layer_of(layout, at.layer)->weights +
               place_of_parameter(layout, at);
    case BS_RATE:
        return rate_ordinal(layout);
    case BS_PREACTIVATION:
    case BS_ACTIVATION:
        return bs_layout_givens(layout) + 2 * (int64_t)layer_of(layout, at.layer)->first +
               place_of_unit(layout, at);
    case BS_LOSS_VALUE:
        return loss_ordinal(layout);
    }
    return -1;
}

/* The users of a quantity are of one kind and one layer: `count` units from `first` on. */
struct users {
    enum bs_quantity kind;
    int layer, first, count;
};

static struct users whole_layer(const struct bs_layout *layout, enum bs_quantity kind, int layer)
{
    return (struct users){kind, layer, 1, layer_of(layout, layer)->units};
}

static struct users only_loss(void)
{
    return (struct users){BS_LOSS_VALUE, 0, 0, 1};
}

/* Every a_j of a softmax layer mentions every z (less its threshold); of others only its own. */
static struct users activations_of(const struct bs_layout *layout, struct bs_address at)
{
    if (bs_layer_is_softmax(layer_of(layout, at.layer)))
        return whole_layer(layout, BS_ACTIVATION, at.layer);
    return (struct users){BS_ACTIVATION, at.layer, at.unit, 1};
}

static struct users users_of_bias(const struct bs_layout *layout, struct bs_address at)
{
    const enum bs_quantity kind = layout->threshold ? BS_ACTIVATION : BS_PREACTIVATION;
    if (layer_of(layout, at.layer)->bias == BS_BIAS_SHARED)
        return whole_layer(layout, kind, at.layer);
    if (layout->threshold)
        return activations_of(layout, at);
    return (struct users){BS_PREACTIVATION, at.layer, at.unit, 1};
}

static struct users users_of(const struct bs_layout *layout, struct bs_address at)
{
    switch (at.kind) {
    case BS_INPUT:
        return whole_layer(layout, BS_PREACTIVATION, 1);
    case BS_WEIGHT:
        return (struct users){BS_PREACTIVATION, at.layer, at.unit, 1};
    case BS_BIAS:
        return users_of_bias(layout, at);
    case BS_PREACTIVATION:
        return activations_of(layout, at);
    case BS_ACTIVATION:
        if (at.layer < layout->arch->depth)
            return whole_layer(layout, BS_PREACTIVATION, at.layer + 1);
        return only_loss();
    case BS_TARGET:
        return only_loss();
    case BS_RATE:
    case BS_LOSS_VALUE:
        break;
    }
    return (struct users){.count = 0};
}

int64_t bs_layout_user_count(const struct bs_layout *layout, int64_t ordinal)
{
    return users_of(layout, bs_layout_address(layout, ordinal)).count;
}

int64_t bs_layout_user(const struct bs_layout *layout, int64_t ordinal, int64_t k)
{
    const struct users users = users_of(layout, bs_layout_address(layout, ordinal));
    assert(k >= 0 && k < users.count);
    const int unit = users.kind == BS_LOSS_VALUE ? 0 : users.first + (int)k;
    return bs_layout_ordinal(layout, (struct bs_address){users.kind, users.layer, unit, 0});
}

/*
 * Backward order: the loss (rank 0), then per layer, last first, its a and its z, then per layer,
 * last first, its parameters.  What comes before layer l is what layers l + 1 and up have.
 */

int64_t bs_layout_backward_count(const struct bs_layout *layout)
{
    return 1 + 2 * (int64_t)layout->arch->units + (int64_t)layout->arch->parameters;
}

static int64_t rank_of_units(const struct bs_layout *layout, const struct bs_layer *layer)
{
    return 1 + 2 * (int64_t)(layout->arch->units - layer->first - (size_t)layer->units);
}

static int64_t rank_of_parameters(const struct bs_layout *layout, const struct bs_layer *layer)
{
    const size_t end = layer->biases + (size_t)bs_layer_biases(layer);
    return 1 + 2 * (int64_t)layout->arch->units + (int64_t)(layout->arch->parameters - end);
}

int64_t bs_layout_backward(const struct bs_layout *layout, int64_t k)
{
    assert(k >= 0 && k < bs_layout_backward_count(layout));
    if (k == 0)
        return loss_ordinal(layout);
    int l = layout->arch->depth;
    struct bs_address at;
    if (k <= 2 * (int64_t)layout->arch->units) {
        while (l > 1 && k >= rank_of_units(layout, layer_of(layout, l - 1)))
            l--;
        const int units = layer_of(layout, l)->units;
        const int64_t place = k - rank_of_units(layout, layer_of(layout, l));
        at = (struct bs_address){place < units ? BS_ACTIVATION : BS_PREACTIVATION, l,
                                 (int)(place % units) + 1, 0};
    } else {
        while (l > 1 && k >= rank_of_parameters(layout, layer_of(layout, l - 1)))
            l--;
        at = parameter_at(layout, l, k - rank_of_parameters(layout, layer_of(layout, l)));
    }
    return bs_layout_ordinal(layout, at);
}

int64_t bs_layout_backward_rank(const struct bs_layout *layout, int64_t ordinal)
{
    const struct bs_address at = bs_layout_address(layout, ordinal);
    switch (at.kind) {
    case BS_LOSS_VALUE:
        return 0;
    case BS_ACTIVATION:
        return rank_of_units(layout, layer_of(layout, at.layer)) + at.unit - 1;
    case BS_PREACTIVATION: {
        const struct bs_layer *layer = layer_of(layout, at.layer);
        return rank_of_units(layout, layer) + layer->units + at.unit - 1;
    }
    case BS_WEIGHT:
    case BS_BIAS:
        return rank_of_parameters(layout, layer_of(layout, at.layer)) +
               place_of_parameter(layout, at);
    case BS_INPUT:
    case BS_TARGET:
    case BS_RATE:
        break;
    }
    return -1;
}
