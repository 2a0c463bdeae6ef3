#ifndef BACKSTEP_REPL_REPL_H
#define BACKSTEP_REPL_REPL_H

#include <lua.h>

/*
 * Read chunks from standard input, run them and show their values until the input ends.  At a
 * terminal with prompts, and errors do not end it; else as a batch, silent but for results, which
 * the first error ends.  Gives the exit status.
 */
int bs_repl_run(lua_State *L);

const char *bs_version(void); /* "backstep 0.1.0" */
void bs_print_version(void);  /* that, and what the program was built with */

#endif
