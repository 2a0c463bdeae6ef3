#include "test_net.h"

#include "net/descent.h"
#include "net/pass.h"

/* A plain step the long way: a pass, its gradients added to −0, p − η·g. */
static double plain_step(struct bs_arch *arch, double *params, const double *x, const double *t,
                         double eta)
{
    struct bs_pass *pass = bs_pass_alloc(arch);
    double gradients[128];
    ck_assert_int_eq(bs_pass_run(pass, params, x, t), BS_OK);
    const double loss = pass->loss;
    for (size_t i = 0; i < arch->parameters; i++)
        gradients[i] = -0.0;
    ck_assert_int_eq(bs_pass_add_gradients(gradients, pass), BS_OK);
    for (size_t i = 0; i < arch->parameters && isfinite(loss); i++)
        params[i] -= eta * gradients[i];
    bs_pass_destroy(pass);
    return loss;
}

static void compare_steps(struct bs_arch *arch, struct bs_rng *rng)
{
    double plain[128], params[128], x[16], t[16];
    struct bs_descent *descent = bs_descent_create(arch);
    ck_assert_uint_le(arch->parameters, COUNT_OF(params));
    fill_random(params, arch->parameters, rng, -1.5, 1.5);
    params[0] = -0.0;
    memcpy(plain, params, sizeof plain);
    bs_descent_bind(descent, params);
    for (int step = 0; step < 5; step++) {
        fill_random(x, COUNT_OF(x), rng, -1, 1);
        fill_random(t, COUNT_OF(t), rng, 0, 1);
        x[0] = step % 2 ? 0 : -0.0;
        double loss = 0;
        const struct bs_rows rows = {x, t};
        bs_descent_run(&loss, descent, &rows, &(size_t){0}, 1, 0.3);
        const double expected = 0 + plain_step(arch, plain, x, t, 0.3); /* a sum, so never −0 */
        ck_assert(memcmp(&loss, &expected, sizeof loss) == 0 || isnan(expected));
        for (size_t i = 0; i < arch->parameters; i++)
            ck_assert(memcmp(&params[i], &plain[i], sizeof plain[i]) == 0 || isnan(plain[i]));
    }
    bs_descent_destroy(descent);
}

/* Every activation, loss and kind of bias comes up. */
START_TEST(a_step_in_one_go_is_the_plain_one_bit_for_bit)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 11);
    for (int i = 0; i < 3000; i++) {
        struct bs_arch *arch = random_arch(&rng);
        compare_steps(arch, &rng);
        bs_arch_drop(arch);
    }
}
END_TEST

/* Layers of 9 and 7 units: sums by four rows, and what is left of them. */
START_TEST(wide_layers_are_added_up_in_the_same_order)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 12);
    for (enum bs_bias bias = BS_BIAS_NONE; bias <= BS_BIAS_SHARED; bias++) {
        struct bs_arch *arch =
            arch_of(2, (const int[]){3, 9, 7}, (const char *const[]){"tanh", "sigmoid"}, bias,
                    "binary_cross_entropy");
        compare_steps(arch, &rng);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(a_loss_that_is_not_finite_changes_nothing)
{
    double param = 1e200;
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"},
                                   BS_BIAS_NONE, "squared_error");
    struct bs_descent *descent = bs_descent_create(arch);
    bs_descent_bind(descent, &param);
    const struct bs_rows rows = {(const double[]){0, 1, 0}, (const double[]){0, 0, 0}};
    double loss = 0;
    ck_assert_uint_eq(bs_descent_run(&loss, descent, &rows, (const size_t[]){0, 2, 1, 0}, 4, 0.1),
                      2);
    ck_assert(isinf(loss));
    ck_assert(param == 1e200);
    bs_descent_destroy(descent);
    bs_arch_drop(arch);
}
END_TEST

static bool try_create(void *arch)
{
    struct bs_descent *descent = bs_descent_create(arch);
    bs_descent_destroy(descent);
    return descent;
}

START_TEST(running_out_of_memory_gives_null)
{
    struct bs_arch *arch = arch_of(1, (const int[]){1, 1}, (const char *const[]){"identity"},
                                   BS_BIAS_NONE, "squared_error");
    bs_refuse_each_allocation(try_create, arch);
    ck_assert_int_eq(arch->owners, 1);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("descent", (const TTest *const[]){
                                      a_step_in_one_go_is_the_plain_one_bit_for_bit,
                                      wide_layers_are_added_up_in_the_same_order,
                                      a_loss_that_is_not_finite_changes_nothing,
                                      running_out_of_memory_gives_null,
                                      NULL,
                                  });
}
