#include "repl/script.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "lua/help.h"
#include "lua/module.h"
#include "lua/names.h"
#include "lua/state.h"
#include "repl/complaint.h"
#include "repl/screen.h"

#include <lauxlib.h>
#include <string.h>

enum { MOST_FRAMES = 10 };

/* ------------------------------------------------------------------ errors */

static void put_frame(struct bs_buf *out, const lua_Debug *ar)
{
    bs_buf_printf(out, "\n    %s:%d: in ", ar->short_src, ar->currentline);
    if (*ar->what == 'm')
        bs_buf_put(out, "the main chunk");
    else if (ar->name)
        bs_buf_put(out, ar->name);
    else
        bs_buf_put(out, "a function");
}

/* The calls in Lua that led here; nothing when it is only the main chunk. */
static void put_frames(lua_State *L, struct bs_buf *out)
{
    lua_Debug ar;
    int frames = 0;
    size_t before = out->length;
    for (int level = 1; frames < MOST_FRAMES && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (ar.currentline <= 0)
            continue;
        put_frame(out, &ar);
        frames++;
    }
    if (frames == MOST_FRAMES)
        bs_buf_put(out, "\n    ...");
    if (frames < 2)
        bs_buf_cut(out, before);
}

static int add_frames(lua_State *L)
{
    bs_complaint_to_text(L);
    bs_complaint_add_hint(L, NULL);
    struct bs_buf *out = bs_push_buf(L); // message, out
    bs_buf_put(out, lua_tostring(L, -2));
    put_frames(L, out);
    bs_pop_text(L);
    return 1;
}

static int add_hint(lua_State *L)
{
    bs_complaint_to_text(L);
    bs_complaint_add_hint(L, NULL);
    return 1;
}

/* Complain of the error on top of the stack, which is popped. */
static int fail(lua_State *L, int status)
{
    const char *message = lua_tostring(L, -1);
    if (bs_lua_is_stopped(L))
        status = BS_EXIT_INTERRUPTED;
    bs_screen_complain(message ? message : "an error that cannot be told");
    lua_pop(L, 1);
    bs_lua_clear(L);
    return status;
}

/* ------------------------------------------------------------------ scripts */

/* Run the function below `count` arguments on the stack. */
static int run(lua_State *L, int count)
{
    int handler = lua_absindex(L, -count - 1);
    lua_pushcfunction(L, add_frames);
    lua_insert(L, handler); // handler, function, arguments...
    int status = lua_pcall(L, count, 0, handler);
    lua_remove(L, handler);
    if (status != LUA_OK)
        return fail(L, BS_EXIT_FAILED);
    return bs_lua_is_stopped(L) ? BS_EXIT_INTERRUPTED : BS_EXIT_WELL;
}

int bs_script_run_code(lua_State *L, const char *code)
{
    if (luaL_loadbuffer(L, code, strlen(code), "=(command line)") != LUA_OK)
        return fail(L, BS_EXIT_FAILED);
    return run(L, 0);
}

int bs_script_run_file(lua_State *L, const char *path, int count, char *args[])
{
    int status = luaL_loadfile(L, path); // function or message
    if (status != LUA_OK)
        return fail(L, status == LUA_ERRFILE ? BS_EXIT_UNUSABLE : BS_EXIT_FAILED);
    luaL_checkstack(L, count + 4, "too many arguments");
    for (int i = 0; i < count; i++)
        lua_pushstring(L, args[i]);
    return run(L, count);
}

/* ------------------------------------------------------------------ commands */

/* What is called protected, below. */
struct command {
    const char *name;
    int count;
    char **args;
    char *hint;
    bool exists;
    int status;
};

static void push_command(lua_State *L, const struct command *command)
{
    bs_module_require(L, "commands");
    lua_getfield(L, -1, command->name);
}

static int find(lua_State *L)
{
    struct command *command = lua_touserdata(L, 1);
    push_command(L, command);
    command->exists = lua_isfunction(L, -1);
    return 0;
}

static int call(lua_State *L)
{
    struct command *command = lua_touserdata(L, 1);
    push_command(L, command);
    luaL_checkstack(L, command->count, "too many arguments");
    for (int i = 0; i < command->count; i++)
        lua_pushstring(L, command->args[i]);
    lua_call(L, command->count, 1);
    command->status = (int)luaL_optinteger(L, -1, BS_EXIT_WELL);
    return 0;
}

static int list(lua_State *L)
{
    bs_module_require(L, "commands");
    bs_push_help(L, -1);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    bs_screen_put(text, length);
    return 0;
}

static int suggest(lua_State *L)
{
    struct command *command = lua_touserdata(L, 1);
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, command->name);
    bs_module_require(L, "commands");
    bs_push_method_names(L, -1);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++, lua_pop(L, 1))
        bs_nearest_offer(&nearest, lua_tostring(L, -1));
    bs_nearest_hint(&nearest, command->hint);
    return 0;
}

static int protect(lua_State *L, lua_CFunction function, struct command *command)
{
    lua_pushcfunction(L, add_hint);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, command);
    int handler = lua_absindex(L, -3);
    int status = lua_pcall(L, 1, 0, handler);
    lua_remove(L, handler);
    return status == LUA_OK ? BS_EXIT_WELL : fail(L, BS_EXIT_FAILED);
}

bool bs_command_exists(lua_State *L, const char *name)
{
    struct command command = {.name = name};
    protect(L, find, &command);
    return command.exists;
}

int bs_command_run(lua_State *L, const char *name, int count, char *args[])
{
    struct command command = {.name = name, .count = count, .args = args};
    int status = protect(L, call, &command);
    return status ? status : command.status;
}

int bs_command_list(lua_State *L)
{
    struct command command = {.name = NULL};
    return protect(L, list, &command);
}

const char *bs_command_nearest(lua_State *L, const char *name, char hint[static 96])
{
    struct command command = {.name = name, .hint = hint};
    hint[0] = '\0';
    protect(L, suggest, &command);
    return hint;
}
