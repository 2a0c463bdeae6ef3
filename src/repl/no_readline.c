#include "repl/input.h"

/* Built instead of readline.c where GNU Readline is not wanted. */

bool bs_readline_is_available(void)
{
    return false;
}

enum bs_input bs_readline_read(struct bs_buf *line, const char *prompt, lua_State *L)
{
    (void)L;
    return bs_plain_read(line, prompt);
}
