#ifndef BACKSTEP_LUA_MODULE_H
#define BACKSTEP_LUA_MODULE_H

#include <lua.h>
#include <stddef.h>

/*
 * Lua shipped inside the program: lib/NAME.lua, embedded when the program is built.  Nothing is
 * compiled before it is needed.  A module returns a table.  Where its fields are globals, a comment
 * line "-- globals: a b" at its top names them; they appear when one of them is first read.
 *
 * A module is called with one argument, the table `host`, of functions that users do not see:
 *     host.require(name)               another module
 *     host.document(f, usage, text)    the help of a function; every public one needs it
 *     host.complete(f, names)          names() gives what Tab offers for strings given to f
 *     host.language()                  "en" or "zh"
 * Its globals are host.pristine (lua/sandbox.h); what it assigns to them is no global of a session.
 */
struct bs_module {
    const char *name;
    const char *globals; /* separated by spaces */
    const unsigned char *source;
    size_t length;
};

extern const struct bs_module bs_modules[]; /* ended by a NULL name */

/* Push the module's table; an unknown name is an error. */
void bs_module_require(lua_State *L, const char *name);

/* Push `host`, to add functions to it. */
void bs_module_push_host(lua_State *L);

/* Push the table whose keys are the names of all globals that modules bring. */
void bs_module_push_globals(lua_State *L);

/* Load every module that has globals, so that all of them are there to be listed. */
void bs_module_load_globals(lua_State *L);

/* Make the table of globals bring a module's when they are read. */
void bs_open_module(lua_State *L);

#endif
