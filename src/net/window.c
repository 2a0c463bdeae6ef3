#include "net/window.h"

static int option_of(const struct bs_stage *stage, int option, int d, int otherwise)
{
    return option < 0 ? otherwise : (int)stage->options[option][d];
}

/* Of places in a row the second of a pair is what counts, and both are the same. */
struct bs_window bs_window_of(const struct bs_stage *stage, int size, int stride, int padding)
{
    struct bs_window window;
    const int first = stage->in.rank == 2 ? 1 : 0;
    for (int d = 0; d < 2; d++) {
        const bool is_there = d >= first;
        window.in[d] = is_there ? stage->in.size[1 + d - first] : 1;
        window.size[d] = is_there ? option_of(stage, size, d, 1) : 1;
        window.stride[d] = is_there ? option_of(stage, stride, d, 1) : 1;
        window.padding[d] = is_there ? option_of(stage, padding, d, 0) : 0;
        window.out[d] =
            (window.in[d] + 2 * window.padding[d] - window.size[d]) / window.stride[d] + 1;
    }
    return window;
}

/* (32 + 2·2 − 5)/1 + 1 */
static void put_division(struct bs_buf *buf, const struct bs_window *window, int d)
{
    bs_buf_printf(buf, "(%d", window->in[d]);
    if (window->padding[d] > 0)
        bs_buf_printf(buf, " + 2·%d", window->padding[d]);
    bs_buf_printf(buf, " − %d)/%d + 1", window->size[d], window->stride[d]);
}

static bool is_same(const struct bs_window *window)
{
    return window->in[0] == window->in[1] && window->size[0] == window->size[1] &&
           window->stride[0] == window->stride[1] && window->padding[0] == window->padding[1];
}

void bs_window_put_shape(struct bs_buf *buf, const struct bs_stage *stage, int size, int stride,
                         int padding)
{
    const struct bs_window window = bs_window_of(stage, size, stride, padding);
    const int first = stage->in.rank == 2 || is_same(&window) ? 1 : 0;
    for (int d = first; d < 2; d++) {
        bs_buf_put(buf, d > first ? ", " : "");
        put_division(buf, &window, d);
        bs_buf_printf(buf, " = %d", window.out[d]);
    }
}

static const char *side_name(const struct bs_stage *stage, int d)
{
    if (stage->in.rank == 2)
        return "places";
    return d == 0 ? "rows" : "columns";
}

static int check_side(const struct bs_stage *stage, const struct bs_window *window, int d,
                      struct bs_error *err)
{
    const int room = window->in[d] + 2 * window->padding[d] - window->size[d];
    struct bs_buf division = BS_BUF_INIT;
    int status = BS_OK;
    put_division(&division, window, d);
    if (division.failed)
        status = bs_fail_memory(err);
    else if (room < 0)
        status = bs_fail(err, BS_REFUSED, "a window of %d %s does not fit into %d", window->size[d],
                         side_name(stage, d), window->in[d] + 2 * window->padding[d]);
    else if (room % window->stride[d] != 0)
        status = bs_fail(err, BS_REFUSED,
                         "a window of %d over %d %s does not fit with stride %d: %s = %.4g is not "
                         "whole",
                         window->size[d], window->in[d], side_name(stage, d), window->stride[d],
                         bs_buf_text(&division), (double)room / window->stride[d] + 1);
    bs_buf_finish(&division);
    return status;
}

static int refuse_rank(const struct bs_stage *stage, int rank, struct bs_error *err)
{
    struct bs_buf shape = BS_BUF_INIT;
    bs_put_shape(&shape, &stage->in);
    int status = shape.failed
                     ? bs_fail_memory(err)
                     : bs_fail(err, BS_REFUSED, "it reads %s, as in {%s}, and gets %s",
                               rank == 2 ? "channels × places" : "channels × rows × columns",
                               rank == 2 ? "1, 32" : "1, 32, 32", bs_buf_text(&shape));
    bs_buf_finish(&shape);
    return status;
}

int bs_window_shape(struct bs_stage *stage, int size, int stride, int padding, int rank,
                    struct bs_error *err)
{
    const int first = rank == 2 ? 1 : 0;
    if (stage->in.rank != rank)
        return refuse_rank(stage, rank, err);
    const struct bs_window window = bs_window_of(stage, size, stride, padding);
    int status = BS_OK;
    for (int d = first; d < 2 && status == BS_OK; d++) {
        status = check_side(stage, &window, d, err);
        stage->out.size[1 + d - first] = window.out[d];
    }
    return status;
}
