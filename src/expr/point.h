#ifndef BACKSTEP_EXPR_POINT_H
#define BACKSTEP_EXPR_POINT_H

#include "base/error.h"
#include "expr/expr.h"

/* Values of symbols (also x_2, the member of an array) and refs, in the order they were added. */
struct bs_point {
    struct bs_coordinate {
        bs_expr leaf; /* a node of the pool that it was added with */
        double value;
    } * items;
    size_t count, capacity;
};

void bs_point_finish(struct bs_point *point);

/* The leaf may be of any pool, or of none: it is told by its name.  False where it has no value. */
bool bs_point_find(double *value, const struct bs_point *point, bs_expr leaf);
int bs_point_add(struct bs_point *point, struct bs_pool *pool, bs_expr leaf, double value,
                 struct bs_error *err);

#endif
