#include "test_view.h"

/*
 * Exercise A in the lecture's notation.  Its figures were worked out apart from this program, from
 * formulas written by hand, in Python's decimal module at 40 digits, and rounded there to four.
 */
static const char *const exercise_a[BS_PHASES] = {
    "Given\n"
    "─────\n"
    "x_1 = 0.35                                     given\n"
    "x_2 = 0.9                                      given\n"
    "d_1 = 0.5                                      given\n"
    "v_11 = 0.1                                     given\n"
    "v_12 = 0.4                                     given\n"
    "v_21 = 0.8                                     given\n"
    "v_22 = 0.6                                     given\n"
    "w_11 = 0.3                                     given\n"
    "w_21 = 0.9                                     given\n"
    "η = 1                                          given",

    "Forward\n"
    "───────\n"
    "β_1 = Σ_i x_i·v_i1                             definition\n"
    "    = x_1·v_11 + x_2·v_21\n"
    "    = 0.35·0.1 + 0.9·0.8\n"
    "    = 0.755                                    ✓\n"
    "b_1 = σ(β_1)                                   σ(x) = 1/(1 + exp(-x))\n"
    "    = σ(0.755)\n"
    "    = 0.6803                                   ✓\n"
    "β_2 = Σ_i x_i·v_i2                             definition\n"
    "    = x_1·v_12 + x_2·v_22\n"
    "    = 0.35·0.4 + 0.9·0.6\n"
    "    = 0.68                                     ✓\n"
    "b_2 = σ(β_2)                                   σ(x) = 1/(1 + exp(-x))\n"
    "    = σ(0.68)\n"
    "    = 0.6637                                   ✓\n"
    "α_1 = Σ_h b_h·w_h1                             definition\n"
    "    = b_1·w_11 + b_2·w_21\n"
    "    = 0.6803·0.3 + 0.6637·0.9\n"
    "    = 0.8014                                   ✓\n"
    "y_1 = σ(α_1)                                   σ(x) = 1/(1 + exp(-x))\n"
    "    = σ(0.8014)\n"
    "    = 0.6903                                   ✓",

    "Loss\n"
    "────\n"
    "E = ½ Σ_j (y_j − d_j)²                         loss\n"
    "  = ½·(y_1 − d_1)²\n"
    "  = ½·(0.6903 − 0.5)²\n"
    "  = 0.0181                                     ✓",

    "Backward\n"
    "────────\n"
    "∂E/∂E = 1                                      the backward pass starts here\n"
    "∂E/∂y_1 = y_1 − d_1                            closed form\n"
    "        = 0.6903 − 0.5\n"
    "        = 0.1903                               ✓\n"
    "g_1 = −∂E/∂α_1\n"
    "    = −∂E/∂y_1 · ∂y_1/∂α_1                     chain rule\n"
    "    = (d_1 − y_1)·y_1·(1 − y_1)                closed form\n"
    "    = (0.5 − 0.6903)·0.6903·(1 − 0.6903)\n"
    "    = −0.04068                                 ✓\n"
    "∂E/∂b_1 = ∂E/∂α_1 · ∂α_1/∂b_1                  chain rule\n"
    "        = −g_1·w_11                            closed form\n"
    "        = −(−0.04068)·0.3\n"
    "        = 0.0122                               ✓\n"
    "∂E/∂b_2 = ∂E/∂α_1 · ∂α_1/∂b_2                  chain rule\n"
    "        = −g_1·w_21                            closed form\n"
    "        = −(−0.04068)·0.9\n"
    "        = 0.03661                              ✓\n"
    "e_1 = −∂E/∂β_1\n"
    "    = −∂E/∂b_1 · ∂b_1/∂β_1                     chain rule\n"
    "    = g_1·w_11·b_1·(1 − b_1)                   closed form\n"
    "    = −0.04068·0.3·0.6803·(1 − 0.6803)\n"
    "    = −0.002654                                ✓\n"
    "e_2 = −∂E/∂β_2\n"
    "    = −∂E/∂b_2 · ∂b_2/∂β_2                     chain rule\n"
    "    = g_1·w_21·b_2·(1 − b_2)                   closed form\n"
    "    = −0.04068·0.9·0.6637·(1 − 0.6637)\n"
    "    = −0.008172                                ✓\n"
    "∂E/∂w_11 = ∂E/∂α_1 · ∂α_1/∂w_11                chain rule\n"
    "         = −g_1·b_1                            closed form\n"
    "         = −(−0.04068)·0.6803\n"
    "         = 0.02767                             ✓\n"
    "∂E/∂w_21 = ∂E/∂α_1 · ∂α_1/∂w_21                chain rule\n"
    "         = −g_1·b_2                            closed form\n"
    "         = −(−0.04068)·0.6637\n"
    "         = 0.027                               ✓\n"
    "∂E/∂v_11 = ∂E/∂β_1 · ∂β_1/∂v_11                chain rule\n"
    "         = −e_1·x_1                            closed form\n"
    "         = −(−0.002654)·0.35\n"
    "         = 0.0009291                           ✓\n"
    "∂E/∂v_12 = ∂E/∂β_2 · ∂β_2/∂v_12                chain rule\n"
    "         = −e_2·x_1                            closed form\n"
    "         = −(−0.008172)·0.35\n"
    "         = 0.00286                             ✓\n"
    "∂E/∂v_21 = ∂E/∂β_1 · ∂β_1/∂v_21                chain rule\n"
    "         = −e_1·x_2                            closed form\n"
    "         = −(−0.002654)·0.9\n"
    "         = 0.002389                            ✓\n"
    "∂E/∂v_22 = ∂E/∂β_2 · ∂β_2/∂v_22                chain rule\n"
    "         = −e_2·x_2                            closed form\n"
    "         = −(−0.008172)·0.9\n"
    "         = 0.007354                            ✓",

    "Update\n"
    "──────\n"
    "Δv_11 = −η·∂E/∂v_11                            gradient descent\n"
    "      = η·e_1·x_1                              closed form\n"
    "      = 1·(−0.002654)·0.35\n"
    "      = −0.0009291                             ✓\n"
    "v_11' = v_11 + Δv_11                           update\n"
    "      = 0.1 + (−0.0009291)\n"
    "      = 0.09907                                ✓\n"
    "Δv_12 = −η·∂E/∂v_12                            gradient descent\n"
    "      = η·e_2·x_1                              closed form\n"
    "      = 1·(−0.008172)·0.35\n"
    "      = −0.00286                               ✓\n"
    "v_12' = v_12 + Δv_12                           update\n"
    "      = 0.4 + (−0.00286)\n"
    "      = 0.3971                                 ✓\n"
    "Δv_21 = −η·∂E/∂v_21                            gradient descent\n"
    "      = η·e_1·x_2                              closed form\n"
    "      = 1·(−0.002654)·0.9\n"
    "      = −0.002389                              ✓\n"
    "v_21' = v_21 + Δv_21                           update\n"
    "      = 0.8 + (−0.002389)\n"
    "      = 0.7976                                 ✓\n"
    "Δv_22 = −η·∂E/∂v_22                            gradient descent\n"
    "      = η·e_2·x_2                              closed form\n"
    "      = 1·(−0.008172)·0.9\n"
    "      = −0.007354                              ✓\n"
    "v_22' = v_22 + Δv_22                           update\n"
    "      = 0.6 + (−0.007354)\n"
    "      = 0.5926                                 ✓\n"
    "Δw_11 = −η·∂E/∂w_11                            gradient descent\n"
    "      = η·g_1·b_1                              closed form\n"
    "      = 1·(−0.04068)·0.6803\n"
    "      = −0.02767                               ✓\n"
    "w_11' = w_11 + Δw_11                           update\n"
    "      = 0.3 + (−0.02767)\n"
    "      = 0.2723                                 ✓\n"
    "Δw_21 = −η·∂E/∂w_21                            gradient descent\n"
    "      = η·g_1·b_2                              closed form\n"
    "      = 1·(−0.04068)·0.6637\n"
    "      = −0.027                                 ✓\n"
    "w_21' = w_21 + Δw_21                           update\n"
    "      = 0.9 + (−0.027)\n"
    "      = 0.873                                  ✓",

    "Again\n"
    "─────\n"
    "β_1' = x_1·v_11' + x_2·v_21'                   with the updated values\n"
    "     = 0.35·0.09907 + 0.9·0.7976\n"
    "     = 0.7525                                  ✓\n"
    "b_1' = σ(β_1')                                 with the updated values\n"
    "     = σ(0.7525)\n"
    "     = 0.6797                                  ✓\n"
    "β_2' = x_1·v_12' + x_2·v_22'                   with the updated values\n"
    "     = 0.35·0.3971 + 0.9·0.5926\n"
    "     = 0.6724                                  ✓\n"
    "b_2' = σ(β_2')                                 with the updated values\n"
    "     = σ(0.6724)\n"
    "     = 0.662                                   ✓\n"
    "α_1' = b_1'·w_11' + b_2'·w_21'                 with the updated values\n"
    "     = 0.6797·0.2723 + 0.662·0.873\n"
    "     = 0.7631                                  ✓\n"
    "y_1' = σ(α_1')                                 with the updated values\n"
    "     = σ(0.7631)\n"
    "     = 0.682                                   ✓\n"
    "E' = ½·(y_1' − d_1)²                           with the updated values\n"
    "   = ½·(0.682 − 0.5)²\n"
    "   = 0.01657                                   ✓",
};

/* The first sections, with a blank line between them. */
static const char *join(int count)
{
    struct bs_buf buf = BS_BUF_INIT;
    for (int i = 0; i < count; i++) {
        bs_buf_put(&buf, i > 0 ? "\n\n" : "");
        bs_buf_put(&buf, exercise_a[i]);
    }
    return kept_text(&buf);
}

START_TEST(the_solution_of_exercise_a)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert_str_eq(seen(bs_view_solution, tape, &whole_page), join(BS_PHASES));
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_solution_goes_as_far_as_the_cursor)
{
    struct bs_tape *tape = a_tape("lecture");
    struct bs_page page = whole_page;
    page.is_complete = false;
    ck_assert_str_eq(seen(bs_view_solution, tape, &page), "");
    step(tape, 17);
    ck_assert_str_eq(seen(bs_view_solution, tape, &page), join(3));
    bs_tape_back(tape);
    ck_assert_str_eq(seen(bs_view_solution, tape, &page), join(2));
    while (bs_tape_step(tape, BS_BY_PHASE) != BS_NO_ENTRY)
        continue;
    ck_assert_str_eq(seen(bs_view_solution, tape, &page), join(BS_PHASES));
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(phases_are_headed_in_chinese)
{
    static const char *const headings[] = {"已知量\n──────\n", "前向传播\n────────\n",
                                           "损失\n────\n",     "反向传播\n────────\n",
                                           "更新\n────\n",     "更新后再前向\n────────────\n"};
    struct bs_tape *tape = a_tape("lecture");
    struct bs_page page = whole_page;
    page.lang = "zh";
    const char *text = seen(bs_view_solution, tape, &page);
    for (int phase = 0; phase < BS_PHASES; phase++) {
        ck_assert_ptr_nonnull(strstr(text, headings[phase]));
        const char *heading = bs_view_phase((enum bs_phase)phase, "zh_CN");
        ck_assert_int_eq(strncmp(headings[phase], heading, strlen(heading)), 0);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(phases_are_headed_in_ascii)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_page page = whole_page;
    page.form = BS_ASCII;
    ck_assert_str_eq(seen(bs_view_solution, tape, &page),
                     "Given\n"
                     "-----\n"
                     "x = -2                                         given\n"
                     "y = 5                                          given\n"
                     "z = -4                                         given\n"
                     "\n"
                     "Forward\n"
                     "-------\n"
                     "q = x + y                                      definition\n"
                     "  = -2 + 5\n"
                     "  = 3\n"
                     "f = q*z                                        definition\n"
                     "  = 3*(-4)\n"
                     "  = -12");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(of_a_big_network_it_is_said_what_is_left_out)
{
    struct bs_tape *tape = big_tape();
    struct bs_page page = whole_page;
    const char *text = seen(bs_view_solution, tape, &page);
    ck_assert_int_lt(count_of(text, "\n"), 1500);
    must(strstr(text, "\n… and 1532 more\n\nForward\n"), "%s", text);
    page.lang = "zh";
    text = seen(bs_view_solution, tape, &page);
    must(strstr(text, "\n…… 另有 1532 项\n\n前向传播\n"), "%s", text);
    ck_assert_str_eq(strrchr(text, '\n'), "\n…… 另有 22 项");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(solutions_survive_each_refused_allocation)
{
    refuse_each_allocation(bs_view_solution, &whole_page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_solution_of_exercise_a,
        a_solution_goes_as_far_as_the_cursor,
        phases_are_headed_in_chinese,
        phases_are_headed_in_ascii,
        of_a_big_network_it_is_said_what_is_left_out,
        solutions_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("solution", tests);
}
