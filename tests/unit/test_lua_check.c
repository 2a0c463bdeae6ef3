#include "unit.h"

#include "base/mem.h"
#include "lua/module.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <string.h>

/* Everything that lib/check.lua does for one student, and what lint and learn do beside. */
static const char program[] =
    "local t = tape{x = 2, y = 3}\n"
    "t:let('q', 'x*y') t:let('p', 'q + 1')\n"
    "local questions = {{name = 'q', figures = 3, points = 2}, {name = 'p'}}\n"
    "local key = host.key(t, questions, {figures = 4, sign = true, hint = 0.25})\n"
    "local results = {}\n"
    "for i, text in ipairs{'student = Ann\\nq = 6.5\\np = 7.5', 'q = 6\\nr = 1'} do\n"
    "  local sheet = host.sheet(text)\n"
    "  assert(select('#', host.head(sheet)) == 5)\n"
    "  results[i] = host.judge(key, sheet)\n"
    "  assert(#host.verdicts(results[i]) == 2 and host.finding(results[i], 'q'))\n"
    "  assert(#host.complaints(sheet) == i - 1)\n"
    "end\n"
    "for _, format in ipairs(host.formats()) do\n"
    "  local report, tally = host.report(format.name, 'small', true), host.tally()\n"
    "  local again = host.judge(key, host.sheet 'q = 6\\np = 7')\n"
    "  assert(host.record(report, tally, 'Ann', 'a.txt', {again}))\n"
    "  assert(#host.take(report) + #host.finish(report) > 0 and #host.summary(tally) > 0)\n"
    "end\n"
    "local _, points = host.mark(key, {{verdicts = {'right', 'wrong'}, hints = {1, 0}}})\n"
    "assert(points == 1.5)\n"
    "assert(#host.survey(key, true, {x = true}) > 0)\n";

static lua_State *open_session(void)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_msg(L != NULL, "%s", L ? "" : err.text);
    bs_module_push_host(L);
    lua_setglobal(L, "host");
    return L;
}

/* NULL when it runs, else its error, on top of the stack. */
static const char *error_of(lua_State *L, const char *text)
{
    ck_assert_int_eq(luaL_loadbuffer(L, text, strlen(text), "=test"), LUA_OK);
    return lua_pcall(L, 0, 0, 0) == LUA_OK ? NULL : lua_tostring(L, -1);
}

START_TEST(marking_survives_the_refusal_of_any_request)
{
    lua_State *L = open_session();
    const char *message = error_of(L, program);
    ck_assert_msg(message == NULL, "%s", message);
    for (long before = 0;; before++) {
        bs_mem_fail_after(before);
        message = error_of(L, program);
        bool refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_msg(!message || strstr(message, "memory"), "request %ld: %s", before, message);
        lua_settop(L, 0);
        if (!refused)
            break;
    }
    bs_lua_close(L);
}
END_TEST

START_TEST(what_is_used_up_or_of_another_kind_is_refused)
{
    static const struct {
        const char *program, *message;
    } cases[] = {
        {"host.record(report, tally, 'Ann', 'a.txt', {result}) host.verdicts(result)",
         "the result is used up"},
        {"host.record(report, tally, 'Ann', 'a.txt', {result}) host.judge(key, sheet)",
         "the sheet is gone"},
        {"host.record(report, tally, 'Ann', 'a.txt', {})", "no results"},
        {"host.judge(sheet, key)", "answer key expected, got answer sheet"},
        {"host.report('text', 'small')  host.report('docx', 'small')", "no format"},
        {"host.mark(key, {{verdicts = {'splendid'}, hints = {0}}})",
         "there is no verdict splendid"},
        {"host.key(t, {{name = 'x'}}, {})", "x"},
        {"host.key(t, {{name = 'y'}}, {})", "there is no entry called \"y\""},
    };
    static const char setting[] =
        "t = tape{x = 2} t:let('q', 'x^2')\n"
        "key = host.key(t, {{name = 'q'}}, {}) sheet = host.sheet 'q = 4'\n"
        "result = host.judge(key, sheet) report = host.report('csv', 'small') tally = host.tally()";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lua_State *L = open_session();
        ck_assert_ptr_null(error_of(L, setting));
        const char *message = error_of(L, cases[i].program);
        ck_assert_ptr_nonnull(message);
        ck_assert_msg(strstr(message, cases[i].message) != NULL, "%s", message);
        bs_lua_close(L);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        marking_survives_the_refusal_of_any_request,
        what_is_used_up_or_of_another_kind_is_refused,
        NULL,
    };
    return bs_suite_of("check", tests);
}
