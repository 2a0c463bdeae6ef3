#include "lua/module.h"

#include "lua/doc.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

/* In the registry: the modules loaded, by name; the table `host`; the module of each global. */
static const char loaded_key[] = "backstep.modules";
static const char host_key[] = "backstep.host";
static const char globals_key[] = "backstep.globals";

void bs_module_push_host(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, host_key);
}

void bs_module_push_globals(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, globals_key);
}

static const struct bs_module *find(lua_State *L, const char *name)
{
    for (const struct bs_module *module = bs_modules; module->name; module++)
        if (strcmp(module->name, name) == 0)
            return module;
    luaL_error(L, "there is no module %s", name);
    return NULL;
}

/*
 * Push what the module returns.  Its globals are those of the start of the program, so that what a
 * session does to its own breaks nothing here.
 */
static void run(lua_State *L, const struct bs_module *module)
{
    lua_pushfstring(L, "=%s.lua", module->name); // chunk name
    const char *chunk = lua_tostring(L, -1);
    if (luaL_loadbufferx(L, (const char *)module->source, module->length, chunk, "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2); // function
    bs_module_push_host(L);
    lua_getfield(L, -1, "pristine"); // function, host, globals
    lua_setupvalue(L, -3, 1);
    lua_call(L, 1, 1); // module
    luaL_checktype(L, -1, LUA_TTABLE);
}

void bs_module_require(lua_State *L, const char *name)
{
    luaL_checkstack(L, 6, "too many modules");
    lua_getfield(L, LUA_REGISTRYINDEX, loaded_key); // loaded
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        run(L, find(L, name)); // loaded, module
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, name);
    }
    lua_remove(L, -2); // module
}

/* Set the globals of the module on top of the stack; those the user has defined stay the user's. */
static void set_globals(lua_State *L, const char *module)
{
    lua_pushglobaltable(L);
    bs_module_push_globals(L);                             // module, _G, globals
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) { // module, _G, globals, name, owner
        if (strcmp(lua_tostring(L, -1), module) != 0)
            continue;
        lua_pushvalue(L, -2);
        if (lua_rawget(L, -5) == LUA_TNIL) {
            lua_pushvalue(L, -3);
            lua_pushvalue(L, -4);
            lua_gettable(L, -8); // module, _G, globals, name, owner, nil, name, value
            lua_rawset(L, -7);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 2); // module
}

static void bring(lua_State *L, const char *module)
{
    bs_module_require(L, module);
    set_globals(L, module);
    lua_pop(L, 1);
}

/* _G's __index: a global that a module brings, else nil. */
static int l_globals_index(lua_State *L)
{
    bs_module_push_globals(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TNIL)
        return 1;
    bring(L, lua_tostring(L, -1));
    lua_pushvalue(L, 2);
    lua_rawget(L, 1);
    return 1;
}

void bs_module_load_globals(lua_State *L)
{
    for (const struct bs_module *module = bs_modules; module->name; module++)
        if (*module->globals)
            bring(L, module->name);
}

static int l_next(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_next(L, 1))
        return 2;
    lua_pushnil(L);
    return 1;
}

/* _G's __pairs, so that a loop over the globals sees them all. */
static int l_globals_pairs(lua_State *L)
{
    bs_module_load_globals(L);
    lua_pushcfunction(L, l_next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int l_host_require(lua_State *L)
{
    bs_module_require(L, luaL_checkstring(L, 1));
    return 1;
}

static int l_host_document(lua_State *L)
{
    const char *usage = luaL_checkstring(L, 2), *help = luaL_checkstring(L, 3);
    lua_pushvalue(L, 1);
    bs_doc_set(L, usage, help);
    return 0;
}

static int l_host_complete(lua_State *L)
{
    lua_settop(L, 2);
    bs_doc_set_completer(L);
    return 0;
}

static int l_host_language(lua_State *L)
{
    lua_pushstring(L, bs_session(L)->lang);
    return 1;
}

/* Remember of each word of the module's list of globals whose it is, in the table on top. */
static void claim_globals(lua_State *L, const struct bs_module *module)
{
    const char *word = module->globals;
    for (size_t length; *word; word += length) {
        word += strspn(word, " ");
        length = strcspn(word, " ");
        lua_pushlstring(L, word, length);
        lua_pushstring(L, module->name);
        lua_rawset(L, -3);
    }
}

void bs_open_module(lua_State *L)
{
    static const luaL_Reg host[] = {
        {"require", l_host_require},
        {"document", l_host_document},
        {"complete", l_host_complete},
        {"language", l_host_language},
        {NULL, NULL},
    };
    static const luaL_Reg meta[] = {
        {"__index", l_globals_index},
        {"__pairs", l_globals_pairs},
        {NULL, NULL},
    };
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, loaded_key);
    luaL_newlib(L, host);
    lua_setfield(L, LUA_REGISTRYINDEX, host_key);
    lua_newtable(L);
    for (const struct bs_module *module = bs_modules; module->name; module++)
        claim_globals(L, module);
    lua_setfield(L, LUA_REGISTRYINDEX, globals_key);
    lua_pushglobaltable(L);
    luaL_newlib(L, meta);
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
