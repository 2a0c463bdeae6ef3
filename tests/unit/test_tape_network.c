#include "test_tape.h"

#include "expr/eval.h"
#include "expr/parse.h"

#include <stdio.h>

/*
 * Two hundred random networks.  Every entry is derived (and so compared with the kernels), its
 * closed form is printed, read back and evaluated on the numbers behind its names, and every
 * gradient is compared with differences of the same network written again here, in long double.
 */

/* ---- the networks ---------------------------------------------------------------------------- */

/* Every activation that may end in a squared loss, with each of these, and the two other losses. */
static const char *const squared_losses[] = {"half_squared_error", "squared_error",
                                             "mean_squared_error"};

struct pair {
    const char *output, *loss;
};

static size_t activation_count(void)
{
    size_t count = 0;
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        count += func->is_activation;
    return count;
}

static size_t pair_count(void)
{
    return activation_count() * COUNT_OF(squared_losses) + 2;
}

static struct pair pair_at(size_t k)
{
    const size_t squared = activation_count() * COUNT_OF(squared_losses);
    if (k == squared)
        return (struct pair){"softmax", "cross_entropy"};
    if (k == squared + 1)
        return (struct pair){"sigmoid", "binary_cross_entropy"};
    return (struct pair){activation_name(k / COUNT_OF(squared_losses), false),
                         squared_losses[k % COUNT_OF(squared_losses)]};
}

/* 1 to 4 layers of 1 to 3 units; pairs, activations and biases each go round at their own pace. */
static struct bs_arch *arch_number(size_t k, struct bs_rng *rng)
{
    int sizes[5];
    const char *activations[4];
    const struct pair pair = pair_at(k % pair_count());
    const int depth = 1 + (int)(k / 3 % 4);
    for (int l = 0; l <= depth; l++)
        sizes[l] = 1 + (int)bs_rng_below(rng, 3);
    for (int l = 0; l < depth - 1; l++)
        activations[l] = activation_name(k + 3 * (size_t)l, true);
    activations[depth - 1] = pair.output;
    return arch_of(depth, sizes, activations, (enum bs_bias)(k % 3), pair.loss);
}

/* ---- the same again in long double ----------------------------------------------------------- */

/* The network with `change` added to the number at one address. */
struct naive {
    const struct bs_pass *pass;
    struct bs_address at;
    long double change;
    long double nearest_kink; /* least |z| of a unit that is not smooth at 0, in the last run */
};

static long double changed(const struct naive *naive, enum bs_quantity kind, int layer, int unit,
                           int input, long double value)
{
    const struct bs_address at = naive->at;
    const bool is_it = at.kind == kind && at.layer == layer && at.unit == unit && at.input == input;
    return is_it ? value + naive->change : value;
}

static long double logistic(long double x)
{
    return 1 / (1 + expl(-x));
}

static long double activate(struct naive *naive, const char *name, long double x)
{
    static const char *const kinked[] = {"relu", "leaky_relu", "elu", "step"};
    for (size_t i = 0; i < COUNT_OF(kinked); i++)
        if (strcmp(name, kinked[i]) == 0)
            naive->nearest_kink = fminl(naive->nearest_kink, fabsl(x));
    if (strcmp(name, "identity") == 0)
        return x;
    if (strcmp(name, "sigmoid") == 0)
        return logistic(x);
    if (strcmp(name, "tanh") == 0)
        return tanhl(x);
    if (strcmp(name, "relu") == 0)
        return x > 0 ? x : 0;
    if (strcmp(name, "leaky_relu") == 0)
        return x > 0 ? x : x / 10;
    if (strcmp(name, "elu") == 0)
        return x > 0 ? x : expl(x) - 1;
    if (strcmp(name, "softplus") == 0)
        return logl(1 + expl(x));
    if (strcmp(name, "swish") == 0)
        return x * logistic(x);
    if (strcmp(name, "gelu") == 0)
        return x * (1 + erfl(x / sqrtl(2))) / 2;
    if (strcmp(name, "step") == 0)
        return x >= 0;
    ck_abort_msg("the test has no formula of its own for %s", name);
}

static void activate_layer(struct naive *naive, const char *name, int n, const long double *z,
                           long double *a)
{
    long double sum = 0;
    for (int j = 0; j < n; j++)
        sum += expl(z[j]);
    for (int j = 0; j < n; j++)
        a[j] = strcmp(name, "softmax") == 0 ? expl(z[j]) / sum : activate(naive, name, z[j]);
}

static long double loss_term(const char *name, int n, long double y, long double t)
{
    if (strcmp(name, "cross_entropy") == 0)
        return -t * logl(y);
    if (strcmp(name, "binary_cross_entropy") == 0)
        return -t * logl(y) - (1 - t) * logl(1 - y);
    const long double square = (y - t) * (y - t);
    if (strcmp(name, "half_squared_error") == 0)
        return square / 2;
    return strcmp(name, "mean_squared_error") == 0 ? square / n : square;
}

/* z_j = Σ_i W_ji a_i + b_j, W and b lying one after the other, layer by layer. */
static long double run(struct naive *naive)
{
    const struct bs_arch *arch = bs_pass_arch(naive->pass);
    const double *p = bs_pass_params(naive->pass)->values;
    long double a[3] = {0}, z[3], loss = 0;
    naive->nearest_kink = 1;
    for (int i = 0; i < bs_arch_inputs(arch); i++)
        a[i] = changed(naive, BS_INPUT, 0, 0, i + 1, bs_pass_x(naive->pass)[i]);
    for (int l = 1; l <= arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l - 1];
        for (int j = 1; j <= layer->units; j++) {
            z[j - 1] = 0;
            for (int i = 1; i <= layer->inputs; i++)
                z[j - 1] += changed(naive, BS_WEIGHT, l, j, i, *p++) * a[i - 1];
        }
        for (int j = 1; j <= layer->units; j++) {
            const int of = layer->bias == BS_BIAS_SHARED ? 1 : j;
            if (layer->bias != BS_BIAS_NONE)
                z[j - 1] += changed(naive, BS_BIAS, l, of, 0, p[of - 1]);
            z[j - 1] = changed(naive, BS_PREACTIVATION, l, j, 0, z[j - 1]);
        }
        p += layer->bias == BS_BIAS_NONE ? 0 : layer->bias == BS_BIAS_SHARED ? 1 : layer->units;
        activate_layer(naive, layer->activation->name, layer->units, z, a);
        for (int j = 1; j <= layer->units; j++)
            a[j - 1] = changed(naive, BS_ACTIVATION, l, j, 0, a[j - 1]);
    }
    const int n = bs_arch_outputs(arch);
    for (int j = 0; j < n; j++)
        loss += loss_term(arch->loss->name, n, a[j],
                          changed(naive, BS_TARGET, 0, j + 1, 0, bs_pass_t(naive->pass)[j]));
    return loss;
}

static long double central_difference(struct naive *naive, long double step)
{
    naive->change = step;
    const long double above = run(naive);
    naive->change = -step;
    const long double below = run(naive);
    return (above - below) / (2 * step);
}

/* Richardson: the errors of order h² of steps h and h/2 cancel in (4·D(h/2) − D(h))/3. */
static double numerical_gradient(const struct bs_pass *pass, struct bs_address at)
{
    const long double h = 1e-6L;
    struct naive naive = {.pass = pass, .at = at};
    return (double)((4 * central_difference(&naive, h / 2) - central_difference(&naive, h)) / 3);
}

/* ---- notations ------------------------------------------------------------------------------- */

/* Names that nobody else has: a word of the kind that sheets use, and a number. */
struct names {
    char texts[128][16];
    const char *listed[128];
    size_t used;
};

static struct bs_names some_names(struct names *names, size_t count, struct bs_rng *rng)
{
    static const char *const words[] = {"w%zu",   "x%zu.in",   "net_h%zu",
                                        "v_A%zu", "alpha_%zu", "q%zu.o.k"};
    const size_t first = names->used;
    for (size_t i = 0; i < count; i++, names->used++) {
        snprintf(names->texts[names->used], sizeof names->texts[0],
                 words[bs_rng_below(rng, COUNT_OF(words))], names->used);
        names->listed[names->used] = names->texts[names->used];
    }
    return (struct bs_names){.listed = names->listed + first};
}

static struct bs_notation *random_table(struct bs_arch *arch, struct bs_rng *rng)
{
    struct names names = {.used = 0};
    struct bs_notation_spec spec = {
        .input = some_names(&names, (size_t)bs_arch_inputs(arch), rng),
        .target = some_names(&names, (size_t)bs_arch_outputs(arch), rng),
        .rate = some_names(&names, 1, rng),
        .loss = some_names(&names, 1, rng),
        .by_input = bs_rng_below(rng, 2),
        .input_first = bs_rng_below(rng, 2),
        .threshold = bs_rng_below(rng, 2),
        .error_sign = bs_rng_below(rng, 2) ? 1 : -1,
        .has_errors = bs_rng_below(rng, 2),
    };
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        const size_t units = (size_t)layer->units;
        spec.weight[l] = some_names(&names, bs_layer_weights(layer), rng);
        spec.bias[l] = some_names(&names, (size_t)bs_layer_biases(layer), rng);
        spec.z[l] = some_names(&names, units, rng);
        spec.a[l] = some_names(&names, units, rng);
        spec.error[l] = some_names(&names, units, rng);
    }
    return table_of(arch, &spec);
}

/* ---- what must be true of each tape ---------------------------------------------------------- */

static int number_behind(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    bs_entry entry;
    int status = bs_tape_find(&entry, context, leaf->u.name, err);
    return status < 0 ? status : bs_tape_value(value, context, entry, err);
}

static double size_behind(void *context, bs_expr leaf, double value)
{
    return fmax(fabs(value), derived(context, entry_of(context, leaf->u.name)).size);
}

/* The text parses, and on the numbers behind its names it has the value, to the rounding of all. */
static void check_text(struct bs_tape *tape, struct bs_pool *pool, const char *text, double value,
                       double size)
{
    bs_expr expr;
    struct bs_valued valued;
    struct bs_env env = {.leaf = number_behind, .leaf_size = size_behind, .context = tape};
    struct bs_error err;
    must(bs_parse_whole(&expr, pool, text, strlen(text), &err) == BS_OK, "%s: %s", text, err.text);
    must(bs_eval(&valued, expr, &env, &err) == BS_OK, "%s: %s", text, err.text);
    must(fabs(valued.value - value) <= 1e-12 * fmax(size, valued.size) + 1e-300,
         "%s is %.17g, not %.17g", text, valued.value, value);
}

static void check_export(struct bs_tape *tape, struct bs_pool *pool, bs_expr closed,
                         const char *text)
{
    bs_expr exported = bs_tape_export(tape, pool, closed), read;
    must(exported, "%s cannot be exported", text);
    must(bs_parse_whole(&read, pool, text, strlen(text), NULL) == BS_OK, "%s", text);
    must(exported == read, "%s is exported otherwise", text);
}

static void check_entry(struct bs_tape *tape, struct bs_pool *pool, bs_entry entry, bool is_partial)
{
    const struct bs_derivation derivation = derived(tape, entry);
    const bool is_given = derivation.phase == BS_PHASE_GIVEN;
    const char *name = spelling(tape, entry);
    must(isfinite(derivation.value), "%s is %g", name, derivation.value);
    must(entry == entry_of(tape, name), "%s is another entry", name);
    must((derivation.count == 0) == is_given, "%s has %d lines", name, derivation.count);
    must(derivation.is_checked == (!is_partial && !is_given), "%s is not checked", name);
    if (is_given)
        return;
    bs_expr closed = derivation.lines[derivation.count - 1].expr;
    const char *text = written(tape, closed, BS_ASCII, false);
    check_text(tape, pool, text, derivation.value, derivation.size);
    check_export(tape, pool, closed, text);
    /* And with the numbers put in, on every line: the factors of a chain carry roundings of their
     * own. */
    for (int i = 0; i < derivation.count; i++)
        check_text(tape, pool, written(tape, derivation.lines[i].expr, BS_ASCII, true),
                   derivation.value, derivation.size + 1e-3);
}

static void check_entries(struct bs_tape *tape)
{
    struct bs_pool *pool = bs_pool_create();
    for (int64_t p = 0; p < bs_tape_length(tape); p++) {
        const bs_entry entry = bs_tape_at(tape, p);
        must(bs_tape_position(tape, entry) == p, "entry %d is elsewhere", (int)p);
        for (int64_t k = 0; k < bs_tape_partial_count(tape, entry); k++)
            check_entry(tape, pool, bs_tape_partial(tape, entry, k), true);
        check_entry(tape, pool, entry, false);
    }
    bs_pool_destroy(pool);
}

/* ∂E/∂ every quantity of the layout that has one: by the tape, and by differences. */
static void check_gradients(struct bs_tape *tape)
{
    double by_tape[256], by_difference[256], largest = 0;
    size_t count = 0;
    struct bs_layout layout = bs_notation_layout(bs_tape_notation(tape));
    layout.has_rate = true;
    for (int64_t q = 0; q < bs_layout_count(&layout); q++) {
        const struct bs_address at = bs_layout_address(&layout, q);
        bool negative;
        bs_entry gradient;
        if (at.kind == BS_RATE || at.kind == BS_LOSS_VALUE)
            continue;
        ck_assert_int_eq(
            bs_tape_gradient_entry(&gradient, &negative, tape, bs_tape_at(tape, q), NULL), BS_OK);
        const double is_opposite = layout.threshold && at.kind == BS_BIAS ? -1 : 1;
        by_tape[count] = derived(tape, gradient).value * (negative ? -1 : 1);
        by_difference[count] = is_opposite * numerical_gradient(bs_tape_pass(tape), at);
        largest = fmax(largest, fabs(by_difference[count++]));
    }
    for (size_t i = 0; i < count; i++)
        ck_assert_double_eq_tol(by_tape[i], by_difference[i], 1e-9 * largest + 1e-300);
}

static void check_tape(struct bs_notation *notation, struct net_case *made)
{
    struct bs_tape *tape = network_tape(notation, made->params->values, bs_pass_x(made->pass),
                                        bs_pass_t(made->pass), 0.7);
    check_entries(tape);
    check_gradients(tape);
    bs_tape_destroy(tape);
}

static struct net_case case_number(size_t k, struct bs_rng *rng)
{
    double params[64], x[3], t[3];
    struct bs_arch *arch = arch_number(k, rng);
    ck_assert_uint_le(arch->parameters, COUNT_OF(params));
    fill_random(params, arch->parameters, rng, -1.5, 1.5);
    fill_random(x, COUNT_OF(x), rng, -1, 1);
    fill_random(t, COUNT_OF(t), rng, 0, 1);
    return case_of(arch, params, x, t);
}

static bool is_near_kink(const struct net_case *made)
{
    struct naive naive = {.pass = made->pass, .at = {.kind = BS_RATE}};
    run(&naive);
    return naive.nearest_kink < 1e-3L;
}

/* A pre-activation near a kink is drawn again. */
static void check_network(size_t k)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, k);
    struct net_case made = case_number(k, &rng);
    while (is_near_kink(&made)) {
        finish_case(&made);
        made = case_number(k, &rng);
    }
    check_tape(notation_of(made.arch, "delta"), &made);
    check_tape(random_table(made.arch, &rng), &made);
    if (made.arch->depth == 2) {
        check_tape(notation_of(made.arch, "watermelon"), &made);
        check_tape(notation_of(made.arch, "lecture"), &made);
    }
    finish_case(&made);
}

/* A fifth of them at a time, so that each share has a process of its own. */
START_TEST(tape_kernels_and_differences_of_random_networks_agree)
{
    for (size_t k = (size_t)_i; k < 200; k += 5)
        check_network(k);
}
END_TEST

/* The tape of a pass one of whose weights was changed behind its back. */
static struct bs_tape *corrupted_tape(struct net_case made, const char *name, size_t place,
                                      double value)
{
    struct bs_notation *notation = notation_of(made.arch, name);
    struct bs_tape *tape = NULL;
    struct bs_error err;
    made.params->values[place] = value;
    must_do(bs_tape_of_pass(&tape, made.pass, notation, 1, &err), err);
    made.pass = NULL;
    bs_notation_drop(notation);
    finish_case(&made);
    return tape;
}

/* W·x = 3·2 was 6 in the pass, and is 4·2 = 8 by the definition. */
START_TEST(a_line_that_disagrees_is_an_internal_error_naming_its_entry)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"relu"},
                                   BS_BIAS_NONE, "half_squared_error");
    struct net_case made =
        case_of(arch, (const double[]){3}, (const double[]){2}, (const double[]){0});
    struct bs_tape *tape = corrupted_tape(made, "delta", 0, 4);
    struct bs_derivation derivation;
    struct bs_error err;
    double value = 5;
    const bs_entry entry = entry_of(tape, "z1_1");
    ck_assert_int_eq(bs_tape_derive(&derivation, tape, entry, &err), BS_INTERNAL);
    ck_assert_str_eq(err.text, "backstep contradicts itself at z1_1: its definition gives 8, the "
                               "network's kernels 6; please report this");
    ck_assert_int_eq(bs_tape_value(&value, tape, entry, NULL), BS_INTERNAL);
    ck_assert(value == 5);
    ck_assert(value_at(tape, "a1_1") == 6); /* is f of the z that the pass has */
    bs_tape_destroy(tape);
}
END_TEST

/* Those whose definition or closed form has the weight in it, and no others. */
START_TEST(a_disagreement_in_the_tenth_digit_is_seen)
{
    static const struct {
        size_t place;
        const char *seen[5];
    } cases[] = {{0, {"beta_1"}}, {4, {"alpha_1", "dE_db_1", "e_1"}}}; /* v_11, w_11 */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const size_t place = cases[i].place;
        struct net_case made = case_of(a_arch(BS_BIAS_NONE), a_params, a_x, a_t);
        struct bs_tape *tape =
            corrupted_tape(made, "lecture", place, a_params[place] * (1 + 1e-10));
        size_t seen = 0;
        for (int64_t p = 0; p < bs_tape_length(tape); p++) {
            const bs_entry entry = bs_tape_at(tape, p);
            double value;
            const int status = bs_tape_value(&value, tape, entry, NULL);
            const bool is_next =
                cases[i].seen[seen] && strcmp(cases[i].seen[seen], spelling(tape, entry)) == 0;
            ck_assert_int_eq(status, is_next ? BS_INTERNAL : BS_OK);
            seen += is_next;
        }
        ck_assert_ptr_null(cases[i].seen[seen]);
        bs_tape_destroy(tape);
    }
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite =
        bs_suite_of("network", (const TTest *const[]){
                                   a_line_that_disagrees_is_an_internal_error_naming_its_entry,
                                   a_disagreement_in_the_tenth_digit_is_seen,
                                   NULL,
                               });
    TCase *tcase = tcase_create("random");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, tape_kernels_and_differences_of_random_networks_agree, 0, 5);
    return suite;
}
