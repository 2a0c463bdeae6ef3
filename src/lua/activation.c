/* Activations as arguments: a name, or a table of a name and numbers. */
#include "lua/types.h"

#include "base/nearest.h"
#include "lua/args.h"

#include <lauxlib.h>

static void offer_activations(struct bs_nearest *nearest)
{
    for (const struct bs_func *func = bs_func_next(NULL); func; func = bs_func_next(func))
        if (func->is_activation)
            bs_nearest_offer(nearest, func->name);
}

/* One that takes several values is refused as a layer's when the shape is known. */
static const struct bs_func *arg_activation(lua_State *L, int index, const char *what)
{
    if (lua_isfunction(L, index))
        luaL_error(L, "%s is a name in quotes, as \"sigmoid\", got a function", what);
    const char *name = bs_arg_string(L, index, what);
    const struct bs_func *func = bs_func_find(name);
    struct bs_nearest nearest;
    char hint[96];
    if (func && (func->is_activation || (func->arity == BS_ANY_ARITY && !func->is_slope)))
        return func;
    bs_nearest_init(&nearest, name);
    offer_activations(&nearest);
    luaL_error(L, "%s: there is no activation called \"%s\"%s", what, name,
               bs_nearest_hint(&nearest, hint));
    return NULL;
}

bool bs_is_setting(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    bool is_one = lua_rawgeti(L, index, 1) == LUA_TSTRING;
    is_one = lua_rawgeti(L, index, 2) == LUA_TNUMBER && is_one;
    lua_pop(L, 2);
    return is_one;
}

static void read_setting(lua_State *L, struct bs_setting *setting, int index, const char *what)
{
    lua_Unsigned length = lua_rawlen(L, index);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (!lua_isinteger(L, -2))
            luaL_error(
                L, "%s: an activation is a name and numbers, as in {\"leaky_relu\", 0.2}; got %s",
                what, bs_describe(L, -2));
    if (length > 1 + BS_MOST_PARAMETERS)
        luaL_error(L, "%s: an activation has at most %d parameters, got %d", what,
                   BS_MOST_PARAMETERS, (int)length - 1);
    for (setting->count = 0; setting->count + 1 < (int)length; setting->count++) {
        lua_rawgeti(L, index, setting->count + 2);
        setting->values[setting->count] = bs_arg_number(L, lua_gettop(L), what);
        lua_pop(L, 1);
    }
}

const struct bs_func *bs_arg_activation(lua_State *L, int index, struct bs_setting *setting,
                                        const char *what)
{
    setting->count = 0;
    if (!bs_is_setting(L, index))
        return arg_activation(L, index, what);
    lua_rawgeti(L, index, 1);
    const struct bs_func *func = arg_activation(L, lua_gettop(L), what);
    lua_pop(L, 1);
    read_setting(L, setting, index, what);
    return func;
}
