#include "test_layers.h"

#include "net/init.h"
#include "net/train.h"

static struct stack_case case_of_shape(struct bs_shape in, size_t samples, double eps)
{
    struct stack_case stack = {.in = in, .samples = samples};
    set_option(add_spec(&stack, "batch_norm"), "eps", eps);
    return stack;
}

static void must_be_close(double value, long double expected, const char *what)
{
    must(fabsl(value - expected) <= 1e-12L * (1 + fabsl(expected)), "%s is %.17g, not %.17Lg", what,
         value, expected);
}

/* ---- the naive loops ------------------------------------------------------------------------- */

enum { MOST = 64 };

/* A channel: its numbers, where they lie, and what they become. */
struct channel {
    size_t count, at[MOST];
    long double x[MOST], xhat[MOST], dy[MOST], mean, var, inverse;
};

static void gather(struct channel *channel, const struct stack_run *made, size_t c, double eps)
{
    const struct bs_shape *in = &made->arch->stack->in;
    const size_t channels = (size_t)in->size[0], places = bs_shape_count(in) / channels;
    const double *dy = slopes_of(made, 0, "y");
    *channel = (struct channel){0};
    for (size_t s = 0; s < bs_run_samples(made->run); s++)
        for (size_t p = 0; p < places; p++) {
            const size_t at = (s * channels + c) * places + p;
            channel->x[channel->count] = made->numbers.x[at];
            channel->dy[channel->count] = dy[at];
            channel->at[channel->count++] = at;
            channel->mean += made->numbers.x[at];
        }
    channel->mean /= channel->count;
    for (size_t i = 0; i < channel->count; i++)
        channel->var += powl(channel->x[i] - channel->mean, 2) / channel->count;
    channel->inverse = 1 / sqrtl(channel->var + eps);
    for (size_t i = 0; i < channel->count; i++)
        channel->xhat[i] = (channel->x[i] - channel->mean) * channel->inverse;
}

static void must_be_naive_forward(const struct stack_run *made, const struct channel *channel,
                                  size_t c)
{
    const double *params = made->numbers.params->values;
    const double scale = params[first_of(made->arch, 0, "scale") + c];
    const double shift = params[first_of(made->arch, 0, "shift") + c];
    must_be_close(values_of(made, 0, "mean")[c], channel->mean, "mean");
    must_be_close(values_of(made, 0, "var")[c], channel->var, "var");
    for (size_t i = 0; i < channel->count; i++) {
        must_be_close(values_of(made, 0, "xhat")[channel->at[i]], channel->xhat[i], "xhat");
        must_be_close(bs_run_outputs(made->run)[channel->at[i]], scale * channel->xhat[i] + shift,
                      "y");
    }
}

/*
 * Without mean and variance on the way: ∂xhat_k/∂x_i = (δ_ki − 1/n − xhat_k·xhat_i/n)/√(var + eps).
 */
static void must_be_naive_backward(const struct stack_run *made, const struct channel *channel,
                                   size_t c)
{
    const double *dx = bs_run_slopes(made->run, BS_FROM_OUTSIDE, 0);
    const size_t scale_at = first_of(made->arch, 0, "scale") + c;
    const long double scale = made->numbers.params->values[scale_at], n = channel->count;
    long double products = 0, sum = 0;
    for (size_t i = 0; i < channel->count; i++) {
        long double slope = 0;
        for (size_t k = 0; k < channel->count; k++)
            slope += scale * channel->dy[k] * channel->inverse *
                     ((k == i) - 1 / n - channel->xhat[k] * channel->xhat[i] / n);
        must_be_close(dx[channel->at[i]], slope, "dx");
        products += channel->dy[i] * channel->xhat[i];
        sum += channel->dy[i];
    }
    must_be_close(made->gradients[scale_at], products, "dscale");
    must_be_close(made->gradients[first_of(made->arch, 0, "shift") + c], sum, "dshift");
}

START_TEST(kernels_are_those_of_the_naive_loops)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 9);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        const struct bs_shape in = {.rank = 1 + (int)(seed % 3),
                                    .size = {1 + (int)bs_rng_below(&rng, 3),
                                             1 + (int)bs_rng_below(&rng, 4),
                                             1 + (int)bs_rng_below(&rng, 3)}};
        const double eps = seed % 2 ? 1e-5 : 0.01;
        const struct stack_case stack = case_of_shape(in, 1 + bs_rng_below(&rng, 5), eps);
        struct stack_run made = open_run(&stack, seed);
        for (size_t c = 0; c < (size_t)in.size[0]; c++) {
            struct channel channel;
            gather(&channel, &made, c, eps);
            must_be_naive_forward(&made, &channel, c);
            must_be_naive_backward(&made, &channel, c);
        }
        close_run(&made);
    }
}
END_TEST

/* ---- known answers --------------------------------------------------------------------------- */

/* x = 0 and 3/2 with eps = 1: var = 9/16, √(var + 1) = 5/4. */
static struct stack_run open_known(void)
{
    const struct stack_case stack = case_of_shape((struct bs_shape){.rank = 1, .size = {1}}, 2, 1);
    struct stack_run made = open_run(&stack, 1);
    memcpy(made.numbers.x, (const double[]){0, 1.5}, 2 * sizeof(double));
    memcpy(made.numbers.t, (const double[]){-0.2, 0.7}, 2 * sizeof(double));
    made.numbers.params->values[0] = 2;
    made.numbers.params->values[1] = 0.5;
    run_stack(&made);
    return made;
}

/*
 * By u = (x_1 − x_2)/2, in which xhat_1 = u/√(u² + 1) and has the slope (u² + 1)^(−3/2) = 0.512:
 * all in rationals.
 */
START_TEST(two_samples_worked_out_by_hand)
{
    static const struct {
        const char *symbol;
        double value[2], slope[2];
        int count;
    } cases[] = {{"mean", {0.75}, {-0.4}, 1},
                 {"var", {0.5625}, {-0.288}, 1},
                 {"xhat", {-0.6, 0.6}, {-0.5, 1}, 2},
                 {"y", {-0.7, 1.7}, {-0.25, 0.5}, 2}};
    struct stack_run made = open_known();
    for (size_t k = 0; k < COUNT_OF(cases); k++)
        for (int i = 0; i < cases[k].count; i++) {
            must_be_close(values_of(&made, 0, cases[k].symbol)[i], cases[k].value[i],
                          cases[k].symbol);
            must_be_close(slopes_of(&made, 0, cases[k].symbol)[i], cases[k].slope[i],
                          cases[k].symbol);
        }
    must_be_close(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0)[0], -0.384L, "dx_1");
    must_be_close(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0)[1], 0.384L, "dx_2");
    must_be_close(made.gradients[0], 0.45L, "dscale");
    must_be_close(made.gradients[1], 0.25L, "dshift");
    close_run(&made);
}
END_TEST

/* From 0 and 1 by a tenth towards 3/4 and 2·9/16; again, by a tenth of what is left. */
START_TEST(running_averages_follow_training)
{
    static const double expected[][2] = {{0.075, 1.0125}, {0.1425, 1.02375}};
    struct stack_run made = open_known();
    double *params = made.numbers.params->values;
    for (size_t k = 0; k < COUNT_OF(expected); k++) {
        bs_run_settle(made.run, params);
        must_be_close(params[first_of(made.arch, 0, "running_mean")], expected[k][0], "mean");
        must_be_close(params[first_of(made.arch, 0, "running_var")], expected[k][1], "var");
    }
    ck_assert(params[0] == 2 && params[1] == 0.5);
    ck_assert(made.gradients[2] == 0 && made.gradients[3] == 0);
    close_run(&made);
}
END_TEST

/* An epoch of both samples in one batch: averages as above, and a step against the gradients. */
START_TEST(training_keeps_averages_and_steps)
{
    static const double expected[] = {1.955, 0.475, 0.075, 1.0125};
    struct stack_run made = open_known();
    const struct bs_training training = {.inputs = made.numbers.x,
                                         .targets = made.numbers.t,
                                         .samples = 2,
                                         .batch = 2,
                                         .eta = 0.1,
                                         .epochs = 1};
    struct bs_net net = {made.arch, made.numbers.params};
    struct bs_trained trained;
    struct bs_error err;
    must_do(bs_net_train(&trained, &net, &training, &err), err);
    for (int i = 0; i < 4; i++)
        must_be_close(net.params->values[i], expected[i], "a parameter");
    made.numbers.params = net.params;
    close_run(&made);
}
END_TEST

/* With 3 and 9/16 kept: (x − 3)/(5/4)·2 + ½. */
START_TEST(answers_are_by_what_was_kept)
{
    struct stack_run made = open_known();
    struct bs_run *run = NULL;
    memcpy(made.numbers.params->values, (const double[]){2, 0.5, 3, 0.5625}, 4 * sizeof(double));
    ck_assert_int_eq(bs_run_create(&run, made.arch, 2, BS_RUN_ANSWERS, NULL), BS_OK);
    for (size_t samples = 1; samples <= 2; samples++) {
        bs_run_load(run, made.numbers.x, NULL, NULL, samples);
        ck_assert_int_eq(bs_run_forward(run, made.numbers.params->values), BS_OK);
        must_be_close(bs_run_outputs(run)[0], -4.3L, "y_1");
    }
    must_be_close(bs_run_outputs(run)[1], -1.9L, "y_2");
    bs_run_destroy(run);
    close_run(&made);
}
END_TEST

/* ---- edges ----------------------------------------------------------------------------------- */

START_TEST(one_number_alone_becomes_the_shift)
{
    const struct stack_case stack =
        case_of_shape((struct bs_shape){.rank = 1, .size = {2}}, 1, 1e-5);
    struct stack_run made = open_run(&stack, 3);
    double *params = made.numbers.params->values;
    for (int c = 0; c < 2; c++) {
        ck_assert(values_of(&made, 0, "xhat")[c] == 0);
        ck_assert(bs_run_outputs(made.run)[c] ==
                  params[first_of(made.arch, 0, "shift") + (size_t)c]);
        ck_assert(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0)[c] == 0);
    }
    bs_run_settle(made.run, params);
    ck_assert(params[first_of(made.arch, 0, "running_mean")] == 0.1 * made.numbers.x[0]);
    ck_assert(params[first_of(made.arch, 0, "running_var")] == 1);
    close_run(&made);
}
END_TEST

/* Far from 0 the squares keep their digits: 1e8 + {0, 1, 2} has the variance 2/3. */
START_TEST(the_variance_keeps_its_digits)
{
    const struct stack_case stack =
        case_of_shape((struct bs_shape){.rank = 1, .size = {1}}, 3, 1e-5);
    struct stack_run made = open_run(&stack, 3);
    for (int i = 0; i < 3; i++)
        made.numbers.x[i] = 1e8 + i;
    run_stack(&made);
    must_be_close(values_of(&made, 0, "var")[0], 2.0L / 3, "var");
    close_run(&made);
}
END_TEST

START_TEST(scales_start_at_one_whatever_is_drawn)
{
    static const double expected[] = {1, 1, 0, 0, 0, 0, 1, 1};
    const struct stack_case stack =
        case_of_shape((struct bs_shape){.rank = 2, .size = {2, 3}}, 1, 1e-5);
    struct bs_arch *arch = arch_of_case(&stack);
    struct bs_net *net = NULL;
    must_count(arch, 0, "2·2 = 4");
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    ck_assert_int_eq(memcmp(net->params->values, expected, sizeof expected), 0);
    for (const struct bs_init *row = bs_inits; row->recipe.name; row++) {
        double options[BS_MOST_OPTIONS];
        bs_recipe_usual(options, &row->recipe);
        ck_assert_int_eq(bs_init_fill(net->params->values, arch, row, options, 1, NULL), BS_OK);
        ck_assert_int_eq(memcmp(net->params->values, expected, sizeof expected), 0);
    }
    bs_net_destroy(net);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(sequences_are_refused)
{
    const struct stack_case stack =
        case_of_shape((struct bs_shape){.steps = 3, .rank = 1, .size = {2}}, 1, 1e-5);
    must_refuse_stack(&stack, "bn1 (batch_norm): it takes no sequences, and gets 3 steps of 2");
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("batch_norm", (const TTest *const[]){
                                         kernels_are_those_of_the_naive_loops,
                                         two_samples_worked_out_by_hand,
                                         running_averages_follow_training,
                                         training_keeps_averages_and_steps,
                                         answers_are_by_what_was_kept,
                                         one_number_alone_becomes_the_shift,
                                         the_variance_keeps_its_digits,
                                         scales_start_at_one_whatever_is_drawn,
                                         sequences_are_refused,
                                         NULL,
                                     });
}
