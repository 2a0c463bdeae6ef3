#ifndef BACKSTEP_LUA_EXPERIMENT_H
#define BACKSTEP_LUA_EXPERIMENT_H

#include <lua.h>

/*
 * Experiments: what a network is asked that is not training, shown as a table for reading.  Their
 * numbers are fields; their text is written by lib/experiments.lua.
 */

/* The table on top of the stack becomes a result of that kind, whose text the prompt shows. */
int bs_make_result(lua_State *L, const char *kind);

/* Add to the table on top of the stack the methods of networks in experiment.c. */
void bs_add_experiment_methods(lua_State *L);

#endif
