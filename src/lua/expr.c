/* Symbols and closed forms.  The expressions of a session live in its pool. */
#include "lua/types.h"

#include "base/nearest.h"
#include "expr/calculus.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/parse.h"
#include "expr/typeset.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

static const char expr_type[] = "expression", steps_type[] = "steps";

static struct bs_pool *pool_of(lua_State *L)
{
    return bs_session(L)->pool;
}

int bs_push_expr(lua_State *L, bs_expr expr)
{
    struct bs_error err;
    if (!expr)
        bs_check(L, bs_pool_error(pool_of(L), &err), &err);
    bs_expr *box = lua_newuserdatauv(L, sizeof(bs_expr), 0);
    *box = expr;
    luaL_setmetatable(L, expr_type);
    return 1;
}

bool bs_is_expr(lua_State *L, int index)
{
    return luaL_testudata(L, index, expr_type) != NULL;
}

static bs_expr check_self(lua_State *L)
{
    return *(bs_expr *)luaL_checkudata(L, 1, expr_type);
}

static bs_expr parse_text(lua_State *L, const char *text, size_t length)
{
    struct bs_error err;
    bs_expr expr = NULL;
    bs_check_formula(L, bs_parse(&expr, pool_of(L), text, length, &err), &err, text);
    return expr;
}

bs_expr bs_arg_expr(lua_State *L, int index, const char *what)
{
    size_t length;
    bs_expr *box = luaL_testudata(L, index, expr_type);
    if (box)
        return *box;
    if (lua_isinteger(L, index))
        return bs_integer(pool_of(L), lua_tointeger(L, index));
    if (lua_type(L, index) == LUA_TNUMBER)
        return bs_real(pool_of(L), bs_arg_number(L, index, what));
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s must be an expression, a number or a formula in quotes, got %s", what,
                   bs_describe(L, index));
    const char *text = lua_tolstring(L, index, &length);
    return parse_text(L, text, length);
}

/* ---- text ------------------------------------------------------------------------------------ */

static int push_typeset(lua_State *L, bs_expr expr, enum bs_form form)
{
    struct bs_style style = {.form = form, .digits = bs_session(L)->digits};
    struct bs_buf *buf = bs_push_buf(L);
    bs_typeset(buf, expr, &style);
    bs_pop_text(L);
    return 1;
}

static int l_expr_tostring(lua_State *L)
{
    return push_typeset(L, check_self(L), BS_UNICODE);
}

BS_FN(l_expr_text, "f:text() -> string",
      "The formula as it is printed: Greek letters, · and −. print(f) shows the same.")
{
    return push_typeset(L, check_self(L), BS_UNICODE);
}

BS_FN(l_expr_ascii, "f:ascii() -> string",
      "The formula in plain letters, with all digits; expr(f:ascii()) is f again.")
{
    return push_typeset(L, check_self(L), BS_ASCII);
}

BS_FN(l_expr_latex, "f:latex() -> string", "The formula in LaTeX, for math mode, without dollars.")
{
    return push_typeset(L, check_self(L), BS_LATEX);
}

/* ---- building -------------------------------------------------------------------------------- */

BS_FN(l_expr, "expr(formula) -> expression",
      "Read a formula: + - * / ^, parentheses, numbers, names, functions such as sigmoid(x), and "
      "sum(j, 1, n, x_j). There is no implicit multiplication: write 2*x. e is an ordinary name: "
      "write exp(1). A number or an expression is taken as it is.")
{
    return bs_push_expr(L, bs_arg_expr(L, 1, "the formula"));
}

BS_FN(l_symbols, "symbols(names) -> expression, ...",
      "Symbols for the names in a string, separated by spaces or commas: x, w, b = symbols \"x w "
      "b\".")
{
    const char *text = bs_arg_string(L, 1, "the names");
    static const char separators[] = " ,\t\n";
    int count = 0;
    for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
        size_t length = strcspn(text, separators);
        luaL_checkstack(L, 4, "too many names");
        lua_pushlstring(L, text, length);
        bs_expr symbol = parse_text(L, lua_tostring(L, -1), length);
        if (symbol->kind != BS_SYMBOL)
            return luaL_error(L, "\"%s\" is no name", lua_tostring(L, -1));
        lua_pop(L, 1);
        count += bs_push_expr(L, symbol);
        text += length;
    }
    return count;
}

typedef bs_expr binary(struct bs_pool *pool, bs_expr a, bs_expr b);

static int operate(lua_State *L, binary *build)
{
    bs_expr left = bs_arg_expr(L, 1, "the left operand");
    bs_expr right = bs_arg_expr(L, 2, "the right operand");
    return bs_push_expr(L, build(pool_of(L), left, right));
}

static int l_expr_add(lua_State *L)
{
    return operate(L, bs_add);
}

static int l_expr_sub(lua_State *L)
{
    return operate(L, bs_sub);
}

static int l_expr_mul(lua_State *L)
{
    return operate(L, bs_mul);
}

static int l_expr_div(lua_State *L)
{
    return operate(L, bs_div);
}

static int l_expr_pow(lua_State *L)
{
    return operate(L, bs_power);
}

static int l_expr_unm(lua_State *L)
{
    return bs_push_expr(L, bs_neg(pool_of(L), check_self(L)));
}

/* Equal expressions are one node. */
static int l_expr_eq(lua_State *L)
{
    bs_expr *a = luaL_testudata(L, 1, expr_type), *b = luaL_testudata(L, 2, expr_type);
    lua_pushboolean(L, a && b && *a == *b);
    return 1;
}

/* ---- functions of the table ------------------------------------------------------------------ */

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
    lua_pushnumber(L, func->value(args, count, index, 0));
    return 1;
}

static int apply_to_exprs(lua_State *L, const struct bs_func *func, int index, int first)
{
    int count = lua_gettop(L) - first + 1;
    bs_expr *args = lua_newuserdatauv(L, (size_t)count * sizeof(bs_expr), 0);
    for (int i = 0; i < count; i++)
        args[i] = bs_arg_expr(L, first + i, "the argument");
    return bs_push_expr(L, bs_call(pool_of(L), func, index, count, args));
}

/* The row is upvalue 1.  Of numbers a number; else an expression. */
static int l_function(lua_State *L)
{
    const struct bs_func *func = lua_touserdata(L, lua_upvalueindex(1));
    int first = func->is_indexed ? 2 : 1, count = lua_gettop(L) - first + 1;
    if (count < 1 || (func->arity != BS_ANY_ARITY && count != func->arity))
        return luaL_error(L, "%s takes %d argument%s, got %d", func->name,
                          func->arity == BS_ANY_ARITY ? 1 : func->arity,
                          func->arity == 1              ? ""
                          : func->arity == BS_ANY_ARITY ? " or more"
                                                        : "s",
                          count > 0 ? count : 0);
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
    const char *help = lua_pushfstring(
        L, "%s%s: %s. Of numbers it gives the number, of expressions the expression. %s%s",
        func->name, func->is_indexed ? "_k" : "", func->about, func->rule ? "Slope: " : "",
        func->rule ? func->rule : "");
    lua_pushvalue(L, -3);
    bs_doc_set(L, usage, help);
    lua_pop(L, 3);
}

static void open_functions(lua_State *L)
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

/* ---- calculus -------------------------------------------------------------------------------- */

static bs_expr arg_symbol(lua_State *L, int index)
{
    bs_expr symbol = bs_arg_expr(L, index, "the variable");
    if (symbol && symbol->kind != BS_SYMBOL)
        luaL_error(L, "the variable must be a symbol or its name, got %s", bs_describe(L, index));
    return symbol;
}

static int l_steps_gc(lua_State *L)
{
    bs_steps_finish(luaL_checkudata(L, 1, steps_type));
    return 0;
}

static struct bs_steps *push_steps(lua_State *L)
{
    struct bs_steps *steps = lua_newuserdatauv(L, sizeof *steps, 0);
    *steps = (struct bs_steps){0};
    luaL_setmetatable(L, steps_type);
    return steps;
}

static int diff_by_steps(lua_State *L, bs_expr f, bs_expr x)
{
    struct bs_error err;
    struct bs_page page = bs_session_page(L);
    struct bs_steps *steps = push_steps(L);
    bs_expr slope = bs_diff(pool_of(L), f, x, steps);
    if (!slope)
        bs_check(L, bs_pool_error(pool_of(L), &err), &err);
    if (steps->failed)
        return bs_memory_error(L);
    struct bs_buf *buf = bs_push_buf(L);
    bs_view_steps(buf, f, x, slope, steps, &page);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

BS_FN(l_expr_diff, "f:diff(x, [options]) -> expression",
      "The derivative of f for the symbol x, simplified. With {steps = true} a page of the rules "
      "that lead to it, one a line.")
{
    static const char *const options[] = {"steps", NULL};
    bs_expr f = check_self(L), x = arg_symbol(L, 2);
    bool by_steps = false;
    if (!lua_isnoneornil(L, 3)) {
        bs_arg_table(L, 3, "the options");
        bs_arg_fields(L, 3, "diff", options);
        lua_getfield(L, 3, "steps");
        by_steps = lua_toboolean(L, -1);
    }
    return by_steps ? diff_by_steps(L, f, x) : bs_push_expr(L, bs_diff(pool_of(L), f, x, NULL));
}

BS_FN(l_expr_simplify, "f:simplify() -> expression",
      "The same value in a shorter form: like terms joined, numbers put together, signs tidied. "
      "x/x is not cancelled: at 0 it has no value.")
{
    return bs_push_expr(L, bs_simplify(pool_of(L), check_self(L)));
}

/* The table at index 2 holds what is put in for each symbol. */
static bs_expr replace_symbol(void *context, struct bs_pool *pool, bs_expr leaf)
{
    lua_State *L = context;
    (void)pool;
    if (leaf->kind != BS_SYMBOL || lua_getfield(L, 2, leaf->u.name) == LUA_TNIL) {
        lua_settop(L, 2);
        return leaf;
    }
    bs_expr replacement = bs_arg_expr(L, 3, leaf->u.name);
    lua_settop(L, 2);
    return replacement;
}

BS_FN(l_expr_subs, "f:subs{x = formula, ...} -> expression",
      "Put expressions, formulas or numbers in for symbols, all at once.")
{
    bs_expr f = check_self(L);
    bs_arg_table(L, 2, "the replacements");
    lua_settop(L, 2);
    return bs_push_expr(L, bs_map_leaves(pool_of(L), f, replace_symbol, L));
}

static int look_up(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    lua_State *L = context;
    (void)err;
    if (lua_getfield(L, 2, leaf->u.name) == LUA_TNIL)
        return luaL_error(L, "%s has no value: give it, as in f:eval{%s = 0.5}", leaf->u.name,
                          leaf->u.name);
    *value = bs_arg_number(L, 3, leaf->u.name);
    lua_settop(L, 2);
    return BS_OK;
}

BS_FN(l_expr_eval, "f:eval{x = number, ...} -> number",
      "The number that f is when its symbols have these values.")
{
    struct bs_env env = {.leaf = look_up, .context = L};
    struct bs_valued valued;
    struct bs_error err;
    bs_expr f = check_self(L);
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    bs_arg_table(L, 2, "the values");
    lua_settop(L, 2);
    bs_check(L, bs_eval(&valued, f, &env, &err), &err);
    lua_pushnumber(L, valued.value);
    return 1;
}

static int add_name(void *context, bs_expr leaf)
{
    lua_State *L = context;
    lua_pushstring(L, leaf->kind == BS_SYMBOL ? leaf->u.name : "");
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    return 0;
}

BS_FN(l_expr_names, "f:names() -> table", "The names of the symbols in f, in the order of reading.")
{
    bs_expr f = check_self(L);
    lua_newtable(L);
    bs_visit_leaves(f, add_name, L);
    return 1;
}

void bs_open_expr(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_expr_doc, &l_symbols_doc, NULL};
    static const struct bs_doc *const methods[] = {
        &l_expr_diff_doc,     &l_expr_eval_doc,  &l_expr_subs_doc,
        &l_expr_simplify_doc, &l_expr_names_doc, &l_expr_text_doc,
        &l_expr_ascii_doc,    &l_expr_latex_doc, NULL};
    static const luaL_Reg meta[] = {
        {"__tostring", l_expr_tostring}, {"__add", l_expr_add}, {"__sub", l_expr_sub},
        {"__mul", l_expr_mul},           {"__div", l_expr_div}, {"__pow", l_expr_pow},
        {"__unm", l_expr_unm},           {"__eq", l_expr_eq},   {NULL, NULL}};
    static const struct bs_type type = {
        expr_type,
        "A formula in symbols, from symbols, expr or an entry of a tape. + - * / ^ and the "
        "functions of the table build larger ones.",
        methods, meta};
    bs_type_register(L, &type);
    bs_box_register(L, steps_type, l_steps_gc);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
    open_functions(L);
}
