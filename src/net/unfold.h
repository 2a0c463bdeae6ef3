#ifndef BACKSTEP_NET_UNFOLD_H
#define BACKSTEP_NET_UNFOLD_H

#include "net/places.h"

/* Inside the room: patterns written out for one member, and solved for those that use it. */

struct bs_unfolding {
    const struct bs_places *places;
    struct bs_pool *pool;
    bs_operand *leaf;
    void *context;
};

/* Definitions; NULL when out of memory. */
bs_expr bs_unfold_member(const struct bs_unfolding *unfolding, const struct bs_place *place);

/* Is a definition a plain sum; and then its terms that mention a quantity, NULL: out of memory. */
bool bs_unfold_has_part(const struct bs_places *places, const struct bs_place *place,
                        const struct bs_place *used);
bs_expr bs_unfold_part(const struct bs_unfolding *unfolding, const struct bs_place *place,
                       const struct bs_place *used);
bs_expr bs_unfold_sample_loss(const struct bs_unfolding *unfolding, int sample);
bs_expr bs_unfold_mean_loss(const struct bs_unfolding *unfolding);
bs_expr bs_unfold_fused(const struct bs_unfolding *unfolding, const struct bs_place *place);

/* Ordinals, ascending. */
struct bs_users {
    int64_t *items;
    size_t count, capacity;
};

void bs_users_finish(struct bs_users *users);

/* Replace the list by the users of a quantity; false when out of memory. */
bool bs_unfold_users(struct bs_users *users, const struct bs_places *places,
                     const struct bs_place *place);

#endif
