/*
 * The gradient check: central differences of the whole forward pass at shrinking steps,
 * extrapolated to step 0 by Richardson's scheme with the error estimate of C. J. F. Ridders,
 * "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
 */
#include "tape/internal.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The loss as a function of one given, everything else as it is on the tape. */
struct slice {
    struct bs_tape *tape;
    int64_t q;
    double *work; /* of a network its parameters, of a circuit all its values */
    int (*loss)(double *loss, const struct slice *slice, double value, struct bs_error *err);
};

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

/* A threshold is a bias with the other sign. */
static int network_loss(double *loss, const struct slice *slice, double value, struct bs_error *err)
{
    const struct bs_layout *layout = bs_network_layout(slice->tape->graph);
    const struct bs_pass *pass = bs_network_pass(slice->tape->graph);
    struct bs_address at = bs_layout_address(layout, slice->q);
    bool is_threshold = layout->threshold && at.kind == BS_BIAS;
    double *place = slice->work + bs_parameter_index(layout->arch, at), kept = *place;
    *place = is_threshold ? -value : value;
    int status =
        bs_sample_loss(loss, layout->arch, slice->work, bs_pass_x(pass), bs_pass_t(pass), err);
    *place = kept;
    return status;
}

/* ---- the loss by other means that the graph has ------------------------------------------------
 */

static int graph_loss(double *loss, const struct slice *slice, double value, struct bs_error *err)
{
    struct bs_graph *graph = slice->tape->graph;
    return graph->ops->loss_at(loss, graph, slice->q, value, err);
}

/* ---- the loss of a circuit, by its definitions ----------------------------------------------- */

static int read_number(double *out, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *out = ((const double *)context)[bs_entry_quantity(leaf->u.ref)];
    return BS_OK;
}

/* All definitions up to the root are evaluated again. */
static int circuit_loss(double *loss, const struct slice *slice, double value, struct bs_error *err)
{
    struct bs_tape *tape = slice->tape;
    double *values = slice->work;
    int64_t root = tape->graph->ops->root(tape->graph);
    struct bs_env env = {.leaf = read_number, .context = values, .kink = tape->graph->kink};
    for (int64_t p = 0; p <= root || p <= slice->q; p++) {
        bs_expr definition = bs_tape_definition(tape, p);
        struct bs_valued valued;
        int status =
            definition ? bs_eval(&valued, definition, &env, err)
                       : bs_tape_number(&valued.value, tape, bs_entry_make(BS_ROLE_VALUE, p), err);
        if (status < 0)
            return status;
        values[p] = p == slice->q ? value : valued.value;
    }
    *loss = values[root];
    return BS_OK;
}

/* ---- the derivative at step 0 ---------------------------------------------------------------- */

static int central_difference(double *out, const struct slice *slice, double x, double h,
                              struct bs_error *err)
{
    double above, below;
    int status = slice->loss(&above, slice, x + h, err);
    if (status == BS_OK)
        status = slice->loss(&below, slice, x - h, err);
    if (status == BS_OK)
        *out = (above - below) / ((x + h) - (x - h));
    return status;
}

enum { MOST_ROWS = 10, MOST_HALVINGS = 40 };

/* Differences at halved steps, the error of order h^2k gone from the kth of a row (k from 1). */
struct table {
    double rows[MOST_ROWS][MOST_ROWS];
    double best, error; /* the one with the least estimated error */
};

static void fill_row(struct table *table, int i)
{
    const double *above = table->rows[i - 1];
    double *row = table->rows[i], factor = 4;
    for (int k = 1; k <= i; k++, factor *= 4) {
        row[k] = (factor * row[k - 1] - above[k - 1]) / (factor - 1);
        double error = fmax(fabs(row[k] - row[k - 1]), fabs(row[k] - above[k - 1]));
        if (error <= table->error) {
            table->error = error;
            table->best = row[k];
        }
    }
}

/* Steps that lead where the loss has no value (past the 0 of a log) are too long. */
static int extrapolate(double *out, const struct slice *slice, double x, struct bs_error *err)
{
    struct table table = {.best = NAN, .error = INFINITY};
    double h = 0.125 * fmax(1, fabs(x));
    for (int i = 0, tries = 0; i < MOST_ROWS && tries < MOST_HALVINGS; tries++, h /= 2) {
        int status = central_difference(&table.rows[i][0], slice, x, h, err);
        if (status < 0)
            return status;
        if (!isfinite(table.rows[i][0]))
            continue;
        if (i > 0)
            fill_row(&table, i);
        i++;
    }
    *out = table.best;
    return BS_OK;
}

static double *make_work(const struct bs_tape *tape)
{
    const struct bs_pass *pass = bs_tape_pass(tape);
    if (tape->graph->ops->loss_at)
        return bs_calloc(1, sizeof(double));
    if (!pass)
        return bs_calloc((size_t)tape->graph->ops->count(tape->graph, BS_ORDER_FORWARD),
                         sizeof(double));
    const struct bs_params *params = bs_pass_params(pass);
    double *copy = bs_alloc(params->count * sizeof *copy);
    return copy ? memcpy(copy, params->values, params->count * sizeof *copy) : NULL;
}

/* The gradient of a given is ∂E/∂q itself: only pre-activations have error terms with a sign. */
int bs_tape_gradcheck(struct bs_gradcheck *out, struct bs_tape *tape, int64_t k,
                      struct bs_error *err)
{
    int64_t q = tape->graph->ops->at(tape->graph, BS_ORDER_BACKWARD, first_given(tape) + k);
    struct bs_gradcheck made = {.entry = bs_entry_make(BS_ROLE_GRADIENT, q)};
    double x;
    int status = bs_tape_value(&made.derived, tape, made.entry, err);
    if (status == BS_OK)
        status = bs_tape_number(&x, tape, bs_entry_make(BS_ROLE_VALUE, q), err);
    if (status < 0)
        return status;
    struct slice slice = {tape, q, make_work(tape),
                          bs_tape_pass(tape) ? network_loss : circuit_loss};
    if (tape->graph->ops->loss_at)
        slice.loss = graph_loss;
    if (!slice.work)
        return bs_fail_memory(err);
    status = extrapolate(&made.numerical, &slice, x, err);
    bs_free(slice.work);
    made.difference = fabs(made.derived - made.numerical);
    if (status == BS_OK)
        *out = made;
    return status;
}
