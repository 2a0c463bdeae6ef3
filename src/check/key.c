/*
 * Answer keys.  Invariant: an item's definition mentions only items before it, so that evaluating
 * takes one pass in order; names are sorted, each spelling of an item once.
 */
#include "check/internal.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "expr/func.h"
#include "expr/interval.h"
#include "expr/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct bs_marking bs_usual_marking = {
    .decimals = -1,
    .figures = 4,
    .allows_truncation = true,
    .shares = {.follows = 1, .coarse = 0, .convention = 1, .attempt = 0, .hint = 0},
};

/* ---- items by entry ----------------------------------------------------------------------------
 */

static size_t slot_of(const struct bs_key *key, bs_entry entry)
{
    const size_t mask = key->slot_count - 1;
    size_t slot = (size_t)entry * 0x9E3779B97F4A7C15U >> 20 & mask;
    while (key->slots[slot] >= 0 && key->entries[key->slots[slot]] != entry)
        slot = (slot + 1) & mask;
    return slot;
}

static int item_of(const struct bs_key *key, bs_entry entry)
{
    return entry == BS_NO_ENTRY ? -1 : key->slots[slot_of(key, entry)];
}

/* ---- taking entries from the tape --------------------------------------------------------------
 */

struct taking {
    struct bs_key *key;
    struct bs_tape *tape;
    struct bs_error *err;
};

/* In a formula −g may stand as ∂E/∂q, which is no entry itself. */
static bs_entry entry_of_leaf(const struct bs_tape *tape, bs_expr leaf)
{
    const bs_entry entry = leaf->u.ref;
    return bs_entry_role(entry) == BS_ROLE_DERIVATIVE
               ? bs_tape_in_role(tape, entry, BS_ROLE_GRADIENT)
               : entry;
}

static int take(struct taking *taking, bs_entry entry);

static int take_operand(void *context, bs_expr leaf)
{
    struct taking *taking = context;
    return take(taking, entry_of_leaf(taking->tape, leaf));
}

static bs_expr ref_of_leaf(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const struct taking *taking = context;
    bs_expr ref = bs_ref(pool, item_of(taking->key, entry_of_leaf(taking->tape, leaf)));
    const bool is_negative = bs_entry_role(leaf->u.ref) == BS_ROLE_DERIVATIVE &&
                             bs_tape_about(taking->tape, leaf->u.ref).error_sign < 0;
    return is_negative ? bs_neg(pool, ref) : ref;
}

/* The closed form, over the tape's entries; NULL of a given. */
static int derive(bs_expr *closed, double *value, struct taking *taking, bs_entry entry)
{
    struct bs_derivation *derivation = bs_alloc(sizeof *derivation);
    if (!derivation)
        return bs_fail_memory(taking->err);
    int status = bs_tape_derive(derivation, taking->tape, entry, taking->err);
    if (status == BS_OK) {
        *closed = derivation->count ? derivation->lines[derivation->count - 1].expr : NULL;
        *value = derivation->value;
    }
    bs_free(derivation);
    return status;
}

static const char *keep_text(struct bs_key *key, struct bs_buf *buf)
{
    char *kept = buf->failed ? NULL : bs_arena_alloc(key->arena, buf->length + 1);
    if (kept)
        memcpy(kept, bs_buf_text(buf), buf->length + 1);
    bs_buf_finish(buf);
    return kept;
}

static const char *name_of(struct taking *taking, bs_entry entry, enum bs_form form)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_tape_show_name(taking->tape, &buf, entry, form);
    return keep_text(taking->key, &buf);
}

static int add_item(struct taking *taking, bs_entry entry, const struct bs_item *item)
{
    struct bs_key *key = taking->key;
    if (key->count == BS_MOST_ITEMS)
        return bs_fail(taking->err, BS_REFUSED, "the answers depend on more than %d values",
                       BS_MOST_ITEMS);
    const size_t needed = (size_t)key->count + 1;
    if (!item->name || !item->shown ||
        !bs_grow(&key->items, &key->capacity, needed, sizeof *key->items) ||
        !bs_grow(&key->entries, &key->entry_capacity, needed, sizeof *key->entries))
        return bs_fail_memory(taking->err);
    const size_t slot = slot_of(key, entry);
    key->items[key->count] = *item;
    key->entries[key->count] = entry;
    key->slots[slot] = key->count++;
    return BS_OK;
}

/* After what it is made of. */
static int take(struct taking *taking, bs_entry entry)
{
    struct bs_item item = {.updated = -1, .outdated = -1, .transposed = -1, .question = -1};
    bs_expr closed = NULL;
    if (item_of(taking->key, entry) >= 0)
        return BS_OK;
    int status = derive(&closed, &item.value, taking, entry);
    if (status == BS_OK && closed)
        status = bs_visit_leaves(closed, take_operand, taking);
    if (status < 0)
        return status;
    if (closed) {
        item.definition = bs_map_leaves(taking->key->pool, closed, ref_of_leaf, taking);
        if (!item.definition)
            return bs_pool_error(taking->key->pool, taking->err);
    }
    const struct bs_about about = bs_tape_about(taking->tape, entry);
    item.name = name_of(taking, entry, BS_ASCII);
    item.shown = name_of(taking, entry, BS_UNICODE);
    item.phase = bs_tape_phase(taking->tape, entry);
    item.role = bs_entry_role(entry);
    item.has_place = about.has_address;
    item.place = about.address;
    item.is_rate = about.is_rate;
    item.error_sign = about.error_sign;
    return add_item(taking, entry, &item);
}

/* All of a short tape, so that a student may type any of it; of a long one what is asked for. */
static int take_all(struct taking *taking, const struct bs_question *questions, size_t count)
{
    const int64_t length = bs_tape_length(taking->tape);
    int status = BS_OK;
    for (int64_t p = 0; length <= BS_MOST_ITEMS / 2 && p < length && status == BS_OK; p++)
        status = take(taking, bs_tape_at(taking->tape, p));
    for (size_t k = 0; k < count && status == BS_OK; k++)
        status = take(taking, questions[k].entry);
    return status;
}

/* ---- what is known of an item ------------------------------------------------------------------
 */

struct leaves {
    int *items;
    int count;
};

static int note_operand(void *context, bs_expr leaf)
{
    struct leaves *leaves = context;
    leaves->items[leaves->count++] = (int)leaf->u.ref;
    return 0;
}

static int compare_ints(const void *a, const void *b)
{
    const int *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int find_operands(struct bs_key *key, struct bs_item *item, int *room, struct bs_error *err)
{
    struct leaves leaves = {room, 0};
    if (!item->definition)
        return BS_OK;
    bs_visit_leaves(item->definition, note_operand, &leaves);
    qsort(room, (size_t)leaves.count, sizeof *room, compare_ints);
    const size_t size = (size_t)leaves.count * sizeof *room;
    int *kept = bs_arena_alloc(key->arena, size ? size : 1);
    if (!kept)
        return bs_fail_memory(err);
    memcpy(kept, room, size);
    item->operands = kept;
    item->operand_count = leaves.count;
    return BS_OK;
}

static bs_expr expand(struct bs_pool *pool, bs_expr expr);

/* A formula is made of functions that have one, too (swish of sigmoid), and none of itself. */
static bs_expr expand_call(struct bs_pool *pool, bs_expr call)
{
    bs_expr formula = bs_func_expand(pool, call);
    return formula && formula != call ? expand(pool, formula) : formula;
}

/* Functions written out, as far as they have formulas. */
static bs_expr expand(struct bs_pool *pool, bs_expr expr)
{
    if (expr->count == 0)
        return expr;
    bs_expr *args = bs_alloc((size_t)expr->count * sizeof *args);
    if (!args)
        return NULL;
    for (int i = 0; i < expr->count; i++)
        args[i] = expand(pool, expr->args[i]);
    bs_expr made = bs_with_args(pool, expr, args);
    bs_free(args);
    return made && made->kind == BS_CALL ? expand_call(pool, made) : made;
}

int bs_key_find_expanded(struct bs_key *key, struct bs_item *item, struct bs_error *err)
{
    if (!item->definition || !bs_has_kind(item->definition, BS_CALL))
        return BS_OK;
    item->expanded = expand(key->pool, item->definition);
    if (!item->expanded)
        return bs_pool_error(key->pool, err);
    if (item->expanded == item->definition)
        item->expanded = NULL;
    return BS_OK;
}

static int leaf_fraction(struct bs_fraction *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct bs_item *items = context;
    const struct bs_exact *exact = &items[leaf->u.ref].exact;
    *out = exact->fraction;
    return exact->is_fraction ? BS_OK : bs_fail(err, BS_REFUSED, "no fraction");
}

static int leaf_bounds(struct bs_interval *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct bs_item *items = context;
    (void)err;
    *out = items[leaf->u.ref].exact.bounds;
    return BS_OK;
}

/* As a fraction where it is one and all that it is made of are; else in bounds. */
int bs_key_find_exact(struct bs_key *key, struct bs_item *item, struct bs_error *err)
{
    struct bs_exact_env exact = {leaf_fraction, key->items, key->kink};
    struct bs_interval_env within = {.leaf = leaf_bounds, .context = key->items, .kink = key->kink};
    struct bs_fraction fraction;
    struct bs_interval bounds = {item->value, item->value};
    const bool is_fraction = item->definition
                                 ? bs_eval_exact(&fraction, item->definition, &exact, NULL) == BS_OK
                                 : bs_fraction_of(&fraction, item->value);
    if (is_fraction) {
        item->exact = bs_exact_fraction(fraction);
        item->value = bs_exact_value(&item->exact); /* 0.1 + 0.2 − 0.3 is 0 */
        return BS_OK;
    }
    if (item->definition) {
        const int status = bs_eval_interval(&bounds, item->definition, &within, err);
        if (status < 0)
            return status;
    }
    item->exact = bs_exact_within(bounds);
    return BS_OK;
}

static void find_relations(struct bs_item *item, const struct bs_key *key,
                           const struct bs_tape *tape)
{
    const bs_entry entry = key->entries[item - key->items];
    if (item->role == BS_ROLE_VALUE)
        item->updated = item_of(key, bs_tape_in_role(tape, entry, BS_ROLE_NEW));
    if (item->role == BS_ROLE_NEW)
        item->outdated = item_of(key, bs_tape_in_role(tape, entry, BS_ROLE_VALUE));
    if (!item->has_place || item->place.kind != BS_WEIGHT || item->place.unit == item->place.input)
        return;
    struct bs_address place = item->place;
    place.unit = item->place.input;
    place.input = item->place.unit;
    item->transposed = item_of(key, bs_tape_at_address(tape, item->role, place));
}

static int finish_items(struct bs_key *key, const struct bs_tape *tape, struct bs_error *err)
{
    int status = BS_OK;
    int *room = bs_alloc(((size_t)key->count + 1) * sizeof *room);
    if (!room)
        return bs_fail_memory(err);
    for (int i = 0; i < key->count && status == BS_OK; i++) {
        find_relations(&key->items[i], key, tape);
        status = find_operands(key, &key->items[i], room, err);
        if (status == BS_OK)
            status = bs_key_find_expanded(key, &key->items[i], err);
        if (status == BS_OK)
            status = bs_key_find_exact(key, &key->items[i], err);
    }
    bs_free(room);
    return status;
}

/* ---- names -------------------------------------------------------------------------------------
 */

static int compare_spellings(const void *a, const void *b)
{
    return strcmp(((const struct bs_spelling *)a)->name, ((const struct bs_spelling *)b)->name);
}

static int sort_names(struct bs_key *key, struct bs_error *err)
{
    key->spellings = bs_alloc((size_t)key->count * 2 * sizeof *key->spellings);
    if (!key->spellings)
        return bs_fail_memory(err);
    for (int i = 0; i < key->count; i++) {
        const struct bs_item *item = &key->items[i];
        key->spellings[key->spelling_count++] = (struct bs_spelling){item->name, i};
        if (strcmp(item->name, item->shown) != 0)
            key->spellings[key->spelling_count++] = (struct bs_spelling){item->shown, i};
    }
    qsort(key->spellings, key->spelling_count, sizeof *key->spellings, compare_spellings);
    return BS_OK;
}

static int find_spelt(const struct bs_key *key, const char *name)
{
    const struct bs_spelling wanted = {name, -1};
    const struct bs_spelling *found =
        bsearch(&wanted, key->spellings, key->spelling_count, sizeof wanted, compare_spellings);
    return found ? found->item : -1;
}

/* A derivative may be typed as a quotient: dE/dw_11, ∂E/∂w_11; and a step with its Δ. */
static void put_derived(struct bs_buf *buf, const char *name)
{
    static const char *const signs[] = {"∂", "Δ"};
    const bool is_derived = name[0] == 'd' || strncmp(name, signs[0], strlen(signs[0])) == 0 ||
                            strncmp(name, signs[1], strlen(signs[1])) == 0;
    while (*name) {
        size_t length = 1;
        const char *put = NULL;
        for (size_t k = 0; k < 2 && is_derived; k++)
            if (strncmp(name, signs[k], strlen(signs[k])) == 0) {
                length = strlen(signs[k]);
                put = "d";
            }
        if (is_derived && *name == '/')
            put = "_";
        bs_buf_put_n(buf, put ? put : name, 1);
        name += length;
    }
}

/* A name in a formula's spelling, as the parser reads it: α₁, x1.in, w_11', full-width letters. */
static bool read_name(struct bs_buf *out, const char *name)
{
    bs_expr read;
    struct bs_buf derived = BS_BUF_INIT;
    struct bs_pool *pool = bs_pool_create();
    put_derived(&derived, name);
    const bool is_name =
        pool && !derived.failed &&
        bs_parse_whole(&read, pool, bs_buf_text(&derived), derived.length, NULL) == BS_OK &&
        read->kind == BS_SYMBOL;
    if (is_name)
        bs_buf_put(out, read->u.name);
    bs_buf_finish(&derived);
    bs_pool_destroy(pool);
    return is_name && !out->failed;
}

enum { LONGEST_NAME = 200 };

int bs_key_find(const struct bs_key *key, const char *name)
{
    struct bs_buf read = BS_BUF_INIT;
    int item = find_spelt(key, name);
    if (item < 0 && strlen(name) <= LONGEST_NAME && read_name(&read, name))
        item = find_spelt(key, bs_buf_text(&read));
    bs_buf_finish(&read);
    return item;
}

/* What an array's members are named by: v and _new of v_new, whose members are v_11_new, ... */
struct array_name {
    const char *stem;
    size_t length;
    const char *suffix;
};

static struct array_name name_of_array(const char *name)
{
    static const char suffix[] = "_new";
    const size_t length = strlen(name), tail = strlen(suffix);
    const bool is_new = length > tail && strcmp(name + length - tail, suffix) == 0;
    return (struct array_name){name, is_new ? length - tail : length, is_new ? suffix : ""};
}

static int find_indexed(const struct bs_key *key, struct array_name array, const char *between,
                        int rank, const int index[2])
{
    struct bs_buf name = BS_BUF_INIT;
    bs_buf_put_n(&name, array.stem, array.length);
    bs_buf_printf(&name, "_%d", index[0]);
    if (rank == 2)
        bs_buf_printf(&name, "%s%d", between, index[1]);
    bs_buf_put(&name, array.suffix);
    const int item = name.failed ? -1 : find_spelt(key, bs_buf_text(&name));
    bs_buf_finish(&name);
    return item;
}

/* Indices run together where the name with them so is one, else are set apart. */
int bs_key_find_member(const struct bs_key *key, const char *name, int rank, const int index[2])
{
    struct bs_buf read = BS_BUF_INIT;
    int item = -1;
    if (strlen(name) <= LONGEST_NAME && read_name(&read, name)) {
        const struct array_name array = name_of_array(bs_buf_text(&read));
        item = find_indexed(key, array, "", rank, index);
        if (item < 0 && rank == 2)
            item = find_indexed(key, array, "_", rank, index);
    }
    bs_buf_finish(&read);
    return item;
}

void bs_key_offer_names(const struct bs_key *key, struct bs_nearest *nearest)
{
    for (int i = 0; i < key->count; i++)
        bs_nearest_offer(nearest, key->items[i].name);
}

/* ---- questions ---------------------------------------------------------------------------------
 */

static int add_question(struct bs_key *key, const struct bs_question *question,
                        struct bs_error *err)
{
    const int i = item_of(key, question->entry);
    struct bs_item *item = &key->items[i];
    if (item->phase == BS_PHASE_GIVEN)
        return bs_fail(err, BS_REFUSED, "%.80s is given: there is nothing to ask", item->name);
    if (!isfinite(item->value))
        return bs_fail(err, BS_REFUSED, "%.80s is not finite, so there is nothing to mark",
                       item->name);
    if (item->question >= 0)
        return bs_fail(err, BS_REFUSED, "%.80s is asked for twice", item->name);
    item->question = key->question_count;
    key->asked[key->question_count] = i;
    key->questions[key->question_count++] = *question;
    return BS_OK;
}

static int add_questions(struct bs_key *key, const struct bs_question *questions, size_t count,
                         struct bs_error *err)
{
    int status = BS_OK;
    key->questions = bs_alloc((count + 1) * sizeof *key->questions);
    key->asked = bs_alloc((count + 1) * sizeof *key->asked);
    if (!key->questions || !key->asked)
        return bs_fail_memory(err);
    key->fewest_figures = count > 0 ? questions[0].figures : BS_FIGURES_WANTED;
    for (size_t k = 0; k < count && status == BS_OK; k++) {
        status = add_question(key, &questions[k], err);
        if (questions[k].figures < key->fewest_figures)
            key->fewest_figures = questions[k].figures;
    }
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

struct bs_key *bs_key_create_empty(size_t slots)
{
    struct bs_key *key = bs_calloc(1, sizeof *key);
    if (!key)
        return NULL;
    key->pool = bs_pool_create();
    key->arena = bs_arena_create();
    key->slots = bs_alloc(slots * sizeof *key->slots);
    key->slot_count = slots;
    if (!key->pool || !key->arena || !key->slots) {
        bs_key_destroy(key);
        return NULL;
    }
    memset(key->slots, -1, slots * sizeof *key->slots);
    return key;
}

int bs_key_create(struct bs_key **out, struct bs_tape *tape, const struct bs_question *questions,
                  size_t count, const struct bs_marking *marking, struct bs_error *err)
{
    enum { SLOTS = 16384 }; /* more than twice BS_MOST_ITEMS */
    if (count > BS_MOST_QUESTIONS)
        return bs_fail(err, BS_REFUSED, "at most %d questions can be asked, got %zu",
                       BS_MOST_QUESTIONS, count);
    struct bs_key *key = bs_key_create_empty(SLOTS);
    if (!key)
        return bs_fail_memory(err);
    key->marking = *marking;
    key->kink = bs_tape_kink(tape);
    struct taking taking = {key, tape, err};
    int status = take_all(&taking, questions, count);
    if (status == BS_OK)
        status = finish_items(key, tape, err);
    if (status == BS_OK)
        status = sort_names(key, err);
    if (status == BS_OK)
        status = add_questions(key, questions, count, err);
    if (status < 0)
        bs_key_destroy(key);
    else
        *out = key;
    return status;
}

void bs_key_destroy(struct bs_key *key)
{
    if (!key)
        return;
    for (int set = 0; set < BS_CONVENTION_SETS; set++)
        bs_key_destroy(key->converted[set]);
    bs_catalogue_destroy(key->catalogue);
    bs_pool_destroy(key->pool);
    bs_arena_destroy(key->arena);
    bs_free(key->items);
    bs_free(key->entries);
    bs_free(key->slots);
    bs_free(key->spellings);
    bs_free(key->questions);
    bs_free(key->asked);
    bs_free(key);
}

int bs_key_count(const struct bs_key *key)
{
    return key->count;
}

const struct bs_item *bs_key_item(const struct bs_key *key, int item)
{
    return &key->items[item];
}

int bs_key_question_count(const struct bs_key *key)
{
    return key->question_count;
}

int bs_key_asked(const struct bs_key *key, int question)
{
    return key->asked[question];
}

const struct bs_question *bs_key_question(const struct bs_key *key, int question)
{
    return &key->questions[question];
}

const struct bs_marking *bs_key_marking(const struct bs_key *key)
{
    return &key->marking;
}

struct bs_pool *bs_key_pool(const struct bs_key *key)
{
    return key->pool;
}

double bs_key_kink(const struct bs_key *key)
{
    return key->kink;
}

struct bs_catalogue *bs_key_catalogue(struct bs_key *key)
{
    if (!key->catalogue)
        key->catalogue = bs_catalogue_create(key);
    return key->catalogue;
}

int bs_key_figures(const struct bs_key *key, int item)
{
    const int question = key->items[item].question;
    return question >= 0 ? key->questions[question].figures : key->fewest_figures;
}

/* Decimals alone may leave few figures of what nobody asks for. */
struct bs_rounding bs_key_rounding(const struct bs_key *key, int item)
{
    const struct bs_marking *marking = &key->marking;
    const bool is_asked = key->items[item].question >= 0;
    const int wanted = is_asked ? bs_key_figures(key, item) : 0;
    const bool has_decimals = marking->decimals >= 0;
    return (struct bs_rounding){
        .decimals = has_decimals ? marking->decimals : -1,
        .figures = has_decimals || wanted > marking->figures ? wanted : marking->figures,
        .units = marking->allows_truncation ? 1 : 0.5,
    };
}

/* How long two names are the same but for their digits, to the end. */
static bool differ_in_digits(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *b) {
        const size_t run_a = strspn(a, digits), run_b = strspn(b, digits);
        if ((run_a > 0) != (run_b > 0) || (run_a == 0 && *a != *b))
            return false;
        a += run_a ? run_a : 1;
        b += run_b ? run_b : 1;
    }
    return *a == *b;
}

bool bs_key_are_relatives(const struct bs_key *key, int a, int b)
{
    const struct bs_item *left = &key->items[a], *right = &key->items[b];
    if (a == b || left->role != right->role || left->phase != right->phase)
        return false;
    if (left->has_place)
        return left->place.kind == right->place.kind && left->place.layer == right->place.layer;
    return differ_in_digits(left->name, right->name);
}

/* ---- values ------------------------------------------------------------------------------------
 */

static int leaf_value(double *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const double *values = context;
    (void)err;
    *out = values[leaf->u.ref];
    return BS_OK;
}

int bs_key_eval(double *out, const struct bs_key *key, bs_expr expr, const double *values,
                struct bs_error *err)
{
    struct bs_valued valued;
    struct bs_env env = {.leaf = leaf_value, .context = (void *)values, .kink = key->kink};
    const int status = bs_eval(&valued, expr, &env, err);
    if (status == BS_OK)
        *out = valued.value;
    return status;
}

int bs_key_revalue(const struct bs_key *key, double *values, struct bs_error *err)
{
    int status = BS_OK;
    for (int i = 0; i < key->count && status == BS_OK; i++)
        if (key->items[i].definition)
            status = bs_key_eval(&values[i], key, key->items[i].definition, values, err);
    return status;
}

static int leaf_box(struct bs_interval *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct bs_interval *boxes = context;
    (void)err;
    *out = boxes[leaf->u.ref];
    return BS_OK;
}

/* `rounding` is that of the item, and stays with the caller. */
static struct bs_interval_env env_over(const struct bs_interval *boxes, const struct bs_key *key,
                                       const struct bs_rounding *rounding)
{
    return (struct bs_interval_env){
        .rounding = rounding, .leaf = leaf_box, .context = (void *)boxes, .kink = key->kink};
}

int bs_key_bounds(struct bs_interval *out, const struct bs_key *key, int item, bs_expr expr,
                  const struct bs_interval *boxes, struct bs_error *err)
{
    const struct bs_rounding rounding = bs_key_rounding(key, item);
    struct bs_interval_env env = env_over(boxes, key, &rounding);
    return bs_eval_interval(out, expr, &env, err);
}

int bs_reach(struct bs_interval *out, const struct bs_item *item, struct bs_interval_env *env,
             struct bs_error *err)
{
    struct bs_interval expanded;
    int status = bs_eval_interval(out, item->definition, env, err);
    if (status < 0 || !item->expanded)
        return status;
    status = bs_eval_interval(&expanded, item->expanded, env, err);
    if (status == BS_OK)
        *out = bs_interval_hull(*out, expanded);
    return status;
}

int bs_key_reach(struct bs_interval *out, const struct bs_key *key, int item,
                 const struct bs_interval *boxes, struct bs_error *err)
{
    const struct bs_rounding rounding = bs_key_rounding(key, item);
    struct bs_interval_env env = env_over(boxes, key, &rounding);
    return bs_reach(out, &key->items[item], &env, err);
}

struct writing {
    const struct bs_key *key;
    const double *values;
    struct bs_digits digits;
};

static enum bs_binding put_leaf(struct bs_buf *buf, void *context, bs_expr leaf, enum bs_form form)
{
    const struct writing *writing = context;
    const struct bs_item *item = &writing->key->items[leaf->u.ref];
    if (writing->values)
        return bs_buf_value(buf, writing->values[leaf->u.ref], writing->digits, form);
    bs_buf_put(buf, form == BS_ASCII ? item->name : item->shown);
    return BS_BINDS_ATOM;
}

void bs_key_typeset(const struct bs_key *key, struct bs_buf *buf, bs_expr expr,
                    const double *values, const struct bs_style *style)
{
    struct writing writing = {key, values, style->digits};
    struct bs_style own = *style;
    own.leaf = put_leaf;
    own.context = &writing;
    bs_typeset(buf, expr, &own);
}
