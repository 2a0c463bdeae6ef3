/* Channels, rows and columns as features in a row; the numbers lie so already. */
#include "net/kinds.h"

static int shape(struct bs_stage *stage, struct bs_error *err)
{
    const size_t count = bs_shape_count(&stage->in);
    (void)err;
    stage->out = (struct bs_shape){.steps = stage->in.steps, .rank = 1, .size = {(int)count}};
    stage->output = BS_PASSES_ON;
    return BS_OK;
}

/* 16·5·5 = 400 */
static void put_shape(struct bs_buf *buf, const struct bs_stage *stage)
{
    for (int i = 0; i < stage->in.rank; i++)
        bs_buf_printf(buf, "%s%d", i ? "·" : "", stage->in.size[i]);
    if (stage->in.rank > 1)
        bs_buf_printf(buf, " = %d", stage->out.size[0]);
}

const struct bs_stage_kind bs_kind_flatten = {
    .name = "flatten",
    .short_name = "flatten",
    .usage = "flatten() -> layer",
    .about =
        "All numbers of a sample as features in a row, for a dense layer; of a sequence, those "
        "of each step.",
    .shape = shape,
    .put_shape = put_shape,
};
