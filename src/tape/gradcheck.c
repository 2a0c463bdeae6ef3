/*
 * The gradient check: central differences of the whole forward pass at shrinking steps,
 * extrapolated to step 0 by Richardson's scheme with the error estimate of C. J. F. Ridders,
 * "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
 */
#include "tape/internal.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The loss with the given q changed to a value. */
typedef int loss_at(double *loss, struct bs_tape *tape, void *work, int64_t q, double value,
                    struct bs_error *err);

/* Where the givens start in the backward list: they stand last, so by bisection. */
static int64_t first_given(const struct bs_tape *tape)
{
    const struct bs_graph *graph = tape->graph;
    int64_t low = 0, high = graph->ops->count(graph, BS_ORDER_BACKWARD);
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int64_t q = graph->ops->at(graph, BS_ORDER_BACKWARD, middle);
        if (graph->ops->phase(graph, q) == BS_PHASE_GIVEN)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int64_t bs_tape_gradcheck_count(const struct bs_tape *tape)
{
    return tape->graph->ops->count(tape->graph, BS_ORDER_BACKWARD) - first_given(tape);
}

/* ---- the loss of a network, by its kernels --------------------------------------------------- */

static size_t parameter_index(const struct bs_layout *layout, int64_t q)
{
    struct bs_address at = bs_layout_address(layout, q);
    const struct bs_layer *layer = &layout->arch->layers[at.layer - 1];
    if (at.kind == BS_BIAS)
        return layer->biases + (size_t)at.unit - 1;
    return layer->weights + (size_t)(at.unit - 1) * (size_t)layer->inputs + (size_t)at.input - 1;
}

/* `work` is a copy of the parameters.  A threshold is a bias with the other sign. */
static int network_loss(double *loss, struct bs_tape *tape, void *work, int64_t q, double value,
                        struct bs_error *err)
{
    const struct bs_layout *layout = bs_network_layout(tape->graph);
    const struct bs_pass *pass = bs_network_pass(tape->graph);
    bool is_threshold = layout->threshold && bs_layout_address(layout, q).kind == BS_BIAS;
    double *params = work, *place = params + parameter_index(layout, q), kept = *place;
    *place = is_threshold ? -value : value;
    int status = bs_sample_loss(loss, layout->arch, params, bs_pass_x(pass), bs_pass_t(pass), err);
    *place = kept;
    return status;
}

/* ---- the loss of a circuit, by its definitions ----------------------------------------------- */

static int read_number(double *out, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *out = ((const double *)context)[bs_entry_quantity(leaf->u.ref)];
    return BS_OK;
}

/* `work` has a double for each quantity; all definitions up to the root are evaluated again. */
static int circuit_loss(double *loss, struct bs_tape *tape, void *work, int64_t q, double value,
                        struct bs_error *err)
{
    const struct bs_graph *graph = tape->graph;
    double *values = work;
    int64_t root = graph->ops->root(graph);
    struct bs_env env = {.leaf = read_number, .context = values, .kink = graph->kink};
    for (int64_t p = 0; p <= root || p <= q; p++) {
        bs_expr definition = bs_tape_definition(tape, p);
        struct bs_valued valued;
        int status =
            definition ? bs_eval(&valued, definition, &env, err)
                       : bs_tape_number(&valued.value, tape, bs_entry_make(BS_ROLE_VALUE, p), err);
        if (status < 0)
            return status;
        values[p] = p == q ? value : valued.value;
    }
    *loss = values[root];
    return BS_OK;
}

/* ---- the derivative at step 0 ---------------------------------------------------------------- */

enum { TABLE = 10 };

static int central_difference(double *out, struct bs_tape *tape, loss_at *loss, void *work,
                              int64_t q, double x, double h, struct bs_error *err)
{
    double above, below;
    int status = loss(&above, tape, work, q, x + h, err);
    if (status == BS_OK)
        status = loss(&below, tape, work, q, x - h, err);
    *out = (above - below) / ((x + h) - (x - h));
    return status;
}

/* Each row halves the step; the entry with the least estimated error is the result. */
static int extrapolate(double *out, struct bs_tape *tape, loss_at *loss, void *work, int64_t q,
                       double x, struct bs_error *err)
{
    double rows[TABLE][TABLE], best = INFINITY, h = 0.125 * fmax(1, fabs(x));
    *out = NAN;
    for (int i = 0; i < TABLE; i++, h /= 2) {
        int status = central_difference(&rows[i][0], tape, loss, work, q, x, h, err);
        if (status < 0)
            return status;
        double factor = 4;
        for (int k = 1; k <= i; k++, factor *= 4) {
            rows[i][k] = (factor * rows[i][k - 1] - rows[i - 1][k - 1]) / (factor - 1);
            double error =
                fmax(fabs(rows[i][k] - rows[i][k - 1]), fabs(rows[i][k] - rows[i - 1][k - 1]));
            if (error <= best) {
                best = error;
                *out = rows[i][k];
            }
        }
    }
    return BS_OK;
}

static void *make_work(const struct bs_tape *tape)
{
    const struct bs_pass *pass = bs_tape_pass(tape);
    if (!pass)
        return bs_calloc((size_t)tape->graph->ops->count(tape->graph, BS_ORDER_FORWARD),
                         sizeof(double));
    const struct bs_params *params = bs_pass_params(pass);
    void *copy = bs_alloc(params->count * sizeof *params->values);
    return copy ? memcpy(copy, params->values, params->count * sizeof *params->values) : NULL;
}

int bs_tape_gradcheck(struct bs_gradcheck *out, struct bs_tape *tape, int64_t k,
                      struct bs_error *err)
{
    int64_t q = tape->graph->ops->at(tape->graph, BS_ORDER_BACKWARD, first_given(tape) + k);
    double x;
    int sign = bs_tape_gradient_sign(tape, q);
    out->entry = bs_entry_make(BS_ROLE_GRADIENT, q);
    int status = bs_tape_value(&out->derived, tape, out->entry, err);
    if (status == BS_OK)
        status = bs_tape_number(&x, tape, bs_entry_make(BS_ROLE_VALUE, q), err);
    if (status < 0)
        return status;
    void *work = make_work(tape);
    if (!work)
        return bs_fail_memory(err);
    status = extrapolate(&out->numerical, tape, bs_tape_pass(tape) ? network_loss : circuit_loss,
                         work, q, x, err);
    bs_free(work);
    out->numerical *= sign;
    out->difference = fabs(out->derived - out->numerical);
    return status;
}
