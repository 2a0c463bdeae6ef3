#ifndef BACKSTEP_EXPR_WALK_H
#define BACKSTEP_EXPR_WALK_H

#include "expr/eval.h"

/*
 * Inside the room only.  Evaluation is one walk over an expression, whatever its values are made
 * of: the walk binds indices, keeps the value of each shared part, runs over sums and chooses
 * branches; an arithmetic says what a value is and how two make a third.
 */

/* Where a part overflowed or underflowed on the way to a value: overflow.c. */
struct bs_origin;

struct bs_traced {
    double value;
    struct bs_origin *origin; /* what made the value infinite, nan or 0; NULL when nothing did */
};

/* A value in one of the arithmetics: which one, the walk knows. */
union bs_quantity {
    struct bs_valued sized;
    double _Complex z;
    struct bs_interval interval;
    struct bs_fraction fraction;
    struct bs_traced traced;
};

/* Where the test of cases may be; several bits where it is not known to be a single number. */
enum bs_side {
    BS_SIDE_ABOVE = 1,
    BS_SIDE_BELOW = 2,
    BS_SIDE_ZERO = 4,
};

/*
 * What has an index, or a parameter of a function, as its value.  A chain of them, the innermost
 * first, ends in one that binds nothing.  Parts are evaluated in the innermost scope that binds
 * something in them, and keep their value as long as its stamp is in force.
 */
struct bs_scope {
    const struct bs_scope *outer;
    const char *name; /* what is bound; NULL at the end of the chain */
    uint64_t leaves;  /* as of a node: parts that share none of its bits cannot mention it */
    bool is_index;    /* of a sum or product; a parameter is none */
    union bs_quantity value;
    uint64_t stamp;
};

struct bs_walk {
    const struct bs_arithmetic *arithmetic;
    void *env; /* of the arithmetic */
    struct bs_error *err;
    double kink;
    int terms; /* of indexed sums and products, so far */
};

/*
 * An operation gets the node that it is part of, and the scope, to say where it went wrong.  It
 * gives BS_OK or a negative status with walk->err filled.
 */
struct bs_place {
    bs_expr expr;
    const struct bs_scope *scope;
    struct bs_walk *walk;
};

typedef int bs_combine(union bs_quantity *left, const union bs_quantity *right,
                       const struct bs_place *place); /* left becomes left ∘ right */

struct bs_arithmetic {
    int (*number)(union bs_quantity *out, bs_expr number, struct bs_walk *walk);
    int (*leaf)(union bs_quantity *out, bs_expr leaf, struct bs_walk *walk);
    int (*real)(union bs_quantity *out, double value, struct bs_walk *walk);
    bs_combine *add, *multiply, *divide, *power;
    bs_combine *delta; /* 1 where they are equal, else 0 */
    bs_combine *join;  /* either; NULL: the test of cases is on one side only */
    int (*call)(union bs_quantity *out, const union bs_quantity *args,
                const struct bs_place *place);
    unsigned (*sides)(const union bs_quantity *test, struct bs_walk *walk); /* 0 of nan */
    double (*approximate)(const union bs_quantity *value); /* nan: it is no single number */
};

int bs_walk(union bs_quantity *out, bs_expr expr, struct bs_walk *walk);

/* In a scope, as for a part of the expression under way. */
int bs_walk_in(union bs_quantity *out, bs_expr expr, struct bs_walk *walk,
               const struct bs_scope *scope);

/* Of an indexed sum or product, and of a member. */
int bs_walk_indexed(union bs_quantity *out, const struct bs_place *place);
int bs_walk_member(union bs_quantity *out, const struct bs_place *place);

/* Is it a whole number below a million in size?  Indices, subscripts and bounds are. */
bool bs_is_whole(double value);

/* One side of 0, by comparison. */
unsigned bs_side_of(double value);

/* What is bound to the name here; NULL when it is free. */
const struct bs_scope *bs_find_binding(const struct bs_scope *scope, const char *name);

#endif
