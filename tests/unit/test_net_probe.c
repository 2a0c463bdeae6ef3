#include "test_net.h"

#include "base/interrupt.h"
#include "net/probe.h"

static struct bs_net *net_of(int depth, const int *sizes, const char *const *activations,
                             enum bs_bias bias, const double *params)
{
    struct bs_net *net = NULL;
    struct bs_arch *arch = arch_of(depth, sizes, activations, bias, "half_squared_error");
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    memcpy(net->params->values, params, arch->parameters * sizeof *params);
    bs_arch_drop(arch);
    return net;
}

static const int TWO_TWO_ONE[] = {2, 2, 1};
static const char *const SIGMOIDS[] = {"sigmoid", "sigmoid"};
static const double EXERCISE_A[] = {0.1, 0.8, 0.4, 0.6, 0.3, 0.9};

/* From the exercise's ∂E/∂z, 0.0026545 and 0.0081716, then 0.0406811, worked out elsewhere. */
START_TEST(norms_of_exercise_a_are_as_worked_out)
{
    struct bs_net *net = net_of(2, TWO_TWO_ONE, SIGMOIDS, BS_BIAS_NONE, EXERCISE_A);
    const double x[] = {0.35, 0.9, 0.35, 0.9}, t[] = {0.5, 0.5};
    for (size_t samples = 1; samples <= 2; samples++) {
        struct bs_layer_norms norms[2];
        double loss;
        const struct bs_batch batch = {samples, x, t};
        ck_assert_int_eq(bs_gradient_norms(norms, &loss, net, &batch, NULL), BS_OK);
        ck_assert_double_eq_tol(loss, 0.0181039038365667793, 1e-15);
        ck_assert_double_eq_tol(norms[0].z, 0.008591978530536813, 1e-16);
        ck_assert_double_eq_tol(norms[0].weights, 0.008296933388429375, 1e-16);
        ck_assert_double_eq_tol(norms[0].slope, 0.22318963897232583, 1e-15);
        ck_assert_double_eq_tol(norms[1].z, 0.0406811251123390391, 1e-16);
        ck_assert_double_eq_tol(norms[1].weights, 0.03866446184784572, 1e-15);
        ck_assert_double_eq_tol(norms[1].slope, 0.21379219232686641, 1e-15);
    }
    bs_net_destroy(net);
}
END_TEST

/* 39 weights of 2^-25 lie between the first z and the output, where ∂E/∂z is 0 − (−1). */
START_TEST(norms_whose_squares_vanish_do_not)
{
    int sizes[41];
    const char *activations[40];
    double params[40];
    for (int l = 0; l < 40; l++)
        sizes[l] = 1, activations[l] = "identity", params[l] = ldexp(1, -25);
    sizes[40] = 1;
    struct bs_net *net = net_of(40, sizes, activations, BS_BIAS_NONE, params);
    struct bs_layer_norms norms[40];
    double loss;
    const struct bs_batch batch = {1, (const double[]){0}, (const double[]){-1}};
    ck_assert_int_eq(bs_gradient_norms(norms, &loss, net, &batch, NULL), BS_OK);
    ck_assert(norms[0].z == ldexp(1, -25 * 39));
    ck_assert(norms[0].weights == 0);
    bs_net_destroy(net);
}
END_TEST

/* On (0, 0) and (1, 1): z is 1 and 2; −1 and −2; 0 and 0. */
START_TEST(a_unit_is_dead_where_it_gives_0_with_slope_0_on_all_samples)
{
    const double params[] = {0.5, 0.5, -0.5, -0.5, 1, -1, 1, -1, 0, 1, 1, 1, 0};
    struct bs_net *net = net_of(2, (const int[]){2, 3, 1}, (const char *const[]){"relu", "sigmoid"},
                                BS_BIAS_UNITS, params);
    enum bs_unit_state states[4];
    const double x[] = {0, 0, 1, 1};
    ck_assert_int_eq(bs_unit_states(states, net, 2, x, NULL), BS_OK);
    ck_assert_int_eq(states[0], BS_UNIT_ALIVE);
    ck_assert_int_eq(states[1], BS_UNIT_DEAD);
    ck_assert_int_eq(states[2], BS_UNIT_DEAD);
    ck_assert_int_eq(states[3], BS_UNIT_ALIVE);
    bs_net_destroy(net);
}
END_TEST

/*
 * σ(1 − σ) is a hundredth of ¼ at z = 5.9863, and 1 − tanh² is 0.01 at z = 2.9932: both from the
 * quadratics, in decimals.
 */
START_TEST(a_unit_is_saturated_below_a_hundredth_of_its_largest_slope)
{
    static const struct {
        const char *activation;
        double z;
        enum bs_unit_state state;
    } cases[] = {
        {"sigmoid", 5.986, BS_UNIT_ALIVE},   {"sigmoid", 5.987, BS_UNIT_SATURATED},
        {"sigmoid", -5.986, BS_UNIT_ALIVE},  {"sigmoid", -5.987, BS_UNIT_SATURATED},
        {"tanh", 2.993, BS_UNIT_ALIVE},      {"tanh", -2.994, BS_UNIT_SATURATED},
        {"leaky_relu", -100, BS_UNIT_ALIVE}, {"softplus", -100, BS_UNIT_ALIVE},
        {"sigmoid", -800, BS_UNIT_DEAD},     {"step", -1, BS_UNIT_DEAD},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_net *net = net_of(1, (const int[]){1, 1}, &cases[i].activation, BS_BIAS_NONE,
                                    (const double[]){cases[i].z});
        enum bs_unit_state state;
        ck_assert_int_eq(bs_unit_states(&state, net, 1, (const double[]){1}, NULL), BS_OK);
        ck_assert_int_eq(state, cases[i].state);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(one_lively_sample_keeps_a_unit_alive)
{
    struct bs_net *net = net_of(1, (const int[]){1, 1}, (const char *const[]){"relu"}, BS_BIAS_NONE,
                                (const double[]){1});
    enum bs_unit_state state;
    const double x[] = {-1, 2, -3};
    ck_assert_int_eq(bs_unit_states(&state, net, 3, x, NULL), BS_OK);
    ck_assert_int_eq(state, BS_UNIT_ALIVE);
    ck_assert_int_eq(bs_unit_states(&state, net, 1, x, NULL), BS_OK);
    ck_assert_int_eq(state, BS_UNIT_DEAD);
    bs_net_destroy(net);
}
END_TEST

/* Of 2-4-1: units 1 and 3 are the same; 2 differs in one number, which the row says; 4 is another.
 */
START_TEST(twins_have_equal_weights_in_bias_and_weights_out)
{
    static const double equal[] = {1, 2, 1, 2, 1, 2, 5, 6, 0.5, 0.5, 0.5, 0.5, 3, 3, 3, 4, 7};
    static const size_t changed[] = {2, 3, 9, 13};
    for (size_t i = 0; i < COUNT_OF(changed); i++) {
        struct bs_net *net = net_of(2, (const int[]){2, 4, 1}, SIGMOIDS, BS_BIAS_UNITS, equal);
        int twin_of[4];
        net->params->values[changed[i]] += 1;
        ck_assert_int_eq(bs_find_twins(twin_of, net, 1, NULL), BS_OK);
        ck_assert_int_eq(twin_of[0], 0);
        ck_assert_int_eq(twin_of[1], 1);
        ck_assert_int_eq(twin_of[2], 0);
        ck_assert_int_eq(twin_of[3], 3);
        bs_net_destroy(net);
    }
}
END_TEST

START_TEST(zeros_of_either_sign_are_the_same)
{
    const double params[] = {0.0, -0.0, 1, 1};
    struct bs_net *net = net_of(2, (const int[]){1, 2, 1}, SIGMOIDS, BS_BIAS_NONE, params);
    int twin_of[2];
    ck_assert_int_eq(bs_find_twins(twin_of, net, 1, NULL), BS_OK);
    ck_assert_int_eq(twin_of[1], 0);
    bs_net_destroy(net);
}
END_TEST

static const char *const IDENTITIES[] = {"identity", "identity", "identity"};

/* In whole numbers: W2·W1 = (−1, 0) and W2·b1 + b2 = 8; three times that, less 2. */
START_TEST(a_linear_network_is_one_matrix_and_one_bias)
{
    const double params[] = {1, 2, 3, 4, 1, -1, 2, -1, 5, 3, -2};
    double w[2], b[1];
    struct bs_net *net = net_of(3, (const int[]){2, 2, 1, 1}, IDENTITIES, BS_BIAS_UNITS, params);
    ck_assert_int_eq(bs_collapse(w, b, net, NULL), BS_OK);
    ck_assert(w[0] == -3 && w[1] == 0 && b[0] == 22);
    bs_net_destroy(net);
    net = net_of(2, (const int[]){1, 2, 2}, IDENTITIES, BS_BIAS_SHARED,
                 (const double[]){2, 3, 10, 1, 0, 0, 1, 100});
    ck_assert_int_eq(bs_collapse(w, (double[2]){0}, net, NULL), BS_OK);
    ck_assert(w[0] == 2 && w[1] == 3);
    bs_net_destroy(net);
}
END_TEST

START_TEST(a_layer_that_is_not_linear_is_refused_by_its_number)
{
    struct bs_error err;
    double w[2] = {7, 7}, b[1] = {7};
    struct bs_net *net = net_of(2, TWO_TWO_ONE, (const char *const[]){"identity", "sigmoid"},
                                BS_BIAS_NONE, EXERCISE_A);
    ck_assert_int_eq(bs_collapse(w, b, net, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "layer 2 is sigmoid, which is not linear: only layers whose "
                               "activation is identity are one matrix together");
    ck_assert(w[0] == 7 && w[1] == 7 && b[0] == 7);
    bs_net_destroy(net);
}
END_TEST

static bool probe(void *context)
{
    const struct bs_net *net = context;
    const double x[] = {1, 2}, t[] = {1};
    struct bs_layer_norms norms[2];
    enum bs_unit_state states[3];
    int twin_of[2];
    double loss, w[2], b[1];
    const struct bs_batch batch = {1, x, t};
    struct bs_error err;
    return bs_gradient_norms(norms, &loss, net, &batch, &err) == BS_OK &&
           bs_unit_states(states, net, 1, x, &err) == BS_OK &&
           bs_find_twins(twin_of, net, 1, &err) == BS_OK && bs_collapse(w, b, net, &err) == BS_OK;
}

START_TEST(no_memory_is_an_error)
{
    struct bs_net *net = net_of(2, TWO_TWO_ONE, IDENTITIES, BS_BIAS_NONE, EXERCISE_A);
    bs_refuse_each_allocation(probe, net);
    bs_net_destroy(net);
}
END_TEST

START_TEST(ctrl_c_stops_each)
{
    struct bs_net *net = net_of(2, TWO_TWO_ONE, IDENTITIES, BS_BIAS_NONE, EXERCISE_A);
    int twin_of[2];
    double w[2], b[1];
    struct bs_error err;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_find_twins(twin_of, net, 1, &err), BS_INTERRUPTED);
    ck_assert_int_eq(bs_collapse(w, b, net, &err), BS_INTERRUPTED);
    bs_interrupt_clear();
    bs_net_destroy(net);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("probe", (const TTest *const[]){
                                    norms_of_exercise_a_are_as_worked_out,
                                    norms_whose_squares_vanish_do_not,
                                    a_unit_is_dead_where_it_gives_0_with_slope_0_on_all_samples,
                                    a_unit_is_saturated_below_a_hundredth_of_its_largest_slope,
                                    one_lively_sample_keeps_a_unit_alive,
                                    twins_have_equal_weights_in_bias_and_weights_out,
                                    zeros_of_either_sign_are_the_same,
                                    a_linear_network_is_one_matrix_and_one_bias,
                                    a_layer_that_is_not_linear_is_refused_by_its_number,
                                    no_memory_is_an_error,
                                    ctrl_c_stops_each,
                                    NULL,
                                });
}
