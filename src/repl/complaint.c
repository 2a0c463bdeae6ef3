#include "repl/complaint.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/width.h"
#include "lua/doc.h"
#include "lua/inspect.h"
#include "lua/names.h"
#include "lua/state.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

void bs_complaint_to_text(lua_State *L)
{
    if (lua_type(L, -1) == LUA_TSTRING)
        return;
    if (luaL_getmetafield(L, -1, "__tostring") != LUA_TNIL) {
        lua_pop(L, 1);
        luaL_tolstring(L, -1, NULL);
    } else {
        bs_push_inspected(L, -1, bs_session(L)->columns);
        lua_pushfstring(L, "error: %s", lua_tostring(L, -1));
        lua_replace(L, -2);
    }
    lua_replace(L, -2);
}

/* ------------------------------------------------------------------ what was probably meant */

/* Lua ends the message on a nil with its name: (global 'x'), (field 'x'), (method 'x'). */
static bool find_nil_name(const char *message, const char *kind, char name[static 64])
{
    char start[24];
    snprintf(start, sizeof start, "(%s '", kind);
    const char *found = strstr(message, "a nil value ");
    found = found ? strstr(found, start) : NULL;
    return found && sscanf(found + strlen(start), "%63[A-Za-z0-9_]')", name) == 1;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The byte where the name stands as a word of the line, negative if nowhere or more than once. */
static int find_word(const struct bs_place *place, const char *name)
{
    size_t length = strlen(name);
    int found = -1;
    for (size_t at = 0; at + length <= place->length; at++) {
        bool is_word = (at == 0 || !is_word_char(place->line[at - 1])) &&
                       (at + length == place->length || !is_word_char(place->line[at + length])) &&
                       memcmp(place->line + at, name, length) == 0;
        if (is_word && found >= 0)
            return -1;
        if (is_word)
            found = (int)at;
    }
    return found;
}

/* Offer each name of the array on top of the stack, which is popped. */
static void offer(lua_State *L, struct bs_nearest *nearest)
{
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++, lua_pop(L, 1))
        bs_nearest_offer(nearest, lua_tostring(L, -1));
    lua_pop(L, 2);
}

/* Push the object whose field or method was nil, when the line names it: "net.layers:seek". */
static bool push_owner(lua_State *L, const struct bs_place *place)
{
    if (!place || place->column < 2)
        return false;
    size_t end = (size_t)place->column - 1;
    size_t start = bs_path_start(place->line, end);
    bool found = bs_push_path(L, place->line + start, end - start);
    if (!found)
        lua_pop(L, 1);
    return found;
}

static void offer_all_methods(lua_State *L, struct bs_nearest *nearest)
{
    bs_doc_push_types(L);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) { // types, name, metatable
        lua_getfield(L, -1, "__methods");
        bs_push_field_names(L, -1);
        offer(L, nearest);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void offer_members(lua_State *L, const struct bs_place *place, struct bs_nearest *nearest)
{
    if (!push_owner(L, place)) {
        offer_all_methods(L, nearest);
        return;
    }
    bs_push_field_names(L, -1);
    offer(L, nearest);
    bs_push_method_names(L, -1);
    offer(L, nearest);
    lua_pop(L, 1);
}

void bs_complaint_add_hint(lua_State *L, struct bs_place *place)
{
    char name[64], hint[96];
    const char *message = lua_tostring(L, -1);
    bool is_global = find_nil_name(message, "global", name);
    if (!is_global && !find_nil_name(message, "field", name) &&
        !find_nil_name(message, "method", name))
        return;
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, name);
    if (place)
        place->column = find_word(place, name);
    if (strlen(name) < 2) /* every letter is a slip away from every other */
        return;
    if (is_global) {
        bs_push_global_names(L);
        offer(L, &nearest);
    } else {
        offer_members(L, place, &nearest);
    }
    lua_pushstring(L, bs_nearest_hint(&nearest, hint));
    lua_concat(L, 2);
}

/* ------------------------------------------------------------------ the line */

/* What people type, or paste from what is printed here, instead of a character that Lua has. */
static const struct {
    uint32_t code;
    char meant;
} lookalikes[] = {
    {0xB7, '*'},    {0xD7, '*'},   {0xF7, '/'},   {0x2013, '-'}, {0x2018, '\''},
    {0x2019, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x2212, '-'}, {0x22C5, '*'},
    {0x3000, ' '},  {0x3001, ','}, {0x3002, '.'},
};

static char meant_by(uint32_t code)
{
    enum { FULLWIDTH_FIRST = 0xFF01, FULLWIDTH_LAST = 0xFF5E };
    if (code >= FULLWIDTH_FIRST && code <= FULLWIDTH_LAST)
        return (char)(code - FULLWIDTH_FIRST + '!');
    for (size_t i = 0; i < sizeof lookalikes / sizeof *lookalikes; i++)
        if (lookalikes[i].code == code)
            return lookalikes[i].meant;
    return '\0';
}

void bs_complaint_name_character(lua_State *L, const struct bs_place *place)
{
    if (place->column < 0 || (size_t)place->column >= place->length)
        return;
    uint32_t code;
    const char *character = place->line + place->column;
    size_t size = bs_utf8_read(&code, character, place->length - (size_t)place->column);
    if (size < 2)
        return;
    lua_pushlstring(L, character, size);
    const char *text = lua_tostring(L, -1);
    if (meant_by(code))
        lua_pushfstring(L, "Lua has no character %s: type %c", text, meant_by(code));
    else
        lua_pushfstring(L, "Lua has no character %s outside of strings", text);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

void bs_complaint_add_line(lua_State *L, const struct bs_place *place)
{
    if (bs_width_n(place->line, place->length) + 4 > bs_session(L)->columns)
        return;
    struct bs_buf *buf = bs_push_buf(L); // message, buf
    bs_buf_printf(buf, "%s\n    ", lua_tostring(L, -2));
    for (size_t i = 0; i < place->length; i++)
        bs_buf_char(buf, place->line[i] == '\t' ? ' ' : place->line[i]);
    if (place->column >= 0) {
        int tabs = 0;
        for (int i = 0; i < place->column; i++)
            tabs += place->line[i] == '\t';
        bs_buf_put(buf, "\n    ");
        bs_buf_repeat(buf, " ", bs_width_n(place->line, (size_t)place->column) + tabs);
        bs_buf_char(buf, '^');
    }
    bs_pop_text(L);
    lua_replace(L, -2); // message
}
