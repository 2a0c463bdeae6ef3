#include "test_net_symbols.h"

#include "base/interrupt.h"
#include "net/dense.h"

enum { WIDEST = 60 };

/* One layer and numbers for it, as the only one of its network. */
struct fixture {
    struct bs_arch *arch;
    const struct bs_layer *layer;
    double params[WIDEST * WIDEST + WIDEST];
    double a[WIDEST], b[WIDEST], dz[WIDEST];
};

static void init_fixture(struct fixture *made, int inputs, int units, const char *activation,
                         enum bs_bias bias, struct bs_rng *rng)
{
    made->arch = arch_of(1, (const int[]){inputs, units}, &activation, bias, "squared_error");
    made->layer = &made->arch->layers[0];
    fill_random(made->params, made->arch->parameters, rng, -2, 2);
    fill_random(made->a, WIDEST, rng, -2, 2);
    fill_random(made->b, WIDEST, rng, -2, 2);
    fill_random(made->dz, WIDEST, rng, -2, 2);
}

static const struct {
    int inputs, units;
} SHAPES[] = {{1, 1}, {2, 1}, {1, 3}, {3, 4}, {4, 5}, {5, 7}, {7, 8}, {59, 53}};

/* Σ_i W_ji a_i, one after the other: the sums are the same to the last bit, however many rows. */
START_TEST(sums_are_those_of_the_naive_loop)
{
    struct fixture made;
    struct bs_rng rng;
    double s[WIDEST];
    bs_rng_seed(&rng, 1);
    for (size_t k = 0; k < COUNT_OF(SHAPES); k++) {
        init_fixture(&made, SHAPES[k].inputs, SHAPES[k].units, "tanh", BS_BIAS_UNITS, &rng);
        ck_assert_int_eq(bs_dense_sum(s, made.layer, made.params, made.a), BS_OK);
        for (int j = 0; j < SHAPES[k].units; j++) {
            double sum = 0;
            for (int i = 0; i < SHAPES[k].inputs; i++)
                sum += made.params[j * SHAPES[k].inputs + i] * made.a[i];
            ck_assert(s[j] == sum);
        }
        bs_arch_drop(made.arch);
    }
}
END_TEST

START_TEST(sums_backward_are_those_of_the_naive_loop)
{
    struct fixture made;
    struct bs_rng rng;
    double da[WIDEST];
    bs_rng_seed(&rng, 2);
    for (size_t k = 0; k < COUNT_OF(SHAPES); k++) {
        init_fixture(&made, SHAPES[k].inputs, SHAPES[k].units, "tanh", BS_BIAS_UNITS, &rng);
        ck_assert_int_eq(bs_dense_sum_back(da, made.layer, made.params, made.dz), BS_OK);
        for (int i = 0; i < SHAPES[k].inputs; i++) {
            double sum = 0;
            for (int j = 0; j < SHAPES[k].units; j++)
                sum += made.params[j * SHAPES[k].inputs + i] * made.dz[j];
            ck_assert(da[i] == sum);
            ck_assert(bs_dense_input_gradient(made.layer, made.params, made.dz, i) == sum);
        }
        bs_arch_drop(made.arch);
    }
}
END_TEST

/* On top of what is there; of shared biases the sum over the units. */
START_TEST(gradients_of_parameters_are_added)
{
    struct fixture made;
    struct bs_rng rng;
    double gradients[WIDEST];
    bs_rng_seed(&rng, 3);
    for (int bias = BS_BIAS_NONE; bias <= BS_BIAS_SHARED; bias++) {
        init_fixture(&made, 3, 2, "tanh", (enum bs_bias)bias, &rng);
        for (size_t k = 0; k < made.arch->parameters; k++)
            gradients[k] = 100;
        ck_assert_int_eq(bs_dense_add_gradients(gradients, made.layer, made.dz, made.a), BS_OK);
        for (int k = 0; k < 6; k++)
            ck_assert(gradients[k] == 100 + made.dz[k / 3] * made.a[k % 3]);
        if (bias == BS_BIAS_UNITS)
            ck_assert(gradients[6] == 100 + made.dz[0] && gradients[7] == 100 + made.dz[1]);
        if (bias == BS_BIAS_SHARED)
            ck_assert(gradients[6] == 100 + (made.dz[0] + made.dz[1]));
        bs_arch_drop(made.arch);
    }
}
END_TEST

START_TEST(biases_are_added_to_the_sums)
{
    const double s[] = {1, 2, 4};
    const double added[][3] = {{0, 0, 0}, {0.5, 0.25, 0.125}, {0.5, 0.5, 0.5}};
    struct fixture made;
    struct bs_rng rng;
    double z[3];
    bs_rng_seed(&rng, 4);
    for (int bias = BS_BIAS_NONE; bias <= BS_BIAS_SHARED; bias++) {
        init_fixture(&made, 2, 3, "tanh", (enum bs_bias)bias, &rng);
        memcpy(made.params + 6, added[BS_BIAS_UNITS], sizeof added[BS_BIAS_UNITS]);
        bs_dense_add_bias(z, made.layer, made.params, s);
        for (int j = 0; j < 3; j++)
            ck_assert(z[j] == s[j] + added[bias][j]);
        bs_arch_drop(made.arch);
    }
}
END_TEST

/* To 20 digits from Python's decimal module; the shifted ones are the same by softmax(z + c). */
START_TEST(softmax_of_known_values)
{
    const double expected[] = {0.090030573170380457998, 0.24472847105479765247,
                               0.66524095577482188953};
    const double shifts[] = {0, 1000, -1000, 1e6};
    struct fixture made;
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    init_fixture(&made, 1, 3, "softmax", BS_BIAS_NONE, &rng);
    for (size_t i = 0; i < COUNT_OF(shifts); i++) {
        double a[] = {1 + shifts[i], 2 + shifts[i], 3 + shifts[i]};
        bs_dense_activate(a, made.layer, a, 0); /* in place */
        for (int j = 0; j < 3; j++)
            ck_assert_double_eq_tol(a[j], expected[j], 1e-15);
    }
    double a[3];
    bs_dense_activate(a, made.layer, (const double[]){1e308, -1e308, 0}, 0);
    ck_assert(a[0] == 1 && a[1] == 0 && a[2] == 0);
    bs_arch_drop(made.arch);
}
END_TEST

/* Σ_j ∂E/∂a_j a_j (δ_jk − a_k) in full, against the factored form: within its terms' rounding. */
START_TEST(softmax_backward_is_the_full_jacobian)
{
    struct fixture made;
    struct bs_rng rng;
    bs_rng_seed(&rng, 6);
    for (int n = 1; n <= 40; n += 3) {
        double a[WIDEST], dz[WIDEST];
        init_fixture(&made, 1, n, "softmax", BS_BIAS_NONE, &rng);
        for (int j = 0; j < n; j++)
            made.b[j] *= 10; /* from even to nearly certain */
        bs_dense_activate(a, made.layer, made.b, 0);
        bs_dense_activate_back(dz, made.layer, made.a, made.b, a, 0);
        for (int k = 0; k < n; k++) {
            double sum = 0, size = 0;
            for (int j = 0; j < n; j++) {
                sum += made.a[j] * a[j] * ((j == k) - a[k]);
                size += fabs(made.a[j]) * a[j] * ((j == k) + a[k]);
            }
            ck_assert_double_eq_tol(dz[k], sum, 1e-14 * size + 1e-300);
        }
        bs_arch_drop(made.arch);
    }
}
END_TEST

/* A slope by hand against the partial of the table, over ±40 and at the kink with each choice. */
START_TEST(slopes_are_those_of_the_table)
{
    const double kinks[] = {0, 0.5, 1};
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        if (!func->is_activation || func->is_indexed)
            continue;
        struct bs_pool *pool = bs_pool_create();
        bs_expr x = bs_ref(pool, 0);
        bs_expr partial = bs_func_partial(pool, bs_call(pool, func, 0, 1, &x), 0);
        for (double z = -40; z <= 40; z += 0.25) {
            for (size_t k = 0; k < COUNT_OF(kinks); k++) {
                struct bs_env env = {.leaf = value_of_ref, .context = &z, .kink = kinks[k]};
                struct bs_valued valued;
                ck_assert_int_eq(bs_eval(&valued, partial, &env, NULL), BS_OK);
                const double a = func->value(&z, 1, 0, kinks[k]);
                const double slope = bs_func_slope(func, &z, 1, a, kinks[k]);
                ck_assert_msg(agree(slope, valued), "%s' at %g: %.17g, %.17g by the table",
                              func->name, z, slope, valued.value);
            }
        }
        bs_pool_destroy(pool);
    }
}
END_TEST

START_TEST(activations_and_slopes_go_unit_by_unit)
{
    const double z[] = {-1, 0, 2}, da[] = {3, 5, 7};
    double a[3], dz[3];
    struct fixture made;
    struct bs_rng rng;
    bs_rng_seed(&rng, 7);
    init_fixture(&made, 1, 3, "relu", BS_BIAS_NONE, &rng);
    bs_dense_activate(a, made.layer, z, 0.5);
    bs_dense_activate_back(dz, made.layer, da, z, a, 0.5);
    ck_assert(a[0] == 0 && a[1] == 0 && a[2] == 2);
    ck_assert(dz[0] == 0 && dz[1] == 2.5 && dz[2] == 7);
    bs_arch_drop(made.arch);
}
END_TEST

/* LeakyReLU with a = ¼: −4 gives −1; at 0 the slope with ½ is ¼ + ½·¾. */
START_TEST(a_parameter_of_the_layer_goes_to_every_unit)
{
    const double z[] = {-4, 0, 2}, da[] = {3, 5, 7};
    double a[3], dz[3];
    struct bs_pool *pool = bs_pool_create();
    const struct bs_func *leaky = bs_func_find("leaky_relu");
    const struct bs_setting setting = {1, {0.25}};
    const struct bs_arch_spec spec = {
        .depth = 1,
        .sizes = (const int[]){1, 3},
        .activations = &leaky,
        .loss = bs_loss_find("squared_error"),
        .settings = &setting,
    };
    struct bs_arch *arch = NULL;
    ck_assert_int_eq(bs_arch_create(&arch, &spec, NULL), BS_OK);
    const struct bs_layer *layer = &arch->layers[0];
    bs_dense_activate(a, layer, z, 0.5);
    bs_dense_activate_back(dz, layer, da, z, a, 0.5);
    ck_assert(a[0] == -1 && a[1] == 0 && a[2] == 2);
    ck_assert(dz[0] == 0.75 && dz[1] == 3.125 && dz[2] == 7);
    bs_expr symbol = bs_symbol(pool, "z");
    ck_assert_ptr_eq(bs_dense_define_activation(pool, layer, 2, &symbol),
                     parsed(pool, "leaky_relu(z, 0.25)"));
    bs_arch_drop(arch);
    bs_pool_destroy(pool);
}
END_TEST

START_TEST(definitions_are_what_a_textbook_writes)
{
    struct bs_pool *pool = bs_pool_create();
    bs_expr w_1 = bs_symbol(pool, "w_1"), w_2 = bs_symbol(pool, "w_2");
    bs_expr x_1 = bs_symbol(pool, "x_1"), x_2 = bs_symbol(pool, "x_2"), b = bs_symbol(pool, "b");
    ck_assert_ptr_eq(bs_dense_define_sum(pool, 2, true, (bs_expr[]){w_1, x_1, w_2, x_2, b}),
                     parsed(pool, "w_1*x_1 + w_2*x_2 + b"));
    ck_assert_ptr_eq(bs_dense_define_sum(pool, 2, false, (bs_expr[]){x_1, w_1, x_2, w_2}),
                     parsed(pool, "x_1*w_1 + x_2*w_2"));
    ck_assert_ptr_eq(bs_dense_define_sum(pool, 1, false, (bs_expr[]){w_1, x_1}),
                     parsed(pool, "w_1*x_1"));
    static const struct {
        const char *activation, *text;
    } cases[] = {
        {"sigmoid", "sigmoid(x_2)"},
        {"identity", "x_2"},
        {"softmax", "softmax_2(x_1, x_2)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_arch *arch =
            arch_of(1, (const int[]){1, 2}, &cases[i].activation, BS_BIAS_NONE, "squared_error");
        const struct bs_layer *layer = &arch->layers[0];
        const bs_expr z[] = {x_1, x_2};
        ck_assert_ptr_eq(
            bs_dense_define_activation(pool, layer, 2, bs_layer_is_softmax(layer) ? z : z + 1),
            parsed(pool, cases[i].text));
        bs_arch_drop(arch);
    }
    bs_pool_destroy(pool);
}
END_TEST

START_TEST(kernels_stop_when_interrupted)
{
    struct fixture made;
    struct bs_rng rng;
    double result[WIDEST * WIDEST] = {0};
    bs_rng_seed(&rng, 8);
    init_fixture(&made, 3, 8, "tanh", BS_BIAS_NONE, &rng);
    bs_interrupt_raise();
    ck_assert_int_eq(bs_dense_sum(result, made.layer, made.params, made.a), BS_INTERRUPTED);
    ck_assert_int_eq(bs_dense_sum_back(result, made.layer, made.params, made.dz), BS_INTERRUPTED);
    ck_assert_int_eq(bs_dense_add_gradients(result, made.layer, made.dz, made.a), BS_INTERRUPTED);
    bs_interrupt_clear();
    bs_arch_drop(made.arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("dense", (const TTest *const[]){
                                    sums_are_those_of_the_naive_loop,
                                    sums_backward_are_those_of_the_naive_loop,
                                    gradients_of_parameters_are_added,
                                    biases_are_added_to_the_sums,
                                    softmax_of_known_values,
                                    softmax_backward_is_the_full_jacobian,
                                    slopes_are_those_of_the_table,
                                    activations_and_slopes_go_unit_by_unit,
                                    a_parameter_of_the_layer_goes_to_every_unit,
                                    definitions_are_what_a_textbook_writes,
                                    kernels_stop_when_interrupted,
                                    NULL,
                                });
}
