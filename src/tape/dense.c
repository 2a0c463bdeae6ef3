/* What the graphs of a dense network have in common, by the ordinals of its layout. */
#include "tape/dense.h"

#include "base/mem.h"

#include <math.h>

void bs_dense_init(struct bs_dense *dense, const struct bs_graph_ops *ops,
                   struct bs_notation *notation, struct bs_params *params,
                   struct bs_stepper *stepper)
{
    dense->graph = (struct bs_graph){
        .ops = ops,
        .is_independent = true,
        .has_steps = !bs_notation_names_gradients(notation),
        .reads_errors = bs_notation_steps_by_errors(notation),
        .kink = bs_notation_arch(notation)->kink,
    };
    dense->notation = bs_notation_share(notation);
    dense->layout = bs_notation_layout(notation);
    dense->layout.has_rate = stepper;
    dense->params = bs_params_share(params);
    dense->stepper = stepper ? bs_stepper_share(stepper) : NULL;
}

void bs_dense_finish(struct bs_dense *dense)
{
    bs_notation_drop(dense->notation);
    bs_params_drop(dense->params);
    bs_params_drop(dense->updated);
    bs_stepper_drop(dense->stepper);
    bs_stepper_drop(dense->next);
}

struct bs_dense *bs_dense_of(const struct bs_graph *graph)
{
    return (struct bs_dense *)(void *)graph;
}

struct bs_notation *bs_network_notation(const struct bs_graph *graph)
{
    return bs_dense_of(graph)->notation;
}

const struct bs_layout *bs_network_layout(const struct bs_graph *graph)
{
    return &bs_dense_of(graph)->layout;
}

static struct bs_dense_place place_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    return dense->place(dense, q);
}

struct bs_address bs_dense_address(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_address(&bs_dense_of(graph)->layout, place_of(graph, q).ordinal);
}

int64_t bs_dense_quantity(const struct bs_graph *graph, struct bs_address address)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    const int64_t ordinal = bs_layout_ordinal(&dense->layout, address);
    return ordinal < 0 ? -1 : dense->quantity(dense, (struct bs_dense_place){0, ordinal});
}

double bs_dense_eta(const struct bs_dense *dense)
{
    return dense->stepper ? dense->stepper->eta : NAN;
}

/* ---- names ----------------------------------------------------------------------------------- */

int bs_dense_layer(const struct bs_graph *graph, int64_t q)
{
    return bs_dense_address(graph, q).layer;
}

void bs_dense_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    bs_notation_put(bs_dense_of(graph)->notation, buf, bs_dense_address(graph, q), form);
}

int bs_dense_error_sign(const struct bs_graph *graph, int64_t q)
{
    return bs_notation_error_sign(bs_dense_of(graph)->notation, bs_dense_address(graph, q).kind);
}

void bs_dense_error_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q,
                         enum bs_form form)
{
    bs_notation_put_error(bs_dense_of(graph)->notation, buf, bs_dense_address(graph, q), form);
}

int64_t bs_dense_find(const struct bs_graph *graph, const char *name, bool *is_error)
{
    struct bs_address address;
    *is_error = false;
    return bs_notation_find(bs_network_notation(graph), &address, is_error, name)
               ? bs_dense_quantity(graph, address)
               : -1;
}

/* ---- definitions ----------------------------------------------------------------------------- */

/* Whose operands a definition has. */
struct defining {
    const struct bs_dense *dense;
    int64_t sample;
};

static bs_expr make_ref(void *context, struct bs_pool *pool, int64_t ordinal)
{
    const struct defining *defining = context;
    const struct bs_dense *dense = defining->dense;
    const int64_t q = dense->quantity(dense, (struct bs_dense_place){defining->sample, ordinal});
    return bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, q));
}

bs_expr bs_dense_define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    const struct bs_dense_place place = place_of(graph, q);
    struct defining defining = {bs_dense_of(graph), place.sample};
    return bs_layout_define(&defining.dense->layout, pool, place.ordinal, make_ref, &defining);
}

bool bs_dense_has_fused(const struct bs_graph *graph, int64_t q)
{
    return bs_layout_has_fused(&bs_dense_of(graph)->layout, place_of(graph, q).ordinal);
}

bs_expr bs_dense_fused(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    const struct bs_dense_place place = place_of(graph, q);
    struct defining defining = {bs_dense_of(graph), place.sample};
    return bs_layout_define_fused(&defining.dense->layout, pool, place.ordinal, make_ref,
                                  &defining);
}

/* The loss, and the outputs of units where error terms are named after what goes into a unit. */
bool bs_dense_is_inlined(const struct bs_graph *graph, int64_t q)
{
    enum bs_quantity kind = bs_dense_address(graph, q).kind;
    return kind == BS_LOSS_VALUE ||
           (kind == BS_ACTIVATION && !bs_notation_names_gradients(bs_dense_of(graph)->notation));
}

/* ---- the update ------------------------------------------------------------------------------ */

struct bs_state_place bs_dense_parameter(const struct bs_graph *graph, int64_t q)
{
    const struct bs_layout *layout = &bs_dense_of(graph)->layout;
    const struct bs_address at = bs_dense_address(graph, q);
    return (struct bs_state_place){bs_parameter_index(layout->arch, at),
                                   at.kind == BS_BIAS && layout->threshold ? -1 : 1,
                                   at.kind == BS_WEIGHT};
}

int bs_dense_update(struct bs_dense *dense, struct bs_error *err)
{
    if (dense->updated)
        return BS_OK;
    const struct bs_net net = {bs_notation_arch(dense->notation), dense->params};
    double *gradients = bs_realloc_array(NULL, dense->params->count, sizeof *gradients);
    if (!gradients)
        return bs_fail_memory(err);
    int status = dense->gradients(gradients, dense, err);
    if (status == BS_OK)
        status =
            bs_stepper_take(&dense->updated, &dense->next, dense->stepper, &net, gradients, err);
    bs_free(gradients);
    return status;
}

int bs_network_updated(struct bs_params **out, struct bs_stepper **next, struct bs_graph *graph,
                       struct bs_error *err)
{
    struct bs_dense *dense = bs_dense_of(graph);
    int status = bs_dense_update(dense, err);
    *out = dense->updated;
    *next = dense->next;
    return status;
}
