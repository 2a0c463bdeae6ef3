/*
 * Deriving: the backward, update and again phases from the forward definitions.
 *
 * For every quantity q, ∂E/∂q = Σ over the entries c that use q of ∂E/∂c · ∂c/∂q, where ∂c/∂q is
 * the symbolic derivative of c's definition.  A closed form writes each ∂E/∂c as the error term it
 * is named by, or, where c has none of its own (the output of a unit, the loss), by its own closed
 * form; and each part of ∂c/∂q that is c itself by c's name, which gives b·(1 − b) for the sigmoid.
 */
#include "tape/internal.h"

#include "base/mem.h"
#include "expr/calculus.h"
#include "expr/func.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two engines agree within this multiple of the size of what was added up. */
static const double AGREEMENT = 1e-12;
static const double SMALLEST = 1e-300; /* below this doubles lose digits */
static const double LARGEST = 1e300;   /* above this a sum or product of them may overflow */

/* ---- formulas made so far (open addressing, at most half full) ------------------------------- */

static struct bs_formula *find_formula(const struct bs_formula_cache *cache, bs_entry entry)
{
    size_t mask = cache->size - 1, slot = (size_t)entry * 0x9E3779B97F4A7C15U >> 20 & mask;
    while (cache->slots[slot].expr && cache->slots[slot].entry != entry)
        slot = (slot + 1) & mask;
    return &cache->slots[slot];
}

static bool grow_formulas(struct bs_formula_cache *cache)
{
    struct bs_formula_cache grown = {NULL, cache->size ? cache->size * 2 : 64, cache->used};
    grown.slots = bs_calloc(grown.size, sizeof *grown.slots);
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < cache->size; i++)
        if (cache->slots[i].expr)
            *find_formula(&grown, cache->slots[i].entry) = cache->slots[i];
    bs_free(cache->slots);
    *cache = grown;
    return true;
}

/* Gives the formula back, or NULL when out of memory. */
static bs_expr remember(struct bs_tape *tape, bs_entry entry, bs_expr expr)
{
    struct bs_formula_cache *cache = &tape->formulas;
    if (!expr || (cache->used * 2 >= cache->size && !grow_formulas(cache)))
        return NULL;
    *find_formula(cache, entry) = (struct bs_formula){entry, expr};
    cache->used++;
    return expr;
}

static bs_expr recall(const struct bs_tape *tape, bs_entry entry)
{
    return tape->formulas.size ? find_formula(&tape->formulas, entry)->expr : NULL;
}

void bs_tape_forget(struct bs_tape *tape)
{
    for (size_t i = 0; i < tape->formulas.size; i++)
        tape->formulas.slots[i].expr = NULL;
    tape->formulas.used = 0;
}

/* ---- formulas -------------------------------------------------------------------------------- */

static bs_expr ref(struct bs_tape *tape, enum bs_role role, int64_t q)
{
    return bs_ref(tape->pool, bs_entry_make(role, q));
}

static int64_t root_of(const struct bs_tape *tape)
{
    return tape->graph->ops->root(tape->graph);
}

bs_expr bs_tape_definition(struct bs_tape *tape, int64_t q)
{
    bs_entry entry = bs_entry_make(BS_ROLE_VALUE, q);
    bs_expr known = recall(tape, entry);
    return known ? known
                 : remember(tape, entry, tape->graph->ops->define(tape->graph, tape->pool, q));
}

/* The name of the user of q whose definition a call is, or the call itself. */
static bs_expr name_call(struct bs_tape *tape, bs_expr call, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    for (int64_t k = 0; k < graph->ops->user_count(graph, q); k++) {
        int64_t c = graph->ops->user(graph, q, k);
        bs_expr definition = bs_tape_definition(tape, c);
        if (!definition || definition == call)
            return definition ? ref(tape, BS_ROLE_VALUE, c) : NULL;
    }
    return call;
}

/* The slope of an indexed function (softmax) has its siblings in it, which are users of q, too. */
static bs_expr name_siblings(struct bs_tape *tape, bs_expr slope, int64_t q)
{
    if (slope->kind == BS_CALL)
        return name_call(tape, slope, q);
    if (slope->count == 0)
        return slope;
    bs_expr *args = bs_alloc((size_t)slope->count * sizeof *args);
    if (!args)
        return NULL;
    for (int i = 0; i < slope->count; i++)
        args[i] = name_siblings(tape, slope->args[i], q);
    bs_expr named = bs_with_args(tape->pool, slope, args);
    bs_free(args);
    return named;
}

/* The terms of a plain sum that do not mention q have no slope by it, and need not be made. */
static bool has_part(const struct bs_tape *tape, int64_t c, int64_t q)
{
    return tape->graph->ops->has_part && tape->graph->ops->has_part(tape->graph, c, q);
}

static bs_expr local_of_part(struct bs_tape *tape, int64_t c, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    bs_expr part = graph->ops->define_part(graph, tape->pool, c, q);
    return part ? bs_diff(tape->pool, part, ref(tape, BS_ROLE_VALUE, q), NULL) : NULL;
}

bs_expr bs_tape_local(struct bs_tape *tape, int64_t c, int64_t q)
{
    if (has_part(tape, c, q))
        return local_of_part(tape, c, q);
    bs_expr definition = bs_tape_definition(tape, c);
    bs_expr slope = bs_diff(tape->pool, definition, ref(tape, BS_ROLE_VALUE, q), NULL);
    if (!slope || definition->count == 0)
        return slope;
    if (definition->kind == BS_CALL && definition->u.call.func->is_indexed)
        return name_siblings(tape, slope, q);
    return bs_replace(tape->pool, slope, definition, ref(tape, BS_ROLE_VALUE, c));
}

static bs_expr signed_expr(struct bs_tape *tape, int sign, bs_expr expr)
{
    return sign < 0 ? bs_neg(tape->pool, expr) : expr;
}

/* ∂E/∂c as closed forms write it. */
static bs_expr adjoint(struct bs_tape *tape, int64_t c)
{
    if (tape->graph->ops->is_inlined(tape->graph, c))
        return bs_tape_derivative(tape, c);
    return signed_expr(tape, bs_tape_gradient_sign(tape, c), ref(tape, BS_ROLE_GRADIENT, c));
}

/*
 * A threshold stands only beside its α, in f(α − γ), so ∂E/∂γ = −∂E/∂α, or −Σ ∂E/∂α where the layer
 * shares it: it is written with error terms (∂E/∂γ = e).  Here: the α beside q in one definition.
 */
struct beside {
    struct bs_tape *tape;
    bs_expr self, minus_self;
    int64_t user;   /* whose definition it is */
    bs_expr *terms; /* −∂E/∂α each */
    int64_t count, most;
};

/* An α with several users (of a softmax layer) counts at the first. */
static bool add_beside(struct beside *beside, bs_expr alpha)
{
    struct bs_tape *tape = beside->tape;
    const struct bs_graph_ops *ops = tape->graph->ops;
    int64_t p = alpha->kind == BS_REF ? bs_entry_quantity(alpha->u.ref) : -1;
    if (p < 0 || ops->is_inlined(tape->graph, p))
        return false;
    if (ops->user(tape->graph, p, 0) != beside->user)
        return true;
    if (beside->count == beside->most)
        return false;
    int sign = -bs_tape_gradient_sign(tape, p);
    beside->terms[beside->count++] = signed_expr(tape, sign, ref(tape, BS_ROLE_GRADIENT, p));
    return true;
}

/* False when q stands anywhere else in the expression. */
static bool find_beside(struct beside *beside, bs_expr expr)
{
    if (expr->kind == BS_SUM && expr->count == 2 && expr->args[1] == beside->minus_self)
        return add_beside(beside, expr->args[0]);
    bool is_beside = expr != beside->self;
    for (int i = 0; is_beside && i < expr->count; i++)
        is_beside = find_beside(beside, expr->args[i]);
    return is_beside;
}

/* A threshold goes into units, and into nothing else. */
static bool may_be_threshold(const struct bs_tape *tape, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    bool may_be = true;
    for (int64_t k = 0; may_be && k < graph->ops->user_count(graph, q); k++) {
        int64_t c = graph->ops->user(graph, q, k);
        may_be = c != root_of(tape) && graph->ops->is_inlined(graph, c);
    }
    return may_be;
}

/* How many terms; 0 where q is no threshold, −1 when out of memory. */
static int64_t threshold_terms(bs_expr *terms, struct bs_tape *tape, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    if (!may_be_threshold(tape, q))
        return 0;
    bs_expr self = ref(tape, BS_ROLE_VALUE, q), minus_self = bs_neg(tape->pool, self);
    struct beside beside = {tape, self, minus_self, 0, terms, 0, graph->ops->user_count(graph, q)};
    for (int64_t k = 0; k < beside.most; k++) {
        beside.user = graph->ops->user(graph, q, k);
        bs_expr definition = bs_tape_definition(tape, beside.user);
        if (!definition || !minus_self)
            return -1;
        if (!find_beside(&beside, definition))
            return 0;
    }
    return beside.count;
}

/* Σ ∂E/∂c·∂c/∂q over the users c of q. */
static bs_expr derive(struct bs_tape *tape, int64_t q)
{
    struct bs_pool *pool = tape->pool;
    const struct bs_graph *graph = tape->graph;
    int64_t users = graph->ops->user_count(graph, q);
    if (q == root_of(tape))
        return bs_integer(pool, 1);
    bs_expr *terms = bs_alloc((size_t)users * sizeof *terms), sum = NULL;
    int64_t count = terms ? threshold_terms(terms, tape, q) : -1;
    if (count == 0)
        for (; count < users; count++) {
            int64_t c = graph->ops->user(graph, q, count);
            terms[count] = bs_mul(pool, adjoint(tape, c), bs_tape_local(tape, c, q));
        }
    if (count >= 0)
        sum = bs_simplify(pool, bs_sum(pool, (int)count, terms));
    bs_free(terms);
    return sum;
}

bs_expr bs_tape_derivative(struct bs_tape *tape, int64_t q)
{
    bs_entry entry = bs_entry_make(BS_ROLE_DERIVATIVE, q);
    bs_expr known = recall(tape, entry);
    return known ? known : remember(tape, entry, derive(tape, q));
}

/* ±Σ ∂E/∂c·∂c/∂q, by names. */
static bs_expr chain(struct bs_tape *tape, int64_t q, int sign)
{
    struct bs_pool *pool = tape->pool;
    const struct bs_graph *graph = tape->graph;
    int64_t users = graph->ops->user_count(graph, q);
    bs_expr *terms = bs_alloc((size_t)users * sizeof *terms);
    if (!terms)
        return NULL;
    for (int64_t k = 0; k < users; k++) {
        int64_t c = graph->ops->user(graph, q, k);
        bs_expr term = bs_ref(pool, bs_entry_partial(c, q));
        if (c != root_of(tape))
            term = bs_mul(pool, ref(tape, BS_ROLE_DERIVATIVE, c), term);
        terms[k] = signed_expr(tape, sign, term);
    }
    bs_expr sum = bs_sum(pool, (int)users, terms);
    bs_free(terms);
    return sum;
}

static bs_expr step_formula(struct bs_tape *tape, bs_expr derivative)
{
    bs_expr rate = ref(tape, BS_ROLE_VALUE, tape->rate);
    return bs_neg(tape->pool, bs_mul(tape->pool, rate, derivative));
}

static bs_expr renew(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const struct bs_graph *graph = context;
    int64_t q = bs_entry_quantity(leaf->u.ref);
    bool changes = graph->ops->rank(graph, BS_ORDER_UPDATE, q) >= 0 ||
                   graph->ops->rank(graph, BS_ORDER_AGAIN, q) >= 0;
    return changes ? bs_ref(pool, bs_entry_make(BS_ROLE_NEW, q)) : leaf;
}

/* The forward definition of q over the updated values. */
static bs_expr renewed(struct bs_tape *tape, int64_t q)
{
    return bs_map_leaves(tape->pool, bs_tape_definition(tape, q), renew, tape->graph);
}

/* ---- the lines of a derivation --------------------------------------------------------------- */

/* Add a line unless it repeats the one before; a NULL expression marks the derivation as failed. */
static void add_line(struct bs_derivation *out, bs_expr expr, const char *rule)
{
    if (!expr || out->count < 0) {
        out->count = -1;
        return;
    }
    if (out->count > 0 && out->lines[out->count - 1].expr == expr)
        return;
    out->lines[out->count].expr = expr;
    out->lines[out->count].is_chain = false;
    snprintf(out->lines[out->count].rule, sizeof out->lines[0].rule, "%s", rule);
    out->count++;
}

static bool is_call(bs_expr definition)
{
    return definition && definition->kind == BS_CALL;
}

/* A function as its row says what it is: σ(x) = 1/(1 + exp(-x)), swish(x, β) = x*sigmoid(beta*x).
 */
static bool describe_call(char *rule, size_t size, bs_expr call)
{
    const struct bs_func *func = call->u.call.func;
    struct bs_buf text = BS_BUF_INIT;
    bs_buf_printf(&text, "%s%s(x", func->unicode ? func->unicode : func->name,
                  func->is_indexed ? "_k" : "");
    for (int k = 1; k < call->count && func->arity != BS_ANY_ARITY; k++) {
        bs_buf_put(&text, ", ");
        bs_buf_name(&text, bs_func_argument(func, k), BS_UNICODE);
    }
    bs_buf_printf(&text, ") = %s", bs_func_words(func, call->count));
    bool is_whole = !text.failed;
    snprintf(rule, size, "%s", bs_buf_text(&text));
    bs_buf_finish(&text);
    return is_whole;
}

/* False when out of memory. */
static bool describe_definition(char *rule, size_t size, const struct bs_derivation *out,
                                bs_expr definition)
{
    if (is_call(definition))
        return describe_call(rule, size, definition);
    snprintf(rule, size, "%s", out->phase == BS_PHASE_LOSS ? "loss" : "definition");
    return true;
}

/* What the optimiser makes of a parameter, by its name. */
static const char *rule_of_update(const struct bs_tape *tape)
{
    const struct bs_optimiser *optimiser = tape->stepper->optimiser;
    return optimiser->is_plain ? "gradient descent" : optimiser->recipe.name;
}

/* ∂E/∂q by the name that the notation has for it. */
static bs_expr gradient_by_name(struct bs_tape *tape, int64_t q)
{
    return ref(tape, tape->graph->has_steps ? BS_ROLE_DERIVATIVE : BS_ROLE_GRADIENT, q);
}

/* A recurrence over names; then, where updates are read by error terms, with the gradient written
 * out. */
static void derive_recurrence(struct bs_derivation *out, struct bs_tape *tape, int64_t parameter,
                              const char *rule)
{
    bool reads;
    bs_expr gradient = gradient_by_name(tape, parameter);
    add_line(out, gradient ? bs_update_define(tape, out->entry, gradient, &reads) : NULL, rule);
    if (out->count < 0 || !reads || !tape->graph->reads_errors)
        return;
    gradient = bs_tape_derivative(tape, parameter);
    bs_expr closed = gradient ? bs_update_define(tape, out->entry, gradient, &reads) : NULL;
    add_line(out, bs_simplify(tape->pool, closed), "closed form");
}

/* The state after the step, and what is worked out of it. */
static void derive_extra(struct bs_derivation *out, struct bs_tape *tape, int64_t q)
{
    bool is_hat = bs_entry_role(out->entry) == BS_ROLE_VALUE;
    if (out->phase != BS_PHASE_GIVEN)
        derive_recurrence(out, tape, bs_extra_parameter(tape, q),
                          is_hat ? "freed of its start at 0" : rule_of_update(tape));
}

static void derive_value(struct bs_derivation *out, struct bs_tape *tape, int64_t q)
{
    char rule[BS_RULE_TEXT];
    struct bs_buf general = BS_BUF_INIT;
    if (out->phase == BS_PHASE_GIVEN)
        return;
    bs_expr definition = bs_tape_definition(tape, q);
    tape->graph->ops->general(tape->graph, &general, q);
    snprintf(out->general, sizeof out->general, "%s", bs_buf_text(&general));
    if (general.failed)
        definition = NULL;
    bs_buf_finish(&general);
    bool is_described = describe_definition(rule, sizeof rule, out, definition);
    add_line(out, is_described ? definition : NULL, rule);
}

/* Before the closed form, which is the last line. */
static void add_general_gradient(struct bs_derivation *out, const struct bs_tape *tape, int64_t q)
{
    const struct bs_graph *graph = tape->graph;
    struct bs_buf general = BS_BUF_INIT;
    if (!graph->ops->general_gradient || out->count < 1)
        return;
    out->general_rule = graph->ops->general_gradient(graph, &general, q);
    out->general_line = out->count - 1;
    snprintf(out->general, sizeof out->general, "%s", bs_buf_text(&general));
    if (general.failed)
        out->count = -1;
    bs_buf_finish(&general);
}

static void derive_gradient(struct bs_derivation *out, struct bs_tape *tape, int64_t q)
{
    int sign = bs_tape_gradient_sign(tape, q);
    const int64_t partials = bs_tape_partial_count(tape, out->entry);
    if (partials < 0)
        add_line(out, NULL, "");
    if (bs_tape_error_sign(tape, q))
        add_line(out, signed_expr(tape, sign, ref(tape, BS_ROLE_DERIVATIVE, q)), "");
    if (partials > 0) {
        add_line(out, chain(tape, q, sign), "chain rule");
        if (out->count > 0)
            out->lines[out->count - 1].is_chain = true;
    }
    bs_expr closed = signed_expr(tape, sign, bs_tape_derivative(tape, q));
    add_line(out, bs_simplify(tape->pool, closed),
             q == root_of(tape) ? "the backward pass starts here" : "closed form");
    add_general_gradient(out, tape, q);
}

/* The rule of the partial for the argument that the quantity is in. */
static const char *rule_of_call(bs_expr call, bs_expr quantity)
{
    int k = 0;
    while (k < call->count - 1 && !bs_contains(call->args[k], quantity))
        k++;
    return bs_func_rule(call->u.call.func, call->count, k);
}

static void derive_partial(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry)
{
    int64_t user = bs_entry_user(entry), q = bs_entry_quantity(entry);
    bs_expr definition = bs_tape_definition(tape, user), quantity = ref(tape, BS_ROLE_VALUE, q);
    bs_expr local = quantity ? bs_tape_local(tape, user, q) : NULL;
    bool has_rule = local && is_call(definition);
    add_line(out, local, has_rule ? rule_of_call(definition, quantity) : "slope of the definition");
}

static void derive_step(struct bs_derivation *out, struct bs_tape *tape, int64_t q)
{
    if (!bs_stepper_is_plain(tape->stepper)) {
        derive_recurrence(out, tape, q, rule_of_update(tape));
        return;
    }
    bs_expr by_name = step_formula(tape, ref(tape, BS_ROLE_DERIVATIVE, q));
    add_line(out, by_name, "gradient descent");
    if (tape->graph->reads_errors)
        by_name = step_formula(tape, bs_tape_derivative(tape, q));
    add_line(out, bs_simplify(tape->pool, by_name), "closed form");
}

/* The change of a parameter whose Δ is no entry. */
static bs_expr change(struct bs_tape *tape, int64_t q)
{
    bool reads;
    bs_expr gradient = gradient_by_name(tape, q);
    if (!gradient)
        return NULL;
    return bs_stepper_is_plain(tape->stepper)
               ? step_formula(tape, gradient)
               : bs_update_define(tape, bs_entry_make(BS_ROLE_NEW, q), gradient, &reads);
}

static void derive_new(struct bs_derivation *out, struct bs_tape *tape, int64_t q)
{
    struct bs_pool *pool = tape->pool;
    bs_expr value = ref(tape, BS_ROLE_VALUE, q);
    if (out->phase == BS_PHASE_AGAIN)
        add_line(out, renewed(tape, q), "with the updated values");
    else if (tape->graph->has_steps)
        add_line(out, bs_add(pool, value, ref(tape, BS_ROLE_STEP, q)), "update");
    else
        add_line(out, bs_add(pool, value, change(tape, q)), rule_of_update(tape));
}

static void derive_lines(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry)
{
    int64_t q = bs_entry_quantity(entry);
    if (bs_tape_is_extra(tape, q)) {
        derive_extra(out, tape, q);
        return;
    }
    switch (bs_entry_role(entry)) {
    case BS_ROLE_VALUE:
        derive_value(out, tape, q);
        break;
    case BS_ROLE_PARTIAL:
        derive_partial(out, tape, entry);
        break;
    case BS_ROLE_STEP:
        derive_step(out, tape, q);
        break;
    case BS_ROLE_NEW:
        derive_new(out, tape, q);
        break;
    default:
        derive_gradient(out, tape, q);
        break;
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

static int partial_number(double *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    struct bs_valued valued;
    bool on_kink;
    bs_expr local = bs_tape_local(tape, bs_entry_user(entry), bs_entry_quantity(entry));
    if (!local)
        return bs_pool_error(tape->pool, err);
    int status = bs_tape_eval(&valued, &on_kink, tape, local, err);
    if (status == BS_OK)
        *out = valued.value;
    return status;
}

int bs_tape_number(double *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    int64_t q = bs_entry_quantity(entry);
    enum bs_role role = bs_entry_role(entry);
    if (role == BS_ROLE_PARTIAL)
        return partial_number(out, tape, entry, err);
    if (bs_tape_is_extra(tape, q) || (role == BS_ROLE_STEP && !bs_stepper_is_plain(tape->stepper)))
        return bs_update_number(out, tape, entry, err);
    if (role != BS_ROLE_GRADIENT)
        return tape->graph->ops->number(out, tape->graph, role, q, err);
    int status = tape->graph->ops->number(out, tape->graph, BS_ROLE_DERIVATIVE, q, err);
    if (status == BS_OK)
        *out *= bs_tape_gradient_sign(tape, q);
    return status;
}

/* What evaluating reads from; `failed`: a size could not be found for want of memory. */
struct reading {
    struct bs_tape *tape;
    bool failed;
};

static int leaf_number(double *out, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct reading *reading = context;
    return bs_tape_number(out, reading->tape, leaf->u.ref, err);
}

int bs_tape_eval(struct bs_valued *out, bool *on_kink, struct bs_tape *tape, bs_expr expr,
                 struct bs_error *err)
{
    struct reading reading = {tape, false};
    struct bs_env env = {.leaf = leaf_number, .context = &reading, .kink = tape->graph->kink};
    int status = bs_eval(out, expr, &env, err);
    *on_kink = env.on_kink;
    return status;
}

/* Size of the rounding inside an operand: its own definition's. */
static double leaf_size(void *context, bs_expr leaf, double value)
{
    struct reading *reading = context;
    struct bs_tape *tape = reading->tape;
    struct bs_valued valued;
    bool on_kink;
    bool is_new = bs_entry_role(leaf->u.ref) == BS_ROLE_NEW;
    enum bs_phase phase = bs_tape_phase(tape, leaf->u.ref);
    if (phase != BS_PHASE_FORWARD && phase != BS_PHASE_AGAIN)
        return fabs(value);
    int64_t q = bs_entry_quantity(leaf->u.ref);
    bs_expr definition = is_new ? renewed(tape, q) : bs_tape_definition(tape, q);
    if (definition && bs_tape_eval(&valued, &on_kink, tape, definition, NULL) == BS_OK)
        return valued.size;
    reading->failed = true;
    return fabs(value);
}

static bool has_kinked_call(bs_expr expr)
{
    if (expr->kind == BS_CASES ||
        (expr->kind == BS_CALL && bs_func_has_kink(expr->u.call.func, expr->count)))
        return true;
    for (int i = 0; i < expr->count; i++)
        if (has_kinked_call(expr->args[i]))
            return true;
    return false;
}

/* Is a function at its kink, counting the rounding inside its operand? */
static int find_kink(struct bs_derivation *out, struct bs_tape *tape, struct bs_error *err)
{
    struct bs_valued ignored;
    struct reading reading = {tape, false};
    struct bs_env env = {.leaf = leaf_number,
                         .leaf_size = leaf_size,
                         .context = &reading,
                         .kink = tape->graph->kink};
    bs_expr closed = out->lines[out->count - 1].expr;
    if (out->on_kink || !has_kinked_call(closed))
        return BS_OK;
    int status = bs_eval(&ignored, closed, &env, err);
    if (status < 0)
        return status;
    out->on_kink = env.on_kink;
    return reading.failed ? bs_fail_memory(err) : BS_OK;
}

static int refuse_disagreement(const struct bs_tape *tape, const struct bs_derivation *out,
                               double number, struct bs_error *err)
{
    struct bs_buf name = BS_BUF_INIT;
    bs_tape_name(tape, &name, out->entry);
    bs_fail(
        err, BS_INTERNAL,
        "backstep contradicts itself at %.80s: its definition gives %.17g, the network's kernels "
        "%.17g; please report this",
        bs_buf_text(&name), out->value, number);
    bs_buf_finish(&name);
    return BS_INTERNAL;
}

static int evaluate_closed(struct bs_derivation *out, struct bs_tape *tape, struct bs_error *err)
{
    struct bs_valued valued;
    int status = bs_tape_eval(&valued, &out->on_kink, tape, out->lines[out->count - 1].expr, err);
    if (status < 0)
        return status;
    out->value = valued.value;
    out->size = valued.size;
    return BS_OK;
}

/* The chain's factors overflow (∂E/∂y is infinite) where output and loss together do not. */
static int take_fused(struct bs_derivation *out, struct bs_tape *tape, struct bs_error *err)
{
    int64_t q = bs_entry_quantity(out->entry);
    const struct bs_graph *graph = tape->graph;
    if (isfinite(out->value) || bs_entry_role(out->entry) != BS_ROLE_GRADIENT ||
        !graph->ops->has_fused(graph, q))
        return BS_OK;
    bs_expr fused = graph->ops->fused(graph, tape->pool, q);
    out->count--;
    add_line(out, bs_simplify(tape->pool, signed_expr(tape, bs_tape_gradient_sign(tape, q), fused)),
             "output and loss fused");
    if (out->count < 0)
        return bs_pool_error(tape->pool, err);
    out->is_fused = true;
    return evaluate_closed(out, tape, err);
}

/*
 * Where something overflowed the engines need not agree: what is inf in one order of operations is
 * nan or a number in another.  That is not compared, nor said to be checked.
 */
static int check_number(struct bs_derivation *out, struct bs_tape *tape, struct bs_error *err)
{
    double number;
    if (!tape->graph->is_independent || bs_entry_role(out->entry) == BS_ROLE_PARTIAL)
        return BS_OK;
    int status = bs_tape_number(&number, tape, out->entry, err);
    if (status < 0)
        return status;
    bool overflowed = !isfinite(number) || !(out->size < LARGEST);
    bool agrees = fabs(out->value - number) <= AGREEMENT * out->size + SMALLEST;
    if (!agrees && !overflowed)
        return refuse_disagreement(tape, out, number, err);
    out->is_checked = !overflowed;
    return BS_OK;
}

int bs_tape_derive(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry,
                   struct bs_error *err)
{
    memset(out, 0, sizeof *out);
    out->entry = entry;
    out->phase = bs_tape_phase(tape, entry);
    derive_lines(out, tape, entry);
    if (out->count < 0)
        return bs_pool_error(tape->pool, err);
    if (out->count == 0)
        return bs_tape_number(&out->value, tape, entry, err);
    int status = evaluate_closed(out, tape, err);
    if (status == BS_OK)
        status = take_fused(out, tape, err);
    if (status == BS_OK)
        status = check_number(out, tape, err);
    if (status == BS_OK)
        status = find_kink(out, tape, err);
    return status;
}

int bs_tape_value(double *out, struct bs_tape *tape, bs_entry entry, struct bs_error *err)
{
    struct bs_derivation derivation;
    int status = bs_tape_derive(&derivation, tape, entry, err);
    if (status == BS_OK)
        *out = derivation.value;
    return status;
}

/* ---- text ------------------------------------------------------------------------------------ */

struct writing {
    struct bs_tape *tape;
    struct bs_digits digits;
    bool numbers;
};

static enum bs_binding put_leaf(struct bs_buf *buf, void *context, bs_expr leaf, enum bs_form form)
{
    const struct writing *writing = context;
    double value;
    if (!writing->numbers) {
        bs_tape_show_name(writing->tape, buf, leaf->u.ref, form);
        const bool is_drawn = form != BS_ASCII && bs_tape_is_quotient(writing->tape, leaf->u.ref);
        return is_drawn ? BS_BINDS_POWER : BS_BINDS_ATOM;
    }
    if (bs_tape_number(&value, writing->tape, leaf->u.ref, NULL) < 0) {
        buf->failed = true;
        return BS_BINDS_ATOM;
    }
    return bs_buf_value(buf, value, writing->digits, form);
}

void bs_tape_typeset(struct bs_tape *tape, struct bs_buf *buf, bs_expr expr,
                     const struct bs_style *style, bool numbers)
{
    struct writing writing = {tape, style->digits, numbers};
    struct bs_style own = *style;
    own.leaf = put_leaf;
    own.context = &writing;
    bs_typeset(buf, expr, &own);
}

static bs_expr name_leaf(void *context, struct bs_pool *pool, bs_expr leaf)
{
    struct bs_buf name = BS_BUF_INIT;
    bs_tape_name(context, &name, leaf->u.ref);
    bs_expr symbol = name.failed ? NULL : bs_symbol(pool, bs_buf_text(&name));
    bs_buf_finish(&name);
    return symbol;
}

bs_expr bs_tape_export(struct bs_tape *tape, struct bs_pool *pool, bs_expr expr)
{
    return bs_map_leaves(pool, expr, name_leaf, tape);
}

struct search {
    struct bs_tape *tape;
    bs_entry found;
};

/* 1 when the leaf's number is not finite. */
static int find_not_finite(void *context, bs_expr leaf)
{
    struct search *search = context;
    double value;
    int status = bs_tape_number(&value, search->tape, leaf->u.ref, NULL);
    if (status < 0)
        return status;
    search->found = leaf->u.ref;
    return !isfinite(value);
}

/* From operand to operand, back to an entry that is not finite though all its operands are. */
static int find_origin(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry)
{
    struct search search = {tape, entry};
    int status;
    do {
        status = bs_tape_derive(out, tape, search.found, NULL);
        if (status == BS_OK && out->count > 0)
            status = bs_visit_leaves(out->lines[out->count - 1].expr, find_not_finite, &search);
    } while (status > 0);
    return status;
}

static void note_not_finite(struct bs_tape *tape, struct bs_buf *buf, bs_entry entry)
{
    struct bs_derivation origin;
    struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES, .most_terms = 6};
    if (find_origin(&origin, tape, entry) < 0) {
        buf->failed = true;
        return;
    }
    bs_buf_put(buf, "not finite; first at ");
    bs_tape_show_name(tape, buf, origin.entry, BS_UNICODE);
    if (origin.count == 0)
        return;
    bs_buf_put(buf, " = ");
    bs_tape_typeset(tape, buf, origin.lines[origin.count - 1].expr, &style, true);
}

void bs_tape_note(struct bs_tape *tape, struct bs_buf *buf, const struct bs_derivation *derivation)
{
    if (!isfinite(derivation->value))
        note_not_finite(tape, buf, derivation->entry);
    else if (derivation->is_fused)
        bs_buf_put(buf, "a factor of the chain is not finite; the fused form is");
    else if (derivation->on_kink)
        bs_buf_put(buf, "at a kink");
}
