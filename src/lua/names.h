#ifndef BACKSTEP_LUA_NAMES_H
#define BACKSTEP_LUA_NAMES_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The names a user may type: for completion, for "did you mean", for help.  Each function pushes an
 * array of strings, sorted, without doubles, all of them identifiers unless said otherwise.  An
 * object's __complete and, to follow a path, its __index are called: use a protected call, with a
 * limit where nobody is waiting for the answer.
 */

void bs_push_global_names(lua_State *L);
void bs_push_field_names(lua_State *L, int index);  /* after a dot */
void bs_push_method_names(lua_State *L, int index); /* after a colon */
void bs_push_entry_names(lua_State *L, int index);  /* what __complete gives, identifiers or not */

/*
 * Follow a path of identifiers, "t.g_1" or "t:seek", from the globals.  Pushes what it leads to;
 * false, with nil pushed, when the text is no such path or leads nowhere.
 */
bool bs_push_path(lua_State *L, const char *path, size_t length);

bool bs_is_identifier(const char *text, size_t length); /* and no keyword */
size_t bs_path_start(const char *text, size_t end);     /* where the path that ends there starts */

/* Lua's keywords, ended by NULL. */
extern const char *const bs_keywords[];

#endif
