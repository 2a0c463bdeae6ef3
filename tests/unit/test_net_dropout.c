#include "test_layers.h"

#include "net/train.h"

enum { WIDTH = 2000 };

static struct stack_case dropout_case(double rate)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {WIDTH}}, .samples = 2};
    set_option(add_spec(&stack, "dropout"), "rate", rate);
    return stack;
}

/* Of 4000 the share that is dropped is within 6 of its deviations. */
START_TEST(a_share_is_dropped_and_the_rest_scaled)
{
    static const double rates[] = {0, 0.125, 0.5, 0.75};
    for (size_t k = 0; k < COUNT_OF(rates); k++) {
        const struct stack_case stack = dropout_case(rates[k]);
        struct stack_run made = open_run(&stack, 5);
        const double *r = values_of(&made, 0, "r"), *a = bs_run_outputs(made.run);
        size_t dropped = 0;
        for (size_t i = 0; i < 2 * WIDTH; i++) {
            dropped += r[i] == 0;
            must(r[i] == 0 || r[i] == 1 / (1 - rates[k]), "r is %g", r[i]);
            must(a[i] == r[i] * made.numbers.x[i], "a is %g", a[i]);
        }
        ck_assert_double_eq_tol((double)dropped / (2 * WIDTH), rates[k],
                                6 * sqrt(rates[k] * (1 - rates[k]) / (2 * WIDTH)) + 1e-15);
        close_run(&made);
    }
}
END_TEST

/* ∂E/∂x = r·∂E/∂a: what is dropped gets nothing back. */
START_TEST(slopes_go_back_where_numbers_passed)
{
    const struct stack_case stack = dropout_case(0.25);
    struct stack_run made = open_run(&stack, 6);
    const double *r = values_of(&made, 0, "r"), *da = slopes_of(&made, 0, "a");
    const double *dx = bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), *dr = slopes_of(&made, 0, "r");
    for (size_t i = 0; i < 2 * WIDTH; i++) {
        must(dx[i] == r[i] * da[i], "dx is %g", dx[i]);
        must(dr[i] == made.numbers.x[i] * da[i], "dr is %g", dr[i]);
    }
    close_run(&made);
}
END_TEST

/* Each pass draws anew; the same seed draws the same. */
START_TEST(masks_follow_from_the_seed)
{
    const struct stack_case stack = dropout_case(0.5);
    struct stack_run made = open_run(&stack, 7);
    double masks[3][2 * WIDTH];
    for (int pass = 0; pass < 3; pass++) {
        if (pass != 1)
            bs_run_seed(made.run, 11);
        run_stack(&made);
        memcpy(masks[pass], values_of(&made, 0, "r"), sizeof masks[pass]);
    }
    ck_assert_int_ne(memcmp(masks[0], masks[1], sizeof masks[0]), 0);
    ck_assert_int_eq(memcmp(masks[0], masks[2], sizeof masks[0]), 0);
    ck_assert_int_ne(memcmp(masks[0], masks[0] + WIDTH, WIDTH * sizeof(double)), 0);
    close_run(&made);
}
END_TEST

static double weight_after(uint64_t seed)
{
    static const double x[] = {1, -1, 0.5, 2}, t[] = {1, 0, 0.5, 1};
    const struct bs_training training = {
        .inputs = x, .targets = t, .samples = 4, .batch = 2, .eta = 0.1, .epochs = 9, .seed = seed};
    struct stack_case stack = {.in = {.rank = 1, .size = {1}}};
    struct bs_net *net = NULL;
    struct bs_trained trained;
    struct bs_error err;
    add_spec(&stack, "dropout");
    set_option(add_spec(&stack, "dense"), "units", 1);
    struct bs_arch *arch = arch_of_case(&stack);
    must_do(bs_net_create(&net, arch, &err), err);
    must_do(bs_net_train(&trained, net, &training, &err), err);
    const double weight = net->params->values[0];
    bs_net_destroy(net);
    bs_arch_drop(arch);
    return weight;
}

START_TEST(training_with_the_same_seed_drops_the_same)
{
    ck_assert(weight_after(1) == weight_after(1));
    ck_assert(weight_after(1) != weight_after(2));
}
END_TEST

START_TEST(answers_pass_unchanged)
{
    const struct stack_case stack = dropout_case(0.5);
    struct bs_arch *arch = arch_of_case(&stack);
    struct stack_numbers numbers = draw_numbers(&stack, arch, 8);
    struct bs_run *run = NULL;
    ck_assert_int_eq(bs_run_create(&run, arch, 2, BS_RUN_ANSWERS, NULL), BS_OK);
    bs_run_load(run, numbers.x, NULL, NULL, 2);
    ck_assert_int_eq(bs_run_forward(run, numbers.params->values), BS_OK);
    for (size_t i = 0; i < 2 * WIDTH; i++)
        must(bs_run_outputs(run)[i] == numbers.x[i], "number %zu changed", i);
    bs_run_destroy(run);
    drop_numbers(&numbers);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(a_rate_out_of_its_range_is_refused)
{
    static const struct {
        double rate;
        const char *message;
    } cases[] = {
        {1, "dropout1 (dropout): rate is the share that is dropped, from 0 and below 1, got 1"},
        {-0.5,
         "dropout1 (dropout): rate is the share that is dropped, from 0 and below 1, got -0.5"},
        {NAN, "dropout1 (dropout): rate is the share that is dropped, from 0 and below 1, got nan"},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = dropout_case(cases[k].rate);
        must_refuse_stack(&stack, cases[k].message);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("dropout", (const TTest *const[]){
                                      a_share_is_dropped_and_the_rest_scaled,
                                      slopes_go_back_where_numbers_passed,
                                      masks_follow_from_the_seed,
                                      training_with_the_same_seed_drops_the_same,
                                      answers_pass_unchanged,
                                      a_rate_out_of_its_range_is_refused,
                                      NULL,
                                  });
}
