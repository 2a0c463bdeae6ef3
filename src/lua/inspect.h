#ifndef BACKSTEP_LUA_INSPECT_H
#define BACKSTEP_LUA_INSPECT_H

#include <lua.h>

/*
 * Push the text that the prompt shows for the value at `index`: strings quoted, numbers with the
 * session's digits, objects by their __tostring.  Tables fill `columns` and are bounded in depth
 * and number of items, with what was left out said; a matrix (two or more equally long rows of
 * numbers) is aligned at the decimal points; a table inside itself is marked.  The text is Lua
 * again wherever nothing was left out.
 */
void bs_push_inspected(lua_State *L, int index, int columns);

/*
 * Push the text of the results from stack index `first` on, as it stands below what was typed:
 * side by side, those of several lines below each other; "" where there are none.
 */
void bs_push_results(lua_State *L, int first, int columns);

/* Sets the global inspect. */
void bs_open_inspect(lua_State *L);

#endif
