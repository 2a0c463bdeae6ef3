/* The part of the walk that counts: indexed sums and products, and members by their subscripts. */
#include "expr/walk.h"

#include "expr/node.h"
#include "expr/spelling.h"

#include "base/buf.h"
#include "base/interrupt.h"

#include <assert.h>
#include <math.h>

enum {
    MOST_TERMS = 1000000, /* of all indexed sums together */
    MOST_SUBSCRIPTS = 16, /* bs_member refuses more */
    LONGEST_NAME = 255,
};

static int eval_part(union bs_quantity *out, const struct bs_place *place, int i)
{
    return bs_walk_in(out, place->expr->args[i], place->walk, place->scope);
}

/* Also false of nan. */
bool bs_is_whole(double value)
{
    return fabs(value) < 1e6 && value == floor(value);
}

static double positive_nan(double value) /* is never shown as -nan */
{
    return isnan(value) ? NAN : value;
}

static int eval_bound(int64_t *out, const struct bs_place *place, int i)
{
    union bs_quantity bound;
    int status = eval_part(&bound, place, i);
    if (status < 0)
        return status;
    double value = place->walk->arithmetic->approximate(&bound);
    if (!bs_is_whole(value))
        return bs_fail(place->walk->err, BS_REFUSED,
                       "a bound of %s must be a whole number below a million, got %g",
                       place->expr->kind == BS_INDEXED_SUM ? "sum" : "product",
                       positive_nan(value));
    *out = (int64_t)value;
    return BS_OK;
}

static int count_term(struct bs_walk *walk)
{
    if (bs_is_interrupted())
        return bs_fail_interrupted(walk->err);
    if (++walk->terms > MOST_TERMS)
        return bs_fail(walk->err, BS_REFUSED,
                       "the sums in the formula have more than a million terms");
    return BS_OK;
}

/* The body for one value of its index, put to what there is so far. */
static int eval_term(union bs_quantity *out, struct bs_scope *inner, int64_t index,
                     const struct bs_place *place)
{
    union bs_quantity term;
    struct bs_walk *walk = place->walk;
    const struct bs_arithmetic *arithmetic = walk->arithmetic;
    const bool is_sum = place->expr->kind == BS_INDEXED_SUM;
    int status = count_term(walk);
    inner->stamp = bs_next_stamp();
    if (status == BS_OK)
        status = arithmetic->real(&inner->value, (double)index, walk);
    if (status == BS_OK)
        status = bs_walk_in(&term, place->expr->args[3], walk, inner);
    if (status == BS_OK)
        status = (is_sum ? arithmetic->add : arithmetic->multiply)(out, &term, place);
    return status;
}

int bs_walk_indexed(union bs_quantity *out, const struct bs_place *place)
{
    int64_t from = 0, to = 0;
    struct bs_walk *walk = place->walk;
    int status = eval_bound(&from, place, 1);
    if (status == BS_OK)
        status = eval_bound(&to, place, 2);
    if (status == BS_OK)
        status = walk->arithmetic->real(out, place->expr->kind == BS_INDEXED_PRODUCT, walk);
    bs_expr symbol = place->expr->args[0];
    struct bs_scope inner = {
        .outer = place->scope, .name = symbol->u.name, .leaves = symbol->leaves, .is_index = true};
    for (int64_t index = from; index <= to && status == BS_OK; index++)
        status = eval_term(out, &inner, index, place);
    return status;
}

static int ask(union bs_quantity *out, const char *name, struct bs_walk *walk)
{
    struct bs_node symbol = {.kind = BS_SYMBOL, .depth = 1};
    symbol.u.name = name;
    return walk->arithmetic->leaf(out, &symbol, walk);
}

/* By another name, when it was refused by the first: no name at all is refused as the first was. */
static int ask_again(union bs_quantity *out, const char *name, struct bs_walk *walk)
{
    struct bs_error *first = walk->err, second;
    walk->err = &second;
    int status = ask(out, name, walk);
    walk->err = first;
    if (status < 0 && status != BS_REFUSED && first)
        *first = second;
    return status;
}

static int eval_subscript(int64_t *out, const struct bs_place *place, int i)
{
    union bs_quantity subscript;
    int status = eval_part(&subscript, place, i);
    if (status < 0)
        return status;
    double value = place->walk->arithmetic->approximate(&subscript);
    if (!bs_is_whole(value) || value < 0)
        return bs_fail(place->walk->err, BS_REFUSED,
                       "a subscript of %s must be a whole number from 0, got %g",
                       place->expr->u.name, positive_nan(value));
    *out = (int64_t)value;
    return BS_OK;
}

/* A member whose index has no value may be known as it is spelt: w_h_j. */
static int ask_as_spelt(union bs_quantity *out, const struct bs_place *place)
{
    struct bs_buf name = BS_BUF_INIT;
    int status = BS_REFUSED;
    for (int i = 0; i < place->expr->count; i++)
        if (place->expr->args[i]->kind == BS_SYMBOL &&
            bs_find_binding(place->scope, place->expr->args[i]->u.name))
            return BS_REFUSED;
    if (bs_buf_spelling(&name, place->expr))
        status = ask_again(out, bs_buf_text(&name), place->walk);
    if (name.failed)
        status = bs_fail_memory(place->walk->err);
    bs_buf_finish(&name);
    return status;
}

/* Arrays of which some dimension passes 9 have names with all subscripts apart: w_1_2 for w_12. */
int bs_walk_member(union bs_quantity *out, const struct bs_place *place)
{
    char name[LONGEST_NAME + 1];
    int64_t subscripts[MOST_SUBSCRIPTS];
    bs_expr member = place->expr;
    int status = BS_OK;
    assert(member->count <= MOST_SUBSCRIPTS);
    for (int i = 0; i < member->count && status == BS_OK; i++)
        status = eval_subscript(&subscripts[i], place, i);
    if (status == BS_REFUSED)
        return ask_as_spelt(out, place);
    if (status < 0)
        return status;
    if (!bs_spell_member(name, sizeof name, member->u.name, member->count, subscripts, false))
        return bs_fail(place->walk->err, BS_REFUSED, "a name is too long");
    status = ask(out, name, place->walk);
    if (status != BS_REFUSED || member->count < 2 ||
        !bs_spell_member(name, sizeof name, member->u.name, member->count, subscripts, true))
        return status;
    return ask_again(out, name, place->walk);
}
