#include "repl/input.h"

#include <stddef.h>

/* Built instead of readline.c where GNU Readline is not wanted. */

const char *bs_readline_version(void)
{
    return NULL;
}

enum bs_input bs_readline_read(struct bs_buf *line, const char *prompt, lua_State *L)
{
    (void)L;
    return bs_plain_read(line, prompt);
}
