/* Weighted sums of features over rows: s = x·Wᵀ + b, and back. */
#include "net/kinds.h"
#include "net/product.h"

static void add_biases(double *s, const struct bs_affine *affine, const struct bs_stage_run *run)
{
    const double *b = run->params + affine->biases;
    const size_t units = affine->units, all = bs_run_rows(run) * units;
    if (affine->next_bias == 0)
        for (size_t i = 0; i < all; i++)
            s[i] += *b;
    else
        for (size_t i = 0; i < all; i += units)
            bs_add_scaled(s + i, 1, b, units);
}

int bs_affine_forward(double *s, const struct bs_affine *affine, const struct bs_stage_run *run)
{
    const size_t rows = bs_run_rows(run), units = affine->units;
    const struct bs_product product = {.rows = rows,
                                       .columns = units,
                                       .inner = affine->inputs,
                                       .b_is_transposed = true,
                                       .alpha = 1};
    int status = bs_multiply(s, &product, run->in, run->params + affine->weights, run->is_exact);
    if (status < 0 || !affine->has_biases)
        return status;
    add_biases(s, affine, run);
    return BS_OK;
}

/* ∂E/∂x = ∂E/∂s·W */
static int back_to_inputs(const double *ds, const struct bs_affine *affine,
                          const struct bs_stage_run *run)
{
    const struct bs_product product = {.rows = bs_run_rows(run),
                                       .columns = affine->inputs,
                                       .inner = affine->units,
                                       .alpha = 1,
                                       .beta = run->adds};
    if (!run->d_in)
        return BS_OK;
    return bs_multiply(run->d_in, &product, ds, run->params + affine->weights, run->is_exact);
}

/* A bias that the layer shares is that of all units, as if each were a row of its own. */
static void add_to_biases(const double *ds, const struct bs_affine *affine,
                          const struct bs_stage_run *run)
{
    const size_t rows = bs_run_rows(run), units = affine->units;
    double *b = run->gradients + affine->biases;
    if (affine->next_bias == 0)
        bs_add_to_biases(b, run->scale, ds, rows * units, 1);
    else
        bs_add_to_biases(b, run->scale, ds, rows, units);
}

/* ∂E/∂W = (∂E/∂s)ᵀ·x */
int bs_affine_backward(const double *ds, const struct bs_affine *affine,
                       const struct bs_stage_run *run)
{
    const struct bs_product product = {.rows = affine->units,
                                       .columns = affine->inputs,
                                       .inner = bs_run_rows(run),
                                       .a_is_transposed = true,
                                       .alpha = run->scale,
                                       .beta = 1};
    int status = back_to_inputs(ds, affine, run);
    if (status < 0 || !run->gradients)
        return status;
    status = bs_multiply(run->gradients + affine->weights, &product, ds, run->in, run->is_exact);
    if (status == BS_OK && affine->has_biases)
        add_to_biases(ds, affine, run);
    return status;
}
