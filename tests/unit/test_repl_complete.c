#include "unit.h"

#include "lua/doc.h"
#include "lua/state.h"
#include "repl/complete.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static int l_complete(lua_State *L)
{
    int status = luaL_dostring(L, "return {'beta_1', 'beta_2', 'g_1', 'x1.in'}");
    return status == LUA_OK ? 1 : lua_error(L);
}

static int l_lesson_names(lua_State *L)
{
    int status = luaL_dostring(L, "return {'relu-step', 'relu-dead', 'slides'}");
    return status == LUA_OK ? 1 : lua_error(L);
}

BS_FN(l_thing_seek, "thing:seek(name)", "Look for a thing.")
{
    lua_settop(L, 0);
    return 0;
}

BS_FN(l_lesson_open, "lesson_open(name)", "Open a lesson.")
{
    lua_settop(L, 0);
    return 0;
}

static lua_State *open_session(void)
{
    static const struct bs_doc *const methods[] = {&l_thing_seek_doc, NULL};
    static const struct bs_doc *const functions[] = {&l_lesson_open_doc, NULL};
    static const luaL_Reg meta[] = {{"__complete", l_complete}, {NULL, NULL}};
    static const struct bs_type type = {"thing", "A thing.", methods, meta};
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    bs_type_register(L, &type);
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, "thing");
    lua_setglobal(L, "thing");
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_getglobal(L, "lesson_open");
    lua_pushcfunction(L, l_lesson_names);
    bs_doc_set_completer(L);
    lua_settop(L, 0);
    const char *program = "box = {inner = {apple = 1, apricot = print}, pear = 2, ['a b'] = 3} "
                          "loop = setmetatable({}, {__index = function() while true do end end}) "
                          "word = 'text'";
    ck_assert_int_eq(luaL_dostring(L, program), LUA_OK);
    return L;
}

/* The completions, joined by spaces; "-" when finding out failed. */
static const char *completions(lua_State *L, const char *text)
{
    static char joined[2000];
    int used = 0;
    joined[0] = '\0';
    bs_push_completions(L, text, strlen(text));
    ck_assert_int_eq(lua_gettop(L), 1);
    if (!lua_istable(L, 1))
        snprintf(joined, sizeof joined, "-");
    for (lua_Integer i = 1; lua_istable(L, 1) && lua_rawgeti(L, 1, i) == LUA_TSTRING; i++) {
        used += snprintf(joined + used, sizeof joined - (size_t)used, "%s%s", used ? " " : "",
                         lua_tostring(L, -1));
        ck_assert_int_lt(used, (int)sizeof joined);
        lua_pop(L, 1);
    }
    lua_settop(L, 0);
    return joined;
}

START_TEST(last_word_is_completed)
{
    static const struct {
        const char *text, *names;
    } cases[] = {
        {"digi", "digits"},
        {"x = digi", "digits"},
        {"f(1, digi", "digits"},
        {"whi", "while"},
        {"box.", "inner pear"},
        {"box.in", "inner"},
        {"box.inner.ap", "apple apricot"},
        {"box.inner:ap", "apricot"},
        {"x = 2*box.p", "pear"},
        {"box.none.", ""},
        {"none.", ""},
        {"thing.", "beta_1 beta_2 g_1"},
        {"thing.be", "beta_1 beta_2"},
        {"thing:", "seek"},
        {"word:upp", "upper"},
        {"word.", ""},
        {"12.", ""},
        {"f(x).", ""},
        {"'a' .. digi", "digits"},
        {"?digi", "digits"},
        {"thing:seek \"be", "beta_1 beta_2"},
        {"thing:seek(\"x1.", "x1.in"},
        {"thing[\"be", "beta_1 beta_2"},
        {"x = thing['x1.", "x1.in"},
        {"thing:seek(nothing[\"be", ""},
        {"[\"be", ""},
        {"thing:seek{'g_1', 'be", "beta_1 beta_2"},
        {"thing:seek({\"a\\\"b\", \"be", "beta_1 beta_2"},
        {"thing:seek 'g_1' ", "thing word"}, /* out of the string again; see below */
        {"lesson_open 'relu-", "relu-dead relu-step"},
        {"lesson_open('sl", "slides"},
        {"print 'be", ""},
        {"'be", ""},
        {"loop.x.", "-"},
        {"", NULL},
    };
    lua_State *L = open_session();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *names = completions(L, cases[i].text);
        if (cases[i].names && strcmp(cases[i].names, "thing word") == 0)
            ck_assert_msg(strstr(names, "thing") && strstr(names, "word"), "%s", names);
        else if (cases[i].names)
            ck_assert_str_eq(names, cases[i].names);
        else
            ck_assert_msg(strstr(names, "digits") && !strstr(names, "while"), "%s", names);
        ck_assert(!bs_lua_is_stopped(L));
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(strings_are_seen)
{
    static const struct {
        const char *text;
        bool is_in;
        size_t start;
    } cases[] = {
        {"", false, 0},          {"f('a", true, 3},     {"f('a')", false, 0},
        {"f(\"it's", true, 3},   {"f('a\\'b", true, 3}, {"'a' .. \"b", true, 8},
        {"'a\\\\' x", false, 0}, {"f('", true, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t start = 0;
        bool is_in = bs_is_in_string(cases[i].text, strlen(cases[i].text), &start);
        ck_assert_msg(is_in == cases[i].is_in, "%s", cases[i].text);
        if (is_in)
            ck_assert_uint_eq(start, cases[i].start);
    }
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("complete", (const TTest *const[]){
                                       last_word_is_completed,
                                       strings_are_seen,
                                       NULL,
                                   });
}
