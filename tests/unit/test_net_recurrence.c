#include "test_net.h"

#include "base/interrupt.h"
#include "net/run.h"

/* A network of one recurrent layer, whose outputs have targets. */
struct recurrent {
    const char *kind, *activation; /* NULL: none is given */
    int inputs, units, steps;
    bool last, is_once; /* once: the input is no sequence */
    int truncate, has_bias;
    size_t samples;
};

static struct bs_stage_spec spec_of(const struct recurrent *net)
{
    enum { UNITS, LAST, STEPS, TRUNCATE, BIAS };
    struct bs_stage_spec spec;
    bs_stage_spec_init(&spec, bs_stage_kind_find(net->kind));
    spec.options[UNITS][0] = net->units;
    spec.options[LAST][0] = net->last;
    spec.options[STEPS][0] = net->is_once ? net->steps : 0;
    spec.options[TRUNCATE][0] = net->truncate;
    spec.options[BIAS][0] = net->has_bias;
    spec.activation = net->activation ? bs_func_find(net->activation) : NULL;
    return spec;
}

static struct bs_arch *arch_of_layer(const struct recurrent *net)
{
    const struct bs_stage_spec spec = spec_of(net);
    const struct bs_shape in = {net->is_once ? 0 : net->steps, 1, {net->inputs}};
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    struct bs_error err;
    ck_assert_msg(bs_stack_create(&stack, &in, &spec, 1, 0, &err) == BS_OK, "%s", err.text);
    ck_assert_int_eq(bs_arch_of_stack(&arch, stack, bs_loss_find("half_squared_error"), NULL),
                     BS_OK);
    return arch;
}

/* Forward and backward; the run is the caller's. */
static struct bs_run *run_of(struct bs_arch *arch, size_t samples, enum bs_run_use use,
                             const double *params, const double *x, const double *t)
{
    struct bs_run *run = NULL;
    ck_assert_int_eq(bs_run_create(&run, arch, samples, use, NULL), BS_OK);
    bs_run_load(run, x, t, NULL, samples);
    ck_assert_int_eq(bs_run_forward(run, params), BS_OK);
    return run;
}

static void compare(const double *found, const double *expected, size_t count, double tolerance)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fabs(found[i] - expected[i]) <= tolerance, "number %zu is %.17g, not %.17g",
                      i, found[i], expected[i]);
}

/* ---- known answers --------------------------------------------------------------------------- */

/*
 * Without an activation, in eighths and so on, which doubles have: by Python's fractions, with dual
 * numbers (a + a'ε) for the slopes, in which what is cut has none.
 */
static const struct {
    const char *name;
    bool last, is_once;
    int truncate;
    double loss, h[6], gradients[8]; /* U, W, b */
} KNOWN[] = {
    {"many to many",
     false,
     false,
     0,
     6.765625,
     {0.75, -1, 0.125, -0.75, 1.125, -2.5},
     {4.09375, -6.140625, 2.65625, -3.90625, -2.6953125, 5.34375, 8.625, -7.78125}},
    {"many to one",
     true,
     false,
     0,
     4.6953125,
     {0.75, -1, 0.125, -0.75, 1.125, -2.5},
     {2.59375, -5.171875, 2.5625, -3.78125, -1.3828125, 3.59375, 6.9375, -4.1875}},
    {"one to many",
     false,
     true,
     0,
     4.328125,
     {0.75, -1, 0.375, -1.25, 0.125, -1},
     {3.6875, -2.125, 1.125, -1.21875, -2.8828125, 4.96875, 5, -6.71875}},
    {"in blocks of 2",
     false,
     false,
     2,
     6.765625,
     {0.75, -1, 0.125, -0.75, 1.125, -2.5},
     {2.75, -6.96875, 0.171875, -0.59375, -1.6875, 4, 2.3125, -6.59375}},
    {"one step back",
     true,
     false,
     1,
     4.6953125,
     {0.75, -1, 0.125, -0.75, 1.125, -2.5},
     {1.25, -6, 0.078125, -0.46875, -0.375, 2.25, 0.625, -3}},
};

START_TEST(elman_of_three_steps_in_exact_rationals)
{
    const double params[] = {0.5, -1, 0.5, 0.25, -1, 0.5, 0.25, 0}, x[] = {1, -0.5, 2};
    const double t[] = {1, 0, 0, 1, 0.5, 0.5};
    const struct recurrent net = {.kind = "rnn",
                                  .inputs = 1,
                                  .units = 2,
                                  .steps = 3,
                                  .last = KNOWN[_i].last,
                                  .is_once = KNOWN[_i].is_once,
                                  .truncate = KNOWN[_i].truncate,
                                  .has_bias = 1};
    struct bs_arch *arch = arch_of_layer(&net);
    double gradients[8] = {0};
    struct bs_run *run = run_of(arch, 1, BS_RUN_TRAINS, params, x, net.last ? t + 4 : t);
    ck_assert_int_eq(bs_run_backward(run, params, 1, gradients), BS_OK);
    ck_assert(bs_run_loss(run) == KNOWN[_i].loss);
    compare(bs_run_values(run, 0, 4), KNOWN[_i].h, 6, 0);
    compare(gradients, KNOWN[_i].gradients, 8, 0);
    bs_run_destroy(run);
    bs_arch_drop(arch);
}
END_TEST

/* Two steps of one unit, last one handed on: by Python's decimal module, with dual numbers. */
static const double LSTM_GRADIENTS[][12] = {
    {-3.92266996025353388878e-2, 1.00088426522262772133e-2, -7.34598845475392313657e-3,
     1.96830034291852083382e-2, 3.65798900711807902682e-3, -1.36129793037258110165e-3,
     -4.69413421966152023488e-4, -2.81691656217328119329e-3, 1.11594205467816683754e-3,
     -5.00442132611313860665e-3, -1.25229798111020675198e-2, -1.13837535306883290035e-2},
    {-2.68950944381423371502e-2, 1.00088426522262772133e-2, 3.45132757089876292215e-3,
     2.07111713065823582278e-2, 3.65798900711807902682e-3, -1.36129793037258110165e-3,
     -4.69413421966152023488e-4, -2.81691656217328119329e-3, 1.34475472190711685751e-2,
     -5.00442132611313860665e-3, -1.72566378544938146108e-3, -1.03555856532911791139e-2},
};

START_TEST(lstm_of_two_steps_to_fifteen_digits)
{
    const double params[] = {0.5, -0.25, 1, 0.75, 0.25, 0.5, -0.5, 1, 0, 1, 0.25, -0.5};
    const double c[] = {0.528022067197428271, 0.172136479695143814};
    const double h[] = {0.272019049089514100, 0.025712639745333292};
    const struct recurrent net = {.kind = "lstm",
                                  .inputs = 1,
                                  .units = 1,
                                  .steps = 2,
                                  .last = true,
                                  .truncate = _i,
                                  .has_bias = 1};
    struct bs_arch *arch = arch_of_layer(&net);
    double gradients[12] = {0};
    struct bs_run *run =
        run_of(arch, 1, BS_RUN_TRAINS, params, (const double[]){1, -2}, (const double[]){0.5});
    ck_assert_int_eq(bs_run_backward(run, params, 1, gradients), BS_OK);
    ck_assert_double_eq_tol(bs_run_loss(run), 0.11247425004867000018, 1e-16);
    compare(bs_run_values(run, 0, 20), c, 2, 1e-15);
    compare(bs_run_values(run, 0, 21), h, 2, 1e-15);
    compare(gradients, LSTM_GRADIENTS[_i], 12, 1e-16);
    bs_run_destroy(run);
    bs_arch_drop(arch);
}
END_TEST

/* ---- naive kernels --------------------------------------------------------------------------- */

enum { WIDE = 6, LONG = 7, MOST = 4 * WIDE * (2 * WIDE + 1) };

/* One sample, written out step by step; z of all gates, which are 1 or 4. */
struct naive {
    const struct recurrent *net;
    int gates;
    const double *params, *x;
    long double z[LONG][4][WIDE], c[LONG][WIDE], h[LONG][WIDE];
    long double dz[LONG][4][WIDE], dc[LONG][WIDE], dh[LONG][WIDE];
};

static int place_u(const struct naive *n, int g, int j, int i)
{
    return (g * n->net->units + j) * n->net->inputs + i;
}

static int place_w(const struct naive *n, int g, int j, int k)
{
    return n->gates * n->net->units * n->net->inputs + (g * n->net->units + j) * n->net->units + k;
}

static int place_b(const struct naive *n, int g, int j)
{
    return n->gates * n->net->units * (n->net->inputs + n->net->units) + g * n->net->units + j;
}

static bool reads_at(const struct naive *n, int t)
{
    return t == 0 || !n->net->is_once;
}

static long double naive_sum(const struct naive *n, int t, int g, int j)
{
    long double z = n->net->has_bias ? n->params[place_b(n, g, j)] : 0;
    for (int i = 0; i < n->net->inputs && reads_at(n, t); i++)
        z += (long double)n->params[place_u(n, g, j, i)] * n->x[t * n->net->inputs + i];
    for (int k = 0; k < n->net->units && t > 0; k++)
        z += n->params[place_w(n, g, j, k)] * n->h[t - 1][k];
    return z;
}

static long double naive_sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}

static void naive_unit(struct naive *n, int t, int j)
{
    for (int g = 0; g < n->gates; g++)
        n->z[t][g][j] = naive_sum(n, t, g, j);
    if (n->gates == 1) {
        n->h[t][j] = tanhl(n->z[t][0][j]);
        return;
    }
    n->c[t][j] = naive_sigmoid(n->z[t][0][j]) * tanhl(n->z[t][2][j]);
    if (t > 0)
        n->c[t][j] += naive_sigmoid(n->z[t][1][j]) * n->c[t - 1][j];
    n->h[t][j] = naive_sigmoid(n->z[t][3][j]) * tanhl(n->c[t][j]);
}

static bool goes_back(const struct naive *n, int t)
{
    return t > 0 && (n->net->truncate == 0 || t % n->net->truncate != 0);
}

/* From dh and dc of a step to dz of its gates and dc of the step before. */
static void naive_unit_back(struct naive *n, int t, int j)
{
    if (n->gates == 1) {
        n->dz[t][0][j] = n->dh[t][j] * (1 - n->h[t][j] * n->h[t][j]);
        return;
    }
    const long double i = naive_sigmoid(n->z[t][0][j]), f = naive_sigmoid(n->z[t][1][j]);
    const long double g = tanhl(n->z[t][2][j]), o = naive_sigmoid(n->z[t][3][j]);
    const long double a = tanhl(n->c[t][j]);
    const long double dc = n->dc[t][j] + n->dh[t][j] * o * (1 - a * a);
    n->dz[t][0][j] = dc * g * i * (1 - i);
    n->dz[t][1][j] = t > 0 ? dc * n->c[t - 1][j] * f * (1 - f) : 0;
    n->dz[t][2][j] = dc * i * (1 - g * g);
    n->dz[t][3][j] = n->dh[t][j] * a * o * (1 - o);
    if (goes_back(n, t))
        n->dc[t - 1][j] = dc * f;
}

static void naive_step_back(struct naive *n, int t)
{
    for (int j = 0; j < n->net->units; j++)
        naive_unit_back(n, t, j);
    for (int g = 0; g < n->gates && goes_back(n, t); g++)
        for (int j = 0; j < n->net->units; j++)
            for (int k = 0; k < n->net->units; k++)
                n->dh[t - 1][k] += n->params[place_w(n, g, j, k)] * n->dz[t][g][j];
}

static void naive_add(const struct naive *n, long double *gradients, int t, int g, int j)
{
    const long double dz = n->dz[t][g][j];
    for (int i = 0; i < n->net->inputs && reads_at(n, t); i++)
        gradients[place_u(n, g, j, i)] += dz * n->x[t * n->net->inputs + i];
    for (int k = 0; k < n->net->units && t > 0; k++)
        gradients[place_w(n, g, j, k)] += dz * n->h[t - 1][k];
    if (n->net->has_bias)
        gradients[place_b(n, g, j)] += dz;
}

/* E of the sample; its slopes are added. */
static long double naive_sample(struct naive *n, long double *gradients, const double *targets)
{
    const int units = n->net->units, steps = n->net->steps;
    long double loss = 0;
    for (int t = 0; t < steps; t++)
        for (int j = 0; j < units; j++)
            naive_unit(n, t, j);
    for (int t = n->net->last ? steps - 1 : 0; t < steps; t++)
        for (int j = 0; j < units; j++) {
            n->dh[t][j] = n->h[t][j] - targets[(n->net->last ? 0 : t) * units + j];
            loss += n->dh[t][j] * n->dh[t][j] / 2;
        }
    for (int t = steps - 1; t >= 0; t--) {
        naive_step_back(n, t);
        for (int g = 0; g < n->gates; g++)
            for (int j = 0; j < units; j++)
                naive_add(n, gradients, t, g, j);
    }
    return loss;
}

static struct recurrent random_layer(struct bs_rng *rng)
{
    const int steps = 1 + (int)bs_rng_below(rng, LONG);
    const bool is_elman = bs_rng_below(rng, 2);
    return (struct recurrent){.kind = is_elman ? "rnn" : "lstm",
                              .activation = is_elman ? "tanh" : NULL,
                              .inputs = 1 + (int)bs_rng_below(rng, WIDE),
                              .units = 1 + (int)bs_rng_below(rng, WIDE),
                              .steps = steps,
                              .last = bs_rng_below(rng, 2),
                              .is_once = bs_rng_below(rng, 3) == 0,
                              .truncate = (int)bs_rng_below(rng, 5),
                              .has_bias = bs_rng_below(rng, 4) > 0,
                              .samples = 1 + bs_rng_below(rng, 3)};
}

START_TEST(recurrent_kernels_are_those_of_the_naive_loops)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, (uint64_t)_i + 1);
    const struct recurrent net = random_layer(&rng);
    struct bs_arch *arch = arch_of_layer(&net);
    const size_t in = (size_t)bs_arch_inputs(arch), out = (size_t)bs_arch_outputs(arch);
    double params[MOST], x[3 * LONG * WIDE], t[3 * LONG * WIDE], gradients[MOST] = {0};
    long double expected[MOST] = {0}, loss = 0;
    fill_random(params, arch->parameters, &rng, -1, 1);
    fill_random(x, net.samples * in, &rng, -1, 1);
    fill_random(t, net.samples * out, &rng, -1, 1);
    for (size_t k = 0; k < net.samples; k++) {
        struct naive naive = {.net = &net,
                              .gates = strcmp(net.kind, "rnn") == 0 ? 1 : 4,
                              .params = params,
                              .x = x + k * in};
        loss += naive_sample(&naive, expected, t + k * out) / (long double)net.samples;
    }
    for (int use = BS_RUN_TRAINS; use <= BS_RUN_TAPE; use++) {
        memset(gradients, 0, sizeof gradients);
        struct bs_run *run = run_of(arch, net.samples, (enum bs_run_use)use, params, x, t);
        ck_assert_int_eq(bs_run_backward(run, params, 1, gradients), BS_OK);
        ck_assert_double_eq_tol(bs_run_loss(run), (double)loss, 1e-14);
        for (size_t i = 0; i < arch->parameters; i++)
            ck_assert_msg(fabs(gradients[i] - (double)(expected[i] / (long double)net.samples)) <=
                              1e-14,
                          "gradient %zu", i);
        bs_run_destroy(run);
    }
    bs_arch_drop(arch);
}
END_TEST

/* A step of descent is the slopes, scaled, added to the parameters that they are the slopes of. */
START_TEST(gradients_may_be_added_to_the_parameters_themselves)
{
    const struct recurrent net = {.kind = _i ? "lstm" : "rnn",
                                  .activation = _i ? NULL : "tanh",
                                  .inputs = 3,
                                  .units = 4,
                                  .steps = 5,
                                  .has_bias = 1};
    struct bs_arch *arch = arch_of_layer(&net);
    double params[MOST], own[MOST], gradients[MOST] = {0}, x[2 * 15], t[2 * 20];
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    fill_random(params, arch->parameters, &rng, -1, 1);
    fill_random(x, COUNT_OF(x), &rng, -1, 1);
    fill_random(t, COUNT_OF(t), &rng, -1, 1);
    memcpy(own, params, sizeof own);
    struct bs_run *run = run_of(arch, 2, BS_RUN_TRAINS, params, x, t);
    ck_assert_int_eq(bs_run_backward(run, params, 1, gradients), BS_OK);
    ck_assert_int_eq(bs_run_backward(run, own, -0.5, own), BS_OK);
    for (size_t i = 0; i < arch->parameters; i++)
        ck_assert_double_eq_tol(own[i], params[i] - 0.5 * gradients[i], 1e-14);
    bs_run_destroy(run);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(ctrl_c_stops_recurrent_kernels)
{
    const struct recurrent net = {
        .kind = _i ? "lstm" : "rnn", .inputs = 2, .units = 2, .steps = 3, .has_bias = 1};
    struct bs_arch *arch = arch_of_layer(&net);
    double params[MOST] = {0}, gradients[MOST] = {0}, x[6] = {0}, t[6] = {0};
    struct bs_run *run = run_of(arch, 1, BS_RUN_TRAINS, params, x, t);
    bs_interrupt_raise();
    ck_assert_int_eq(bs_run_forward(run, params), BS_INTERRUPTED);
    ck_assert_int_eq(bs_run_backward(run, params, 1, gradients), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_int_eq(bs_run_forward(run, params), BS_OK);
    bs_run_destroy(run);
    bs_arch_drop(arch);
}
END_TEST

/* ---- shapes and refusals --------------------------------------------------------------------- */

START_TEST(parameters_are_counted_with_their_arithmetic)
{
    static const struct {
        struct recurrent net;
        const char *count;
        size_t parameters;
    } rows[] = {
        {{.kind = "rnn", .inputs = 16, .units = 64, .steps = 50, .has_bias = 1},
         "64·(16 + 64 + 1) = 5184",
         5184},
        {{.kind = "rnn", .inputs = 3, .units = 2, .steps = 1}, "2·(3 + 2) = 10", 10},
        {{.kind = "lstm", .inputs = 16, .units = 64, .steps = 50, .has_bias = 1},
         "4·64·(16 + 64 + 1) = 20736",
         20736},
    };
    for (size_t k = 0; k < COUNT_OF(rows); k++) {
        struct bs_arch *arch = arch_of_layer(&rows[k].net);
        const struct bs_stage *stage = &arch->stack->stages[0];
        struct bs_buf buf = BS_BUF_INIT;
        stage->kind->put_count(&buf, stage);
        ck_assert_str_eq(bs_buf_text(&buf), rows[k].count);
        ck_assert_uint_eq(arch->parameters, rows[k].parameters);
        ck_assert_int_eq(stage->out.steps, rows[k].net.steps);
        bs_buf_finish(&buf);
        bs_arch_drop(arch);
    }
}
END_TEST

static const struct {
    struct recurrent net;
    struct bs_shape in;
    const char *message;
} REFUSED[] = {
    {{.kind = "rnn", .units = 2},
     {0, 1, {16}},
     "rnn1 (rnn): it takes a sequence, and gets 16 features without steps: give the network a "
     "sequence, or say steps = 5 to make 5 steps of one input"},
    {{.kind = "lstm", .units = 2, .is_once = true, .steps = 5},
     {50, 1, {16}},
     "lstm1 (lstm): steps = 5 is for an input that is no sequence, and this one has 50 steps "
     "already"},
    {{.kind = "rnn", .units = 2},
     {4, 2, {3, 7}},
     "rnn1 (rnn): it takes features in a row, and gets 4 steps of 3×7: put flatten() before it"},
    {{.kind = "rnn", .units = 2, .activation = "softmax"},
     {4, 1, {3}},
     "rnn1 (rnn): its activation takes one number, and softmax takes those of all units: put a "
     "dense layer with softmax after it"},
    {{.kind = "lstm", .units = 100000},
     {4, 1, {3}},
     "lstm1 (lstm): W_i has more than 67108864 numbers"},
    {{.kind = "rnn", .units = 100, .is_once = true, .steps = 1000000},
     {0, 1, {3}},
     "rnn1 (rnn): its output has more than 67108864 numbers a sample"},
};

START_TEST(what_cannot_be_recurrent_is_refused)
{
    const struct bs_stage_spec spec = spec_of(&REFUSED[_i].net);
    struct bs_stack *stack = NULL;
    struct bs_error err;
    ck_assert_int_eq(bs_stack_create(&stack, &REFUSED[_i].in, &spec, 1, 0, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, REFUSED[_i].message);
    ck_assert_ptr_null(stack);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("recurrence", (const TTest *const[]){
                                                 parameters_are_counted_with_their_arithmetic,
                                                 NULL,
                                             });
    TCase *tcase = tcase_create("cases");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, elman_of_three_steps_in_exact_rationals, 0, COUNT_OF(KNOWN));
    tcase_add_loop_test(tcase, lstm_of_two_steps_to_fifteen_digits, 0, 2);
    tcase_add_loop_test(tcase, recurrent_kernels_are_those_of_the_naive_loops, 0, 40);
    tcase_add_loop_test(tcase, gradients_may_be_added_to_the_parameters_themselves, 0, 2);
    tcase_add_loop_test(tcase, ctrl_c_stops_recurrent_kernels, 0, 2);
    tcase_add_loop_test(tcase, what_cannot_be_recurrent_is_refused, 0, COUNT_OF(REFUSED));
    return suite;
}
