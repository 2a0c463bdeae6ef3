#ifndef BACKSTEP_REPL_SIGNALS_H
#define BACKSTEP_REPL_SIGNALS_H

/*
 * From now on Ctrl-C raises base/interrupt.h's flag, and ends a read that waits.  A computation
 * that does not look at the flag is warned of at the second Ctrl-C, and the third ends the program.
 */
void bs_signals_install(void);

#endif
