#include "test_tape.h"

/*
 * Equations of whole arrays.  What they must be is exercise E of the course, written by hand: row
 * vectors, W1 in×out, dq for ∂L/∂q; and for softmax the product of dA with its Jacobian.
 */

static struct bs_tape *tape_of(const char *notation, int depth, const int *sizes,
                               const char *const *activations, enum bs_bias bias, const char *loss)
{
    static const double zeros[64], x[4] = {0.35, 0.9, 0.1, 0.2}, t[4] = {1, 0, 0, 0};
    struct bs_arch *arch = arch_of(depth, sizes, activations, bias, loss);
    return network_tape(drop_arch(arch, notation_of(arch, notation)), zeros, x, t, 0.5);
}

static struct bs_tape *tape_2_3_1(const char *notation)
{
    return tape_of(notation, 2, (const int[]){2, 3, 1}, (const char *const[]){"sigmoid", "sigmoid"},
                   BS_BIAS_UNITS, "binary_cross_entropy");
}

/* "dZ2 = dA2 ⊙ A2 ⊙ (1 − A2) [1×1] = A2 − y [1×1] output and loss fused" */
static const char *equation_of(struct bs_tape *tape, bs_entry entry, enum bs_form form)
{
    struct bs_equation equation;
    struct bs_error err;
    struct bs_buf buf = BS_BUF_INIT;
    must_do(bs_tape_equation(&equation, tape, entry, form, &err), err);
    bs_buf_put(&buf, bs_buf_text(&equation.name));
    for (int i = 0; i < equation.count; i++) {
        bs_buf_printf(&buf, " = %s [%s]", bs_buf_text(&equation.lines[i].text),
                      bs_buf_text(&equation.lines[i].shapes));
        bs_buf_printf(&buf, "%s%s", equation.lines[i].rule[0] ? " " : "", equation.lines[i].rule);
    }
    bs_equation_finish(&equation);
    return kept_text(&buf);
}

static void check_equations(struct bs_tape *tape, const char *const (*cases)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(equation_of(tape, entry_of(tape, cases[i][0]), BS_UNICODE), cases[i][1]);
    bs_tape_destroy(tape);
}

START_TEST(a_network_of_2_3_1_is_that_of_exercise_e)
{
    static const char *const cases[][2] = {
        {"Z1_2", "Z1 = x·W1 + b1 [1×2 · 2×3 + 1×3 = 1×3]"},
        {"A1_3", "A1 = σ(Z1) [1×3]"},
        {"Z2_1", "Z2 = A1·W2 + b2 [1×3 · 3×1 + 1×1 = 1×1]"},
        {"A2_1", "A2 = σ(Z2) [1×1]"},
        {"L", "L = −(y·log(A2)ᵀ + (1 − y)·log(1 − A2)ᵀ) [1×1 · 1×1 + 1×1 · 1×1 = 1×1]"},
        {"dA2_1", "dA2 = (1 − y) ⊘ (1 − A2) − y ⊘ A2 [1×1]"},
        {"dZ2_1", "dZ2 = dA2 ⊙ A2 ⊙ (1 − A2) [1×1] = A2 − y [1×1] output and loss fused"},
        {"dW2_21", "dW2 = A1ᵀ·dZ2 [3×1 · 1×1 = 3×1]"},
        {"db2_1", "db2 = dZ2 [1×1]"},
        {"dA1_2", "dA1 = dZ2·W2ᵀ [1×1 · 1×3 = 1×3]"},
        {"dZ1_2", "dZ1 = dA1 ⊙ A1 ⊙ (1 − A1) [1×3]"},
        {"dW1_12", "dW1 = xᵀ·dZ1 [2×1 · 1×3 = 2×3]"},
        {"db1_3", "db1 = dZ1 [1×3]"},
        {"dx_1", "dx = dZ1·W1ᵀ [1×3 · 3×2 = 1×2]"},
        {"W1_12_new", "W1' = W1 − η·dW1 [2×3]"},
        {"b1_1_new", "b1' = b1 − η·db1 [1×3]"},
        {"Z1_2_new", "Z1' = x·W1' + b1' [1×2 · 2×3 + 1×3 = 1×3]"},
        {"Z2_1_new", "Z2' = A1'·W2' + b2' [1×3 · 3×1 + 1×1 = 1×1]"},
        {"L_new", "L' = −(y·log(A2')ᵀ + (1 − y)·log(1 − A2')ᵀ) [1×1 · 1×1 + 1×1 · 1×1 = 1×1]"},
        {"dL", ""},
        {"x_1", ""},
        {"W1_12", ""},
        {"dZ1_2_dW1_12", ""},
    };
    check_equations(tape_2_3_1("matrix"), cases, COUNT_OF(cases));
}
END_TEST

START_TEST(any_depth_and_other_functions)
{
    static const char *const cases[][2] = {
        {"A1_1", "A1 = ReLU(Z1) [1×3]"},
        {"Z3_1", "Z3 = A2·W3 [1×4 · 4×2 = 1×2]"},
        {"A3_1", "A3 = Z3 [1×2]"},
        {"L", "L = (A3 − y)·(A3 − y)ᵀ/2 [1×2 · 2×1 = 1×1]"},
        {"dA3_1", "dA3 = A3 − y [1×2]"},
        {"dZ3_1", "dZ3 = dA3 [1×2]"},
        {"dW3_11", "dW3 = A2ᵀ·dZ3 [4×1 · 1×2 = 4×2]"},
        {"dA2_1", "dA2 = dZ3·W3ᵀ [1×2 · 2×4 = 1×4]"},
        {"dZ2_1", "dZ2 = dA2 ⊙ (1 + A2) ⊙ (1 − A2) [1×4]"},
        {"dA1_1", "dA1 = dZ2·W2ᵀ [1×4 · 4×3 = 1×3]"},
        {"dZ1_1", "dZ1 = dA1 ⊙ ReLU'(Z1) [1×3]"},
    };
    check_equations(tape_of("matrix", 3, (const int[]){2, 3, 4, 2},
                            (const char *const[]){"relu", "tanh", "identity"}, BS_BIAS_NONE,
                            "mean_squared_error"),
                    cases, COUNT_OF(cases));
}
END_TEST

START_TEST(softmax_and_a_shared_bias)
{
    static const char *const cases[][2] = {
        {"Z1_1", "Z1 = x·W1 + b1 [1×2 · 2×3 = 1×3]"},
        {"A1_1", "A1 = exp(Z1)/(exp(Z1)·1ᵀ) [1×3/(1×3 · 3×1) = 1×3]"},
        {"L", "L = −y·log(A1)ᵀ [1×3 · 3×1 = 1×1]"},
        {"dA1_1", "dA1 = −y ⊘ A1 [1×3]"},
        {"dZ1_1", "dZ1 = A1 ⊙ (dA1 − dA1·A1ᵀ) [1×3 ⊙ (1×3 − 1×3 · 3×1) = 1×3] = (y·1ᵀ)·A1 − y "
                  "[(1×3 · 3×1) · 1×3 − 1×3 = 1×3] output and loss fused"},
        {"db1", "db1 = dZ1·1ᵀ [1×3 · 3×1 = 1×1]"},
        {"b1_new", ""},
    };
    check_equations(tape_of("matrix", 1, (const int[]){2, 3}, (const char *const[]){"softmax"},
                            BS_BIAS_SHARED, "cross_entropy"),
                    cases, COUNT_OF(cases));
}
END_TEST

START_TEST(other_forms_of_text)
{
    struct bs_tape *tape = tape_2_3_1("matrix");
    const bs_entry z = entry_of(tape, "dZ1_1"), w = entry_of(tape, "W1_11_new");
    ck_assert_str_eq(equation_of(tape, z, BS_ASCII), "dZ1 = dA1 .* A1 .* (1 - A1) [1×3]");
    ck_assert_str_eq(equation_of(tape, w, BS_ASCII), "W1_new = W1 - eta*dW1 [2×3]");
    ck_assert_str_eq(equation_of(tape, z, BS_LATEX),
                     "\\mathrm{dZ1} = \\mathrm{dA1} \\odot A1 \\odot \\left(1 - A1\\right) [1×3]");
    ck_assert_str_eq(equation_of(tape, w, BS_LATEX), "W1' = W1 - \\eta \\cdot \\mathrm{dW1} [2×3]");
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(other_notations_and_circuits_have_none)
{
    static const char *const notations[] = {"watermelon", "lecture", "delta"};
    for (size_t i = 0; i < COUNT_OF(notations); i++) {
        struct bs_tape *tape = tape_2_3_1(notations[i]);
        bs_entry before[2];
        for (int64_t p = 0; p < bs_tape_length(tape); p++) {
            const bs_entry entry = bs_tape_at(tape, p);
            ck_assert_str_eq(equation_of(tape, entry, BS_UNICODE), "");
            ck_assert_int_eq(bs_tape_equations_before(before, tape, entry), 0);
        }
        bs_tape_destroy(tape);
    }
    struct bs_tape *circuit = sum_times_z();
    ck_assert_str_eq(equation_of(circuit, entry_of(circuit, "q"), BS_UNICODE), "");
    bs_tape_destroy(circuit);
}
END_TEST

/* The names of the equations that stand before each entry, "Z1 A1 | Z1_1". */
START_TEST(equations_stand_before_the_first_entry_of_a_layer)
{
    struct bs_tape *tape = tape_2_3_1("matrix");
    struct bs_buf buf = BS_BUF_INIT;
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        bs_entry before[2];
        const bs_entry entry = bs_tape_at(tape, p);
        const int count = bs_tape_equations_before(before, tape, entry);
        for (int i = 0; i < count; i++) {
            bs_tape_name(tape, &buf, before[i]);
            bs_buf_char(&buf, ' ');
        }
        if (count > 0) {
            bs_buf_put(&buf, "| ");
            bs_tape_name(tape, &buf, entry);
            bs_buf_put(&buf, "; ");
        }
    }
    ck_assert_str_eq(kept_text(&buf),
                     "Z1_1 A1_1 | Z1_1; Z2_1 A2_1 | Z2_1; L | L; dA2_1 dZ2_1 | dA2_1; "
                     "dA1_1 dZ1_1 | dA1_1; dW2_11 db2_1 | dW2_11; dW1_11 db1_1 | dW1_11; "
                     "W1_11_new b1_1_new | W1_11_new; W2_11_new b2_1_new | W2_11_new; "
                     "Z1_1_new A1_1_new | Z1_1_new; Z2_1_new A2_1_new | Z2_1_new; "
                     "L_new | L_new; ");
    bs_tape_destroy(tape);
}
END_TEST

/* An equation is whole, or it is said that there was no memory for it. */
START_TEST(memory_refused_anywhere_is_said)
{
    bool is_done = false;
    for (long countdown = 0; !is_done; countdown++) {
        struct bs_tape *tape = tape_2_3_1("matrix");
        const bs_entry entry = entry_of(tape, "dZ2_1");
        struct bs_equation equation;
        struct bs_error err;
        bs_mem_fail_after(countdown);
        const int status = bs_tape_equation(&equation, tape, entry, BS_UNICODE, &err);
        is_done = !bs_mem_has_failed();
        bs_mem_fail_after(-1);
        if (status == BS_OK && !bs_equation_has_failed(&equation)) {
            must(equation.count == 2, "%d lines", equation.count);
            ck_assert_str_eq(bs_buf_text(&equation.name), "dZ2");
            ck_assert_str_eq(bs_buf_text(&equation.lines[0].text), "dA2 ⊙ A2 ⊙ (1 − A2)");
            ck_assert_str_eq(bs_buf_text(&equation.lines[1].text), "A2 − y");
            ck_assert_str_eq(bs_buf_text(&equation.lines[1].shapes), "1×1");
        } else {
            must(!is_done && (status == BS_OK || status == BS_NO_MEMORY), "status %d", status);
        }
        if (status == BS_OK)
            bs_equation_finish(&equation);
        bs_tape_destroy(tape);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("equation", (const TTest *const[]){
                                       a_network_of_2_3_1_is_that_of_exercise_e,
                                       any_depth_and_other_functions,
                                       softmax_and_a_shared_bias,
                                       other_forms_of_text,
                                       other_notations_and_circuits_have_none,
                                       equations_stand_before_the_first_entry_of_a_layer,
                                       memory_refused_anywhere_is_said,
                                       NULL,
                                   });
}
