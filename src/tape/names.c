/* The names of entries: writing them, finding entries by them, and that no two are the same. */
#include "tape/dense.h"
#include "tape/internal.h"

#include "base/mem.h"
#include "expr/parse.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

static void put_bare(const struct bs_tape *tape, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    if (bs_tape_is_extra(tape, q))
        bs_extra_put_name(tape, buf, q, form);
    else
        tape->graph->ops->name(tape->graph, buf, q, form);
}

int64_t bs_tape_sample(const struct bs_tape *tape, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    return graph->ops->sample && !bs_tape_is_extra(tape, q) ? graph->ops->sample(graph, q) : 0;
}

/* The names of what a sample has for itself end in @ and its number. */
static void put_sample(const struct bs_tape *tape, struct bs_buf *buf, int64_t q)
{
    int64_t sample = bs_tape_sample(tape, q);
    if (sample > 0)
        bs_buf_printf(buf, "@%lld", (long long)sample);
}

static void put_quantity(const struct bs_tape *tape, struct bs_buf *buf, int64_t q,
                         enum bs_form form)
{
    put_bare(tape, buf, q, form);
    put_sample(tape, buf, q);
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

static void put_gradient(const struct bs_tape *tape, struct bs_buf *buf, int64_t q,
                         enum bs_form form)
{
    const struct bs_graph *graph = tape->graph;
    if (bs_tape_error_sign(tape, q)) {
        graph->ops->error_name(graph, buf, q, form);
        put_sample(tape, buf, q);
    } else {
        put_quotient(tape, buf, graph->ops->root(graph), q, form);
    }
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
        put_gradient(tape, buf, q, form);
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
        put_bare(tape, buf, q, form);
        bs_buf_put(buf, form == BS_ASCII ? "_new" : "'");
        put_sample(tape, buf, q);
        break;
    }
}

bool bs_tape_is_quotient(const struct bs_tape *tape, bs_entry entry)
{
    switch (bs_entry_role(entry)) {
    case BS_ROLE_GRADIENT:
        return bs_tape_error_sign(tape, bs_entry_quantity(entry)) == 0;
    case BS_ROLE_DERIVATIVE:
    case BS_ROLE_PARTIAL:
        return true;
    default:
        return false;
    }
}

void bs_tape_name(const struct bs_tape *tape, struct bs_buf *buf, bs_entry entry)
{
    bs_tape_show_name(tape, buf, entry, BS_ASCII);
}

int bs_tape_error_sign(const struct bs_tape *tape, int64_t q)
{
    return bs_tape_is_extra(tape, q) ? 0 : tape->graph->ops->error_sign(tape->graph, q);
}

int bs_tape_gradient_sign(const struct bs_tape *tape, int64_t q)
{
    return bs_tape_error_sign(tape, q) < 0 ? -1 : 1;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* More than the longest name of a layer and of what it has, with indices, sample and mhat_. */
enum { MOST_SPELT = 2 * BS_LONGEST_NAME + 64 };

/* The sample that a name ends in, and where its @ stands; 0: none, and the end. */
static int64_t read_sample(const char *name, size_t *at)
{
    const char *sign = strrchr(name, '@');
    int64_t sample = 0;
    *at = sign ? (size_t)(sign - name) : strlen(name);
    for (const char *digit = sign ? sign + 1 : ""; *digit; digit++) {
        bool is_digit = *digit >= '0' && *digit <= '9' && (sample > 0 || *digit > '0');
        if (!is_digit || sample > BS_MOST_QUANTITIES)
            return -1;
        sample = sample * 10 + (*digit - '0');
    }
    return sign && sample == 0 ? -1 : sample;
}

/* What the graph calls so.  Without samples @ is in no name. */
static int64_t find_in_graph(const struct bs_tape *tape, const char *name, bool *is_error)
{
    char part[MOST_SPELT];
    const struct bs_graph *graph = tape->graph;
    size_t at;
    int64_t sample = read_sample(name, &at);
    *is_error = false;
    if (!graph->ops->sample)
        return graph->ops->find(graph, name, is_error);
    if (sample < 0 || at >= sizeof part)
        return -1;
    memcpy(part, name, at);
    part[at] = '\0';
    int64_t q = graph->ops->find(graph, part, is_error);
    if (q < 0 || (sample == 0 && graph->ops->sample(graph, q) == 0))
        return q;
    return sample == 0 ? -1 : graph->ops->in_sample(graph, q, sample);
}

static int64_t find_quantity(const struct bs_tape *tape, const char *name, size_t length)
{
    char part[MOST_SPELT];
    bool is_error;
    if (length == 0 || length >= sizeof part)
        return -1;
    memcpy(part, name, length);
    part[length] = '\0';
    int64_t q = find_in_graph(tape, part, &is_error);
    if (q < 0)
        return bs_extra_find(tape, part);
    return is_error ? -1 : q;
}

/* Of a network, a parameter that nothing happens to use has a gradient, too: 0. */
bool bs_tape_is_used(const struct bs_tape *tape, int64_t q)
{
    return !bs_tape_is_extra(tape, q) && (bs_tape_rank(tape, BS_ORDER_BACKWARD, q) >= 0 ||
                                          q == tape->graph->ops->root(tape->graph) ||
                                          tape->graph->ops->user_count(tape->graph, q) > 0);
}

bool bs_tape_changes(const struct bs_tape *tape, int64_t q)
{
    if (bs_tape_is_extra(tape, q))
        return bs_extra_changes(tape, q);
    return bs_tape_rank(tape, BS_ORDER_UPDATE, q) >= 0 ||
           bs_tape_rank(tape, BS_ORDER_AGAIN, q) >= 0;
}

/* w_new; of a sample a_1_new@2. */
static bs_entry find_new(const struct bs_tape *tape, const char *name, size_t length)
{
    static const char suffix[] = "_new";
    char part[MOST_SPELT];
    size_t tail = sizeof suffix - 1, at;
    read_sample(name, &at);
    if (at <= tail || length - tail >= sizeof part || strncmp(name + at - tail, suffix, tail) != 0)
        return BS_NO_ENTRY;
    memcpy(part, name, at - tail);
    memcpy(part + at - tail, name + at, length - at);
    int64_t q = find_quantity(tape, part, length - tail);
    return q >= 0 && bs_tape_changes(tape, q) ? bs_entry_make(BS_ROLE_NEW, q) : BS_NO_ENTRY;
}

static bs_entry find_step(const struct bs_tape *tape, const char *name, size_t length)
{
    if (name[0] != 'd' || !tape->graph->has_steps)
        return BS_NO_ENTRY;
    int64_t q = find_quantity(tape, name + 1, length - 1);
    return q >= 0 && bs_tape_rank(tape, BS_ORDER_UPDATE, q) >= 0 ? bs_entry_make(BS_ROLE_STEP, q)
                                                                 : BS_NO_ENTRY;
}

/* Users are listed in tape order, which for definitions is that of their numbers. */
static bool is_user(const struct bs_tape *tape, int64_t c, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    int64_t count = graph->ops->user_count(graph, q), low = 0, high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (graph->ops->user(graph, q, middle) < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && graph->ops->user(graph, q, low) == c;
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
    if (q >= 0 && c == root && bs_tape_is_used(tape, q) && !bs_tape_error_sign(tape, q))
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
    int64_t q = find_in_graph(tape, name, &is_error);
    if (q < 0)
        return BS_NO_ENTRY;
    return bs_entry_make(is_error ? BS_ROLE_GRADIENT : BS_ROLE_VALUE, q);
}

/* Then what the optimiser named. */
static bs_entry find_extra(const struct bs_tape *tape, const char *name)
{
    int64_t q = bs_extra_find(tape, name);
    return q < 0 ? BS_NO_ENTRY : bs_entry_make(BS_ROLE_VALUE, q);
}

bs_entry bs_tape_find_spelt(const struct bs_tape *tape, const char *name)
{
    bs_entry entry = find_label(tape, name);
    if (entry == BS_NO_ENTRY)
        entry = find_extra(tape, name);
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

/* A sample's @ is no sign of a formula, so that is read with a word for it. */
static const char at_word[] = "_at_";

/* Δw and ∂E/∂w are spelt dw and dE_dw; in a name that does not start so, / is no sign. */
static void spell_derived(struct bs_buf *buf, const char *name)
{
    const struct sign *first = sign_at(name);
    bool is_derived = first && first->spelt[0] == 'd';
    while (*name) {
        size_t prime = name[0] == '\'' && name[1] == '@';
        if (name[prime] == '@') {
            bs_buf_printf(buf, "%s%s", prime ? "_new" : "", at_word);
            name += prime + 1;
            continue;
        }
        const struct sign *sign = is_derived ? sign_at(name) : NULL;
        bs_buf_put_n(buf, sign ? sign->spelt : name, 1);
        name += sign ? strlen(sign->shown) : 1;
    }
}

static void put_back_samples(struct bs_buf *buf, const char *name)
{
    for (const char *word; (word = strstr(name, at_word)); name = word + sizeof at_word - 1) {
        bs_buf_put_n(buf, name, (size_t)(word - name));
        bs_buf_char(buf, '@');
    }
    bs_buf_put(buf, name);
}

/* The name that was read, with its samples where there were some. */
static bs_entry find_read(const struct bs_tape *tape, const char *read, bool has_samples,
                          struct bs_buf *space)
{
    if (!has_samples)
        return bs_tape_find_spelt(tape, read);
    bs_buf_cut(space, 0);
    put_back_samples(space, read);
    return space->failed ? BS_NO_ENTRY : bs_tape_find_spelt(tape, bs_buf_text(space));
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
    int status = buf.failed
                     ? BS_NO_MEMORY
                     : bs_parse_whole(&read, tape->pool, bs_buf_text(&buf), buf.length, NULL);
    if (status == BS_OK && read->kind == BS_SYMBOL)
        *out = find_read(tape, read->u.name, strchr(name, '@'), &buf);
    if (buf.failed)
        status = BS_NO_MEMORY;
    bs_buf_finish(&buf);
    return status == BS_NO_MEMORY ? BS_NO_MEMORY : BS_OK;
}

int bs_tape_find(bs_entry *out, const struct bs_tape *tape, const char *name, struct bs_error *err)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_entry entry = bs_tape_find_spelt(tape, name);
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
               bs_tape_is_used(tape, q);
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

/* ---- no two the same ------------------------------------------------------------------------- */

/* Does the spelling of an entry lead back to it, and to no other? */
static bool is_own_name(const struct bs_tape *tape, bs_entry entry, const char *name)
{
    const bs_entry found[] = {find_label(tape, name), find_extra(tape, name),
                              find_derived(tape, name)};
    int count = 0, own = 0;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        count += found[i] != BS_NO_ENTRY;
        own += found[i] == entry;
    }
    return count == 1 && own == 1;
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

int bs_tape_check_names(const struct bs_tape *tape, int64_t from, int64_t end, struct bs_error *err)
{
    int status = BS_OK;
    for (int64_t p = from; status == BS_OK && p < end; p++)
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
    return bs_dense_quantity(tape->graph, address);
}

static int check_value(void *context, struct bs_address address)
{
    const struct checking *checking = context;
    int64_t q = quantity_at(checking->tape, address);
    return q < 0 ? BS_OK
                 : check_name(checking->tape, bs_entry_make(BS_ROLE_VALUE, q), checking->err);
}

/* What the optimiser has for a parameter. */
static int check_state(const struct bs_tape *tape, int64_t q, struct bs_error *err)
{
    int status = BS_OK;
    const int64_t k = bs_tape_rank(tape, BS_ORDER_UPDATE, q);
    for (int slot = 0; status == BS_OK && slot < tape->extras.slot_count; slot++) {
        const bs_entry entry = bs_update_entry(tape, k, slot);
        if (!bs_tape_is_extra(tape, bs_entry_quantity(entry)))
            continue;
        status = check_name(tape, entry, err);
        if (status == BS_OK && bs_entry_role(entry) == BS_ROLE_NEW)
            status = check_name(tape, bs_entry_make(BS_ROLE_VALUE, bs_entry_quantity(entry)), err);
    }
    return status;
}

/* What an update makes of a quantity. */
static int check_updated(const struct bs_tape *tape, int64_t q, struct bs_error *err)
{
    const bool is_updated = bs_tape_rank(tape, BS_ORDER_UPDATE, q) >= 0;
    int status = BS_OK;
    if (is_updated)
        status = check_name(tape, bs_entry_make(BS_ROLE_STEP, q), err);
    if (status == BS_OK && bs_tape_changes(tape, q))
        status = check_name(tape, bs_entry_make(BS_ROLE_NEW, q), err);
    return status == BS_OK && is_updated ? check_state(tape, q, err) : status;
}

/* The entries that the tape derives about a quantity. */
static int check_derived(void *context, struct bs_address address)
{
    const struct checking *checking = context;
    const struct bs_tape *tape = checking->tape;
    int64_t q = quantity_at(tape, address);
    int status = BS_OK;
    if (q < 0)
        return BS_OK;
    if (bs_tape_is_used(tape, q))
        status = check_entry(tape, bs_entry_make(BS_ROLE_GRADIENT, q), checking->err);
    return status == BS_OK ? check_updated(tape, q, checking->err) : status;
}

/* The optimiser's own numbers, which belong to no parameter. */
static int check_scalars(const struct bs_tape *tape, struct bs_error *err)
{
    int status = BS_OK;
    for (int i = 0; status == BS_OK && i < tape->extras.scalars; i++)
        status = check_name(tape, bs_entry_make(BS_ROLE_VALUE, tape->extras.base + i), err);
    return status;
}

/* The names of the notations with a name of their own cannot clash; those of a table may. */
int bs_tape_check_notation(const struct bs_tape *tape, struct bs_error *err)
{
    struct checking checking = {tape, err};
    const struct bs_notation *notation = bs_network_notation(tape->graph);
    if (strcmp(bs_notation_name(notation), "table") != 0)
        return BS_OK;
    int status = check_scalars(tape, err);
    if (status == BS_OK)
        status = bs_notation_visit(notation, check_value, &checking);
    return status < 0 ? status : bs_notation_visit(notation, check_derived, &checking);
}

/* The name of a quantity, and those of the entries about it. */
static int check_quantity(const struct bs_tape *tape, int64_t q, struct bs_error *err)
{
    int status = check_name(tape, bs_entry_make(BS_ROLE_VALUE, q), err);
    if (bs_tape_rank(tape, BS_ORDER_BACKWARD, q) < 0 &&
        tape->graph->ops->user_count(tape->graph, q) < 0)
        return bs_fail_memory(err);
    if (status == BS_OK && bs_tape_is_used(tape, q))
        status = check_name(tape, bs_entry_make(BS_ROLE_GRADIENT, q), err);
    return status == BS_OK ? check_updated(tape, q, err) : status;
}

/*
 * Names of a network's layers may make those of other entries, as da_W_1_1 is the step of a_W_1_1
 * and a weight of a layer called da.  All entries of an array are named in the same way, so its
 * first one stands for them.
 */
int bs_tape_check_layers(const struct bs_tape *tape, struct bs_error *err)
{
    const struct bs_graph *graph = tape->graph;
    int64_t q;
    int status = check_scalars(tape, err);
    for (int64_t k = 0; status == BS_OK && bs_stack_graph_first(&q, graph, k); k++)
        if (q >= 0)
            status = check_quantity(tape, q, err);
    return status;
}
