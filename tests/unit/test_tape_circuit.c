#include "test_tape.h"

#include "base/interrupt.h"

#include <stdio.h>

/* Free-form tapes: what the user defines, its derivatives and its update. */

/* ---- order, values --------------------------------------------------------------------------- */

/* Worked in the notes of CS231n: ∂f/∂z = q = 3, ∂f/∂q = z = −4, and q is the sum of x and y. */
START_TEST(a_product_with_a_sum_is_derived_as_in_the_notes)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "x y z q f df_df df_dq df_dz df_dx df_dy");
    ck_assert_str_eq(listing(tape, BS_BY_TERM, false),
                     "q f df_df df_dq df_dz dq_dx df_dx dq_dy df_dy");
    ck_assert(value_at(tape, "q") == 3 && value_at(tape, "f") == -12);
    ck_assert(value_at(tape, "df_df") == 1);
    ck_assert(value_at(tape, "df_dq") == -4 && value_at(tape, "df_dz") == 3);
    ck_assert(value_at(tape, "df_dx") == -4 && value_at(tape, "df_dy") == -4);
    ck_assert_str_eq(closed_form(tape, "df_dz"), "q");
    ck_assert_str_eq(closed_form(tape, "df_dx"), "∂f/∂q");
    bs_tape_destroy(tape);
}
END_TEST

/* x' = −2 + 0.1·4, y' = 5 + 0.1·4; what follows from them is defined again, z is not. */
START_TEST(an_update_defines_again_exactly_what_depends_on_it)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    let(tape, "aside", "2*z");
    backward(tape, "f");
    must_do(bs_tape_update(tape, (const char *const[]){"y", "x"}, 2, 0.1, &err), err);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true),
                     "x y z eta q f aside df_df df_dq df_dz df_dx df_dy y_new x_new q_new f_new");
    ck_assert_double_eq_tol(value_at(tape, "x_new"), -1.6, 1e-15);
    ck_assert_double_eq_tol(value_at(tape, "y_new"), 5.4, 1e-15);
    ck_assert_double_eq_tol(value_at(tape, "q_new"), 3.8, 1e-15);
    ck_assert_double_eq_tol(value_at(tape, "f_new"), -15.2, 1e-14);
    ck_assert_str_eq(closed_form(tape, "x_new"), "x − η·∂f/∂x");
    ck_assert_str_eq(closed_form(tape, "f_new"), "q'·z");
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "x_new")), BS_PHASE_UPDATE);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "q_new")), BS_PHASE_AGAIN);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(an_update_takes_the_rate_that_is_on_the_tape)
{
    struct bs_tape *tape = circuit_with(0);
    struct bs_error err;
    give(tape, "eta", 0.5);
    give(tape, "x", 3);
    let(tape, "f", "x^2");
    backward(tape, "f");
    must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, NAN, &err), err);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "eta x f df_df df_dx x_new f_new");
    ck_assert(value_at(tape, "x_new") == 3 - 0.5 * 6);
    ck_assert(value_at(tape, "f_new") == 0);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_given_stands_among_givens_whenever_it_is_added)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "b", 1);
    let(tape, "c", "2*b");
    give(tape, "a", 3);
    let(tape, "d", "a*c");
    give(tape, "z", 5);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "b a z c d");
    backward(tape, "d");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false), "c d dd_dd dd_dc dd_da dd_db");
    ck_assert(value_at(tape, "dd_db") == 6);
    bs_tape_destroy(tape);
}
END_TEST

/* Computed before given, then by the longest way: r uses a directly, but also b, which uses a. */
START_TEST(backward_goes_by_the_longest_way_to_the_root)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "u", 2);
    give(tape, "v", 3);
    let(tape, "a", "u^2");
    let(tape, "b", "a + 1");
    let(tape, "c", "u + 1");
    let(tape, "r", "a*b + c*v");
    backward(tape, "r");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false),
                     "a b c r dr_dr dr_db dr_dc dr_da dr_dv dr_du");
    bs_tape_destroy(tape);
}
END_TEST

/* ---- a quantity used more than once ---------------------------------------------------------- */

/* f = x³ + x² at 3: 27 + 6.  By y = x² it is y·x + y, so ∂f/∂x = 4·6 + 9. */
START_TEST(reused_node_adds_its_gradients)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 3);
    let(tape, "y", "x*x");
    let(tape, "f", "y*x + y");
    backward(tape, "f");
    const struct bs_derivation x = derived(tape, entry_of(tape, "df_dx"));
    ck_assert_str_eq(listing(tape, BS_BY_TERM, false), "y f df_df df_dy dy_dx df_dx_direct df_dx");
    ck_assert(value_at(tape, "df_dy") == 4);
    ck_assert(value_at(tape, "dy_dx") == 6);
    ck_assert(value_at(tape, "df_dx_direct") == 9);
    ck_assert(x.value == 33);
    ck_assert_int_eq(x.count, 2);
    ck_assert(x.lines[0].is_chain);
    ck_assert_str_eq(written(tape, x.lines[0].expr, BS_UNICODE, false),
                     "∂f/∂y·∂y/∂x + ∂f/∂x|direct");
    ck_assert_str_eq(written(tape, x.lines[1].expr, BS_UNICODE, false), "2·∂f/∂y·x + y");
    bs_tape_destroy(tape);
}
END_TEST

/* s' = s·(1 − s), written with s itself: at 0 it is ¼. */
START_TEST(a_slope_is_written_with_the_name_of_the_output)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 0);
    let(tape, "s", "sigmoid(x)");
    let(tape, "e", "exp(2*s)");
    let(tape, "f", "3*e");
    backward(tape, "f");
    ck_assert_str_eq(closed_form(tape, "ds_dx"), "s·(1 − s)");
    ck_assert_str_eq(closed_form(tape, "de_ds"), "2·e");
    ck_assert(value_at(tape, "ds_dx") == 0.25);
    ck_assert_double_eq_tol(value_at(tape, "df_dx"), 1.5 * exp(1), 1e-15 * 5);
    bs_tape_destroy(tape);
}
END_TEST

/* p_1 + p_2 = 1, so what the one gains the other loses: 2·p_1·p_2 − 5·p_1·p_2. */
START_TEST(siblings_of_a_softmax_are_named_in_its_slope)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 1);
    give(tape, "y", 1);
    let(tape, "p", "softmax_1(x, y)");
    let(tape, "q", "softmax_2(x, y)");
    let(tape, "f", "2*p + 5*q");
    backward(tape, "f");
    ck_assert_str_eq(closed_form(tape, "dp_dx"), "p·(1 − p)");
    ck_assert_str_eq(closed_form(tape, "dq_dx"), "−q·p");
    ck_assert(value_at(tape, "df_dx") == -0.75);
    ck_assert(value_at(tape, "df_dy") == 0.75);
    bs_tape_destroy(tape);
}
END_TEST

/* ---- kinks ----------------------------------------------------------------------------------- */

START_TEST(kinks_have_the_slope_of_the_tape)
{
    static const struct {
        const char *formula;
        double kink, slope_x, slope_y;
    } cases[] = {
        {"relu(x - 2) + 0*y", 0, 0, 0},  {"relu(x - 2) + 0*y", 0.5, 0.5, 0},
        {"relu(x - 2) + 0*y", 1, 1, 0},  {"leaky_relu(x - y)", 0, 0.1, -0.1},
        {"leaky_relu(x - y)", 1, 1, -1}, {"abs(x - 2) + 0*y", 1, 0, 0},
        {"max(x, y)", 0, 1, 0},          {"max(x, y)", 1, 0, 1},
        {"max(x, y)", 0.5, 0.5, 0.5},    {"max(1, x, y, 2)", 0.5, 1.0 / 3, 1.0 / 3},
        {"max(y, 2*x, y)", 0, 2, 0},     {"max(x - y, 0)", 0, 1, -1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = circuit_with(cases[i].kink);
        const bool is_tie = strcmp(cases[i].formula, "max(y, 2*x, y)") != 0;
        give(tape, "x", 2);
        give(tape, "y", 2);
        let(tape, "f", cases[i].formula);
        backward(tape, "f");
        ck_assert(value_at(tape, "df_dx") == cases[i].slope_x);
        ck_assert(value_at(tape, "df_dy") == cases[i].slope_y);
        ck_assert_str_eq(note_of(tape, "f"), is_tie ? "at a kink" : "");
        ck_assert_str_eq(note_of(tape, "df_dx"), is_tie ? "at a kink" : "");
        bs_tape_destroy(tape);
    }
}
END_TEST

/* ---- what the root is ------------------------------------------------------------------------ */

START_TEST(what_does_not_lead_to_the_root_has_no_gradient)
{
    struct bs_tape *tape = sum_times_z();
    bs_entry entry = 7;
    bool negative = true;
    struct bs_error err;
    give(tape, "u", 1);
    let(tape, "g", "u*x");
    backward(tape, "f");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false), "q f g df_df df_dq df_dz df_dx df_dy");
    ck_assert_int_eq(bs_tape_find(&entry, tape, "df_dg", NULL), BS_REFUSED);
    ck_assert_int_eq(bs_tape_gradient_entry(&entry, &negative, tape, entry_of(tape, "u"), &err),
                     BS_REFUSED);
    ck_assert_str_eq(err.text, "the loss does not depend on u");
    ck_assert(entry == 7 && negative);
    bs_tape_destroy(tape);
}
END_TEST

/* f stays among the forward definitions, for g stands after it; all that changes is again. */
START_TEST(later_definitions_may_use_the_root)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    let(tape, "g", "f^2");
    backward(tape, "f");
    must_do(bs_tape_update(tape, (const char *const[]){"z"}, 1, 1, &err), err);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "f")), BS_PHASE_FORWARD);
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false),
                     "q f g df_df df_dq df_dz df_dx df_dy z_new f_new g_new");
    ck_assert(value_at(tape, "g_new") == 441); /* f' = 3·(−4 − 3) = −21 */
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(the_root_is_the_loss_when_it_stands_last)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "f")), BS_PHASE_LOSS);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "q")), BS_PHASE_FORWARD);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "x")), BS_PHASE_GIVEN);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "df_dx")), BS_PHASE_BACKWARD);
    ck_assert_int_eq(bs_tape_layer(tape, entry_of(tape, "q")), 0);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_given_may_be_the_root)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    backward(tape, "x");
    ck_assert_str_eq(listing(tape, BS_BY_TERM, false), "q f dx_dx");
    ck_assert(value_at(tape, "dx_dx") == 1);
    ck_assert_int_eq(bs_tape_phase(tape, entry_of(tape, "x")), BS_PHASE_GIVEN);
    must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, 0.5, &err), err);
    ck_assert(value_at(tape, "x_new") == -2.5 && value_at(tape, "f_new") == -10);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_definition_may_be_another_name)
{
    struct bs_tape *tape = sum_times_z();
    let(tape, "g", "f");
    let(tape, "two", "2");
    let(tape, "h", "g*two");
    backward(tape, "h");
    ck_assert_str_eq(listing(tape, BS_BY_TERM, false),
                     "q f g two h dh_dh dh_dg dh_dtwo dg_df dh_df df_dq dh_dq df_dz dh_dz dq_dx "
                     "dh_dx dq_dy dh_dy");
    ck_assert(value_at(tape, "dh_dx") == -8);
    bs_tape_destroy(tape);
}
END_TEST

/* y_k = y_(k−1) + x, so that y_5000 = 5000·x and x is used five thousand times. */
START_TEST(five_thousand_definitions_are_no_burden)
{
    enum { MANY = 5000 };
    struct bs_tape *tape = circuit_with(0);
    char name[32], formula[64];
    give(tape, "x", 0.5);
    give(tape, "y0", 0);
    for (int k = 1; k <= MANY; k++) {
        snprintf(name, sizeof name, "y%d", k);
        snprintf(formula, sizeof formula, "y%d + x", k - 1);
        let(tape, name, formula);
    }
    backward(tape, name);
    ck_assert(value_at(tape, name) == 0.5 * MANY);
    ck_assert(value_at(tape, "dy5000_dx") == MANY);
    ck_assert(value_at(tape, "dy5000_dy0") == 1);
    ck_assert_int_eq(bs_tape_length(tape), 2 * (MANY + 2));
    bs_tape_destroy(tape);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------- */

START_TEST(a_given_that_will_not_do_is_refused)
{
    static const struct {
        const char *name;
        double value;
        const char *message;
    } cases[] = {
        {"x", 1, "x is on the tape already"},
        {"q", 1, "q is on the tape already"},
        {"1x", 1,
         "\"1x\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"", 1,
         "\"\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"a b", 1,
         "\"a b\" is no name: a name is letters, digits and _, and does not start with a digit"},
        {"w", NAN, "the value of w must be a finite number, got nan"},
        {"w", INFINITY, "the value of w must be a finite number, got inf"},
        {"w", -INFINITY, "the value of w must be a finite number, got -inf"},
    };
    struct bs_tape *tape = sum_times_z();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err;
        ck_assert_int_eq(bs_tape_given(tape, cases[i].name, cases[i].value, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "x y z q f");
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_definition_that_will_not_do_is_refused)
{
    static const struct {
        const char *name, *formula;
        int column;
        const char *message;
    } cases[] = {
        {"f", "x", 0, "f is on the tape already"},
        {"g", "x + g", 5, "g is not defined yet: a definition uses earlier names"},
        {"g", "2*qq", 3, "qq is not on the tape before g: did you mean q?"},
        {"g", "x*w2", 3, "w2 is not on the tape before g"},
        {"g", "xx*x*far", 6, "far is not on the tape before g"},
        {"g", "x +", 4, "expected a number, a name or (, but the formula ends"},
        {"g", "sum(j, 1, 3, x)", 0, "write the terms of the sum out: a tape has no indices"},
    };
    struct bs_tape *tape = sum_times_z();
    give(tape, "xx", 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_error err;
        const char *formula = cases[i].formula;
        ck_assert_int_eq(bs_tape_let(tape, cases[i].name, formula, strlen(formula), &err),
                         BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_int_eq(err.column, cases[i].column);
        ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "x y z xx q f");
    }
    bs_tape_destroy(tape);
}
END_TEST

/* A name may have sixty letters: those of its derivatives are longer. */
START_TEST(a_name_may_be_long_but_not_without_end)
{
    struct bs_tape *tape = circuit_with(0);
    char name[62];
    struct bs_error err;
    memset(name, 'n', 61);
    name[61] = '\0';
    ck_assert_int_eq(bs_tape_given(tape, name, 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "a name has at most 60 letters, \"nnnnnnnnnnnnnnnnnnnn...\" has 61");
    name[60] = '\0';
    give(tape, name, 3);
    let(tape, "f", "2");
    name[0] = 'm';
    struct bs_buf formula = BS_BUF_INIT;
    bs_buf_printf(&formula, "n%s^2", name + 1);
    let(tape, name, bs_buf_text(&formula));
    bs_buf_finish(&formula);
    backward(tape, name);
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const bs_entry entry = bs_tape_at(tape, p);
        ck_assert_int_eq(entry_of(tape, spelling(tape, entry)), entry);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_backward_pass_that_will_not_do_is_refused)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    ck_assert_int_eq(bs_tape_backward(tape, "ff", &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "there is no entry called \"ff\": did you mean f?");
    ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "an update needs the backward pass: t:backward \"NAME\"");
    bs_entry entry;
    bool negative;
    ck_assert_int_eq(bs_tape_gradient_entry(&entry, &negative, tape, entry_of(tape, "x"), &err),
                     BS_REFUSED);
    ck_assert_str_eq(err.text, "there is no backward pass yet: t:backward \"NAME\" makes one");
    backward(tape, "f");
    ck_assert_int_eq(bs_tape_backward(tape, "q", &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the backward pass is on the tape already");
    ck_assert_int_eq(bs_tape_given(tape, "w", 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the backward pass is on the tape already: define w before it");
    ck_assert_int_eq(bs_tape_let(tape, "w", "x", 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the backward pass is on the tape already: define w before it");
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, false), "q f df_df df_dq df_dz df_dx df_dy");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(an_update_that_will_not_do_is_refused)
{
    static const struct {
        const char *names[2];
        size_t count;
        double eta;
        const char *message;
    } cases[] = {
        {{"x"}, 0, 1, "name at least one given to update"},
        {{"x"}, 1, NAN, "give the learning rate, as in t:update({...}, {eta = 0.1})"},
        {{"x"}, 1, INFINITY, "eta must be a finite number, got inf"},
        {{"x", "q"}, 2, 1, "q is no given: an update changes givens, the rest follows"},
        {{"df_dx"}, 1, 1, "df_dx is no given: an update changes givens, the rest follows"},
        {{"xy"}, 1, 1, "there is no entry called \"xy\": did you mean x?"},
        {{"x", "x"}, 2, 1, "x is named twice"},
        {{"u"}, 1, 1, "the loss does not depend on u"},
    };
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    give(tape, "u", 1);
    backward(tape, "f");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_int_eq(bs_tape_update(tape, cases[i].names, cases[i].count, cases[i].eta, &err),
                         BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_str_eq(listing(tape, BS_BY_VALUE, true),
                         "x y z u q f df_df df_dq df_dz df_dx df_dy");
    }
    must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), err);
    ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"y"}, 1, NAN, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the tape has its update already");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(an_interrupted_pass_leaves_the_tape_as_it_was)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_tape_backward(tape, "f", &err), BS_INTERRUPTED);
    ck_assert_str_eq(err.text, "interrupted!");
    bs_interrupt_clear();
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "x y z q f");
    backward(tape, "f");
    bs_interrupt_raise();
    ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_str_eq(listing(tape, BS_BY_VALUE, true), "x y z q f df_df df_dq df_dz df_dx df_dy");
    must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), err);
    ck_assert(value_at(tape, "x_new") == 2);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_rate_beside_that_of_the_tape_is_refused)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_error err;
    give(tape, "eta", 0.5);
    backward(tape, "f");
    ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "eta is on the tape already: leave the option out to use it");
    must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, NAN, &err), err);
    ck_assert(value_at(tape, "x_new") == -2 + 0.5 * 4);
    bs_tape_destroy(tape);
}
END_TEST

/* Labels are the user's own; what would have to share one is refused, and the tape is as it was. */
START_TEST(names_that_derivatives_would_take_are_refused)
{
    static const char *const labels[] = {"df_df", "df_dq", "df_dx", "dq_dx"};
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        struct bs_tape *tape = circuit_with(0);
        struct bs_error err;
        char message[80];
        give(tape, labels[i], 42);
        give(tape, "x", -2);
        give(tape, "y", 5);
        let(tape, "q", "x + y");
        let(tape, "f", "q * x");
        let(tape, "g", "q + y");
        const char *before = listing(tape, BS_BY_TERM, true);
        snprintf(message, sizeof message, "two entries would both be called %s", labels[i]);
        ck_assert_int_eq(bs_tape_backward(tape, "f", &err), BS_REFUSED);
        ck_assert_str_eq(err.text, message);
        ck_assert_str_eq(listing(tape, BS_BY_TERM, true), before);
        ck_assert(value_at(tape, labels[i]) == 42);
        if (strcmp(labels[i], "dq_dx") != 0) { /* as good as new, but for another root */
            backward(tape, "g");
            ck_assert(value_at(tape, "dg_dq") == 1 && value_at(tape, "dg_dy") == 2);
            ck_assert_int_eq(bs_tape_find(&(bs_entry){0}, tape, "df_dy", NULL), BS_REFUSED);
        }
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(names_that_an_update_would_take_are_refused)
{
    static const char *const labels[] = {"x_new", "q_new", "f_new"};
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        struct bs_tape *tape = sum_times_z();
        struct bs_error err;
        char message[80];
        give(tape, labels[i], 42);
        backward(tape, "f");
        bs_tape_seek(tape, entry_of(tape, "df_dq"));
        const struct bs_cursor cursor = bs_tape_cursor(tape);
        const char *before = listing(tape, BS_BY_TERM, true);
        snprintf(message, sizeof message, "two entries would both be called %s", labels[i]);
        ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, message);
        ck_assert_str_eq(listing(tape, BS_BY_TERM, true), before);
        ck_assert_int_eq(bs_tape_cursor(tape).position, cursor.position);
        ck_assert_int_eq(bs_tape_find(&(bs_entry){0}, tape, "eta", NULL), BS_REFUSED);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* The new given pushes on what was shown. */
START_TEST(a_rate_that_is_added_leaves_the_same_entry_shown_last)
{
    static const char *const shown[] = {"x", "z", "q", "df_dq"};
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        struct bs_tape *tape = sum_times_z();
        struct bs_error err;
        backward(tape, "f");
        const bs_entry entry = entry_of(tape, shown[i]);
        bs_tape_seek(tape, entry);
        must_do(bs_tape_update(tape, (const char *const[]){"x"}, 1, 1, &err), err);
        ck_assert_int_eq(bs_tape_at(tape, bs_tape_cursor(tape).position - 1), entry);
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(the_tape_of_a_network_takes_no_definitions)
{
    struct bs_tape *tape = a_tape("lecture");
    struct bs_error err;
    const int64_t length = bs_tape_length(tape);
    ck_assert_int_eq(bs_tape_given(tape, "u", 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the tape of a network cannot be added to");
    ck_assert_int_eq(bs_tape_let(tape, "u", "E", 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the tape of a network cannot be added to");
    ck_assert_int_eq(bs_tape_backward(tape, "E", &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the tape of a network has its backward pass already");
    ck_assert_int_eq(bs_tape_update(tape, (const char *const[]){"w_11"}, 1, 1, &err), BS_REFUSED);
    ck_assert_str_eq(err.text,
                     "the tape of a network has its update from net:tape(x, d, {eta = ...})");
    ck_assert_int_eq(bs_tape_length(tape), length);
    bs_tape_destroy(tape);
    tape = sum_times_z();
    struct bs_tape *none = NULL;
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    struct bs_notation *notation = notation_of(arch, "delta");
    ck_assert_int_eq(bs_tape_as(&none, tape, notation, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "only the tape of a network has notations");
    ck_assert_int_eq(bs_tape_next(&none, tape, NULL, NULL, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "only the tape of a network has a next one");
    ck_assert_ptr_null(none);
    ck_assert_ptr_null(bs_tape_pass(tape));
    ck_assert_ptr_null(bs_tape_notation(tape));
    bs_notation_drop(notation);
    bs_arch_drop(arch);
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("circuit", (const TTest *const[]){
                                      a_product_with_a_sum_is_derived_as_in_the_notes,
                                      an_update_defines_again_exactly_what_depends_on_it,
                                      an_update_takes_the_rate_that_is_on_the_tape,
                                      a_given_stands_among_givens_whenever_it_is_added,
                                      backward_goes_by_the_longest_way_to_the_root,
                                      reused_node_adds_its_gradients,
                                      a_slope_is_written_with_the_name_of_the_output,
                                      siblings_of_a_softmax_are_named_in_its_slope,
                                      kinks_have_the_slope_of_the_tape,
                                      what_does_not_lead_to_the_root_has_no_gradient,
                                      later_definitions_may_use_the_root,
                                      the_root_is_the_loss_when_it_stands_last,
                                      a_given_may_be_the_root,
                                      a_definition_may_be_another_name,
                                      five_thousand_definitions_are_no_burden,
                                      a_given_that_will_not_do_is_refused,
                                      a_definition_that_will_not_do_is_refused,
                                      a_name_may_be_long_but_not_without_end,
                                      a_backward_pass_that_will_not_do_is_refused,
                                      an_update_that_will_not_do_is_refused,
                                      an_interrupted_pass_leaves_the_tape_as_it_was,
                                      a_rate_beside_that_of_the_tape_is_refused,
                                      names_that_derivatives_would_take_are_refused,
                                      names_that_an_update_would_take_are_refused,
                                      a_rate_that_is_added_leaves_the_same_entry_shown_last,
                                      the_tape_of_a_network_takes_no_definitions,
                                      NULL,
                                  });
}
