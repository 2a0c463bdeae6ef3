#include "expr/eval.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/interrupt.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Within this multiple of its size a value may be another: the bound that engines are held to. */
static const double TOLERANCE = 1e-12;

enum { MOST_TERMS = 1000000 }; /* of all indexed sums together */

struct evaluation {
    struct bs_env *env;
    struct bs_error *err;
    uint64_t stamp;
    /* The index of the innermost indexed sum, and its value; NULL outside. */
    const struct binding *bound;
    int *terms; /* of indexed sums, so far */
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

/* Of c/u it is size(c)·|(1/u)'|·size(u), in steps that neither overflow nor divide inf by inf. */
static double size_of_quotient(double size, const struct bs_valued *divisor)
{
    double magnitude = fabs(divisor->value);
    return size / magnitude * (isinf(magnitude) ? 1 : divisor->size / magnitude);
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
        out->size = divides ? size_of_quotient(out->size, &factor) : out->size * factor.size;
    }
    return BS_OK;
}

typedef double value_of(const double *args, int count, int index, double kink);

struct application {
    value_of *function;
    int count, index;
    double *values; /* restored after each use */
    const struct bs_valued *args;
    double kink;
};

static double apply(const struct application *call)
{
    return call->function(call->values, call->count, call->index, call->kink);
}

/*
 * |f| and what f changes when an argument moves within its tolerance, as a multiple of that: for
 * small moves |f'|·size.  Moving there also holds where f' is infinite or changes on the way.
 */
static double size_of(const struct application *call, double value)
{
    double size = fabs(value);
    for (int i = 0; i < call->count; i++) {
        double kept = call->values[i], step = TOLERANCE * call->args[i].size, change = 0;
        for (int side = -1; side <= 1 && step > 0; side += 2) {
            call->values[i] = kept + side * step;
            double moved = fabs(apply(call) - value);
            change = moved > change ? moved : change; /* never nan */
        }
        call->values[i] = kept;
        size += change / TOLERANCE;
    }
    return size;
}

static double power(const double *args, int count, int index, double kink)
{
    (void)count, (void)index, (void)kink;
    const double u = args[0], n = args[1];
    return n == -1 ? 1 / u : n == 2 ? u * u : pow(u, n);
}

static int eval_power(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued args[2];
    for (int i = 0; i < 2; i++) {
        int status = evaluate(&args[i], expr->args[i], at);
        if (status < 0)
            return status;
    }
    double values[2] = {args[0].value, args[1].value};
    const struct application call = {power, 2, 0, values, args, 0};
    out->value = apply(&call);
    if (bs_is_number(expr->args[1]) && values[1] >= 1)
        out->size = pow(args[0].size, values[1]);
    else
        out->size = size_of(&call, out->value);
    return BS_OK;
}

/* At 0, or of several arguments where another is as large as the largest. */
static bool is_on_kink(const struct bs_func *func, int count, const struct bs_valued *args)
{
    int largest = 0;
    if (func->arity == 1)
        return fabs(args[0].value) <= TOLERANCE * args[0].size;
    for (int i = 1; i < count; i++)
        if (args[i].value > args[largest].value)
            largest = i;
    for (int i = 0; i < count; i++)
        if (i != largest &&
            args[largest].value - args[i].value <= TOLERANCE * (args[i].size + args[largest].size))
            return true;
    return false;
}

/* At a jump the branch taken counts, not how far the other one is: on_kink tells. */
static void apply_function(struct bs_valued *out, const struct bs_func *func,
                           const struct application *call, struct bs_env *env)
{
    bool jumps = func->is_slope && func->has_kink;
    out->value = apply(call);
    out->size = jumps ? fabs(out->value) : size_of(call, out->value);
    if (func->has_kink && is_on_kink(func, call->count, call->args))
        env->on_kink = true;
}

static int eval_call(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    enum { SHORT = 16 };
    struct bs_valued short_args[SHORT], *args = short_args;
    double short_values[SHORT], *values = short_values;
    const struct bs_func *func = expr->u.call.func;
    int status = BS_OK, count = expr->count;
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
    const struct application call = {func->value, count, expr->u.call.index,
                                     values,      args,  at->env->kink};
    if (status == BS_OK)
        apply_function(out, func, &call, at->env);
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
        return bs_fail(at->err, BS_REFUSED,
                       "a bound of sum must be a whole number below a million, got %g",
                       isnan(bound.value) ? NAN : bound.value); /* no -nan */
    *out = (int64_t)bound.value;
    return BS_OK;
}

static int count_term(struct evaluation *at)
{
    if (bs_is_interrupted())
        return bs_fail_interrupted(at->err);
    if (++*at->terms > MOST_TERMS)
        return bs_fail(at->err, BS_REFUSED,
                       "the sums in the formula have more than a million terms");
    return BS_OK;
}

/* The body is evaluated afresh for each value of the index: a new stamp forgets the last one's. */
static int eval_indexed(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    int64_t from = 0, to = 0;
    const bool multiplies = expr->kind == BS_INDEXED_PRODUCT;
    int status = eval_bound(&from, expr->args[1], at);
    if (status == BS_OK)
        status = eval_bound(&to, expr->args[2], at);
    if (status < 0)
        return status;
    struct binding binding = {at->bound, expr->args[0]->u.name, 0};
    struct evaluation inner = *at;
    inner.bound = &binding;
    *out = (struct bs_valued){multiplies, multiplies};
    for (binding.value = from; binding.value <= to; binding.value++) {
        struct bs_valued term;
        inner.stamp = bs_next_stamp();
        status = count_term(at);
        if (status == BS_OK)
            status = evaluate(&term, expr->args[3], &inner);
        if (status < 0)
            return status;
        out->value = multiplies ? out->value * term.value : out->value + term.value;
        out->size = multiplies ? out->size * term.size : out->size + term.size;
    }
    return BS_OK;
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

/* "x_3" from 3, "w_12" from 1 and 2, "w_1_12" from 1 and 12 and where they stand apart. */
static bool put_subscripts(char *name, size_t size, bs_expr member, const int64_t *subscripts,
                           bool apart)
{
    int used = snprintf(name, size, "%s", member->u.name);
    for (int i = 0; i < member->count; i++)
        apart = apart || subscripts[i] > 9;
    for (int i = 0; i < member->count && (size_t)used < size; i++)
        used += snprintf(name + used, size - (size_t)used, "%s%" PRId64, i == 0 || apart ? "_" : "",
                         subscripts[i]);
    return (size_t)used < size;
}

static int eval_subscript(int64_t *out, bs_expr member, int i, struct evaluation *at)
{
    struct bs_valued subscript;
    int status = evaluate(&subscript, member->args[i], at);
    if (status < 0)
        return status;
    if (!(subscript.value >= 0 && subscript.value < 1e6) ||
        subscript.value != floor(subscript.value))
        return bs_fail(at->err, BS_REFUSED,
                       "a subscript of %s must be a whole number from 0, got %g", member->u.name,
                       isnan(subscript.value) ? NAN : subscript.value);
    *out = (int64_t)subscript.value;
    return BS_OK;
}

static int eval_named(struct bs_valued *out, const char *name, struct evaluation *at)
{
    struct bs_node symbol = {.kind = BS_SYMBOL, .depth = 1};
    symbol.u.name = name;
    int status = at->env->leaf(&out->value, at->env->context, &symbol, at->err);
    out->size = fabs(out->value);
    if (status == BS_OK && at->env->leaf_size)
        out->size = at->env->leaf_size(at->env->context, &symbol, out->value);
    return status;
}

/* Arrays of which some dimension passes 9 have names with all subscripts apart: w_1_2 for w_12. */
static int eval_member(struct bs_valued *out, bs_expr member, struct evaluation *at)
{
    enum { MOST_SUBSCRIPTS = 8 };
    char name[512];
    int64_t subscripts[MOST_SUBSCRIPTS];
    struct bs_error ignored;
    if (member->count > MOST_SUBSCRIPTS)
        return bs_fail(at->err, BS_REFUSED, "%s has more than %d subscripts", member->u.name,
                       MOST_SUBSCRIPTS);
    for (int i = 0; i < member->count; i++) {
        int status = eval_subscript(&subscripts[i], member, i, at);
        if (status < 0)
            return status;
    }
    put_subscripts(name, sizeof name, member, subscripts, false);
    int status = eval_named(out, name, at);
    if (status != BS_REFUSED || member->count < 2)
        return status;
    put_subscripts(name, sizeof name, member, subscripts, true);
    struct evaluation quiet = *at;
    quiet.err = &ignored;
    return eval_named(out, name, &quiet) == BS_OK ? BS_OK : status;
}

static int eval_delta(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    struct bs_valued a, b;
    int status = evaluate(&a, expr->args[0], at);
    if (status == BS_OK)
        status = evaluate(&b, expr->args[1], at);
    if (status < 0)
        return status;
    out->value = isnan(a.value) || isnan(b.value) ? NAN : a.value == b.value;
    out->size = fabs(out->value);
    return BS_OK;
}

/* At 0, b + kink·(a − b). */
static int eval_between(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    const double kink = at->env->kink;
    struct bs_valued above, below;
    int status = evaluate(&above, expr->args[1], at);
    if (status == BS_OK)
        status = evaluate(&below, expr->args[2], at);
    if (status < 0)
        return status;
    out->value = below.value + kink * (above.value - below.value);
    out->size = below.size + kink * (above.size + below.size);
    return BS_OK;
}

/* Only the branch taken is evaluated, so that the other may have no value there. */
static int eval_cases(struct bs_valued *out, bs_expr expr, struct evaluation *at)
{
    const enum bs_at_zero at_zero = expr->u.at_zero;
    struct bs_valued test;
    int status = evaluate(&test, expr->args[0], at);
    if (status < 0)
        return status;
    if (fabs(test.value) <= TOLERANCE * test.size)
        at->env->on_kink = true;
    if (isnan(test.value)) {
        *out = test;
        return BS_OK;
    }
    if (test.value == 0 && at_zero == BS_ZERO_IS_KINK && at->env->kink != 0 && at->env->kink != 1)
        return eval_between(out, expr, at);
    bool above =
        test.value > 0 || (test.value == 0 && (at_zero == BS_ZERO_IS_FIRST ||
                                               (at_zero == BS_ZERO_IS_KINK && at->env->kink == 1)));
    return evaluate(out, expr->args[above ? 1 : 2], at);
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
    case BS_INDEXED_PRODUCT:
        status = eval_indexed(out, expr, at);
        break;
    case BS_MEMBER:
        status = eval_member(out, expr, at);
        break;
    case BS_DELTA:
        status = eval_delta(out, expr, at);
        break;
    case BS_CASES:
        status = eval_cases(out, expr, at);
        break;
    }
    if (status < 0)
        return status;
    if (isnan(out->size)) /* nothing is known of its error */
        out->size = INFINITY;
    expr->memo->stamp = at->stamp;
    expr->memo->valued = *out;
    return BS_OK;
}

int bs_eval(struct bs_valued *out, bs_expr expr, struct bs_env *env, struct bs_error *err)
{
    int terms = 0;
    struct evaluation at = {env, err, bs_next_stamp(), NULL, &terms};
    env->on_kink = false;
    return evaluate(out, expr, &at);
}
