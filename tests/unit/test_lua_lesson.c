#include "unit.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "lua/module.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char lesson[] =
    "return lesson {\n"
    "  api = 1, id = 'small', title = {en = 'Small', zh = '小'},\n"
    "  tape = function() local t = tape{x = 2} t:let('q', 'x^2') return t end,\n"
    "  {ask = 'q', hints = {{en = 'Twice {x}.', zh = '两倍。'}}},\n"
    "  {run = {'n = mlp{1, 2, 1}', 'n:twins()', 't.q, {1, 2}'}},\n"
    "}\n";

static lua_State *open_session(void)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_msg(L != NULL, "%s", L ? "" : err.text);
    return L;
}

/* NULL when the program runs, else its error, on top of the stack. */
static const char *error_of(lua_State *L, const char *program)
{
    ck_assert_int_eq(luaL_loadbuffer(L, program, strlen(program), "=test"), LUA_OK);
    if (lua_pcall(L, 0, 0, 0) == LUA_OK)
        return NULL;
    const char *message = lua_tostring(L, -1);
    return message ? message : "(no message)";
}

/* Write a file to be shown by the global `path`; its name is in the caller's buffer. */
static void write_lesson(lua_State *L, char path[static 40], const char *text)
{
    snprintf(path, 40, "/tmp/lesson-XXXXXX.lua");
    int file = mkstemps(path, 4);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    lua_pushstring(L, path);
    lua_setglobal(L, "path");
}

/* What host.confine changes is as it was. */
static void check_at_large(lua_State *L)
{
    static const char program[] = //
        "assert(('').dump == string.dump)\n"
        "local t = tape{x = 1} t:let('q', 'x') t:html(path)";
    const char *message = error_of(L, program);
    ck_assert_msg(message == NULL, "%s", message);
    ck_assert_int_eq(bs_session(L)->patience, 0);
    ck_assert_uint_eq(bs_mem_set_limit(SIZE_MAX), SIZE_MAX);
    ck_assert(!bs_is_interrupted());
}

START_TEST(lesson_survives_the_refusal_of_any_request)
{
    lua_State *L = open_session();
    char path[40];
    bool refused;
    write_lesson(L, path, lesson);
    ck_assert_ptr_null(error_of(L, "assert(tostring(show(path)):find 'q = x²')"));
    for (long before = 0;; before++) {
        bs_mem_fail_after(before);
        const char *message = error_of(L, "show(path)");
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_msg(!message || strstr(message, "memory"), "request %ld: %s", before, message);
        ck_assert_uint_eq(bs_mem_set_limit(SIZE_MAX), SIZE_MAX);
        lua_settop(L, 0);
        if (!refused)
            break;
    }
    check_at_large(L);
    unlink(path);
    bs_lua_close(L);
}
END_TEST

START_TEST(code_that_is_stopped_leaves_the_session_at_large)
{
    static const char *const hostile[] = {
        "while true do end",
        "local s = 'x' while true do s = s .. s end",
        "error {}",
        "local function f() return 1 + f() end f()",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        lua_State *L = open_session();
        char path[40];
        write_lesson(L, path, hostile[i]);
        ck_assert_ptr_nonnull(error_of(L, "show(path)"));
        check_at_large(L);
        unlink(path);
        bs_lua_close(L);
    }
}
END_TEST

/* Ctrl-C in a lesson is not the lesson's error: it goes on to whoever answers it. */
START_TEST(an_interrupt_is_raised_again_outside)
{
    lua_State *L = open_session();
    char path[40];
    write_lesson(L, path, lesson);
    ck_assert_ptr_null(error_of(L, "show(path)"));
    bs_interrupt_raise();
    ck_assert_str_eq(error_of(L, "show(path)"), "interrupted!");
    bs_lua_clear(L);
    check_at_large(L);
    unlink(path);
    bs_lua_close(L);
}
END_TEST

/* What strangers may not have, whatever the program learns to do: the list is closed. */
START_TEST(globals_of_a_lesson_are_those_that_were_meant)
{
    static const char program[] =
        "local names = {}\n"
        "for name in next, environment do names[#names + 1] = name end\n"
        "table.sort(names)\n"
        "for _, name in ipairs{'assert', 'data', 'define', 'derive', 'error', 'explain', 'expr',\n"
        "    'ipairs', 'math', 'matrix', 'mlp', 'network', 'next', 'pairs', 'pcall', 'prove',\n"
        "    'select', 'shuffle', 'split', 'string', 'sweep', 'symbols', 'table', 'tape',\n"
        "    'tonumber', 'tostring', 'type', 'utf8', 'activation', 'avg_pool', 'batch_norm',\n"
        "    'conv1d', 'conv2d', 'dense', 'dropout', 'flatten', 'lstm', 'max_pool', 'maxout',\n"
        "    'residual', 'rnn'} do\n"
        "  assert(environment[name] ~= nil, name)\n"
        "  environment[name] = nil\n"
        "end\n"
        "for name, value in next, environment do\n"
        "  assert(pcall(expr, name .. '_1(x)') or pcall(expr, name .. '(x)')\n"
        "    or pcall(expr, name .. '(x, y)'), name)\n"
        "end\n";
    lua_State *L = open_session();
    bs_module_require(L, "sandbox");
    lua_getfield(L, -1, "environment");
    lua_call(L, 0, 1);
    lua_setglobal(L, "environment");
    const char *message = error_of(L, program);
    ck_assert_msg(message == NULL, "%s", message);
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        lesson_survives_the_refusal_of_any_request,
        code_that_is_stopped_leaves_the_session_at_large,
        an_interrupt_is_raised_again_outside,
        globals_of_a_lesson_are_those_that_were_meant,
        NULL,
    };
    return bs_suite_of("lesson", tests);
}
