/* The entries of a tape: what they are and where they stand; and the tapes of networks. */
#include "tape/dense.h"
#include "tape/internal.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

static const char *const phase_names[BS_PHASES] = {"given",    "forward", "loss",
                                                   "backward", "update",  "again"};

const char *bs_phase_name(enum bs_phase phase)
{
    return phase_names[phase];
}

int bs_phase_find(const char *name)
{
    for (int phase = 0; phase < BS_PHASES; phase++)
        if (strcmp(phase_names[phase], name) == 0)
            return phase;
    return -1;
}

/* ---- entries --------------------------------------------------------------------------------- */

enum { QUANTITY_BITS = 28 };

static bs_entry pack(enum bs_role role, int64_t c, int64_t q)
{
    return (int64_t)role << (2 * QUANTITY_BITS) | c << QUANTITY_BITS | q;
}

bs_entry bs_entry_make(enum bs_role role, int64_t q)
{
    return pack(role, 0, q);
}

bs_entry bs_entry_partial(int64_t c, int64_t q)
{
    return pack(BS_ROLE_PARTIAL, c, q);
}

enum bs_role bs_entry_role(bs_entry entry)
{
    return (enum bs_role)(entry >> (2 * QUANTITY_BITS));
}

int64_t bs_entry_quantity(bs_entry entry)
{
    return entry & (BS_MOST_QUANTITIES - 1);
}

int64_t bs_entry_user(bs_entry entry)
{
    return entry >> QUANTITY_BITS & (BS_MOST_QUANTITIES - 1);
}

int64_t bs_graph_rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    const int64_t count = graph->ops->count(graph, order);
    const int64_t k = count > 0 ? q - graph->ops->at(graph, order, 0) : -1;
    return k >= 0 && k < count ? k : -1;
}

int64_t bs_tape_count(const struct bs_tape *tape, enum bs_order order)
{
    return tape->graph->ops->count(tape->graph, order);
}

int64_t bs_tape_rank(const struct bs_tape *tape, enum bs_order order, int64_t q)
{
    return bs_tape_is_extra(tape, q) ? -1 : tape->graph->ops->rank(tape->graph, order, q);
}

/* Entries that a member of a list makes: an update may be m', s', Δq and q'. */
static int64_t entries_each(const struct bs_tape *tape, enum bs_order order)
{
    return order == BS_ORDER_UPDATE && tape->stepper ? tape->extras.slot_count : 1;
}

/* Entries of a list, with the givens of the optimiser among the first. */
static int64_t entries_of(const struct bs_tape *tape, enum bs_order order)
{
    int64_t more = order == BS_ORDER_FORWARD ? bs_extra_given_count(tape) : 0;
    return bs_tape_count(tape, order) * entries_each(tape, order) + more;
}

/* Entries in the first so many lists. */
static int64_t start_of(const struct bs_tape *tape, unsigned orders)
{
    int64_t start = 0;
    for (enum bs_order before = 0; before < orders; before++)
        start += entries_of(tape, before);
    return start;
}

int64_t bs_tape_length(const struct bs_tape *tape)
{
    return start_of(tape, BS_ORDERS);
}

/* The givens of the graph, those of the optimiser, the rest of the graph. */
static bs_entry forward_at(const struct bs_tape *tape, int64_t position)
{
    const struct bs_extras *extras = &tape->extras;
    const int64_t more = bs_extra_given_count(tape), k = position - extras->givens;
    if (k >= 0 && k < more)
        return bs_entry_make(BS_ROLE_VALUE, extras->base + k);
    return bs_entry_make(BS_ROLE_VALUE, tape->graph->ops->at(tape->graph, BS_ORDER_FORWARD,
                                                             k < 0 ? position : position - more));
}

bs_entry bs_tape_at(const struct bs_tape *tape, int64_t position)
{
    enum bs_order order = BS_ORDER_FORWARD;
    for (; position >= entries_of(tape, order); order++)
        position -= entries_of(tape, order);
    if (order == BS_ORDER_FORWARD)
        return forward_at(tape, position);
    if (order == BS_ORDER_UPDATE) {
        int64_t each = entries_each(tape, order);
        return bs_update_entry(tape, position / each, (int)(position % each));
    }
    return bs_entry_make(order == BS_ORDER_BACKWARD ? BS_ROLE_GRADIENT : BS_ROLE_NEW,
                         tape->graph->ops->at(tape->graph, order, position));
}

static int64_t forward_position(const struct bs_tape *tape, int64_t q)
{
    const struct bs_extras *extras = &tape->extras;
    if (bs_tape_is_extra(tape, q))
        return extras->givens + q - extras->base;
    int64_t rank = bs_tape_rank(tape, BS_ORDER_FORWARD, q);
    return rank < extras->givens ? rank : rank + bs_extra_given_count(tape);
}

int64_t bs_tape_position(const struct bs_tape *tape, bs_entry entry)
{
    int64_t q = bs_entry_quantity(entry), rank;
    switch (bs_tape_phase(tape, entry)) {
    case BS_PHASE_BACKWARD:
        rank = bs_tape_rank(tape, BS_ORDER_BACKWARD, q);
        if (rank < 0) /* a gradient beside the main line: known when the backward pass is done */
            return start_of(tape, BS_ORDER_UPDATE) - 1;
        return start_of(tape, BS_ORDER_BACKWARD) + rank;
    case BS_PHASE_UPDATE:
        return start_of(tape, BS_ORDER_UPDATE) + bs_update_place(tape, entry);
    case BS_PHASE_AGAIN:
        return start_of(tape, BS_ORDER_AGAIN) + bs_tape_rank(tape, BS_ORDER_AGAIN, q);
    default:
        return forward_position(tape, q);
    }
}

/* What uses the root's own slope alone needs no chain rule. */
int64_t bs_tape_partial_count(const struct bs_tape *tape, bs_entry entry)
{
    const struct bs_graph *graph = tape->graph;
    if (bs_entry_role(entry) != BS_ROLE_GRADIENT)
        return 0;
    int64_t q = bs_entry_quantity(entry), count = graph->ops->user_count(graph, q);
    bool only_root = count == 1 && graph->ops->user(graph, q, 0) == graph->ops->root(graph);
    return only_root ? 0 : count;
}

bs_entry bs_tape_partial(const struct bs_tape *tape, bs_entry entry, int64_t k)
{
    int64_t q = bs_entry_quantity(entry);
    return bs_entry_partial(tape->graph->ops->user(tape->graph, q, k), q);
}

enum bs_phase bs_tape_phase(const struct bs_tape *tape, bs_entry entry)
{
    if (bs_tape_is_extra(tape, bs_entry_quantity(entry)))
        return bs_extra_phase(tape, entry);
    switch (bs_entry_role(entry)) {
    case BS_ROLE_VALUE:
        return tape->graph->ops->phase(tape->graph, bs_entry_quantity(entry));
    case BS_ROLE_STEP:
        return BS_PHASE_UPDATE;
    case BS_ROLE_NEW:
        return bs_tape_rank(tape, BS_ORDER_UPDATE, bs_entry_quantity(entry)) >= 0 ? BS_PHASE_UPDATE
                                                                                  : BS_PHASE_AGAIN;
    default:
        return BS_PHASE_BACKWARD;
    }
}

int bs_tape_layer(const struct bs_tape *tape, bs_entry entry)
{
    int64_t q = bs_entry_quantity(entry);
    if (bs_tape_is_extra(tape, q))
        q = bs_extra_parameter(tape, q);
    return q < 0 ? 0 : tape->graph->ops->layer(tape->graph, q);
}

struct bs_about bs_tape_about(const struct bs_tape *tape, bs_entry entry)
{
    struct bs_about about = {0};
    int64_t q = bs_entry_quantity(entry);
    enum bs_role role = bs_entry_role(entry);
    if (role == BS_ROLE_GRADIENT || role == BS_ROLE_DERIVATIVE)
        about.error_sign = bs_tape_error_sign(tape, q);
    about.is_rate = role == BS_ROLE_VALUE && q == tape->rate;
    about.has_address = bs_tape_is_network(tape) && !bs_tape_is_extra(tape, q);
    if (about.has_address)
        about.address = bs_dense_address(tape->graph, q);
    return about;
}

static bool has_role(const struct bs_tape *tape, int64_t q, enum bs_role role)
{
    switch (role) {
    case BS_ROLE_VALUE:
        return true;
    case BS_ROLE_GRADIENT:
    case BS_ROLE_DERIVATIVE:
        return tape->graph->ops->root(tape->graph) >= 0 && bs_tape_is_used(tape, q);
    case BS_ROLE_STEP:
        return tape->graph->has_steps && bs_tape_rank(tape, BS_ORDER_UPDATE, q) >= 0;
    case BS_ROLE_NEW:
        return bs_tape_changes(tape, q);
    case BS_ROLE_PARTIAL:
        break;
    }
    return false;
}

bs_entry bs_tape_in_role(const struct bs_tape *tape, bs_entry entry, enum bs_role role)
{
    int64_t q = bs_entry_quantity(entry);
    return has_role(tape, q, role) ? bs_entry_make(role, q) : BS_NO_ENTRY;
}

bs_entry bs_tape_at_address(const struct bs_tape *tape, enum bs_role role,
                            struct bs_address address)
{
    if (!bs_tape_is_network(tape))
        return BS_NO_ENTRY;
    int64_t q = bs_dense_quantity(tape->graph, address);
    return q >= 0 && has_role(tape, q, role) ? bs_entry_make(role, q) : BS_NO_ENTRY;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Takes the graph over, also when it fails. */
static int create(struct bs_tape **out, struct bs_graph *graph, struct bs_error *err)
{
    struct bs_tape *tape = bs_calloc(1, sizeof *tape);
    struct bs_pool *pool = bs_pool_create();
    if (!tape || !pool || !graph) {
        bs_free(tape);
        bs_pool_destroy(pool);
        if (graph)
            graph->ops->destroy(graph);
        return bs_fail_memory(err);
    }
    tape->graph = graph;
    tape->pool = pool;
    tape->rate = -1;
    *out = tape;
    return BS_OK;
}

int bs_tape_create(struct bs_tape **out, double kink, struct bs_error *err)
{
    return create(out, bs_circuit_create(kink), err);
}

void bs_tape_destroy(struct bs_tape *tape)
{
    if (!tape)
        return;
    tape->graph->ops->destroy(tape->graph);
    bs_pool_destroy(tape->pool);
    bs_stepper_drop(tape->stepper);
    bs_free(tape->formulas.slots);
    bs_free(tape);
}

/* The tape of a network's graph, which is the tape's from then on, also when it fails. */
static int create_network(struct bs_tape **out, struct bs_graph *graph, struct bs_stepper *stepper,
                          struct bs_error *err)
{
    struct bs_tape *tape;
    int status = create(&tape, graph, err);
    if (status < 0)
        return status;
    if (stepper) {
        tape->rate = bs_dense_quantity(graph, (struct bs_address){.kind = BS_RATE});
        status = bs_tape_set_update(tape, stepper, err);
    }
    if (status == BS_OK)
        status = bs_tape_check_notation(tape, err);
    if (status < 0)
        bs_tape_destroy(tape);
    else
        *out = tape;
    return status;
}

int bs_tape_with_update(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                        struct bs_stepper *stepper, struct bs_error *err)
{
    struct bs_graph *graph;
    int status = bs_network_create(&graph, pass, notation, stepper, err);
    if (status < 0)
        bs_pass_destroy(pass);
    return status < 0 ? status : create_network(out, graph, stepper, err);
}

int bs_tape_of_pass(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                    double eta, struct bs_error *err)
{
    struct bs_stepper *stepper = NULL;
    int status = isnan(eta) ? BS_OK : bs_stepper_of_rate(&stepper, eta, err);
    if (status < 0) {
        bs_pass_destroy(pass);
        return status;
    }
    status = bs_tape_with_update(out, pass, notation, stepper, err);
    bs_stepper_drop(stepper);
    return status;
}

int bs_tape_of_batch(struct bs_tape **out, struct bs_params *params, const struct bs_batch *batch,
                     struct bs_notation *notation, struct bs_stepper *stepper, struct bs_error *err)
{
    struct bs_graph *graph;
    int status = bs_batch_graph_create(&graph, params, batch, notation, stepper, err);
    return status < 0 ? status : create_network(out, graph, stepper, err);
}

/* Takes the run over, also when it fails. */
static int tape_of_run(struct bs_tape **out, struct bs_run *run, struct bs_params *params,
                       struct bs_stepper *stepper, struct bs_error *err)
{
    struct bs_graph *graph;
    struct bs_tape *tape;
    int status = bs_stack_graph_create(&graph, run, params, stepper, err);
    if (status == BS_OK)
        status = create(&tape, graph, err);
    if (status < 0)
        return status;
    tape->rate = bs_stack_graph_rate(graph);
    if (stepper)
        status = bs_tape_set_update(tape, stepper, err);
    if (status == BS_OK)
        status = bs_tape_check_layers(tape, err);
    if (status < 0)
        bs_tape_destroy(tape);
    else
        *out = tape;
    return status;
}

int bs_tape_of_samples(struct bs_tape **out, const struct bs_net *net, const struct bs_batch *batch,
                       struct bs_stepper *stepper, uint64_t seed, struct bs_error *err)
{
    struct bs_run *run;
    int status = bs_run_create(&run, net->arch, batch->samples, BS_RUN_TAPE, err);
    if (status < 0)
        return status;
    bs_run_seed(run, seed);
    bs_run_load(run, batch->x, batch->t, NULL, batch->samples);
    bs_run_own(run);
    if (bs_run_forward(run, net->params->values) < 0) {
        bs_run_destroy(run);
        return bs_fail_interrupted(err);
    }
    return tape_of_run(out, run, net->params, stepper, err);
}

static const struct bs_run *run_of(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_stack_ops ? bs_stack_graph_run(tape->graph) : NULL;
}

size_t bs_tape_samples(const struct bs_tape *tape)
{
    if (tape->graph->ops == &bs_batch_ops)
        return bs_batch_graph_data(tape->graph)->samples;
    return run_of(tape) ? bs_run_samples(run_of(tape)) : 0;
}

const struct bs_arch *bs_tape_stack(const struct bs_tape *tape)
{
    return run_of(tape) ? bs_run_arch(run_of(tape)) : NULL;
}

bool bs_tape_is_free(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_circuit_ops;
}

bool bs_tape_is_truncated(const struct bs_tape *tape)
{
    return tape->graph->is_truncated;
}

double bs_tape_kink(const struct bs_tape *tape)
{
    return tape->graph->kink;
}

bool bs_tape_is_network(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_network_ops || tape->graph->ops == &bs_batch_ops;
}

const struct bs_pass *bs_tape_pass(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_network_ops ? bs_network_pass(tape->graph) : NULL;
}

struct bs_notation *bs_tape_notation(const struct bs_tape *tape)
{
    return bs_tape_is_network(tape) ? bs_network_notation(tape->graph) : NULL;
}

/* The same quantity on another tape of the same network; −1: it has none such. */
static int64_t translate(const struct bs_tape *to, const struct bs_tape *from, int64_t q)
{
    const int64_t sample = bs_tape_sample(from, q);
    const int64_t found = bs_dense_quantity(to->graph, bs_dense_address(from->graph, q));
    return sample == 0 || found < 0 || !to->graph->ops->in_sample
               ? found
               : to->graph->ops->in_sample(to->graph, found, sample);
}

/* An optimiser's quantities are numbered alike where the optimiser is the same. */
static int64_t translate_extra(const struct bs_tape *to, const struct bs_tape *from, int64_t q)
{
    const int64_t parameter = bs_extra_parameter(from, q);
    const bool is_same = to->stepper && to->stepper->optimiser == from->stepper->optimiser &&
                         to->extras.scalars == from->extras.scalars;
    if (!is_same)
        return -1;
    const int64_t there = to->extras.base + q - from->extras.base;
    return parameter < 0 ? there : bs_extra_of(to, there, translate(to, from, parameter));
}

bs_entry bs_tape_counterpart(const struct bs_tape *to, const struct bs_tape *from, bs_entry entry)
{
    const int64_t q = bs_entry_quantity(entry);
    if (!bs_tape_is_network(to) || !bs_tape_is_network(from))
        return BS_NO_ENTRY;
    const int64_t there =
        bs_tape_is_extra(from, q) ? translate_extra(to, from, q) : translate(to, from, q);
    const enum bs_role role = bs_entry_role(entry);
    return there >= 0 && has_role(to, there, role) ? bs_entry_make(role, there) : BS_NO_ENTRY;
}

/*
 * The entry shown last was shown last there, too; or the one among whose partials the cursor stands
 * is the next, with as many shown as there are (a threshold may have more of them than a bias).
 * After a Δw that is no entry there, its w' is next.
 */
static void move_cursor(struct bs_tape *to, const struct bs_tape *from)
{
    struct bs_cursor cursor = from->cursor;
    if (cursor.partial > 0) {
        bs_entry next = bs_tape_counterpart(to, from, bs_tape_at(from, cursor.position));
        int64_t partials = bs_tape_partial_count(to, next);
        cursor.position = bs_tape_position(to, next);
        cursor.partial = cursor.partial < partials ? cursor.partial : partials;
    } else if (cursor.position > 0) {
        bs_entry shown = bs_tape_at(from, cursor.position - 1);
        bs_entry last = bs_tape_counterpart(to, from, shown);
        bool is_there = last != BS_NO_ENTRY;
        if (!is_there)
            last = bs_tape_counterpart(to, from, bs_tape_in_role(from, shown, BS_ROLE_NEW));
        cursor.position = bs_tape_position(to, last) + is_there;
    }
    to->cursor = cursor;
}

/* What a tape that follows another is made of; x and t NULL: those of the other. */
struct following {
    struct bs_params *params;
    struct bs_stepper *stepper;
    const double *x, *t;
};

static int follow_batch(struct bs_tape **out, const struct bs_tape *tape,
                        struct bs_notation *notation, const struct following *next,
                        struct bs_error *err)
{
    struct bs_batch batch = *bs_batch_graph_data(tape->graph);
    batch.x = next->x ? next->x : batch.x;
    batch.t = next->t ? next->t : batch.t;
    return bs_tape_of_batch(out, next->params, &batch, notation, next->stepper, err);
}

/* The tape of the same sample with these parameters and the update that is then to be taken. */
static int follow(struct bs_tape **out, const struct bs_tape *tape, struct bs_notation *notation,
                  const struct following *next, struct bs_error *err)
{
    struct bs_pass *pass;
    const struct bs_pass *own = bs_tape_pass(tape);
    if (!own)
        return follow_batch(out, tape, notation, next, err);
    int status =
        bs_pass_create(&pass, bs_notation_arch(notation), next->params,
                       next->x ? next->x : bs_pass_x(own), next->t ? next->t : bs_pass_t(own), err);
    return status < 0 ? status : bs_tape_with_update(out, pass, notation, next->stepper, err);
}

int bs_tape_as(struct bs_tape **out, const struct bs_tape *tape, struct bs_notation *notation,
               struct bs_error *err)
{
    if (!bs_tape_is_network(tape))
        return bs_fail(err, BS_REFUSED, "only the tape of a network has notations");
    const struct following same = {.params = bs_dense_of(tape->graph)->params,
                                   .stepper = tape->stepper};
    int status = follow(out, tape, notation, &same, err);
    if (status == BS_OK)
        move_cursor(*out, tape);
    return status;
}

static int next_run(struct bs_tape **out, const struct bs_tape *tape, const double *x,
                    const double *t, struct bs_error *err)
{
    struct bs_run *run;
    struct bs_params *params;
    struct bs_stepper *stepper;
    const struct bs_batch others = {bs_tape_samples(tape), x, t};
    int status = bs_stack_graph_next(&run, &params, &stepper, tape->graph, x ? &others : NULL, err);
    return status == BS_OK ? tape_of_run(out, run, params, stepper, err) : status;
}

int bs_tape_next(struct bs_tape **out, const struct bs_tape *tape, const double *x, const double *t,
                 struct bs_error *err)
{
    if (bs_tape_is_free(tape))
        return bs_fail(err, BS_REFUSED, "only the tape of a network has a next one");
    if (!tape->stepper)
        return bs_fail(err, BS_REFUSED,
                       "this tape has no update: give it a rate, as in net:tape(x, d, {eta = 1})");
    if (!bs_tape_is_network(tape))
        return next_run(out, tape, x, t, err);
    struct following next = {.x = x, .t = t};
    int status = bs_network_updated(&next.params, &next.stepper, tape->graph, err);
    return status < 0 ? status : follow(out, tape, bs_network_notation(tape->graph), &next, err);
}
