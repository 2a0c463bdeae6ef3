/* Functions as globals: of numbers the number, else an expression; and define. */
#include "lua/types.h"

#include "expr/func.h"
#include "lua/args.h"
#include "lua/doc.h"
#include "lua/layers.h"
#include "lua/module.h"
#include "lua/state.h"

#include <stdio.h>

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
    const int most = bs_func_most(func);
    if (bs_func_takes(func, count))
        return;
    const char *hint = lua_gettop(L) == 0 && func->is_activation
                           ? lua_pushfstring(L, ": a layer is activation{\"%s\"}", func->name)
                           : "";
    if (func->arity < most)
        luaL_error(L, "%s takes %d to %d arguments, got %d%s", func->name, func->arity, most, count,
                   hint);
    const char *wanted = bs_push_count(L, most == BS_ANY_ARITY ? 1 : (size_t)most, "argument");
    luaL_error(L, "%s takes %s%s%s, got %d%s", func->name, func->is_indexed ? "an index and " : "",
               wanted, most == BS_ANY_ARITY ? " or more" : "", count + func->is_indexed, hint);
}

/* The row is upvalue 1. */
static int l_function(lua_State *L)
{
    const struct bs_func *func = lua_touserdata(L, lua_upvalueindex(1));
    const bool may_be_layer = lua_gettop(L) == 0 || lua_istable(L, 1);
    const struct bs_stage_kind *kind = may_be_layer ? bs_stage_kind_find(func->name) : NULL;
    if (kind)
        return bs_push_layer(L, kind);
    int first = func->is_indexed ? 2 : 1, count = lua_gettop(L) - first + 1;
    check_count(L, func, count);
    int index = func->is_indexed ? (int)bs_arg_integer(L, 1, "the index", 1, count) : 0;
    return all_numbers(L, first) ? apply_to_numbers(L, func, index, first)
                                 : apply_to_exprs(L, func, index, first);
}

/* "x", "x, y", "x, [a]", "x_1, ..., x_n" */
static void add_arguments(luaL_Buffer *buf, const struct bs_func *func)
{
    if (func->arity == BS_ANY_ARITY) {
        luaL_addstring(buf, func->is_indexed ? "k, x_1, ..., x_n" : "x_1, ..., x_n");
        return;
    }
    for (int k = 0; k < bs_func_most(func); k++) {
        luaL_addstring(buf, k == 0 ? "" : k < func->arity ? ", " : ", [");
        luaL_addstring(buf, bs_func_argument(func, k));
        luaL_addstring(buf, k < func->arity ? "" : "]");
    }
}

static const char *push_usage(lua_State *L, const struct bs_func *func)
{
    luaL_Buffer buf;
    luaL_buffinit(L, &buf);
    luaL_addstring(&buf, func->name);
    luaL_addstring(&buf, "(");
    add_arguments(&buf, func);
    luaL_addstring(&buf, ") -> number or expression");
    luaL_pushresult(&buf);
    return lua_tostring(L, -1);
}

/* "a is 0.1 unless given. " for each parameter that may be left out. */
static void add_usual_values(luaL_Buffer *buf, const struct bs_func *func)
{
    for (int k = func->arity; func->parameters && k < bs_func_most(func); k++) {
        char number[32];
        snprintf(number, sizeof number, " is %.15g", func->parameters[k - 1].usual);
        luaL_addstring(buf, func->parameters[k - 1].name);
        luaL_addstring(buf, number);
        luaL_addstring(buf, " unless given. ");
    }
}

/* What a name that is a function's means as a layer; NULL: nothing. */
static void add_layer(lua_State *L, luaL_Buffer *buf, const struct bs_stage_kind *kind)
{
    if (!kind)
        return;
    luaL_addstring(buf, " As a layer, ");
    luaL_addstring(buf, kind->usage);
    luaL_addstring(buf, ": ");
    bs_push_layer_help(L, kind);
    luaL_addvalue(buf);
}

static const char *push_help(lua_State *L, const struct bs_func *func)
{
    const int most = bs_func_most(func);
    luaL_Buffer buf;
    luaL_buffinit(L, &buf);
    luaL_addstring(&buf, bs_func_words(func, most));
    luaL_addstring(&buf, ": ");
    luaL_addstring(&buf, func->about);
    luaL_addstring(&buf, ". Of numbers it gives the number, else an expression. ");
    add_usual_values(&buf, func);
    luaL_addstring(&buf, "Slope: ");
    luaL_addstring(&buf, bs_func_rule(func, most, 0));
    luaL_addstring(&buf, ".");
    add_layer(L, &buf, bs_stage_kind_find(func->name));
    luaL_pushresult(&buf);
    return lua_tostring(L, -1);
}

/* Of the function on top of the stack. */
static void document_function(lua_State *L, const struct bs_func *func)
{
    const char *usage = push_usage(L, func), *help = push_help(L, func); // function, usage, help
    lua_pushvalue(L, -3);
    bs_doc_set(L, usage, help);
    lua_pop(L, 3);
}

/* In the registry: the function in Lua of each row, by its address. */
static const char functions_key[] = "backstep.functions";

static void push_function(lua_State *L, const struct bs_func *func)
{
    lua_getfield(L, LUA_REGISTRYINDEX, functions_key);
    if (lua_rawgetp(L, -1, func) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushlightuserdata(L, (void *)func);
        lua_pushcclosure(L, l_function, 1); // functions, function
        document_function(L, func);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, func);
    }
    lua_remove(L, -2); // function
}

/* ---- define ---------------------------------------------------------------------------------- */

/* A name stands for nothing yet, or for what was defined by it. */
static void check_is_free(lua_State *L, const char *name)
{
    const struct bs_func *func = bs_func_find(name);
    if (func && !func->definition)
        return; /* the engine says what it is */
    bs_module_push_globals(L);
    bool is_ours = lua_getfield(L, -1, name) != LUA_TNIL;
    lua_pushstring(L, name);
    bool is_taken = lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL; // globals, module, value
    if (is_taken && func) {
        push_function(L, func);
        is_taken = !lua_rawequal(L, -1, -2);
        lua_pop(L, 1);
    }
    if (is_ours || is_taken)
        luaL_error(L, "define: %s is already %s: choose another name", name,
                   is_ours ? "a function" : bs_describe(L, -1));
    lua_pop(L, 3);
}

/* The usual values, ended by a NULL name.  Pushes the userdata that holds them. */
static const struct bs_parameter *read_usual(lua_State *L, int index)
{
    size_t count = 0, taken = 0;
    lua_settop(L, index);
    if (lua_isnil(L, index)) {
        lua_newtable(L);
        lua_replace(L, index);
    }
    bs_arg_table(L, index, "the values of the parameters");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1), count++)
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "parameters have names, as in {a = 0.2}; got %s", bs_describe(L, -2));
    struct bs_parameter *usual = lua_newuserdatauv(L, (count + 1) * sizeof *usual, 0);
    for (lua_pushnil(L); taken < count && lua_next(L, index); lua_pop(L, 1), taken++) {
        const char *name = lua_tostring(L, -2);
        usual[taken] = (struct bs_parameter){name, bs_arg_number(L, lua_gettop(L), name)};
    }
    usual[count] = (struct bs_parameter){NULL, 0};
    return usual;
}

/* Upvalue 1 is the table of globals in which the function appears. */
static int l_define(lua_State *L)
{
    struct bs_error err;
    const struct bs_func *func;
    const char *name = bs_arg_string(L, 1, "the name of the function");
    const struct bs_parameter *usual = read_usual(L, 3);
    bs_expr formula = bs_arg_expr(L, 2, "the formula");
    check_is_free(L, name);
    bs_check(L, bs_func_define(&func, name, formula, usual, &err), &err);
    push_function(L, func);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2); // function, name, function
    lua_rawset(L, lua_upvalueindex(1));
    return 1;
}

static int l_host_definer(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushcclosure(L, l_define, 1);
    return 1;
}

static int l_host_new_scope(lua_State *L)
{
    lua_pushinteger(L, bs_func_new_scope());
    return 1;
}

static int l_host_drop_scope(lua_State *L)
{
    bs_func_drop_scope((int)luaL_checkinteger(L, 1));
    return 0;
}

static void open_define(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_pushglobaltable(L);
    lua_pushcclosure(L, l_define, 1); // _G, define
    bs_doc_set(
        L, "define(name, formula, [values]) -> function",
        "Define a function of x, to be used like those of the program: define(\"mish\", "
        "\"x*tanh(softplus(x))\") makes mish(x), expr \"mish(w*x)\" and mlp{2, 2, 1, hidden = "
        "\"mish\"}. Its slope is derived. Other symbols in the formula are parameters, in the "
        "order "
        "of reading; one with a value may be left out: define(\"leaky2\", \"cases(x > 0, x, "
        "a*x)\", {a = 0.2}) makes leaky2(x) and leaky2(x, a). A name has one formula in a "
        "session.");
    lua_setfield(L, -2, "define");
    lua_pop(L, 1);
    bs_module_push_host(L);
    lua_pushcfunction(L, l_host_definer);
    lua_setfield(L, -2, "definer");
    lua_pushcfunction(L, l_host_new_scope);
    lua_setfield(L, -2, "new_scope");
    lua_pushcfunction(L, l_host_drop_scope);
    lua_setfield(L, -2, "drop_scope");
    lua_pop(L, 1);
}

void bs_open_functions(lua_State *L)
{
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, functions_key);
    bs_func_enter(bs_func_new_scope());
    lua_pushglobaltable(L);
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        if (func->is_slope)
            continue;
        push_function(L, func);
        lua_setfield(L, -2, func->name);
    }
    lua_pop(L, 1);
    open_define(L);
}
