#include "expr/eval.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A value counts as on a kink when it is within this multiple of its size of it. */
static const double KINK_TOLERANCE = 1e-12;

struct evaluation {
    struct bs_env *env;
    struct bs_error *err;
    uint64_t stamp;
    /* The index of the innermost indexed sum, and its value; NULL outside. */
    const struct binding *bound;
};

struct binding {
    const struct binding *outer;
    const char *name;
    int64_t value;
};

static int evaluate(struct bs_valued *out, bs_expr expr, struct evaluation *at);

static int eval_sum(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued term;
    for (int i = 0; i < expr->count; i++) {
        int status = evaluate(&term, expr->args[i], at);
        if (status < 0)
            return status;
        out->value = i == 0 ? term.value : out->value + term.value;
        out->size = i == 0 ? term.size : out->size + term.size;
    }
    return BS_OK;
}

/* A factor x^-1 divides, as it is printed. */
static int eval_product(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued factor;
    *out = (struct bs_valued){1, 1};
    for (int i = 0; i < expr->count; i++) {
        bs_expr arg = expr->args[i];
        bool divides = i > 0 && bs_is_inverse(arg);
        int status = evaluate(&factor, divides ? arg->args[0] : arg, at);
        if (status < 0)
            return status;
        out->value = divides ? out->value / factor.value : out->value * factor.value;
        out->size = divides ? out->size * factor.size / (factor.value * factor.value)
                            : out->size * factor.size;
    }
    return BS_OK;
}

/*
 * The size of f(u) is |f(u)| and what an error of u of the order of its size would change:
 * |f'(u)|·size(u).  For u^n that is at most (|n| + 1)·|u^n|·size(u)/|u|.
 */
static int eval_power(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued base, exponent;
    int status = evaluate(&base, expr->args[0], at);
    if (status == 0)
        status = evaluate(&exponent, expr->args[1], at);
    if (status < 0)
        return status;
    double n = exponent.value;
    out->value = n == -1 ? 1 / base.value : n == 2 ? base.value * base.value : pow(base.value, n);
    out->size = fabs(out->value);
    if (n > 0 && bs_is_number(expr->args[1]))
        out->size = pow(base.size, n);
    else if (base.value != 0)
        out->size *= 1 + fabs(n) * base.size / fabs(base.value) +
                     fabs(log(fabs(base.value))) * exponent.size;
    return BS_OK;
}

static bool is_on_kink(const struct bs_func *func, int count, int index, const double *values,
                       const struct bs_valued *args)
{
    if (func->arity == 1)
        return fabs(values[0]) <= KINK_TOLERANCE * args[0].size;
    double largest = func->value(values, count, index, 0);
    if (func->is_indexed) {
        largest = values[0];
        for (int i = 1; i < count; i++)
            largest = fmax(largest, values[i]);
    }
    int ties = 0;
    for (int i = 0; i < count; i++)
        ties += fabs(values[i] - largest) <= KINK_TOLERANCE * args[i].size;
    return ties > 1;
}

/* The change of a function over its argument's own rounding: found by taking it there. */
static double size_of_call(bs_expr expr, double *values, const struct bs_valued *args, double value,
                           double kink)
{
    const struct bs_func *func = expr->u.call.func;
    double size = fabs(value);
    for (int i = 0; i < expr->count; i++) {
        double kept = values[i], step = 0x1p-20 * (args[i].size + fabs(kept));
        if (step == 0 || !isfinite(step) || func->is_slope)
            continue;
        values[i] = kept + step;
        double above = func->value(values, expr->count, expr->u.call.index, kink);
        values[i] = kept - step;
        double below = func->value(values, expr->count, expr->u.call.index, kink);
        values[i] = kept;
        if (isfinite(above) && isfinite(below))
            size += fabs(above - below) / (2 * step) * args[i].size;
    }
    return size;
}

static int eval_call(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    enum { SHORT = 16 };
    struct bs_valued short_args[SHORT], *args = short_args;
    double short_values[SHORT], *values = short_values;
    const struct bs_func *func = expr->u.call.func;
    int status = BS_OK, count = expr->count, index = expr->u.call.index;
    if (count > SHORT) {
        args = bs_alloc((size_t)count * (sizeof *args + sizeof *values));
        if (!args)
            return bs_fail_memory(at->err);
        values = (double *)(void *)(args + count);
    }
    for (int i = 0; i < count && status == BS_OK; i++) {
        status = evaluate(&args[i], expr->args[i], at);
        values[i] = args[i].value;
    }
    if (status == BS_OK) {
        out->value = func->value(values, count, index, at->env->kink);
        out->size = size_of_call(expr, values, args, out->value, at->env->kink);
        if (func->has_kink && is_on_kink(func, count, index, values, args))
            at->env->on_kink = true;
    }
    if (args != short_args)
        bs_free(args);
    return status;
}

static int eval_bound(int64_t *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued bound;
    int status = evaluate(&bound, expr, at);
    if (status < 0)
        return status;
    if (!(fabs(bound.value) < 1e6) || bound.value != floor(bound.value))
        return bs_fail(at->err, BS_REFUSED, "a bound of sum must be a whole number, got %g",
                       bound.value);
    *out = (int64_t)bound.value;
    return BS_OK;
}

/* The body is evaluated afresh for each value of the index: a new stamp forgets the last one's. */
static int eval_indexed_sum(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    int64_t from, to;
    int status = eval_bound(&from, expr->args[1], at);
    if (status == BS_OK)
        status = eval_bound(&to, expr->args[2], at);
    *out = (struct bs_valued){0, 0};
    struct binding binding = {at->bound, expr->args[0]->u.name, 0};
    struct evaluation inner = *at;
    inner.bound = &binding;
    for (binding.value = from; status == BS_OK && binding.value <= to; binding.value++) {
        struct bs_valued term;
        inner.stamp = bs_next_stamp();
        status = evaluate(&term, expr->args[3], &inner);
        if (status == BS_OK) {
            out->value += term.value;
            out->size += term.size;
        }
    }
    return status;
}

static const struct binding *find_binding(const struct evaluation *at, const char *name,
                                          size_t length)
{
    for (const struct binding *bound = at->bound; bound; bound = bound->outer)
        if (strlen(bound->name) == length && strncmp(bound->name, name, length) == 0)
            return bound;
    return NULL;
}

/* x_j with j bound to 3 is x_3.  False when the result would be too long. */
static bool put_indices(char *out, size_t size, const char *name, const struct evaluation *at)
{
    size_t used = 0;
    for (const char *part = name;; part += strcspn(part, "_") + 1) {
        size_t length = strcspn(part, "_");
        const struct binding *bound = part > name ? find_binding(at, part, length) : NULL;
        int wrote = bound ? snprintf(out + used, size - used, "%" PRId64, bound->value)
                          : snprintf(out + used, size - used, "%.*s", (int)length, part);
        used += (size_t)wrote;
        if (used + 2 > size)
            return false;
        if (part[length] == '\0')
            return true;
        out[used++] = '_';
    }
}

static int eval_leaf(struct bs_valued *out, bs_expr leaf, struct evaluation *at)
{
    char name[512];
    struct bs_node renamed;
    const struct binding *bound = NULL;
    if (leaf->kind == BS_SYMBOL && at->bound) {
        bound = find_binding(at, leaf->u.name, strlen(leaf->u.name));
        if (!put_indices(name, sizeof name, leaf->u.name, at))
            return bs_fail(at->err, BS_REFUSED, "a name is too long");
        renamed = (struct bs_node){.kind = BS_SYMBOL, .depth = 1};
        renamed.u.name = name;
        leaf = &renamed;
    }
    int status = BS_OK;
    if (bound)
        out->value = (double)bound->value;
    else
        status = at->env->leaf(&out->value, at->env->context, leaf, at->err);
    out->size = fabs(out->value);
    if (!bound && status == BS_OK && at->env->leaf_size)
        out->size = at->env->leaf_size(at->env->context, leaf, out->value);
    return status;
}

static int evaluate(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    int status = BS_OK;
    if (expr->memo->stamp == at->stamp) {
        *out = expr->memo->valued;
        return BS_OK;
    }
    switch (expr->kind) {
    case BS_NUMBER:
        *out = (struct bs_valued){bs_number_value(expr), fabs(bs_number_value(expr))};
        break;
    case BS_SYMBOL:
    case BS_REF:
        status = eval_leaf(out, expr, at);
        break;
    case BS_SUM:
        status = eval_sum(out, expr, at);
        break;
    case BS_PRODUCT:
        status = eval_product(out, expr, at);
        break;
    case BS_POWER:
        status = eval_power(out, expr, at);
        break;
    case BS_CALL:
        status = eval_call(out, expr, at);
        break;
    case BS_INDEXED_SUM:
        status = eval_indexed_sum(out, expr, at);
        break;
    }
    expr->memo->stamp = status == BS_OK ? at->stamp : 0;
    expr->memo->valued = *out;
    return status;
}

int bs_eval(struct bs_valued *out, bs_expr expr, struct bs_env *env, struct bs_error *err)
{
    struct evaluation at = {env, err, bs_next_stamp(), NULL};
    env->on_kink = false;
    return evaluate(out, expr, &at);
}
