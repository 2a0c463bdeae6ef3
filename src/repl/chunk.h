#ifndef BACKSTEP_REPL_CHUNK_H
#define BACKSTEP_REPL_CHUNK_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Text that may be a piece of Lua: an expression, or statements.  The word `local` at its start is
 * passed over where it can be, so that the name lives on.
 */
struct bs_chunk {
    const char *text;
    size_t length;
    int first_line; /* the line of the session where it starts, from 1 */
};

enum bs_chunk_kind {
    BS_CHUNK_COMPLETE,   /* a function was pushed, that returns the expression's values */
    BS_CHUNK_INCOMPLETE, /* the error message was pushed; more text could mend it */
    BS_CHUNK_WRONG,      /* the error message was pushed */
};

enum bs_chunk_kind bs_chunk_compile(lua_State *L, const struct bs_chunk *chunk);

/* The byte of the token that made the chunk wrong, given the message; negative: not known. */
long bs_chunk_locate(lua_State *L, const struct bs_chunk *chunk, const char *message);

/*
 * Chunks are called stdin in messages, and the lines of the session counted on through them.  Gives
 * the line where the message says that the error is, and its sentence without that; 0 and the
 * message when it speaks of no chunk.
 */
#define BS_CHUNK_NAME "stdin"
int bs_chunk_error_line(const char *message, const char **sentence);

#endif
