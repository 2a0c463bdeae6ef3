/* The entries of a tape: what they are and where they stand; and the tapes of networks. */
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

int64_t bs_tape_count(const struct bs_tape *tape, enum bs_order order)
{
    return tape->graph->ops->count(tape->graph, order);
}

int64_t bs_tape_rank(const struct bs_tape *tape, enum bs_order order, int64_t q)
{
    return tape->graph->ops->rank(tape->graph, order, q);
}

/* Entries that a member of a list makes: an update is Δq and q', or q' alone. */
static int64_t entries_each(const struct bs_tape *tape, enum bs_order order)
{
    return order == BS_ORDER_UPDATE && tape->graph->has_steps ? 2 : 1;
}

/* Entries in the first so many lists. */
static int64_t start_of(const struct bs_tape *tape, unsigned orders)
{
    int64_t start = 0;
    for (enum bs_order before = 0; before < orders; before++)
        start += bs_tape_count(tape, before) * entries_each(tape, before);
    return start;
}

int64_t bs_tape_length(const struct bs_tape *tape)
{
    return start_of(tape, BS_ORDERS);
}

bs_entry bs_tape_at(const struct bs_tape *tape, int64_t position)
{
    static const enum bs_role roles[] = {BS_ROLE_VALUE, BS_ROLE_GRADIENT, BS_ROLE_NEW, BS_ROLE_NEW};
    enum bs_order order = BS_ORDER_FORWARD;
    while (position >= bs_tape_count(tape, order) * entries_each(tape, order)) {
        position -= bs_tape_count(tape, order) * entries_each(tape, order);
        order++;
    }
    int64_t each = entries_each(tape, order);
    int64_t q = tape->graph->ops->at(tape->graph, order, position / each);
    bool is_step = each == 2 && position % 2 == 0;
    return bs_entry_make(is_step ? BS_ROLE_STEP : roles[order], q);
}

int64_t bs_tape_position(const struct bs_tape *tape, bs_entry entry)
{
    int64_t q = bs_entry_quantity(entry);
    enum bs_order order = BS_ORDER_FORWARD;
    switch (bs_entry_role(entry)) {
    case BS_ROLE_VALUE:
        break;
    case BS_ROLE_STEP:
        order = BS_ORDER_UPDATE;
        break;
    case BS_ROLE_NEW:
        order = bs_tape_rank(tape, BS_ORDER_UPDATE, q) >= 0 ? BS_ORDER_UPDATE : BS_ORDER_AGAIN;
        break;
    default:
        order = BS_ORDER_BACKWARD;
        break;
    }
    int64_t rank = bs_tape_rank(tape, order, q), each = entries_each(tape, order);
    if (rank < 0) /* a gradient beside the main line: known when the backward pass is done */
        return start_of(tape, BS_ORDER_UPDATE) - 1;
    bool second = each == 2 && bs_entry_role(entry) == BS_ROLE_NEW;
    return start_of(tape, order) + rank * each + second;
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
    return tape->graph->ops->layer(tape->graph, bs_entry_quantity(entry));
}

struct bs_about bs_tape_about(const struct bs_tape *tape, bs_entry entry)
{
    struct bs_about about = {0};
    int64_t q = bs_entry_quantity(entry);
    enum bs_role role = bs_entry_role(entry);
    if (role == BS_ROLE_GRADIENT || role == BS_ROLE_DERIVATIVE)
        about.error_sign = bs_tape_error_sign(tape, q);
    about.is_rate = role == BS_ROLE_VALUE && q == tape->rate;
    about.has_address = bs_tape_is_network(tape);
    if (about.has_address)
        about.address = bs_layout_address(bs_network_layout(tape->graph), q);
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
    int64_t q = bs_layout_ordinal(bs_network_layout(tape->graph), address);
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
    bs_free(tape->formulas.slots);
    bs_free(tape);
}

int bs_tape_of_pass(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                    double eta, struct bs_error *err)
{
    struct bs_graph *graph;
    struct bs_tape *tape;
    int status = isinf(eta) ? bs_fail(err, BS_REFUSED, "eta must be a finite number, got %g", eta)
                            : bs_network_create(&graph, pass, notation, eta, err);
    if (status < 0) {
        bs_pass_destroy(pass);
        return status;
    }
    status = create(&tape, graph, err);
    if (status < 0)
        return status;
    if (isfinite(eta))
        tape->rate =
            bs_layout_ordinal(bs_network_layout(graph), (struct bs_address){.kind = BS_RATE});
    status = bs_tape_check_notation(tape, err);
    if (status < 0)
        bs_tape_destroy(tape);
    else
        *out = tape;
    return status;
}

/* Takes the run over, also when it fails. */
static int tape_of_run(struct bs_tape **out, struct bs_run *run, struct bs_params *params,
                       double eta, struct bs_error *err)
{
    struct bs_graph *graph;
    int status = bs_stack_graph_create(&graph, run, params, eta, err);
    if (status == BS_OK)
        status = create(out, graph, err);
    if (status == BS_OK)
        (*out)->rate = bs_stack_graph_rate(graph);
    return status;
}

int bs_tape_of_samples(struct bs_tape **out, struct bs_arch *arch, struct bs_params *params,
                       const struct bs_batch *batch, double eta, uint64_t seed,
                       struct bs_error *err)
{
    struct bs_run *run;
    if (isinf(eta))
        return bs_fail(err, BS_REFUSED, "eta must be a finite number, got %g", eta);
    int status = bs_run_create(&run, arch, batch->samples, BS_RUN_TAPE, err);
    if (status < 0)
        return status;
    bs_run_seed(run, seed);
    bs_run_load(run, batch->x, batch->t, NULL, batch->samples);
    bs_run_own(run);
    if (bs_run_forward(run, params->values) < 0) {
        bs_run_destroy(run);
        return bs_fail_interrupted(err);
    }
    return tape_of_run(out, run, params, eta, err);
}

static const struct bs_run *run_of(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_stack_ops ? bs_stack_graph_run(tape->graph) : NULL;
}

size_t bs_tape_samples(const struct bs_tape *tape)
{
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

double bs_tape_kink(const struct bs_tape *tape)
{
    return tape->graph->kink;
}

bool bs_tape_is_network(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_network_ops;
}

const struct bs_pass *bs_tape_pass(const struct bs_tape *tape)
{
    return bs_tape_is_network(tape) ? bs_network_pass(tape->graph) : NULL;
}

struct bs_notation *bs_tape_notation(const struct bs_tape *tape)
{
    return bs_tape_is_network(tape) ? bs_network_notation(tape->graph) : NULL;
}

/* The same quantity in another layout of the same network. */
static int64_t translate(const struct bs_tape *to, const struct bs_tape *from, int64_t q)
{
    return bs_layout_ordinal(bs_network_layout(to->graph),
                             bs_layout_address(bs_network_layout(from->graph), q));
}

/* The same entry of the main line. */
static bs_entry translate_entry(const struct bs_tape *to, const struct bs_tape *from,
                                int64_t position)
{
    bs_entry entry = bs_tape_at(from, position);
    return bs_entry_make(bs_entry_role(entry), translate(to, from, bs_entry_quantity(entry)));
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
        bs_entry next = translate_entry(to, from, cursor.position);
        int64_t partials = bs_tape_partial_count(to, next);
        cursor.position = bs_tape_position(to, next);
        cursor.partial = cursor.partial < partials ? cursor.partial : partials;
    } else if (cursor.position > 0) {
        bs_entry last = translate_entry(to, from, cursor.position - 1);
        bool is_there = bs_entry_role(last) != BS_ROLE_STEP || to->graph->has_steps;
        cursor.position = bs_tape_position(to, last) + is_there;
    }
    to->cursor = cursor;
}

int bs_tape_as(struct bs_tape **out, const struct bs_tape *tape, struct bs_notation *notation,
               struct bs_error *err)
{
    const struct bs_pass *own = bs_tape_pass(tape);
    if (!own)
        return bs_fail(err, BS_REFUSED, "only the tape of a network has notations");
    struct bs_pass *pass;
    int status = bs_pass_create(&pass, bs_notation_arch(notation), bs_pass_params(own),
                                bs_pass_x(own), bs_pass_t(own), err);
    if (status == BS_OK)
        status = bs_tape_of_pass(out, pass, notation, bs_network_eta(tape->graph), err);
    if (status == BS_OK)
        move_cursor(*out, tape);
    return status;
}

static int next_run(struct bs_tape **out, const struct bs_tape *tape, const double *x,
                    const double *t, struct bs_error *err)
{
    struct bs_run *run;
    struct bs_params *params;
    int status = bs_stack_graph_next(&run, &params, tape->graph, x, t, err);
    return status == BS_OK ? tape_of_run(out, run, params, bs_stack_graph_eta(tape->graph), err)
                           : status;
}

int bs_tape_next(struct bs_tape **out, const struct bs_tape *tape, const double *x, const double *t,
                 struct bs_error *err)
{
    if (bs_tape_is_free(tape))
        return bs_fail(err, BS_REFUSED, "only the tape of a network has a next one");
    if (tape->rate < 0)
        return bs_fail(err, BS_REFUSED,
                       "this tape has no update: give it a rate, as in net:tape(x, d, {eta = 1})");
    if (!bs_tape_is_network(tape))
        return next_run(out, tape, x, t, err);
    struct bs_params *params;
    struct bs_pass *pass;
    struct bs_notation *notation = bs_network_notation(tape->graph);
    const struct bs_pass *own = bs_network_pass(tape->graph);
    int status = bs_network_updated(&params, tape->graph, err);
    if (status == BS_OK)
        status = bs_pass_create(&pass, bs_notation_arch(notation), params, x ? x : bs_pass_x(own),
                                t ? t : bs_pass_t(own), err);
    if (status == BS_OK)
        status = bs_tape_of_pass(out, pass, notation, bs_network_eta(tape->graph), err);
    return status;
}
