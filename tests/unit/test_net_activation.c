#include "test_layers.h"

#include "net/train.h"

/* Two networks of the same arithmetic: the activation in the dense layer, and as one of its own. */
static struct stack_case case_of_two(const char *loss, const char *function, bool is_own)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {3}}, .samples = 2, .loss = loss};
    struct bs_stage_spec *dense = add_spec(&stack, "dense");
    set_option(dense, "units", 4);
    if (!is_own)
        set_activation(dense, function);
    else if (strcmp(function, "softmax") == 0)
        add_spec(&stack, "softmax");
    else
        set_activation(add_spec(&stack, "activation"), function);
    return stack;
}

START_TEST(an_activation_of_its_own_is_that_of_a_layer)
{
    static const char *const cases[][2] = {{"cross_entropy", "softmax"},
                                           {"half_squared_error", "softmax"},
                                           {"binary_cross_entropy", "sigmoid"},
                                           {"squared_error", "tanh"},
                                           {"squared_error", "identity"}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        double gradients[2][16], loss[2];
        for (int is_own = 0; is_own < 2; is_own++) {
            const struct stack_case stack = case_of_two(cases[k][0], cases[k][1], is_own);
            struct stack_run made = open_run(&stack, 4);
            ck_assert_uint_eq(made.arch->parameters, 16);
            memcpy(gradients[is_own], made.gradients, sizeof gradients[0]);
            loss[is_own] = bs_run_loss(made.run);
            close_run(&made);
        }
        ck_assert(loss[0] == loss[1]);
        ck_assert_int_eq(memcmp(gradients[0], gradients[1], sizeof gradients[0]), 0);
    }
}
END_TEST

/* A softmax of e^1000 would be nothing without the fused form. */
START_TEST(softmax_of_its_own_is_fused_with_its_loss)
{
    struct stack_case stack = {
        .in = {.rank = 1, .size = {2}}, .samples = 1, .loss = "cross_entropy"};
    add_spec(&stack, "softmax");
    struct stack_run made = open_run(&stack, 1);
    memcpy(made.numbers.x, (const double[]){1000, 0}, 2 * sizeof(double));
    memcpy(made.numbers.t, (const double[]){0, 1}, 2 * sizeof(double));
    run_stack(&made);
    const double *dx = bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0);
    ck_assert(dx[0] == 1 && dx[1] == -1);
    close_run(&made);
}
END_TEST

START_TEST(layers_are_called_after_what_they_are)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}, .samples = 1};
    set_activation(add_spec(&stack, "activation"), "relu");
    add_spec(&stack, "softmax");
    add_spec(&stack, "softmax");
    struct bs_arch *arch = arch_of_case(&stack);
    ck_assert_str_eq(arch->stack->stages[0].name, "activation1");
    ck_assert_str_eq(arch->stack->stages[1].name, "softmax1");
    ck_assert_str_eq(arch->stack->stages[2].name, "softmax2");
    bs_arch_drop(arch);
}
END_TEST

START_TEST(what_is_no_activation_is_refused)
{
    struct stack_case none = {.in = {.rank = 1, .size = {2}}}, other = none;
    struct stack_case image = {.in = {.rank = 2, .size = {2, 3}}};
    add_spec(&none, "activation");
    must_refuse_stack(&none, "activation1 (activation): it needs a function, as in "
                             "activation{\"tanh\"}");
    set_activation(add_spec(&other, "activation"), "exp");
    must_refuse_stack(&other, "activation1 cannot have exp: it is no activation");
    add_spec(&image, "softmax");
    must_refuse_stack(&image,
                      "softmax1 (activation): softmax takes features in a row: put flatten() "
                      "before it");
}
END_TEST

START_TEST(a_loss_that_does_not_go_with_the_last_layer_is_refused)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}};
    struct bs_stack *made = NULL;
    struct bs_arch *arch = NULL;
    struct bs_error err;
    add_spec(&stack, "softmax");
    add_spec(&stack, "batch_norm");
    must_do(bs_stack_create(&made, &stack.in, stack.specs, stack.count, 0, &err), err);
    ck_assert_int_eq(bs_arch_of_stack(&arch, made, bs_loss_find("cross_entropy"), &err),
                     BS_REFUSED);
    ck_assert_str_eq(err.text,
                     "loss cross_entropy goes with softmax at the output, not with batch_norm");
}
END_TEST

START_TEST(a_network_without_parameters_is_not_trained)
{
    static const double x[] = {1, 2}, t[] = {1, 0};
    const struct bs_training training = {
        .inputs = x, .targets = t, .samples = 1, .batch = 1, .eta = 0.1, .epochs = 1};
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}};
    struct bs_net *net = NULL;
    struct bs_trained trained;
    struct bs_error err;
    add_spec(&stack, "softmax");
    struct bs_arch *arch = arch_of_case(&stack);
    must_do(bs_net_create(&net, arch, &err), err);
    ck_assert_int_eq(bs_net_train(&trained, net, &training, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the network has no parameters to train");
    bs_net_destroy(net);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("activation", (const TTest *const[]){
                                         an_activation_of_its_own_is_that_of_a_layer,
                                         softmax_of_its_own_is_fused_with_its_loss,
                                         layers_are_called_after_what_they_are,
                                         what_is_no_activation_is_refused,
                                         a_loss_that_does_not_go_with_the_last_layer_is_refused,
                                         a_network_without_parameters_is_not_trained,
                                         NULL,
                                     });
}
