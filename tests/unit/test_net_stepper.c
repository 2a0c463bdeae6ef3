#include "test_net.h"

#include "expr/eval.h"
#include "net/stepper.h"

/* ---- kernels and symbols --------------------------------------------------------------------- */

/* The numbers behind the names in the formulas. */
struct numbers {
    const struct bs_stepper *stepper;
    struct bs_one_step one;
    struct bs_one_stepped stepped;
};

static const double *number_called(const struct numbers *numbers, const char *name)
{
    const struct bs_stepper *stepper = numbers->stepper;
    const struct {
        const char *name;
        const double *number;
    } names[] = {{"p", &numbers->one.p},
                 {"g", &numbers->one.g},
                 {"m", &numbers->one.m},
                 {"s", &numbers->one.s},
                 {"m_new", &numbers->stepped.numbers[BS_NEW_M]},
                 {"s_new", &numbers->stepped.numbers[BS_NEW_S]},
                 {"mhat", &numbers->stepped.numbers[BS_M_HAT]},
                 {"shat", &numbers->stepped.numbers[BS_S_HAT]},
                 {"eta", &stepper->eta},
                 {"decay", &stepper->decay},
                 {"t", &stepper->t}};
    const struct bs_option *options = stepper->optimiser->recipe.options;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].number;
    for (int i = 0; options[i].name; i++)
        if (strcmp(options[i].name, name) == 0)
            return &stepper->options[i];
    ck_abort_msg("what is %s?", name);
}

static bs_expr keep_leaf(void *context, struct bs_pool *pool, bs_expr leaf)
{
    (void)context, (void)pool;
    return leaf;
}

static int number_of(double *out, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *out = *number_called(context, leaf->u.name);
    return BS_OK;
}

/* Where the decay is not apart it is part of the gradient, which is the caller's. */
static void check_recurrences(struct numbers *numbers)
{
    const struct bs_optimiser *optimiser = numbers->stepper->optimiser;
    struct bs_pool *pool = bs_pool_create();
    bs_stepper_one(&numbers->stepped, numbers->stepper, &numbers->one);
    if (numbers->one.decays && !optimiser->decouples_decay)
        numbers->one.g += numbers->stepper->decay * numbers->one.p;
    for (enum bs_recurrence which = BS_NEW_M; which <= BS_CHANGE; which++) {
        struct bs_valued valued;
        struct bs_env env = {.leaf = number_of, .context = numbers};
        if (!bs_optimiser_has(optimiser, which))
            continue;
        bs_expr formula =
            bs_optimiser_define(pool, optimiser, which, numbers->one.decays, keep_leaf, NULL);
        ck_assert_ptr_nonnull(formula);
        ck_assert_int_eq(bs_eval(&valued, formula, &env, NULL), BS_OK);
        ck_assert_double_eq_tol(valued.value, numbers->stepped.numbers[which], 1e-15 * valued.size);
    }
    bs_pool_destroy(pool);
}

START_TEST(every_recurrence_in_symbols_has_the_number_of_the_kernel)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++)
        for (int k = 0; k < 40; k++) {
            struct bs_stepper stepper = {.optimiser = row,
                                         .eta = bs_rng_between(&rng, 0, 1),
                                         .decay = bs_rng_between(&rng, 0, 1),
                                         .t = 1 + (double)bs_rng_below(&rng, 50)};
            struct numbers numbers = {.stepper = &stepper,
                                      .one = {.p = bs_rng_between(&rng, -2, 2),
                                              .g = bs_rng_between(&rng, -2, 2),
                                              .m = bs_rng_between(&rng, -2, 2),
                                              .s = bs_rng_between(&rng, 0, 2),
                                              .decays = k % 2}};
            bs_recipe_usual(stepper.options, &row->recipe);
            check_recurrences(&numbers);
        }
}
END_TEST

START_TEST(a_row_has_the_recurrences_of_its_state)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
        ck_assert(bs_optimiser_has(row, BS_CHANGE));
        ck_assert_int_eq(bs_optimiser_has(row, BS_NEW_M), row->has_m);
        ck_assert_int_eq(bs_optimiser_has(row, BS_NEW_S), row->has_s);
        ck_assert_int_eq(bs_optimiser_has(row, BS_M_HAT), row->shares && row->has_m);
        ck_assert_int_eq(bs_optimiser_has(row, BS_S_HAT), row->shares && row->has_s);
    }
}
END_TEST

/* ---- steppers -------------------------------------------------------------------------------- */

static struct bs_arch *one_unit(void)
{
    return arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"}, BS_BIAS_UNITS,
                   "half_squared_error");
}

static struct bs_stepper *stepper_of(const struct bs_stepper *wanted)
{
    struct bs_stepper *stepper = NULL;
    struct bs_error err;
    ck_assert_msg(bs_stepper_create(&stepper, wanted, &err) == BS_OK, "%s", err.text);
    return stepper;
}

/* w = 2, b = 1; g = (1, −2); m = (4, 6); momentum ½, η ½, λ 1: the weight's gradient is 3. */
START_TEST(a_step_decays_weights_and_carries_the_state_on)
{
    struct bs_arch *arch = one_unit();
    struct bs_params *params = bs_params_create(2), *after = NULL;
    const struct bs_net net = {arch, params};
    double state[] = {4, 6}, gradients[] = {1, -2};
    const struct bs_stepper wanted = {.optimiser = bs_optimiser_find("momentum"),
                                      .options = {0.5},
                                      .eta = 0.5,
                                      .decay = 1,
                                      .t = 7,
                                      .count = 2,
                                      .m = state};
    struct bs_stepper *stepper = stepper_of(&wanted), *next = NULL;
    params->values[0] = 2, params->values[1] = 1;
    state[0] = 100; /* was copied */
    ck_assert_int_eq(bs_stepper_take(&after, &next, stepper, &net, gradients, NULL), BS_OK);
    ck_assert(after->values[0] == 2 - 0.5 * 5 && after->values[1] == 1 - 0.5 * 1);
    ck_assert(next->m[0] == 5 && next->m[1] == 1 && next->t == 8);
    ck_assert(stepper->m[0] == 4 && stepper->t == 7 && params->values[0] == 2);
    bs_stepper_drop(next);
    bs_stepper_drop(stepper);
    bs_params_drop(after);
    bs_params_drop(params);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(what_no_optimiser_can_do_is_refused_by_name)
{
    static double minus[] = {1, -1}, infinite[] = {INFINITY, 0};
    const struct {
        struct bs_stepper wanted;
        const char *message;
    } cases[] = {
        {{.eta = INFINITY}, "eta must be a finite number, got inf"},
        {{.eta = NAN}, "eta must be a finite number, got nan"},
        {{.decay = -1}, "decay is -1: a finite number, 0 or more, is possible"},
        {{.t = 0.5}, "step is 0.5: a whole number from 1 is possible"},
        {{.t = -1}, "step is -1: a whole number from 1 is possible"},
        {{.options = {1}}, "beta1 of adam is 1: from 0 to below 1 is possible"},
        {{.m = infinite}, "a number of the state m is inf: a finite number is possible"},
        {{.s = minus}, "a number of the state s is -1: a finite number, 0 or more, is possible"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_stepper wanted = cases[i].wanted, *stepper = NULL;
        struct bs_error err;
        wanted.optimiser = bs_optimiser_find("adam");
        wanted.count = 2;
        wanted.t = wanted.t == 0 ? 1 : wanted.t;
        if (wanted.options[0] == 0)
            bs_recipe_usual(wanted.options, &wanted.optimiser->recipe);
        ck_assert_int_eq(bs_stepper_create(&stepper, &wanted, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(stepper);
    }
}
END_TEST

/* Made, and a step taken. */
static bool try_stepper(void *context)
{
    struct bs_arch *arch = context;
    struct bs_params *params = bs_params_create(2), *after = NULL;
    const struct bs_net net = {arch, params};
    double state[] = {1, 1}, gradients[] = {1, 1};
    struct bs_stepper *stepper = NULL, *next = NULL;
    struct bs_stepper wanted = {
        .optimiser = bs_optimiser_find("adam"), .eta = 0.5, .t = 1, .count = 2, .m = state};
    bs_recipe_usual(wanted.options, &wanted.optimiser->recipe);
    const bool is_done = params && bs_stepper_create(&stepper, &wanted, NULL) == BS_OK &&
                         bs_stepper_take(&after, &next, stepper, &net, gradients, NULL) == BS_OK;
    ck_assert(is_done || (!after && !next));
    bs_stepper_drop(next);
    bs_stepper_drop(stepper);
    bs_params_drop(after);
    bs_params_drop(params);
    return is_done;
}

START_TEST(a_stepper_survives_want_of_memory)
{
    struct bs_arch *arch = one_unit();
    bs_refuse_each_allocation(try_stepper, arch);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("stepper", (const TTest *const[]){
                                      every_recurrence_in_symbols_has_the_number_of_the_kernel,
                                      a_row_has_the_recurrences_of_its_state,
                                      a_step_decays_weights_and_carries_the_state_on,
                                      what_no_optimiser_can_do_is_refused_by_name,
                                      a_stepper_survives_want_of_memory,
                                      NULL,
                                  });
}
