#include "test_layers.h"
#include "test_view.h"

#include "view/view.h"

/* 1×4×4 images, three maps of 2×2, an average, two features. */
static struct bs_arch *small_arch(void)
{
    struct stack_case stack = {.in = {.rank = 3, .size = {1, 4, 4}}};
    set_option(add_spec(&stack, "conv2d"), "channels", 3);
    set_option(&stack.specs[0], "kernel", 3);
    set_activation(&stack.specs[0], "relu");
    set_option(add_spec(&stack, "avg_pool"), "size", 2);
    add_spec(&stack, "flatten");
    set_option(add_spec(&stack, "dense"), "units", 2);
    return arch_of_case(&stack);
}

static void must_show(int columns, const char *expected)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_arch *arch = small_arch();
    const struct bs_page page = {.columns = columns};
    ck_assert_int_eq(bs_view_summary(&buf, arch, &page), BS_OK);
    ck_assert_str_eq(bs_buf_text(&buf), expected);
    bs_buf_finish(&buf);
    bs_arch_drop(arch);
}

/* Counted by hand: (4 − 3)/1 + 1 = 2; 9 weights a map and a bias; 3 features and a bias a unit. */
START_TEST(shapes_and_counts_stand_side_by_side)
{
    must_show(0, "  layer     kind          output                     parameters\n"
                 "  input                   1×4×4\n"
                 "  conv1     conv2d, relu  3×2×2   (4 − 3)/1 + 1 = 2  30          "
                 "3·3·1·3 + 3 = 30\n"
                 "  pool1     avg_pool      3×1×1   (2 − 2)/2 + 1 = 1\n"
                 "  flatten1  flatten       3       3·1·1 = 3\n"
                 "  dense1    dense         2                          8           "
                 "2·(3 + 1) = 8\n"
                 "  total                                              38          30 + 8");
}
END_TEST

START_TEST(on_a_narrow_page_counts_stand_below_shapes)
{
    must_show(60, "  layer     kind          output\n"
                  "  input                   1×4×4\n"
                  "  conv1     conv2d, relu  3×2×2   (4 − 3)/1 + 1 = 2\n"
                  "  pool1     avg_pool      3×1×1   (2 − 2)/2 + 1 = 1\n"
                  "  flatten1  flatten       3       3·1·1 = 3\n"
                  "  dense1    dense         2\n"
                  "\n"
                  "  layer     parameters\n"
                  "  conv1     30          3·3·1·3 + 3 = 30\n"
                  "  dense1    8           2·(3 + 1) = 8\n"
                  "  total     38          30 + 8");
}
END_TEST

static bool show_summary(void *context)
{
    struct bs_buf buf = BS_BUF_INIT;
    const struct bs_page page = {.columns = 60};
    const bool is_shown = bs_view_summary(&buf, context, &page) == BS_OK;
    bs_buf_finish(&buf);
    return is_shown;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    struct bs_arch *arch = small_arch();
    bs_refuse_each_allocation(show_summary, arch);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("summary", (const TTest *const[]){
                                      shapes_and_counts_stand_side_by_side,
                                      on_a_narrow_page_counts_stand_below_shapes,
                                      a_refused_request_for_memory_is_an_error,
                                      NULL,
                                  });
}
