/*
 * A network as a graph: quantities are the ordinals of its layout, names come from the notation,
 * numbers from passes of the kernels: one before the update and, made when first asked, one after.
 */
#include "tape/graph.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>

struct network {
    struct bs_graph graph;
    struct bs_pass *pass, *after;
    struct bs_notation *notation;
    struct bs_layout layout;
    double eta; /* NAN: none */
};

static struct network *network_of(const struct bs_graph *graph)
{
    return (struct network *)(void *)graph;
}

int bs_network_create(struct bs_graph **out, struct bs_pass *pass, struct bs_notation *notation,
                      double eta, struct bs_error *err)
{
    struct network *network = bs_calloc(1, sizeof *network);
    assert(bs_notation_arch(notation) == bs_pass_arch(pass));
    if (!network)
        return bs_fail_memory(err);
    network->graph = (struct bs_graph){
        .ops = &bs_network_ops,
        .is_independent = true,
        .has_steps = !bs_notation_names_gradients(notation),
        .reads_errors = bs_notation_steps_by_errors(notation),
        .kink = bs_pass_arch(pass)->kink,
    };
    network->pass = pass;
    network->notation = bs_notation_share(notation);
    network->layout = bs_notation_layout(notation);
    network->layout.has_rate = isfinite(eta);
    network->eta = eta;
    *out = &network->graph;
    return BS_OK;
}

static void destroy(struct bs_graph *graph)
{
    struct network *network = network_of(graph);
    bs_pass_destroy(network->pass);
    bs_pass_destroy(network->after);
    bs_notation_drop(network->notation);
    bs_free(network);
}

const struct bs_pass *bs_network_pass(const struct bs_graph *graph)
{
    return network_of(graph)->pass;
}

struct bs_notation *bs_network_notation(const struct bs_graph *graph)
{
    return network_of(graph)->notation;
}

double bs_network_eta(const struct bs_graph *graph)
{
    return network_of(graph)->eta;
}

const struct bs_layout *bs_network_layout(const struct bs_graph *graph)
{
    return &network_of(graph)->layout;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int64_t first_parameter(const struct network *network)
{
    return bs_arch_inputs(network->layout.arch) + bs_arch_outputs(network->layout.arch);
}

static int64_t parameter_count(const struct network *network)
{
    return (int64_t)network->layout.arch->parameters;
}

static int64_t count_in(const struct bs_graph *graph, enum bs_order order)
{
    const struct network *network = network_of(graph);
    switch (order) {
    case BS_ORDER_FORWARD:
        return bs_layout_count(&network->layout);
    case BS_ORDER_BACKWARD:
        return bs_layout_backward_count(&network->layout);
    case BS_ORDER_UPDATE:
        return network->layout.has_rate ? parameter_count(network) : 0;
    case BS_ORDER_AGAIN:
        return network->layout.has_rate
                   ? bs_layout_count(&network->layout) - bs_layout_givens(&network->layout)
                   : 0;
    }
    return 0;
}

static int64_t at(const struct bs_graph *graph, enum bs_order order, int64_t k)
{
    const struct network *network = network_of(graph);
    switch (order) {
    case BS_ORDER_BACKWARD:
        return bs_layout_backward(&network->layout, k);
    case BS_ORDER_UPDATE:
        return first_parameter(network) + k;
    case BS_ORDER_AGAIN:
        return bs_layout_givens(&network->layout) + k;
    default:
        return k;
    }
}

static int64_t rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    const struct network *network = network_of(graph);
    if (order == BS_ORDER_BACKWARD)
        return bs_layout_backward_rank(&network->layout, q);
    int64_t k = q - at(graph, order, 0);
    return k >= 0 && k < count_in(graph, order) ? k : -1;
}

static struct bs_address address_of(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_address(&network_of(graph)->layout, q);
}

static enum bs_phase phase_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_layout *layout = &network_of(graph)->layout;
    if (q < bs_layout_givens(layout))
        return BS_PHASE_GIVEN;
    return q == bs_layout_count(layout) - 1 ? BS_PHASE_LOSS : BS_PHASE_FORWARD;
}

static int layer_of(const struct bs_graph *graph, int64_t q)
{
    return address_of(graph, q).layer;
}

static int64_t root_of(const struct bs_graph *graph)
{
    return bs_layout_count(&network_of(graph)->layout) - 1;
}

/* ---- names ----------------------------------------------------------------------------------- */

static void put_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    bs_notation_put(network_of(graph)->notation, buf, address_of(graph, q), form);
}

static int error_sign(const struct bs_graph *graph, int64_t q)
{
    return bs_notation_error_sign(network_of(graph)->notation, address_of(graph, q).kind);
}

static void put_error_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q,
                           enum bs_form form)
{
    bs_notation_put_error(network_of(graph)->notation, buf, address_of(graph, q), form);
}

static int64_t find(const struct bs_graph *graph, const char *name, bool *is_error)
{
    const struct network *network = network_of(graph);
    struct bs_address address;
    *is_error = false;
    if (!bs_notation_find(network->notation, &address, is_error, name))
        return -1;
    return bs_layout_ordinal(&network->layout, address);
}

static void put_general(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    bs_notation_general(network_of(graph)->notation, buf, address_of(graph, q), BS_UNICODE);
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bs_expr make_ref(void *context, struct bs_pool *pool, int64_t ordinal)
{
    (void)context;
    return bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, ordinal));
}

static bs_expr define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return bs_layout_define(&network_of(graph)->layout, pool, q, make_ref, NULL);
}

static bool has_fused(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_has_fused(&network_of(graph)->layout, q);
}

static bs_expr fused(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return bs_layout_define_fused(&network_of(graph)->layout, pool, q, make_ref, NULL);
}

static int64_t user_count(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_user_count(&network_of(graph)->layout, q);
}

static int64_t user(const struct bs_graph *graph, int64_t q, int64_t k)
{
    return bs_layout_user(&network_of(graph)->layout, q, k);
}

/* The loss, and the outputs of units where error terms are named after what goes into a unit. */
static bool is_inlined(const struct bs_graph *graph, int64_t q)
{
    enum bs_quantity kind = address_of(graph, q).kind;
    return kind == BS_LOSS_VALUE ||
           (kind == BS_ACTIVATION && !bs_notation_names_gradients(network_of(graph)->notation));
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The pass after the update is made when it is first asked for. */
static int need_after(struct network *network, struct bs_error *err)
{
    struct bs_params *params;
    if (network->after)
        return BS_OK;
    int status = bs_pass_updated(&params, network->pass, network->eta, err);
    if (status < 0)
        return status;
    status = bs_pass_create(&network->after, bs_notation_arch(network->notation), params,
                            bs_pass_x(network->pass), bs_pass_t(network->pass), err);
    bs_params_drop(params);
    return status;
}

int bs_network_updated(struct bs_params **out, struct bs_graph *graph, struct bs_error *err)
{
    struct network *network = network_of(graph);
    int status = need_after(network, err);
    if (status == BS_OK)
        *out = bs_pass_params(network->after);
    return status;
}

static int number(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err)
{
    struct network *network = network_of(graph);
    const struct bs_layout *layout = &network->layout;
    int status;
    switch (role) {
    case BS_ROLE_DERIVATIVE:
        *out = bs_pass_gradient(network->pass, layout, q);
        return BS_OK;
    case BS_ROLE_STEP:
        *out = -network->eta * bs_pass_gradient(network->pass, layout, q);
        return BS_OK;
    case BS_ROLE_NEW:
        status = need_after(network, err);
        if (status == BS_OK)
            *out = bs_pass_value(network->after, layout, q, network->eta);
        return status;
    default:
        *out = bs_pass_value(network->pass, layout, q, network->eta);
        return BS_OK;
    }
}

const struct bs_graph_ops bs_network_ops = {
    .destroy = destroy,
    .count = count_in,
    .at = at,
    .rank = rank,
    .phase = phase_of,
    .layer = layer_of,
    .root = root_of,
    .name = put_name,
    .error_sign = error_sign,
    .error_name = put_error_name,
    .find = find,
    .general = put_general,
    .define = define,
    .has_fused = has_fused,
    .fused = fused,
    .user_count = user_count,
    .user = user,
    .is_inlined = is_inlined,
    .number = number,
};
