#include "net/product.h"

#include "base/error.h"
#include "base/interrupt.h"

static size_t step_or(size_t step, size_t length)
{
    return step ? step : length;
}

static void start_row(double *c, size_t n, double beta)
{
    for (size_t j = 0; j < n; j++)
        c[j] = beta == 0 ? 0 : beta * c[j];
}

/* Row i of c: alpha·a_ik times row k of b, in the order of k. */
static void add_rows(double *restrict c, const struct bs_product *p, const double *a, size_t a_next,
                     const double *restrict b, size_t b_step)
{
    for (size_t k = 0; k < p->inner; k++, a += a_next, b += b_step) {
        const double factor = p->alpha * *a;
        for (size_t j = 0; j < p->columns; j++)
            c[j] += factor * b[j];
    }
}

static void add_dots(double *c, const struct bs_product *p, const double *a, size_t a_next,
                     const double *b, size_t b_step)
{
    for (size_t j = 0; j < p->columns; j++, b += b_step) {
        double sum = 0;
        for (size_t k = 0; k < p->inner; k++)
            sum += a[k * a_next] * b[k];
        c[j] += p->alpha * sum;
    }
}

int bs_multiply(double *c, const struct bs_product *p, const double *a, const double *b,
                bool is_fixed)
{
    const size_t c_step = step_or(p->c_step, p->columns);
    const size_t a_step = step_or(p->a_step, p->a_is_transposed ? p->rows : p->inner);
    const size_t b_step = step_or(p->b_step, p->b_is_transposed ? p->inner : p->columns);
    (void)is_fixed;
    for (size_t i = 0; i < p->rows; i++, c += c_step) {
        const double *row = p->a_is_transposed ? a + i : a + i * a_step;
        const size_t next = p->a_is_transposed ? a_step : 1;
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        start_row(c, p->columns, p->beta);
        if (p->b_is_transposed)
            add_dots(c, p, row, next, b, b_step);
        else
            add_rows(c, p, row, next, b, b_step);
    }
    return BS_OK;
}
