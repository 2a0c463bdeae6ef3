#include "net/unfold.h"

#include "base/mem.h"
#include "net/loss.h"

#include <stdlib.h>
#include <string.h>

static const struct bs_stack *stack_of(const struct bs_places *places)
{
    return places ? bs_places_arch(places)->stack : NULL;
}

static int samples_of(const struct bs_places *places)
{
    return (int)bs_places_samples(places);
}

static bool is_divided(const struct bs_index_term *term)
{
    return term->divisor > 1;
}

static int value_of_term(const struct bs_index_term *term, const int *variables)
{
    if (term->factor == 0)
        return 0;
    const int value = variables[term->variable];
    return term->factor * (is_divided(term) ? value / term->divisor : value);
}

static int value_of(const struct bs_index *index, const int *variables)
{
    return index->constant + value_of_term(&index->terms[0], variables) +
           value_of_term(&index->terms[1], variables);
}

/* ---- what a stage reads ---------------------------------------------------------------------- */

/*
 * What is read in the shape `in` is a member of an array, which may have another shape.  What has
 * no steps is there at the first one alone.
 */
static bool find_read(struct bs_place *out, const struct bs_places *places, int from, const int *at)
{
    const struct bs_origin origin = bs_stack_origin(stack_of(places), from);
    const struct bs_shape *shape = bs_stack_shape(stack_of(places), from);
    if (shape->steps == 0 && at[BS_STEP] != 0)
        return false;
    for (int i = 0; i < shape->rank; i++)
        if (at[BS_INDEX + i] < 0 || at[BS_INDEX + i] >= shape->size[i])
            return false;
    *out = (struct bs_place){.kind = origin.stage < 0 ? BS_PLACE_INPUT : BS_PLACE_MEMBER,
                             .stage = origin.stage < 0 ? 0 : origin.stage,
                             .array = origin.array};
    const struct bs_extents extents = bs_places_extents(places, out);
    out->at[BS_SAMPLE] = at[BS_SAMPLE];
    out->at[BS_STEP] = origin.step >= 0 ? origin.step : extents.steps ? at[BS_STEP] : 0;
    bs_spread(out->at + BS_INDEX, bs_gather(at + BS_INDEX, shape->rank, shape->size), extents.rank,
              extents.size);
    return true;
}

/* Other places than those that the array has are passed over. */
static void find_own(struct bs_place *out, const struct bs_places *places, int stage, int array,
                     const int *at)
{
    *out = (struct bs_place){.kind = BS_PLACE_MEMBER, .stage = stage, .array = array};
    const struct bs_extents extents = bs_places_extents(places, out);
    out->at[BS_SAMPLE] = extents.has_samples ? at[BS_SAMPLE] : 0;
    out->at[BS_STEP] = extents.steps ? at[BS_STEP] : 0;
    for (int i = 0; i < extents.rank; i++)
        out->at[BS_INDEX + i] = at[BS_INDEX + i];
}

/* The quantity that an access is, or −1 where there is none. */
static int64_t find_access(const struct bs_places *places, int s, const struct bs_access *access,
                           const int *variables)
{
    const struct bs_stage *stage = &stack_of(places)->stages[s];
    struct bs_place place;
    int at[BS_PLACES];
    for (int p = 0; p < BS_PLACES; p++)
        at[p] = value_of(&access->at[p], variables);
    if (access->source == BS_OWN)
        find_own(&place, places, s, access->array, at);
    else if (!find_read(&place, places, bs_stage_reads(stage, access->source), at))
        return -1;
    return bs_places_find(places, &place);
}

/* The factors of a product; false where one of them is none: then there is no product. */
static bool find_factors(int64_t *out, const struct bs_places *places, int s,
                         const struct bs_group *group, const int *variables)
{
    bool are_there = true;
    for (int f = 0; f < group->factors && are_there; f++) {
        out[f] = find_access(places, s, &group->factor[f], variables);
        are_there = out[f] >= 0;
    }
    return are_there;
}

/* ---- definitions ----------------------------------------------------------------------------- */

/* The member that is written out, and the terms of a group so far. */
struct writing {
    const struct bs_unfolding *unfolding;
    int stage;
    int variables[BS_VARIABLES];
    bs_expr *terms;
    size_t count, capacity;
    bool failed;
};

/* A product with a member that is not there is left out. */
static void write_term(struct writing *writing, const struct bs_group *group)
{
    const struct bs_unfolding *unfolding = writing->unfolding;
    int64_t ordinals[BS_MOST_FACTORS];
    bs_expr product = NULL;
    if (!find_factors(ordinals, unfolding->places, writing->stage, group, writing->variables))
        return;
    for (int f = 0; f < group->factors; f++) {
        bs_expr leaf = unfolding->leaf(unfolding->context, unfolding->pool, ordinals[f]);
        product = f == 0 ? leaf : bs_mul(unfolding->pool, product, leaf);
    }
    if (!product ||
        !bs_grow(&writing->terms, &writing->capacity, writing->count + 1, sizeof *writing->terms))
        writing->failed = true;
    else
        writing->terms[writing->count++] = product;
}

/* The next values of the bound variables, of which the first is the slowest; false after the last.
 */
static bool advance(int *bound, const struct bs_group *group)
{
    for (int b = group->bound - 1; b >= 0; b--) {
        if (++bound[b] < group->size[b])
            return true;
        bound[b] = 0;
    }
    return false;
}

static void write_group(struct writing *writing, const struct bs_group *group)
{
    do
        write_term(writing, group);
    while (!writing->failed && advance(writing->variables + BS_BOUND, group));
}

static bs_expr combine(const struct bs_unfolding *unfolding, const struct bs_place *place,
                       const struct bs_pattern *pattern, const struct bs_terms *groups,
                       const struct writing *all)
{
    const struct bs_stage *stage = &stack_of(unfolding->places)->stages[place->stage];
    if (!pattern->is_sum && stage->kind->combine)
        return stage->kind->combine(unfolding->pool, stage, place->array, place->at, groups);
    if (all->count == 0)
        return bs_integer(unfolding->pool, 0);
    return bs_sum(unfolding->pool, (int)all->count, all->terms);
}

bs_expr bs_unfold_member(const struct bs_unfolding *unfolding, const struct bs_place *place)
{
    const struct bs_stage *stage = &stack_of(unfolding->places)->stages[place->stage];
    struct writing writing = {.unfolding = unfolding, .stage = place->stage};
    struct bs_pattern pattern = {0};
    struct bs_terms groups[BS_MOST_GROUPS] = {{0}};
    memcpy(writing.variables, place->at, sizeof place->at);
    stage->kind->pattern(&pattern, stage, place->array, samples_of(unfolding->places));
    for (int g = 0; g < pattern.count; g++) {
        const size_t first = writing.count;
        write_group(&writing, &pattern.groups[g]);
        groups[g].count = (int)(writing.count - first);
    }
    for (size_t g = 0, first = 0; g < (size_t)pattern.count; first += (size_t)groups[g++].count)
        groups[g].terms = writing.terms + first;
    bs_expr made = writing.failed ? NULL : combine(unfolding, place, &pattern, groups, &writing);
    bs_free(writing.terms);
    return made;
}

/* ---- the loss -------------------------------------------------------------------------------- */

static bs_expr leaf_at(const struct bs_unfolding *unfolding, const struct bs_place *place)
{
    return unfolding->leaf(unfolding->context, unfolding->pool,
                           bs_places_find(unfolding->places, place));
}

/* Outputs, then targets, of a sample at a step: 2n operands in one block, or NULL. */
static bs_expr *loss_operands(const struct bs_unfolding *unfolding, int sample, int step)
{
    const struct bs_stack *stack = stack_of(unfolding->places);
    const size_t n = bs_shape_count(&stack->out);
    bs_expr *operands = bs_realloc_array(NULL, 2 * n, sizeof *operands);
    int at[BS_PLACES] = {sample, step};
    for (size_t k = 0; operands && k < n; k++) {
        struct bs_place y, t = {.kind = BS_PLACE_TARGET};
        bs_spread(at + BS_INDEX, (int64_t)k, stack->out.rank, stack->out.size);
        memcpy(t.at, at, sizeof at);
        find_read(&y, unfolding->places, stack->count - 1, at);
        operands[k] = leaf_at(unfolding, &y);
        operands[n + k] = leaf_at(unfolding, &t);
        if (!operands[k] || !operands[n + k]) {
            bs_free(operands);
            return NULL;
        }
    }
    return operands;
}

static bs_expr loss_at(const struct bs_unfolding *unfolding, int sample, int step)
{
    const struct bs_arch *arch = bs_places_arch(unfolding->places);
    const int n = (int)bs_shape_count(&arch->stack->out);
    bs_expr *operands = loss_operands(unfolding, sample, step);
    if (!operands)
        return NULL;
    bs_expr loss = arch->loss->define(unfolding->pool, n, operands, operands + n);
    bs_free(operands);
    return loss;
}

/* That of a sequence is the sum of those of its steps. */
bs_expr bs_unfold_sample_loss(const struct bs_unfolding *unfolding, int sample)
{
    const int steps = stack_of(unfolding->places)->out.steps;
    if (steps == 0)
        return loss_at(unfolding, sample, 0);
    bs_expr *terms = bs_realloc_array(NULL, (size_t)steps, sizeof *terms);
    if (!terms)
        return NULL;
    for (int t = 0; t < steps; t++)
        terms[t] = loss_at(unfolding, sample, t);
    bs_expr sum = bs_sum(unfolding->pool, steps, terms);
    bs_free(terms);
    return sum;
}

bs_expr bs_unfold_mean_loss(const struct bs_unfolding *unfolding)
{
    struct bs_pool *pool = unfolding->pool;
    const int samples = samples_of(unfolding->places);
    bs_expr *terms = bs_realloc_array(NULL, (size_t)samples, sizeof *terms);
    if (!terms)
        return NULL;
    for (int k = 0; k < samples; k++) {
        const struct bs_place loss = {.kind = BS_PLACE_SAMPLE_LOSS, .at = {k}};
        terms[k] = leaf_at(unfolding, &loss);
    }
    bs_expr sum = bs_sum(pool, samples, terms);
    bs_free(terms);
    return bs_mul(pool, bs_rational(pool, 1, samples), sum);
}

/* Over the outputs of its own step; of several samples E is the mean of their losses. */
bs_expr bs_unfold_fused(const struct bs_unfolding *unfolding, const struct bs_place *place)
{
    const struct bs_arch *arch = bs_places_arch(unfolding->places);
    const struct bs_stack *stack = arch->stack;
    const struct bs_shape *shape = &stack->stages[stack->count - 1].in;
    const int n = (int)bs_shape_count(&stack->out), samples = samples_of(unfolding->places);
    const int step = stack->out.steps ? place->at[BS_STEP] : 0;
    const int64_t k = bs_gather(place->at + BS_INDEX, shape->rank, shape->size);
    bs_expr *operands = loss_operands(unfolding, place->at[BS_SAMPLE], step);
    if (!operands)
        return NULL;
    bs_expr fused = arch->loss->define_fused(unfolding->pool, n, operands, operands + n, (int)k);
    bs_free(operands);
    if (samples == 1)
        return fused;
    return bs_mul(unfolding->pool, bs_rational(unfolding->pool, 1, samples), fused);
}

/* ---- users ----------------------------------------------------------------------------------- */

void bs_users_finish(struct bs_users *users)
{
    bs_free(users->items);
    *users = (struct bs_users){0};
}

static bool add_user(struct bs_users *users, int64_t ordinal)
{
    if (!bs_grow(&users->items, &users->capacity, users->count + 1, sizeof *users->items))
        return false;
    users->items[users->count++] = ordinal;
    return true;
}

/*
 * The members of an array that reach a given member by an access: the variables for which each
 * place of the access is what it is to be.  Those that no place mentions run over all they can be.
 */
struct search {
    const struct bs_places *places;
    void (*found)(struct search *search);
    int end; /* variables before it run where no place mentions them */
    struct bs_users *users;
    struct writing *writing;
    const struct bs_group *group;
    int stage, array;               /* the array that is defined */
    const struct bs_access *access; /* one of its factors */
    int target[BS_PLACES];
    bool is_place[BS_PLACES]; /* the array that is used has it */
    int extent[BS_VARIABLES]; /* 0: this variable is not there */
    int variables[BS_VARIABLES];
    bool is_set[BS_VARIABLES];
    bool failed;
};

static void solve_place(struct search *search, int place);

/* Is the product there for some of the values that bound variables can still have? */
static bool is_product_there(struct search *search, int variable)
{
    int64_t factors[BS_MOST_FACTORS];
    bool is_there = false;
    while (variable < BS_VARIABLES && (search->is_set[variable] || search->extent[variable] == 0))
        variable++;
    if (variable == BS_VARIABLES)
        return find_factors(factors, search->places, search->stage, search->group,
                            search->variables);
    for (int i = 0; i < search->extent[variable] && !is_there; i++) {
        search->variables[variable] = i;
        is_there = is_product_there(search, variable + 1);
    }
    search->variables[variable] = 0;
    return is_there;
}

static void found_user(struct search *search)
{
    struct bs_place place = {BS_PLACE_MEMBER, search->stage, search->array, {0}};
    memcpy(place.at, search->variables, sizeof place.at);
    const int cut = search->access->cut;
    if (cut > 0 && place.at[BS_STEP] % cut == 0)
        return;
    if (!is_product_there(search, BS_BOUND))
        return;
    if (!add_user(search->users, bs_places_find(search->places, &place)))
        search->failed = true;
}

static void run_free(struct search *search, int variable)
{
    while (variable < search->end && (search->is_set[variable] || search->extent[variable] == 0))
        variable++;
    if (variable == search->end) {
        search->found(search);
        return;
    }
    for (int i = 0; i < search->extent[variable] && !search->failed; i++) {
        search->variables[variable] = i;
        run_free(search, variable + 1);
    }
    search->variables[variable] = 0;
}

static void set_and_go_on(struct search *search, int place, int variable, int value)
{
    search->variables[variable] = value;
    search->is_set[variable] = true;
    solve_place(search, place + 1);
    search->is_set[variable] = false;
    search->variables[variable] = 0;
}

/* The term is to be `rest`; of a divided one, every variable with that whole part. */
static void solve_one(struct search *search, int place, const struct bs_index_term *term, int rest)
{
    const int count = is_divided(term) ? term->divisor : 1;
    if (rest % term->factor != 0)
        return;
    const int first = rest / term->factor * count;
    for (int value = first; value < first + count && !search->failed; value++)
        if (value >= 0 && value < search->extent[term->variable])
            set_and_go_on(search, place, term->variable, value);
}

/* Both are free: the second one, which is bound, runs. */
static void solve_two(struct search *search, int place, const struct bs_index *index, int rest)
{
    const int second = index->terms[1].variable;
    for (int i = 0; i < search->extent[second] && !search->failed; i++) {
        search->variables[second] = i;
        search->is_set[second] = true;
        solve_one(search, place, &index->terms[0],
                  rest - value_of_term(&index->terms[1], search->variables));
        search->is_set[second] = false;
    }
    search->variables[second] = 0;
}

static void solve_place(struct search *search, int place)
{
    while (place < BS_PLACES && !search->is_place[place])
        place++;
    if (place == BS_PLACES) {
        run_free(search, 0);
        return;
    }
    const struct bs_index *index = &search->access->at[place];
    int rest = search->target[place] - index->constant, unknown = 0, which = 0;
    for (int i = 0; i < 2; i++) {
        const int factor = index->terms[i].factor, variable = index->terms[i].variable;
        if (factor && (search->is_set[variable] || search->extent[variable] == 0))
            rest -= value_of_term(&index->terms[i], search->variables);
        else if (factor)
            unknown++, which = i;
    }
    if (unknown == 0 && rest == 0)
        solve_place(search, place + 1);
    else if (unknown == 1)
        solve_one(search, place, &index->terms[which], rest);
    else if (unknown == 2)
        solve_two(search, place, index, rest);
}

static void set_extents(struct search *search, const struct bs_group *group)
{
    const struct bs_place place = {BS_PLACE_MEMBER, search->stage, search->array, {0}};
    const struct bs_extents extents = bs_places_extents(search->places, &place);
    memset(search->extent, 0, sizeof search->extent);
    search->extent[BS_SAMPLE] = extents.has_samples ? samples_of(search->places) : 0;
    search->extent[BS_STEP] = extents.steps;
    memcpy(search->extent + BS_INDEX, extents.size, sizeof extents.size);
    memcpy(search->extent + BS_BOUND, group->size, sizeof group->size);
    for (int b = group->bound; b < BS_MOST_BOUND; b++)
        search->extent[BS_BOUND + b] = 0;
}

/* Where a stage has to find the member that is used: by what, and at which places. */
struct use {
    enum bs_source source;
    int array; /* of its own */
    int target[BS_PLACES];
    bool is_place[BS_PLACES];
};

static bool is_by(const struct bs_access *access, const struct use *use)
{
    return access->source == use->source && (use->source != BS_OWN || access->array == use->array);
}

/* By every access of the pattern that reads the array. */
static void search_pattern(struct search *search, const struct bs_pattern *pattern,
                           const struct use *use)
{
    for (int g = 0; g < pattern->count; g++)
        for (int f = 0; f < pattern->groups[g].factors; f++) {
            search->group = &pattern->groups[g];
            search->access = &search->group->factor[f];
            if (!is_by(search->access, use))
                continue;
            set_extents(search, search->group);
            solve_place(search, 0);
        }
}

/* The arrays of a stage that use it. */
static bool search_stage(struct bs_users *users, const struct bs_places *places, int s,
                         const struct use *use)
{
    const struct bs_stage *stage = &stack_of(places)->stages[s];
    /* bound variables that are still free change the term, not who uses it */
    struct search search = {
        .places = places, .found = found_user, .end = BS_BOUND, .users = users, .stage = s};
    memcpy(search.target, use->target, sizeof use->target);
    memcpy(search.is_place, use->is_place, sizeof use->is_place);
    for (search.array = 0; search.array < stage->array_count; search.array++) {
        struct bs_pattern pattern = {0};
        if (stage->arrays[search.array].role != BS_ARRAY_VALUE)
            continue;
        stage->kind->pattern(&pattern, stage, search.array, samples_of(places));
        search_pattern(&search, &pattern, use);
    }
    return !search.failed;
}

static void set_places(struct use *use, const struct bs_extents *extents)
{
    use->is_place[BS_SAMPLE] = extents->has_samples;
    use->is_place[BS_STEP] = extents->steps > 0;
    for (int i = 0; i < BS_MOST_INDICES; i++)
        use->is_place[BS_INDEX + i] = i < extents->rank;
}

static struct use own_use(const struct bs_places *places, const struct bs_place *place)
{
    const struct bs_extents extents = bs_places_extents(places, place);
    struct use use = {.source = BS_OWN, .array = place->array};
    memcpy(use.target, place->at, sizeof place->at);
    set_places(&use, &extents);
    return use;
}

static bool search_own(struct bs_users *users, const struct bs_places *places,
                       const struct bs_place *place)
{
    const struct use use = own_use(places, place);
    return search_stage(users, places, place->stage, &use);
}

/* The same member in the shape that it is read in. */
static void read_as(struct use *use, const struct bs_places *places, const struct bs_place *place,
                    const struct bs_shape *shape)
{
    const struct bs_extents extents = bs_places_extents(places, place);
    const int64_t k = bs_gather(place->at + BS_INDEX, extents.rank, extents.size);
    use->target[BS_SAMPLE] = place->at[BS_SAMPLE];
    use->target[BS_STEP] = shape->steps > 0 ? place->at[BS_STEP] : 0;
    bs_spread(use->target + BS_INDEX, k, shape->rank, shape->size);
    for (int i = 0; i < BS_MOST_INDICES; i++)
        use->is_place[BS_INDEX + i] = i < shape->rank;
    use->is_place[BS_SAMPLE] = true;
    use->is_place[BS_STEP] = true;
}

/* Does a stage that reads from `from` read this array, and this member of it? */
static bool reads(const struct bs_places *places, int from, const struct bs_place *place)
{
    if (from == BS_FROM_NOWHERE)
        return false;
    const struct bs_origin origin = bs_stack_origin(stack_of(places), from);
    if (origin.stage < 0)
        return place->kind == BS_PLACE_INPUT;
    return place->kind == BS_PLACE_MEMBER && place->stage == origin.stage &&
           place->array == origin.array && (origin.step < 0 || origin.step == place->at[BS_STEP]);
}

static bool search_readers(struct bs_users *users, const struct bs_places *places,
                           const struct bs_place *place)
{
    const struct bs_stack *stack = stack_of(places);
    bool is_whole = true;
    for (int s = 0; s < stack->count && is_whole; s++) {
        const struct bs_stage *stage = &stack->stages[s];
        struct use use = {.source = BS_IN};
        if (stage->output == BS_PASSES_ON)
            continue;
        if (reads(places, stage->from, place)) {
            read_as(&use, places, place, bs_stack_shape(stack, stage->from));
            is_whole = search_stage(users, places, s, &use);
        }
        use.source = BS_BESIDE;
        if (is_whole && reads(places, stage->beside, place)) {
            read_as(&use, places, place, bs_stack_shape(stack, stage->beside));
            is_whole = search_stage(users, places, s, &use);
        }
    }
    return is_whole;
}

/* ---- the terms that mention a quantity ---------------------------------------------------------
 */

static void found_term(struct search *search)
{
    memcpy(search->writing->variables, search->variables, sizeof search->variables);
    write_term(search->writing, search->group);
    search->failed = search->writing->failed;
}

/* Of a product that mentions it twice the term is found twice. */
static bool may_repeat(const struct bs_pattern *pattern, const struct use *use)
{
    bool repeats = false;
    for (int g = 0; g < pattern->count; g++) {
        int count = 0;
        for (int f = 0; f < pattern->groups[g].factors; f++)
            count += is_by(&pattern->groups[g].factor[f], use);
        repeats = repeats || count > 1;
    }
    return repeats;
}

static void search_terms(struct search *search, const struct bs_pattern *pattern,
                         const struct use *use, const struct bs_place *place)
{
    memcpy(search->target, use->target, sizeof use->target);
    memcpy(search->is_place, use->is_place, sizeof use->is_place);
    memcpy(search->variables, place->at, sizeof place->at);
    for (int v = 0; v < BS_BOUND; v++)
        search->is_set[v] = true;
    search_pattern(search, pattern, use);
}

static struct use use_of(const struct bs_places *places, const struct bs_place *place,
                         const struct bs_place *used)
{
    const struct bs_stack *stack = stack_of(places);
    struct use use = {.source = BS_IN};
    if (used->kind == BS_PLACE_MEMBER && used->stage == place->stage)
        return own_use(places, used);
    read_as(&use, places, used, bs_stack_shape(stack, stack->stages[place->stage].from));
    return use;
}

bool bs_unfold_has_part(const struct bs_places *places, const struct bs_place *place,
                        const struct bs_place *used)
{
    const struct bs_stage *stage = &stack_of(places)->stages[place->stage];
    struct bs_pattern pattern = {0};
    if (used->kind == BS_PLACE_TARGET || stage->beside != BS_FROM_NOWHERE)
        return false;
    const struct use use = use_of(places, place, used);
    stage->kind->pattern(&pattern, stage, place->array, samples_of(places));
    return pattern.is_sum && !may_repeat(&pattern, &use);
}

bs_expr bs_unfold_part(const struct bs_unfolding *unfolding, const struct bs_place *place,
                       const struct bs_place *used)
{
    const struct bs_places *places = unfolding->places;
    const struct bs_stage *stage = &stack_of(places)->stages[place->stage];
    const struct use use = use_of(places, place, used);
    struct writing writing = {.unfolding = unfolding, .stage = place->stage};
    struct search search = {.places = places,
                            .found = found_term,
                            .end = BS_VARIABLES,
                            .writing = &writing,
                            .stage = place->stage,
                            .array = place->array};
    struct bs_pattern pattern = {0};
    bs_expr sum = NULL;
    stage->kind->pattern(&pattern, stage, place->array, samples_of(places));
    search_terms(&search, &pattern, &use, place);
    if (!writing.failed)
        sum = writing.count > 0 ? bs_sum(unfolding->pool, (int)writing.count, writing.terms)
                                : bs_integer(unfolding->pool, 0);
    bs_free(writing.terms);
    return sum;
}

static bool add_loss(struct bs_users *users, const struct bs_places *places, int sample)
{
    const struct bs_place loss = {.kind =
                                      samples_of(places) > 1 ? BS_PLACE_SAMPLE_LOSS : BS_PLACE_LOSS,
                                  .at = {samples_of(places) > 1 ? sample : 0}};
    return add_user(users, bs_places_find(places, &loss));
}

static int compare(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void sort_users(struct bs_users *users)
{
    size_t kept = 0;
    if (users->count > 0)
        qsort(users->items, users->count, sizeof *users->items, compare);
    for (size_t i = 0; i < users->count; i++)
        if (i == 0 || users->items[i] != users->items[i - 1])
            users->items[kept++] = users->items[i];
    users->count = kept;
}

bool bs_unfold_users(struct bs_users *users, const struct bs_places *places,
                     const struct bs_place *place)
{
    bool is_whole = true;
    users->count = 0;
    switch (place->kind) {
    case BS_PLACE_MEMBER:
        is_whole = search_own(users, places, place) && search_readers(users, places, place);
        if (is_whole && reads(places, stack_of(places)->count - 1, place))
            is_whole = add_loss(users, places, place->at[BS_SAMPLE]);
        break;
    case BS_PLACE_INPUT:
        is_whole = search_readers(users, places, place);
        break;
    case BS_PLACE_TARGET:
        is_whole = add_loss(users, places, place->at[BS_SAMPLE]);
        break;
    case BS_PLACE_SAMPLE_LOSS:
        is_whole = add_user(users, bs_places_count(places) - 1);
        break;
    case BS_PLACE_RATE:
    case BS_PLACE_LOSS:
        break;
    }
    sort_users(users);
    return is_whole;
}
