/* Evaluation in double, each value with its size. */
#include "expr/walk.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <math.h>

/* Within this multiple of its size a value may be another: the bound that engines are held to. */
static const double TOLERANCE = 1e-12;

/* Of a size that is nan nothing is known. */
static int give(union bs_quantity *out, double value, double size)
{
    out->sized = (struct bs_valued){value, isnan(size) ? INFINITY : size};
    return BS_OK;
}

static int real_of_double(union bs_quantity *out, double value, struct bs_walk *walk)
{
    (void)walk;
    return give(out, value, fabs(value));
}

static int number(union bs_quantity *out, bs_expr number, struct bs_walk *walk)
{
    return real_of_double(out, bs_number_value(number), walk);
}

static int leaf_value(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk)
{
    const struct bs_env *env = walk->env;
    double value;
    int status = env->leaf(&value, env->context, leaf, walk->err);
    if (status < 0)
        return status;
    return give(out, value,
                env->leaf_size ? env->leaf_size(env->context, leaf, value) : fabs(value));
}

/* No size is nan or below 0: nor is their sum. */
static int add(union bs_quantity *left, const union bs_quantity *right,
               const struct bs_place *place)
{
    (void)place;
    left->sized.value += right->sized.value;
    left->sized.size += right->sized.size;
    return BS_OK;
}

static int multiply(union bs_quantity *left, const union bs_quantity *right,
                    const struct bs_place *place)
{
    const struct bs_valued *a = &left->sized, *b = &right->sized;
    (void)place;
    return give(left, a->value * b->value, a->size * b->size);
}

/* Of c/u it is size(c)·|(1/u)'|·size(u), in steps that neither overflow nor divide inf by inf. */
static double size_of_quotient(double size, const struct bs_valued *divisor)
{
    double magnitude = fabs(divisor->value);
    return size / magnitude * (isinf(magnitude) ? 1 : divisor->size / magnitude);
}

static int divide(union bs_quantity *left, const union bs_quantity *right,
                  const struct bs_place *place)
{
    const struct bs_valued *a = &left->sized, *b = &right->sized;
    (void)place;
    return give(left, a->value / b->value, size_of_quotient(a->size, b));
}

typedef double value_of(const double *args, int count, int index, double kink);

struct application {
    value_of *function;
    int count, index;
    double *values; /* restored after each use */
    const union bs_quantity *args;
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
        double kept = call->values[i], step = TOLERANCE * call->args[i].sized.size, change = 0;
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

static double power_of(const double *args, int count, int index, double kink)
{
    (void)count, (void)index, (void)kink;
    const double u = args[0], n = args[1];
    return n == -1 ? 1 / u : n == 2 ? u * u : pow(u, n);
}

static int power(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const union bs_quantity args[2] = {*left, *right};
    double values[2] = {left->sized.value, right->sized.value};
    const struct application call = {power_of, 2, 0, values, args, 0};
    double value = apply(&call);
    if (bs_is_number(place->expr->args[1]) && values[1] >= 1)
        return give(left, value, pow(left->sized.size, values[1]));
    return give(left, value, size_of(&call, value));
}

/* At 0, or of several arguments where another is as large as the largest. */
static bool is_on_kink(const struct bs_func *func, int count, const union bs_quantity *args)
{
    int largest = 0;
    if (func->arity != BS_ANY_ARITY)
        return fabs(args[0].sized.value) <= TOLERANCE * args[0].sized.size;
    for (int i = 1; i < count; i++)
        if (args[i].sized.value > args[largest].sized.value)
            largest = i;
    for (int i = 0; i < count; i++)
        if (i != largest && args[largest].sized.value - args[i].sized.value <=
                                TOLERANCE * (args[i].sized.size + args[largest].sized.size))
            return true;
    return false;
}

/* At a jump the branch taken counts, not how far the other one is: on_kink tells. */
static int apply_function(union bs_quantity *out, const struct bs_func *func,
                          const struct application *call, struct bs_env *env)
{
    bool has_kink = bs_func_has_kink(func, call->count), jumps = func->is_slope && has_kink;
    double value = apply(call);
    if (has_kink && is_on_kink(func, call->count, call->args))
        env->on_kink = true;
    return give(out, value, jumps ? fabs(value) : size_of(call, value));
}

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    enum { SHORT = 16 };
    double short_values[SHORT], *values = short_values;
    const struct bs_func *func = place->expr->u.call.func;
    const int count = place->expr->count;
    if (count > SHORT)
        values = bs_alloc((size_t)count * sizeof *values);
    if (!values)
        return bs_fail_memory(place->walk->err);
    for (int i = 0; i < count; i++)
        values[i] = args[i].sized.value;
    const struct application application = {func->value, count, place->expr->u.call.index,
                                            values,      args,  place->walk->kink};
    int status = apply_function(out, func, &application, place->walk->env);
    if (values != short_values)
        bs_free(values);
    return status;
}

static int delta(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const double a = left->sized.value, b = right->sized.value;
    return real_of_double(left, isnan(a) || isnan(b) ? NAN : a == b, place->walk);
}

static unsigned sides(const union bs_quantity *test, struct bs_walk *walk)
{
    struct bs_env *env = walk->env;
    if (fabs(test->sized.value) <= TOLERANCE * test->sized.size)
        env->on_kink = true;
    return bs_side_of(test->sized.value);
}

static double approximate(const union bs_quantity *value)
{
    return value->sized.value;
}

static const struct bs_arithmetic REAL = {
    .number = number,
    .leaf = leaf_value,
    .real = real_of_double,
    .add = add,
    .multiply = multiply,
    .divide = divide,
    .power = power,
    .delta = delta,
    .call = call,
    .sides = sides,
    .approximate = approximate,
};

int bs_eval(struct bs_valued *out, bs_expr expr, struct bs_env *env, struct bs_error *err)
{
    union bs_quantity value;
    struct bs_walk walk = {.arithmetic = &REAL, .env = env, .err = err, .kink = env->kink};
    env->on_kink = false;
    int status = bs_walk(&value, expr, &walk);
    if (status == BS_OK)
        *out = value.sized;
    return status;
}
