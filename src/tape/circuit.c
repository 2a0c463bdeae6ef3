/*
 * A circuit: the quantities of a free-form tape.  Invariant: a definition mentions only quantities
 * of smaller number, so numbers descending is an order in which users come before what they use.
 */
#include "tape/graph.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct quantity {
    char *name;
    bs_expr definition; /* NULL of a given */
    double value;
    double gradient, step, fresh;
    bool leads_to_root; /* the root depends on it */
    bool changes;       /* it is updated, or depends on what is */
    int depth;          /* longest way to the root */
    size_t first_user, users;
    int64_t place[BS_ORDERS]; /* in each list, or -1 */
};

struct list {
    int64_t *items;
    size_t count, capacity;
};

struct circuit {
    struct bs_graph graph;
    struct quantity *quantities;
    size_t count, capacity;
    int64_t *slots; /* open addressing by name: q + 1, or 0; at most half full */
    size_t slot_count;
    int64_t root;
    struct list orders[BS_ORDERS];
    struct list users; /* of one quantity after another */
};

static struct circuit *circuit_of(const struct bs_graph *graph)
{
    return (struct circuit *)(void *)graph;
}

struct bs_graph *bs_circuit_create(double kink)
{
    struct circuit *circuit = bs_calloc(1, sizeof *circuit);
    if (!circuit)
        return NULL;
    circuit->graph = (struct bs_graph){.ops = &bs_circuit_ops, .kink = kink};
    circuit->root = -1;
    return &circuit->graph;
}

static void destroy(struct bs_graph *graph)
{
    struct circuit *circuit = circuit_of(graph);
    for (size_t i = 0; i < circuit->count; i++)
        bs_free(circuit->quantities[i].name);
    for (int i = 0; i < BS_ORDERS; i++)
        bs_free(circuit->orders[i].items);
    bs_free(circuit->users.items);
    bs_free(circuit->quantities);
    bs_free(circuit->slots);
    bs_free(circuit);
}

/* ---- names ----------------------------------------------------------------------------------- */

static size_t hash_name(const char *name)
{
    size_t hash = 5381;
    for (; *name; name++)
        hash = hash * 33 ^ (unsigned char)*name;
    return hash;
}

/* The slot that holds the name, or the empty one where it belongs. */
static size_t find_slot(const struct circuit *circuit, const char *name)
{
    size_t mask = circuit->slot_count - 1, slot = hash_name(name) & mask;
    while (circuit->slots[slot] &&
           strcmp(circuit->quantities[circuit->slots[slot] - 1].name, name) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

static bool make_slots(struct circuit *circuit)
{
    if ((circuit->count + 1) * 2 <= circuit->slot_count)
        return true;
    size_t count = circuit->slot_count ? circuit->slot_count * 2 : 32;
    int64_t *slots = bs_calloc(count, sizeof *slots);
    if (!slots)
        return false;
    bs_free(circuit->slots);
    circuit->slots = slots;
    circuit->slot_count = count;
    for (size_t q = 0; q < circuit->count; q++)
        slots[find_slot(circuit, circuit->quantities[q].name)] = (int64_t)q + 1;
    return true;
}

static int64_t find(const struct bs_graph *graph, const char *name, bool *is_error)
{
    const struct circuit *circuit = circuit_of(graph);
    *is_error = false;
    return circuit->slot_count ? circuit->slots[find_slot(circuit, name)] - 1 : -1;
}

static void put_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    bs_buf_name(buf, circuit_of(graph)->quantities[q].name, form);
}

static int no_error_sign(const struct bs_graph *graph, int64_t q)
{
    (void)graph, (void)q;
    return 0;
}

static void put_general(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    (void)graph, (void)buf, (void)q;
}

/* ---- adding ---------------------------------------------------------------------------------- */

static bool append(struct list *list, int64_t item)
{
    if (!bs_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items))
        return false;
    list->items[list->count++] = item;
    return true;
}

/* Say again where the members of a list stand, from one on. */
static void renumber(struct circuit *circuit, enum bs_order order, size_t from)
{
    const struct list *list = &circuit->orders[order];
    for (size_t k = from; k < list->count; k++)
        circuit->quantities[list->items[k]].place[order] = (int64_t)k;
}

static void clear_list(struct circuit *circuit, enum bs_order order)
{
    struct list *list = &circuit->orders[order];
    for (size_t k = 0; k < list->count; k++)
        circuit->quantities[list->items[k]].place[order] = -1;
    list->count = 0;
}

/* Givens stand before definitions, each kind in the order of adding. */
static bool place(struct circuit *circuit, int64_t q)
{
    struct list *order = &circuit->orders[BS_ORDER_FORWARD];
    size_t at = order->count;
    while (!circuit->quantities[q].definition && at > 0 &&
           circuit->quantities[order->items[at - 1]].definition)
        at--;
    if (!append(order, q))
        return false;
    memmove(order->items + at + 1, order->items + at,
            (order->count - 1 - at) * sizeof *order->items);
    order->items[at] = q;
    renumber(circuit, BS_ORDER_FORWARD, at);
    return true;
}

int bs_circuit_add(struct bs_graph *graph, const char *name, bs_expr definition, double value,
                   struct bs_error *err)
{
    struct circuit *circuit = circuit_of(graph);
    if (circuit->count + 1 >= BS_MOST_QUANTITIES)
        return bs_fail(err, BS_REFUSED, "the tape is full");
    char *copy = bs_strdup(name);
    if (!copy || !make_slots(circuit) ||
        !bs_grow(&circuit->quantities, &circuit->capacity, circuit->count + 1,
                 sizeof *circuit->quantities)) {
        bs_free(copy);
        return bs_fail_memory(err);
    }
    circuit->quantities[circuit->count] = (struct quantity){
        .name = copy, .definition = definition, .value = value, .place = {-1, -1, -1, -1}};
    if (!place(circuit, (int64_t)circuit->count)) {
        bs_free(copy);
        return bs_fail_memory(err);
    }
    circuit->slots[find_slot(circuit, copy)] = (int64_t)++circuit->count;
    return BS_OK;
}

void bs_circuit_drop_last(struct bs_graph *graph)
{
    struct circuit *circuit = circuit_of(graph);
    int64_t last = (int64_t)--circuit->count;
    struct list *order = &circuit->orders[BS_ORDER_FORWARD];
    size_t at = (size_t)circuit->quantities[last].place[BS_ORDER_FORWARD];
    memmove(order->items + at, order->items + at + 1, (--order->count - at) * sizeof *order->items);
    renumber(circuit, BS_ORDER_FORWARD, at);
    bs_free(circuit->quantities[last].name);
    memset(circuit->slots, 0, circuit->slot_count * sizeof *circuit->slots);
    for (size_t q = 0; q < circuit->count; q++)
        circuit->slots[find_slot(circuit, circuit->quantities[q].name)] = (int64_t)q + 1;
}

static bs_expr define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    (void)pool;
    return circuit_of(graph)->quantities[q].definition;
}

static bool has_no_fused(const struct bs_graph *graph, int64_t q)
{
    (void)graph, (void)q;
    return false;
}

/* ---- backward -------------------------------------------------------------------------------- */

static int reach_operand(void *context, bs_expr leaf)
{
    struct quantity *const *pair = context; /* the first of all, the user */
    struct quantity *operand = pair[0] + bs_entry_quantity(leaf->u.ref);
    operand->leads_to_root = true;
    operand->users++;
    if (operand->depth <= pair[1]->depth)
        operand->depth = pair[1]->depth + 1;
    return 0;
}

/* From the root down: who leads to it, how deep, and how many users each has. */
static void reach(struct circuit *circuit)
{
    struct quantity *all = circuit->quantities;
    for (size_t q = 0; q < circuit->count; q++)
        all[q].leads_to_root = false, all[q].depth = 0, all[q].users = 0;
    if (circuit->root < 0)
        return;
    all[circuit->root].leads_to_root = true;
    for (int64_t q = circuit->root; q >= 0; q--)
        if (all[q].leads_to_root && all[q].definition)
            bs_visit_leaves(all[q].definition, reach_operand, (struct quantity *[]){all, &all[q]});
}

static int add_user(void *context, bs_expr leaf)
{
    struct circuit *circuit = ((struct circuit **)context)[0];
    int64_t user = *((int64_t **)context)[1];
    struct quantity *operand = &circuit->quantities[bs_entry_quantity(leaf->u.ref)];
    circuit->users.items[operand->first_user + operand->users++] = user;
    return 0;
}

/* The users of each quantity side by side, in tape order. */
static bool list_users(struct circuit *circuit)
{
    struct list *users = &circuit->users;
    users->count = 0;
    for (size_t q = 0; q < circuit->count; q++) {
        struct quantity *quantity = &circuit->quantities[q];
        quantity->first_user = users->count;
        users->count += quantity->users;
        quantity->users = 0;
    }
    if (!bs_grow(&users->items, &users->capacity, users->count, sizeof *users->items))
        return false;
    for (int64_t q = 0; q <= circuit->root; q++)
        if (circuit->quantities[q].leads_to_root && circuit->quantities[q].definition)
            bs_visit_leaves(circuit->quantities[q].definition, add_user, (void *[]){circuit, &q});
    return true;
}

/* What was computed before what was given; then nearer to the root; then tape order. */
static int compare_backward(const void *left, const void *right, void *context)
{
    const struct circuit *circuit = context;
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    const struct quantity *p = &circuit->quantities[a], *q = &circuit->quantities[b];
    if (!p->definition != !q->definition)
        return !p->definition - !q->definition;
    if (p->depth != q->depth)
        return p->depth < q->depth ? -1 : 1;
    return p->place[BS_ORDER_FORWARD] < q->place[BS_ORDER_FORWARD] ? -1 : 1;
}

int bs_circuit_set_root(struct bs_graph *graph, int64_t root, struct bs_error *err)
{
    struct circuit *circuit = circuit_of(graph);
    struct list *order = &circuit->orders[BS_ORDER_BACKWARD];
    circuit->root = root;
    clear_list(circuit, BS_ORDER_BACKWARD);
    reach(circuit);
    bool done = list_users(circuit);
    for (size_t q = 0; done && q < circuit->count; q++)
        if (circuit->quantities[q].leads_to_root)
            done = append(order, (int64_t)q);
    if (!done)
        return bs_fail_memory(err);
    if (order->count > 0)
        qsort_r(order->items, order->count, sizeof *order->items, compare_backward, circuit);
    renumber(circuit, BS_ORDER_BACKWARD, 0);
    return BS_OK;
}

/* ---- update ---------------------------------------------------------------------------------- */

static int changes_with(void *context, bs_expr leaf)
{
    const struct circuit *circuit = context;
    return circuit->quantities[bs_entry_quantity(leaf->u.ref)].changes;
}

int bs_circuit_set_update(struct bs_graph *graph, const int64_t *givens, size_t count,
                          struct bs_error *err)
{
    struct circuit *circuit = circuit_of(graph);
    struct list *update = &circuit->orders[BS_ORDER_UPDATE];
    struct list *again = &circuit->orders[BS_ORDER_AGAIN];
    bool done = true;
    clear_list(circuit, BS_ORDER_UPDATE);
    clear_list(circuit, BS_ORDER_AGAIN);
    for (size_t q = 0; q < circuit->count; q++)
        circuit->quantities[q].changes = false;
    for (size_t i = 0; done && i < count; i++) {
        circuit->quantities[givens[i]].changes = true;
        done = append(update, givens[i]);
    }
    for (size_t q = 0; done && count > 0 && q < circuit->count; q++) {
        struct quantity *quantity = &circuit->quantities[q];
        if (!quantity->definition || !bs_visit_leaves(quantity->definition, changes_with, circuit))
            continue;
        quantity->changes = true;
        done = append(again, (int64_t)q);
    }
    renumber(circuit, BS_ORDER_UPDATE, 0);
    renumber(circuit, BS_ORDER_AGAIN, 0);
    return done ? BS_OK : bs_fail_memory(err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int64_t count_in(const struct bs_graph *graph, enum bs_order order)
{
    return (int64_t)circuit_of(graph)->orders[order].count;
}

static int64_t at(const struct bs_graph *graph, enum bs_order order, int64_t k)
{
    return circuit_of(graph)->orders[order].items[k];
}

static int64_t rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    return circuit_of(graph)->quantities[q].place[order];
}

static int64_t root_of(const struct bs_graph *graph)
{
    return circuit_of(graph)->root;
}

/* A root that another definition stands behind stays among the forward definitions. */
static enum bs_phase phase_of(const struct bs_graph *graph, int64_t q)
{
    const struct circuit *circuit = circuit_of(graph);
    if (!circuit->quantities[q].definition)
        return BS_PHASE_GIVEN;
    const struct list *order = &circuit->orders[BS_ORDER_FORWARD];
    return q == circuit->root && q == order->items[order->count - 1] ? BS_PHASE_LOSS
                                                                     : BS_PHASE_FORWARD;
}

static int no_layer(const struct bs_graph *graph, int64_t q)
{
    (void)graph, (void)q;
    return 0;
}

static int64_t user_count(const struct bs_graph *graph, int64_t q)
{
    return (int64_t)circuit_of(graph)->quantities[q].users;
}

static int64_t user(const struct bs_graph *graph, int64_t q, int64_t k)
{
    const struct circuit *circuit = circuit_of(graph);
    return circuit->users.items[circuit->quantities[q].first_user + (size_t)k];
}

static bool is_inlined(const struct bs_graph *graph, int64_t q)
{
    return q == circuit_of(graph)->root;
}

/* All that is named for the update decays. */
static struct bs_state_place state_place(const struct bs_graph *graph, int64_t q)
{
    return (struct bs_state_place){(size_t)rank(graph, BS_ORDER_UPDATE, q), 1, true};
}

static double *number_slot(struct quantity *quantity, enum bs_role role)
{
    switch (role) {
    case BS_ROLE_GRADIENT:
    case BS_ROLE_DERIVATIVE:
        return &quantity->gradient;
    case BS_ROLE_STEP:
        return &quantity->step;
    case BS_ROLE_NEW:
        return &quantity->fresh;
    default:
        return &quantity->value;
    }
}

static int number(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err)
{
    (void)err;
    *out = *number_slot(&circuit_of(graph)->quantities[q], role);
    return BS_OK;
}

void bs_circuit_store(struct bs_graph *graph, enum bs_role role, int64_t q, double value)
{
    *number_slot(&circuit_of(graph)->quantities[q], role) = value;
}

const struct bs_graph_ops bs_circuit_ops = {
    .destroy = destroy,
    .count = count_in,
    .at = at,
    .rank = rank,
    .phase = phase_of,
    .layer = no_layer,
    .root = root_of,
    .name = put_name,
    .error_sign = no_error_sign,
    .find = find,
    .general = put_general,
    .define = define,
    .has_fused = has_no_fused,
    .user_count = user_count,
    .user = user,
    .is_inlined = is_inlined,
    .parameter = state_place,
    .number = number,
};
