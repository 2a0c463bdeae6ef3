/*
 * Faults are found by an arithmetic of doubles each of which carries its origin: the operand that
 * first made it infinite, nan, or 0 where it is not 0 in truth.  An origin is blamed where it does
 * harm; what is absorbed (0 beside another term, exp(−∞)) loses it.
 */
#include "expr/overflow.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/arena.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { MOST_ORIGINS = 1000 }; /* kept; the last stands for what follows */

struct bs_origin {
    int64_t order; /* of evaluation */
    struct bs_overflow fault;
};

struct tracing {
    struct bs_env *env;
    struct bs_pool *pool;
    struct bs_arena *arena; /* of origins */
    int64_t made;
    struct bs_origin *last;
    const struct bs_origin *first; /* to be blamed, in the order of evaluation */
};

static void blame(struct tracing *tracing, const struct bs_origin *origin)
{
    if (!tracing->first || origin->order < tracing->first->order)
        tracing->first = origin;
}

static bs_expr work_out(bs_expr expr, const struct bs_place *place);

/* Its value here; as it is when it has none. */
static bs_expr work_out_subscript(bs_expr subscript, const struct bs_place *place)
{
    const struct tracing *tracing = place->walk->env;
    struct bs_walk quiet = *place->walk;
    union bs_quantity value;
    quiet.err = NULL;
    if (bs_walk_in(&value, subscript, &quiet, place->scope) < 0 || !isfinite(value.traced.value))
        return work_out(subscript, place);
    return bs_real(tracing->pool, value.traced.value);
}

/*
 * A member by the name that its subscripts make here, an index by its value.  Sums and products
 * over an index are left as they are written.
 */
static bs_expr work_out(bs_expr expr, const struct bs_place *place)
{
    const struct tracing *tracing = place->walk->env;
    struct bs_list list = {0};
    const struct bs_scope *bound =
        expr->kind == BS_SYMBOL ? bs_find_binding(place->scope, expr->u.name) : NULL;
    if (bound && bound->is_index)
        return bs_real(tracing->pool, bound->value.traced.value);
    if (expr->count == 0 || bs_binds_index(expr))
        return expr;
    for (int i = 0; i < expr->count; i++)
        bs_list_add(&list, expr->kind == BS_MEMBER ? work_out_subscript(expr->args[i], place)
                                                   : work_out(expr->args[i], place));
    bs_expr result = list.failed ? NULL : bs_with_args(tracing->pool, expr, list.items);
    bs_list_finish(&list);
    return result;
}

/* The operands of an operation, and what came of them. */
struct outcome {
    double value;
    const struct bs_traced *operands;
    int count;
    bool absorbs;    /* an infinite operand does no harm to a finite value */
    bool underflows; /* 0 only because it is too small */
};

static int describe(struct bs_overflow *fault, const struct outcome *outcome,
                    const struct bs_place *place)
{
    const struct tracing *tracing = place->walk->env;
    const struct bs_scope *scope = place->scope;
    fault->count = outcome->count < BS_FAULT_OPERANDS ? outcome->count : BS_FAULT_OPERANDS;
    for (int i = 0; i < fault->count; i++)
        fault->operands[i] = outcome->operands[i].value;
    fault->named = work_out(place->expr, place);
    if (fault->named && scope->is_index) {
        fault->index = bs_symbol(tracing->pool, scope->name);
        fault->at = (int64_t)scope->value.traced.value;
    }
    if (fault->named && (fault->index || !scope->is_index))
        return BS_OK;
    return bs_pool_error(tracing->pool, place->walk->err);
}

/* The value goes wrong here. */
static int start(union bs_quantity *out, enum bs_fault what, const struct outcome *outcome,
                 const struct bs_place *place)
{
    struct tracing *tracing = place->walk->env;
    int status = BS_OK;
    if (tracing->made < MOST_ORIGINS) {
        struct bs_origin *origin = bs_arena_alloc(tracing->arena, sizeof *origin);
        if (!origin)
            return bs_fail_memory(place->walk->err);
        *origin = (struct bs_origin){.order = tracing->made++};
        origin->fault.what = what;
        origin->fault.part = place->expr;
        origin->fault.value = outcome->value;
        status = describe(&origin->fault, outcome, place);
        tracing->last = origin;
    }
    out->traced = (struct bs_traced){outcome->value, tracing->last};
    if (status == BS_OK && what != BS_OVERFLOW && what != BS_UNDERFLOW)
        blame(tracing, tracing->last);
    return status;
}

/* The operand whose origin the outcome has: an infinite one before one that is 0. */
static const struct bs_traced *find_culprit(const struct outcome *outcome)
{
    const struct bs_traced *culprit = NULL;
    for (int i = 0; i < outcome->count; i++) {
        const struct bs_traced *operand = &outcome->operands[i];
        if (operand->origin &&
            (!culprit || (isfinite(culprit->value) && !isfinite(operand->value))))
            culprit = operand;
    }
    return culprit;
}

static bool has_zero(const struct outcome *outcome)
{
    for (int i = 0; i < outcome->count; i++)
        if (outcome->operands[i].value == 0)
            return true;
    return false;
}

static enum bs_fault fault_of(const struct outcome *outcome)
{
    if (isnan(outcome->value))
        return BS_NOT_A_NUMBER;
    return has_zero(outcome) ? BS_DIVISION_BY_ZERO : BS_OVERFLOW; /* log and powers at 0 */
}

static int settle(union bs_quantity *out, const struct outcome *outcome,
                  const struct bs_place *place)
{
    struct tracing *tracing = place->walk->env;
    const struct bs_traced *culprit = find_culprit(outcome);
    const bool is_finite = isfinite(outcome->value);
    if (!is_finite && !culprit)
        return start(out, fault_of(outcome), outcome, place);
    if (culprit && (!is_finite || (!isfinite(culprit->value) && !outcome->absorbs)))
        blame(tracing, culprit->origin);
    if (outcome->value == 0 && !culprit && outcome->underflows)
        return start(out, BS_UNDERFLOW, outcome, place);
    const bool goes_on = culprit && (!is_finite || outcome->value == 0);
    out->traced = (struct bs_traced){outcome->value, goes_on ? culprit->origin : NULL};
    return BS_OK;
}

static int of_double(union bs_quantity *out, double value, struct bs_walk *walk)
{
    (void)walk;
    out->traced = (struct bs_traced){value, NULL};
    return BS_OK;
}

static int number(union bs_quantity *out, bs_expr number, struct bs_walk *walk)
{
    return of_double(out, bs_number_value(number), walk);
}

/* A leaf that is not finite is a fault of its own. */
static int leaf_value(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk)
{
    const struct tracing *tracing = walk->env;
    const struct bs_scope nothing = {0};
    double value;
    int status = tracing->env->leaf(&value, tracing->env->context, leaf, walk->err);
    if (status < 0 || isfinite(value))
        return status < 0 ? status : of_double(out, value, walk);
    bs_expr own = leaf->kind == BS_REF ? bs_ref(tracing->pool, leaf->u.ref)
                                       : bs_symbol(tracing->pool, leaf->u.name);
    if (!own)
        return bs_pool_error(tracing->pool, walk->err);
    const struct outcome outcome = {.value = value};
    return settle(out, &outcome, &(struct bs_place){own, &nothing, walk});
}

static int add(union bs_quantity *left, const union bs_quantity *right,
               const struct bs_place *place)
{
    const struct bs_traced operands[] = {left->traced, right->traced};
    const double value = operands[0].value + operands[1].value;
    return settle(left, &(struct outcome){value, operands, 2, false, false}, place);
}

/* A factor that is 0 in truth makes the product 0 in truth, whatever a finite other one is. */
static int multiply(union bs_quantity *left, const union bs_quantity *right,
                    const struct bs_place *place)
{
    const struct bs_traced operands[] = {left->traced, right->traced};
    const double a = operands[0].value, b = operands[1].value;
    const bool is_zero = (a == 0 && !operands[0].origin && isfinite(b)) ||
                         (b == 0 && !operands[1].origin && isfinite(a));
    if (is_zero)
        return of_double(left, a * b, place->walk);
    return settle(left, &(struct outcome){a * b, operands, 2, false, a != 0 && b != 0}, place);
}

/* Any division by a clean 0 is at fault, 0/0 too; by a 0 that is none in truth, that 0 is. */
static int divide(union bs_quantity *left, const union bs_quantity *right,
                  const struct bs_place *place)
{
    const struct bs_traced operands[] = {left->traced, right->traced};
    const double a = operands[0].value, b = operands[1].value;
    const struct outcome outcome = {a / b, operands, 2, false, a != 0};
    if (b == 0 && !find_culprit(&outcome))
        return start(left, BS_DIVISION_BY_ZERO, &outcome, place);
    return settle(left, &outcome, place);
}

static int power(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    const struct bs_traced operands[] = {left->traced, right->traced};
    const double u = operands[0].value, n = operands[1].value;
    const double value = n == -1 ? 1 / u : n == 2 ? u * u : pow(u, n);
    return settle(left, &(struct outcome){value, operands, 2, false, u != 0}, place);
}

static int delta(union bs_quantity *left, const union bs_quantity *right,
                 const struct bs_place *place)
{
    return of_double(left, left->traced.value == right->traced.value, place->walk);
}

static int call(union bs_quantity *out, const union bs_quantity *args, const struct bs_place *place)
{
    bs_expr expr = place->expr;
    const struct bs_func *func = expr->u.call.func;
    double *values = bs_alloc((size_t)expr->count * sizeof *values);
    if (!values)
        return bs_fail_memory(place->walk->err);
    for (int i = 0; i < expr->count; i++)
        values[i] = args[i].traced.value;
    const double value = func->value(values, expr->count, expr->u.call.index, place->walk->kink);
    bs_free(values);
    return settle(
        out, &(struct outcome){value, &args->traced, expr->count, true, func->is_positive}, place);
}

static unsigned sides(const union bs_quantity *test, struct bs_walk *walk)
{
    (void)walk;
    return bs_side_of(test->traced.value);
}

static double approximate(const union bs_quantity *value)
{
    return value->traced.value;
}

static const struct bs_arithmetic TRACED = {
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

_Static_assert(sizeof(union bs_quantity) == sizeof(struct bs_traced), "an array of one is one");

int bs_explain_overflow(struct bs_overflow *out, struct bs_pool *pool, bs_expr expr,
                        struct bs_env *env, struct bs_error *err)
{
    struct tracing tracing = {.env = env, .pool = pool, .arena = bs_arena_create()};
    struct bs_walk walk = {.arithmetic = &TRACED, .env = &tracing, .err = err, .kink = env->kink};
    union bs_quantity value;
    if (!tracing.arena)
        return bs_fail_memory(err);
    int status = bs_walk(&value, expr, &walk);
    if (status == BS_OK && !isfinite(value.traced.value))
        blame(&tracing, value.traced.origin);
    if (status == BS_OK)
        *out = tracing.first ? tracing.first->fault : (struct bs_overflow){.what = BS_NO_FAULT};
    bs_arena_destroy(tracing.arena);
    return status;
}
