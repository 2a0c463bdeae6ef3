#include "test_net.h"

#include "base/interrupt.h"

#include <signal.h>
#include <sys/time.h>

static struct bs_net *net_of(struct bs_arch *arch, const double *params)
{
    struct bs_net *net = NULL;
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    memcpy(bs_net_own_params(net), params, arch->parameters * sizeof *params);
    bs_arch_drop(arch);
    return net;
}

/* y = w·x + b: with E = ½(y − t)² every number below is exact in binary. */
static struct bs_net *line_net(double w, double b)
{
    return net_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"}, BS_BIAS_UNITS,
                          "half_squared_error"),
                  (const double[]){w, b});
}

/*
 * Exercise A, a step and one more.  From Python's decimal module at 60 digits, apart from this
 * program; the loss of an epoch is that before its step.
 */
START_TEST(epochs_of_one_sample_are_the_steps_of_exercise_a)
{
    static const double updated[][6] = {
        {0.0990709288391903399, 0.79761095987220373117, 0.39713992422755454499,
         0.59264551944228311569, 0.27232596506128213179, 0.87299836300899258597},
        {0.09825185227690139163, 0.79550476299774643562, 0.39444126973533420144,
         0.58570612217657366084, 0.24549420260066351204, 0.84686500644958800366},
    };
    static const double losses[] = {0.0181039038365667793, 0.01656538232677039704};
    for (size_t epochs = 1; epochs <= 2; epochs++) {
        struct bs_net *net =
            net_of(arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"sigmoid", "sigmoid"},
                           BS_BIAS_NONE, "half_squared_error"),
                   (const double[]){0.1, 0.8, 0.4, 0.6, 0.3, 0.9});
        const struct bs_training training = {.samples = 1,
                                             .inputs = (const double[]){0.35, 0.9},
                                             .targets = (const double[]){0.5},
                                             .eta = 1,
                                             .epochs = epochs,
                                             .batch = 1};
        struct bs_trained trained;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert_uint_eq(trained.epochs, epochs);
        ck_assert_double_eq_tol(trained.loss, losses[epochs - 1], 1e-15);
        for (int i = 0; i < 6; i++)
            ck_assert_double_eq_tol(net->params->values[i], updated[epochs - 1][i], 1e-15);
        bs_net_destroy(net);
    }
}
END_TEST

/*
 * y = w·x + b from w = b = 0, η = ½, samples (1, 1), (2, 0), (0, 2), one epoch, by hand:
 * batch 1: y = 0, b = w = ½;            y = 3/2, w = −1, b = −¼;   y = −¼, b = 7/8
 * batch 2: gradients (−1, 0)/2, so w = ¼, b = ¼;                   y = ¼, b = 9/8
 * batch 3: gradients −1 + 0 + 0 and −1 + 0 − 2 over 3, so w = 1/6, b = ½
 */
START_TEST(batches_step_on_the_mean_gradient)
{
    static const struct {
        size_t batch;
        double w, b, loss;
    } cases[] = {
        {1, -1, 0.875, (0.5 + 1.125 + 2.53125) / 3}, {2, 0.25, 1.125, (0.5 + 0 + 1.53125) / 3},
        {3, 0.5 / 3, 0.5, (0.5 + 0 + 2) / 3},        {100, 0.5 / 3, 0.5, (0.5 + 0 + 2) / 3},
        {SIZE_MAX, 0.5 / 3, 0.5, (0.5 + 0 + 2) / 3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = line_net(0, 0);
        const struct bs_training training = {.samples = 3,
                                             .inputs = (const double[]){1, 2, 0},
                                             .targets = (const double[]){1, 0, 2},
                                             .eta = 0.5,
                                             .epochs = 1,
                                             .batch = cases[i].batch};
        struct bs_trained trained;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert_double_eq_tol(net->params->values[0], cases[i].w, 1e-16);
        ck_assert(net->params->values[1] == cases[i].b);
        ck_assert_double_eq_tol(trained.loss, cases[i].loss, 1e-15);
        bs_net_destroy(net);
    }
}
END_TEST

static const double XOR_INPUTS[] = {0, 0, 0, 1, 1, 0, 1, 1}, XOR_TARGETS[] = {0, 1, 1, 0};

static struct bs_net *xor_net(void)
{
    struct bs_rng rng;
    double params[32];
    bs_rng_seed(&rng, 1);
    fill_random(params, COUNT_OF(params), &rng, -1, 1);
    return net_of(arch_of(2, (const int[]){2, 4, 1}, (const char *const[]){"tanh", "sigmoid"},
                          BS_BIAS_UNITS, "half_squared_error"),
                  params);
}

static struct bs_training xor_training(void)
{
    return (struct bs_training){.samples = 4,
                                .inputs = XOR_INPUTS,
                                .targets = XOR_TARGETS,
                                .eta = 0.5,
                                .epochs = 2000,
                                .batch = 1,
                                .shuffle = true,
                                .seed = 7};
}

START_TEST(xor_is_learnt_and_training_stops_below_the_loss_asked)
{
    struct bs_net *net = xor_net();
    struct bs_training training = xor_training();
    struct bs_trained trained;
    training.stop_below = 0.01;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert_uint_gt(trained.epochs, 10);
    ck_assert_uint_lt(trained.epochs, 2000);
    ck_assert_double_lt(trained.loss, 0.01);
    for (int k = 0; k < 4; k++) {
        double y, work[8];
        bs_forward(&y, net->arch, net->params->values, XOR_INPUTS + 2 * k, work);
        ck_assert_double_eq_tol(y, XOR_TARGETS[k], 0.4);
    }
    bs_net_destroy(net);
}
END_TEST

/* With η = 0 nothing is learnt, and the mean loss shows that each sample was taken once. */
START_TEST(shuffling_takes_each_sample_once_an_epoch)
{
    struct bs_net *net = line_net(0, 0);
    const double inputs[] = {0, 0, 0, 0}, targets[] = {2, 4, 8, 16};
    struct bs_training training = {.samples = 4,
                                   .inputs = inputs,
                                   .targets = targets,
                                   .epochs = 1,
                                   .batch = 1,
                                   .shuffle = true};
    for (training.seed = 0; training.seed < 20; training.seed++) {
        struct bs_trained trained;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert(trained.loss == (2 + 8 + 32 + 128) / 4.0);
        ck_assert(net->params->values[0] == 0 && net->params->values[1] == 0);
    }
    bs_net_destroy(net);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_network_bit_for_bit)
{
    struct bs_net *nets[3];
    struct bs_training training = xor_training();
    struct bs_trained trained;
    training.epochs = 10;
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        nets[i] = xor_net();
        training.seed = i == 2 ? 8 : 7;
        ck_assert_int_eq(bs_net_train(&trained, nets[i], &training, NULL), BS_OK);
    }
    const size_t size = nets[0]->params->count * sizeof(double);
    ck_assert_int_eq(memcmp(nets[0]->params->values, nets[1]->params->values, size), 0);
    ck_assert_int_ne(memcmp(nets[0]->params->values, nets[2]->params->values, size), 0);
    for (size_t i = 0; i < COUNT_OF(nets); i++)
        bs_net_destroy(nets[i]);
}
END_TEST

START_TEST(no_epochs_are_no_change)
{
    struct bs_net *net = line_net(2, 1);
    const double sample = 1;
    const struct bs_training training = {
        .samples = 1, .inputs = &sample, .targets = &sample, .eta = 1, .batch = 1};
    struct bs_trained trained;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert_uint_eq(trained.epochs, 0);
    ck_assert(isnan(trained.loss));
    ck_assert(net->params->values[0] == 2 && net->params->values[1] == 1);
    bs_net_destroy(net);
}
END_TEST

START_TEST(what_cannot_be_trained_is_refused_by_name)
{
    static const struct {
        size_t samples, batch;
        double eta;
        const char *message;
    } cases[] = {
        {0, 1, 1, "there are no samples to train on"},
        {1, 0, 1, "batch is 0: 1 or more samples are possible"},
        {1, 1, -0.5, "eta is -0.5: a finite number, 0 or more, is possible"},
        {1, 1, NAN, "eta is nan: a finite number, 0 or more, is possible"},
        {1, 1, INFINITY, "eta is inf: a finite number, 0 or more, is possible"},
    };
    struct bs_net *net = line_net(2, 1);
    const struct bs_params *before = net->params;
    const double sample = 1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_training training = {.samples = cases[i].samples,
                                             .inputs = &sample,
                                             .targets = &sample,
                                             .eta = cases[i].eta,
                                             .epochs = 1,
                                             .batch = cases[i].batch};
        struct bs_trained trained = {77, 7};
        struct bs_error err;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert(trained.epochs == 77 && trained.loss == 7);
        ck_assert_ptr_eq(net->params, before);
        ck_assert(before->values[0] == 2 && before->values[1] == 1);
    }
    bs_net_destroy(net);
}
END_TEST

/*
 * A step from w = 1 with x = 1, t = 0 and η = 1e200 gives w = −1e200, whose loss is infinite where
 * x is not 0.  With x = 1e100 and η = 1e200 the step itself overflows.
 */
START_TEST(training_that_diverges_is_taken_back)
{
    static const struct {
        double w, x[2], eta;
        const char *message;
    } cases[] = {
        {1,
         {1, 1},
         1e200,
         "in epoch 1 the loss of sample 2 became inf: the network is as it was before training; "
         "try a smaller eta than 1e+200"},
        {1,
         {0, 1},
         1e200,
         "in epoch 2 the loss of sample 2 became inf: the network is as it was before training; "
         "try a smaller eta than 1e+200"},
        {1,
         {1e100, 1},
         1e200,
         "in epoch 1 a step made a parameter infinite: the network is as it was before training; "
         "try a smaller eta than 1e+200"},
        {1e200,
         {0, 1},
         0.5,
         "in epoch 1 the loss of sample 2 became inf: the network is as it was before training; "
         "try a smaller eta than 0.5"},
        {1e200, {1, 1}, 0.5, "the loss of sample 1 is inf before any training"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net =
            net_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"}, BS_BIAS_NONE,
                           "half_squared_error"),
                   &cases[i].w);
        const struct bs_training training = {.samples = 2,
                                             .inputs = cases[i].x,
                                             .targets = (const double[]){0, 0},
                                             .eta = cases[i].eta,
                                             .epochs = 5,
                                             .batch = 1};
        struct bs_trained trained = {77, 7};
        struct bs_error err;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert(trained.epochs == 77 && trained.loss == 7);
        ck_assert(net->params->values[0] == cases[i].w);
        ck_assert_int_eq(net->params->owners, 1);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(a_pass_taken_before_training_keeps_its_parameters)
{
    struct bs_net *net = line_net(2, 1);
    const double sample = 1;
    struct bs_params *seen = bs_params_share(net->params);
    const struct bs_training training = {
        .samples = 1, .inputs = &sample, .targets = &sample, .eta = 0.5, .epochs = 3, .batch = 1};
    struct bs_trained trained;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert(seen->values[0] == 2 && seen->values[1] == 1);
    ck_assert(net->params != seen && net->params->values[0] != 2);
    ck_assert_int_eq(seen->owners, 1);
    bs_params_drop(seen);
    bs_net_destroy(net);
}
END_TEST

START_TEST(an_interrupt_before_the_first_step_changes_nothing)
{
    struct bs_net *net = line_net(2, 1);
    const double sample = 1;
    const struct bs_training training = {
        .samples = 1, .inputs = &sample, .targets = &sample, .eta = 0.5, .epochs = 3, .batch = 1};
    struct bs_trained trained;
    struct bs_error err;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_net_train(&trained, net, &training, &err), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_str_eq(err.text, "interrupted!");
    ck_assert_uint_eq(trained.epochs, 0);
    ck_assert(net->params->values[0] == 2 && net->params->values[1] == 1);
    bs_net_destroy(net);
}
END_TEST

static void on_alarm(int signal)
{
    (void)signal;
    bs_interrupt_raise();
}

/* Steps of whole epochs: what was learnt until the interrupt is that of as many epochs alone. */
START_TEST(an_interrupt_ends_endless_training_and_keeps_what_was_learnt)
{
    struct bs_net *net = xor_net(), *again = xor_net();
    struct bs_training training = xor_training();
    const struct itimerval soon = {.it_value = {.tv_usec = 100000}};
    struct bs_trained trained, whole;
    struct bs_error err;
    training.batch = training.samples;
    training.epochs = SIZE_MAX;
    signal(SIGALRM, on_alarm);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
    ck_assert_int_eq(bs_net_train(&trained, net, &training, &err), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_uint_gt(trained.epochs, 0);
    training.epochs = trained.epochs;
    ck_assert_int_eq(bs_net_train(&whole, again, &training, NULL), BS_OK);
    ck_assert(whole.loss == trained.loss);
    for (size_t i = 0; i < net->params->count; i++)
        ck_assert(net->params->values[i] == again->params->values[i]);
    bs_net_destroy(again);
    bs_net_destroy(net);
}
END_TEST

struct attempt {
    struct bs_net *net;
    const struct bs_params *before;
};

static bool try_training(void *context)
{
    struct attempt *attempt = context;
    const struct bs_training training = xor_training();
    struct bs_trained trained = {77, 7};
    struct bs_error err;
    if (bs_net_train(&trained, attempt->net, &training, &err) == BS_OK)
        return true;
    ck_assert_str_eq(err.text, "not enough memory");
    ck_assert(trained.epochs == 77 && trained.loss == 7);
    ck_assert_ptr_eq(attempt->net->params, attempt->before);
    return false;
}

START_TEST(running_out_of_memory_changes_nothing)
{
    struct bs_net *net = xor_net();
    struct attempt attempt = {net, net->params};
    bs_refuse_each_allocation(try_training, &attempt);
    bs_net_destroy(net);
}
END_TEST

/* How many requests for memory a training makes: the first refusal that it does not notice. */
static long requests_of_training(size_t epochs)
{
    struct bs_training training = xor_training();
    training.epochs = epochs;
    for (long requests = 0;; requests++) {
        struct bs_net *net = xor_net();
        struct bs_trained trained;
        bs_mem_fail_after(requests);
        const int status = bs_net_train(&trained, net, &training, NULL);
        bs_mem_fail_after(-1);
        bs_net_destroy(net);
        if (status == BS_OK)
            return requests;
    }
}

START_TEST(no_step_asks_for_memory)
{
    ck_assert_int_eq(requests_of_training(1), requests_of_training(50));
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("train", (const TTest *const[]){
                                    epochs_of_one_sample_are_the_steps_of_exercise_a,
                                    batches_step_on_the_mean_gradient,
                                    xor_is_learnt_and_training_stops_below_the_loss_asked,
                                    shuffling_takes_each_sample_once_an_epoch,
                                    the_same_seed_gives_the_same_network_bit_for_bit,
                                    no_epochs_are_no_change,
                                    what_cannot_be_trained_is_refused_by_name,
                                    training_that_diverges_is_taken_back,
                                    a_pass_taken_before_training_keeps_its_parameters,
                                    an_interrupt_before_the_first_step_changes_nothing,
                                    an_interrupt_ends_endless_training_and_keeps_what_was_learnt,
                                    running_out_of_memory_changes_nothing,
                                    no_step_asks_for_memory,
                                    NULL,
                                });
}
