#ifndef BACKSTEP_NET_KINDS_H
#define BACKSTEP_NET_KINDS_H

#include "net/stack.h"

/*
 * Inside the room: the kinds of stages, each in the file of its name, and what they share.
 */
extern const struct bs_stage_kind bs_kind_dense, bs_kind_activation, bs_kind_conv1d, bs_kind_conv2d,
    bs_kind_max_pool, bs_kind_avg_pool, bs_kind_flatten;

static inline int bs_stage_integer(const struct bs_stage *stage, int option)
{
    return (int)stage->options[option][0];
}

/* Add an array; gives it, with its role and symbol, to be completed. */
struct bs_array *bs_stage_add_array(struct bs_stage *stage, enum bs_array_role role,
                                    const char *symbol);

/* An array of values in the shape of what is handed on, which it is. */
struct bs_array *bs_stage_add_output(struct bs_stage *stage, const char *symbol);

/* Steps of a run's arrays, at least one; and samples at all of them. */
size_t bs_run_steps(const struct bs_stage_run *run);
size_t bs_run_rows(const struct bs_stage_run *run); /* steps × samples */

/* An activation with its setting over n numbers. */
struct bs_units bs_stage_units(const struct bs_stage_run *run, size_t n);

/* Refused: a function that is no activation, or takes another number of parameters. */
int bs_check_activation(const char *where, const struct bs_func *func, int count,
                        struct bs_error *err);

/* A dense layer of mlp{...} as one of a stack. */
void bs_dense_spec(struct bs_stage_spec *spec, const struct bs_layer *layer);

/* The activation with its setting, in symbols. */
bs_expr bs_stage_call(struct bs_pool *pool, const struct bs_stage *stage, bs_expr x);

#endif
