#include "test_layers.h"

static struct stack_case maxout_case(int inputs, int units, int pieces, bool has_bias)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {inputs}}, .samples = 1};
    struct bs_stage_spec *spec = add_spec(&stack, "maxout");
    set_option(spec, "units", units);
    set_option(spec, "pieces", pieces);
    set_option(spec, "bias", has_bias);
    return stack;
}

static void must_be_close(double value, long double expected, const char *what)
{
    must(fabsl(value - expected) <= 1e-13L * (1 + fabsl(expected)), "%s is %.17g, not %.17Lg", what,
         value, expected);
}

/* The sum of a piece, and which piece of a unit is the largest; no ties among random numbers. */
static long double piece_of(const double *w, const double *b, const double *x, int inputs)
{
    long double sum = 0;
    for (int i = 0; i < inputs; i++)
        sum += (long double)w[i] * x[i];
    return b ? sum + *b : sum;
}

struct naive {
    int inputs, units, pieces;
    size_t rows;
    const double *w, *b, *x;
};

static int largest_of(const struct naive *naive, size_t row, int unit)
{
    int largest = 0;
    long double most = -INFINITY;
    for (int p = 0; p < naive->pieces; p++) {
        const int k = unit * naive->pieces + p;
        const long double z = piece_of(naive->w + k * naive->inputs, naive->b ? naive->b + k : NULL,
                                       naive->x + row * (size_t)naive->inputs, naive->inputs);
        if (z > most)
            most = z, largest = p;
    }
    return largest;
}

/* Outputs, and what reaches the inputs and the weights: by the largest piece of each unit alone. */
static void must_be_naive(const struct stack_run *made, const struct naive *naive)
{
    const double *a = bs_run_outputs(made->run), *da = slopes_of(made, 0, "a");
    const double *dx = bs_run_slopes(made->run, BS_FROM_OUTSIDE, 0);
    for (size_t r = 0; r < naive->rows; r++)
        for (int j = 0; j < naive->units; j++) {
            const int k = j * naive->pieces + largest_of(naive, r, j);
            must_be_close(a[r * (size_t)naive->units + (size_t)j],
                          piece_of(naive->w + k * naive->inputs, naive->b ? naive->b + k : NULL,
                                   naive->x + r * (size_t)naive->inputs, naive->inputs),
                          "a");
        }
    for (size_t r = 0; r < naive->rows; r++)
        for (int i = 0; i < naive->inputs; i++) {
            long double sum = 0;
            for (int j = 0; j < naive->units; j++) {
                const int k = j * naive->pieces + largest_of(naive, r, j);
                sum += (long double)da[r * (size_t)naive->units + (size_t)j] *
                       naive->w[k * naive->inputs + i];
            }
            must_be_close(dx[r * (size_t)naive->inputs + (size_t)i], sum, "dx");
        }
}

static void must_have_naive_gradients(const struct stack_run *made, const struct naive *naive)
{
    const double *da = slopes_of(made, 0, "a"), *gradients = made->gradients;
    const int sums = naive->units * naive->pieces;
    for (int k = 0; k < sums; k++) {
        long double bias = 0;
        for (int i = 0; i < naive->inputs; i++) {
            long double weight = 0;
            bias = 0;
            for (size_t r = 0; r < naive->rows; r++) {
                const int j = k / naive->pieces;
                const bool is_it = largest_of(naive, r, j) == k % naive->pieces;
                const long double slope = is_it ? da[r * (size_t)naive->units + (size_t)j] : 0;
                weight += slope * naive->x[r * (size_t)naive->inputs + (size_t)i];
                bias += slope;
            }
            must_be_close(gradients[k * naive->inputs + i], weight, "dW");
        }
        if (naive->b)
            must_be_close(gradients[sums * naive->inputs + k], bias, "db");
    }
}

START_TEST(kernels_are_those_of_the_naive_loops)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        const int inputs = 1 + (int)bs_rng_below(&rng, 5), units = 1 + (int)bs_rng_below(&rng, 4);
        const int pieces = 1 + (int)bs_rng_below(&rng, 4);
        const bool has_bias = bs_rng_below(&rng, 2);
        struct stack_case stack = maxout_case(inputs, units, pieces, has_bias);
        stack.samples = 1 + bs_rng_below(&rng, 5);
        stack.in.steps = seed % 3 == 0 ? 2 : 0;
        struct stack_run made = open_run(&stack, seed);
        const double *params = made.numbers.params->values;
        const struct naive naive = {inputs,
                                    units,
                                    pieces,
                                    stack.samples * (stack.in.steps ? 2 : 1),
                                    params,
                                    has_bias ? params + units * pieces * inputs : NULL,
                                    bs_run_values(made.run, BS_FROM_OUTSIDE, 0)};
        must_be_naive(&made, &naive);
        must_have_naive_gradients(&made, &naive);
        close_run(&made);
    }
}
END_TEST

/* Pieces x and −x are |x|; x and 0 are relu (Goodfellow et al. 2013, figure 1). */
START_TEST(pieces_make_the_activations_of_the_paper)
{
    static const double xs[] = {-2, -0.5, 0, 0.25, 3};
    struct stack_case stack = maxout_case(1, 2, 2, false);
    struct stack_run made = open_run(&stack, 1);
    memcpy(made.numbers.params->values, (const double[]){1, -1, 1, 0}, 4 * sizeof(double));
    for (size_t k = 0; k < COUNT_OF(xs); k++) {
        made.numbers.x[0] = xs[k];
        run_stack(&made);
        ck_assert(bs_run_outputs(made.run)[0] == fabs(xs[k]));
        ck_assert(bs_run_outputs(made.run)[1] == fmax(xs[k], 0));
    }
    close_run(&made);
}
END_TEST

/* Three pieces, of which the first and the last tie at 1, and the slope that comes back is 1. */
START_TEST(a_tie_goes_by_the_slope_at_a_kink)
{
    static const struct {
        double kink, slopes[3];
    } cases[] = {{0, {1, 0, 0}}, {0.5, {0.5, 0, 0.5}}, {1, {0, 0, 1}}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct stack_case stack = maxout_case(1, 1, 3, false);
        stack.kink = cases[k].kink;
        struct stack_run made = open_run(&stack, 1);
        memcpy(made.numbers.params->values, (const double[]){1, -1, 1}, 3 * sizeof(double));
        made.numbers.x[0] = 1;
        made.numbers.t[0] = 0;
        run_stack(&made);
        for (int p = 0; p < 3; p++)
            must(slopes_of(&made, 0, "z")[p] == cases[k].slopes[p], "kink %g, piece %d: %g",
                 cases[k].kink, p, slopes_of(&made, 0, "z")[p]);
        close_run(&made);
    }
}
END_TEST

START_TEST(what_is_not_a_number_comes_out)
{
    struct stack_case stack = maxout_case(1, 1, 3, false);
    struct stack_run made = open_run(&stack, 1);
    memcpy(made.numbers.params->values, (const double[]){1, NAN, 2}, 3 * sizeof(double));
    run_stack(&made);
    ck_assert(isnan(bs_run_outputs(made.run)[0]));
    for (int p = 0; p < 3; p++)
        ck_assert(isnan(slopes_of(&made, 0, "z")[p]));
    close_run(&made);
}
END_TEST

START_TEST(parameters_are_counted)
{
    static const struct {
        bool has_bias;
        size_t count;
        const char *shown;
    } cases[] = {{true, 30, "3·2·(4 + 1) = 30"}, {false, 24, "3·2·4 = 24"}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = maxout_case(4, 3, 2, cases[k].has_bias);
        struct bs_arch *arch = arch_of_case(&stack);
        ck_assert_uint_eq(arch->parameters, cases[k].count);
        must_count(arch, 0, cases[k].shown);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(what_is_no_row_of_features_is_refused)
{
    struct stack_case stack = {.in = {.rank = 2, .size = {2, 3}}};
    set_option(add_spec(&stack, "maxout"), "units", 2);
    must_refuse_stack(&stack, "maxout1 (maxout): it takes features in a row, and gets 2×3: put "
                              "flatten() before it");
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("maxout", (const TTest *const[]){
                                     kernels_are_those_of_the_naive_loops,
                                     pieces_make_the_activations_of_the_paper,
                                     a_tie_goes_by_the_slope_at_a_kink,
                                     what_is_not_a_number_comes_out,
                                     parameters_are_counted,
                                     what_is_no_row_of_features_is_refused,
                                     NULL,
                                 });
}
