#ifndef BACKSTEP_REPL_HISTORY_H
#define BACKSTEP_REPL_HISTORY_H

/*
 * The lines typed, kept in $XDG_STATE_HOME/backstep/history, or below ~/.local/state, for Readline
 * to recall.  A file that cannot be read or written is done without.
 */
void bs_history_load(void);
void bs_history_add(const char *line); /* blank lines and repetitions are left out */

#endif
