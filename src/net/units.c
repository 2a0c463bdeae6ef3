#include "net/units.h"

#include <math.h>
#include <string.h>

/* Shifted by the largest x: no exponential overflows and the sum is at least 1. */
static void softmax_values(const struct bs_units *units)
{
    const double *x = units->x;
    double *y = units->y, largest = x[0], sum = 0;
    for (size_t j = 1; j < units->n; j++)
        largest = fmax(largest, x[j]);
    for (size_t j = 0; j < units->n; j++) {
        y[j] = exp(x[j] - largest);
        sum += y[j];
    }
    for (size_t j = 0; j < units->n; j++)
        y[j] /= sum;
}

/*
 * ∂E/∂x_k = Σ_j ∂E/∂y_j y_j (δ_jk − y_k) = y_k (∂E/∂y_k − Σ_j ∂E/∂y_j y_j).  The factored form
 * costs n instead of n², and its rounding error is no larger than that of the sum: both are a few
 * units in the last place of y_k (|∂E/∂y_k| + Σ_j |∂E/∂y_j| y_j).
 */
static void softmax_slopes(const struct bs_units *units)
{
    const double *dy = units->dy, *y = units->y;
    double mean = dy[0] * y[0];
    for (size_t j = 1; j < units->n; j++)
        mean += dy[j] * y[j];
    for (size_t k = 0; k < units->n; k++)
        units->dx[k] = y[k] * (dy[k] - mean);
}

bs_over_units *bs_units_values(const struct bs_func *func)
{
    return func->is_indexed ? softmax_values : bs_func_values(func);
}

bs_over_units *bs_units_slopes(const struct bs_func *func)
{
    return func->is_indexed ? softmax_slopes : bs_func_slopes(func);
}

struct bs_units bs_units_of(const struct bs_func *func, const struct bs_setting *setting, size_t n,
                            double kink)
{
    struct bs_units units = {.func = func, .n = n, .count = 1 + setting->count, .kink = kink};
    memcpy(units.args + 1, setting->values, sizeof setting->values);
    return units;
}

bool bs_is_identity(const struct bs_func *func)
{
    return strcmp(func->name, "identity") == 0;
}

bs_expr bs_units_define(struct bs_pool *pool, const struct bs_func *func,
                        const struct bs_setting *setting, bs_expr x)
{
    bs_expr args[1 + BS_MOST_PARAMETERS] = {x};
    if (bs_is_identity(func))
        return x;
    for (int i = 0; i < setting->count; i++)
        args[1 + i] = bs_real(pool, setting->values[i]);
    return bs_call(pool, func, 0, 1 + setting->count, args);
}
