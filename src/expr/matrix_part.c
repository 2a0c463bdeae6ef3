/* The parts of matrix forms, and what is multiplied, turned and spread of them. */
#include "expr/matrix_part.h"

#include "expr/node.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PARTS = 4000 };

void *bs_matrix_refuse(struct bs_matrix *matrix, const char *format, ...)
{
    char text[BS_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (matrix->status == BS_OK)
        matrix->status = bs_fail(matrix->err, BS_REFUSED, "%s", text);
    return NULL;
}

void *bs_matrix_fail(struct bs_matrix *matrix)
{
    struct bs_error *err = matrix->status == BS_OK ? matrix->err : NULL;
    int status = bs_pool_error(matrix->pool, err);
    if (matrix->status == BS_OK)
        matrix->status = status < 0 ? status : bs_fail_memory(err);
    return NULL;
}

struct bs_part *bs_part_create(struct bs_matrix *matrix, enum bs_part_op op, int count,
                               const struct bs_part *const *args)
{
    if (matrix->count == MOST_PARTS)
        return bs_matrix_refuse(matrix, "the expression is too long to be read as a matrix");
    for (int i = 0; i < count; i++)
        if (!args[i])
            return NULL;
    if (!bs_grow(&matrix->parts, &matrix->capacity, matrix->count + 1, sizeof *matrix->parts))
        return bs_matrix_fail(matrix);
    struct bs_part *part =
        bs_arena_alloc(matrix->arena, sizeof *part + (size_t)count * sizeof *part->args);
    if (!part)
        return bs_matrix_fail(matrix);
    *part = (struct bs_part){.op = op, .id = (int64_t)matrix->count, .count = count};
    part->size[0] = part->size[1] = matrix->one;
    for (int i = 0; i < count; i++)
        part->args[i] = args[i];
    matrix->parts[matrix->count++] = part;
    return part;
}

static void set_axis(struct bs_part *part, int axis, const struct bs_part *like, int from)
{
    part->index[axis] = like->index[from];
    part->size[axis] = like->size[from];
}

struct bs_part *bs_part_with_axes(struct bs_part *part, const struct bs_part *rows, int row,
                                  const struct bs_part *columns, int column)
{
    if (part) {
        set_axis(part, 0, rows, row);
        set_axis(part, 1, columns, column);
    }
    return part;
}

struct bs_part *bs_part_wrap(struct bs_matrix *matrix, enum bs_part_op op,
                             const struct bs_part *arg)
{
    struct bs_part *part = bs_part_create(matrix, op, 1, &arg);
    return part ? bs_part_with_axes(part, arg, 0, arg, 1) : NULL;
}

/* (A·B)ᵀ = Bᵀ·Aᵀ; of one number it is itself. */
const struct bs_part *bs_part_transpose(struct bs_matrix *matrix, const struct bs_part *part)
{
    if (!part || (!part->index[0] && !part->index[1]) || part->op == BS_PART_DIAGONAL ||
        part->op == BS_PART_IDENTITY)
        return part;
    if (part->op == BS_PART_TRANSPOSE)
        return part->args[0];
    if (part->op == BS_PART_PRODUCT) {
        const struct bs_part *turned = bs_part_transpose(matrix, part->args[part->count - 1]);
        for (int i = part->count - 2; i >= 0; i--)
            turned = bs_part_product(matrix, turned, bs_part_transpose(matrix, part->args[i]));
        return turned;
    }
    struct bs_part *turned = bs_part_wrap(matrix, BS_PART_TRANSPOSE, part);
    return turned ? bs_part_with_axes(turned, part, 1, part, 0) : NULL;
}

const struct bs_part *bs_part_turn(struct bs_matrix *matrix, const struct bs_part *part,
                                   bs_expr row, bs_expr column)
{
    if (!part || (part->index[0] == row && part->index[1] == column))
        return part;
    return bs_part_transpose(matrix, part);
}

/* Both operands' arguments where they are of the same kind already. */
static struct bs_part *join(struct bs_matrix *matrix, enum bs_part_op op, const struct bs_part *a,
                            const struct bs_part *b)
{
    if (!a || !b)
        return NULL;
    int of_a = a->op == op ? a->count : 1, of_b = b->op == op ? b->count : 1;
    const struct bs_part **args = bs_alloc((size_t)(of_a + of_b) * sizeof *args);
    if (!args)
        return bs_matrix_fail(matrix);
    memcpy(args, a->op == op ? a->args : &a, (size_t)of_a * sizeof *args);
    memcpy(args + of_a, b->op == op ? b->args : &b, (size_t)of_b * sizeof *args);
    struct bs_part *joined = bs_part_create(matrix, op, of_a + of_b, args);
    bs_free(args);
    return joined;
}

const struct bs_part *bs_part_product(struct bs_matrix *matrix, const struct bs_part *a,
                                      const struct bs_part *b)
{
    return bs_part_with_axes(join(matrix, BS_PART_PRODUCT, a, b), a, 0, b, 1);
}

const struct bs_part *bs_part_hadamard(struct bs_matrix *matrix, const struct bs_part *a,
                                       const struct bs_part *b)
{
    if (!a)
        return b;
    return bs_part_with_axes(
        join(matrix, BS_PART_HADAMARD, a, bs_part_turn(matrix, b, a->index[0], a->index[1])), a, 0,
        a, 1);
}

const struct bs_part *bs_part_diagonal(struct bs_matrix *matrix, const struct bs_part *row)
{
    struct bs_part *part = row ? bs_part_wrap(matrix, BS_PART_DIAGONAL, row) : NULL;
    return part ? bs_part_with_axes(part, row, 1, row, 1) : NULL;
}

const struct bs_part *bs_part_ones(struct bs_matrix *matrix, bs_expr index, bs_expr size)
{
    struct bs_part *part = bs_part_create(matrix, BS_PART_ONES, 0, NULL);
    if (part) {
        part->index[1] = index;
        part->size[1] = size;
    }
    return part;
}

bool bs_part_has_index(const struct bs_part *part, bs_expr index)
{
    return part->index[0] == index || part->index[1] == index;
}

bool bs_part_is_scalar(const struct bs_part *part)
{
    return !part->index[0] && !part->index[1];
}

bool bs_part_is_vector(const struct bs_part *part)
{
    return !part->index[0] != !part->index[1];
}

bs_expr bs_part_other_index(const struct bs_part *part, bs_expr index)
{
    return part->index[0] && part->index[0] != index ? part->index[0] : part->index[1];
}

/* Whichever way it stands. */
const struct bs_part *bs_part_row(struct bs_matrix *matrix, const struct bs_part *vector)
{
    return vector && vector->index[0] ? bs_part_transpose(matrix, vector) : vector;
}
