#include "test_net.h"

#include "base/interrupt.h"
#include "net/stack.h"
#include "net/train.h"

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
        struct bs_trained trained = {.epochs = 77, .loss = 7};
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
         "by epoch 1 a step made a parameter infinite: the network is as it was before training; "
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
        struct bs_trained trained = {.epochs = 77, .loss = 7};
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

/* A plain step changes parameters all the way back: it is finished all the same. */
START_TEST(an_interrupt_within_a_step_leaves_no_half_of_it)
{
    enum { INPUTS = 64, SAMPLES = 64 };
    const int sizes[] = {INPUTS, 200, 100, INPUTS};
    const char *const activations[] = {"sigmoid", "sigmoid", "sigmoid"};
    static double samples[SAMPLES * INPUTS], params[200 * 65 + 100 * 201 + INPUTS * 101];
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    fill_random(samples, COUNT_OF(samples), &rng, 0, 1);
    fill_random(params, COUNT_OF(params), &rng, -0.1, 0.1);
    signal(SIGALRM, on_alarm);
    for (int i = 0; i < 12; i++) {
        struct bs_net *net =
            net_of(arch_of(3, sizes, activations, BS_BIAS_UNITS, "half_squared_error"), params);
        struct bs_net *again =
            net_of(arch_of(3, sizes, activations, BS_BIAS_UNITS, "half_squared_error"), params);
        struct bs_training training = {.samples = SAMPLES,
                                       .inputs = samples,
                                       .targets = samples,
                                       .eta = 0.01,
                                       .epochs = SIZE_MAX,
                                       .batch = SAMPLES};
        const struct itimerval soon = {.it_value = {.tv_usec = 20000 + 700 * i}};
        struct bs_trained trained, whole;
        ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_INTERRUPTED);
        bs_interrupt_clear();
        training.epochs = trained.epochs;
        ck_assert_int_eq(bs_net_train(&whole, again, &training, NULL), BS_OK);
        ck_assert_mem_eq(net->params->values, again->params->values, sizeof params);
        bs_net_destroy(net);
        bs_net_destroy(again);
    }
}
END_TEST

struct attempt {
    struct bs_net *net;
    const struct bs_params *before;
    bool is_rich;
};

/* Once with plain steps, once with all that asks for memory. */
static bool try_training(void *context)
{
    struct attempt *attempt = context;
    struct bs_history history = {0};
    struct bs_training training = xor_training();
    training.epochs = 3;
    if (attempt->is_rich) {
        training.optimiser = bs_optimiser_find("adam");
        bs_recipe_usual(training.optimiser_options, &training.optimiser->recipe);
        training.validation = (struct bs_samples){4, XOR_INPUTS, XOR_TARGETS};
        training.patience = 5;
        training.history = &history;
    }
    struct bs_trained trained = {.epochs = 77, .loss = 7};
    struct bs_error err;
    const int status = bs_net_train(&trained, attempt->net, &training, &err);
    bs_history_finish(&history);
    if (status == BS_OK)
        return true;
    ck_assert_str_eq(err.text, "not enough memory");
    ck_assert(trained.epochs == 77 && trained.loss == 7);
    ck_assert_ptr_eq(attempt->net->params, attempt->before);
    return false;
}

START_TEST(running_out_of_memory_changes_nothing)
{
    for (int is_rich = 0; is_rich <= 1; is_rich++) {
        struct bs_net *net = xor_net();
        struct attempt attempt = {net, net->params, is_rich};
        bs_refuse_each_allocation(try_training, &attempt);
        bs_net_destroy(net);
    }
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

/* ---- optimisers, schedules, decay ------------------------------------------------------------ */

/* w of y = w·x with x = 1 from w = 1: ∂E/∂w = w − t, so the steps can be written down. */
static double weight_after(const struct bs_training *asked, double decay)
{
    struct bs_net *net = net_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"},
                                        BS_BIAS_NONE, "half_squared_error"),
                                (const double[]){1});
    struct bs_training training = *asked;
    struct bs_trained trained;
    struct bs_error err;
    training.samples = training.batch = 1;
    training.inputs = training.targets = (const double[]){1};
    training.decay = decay;
    ck_assert_msg(bs_net_train(&trained, net, &training, &err) == BS_OK, "%s", err.text);
    const double w = net->params->values[0];
    bs_net_destroy(net);
    return w;
}

/*
 * With target 1 and w = 1 the gradient of the loss is 0, so only the decay moves the weight.  λ =
 * ½, η = ¼.  In the loss: g = ½·1, w = 7/8; then g = −1/8 + 7/16 = 5/16, w = 51/64.  Adam's first
 * step is η against the sign of g, whatever its size; decoupled the decay takes η·λ·w first, then
 * Adam's gradient is that of the loss at w = 1, which is 0.
 */
START_TEST(decay_is_in_the_gradient_or_beside_it)
{
    struct bs_training training = {.eta = 0.25, .epochs = 2};
    ck_assert(weight_after(&training, 0) == 1);
    ck_assert(weight_after(&training, 0.5) == 51.0 / 64);
    training.epochs = 1;
    training.optimiser = bs_optimiser_find("adam");
    bs_recipe_usual(training.optimiser_options, &training.optimiser->recipe);
    ck_assert_double_eq_tol(weight_after(&training, 0.5), 0.75, 1e-8);
    training.optimiser = bs_optimiser_find("adamw");
    ck_assert(weight_after(&training, 0.5) == 0.875);
}
END_TEST

/* Biases are not weights: with a gradient of 0 they stay. */
START_TEST(decay_leaves_biases_alone)
{
    struct bs_net *net = line_net(1, 1);
    const struct bs_training training = {.samples = 1,
                                         .inputs = (const double[]){1},
                                         .targets = (const double[]){2},
                                         .eta = 0.25,
                                         .epochs = 1,
                                         .batch = 1,
                                         .decay = 0.5};
    struct bs_trained trained;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert(net->params->values[0] == 0.875 && net->params->values[1] == 1);
    bs_net_destroy(net);
}
END_TEST

/* x = 1, t = 0, so w ← w − η_n·w: 1 − ½ = ½, ½ − ¼·½ = 3/8, 3/8 − ⅛·3/8 = 21/64. */
START_TEST(a_schedule_sets_the_rate_of_each_epoch)
{
    struct bs_net *net = net_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"},
                                        BS_BIAS_NONE, "half_squared_error"),
                                (const double[]){1});
    struct bs_training training = {.samples = 1,
                                   .inputs = (const double[]){1},
                                   .targets = (const double[]){0},
                                   .eta = 0.5,
                                   .epochs = 3,
                                   .batch = 1,
                                   .schedule = bs_schedule_find("exponential"),
                                   .schedule_options = {0.5}};
    struct bs_trained trained;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert(net->params->values[0] == 21.0 / 64);
    ck_assert(trained.rate == 0.125);
    bs_net_destroy(net);
}
END_TEST

/* The same steps by hand, out of passes, gradients and the row's own kernel. */
START_TEST(an_optimiser_steps_on_the_mean_gradient_of_each_batch)
{
    for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++) {
        struct bs_net *net = xor_net(), *hand = xor_net();
        const size_t count = net->params->count;
        double m[32] = {0}, s[32] = {0}, gradients[32], one[32];
        struct bs_training training = xor_training();
        struct bs_trained trained;
        training.shuffle = false, training.batch = 2, training.epochs = 1, training.optimiser = row;
        bs_recipe_usual(training.optimiser_options, &row->recipe);
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        for (int batch = 0; batch < 2; batch++) {
            memset(gradients, 0, sizeof gradients);
            for (int k = 2 * batch; k < 2 * batch + 2; k++) {
                struct bs_pass *pass = NULL;
                ck_assert_int_eq(bs_pass_create(&pass, hand->arch, hand->params, XOR_INPUTS + 2 * k,
                                                XOR_TARGETS + k, NULL),
                                 BS_OK);
                ck_assert_int_eq(bs_pass_gradients(one, pass), BS_OK);
                for (size_t i = 0; i < count; i++)
                    gradients[i] += one[i] / 2;
                bs_pass_destroy(pass);
            }
            const struct bs_optimiser_step step = {
                count,     hand->params->values,      gradients, m, s, 0.5,
                batch + 1, training.optimiser_options};
            row->step(&step);
        }
        for (size_t i = 0; i < count; i++)
            ck_assert_msg(fabs(net->params->values[i] - hand->params->values[i]) < 1e-14, "%s",
                          row->recipe.name);
        bs_net_destroy(net);
        bs_net_destroy(hand);
    }
}
END_TEST

/* ---- any network, any batch ------------------------------------------------------------------ */

/* y = w·x at each of two steps. */
static struct bs_net *sequence_net(double w)
{
    const struct bs_shape in = {.steps = 2, .rank = 1, .size = {1}};
    struct bs_stage_spec spec;
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    bs_stage_spec_init(&spec, bs_stage_kind_find("dense"));
    spec.options[0][0] = 1, spec.options[1][0] = BS_BIAS_NONE;
    ck_assert_int_eq(bs_stack_create(&stack, &in, &spec, 1, 0, NULL), BS_OK);
    ck_assert_int_eq(bs_arch_of_stack(&arch, stack, bs_loss_find("half_squared_error"), NULL),
                     BS_OK);
    return net_of(arch, &w);
}

/*
 * w = 1 and x = (1, 2), (3, 4) with targets (0, 1), (0, 0): losses ½(1 + 1) and ½(9 + 16),
 * gradients 1·1 + 1·2 = 3 and 3·3 + 4·4 = 25.  η = ⅛, so that all of it is exact:
 * batch 2: w = 1 − ⅛·14 = −¾.  Batch 1: w = 1 − 3/8 = ⅝, the second loss 25/64 of itself, then
 * w = ⅝ − ⅛·⅝·25 = −85/64.  Decay ½ besides, batch 2: w = 1 − ⅛(14 + ½) = −13/16.
 */
START_TEST(sequences_are_learnt_over_all_their_steps)
{
    static const struct {
        size_t batch;
        double decay, w, loss;
    } cases[] = {{1, 0, -85.0 / 64, (1 + 12.5 * 25 / 64) / 2},
                 {2, 0, -0.75, 6.75},
                 {2, 0.5, -13.0 / 16, 6.75}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = sequence_net(1);
        const struct bs_training training = {.samples = 2,
                                             .inputs = (const double[]){1, 2, 3, 4},
                                             .targets = (const double[]){0, 1, 0, 0},
                                             .eta = 0.125,
                                             .epochs = 1,
                                             .batch = cases[i].batch,
                                             .decay = cases[i].decay};
        struct bs_trained trained;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert(net->params->values[0] == cases[i].w);
        ck_assert(trained.loss == cases[i].loss);
        bs_net_destroy(net);
    }
}
END_TEST

/* With η = 0 outputs stay (1, 2), (3, 4): the second sample's last step is 5 away. */
START_TEST(every_step_of_a_sequence_is_to_be_within)
{
    struct bs_net *net = sequence_net(1);
    struct bs_training training = {
        .samples = 2,
        .inputs = (const double[]){1, 2, 3, 4},
        .targets = (const double[]){0, 3, 2, -1},
        .epochs = 1,
        .batch = 1,
        .stop_within = 4,
        .validation = {2, (const double[]){1, 2, 3, 4}, (const double[]){0, 1, 0, 0}}};
    struct bs_trained trained;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert(!bs_is_settled(&trained));
    ck_assert(trained.worst == 5 && trained.worst_sample == 2);
    ck_assert(trained.validation == 6.75);
    training.stop_within = 5.5;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert(bs_is_settled(&trained));
    bs_net_destroy(net);
}
END_TEST

/* XOR's four samples again and again, more than are taken at a time, are a batch of the four. */
START_TEST(a_batch_too_large_for_one_pass_steps_on_its_mean_all_the_same)
{
    enum { TIMES = 100000 };
    struct bs_net *few = xor_net(), *many = xor_net();
    double *x = bs_calloc(TIMES, sizeof XOR_INPUTS), *t = bs_calloc(TIMES, sizeof XOR_TARGETS);
    for (size_t k = 0; k < TIMES; k++) {
        memcpy(x + 8 * k, XOR_INPUTS, sizeof XOR_INPUTS);
        memcpy(t + 4 * k, XOR_TARGETS, sizeof XOR_TARGETS);
    }
    struct bs_training training = xor_training();
    struct bs_trained trained, whole;
    training.epochs = 2, training.batch = SIZE_MAX;
    ck_assert_int_eq(bs_net_train(&trained, few, &training, NULL), BS_OK);
    training.samples = (size_t)TIMES * 4, training.inputs = x, training.targets = t;
    ck_assert_int_eq(bs_net_train(&whole, many, &training, NULL), BS_OK);
    ck_assert_double_eq_tol(whole.loss, trained.loss, 1e-12);
    for (size_t i = 0; i < few->params->count; i++)
        ck_assert_double_eq_tol(few->params->values[i], many->params->values[i], 1e-12);
    bs_free(x);
    bs_free(t);
    bs_net_destroy(few);
    bs_net_destroy(many);
}
END_TEST

/* Samples by themselves: small networks and large ones step in ways of their own. */
START_TEST(single_samples_step_by_their_gradients_at_any_size)
{
    for (int hidden = 2; hidden <= 2000; hidden *= 10) {
        struct bs_rng rng;
        struct bs_net *net =
            net_of(arch_of(2, (const int[]){2, hidden, 1}, (const char *const[]){"tanh", "sigmoid"},
                           BS_BIAS_UNITS, "binary_cross_entropy"),
                   (const double[8001]){0});
        const size_t count = net->params->count;
        double *expected = bs_calloc(count, sizeof *expected), *gradients = bs_calloc(count, 8);
        struct bs_pass *pass = NULL;
        struct bs_trained trained;
        struct bs_training training = xor_training();
        bs_rng_seed(&rng, (uint64_t)hidden);
        fill_random(net->params->values, count, &rng, -1, 1);
        training.samples = 1, training.inputs += 2, training.targets++, training.epochs = 1;
        bs_pass_create(&pass, net->arch, net->params, training.inputs, training.targets, NULL);
        bs_pass_gradients(gradients, pass);
        bs_pass_destroy(pass);
        for (size_t i = 0; i < count; i++)
            expected[i] = net->params->values[i] - 0.5 * gradients[i];
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        for (size_t i = 0; i < count; i++)
            if (fabs(net->params->values[i] - expected[i]) > 1e-12)
                ck_abort_msg("parameter %zu of 2-%d-1", i, hidden);
        bs_free(expected);
        bs_free(gradients);
        bs_net_destroy(net);
    }
}
END_TEST

/* ---- goals ----------------------------------------------------------------------------------- */

static void check_ending(const struct bs_trained *trained, const struct bs_training *training,
                         const char *text)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_put_ending(&buf, trained, training);
    ck_assert_str_eq(bs_buf_text(&buf), text);
    bs_buf_finish(&buf);
}

/* Weights from (−1, 1) and the order of samples by the seed; true when it settles. */
static bool xor_settles(int hidden, uint64_t seed)
{
    struct bs_net *net =
        net_of(arch_of(2, (const int[]){2, hidden, 1}, (const char *const[]){"sigmoid", "sigmoid"},
                       BS_BIAS_UNITS, "half_squared_error"),
               (const double[32]){0});
    struct bs_training training = xor_training();
    struct bs_trained trained;
    double worst = 0;
    training.eta = 0.3, training.epochs = 20000, training.seed = seed, training.stop_within = 0.2;
    ck_assert_int_eq(bs_init_fill(net->params->values, net->arch, bs_init_find("uniform"),
                                  (const double[BS_MOST_OPTIONS]){-1, 1}, seed, NULL),
                     BS_OK);
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    for (int k = 0; k < 4; k++) {
        double y, work[8];
        bs_forward(&y, net->arch, net->params->values, XOR_INPUTS + 2 * k, work);
        worst = fmax(worst, fabs(y - XOR_TARGETS[k]));
    }
    bs_net_destroy(net);
    ck_assert_int_eq(bs_is_settled(&trained), worst < 0.2);
    ck_assert(bs_is_settled(&trained) || (trained.epochs == 20000 && trained.worst == worst));
    return bs_is_settled(&trained);
}

/*
 * Of 1000 seeds 83 in 100 settle with two hidden units.  These hundred are 76; with thresholds
 * drawn in place of biases, as in the notation that a user has, they are 87: see tests/lua.
 */
START_TEST(xor_settles_from_most_seeds_and_the_others_are_said_to_be_stuck)
{
    int settled[2] = {0};
    for (uint64_t seed = 1; seed <= 100; seed++) {
        settled[0] += xor_settles(2, seed);
        settled[1] += xor_settles(4, seed);
    }
    ck_assert_int_ge(settled[0], 70);
    ck_assert_int_ge(settled[1], 98);
}
END_TEST

START_TEST(the_ending_is_told_in_a_sentence)
{
    struct bs_training training = {.stop_below = 0.01, .stop_within = 0.2, .patience = 3};
    struct bs_trained trained = {.epochs = 500,
                                 .loss = 0.125,
                                 .has_goal = true,
                                 .worst = 0.6612,
                                 .worst_sample = 3,
                                 .best_epoch = 7};
    check_ending(&trained, &training,
                 "stuck: after 500 epochs the loss is 0.125, not below 0.01, and sample 3 is still "
                 "0.6612 from its target, not within 0.2");
    training.stop_below = 0;
    check_ending(
        &trained, &training,
        "stuck: after 500 epochs sample 3 is still 0.6612 from its target, not within 0.2");
    trained.ending = BS_ENDED_WITHIN;
    check_ending(&trained, &training, "every output is within 0.2 of its target");
    trained.ending = BS_ENDED_PATIENCE;
    check_ending(&trained, &training,
                 "the validation loss has not fallen for 3 epochs: the parameters are those of "
                 "epoch 7");
    trained.ending = BS_ENDED_WATCH;
    check_ending(&trained, &training, "the callback stopped it after epoch 500");
    trained = (struct bs_trained){.epochs = 1};
    check_ending(&trained, &training, "1 epoch is done");
}
END_TEST

/* ---- validation ------------------------------------------------------------------------------ */

/*
 * y = w·x from w = 0 with x = 1, t = 1 and η = ½: w is 1/2, 3/4, 7/8, 15/16, ...  On the validation
 * sample (1, ¾) it is best after epoch 2, where it is right.
 */
static struct bs_net *from_zero(void)
{
    return net_of(arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"}, BS_BIAS_NONE,
                          "half_squared_error"),
                  (const double[]){0});
}

static const double ONE = 1, THREE_QUARTERS = 0.75;

static struct bs_training to_one(size_t epochs)
{
    return (struct bs_training){.samples = 1,
                                .inputs = &ONE,
                                .targets = &ONE,
                                .eta = 0.5,
                                .epochs = epochs,
                                .batch = 1,
                                .validation = {1, &ONE, &THREE_QUARTERS}};
}

START_TEST(patience_ends_with_the_parameters_that_were_best)
{
    static const struct {
        size_t epochs, patience, done, best_epoch;
        enum bs_ending ending;
        double w, validation;
    } cases[] = {
        {50, 3, 5, 2, BS_ENDED_PATIENCE, 0.75, 0},
        {50, 1, 3, 2, BS_ENDED_PATIENCE, 0.75, 0},
        {4, 10, 4, 2, BS_ENDED_EPOCHS, 0.75, 0},
        {1, 10, 1, 1, BS_ENDED_EPOCHS, 0.5, 0.03125},
        {4, 0, 4, 0, BS_ENDED_EPOCHS, 0.9375, 0.017578125},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = from_zero();
        struct bs_training training = to_one(cases[i].epochs);
        struct bs_trained trained;
        training.patience = cases[i].patience;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert_int_eq(trained.ending, cases[i].ending);
        ck_assert_uint_eq(trained.epochs, cases[i].done);
        ck_assert_uint_eq(trained.best_epoch, cases[i].best_epoch);
        ck_assert(net->params->values[0] == cases[i].w);
        ck_assert(trained.validation == cases[i].validation);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(the_history_has_the_losses_of_each_epoch)
{
    static const double loss[] = {0.5, 0.125, 0.03125}, validation[] = {0.03125, 0, 0.0078125};
    struct bs_net *net = from_zero();
    struct bs_history history = {0};
    struct bs_training training = to_one(3);
    struct bs_trained trained;
    training.history = &history;
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    ck_assert_uint_eq(history.count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert(history.loss[i] == loss[i] && history.validation[i] == validation[i]);
    bs_history_finish(&history);
    bs_net_destroy(net);
}
END_TEST

/* ---- the watch ------------------------------------------------------------------------------- */

struct watching {
    struct bs_net *net;
    struct bs_params *shares[8]; /* the parameters it was shown, each time */
    double first[8];             /* what their first one was then */
    size_t epochs[8], count;
    int result; /* from the second time on */
};

static int look(void *context, const struct bs_progress *progress)
{
    struct watching *watching = context;
    const size_t k = watching->count++;
    ck_assert_uint_lt(k, COUNT_OF(watching->epochs));
    watching->epochs[k] = progress->epoch;
    watching->shares[k] = bs_params_share(watching->net->params);
    watching->first[k] = watching->shares[k]->values[0];
    ck_assert(isfinite(progress->loss) && progress->rate == 0.5);
    return k > 0 ? watching->result : 0;
}

static void finish_watching(const struct watching *watching)
{
    for (size_t k = 0; k < watching->count; k++) {
        ck_assert(watching->shares[k]->values[0] == watching->first[k]);
        bs_params_drop(watching->shares[k]);
    }
}

/* What it shares does not change as training goes on, in one go or by batches. */
START_TEST(a_watch_sees_every_so_many_epochs_and_the_last)
{
    for (size_t batch = 1; batch <= 4; batch += 3) {
        struct bs_net *net = xor_net(), *alone = xor_net();
        struct watching watching = {.net = net};
        struct bs_training training = xor_training();
        struct bs_trained trained;
        training.epochs = 7, training.batch = batch;
        ck_assert_int_eq(bs_net_train(&trained, alone, &training, NULL), BS_OK);
        training.every = 3, training.watch = look, training.context = &watching;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert_uint_eq(watching.count, 3);
        ck_assert(watching.epochs[0] == 3 && watching.epochs[1] == 6 && watching.epochs[2] == 7);
        for (size_t i = 0; i < net->params->count; i++)
            ck_assert(net->params->values[i] == alone->params->values[i]);
        finish_watching(&watching);
        bs_net_destroy(net);
        bs_net_destroy(alone);
    }
}
END_TEST

START_TEST(a_watch_stops_training_and_one_that_fails_keeps_what_was_learnt)
{
    for (int result = BS_REFUSED; result <= 1; result += 2) {
        struct bs_net *net = xor_net(), *alone = xor_net();
        struct watching watching = {.net = net, .result = result};
        struct bs_training training = xor_training();
        struct bs_trained trained;
        training.every = 2, training.watch = look, training.context = &watching;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), result < 0 ? result : BS_OK);
        ck_assert_uint_eq(trained.epochs, 4);
        ck_assert(result < 0 || trained.ending == BS_ENDED_WATCH);
        training.watch = NULL, training.epochs = 4;
        ck_assert_int_eq(bs_net_train(&trained, alone, &training, NULL), BS_OK);
        for (size_t i = 0; i < net->params->count; i++)
            ck_assert(net->params->values[i] == alone->params->values[i]);
        finish_watching(&watching);
        bs_net_destroy(net);
        bs_net_destroy(alone);
    }
}
END_TEST

static void train_xor(const struct bs_optimiser *optimiser, size_t batch)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"sigmoid", "sigmoid"},
                BS_BIAS_UNITS, "half_squared_error");
    struct bs_net *net = net_of(arch, (const double[9]){0.5, -0.25, 0.75});
    struct bs_history history = {0};
    struct bs_training training = {.samples = 4,
                                   .inputs = (const double[]){0, 0, 0, 1, 1, 0, 1, 1},
                                   .targets = (const double[]){0, 1, 1, 0},
                                   .eta = 0.01,
                                   .epochs = 50,
                                   .batch = batch,
                                   .shuffle = true,
                                   .optimiser = optimiser,
                                   .history = &history};
    struct bs_trained trained;
    bs_recipe_usual(training.optimiser_options, &optimiser->recipe);
    ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
    bs_history_finish(&history);
    bs_net_destroy(net);
}

START_TEST(a_thousand_networks_trained_and_dropped_leave_no_memory)
{
    const size_t before = bs_mem_used();
    for (size_t i = 0; i < 1000; i++)
        for (const struct bs_optimiser *row = bs_optimisers; row->recipe.name; row++)
            train_xor(row, 1 + i % 3);
    ck_assert_uint_eq(bs_mem_used(), before);
}
END_TEST

struct paces {
    size_t count, samples;
    struct bs_pace last;
};

static void see_pace(void *context, const struct bs_pace *pace)
{
    struct paces *seen = context;
    ck_assert_uint_ge(pace->epoch, seen->last.epoch);
    ck_assert(pace->epoch > seen->last.epoch || pace->samples > seen->last.samples);
    ck_assert(pace->samples >= 1 && pace->samples <= seen->samples);
    ck_assert(pace->epoch == 1 ? isnan(pace->loss) : pace->loss == 0.5);
    seen->last = *pace;
    seen->count++;
}

/* Two parameters: every 131072 samples by steps on one, a little later by whole batches. */
START_TEST(who_asks_is_told_now_and_then_how_far_it_is)
{
    static double inputs[3000], targets[3000];
    for (size_t i = 0; i < COUNT_OF(targets); i++)
        targets[i] = 1;
    for (size_t batch = 1; batch <= 1000; batch += 999) {
        struct bs_net *net = line_net(0, 0);
        struct paces seen = {.samples = COUNT_OF(inputs)};
        const struct bs_training training = {.samples = COUNT_OF(inputs),
                                             .inputs = inputs,
                                             .targets = targets,
                                             .epochs = 200,
                                             .batch = batch,
                                             .tell = see_pace,
                                             .tell_context = &seen};
        struct bs_trained trained;
        ck_assert_int_eq(bs_net_train(&trained, net, &training, NULL), BS_OK);
        ck_assert_uint_eq(seen.count, 4);
        bs_net_destroy(net);
    }
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
                                    an_interrupt_within_a_step_leaves_no_half_of_it,
                                    running_out_of_memory_changes_nothing,
                                    no_step_asks_for_memory,
                                    who_asks_is_told_now_and_then_how_far_it_is,
                                    a_thousand_networks_trained_and_dropped_leave_no_memory,
                                    decay_is_in_the_gradient_or_beside_it,
                                    decay_leaves_biases_alone,
                                    a_schedule_sets_the_rate_of_each_epoch,
                                    an_optimiser_steps_on_the_mean_gradient_of_each_batch,
                                    sequences_are_learnt_over_all_their_steps,
                                    every_step_of_a_sequence_is_to_be_within,
                                    a_batch_too_large_for_one_pass_steps_on_its_mean_all_the_same,
                                    single_samples_step_by_their_gradients_at_any_size,
                                    xor_settles_from_most_seeds_and_the_others_are_said_to_be_stuck,
                                    the_ending_is_told_in_a_sentence,
                                    patience_ends_with_the_parameters_that_were_best,
                                    the_history_has_the_losses_of_each_epoch,
                                    a_watch_sees_every_so_many_epochs_and_the_last,
                                    a_watch_stops_training_and_one_that_fails_keeps_what_was_learnt,
                                    NULL,
                                });
}
