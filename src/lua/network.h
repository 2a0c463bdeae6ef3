#ifndef BACKSTEP_LUA_NETWORK_H
#define BACKSTEP_LUA_NETWORK_H

#include "lua/types.h"
#include "net/batch.h"
#include "net/stack.h"

/* Inside the room: what methods of networks do for one that network{...} made. */

/* All parameters, or numbers laid out like them, by LAYER_symbol; and into `values`. */
int bs_push_stack_parameters(lua_State *L, const struct bs_arch *arch, const double *values);
void bs_arg_stack_parameters(lua_State *L, int index, const struct bs_arch *arch, double *values);

/*
 * Samples of a shape at `index`: one, in lists as deep as it likes, or many: the rows of a matrix,
 * or a list of them.  Pushes what keeps them.  True: many.
 */
bool bs_arg_stack_samples(lua_State *L, int index, const char *what, const struct bs_shape *shape,
                          const double **out, size_t *samples);

/* Inputs at `index` and their targets after it. */
void bs_arg_stack_batch(lua_State *L, const struct bs_arch *arch, int index,
                        struct bs_batch *batch);

/* net:forward(x), net:loss(x, d), net:gradients(x, d), net:tape(x, d, [options]). */
int bs_push_stack_outputs(lua_State *L, const struct bs_net *net);
double bs_stack_loss_of(lua_State *L, const struct bs_net *net);
int bs_push_stack_gradients(lua_State *L, const struct bs_net *net);
int bs_push_stack_tape(lua_State *L, const struct bs_net *net);

#endif
