#include "plain_blas.h"

void plain_softmax(double *z, const double *b, int rows, int columns)
{
    for (int s = 0; s < rows; s++, z += columns) {
        double largest = -INFINITY, sum = 0;
        for (int j = 0; j < columns; j++) {
            z[j] += b[j];
            largest = z[j] > largest ? z[j] : largest;
        }
        for (int j = 0; j < columns; j++) {
            z[j] = exp(z[j] - largest);
            sum += z[j];
        }
        for (int j = 0; j < columns; j++)
            z[j] /= sum;
    }
}

double plain_cross_entropy(const double *y, const int *labels, int rows, int columns)
{
    double sum = 0;
    for (int s = 0; s < rows; s++)
        sum -= log(y[s * columns + labels[s]]);
    return sum / rows;
}

void plain_cross_entropy_back(double *y, const int *labels, int rows, int columns)
{
    for (int s = 0; s < rows; s++)
        y[s * columns + labels[s]] -= 1;
}

void plain_draw_labels(int *labels, int count, int below, uint64_t *random)
{
    for (int s = 0; s < count; s++)
        labels[s] = (int)plain_below(random, (uint32_t)below);
}

void plain_draw_weights(double *w, int units, int inputs, uint64_t *random)
{
    const double bound = sqrt(6.0 / (inputs + units));
    plain_fill(w, (size_t)units * (size_t)inputs, -bound, bound, random);
}
