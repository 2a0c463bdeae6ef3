#include "lua/box.h"

#include "base/mem.h"
#include "lua/state.h"

#include <string.h>

/* Bytes that the session holds and that Lua did not ask for. */
static size_t outside(lua_State *L)
{
    size_t inside = (size_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB);
    size_t used = bs_mem_used();
    return used > inside ? used - inside : 0;
}

/* Inside a finalizer Lua answers -1. */
bool bs_is_collecting(lua_State *L)
{
    return lua_gc(L, LUA_GCISRUNNING) == 1;
}

/* In portions, since each step of the collector has its own cost. */
void bs_box_weigh(lua_State *L)
{
    enum { PORTION = 1 << 16, KILOBYTE = 1024, MOST = 1 << 20 };
    struct bs_session *session = bs_session(L);
    if (!bs_is_collecting(L))
        return;
    size_t now = outside(L), grown = now > session->outside ? now - session->outside : 0;
    if (grown > 0 && grown < PORTION)
        return;
    if (grown > 0)
        lua_gc(L, LUA_GCSTEP, grown / KILOBYTE < MOST ? (int)(grown / KILOBYTE) : MOST);
    session->outside = outside(L);
}

void bs_box_register(lua_State *L, const char *type, lua_CFunction gc)
{
    luaL_newmetatable(L, type);
    lua_pushcfunction(L, gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

void *bs_box_push(lua_State *L, const char *type)
{
    bs_box_weigh(L);
    void *box = memset(lua_newuserdatauv(L, sizeof(void *), 0), 0, sizeof(void *));
    luaL_setmetatable(L, type);
    return box;
}
