#include "test_tape.h"

#include "net/train.h"

/* ---- making ---------------------------------------------------------------------------------- */

/* A network and samples; at most 4 inputs and outputs. */
struct batch_case {
    struct bs_arch *arch;
    struct bs_params *params;
    struct bs_batch batch;
    double x[4 * 4], t[4 * 4];
};

static struct bs_stepper *plain(double eta)
{
    struct bs_stepper *stepper = NULL;
    struct bs_error err;
    must_do(bs_stepper_of_rate(&stepper, eta, &err), err);
    return stepper;
}

/* Takes the notation over, and the stepper. */
static struct bs_tape *batch_tape(struct bs_params *params, const struct bs_batch *batch,
                                  struct bs_notation *notation, struct bs_stepper *stepper)
{
    struct bs_tape *tape = NULL;
    struct bs_error err;
    must_do(bs_tape_of_batch(&tape, params, batch, notation, stepper, &err), err);
    bs_notation_drop(notation);
    bs_stepper_drop(stepper);
    return tape;
}

/* Exercise A's network, and a second sample. */
static const double two_x[] = {0.35, 0.9, 1, -0.5}, two_t[] = {0.5, 0.25};

static struct bs_tape *two_samples(const char *notation, enum bs_bias bias)
{
    struct bs_arch *arch = a_arch(bias);
    struct bs_params *params = bs_params_create(arch->parameters);
    for (size_t i = 0; i < params->count; i++)
        params->values[i] = bias == BS_BIAS_NONE ? a_params[i] : 0.125 * (double)i - 0.5;
    struct bs_tape *tape = batch_tape(params, &(struct bs_batch){2, two_x, two_t},
                                      drop_arch(arch, notation_of(arch, notation)), plain(0.5));
    bs_params_drop(params);
    return tape;
}

static struct batch_case random_batch(struct bs_rng *rng)
{
    struct net_case made = random_case(rng);
    struct batch_case out = {bs_arch_share(made.arch), bs_params_share(made.params), {0}, {0}, {0}};
    fill_random(out.x, COUNT_OF(out.x), rng, -1, 1);
    fill_random(out.t, COUNT_OF(out.t), rng, 0, 1);
    out.batch.samples = 1 + bs_rng_below(rng, 4);
    finish_case(&made);
    return out;
}

/* The samples lie in the case, which may have moved. */
static struct bs_tape *tape_of_case(struct batch_case *made, const char *notation)
{
    made->batch.x = made->x, made->batch.t = made->t;
    return batch_tape(made->params, &made->batch, notation_of(made->arch, notation), plain(0.5));
}

static void finish_batch(struct batch_case *made)
{
    bs_params_drop(made->params);
    bs_arch_drop(made->arch);
}

/* ---- what is on the tape --------------------------------------------------------------------- */

START_TEST(samples_stand_one_after_the_other_with_their_numbers)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"sigmoid"},
                                   BS_BIAS_UNITS, "half_squared_error");
    struct bs_params *params = bs_params_create(2);
    struct bs_tape *tape = batch_tape(params, &(struct bs_batch){2, two_x, two_t},
                                      drop_arch(arch, notation_of(arch, "delta")), plain(1));
    ck_assert_str_eq(
        listing(tape, BS_BY_TERM, true),
        "x_1@1 t_1@1 x_1@2 t_1@2 W1_11 b1_1 eta z1_1@1 a1_1@1 z1_1@2 a1_1@2 E@1 E@2 E dE_dE "
        "dE_dE@1 dE@1_da1_1@1 dE_da1_1@1 da1_1@1_dz1_1@1 delta1_1@1 dE_dE@2 dE@2_da1_1@2 "
        "dE_da1_1@2 da1_1@2_dz1_1@2 delta1_1@2 dz1_1@1_dW1_11 dz1_1@2_dW1_11 dE_dW1_11 "
        "dz1_1@1_db1_1 dz1_1@2_db1_1 dE_db1_1 dW1_11 W1_11_new db1_1 b1_1_new z1_1_new@1 "
        "a1_1_new@1 z1_1_new@2 a1_1_new@2 E_new@1 E_new@2 E_new");
    ck_assert_uint_eq(bs_tape_samples(tape), 2);
    bs_tape_destroy(tape);
    bs_params_drop(params);
}
END_TEST

START_TEST(phases_and_layers_are_those_of_the_samples)
{
    static const struct {
        const char *name;
        enum bs_phase phase;
        int layer;
    } cases[] = {
        {"x_1@2", BS_PHASE_GIVEN, 0},      {"v_11", BS_PHASE_GIVEN, 1},
        {"beta_2@2", BS_PHASE_FORWARD, 1}, {"y_1@1", BS_PHASE_FORWARD, 2},
        {"E@1", BS_PHASE_LOSS, 0},         {"E", BS_PHASE_LOSS, 0},
        {"e_2@1", BS_PHASE_BACKWARD, 1},   {"dE_dE@2", BS_PHASE_BACKWARD, 0},
        {"dw_11", BS_PHASE_UPDATE, 2},     {"y_1_new@2", BS_PHASE_AGAIN, 2},
        {"E_new@2", BS_PHASE_AGAIN, 0},
    };
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_NONE);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const bs_entry entry = entry_of(tape, cases[i].name);
        ck_assert_msg(bs_tape_phase(tape, entry) == cases[i].phase, "%s", cases[i].name);
        ck_assert_msg(bs_tape_layer(tape, entry) == cases[i].layer, "%s", cases[i].name);
    }
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(closed_forms_add_the_samples_up)
{
    static const struct {
        const char *name, *closed;
    } cases[] = {
        {"beta_1@2", "x_1@2·v_11 + x_2@2·v_21"},
        {"y_1@1", "σ(α_1@1 − θ_1)"},
        {"E", "(E@1 + E@2)/2"},
        {"dE_dE@1", "½"},
        {"g_1@2", "½·(d_1@2 − y_1@2)·y_1@2·(1 − y_1@2)"},
        {"e_1@1", "g_1@1·w_11·b_1@1·(1 − b_1@1)"},
        {"dE_dw_11", "−g_1@1·b_1@1 − g_1@2·b_1@2"},
        {"dE_dtheta_1", "g_1@1 + g_1@2"},
        {"dw_11", "η·(g_1@1·b_1@1 + g_1@2·b_1@2)"},
        {"b_1_new@2", "σ(β_1'@2 − γ_1')"},
        {"E_new", "(E'@1 + E'@2)/2"},
    };
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_UNITS);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(closed_form(tape, cases[i].name), cases[i].closed);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(general_forms_have_the_sample_where_it_belongs)
{
    static const struct {
        const char *name, *general;
    } cases[] = {{"beta_1@2", "Σ_i x_i@2·v_i1"},
                 {"alpha_1@1", "Σ_h b_h@1·w_h1"},
                 {"E@2", "½ Σ_j (y_j@2 − d_j@2)²"},
                 {"E", "1/2 Σ_k E@k"}};
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_NONE);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(derived(tape, entry_of(tape, cases[i].name)).general, cases[i].general);
    bs_tape_destroy(tape);
}
END_TEST

/* ---- names ----------------------------------------------------------------------------------- */

START_TEST(a_name_may_be_typed_as_it_is_shown)
{
    static const char *const cases[][2] = {
        {"α_1@2", "alpha_1@2"},
        {"α_1'@2", "alpha_1_new@2"},
        {"∂E/∂b_1@1", "dE_db_1@1"},
        {"∂β_1@2/∂v_11", "dbeta_1@2_dv_11"},
        {"∂E@1/∂y_1@1", "dE@1_dy_1@1"},
        {"E'@2", "E_new@2"},
        {"∂b_1@2/∂β_1@2", "db_1@2_dbeta_1@2"},
        {"Δw_11", "dw_11"},
    };
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_NONE);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(entry_of(tape, cases[i][0]) == entry_of(tape, cases[i][1]), "%s",
                      cases[i][0]);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(a_sample_that_is_none_is_refused)
{
    static const char *const names[] = {
        "g_1", "g_1@",    "g_1@0",     "g_1@3",  "g_1@01",   "g_1@+1",
        "@",   "@1",      "w_11@1",    "eta@1",  "g_1@1@1",  "g_1@99999999999999999999",
        "E@3", "y_1_new", "y_1@1_new", "g_1@-1", "g_1_at_1",
    };
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_NONE);
    bs_entry entry = 7;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_msg(bs_tape_find(&entry, tape, names[i], NULL) == BS_REFUSED, "%s", names[i]);
    ck_assert(entry == 7);
    bs_tape_destroy(tape);
    struct bs_tape *single = a_tape("lecture");
    ck_assert_int_eq(bs_tape_find(&entry, single, "g_1@1", NULL), BS_REFUSED);
    ck_assert_uint_eq(bs_tape_samples(single), 0);
    bs_tape_destroy(single);
}
END_TEST

/* ---- numbers --------------------------------------------------------------------------------- */

/* Every entry has its place, its name and the number of the kernels. */
static void check_tape(struct bs_tape *tape)
{
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const bs_entry entry = bs_tape_at(tape, p);
        const char *name = spelling(tape, entry);
        const struct bs_derivation derivation = derived(tape, entry);
        must(bs_tape_position(tape, entry) == p, "%s is elsewhere", name);
        must(entry_of(tape, name) == entry, "%s is another entry", name);
        must(derivation.is_checked == (derivation.count > 0), "%s is not checked", name);
        for (int64_t k = 0; k < bs_tape_partial_count(tape, entry); k++) {
            const bs_entry partial = bs_tape_partial(tape, entry, k);
            must(entry_of(tape, spelling(tape, partial)) == partial, "%s has no partial", name);
            derived(tape, partial);
        }
    }
}

START_TEST(every_entry_agrees_with_the_kernels_in_every_notation)
{
    static const char *const names[] = {"delta", "matrix", "watermelon", "lecture"};
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    for (int k = 0; k < 12; k++) {
        struct batch_case made = random_batch(&rng);
        for (size_t i = 0; i < COUNT_OF(names) - (made.arch->depth == 2 ? 0 : 2); i++) {
            struct bs_tape *tape = tape_of_case(&made, names[i]);
            check_tape(tape);
            bs_tape_destroy(tape);
        }
        finish_batch(&made);
    }
}
END_TEST

/* ∂E/∂ each parameter, by the tapes of the samples alone. */
static void add_gradients(double *sums, struct batch_case *made, size_t sample)
{
    struct bs_tape *tape =
        network_tape(notation_of(made->arch, "delta"), made->params->values,
                     made->x + sample * (size_t)bs_arch_inputs(made->arch),
                     made->t + sample * (size_t)bs_arch_outputs(made->arch), NAN);
    const int64_t count = bs_tape_gradcheck_count(tape), length = bs_tape_length(tape);
    for (int64_t k = 0; k < count; k++)
        sums[k] += derived(tape, bs_tape_at(tape, length - count + k)).value;
    bs_tape_destroy(tape);
}

START_TEST(gradients_are_the_mean_of_those_of_the_samples)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 8);
    for (int i = 0; i < 20; i++) {
        struct batch_case made = random_batch(&rng);
        double sums[128] = {0};
        struct bs_tape *tape = tape_of_case(&made, "delta");
        for (size_t k = 0; k < made.batch.samples; k++)
            add_gradients(sums, &made, k);
        const int64_t count = bs_tape_gradcheck_count(tape);
        const int64_t end = bs_tape_position(tape, entry_of(tape, "dW1_11"));
        ck_assert_int_eq(count, (int64_t)made.params->count);
        for (int64_t k = 0; k < count; k++)
            ck_assert_double_eq_tol(derived(tape, bs_tape_at(tape, end - count + k)).value,
                                    sums[k] / (double)made.batch.samples,
                                    1e-14 * fmax(1, fabs(sums[k])));
        bs_tape_destroy(tape);
        finish_batch(&made);
    }
}
END_TEST

START_TEST(gradients_agree_with_differences_of_the_loss)
{
    static const char *const notations[] = {"lecture", "delta", "matrix"};
    for (size_t i = 0; i < COUNT_OF(notations); i++) {
        struct bs_tape *tape = two_samples(notations[i], BS_BIAS_UNITS);
        for (int64_t k = 0; k < bs_tape_gradcheck_count(tape); k++) {
            struct bs_gradcheck checked;
            struct bs_error err;
            must_do(bs_tape_gradcheck(&checked, tape, k, &err), err);
            ck_assert_double_le(checked.difference, 1e-11);
        }
        bs_tape_destroy(tape);
    }
}
END_TEST

/* Three tapes, and three epochs of training whose batch is all samples. */
START_TEST(next_tapes_are_the_accumulated_algorithm)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 21);
    for (int i = 0; i < 10; i++) {
        struct batch_case made = random_batch(&rng);
        struct bs_net *net = NULL;
        struct bs_trained trained;
        struct bs_error err;
        struct bs_tape *tape = tape_of_case(&made, "delta");
        const struct bs_training training = {.samples = made.batch.samples,
                                             .inputs = made.x,
                                             .targets = made.t,
                                             .eta = 0.5,
                                             .epochs = 3,
                                             .batch = made.batch.samples};
        must_do(bs_net_create(&net, made.arch, &err), err);
        memcpy(bs_net_own_params(net), made.params->values, net->params->count * sizeof(double));
        must_do(bs_net_train(&trained, net, &training, &err), err);
        for (int step = 0; step < 3; step++) {
            struct bs_tape *next = NULL;
            must_do(bs_tape_next(&next, tape, NULL, NULL, &err), err);
            ck_assert(value_at(next, "E") == value_at(tape, "E_new"));
            bs_tape_destroy(tape);
            tape = next;
        }
        for (int64_t k = 0; k < (int64_t)net->params->count; k++) {
            const bs_entry first = entry_of(tape, "W1_11");
            const double value =
                derived(tape, bs_tape_at(tape, bs_tape_position(tape, first) + k)).value;
            ck_assert_double_eq_tol(value, net->params->values[k], 1e-14 * fmax(1, fabs(value)));
        }
        bs_tape_destroy(tape);
        bs_net_destroy(net);
        finish_batch(&made);
    }
}
END_TEST

START_TEST(another_notation_is_at_the_same_step_of_the_same_sample)
{
    struct bs_tape *lecture = two_samples("lecture", BS_BIAS_UNITS), *delta = NULL;
    struct bs_notation *notation =
        notation_of(bs_notation_arch(bs_tape_notation(lecture)), "delta");
    struct bs_error err;
    bs_tape_seek(lecture, entry_of(lecture, "e_2@1"));
    must_do(bs_tape_as(&delta, lecture, notation, &err), err);
    const int64_t position = bs_tape_cursor(delta).position;
    ck_assert_str_eq(spelling(delta, bs_tape_at(delta, position - 1)), "delta1_2@1");
    ck_assert_double_eq_tol(value_at(lecture, "e_2@1"), -value_at(delta, "delta1_2@1"), 1e-15);
    ck_assert(bs_tape_counterpart(delta, lecture, entry_of(lecture, "g_1@2")) ==
              entry_of(delta, "delta2_1@2"));
    bs_notation_drop(notation);
    bs_tape_destroy(delta);
    bs_tape_destroy(lecture);
}
END_TEST

START_TEST(the_next_tape_may_have_other_samples)
{
    static const double x[] = {0, 1, 1, 1}, t[] = {1, 0};
    struct bs_tape *tape = two_samples("lecture", BS_BIAS_NONE), *next = NULL;
    struct bs_error err;
    must_do(bs_tape_next(&next, tape, x, t, &err), err);
    ck_assert(value_at(next, "x_2@1") == 1 && value_at(next, "d_1@2") == 0);
    ck_assert(value_at(next, "w_11") == value_at(tape, "w_11_new"));
    bs_tape_destroy(next);
    bs_tape_destroy(tape);
}
END_TEST

/* What it has room for is said before a sample is read. */
START_TEST(more_samples_than_there_is_room_for_are_refused)
{
    struct bs_arch *arch = a_arch(BS_BIAS_NONE);
    struct bs_params *params = bs_params_create(arch->parameters);
    struct bs_notation *notation = notation_of(arch, "delta");
    struct bs_tape *tape = NULL;
    struct bs_error err;
    const struct bs_batch batch = {(size_t)1 << 27, two_x, two_t};
    ck_assert_int_eq(bs_tape_of_batch(&tape, params, &batch, notation, NULL, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "a tape of this network has room for 26843544 samples, not for "
                               "134217728");
    ck_assert_ptr_null(tape);
    bs_notation_drop(notation);
    bs_params_drop(params);
    bs_arch_drop(arch);
}
END_TEST

/* Of 2000 samples an entry of one makes one pass. */
START_TEST(an_entry_costs_the_samples_that_it_uses)
{
    enum { SAMPLES = 2000, WIDTH = 64 };
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, WIDTH, 1}, (const char *const[]){"tanh", "sigmoid"},
                BS_BIAS_UNITS, "half_squared_error");
    struct bs_params *params = bs_params_create(arch->parameters);
    double *x = bs_calloc(2 * SAMPLES, sizeof *x), *t = bs_calloc(SAMPLES, sizeof *t);
    struct bs_tape *tape = batch_tape(params, &(struct bs_batch){SAMPLES, x, t},
                                      drop_arch(arch, notation_of(arch, "delta")), plain(1));
    const size_t before = bs_mem_used();
    ck_assert(value_at(tape, "a2_1@1999") == 0.5);
    ck_assert_uint_lt(bs_mem_used() - before, 100000); /* a pass of each: 2000·5·65·8 = 5.2 MB */
    bs_tape_destroy(tape);
    bs_params_drop(params);
    bs_free(x);
    bs_free(t);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("batch", (const TTest *const[]){
                                    samples_stand_one_after_the_other_with_their_numbers,
                                    phases_and_layers_are_those_of_the_samples,
                                    closed_forms_add_the_samples_up,
                                    general_forms_have_the_sample_where_it_belongs,
                                    a_name_may_be_typed_as_it_is_shown,
                                    a_sample_that_is_none_is_refused,
                                    every_entry_agrees_with_the_kernels_in_every_notation,
                                    gradients_are_the_mean_of_those_of_the_samples,
                                    gradients_agree_with_differences_of_the_loss,
                                    next_tapes_are_the_accumulated_algorithm,
                                    another_notation_is_at_the_same_step_of_the_same_sample,
                                    the_next_tape_may_have_other_samples,
                                    more_samples_than_there_is_room_for_are_refused,
                                    an_entry_costs_the_samples_that_it_uses,
                                    NULL,
                                });
}
