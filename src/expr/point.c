#include "expr/point.h"

#include "base/mem.h"

#include <string.h>

void bs_point_finish(struct bs_point *point)
{
    bs_free(point->items);
    *point = (struct bs_point){0};
}

static bool is_leaf(bs_expr a, bs_expr b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == BS_REF ? a->u.ref == b->u.ref : strcmp(a->u.name, b->u.name) == 0;
}

bool bs_point_find(double *value, const struct bs_point *point, bs_expr leaf)
{
    for (size_t i = 0; i < point->count; i++)
        if (is_leaf(point->items[i].leaf, leaf)) {
            *value = point->items[i].value;
            return true;
        }
    return false;
}

int bs_point_add(struct bs_point *point, struct bs_pool *pool, bs_expr leaf, double value,
                 struct bs_error *err)
{
    bs_expr own = leaf->kind == BS_REF ? bs_ref(pool, leaf->u.ref) : bs_symbol(pool, leaf->u.name);
    if (!own)
        return bs_pool_error(pool, err);
    if (!bs_grow(&point->items, &point->capacity, point->count + 1, sizeof *point->items))
        return bs_fail_memory(err);
    point->items[point->count++] = (struct bs_coordinate){own, value};
    return BS_OK;
}
