#ifndef BACKSTEP_REPL_DIALOGUE_H
#define BACKSTEP_REPL_DIALOGUE_H

#include <lua.h>

/*
 * The terminal for Lua that is shipped: functions of `host`.
 *     host.write(text)       on standard output, as it is; false where that cannot be written
 *     host.read(prompt)      a line of standard input without its end, nil where that ends; the
 *                            prompt is shown only to who is at a terminal
 *     host.complain(text)    on standard error, after the program's name
 *     host.remark(text)      on standard error, as it is
 *     host.progress(text)    see bs_screen_progress; host.wants_progress() is whether to
 *     host.is_terminal(name) "stdin", "stdout" or "stderr"
 *     host.version()         of the program
 */
void bs_open_dialogue(lua_State *L);

#endif
