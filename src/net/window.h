#ifndef BACKSTEP_NET_WINDOW_H
#define BACKSTEP_NET_WINDOW_H

#include "net/stack.h"

/*
 * Inside the room: a window that moves over rows and columns, of convolution and pooling.  What has
 * places in a row has one row.
 */
struct bs_window {
    int in[2], size[2], stride[2], padding[2], out[2];
};

/*
 * Fill the places of stage->out, which has the rank that is wanted.  `padding` −1: there is none.
 * Refused: an input of another rank; a window larger than it; a stride that does not fit, with the
 * division (N − F)/S + 1 shown.
 */
int bs_window_shape(struct bs_stage *stage, int size, int stride, int padding, int rank,
                    struct bs_error *err);

/* Of a stage whose input has a rank of 2 or 3. */
struct bs_window bs_window_of(const struct bs_stage *stage, int size, int stride, int padding);

/* (32 − 5)/1 + 1 = 28; (32 + 2·2 − 5)/1 + 1 = 32; rows and columns apart where they differ. */
void bs_window_put_shape(struct bs_buf *buf, const struct bs_stage *stage, int size, int stride,
                         int padding);

#endif
