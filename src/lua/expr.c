/* Symbols and closed forms. */
#include "lua/types.h"

#include "expr/calculus.h"
#include "expr/index.h"
#include "expr/parse.h"
#include "expr/prove.h"
#include "expr/typeset.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <string.h>

static const char expr_type[] = "expression", steps_type[] = "steps", pool_type[] = "pool";

/* ---- where expressions live ------------------------------------------------------------------ */

/*
 * An object is the pointer to a node, and in user value 1 the box of the pool that the node is in,
 * which it keeps alive.  All work is done in one pool, whose box is in the registry.  When that has
 * grown to MOST_POOL bytes another takes its place: what is used again is copied there, the rest
 * goes with the old pool when nobody has an object of it any more.
 *
 * The pool only changes when a new object is made, so what a function builds on the way to its
 * result is in one pool.  Functions that build call no Lua; but any of them may be interrupted by a
 * finalizer, which therefore never changes the pool.
 */
enum { MOST_POOL = 1 << 20 };

BS_BOX_GC(l_pool_gc, pool_type, struct bs_pool, bs_pool_destroy)

static void begin_pool(lua_State *L)
{
    struct bs_pool **box = bs_box_push(L, pool_type);
    *box = bs_pool_create();
    if (!*box)
        bs_memory_error(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, pool_type);
}

/* The pool in the box at `index`; the end of the session may have emptied it. */
static struct bs_pool *pool_in(lua_State *L, int index)
{
    struct bs_pool **box = lua_touserdata(L, index);
    if (!*box)
        luaL_error(L, "the expression is gone");
    return *box;
}

/* Pushes its box. */
static struct bs_pool *push_pool(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, pool_type);
    return pool_in(L, -1);
}

struct bs_pool *bs_expr_pool(lua_State *L)
{
    struct bs_pool *pool = push_pool(L);
    lua_pop(L, 1);
    return pool;
}

void bs_refuse_null(lua_State *L, bs_expr expr)
{
    struct bs_error err;
    if (!expr)
        bs_check(L, bs_pool_error(bs_expr_pool(L), &err), &err);
}

int bs_push_expr(lua_State *L, bs_expr expr)
{
    bs_refuse_null(L, expr);
    bs_expr *box = lua_newuserdatauv(L, sizeof *box, 1); // expr
    *box = expr;
    struct bs_pool *pool = push_pool(L); // expr, pool
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, expr_type);
    if (bs_pool_size(pool) > MOST_POOL && bs_is_collecting(L))
        begin_pool(L);
    return 1;
}

/* The expression in the object at `index`, copied to the pool in use if it is in another. */
static bs_expr fetch(lua_State *L, int index)
{
    bs_expr *box = luaL_checkudata(L, index, expr_type);
    lua_getiuservalue(L, index, 1);      // its pool
    struct bs_pool *pool = push_pool(L); // its pool, pool
    if (!lua_rawequal(L, -1, -2)) {
        pool_in(L, -2);
        bs_expr copy = bs_import(pool, *box);
        bs_refuse_null(L, copy);
        *box = copy;
        lua_pushvalue(L, -1); // its pool, pool, pool
        lua_setiuservalue(L, index, 1);
    }
    lua_pop(L, 2);
    return *box;
}

bs_expr bs_check_expr(lua_State *L, int index)
{
    return fetch(L, index);
}

void bs_keep_pool(lua_State *L, int index)
{
    push_pool(L);
    lua_setiuservalue(L, index, 1);
}

void bs_check_pool(lua_State *L, int index)
{
    lua_getiuservalue(L, index, 1);
    pool_in(L, -1);
    lua_pop(L, 1);
}

/* ---- reading --------------------------------------------------------------------------------- */

bs_expr bs_parse_part(lua_State *L, struct bs_pool *pool, const char *text, size_t start,
                      size_t length)
{
    struct bs_error err;
    bs_expr expr = NULL;
    int status = bs_parse(&expr, pool, text + start, length, &err);
    if (status < 0 && err.column > 0)
        err.column += (int)start;
    bs_check_formula(L, status, &err, text);
    return expr;
}

static bs_expr parse_text(lua_State *L, const char *text, size_t length)
{
    return bs_parse_part(L, bs_expr_pool(L), text, 0, length);
}

/* Where the = of "left = right" is, which is not that of >= or <=; the length where there is none.
 */
static size_t find_equals(const char *text)
{
    size_t i = 0;
    while (text[i] && !(text[i] == '=' && !(i > 0 && strchr("<>", text[i - 1]))))
        i++;
    return i;
}

void bs_arg_equation(lua_State *L, int index, const char *what, struct bs_pool *pool, bs_expr *left,
                     bs_expr *right)
{
    const char *text = bs_arg_string(L, index, what);
    const size_t equals = find_equals(text), length = strlen(text);
    if (equals == length)
        luaL_error(L, "%s must have two sides, as in \"y = x^2\", got %s", what,
                   bs_describe(L, index));
    *left = bs_parse_part(L, pool, text, 0, equals);
    *right = bs_parse_part(L, pool, text, equals + 1, length - equals - 1);
}

static bs_expr read_number(lua_State *L, int index, const char *what)
{
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr number = lua_isinteger(L, index) ? bs_integer(pool, lua_tointeger(L, index))
                                             : bs_real(pool, bs_arg_number(L, index, what));
    bs_refuse_null(L, number);
    return number;
}

bs_expr bs_arg_expr(lua_State *L, int index, const char *what)
{
    size_t length;
    if (luaL_testudata(L, index, expr_type))
        return fetch(L, index);
    if (lua_type(L, index) == LUA_TNUMBER)
        return read_number(L, index, what);
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
    return push_typeset(L, fetch(L, 1), BS_UNICODE);
}

BS_FN(l_expr_text, "f:text() -> string",
      "The formula as it is printed: Greek letters, · and −. print(f) shows the same.")
{
    return push_typeset(L, fetch(L, 1), BS_UNICODE);
}

BS_FN(l_expr_ascii, "f:ascii() -> string",
      "The formula in plain letters, with all digits; expr(f:ascii()) is f again.")
{
    return push_typeset(L, fetch(L, 1), BS_ASCII);
}

BS_FN(l_expr_latex, "f:latex() -> string", "The formula in LaTeX, for math mode, without dollars.")
{
    return push_typeset(L, fetch(L, 1), BS_LATEX);
}

BS_FN(l_expr_mathml, "f:mathml() -> string", "The formula as a math element for HTML.")
{
    struct bs_style style = {.digits = bs_session(L)->digits};
    bs_expr f = fetch(L, 1);
    bs_typeset_mathml(bs_push_buf(L), f, &style);
    bs_pop_text(L);
    return 1;
}

BS_FN(l_expr_stacked, "f:stacked() -> page",
      "The formula over several lines: fractions with a bar, exponents raised. One that is too "
      "wide for the screen is on one line.")
{
    struct bs_style style = {.form = BS_UNICODE, .digits = bs_session(L)->digits};
    bs_expr f = fetch(L, 1);
    bs_typeset_stacked(bs_push_buf(L), f, &style, bs_session(L)->columns);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

/* ---- building -------------------------------------------------------------------------------- */

BS_FN(l_expr, "expr(formula) -> expression",
      "Read a formula: + - * / ^, parentheses, numbers, names, functions such as sigmoid(x), and "
      "sum(j, 1, n, x_j). There is no implicit multiplication: write 2*x. e is an ordinary name: "
      "write exp(1). A number or an expression is taken as it is.")
{
    return bs_push_expr(L, bs_arg_expr(L, 1, "the formula"));
}

/* Push the symbol that a word of `length` bytes spells. */
static int push_symbol(lua_State *L, const char *word, size_t length)
{
    luaL_checkstack(L, 6, "too many names");
    lua_pushlstring(L, word, length);
    bs_expr symbol = parse_text(L, lua_tostring(L, -1), length);
    if (symbol->kind != BS_SYMBOL)
        luaL_error(L, "\"%s\" is no name", lua_tostring(L, -1));
    lua_pop(L, 1);
    return bs_push_expr(L, symbol);
}

BS_FN(l_symbols, "symbols(names) -> expression, ...",
      "Symbols for the names in a string, separated by spaces or commas: x, w, b = symbols \"x w "
      "b\".")
{
    static const char separators[] = " ,\t\n";
    const char *text = bs_arg_string(L, 1, "the names");
    int count = 0;
    for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
        size_t length = strcspn(text, separators);
        count += push_symbol(L, text, length);
        text += length;
    }
    return count > 0 ? count : luaL_error(L, "there is no name in \"%s\"", lua_tostring(L, 1));
}

typedef bs_expr binary(struct bs_pool *pool, bs_expr a, bs_expr b);

static int operate(lua_State *L, binary *build)
{
    bs_expr left = bs_arg_expr(L, 1, "the left operand");
    bs_expr right = bs_arg_expr(L, 2, "the right operand");
    return bs_push_expr(L, build(bs_expr_pool(L), left, right));
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
    return bs_push_expr(L, bs_neg(bs_expr_pool(L), fetch(L, 1)));
}

/* Equal expressions of one pool are one node.  Lua only asks when both are userdata. */
static int l_expr_eq(lua_State *L)
{
    bool are_expressions = luaL_testudata(L, 1, expr_type) && luaL_testudata(L, 2, expr_type);
    lua_pushboolean(L, are_expressions && fetch(L, 1) == fetch(L, 2));
    return 1;
}

/* ---- calculus -------------------------------------------------------------------------------- */

static bs_expr arg_variable(lua_State *L, int index)
{
    bs_expr x = bs_arg_expr(L, index, "the variable");
    if (x->kind != BS_SYMBOL && x->kind != BS_MEMBER)
        luaL_error(L, "the variable must be a symbol or its name, got %s", bs_describe(L, index));
    return x;
}

static int l_steps_gc(lua_State *L)
{
    bs_steps_finish(luaL_checkudata(L, 1, steps_type));
    return 0;
}

struct bs_steps *bs_push_steps(lua_State *L)
{
    struct bs_steps *steps = lua_newuserdatauv(L, sizeof *steps, 0);
    *steps = (struct bs_steps){0};
    luaL_setmetatable(L, steps_type);
    return steps;
}

int bs_push_slope_page(lua_State *L, bs_expr f)
{
    struct bs_page page = bs_session_page(L);
    struct bs_pool *pool = bs_expr_pool(L);
    struct bs_steps *steps = bs_push_steps(L);
    bs_expr x = bs_as_member(pool, arg_variable(L, 2), f), slope = bs_diff(pool, f, x, steps);
    bs_refuse_null(L, slope);
    if (steps->failed)
        return bs_memory_error(L);
    struct bs_buf *buf = bs_push_buf(L);
    bs_view_steps(buf, f, x, slope, steps, &page);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

static bool option_steps(lua_State *L, int index)
{
    static const char *const options[] = {"steps", NULL};
    if (lua_isnoneornil(L, index))
        return false;
    bs_arg_table(L, index, "the options");
    bs_arg_fields(L, index, "diff", options);
    return lua_getfield(L, index, "steps") != LUA_TNIL && bs_arg_boolean(L, -1, "steps");
}

BS_FN(l_expr_diff, "f:diff(x, [options]) -> expression",
      "The derivative of f for the symbol x, or the member x_k of an array, simplified. With "
      "{steps = true} a page of the rules that lead to it, one a line.")
{
    bool by_steps = option_steps(L, 3); /* may call Lua, see above */
    bs_expr f = fetch(L, 1);
    if (by_steps)
        return bs_push_slope_page(L, f);
    return bs_push_expr(L, bs_diff(bs_expr_pool(L), f, arg_variable(L, 2), NULL));
}

BS_FN(l_expr_collect, "f:collect(x) -> expression",
      "The same value with the terms that have the same power of x put together: "
      "expr \"a*x + b*x + c\":collect \"x\" is (a + b)*x + c.")
{
    bs_expr f = fetch(L, 1);
    return bs_push_expr(L, bs_collect(bs_expr_pool(L), f, arg_variable(L, 2)));
}

BS_FN(l_expr_simplify, "f:simplify() -> expression",
      "The same value in a shorter form: like terms joined, numbers put together, signs tidied. "
      "x/x is not cancelled: at 0 it has no value.")
{
    return bs_push_expr(L, bs_simplify(bs_expr_pool(L), fetch(L, 1)));
}

void bs_open_expr(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_expr_doc, &l_symbols_doc, NULL};
    static const struct bs_doc *const methods[] = {
        &l_expr_diff_doc,    &l_expr_simplify_doc, &l_expr_collect_doc,
        &l_expr_text_doc,    &l_expr_ascii_doc,    &l_expr_latex_doc,
        &l_expr_stacked_doc, &l_expr_mathml_doc,   NULL};
    static const luaL_Reg meta[] = {
        {"__tostring", l_expr_tostring}, {"__add", l_expr_add}, {"__sub", l_expr_sub},
        {"__mul", l_expr_mul},           {"__div", l_expr_div}, {"__pow", l_expr_pow},
        {"__unm", l_expr_unm},           {"__eq", l_expr_eq},   {NULL, NULL}};
    static const struct bs_type type = {
        expr_type,
        "A formula in symbols, from symbols, expr or a field of an entry. + - * / ^ and the "
        "functions of the table build larger ones.",
        methods, meta};
    bs_type_register(L, &type);
    luaL_getmetatable(L, expr_type);
    lua_getfield(L, -1, "__methods");
    bs_add_value_methods(L);
    bs_add_taylor_method(L);
    lua_pop(L, 2);
    bs_box_register(L, steps_type, l_steps_gc);
    bs_box_register(L, pool_type, l_pool_gc);
    begin_pool(L);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
