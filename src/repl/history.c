#include "repl/history.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <readline/history.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINES = 2000 };

static struct bs_buf path; /* empty when there is no place for the file */

/* Every directory on the way to the file, for the user alone where it is missing. */
static bool make_directories(void)
{
    for (char *slash = strchr(path.text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool is_there = mkdir(path.text, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!is_there)
            return false;
    }
    return true;
}

/* The base directory specification: a relative XDG_STATE_HOME is to be ignored. */
static bool find_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        bs_buf_put(&path, state);
    else if (home && *home == '/')
        bs_buf_printf(&path, "%s/.local/state", home);
    else
        return false;
    bs_buf_put(&path, "/backstep/history");
    return !path.failed && make_directories();
}

/* append_history wants a file that exists. */
static bool make_file(void)
{
    int file = open(path.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return file >= 0 && close(file) == 0;
}

/* With times in the file an entry of several lines is read back as one. */
void bs_history_load(void)
{
    using_history();
    history_comment_char = '#';
    history_write_timestamps = 1;
    history_multiline_entries = 1;
    stifle_history(MOST_LINES);
    if (!find_path() || !make_file()) {
        bs_buf_finish(&path);
        return;
    }
    read_history(path.text);
    history_truncate_file(path.text, MOST_LINES);
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\n")] == '\0';
}

void bs_history_add(const char *line)
{
    HIST_ENTRY *last = history_get(history_base + history_length - 1);
    if (is_blank(line) || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    if (path.length > 0)
        append_history(1, path.text);
}
