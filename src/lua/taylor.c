/* How an expression changes by small steps. */
#include "lua/types.h"

#include "expr/taylor.h"
#include "lua/args.h"
#include "lua/doc.h"

enum { MOST_STEPS = 50 };

static bs_expr part(lua_State *L, int index, const char *what)
{
    lua_geti(L, lua_gettop(L), index); // step, part
    bs_expr expr = lua_isnil(L, -1) ? NULL : bs_arg_expr(L, lua_gettop(L), what);
    lua_pop(L, 1);
    return expr;
}

/* Of {variable, step} or {variable, step, from, to}, on top of the stack. */
static struct bs_displacement read_step(lua_State *L)
{
    bs_arg_table(L, lua_gettop(L), "a step");
    struct bs_displacement out = {part(L, 1, "the variable"), part(L, 2, "the step"),
                                  part(L, 3, "the first index"), part(L, 4, "the last index")};
    if (!out.variable || !out.step)
        luaL_error(L, "a step has a variable and how far it goes, as {\"x\", \"dx\"}");
    bool is_member = out.variable->kind == BS_MEMBER && out.variable->count == 1 &&
                     out.variable->args[0]->kind == BS_SYMBOL;
    if (!is_member && out.variable->kind != BS_SYMBOL)
        luaL_error(L, "the variable of a step must be a symbol or a member such as x_i");
    if (is_member != (out.from && out.to))
        luaL_error(L, is_member ? "say how far the index counts, as {\"x_i\", \"dx_i\", 1, \"n\"}"
                                : "only the step of a member such as x_i has bounds");
    return out;
}

BS_FN(
    l_expr_taylor, "f:taylor(steps, [order]) -> expression",
    "How f changes by small steps, to first order or, with order 2, to second (Taylor's formula): "
    "expr \"x^2*y\":taylor{{\"x\", \"dx\"}, {\"y\", \"dy\"}}. The step of an array has the bounds "
    "of its index, {\"x_i\", \"dx_i\", 1, \"n\"}. Where f is a name alone it is any function, "
    "and its derivatives are only named: expr \"f\":taylor{{\"x_i\", \"-eta*∂f/∂x_i\", 1, "
    "\"n\"}} is −η·Σ_i=1..n (∂f/∂x_i)².")
{
    bs_arg_table(L, 2, "the steps");
    const int order = lua_isnoneornil(L, 3) ? 1 : (int)bs_arg_integer(L, 3, "the order", 1, 2);
    const lua_Integer count = luaL_len(L, 2);
    if (count < 1 || count > MOST_STEPS)
        luaL_error(L, "the steps must be a list of 1 to %d, got %I", MOST_STEPS,
                   (LUAI_UACINT)count);
    struct bs_displacement *steps = lua_newuserdatauv(L, (size_t)count * sizeof *steps, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, 2, i + 1); // steps, step
        steps[i] = read_step(L);
        lua_pop(L, 1);
    }
    bs_expr f = bs_check_expr(L, 1);
    return bs_push_expr(L, bs_taylor(bs_expr_pool(L), f, steps, (size_t)count, order));
}

void bs_add_taylor_method(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_expr_taylor_doc, NULL};
    bs_doc_register(L, methods);
}
