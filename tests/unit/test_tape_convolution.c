#include "test_stack.h"

/* Convolutions and pools of every option, in one and two dimensions. */
static struct stack_case conv_case(size_t k)
{
    const bool is_flat = k % 3 == 0;
    const int groups = 1 + (int)(k % 2), padding = (int)(k / 2 % 2), stride = 1 + (int)(k / 4 % 2);
    struct stack_case stack = {
        .in = {.steps = k % 7 == 6 ? 2 : 0,
               .rank = is_flat ? 2 : 3,
               .size = {2, is_flat ? 7 : 5, is_flat ? 0 : 7}},
        .samples = 1 + k % 3 / 2,
        .kink = (double)(k % 3) / 2,
    };
    struct bs_stage_spec *conv = add_spec(&stack, is_flat ? "conv1d" : "conv2d");
    set_option(conv, "channels", 2 * (double)groups);
    set_option(conv, "kernel", 3);
    if (!is_flat && k % 5 == 1)
        set_pair(conv, "kernel", 1, 3);
    set_option(conv, "stride", stride);
    set_option(conv, "padding", padding);
    set_option(conv, "groups", groups);
    set_option(conv, "flip", (double)(k / 3 % 2));
    set_option(conv, "bias", (double)(k % 4 != 0));
    set_activation(conv, k % 2 ? "tanh" : "identity");
    struct bs_stage_spec *pool = add_spec(&stack, k % 2 ? "avg_pool" : "max_pool");
    set_option(pool, "size", k % 4 < 2 ? 2 : 3);
    set_option(pool, "stride", 1);
    add_spec(&stack, "flatten");
    set_option(add_spec(&stack, "dense"), "units", 2);
    return stack;
}

START_TEST(convolutions_and_pools_are_sound)
{
    const struct stack_case stack = conv_case((size_t)_i);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* A pool of 2 × 2, which has kernels of its own, over maps of even and odd sides. */
START_TEST(pools_of_two_by_two_are_sound)
{
    struct stack_case stack = {.in = {.rank = 3, .size = {2, 4, 6}}, .samples = 2};
    struct bs_stage_spec *pool = add_spec(&stack, _i % 2 ? "avg_pool" : "max_pool");
    set_option(pool, "size", 2);
    if (_i >= 2)
        set_option(add_spec(&stack, "conv2d"), "channels", 1);
    if (_i >= 2)
        set_option(&stack.specs[1], "kernel", 2);
    must_be_sound(&stack, 5);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("convolution", (const TTest *const[]){NULL});
    TCase *tcase = tcase_create("random");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, convolutions_and_pools_are_sound, 0, 40);
    tcase_add_loop_test(tcase, pools_of_two_by_two_are_sound, 0, 4);
    return suite;
}
