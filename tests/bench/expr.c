/*
 * How long the calculus takes, one "name value" a line, for bench.py.
 *
 * Every run has a pool of its own with nothing but the formula in it, so that no memo has the
 * answer.  Making that pool is not counted, what the run makes it grow by is.  A formula of the
 * table of functions is read once a program; medians leave that out.
 */
#include "expr/calculus.h"
#include "expr/func.h"
#include "expr/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 1001, SHAPE_RUNS = 51, MOST_BY = 9 };

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

/* There is nothing to measure when a formula is refused. */
static void require(bool is_made)
{
    if (is_made)
        return;
    fputs("bench_expr: a formula was refused, or out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

static struct bs_pool *make_pool(void)
{
    struct bs_pool *pool = bs_pool_create();
    require(pool != NULL);
    return pool;
}

static bs_expr parse(struct bs_pool *pool, const char *text)
{
    bs_expr expr;
    require(bs_parse(&expr, pool, text, strlen(text), NULL) == BS_OK);
    return expr;
}

/* Of all derivatives together. */
static double time_of_slopes(struct bs_pool *pool, bs_expr expr, int count, const bs_expr *by)
{
    double begin = thread_seconds();
    for (int i = 0; i < count; i++)
        require(bs_diff(pool, expr, by[i], NULL) != NULL);
    return thread_seconds() - begin;
}

/* ---- formulas of the course ------------------------------------------------------------------ */

struct formula {
    const char *name, *text;
    const char *by[MOST_BY];
};

static const struct formula formulas[] = {
    {"sigmoid", "sigmoid(x)", {"x"}},
    {"sigmoid_formula", "1/(1 + exp(-x))", {"x"}},
    {"swish", "swish(x)", {"x"}},
    {"swish_formula", "x*sigmoid(x)", {"x"}},
    {"gelu", "gelu(x)", {"x"}},
    {"gelu_formula", "x*Phi(x)", {"x"}},
    {"softmax_row", "softmax_1(x_1, x_2, x_3)", {"x_1"}},
    {"softmax_formula", "exp(x_i)/sum(j, 1, n, exp(x_j))", {"x_k"}},
    /* the loss of a 2-2-1 network with thresholds, as one expression */
    {"network",
     "1/2*(sigmoid(w_11*sigmoid(v_11*x_1 + v_21*x_2 - gamma_1)"
     " + w_21*sigmoid(v_12*x_1 + v_22*x_2 - gamma_2) - theta_1) - d_1)^2",
     {"v_11", "v_12", "v_21", "v_22", "w_11", "w_21", "gamma_1", "gamma_2", "theta_1"}},
};

static double time_of_formula(const struct formula *formula)
{
    bs_expr by[MOST_BY];
    int count = 0;
    struct bs_pool *pool = make_pool();
    bs_expr expr = parse(pool, formula->text);
    for (; count < MOST_BY && formula->by[count]; count++)
        by[count] = parse(pool, formula->by[count]);
    double seconds = time_of_slopes(pool, expr, count, by);
    bs_pool_destroy(pool);
    return seconds;
}

static void report_formula(const struct formula *formula)
{
    double times[RUNS];
    for (int run = 0; run < RUNS; run++)
        times[run] = time_of_formula(formula);
    printf("%s_seconds %.9g\n", formula->name, median(times, RUNS));
}

/* ---- formulas of any size -------------------------------------------------------------------- */

static bs_expr numbered(struct bs_pool *pool, const char *stem, int k)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%d", stem, k);
    return bs_symbol(pool, name);
}

/* Each has one level more than the formula before it, that of no levels being x. */
typedef bs_expr add_level(struct bs_pool *pool, bs_expr inner, int k);

static bs_expr add_factor(struct bs_pool *pool, bs_expr inner, int k)
{
    return bs_mul(pool, inner, numbered(pool, "a", k));
}

/* Horner's scheme. */
static bs_expr add_coefficient(struct bs_pool *pool, bs_expr inner, int k)
{
    return bs_add(pool, bs_mul(pool, inner, bs_symbol(pool, "x")), numbered(pool, "a", k));
}

static bs_expr add_unit(struct bs_pool *pool, bs_expr inner, int k)
{
    bs_expr sum = bs_mul(pool, numbered(pool, "w", k), inner);
    return bs_call(pool, bs_func_find("sigmoid"), 0, 1, &sum);
}

/* Written out, it is twice as long as the one before. */
static bs_expr add_square(struct bs_pool *pool, bs_expr inner, int k)
{
    bs_expr square = bs_mul(pool, inner, inner);
    (void)k;
    return bs_call(pool, bs_func_find("tanh"), 0, 1, &square);
}

static const struct shape {
    const char *name;
    add_level *add;
    int levels;
} shapes[] = {
    {"factors", add_factor, 40},
    {"horner", add_coefficient, 40},
    {"units", add_unit, 40},
    {"squares", add_square, 10},
};

static double time_of_shape(const struct shape *shape, int levels)
{
    struct bs_pool *pool = make_pool();
    bs_expr x = bs_symbol(pool, "x"), expr = x;
    for (int k = 1; k <= levels; k++)
        expr = shape->add(pool, expr, k);
    double seconds = time_of_slopes(pool, expr, 1, &x);
    bs_pool_destroy(pool);
    return seconds;
}

static void report_shape(const struct shape *shape, int times_as_large)
{
    double times[SHAPE_RUNS];
    const int levels = shape->levels * times_as_large;
    for (int run = 0; run < SHAPE_RUNS; run++)
        times[run] = time_of_shape(shape, levels);
    printf("%s_%d_level_seconds %.9g\n", shape->name, levels, median(times, SHAPE_RUNS) / levels);
}

int main(void)
{
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++)
        report_formula(&formulas[i]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        report_shape(&shapes[i], 1);
        report_shape(&shapes[i], 4);
    }
}
