#ifndef BACKSTEP_LUA_ARGS_H
#define BACKSTEP_LUA_ARGS_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Arguments of functions for Lua.  `what` names the argument in the error a student reads: "eta
 * must be a number, got nil".  Indices are absolute or positive.  A value out of range, or not
 * finite, is refused like one of the wrong type; a string is never taken for a number.
 */
double bs_arg_number(lua_State *L, int index, const char *what); /* finite */
lua_Integer bs_arg_integer(lua_State *L, int index, const char *what, lua_Integer least,
                           lua_Integer greatest);
bool bs_arg_boolean(lua_State *L, int index, const char *what);
const char *bs_arg_string(lua_State *L, int index, const char *what);
void bs_arg_table(lua_State *L, int index, const char *what);

/* Which of `names`, ended by NULL, the string is; another is refused, suggesting the nearest. */
int bs_arg_choice(lua_State *L, int index, const char *what, const char *const names[]);

/* Refuse a table with a string key that is not one of `names`: "mlp: unknown option ...". */
void bs_arg_fields(lua_State *L, int index, const char *what, const char *const names[]);

/*
 * An array of finite numbers, or of `rows` equally long ones, one after the other.  Pushes a
 * userdata that holds the numbers and gives their address.
 */
double *bs_arg_vector(lua_State *L, int index, const char *what, size_t *length);
double *bs_arg_matrix(lua_State *L, int index, const char *what, size_t *rows, size_t *columns);

/* "a table", "nil", "the string \"x\"", "3.5": how a message names the value found instead. */
const char *bs_describe(lua_State *L, int index); /* pushes the text it gives */

#endif
