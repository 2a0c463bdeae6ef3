#include "test_view.h"

static struct bs_page page_at_cursor(void)
{
    struct bs_page page = whole_page;
    page.is_complete = false;
    return page;
}

/* f = (x + y)·z and its gradients, CS231n: q = 3, f = −12, ∂f/∂q = −4, ∂f/∂z = 3, the rest −4. */
START_TEST(a_table_shows_name_closed_form_numbers_and_value)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    ck_assert_str_eq(seen(bs_view_table, tape, &whole_page),
                     "  name   closed form  numbers  value\n"
                     "Given\n"
                     "  x                             −2\n"
                     "  y                              5\n"
                     "  z                             −4\n"
                     "Forward\n"
                     "  q      x + y        −2 + 5     3\n"
                     "Loss\n"
                     "  f      q·z          3·(−4)   −12\n"
                     "Backward\n"
                     "  ∂f/∂f  1                       1\n"
                     "  ∂f/∂q  z                      −4\n"
                     "  ∂f/∂z  q                       3\n"
                     "  ∂f/∂x  ∂f/∂q                  −4\n"
                     "  ∂f/∂y  ∂f/∂q                  −4");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(what_is_not_yet_shown_has_a_dash)
{
    struct bs_tape *tape = sum_times_z();
    const struct bs_page page = page_at_cursor();
    step(tape, 4);
    ck_assert_str_eq(seen(bs_view_table, tape, &page), "  name  closed form  numbers  value\n"
                                                       "Given\n"
                                                       "  x                           −2\n"
                                                       "  y                            5\n"
                                                       "  z                           −4\n"
                                                       "Forward\n"
                                                       "  q     x + y        −2 + 5    3\n"
                                                       "  f     q·z          —         —");
    bs_tape_back(tape);
    const char *text = seen(bs_view_table, tape, &page);
    must(strstr(text, "  q     x + y        —         —\n"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(before_the_first_step_there_is_no_number_at_all)
{
    struct bs_tape *tape = a_tape("lecture");
    const struct bs_page page = page_at_cursor();
    const char *text = seen(bs_view_table, tape, &page);
    ck_assert_ptr_null(strchr(text, '.'));                                  /* all have points */
    ck_assert_int_eq(count_of(text, "—\n") + 1, (int)bs_tape_length(tape)); /* one ends the text */
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(points_of_values_stand_under_one_another)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "a", 1234.5);
    give(tape, "b", -0.25);
    give(tape, "c", 1e-7);
    give(tape, "d", 1.5e20);
    give(tape, "e", 3);
    ck_assert_str_eq(seen(bs_view_table, tape, &whole_page),
                     "  name  closed form  numbers  value\n"
                     "Given\n"
                     "  a                           1234\n"
                     "  b                             −0.25\n"
                     "  c                              1e-7\n"
                     "  d                              1.5e20\n"
                     "  e                              3");
    bs_tape_destroy(tape);
}
END_TEST

/* Two columns a Chinese character: the terminal shows the second column at column 8 in each line.
 */
START_TEST(chinese_headings_line_up)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_page page = page_at_cursor();
    page.lang = "zh";
    step(tape, 4);
    ck_assert_str_eq(seen(bs_view_table, tape, &page), "  名称  闭式   代入数值  值\n"
                                                       "已知量\n"
                                                       "  x                      −2\n"
                                                       "  y                       5\n"
                                                       "  z                      −4\n"
                                                       "前向传播\n"
                                                       "  q     x + y  −2 + 5     3\n"
                                                       "  f     q·z    —          —");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_table_can_be_plain_ascii)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_page page = page_at_cursor();
    page.form = BS_ASCII;
    step(tape, 4);
    ck_assert_str_eq(seen(bs_view_table, tape, &page), "  name  closed form  numbers  value\n"
                                                       "Given\n"
                                                       "  x                           -2\n"
                                                       "  y                            5\n"
                                                       "  z                           -4\n"
                                                       "Forward\n"
                                                       "  q     x + y        -2 + 5    3\n"
                                                       "  f     q*z          --       --");
    bs_tape_destroy(tape);
}
END_TEST

static const char *line_of(const char *text, const char *start)
{
    static char line[TEXT_SPACE];
    const char *found = strstr(text, start);
    must(found, "no line %s in: %s", start, text);
    memcpy(line, found, strcspn(found, "\n"));
    line[strcspn(found, "\n")] = '\0';
    return line;
}

START_TEST(a_formula_too_wide_is_cut_in_the_middle)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    page.most_terms = 0;
    page.columns = 60;
    give(tape, "a", 2);
    let(tape, "y", "a*1 + a*2 + a*3 + a*4 + a*5 + a*6 + a*7 + a*8");
    const char *text = seen(bs_view_table, tape, &page);
    ck_assert_str_eq(line_of(text, "  y"),
                     "  y     a·1 + a·2 + … + a·8    2·1 + 2·2 + … + 2·8     72");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_formula_that_is_one_term_is_cut_at_its_end)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    page.columns = 60;
    give(tape, "a", 2);
    let(tape, "y", "sigmoid(sigmoid(sigmoid(sigmoid(sigmoid(a*sigmoid(a*sigmoid(a)))))))");
    const char *text = seen(bs_view_table, tape, &page);
    ck_assert_int_le(widest_line(text), 60);
    must(strstr(line_of(text, "  y"), "  y     σ(σ(σ(σ(σ(a·σ(a·σ(a)…  "), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_table_keeps_to_the_width_of_the_page)
{
    struct bs_tape *tape = big_tape();
    struct bs_page page = whole_page;
    for (int columns = 70; columns <= 130; columns += 15) {
        for (page.most_terms = 0; page.most_terms <= 40; page.most_terms += 20) {
            page.columns = columns;
            const char *text = seen(bs_view_table, tape, &page);
            must(widest_line(text) <= columns, "%d columns of %d: %s", widest_line(text), columns,
                 text);
        }
    }
    page.columns = 0;
    ck_assert_int_le(widest_line(seen(bs_view_table, tape, &page)), 100);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(of_a_big_network_every_phase_has_its_first_entries)
{
    struct bs_tape *tape = big_tape();
    const char *text = seen(bs_view_table, tape, &whole_page);
    /* of 300: 1 of the loss and 59 of each other phase; 5·59 + 1 */
    const int rows = count_of(text, "\n") - 6 - 5; /* without headings and what is left out */
    ck_assert_int_eq(rows, 296);
    must(strstr(text, "\n  W1_1_9 "), "%s", text);
    must(strstr(text, "\n  … and 1532 more\nForward\n  z1_1 "), "%s", text);
    must(strstr(text, "\n  … and 21 more\nLoss\n  E "), "%s", text);
    must(strstr(text, "\n  … and 1562 more\nUpdate\n  ΔW1_1_1 "), "%s", text);
    must(strstr(text, "\n  … and 3021 more\nAgain\n  z1_1' "), "%s", text);
    ck_assert_str_eq(strrchr(text, '\n'), "\n  … and 22 more");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(tables_survive_each_refused_allocation)
{
    struct bs_page page = whole_page;
    refuse_each_allocation(bs_view_table, &page);
    page.is_complete = false;
    page.columns = 40;
    refuse_each_allocation(bs_view_table, &page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_table_shows_name_closed_form_numbers_and_value,
        what_is_not_yet_shown_has_a_dash,
        before_the_first_step_there_is_no_number_at_all,
        points_of_values_stand_under_one_another,
        chinese_headings_line_up,
        a_table_can_be_plain_ascii,
        a_formula_too_wide_is_cut_in_the_middle,
        a_formula_that_is_one_term_is_cut_at_its_end,
        a_table_keeps_to_the_width_of_the_page,
        of_a_big_network_every_phase_has_its_first_entries,
        tables_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("table", tests);
}
