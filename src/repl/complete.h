#ifndef BACKSTEP_REPL_COMPLETE_H
#define BACKSTEP_REPL_COMPLETE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Push the array of what may stand in place of the last word of text[0 .. length-1]: globals and
 * keywords; fields after a dot and methods after a colon; in a string for an object's method the
 * names of its entries, in one for a function what its completer offers.  Pushes nil when finding
 * out fails or takes too long.
 */
void bs_push_completions(lua_State *L, const char *text, size_t length);

/* Is the end of the text inside a string?  Gives where the string's first character is. */
bool bs_is_in_string(const char *text, size_t length, size_t *start);

#endif
