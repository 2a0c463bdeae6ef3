#ifndef BACKSTEP_CHECK_INTERNAL_H
#define BACKSTEP_CHECK_INTERNAL_H

#include "check/diagnose.h"
#include "check/key.h"

/* Inside the room only. */

/* How many ways there are to combine conventions. */
enum { BS_CONVENTION_SETS = 8 };

struct bs_spelling {
    const char *name;
    int item;
};

struct bs_key {
    struct bs_pool *pool;
    struct bs_arena *arena; /* texts and operands */
    struct bs_item *items;
    bs_entry *entries; /* of the tape, an item each */
    int count;
    size_t capacity, entry_capacity;
    int *slots; /* items by entry: open addressing; −1: free */
    size_t slot_count;
    struct bs_spelling *spellings;
    size_t spelling_count;
    struct bs_question *questions;
    int *asked;
    int question_count;
    int fewest_figures; /* that any question wants */
    struct bs_marking marking;
    double kink;
    struct bs_catalogue *catalogue;
    struct bs_key *converted[BS_CONVENTION_SETS];
    bool is_converted[BS_CONVENTION_SETS]; /* looked for, though there may be none */
};

/* Without items, and with room for some by entry, a power of two; NULL when out of memory. */
struct bs_key *bs_key_create_empty(size_t slots);

/* Of an item whose definition is there, and whose operands are all done. */
int bs_key_find_expanded(struct bs_key *key, struct bs_item *item, struct bs_error *err);
int bs_key_find_exact(struct bs_key *key, struct bs_item *item, struct bs_error *err);

/* An expression in bounds, over a box an item, as someone comes to it who works on `item`. */
int bs_key_bounds(struct bs_interval *out, const struct bs_key *key, int item, bs_expr expr,
                  const struct bs_interval *boxes, struct bs_error *err);

/*
 * C of the design, section 8: an item's definition in bounds, and its functions written out, whose
 * parts may have been rounded, too.
 */
int bs_reach(struct bs_interval *out, const struct bs_item *item, struct bs_interval_env *env,
             struct bs_error *err);
int bs_key_reach(struct bs_interval *out, const struct bs_key *key, int item,
                 const struct bs_interval *boxes, struct bs_error *err);

/* The key's catalogue of mistakes, made when first asked for; NULL when out of memory. */
struct bs_catalogue *bs_key_catalogue(struct bs_key *key);

/*
 * The same key with definitions and values in other conventions (bits of BS_CONVENTION_SIGN and
 * BS_CONVENTION_FACTOR), the same items at the same places; itself for 0.  Owned by the key.  *out
 * is NULL where the convention changes nothing here: a loss without squares has no factor.
 */
int bs_key_in_convention(const struct bs_key **out, struct bs_key *key, unsigned conventions,
                         struct bs_error *err);

#endif
