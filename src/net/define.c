/* The quantities of a network in symbols: which operands each definition has, in which order. */
#include "net/layout.h"

#include "base/mem.h"
#include "expr/index.h"
#include "net/dense.h"
#include "net/loss.h"

static const struct bs_layer *layer_of(const struct bs_layout *layout, int l)
{
    return &layout->arch->layers[l - 1];
}

/* A definition being built: whose operands, in which pool. */
struct building {
    const struct bs_layout *layout;
    struct bs_pool *pool;
    bs_operand *leaf;
    void *context;
};

static bs_expr operand(const struct building *building, enum bs_quantity kind, int layer, int unit,
                       int input)
{
    const struct bs_address at = {kind, layer, unit, input};
    return building->leaf(building->context, building->pool,
                          bs_layout_ordinal(building->layout, at));
}

static bs_expr bias_operand(const struct building *building, int l, int unit)
{
    const bool is_shared = layer_of(building->layout, l)->bias == BS_BIAS_SHARED;
    return operand(building, BS_BIAS, l, is_shared ? 1 : unit, 0);
}

/* What layer l reads from its input i: x_i, or a_i of the layer before. */
static bs_expr input_operand(const struct building *building, int l, int i)
{
    return l == 1 ? operand(building, BS_INPUT, 0, 0, i)
                  : operand(building, BS_ACTIVATION, l - 1, i, 0);
}

static bs_expr define_preactivation(const struct building *building, struct bs_address at)
{
    const struct bs_layout *layout = building->layout;
    const struct bs_layer *layer = layer_of(layout, at.layer);
    const bool has_bias = !layout->threshold && layer->bias != BS_BIAS_NONE;
    bs_expr *operands = bs_alloc((2 * (size_t)layer->inputs + 1) * sizeof *operands);
    if (!operands)
        return NULL;
    for (int i = 1; i <= layer->inputs; i++) {
        bs_expr *factors = operands + 2 * (i - 1);
        factors[layout->input_first] = operand(building, BS_WEIGHT, at.layer, at.unit, i);
        factors[!layout->input_first] = input_operand(building, at.layer, i);
    }
    if (has_bias)
        operands[2 * layer->inputs] = bias_operand(building, at.layer, at.unit);
    bs_expr sum = bs_dense_define_sum(building->pool, layer->inputs, has_bias, operands);
    bs_free(operands);
    return sum;
}

/* What goes into the activation function: z_j, or z_j − θ_j. */
static bs_expr argument(const struct building *building, int l, int unit)
{
    bs_expr z = operand(building, BS_PREACTIVATION, l, unit, 0);
    if (!building->layout->threshold || layer_of(building->layout, l)->bias == BS_BIAS_NONE)
        return z;
    return bs_sub(building->pool, z, bias_operand(building, l, unit));
}

static bs_expr define_activation(const struct building *building, struct bs_address at)
{
    const struct bs_layer *layer = layer_of(building->layout, at.layer);
    const bool is_softmax = bs_layer_is_softmax(layer);
    const int first = is_softmax ? 1 : at.unit, count = is_softmax ? layer->units : 1;
    bs_expr *z = bs_alloc((size_t)count * sizeof *z);
    if (!z)
        return NULL;
    for (int i = 0; i < count; i++)
        z[i] = argument(building, at.layer, first + i);
    bs_expr a = z[0] ? bs_dense_define_activation(building->pool, layer, at.unit, z) : NULL;
    bs_free(z);
    return a;
}

static bs_expr define_softmax(struct bs_pool *pool, int count, bs_expr z, bs_expr index)
{
    bs_expr m = bs_symbol(pool, "m"), other = bs_put(pool, z, index, m);
    const struct bs_func *exponential = bs_func_find("exp");
    bs_expr sum = bs_indexed_sum(pool, m, bs_integer(pool, 1), bs_integer(pool, count),
                                 bs_call(pool, exponential, 0, 1, &other));
    return bs_div(pool, bs_call(pool, exponential, 0, 1, &z), sum);
}

bs_expr bs_layer_define_general(struct bs_pool *pool, const struct bs_layer *layer, bs_expr z,
                                bs_expr index)
{
    if (!z)
        return NULL;
    return bs_layer_is_softmax(layer) ? define_softmax(pool, layer->units, z, index)
                                      : bs_dense_define_activation(pool, layer, 1, &z);
}

/* The outputs y, then the targets t: 2n operands in one block.  NULL when out of memory. */
static bs_expr *loss_operands(const struct building *building)
{
    const int depth = building->layout->arch->depth, n = bs_arch_outputs(building->layout->arch);
    bs_expr *operands = bs_alloc(2 * (size_t)n * sizeof *operands);
    bool is_whole = true;
    for (int k = 0; operands && k < n; k++) {
        operands[k] = operand(building, BS_ACTIVATION, depth, k + 1, 0);
        operands[n + k] = operand(building, BS_TARGET, 0, k + 1, 0);
        is_whole = is_whole && operands[k] && operands[n + k];
    }
    if (is_whole)
        return operands;
    bs_free(operands);
    return NULL;
}

static bs_expr define_loss(const struct building *building)
{
    const struct bs_arch *arch = building->layout->arch;
    const int n = bs_arch_outputs(arch);
    bs_expr *operands = loss_operands(building);
    if (!operands)
        return NULL;
    bs_expr loss = arch->loss->define(building->pool, n, operands, operands + n);
    bs_free(operands);
    return loss;
}

bs_expr bs_layout_define(const struct bs_layout *layout, struct bs_pool *pool, int64_t ordinal,
                         bs_operand *leaf, void *context)
{
    const struct building building = {layout, pool, leaf, context};
    const struct bs_address at = bs_layout_address(layout, ordinal);
    switch (at.kind) {
    case BS_PREACTIVATION:
        return define_preactivation(&building, at);
    case BS_ACTIVATION:
        return define_activation(&building, at);
    case BS_LOSS_VALUE:
        return define_loss(&building);
    default:
        return NULL;
    }
}

bool bs_layout_has_fused(const struct bs_layout *layout, int64_t ordinal)
{
    const struct bs_address at = bs_layout_address(layout, ordinal);
    return at.kind == BS_PREACTIVATION && at.layer == layout->arch->depth &&
           layout->arch->loss->define_fused;
}

bs_expr bs_layout_define_fused(const struct bs_layout *layout, struct bs_pool *pool,
                               int64_t ordinal, bs_operand *leaf, void *context)
{
    const struct building building = {layout, pool, leaf, context};
    const struct bs_address at = bs_layout_address(layout, ordinal);
    const struct bs_loss *loss = layout->arch->loss;
    const int n = bs_arch_outputs(layout->arch);
    if (!bs_layout_has_fused(layout, ordinal))
        return NULL;
    bs_expr *operands = loss_operands(&building);
    if (!operands)
        return NULL;
    bs_expr fused = loss->define_fused(pool, n, operands, operands + n, at.unit - 1);
    bs_free(operands);
    return fused;
}
