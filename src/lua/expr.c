/* Symbols and closed forms. */
#include "lua/types.h"

#include "expr/calculus.h"
#include "expr/eval.h"
#include "expr/parse.h"
#include "expr/typeset.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <stdlib.h>
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

static void refuse_null(lua_State *L, bs_expr expr)
{
    struct bs_error err;
    if (!expr)
        bs_check(L, bs_pool_error(bs_expr_pool(L), &err), &err);
}

int bs_push_expr(lua_State *L, bs_expr expr)
{
    refuse_null(L, expr);
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
        refuse_null(L, copy);
        *box = copy;
        lua_pushvalue(L, -1); // its pool, pool, pool
        lua_setiuservalue(L, index, 1);
    }
    lua_pop(L, 2);
    return *box;
}

static bs_expr parse_text(lua_State *L, const char *text, size_t length)
{
    struct bs_error err;
    bs_expr expr = NULL;
    bs_check_formula(L, bs_parse(&expr, bs_expr_pool(L), text, length, &err), &err, text);
    return expr;
}

static bs_expr read_number(lua_State *L, int index, const char *what)
{
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr number = lua_isinteger(L, index) ? bs_integer(pool, lua_tointeger(L, index))
                                             : bs_real(pool, bs_arg_number(L, index, what));
    refuse_null(L, number);
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

static bs_expr arg_symbol(lua_State *L, int index)
{
    bs_expr symbol = bs_arg_expr(L, index, "the variable");
    if (symbol->kind != BS_SYMBOL)
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
    struct bs_page page = bs_session_page(L);
    struct bs_steps *steps = push_steps(L);
    bs_expr slope = bs_diff(bs_expr_pool(L), f, x, steps);
    refuse_null(L, slope);
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
      "The derivative of f for the symbol x, simplified. With {steps = true} a page of the rules "
      "that lead to it, one a line.")
{
    bool by_steps = option_steps(L, 3); /* may call Lua, see above */
    bs_expr f = fetch(L, 1), x = arg_symbol(L, 2);
    if (by_steps)
        return diff_by_steps(L, f, x);
    return bs_push_expr(L, bs_diff(bs_expr_pool(L), f, x, NULL));
}

BS_FN(l_expr_simplify, "f:simplify() -> expression",
      "The same value in a shorter form: like terms joined, numbers put together, signs tidied. "
      "x/x is not cancelled: at 0 it has no value.")
{
    return bs_push_expr(L, bs_simplify(bs_expr_pool(L), fetch(L, 1)));
}

/* ---- names and what is put in for them ------------------------------------------------------- */

/*
 * What a table gives for names, sorted by them.  It is read before the engine is called: from
 * inside, an error in Lua would jump over what the engine has allocated.
 */
struct given {
    const char *name; /* the table's */
    double number;
    bs_expr expr;
};

struct givens {
    struct given *items;
    size_t count;
};

/* Takes the value on top of the stack. */
typedef void take_value(lua_State *L, struct given *given);

static void take_number(lua_State *L, struct given *given)
{
    given->number = bs_arg_number(L, lua_gettop(L), given->name);
}

static void take_expr(lua_State *L, struct given *given)
{
    given->expr = bs_arg_expr(L, lua_gettop(L), given->name);
}

static int compare_given(const void *left, const void *right)
{
    const struct given *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static const struct given *find_given(const struct givens *givens, const char *name)
{
    const struct given wanted = {.name = name};
    return bsearch(&wanted, givens->items, givens->count, sizeof wanted, compare_given);
}

/* The keys of the table at index 2 must all be names; gives how many. */
static size_t count_names(lua_State *L)
{
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "symbols have names, as in {x = 2}; got %s", bs_describe(L, -2));
        count++;
    }
    return count;
}

/* Of the table at index 2.  Pushes the userdata that holds them. */
static struct givens read_givens(lua_State *L, take_value *take)
{
    struct givens givens = {NULL, 0};
    size_t count = count_names(L);
    givens.items = lua_newuserdatauv(L, count * sizeof *givens.items, 0);
    for (lua_pushnil(L); lua_next(L, 2) && givens.count < count; lua_pop(L, 1)) {
        struct given *given = &givens.items[givens.count++];
        *given = (struct given){.name = lua_tostring(L, -2)};
        take(L, given);
    }
    qsort(givens.items, givens.count, sizeof *givens.items, compare_given);
    return givens;
}

/*
 * In the table on top of the stack: true for the name of each index of a sum.  The nodes seen are
 * in it, too, since a node may be part of an expression many times.
 */
static void add_indices(lua_State *L, bs_expr expr)
{
    bool is_seen = lua_rawgetp(L, -1, expr) != LUA_TNIL;
    lua_pop(L, 1);
    if (is_seen)
        return;
    lua_pushboolean(L, true);
    lua_rawsetp(L, -2, expr);
    if (expr->kind == BS_INDEXED_SUM) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, expr->args[0]->u.name);
    }
    for (int i = 0; i < expr->count; i++)
        add_indices(L, expr->args[i]);
}

static bool is_index(lua_State *L, const char *name)
{
    bool found = lua_getfield(L, -1, name) != LUA_TNIL;
    lua_pop(L, 1);
    return found;
}

static void refuse_indices(lua_State *L, bs_expr expr, const struct givens *givens)
{
    lua_newtable(L);
    add_indices(L, expr);
    for (size_t i = 0; i < givens->count; i++)
        if (is_index(L, givens->items[i].name))
            luaL_error(L,
                       "%s counts the terms of a sum in the formula: nothing can be put in for it",
                       givens->items[i].name);
    lua_pop(L, 1);
}

static bs_expr replace_symbol(void *context, struct bs_pool *pool, bs_expr leaf)
{
    const struct given *given = find_given(context, leaf->u.name);
    (void)pool;
    return given ? given->expr : leaf;
}

BS_FN(l_expr_subs, "f:subs{x = formula, ...} -> expression",
      "Put expressions, formulas or numbers in for symbols, all at once.")
{
    bs_expr f = fetch(L, 1);
    bs_arg_table(L, 2, "the replacements");
    struct givens givens = read_givens(L, take_expr);
    refuse_indices(L, f, &givens);
    return bs_push_expr(L, bs_map_leaves(bs_expr_pool(L), f, replace_symbol, &givens));
}

static int look_up(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const char *name = leaf->u.name;
    const struct given *given = find_given(context, name);
    if (!given)
        return bs_fail(err, BS_REFUSED, "%.80s has no value: give it, as in f:eval{%.80s = 0.5}",
                       name, name);
    *value = given->number;
    return BS_OK;
}

BS_FN(l_expr_eval, "f:eval{x = number, ...} -> number",
      "The number that f is when its symbols have these values.")
{
    struct bs_valued valued;
    struct bs_error err;
    bs_expr f = fetch(L, 1);
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    bs_arg_table(L, 2, "the values");
    struct givens givens = read_givens(L, take_number);
    struct bs_env env = {.leaf = look_up, .context = &givens};
    bs_check(L, bs_eval(&valued, f, &env, &err), &err);
    lua_pushnumber(L, valued.value);
    return 1;
}

/* The array of names is below the table of indices. */
static int add_name(void *context, bs_expr leaf)
{
    lua_State *L = context;
    if (is_index(L, leaf->u.name))
        return 0;
    lua_pushstring(L, leaf->u.name);
    lua_rawseti(L, -3, (lua_Integer)lua_rawlen(L, -3) + 1);
    return 0;
}

BS_FN(l_expr_names, "f:names() -> table",
      "The names of the symbols in f, in the order of reading, without the indices of sums.")
{
    bs_expr f = fetch(L, 1);
    lua_newtable(L);
    lua_newtable(L); // names, indices
    add_indices(L, f);
    bs_visit_leaves(f, add_name, L); /* allocates nothing, so an error may pass */
    lua_pop(L, 1);
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
        "A formula in symbols, from symbols, expr or a field of an entry. + - * / ^ and the "
        "functions of the table build larger ones.",
        methods, meta};
    bs_type_register(L, &type);
    bs_box_register(L, steps_type, l_steps_gc);
    bs_box_register(L, pool_type, l_pool_gc);
    begin_pool(L);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
