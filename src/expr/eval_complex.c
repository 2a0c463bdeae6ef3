/* Evaluation in complex numbers, and derivatives by complex step. */
#include "expr/kernels.h"
#include "expr/walk.h"

#include "expr/func.h"
#include "expr/node.h"

#include <complex.h>
#include <math.h>
#include <string.h>

_Static_assert(sizeof(union bs_quantity) == sizeof(double _Complex), "an array of one is one");

static int of_double(union bs_quantity *out, double value, struct bs_walk *walk)
{
    (void)walk;
    out->z = value;
    return BS_OK;
}

static int number(union bs_quantity *out, bs_expr number, struct bs_walk *walk)
{
    return of_double(out, bs_number_value(number), walk);
}

static int leaf_value(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk)
{
    const struct bs_complex_env *env = walk->env;
    return env->leaf(&out->z, env->context, leaf, walk->err);
}

static int add(union bs_quantity *left, const union bs_quantity *right,
               const struct bs_place *place)
{
    (void)place;
    left->z += right->z;
    return BS_OK;
}

static int multiply(union bs_quantity *left, const union bs_quantity *right,
                    const struct bs_place *place)
{
    (void)place;
    left->z *= right->z;
    return BS_OK;
}

static int divide(union bs_quantity *left, const union bs_quantity *right,
                  const struct bs_place *place)
{
    (void)place;
    left->z /= right->z;
    return BS_OK;
}

static double _Complex whole_power(double _Complex base, int64_t exponent)
{
    double _Complex power = 1;
    for (int64_t n = exponent < 0 ? -exponent : exponent; n > 0; n /= 2) {
        if (n % 2)
            power *= base;
        if (n > 1)
            base *= base;
    }
    return exponent < 0 ? 1 / power : power;
}

/*
 * A whole power by squaring: through the logarithm, (−2 + ih)^3 would have the rounding of
 * sin 3π for its imaginary part.  An exponent with an imaginary part is one to differentiate by.
 */
static int power(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const double n = creal(right->z);
    (void)place;
    if (cimag(right->z) == 0 && bs_is_whole(n))
        left->z = whole_power(left->z, (int64_t)n);
    else
        left->z = cexp(right->z * clog(left->z));
    return BS_OK;
}

static int delta(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    return of_double(left, left->z == right->z, place->walk);
}

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    bs_expr expr = place->expr;
    const struct bs_func *func = expr->u.call.func;
    if (!func->complex_value)
        return bs_fail(place->walk->err, BS_REFUSED, "%s has no complex value", func->name);
    out->z = func->complex_value(&args->z, expr->count, expr->u.call.index, place->walk->kink);
    return BS_OK;
}

static unsigned sides(const union bs_quantity *test, struct bs_walk *walk)
{
    (void)walk;
    return bs_side_of(creal(test->z));
}

static double approximate(const union bs_quantity *value)
{
    return cimag(value->z) == 0 ? creal(value->z) : NAN;
}

static const struct bs_arithmetic COMPLEX = {
    .number = number,
    .leaf = leaf_value,
    .real = of_double,
    .add = add,
    .multiply = multiply,
    .divide = divide,
    .power = power,
    .delta = delta,
    .call = call,
    .sides = sides,
    .approximate = approximate,
};

int bs_eval_complex(double _Complex *out, bs_expr expr, struct bs_complex_env *env,
                    struct bs_error *err)
{
    union bs_quantity value;
    struct bs_walk walk = {.arithmetic = &COMPLEX, .env = env, .err = err, .kink = env->kink};
    int status = bs_walk(&value, expr, &walk);
    if (status == BS_OK)
        *out = value.z;
    return status;
}

static const double STEP = 1e-100;

struct stepping {
    const struct bs_env *env;
    bs_expr x;
};

static bool is_same_leaf(bs_expr a, bs_expr b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == BS_REF ? a->u.ref == b->u.ref : strcmp(a->u.name, b->u.name) == 0;
}

static int leaf_with_step(double _Complex *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct stepping *stepping = context;
    double value;
    int status = stepping->env->leaf(&value, stepping->env->context, leaf, err);
    if (status == BS_OK)
        *out = bs_cartesian(value, is_same_leaf(leaf, stepping->x) ? STEP : 0);
    return status;
}

int bs_eval_slope(double *slope, bs_expr expr, bs_expr x, struct bs_env *env, struct bs_error *err)
{
    struct stepping stepping = {env, x};
    struct bs_complex_env complex_env = {leaf_with_step, &stepping, env->kink};
    double _Complex value;
    int status = bs_eval_complex(&value, expr, &complex_env, err);
    if (status == BS_OK)
        *slope = cimag(value) / STEP;
    return status;
}
