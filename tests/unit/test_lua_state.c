#include "unit.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static lua_State *open_session(void)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_msg(L != NULL, "%s", L ? "" : err.text);
    return L;
}

/* NULL when the program succeeds; else its message, which is good until the next call. */
static const char *error_of(lua_State *L, const char *program)
{
    static char message[1000];
    if (luaL_loadbuffer(L, program, strlen(program), "=test") == LUA_OK &&
        lua_pcall(L, 0, 0, 0) == LUA_OK)
        return NULL;
    snprintf(message, sizeof message, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
    return message;
}

static void check_runs(lua_State *L, const char *program)
{
    const char *message = error_of(L, program);
    ck_assert_msg(message == NULL, "%s", message);
}

/* ------------------------------------------------------------------ memory */

START_TEST(session_opens_or_says_that_memory_ran_out)
{
    bool refused;
    int failures = 0;
    for (long before = 0;; before++) {
        struct bs_error err = {.status = BS_OK};
        bs_mem_fail_after(before);
        lua_State *L = bs_lua_open(&err);
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        if (!L) {
            ck_assert(refused);
            ck_assert_int_eq(err.status, BS_NO_MEMORY);
            ck_assert_str_eq(err.text, "not enough memory");
            failures++;
        }
        bs_lua_close(L);
        if (!refused)
            break;
    }
    ck_assert_int_gt(failures, 10);
}
END_TEST

static const char *const programs[] = {
    "local t = {} for i = 1, 40 do t[i] = ('x'):rep(i) .. i end return table.concat(t)",
    "local f = assert(load('return ' .. ('1 + '):rep(30) .. '1')) assert(f() == 31)",
    "for _ = 1, 3 do assert(coroutine.wrap(function(...) return select('#', ...) end)(1, 2) == 2) "
    "end",
    "inspect{v = {{0.1, 0.4}, {0.8, 0.6}}, name = 'a\\n', f = print, {{{}}}, deep = {a = {b = 1}}}",
    "tostring(help()) tostring(help 'digits') tostring(help 'gradient') tostring(help 'seekk')",
    "assert(not pcall(digits, 99)) assert(digits(5) == 5)",
    "local n = 0 for name in pairs(_G) do n = n + #name end assert(n > 0)",
    "local x, w = symbols 'x w' assert(tostring((x * w):diff(x)) == 'w')",
    "local e = expr 'exp(x_1)/(exp(x_1) + exp(x_2))' tostring(e:diff 'x_1') tostring(e:simplify())",
    "local net = mlp{2, 2, 1, notation = 'lecture', bias = false} "
    "net:set{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}} "
    "local t = net:tape({0.35, 0.9}, {0.5}, {eta = 1}) "
    "for _ = 1, 20 do tostring(t:step()) end tostring(t:show()) "
    "assert(math.abs(net:forward{0.35, 0.9}[1] - 0.690283) < 1e-6)",
    "local t = tape{x = -2, y = 5, z = -4} t:let('q', 'x + y') t:let('f', 'q * z') "
    "t:backward 'f' assert(t:grad 'x' == -4)",
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* Whatever was refused, the session goes on as if it had never happened. */
static void check_outcome(lua_State *L, const char *program, const char *message, long request)
{
    bool is_memory = !message || strstr(message, "not enough memory");
    ck_assert_msg(is_memory, "request %ld refused: %s\nin: %s", request, message, program);
    ck_assert_int_eq(lua_gettop(L), 0);
}

START_TEST(program_survives_the_refusal_of_any_request)
{
    const char *program = programs[_i];
    lua_State *L = open_session();
    bool refused;
    for (long before = 0;; before++) {
        bs_mem_fail_after(before);
        const char *message = error_of(L, program);
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        check_outcome(L, program, message, before);
        if (!refused)
            break;
    }
    check_runs(L, program);
    bs_lua_close(L);
}
END_TEST

/* A single refusal Lua mends by collecting garbage; a limit refuses again. */
START_TEST(program_says_when_memory_is_short_and_stays_so)
{
    const char *program = programs[_i];
    lua_State *L = open_session();
    struct bs_session *session = bs_session(L);
    size_t usual = session->memory_limit;
    int failures = 0;
    for (size_t spare = 0;; spare += 200) {
        lua_gc(L, LUA_GCCOLLECT);
        session->memory_limit = session->memory + spare;
        const char *message = error_of(L, program);
        session->memory_limit = usual;
        check_outcome(L, program, message, (long)spare);
        if (!message)
            break;
        failures++;
    }
    ck_assert_int_gt(failures, 0);
    check_runs(L, program);
    bs_lua_close(L);
}
END_TEST

START_TEST(memory_has_a_limit)
{
    lua_State *L = open_session();
    struct bs_session *session = bs_session(L);
    session->memory_limit = session->memory + 10000000;
    ck_assert_str_eq(error_of(L, "local s = ('x'):rep(100000000)"), "not enough memory");
    ck_assert_str_eq(error_of(L, "local t = {} while true do t[#t + 1] = {} end"),
                     "not enough memory");
    lua_gc(L, LUA_GCCOLLECT); /* string buffers do not ask for it themselves */
    check_runs(L, "local s = ('x'):rep(1000000)");
    session->memory_limit = 0; /* less than is held */
    ck_assert_str_eq(error_of(L, "local s = ('x'):rep(1000000)"), "not enough memory");
    bs_lua_close(L);
}
END_TEST

START_TEST(memory_is_counted_to_the_byte)
{
    lua_State *L = open_session();
    check_runs(L, programs[0]);
    size_t counted = (size_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB);
    ck_assert_uint_eq(bs_session(L)->memory, counted);
    bs_lua_close(L);
}
END_TEST

/* ------------------------------------------------------------------ stopping */

static int l_press(lua_State *L)
{
    (void)L;
    bs_interrupt_raise();
    return 0;
}

/* Each calls press() and would then never end. */
static const char *const endless[] = {
    "press() while true do end",
    "press() while true do pcall(function() while true do end end) end",
    "press() while true do xpcall(error, function() while true do end end) end",
    "press() while true do load(function() while true do end end) end",
    "local co = coroutine.wrap(function() while true do coroutine.yield() end end) "
    "press() while true do pcall(co) end",
    "old() press() while true do old() end",
    "local function nest(n) while true do coroutine.resume(coroutine.create(function() "
    "if n > 0 then nest(n - 1) else while true do end end end)) end end press() nest(12)",
    "press() while true do pcall(table.sort, {3, 2, 1}, function() while true do end end) end",
    "local t = setmetatable({}, {__index = function() while true do end end}) "
    "press() while true do pcall(function() return t.x end) end",
    "press() while true do pcall(string.gsub, 'x', 'x', function() while true do end end) end",
    "press() while true do local x <close> = setmetatable({}, {__close = function() "
    "while true do end end}) pcall(error) end",
};
enum { ENDLESS = sizeof endless / sizeof *endless };

static lua_State *open_with_press(void)
{
    lua_State *L = open_session();
    lua_register(L, "press", l_press);
    check_runs(L, "old = coroutine.wrap(function() while true do coroutine.yield() end end) old()");
    return L;
}

START_TEST(nothing_swallows_an_interrupt)
{
    lua_State *L = open_with_press();
    const char *message = error_of(L, endless[_i]);
    ck_assert_msg(message && strstr(message, "interrupted!"), "%s", message);
    ck_assert(bs_is_interrupted());
    ck_assert(bs_lua_is_stopped(L));
    bs_lua_clear(L);
    ck_assert(!bs_is_interrupted());
    check_runs(L, "for i = 1, 10000 do assert(pcall(type, i)) end");
    bs_lua_close(L);
}
END_TEST

START_TEST(nothing_outlasts_a_limit)
{
    lua_State *L = open_with_press();
    lua_register(L, "press", (lua_CFunction)lua_gettop);
    bs_lua_limit(L, 100000);
    const char *message = error_of(L, endless[_i]);
    ck_assert_msg(message && strstr(message, "stopped: this takes too long"), "%s", message);
    bs_lua_clear(L);
    check_runs(L, "for i = 1, 1000000 do end");
    bs_lua_close(L);
}
END_TEST

START_TEST(limit_lets_what_is_shorter_pass)
{
    lua_State *L = open_session();
    bs_lua_limit(L, 1000000);
    check_runs(L, "for i = 1, 100000 do end");
    ck_assert(!bs_lua_is_stopped(L));
    bs_lua_limit(L, 1); /* below what is counted: the least there is */
    ck_assert_ptr_nonnull(error_of(L, "while true do end"));
    bs_lua_close(L);
}
END_TEST

START_TEST(hook_cannot_be_taken_away)
{
    lua_State *L = open_session();
    ck_assert_str_eq(error_of(L, "debug.sethook()"),
                     "test:1: debug.sethook is taken: the hook is what lets Ctrl-C stop a program");
    bs_lua_close(L);
}
END_TEST

START_TEST(guarded_functions_are_lua_s_otherwise)
{
    lua_State *L = open_session();
    check_runs(L, "assert(select('#', pcall(function() return 1, nil, nil end)) == 4) "
                  "local ok, e = pcall(error, 'x') assert(not ok and e == 'x') "
                  "ok, e = xpcall(error, function(m) return m .. '!' end, 'x') assert(e == 'x!') "
                  "ok, e = xpcall(function(...) return ... end, print, 7) assert(ok and e == 7) "
                  "local co = coroutine.create(function() "
                  "  return pcall(function() return coroutine.yield(1) + 1 end) end) "
                  "ok, e = coroutine.resume(co) assert(ok and e == 1) "
                  "local a, b, c = coroutine.resume(co, 4) assert(a and b and c == 5) "
                  "assert(load('return 3')() == 3 and not load('('))");
    bs_lua_close(L);
}
END_TEST

/* ------------------------------------------------------------------ refusals */

static struct bs_error refusal;
static const char *formula;

static int l_refuse(lua_State *L)
{
    bs_check_formula(L, refusal.status, &refusal, formula);
    return 0;
}

START_TEST(refusal_becomes_an_error_with_its_position)
{
    static const struct {
        enum bs_status status;
        int column;
        const char *text, *formula, *message;
    } cases[] = {
        {BS_OK, 0, "nothing", NULL, NULL},
        {BS_REFUSED, 0, "eta is nan", NULL, "test:2: eta is nan"},
        {BS_REFUSED, 5, "a name is missing", "2 + * y",
         "test:2: a name is missing\n    2 + * y\n        ^"},
        {BS_REFUSED, 8, "what is this", "权重 ?", "test:2: what is this\n    权重 ?\n         ^"},
        {BS_REFUSED, 3, "it ends", "x+", "test:2: it ends\n    x+\n      ^"},
        {BS_REFUSED, 9, "far off", "x+", "test:2: far off"},
        {BS_REFUSED, 1, "two lines", "x\ny", "test:2: two lines"},
        {BS_INTERNAL, 0, "g_1 differs", NULL, "test:2: internal error: g_1 differs"},
        {BS_NO_MEMORY, 0, "", NULL, "not enough memory"},
        {BS_INTERRUPTED, 0, "", NULL, "interrupted!"},
    };
    lua_State *L = open_session();
    lua_register(L, "refuse", l_refuse);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        refusal = (struct bs_error){.status = cases[i].status, .column = cases[i].column};
        snprintf(refusal.text, sizeof refusal.text, "%s", cases[i].text);
        formula = cases[i].formula;
        const char *message = error_of(L, "\nrefuse()");
        ck_assert_pstr_eq(message, cases[i].message);
    }
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("state", (const TTest *const[]){
                                            session_opens_or_says_that_memory_ran_out,
                                            memory_has_a_limit,
                                            memory_is_counted_to_the_byte,
                                            limit_lets_what_is_shorter_pass,
                                            hook_cannot_be_taken_away,
                                            guarded_functions_are_lua_s_otherwise,
                                            refusal_becomes_an_error_with_its_position,
                                            NULL,
                                        });
    TCase *loops = tcase_create("loops");
    suite_add_tcase(suite, loops);
    tcase_add_loop_test(loops, program_survives_the_refusal_of_any_request, 0, PROGRAMS);
    tcase_add_loop_test(loops, program_says_when_memory_is_short_and_stays_so, 0, PROGRAMS);
    tcase_add_loop_test(loops, nothing_swallows_an_interrupt, 0, ENDLESS);
    tcase_add_loop_test(loops, nothing_outlasts_a_limit, 0, ENDLESS);
    return suite;
}
