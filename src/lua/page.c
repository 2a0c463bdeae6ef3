/* Texts of several lines that the prompt shows as they are, not as quoted strings. */
#include "lua/types.h"

#include "lua/doc.h"
#include "lua/state.h"

static const char page_type[] = "page";

/* The object is empty; its text is its user value. */
void bs_push_page(lua_State *L)
{
    lua_newuserdatauv(L, 0, 1);
    lua_insert(L, -2); // page, text
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, page_type);
}

struct bs_page bs_session_page(lua_State *L)
{
    const struct bs_session *session = bs_session(L);
    return (struct bs_page){.form = BS_UNICODE,
                            .digits = session->digits,
                            .most_terms = 8,
                            .columns = session->columns,
                            .lang = session->lang};
}

static int l_page_tostring(lua_State *L)
{
    luaL_checkudata(L, 1, page_type);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/* Text and pages may be joined by `..`. */
static int l_page_concat(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

BS_FN(l_page_text, "page:text() -> string", "The page as a string.")
{
    return l_page_tostring(L);
}

void bs_open_page(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_page_text_doc, NULL};
    static const luaL_Reg meta[] = {
        {"__tostring", l_page_tostring}, {"__concat", l_page_concat}, {NULL, NULL}};
    static const struct bs_type type = {
        page_type, "Text of several lines, as t:show() gives it. tostring(page) is a string.",
        methods, meta};
    bs_type_register(L, &type);
}
