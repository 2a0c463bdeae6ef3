/*
 * The walk.  Invariant: a node's memo holds its value under the stamp of the scope in which it was
 * evaluated; a scope gets a new stamp whenever what it binds has a new value.
 */
#include "expr/walk.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

static int eval_part(union bs_quantity *out, const struct bs_place *place, int i)
{
    return bs_walk_in(out, place->expr->args[i], place->walk, place->scope);
}

static int eval_sum(union bs_quantity *out, const struct bs_place *place)
{
    union bs_quantity term;
    bs_combine *const add = place->walk->arithmetic->add;
    int status = eval_part(out, place, 0);
    for (int i = 1; i < place->expr->count && status == BS_OK; i++) {
        status = eval_part(&term, place, i);
        if (status == BS_OK)
            status = add(out, &term, place);
    }
    return status;
}

/* A factor x^-1 divides, as it is printed. */
static int eval_product(union bs_quantity *out, const struct bs_place *place)
{
    union bs_quantity factor;
    const struct bs_arithmetic *arithmetic = place->walk->arithmetic;
    int status = eval_part(out, place, 0);
    for (int i = 1; i < place->expr->count && status == BS_OK; i++) {
        bs_expr arg = place->expr->args[i];
        bool divides = arg->kind == BS_POWER && bs_is_inverse(arg);
        status = bs_walk_in(&factor, divides ? arg->args[0] : arg, place->walk, place->scope);
        if (status == BS_OK)
            status = (divides ? arithmetic->divide : arithmetic->multiply)(out, &factor, place);
    }
    return status;
}

static int eval_pair(union bs_quantity *out, bs_combine *combine, const struct bs_place *place)
{
    union bs_quantity right;
    int status = eval_part(out, place, 0);
    if (status == BS_OK)
        status = eval_part(&right, place, 1);
    return status == BS_OK ? combine(out, &right, place) : status;
}

/* An argument, or the usual value of a parameter left out. */
static int value_of_argument(union bs_quantity *out, const union bs_quantity *args, int k,
                             const struct bs_place *place)
{
    struct bs_walk *walk = place->walk;
    if (k >= place->expr->count)
        return walk->arithmetic->real(out, place->expr->u.call.func->parameters[k - 1].usual, walk);
    *out = args[k];
    return BS_OK;
}

/*
 * A function defined by a formula is its formula, with nothing bound but its arguments.  Their
 * names claim every leaf, so that whatever has a leaf is evaluated in the innermost scope.
 */
static int eval_body(union bs_quantity *out, const union bs_quantity *args,
                     const struct bs_place *place)
{
    const struct bs_func *func = place->expr->u.call.func;
    const struct bs_scope root = {.stamp = bs_next_stamp()}, *outer = &root;
    struct bs_scope scopes[1 + BS_MOST_PARAMETERS];
    for (int k = 0; k < bs_func_most(func); k++) {
        scopes[k] = (struct bs_scope){.outer = outer,
                                      .name = bs_func_argument(func, k),
                                      .leaves = UINT64_MAX,
                                      .stamp = bs_next_stamp()};
        int status = value_of_argument(&scopes[k].value, args, k, place);
        if (status < 0)
            return status;
        outer = &scopes[k];
    }
    return bs_walk_in(out, bs_func_body(func), place->walk, outer);
}

static int apply(union bs_quantity *out, const union bs_quantity *args,
                 const struct bs_place *place)
{
    if (place->expr->u.call.func->definition)
        return eval_body(out, args, place);
    return place->walk->arithmetic->call(out, args, place);
}

static int eval_call(union bs_quantity *out, const struct bs_place *place)
{
    enum { SHORT = 16 };
    union bs_quantity short_args[SHORT], *args = short_args;
    int status = BS_OK, count = place->expr->count;
    if (count > SHORT)
        args = bs_alloc((size_t)count * sizeof *args);
    if (!args)
        return bs_fail_memory(place->walk->err);
    for (int i = 0; i < count && status == BS_OK; i++)
        status = eval_part(&args[i], place, i);
    if (status == BS_OK)
        status = apply(out, args, place);
    if (args != short_args)
        bs_free(args);
    return status;
}

/*
 * What cases are at 0 is one of the branches, but for a kink policy between the two: then the side
 * BS_SIDE_ZERO stays.
 */
static unsigned branches_at(unsigned sides, enum bs_at_zero at_zero, double kink)
{
    if (!(sides & BS_SIDE_ZERO) || (at_zero == BS_ZERO_IS_KINK && kink != 0 && kink != 1))
        return sides;
    const bool is_first = at_zero == BS_ZERO_IS_FIRST || (at_zero == BS_ZERO_IS_KINK && kink == 1);
    return (sides & ~(unsigned)BS_SIDE_ZERO) | (is_first ? BS_SIDE_ABOVE : BS_SIDE_BELOW);
}

/* b + kink·(a − b) */
static int eval_between(union bs_quantity *out, const struct bs_place *place)
{
    union bs_quantity below, minus, number;
    struct bs_walk *walk = place->walk;
    const struct bs_arithmetic *arithmetic = walk->arithmetic;
    int status = eval_part(&below, place, 2);
    if (status < 0)
        return status;
    minus = below;
    status = eval_part(out, place, 1);
    if (status == BS_OK)
        status = arithmetic->real(&number, -1, walk);
    if (status == BS_OK)
        status = arithmetic->multiply(&minus, &number, place);
    if (status == BS_OK)
        status = arithmetic->add(out, &minus, place);
    if (status == BS_OK)
        status = arithmetic->real(&number, walk->kink, walk);
    if (status == BS_OK)
        status = arithmetic->multiply(out, &number, place);
    return status == BS_OK ? arithmetic->add(out, &below, place) : status;
}

static int eval_branch(union bs_quantity *out, const struct bs_place *place, unsigned side)
{
    if (side == BS_SIDE_ZERO)
        return eval_between(out, place);
    return eval_part(out, place, side == BS_SIDE_ABOVE ? 1 : 2);
}

/* Only a branch that may be taken is evaluated: the other need not have a value there. */
static int eval_cases(union bs_quantity *out, const struct bs_place *place)
{
    union bs_quantity test, other;
    struct bs_walk *walk = place->walk;
    int status = eval_part(&test, place, 0);
    if (status < 0)
        return status;
    unsigned sides = walk->arithmetic->sides(&test, walk);
    if (sides == 0)
        return walk->arithmetic->real(out, NAN, walk);
    sides = branches_at(sides, place->expr->u.at_zero, walk->kink);
    bool has_one = false;
    for (unsigned side = BS_SIDE_ABOVE; side <= BS_SIDE_ZERO && status == BS_OK; side *= 2) {
        if (!(sides & side))
            continue;
        status = eval_branch(has_one ? &other : out, place, side);
        if (status == BS_OK && has_one)
            status = walk->arithmetic->join(out, &other, place);
        has_one = true;
    }
    return status;
}

const struct bs_scope *bs_find_binding(const struct bs_scope *scope, const char *name)
{
    for (; scope->name; scope = scope->outer)
        if (strcmp(scope->name, name) == 0)
            return scope;
    return NULL;
}

static int eval_symbol(union bs_quantity *out, const struct bs_place *place)
{
    const struct bs_scope *bound = bs_find_binding(place->scope, place->expr->u.name);
    if (!bound)
        return place->walk->arithmetic->leaf(out, place->expr, place->walk);
    *out = bound->value;
    return BS_OK;
}

static int eval_node(union bs_quantity *out, const struct bs_place *place)
{
    const struct bs_arithmetic *arithmetic = place->walk->arithmetic;
    switch (place->expr->kind) {
    case BS_NUMBER:
        return arithmetic->number(out, place->expr, place->walk);
    case BS_SYMBOL:
        return eval_symbol(out, place);
    case BS_REF:
        return arithmetic->leaf(out, place->expr, place->walk);
    case BS_MEMBER:
        return bs_walk_member(out, place);
    case BS_SUM:
        return eval_sum(out, place);
    case BS_PRODUCT:
        return eval_product(out, place);
    case BS_POWER:
        return eval_pair(out, arithmetic->power, place);
    case BS_CALL:
        return eval_call(out, place);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return bs_walk_indexed(out, place);
    case BS_DELTA:
        return eval_pair(out, arithmetic->delta, place);
    case BS_CASES:
        return eval_cases(out, place);
    case BS_PARTIAL:
        return bs_fail(place->walk->err, BS_REFUSED,
                       "a partial derivative that is only named has no value");
    }
    return bs_fail(place->walk->err, BS_INTERNAL, "no such kind of expression");
}

/* What is bound in a scope cannot stand in a part that shares no leaf's bit with it. */
static const struct bs_scope *scope_of(bs_expr expr, const struct bs_scope *scope)
{
    while (scope->name && !(scope->leaves & expr->leaves))
        scope = scope->outer;
    return scope;
}

int bs_walk_in(union bs_quantity *out, bs_expr expr, struct bs_walk *walk,
               const struct bs_scope *scope)
{
    if (expr->kind == BS_NUMBER) /* is not worth keeping */
        return walk->arithmetic->number(out, expr, walk);
    const struct bs_place place = {expr, scope_of(expr, scope), walk};
    struct bs_memo *memo = expr->memo;
    if (memo->stamp == place.scope->stamp) {
        *out = memo->quantity;
        return BS_OK;
    }
    int status = eval_node(out, &place);
    if (status < 0)
        return status;
    memo->stamp = place.scope->stamp;
    memo->quantity = *out;
    return BS_OK;
}

int bs_walk(union bs_quantity *out, bs_expr expr, struct bs_walk *walk)
{
    const struct bs_scope root = {.stamp = bs_next_stamp()};
    return bs_walk_in(out, expr, walk, &root);
}

unsigned bs_side_of(double value)
{
    return value > 0 ? BS_SIDE_ABOVE : value < 0 ? BS_SIDE_BELOW : value == 0 ? BS_SIDE_ZERO : 0;
}
