#include "test_net.h"

#include "expr/parse.h"

static const char *const SIGMOIDS[] = {"sigmoid", "sigmoid", "sigmoid"};

/* LeNet-5's dense part, counted by hand in homework T: 120·(400+1), 84·(120+1), 10·(84+1). */
START_TEST(parameters_lie_layer_by_layer_weights_before_biases)
{
    struct bs_arch *arch =
        arch_of(3, (const int[]){400, 120, 84, 10}, SIGMOIDS, BS_BIAS_UNITS, "half_squared_error");
    const size_t ends[] = {48120, 48120 + 10164, 48120 + 10164 + 850};
    const size_t firsts[] = {0, 120, 204};
    for (int l = 0; l < 3; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        ck_assert_uint_eq(layer->weights, l == 0 ? 0 : ends[l - 1]);
        ck_assert_uint_eq(layer->biases, ends[l] - (size_t)layer->units);
        ck_assert_uint_eq(layer->first, firsts[l]);
    }
    ck_assert_uint_eq(arch->parameters, 59134);
    ck_assert_uint_eq(arch->units, 214);
    ck_assert_int_eq(bs_arch_inputs(arch), 400);
    ck_assert_int_eq(bs_arch_outputs(arch), 10);
    ck_assert_int_eq(bs_arch_widest(arch), 120);
    bs_arch_drop(arch);
}
END_TEST

/* A d-q-l network has (d + l + 1)q + l parameters with a bias a unit (homework D). */
START_TEST(each_bias_style_has_its_number_of_parameters)
{
    static const struct {
        enum bs_bias bias;
        size_t parameters;
        int biases[2];
    } cases[] = {
        {BS_BIAS_NONE, 3 * 4 + 4 * 2, {0, 0}},
        {BS_BIAS_UNITS, (3 + 2 + 1) * 4 + 2, {4, 2}},
        {BS_BIAS_SHARED, 3 * 4 + 4 * 2 + 2, {1, 1}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch =
            arch_of(2, (const int[]){3, 4, 2}, SIGMOIDS, cases[i].bias, "half_squared_error");
        ck_assert_uint_eq(arch->parameters, cases[i].parameters);
        for (int l = 0; l < 2; l++)
            ck_assert_int_eq(bs_layer_biases(&arch->layers[l]), cases[i].biases[l]);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(what_cannot_be_a_network_is_refused_by_name)
{
    static const struct {
        int depth, sizes[3];
        const char *activations[2], *loss;
        double kink;
        const char *message;
    } cases[] = {
        {0, {2}, {"relu"}, "squared_error", 0, "the network has 0 layers: 1 to 64 are possible"},
        {65, {2}, {"relu"}, "squared_error", 0, "the network has 65 layers: 1 to 64 are possible"},
        {1,
         {0, 1},
         {"relu"},
         "squared_error",
         0,
         "the network has 0 inputs: 1 to 100000 are possible"},
        {2,
         {2, 3, 0},
         {"relu", "relu"},
         "squared_error",
         0,
         "layer 2 has 0 units: 1 to 100000 are possible"},
        {2,
         {2, 100001, 1},
         {"relu", "relu"},
         "squared_error",
         0,
         "layer 1 has 100001 units: 1 to 100000 are possible"},
        {1,
         {2, -1},
         {"relu"},
         "squared_error",
         0,
         "layer 1 has -1 units: 1 to 100000 are possible"},
        {2,
         {100000, 100000, 100000},
         {"relu", "relu"},
         "squared_error",
         0,
         "the network has 20000200000 parameters: at most 67108864 are possible"},
        {2,
         {2, 3, 1},
         {"relu", "log"},
         "squared_error",
         0,
         "layer 2 cannot have log: it is no activation"},
        {1,
         {2, 3},
         {"maxout"},
         "squared_error",
         0,
         "layer 1 cannot have maxout, which takes several values where a unit of a layer has one: "
         "write it out in a tape{...}, as in t:let(\"a\", \"maxout(z_1, z_2)\")"},
        {2,
         {2, 3, 1},
         {"softmax", "relu"},
         "squared_error",
         0,
         "softmax goes at the output only: layer 1 of 2 has it"},
        {1,
         {2, 3},
         {"sigmoid"},
         "cross_entropy",
         0,
         "loss cross_entropy goes with softmax at the output, not with sigmoid"},
        {1,
         {2, 3},
         {"softmax"},
         "binary_cross_entropy",
         0,
         "loss binary_cross_entropy goes with sigmoid at the output, not with softmax"},
        {1,
         {2, 3},
         {"relu"},
         "squared_error",
         0.3,
         "the slope at a kink is 0.3: it can be 0, 0.5 or 1"},
        {1,
         {2, 3},
         {"relu"},
         "squared_error",
         NAN,
         "the slope at a kink is nan: it can be 0, 0.5 or 1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_func *funcs[] = {bs_func_find(cases[i].activations[0]), NULL};
        if (cases[i].activations[1])
            funcs[1] = bs_func_find(cases[i].activations[1]);
        const struct bs_arch_spec spec = {
            .depth = cases[i].depth,
            .sizes = cases[i].sizes,
            .activations = funcs,
            .bias = BS_BIAS_UNITS,
            .loss = bs_loss_find(cases[i].loss),
            .kink = cases[i].kink,
        };
        struct bs_arch *arch = NULL;
        struct bs_error err;
        ck_assert_int_eq(bs_arch_create(&arch, &spec, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(arch);
    }
}
END_TEST

/* An activation is given what its row has parameters for. */
START_TEST(parameters_that_do_not_fit_are_refused)
{
    static const struct {
        const char *activation;
        int count;
        const char *message; /* NULL: it fits */
    } cases[] = {
        {"leaky_relu", 0, NULL},
        {"leaky_relu", 1, NULL},
        {"swish", 1, NULL},
        {"leaky_relu", 2, "layer 1: leaky_relu has 1 parameter, got 2"},
        {"relu", 1, "layer 1: relu has 0 parameters, got 1"},
        {"softmax", 1, "layer 1: softmax has 0 parameters, got 1"},
        {"steep", 1, NULL},
        {"steep", 0, "layer 1: steep needs a value for k, as in {\"steep\", 0.5}"},
    };
    struct bs_pool *pool = bs_pool_create();
    const char formula[] = "tanh(k*x)";
    const struct bs_func *steep;
    bs_expr body;
    ck_assert_int_eq(bs_parse(&body, pool, formula, strlen(formula), NULL), BS_OK);
    ck_assert_int_eq(bs_func_define(&steep, "steep", body, NULL, NULL), BS_OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_func *func = bs_func_find(cases[i].activation);
        const struct bs_setting setting = {cases[i].count, {0.5, 0.5}};
        const struct bs_arch_spec spec = {
            .depth = 1,
            .sizes = (const int[]){2, 3},
            .activations = &func,
            .loss = bs_loss_find("squared_error"),
            .settings = &setting,
        };
        struct bs_arch *arch = NULL;
        struct bs_error err = {0};
        ck_assert_int_eq(bs_arch_create(&arch, &spec, &err), cases[i].message ? BS_REFUSED : BS_OK);
        ck_assert_str_eq(err.text, cases[i].message ? cases[i].message : "");
        bs_arch_drop(arch);
    }
    bs_pool_destroy(pool);
}
END_TEST

/* The table of tests/README.md: squared losses with any output, the entropies with their own. */
START_TEST(outputs_and_losses_pair_as_documented)
{
    int pairs = 0;
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        for (const struct bs_loss *loss = bs_losses; func->is_activation && loss->name; loss++) {
            const bool squared = strstr(loss->name, "squared_error") != NULL;
            const bool valid = squared || (strcmp(loss->name, "cross_entropy") == 0
                                               ? strcmp(func->name, "softmax") == 0
                                               : strcmp(func->name, "sigmoid") == 0);
            const struct bs_arch_spec spec = {
                1, (const int[]){2, 3}, &func, BS_BIAS_UNITS, loss, 0, NULL};
            struct bs_arch *arch = NULL;
            ck_assert_int_eq(bs_arch_create(&arch, &spec, NULL), valid ? BS_OK : BS_REFUSED);
            bs_arch_drop(arch);
            pairs += valid;
        }
    }
    ck_assert_int_ge(pairs, 11 * 3 + 2); /* identity, sigmoid, tanh, 4 rectifiers, ..., softmax */
}
END_TEST

START_TEST(the_largest_network_is_a_network)
{
    int sizes[BS_MAX_LAYERS + 1];
    const char *activations[BS_MAX_LAYERS];
    for (int l = 0; l < BS_MAX_LAYERS; l++)
        activations[l] = "relu";
    for (int l = 0; l <= BS_MAX_LAYERS; l++)
        sizes[l] = 1024; /* 64·2^20 = 2^26 */
    struct bs_arch *arch =
        arch_of(BS_MAX_LAYERS, sizes, activations, BS_BIAS_NONE, "squared_error");
    ck_assert_uint_eq(arch->parameters, 1 << 26);
    bs_arch_drop(arch);
}
END_TEST

static struct bs_net *small_net(void)
{
    struct bs_arch *arch =
        arch_of(1, (const int[]){2, 1}, SIGMOIDS, BS_BIAS_UNITS, "squared_error");
    struct bs_net *net = NULL;
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    bs_arch_drop(arch); /* the net has its own share */
    return net;
}

START_TEST(a_new_network_has_zeros)
{
    struct bs_net *net = small_net();
    ck_assert_uint_eq(net->params->count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert(net->params->values[i] == 0);
    bs_net_destroy(net);
    bs_net_destroy(NULL);
}
END_TEST

START_TEST(parameters_are_copied_when_written_and_shared)
{
    struct bs_net *net = small_net();
    struct bs_params *first = net->params;
    ck_assert_ptr_eq(bs_net_own_params(net), first->values); /* nobody else has them */
    first->values[1] = 7;
    struct bs_params *seen = bs_params_share(net->params);
    double *own = bs_net_own_params(net);
    ck_assert_ptr_ne(own, seen->values);
    ck_assert(own[1] == 7);
    own[1] = 8;
    ck_assert(seen->values[1] == 7);
    ck_assert_int_eq(seen->owners, 1);
    bs_params_drop(seen);
    bs_net_destroy(net);
}
END_TEST

static bool try_network(void *context)
{
    static const int sizes[] = {2, 3, 1};
    const struct bs_func *funcs[] = {bs_func_find("relu"), bs_func_find("relu")};
    const struct bs_arch_spec spec = {2, sizes, funcs, BS_BIAS_UNITS, bs_loss_find("squared_error"),
                                      0, NULL};
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    struct bs_params *seen = NULL;
    struct bs_error err = {.status = BS_OK};
    bool is_done =
        bs_arch_create(&arch, &spec, &err) == BS_OK && bs_net_create(&net, arch, &err) == BS_OK;
    (void)context;
    if (is_done) {
        seen = bs_params_share(net->params);
        is_done = bs_net_own_params(net) != NULL;
        ck_assert((net->params != seen) == is_done);
    } else {
        ck_assert_ptr_null(net);
        ck_assert_str_eq(err.text, "not enough memory");
    }
    bs_params_drop(seen);
    bs_net_destroy(net);
    bs_arch_drop(arch);
    return is_done;
}

START_TEST(running_out_of_memory_leaves_nothing_behind)
{
    bs_refuse_each_allocation(try_network, NULL);
    ck_assert_ptr_null(bs_params_create(SIZE_MAX / sizeof(double)));
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("arch", (const TTest *const[]){
                                   parameters_lie_layer_by_layer_weights_before_biases,
                                   each_bias_style_has_its_number_of_parameters,
                                   what_cannot_be_a_network_is_refused_by_name,
                                   parameters_that_do_not_fit_are_refused,
                                   outputs_and_losses_pair_as_documented,
                                   the_largest_network_is_a_network,
                                   a_new_network_has_zeros,
                                   parameters_are_copied_when_written_and_shared,
                                   running_out_of_memory_leaves_nothing_behind,
                                   NULL,
                               });
}
