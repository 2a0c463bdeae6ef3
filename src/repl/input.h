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

/* GNU Readline: editing, history, completion from L.  Set up at the first line that is read. */
const char *bs_readline_version(void); /* "8.2"; NULL when it was not built in */
enum bs_input bs_readline_read(struct bs_buf *line, const char *prompt, lua_State *L);

#endif
