#ifndef BACKSTEP_TESTS_TEST_KEYS_H
#define BACKSTEP_TESTS_TEST_KEYS_H

#include "test_check.h"

/* More keys: of every notation, and of a circuit.  Exercises A and B are in test_check.h. */

/* An expression over a key's items, as it is shown. */
static inline const char *shown(const struct bs_key *key, bs_expr expr)
{
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    struct bs_buf buf = BS_BUF_INIT;
    bs_key_typeset(key, &buf, expr, NULL, &style);
    return kept_text(&buf);
}

static inline struct bs_key *b_key(void)
{
    static const char *const asked[] = {"x1_in",    "x2_in",    "yhat",    "E",    "g_y",
                                        "dw_1",     "w_1_new",  "w_2_new", "g_x1", "v_A1_new",
                                        "v_B1_new", "yhat_new", NULL};
    return key_of(b_tape(), asked);
}

/* 2-2-2 with thresholds, as the textbook writes it. */
static inline struct bs_key *threshold_key(void)
{
    static const double params[] = {0.4, 0.2, -0.3, 0.6,  -0.1, 0.2,
                                    0.7, 0.5, 0.3,  -0.4, -0.2, -0.1};
    static const double x[] = {0.5, 0.8}, t[] = {1, 0};
    static const char *const asked[] = {
        "alpha_1", "b_1",      "beta_1",      "yhat_1",   "yhat_2",      "g_1", "g_2",
        "e_1",     "w_11_new", "theta_1_new", "v_11_new", "gamma_1_new", NULL};
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"sigmoid", "sigmoid"},
                BS_BIAS_UNITS, "half_squared_error");
    return key_of(network_tape(drop_arch(arch, notation_of(arch, "watermelon")), params, x, t, 0.5),
                  asked);
}

/* 2-3-1 with biases, tanh and binary cross-entropy, in a notation for any depth. */
static inline struct bs_tape *deep_tape(const char *notation)
{
    static const double params[] = {0.1,  0.8, 0.4, 0.6, -0.2, 0.3, 0.1,
                                    -0.1, 0.2, 0.3, 0.9, -0.5, 0.05};
    static const double x[] = {0.35, 0.9}, t[] = {1};
    struct bs_arch *arch =
        arch_of(2, (const int[]){2, 3, 1}, (const char *const[]){"tanh", "sigmoid"}, BS_BIAS_UNITS,
                "binary_cross_entropy");
    return network_tape(drop_arch(arch, notation_of(arch, notation)), params, x, t, 0.5);
}

static inline struct bs_key *deep_key(const char *notation, const char *const *asked)
{
    return key_of(deep_tape(notation), asked);
}

static inline struct bs_key *delta_key(void)
{
    static const char *const asked[] = {
        "z1_1", "a1_1",     "z1_2",     "a1_2",     "z1_3",      "a1_3",      "z2_1",     "a2_1",
        "E",    "delta2_1", "delta1_1", "delta1_2", "W2_11_new", "W1_11_new", "b1_2_new", NULL};
    return deep_key("delta", asked);
}

static inline struct bs_key *matrix_key(void)
{
    static const char *const asked[] = {"Z1_1",      "A1_1",     "Z2_1",  "A2_1",   "L",
                                        "dZ2_1",     "dA1_1",    "dZ1_1", "dW1_11", "dW2_21",
                                        "W1_12_new", "b2_1_new", NULL};
    return deep_key("matrix", asked);
}

/* f = (x + y)·z, backward. */
static inline struct bs_key *circuit_key(void)
{
    static const char *const asked[] = {"q", "f", "df_dq", "df_dz", "df_dx", NULL};
    struct bs_tape *tape = sum_times_z();
    backward(tape, "f");
    return key_of(tape, asked);
}

/* The mutant of that kind whose definition is written so; NULL: there is none. */
static inline const struct bs_mutant *mutant_written(const struct bs_key *key,
                                                     const struct bs_mutants *mutants,
                                                     enum bs_mistake_kind kind, const char *text)
{
    for (size_t m = 0; m < mutants->count; m++)
        if (mutants->items[m].mistake.kind == kind &&
            strcmp(shown(key, mutants->items[m].definition), text) == 0)
            return &mutants->items[m];
    return NULL;
}

#endif
