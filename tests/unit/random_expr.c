#include "random_expr.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum { MOST_ARGUMENTS = 8 };

struct maker {
    struct bs_pool *pool;
    struct bs_rng *rng;
    const struct bs_taste *taste;
    bs_expr bound[16]; /* the indices around, from the outside in */
    int depth_of_bound;
    bs_expr from, to; /* where all ranges are one */
};

static bs_expr make(struct maker *m, int depth);

static int64_t between(struct maker *m, int64_t first, int64_t last)
{
    return first + (int64_t)bs_rng_below(m->rng, (uint64_t)(last - first + 1));
}

static bool happens(struct maker *m, int times, int of)
{
    return between(m, 1, of) <= times;
}

static bool allows(const struct maker *m, enum bs_kind kind)
{
    return (m->taste->kinds >> kind) & 1;
}

static bs_expr whole(struct maker *m, int64_t first, int64_t last)
{
    return bs_integer(m->pool, between(m, first, last));
}

static bs_expr one_of(struct maker *m, const char *const *names, size_t count)
{
    return bs_symbol(m->pool, names[bs_rng_below(m->rng, count)]);
}

/* ---- leaves ---------------------------------------------------------------------------------- */

static double random_double(struct maker *m)
{
    double value;
    do {
        uint64_t bits = bs_rng_next(m->rng);
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static bs_expr wild_number(struct maker *m)
{
    const int64_t wide = (int64_t)(bs_rng_next(m->rng) >> bs_rng_below(m->rng, 64));
    switch (between(m, 0, 4)) {
    case 0:
        return bs_integer(m->pool, wide);
    case 1:
        return bs_rational(m->pool, wide, (int64_t)(bs_rng_next(m->rng) >> 1) | 1);
    case 2: /* a decimal, of up to 18 places */
        return bs_rational(m->pool, wide >> 10, (int64_t)pow(10, (double)between(m, 0, 18)));
    case 3:
        return bs_real(m->pool, nextafter((double)between(m, -9, 9) / 10, INFINITY));
    default:
        return bs_real(m->pool, random_double(m));
    }
}

static bs_expr make_number(struct maker *m)
{
    if (!m->taste->is_moderate && happens(m, 1, 2))
        return wild_number(m);
    switch (m->taste->has_few_leaves ? 0 : between(m, 0, 4)) {
    case 0:
    case 1:
        return whole(m, -3, 3);
    case 2:
        return bs_rational(m->pool, between(m, -24, 24), 8);
    case 3:
        return bs_rational(m->pool, between(m, -9, 9), 3);
    default:
        return bs_real(m->pool, bs_rng_between(m->rng, -3, 3));
    }
}

static bs_expr make_symbol(struct maker *m)
{
    static const char *const plain[] = {"a", "b", "c", "d", "x_1", "x_2", "x_3", "z_11", "z_23"};
    static const char *const wild[] = {
        "alpha_1", "beta_2_new", "x1_in",  "delta", "yhat",  "e",         "E",    "sum",
        "Phi",     "cases",      "x_j",    "w_ij",  "w_1j",  "w_i_j_new", "i",    "x_in",
        "x_new",   "w_new_j",    "_i",     "x__i",  "x_i_1", "x_new_1",   "x_i_", "new",
        "product", "w_11_new",   "x_01_i", "e5",    "W1_23", "softmax_2", "_",    "x_new_i_new"};
    if (m->depth_of_bound > 0 && happens(m, 1, 4))
        return m->bound[between(m, 0, m->depth_of_bound - 1)];
    if (!m->taste->is_moderate && happens(m, 1, 2))
        return one_of(m, wild, COUNT_OF(wild));
    return one_of(m, plain, m->taste->has_few_leaves ? 2 : COUNT_OF(plain));
}

static bs_expr make_leaf(struct maker *m)
{
    if (m->taste->has_refs && happens(m, 1, 8))
        return bs_ref(m->pool, between(m, 0, 9));
    return happens(m, 1, m->taste->has_few_leaves ? 4 : 2) ? make_number(m) : make_symbol(m);
}

/* ---- indices --------------------------------------------------------------------------------- */

/* An index, one more than it, or a small number. */
static bs_expr small_subscript(struct maker *m)
{
    if (m->depth_of_bound == 0 || happens(m, 1, 4))
        return whole(m, 0, 3);
    bs_expr index = m->bound[between(m, 0, m->depth_of_bound - 1)];
    return m->taste->has_one_range || happens(m, 3, 4) ? index
                                                       : bs_add(m->pool, index, whole(m, 1, 3));
}

static bs_expr make_subscript(struct maker *m, int depth)
{
    static const char *const indices[] = {"i", "j", "k", "h", "l", "n"};
    if (m->taste->is_moderate || happens(m, 1, 4))
        return small_subscript(m);
    return happens(m, 1, 2) ? one_of(m, indices, COUNT_OF(indices)) : make(m, depth);
}

static bs_expr make_member(struct maker *m, int depth)
{
    static const char *const arrays[] = {"x",         "y",     "W",      "alpha", "w_new",
                                         "x_in",      "delta", "delta1", "x_i",   "_",
                                         "w_new_new", "e",     "w_1",    "exp",   "x_new_i"};
    const bool is_plain = m->taste->is_moderate || happens(m, 1, 2);
    const uint64_t which = bs_rng_below(m->rng, is_plain ? 2 : COUNT_OF(arrays));
    bs_expr subscripts[4];
    /* one of x and two of y: else x_13 would be a member of either kind */
    const int count = m->taste->is_moderate ? 1 + (int)which : (int)between(m, 1, 4);
    for (int i = 0; i < count; i++)
        subscripts[i] = make_subscript(m, depth);
    return bs_member(m->pool, arrays[which], count, subscripts);
}

static bs_expr make_index(struct maker *m)
{
    static const char *const indices[] = {"i", "j", "k", "h", "sum", "w_11", "x_j", "W"};
    return one_of(m, indices, m->taste->is_moderate || happens(m, 3, 4) ? 4 : COUNT_OF(indices));
}

static bs_expr make_indexed(struct maker *m, enum bs_kind kind, int depth)
{
    bs_expr index = make_index(m), from, to;
    if (m->taste->has_one_range) {
        from = m->from;
        to = m->to;
    } else if (m->taste->is_moderate) {
        const int64_t first = between(m, 0, 2);
        from = bs_integer(m->pool, first);
        to = whole(m, first - 1, first + 2);
    } else {
        from = make_subscript(m, depth);
        to = make_subscript(m, depth);
    }
    const bool has_room = m->depth_of_bound < (int)COUNT_OF(m->bound);
    if (has_room)
        m->bound[m->depth_of_bound++] = index;
    bs_expr body = make(m, depth);
    m->depth_of_bound -= has_room;
    return kind == BS_INDEXED_SUM ? bs_indexed_sum(m->pool, index, from, to, body)
                                  : bs_indexed_product(m->pool, index, from, to, body);
}

/* Of whatever in the wild; where it is to be evaluated, of what may be equal. */
static bs_expr make_delta(struct maker *m, int depth)
{
    bs_expr a = make_subscript(m, depth);
    return bs_delta(m->pool, a, make_subscript(m, depth));
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static const struct bs_func *pick_function(struct maker *m)
{
    const struct bs_func *picked = NULL;
    int64_t seen = 0; /* each of those seen so far is picked with the same probability */
    for (const struct bs_func *row = bs_func_next(NULL); row; row = bs_func_next(row))
        if ((!m->taste->takes || m->taste->takes(row)) && between(m, 1, ++seen) == 1)
            picked = row;
    return picked;
}

/* With any number of its parameters. */
static int argument_count(struct maker *m, const struct bs_func *func)
{
    enum { MANY = 4 };
    const int most = bs_func_most(func);
    if (func->arity == BS_ANY_ARITY)
        return (int)between(m, 1, MANY);
    return (int)between(m, func->arity, most < MOST_ARGUMENTS ? most : MOST_ARGUMENTS);
}

static bs_expr make_call(struct maker *m, int depth)
{
    const struct bs_func *func = pick_function(m);
    bs_expr args[MOST_ARGUMENTS];
    if (!func)
        return make_leaf(m);
    const int count = argument_count(m, func);
    for (int i = 0; i < count; i++)
        args[i] = make(m, depth);
    return bs_call(m->pool, func, func->is_indexed ? (int)between(m, 1, count) : 0, count, args);
}

static bs_expr make_power(struct maker *m, int depth)
{
    bs_expr base = make(m, depth);
    if (!m->taste->is_moderate && happens(m, 1, 2))
        return bs_power(m->pool, base, make(m, depth));
    return bs_power(m->pool, base, whole(m, -3, 3));
}

/* Written with a sign or a bar now and then, which are products and powers, too. */
static bs_expr make_product(struct maker *m, int depth)
{
    bs_expr factors[4];
    const int count = (int)between(m, 2, 4), shape = (int)between(m, 0, 4);
    for (int i = 0; i < count; i++)
        factors[i] = make(m, depth);
    if (shape == 0)
        return bs_neg(m->pool, factors[0]);
    if (shape == 1 && allows(m, BS_POWER))
        return bs_div(m->pool, factors[0], factors[1]);
    if (shape == 2 && allows(m, BS_POWER))
        factors[count - 1] = bs_power(m->pool, factors[count - 1], bs_integer(m->pool, -1));
    return bs_product(m->pool, count, factors);
}

static bs_expr make_sum(struct maker *m, int depth)
{
    bs_expr terms[4];
    const int count = (int)between(m, 2, 4);
    for (int i = 0; i < count; i++)
        terms[i] = happens(m, 1, 3) ? bs_neg(m->pool, make(m, depth)) : make(m, depth);
    return bs_sum(m->pool, count, terms);
}

static bs_expr make_cases(struct maker *m, int depth)
{
    bs_expr test = make(m, depth), above = make(m, depth);
    return bs_cases(m->pool, (enum bs_at_zero)between(m, BS_ZERO_IS_FIRST, BS_ZERO_IS_KINK), test,
                    above, make(m, depth));
}

static enum bs_kind pick_kind(struct maker *m)
{
    static const enum bs_kind kinds[] = {
        BS_SUM,     BS_SUM,   BS_SUM,   BS_PRODUCT,     BS_PRODUCT,
        BS_PRODUCT, BS_CALL,  BS_CALL,  BS_POWER,       BS_POWER,
        BS_MEMBER,  BS_DELTA, BS_CASES, BS_INDEXED_SUM, BS_INDEXED_PRODUCT};
    enum bs_kind allowed[COUNT_OF(kinds)];
    int64_t count = 0;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (allows(m, kinds[i]))
            allowed[count++] = kinds[i];
    return count ? allowed[between(m, 0, count - 1)] : BS_NUMBER;
}

static bs_expr make(struct maker *m, int depth)
{
    if (depth <= 1 || happens(m, 1, 8))
        return allows(m, BS_MEMBER) && m->depth_of_bound > 0 && happens(m, 1, 3) ? make_member(m, 1)
                                                                                 : make_leaf(m);
    const enum bs_kind kind = pick_kind(m);
    switch (kind) {
    case BS_SUM:
        return make_sum(m, depth - 1);
    case BS_PRODUCT:
        return make_product(m, depth - 1);
    case BS_POWER:
        return make_power(m, depth - 1);
    case BS_CALL:
        return make_call(m, depth - 1);
    case BS_MEMBER:
        return make_member(m, depth - 1);
    case BS_DELTA:
        return make_delta(m, depth - 1);
    case BS_CASES:
        return make_cases(m, depth - 1);
    case BS_INDEXED_SUM:
    case BS_INDEXED_PRODUCT:
        return make_indexed(m, kind, depth - 1);
    default:
        return make_leaf(m);
    }
}

bs_expr bs_random_expr(struct bs_pool *pool, struct bs_rng *rng, int depth,
                       const struct bs_taste *taste)
{
    struct maker maker = {.pool = pool, .rng = rng, .taste = taste};
    if (taste->has_one_range) {
        maker.from = whole(&maker, 0, 1);
        maker.to = happens(&maker, 1, 2) ? bs_symbol(pool, "n") : bs_integer(pool, 3);
        maker.bound[maker.depth_of_bound++] = bs_symbol(pool, "k");
    }
    return make(&maker, depth);
}
