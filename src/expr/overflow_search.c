/* Looking for a point at which a value in double goes wrong. */
#include "expr/overflow.h"

#include "expr/node.h"

#include "base/interrupt.h"
#include "base/rng.h"

/* How the leaves of a point lie, in units of its magnitude. */
enum shape { EQUAL, EQUAL_BELOW, ALTERNATING, ALTERNATING_BELOW, ONE, ONE_BELOW, SPREAD, RANDOM };

enum { RANDOM_POINTS = 32 }; /* of each magnitude */

/* From ordinary ones over those at which e^x leaves the range of doubles to the largest. */
static const double MAGNITUDES[] = {1,   30,   100,  400,   720,   800,   1e3,   1e4,
                                    1e8, 1e16, 1e50, 1e100, 1e155, 1e200, 1e300, 1e308};

struct search {
    struct bs_env *fixed;
    struct bs_pool *pool;
    struct bs_point *point;
    struct bs_rng rng;
    enum shape shape;
    double magnitude;
};

static double coordinate(struct search *search, size_t k)
{
    const bool is_first = k == 0, is_even = k % 2 == 0;
    switch (search->shape) {
    case EQUAL:
        return 1;
    case EQUAL_BELOW:
        return -1;
    case ALTERNATING:
        return is_even ? 1 : -1;
    case ALTERNATING_BELOW:
        return is_even ? -1 : 1;
    case ONE:
        return is_first;
    case ONE_BELOW:
        return -(double)is_first;
    case SPREAD:
        return 1 - (double)(k % 5) / 2;
    case RANDOM:
        break;
    }
    return bs_rng_between(&search->rng, -1, 1);
}

/* A leaf that is not fixed gets its value when it is first asked for. */
static int leaf_of_search(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct search *search = context;
    int status = search->fixed->leaf(value, search->fixed->context, leaf, err);
    if (status != BS_REFUSED)
        return status;
    if (bs_point_find(value, search->point, leaf))
        return BS_OK;
    *value = search->magnitude * coordinate(search, search->point->count);
    return bs_point_add(search->point, search->pool, leaf, *value, err);
}

static int try_shape(struct bs_overflow *out, struct search *search, bs_expr expr,
                     struct bs_error *err)
{
    struct bs_env env = {.leaf = leaf_of_search, .context = search, .kink = search->fixed->kink};
    const int points = search->shape == RANDOM ? RANDOM_POINTS : 1;
    int status = BS_OK;
    out->what = BS_NO_FAULT;
    for (int i = 0; i < points && status == BS_OK && out->what == BS_NO_FAULT; i++) {
        search->point->count = 0;
        status = bs_explain_overflow(out, search->pool, expr, &env, err);
        if (status == BS_OK && bs_is_interrupted())
            status = bs_fail_interrupted(err);
    }
    return status;
}

int bs_find_overflow(struct bs_overflow *out, struct bs_point *point, struct bs_pool *pool,
                     bs_expr expr, struct bs_env *fixed, struct bs_error *err)
{
    struct search search = {.fixed = fixed, .pool = pool, .point = point};
    *point = (struct bs_point){0};
    bs_rng_seed(&search.rng, 1);
    for (size_t i = 0; i < sizeof MAGNITUDES / sizeof *MAGNITUDES; i++) {
        search.magnitude = MAGNITUDES[i];
        for (search.shape = EQUAL; search.shape <= RANDOM; search.shape++) {
            int status = try_shape(out, &search, expr, err);
            if (status < 0 || out->what != BS_NO_FAULT)
                return status;
        }
    }
    bs_point_finish(point);
    return BS_OK;
}
