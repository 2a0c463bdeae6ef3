#include "test_tape.h"

/* The lines of a derivation: names, rules, and the numbers put in. */

/* ---- one entry, line by line ----------------------------------------------------------------- */

/* The example of the course's slides, as it stands in the exercise's solution. */
START_TEST(an_error_term_is_derived_in_five_lines)
{
    struct bs_tape *tape = a_tape("lecture");
    const struct bs_derivation g = derived(tape, entry_of(tape, "g_1"));
    static const struct {
        const char *text, *rule;
        bool is_chain;
    } lines[] = {
        {"−∂E/∂α_1", "", false},
        {"−∂E/∂y_1·∂y_1/∂α_1", "chain rule", true},
        {"(d_1 − y_1)·y_1·(1 − y_1)", "closed form", false},
    };
    ck_assert_int_eq(g.phase, BS_PHASE_BACKWARD);
    ck_assert_str_eq(g.general, "");
    ck_assert_int_eq(g.count, COUNT_OF(lines));
    for (int i = 0; i < g.count; i++) {
        ck_assert_str_eq(written(tape, g.lines[i].expr, BS_UNICODE, false), lines[i].text);
        ck_assert_str_eq(g.lines[i].rule, lines[i].rule);
        ck_assert_int_eq(g.lines[i].is_chain, lines[i].is_chain);
    }
    ck_assert_str_eq(written(tape, g.lines[2].expr, BS_UNICODE, true),
                     "(0.5 − 0.6903)·0.6903·(1 − 0.6903)");
    ck_assert(g.is_checked && !g.is_fused && !g.on_kink);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_definition_has_a_general_form_a_rule_and_its_numbers)
{
    static const struct {
        const char *notation, *name, *general, *text, *rule, *numbers;
    } cases[] = {
        {"lecture", "beta_1", "Σ_i x_i·v_i1", "x_1·v_11 + x_2·v_21", "definition",
         "0.35·0.1 + 0.9·0.8"},
        {"watermelon", "beta_1", "Σ_h w_h1·b_h", "w_11·b_1 + w_21·b_2", "definition",
         "0.3·0.6803 + 0.9·0.6637"},
        {"delta", "z2_1", "Σ_i W2_1i·a1_i", "W2_11·a1_1 + W2_12·a1_2", "definition",
         "0.3·0.6803 + 0.9·0.6637"},
        {"lecture", "b_1", "", "σ(β_1)", "σ(x) = 1/(1 + exp(-x))", "σ(0.755)"},
        {"lecture", "E", "½ Σ_j (y_j − d_j)²", "½·(y_1 − d_1)²", "loss", "½·(0.6903 − 0.5)²"},
        {"lecture", "dy_1_dalpha_1", "", "y_1·(1 − y_1)", "σ' = σ·(1 − σ)", "0.6903·(1 − 0.6903)"},
        {"lecture", "dalpha_1_dw_21", "", "b_2", "slope of the definition", "0.6637"},
        {"lecture", "dE_dE", "", "1", "the backward pass starts here", "1"},
        {"lecture", "w_11_new", "", "w_11 + Δw_11", "update", "0.3 + (−0.02767)"},
        {"lecture", "E_new", "", "½·(y_1' − d_1)²", "with the updated values", "½·(0.682 − 0.5)²"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = a_tape(cases[i].notation);
        const struct bs_derivation made = derived(tape, entry_of(tape, cases[i].name));
        ck_assert_int_eq(made.count, 1);
        ck_assert_str_eq(made.general, cases[i].general);
        ck_assert_str_eq(made.lines[0].rule, cases[i].rule);
        ck_assert_str_eq(written(tape, made.lines[0].expr, BS_UNICODE, false), cases[i].text);
        ck_assert_str_eq(written(tape, made.lines[0].expr, BS_UNICODE, true), cases[i].numbers);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* −Σ_j (t_j log y_j + (1 − t_j) log (1 − y_j)), the longest there is, in the longest names. */
START_TEST(a_general_form_is_whole_whatever_its_names)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"sigmoid"},
                                   BS_BIAS_NONE, "binary_cross_entropy");
    char y[BS_LONGEST_NAME + 1] = "", t[BS_LONGEST_NAME + 1] = "";
    memset(y, 'y', BS_LONGEST_NAME);
    memset(t, 't', BS_LONGEST_NAME);
    const struct bs_notation_spec spec = {.target = {.stem = t}, .a = {{.stem = y}}};
    struct bs_tape *tape =
        network_tape(drop_arch(arch, table_of(arch, &spec)), (const double[]){1}, a_x, a_t, NAN);
    struct bs_buf whole = BS_BUF_INIT;
    bs_buf_printf(&whole, "−Σ_j (%s_j log %s_j + (1 − %s_j) log (1 − %s_j))", t, y, t, y);
    ck_assert_str_eq(derived(tape, entry_of(tape, "E")).general, kept_text(&whole));
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_given_has_no_lines)
{
    struct bs_tape *tape = a_tape("lecture");
    const struct bs_derivation v = derived(tape, entry_of(tape, "v_12"));
    ck_assert_int_eq(v.phase, BS_PHASE_GIVEN);
    ck_assert_int_eq(v.count, 0);
    ck_assert(v.value == 0.4 && !v.is_checked);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_second_derivation_gives_the_same_expressions)
{
    struct bs_tape *tape = a_tape("delta");
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const struct bs_derivation first = derived(tape, bs_tape_at(tape, p));
        const struct bs_derivation second = derived(tape, bs_tape_at(tape, p));
        must(first.count == second.count, "entry %d", (int)p);
        for (int i = 0; i < first.count; i++)
            must(first.lines[i].expr == second.lines[i].expr, "entry %d, line %d", (int)p, i);
    }
    bs_tape_destroy(tape);
}
END_TEST

/* ---- closed forms ---------------------------------------------------------------------------- */

/* A network of two layers, all parameters different; 2 inputs, 2 hidden units. */
static struct bs_tape *small_tape(const char *notation, int outputs, const char *output,
                                  enum bs_bias bias, const char *loss)
{
    struct bs_arch *arch = arch_of(2, (const int[]){2, 2, outputs},
                                   (const char *const[]){"sigmoid", output}, bias, loss);
    double params[32];
    for (size_t i = 0; i < COUNT_OF(params); i++)
        params[i] = 0.05 * (double)(i + 1);
    return network_tape(drop_arch(arch, notation_of(arch, notation)), params, a_x,
                        (const double[]){0.5, 0.25, 0.25}, 1);
}

/* As the course derives them: Δw_hj = η g_j b_h, Δθ_j = −η g_j, Δv_ih = η e_h x_i, Δγ_h = −η e_h.
 */
START_TEST(closed_forms_are_those_of_the_textbook)
{
    static const struct {
        const char *notation;
        int outputs;
        enum bs_bias bias;
        const char *output, *loss, *name, *closed;
    } cases[] = {
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "g_2",
         "(y_2 − ŷ_2)·ŷ_2·(1 − ŷ_2)"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "e_1",
         "(g_1·w_11 + g_2·w_12)·b_1·(1 − b_1)"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dw_21", "η·g_1·b_2"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dtheta_2", "−η·g_2"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dv_12", "η·e_2·x_1"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dgamma_1", "−η·e_1"},
        {"watermelon", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dE_dgamma_2", "e_2"},
        {"lecture", 1, BS_BIAS_UNITS, "sigmoid", "squared_error", "g_1",
         "2·(d_1 − y_1)·y_1·(1 − y_1)"},
        {"lecture", 1, BS_BIAS_NONE, "tanh", "half_squared_error", "g_1",
         "(d_1 − y_1)·(1 + y_1)·(1 − y_1)"},
        /* a threshold that the layer shares has the error terms of all its units */
        {"lecture", 2, BS_BIAS_SHARED, "sigmoid", "half_squared_error", "dE_dtheta", "g_1 + g_2"},
        {"lecture", 2, BS_BIAS_SHARED, "sigmoid", "half_squared_error", "dE_dgamma", "e_1 + e_2"},
        {"lecture", 2, BS_BIAS_SHARED, "identity", "half_squared_error", "dE_dtheta", "g_1 + g_2"},
        {"lecture", 3, BS_BIAS_UNITS, "softmax", "cross_entropy", "dE_dtheta_2", "g_2"},
        {"lecture", 3, BS_BIAS_SHARED, "softmax", "cross_entropy", "dE_dtheta", "g_1 + g_2 + g_3"},
        /* every output of a softmax depends on every logit */
        {"lecture", 2, BS_BIAS_NONE, "softmax", "squared_error", "g_1",
         "−2·y_1·((y_1 − d_1)·(1 − y_1) + (d_2 − y_2)·y_2)"},
        {"lecture", 3, BS_BIAS_NONE, "softmax", "cross_entropy", "dy_3_dalpha_1", "−y_3·y_1"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "delta2_1",
         "(a2_1 − t_1)·a2_1·(1 − a2_1)"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "delta1_2",
         "(δ2_1·W2_12 + δ2_2·W2_22)·a1_2·(1 − a1_2)"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dE_dW2_12", "δ2_1·a1_2"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dE_db1_2", "δ1_2"},
        {"delta", 2, BS_BIAS_SHARED, "sigmoid", "half_squared_error", "dE_db2", "δ2_1 + δ2_2"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dW1_21", "−η·∂E/∂W1_21"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "half_squared_error", "dE_dx_1",
         "δ1_1·W1_11 + δ1_2·W1_21"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", "mean_squared_error", "dE_dt_2", "t_2 − a2_2"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = small_tape(cases[i].notation, cases[i].outputs, cases[i].output,
                                          cases[i].bias, cases[i].loss);
        ck_assert_str_eq(closed_form(tape, cases[i].name), cases[i].closed);
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(without_names_for_error_terms_gradients_go_by_their_own)
{
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    const struct bs_notation_spec spec = {
        .z = {{.stem = "net"}, {.stem = "in"}}, .threshold = true, .by_input = true};
    const double params[9] = {0};
    struct bs_tape *tape =
        network_tape(drop_arch(arch, table_of(arch, &spec)), params, a_x, a_t, 1);
    ck_assert_str_eq(closed_form(tape, "dE_din_1"), "(a2_1 − t_1)·a2_1·(1 − a2_1)");
    ck_assert_str_eq(closed_form(tape, "dE_dnet_2"), "∂E/∂in_1·W2_21·a1_2·(1 − a1_2)");
    ck_assert_str_eq(closed_form(tape, "dE_db1_2"), "−∂E/∂net_2");
    bs_tape_destroy(tape);
}
END_TEST

/* ---- kinks ----------------------------------------------------------------------------------- */

/* z = w·x + b with the relu of it, in delta's names; the loss is ½(a − t)². */
static struct bs_tape *relu_tape(double w, double x, double b, double t, double kink)
{
    const struct bs_func *relu = bs_func_find("relu");
    const struct bs_arch_spec spec = {
        1,   (const int[]){1, 1}, &relu, BS_BIAS_UNITS, bs_loss_find("half_squared_error"), kink,
        NULL};
    struct bs_arch *arch = NULL;
    ck_assert_int_eq(bs_arch_create(&arch, &spec, NULL), BS_OK);
    return network_tape(drop_arch(arch, notation_of(arch, "delta")), (const double[]){w, b}, &x, &t,
                        1);
}

/* ∂E/∂z = (0 + 4)·ReLU'(0). */
START_TEST(a_value_on_a_kink_has_the_slope_chosen_and_says_so)
{
    static const double kinks[] = {0, 0.5, 1};
    for (size_t i = 0; i < COUNT_OF(kinks); i++) {
        struct bs_tape *tape = relu_tape(1, 2, -2, -4, kinks[i]);
        ck_assert(value_at(tape, "delta1_1") == 4 * kinks[i]);
        ck_assert_str_eq(note_of(tape, "a1_1"), "at a kink");
        ck_assert_str_eq(note_of(tape, "da1_1_dz1_1"), "at a kink");
        ck_assert_str_eq(note_of(tape, "delta1_1"), "at a kink");
        ck_assert_str_eq(note_of(tape, "z1_1"), "");
        ck_assert_str_eq(note_of(tape, "dE_dW1_11"), "");
        bs_tape_destroy(tape);
    }
}
END_TEST

/* In double 3·0.1 − 0.3 is 2^-54, not 0: the branch is that of the kernels, and it is said. */
START_TEST(a_value_within_rounding_of_a_kink_counts_as_on_it)
{
    struct bs_tape *tape = relu_tape(3, 0.1, -0.3, -4, 0);
    ck_assert(value_at(tape, "z1_1") == 0x1p-54);
    ck_assert_str_eq(note_of(tape, "a1_1"), "at a kink");
    ck_assert_str_eq(note_of(tape, "delta1_1"), "at a kink");
    ck_assert(value_at(tape, "delta1_1") == 4 + 0x1p-54);
    bs_tape_destroy(tape);
    tape = relu_tape(3, 0.1, -0.3 + 1e-9, -4, 0);
    ck_assert_str_eq(note_of(tape, "a1_1"), "");
    ck_assert_str_eq(note_of(tape, "delta1_1"), "");
    bs_tape_destroy(tape);
}
END_TEST

/* The target is the output, so that the update changes nothing. */
START_TEST(an_updated_value_within_rounding_of_a_kink_counts_as_on_it)
{
    struct bs_tape *tape = relu_tape(3, 0.1, -0.3, 0x1p-54, 0);
    ck_assert(value_at(tape, "z1_1_new") == 0x1p-54);
    ck_assert_str_eq(note_of(tape, "a1_1_new"), "at a kink");
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("derive", (const TTest *const[]){
                                     an_error_term_is_derived_in_five_lines,
                                     a_definition_has_a_general_form_a_rule_and_its_numbers,
                                     a_general_form_is_whole_whatever_its_names,
                                     a_given_has_no_lines,
                                     a_second_derivation_gives_the_same_expressions,
                                     closed_forms_are_those_of_the_textbook,
                                     without_names_for_error_terms_gradients_go_by_their_own,
                                     a_value_on_a_kink_has_the_slope_chosen_and_says_so,
                                     a_value_within_rounding_of_a_kink_counts_as_on_it,
                                     an_updated_value_within_rounding_of_a_kink_counts_as_on_it,
                                     NULL,
                                 });
}
