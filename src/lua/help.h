#ifndef BACKSTEP_LUA_HELP_H
#define BACKSTEP_LUA_HELP_H

#include <lua.h>

/*
 * Push the text of help on the value at `index`: a function, an object, what a string names
 * ("t:step", "mlp", "tape", a word in the texts); nil or none: an overview.
 */
void bs_push_help(lua_State *L, int index);

/* Sets the global help: what a student reads of the texts in lua/doc.h. */
void bs_open_help(lua_State *L);

#endif
