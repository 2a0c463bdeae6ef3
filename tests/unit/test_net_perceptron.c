#include "test_net.h"

#include "base/interrupt.h"
#include "net/perceptron.h"

static const double INPUTS[] = {0, 0, 0, 1, 1, 0, 1, 1};
static const double AND[] = {0, 0, 0, 1}, OR[] = {0, 1, 1, 1}, XOR[] = {0, 1, 1, 0};

static struct bs_net *step_net(int units, enum bs_bias bias)
{
    struct bs_net *net = NULL;
    struct bs_arch *arch = arch_of(1, (const int[]){2, units}, (const char *const[]){"step"}, bias,
                                   "half_squared_error");
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    bs_arch_drop(arch);
    return net;
}

static struct bs_perceptron rule_of(const double *targets)
{
    return (struct bs_perceptron){.samples = {4, INPUTS, targets}, .eta = 1, .epochs = 100};
}

struct seen {
    size_t count, mistakes[10];
};

static int see(void *context, size_t epoch, size_t mistakes)
{
    struct seen *seen = context;
    ck_assert_uint_eq(epoch, seen->count + 1);
    ck_assert_uint_lt(seen->count, COUNT_OF(seen->mistakes));
    seen->mistakes[seen->count++] = mistakes;
    return 0;
}

/* The rule in whole numbers, by itself. */
static size_t epoch_by_hand(int w[3], const double *targets)
{
    size_t mistakes = 0;
    for (int k = 0; k < 4; k++) {
        const int x1 = (int)INPUTS[2 * k], x2 = (int)INPUTS[2 * k + 1], d = (int)targets[k];
        const int y = w[0] * x1 + w[1] * x2 + w[2] >= 0;
        mistakes += y != d;
        w[0] += (d - y) * x1, w[1] += (d - y) * x2, w[2] += d - y;
    }
    return mistakes;
}

static void check_settles(const double *targets)
{
    struct bs_net *net = step_net(1, BS_BIAS_UNITS);
    struct bs_perceptron rule = rule_of(targets);
    struct bs_perceptron_end end;
    struct seen seen = {0};
    int w[3] = {0};
    rule.watch = see, rule.context = &seen;
    ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), BS_OK);
    ck_assert_int_eq(end.ending, BS_PERCEPTRON_SETTLED);
    ck_assert_uint_eq(seen.count, end.epochs);
    for (size_t epoch = 0; epoch < end.epochs; epoch++)
        ck_assert_uint_eq(epoch_by_hand(w, targets), seen.mistakes[epoch]);
    ck_assert_uint_eq(end.mistakes, 0);
    for (int i = 0; i < 3; i++)
        ck_assert(net->params->values[i] == w[i]);
    bs_net_destroy(net);
}

START_TEST(and_and_or_settle_by_the_rule)
{
    check_settles(AND);
    check_settles(OR);
}
END_TEST

static void check_ending(const struct bs_perceptron_end *end, const char *text)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_put_perceptron_end(&buf, end);
    ck_assert_str_eq(bs_buf_text(&buf), text);
    bs_buf_finish(&buf);
}

START_TEST(xor_comes_round_to_weights_it_had_and_says_so)
{
    static const double etas[] = {1, 0.5, 0.1, 0.37};
    for (size_t i = 0; i < COUNT_OF(etas); i++) {
        struct bs_net *net = step_net(1, BS_BIAS_UNITS);
        struct bs_perceptron rule = rule_of(XOR);
        struct bs_perceptron_end end;
        rule.eta = etas[i];
        ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), BS_OK);
        ck_assert_int_eq(end.ending, BS_PERCEPTRON_CYCLE);
        ck_assert_uint_lt(end.again, end.epochs);
        ck_assert_uint_gt(end.mistakes, 0);
        bs_net_destroy(net);
    }
    check_ending(&(struct bs_perceptron_end){BS_PERCEPTRON_CYCLE, 4, 4, 3},
                 "never settles: after epoch 4 the weights are again those after epoch 3, so the "
                 "same corrections come round for ever; no weights of one step unit are right on "
                 "all these samples");
    check_ending(&(struct bs_perceptron_end){BS_PERCEPTRON_EPOCHS, 2, 1, 0},
                 "not settled after 2 epochs: 1 output of the last is still wrong");
    check_ending(&(struct bs_perceptron_end){BS_PERCEPTRON_SETTLED, 6, 0, 0},
                 "settled: epoch 6 has no mistake");
}
END_TEST

/* The cycle is proved, not guessed: the same number of epochs again ends with the same weights. */
START_TEST(a_cycle_repeats)
{
    struct bs_net *net = step_net(1, BS_BIAS_UNITS);
    struct bs_perceptron rule = rule_of(XOR);
    struct bs_perceptron_end end;
    int w[3] = {0}, then[3];
    ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), BS_OK);
    for (size_t epoch = 0; epoch < end.again; epoch++)
        epoch_by_hand(w, XOR);
    memcpy(then, w, sizeof w);
    for (size_t epoch = end.again; epoch < end.epochs; epoch++)
        epoch_by_hand(w, XOR);
    ck_assert_int_eq(memcmp(then, w, sizeof w), 0);
    bs_net_destroy(net);
}
END_TEST

START_TEST(units_of_a_layer_learn_side_by_side)
{
    static const double both[] = {0, 0, 0, 1, 0, 1, 1, 1}; /* AND, OR */
    struct bs_net *net = step_net(2, BS_BIAS_UNITS);
    struct bs_perceptron rule = rule_of(both);
    struct bs_perceptron_end end;
    ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), BS_OK);
    ck_assert_int_eq(end.ending, BS_PERCEPTRON_SETTLED);
    for (int k = 0; k < 4; k++) {
        double y[2], work[4];
        bs_forward(y, net->arch, net->params->values, INPUTS + 2 * k, work);
        ck_assert(y[0] == both[2 * k] && y[1] == both[2 * k + 1]);
    }
    bs_net_destroy(net);
}
END_TEST

START_TEST(what_the_rule_is_not_for_is_refused)
{
    static const double half[] = {0, 1, 0.5, 0};
    static const struct {
        size_t count;
        const double *targets;
        double eta;
        const char *message;
    } cases[] = {
        {0, XOR, 1, "there are no samples to learn from"},
        {4, half, 1, "target 1 of sample 3 is 0.5: a step unit gives 0 or 1"},
        {4, XOR, 0, "eta is 0: a finite number above 0 is possible"},
        {4, XOR, NAN, "eta is nan: a finite number above 0 is possible"},
        {4, XOR, 1.7e308,
         "in epoch 1 a correction made a parameter infinite: the network is as it was before; try "
         "a smaller eta than 1.7e+308"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = step_net(1, BS_BIAS_UNITS);
        const struct bs_params *before = net->params;
        struct bs_perceptron rule = rule_of(cases[i].targets);
        struct bs_perceptron_end end = {.epochs = 77};
        struct bs_error err;
        if (i == 4)
            bs_net_own_params(net)[1] = 1e308, net->params->values[2] = -1.7e308;
        rule.samples.count = cases[i].count, rule.eta = cases[i].eta;
        ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_uint_eq(end.epochs, 77);
        ck_assert_ptr_eq(net->params, before);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(other_networks_are_refused)
{
    static const struct {
        int depth;
        const char *activation, *message;
    } cases[] = {
        {1, "sigmoid",
         "the perceptron rule is for step units, as in mlp{2, 1, output = \"step\"}: the network "
         "has sigmoid"},
        {2, "step",
         "the perceptron rule is for one layer of step units: the network has 2 layers, and a "
         "step hands no error back"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = NULL;
        struct bs_arch *arch = arch_of(cases[i].depth, (const int[]){2, 1, 1},
                                       (const char *const[]){cases[i].activation, "step"},
                                       BS_BIAS_UNITS, "half_squared_error");
        const struct bs_perceptron rule = rule_of(XOR);
        struct bs_perceptron_end end;
        struct bs_error err;
        ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
        ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        bs_net_destroy(net);
        bs_arch_drop(arch);
    }
}
END_TEST

static int stop_or_fail(void *context, size_t epoch, size_t mistakes)
{
    (void)mistakes;
    return epoch < 2 ? 0 : *(int *)context;
}

START_TEST(a_watch_stops_it_and_one_that_fails_keeps_what_was_learnt)
{
    for (int result = BS_REFUSED; result <= 1; result += 2) {
        struct bs_net *net = step_net(1, BS_BIAS_UNITS);
        struct bs_perceptron rule = rule_of(AND);
        struct bs_perceptron_end end;
        int w[3] = {0};
        rule.watch = stop_or_fail, rule.context = &result;
        ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), result < 0 ? result : BS_OK);
        ck_assert_uint_eq(end.epochs, 2);
        ck_assert(result < 0 || end.ending == BS_PERCEPTRON_WATCH);
        epoch_by_hand(w, AND), epoch_by_hand(w, AND);
        for (int i = 0; i < 3; i++)
            ck_assert(net->params->values[i] == w[i]);
        ck_assert_int_eq(net->params->owners, 1);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(an_interrupt_before_the_first_sample_changes_nothing)
{
    struct bs_net *net = step_net(1, BS_BIAS_UNITS);
    const struct bs_perceptron rule = rule_of(XOR);
    struct bs_perceptron_end end;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_net_perceptron(&end, net, &rule, NULL), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_uint_eq(end.epochs, 0);
    ck_assert(net->params->values[0] == 0 && net->params->values[2] == 0);
    bs_net_destroy(net);
}
END_TEST

static bool try_rule(void *context)
{
    struct bs_net *net = context;
    const struct bs_params *before = net->params;
    const struct bs_perceptron rule = rule_of(AND);
    struct bs_perceptron_end end;
    if (bs_net_perceptron(&end, net, &rule, NULL) == BS_OK)
        return true;
    ck_assert_ptr_eq(net->params, before);
    return false;
}

START_TEST(running_out_of_memory_changes_nothing)
{
    struct bs_net *net = step_net(1, BS_BIAS_UNITS);
    bs_refuse_each_allocation(try_rule, net);
    bs_net_destroy(net);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("perceptron", (const TTest *const[]){
                                         and_and_or_settle_by_the_rule,
                                         xor_comes_round_to_weights_it_had_and_says_so,
                                         a_cycle_repeats,
                                         units_of_a_layer_learn_side_by_side,
                                         what_the_rule_is_not_for_is_refused,
                                         other_networks_are_refused,
                                         a_watch_stops_it_and_one_that_fails_keeps_what_was_learnt,
                                         an_interrupt_before_the_first_sample_changes_nothing,
                                         running_out_of_memory_changes_nothing,
                                         NULL,
                                     });
}
