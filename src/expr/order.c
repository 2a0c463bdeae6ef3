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
