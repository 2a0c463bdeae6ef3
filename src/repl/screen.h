#ifndef BACKSTEP_REPL_SCREEN_H
#define BACKSTEP_REPL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of the program. */
enum {
    BS_EXIT_WELL = 0,
    BS_EXIT_FAILED = 1,        /* a script's error, a wrong answer, output that cannot be written */
    BS_EXIT_UNUSABLE = 2,      /* arguments, or input that cannot be read */
    BS_EXIT_INTERRUPTED = 130, /* Ctrl-C */
};

/* Write whole lines to standard output at once; false when that failed. */
bool bs_screen_put(const char *text, size_t length);

/* Tell of an error on standard error: after "backstep: ", or at the prompt in red if there is
 * colour. */
void bs_screen_complain(const char *text);
void bs_screen_complain_at_prompt(const char *text);

/*
 * A line on standard error that says how far things are, in place of the one before; "" takes it
 * away, as a complaint does.  It is wanted by a terminal, and five times a second at most.
 */
void bs_screen_progress(const char *text);
bool bs_screen_wants_progress(void);

int bs_screen_columns(void); /* of standard output; 80 when it is no terminal */

/*
 * For the start of the program: make sure that the three standard descriptors are open, so that no
 * file takes their place, and that however the program exits, what is still buffered is written.
 * Where that or an earlier write fails, the status is BS_EXIT_FAILED and a message says why, unless
 * it is that nobody reads.
 */
void bs_screen_open(void);

#endif
