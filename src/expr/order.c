/* An order of expressions, by what they are and never by where they lie in memory. */
#include "expr/node.h"

#include "expr/func.h"

#include <string.h>

static int compare_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_payload(bs_expr a, bs_expr b)
{
    switch (a->kind) {
    case BS_NUMBER: {
        double left = bs_number_value(a), right = bs_number_value(b);
        return (left > right) - (left < right);
    }
    case BS_SYMBOL:
    case BS_MEMBER:
        return strcmp(a->u.name, b->u.name);
    case BS_REF:
        return compare_int(a->u.ref, b->u.ref);
    case BS_CASES:
        return compare_int(a->u.at_zero, b->u.at_zero);
    case BS_CALL:
        return a->u.call.func == b->u.call.func
                   ? compare_int(a->u.call.index, b->u.call.index)
                   : strcmp(a->u.call.func->name, b->u.call.func->name);
    default:
        return 0;
    }
}

int bs_compare(bs_expr a, bs_expr b)
{
    if (a == b)
        return 0;
    int order = compare_int(a->kind, b->kind);
    if (order == 0)
        order = compare_payload(a, b);
    if (order == 0)
        order = compare_int(a->count, b->count);
    for (int i = 0; i < a->count && order == 0; i++)
        order = bs_compare(a->args[i], b->args[i]);
    return order;
}

static bool is_sorted(bs_expr product)
{
    for (int i = 1; i < product->count; i++)
        if (bs_compare(product->args[i - 1], product->args[i]) > 0)
            return false;
    return true;
}

/* By insertion: products are short. */
bs_expr bs_sorted_product(struct bs_pool *pool, bs_expr product)
{
    struct bs_list factors = {0};
    if (product->kind != BS_PRODUCT || is_sorted(product))
        return product;
    bs_list_add_all(&factors, product->count, product->args);
    for (size_t i = 1; i < factors.count && !factors.failed; i++) {
        bs_expr factor = factors.items[i];
        size_t k = i;
        for (; k > 0 && bs_compare(factors.items[k - 1], factor) > 0; k--)
            factors.items[k] = factors.items[k - 1];
        factors.items[k] = factor;
    }
    return bs_list_product(pool, &factors);
}
