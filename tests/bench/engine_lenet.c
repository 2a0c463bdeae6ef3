/* The engine on the network, the data and the batches of plain_lenet.c. */
#include "plain.h"

#include "net/loss.h"
#include "net/stack.h"
#include "net/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SAMPLES = 1024, BATCH = 32, EPOCHS = 9, INPUTS = 32 * 32, OUTPUTS = 10, LAYERS = 8 };

static double inputs[SAMPLES][INPUTS], targets[SAMPLES][OUTPUTS];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Epochs, each timed by itself; the first warms up. */
struct stopwatch {
    double begin, least;
};

static int look(void *context, const struct bs_progress *progress)
{
    struct stopwatch *watch = context;
    const double epoch = seconds() - watch->begin;
    if (progress->epoch == 2 || (progress->epoch > 2 && epoch < watch->least))
        watch->least = epoch;
    watch->begin = seconds();
    return 0;
}

static void must(int status, const struct bs_error *err)
{
    if (status == BS_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(EXIT_FAILURE);
}

static struct bs_stage_spec layer(const char *kind, double first, const char *activation)
{
    struct bs_stage_spec spec;
    bs_stage_spec_init(&spec, bs_stage_kind_find(kind));
    spec.options[0][0] = spec.options[0][1] = first;
    spec.activation = activation ? bs_func_find(activation) : NULL;
    return spec;
}

static struct bs_stage_spec convolution(double channels)
{
    struct bs_stage_spec spec = layer("conv2d", channels, "sigmoid");
    spec.options[1][0] = spec.options[1][1] = 5;
    return spec;
}

static struct bs_net *lenet(void)
{
    const struct bs_shape in = {.rank = 3, .size = {1, 32, 32}};
    const struct bs_stage_spec layers[LAYERS] = {
        convolution(6),
        layer("avg_pool", 2, NULL),
        convolution(16),
        layer("avg_pool", 2, NULL),
        layer("flatten", 0, NULL),
        layer("dense", 120, "sigmoid"),
        layer("dense", 84, "sigmoid"),
        layer("dense", OUTPUTS, "softmax"),
    };
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    struct bs_error err;
    must(bs_stack_create(&stack, &in, layers, LAYERS, 0, &err), &err);
    must(bs_arch_of_stack(&arch, stack, bs_loss_find("cross_entropy"), &err), &err);
    must(bs_net_create(&net, arch, &err), &err);
    bs_arch_drop(arch);
    return net;
}

/* As plain_lenet.c draws them, in its order. */
static void draw(struct bs_net *net)
{
    const struct bs_stack *stack = net->arch->stack;
    double *params = bs_net_own_params(net);
    uint64_t random = 1;
    plain_fill(inputs[0], (size_t)SAMPLES * INPUTS, 0, 1, &random);
    for (int s = 0; s < SAMPLES; s++)
        targets[s][plain_below(&random, OUTPUTS)] = 1;
    for (int s = 0; s < stack->count; s++) {
        const struct bs_array *array = &stack->stages[s].arrays[0];
        if (stack->stages[s].array_count == 0 || array->role != BS_ARRAY_WEIGHT)
            continue;
        const size_t units = (size_t)array->size[0], fan_in = array->count / units;
        const double bound = sqrt(6.0 / (double)(fan_in + units));
        plain_fill(params + array->first, array->count, -bound, bound, &random);
    }
}

int main(void)
{
    struct bs_net *net = lenet();
    struct stopwatch watch = {0};
    struct bs_trained trained;
    struct bs_error err;
    draw(net);
    const struct bs_training training = {
        .samples = SAMPLES,
        .inputs = inputs[0],
        .targets = targets[0],
        .eta = 0.01,
        .epochs = EPOCHS,
        .batch = BATCH,
        .every = 1,
        .watch = look,
        .context = &watch,
    };
    must(bs_net_train(&trained, net, &training, &err), &err);
    bs_net_destroy(net);
    printf("sample_seconds %.9g\n", watch.least / SAMPLES);
}
