#include "test_tape.h"

#include <stdio.h>

/* Names, layouts and parameters of notations. */

static struct bs_arch *arch_of_sizes(int depth, const int *sizes, enum bs_bias bias)
{
    static const char *const activations[] = {"tanh", "tanh", "tanh"};
    return arch_of(depth, sizes, activations, bias, "half_squared_error");
}

static const char *name_of(const struct bs_notation *notation, struct bs_address address,
                           bool is_error, enum bs_form form)
{
    struct bs_buf buf = BS_BUF_INIT;
    if (is_error)
        bs_notation_put_error(notation, &buf, address, form);
    else
        bs_notation_put(notation, &buf, address, form);
    return kept_text(&buf);
}

/* Indices of weights: unit, input. */
START_TEST(names_are_those_of_the_book)
{
    static const struct {
        const char *notation;
        struct bs_address address;
        bool is_error;
        const char *ascii, *unicode, *latex;
    } cases[] = {
        {"watermelon", {BS_INPUT, 0, 0, 2}, false, "x_2", "x_2", "x_{2}"},
        {"watermelon", {BS_TARGET, 0, 1, 0}, false, "y_1", "y_1", "y_{1}"},
        {"watermelon", {BS_WEIGHT, 1, 3, 2}, false, "v_23", "v_23", "v_{23}"},
        {"watermelon", {BS_WEIGHT, 2, 1, 3}, false, "w_31", "w_31", "w_{31}"},
        {"watermelon", {BS_BIAS, 1, 3, 0}, false, "gamma_3", "γ_3", "\\gamma_{3}"},
        {"watermelon", {BS_BIAS, 2, 1, 0}, false, "theta_1", "θ_1", "\\theta_{1}"},
        {"watermelon", {BS_PREACTIVATION, 1, 3, 0}, false, "alpha_3", "α_3", "\\alpha_{3}"},
        {"watermelon", {BS_ACTIVATION, 1, 3, 0}, false, "b_3", "b_3", "b_{3}"},
        {"watermelon", {BS_PREACTIVATION, 2, 1, 0}, false, "beta_1", "β_1", "\\beta_{1}"},
        {"watermelon", {BS_ACTIVATION, 2, 1, 0}, false, "yhat_1", "ŷ_1", "\\hat{y}_{1}"},
        {"watermelon", {BS_PREACTIVATION, 1, 3, 0}, true, "e_3", "e_3", "e_{3}"},
        {"watermelon", {BS_PREACTIVATION, 2, 1, 0}, true, "g_1", "g_1", "g_{1}"},
        {"watermelon", {.kind = BS_RATE}, false, "eta", "η", "\\eta"},
        {"watermelon", {.kind = BS_LOSS_VALUE}, false, "E", "E", "E"},
        {"lecture", {BS_TARGET, 0, 1, 0}, false, "d_1", "d_1", "d_{1}"},
        {"lecture", {BS_PREACTIVATION, 1, 3, 0}, false, "beta_3", "β_3", "\\beta_{3}"},
        {"lecture", {BS_PREACTIVATION, 2, 1, 0}, false, "alpha_1", "α_1", "\\alpha_{1}"},
        {"lecture", {BS_ACTIVATION, 2, 1, 0}, false, "y_1", "y_1", "y_{1}"},
        {"delta", {BS_TARGET, 0, 1, 0}, false, "t_1", "t_1", "t_{1}"},
        {"delta", {BS_WEIGHT, 1, 3, 2}, false, "W1_32", "W1_32", NULL},
        {"delta", {BS_BIAS, 2, 1, 0}, false, "b2_1", "b2_1", NULL},
        {"delta", {BS_PREACTIVATION, 1, 3, 0}, false, "z1_3", "z1_3", NULL},
        {"delta", {BS_ACTIVATION, 2, 1, 0}, false, "a2_1", "a2_1", NULL},
        {"delta", {BS_PREACTIVATION, 2, 1, 0}, true, "delta2_1", "δ2_1", "\\delta^{(2)}_{1}"},
        {"matrix", {BS_INPUT, 0, 0, 2}, false, "x_2", "x_2", "x_{2}"},
        {"matrix", {BS_TARGET, 0, 1, 0}, false, "y_1", "y_1", "y_{1}"},
        {"matrix", {BS_WEIGHT, 1, 3, 2}, false, "W1_23", "W1_23", NULL},
        {"matrix", {BS_WEIGHT, 2, 1, 3}, false, "W2_31", "W2_31", NULL},
        {"matrix", {BS_BIAS, 1, 3, 0}, false, "b1_3", "b1_3", NULL},
        {"matrix", {BS_PREACTIVATION, 1, 2, 0}, false, "Z1_2", "Z1_2", NULL},
        {"matrix", {BS_ACTIVATION, 2, 1, 0}, false, "A2_1", "A2_1", NULL},
        {"matrix", {.kind = BS_RATE}, false, "eta", "η", "\\eta"},
        {"matrix", {.kind = BS_LOSS_VALUE}, false, "L", "L", "L"},
        {"matrix", {BS_INPUT, 0, 0, 2}, true, "dx_2", "dx_2", NULL},
        {"matrix", {BS_TARGET, 0, 1, 0}, true, "dy_1", "dy_1", NULL},
        {"matrix", {BS_WEIGHT, 1, 3, 2}, true, "dW1_23", "dW1_23", NULL},
        {"matrix", {BS_BIAS, 1, 3, 0}, true, "db1_3", "db1_3", NULL},
        {"matrix", {BS_PREACTIVATION, 1, 2, 0}, true, "dZ1_2", "dZ1_2", NULL},
        {"matrix", {BS_ACTIVATION, 2, 1, 0}, true, "dA2_1", "dA2_1", NULL},
        {"matrix", {.kind = BS_LOSS_VALUE}, true, "dL", "dL", NULL},
    };
    struct bs_arch *arch = arch_of_sizes(2, (const int[]){2, 3, 1}, BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_notation *notation = notation_of(arch, cases[i].notation);
        const struct bs_address address = cases[i].address;
        const bool is_error = cases[i].is_error;
        ck_assert_str_eq(name_of(notation, address, is_error, BS_ASCII), cases[i].ascii);
        ck_assert_str_eq(name_of(notation, address, is_error, BS_UNICODE), cases[i].unicode);
        if (cases[i].latex)
            ck_assert_str_eq(name_of(notation, address, is_error, BS_LATEX), cases[i].latex);
        bs_notation_drop(notation);
    }
    bs_arch_drop(arch);
}
END_TEST

START_TEST(indices_run_together_when_every_dimension_is_at_most_9)
{
    static const struct {
        int sizes[3];
        const char *notation;
        struct bs_address address;
        const char *name;
    } cases[] = {
        {{9, 9, 9}, "lecture", {BS_WEIGHT, 1, 9, 8}, "v_89"},
        {{2, 10, 1}, "lecture", {BS_WEIGHT, 1, 10, 1}, "v_1_10"},
        {{2, 10, 1}, "lecture", {BS_WEIGHT, 1, 2, 1}, "v_1_2"},
        {{2, 10, 1}, "lecture", {BS_WEIGHT, 2, 1, 10}, "w_10_1"},
        {{10, 2, 2}, "lecture", {BS_WEIGHT, 1, 2, 1}, "v_1_2"},
        {{10, 2, 2}, "lecture", {BS_WEIGHT, 2, 2, 1}, "w_12"},
        {{2, 10, 1}, "lecture", {BS_ACTIVATION, 1, 10, 0}, "b_10"},
        {{2, 10, 1}, "delta", {BS_WEIGHT, 1, 10, 1}, "W1_10_1"},
        {{2, 10, 1}, "delta", {BS_WEIGHT, 2, 1, 10}, "W2_1_10"},
        {{784, 128, 10}, "delta", {BS_WEIGHT, 1, 128, 784}, "W1_128_784"},
        {{784, 128, 10}, "matrix", {BS_WEIGHT, 1, 128, 784}, "W1_784_128"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch = arch_of_sizes(2, cases[i].sizes, BS_BIAS_UNITS);
        struct bs_notation *notation = notation_of(arch, cases[i].notation);
        ck_assert_str_eq(name_of(notation, cases[i].address, false, BS_ASCII), cases[i].name);
        bs_notation_drop(notation);
        bs_arch_drop(arch);
    }
}
END_TEST

static bool same_address(struct bs_address a, struct bs_address b)
{
    return a.kind == b.kind && a.layer == b.layer && a.unit == b.unit && a.input == b.input;
}

static void check_reading_back(const struct bs_notation *notation)
{
    struct bs_layout layout = bs_notation_layout(notation);
    layout.has_rate = true;
    for (int64_t q = 0; q < bs_layout_count(&layout); q++) {
        const struct bs_address at = bs_layout_address(&layout, q);
        const bool has_error = bs_notation_error_sign(notation, at.kind) != 0;
        for (int is_error = 0; is_error <= has_error; is_error++) {
            const char *name = name_of(notation, at, is_error, BS_ASCII);
            struct bs_address read;
            bool is_read_error;
            must(bs_notation_find(notation, &read, &is_read_error, name), "no %s", name);
            must(same_address(read, at) && is_read_error == is_error, "%s is another", name);
        }
    }
}

START_TEST(every_name_is_read_back)
{
    static const int sizes[][4] = {{2, 3, 1, 2}, {1, 1, 1, 1}, {9, 9, 9, 1}, {3, 12, 10, 2}};
    static const struct {
        const char *name;
        int depth;
    } notations[] = {{"watermelon", 2}, {"lecture", 2}, {"delta", 3}, {"matrix", 3}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        for (enum bs_bias bias = BS_BIAS_NONE; bias <= BS_BIAS_SHARED; bias++)
            for (size_t k = 0; k < COUNT_OF(notations); k++) {
                struct bs_arch *arch = arch_of_sizes(notations[k].depth, sizes[i], bias);
                struct bs_notation *notation = notation_of(arch, notations[k].name);
                check_reading_back(notation);
                bs_notation_drop(notation);
                bs_arch_drop(arch);
            }
}
END_TEST

START_TEST(names_are_read_whole_and_in_their_own_spelling)
{
    static const char *const strangers[] = {
        "",       "v",     "v_",   "v_1",   "v_111",    "v_1_1",
        "v_01",   "v_31",  "v_10", " v_11", "v_11 ",    "V_11",
        "x_3",    "x_0",   "x_01", "x_+1",  "eta_1",    "E_1",
        "beta_3", "beta1", "β_1",  "b_",    "gamma_11", "g_1_new",
        "x.1",    "v.11",  "d_2",  "w_12",  "w_1_1",    "e_99999999999999999999",
    };
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    struct bs_notation *notation = notation_of(arch, "lecture");
    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        struct bs_address read;
        bool is_error;
        must(!bs_notation_find(notation, &read, &is_error, strangers[i]), "%s", strangers[i]);
    }
    bs_notation_drop(notation);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(a_shared_bias_has_no_index)
{
    struct bs_arch *arch = a_arch(BS_BIAS_SHARED);
    static const char *const names[][3] = {
        {"lecture", "gamma", "theta"}, {"delta", "b1", "b2"}, {"matrix", "b1", "b2"}};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct bs_notation *notation = notation_of(arch, names[i][0]);
        for (int l = 1; l <= 2; l++) {
            const struct bs_address at = {BS_BIAS, l, 1, 0};
            ck_assert_str_eq(name_of(notation, at, false, BS_ASCII), names[i][l]);
        }
        bs_notation_drop(notation);
    }
    bs_arch_drop(arch);
}
END_TEST

/* ---- tables ---------------------------------------------------------------------------------- */

START_TEST(a_table_takes_from_delta_what_it_does_not_say)
{
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    const struct bs_notation_spec spec = {
        .rate = {.stem = "alpha"},
        .z = {{.listed = (const char *const[]){"h1.in", "h2.in"}}, {.stem = "net.o"}},
        .has_errors = true,
    };
    struct bs_notation *notation = table_of(arch, &spec);
    static const struct {
        struct bs_address address;
        bool is_error;
        const char *ascii, *unicode;
    } cases[] = {
        {{.kind = BS_RATE}, false, "alpha", "α"},
        {{BS_PREACTIVATION, 1, 2, 0}, false, "h2_in", "h2.in"},
        {{BS_PREACTIVATION, 2, 1, 0}, false, "net_o_1", "net.o_1"},
        {{BS_PREACTIVATION, 1, 2, 0}, true, "delta1_2", "δ1_2"},
        {{BS_WEIGHT, 1, 2, 1}, false, "W1_21", "W1_21"},
        {{.kind = BS_LOSS_VALUE}, false, "E", "E"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_str_eq(name_of(notation, cases[i].address, cases[i].is_error, BS_ASCII),
                         cases[i].ascii);
        ck_assert_str_eq(name_of(notation, cases[i].address, cases[i].is_error, BS_UNICODE),
                         cases[i].unicode);
    }
    check_reading_back(notation);
    ck_assert_str_eq(bs_notation_name(notation), "table");
    ck_assert_int_eq(bs_notation_error_sign(notation, BS_PREACTIVATION), 1);
    ck_assert(!bs_notation_steps_by_errors(notation));
    bs_notation_drop(notation);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(a_name_that_is_none_is_refused)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"1w",
         "\"1w\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"", "\"\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"a-b",
         "\"a-b\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"β", "\"β\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"n123456789012345678901234567890123456789012345678901234567890",
         "a name has at most 60 letters, \"n1234567890123456789...\" has 61"},
    };
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const listed[] = {"fine", cases[i].name};
        const struct bs_notation_spec stem = {.weight = {{.stem = cases[i].name}}};
        const struct bs_notation_spec list = {.input = {.listed = listed}};
        struct bs_notation *notation = NULL;
        struct bs_error err;
        ck_assert_int_eq(bs_notation_of_table(&notation, &stem, arch, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_int_eq(bs_notation_of_table(&notation, &list, arch, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(notation);
        ck_assert_int_eq(arch->owners, 1);
    }
    bs_arch_drop(arch);
}
END_TEST

/* Exercise A in other names.  A rate makes the entries of the update. */
static int tape_of_table(const struct bs_notation_spec *spec, double eta, struct bs_error *err)
{
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    struct net_case made = case_of(arch, a_params, a_x, a_t);
    struct bs_notation *notation = table_of(arch, spec);
    struct bs_tape *tape = NULL;
    int status = bs_tape_of_pass(&tape, made.pass, notation, eta, err);
    made.pass = NULL;
    ck_assert_int_eq(status == BS_OK, tape != NULL);
    bs_tape_destroy(tape);
    bs_notation_drop(notation);
    finish_case(&made);
    return status;
}

START_TEST(two_entries_of_one_spelling_are_refused)
{
    static const char *const twice[] = {"in", "in"}, *const dots[] = {"a.b", "a_b"};
    static const char *const weights[] = {"w", "E_dw", "p", "q"};
    static const char *const inputs[][2] = {
        {"p", "dW2_12"},    {"p", "W2_11_new"},   {"p", "a2_1_new"},
        {"p", "dE_dW2_11"}, {"p", "dz2_1_da1_2"}, {"p", "dE_da1_2"},
        {"delta1_1", "p"},  {"dE_dp", "p"},       {"eta", "p"},
    };
    static const struct {
        struct bs_notation_spec spec;
        double eta;
        const char *clash; /* NULL: fine */
    } cases[] = {
        {{.input = {.listed = twice}}, NAN, "in"},
        {{.input = {.listed = dots}}, NAN, "a_b"},
        {{.input = {.stem = "W"}, .weight = {{.stem = "W"}}}, NAN, NULL},
        {{.input = {.stem = "b"}, .a = {{.stem = "b"}}}, NAN, "b_1"},
        {{.z = {{.stem = "x"}}}, NAN, "x_1"},
        {{.loss = {.stem = "eta"}}, 1, "eta"},
        {{.loss = {.stem = "eta"}}, NAN, "eta"},
        {{.input = {.stem = "dW2"}, .weight = {[1] = {.stem = "W2"}}}, 1, NULL},
        {{.input = {.stem = "da"}, .target = {.stem = "a"}}, 1, NULL},
        {{.input = {.listed = inputs[0]}}, 1, "dW2_12"},
        {{.input = {.listed = inputs[0]}}, NAN, NULL},
        {{.input = {.listed = inputs[1]}}, 1, "W2_11_new"},
        {{.input = {.listed = inputs[2]}}, 1, "a2_1_new"},
        {{.input = {.listed = inputs[2]}}, NAN, NULL},
        {{.input = {.listed = inputs[3]}}, NAN, "dE_dW2_11"},
        {{.input = {.listed = inputs[4]}}, NAN, "dz2_1_da1_2"},
        {{.input = {.listed = inputs[5]}}, NAN, "dE_da1_2"},
        {{.input = {.listed = inputs[6]}, .has_errors = true}, NAN, "delta1_1"},
        {{.input = {.listed = inputs[6]}}, NAN, NULL},
        {{.input = {.listed = inputs[7]}}, NAN, "dE_dp"},
        {{.input = {.listed = inputs[8]}}, 1, "eta"},
        {{.input = {.stem = "da1_2_dz1"}}, NAN, "da1_2_dz1_2"},
        {{.input = {.stem = "dE_dW2"}}, NAN, NULL}, /* one index here, two there */
        {{.input = {.stem = "dE_da1"}}, NAN, "dE_da1_1"},
        {{.weight = {{.listed = weights}}}, 1, "dE_dw"},
        {{.weight = {{.listed = weights}}}, NAN, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err = {.text = ""};
        char message[80] = "";
        if (cases[i].clash)
            snprintf(message, sizeof message, "two entries would both be called %s",
                     cases[i].clash);
        const int status = tape_of_table(&cases[i].spec, cases[i].eta, &err);
        ck_assert_msg(status == (cases[i].clash ? BS_REFUSED : BS_OK), "case %zu: %s", i, err.text);
        ck_assert_str_eq(err.text, message);
    }
}
END_TEST

/* ---- fit ------------------------------------------------------------------------------------- */

START_TEST(a_notation_that_does_not_fit_is_refused)
{
    static const struct {
        int depth;
        const char *name, *message;
    } cases[] = {
        {1, "watermelon",
         "notation watermelon is for one hidden layer, this network has 0: use delta"},
        {3, "lecture", "notation lecture is for one hidden layer, this network has 2: use delta"},
        {2, "lectur",
         "there is no notation called \"lectur\": did you mean lecture? (there are watermelon, "
         "lecture, delta, matrix, or a table of names)"},
        {2, "greek",
         "there is no notation called \"greek\" (there are watermelon, lecture, delta, matrix, or "
         "a table of names)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch =
            arch_of_sizes(cases[i].depth, (const int[]){2, 2, 2, 2}, BS_BIAS_NONE);
        struct bs_notation *notation = NULL;
        struct bs_error err;
        ck_assert_int_eq(bs_notation_create(&notation, cases[i].name, arch, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(notation);
        ck_assert_int_eq(arch->owners, 1);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(the_default_is_watermelon_for_one_hidden_layer)
{
    static const char *const names[] = {"delta", "watermelon", "delta"};
    for (int depth = 1; depth <= 3; depth++) {
        struct bs_arch *arch = arch_of_sizes(depth, (const int[]){2, 2, 2, 2}, BS_BIAS_NONE);
        ck_assert_str_eq(bs_notation_default(arch), names[depth - 1]);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(a_notation_asks_for_its_layout)
{
    static const struct {
        const char *name;
        bool threshold, by_input, input_first, by_errors;
        int sign;
    } cases[] = {
        {"watermelon", true, true, false, true, -1},
        {"lecture", true, true, true, true, -1},
        {"delta", false, false, false, false, 1},
        {"matrix", false, true, true, false, 1},
    };
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_notation *notation = notation_of(arch, cases[i].name);
        const struct bs_layout layout = bs_notation_layout(notation);
        ck_assert_int_eq(layout.threshold, cases[i].threshold);
        ck_assert_int_eq(layout.by_input, cases[i].by_input);
        ck_assert_int_eq(layout.input_first, cases[i].input_first);
        ck_assert_int_eq(layout.has_rate, false);
        ck_assert_int_eq(bs_notation_steps_by_errors(notation), cases[i].by_errors);
        ck_assert_int_eq(bs_notation_error_sign(notation, BS_PREACTIVATION), cases[i].sign);
        ck_assert_ptr_eq(bs_notation_arch(notation), arch);
        ck_assert_str_eq(bs_notation_name(notation), cases[i].name);
        bs_notation_drop(notation);
    }
    bs_arch_drop(arch);
}
END_TEST

/* ---- gradients by name ----------------------------------------------------------------------- */

START_TEST(only_matrix_names_every_gradient)
{
    static const char *const names[] = {"watermelon", "lecture", "delta", "matrix"};
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct bs_notation *notation = notation_of(arch, names[i]);
        const bool is_matrix = i == 3;
        ck_assert_int_eq(bs_notation_names_gradients(notation), is_matrix);
        for (enum bs_quantity kind = BS_INPUT; kind <= BS_LOSS_VALUE; kind++) {
            const bool has_name = kind == BS_PREACTIVATION || (is_matrix && kind != BS_RATE);
            ck_assert_int_eq(bs_notation_error_sign(notation, kind) != 0, has_name);
        }
        bs_notation_drop(notation);
    }
    bs_arch_drop(arch);
}
END_TEST

/* Exercise A has two inputs, two hidden units and one output; d stands for ∂L/∂, and for no step.
 */
START_TEST(entries_of_a_matrix_tape)
{
    struct bs_tape *tape = a_tape("matrix");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false),
                     "Z1_1 A1_1 Z1_2 A1_2 Z2_1 A2_1 L dL dA2_1 dZ2_1 dA1_1 dA1_2 dZ1_1 dZ1_2 "
                     "dW2_11 dW2_21 dW1_11 dW1_12 dW1_21 dW1_22 "
                     "W1_11_new W1_12_new W1_21_new W1_22_new W2_11_new W2_21_new "
                     "Z1_1_new A1_1_new Z1_2_new A1_2_new Z2_1_new A2_1_new L_new");
    bs_tape_destroy(tape);
}
END_TEST

/* No spelling leads to two entries. */
START_TEST(every_entry_of_a_matrix_tape_is_found_by_its_name)
{
    struct bs_tape *tape = a_tape("matrix");
    bs_tape_rewind(tape);
    for (bs_entry entry; (entry = bs_tape_step(tape, BS_BY_TERM)) != BS_NO_ENTRY;)
        must(entry_of(tape, spelling(tape, entry)) == entry, "%s is another",
             spelling(tape, entry));
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(closed_forms_of_a_matrix_tape)
{
    static const char *const cases[][2] = {
        {"Z1_2", "x_1·W1_12 + x_2·W1_22"}, {"L", "½·(A2_1 − y_1)²"},
        {"dA2_1", "A2_1 − y_1"},           {"dZ2_1", "dA2_1·A2_1·(1 − A2_1)"},
        {"dA1_2", "dZ2_1·W2_21"},          {"dZ1_2", "dA1_2·A1_2·(1 − A1_2)"},
        {"dW1_12", "dZ1_2·x_1"},           {"dx_1", "dZ1_1·W1_11 + dZ1_2·W1_12"},
        {"W1_12_new", "W1_12 − η·dW1_12"}, {"Z1_2_new", "x_1·W1_12' + x_2·W1_22'"},
    };
    struct bs_tape *tape = a_tape("matrix");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(closed_form(tape, cases[i][0]), cases[i][1]);
    bs_tape_destroy(tape);
}
END_TEST

/* ---- parameters ------------------------------------------------------------------------------ */

/* 2-3-1: the network has W1 as [unit][input], then b1, W2, b2. */
START_TEST(parameters_are_arrays_of_the_notation)
{
    static const struct {
        const char *notation;
        struct bs_parameter_array shape;
        size_t places[6];
        int sign;
    } cases[] = {
        {"lecture", {"v", 2, 3, 6}, {0, 2, 4, 1, 3, 5}, 1},
        {"lecture", {"gamma", 3, 0, 3}, {6, 7, 8}, -1},
        {"lecture", {"w", 3, 1, 3}, {9, 10, 11}, 1},
        {"lecture", {"theta", 1, 0, 1}, {12}, -1},
        {"delta", {"W1", 3, 2, 6}, {0, 1, 2, 3, 4, 5}, 1},
        {"delta", {"b1", 3, 0, 3}, {6, 7, 8}, 1},
        {"delta", {"W2", 1, 3, 3}, {9, 10, 11}, 1},
        {"delta", {"b2", 1, 0, 1}, {12}, 1},
        {"matrix", {"W1", 2, 3, 6}, {0, 2, 4, 1, 3, 5}, 1},
        {"matrix", {"b1", 3, 0, 3}, {6, 7, 8}, 1},
        {"matrix", {"W2", 3, 1, 3}, {9, 10, 11}, 1},
        {"matrix", {"b2", 1, 0, 1}, {12}, 1},
    };
    struct bs_arch *arch = arch_of_sizes(2, (const int[]){2, 3, 1}, BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_notation *notation = notation_of(arch, cases[i].notation);
        ck_assert_int_eq(bs_notation_array_count(notation), 4);
        const int array = (int)(i % 4);
        const struct bs_parameter_array made = bs_notation_array(notation, array);
        ck_assert_str_eq(made.key, cases[i].shape.key);
        ck_assert_int_eq(made.rows, cases[i].shape.rows);
        ck_assert_int_eq(made.columns, cases[i].shape.columns);
        ck_assert_int_eq(made.count, cases[i].shape.count);
        for (int64_t k = 0; k < made.count; k++) {
            int sign = 0;
            ck_assert_uint_eq(bs_notation_parameter(notation, array, k, &sign), cases[i].places[k]);
            ck_assert_int_eq(sign, cases[i].sign);
        }
        bs_notation_drop(notation);
    }
    bs_arch_drop(arch);
}
END_TEST

START_TEST(listed_and_shared_parameters_are_single_numbers)
{
    struct bs_arch *arch = a_arch(BS_BIAS_SHARED);
    const struct bs_notation_spec spec = {
        .weight = {{.listed = (const char *const[]){"w1", "w2", "w3", "w.4"}}}};
    struct bs_notation *notation = table_of(arch, &spec);
    const struct bs_parameter_array w = bs_notation_array(notation, 0);
    const struct bs_parameter_array b = bs_notation_array(notation, 1);
    struct bs_buf buf = BS_BUF_INIT;
    int sign;
    ck_assert_ptr_null(w.key);
    ck_assert_int_eq(w.count, 4);
    bs_notation_put_listed(notation, &buf, 0, 3);
    ck_assert_str_eq(kept_text(&buf), "w_4");
    ck_assert_str_eq(b.key, "b1");
    ck_assert(b.rows == 0 && b.columns == 0 && b.count == 1);
    ck_assert_uint_eq(bs_notation_parameter(notation, 1, 0, &sign), 4);
    ck_assert_int_eq(sign, 1);
    bs_notation_drop(notation);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("notation", (const TTest *const[]){
                                       names_are_those_of_the_book,
                                       indices_run_together_when_every_dimension_is_at_most_9,
                                       every_name_is_read_back,
                                       names_are_read_whole_and_in_their_own_spelling,
                                       a_shared_bias_has_no_index,
                                       a_table_takes_from_delta_what_it_does_not_say,
                                       a_name_that_is_none_is_refused,
                                       two_entries_of_one_spelling_are_refused,
                                       a_notation_that_does_not_fit_is_refused,
                                       the_default_is_watermelon_for_one_hidden_layer,
                                       a_notation_asks_for_its_layout,
                                       only_matrix_names_every_gradient,
                                       entries_of_a_matrix_tape,
                                       every_entry_of_a_matrix_tape_is_found_by_its_name,
                                       closed_forms_of_a_matrix_tape,
                                       parameters_are_arrays_of_the_notation,
                                       listed_and_shared_parameters_are_single_numbers,
                                       NULL,
                                   });
}
