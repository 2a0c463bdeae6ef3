/*
 * A network as a graph: quantities are the ordinals of its layout, names come from the notation,
 * numbers from passes of the kernels: one before the update and, made when first asked, one after.
 */
#include "tape/dense.h"

#include "base/mem.h"

#include <assert.h>

struct network {
    struct bs_dense dense;
    struct bs_pass *pass, *after;
};

static struct network *network_of(const struct bs_graph *graph)
{
    return (struct network *)(void *)graph;
}

static int fill_gradients(double *gradients, struct bs_dense *dense, struct bs_error *err)
{
    const struct network *network = network_of(&dense->graph);
    return bs_pass_gradients(gradients, network->pass) < 0 ? bs_fail_interrupted(err) : BS_OK;
}

/* Quantities are the ordinals themselves. */
static struct bs_dense_place place_of(const struct bs_dense *dense, int64_t q)
{
    (void)dense;
    return (struct bs_dense_place){0, q};
}

static int64_t quantity_at(const struct bs_dense *dense, struct bs_dense_place place)
{
    (void)dense;
    return place.ordinal;
}

int bs_network_create(struct bs_graph **out, struct bs_pass *pass, struct bs_notation *notation,
                      struct bs_stepper *stepper, struct bs_error *err)
{
    struct network *network = bs_calloc(1, sizeof *network);
    assert(bs_notation_arch(notation) == bs_pass_arch(pass));
    if (!network)
        return bs_fail_memory(err);
    bs_dense_init(&network->dense, &bs_network_ops, notation, bs_pass_params(pass), stepper);
    network->dense.place = place_of;
    network->dense.quantity = quantity_at;
    network->dense.gradients = fill_gradients;
    network->pass = pass;
    *out = &network->dense.graph;
    return BS_OK;
}

static void destroy(struct bs_graph *graph)
{
    struct network *network = network_of(graph);
    bs_pass_destroy(network->pass);
    bs_pass_destroy(network->after);
    bs_dense_finish(&network->dense);
    bs_free(network);
}

const struct bs_pass *bs_network_pass(const struct bs_graph *graph)
{
    return network_of(graph)->pass;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static const struct bs_layout *layout_of(const struct bs_graph *graph)
{
    return &bs_dense_of(graph)->layout;
}

static int64_t first_parameter(const struct bs_layout *layout)
{
    return bs_arch_inputs(layout->arch) + bs_arch_outputs(layout->arch);
}

static int64_t count_in(const struct bs_graph *graph, enum bs_order order)
{
    const struct bs_layout *layout = layout_of(graph);
    switch (order) {
    case BS_ORDER_FORWARD:
        return bs_layout_count(layout);
    case BS_ORDER_BACKWARD:
        return bs_layout_backward_count(layout);
    case BS_ORDER_UPDATE:
        return layout->has_rate ? (int64_t)layout->arch->parameters : 0;
    case BS_ORDER_AGAIN:
        return layout->has_rate ? bs_layout_count(layout) - bs_layout_givens(layout) : 0;
    }
    return 0;
}

static int64_t at(const struct bs_graph *graph, enum bs_order order, int64_t k)
{
    const struct bs_layout *layout = layout_of(graph);
    switch (order) {
    case BS_ORDER_BACKWARD:
        return bs_layout_backward(layout, k);
    case BS_ORDER_UPDATE:
        return first_parameter(layout) + k;
    case BS_ORDER_AGAIN:
        return bs_layout_givens(layout) + k;
    default:
        return k;
    }
}

static int64_t rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    if (order == BS_ORDER_BACKWARD)
        return bs_layout_backward_rank(layout_of(graph), q);
    return bs_graph_rank(graph, order, q);
}

static enum bs_phase phase_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_layout *layout = layout_of(graph);
    if (q < bs_layout_givens(layout))
        return BS_PHASE_GIVEN;
    return q == bs_layout_count(layout) - 1 ? BS_PHASE_LOSS : BS_PHASE_FORWARD;
}

static int64_t root_of(const struct bs_graph *graph)
{
    return bs_layout_count(layout_of(graph)) - 1;
}

static int64_t user_count(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_user_count(layout_of(graph), q);
}

static int64_t user(const struct bs_graph *graph, int64_t q, int64_t k)
{
    return bs_layout_user(layout_of(graph), q, k);
}

static void put_general(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    bs_notation_general(bs_dense_of(graph)->notation, buf, bs_dense_address(graph, q), "",
                        BS_UNICODE);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The pass after the update is made when it is first asked for. */
static int need_after(struct network *network, struct bs_error *err)
{
    struct bs_dense *dense = &network->dense;
    if (network->after)
        return BS_OK;
    int status = bs_dense_update(dense, err);
    if (status < 0)
        return status;
    return bs_pass_create(&network->after, bs_notation_arch(dense->notation), dense->updated,
                          bs_pass_x(network->pass), bs_pass_t(network->pass), err);
}

static int number(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err)
{
    struct network *network = network_of(graph);
    const struct bs_layout *layout = layout_of(graph);
    const double eta = bs_dense_eta(&network->dense);
    int status;
    switch (role) {
    case BS_ROLE_DERIVATIVE:
        *out = bs_pass_gradient(network->pass, layout, q);
        return BS_OK;
    case BS_ROLE_STEP:
        *out = -eta * bs_pass_gradient(network->pass, layout, q);
        return BS_OK;
    case BS_ROLE_NEW:
        status = need_after(network, err);
        if (status == BS_OK)
            *out = bs_pass_value(network->after, layout, q, eta);
        return status;
    default:
        *out = bs_pass_value(network->pass, layout, q, eta);
        return BS_OK;
    }
}

const struct bs_graph_ops bs_network_ops = {
    .destroy = destroy,
    .count = count_in,
    .at = at,
    .rank = rank,
    .phase = phase_of,
    .layer = bs_dense_layer,
    .root = root_of,
    .name = bs_dense_name,
    .error_sign = bs_dense_error_sign,
    .error_name = bs_dense_error_name,
    .find = bs_dense_find,
    .general = put_general,
    .define = bs_dense_define,
    .has_fused = bs_dense_has_fused,
    .fused = bs_dense_fused,
    .user_count = user_count,
    .user = user,
    .is_inlined = bs_dense_is_inlined,
    .parameter = bs_dense_parameter,
    .number = number,
};
