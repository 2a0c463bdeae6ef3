#include "net/kinds.h"

#include "net/product.h"

#include <assert.h>
#include <string.h>

struct bs_array *bs_stage_add_array(struct bs_stage *stage, enum bs_array_role role,
                                    const char *symbol)
{
    assert(stage->array_count < BS_MOST_ARRAYS);
    struct bs_array *array = &stage->arrays[stage->array_count++];
    *array = (struct bs_array){.symbol = symbol, .role = role};
    array->has_samples = role == BS_ARRAY_VALUE || role == BS_ARRAY_DRAWN;
    return array;
}

int bs_array_check(const struct bs_array *array, const double *numbers, const char *name,
                   struct bs_error *err)
{
    for (size_t i = 0; array->is_never_negative && i < array->count; i++)
        if (numbers[i] < 0)
            return bs_fail(err, BS_REFUSED, "%s[%zu] may not be negative, got %.15g", name, i + 1,
                           numbers[i]);
    return BS_OK;
}

struct bs_array *bs_stage_add_like(struct bs_stage *stage, enum bs_array_role role,
                                   const char *symbol, const struct bs_shape *shape)
{
    struct bs_array *array = bs_stage_add_array(stage, role, symbol);
    array->steps = shape->steps;
    array->rank = shape->rank;
    memcpy(array->size, shape->size, sizeof shape->size);
    return array;
}

struct bs_array *bs_stage_add_output(struct bs_stage *stage, const char *symbol)
{
    struct bs_array *array = bs_stage_add_like(stage, BS_ARRAY_VALUE, symbol, &stage->out);
    stage->output = stage->array_count - 1;
    return array;
}

int bs_refuse_input(const struct bs_stage *stage, const char *what, const char *hint,
                    struct bs_error *err)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_put_shape(&buf, &stage->in);
    int status =
        bs_fail(err, BS_REFUSED, "it takes %s, and gets %s%s", what, bs_buf_text(&buf), hint);
    bs_buf_finish(&buf);
    return status;
}

int bs_check_features(const struct bs_stage *stage, struct bs_error *err)
{
    if (stage->in.rank == 1)
        return BS_OK;
    return bs_refuse_input(stage, "features in a row", ": put flatten() before it", err);
}

size_t bs_run_steps(const struct bs_stage_run *run)
{
    return run->stage->in.steps ? (size_t)run->stage->in.steps : 1;
}

size_t bs_run_rows(const struct bs_stage_run *run)
{
    return bs_run_steps(run) * run->samples;
}

size_t bs_run_numbers(const struct bs_stage_run *run)
{
    return bs_run_rows(run) * bs_shape_count(&run->stage->in);
}

double bs_share_of_tie(size_t nth, size_t ties, double kink)
{
    if (kink == 0)
        return nth == 1;
    if (kink == 1)
        return nth == ties;
    return 1 / (double)ties;
}

void bs_add_to_biases(double *restrict b, double scale, const double *restrict dz, size_t rows,
                      size_t units)
{
    for (size_t r = 0; r < rows; r++, dz += units)
        bs_add_scaled(b, scale, dz, units);
}

struct bs_units bs_stage_units(const struct bs_stage_run *run, size_t n)
{
    return bs_units_of(run->stage->activation, &run->stage->setting, n, run->kink);
}

bs_expr bs_stage_call(struct bs_pool *pool, const struct bs_stage *stage, bs_expr x)
{
    return bs_units_define(pool, stage->activation, &stage->setting, x);
}
