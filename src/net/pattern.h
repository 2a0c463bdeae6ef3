#ifndef BACKSTEP_NET_PATTERN_H
#define BACKSTEP_NET_PATTERN_H

#include "expr/expr.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The definition of all members of an array at once, by index: a pattern is a list of groups, each
 * a sum over bound indices of products of members of arrays,
 *
 *     z[o, r, c] = Σ_{i,u,v} K[o, i, u, v]·x[i, s·r + u − p, s·c + v − p]  +  b[o],
 *
 * where each place is a constant and at most two variables times a factor.  A product with a member
 * outside its array is left out (padding; the state before the first step); what is read and has no
 * steps is outside at all steps but the first.  From a pattern come
 * the operands of a member, in the order of its definition, and, solved the other way round, the
 * members that use another; so no layer says twice what depends on what.
 */
enum { BS_MOST_INDICES = 4 };

/* The variables of a pattern: those of the member defined, then those bound in a group. */
enum bs_variable {
    BS_SAMPLE,
    BS_STEP,
    BS_INDEX, /* the first of BS_MOST_INDICES */
    BS_BOUND = BS_INDEX + BS_MOST_INDICES,
    BS_MOST_BOUND = 5,
    BS_VARIABLES = BS_BOUND + BS_MOST_BOUND,
    BS_PLACES = BS_BOUND, /* sample, step, indices: what a member is found by */
};

/*
 * constant + factor·variable + factor·variable; a factor of 0: not there.  A divisor above 1 takes
 * the whole part of variable/divisor instead of the variable (the group that a channel is of).
 */
struct bs_index_term {
    int variable, factor, divisor;
};

struct bs_index {
    int constant;
    struct bs_index_term terms[2];
};

struct bs_index bs_index_of(int variable);
struct bs_index bs_index_shifted(int variable, int by);
/* a·factor + b + by */
struct bs_index bs_index_sum(int a, int factor, int b, int b_factor, int by);

enum bs_source {
    BS_OWN,    /* an array of the stage itself */
    BS_IN,     /* what the stage reads, in its shape stage->in */
    BS_BESIDE, /* the second thing it reads */
};

struct bs_access {
    enum bs_source source;
    int array;                     /* of its own */
    struct bs_index at[BS_PLACES]; /* those that the array has; the others are passed over */
    int cut; /* above 0: no slope goes back where the member's step is a multiple of it */
};

enum { BS_MOST_FACTORS = 2 };

/* A sum over `bound` variables from 0 to their sizes − 1 of a product of members. */
struct bs_group {
    int factors;
    struct bs_access factor[BS_MOST_FACTORS];
    int bound;
    int size[BS_MOST_BOUND];
    const char *letters; /* of the bound variables, "iuv", for the general form of a sum */
};

enum { BS_MOST_GROUPS = 4 };

struct bs_pattern {
    int count;
    struct bs_group groups[BS_MOST_GROUPS];
    bool is_sum; /* the definition is the sum of the groups, and can be shown by index */
};

/* The indices of the kth member of an array, the last running fastest; and which one has them. */
void bs_spread(int *index, int64_t k, int rank, const int *size);
int64_t bs_gather(const int *index, int rank, const int *size);

/* Members of the sample and step at hand; parameters and others have neither. */
void bs_access_here(struct bs_access *access, enum bs_source source, int array);

/* A group of one member, or of two multiplied, without bound variables; gives it to be completed.
 */
struct bs_group *bs_pattern_add(struct bs_pattern *pattern, int factors);

#endif
