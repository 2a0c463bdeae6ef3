/* Mistakes about a definition as a whole, and about what was taken for one of its operands. */
#include "check/mutate.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* ---- the number that comes out ----------------------------------------------------------------
 */

enum { MOST_FACTORS = 64 };

/* A factor in front, or into the number that stands there: twice ½·x² is x². */
static bs_expr times(struct bs_pool *pool, bs_expr expr, int64_t num, int64_t den)
{
    enum { SMALL = 1000000 };
    bs_expr factors[MOST_FACTORS + 1];
    const bool is_product = expr->kind == BS_PRODUCT && expr->count <= MOST_FACTORS;
    bs_expr const *rest = is_product ? expr->args : &expr;
    int count = is_product ? expr->count : 1, first = 0;
    if (is_product && bs_is_exact(rest[0]) && llabs(rest[0]->u.number.num) < SMALL &&
        rest[0]->u.number.den < SMALL) {
        num *= rest[0]->u.number.num;
        den *= rest[0]->u.number.den;
        first = 1;
    }
    factors[0] = bs_rational(pool, num, den);
    for (int i = first; i < count; i++)
        factors[i - first + 1] = rest[i];
    count += 1 - first;
    return num == den ? bs_product(pool, count - 1, factors + 1) : bs_product(pool, count, factors);
}

static void multiply(struct bs_mutation *mutation, int64_t num, int64_t den)
{
    bs_add_mutant(mutation, -1, -1, NULL, times(mutation->pool, mutation->definition, num, den));
}

/*
 * Nobody forgets the sign of a weight that is updated, and a function that is above 0 has none to
 * lose.
 */
void bs_make_sign(struct bs_mutation *mutation)
{
    const struct bs_item *item = bs_key_item(mutation->key, mutation->item);
    bs_expr definition = mutation->definition;
    const bool is_positive = definition->kind == BS_CALL && definition->u.call.func->is_positive;
    if (item->role != BS_ROLE_NEW && !is_positive)
        bs_add_mutant(mutation, -1, -1, NULL, bs_neg(mutation->pool, definition));
}

/* A 2 or ½ in it, as a factor or an exponent. */
static bool has_two(bs_expr expr)
{
    bool found = bs_is_number(expr) &&
                 (fabs(bs_number_value(expr)) == 2 || fabs(bs_number_value(expr)) == 0.5);
    for (int i = 0; i < expr->count && !found; i++)
        found = has_two(expr->args[i]);
    return found;
}

/* What has to do with the loss: there ½ and 2 come and go.  Or where there is one to be forgotten.
 */
static bool may_be_doubled(const struct bs_mutation *mutation)
{
    const struct bs_item *item = bs_key_item(mutation->key, mutation->item);
    return item->phase == BS_PHASE_LOSS || item->phase == BS_PHASE_BACKWARD ||
           item->role == BS_ROLE_STEP || has_two(mutation->definition);
}

void bs_make_doubled(struct bs_mutation *mutation)
{
    if (may_be_doubled(mutation))
        multiply(mutation, 2, 1);
}

void bs_make_halved(struct bs_mutation *mutation)
{
    if (may_be_doubled(mutation))
        multiply(mutation, 1, 2);
}

void bs_make_slipped(struct bs_mutation *mutation)
{
    multiply(mutation, 10, 1);
    multiply(mutation, 1, 10);
}

/* ---- one thing taken for another ---------------------------------------------------------------
 */

/*
 * What may be taken for an operand: an expression, or NULL.  An item that depends on the one whose
 * definition it is cannot be: nobody has it yet.
 */
typedef bs_expr bs_stand_in(struct bs_mutation *mutation, int operand);

static bs_expr ref_to(struct bs_mutation *mutation, int item)
{
    if (item < 0 || mutation->is_later[item])
        return NULL;
    bs_expr ref = bs_ref(mutation->pool, item);
    return bs_is_built(mutation, ref) ? ref : NULL;
}

static bs_expr updated_of(struct bs_mutation *mutation, int operand)
{
    return ref_to(mutation, bs_key_item(mutation->key, operand)->updated);
}

static bs_expr outdated_of(struct bs_mutation *mutation, int operand)
{
    return ref_to(mutation, bs_key_item(mutation->key, operand)->outdated);
}

static bs_expr transposed_of(struct bs_mutation *mutation, int operand)
{
    return ref_to(mutation, bs_key_item(mutation->key, operand)->transposed);
}

/* Of what an activation function gives: what it was given. */
static bs_expr input_of(struct bs_mutation *mutation, int operand)
{
    bs_expr definition = bs_key_item(mutation->key, operand)->definition;
    if (!definition || definition->kind != BS_CALL || !definition->u.call.func->is_activation)
        return NULL;
    const int index = definition->u.call.index;
    return definition->args[index ? index - 1 : 0];
}

struct substitution {
    struct bs_mutation *mutation;
    bs_stand_in *stand_in;
    int first;          /* this operand, */
    bool has_relatives; /* and those of its kind */
    int changed;
};

static bool is_meant(const struct substitution *substitution, int operand)
{
    return operand == substitution->first ||
           (substitution->has_relatives &&
            bs_key_are_relatives(substitution->mutation->key, substitution->first, operand));
}

static bs_expr substitute_leaf(void *context, struct bs_pool *pool, bs_expr leaf)
{
    struct substitution *substitution = context;
    const int operand = bs_item_of(leaf);
    (void)pool;
    if (operand < 0 || !is_meant(substitution, operand))
        return leaf;
    bs_expr other = substitution->stand_in(substitution->mutation, operand);
    substitution->changed += other != NULL;
    return other ? other : leaf;
}

/* `is_group`: the operand and its relatives at once; nothing when it is alone. */
static void substitute(struct bs_mutation *mutation, bs_stand_in *stand_in, int operand,
                       bool is_group)
{
    struct substitution substitution = {mutation, stand_in, operand, is_group, 0};
    bs_expr other = stand_in(mutation, operand);
    if (!other)
        return;
    bs_expr changed =
        bs_map_leaves(mutation->pool, mutation->definition, substitute_leaf, &substitution);
    if (bs_is_built(mutation, changed) && (!is_group || substitution.changed > 1))
        bs_add_mutant(mutation, operand, bs_item_of(other), other, changed);
}

/* Whoever mistakes one weight mistakes all of them, as a rule: those are tried first. */
static void substitute_each(struct bs_mutation *mutation, bs_stand_in *stand_in)
{
    const struct bs_item *item = bs_key_item(mutation->key, mutation->item);
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < item->operand_count && mutation->status == BS_OK; k++)
            substitute(mutation, stand_in, item->operands[k], pass == 0);
}

void bs_make_updated(struct bs_mutation *mutation)
{
    substitute_each(mutation, updated_of);
}

void bs_make_old(struct bs_mutation *mutation)
{
    const int outdated = bs_key_item(mutation->key, mutation->item)->outdated;
    bs_expr old = ref_to(mutation, outdated);
    if (old)
        bs_add_mutant(mutation, mutation->item, outdated, NULL, old);
    substitute_each(mutation, outdated_of);
}

void bs_make_input(struct bs_mutation *mutation)
{
    substitute_each(mutation, input_of);
}

void bs_make_transposed(struct bs_mutation *mutation)
{
    substitute_each(mutation, transposed_of);
}

/* ---- relatives ---------------------------------------------------------------------------------
 */

enum { MOST_RELATIVES = 8 };

/* The relative that is `after` places after the last one; in the order of the key. */
static int next_relative(const struct bs_mutation *mutation, int operand, int after)
{
    for (int i = after + 1; i < bs_key_count(mutation->key); i++)
        if (bs_key_are_relatives(mutation->key, operand, i) && !mutation->is_later[i])
            return i;
    return -1;
}

static void take_relatives(struct bs_mutation *mutation, int operand)
{
    bs_expr ref = bs_ref(mutation->pool, operand);
    int relative = -1;
    if (!bs_is_built(mutation, ref))
        return;
    for (int k = 0; k < MOST_RELATIVES; k++) {
        relative = next_relative(mutation, operand, relative);
        if (relative < 0)
            return;
        bs_expr other = bs_ref(mutation->pool, relative);
        bs_add_mutant(mutation, operand, relative, NULL,
                      other ? bs_replace(mutation->pool, mutation->definition, ref, other) : NULL);
    }
}

/* Another unit's value for this one's, whole; then another operand. */
void bs_make_relative(struct bs_mutation *mutation)
{
    const struct bs_item *item = bs_key_item(mutation->key, mutation->item);
    int relative = -1;
    for (int k = 0; k < MOST_RELATIVES; k++) {
        relative = next_relative(mutation, mutation->item, relative);
        if (relative < 0)
            break;
        bs_add_mutant(mutation, mutation->item, relative, NULL, bs_ref(mutation->pool, relative));
    }
    for (int k = 0; k < item->operand_count && mutation->status == BS_OK; k++)
        take_relatives(mutation, item->operands[k]);
}
