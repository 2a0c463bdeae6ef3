#include "test_layers.h"

/* Convolutions and pools: their kernels against loops over every number, and by hand. */

static void must_be_close(double value, long double expected, const char *what)
{
    must(fabsl(value - expected) <= 1e-12L * (1 + fabsl(expected)), "%s is %.17g, not %.17Lg", what,
         value, expected);
}

/* ---- the naive loops ------------------------------------------------------------------------- */

enum { SAMPLES = 3, MOST = 1 << 14 };

/* A layer of one kind, drawn; what has places in a row has one row of them. */
struct layer {
    const char *kind;
    int channels, maps, groups; /* those that it reads and those that it makes */
    int in[2], size[2], stride[2], padding[2], out[2];
    bool flips, has_bias, is_flat;
};

/* Of such a layer: what it reads and the slopes of what it makes, and what must come of them. */
struct naive {
    const struct layer *layer;
    const double *x, *kernel, *bias, *dz;
    long double z[MOST], dx[MOST], dkernel[MOST], dbias[MOST];
};

/* The place of (row of samples, channel, r, c) among the numbers read; −1 of the padding. */
static int place_read(const struct layer *layer, int row, int channel, int r, int c)
{
    if (r < 0 || c < 0 || r >= layer->in[0] || c >= layer->in[1])
        return -1;
    return ((row * layer->channels + channel) * layer->in[0] + r) * layer->in[1] + c;
}

/* One product, K[o, i, u, v]·x, of the number at `to`. */
static void convolve_tap(struct naive *naive, int to, int from, int k)
{
    if (from < 0)
        return;
    naive->z[to] += (long double)naive->kernel[k] * naive->x[from];
    naive->dkernel[k] += (long double)naive->dz[to] * naive->x[from];
    naive->dx[from] += (long double)naive->dz[to] * naive->kernel[k];
}

static void convolve_place(struct naive *naive, int to, int row, int o, const int *at)
{
    const struct layer *layer = naive->layer;
    const int channels = layer->channels / layer->groups;
    const int first = o / (layer->maps / layer->groups) * channels;
    const int *size = layer->size;
    for (int i = 0; i < channels; i++)
        for (int u = 0; u < size[0]; u++)
            for (int v = 0; v < size[1]; v++) {
                const int k = ((o * channels + i) * size[0] + u) * size[1] + v;
                const int r = at[0] + (layer->flips ? size[0] - 1 - u : u);
                const int c = at[1] + (layer->flips ? size[1] - 1 - v : v);
                convolve_tap(naive, to, place_read(layer, row, first + i, r, c), k);
            }
    naive->z[to] += naive->bias ? naive->bias[o] : 0;
    naive->dbias[o] += naive->dz[to];
}

/* The greatest number of a window, none of which is there twice, has all of the slope. */
static void take_greatest(struct naive *naive, int to, int row, int channel, const int *at)
{
    const struct layer *layer = naive->layer;
    int greatest = place_read(layer, row, channel, at[0], at[1]);
    for (int u = 0; u < layer->size[0]; u++)
        for (int v = 0; v < layer->size[1]; v++) {
            const int place = place_read(layer, row, channel, at[0] + u, at[1] + v);
            greatest = naive->x[place] > naive->x[greatest] ? place : greatest;
        }
    naive->z[to] = naive->x[greatest];
    naive->dx[greatest] += naive->dz[to];
}

static void take_mean(struct naive *naive, int to, int row, int channel, const int *at)
{
    const struct layer *layer = naive->layer;
    const long double count = layer->size[0] * layer->size[1];
    for (int u = 0; u < layer->size[0]; u++)
        for (int v = 0; v < layer->size[1]; v++) {
            const int place = place_read(layer, row, channel, at[0] + u, at[1] + v);
            naive->z[to] += naive->x[place] / count;
            naive->dx[place] += naive->dz[to] / count;
        }
}

static void compute_place(struct naive *naive, int to, int row, int o, const int *at)
{
    if (strncmp(naive->layer->kind, "conv", 4) == 0)
        convolve_place(naive, to, row, o, at);
    else if (strcmp(naive->layer->kind, "max_pool") == 0)
        take_greatest(naive, to, row, o, at);
    else
        take_mean(naive, to, row, o, at);
}

static void compute(struct naive *naive, int rows)
{
    const struct layer *layer = naive->layer;
    int to = 0;
    for (int map = 0; map < rows * layer->maps; map++)
        for (int r = 0; r < layer->out[0]; r++)
            for (int c = 0; c < layer->out[1]; c++, to++) {
                const int at[2] = {r * layer->stride[0] - layer->padding[0],
                                   c * layer->stride[1] - layer->padding[1]};
                compute_place(naive, to, map / layer->maps, map % layer->maps, at);
            }
}

/* ---- random layers --------------------------------------------------------------------------- */

static int between(struct bs_rng *rng, int least, int most)
{
    return least + (int)bs_rng_below(rng, (uint32_t)(most - least + 1));
}

/* A window that makes `out` places, and so what it must be moved over. */
static void draw_window(struct layer *layer, struct bs_rng *rng, int d)
{
    const bool pads = strncmp(layer->kind, "conv", 4) == 0;
    do {
        layer->size[d] = between(rng, 1, 4);
        layer->stride[d] = between(rng, 1, 3);
        layer->padding[d] = pads ? between(rng, 0, 3) : 0;
        layer->in[d] =
            (layer->out[d] - 1) * layer->stride[d] + layer->size[d] - 2 * layer->padding[d];
    } while (layer->in[d] < 1);
}

/* From what it makes to what it reads, so that every window fits. */
static struct layer draw_layer(struct bs_rng *rng, const char *kind, bool is_flat)
{
    struct layer layer = {.kind = kind, .groups = between(rng, 1, 3), .is_flat = is_flat};
    layer.channels = layer.groups * between(rng, 1, 2);
    layer.maps = strncmp(kind, "conv", 4) == 0 ? layer.groups * between(rng, 1, 2) : layer.channels;
    layer.flips = between(rng, 0, 1), layer.has_bias = between(rng, 0, 1);
    for (int d = 0; d < 2; d++) {
        layer.out[d] = between(rng, 1, 5);
        draw_window(&layer, rng, d);
    }
    for (int d = 0; is_flat && d < 1; d++)
        layer.in[d] = layer.size[d] = layer.stride[d] = layer.out[d] = 1, layer.padding[d] = 0;
    return layer;
}

static void set_window(struct bs_stage_spec *spec, const char *name, const int *pair, bool is_flat)
{
    set_pair(spec, name, pair[is_flat ? 1 : 0], pair[1]);
}

/*
 * The layer after one that only copies what comes in, so that slopes are handed on to somewhere
 * also where nobody asks for those of the inputs.
 */
static struct stack_case case_of_layer(const struct layer *layer)
{
    struct stack_case stack = {.in = {.rank = 3}, .samples = SAMPLES};
    const bool convolves = strncmp(layer->kind, "conv", 4) == 0;
    memcpy(stack.in.size, (const int[]){layer->channels, layer->in[0], layer->in[1]},
           sizeof stack.in.size);
    if (layer->is_flat)
        stack.in.rank = 2, stack.in.size[1] = layer->in[1], stack.in.size[2] = 0;
    set_activation(add_spec(&stack, "activation"), "tanh");
    struct bs_stage_spec *spec = add_spec(&stack, layer->kind);
    set_window(spec, convolves ? "kernel" : "size", layer->size, layer->is_flat);
    set_window(spec, "stride", layer->stride, layer->is_flat);
    if (!convolves)
        return stack;
    set_window(spec, "padding", layer->padding, layer->is_flat);
    set_option(spec, "channels", layer->maps);
    set_option(spec, "groups", layer->groups);
    set_option(spec, "flip", layer->flips);
    set_option(spec, "bias", layer->has_bias);
    return stack;
}

/* ---- the comparison -------------------------------------------------------------------------- */

static void must_be_all(const double *values, const long double *expected, size_t count,
                        const char *what)
{
    for (size_t i = 0; i < count; i++)
        must_be_close(values[i], expected[i], what);
}

static void must_be_naive(const struct stack_run *made, const struct layer *layer, int rows)
{
    const struct bs_stage *stage = &made->arch->stack->stages[1];
    const double *params = made->numbers.params->values, *gradients = made->gradients;
    const bool has_kernel = stage->output > 0;
    struct naive *naive = bs_calloc(1, sizeof *naive);
    naive->layer = layer;
    naive->x = bs_run_values(made->run, 0, 0),
    naive->dz = bs_run_slopes(made->run, 1, stage->output);
    naive->kernel = has_kernel ? params + stage->arrays[0].first : NULL;
    naive->bias = stage->output > 1 ? params + stage->arrays[1].first : NULL;
    compute(naive, rows);
    must_be_all(bs_run_values(made->run, 1, stage->output), naive->z,
                (size_t)rows * bs_shape_count(&stage->out), "z");
    must_be_all(bs_run_slopes(made->run, 0, 0), naive->dx,
                (size_t)rows * bs_shape_count(&stage->in), "dx");
    if (has_kernel)
        must_be_all(gradients + stage->arrays[0].first, naive->dkernel, stage->arrays[0].count,
                    "dK");
    if (naive->bias)
        must_be_all(gradients + stage->arrays[1].first, naive->dbias, stage->arrays[1].count, "db");
    bs_free(naive);
}

/* The kernels that train, in place of those of tapes, with twice the gradients, halved again. */
static void run_as_trained(struct stack_run *made)
{
    const double *params = made->numbers.params->values;
    const size_t count = made->arch->parameters;
    struct bs_error err;
    bs_run_destroy(made->run);
    must_do(bs_run_create(&made->run, made->arch, SAMPLES, BS_RUN_TRAINS, &err), err);
    bs_run_load(made->run, made->numbers.x, made->numbers.t, NULL, SAMPLES);
    memset(made->gradients, 0, count * sizeof *made->gradients);
    must(bs_run_forward(made->run, params) == BS_OK, "interrupted");
    must(bs_run_backward(made->run, params, 2, made->gradients) == BS_OK, "interrupted");
    for (size_t i = 0; i < count; i++)
        made->gradients[i] /= 2;
}

START_TEST(kernels_are_those_of_the_naive_loops)
{
    static const struct {
        const char *kind;
        bool is_flat;
    } kinds[] = {{"conv2d", false},  {"conv1d", true},    {"max_pool", false},
                 {"max_pool", true}, {"avg_pool", false}, {"avg_pool", true}};
    struct bs_rng rng;
    bs_rng_seed(&rng, (uint64_t)_i);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const struct layer layer = draw_layer(&rng, kinds[_i].kind, kinds[_i].is_flat);
        struct stack_case stack = case_of_layer(&layer);
        stack.in.steps = seed % 4 == 0 ? 2 : 0;
        struct stack_run made = open_run(&stack, seed);
        const int rows = SAMPLES * (stack.in.steps ? 2 : 1);
        must_be_naive(&made, &layer, rows);
        run_as_trained(&made);
        must_be_naive(&made, &layer, rows);
        close_run(&made);
    }
}
END_TEST

/*
 * Windows of 2 × 2 side by side, kernels of 1 × 1, convolutions that are large enough for BLAS, and
 * one so large that its samples are not all worked on at a time.
 */
START_TEST(usual_sizes_are_those_of_the_naive_loops)
{
    static const struct layer layers[] = {
        {.kind = "avg_pool",
         .channels = 3,
         .maps = 3,
         .in = {6, 8},
         .size = {2, 2},
         .stride = {2, 2},
         .out = {3, 4}},
        {.kind = "max_pool",
         .channels = 3,
         .maps = 3,
         .in = {6, 8},
         .size = {2, 2},
         .stride = {2, 2},
         .out = {3, 4}},
        {.kind = "avg_pool",
         .channels = 2,
         .maps = 2,
         .in = {1, 8},
         .size = {1, 2},
         .stride = {1, 2},
         .out = {1, 4},
         .is_flat = true},
        {.kind = "conv2d",
         .channels = 4,
         .maps = 6,
         .groups = 2,
         .in = {5, 4},
         .size = {1, 1},
         .stride = {1, 1},
         .out = {5, 4},
         .has_bias = true},
        {.kind = "conv2d",
         .channels = 2,
         .maps = 8,
         .groups = 1,
         .in = {12, 13},
         .size = {5, 5},
         .stride = {1, 1},
         .out = {8, 9},
         .has_bias = true},
        {.kind = "conv2d",
         .channels = 4,
         .maps = 8,
         .groups = 2,
         .in = {12, 11},
         .size = {5, 3},
         .stride = {1, 1},
         .padding = {2, 1},
         .out = {12, 11},
         .flips = true},
        {.kind = "conv2d",
         .channels = 2,
         .maps = 2,
         .groups = 1,
         .in = {40, 44},
         .size = {3, 5},
         .stride = {1, 1},
         .out = {38, 40},
         .has_bias = true},
    };
    for (size_t k = 0; k < COUNT_OF(layers); k++) {
        const struct stack_case stack = case_of_layer(&layers[k]);
        struct stack_run made = open_run(&stack, k + 1);
        must_be_naive(&made, &layers[k], SAMPLES);
        run_as_trained(&made);
        must_be_naive(&made, &layers[k], SAMPLES);
        close_run(&made);
    }
}
END_TEST

/* ---- by hand --------------------------------------------------------------------------------- */

/* A run of one sample with these numbers as parameters and inputs. */
static struct stack_run run_with(const struct stack_case *stack, const double *params,
                                 const double *x)
{
    struct stack_run made = open_run(stack, 1);
    memcpy(made.numbers.params->values, params, made.arch->parameters * sizeof *params);
    memcpy(made.numbers.x, x, bs_shape_count(&stack->in) * sizeof *x);
    run_stack(&made);
    return made;
}

/* Back again from these slopes of the outputs, which are y − t. */
static void go_back_from(struct stack_run *made, const double *slopes)
{
    const double *y = bs_run_outputs(made->run);
    for (size_t i = 0; i < bs_shape_count(&made->arch->stack->out); i++)
        made->numbers.t[i] = y[i] - slopes[i];
    run_stack(made);
}

static void must_equal(const double *values, const double *expected, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        must(values[i] == expected[i], "%s: number %zu is %.17g, not %.17g", what, i, values[i],
             expected[i]);
}

/*
 * 1 2 3 / 4 5 6 / 7 8 9 under 1 2 / 3 4: 1 + 2·2 + 3·4 + 4·5 = 37.  With the same four numbers as
 * slopes ∂E/∂K is the same product, and ∂E/∂x has the coefficients of (1 + 2y + 3x + 4xy)².
 */
START_TEST(a_convolution_is_that_by_hand)
{
    static const struct {
        bool flips;
        double z[4], dkernel[4], dx[9];
    } cases[] = {
        {false, {37, 47, 67, 77}, {37, 47, 67, 77}, {1, 4, 4, 6, 20, 16, 9, 24, 16}},
        {true, {23, 33, 53, 63}, {77, 67, 47, 37}, {4, 11, 6, 14, 30, 14, 6, 11, 4}},
    };
    static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, params[] = {1, 2, 3, 4, 100};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct stack_case stack = {.in = {.rank = 3, .size = {1, 3, 3}}, .samples = 1};
        struct bs_stage_spec *conv = add_spec(&stack, "conv2d");
        set_option(conv, "channels", 1);
        set_option(conv, "kernel", 2);
        set_option(conv, "flip", cases[k].flips);
        struct stack_run made = run_with(&stack, params, x);
        for (int i = 0; i < 4; i++)
            ck_assert(bs_run_outputs(made.run)[i] == cases[k].z[i] + 100);
        go_back_from(&made, params);
        must_equal(made.gradients, cases[k].dkernel, 4, "dK");
        ck_assert(made.gradients[4] == 10);
        must_equal(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), cases[k].dx, 9, "dx");
        close_run(&made);
    }
}
END_TEST

/* The examples in the reference of numpy.convolve and numpy.correlate: full, same and valid. */
START_TEST(convolution_and_correlation_are_those_of_numpy)
{
    static const struct {
        size_t padding;
        bool flips;
        double z[5];
    } cases[] = {
        {2, true, {0, 1, 2.5, 4, 1.5}},  {1, true, {1, 2.5, 4}},  {0, true, {2.5}},
        {2, false, {0.5, 2, 3.5, 3, 0}}, {1, false, {2, 3.5, 3}}, {0, false, {3.5}},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct stack_case stack = {.in = {.rank = 2, .size = {1, 3}}, .samples = 1};
        struct bs_stage_spec *conv = add_spec(&stack, "conv1d");
        set_option(conv, "channels", 1);
        set_option(conv, "kernel", 3);
        set_option(conv, "padding", (double)cases[k].padding);
        set_option(conv, "flip", cases[k].flips);
        set_option(conv, "bias", 0);
        struct stack_run made =
            run_with(&stack, (const double[]){0, 1, 0.5}, (const double[]){1, 2, 3});
        must_equal(bs_run_outputs(made.run), cases[k].z, 1 + 2 * cases[k].padding, "z");
        close_run(&made);
    }
}
END_TEST

static struct stack_case pool_case(const char *kind, int rows, int columns, double kink)
{
    struct stack_case stack = {
        .in = {.rank = 3, .size = {1, rows, columns}}, .samples = 1, .kink = kink};
    add_spec(&stack, kind);
    return stack;
}

/* The course's example. */
START_TEST(pools_of_four_by_four_are_those_of_the_course)
{
    static const double x[] = {1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4};
    static const struct {
        const char *kind;
        double a[4], dx[16];
    } cases[] = {
        {"max_pool", {6, 8, 3, 4}, {0, 0, 0, 0, 0, 4, 0, 8, 12, 0, 0, 0, 0, 0, 0, 16}},
        {"avg_pool", {3.25, 5.25, 2, 2}, {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = pool_case(cases[k].kind, 4, 4, 0);
        struct stack_run made = run_with(&stack, x, x);
        must_equal(bs_run_outputs(made.run), cases[k].a, 4, cases[k].kind);
        go_back_from(&made, (const double[]){4, 8, 12, 16});
        must_equal(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), cases[k].dx, 16, cases[k].kind);
        close_run(&made);
    }
}
END_TEST

/* Three of four are the greatest, and the slope that comes back is 3. */
START_TEST(a_tie_goes_by_the_slope_at_a_kink)
{
    static const struct {
        double kink, dx[4];
    } cases[] = {{0, {0, 3, 0, 0}}, {0.5, {0, 1, 1, 1}}, {1, {0, 0, 0, 3}}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = pool_case("max_pool", 2, 2, cases[k].kink);
        static const double x[] = {-1, 2, 2, 2};
        struct stack_run made = run_with(&stack, x, x);
        go_back_from(&made, (const double[]){3});
        must_equal(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), cases[k].dx, 4, "dx");
        close_run(&made);
    }
}
END_TEST

/* Wherever it lies in the window; the other window is as it would be. */
START_TEST(what_is_not_a_number_comes_out_of_its_pool)
{
    static const char *const kinds[] = {"max_pool", "avg_pool"};
    for (size_t k = 0; k < 2 * 4; k++) {
        const bool is_max = k < 4;
        const struct stack_case stack = pool_case(kinds[k / 4], 2, 4, 0);
        double x[] = {1, 2, 1, 2, 3, 4, 3, 4};
        const size_t place = k % 4 / 2 * 4 + k % 2;
        x[place] = NAN;
        struct stack_run made = run_with(&stack, x, x);
        const double *a = bs_run_outputs(made.run);
        const double *dx = bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0);
        ck_assert(isnan(a[0]) && a[1] == (is_max ? 4 : 2.5));
        ck_assert(isnan(dx[place]) && isfinite(dx[7]) && isfinite(dx[2]));
        close_run(&made);
    }
}
END_TEST

/* Infinite numbers are numbers. */
START_TEST(the_greatest_may_be_infinite)
{
    const struct stack_case stack = pool_case("max_pool", 2, 4, 0);
    static const double x[] = {-INFINITY, -INFINITY, 1, INFINITY, -INFINITY, -INFINITY, 2, 3};
    struct stack_run made = run_with(&stack, x, x);
    ck_assert(bs_run_outputs(made.run)[0] == -INFINITY && bs_run_outputs(made.run)[1] == INFINITY);
    close_run(&made);
}
END_TEST

/*
 * A residual adds x to what a convolution makes of it: slopes come to x by both ways, the
 * identity's and the kernel's.  With the kernel 2 they are 1 + 2 times those of the outputs.
 */
START_TEST(slopes_add_where_another_layer_reads_the_same)
{
    static const struct {
        const char *kind;
        double factor;
    } cases[] = {{"conv2d", 2}, {"max_pool", 1}, {"avg_pool", 1}};
    static const double x[] = {1, 2, 3, 4}, slopes[] = {1, -2, 3, -4};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct stack_case stack = {.in = {.rank = 3, .size = {1, 2, 2}}, .samples = 1};
        add_spec(&stack, "residual")->within = 1;
        struct bs_stage_spec *spec = add_spec(&stack, cases[k].kind);
        set_option(spec, k == 0 ? "kernel" : "size", 1);
        if (k == 0)
            set_option(spec, "channels", 1);
        struct stack_run made = run_with(&stack, (const double[]){2, 0}, x);
        go_back_from(&made, slopes);
        for (int i = 0; i < 4; i++) {
            ck_assert(bs_run_outputs(made.run)[i] == (1 + cases[k].factor) * x[i]);
            ck_assert(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0)[i] ==
                      (1 + cases[k].factor) * slopes[i]);
        }
        close_run(&made);
    }
}
END_TEST

/* Back to 2 × 2 by a kernel over what was pooled: 4 3 / 2 1 times it, so 32 comes back to it. */
START_TEST(slopes_of_pools_add_to_those_that_are_there)
{
    static const double x[] = {1, 2, 3, 4}, params[] = {1, 2, 3, 4, 0};
    static const struct {
        const char *kind;
        double dx[4];
    } cases[] = {{"avg_pool", {4 + 8, -8 + 8, 12 + 8, 16 + 8}}, {"max_pool", {4, -8, 12, 16 + 32}}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct stack_case stack = {.in = {.rank = 3, .size = {1, 2, 2}}, .samples = 1};
        add_spec(&stack, "residual")->within = 2;
        add_spec(&stack, cases[k].kind);
        struct bs_stage_spec *conv = add_spec(&stack, "conv2d");
        set_option(conv, "channels", 1);
        set_option(conv, "kernel", 2);
        set_option(conv, "padding", 1);
        struct stack_run made = run_with(&stack, params, x);
        go_back_from(&made, (const double[]){4, -8, 12, 16});
        must_equal(bs_run_slopes(made.run, BS_FROM_OUTSIDE, 0), cases[k].dx, 4, cases[k].kind);
        close_run(&made);
    }
}
END_TEST

/* ---- shapes and counts ----------------------------------------------------------------------- */

struct window_case {
    const char *kind;
    struct bs_shape in;
    int out[3];
    double channels, size[2], stride, padding, groups, bias; /* channels 0: a pool */
    const char *shape, *count;                               /* or why it is refused */
};

static struct stack_case case_of_window(const struct window_case *window)
{
    struct stack_case stack = {.in = window->in, .samples = 1};
    struct bs_stage_spec *spec = add_spec(&stack, window->kind);
    set_pair(spec, window->channels > 0 ? "kernel" : "size", window->size[0], window->size[1]);
    set_option(spec, "stride", window->stride);
    if (window->channels == 0)
        return stack;
    set_option(spec, "channels", window->channels);
    set_option(spec, "padding", window->padding);
    set_option(spec, "groups", window->groups);
    set_option(spec, "bias", window->bias);
    return stack;
}

/* The course's 7 × 7; LeNet-5; figures of Stanford's CS231n, AlexNet's first layer among them. */
START_TEST(shapes_and_counts_show_their_arithmetic)
{
    static const struct window_case cases[] = {
        {"conv2d",
         {0, 3, {1, 7, 7}},
         {1, 5, 5},
         1,
         {3, 3},
         1,
         0,
         1,
         1,
         "(7 − 3)/1 + 1 = 5",
         "3·3·1·1 + 1 = 10"},
        {"conv2d",
         {0, 3, {1, 7, 7}},
         {1, 3, 3},
         1,
         {3, 3},
         2,
         0,
         1,
         0,
         "(7 − 3)/2 + 1 = 3",
         "3·3·1·1 = 9"},
        {"conv2d",
         {0, 3, {1, 32, 32}},
         {6, 28, 28},
         6,
         {5, 5},
         1,
         0,
         1,
         1,
         "(32 − 5)/1 + 1 = 28",
         "5·5·1·6 + 6 = 156"},
        {"conv2d",
         {0, 3, {6, 14, 14}},
         {16, 10, 10},
         16,
         {5, 5},
         1,
         0,
         1,
         1,
         "(14 − 5)/1 + 1 = 10",
         "5·5·6·16 + 16 = 2416"},
        {"conv2d",
         {0, 3, {3, 32, 32}},
         {10, 32, 32},
         10,
         {5, 5},
         1,
         2,
         1,
         1,
         "(32 + 2·2 − 5)/1 + 1 = 32",
         "5·5·3·10 + 10 = 760"},
        {"conv2d",
         {0, 3, {3, 227, 227}},
         {96, 55, 55},
         96,
         {11, 11},
         4,
         0,
         1,
         1,
         "(227 − 11)/4 + 1 = 55",
         "11·11·3·96 + 96 = 34944"},
        {"conv2d",
         {0, 3, {4, 6, 8}},
         {6, 4, 7},
         6,
         {3, 2},
         1,
         0,
         2,
         0,
         "(6 − 3)/1 + 1 = 4, (8 − 2)/1 + 1 = 7",
         "3·2·2·6 = 72"},
        {"conv1d",
         {0, 2, {2, 9, 0}},
         {3, 5, 0},
         3,
         {3, 3},
         2,
         1,
         1,
         1,
         "(9 + 2·1 − 3)/2 + 1 = 5",
         "3·2·3 + 3 = 21"},
        {"max_pool",
         {0, 3, {96, 55, 55}},
         {96, 27, 27},
         0,
         {3, 3},
         2,
         0,
         0,
         0,
         "(55 − 3)/2 + 1 = 27",
         NULL},
        {"avg_pool",
         {0, 3, {6, 28, 28}},
         {6, 14, 14},
         0,
         {2, 2},
         0,
         0,
         0,
         0,
         "(28 − 2)/2 + 1 = 14",
         NULL},
        {"avg_pool", {0, 2, {3, 7, 0}}, {3, 3}, 0, {3, 3}, 2, 0, 0, 0, "(7 − 3)/2 + 1 = 3", NULL},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = case_of_window(&cases[k]);
        struct bs_arch *arch = arch_of_case(&stack);
        const struct bs_stage *stage = &arch->stack->stages[0];
        struct bs_buf buf = BS_BUF_INIT;
        stage->kind->put_shape(&buf, stage);
        ck_assert_str_eq(bs_buf_text(&buf), cases[k].shape);
        bs_buf_finish(&buf);
        if (cases[k].count)
            must_count(arch, 0, cases[k].count);
        ck_assert_int_eq(stage->out.rank, cases[k].in.rank);
        ck_assert_mem_eq(stage->out.size, cases[k].out, sizeof cases[k].out);
        bs_arch_drop(arch);
    }
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    static const struct window_case cases[] = {
        {"conv2d",
         {0, 3, {1, 7, 7}},
         {0},
         1,
         {3, 3},
         3,
         0,
         1,
         1,
         "conv1 (conv2d): a window of 3 over 7 rows does not fit with stride 3: (7 − 3)/3 + 1 = "
         "2.333 is not whole",
         NULL},
        {"conv2d",
         {0, 3, {1, 7, 8}},
         {0},
         1,
         {3, 3},
         2,
         1,
         1,
         1,
         "conv1 (conv2d): a window of 3 over 8 columns does not fit with stride 2: (8 + 2·1 − 3)/2 "
         "+ 1 = 4.5 is not whole",
         NULL},
        {"conv2d",
         {0, 3, {1, 4, 7}},
         {0},
         1,
         {5, 5},
         1,
         0,
         1,
         1,
         "conv1 (conv2d): a window of 5 rows does not fit into 4",
         NULL},
        {"conv1d",
         {0, 2, {1, 2, 0}},
         {0},
         1,
         {5, 5},
         1,
         1,
         1,
         1,
         "conv1 (conv1d): a window of 5 places does not fit into 4",
         NULL},
        {"max_pool",
         {0, 3, {1, 4, 5}},
         {0},
         0,
         {2, 2},
         0,
         0,
         0,
         0,
         "pool1 (max_pool): a window of 2 over 5 columns does not fit with stride 2: (5 − 2)/2 + 1 "
         "= 2.5 is not whole",
         NULL},
        {"conv2d",
         {0, 3, {3, 4, 4}},
         {0},
         4,
         {2, 2},
         1,
         0,
         2,
         1,
         "conv1 (conv2d): groups must divide the channels of the input: got 2 for 3",
         NULL},
        {"conv2d",
         {0, 3, {4, 4, 4}},
         {0},
         3,
         {2, 2},
         1,
         0,
         2,
         1,
         "conv1 (conv2d): groups must divide channels: got 2 for 3",
         NULL},
        {"conv2d",
         {0, 1, {1024, 0, 0}},
         {0},
         1,
         {3, 3},
         1,
         0,
         1,
         1,
         "conv1 (conv2d): it reads channels × rows × columns, as in {1, 32, 32}, and gets 1024",
         NULL},
        {"conv1d",
         {0, 3, {1, 4, 5}},
         {0},
         1,
         {3, 3},
         1,
         0,
         1,
         1,
         "conv1 (conv1d): it reads channels × places, as in {1, 32}, and gets 1×4×5",
         NULL},
        {"avg_pool",
         {0, 1, {12, 0, 0}},
         {0},
         0,
         {2, 2},
         0,
         0,
         0,
         0,
         "pool1 (avg_pool): it reads channels × places or channels × rows × columns, and gets 12 "
         "features",
         NULL},
    };
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        const struct stack_case stack = case_of_window(&cases[k]);
        must_refuse_stack(&stack, cases[k].shape);
    }
}
END_TEST

/* ---- LeNet-5 --------------------------------------------------------------------------------- */

static struct stack_case lenet_case(void)
{
    struct stack_case stack = {
        .in = {.rank = 3, .size = {1, 32, 32}}, .loss = "cross_entropy", .samples = 1};
    for (int maps = 6; maps <= 16; maps += 10) {
        struct bs_stage_spec *conv = add_spec(&stack, "conv2d");
        set_option(conv, "channels", maps);
        set_option(conv, "kernel", 5);
        set_activation(conv, "sigmoid");
        set_option(add_spec(&stack, "avg_pool"), "size", 2);
    }
    add_spec(&stack, "flatten");
    static const int units[] = {120, 84, 10};
    for (int l = 0; l < 3; l++) {
        struct bs_stage_spec *dense = add_spec(&stack, "dense");
        set_option(dense, "units", units[l]);
        set_activation(dense, l < 2 ? "sigmoid" : "softmax");
    }
    return stack;
}

START_TEST(the_parameters_of_lenet_are_61706)
{
    const struct stack_case stack = lenet_case();
    struct bs_arch *arch = arch_of_case(&stack);
    ck_assert_uint_eq(arch->parameters, 61706);
    bs_arch_drop(arch);
}
END_TEST

static bool attempt(void *context)
{
    struct bs_stack *made = NULL;
    struct bs_error err;
    const struct stack_case *stack = context;
    const int status = bs_stack_create(&made, &stack->in, stack->specs, stack->count, 0, &err);
    ck_assert((status == BS_OK) == (made != NULL));
    bs_stack_destroy(made);
    return status == BS_OK;
}

START_TEST(no_memory_is_an_error)
{
    struct stack_case stack = lenet_case();
    bs_refuse_each_allocation(attempt, &stack);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("convolution", (const TTest *const[]){
                                                  usual_sizes_are_those_of_the_naive_loops,
                                                  a_convolution_is_that_by_hand,
                                                  convolution_and_correlation_are_those_of_numpy,
                                                  pools_of_four_by_four_are_those_of_the_course,
                                                  a_tie_goes_by_the_slope_at_a_kink,
                                                  what_is_not_a_number_comes_out_of_its_pool,
                                                  the_greatest_may_be_infinite,
                                                  slopes_add_where_another_layer_reads_the_same,
                                                  slopes_of_pools_add_to_those_that_are_there,
                                                  shapes_and_counts_show_their_arithmetic,
                                                  what_does_not_fit_is_refused,
                                                  the_parameters_of_lenet_are_61706,
                                                  no_memory_is_an_error,
                                                  NULL,
                                              });
    TCase *tcase = tcase_create("random");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, kernels_are_those_of_the_naive_loops, 0, 6);
    return suite;
}
