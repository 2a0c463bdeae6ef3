#include "repl/input.h"

#include "base/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void show_prompt(const char *prompt)
{
    FILE *out = isatty(STDOUT_FILENO) ? stdout : stderr;
    fputs(prompt, out);
    fflush(out);
}

/*
 * Wait for a line to be typed, or Ctrl-C.  No Ctrl-C falls between the look at the flag and the
 * wait; a read would miss it and go on waiting.
 */
static void wait_for_line(void)
{
    struct pollfd keyboard = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t held, outside;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, &outside);
    while (!bs_is_interrupted() && ppoll(&keyboard, 1, NULL, &outside) < 0 && errno == EINTR)
        ;
    sigprocmask(SIG_SETMASK, &outside, NULL);
}

static enum bs_input read_line(struct bs_buf *line)
{
    char *text = NULL;
    size_t size = 0;
    errno = 0;
    clearerr(stdin); /* a program may have left it at an end or an error */
    ssize_t length = getline(&text, &size, stdin);
    int error = errno;
    if (length > 0)
        bs_buf_put_n(line, text, (size_t)length - (text[length - 1] == '\n'));
    free(text);
    errno = error;
    if (length > 0)
        return BS_INPUT_LINE;
    if (bs_is_interrupted())
        return BS_INPUT_INTERRUPTED;
    return ferror(stdin) ? BS_INPUT_FAILED : BS_INPUT_END;
}

enum bs_input bs_plain_read(struct bs_buf *line, const char *prompt)
{
    if (!prompt)
        return read_line(line);
    setvbuf(stdin, NULL, _IONBF, 0); /* what is there to read is then all in the terminal */
    show_prompt(prompt);
    wait_for_line();
    return bs_is_interrupted() ? BS_INPUT_INTERRUPTED : read_line(line);
}
