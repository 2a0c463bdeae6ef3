/*
 * The general tape.  Definitions stand in the order in which they were made; a closed form is kept
 * once found, in the letters of the definition's own name.
 */
#include "expr/system.h"

#include "expr/index.h"
#include "expr/simplify.h"
#include "expr/spelling.h"
#include "expr/typeset.h"

#include "base/buf.h"
#include "base/interrupt.h"
#include "base/mem.h"

#include <string.h>

struct range {
    bs_expr index, from, to;
};

struct quantity {
    struct bs_naming is;
    bs_expr said;   /* its name with the letters that it was defined with, which have the ranges */
    bs_expr closed; /* ∂E/∂name, once it is known */
    bs_expr called; /* the name of sign·∂E/∂name; or NULL */
    int sign;
    bool is_needed;   /* the loss depends on it; else it only names a formula */
    bool is_open;     /* its closed form is being worked out */
    bool is_unrolled; /* it was that of a chain */
};

struct bs_system {
    struct bs_pool *pool;
    struct quantity *quantities;
    struct range *ranges;
    /*
     * What may be folded: the definitions, of which there are count_of_definitions, then the named
     * derivatives.
     */
    struct bs_naming *folds, *assumptions;
    size_t count, most, range_count, most_ranges, fold_count, most_folds, count_of_definitions,
        assumption_count, most_assumptions;
    bs_expr all; /* a sum of whatever has letters: new ones are none of these */
};

struct bs_system *bs_system_create(struct bs_pool *pool)
{
    struct bs_system *system = bs_calloc(1, sizeof *system);
    if (system)
        system->pool = pool;
    return system;
}

void bs_system_destroy(struct bs_system *system)
{
    if (!system)
        return;
    bs_free(system->quantities);
    bs_free(system->ranges);
    bs_free(system->folds);
    bs_free(system->assumptions);
    bs_free(system);
}

static int pool_failure(struct bs_system *system, struct bs_error *err)
{
    return bs_pool_error(system->pool, err);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Are the subscripts different letters, so that the name stands for every member? */
static bool is_general(bs_expr name)
{
    if (name->kind == BS_SYMBOL)
        return true;
    for (int i = 0; i < name->count; i++) {
        if (name->args[i]->kind != BS_SYMBOL)
            return false;
        for (int k = 0; k < i; k++)
            if (name->args[k] == name->args[i])
                return false;
    }
    return name->kind == BS_MEMBER;
}

/* One quantity for every value of its indices: by array and number of subscripts. */
static bool is_same_quantity(bs_expr a, bs_expr b)
{
    return a->kind == b->kind && a->count == b->count && strcmp(a->u.name, b->u.name) == 0;
}

static bool is_quantity(bs_expr expr)
{
    return expr->kind == BS_SYMBOL || expr->kind == BS_MEMBER;
}

static struct quantity *find(const struct bs_system *system, bs_expr name)
{
    for (size_t i = 0; is_quantity(name) && i < system->count; i++)
        if (is_same_quantity(system->quantities[i].is.name, name))
            return &system->quantities[i];
    return NULL;
}

/* One name for both, or a member and its array: z_1 and z_i. */
static bool overlaps(const struct bs_system *system, bs_expr a, bs_expr b)
{
    return is_same_quantity(a, b) || bs_may_be(system->pool, NULL, a, b);
}

static bool is_taken(const struct bs_system *system, bs_expr name)
{
    for (size_t i = 0; i < system->count; i++) {
        const struct quantity *quantity = &system->quantities[i];
        if (overlaps(system, quantity->is.name, name) ||
            (quantity->called && overlaps(system, quantity->called, name)))
            return true;
    }
    return false;
}

/* What is said for the letters of `name`, for the subscripts of `wanted`. */
static bs_expr instance(struct bs_pool *pool, bs_expr expr, bs_expr name, bs_expr wanted)
{
    if (name == wanted)
        return expr;
    return bs_put_all(pool, expr, name->count, name->args, wanted->args);
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static const struct range *find_range(const struct bs_system *system, bs_expr index)
{
    for (size_t i = 0; i < system->range_count; i++)
        if (system->ranges[i].index == index)
            return &system->ranges[i];
    return NULL;
}

int bs_system_range(struct bs_system *system, bs_expr index, bs_expr from, bs_expr to,
                    struct bs_error *err)
{
    const struct range *known = find_range(system, index);
    if (known && known->from == from && known->to == to)
        return BS_OK;
    if (known)
        return bs_fail(err, BS_REFUSED,
                       "%s counts over two ranges: give one of them another letter", index->u.name);
    if (!bs_grow(&system->ranges, &system->most_ranges, system->range_count + 1,
                 sizeof *system->ranges))
        return bs_fail_memory(err);
    system->ranges[system->range_count++] = (struct range){index, from, to};
    return BS_OK;
}

static int add_ranges(struct bs_system *system, bs_expr expr, uint64_t stamp, struct bs_error *err)
{
    int status = BS_OK;
    if (expr->memo->seen == stamp)
        return BS_OK;
    expr->memo->seen = stamp;
    if (bs_binds_index(expr))
        status = bs_system_range(system, expr->args[0], expr->args[1], expr->args[2], err);
    for (int i = 0; i < expr->count && status == BS_OK; i++)
        status = add_ranges(system, expr->args[i], stamp, err);
    return status;
}

/* ---- saying things --------------------------------------------------------------------------- */

/* What was derived holds no longer when something more is said. */
static void forget_derived(struct bs_system *system)
{
    system->fold_count = system->count_of_definitions;
    for (size_t i = 0; i < system->count; i++)
        system->quantities[i].closed = NULL;
}

static bool add_fold(struct bs_system *system, bs_expr name, bs_expr formula)
{
    if (!bs_grow(&system->folds, &system->most_folds, system->fold_count + 1,
                 sizeof *system->folds))
        return false;
    system->folds[system->fold_count++] = (struct bs_naming){name, formula};
    return true;
}

static int check_name(const struct bs_system *system, bs_expr name, struct bs_error *err)
{
    if (!is_quantity(name) || !is_general(name))
        return bs_fail(err, BS_REFUSED,
                       "a definition names a symbol or a member with letters, as in b_h = ...");
    if (is_taken(system, name))
        return bs_fail(err, BS_REFUSED, "%s is defined twice", name->u.name);
    return BS_OK;
}

/* a_D, where a_k is defined: the member that the letter D counts to. */
static bs_expr as_last(const struct bs_system *system, bs_expr symbol)
{
    const char *name = symbol->u.name;
    const size_t stem = bs_stem(name);
    if (name[stem] != '_' || name[stem + 1] < 'A' || name[stem + 1] > 'Z' || name[stem + 2])
        return symbol;
    for (size_t i = 0; i < system->count; i++) {
        bs_expr array = system->quantities[i].is.name;
        if (array->kind == BS_MEMBER && array->count == 1 && strlen(array->u.name) == stem &&
            strncmp(array->u.name, name, stem) == 0) {
            bs_expr last = bs_symbol(system->pool, name + stem + 1);
            return last ? bs_member(system->pool, array->u.name, 1, &last) : NULL;
        }
    }
    return symbol;
}

/* Beside what is defined so far: w_hj is a member where w is an array. */
static bs_expr as_quantity(const struct bs_system *system, bs_expr symbol)
{
    bs_expr result = symbol->kind == BS_SYMBOL ? as_last(system, symbol) : symbol;
    for (size_t i = 0; result == symbol && i < system->count; i++) {
        result = bs_as_member(system->pool, symbol, system->quantities[i].is.name);
        if (result == symbol)
            result = bs_as_member(system->pool, symbol, system->quantities[i].is.formula);
    }
    return result;
}

bs_expr bs_system_quantity(struct bs_system *system, bs_expr name)
{
    return as_quantity(system, name);
}

static bs_expr map_quantity(void *context, struct bs_pool *pool, bs_expr leaf)
{
    (void)pool;
    return leaf->kind == BS_SYMBOL ? as_quantity(context, leaf) : leaf;
}

/* The letters of a name as a set; none unless they are all its subscripts. */
static uint32_t letters_of(bs_expr member)
{
    uint32_t letters = 0;
    for (int i = 0; i < member->count; i++) {
        const uint32_t letter = bs_index_bit(member->args[i]);
        if (!letter)
            return 0;
        letters |= letter;
    }
    return letters;
}

static bs_expr map_named(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const uint32_t *bound = context;
    return leaf->kind == BS_SYMBOL ? bs_named(pool, leaf->u.name, *bound) : leaf;
}

/* Is one of the letters an index in the formula as it was read? */
static bool has_index_of(const struct bs_system *system, bs_expr formula, bs_expr member)
{
    for (int i = 0; i < member->count; i++)
        if (bs_has_free(formula, member->args[i]) || find_range(system, member->args[i]))
            return true;
    return false;
}

/*
 * Beside c_hj, whose letters the definition binds, w_hj is a member as well: nothing in the formula
 * said so when it was read.  But in y_out = w_out·x no letter is an index.
 */
static bs_expr read_beside(const struct bs_system *system, bs_expr name, bs_expr formula)
{
    bs_expr member =
        name->kind == BS_SYMBOL ? bs_named(system->pool, name->u.name, UINT32_MAX) : name;
    uint32_t bound = member ? letters_of(member) : 0;
    if (!member || bound == 0 || !has_index_of(system, formula, member))
        return member ? formula : NULL;
    return bs_map_leaves(system->pool, formula, map_named, &bound);
}

static bool mentions(struct bs_pool *pool, bs_expr expr, bs_expr name, uint64_t stamp);

/* Is the symbol, defined as one quantity, a member in the formula?  c_hj is then two things. */
static int check_whole(struct bs_system *system, bs_expr symbol, bs_expr formula,
                       struct bs_error *err)
{
    if (symbol->kind != BS_SYMBOL || !formula)
        return BS_OK;
    bs_expr member = bs_named(system->pool, symbol->u.name, UINT32_MAX);
    if (!member)
        return pool_failure(system, err);
    if (member->kind != BS_MEMBER || !mentions(system->pool, formula, member, bs_next_stamp()))
        return BS_OK;
    return bs_fail(err, BS_REFUSED,
                   "%s is defined as one quantity and used as a member of %s: write its subscripts "
                   "apart, as in w_h_j",
                   symbol->u.name, member->u.name);
}

static int check_all_whole(struct bs_system *system, bs_expr name, bs_expr formula,
                           struct bs_error *err)
{
    int status = check_whole(system, name, formula, err);
    for (size_t i = 0; i < system->count && status == BS_OK; i++) {
        const struct bs_naming *earlier = &system->quantities[i].is;
        status = check_whole(system, earlier->name, formula, err);
        if (status == BS_OK)
            status = check_whole(system, name, earlier->formula, err);
    }
    return status;
}

/* Σ_s=1..t in h_t counts differently for each t; the adjoints would need the range of t for each s.
 */
static int check_bounds(bs_expr name, bs_expr expr, uint64_t stamp, struct bs_error *err)
{
    int status = BS_OK;
    if (expr->memo->seen == stamp)
        return BS_OK;
    expr->memo->seen = stamp;
    for (int i = 0; bs_binds_index(expr) && i < name->count; i++)
        if (bs_has_free(expr->args[1], name->args[i]) || bs_has_free(expr->args[2], name->args[i]))
            return bs_fail(err, BS_REFUSED, "the bounds of a sum cannot count with %s",
                           name->args[i]->u.name);
    for (int i = 0; i < expr->count && status == BS_OK; i++)
        status = check_bounds(name, expr->args[i], stamp, err);
    return status;
}

/* A member of the array at an index as it is, x_k and not x_(k−1); of a symbol, the symbol. */
static bool uses_in_place(bs_expr expr, bs_expr name, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    bool is_in_place = is_quantity(expr) && is_same_quantity(expr, name);
    for (int i = 0; is_in_place && i < expr->count; i++)
        is_in_place = expr->args[i]->kind == BS_SYMBOL;
    for (int i = 0; !is_in_place && i < expr->count; i++)
        is_in_place = uses_in_place(expr->args[i], name, stamp);
    return is_in_place;
}

/* A chain a_k may go by what z_(k−1) is, but not by a z_k that is defined below it. */
static int check_order(const struct bs_system *system, bs_expr name, bs_expr formula,
                       struct bs_error *err)
{
    if (uses_in_place(formula, name, bs_next_stamp()))
        return bs_fail(err, BS_REFUSED, "%s is defined by itself", name->u.name);
    for (size_t i = 0; i < system->count; i++)
        if (uses_in_place(system->quantities[i].is.formula, name, bs_next_stamp()))
            return bs_fail(err, BS_REFUSED,
                           "definition %zu uses %s, which is defined below it: put that first",
                           i + 1, name->u.name);
    return BS_OK;
}

static int check_definition(struct bs_system *system, bs_expr name, bs_expr formula,
                            struct bs_error *err)
{
    int status = check_name(system, name, err);
    if (status == BS_OK)
        status = check_order(system, name, formula, err);
    if (status == BS_OK)
        status = check_bounds(name, formula, bs_next_stamp(), err);
    return status < 0 ? status : check_all_whole(system, name, formula, err);
}

int bs_system_define(struct bs_system *system, bs_expr name, bs_expr formula, struct bs_error *err)
{
    const size_t ranges = system->range_count, folds = system->count_of_definitions;
    forget_derived(system);
    formula = read_beside(system, name, formula);
    formula = formula ? bs_map_leaves(system->pool, formula, map_quantity, system) : NULL;
    bs_expr simple = bs_simplify(system->pool, formula);
    if (!simple)
        return pool_failure(system, err);
    name = bs_as_defined(system->pool, name, formula);
    if (!name)
        return pool_failure(system, err);
    int status = check_definition(system, name, formula, err);
    if (status == BS_OK)
        status = add_ranges(system, formula, bs_next_stamp(), err);
    if (status == BS_OK && (!bs_grow(&system->quantities, &system->most, system->count + 1,
                                     sizeof *system->quantities) ||
                            (simple->count > 0 && !add_fold(system, name, simple))))
        status = bs_fail_memory(err);
    if (status < 0) {
        system->range_count = ranges;
        system->fold_count = folds;
        return status;
    }
    system->count_of_definitions = system->fold_count;
    system->quantities[system->count++] = (struct quantity){.is = {name, formula}, .said = name};
    return BS_OK;
}

bs_expr bs_system_name(const struct bs_system *system, size_t i)
{
    return system->quantities[i].said;
}

static bool is_mentioned(const struct bs_system *system, bs_expr name)
{
    for (size_t i = 0; i < system->count; i++)
        if (mentions(system->pool, system->quantities[i].is.formula, name, bs_next_stamp()))
            return true;
    return false;
}

int bs_system_call(struct bs_system *system, bs_expr name, int sign, bs_expr q,
                   struct bs_error *err)
{
    q = as_quantity(system, q);
    name = bs_as_defined(system->pool, name, q);
    if (!name)
        return pool_failure(system, err);
    struct quantity *quantity = find(system, q);
    int status = check_name(system, name, err);
    if (status < 0)
        return status;
    if (is_mentioned(system, name))
        return bs_fail(err, BS_REFUSED, "%s is used in a definition already", name->u.name);
    if (!quantity)
        return bs_fail(err, BS_REFUSED, "there is no definition of %s to derive by",
                       is_quantity(q) ? q->u.name : "that");
    bs_expr own = instance(system->pool, name, q, quantity->is.name);
    if (!own)
        return pool_failure(system, err);
    forget_derived(system);
    quantity->called = own;
    quantity->sign = sign;
    return BS_OK;
}

int bs_system_assume(struct bs_system *system, bs_expr left, bs_expr right, struct bs_error *err)
{
    bs_expr simple = bs_simplify(system->pool, left);
    bs_expr put = bs_simplify(system->pool, right);
    if (!simple || !put)
        return pool_failure(system, err);
    if (bs_contains(right, left) || bs_contains(put, simple))
        return bs_fail(err, BS_REFUSED,
                       "the right side of an assumption cannot contain its left side");
    if (!bs_grow(&system->assumptions, &system->most_assumptions, system->assumption_count + 1,
                 sizeof *system->assumptions))
        return bs_fail_memory(err);
    forget_derived(system);
    system->assumptions[system->assumption_count++] = (struct bs_naming){right, simple};
    return BS_OK;
}

/* A letter from a to b has b − a + 1 values; a subscript that is a number has one. */
bs_expr bs_system_count(struct bs_system *system, bs_expr quantity)
{
    struct bs_pool *pool = system->pool;
    bs_expr one = bs_integer(pool, 1), count = one;
    for (int i = 0; i < quantity->count && count; i++) {
        const struct range *range = find_range(system, quantity->args[i]);
        if (bs_is_number(quantity->args[i]))
            continue;
        if (!range)
            return bs_pool_refuse(pool, BS_REFUSED,
                                  "no sum says how far an index counts: give its "
                                  "range");
        bs_expr values = bs_add(pool, bs_sub(pool, range->to, range->from), one);
        count = bs_mul(pool, count, values);
    }
    return bs_simplify(pool, count);
}

/* What is put in for what: the first so many definitions and assumptions. */
struct extent {
    size_t folds, assumptions;
};

static struct extent everything(const struct bs_system *system)
{
    return (struct extent){system->fold_count, system->assumption_count};
}

static struct extent definitions_only(const struct bs_system *system)
{
    return (struct extent){system->count_of_definitions, 0};
}

/* Until nothing changes; assumptions that put each other in would never end. */
static bs_expr fold(struct bs_system *system, bs_expr expr, struct extent extent)
{
    struct bs_pool *pool = system->pool;
    bs_expr before = NULL, now = bs_simplify(pool, expr);
    for (int rounds = 0; now && now != before; rounds++) {
        if (bs_is_interrupted())
            return bs_pool_refuse(pool, BS_INTERRUPTED, "interrupted!");
        if (rounds == BS_MOST_FOLDS || (rounds > 0 && now->size > BS_MOST_FOLDED))
            return bs_pool_refuse(pool, BS_REFUSED, "the assumptions go in a circle");
        before = now;
        now = bs_fold(pool, now, system->assumptions, extent.assumptions);
        now = bs_simplify(pool, bs_fold(pool, now, system->folds, extent.folds));
    }
    return now;
}

bs_expr bs_system_fold(struct bs_system *system, bs_expr expr)
{
    return fold(system, expr, everything(system));
}

/*
 * Names whose formula is surely no 0 written out, so that what is divided by them cancels: d/y with
 * y = σ(z).
 */
static bs_expr unfold(struct bs_system *system, bs_expr expr)
{
    const struct quantity *quantity = find(system, expr);
    if (quantity && bs_is_nonzero(quantity->is.formula))
        return instance(system->pool, quantity->is.formula, quantity->is.name, expr);
    if (expr->count == 0 || expr->kind == BS_MEMBER || expr->kind == BS_PARTIAL)
        return expr;
    struct bs_list args = {0};
    for (int i = 0; i < expr->count && !args.failed; i++)
        bs_list_add(&args, unfold(system, expr->args[i]));
    return bs_list_with_args(system->pool, expr, &args);
}

/* Named, whichever way is shorter: as it is, or written out and folded again. */
static bs_expr fold_closed(struct bs_system *system, bs_expr expr, struct extent extent)
{
    bs_expr plain = fold(system, expr, extent);
    bs_expr open = plain ? bs_simplify(system->pool, unfold(system, expr)) : NULL;
    bs_expr other = fold(system, open, extent);
    return !other ? NULL : other->size < plain->size ? other : plain;
}

/* ---- the chain rule -------------------------------------------------------------------------- */

static const struct quantity *root(const struct bs_system *system)
{
    return &system->quantities[system->count - 1];
}

/* The definition with another letter, one that stands nowhere in it or in `avoid`. */
static struct bs_naming with_other_letter(struct bs_pool *pool, struct bs_naming is, bs_expr letter,
                                          bs_expr avoid, bs_expr *other)
{
    /* a sum over the letter, which gets a new one */
    bs_expr sum = bs_indexed_sum(pool, letter, letter, letter, is.formula);
    avoid = bs_add(pool, is.name, avoid);
    bs_expr renamed = sum && avoid ? bs_rename_index(pool, sum, avoid) : NULL;
    *other = renamed ? renamed->args[0] : NULL;
    return (struct bs_naming){renamed ? bs_put(pool, is.name, letter, *other) : NULL,
                              renamed ? renamed->args[3] : NULL};
}

/* A definition c with its letters renamed where q has them, and ∂c/∂q. */
struct user {
    struct bs_naming is;
    bs_expr local;
    const struct quantity *quantity;
};

/* NULL local, with the reason in the pool, when it cannot be made. */
static struct user use(struct bs_system *system, const struct quantity *quantity, bs_expr q,
                       struct bs_steps *steps)
{
    struct bs_pool *pool = system->pool;
    struct user user = {quantity->is, NULL, quantity};
    bs_expr avoid = bs_add(pool, system->all, q), other;
    for (int i = 0; user.is.name && i < user.is.name->count; i++)
        if (bs_has_free(q, user.is.name->args[i]))
            user.is = with_other_letter(pool, user.is, user.is.name->args[i], avoid, &other);
    if (user.is.name && user.is.formula)
        user.local = bs_diff(pool, user.is.formula, q, steps);
    return user;
}

/* The δ's of a local derivative; 1 where it has none, or not as a factor. */
static bs_expr deltas_of(struct bs_pool *pool, bs_expr local)
{
    struct bs_list deltas = {0};
    if (local->kind == BS_DELTA)
        return local;
    for (int i = 0; local->kind == BS_PRODUCT && i < local->count; i++)
        if (local->args[i]->kind == BS_DELTA)
            bs_list_add(&deltas, local->args[i]);
    return bs_list_product(pool, &deltas);
}

/* How much of ∂E/∂c·∂c/∂q is written out. */
enum detail {
    NAMED,      /* ∂c/∂q is only named */
    SHOWN,      /* it is worked out, with names for what has one; a δ in a sum waits */
    WORKED_OUT, /* and so is ∂E/∂c; δ's have collapsed */
};

/* For a line that shows where a δ came from, which simplifying would take away. */
static bs_expr shown(struct bs_pool *pool, bs_expr expr)
{
    bs_expr tidy = bs_tidy(pool, expr);
    return tidy && bs_has_kind(tidy, BS_DELTA) ? tidy : bs_simplify(pool, expr);
}

/* Summed over all that the name stands for. */
static bs_expr sum_over(struct bs_system *system, const struct user *user, bs_expr term)
{
    struct bs_pool *pool = system->pool;
    bs_expr name = user->is.name, said = user->quantity->said;
    for (int i = name->count - 1; term && i >= 0; i--) {
        const struct range *range = find_range(system, said->args[i]);
        if (!range)
            return bs_pool_refuse(pool, BS_REFUSED,
                                  "no sum says how far an index of a definition counts: "
                                  "give its range");
        term = bs_indexed_sum(pool, name->args[i], range->from, range->to, term);
    }
    return term;
}

static bs_expr closed_form(struct bs_system *system, struct quantity *quantity);

/* What stands for ∂E/∂c: its own name, or its closed form. */
static bs_expr adjoint(struct bs_system *system, bs_expr partial)
{
    struct bs_pool *pool = system->pool;
    struct quantity *quantity = find(system, partial->args[1]);
    if (!quantity || quantity->is_open)
        return partial;
    bs_expr own = quantity->called;
    if (own)
        own = quantity->sign < 0 ? bs_neg(pool, own) : own;
    else
        own = closed_form(system, quantity);
    return own ? instance(pool, own, quantity->is.name, partial->args[1]) : NULL;
}

/* ∂E/∂c·∂c/∂q over all c of one definition. */
static bs_expr chain_term(struct bs_system *system, const struct user *user, bs_expr q,
                          enum detail detail)
{
    struct bs_pool *pool = system->pool;
    bs_expr local = user->local;
    if (detail == SHOWN)
        local = fold(system, local, definitions_only(system));
    bs_expr deltas = local ? deltas_of(pool, local) : NULL;
    if (!deltas)
        return NULL;
    bool has_inner_delta = bs_has_kind(local, BS_DELTA) && bs_is_integer(deltas, 1);
    if (user->quantity == root(system))
        return local;
    if (detail == NAMED)
        local = bs_mul(pool, bs_partial(pool, user->is.name, q), deltas);
    bs_expr loss = bs_partial(pool, root(system)->is.name, user->is.name);
    if (loss && detail == WORKED_OUT)
        loss = adjoint(system, loss);
    bs_expr term = sum_over(system, user, bs_mul(pool, loss, local));
    return detail == SHOWN && has_inner_delta ? bs_tidy(pool, term) : bs_simplify(pool, term);
}

/*
 * The chain rule: the sum over the definitions that mention q.  Where only E itself does, there is
 * nothing to name but ∂E/∂q.
 */
static bs_expr chain(struct bs_system *system, bs_expr q, enum detail detail)
{
    struct bs_list terms = {0};
    bool is_direct = true;
    for (size_t i = 0; i < system->count && !terms.failed; i++) {
        if (!system->quantities[i].is_needed)
            continue;
        struct user user = use(system, &system->quantities[i], q, NULL);
        if (user.local && bs_is_integer(user.local, 0))
            continue;
        is_direct = is_direct && user.quantity == root(system);
        bs_list_add(&terms, user.local ? chain_term(system, &user, q, detail) : NULL);
    }
    if (!terms.failed && (!is_direct || detail != NAMED))
        return bs_tidy(system->pool, bs_list_sum(system->pool, &terms));
    bool has_failed = terms.failed;
    bs_list_finish(&terms);
    return has_failed ? NULL : bs_partial(system->pool, root(system)->is.name, q);
}

/* ---- what the loss depends on ---------------------------------------------------------------- */

/* Is the quantity in the expression, in any letters? */
static bool mentions(struct bs_pool *pool, bs_expr expr, bs_expr name, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    if (is_quantity(expr) && (is_same_quantity(expr, name) || bs_may_be(pool, NULL, expr, name)))
        return true;
    for (int i = 0; i < expr->count; i++)
        if (mentions(pool, expr->args[i], name, stamp))
            return true;
    return false;
}

static void mark_needed(struct bs_system *system, struct quantity *quantity)
{
    quantity->is_needed = true;
    for (size_t i = 0; i < system->count; i++) {
        struct quantity *other = &system->quantities[i];
        if (!other->is_needed &&
            mentions(system->pool, quantity->is.formula, other->is.name, bs_next_stamp()))
            mark_needed(system, other);
    }
}

/* All names and formulas, and all letters that have a range. */
static bs_expr all_of(struct bs_system *system)
{
    struct bs_list all = {0};
    for (size_t i = 0; i < system->count; i++) {
        bs_list_add(&all, system->quantities[i].is.name);
        bs_list_add(&all, system->quantities[i].is.formula);
    }
    for (size_t i = 0; i < system->range_count; i++)
        bs_list_add(&all, system->ranges[i].index);
    return bs_list_sum(system->pool, &all);
}

/* A letter of a definition that the loss has as well becomes another one. */
static int rename_letter(struct bs_system *system, struct quantity *quantity, bs_expr letter,
                         struct bs_error *err)
{
    struct bs_pool *pool = system->pool;
    bs_expr other, called = quantity->called;
    struct bs_naming is = with_other_letter(pool, quantity->is, letter, system->all, &other);
    if (called)
        called = bs_put(pool, called, letter, other);
    if (!is.name || !is.formula || (quantity->called && !called))
        return pool_failure(system, err);
    quantity->is = is;
    quantity->called = called;
    system->all = bs_add(pool, system->all, other);
    return system->all ? BS_OK : pool_failure(system, err);
}

/* ---- one range for each subscript ------------------------------------------------------------ */

/* A place where a defined array is used, and what its subscript there counts over. */
struct place {
    const char *array;
    struct range own; /* of the definition */
    bs_expr from, to; /* of the place */
};

static int refuse_place(const struct place *place, struct bs_error *err)
{
    static const struct bs_style style = {.form = BS_UNICODE};
    struct bs_buf buf = BS_BUF_INIT;
    bs_typeset(&buf, place->own.from, &style);
    bs_buf_put(&buf, "..");
    bs_typeset(&buf, place->own.to, &style);
    bs_buf_put(&buf, " and ");
    bs_typeset(&buf, place->from, &style);
    bs_buf_put(&buf, "..");
    bs_typeset(&buf, place->to, &style);
    int status = buf.failed
                     ? bs_fail_memory(err)
                     : bs_fail(err, BS_REFUSED, "%s counts over %s: sums over it need one range",
                               place->array, bs_buf_text(&buf));
    bs_buf_finish(&buf);
    return status;
}

static bool is_below(bs_expr a, bs_expr b)
{
    return bs_is_number(a) && bs_is_number(b) && bs_number_value(a) < bs_number_value(b);
}

/* What j − 1 counts over where j counts over the range. */
static int put_range(struct place *place, struct bs_system *system, bs_expr subscript,
                     const struct range *range, struct bs_error *err)
{
    struct bs_pool *pool = system->pool;
    place->from = bs_simplify(pool, bs_put(pool, subscript, range->index, range->from));
    place->to = bs_simplify(pool, bs_put(pool, subscript, range->index, range->to));
    if (!place->from || !place->to)
        return pool_failure(system, err);
    return place->from == place->own.from && place->to == place->own.to ? BS_OK
                                                                        : refuse_place(place, err);
}

/* In the formula of a definition, whose own letters may be shifted: that is a chain. */
static int check_subscript(struct place *place, struct bs_system *system, bs_expr subscript,
                           bs_expr name, struct bs_error *err)
{
    place->from = place->to = subscript;
    if (bs_is_number(subscript) &&
        (is_below(subscript, place->own.from) || is_below(place->own.to, subscript)))
        return refuse_place(place, err);
    for (size_t i = 0; i < system->range_count; i++) {
        const struct range *range = &system->ranges[i];
        bool is_own = false;
        for (int k = 0; k < name->count; k++)
            is_own = is_own || name->args[k] == range->index;
        if (bs_has_free(subscript, range->index) && (!is_own || subscript == range->index))
            return put_range(place, system, subscript, range, err);
    }
    return BS_OK;
}

/* A range may not depend on what another letter counts: Σ_j=1..i. */
static int check_fixed(const struct bs_system *system, const struct range *range,
                       struct bs_error *err)
{
    for (size_t i = 0; i < system->range_count; i++) {
        bs_expr letter = system->ranges[i].index;
        if (bs_has_free(range->from, letter) || bs_has_free(range->to, letter))
            return bs_fail(err, BS_REFUSED, "the bounds of a sum cannot count with %s",
                           letter->u.name);
    }
    return BS_OK;
}

/* The subscripts of a member; those of a symbol that is one, z_3, are numbers. */
static int check_place(struct bs_system *system, bs_expr expr, bs_expr name, struct bs_error *err)
{
    int status = BS_OK;
    int64_t numbers[BS_MOST_PUT];
    for (size_t i = 0; i < system->count; i++) {
        bs_expr said = system->quantities[i].said;
        if (said->kind != BS_MEMBER || !overlaps(system, expr, said))
            continue;
        if (expr->kind == BS_SYMBOL &&
            !bs_read_member(numbers, said->count, expr->u.name, said->u.name))
            continue;
        for (int k = 0; k < said->count && status == BS_OK; k++) {
            const struct range *own = find_range(system, said->args[k]);
            bs_expr subscript =
                expr->kind == BS_MEMBER ? expr->args[k] : bs_integer(system->pool, numbers[k]);
            struct place place = {said->u.name, own ? *own : (struct range){NULL, NULL, NULL}, NULL,
                                  NULL};
            if (own && subscript)
                status = check_fixed(system, own, err);
            if (status == BS_OK && own && subscript)
                status = check_subscript(&place, system, subscript, name, err);
        }
    }
    return status;
}

/*
 * The adjoint of z_i is summed over the range of i wherever z is used: every use must count over
 * that range.
 */
static int check_places(struct bs_system *system, bs_expr expr, bs_expr name, uint64_t stamp,
                        struct bs_error *err)
{
    if (expr->memo->seen == stamp)
        return BS_OK;
    expr->memo->seen = stamp;
    int status = is_quantity(expr) ? check_place(system, expr, name, err) : BS_OK;
    for (int i = 0; i < expr->count && status == BS_OK; i++)
        status = check_places(system, expr->args[i], name, stamp, err);
    return status;
}

static int check_ranges(struct bs_system *system, struct bs_error *err)
{
    int status = BS_OK;
    for (size_t i = 0; i < system->count && status == BS_OK; i++) {
        const struct quantity *quantity = &system->quantities[i];
        if (quantity->is_needed)
            status =
                check_places(system, quantity->is.formula, quantity->is.name, bs_next_stamp(), err);
    }
    return status;
}

/*
 * Ready to derive: which definitions the loss depends on is known, and a letter of the loss F_i
 * stands for one value all through, so that no other definition has it.
 */
static int prepare(struct bs_system *system, bs_expr q, struct bs_error *err)
{
    bs_expr loss = root(system)->is.name;
    int status = BS_OK;
    for (int i = 0; i < loss->count; i++)
        if (bs_has_free(q, loss->args[i]))
            return bs_fail(err, BS_REFUSED,
                           "%s is an index of what is derived, %s: derive by another one",
                           loss->args[i]->u.name, loss->u.name);
    for (size_t i = 0; i < system->count; i++)
        system->quantities[i].is_needed = false;
    mark_needed(system, &system->quantities[system->count - 1]);
    status = check_ranges(system, err);
    if (status < 0)
        return status;
    system->all = all_of(system);
    if (!system->all)
        return pool_failure(system, err);
    for (size_t i = 0; i + 1 < system->count; i++) {
        struct quantity *quantity = &system->quantities[i];
        for (int k = 0; k < quantity->is.name->count && status == BS_OK; k++)
            if (bs_has_free(loss, quantity->is.name->args[k]))
                status = rename_letter(system, quantity, quantity->is.name->args[k], err);
    }
    return status;
}

/* ---- closed forms ---------------------------------------------------------------------------- */

/* Every ∂E/∂c that the chain rule left. */
static bs_expr with_adjoints(struct bs_system *system, bs_expr expr)
{
    if (expr->kind == BS_PARTIAL)
        return adjoint(system, expr);
    if (expr->count == 0 || expr->kind == BS_MEMBER || !bs_has_kind(expr, BS_PARTIAL))
        return expr;
    struct bs_list args = {0};
    for (int i = 0; i < expr->count && !args.failed; i++)
        bs_list_add(&args, with_adjoints(system, expr->args[i]));
    return bs_list_with_args(system->pool, expr, &args);
}

/* ---- chains ---------------------------------------------------------------------------------- */

/* A_p = source·δ_pD + A_(p+1)·slope, taken apart. */
struct recurrence {
    bs_expr slope, source, last;
};

/* The term without the factor: 1 when it is the factor. */
static bs_expr term_without(struct bs_pool *pool, bs_expr term, bs_expr factor)
{
    struct bs_list factors = {0};
    bool is_product = term->kind == BS_PRODUCT;
    for (int i = 0; is_product && i < term->count; i++)
        if (term->args[i] != factor)
            bs_list_add(&factors, term->args[i]);
    return bs_list_product(pool, &factors);
}

static bs_expr factor_of_kind(bs_expr term, enum bs_kind kind)
{
    if (term->kind == kind)
        return term;
    for (int i = 0; term->kind == BS_PRODUCT && i < term->count; i++)
        if (term->args[i]->kind == kind)
            return term->args[i];
    return NULL;
}

static bool take_recurrence_term(struct bs_pool *pool, struct recurrence *out, bs_expr term,
                                 bs_expr p)
{
    bs_expr partial = factor_of_kind(term, BS_PARTIAL), delta = factor_of_kind(term, BS_DELTA);
    bs_expr next = bs_tidy(pool, bs_add(pool, p, bs_integer(pool, 1)));
    if (partial && !out->slope && partial->args[1]->args[0] == next) {
        out->slope = term_without(pool, term, partial);
        return out->slope && !bs_has_kind(out->slope, BS_PARTIAL);
    }
    if (!delta || out->source || partial || (delta->args[0] != p && delta->args[1] != p))
        return false;
    out->last = delta->args[delta->args[0] == p];
    out->source = bs_put(pool, term_without(pool, term, delta), p, out->last);
    return out->source;
}

/*
 * A chain a_1, a_2, ..., a_D in which each is made of the one before and E of the last:
 * A_p = source·δ_pD + A_(p+1)·slope_(p+1) is source·Π_k=p+1..D slope_k.  The expression itself
 * where it is no such chain.
 */
static bs_expr unroll(struct bs_pool *pool, bs_expr expr, bs_expr q)
{
    struct recurrence chain = {NULL, NULL, NULL};
    bs_expr p = q->args[0];
    if (expr->kind != BS_SUM || q->kind != BS_MEMBER || q->count != 1 || expr->count != 2)
        return expr;
    for (int i = 0; i < expr->count; i++)
        if (!take_recurrence_term(pool, &chain, expr->args[i], p))
            return expr;
    if (!chain.slope || !chain.source)
        return expr;
    bs_expr one = bs_integer(pool, 1), next = bs_tidy(pool, bs_add(pool, p, one));
    bs_expr whole = bs_indexed_product(pool, p, next, chain.last, chain.slope);
    bs_expr product = whole ? bs_rename_index(pool, whole, q) : NULL;
    if (!product)
        return NULL;
    bs_expr k = product->args[0], before = bs_sub(pool, k, one);
    bs_expr slope = bs_put(pool, product->args[3], k, before);
    return bs_mul(pool, chain.source,
                  bs_indexed_product(pool, k, next, chain.last, bs_simplify(pool, slope)));
}

/* ---- ∂E/∂q ----------------------------------------------------------------------------------- */

/* The chain rule with everything put in, before names are. */
static bs_expr put_in(struct bs_system *system, bs_expr q)
{
    bs_expr sum = chain(system, q, WORKED_OUT);
    return sum ? bs_simplify(system->pool, sum) : NULL;
}

static bool is_any_open(const struct bs_system *system)
{
    for (size_t i = 0; i < system->count; i++)
        if (system->quantities[i].is_open)
            return true;
    return false;
}

/*
 * The closed forms of the later definitions that use it.  Where z_k is made of a_(k−1), and a_k of
 * z_k, the chain is then unrolled for a, which the loss is made of, and the rest is written by it.
 */
static bool close_later(struct bs_system *system, struct quantity *quantity)
{
    const struct quantity *end = system->quantities + system->count;
    for (struct quantity *later = quantity + 1; later < end; later++)
        if (later->is_needed && !later->is_open &&
            mentions(system->pool, later->is.formula, quantity->is.name, bs_next_stamp()) &&
            !closed_form(system, later))
            return false;
    return true;
}

static bs_expr closed_form(struct bs_system *system, struct quantity *quantity)
{
    struct bs_pool *pool = system->pool;
    if (quantity->closed)
        return quantity->closed;
    if (quantity == root(system))
        return bs_integer(pool, 1);
    if (!close_later(system, quantity))
        return NULL;
    if (quantity->closed)
        return quantity->closed;
    quantity->is_open = true;
    bs_expr sum = put_in(system, quantity->is.name);
    quantity->is_open = false;
    bs_expr whole = sum ? unroll(pool, sum, quantity->is.name) : NULL;
    bs_expr closed = whole ? fold_closed(system, whole, everything(system)) : NULL;
    /* what is open may be unrolled yet: this is no closed form */
    if (closed && bs_has_kind(closed, BS_PARTIAL) && is_any_open(system))
        return closed;
    quantity->is_unrolled = whole != sum;
    bs_expr signed_form = closed && quantity->sign < 0 ? bs_neg(pool, closed) : closed;
    bs_expr form = bs_simplify(pool, signed_form);
    if (form && quantity->called && form->count > 0 && !add_fold(system, quantity->called, form))
        return bs_pool_refuse(pool, BS_NO_MEMORY, "not enough memory");
    return quantity->closed = closed;
}

/* Those with names, the nearest to the loss first: each is written with the ones before. */
static bool close_called(struct bs_system *system)
{
    for (size_t i = system->count; i-- > 0;)
        if (system->quantities[i].called && !closed_form(system, &system->quantities[i]))
            return false;
    return true;
}

static void add_line(struct bs_general *out, bs_expr expr, const char *rule)
{
    if (out->count > 0 && out->lines[out->count - 1].expr == expr)
        return;
    out->lines[out->count].expr = expr;
    out->lines[out->count++].rule = rule;
}

static bs_expr with_sign(struct bs_pool *pool, bs_expr expr, int sign)
{
    return expr && sign < 0 ? shown(pool, bs_neg(pool, expr)) : expr;
}

struct line {
    bs_expr expr;
    const char *rule;
};

/* NULL expressions where something failed. */
static void derive_lines(struct line lines[static BS_MOST_GENERAL_LINES], struct bs_system *system,
                         const struct quantity *quantity, bs_expr q)
{
    struct bs_pool *pool = system->pool;
    const bool is_unrolled = quantity && quantity->is_unrolled;
    const struct extent unassumed = {system->fold_count, 0};
    bs_expr partial = bs_partial(pool, root(system)->is.name, q);
    bs_expr named = chain(system, q, NAMED), slopes = chain(system, q, SHOWN);
    bs_expr put = slopes && !is_unrolled ? shown(pool, with_adjoints(system, slopes)) : slopes;
    bs_expr whole = put_in(system, q);
    bs_expr simple = whole && !is_unrolled ? fold_closed(system, whole, unassumed) : put;
    bs_expr closed = NULL;
    if (quantity)
        closed = instance(pool, quantity->closed, quantity->is.name, q);
    else if (whole)
        closed = fold_closed(system, whole, everything(system));
    const bool is_assumed = system->assumption_count > 0 && closed != simple;
    lines[0] = (struct line){partial, ""};
    lines[1] = (struct line){named, "chain rule"};
    lines[2] = (struct line){slopes, named == partial ? "differentiated" : "slopes worked out"};
    lines[3] = (struct line){put, "derivatives put in"};
    lines[4] = (struct line){simple, is_assumed ? "simplification" : "closed form"};
    lines[5] = (struct line){closed, is_unrolled  ? "the chain unrolled"
                                     : is_assumed ? "as assumed"
                                                  : "closed form"};
}

int bs_system_derive(struct bs_general *out, struct bs_system *system, bs_expr q,
                     struct bs_error *err)
{
    struct line lines[BS_MOST_GENERAL_LINES];
    struct bs_pool *pool = system->pool;
    if (system->count == 0)
        return bs_fail(err, BS_REFUSED, "there is no definition to derive");
    q = as_quantity(system, q);
    if (!q)
        return pool_failure(system, err);
    if (!is_quantity(q))
        return bs_fail(err, BS_REFUSED, "derive by a symbol or a member of an array, as w_hj");
    int status = prepare(system, q, err);
    if (status < 0)
        return status;
    struct quantity *quantity = find(system, q);
    if (!close_called(system) || (quantity && !closed_form(system, quantity)))
        return pool_failure(system, err);
    const int sign = quantity && quantity->called ? quantity->sign : 1;
    derive_lines(lines, system, quantity, q);
    *out = (struct bs_general){.name = lines[0].expr};
    if (quantity && quantity->called)
        out->name = instance(pool, quantity->called, quantity->is.name, q);
    for (int i = 0; i < BS_MOST_GENERAL_LINES; i++) {
        bs_expr expr = with_sign(pool, lines[i].expr, sign);
        if (!expr)
            return pool_failure(system, err);
        if (expr != out->name)
            add_line(out, expr, lines[i].rule);
    }
    return out->name ? BS_OK : pool_failure(system, err);
}

int bs_system_local(struct bs_naming *out, struct bs_steps *steps, struct bs_system *system,
                    bs_expr q, size_t k, struct bs_error *err)
{
    q = as_quantity(system, q);
    if (!q)
        return pool_failure(system, err);
    int status = system->count > 0 ? prepare(system, q, err) : BS_OK;
    for (size_t i = 0; i < system->count && status == BS_OK; i++) {
        if (!system->quantities[i].is_needed)
            continue;
        struct user user = use(system, &system->quantities[i], q, NULL);
        if (!user.local)
            return pool_failure(system, err);
        if (bs_is_integer(user.local, 0) || k-- > 0)
            continue;
        user = use(system, &system->quantities[i], q, steps);
        *out = user.is;
        return user.local && !(steps && steps->failed) ? BS_OK : pool_failure(system, err);
    }
    return status < 0 ? status : bs_fail(err, BS_REFUSED, "no more definitions mention it");
}
