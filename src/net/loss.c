/*
 * The table of losses.  Each has its kernels (sums from the left, in the order of the outputs) and
 * its definition in symbols; they share nothing, so that one checks the other.
 */
#include "net/loss.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

static double sum_of_squares(int n, const double *y, const double *t)
{
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += (y[k] - t[k]) * (y[k] - t[k]);
    return sum;
}

static double half_value(int n, const double *y, const double *t)
{
    return 0.5 * sum_of_squares(n, y, t);
}

static double mean_value(int n, const double *y, const double *t)
{
    return sum_of_squares(n, y, t) / n;
}

static void half_slope(double *dy, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dy[k] = y[k] - t[k];
}

static void squared_slope(double *dy, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dy[k] = 2 * (y[k] - t[k]);
}

static void mean_slope(double *dy, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dy[k] = 2 * (y[k] - t[k]) / n;
}

static double half_target_slope(int n, const double *y, const double *t, int k)
{
    (void)n;
    return t[k] - y[k];
}

static double squared_target_slope(int n, const double *y, const double *t, int k)
{
    (void)n;
    return 2 * (t[k] - y[k]);
}

static double mean_target_slope(int n, const double *y, const double *t, int k)
{
    return 2 * (t[k] - y[k]) / n;
}

/* The convention 0·log 0 = 0: an output that is not wanted costs nothing, however impossible. */
static double weighted_log(double weight, double y)
{
    return weight == 0 ? 0 : weight * log(y);
}

static double cross_entropy_value(int n, const double *y, const double *t)
{
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += weighted_log(t[k], y[k]);
    return -sum;
}

static void cross_entropy_slope(double *dy, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dy[k] = -(t[k] / y[k]);
}

static double cross_entropy_target_slope(int n, const double *y, const double *t, int k)
{
    (void)n, (void)t;
    return -log(y[k]);
}

/*
 * With softmax, ∂E/∂z_k = −Σ_j t_j/y_j·y_j (δ_jk − y_k) = y_k Σ_j t_j − t_k: the usual y_k − t_k
 * where the targets add up to 1, and right where they do not.
 */
static void cross_entropy_fused(double *dz, int n, const double *y, const double *t)
{
    double total = 0;
    for (int k = 0; k < n; k++)
        total += t[k];
    for (int k = 0; k < n; k++)
        dz[k] = y[k] * total - t[k];
}

static double binary_value(int n, const double *y, const double *t)
{
    double sum = 0;
    for (int k = 0; k < n; k++) {
        sum += weighted_log(t[k], y[k]);
        sum += weighted_log(1 - t[k], 1 - y[k]);
    }
    return -sum;
}

static void binary_slope(double *dy, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dy[k] = (1 - t[k]) / (1 - y[k]) - t[k] / y[k];
}

static double binary_target_slope(int n, const double *y, const double *t, int k)
{
    (void)n, (void)t;
    return log(1 - y[k]) - log(y[k]);
}

/* With sigmoid, ∂E/∂z = ((1 − t)/(1 − y) − t/y)·y (1 − y) = (1 − t) y − t (1 − y) = y − t. */
static void binary_fused(double *dz, int n, const double *y, const double *t)
{
    for (int k = 0; k < n; k++)
        dz[k] = y[k] - t[k];
}

static bs_expr define_xlog(struct bs_pool *pool, bs_expr weight, bs_expr y)
{
    return bs_call(pool, bs_func_find("xlog"), 0, 2, (bs_expr[]){weight, y});
}

/* Term i (from 0) of a loss that is a sum over the outputs. */
typedef bs_expr make_term(struct bs_pool *pool, int i, const bs_expr *y, const bs_expr *t);

static bs_expr square_term(struct bs_pool *pool, int i, const bs_expr *y, const bs_expr *t)
{
    return bs_power(pool, bs_sub(pool, y[i], t[i]), bs_integer(pool, 2));
}

static bs_expr cross_entropy_term(struct bs_pool *pool, int i, const bs_expr *y, const bs_expr *t)
{
    return define_xlog(pool, t[i], y[i]);
}

/* Two terms an output: t log y, then (1 − t) log (1 − y). */
static bs_expr binary_term(struct bs_pool *pool, int i, const bs_expr *y, const bs_expr *t)
{
    bs_expr one = bs_integer(pool, 1), y_k = y[i / 2], t_k = t[i / 2];
    if (i % 2 == 0)
        return define_xlog(pool, t_k, y_k);
    return define_xlog(pool, bs_sub(pool, one, t_k), bs_sub(pool, one, y_k));
}

static bs_expr define_sum(struct bs_pool *pool, int count, make_term *term, const bs_expr *y,
                          const bs_expr *t)
{
    bs_expr *terms = bs_alloc((size_t)count * sizeof *terms);
    if (!terms)
        return NULL;
    for (int i = 0; i < count; i++)
        terms[i] = term(pool, i, y, t);
    bs_expr sum = bs_sum(pool, count, terms);
    bs_free(terms);
    return sum;
}

static bs_expr define_squared(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t)
{
    return define_sum(pool, n, square_term, y, t);
}

static bs_expr define_half(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t)
{
    return bs_mul(pool, bs_rational(pool, 1, 2), define_squared(pool, n, y, t));
}

static bs_expr define_mean(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t)
{
    bs_expr sum = define_squared(pool, n, y, t);
    return n == 1 ? sum : bs_div(pool, sum, bs_integer(pool, n));
}

static bs_expr define_cross_entropy(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t)
{
    return bs_neg(pool, define_sum(pool, n, cross_entropy_term, y, t));
}

static bs_expr define_binary(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t)
{
    return bs_neg(pool, define_sum(pool, 2 * n, binary_term, y, t));
}

static bs_expr define_cross_entropy_fused(struct bs_pool *pool, int n, const bs_expr *y,
                                          const bs_expr *t, int k)
{
    return bs_sub(pool, bs_mul(pool, y[k], bs_sum(pool, n, t)), t[k]);
}

static bs_expr define_binary_fused(struct bs_pool *pool, int n, const bs_expr *y, const bs_expr *t,
                                   int k)
{
    (void)n;
    return bs_sub(pool, y[k], t[k]);
}

const struct bs_loss bs_losses[] = {
    {.name = "half_squared_error",
     .formula = "½ Σ_j ({y}_j − {t}_j)²",
     .about = "half the sum of squares; its slope is just the difference",
     .value = half_value,
     .slope = half_slope,
     .target_slope = half_target_slope,
     .define = define_half,
     .squares = 0.5},
    {.name = "squared_error",
     .formula = "Σ_j ({y}_j − {t}_j)²",
     .about = "the sum of squares, without the half",
     .value = sum_of_squares,
     .slope = squared_slope,
     .target_slope = squared_target_slope,
     .define = define_squared,
     .squares = 1},
    {.name = "mean_squared_error",
     .formula = "1/n Σ_j ({y}_j − {t}_j)²",
     .about = "the mean of the squares over the n outputs",
     .value = mean_value,
     .slope = mean_slope,
     .target_slope = mean_target_slope,
     .define = define_mean,
     .is_mean = true},
    {.name = "cross_entropy",
     .formula = "−Σ_j {t}_j log {y}_j",
     .about = "for one of several classes; 0·log 0 counts as 0",
     .output = "softmax",
     .value = cross_entropy_value,
     .slope = cross_entropy_slope,
     .target_slope = cross_entropy_target_slope,
     .fused = cross_entropy_fused,
     .define = define_cross_entropy,
     .define_fused = define_cross_entropy_fused},
    {.name = "binary_cross_entropy",
     .formula = "−Σ_j ({t}_j log {y}_j + (1 − {t}_j) log (1 − {y}_j))",
     .about = "for yes or no, each output on its own; 0·log 0 counts as 0",
     .output = "sigmoid",
     .value = binary_value,
     .slope = binary_slope,
     .target_slope = binary_target_slope,
     .fused = binary_fused,
     .define = define_binary,
     .define_fused = define_binary_fused},
    {.name = NULL},
};

const struct bs_loss *bs_loss_find(const char *name)
{
    for (const struct bs_loss *loss = bs_losses; loss->name; loss++)
        if (strcmp(loss->name, name) == 0)
            return loss;
    return NULL;
}

/* Every loss is a sum over the outputs, so the one of one output is a term. */
bs_expr bs_loss_define_general(struct bs_pool *pool, const struct bs_loss *loss, int n,
                               bs_expr index, bs_expr y, bs_expr t)
{
    bs_expr from = bs_integer(pool, 1), to = bs_integer(pool, n);
    bs_expr term = y && t ? loss->define(pool, 1, &y, &t) : NULL;
    bs_expr sum = bs_indexed_sum(pool, index, from, to, term);
    return loss->is_mean && n > 1 ? bs_div(pool, sum, to) : sum;
}
