/*
 * The engine on the network and the data of plain_mlp.c; with the word "sizes", on networks that
 * are wider, deeper, or have more samples: what a multiplication takes ought to be the same.
 */
#include "engine.h"
#include "plain.h"

#include "net/loss.h"

#include <stdio.h>
#include <string.h>

enum { INPUTS = 784, HIDDEN = 128, OUTPUTS = 10, SAMPLES = 4096, DEEPEST = 32 };

static double inputs[SAMPLES][INPUTS], targets[SAMPLES][OUTPUTS];

static struct bs_net *make(int depth, const int *sizes)
{
    const struct bs_func *activations[DEEPEST];
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    struct bs_error err;
    for (int l = 0; l < depth; l++)
        activations[l] = bs_func_find(l < depth - 1 ? "sigmoid" : "softmax");
    const struct bs_arch_spec spec = {
        depth, sizes, activations, BS_BIAS_UNITS, bs_loss_find("cross_entropy"), 0, NULL};
    engine_must(bs_arch_create(&arch, &spec, &err), &err);
    engine_must(bs_net_create(&net, arch, &err), &err);
    bs_arch_drop(arch);
    return net;
}

/* Within ±√(6/(inputs + units)), as plain_mlp.c draws them; biases are 0. */
static void draw_weights(struct bs_net *net, uint64_t *random)
{
    double *params = bs_net_own_params(net);
    for (int l = 0; l < net->arch->depth; l++) {
        const struct bs_layer *layer = &net->arch->layers[l];
        const double bound = sqrt(6.0 / (layer->inputs + layer->units));
        plain_fill(params + layer->weights, bs_layer_weights(layer), -bound, bound, random);
    }
}

/* ---- the network of plain_mlp.c -------------------------------------------------------------- */

static void report_training(size_t batch)
{
    struct bs_net *net = make(2, (const int[]){INPUTS, HIDDEN, OUTPUTS});
    const struct bs_training training = {.samples = SAMPLES,
                                         .inputs = inputs[0],
                                         .targets = targets[0],
                                         .eta = 0.01,
                                         .epochs = 10,
                                         .batch = batch};
    uint64_t random = 1;
    plain_fill(inputs[0], (size_t)SAMPLES * INPUTS, 0, 1, &random);
    memset(targets, 0, sizeof targets);
    for (int s = 0; s < SAMPLES; s++)
        targets[s][plain_below(&random, OUTPUTS)] = 1;
    draw_weights(net, &random);
    printf("batch_%zu_sample_seconds %.9g\n", batch, engine_sample_seconds(net, training));
    bs_net_destroy(net);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* Forward, and backward the weights of all layers and the inputs of all but the first. */
static double multiplications(const struct bs_arch *arch)
{
    double count = -(double)bs_layer_weights(&arch->layers[0]);
    for (int l = 0; l < arch->depth; l++)
        count += 3 * (double)bs_layer_weights(&arch->layers[l]);
    return count;
}

/* So many layers of one width, by batches of 64. */
static void report_size(const char *name, int width, int depth, size_t samples)
{
    static double wanted[SAMPLES * 512];
    int sizes[DEEPEST + 1];
    for (int l = 0; l <= depth; l++)
        sizes[l] = width;
    struct bs_net *net = make(depth, sizes);
    const struct bs_training training = {.samples = samples,
                                         .inputs = inputs[0],
                                         .targets = wanted,
                                         .eta = 0.01,
                                         .epochs = 6,
                                         .batch = 64};
    uint64_t random = 1;
    plain_fill(inputs[0], samples * (size_t)width, 0, 1, &random);
    memset(wanted, 0, sizeof wanted);
    for (size_t s = 0; s < samples; s++)
        wanted[s * (size_t)width + s % (size_t)width] = 1;
    draw_weights(net, &random);
    printf("%s_multiplication_seconds %.9g\n", name,
           engine_sample_seconds(net, training) / multiplications(net->arch));
    bs_net_destroy(net);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "sizes") == 0) {
        report_size("width_128", 128, 4, 512);
        report_size("width_512", 512, 4, 512);
        report_size("depth_2", 256, 2, 512);
        report_size("depth_32", 256, 32, 512);
        report_size("samples_256", 256, 4, 256);
        report_size("samples_4096", 256, 4, 4096);
        return 0;
    }
    report_training(1);
    report_training(32);
    report_training(1024);
}
