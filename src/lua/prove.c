/* Identities, proved or refuted; and functions and derivatives, explained. */
#include "lua/types.h"

#include "base/nearest.h"
#include "expr/func.h"
#include "expr/prove.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"

#include <stdio.h>
#include <string.h>

static const char proof_type[] = "proof", explanation_type[] = "explanation";

/* User value 1 is the pool that the expressions are in, 2 the table of its fields. */
struct proof {
    bs_expr left, right;
    struct bs_proof proof;
};

static int l_proof_gc(lua_State *L)
{
    struct proof *proof = luaL_checkudata(L, 1, proof_type);
    bs_proof_finish(&proof->proof);
    return 0;
}

/* ---- prove ----------------------------------------------------------------------------------- */

static const char *const verdicts[] = {
    [BS_PROVED] = "proved", [BS_REFUTED] = "refuted", [BS_UNDECIDED] = "not decided"};

static void set_number(lua_State *L, const char *name, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/* Of the proof on top of the stack. */
static void set_fields(lua_State *L, const struct bs_proof *proof)
{
    lua_newtable(L); // proof, fields
    lua_pushstring(L, verdicts[proof->verdict]);
    lua_setfield(L, -2, "verdict");
    lua_pushinteger(L, proof->tried);
    lua_setfield(L, -2, "tried");
    if (proof->verdict == BS_REFUTED) {
        set_number(L, "left", proof->left);
        set_number(L, "right", proof->right);
        lua_newtable(L); // proof, fields, point
        for (size_t i = 0; i < proof->point.count; i++)
            set_number(L, proof->point.items[i].leaf->u.name, proof->point.items[i].value);
        lua_setfield(L, -2, "point");
    }
    lua_setiuservalue(L, -2, 2); // proof
}

/* "left = right" as a string, or the two sides. */
static void read_sides(lua_State *L, struct proof *proof)
{
    if (lua_isnoneornil(L, 2)) {
        bs_arg_equation(L, 1, "the identity", bs_expr_pool(L), &proof->left, &proof->right);
        return;
    }
    proof->left = bs_arg_expr(L, 1, "the left side");
    proof->right = bs_arg_expr(L, 2, "the right side");
}

BS_FN(
    l_prove, "prove(left, [right]) -> proof",
    "Is left = right, whatever the symbols are? Its verdict is \"proved\", with the steps of a "
    "proof; \"refuted\", with a point where the two differ; or \"not decided\". Both sides may be "
    "in one string: prove \"1 - sigmoid(x) = sigmoid(-x)\".")
{
    struct bs_error err;
    lua_settop(L, 2);
    struct proof *proof = lua_newuserdatauv(L, sizeof *proof, 2);
    *proof = (struct proof){.left = NULL};
    luaL_setmetatable(L, proof_type);
    read_sides(L, proof);
    bs_keep_pool(L, 3);
    bs_check(L, bs_prove(&proof->proof, bs_expr_pool(L), proof->left, proof->right, &err), &err);
    set_fields(L, &proof->proof);
    return 1;
}

static void push_proof_text(lua_State *L, enum bs_form form)
{
    const struct proof *proof = luaL_checkudata(L, 1, proof_type);
    struct bs_page page = bs_session_page(L);
    page.form = form;
    bs_check_pool(L, 1);
    bs_view_proof(bs_push_buf(L), proof->left, proof->right, &proof->proof, &page);
    bs_pop_text(L);
}

static int l_proof_tostring(lua_State *L)
{
    push_proof_text(L, BS_UNICODE);
    return 1;
}

BS_FN(l_proof_text, "p:text() -> page", "The verdict, and the proof or the point that refutes it.")
{
    push_proof_text(L, BS_UNICODE);
    bs_push_page(L);
    return 1;
}

BS_FN(l_proof_latex, "p:latex() -> string", "The page in LaTeX, as align* environments.")
{
    push_proof_text(L, BS_LATEX);
    return 1;
}

BS_FN(l_proof_mathml, "p:mathml() -> string", "The page for HTML, as math elements.")
{
    push_proof_text(L, BS_MATHML);
    return 1;
}

/* Fields first; upvalue 1 has the methods. */
static int l_proof_index(lua_State *L)
{
    luaL_checkudata(L, 1, proof_type);
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, 2); // proof, key, fields
    lua_pushvalue(L, 2);
    if (lua_istable(L, 3) && lua_rawget(L, 3) != LUA_TNIL)
        return 1;
    lua_settop(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    return 1;
}

static int l_proof_complete(lua_State *L)
{
    static const char *const fields[] = {"left", "point", "right", "tried", "verdict"};
    lua_newtable(L);
    for (int i = 0; i < (int)(sizeof fields / sizeof *fields); i++) {
        lua_pushstring(L, fields[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* ---- explain --------------------------------------------------------------------------------- */

static int l_explanation_gc(lua_State *L)
{
    struct bs_explanation *explanation = luaL_checkudata(L, 1, explanation_type);
    bs_steps_finish(&explanation->steps);
    bs_proof_finish(&explanation->proof);
    return 0;
}

static struct bs_explanation *push_explanation(lua_State *L)
{
    struct bs_explanation *explanation = lua_newuserdatauv(L, sizeof *explanation, 0);
    *explanation = (struct bs_explanation){.call = NULL};
    luaL_setmetatable(L, explanation_type);
    return explanation;
}

enum { MANY_ARGUMENTS = 2 }; /* of a function of any number of them */

/* f(x), or f_1(x_1, x_2). */
static bs_expr usual_call(struct bs_pool *pool, const struct bs_func *func)
{
    bs_expr args[1 + BS_MOST_PARAMETERS];
    const bool is_any = func->arity == BS_ANY_ARITY;
    const int count = is_any ? MANY_ARGUMENTS : func->arity;
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "x_%d", i + 1);
        args[i] = bs_symbol(pool, is_any ? name : bs_func_argument(func, i));
    }
    return bs_call(pool, func, func->is_indexed, count, args);
}

/* The slope by argument k, from the formula and as the row has it. */
static void explain_argument(lua_State *L, struct bs_explanation *out, bs_expr call, int k)
{
    struct bs_error err;
    struct bs_pool *pool = bs_expr_pool(L);
    bs_expr formula = bs_func_expand(pool, call);
    out->call = call;
    out->x = call->args[k];
    out->rule = bs_func_rule(call->u.call.func, call->count, k);
    out->stated = bs_simplify(pool, bs_func_partial(pool, call, k));
    bs_refuse_null(L, out->stated);
    bs_refuse_null(L, formula);
    if (formula == call)
        return;
    out->formula = formula;
    out->slope = bs_diff(pool, formula, out->x, &out->steps);
    bs_refuse_null(L, out->slope);
    if (out->steps.failed)
        bs_memory_error(L);
    if (out->slope != out->stated)
        bs_check(L, bs_prove(&out->proof, pool, out->slope, out->stated, &err), &err);
}

static int explain_call(lua_State *L, bs_expr call)
{
    struct bs_page page = bs_session_page(L);
    struct bs_buf *buf = bs_push_buf(L);
    for (int k = 0; k < call->count; k++) {
        struct bs_explanation *explanation = push_explanation(L); // buf, explanation
        explain_argument(L, explanation, call, k);
        bs_buf_put(buf, k > 0 ? "\n\n" : "");
        bs_view_explanation(buf, explanation, &page);
        lua_pop(L, 1);
    }
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

/* Of different names, so that each can be derived by: leaky_relu(x, a). */
static bool is_general_call(bs_expr expr)
{
    bool is_general = expr->kind == BS_CALL;
    for (int i = 0; is_general && i < expr->count; i++) {
        is_general = expr->args[i]->kind == BS_SYMBOL;
        for (int k = 0; k < i; k++)
            is_general = is_general && expr->args[k] != expr->args[i];
    }
    return is_general;
}

static int refuse_function(lua_State *L, const char *name)
{
    char hint[96];
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, name);
    for (const struct bs_func *func = bs_func_next(NULL); func; func = bs_func_next(func))
        bs_nearest_offer(&nearest, func->name);
    return luaL_error(L, "there is no function \"%s\"%s", name, bs_nearest_hint(&nearest, hint));
}

/* The name of a function alone, else a call of one. */
static bs_expr arg_call(lua_State *L)
{
    const char *name = lua_type(L, 1) == LUA_TSTRING ? bs_arg_string(L, 1, "the function") : "";
    const struct bs_func *func = bs_func_find(name);
    bs_expr call = func ? usual_call(bs_expr_pool(L), func) : bs_arg_expr(L, 1, "the function");
    bs_refuse_null(L, call);
    if (call->kind == BS_SYMBOL)
        refuse_function(L, call->u.name);
    if (!is_general_call(call))
        luaL_error(L, "say by what it is derived, as in explain(\"x^2\", \"x\")");
    return call;
}

BS_FN(l_explain, "explain(f, [x]) -> page",
      "The derivation of ∂f/∂x, a rule a line: explain(\"sigmoid(w*x)\", \"w\"). Of a function, "
      "explain \"sigmoid\" or explain \"leaky_relu(x, a)\": its formula, the slope derived from "
      "that, and that this is the slope which the program uses.")
{
    if (!lua_isnoneornil(L, 2))
        return bs_push_slope_page(L, bs_arg_expr(L, 1, "the formula"));
    return explain_call(L, arg_call(L));
}

void bs_open_prove(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_prove_doc, &l_explain_doc, NULL};
    static const struct bs_doc *const methods[] = {&l_proof_text_doc, &l_proof_latex_doc,
                                                   &l_proof_mathml_doc, NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_proof_tostring}, {"__index", l_proof_index},
                                    {"__complete", l_proof_complete}, {"__gc", l_proof_gc},
                                    {"__close", l_proof_gc},          {NULL, NULL}};
    static const struct bs_type type = {
        proof_type,
        "What prove(left, right) found. Fields: verdict, tried; where it is refuted point, left, "
        "right.",
        methods, meta};
    bs_type_register(L, &type);
    bs_box_register(L, explanation_type, l_explanation_gc);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
