#include "test_tape.h"

/*
 * Every request for memory refused in turn.  What was refused says so, leaves the tape as it was,
 * and succeeds when it is asked for again.
 */
struct attempt {
    bool was_refused;
    struct bs_error err;
};

/* Was a call refused, and rightly? */
static bool is_refused(struct attempt *attempt, int status)
{
    if (status == BS_OK)
        return false;
    must(status == BS_NO_MEMORY, "%d: %s", status, attempt->err.text);
    must(strcmp(attempt->err.text, "not enough memory") == 0, "%s", attempt->err.text);
    must(!attempt->was_refused, "refused twice");
    attempt->was_refused = true;
    return true;
}

/* Once more when it was refused. */
#define must_do_at_last(attempt, call)     \
    do {                                   \
        if (is_refused(attempt, call))     \
            must_do(call, (attempt)->err); \
    } while (0)

/* The same for a call that adds to a tape. */
#define must_add_at_last(attempt, tape, call)                                    \
    do {                                                                         \
        const int64_t length_before = bs_tape_length(tape);                      \
        if (is_refused(attempt, call)) {                                         \
            must(bs_tape_length(tape) == length_before, "the tape has changed"); \
            must_do(call, (attempt)->err);                                       \
        }                                                                        \
    } while (0)

/* As it is shown: the name, the lines, the numbers put into the last, the note. */
static void must_write(struct attempt *attempt, struct bs_tape *tape,
                       const struct bs_derivation *derivation)
{
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    struct bs_buf buf = BS_BUF_INIT;
    bs_tape_name(tape, &buf, derivation->entry);
    for (int i = 0; i < derivation->count; i++)
        bs_tape_typeset(tape, &buf, derivation->lines[i].expr, &style, i == derivation->count - 1);
    bs_tape_note(tape, &buf, derivation);
    must(!buf.failed || !attempt->was_refused, "written in vain once more");
    attempt->was_refused = attempt->was_refused || buf.failed;
    bs_buf_finish(&buf);
}

/* All entries at the finest step, derived, written and found by name. */
static void derive_all(struct attempt *attempt, struct bs_tape *tape)
{
    bs_tape_rewind(tape);
    for (bs_entry entry; (entry = bs_tape_step(tape, BS_BY_TERM)) != BS_NO_ENTRY;) {
        struct bs_derivation derivation;
        must_do_at_last(attempt, bs_tape_derive(&derivation, tape, entry, &attempt->err));
        must_write(attempt, tape, &derivation);
    }
}

static const char *const updated[] = {"x", "y"};

static bool try_circuit(void *context)
{
    struct attempt attempt = {.was_refused = false};
    struct bs_tape *tape = NULL;
    bs_entry entry;
    (void)context;
    must_do_at_last(&attempt, bs_tape_create(&tape, 0, &attempt.err));
    must_add_at_last(&attempt, tape, bs_tape_given(tape, "x", 2, &attempt.err));
    must_add_at_last(&attempt, tape, bs_tape_let(tape, "q", "max(x, 1)^2", 11, &attempt.err));
    must_add_at_last(&attempt, tape, bs_tape_given(tape, "y", 3, &attempt.err));
    must_add_at_last(&attempt, tape,
                     bs_tape_let(tape, "f", "q*sigmoid(y - 3) + x/log(1)", 27, &attempt.err));
    must_add_at_last(&attempt, tape, bs_tape_backward(tape, "f", &attempt.err));
    must_add_at_last(&attempt, tape, bs_tape_update(tape, updated, 2, 1, &attempt.err));
    must_do_at_last(&attempt, bs_tape_find(&entry, tape, "∂f/∂q", &attempt.err));
    derive_all(&attempt, tape);
    if (attempt.was_refused) { /* there is memory again */
        must(value_at(tape, "df_dy") == 1, "∂f/∂y is wrong");
        must(value_at(tape, "q_new") == 1, "q' is wrong");
    }
    bs_tape_destroy(tape);
    return !attempt.was_refused;
}

START_TEST(a_circuit_survives_want_of_memory)
{
    bs_refuse_each_allocation(try_circuit, NULL);
}
END_TEST

/* A backward pass that was refused has left nothing of its root behind. */
static bool try_another_root(void *context)
{
    struct bs_tape *tape = context;
    struct bs_error err;
    const bool is_done = bs_tape_backward(tape, "f", &err) == BS_OK;
    if (!is_done) {
        must_do(bs_tape_backward(tape, "g", &err), err);
        must(value_at(tape, "dg_dx") == 5 && value_at(tape, "dg_dq") == 5, "∂g/∂x is wrong");
    }
    bs_tape_destroy(tape);
    return is_done;
}

static bool try_two_roots(void *context)
{
    struct bs_tape *tape = NULL;
    struct bs_error err;
    (void)context;
    const bool is_done = bs_tape_create(&tape, 0, &err) == BS_OK &&
                         bs_tape_given(tape, "x", 2, &err) == BS_OK &&
                         bs_tape_given(tape, "y", 5, &err) == BS_OK &&
                         bs_tape_let(tape, "q", "x + y", 5, &err) == BS_OK &&
                         bs_tape_let(tape, "f", "q*x", 3, &err) == BS_OK &&
                         bs_tape_let(tape, "g", "q*y", 3, &err) == BS_OK;
    if (is_done)
        return try_another_root(tape);
    must(strcmp(err.text, "not enough memory") == 0, "%s", err.text);
    bs_tape_destroy(tape);
    return false;
}

START_TEST(a_refused_root_leaves_nothing_behind)
{
    bs_refuse_each_allocation(try_two_roots, NULL);
}
END_TEST

/* ---- networks -------------------------------------------------------------------------------- */

struct network_case {
    struct bs_arch *arch;
    struct bs_params *params;
    const char *notation; /* NULL: a table */
    struct bs_stepper *stepper;
    bool is_batch;
};

static const double x[] = {0}, t[] = {0.5, 0};

static const struct bs_notation_spec some_table = {
    .input = {.listed = (const char *const[]){"in.1"}},
    .target = {.stem = "d"},
    .weight = {[1] = {.listed = (const char *const[]){"w1", "w2"}}},
    .error_sign = -1,
    .has_errors = true,
    .threshold = true,
};

static int make_notation(struct bs_notation **out, const struct network_case *made,
                         struct bs_error *err)
{
    return made->notation ? bs_notation_create(out, made->notation, made->arch, err)
                          : bs_notation_of_table(out, &some_table, made->arch, err);
}

/* A pass is used up also where its tape is refused. */
static int make_tape(struct bs_tape **out, const struct network_case *made,
                     struct bs_notation *notation, struct bs_error *err)
{
    static const double rows[] = {0, 1}, targets[] = {0.5, 0, 0.25, 0.5};
    struct bs_pass *pass = NULL;
    if (made->is_batch)
        return bs_tape_of_batch(out, made->params, &(struct bs_batch){2, rows, targets}, notation,
                                made->stepper, err);
    int status = bs_pass_create(&pass, made->arch, made->params, x, t, err);
    if (status < 0)
        return status;
    return made->stepper ? bs_tape_with_update(out, pass, notation, made->stepper, err)
                         : bs_tape_of_pass(out, pass, notation, 0.5, err);
}

static bool try_network(void *context)
{
    const struct network_case *made = context;
    struct attempt attempt = {.was_refused = false};
    struct bs_notation *notation = NULL, *delta = NULL;
    struct bs_tape *tape = NULL, *other = NULL, *next = NULL;
    must_do_at_last(&attempt, make_notation(&notation, made, &attempt.err));
    must_do_at_last(&attempt, make_tape(&tape, made, notation, &attempt.err));
    derive_all(&attempt, tape);
    must_do_at_last(&attempt, bs_notation_create(&delta, "delta", made->arch, &attempt.err));
    must_do_at_last(&attempt, bs_tape_as(&other, tape, delta, &attempt.err));
    must_do_at_last(&attempt, bs_tape_next(&next, tape, NULL, NULL, &attempt.err));
    for (int64_t k = 0; k < 2; k++) {
        struct bs_gradcheck checked;
        must_do_at_last(&attempt, bs_tape_gradcheck(&checked, tape, k, &attempt.err));
        must(!(checked.difference > 1e-9), "a gradient is wrong"); /* nan: it has no value */
    }
    if (attempt.was_refused)
        must(value_at(next, "E") == value_at(tape, "E_new"), "E' is wrong");
    bs_tape_destroy(next);
    bs_tape_destroy(other);
    bs_tape_destroy(tape);
    bs_notation_drop(delta);
    bs_notation_drop(notation);
    must(made->arch->owners == 1 && made->params->owners == 1, "a share is left");
    return !attempt.was_refused;
}

static void refuse_each(struct network_case made, const char *activation, const char *output,
                        const char *loss, double scale)
{
    const enum bs_bias bias = made.notation ? BS_BIAS_SHARED : BS_BIAS_UNITS;
    made.arch =
        arch_of(2, (const int[]){1, 1, 2}, (const char *const[]){activation, output}, bias, loss);
    made.params = bs_params_create(made.arch->parameters);
    for (size_t i = 0; i < made.params->count; i++)
        made.params->values[i] = scale * (double)(i + 1);
    bs_refuse_each_allocation(try_network, &made);
    bs_params_drop(made.params);
    bs_arch_drop(made.arch);
}

static void refuse_all(const char *notation, const char *activation, const char *output,
                       const char *loss, double scale)
{
    refuse_each((struct network_case){.notation = notation}, activation, output, loss, scale);
}

static struct bs_stepper *stepper_called(const char *name)
{
    struct bs_stepper *stepper = NULL,
                      wanted = {.optimiser = bs_optimiser_find(name), .eta = 0.5, .t = 2};
    struct bs_error err;
    bs_recipe_usual(wanted.options, &wanted.optimiser->recipe);
    must_do(bs_stepper_create(&stepper, &wanted, &err), err);
    return stepper;
}

START_TEST(the_tape_of_an_optimiser_survives_want_of_memory)
{
    struct bs_stepper *stepper = stepper_called("adam");
    refuse_each((struct network_case){.stepper = stepper}, "relu", "identity", "half_squared_error",
                0.1);
    ck_assert_int_eq(stepper->owners, 1);
    bs_stepper_drop(stepper);
}
END_TEST

START_TEST(the_tape_of_a_batch_survives_want_of_memory)
{
    struct bs_stepper *stepper = stepper_called("sgd");
    const struct network_case made = {.notation = "lecture", .stepper = stepper, .is_batch = true};
    refuse_each(made, "relu", "softmax", "cross_entropy", 0.1);
    bs_stepper_drop(stepper);
}
END_TEST

START_TEST(the_tape_of_a_network_survives_want_of_memory)
{
    refuse_all("lecture", "relu", "softmax", "cross_entropy", 0.1);
}
END_TEST

START_TEST(a_tape_in_names_of_a_table_survives_want_of_memory)
{
    refuse_all(NULL, "sigmoid", "sigmoid", "binary_cross_entropy", 0.1);
}
END_TEST

/* With fused forms and notes of what is not finite. */
START_TEST(a_saturated_tape_survives_want_of_memory)
{
    refuse_all("lecture", "identity", "softmax", "cross_entropy", -1000);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("memory", (const TTest *const[]){
                                     a_circuit_survives_want_of_memory,
                                     a_refused_root_leaves_nothing_behind,
                                     the_tape_of_a_network_survives_want_of_memory,
                                     a_tape_in_names_of_a_table_survives_want_of_memory,
                                     a_saturated_tape_survives_want_of_memory,
                                     the_tape_of_an_optimiser_survives_want_of_memory,
                                     the_tape_of_a_batch_survives_want_of_memory,
                                     NULL,
                                 });
}
