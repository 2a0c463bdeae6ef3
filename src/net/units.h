#ifndef BACKSTEP_NET_UNITS_H
#define BACKSTEP_NET_UNITS_H

#include "net/net.h"

/*
 * Inside the room: an activation and what is given to it, as kernels apply it to numbers and as
 * definitions have it.  Of softmax the numbers are the units of one layer.
 */
struct bs_units bs_units_of(const struct bs_func *func, const struct bs_setting *setting, size_t n,
                            double kink);

/* What fills y, and dx from dy and y; y may be x, and dx may be dy. */
bs_over_units *bs_units_values(const struct bs_func *func);
bs_over_units *bs_units_slopes(const struct bs_func *func);

bool bs_is_identity(const struct bs_func *func);

/* f(x) of a function that is not softmax; of identity x itself. */
bs_expr bs_units_define(struct bs_pool *pool, const struct bs_func *func,
                        const struct bs_setting *setting, bs_expr x);

#endif
