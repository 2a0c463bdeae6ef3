#include "test_view.h"

#include "base/interrupt.h"
#include "expr/func.h"

#include <stdio.h>

/* The page of the design, letter by letter. */
START_TEST(a_derivation_goes_from_the_name_to_the_value)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert_str_eq(seen_derivation(tape, "g_1", &whole_page),
                     "g_1 = −∂E/∂α_1\n"
                     "    = −∂E/∂y_1 · ∂y_1/∂α_1                     chain rule\n"
                     "    = (d_1 − y_1)·y_1·(1 − y_1)                closed form\n"
                     "    = (0.5 − 0.6903)·0.6903·(1 − 0.6903)\n"
                     "    = −0.04068                                 ✓");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_sum_is_shown_with_its_index_first)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert_str_eq(seen_derivation(tape, "beta_1", &whole_page),
                     "β_1 = Σ_i x_i·v_i1                             definition\n"
                     "    = x_1·v_11 + x_2·v_21\n"
                     "    = 0.35·0.1 + 0.9·0.8\n"
                     "    = 0.755                                    ✓");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(what_needs_no_working_is_one_line)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert_str_eq(seen_derivation(tape, "x_1", &whole_page),
                     "x_1 = 0.35                                     given");
    ck_assert_str_eq(
        seen_derivation(tape, "dE_dE", &whole_page),
        "∂E/∂E = 1                                      the backward pass starts here");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_name_alone_has_no_numbers_to_put_in)
{
    struct bs_tape *tape = a_tape("lecture");
    ck_assert_str_eq(seen_derivation(tape, "dalpha_1_db_1", &whole_page),
                     "∂α_1/∂b_1 = w_11                               slope of the definition\n"
                     "          = 0.3");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(derivations_read_as_chinese)
{
    struct bs_tape *tape = a_tape("lecture");
    struct bs_page page = whole_page;
    page.lang = "zh";
    ck_assert_str_eq(seen_derivation(tape, "g_1", &page),
                     "g_1 = −∂E/∂α_1\n"
                     "    = −∂E/∂y_1 · ∂y_1/∂α_1                     链式法则\n"
                     "    = (d_1 − y_1)·y_1·(1 − y_1)                闭式\n"
                     "    = (0.5 − 0.6903)·0.6903·(1 − 0.6903)\n"
                     "    = −0.04068                                 ✓");
    ck_assert_str_eq(seen_derivation(tape, "v_11_new", &page),
                     "v_11' = v_11 + Δv_11                           更新\n"
                     "      = 0.1 + (−0.0009291)\n"
                     "      = 0.09907                                ✓");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(derivations_can_be_plain_ascii)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    struct bs_page page = whole_page;
    page.form = BS_ASCII;
    ck_assert_str_eq(seen_derivation(tape, "df_dx", &page),
                     "df_dx = df_dq*dq_dx                            chain rule\n"
                     "      = df_dq                                  closed form\n"
                     "      = -4");
    ck_assert_str_eq(seen_derivation(tape, "f", &page),
                     "f = q*z                                        loss\n"
                     "  = 3*(-4)\n"
                     "  = -12");
    bs_tape_destroy(tape);
}
END_TEST

/* Names and rules of the function table are written in Unicode and English. */
static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static struct bs_tape *tape_of_function(const struct bs_func *func)
{
    char formula[80];
    struct bs_tape *tape = circuit_with(0);
    give(tape, "u", 0.5);
    give(tape, "w", 0.25);
    const char *args = func->arity == 1 ? "u" : "u, w";
    snprintf(formula, sizeof formula, "%s%s(%s)", func->name, func->is_indexed ? "_1" : "", args);
    let(tape, "v", formula);
    let(tape, "r", "2*v");
    backward(tape, "r");
    return tape;
}

START_TEST(the_words_of_every_function_are_known_in_both_languages_and_forms)
{
    static const char *const english[] = {" where ", " else ", " the ",
                                          "largest", " with ", " of "};
    struct bs_page ascii = whole_page, chinese = whole_page;
    ascii.form = BS_ASCII;
    chinese.lang = "zh";
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        struct bs_tape *tape = tape_of_function(func);
        for (int i = 0; i < 2; i++) {
            const char *entry = i ? "dv_du" : "v";
            const char *plain = seen_derivation(tape, entry, &ascii);
            must(is_ascii(plain), "%s", plain);
            const char *translated = seen_derivation(tape, entry, &chinese);
            for (size_t k = 0; k < COUNT_OF(english); k++)
                must(!strstr(translated, english[k]), "%s", translated);
        }
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(notes_are_beside_the_value)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    give(tape, "x", 0);
    let(tape, "y", "relu(x)");
    let(tape, "z", "log(y)");
    ck_assert_str_eq(seen_derivation(tape, "y", &page),
                     "y = ReLU(x)                                    ReLU(x) = max(0, x)\n"
                     "  = ReLU(0)\n"
                     "  = 0                                          at a kink");
    const char *z = seen_derivation(tape, "z", &page);
    must(
        strstr(z, "  = −inf                                       not finite; first at z = log(0)"),
        "%s", z);
    page.lang = "zh";
    z = seen_derivation(tape, "z", &page);
    must(strstr(z, "不是有限数；最先出现在 z = log(0)"), "%s", z);
    bs_tape_destroy(tape);
}
END_TEST

/* cross_entropy at an output that underflows: t/a is 1/0, y − t is not. */
START_TEST(a_fused_form_says_that_it_is_one)
{
    static const double params[] = {800, 0}, x[] = {1}, t[] = {0, 1};
    struct bs_arch *arch = arch_of(1, (const int[]){1, 2}, (const char *const[]){"softmax"},
                                   BS_BIAS_NONE, "cross_entropy");
    struct bs_tape *tape =
        network_tape(drop_arch(arch, notation_of(arch, "delta")), params, x, t, 1);
    ck_assert_str_eq(seen_derivation(tape, "delta1_2", &whole_page),
                     "δ1_2 = ∂E/∂z1_2\n"
                     "     = ∂E/∂a1_1 · ∂a1_1/∂z1_2 + ∂E/∂a1_2 · ∂a1_2/∂z1_2  chain rule\n"
                     "     = a1_2·(t_1 + t_2) − t_2                  output and loss fused\n"
                     "     = 0·(0 + 1) − 1\n"
                     "     = −1                                      ✓  a factor of the chain is "
                     "not finite; the fused form is");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_rule_stands_behind_a_formula_that_passes_its_column)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    give(tape, "a", 1);
    let(tape, "y", "a + 2*a + 3*a + 4*a + 5*a + 6*a + 7*a + 8*a + 9*a + 10*a");
    page.most_terms = 0;
    const char *text = seen_derivation(tape, "y", &page);
    must(strstr(text, "y = a + 2·a + 3·a + 4·a + 5·a + 6·a + 7·a + 8·a + 9·a + 10·a  definition\n"),
         "%s", text);
    page.most_terms = 4;
    text = seen_derivation(tape, "y", &page);
    must(strstr(text, "y = a + 2·a + … + 10·a                         definition\n"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_rule_that_finds_no_room_takes_a_line_of_its_own)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    give(tape, "a_long_name", 1);
    let(tape, "y", "a_long_name + 2*a_long_name + 3*a_long_name");
    static const char above[] = "y = a_long_name + 2·a_long_name + 3·a_long_name  definition\n"
                                "  = 1 + 2·1 + 3·1\n"
                                "  = 6";
    static const char below[] = "y = a_long_name + 2·a_long_name + 3·a_long_name\n"
                                "                                               definition\n"
                                "  = 1 + 2·1 + 3·1\n"
                                "  = 6";
    page.columns = 59;
    ck_assert_str_eq(seen_derivation(tape, "y", &page), above);
    page.columns = 58;
    ck_assert_str_eq(seen_derivation(tape, "y", &page), below);
    bs_tape_destroy(tape);
}
END_TEST

/* At the loosest of the places that are on the line; with little room further to the left. */
START_TEST(a_formula_that_is_too_wide_goes_on_below_its_beginning)
{
    static const char wide[] = "y = a_long_name + 2·a_long_name·max(a_long_name, b)",
                      broken[] = "y = a_long_name\n"
                                 "    + 2·a_long_name·max(a_long_name, b)\n",
                      at_comma[] = "y = a_long_name\n"
                                   "    + 2·a_long_name·max(a_long_name,\n"
                                   "    b) ";
    struct bs_tape *tape = circuit_with(0);
    struct bs_page page = whole_page;
    give(tape, "a_long_name", 1);
    give(tape, "b", 2);
    let(tape, "y", "a_long_name + 2*a_long_name*max(a_long_name, b)");
    const struct {
        int columns;
        const char *begin;
    } cases[] = {{0, wide}, {51, wide}, {50, broken}, {39, broken}, {38, at_comma}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        page.columns = cases[i].columns;
        const char *text = seen_derivation(tape, "y", &page);
        must(strncmp(text, cases[i].begin, strlen(cases[i].begin)) == 0, "%d columns: %s",
             page.columns, text);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(the_text_is_appended_where_the_buf_ends)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "> ");
    ck_assert_int_eq(bs_view_derivation(&buf, tape, entry_of(tape, "x"), &whole_page, NULL), BS_OK);
    ck_assert_str_eq(bs_buf_text(&buf), "> x = −2                                         given");
    bs_buf_finish(&buf);
    bs_tape_destroy(tape);
}
END_TEST

static int derivations(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                       struct bs_error *err)
{
    int status = BS_OK;
    for (int64_t p = 0; status == BS_OK && p < bs_tape_length(tape); p++)
        status = bs_view_derivation(buf, tape, bs_tape_at(tape, p), page, err);
    return status;
}

START_TEST(derivations_survive_each_refused_allocation)
{
    struct bs_page page = whole_page;
    refuse_each_allocation(derivations, &page);
    page.form = BS_ASCII;
    refuse_each_allocation(derivations, &page);
}
END_TEST

START_TEST(an_interrupt_stops_every_view)
{
    static view_of_tape *const views[] = {bs_view_table, bs_view_solution,  bs_view_latex,
                                          bs_view_html,  bs_view_gradcheck, derivations};
    struct bs_tape *tape = sum_times_z(); /* no kernels, which look for an interrupt, too */
    struct bs_error err;
    backward(tape, "f");
    bs_interrupt_raise();
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        struct bs_buf buf = BS_BUF_INIT;
        ck_assert_int_eq(views[i](&buf, tape, &whole_page, &err), BS_INTERRUPTED);
        bs_buf_finish(&buf);
    }
    bs_interrupt_clear();
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_derivation_goes_from_the_name_to_the_value,
        a_sum_is_shown_with_its_index_first,
        what_needs_no_working_is_one_line,
        a_name_alone_has_no_numbers_to_put_in,
        derivations_read_as_chinese,
        derivations_can_be_plain_ascii,
        the_words_of_every_function_are_known_in_both_languages_and_forms,
        notes_are_beside_the_value,
        a_fused_form_says_that_it_is_one,
        a_rule_stands_behind_a_formula_that_passes_its_column,
        a_rule_that_finds_no_room_takes_a_line_of_its_own,
        a_formula_that_is_too_wide_goes_on_below_its_beginning,
        the_text_is_appended_where_the_buf_ends,
        derivations_survive_each_refused_allocation,
        an_interrupt_stops_every_view,
        NULL,
    };
    return bs_suite_of("derivation", tests);
}
