/* Derivations in general indices: definitions for any i, h and j, and the derivatives of the last.
 */
#include "lua/types.h"

#include "base/mem.h"
#include "expr/bound.h"
#include "expr/index.h"
#include "expr/system.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <string.h>

static const char derivation_type[] = "derivation";

/* A name that stands for sign·∂E/∂q. */
struct called {
    bs_expr name, q;
    int sign;
    size_t definition; /* that of q */
};

/*
 * Everything is in a pool of its own: what is given comes in, and what is asked for goes out, as a
 * copy.  The arrays are the system's words for what it was told, in order.
 */
struct derivation {
    struct bs_pool *pool;
    struct bs_system *system;
    struct called *called;
    bs_expr *by; /* what is asked for, without what has a name */
    size_t definition_count, called_count, most_called, by_count, most_by;
    struct bs_general *generals; /* of the called, the nearest to E first, then of `by` */
    struct bs_update *updates;   /* of each of these; q NULL: none */
    size_t general_count, most_generals, most_updates;
    bs_expr rate; /* of the updates that belong to the page; or NULL */
};

static int l_derivation_gc(lua_State *L)
{
    struct derivation *derivation = luaL_checkudata(L, 1, derivation_type);
    bs_system_destroy(derivation->system);
    bs_free(derivation->called);
    bs_free(derivation->by);
    bs_free(derivation->generals);
    bs_free(derivation->updates);
    bs_pool_destroy(derivation->pool);
    *derivation = (struct derivation){0};
    return 0;
}

static struct derivation *push_derivation(lua_State *L)
{
    bs_box_weigh(L);
    struct derivation *derivation = lua_newuserdatauv(L, sizeof *derivation, 0);
    *derivation = (struct derivation){0};
    luaL_setmetatable(L, derivation_type);
    derivation->pool = bs_pool_create();
    derivation->system = derivation->pool ? bs_system_create(derivation->pool) : NULL;
    if (!derivation->system)
        bs_memory_error(L);
    return derivation;
}

static struct derivation *check_derivation(lua_State *L)
{
    struct derivation *derivation = luaL_checkudata(L, 1, derivation_type);
    if (!derivation->system)
        luaL_error(L, "the derivation is gone");
    return derivation;
}

/* NULL is refused with the reason that the pool has. */
static bs_expr made(lua_State *L, struct derivation *derivation, bs_expr expr)
{
    struct bs_error err;
    if (!expr)
        bs_check(L, bs_pool_error(derivation->pool, &err), &err);
    return expr;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void make_room(lua_State *L, void *items, size_t *most, size_t needed, size_t size)
{
    if (!bs_grow(items, most, needed, size))
        bs_memory_error(L);
}

/* A formula, a number or an expression, in the pool of the derivation. */
static bs_expr read_expr(lua_State *L, struct derivation *derivation, int index, const char *what)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *text = bs_arg_string(L, index, what);
        return bs_parse_part(L, derivation->pool, text, 0, strlen(text));
    }
    return made(L, derivation, bs_import(derivation->pool, bs_arg_expr(L, index, what)));
}

static void take_definition(lua_State *L, struct derivation *derivation, int index,
                            const char *what)
{
    struct bs_error err;
    struct bs_naming read;
    bs_arg_equation(L, index, what, derivation->pool, &read.name, &read.formula);
    bs_check(L, bs_system_define(derivation->system, read.name, read.formula, &err), &err);
    derivation->definition_count++;
}

/* E, of which everything is a derivative. */
static bs_expr loss_of(const struct derivation *derivation)
{
    return bs_system_name(derivation->system, derivation->definition_count - 1);
}

/* "dE/dbeta_j" as people type it: NULL where the text is nothing of the kind. */
static bs_expr parse_typed_partial(lua_State *L, struct derivation *derivation, const char *text)
{
    const size_t start = strspn(text, " -");
    const char *slash = strstr(text, "/d");
    if (text[start] != 'd' || !slash)
        return NULL;
    const size_t middle = (size_t)(slash - text);
    bs_expr of = bs_parse_part(L, derivation->pool, text, start + 1, middle - start - 1);
    bs_expr by = bs_parse_part(L, derivation->pool, text, middle + 2, strlen(slash + 2));
    bs_expr partial = made(L, derivation, bs_partial(derivation->pool, of, by));
    return strchr(text, '-') ? bs_neg(derivation->pool, partial) : partial;
}

/* −∂E/∂q as its sign and ∂E/∂q; 0 where it is none. */
static int take_sign(bs_expr *partial, bs_expr expr)
{
    const bool is_negative =
        expr->kind == BS_PRODUCT && expr->count == 2 && bs_is_integer(expr->args[0], -1);
    *partial = is_negative ? expr->args[1] : expr;
    return (*partial)->kind != BS_PARTIAL ? 0 : is_negative ? -1 : 1;
}

/* The definition that q is of; definition_count where it is of none. */
static size_t definition_of(struct derivation *derivation, bs_expr q)
{
    size_t i = 0;
    for (; i < derivation->definition_count; i++) {
        bs_expr name = bs_system_name(derivation->system, i);
        if (name->kind == q->kind && name->count == q->count &&
            strcmp(name->u.name, q->u.name) == 0)
            break;
    }
    return i;
}

static bool is_quantity(bs_expr expr)
{
    return expr->kind == BS_SYMBOL || expr->kind == BS_MEMBER;
}

/* The derivative that the value at `index` says, of the last definition. */
static struct called read_called(lua_State *L, struct derivation *derivation, int index,
                                 const char *name)
{
    bs_expr partial, value = read_expr(L, derivation, index, name);
    int sign = take_sign(&partial, value);
    if (sign == 0 && lua_type(L, index) == LUA_TSTRING) {
        bs_expr typed = parse_typed_partial(L, derivation, lua_tostring(L, index));
        sign = typed ? take_sign(&partial, typed) : 0;
    }
    if (sign == 0)
        luaL_error(L, "%s must name a derivative, as in \"-dE/dbeta_j\", got %s", name,
                   bs_describe(L, index));
    if (partial->args[0] != loss_of(derivation))
        luaL_error(L, "%s must name a derivative of %s, the last definition, got %s", name,
                   loss_of(derivation)->u.name, bs_describe(L, index));
    bs_expr q = made(L, derivation, bs_system_quantity(derivation->system, partial->args[1]));
    return (struct called){NULL, q, sign, definition_of(derivation, q)};
}

static void take_called(lua_State *L, struct derivation *derivation, const char *name, int index)
{
    struct bs_error err;
    struct called called = read_called(L, derivation, index, name);
    called.name = bs_parse_part(L, derivation->pool, name, 0, strlen(name));
    for (size_t i = 0; i < derivation->called_count; i++)
        if (derivation->called[i].definition == called.definition)
            luaL_error(L, "%s is for a derivative that has another name", name);
    make_room(L, &derivation->called, &derivation->most_called, derivation->called_count + 1,
              sizeof *derivation->called);
    bs_check(L, bs_system_call(derivation->system, called.name, called.sign, called.q, &err), &err);
    called.name = made(L, derivation, bs_as_defined(derivation->pool, called.name, called.q));
    /* the nearest to E first */
    size_t i = derivation->called_count++;
    for (; i > 0 && derivation->called[i - 1].definition < called.definition; i--)
        derivation->called[i] = derivation->called[i - 1];
    derivation->called[i] = called;
}

static void take_range(lua_State *L, struct derivation *derivation, const char *name, int index)
{
    struct bs_error err;
    bs_expr letter = bs_parse_part(L, derivation->pool, name, 0, strlen(name));
    if (letter->kind != BS_SYMBOL || strlen(letter->u.name) != 1)
        luaL_error(L, "ranges: an index is one small letter, got \"%s\"", name);
    bs_arg_list(L, index, name, 2, "bound");
    lua_geti(L, index, 1); // from
    lua_geti(L, index, 2); // from, to
    bs_expr from = read_expr(L, derivation, -2, "the lower bound of an index");
    bs_expr to = read_expr(L, derivation, -1, "the upper bound of an index");
    bs_check(L, bs_system_range(derivation->system, letter, from, to, &err), &err);
    lua_pop(L, 2);
}

static void take_assumption(lua_State *L, struct derivation *derivation, int index,
                            const char *what)
{
    struct bs_error err;
    struct bs_naming read;
    bs_arg_equation(L, index, what, derivation->pool, &read.name, &read.formula);
    bs_check(L, bs_system_assume(derivation->system, read.name, read.formula, &err), &err);
}

static bool has_name(const struct derivation *derivation, bs_expr q)
{
    for (size_t i = 0; i < derivation->called_count; i++)
        if (derivation->called[i].q == q)
            return true;
    return false;
}

static void take_by(lua_State *L, struct derivation *derivation, int index, const char *what)
{
    bs_expr q = read_expr(L, derivation, index, what);
    q = made(L, derivation, bs_system_quantity(derivation->system, q));
    if (!is_quantity(q))
        luaL_error(L, "%s must be a name, as \"w_hj\", got %s", what, bs_describe(L, index));
    if (has_name(derivation, q))
        return;
    make_room(L, &derivation->by, &derivation->most_by, derivation->by_count + 1,
              sizeof *derivation->by);
    derivation->by[derivation->by_count++] = q;
}

/* ---- the table of derive --------------------------------------------------------------------- */

typedef void take_item(lua_State *L, struct derivation *derivation, int index, const char *what);
typedef void take_named(lua_State *L, struct derivation *derivation, const char *name, int index);

enum { MOST_ITEMS = 200 };

/* Each of the list at `index`, which is called `what` in messages. */
static void take_list(lua_State *L, struct derivation *derivation, int index, const char *what,
                      take_item *take)
{
    const lua_Integer count = luaL_len(L, index);
    if (count > MOST_ITEMS)
        luaL_error(L, "derive: at most %d of %s, got %I", MOST_ITEMS, what, count);
    for (lua_Integer i = 1; i <= count; i++) {
        const char *item = lua_pushfstring(L, "%s %d", what, (int)i); // item
        lua_geti(L, index, i);                                        // item, value
        take(L, derivation, lua_gettop(L), item);
        lua_pop(L, 2);
    }
}

/* A list, or one thing alone. */
static void take_field_list(lua_State *L, struct derivation *derivation, const char *field,
                            const char *what, take_item *take)
{
    if (lua_getfield(L, 1, field) == LUA_TTABLE)
        take_list(L, derivation, lua_gettop(L), what, take);
    else if (!lua_isnil(L, -1))
        take(L, derivation, lua_gettop(L), field);
    lua_pop(L, 1);
}

/* Push an array of the names that the table at `index` has for keys, sorted. */
static void push_names(lua_State *L, int index, const char *field)
{
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) { // names, key, value
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "derive: what is in %s has a name, got %s", field, bs_describe(L, -2));
        lua_pushvalue(L, -2);
        lua_rawseti(L, -4, (lua_Integer)lua_rawlen(L, -4) + 1);
    }
    bs_sort(L, -1, NULL);
}

/* In the order of the names, so that what is said of several mistakes is always the same. */
static void take_field_names(lua_State *L, struct derivation *derivation, const char *field,
                             take_named *take)
{
    if (lua_getfield(L, 1, field) != LUA_TNIL) {
        bs_arg_table(L, -1, field);
        push_names(L, lua_gettop(L), field); // table, names
        for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
            lua_pushvalue(L, -1);
            lua_rawget(L, -4); // table, names, name, value
            take(L, derivation, lua_tostring(L, -2), lua_gettop(L));
            lua_pop(L, 2);
        }
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
}

static void take_rate(lua_State *L, struct derivation *derivation)
{
    if (lua_getfield(L, 1, "rate") != LUA_TNIL)
        derivation->rate = read_expr(L, derivation, -1, "the rate");
    lua_pop(L, 1);
}

static bool is_given(struct derivation *derivation, bs_expr q)
{
    return definition_of(derivation, q) == derivation->definition_count;
}

static bs_expr closed_form(const struct bs_general *general)
{
    return general->lines[general->count - 1].expr;
}

/* Δq = −rate·∂E/∂q, with the names for what has one. */
static struct bs_update make_update(lua_State *L, struct derivation *derivation, bs_expr q,
                                    const struct bs_general *general, bs_expr rate)
{
    struct bs_pool *pool = derivation->pool;
    bs_expr named = bs_neg(pool, bs_mul(pool, rate, general->name));
    bs_expr change = bs_neg(pool, bs_mul(pool, rate, closed_form(general)));
    bs_expr closed = bs_system_fold(derivation->system, change);
    return (struct bs_update){q, made(L, derivation, named), made(L, derivation, closed)};
}

static void derive_one(lua_State *L, struct bs_general *general, struct derivation *derivation,
                       bs_expr q)
{
    struct bs_error err;
    bs_check(L, bs_system_derive(general, derivation->system, q, &err), &err);
}

static void refuse_constant(lua_State *L, struct derivation *derivation, bs_expr q)
{
    bs_push_expr(L, bs_import(bs_expr_pool(L), loss_of(derivation)));
    bs_push_expr(L, bs_import(bs_expr_pool(L), q));
    const char *loss = luaL_tolstring(L, -2, NULL); // loss, q, text
    luaL_error(L, "%s does not depend on %s", loss, luaL_tolstring(L, -2, NULL));
}

static void add_general(lua_State *L, struct derivation *derivation, bs_expr q)
{
    const size_t i = derivation->general_count;
    make_room(L, &derivation->generals, &derivation->most_generals, i + 1,
              sizeof *derivation->generals);
    make_room(L, &derivation->updates, &derivation->most_updates, i + 1,
              sizeof *derivation->updates);
    derive_one(L, &derivation->generals[i], derivation, q);
    if (bs_is_integer(closed_form(&derivation->generals[i]), 0))
        refuse_constant(L, derivation, q);
    derivation->updates[i] = (struct bs_update){NULL, NULL, NULL};
    if (derivation->rate && is_given(derivation, q))
        derivation->updates[i] =
            make_update(L, derivation, q, &derivation->generals[i], derivation->rate);
    derivation->general_count++;
}

static void derive_all(lua_State *L, struct derivation *derivation)
{
    for (size_t i = 0; i < derivation->called_count; i++)
        add_general(L, derivation, derivation->called[i].q);
    for (size_t i = 0; i < derivation->by_count; i++)
        add_general(L, derivation, derivation->by[i]);
    if (derivation->general_count == 0)
        luaL_error(L, "derive: say by what, as in by = {\"w_hj\"}");
}

BS_FN(l_derive, "derive{definition, ..., by = {name, ...}} -> derivation",
      "Derivatives for any i, h and j, rule by rule: derive{\"beta_j = sum(h, 1, q, w_hj*b_h)\", "
      "\"E = sum(j, 1, l, (beta_j - y_j)^2)/2\", by = {\"w_hj\"}, names = {g_j = "
      "\"-dE/dbeta_j\"}}. Each definition may use those before it; derivatives are of the last, by "
      "the names in by. Besides there may be: names, which derivatives are called by and written "
      "with; ranges, how far an index counts that no sum counts with, {k = {1, \"D\"}}; assume, "
      "equations to put in, {\"sum(i, 1, n, d_i) = 1\"}; rate, \"eta\", for the updates of what is "
      "given.")
{
    static const char *const options[] = {"by", "names", "ranges", "assume", "rate", NULL};
    bs_arg_table(L, 1, "derive's argument");
    bs_arg_fields(L, 1, "derive", options);
    lua_settop(L, 1);
    struct derivation *derivation = push_derivation(L);
    take_list(L, derivation, 1, "definition", take_definition);
    if (derivation->definition_count == 0)
        luaL_error(L, "derive: there is no definition, as \"E = (w*x - y)^2/2\"");
    take_field_names(L, derivation, "ranges", take_range);
    take_field_names(L, derivation, "names", take_called);
    take_field_list(L, derivation, "assume", "assumption", take_assumption);
    take_field_list(L, derivation, "by", "by: item", take_by);
    take_rate(L, derivation);
    derive_all(L, derivation);
    return 1;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void push_text(lua_State *L, enum bs_form form)
{
    const struct derivation *derivation = check_derivation(L);
    struct bs_page page = bs_session_page(L);
    page.form = form;
    bs_view_general(bs_push_buf(L), derivation->general_count, derivation->generals,
                    derivation->updates, &page);
    bs_pop_text(L);
}

static int l_derivation_tostring(lua_State *L)
{
    push_text(L, BS_UNICODE);
    return 1;
}

BS_FN(l_derivation_text, "d:text() -> page", "Every derivative with its lines and rules.")
{
    push_text(L, BS_UNICODE);
    bs_push_page(L);
    return 1;
}

BS_FN(l_derivation_latex, "d:latex() -> string",
      "The page in LaTeX, an align* environment of amsmath for each derivative.")
{
    push_text(L, BS_LATEX);
    return 1;
}

BS_FN(l_derivation_mathml, "d:mathml() -> string",
      "The page for HTML, a math element for each derivative.")
{
    push_text(L, BS_MATHML);
    return 1;
}

/* ---- what can be asked ----------------------------------------------------------------------- */

static bs_expr arg_quantity(lua_State *L, struct derivation *derivation)
{
    bs_expr q = read_expr(L, derivation, 2, "the name");
    q = made(L, derivation, bs_system_quantity(derivation->system, q));
    if (!is_quantity(q))
        luaL_error(L, "the name must be that of a quantity, as \"w_hj\", got %s",
                   bs_describe(L, 2));
    return q;
}

static int push_copy(lua_State *L, struct derivation *derivation, bs_expr expr)
{
    return bs_push_expr(L, bs_import(bs_expr_pool(L), made(L, derivation, expr)));
}

/* The derivative that the name stands for; NULL where it is no name of one. */
static const struct called *find_called(const struct derivation *derivation, bs_expr name)
{
    for (size_t i = 0; i < derivation->called_count; i++)
        if (derivation->called[i].name == name)
            return &derivation->called[i];
    return NULL;
}

static int sign_of(const struct derivation *derivation, size_t definition)
{
    for (size_t i = 0; i < derivation->called_count; i++)
        if (derivation->called[i].definition == definition)
            return derivation->called[i].sign;
    return 1;
}

BS_FN(l_derivation_closed, "d:closed(name) -> expression",
      "The closed form of the derivative by that name, d:closed \"w_hj\"; or of what a derivative "
      "is called, d:closed \"g_j\".")
{
    struct bs_general general;
    struct derivation *derivation = check_derivation(L);
    bs_expr q = arg_quantity(L, derivation);
    const struct called *called = find_called(derivation, q);
    derive_one(L, &general, derivation, called ? called->q : q);
    bs_expr closed = closed_form(&general);
    if (!called && sign_of(derivation, definition_of(derivation, q)) < 0)
        closed = bs_simplify(derivation->pool, bs_neg(derivation->pool, closed));
    return push_copy(L, derivation, closed);
}

BS_FN(l_derivation_update, "d:update(name, [rate]) -> expression",
      "How gradient descent changes what is given: d:update(\"w_hj\", \"eta\") is −η·∂E/∂w_hj, "
      "written with the names of derivatives.")
{
    struct bs_general general;
    struct derivation *derivation = check_derivation(L);
    bs_expr q = arg_quantity(L, derivation), rate = derivation->rate;
    if (!lua_isnoneornil(L, 3))
        rate = read_expr(L, derivation, 3, "the rate");
    else if (!rate)
        return luaL_error(L, "the rate is missing: d:update(\"w_hj\", \"eta\")");
    if (!is_given(derivation, q))
        return luaL_error(L, "%s is worked out from others: what is given is updated",
                          bs_describe(L, 2));
    derive_one(L, &general, derivation, q);
    return push_copy(L, derivation, make_update(L, derivation, q, &general, rate).closed);
}

BS_FN(l_derivation_count, "d:count{name, ...} -> expression",
      "How many numbers these are, by the ranges of their indices: d:count{\"w_hj\", "
      "\"theta_j\"} is q·l + l.")
{
    struct derivation *derivation = check_derivation(L);
    bs_arg_table(L, 2, "the names");
    const lua_Integer count = luaL_len(L, 2);
    bs_expr sum = NULL;
    for (lua_Integer i = 1; i <= count; i++) {
        const char *what = lua_pushfstring(L, "name %I", (LUAI_UACINT)i);
        lua_geti(L, 2, i); // what, name
        bs_expr q = read_expr(L, derivation, -1, what);
        q = made(L, derivation, bs_system_quantity(derivation->system, q));
        bs_expr members = bs_system_count(derivation->system, q);
        sum = made(L, derivation, sum ? bs_add(derivation->pool, sum, members) : members);
        lua_pop(L, 2);
    }
    return push_copy(L, derivation, sum ? sum : bs_integer(derivation->pool, 0));
}

BS_FN(l_derivation_bound, "d:bound(name) -> page",
      "How large the slopes in the derivative by that name can be, where it has a product of them "
      "over an index: at most ¼ for each sigmoid, while its output is from 0 to 1. The other "
      "factors, weights among them, stand beside it.")
{
    struct bs_error err;
    struct bs_bound bound;
    struct bs_general general;
    struct derivation *derivation = check_derivation(L);
    bs_expr q = arg_quantity(L, derivation);
    derive_one(L, &general, derivation, q);
    bs_check(L, bs_bound_slopes(&bound, derivation->pool, closed_form(&general), &err), &err);
    struct bs_page page = bs_session_page(L);
    bs_view_bound(bs_push_buf(L), &bound, &page);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

/* One definition that mentions q; false when there is none after the first k. */
static bool add_local(lua_State *L, struct bs_buf *buf, struct derivation *derivation, bs_expr q,
                      size_t k)
{
    struct bs_error err;
    struct bs_naming definition;
    struct bs_page page = bs_session_page(L);
    struct bs_steps *steps = bs_push_steps(L);
    int status = bs_system_local(&definition, steps, derivation->system, q, k, &err);
    if (status == BS_REFUSED && k > 0)
        return false;
    bs_check(L, status, &err);
    bs_expr slope = made(L, derivation, bs_diff(derivation->pool, definition.formula, q, NULL));
    bs_buf_put(buf, k > 0 ? "\n\n" : "");
    bs_view_local(buf, &definition, q, slope, steps, &page);
    lua_pop(L, 1);
    return true;
}

BS_FN(l_derivation_steps, "d:steps(name) -> page",
      "The rules behind the slope, by that name, of each definition that mentions it.")
{
    struct derivation *derivation = check_derivation(L);
    bs_expr q = arg_quantity(L, derivation);
    struct bs_buf *buf = bs_push_buf(L);
    const int top = lua_gettop(L);
    for (size_t k = 0; add_local(L, buf, derivation, q, k);)
        k++;
    lua_settop(L, top);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

void bs_open_derive(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_derive_doc, NULL};
    static const struct bs_doc *const methods[] = {
        &l_derivation_closed_doc, &l_derivation_update_doc, &l_derivation_count_doc,
        &l_derivation_steps_doc,  &l_derivation_text_doc,   &l_derivation_latex_doc,
        &l_derivation_mathml_doc, &l_derivation_bound_doc,  NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_derivation_tostring},
                                    {"__gc", l_derivation_gc},
                                    {"__close", l_derivation_gc},
                                    {NULL, NULL}};
    static const struct bs_type type = {
        derivation_type, "Derivatives in general indices, from derive{...}.", methods, meta};
    bs_type_register(L, &type);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
