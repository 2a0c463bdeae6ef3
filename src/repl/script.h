#ifndef BACKSTEP_REPL_SCRIPT_H
#define BACKSTEP_REPL_SCRIPT_H

#include <lua.h>
#include <stdbool.h>

/*
 * Programs that are not typed at the prompt.  Each gives an exit status; an error is told of on
 * standard error, with the way to it where that is more than a line of one file.
 */
int bs_script_run_code(lua_State *L, const char *code);
int bs_script_run_file(lua_State *L, const char *path, int count, char *args[]); /* NULL: stdin */

/* Is there a command of that name among those of lib/commands.lua?  What they are, for --help. */
bool bs_command_exists(lua_State *L, const char *name);
int bs_command_run(lua_State *L, const char *name, int count, char *args[]);
int bs_command_list(lua_State *L); /* prints; an exit status */

/* ": did you mean NAME?" or "" */
const char *bs_command_nearest(lua_State *L, const char *name, char hint[static 96]);

#endif
