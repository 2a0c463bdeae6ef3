#ifndef BACKSTEP_LUA_PROGRESS_H
#define BACKSTEP_LUA_PROGRESS_H

#include "lua/state.h"
#include "net/train.h"

/*
 * The line of progress of training that takes a while, where somebody watches: not in its first
 * half second, then ten times a second at most.  It is no Lua and raises nothing.
 */
struct bs_pace_line {
    const struct bs_session *session;
    const struct bs_training *training;
    double began, shown_at; /* seconds; the latter is 0 before the first line */
    size_t shown_epoch;
};

/* Makes the training tell the line, which must outlive it. */
void bs_pace_line_begin(struct bs_pace_line *line, const struct bs_session *session,
                        struct bs_training *training);

/* Takes the line away, if there is one: before anything else is shown, and in the end. */
void bs_pace_line_hide(const struct bs_pace_line *line);

#endif
