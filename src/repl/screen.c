#include "repl/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { USUAL_COLUMNS = 80, FEWEST_COLUMNS = 20 };

static int write_error;   /* errno of the first write that failed */
static bool has_progress; /* is a line of progress on the screen? */

static bool flush(void)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && !write_error)
        write_error = errno ? errno : EIO;
    return write_error == 0;
}

void bs_screen_progress(const char *text)
{
    if (!has_progress && *text == '\0')
        return;
    flush();
    fprintf(stderr, "\r%s\033[K", text);
    has_progress = *text != '\0';
}

bool bs_screen_wants_progress(void)
{
    enum { PAUSE = 200 * 1000 * 1000 };
    static long long last;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long time = now.tv_sec * 1000000000LL + now.tv_nsec;
    if (last == 0)
        last = time;
    if (time - last < PAUSE || !isatty(STDERR_FILENO))
        return false;
    last = time;
    return true;
}

bool bs_screen_put(const char *text, size_t length)
{
    if (length > 0) {
        fwrite(text, 1, length, stdout);
        putchar('\n');
    }
    return flush();
}

/* What the text quotes must not steer the terminal: of control characters, C1's included, line ends
 * and tabs alone are printed. */
static void put_clean(FILE *file, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool is_c1 = at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0;
        if (is_c1 || (*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7F)
            fputs("\xEF\xBF\xBD", file);
        else
            putc(*at, file);
        at += is_c1;
    }
}

void bs_screen_complain(const char *text)
{
    bs_screen_progress("");
    flush();
    fputs("backstep: ", stderr);
    put_clean(stderr, text);
    putc('\n', stderr);
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
