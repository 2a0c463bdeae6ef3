#ifndef BACKSTEP_REPL_FEED_H
#define BACKSTEP_REPL_FEED_H

#include "base/buf.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What is between the keyboard and Lua: text goes in line by line, or several lines at once;
 * complete chunks come out, run one by one.  A chunk is an expression, whose value is shown, or
 * statements; ?NAME is a question for help.  Where a chunk starts with `local`, the word is passed
 * over: the name would be gone at the next line. All that was ever fed is kept, so that "stdin:12:"
 * names one line of the session and an error can show it.
 */
struct bs_feed {
    lua_State *L;
    struct bs_buf input;
    size_t start;        /* of the next chunk */
    int line;            /* the number of the line there */
    size_t tested;       /* up to here the next chunk is incomplete */
    bool is_interactive; /* leave out of messages what is before the reader's eyes */
};

enum bs_feed_result {
    BS_FEED_EMPTY,   /* nothing is left to run */
    BS_FEED_MORE,    /* what is left is the beginning of a chunk; *text says what it lacks */
    BS_FEED_RESULT,  /* a chunk ran; *text is what to show, maybe nothing */
    BS_FEED_ERROR,   /* it failed, or is no Lua; *text says why; the rest was dropped */
    BS_FEED_STOPPED, /* likewise, by Ctrl-C, which is hereby answered */
};

void bs_feed_init(struct bs_feed *feed, lua_State *L, bool is_interactive);
void bs_feed_finish(struct bs_feed *feed);

/* Append a line, or several; false when out of memory. */
bool bs_feed_put(struct bs_feed *feed, const char *text, size_t length);

/* Run the next chunk.  *text, an initialised buf, is replaced. */
enum bs_feed_result bs_feed_run(struct bs_feed *feed, struct bs_buf *text);

void bs_feed_drop(struct bs_feed *feed); /* forget what has not run */

#endif
