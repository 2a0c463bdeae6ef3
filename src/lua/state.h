#ifndef BACKSTEP_LUA_STATE_H
#define BACKSTEP_LUA_STATE_H

#include "base/error.h"
#include "base/number.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A session: one Lua state and what all of its types share.
 *
 * Stopping.  A hook set before anything else runs looks every thousand instructions whether Ctrl-C
 * was pressed or the session's patience is at its end; coroutines inherit it.  Either is sticky:
 * the error is raised again by every hook, and by pcall, xpcall, load and coroutine.resume when
 * they return, until bs_lua_clear, so no program can swallow it.  Three things never reach a hook:
 * a pattern that backtracks without end, string.rep or table.move asked for astronomical counts of
 * nothing, and __gc.  Memory has a limit, so whatever grows ends; for the rest a third Ctrl-C ends
 * the program.
 */
struct bs_session {
    struct bs_digits digits; /* of numbers shown */
    char lang[8];            /* of text shown: "en" or "zh" */
    int columns;             /* of the screen */
    /* Shows a line of progress, in place of the one before, "" none; NULL: nobody watches. */
    void (*progress)(const char *line);
    size_t memory, memory_limit; /* bytes Lua holds and may hold */
    size_t outside;              /* bytes that the engine holds, see bs_box_weigh */
    bool warns, is_in_warning;   /* of Lua's function warn */
    long patience;               /* thousands of instructions left, see bs_lua_limit */
};

/* NULL when out of memory.  Standard libraries, backstep's own, the hook: ready to run. */
lua_State *bs_lua_open(struct bs_error *err);
void bs_lua_close(lua_State *L); /* any thread of it; NULL is fine */

struct bs_session *bs_session(lua_State *L); /* of any thread of the state */

/* From now to the next bs_lua_clear let Lua run about so many instructions; 0: without a limit. */
void bs_lua_limit(lua_State *L, long instructions);

/*
 * Have the hook of the session that was opened last look at the next instruction, of its main
 * thread: a thousand may each call what takes long.  Safe in a signal handler.
 */
void bs_lua_hurry(void);

/* Forget Ctrl-C and the limit.  For the top level alone, when it starts and when it is done. */
void bs_lua_clear(lua_State *L);

/* Has Ctrl-C been pressed, or the limit reached?  bs_lua_check_stopped raises the error if so. */
bool bs_lua_is_stopped(lua_State *L);
void bs_lua_check_stopped(lua_State *L);

/*
 * Return when `status` is BS_OK, else raise *err as a Lua error: with the position of the Lua code
 * that called, and under the formula with a caret where err->column says and `formula` is not NULL.
 */
void bs_check(lua_State *L, int status, const struct bs_error *err);
void bs_check_formula(lua_State *L, int status, const struct bs_error *err, const char *formula);

/* luaL_error(L, "not enough memory") in Lua's own words. */
int bs_memory_error(lua_State *L);

/*
 * Push a text buffer that is released when the collector, or an error, drops it.  bs_pop_text takes
 * it, which must be on top of the stack, and leaves its text, a string, instead.
 */
struct bs_buf *bs_push_buf(lua_State *L);
void bs_pop_text(lua_State *L);

/* Sort the array at `index` by `less`, a comparison as for table.sort; NULL: by Lua's <. */
void bs_sort(lua_State *L, int index, lua_CFunction less);

#endif
