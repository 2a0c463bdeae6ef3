#include "unit.h"

#include "base/interrupt.h"
#include "lua/doc.h"
#include "lua/help.h"
#include "lua/names.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

/* A type such as the room has many of: a box of a given number of apples. */
BS_FN(l_box_open, "box:open([how]) -> apples",
      "Open the box. With how it is opened like that. An unknown way is an error.")
{
    lua_pushinteger(L, 3);
    return 1;
}

BS_FN(l_box_close, "box:close()", "Close the box again.")
{
    lua_settop(L, 0);
    return 0;
}

BS_FN(l_box_create, "boxes.create{apples, lid = LID} -> box", "A box of apples.")
{
    lua_newuserdatauv(L, 1, 0);
    luaL_setmetatable(L, "box");
    return 1;
}

static int l_box_complete(lua_State *L)
{
    static const char *const names[] = {"g_1", "x1.in", "b_2"};
    lua_newtable(L);
    for (int i = 0; i < 3; i++) {
        lua_pushstring(L, names[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static lua_State *open_with_boxes(void)
{
    static const struct bs_doc *const methods[] = {&l_box_open_doc, &l_box_close_doc, NULL};
    static const struct bs_doc *const functions[] = {&l_box_create_doc, NULL};
    static const luaL_Reg meta[] = {{"__complete", l_box_complete}, {NULL, NULL}};
    static const struct bs_type type = {"box", "Apples, and what holds them.", methods, meta};
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    bs_type_register(L, &type);
    lua_newtable(L);
    bs_doc_register(L, functions);
    lua_setglobal(L, "boxes");
    ck_assert_int_eq(luaL_dostring(L, "mine = boxes.create()"), LUA_OK);
    return L;
}

static const char *help_on(lua_State *L, const char *expression)
{
    lua_settop(L, 0);
    lua_pushfstring(L, "return %s", expression);
    ck_assert_msg(luaL_dostring(L, lua_tostring(L, -1)) == LUA_OK, "%s", lua_tostring(L, -1));
    bs_push_help(L, 2);
    ck_assert_int_eq(lua_gettop(L), 3);
    return lua_tostring(L, -1);
}

static const char open_help[] =
    "box:open([how]) -> apples\n\n  Open the box. With how it is opened "
    "like that. An unknown way is an error.";

static const char box_help[] = "box\n\n  Apples, and what holds them.\n\n"
                               "  box:close()                   Close the box again.\n"
                               "  box:open([how])               Open the box.";

START_TEST(help_is_found_by_value_and_by_name)
{
    static const struct {
        const char *topic, *text;
    } cases[] = {
        {"mine.open", open_help},
        {"'mine:open'", open_help},
        {"'box:open'", open_help}, /* as the usage line has it */
        {"'any:open'", open_help},
        {"'open'", open_help},
        {"mine", box_help},
        {"'mine'", box_help},
        {"'box'", box_help},
        {"boxes.create", "boxes.create{apples, lid = LID} -> box\n\n  A box of apples."},
        {"boxes", "  boxes.create{apples, lid = LID}\n"
                  "                                A box of apples."},
        {"'unknown way'", "Mentioned in:\n  box:open([how])               Open the box."},
        {"'opne'", "There is no help on opne: did you mean open?"},
        {"'zzzzzzzz'", "There is no help on zzzzzzzz"},
        {"''", "There is no help on "},
        {"string.rep", "string.rep is Lua's own. Its manual says what it does:\n"
                       "https://www.lua.org/manual/5.4/manual.html#pdf-string.rep"},
        {"print", "print is Lua's own. Its manual says what it does:\n"
                  "https://www.lua.org/manual/5.4/manual.html#pdf-print"},
        {"function(a, ...) end", "function(a, ...), defined at [string \"return function(a, ...) "
                                 "end\"]:1, without help."},
        {"function() end",
         "function(), defined at [string \"return function() end\"]:1, without help."},
        {"coroutine.wrap(print)", "A function in C, without help."},
        {"12", "A value of Lua's type number: https://www.lua.org/manual/5.4/"},
    };
    lua_State *L = open_with_boxes();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(help_on(L, cases[i].topic), cases[i].text);
    bs_lua_close(L);
}
END_TEST

START_TEST(help_fits_the_screen)
{
    lua_State *L = open_with_boxes();
    for (int columns = 50; columns <= 130; columns += 16) {
        bs_session(L)->columns = columns;
        const char *text = help_on(L, "'digits'");
        for (const char *line = text; *line; line += *line == '\n') {
            size_t length = strcspn(line, "\n");
            ck_assert_uint_le(length, (size_t)(columns < 90 ? columns : 90));
            line += length;
        }
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(overview_lists_the_documented_globals)
{
    lua_State *L = open_with_boxes();
    const char *text = help_on(L, "nil");
    ck_assert_ptr_nonnull(strstr(text, "\n  digits([n])                   Show numbers"));
    ck_assert_ptr_nonnull(strstr(text, "\nFunctions of numbers and expressions: "));
    ck_assert_ptr_nonnull(strstr(text, " sigmoid"));
    ck_assert_ptr_null(strstr(text, "  sigmoid(")); /* among the names, not in a row */
    ck_assert_ptr_nonnull(strstr(text, "\n  help([x]) "));
    ck_assert_ptr_null(strstr(text, "print("));
    bs_lua_close(L);
}
END_TEST

static int l_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

START_TEST(check_finds_what_has_no_help)
{
    static const struct {
        const char *program, *message;
    } cases[] = {
        {"", NULL},
        {"boxes.shut = nothing", "no help on: boxes.shut"},
        {"nothing2 = nothing", "no help on: boxes.shut nothing2"},
        {"getmetatable(mine).__methods.burn = nothing", "no help on: boxes.shut nothing2 box:burn"},
    };
    lua_State *L = open_with_boxes();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lua_pushcfunction(L, l_nothing);
        lua_setglobal(L, "nothing");
        ck_assert_int_eq(luaL_dostring(L, cases[i].program), LUA_OK);
        ck_assert_int_eq(luaL_dostring(L, "nothing = nil"), LUA_OK);
        bool passes = luaL_dostring(L, "help.check()") == LUA_OK;
        ck_assert_pstr_eq(passes ? NULL : lua_tostring(L, -1), cases[i].message);
        lua_settop(L, 0);
    }
    bs_lua_close(L);
}
END_TEST

/* The names pushed last, joined by spaces. */
static const char *joined(lua_State *L)
{
    luaL_Buffer names;
    int array = lua_gettop(L);
    luaL_buffinit(L, &names);
    for (lua_Integer i = 1; lua_rawgeti(L, array, i) == LUA_TSTRING; i++) {
        luaL_addvalue(&names);
        luaL_addchar(&names, ' ');
    }
    lua_pop(L, 1);
    luaL_pushresult(&names);
    return lua_tostring(L, -1);
}

START_TEST(names_of_members_are_those_that_can_be_typed)
{
    static const struct {
        const char *expression, *fields, *methods;
    } cases[] = {
        {"mine", "b_2 g_1 ", "close open "},
        {"{b = 1, a = print, [1] = 2, ['a b'] = 3, ['end'] = 4, __index = 5}", "a b ", "a "},
        {"setmetatable({a = 1}, {__index = setmetatable({b = print}, {__index = {c = print}})})",
         "a b c ", "b c "},
        {"setmetatable({}, {__index = error})", "", ""},
        {"12", "", ""},
    };
    lua_State *L = open_with_boxes();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lua_settop(L, 0);
        lua_pushfstring(L, "return %s", cases[i].expression);
        ck_assert_int_eq(luaL_dostring(L, lua_tostring(L, -1)), LUA_OK);
        bs_push_field_names(L, 2);
        ck_assert_str_eq(joined(L), cases[i].fields);
        bs_push_method_names(L, 2);
        ck_assert_str_eq(joined(L), cases[i].methods);
    }
    lua_settop(L, 0);
    lua_getglobal(L, "mine");
    bs_push_entry_names(L, 1);
    ck_assert_str_eq(joined(L), "b_2 g_1 x1.in ");
    bs_lua_close(L);
}
END_TEST

START_TEST(path_leads_to_a_value_or_nowhere)
{
    static const struct {
        const char *path;
        int type;
    } cases[] = {
        {"math.pi", LUA_TNUMBER},   {"mine:open", LUA_TFUNCTION}, {"boxes", LUA_TTABLE},
        {"math.nothing", LUA_TNIL}, {"nothing.at.all", LUA_TNIL}, {"", LUA_TNIL},
        {"math.", LUA_TNIL},        {".math", LUA_TNIL},          {"math..pi", LUA_TNIL},
        {"math.pi.x", LUA_TNIL},    {"1 + 1", LUA_TNIL},          {"math.end", LUA_TNIL},
    };
    lua_State *L = open_with_boxes();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool found = bs_push_path(L, cases[i].path, strlen(cases[i].path));
        ck_assert_int_eq(lua_type(L, -1), cases[i].type);
        ck_assert(found == (cases[i].type != LUA_TNIL));
        ck_assert_int_eq(lua_gettop(L), 1);
        lua_settop(L, 0);
    }
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("help", (const TTest *const[]){
                                   help_is_found_by_value_and_by_name,
                                   help_fits_the_screen,
                                   overview_lists_the_documented_globals,
                                   check_finds_what_has_no_help,
                                   names_of_members_are_those_that_can_be_typed,
                                   path_leads_to_a_value_or_nowhere,
                                   NULL,
                               });
}
