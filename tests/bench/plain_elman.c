/*
 * An Elman network of 16 inputs and 64 hidden units, tanh, over 50 steps of time; 10 outputs of the
 * last step, softmax with cross-entropy; back through all the time; mini-batches of 32 in the order
 * of the data.
 *
 *     h_t = tanh(U x_t + W h_{t−1} + b),  h_0 = 0,  y = softmax(V h_T + c)
 *
 * A batch lies step by step, so that what concerns all steps is one product: the sums of the inputs
 * before the way through time, and the gradients of the weights after the way back.
 */
#include "plain_blas.h"

#include <stdio.h>
#include <string.h>

enum { INPUTS = 16, HIDDEN = 64, OUTPUTS = 10, TIME = 50, BATCH = 32, BATCHES = 32 };
enum { RUNS = 21, BATCHES_A_RUN = 4 };

static struct parameters {
    double u[HIDDEN][INPUTS], w[HIDDEN][HIDDEN], b[HIDDEN], v[OUTPUTS][HIDDEN], c[OUTPUTS];
} net;

static const struct plain_part parts[] = {
    PLAIN_PART(struct parameters, u), PLAIN_PART(struct parameters, w),
    PLAIN_PART(struct parameters, b), PLAIN_PART(struct parameters, v),
    PLAIN_PART(struct parameters, c), {NULL, 0, 0},
};

static double inputs[BATCHES][TIME][BATCH][INPUTS];
static int labels[BATCHES][BATCH];

/* h[t] is h_t, h[0] stays 0; dz[t] is ∂E/∂z of the sums z that h[t + 1] is the tanh of. */
static double h[TIME + 1][BATCH][HIDDEN], dz[TIME][BATCH][HIDDEN], y[BATCH][OUTPUTS];

static void draw(void)
{
    uint64_t random = 1;
    plain_fill(inputs[0][0][0], sizeof inputs / sizeof(double), -1, 1, &random);
    plain_draw_labels(labels[0], BATCHES * BATCH, OUTPUTS, &random);
    plain_draw_weights(net.u[0], HIDDEN, INPUTS, &random);
    plain_draw_weights(net.w[0], HIDDEN, HIDDEN, &random);
    plain_draw_weights(net.v[0], OUTPUTS, HIDDEN, &random);
}

static const struct plain_sizes hidden_sums = {BATCH, HIDDEN, HIDDEN};

static inline void activate(double *restrict z, const double *restrict b)
{
    for (int s = 0; s < BATCH; s++, z += HIDDEN)
        for (int j = 0; j < HIDDEN; j++)
            z[j] = tanh(z[j] + b[j]);
}

static inline void activate_back(double *restrict da, const double *restrict a)
{
    for (int i = 0; i < BATCH * HIDDEN; i++)
        da[i] *= (1 + a[i]) * (1 - a[i]);
}

static void forward(int batch)
{
    plain_multiply_nt(h[1][0], (struct plain_sizes){TIME * BATCH, HIDDEN, INPUTS},
                      inputs[batch][0][0], net.u[0], 0);
    for (int t = 1; t <= TIME; t++) {
        plain_multiply_nt(h[t][0], hidden_sums, h[t - 1][0], net.w[0], 1);
        activate(h[t][0], net.b);
    }
    plain_multiply_nt(y[0], (struct plain_sizes){BATCH, OUTPUTS, HIDDEN}, h[TIME][0], net.v[0], 0);
    plain_softmax(y[0], net.c, BATCH, OUTPUTS);
}

static void backward(int batch)
{
    plain_cross_entropy_back(y[0], labels[batch], BATCH, OUTPUTS);
    plain_multiply_nn(dz[TIME - 1][0], (struct plain_sizes){BATCH, HIDDEN, OUTPUTS}, y[0],
                      net.v[0]);
    activate_back(dz[TIME - 1][0], h[TIME][0]);
    for (int t = TIME - 1; t > 0; t--) {
        plain_multiply_nn(dz[t - 1][0], hidden_sums, dz[t][0], net.w[0]);
        activate_back(dz[t - 1][0], h[t][0]);
    }
}

static void update(int batch, double eta)
{
    const double alpha = -eta / BATCH;
    plain_add_tn(net.u[0], (struct plain_sizes){HIDDEN, INPUTS, TIME * BATCH}, alpha, dz[0][0],
                 inputs[batch][0][0]);
    plain_add_tn(net.w[0], (struct plain_sizes){HIDDEN, HIDDEN, TIME * BATCH}, alpha, dz[0][0],
                 h[0][0]);
    plain_add_rows(net.b, alpha, dz[0][0], TIME * BATCH, HIDDEN);
    plain_add_tn(net.v[0], (struct plain_sizes){OUTPUTS, HIDDEN, BATCH}, alpha, y[0], h[TIME][0]);
    plain_add_rows(net.c, alpha, y[0], BATCH, OUTPUTS);
}

static void learn(int batch, double eta)
{
    forward(batch);
    backward(batch);
    update(batch, eta);
}

static void train(void *context)
{
    int *next = context;
    for (int batch = 0; batch < BATCHES_A_RUN; batch++) {
        learn(*next, 0.01);
        *next = (*next + 1) % BATCHES;
    }
}

/* ---- gradients ------------------------------------------------------------------------------- */

static double checked_loss(void)
{
    forward(0);
    return plain_cross_entropy(y[0], labels[0], BATCH, OUTPUTS);
}

static void checked_step(double eta)
{
    learn(0, eta);
}

int main(int argc, char **argv)
{
    int next = 0;
    openblas_set_num_threads(1);
    draw();
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return plain_check(&(struct plain_network){(double *)&net, sizeof net / sizeof(double),
                                                   parts, checked_loss, checked_step});
    printf("sample_seconds %.9g\n", plain_seconds(train, &next, RUNS) / (BATCHES_A_RUN * BATCH));
}
