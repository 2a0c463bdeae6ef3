#include "repl/dialogue.h"

#include "lua/module.h"
#include "lua/state.h"
#include "repl/input.h"
#include "repl/screen.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What cannot be written is told of when the program ends. */
static int l_host_write(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    fwrite(text, 1, length, stdout);
    return 0;
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

void bs_open_dialogue(lua_State *L)
{
    static const luaL_Reg host[] = {
        {"write", l_host_write},
        {"read", l_host_read},
        {"complain", l_host_complain},
        {NULL, NULL},
    };
    bs_module_push_host(L);
    luaL_setfuncs(L, host, 0);
    lua_pop(L, 1);
}
