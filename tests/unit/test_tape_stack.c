#include "test_stack.h"

/* Dense layers, some with softmax, over one to three samples, also of sequences. */
static struct stack_case dense_case(size_t k)
{
    static const char *const activations[] = {"sigmoid", "tanh", "identity", "softmax"};
    struct stack_case stack = {.in = {.rank = 1, .size = {1 + (int)(k % 3)}},
                               .samples = 1 + k / 2 % 3};
    stack.in.steps = k % 4 == 3 ? 3 : 0;
    struct bs_stage_spec *first = add_spec(&stack, "dense");
    set_option(first, "units", 2 + (double)(k % 2));
    set_option(first, "bias", (double)(k % 3));
    set_activation(first, activations[k % 3]);
    struct bs_stage_spec *last = add_spec(&stack, "dense");
    set_option(last, "units", 2);
    set_activation(last, activations[k % 4]);
    if (k % 4 == 3)
        stack.loss = "cross_entropy";
    if (k % 4 == 0)
        stack.loss = "binary_cross_entropy";
    return stack;
}

START_TEST(dense_layers_in_a_stack_are_sound)
{
    const struct stack_case stack = dense_case((size_t)_i);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("stack", (const TTest *const[]){NULL});
    TCase *tcase = tcase_create("kinds");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, dense_layers_in_a_stack_are_sound, 0, 24);
    return suite;
}
