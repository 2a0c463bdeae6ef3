#ifndef BACKSTEP_LUA_TYPES_H
#define BACKSTEP_LUA_TYPES_H

#include "expr/expr.h"
#include "net/net.h"
#include "tape/tape.h"
#include "view/view.h"

#include <lua.h>

/* Inside the room: how the types of the language reach each other. */

/* A text that the prompt shows as it is: pops a string, pushes the object. */
void bs_push_page(lua_State *L);

/* How pages look in this session. */
struct bs_page bs_session_page(lua_State *L);

/* An expression of the session's pool; refused where it could not be built (see the pool). */
int bs_push_expr(lua_State *L, bs_expr expr);

/* An expression, or what is taken for one: a number, a formula in a string, an entry's name. */
bs_expr bs_arg_expr(lua_State *L, int index, const char *what);
bool bs_is_expr(lua_State *L, int index);

/*
 * The notation at `index`, a name or a table of names, of this architecture (nil: the default).
 * Pushes the userdata that owns it.
 */
struct bs_notation *bs_push_notation(lua_State *L, int index, struct bs_arch *arch);

/* A vector of exactly `length` numbers, or where that is 1 a number alone.  Pushes its userdata. */
const double *bs_arg_sample(lua_State *L, int index, const char *what, int length);

/* Push an empty tape object, and give the place where its tape goes. */
struct bs_tape **bs_push_tape(lua_State *L);

void bs_open_page(lua_State *L);
void bs_open_expr(lua_State *L);
void bs_open_net(lua_State *L);
void bs_open_tape(lua_State *L);

#endif
