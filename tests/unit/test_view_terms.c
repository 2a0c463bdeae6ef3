#include "test_layers.h"
#include "test_view.h"

/*
 * An Elman layer without an activation, of 1 input, 2 units and 3 steps, all of which have targets:
 * its numbers are exact (tests of its kernels have them, too).  What each step gives to a gradient
 * is, by Python's fractions, the slope by the parameter as it is used at that step alone.
 */
static struct bs_tape *elman_tape(size_t samples)
{
    static const double params[] = {0.5, -1, 0.5, 0.25, -1, 0.5, 0.25, 0};
    static const double x[] = {1, -0.5, 2, 1, -0.5, 2};
    static const double t[] = {1, 0, 0, 1, 0.5, 0.5, 1, 0, 0, 1, 0.5, 0.5};
    struct stack_case stack = {.in = {.steps = 3, .rank = 1, .size = {1}}, .samples = samples};
    struct bs_tape *tape = NULL;
    struct bs_error err;
    set_option(add_spec(&stack, "rnn"), "units", 2);
    set_activation(&stack.specs[0], "identity");
    const struct bs_net net = {arch_of_case(&stack), bs_params_create(COUNT_OF(params))};
    const struct bs_batch batch = {samples, x, t};
    memcpy(net.params->values, params, sizeof params);
    must_do(bs_tape_of_samples(&tape, &net, &batch, NULL, 1, &err), err);
    bs_params_drop(net.params);
    bs_arch_drop(net.arch);
    return tape;
}

/* The terms of the gradients called so, of at most as many as one more than fit. */
static int view_terms(struct bs_buf *buf, struct bs_tape *tape, const char *const *names,
                      const struct bs_page *page, struct bs_error *err)
{
    bs_entry entries[BS_MOST_TERM_COLUMNS + 1];
    size_t count = 0;
    for (; names[count]; count++)
        entries[count] = entry_of(tape, names[count]);
    return bs_view_terms(buf, tape, entries, count, page, err);
}

static const char *terms_of(struct bs_tape *tape, const char *const *names,
                            const struct bs_page *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    must_do(view_terms(&buf, tape, names, page, &err), err);
    return kept_page(&buf);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct bs_page six_digits(void)
{
    struct bs_page page = whole_page;
    page.digits.figures = 7;
    return page;
}

/* h before: −1, −0.75; so ∂E/∂z is 3.4375 and 0.625, as the bias has it below. */
START_TEST(a_weight_has_a_term_for_each_step_that_uses_it)
{
    struct bs_tape *tape = elman_tape(1);
    const struct bs_page page = six_digits();
    const char *const expected = "  user            ∂E/∂user  ∂user/∂rnn1.W_1_2  product\n"
                                 "  rnn1.z_t2_1     3.4375    −1                 −3.4375\n"
                                 "  rnn1.z_t3_1     0.625     −0.75              −0.46875\n"
                                 "  ∂E/∂rnn1.W_1_2                               −3.90625 ✓";
    ck_assert_str_eq(terms_of(tape, NAMES("dE_drnn1_W_1_2"), &page), expected);
    ck_assert_str_eq(terms_of(tape, NAMES("rnn1_W_1_2"), &page), expected);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(several_gradients_are_a_table_of_steps)
{
    struct bs_tape *tape = elman_tape(1);
    const struct bs_page page = six_digits();
    ck_assert_str_eq(
        terms_of(tape, NAMES("dE_drnn1_W_1_2", "rnn1_W_2_2", "rnn1_b_1", "rnn1_U_1_1"), &page),
        "  step  ∂E/∂rnn1.W_1_2  ∂E/∂rnn1.W_2_2  ∂E/∂rnn1.b_1  ∂E/∂rnn1.U_1_1\n"
        "  1                                     4.5625         4.5625\n"
        "  2     −3.4375         3.09375         3.4375        −1.71875\n"
        "  3     −0.46875        2.25            0.625          1.25\n"
        "  sum   −3.90625 ✓      5.34375 ✓       8.625 ✓        4.09375 ✓");
    bs_tape_destroy(tape);
}
END_TEST

/* Twice the same sample: each has half of what it had alone. */
START_TEST(the_samples_of_a_step_stand_under_its_heading)
{
    struct bs_tape *tape = elman_tape(2);
    const struct bs_page page = six_digits();
    ck_assert_str_eq(terms_of(tape, NAMES("rnn1_W_1_2"), &page),
                     "  user            ∂E/∂user  ∂user/∂rnn1.W_1_2  product\n"
                     "step 2\n"
                     "  rnn1.z_t2_1@1   1.71875   −1                 −1.71875\n"
                     "  rnn1.z_t2_1@2   1.71875   −1                 −1.71875\n"
                     "  sum                                          −3.4375\n"
                     "step 3\n"
                     "  rnn1.z_t3_1@1   0.3125    −0.75              −0.234375\n"
                     "  rnn1.z_t3_1@2   0.3125    −0.75              −0.234375\n"
                     "  sum                                          −0.46875\n"
                     "  ∂E/∂rnn1.W_1_2                               −3.90625 ✓");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(terms_can_be_chinese_and_plain_ascii)
{
    struct bs_tape *tape = elman_tape(1);
    struct bs_page page = six_digits();
    page.lang = "zh";
    ck_assert_str_eq(terms_of(tape, NAMES("rnn1_W_1_2"), &page),
                     "  用到它的量      ∂E/∂该量  ∂该量/∂rnn1.W_1_2  乘积\n"
                     "  rnn1.z_t2_1     3.4375    −1                 −3.4375\n"
                     "  rnn1.z_t3_1     0.625     −0.75              −0.46875\n"
                     "  ∂E/∂rnn1.W_1_2                               −3.90625 ✓");
    page.lang = NULL, page.form = BS_ASCII;
    ck_assert_str_eq(terms_of(tape, NAMES("rnn1_W_1_2"), &page),
                     "  user            dE/duser  duser/drnn1_W_1_2  product\n"
                     "  rnn1_z_t2_1     3.4375    -1                 -3.4375\n"
                     "  rnn1_z_t3_1     0.625     -0.75              -0.46875\n"
                     "  dE_drnn1_W_1_2                               -3.90625 ok");
    bs_tape_destroy(tape);
}
END_TEST

/* f = (x + y)·x: ∂f/∂x = 1·x + (x + y); at x = −2, y = 5. */
START_TEST(terms_of_a_tape_written_by_hand)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", -2);
    give(tape, "y", 5);
    let(tape, "q", "x + y");
    let(tape, "f", "q*x");
    backward(tape, "f");
    ck_assert_str_eq(terms_of(tape, NAMES("x"), &whole_page),
                     "  user   ∂f/∂user  ∂user/∂x  product\n"
                     "  q      −2        1         −2\n"
                     "  f       1        3          3\n"
                     "  ∂f/∂x                       1");
    ck_assert_str_eq(terms_of(tape, NAMES("x", "df_dy"), &whole_page), "  user  ∂f/∂x  ∂f/∂y\n"
                                                                       "  q     −2     −2\n"
                                                                       "  f      3\n"
                                                                       "  sum    1     −2");
    ck_assert_str_eq(terms_of(tape, NAMES("f"), &whole_page),
                     "  user   ∂f/∂user  ∂user/∂f  product\n"
                     "  ∂f/∂f                      1");
    bs_tape_destroy(tape);
}
END_TEST

/* e_1 = −∂E/∂β_1 is an entry with a minus: the terms are those of the derivative. */
START_TEST(error_terms_with_a_minus_are_shown_as_derivatives)
{
    struct bs_tape *tape = a_tape("lecture");
    struct bs_error err;
    struct bs_chain chain;
    must_do(bs_tape_chain(&chain, tape, entry_of(tape, "e_1"), &err), err);
    ck_assert_int_eq(chain.count, 1);
    ck_assert(chain.is_checked);
    ck_assert_double_eq_tol(chain.value, -value_at(tape, "e_1"), 1e-18);
    ck_assert_double_eq_tol(chain.links[0].slope, value_at(tape, "dE_db_1"), 1e-18);
    ck_assert_int_eq(chain.links[0].step, 0);
    bs_chain_finish(&chain);
    bs_tape_destroy(tape);
}
END_TEST

/* A weight of 300 outputs: the first ones, and how many more. */
START_TEST(many_users_are_cut_and_summed_all_the_same)
{
    struct stack_case stack = {.in = {.rank = 2, .size = {1, 300}}, .samples = 1};
    static double x[300], t[300];
    struct bs_tape *tape = NULL;
    struct bs_error err;
    struct bs_stage_spec *conv = add_spec(&stack, "conv1d");
    set_option(conv, "channels", 1);
    set_option(conv, "kernel", 1);
    for (int i = 0; i < 300; i++)
        x[i] = 1, t[i] = -1;
    const struct bs_net net = {arch_of_case(&stack), bs_params_create(2)};
    const struct bs_batch batch = {1, x, t};
    must_do(bs_tape_of_samples(&tape, &net, &batch, NULL, 1, &err), err);
    const char *text = terms_of(tape, NAMES("conv1_K_1_1_1"), &whole_page);
    must(strstr(text, "\n  conv1.z_1_200 ") && !strstr(text, "z_1_201"), "%.300s", text);
    must(strstr(text, "\n  … and 100 more\n  ∂E/∂conv1.K_1_1_1 "), "%.300s", text);
    must(strstr(text, " 300 ✓"), "%.300s", text);
    text = terms_of(tape, NAMES("conv1_K_1_1_1", "conv1_b_1"), &whole_page);
    must(strstr(text, "\n  … and 100 more\n  sum "), "%.300s", text);
    bs_tape_destroy(tape);
    bs_params_drop(net.params);
    bs_arch_drop(net.arch);
}
END_TEST

START_TEST(what_has_no_gradient_has_no_terms)
{
    struct bs_tape *tape = a_tape("lecture"), *open = sum_times_z();
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    const char *many[BS_MOST_TERM_COLUMNS + 2] = {NULL};
    ck_assert_int_eq(view_terms(&buf, tape, NAMES("eta"), &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the loss does not depend on eta");
    ck_assert_int_eq(view_terms(&buf, tape, NAMES("b_1", "dw_11"), &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the loss does not depend on dw_11");
    ck_assert_int_eq(view_terms(&buf, open, NAMES("x"), &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "there is no backward pass yet: t:backward \"NAME\" makes one");
    ck_assert_int_eq(view_terms(&buf, tape, many, &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "terms are of 1 to 16 gradients at once, got 0");
    for (int i = 0; i <= BS_MOST_TERM_COLUMNS; i++)
        many[i] = "b_1";
    ck_assert_int_eq(view_terms(&buf, tape, many, &whole_page, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "terms are of 1 to 16 gradients at once, got 17");
    ck_assert_uint_eq(buf.length, 0);
    bs_tape_destroy(tape);
    bs_tape_destroy(open);
}
END_TEST

static int view_one(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                    struct bs_error *err)
{
    const bs_entry entry = bs_tape_at(tape, bs_tape_length(tape) / 2);
    return bs_view_terms(buf, tape, &entry, 1, page, err);
}

static int view_two(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                    struct bs_error *err)
{
    const int64_t middle = bs_tape_length(tape) / 2;
    const bs_entry entries[] = {bs_tape_at(tape, middle), bs_tape_at(tape, middle + 1)};
    return bs_view_terms(buf, tape, entries, 2, page, err);
}

START_TEST(terms_survive_each_refused_allocation)
{
    refuse_each_allocation(view_one, &whole_page);
    refuse_each_allocation(view_two, &whole_page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_weight_has_a_term_for_each_step_that_uses_it,
        several_gradients_are_a_table_of_steps,
        the_samples_of_a_step_stand_under_its_heading,
        terms_can_be_chinese_and_plain_ascii,
        terms_of_a_tape_written_by_hand,
        error_terms_with_a_minus_are_shown_as_derivatives,
        many_users_are_cut_and_summed_all_the_same,
        what_has_no_gradient_has_no_terms,
        terms_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("terms", tests);
}
