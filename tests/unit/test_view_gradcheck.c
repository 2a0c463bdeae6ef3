#include "test_view.h"

/* A polynomial of first degree in each given: differences of eighths are exact. */
START_TEST(gradients_that_agree_exactly)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_page page = whole_page;
    backward(tape, "f");
    ck_assert_str_eq(seen(bs_view_gradcheck, tape, &page),
                     "  gradient  derived  numerical  difference  relative\n"
                     "  ∂f/∂x     −4       −4         0           0\n"
                     "  ∂f/∂y     −4       −4         0           0\n"
                     "  ∂f/∂z      3        3         0           0\n"
                     "3 gradients, largest difference 0, relative to the largest gradient 0 ✓");
    page.form = BS_ASCII;
    page.lang = "zh";
    ck_assert_str_eq(seen(bs_view_gradcheck, tape, &page),
                     "  梯度   推导值  数值微分  相差  相对\n"
                     "  df_dx  -4      -4        0     0\n"
                     "  df_dy  -4      -4        0     0\n"
                     "  df_dz   3       3        0     0\n"
                     "3 个梯度，最大相差 0，相对于最大的梯度为 0 ok");
    bs_tape_destroy(tape);
}
END_TEST

/* At the kink of ReLU the slope taken is 0, and every central difference is ½. */
START_TEST(gradients_that_differ_come_first)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "b", 1);
    give(tape, "x", 0);
    let(tape, "y", "2*b + relu(x)");
    backward(tape, "y");
    ck_assert_str_eq(seen(bs_view_gradcheck, tape, &whole_page),
                     "  gradient  derived  numerical  difference  relative\n"
                     "  ∂y/∂x     0        0.5        0.5         0.25\n"
                     "  ∂y/∂b     2        2          0           0\n"
                     "2 gradients, largest difference 0.5, relative to the largest gradient 0.25: "
                     "they do not agree");
    bs_tape_destroy(tape);
}
END_TEST

/* Beside 0 the square root has no central differences. */
START_TEST(what_is_no_number_comes_before_all_and_does_not_agree)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "b", 1);
    give(tape, "x", 0);
    let(tape, "y", "2*b + sqrt(x)");
    backward(tape, "y");
    ck_assert_str_eq(seen(bs_view_gradcheck, tape, &whole_page),
                     "  gradient  derived  numerical  difference  relative\n"
                     "  ∂y/∂x     inf      nan        nan         nan\n"
                     "  ∂y/∂b       2        2          0           0\n"
                     "2 gradients, largest difference nan, relative to the largest gradient nan: "
                     "they do not agree");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(the_gradients_of_exercise_a_agree)
{
    struct bs_tape *tape = a_tape("lecture");
    const char *text = seen(bs_view_gradcheck, tape, &whole_page);
    must(strstr(text, "\n6 gradients, largest difference "), "%s", text);
    must(strstr(text, " ✓"), "%s", text);
    must(strstr(text, "\n  ∂E/∂w_11  0.02767 "), "%s", text); /* see the exercise's figures */
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_single_gradient_is_one)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 3);
    let(tape, "y", "2*x");
    backward(tape, "y");
    const char *text = seen(bs_view_gradcheck, tape, &whole_page);
    must(strstr(text, "\n1 gradient, largest difference 0,"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(of_many_gradients_the_worst_forty_are_shown)
{
    struct bs_tape *tape = big_tape();
    const char *text = seen(bs_view_gradcheck, tape, &whole_page);
    ck_assert_int_eq(count_of(text, "\n"), 42);
    must(strstr(text, "\n  … and 1500 more\n1540 gradients, "), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_tape_without_gradients_is_refused)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    ck_assert_int_eq(bs_view_gradcheck(&buf, tape, &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "there is no gradient to check");
    ck_assert_uint_eq(buf.length, 0);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(gradient_checks_survive_each_refused_allocation)
{
    refuse_each_allocation(bs_view_gradcheck, &whole_page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        gradients_that_agree_exactly,
        gradients_that_differ_come_first,
        what_is_no_number_comes_before_all_and_does_not_agree,
        the_gradients_of_exercise_a_agree,
        a_single_gradient_is_one,
        of_many_gradients_the_worst_forty_are_shown,
        a_tape_without_gradients_is_refused,
        gradient_checks_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("gradcheck", tests);
}
