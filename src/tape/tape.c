/* The entries of a tape: their numbers, names and places on the main line; and making tapes. */
#include "tape/internal.h"

#include "base/mem.h"
#include "expr/parse.h"

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

static int64_t count_in(const struct bs_tape *tape, enum bs_order order)
{
    return tape->graph->ops->count(tape->graph, order);
}

static int64_t rank_in(const struct bs_tape *tape, enum bs_order order, int64_t q)
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
        start += count_in(tape, before) * entries_each(tape, before);
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
    while (position >= count_in(tape, order) * entries_each(tape, order)) {
        position -= count_in(tape, order) * entries_each(tape, order);
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
        order = rank_in(tape, BS_ORDER_UPDATE, q) >= 0 ? BS_ORDER_UPDATE : BS_ORDER_AGAIN;
        break;
    default:
        order = BS_ORDER_BACKWARD;
        break;
    }
    int64_t rank = rank_in(tape, order, q), each = entries_each(tape, order);
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
        return rank_in(tape, BS_ORDER_UPDATE, bs_entry_quantity(entry)) >= 0 ? BS_PHASE_UPDATE
                                                                             : BS_PHASE_AGAIN;
    default:
        return BS_PHASE_BACKWARD;
    }
}

int bs_tape_layer(const struct bs_tape *tape, bs_entry entry)
{
    return tape->graph->ops->layer(tape->graph, bs_entry_quantity(entry));
}

/* ---- names ----------------------------------------------------------------------------------- */

static void put_quantity(const struct bs_tape *tape, struct bs_buf *buf, int64_t q,
                         enum bs_form form)
{
    tape->graph->ops->name(tape->graph, buf, q, form);
}

/* ∂c/∂q, spelt dc_dq */
static void put_quotient(const struct bs_tape *tape, struct bs_buf *buf, int64_t c, int64_t q,
                         enum bs_form form)
{
    static const char *const pieces[][3] = {
        [BS_UNICODE] = {"∂", "/∂", ""},
        [BS_ASCII] = {"d", "_d", ""},
        [BS_LATEX] = {"\\frac{\\partial ", "}{\\partial ", "}"},
    };
    bs_buf_put(buf, pieces[form][0]);
    put_quantity(tape, buf, c, form);
    bs_buf_put(buf, pieces[form][1]);
    put_quantity(tape, buf, q, form);
    bs_buf_put(buf, pieces[form][2]);
}

/*
 * The loss's own slope at q where other users of q add to it: ∂E/∂q is the name of the whole, so
 * this part is marked.
 */
static void put_partial(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry,
                        enum bs_form form)
{
    static const char *const direct[] = {
        [BS_UNICODE] = "|direct", [BS_ASCII] = "_direct", [BS_LATEX] = "|_{\\text{direct}}"};
    int64_t c = bs_entry_user(entry);
    put_quotient(tape, buf, c, bs_entry_quantity(entry), form);
    if (c == tape->graph->ops->root(tape->graph))
        bs_buf_put(buf, direct[form]);
}

void bs_tape_show_name(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry,
                       enum bs_form form)
{
    static const char *const step[] = {
        [BS_UNICODE] = "Δ", [BS_ASCII] = "d", [BS_LATEX] = "\\Delta "};
    const struct bs_graph *graph = tape->graph;
    int64_t q = bs_entry_quantity(entry);
    switch (bs_entry_role(entry)) {
    case BS_ROLE_VALUE:
        put_quantity(tape, buf, q, form);
        break;
    case BS_ROLE_GRADIENT:
        if (bs_tape_error_sign(tape, q))
            graph->ops->error_name(graph, buf, q, form);
        else
            put_quotient(tape, buf, graph->ops->root(graph), q, form);
        break;
    case BS_ROLE_DERIVATIVE:
        put_quotient(tape, buf, graph->ops->root(graph), q, form);
        break;
    case BS_ROLE_PARTIAL:
        put_partial(tape, buf, entry, form);
        break;
    case BS_ROLE_STEP:
        bs_buf_put(buf, step[form]);
        put_quantity(tape, buf, q, form);
        break;
    case BS_ROLE_NEW:
        put_quantity(tape, buf, q, form);
        bs_buf_put(buf, form == BS_ASCII ? "_new" : "'");
        break;
    }
}

void bs_tape_name(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry)
{
    bs_tape_show_name(tape, buf, entry, BS_ASCII);
}

int bs_tape_error_sign(const struct bs_tape *tape, int64_t q)
{
    return tape->graph->ops->error_sign(tape->graph, q);
}

int bs_tape_gradient_sign(const struct bs_tape *tape, int64_t q)
{
    return bs_tape_error_sign(tape, q) < 0 ? -1 : 1;
}

/* ---- finding --------------------------------------------------------------------------------- */

static int64_t find_quantity(const struct bs_tape *tape, const char *name, size_t length)
{
    char part[BS_LONGEST_NAME + 16]; /* with its indices */
    bool is_error;
    if (length == 0 || length >= sizeof part)
        return -1;
    memcpy(part, name, length);
    part[length] = '\0';
    int64_t q = tape->graph->ops->find(tape->graph, part, &is_error);
    return is_error ? -1 : q;
}

static bool is_used(const struct bs_tape *tape, int64_t q)
{
    return q == tape->graph->ops->root(tape->graph) ||
           tape->graph->ops->user_count(tape->graph, q) > 0;
}

static bool changes(const struct bs_tape *tape, int64_t q)
{
    return rank_in(tape, BS_ORDER_UPDATE, q) >= 0 || rank_in(tape, BS_ORDER_AGAIN, q) >= 0;
}

static bs_entry find_new(const struct bs_tape *tape, const char *name, size_t length)
{
    static const char suffix[] = "_new";
    size_t tail = sizeof suffix - 1;
    if (length <= tail || strcmp(name + length - tail, suffix) != 0)
        return BS_NO_ENTRY;
    int64_t q = find_quantity(tape, name, length - tail);
    return q >= 0 && changes(tape, q) ? bs_entry_make(BS_ROLE_NEW, q) : BS_NO_ENTRY;
}

static bs_entry find_step(const struct bs_tape *tape, const char *name, size_t length)
{
    if (name[0] != 'd' || !tape->graph->has_steps)
        return BS_NO_ENTRY;
    int64_t q = find_quantity(tape, name + 1, length - 1);
    return q >= 0 && rank_in(tape, BS_ORDER_UPDATE, q) >= 0 ? bs_entry_make(BS_ROLE_STEP, q)
                                                            : BS_NO_ENTRY;
}

static bool is_user(const struct bs_tape *tape, int64_t c, int64_t q)
{
    for (int64_t k = 0; k < tape->graph->ops->user_count(tape->graph, q); k++)
        if (tape->graph->ops->user(tape->graph, q, k) == c)
            return true;
    return false;
}

/* dc_dq, taken apart at one of its "_d": a gradient when c is the loss, else a partial. */
static bs_entry find_quotient_at(const struct bs_tape *tape, const char *name, size_t length,
                                 size_t split)
{
    static const char direct[] = "_direct";
    size_t tail = sizeof direct - 1, rest = length - split - 2;
    int64_t c = find_quantity(tape, name + 1, split - 1);
    int64_t root = tape->graph->ops->root(tape->graph);
    if (c < 0 || root < 0)
        return BS_NO_ENTRY;
    int64_t q = find_quantity(tape, name + split + 2, rest);
    if (q >= 0 && c == root && is_used(tape, q) && !bs_tape_error_sign(tape, q))
        return bs_entry_make(BS_ROLE_GRADIENT, q);
    if (q >= 0 && c != root && is_user(tape, c, q))
        return bs_entry_partial(c, q);
    if (c != root || rest <= tail || strcmp(name + length - tail, direct) != 0)
        return BS_NO_ENTRY;
    q = find_quantity(tape, name + split + 2, rest - tail);
    bool has_other = q >= 0 && tape->graph->ops->user_count(tape->graph, q) > 1;
    return has_other && is_user(tape, c, q) ? bs_entry_partial(c, q) : BS_NO_ENTRY;
}

static bs_entry find_quotient(const struct bs_tape *tape, const char *name, size_t length)
{
    if (name[0] != 'd')
        return BS_NO_ENTRY;
    for (const char *split = strstr(name + 1, "_d"); split; split = strstr(split + 1, "_d")) {
        bs_entry entry = find_quotient_at(tape, name, length, (size_t)(split - name));
        if (entry != BS_NO_ENTRY)
            return entry;
    }
    return BS_NO_ENTRY;
}

/* An entry named after others: dE_dw, w_new, dw. */
static bs_entry find_derived(const struct bs_tape *tape, const char *name)
{
    size_t length = strlen(name);
    bs_entry entry = find_quotient(tape, name, length);
    if (entry == BS_NO_ENTRY)
        entry = find_new(tape, name, length);
    return entry == BS_NO_ENTRY ? find_step(tape, name, length) : entry;
}

/* What was named as a whole comes first. */
static bs_entry find_label(const struct bs_tape *tape, const char *name)
{
    bool is_error;
    int64_t q = tape->graph->ops->find(tape->graph, name, &is_error);
    if (q < 0)
        return BS_NO_ENTRY;
    return bs_entry_make(is_error ? BS_ROLE_GRADIENT : BS_ROLE_VALUE, q);
}

static bs_entry find_spelt(const struct bs_tape *tape, const char *name)
{
    bs_entry entry = find_label(tape, name);
    return entry == BS_NO_ENTRY ? find_derived(tape, name) : entry;
}

void bs_tape_offer_names(const struct bs_tape *tape, struct bs_nearest *nearest)
{
    enum { MOST_OFFERED = 4000 };
    struct bs_buf buf = BS_BUF_INIT;
    int64_t count = bs_tape_length(tape);
    for (int64_t p = 0; p < count && p < MOST_OFFERED; p++) {
        bs_buf_cut(&buf, 0);
        bs_tape_name(tape, &buf, bs_tape_at(tape, p));
        bs_nearest_offer(nearest, bs_buf_text(&buf));
    }
    bs_buf_finish(&buf);
}

/* Signs of derived names as they are shown, and as they are spelt. */
static const struct sign {
    const char *shown, *spelt;
} signs[] = {{"∂", "d"}, {"Δ", "d"}, {"/", "_"}, {"|", "_"}, {NULL, NULL}};

/* The sign that a text starts with, or NULL. */
static const struct sign *sign_at(const char *text)
{
    for (const struct sign *sign = signs; sign->shown; sign++)
        if (strncmp(text, sign->shown, strlen(sign->shown)) == 0)
            return sign;
    return NULL;
}

/* Δw and ∂E/∂w are spelt dw and dE_dw; in a name that does not start so, / is no sign. */
static void spell_derived(struct bs_buf *buf, const char *name)
{
    const struct sign *first = sign_at(name);
    bool is_derived = first && first->spelt[0] == 'd';
    while (*name) {
        const struct sign *sign = is_derived ? sign_at(name) : NULL;
        bs_buf_put_n(buf, sign ? sign->spelt : name, 1);
        name += sign ? strlen(sign->shown) : 1;
    }
}

/*
 * A name is also read as it is shown and as it is in a formula: ∂E/∂w_11, x1.in, w_11' and α_1 are
 * dE_dw_11, x1_in, w_11_new and alpha_1.  Gives whether there was memory for that.
 */
static int find_shown(bs_entry *out, const struct bs_tape *tape, const char *name)
{
    bs_expr read;
    struct bs_buf buf = BS_BUF_INIT;
    spell_derived(&buf, name);
    int status = buf.failed ? BS_NO_MEMORY
                            : bs_parse(&read, tape->pool, bs_buf_text(&buf), buf.length, NULL);
    if (status == BS_OK && read->kind == BS_SYMBOL)
        *out = find_spelt(tape, read->u.name);
    bs_buf_finish(&buf);
    return status == BS_NO_MEMORY ? BS_NO_MEMORY : BS_OK;
}

int bs_tape_find(bs_entry *out, const struct bs_tape *tape, const char *name, struct bs_error *err)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_entry entry = find_spelt(tape, name);
    if (entry == BS_NO_ENTRY && find_shown(&entry, tape, name) < 0)
        return bs_fail_memory(err);
    if (entry != BS_NO_ENTRY) {
        *out = entry;
        return BS_OK;
    }
    bs_nearest_init(&nearest, name);
    bs_tape_offer_names(tape, &nearest);
    return bs_fail(err, BS_REFUSED, "there is no entry called \"%.80s\"%s", name,
                   bs_nearest_hint(&nearest, hint));
}

int bs_tape_gradient_entry(bs_entry *out, bool *negative, const struct bs_tape *tape,
                           bs_entry entry, struct bs_error *err)
{
    struct bs_buf name = BS_BUF_INIT;
    int64_t q = bs_entry_quantity(entry);
    bool has = bs_entry_role(entry) == BS_ROLE_VALUE && tape->graph->ops->root(tape->graph) >= 0 &&
               is_used(tape, q);
    if (has) {
        *out = bs_entry_make(BS_ROLE_GRADIENT, q);
        *negative = bs_tape_gradient_sign(tape, q) < 0;
        return BS_OK;
    }
    bs_tape_name(tape, &name, entry);
    int status =
        tape->graph->ops->root(tape->graph) < 0
            ? bs_fail(err, BS_REFUSED,
                      "there is no backward pass yet: t:backward \"NAME\" makes one")
            : bs_fail(err, BS_REFUSED, "the loss does not depend on %.80s", bs_buf_text(&name));
    bs_buf_finish(&name);
    return status;
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

/* Does the spelling of an entry lead back to it, and to no other? */
static bool is_own_name(const struct bs_tape *tape, bs_entry entry, const char *name)
{
    bs_entry label = find_label(tape, name), derived = find_derived(tape, name);
    return (label == entry && derived == BS_NO_ENTRY) || (label == BS_NO_ENTRY && derived == entry);
}

static int check_name(const struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    struct bs_buf name = BS_BUF_INIT;
    bs_tape_name(tape, &name, entry);
    int status = BS_OK;
    if (name.failed)
        status = bs_fail_memory(err);
    else if (!is_own_name(tape, entry, bs_buf_text(&name)))
        status =
            bs_fail(err, BS_REFUSED, "two entries would both be called %.80s", bs_buf_text(&name));
    bs_buf_finish(&name);
    return status;
}

/* An entry, and the partials on its chain rule, must have names of their own. */
static int check_entry(const struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    int status = check_name(tape, entry, err);
    for (int64_t k = 0; status == BS_OK && k < bs_tape_partial_count(tape, entry); k++)
        status = check_name(tape, bs_tape_partial(tape, entry, k), err);
    return status;
}

/* Entries from a position on. */
static int check_names(const struct bs_tape *tape, int64_t from, struct bs_error *err)
{
    int status = BS_OK;
    for (int64_t p = from; status == BS_OK && p < bs_tape_length(tape); p++)
        status = check_entry(tape, bs_tape_at(tape, p), err);
    return status;
}

struct checking {
    const struct bs_tape *tape;
    struct bs_error *err;
};

/* -1: a rate that this tape has not. */
static int64_t quantity_at(const struct bs_tape *tape, struct bs_address address)
{
    return bs_layout_ordinal(bs_network_layout(tape->graph), address);
}

static int check_value(void *context, struct bs_address address)
{
    const struct checking *checking = context;
    int64_t q = quantity_at(checking->tape, address);
    return q < 0 ? BS_OK
                 : check_name(checking->tape, bs_entry_make(BS_ROLE_VALUE, q), checking->err);
}

/* The entries that the tape derives about a quantity. */
static int check_derived(void *context, struct bs_address address)
{
    const struct checking *checking = context;
    const struct bs_tape *tape = checking->tape;
    int64_t q = quantity_at(tape, address);
    bool is_updated = q >= 0 && rank_in(tape, BS_ORDER_UPDATE, q) >= 0;
    int status = BS_OK;
    if (q >= 0 && is_used(tape, q))
        status = check_entry(tape, bs_entry_make(BS_ROLE_GRADIENT, q), checking->err);
    if (status == BS_OK && is_updated)
        status = check_name(tape, bs_entry_make(BS_ROLE_STEP, q), checking->err);
    if (status == BS_OK && q >= 0 && changes(tape, q))
        status = check_name(tape, bs_entry_make(BS_ROLE_NEW, q), checking->err);
    return status;
}

/* The names of the notations with a name of their own cannot clash; those of a table may. */
static int check_notation(const struct bs_tape *tape, struct bs_error *err)
{
    struct checking checking = {tape, err};
    const struct bs_notation *notation = bs_network_notation(tape->graph);
    if (strcmp(bs_notation_name(notation), "table") != 0)
        return BS_OK;
    int status = bs_notation_visit(notation, check_value, &checking);
    return status < 0 ? status : bs_notation_visit(notation, check_derived, &checking);
}

int bs_tape_of_pass(struct bs_tape **out, struct bs_pass *pass, struct bs_notation *notation,
                    double eta, struct bs_error *err)
{
    struct bs_graph *graph;
    struct bs_tape *tape;
    int status = bs_network_create(&graph, pass, notation, eta, err);
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
    status = check_notation(tape, err);
    if (status < 0)
        bs_tape_destroy(tape);
    else
        *out = tape;
    return status;
}

static bool is_network(const struct bs_tape *tape)
{
    return tape->graph->ops == &bs_network_ops;
}

const struct bs_pass *bs_tape_pass(const struct bs_tape *tape)
{
    return is_network(tape) ? bs_network_pass(tape->graph) : NULL;
}

struct bs_notation *bs_tape_notation(const struct bs_tape *tape)
{
    return is_network(tape) ? bs_network_notation(tape->graph) : NULL;
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
        cursor.position = bs_tape_position(to, translate_entry(to, from, cursor.position - 1)) + 1;
    }
    to->cursor = cursor;
}

/* A tape in a notation over a pass of the given parameters. */
static int make_again(struct bs_tape **out, const struct bs_tape *tape,
                      struct bs_notation *notation, struct bs_params *params, const double *x,
                      const double *t, struct bs_error *err)
{
    struct bs_pass *pass;
    int status = bs_pass_create(&pass, bs_notation_arch(notation), params, x, t, err);
    if (status < 0)
        return status;
    return bs_tape_of_pass(out, pass, notation, bs_network_eta(tape->graph), err);
}

int bs_tape_as(struct bs_tape **out, const struct bs_tape *tape, struct bs_notation *notation,
               struct bs_error *err)
{
    const struct bs_pass *pass = bs_tape_pass(tape);
    if (!pass)
        return bs_fail(err, BS_REFUSED, "only the tape of a network has notations");
    struct bs_tape *made;
    int status = make_again(&made, tape, notation, bs_pass_params(pass), bs_pass_x(pass),
                            bs_pass_t(pass), err);
    if (status < 0)
        return status;
    move_cursor(made, tape);
    *out = made;
    return BS_OK;
}

int bs_tape_next(struct bs_tape **out, const struct bs_tape *tape, const double *x, const double *t,
                 struct bs_error *err)
{
    if (!is_network(tape))
        return bs_fail(err, BS_REFUSED, "only the tape of a network has a next one");
    if (tape->rate < 0)
        return bs_fail(err, BS_REFUSED,
                       "this tape has no update: give it a rate, as in net:tape(x, d, {eta = 1})");
    struct bs_params *params;
    const struct bs_pass *pass = bs_tape_pass(tape);
    int status = bs_network_updated(&params, tape->graph, err);
    if (status < 0)
        return status;
    return make_again(out, tape, bs_network_notation(tape->graph), params, x ? x : bs_pass_x(pass),
                      t ? t : bs_pass_t(pass), err);
}

/* ---- free-form tapes ------------------------------------------------------------------------- */

static int check_addition(const struct bs_tape *tape, const char *name, struct bs_error *err)
{
    if (is_network(tape))
        return bs_fail(err, BS_REFUSED, "the tape of a network cannot be added to");
    if (tape->graph->ops->root(tape->graph) >= 0)
        return bs_fail(err, BS_REFUSED,
                       "the backward pass is on the tape already: define %.80s before it", name);
    if (!bs_is_name(name))
        return bs_fail(err, BS_REFUSED,
                       "\"%.80s\" is no name: a name is letters, digits and _, and does not start "
                       "with a digit",
                       name);
    if (strlen(name) > BS_LONGEST_NAME)
        return bs_fail(err, BS_REFUSED, "a name has at most %d letters, \"%.20s...\" has %zu",
                       BS_LONGEST_NAME, name, strlen(name));
    if (find_spelt(tape, name) != BS_NO_ENTRY)
        return bs_fail(err, BS_REFUSED, "%.80s is on the tape already", name);
    return BS_OK;
}

int bs_tape_given(struct bs_tape *tape, const char *name, double value, struct bs_error *err)
{
    int status = check_addition(tape, name, err);
    if (status < 0)
        return status;
    if (!isfinite(value))
        return bs_fail(err, BS_REFUSED, "the value of %.80s must be a finite number, got %g", name,
                       value);
    return bs_circuit_add(tape->graph, name, NULL, (struct bs_valued){value, fabs(value)}, err);
}

struct resolving {
    struct bs_tape *tape;
    const char *formula, *defined;
    struct bs_error *err;
    int status;
};

/* Where the formula mentions the name, as a whole word; 0 when it is spelt otherwise there. */
static int column_of(const char *formula, const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    size_t length = strlen(name);
    for (const char *at = formula; (at = strstr(at, name)); at += length) {
        bool starts = at == formula || !strchr(word, at[-1]);
        if (starts && (at[length] == '\0' || !strchr(word, at[length])))
            return (int)(at - formula) + 1;
    }
    return 0;
}

static void refuse_name(struct resolving *resolving, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    int column = column_of(resolving->formula, name);
    if (strcmp(name, resolving->defined) == 0) {
        resolving->status =
            bs_fail_at(resolving->err, column,
                       "%.80s is not defined yet: a definition uses earlier names", name);
        return;
    }
    bs_nearest_init(&nearest, name);
    bs_tape_offer_names(resolving->tape, &nearest);
    resolving->status =
        bs_fail_at(resolving->err, column, "%.80s is not on the tape before %.80s%s", name,
                   resolving->defined, bs_nearest_hint(&nearest, hint));
}

static bs_expr resolve(void *context, struct bs_pool *pool, bs_expr leaf)
{
    struct resolving *resolving = context;
    bool is_error;
    if (resolving->status < 0)
        return NULL;
    int64_t q = resolving->tape->graph->ops->find(resolving->tape->graph, leaf->u.name, &is_error);
    if (q >= 0)
        return bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, q));
    refuse_name(resolving, leaf->u.name);
    return NULL;
}

static int has_indexed_sum(bs_expr expr)
{
    if (expr->kind == BS_INDEXED_SUM)
        return 1;
    for (int i = 0; i < expr->count; i++)
        if (has_indexed_sum(expr->args[i]))
            return 1;
    return 0;
}

int bs_tape_let(struct bs_tape *tape, const char *name, const char *formula, size_t length,
                struct bs_error *err)
{
    bs_expr written;
    int status = check_addition(tape, name, err);
    if (status == BS_OK)
        status = bs_parse(&written, tape->pool, formula, length, err);
    if (status < 0)
        return status;
    if (has_indexed_sum(written))
        return bs_fail(err, BS_REFUSED, "write the terms of the sum out: a tape has no indices");
    struct resolving resolving = {tape, formula, name, err, BS_OK};
    bs_expr definition = bs_map_leaves(tape->pool, written, resolve, &resolving);
    if (!definition)
        return resolving.status < 0 ? resolving.status : bs_pool_error(tape->pool, err);
    struct bs_valued valued;
    bool on_kink;
    status = bs_tape_eval(&valued, &on_kink, tape, definition, err);
    if (status < 0)
        return status;
    return bs_circuit_add(tape->graph, name, definition, valued, err);
}

/* Evaluate the entries of a list in order, each on the stored numbers of those before it. */
static int store_numbers(struct bs_tape *tape, int64_t from, struct bs_error *err)
{
    int status = BS_OK;
    for (int64_t p = from; status == BS_OK && p < bs_tape_length(tape); p++) {
        bs_entry entry = bs_tape_at(tape, p);
        double value;
        status = bs_tape_value(&value, tape, entry, err);
        if (status == BS_OK)
            bs_circuit_store(tape->graph, bs_entry_role(entry), bs_entry_quantity(entry), value);
    }
    return status;
}

int bs_tape_backward(struct bs_tape *tape, const char *root, struct bs_error *err)
{
    bs_entry entry;
    if (is_network(tape))
        return bs_fail(err, BS_REFUSED, "the tape of a network has its backward pass already");
    if (tape->graph->ops->root(tape->graph) >= 0)
        return bs_fail(err, BS_REFUSED, "the backward pass is on the tape already");
    int status = bs_tape_find(&entry, tape, root, err);
    if (status < 0)
        return status;
    int64_t from = bs_tape_length(tape);
    status = bs_circuit_set_root(tape->graph, bs_entry_quantity(entry), err);
    if (status == BS_OK)
        status = check_names(tape, from, err);
    if (status == BS_OK)
        status = store_numbers(tape, from, err);
    if (status < 0) {
        bs_circuit_set_root(tape->graph, -1, NULL);
        bs_tape_forget(tape);
    }
    return status;
}

static int find_givens(int64_t *givens, const struct bs_tape *tape, const char *const *names,
                       size_t count, struct bs_error *err)
{
    for (size_t i = 0; i < count; i++) {
        bs_entry entry;
        int status = bs_tape_find(&entry, tape, names[i], err);
        if (status < 0)
            return status;
        if (bs_tape_phase(tape, entry) != BS_PHASE_GIVEN)
            return bs_fail(err, BS_REFUSED,
                           "%.80s is no given: an update changes givens, the rest follows",
                           names[i]);
        givens[i] = bs_entry_quantity(entry);
        if (!is_used(tape, givens[i]))
            return bs_fail(err, BS_REFUSED, "the loss does not depend on %.80s", names[i]);
        for (size_t k = 0; k < i; k++)
            if (givens[k] == givens[i])
                return bs_fail(err, BS_REFUSED, "%.80s is named twice", names[i]);
    }
    return BS_OK;
}

/* The tape's own eta, or a new given of that name at the end of the givens. */
static int set_rate(struct bs_tape *tape, double eta, bool *is_added, struct bs_error *err)
{
    bool is_error;
    int64_t q = tape->graph->ops->find(tape->graph, "eta", &is_error);
    *is_added = false;
    if (isnan(eta) && q < 0)
        return bs_fail(err, BS_REFUSED,
                       "give the learning rate, as in t:update({...}, {eta = 0.1})");
    if (!isnan(eta) && q >= 0)
        return bs_fail(err, BS_REFUSED,
                       "eta is on the tape already: leave the option out to use it");
    if (isnan(eta)) {
        tape->rate = q;
        return BS_OK;
    }
    if (!isfinite(eta))
        return bs_fail(err, BS_REFUSED, "eta must be a finite number, got %g", eta);
    int status = bs_circuit_add(tape->graph, "eta", NULL, (struct bs_valued){eta, fabs(eta)}, err);
    if (status < 0)
        return status;
    *is_added = true;
    tape->rate = tape->graph->ops->find(tape->graph, "eta", &is_error);
    return BS_OK;
}

static int apply_update(struct bs_tape *tape, const int64_t *givens, size_t count, double eta,
                        struct bs_error *err)
{
    bool is_added;
    int64_t rate = tape->rate;
    int status = set_rate(tape, eta, &is_added, err);
    if (status < 0)
        return status;
    int64_t from = bs_tape_length(tape);
    status = bs_circuit_set_update(tape->graph, givens, count, err);
    if (status == BS_OK)
        status = check_names(tape, from, err);
    if (status == BS_OK)
        status = store_numbers(tape, from, err);
    if (status == BS_OK) {
        /* the new given stands before what is shown already */
        int64_t place = bs_tape_position(tape, bs_entry_make(BS_ROLE_VALUE, tape->rate));
        tape->cursor.position += is_added && tape->cursor.position > place;
        return BS_OK;
    }
    bs_circuit_set_update(tape->graph, NULL, 0, NULL);
    if (is_added)
        bs_circuit_drop_last(tape->graph);
    tape->rate = rate;
    return status;
}

int bs_tape_update(struct bs_tape *tape, const char *const *names, size_t count, double eta,
                   struct bs_error *err)
{
    if (is_network(tape))
        return bs_fail(err, BS_REFUSED,
                       "the tape of a network has its update from net:tape(x, d, {eta = ...})");
    if (tape->graph->ops->root(tape->graph) < 0)
        return bs_fail(err, BS_REFUSED, "an update needs the backward pass: t:backward \"NAME\"");
    if (count_in(tape, BS_ORDER_UPDATE) > 0)
        return bs_fail(err, BS_REFUSED, "the tape has its update already");
    if (count == 0)
        return bs_fail(err, BS_REFUSED, "name at least one given to update");
    int64_t *givens = bs_alloc(count * sizeof *givens);
    if (!givens)
        return bs_fail_memory(err);
    int status = find_givens(givens, tape, names, count, err);
    if (status == BS_OK)
        status = apply_update(tape, givens, count, eta, err);
    bs_free(givens);
    return status;
}
