#include "test_net.h"

#include "base/interrupt.h"
#include "net/layout.h"

/*
 * The exercises of the course.  Every figure was worked out apart from this program: forward and
 * backward in Python's decimal module at 60 digits, exp by its own series; B is exact.
 */
struct figure {
    struct bs_address at;
    double value, gradient;
};

static const double TOLERANCE = 1e-15;

static void check_figures(const struct bs_pass *pass, const struct figure *figures, size_t count)
{
    const struct bs_layout layout = {.arch = bs_pass_arch(pass)};
    for (size_t i = 0; i < count; i++) {
        const int64_t ordinal = bs_layout_ordinal(&layout, figures[i].at);
        ck_assert_int_ge(ordinal, 0);
        ck_assert_double_eq_tol(bs_pass_value(pass, &layout, ordinal, 0), figures[i].value,
                                TOLERANCE);
        ck_assert_double_eq_tol(bs_pass_gradient(pass, &layout, ordinal), figures[i].gradient,
                                TOLERANCE);
    }
}

static void check_updated(const struct bs_pass *pass, double eta, const double *expected)
{
    const struct bs_params *params = bs_pass_params(pass);
    double gradients[128];
    ck_assert_uint_le(params->count, COUNT_OF(gradients));
    ck_assert_int_eq(bs_pass_gradients(gradients, pass), BS_OK);
    for (size_t i = 0; i < params->count; i++)
        ck_assert_double_eq_tol(params->values[i] - eta * gradients[i], expected[i], TOLERANCE);
}

START_TEST(exercise_a_is_as_worked_out)
{
    static const struct figure figures[] = {
        {{BS_INPUT, 0, 0, 1}, 0.35, 0.0035341069287404229},
        {{BS_INPUT, 0, 0, 2}, 0.9, 0.00702657826318571739},
        {{BS_TARGET, 0, 1, 0}, 0.5, -0.19028349290764440507},
        {{BS_WEIGHT, 1, 1, 1}, 0.1, 9.29071160809660102e-4},
        {{BS_WEIGHT, 1, 1, 2}, 0.8, 0.00238904012779626883},
        {{BS_WEIGHT, 1, 2, 1}, 0.4, 0.00286007577244545501},
        {{BS_WEIGHT, 1, 2, 2}, 0.6, 0.00735448055771688431},
        {{BS_WEIGHT, 2, 1, 1}, 0.3, 0.02767403493871786821},
        {{BS_WEIGHT, 2, 1, 2}, 0.9, 0.02700163699100741403},
        {{BS_PREACTIVATION, 1, 1, 0}, 0.755, 0.00265448903088474315},
        {{BS_PREACTIVATION, 1, 2, 0}, 0.68, 0.00817164506412987146},
        {{BS_ACTIVATION, 1, 1, 0}, 0.68026719669864845197, 0.01220433753370171173},
        {{BS_ACTIVATION, 1, 2, 0}, 0.66373869740435267094, 0.03661301260110513519},
        {{BS_PREACTIVATION, 2, 1, 0}, 0.80144498667351193944, 0.0406811251123390391},
        {{BS_ACTIVATION, 2, 1, 0}, 0.69028349290764440507, 0.19028349290764440507},
        {{BS_LOSS_VALUE, 0, 0, 0}, 0.0181039038365667793, 1},
    };
    static const double updated[] = {0.0990709288391903399,  0.79761095987220373117,
                                     0.39713992422755454499, 0.59264551944228311569,
                                     0.27232596506128213179, 0.87299836300899258597};
    static const struct figure again[] = {
        {{BS_ACTIVATION, 2, 1, 0}, 0.682018583264294182, 0.182018583264294182},
        {{BS_LOSS_VALUE, 0, 0, 0}, 0.01656538232677039704, 1},
    };
    const double x[] = {0.35, 0.9}, t[] = {0.5};
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"sigmoid", "sigmoid"},
                BS_BIAS_NONE, "half_squared_error");
    struct net_case a = case_of(arch, (const double[]){0.1, 0.8, 0.4, 0.6, 0.3, 0.9}, x, t);
    check_figures(a.pass, figures, COUNT_OF(figures));
    check_updated(a.pass, 1, updated);
    struct net_case next = case_of(bs_arch_share(arch), updated, x, t);
    check_figures(next.pass, again, COUNT_OF(again));
    finish_case(&next);
    finish_case(&a);
}
END_TEST

START_TEST(exercise_b_is_as_worked_out)
{
    static const struct figure figures[] = {
        {{BS_INPUT, 0, 0, 1}, 0.2, -0.08588},         {{BS_INPUT, 0, 0, 2}, 0.3, -0.14916},
        {{BS_TARGET, 0, 1, 0}, 0.5, 0.226},           {{BS_WEIGHT, 1, 1, 1}, 0.6, -0.0226},
        {{BS_WEIGHT, 1, 1, 2}, 0.2, -0.0339},         {{BS_WEIGHT, 1, 2, 1}, 0.1, -0.03616},
        {{BS_WEIGHT, 1, 2, 2}, 0.7, -0.05424},        {{BS_WEIGHT, 2, 1, 1}, 0.5, -0.04068},
        {{BS_WEIGHT, 2, 1, 2}, 0.8, -0.05198},        {{BS_PREACTIVATION, 1, 1, 0}, 0.18, -0.113},
        {{BS_PREACTIVATION, 1, 2, 0}, 0.23, -0.1808}, {{BS_ACTIVATION, 1, 1, 0}, 0.18, -0.113},
        {{BS_ACTIVATION, 1, 2, 0}, 0.23, -0.1808},    {{BS_PREACTIVATION, 2, 1, 0}, 0.274, -0.226},
        {{BS_ACTIVATION, 2, 1, 0}, 0.274, -0.226},    {{BS_LOSS_VALUE, 0, 0, 0}, 0.025538, 1},
    };
    static const double updated[] = {0.6226, 0.2339, 0.13616, 0.75424, 0.54068, 0.85198};
    static const struct figure again[] = {
        {{BS_ACTIVATION, 2, 1, 0}, 0.32124532712, -0.17875467288},
        {{BS_LOSS_VALUE, 0, 0, 0}, 0.01597661653821790375, 1},
    };
    const double x[] = {0.2, 0.3}, t[] = {0.5};
    struct bs_arch *arch = arch_of(2, (const int[]){2, 2, 1}, (const char *const[]){"relu", "relu"},
                                   BS_BIAS_NONE, "half_squared_error");
    struct net_case b = case_of(arch, (const double[]){0.6, 0.2, 0.1, 0.7, 0.5, 0.8}, x, t);
    check_figures(b.pass, figures, COUNT_OF(figures));
    check_updated(b.pass, 1, updated);
    struct net_case next = case_of(bs_arch_share(arch), updated, x, t);
    check_figures(next.pass, again, COUNT_OF(again));
    finish_case(&next);
    finish_case(&b);
}
END_TEST

START_TEST(exercise_c_is_as_worked_out)
{
    static const struct figure figures[] = {
        {{BS_INPUT, 0, 0, 1}, 0.05, 0.00586641779115098046},
        {{BS_INPUT, 0, 0, 2}, 0.10, 0.00723509481316264595},
        {{BS_TARGET, 0, 1, 0}, 0.12, -1.24023485238107614044},
        {{BS_TARGET, 0, 2, 0}, 0.95, 0.35414306935707482295},
        {{BS_WEIGHT, 1, 1, 1}, 0.15, 4.88483659453673511e-4},
        {{BS_WEIGHT, 1, 2, 2}, 0.30, 0.00176038672511598397},
        {{BS_BIAS, 1, 1, 0}, 0.35, 0.02737354044023330992},
        {{BS_WEIGHT, 2, 1, 1}, 0.30, 0.14152530603028830383},
        {{BS_WEIGHT, 2, 1, 2}, 0.45, 0.14238752241264508086},
        {{BS_WEIGHT, 2, 2, 1}, 0.50, -0.03687509314297935977},
        {{BS_WEIGHT, 2, 2, 2}, 0.55, -0.03709974773162235802},
        {{BS_BIAS, 2, 1, 0}, 0.60, 0.1763955943829392006},
        {{BS_PREACTIVATION, 1, 1, 0}, 0.3775, 0.00976967318907347023},
        {{BS_PREACTIVATION, 1, 2, 0}, 0.3925, 0.01760386725115983969},
        {{BS_ACTIVATION, 1, 1, 0}, 0.59326999210718725517, 0.04048754455333561266},
        {{BS_ACTIVATION, 1, 2, 0}, 0.5968843782597670562, 0.07316245059154956651},
        {{BS_PREACTIVATION, 2, 1, 0}, 1.04657896784905135184, 0.2385512631906699382},
        {{BS_PREACTIVATION, 2, 2, 0}, 1.2249214040964655085, -0.06215566880773073761},
        {{BS_ACTIVATION, 2, 1, 0}, 0.74011742619053807022, 1.24023485238107614044},
        {{BS_ACTIVATION, 2, 2, 0}, 0.77292846532146258852, -0.35414306935707482295},
        {{BS_LOSS_VALUE, 0, 0, 0}, 0.41589995065858990847, 1},
    };
    static const double updated[] = {0.14995115163405463265, 0.1999023032681092653,
                                     0.2499119806637442008,  0.2998239613274884016,
                                     0.34726264595597666901, 0.28584746939697116962,
                                     0.43576124775873549191, 0.50368750931429793598,
                                     0.5537099747731622358,  0.58236044056170607994};
    const double params[] = {0.15, 0.20, 0.25, 0.30, 0.35, 0.30, 0.45, 0.50, 0.55, 0.60};
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"sigmoid", "sigmoid"},
                BS_BIAS_SHARED, "squared_error");
    struct net_case c =
        case_of(arch, params, (const double[]){0.05, 0.10}, (const double[]){0.12, 0.95});
    check_figures(c.pass, figures, COUNT_OF(figures));
    check_updated(c.pass, 0.1, updated);
    finish_case(&c);
}
END_TEST

/*
 * The same networks in long double by formulas of their own.  Numbers are params, then x, then t;
 * ∂E/∂ each of them comes from differences.
 */
struct naive {
    const struct bs_arch *arch;
    long double numbers[160];
    size_t count;
    long double nearest_kink; /* least |z| of a unit that is not smooth at 0, in the last run */
};

static long double naive_sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}

static long double naive_activation(const char *name, long double x)
{
    static const char *const names[] = {"identity", "sigmoid",  "tanh",  "relu", "leaky_relu",
                                        "elu",      "softplus", "swish", "gelu", "step"};
    size_t k = 0;
    while (k < COUNT_OF(names) && strcmp(names[k], name) != 0)
        k++;
    switch (k) {
    case 0:
        return x;
    case 1:
        return naive_sigmoid(x);
    case 2:
        return tanhl(x);
    case 3:
        return fmaxl(x, 0);
    case 4:
        return fmaxl(x, x / 10);
    case 5:
        return x > 0 ? x : expl(x) - 1;
    case 6:
        return logl(1 + expl(x));
    case 7:
        return x * naive_sigmoid(x);
    case 8:
        return x * (1 + erfl(x / sqrtl(2))) / 2;
    case 9:
        return x >= 0;
    }
    ck_abort_msg("the test has no formula of its own for %s", name);
}

/* Not smooth at 0: the value, the slope or (elu) the slope of the slope jumps there. */
static bool has_jump(const char *name)
{
    return strcmp(name, "relu") == 0 || strcmp(name, "leaky_relu") == 0 ||
           strcmp(name, "elu") == 0 || strcmp(name, "step") == 0;
}

static void naive_activate(struct naive *naive, const char *name, long double *a, int n)
{
    long double sum = 0;
    for (int j = 0; j < n; j++) {
        if (strcmp(name, "softmax") == 0)
            sum += a[j] = expl(a[j]);
        else {
            if (has_jump(name))
                naive->nearest_kink = fminl(naive->nearest_kink, fabsl(a[j]));
            a[j] = naive_activation(name, a[j]);
        }
    }
    for (int j = 0; j < n && sum > 0; j++)
        a[j] /= sum;
}

static long double naive_loss(const char *name, const long double *y, const long double *t, int n)
{
    long double loss = 0;
    for (int k = 0; k < n; k++) {
        if (strcmp(name, "cross_entropy") == 0)
            loss -= t[k] * logl(y[k]);
        else if (strcmp(name, "binary_cross_entropy") == 0)
            loss -= t[k] * logl(y[k]) + (1 - t[k]) * logl(1 - y[k]);
        else
            loss += powl(y[k] - t[k], 2);
    }
    if (strcmp(name, "half_squared_error") == 0)
        loss /= 2;
    return strcmp(name, "mean_squared_error") == 0 ? loss / n : loss;
}

/* z_j = Σ_i W_ji a_i + b_j, with W and b read one after the other as the layout of params says. */
static long double naive_run(struct naive *naive)
{
    const struct bs_arch *arch = naive->arch;
    const long double *p = naive->numbers, *x = p + arch->parameters;
    const long double *t = x + arch->layers[0].inputs;
    long double a[4] = {0}, z[4];
    naive->nearest_kink = 1;
    memcpy(a, x, (size_t)arch->layers[0].inputs * sizeof *a);
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        for (int j = 0; j < layer->units; j++) {
            z[j] = 0;
            for (int i = 0; i < layer->inputs; i++)
                z[j] += *p++ * a[i];
        }
        for (int j = 0; j < layer->units && layer->bias != BS_BIAS_NONE; j++)
            z[j] += layer->bias == BS_BIAS_SHARED ? *p : p[j];
        p += layer->bias == BS_BIAS_NONE ? 0 : layer->bias == BS_BIAS_SHARED ? 1 : layer->units;
        naive_activate(naive, layer->activation->name, z, layer->units);
        memcpy(a, z, sizeof a);
    }
    return naive_loss(arch->loss->name, a, t, arch->layers[arch->depth - 1].units);
}

static long double central_difference(struct naive *naive, size_t k, long double step)
{
    const long double kept = naive->numbers[k];
    naive->numbers[k] = kept + step;
    const long double above = naive_run(naive);
    naive->numbers[k] = kept - step;
    const long double below = naive_run(naive);
    naive->numbers[k] = kept;
    return (above - below) / (2 * step);
}

/* Richardson: the errors of order h² of steps h and h/2 cancel in (4·D(h/2) − D(h))/3. */
static long double naive_gradient(struct naive *naive, size_t k)
{
    const long double h = 1e-6L;
    return (4 * central_difference(naive, k, h / 2) - central_difference(naive, k, h)) / 3;
}

static void add_numbers(struct naive *naive, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        naive->numbers[naive->count++] = values[i];
}

static struct naive naive_of(const struct net_case *made)
{
    struct naive naive = {.arch = made->arch};
    add_numbers(&naive, made->params->values, made->arch->parameters);
    add_numbers(&naive, bs_pass_x(made->pass), (size_t)bs_arch_inputs(made->arch));
    add_numbers(&naive, bs_pass_t(made->pass), (size_t)bs_arch_outputs(made->arch));
    return naive;
}

/* ∂E/∂ the numbers in their order, from the pass. */
static void collect_gradients(double *gradients, const struct net_case *made)
{
    const struct bs_layout layout = {.arch = made->arch};
    const size_t parameters = made->arch->parameters;
    const int64_t inputs = bs_arch_inputs(made->arch), outputs = bs_arch_outputs(made->arch);
    ck_assert_int_eq(bs_pass_gradients(gradients, made->pass), BS_OK);
    for (int64_t i = 0; i < inputs + outputs; i++) /* inputs and targets come first in a layout */
        gradients[parameters + (size_t)i] = bs_pass_gradient(made->pass, &layout, i);
    for (size_t k = 0; k < parameters; k++)
        ck_assert_double_eq_tol(
            bs_pass_gradient(made->pass, &layout, inputs + outputs + (int64_t)k), gradients[k],
            1e-15 * fabs(gradients[k]) + 1e-300);
}

/*
 * Within 1e-9 of the largest gradient, with units 1e-3 or more away from where they are not smooth;
 * long double rounds differences of E to about 1e-19·E/h = 1e-13·E.
 */
START_TEST(gradients_of_random_networks_are_their_differences)
{
    struct bs_rng rng;
    int checked = 0;
    bs_rng_seed(&rng, 2);
    while (checked < 200) {
        struct net_case made = random_case(&rng);
        struct naive naive = naive_of(&made);
        const struct bs_layout layout = {.arch = made.arch};
        const double loss = bs_pass_value(made.pass, &layout, bs_layout_count(&layout) - 1, 0);
        const long double expected = naive_run(&naive);
        if (naive.nearest_kink >= 1e-3L) {
            double gradients[160], largest = 0;
            ck_assert_double_eq_tol(loss, (double)expected, 1e-13 * (1 + fabs(loss)));
            collect_gradients(gradients, &made);
            for (size_t k = 0; k < naive.count; k++)
                largest = fmax(largest, fabs(gradients[k]));
            for (size_t k = 0; k < naive.count; k++)
                ck_assert_double_eq_tol(gradients[k], (double)naive_gradient(&naive, k),
                                        1e-9 * largest + 1e-12 * fabs(loss) + 1e-300);
            checked++;
        }
        finish_case(&made);
    }
}
END_TEST

START_TEST(forward_and_loss_are_those_of_the_pass)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    for (int round = 0; round < 50; round++) {
        struct net_case made = random_case(&rng);
        const struct bs_layout layout = {.arch = made.arch};
        const double *x = bs_pass_x(made.pass), *t = bs_pass_t(made.pass);
        double y[4], work[8], loss;
        ck_assert_int_eq(bs_forward(y, made.arch, made.params->values, x, work), BS_OK);
        for (int k = 1; k <= bs_arch_outputs(made.arch); k++) {
            const struct bs_address at = {BS_ACTIVATION, made.arch->depth, k, 0};
            const int64_t ordinal = bs_layout_ordinal(&layout, at);
            ck_assert(y[k - 1] == bs_pass_value(made.pass, &layout, ordinal, 0));
        }
        ck_assert_int_eq(bs_sample_loss(&loss, made.arch, made.params->values, x, t, NULL), BS_OK);
        ck_assert(loss == bs_pass_value(made.pass, &layout, bs_layout_count(&layout) - 1, 0));
        finish_case(&made);
    }
}
END_TEST

/* With thresholds z leaves the bias out, and θ = −b; a bias of 0 is a threshold of 0, not −0. */
START_TEST(a_layout_with_thresholds_names_them_so)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 2}, (const char *const[]){"identity"},
                                   BS_BIAS_UNITS, "half_squared_error");
    struct net_case made =
        case_of(arch, (const double[]){2, 3, 0.5, 0}, (const double[]){4}, (const double[]){0, 12});
    const struct bs_layout layout = {.arch = arch, .threshold = true, .has_rate = true};
    static const struct figure figures[] = {
        {{BS_BIAS, 1, 1, 0}, -0.5, -8.5},      {{BS_BIAS, 1, 2, 0}, 0, 0},
        {{BS_PREACTIVATION, 1, 1, 0}, 8, 8.5}, {{BS_PREACTIVATION, 1, 2, 0}, 12, 0},
        {{BS_ACTIVATION, 1, 1, 0}, 8.5, 8.5},  {{BS_RATE, 0, 0, 0}, 0.125, 0},
    };
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        const int64_t ordinal = bs_layout_ordinal(&layout, figures[i].at);
        const double value = bs_pass_value(made.pass, &layout, ordinal, 0.125);
        const double gradient = bs_pass_gradient(made.pass, &layout, ordinal);
        ck_assert(value == figures[i].value && gradient == figures[i].gradient);
        ck_assert(!(value == 0 && signbit(value)));
        ck_assert(!(gradient == 0 && signbit(gradient)));
    }
    finish_case(&made);
}
END_TEST

START_TEST(a_pass_keeps_its_numbers_when_the_network_changes)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"},
                                   BS_BIAS_NONE, "half_squared_error");
    struct bs_net *net = NULL;
    struct bs_pass *pass = NULL;
    double x = 3, t = 1;
    ck_assert_int_eq(bs_net_create(&net, arch, NULL), BS_OK);
    *bs_net_own_params(net) = 2;
    ck_assert_int_eq(bs_pass_create(&pass, arch, net->params, &x, &t, NULL), BS_OK);
    *bs_net_own_params(net) = 10;
    x = t = 0;
    bs_net_destroy(net);
    bs_arch_drop(arch);
    double gradient;
    ck_assert_int_eq(bs_pass_gradients(&gradient, pass), BS_OK);
    ck_assert(gradient == (2 * 3 - 1) * 3);
    ck_assert(*bs_pass_x(pass) == 3 && *bs_pass_t(pass) == 1);
    ck_assert(bs_pass_params(pass)->values[0] == 2);
    bs_pass_destroy(pass);
    bs_pass_destroy(NULL);
}
END_TEST

/* σ(±800) is 1 and 0 to the last bit: the loss is 0 or infinite, ∂E/∂z = y − t is finite. */
START_TEST(the_fused_slope_is_finite_where_its_factors_are_not)
{
    static const struct {
        double x, t, loss, slope;
    } cases[] = {{800, 1, 0, 0}, {800, 0, INFINITY, 1}, {-800, 1, INFINITY, -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"sigmoid"},
                                       BS_BIAS_NONE, "binary_cross_entropy");
        struct net_case made = case_of(arch, (const double[]){1}, &cases[i].x, &cases[i].t);
        const struct bs_layout layout = {.arch = arch};
        const struct bs_address z = {BS_PREACTIVATION, 1, 1, 0};
        const int64_t loss = bs_layout_count(&layout) - 1;
        ck_assert(bs_pass_value(made.pass, &layout, loss, 0) == cases[i].loss);
        const int64_t ordinal = bs_layout_ordinal(&layout, z);
        ck_assert(bs_pass_gradient(made.pass, &layout, ordinal) == cases[i].slope);
        finish_case(&made);
    }
}
END_TEST

START_TEST(numbers_that_overflow_are_kept_as_they_come)
{
    struct bs_arch *arch = arch_of(1, (const int[]){2, 1}, (const char *const[]){"identity"},
                                   BS_BIAS_NONE, "half_squared_error");
    struct net_case made = case_of(arch, (const double[]){1e200, -1e200},
                                   (const double[]){1e200, 1e200}, (const double[]){0});
    const struct bs_layout layout = {.arch = arch};
    const int64_t z = bs_layout_ordinal(&layout, (struct bs_address){BS_PREACTIVATION, 1, 1, 0});
    ck_assert(isnan(bs_pass_value(made.pass, &layout, z, 0))); /* inf − inf */
    ck_assert(isnan(bs_pass_gradient(made.pass, &layout, z)));
    finish_case(&made);
}
END_TEST

/* The slope of relu at 0 is the architecture's choice. */
START_TEST(a_kink_has_the_slope_that_was_chosen)
{
    const double kinks[] = {0, 0.5, 1};
    for (size_t i = 0; i < COUNT_OF(kinks); i++) {
        const struct bs_func *relu = bs_func_find("relu");
        const struct bs_arch_spec spec = {1,
                                          (const int[]){1, 1},
                                          &relu,
                                          BS_BIAS_NONE,
                                          bs_loss_find("half_squared_error"),
                                          kinks[i],
                                          NULL};
        struct bs_arch *arch = NULL;
        double gradient;
        ck_assert_int_eq(bs_arch_create(&arch, &spec, NULL), BS_OK);
        struct net_case made =
            case_of(arch, (const double[]){0}, (const double[]){2}, (const double[]){-3});
        ck_assert_int_eq(bs_pass_gradients(&gradient, made.pass), BS_OK);
        ck_assert(gradient == 3 * kinks[i] * 2);
        finish_case(&made);
    }
}
END_TEST

START_TEST(an_interrupted_pass_is_no_pass)
{
    const double x[] = {1, 1}, t[] = {1, 1, 1, 1};
    struct bs_arch *arch = arch_of(1, (const int[]){2, 4}, (const char *const[]){"tanh"},
                                   BS_BIAS_UNITS, "half_squared_error");
    struct bs_params *params = bs_params_create(arch->parameters);
    struct bs_pass *pass = NULL;
    struct bs_error err;
    double loss = 5, y[4], work[8], gradients[12];
    bs_interrupt_raise();
    ck_assert_int_eq(bs_pass_create(&pass, arch, params, x, t, &err), BS_INTERRUPTED);
    ck_assert_str_eq(err.text, "interrupted!");
    ck_assert_ptr_null(pass);
    ck_assert_int_eq(bs_forward(y, arch, params->values, x, work), BS_INTERRUPTED);
    ck_assert_int_eq(bs_sample_loss(&loss, arch, params->values, x, t, &err), BS_INTERRUPTED);
    ck_assert(loss == 5);
    bs_interrupt_clear();
    ck_assert_int_eq(bs_pass_create(&pass, arch, params, x, t, &err), BS_OK);
    bs_interrupt_raise();
    ck_assert_int_eq(bs_pass_gradients(gradients, pass), BS_INTERRUPTED);
    bs_interrupt_clear();
    bs_pass_destroy(pass);
    ck_assert_int_eq(arch->owners, 1);
    ck_assert_int_eq(params->owners, 1);
    bs_params_drop(params);
    bs_arch_drop(arch);
}
END_TEST

static bool try_pass(void *context)
{
    const struct net_case *made = context;
    const double *x = bs_pass_x(made->pass), *t = bs_pass_t(made->pass);
    struct bs_pass *pass = NULL;
    struct bs_error err = {.status = BS_OK};
    double loss;
    const bool is_done =
        bs_pass_create(&pass, made->arch, made->params, x, t, &err) == BS_OK &&
        bs_sample_loss(&loss, made->arch, made->params->values, x, t, &err) == BS_OK;
    if (!is_done)
        ck_assert_str_eq(err.text, "not enough memory");
    bs_pass_destroy(pass);
    ck_assert_int_eq(made->arch->owners, 2);
    ck_assert_int_eq(made->params->owners, 2);
    return is_done;
}

START_TEST(running_out_of_memory_leaves_nothing_behind)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 4);
    struct net_case made = random_case(&rng);
    bs_refuse_each_allocation(try_pass, &made);
    finish_case(&made);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("pass", (const TTest *const[]){
                                   exercise_a_is_as_worked_out,
                                   exercise_b_is_as_worked_out,
                                   exercise_c_is_as_worked_out,
                                   gradients_of_random_networks_are_their_differences,
                                   forward_and_loss_are_those_of_the_pass,
                                   a_layout_with_thresholds_names_them_so,
                                   a_pass_keeps_its_numbers_when_the_network_changes,
                                   the_fused_slope_is_finite_where_its_factors_are_not,
                                   numbers_that_overflow_are_kept_as_they_come,
                                   a_kink_has_the_slope_that_was_chosen,
                                   an_interrupted_pass_is_no_pass,
                                   running_out_of_memory_leaves_nothing_behind,
                                   NULL,
                               });
}
