#ifndef BACKSTEP_TESTS_TEST_STACK_H
#define BACKSTEP_TESTS_TEST_STACK_H

#include "test_tape.h"

#include "expr/calculus.h"
#include "net/places.h"
#include "net/run.h"
#include "net/stepper.h"

#include <stdlib.h>

/*
 * What must be true of every network of layers: the tape of some samples agrees with the kernels
 * at every entry, users are who mentions a quantity, names lead back, gradients are those of
 * differences, and a batch is the mean of its samples.
 */
struct stack_case {
    struct bs_shape in;
    struct bs_stage_spec specs[8];
    int count;
    const char *loss; /* NULL: half_squared_error */
    size_t samples;
    bool is_truncated;  /* slopes are cut: no differences to compare with */
    bool mixes_samples; /* a sample's values depend on the others: batch normalisation */
    double kink;
};

/* A layer by the name of its kind; options by name follow with set_option. */
static inline struct bs_stage_spec *add_spec(struct stack_case *stack, const char *kind)
{
    struct bs_stage_spec *spec = &stack->specs[stack->count++];
    must(bs_stage_kind_find(kind), "no kind %s", kind);
    bs_stage_spec_init(spec, bs_stage_kind_find(kind));
    return spec;
}

static inline void set_pair(struct bs_stage_spec *spec, const char *name, double a, double b)
{
    int i = 0;
    while (spec->kind->options[i].name && strcmp(spec->kind->options[i].name, name) != 0)
        i++;
    must(spec->kind->options[i].name, "%s has no option %s", spec->kind->name, name);
    spec->options[i][0] = a, spec->options[i][1] = b;
}

static inline void set_option(struct bs_stage_spec *spec, const char *name, double value)
{
    set_pair(spec, name, value, value);
}

static inline void set_activation(struct bs_stage_spec *spec, const char *name)
{
    spec->activation = bs_func_find(name);
    must(spec->activation, "no activation %s", name);
}

static inline struct bs_arch *arch_of_case(const struct stack_case *stack)
{
    struct bs_stack *made = NULL;
    struct bs_arch *arch = NULL;
    struct bs_error err;
    must_do(bs_stack_create(&made, &stack->in, stack->specs, stack->count, stack->kink, &err), err);
    must_do(bs_arch_of_stack(&arch, made,
                             bs_loss_find(stack->loss ? stack->loss : "half_squared_error"), &err),
            err);
    return arch;
}

/* Numbers at random for one network. */
struct stack_numbers {
    struct bs_params *params;
    double *x, *t;
};

static inline struct stack_numbers draw_numbers(const struct stack_case *stack,
                                                const struct bs_arch *arch, uint64_t seed)
{
    const size_t in = stack->samples * (size_t)bs_arch_inputs(arch);
    const size_t out = stack->samples * (size_t)bs_arch_outputs(arch);
    struct stack_numbers numbers = {bs_params_create(arch->parameters),
                                    bs_calloc(in, sizeof(double)), bs_calloc(out, sizeof(double))};
    struct bs_rng rng;
    bs_rng_seed(&rng, seed);
    for (size_t i = 0; i < arch->parameters; i++)
        numbers.params->values[i] = bs_rng_between(&rng, -1, 1);
    for (size_t i = 0; i < in; i++)
        numbers.x[i] = bs_rng_between(&rng, -1, 1);
    for (size_t i = 0; i < out; i++)
        numbers.t[i] = bs_rng_between(&rng, 0.1, 0.9);
    for (int s = 0; s < arch->stack->count; s++)
        if (arch->stack->stages[s].kind->start)
            arch->stack->stages[s].kind->start(&arch->stack->stages[s], numbers.params->values);
    return numbers;
}

static inline void drop_numbers(struct stack_numbers *numbers)
{
    bs_params_drop(numbers->params);
    bs_free(numbers->x);
    bs_free(numbers->t);
}

/* ---- the tape -------------------------------------------------------------------------------- */

/* Every entry is derived, which compares it with the kernels, and found by its name. */
static inline void must_derive_all(struct bs_tape *tape)
{
    struct bs_buf name = BS_BUF_INIT;
    struct bs_error err;
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        struct bs_derivation derivation;
        const bs_entry entry = bs_tape_at(tape, p);
        bs_entry found = BS_NO_ENTRY;
        must_do(bs_tape_derive(&derivation, tape, entry, &err), err);
        must(bs_tape_position(tape, entry) == p, "entry %lld stands elsewhere", (long long)p);
        bs_buf_cut(&name, 0);
        bs_tape_name(tape, &name, entry);
        must_do(bs_tape_find(&found, tape, bs_buf_text(&name), &err), err);
        must(found == entry, "%s is another entry", bs_buf_text(&name));
    }
    bs_buf_finish(&name);
}

static inline void must_agree_with_differences(struct bs_tape *tape)
{
    struct bs_error err;
    for (int64_t k = 0; k < bs_tape_gradcheck_count(tape); k++) {
        struct bs_gradcheck check;
        must_do(bs_tape_gradcheck(&check, tape, k, &err), err);
        must(check.difference <= 1e-7 * (1 + fabs(check.derived)),
             "gradient %lld: %.12g, by differences %.12g", (long long)k, check.derived,
             check.numerical);
    }
}

/* ---- users ----------------------------------------------------------------------------------- */

struct mention {
    int64_t quantity, user;
};

struct mentions {
    struct mention *items;
    size_t count, capacity;
    int64_t user;
};

static inline bs_expr mention(void *context, struct bs_pool *pool, int64_t ordinal)
{
    struct mentions *mentions = context;
    must(ordinal >= 0 && ordinal < mentions->user, "%lld mentions %lld", (long long)mentions->user,
         (long long)ordinal);
    must(bs_grow(&mentions->items, &mentions->capacity, mentions->count + 1,
                 sizeof *mentions->items),
         "no memory");
    mentions->items[mentions->count++] = (struct mention){ordinal, mentions->user};
    return bs_ref(pool, ordinal);
}

static inline int compare_mentions(const void *left, const void *right)
{
    const struct mention *a = left, *b = right;
    if (a->quantity != b->quantity)
        return a->quantity < b->quantity ? -1 : 1;
    return (a->user > b->user) - (a->user < b->user);
}

/* The users of every quantity are the definitions that mention it, found by writing all of them. */
static inline void must_know_users(const struct bs_arch *arch, size_t samples)
{
    struct bs_places *places = NULL;
    struct bs_pool *pool = bs_pool_create();
    struct mentions mentions = {0};
    struct bs_error err;
    must_do(bs_places_create(&places, arch, samples, true, &err), err);
    const int64_t count = bs_places_count(places);
    for (mentions.user = bs_places_givens(places); mentions.user < count; mentions.user++)
        must(bs_places_define(places, pool, mentions.user, mention, &mentions), "not defined");
    qsort(mentions.items, mentions.count, sizeof *mentions.items, compare_mentions);
    for (int64_t q = 0, i = 0; q < count; q++) {
        const struct bs_place place = bs_places_at(places, q);
        int64_t k = 0, last = -1;
        must(bs_places_find(places, &place) == q, "place %lld leads elsewhere", (long long)q);
        for (; i < (int64_t)mentions.count && mentions.items[i].quantity == q; i++) {
            const int64_t user = mentions.items[i].user;
            if (user == last)
                continue;
            must(k < bs_places_user_count(places, q) && bs_places_user(places, q, k) == user,
                 "%lld uses %lld and is not known to", (long long)user, (long long)q);
            last = user, k++;
        }
        must(k == bs_places_user_count(places, q), "%lld has %lld users, not %lld", (long long)q,
             (long long)k, (long long)bs_places_user_count(places, q));
    }
    for (int64_t k = 0; k < bs_places_backward_count(places); k++)
        must(bs_places_backward_rank(places, bs_places_backward(places, k)) == k,
             "backward %lld leads elsewhere", (long long)k);
    bs_free(mentions.items);
    bs_places_destroy(places);
    bs_pool_destroy(pool);
}

/* ---- kernels --------------------------------------------------------------------------------- */

/* E and the gradients of a run of some of the samples; `use` tells with which kernels. */
static inline double gradients_of(double *gradients, struct bs_arch *arch,
                                  const struct stack_numbers *numbers, size_t first, size_t count,
                                  enum bs_run_use use)
{
    struct bs_run *run = NULL;
    struct bs_error err;
    const size_t in = (size_t)bs_arch_inputs(arch), out = (size_t)bs_arch_outputs(arch);
    memset(gradients, 0, arch->parameters * sizeof *gradients);
    must_do(bs_run_create(&run, arch, count, use, &err), err);
    bs_run_load(run, numbers->x + first * in, numbers->t + first * out, NULL, count);
    must(bs_run_forward(run, numbers->params->values) == BS_OK, "interrupted");
    must(bs_run_backward(run, numbers->params->values, 1, gradients) == BS_OK, "interrupted");
    const double loss = bs_run_loss(run);
    bs_run_destroy(run);
    return loss;
}

static inline void must_be_near(const double *a, const double *b, size_t count, const char *what)
{
    double size = 1;
    for (size_t i = 0; i < count; i++)
        size = fmax(size, fabs(b[i]));
    for (size_t i = 0; i < count; i++)
        must(fabs(a[i] - b[i]) <= 1e-11 * size, "%s: number %zu is %.17g, not %.17g", what, i, a[i],
             b[i]);
}

static inline void must_be_mean_of_samples(struct bs_arch *arch,
                                           const struct stack_numbers *numbers, size_t samples)
{
    const size_t count = arch->parameters;
    double *whole = bs_calloc(3 * count + 3, sizeof *whole), *one = whole + count + 1;
    double *mean = one + count + 1, loss = 0;
    whole[count] = gradients_of(whole, arch, numbers, 0, samples, BS_RUN_TRAINS);
    for (size_t k = 0; k < samples; k++) {
        loss += gradients_of(one, arch, numbers, k, 1, BS_RUN_TRAINS) / (double)samples;
        for (size_t i = 0; i < count; i++)
            mean[i] += one[i] / (double)samples;
    }
    mean[count] = loss;
    must_be_near(whole, mean, count + 1, "batch against samples");
    bs_free(whole);
}

/* What trains gives the numbers of what is shown. */
static inline void must_train_as_shown(struct bs_arch *arch, const struct stack_numbers *numbers,
                                       size_t samples)
{
    const size_t count = arch->parameters;
    double *fast = bs_calloc(2 * count + 2, sizeof *fast), *fixed = fast + count + 1;
    fast[count] = gradients_of(fast, arch, numbers, 0, samples, BS_RUN_TRAINS);
    fixed[count] = gradients_of(fixed, arch, numbers, 0, samples, BS_RUN_TAPE);
    must_be_near(fast, fixed, count + 1, "fast against fixed");
    bs_free(fast);
}

/* Every optimiser in turn, with decay. */
static inline struct bs_stepper *stepper_of(uint64_t seed)
{
    size_t rows = 0;
    struct bs_stepper *stepper = NULL, wanted = {.eta = 0.1, .t = 1, .decay = seed % 2 ? 0.25 : 0};
    struct bs_error err;
    while (bs_optimisers[rows].recipe.name)
        rows++;
    wanted.optimiser = &bs_optimisers[seed % rows];
    bs_recipe_usual(wanted.options, &wanted.optimiser->recipe);
    must_do(bs_stepper_create(&stepper, &wanted, &err), err);
    return stepper;
}

/* All of it. */
static inline void must_be_sound(const struct stack_case *stack, uint64_t seed)
{
    struct bs_arch *arch = arch_of_case(stack);
    struct stack_numbers numbers = draw_numbers(stack, arch, seed);
    struct bs_tape *tape = NULL;
    struct bs_error err;
    const struct bs_batch batch = {stack->samples, numbers.x, numbers.t};
    const struct bs_net net = {arch, numbers.params};
    struct bs_stepper *stepper = stepper_of(seed);
    must_do(bs_tape_of_samples(&tape, &net, &batch, stepper, seed, &err), err);
    bs_stepper_drop(stepper);
    must_derive_all(tape);
    if (!stack->is_truncated) {
        must_agree_with_differences(tape);
        must_know_users(arch, stack->samples);
    }
    must_train_as_shown(arch, &numbers, stack->samples);
    if (!stack->mixes_samples)
        must_be_mean_of_samples(arch, &numbers, stack->samples);
    bs_tape_destroy(tape);
    drop_numbers(&numbers);
    bs_arch_drop(arch);
}

#endif
