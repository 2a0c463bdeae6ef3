/*
 * Reading index forms as matrices.  A product becomes a list of parts; then
 *
 *  - a bound index k is summed away: rows and matrices with the same indices are multiplied entry
 *    by entry, so that at most a row v_k and two matrices A_ak, B_kb have it, and Σ_k A_ak·v_k·B_kb
 *    is A·diag(v)·B;
 *  - what is left has at most two indices and becomes one part in the same way.
 */
#include "expr/matrix_part.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <string.h>

enum { MOST_INDICES = 32 };

struct reader {
    const struct bs_matrix_space *space;
    struct bs_matrix *matrix; /* being made */
    bs_expr row, column;
    /* Indices in scope and how many values each has; the row and the column come first. */
    struct {
        bs_expr index, size;
    } scope[MOST_INDICES];
    int scopes;
};

/* ---- indices in scope ------------------------------------------------------------------------ */

/* The innermost that has this letter, or −1. */
static int find_scope(const struct reader *reader, bs_expr index)
{
    int i = reader->scopes - 1;
    while (i >= 0 && reader->scope[i].index != index)
        i--;
    return i;
}

static bool open_scope(struct reader *reader, bs_expr index, bs_expr size)
{
    if (reader->scopes == MOST_INDICES) {
        bs_matrix_refuse(reader->matrix, "the sums are nested too deeply to be read as matrices");
        return false;
    }
    reader->scope[reader->scopes].index = index;
    reader->scope[reader->scopes++].size = size;
    return true;
}

/* The text of an expression, for a sentence. */
static void put_plain(struct bs_buf *buf, bs_expr expr)
{
    const struct bs_style style = {.form = BS_UNICODE, .digits = BS_FOUR_FIGURES};
    bs_typeset(buf, expr, &style);
}

static void *refuse_size(struct reader *reader, bs_expr index, bs_expr a, bs_expr b,
                         const char *array)
{
    struct bs_buf left = BS_BUF_INIT, right = BS_BUF_INIT;
    put_plain(&left, a);
    put_plain(&right, b);
    bs_matrix_refuse(reader->matrix, "%.20s counts to %.60s, but %.60s has %.60s of them",
                     index->u.name, bs_buf_text(&left), array, bs_buf_text(&right));
    bs_buf_finish(&left);
    bs_buf_finish(&right);
    return NULL;
}

/* An array has `size` of what the index counts. */
static bool learn_size(struct reader *reader, int scope, bs_expr size, const char *array)
{
    bs_expr *known = &reader->scope[scope].size;
    if (*known && *known != size)
        return refuse_size(reader, reader->scope[scope].index, *known, size, array);
    *known = size;
    return true;
}

static int is_in_scope(void *context, bs_expr leaf)
{
    return find_scope(context, leaf) >= 0;
}

static bool has_sum(bs_expr expr, uint64_t stamp)
{
    if (expr->memo->seen == stamp)
        return false;
    expr->memo->seen = stamp;
    bool found = bs_binds_index(expr);
    for (int i = 0; !found && i < expr->count; i++)
        found = has_sum(expr->args[i], stamp);
    return found;
}

/* Is it the same number for all values of the indices, and nothing to be read as a matrix? */
static bool is_plain(struct reader *reader, bs_expr expr)
{
    return !has_sum(expr, bs_next_stamp()) && !bs_visit_leaves(expr, is_in_scope, reader);
}

/* ---- members --------------------------------------------------------------------------------- */

static const struct bs_matrix_array *find_array(const struct reader *reader, const char *name)
{
    for (int i = 0; i < reader->space->count; i++)
        if (strcmp(reader->space->arrays[i].name, name) == 0)
            return &reader->space->arrays[i];
    return NULL;
}

static void *refuse_member(struct reader *reader, bs_expr member, const char *why)
{
    struct bs_buf text = BS_BUF_INIT;
    put_plain(&text, member);
    bs_matrix_refuse(reader->matrix, "%.60s has no matrix form: %s", bs_buf_text(&text), why);
    bs_buf_finish(&text);
    return NULL;
}

static const struct bs_part *read_member(struct reader *reader, bs_expr member)
{
    const struct bs_matrix_array *array = find_array(reader, member->u.name);
    if (!array)
        return refuse_member(reader, member, "nothing is said of the array's shape");
    if (member->count > 2)
        return refuse_member(reader, member, "it has more than two subscripts");
    if (member->count == 2 && member->args[0] == member->args[1])
        return refuse_member(reader, member, "both of its subscripts are the same");
    struct bs_part *part = bs_part_create(reader->matrix, BS_PART_ARRAY, 0, NULL);
    for (int i = 0; part && i < member->count; i++) {
        int axis = 2 - member->count + i, scope = find_scope(reader, member->args[i]);
        if (scope < 0)
            return refuse_member(reader, member,
                                 "a subscript is no index of the row, of the column "
                                 "or of a sum");
        bs_expr size = axis == 0 ? array->rows : array->columns;
        if (!learn_size(reader, scope, size, array->name))
            return NULL;
        part->index[axis] = member->args[i];
        part->size[axis] = size;
        part->name = array->name;
    }
    return part;
}

static const struct bs_part *read_delta(struct reader *reader, bs_expr delta)
{
    int row = find_scope(reader, delta->args[0]), column = find_scope(reader, delta->args[1]);
    if (row < 0 || column < 0)
        return refuse_member(reader, delta, "its subscripts are not two indices");
    struct bs_part *part = bs_part_create(reader->matrix, BS_PART_IDENTITY, 0, NULL);
    if (!part)
        return NULL;
    part->index[0] = delta->args[0];
    part->index[1] = delta->args[1];
    part->size[0] = reader->scope[row].size;
    part->size[1] = reader->scope[column].size;
    return part;
}

/* ---- factors --------------------------------------------------------------------------------- */

struct factors {
    const struct bs_part **items;
    size_t count, capacity;
    bs_expr scale; /* numbers and plain scalars; 1 at first */
};

static bool add_factor(struct reader *reader, struct factors *factors, const struct bs_part *part)
{
    if (!part)
        return false;
    if (!bs_grow(&factors->items, &factors->capacity, factors->count + 1, sizeof *factors->items))
        return bs_matrix_fail(reader->matrix) != NULL;
    factors->items[factors->count++] = part;
    return true;
}

static bool scale_by(struct reader *reader, struct factors *factors, bs_expr by)
{
    bs_expr scale = factors->scale;
    if (bs_is_integer(scale, 1))
        scale = by;
    else if (!bs_is_integer(by, 1))
        scale = bs_is_number(scale) && bs_is_number(by)
                    ? bs_number_mul(reader->matrix->pool, scale, by)
                    : bs_mul(reader->matrix->pool, scale, by);
    factors->scale = scale;
    return scale || bs_matrix_fail(reader->matrix);
}

/* Move the scale and the parts of one list to the end of another. */
static bool take_factors(struct reader *reader, struct factors *to, struct factors *from)
{
    bool is_done = scale_by(reader, to, from->scale);
    for (size_t i = 0; is_done && i < from->count; i++)
        is_done = add_factor(reader, to, from->items[i]);
    return is_done;
}

/* A product of matrices that is a number, known to stand so; other parts as they are. */
static const struct bs_part *stand_as(struct reader *reader, const struct bs_part *part,
                                      enum bs_binding binding)
{
    if (part->op != BS_PART_PRODUCT || !bs_part_is_scalar(part))
        return part;
    struct bs_part *standing =
        bs_part_create(reader->matrix, BS_PART_PRODUCT, part->count, part->args);
    if (standing)
        standing->stands_as = binding;
    return standing;
}

/* A part within an expression: what is one already, or a ref. */
static bs_expr form_of(struct reader *reader, const struct bs_part *part)
{
    if (part->op == BS_PART_ENTRYWISE)
        return part->form;
    if (part->op == BS_PART_INVERSE) {
        const struct bs_part *base = stand_as(reader, part->args[0], BS_BINDS_PRODUCT);
        return base ? bs_power(reader->matrix->pool, form_of(reader, base),
                               bs_integer(reader->matrix->pool, -1))
                    : NULL;
    }
    return bs_ref(reader->matrix->pool, part->id);
}

static bool collect(struct reader *reader, struct factors *factors, bs_expr expr);
static const struct bs_part *read(struct reader *reader, bs_expr expr);

/* ---- one part of many ------------------------------------------------------------------------ */

/* Is (a, b) rather than (b, a) the row and column? */
static bool is_in_order(const struct reader *reader, bs_expr a, bs_expr b)
{
    return !(b == reader->row || a == reader->column) || a == reader->row || b == reader->column;
}

/* Add the indices of a list, at most two; the row first.  A third is refused. */
static bool find_indices(struct reader *reader, bs_expr index[static 2],
                         const struct bs_part *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int axis = 0; axis < 2; axis++) {
            bs_expr found = items[i]->index[axis];
            if (!found || found == index[0] || found == index[1])
                continue;
            if (index[0] && index[1]) {
                bs_matrix_refuse(reader->matrix,
                                 "a product by the three indices %.20s, %.20s and %.20s has no "
                                 "matrix form",
                                 index[0]->u.name, index[1]->u.name, found->u.name);
                return false;
            }
            index[index[0] != NULL] = found;
        }
    if (index[1] && !is_in_order(reader, index[0], index[1])) {
        bs_expr first = index[0];
        index[0] = index[1];
        index[1] = first;
    }
    return true;
}

/* diag(v)·M, which is diag(v) for the identity. */
static const struct bs_part *scale_rows(struct reader *reader, const struct bs_part *vector,
                                        const struct bs_part *matrix)
{
    if (!matrix)
        return NULL;
    if (matrix->op != BS_PART_IDENTITY)
        return bs_part_product(reader->matrix, bs_part_diagonal(reader->matrix, vector), matrix);
    struct bs_part *same = bs_part_wrap(reader->matrix, BS_PART_DIAGONAL, vector);
    return bs_part_with_axes(same, matrix, 0, matrix, 1);
}

/*
 * Parts by at most two indices as one.  u_i·M_ij·v_j is diag(u)·M·diag(v), and u_i·v_j is uᵀ·v.
 */
static const struct bs_part *combine(struct reader *reader, const struct bs_part *const *items,
                                     size_t count)
{
    bs_expr index[2] = {NULL, NULL};
    const struct bs_part *vectors[2] = {NULL, NULL}, *matrix = NULL;
    if (!find_indices(reader, index, items, count))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct bs_part **group = &matrix;
        const struct bs_part *item = items[i];
        if (bs_part_is_vector(item)) {
            group = &vectors[!bs_part_has_index(item, index[0])];
            item = bs_part_row(reader->matrix, item);
        } else {
            item = bs_part_turn(reader->matrix, item, index[0], index[1]);
        }
        *group = bs_part_hadamard(reader->matrix, *group, item);
        if (!*group)
            return NULL;
    }
    if (!matrix && vectors[0] && vectors[1])
        return bs_part_product(reader->matrix, bs_part_transpose(reader->matrix, vectors[0]),
                               vectors[1]);
    if (matrix && vectors[0])
        matrix = scale_rows(reader, vectors[0], matrix);
    if (matrix && vectors[1])
        matrix = bs_part_transpose(
            reader->matrix,
            scale_rows(reader, vectors[1], bs_part_transpose(reader->matrix, matrix)));
    return matrix ? matrix : vectors[0] ? vectors[0] : vectors[1];
}

/* The scalars that are multiplied, or those that divide. */
static void list_scalars(struct reader *reader, struct bs_list *list, bs_expr scale,
                         const struct bs_part *const *scalars, size_t count, bool divisors)
{
    if (!bs_is_integer(scale, 1) && bs_is_inverse(scale) == divisors)
        bs_list_add(list, scale);
    for (size_t i = 0; i < count; i++)
        if ((scalars[i]->op == BS_PART_INVERSE) == divisors)
            bs_list_add(list, form_of(reader, scalars[i]));
}

/* scale·s·...·body/t/... */
static const struct bs_part *scaled(struct reader *reader, bs_expr scale,
                                    const struct bs_part *const *scalars, size_t count,
                                    const struct bs_part *body)
{
    struct bs_list list = {0};
    if (bs_is_integer(scale, 1) && count + (body != NULL) == 1)
        return body ? body : scalars[0];
    list_scalars(reader, &list, scale, scalars, count, false);
    if (body)
        bs_list_add(&list, form_of(reader, body));
    list_scalars(reader, &list, scale, scalars, count, true);
    struct bs_part *part = bs_part_create(reader->matrix, BS_PART_ENTRYWISE, 0, NULL);
    bs_expr form = bs_list_product(reader->matrix->pool, &list);
    if (!form || !part)
        return bs_matrix_fail(reader->matrix);
    part->form = form;
    return body ? bs_part_with_axes(part, body, 0, body, 1) : part;
}

/* Those that are numbers first; gives how many. */
static size_t sort_scalars(struct factors *factors)
{
    const struct bs_part **items = factors->items;
    size_t scalars = 0;
    for (size_t i = 0; i < factors->count; i++) {
        const struct bs_part *item = items[i];
        if (!bs_part_is_scalar(item))
            continue;
        memmove(items + scalars + 1, items + scalars, (i - scalars) * sizeof *items);
        items[scalars++] = item;
    }
    return scalars;
}

/* The list as one part. */
static const struct bs_part *finish(struct reader *reader, struct factors *factors)
{
    const struct bs_part **items = factors->items, *body = NULL;
    size_t scalars = sort_scalars(factors);
    if (scalars < factors->count) {
        body = combine(reader, items + scalars, factors->count - scalars);
        if (!body)
            return NULL;
    } else if (scalars == 1 && !bs_is_integer(factors->scale, 1)) {
        items[0] = stand_as(reader, items[0], BS_BINDS_POWER);
        if (!items[0])
            return NULL;
    }
    return scaled(reader, factors->scale, items, scalars, body);
}

/* ---- sums over an index ---------------------------------------------------------------------- */

/* What has the bound index in it, taken out of a list. */
struct summands {
    const struct bs_part *vector, *last; /* rows; the last one apart, for v·wᵀ */
    const struct bs_part *matrices[2];
};

static bool add_summand(struct reader *reader, struct summands *sum, const struct bs_part *part,
                        bs_expr k)
{
    if (bs_part_is_vector(part)) {
        if (sum->last)
            sum->vector = bs_part_hadamard(reader->matrix, sum->vector, sum->last);
        sum->last = bs_part_row(reader->matrix, part);
        return reader->matrix->status == BS_OK;
    }
    bs_expr other = bs_part_other_index(part, k);
    for (int m = 0; m < 2; m++)
        if (!sum->matrices[m] || bs_part_has_index(sum->matrices[m], other)) {
            sum->matrices[m] = bs_part_hadamard(reader->matrix, sum->matrices[m], part);
            return sum->matrices[m] != NULL;
        }
    return bs_matrix_refuse(
        reader->matrix, "three matrices by the one index %.20s have no matrix product", k->u.name);
}

static const struct bs_part *sum_vectors(struct reader *reader, const struct summands *sum,
                                         bs_expr k, bs_expr size)
{
    if (sum->vector)
        return bs_part_product(reader->matrix, sum->vector,
                               bs_part_transpose(reader->matrix, sum->last));
    return bs_part_product(
        reader->matrix, sum->last,
        bs_part_transpose(reader->matrix, bs_part_ones(reader->matrix, k, size)));
}

/* All the rows as one. */
static const struct bs_part *whole_vector(struct reader *reader, const struct summands *sum)
{
    return sum->last ? bs_part_hadamard(reader->matrix, sum->vector, sum->last) : NULL;
}

/* A_ak·v_k·B_kb; the one with the row's index stands first. */
static const struct bs_part *sum_matrices(struct reader *reader, const struct summands *sum,
                                          bs_expr k)
{
    bs_expr a = bs_part_other_index(sum->matrices[0], k),
            b = bs_part_other_index(sum->matrices[1], k);
    bool first = !is_in_order(reader, a, b);
    const struct bs_part *left =
        bs_part_turn(reader->matrix, sum->matrices[first], first ? b : a, k);
    const struct bs_part *right =
        bs_part_turn(reader->matrix, sum->matrices[!first], k, first ? a : b);
    const struct bs_part *vector = whole_vector(reader, sum);
    if (vector)
        left = bs_part_product(reader->matrix, left, bs_part_diagonal(reader->matrix, vector));
    return bs_part_product(reader->matrix, left, right);
}

static const struct bs_part *sum_up(struct reader *reader, const struct summands *sum, bs_expr k,
                                    bs_expr size)
{
    if (sum->matrices[1])
        return sum_matrices(reader, sum, k);
    if (!sum->matrices[0])
        return sum_vectors(reader, sum, k, size);
    const struct bs_part *row =
        sum->last ? whole_vector(reader, sum) : bs_part_ones(reader->matrix, k, size);
    bs_expr other = bs_part_other_index(sum->matrices[0], k);
    return bs_part_product(reader->matrix, row,
                           bs_part_turn(reader->matrix, sum->matrices[0], k, other));
}

/* Sum a list of factors over k, which is the innermost index in scope. */
static bool contract(struct reader *reader, struct factors *factors, bs_expr k)
{
    struct summands sum = {0};
    size_t kept = 0;
    bs_expr size = reader->scope[reader->scopes - 1].size;
    for (size_t i = 0; i < factors->count; i++) {
        const struct bs_part *part = factors->items[i];
        if (!bs_part_has_index(part, k))
            factors->items[kept++] = part;
        else if (!add_summand(reader, &sum, part, k))
            return false;
    }
    factors->count = kept;
    if (!sum.last && !sum.matrices[0])
        return scale_by(reader, factors, size);
    return add_factor(reader, factors, sum_up(reader, &sum, k, size));
}

/* Is a term worth a sum of its own: a product in which more than one factor has the index? */
static bool has_inner_product(bs_expr sum, bs_expr k)
{
    for (int i = 0; i < sum->count; i++) {
        bs_expr term = sum->args[i];
        int with_index = 0;
        for (int f = 0; term->kind == BS_PRODUCT && f < term->count; f++)
            with_index += bs_contains(term->args[f], k);
        bool is_shown_product = term->kind == BS_CALL && term->u.call.func->shown_factor;
        if (with_index > 1 || (is_shown_product && bs_contains(term, k)))
            return true;
        for (int f = 0; term->kind == BS_PRODUCT && f < term->count; f++)
            if (term->args[f]->kind == BS_CALL && term->args[f]->u.call.func->shown_factor)
                return true;
    }
    return false;
}

/* Σ_k (a + b) = Σ_k a + Σ_k b */
static bs_expr distribute(struct reader *reader, bs_expr sum, bs_expr body)
{
    struct bs_list terms = {0};
    for (int i = 0; i < body->count; i++)
        bs_list_add(&terms, bs_indexed_sum(reader->matrix->pool, sum->args[0], sum->args[1],
                                           sum->args[2], body->args[i]));
    return bs_list_sum(reader->matrix->pool, &terms);
}

static bool collect_body(struct reader *reader, struct factors *factors, bs_expr sum)
{
    struct factors inner = {.scale = reader->matrix->one};
    bool is_done = open_scope(reader, sum->args[0], sum->args[2]) &&
                   collect(reader, &inner, sum->args[3]) && contract(reader, &inner, sum->args[0]);
    reader->scopes--;
    is_done = is_done && take_factors(reader, factors, &inner);
    bs_free(inner.items);
    return is_done;
}

/* The body without numbers in front. */
static bs_expr without_scale(struct reader *reader, struct factors *factors, bs_expr body)
{
    if (body->kind != BS_PRODUCT || body->count != 2 || !is_plain(reader, body->args[0]))
        return body;
    return scale_by(reader, factors, body->args[0]) ? body->args[1] : NULL;
}

static bool collect_sum(struct reader *reader, struct factors *factors, bs_expr sum)
{
    bs_expr k = sum->args[0];
    if (!bs_is_integer(sum->args[1], 1))
        return refuse_member(reader, sum, "the sum does not start at 1");
    struct factors ignored = {.scale = reader->matrix->one};
    bs_expr body = without_scale(reader, &ignored, sum->args[3]);
    if (!body)
        return false;
    if (body->kind != BS_SUM || !has_inner_product(body, k))
        return collect_body(reader, factors, sum);
    return scale_by(reader, factors, ignored.scale) &&
           collect(reader, factors, distribute(reader, sum, body));
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* Every row the same, or every column; a scalar is added to each entry as it is. */
static const struct bs_part *spread(struct reader *reader, const struct bs_part *part,
                                    const bs_expr index[static 2])
{
    if (!part || bs_part_is_scalar(part))
        return part;
    if (!index[1])
        return bs_part_row(reader->matrix, part);
    if (!bs_part_is_vector(part))
        return bs_part_turn(reader->matrix, part, index[0], index[1]);
    const struct bs_part *row = bs_part_row(reader->matrix, part);
    bool is_column = bs_part_has_index(part, index[0]);
    bs_expr missing = index[is_column];
    int scope = find_scope(reader, missing);
    const struct bs_part *same = bs_part_ones(reader->matrix, missing, reader->scope[scope].size);
    return is_column
               ? bs_part_product(reader->matrix, bs_part_transpose(reader->matrix, row), same)
               : bs_part_product(reader->matrix, bs_part_transpose(reader->matrix, same), row);
}

/* An operand: a number times a part, or a number alone. */
struct operand {
    bs_expr scale;
    const struct bs_part *part;
};

static bool read_operand(struct reader *reader, struct operand *out, bs_expr expr)
{
    struct factors factors = {.scale = reader->matrix->one};
    if (collect(reader, &factors, expr)) {
        out->scale = factors.count > 0 ? factors.scale : reader->matrix->one;
        factors.scale = factors.count > 0 ? reader->matrix->one : factors.scale;
        out->part = finish(reader, &factors);
    }
    bs_free(factors.items);
    return out->part != NULL;
}

static bs_expr operand_form(struct reader *reader, const struct operand *operand)
{
    const struct bs_part *part = stand_as(reader, operand->part, BS_BINDS_POWER);
    bs_expr form = part ? form_of(reader, part) : NULL;
    return bs_is_integer(operand->scale, 1)    ? form
           : bs_is_integer(operand->scale, -1) ? bs_neg(reader->matrix->pool, form)
                                               : bs_mul(reader->matrix->pool, operand->scale, form);
}

/* All operands by the same indices. */
static bool align(struct reader *reader, struct bs_part *whole, struct operand *operands, int count)
{
    bs_expr index[2] = {NULL, NULL};
    for (int i = 0; i < count; i++)
        if (!find_indices(reader, index, &operands[i].part, 1))
            return false;
    for (int i = 0; i < count; i++) {
        const struct bs_part *part = spread(reader, operands[i].part, index);
        if (!part)
            return false;
        if (!bs_part_is_scalar(part))
            bs_part_with_axes(whole, part, 0, part, 1);
        operands[i].part = part;
    }
    return true;
}

/* A node of any kind, applied to each entry of its operands. */
static const struct bs_part *read_entrywise(struct reader *reader, bs_expr expr)
{
    struct bs_matrix *matrix = reader->matrix;
    struct bs_list forms = {0};
    struct operand *operands = bs_calloc((size_t)expr->count, sizeof *operands);
    struct bs_part *whole = bs_part_create(matrix, BS_PART_ENTRYWISE, 0, NULL);
    bool is_done = operands && whole;
    for (int i = 0; is_done && i < expr->count; i++)
        is_done = read_operand(reader, &operands[i], expr->args[i]);
    is_done = is_done && align(reader, whole, operands, expr->count);
    for (int i = 0; is_done && i < expr->count; i++)
        bs_list_add(&forms, operand_form(reader, &operands[i]));
    if (is_done && !forms.failed)
        whole->form = bs_with_args(matrix->pool, expr, forms.items);
    bs_list_finish(&forms);
    bs_free(operands);
    return whole && whole->form ? whole : bs_matrix_fail(matrix);
}

/* A whole power up to the third is a product; another is taken of each entry. */
static bool collect_power(struct reader *reader, struct factors *factors, bs_expr power)
{
    bs_expr exponent = power->args[1];
    const struct bs_part *base = read(reader, power->args[0]);
    if (!base)
        return false;
    if (!is_plain(reader, exponent))
        return refuse_member(reader, power, "its exponent is not one number");
    for (int n = 1; n <= 3; n++) {
        if (!bs_is_integer(exponent, n) && !bs_is_integer(exponent, -n))
            continue;
        const struct bs_part *factor =
            bs_is_integer(exponent, n) ? base : bs_part_wrap(reader->matrix, BS_PART_INVERSE, base);
        bool is_done = factor != NULL;
        for (int i = 0; is_done && i < n; i++)
            is_done = add_factor(reader, factors, factor);
        return is_done;
    }
    struct bs_part *part = bs_part_wrap(reader->matrix, BS_PART_POWER, base);
    if (part)
        part->form = exponent;
    return part && add_factor(reader, factors, part);
}

/* xlog(d, y) is d·log(y). */
static bool collect_call(struct reader *reader, struct factors *factors, bs_expr call)
{
    const struct bs_func *func = call->u.call.func;
    if (func->is_indexed)
        return refuse_member(reader, call, "it is one of several values of its function");
    if (!func->shown_factor)
        return add_factor(reader, factors, read_entrywise(reader, call));
    bs_expr rest =
        bs_call(reader->matrix->pool, bs_func_find(func->shown_factor), 0, 1, call->args + 1);
    if (!rest)
        return bs_matrix_fail(reader->matrix);
    return collect(reader, factors, call->args[0]) && collect(reader, factors, rest);
}

/* Add the factors of an expression to a list. */
static bool collect(struct reader *reader, struct factors *factors, bs_expr expr)
{
    if (!expr)
        return bs_matrix_fail(reader->matrix);
    if (is_plain(reader, expr))
        return scale_by(reader, factors, expr);
    bool is_done = true;
    switch (expr->kind) {
    case BS_PRODUCT:
        for (int i = 0; is_done && i < expr->count; i++)
            is_done = collect(reader, factors, expr->args[i]);
        return is_done;
    case BS_MEMBER:
        return add_factor(reader, factors, read_member(reader, expr));
    case BS_DELTA:
        return add_factor(reader, factors, read_delta(reader, expr));
    case BS_POWER:
        return collect_power(reader, factors, expr);
    case BS_CALL:
        return collect_call(reader, factors, expr);
    case BS_INDEXED_SUM:
        return collect_sum(reader, factors, expr);
    case BS_SUM:
    case BS_CASES:
        return add_factor(reader, factors, read_entrywise(reader, expr));
    default:
        return refuse_member(reader, expr, "there is none for what it is");
    }
}

static const struct bs_part *read(struct reader *reader, bs_expr expr)
{
    struct factors factors = {.scale = reader->matrix->one};
    const struct bs_part *part = NULL;
    if (collect(reader, &factors, expr))
        part = finish(reader, &factors);
    bs_free(factors.items);
    return part;
}

/* The whole has the row and the column that were asked for. */
static const struct bs_part *read_whole(struct reader *reader, bs_expr expr)
{
    const struct bs_part *part = read(reader, expr);
    if (!part || bs_part_is_scalar(part))
        return part;
    if (bs_part_is_vector(part) && reader->row && reader->column)
        return spread(reader, part, (const bs_expr[]){reader->row, reader->column});
    return bs_part_turn(reader->matrix,
                        bs_part_is_vector(part) ? bs_part_row(reader->matrix, part) : part,
                        reader->row, reader->column);
}

/* What one index of an identity counts, the other counts too. */
static void match_identity(struct reader *reader, const struct bs_part *part)
{
    int row = find_scope(reader, part->index[0]), column = find_scope(reader, part->index[1]);
    if (row < 0 || column < 0)
        return;
    bs_expr *of_row = &reader->scope[row].size, *of_column = &reader->scope[column].size;
    *of_row = *of_row ? *of_row : *of_column;
    *of_column = *of_column ? *of_column : *of_row;
}

static bool know_size(struct reader *reader, struct bs_part *part, int axis)
{
    if (!part->size[axis])
        part->size[axis] = reader->scope[find_scope(reader, part->index[axis])].size;
    return part->size[axis] || bs_matrix_refuse(reader->matrix, "nothing says how far %.20s counts",
                                                part->index[axis]->u.name);
}

/* What was not known where it stood, of the row's or the column's index, is known by now. */
static bool know_sizes(struct reader *reader)
{
    const struct bs_matrix *matrix = reader->matrix;
    for (size_t i = 0; i < matrix->count; i++)
        if (matrix->parts[i]->op == BS_PART_IDENTITY)
            match_identity(reader, matrix->parts[i]);
    for (size_t i = 0; i < matrix->count; i++)
        if (!know_size(reader, matrix->parts[i], 0) || !know_size(reader, matrix->parts[i], 1))
            return false;
    return true;
}

static bool start(struct bs_matrix *matrix)
{
    matrix->one = bs_integer(matrix->pool, 1);
    matrix->arena = bs_arena_create();
    return (matrix->one && matrix->arena) || bs_matrix_fail(matrix);
}

int bs_matrix_read(struct bs_matrix **out, const struct bs_matrix_space *space, bs_expr expr,
                   bs_expr row, bs_expr column, struct bs_error *err)
{
    struct bs_matrix *matrix = bs_calloc(1, sizeof *matrix);
    if (!matrix)
        return bs_fail_memory(err);
    *matrix = (struct bs_matrix){.pool = space->pool, .err = err};
    struct reader reader = {.space = space, .matrix = matrix, .row = row, .column = column};
    bool is_read = start(matrix) && (!row || open_scope(&reader, row, NULL)) &&
                   (!column || open_scope(&reader, column, NULL));
    if (is_read) {
        matrix->whole = read_whole(&reader, expr);
        is_read = matrix->whole && know_sizes(&reader);
    }
    int status = matrix->status;
    if (is_read)
        *out = matrix;
    else
        bs_matrix_destroy(matrix);
    return status;
}

void bs_matrix_destroy(struct bs_matrix *matrix)
{
    if (!matrix)
        return;
    bs_arena_destroy(matrix->arena);
    bs_free(matrix->parts);
    bs_free(matrix);
}

bs_expr bs_matrix_rows(const struct bs_matrix *matrix)
{
    return matrix->whole->size[0];
}

bs_expr bs_matrix_columns(const struct bs_matrix *matrix)
{
    return matrix->whole->size[1];
}
