#include "unit.h"

#include "lua/module.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

static lua_State *open_session(void)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_ptr_nonnull(L);
    return L;
}

START_TEST(every_module_loads_and_has_the_globals_it_names)
{
    lua_State *L = open_session();
    for (const struct bs_module *module = bs_modules; module->name; module++) {
        bs_module_require(L, module->name);
        ck_assert_msg(lua_istable(L, -1), "%s gives no table", module->name);
        bs_module_push_globals(L);
        for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) { // module, globals, name, owner
            if (strcmp(lua_tostring(L, -1), module->name) != 0)
                continue;
            const char *name = lua_tostring(L, -2);
            ck_assert_msg(lua_getfield(L, 1, name) != LUA_TNIL, "%s has no %s", module->name, name);
            lua_pop(L, 1);
        }
        lua_settop(L, 0);
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(module_is_loaded_once)
{
    lua_State *L = open_session();
    bs_module_require(L, "commands");
    bs_module_require(L, "commands");
    ck_assert(lua_rawequal(L, 1, 2));
    bs_lua_close(L);
}
END_TEST

static int l_require(lua_State *L)
{
    bs_module_require(L, luaL_checkstring(L, 1));
    return 1;
}

START_TEST(unknown_module_is_an_error)
{
    lua_State *L = open_session();
    lua_register(L, "require_shipped", l_require);
    ck_assert_int_ne(luaL_loadstring(L, "require_shipped 'nothing'") || lua_pcall(L, 0, 0, 0),
                     LUA_OK);
    ck_assert_ptr_nonnull(strstr(lua_tostring(L, -1), "there is no module nothing"));
    bs_lua_close(L);
}
END_TEST

START_TEST(globals_of_modules_are_there_and_the_user_s_come_first)
{
    lua_State *L = open_session();
    bs_module_push_globals(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_settop(L, 2)) { // globals, name, owner
        lua_pushglobaltable(L);
        lua_pushvalue(L, 2);
        ck_assert_int_eq(lua_rawget(L, 4), LUA_TNIL); /* not before it is asked for */
        lua_getglobal(L, lua_tostring(L, 2));
        ck_assert(!lua_isnil(L, -1));
        lua_pushvalue(L, 2);
        lua_pushnil(L);
        lua_rawset(L, 4); /* as if it had not been */
    }
    lua_settop(L, 0);
    ck_assert_int_eq(luaL_dostring(L, "for name in pairs(_G) do _G[name] = _G[name] end"), LUA_OK);
    bs_lua_close(L);

    L = open_session();
    bs_module_push_globals(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        lua_pushinteger(L, 7);
        lua_setglobal(L, lua_tostring(L, 2));
    }
    bs_module_load_globals(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 2)) {
        lua_getglobal(L, lua_tostring(L, 2));
        ck_assert_int_eq(lua_tointeger(L, -1), 7);
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(unknown_global_is_nil)
{
    lua_State *L = open_session();
    lua_getglobal(L, "nothing_of_the_kind");
    ck_assert(lua_isnil(L, -1));
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("module", (const TTest *const[]){
                                     every_module_loads_and_has_the_globals_it_names,
                                     module_is_loaded_once,
                                     unknown_module_is_an_error,
                                     globals_of_modules_are_there_and_the_user_s_come_first,
                                     unknown_global_is_nil,
                                     NULL,
                                 });
}
