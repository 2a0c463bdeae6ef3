/*
 * Samples through a dense network as a graph.  With m samples, in each of which the layout has S
 * inputs and targets and F units' z and a, its P parameters and the rate, quantities are
 *
 *     m·S inputs and targets | P parameters | rate | m·F z and a | m losses E@k | E
 *
 * sample by sample: E = (1/m)·Σ_k E@k.  Numbers come from a pass for each sample before the update
 * and one after, each made when first asked for, so that an entry costs the samples that it uses;
 * those of ∂E/∂ the parameters, all at once, are what the update is made of: near 0 the rounding of
 * another order of summing is all there is of them, and an optimiser may divide by their size.
 */
#include "tape/dense.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "net/batch.h"

#include <stdio.h>
#include <string.h>

struct batch {
    struct bs_dense dense;
    struct bs_batch data; /* its own */
    struct bs_pass **passes, **after;
    double *gradients; /* ∂E/∂ every parameter; NULL until asked for */
};

static struct batch *batch_of(const struct bs_graph *graph)
{
    return (struct batch *)(void *)graph;
}

static const struct bs_layout *layout_of(const struct bs_graph *graph)
{
    return &bs_dense_of(graph)->layout;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* How many of each section there are, and where it starts. */
struct sections {
    int64_t samples, of_sample, units; /* m, S, F */
    int64_t shared;                    /* ordinals of the layout before its units, less S */
    int64_t parameters, forward, losses, root;
};

static struct sections sections_of(const struct bs_dense *dense)
{
    const struct bs_layout *layout = &dense->layout;
    struct sections at = {.samples = (int64_t)batch_of(&dense->graph)->data.samples};
    at.of_sample = bs_arch_inputs(layout->arch) + bs_arch_outputs(layout->arch);
    at.units = 2 * (int64_t)layout->arch->units;
    at.shared = bs_layout_givens(layout) - at.of_sample;
    at.parameters = at.samples * at.of_sample;
    at.forward = at.parameters + at.shared;
    at.losses = at.forward + at.samples * at.units;
    at.root = at.losses + at.samples;
    return at;
}

static struct bs_dense_place place_of(const struct bs_dense *dense, int64_t q)
{
    const struct sections at = sections_of(dense);
    const int64_t givens = at.of_sample + at.shared, loss = givens + at.units;
    if (q < at.parameters)
        return (struct bs_dense_place){q / at.of_sample + 1, q % at.of_sample};
    if (q < at.forward)
        return (struct bs_dense_place){0, q - at.parameters + at.of_sample};
    if (q < at.losses)
        return (struct bs_dense_place){(q - at.forward) / at.units + 1,
                                       givens + (q - at.forward) % at.units};
    return (struct bs_dense_place){q < at.root ? q - at.losses + 1 : 0, loss};
}

static int64_t quantity_at(const struct bs_dense *dense, struct bs_dense_place place)
{
    const struct sections at = sections_of(dense);
    const int64_t givens = at.of_sample + at.shared, loss = givens + at.units;
    const int64_t before = place.sample > 0 ? place.sample - 1 : 0; /* samples */
    if (place.ordinal < at.of_sample)
        return before * at.of_sample + place.ordinal;
    if (place.ordinal < givens)
        return at.parameters + place.ordinal - at.of_sample;
    if (place.ordinal < loss)
        return at.forward + before * at.units + place.ordinal - givens;
    return place.sample > 0 ? at.losses + before : at.root;
}

static int64_t sample_of(const struct bs_graph *graph, int64_t q)
{
    return place_of(bs_dense_of(graph), q).sample;
}

/* In the place of the loss of all there is that of the sample. */
static int64_t in_sample(const struct bs_graph *graph, int64_t q, int64_t sample)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    const struct sections at = sections_of(dense);
    struct bs_dense_place place = place_of(dense, q);
    if (sample > at.samples || (place.sample == 0 && q != at.root))
        return -1;
    place.sample = sample;
    return quantity_at(dense, place);
}

/* ---- making ---------------------------------------------------------------------------------- */

static int need_gradients(struct batch *batch, struct bs_error *err)
{
    const struct bs_dense *dense = &batch->dense;
    const struct bs_net net = {bs_notation_arch(dense->notation), dense->params};
    if (batch->gradients)
        return BS_OK;
    double *gradients = bs_realloc_array(NULL, dense->params->count, sizeof *gradients);
    int status = gradients ? bs_batch_exact_gradients(gradients, &net, &batch->data, err)
                           : bs_fail_memory(err);
    if (status == BS_OK)
        batch->gradients = gradients;
    else
        bs_free(gradients);
    return status;
}

static int fill_gradients(double *gradients, struct bs_dense *dense, struct bs_error *err)
{
    struct batch *batch = batch_of(&dense->graph);
    int status = need_gradients(batch, err);
    if (status == BS_OK)
        memcpy(gradients, batch->gradients, dense->params->count * sizeof *gradients);
    return status;
}

static double *copy_rows(const double *rows, size_t samples, int width)
{
    double *copy = bs_realloc_array(NULL, samples * (size_t)width, sizeof *copy);
    return copy ? memcpy(copy, rows, samples * (size_t)width * sizeof *copy) : NULL;
}

static void destroy(struct bs_graph *graph)
{
    struct batch *batch = batch_of(graph);
    for (size_t k = 0; k < batch->data.samples; k++) {
        bs_pass_destroy(batch->passes ? batch->passes[k] : NULL);
        bs_pass_destroy(batch->after ? batch->after[k] : NULL);
    }
    bs_free(batch->passes);
    bs_free(batch->after);
    bs_free(batch->gradients);
    bs_free((double *)batch->data.x);
    bs_free((double *)batch->data.t);
    bs_dense_finish(&batch->dense);
    bs_free(batch);
}

static int copy_data(struct batch *batch, const struct bs_batch *data, struct bs_error *err)
{
    const struct bs_arch *arch = batch->dense.layout.arch;
    batch->data =
        (struct bs_batch){data->samples, copy_rows(data->x, data->samples, bs_arch_inputs(arch)),
                          copy_rows(data->t, data->samples, bs_arch_outputs(arch))};
    batch->passes = bs_calloc(data->samples, sizeof *batch->passes);
    batch->after = bs_calloc(data->samples, sizeof *batch->after);
    const bool is_whole = batch->data.x && batch->data.t && batch->passes && batch->after;
    return is_whole ? BS_OK : bs_fail_memory(err);
}

static int check_size(const struct bs_arch *arch, size_t samples, struct bs_error *err)
{
    const int64_t each =
        bs_arch_inputs(arch) + bs_arch_outputs(arch) + 2 * (int64_t)arch->units + 1;
    const int64_t room = (BS_MOST_QUANTITIES - (int64_t)arch->parameters - 2) / each;
    if ((int64_t)samples <= room)
        return BS_OK;
    return bs_fail(err, BS_REFUSED, "a tape of this network has room for %lld samples, not for %zu",
                   (long long)room, samples);
}

int bs_batch_graph_create(struct bs_graph **out, struct bs_params *params,
                          const struct bs_batch *data, struct bs_notation *notation,
                          struct bs_stepper *stepper, struct bs_error *err)
{
    int status = check_size(bs_notation_arch(notation), data->samples, err);
    if (status < 0)
        return status;
    struct batch *batch = bs_calloc(1, sizeof *batch);
    if (!batch)
        return bs_fail_memory(err);
    bs_dense_init(&batch->dense, &bs_batch_ops, notation, params, stepper);
    batch->dense.place = place_of;
    batch->dense.quantity = quantity_at;
    batch->dense.gradients = fill_gradients;
    status = copy_data(batch, data, err);
    if (status < 0)
        destroy(&batch->dense.graph);
    else
        *out = &batch->dense.graph;
    return status;
}

const struct bs_batch *bs_batch_graph_data(const struct bs_graph *graph)
{
    return &batch_of(graph)->data;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int64_t count_in(const struct bs_graph *graph, enum bs_order order)
{
    const struct sections at = sections_of(bs_dense_of(graph));
    const struct bs_layout *layout = layout_of(graph);
    const int64_t parameters = (int64_t)layout->arch->parameters;
    switch (order) {
    case BS_ORDER_FORWARD:
        return at.root + 1;
    case BS_ORDER_BACKWARD:
        return 1 + at.samples * (at.units + 1) + parameters;
    case BS_ORDER_UPDATE:
        return layout->has_rate ? parameters : 0;
    case BS_ORDER_AGAIN:
        return layout->has_rate ? at.root + 1 - at.forward : 0;
    }
    return 0;
}

/* E; of each sample E@k and its units in the order of the layout; the parameters. */
static int64_t backward_at(const struct bs_dense *dense, int64_t k)
{
    const struct sections at = sections_of(dense);
    const int64_t each = at.units + 1, of_samples = at.samples * each;
    if (k == 0)
        return at.root;
    struct bs_dense_place place = {.sample = 0};
    if (k <= of_samples)
        place = (struct bs_dense_place){(k - 1) / each + 1,
                                        bs_layout_backward(&dense->layout, (k - 1) % each)};
    else
        place.ordinal = bs_layout_backward(&dense->layout, k - of_samples + at.units);
    return quantity_at(dense, place);
}

static int64_t backward_rank(const struct bs_dense *dense, int64_t q)
{
    const struct sections at = sections_of(dense);
    const struct bs_dense_place place = place_of(dense, q);
    const int64_t rank = bs_layout_backward_rank(&dense->layout, place.ordinal);
    const int64_t each = at.units + 1;
    if (rank < 0 || q == at.root)
        return rank;
    return place.sample > 0 ? 1 + (place.sample - 1) * each + rank
                            : at.samples * each + rank - at.units;
}

static int64_t at(const struct bs_graph *graph, enum bs_order order, int64_t k)
{
    const struct sections sections = sections_of(bs_dense_of(graph));
    switch (order) {
    case BS_ORDER_BACKWARD:
        return backward_at(bs_dense_of(graph), k);
    case BS_ORDER_UPDATE:
        return sections.parameters + k;
    case BS_ORDER_AGAIN:
        return sections.forward + k;
    default:
        return k;
    }
}

static int64_t rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    if (order == BS_ORDER_BACKWARD)
        return backward_rank(bs_dense_of(graph), q);
    return bs_graph_rank(graph, order, q);
}

static enum bs_phase phase_of(const struct bs_graph *graph, int64_t q)
{
    const struct sections at = sections_of(bs_dense_of(graph));
    if (q < at.forward)
        return BS_PHASE_GIVEN;
    return q < at.losses ? BS_PHASE_FORWARD : BS_PHASE_LOSS;
}

static int64_t root_of(const struct bs_graph *graph)
{
    return sections_of(bs_dense_of(graph)).root;
}

/* What all samples have in common is used by each as by one. */
static int64_t user_count(const struct bs_graph *graph, int64_t q)
{
    const struct sections at = sections_of(bs_dense_of(graph));
    const struct bs_dense_place place = place_of(bs_dense_of(graph), q);
    if (q >= at.losses)
        return q < at.root;
    const int64_t count = bs_layout_user_count(layout_of(graph), place.ordinal);
    return place.sample > 0 ? count : at.samples * count;
}

static int64_t user(const struct bs_graph *graph, int64_t q, int64_t k)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    const struct sections at = sections_of(dense);
    struct bs_dense_place place = place_of(dense, q);
    if (q >= at.losses)
        return at.root;
    const int64_t count = bs_layout_user_count(&dense->layout, place.ordinal);
    if (place.sample == 0)
        place.sample = k / count + 1;
    place.ordinal = bs_layout_user(&dense->layout, place.ordinal, k % count);
    return quantity_at(dense, place);
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bs_expr share(const struct bs_graph *graph, struct bs_pool *pool, bs_expr of_sample)
{
    return bs_div(pool, of_sample, bs_integer(pool, sections_of(bs_dense_of(graph)).samples));
}

/* (E@1 + E@2 + ...)/m */
static bs_expr define_mean(const struct bs_graph *graph, struct bs_pool *pool)
{
    const struct sections at = sections_of(bs_dense_of(graph));
    bs_expr *terms = bs_realloc_array(NULL, (size_t)at.samples, sizeof *terms);
    if (!terms)
        return NULL;
    for (int64_t k = 0; k < at.samples; k++)
        terms[k] = bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, at.losses + k));
    bs_expr mean = share(graph, pool, bs_sum(pool, (int)at.samples, terms));
    bs_free(terms);
    return mean;
}

static bs_expr define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return q == root_of(graph) ? define_mean(graph, pool) : bs_dense_define(graph, pool, q);
}

static bs_expr fused(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return share(graph, pool, bs_dense_fused(graph, pool, q));
}

/* 1/m Σ_k E@k; of a sample as of one, with its @. */
static void put_general(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    const struct bs_address at = bs_dense_address(graph, q);
    const int64_t sample = sample_of(graph, q);
    char suffix[24];
    snprintf(suffix, sizeof suffix, "@%lld", (long long)sample);
    if (q != root_of(graph)) {
        bs_notation_general(dense->notation, buf, at, suffix, BS_UNICODE);
        return;
    }
    bs_buf_printf(buf, "1/%zu Σ_k ", batch_of(graph)->data.samples);
    bs_dense_name(graph, buf, q, BS_UNICODE);
    bs_buf_put(buf, "@k");
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The pass of a sample, from 1, with the parameters before the update or after it. */
static int need_pass(const struct bs_pass **out, struct batch *batch, bool is_after, int64_t sample,
                     struct bs_error *err)
{
    struct bs_dense *dense = &batch->dense;
    struct bs_arch *arch = bs_notation_arch(dense->notation);
    const size_t k = (size_t)sample - 1;
    struct bs_pass **pass = (is_after ? batch->after : batch->passes) + k;
    int status = is_after ? bs_dense_update(dense, err) : BS_OK;
    if (status == BS_OK && !*pass)
        status = bs_pass_create(pass, arch, is_after ? dense->updated : dense->params,
                                batch->data.x + k * (size_t)bs_arch_inputs(arch),
                                batch->data.t + k * (size_t)bs_arch_outputs(arch), err);
    *out = *pass;
    return status;
}

/* What a pass has at an ordinal: its value, or ∂E@k/∂ it. */
enum kind { VALUE, AFTER, SLOPE };

static int in_pass(double *out, struct batch *batch, struct bs_dense_place place, enum kind kind,
                   struct bs_error *err)
{
    const struct bs_pass *pass;
    const struct bs_layout *layout = &batch->dense.layout;
    int status = need_pass(&pass, batch, kind == AFTER, place.sample, err);
    if (status < 0)
        return status;
    *out = kind == SLOPE ? bs_pass_gradient(pass, layout, place.ordinal)
                         : bs_pass_value(pass, layout, place.ordinal, bs_dense_eta(&batch->dense));
    return BS_OK;
}

/* The mean over the samples, added in their order. */
static int mean(double *out, struct batch *batch, int64_t ordinal, enum kind kind,
                struct bs_error *err)
{
    const int64_t samples = (int64_t)batch->data.samples;
    double sum = 0;
    for (int64_t k = 1; k <= samples; k++) {
        double number;
        if (bs_is_interrupted())
            return bs_fail_interrupted(err);
        int status = in_pass(&number, batch, (struct bs_dense_place){k, ordinal}, kind, err);
        if (status < 0)
            return status;
        sum += number;
    }
    *out = sum / (double)samples;
    return BS_OK;
}

static int value(double *out, struct batch *batch, int64_t q, enum kind kind, struct bs_error *err)
{
    struct bs_dense_place place = place_of(&batch->dense, q);
    if (q == root_of(&batch->dense.graph))
        return mean(out, batch, place.ordinal, kind, err);
    if (place.sample == 0) /* a parameter or the rate: each pass has it */
        place.sample = 1;
    return in_pass(out, batch, place, kind, err);
}

static int parameter_slope(double *out, struct batch *batch, int64_t q, struct bs_error *err)
{
    const struct bs_state_place at = bs_dense_parameter(&batch->dense.graph, q);
    int status = need_gradients(batch, err);
    if (status == BS_OK)
        *out = at.sign * batch->gradients[at.index];
    return status;
}

static bool is_parameter(const struct batch *batch, int64_t q)
{
    const enum bs_quantity kind = bs_dense_address(&batch->dense.graph, q).kind;
    return kind == BS_WEIGHT || kind == BS_BIAS;
}

/* ∂E/∂ what a sample has is the mth part of ∂E@k/∂ it; all samples add to that of a parameter. */
static int slope(double *out, struct batch *batch, int64_t q, struct bs_error *err)
{
    const struct bs_dense_place place = place_of(&batch->dense, q);
    if (is_parameter(batch, q))
        return parameter_slope(out, batch, q, err);
    if (place.sample == 0)
        return mean(out, batch, place.ordinal, SLOPE, err);
    int status = in_pass(out, batch, place, SLOPE, err);
    if (status == BS_OK)
        *out /= (double)batch->data.samples;
    return status;
}

static int number(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err)
{
    struct batch *batch = batch_of(graph);
    int status;
    switch (role) {
    case BS_ROLE_DERIVATIVE:
        return slope(out, batch, q, err);
    case BS_ROLE_STEP:
        status = slope(out, batch, q, err);
        *out *= -bs_dense_eta(&batch->dense);
        return status;
    case BS_ROLE_NEW:
        return value(out, batch, q, AFTER, err);
    default:
        return value(out, batch, q, VALUE, err);
    }
}

/* A threshold is a bias with the other sign. */
static int loss_at(double *loss, struct bs_graph *graph, int64_t q, double value,
                   struct bs_error *err)
{
    const struct bs_dense *dense = bs_dense_of(graph);
    const struct bs_state_place at = bs_dense_parameter(graph, q);
    struct bs_params *params = bs_params_create(dense->params->count);
    if (!params)
        return bs_fail_memory(err);
    memcpy(params->values, dense->params->values, params->count * sizeof *params->values);
    params->values[at.index] = at.sign * value;
    const struct bs_net net = {bs_notation_arch(dense->notation), params};
    int status = bs_batch_loss(loss, &net, &batch_of(graph)->data, err);
    bs_params_drop(params);
    return status;
}

const struct bs_graph_ops bs_batch_ops = {
    .destroy = destroy,
    .count = count_in,
    .at = at,
    .rank = rank,
    .phase = phase_of,
    .layer = bs_dense_layer,
    .root = root_of,
    .sample = sample_of,
    .in_sample = in_sample,
    .name = bs_dense_name,
    .error_sign = bs_dense_error_sign,
    .error_name = bs_dense_error_name,
    .find = bs_dense_find,
    .general = put_general,
    .define = define,
    .has_fused = bs_dense_has_fused,
    .fused = fused,
    .user_count = user_count,
    .user = user,
    .is_inlined = bs_dense_is_inlined,
    .parameter = bs_dense_parameter,
    .loss_at = loss_at,
    .number = number,
};
