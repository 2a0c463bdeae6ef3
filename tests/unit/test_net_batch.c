/* Many samples at once, against passes one by one. */
#include "test_net.h"

#include "base/interrupt.h"
#include "net/batch.h"
#include "net/stack.h"

enum { MOST_SAMPLES = 20, MOST = 64 };

struct batch_case {
    struct bs_net *net;
    struct bs_batch batch;
    double x[MOST_SAMPLES * 4], t[MOST_SAMPLES * 4];
};

static void draw_case(struct batch_case *made, struct bs_rng *rng)
{
    struct bs_arch *arch = random_arch(rng);
    ck_assert_int_eq(bs_net_create(&made->net, arch, NULL), BS_OK);
    fill_random(bs_net_own_params(made->net), arch->parameters, rng, -1, 1);
    fill_random(made->x, COUNT_OF(made->x), rng, -1, 1);
    fill_random(made->t, COUNT_OF(made->t), rng, 0.1, 0.9);
    made->batch = (struct bs_batch){1 + bs_rng_below(rng, MOST_SAMPLES), made->x, made->t};
    bs_arch_drop(arch);
}

static void must_agree(const char *what, double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12 * (1 + fabs(expected))))
        ck_abort_msg("%s is %.17g, not %.17g", what, found, expected);
}

/* Means of what passes of the samples give, and the outputs of each. */
static void must_be_that_of_passes(const struct batch_case *made)
{
    const struct bs_arch *arch = made->net->arch;
    const size_t inputs = (size_t)bs_arch_inputs(arch), outputs = (size_t)bs_arch_outputs(arch);
    const size_t samples = made->batch.samples;
    double y[MOST_SAMPLES * 4], found[MOST], one[MOST], gradients[MOST] = {0}, mean, loss = 0;
    ck_assert_int_eq(bs_batch_forward(y, made->net, &made->batch, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_loss(&mean, made->net, &made->batch, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_gradients(found, made->net, &made->batch, NULL), BS_OK);
    for (size_t k = 0; k < samples; k++) {
        double answer[4], work[8], sample_loss;
        struct bs_pass *pass = NULL;
        const double *x = made->x + k * inputs, *t = made->t + k * outputs;
        ck_assert_int_eq(bs_pass_create(&pass, made->net->arch, made->net->params, x, t, NULL),
                         BS_OK);
        bs_forward(answer, arch, made->net->params->values, x, work);
        bs_sample_loss(&sample_loss, arch, made->net->params->values, x, t, NULL);
        bs_pass_gradients(one, pass);
        bs_pass_destroy(pass);
        loss += sample_loss / (double)samples;
        for (size_t i = 0; i < arch->parameters; i++)
            gradients[i] += one[i] / (double)samples;
        for (size_t j = 0; j < outputs; j++)
            must_agree("an output", y[k * outputs + j], answer[j]);
    }
    must_agree("the loss", mean, loss);
    for (size_t i = 0; i < arch->parameters; i++)
        must_agree("a gradient", found[i], gradients[i]);
}

START_TEST(a_batch_is_the_mean_of_its_samples)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 1);
    for (int i = 0; i < 300; i++) {
        struct batch_case made;
        draw_case(&made, &rng);
        if (made.net->params->count <= MOST)
            must_be_that_of_passes(&made);
        bs_net_destroy(made.net);
    }
}
END_TEST

/* y = w·x at each of two steps, w = 1, E of a sample the sum over its steps. */
static struct bs_net *sequence_net(void)
{
    const struct bs_shape in = {.steps = 2, .rank = 1, .size = {1}};
    struct bs_stage_spec spec;
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    bs_stage_spec_init(&spec, bs_stage_kind_find("dense"));
    spec.options[0][0] = 1, spec.options[1][0] = BS_BIAS_NONE;
    ck_assert_int_eq(bs_stack_create(&stack, &in, &spec, 1, 0, NULL), BS_OK);
    ck_assert_int_eq(bs_arch_of_stack(&arch, stack, bs_loss_find("half_squared_error"), NULL),
                     BS_OK);
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    bs_net_own_params(net)[0] = 1;
    bs_arch_drop(arch);
    return net;
}

/* Losses ½(1 + 1) and ½(9 + 16), gradients 1·1 + 1·2 and 3·3 + 4·4. */
START_TEST(rows_of_sequences_have_their_steps_one_after_the_other)
{
    struct bs_net *net = sequence_net();
    const struct bs_batch batch = {2, (const double[]){1, 2, 3, 4}, (const double[]){0, 1, 0, 0}};
    double y[4], loss, gradient;
    ck_assert_int_eq(bs_batch_forward(y, net, &batch, NULL), BS_OK);
    ck_assert_mem_eq(y, batch.x, sizeof y);
    ck_assert_int_eq(bs_batch_loss(&loss, net, &batch, NULL), BS_OK);
    ck_assert(loss == 6.75);
    ck_assert_int_eq(bs_batch_gradients(&gradient, net, &batch, NULL), BS_OK);
    ck_assert(gradient == 14);
    bs_net_destroy(net);
}
END_TEST

/* More than are taken at a time: those of four samples, again and again. */
START_TEST(a_long_batch_is_taken_in_shares)
{
    enum { TIMES = 100000 };
    struct bs_rng rng;
    struct batch_case made;
    bs_rng_seed(&rng, 2);
    draw_case(&made, &rng);
    const size_t inputs = (size_t)bs_arch_inputs(made.net->arch);
    const size_t outputs = (size_t)bs_arch_outputs(made.net->arch);
    double *x = bs_calloc(TIMES * 4 * inputs, sizeof *x), *t = bs_calloc(TIMES * 4 * outputs, 8);
    double *y = bs_calloc(TIMES * 4 * outputs, sizeof *y), few[MOST], many[MOST], loss, mean;
    for (size_t k = 0; k < TIMES; k++) {
        memcpy(x + k * 4 * inputs, made.x, 4 * inputs * sizeof *x);
        memcpy(t + k * 4 * outputs, made.t, 4 * outputs * sizeof *t);
    }
    const struct bs_batch four = {4, x, t}, all = {(size_t)TIMES * 4, x, t};
    ck_assert_int_eq(bs_batch_loss(&loss, made.net, &four, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_loss(&mean, made.net, &all, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_gradients(few, made.net, &four, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_gradients(many, made.net, &all, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_forward(y, made.net, &all, NULL), BS_OK);
    must_agree("the loss", mean, loss);
    for (size_t i = 0; i < made.net->params->count; i++)
        must_agree("a gradient", many[i], few[i]);
    for (size_t i = 0; i < TIMES * 4 * outputs; i++)
        must_agree("an output", y[i], y[i % (4 * outputs)]);
    bs_free(x);
    bs_free(t);
    bs_free(y);
    bs_net_destroy(made.net);
}
END_TEST

START_TEST(no_samples_have_no_outputs_and_no_gradients)
{
    struct bs_net *net = sequence_net();
    const struct bs_batch none = {0};
    double gradient = 7;
    ck_assert_int_eq(bs_batch_forward(NULL, net, &none, NULL), BS_OK);
    ck_assert_int_eq(bs_batch_gradients(&gradient, net, &none, NULL), BS_OK);
    ck_assert(gradient == 0);
    bs_net_destroy(net);
}
END_TEST

static bool try_batch(void *context)
{
    struct bs_net *net = context;
    const struct bs_batch batch = {1, (const double[]){1, 2}, (const double[]){0, 0}};
    double y[2], loss, gradient;
    struct bs_error err;
    if (bs_batch_forward(y, net, &batch, &err) == BS_OK &&
        bs_batch_loss(&loss, net, &batch, &err) == BS_OK &&
        bs_batch_gradients(&gradient, net, &batch, &err) == BS_OK)
        return true;
    ck_assert_int_eq(err.status, BS_NO_MEMORY);
    return false;
}

START_TEST(running_out_of_memory_is_said)
{
    struct bs_net *net = sequence_net();
    bs_refuse_each_allocation(try_batch, net);
    bs_net_destroy(net);
}
END_TEST

START_TEST(an_interrupt_ends_it)
{
    struct bs_net *net = sequence_net();
    const struct bs_batch batch = {1, (const double[]){1, 2}, (const double[]){0, 0}};
    struct bs_error err;
    double y[2];
    bs_interrupt_raise();
    ck_assert_int_eq(bs_batch_forward(y, net, &batch, &err), BS_INTERRUPTED);
    ck_assert_str_eq(err.text, "interrupted!");
    bs_interrupt_clear();
    bs_net_destroy(net);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("batch", (const TTest *const[]){
                                    a_batch_is_the_mean_of_its_samples,
                                    rows_of_sequences_have_their_steps_one_after_the_other,
                                    a_long_batch_is_taken_in_shares,
                                    no_samples_have_no_outputs_and_no_gradients,
                                    running_out_of_memory_is_said,
                                    an_interrupt_ends_it,
                                    NULL,
                                });
}
