/* Building: lists of operands, arithmetic on numbers, and the two-operand constructors. */
#include "expr/node.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

void bs_list_add(struct bs_list *list, bs_expr item)
{
    if (!item || !bs_grow(&list->items, &list->capacity, list->count + 1, sizeof *list->items)) {
        list->failed = true;
        return;
    }
    list->items[list->count++] = item;
}

void bs_list_add_all(struct bs_list *list, int count, const bs_expr *items)
{
    for (int i = 0; i < count; i++)
        bs_list_add(list, items[i]);
}

void bs_list_finish(struct bs_list *list)
{
    bs_free(list->items);
    *list = (struct bs_list){0};
}

static bs_expr build_list(struct bs_pool *pool, struct bs_list *list,
                          bs_expr build(struct bs_pool *, int, const bs_expr *))
{
    bs_expr result = list->failed ? bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory")
                                  : build(pool, (int)list->count, list->items);
    bs_list_finish(list);
    return result;
}

bs_expr bs_list_sum(struct bs_pool *pool, struct bs_list *list)
{
    return build_list(pool, list, bs_sum);
}

bs_expr bs_list_product(struct bs_pool *pool, struct bs_list *list)
{
    return build_list(pool, list, bs_product);
}

size_t bs_stem(const char *name)
{
    return strcspn(name, "_");
}

bool bs_binds_index(bs_expr expr)
{
    return expr->kind == BS_INDEXED_SUM || expr->kind == BS_INDEXED_PRODUCT;
}

bs_expr bs_list_with_args(struct bs_pool *pool, bs_expr expr, struct bs_list *args)
{
    bs_expr result = args->failed ? bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory")
                                  : bs_with_args(pool, expr, args->items);
    bs_list_finish(args);
    return result;
}

bool bs_is_number(bs_expr expr)
{
    return expr->kind == BS_NUMBER;
}

bool bs_is_exact(bs_expr expr)
{
    return bs_is_number(expr) && expr->u.number.den != 0;
}

bool bs_is_integer(bs_expr expr, int64_t value)
{
    return bs_is_number(expr) && expr->u.number.den == 1 && expr->u.number.num == value;
}

double bs_number_value(bs_expr expr)
{
    return expr->u.number.real;
}

/* 0 only where that is no underflow. */
static bs_expr inexact(struct bs_pool *pool, double value, bool may_be_zero)
{
    if (!isfinite(value) || (value == 0 && !may_be_zero))
        return bs_pool_refuse(pool, BS_REFUSED,
                              "a number in the formula is too large or too small");
    return bs_real(pool, value);
}

bs_expr bs_number_add(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    int64_t left, right, num, den;
    if (bs_is_exact(a) && bs_is_exact(b) &&
        !__builtin_mul_overflow(a->u.number.num, b->u.number.den, &left) &&
        !__builtin_mul_overflow(b->u.number.num, a->u.number.den, &right) &&
        !__builtin_add_overflow(left, right, &num) &&
        !__builtin_mul_overflow(a->u.number.den, b->u.number.den, &den))
        return bs_rational(pool, num, den);
    return inexact(pool, bs_number_value(a) + bs_number_value(b), true);
}

bs_expr bs_number_mul(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    int64_t num, den;
    if (bs_is_exact(a) && bs_is_exact(b) &&
        !__builtin_mul_overflow(a->u.number.num, b->u.number.num, &num) &&
        !__builtin_mul_overflow(a->u.number.den, b->u.number.den, &den))
        return bs_rational(pool, num, den);
    bool is_zero = bs_is_integer(a, 0) || bs_is_integer(b, 0);
    return inexact(pool, bs_number_value(a) * bs_number_value(b), is_zero);
}

bs_expr bs_number_inverse(struct bs_pool *pool, bs_expr a)
{
    if (bs_is_exact(a))
        return bs_rational(pool, a->u.number.den, a->u.number.num);
    return inexact(pool, 1 / bs_number_value(a), false);
}

bool bs_is_inverse(bs_expr expr)
{
    return expr->kind == BS_POWER && bs_is_integer(expr->args[1], -1);
}

bool bs_is_negative_term(bs_expr term)
{
    if (term->kind == BS_PRODUCT)
        term = term->args[0];
    return bs_is_number(term) && bs_number_value(term) < 0;
}

static bs_expr negate_number(struct bs_pool *pool, bs_expr a)
{
    if (bs_is_exact(a))
        return bs_rational(pool, -a->u.number.num, a->u.number.den);
    return bs_real(pool, -bs_number_value(a));
}

/* −(n·rest) is (−n)·rest, and −(−1·rest) is rest; any other product gets a leading −1. */
static bs_expr negate_product(struct bs_pool *pool, bs_expr a)
{
    struct bs_list list = {0};
    bs_expr first = a->args[0];
    int opened = bs_is_number(first);
    bool rest_stands_alone = !(a->count > 1 && bs_is_number(a->args[1]));
    if (!opened)
        bs_list_add(&list, bs_integer(pool, -1));
    else if (!bs_is_integer(first, -1) || !rest_stands_alone)
        bs_list_add(&list, negate_number(pool, first));
    bs_list_add_all(&list, a->count - opened, a->args + opened);
    return bs_list_product(pool, &list);
}

bs_expr bs_neg(struct bs_pool *pool, bs_expr a)
{
    if (!a)
        return NULL;
    if (bs_is_number(a))
        return negate_number(pool, a);
    if (a->kind == BS_PRODUCT)
        return negate_product(pool, a);
    return bs_product(pool, 2, (bs_expr[]){bs_integer(pool, -1), a});
}

bs_expr bs_add(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    return bs_sum(pool, 2, (bs_expr[]){a, b});
}

bs_expr bs_sub(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    return bs_add(pool, a, bs_neg(pool, b));
}

bs_expr bs_mul(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    return bs_product(pool, 2, (bs_expr[]){a, b});
}

/* 1/b is b^-1; a/b is a·b^-1; of two plain numbers their quotient, unless the divisor is 0. */
bs_expr bs_div(struct bs_pool *pool, bs_expr a, bs_expr b)
{
    if (!a || !b)
        return NULL;
    if (bs_is_exact(a) && bs_is_exact(b) && !bs_is_integer(b, 0))
        return bs_number_mul(pool, a, bs_number_inverse(pool, b));
    bs_expr inverse = bs_power(pool, b, bs_integer(pool, -1));
    return bs_is_integer(a, 1) ? inverse : bs_mul(pool, a, inverse);
}

/* Children first; each shared node is mapped once. */
struct mapping {
    struct bs_pool *pool;
    uint64_t stamp;
    bs_expr (*map)(void *context, struct bs_pool *pool, bs_expr node); /* NULL result: go inside */
    void *context;
};

static bs_expr map_node(struct mapping *mapping, bs_expr node)
{
    if (node->memo->stamp == mapping->stamp)
        return node->memo->result;
    bs_expr result = mapping->map(mapping->context, mapping->pool, node);
    if (!result && node->count == 0)
        return NULL;
    if (!result) {
        struct bs_list list = {0};
        for (int i = 0; i < node->count; i++)
            bs_list_add(&list, map_node(mapping, node->args[i]));
        result = bs_list_with_args(mapping->pool, node, &list);
    }
    node->memo->stamp = mapping->stamp;
    node->memo->result = result;
    return result;
}

struct leaf_mapping {
    bs_leaf_map *map;
    void *context;
};

/* Also brings a node into the pool: every leaf is built anew there. */
static bs_expr map_leaf(void *context, struct bs_pool *pool, bs_expr node)
{
    const struct leaf_mapping *leaves = context;
    switch (node->kind) {
    case BS_NUMBER:
        return bs_is_exact(node) ? bs_rational(pool, node->u.number.num, node->u.number.den)
                                 : bs_real(pool, bs_number_value(node));
    case BS_SYMBOL:
    case BS_REF:
        if (leaves->map)
            return leaves->map(leaves->context, pool, node);
        return node->kind == BS_SYMBOL ? bs_symbol(pool, node->u.name) : bs_ref(pool, node->u.ref);
    default:
        return NULL;
    }
}

bs_expr bs_map_leaves(struct bs_pool *pool, bs_expr expr, bs_leaf_map *map, void *context)
{
    if (!expr)
        return NULL;
    struct leaf_mapping leaves = {map, context};
    struct mapping mapping = {pool, bs_next_stamp(), map_leaf, &leaves};
    return map_node(&mapping, expr);
}

bs_expr bs_import(struct bs_pool *pool, bs_expr expr)
{
    return bs_map_leaves(pool, expr, NULL, NULL);
}

struct replacement {
    bs_expr from, to;
};

static bs_expr replace_node(void *context, struct bs_pool *pool, bs_expr node)
{
    const struct replacement *replacement = context;
    (void)pool;
    if (node == replacement->from)
        return replacement->to;
    return node->count == 0 ? node : NULL;
}

bs_expr bs_replace(struct bs_pool *pool, bs_expr expr, bs_expr from, bs_expr to)
{
    if (!expr || !from || !to)
        return NULL;
    struct replacement replacement = {from, to};
    struct mapping mapping = {pool, bs_next_stamp(), replace_node, &replacement};
    return map_node(&mapping, expr);
}

static bool contains(bs_expr expr, bs_expr part, uint64_t stamp)
{
    if (expr == part)
        return true;
    if (expr->memo->seen == stamp || (part->leaves & ~expr->leaves))
        return false;
    expr->memo->seen = stamp;
    for (int i = 0; i < expr->count; i++)
        if (contains(expr->args[i], part, stamp))
            return true;
    return false;
}

bool bs_contains(bs_expr expr, bs_expr part)
{
    return contains(expr, part, bs_next_stamp());
}

static bool has_kind(bs_expr expr, enum bs_kind kind, uint64_t stamp)
{
    if (expr->kind == kind)
        return true;
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    for (int i = 0; i < expr->count; i++)
        if (has_kind(expr->args[i], kind, stamp))
            return true;
    return false;
}

bool bs_has_kind(bs_expr expr, enum bs_kind kind)
{
    return has_kind(expr, kind, bs_next_stamp());
}

static int visit_leaves(bs_expr expr, bs_leaf_visit *visit, void *context, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return 0;
    expr->memo->seen = stamp;
    if (expr->kind == BS_SYMBOL || expr->kind == BS_REF)
        return visit(context, expr);
    for (int i = 0; i < expr->count; i++) {
        int stop = visit_leaves(expr->args[i], visit, context, stamp);
        if (stop)
            return stop;
    }
    return 0;
}

int bs_visit_leaves(bs_expr expr, bs_leaf_visit *visit, void *context)
{
    return visit_leaves(expr, visit, context, bs_next_stamp());
}
