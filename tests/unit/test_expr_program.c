#include "random_expr.h"
#include "test_expr.h"

#include "expr/node.h"
#include "expr/program.h"

enum { VALUES = 150 };

static const char *const names[] = {"a", "b", "c", "d", "x_1", "x_2", "x_3", "z_11", "z_23"};

/* Argument k is the symbol names[k]. */
struct arguments {
    double values[COUNT_OF(names)][VALUES];
    int at;
};

static int place_of(const void *context, const char *name)
{
    int k = 0;
    (void)context;
    while (strcmp(names[k], name) != 0)
        k++;
    return k;
}

static int leaf_at(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct arguments *arguments = context;
    (void)err;
    *value = arguments->values[place_of(NULL, leaf->u.name)][arguments->at];
    return BS_OK;
}

/* Kinks and ties, both zeros, what overflows, underflows and is no number; and others. */
static double random_value(struct bs_rng *rng)
{
    static const double special[] = {0,     -0.0,   1,      -1,       2,         0.5,
                                     1e300, -1e300, 1e-310, INFINITY, -INFINITY, NAN};
    if (bs_rng_below(rng, 3) == 0)
        return special[bs_rng_below(rng, COUNT_OF(special))];
    return bs_rng_between(rng, -4, 4);
}

static bool is_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void compare(bs_expr expr, struct arguments *arguments, size_t n, double kink)
{
    struct bs_program *program = bs_program_create(expr, place_of, NULL);
    struct bs_strided args[COUNT_OF(names)];
    double out[VALUES];
    for (size_t k = 0; k < COUNT_OF(names); k++)
        args[k] = (struct bs_strided){arguments->values[k], 1};
    bs_program_run(out, n, program, args, kink);
    for (arguments->at = 0; arguments->at < (int)n; arguments->at++) {
        struct bs_env env = {.leaf = leaf_at, .context = arguments, .kink = kink};
        struct bs_valued expected;
        ck_assert_int_eq(bs_eval(&expected, expr, &env, NULL), BS_OK);
        ck_assert_msg(is_same(out[arguments->at], expected.value), "%s: %.17g, not %.17g",
                      ascii(expr), out[arguments->at], expected.value);
    }
    bs_program_destroy(program);
}

/* Blocks are of 64 values or, of long programs, of fewer. */
START_TEST(a_block_of_values_is_each_value_alone_to_the_last_bit)
{
    static const struct bs_taste taste = {.kinds = 1U << BS_SUM | 1U << BS_PRODUCT |
                                                   1U << BS_POWER | 1U << BS_CALL | 1U << BS_CASES,
                                          .is_moderate = true};
    static struct arguments arguments;
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    for (int i = 0; i < 400; i++) {
        bs_expr expr = bs_random_expr(pool, &rng, 2 + i % 7, &taste);
        for (size_t k = 0; k < COUNT_OF(names); k++)
            for (int j = 0; j < VALUES; j++)
                arguments.values[k][j] = random_value(&rng);
        compare(expr, &arguments, 1 + bs_rng_below(&rng, VALUES), i % 3 * 0.5);
    }
}
END_TEST

/* Chains of sums and products, of which thousands have no room for a block of two. */
START_TEST(a_program_may_be_longer_than_its_memory_for_blocks)
{
    static struct arguments arguments;
    bs_expr sum = parsed("a");
    for (int chain = 0; chain < 40; chain++) {
        bs_expr link = bs_integer(pool, chain);
        for (int i = 0; i < 60; i++)
            link = bs_add(pool, bs_mul(pool, link, parsed("b")), bs_rational(pool, chain, i + 61));
        sum = bs_add(pool, sum, link);
    }
    for (int j = 0; j < VALUES; j++)
        arguments.values[0][j] = j, arguments.values[1][j] = 1 - 1e-3 * j;
    compare(sum, &arguments, VALUES, 0);
}
END_TEST

START_TEST(an_argument_may_be_the_same_for_all)
{
    struct bs_program *program = bs_program_create(parsed("a*b + a"), place_of, NULL);
    double out[] = {1, 2, 3};
    bs_program_run(out, 3, program, (const struct bs_strided[]){{out, 1}, {&(double){10}, 0}}, 0);
    ck_assert(out[0] == 11 && out[1] == 22 && out[2] == 33);
    bs_program_destroy(program);
}
END_TEST

START_TEST(a_number_or_a_symbol_alone_is_a_program)
{
    const double a[] = {1, 2};
    double out[2];
    struct bs_program *number = bs_program_create(parsed("1/4"), place_of, NULL);
    struct bs_program *symbol = bs_program_create(parsed("a"), place_of, NULL);
    bs_program_run(out, 2, number, NULL, 0);
    ck_assert(out[0] == 0.25 && out[1] == 0.25);
    bs_program_run(out, 2, symbol, (const struct bs_strided[]){{a, 1}}, 0);
    ck_assert(out[0] == 1 && out[1] == 2);
    bs_program_destroy(number);
    bs_program_destroy(symbol);
}
END_TEST

static bool try_create(void *expr)
{
    struct bs_program *program = bs_program_create(expr, place_of, NULL);
    bs_program_destroy(program);
    return program;
}

START_TEST(running_out_of_memory_gives_null)
{
    bs_expr expr = parsed("a*tanh(b + 1)^2 + cases(c > 0, d, 1/a)");
    bs_refuse_each_allocation(try_create, (void *)expr);
}
END_TEST

Suite *bs_suite(void)
{
    return suite_with_pool("program", (const TTest *const[]){
                                          a_block_of_values_is_each_value_alone_to_the_last_bit,
                                          a_program_may_be_longer_than_its_memory_for_blocks,
                                          an_argument_may_be_the_same_for_all,
                                          a_number_or_a_symbol_alone_is_a_program,
                                          running_out_of_memory_gives_null,
                                          NULL,
                                      });
}
