#include "lua/names.h"

#include "lua/module.h"
#include "lua/state.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

enum { LONGEST_INHERITANCE = 8 };

const char *const bs_keywords[] = {
    "and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while", NULL,
};

static bool is_keyword(const char *text, size_t length)
{
    for (const char *const *word = bs_keywords; *word; word++)
        if (strlen(*word) == length && memcmp(*word, text, length) == 0)
            return true;
    return false;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool bs_is_identifier(const char *text, size_t length)
{
    if (length == 0 || isdigit((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_name_char(text[i]))
            return false;
    return !is_keyword(text, length);
}

size_t bs_path_start(const char *text, size_t end)
{
    while (end > 0 && (is_name_char(text[end - 1]) || strchr(".:", text[end - 1])))
        end--;
    return end;
}

/*
 * The functions below collect names as the keys of a set, on top of the stack when they start and
 * when they end.
 */
static bool is_name(lua_State *L, int index)
{
    size_t length;
    return lua_type(L, index) == LUA_TSTRING && lua_tolstring(L, index, &length) &&
           bs_is_identifier(lua_tostring(L, index), length);
}

/* The names among the keys of the table at `index`; metamethods are nothing to be typed. */
static void add_keys(lua_State *L, int index, bool functions_only)
{
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) // set, key, value
        if (is_name(L, -2) && strncmp(lua_tostring(L, -2), "__", 2) != 0 &&
            (!functions_only || lua_isfunction(L, -1))) {
            lua_pushvalue(L, -2);
            lua_pushboolean(L, true); // set, key, value, key, true
            lua_rawset(L, -5);
        }
}

/* What the value at `index` inherits: its metatable's methods, or __index where that is a table. */
static bool push_inherited(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return false;
    lua_getfield(L, -1, "__methods");
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        lua_getfield(L, -1, "__index");
    }
    lua_remove(L, -2);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Own keys and inherited ones.  Leaves the chain followed on the stack below nothing of use. */
static void add_members(lua_State *L, int index, bool functions_only)
{
    int top = lua_gettop(L);
    for (int i = 0; i < LONGEST_INHERITANCE; i++) {
        if (lua_istable(L, index)) {
            lua_pushvalue(L, top);
            add_keys(L, index, functions_only);
            lua_pop(L, 1);
        }
        if (!push_inherited(L, index))
            break;
        index = lua_gettop(L);
    }
    lua_settop(L, top);
}

/* Replace the set on top of the stack by the sorted array of its keys. */
static void set_to_array(lua_State *L)
{
    lua_newtable(L); // set, array
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) { // set, array, name, true
        lua_pushvalue(L, -2);
        lua_rawseti(L, -4, ++count);
    }
    lua_remove(L, -2); // array
    bs_sort(L, -1, NULL);
}

void bs_push_global_names(lua_State *L)
{
    luaL_checkstack(L, 12, NULL);
    lua_pushglobaltable(L);
    bs_module_push_globals(L);
    lua_newtable(L); // _G, globals, set
    int top = lua_gettop(L);
    add_keys(L, top - 2, false);
    add_keys(L, top - 1, false);
    set_to_array(L); // _G, globals, array
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Call __complete; nothing is pushed when there is none or it gives no table. */
static bool push_completed(lua_State *L, int index)
{
    if (luaL_getmetafield(L, index, "__complete") == LUA_TNIL)
        return false;
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* What __complete gives; only_identifiers leaves out what cannot follow a dot. */
static void add_completed(lua_State *L, int index, bool only_identifiers)
{
    if (!push_completed(L, index))
        return; // set, names
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        if (!only_identifiers || is_name(L, -1)) {
            lua_pushboolean(L, true); // set, names, name, true
            lua_rawset(L, -4);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 2); // set
}

void bs_push_field_names(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 12 + LONGEST_INHERITANCE, NULL);
    lua_newtable(L);
    if (lua_istable(L, index))
        add_members(L, index, false);
    add_completed(L, index, true);
    set_to_array(L);
}

void bs_push_method_names(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 12 + LONGEST_INHERITANCE, NULL);
    lua_newtable(L);
    add_members(L, index, true);
    set_to_array(L);
}

void bs_push_entry_names(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 12, NULL);
    lua_newtable(L);
    add_completed(L, index, false);
    set_to_array(L);
}

static bool has_fields(lua_State *L, int index)
{
    if (lua_istable(L, index))
        return true;
    if (luaL_getmetafield(L, index, "__index") == LUA_TNIL)
        return false;
    lua_pop(L, 1);
    return true;
}

/* Replace the value on top of the stack by its field, nil where it has none. */
static void step_into(lua_State *L, const char *name, size_t length)
{
    if (has_fields(L, -1)) {
        lua_pushlstring(L, name, length);
        lua_gettable(L, -2);
    } else {
        lua_pushnil(L);
    }
    lua_replace(L, -2);
}

bool bs_push_path(lua_State *L, const char *path, size_t length)
{
    lua_pushglobaltable(L); // value
    for (size_t start = 0; start <= length;) {
        size_t end = start;
        while (end < length && is_name_char(path[end]))
            end++;
        bool is_path = bs_is_identifier(path + start, end - start) &&
                       (end == length || strchr(".:", path[end]));
        if (!is_path) {
            lua_pushnil(L);
            lua_replace(L, -2);
            return false;
        }
        step_into(L, path + start, end - start);
        start = end + 1;
    }
    return !lua_isnil(L, -1);
}
