#ifndef BACKSTEP_LUA_SANDBOX_H
#define BACKSTEP_LUA_SANDBOX_H

#include <lua.h>

/*
 * Code from strangers.  host.confine(scope, strings, f, ...) calls f, made of text chunks whose
 * globals are what lib/sandbox.lua lets them have, with limits on instructions, memory and
 * processor time, with `strings` in place of the string library as the methods of strings, and with
 * the functions defined in that scope (see bs_func_new_scope) and no others.  It gives true and
 * the results, or false and a sentence that is fit to be printed: a string without control
 * characters, whatever the error was.  Ctrl-C is raised again outside.
 *
 * What the limits rest on: no code of the stranger's runs after f has returned, since it can set
 * no metatable and make no coroutine; no function that it is given loops in C without end, except
 * kernels that look for an interrupt, which the timer raises.
 */
void bs_open_sandbox(lua_State *L); /* after all that sets globals */

/* Raise "a lesson cannot WHAT" inside host.confine. */
void bs_refuse_to_confined(lua_State *L, const char *what);

#endif
