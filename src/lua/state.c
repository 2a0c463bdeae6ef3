#include "lua/state.h"

#include "base/buf.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/width.h"
#include "lua/args.h"
#include "lua/check.h"
#include "lua/doc.h"
#include "lua/help.h"
#include "lua/inspect.h"
#include "lua/lesson.h"
#include "lua/module.h"
#include "lua/sandbox.h"
#include "lua/types.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOOK_INSTRUCTIONS = 1000 };

static const char buf_type[] = "text buffer";
static const char sort_key[] = "backstep.sort";
static const char out_of_memory[] = "not enough memory"; /* what Lua itself says */

static lua_State *volatile hurried; /* by bs_lua_hurry; NULL: none */

/* The pointer is in the extra space of every thread; a new one gets a copy of the main thread's. */
struct bs_session *bs_session(lua_State *L)
{
    struct bs_session *session;
    memcpy(&session, lua_getextraspace(L), sizeof session);
    return session;
}

/* `old_size` is a kind of object, not a size, when there is no old block. */
static void *allocate(void *context, void *block, size_t old_size, size_t size)
{
    struct bs_session *session = context;
    if (!block)
        old_size = 0;
    if (size == 0) {
        bs_free(block);
        session->memory -= old_size;
        return NULL;
    }
    size_t more = size > old_size ? size - old_size : 0, limit = session->memory_limit;
    if (more > 0 && (more > limit || session->memory > limit - more))
        return NULL;
    void *moved = bs_realloc(block, size);
    if (moved)
        session->memory = session->memory - old_size + size;
    return moved;
}

/* Lua's warnings come in pieces, and are off until warn("@on"), as in lua. */
static void on_warning(void *context, const char *text, int is_continued)
{
    struct bs_session *session = context;
    bool is_first = !session->is_in_warning;
    session->is_in_warning = is_continued;
    if (is_first && !is_continued && *text == '@')
        session->warns = strcmp(text, "@off") != 0 && (session->warns || strcmp(text, "@on") == 0);
    else if (session->warns)
        fprintf(stderr, "%s%s%s", is_first ? "Lua warning: " : "", text, is_continued ? "" : "\n");
}

/* Half of the machine's memory: more in one session is a mistake, and would freeze the machine. */
static size_t usual_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages / 2 * (size_t)page : (size_t)1 << 30;
}

bool bs_lua_is_stopped(lua_State *L)
{
    return bs_is_interrupted() || bs_session(L)->patience < 0;
}

void bs_lua_check_stopped(lua_State *L)
{
    if (bs_is_interrupted())
        lua_pushliteral(L, "interrupted!");
    else if (bs_session(L)->patience < 0)
        lua_pushliteral(L, "stopped: this takes too long");
    else
        return;
    lua_error(L);
}

static void on_count(lua_State *L, lua_Debug *ar);

static void set_hook(lua_State *L, int instructions)
{
    lua_sethook(L, on_count, LUA_MASKCOUNT, instructions);
}

/*
 * Patience counts down to 1, then stays below 0; 0 is no limit.  A hook that was hurried for an
 * interrupt that has been answered takes its time again.
 */
static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (lua_gethookcount(L) != HOOK_INSTRUCTIONS) {
        bs_lua_check_stopped(L);
        set_hook(L, HOOK_INSTRUCTIONS);
        return;
    }
    struct bs_session *session = bs_session(L);
    if (session->patience > 0 && --session->patience == 0)
        session->patience = -1;
    bs_lua_check_stopped(L);
}

void bs_lua_hurry(void)
{
    lua_State *L = hurried;
    if (L)
        set_hook(L, 1);
}

void bs_lua_limit(lua_State *L, long instructions)
{
    long thousands = instructions / HOOK_INSTRUCTIONS;
    bs_session(L)->patience = instructions > 0 && thousands == 0 ? 1 : thousands;
}

void bs_lua_clear(lua_State *L)
{
    bs_interrupt_clear();
    bs_lua_limit(L, 0);
}

static int finish_guarded(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    bs_lua_check_stopped(L);
    return lua_gettop(L);
}

/* Call the function in the upvalue, which catches errors, and let it catch anything but a stop. */
static int call_guarded(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, finish_guarded);
    return finish_guarded(L, LUA_OK, 0);
}

/* The handler in the upvalue, but not of a stop: it would run in the hook, where hooks are off. */
static int handle_guarded(lua_State *L)
{
    if (bs_lua_is_stopped(L))
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static int call_guarded_with_handler(lua_State *L)
{
    if (lua_isfunction(L, 2)) {
        lua_pushvalue(L, 2);
        lua_pushcclosure(L, handle_guarded, 1);
        lua_replace(L, 2);
    }
    return call_guarded(L);
}

/* Put a guard around the function of that name in the table on top of the stack. */
static void guard(lua_State *L, const char *name, lua_CFunction by)
{
    lua_getfield(L, -1, name); // table, function
    lua_pushcclosure(L, by, 1);
    lua_setfield(L, -2, name); // table
}

static int l_debug_sethook(lua_State *L)
{
    return luaL_error(L, "debug.sethook is taken: the hook is what lets Ctrl-C stop a program");
}

/* As Lua's, which knows the state but not the session around it. */
static int l_os_exit(lua_State *L)
{
    int status;
    if (lua_isboolean(L, 1))
        status = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    else
        status = (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
    if (lua_toboolean(L, 2))
        bs_lua_close(L);
    exit(status);
}

static void open_standard(lua_State *L)
{
    luaL_openlibs(L);
    lua_pushglobaltable(L); // _G
    guard(L, "pcall", call_guarded);
    guard(L, "xpcall", call_guarded_with_handler);
    guard(L, "load", call_guarded);
    lua_getfield(L, -1, LUA_COLIBNAME); // _G, coroutine
    guard(L, "resume", call_guarded);
    lua_getfield(L, -2, LUA_DBLIBNAME); // _G, coroutine, debug
    lua_pushcfunction(L, l_debug_sethook);
    lua_setfield(L, -2, "sethook");
    lua_getfield(L, -3, LUA_TABLIBNAME); // _G, coroutine, debug, table
    lua_getfield(L, -1, "sort");
    lua_setfield(L, LUA_REGISTRYINDEX, sort_key);
    lua_getfield(L, -4, LUA_OSLIBNAME); // _G, coroutine, debug, table, os
    lua_pushcfunction(L, l_os_exit);
    lua_setfield(L, -2, "exit");
    lua_pop(L, 5);
}

static int l_buf_gc(lua_State *L)
{
    bs_buf_finish(luaL_checkudata(L, 1, buf_type));
    return 0;
}

struct bs_buf *bs_push_buf(lua_State *L)
{
    struct bs_buf *buf = lua_newuserdatauv(L, sizeof *buf, 0);
    *buf = BS_BUF_INIT;
    luaL_setmetatable(L, buf_type);
    return buf;
}

void bs_pop_text(lua_State *L)
{
    struct bs_buf *buf = luaL_checkudata(L, -1, buf_type); // buf
    if (buf->failed)
        bs_memory_error(L);
    lua_pushlstring(L, bs_buf_text(buf), buf->length); // buf, text
    bs_buf_finish(buf);
    lua_remove(L, -2); // text
}

static void open_buf(lua_State *L)
{
    luaL_newmetatable(L, buf_type);
    lua_pushcfunction(L, l_buf_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}

void bs_sort(lua_State *L, int index, lua_CFunction less)
{
    index = lua_absindex(L, index);
    lua_getfield(L, LUA_REGISTRYINDEX, sort_key);
    lua_pushvalue(L, index);
    if (less)
        lua_pushcfunction(L, less);
    lua_call(L, less ? 2 : 1, 0);
}

int bs_memory_error(lua_State *L)
{
    lua_pushstring(L, out_of_memory);
    return lua_error(L);
}

void bs_check(lua_State *L, int status, const struct bs_error *err)
{
    bs_check_formula(L, status, err, NULL);
}

/* Is the byte in the middle of a character? */
static bool is_inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The formula on a line of its own and a caret below the column; of a long one what is around it.
 */
static void push_caret(lua_State *L, const char *formula, int column)
{
    enum { AROUND = 60 };
    size_t at = (size_t)column - 1, length = strlen(formula);
    size_t start = at > AROUND ? at - AROUND : 0, end = length - at > AROUND ? at + AROUND : length;
    while (is_inside(formula[start]))
        start--;
    while (is_inside(formula[end]))
        end++;
    struct bs_buf *buf = bs_push_buf(L); // buf
    bs_buf_put(buf, start > 0 ? "\n    …" : "\n    ");
    bs_buf_put_n(buf, formula + start, end - start);
    bs_buf_put(buf, end < length ? "…\n    " : "\n    ");
    bs_buf_repeat(buf, " ", (start > 0) + bs_width_n(formula + start, at - start));
    bs_buf_char(buf, '^');
    bs_pop_text(L); // text
}

void bs_check_formula(lua_State *L, int status, const struct bs_error *err, const char *formula)
{
    if (status == BS_OK)
        return;
    if (status == BS_NO_MEMORY)
        bs_memory_error(L);
    if (status == BS_INTERRUPTED) {
        lua_pushliteral(L, "interrupted!");
        lua_error(L);
    }
    luaL_where(L, 1); // where
    lua_pushstring(L, status == BS_INTERNAL ? "internal error: " : "");
    lua_pushstring(L, err->text); // where, prefix, text
    if (formula && err->column > 0 && (size_t)err->column <= strlen(formula) + 1 &&
        !strchr(formula, '\n'))
        push_caret(L, formula, err->column);
    else
        lua_pushliteral(L, "");
    lua_concat(L, 4);
    lua_error(L);
}

static void push_digits(lua_State *L, struct bs_digits digits)
{
    if (digits.figures > 0)
        lua_pushinteger(L, digits.figures);
    else
        lua_pushliteral(L, "all");
}

BS_FN(
    l_digits, "digits([n]) -> n",
    "Show numbers with n significant digits, from 1 to 17, or with as many as they have: "
    "digits(\"all\"). Without n it only says how many. Values are always kept in full, and what is "
    "shown is never what is checked.")
{
    struct bs_session *session = bs_session(L);
    static const char *const all[] = {"all", NULL};
    if (lua_type(L, 1) == LUA_TSTRING) {
        bs_arg_choice(L, 1, "digits", all);
        session->digits = BS_ALL_FIGURES;
    } else if (!lua_isnoneornil(L, 1)) {
        session->digits = BS_FOUR_FIGURES;
        session->digits.figures = (int)bs_arg_integer(L, 1, "digits", 1, 17);
    }
    push_digits(L, session->digits);
    return 1;
}

static void open_session(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_digits_doc, NULL};
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}

static int open_all(lua_State *L)
{
    static void (*const parts[])(lua_State *) = {
        open_standard, open_buf,          bs_open_doc,      bs_open_help,    bs_open_module,
        open_session,  bs_open_inspect,   bs_open_page,     bs_open_expr,    bs_open_derive,
        bs_open_prove, bs_open_functions, bs_open_notation, bs_open_stepper, bs_open_matrix,
        bs_open_data,  bs_open_boundary,  bs_open_net,      bs_open_layers,  bs_open_network,
        bs_open_save,  bs_open_tape,      bs_open_lesson,   bs_open_check,   bs_open_sandbox,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        parts[i](L);
    return 0;
}

static struct bs_session *create_session(void)
{
    struct bs_session *session = bs_alloc(sizeof *session);
    if (session)
        *session = (struct bs_session){
            .digits = BS_FOUR_FIGURES,
            .lang = "en",
            .columns = 80,
            .memory_limit = usual_memory_limit(),
        };
    return session;
}

lua_State *bs_lua_open(struct bs_error *err)
{
    struct bs_session *session = create_session();
    lua_State *L = session ? lua_newstate(allocate, session) : NULL;
    if (!L) {
        bs_free(session);
        bs_fail_memory(err);
        return NULL;
    }
    memcpy(lua_getextraspace(L), &session, sizeof session);
    lua_setwarnf(L, on_warning, session);
    set_hook(L, HOOK_INSTRUCTIONS);
    hurried = L;
    lua_pushcfunction(L, open_all);
    if (lua_pcall(L, 0, 0, 0) == LUA_OK)
        return L;
    const char *message = lua_tostring(L, -1);
    if (strcmp(message, out_of_memory) == 0)
        bs_fail_memory(err);
    else
        bs_fail(err, BS_INTERNAL, "cannot start: %s", message);
    bs_lua_close(L);
    return NULL;
}

void bs_lua_close(lua_State *L)
{
    if (!L)
        return;
    struct bs_session *session = bs_session(L);
    if (hurried && bs_session(hurried) == session)
        hurried = NULL;
    lua_close(L);
    bs_free(session);
}
