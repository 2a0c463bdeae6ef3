#ifndef BACKSTEP_TESTS_TEST_LAYERS_H
#define BACKSTEP_TESTS_TEST_LAYERS_H

#include "test_net.h"

#include "net/run.h"

/* Networks of layers by the names of their kinds, numbers for them, and runs of their kernels. */
struct stack_case {
    struct bs_shape in;
    struct bs_stage_spec specs[8];
    int count;
    const char *loss; /* NULL: half_squared_error */
    size_t samples;
    bool is_truncated;  /* slopes are cut: no differences to compare with */
    bool mixes_samples; /* a sample's values depend on the others, or on what is drawn */
    double kink;
};

/* A layer by the name of its kind; options by name follow with set_option. */
static inline struct bs_stage_spec *add_spec(struct stack_case *stack, const char *kind)
{
    struct bs_stage_spec *spec = &stack->specs[stack->count++];
    must(bs_stage_kind_find(kind), "no kind %s", kind);
    bs_stage_spec_init(spec, bs_stage_kind_find(kind));
    return spec;
}

static inline void set_pair(struct bs_stage_spec *spec, const char *name, double a, double b)
{
    int i = 0;
    while (spec->kind->options[i].name && strcmp(spec->kind->options[i].name, name) != 0)
        i++;
    must(spec->kind->options[i].name, "%s has no option %s", spec->kind->name, name);
    spec->options[i][0] = a, spec->options[i][1] = b;
}

static inline void set_option(struct bs_stage_spec *spec, const char *name, double value)
{
    set_pair(spec, name, value, value);
}

static inline void set_activation(struct bs_stage_spec *spec, const char *name)
{
    spec->activation = bs_func_find(name);
    must(spec->activation, "no activation %s", name);
}

static inline struct bs_arch *arch_of_case(const struct stack_case *stack)
{
    struct bs_stack *made = NULL;
    struct bs_arch *arch = NULL;
    struct bs_error err;
    must_do(bs_stack_create(&made, &stack->in, stack->specs, stack->count, stack->kink, &err), err);
    must_do(bs_arch_of_stack(&arch, made,
                             bs_loss_find(stack->loss ? stack->loss : "half_squared_error"), &err),
            err);
    return arch;
}

/* Numbers at random for one network. */
struct stack_numbers {
    struct bs_params *params;
    double *x, *t;
};

/* What starts in a way of its own is drawn, too; only kept state is as it starts. */
static inline void draw_stage(double *params, const struct bs_stage *stage, struct bs_rng *rng)
{
    for (int a = 0; a < stage->array_count; a++) {
        const struct bs_array *array = &stage->arrays[a];
        if (array->role == BS_ARRAY_WEIGHT || array->role == BS_ARRAY_BIAS)
            fill_random(params + array->first, array->count, rng, -1, 1);
    }
}

static inline struct stack_numbers draw_numbers(const struct stack_case *stack,
                                                const struct bs_arch *arch, uint64_t seed)
{
    const size_t in = stack->samples * (size_t)bs_arch_inputs(arch);
    const size_t out = stack->samples * (size_t)bs_arch_outputs(arch);
    struct stack_numbers numbers = {bs_params_create(arch->parameters),
                                    bs_calloc(in, sizeof(double)), bs_calloc(out, sizeof(double))};
    struct bs_rng rng;
    bs_rng_seed(&rng, seed);
    bs_stack_start(arch->stack, numbers.params->values);
    for (int s = 0; s < arch->stack->count; s++)
        draw_stage(numbers.params->values, &arch->stack->stages[s], &rng);
    for (size_t i = 0; i < in; i++)
        numbers.x[i] = bs_rng_between(&rng, -1, 1);
    for (size_t i = 0; i < out; i++)
        numbers.t[i] = bs_rng_between(&rng, 0.1, 0.9);
    return numbers;
}

static inline void drop_numbers(struct stack_numbers *numbers)
{
    bs_params_drop(numbers->params);
    bs_free(numbers->x);
    bs_free(numbers->t);
}

/* E and the gradients of a run of some of the samples; `use` tells with which kernels. */
static inline double gradients_of(double *gradients, struct bs_arch *arch,
                                  const struct stack_numbers *numbers, size_t first, size_t count,
                                  enum bs_run_use use)
{
    struct bs_run *run = NULL;
    struct bs_error err;
    const size_t in = (size_t)bs_arch_inputs(arch), out = (size_t)bs_arch_outputs(arch);
    memset(gradients, 0, arch->parameters * sizeof *gradients);
    must_do(bs_run_create(&run, arch, count, use, &err), err);
    bs_run_load(run, numbers->x + first * in, numbers->t + first * out, NULL, count);
    must(bs_run_forward(run, numbers->params->values) == BS_OK, "interrupted");
    must(bs_run_backward(run, numbers->params->values, 1, gradients) == BS_OK, "interrupted");
    const double loss = bs_run_loss(run);
    bs_run_destroy(run);
    return loss;
}

static inline void must_be_near(const double *a, const double *b, size_t count, const char *what)
{
    double size = 1;
    for (size_t i = 0; i < count; i++)
        size = fmax(size, fabs(b[i]));
    for (size_t i = 0; i < count; i++)
        must(fabs(a[i] - b[i]) <= 1e-11 * size, "%s: number %zu is %.17g, not %.17g", what, i, a[i],
             b[i]);
}

/* A forward and backward pass of all samples, with its numbers; of the kernels that tapes use. */
struct stack_run {
    struct bs_arch *arch;
    struct stack_numbers numbers;
    struct bs_run *run;
    double *gradients;
};

static inline void run_stack(struct stack_run *made)
{
    const double *params = made->numbers.params->values;
    memset(made->gradients, 0, made->arch->parameters * sizeof *made->gradients);
    must(bs_run_forward(made->run, params) == BS_OK, "interrupted");
    must(bs_run_backward(made->run, params, 1, made->gradients) == BS_OK, "interrupted");
}

static inline struct stack_run open_run(const struct stack_case *stack, uint64_t seed)
{
    struct stack_run made = {.arch = arch_of_case(stack)};
    struct bs_error err;
    made.numbers = draw_numbers(stack, made.arch, seed);
    made.gradients = bs_calloc(made.arch->parameters + 1, sizeof *made.gradients);
    must_do(bs_run_create(&made.run, made.arch, stack->samples, BS_RUN_TAPE, &err), err);
    bs_run_load(made.run, made.numbers.x, made.numbers.t, NULL, stack->samples);
    run_stack(&made);
    return made;
}

static inline void close_run(struct stack_run *made)
{
    bs_run_destroy(made->run);
    bs_free(made->gradients);
    drop_numbers(&made->numbers);
    bs_arch_drop(made->arch);
}

/* A stage's array by its symbol. */
static inline int array_of(const struct bs_arch *arch, int stage, const char *symbol)
{
    const struct bs_stage *of = &arch->stack->stages[stage];
    for (int a = 0; a < of->array_count; a++)
        if (strcmp(of->arrays[a].symbol, symbol) == 0)
            return a;
    ck_abort_msg("%s has no array %s", of->name, symbol);
}

static inline const double *values_of(const struct stack_run *made, int stage, const char *symbol)
{
    return bs_run_values(made->run, stage, array_of(made->arch, stage, symbol));
}

static inline const double *slopes_of(const struct stack_run *made, int stage, const char *symbol)
{
    return bs_run_slopes(made->run, stage, array_of(made->arch, stage, symbol));
}

/* Of an array of parameters: where it starts among all. */
static inline size_t first_of(const struct bs_arch *arch, int stage, const char *symbol)
{
    return arch->stack->stages[stage].arrays[array_of(arch, stage, symbol)].first;
}

/* What a stack is refused for. */
static inline void must_refuse_stack(const struct stack_case *stack, const char *message)
{
    struct bs_stack *made = NULL;
    struct bs_error err;
    must(bs_stack_create(&made, &stack->in, stack->specs, stack->count, 0, &err) == BS_REFUSED,
         "not refused: %s", message);
    ck_assert_str_eq(err.text, message);
    ck_assert_ptr_null(made);
}

/* The arithmetic of a stage's parameters, as the summary shows it. */
static inline void must_count(const struct bs_arch *arch, int stage, const char *expected)
{
    struct bs_buf buf = BS_BUF_INIT;
    arch->stack->stages[stage].kind->put_count(&buf, &arch->stack->stages[stage]);
    ck_assert_str_eq(bs_buf_text(&buf), expected);
    bs_buf_finish(&buf);
}

#endif
