#ifndef BACKSTEP_REPL_DIALOGUE_H
#define BACKSTEP_REPL_DIALOGUE_H

#include <lua.h>

/*
 * The terminal for Lua that is shipped: functions of `host`.
 *     host.write(text)       on standard output, as it is
 *     host.read(prompt)      a line of standard input without its end, nil where that ends; the
 *                            prompt is shown only to who is at a terminal
 *     host.complain(text)    on standard error
 */
void bs_open_dialogue(lua_State *L);

#endif
