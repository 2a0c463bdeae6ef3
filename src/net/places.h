#ifndef BACKSTEP_NET_PLACES_H
#define BACKSTEP_NET_PLACES_H

#include "net/layout.h"
#include "net/stack.h"

/*
 * The quantities of a run of samples through a stack, in the order of its tape, by arithmetic: as
 * net/layout.h has those of a dense network and one sample.  Nothing is in proportion to the
 * network but what is asked for: an entry's operands, and its users.
 *
 * The order is: inputs, targets, the parameters (stage by stage), the rate, what is drawn; then the
 * values stage by stage, of a sequence step by step; then the loss of each sample, where there are
 * several, and the loss.
 */

enum bs_place_kind {
    BS_PLACE_MEMBER, /* of an array of a stage */
    BS_PLACE_INPUT,
    BS_PLACE_TARGET,
    BS_PLACE_RATE,
    BS_PLACE_SAMPLE_LOSS,
    BS_PLACE_LOSS,
};

/* Places count from 0.  Those that a quantity does not have are 0. */
struct bs_place {
    enum bs_place_kind kind;
    int stage, array;
    int at[BS_PLACES]; /* sample, step, indices */
};

struct bs_places;

/* Refused: more quantities than a tape has (2^28).  The architecture must outlive it. */
int bs_places_create(struct bs_places **out, const struct bs_arch *arch, size_t samples,
                     bool has_rate, struct bs_error *err);
void bs_places_destroy(struct bs_places *places); /* NULL is fine */

const struct bs_arch *bs_places_arch(const struct bs_places *places);
size_t bs_places_samples(const struct bs_places *places);
int64_t bs_places_count(const struct bs_places *places);
int64_t bs_places_givens(const struct bs_places *places); /* the first so many */

/* The parameters stand side by side: how many, and the first. */
int64_t bs_places_parameters(const struct bs_places *places);
int64_t bs_places_first_parameter(const struct bs_places *places);

struct bs_place bs_places_at(const struct bs_places *places, int64_t ordinal);
int64_t bs_places_find(const struct bs_places *places, const struct bs_place *place); /* or −1 */

/* The indices that a member has, besides its sample; whether it has steps and samples. */
struct bs_extents {
    bool has_samples;
    int steps;
    int rank, size[BS_MOST_INDICES];
};

struct bs_extents bs_places_extents(const struct bs_places *places, const struct bs_place *place);

/* The place of a member among the numbers of its array, as struct bs_array has them. */
size_t bs_places_number(const struct bs_places *places, const struct bs_place *place);

/* The definition over its operands; NULL of a given, and when out of memory (the pool knows). */
bs_expr bs_places_define(const struct bs_places *places, struct bs_pool *pool, int64_t ordinal,
                         bs_operand *leaf, void *context);

/* Is c's definition a plain sum; and then its terms that mention q, NULL when out of memory. */
bool bs_places_has_part(const struct bs_places *places, int64_t c, int64_t q);
bs_expr bs_places_define_part(const struct bs_places *places, struct bs_pool *pool, int64_t c,
                              int64_t q, bs_operand *leaf, void *context);

/* Is ∂E/∂q fused of output and loss, and that. */
bool bs_places_has_fused(const struct bs_places *places, int64_t ordinal);
bs_expr bs_places_define_fused(const struct bs_places *places, struct bs_pool *pool,
                               int64_t ordinal, bs_operand *leaf, void *context);

/*
 * Whose definitions mention the quantity, in tape order.  Kept until another quantity's are asked
 * for; −1 when out of memory.
 */
int64_t bs_places_user_count(struct bs_places *places, int64_t ordinal);
int64_t bs_places_user(struct bs_places *places, int64_t ordinal, int64_t k);

/*
 * The backward order: the loss, the losses of the samples; the values of the last stage, of its
 * last step, its last array, ...; then the parameters, last stage first.
 */
int64_t bs_places_backward_count(const struct bs_places *places);
int64_t bs_places_backward(const struct bs_places *places, int64_t k);
int64_t bs_places_backward_rank(const struct bs_places *places, int64_t ordinal); /* or −1 */

#endif
