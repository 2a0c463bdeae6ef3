/*
 * Other ways to write the same: a key whose error terms have the other sign, or whose loss has the
 * other factor, is derived from the key by rewriting its definitions; nothing is differentiated
 * anew.
 */
#include "check/internal.h"

#include "base/mem.h"
#include "expr/calculus.h"

#include <string.h>

static bool is_square(bs_expr expr)
{
    return expr->kind == BS_POWER && bs_is_integer(expr->args[1], 2);
}

static bool are_squares(bs_expr expr)
{
    if (expr->kind == BS_SUM) {
        bool are = true;
        for (int i = 0; i < expr->count && are; i++)
            are = are_squares(expr->args[i]);
        return are;
    }
    return is_square(expr);
}

/* 1/2 as a number, or division by 2. */
static bool is_half(bs_expr factor)
{
    return (bs_is_exact(factor) && bs_number_value(factor) == 0.5) ||
           (factor->kind == BS_POWER && bs_is_integer(factor->args[0], 2) &&
            bs_is_integer(factor->args[1], -1));
}

/* What a loss in the other convention is times this one: 2 of ½Σ( )², ½ of Σ( )²; 0: there is none.
 */
static double other_factor(bs_expr loss)
{
    if (are_squares(loss))
        return 0.5;
    if (loss->kind != BS_PRODUCT || loss->count != 2)
        return 0;
    const int half = is_half(loss->args[0]) ? 0 : 1;
    return is_half(loss->args[half]) && are_squares(loss->args[1 - half]) ? 2 : 0;
}

static int find_loss(const struct bs_key *key)
{
    for (int i = 0; i < key->count; i++)
        if (key->items[i].phase == BS_PHASE_LOSS && key->items[i].definition)
            return i;
    return -1;
}

struct converting {
    const struct bs_key *from;
    struct bs_key *to;
    bool flips_signs;
    double factor; /* of the loss; 1: as it is */
    int loss;
};

static bs_expr convert_leaf(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const struct converting *converting = context;
    bs_expr ref = bs_ref(pool, leaf->u.ref);
    const bool flips =
        converting->flips_signs && converting->from->items[leaf->u.ref].error_sign != 0;
    return flips ? bs_neg(pool, ref) : ref;
}

/* A gradient that is not ∂E/∂E, which is 1 whatever E is. */
static bool is_gradient(const struct bs_key *key, int64_t item)
{
    const struct bs_item *of = &key->items[item];
    return of->role == BS_ROLE_GRADIENT && of->operand_count > 0;
}

static int find_gradient(void *context, bs_expr leaf)
{
    return is_gradient(context, leaf->u.ref);
}

/*
 * A closed form is linear in the gradients that it mentions; what mentions none comes from the loss
 * itself, and grows with it.
 */
static bs_expr scale_direct(const struct converting *converting, bs_expr expr)
{
    struct bs_pool *pool = converting->to->pool;
    if (expr->kind == BS_SUM) {
        bs_expr sum = bs_integer(pool, 0);
        for (int i = 0; i < expr->count; i++) {
            bs_expr term = scale_direct(converting, expr->args[i]);
            sum = i == 0 ? term : bs_add(pool, sum, term);
        }
        return sum;
    }
    if (bs_visit_leaves(expr, find_gradient, (void *)converting->from))
        return expr;
    return bs_mul(pool, bs_real(pool, converting->factor), expr);
}

static bs_expr convert_definition(const struct converting *converting, int i)
{
    const struct bs_item *item = &converting->from->items[i];
    struct bs_pool *pool = converting->to->pool;
    bs_expr definition = bs_map_leaves(pool, item->definition, convert_leaf, (void *)converting);
    if (!definition)
        return NULL;
    const bool is_loss = i == converting->loss || item->outdated == converting->loss;
    if (converting->factor != 1 && is_loss)
        definition = bs_mul(pool, bs_real(pool, converting->factor), definition);
    else if (converting->factor != 1 && is_gradient(converting->from, i))
        definition = scale_direct(converting, definition);
    if (definition && converting->flips_signs && item->error_sign != 0)
        definition = bs_neg(pool, definition);
    return definition ? bs_simplify(pool, definition) : NULL;
}

/* Names and operands stay the other key's, which outlives this one. */
static int convert_items(struct converting *converting, struct bs_error *err)
{
    const struct bs_key *from = converting->from;
    struct bs_key *to = converting->to;
    double *values = bs_alloc((size_t)from->count * sizeof *values);
    int status = BS_OK;
    to->items = bs_alloc((size_t)from->count * sizeof *to->items);
    if (!values || !to->items)
        status = bs_fail_memory(err);
    for (int i = 0; i < from->count && status == BS_OK; i++) {
        struct bs_item *item = &to->items[i];
        *item = from->items[i];
        to->count = i + 1;
        values[i] = item->value;
        if (!item->definition)
            continue;
        item->expanded = NULL;
        item->definition = convert_definition(converting, i);
        status = item->definition ? bs_key_eval(&item->value, to, item->definition, values, err)
                                  : bs_pool_error(to->pool, err);
        values[i] = item->value;
        if (status == BS_OK)
            status = bs_key_find_expanded(to, item, err);
        if (status == BS_OK)
            status = bs_key_find_exact(to, item, err);
    }
    bs_free(values);
    return status;
}

static int share_questions(struct bs_key *to, const struct bs_key *from, struct bs_error *err)
{
    const size_t count = (size_t)from->question_count;
    to->questions = bs_alloc((count + 1) * sizeof *to->questions);
    to->asked = bs_alloc((count + 1) * sizeof *to->asked);
    if (!to->questions || !to->asked)
        return bs_fail_memory(err);
    memcpy(to->questions, from->questions, count * sizeof *to->questions);
    memcpy(to->asked, from->asked, count * sizeof *to->asked);
    to->question_count = from->question_count;
    to->fewest_figures = from->fewest_figures;
    return BS_OK;
}

static int convert(struct bs_key **out, const struct bs_key *key, unsigned conventions,
                   struct bs_error *err)
{
    const int loss = find_loss(key);
    const bool scales = conventions & BS_CONVENTION_FACTOR;
    struct converting converting = {
        .from = key,
        .flips_signs = conventions & BS_CONVENTION_SIGN,
        .factor = !scales    ? 1
                  : loss < 0 ? 0
                             : other_factor(key->items[loss].definition),
        .loss = loss,
    };
    if (converting.factor == 0)
        return BS_OK;
    struct bs_key *to = bs_key_create_empty(1);
    if (!to)
        return bs_fail_memory(err);
    converting.to = to;
    to->marking = key->marking;
    to->kink = key->kink;
    int status = share_questions(to, key, err);
    if (status == BS_OK)
        status = convert_items(&converting, err);
    if (status < 0)
        bs_key_destroy(to);
    else
        *out = to;
    return status;
}

int bs_key_in_convention(const struct bs_key **out, struct bs_key *key, unsigned conventions,
                         struct bs_error *err)
{
    *out = key;
    if (conventions == 0)
        return BS_OK;
    if (!key->is_converted[conventions]) {
        const int status = convert(&key->converted[conventions], key, conventions, err);
        if (status < 0)
            return status;
        key->is_converted[conventions] = true;
    }
    *out = key->converted[conventions];
    return BS_OK;
}
