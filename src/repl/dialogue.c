#include "repl/dialogue.h"

#include "lua/module.h"
#include "lua/state.h"
#include "repl/input.h"
#include "repl/repl.h"
#include "repl/screen.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What cannot be written is told of when the program ends; who has much to write may stop. */
static int l_host_write(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    bs_screen_progress("");
    fwrite(text, 1, length, stdout);
    lua_pushboolean(L, !ferror(stdout));
    return 1;
}

static void cut_line_end(struct bs_buf *line)
{
    size_t length = line->length;
    while (length > 0 && strchr("\r\n", line->text[length - 1]))
        length--;
    bs_buf_cut(line, length);
}

static int l_host_read(lua_State *L)
{
    const char *prompt = luaL_checkstring(L, 1);
    bool is_terminal = isatty(STDIN_FILENO);
    struct bs_buf *line = bs_push_buf(L); // prompt, line
    fflush(stdout);
    switch (bs_plain_read(line, is_terminal ? prompt : NULL)) {
    case BS_INPUT_LINE:
        cut_line_end(line);
        bs_pop_text(L);
        return 1;
    case BS_INPUT_END:
        if (is_terminal)
            putchar('\n');
        lua_pushnil(L);
        return 1;
    case BS_INPUT_INTERRUPTED:
        if (is_terminal)
            putchar('\n');
        break;
    case BS_INPUT_FAILED:
        return luaL_error(L, "cannot read: %s", strerror(errno));
    }
    bs_lua_check_stopped(L);
    return 0;
}

static int l_host_complain(lua_State *L)
{
    bs_screen_complain(luaL_checkstring(L, 1));
    return 0;
}

/* For what stands beside the results: as it is, without the program's name. */
static int l_host_remark(lua_State *L)
{
    bs_screen_progress("");
    fflush(stdout);
    fputs(luaL_checkstring(L, 1), stderr);
    return 0;
}

static int l_host_wants_progress(lua_State *L)
{
    lua_pushboolean(L, bs_screen_wants_progress());
    return 1;
}

static int l_host_progress(lua_State *L)
{
    bs_screen_progress(luaL_checkstring(L, 1));
    return 0;
}

static int l_host_version(lua_State *L)
{
    lua_pushstring(L, bs_version());
    return 1;
}

static int l_host_is_terminal(lua_State *L)
{
    static const char *const names[] = {"stdin", "stdout", "stderr", NULL};
    lua_pushboolean(L, isatty(luaL_checkoption(L, 1, NULL, names)));
    return 1;
}

void bs_open_dialogue(lua_State *L)
{
    static const luaL_Reg host[] = {
        {"write", l_host_write},
        {"read", l_host_read},
        {"complain", l_host_complain},
        {"remark", l_host_remark},
        {"progress", l_host_progress},
        {"wants_progress", l_host_wants_progress},
        {"is_terminal", l_host_is_terminal},
        {"version", l_host_version},
        {NULL, NULL},
    };
    if (isatty(STDERR_FILENO))
        bs_session(L)->progress = bs_screen_progress;
    bs_module_push_host(L);
    luaL_setfuncs(L, host, 0);
    lua_pop(L, 1);
}
