#ifndef BACKSTEP_LUA_DOC_H
#define BACKSTEP_LUA_DOC_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A C function for Lua together with its help.  `usage` is how it is called and what it gives,
 * "t:seek(name) -> entry"; the function's name is what stands between the last dot or colon and the
 * first character that is not part of a name.  `help` is one or more sentences; lists of functions
 * show the first.  Both are static.  There is no way to register a function without them.
 */
struct bs_doc {
    lua_CFunction function;
    const char *usage, *help;
};

/* Defines the function and `struct bs_doc cname_doc`. */
#define BS_FN(cname, usage_text, help_text)                                  \
    static int cname(lua_State *L);                                          \
    static const struct bs_doc cname##_doc = {cname, usage_text, help_text}; \
    static int cname(lua_State *L)

/* Set the functions, ended by NULL, in the table on top of the stack. */
void bs_doc_register(lua_State *L, const struct bs_doc *const docs[]);

/* A type of userdata. */
struct bs_type {
    const char *name;                    /* "tape": its key in the registry, its __name */
    const char *help;                    /* what it is and how one is made */
    const struct bs_doc *const *methods; /* ended by NULL */
    const luaL_Reg *meta;                /* ended by NULLs; upvalue 1 of each: the methods */
};

/*
 * Make the metatable: the metamethods, __name, __methods (the table of methods) and __index, which
 * is the methods unless `meta` has one.  A __complete metamethod is called with an object and gives
 * an array of the names that may follow its dot, and be typed in strings for its methods.
 */
void bs_type_register(lua_State *L, const struct bs_type *type);

/* Document the value on top of the stack: a closure, a Lua function, a table that is called. */
void bs_doc_set(lua_State *L, const char *usage, const char *help); /* both copied */

/* False when the value has no help.  The texts live as long as the state. */
bool bs_doc_get(lua_State *L, int index, const char **usage, const char **help);

/* The name in a usage, with what qualifies it ("t:seek") and without ("seek"). */
size_t bs_usage_path(const char *usage);
const char *bs_usage_name(const char *usage, size_t *length);

/* Push the table of all documented values, and that of the metatables of types by name. */
void bs_doc_push_all(lua_State *L);
void bs_doc_push_types(lua_State *L);

/*
 * What Tab offers inside strings that are arguments of a function: names() gives an array.  `set`
 * takes the function at -2 and names at -1, and pops names; `push` is false, with nothing pushed,
 * for a function that has none.
 */
void bs_doc_set_completer(lua_State *L);
bool bs_doc_push_completer(lua_State *L, int index);

void bs_open_doc(lua_State *L);

#endif
