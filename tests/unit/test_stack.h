#ifndef BACKSTEP_TESTS_TEST_STACK_H
#define BACKSTEP_TESTS_TEST_STACK_H

#include "test_layers.h"
#include "test_tape.h"

#include "expr/calculus.h"
#include "net/places.h"
#include "net/stepper.h"

#include <stdlib.h>

/*
 * What must be true of every network of layers: the tape of some samples agrees with the kernels
 * at every entry, users are who mentions a quantity, names lead back, gradients are those of
 * differences, and a batch is the mean of its samples.
 */
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

/* With the parameters in place of the gradients, a plain step is taken. */
static inline void must_step_in_place(struct bs_arch *arch, const struct stack_numbers *numbers,
                                      size_t samples)
{
    const size_t count = arch->parameters;
    const double eta = 0.25;
    double *stepped = bs_calloc(2 * count + 2, sizeof *stepped), *gradients = stepped + count + 1;
    struct bs_run *run = NULL;
    struct bs_error err;
    gradients_of(gradients, arch, numbers, 0, samples, BS_RUN_TRAINS);
    memcpy(stepped, numbers->params->values, count * sizeof *stepped);
    must_do(bs_run_create(&run, arch, samples, BS_RUN_TRAINS, &err), err);
    bs_run_load(run, numbers->x, numbers->t, NULL, samples);
    must(bs_run_forward(run, stepped) == BS_OK, "interrupted");
    must(bs_run_backward(run, stepped, -eta, stepped) == BS_OK, "interrupted");
    for (size_t i = 0; i < count; i++)
        gradients[i] = numbers->params->values[i] - eta * gradients[i];
    must_be_near(stepped, gradients, count, "in place against gradients");
    bs_run_destroy(run);
    bs_free(stepped);
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
    must_step_in_place(arch, &numbers, stack->samples);
    if (!stack->mixes_samples)
        must_be_mean_of_samples(arch, &numbers, stack->samples);
    bs_tape_destroy(tape);
    drop_numbers(&numbers);
    bs_arch_drop(arch);
}

#endif
