#include "lua/box.h"

#include <lauxlib.h>
#include <string.h>

void bs_box_register(lua_State *L, const char *type, lua_CFunction gc)
{
    luaL_newmetatable(L, type);
    lua_pushcfunction(L, gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

void *bs_box_push(lua_State *L, const char *type)
{
    void *box = memset(lua_newuserdatauv(L, sizeof(void *), 0), 0, sizeof(void *));
    luaL_setmetatable(L, type);
    return box;
}
