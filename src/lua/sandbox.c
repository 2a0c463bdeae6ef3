#include "lua/sandbox.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/width.h"
#include "expr/func.h"
#include "lua/args.h"
#include "lua/module.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

enum {
    MOST_INSTRUCTIONS = 20 * 1000 * 1000,
    MOST_MEGABYTES = 128,
    MOST_SECONDS = 5, /* of the processor's time, kernels included */
    LONGEST_SENTENCE = 1000,
};

/* In the registry: true while a stranger's code runs. */
static const char confined_key[] = "backstep.confined";

/* ------------------------------------------------------------------ the timer */

static volatile sig_atomic_t is_overtime;

/* What Ctrl-C does, so that whatever listens to it ends. */
static void on_timer(int number)
{
    (void)number;
    is_overtime = 1;
    bs_interrupt_raise();
}

static void set_timer(int seconds)
{
    struct itimerval timer = {.it_value.tv_sec = seconds};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static void start_timer(struct sigaction *before)
{
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    is_overtime = 0;
    sigaction(SIGPROF, &action, before);
    set_timer(MOST_SECONDS);
}

/* True when time was up; the interrupt is then answered, unless Ctrl-C was pressed as well. */
static bool stop_timer(const struct sigaction *before)
{
    set_timer(0);
    sigaction(SIGPROF, before, NULL);
    if (is_overtime)
        bs_interrupt_clear();
    return is_overtime;
}

/* ------------------------------------------------------------------ limits */

struct limits {
    long patience;
    size_t memory;
    struct sigaction action;
};

static void set_limits(lua_State *L, struct limits *before)
{
    before->patience = bs_session(L)->patience;
    before->memory = bs_mem_set_limit(bs_mem_used() + ((size_t)MOST_MEGABYTES << 20));
    bs_lua_limit(L, MOST_INSTRUCTIONS);
    start_timer(&before->action);
}

/* Gives whether time or instructions were used up. */
static bool lift_limits(lua_State *L, const struct limits *before)
{
    bool is_overdue = stop_timer(&before->action) || bs_session(L)->patience < 0;
    bs_session(L)->patience = before->patience;
    bs_mem_set_limit(before->memory);
    return is_overdue;
}

static void set_confined(lua_State *L, bool is_confined)
{
    lua_pushboolean(L, is_confined);
    lua_setfield(L, LUA_REGISTRYINDEX, confined_key);
}

void bs_refuse_to_confined(lua_State *L, const char *what)
{
    bool is_confined = lua_getfield(L, LUA_REGISTRYINDEX, confined_key) && lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (is_confined)
        luaL_error(L, "a lesson cannot %s", what);
}

/* ------------------------------------------------------------------ what went wrong */

/* Printed text steers the terminal by control characters, C1's included; damaged text may, too. */
static bool is_printable(uint32_t code, size_t length)
{
    bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    return code == '\n' || (!is_control && (code != 0xFFFD || length == 3));
}

static void put_printable(struct bs_buf *buf, const char *text, size_t left)
{
    for (size_t length; left > 0; text += length, left -= length) {
        uint32_t code;
        length = bs_utf8_read(&code, text, left);
        if (is_printable(code, length))
            bs_buf_put_n(buf, text, length);
        else
            bs_buf_char(buf, '?');
    }
}

/* The error on top of the stack becomes a sentence. */
static void make_sentence(lua_State *L, int status, bool is_overdue)
{
    size_t length;
    if (is_overdue)
        lua_pushliteral(L, "this takes too long: a lesson is worked out in a moment");
    else if (status == LUA_ERRMEM)
        lua_pushfstring(L, "this takes too much memory: a lesson has %d megabytes", MOST_MEGABYTES);
    else if (lua_type(L, -1) != LUA_TSTRING)
        lua_pushfstring(L, "an error was raised that is no text but %s", bs_describe(L, -1));
    const char *text = lua_tolstring(L, -1, &length);
    struct bs_buf *buf = bs_push_buf(L); // ..., text, buf
    put_printable(buf, text, length < LONGEST_SENTENCE ? length : LONGEST_SENTENCE);
    bs_pop_text(L); // ..., text, sentence
}

/*
 * Put below the arguments, which are strings, f and those of f, the metatable of strings and its
 * __index; and make `strings`, which is taken away, the __index.  Taking it back asks for no
 * memory.
 */
static void take_string_methods(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getfield(L, -1, "__index"); // strings, f, ..., "", meta, methods
    lua_rotate(L, 1, 2);            // meta, methods, strings, f, ..., ""
    lua_pop(L, 1);
    lua_pushvalue(L, 3);
    lua_setfield(L, 1, "__index");
    lua_remove(L, 3); // meta, methods, f, ...
}

static void give_back_string_methods(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_setfield(L, 1, "__index");
}

static int l_host_confine(lua_State *L)
{
    struct limits before;
    int scope = (int)luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_remove(L, 1);
    luaL_checkstack(L, 8, NULL);
    bs_refuse_to_confined(L, "load another");
    take_string_methods(L); // meta, methods, f, arguments...
    set_confined(L, true);
    set_limits(L, &before);
    scope = bs_func_enter(scope);
    int status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 0);
    bs_func_enter(scope);
    bool is_overdue = lift_limits(L, &before);
    set_confined(L, false);
    give_back_string_methods(L);
    bs_lua_check_stopped(L);
    if (status != LUA_OK)
        make_sentence(L, status, is_overdue); // meta, methods, ..., sentence
    lua_pushboolean(L, status == LUA_OK);
    lua_replace(L, 2); // meta, true or false, results... or ..., sentence
    if (status == LUA_OK)
        return lua_gettop(L) - 1;
    lua_replace(L, 3); // meta, false, sentence
    lua_settop(L, 3);
    return 2;
}

/* Replace the table on top of the stack by a copy. */
static void copy_table(lua_State *L)
{
    lua_newtable(L);                                       // table, copy
    for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) { // table, copy, key, value
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_remove(L, -2); // copy
}

/* The globals as they are before any script has changed them. */
static void push_pristine(lua_State *L)
{
    static const char *const libraries[] = {LUA_STRLIBNAME, LUA_TABLIBNAME, LUA_MATHLIBNAME,
                                            LUA_UTF8LIBNAME};
    lua_pushglobaltable(L);
    copy_table(L); // pristine
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        lua_getfield(L, -1, libraries[i]);
        copy_table(L);
        lua_setfield(L, -2, libraries[i]);
    }
}

void bs_open_sandbox(lua_State *L)
{
    set_confined(L, false);
    bs_module_push_host(L);
    lua_pushcfunction(L, l_host_confine);
    lua_setfield(L, -2, "confine");
    push_pristine(L);
    lua_setfield(L, -2, "pristine");
    lua_pop(L, 1);
}
