#ifndef BACKSTEP_REPL_COMPLAINT_H
#define BACKSTEP_REPL_COMPLAINT_H

#include <lua.h>
#include <stddef.h>

/* The line of source that an error is about; column counts bytes from 0, negative: not known. */
struct bs_place {
    const char *line;
    size_t length;
    int column;
};

/* Replace the error on top of the stack, of any type, by a string. */
void bs_complaint_to_text(lua_State *L);

/*
 * Replace the message on top of the stack by one that names what was probably meant where a global,
 * field or method is nil.  `place` may be NULL; its column is set where the name is found.
 */
void bs_complaint_add_hint(lua_State *L, struct bs_place *place);

/* Append the line, and a caret below the column, to the message on top of the stack. */
void bs_complaint_add_line(lua_State *L, const struct bs_place *place);

/*
 * If the column holds a character that is not ASCII, which no token of Lua starts with, replace the
 * message on top of the stack by one that says so, and what to type for it where that is known.
 */
void bs_complaint_name_character(lua_State *L, const struct bs_place *place);

#endif
