#include "repl/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80, FEWEST_COLUMNS = 20 };

static int write_error; /* errno of the first write that failed */

static bool flush(void)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && !write_error)
        write_error = errno ? errno : EIO;
    return write_error == 0;
}

bool bs_screen_put(const char *text, size_t length)
{
    if (length > 0) {
        fwrite(text, 1, length, stdout);
        putchar('\n');
    }
    return flush();
}

void bs_screen_complain(const char *text)
{
    flush();
    fprintf(stderr, "backstep: %s\n", text);
}

static bool has_colour(void)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return !(refused && *refused) && terminal && *terminal && strcmp(terminal, "dumb") != 0 &&
           isatty(STDERR_FILENO);
}

void bs_screen_complain_at_prompt(const char *text)
{
    flush();
    if (has_colour())
        fprintf(stderr, "\033[31m%s\033[0m\n", text);
    else
        fprintf(stderr, "%s\n", text);
}

int bs_screen_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_COLUMNS;
    return size.ws_col < FEWEST_COLUMNS ? FEWEST_COLUMNS : size.ws_col;
}

static void check_output(void)
{
    if (flush())
        return;
    if (write_error != EPIPE)
        fprintf(stderr, "backstep: cannot write: %s\n", strerror(write_error));
    _exit(BS_EXIT_FAILED);
}

void bs_screen_open(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0)
        close(descriptor);
    atexit(check_output);
}
