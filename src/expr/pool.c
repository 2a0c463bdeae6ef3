/*
 * The pool: an arena of nodes and an open-addressing table that finds a node by its content.
 * Invariants: the table's size is a power of two and it is at most half full; every node in it was
 * built from nodes of the same pool, so that comparing operands by pointer compares them whole.
 */
#include "expr/node.h"
#include "expr/spelling.h"

#include "base/arena.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

struct bs_pool {
    struct bs_arena *arena;
    bs_expr *table;
    size_t slots, used;
    struct bs_error error;
};

enum { FIRST_SLOTS = 256 };

struct bs_pool *bs_pool_create(void)
{
    struct bs_pool *pool = bs_calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->arena = bs_arena_create();
    pool->table = bs_calloc(FIRST_SLOTS, sizeof *pool->table);
    pool->slots = FIRST_SLOTS;
    if (!pool->arena || !pool->table) {
        bs_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void bs_pool_destroy(struct bs_pool *pool)
{
    if (!pool)
        return;
    bs_arena_destroy(pool->arena);
    bs_free(pool->table);
    bs_free(pool);
}

size_t bs_pool_size(const struct bs_pool *pool)
{
    return bs_arena_size(pool->arena) + pool->slots * sizeof *pool->table;
}

bs_expr bs_pool_refuse(struct bs_pool *pool, enum bs_status status, const char *text)
{
    if (pool->error.status == BS_OK)
        bs_fail(&pool->error, status, "%s", text);
    return NULL;
}

bool bs_pool_is_exhausted(const struct bs_pool *pool)
{
    return pool->error.status == BS_NO_MEMORY;
}

bool bs_pool_forgive(struct bs_pool *pool)
{
    if (bs_pool_is_exhausted(pool))
        return false;
    pool->error.status = BS_OK;
    return true;
}

int bs_pool_error(struct bs_pool *pool, struct bs_error *err)
{
    struct bs_error error = pool->error;
    pool->error.status = BS_OK;
    if (error.status == BS_OK) /* a NULL operand from elsewhere */
        return bs_fail_memory(err);
    return bs_fail(err, error.status, "%s", error.text);
}

uint64_t bs_next_stamp(void)
{
    static uint64_t last;
    return ++last;
}

/* Folded first: a multiplication carries upwards only, and of a double the low bits are mostly 0.
 */
static uint32_t mix(uint32_t hash, uint64_t value)
{
    uint64_t product = (hash ^ value ^ value >> 32) * 0x9E3779B97F4A7C15U;
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t hash_text(uint32_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = mix(hash, (unsigned char)text[i]);
    return hash;
}

static uint32_t hash_payload(uint32_t hash, const struct bs_node *node)
{
    switch (node->kind) {
    case BS_NUMBER: {
        uint64_t bits;
        memcpy(&bits, &node->u.number.real, sizeof bits);
        return mix(hash, bits);
    }
    case BS_SYMBOL:
    case BS_MEMBER:
        return hash_text(hash, node->u.name, strlen(node->u.name));
    case BS_REF:
        return mix(hash, (uint64_t)node->u.ref);
    case BS_CASES:
        return mix(hash, (uint64_t)node->u.at_zero);
    case BS_CALL:
        return mix(mix(hash, (uintptr_t)node->u.call.func), (uint64_t)node->u.call.index);
    default:
        return hash;
    }
}

static bool same_payload(const struct bs_node *a, const struct bs_node *b)
{
    switch (a->kind) {
    case BS_NUMBER:
        return a->u.number.num == b->u.number.num && a->u.number.den == b->u.number.den &&
               memcmp(&a->u.number.real, &b->u.number.real, sizeof a->u.number.real) == 0;
    case BS_SYMBOL:
    case BS_MEMBER:
        return strcmp(a->u.name, b->u.name) == 0;
    case BS_REF:
        return a->u.ref == b->u.ref;
    case BS_CASES:
        return a->u.at_zero == b->u.at_zero;
    case BS_CALL:
        return a->u.call.func == b->u.call.func && a->u.call.index == b->u.call.index;
    default:
        return true;
    }
}

static bool is_same(const struct bs_node *node, const struct bs_node *wanted, const bs_expr *args)
{
    return node->hash == wanted->hash && node->kind == wanted->kind &&
           node->count == wanted->count && same_payload(node, wanted) &&
           (node->count == 0 || memcmp(node->args, args, (size_t)node->count * sizeof *args) == 0);
}

/* The slot of the node, or the empty one where it belongs. */
static size_t find_slot(const struct bs_pool *pool, const struct bs_node *wanted,
                        const bs_expr *args)
{
    size_t slot = wanted->hash & (pool->slots - 1);
    while (pool->table[slot] && !is_same(pool->table[slot], wanted, args))
        slot = (slot + 1) & (pool->slots - 1);
    return slot;
}

static bool double_table(struct bs_pool *pool)
{
    size_t slots = pool->slots * 2;
    bs_expr *table = bs_calloc(slots, sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < pool->slots; i++) {
        if (!pool->table[i])
            continue;
        size_t slot = pool->table[i]->hash & (slots - 1);
        while (table[slot])
            slot = (slot + 1) & (slots - 1);
        table[slot] = pool->table[i];
    }
    bs_free(pool->table);
    pool->table = table;
    pool->slots = slots;
    return true;
}

static bool is_named(enum bs_kind kind)
{
    return kind == BS_SYMBOL || kind == BS_MEMBER;
}

/* By kind, payload and operands. */
static uint32_t hash_node(const struct bs_node *node, const bs_expr *args)
{
    uint32_t hash = mix(17, (uint64_t)node->kind);
    for (int i = 0; i < node->count; i++)
        hash = mix(hash, (uintptr_t)args[i]);
    return hash_payload(hash, node);
}

/* The bit of what the node itself names; 0 when it names nothing. */
static uint64_t leaf_bit(const struct bs_node *node)
{
    if (node->kind == BS_REF)
        return UINT64_C(1) << (node->hash % 64);
    if (is_named(node->kind))
        return UINT64_C(1) << (hash_text(0, node->u.name, bs_stem(node->u.name)) % 64);
    return 0;
}

/* What follows from the operands. */
static void derive_header(struct bs_node *node, const bs_expr *args)
{
    node->depth = 1;
    node->size = is_named(node->kind) || node->kind == BS_REF ? 4 : 1;
    node->leaves = leaf_bit(node);
    for (int i = 0; i < node->count; i++) {
        node->leaves |= args[i]->leaves;
        node->size += args[i]->size; /* of two at most BS_MOST_SIZE: no overflow */
        if (node->size > BS_MOST_SIZE)
            node->size = BS_MOST_SIZE;
        if (args[i]->depth >= node->depth)
            node->depth = args[i]->depth + 1;
    }
}

/* A copy in the arena, its memo and its name right behind it. */
static bs_expr store(struct bs_pool *pool, const struct bs_node *wanted, const bs_expr *args)
{
    size_t args_size = (size_t)wanted->count * sizeof(bs_expr);
    size_t name_size = is_named(wanted->kind) ? strlen(wanted->u.name) + 1 : 0;
    char *block = bs_arena_alloc(pool->arena, sizeof(struct bs_node) + args_size +
                                                  sizeof(struct bs_memo) + name_size);
    if (!block)
        return NULL;
    struct bs_node *node = (struct bs_node *)(void *)block;
    memcpy(node, wanted, sizeof *node);
    if (args_size > 0)
        memcpy(node->args, args, args_size);
    block += sizeof *node + args_size;
    node->memo = (struct bs_memo *)(void *)block;
    *node->memo = (struct bs_memo){0};
    if (name_size > 0)
        node->u.name = memcpy(block + sizeof *node->memo, wanted->u.name, name_size);
    return node;
}

/* Into the table, which is at most half full before. */
static bs_expr add_node(struct bs_pool *pool, struct bs_node *wanted, const bs_expr *args)
{
    derive_header(wanted, args);
    if (wanted->depth > BS_MAX_DEPTH)
        return bs_pool_refuse(pool, BS_REFUSED, "the formula is nested too deeply");
    bs_expr node = NULL;
    if (pool->used * 2 < pool->slots || double_table(pool))
        node = store(pool, wanted, args);
    if (!node)
        return bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    pool->table[find_slot(pool, wanted, args)] = node;
    pool->used++;
    return node;
}

/* The one node with this content, made when there is none yet. */
static bs_expr intern(struct bs_pool *pool, struct bs_node wanted, int count, const bs_expr *args)
{
    for (int i = 0; i < count; i++)
        if (!args[i])
            return NULL;
    wanted.count = count;
    wanted.hash = hash_node(&wanted, args);
    bs_expr known = pool->table[find_slot(pool, &wanted, args)];
    return known ? known : add_node(pool, &wanted, args);
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/*
 * A decimal of at most 15 digits is recognised by trying: num / 10^k in double is the nearest
 * double of that decimal (both are exact), so equality means that the value is what the decimal
 * reads as.
 */
bool bs_short_decimal(int64_t *num, int64_t *den, double value)
{
    const double largest = 1e15;
    *den = 1;
    for (int k = 0; k <= 15; k++, *den *= 10) {
        double scaled = value * (double)*den;
        if (!(fabs(scaled) < largest))
            break;
        *num = llround(scaled);
        if ((double)*num / (double)*den == value)
            return true;
    }
    return false;
}

bs_expr bs_real(struct bs_pool *pool, double value)
{
    int64_t num, den;
    if (bs_short_decimal(&num, &den, value))
        return bs_rational(pool, num, den);
    if (!isfinite(value))
        return bs_pool_refuse(pool, BS_REFUSED, "a number in a formula is finite");
    struct bs_node node = {.kind = BS_NUMBER};
    node.u.number.real = value;
    return intern(pool, node, 0, NULL);
}

static bs_expr in_lowest_terms(struct bs_pool *pool, int64_t num, int64_t den)
{
    struct bs_node node = {.kind = BS_NUMBER};
    node.u.number.num = num;
    node.u.number.den = den;
    node.u.number.real = (double)num / (double)den;
    return intern(pool, node, 0, NULL);
}

bs_expr bs_rational(struct bs_pool *pool, int64_t num, int64_t den)
{
    if (num == INT64_MIN || den == INT64_MIN)
        return bs_real(pool, (double)num / (double)den);
    int64_t divisor = greatest_common_divisor(num, den);
    if (den < 0)
        divisor = -divisor;
    return in_lowest_terms(pool, num / divisor, den / divisor);
}

bs_expr bs_integer(struct bs_pool *pool, int64_t value)
{
    return value == INT64_MIN ? bs_real(pool, (double)value) : in_lowest_terms(pool, value, 1);
}

bs_expr bs_symbol_n(struct bs_pool *pool, const char *name, size_t length)
{
    char text[256];
    if (length >= sizeof text)
        return bs_pool_refuse(pool, BS_REFUSED, "a name is too long (255 bytes)");
    memcpy(text, name, length);
    text[length] = '\0';
    struct bs_node node = {.kind = BS_SYMBOL};
    node.u.name = text;
    return intern(pool, node, 0, NULL);
}

bs_expr bs_symbol(struct bs_pool *pool, const char *name)
{
    return bs_symbol_n(pool, name, strlen(name));
}

bs_expr bs_ref(struct bs_pool *pool, int64_t id)
{
    struct bs_node node = {.kind = BS_REF};
    node.u.ref = id;
    return intern(pool, node, 0, NULL);
}

/* A sum or product as it is written: only a first operand of the same kind is opened. */
static bs_expr chain(struct bs_pool *pool, enum bs_kind kind, int count, const bs_expr *args)
{
    if (count == 0)
        return bs_integer(pool, kind == BS_PRODUCT);
    if (count == 1 || !args[0])
        return args[0];
    struct bs_node node = {.kind = kind};
    if (args[0]->kind != kind)
        return intern(pool, node, count, args);
    struct bs_list list = {0};
    bs_list_add_all(&list, args[0]->count, args[0]->args);
    bs_list_add_all(&list, count - 1, args + 1);
    bs_expr result = NULL;
    if (!list.failed)
        result = intern(pool, node, (int)list.count, list.items);
    else
        bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    bs_list_finish(&list);
    return result;
}

bs_expr bs_sum(struct bs_pool *pool, int count, const bs_expr *terms)
{
    return chain(pool, BS_SUM, count, terms);
}

bs_expr bs_product(struct bs_pool *pool, int count, const bs_expr *factors)
{
    return chain(pool, BS_PRODUCT, count, factors);
}

bs_expr bs_power(struct bs_pool *pool, bs_expr base, bs_expr exponent)
{
    struct bs_node node = {.kind = BS_POWER};
    return intern(pool, node, 2, (bs_expr[]){base, exponent});
}

bs_expr bs_call(struct bs_pool *pool, const struct bs_func *func, int index, int count,
                const bs_expr *args)
{
    struct bs_node node = {.kind = BS_CALL};
    node.u.call.func = func;
    node.u.call.index = index;
    return intern(pool, node, count, args);
}

enum { MOST_SUBSCRIPTS = 16 };

/* Are the subscripts whole numbers from 0, so that it is one member and not a general one? */
static bool are_numbers(int64_t *numbers, int count, const bs_expr *subscripts)
{
    for (int i = 0; i < count; i++) {
        bs_expr at = subscripts[i];
        if (!at || !bs_is_exact(at) || at->u.number.den != 1 || at->u.number.num < 0)
            return false;
        numbers[i] = at->u.number.num;
    }
    return true;
}

bs_expr bs_member(struct bs_pool *pool, const char *array, int count, const bs_expr *subscripts)
{
    char name[256];
    int64_t numbers[MOST_SUBSCRIPTS];
    struct bs_node node = {.kind = BS_MEMBER};
    if (count > MOST_SUBSCRIPTS)
        return bs_pool_refuse(pool, BS_REFUSED, "a member has too many subscripts (16 at most)");
    bool is_one = are_numbers(numbers, count, subscripts);
    if (strlen(array) >= sizeof name ||
        (is_one && !bs_spell_member(name, sizeof name, array, count, numbers, false)))
        return bs_pool_refuse(pool, BS_REFUSED, "a name is too long (255 bytes)");
    node.u.name = array;
    return is_one ? bs_symbol(pool, name) : intern(pool, node, count, subscripts);
}

static bs_expr bind(struct bs_pool *pool, enum bs_kind kind, const bs_expr *args)
{
    struct bs_node node = {.kind = kind};
    if (args[0] && args[0]->kind != BS_SYMBOL)
        return bs_pool_refuse(pool, BS_REFUSED, "the index of a sum must be a name");
    return intern(pool, node, 4, args);
}

bs_expr bs_indexed_sum(struct bs_pool *pool, bs_expr index, bs_expr from, bs_expr to, bs_expr body)
{
    return bind(pool, BS_INDEXED_SUM, (bs_expr[]){index, from, to, body});
}

bs_expr bs_indexed_product(struct bs_pool *pool, bs_expr index, bs_expr from, bs_expr to,
                           bs_expr body)
{
    return bind(pool, BS_INDEXED_PRODUCT, (bs_expr[]){index, from, to, body});
}

bs_expr bs_delta(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    struct bs_node node = {.kind = BS_DELTA};
    return intern(pool, node, 2, (bs_expr[]){a, b});
}

bs_expr bs_partial(struct bs_pool *pool, bs_expr of, bs_expr by)
{
    struct bs_node node = {.kind = BS_PARTIAL};
    return intern(pool, node, 2, (bs_expr[]){of, by});
}

bs_expr bs_cases(struct bs_pool *pool, enum bs_at_zero at_zero, bs_expr test, bs_expr above,
                 bs_expr below)
{
    struct bs_node node = {.kind = BS_CASES};
    node.u.at_zero = at_zero;
    return intern(pool, node, 3, (bs_expr[]){test, above, below});
}

bs_expr bs_with_args(struct bs_pool *pool, bs_expr expr, const bs_expr *args)
{
    struct bs_node node = {.kind = expr->kind, .u = expr->u};
    switch (expr->kind) {
    case BS_SUM:
    case BS_PRODUCT:
        return chain(pool, expr->kind, expr->count, args);
    case BS_MEMBER:
        return bs_member(pool, expr->u.name, expr->count, args);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return bind(pool, expr->kind, args);
    default:
        return intern(pool, node, expr->count, args);
    }
}
