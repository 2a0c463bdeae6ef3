#include "test_layers.h"

static struct stack_case features(int size)
{
    return (struct stack_case){.in = {.rank = 1, .size = {size}}, .samples = 1};
}

static void add_dense(struct stack_case *stack, double units)
{
    struct bs_stage_spec *spec = add_spec(stack, "dense");
    set_option(spec, "units", units);
    set_option(spec, "bias", 0);
}

/* Numbers of one's own, and all of it again. */
static void run_with(struct stack_run *made, const double *params, const double *x, const double *t)
{
    const size_t in = (size_t)bs_arch_inputs(made->arch);
    memcpy(made->numbers.params->values, params, made->arch->parameters * sizeof *params);
    memcpy(made->numbers.x, x, in * sizeof *x);
    memcpy(made->numbers.t, t, (size_t)bs_arch_outputs(made->arch) * sizeof *t);
    run_stack(made);
}

static void must_be(const double *values, size_t count, const double *expected, const char *what)
{
    for (size_t i = 0; i < count; i++)
        must(values[i] == expected[i], "%s: number %zu is %.17g, not %.17g", what, i, values[i],
             expected[i]);
}

/* y = x + Wx, ∂E/∂x = dy + Wᵀdy and ∂E/∂W = dy·xᵀ, by hand: every number is a short binary one. */
START_TEST(what_goes_in_is_added_to_what_comes_out)
{
    static const double w[] = {0.5, -1, 2, 0.25}, x[] = {1, 2}, t[] = {0, 4};
    struct stack_case stack = features(2);
    add_spec(&stack, "residual")->within = 1;
    add_dense(&stack, 2);
    struct stack_run made = open_run(&stack, 1);
    run_with(&made, w, x, t);
    must_be(bs_run_outputs(made.run), 2, (const double[]){-0.5, 4.5}, "y");
    must_be(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), 2, (const double[]){0.25, 1.125}, "dx");
    must_be(made.gradients, 4, (const double[]){-0.5, -1, 0.5, 1}, "dW");
    close_run(&made);
}
END_TEST

/* x = 2, w1 = 3, w2 = ½: z1 = 6, inner y = 6 + 3, outer y = 2 + 9; back from dy = 1. */
START_TEST(residuals_nest)
{
    struct stack_case stack = features(1);
    add_spec(&stack, "residual")->within = 3;
    add_dense(&stack, 1);
    add_spec(&stack, "residual")->within = 1;
    add_dense(&stack, 1);
    struct stack_run made = open_run(&stack, 1);
    run_with(&made, (const double[]){3, 0.5}, (const double[]){2}, (const double[]){10});
    must_be(bs_run_outputs(made.run), 1, (const double[]){11}, "y");
    must_be(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), 1, (const double[]){5.5}, "dx");
    must_be(slopes_of(&made, 0, "z"), 1, (const double[]){1.5}, "dz1");
    must_be(made.gradients, 2, (const double[]){3, 6}, "dw");
    close_run(&made);
}
END_TEST

/* Layers that pass on what they read: y = x + x. */
START_TEST(layers_that_change_nothing_double)
{
    struct stack_case stack = features(2);
    add_spec(&stack, "residual")->within = 1;
    add_spec(&stack, "flatten");
    struct stack_run made = open_run(&stack, 1);
    run_with(&made, (const double[]){0}, (const double[]){1.5, -2}, (const double[]){0, 0});
    must_be(bs_run_outputs(made.run), 2, (const double[]){3, -4}, "y");
    must_be(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), 2, (const double[]){6, -8}, "dx");
    close_run(&made);
}
END_TEST

/* The layers within stand before the one that holds them, and are named first. */
START_TEST(layers_are_named_in_the_order_of_their_work)
{
    static const char *const names[] = {"dense1", "dense2", "residual1", "last", "dense3"};
    struct stack_case stack = features(1);
    memcpy(add_spec(&stack, "residual")->name, "last", sizeof "last");
    stack.specs[0].within = 3;
    add_dense(&stack, 1);
    add_spec(&stack, "residual")->within = 1;
    add_dense(&stack, 1);
    add_dense(&stack, 1);
    struct bs_arch *arch = arch_of_case(&stack);
    ck_assert_int_eq(arch->stack->count, 5);
    for (int s = 0; s < 5; s++) {
        ck_assert_str_eq(arch->stack->stages[s].name, names[s]);
        ck_assert_int_eq(arch->stack->stages[s].layer, s + 1);
    }
    bs_arch_drop(arch);
}
END_TEST

START_TEST(what_cannot_be_added_is_refused)
{
    struct stack_case wider = features(2), empty = features(2), twice = features(2);
    struct stack_case flat = {.in = {.steps = 3, .rank = 2, .size = {2, 4}}};
    add_spec(&wider, "residual")->within = 1;
    add_dense(&wider, 3);
    must_refuse_stack(&wider, "residual1 (residual): what goes into its layers is 2 and what comes "
                              "out is 3: to be added they must be the same");
    add_spec(&flat, "residual")->within = 1;
    add_spec(&flat, "flatten");
    must_refuse_stack(&flat,
                      "residual1 (residual): what goes into its layers is 3 steps of 2×4 and what "
                      "comes out is 3 steps of 8: to be added they must be the same");
    add_spec(&empty, "residual");
    must_refuse_stack(&empty,
                      "residual1 (residual): it needs at least one layer: residual{layer, ...} -> "
                      "layer");
    add_spec(&twice, "residual")->within = 1;
    add_dense(&twice, 2);
    for (int i = 0; i < 2; i++)
        memcpy(twice.specs[i].name, "a", sizeof "a");
    must_refuse_stack(&twice, "two layers are called a");
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("residual", (const TTest *const[]){
                                       what_goes_in_is_added_to_what_comes_out,
                                       residuals_nest,
                                       layers_that_change_nothing_double,
                                       layers_are_named_in_the_order_of_their_work,
                                       what_cannot_be_added_is_refused,
                                       NULL,
                                   });
}
