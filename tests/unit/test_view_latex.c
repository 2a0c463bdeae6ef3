#include "test_view.h"

START_TEST(latex_has_an_align_for_each_phase)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    bs_tape_seek(tape, entry_of(tape, "df_dq"));
    struct bs_page page = whole_page;
    page.is_complete = false;
    ck_assert_str_eq(seen(bs_view_latex, tape, &page),
                     "\\allowdisplaybreaks\n"
                     "\\section*{Given}\n"
                     "\\begin{align*}\n"
                     "x &= -2 && \\text{given} \\\\[1ex]\n"
                     "y &= 5 && \\text{given} \\\\[1ex]\n"
                     "z &= -4 && \\text{given}\n"
                     "\\end{align*}\n"
                     "\\section*{Forward}\n"
                     "\\begin{align*}\n"
                     "q &= x + y && \\text{definition} \\\\\n"
                     " &= -2 + 5 \\\\\n"
                     " &= 3\n"
                     "\\end{align*}\n"
                     "\\section*{Loss}\n"
                     "\\begin{align*}\n"
                     "f &= q \\cdot z && \\text{loss} \\\\\n"
                     " &= 3 \\cdot \\left(-4\\right) \\\\\n"
                     " &= -12\n"
                     "\\end{align*}\n"
                     "\\section*{Backward}\n"
                     "\\begin{align*}\n"
                     "\\frac{\\partial f}{\\partial f} &= 1 && \\text{the backward pass starts "
                     "here} \\\\[1ex]\n"
                     "\\frac{\\partial f}{\\partial q} &= z && \\text{closed form} \\\\\n"
                     " &= -4\n"
                     "\\end{align*}\n");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(latex_writes_powers_of_ten_and_rules_for_tex)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "a_b", 1.5e-7);
    give(tape, "c", 2e20);
    let(tape, "y", "relu(a_b*c)");
    let(tape, "z", "step(y)");
    backward(tape, "y");
    const char *text = seen(bs_view_latex, tape, &whole_page);
    must(strstr(text, "a_{b} &= 1.5 \\cdot 10^{-7} &&"), "%s", text);
    must(strstr(text, "c &= 2 \\cdot 10^{20} &&"), "%s", text);
    must(strstr(text, "\\text{step(x) = 1 where x \\(>\\)= 0, else 0}"), "%s", text);
    must(strstr(text, "\\left(1.5 \\cdot 10^{-7} \\cdot \\left(2 \\cdot 10^{20}\\right)\\right)"),
         "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(latex_is_all_ascii)
{
    struct bs_tape *tape = a_tape("lecture");
    for (const char *c = seen(bs_view_latex, tape, &whole_page); *c; c++)
        must((unsigned char)*c < 0x80, "%s", c);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(latex_of_a_big_network_says_what_is_left_out)
{
    struct bs_tape *tape = big_tape();
    const char *text = seen(bs_view_latex, tape, &whole_page);
    must(strstr(text, "\\end{align*}\n\\dots{} and 1532 more\n\\section*{Forward}\n"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(latex_survives_each_refused_allocation)
{
    refuse_each_allocation(bs_view_latex, &whole_page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        latex_has_an_align_for_each_phase,
        latex_writes_powers_of_ten_and_rules_for_tex,
        latex_is_all_ascii,
        latex_of_a_big_network_says_what_is_left_out,
        latex_survives_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("latex", tests);
}
