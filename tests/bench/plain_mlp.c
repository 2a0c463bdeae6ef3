/*
 * 784-128-10: sigmoid, then softmax with cross-entropy, by mini-batches in the order of the data.
 */
#include "plain_blas.h"

#include <stdio.h>
#include <string.h>

enum { INPUTS = 784, HIDDEN = 128, OUTPUTS = 10, SAMPLES = 4096, LARGEST_BATCH = 1024 };
enum { RUNS = 21, SAMPLES_A_RUN = 1024 };

static struct parameters {
    double w1[HIDDEN][INPUTS], b1[HIDDEN], w2[OUTPUTS][HIDDEN], b2[OUTPUTS];
} net;

static const struct plain_part parts[] = {
    PLAIN_PART(struct parameters, w1),
    PLAIN_PART(struct parameters, b1),
    PLAIN_PART(struct parameters, w2),
    PLAIN_PART(struct parameters, b2),
    {NULL, 0, 0},
};

static double inputs[SAMPLES][INPUTS];
static int labels[SAMPLES];

/* Of a batch: what units give, and ∂E/∂z of the hidden ones; that of the outputs replaces y. */
static double a[LARGEST_BATCH][HIDDEN], dz1[LARGEST_BATCH][HIDDEN], y[LARGEST_BATCH][OUTPUTS];

static void draw(void)
{
    uint64_t random = 1;
    plain_fill(inputs[0], (size_t)SAMPLES * INPUTS, 0, 1, &random);
    plain_draw_labels(labels, SAMPLES, OUTPUTS, &random);
    plain_draw_weights(net.w1[0], HIDDEN, INPUTS, &random);
    plain_draw_weights(net.w2[0], OUTPUTS, HIDDEN, &random);
}

/* ---- a batch of several samples -------------------------------------------------------------- */

static void forward(int batch, const double *x)
{
    plain_multiply_nt(a[0], (struct plain_sizes){batch, HIDDEN, INPUTS}, x, net.w1[0], 0);
    plain_activate(a[0], net.b1, batch, HIDDEN);
    plain_multiply_nt(y[0], (struct plain_sizes){batch, OUTPUTS, HIDDEN}, a[0], net.w2[0], 0);
    plain_softmax(y[0], net.b2, batch, OUTPUTS);
}

static void backward(int batch, const int *label)
{
    plain_cross_entropy_back(y[0], label, batch, OUTPUTS);
    plain_multiply_nn(dz1[0], (struct plain_sizes){batch, HIDDEN, OUTPUTS}, y[0], net.w2[0]);
    plain_activate_back(dz1[0], a[0], batch * HIDDEN);
}

static void update(int batch, const double *x, double eta)
{
    const double alpha = -eta / batch;
    plain_add_tn(net.w1[0], (struct plain_sizes){HIDDEN, INPUTS, batch}, alpha, dz1[0], x);
    plain_add_rows(net.b1, alpha, dz1[0], batch, HIDDEN);
    plain_add_tn(net.w2[0], (struct plain_sizes){OUTPUTS, HIDDEN, batch}, alpha, y[0], a[0]);
    plain_add_rows(net.b2, alpha, y[0], batch, OUTPUTS);
}

static void learn(int batch, const double *x, const int *label, double eta)
{
    forward(batch, x);
    backward(batch, label);
    update(batch, x, eta);
}

/* ---- one sample: products of a matrix and a vector ------------------------------------------- */

static void forward_one(const double *x)
{
    cblas_dgemv(CblasRowMajor, CblasNoTrans, HIDDEN, INPUTS, 1, net.w1[0], INPUTS, x, 1, 0, a[0],
                1);
    plain_activate(a[0], net.b1, 1, HIDDEN);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, OUTPUTS, HIDDEN, 1, net.w2[0], HIDDEN, a[0], 1, 0,
                y[0], 1);
    plain_softmax(y[0], net.b2, 1, OUTPUTS);
}

static void backward_one(const int *label)
{
    plain_cross_entropy_back(y[0], label, 1, OUTPUTS);
    cblas_dgemv(CblasRowMajor, CblasTrans, OUTPUTS, HIDDEN, 1, net.w2[0], HIDDEN, y[0], 1, 0,
                dz1[0], 1);
    plain_activate_back(dz1[0], a[0], HIDDEN);
}

static void update_one(const double *x, double eta)
{
    cblas_dger(CblasRowMajor, HIDDEN, INPUTS, -eta, dz1[0], 1, x, 1, net.w1[0], INPUTS);
    plain_add_rows(net.b1, -eta, dz1[0], 1, HIDDEN);
    cblas_dger(CblasRowMajor, OUTPUTS, HIDDEN, -eta, y[0], 1, a[0], 1, net.w2[0], HIDDEN);
    plain_add_rows(net.b2, -eta, y[0], 1, OUTPUTS);
}

static void learn_one(const double *x, const int *label, double eta)
{
    forward_one(x);
    backward_one(label);
    update_one(x, eta);
}

/* ---- times of training ----------------------------------------------------------------------- */

struct training {
    int batch, next; /* the next sample; batches divide the data */
};

static void learn_next(struct training *t, double eta)
{
    if (t->batch == 1)
        learn_one(inputs[t->next], &labels[t->next], eta);
    else
        learn(t->batch, inputs[t->next], &labels[t->next], eta);
    t->next = (t->next + t->batch) % SAMPLES;
}

static void train(void *training)
{
    struct training *t = training;
    for (int done = 0; done < SAMPLES_A_RUN; done += t->batch)
        learn_next(t, 0.01);
}

static void report_training(int batch)
{
    struct training training = {batch, 0};
    printf("batch_%d_sample_seconds %.9g\n", batch,
           plain_seconds(train, &training, RUNS) / SAMPLES_A_RUN);
}

/* ---- gradients ------------------------------------------------------------------------------- */

static int checked_batch;

static double checked_loss(void)
{
    if (checked_batch == 1)
        forward_one(inputs[0]);
    else
        forward(checked_batch, inputs[0]);
    return plain_cross_entropy(y[0], labels, checked_batch, OUTPUTS);
}

static void checked_step(double eta)
{
    struct training training = {checked_batch, 0};
    learn_next(&training, eta);
}

static int check(int batch)
{
    checked_batch = batch;
    return plain_check(&(struct plain_network){(double *)&net, sizeof net / sizeof(double), parts,
                                               checked_loss, checked_step});
}

int main(int argc, char **argv)
{
    openblas_set_num_threads(1);
    draw();
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return check(1) | check(32);
    report_training(1);
    report_training(32);
    report_training(1024);
}
