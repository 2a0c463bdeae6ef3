#include "test_tape.h"

#include "tape/internal.h"

/* One entry of a large network, asked for by name, is explained without the others. */

/* A network for pictures of 28 × 28 points, in delta's names. */
static struct bs_tape *picture_tape(int hidden)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){784, hidden, 10}, (const char *const[]){"relu", "softmax"},
                BS_BIAS_UNITS, "cross_entropy");
    struct bs_rng rng;
    double *params = bs_alloc(arch->parameters * sizeof *params), x[784], t[10] = {1};
    bs_rng_seed(&rng, 1);
    fill_random(params, arch->parameters, &rng, -0.05, 0.05);
    fill_random(x, COUNT_OF(x), &rng, 0, 1);
    struct bs_tape *tape =
        network_tape(drop_arch(arch, notation_of(arch, "delta")), params, x, t, 0.1);
    bs_free(params);
    return tape;
}

/* Bytes of expressions that finding, deriving and writing one entry of a new tape takes. */
static size_t growth(int hidden, const char *name)
{
    struct bs_tape *tape = picture_tape(hidden);
    const size_t before = bs_pool_size(tape->pool);
    const struct bs_derivation made = derived(tape, entry_of(tape, name));
    ck_assert(made.is_checked);
    for (int i = 0; i < made.count; i++)
        written(tape, made.lines[i].expr, BS_UNICODE, true);
    const size_t after = bs_pool_size(tape->pool);
    bs_tape_destroy(tape);
    return after - before;
}

/* What its definitions mention (at a kink also those of what it mentions), whatever else there is.
 */
START_TEST(an_entry_takes_memory_for_its_own_terms)
{
    static const struct {
        const char *name;
        size_t terms;
    } cases[] = {
        {"z1_7", 785},     {"a1_7", 785},         {"dE_dW1_1_1", 785},   {"dE_db1_3", 785},
        {"W1_5_5_new", 1}, {"dW1_5_5", 1},        {"z1_7_new", 2 * 785}, {"a2_3", 10},
        {"E", 10},         {"delta2_3", 10 * 10}, {"E_new", 10},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const size_t bytes = growth(128, cases[i].name);
        ck_assert_uint_le(bytes, 4096 + 1024 * cases[i].terms);
        ck_assert_uint_eq(growth(512, cases[i].name), bytes);
    }
}
END_TEST

/* The error term of a hidden unit reads the sums of the ten outputs, 129 terms each. */
START_TEST(an_error_term_takes_memory_for_the_layer_it_feeds)
{
    ck_assert_uint_le(growth(128, "delta1_1"), 1024 * 10 * 129);
    ck_assert_uint_le(growth(128, "dE_da1_1"), 1024 * 10 * 129);
}
END_TEST

START_TEST(names_of_a_table_are_checked_without_the_whole_network)
{
    struct bs_arch *arch =
        arch_of(2, (const int[]){2000, 2000, 10}, (const char *const[]){"relu", "softmax"},
                BS_BIAS_NONE, "cross_entropy");
    double *numbers = bs_calloc(arch->parameters + 4000, sizeof *numbers);
    const struct bs_notation_spec spec = {.rate = {.stem = "alpha"}};
    struct bs_notation *notation = drop_arch(arch, table_of(arch, &spec));
    struct bs_tape *tape =
        network_tape(notation, numbers, numbers + arch->parameters, numbers, 0.1);
    ck_assert_int_eq(bs_tape_position(tape, entry_of(tape, "alpha")), 2000 + 10 + 2000 * 2010);
    bs_tape_destroy(tape);
    bs_free(numbers);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("lazy", (const TTest *const[]){
                                   an_entry_takes_memory_for_its_own_terms,
                                   an_error_term_takes_memory_for_the_layer_it_feeds,
                                   names_of_a_table_are_checked_without_the_whole_network,
                                   NULL,
                               });
}
