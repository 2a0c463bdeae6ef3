#include "lua/progress.h"

#include "base/width.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Seconds before the first line, and from one to the next. */
static const double PATIENCE = 0.5, PAUSE = 0.1;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- what it says ---------------------------------------------------------------------------- */

enum { LONGEST = 160 };

/* One part after the other, as long as they fit into the columns; the first does in any case. */
static void add_part(char text[LONGEST], const char *part, int columns)
{
    const size_t length = strlen(text);
    const char *between = length > 0 ? " · " : "";
    if (length > 0 && bs_width(text) + bs_width(between) + bs_width(part) >= columns)
        return;
    snprintf(text + length, LONGEST - length, "%s%s", between, part);
}

/* Of an epoch that takes longer than from line to line, also how far it is. */
static void add_epoch(char text[LONGEST], const struct bs_pace_line *line,
                      const struct bs_pace *pace)
{
    char part[80];
    const size_t samples = line->training->samples;
    int length =
        snprintf(part, sizeof part, "epoch %zu of %zu", pace->epoch, line->training->epochs);
    if (pace->epoch == line->shown_epoch)
        snprintf(part + length, sizeof part - (size_t)length, ", %.0f %% done",
                 floor(100 * (double)pace->samples / (double)samples));
    add_part(text, part, line->session->columns);
}

/* To three figures, which is what is left of 999.5 as a thousand. */
static void add_speed(char text[LONGEST], double speed, int columns)
{
    char part[80];
    if (speed >= 999.5e3)
        snprintf(part, sizeof part, "%.3g million samples/s", fmin(speed / 1e6, 999));
    else if (speed >= 999.5)
        snprintf(part, sizeof part, "%.3g thousand samples/s", speed / 1e3);
    else
        snprintf(part, sizeof part, "%.3g samples/s", speed);
    add_part(text, part, columns);
}

static void show(const struct bs_pace_line *line, const struct bs_pace *pace, double seconds)
{
    char text[LONGEST] = "", part[40];
    const int columns = line->session->columns;
    const double before = (double)(pace->epoch - 1) * (double)line->training->samples;
    add_epoch(text, line, pace);
    if (!isnan(pace->loss)) {
        snprintf(part, sizeof part, "loss %.3g", pace->loss);
        add_part(text, part, columns);
    }
    add_speed(text, (before + (double)pace->samples) / seconds, columns);
    line->session->progress(text);
}

/* ---- when ------------------------------------------------------------------------------------ */

static void tell(void *context, const struct bs_pace *pace)
{
    struct bs_pace_line *line = context;
    const double time = now();
    if (time - line->began < PATIENCE || time - line->shown_at < PAUSE)
        return;
    show(line, pace, time - line->began);
    line->shown_at = time;
    line->shown_epoch = pace->epoch;
}

void bs_pace_line_begin(struct bs_pace_line *line, const struct bs_session *session,
                        struct bs_training *training)
{
    *line = (struct bs_pace_line){.session = session, .training = training};
    if (!session->progress)
        return;
    line->began = now();
    training->tell = tell;
    training->tell_context = line;
}

void bs_pace_line_hide(const struct bs_pace_line *line)
{
    if (line->shown_at > 0)
        line->session->progress("");
}
