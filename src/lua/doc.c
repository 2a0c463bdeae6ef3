#include "lua/doc.h"

#include <ctype.h>
#include <string.h>

/*
 * In the registry: a table from each documented value to its texts, either a struct bs_doc as a
 * light userdata or one string with a NUL between them; the metatables of types by name; the
 * completers by function.
 */
static const char docs_key[] = "backstep.docs";
static const char types_key[] = "backstep.types";
static const char completers_key[] = "backstep.completers";

size_t bs_usage_path(const char *usage)
{
    size_t length = 0;
    while (isalnum((unsigned char)usage[length]) || (usage[length] && strchr("_.:", usage[length])))
        length++;
    return length;
}

const char *bs_usage_name(const char *usage, size_t *length)
{
    size_t end = bs_usage_path(usage), start = end;
    while (start > 0 && !strchr(".:", usage[start - 1]))
        start--;
    *length = end - start;
    return usage + start;
}

void bs_doc_push_all(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, docs_key);
}

void bs_doc_push_types(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, types_key);
}

void bs_doc_register(lua_State *L, const struct bs_doc *const docs[])
{
    luaL_checkstack(L, 4, NULL);
    bs_doc_push_all(L); // table, all
    for (; *docs; docs++) {
        size_t length;
        const char *name = bs_usage_name((*docs)->usage, &length);
        lua_pushcfunction(L, (*docs)->function);
        lua_pushlightuserdata(L, (void *)*docs); // table, all, function, doc
        lua_rawset(L, -3);
        lua_pushlstring(L, name, length);
        lua_pushcfunction(L, (*docs)->function); // table, all, name, function
        lua_rawset(L, -4);
    }
    lua_pop(L, 1);
}

void bs_doc_set(lua_State *L, const char *usage, const char *help)
{
    bs_doc_push_all(L);
    lua_pushvalue(L, -2); // value, all, value
    lua_pushstring(L, usage);
    lua_pushlstring(L, "", 1);
    lua_pushstring(L, help);
    lua_concat(L, 3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

bool bs_doc_get(lua_State *L, int index, const char **usage, const char **help)
{
    index = lua_absindex(L, index);
    if (lua_isnoneornil(L, index))
        return false;
    bs_doc_push_all(L);
    lua_pushvalue(L, index);
    int type = lua_rawget(L, -2); // all, doc
    if (type == LUA_TLIGHTUSERDATA) {
        const struct bs_doc *doc = lua_touserdata(L, -1);
        *usage = doc->usage;
        *help = doc->help;
    } else if (type == LUA_TSTRING) {
        *usage = lua_tostring(L, -1);
        *help = *usage + strlen(*usage) + 1;
    }
    lua_pop(L, 2);
    return type != LUA_TNIL;
}

static bool has_index(const luaL_Reg *meta)
{
    for (; meta->name; meta++)
        if (strcmp(meta->name, "__index") == 0)
            return true;
    return false;
}

void bs_type_register(lua_State *L, const struct bs_type *type)
{
    luaL_newmetatable(L, type->name); // meta
    bs_doc_set(L, type->name, type->help);
    bs_doc_push_types(L);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, type->name);
    lua_pop(L, 1);
    lua_newtable(L);
    bs_doc_register(L, type->methods); // meta, methods
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__methods");
    if (!has_index(type->meta)) {
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, "__index");
    }
    luaL_setfuncs(L, type->meta, 1); // meta
    lua_pop(L, 1);
}

void bs_doc_set_completer(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, completers_key);
    lua_pushvalue(L, -3);
    lua_rotate(L, -3, -1); // function, completers, function, names
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

bool bs_doc_push_completer(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_getfield(L, LUA_REGISTRYINDEX, completers_key);
    lua_pushvalue(L, index);
    int type = lua_rawget(L, -2); // completers, names
    lua_remove(L, -2);
    if (type == LUA_TNIL)
        lua_pop(L, 1);
    return type != LUA_TNIL;
}

void bs_open_doc(lua_State *L)
{
    static const char *const tables[] = {docs_key, types_key, completers_key};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        lua_newtable(L);
        lua_setfield(L, LUA_REGISTRYINDEX, tables[i]);
    }
}
