#include "test_net_symbols.h"

#include "base/buf.h"
#include "expr/calculus.h"
#include "net/layout.h"

/* x_1, t_1, W1_23, b1_2, z1_2, a1_2 */
static bs_expr named_operand(void *context, struct bs_pool *pool, int64_t ordinal)
{
    const struct bs_address at = bs_layout_address(context, ordinal);
    static const char *const letters[] = {
        [BS_INPUT] = "x", [BS_TARGET] = "t",        [BS_WEIGHT] = "W",
        [BS_BIAS] = "b",  [BS_PREACTIVATION] = "z", [BS_ACTIVATION] = "a"};
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, letters[at.kind]);
    for (int k = 0; k < 3; k++) {
        const int index = (const int[]){at.layer, at.unit, at.input}[k];
        if (index)
            bs_buf_printf(&buf, k == 0 || (k == 2 && at.kind == BS_WEIGHT) ? "%d" : "_%d", index);
    }
    bs_expr symbol = bs_symbol(pool, bs_buf_text(&buf));
    bs_buf_finish(&buf);
    return symbol;
}

START_TEST(activations_for_any_index)
{
    static const char *const cases[][2] = {
        {"sigmoid", "sigmoid(z_k)"},
        {"identity", "z_k"},
        {"softmax", "exp(z_k)/sum(m, 1, 3, exp(z_m))"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_pool *pool = bs_pool_create();
        struct bs_arch *arch =
            arch_of(1, (const int[]){2, 3}, cases[i], BS_BIAS_UNITS, "half_squared_error");
        bs_expr k = bs_symbol(pool, "k"), z = bs_member(pool, "z", 1, &k);
        ck_assert_ptr_eq(bs_layer_define_general(pool, arch->layers, z, k),
                         parsed(pool, cases[i][1]));
        ck_assert_ptr_null(bs_layer_define_general(pool, arch->layers, NULL, k));
        bs_arch_drop(arch);
        bs_pool_destroy(pool);
    }
}
END_TEST

#define Z BS_PREACTIVATION
#define A BS_ACTIVATION
#define E BS_LOSS_VALUE

START_TEST(definitions_are_what_a_notation_asks_for)
{
    static const struct {
        const char *output;
        enum bs_bias bias;
        int threshold, input_first;
        struct bs_address at;
        const char *text;
    } cases[] = {
        {"sigmoid", BS_BIAS_UNITS, 0, 0, {Z, 1, 2, 0}, "W1_21*x_1 + W1_22*x_2 + b1_2"},
        {"sigmoid", BS_BIAS_UNITS, 0, 1, {Z, 2, 1, 0}, "a1_1*W2_11 + a1_2*W2_12 + b2_1"},
        {"sigmoid", BS_BIAS_SHARED, 0, 0, {Z, 2, 2, 0}, "W2_21*a1_1 + W2_22*a1_2 + b2_1"},
        {"sigmoid", BS_BIAS_NONE, 0, 0, {Z, 1, 1, 0}, "W1_11*x_1 + W1_12*x_2"},
        {"sigmoid", BS_BIAS_UNITS, 1, 0, {Z, 1, 1, 0}, "W1_11*x_1 + W1_12*x_2"},
        {"sigmoid", BS_BIAS_UNITS, 0, 0, {A, 1, 2, 0}, "tanh(z1_2)"},
        {"sigmoid", BS_BIAS_UNITS, 1, 0, {A, 1, 2, 0}, "tanh(z1_2 - b1_2)"},
        {"sigmoid", BS_BIAS_SHARED, 1, 0, {A, 2, 2, 0}, "sigmoid(z2_2 - b2_1)"},
        {"sigmoid", BS_BIAS_NONE, 1, 0, {A, 2, 2, 0}, "sigmoid(z2_2)"},
        {"identity", BS_BIAS_UNITS, 0, 0, {A, 2, 1, 0}, "z2_1"},
        {"identity", BS_BIAS_UNITS, 1, 0, {A, 2, 1, 0}, "z2_1 - b2_1"},
        {"softmax", BS_BIAS_UNITS, 0, 0, {A, 2, 2, 0}, "softmax_2(z2_1, z2_2)"},
        {"softmax", BS_BIAS_SHARED, 1, 0, {A, 2, 1, 0}, "softmax_1(z2_1 - b2_1, z2_2 - b2_1)"},
        {"tanh", BS_BIAS_UNITS, 0, 0, {E, 0, 0, 0}, "1/2*((a2_1 - t_1)^2 + (a2_2 - t_2)^2)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_pool *pool = bs_pool_create();
        struct bs_arch *arch =
            arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"tanh", cases[i].output},
                    cases[i].bias, "half_squared_error");
        struct bs_layout layout = {
            .arch = arch, .threshold = cases[i].threshold, .input_first = cases[i].input_first};
        const int64_t ordinal = bs_layout_ordinal(&layout, cases[i].at);
        ck_assert_ptr_eq(bs_layout_define(&layout, pool, ordinal, named_operand, &layout),
                         parsed(pool, cases[i].text));
        bs_arch_drop(arch);
        bs_pool_destroy(pool);
    }
}
END_TEST

START_TEST(fused_slopes_are_what_a_textbook_writes)
{
    static const struct {
        const char *output, *loss, *text; /* ∂E/∂z2_2; NULL where there is no fused form */
    } cases[] = {
        {"softmax", "cross_entropy", "a2_2*(t_1 + t_2) - t_2"},
        {"sigmoid", "binary_cross_entropy", "a2_2 - t_2"},
        {"softmax", "half_squared_error", NULL},
        {"sigmoid", "squared_error", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_pool *pool = bs_pool_create();
        struct bs_arch *arch =
            arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"tanh", cases[i].output},
                    BS_BIAS_UNITS, cases[i].loss);
        struct bs_layout layout = {.arch = arch};
        for (int64_t k = 0; k < bs_layout_count(&layout); k++) {
            const struct bs_address at = bs_layout_address(&layout, k);
            const bool is_output_z = at.kind == BS_PREACTIVATION && at.layer == 2;
            bs_expr fused = bs_layout_define_fused(&layout, pool, k, named_operand, &layout);
            ck_assert_int_eq(bs_layout_has_fused(&layout, k), cases[i].text && is_output_z);
            ck_assert_int_eq(fused != NULL, cases[i].text && is_output_z);
            if (fused && at.unit == 2)
                ck_assert_ptr_eq(fused, parsed(pool, cases[i].text));
        }
        bs_arch_drop(arch);
        bs_pool_destroy(pool);
    }
}
END_TEST

/* A pass and its layout in symbols: values and gradients by ordinal, definitions over refs. */
enum { MOST = 256 };

struct symbolic {
    struct bs_layout layout;
    struct bs_pool *pool;
    double values[2 * MOST]; /* of quantity k at k, ∂E/∂ it at MOST + k */
};

static bs_expr ref_operand(void *context, struct bs_pool *pool, int64_t ordinal)
{
    (void)context;
    return bs_ref(pool, ordinal);
}

static void init_symbolic(struct symbolic *made, const struct bs_pass *pass, int flags)
{
    made->layout = (struct bs_layout){.arch = bs_pass_arch(pass),
                                      .threshold = flags & 1,
                                      .by_input = flags & 2,
                                      .input_first = flags & 4,
                                      .has_rate = true};
    made->pool = bs_pool_create();
    ck_assert_int_le(bs_layout_count(&made->layout), MOST);
    for (int64_t k = 0; k < bs_layout_count(&made->layout); k++) {
        made->values[k] = bs_pass_value(pass, &made->layout, k, 0.5);
        made->values[MOST + k] = bs_pass_gradient(pass, &made->layout, k);
    }
}

static bs_expr definition(const struct symbolic *made, int64_t ordinal)
{
    return bs_layout_define(&made->layout, made->pool, ordinal, ref_operand, NULL);
}

/* Σ over the users c of ∂E/∂c · ∂c/∂q, with each ∂c/∂q derived from the definition of c. */
static bs_expr chain_rule(const struct symbolic *made, int64_t ordinal)
{
    bs_expr sum = bs_integer(made->pool, 0);
    for (int64_t k = 0; k < bs_layout_user_count(&made->layout, ordinal); k++) {
        const int64_t user = bs_layout_user(&made->layout, ordinal, k);
        bs_expr partial =
            bs_diff(made->pool, definition(made, user), bs_ref(made->pool, ordinal), NULL);
        sum = bs_add(made->pool, sum, bs_mul(made->pool, bs_ref(made->pool, MOST + user), partial));
    }
    return sum;
}

/* Each alone, from the kernels' own numbers for its operands; z, which only adds, to the last bit.
 */
static void check_values(struct symbolic *made)
{
    for (int64_t k = bs_layout_givens(&made->layout); k < bs_layout_count(&made->layout); k++) {
        const struct bs_valued valued = value_of(definition(made, k), made->values);
        ck_assert(agree(made->values[k], valued));
        if (bs_layout_address(&made->layout, k).kind == BS_PREACTIVATION)
            ck_assert(made->values[k] == valued.value);
    }
}

static void check_gradients(struct symbolic *made)
{
    for (int64_t k = 0; k < bs_layout_count(&made->layout) - 1; k++) {
        ck_assert(agree(made->values[MOST + k], value_of(chain_rule(made, k), made->values)));
        bs_expr fused = bs_layout_define_fused(&made->layout, made->pool, k, ref_operand, NULL);
        if (fused)
            ck_assert(agree(made->values[MOST + k], value_of(fused, made->values)));
    }
}

START_TEST(kernels_and_symbols_agree_on_every_quantity_of_200_networks)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    for (int round = 0; round < 200; round++) {
        static struct symbolic made;
        struct net_case drawn = random_case(&rng);
        init_symbolic(&made, drawn.pass, round % 8);
        check_values(&made);
        check_gradients(&made);
        bs_pool_destroy(made.pool);
        finish_case(&drawn);
    }
}
END_TEST

/* All that the layout defines, or the pool's word that memory ran out. */
static bool try_definitions(void *context)
{
    const struct bs_layout *layout = context;
    struct bs_pool *pool = bs_pool_create();
    bool is_done = pool != NULL;
    for (int64_t k = bs_layout_givens(layout); is_done && k < bs_layout_count(layout); k++)
        is_done = bs_layout_define(layout, pool, k, ref_operand, NULL) &&
                  (!bs_layout_has_fused(layout, k) ||
                   bs_layout_define_fused(layout, pool, k, ref_operand, NULL));
    if (pool && !is_done)
        ck_assert_int_eq(bs_pool_error(pool, NULL), BS_NO_MEMORY);
    bs_pool_destroy(pool);
    return is_done;
}

START_TEST(definitions_survive_a_refused_allocation)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){20, 3, 20}, (const char *const[]){"tanh", "softmax"},
                BS_BIAS_UNITS, "cross_entropy");
    struct bs_layout layout = {.arch = arch, .threshold = true};
    bs_refuse_each_allocation(try_definitions, &layout);
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("define", (const TTest *const[]){
                                     activations_for_any_index,
                                     definitions_are_what_a_notation_asks_for,
                                     fused_slopes_are_what_a_textbook_writes,
                                     kernels_and_symbols_agree_on_every_quantity_of_200_networks,
                                     definitions_survive_a_refused_allocation,
                                     NULL,
                                 });
}
