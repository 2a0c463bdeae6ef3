/*
 * LeNet-5 on 32 × 32: two convolutions of 5 × 5, each with sigmoid and an average over 2 × 2, then
 * 120-84-10, softmax with cross-entropy; mini-batches of 32 in the order of the data.
 *
 * A convolution is a product of its weights and the patches of one sample, a column a place of the
 * output.  Columns are made again for the way back: those of a batch are 9 MB, and to copy the maps
 * takes no longer than to fetch them from beyond the second cache.
 */
#include "plain_blas.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLES = 1024, BATCH = 32, RUNS = 21, BATCHES_A_RUN = 8 };
enum { K = 5, PATCH = K * K };

/* Channels, sides and places of the maps: inputs, after each convolution, after each average. */
enum {
    SIDE0 = 32,
    SIDE1 = SIDE0 - K + 1,
    HALF1 = SIDE1 / 2,
    SIDE2 = HALF1 - K + 1,
    HALF2 = SIDE2 / 2,
    MAPS1 = 6,
    MAPS2 = 16,
    PLACES0 = SIDE0 * SIDE0,
    PLACES1 = SIDE1 * SIDE1,
    PLACES2 = SIDE2 * SIDE2,
    POOLED1 = HALF1 * HALF1,
    POOLED2 = HALF2 * HALF2,
};

enum { FLAT = MAPS2 * POOLED2, UNITS3 = 120, UNITS4 = 84, OUTPUTS = 10 };

struct filters {
    double w1[MAPS1][PATCH], b1[MAPS1], w2[MAPS2][MAPS1 * PATCH], b2[MAPS2];
};

static struct parameters {
    struct filters maps;
    double w3[UNITS3][FLAT], b3[UNITS3], w4[UNITS4][UNITS3], b4[UNITS4];
    double w5[OUTPUTS][UNITS4], b5[OUTPUTS];
} net;

_Static_assert(sizeof net / sizeof(double) == 61706, "the parameters of LeNet-5");

static const struct plain_part parts[] = {
    PLAIN_PART(struct parameters, maps.w1),
    PLAIN_PART(struct parameters, maps.b1),
    PLAIN_PART(struct parameters, maps.w2),
    PLAIN_PART(struct parameters, maps.b2),
    PLAIN_PART(struct parameters, w3),
    PLAIN_PART(struct parameters, b3),
    PLAIN_PART(struct parameters, w4),
    PLAIN_PART(struct parameters, b4),
    PLAIN_PART(struct parameters, w5),
    PLAIN_PART(struct parameters, b5),
    {NULL, 0, 0},
};

static double inputs[SAMPLES][PLACES0];
static int labels[SAMPLES];

/* Of a batch: outputs, and ∂E/∂z; that of the last layer replaces y. */
static double a1[BATCH][MAPS1][PLACES1], pooled1[BATCH][MAPS1][POOLED1];
static double a2[BATCH][MAPS2][PLACES2], pooled2[BATCH][FLAT];
static double a3[BATCH][UNITS3], a4[BATCH][UNITS4], y[BATCH][OUTPUTS];
static double dz4[BATCH][UNITS4], dz3[BATCH][UNITS3], dpooled2[BATCH][FLAT];

/* Of a sample: the columns of each convolution, and slopes. */
static double columns1[PATCH][PLACES1], columns2[MAPS1 * PATCH][PLACES2];
static double dz1[MAPS1][PLACES1], dz2[MAPS2][PLACES2], dpooled1[MAPS1][POOLED1];

/* Summed over a batch: until its last sample has gone back the filters must stay as they are. */
static struct filters gradient;

static double ones[PLACES1];

static void draw(void)
{
    uint64_t random = 1;
    for (int i = 0; i < PLACES1; i++)
        ones[i] = 1;
    plain_fill(inputs[0], (size_t)SAMPLES * PLACES0, 0, 1, &random);
    plain_draw_labels(labels, SAMPLES, OUTPUTS, &random);
    plain_draw_weights(net.maps.w1[0], MAPS1, PATCH, &random);
    plain_draw_weights(net.maps.w2[0], MAPS2, MAPS1 * PATCH, &random);
    plain_draw_weights(net.w3[0], UNITS3, FLAT, &random);
    plain_draw_weights(net.w4[0], UNITS4, UNITS3, &random);
    plain_draw_weights(net.w5[0], OUTPUTS, UNITS4, &random);
}

/* ---- the parts of a convolution -------------------------------------------------------------- */

/* Row (map, i, j) of the columns is the map moved by (i, j), as much of it as the output has. */
static inline void fill_columns(double *columns, const double *maps, int count, int side)
{
    const int out = side - K + 1;
    for (int m = 0; m < count; m++, maps += side * side)
        for (int i = 0; i < K; i++)
            for (int j = 0; j < K; j++)
                for (int row = 0; row < out; row++, columns += out)
                    memcpy(columns, maps + (row + i) * side + j, (size_t)out * sizeof *columns);
}

/* The same way back: each entry of the columns adds to the place that it was copied from. */
static inline void add_columns(double *restrict maps, const double *restrict columns, int count,
                               int side)
{
    const int out = side - K + 1;
    for (int m = 0; m < count; m++, maps += side * side)
        for (int i = 0; i < K; i++)
            for (int j = 0; j < K; j++)
                for (int row = 0; row < out; row++, columns += out)
                    for (int column = 0; column < out; column++)
                        maps[(row + i) * side + j + column] += columns[column];
}

static inline void activate_maps(double *a, const double *b, int count, int places)
{
    for (int m = 0; m < count; m++)
        for (int i = 0; i < places; i++, a++)
            *a = plain_sigmoid(*a + b[m]);
}

/* The means of 2 × 2 places. */
static inline void pool(double *restrict pooled, const double *restrict a, int count, int side)
{
    for (int row = 0; row < count * side; row += 2)
        for (int column = 0; column < side; column += 2) {
            const double *p = a + row * side + column;
            *pooled++ = 0.25 * (p[0] + p[1] + p[side] + p[side + 1]);
        }
}

/* ∂E/∂z of the convolution from ∂E/∂pooled, of which each place has a quarter. */
static inline void pool_back(double *restrict dz, const double *restrict dpooled,
                             const double *restrict a, int count, int side)
{
    for (int row = 0; row < count * side; row += 2)
        for (int column = 0; column < side; column += 2) {
            const double da = 0.25 * *dpooled++;
            const int i = row * side + column, j = i + side;
            dz[i] = da * (a[i] * (1 - a[i]));
            dz[i + 1] = da * (a[i + 1] * (1 - a[i + 1]));
            dz[j] = da * (a[j] * (1 - a[j]));
            dz[j + 1] = da * (a[j + 1] * (1 - a[j + 1]));
        }
}

/* The gradient of a filter is a sum over the places where it works, `size.inner` of them. */
static void add_gradients(double *dw, double *db, struct plain_sizes size, const double *dz,
                          const double *columns)
{
    plain_multiply_nt(dw, size, dz, columns, 1);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, size.rows, size.inner, 1, dz, size.inner, ones, 1, 1,
                db, 1);
}

/* ---- forward --------------------------------------------------------------------------------- */

static void forward_maps(int s, const double *x)
{
    fill_columns(columns1[0], x, 1, SIDE0);
    plain_multiply_nn(a1[s][0], (struct plain_sizes){MAPS1, PLACES1, PATCH}, net.maps.w1[0],
                      columns1[0]);
    activate_maps(a1[s][0], net.maps.b1, MAPS1, PLACES1);
    pool(pooled1[s][0], a1[s][0], MAPS1, SIDE1);
    fill_columns(columns2[0], pooled1[s][0], MAPS1, HALF1);
    plain_multiply_nn(a2[s][0], (struct plain_sizes){MAPS2, PLACES2, MAPS1 * PATCH}, net.maps.w2[0],
                      columns2[0]);
    activate_maps(a2[s][0], net.maps.b2, MAPS2, PLACES2);
    pool(pooled2[s], a2[s][0], MAPS2, SIDE2);
}

static void forward(const double *x)
{
    for (int s = 0; s < BATCH; s++, x += PLACES0)
        forward_maps(s, x);
    plain_multiply_nt(a3[0], (struct plain_sizes){BATCH, UNITS3, FLAT}, pooled2[0], net.w3[0], 0);
    plain_activate(a3[0], net.b3, BATCH, UNITS3);
    plain_multiply_nt(a4[0], (struct plain_sizes){BATCH, UNITS4, UNITS3}, a3[0], net.w4[0], 0);
    plain_activate(a4[0], net.b4, BATCH, UNITS4);
    plain_multiply_nt(y[0], (struct plain_sizes){BATCH, OUTPUTS, UNITS4}, a4[0], net.w5[0], 0);
    plain_softmax(y[0], net.b5, BATCH, OUTPUTS);
}

/* ---- backward -------------------------------------------------------------------------------- */

static void backward_dense(const int *label)
{
    plain_cross_entropy_back(y[0], label, BATCH, OUTPUTS);
    plain_multiply_nn(dz4[0], (struct plain_sizes){BATCH, UNITS4, OUTPUTS}, y[0], net.w5[0]);
    plain_activate_back(dz4[0], a4[0], BATCH * UNITS4);
    plain_multiply_nn(dz3[0], (struct plain_sizes){BATCH, UNITS3, UNITS4}, dz4[0], net.w4[0]);
    plain_activate_back(dz3[0], a3[0], BATCH * UNITS3);
    plain_multiply_nn(dpooled2[0], (struct plain_sizes){BATCH, FLAT, UNITS3}, dz3[0], net.w3[0]);
}

static void backward_maps2(int s)
{
    pool_back(dz2[0], dpooled2[s], a2[s][0], MAPS2, SIDE2);
    fill_columns(columns2[0], pooled1[s][0], MAPS1, HALF1);
    add_gradients(gradient.w2[0], gradient.b2, (struct plain_sizes){MAPS2, MAPS1 * PATCH, PLACES2},
                  dz2[0], columns2[0]);
    plain_multiply_tn(columns2[0], (struct plain_sizes){MAPS1 * PATCH, PLACES2, MAPS2},
                      net.maps.w2[0], dz2[0]);
    memset(dpooled1, 0, sizeof dpooled1);
    add_columns(dpooled1[0], columns2[0], MAPS1, HALF1);
}

static void backward_maps1(int s, const double *x)
{
    pool_back(dz1[0], dpooled1[0], a1[s][0], MAPS1, SIDE1);
    fill_columns(columns1[0], x, 1, SIDE0);
    add_gradients(gradient.w1[0], gradient.b1, (struct plain_sizes){MAPS1, PATCH, PLACES1}, dz1[0],
                  columns1[0]);
}

static void backward(const double *x, const int *label)
{
    backward_dense(label);
    memset(&gradient, 0, sizeof gradient);
    for (int s = 0; s < BATCH; s++, x += PLACES0) {
        backward_maps2(s);
        backward_maps1(s, x);
    }
}

/* ---- training -------------------------------------------------------------------------------- */

static void update(double eta)
{
    const double alpha = -eta / BATCH;
    cblas_daxpy(sizeof gradient / sizeof(double), alpha, (double *)&gradient, 1,
                (double *)&net.maps, 1);
    plain_add_tn(net.w3[0], (struct plain_sizes){UNITS3, FLAT, BATCH}, alpha, dz3[0], pooled2[0]);
    plain_add_rows(net.b3, alpha, dz3[0], BATCH, UNITS3);
    plain_add_tn(net.w4[0], (struct plain_sizes){UNITS4, UNITS3, BATCH}, alpha, dz4[0], a3[0]);
    plain_add_rows(net.b4, alpha, dz4[0], BATCH, UNITS4);
    plain_add_tn(net.w5[0], (struct plain_sizes){OUTPUTS, UNITS4, BATCH}, alpha, y[0], a4[0]);
    plain_add_rows(net.b5, alpha, y[0], BATCH, OUTPUTS);
}

static void learn(int first, double eta)
{
    forward(inputs[first]);
    backward(inputs[first], &labels[first]);
    update(eta);
}

static void train(void *context)
{
    int *next = context;
    for (int batch = 0; batch < BATCHES_A_RUN; batch++) {
        learn(*next, 0.01);
        *next = (*next + BATCH) % SAMPLES;
    }
}

/* ---- gradients ------------------------------------------------------------------------------- */

static double checked_loss(void)
{
    forward(inputs[0]);
    return plain_cross_entropy(y[0], labels, BATCH, OUTPUTS);
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
