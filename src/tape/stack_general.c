/*
 * Members by index.  Indices are shown from 1.  A place is a constant and at most two letters times
 * factors; of a gradient, the letters are what is free when the places of an access are solved for
 * the member that is used: as z[r] reads x[r + u], ∂E/∂x[y] is a sum over u with r = y − u.
 */
#include "tape/graph.h"

#include "net/places.h"

#include <string.h>

/* From 0: constant + Σ factor·(letter − 1). */
struct symbolic {
    int constant, parts;
    struct {
        char letter;
        int factor;
    } part[2];
};

/* What the variables of a pattern are. */
struct knowledge {
    const struct bs_places *places;
    struct symbolic variables[BS_VARIABLES];
    bool is_known[BS_VARIABLES];
    char letters[BS_VARIABLES];
    bool is_free[BS_VARIABLES];
};

static struct symbolic number(int constant)
{
    return (struct symbolic){.constant = constant};
}

static struct symbolic letter(char name)
{
    return (struct symbolic){.parts = 1, .part = {{name, 1}}};
}

static bool add_part(struct symbolic *sum, char name, int factor)
{
    for (int i = 0; i < sum->parts; i++)
        if (sum->part[i].letter == name) {
            sum->part[i].factor += factor;
            return sum->part[i].factor != 0;
        }
    if (sum->parts == 2)
        return false;
    sum->part[sum->parts].letter = name;
    sum->part[sum->parts++].factor = factor;
    return true;
}

/* False where it would take more letters, or one would vanish. */
static bool add_scaled(struct symbolic *sum, const struct symbolic *value, int factor)
{
    bool fits = true;
    sum->constant += factor * value->constant;
    for (int i = 0; i < value->parts && fits; i++)
        fits = add_part(sum, value->part[i].letter, factor * value->part[i].factor);
    return fits;
}

static bool evaluate(struct symbolic *out, const struct knowledge *knowledge,
                     const struct bs_index *index)
{
    bool fits = true;
    *out = number(index->constant);
    for (int i = 0; i < 2 && fits; i++)
        if (index->terms[i].factor)
            fits = add_scaled(out, &knowledge->variables[index->terms[i].variable],
                              index->terms[i].factor);
    return fits;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_part(struct bs_buf *buf, char name, int factor, bool is_first)
{
    if (factor < 0)
        bs_buf_put(buf, "−");
    else if (!is_first)
        bs_buf_put(buf, "+");
    if (factor != 1 && factor != -1)
        bs_buf_printf(buf, "%d", factor < 0 ? -factor : factor);
    bs_buf_char(buf, name);
}

/* 3, u, (2r+u−1), (6−u): a letter with a plus sign comes first. */
static void put_symbolic(struct bs_buf *buf, const struct symbolic *value)
{
    int constant = value->constant + 1, positive = 0, written = 0;
    for (int i = 0; i < value->parts; i++) {
        constant -= value->part[i].factor;
        positive += value->part[i].factor > 0;
    }
    const bool is_sum = value->parts > 1 || (value->parts == 1 && (constant != 0 || !positive));
    bs_buf_put(buf, is_sum ? "(" : "");
    if (positive == 0)
        bs_buf_printf(buf, "%d", constant), written = 1;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < value->parts; i++)
            if ((value->part[i].factor > 0) == (pass == 0))
                put_part(buf, value->part[i].letter, value->part[i].factor, written++ == 0);
    if (positive > 0 && constant != 0)
        bs_buf_printf(buf, "%s%d", constant > 0 ? "+" : "−", constant > 0 ? constant : -constant);
    bs_buf_put(buf, is_sum ? ")" : "");
}

static void put_stem(struct bs_buf *buf, const struct bs_places *places,
                     const struct bs_place *place)
{
    if (place->kind == BS_PLACE_INPUT) {
        bs_buf_put(buf, "x");
        return;
    }
    const struct bs_stage *stage = &bs_places_arch(places)->stack->stages[place->stage];
    bs_buf_printf(buf, "%s.%s", stage->name, stage->arrays[place->array].symbol);
}

static void put_step(struct bs_buf *buf, const struct symbolic *step)
{
    bs_buf_put(buf, step->parts ? "_" : "_t");
    put_symbolic(buf, step);
}

/* A member of an array at symbolic places. */
static void put_member(struct bs_buf *buf, const struct bs_places *places,
                       const struct bs_place *array, const struct symbolic *at)
{
    const struct bs_extents extents = bs_places_extents(places, array);
    put_stem(buf, places, array);
    if (extents.steps)
        put_step(buf, &at[BS_STEP]);
    for (int i = 0; i < extents.rank; i++) {
        bs_buf_put(buf, "_");
        put_symbolic(buf, &at[BS_INDEX + i]);
    }
    if (extents.has_samples && bs_places_samples(places) > 1) {
        bs_buf_put(buf, "@");
        put_symbolic(buf, &at[BS_SAMPLE]);
    }
}

/*
 * The array that an access reads.  False where it is read in another shape than it has, so that its
 * members' indices are not those of the access.
 */
static bool find_array(struct bs_place *out, struct symbolic *at, const struct bs_places *places,
                       int s, const struct bs_access *access)
{
    const struct bs_stack *stack = bs_places_arch(places)->stack;
    const struct bs_stage *stage = &stack->stages[s];
    *out = (struct bs_place){.kind = BS_PLACE_MEMBER, .stage = s, .array = access->array};
    if (access->source == BS_OWN)
        return true;
    const int from = bs_stage_reads(stage, access->source);
    const struct bs_shape *shape = bs_stack_shape(stack, from);
    const struct bs_origin origin = bs_stack_origin(stack, from);
    out->kind = origin.stage < 0 ? BS_PLACE_INPUT : BS_PLACE_MEMBER;
    out->stage = origin.stage < 0 ? 0 : origin.stage;
    out->array = origin.array;
    if (origin.step >= 0)
        at[BS_STEP] = number(origin.step);
    const struct bs_extents extents = bs_places_extents(places, out);
    return extents.rank == shape->rank &&
           memcmp(extents.size, shape->size, (size_t)shape->rank * sizeof shape->size[0]) == 0;
}

/* Is it the same at all steps of the stage, so that it is there at the first one alone? */
static bool is_read_once(const struct bs_places *places, int s, const struct bs_access *access)
{
    const struct bs_stack *stack = bs_places_arch(places)->stack;
    const int from = bs_stage_reads(&stack->stages[s], access->source);
    return access->source != BS_OWN && bs_stack_shape(stack, from)->steps == 0;
}

static bool is_outside(const struct symbolic *place, int size)
{
    return place->parts == 0 && (place->constant < 0 || place->constant >= size);
}

/* The step before the first, and what is read once at a later step, are not there. */
static bool is_at_no_step(const struct knowledge *knowledge, int s, const struct bs_access *access)
{
    struct symbolic step;
    const struct bs_place own = {.kind = BS_PLACE_MEMBER, .stage = s, .array = access->array};
    if (!evaluate(&step, knowledge, &access->at[BS_STEP]))
        return false;
    if (is_read_once(knowledge->places, s, access))
        return is_outside(&step, 1);
    const int steps =
        access->source == BS_OWN ? bs_places_extents(knowledge->places, &own).steps : 0;
    return steps > 0 && is_outside(&step, steps);
}

/* Has the array no such members whatever the letters stand for, as padding has none? */
static bool is_beyond(const struct bs_places *places, const struct bs_place *array,
                      const struct symbolic *at)
{
    const struct bs_extents extents = bs_places_extents(places, array);
    bool is_out = extents.steps && is_outside(&at[BS_STEP], extents.steps);
    for (int i = 0; i < extents.rank && !is_out; i++)
        is_out = is_outside(&at[BS_INDEX + i], extents.size[i]);
    return is_out;
}

static bool put_access(struct bs_buf *buf, const struct knowledge *knowledge, int s,
                       const struct bs_access *access)
{
    struct symbolic at[BS_PLACES];
    struct bs_place array;
    bool fits = true;
    for (int p = 0; p < BS_PLACES && fits; p++)
        fits = evaluate(&at[p], knowledge, &access->at[p]);
    if (!fits || !find_array(&array, at, knowledge->places, s, access) ||
        is_beyond(knowledge->places, &array, at))
        return false;
    put_member(buf, knowledge->places, &array, at);
    return true;
}

static void put_sums(struct bs_buf *buf, const struct knowledge *knowledge)
{
    for (int v = 0; v < BS_VARIABLES; v++)
        if (knowledge->is_free[v])
            bs_buf_printf(buf, "Σ_%c ", knowledge->letters[v]);
}

/* ---- definitions ----------------------------------------------------------------------------- */

static void know_bound(struct knowledge *knowledge, const struct bs_group *group)
{
    for (int b = 0; b < BS_MOST_BOUND; b++) {
        const int v = BS_BOUND + b;
        knowledge->is_free[v] = b < group->bound && group->size[b] > 1;
        knowledge->letters[v] = b < group->bound && group->letters ? group->letters[b] : '?';
        knowledge->variables[v] = knowledge->is_free[v] ? letter(knowledge->letters[v]) : number(0);
    }
}

static bool put_group(struct bs_buf *buf, struct knowledge *knowledge, int s,
                      const struct bs_group *group)
{
    bool fits = group->bound == 0 || group->letters;
    know_bound(knowledge, group);
    put_sums(buf, knowledge);
    for (int f = 0; f < group->factors && fits; f++) {
        bs_buf_put(buf, f ? "·" : "");
        fits = put_access(buf, knowledge, s, &group->factor[f]);
    }
    return fits;
}

static bool is_group_there(const struct knowledge *knowledge, int s, const struct bs_group *group)
{
    bool is_there = true;
    for (int f = 0; f < group->factors && is_there; f++)
        is_there = !is_at_no_step(knowledge, s, &group->factor[f]);
    return is_there;
}

static bool has_sum(const struct knowledge *knowledge, int s, const struct bs_pattern *pattern)
{
    for (int g = 0; g < pattern->count; g++)
        for (int b = 0; b < pattern->groups[g].bound; b++)
            if (pattern->groups[g].size[b] > 1 && is_group_there(knowledge, s, &pattern->groups[g]))
                return pattern->is_sum;
    return false;
}

static void read_pattern(struct bs_pattern *pattern, const struct bs_places *places, int s,
                         int array)
{
    const struct bs_stage *stage = &bs_places_arch(places)->stack->stages[s];
    *pattern = (struct bs_pattern){0};
    if (stage->arrays[array].role == BS_ARRAY_VALUE)
        stage->kind->pattern(pattern, stage, array, (int)bs_places_samples(places));
}

void bs_stack_put_general(struct bs_buf *buf, const struct bs_places *places,
                          const struct bs_place *place)
{
    struct bs_pattern pattern;
    struct knowledge knowledge = {.places = places};
    const size_t start = buf->length;
    bool fits = true;
    read_pattern(&pattern, places, place->stage, place->array);
    for (int p = 0; p < BS_PLACES; p++)
        knowledge.variables[p] = number(place->at[p]);
    if (!has_sum(&knowledge, place->stage, &pattern))
        return;
    for (int g = 0; g < pattern.count && fits; g++) {
        if (!is_group_there(&knowledge, place->stage, &pattern.groups[g]))
            continue;
        bs_buf_put(buf, buf->length > start ? " + " : "");
        fits = put_group(buf, &knowledge, place->stage, &pattern.groups[g]);
    }
    if (!fits)
        bs_buf_cut(buf, start);
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* One way in which an array uses the member: its pattern's group and factor. */
struct usage {
    struct knowledge knowledge;
    int stage, array;
    const struct bs_group *group;
    int factor;
    bool is_flipped; /* an index of the user goes down as a letter goes up */
};

static void set_variable(struct usage *usage, int v, struct symbolic value)
{
    usage->knowledge.variables[v] = value;
    usage->knowledge.is_known[v] = true;
}

static void set_free(struct usage *usage, int v)
{
    usage->knowledge.is_free[v] = true;
    set_variable(usage, v, letter(usage->knowledge.letters[v]));
}

/* constant + factor·a + factor·b is to be `target`: b, which is bound, is free. */
static bool solve_place(struct usage *usage, const struct bs_index *index, int target)
{
    int unknown[2], factors[2], count = 0;
    struct symbolic rest = number(target - index->constant);
    for (int i = 0; i < 2; i++) {
        const int v = index->terms[i].variable, factor = index->terms[i].factor;
        if (factor && usage->knowledge.is_known[v]) {
            if (!add_scaled(&rest, &usage->knowledge.variables[v], -factor))
                return false;
        } else if (factor) {
            unknown[count] = v, factors[count++] = factor;
        }
    }
    if (count == 0)
        return rest.parts == 0 && rest.constant == 0;
    if (factors[0] != 1)
        return false;
    if (count == 2) {
        set_free(usage, unknown[1]);
        usage->is_flipped = usage->is_flipped || factors[1] > 0;
        if (!add_scaled(&rest, &usage->knowledge.variables[unknown[1]], -factors[1]))
            return false;
    }
    set_variable(usage, unknown[0], rest);
    return true;
}

/* Letters: of bound variables their own, of the member defined by its rank. */
static void name_variables(struct usage *usage, const struct bs_extents *extents)
{
    static const char *const by_rank[] = {"", "j", "oj", "orc", "orcp"};
    struct knowledge *knowledge = &usage->knowledge;
    knowledge->letters[BS_SAMPLE] = 's';
    knowledge->letters[BS_STEP] = 't';
    for (int i = 0; i < extents->rank; i++)
        knowledge->letters[BS_INDEX + i] = by_rank[extents->rank][i];
    for (int b = 0; b < usage->group->bound && usage->group->letters; b++)
        knowledge->letters[BS_BOUND + b] = usage->group->letters[b];
}

/* Variables that no place has told run free, where they run at all. */
static void free_the_rest(struct usage *usage, const struct bs_extents *extents, size_t samples)
{
    int sizes[BS_VARIABLES] = {
        [BS_SAMPLE] = extents->has_samples ? (int)samples : 0, [BS_STEP] = extents->steps};
    memcpy(sizes + BS_INDEX, extents->size, sizeof extents->size);
    memcpy(sizes + BS_BOUND, usage->group->size, sizeof usage->group->size);
    for (int v = 0; v < BS_VARIABLES; v++) {
        const bool is_there = v < BS_BOUND
                                  ? sizes[v] > 0 && (v < BS_INDEX || v - BS_INDEX < extents->rank)
                                  : v - BS_BOUND < usage->group->bound;
        if (usage->knowledge.is_known[v])
            continue;
        if (is_there && sizes[v] > 1)
            set_free(usage, v);
        else
            set_variable(usage, v, number(0));
    }
}

/* Steps: those at which the member is used, and at which what it is multiplied by is there. */
static bool solve_steps(struct usage *usage, const struct bs_place *place, bool has_steps)
{
    const struct bs_places *places = usage->knowledge.places;
    const struct bs_access *access = &usage->group->factor[usage->factor];
    bool fits = true;
    if (has_steps && !is_read_once(places, usage->stage, access))
        fits = solve_place(usage, &access->at[BS_STEP], place->at[BS_STEP]);
    for (int f = 0; f < usage->group->factors && fits; f++)
        if (is_read_once(places, usage->stage, &usage->group->factor[f]))
            fits = solve_place(usage, &usage->group->factor[f].at[BS_STEP], 0);
    return fits;
}

/* The places of the member in the shape that is read, which is its own. */
static bool solve(struct usage *usage, const struct bs_place *place)
{
    const struct bs_places *places = usage->knowledge.places;
    const struct bs_access *access = &usage->group->factor[usage->factor];
    const struct bs_extents used = bs_places_extents(places, place);
    const struct bs_place user = {
        .kind = BS_PLACE_MEMBER, .stage = usage->stage, .array = usage->array};
    const struct bs_extents extents = bs_places_extents(places, &user);
    struct symbolic ignored[BS_PLACES];
    struct bs_place read;
    bool fits = find_array(&read, ignored, places, usage->stage, access) &&
                (usage->group->bound == 0 || usage->group->letters);
    name_variables(usage, &extents);
    if (used.has_samples && extents.has_samples)
        fits = fits && solve_place(usage, &access->at[BS_SAMPLE], place->at[BS_SAMPLE]);
    if (extents.steps)
        fits = fits && solve_steps(usage, place, used.steps > 0);
    for (int i = 0; i < used.rank && fits; i++)
        fits = solve_place(usage, &access->at[BS_INDEX + i], place->at[BS_INDEX + i]);
    free_the_rest(usage, &extents, bs_places_samples(places));
    return fits;
}

/* Σ ∂E/∂user·(the other factor) */
static bool put_usage(struct bs_buf *buf, struct usage *usage)
{
    const struct bs_place user = {
        .kind = BS_PLACE_MEMBER, .stage = usage->stage, .array = usage->array};
    bool fits = true;
    put_sums(buf, &usage->knowledge);
    bs_buf_put(buf, "∂E/∂");
    put_member(buf, usage->knowledge.places, &user, usage->knowledge.variables);
    for (int f = 0; f < usage->group->factors && fits; f++)
        if (f != usage->factor) {
            bs_buf_put(buf, "·");
            fits = put_access(buf, &usage->knowledge, usage->stage, &usage->group->factor[f]);
        }
    return fits;
}

/* Does the access read the array of the member, and its step, if that is all it reads? */
static bool reads(const struct bs_places *places, int s, const struct bs_access *access,
                  const struct bs_place *place)
{
    struct symbolic at[BS_PLACES] = {[BS_STEP] = number(place->at[BS_STEP])};
    struct bs_place array;
    if (access->source == BS_OWN)
        return place->kind == BS_PLACE_MEMBER && s == place->stage && access->array == place->array;
    find_array(&array, at, places, s, access);
    return array.kind == place->kind && at[BS_STEP].constant == place->at[BS_STEP] &&
           (array.kind == BS_PLACE_INPUT ||
            (array.stage == place->stage && array.array == place->array));
}

/* What has been written of a gradient: how many ways of use, and whether a sum and a flip is in it.
 */
struct gathering {
    const struct bs_place *place;
    int count;
    bool has_sum, is_flipped, fits;
};

/* The last step of a sequence has no user at the step after it. */
static bool is_user_there(const struct usage *usage)
{
    const struct bs_place user = {
        .kind = BS_PLACE_MEMBER, .stage = usage->stage, .array = usage->array};
    const int steps = bs_places_extents(usage->knowledge.places, &user).steps;
    return steps == 0 || !is_outside(&usage->knowledge.variables[BS_STEP], steps);
}

static void gather(struct gathering *gathering, struct bs_buf *buf, struct usage *usage)
{
    gathering->fits = solve(usage, gathering->place);
    if (!gathering->fits || !is_user_there(usage))
        return;
    bs_buf_put(buf, gathering->count++ ? " + " : "");
    gathering->fits = put_usage(buf, usage);
    for (int v = 0; v < BS_VARIABLES; v++)
        gathering->has_sum = gathering->has_sum || usage->knowledge.is_free[v];
    gathering->is_flipped = gathering->is_flipped || usage->is_flipped;
}

static void gather_array(struct gathering *gathering, struct bs_buf *buf,
                         const struct bs_places *places, int s, int array)
{
    struct bs_pattern pattern;
    read_pattern(&pattern, places, s, array);
    for (int g = 0; g < pattern.count; g++)
        for (int f = 0; f < pattern.groups[g].factors && gathering->fits; f++) {
            struct usage usage = {.knowledge = {.places = places},
                                  .stage = s,
                                  .array = array,
                                  .group = &pattern.groups[g],
                                  .factor = f};
            if (!reads(places, s, &pattern.groups[g].factor[f], gathering->place))
                continue;
            gathering->fits = pattern.is_sum && pattern.groups[g].factor[f].cut == 0;
            if (gathering->fits)
                gather(gathering, buf, &usage);
        }
}

static bool is_output(const struct bs_places *places, const struct bs_place *place)
{
    const struct bs_origin origin = bs_stack_outputs(bs_places_arch(places)->stack);
    return place->kind == BS_PLACE_MEMBER && place->stage == origin.stage &&
           place->array == origin.array;
}

const char *bs_stack_put_gradient(struct bs_buf *buf, const struct bs_places *places,
                                  const struct bs_place *place)
{
    const struct bs_stack *stack = bs_places_arch(places)->stack;
    struct gathering gathering = {.place = place, .fits = !is_output(places, place)};
    const size_t start = buf->length;
    if (place->kind != BS_PLACE_MEMBER && place->kind != BS_PLACE_INPUT)
        return NULL;
    for (int s = 0; s < stack->count; s++)
        for (int a = 0; a < stack->stages[s].array_count && gathering.fits; a++)
            gather_array(&gathering, buf, places, s, a);
    if (!gathering.fits || !gathering.has_sum)
        bs_buf_cut(buf, start);
    return gathering.is_flipped ? "the slopes, with the kernel flipped"
                                : "gathered from all that use it";
}
