/*
 * A run of samples through any network as a graph: quantities are the ordinals of its places, names
 * are LAYER.symbol with indices, numbers come from runs of the kernels: one before the update and,
 * made when first asked, one after.
 */
#include "tape/graph.h"

#include "base/mem.h"
#include "net/places.h"
#include "net/run.h"

#include <stdlib.h>
#include <string.h>

struct stack {
    struct bs_graph graph;
    struct bs_run *run, *after;
    struct bs_params *params, *updated; /* before and after; NULL: not yet made */
    struct bs_stepper *stepper, *next;  /* likewise; NULL: there is no update */
    double *gradients;
    struct bs_places *places;
};

static struct stack *stack_of(const struct bs_graph *graph)
{
    return (struct stack *)(void *)graph;
}

static const struct bs_arch *arch_of(const struct stack *stack)
{
    return bs_run_arch(stack->run);
}

static void destroy(struct bs_graph *graph)
{
    struct stack *stack = stack_of(graph);
    bs_places_destroy(stack->places);
    bs_run_destroy(stack->run);
    bs_run_destroy(stack->after);
    bs_params_drop(stack->params);
    bs_params_drop(stack->updated);
    bs_stepper_drop(stack->stepper);
    bs_stepper_drop(stack->next);
    bs_free(stack->gradients);
    bs_free(stack);
}

static int go_back(struct stack *stack, struct bs_error *err)
{
    stack->gradients = bs_calloc(stack->params->count + 1, sizeof *stack->gradients);
    if (!stack->gradients)
        return bs_fail_memory(err);
    if (bs_run_backward(stack->run, stack->params->values, 1, stack->gradients) < 0)
        return bs_fail_interrupted(err);
    return BS_OK;
}

static bool is_cut(const struct bs_pattern *pattern)
{
    for (int g = 0; g < pattern->count; g++)
        for (int f = 0; f < pattern->groups[g].factors; f++)
            if (pattern->groups[g].factor[f].cut > 0)
                return true;
    return false;
}

/* Does a definition of any stage keep slopes from what it uses? */
static bool is_truncated(const struct bs_stack *stack)
{
    for (int s = 0; s < stack->count; s++)
        for (int a = 0; a < stack->stages[s].array_count; a++) {
            struct bs_pattern pattern = {0};
            if (stack->stages[s].arrays[a].role == BS_ARRAY_VALUE)
                stack->stages[s].kind->pattern(&pattern, &stack->stages[s], a, 1);
            if (is_cut(&pattern))
                return true;
        }
    return false;
}

int bs_stack_graph_create(struct bs_graph **out, struct bs_run *run, struct bs_params *params,
                          struct bs_stepper *stepper, struct bs_error *err)
{
    struct stack *stack = bs_calloc(1, sizeof *stack);
    if (!stack) {
        bs_run_destroy(run);
        return bs_fail_memory(err);
    }
    stack->graph = (struct bs_graph){.ops = &bs_stack_ops,
                                     .is_independent = true,
                                     .has_steps = true,
                                     .is_truncated = is_truncated(bs_run_arch(run)->stack),
                                     .kink = bs_run_arch(run)->kink};
    stack->run = run;
    stack->params = bs_params_share(params);
    stack->stepper = stepper ? bs_stepper_share(stepper) : NULL;
    int status =
        bs_places_create(&stack->places, bs_run_arch(run), bs_run_samples(run), stepper, err);
    if (status == BS_OK)
        status = go_back(stack, err);
    if (status < 0) {
        destroy(&stack->graph);
        return status;
    }
    *out = &stack->graph;
    return BS_OK;
}

int64_t bs_stack_graph_rate(const struct bs_graph *graph)
{
    const struct bs_place rate = {.kind = BS_PLACE_RATE};
    return stack_of(graph)->stepper ? bs_places_find(stack_of(graph)->places, &rate) : -1;
}

bool bs_stack_graph_first(int64_t *out, const struct bs_graph *graph, int64_t k)
{
    const struct stack *stack = stack_of(graph);
    const struct bs_stack *stages = arch_of(stack)->stack;
    struct bs_place place = {.kind = BS_PLACE_MEMBER};
    while (place.stage < stages->count && k >= stages->stages[place.stage].array_count)
        k -= stages->stages[place.stage++].array_count;
    if (place.stage == stages->count)
        return false;
    place.array = (int)k;
    *out = bs_places_find(stack->places, &place);
    return true;
}

const struct bs_run *bs_stack_graph_run(const struct bs_graph *graph)
{
    return stack_of(graph)->run;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int64_t count_in(const struct bs_graph *graph, enum bs_order order)
{
    const struct stack *stack = stack_of(graph);
    const bool is_updated = stack->stepper;
    switch (order) {
    case BS_ORDER_FORWARD:
        return bs_places_count(stack->places);
    case BS_ORDER_BACKWARD:
        return bs_places_backward_count(stack->places);
    case BS_ORDER_UPDATE:
        return is_updated ? bs_places_parameters(stack->places) : 0;
    case BS_ORDER_AGAIN:
        return is_updated ? bs_places_count(stack->places) - bs_places_givens(stack->places) : 0;
    }
    return 0;
}

static int64_t at(const struct bs_graph *graph, enum bs_order order, int64_t k)
{
    const struct stack *stack = stack_of(graph);
    switch (order) {
    case BS_ORDER_BACKWARD:
        return bs_places_backward(stack->places, k);
    case BS_ORDER_UPDATE:
        return bs_places_first_parameter(stack->places) + k;
    case BS_ORDER_AGAIN:
        return bs_places_givens(stack->places) + k;
    default:
        return k;
    }
}

static int64_t rank(const struct bs_graph *graph, enum bs_order order, int64_t q)
{
    if (order == BS_ORDER_BACKWARD)
        return bs_places_backward_rank(stack_of(graph)->places, q);
    return bs_graph_rank(graph, order, q);
}

static struct bs_place place_of(const struct bs_graph *graph, int64_t q)
{
    return bs_places_at(stack_of(graph)->places, q);
}

static int64_t root_of(const struct bs_graph *graph)
{
    return bs_places_count(stack_of(graph)->places) - 1;
}

static enum bs_phase phase_of(const struct bs_graph *graph, int64_t q)
{
    if (q < bs_places_givens(stack_of(graph)->places))
        return BS_PHASE_GIVEN;
    const enum bs_place_kind kind = place_of(graph, q).kind;
    return kind == BS_PLACE_LOSS || kind == BS_PLACE_SAMPLE_LOSS ? BS_PHASE_LOSS : BS_PHASE_FORWARD;
}

static int layer_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_place place = place_of(graph, q);
    return place.kind == BS_PLACE_MEMBER
               ? arch_of(stack_of(graph))->stack->stages[place.stage].layer
               : 0;
}

static int step_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_place place = place_of(graph, q);
    return bs_places_extents(stack_of(graph)->places, &place).steps ? place.at[BS_STEP] + 1 : 0;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The name without indices: x, E, conv1_K, shown conv1.K. */
static void put_stem(const struct stack *stack, struct bs_buf *buf, const struct bs_place *place,
                     enum bs_form form)
{
    static const char *const stems[] = {
        [BS_PLACE_INPUT] = "x",       [BS_PLACE_TARGET] = "t", [BS_PLACE_RATE] = "eta",
        [BS_PLACE_SAMPLE_LOSS] = "E", [BS_PLACE_LOSS] = "E",
    };
    if (place->kind != BS_PLACE_MEMBER) {
        bs_buf_name(buf, stems[place->kind], form);
        return;
    }
    const struct bs_stage *stage = &arch_of(stack)->stack->stages[place->stage];
    const char *symbol = stage->arrays[place->array].symbol;
    if (form == BS_LATEX) {
        /* in braces, because an index follows, and TeX takes no two of them */
        bs_buf_printf(buf, "\\mathrm{%s}.{", stage->name);
        bs_buf_name(buf, symbol, form);
        bs_buf_char(buf, '}');
        return;
    }
    bs_buf_printf(buf, "%s%s%s", stage->name, form == BS_ASCII ? "_" : ".", symbol);
}

static void put_indices(struct bs_buf *buf, const struct bs_place *place,
                        const struct bs_extents *extents, enum bs_form form)
{
    const bool has_any = extents->steps || extents->rank;
    const char *between = form == BS_LATEX ? "," : "_";
    if (has_any)
        bs_buf_put(buf, form == BS_LATEX ? "_{" : "_");
    if (extents->steps)
        bs_buf_printf(buf, "t%d%s", place->at[BS_STEP] + 1, extents->rank ? between : "");
    for (int i = 0; i < extents->rank; i++)
        bs_buf_printf(buf, "%s%d", i ? between : "", place->at[BS_INDEX + i] + 1);
    if (has_any && form == BS_LATEX)
        bs_buf_put(buf, "}");
}

static void put_place(const struct stack *stack, struct bs_buf *buf, const struct bs_place *place,
                      enum bs_form form)
{
    const struct bs_extents extents = bs_places_extents(stack->places, place);
    put_stem(stack, buf, place, form);
    put_indices(buf, place, &extents, form);
}

/* One sample has no number. */
static int64_t sample_of(const struct bs_graph *graph, int64_t q)
{
    const struct bs_places *places = stack_of(graph)->places;
    const struct bs_place place = place_of(graph, q);
    const bool has = bs_places_samples(places) > 1 && bs_places_extents(places, &place).has_samples;
    return has ? place.at[BS_SAMPLE] + 1 : 0;
}

/* In the place of the loss of all there is that of the sample. */
static int64_t in_sample(const struct bs_graph *graph, int64_t q, int64_t sample)
{
    const struct bs_places *places = stack_of(graph)->places;
    struct bs_place place = place_of(graph, q);
    if (q == root_of(graph))
        place = (struct bs_place){.kind = BS_PLACE_SAMPLE_LOSS};
    const bool has = bs_places_samples(places) > 1 && bs_places_extents(places, &place).has_samples;
    if (!has || (size_t)sample > bs_places_samples(places))
        return -1;
    place.at[BS_SAMPLE] = (int)sample - 1;
    return bs_places_find(places, &place);
}

static void put_name(const struct bs_graph *graph, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    const struct bs_place place = place_of(graph, q);
    put_place(stack_of(graph), buf, &place, form);
}

static int no_error_sign(const struct bs_graph *graph, int64_t q)
{
    (void)graph, (void)q;
    return 0;
}

/* A number from 1, without a sign or leading zeros; *text goes past it.  0: there is none. */
static int read_index(const char **text)
{
    char *end;
    if (**text < '1' || **text > '9')
        return 0;
    const long index = strtol(*text, &end, 10);
    *text = end;
    return index > BS_MOST_QUANTITIES ? 0 : (int)index;
}

/* What stands after a stem: _t3_1_2. */
static bool read_indices(struct bs_place *place, const struct bs_extents *extents, const char *text)
{
    if (extents->steps) {
        if (strncmp(text, "_t", 2) != 0)
            return false;
        text += 2;
        place->at[BS_STEP] = read_index(&text) - 1;
    }
    for (int i = 0; i < extents->rank; i++) {
        if (*text++ != '_')
            return false;
        place->at[BS_INDEX + i] = read_index(&text) - 1;
    }
    return *text == '\0';
}

static int64_t find_indices(const struct stack *stack, struct bs_place *place, const char *text)
{
    const struct bs_extents extents = bs_places_extents(stack->places, place);
    if (!read_indices(place, &extents, text))
        return -1;
    return bs_places_find(stack->places, place);
}

/* Does the name start so? */
static bool starts(const char *name, const char *stem)
{
    return strncmp(name, stem, strlen(stem)) == 0;
}

static int64_t find_member(const struct stack *stack, const char *name)
{
    const struct bs_stack *stages = arch_of(stack)->stack;
    for (int s = 0; s < stages->count; s++) {
        const struct bs_stage *stage = &stages->stages[s];
        const char *rest = name + strlen(stage->name);
        if (!starts(name, stage->name) || (*rest != '_' && *rest != '.'))
            continue;
        for (int a = 0; a < stage->array_count; a++) {
            const char *symbol = stage->arrays[a].symbol;
            struct bs_place place = {.kind = BS_PLACE_MEMBER, .stage = s, .array = a};
            const int64_t q = starts(rest + 1, symbol)
                                  ? find_indices(stack, &place, rest + 1 + strlen(symbol))
                                  : -1;
            if (q >= 0)
                return q;
        }
    }
    return -1;
}

static int64_t find_other(const struct stack *stack, enum bs_place_kind kind, const char *rest)
{
    struct bs_place place = {.kind = kind};
    return find_indices(stack, &place, rest);
}

static int64_t find(const struct bs_graph *graph, const char *name, bool *is_error)
{
    const struct stack *stack = stack_of(graph);
    int64_t q = -1;
    *is_error = false;
    if (strcmp(name, "E") == 0)
        return root_of(graph);
    if (strcmp(name, "eta") == 0)
        q = find_other(stack, BS_PLACE_RATE, "");
    else if (name[0] == 'x')
        q = find_other(stack, BS_PLACE_INPUT, name + 1);
    else if (name[0] == 't')
        q = find_other(stack, BS_PLACE_TARGET, name + 1);
    return q >= 0 ? q : find_member(stack, name);
}

/* ---- definitions ----------------------------------------------------------------------------- */

static void put_general(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    const struct bs_place place = place_of(graph, q);
    if (place.kind == BS_PLACE_MEMBER)
        bs_stack_put_general(buf, stack_of(graph)->places, &place);
}

static const char *put_general_gradient(const struct bs_graph *graph, struct bs_buf *buf, int64_t q)
{
    const struct bs_place place = place_of(graph, q);
    return bs_stack_put_gradient(buf, stack_of(graph)->places, &place);
}

static bs_expr make_ref(void *context, struct bs_pool *pool, int64_t ordinal)
{
    (void)context;
    return bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, ordinal));
}

static bs_expr define(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return bs_places_define(stack_of(graph)->places, pool, q, make_ref, NULL);
}

static bool has_part(const struct bs_graph *graph, int64_t c, int64_t q)
{
    return bs_places_has_part(stack_of(graph)->places, c, q);
}

static bs_expr define_part(const struct bs_graph *graph, struct bs_pool *pool, int64_t c, int64_t q)
{
    return bs_places_define_part(stack_of(graph)->places, pool, c, q, make_ref, NULL);
}

static bool has_fused(const struct bs_graph *graph, int64_t q)
{
    return bs_places_has_fused(stack_of(graph)->places, q);
}

static bs_expr fused(const struct bs_graph *graph, struct bs_pool *pool, int64_t q)
{
    return bs_places_define_fused(stack_of(graph)->places, pool, q, make_ref, NULL);
}

static int64_t user_count(const struct bs_graph *graph, int64_t q)
{
    return bs_places_user_count(stack_of(graph)->places, q);
}

static int64_t user(const struct bs_graph *graph, int64_t q, int64_t k)
{
    return bs_places_user(stack_of(graph)->places, q, k);
}

static bool is_inlined(const struct bs_graph *graph, int64_t q)
{
    const enum bs_place_kind kind = place_of(graph, q).kind;
    return kind == BS_PLACE_LOSS || kind == BS_PLACE_SAMPLE_LOSS;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static const struct bs_array *array_of(const struct stack *stack, const struct bs_place *place)
{
    return &arch_of(stack)->stack->stages[place->stage].arrays[place->array];
}

static bool is_parameter(const struct stack *stack, const struct bs_place *place)
{
    if (place->kind != BS_PLACE_MEMBER)
        return false;
    const enum bs_array_role role = array_of(stack, place)->role;
    return role == BS_ARRAY_WEIGHT || role == BS_ARRAY_BIAS;
}

/* Where a member's number lies among the network's parameters. */
static size_t parameter_of(const struct stack *stack, const struct bs_place *place)
{
    return array_of(stack, place)->first + bs_places_number(stack->places, place);
}

/* The array of a run that a quantity stands in. */
static const double *in_run(const struct bs_run *run, const struct bs_place *place,
                            const double *(*read)(const struct bs_run *run, int stage, int array))
{
    if (place->kind == BS_PLACE_MEMBER)
        return read(run, place->stage, place->array);
    return read(run, BS_FROM_OUTSIDE, place->kind == BS_PLACE_TARGET);
}

static double value_in(const struct stack *stack, const struct bs_run *run,
                       const struct bs_params *params, const struct bs_place *place)
{
    switch (place->kind) {
    case BS_PLACE_RATE:
        return stack->stepper->eta;
    case BS_PLACE_LOSS:
        return bs_run_loss(run);
    case BS_PLACE_SAMPLE_LOSS:
        return bs_run_sample_loss(run, (size_t)place->at[BS_SAMPLE]);
    default:
        if (is_parameter(stack, place))
            return params->values[parameter_of(stack, place)];
        return in_run(run, place, bs_run_values)[bs_places_number(stack->places, place)];
    }
}

static double slope_of(const struct stack *stack, const struct bs_place *place)
{
    switch (place->kind) {
    case BS_PLACE_RATE:
        return 0;
    case BS_PLACE_LOSS:
        return 1;
    case BS_PLACE_SAMPLE_LOSS:
        return 1 / (double)bs_places_samples(stack->places);
    default:
        if (is_parameter(stack, place))
            return stack->gradients[parameter_of(stack, place)];
        return in_run(stack->run, place, bs_run_slopes)[bs_places_number(stack->places, place)];
    }
}

/* The step uses its gradients up. */
static int update_params(struct stack *stack, struct bs_error *err)
{
    const size_t count = stack->params->count;
    const struct bs_net net = {(struct bs_arch *)arch_of(stack), stack->params};
    double *gradients = bs_realloc_array(NULL, count + 1, sizeof *gradients);
    if (!gradients)
        return bs_fail_memory(err);
    memcpy(gradients, stack->gradients, count * sizeof *gradients);
    int status =
        bs_stepper_take(&stack->updated, &stack->next, stack->stepper, &net, gradients, err);
    bs_free(gradients);
    return status;
}

/* A run forward of the same samples and what was drawn with them, of other parameters. */
static int run_again(struct bs_run **out, const struct stack *stack, const double *params,
                     struct bs_error *err)
{
    struct bs_run *run;
    int status = bs_run_create(&run, (struct bs_arch *)arch_of(stack), bs_run_samples(stack->run),
                               BS_RUN_TAPE, err);
    if (status < 0)
        return status;
    bs_run_load_same(run, stack->run);
    bs_run_keep_drawn(run, stack->run);
    if (bs_run_forward(run, params) < 0) {
        bs_run_destroy(run);
        return bs_fail_interrupted(err);
    }
    *out = run;
    return BS_OK;
}

/* The run after the update is made when it is first asked for. */
static int need_after(struct stack *stack, struct bs_error *err)
{
    int status = stack->updated ? BS_OK : update_params(stack, err);
    if (status == BS_OK && !stack->after)
        status = run_again(&stack->after, stack, stack->updated->values, err);
    return status;
}

/* A run forward of other samples, which are copied. */
static int run_others(struct bs_run **out, const struct stack *stack, const struct bs_batch *others,
                      const double *params, struct bs_error *err)
{
    struct bs_run *run;
    const size_t samples = bs_run_samples(stack->run);
    int status = bs_run_create(&run, (struct bs_arch *)arch_of(stack), samples, BS_RUN_TAPE, err);
    if (status < 0)
        return status;
    bs_run_load(run, others->x, others->t, NULL, samples);
    bs_run_own(run);
    bs_run_draw_on(run, stack->run);
    if (bs_run_forward(run, params) < 0) {
        bs_run_destroy(run);
        return bs_fail_interrupted(err);
    }
    *out = run;
    return BS_OK;
}

int bs_stack_graph_next(struct bs_run **out, struct bs_params **params, struct bs_stepper **stepper,
                        struct bs_graph *graph, const struct bs_batch *others, struct bs_error *err)
{
    struct stack *stack = stack_of(graph);
    int status = stack->updated ? BS_OK : update_params(stack, err);
    if (status < 0)
        return status;
    *params = stack->updated;
    *stepper = stack->next;
    if (others)
        return run_others(out, stack, others, stack->updated->values, err);
    return run_again(out, stack, stack->updated->values, err);
}

static struct bs_state_place state_place(const struct bs_graph *graph, int64_t q)
{
    const struct bs_place place = place_of(graph, q);
    const struct stack *stack = stack_of(graph);
    return (struct bs_state_place){parameter_of(stack, &place), 1,
                                   array_of(stack, &place)->role == BS_ARRAY_WEIGHT};
}

/* Differences are of parameters alone: they are what the tape checks. */
static int loss_at(double *loss, struct bs_graph *graph, int64_t q, double value,
                   struct bs_error *err)
{
    struct stack *stack = stack_of(graph);
    const struct bs_place place = place_of(graph, q);
    struct bs_params *params = bs_params_create(stack->params->count);
    struct bs_run *run = NULL;
    if (!params)
        return bs_fail_memory(err);
    memcpy(params->values, stack->params->values, params->count * sizeof params->values[0]);
    params->values[parameter_of(stack, &place)] = value;
    int status = run_again(&run, stack, params->values, err);
    if (status == BS_OK)
        *loss = bs_run_loss(run);
    bs_run_destroy(run);
    bs_params_drop(params);
    return status;
}

static int number(double *out, struct bs_graph *graph, enum bs_role role, int64_t q,
                  struct bs_error *err)
{
    struct stack *stack = stack_of(graph);
    const struct bs_place place = place_of(graph, q);
    int status;
    switch (role) {
    case BS_ROLE_DERIVATIVE:
        *out = slope_of(stack, &place);
        return BS_OK;
    case BS_ROLE_STEP:
        *out = -stack->stepper->eta * slope_of(stack, &place);
        return BS_OK;
    case BS_ROLE_NEW:
        status = need_after(stack, err);
        if (status == BS_OK)
            *out = value_in(stack, stack->after, stack->updated, &place);
        return status;
    default:
        *out = value_in(stack, stack->run, stack->params, &place);
        return BS_OK;
    }
}

const struct bs_graph_ops bs_stack_ops = {
    .destroy = destroy,
    .count = count_in,
    .at = at,
    .rank = rank,
    .phase = phase_of,
    .layer = layer_of,
    .step = step_of,
    .root = root_of,
    .sample = sample_of,
    .in_sample = in_sample,
    .name = put_name,
    .error_sign = no_error_sign,
    .find = find,
    .general = put_general,
    .general_gradient = put_general_gradient,
    .define = define,
    .has_part = has_part,
    .define_part = define_part,
    .has_fused = has_fused,
    .fused = fused,
    .user_count = user_count,
    .user = user,
    .is_inlined = is_inlined,
    .loss_at = loss_at,
    .parameter = state_place,
    .number = number,
};
