#include "test_stack.h"

/* Layers with a way through time: many to many, many to one, one to many; cut or not. */
static struct stack_case recurrent_case(const char *kind, size_t k)
{
    static const char *const activations[] = {"tanh", "sigmoid", "identity", "swish"};
    struct stack_case stack = {.in = {.rank = 1, .size = {1 + (int)(k % 3)}},
                               .samples = 1 + k / 2 % 3};
    struct bs_stage_spec *spec = add_spec(&stack, kind);
    const int steps = 1 + (int)(k % 5);
    set_option(spec, "units", 1 + (double)(k / 3 % 3));
    set_option(spec, "bias", (double)(k % 4 != 2));
    set_option(spec, "last", (double)(k / 2 % 2));
    set_option(spec, "truncate", (double)(k % 6 == 5 ? 1 + k / 6 % 3 : 0));
    stack.is_truncated = k % 6 == 5;
    if (k % 3 == 0)
        set_option(spec, "steps", steps);
    else
        stack.in.steps = steps;
    if (spec->kind->has_activation)
        set_activation(spec, activations[k % 4]);
    return stack;
}

START_TEST(elman_layers_are_sound)
{
    const struct stack_case stack = recurrent_case("rnn", (size_t)_i);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

START_TEST(lstm_layers_are_sound)
{
    const struct stack_case stack = recurrent_case("lstm", (size_t)_i);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* Recurrent layers that read recurrent ones; and dense ones before and behind, with softmax. */
START_TEST(recurrent_layers_in_a_stack_are_sound)
{
    static const char *const kinds[] = {"rnn", "lstm"};
    struct stack_case stack = {
        .in = {.steps = 3, .rank = 1, .size = {2}}, .samples = 2, .loss = "cross_entropy"};
    set_option(add_spec(&stack, "dense"), "units", 2);
    set_option(add_spec(&stack, kinds[_i % 2]), "units", 2);
    set_option(&stack.specs[1], "last", _i >= 4);
    struct bs_stage_spec *second = add_spec(&stack, kinds[_i / 2 % 2]);
    set_option(second, "units", 2);
    set_option(second, "steps", _i >= 4 ? 3 : 0);
    if (second->kind->has_activation)
        set_activation(second, "tanh");
    set_option(add_spec(&stack, "dense"), "units", 3);
    set_activation(&stack.specs[3], "softmax");
    must_be_sound(&stack, 7);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("recurrence", (const TTest *const[]){NULL});
    TCase *tcase = tcase_create("kinds");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, elman_layers_are_sound, 0, 36);
    tcase_add_loop_test(tcase, lstm_layers_are_sound, 0, 36);
    tcase_add_loop_test(tcase, recurrent_layers_in_a_stack_are_sound, 0, 8);
    return suite;
}
