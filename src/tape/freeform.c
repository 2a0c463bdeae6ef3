/* Free-form tapes: givens, definitions, the backward pass and the update, added one by one. */
#include "tape/internal.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "expr/parse.h"

#include <math.h>
#include <string.h>

static int check_addition(const struct bs_tape *tape, const char *name, struct bs_error *err)
{
    if (!bs_tape_is_free(tape))
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
    if (bs_tape_find_spelt(tape, name) != BS_NO_ENTRY)
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
    return bs_circuit_add(tape->graph, name, NULL, value, err);
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
        status = bs_parse_whole(&written, tape->pool, formula, length, err);
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
    return bs_circuit_add(tape->graph, name, definition, valued.value, err);
}

/* Evaluate the entries of a list in order, each on the stored numbers of those before it.  Those of
 * an optimiser come from its kernel. */
static int store_numbers(struct bs_tape *tape, int64_t from, struct bs_error *err)
{
    int status = BS_OK;
    for (int64_t p = from; status == BS_OK && p < bs_tape_length(tape); p++) {
        bs_entry entry = bs_tape_at(tape, p);
        const int64_t q = bs_entry_quantity(entry);
        double value;
        if (bs_is_interrupted())
            return bs_fail_interrupted(err);
        status = bs_tape_value(&value, tape, entry, err);
        if (status == BS_OK && !bs_tape_is_extra(tape, q))
            bs_circuit_store(tape->graph, bs_entry_role(entry), q, value);
    }
    return status;
}

int bs_tape_backward(struct bs_tape *tape, const char *root, struct bs_error *err)
{
    bs_entry entry;
    if (!bs_tape_is_free(tape))
        return bs_fail(err, BS_REFUSED, "the tape of a network has its backward pass already");
    if (tape->graph->ops->root(tape->graph) >= 0)
        return bs_fail(err, BS_REFUSED, "the backward pass is on the tape already");
    int status = bs_tape_find(&entry, tape, root, err);
    if (status < 0)
        return status;
    int64_t from = bs_tape_length(tape);
    status = bs_circuit_set_root(tape->graph, bs_entry_quantity(entry), err);
    if (status == BS_OK)
        status = bs_tape_check_names(tape, from, bs_tape_length(tape), err);
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
        if (!bs_tape_is_used(tape, givens[i]))
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
    int status = bs_circuit_add(tape->graph, "eta", NULL, eta, err);
    if (status < 0)
        return status;
    *is_added = true;
    tape->rate = tape->graph->ops->find(tape->graph, "eta", &is_error);
    return BS_OK;
}

/* The givens of the optimiser, which stand further forward than what is new otherwise. */
static int check_new_names(const struct bs_tape *tape, int64_t from, struct bs_error *err)
{
    const int64_t end = tape->extras.givens + bs_extra_given_count(tape);
    int status = bs_tape_check_names(tape, tape->extras.givens, end, err);
    return status < 0 ? status : bs_tape_check_names(tape, from, bs_tape_length(tape), err);
}

/* The update of a tape that has its rate. */
static int add_update(struct bs_tape *tape, const int64_t *givens, struct bs_stepper *wanted,
                      struct bs_error *err)
{
    struct bs_stepper *stepper;
    const int64_t forward = bs_tape_length(tape);
    int status = bs_tape_number(&wanted->eta, tape, bs_entry_make(BS_ROLE_VALUE, tape->rate), err);
    if (status == BS_OK)
        status = bs_stepper_create(&stepper, wanted, err);
    if (status < 0)
        return status;
    status = bs_circuit_set_update(tape->graph, givens, wanted->count, err);
    if (status == BS_OK)
        status = bs_tape_set_update(tape, stepper, err);
    bs_stepper_drop(stepper);
    const int64_t from = forward + bs_extra_given_count(tape);
    if (status == BS_OK)
        status = check_new_names(tape, from, err);
    return status == BS_OK ? store_numbers(tape, from, err) : status;
}

/* The new givens stand before what is shown already, but for the givens before them. */
static void move_cursor(struct bs_tape *tape, bool is_added)
{
    if (tape->cursor.position > tape->extras.givens - is_added)
        tape->cursor.position += is_added + bs_extra_given_count(tape);
}

static int apply_update(struct bs_tape *tape, const int64_t *givens, struct bs_stepper *wanted,
                        struct bs_error *err)
{
    bool is_added;
    int64_t rate = tape->rate;
    int status = set_rate(tape, wanted->eta, &is_added, err);
    if (status < 0)
        return status;
    status = add_update(tape, givens, wanted, err);
    if (status == BS_OK) {
        move_cursor(tape, is_added);
        return BS_OK;
    }
    bs_tape_drop_update(tape);
    bs_circuit_set_update(tape->graph, NULL, 0, NULL);
    if (is_added)
        bs_circuit_drop_last(tape->graph);
    tape->rate = rate;
    return status;
}

int bs_tape_update_by(struct bs_tape *tape, const char *const *names, const struct bs_stepper *by,
                      struct bs_error *err)
{
    struct bs_stepper wanted = *by;
    if (!bs_tape_is_free(tape))
        return bs_fail(err, BS_REFUSED,
                       "the tape of a network has its update from net:tape(x, d, {eta = ...})");
    if (tape->graph->ops->root(tape->graph) < 0)
        return bs_fail(err, BS_REFUSED, "an update needs the backward pass: t:backward \"NAME\"");
    if (bs_tape_count(tape, BS_ORDER_UPDATE) > 0)
        return bs_fail(err, BS_REFUSED, "the tape has its update already");
    if (wanted.count == 0)
        return bs_fail(err, BS_REFUSED, "name at least one given to update");
    int64_t *givens = bs_realloc_array(NULL, wanted.count, sizeof *givens);
    if (!givens)
        return bs_fail_memory(err);
    int status = find_givens(givens, tape, names, wanted.count, err);
    if (status == BS_OK)
        status = apply_update(tape, givens, &wanted, err);
    bs_free(givens);
    return status;
}

int bs_tape_update(struct bs_tape *tape, const char *const *names, size_t count, double eta,
                   struct bs_error *err)
{
    const struct bs_stepper plain = {
        .optimiser = &bs_optimisers[0], .eta = eta, .t = 1, .count = count};
    return bs_tape_update_by(tape, names, &plain, err);
}
