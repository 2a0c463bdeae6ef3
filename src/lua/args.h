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
const char *bs_arg_string(lua_State *L, int index, const char *what); /* without \0 inside */
void bs_arg_table(lua_State *L, int index, const char *what);

/* Which of `names`, ended by NULL, the string is; another is refused, suggesting the nearest. */
int bs_arg_choice(lua_State *L, int index, const char *what, const char *const names[]);

/* Refuse a table with a string key that is not one of `names`: "mlp: unknown option ...". */
void bs_arg_fields(lua_State *L, int index, const char *what, const char *const names[]);

/* Is the key at `index` a place in a list of so many? */
bool bs_is_place(lua_State *L, int index, size_t count);

/*
 * A table may have a list and options: refuse a key that is neither a place of its list nor one of
 * `names`, as "mlp: [7] is neither a size nor an option"; `noun` is what is in the list.
 */
void bs_arg_list_with_options(lua_State *L, int index, const char *what, const char *noun,
                              const char *const names[]);

/* "the inputs must be a table of 2 numbers, got 3 numbers": `noun` is what there are `count` of. */
void bs_arg_list(lua_State *L, int index, const char *what, size_t count, const char *noun);

/*
 * Finite numbers in a known shape: `rows` tables of `columns` numbers; columns 0: one table of
 * `rows` numbers; both 0: a number.  Pushes a userdata that holds them one after the other, and
 * gives their address.  The shape is one that a table can have: the product does not overflow.  A
 * matrix of that shape will do, and a row of one where a table of numbers is asked for.
 */
double *bs_arg_shape(lua_State *L, int index, const char *what, size_t rows, size_t columns);

/* "1 row", "2 rows": `noun` is the singular of a regular plural. */
const char *bs_push_count(lua_State *L, size_t count, const char *noun); /* pushes the text */

/* "a table", "nil", "the string \"x\"", "3.5": how a message names the value found instead. */
const char *bs_describe(lua_State *L, int index); /* pushes the text it gives */

#endif
