#ifndef BACKSTEP_TESTS_TEST_NET_H
#define BACKSTEP_TESTS_TEST_NET_H

#include "unit.h"

#include "base/mem.h"
#include "base/rng.h"
#include "net/loss.h"
#include "net/net.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* An assertion for the inside of loops: a ck_assert that holds costs as much as a derivation. */
#define must(condition, ...)           \
    do {                               \
        if (!(condition))              \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

/* A call that must not be refused; what it says against it is the test's failure. */
#define must_do(call, err) must((call) == BS_OK, "%s", (err).text)

/* Architectures by the names of their parts; what is refused fails the test. */
static inline struct bs_arch *arch_of(int depth, const int *sizes, const char *const *activations,
                                      enum bs_bias bias, const char *loss)
{
    const struct bs_func *funcs[BS_MAX_LAYERS];
    for (int l = 0; l < depth; l++) {
        funcs[l] = bs_func_find(activations[l]);
        ck_assert_ptr_nonnull(funcs[l]);
    }
    const struct bs_arch_spec spec = {depth, sizes, funcs, bias, bs_loss_find(loss), 0, NULL};
    ck_assert_ptr_nonnull(spec.loss);
    struct bs_arch *arch = NULL;
    struct bs_error err;
    ck_assert_msg(bs_arch_create(&arch, &spec, &err) == BS_OK, "%s", err.text);
    return arch;
}

/* The kth row of the table that is an activation, counted round and round; not softmax if `single`.
 */
static inline const char *activation_name(size_t k, bool single)
{
    const char *names[64];
    size_t count = 0;
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        if (func->is_activation && !(single && func->is_indexed))
            names[count++] = func->name;
    return names[k % count];
}

/* 1 to 4 layers of 1 to 4 units; every activation, every valid pair of output and loss, every bias.
 */
static inline struct bs_arch *random_arch(struct bs_rng *rng)
{
    int sizes[5];
    const char *activations[4];
    const int depth = 1 + (int)bs_rng_below(rng, 4);
    const struct bs_loss *loss = &bs_losses[bs_rng_below(rng, 5)];
    for (int l = 0; l <= depth; l++)
        sizes[l] = 1 + (int)bs_rng_below(rng, 4);
    for (int l = 0; l < depth; l++)
        activations[l] = activation_name(bs_rng_below(rng, 1000), l < depth - 1);
    if (loss->output)
        activations[depth - 1] = loss->output;
    return arch_of(depth, sizes, activations, (enum bs_bias)bs_rng_below(rng, 3), loss->name);
}

static inline void fill_random(double *values, size_t count, struct bs_rng *rng, double a, double b)
{
    for (size_t i = 0; i < count; i++)
        values[i] = bs_rng_between(rng, a, b);
}

/* A sample and parameters for an architecture, and the pass through it. */
struct net_case {
    struct bs_arch *arch;
    struct bs_params *params;
    struct bs_pass *pass;
};

static inline struct net_case case_of(struct bs_arch *arch, const double *params, const double *x,
                                      const double *t)
{
    struct net_case made = {arch, bs_params_create(arch->parameters), NULL};
    memcpy(made.params->values, params, arch->parameters * sizeof *params);
    ck_assert_int_eq(bs_pass_create(&made.pass, arch, made.params, x, t, NULL), BS_OK);
    return made;
}

static inline struct net_case random_case(struct bs_rng *rng)
{
    double params[128], x[4], t[4];
    struct bs_arch *arch = random_arch(rng);
    ck_assert_uint_le(arch->parameters, COUNT_OF(params));
    fill_random(params, arch->parameters, rng, -1.5, 1.5);
    fill_random(x, COUNT_OF(x), rng, -1, 1);
    fill_random(t, COUNT_OF(t), rng, 0, 1);
    return case_of(arch, params, x, t);
}

static inline void finish_case(struct net_case *made)
{
    bs_pass_destroy(made->pass);
    bs_params_drop(made->params);
    bs_arch_drop(made->arch);
}

#endif
