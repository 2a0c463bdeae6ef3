/*
 * Equations of whole arrays, Z1 = x·W1 + b1, in the notation of matrices.
 *
 * A definition is written for any index, Z1_k = Σ_i x_i·W1_ik + b1_k.  ∂L/∂q_p is then the sum over
 * the index k of the array c that uses q of ∂L/∂c_k·∂c_k/∂q_p, where the last is the derivative of
 * c's definition; Kronecker's δ collapses the sum where c_k uses q_k alone.  What is left is read
 * as matrices by its indices (expr/matrix.h), which also gives the shapes.
 */
#include "tape/dense.h"
#include "tape/internal.h"

#include "expr/calculus.h"
#include "expr/fold.h"
#include "expr/matrix.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

/* An array of the network, of its gradients or of its updated values. */
enum flavour { VALUE, GRADIENT, NEW };

enum { MOST_ARRAYS = 24, ARRAY_NAME = BS_LONGEST_NAME + 8 };

/* One equation being made.  Arrays are noted, with their shapes, as expressions mention them. */
struct making {
    struct bs_tape *tape;
    struct bs_pool *pool;
    const struct bs_notation *notation;
    const struct bs_arch *arch;
    struct bs_matrix_array arrays[MOST_ARRAYS];
    char names[MOST_ARRAYS][ARRAY_NAME];
    int count;
    enum bs_form form;
};

static const struct bs_layer *layer_of(const struct making *making, int layer)
{
    return &making->arch->layers[layer - 1];
}

static bs_expr letter(const struct making *making, const char *name)
{
    return bs_symbol(making->pool, name);
}

static bs_expr number(const struct making *making, int value)
{
    return bs_integer(making->pool, value);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/* A parameter that a layer shares, the loss and the rate are no arrays. */
static bool is_array(const struct making *making, enum bs_quantity kind, int layer)
{
    if (kind == BS_BIAS)
        return layer_of(making, layer)->bias == BS_BIAS_UNITS;
    return kind != BS_LOSS_VALUE && kind != BS_RATE;
}

static int row_count(const struct making *making, enum bs_quantity kind, int layer)
{
    return kind == BS_WEIGHT ? layer_of(making, layer)->inputs : 1;
}

static int column_count(const struct making *making, enum bs_quantity kind, int layer)
{
    switch (kind) {
    case BS_INPUT:
        return bs_arch_inputs(making->arch);
    case BS_TARGET:
        return bs_arch_outputs(making->arch);
    default:
        return layer_of(making, layer)->units;
    }
}

static void write_name(char name[static ARRAY_NAME], const struct making *making,
                       enum flavour flavour, enum bs_quantity kind, int layer)
{
    const char *stem = bs_notation_stem(making->notation, kind, layer, flavour == GRADIENT);
    bool changes = flavour == NEW && kind != BS_INPUT && kind != BS_TARGET && kind != BS_RATE;
    snprintf(name, ARRAY_NAME, "%s%s", stem, changes ? "_new" : "");
}

/* Its name, noted with its shape. */
static const char *note_array(struct making *making, enum flavour flavour, enum bs_quantity kind,
                              int layer)
{
    char *name = making->names[making->count];
    write_name(name, making, flavour, kind, layer);
    for (int i = 0; i < making->count; i++)
        if (strcmp(making->names[i], name) == 0)
            return making->names[i];
    making->arrays[making->count++] =
        (struct bs_matrix_array){name, number(making, row_count(making, kind, layer)),
                                 number(making, column_count(making, kind, layer))};
    return name;
}

/* A member by its indices: that of the row counts for weights alone. */
static bs_expr member(struct making *making, enum flavour flavour, enum bs_quantity kind, int layer,
                      bs_expr row, bs_expr column)
{
    char name[ARRAY_NAME];
    if (!is_array(making, kind, layer)) {
        write_name(name, making, flavour, kind, layer);
        return bs_symbol(making->pool, name);
    }
    const char *array = note_array(making, flavour, kind, layer);
    if (kind == BS_WEIGHT)
        return bs_member(making->pool, array, 2, (const bs_expr[]){row, column});
    return bs_member(making->pool, array, 1, &column);
}

/* ---- definitions ----------------------------------------------------------------------------- */

/* What a layer reads: x_i, or A_i of the layer before. */
static bs_expr input(struct making *making, enum flavour flavour, int layer, bs_expr i)
{
    return layer == 1 ? member(making, flavour, BS_INPUT, 0, NULL, i)
                      : member(making, flavour, BS_ACTIVATION, layer - 1, NULL, i);
}

/* Σ_i x_i·W_ik + b_k */
static bs_expr define_sum(struct making *making, enum flavour flavour, int layer, bs_expr k)
{
    struct bs_pool *pool = making->pool;
    bs_expr i = letter(making, "i"), inputs = number(making, layer_of(making, layer)->inputs);
    bs_expr product = bs_mul(pool, input(making, flavour, layer, i),
                             member(making, flavour, BS_WEIGHT, layer, i, k));
    bs_expr sum = bs_indexed_sum(pool, i, number(making, 1), inputs, product);
    if (layer_of(making, layer)->bias == BS_BIAS_NONE)
        return sum;
    return bs_add(pool, sum, member(making, flavour, BS_BIAS, layer, NULL, k));
}

static bs_expr define_activation(struct making *making, enum flavour flavour, int layer, bs_expr k)
{
    bs_expr z = member(making, flavour, BS_PREACTIVATION, layer, NULL, k);
    return bs_layer_define_general(making->pool, layer_of(making, layer), z, k);
}

/* Over the outputs by name, or fused with their definitions over Z. */
static bs_expr define_loss(struct making *making, enum flavour flavour, bool is_fused)
{
    int depth = making->arch->depth;
    bs_expr k = letter(making, "k");
    bs_expr output = is_fused ? define_activation(making, flavour, depth, k)
                              : member(making, flavour, BS_ACTIVATION, depth, NULL, k);
    bs_expr target = member(making, flavour, BS_TARGET, 0, NULL, k);
    return bs_loss_define_general(making->pool, making->arch->loss, bs_arch_outputs(making->arch),
                                  k, output, target);
}

static bs_expr define(struct making *making, enum flavour flavour, enum bs_quantity kind, int layer,
                      bs_expr k)
{
    switch (kind) {
    case BS_PREACTIVATION:
        return define_sum(making, flavour, layer, k);
    case BS_ACTIVATION:
        return define_activation(making, flavour, layer, k);
    case BS_LOSS_VALUE:
        return define_loss(making, flavour, false);
    default:
        return NULL;
    }
}

/* W − η·dW */
static bs_expr define_update(struct making *making, enum bs_quantity kind, int layer, bs_expr row,
                             bs_expr column)
{
    struct bs_pool *pool = making->pool;
    bs_expr gradient = member(making, GRADIENT, kind, layer, row, column);
    bs_expr rate = member(making, VALUE, BS_RATE, 0, NULL, NULL);
    return bs_sub(pool, member(making, VALUE, kind, layer, row, column),
                  bs_mul(pool, rate, gradient));
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* The array that uses q's: of one layer and kind, as in bs_layout_user. */
static struct bs_address user_of(const struct making *making, enum bs_quantity kind, int layer)
{
    if (kind == BS_TARGET || (kind == BS_ACTIVATION && layer == making->arch->depth))
        return (struct bs_address){.kind = BS_LOSS_VALUE};
    if (kind == BS_PREACTIVATION)
        return (struct bs_address){.kind = BS_ACTIVATION, .layer = layer};
    bool is_next = kind == BS_ACTIVATION || kind == BS_INPUT;
    return (struct bs_address){.kind = BS_PREACTIVATION, .layer = layer + is_next};
}

/* σ(Z_k) by its name, A_k. */
static bs_expr fold_activation(struct making *making, bs_expr expr, int layer)
{
    bs_expr k = letter(making, "k");
    struct bs_naming definition = {member(making, VALUE, BS_ACTIVATION, layer, NULL, k),
                                   define_activation(making, VALUE, layer, k)};
    if (!expr || !definition.name || !definition.formula)
        return NULL;
    return bs_simplify(making->pool, bs_fold(making->pool, expr, &definition, 1));
}

/* Σ_k ∂L/∂c_k·∂c_k/∂q */
static bs_expr chain(struct making *making, enum bs_quantity kind, int layer, bs_expr q)
{
    struct bs_pool *pool = making->pool;
    struct bs_address user = user_of(making, kind, layer);
    if (user.kind == BS_LOSS_VALUE)
        return bs_diff(pool, define_loss(making, VALUE, false), q, NULL);
    bs_expr k = letter(making, "k");
    bs_expr slope = bs_diff(pool, define(making, VALUE, user.kind, user.layer, k), q, NULL);
    if (user.kind == BS_ACTIVATION)
        slope = fold_activation(making, slope, layer);
    bs_expr gradient = member(making, GRADIENT, user.kind, user.layer, NULL, k);
    bs_expr units = number(making, layer_of(making, user.layer)->units);
    return bs_simplify(
        pool, bs_indexed_sum(pool, k, number(making, 1), units, bs_mul(pool, gradient, slope)));
}

/* ∂L/∂Z of the outputs, with their definitions in the loss. */
static bs_expr fused(struct making *making, bs_expr z)
{
    bs_expr slope = bs_diff(making->pool, define_loss(making, VALUE, true), z, NULL);
    return fold_activation(making, slope, making->arch->depth);
}

/* ---- one equation ---------------------------------------------------------------------------- */

static struct bs_address address_of(const struct bs_tape *tape, bs_entry entry)
{
    return bs_dense_address(tape->graph, bs_entry_quantity(entry));
}

/* A bias of a whole layer is one number: its update is no matter of matrices. */
static bool is_shared(const struct bs_arch *arch, struct bs_address at)
{
    return at.kind == BS_BIAS && arch->layers[at.layer - 1].bias == BS_BIAS_SHARED;
}

static bool has_equation(const struct bs_tape *tape, bs_entry entry)
{
    if (!bs_tape_pass(tape) || !bs_notation_names_gradients(bs_network_notation(tape->graph)))
        return false;
    if (bs_tape_is_extra(tape, bs_entry_quantity(entry)) ||
        (bs_tape_phase(tape, entry) == BS_PHASE_UPDATE && !bs_stepper_is_plain(tape->stepper)))
        return false;
    const struct bs_address at = address_of(tape, entry);
    switch (bs_entry_role(entry)) {
    case BS_ROLE_VALUE:
        return bs_tape_phase(tape, entry) != BS_PHASE_GIVEN;
    case BS_ROLE_GRADIENT:
        return at.kind != BS_LOSS_VALUE;
    case BS_ROLE_NEW:
        return !is_shared(bs_network_layout(tape->graph)->arch, at);
    default:
        return false;
    }
}

/* An expression and the indices that are its row and its column; NULL: it has none. */
struct index_form {
    bs_expr expr, row, column;
};

/* A line of the equation; what has no matrix form is left out. */
static int add_line(struct bs_equation *out, const struct making *making,
                    const struct index_form *of, const char *rule, struct bs_error *err)
{
    struct bs_matrix *matrix;
    const struct bs_matrix_space space = {making->pool, making->arrays, making->count};
    if (!of->expr)
        return bs_pool_error(making->pool, err);
    int status = bs_matrix_read(&matrix, &space, of->expr, of->row, of->column, err);
    if (status < 0)
        return status == BS_REFUSED ? BS_OK : status;
    out->lines[out->count].rule = rule;
    bs_matrix_put(&out->lines[out->count].text, matrix, making->form);
    bs_matrix_put_shapes(&out->lines[out->count].shapes, matrix, BS_UNICODE);
    out->count++;
    bs_matrix_destroy(matrix);
    return BS_OK;
}

static enum flavour flavour_of(bs_entry entry)
{
    enum bs_role role = bs_entry_role(entry);
    return role == BS_ROLE_GRADIENT ? GRADIENT : role == BS_ROLE_NEW ? NEW : VALUE;
}

static int add_lines(struct bs_equation *out, struct making *making, bs_entry entry,
                     struct bs_error *err)
{
    const struct bs_address at = address_of(making->tape, entry);
    enum flavour flavour = flavour_of(entry);
    bool is_update = flavour == NEW && (at.kind == BS_WEIGHT || at.kind == BS_BIAS);
    bs_expr row = at.kind == BS_WEIGHT ? letter(making, "p") : NULL;
    bs_expr column = is_array(making, at.kind, at.layer) ? letter(making, "q") : NULL;
    bs_expr q = member(making, VALUE, at.kind, at.layer, row, column);
    struct index_form form = {NULL, row, column};
    form.expr = is_update             ? define_update(making, at.kind, at.layer, row, column)
                : flavour != GRADIENT ? define(making, flavour, at.kind, at.layer, column)
                                      : chain(making, at.kind, at.layer, q);
    int status = add_line(out, making, &form, "", err);
    bool is_fused = flavour == GRADIENT && making->tape->graph->ops->has_fused(
                                               making->tape->graph, bs_entry_quantity(entry));
    if (status < 0 || !is_fused)
        return status;
    form.expr = fused(making, q);
    return add_line(out, making, &form, "output and loss fused", err);
}

int bs_tape_equation(struct bs_equation *out, struct bs_tape *tape, bs_entry entry,
                     enum bs_form form, struct bs_error *err)
{
    *out = (struct bs_equation){.count = 0};
    if (!has_equation(tape, entry))
        return BS_OK;
    struct making making = {.tape = tape,
                            .pool = tape->pool,
                            .notation = bs_network_notation(tape->graph),
                            .arch = bs_network_layout(tape->graph)->arch,
                            .form = form};
    const struct bs_address at = address_of(tape, entry);
    char name[ARRAY_NAME];
    write_name(name, &making, flavour_of(entry), at.kind, at.layer);
    bs_buf_name(&out->name, name, form);
    int status = add_lines(out, &making, entry, err);
    if (status < 0)
        bs_equation_finish(out);
    return status;
}

void bs_equation_finish(struct bs_equation *equation)
{
    bs_buf_finish(&equation->name);
    for (int i = 0; i < BS_MOST_EQUATION_LINES; i++) {
        bs_buf_finish(&equation->lines[i].text);
        bs_buf_finish(&equation->lines[i].shapes);
    }
    equation->count = 0;
}

bool bs_equation_has_failed(const struct bs_equation *equation)
{
    bool failed = equation->name.failed;
    for (int i = 0; i < equation->count; i++)
        failed = failed || equation->lines[i].text.failed || equation->lines[i].shapes.failed;
    return failed;
}

/* ---- which are shown together ---------------------------------------------------------------- */

/* The arrays that have entries of one layer side by side. */
static int kinds_beside(enum bs_quantity kinds[static 2], enum bs_quantity kind, bool is_backward)
{
    switch (kind) {
    case BS_PREACTIVATION:
    case BS_ACTIVATION:
        kinds[is_backward] = BS_PREACTIVATION;
        kinds[!is_backward] = BS_ACTIVATION;
        return 2;
    case BS_WEIGHT:
    case BS_BIAS:
        kinds[0] = BS_WEIGHT;
        kinds[1] = BS_BIAS;
        return 2;
    default:
        kinds[0] = kind;
        return 1;
    }
}

int bs_tape_equations_before(bs_entry out[static 2], const struct bs_tape *tape, bs_entry entry)
{
    enum bs_quantity kinds[2];
    if (!has_equation(tape, entry))
        return 0;
    struct bs_address at = address_of(tape, entry);
    enum bs_role role = bs_entry_role(entry);
    int count = kinds_beside(kinds, at.kind, role == BS_ROLE_GRADIENT), found = 0;
    if (at.kind != kinds[0] || at.unit > 1 || at.input > 1)
        return 0;
    for (int i = 0; i < count; i++) {
        at.kind = kinds[i];
        at.input = at.kind == BS_WEIGHT;
        at.unit = at.kind != BS_LOSS_VALUE;
        int64_t q = bs_layout_ordinal(bs_network_layout(tape->graph), at);
        bs_entry first = bs_entry_make(role, q);
        if (q >= 0 && has_equation(tape, first))
            out[found++] = first;
    }
    return found;
}
