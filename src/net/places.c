/*
 * Quantities by arithmetic.  The ordinals are cut into sections: an array that stands for itself,
 * or all arrays of a stage that have steps, which stand step by step,
 *
 *     step 1: array, array, ... | step 2: array, array, ... | ...
 *
 * Inside, an array has its samples one after the other, and each sample its members.
 */
#include "net/places.h"

#include "base/mem.h"
#include "net/loss.h"
#include "net/unfold.h"

#include <assert.h>
#include <string.h>

enum { SECTIONS_BESIDE = 5, MOST_QUANTITIES = 1 << 28 };
enum { ALL_TIMED = -1 };

struct section {
    enum bs_place_kind kind;
    int stage, array; /* ALL_TIMED: those of the stage with steps */
    int64_t first, count;
    int64_t rank; /* in the backward order; −1: not in it */
};

struct bs_places {
    const struct bs_arch *arch;
    int samples;
    int64_t count, givens, first_parameter, parameters, backward;
    struct bs_users users; /* of users_of */
    int64_t users_of;
    int sections;
    struct section section[];
};

const struct bs_arch *bs_places_arch(const struct bs_places *places)
{
    return places->arch;
}

size_t bs_places_samples(const struct bs_places *places)
{
    return (size_t)places->samples;
}

int64_t bs_places_count(const struct bs_places *places)
{
    return places->count;
}

int64_t bs_places_givens(const struct bs_places *places)
{
    return places->givens;
}

int64_t bs_places_parameters(const struct bs_places *places)
{
    return places->parameters;
}

int64_t bs_places_first_parameter(const struct bs_places *places)
{
    return places->first_parameter;
}

/* ---- extents --------------------------------------------------------------------------------- */

static struct bs_extents extents_of_shape(const struct bs_shape *shape)
{
    struct bs_extents extents = {.has_samples = true, .steps = shape->steps, .rank = shape->rank};
    memcpy(extents.size, shape->size, sizeof shape->size);
    return extents;
}

static struct bs_extents extents_of_array(const struct bs_array *array)
{
    struct bs_extents extents = {array->has_samples, array->steps, array->rank, {0}};
    memcpy(extents.size, array->size, sizeof array->size);
    return extents;
}

static const struct bs_stage *stage_of(const struct bs_places *places, int stage)
{
    return &places->arch->stack->stages[stage];
}

struct bs_extents bs_places_extents(const struct bs_places *places, const struct bs_place *place)
{
    switch (place->kind) {
    case BS_PLACE_MEMBER:
        return extents_of_array(&stage_of(places, place->stage)->arrays[place->array]);
    case BS_PLACE_INPUT:
        return extents_of_shape(&places->arch->stack->in);
    case BS_PLACE_TARGET:
        return extents_of_shape(&places->arch->stack->out);
    case BS_PLACE_SAMPLE_LOSS:
        return (struct bs_extents){.has_samples = true};
    default:
        return (struct bs_extents){0};
    }
}

static int64_t members(const struct bs_extents *extents)
{
    int64_t count = 1;
    for (int i = 0; i < extents->rank; i++)
        count *= extents->size[i];
    return count;
}

static int64_t samples_of(const struct bs_places *places, const struct bs_extents *extents)
{
    return extents->has_samples ? places->samples : 1;
}

/* ---- sections -------------------------------------------------------------------------------- */

static void add_section(struct bs_places *places, struct section section)
{
    section.first = places->count;
    section.rank = -1;
    places->count += section.count;
    places->section[places->sections++] = section;
}

/* An array, or inputs or targets, as a whole. */
static void add_whole(struct bs_places *places, enum bs_place_kind kind, int stage, int array)
{
    const struct bs_place place = {.kind = kind, .stage = stage, .array = array};
    const struct bs_extents extents = bs_places_extents(places, &place);
    const int64_t steps = extents.steps ? extents.steps : 1;
    add_section(places, (struct section){.kind = kind,
                                         .stage = stage,
                                         .array = array,
                                         .count = samples_of(places, &extents) * steps *
                                                  members(&extents)});
}

static void add_arrays(struct bs_places *places, bool (*is_wanted)(const struct bs_array *array))
{
    for (int s = 0; s < places->arch->stack->count; s++)
        for (int a = 0; a < stage_of(places, s)->array_count; a++)
            if (is_wanted(&stage_of(places, s)->arrays[a]))
                add_whole(places, BS_PLACE_MEMBER, s, a);
}

static bool is_parameter(const struct bs_array *array)
{
    return array->role == BS_ARRAY_WEIGHT || array->role == BS_ARRAY_BIAS;
}

static bool is_drawn(const struct bs_array *array)
{
    return array->role == BS_ARRAY_DRAWN;
}

static bool is_timed(const struct bs_array *array)
{
    return array->role == BS_ARRAY_VALUE && array->steps > 0;
}

/* How many members an array of values has at a step, of all samples. */
static int64_t at_step(const struct bs_places *places, const struct bs_array *array)
{
    return (array->has_samples ? places->samples : 1) * (int64_t)array->count;
}

static int64_t all_at_step(const struct bs_places *places, const struct bs_stage *stage)
{
    int64_t count = 0;
    for (int a = 0; a < stage->array_count; a++)
        if (is_timed(&stage->arrays[a]))
            count += at_step(places, &stage->arrays[a]);
    return count;
}

/* The steps of a stage's values: all that have steps have as many. */
static int steps_of(const struct bs_stage *stage)
{
    for (int a = 0; a < stage->array_count; a++)
        if (is_timed(&stage->arrays[a]))
            return stage->arrays[a].steps;
    return 0;
}

static void add_values(struct bs_places *places, int s)
{
    const struct bs_stage *stage = stage_of(places, s);
    for (int a = 0; a < stage->array_count; a++)
        if (stage->arrays[a].role == BS_ARRAY_VALUE && !is_timed(&stage->arrays[a]))
            add_whole(places, BS_PLACE_MEMBER, s, a);
    if (steps_of(stage))
        add_section(places,
                    (struct section){.kind = BS_PLACE_MEMBER,
                                     .stage = s,
                                     .array = ALL_TIMED,
                                     .count = steps_of(stage) * all_at_step(places, stage)});
}

static void add_sections(struct bs_places *places, bool has_rate)
{
    add_whole(places, BS_PLACE_INPUT, 0, 0);
    add_whole(places, BS_PLACE_TARGET, 0, 0);
    places->first_parameter = places->count;
    add_arrays(places, is_parameter);
    places->parameters = places->count - places->first_parameter;
    if (has_rate)
        add_whole(places, BS_PLACE_RATE, 0, 0);
    add_arrays(places, is_drawn);
    places->givens = places->count;
    for (int s = 0; s < places->arch->stack->count; s++)
        add_values(places, s);
    if (places->samples > 1)
        add_whole(places, BS_PLACE_SAMPLE_LOSS, 0, 0);
    add_whole(places, BS_PLACE_LOSS, 0, 0);
}

static bool is_forward(const struct bs_places *places, const struct section *section)
{
    return section->first >= places->givens;
}

static bool holds_parameters(const struct bs_places *places, const struct section *section)
{
    return section->first >= places->first_parameter &&
           section->first < places->first_parameter + places->parameters;
}

/* What is computed, last first; then the parameters of the last stage, in their order, ... */
static void rank_sections(struct bs_places *places)
{
    int i = places->sections - 1;
    for (; i >= 0 && is_forward(places, &places->section[i]); i--) {
        places->section[i].rank = places->backward;
        places->backward += places->section[i].count;
    }
    for (; i >= 0; i--) {
        int first = i;
        if (!holds_parameters(places, &places->section[i]))
            continue;
        while (holds_parameters(places, &places->section[first - 1]) &&
               places->section[first - 1].stage == places->section[i].stage)
            first--;
        for (int k = first; k <= i; k++) {
            places->section[k].rank = places->backward;
            places->backward += places->section[k].count;
        }
        i = first;
    }
}

int bs_places_create(struct bs_places **out, const struct bs_arch *arch, size_t samples,
                     bool has_rate, struct bs_error *err)
{
    const struct bs_stack *stack = arch->stack;
    const size_t most = SECTIONS_BESIDE + (size_t)stack->count * (BS_MOST_ARRAYS + 1);
    if (samples > MOST_QUANTITIES)
        return bs_fail(err, BS_REFUSED, "a tape of %zu samples is too long", samples);
    struct bs_places *places = bs_calloc(1, sizeof *places + most * sizeof places->section[0]);
    if (!places)
        return bs_fail_memory(err);
    places->arch = arch;
    places->samples = (int)samples;
    places->users_of = -1;
    add_sections(places, has_rate);
    rank_sections(places);
    if (places->count >= MOST_QUANTITIES) {
        int status =
            bs_fail(err, BS_REFUSED,
                    "a tape of %zu sample%s would have %lld quantities: %d are "
                    "possible; take fewer samples",
                    samples, samples == 1 ? "" : "s", (long long)places->count, MOST_QUANTITIES);
        bs_places_destroy(places);
        return status;
    }
    *out = places;
    return BS_OK;
}

void bs_places_destroy(struct bs_places *places)
{
    if (!places)
        return;
    bs_users_finish(&places->users);
    bs_free(places);
}

/* ---- to and fro ------------------------------------------------------------------------------ */

static const struct section *section_of(const struct bs_places *places, int64_t ordinal)
{
    int low = 0, high = places->sections - 1;
    assert(ordinal >= 0 && ordinal < places->count);
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        if (places->section[middle].first <= ordinal)
            low = middle;
        else
            high = middle - 1;
    }
    return &places->section[low];
}

/* Of what stands as a whole: [sample][step][index]... */
static void place_in_whole(struct bs_place *place, const struct bs_extents *extents, int64_t k)
{
    const int64_t count = members(extents);
    bs_spread(place->at + BS_INDEX, k % count, extents->rank, extents->size);
    k /= count;
    if (extents->steps) {
        place->at[BS_STEP] = (int)(k % extents->steps);
        k /= extents->steps;
    }
    place->at[BS_SAMPLE] = (int)k;
}

static int64_t number_in_whole(const struct bs_place *place, const struct bs_extents *extents)
{
    const int64_t steps = extents->steps ? extents->steps : 1;
    return ((int64_t)place->at[BS_SAMPLE] * steps + place->at[BS_STEP]) * members(extents) +
           bs_gather(place->at + BS_INDEX, extents->rank, extents->size);
}

/* The kth of a step: which array, and which member of it. */
static void place_in_step(const struct bs_places *places, struct bs_place *place, int64_t k)
{
    const struct bs_stage *stage = stage_of(places, place->stage);
    for (int a = 0; a < stage->array_count; a++) {
        const struct bs_array *array = &stage->arrays[a];
        const int64_t count = is_timed(array) ? at_step(places, array) : 0;
        if (k < count) {
            place->array = a;
            place->at[BS_SAMPLE] = (int)(k / (int64_t)array->count);
            bs_spread(place->at + BS_INDEX, k % (int64_t)array->count, array->rank, array->size);
            return;
        }
        k -= count;
    }
}

/* How many of a step stand before an array: those of the arrays before it, or after it. */
static int64_t before_array(const struct bs_places *places, const struct bs_stage *stage, int array,
                            bool is_backward)
{
    int64_t count = 0;
    for (int a = is_backward ? array + 1 : 0; a < (is_backward ? stage->array_count : array); a++)
        if (is_timed(&stage->arrays[a]))
            count += at_step(places, &stage->arrays[a]);
    return count;
}

static int64_t number_at_step(const struct bs_place *place, const struct bs_array *array)
{
    return (int64_t)place->at[BS_SAMPLE] * (int64_t)array->count +
           bs_gather(place->at + BS_INDEX, array->rank, array->size);
}

static int64_t number_in_timed(const struct bs_places *places, const struct bs_place *place)
{
    const struct bs_stage *stage = stage_of(places, place->stage);
    return place->at[BS_STEP] * all_at_step(places, stage) +
           before_array(places, stage, place->array, false) +
           number_at_step(place, &stage->arrays[place->array]);
}

struct bs_place bs_places_at(const struct bs_places *places, int64_t ordinal)
{
    const struct section *section = section_of(places, ordinal);
    struct bs_place place = {.kind = section->kind, .stage = section->stage};
    const int64_t k = ordinal - section->first;
    if (section->array == ALL_TIMED) {
        const int64_t count = all_at_step(places, stage_of(places, section->stage));
        place.at[BS_STEP] = (int)(k / count);
        place_in_step(places, &place, k % count);
        return place;
    }
    place.array = section->array;
    const struct bs_extents extents = bs_places_extents(places, &place);
    place_in_whole(&place, &extents, k);
    return place;
}

static bool is_within(const struct bs_places *places, const struct bs_place *place,
                      const struct bs_extents *extents)
{
    const int steps = extents->steps ? extents->steps : 1;
    bool is_in = place->at[BS_SAMPLE] >= 0 && place->at[BS_SAMPLE] < samples_of(places, extents) &&
                 place->at[BS_STEP] >= 0 && place->at[BS_STEP] < steps;
    for (int i = 0; i < BS_MOST_INDICES && is_in; i++)
        is_in = place->at[BS_INDEX + i] >= 0 &&
                place->at[BS_INDEX + i] < (i < extents->rank ? extents->size[i] : 1);
    return is_in;
}

static bool is_member_place(const struct bs_places *places, const struct bs_place *place)
{
    return place->kind != BS_PLACE_MEMBER ||
           (place->stage >= 0 && place->stage < places->arch->stack->count && place->array >= 0 &&
            place->array < stage_of(places, place->stage)->array_count);
}

int64_t bs_places_find(const struct bs_places *places, const struct bs_place *place)
{
    if (!is_member_place(places, place))
        return -1;
    const struct bs_extents extents = bs_places_extents(places, place);
    if (!is_within(places, place, &extents))
        return -1;
    const bool is_one = place->kind == BS_PLACE_MEMBER;
    for (int i = 0; i < places->sections; i++) {
        const struct section *section = &places->section[i];
        if (section->kind != place->kind || (is_one && section->stage != place->stage))
            continue;
        if (section->array == ALL_TIMED &&
            is_timed(&stage_of(places, place->stage)->arrays[place->array]))
            return section->first + number_in_timed(places, place);
        if (!is_one || section->array == place->array)
            return section->first + number_in_whole(place, &extents);
    }
    return -1;
}

size_t bs_places_number(const struct bs_places *places, const struct bs_place *place)
{
    const struct bs_extents extents = bs_places_extents(places, place);
    const int64_t samples = samples_of(places, &extents);
    return (size_t)((place->at[BS_STEP] * samples + place->at[BS_SAMPLE]) * members(&extents) +
                    bs_gather(place->at + BS_INDEX, extents.rank, extents.size));
}

/* ---- backward order -------------------------------------------------------------------------- */

int64_t bs_places_backward_count(const struct bs_places *places)
{
    return places->backward;
}

/* Of a step, the last array first, each in its own order; the last step first. */
static int64_t rank_in_timed(const struct bs_places *places, const struct bs_place *place)
{
    const struct bs_stage *stage = stage_of(places, place->stage);
    return (steps_of(stage) - 1 - place->at[BS_STEP]) * all_at_step(places, stage) +
           before_array(places, stage, place->array, true) +
           number_at_step(place, &stage->arrays[place->array]);
}

int64_t bs_places_backward_rank(const struct bs_places *places, int64_t ordinal)
{
    const struct section *section = section_of(places, ordinal);
    if (section->rank < 0)
        return -1;
    if (section->array != ALL_TIMED)
        return section->rank + ordinal - section->first;
    const struct bs_place place = bs_places_at(places, ordinal);
    return section->rank + rank_in_timed(places, &place);
}

static const struct section *section_of_rank(const struct bs_places *places, int64_t k)
{
    for (int i = 0; i < places->sections; i++) {
        const struct section *section = &places->section[i];
        if (section->rank >= 0 && k >= section->rank && k < section->rank + section->count)
            return section;
    }
    return NULL;
}

/* The kth of a step in backward order. */
static int64_t timed_of_rank(const struct bs_places *places, const struct section *section,
                             int64_t k)
{
    const struct bs_stage *stage = stage_of(places, section->stage);
    const int64_t count = all_at_step(places, stage);
    const int64_t step = steps_of(stage) - 1 - k / count;
    int a = stage->array_count - 1;
    k %= count;
    for (;; a--) {
        const int64_t own = is_timed(&stage->arrays[a]) ? at_step(places, &stage->arrays[a]) : 0;
        if (k < own)
            break;
        k -= own;
    }
    return section->first + step * count + before_array(places, stage, a, false) + k;
}

int64_t bs_places_backward(const struct bs_places *places, int64_t k)
{
    const struct section *section = section_of_rank(places, k);
    assert(section);
    if (section->array == ALL_TIMED)
        return timed_of_rank(places, section, k - section->rank);
    return section->first + k - section->rank;
}

/* ---- definitions ----------------------------------------------------------------------------- */

static struct bs_unfolding unfolding_of(const struct bs_places *places, struct bs_pool *pool,
                                        bs_operand *leaf, void *context)
{
    return (struct bs_unfolding){places, pool, leaf, context};
}

bs_expr bs_places_define(const struct bs_places *places, struct bs_pool *pool, int64_t ordinal,
                         bs_operand *leaf, void *context)
{
    const struct bs_unfolding unfolding = unfolding_of(places, pool, leaf, context);
    const struct bs_place place = bs_places_at(places, ordinal);
    if (ordinal < places->givens)
        return NULL;
    switch (place.kind) {
    case BS_PLACE_MEMBER:
        return bs_unfold_member(&unfolding, &place);
    case BS_PLACE_SAMPLE_LOSS:
        return bs_unfold_sample_loss(&unfolding, place.at[BS_SAMPLE]);
    default:
        return places->samples == 1 ? bs_unfold_sample_loss(&unfolding, 0)
                                    : bs_unfold_mean_loss(&unfolding);
    }
}

bool bs_places_has_part(const struct bs_places *places, int64_t c, int64_t q)
{
    const struct bs_place user = bs_places_at(places, c), used = bs_places_at(places, q);
    return user.kind == BS_PLACE_MEMBER && bs_unfold_has_part(places, &user, &used);
}

bs_expr bs_places_define_part(const struct bs_places *places, struct bs_pool *pool, int64_t c,
                              int64_t q, bs_operand *leaf, void *context)
{
    const struct bs_unfolding unfolding = unfolding_of(places, pool, leaf, context);
    const struct bs_place user = bs_places_at(places, c), used = bs_places_at(places, q);
    return bs_unfold_part(&unfolding, &user, &used);
}

/* The last stage's operands, where its slope and the loss's are fused. */
bool bs_places_has_fused(const struct bs_places *places, int64_t ordinal)
{
    const struct bs_stack *stack = places->arch->stack;
    const struct bs_place place = bs_places_at(places, ordinal);
    if (place.kind != BS_PLACE_MEMBER || !bs_stack_is_fused(stack, places->arch->loss))
        return false;
    const struct bs_origin origin = bs_stack_origin(stack, stack->stages[stack->count - 1].from);
    return place.stage == origin.stage && place.array == origin.array &&
           (origin.step < 0 || origin.step == place.at[BS_STEP]);
}

bs_expr bs_places_define_fused(const struct bs_places *places, struct bs_pool *pool,
                               int64_t ordinal, bs_operand *leaf, void *context)
{
    const struct bs_unfolding unfolding = unfolding_of(places, pool, leaf, context);
    const struct bs_place place = bs_places_at(places, ordinal);
    if (!bs_places_has_fused(places, ordinal))
        return NULL;
    return bs_unfold_fused(&unfolding, &place);
}

/* ---- users ----------------------------------------------------------------------------------- */

static bool need_users(struct bs_places *places, int64_t ordinal)
{
    if (places->users_of == ordinal)
        return true;
    const struct bs_place place = bs_places_at(places, ordinal);
    places->users_of = -1;
    if (!bs_unfold_users(&places->users, places, &place))
        return false;
    places->users_of = ordinal;
    return true;
}

int64_t bs_places_user_count(struct bs_places *places, int64_t ordinal)
{
    return need_users(places, ordinal) ? (int64_t)places->users.count : -1;
}

int64_t bs_places_user(struct bs_places *places, int64_t ordinal, int64_t k)
{
    bool is_known = need_users(places, ordinal);
    assert(is_known && k >= 0 && (size_t)k < places->users.count);
    (void)is_known;
    return places->users.items[k];
}
