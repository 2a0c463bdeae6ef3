#include "net/kinds.h"

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

struct bs_array *bs_stage_add_output(struct bs_stage *stage, const char *symbol)
{
    struct bs_array *array = bs_stage_add_array(stage, BS_ARRAY_VALUE, symbol);
    array->steps = stage->out.steps;
    array->rank = stage->out.rank;
    memcpy(array->size, stage->out.size, sizeof stage->out.size);
    stage->output = stage->array_count - 1;
    return array;
}

size_t bs_run_steps(const struct bs_stage_run *run)
{
    return run->stage->in.steps ? (size_t)run->stage->in.steps : 1;
}

size_t bs_run_rows(const struct bs_stage_run *run)
{
    return bs_run_steps(run) * run->samples;
}

struct bs_units bs_stage_units(const struct bs_stage_run *run, size_t n)
{
    const struct bs_setting *setting = &run->stage->setting;
    struct bs_units units = {
        .func = run->stage->activation, .n = n, .count = 1 + setting->count, .kink = run->kink};
    memcpy(units.args + 1, setting->values, sizeof setting->values);
    return units;
}

bs_expr bs_stage_call(struct bs_pool *pool, const struct bs_stage *stage, bs_expr x)
{
    bs_expr args[1 + BS_MOST_PARAMETERS] = {x};
    for (int i = 0; i < stage->setting.count; i++)
        args[1 + i] = bs_real(pool, stage->setting.values[i]);
    return bs_call(pool, stage->activation, 0, 1 + stage->setting.count, args);
}
