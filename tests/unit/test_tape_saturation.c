#include "test_tape.h"

/* Saturated units, fused forms, and numbers that overflow. */

static struct bs_tape *tape_with(const char *notation, int outputs, const char *output,
                                 const char *loss, const double *params, const double *t)
{
    struct bs_arch *arch = arch_of(2, (const int[]){1, 1, outputs},
                                   (const char *const[]){"identity", output}, BS_BIAS_SHARED, loss);
    return network_tape(drop_arch(arch, notation_of(arch, notation)), params, (const double[]){1},
                        t, 0.5);
}

static const char fused_note[] = "a factor of the chain is not finite; the fused form is";

/* σ(±800) is 1 and 0 to the last bit, so ∂E/∂y divides by 0; ∂E/∂z = y − t does not. */
START_TEST(a_saturated_sigmoid_under_cross_entropy_has_the_fused_form)
{
    static const struct {
        double z, t, y, gradient;
        const char *note_of_loss;
    } cases[] = {
        {800, 0, 1, 1, "not finite; first at E = −(0·log(1) + (1 − 0)·log(1 − 1))"},
        {800, 1, 1, 0, ""},
        {-800, 1, 0, -1, "not finite; first at E = −(1·log(0) + (1 − 1)·log(1 − 0))"},
        {-800, 0, 0, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const double params[] = {1, 0, cases[i].z, 0};
        struct bs_tape *tape =
            tape_with("lecture", 1, "sigmoid", "binary_cross_entropy", params, &cases[i].t);
        const struct bs_derivation g = derived(tape, entry_of(tape, "g_1"));
        ck_assert(value_at(tape, "y_1") == cases[i].y);
        ck_assert(g.is_fused && g.is_checked);
        ck_assert(g.value == -cases[i].gradient);
        ck_assert_str_eq(g.lines[g.count - 1].rule, "output and loss fused");
        ck_assert_str_eq(closed_form(tape, "g_1"), "d_1 − y_1");
        ck_assert_str_eq(note_of(tape, "g_1"), fused_note);
        ck_assert_str_eq(note_of(tape, "E"), cases[i].note_of_loss);
        ck_assert(value_at(tape, "dE_dtheta") == -cases[i].gradient);
        ck_assert(value_at(tape, "dw_11") == -0.5 * cases[i].gradient);
        ck_assert(!isfinite(value_at(tape, "dE_dy_1")));
        bs_tape_destroy(tape);
    }
}
END_TEST

/* Softmax of (1000, 0): (1, 0).  The target is the other one: ∂E/∂z = y − t = (1, −1). */
START_TEST(a_saturated_softmax_under_cross_entropy_has_the_fused_form)
{
    const double params[] = {1, 0, 1000, 0, 0}, t[] = {0, 1};
    static const char *const notations[] = {"delta", "watermelon"};
    for (size_t i = 0; i < COUNT_OF(notations); i++) {
        const bool is_delta = i == 0;
        const double sign = is_delta ? 1 : -1;
        struct bs_tape *tape = tape_with(notations[i], 2, "softmax", "cross_entropy", params, t);
        const char *const z1 = is_delta ? "delta2_1" : "g_1", *const z2 =
                                                                  is_delta ? "delta2_2" : "g_2";
        ck_assert(value_at(tape, z1) == sign && value_at(tape, z2) == -sign);
        ck_assert_str_eq(closed_form(tape, z1),
                         is_delta ? "a2_1·(t_1 + t_2) − t_1" : "y_1 − ŷ_1·(y_1 + y_2)");
        ck_assert_str_eq(note_of(tape, z2), fused_note);
        /* the bias that the layer shares: 1 − 1 */
        ck_assert(value_at(tape, is_delta ? "dE_db2" : "dE_dtheta") == 0);
        ck_assert_str_eq(closed_form(tape, is_delta ? "dE_db2" : "dE_dtheta"),
                         is_delta ? "δ2_1 + δ2_2" : "g_1 + g_2");
        bs_tape_destroy(tape);
    }
}
END_TEST

START_TEST(finite_factors_are_not_fused)
{
    const double params[] = {1, 0, 30, 0}, t[] = {0};
    struct bs_tape *tape = tape_with("lecture", 1, "sigmoid", "binary_cross_entropy", params, t);
    const struct bs_derivation g = derived(tape, entry_of(tape, "g_1"));
    ck_assert(!g.is_fused && g.is_checked);
    ck_assert_str_eq(note_of(tape, "g_1"), "");
    bs_tape_destroy(tape);
}
END_TEST

/* The first entry that is not finite though all it is made of is, whatever stands before it. */
START_TEST(what_is_not_finite_is_traced_to_the_entry_that_made_it)
{
    const double params[] = {1e200, 0, 1e200, 0}, t[] = {0};
    struct bs_tape *tape = tape_with("delta", 1, "identity", "half_squared_error", params, t);
    static const struct {
        const char *name, *note;
    } cases[] = {
        {"z1_1", ""},
        {"z2_1", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"a2_1", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"E", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"dE_dW1_11", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"W2_11_new", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"E_new", "not finite; first at z2_1 = 1e200·1e200 + 0"},
        {"dz2_1_dW2_11", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(note_of(tape, cases[i].name), cases[i].note);
    ck_assert(!derived(tape, entry_of(tape, "E")).is_checked);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(two_origins_are_told_apart)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 0);
    let(tape, "a", "1/x");
    let(tape, "b", "log(x)");
    let(tape, "c", "2*b");
    ck_assert_str_eq(note_of(tape, "a"), "not finite; first at a = 1/0");
    ck_assert_str_eq(note_of(tape, "c"), "not finite; first at b = log(0)");
    bs_tape_destroy(tape);
}
END_TEST

/* The parameters of a next tape may be infinite themselves. */
START_TEST(a_given_may_be_what_is_not_finite)
{
    const double params[] = {1e200, 0, 1e200, 0}, t[] = {0};
    struct bs_tape *tape = tape_with("delta", 1, "identity", "half_squared_error", params, t);
    struct bs_tape *next = NULL;
    struct bs_error err;
    must_do(bs_tape_next(&next, tape, NULL, NULL, &err), err);
    ck_assert_str_eq(note_of(next, "z1_1"), "not finite; first at W1_11");
    bs_tape_destroy(next);
    bs_tape_destroy(tape);
}
END_TEST

/*
 * However far out: what overflows in one engine need not do the same in the other.  It is neither
 * called a contradiction nor said to be checked.
 */
static void check_far_out(struct bs_rng *rng)
{
    double params[128], x[4], t[4];
    struct bs_arch *arch = random_arch(rng);
    const double scale = pow(10, bs_rng_between(rng, 0, 320));
    fill_random(params, arch->parameters, rng, -1, 1);
    fill_random(x, COUNT_OF(x), rng, -1, 1);
    fill_random(t, COUNT_OF(t), rng, 0, 1);
    for (size_t i = 0; i < arch->parameters; i++)
        if (bs_rng_below(rng, 2) && isfinite(params[i] * scale))
            params[i] *= scale;
    const char *name = arch->depth == 2 ? "watermelon" : "delta";
    struct bs_tape *tape = network_tape(drop_arch(arch, notation_of(arch, name)), params, x, t, 1);
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const struct bs_derivation made = derived(tape, bs_tape_at(tape, p));
        struct bs_buf note = BS_BUF_INIT;
        bs_tape_note(tape, &note, &made);
        const bool is_moderate = isfinite(made.value) && made.size < 1e300;
        must(isfinite(made.value) || note.length > 0, "entry %d has no note", (int)p);
        must(!made.is_checked || is_moderate, "entry %d cannot be checked", (int)p);
        bs_buf_finish(&note);
    }
    bs_tape_destroy(tape);
}

START_TEST(overflow_is_no_contradiction)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 6);
    for (int i = 0; i < 200; i++)
        check_far_out(&rng);
}
END_TEST

/* Logits up to a thousand, and the losses that have a fused form: no contradiction either. */
START_TEST(saturation_is_no_contradiction)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 7);
    for (int i = 0; i < 200; i++) {
        double params[64], t[3];
        const int outputs = 1 + (int)bs_rng_below(&rng, 3);
        const bool is_softmax = bs_rng_below(&rng, 2);
        const double reach = pow(10, bs_rng_between(&rng, 0, 3));
        fill_random(params, COUNT_OF(params), &rng, -reach, reach);
        for (size_t k = 0; k < COUNT_OF(t); k++)
            t[k] = bs_rng_below(&rng, 2) ? (double)bs_rng_below(&rng, 2) : bs_rng_uniform(&rng);
        struct bs_tape *tape =
            tape_with(i % 2 ? "lecture" : "delta", outputs, is_softmax ? "softmax" : "sigmoid",
                      is_softmax ? "cross_entropy" : "binary_cross_entropy", params, t);
        for (int64_t p = 0; p < bs_tape_length(tape); p++)
            derived(tape, bs_tape_at(tape, p));
        bs_tape_destroy(tape);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("saturation", (const TTest *const[]){
                                         a_saturated_sigmoid_under_cross_entropy_has_the_fused_form,
                                         a_saturated_softmax_under_cross_entropy_has_the_fused_form,
                                         finite_factors_are_not_fused,
                                         what_is_not_finite_is_traced_to_the_entry_that_made_it,
                                         two_origins_are_told_apart,
                                         a_given_may_be_what_is_not_finite,
                                         overflow_is_no_contradiction,
                                         saturation_is_no_contradiction,
                                         NULL,
                                     });
}
