#ifndef BACKSTEP_REPL_INPUT_H
#define BACKSTEP_REPL_INPUT_H

#include "base/buf.h"

#include <lua.h>
#include <stdbool.h>

/* How waiting for a line ended. */
enum bs_input {
    BS_INPUT_LINE,
    BS_INPUT_END,         /* Ctrl-D, or no more input */
    BS_INPUT_INTERRUPTED, /* Ctrl-C: what was typed is gone */
    BS_INPUT_FAILED,      /* errno says why */
};

/* Read lines from standard input without any help; a prompt that is NULL is not shown. */
enum bs_input bs_plain_read(struct bs_buf *line, const char *prompt);

/*
 * GNU Readline: editing, history, completion from L.  Available says whether it was built in.
 * Reading sets it up at first, and asks for the size of the screen every time.
 */
bool bs_readline_is_available(void);
enum bs_input bs_readline_read(struct bs_buf *line, const char *prompt, lua_State *L);

#endif
