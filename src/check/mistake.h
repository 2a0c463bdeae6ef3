#ifndef BACKSTEP_CHECK_MISTAKE_H
#define BACKSTEP_CHECK_MISTAKE_H

#include "check/key.h"

/*
 * The ways people go wrong, as changes of a definition.  A kind is one row of the table in
 * mistake.c: its name for programs, its sentences, and the function that makes its mutants.
 */
enum bs_mistake_kind {
    BS_NO_MISTAKE,
    BS_SIGN_FLIPPED,         /* −D */
    BS_FACTOR_DROPPED,       /* one factor of a product; `part` where it is an item */
    BS_RATE_DROPPED,         /* that factor is the learning rate */
    BS_SLOPE_DROPPED,        /* y·(1 − y), relu'(z), ... */
    BS_SLOPE_OF_VALUE,       /* the function's value in place of its slope: y for y·(1 − y) */
    BS_SLOPE_AT_WRONG_VALUE, /* z·(1 − z) for y·(1 − y) */
    BS_ACTIVATION_DROPPED,   /* z for f(z) */
    BS_ACTIVATION_MIRRORED,  /* f(−z) */
    BS_INPUT_FOR_OUTPUT,     /* z for a, where a unit's output is used */
    BS_UPDATED_FOR_OLD,      /* w' for w */
    BS_OLD_FOR_UPDATED,      /* w for w', b_1 for b_1' */
    BS_TRANSPOSED,           /* w_jh for w_hj */
    BS_RELATIVE_TAKEN,       /* x_2 for x_1, another unit or weight */
    BS_TERM_DROPPED,         /* one term of a sum; `part` where it is an item: a bias */
    BS_TERM_OVERWRITTEN,     /* of a gradient that adds up, one term alone */
    BS_TERM_FLIPPED,         /* subtracted for added */
    BS_SQUARE_DROPPED,       /* x for x² */
    BS_DOUBLED,              /* 2·D: ½ forgotten */
    BS_HALVED,               /* ½·D */
    BS_POINT_SLIPPED,        /* 10·D or D/10 */
    BS_DIGITS_TRANSPOSED,    /* two neighbouring digits of the right number change places */
};

enum { BS_MISTAKE_KINDS = BS_DIGITS_TRANSPOSED + 1 };

/* A mistake: what kind, and about which items, for its wording. */
struct bs_mistake {
    enum bs_mistake_kind kind;
    int part;      /* the item that was left out, or should have been taken; or −1 */
    int taken;     /* the item taken in its place; or −1 */
    bs_expr piece; /* the factor or term it is about, in the key's pool; or NULL */
};

struct bs_mutant {
    struct bs_mistake mistake;
    bs_expr definition; /* over the key's items, also later ones (w' for w); none is circular */
};

struct bs_mutants {
    struct bs_mutant *items;
    size_t count, capacity;
};

/* For programs: "sign-flipped", "rate-dropped", ... */
const char *bs_mistake_name(enum bs_mistake_kind kind);

/* For people, in a list: "the wrong sign"; Chinese where `lang` is "zh". */
const char *bs_mistake_noun(enum bs_mistake_kind kind, const char *lang);

/*
 * Every change of a definition over the key's items that some kind makes, the common ones first;
 * two that give the same number whatever the items are (½ dropped, doubled) are one, the first.
 * BS_DIGITS_TRANSPOSED is of numbers, not of definitions, and is not among them.  `item` is whose
 * definition it is.  To be finished unless it fails.
 */
int bs_mutate(struct bs_mutants *out, struct bs_key *key, int item, bs_expr definition,
              struct bs_error *err);
void bs_mutants_finish(struct bs_mutants *mutants);

/* "the learning rate η is missing", without a full stop; Chinese where `lang` is "zh". */
void bs_mistake_put(struct bs_buf *buf, const struct bs_key *key, const struct bs_mistake *mistake,
                    const char *lang);

#endif
