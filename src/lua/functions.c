/* The functions of the table as globals: of numbers the number, else an expression. */
#include "lua/types.h"

#include "expr/func.h"
#include "lua/args.h"
#include "lua/doc.h"

static bool all_numbers(lua_State *L, int first)
{
    for (int i = first; i <= lua_gettop(L); i++)
        if (lua_type(L, i) != LUA_TNUMBER)
            return false;
    return true;
}

static int apply_to_numbers(lua_State *L, const struct bs_func *func, int index, int first)
{
    int count = lua_gettop(L) - first + 1;
    double *args = lua_newuserdatauv(L, (size_t)count * sizeof *args, 0);
    for (int i = 0; i < count; i++)
        args[i] = lua_tonumber(L, first + i);
    lua_pushnumber(L, bs_func_value(func, args, count, index, 0));
    return 1;
}

static int apply_to_exprs(lua_State *L, const struct bs_func *func, int index, int first)
{
    int count = lua_gettop(L) - first + 1;
    bs_expr *args = lua_newuserdatauv(L, (size_t)count * sizeof(bs_expr), 0);
    for (int i = 0; i < count; i++) {
        const char *what = lua_pushfstring(L, "argument %d of %s", first + i, func->name);
        args[i] = bs_arg_expr(L, first + i, what);
        lua_pop(L, 1);
    }
    return bs_push_expr(L, bs_call(bs_expr_pool(L), func, index, count, args));
}

static void check_count(lua_State *L, const struct bs_func *func, int count)
{
    bool is_any = func->arity == BS_ANY_ARITY;
    if (is_any ? count >= 1 : count == func->arity)
        return;
    const char *wanted = bs_push_count(L, is_any ? 1 : (size_t)func->arity, "argument");
    luaL_error(L, "%s takes %s%s%s, got %d", func->name, func->is_indexed ? "an index and " : "",
               wanted, is_any ? " or more" : "", lua_gettop(L) - 1);
}

/* The row is upvalue 1. */
static int l_function(lua_State *L)
{
    const struct bs_func *func = lua_touserdata(L, lua_upvalueindex(1));
    int first = func->is_indexed ? 2 : 1, count = lua_gettop(L) - first + 1;
    check_count(L, func, count);
    int index = func->is_indexed ? (int)bs_arg_integer(L, 1, "the index", 1, count) : 0;
    return all_numbers(L, first) ? apply_to_numbers(L, func, index, first)
                                 : apply_to_exprs(L, func, index, first);
}

static void document_function(lua_State *L, const struct bs_func *func)
{
    const char *arguments = func->is_indexed              ? "k, x_1, ..., x_n"
                            : func->arity == BS_ANY_ARITY ? "x_1, ..., x_n"
                            : func->arity == 2            ? "x, y"
                                                          : "x";
    const char *usage = lua_pushfstring(L, "%s(%s) -> number or expression", func->name, arguments);
    const char *help =
        lua_pushfstring(L, "%s: %s. Of numbers it gives the number, else an expression. Slope: %s.",
                        func->formula, func->about, func->rule);
    lua_pushvalue(L, -3);
    bs_doc_set(L, usage, help);
    lua_pop(L, 3);
}

void bs_open_functions(lua_State *L)
{
    lua_pushglobaltable(L);
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        if (func->is_slope)
            continue;
        lua_pushlightuserdata(L, (void *)func);
        lua_pushcclosure(L, l_function, 1); // _G, function
        document_function(L, func);
        lua_setfield(L, -2, func->name);
    }
    lua_pop(L, 1);
}
