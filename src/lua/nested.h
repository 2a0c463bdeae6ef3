#ifndef BACKSTEP_LUA_NESTED_H
#define BACKSTEP_LUA_NESTED_H

#include <lauxlib.h>
#include <stddef.h>

/* Numbers in lists of lists: the members of an array of up to six dimensions, the last fastest. */

/* Put the numbers at `index`, in exactly these sizes, into `numbers`; rank 0 is a number alone. */
void bs_arg_nested(lua_State *L, int index, const char *what, int rank, const int *size,
                   double *numbers);

/*
 * How many numbers the lists at `index` hold, at most a few levels deep; a number is one.  Exact up
 * to `wanted` and to a million; past both, more than that.
 */
size_t bs_count_nested(lua_State *L, int index, size_t wanted);

/* Put as many of them, in whatever lists they are, into `numbers` in the order of reading. */
void bs_arg_flattened(lua_State *L, int index, const char *what, double *numbers);

/* Push lists of lists of these sizes; rank 0 pushes a number. */
void bs_push_nested(lua_State *L, int rank, const int *size, const double *numbers);

#endif
