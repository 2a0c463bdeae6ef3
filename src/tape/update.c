/*
 * What an optimiser adds to a tape: quantities after those of the graph.  Numbered from the graph's
 * last they are, first, the options, the decay and the step's number, which are givens; then a
 * block of one for each updated parameter of m and s, which are givens and change, and of mhat and
 * shat, which are worked out in the update.  The lists of the graph know nothing of them: on the
 * main line the givens stand after the graph's own, and the rest between the parameters, each with
 * its own.
 */
#include "tape/internal.h"

#include <string.h>

/* ---- what there is --------------------------------------------------------------------------- */

static void add_scalar(struct bs_extras *extras, const char *name, double value)
{
    extras->names[extras->scalars] = name;
    extras->values[extras->scalars++] = value;
}

static void list_scalars(struct bs_extras *extras, const struct bs_stepper *stepper)
{
    const struct bs_option *options = stepper->optimiser->recipe.options;
    for (int i = 0; options[i].name; i++)
        add_scalar(extras, options[i].name, stepper->options[i]);
    if (stepper->decay > 0)
        add_scalar(extras, "decay", stepper->decay);
    if (stepper->optimiser->shares)
        add_scalar(extras, "t", stepper->t);
}

static void add_slot(struct bs_extras *extras, enum bs_role role, enum bs_recurrence which)
{
    extras->slots[extras->slot_count++] = (struct bs_slot){role, which};
}

/* The entries of one parameter in the order of the update; a Δ is one, unless Δ is read as d. */
static void list_blocks(struct bs_extras *extras, const struct bs_stepper *stepper, bool has_steps)
{
    for (enum bs_recurrence which = BS_NEW_M; which < BS_CHANGE; which++) {
        if (!bs_optimiser_has(stepper->optimiser, which))
            continue;
        extras->blocks[extras->block_count++] = which;
        add_slot(extras, which <= BS_NEW_S ? BS_ROLE_NEW : BS_ROLE_VALUE, which);
    }
    if (has_steps)
        add_slot(extras, BS_ROLE_STEP, BS_CHANGE);
    add_slot(extras, BS_ROLE_NEW, BS_CHANGE);
}

/* The givens stand first in the forward list: where they end, by bisection. */
static int64_t count_givens(const struct bs_graph *graph)
{
    int64_t low = 0, high = graph->ops->count(graph, BS_ORDER_FORWARD);
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int64_t q = graph->ops->at(graph, BS_ORDER_FORWARD, middle);
        if (graph->ops->phase(graph, q) == BS_PHASE_GIVEN)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int bs_tape_set_update(struct bs_tape *tape, struct bs_stepper *stepper, struct bs_error *err)
{
    const struct bs_graph *graph = tape->graph;
    struct bs_extras extras = {.base = graph->ops->count(graph, BS_ORDER_FORWARD),
                               .givens = count_givens(graph),
                               .parameters = graph->ops->count(graph, BS_ORDER_UPDATE)};
    list_scalars(&extras, stepper);
    list_blocks(&extras, stepper, graph->has_steps);
    if (extras.base + extras.scalars + extras.block_count * extras.parameters >= BS_MOST_QUANTITIES)
        return bs_fail(err, BS_REFUSED,
                       "the tape has no room for the state of %s: it is %lld parameters",
                       stepper->optimiser->recipe.name, (long long)extras.parameters);
    tape->extras = extras;
    tape->stepper = bs_stepper_share(stepper);
    return BS_OK;
}

void bs_tape_drop_update(struct bs_tape *tape)
{
    bs_stepper_drop(tape->stepper);
    tape->stepper = NULL;
    tape->extras = (struct bs_extras){0};
}

bool bs_tape_is_extra(const struct bs_tape *tape, int64_t q)
{
    return tape->stepper && q >= tape->extras.base;
}

/* ---- numbers of quantities ------------------------------------------------------------------- */

/* A quantity taken apart: a scalar, or one of a parameter's. */
struct extra {
    int scalar; /* −1: none */
    enum bs_recurrence which;
    int64_t parameter; /* the kth */
};

static struct extra take_apart(const struct bs_extras *extras, int64_t q)
{
    const int64_t place = q - extras->base;
    if (place < extras->scalars)
        return (struct extra){.scalar = (int)place};
    const int64_t rest = place - extras->scalars;
    return (struct extra){-1, extras->blocks[rest / extras->parameters], rest % extras->parameters};
}

/* −1: the optimiser has no such thing. */
static int64_t put_together(const struct bs_extras *extras, enum bs_recurrence which, int64_t k)
{
    for (int block = 0; block < extras->block_count; block++)
        if (extras->blocks[block] == which)
            return extras->base + extras->scalars + block * extras->parameters + k;
    return -1;
}

/* Of anything in the update: an extra, or of a parameter its change. */
static struct extra of_update(const struct bs_tape *tape, int64_t q)
{
    if (bs_tape_is_extra(tape, q))
        return take_apart(&tape->extras, q);
    return (struct extra){-1, BS_CHANGE, bs_tape_rank(tape, BS_ORDER_UPDATE, q)};
}

static int64_t parameter_at(const struct bs_tape *tape, int64_t k)
{
    return tape->graph->ops->at(tape->graph, BS_ORDER_UPDATE, k);
}

int64_t bs_extra_parameter(const struct bs_tape *tape, int64_t q)
{
    const struct extra extra = take_apart(&tape->extras, q);
    return extra.scalar >= 0 ? -1 : parameter_at(tape, extra.parameter);
}

int64_t bs_extra_of(const struct bs_tape *tape, int64_t extra, int64_t parameter)
{
    const struct extra apart = take_apart(&tape->extras, extra);
    return put_together(&tape->extras, apart.which, bs_tape_rank(tape, BS_ORDER_UPDATE, parameter));
}

enum bs_phase bs_extra_phase(const struct bs_tape *tape, bs_entry entry)
{
    const struct extra extra = take_apart(&tape->extras, bs_entry_quantity(entry));
    const bool is_given = extra.scalar >= 0 || extra.which <= BS_NEW_S;
    return is_given && bs_entry_role(entry) == BS_ROLE_VALUE ? BS_PHASE_GIVEN : BS_PHASE_UPDATE;
}

bool bs_extra_changes(const struct bs_tape *tape, int64_t q)
{
    const struct extra extra = take_apart(&tape->extras, q);
    return extra.scalar < 0 && extra.which <= BS_NEW_S;
}

/* ---- places on the main line ----------------------------------------------------------------- */

int64_t bs_extra_given_count(const struct bs_tape *tape)
{
    const struct bs_extras *extras = &tape->extras;
    int64_t count = extras->scalars;
    for (int block = 0; block < extras->block_count; block++)
        if (extras->blocks[block] <= BS_NEW_S)
            count += extras->parameters;
    return count;
}

bs_entry bs_update_entry(const struct bs_tape *tape, int64_t parameter, int slot)
{
    const struct bs_slot *of = &tape->extras.slots[slot];
    if (of->which == BS_CHANGE)
        return bs_entry_make(of->role, parameter_at(tape, parameter));
    return bs_entry_make(of->role, put_together(&tape->extras, of->which, parameter));
}

int64_t bs_update_place(const struct bs_tape *tape, bs_entry entry)
{
    const struct bs_extras *extras = &tape->extras;
    const struct extra of = of_update(tape, bs_entry_quantity(entry));
    int slot = 0;
    while (extras->slots[slot].which != of.which ||
           extras->slots[slot].role != bs_entry_role(entry))
        slot++;
    return of.parameter * extras->slot_count + slot;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Before and after the name of the parameter, in each form. */
static const char *const prefixes[BS_CHANGE][3] = {
    [BS_NEW_M] = {[BS_UNICODE] = "m_", [BS_ASCII] = "m_", [BS_LATEX] = "m_{"},
    [BS_NEW_S] = {[BS_UNICODE] = "s_", [BS_ASCII] = "s_", [BS_LATEX] = "s_{"},
    [BS_M_HAT] = {[BS_UNICODE] = "mhat_", [BS_ASCII] = "mhat_", [BS_LATEX] = "\\hat{m}_{"},
    [BS_S_HAT] = {[BS_UNICODE] = "shat_", [BS_ASCII] = "shat_", [BS_LATEX] = "\\hat{s}_{"},
};

/* beta1 is no β of layer 1, which in LaTeX it would be. */
static void put_scalar(struct bs_buf *buf, const char *name, enum bs_form form)
{
    const size_t letters = strcspn(name, "0123456789");
    if (form == BS_LATEX && name[letters])
        bs_buf_printf(buf, "\\mathrm{%.*s}_{%s}", (int)letters, name, name + letters);
    else
        bs_buf_name(buf, name, form);
}

void bs_extra_put_name(const struct bs_tape *tape, struct bs_buf *buf, int64_t q, enum bs_form form)
{
    const struct extra extra = take_apart(&tape->extras, q);
    if (extra.scalar >= 0) {
        put_scalar(buf, tape->extras.names[extra.scalar], form);
        return;
    }
    bs_buf_put(buf, prefixes[extra.which][form]);
    tape->graph->ops->name(tape->graph, buf, parameter_at(tape, extra.parameter), form);
    bs_buf_put(buf, form == BS_LATEX ? "}" : "");
}

static int64_t find_in_block(const struct bs_tape *tape, enum bs_recurrence which, const char *name)
{
    const char *prefix = prefixes[which][BS_ASCII];
    bool is_error;
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return -1;
    int64_t parameter = tape->graph->ops->find(tape->graph, name + strlen(prefix), &is_error);
    if (parameter < 0 || is_error || bs_tape_rank(tape, BS_ORDER_UPDATE, parameter) < 0)
        return -1;
    return put_together(&tape->extras, which, bs_tape_rank(tape, BS_ORDER_UPDATE, parameter));
}

int64_t bs_extra_find(const struct bs_tape *tape, const char *name)
{
    const struct bs_extras *extras = &tape->extras;
    int64_t found = -1;
    for (int i = 0; i < extras->scalars; i++)
        if (strcmp(extras->names[i], name) == 0)
            return extras->base + i;
    for (int block = 0; found < 0 && block < extras->block_count; block++)
        found = find_in_block(tape, extras->blocks[block], name);
    return found;
}

/* ---- definitions ----------------------------------------------------------------------------- */

/* The names in the formulas of a parameter, and what they are on the tape. */
struct meaning {
    struct bs_tape *tape;
    int64_t parameter, k;
    bs_expr gradient;
    bool decays, reads_gradient;
};

static bs_expr value_ref(struct bs_pool *pool, int64_t q)
{
    return bs_ref(pool, bs_entry_make(BS_ROLE_VALUE, q));
}

static bs_expr scalar_ref(const struct meaning *meaning, struct bs_pool *pool, const char *name)
{
    const struct bs_extras *extras = &meaning->tape->extras;
    for (int i = 0; i < extras->scalars; i++)
        if (strcmp(extras->names[i], name) == 0)
            return value_ref(pool, extras->base + i);
    return NULL;
}

/* With decay that is not apart, the slope of λ/2·w² is part of the gradient. */
static bs_expr gradient(struct meaning *meaning, struct bs_pool *pool)
{
    meaning->reads_gradient = true;
    if (!meaning->decays || meaning->tape->stepper->optimiser->decouples_decay)
        return meaning->gradient;
    bs_expr weight = value_ref(pool, meaning->parameter);
    return bs_add(pool, meaning->gradient,
                  bs_mul(pool, scalar_ref(meaning, pool, "decay"), weight));
}

static bs_expr meaning_of(void *context, struct bs_pool *pool, bs_expr leaf)
{
    static const struct {
        const char *name;
        enum bs_role role;
        enum bs_recurrence which;
    } names[] = {{"m", BS_ROLE_VALUE, BS_NEW_M},    {"m_new", BS_ROLE_NEW, BS_NEW_M},
                 {"s", BS_ROLE_VALUE, BS_NEW_S},    {"s_new", BS_ROLE_NEW, BS_NEW_S},
                 {"mhat", BS_ROLE_VALUE, BS_M_HAT}, {"shat", BS_ROLE_VALUE, BS_S_HAT}};
    struct meaning *meaning = context;
    const char *name = leaf->u.name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i].name) == 0)
            return bs_ref(pool,
                          bs_entry_make(names[i].role, put_together(&meaning->tape->extras,
                                                                    names[i].which, meaning->k)));
    if (strcmp(name, "g") == 0)
        return gradient(meaning, pool);
    if (strcmp(name, "p") == 0)
        return value_ref(pool, meaning->parameter);
    if (strcmp(name, "eta") == 0)
        return value_ref(pool, meaning->tape->rate);
    return scalar_ref(meaning, pool, name);
}

bool bs_tape_decays(const struct bs_tape *tape, int64_t parameter)
{
    return tape->stepper->decay > 0 && tape->graph->ops->parameter(tape->graph, parameter).decays;
}

bs_expr bs_update_define(struct bs_tape *tape, bs_entry entry, bs_expr of_gradient, bool *reads)
{
    const struct extra of = of_update(tape, bs_entry_quantity(entry));
    struct meaning meaning = {.tape = tape,
                              .parameter = parameter_at(tape, of.parameter),
                              .k = of.parameter,
                              .gradient = of_gradient};
    meaning.decays = bs_tape_decays(tape, meaning.parameter);
    bs_expr made = bs_optimiser_define(tape->pool, tape->stepper->optimiser, of.which,
                                       meaning.decays, meaning_of, &meaning);
    *reads = meaning.reads_gradient;
    return made;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* A threshold's m is minus that of its bias; s is a square. */
static double state_of(const double *state, const struct bs_state_place *parameter, int sign)
{
    const double number = state ? state[parameter->index] : 0;
    return sign < 0 ? 0 - number : number;
}

static int read_one(struct bs_one_step *out, const struct bs_tape *tape, int64_t q,
                    struct bs_error *err)
{
    struct bs_graph *graph = tape->graph;
    const struct bs_state_place parameter = graph->ops->parameter(graph, q);
    int status = graph->ops->number(&out->p, graph, BS_ROLE_VALUE, q, err);
    if (status == BS_OK)
        status = graph->ops->number(&out->g, graph, BS_ROLE_DERIVATIVE, q, err);
    out->m = state_of(tape->stepper->m, &parameter, parameter.sign);
    out->s = state_of(tape->stepper->s, &parameter, 1);
    out->decays = parameter.decays;
    return status;
}

int bs_update_number(double *out, const struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    const struct extra of = of_update(tape, bs_entry_quantity(entry));
    if (of.scalar >= 0) {
        *out = tape->extras.values[of.scalar];
        return BS_OK;
    }
    struct bs_one_step one;
    struct bs_one_stepped stepped;
    int status = read_one(&one, tape, parameter_at(tape, of.parameter), err);
    if (status < 0)
        return status;
    bs_stepper_one(&stepped, tape->stepper, &one);
    const bool is_before = bs_entry_role(entry) == BS_ROLE_VALUE && of.which <= BS_NEW_S;
    *out = is_before ? (of.which == BS_NEW_M ? one.m : one.s) : stepped.numbers[of.which];
    return BS_OK;
}
