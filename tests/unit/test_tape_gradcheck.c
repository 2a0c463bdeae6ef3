#include "test_tape.h"

#include <stdio.h>

/* Derived gradients against differences of the whole forward pass. */

static struct bs_gradcheck check_of(struct bs_tape *tape, int64_t k)
{
    struct bs_gradcheck checked;
    struct bs_error err;
    must_do(bs_tape_gradcheck(&checked, tape, k, &err), err);
    return checked;
}

/* Every parameter once, in the order of the tape, each within 1e-10 of the largest gradient. */
static void check_network(const char *notation, const char *output, const char *loss,
                          enum bs_bias bias)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"tanh", output}, bias, loss);
    double params[32], largest = 0;
    for (size_t i = 0; i < COUNT_OF(params); i++)
        params[i] = 0.7 - 0.1 * (double)i;
    const double t[] = {0.3, 0.7};
    struct bs_tape *tape =
        network_tape(drop_arch(arch, notation_of(arch, notation)), params, a_x, t, 1);
    const int64_t count = bs_tape_gradcheck_count(tape);
    const int64_t first = bs_tape_position(tape, check_of(tape, 0).entry);
    ck_assert_int_eq(count, (int64_t)bs_pass_arch(bs_tape_pass(tape))->parameters);
    for (int64_t k = 0; k < count; k++)
        largest = fmax(largest, fabs(check_of(tape, k).derived));
    for (int64_t k = 0; k < count; k++) {
        const struct bs_gradcheck checked = check_of(tape, k);
        ck_assert_int_eq(bs_tape_position(tape, checked.entry), first + k);
        ck_assert_double_eq_tol(checked.derived, checked.numerical, 1e-10 * largest);
        ck_assert(checked.difference == fabs(checked.derived - checked.numerical));
        ck_assert(checked.derived == derived(tape, checked.entry).value);
    }
    bs_tape_destroy(tape);
}

START_TEST(every_parameter_of_a_network_is_checked)
{
    static const char *const notations[] = {"watermelon", "lecture", "delta"};
    for (size_t i = 0; i < COUNT_OF(notations); i++)
        for (enum bs_bias bias = BS_BIAS_NONE; bias <= BS_BIAS_SHARED; bias++) {
            check_network(notations[i], "gelu", "half_squared_error", bias);
            check_network(notations[i], "softmax", "cross_entropy", bias);
        }
}
END_TEST

START_TEST(a_wrong_gradient_is_seen)
{
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    struct net_case made = case_of(arch, a_params, a_x, a_t);
    struct bs_notation *notation = notation_of(arch, "delta");
    struct bs_tape *tape = NULL;
    struct bs_error err;
    must_do(bs_tape_of_pass(&tape, made.pass, notation, 1, &err), err);
    made.pass = NULL;
    made.params->values[4] *= 1.01; /* W2_11, which the differences see and the pass did not */
    ck_assert_double_gt(check_of(tape, 0).difference, 1e-6);
    bs_tape_destroy(tape);
    bs_notation_drop(notation);
    finish_case(&made);
}
END_TEST

/* Known answers at x = 2, y = 3, in the order of the backward list. */
START_TEST(every_given_of_a_circuit_is_checked)
{
    static const struct {
        const char *formula;
        double gradients[2];
    } cases[] = {
        {"x^2*y", {12, 4}},    {"x*y + x", {4, 2}},
        {"max(x, y)", {0, 1}}, {"log(x)/y", {1.0 / 6, -0.077016353395549494}}, /* −log(2)/9 */
        {"5*x - y", {5, -1}},  {"x + 0*y", {1, 0}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_tape *tape = circuit_with(0);
        give(tape, "x", 2);
        give(tape, "y", 3);
        give(tape, "unused", 1);
        let(tape, "q", cases[i].formula);
        let(tape, "f", "q");
        let(tape, "later", "2*f");
        backward(tape, "f");
        ck_assert_int_eq(bs_tape_gradcheck_count(tape), 2);
        for (int64_t k = 0; k < 2; k++) {
            ck_assert_double_eq_tol(check_of(tape, k).derived, cases[i].gradients[k], 1e-15);
            ck_assert_double_eq_tol(check_of(tape, k).numerical, cases[i].gradients[k], 1e-10);
        }
        bs_tape_destroy(tape);
    }
}
END_TEST

/* A definition over names drawn from those there are; each is used again and again. */
static void define_at_random(struct bs_tape *tape, struct bs_rng *rng, int k)
{
    static const char *const forms[] = {
        "%s*%s + %s",
        "tanh(%s)*%s - %s",
        "sigmoid(%s - %s)/(2 + %s^2)",
        "exp(0.3*%s)*swish(%s) + gelu(%s)",
        "softmax_2(%s, %s, %s)",
        "sqrt(1 + %s^2) - log(2 + %s^2)*%s",
        "(%s + %s)^3/10 - softplus(%s)",
    };
    const char *form = forms[bs_rng_below(rng, COUNT_OF(forms))];
    struct bs_buf formula = BS_BUF_INIT;
    char name[16];
    for (const char *at = form; *at; at++) {
        if (at[0] == '%')
            bs_buf_printf(&formula, "q%d", (int)bs_rng_below(rng, (uint64_t)k)), at++;
        else
            bs_buf_char(&formula, *at);
    }
    snprintf(name, sizeof name, "q%d", k);
    let(tape, name, kept_text(&formula));
}

START_TEST(random_circuits_agree_with_their_differences)
{
    enum { GIVENS = 3, ALL = 9 };
    struct bs_rng rng;
    bs_rng_seed(&rng, 9);
    for (int i = 0; i < 100; i++) {
        struct bs_tape *tape = circuit_with(0);
        char name[16];
        double largest = 0;
        for (int k = 0; k < GIVENS; k++) {
            snprintf(name, sizeof name, "q%d", k);
            give(tape, name, bs_rng_between(&rng, -1, 1));
        }
        for (int k = GIVENS; k < ALL; k++)
            define_at_random(tape, &rng, k);
        snprintf(name, sizeof name, "q%d", ALL - 1);
        backward(tape, name);
        const int64_t count = bs_tape_gradcheck_count(tape);
        for (int64_t k = 0; k < count; k++)
            largest = fmax(largest, fabs(check_of(tape, k).derived));
        for (int64_t k = 0; k < count; k++)
            ck_assert_double_le(check_of(tape, k).difference, 1e-8 * largest + 1e-11);
        bs_tape_destroy(tape);
    }
}
END_TEST

/* log has no value below 0, so steps of an eighth are too long here: 1/x = 1000. */
START_TEST(steps_stay_where_the_loss_has_a_value)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 1e-3);
    let(tape, "f", "log(x)");
    backward(tape, "f");
    ck_assert_double_eq_tol(check_of(tape, 0).numerical, 1000, 1e-6);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(where_there_is_no_value_at_all_there_is_no_numerical_gradient)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", -1);
    let(tape, "f", "log(x)");
    backward(tape, "f");
    ck_assert(isnan(check_of(tape, 0).numerical) && isnan(check_of(tape, 0).difference));
    bs_tape_destroy(tape);
}
END_TEST

/* The two slopes of a kink meet in the middle of their differences. */
START_TEST(at_a_kink_the_numerical_gradient_is_the_mean_of_both_slopes)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 0);
    let(tape, "f", "relu(x)");
    backward(tape, "f");
    const struct bs_gradcheck checked = check_of(tape, 0);
    ck_assert(checked.derived == 0 && checked.numerical == 0.5 && checked.difference == 0.5);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_given_that_is_the_root_has_the_gradient_1)
{
    struct bs_tape *tape = sum_times_z();
    backward(tape, "y");
    ck_assert_int_eq(bs_tape_gradcheck_count(tape), 1);
    ck_assert(check_of(tape, 0).derived == 1);
    ck_assert_double_eq_tol(check_of(tape, 0).numerical, 1, 1e-12);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(before_the_backward_pass_there_is_nothing_to_check)
{
    struct bs_tape *tape = sum_times_z();
    ck_assert_int_eq(bs_tape_gradcheck_count(tape), 0);
    bs_tape_destroy(tape);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("gradcheck",
                       (const TTest *const[]){
                           every_parameter_of_a_network_is_checked,
                           a_wrong_gradient_is_seen,
                           every_given_of_a_circuit_is_checked,
                           random_circuits_agree_with_their_differences,
                           steps_stay_where_the_loss_has_a_value,
                           where_there_is_no_value_at_all_there_is_no_numerical_gradient,
                           at_a_kink_the_numerical_gradient_is_the_mean_of_both_slopes,
                           a_given_that_is_the_root_has_the_gradient_1,
                           before_the_backward_pass_there_is_nothing_to_check,
                           NULL,
                       });
}
