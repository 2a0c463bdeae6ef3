#ifndef BACKSTEP_CHECK_MUTATE_H
#define BACKSTEP_CHECK_MUTATE_H

#include "check/mistake.h"

/*
 * Inside the room only.  A kind of mistake is a row: its name, its sentence in both languages, and
 * how its mutants are made.  In a sentence {1} is the item that belongs there, {2} what was taken
 * in its place, {3} the piece that it is about, {f} the function whose value or slope that is.
 */
struct bs_mutation;
struct bs_site;

struct bs_mistake_row {
    enum bs_mistake_kind kind;
    const char *name;
    const char *english, *chinese;
    /* Of a definition as a whole, and at each part of it; either may be NULL. */
    void (*whole)(struct bs_mutation *mutation);
    void (*at)(struct bs_mutation *mutation, const struct bs_site *site);
};

/* In the order in which mistakes are common; ended by BS_NO_MISTAKE. */
extern const struct bs_mistake_row bs_mistake_rows[];

/* How early the kind comes in that order, from 0. */
int bs_mistake_rank(enum bs_mistake_kind kind);

/* A definition that is being changed. */
struct bs_mutation {
    struct bs_key *key;
    struct bs_pool *pool;
    int item;
    bs_expr definition;
    enum bs_mistake_kind kind; /* being made */
    struct bs_mutants *out;
    size_t of_kind;      /* made of it so far */
    bool *is_later;      /* an item each: does it depend on `item`?  Itself, too */
    double *points[3];   /* numbers for all items, to tell functions apart */
    double (*prints)[3]; /* of each mutant made, its values there; the definition's first */
    size_t print_capacity;
    int visits;
    int status;
    struct bs_error *err;
};

/* Where in a definition: the part, and the way up from it. */
struct bs_site {
    bs_expr part;
    const struct bs_site *up; /* NULL: it is the definition */
    int index;                /* of the part in that */
};

/* The makers, in mutate_whole.c and mutate_part.c. */
typedef void bs_make_whole(struct bs_mutation *mutation);
typedef void bs_make_part(struct bs_mutation *mutation, const struct bs_site *site);

bs_make_whole bs_make_sign, bs_make_updated, bs_make_old, bs_make_input, bs_make_transposed,
    bs_make_relative, bs_make_doubled, bs_make_halved, bs_make_slipped;
bs_make_part bs_make_slope_dropped, bs_make_rate, bs_make_activation_dropped, bs_make_mirrored,
    bs_make_slope_of_value, bs_make_slope_elsewhere, bs_make_overwritten, bs_make_term_dropped,
    bs_make_term_flipped, bs_make_factor, bs_make_square;

/* Add a mutant, of the kind being made; nothing when the definition is NULL or not a new one. */
void bs_add_mutant(struct bs_mutation *mutation, int part, int taken, bs_expr piece,
                   bs_expr definition);

/*
 * Has the pool built it?  A refusal, too deep or too large a number, is a mutant less; memory is an
 * error.  To be asked once of each NULL.
 */
bool bs_is_built(struct bs_mutation *mutation, bs_expr expr);

/* The definition with another part there. */
bs_expr bs_put_at(struct bs_mutation *mutation, const struct bs_site *site, bs_expr part);

/* The item that a ref is, or −1. */
static inline int bs_item_of(bs_expr expr)
{
    return expr && expr->kind == BS_REF ? (int)expr->u.ref : -1;
}

#endif
