#include "repl/repl.h"

#include "base/interrupt.h"
#include "lua/state.h"
#include "repl/feed.h"
#include "repl/input.h"
#include "repl/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct repl {
    lua_State *L;
    struct bs_feed feed;
    bool is_interactive;
    bool has_readline;
    struct bs_buf line, text;
};

enum { GO_ON = -1 };

const char *bs_version(void)
{
    return "backstep " BS_VERSION;
}

void bs_print_version(void)
{
    const char *readline = bs_readline_version();
    printf("%s, with " LUA_RELEASE, bs_version());
    if (readline)
        printf(" and GNU Readline %s; as a whole under the GNU GPL 3 or later", readline);
    putchar('\n');
}

static void begin(struct repl *repl, lua_State *L)
{
    bool is_interactive = isatty(STDIN_FILENO);
    *repl = (struct repl){
        .L = L,
        .is_interactive = is_interactive,
        .has_readline = is_interactive && isatty(STDOUT_FILENO) && bs_readline_version(),
        .line = BS_BUF_INIT,
        .text = BS_BUF_INIT,
    };
    bs_feed_init(&repl->feed, L, is_interactive);
    if (is_interactive)
        printf("%s: help() explains, Ctrl-D leaves.\n", bs_version());
}

static void finish(struct repl *repl)
{
    bs_feed_finish(&repl->feed);
    bs_buf_finish(&repl->line);
    bs_buf_finish(&repl->text);
}

static enum bs_input read_line(struct repl *repl, bool is_continued)
{
    const char *prompt = is_continued ? ">> " : "> ";
    bs_buf_cut(&repl->line, 0);
    fflush(stdout);
    if (!repl->is_interactive)
        return bs_plain_read(&repl->line, NULL);
    if (repl->has_readline)
        return bs_readline_read(&repl->line, prompt, repl->L);
    bs_interrupt_clear();
    return bs_plain_read(&repl->line, prompt);
}

static int complain(struct repl *repl, const char *text, int status)
{
    if (!repl->is_interactive) {
        bs_screen_complain(text);
        return status;
    }
    bs_screen_complain_at_prompt(text);
    return GO_ON;
}

/* Run all chunks there are; gives GO_ON or the exit status. */
static int run_chunks(struct repl *repl, bool *is_continued)
{
    bs_session(repl->L)->columns = bs_screen_columns();
    for (;;) {
        enum bs_feed_result result = bs_feed_run(&repl->feed, &repl->text);
        const char *text = bs_buf_text(&repl->text);
        *is_continued = result == BS_FEED_MORE;
        if (repl->text.failed) {
            bs_buf_finish(&repl->text);
            result = BS_FEED_ERROR;
            text = "not enough memory";
        }
        switch (result) {
        case BS_FEED_EMPTY:
        case BS_FEED_MORE:
            return GO_ON;
        case BS_FEED_RESULT:
            if (!bs_screen_put(text, repl->text.length))
                return BS_EXIT_FAILED;
            break;
        case BS_FEED_ERROR:
            return complain(repl, text, BS_EXIT_FAILED);
        case BS_FEED_STOPPED:
            if (repl->is_interactive)
                putchar('\n'); /* after the ^C */
            return complain(repl, text, BS_EXIT_INTERRUPTED);
        }
    }
}

/* The input is at its end: in a batch nothing may be missing. */
static int end(struct repl *repl, bool is_continued)
{
    if (repl->is_interactive || !is_continued)
        return BS_EXIT_WELL;
    bs_screen_complain(bs_buf_text(&repl->text));
    return BS_EXIT_FAILED;
}

/* "exit" or "quit", which is what people try who do not know of Ctrl-D. */
static bool says_goodbye(const struct repl *repl)
{
    const char *line = bs_buf_text(&repl->line);
    return repl->is_interactive && (strcmp(line, "exit") == 0 || strcmp(line, "quit") == 0);
}

static int take_line(struct repl *repl, bool *is_continued)
{
    if (!*is_continued && says_goodbye(repl))
        return BS_EXIT_WELL;
    if (repl->line.failed ||
        !bs_feed_put(&repl->feed, bs_buf_text(&repl->line), repl->line.length)) {
        bs_buf_finish(&repl->line);
        return complain(repl, "not enough memory", BS_EXIT_FAILED);
    }
    return run_chunks(repl, is_continued);
}

static int interrupt(struct repl *repl, bool *is_continued)
{
    if (!repl->is_interactive)
        return BS_EXIT_INTERRUPTED;
    if (!repl->has_readline)
        putchar('\n');
    bs_feed_drop(&repl->feed);
    *is_continued = false;
    return GO_ON;
}

int bs_repl_run(lua_State *L)
{
    struct repl repl;
    bool is_continued = false;
    int status = GO_ON;
    begin(&repl, L);
    while (status == GO_ON) {
        switch (read_line(&repl, is_continued)) {
        case BS_INPUT_LINE:
            status = take_line(&repl, &is_continued);
            break;
        case BS_INPUT_INTERRUPTED:
            status = interrupt(&repl, &is_continued);
            break;
        case BS_INPUT_END:
            status = end(&repl, is_continued);
            break;
        case BS_INPUT_FAILED:
            bs_screen_complain(strerror(errno));
            status = BS_EXIT_UNUSABLE;
            break;
        }
    }
    finish(&repl);
    return status;
}
