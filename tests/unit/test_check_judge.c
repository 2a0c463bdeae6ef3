#include "test_check.h"

/* ---- the printed solutions ------------------------------------------------------------------- */

/* As on the slides; the error is printed with more figures than the output that it comes from. */
static const char a_printed[] = //
    "beta_1 = 0.755\nbeta_2 = 0.68\nb_1 = 0.68\nb_2 = 0.6637\nalpha_1 = 0.80133\ny_1 = 0.69\n"
    "E = 0.01810\ng_1 = -0.0406\nw_11' = 0.2724\nw_21' = 0.8731\ne_1 = -2.650e-3\n"
    "e_2 = -8.156e-3\nv_11' = 0.0991\nv_21' = 0.7976\nv_12' = 0.3971\nv_22' = 0.5927\n"
    "beta_1' = 0.7525\nbeta_2' = 0.6724\nb_1' = 0.6797\nb_2' = 0.6620\nalpha_1' = 0.7631\n"
    "y_1' = 0.6820\nE' = 0.01657\n";

/*
 * Those that are not the exact value to their digits were rounded on the way; −0.0406 was, too, but
 * is also −0.04068 cut off.
 */
static const char *const a_rounded[] = {"alpha_1", "w_11_new", "w_21_new", "e_1",
                                        "e_2",     "v_22_new", NULL};

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

START_TEST(the_printed_solution_of_the_slides_is_right_or_rounded_on_the_way)
{
    struct bs_key *key = a_key();
    struct judged judged = judge_text(key, a_printed);
    ck_assert_uint_eq(judged.sheet.complaint_count, 0);
    for (int k = 0; k < judged.result.count; k++) {
        const char *name = bs_key_item(key, judged.result.findings[k].item)->name;
        must_be(&judged, name, is_among(name, a_rounded) ? "rounded" : "right");
    }
    ck_assert_int_eq(judged.result.count, 23);
    ck_assert_double_eq_tol(judged.result.mark, 20, 1e-12);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

static const char *const b_asked[] = {"x1_in",    "x2_in",    "yhat",     "E",        "g_y",
                                      "dE_dw_1",  "dE_dw_2",  "g_x1",     "g_x2",     "dE_dv_A1",
                                      "dE_dv_B2", "w_1_new",  "w_2_new",  "v_A1_new", "v_A2_new",
                                      "v_B1_new", "v_B2_new", "yhat_new", "E_new",    NULL};

/* The new output is asked for to two figures, which is how it is printed: 0.32 of 0.32125. */
static struct bs_key *b_key(void)
{
    static const struct bs_marking six_figures = {
        .decimals = -1, .figures = 6, .allows_truncation = true, .shares = {.follows = 1}};
    struct bs_question questions[COUNT_OF(b_asked)];
    struct bs_tape *tape = b_tape();
    struct bs_key *key = NULL;
    size_t count = 0;
    struct bs_error err;
    for (; b_asked[count]; count++) {
        const int figures = strcmp(b_asked[count], "yhat_new") == 0 ? 2 : 3;
        questions[count] = (struct bs_question){entry_of(tape, b_asked[count]), figures, 1};
    }
    must_do(bs_key_create(&key, tape, questions, count, &six_figures, &err), err);
    bs_tape_destroy(tape);
    return key;
}

START_TEST(the_printed_solution_of_the_relu_sheet_is_right_or_rounded_on_the_way)
{
    struct bs_key *key = b_key();
    struct judged judged = judge_text(
        key, "x1.in = 0.18\nx2.in = 0.23\nyhat = 0.274\nE = 0.025538\ng_y = -0.226\n"
             "∂E/∂w_1 = -0.04068\nw_1' = 0.54068\ndE/dw_2 = -0.05198\nw_2' = 0.85198\n"
             "g_x1 = -0.113\ng_x2 = -0.1808\ndE_dv_A1 = -0.0226\nv_A1_new = 0.6226\n"
             "v_A2_new = 0.13616\nv_B1_new = 0.2339\ndE_dv_B2 = -0.05424\nv_B2_new = 0.75424\n"
             "x1_in' = 0.19469\nx2_in' = 0.253504\nyhat' = 0.32\nE' = 0.0162\n");
    ck_assert_uint_eq(judged.sheet.complaint_count, 0);
    for (int k = 0; k < judged.result.count; k++) {
        const char *name = bs_key_item(key, judged.result.findings[k].item)->name;
        must_be(&judged, name, strcmp(name, "E_new") == 0 ? "rounded" : "right");
    }
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* ---- one line at a time ---------------------------------------------------------------------- */

struct line {
    const char *name, *typed, *verdict;
};

static void check_lines(struct bs_key *key, const struct line *lines, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const char *got = verdict_on(key, lines[k].name, lines[k].typed);
        must(strcmp(got, lines[k].verdict) == 0, "%s = %s is %s, and should be %s", lines[k].name,
             lines[k].typed, got, lines[k].verdict);
    }
    bs_key_destroy(key);
}

/* p = 0.0125, q = 1/6, r = 9.96, s = −0.0125, u = 0.23, exactly; z = 0. */
static struct bs_key *edges_key(bool allows_truncation)
{
    static const char *const names[] = {"p", "q", "r", "s", "u", "z", "n", NULL};
    const struct bs_marking marking = {
        .decimals = -1, .figures = 9, .allows_truncation = allows_truncation};
    struct bs_tape *tape = circuit_with(0);
    give(tape, "a", 0.05);
    give(tape, "b", 0.25);
    give(tape, "c", 6);
    let(tape, "p", "a*b");
    let(tape, "q", "1/c");
    let(tape, "r", "c + 3.96");
    let(tape, "s", "-a*b");
    let(tape, "u", "a*4.6");
    let(tape, "z", "b - a*5");
    let(tape, "n", "c*1000/6");
    return key_with(tape, names, &marking);
}

START_TEST(digits_decide_in_decimals_at_their_boundaries)
{
    static const struct line lines[] = {
        {"p", "0.0125", "right"},
        {"p", "0.01250", "right"},
        {"p", "1.25e-2", "right"},
        {"p", "0,0125", "right"},
        {"p", ".0125", "right"},
        {"p", "１.25×10^−2", "right"},
        {"p", "0.012", "coarse"},
        {"p", "0.013", "coarse"},
        {"p", "0.014", "wrong"},
        {"p", "0.0126", "wrong"},
        {"p", "0.0124", "wrong"},
        {"p", "-0.0125", "wrong"},
        {"p", "0", "wrong"},
        {"p", "0.00", "wrong"},
        {"p", "-0", "wrong"},
        {"q", "0.167", "right"},
        {"q", "0.1667", "right"},
        {"q", "0.1666", "right"},
        {"q", "0.166", "right"},
        {"q", "0.165", "wrong"},
        {"q", "0.168", "wrong"},
        {"q", "1/6", "right"},
        {"q", "2/12", "right"},
        {"q", "1/7", "wrong"},
        {"q", "0.17", "coarse"},
        {"q", "0.16", "coarse"},
        {"q", "0.2", "coarse"},
        {"q", "0.16666666666666666", "right"},
        {"q", "0.16666666666666667", "right"},
        {"r", "9.96", "right"},
        {"r", "9.9600", "right"},
        {"r", "10", "coarse"},
        {"r", "10.0", "right"},
        {"r", "9.9", "coarse"},
        {"r", "9.97", "wrong"},
        {"s", "-0.0125", "right"},
        {"s", "−0.012", "coarse"},
        {"s", "-0.013", "coarse"},
        {"s", "0.0125", "wrong"},
        {"u", "0.23", "right"},
        {"u", "0.230", "right"},
        {"u", "0.229", "wrong"},
        {"u", "0.22", "wrong"},
        {"u", "0.2", "coarse"},
        {"z", "0", "right"},
        {"z", "0.00", "right"},
        {"z", "-0", "right"},
        {"z", "1e-9", "wrong"},
        {"n", "1e3", "right"},
        {"n", "1000", "right"},
        {"n", "1.00e3", "right"},
        {"n", "999", "wrong"},
    };
    check_lines(edges_key(true), lines, COUNT_OF(lines));
}
END_TEST

START_TEST(digits_cut_off_are_wrong_where_the_lesson_forbids_it)
{
    static const struct line lines[] = {
        {"q", "0.167", "right"},  {"q", "0.166", "wrong"},  {"q", "0.1667", "right"},
        {"q", "0.1666", "wrong"}, {"p", "0.012", "coarse"}, {"p", "0.013", "coarse"},
        {"q", "0.16", "wrong"},   {"q", "0.17", "coarse"},
    };
    check_lines(edges_key(false), lines, COUNT_OF(lines));
}
END_TEST

START_TEST(what_cannot_be_read_is_a_complaint_and_the_rest_is_judged)
{
    struct bs_key *key = a_key();
    struct judged judged =
        judge_text(key, "beta_1 = 0.755\nb_1 = 0.68O3\nb_2 = nan\nbeta_9 = 1\nbeta_2 = 0.68\n"
                        "y_1 = 0.69\ny_1 = 0.70\nx_1 = 0.36\nx_2 = 0.9\ng_1 =\n");
    must_be(&judged, "beta_1", "right");
    must_be(&judged, "b_1", "unreadable");
    must_be(&judged, "b_2", "unreadable");
    must_be(&judged, "beta_2", "right");
    must_be(&judged, "y_1", "unreadable");
    must_be(&judged, "g_1", "unanswered");
    ck_assert_uint_eq(judged.sheet.complaint_count, 5);
    ck_assert_str_eq(judged.sheet.complaints[2].text,
                     "there is no value called \"beta_9\" here: did you mean beta_1?");
    ck_assert_str_eq(judged.sheet.complaints[3].text, "y_1 is given twice, in line 6 and here");
    ck_assert_str_eq(judged.sheet.complaints[4].text, "x_1 is given, as 0.35");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(an_expression_may_use_what_was_answered_before_and_what_is_given)
{
    struct bs_key *key = a_key();
    struct judged judged = judge_text(
        key, "beta_1 = x_1*v_11 + 0.9*0.8\ny_1 = 0.6903\ng_1 = (d_1 - y_1)*y_1*(1 - y_1)\n"
             "e_1 = g_1*w_11*b_1\n");
    must_be(&judged, "beta_1", "right");
    must_be(&judged, "g_1", "right");
    must_be(&judged, "e_1", "unreadable"); /* b_1 has not been answered */
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* ---- carried errors -------------------------------------------------------------------------- */

/* g_1 with the slope forgotten, −0.1903; what comes of that is worked out with it. */
START_TEST(a_mistake_carried_on_costs_the_first_line_alone)
{
    struct bs_key *key = a_key();
    struct judged judged =
        judge_text(key, "y_1 = 0.6903\ng_1 = -0.1903\nb_1 = 0.6803\ne_1 = -0.01242\n"
                        "w_11' = 0.1705\nv_11' = 0.09565\nb_2 = 0.6637\n");
    must_be(&judged, "g_1", "wrong");
    must_be(&judged, "e_1", "follows");
    must_be(&judged, "w_11_new", "follows");
    must_be(&judged, "v_11_new", "follows");
    must_be(&judged, "b_2", "right");
    ck_assert_int_eq(finding_of(&judged, "v_11_new")->origin, item_of(key, "g_1"));
    ck_assert_double_eq_tol(judged.result.mark, 6, 1e-12);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_slip_that_was_not_carried_on_costs_nothing_else)
{
    struct bs_key *key = a_key();
    struct judged judged = judge_text(
        key, "y_1 = 0.6903\ng_1 = -0.04608\nb_1 = 0.6803\ne_1 = -0.002654\nw_11' = 0.2723\n");
    must_be(&judged, "g_1", "wrong");
    must_be(&judged, "e_1", "right");
    must_be(&judged, "w_11_new", "right");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(nothing_follows_from_a_value_that_makes_the_rest_trivial)
{
    struct bs_key *key = a_key();
    struct judged judged =
        judge_text(key, "g_1 = 0\ne_1 = 0\ne_2 = 0.0\nw_11' = 0.3\nw_21' = 0.900\nv_11' = 0.1\n"
                        "b_1 = 1\nb_2 = 1\nalpha_1 = 1.2\n");
    static const char *const names[] = {"g_1",      "e_1",      "e_2", "w_11_new",
                                        "w_21_new", "v_11_new", NULL};
    for (size_t k = 0; names[k]; k++)
        must_be(&judged, names[k], "wrong");
    must_be(&judged, "b_1", "coarse"); /* 0.68, to no decimals */
    must_be(&judged, "alpha_1", "wrong");
    ck_assert_int_eq(finding_of(&judged, "alpha_1")->reason, BS_REASON_TRIVIAL);
    ck_assert_int_eq(finding_of(&judged, "alpha_1")->origin, item_of(key, "b_1"));
    ck_assert_double_eq_tol(judged.result.mark, 0, 1e-12);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* x_1 for x_2 makes two lines alike, which makes nothing trivial. */
START_TEST(a_mistake_that_repeats_a_number_is_carried_on_like_another)
{
    struct bs_key *key = b_key();
    struct judged judged = judge_text(key, "x1_in = 0.18\nx2_in = 0.18\nyhat = 0.234\n"
                                           "E = 0.035378\ng_y = -0.266\ndE_dw_1 = -0.04788\n");
    must_be(&judged, "x2_in", "wrong");
    must_be(&judged, "yhat", "follows");
    must_be(&judged, "E", "follows");
    must_be(&judged, "g_y", "follows");
    must_be(&judged, "dE_dw_1", "follows");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_number_that_stands_everywhere_is_followed_by_nothing)
{
    struct bs_key *key = b_key();
    struct judged judged = judge_text(key, "x1_in = 5\nx2_in = 5\nyhat = 5\ny_in = 5\n"
                                           "E = 5\ng_y = 5\ndE_dw_1 = 5\ng_x1 = 5\n");
    ck_assert_double_eq_tol(judged.result.mark, 0, 1e-12);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* What nobody asks for can be invented, and with few digits hardly be wrong. */
START_TEST(a_mistake_in_what_is_not_asked_for_costs_the_first_answer_that_follows)
{
    struct bs_key *key = b_key();
    struct judged judged = judge_text(key, "y_in = 0.4321\nyhat = 0.4321\nE = 0.002305\n");
    must_be(&judged, "yhat", "wrong");
    ck_assert_int_eq(finding_of(&judged, "yhat")->reason, BS_REASON_NOT_ASKED);
    ck_assert_int_eq(finding_of(&judged, "yhat")->origin, item_of(key, "y_in"));
    must_be(&judged, "E", "follows");
    finish_judged(&judged);
    judged = judge_text(key, "dw_1 = 1e3\nw_1_new = 777\ndw_2 = 2e3\nw_2_new = 1888\n"
                             "y_in = 5e2\nyhat = 483\n");
    ck_assert_double_eq_tol(judged.result.mark, 0, 1e-12);
    ck_assert_int_eq(finding_of(&judged, "yhat")->reason, BS_REASON_NONE);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(few_digits_in_what_is_not_asked_for_widen_nothing)
{
    static const char *const names[] = {"a", "dE_dw", NULL};
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 1.5);
    give(tape, "w", 0.8);
    give(tape, "b", -0.3);
    give(tape, "t", 1);
    let(tape, "z", "w*x + b");
    let(tape, "a", "sigmoid(z)");
    let(tape, "E", "(a - t)^2/2");
    backward(tape, "E");
    struct bs_key *key = key_of(tape, names);
    struct judged judged =
        judge_text(key, "a = 0.711\ndE_da = -0.2\ndE_dz = -0.05\ndE_dw = -0.0812\n");
    must_be(&judged, "dE_da", "coarse"); /* cut off after a figure */
    must_be(&judged, "dE_dw", "wrong");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/*
 * ∂E/∂w is −0.000142, of which four decimals leave a figure: who rounds so may come to −0.0001 or
 * to almost nothing, but not to the other sign.
 */
START_TEST(rounding_changes_no_sign)
{
    static const char *const names[] = {"a", "a2", "E", "dE_dz2", "dE_dw", NULL};
    static const struct bs_marking four_decimals = {
        .decimals = 4, .allows_truncation = true, .shares = {.follows = 1}};
    static const struct line lines[] = {
        {"dE_dw", "-0.000142", "right"}, {"dE_dw", "0.0000318", "wrong"},
        {"dE_dw", "0.000142", "wrong"},  {"dE_dw", "-0.00170", "wrong"},
        {"E", "0.0001", "coarse"},       {"dE_dz2", "-0.0002", "coarse"},
    };
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 1.5);
    give(tape, "w", 0.8);
    give(tape, "b", -0.3);
    give(tape, "t", 1);
    give(tape, "u", 2.5);
    let(tape, "z", "w*x + b");
    let(tape, "a", "sigmoid(z)");
    let(tape, "z2", "u*a + u");
    let(tape, "a2", "sigmoid(z2)");
    let(tape, "E", "(a2 - t)^2/2");
    backward(tape, "E");
    check_lines(key_with(tape, names, &four_decimals), lines, COUNT_OF(lines));
}
END_TEST

/* ---- conventions ----------------------------------------------------------------------------- */

static struct bs_key *a_key_allowing(unsigned conventions)
{
    struct bs_marking marking = bs_usual_marking;
    marking.conventions = conventions;
    return key_with(a_tape("lecture"), a_asked, &marking);
}

static const char other_sign[] = "g_1 = 0.04068\ne_1 = 0.002654\ne_2 = 0.008172\n"
                                 "w_11' = 0.2723\nv_11' = 0.09907\ny_1' = 0.6820\n";

START_TEST(the_other_sign_throughout_is_another_convention)
{
    struct bs_key *key = a_key_allowing(BS_CONVENTION_SIGN);
    struct judged judged = judge_text(key, other_sign);
    must_be(&judged, "g_1", "convention");
    must_be(&judged, "e_1", "convention");
    must_be(&judged, "e_2", "convention");
    must_be(&judged, "w_11_new", "right");
    ck_assert_uint_eq(judged.result.conventions, BS_CONVENTION_SIGN);
    ck_assert_double_eq_tol(judged.result.mark, 6, 1e-12);
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_convention_that_is_not_allowed_is_said_to_be_one)
{
    struct bs_key *key = a_key_allowing(0);
    struct judged judged = judge_text(key, other_sign);
    must_be(&judged, "g_1", "wrong");
    ck_assert_int_eq(finding_of(&judged, "g_1")->reason, BS_REASON_NOT_ALLOWED);
    ck_assert_int_eq(finding_of(&judged, "g_1")->convention, BS_CONVENTION_SIGN);
    must_be(&judged, "w_11_new", "right");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_sign_carried_on_follows_though_it_might_be_a_convention)
{
    struct bs_key *key = a_key_allowing(0);
    struct judged judged =
        judge_text(key, "y_1 = 0.6903\ng_1 = 0.04068\ne_1 = 0.002654\ne_2 = 0.008172\n");
    must_be(&judged, "g_1", "wrong");
    must_be(&judged, "e_1", "follows");
    must_be(&judged, "e_2", "follows");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

START_TEST(a_lone_flipped_sign_is_a_mistake)
{
    struct bs_key *key = a_key_allowing(BS_CONVENTION_SIGN);
    struct judged judged =
        judge_text(key, "g_1 = 0.04068\ne_1 = -0.002654\ne_2 = -0.008172\nw_11' = 0.2723\n");
    must_be(&judged, "g_1", "wrong");
    ck_assert_uint_eq(judged.result.conventions, 0);
    finish_judged(&judged);
    judged = judge_text(key, "g_1 = 0.04068\ne_1 = 0.002654\ne_2 = 0.008172\nw_11' = 0.3277\n");
    must_be(&judged, "g_1", "wrong");
    must_be(&judged, "e_1", "follows");
    must_be(&judged, "w_11_new", "follows");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* E = Σ(y − d)² is 0.03621, g_1 twice −0.04068, w_11' = 0.3 − 0.05535. */
START_TEST(a_loss_without_the_half_is_another_convention)
{
    struct bs_key *key = a_key_allowing(BS_CONVENTION_FACTOR);
    struct judged judged =
        judge_text(key, "y_1 = 0.6903\nE = 0.03621\ng_1 = -0.08136\ne_1 = -0.005309\n"
                        "w_11' = 0.2447\nv_11' = 0.09814\n");
    static const char *const names[] = {"E", "g_1", "e_1", "w_11_new", "v_11_new", NULL};
    for (size_t k = 0; names[k]; k++)
        must_be(&judged, names[k], "convention");
    must_be(&judged, "y_1", "right");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* v_12 and v_21 change places; their new values are 0.3971 and 0.7976. */
START_TEST(the_other_layout_is_another_convention)
{
    struct bs_key *key = a_key_allowing(BS_CONVENTION_LAYOUT);
    struct judged judged =
        judge_text(key, "v_11' = 0.09907\nv_12' = 0.7976\nv_21' = 0.3971\nv_22' = 0.5926\n");
    must_be(&judged, "v_11_new", "right");
    must_be(&judged, "v_12_new", "convention");
    must_be(&judged, "v_21_new", "convention");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* ---- kinks ----------------------------------------------------------------------------------- */

/* p = 0.70023 may have been rounded to 0.7, and z to 0: both sides of the kink are honest. */
START_TEST(at_a_kink_the_branch_of_the_typed_value_is_kept)
{
    static const char *const names[] = {"p", "a", "s", "f", NULL};
    static const struct bs_marking marking = {
        .decimals = 3, .figures = 0, .allows_truncation = true, .shares = {.follows = 1}};
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 0.8368);
    give(tape, "y", 0.7);
    let(tape, "p", "x*x");
    let(tape, "z", "p - y");
    let(tape, "a", "relu(z) + 2");
    let(tape, "s", "relu_slope(z)*0.4 + 1");
    let(tape, "f", "s*a");
    struct bs_key *key = key_with(tape, names, &marking);
    struct judged judged = judge_text(key, "a = 2.00\ns = 1.40\nf = 2.80\n");
    must_be(&judged, "s", "right");
    finish_judged(&judged);
    judged = judge_text(key, "a = 2.00\ns = 1.00\nf = 2.00\n");
    must_be(&judged, "s", "rounded");
    must_be(&judged, "f", "rounded");
    finish_judged(&judged);
    judged = judge_text(key, "s = 1.20\n");
    must_be(&judged, "s", "wrong");
    finish_judged(&judged);
    bs_key_destroy(key);
}
END_TEST

/* ---- failures -------------------------------------------------------------------------------- */

static bool judge_once(void *context)
{
    struct bs_key *key = context;
    struct bs_sheet sheet;
    struct bs_result result;
    struct bs_error err;
    if (bs_sheet_read(&sheet, other_sign, strlen(other_sign), &err) < 0)
        return false;
    const int status = bs_judge(&result, key, &sheet, true, &err);
    if (status == BS_OK)
        bs_result_finish(&result);
    bs_sheet_finish(&sheet);
    return status == BS_OK;
}

/* The tables of mistakes are the key's, and stay: they are made before. */
START_TEST(running_out_of_memory_is_an_error)
{
    struct bs_key *key = a_key();
    ck_assert(judge_once(key));
    bs_refuse_each_allocation(judge_once, key);
    bs_key_destroy(key);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_printed_solution_of_the_slides_is_right_or_rounded_on_the_way,
        the_printed_solution_of_the_relu_sheet_is_right_or_rounded_on_the_way,
        digits_decide_in_decimals_at_their_boundaries,
        digits_cut_off_are_wrong_where_the_lesson_forbids_it,
        what_cannot_be_read_is_a_complaint_and_the_rest_is_judged,
        an_expression_may_use_what_was_answered_before_and_what_is_given,
        a_mistake_carried_on_costs_the_first_line_alone,
        a_slip_that_was_not_carried_on_costs_nothing_else,
        nothing_follows_from_a_value_that_makes_the_rest_trivial,
        a_mistake_that_repeats_a_number_is_carried_on_like_another,
        a_number_that_stands_everywhere_is_followed_by_nothing,
        a_mistake_in_what_is_not_asked_for_costs_the_first_answer_that_follows,
        few_digits_in_what_is_not_asked_for_widen_nothing,
        rounding_changes_no_sign,
        a_sign_carried_on_follows_though_it_might_be_a_convention,
        the_other_sign_throughout_is_another_convention,
        a_convention_that_is_not_allowed_is_said_to_be_one,
        a_lone_flipped_sign_is_a_mistake,
        a_loss_without_the_half_is_another_convention,
        the_other_layout_is_another_convention,
        at_a_kink_the_branch_of_the_typed_value_is_kept,
        running_out_of_memory_is_an_error,
        NULL,
    };
    return bs_suite_of("judge", tests);
}
