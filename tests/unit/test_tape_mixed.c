#include "test_stack.h"

/* ---- each kind alone ------------------------------------------------------------------------- */

/* What comes in: of one, two or three dimensions. */
static struct bs_shape shape_of(size_t k)
{
    static const struct bs_shape shapes[] = {{.rank = 1, .size = {3}},
                                             {.rank = 2, .size = {2, 3}},
                                             {.rank = 3, .size = {2, 2, 3}},
                                             {.rank = 1, .size = {1}}};
    return shapes[k % COUNT_OF(shapes)];
}

/* An eps that is no speck keeps differences of few samples in proportion. */
static void add_batch_norm(struct stack_case *stack, double eps)
{
    set_option(add_spec(stack, "batch_norm"), "eps", eps);
    stack->mixes_samples = true;
}

START_TEST(batch_norm_is_sound)
{
    struct stack_case stack = {.in = shape_of((size_t)_i), .samples = 1 + (size_t)_i / 4};
    add_batch_norm(&stack, _i % 3 == 0 ? 1e-5 : 0.1);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

START_TEST(batch_norm_between_layers_is_sound)
{
    struct stack_case stack = {.in = shape_of(0), .samples = 1 + (size_t)_i % 4};
    set_option(add_spec(&stack, "dense"), "units", 2);
    add_batch_norm(&stack, 0.05);
    set_activation(add_spec(&stack, "activation"), "tanh");
    set_option(add_spec(&stack, "dense"), "units", 2);
    if (_i % 2) {
        add_spec(&stack, "softmax");
        stack.loss = "cross_entropy";
    }
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

START_TEST(dropout_is_sound)
{
    struct stack_case stack = {
        .in = shape_of((size_t)_i), .samples = 1 + (size_t)_i % 3, .mixes_samples = true};
    stack.in.steps = _i % 2 ? 2 : 0;
    set_activation(add_spec(&stack, "activation"), "sigmoid");
    set_option(add_spec(&stack, "dropout"), "rate", _i % 5 * 0.2);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

START_TEST(maxout_is_sound)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}, .samples = 1 + (size_t)_i % 3};
    stack.in.steps = _i % 4 == 3 ? 2 : 0;
    struct bs_stage_spec *spec = add_spec(&stack, "maxout");
    set_option(spec, "units", 1 + _i % 3);
    set_option(spec, "pieces", 1 + _i / 2 % 3);
    set_option(spec, "bias", _i % 2);
    set_option(add_spec(&stack, "dense"), "units", 2);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* Everything 0: all pieces tie, and the slope at a kink decides. */
START_TEST(maxout_takes_ties_as_the_tape_does)
{
    static const double kinks[] = {0, 0.5, 1};
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}, .samples = 2, .kink = kinks[_i]};
    struct bs_stage_spec *spec = add_spec(&stack, "maxout");
    set_option(spec, "units", 2);
    set_option(spec, "pieces", 3);
    struct bs_arch *arch = arch_of_case(&stack);
    struct stack_numbers numbers = draw_numbers(&stack, arch, 1);
    const struct bs_batch batch = {stack.samples, numbers.x, numbers.t};
    struct bs_tape *tape = NULL;
    struct bs_error err;
    memset(numbers.params->values, 0, arch->parameters * sizeof(double));
    const struct bs_net net = {arch, numbers.params};
    must_do(bs_tape_of_samples(&tape, &net, &batch, NULL, 1, &err), err);
    must_derive_all(tape);
    bs_tape_destroy(tape);
    drop_numbers(&numbers);
    bs_arch_drop(arch);
}
END_TEST

START_TEST(softmax_and_activation_alone_are_sound)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {3}}, .samples = 1 + (size_t)_i % 3};
    stack.in.steps = _i % 2 ? 2 : 0;
    set_activation(add_spec(&stack, "activation"), _i % 3 ? "tanh" : "swish");
    if (_i % 4 == 3)
        set_activation(add_spec(&stack, "activation"), "sigmoid");
    else
        add_spec(&stack, "softmax");
    stack.loss = _i % 4 == 3 ? "binary_cross_entropy" : _i % 4 ? "cross_entropy" : NULL;
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* ---- residuals ------------------------------------------------------------------------------- */

static void add_dense(struct stack_case *stack, double units, const char *activation)
{
    struct bs_stage_spec *spec = add_spec(stack, "dense");
    set_option(spec, "units", units);
    set_activation(spec, activation);
}

/* One within the other; the inner one first, last, or alone; the outer one reads the inputs. */
START_TEST(nested_residuals_are_sound)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}, .samples = 1 + (size_t)_i % 3};
    stack.in.steps = _i % 5 == 4 ? 2 : 0;
    if (_i % 2)
        add_dense(&stack, 2, "tanh");
    const int outer = stack.count;
    add_spec(&stack, "residual");
    if (_i % 3 == 1)
        add_dense(&stack, 2, "sigmoid");
    add_spec(&stack, "residual")->within = 1;
    add_dense(&stack, 2, "tanh");
    if (_i % 3 == 2)
        add_dense(&stack, 2, "identity");
    stack.specs[outer].within = stack.count - outer - 1;
    if (_i % 4 == 3)
        add_dense(&stack, 1, "sigmoid");
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* ---- at random ------------------------------------------------------------------------------- */

static const char *pick(struct bs_rng *rng, const char *const *names, size_t count)
{
    return names[bs_rng_below(rng, count)];
}

/* A layer that keeps its shape or, of features, gives `width` of them. */
static void add_any(struct stack_case *stack, struct bs_rng *rng, double width)
{
    static const char *const kinds[] = {"dense",  "batch_norm", "dropout",
                                        "maxout", "activation", "softmax"};
    static const char *const functions[] = {"sigmoid", "tanh", "identity", "softplus", "swish"};
    const bool is_sequence = stack->in.steps > 0;
    const char *kind = pick(rng, kinds, COUNT_OF(kinds));
    if (is_sequence && strcmp(kind, "batch_norm") == 0)
        kind = "dense";
    struct bs_stage_spec *spec = add_spec(stack, kind);
    if (strcmp(kind, "dense") == 0 || strcmp(kind, "maxout") == 0)
        set_option(spec, "units", width);
    if (strcmp(kind, "activation") == 0 || (strcmp(kind, "dense") == 0 && bs_rng_below(rng, 2)))
        set_activation(spec, pick(rng, functions, COUNT_OF(functions)));
    if (strcmp(kind, "batch_norm") == 0)
        set_option(spec, "eps", 0.1);
    if (strcmp(kind, "batch_norm") == 0 || strcmp(kind, "dropout") == 0)
        stack->mixes_samples = true;
}

/* Some layers, all as wide as what comes in; residuals hold others, to a depth. */
static void add_some(struct stack_case *stack, struct bs_rng *rng, int depth)
{
    const int most = (int)COUNT_OF(stack->specs);
    for (size_t k = 1 + bs_rng_below(rng, 3); k > 0 && stack->count < most; k--) {
        const int held = stack->count;
        if (depth == 0 || held + 2 > most || bs_rng_below(rng, 3)) {
            add_any(stack, rng, stack->in.size[0]);
            continue;
        }
        add_spec(stack, "residual");
        add_some(stack, rng, depth - 1);
        stack->specs[held].within = stack->count - held - 1;
    }
}

START_TEST(any_mixture_is_sound)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, (uint64_t)_i + 1000);
    struct stack_case stack = {.in = {.rank = 1, .size = {1 + (int)bs_rng_below(&rng, 3)}},
                               .samples = 1 + bs_rng_below(&rng, 4)};
    stack.in.steps = bs_rng_below(&rng, 4) == 0 ? 2 : 0;
    add_some(&stack, &rng, 2);
    must_be_sound(&stack, (uint64_t)_i + 1);
}
END_TEST

/* ---- out of memory --------------------------------------------------------------------------- */

/* A network of every kind, a tape of it, and some entries of each phase derived. */
static bool make_and_derive(void *context)
{
    const struct stack_case *stack = context;
    const double x[] = {0.5, -1, 0.25, 2}, t[] = {0.5, 1, 0, 0.25};
    struct bs_stack *made = NULL;
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    struct bs_tape *tape = NULL;
    struct bs_derivation derivation;
    struct bs_error err = {0};
    const struct bs_batch batch = {2, x, t};
    int status = bs_stack_create(&made, &stack->in, stack->specs, stack->count, 0, NULL);
    if (status == BS_OK)
        status = bs_arch_of_stack(&arch, made, bs_loss_find("half_squared_error"), NULL);
    if (status == BS_OK)
        status = bs_net_create(&net, arch, NULL);
    if (status == BS_OK)
        status = bs_tape_of_samples(&tape, net, &batch, NULL, 1, NULL);
    for (int64_t p = 0; status == BS_OK && p < bs_tape_length(tape); p += 7)
        status = bs_tape_derive(&derivation, tape, bs_tape_at(tape, p), &err);
    must(status == BS_OK || status == BS_NO_MEMORY, "status %d: %s", status, err.text);
    bs_tape_destroy(tape);
    bs_net_destroy(net);
    bs_arch_drop(arch);
    return status == BS_OK;
}

START_TEST(out_of_memory_is_an_error)
{
    struct stack_case stack = {.in = {.rank = 1, .size = {2}}};
    add_spec(&stack, "residual")->within = 1;
    add_spec(&stack, _i == 0 ? "batch_norm" : "dropout");
    if (_i == 0)
        set_option(add_spec(&stack, "maxout"), "units", 2);
    else
        add_spec(&stack, "softmax");
    bs_refuse_each_allocation(make_and_derive, &stack);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("mixed", (const TTest *const[]){NULL});
    TCase *tcase = tcase_create("kinds");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, batch_norm_is_sound, 0, 16);
    tcase_add_loop_test(tcase, batch_norm_between_layers_is_sound, 0, 8);
    tcase_add_loop_test(tcase, dropout_is_sound, 0, 20);
    tcase_add_loop_test(tcase, maxout_is_sound, 0, 24);
    tcase_add_loop_test(tcase, maxout_takes_ties_as_the_tape_does, 0, 3);
    tcase_add_loop_test(tcase, softmax_and_activation_alone_are_sound, 0, 12);
    tcase_add_loop_test(tcase, nested_residuals_are_sound, 0, 30);
    tcase_add_loop_test(tcase, any_mixture_is_sound, 0, 60);
    tcase_add_loop_test(tcase, out_of_memory_is_an_error, 0, 2);
    return suite;
}
