#ifndef BACKSTEP_EXPR_EXPR_H
#define BACKSTEP_EXPR_EXPR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Symbolic expressions.  Nodes are immutable and interned in a pool: equal expressions are the same
 * pointer.  Operands keep the order in which they were written, so that a printed line is
 * evaluated as it reads, left to right.  A pool frees all its nodes together and must outlive them.
 *
 * Constructors are total: they give NULL when an operand is NULL, when out of memory or when the
 * expression would be deeper than BS_MAX_DEPTH; the pool remembers why (bs_pool_error).  So a
 * formula may be built in one go and tested once.
 */
struct bs_pool;
struct bs_func;
typedef const struct bs_node *bs_expr;

enum { BS_MAX_DEPTH = 400, BS_MOST_SIZE = 1 << 30 };

enum bs_kind {
    BS_NUMBER,          /* an exact rational, or a double that is none */
    BS_SYMBOL,          /* a name: x, w_11, n */
    BS_REF,             /* an entry of a tape, by id; has no name of its own */
    BS_MEMBER,          /* of an array, by its subscripts args[]: x_j, w_hj, a_(k−1) */
    BS_SUM,             /* args[0] + args[1] + ... */
    BS_PRODUCT,         /* args[0]·args[1]·...; a quotient has factors x^-1 */
    BS_POWER,           /* args[0]^args[1] */
    BS_CALL,            /* func(args...), or func_k(args...) of an indexed function */
    BS_INDEXED_SUM,     /* the sum of args[3] for the symbol args[0] from args[1] to args[2] */
    BS_INDEXED_PRODUCT, /* the product, likewise; of no factors it is 1 */
    BS_DELTA,           /* Kronecker's: 1 where args[0] = args[1], else 0 */
    BS_PARTIAL,         /* ∂args[0]/∂args[1], named and not worked out */
    BS_CASES,           /* args[1] where args[0] > 0, args[2] where it is < 0; see bs_at_zero */
};

/* What cases are where the test is 0: the first branch, the second, or by the kink policy. */
enum bs_at_zero {
    BS_ZERO_IS_FIRST,  /* cases(x >= 0, a, b) */
    BS_ZERO_IS_SECOND, /* cases(x > 0, a, b) */
    BS_ZERO_IS_KINK,   /* cases(x, a, b): b + kink·(a − b), see struct bs_env */
};

struct bs_node {
    enum bs_kind kind;
    uint32_t hash;
    /*
     * A bit for each symbol, array and ref in it, by hash: no common bit, not contained.  A symbol
     * has the bit of its stem (x of x_1), which is also that of an array whose x_j may be x_1.
     */
    uint64_t leaves;
    int depth;     /* 1 for a leaf */
    int count;     /* operands */
    uint32_t size; /* nodes, counted wherever they stand, a name as four; at most BS_MOST_SIZE */
    union {
        struct {
            int64_t num, den; /* den > 0, lowest terms; den == 0: the double `real` */
            double real;      /* always the nearest double */
        } number;
        const char *name; /* of a symbol; of a member: its array's, x of x_j */
        int64_t ref;
        enum bs_at_zero at_zero;
        struct {
            const struct bs_func *func;
            int index; /* 1-based for an indexed function, else 0 */
        } call;
    } u;
    struct bs_memo *memo; /* working space of the passes over an expression */
    bs_expr args[];
};

struct bs_pool *bs_pool_create(void); /* NULL when out of memory */
void bs_pool_destroy(struct bs_pool *pool);
size_t bs_pool_size(const struct bs_pool *pool); /* bytes held */

/* Why the last constructor gave NULL, into *err; clears it.  Gives its status. */
int bs_pool_error(struct bs_pool *pool, struct bs_error *err);

/* Leaves.  A rational is reduced; bs_real keeps a short decimal (0.35) as the rational 7/20. */
bs_expr bs_integer(struct bs_pool *pool, int64_t value);
bs_expr bs_rational(struct bs_pool *pool, int64_t num, int64_t den); /* den != 0 */
bs_expr bs_real(struct bs_pool *pool, double value);                 /* refused unless finite */
bs_expr bs_symbol(struct bs_pool *pool, const char *name);
bs_expr bs_symbol_n(struct bs_pool *pool, const char *name, size_t length);
bs_expr bs_ref(struct bs_pool *pool, int64_t id);

/*
 * As written: nothing is reordered or evaluated, except that an operand 0 that is itself a sum
 * (product) is opened, that minus and divide act on plain numbers at once (-2, 1/2), and that a
 * sum (product) of one operand is that operand.  No operands: 0 (1).
 */
bs_expr bs_sum(struct bs_pool *pool, int count, const bs_expr *terms);
bs_expr bs_product(struct bs_pool *pool, int count, const bs_expr *factors);
bs_expr bs_add(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_sub(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_mul(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_div(struct bs_pool *pool, bs_expr a, bs_expr b);
bs_expr bs_neg(struct bs_pool *pool, bs_expr a);
bs_expr bs_power(struct bs_pool *pool, bs_expr base, bs_expr exponent);
bs_expr bs_call(struct bs_pool *pool, const struct bs_func *func, int index, int count,
                const bs_expr *args);

/*
 * The member of an array.  Where all subscripts are whole numbers from 0 it is a symbol: x_3, w_12,
 * or w_12_1 when one has several digits.
 */
bs_expr bs_member(struct bs_pool *pool, const char *array, int count, const bs_expr *subscripts);

/* Refused: an index that is no symbol. */
bs_expr bs_indexed_sum(struct bs_pool *pool, bs_expr index, bs_expr from, bs_expr to, bs_expr body);
bs_expr bs_indexed_product(struct bs_pool *pool, bs_expr index, bs_expr from, bs_expr to,
                           bs_expr body);

bs_expr bs_delta(struct bs_pool *pool, bs_expr a, bs_expr b);

/* Of quantities by their names: symbols or members.  It has no value and no derivative. */
bs_expr bs_partial(struct bs_pool *pool, bs_expr of, bs_expr by);
bs_expr bs_cases(struct bs_pool *pool, enum bs_at_zero at_zero, bs_expr test, bs_expr above,
                 bs_expr below);

/* The node with other operands (as many), built by the constructor of its kind. */
bs_expr bs_with_args(struct bs_pool *pool, bs_expr expr, const bs_expr *args);

bool bs_binds_index(bs_expr expr); /* an indexed sum or product: args[0] is its own in args[3] */
bool bs_is_number(bs_expr expr);
bool bs_is_exact(bs_expr expr);                  /* a rational number */
bool bs_is_integer(bs_expr expr, int64_t value); /* exactly that */
double bs_number_value(bs_expr expr);            /* of a number */

/* A copy of an expression in another pool. */
bs_expr bs_import(struct bs_pool *pool, bs_expr expr);

/*
 * Replace leaves: give a node of `pool` in place of a symbol or ref, or the leaf itself.  The index
 * of a sum is a symbol like any other here: only another symbol can take its place.
 */
typedef bs_expr bs_leaf_map(void *context, struct bs_pool *pool, bs_expr leaf);
bs_expr bs_map_leaves(struct bs_pool *pool, bs_expr expr, bs_leaf_map *map, void *context);

/* Replace every part that is `from` by `to`, from the outside in. */
bs_expr bs_replace(struct bs_pool *pool, bs_expr expr, bs_expr from, bs_expr to);

bool bs_contains(bs_expr expr, bs_expr part);
bool bs_has_kind(bs_expr expr, enum bs_kind kind); /* itself or a part */

/*
 * Call `visit` once for each different symbol and ref, in the order of reading, until one call
 * gives something other than 0, which is then the result.
 */
typedef int bs_leaf_visit(void *context, bs_expr leaf);
int bs_visit_leaves(bs_expr expr, bs_leaf_visit *visit, void *context);

#endif
