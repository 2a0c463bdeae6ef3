#include "unit.h"

#include "lua/inspect.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

/* The text of what the Lua expression gives; owned by L, on whose stack it is left. */
static const char *shown(lua_State *L, const char *expression, int columns)
{
    lua_settop(L, 0);
    lua_pushfstring(L, "return %s", expression);
    ck_assert_msg(luaL_dostring(L, lua_tostring(L, -1)) == LUA_OK, "%s", lua_tostring(L, -1));
    bs_push_inspected(L, 2, columns);
    ck_assert_int_eq(lua_gettop(L), 3);
    return lua_tostring(L, -1);
}

struct example {
    const char *expression, *text;
};

static void check_examples(const struct example *examples, size_t count, int columns)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(shown(L, examples[i].expression, columns), examples[i].text);
    bs_lua_close(L);
}

#define CHECK_EXAMPLES(examples, columns) \
    check_examples(examples, sizeof(examples) / sizeof *(examples), columns)

START_TEST(plain_values_are_literals)
{
    static const struct example examples[] = {
        {"nil", "nil"},
        {"true", "true"},
        {"42", "42"},
        {"-7", "-7"},
        {"2/3", "0.6667"},
        {"-2/3", "-0.6667"},
        {"1e300", "1e300"},
        {"1/0", "inf"},
        {"math.mininteger", "-9223372036854775808"},
        {"'plain'", "\"plain\""},
        {"'权重'", "\"权重\""},
        {"'a\\n\"b\"\\\\\\t'", "\"a\\n\\\"b\\\"\\\\\\t\""},
        {"'\\0\\27[1m\\127'", "\"\\x00\\x1B[1m\\x7F\""},
        {"'\\200\\xE6\\x9D'", "\"\\xC8\\xE6\\x9D\""}, /* not UTF-8 */
        {"'\\u{9B}31m'", "\"\\u{9B}31m\""},           /* a terminal control in one character */
        {"print", "function (built in)"},
        {"digits", "function digits([n]) -> n"},
        {"coroutine.create(print)", "coroutine"},
    };
    CHECK_EXAMPLES(examples, 80);
}
END_TEST

START_TEST(tables_on_a_line_are_lua)
{
    static const struct example examples[] = {
        {"{}", "{}"},
        {"{1, 'a', {2}}", "{1, \"a\", {2}}"},
        {"{1, nil, 3}", "{1, nil, 3}"},
        {"{b = 1, a = 2, [3] = 3, [true] = 4}", "{[true] = 4, [3] = 3, a = 2, b = 1}"},
        {"{['not a name'] = 1, ['end'] = 2}", "{[\"end\"] = 2, [\"not a name\"] = 1}"},
        {"{[{}] = 1}", "{[{...}] = 1}"},
        {"{{1, 2}}", "{{1, 2}}"},           /* a single row is no matrix */
        {"{{1, 2}, {3}}", "{{1, 2}, {3}}"}, /* rows differ */
        {"{{1, 2}, {3, 'x'}}", "{{1, 2}, {3, \"x\"}}"},
        {"{{1, 2}, {3, 4}, n = 2}", "{{1, 2}, {3, 4}, n = 2}"},
        {"{{1, 2}, {3, 4, n = 2}}", "{{1, 2}, {3, 4, n = 2}}"},
        {"{{}, {}}", "{{}, {}}"},
    };
    CHECK_EXAMPLES(examples, 80);
}
END_TEST

START_TEST(matrices_are_aligned_at_the_point)
{
    static const struct example examples[] = {
        {"{{1, -20.25, 3}, {100.5, 2, 1e-9}}", "{{  1,   -20.25, 3},\n {100.5,   2,    1e-9}}"},
        {"{{1}, {2}}", "{{1},\n {2}}"},
        {"{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}}",
         "{v = {{0.1, 0.4},\n      {0.8, 0.6}},\n w = {{0.3},\n      {0.9}}}"},
        {"{['权'] = {{1}, {2}}}", "{[\"权\"] = {{1},\n           {2}}}"},
        {"{{{1}, {2}}, {{3}, {4}}}", "{{{1},\n  {2}},\n {{3},\n  {4}}}"},
    };
    CHECK_EXAMPLES(examples, 80);
}
END_TEST

START_TEST(long_tables_take_lines)
{
    static const struct example examples[] = {
        {"{1000, 2000, 3000, 4000, 5000}", "{1000, 2000,\n 3000, 4000,\n 5000}"},
        {"{alpha = 1, beta = 2, gamma = 3}", "{alpha = 1,\n beta = 2,\n gamma = 3}"},
        {"{1, 2, alpha = 1, beta = {10, 20, 30, 40}}",
         "{1, 2,\n alpha = 1,\n beta = {10, 20,\n         30, 40}}"},
        {"{{10, 20, 30, 40, 50, 60, 70}}", "{{10, 20, 30, 40,\n  50, 60, 70}}"},
        {"{{1000, 2000, 3000, 4000}, {1, 2, 3, 4}}",
         "{{1000, ...},\n {   1, ...},\n ... (2 rows of 4)}"},
    };
    CHECK_EXAMPLES(examples, 18);
}
END_TEST

START_TEST(objects_have_their_own_text)
{
    static const struct example examples[] = {
        {"setmetatable({}, {__tostring = function() return 'a\\nb' end})", "a\nb"},
        {"{x = setmetatable({}, {__tostring = function() return 'a\\nb' end}), y = 1}",
         "{x = a\n     b,\n y = 1}"},
        {"setmetatable({1}, {__index = {2, 3}})", "{1}"},
        {"help 'nothing of the kind'", "There is no help on nothing of the kind"},
    };
    CHECK_EXAMPLES(examples, 80);
}
END_TEST

START_TEST(what_never_ends_is_cut)
{
    static const struct example examples[] = {
        {"(function() local t = {1} t.me = t return t end)()", "{1, me = <cycle>}"},
        {"(function() local t = {1} return {t, t} end)()", "{{1},\n {1}}"}, /* no cycle */
        {"{a = {b = {c = {d = {e = {f = 1}}}}}}", "{a = {b = {c = {d = {e = {...}}}}}}"},
    };
    CHECK_EXAMPLES(examples, 80);
}
END_TEST

static size_t count_lines(const char *text)
{
    size_t lines = 1;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(what_is_huge_is_cut_and_counted)
{
    static const struct {
        const char *make, *end;
        size_t most_lines;
    } cases[] = {
        {"(function() local t = {} for i = 1, 1e5 do t[i] = i end return t end)()",
         " ... (99900 more)}", 30},
        {"(function() local t = {} for i = 1, 1e5 do t['k' .. i] = i end return t end)()",
         " more)}", 110},
        {"(function() local t = {} for i = 1, 2e4 do t[i] = {i, 2} end return t end)()",
         " ... (20000 rows of 2)}", 42},
        {"(function() local r = {} for j = 1, 1e4 do r[j] = j end return {r, r} end)()",
         " ... (2 rows of 10000)}", 4},
        {"(function() local t = {} for d = 1, 5 do local u = {} for i = 1, 90 do u[i] = t end "
         "u.x = ('y'):rep(80) t = u end return t end)()",
         "}", 1200},
        {"('x'):rep(1e6)", " ... (1000000 bytes)", 1},
    };
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = shown(L, cases[i].make, 80);
        size_t length = strlen(text), wanted = strlen(cases[i].end);
        ck_assert_str_eq(text + length - wanted, cases[i].end);
        ck_assert_uint_le(count_lines(text), cases[i].most_lines);
        ck_assert_uint_le(length, 200000);
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(no_line_is_wider_than_the_screen)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    for (int columns = 30; columns <= 120; columns += 7) {
        const char *text =
            shown(L,
                  "(function() local t = {deep = {}} for i = 1, 60 do t[i] = i * 1.37 "
                  "t.deep[i] = {i, 'abc', {i * i}} end t.m = {} for i = 1, 3 do t.m[i] = {} "
                  "for j = 1, 30 do t.m[i][j] = i / j end end return t end)()",
                  columns);
        for (const char *line = text; *line;) {
            size_t length = strcspn(line, "\n");
            ck_assert_msg((int)length <= columns, "%d columns: %.*s", columns, (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(digits_of_the_session_are_used)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_int_eq(luaL_dostring(L, "digits(8)"), LUA_OK);
    ck_assert_str_eq(shown(L, "{2/3}", 80), "{0.66666667}");
    ck_assert_int_eq(luaL_dostring(L, "digits('all')"), LUA_OK);
    ck_assert_str_eq(shown(L, "0.1 + 0.2", 80), "0.30000000000000004");
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("inspect", (const TTest *const[]){
                                      plain_values_are_literals,
                                      tables_on_a_line_are_lua,
                                      matrices_are_aligned_at_the_point,
                                      long_tables_take_lines,
                                      objects_have_their_own_text,
                                      what_never_ends_is_cut,
                                      what_is_huge_is_cut_and_counted,
                                      no_line_is_wider_than_the_screen,
                                      digits_of_the_session_are_used,
                                      NULL,
                                  });
}
