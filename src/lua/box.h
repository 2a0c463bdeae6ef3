#ifndef BACKSTEP_LUA_BOX_H
#define BACKSTEP_LUA_BOX_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

/*
 * A userdata that owns one C object, so that an error in Lua releases it: push the empty box, then
 * make the object into it.  `destroy` gets what is in a box, unless it is NULL.
 */
void bs_box_register(lua_State *L, const char *type, lua_CFunction gc);
void *bs_box_push(lua_State *L, const char *type); /* a pointer to the NULL in the box */

/*
 * Lua's collector sees of a box the pointer, not what it leads to, and would let thousands of
 * networks pile up.  This counts what the engine has allocated since the last call as if Lua had
 * done it.  bs_box_push does so before it makes a box.
 */
void bs_box_weigh(lua_State *L);

/* Not where a program has stopped the collector, and not while it is calling a finalizer. */
bool bs_is_collecting(lua_State *L);

/* Defines a __gc that destroys the T that is in the box, once. */
#define BS_BOX_GC(name, type, T, destroy)                                                       \
    static int name(lua_State *L)                                                               \
    {                                                                                           \
        T **box = luaL_checkudata(L, 1, type); /* NOLINT(bugprone-macro-parentheses): a type */ \
        destroy(*box);                                                                          \
        *box = NULL;                                                                            \
        return 0;                                                                               \
    }

#endif
