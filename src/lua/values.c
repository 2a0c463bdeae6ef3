/* What can be put in for the names of a formula: expressions, numbers, lists, intervals, fractions.
 */
#include "lua/types.h"

#include "expr/index.h"
#include "expr/overflow.h"
#include "expr/parse.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char point_type[] = "point";

/* ---- names ----------------------------------------------------------------------------------- */

/* Push nothing; in the table at `seen`: is the key there?  It is from now on. */
static bool is_first(lua_State *L, int seen, const char *name)
{
    bool is_new = lua_getfield(L, seen, name) == LUA_TNIL;
    lua_pop(L, 1);
    lua_pushboolean(L, true);
    lua_setfield(L, seen, name);
    return is_new;
}

static bool is_first_node(lua_State *L, int seen, bs_expr expr)
{
    bool is_new = lua_rawgetp(L, seen, expr) == LUA_TNIL;
    lua_pop(L, 1);
    lua_pushboolean(L, true);
    lua_rawsetp(L, seen, expr);
    return is_new;
}

/*
 * Append the names in `part` of f to the array at `names`: of arrays once, of indices where they
 * are free.  The table at `seen` has what has been met.
 */
static void add_names(lua_State *L, int names, bs_expr f, bs_expr part)
{
    const int seen = names + 1;
    const bool has_name = part->kind == BS_SYMBOL || part->kind == BS_MEMBER;
    if (!is_first_node(L, seen, part))
        return;
    if (has_name && (part->kind == BS_MEMBER || bs_has_free(f, part)) &&
        is_first(L, seen, part->u.name)) {
        lua_pushstring(L, part->u.name);
        lua_rawseti(L, names, (lua_Integer)lua_rawlen(L, names) + 1);
    }
    for (int i = bs_binds_index(part); i < part->count; i++)
        add_names(L, names, f, part->args[i]);
}

BS_FN(l_expr_names, "f:names() -> table",
      "The names in f that a value can be put in for, in the order of reading: of an array its "
      "own, x for all x_j, and no indices that a sum counts with.")
{
    bs_expr f = bs_check_expr(L, 1);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_newtable(L); // f, names, seen
    add_names(L, 2, f, f);
    lua_pop(L, 1);
    return 1;
}

/* ---- what a table gives ---------------------------------------------------------------------- */

/*
 * What a table gives for names, sorted by them.  It is read before the engine is called: from
 * inside, an error in Lua would jump over what the engine has allocated.
 */
struct given {
    const char *name; /* the table's, the pool's or one of the anchors' */
    union {
        bs_expr expr;
        double number;
        struct bs_interval interval;
        struct bs_fraction fraction;
    } value;
};

/* How one kind of value is read, and told of where one is missing. */
struct reader {
    void (*take)(lua_State *L, struct given *given); /* the value on top of the stack */
    bool (*is_list)(lua_State *L); /* is that the members of an array, and no value? */
    const char *example;           /* "eval{%.80s = 0.5}" */
};

struct givens {
    const struct reader *reader;
    struct given *items;
    size_t count;
};

/* The table of what is given is at TABLE; strings that have to stay are in a table at ANCHORS. */
enum { TABLE = 2, ANCHORS = 3, MOST_SUBSCRIPTS = 4 };

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

/* How many values the table on top of the stack holds, those of lists in it counted singly. */
static size_t count_values(lua_State *L, const struct reader *reader, int depth)
{
    size_t count = 0;
    if (depth > MOST_SUBSCRIPTS)
        luaL_error(L, "a member of an array has at most %d subscripts", MOST_SUBSCRIPTS);
    luaL_checkstack(L, 8, "too many lists in lists");
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (depth == 0 && lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "symbols have names, as in {x = 2}; got %s", bs_describe(L, -2));
        if (depth > 0 && !(lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 0))
            luaL_error(L, "the members of an array are numbered, as in {x = {1, 2}}; got %s",
                       bs_describe(L, -2));
        count += reader->is_list(L) ? count_values(L, reader, depth + 1) : 1;
    }
    return count;
}

static void take_value(lua_State *L, struct givens *givens, const char *name)
{
    struct given *given = &givens->items[givens->count++];
    *given = (struct given){.name = name};
    givens->reader->take(L, given);
}

/* The list on top of the stack, of the members of an array with these subscripts and one more. */
static void take_members(lua_State *L, struct givens *givens, const char *array, int depth,
                         bs_expr subscripts[static MOST_SUBSCRIPTS])
{
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        subscripts[depth] = bs_integer(bs_expr_pool(L), lua_tointeger(L, -2));
        if (givens->reader->is_list(L)) {
            take_members(L, givens, array, depth + 1, subscripts);
            continue;
        }
        bs_expr member = bs_member(bs_expr_pool(L), array, depth + 1, subscripts);
        bs_refuse_null(L, member);
        take_value(L, givens, member->u.name);
    }
}

/* w_hj, the member of an array in f, as the engine asks for it: w_h_j. */
static const char *spelling(lua_State *L, bs_expr f, const char *name)
{
    struct bs_style style = {.form = BS_ASCII};
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr symbol = bs_symbol(pool, name), member = bs_as_member(pool, symbol, f);
    bs_refuse_null(L, member);
    if (member == symbol)
        return name;
    bs_typeset(bs_push_buf(L), member, &style);
    bs_pop_text(L);
    const char *text = lua_tostring(L, -1);
    lua_rawseti(L, ANCHORS, (lua_Integer)lua_rawlen(L, ANCHORS) + 1);
    return text;
}

/* Of the table at TABLE, none being an empty one.  Pushes the userdata that holds them. */
static struct givens read_givens(lua_State *L, bs_expr f, const struct reader *reader)
{
    struct givens givens = {reader, NULL, 0};
    bs_expr subscripts[MOST_SUBSCRIPTS];
    lua_settop(L, TABLE);
    if (lua_isnil(L, TABLE)) {
        lua_newtable(L);
        lua_replace(L, TABLE);
    }
    bs_arg_table(L, TABLE, "the values");
    lua_newtable(L); // f, table, anchors
    lua_pushvalue(L, TABLE);
    const size_t count = count_values(L, reader, 0);
    givens.items = lua_newuserdatauv(L, count * sizeof *givens.items, 0);
    lua_insert(L, -2); // f, table, anchors, userdata, table
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        if (reader->is_list(L))
            take_members(L, &givens, lua_tostring(L, -2), 0, subscripts);
        else
            take_value(L, &givens, spelling(L, f, lua_tostring(L, -2)));
    lua_pop(L, 1); // f, table, anchors, userdata
    qsort(givens.items, givens.count, sizeof *givens.items, compare_given);
    return givens;
}

/* NULL, with the error filled, where it has no value. */
static const struct given *need_given(const struct givens *givens, bs_expr leaf,
                                      struct bs_error *err)
{
    const struct given *given = find_given(givens, leaf->u.name);
    char example[128];
    if (given)
        return given;
    snprintf(example, sizeof example, givens->reader->example, leaf->u.name);
    bs_fail(err, BS_REFUSED, "%.80s has no value: give it, as in f:%s", leaf->u.name, example);
    return NULL;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static bool is_never(lua_State *L)
{
    (void)L;
    return false;
}

static void take_expr(lua_State *L, struct given *given)
{
    given->value.expr = bs_arg_expr(L, lua_gettop(L), given->name);
}

/* A name that nobody can type, like the key. */
static bs_expr placeholder(struct bs_pool *pool, size_t i, bs_expr key)
{
    char name[40];
    snprintf(name, sizeof name, "given %zu", i);
    return key->kind == BS_MEMBER ? bs_member(pool, name, key->count, key->args)
                                  : bs_symbol(pool, name);
}

static bool has_subscript(bs_expr member, bs_expr letter)
{
    for (int i = 0; i < member->count; i++)
        if (member->args[i] == letter)
            return true;
    return false;
}

/*
 * In place of a member x_j its value.  The letters of its subscripts are meant as they are where it
 * stands; any other that the value has must not become the index of a sum around.
 */
static bs_expr put_for_member(struct bs_pool *pool, bs_expr f, bs_expr member, bs_expr value)
{
    enum { LETTERS = 26 };
    bs_expr letters[LETTERS], holes[LETTERS];
    int count = 0;
    for (char letter = 'a'; letter <= 'z' && value; letter++) {
        bs_expr symbol = bs_symbol_n(pool, &letter, 1);
        if (!symbol || !bs_has_free(value, symbol) || has_subscript(member, symbol))
            continue;
        letters[count] = symbol;
        holes[count] = placeholder(pool, (size_t)letter, symbol);
        value = bs_put(pool, value, symbol, holes[count++]);
    }
    bs_expr result = f && value ? bs_replace(pool, f, member, value) : NULL;
    while (count-- > 0)
        result = bs_put(pool, result, holes[count], letters[count]);
    return result;
}

static bs_expr put_for(struct bs_pool *pool, bs_expr f, bs_expr key, bs_expr value)
{
    return key->kind == BS_MEMBER ? put_for_member(pool, f, key, value)
                                  : bs_put(pool, f, key, value);
}

/* What the name stands for in f; that nothing else can be put in for the index of a sum is said. */
static bs_expr read_key(lua_State *L, bs_expr f, const char *name)
{
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr key = bs_as_member(pool, bs_parse_part(L, pool, name, 0, strlen(name)), f);
    bs_refuse_null(L, key);
    if (key->kind != BS_SYMBOL && key->kind != BS_MEMBER)
        luaL_error(L, "\"%s\" is no name that something can be put in for", name);
    if (bs_contains(f, key) && !bs_has_free(f, key) && key->kind == BS_SYMBOL)
        luaL_error(L, "%s counts the terms of a sum in the formula: nothing can be put in for it",
                   name);
    return key;
}

/* First something that nothing is put in for, so that {x = "y", y = "x"} exchanges the two. */
static bs_expr substitute(lua_State *L, bs_expr f, const struct givens *givens)
{
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr *keys = lua_newuserdatauv(L, 2 * givens->count * sizeof *keys, 0);
    bs_expr *places = keys + givens->count, result = f;
    for (size_t i = 0; i < givens->count; i++) {
        keys[i] = read_key(L, f, givens->items[i].name);
        places[i] = placeholder(pool, i, keys[i]);
        bs_refuse_null(L, places[i]);
        result = put_for(pool, result, keys[i], places[i]);
        bs_refuse_null(L, result);
    }
    for (size_t i = 0; i < givens->count; i++) {
        result = put_for(pool, result, places[i], givens->items[i].value.expr);
        bs_refuse_null(L, result);
    }
    return result;
}

BS_FN(l_expr_subs, "f:subs{x = formula, ...} -> expression",
      "Put expressions, formulas or numbers in for symbols, or for members of arrays such as x_j, "
      "all at once. The index of a sum gets another letter where what is put in has it.")
{
    static const struct reader reader = {take_expr, is_never, NULL};
    bs_expr f = bs_check_expr(L, 1);
    bs_arg_table(L, TABLE, "the replacements");
    struct givens givens = read_givens(L, f, &reader);
    return bs_push_expr(L, substitute(L, f, &givens));
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool is_table(lua_State *L)
{
    return lua_istable(L, -1);
}

static void take_number(lua_State *L, struct given *given)
{
    given->value.number = bs_arg_number(L, lua_gettop(L), given->name);
}

static int look_up(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct given *given = need_given(context, leaf, err);
    if (given)
        *value = given->value.number;
    return given ? BS_OK : BS_REFUSED;
}

BS_FN(l_expr_eval, "f:eval{x = number, ...} -> number",
      "The number that f is when its names have these values. A list has the members of an array: "
      "x = {1, 2, 3} gives x_1, x_2 and x_3, and w = {{1, 2}, {3, 4}} w_11 to w_22.")
{
    static const struct reader reader = {take_number, is_table, "eval{%.80s = 0.5}"};
    struct bs_valued valued;
    struct bs_error err;
    bs_expr f = bs_check_expr(L, 1);
    struct givens givens = read_givens(L, f, &reader);
    struct bs_env env = {.leaf = look_up, .context = &givens};
    bs_check(L, bs_eval(&valued, f, &env, &err), &err);
    lua_pushnumber(L, valued.value);
    return 1;
}

BS_FN(l_expr_complex_step, "f:complex_step(x, {x = number, ...}) -> number",
      "The derivative of f by x, worked out without a rule of calculus: the imaginary part of "
      "f(x + i·h)/h, with an h so small that nothing else is left of it.")
{
    static const struct reader reader = {take_number, is_table,
                                         "complex_step(\"x\", {%.80s = 0.5})"};
    struct bs_error err;
    double slope;
    bs_expr f = bs_check_expr(L, 1), x = bs_arg_expr(L, 2, "the variable");
    if (x->kind != BS_SYMBOL)
        return luaL_error(L, "the variable must be a symbol or its name, got %s",
                          bs_describe(L, 2));
    lua_remove(L, 2);
    struct givens givens = read_givens(L, f, &reader);
    struct bs_env env = {.leaf = look_up, .context = &givens};
    bs_check(L, bs_eval_slope(&slope, f, x, &env, &err), &err);
    lua_pushnumber(L, slope);
    return 1;
}

/* ---- intervals ------------------------------------------------------------------------------- */

/* {{0.1, 0.2}, {0.3, 0.4}}, but not {0.1, 0.2}. */
static bool is_table_of_tables(lua_State *L)
{
    if (!lua_istable(L, -1))
        return false;
    bool is_list = lua_rawgeti(L, -1, 1) == LUA_TTABLE;
    lua_pop(L, 1);
    return is_list;
}

static void take_interval(lua_State *L, struct given *given)
{
    const int top = lua_gettop(L);
    if (!lua_istable(L, top)) {
        const double value = bs_arg_number(L, top, given->name);
        given->value.interval = (struct bs_interval){value, value};
        return;
    }
    const double *bounds = bs_arg_shape(L, top, given->name, 2, 0);
    if (bounds[0] > bounds[1])
        luaL_error(L, "%s goes from its lower bound to its upper one, got %f and %f", given->name,
                   bounds[0], bounds[1]);
    given->value.interval = (struct bs_interval){bounds[0], bounds[1]};
    lua_pop(L, 1);
}

static int look_up_interval(struct bs_interval *value, void *context, bs_expr leaf,
                            struct bs_error *err)
{
    const struct given *given = need_given(context, leaf, err);
    if (given)
        *value = given->value.interval;
    return given ? BS_OK : BS_REFUSED;
}

BS_FN(l_expr_interval, "f:interval{x = {lower, upper}, ...} -> lower, upper",
      "Bounds between which f surely is when its names are anything between theirs, rounding "
      "included; a number stands for itself. A name that occurs twice is taken as two, so that the "
      "bounds may be wide: those of x - x are not 0.")
{
    static const struct reader reader = {take_interval, is_table_of_tables,
                                         "interval{%.80s = {0.4, 0.5}}"};
    struct bs_interval bounds;
    struct bs_error err;
    bs_expr f = bs_check_expr(L, 1);
    struct givens givens = read_givens(L, f, &reader);
    struct bs_interval_env env = {.leaf = look_up_interval, .context = &givens};
    bs_check(L, bs_eval_interval(&bounds, f, &env, &err), &err);
    lua_pushnumber(L, bounds.lo);
    lua_pushnumber(L, bounds.hi);
    return 2;
}

/* ---- fractions ------------------------------------------------------------------------------- */

static int refuse_leaf(struct bs_fraction *value, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)value;
    (void)context;
    return bs_fail(err, BS_REFUSED, "a fraction has no names in it, got %.80s", leaf->u.name);
}

/* A number, or a text such as "7/20". */
static void take_fraction(lua_State *L, struct given *given)
{
    struct bs_error err;
    const int top = lua_gettop(L);
    struct bs_exact_env env = {.leaf = refuse_leaf};
    if (lua_isinteger(L, top)) {
        given->value.fraction = (struct bs_fraction){lua_tointeger(L, top), 1};
    } else if (lua_type(L, top) == LUA_TNUMBER) {
        if (!bs_fraction_of(&given->value.fraction, bs_arg_number(L, top, given->name)))
            luaL_error(L, "%s is no fraction of 63 bits: %s", given->name, bs_describe(L, top));
    } else {
        bs_expr expr = bs_arg_expr(L, top, given->name);
        bs_check(L, bs_eval_exact(&given->value.fraction, expr, &env, &err), &err);
    }
}

static int look_up_fraction(struct bs_fraction *value, void *context, bs_expr leaf,
                            struct bs_error *err)
{
    const struct given *given = need_given(context, leaf, err);
    if (given)
        *value = given->value.fraction;
    return given ? BS_OK : BS_REFUSED;
}

BS_FN(l_expr_exact, "f:exact{x = number or fraction, ...} -> string",
      "The exact value of f as a fraction, \"7/20\", of decimals, which are taken as they read, "
      "and of fractions in quotes. It is refused where f has no rational value.")
{
    static const struct reader reader = {take_fraction, is_table, "exact{%.80s = \"1/2\"}"};
    struct bs_fraction value;
    struct bs_error err;
    bs_expr f = bs_check_expr(L, 1);
    struct givens givens = read_givens(L, f, &reader);
    struct bs_exact_env env = {.leaf = look_up_fraction, .context = &givens};
    bs_check(L, bs_eval_exact(&value, f, &env, &err), &err);
    if (value.den == 1)
        lua_pushfstring(L, "%I", (LUAI_UACINT)value.num);
    else
        lua_pushfstring(L, "%I/%I", (LUAI_UACINT)value.num, (LUAI_UACINT)value.den);
    return 1;
}

/* ---- overflow -------------------------------------------------------------------------------- */

static int l_point_gc(lua_State *L)
{
    bs_point_finish(luaL_checkudata(L, 1, point_type));
    return 0;
}

static struct bs_point *push_point(lua_State *L)
{
    struct bs_point *point = lua_newuserdatauv(L, sizeof *point, 0);
    *point = (struct bs_point){0};
    luaL_setmetatable(L, point_type);
    return point;
}

/* What is asked for on the way, and whether something was not given. */
struct record {
    const struct givens *givens;
    struct bs_pool *pool;
    struct bs_point *point;
    bool is_missing;
};

static int look_up_and_record(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    struct record *record = context;
    double known;
    int status = look_up(value, (void *)record->givens, leaf, err);
    if (status < 0)
        record->is_missing = true;
    else if (!bs_point_find(&known, record->point, leaf))
        status = bs_point_add(record->point, record->pool, leaf, *value, err);
    return status;
}

/* The names that say how far f counts, or which member is meant, cannot be tried out. */
struct counting {
    lua_State *L;
    bs_expr f;
    const struct givens *givens;
};

static int need_count(void *context, bs_expr leaf)
{
    struct bs_error err;
    const struct counting *counting = context;
    if (bs_has_free(counting->f, leaf) && !need_given(counting->givens, leaf, &err))
        bs_check(counting->L, BS_REFUSED, &err);
    return 0;
}

/* The table of the nodes that were seen is on top of the stack. */
static void need_counts(struct counting *counting, bs_expr part)
{
    const int last = bs_binds_index(part) ? 3 : part->kind == BS_MEMBER ? part->count : 0;
    if (!is_first_node(counting->L, lua_gettop(counting->L), part))
        return;
    for (int i = bs_binds_index(part); i < last; i++)
        bs_visit_leaves(part->args[i], need_count, counting); /* allocates nothing: may raise */
    for (int i = 0; i < part->count; i++)
        need_counts(counting, part->args[i]);
}

/* At what is given; where that is not all, at the first of many points at which something does. */
static int explain_overflow(lua_State *L, struct bs_overflow *out, bs_expr f, struct record *record,
                            struct bs_error *err)
{
    struct bs_env env = {.leaf = look_up_and_record, .context = record};
    int status = bs_explain_overflow(out, record->pool, f, &env, err);
    if (status == BS_REFUSED && record->is_missing) {
        struct bs_point *found = push_point(L);
        status = bs_find_overflow(out, found, record->pool, f, &env, err);
        for (size_t i = 0; i < found->count && status == BS_OK; i++)
            status = bs_point_add(record->point, record->pool, found->items[i].leaf,
                                  found->items[i].value, err);
    }
    return status;
}

BS_FN(l_expr_overflow, "f:overflow{x = number, ...} -> page",
      "The first operand in f that overflows, or underflows and spoils a division or a logarithm, "
      "at these values. Names that have none are tried at many sizes, up to 1e308: "
      "expr \"exp(x)/(1 + exp(x))\":overflow{} finds x = 720.")
{
    static const struct reader reader = {take_number, is_table, "overflow{%.80s = 0.5}"};
    struct bs_overflow overflow;
    struct bs_error err;
    struct bs_page page = bs_session_page(L);
    bs_expr f = bs_check_expr(L, 1);
    struct givens givens = read_givens(L, f, &reader);
    lua_newtable(L);
    need_counts(&(struct counting){L, f, &givens}, f);
    struct record record = {&givens, bs_expr_pool(L), push_point(L), false};
    bs_check(L, explain_overflow(L, &overflow, f, &record, &err), &err);
    bs_view_overflow(bs_push_buf(L), f, &overflow, record.point, &page);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

void bs_add_value_methods(lua_State *L)
{
    static const struct bs_doc *const methods[] = {
        &l_expr_eval_doc,         &l_expr_subs_doc,  &l_expr_names_doc,    &l_expr_interval_doc,
        &l_expr_complex_step_doc, &l_expr_exact_doc, &l_expr_overflow_doc, NULL};
    bs_box_register(L, point_type, l_point_gc);
    bs_doc_register(L, methods);
}
