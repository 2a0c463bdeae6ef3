/*
 * Binding.  Which symbols are free in a node does not depend on where the node stands, so both
 * passes visit each shared node once.
 */
#include "expr/index.h"

#include "expr/node.h"
#include "expr/spelling.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool has_free(bs_expr expr, bs_expr symbol, uint64_t stamp)
{
    if (expr == symbol)
        return true;
    if (expr->count == 0 || expr->memo->seen == stamp || (symbol->leaves & ~expr->leaves))
        return false;
    expr->memo->seen = stamp;
    const bool is_bound = bs_binds_index(expr) && expr->args[0] == symbol;
    for (int i = bs_binds_index(expr); i < expr->count - is_bound; i++)
        if (has_free(expr->args[i], symbol, stamp))
            return true;
    return false;
}

bool bs_has_free(bs_expr expr, bs_expr symbol)
{
    return has_free(expr, symbol, bs_next_stamp());
}

/* ---- putting in ------------------------------------------------------------------------------ */

struct putting {
    struct bs_pool *pool;
    bs_expr symbol, value;
    uint64_t stamp;
};

static bs_expr put(struct putting *putting, bs_expr expr);

/* The letters that indices have in textbooks, the likeliest first. */
static const char letters[] = "jkihlmnpqrstuvwzabcdefgoxy";

/* Is the letter the name of anything in the expression: a symbol, an array, an index? */
static bool has_name(bs_expr expr, const char *name, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    if ((expr->kind == BS_SYMBOL || expr->kind == BS_MEMBER) && strcmp(expr->u.name, name) == 0)
        return true;
    for (int i = 0; i < expr->count; i++)
        if (has_name(expr->args[i], name, stamp))
            return true;
    return false;
}

/* NULL, with the reason in the pool, when all letters are taken. */
static bs_expr free_letter(struct bs_pool *pool, bs_expr expr, bs_expr avoid)
{
    for (const char *letter = letters; *letter; letter++) {
        const char name[] = {*letter, '\0'};
        if (!has_name(expr, name, bs_next_stamp()) && !has_name(avoid, name, bs_next_stamp()))
            return bs_symbol(pool, name);
    }
    return bs_pool_refuse(pool, BS_REFUSED, "no letter is left for the index of a sum");
}

bs_expr bs_rename_index(struct bs_pool *pool, bs_expr bound, bs_expr avoid)
{
    bs_expr index = free_letter(pool, bound, avoid);
    bs_expr body = index ? bs_put(pool, bound->args[3], bound->args[0], index) : NULL;
    return bs_with_args(pool, bound, (bs_expr[]){index, bound->args[1], bound->args[2], body});
}

static bs_expr put_in_bound(struct putting *putting, bs_expr bound)
{
    bs_expr args[4] = {bound->args[0], put(putting, bound->args[1]), put(putting, bound->args[2]),
                       bound->args[3]};
    if (bound->args[0] != putting->symbol)
        args[3] = put(putting, bound->args[3]);
    return bs_with_args(putting->pool, bound, args);
}

static bs_expr put_in_args(struct putting *putting, bs_expr expr)
{
    struct bs_list args = {0};
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&args, put(putting, expr->args[i]));
    return bs_list_with_args(putting->pool, expr, &args);
}

/* Would an index of the sum capture what is put in? */
static bool captures(const struct putting *putting, bs_expr bound)
{
    return bound->args[0] != putting->symbol && bs_has_free(putting->value, bound->args[0]) &&
           bs_has_free(bound->args[3], putting->symbol);
}

static bs_expr put(struct putting *putting, bs_expr expr)
{
    if (expr == putting->symbol)
        return putting->value;
    if (expr->count == 0 || (putting->symbol->leaves & ~expr->leaves))
        return expr;
    if (expr->memo->stamp == putting->stamp)
        return expr->memo->result;
    bs_expr from = expr, result = NULL;
    if (bs_binds_index(expr) && captures(putting, expr))
        from = bs_rename_index(putting->pool, expr, putting->value);
    if (from)
        result = bs_binds_index(from) ? put_in_bound(putting, from) : put_in_args(putting, from);
    expr->memo->stamp = putting->stamp;
    expr->memo->result = result;
    return result;
}

bs_expr bs_put(struct bs_pool *pool, bs_expr expr, bs_expr symbol, bs_expr value)
{
    struct putting putting = {pool, symbol, value, bs_next_stamp()};
    return expr && symbol && value ? put(&putting, expr) : NULL;
}

/* By way of names that nobody can type, which no value mentions. */
bs_expr bs_put_all(struct bs_pool *pool, bs_expr expr, int count, const bs_expr *symbols,
                   const bs_expr *values)
{
    bs_expr between[BS_MOST_PUT];
    assert(count <= BS_MOST_PUT);
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "value %d", i);
        between[i] = bs_symbol(pool, name);
        expr = bs_put(pool, expr, symbols[i], between[i]);
    }
    for (int i = 0; i < count; i++)
        expr = bs_put(pool, expr, between[i], values[i]);
    return expr;
}

/* ---- members --------------------------------------------------------------------------------- */

enum { MOST_SUBSCRIPTS = BS_MOST_PUT }; /* of a member, see bs_member */

static const uint32_t ALL_LETTERS = UINT32_MAX;

static bs_expr all_equal(struct bs_pool *pool, int count, const bs_expr *a, const bs_expr *b)
{
    struct bs_list deltas = {0};
    for (int i = 0; i < count; i++)
        bs_list_add(&deltas, bs_delta(pool, a[i], b[i]));
    return bs_list_product(pool, &deltas);
}

/* Of a symbol that is a member of the array, as x_3 is one of x_k: its subscripts. */
static bool find_subscripts(struct bs_pool *pool, bs_expr out[static MOST_SUBSCRIPTS],
                            bs_expr symbol, bs_expr member)
{
    int64_t numbers[MOST_SUBSCRIPTS];
    if (!bs_read_member(numbers, member->count, symbol->u.name, member->u.name))
        return false;
    for (int i = 0; i < member->count; i++)
        out[i] = bs_integer(pool, numbers[i]);
    return true;
}

bool bs_may_be(struct bs_pool *pool, bs_expr *delta, bs_expr a, bs_expr b)
{
    bs_expr subscripts[MOST_SUBSCRIPTS];
    const bool is_a = a->kind == BS_MEMBER, is_b = b->kind == BS_MEMBER;
    const bs_expr *left = a->args, *right = b->args;
    if (is_a && is_b && (strcmp(a->u.name, b->u.name) != 0 || a->count != b->count))
        return false;
    if (!is_a && !(a->kind == BS_SYMBOL && is_b && find_subscripts(pool, subscripts, a, b)))
        return false;
    if (!is_b && !(b->kind == BS_SYMBOL && is_a && find_subscripts(pool, subscripts, b, a)))
        return false;
    if (delta)
        *delta = all_equal(pool, is_a ? a->count : b->count, is_a ? left : subscripts,
                           is_b ? right : subscripts);
    return true;
}

/* The same array, with as many subscripts. */
static bool has_array(bs_expr expr, bs_expr member, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    if (expr->kind == BS_MEMBER && expr->count == member->count &&
        strcmp(expr->u.name, member->u.name) == 0)
        return true;
    for (int i = 0; i < expr->count; i++)
        if (has_array(expr->args[i], member, stamp))
            return true;
    return false;
}

/* A name typed alone is taken apart wherever it can be. */
static bs_expr taken_apart(struct bs_pool *pool, bs_expr symbol)
{
    return symbol->kind == BS_SYMBOL ? bs_named(pool, symbol->u.name, ALL_LETTERS) : symbol;
}

bs_expr bs_as_member(struct bs_pool *pool, bs_expr symbol, bs_expr beside)
{
    bs_expr member = symbol && beside ? taken_apart(pool, symbol) : NULL;
    if (!member || member->kind != BS_MEMBER)
        return member ? symbol : NULL;
    return has_array(beside, member, bs_next_stamp()) ? member : symbol;
}

bs_expr bs_as_defined(struct bs_pool *pool, bs_expr symbol, bs_expr formula)
{
    bs_expr member = symbol && formula ? taken_apart(pool, symbol) : NULL;
    for (int i = 0; member && i < member->count; i++)
        if (!bs_is_number(member->args[i]) && !bs_has_free(formula, member->args[i]))
            return symbol;
    return member;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

/* The sums and products around a part. */
struct around {
    bs_expr bound;
    const struct around *outer;
};

/* How one subscript of an array was counted where it was first met: by which sum, and how. */
struct counting {
    bs_expr subscript; /* NULL where it is the index itself, or none yet */
    bs_expr bound;
};

struct counted {
    bs_expr member;
    struct counting by[MOST_SUBSCRIPTS];
    bool has_several;
};

static bs_expr sum_of(const struct around *around, bs_expr subscript)
{
    for (; around; around = around->outer)
        if (bs_has_free(subscript, around->bound->args[0]))
            return around->bound;
    return NULL;
}

static void count_subscript(struct counted *counted, int i, bs_expr subscript,
                            const struct around *around)
{
    struct counting *known = &counted->by[i], now = {NULL, sum_of(around, subscript)};
    if (!now.bound)
        return;
    if (subscript != now.bound->args[0])
        now.subscript = subscript;
    if (!known->bound)
        *known = now;
    counted->has_several = counted->has_several || known->subscript != now.subscript ||
                           known->bound->args[1] != now.bound->args[1] ||
                           known->bound->args[2] != now.bound->args[2];
}

static void count_members(struct counted *counted, bs_expr expr, const struct around *around)
{
    const struct around inner = {expr, around};
    if (expr->kind == BS_MEMBER && expr->count == counted->member->count &&
        strcmp(expr->u.name, counted->member->u.name) == 0)
        for (int i = 0; i < expr->count; i++)
            count_subscript(counted, i, expr->args[i], around);
    if (!(counted->member->leaves & expr->leaves) || counted->has_several)
        return;
    for (int i = 0; i < expr->count; i++)
        count_members(counted, expr->args[i], bs_binds_index(expr) && i == 3 ? &inner : around);
}

bool bs_has_ranges(bs_expr expr, bs_expr member)
{
    enum { MOST_SIZE = 1 << 16 }; /* every part is looked at wherever it stands */
    struct counted counted = {.member = member};
    if (member->kind != BS_MEMBER || expr->size > MOST_SIZE)
        return false;
    count_members(&counted, expr, NULL);
    return counted.has_several;
}
