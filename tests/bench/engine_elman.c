/*
 * The engine on the network and the data of plain_elman.c: 16-64 by time, 50 steps, the last one to
 * 10 outputs, softmax with cross-entropy; mini-batches of 32.
 */
#include "plain.h"

#include "base/mem.h"
#include "net/loss.h"
#include "net/run.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 16, HIDDEN = 64, OUTPUTS = 10, TIME = 50, BATCH = 32, BATCHES = 32 };
enum { RUNS = 21, BATCHES_A_RUN = 4 };

static double inputs[BATCHES * BATCH][TIME][INPUTS], targets[BATCHES * BATCH][OUTPUTS];

static void must(int status, const struct bs_error *err)
{
    if (status == BS_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(EXIT_FAILURE);
}

static struct bs_stage_spec layer(const char *kind, double units, const char *activation)
{
    struct bs_stage_spec spec;
    bs_stage_spec_init(&spec, bs_stage_kind_find(kind));
    spec.options[0][0] = units;
    spec.activation = bs_func_find(activation);
    return spec;
}

static struct bs_arch *make(void)
{
    enum { LAST = 1 };
    const struct bs_shape in = {TIME, 1, {INPUTS}};
    struct bs_stage_spec specs[] = {layer("rnn", HIDDEN, "tanh"),
                                    layer("dense", OUTPUTS, "softmax")};
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    struct bs_error err;
    specs[0].options[LAST][0] = 1;
    must(bs_stack_create(&stack, &in, specs, 2, 0, &err), &err);
    must(bs_arch_of_stack(&arch, stack, bs_loss_find("cross_entropy"), &err), &err);
    return arch;
}

/* Weights within the bounds of Glorot and Bengio, biases 0. */
static void draw(double *params, const struct bs_arch *arch)
{
    uint64_t random = 1;
    plain_fill(inputs[0][0], sizeof inputs / sizeof(double), -1, 1, &random);
    for (int s = 0; s < BATCHES * BATCH; s++)
        targets[s][plain_below(&random, OUTPUTS)] = 1;
    for (int s = 0; s < arch->stack->count; s++)
        for (int a = 0; a < arch->stack->stages[s].array_count; a++) {
            const struct bs_array *array = &arch->stack->stages[s].arrays[a];
            const double bound = sqrt(6 / (array->inputs + array->units));
            if (array->role == BS_ARRAY_WEIGHT)
                plain_fill(params + array->first, array->count, -bound, bound, &random);
        }
}

struct training {
    struct bs_run *run;
    double *params;
    size_t next;
};

static void train(void *context)
{
    struct training *training = context;
    for (int batch = 0; batch < BATCHES_A_RUN; batch++) {
        const size_t first = training->next * BATCH;
        bs_run_load(training->run, inputs[first][0], targets[first], NULL, BATCH);
        must(bs_run_forward(training->run, training->params), NULL);
        must(bs_run_backward(training->run, training->params, -0.01, training->params), NULL);
        training->next = (training->next + 1) % BATCHES;
    }
}

int main(void)
{
    struct bs_arch *arch = make();
    struct training training = {.params = bs_calloc(arch->parameters, sizeof(double))};
    struct bs_error err;
    if (!training.params)
        return EXIT_FAILURE;
    draw(training.params, arch);
    must(bs_run_create(&training.run, arch, BATCH, BS_RUN_TRAINS, &err), &err);
    printf("sample_seconds %.9g\n",
           plain_seconds(train, &training, RUNS) / (BATCHES_A_RUN * BATCH));
    bs_run_destroy(training.run);
    bs_free(training.params);
    bs_arch_drop(arch);
}
