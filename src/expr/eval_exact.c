/* Evaluation in fractions. */
#include "expr/fraction.h"
#include "expr/kernels.h"

#include "expr/func.h"
#include "expr/node.h"

#include <inttypes.h>
#include <math.h>

_Static_assert(sizeof(union bs_quantity) == sizeof(struct bs_fraction), "an array of one is one");

static int refuse_long(struct bs_walk *walk)
{
    return bs_fail(walk->err, BS_REFUSED, "an exact value needs more than 63 bits");
}

static int unless_long(bool fits, const struct bs_place *place)
{
    return fits ? BS_OK : refuse_long(place->walk);
}

static int of_double(union bs_quantity *out, double value, struct bs_walk *walk)
{
    return bs_fraction_of(&out->fraction, value) ? BS_OK : refuse_long(walk);
}

static int number(union bs_quantity *out, bs_expr number, struct bs_walk *walk)
{
    if (!bs_is_exact(number))
        return of_double(out, bs_number_value(number), walk);
    out->fraction = (struct bs_fraction){number->u.number.num, number->u.number.den};
    return BS_OK;
}

static int leaf_value(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk)
{
    const struct bs_exact_env *env = walk->env;
    struct bs_fraction value;
    int status = env->leaf(&value, env->context, leaf, walk->err);
    if (status < 0)
        return status;
    if (value.den == 0)
        return bs_fail(walk->err, BS_REFUSED, "division by zero");
    return bs_fraction_make(&out->fraction, value.num, value.den) ? BS_OK : refuse_long(walk);
}

static int add(union bs_quantity *left, const union bs_quantity *right,
               const struct bs_place *place)
{
    return unless_long(bs_fraction_add(&left->fraction, left->fraction, right->fraction), place);
}

static int multiply(union bs_quantity *left, const union bs_quantity *right,
                    const struct bs_place *place)
{
    return unless_long(bs_fraction_mul(&left->fraction, left->fraction, right->fraction), place);
}

static int divide(union bs_quantity *left, const union bs_quantity *right,
                  const struct bs_place *place)
{
    struct bs_fraction inverse;
    if (right->fraction.num == 0)
        return bs_fail(place->walk->err, BS_REFUSED, "division by zero");
    return unless_long(bs_fraction_make(&inverse, right->fraction.den, right->fraction.num) &&
                           bs_fraction_mul(&left->fraction, left->fraction, inverse),
                       place);
}

static int power(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const struct bs_fraction exponent = right->fraction;
    if (left->fraction.num == 0 && exponent.num < 0)
        return bs_fail(place->walk->err, BS_REFUSED, "division by zero");
    if (exponent.den != 1)
        return bs_fail(place->walk->err, BS_REFUSED,
                       "a power has an exact value for a whole exponent, got %" PRId64 "/%" PRId64,
                       exponent.num, exponent.den);
    return unless_long(bs_fraction_power(&left->fraction, left->fraction, exponent.num), place);
}

static int delta(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    (void)place;
    const bool same = bs_fraction_compare(left->fraction, right->fraction) == 0;
    left->fraction = (struct bs_fraction){same, 1};
    return BS_OK;
}

/* A whole number has no denominator to be read. */
static int refuse_irrational(const struct bs_func *func, struct bs_fraction at,
                             struct bs_walk *walk)
{
    if (at.den == 1)
        return bs_fail(walk->err, BS_REFUSED, "%s has no exact value at %" PRId64, func->name,
                       at.num);
    return bs_fail(walk->err, BS_REFUSED, "%s has no exact value at %" PRId64 "/%" PRId64,
                   func->name, at.num, at.den);
}

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    bs_expr expr = place->expr;
    struct bs_walk *walk = place->walk;
    const struct bs_func *func = expr->u.call.func;
    enum bs_exactness exactness = func->exact
                                      ? func->exact(&out->fraction, &args->fraction, expr->count,
                                                    expr->u.call.index, walk->kink)
                                      : BS_IRRATIONAL;
    if (exactness == BS_TOO_LONG)
        return refuse_long(walk);
    if (exactness == BS_IRRATIONAL)
        return refuse_irrational(func, args->fraction, walk);
    return BS_OK;
}

static unsigned sides(const union bs_quantity *test, struct bs_walk *walk)
{
    (void)walk;
    return bs_side_of(bs_fraction_sign(test->fraction));
}

/* Rounded, a fraction may look whole that is not. */
static double approximate(const union bs_quantity *value)
{
    const struct bs_fraction fraction = value->fraction;
    const double nearest = (double)fraction.num / (double)fraction.den;
    return fraction.den != 1 && nearest == floor(nearest) ? NAN : nearest;
}

static const struct bs_arithmetic FRACTIONS = {
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

int bs_eval_exact(struct bs_fraction *out, bs_expr expr, struct bs_exact_env *env,
                  struct bs_error *err)
{
    union bs_quantity value;
    struct bs_walk walk = {.arithmetic = &FRACTIONS, .env = env, .err = err, .kink = env->kink};
    int status = bs_walk(&value, expr, &walk);
    if (status == BS_OK)
        *out = value.fraction;
    return status;
}
