#include "test_net.h"

#include "base/buf.h"
#include "net/layout.h"

/* "W1_23": weight of layer 1, unit 2, input 3. */
static void put_name(struct bs_buf *buf, struct bs_address at)
{
    switch (at.kind) {
    case BS_INPUT:
        bs_buf_printf(buf, "x_%d", at.input);
        break;
    case BS_TARGET:
        bs_buf_printf(buf, "t_%d", at.unit);
        break;
    case BS_WEIGHT:
        bs_buf_printf(buf, "W%d_%d%d", at.layer, at.unit, at.input);
        break;
    case BS_BIAS:
        bs_buf_printf(buf, "b%d_%d", at.layer, at.unit);
        break;
    case BS_RATE:
        bs_buf_put(buf, "eta");
        break;
    case BS_PREACTIVATION:
        bs_buf_printf(buf, "z%d_%d", at.layer, at.unit);
        break;
    case BS_ACTIVATION:
        bs_buf_printf(buf, "a%d_%d", at.layer, at.unit);
        break;
    case BS_LOSS_VALUE:
        bs_buf_put(buf, "E");
        break;
    }
}

typedef int64_t ordinal_at(const struct bs_layout *layout, int64_t k);

static int64_t itself(const struct bs_layout *layout, int64_t k)
{
    (void)layout;
    return k;
}

static void check_names(const struct bs_layout *layout, int64_t count, ordinal_at *at,
                        const char *expected)
{
    struct bs_buf buf = BS_BUF_INIT;
    for (int64_t k = 0; k < count; k++) {
        bs_buf_put(&buf, k ? " " : "");
        put_name(&buf, bs_layout_address(layout, at(layout, k)));
    }
    ck_assert_str_eq(bs_buf_text(&buf), expected);
    bs_buf_finish(&buf);
}

static struct bs_arch *two_layers(const char *output, enum bs_bias bias)
{
    return arch_of(2, (const int[]){2, 2, 2}, (const char *const[]){"tanh", output}, bias,
                   "squared_error");
}

START_TEST(the_order_of_the_tape_is_as_documented)
{
    struct bs_arch *arch = two_layers("sigmoid", BS_BIAS_UNITS);
    const struct bs_layout layout = {.arch = arch, .has_rate = true};
    check_names(&layout, bs_layout_count(&layout), itself,
                "x_1 x_2 t_1 t_2 W1_11 W1_12 W1_21 W1_22 b1_1 b1_2 W2_11 W2_12 W2_21 W2_22 b2_1 "
                "b2_2 eta z1_1 a1_1 z1_2 a1_2 z2_1 a2_1 z2_2 a2_2 E");
    ck_assert_int_eq(bs_layout_givens(&layout), 17);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(softmax_weights_by_input_and_shared_biases_change_the_order)
{
    struct bs_arch *arch = two_layers("softmax", BS_BIAS_SHARED);
    const struct bs_layout layout = {.arch = arch, .by_input = true};
    check_names(&layout, bs_layout_count(&layout), itself,
                "x_1 x_2 t_1 t_2 W1_11 W1_21 W1_12 W1_22 b1_1 W2_11 W2_21 W2_12 W2_22 b2_1 "
                "z1_1 a1_1 z1_2 a1_2 z2_1 z2_2 a2_1 a2_2 E");
    ck_assert_int_eq(bs_layout_givens(&layout), 14);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(the_backward_order_is_as_documented)
{
    struct bs_arch *arch = two_layers("softmax", BS_BIAS_UNITS);
    const struct bs_layout layout = {.arch = arch, .has_rate = true};
    const char *const rows =
        "E a2_1 a2_2 z2_1 z2_2 a1_1 a1_2 z1_1 z1_2 W2_11 W2_12 W2_21 W2_22 b2_1 b2_2 "
        "W1_11 W1_12 W1_21 W1_22 b1_1 b1_2";
    const char *const columns =
        "E a2_1 a2_2 z2_1 z2_2 a1_1 a1_2 z1_1 z1_2 W2_11 W2_21 W2_12 W2_22 b2_1 b2_2 "
        "W1_11 W1_21 W1_12 W1_22 b1_1 b1_2";
    check_names(&layout, bs_layout_backward_count(&layout), bs_layout_backward, rows);
    const struct bs_layout by_input = {.arch = arch, .by_input = true};
    check_names(&by_input, bs_layout_backward_count(&by_input), bs_layout_backward, columns);
    bs_arch_drop(arch);
}
END_TEST

/* Each of 60 random networks in each of the 8 ways to lay it out. */
static void for_each_layout(void (*check)(const struct bs_layout *layout))
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 21);
    for (int round = 0; round < 60; round++) {
        struct bs_arch *arch = random_arch(&rng);
        for (int flags = 0; flags < 8; flags++) {
            const struct bs_layout layout = {
                .arch = arch, .threshold = flags & 1, .by_input = flags & 2, .has_rate = flags & 4};
            check(&layout);
        }
        bs_arch_drop(arch);
    }
}

static void check_round_trip(const struct bs_layout *layout)
{
    for (int64_t ordinal = 0; ordinal < bs_layout_count(layout); ordinal++)
        ck_assert_int_eq(bs_layout_ordinal(layout, bs_layout_address(layout, ordinal)), ordinal);
}

START_TEST(an_address_leads_back_to_its_ordinal)
{
    for_each_layout(check_round_trip);
}
END_TEST

static void check_backward(const struct bs_layout *layout)
{
    int64_t ranked = 0;
    for (int64_t k = 0; k < bs_layout_backward_count(layout); k++)
        ck_assert_int_eq(bs_layout_backward_rank(layout, bs_layout_backward(layout, k)), k);
    for (int64_t ordinal = 0; ordinal < bs_layout_count(layout); ordinal++) {
        const enum bs_quantity kind = bs_layout_address(layout, ordinal).kind;
        const bool has_rank = kind != BS_INPUT && kind != BS_TARGET && kind != BS_RATE;
        const int64_t rank = bs_layout_backward_rank(layout, ordinal);
        ck_assert_int_eq(rank >= 0, has_rank);
        ranked += has_rank;
        for (int64_t k = 0; has_rank && k < bs_layout_user_count(layout, ordinal); k++)
            ck_assert_int_lt(bs_layout_backward_rank(layout, bs_layout_user(layout, ordinal, k)),
                             rank);
    }
    ck_assert_int_eq(ranked, bs_layout_backward_count(layout));
}

START_TEST(users_come_before_what_they_use_on_the_way_back)
{
    for_each_layout(check_backward);
}
END_TEST

enum { MOST = 256 };

static bs_expr ref_operand(void *context, struct bs_pool *pool, int64_t ordinal)
{
    (void)context;
    return bs_ref(pool, ordinal);
}

/* Whose definition mentions whom, found by reading the leaves of all definitions. */
struct mentions {
    int64_t user; /* being read */
    int64_t users[MOST][MOST];
    int64_t counts[MOST];
};

static int note_mention(void *context, bs_expr leaf)
{
    struct mentions *mentions = context;
    const int64_t used = leaf->u.ref;
    ck_assert_int_ge(used, 0);
    ck_assert_int_lt(used, mentions->user); /* only earlier entries */
    mentions->users[used][mentions->counts[used]++] = mentions->user;
    return 0;
}

static void check_users(const struct bs_layout *layout)
{
    static struct mentions mentions;
    struct bs_pool *pool = bs_pool_create();
    const int64_t count = bs_layout_count(layout);
    ck_assert_int_le(count, MOST);
    memset(mentions.counts, 0, sizeof mentions.counts);
    for (int64_t ordinal = 0; ordinal < count; ordinal++) {
        bs_expr defined = bs_layout_define(layout, pool, ordinal, ref_operand, NULL);
        ck_assert_int_eq(defined != NULL, ordinal >= bs_layout_givens(layout));
        mentions.user = ordinal;
        if (defined)
            bs_visit_leaves(defined, note_mention, &mentions);
    }
    for (int64_t used = 0; used < count; used++) {
        ck_assert_int_eq(bs_layout_user_count(layout, used), mentions.counts[used]);
        for (int64_t k = 0; k < mentions.counts[used]; k++)
            ck_assert_int_eq(bs_layout_user(layout, used, k), mentions.users[used][k]);
    }
    bs_pool_destroy(pool);
}

START_TEST(users_are_those_whose_definitions_mention_it)
{
    for_each_layout(check_users);
}
END_TEST

START_TEST(what_is_not_in_the_network_has_no_ordinal)
{
    static const struct bs_address cases[] = {
        {BS_INPUT, 0, 0, 0},
        {BS_INPUT, 0, 0, 3},
        {BS_INPUT, 0, 1, 1},
        {BS_INPUT, 1, 0, 1},
        {BS_TARGET, 0, 0, 0},
        {BS_TARGET, 0, 3, 0},
        {BS_TARGET, 2, 1, 0},
        {BS_WEIGHT, 0, 1, 1},
        {BS_WEIGHT, 3, 1, 1},
        {BS_WEIGHT, 1, 3, 1},
        {BS_WEIGHT, 1, 1, 3},
        {BS_WEIGHT, 1, 1, 0},
        {BS_BIAS, 1, 2, 0},
        {BS_BIAS, 1, 1, 1},
        {BS_BIAS, 0, 1, 0},
        {BS_RATE, 0, 0, 0},
        {BS_PREACTIVATION, 1, 3, 0},
        {BS_PREACTIVATION, 3, 1, 0},
        {BS_ACTIVATION, 0, 1, 0},
        {BS_ACTIVATION, 1, 0, 0},
        {BS_ACTIVATION, 1, -1, 0},
        {BS_ACTIVATION, 1, 1, 1},
        {BS_LOSS_VALUE, 1, 0, 0},
        {BS_LOSS_VALUE, 0, 1, 0},
        {(enum bs_quantity)99, 0, 0, 0},
    };
    struct bs_arch *arch = two_layers("sigmoid", BS_BIAS_SHARED);
    const struct bs_layout layout = {.arch = arch};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_int_eq(bs_layout_ordinal(&layout, cases[i]), -1);
    bs_arch_drop(arch);
}
END_TEST

/* 784-128-10, counted by hand: 784 + 10 givens, 784·128 + 128, 128·10 + 10, 2·138 values, E. */
START_TEST(a_large_network_is_laid_out_by_arithmetic)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){784, 128, 10}, (const char *const[]){"relu", "softmax"},
                BS_BIAS_UNITS, "cross_entropy");
    const struct bs_layout layout = {.arch = arch};
    ck_assert_int_eq(bs_layout_count(&layout), 794 + 100480 + 1290 + 276 + 1);
    static const struct {
        struct bs_address at;
        int64_t ordinal, users, first_user;
    } cases[] = {
        {{BS_INPUT, 0, 0, 784}, 783, 128, 102564},
        {{BS_WEIGHT, 1, 128, 784}, 794 + 100352 - 1, 1, 102564 + 254},
        {{BS_BIAS, 2, 10, 0}, 102564 - 1, 1, 102564 + 256 + 9},
        {{BS_ACTIVATION, 1, 128, 0}, 102564 + 255, 10, 102564 + 256},
        {{BS_PREACTIVATION, 2, 1, 0}, 102564 + 256, 10, 102564 + 266},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const int64_t ordinal = bs_layout_ordinal(&layout, cases[i].at);
        ck_assert_int_eq(ordinal, cases[i].ordinal);
        ck_assert_int_eq(bs_layout_user_count(&layout, ordinal), cases[i].users);
        ck_assert_int_eq(bs_layout_user(&layout, ordinal, 0), cases[i].first_user);
    }
    bs_arch_drop(arch);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("layout", (const TTest *const[]){
                                     the_order_of_the_tape_is_as_documented,
                                     softmax_weights_by_input_and_shared_biases_change_the_order,
                                     the_backward_order_is_as_documented,
                                     an_address_leads_back_to_its_ordinal,
                                     users_come_before_what_they_use_on_the_way_back,
                                     users_are_those_whose_definitions_mention_it,
                                     what_is_not_in_the_network_has_no_ordinal,
                                     a_large_network_is_laid_out_by_arithmetic,
                                     NULL,
                                 });
}
