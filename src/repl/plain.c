#include "repl/input.h"

#include "base/interrupt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void show_prompt(const char *prompt)
{
    FILE *out = isatty(STDOUT_FILENO) ? stdout : stderr;
    fputs(prompt, out);
    fflush(out);
}

enum bs_input bs_plain_read(struct bs_buf *line, const char *prompt)
{
    static char *text; /* the C library's, grown as needed */
    static size_t size;
    if (prompt)
        show_prompt(prompt);
    errno = 0;
    ssize_t length = getline(&text, &size, stdin);
    int error = errno;
    if (length >= 0) {
        bs_buf_put_n(line, text, (size_t)length);
        return BS_INPUT_LINE;
    }
    free(text);
    text = NULL;
    size = 0;
    bool is_failed = ferror(stdin);
    clearerr(stdin);
    errno = error;
    if (bs_is_interrupted())
        return BS_INPUT_INTERRUPTED;
    return is_failed ? BS_INPUT_FAILED : BS_INPUT_END;
}
