/*
 * How fast the machine multiplies, on one thread: a large square, and the products of a step of
 * 784-128-10 (plain_mlp.c), so that what a program gets of it can be told.
 */
#include "plain_blas.h"

#include <stdio.h>

enum { INPUTS = 784, HIDDEN = 128, OUTPUTS = 10 };
enum { RUNS = 21, LARGEST = 1024, LEAST_FLOP = 40000000 };

/* The largest are the square and a batch of inputs. */
static double left[LARGEST * LARGEST], right[LARGEST * LARGEST], result[LARGEST * LARGEST];

enum kind { NT, NN, TN, MATRIX_VECTOR, OUTER };

struct product {
    const char *name;
    enum kind kind;
    struct plain_sizes size;
};

static double flop_of(const struct product *product)
{
    return 2.0 * product->size.rows * product->size.columns * product->size.inner;
}

static void multiply(enum kind kind, struct plain_sizes n)
{
    switch (kind) {
    case NT:
        plain_multiply_nt(result, n, left, right, 0);
        break;
    case NN:
        plain_multiply_nn(result, n, left, right);
        break;
    case TN:
        plain_add_tn(result, n, -1, left, right);
        break;
    case MATRIX_VECTOR:
        cblas_dgemv(CblasRowMajor, CblasNoTrans, n.rows, n.inner, 1, left, n.inner, right, 1, 0,
                    result, 1);
        break;
    case OUTER:
        cblas_dger(CblasRowMajor, n.rows, n.columns, -1, left, 1, right, 1, result, n.columns);
        break;
    }
}

/* A small product is repeated: a clock cannot tell one of some microseconds well. */
static int repetitions(const struct product *product)
{
    return 1 + (int)(LEAST_FLOP / flop_of(product));
}

static void multiply_often(void *context)
{
    const struct product *product = context;
    for (int i = repetitions(product); i > 0; i--)
        multiply(product->kind, product->size);
}

static double report(struct product product)
{
    const double seconds = plain_seconds(multiply_often, &product, RUNS) / repetitions(&product);
    printf("%s_flop_per_second %.9g\n", product.name, flop_of(&product) / seconds);
    return seconds;
}

/* Each product of a step with a batch, and all of them together. */
static void report_batch(int batch)
{
    const struct product products[] = {
        {"forward_hidden", NT, {batch, HIDDEN, INPUTS}},
        {"forward_output", NT, {batch, OUTPUTS, HIDDEN}},
        {"backward_hidden", NN, {batch, HIDDEN, OUTPUTS}},
        {"update_hidden", TN, {HIDDEN, INPUTS, batch}},
        {"update_output", TN, {OUTPUTS, HIDDEN, batch}},
    };
    double flop = 0, seconds = 0;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        printf("batch_%d_", batch);
        seconds += report(products[i]);
        flop += flop_of(&products[i]);
    }
    printf("batch_%d_flop_per_second %.9g\n", batch, flop / seconds);
    printf("batch_%d_sample_flop %.9g\n", batch, flop / batch);
}

int main(void)
{
    uint64_t random = 1;
    openblas_set_num_threads(1);
    plain_fill(left, sizeof left / sizeof *left, -1, 1, &random);
    plain_fill(right, sizeof right / sizeof *right, -1, 1, &random);
    report((struct product){"square", NN, {LARGEST, LARGEST, LARGEST}});
    report((struct product){"batch_1_forward_hidden", MATRIX_VECTOR, {HIDDEN, 1, INPUTS}});
    report((struct product){"batch_1_update_hidden", OUTER, {HIDDEN, INPUTS, 1}});
    report_batch(32);
    report_batch(1024);
}
