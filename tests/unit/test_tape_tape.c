#include "test_tape.h"

#include "base/interrupt.h"

#include <stdio.h>

/* The main line of a tape: order, phases, names; the same in another notation; the next one. */

/* 2 inputs, 2 hidden units; parameters 0.1, 0.2, ... */
static struct bs_tape *tape_with(const char *notation, int outputs, const char *output,
                                 enum bs_bias bias, double eta)
{
    const char *loss = strcmp(output, "softmax") == 0 ? "cross_entropy" : "half_squared_error";
    struct bs_arch *arch = arch_of(2, (const int[]){2, 2, outputs},
                                   (const char *const[]){"sigmoid", output}, bias, loss);
    double params[16];
    for (size_t i = 0; i < COUNT_OF(params); i++)
        params[i] = (double)(i + 1) / 10;
    return network_tape(drop_arch(arch, notation_of(arch, notation)), params, a_x,
                        (const double[]){0.5, 0.25}, eta);
}

/* ---- order ----------------------------------------------------------------------------------- */

START_TEST(the_main_line_is_in_the_order_of_the_design)
{
    static const struct {
        const char *notation;
        int outputs;
        enum bs_bias bias;
        const char *output;
        double eta;
        const char *names;
    } cases[] = {
        {"lecture", 1, BS_BIAS_NONE, "sigmoid", 1,
         "x_1 x_2 d_1 v_11 v_12 v_21 v_22 w_11 w_21 eta "
         "beta_1 b_1 beta_2 b_2 alpha_1 y_1 E "
         "dE_dE dE_dy_1 g_1 dE_db_1 dE_db_2 e_1 e_2 "
         "dE_dw_11 dE_dw_21 dE_dv_11 dE_dv_12 dE_dv_21 dE_dv_22 "
         "dv_11 v_11_new dv_12 v_12_new dv_21 v_21_new dv_22 v_22_new dw_11 w_11_new dw_21 "
         "w_21_new "
         "beta_1_new b_1_new beta_2_new b_2_new alpha_1_new y_1_new E_new"},
        {"lecture", 1, BS_BIAS_UNITS, "sigmoid", 1,
         "x_1 x_2 d_1 v_11 v_12 v_21 v_22 gamma_1 gamma_2 w_11 w_21 theta_1 eta "
         "beta_1 b_1 beta_2 b_2 alpha_1 y_1 E "
         "dE_dE dE_dy_1 g_1 dE_db_1 dE_db_2 e_1 e_2 "
         "dE_dw_11 dE_dw_21 dE_dtheta_1 dE_dv_11 dE_dv_12 dE_dv_21 dE_dv_22 dE_dgamma_1 "
         "dE_dgamma_2 "
         "dv_11 v_11_new dv_12 v_12_new dv_21 v_21_new dv_22 v_22_new dgamma_1 gamma_1_new "
         "dgamma_2 gamma_2_new dw_11 w_11_new dw_21 w_21_new dtheta_1 theta_1_new "
         "beta_1_new b_1_new beta_2_new b_2_new alpha_1_new y_1_new E_new"},
        {"watermelon", 1, BS_BIAS_SHARED, "sigmoid", NAN,
         "x_1 x_2 y_1 v_11 v_12 v_21 v_22 gamma w_11 w_21 theta "
         "alpha_1 b_1 alpha_2 b_2 beta_1 yhat_1 E "
         "dE_dE dE_dyhat_1 g_1 dE_db_1 dE_db_2 e_1 e_2 "
         "dE_dw_11 dE_dw_21 dE_dtheta dE_dv_11 dE_dv_12 dE_dv_21 dE_dv_22 dE_dgamma"},
        {"delta", 2, BS_BIAS_UNITS, "sigmoid", NAN,
         "x_1 x_2 t_1 t_2 W1_11 W1_12 W1_21 W1_22 b1_1 b1_2 W2_11 W2_12 W2_21 W2_22 b2_1 b2_2 "
         "z1_1 a1_1 z1_2 a1_2 z2_1 a2_1 z2_2 a2_2 E "
         "dE_dE dE_da2_1 dE_da2_2 delta2_1 delta2_2 dE_da1_1 dE_da1_2 delta1_1 delta1_2 "
         "dE_dW2_11 dE_dW2_12 dE_dW2_21 dE_dW2_22 dE_db2_1 dE_db2_2 "
         "dE_dW1_11 dE_dW1_12 dE_dW1_21 dE_dW1_22 dE_db1_1 dE_db1_2"},
        {"delta", 2, BS_BIAS_NONE, "softmax", NAN,
         "x_1 x_2 t_1 t_2 W1_11 W1_12 W1_21 W1_22 W2_11 W2_12 W2_21 W2_22 "
         "z1_1 a1_1 z1_2 a1_2 z2_1 z2_2 a2_1 a2_2 E "
         "dE_dE dE_da2_1 dE_da2_2 delta2_1 delta2_2 dE_da1_1 dE_da1_2 delta1_1 delta1_2 "
         "dE_dW2_11 dE_dW2_12 dE_dW2_21 dE_dW2_22 dE_dW1_11 dE_dW1_12 dE_dW1_21 dE_dW1_22"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = tape_with(cases[i].notation, cases[i].outputs, cases[i].output,
                                         cases[i].bias, cases[i].eta);
        ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), cases[i].names);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* Of ten hidden units, whatever has two indices is written with two underscores. */
START_TEST(a_wide_network_has_its_indices_apart)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 10, 1}, (const char *const[]){"tanh", "tanh"}, BS_BIAS_NONE,
                "half_squared_error");
    const double params[30] = {0};
    struct bs_tape *tape =
        network_tape(drop_arch(arch, notation_of(arch, "lecture")), params, a_x, a_t, NAN);
    struct bs_buf names = BS_BUF_INIT;
    bs_buf_put(&names, "x_1 x_2 d_1");
    for (int i = 1; i <= 2; i++)
        for (int h = 1; h <= 10; h++)
            bs_buf_printf(&names, " v_%d_%d", i, h);
    for (int h = 1; h <= 10; h++)
        bs_buf_printf(&names, " w_%d_1", h);
    for (int h = 1; h <= 10; h++)
        bs_buf_printf(&names, " beta_%d b_%d", h, h);
    bs_buf_put(&names, " alpha_1 y_1 E dE_dE dE_dy_1 g_1");
    for (int h = 1; h <= 10; h++)
        bs_buf_printf(&names, " dE_db_%d", h);
    for (int h = 1; h <= 10; h++)
        bs_buf_printf(&names, " e_%d", h);
    for (int h = 1; h <= 10; h++)
        bs_buf_printf(&names, " dE_dw_%d_1", h);
    for (int i = 1; i <= 2; i++)
        for (int h = 1; h <= 10; h++)
            bs_buf_printf(&names, " dE_dv_%d_%d", i, h);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), kept_text(&names));
    ck_assert_int_eq(bs_tape_find(&(bs_entry){0}, tape, "v_11", NULL), BS_REFUSED);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(phases_and_layers_are_those_of_the_design)
{
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_UNITS, 1);
    /* inputs and targets, layer 1, layer 2, the rate; units; the loss; and back */
    static const struct {
        enum bs_phase phase;
        int layer, count;
    } runs[] = {
        {BS_PHASE_GIVEN, 0, 3},    {BS_PHASE_GIVEN, 1, 6},    {BS_PHASE_GIVEN, 2, 3},
        {BS_PHASE_GIVEN, 0, 1},    {BS_PHASE_FORWARD, 1, 4},  {BS_PHASE_FORWARD, 2, 2},
        {BS_PHASE_LOSS, 0, 1},     {BS_PHASE_BACKWARD, 0, 1}, {BS_PHASE_BACKWARD, 2, 2},
        {BS_PHASE_BACKWARD, 1, 4}, {BS_PHASE_BACKWARD, 2, 3}, {BS_PHASE_BACKWARD, 1, 6},
        {BS_PHASE_UPDATE, 1, 12},  {BS_PHASE_UPDATE, 2, 6},   {BS_PHASE_AGAIN, 1, 4},
        {BS_PHASE_AGAIN, 2, 2},    {BS_PHASE_AGAIN, 0, 1},
    };
    int64_t p = 0;
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        for (int k = 0; k < runs[i].count; k++, p++) {
            const bs_entry entry = bs_tape_at(tape, p);
            ck_assert_int_eq(bs_tape_phase(tape, entry), runs[i].phase);
            ck_assert_int_eq(bs_tape_layer(tape, entry), runs[i].layer);
            ck_assert_int_eq(bs_tape_position(tape, entry), p);
        }
    ck_assert_int_eq(bs_tape_length(tape), p);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(phases_have_names)
{
    static const char *const names[] = {"given", "forward", "loss", "backward", "update", "again"};
    for (int phase = 0; phase < BS_PHASES; phase++) {
        ck_assert_str_eq(bs_phase_name((enum bs_phase)phase), names[phase]);
        ck_assert_int_eq(bs_phase_find(names[phase]), phase);
    }
    ck_assert_int_eq(bs_phase_find("Forward"), -1);
    ck_assert_int_eq(bs_phase_find(""), -1);
}
END_TEST

/* ---- names ----------------------------------------------------------------------------------- */

START_TEST(a_name_may_be_typed_as_it_is_shown)
{
    static const struct {
        const char *typed, *name;
    } cases[] = {
        {"α_1", "alpha_1"},
        {"w_11'", "w_11_new"},
        {"E'", "E_new"},
        {"E′", "E_new"},
        {"η", "eta"},
        {"γ_2", "gamma_2"},
        {" beta_1 ", "beta_1"},
        {"Δw_21", "dw_21"},
        {"∂E/∂w_11", "dE_dw_11"},
        {"∂E/∂γ_1", "dE_dgamma_1"},
        {"Δγ_1", "dgamma_1"},
        {"∂y_1/∂α_1", "dy_1_dalpha_1"},
    };
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_UNITS, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(spelling(tape, entry_of(tape, cases[i].typed)), cases[i].name);
    bs_tape_destroy(tape);
}
END_TEST

/* Every name of the tape as the terminal shows it, with dots, Greek, primes and fractions. */
START_TEST(every_shown_name_is_read_back)
{
    struct bs_arch *arch = a_arch(BS_BIAS_UNITS);
    const struct bs_notation_spec spec = {
        .z = {{.listed = (const char *const[]){"x1.in", "x2.in"}}, {.stem = "beta.o"}},
        .rate = {.stem = "alpha"},
        .error = {{.stem = "g.h"}, {.stem = "g.o"}},
        .has_errors = true,
    };
    const double params[9] = {0.5};
    struct bs_tape *tape =
        network_tape(drop_arch(arch, table_of(arch, &spec)), params, a_x, a_t, 1);
    for (bs_entry entry; (entry = bs_tape_step(tape, BS_BY_TERM)) != BS_NO_ENTRY;) {
        struct bs_buf shown = BS_BUF_INIT;
        bs_tape_show_name(tape, &shown, entry, BS_UNICODE);
        ck_assert_int_eq(entry_of(tape, kept_text(&shown)), entry);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(the_direct_part_of_a_gradient_is_read_back)
{
    struct bs_tape *tape = sum_times_z();
    let(tape, "g", "f + q");
    backward(tape, "g");
    ck_assert_str_eq(spelling(tape, entry_of(tape, "∂g/∂q|direct")), "dg_dq_direct");
    ck_assert_str_eq(spelling(tape, entry_of(tape, "dg_dq_direct")), "dg_dq_direct");
    ck_assert(value_at(tape, "dg_dq_direct") == 1 && value_at(tape, "dg_dq") == -3);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(an_unknown_name_is_refused_with_the_nearest)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"gama_1", "there is no entry called \"gama_1\": did you mean gamma_1?"},
        {"dE_dw_12", "there is no entry called \"dE_dw_12\": did you mean dE_dw_11?"},
        {"W_11", "there is no entry called \"W_11\": did you mean w_11?"},
        {"loss_function", "there is no entry called \"loss_function\""},
        {"dE_dalpha_1", "there is no entry called \"dE_dalpha_1\""},
        {"y_1/y_1", "there is no entry called \"y_1/y_1\""},
        {"dE_deta", "there is no entry called \"dE_deta\""},
        {"eta_new", "there is no entry called \"eta_new\""},
        {"x_1_new", "there is no entry called \"x_1_new\": did you mean b_1_new?"},
        {"dx_1", "there is no entry called \"dx_1\": did you mean x_1?"},
        {"dbeta_1_dw_11", "there is no entry called \"dbeta_1_dw_11\""},
    };
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_UNITS, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err;
        bs_entry entry = 5;
        ck_assert_int_eq(bs_tape_find(&entry, tape, cases[i].name, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_int_eq(entry, 5);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_gradient_is_found_whatever_it_is_called)
{
    static const struct {
        const char *name, *gradient; /* NULL: has none */
        bool negative;
    } cases[] = {
        {"w_11", "dE_dw_11", false}, {"alpha_1", "g_1", true}, {"beta_2", "e_2", true},
        {"b_1", "dE_db_1", false},   {"E", "dE_dE", false},    {"x_2", "dE_dx_2", false},
        {"d_1", "dE_dd_1", false},   {"eta", NULL, false},     {"g_1", NULL, false},
        {"w_11_new", NULL, false},
    };
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_NONE, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_entry entry;
        bool negative;
        struct bs_error err;
        char message[80];
        const int status =
            bs_tape_gradient_entry(&entry, &negative, tape, entry_of(tape, cases[i].name), &err);
        ck_assert_int_eq(status, cases[i].gradient ? BS_OK : BS_REFUSED);
        if (cases[i].gradient) {
            ck_assert_str_eq(spelling(tape, entry), cases[i].gradient);
            ck_assert_int_eq(entry_of(tape, cases[i].gradient), entry);
            ck_assert_int_eq(negative, cases[i].negative);
        } else {
            snprintf(message, sizeof message, "the loss does not depend on %s", cases[i].name);
            ck_assert_str_eq(err.text, message);
        }
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(names_are_offered_to_whoever_asks)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_nearest nearest;
    char hint[96];
    backward(tape, "f");
    bs_nearest_init(&nearest, "df_fq");
    bs_tape_offer_names(tape, &nearest);
    ck_assert_str_eq(bs_nearest_hint(&nearest, hint), ": did you mean df_dq?");
    bs_tape_destroy(tape);
}
END_TEST

/* ---- the same in another notation ------------------------------------------------------------ */

static struct bs_tape *in_notation(struct bs_tape *tape, const char *name)
{
    const struct bs_pass *pass = bs_tape_pass(tape);
    struct bs_arch *arch = bs_notation_arch(bs_tape_notation(tape));
    struct bs_notation *notation = notation_of(arch, name);
    struct bs_tape *made = NULL;
    struct bs_error err;
    must_do(bs_tape_as(&made, tape, notation, &err), err);
    ck_assert_ptr_eq(bs_tape_notation(made), notation);
    ck_assert_ptr_eq(bs_pass_arch(pass), arch);
    bs_notation_drop(notation);
    return made;
}

/* The name of what was shown last, at the finest step. */
static const char *shown_last(struct bs_tape *tape)
{
    const struct bs_cursor cursor = bs_tape_cursor(tape);
    if (cursor.partial > 0)
        return spelling(
            tape, bs_tape_partial(tape, bs_tape_at(tape, cursor.position), cursor.partial - 1));
    return cursor.position > 0 ? spelling(tape, bs_tape_at(tape, cursor.position - 1)) : "";
}

START_TEST(another_notation_is_at_the_same_step)
{
    static const struct {
        const char *lecture, *delta;
    } cases[] = {
        {"x_2", "x_2"},
        {"v_12", "W1_21"},
        {"gamma_1", "b1_1"},
        {"eta", "eta"},
        {"b_1", "a1_1"},
        {"E", "E"},
        {"g_1", "delta2_1"},
        {"dE_dv_21", "dE_dW1_12"},
        {"dw_21", "dW2_12"},
        {"v_21_new", "W1_12_new"},
        {"E_new", "E_new"},
        {"dy_1_dalpha_1", "da2_1_dz2_1"},
        {"dalpha_1_dw_21", "dz2_1_dW2_12"},
        {"dy_1_dtheta_1", "dz2_1_db2_1"},
    };
    struct bs_tape *lecture = tape_with("lecture", 1, "sigmoid", BS_BIAS_UNITS, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_tape_seek(lecture, entry_of(lecture, cases[i].lecture));
        struct bs_tape *delta = in_notation(lecture, "delta");
        ck_assert_str_eq(shown_last(delta), cases[i].delta);
        struct bs_tape *again = in_notation(delta, "lecture");
        ck_assert_str_eq(shown_last(again), cases[i].lecture);
        bs_tape_destroy(again);
        bs_tape_destroy(delta);
    }
    bs_tape_rewind(lecture);
    struct bs_tape *delta = in_notation(lecture, "delta");
    ck_assert_str_eq(shown_last(delta), "");
    bs_tape_destroy(delta);
    bs_tape_destroy(lecture);
}
END_TEST

/* A threshold under softmax is used by all outputs, a bias by one sum. */
START_TEST(a_step_among_partials_stays_among_those_there_are)
{
    struct bs_tape *lecture = tape_with("lecture", 2, "softmax", BS_BIAS_UNITS, 1);
    bs_tape_seek(lecture, entry_of(lecture, "dy_2_dtheta_1"));
    ck_assert_int_eq(bs_tape_cursor(lecture).partial, 2);
    struct bs_tape *delta = in_notation(lecture, "delta");
    ck_assert_str_eq(shown_last(delta), "dz2_1_db2_1");
    bs_tape_destroy(delta);
    bs_tape_destroy(lecture);
}
END_TEST

START_TEST(notations_give_the_same_numbers)
{
    static const struct {
        const char *lecture, *delta;
        double sign;
    } cases[] = {
        {"w_21", "W2_12", 1},
        {"gamma_2", "b1_2", -1},
        {"b_2", "a1_2", 1},
        {"g_1", "delta2_1", -1},
        {"e_2", "delta1_2", -1},
        {"dE_dw_21", "dE_dW2_12", 1},
        {"dE_dtheta_1", "dE_db2_1", -1},
        {"v_21_new", "W1_12_new", 1},
        {"E_new", "E_new", 1},
    };
    struct bs_tape *lecture = tape_with("lecture", 1, "sigmoid", BS_BIAS_UNITS, 1);
    struct bs_tape *delta = in_notation(lecture, "delta");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_double_eq_tol(value_at(lecture, cases[i].lecture),
                                cases[i].sign * value_at(delta, cases[i].delta), 1e-15);
    /* without its threshold α is not z */
    ck_assert_double_eq_tol(value_at(lecture, "beta_1"),
                            value_at(delta, "z1_1") - value_at(delta, "b1_1"), 1e-15);
    bs_tape_destroy(delta);
    bs_tape_destroy(lecture);
}
END_TEST

/* ---- the next tape --------------------------------------------------------------------------- */

/* The updated parameters of a tape, looked up one by one, in the order of the network. */
static void read_updated(double *params, struct bs_tape *tape)
{
    const struct bs_layout layout = bs_notation_layout(bs_tape_notation(tape));
    const struct bs_notation *notation = bs_tape_notation(tape);
    for (int array = 0; array < bs_notation_array_count(notation); array++) {
        const struct bs_parameter_array shape = bs_notation_array(notation, array);
        for (int64_t k = 0; k < shape.count; k++) {
            char name[32];
            int sign;
            const size_t place = bs_notation_parameter(notation, array, k, &sign);
            const int row = (int)(shape.columns ? k / shape.columns : k) + 1;
            if (shape.columns)
                snprintf(name, sizeof name, "%s_%d%d_new", shape.key, row,
                         (int)(k % shape.columns) + 1);
            else
                snprintf(name, sizeof name, "%s_%d_new", shape.key, row);
            params[place] = sign * value_at(tape, name);
        }
    }
    ck_assert(layout.arch->parameters <= 16);
}

START_TEST(the_next_tape_is_that_of_the_updated_parameters)
{
    static const char *const notations[] = {"lecture", "delta"};
    static const double other_x[] = {0.1, -0.7}, other_t[] = {0.9};
    for (size_t i = 0; i < 2 * COUNT_OF(notations); i++) {
        const double *x = i % 2 ? other_x : NULL, *t = i % 2 ? other_t : NULL;
        const char *name = notations[i / 2];
        struct bs_tape *tape = tape_with(name, 1, "tanh", BS_BIAS_UNITS, 0.25), *next = NULL;
        struct bs_error err;
        double params[16];
        bs_tape_seek(tape, entry_of(tape, "E"));
        must_do(bs_tape_next(&next, tape, x, t, &err), err);
        read_updated(params, tape);
        struct bs_arch *arch = bs_notation_arch(bs_tape_notation(tape));
        struct bs_tape *fresh =
            network_tape(notation_of(arch, name), params, x ? x : a_x, t ? t : a_t, 0.25);
        ck_assert_str_eq(listing(next, BS_BY_TERM, true), listing(fresh, BS_BY_TERM, true));
        for (int64_t p = 0; p < bs_tape_length(next); p++)
            ck_assert_double_eq_tol(derived(next, bs_tape_at(next, p)).value,
                                    derived(fresh, bs_tape_at(fresh, p)).value, 1e-15);
        ck_assert_int_eq(bs_tape_cursor(next).position, 0);
        if (!x)
            ck_assert(value_at(next, "E") == value_at(tape, "E_new"));
        bs_tape_destroy(fresh);
        bs_tape_destroy(next);
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(without_a_rate_there_is_no_update_and_no_next)
{
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_NONE, NAN), *next = NULL;
    struct bs_error err;
    ck_assert_int_eq(bs_tape_phase(tape, bs_tape_at(tape, bs_tape_length(tape) - 1)),
                     BS_PHASE_BACKWARD);
    ck_assert_int_eq(bs_tape_find(&(bs_entry){0}, tape, "w_11_new", NULL), BS_REFUSED);
    ck_assert_int_eq(bs_tape_find(&(bs_entry){0}, tape, "eta", NULL), BS_REFUSED);
    ck_assert_int_eq(bs_tape_next(&next, tape, NULL, NULL, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "this tape has no update: give it a rate, as in net:tape(x, d, "
                               "{eta = 1})");
    ck_assert_ptr_null(next);
    bs_tape_destroy(tape);
    bs_tape_destroy(NULL);
}
END_TEST

START_TEST(an_infinite_rate_is_refused)
{
    struct net_case made = case_of(a_arch(BS_BIAS_NONE), a_params, a_x, a_t);
    struct bs_notation *notation = notation_of(made.arch, "lecture");
    struct bs_tape *tape = NULL;
    struct bs_error err;
    ck_assert_int_eq(bs_tape_of_pass(&tape, made.pass, notation, INFINITY, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "eta must be a finite number, got inf");
    ck_assert_ptr_null(tape);
    made.pass = NULL; /* is the tape's in any case */
    bs_notation_drop(notation);
    finish_case(&made);
}
END_TEST

START_TEST(an_interrupted_update_can_be_asked_for_again)
{
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", BS_BIAS_NONE, 1), *next = NULL;
    struct bs_error err;
    double value = 5;
    const bs_entry entry = entry_of(tape, "w_11_new");
    bs_interrupt_raise();
    ck_assert_int_eq(bs_tape_value(&value, tape, entry, &err), BS_INTERRUPTED);
    ck_assert_str_eq(err.text, "interrupted!");
    ck_assert_int_eq(bs_tape_next(&next, tape, NULL, NULL, &err), BS_INTERRUPTED);
    ck_assert(value == 5);
    ck_assert_ptr_null(next);
    bs_interrupt_clear();
    ck_assert(isfinite(value_at(tape, "w_11_new")));
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("tape", (const TTest *const[]){
                                   the_main_line_is_in_the_order_of_the_design,
                                   a_wide_network_has_its_indices_apart,
                                   phases_and_layers_are_those_of_the_design,
                                   phases_have_names,
                                   a_name_may_be_typed_as_it_is_shown,
                                   every_shown_name_is_read_back,
                                   the_direct_part_of_a_gradient_is_read_back,
                                   an_unknown_name_is_refused_with_the_nearest,
                                   a_gradient_is_found_whatever_it_is_called,
                                   names_are_offered_to_whoever_asks,
                                   another_notation_is_at_the_same_step,
                                   a_step_among_partials_stays_among_those_there_are,
                                   notations_give_the_same_numbers,
                                   the_next_tape_is_that_of_the_updated_parameters,
                                   without_a_rate_there_is_no_update_and_no_next,
                                   an_infinite_rate_is_refused,
                                   an_interrupted_update_can_be_asked_for_again,
                                   NULL,
                               });
}
