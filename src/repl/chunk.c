#include "repl/chunk.h"

#include "base/buf.h"
#include "lua/state.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static const char end_of_text[] = "<eof>";

static bool has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text), wanted = strlen(suffix);
    return length >= wanted && strcmp(text + length - wanted, suffix) == 0;
}

/* Lines are counted by giving Lua empty ones first, at most a page of them, told by the name. */
enum { PAGE_LINES = 1000 };

static void push_name(lua_State *L, int page)
{
    if (page > 0)
        lua_pushfstring(L, "=" BS_CHUNK_NAME "+%d", page * PAGE_LINES);
    else
        lua_pushliteral(L, "=" BS_CHUNK_NAME);
}

/* Push the function that `length` bytes after `prefix` are; false, with a message, if none. */
static bool load(lua_State *L, const struct bs_chunk *chunk, size_t length, const char *prefix)
{
    int page = (chunk->first_line - 1) / PAGE_LINES;
    struct bs_buf *source = bs_push_buf(L); // source
    bs_buf_repeat(source, "\n", (chunk->first_line - 1) % PAGE_LINES);
    bs_buf_put(source, prefix);
    bs_buf_put_n(source, chunk->text, length);
    if (source->failed)
        bs_memory_error(L);
    push_name(L, page); // source, name
    int status = luaL_loadbufferx(L, bs_buf_text(source), source->length, lua_tostring(L, -1), "t");
    lua_replace(L, -3);
    lua_pop(L, 1); // function or message
    if (status == LUA_ERRMEM)
        lua_error(L);
    return status == LUA_OK;
}

/* Push the function that the chunk is without its first word; nothing when that is not `local`. */
static bool load_without_local(lua_State *L, const struct bs_chunk *chunk)
{
    static const char local[] = "local ";
    size_t space = strspn(chunk->text, " \t");
    if (strncmp(chunk->text + space, local, strlen(local)) != 0)
        return false;
    size_t skipped = space + strlen(local);
    struct bs_chunk rest = {chunk->text + skipped, chunk->length - skipped, chunk->first_line};
    if (load(L, &rest, rest.length, ""))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Read a number of at most nine digits after `mark`; negative, with *text as it was, when none. */
static int read_number(const char **text, char mark)
{
    char *end;
    if (**text != mark || !isdigit((unsigned char)(*text)[1]))
        return -1;
    long number = strtol(*text + 1, &end, 10);
    if (end - *text > 10)
        return -1;
    *text = end;
    return (int)number;
}

int bs_chunk_error_line(const char *message, const char **sentence)
{
    static const char name[] = BS_CHUNK_NAME;
    const char *text = message + strlen(name);
    *sentence = message;
    if (strncmp(message, name, strlen(name)) != 0)
        return 0;
    int before = read_number(&text, '+');
    int line = read_number(&text, ':');
    if (line <= 0 || strncmp(text, ": ", 2) != 0)
        return 0;
    *sentence = text + 2;
    return line + (before > 0 ? before : 0);
}

/* The token that a syntax error is near to, without its quotes.  False for the end of the text. */
static bool find_token(const char *message, const char **token, size_t *length)
{
    static const char near[] = " near '";
    const char *found = NULL;
    for (const char *next = message; (next = strstr(next, near)); next++)
        found = next;
    if (!found || !has_suffix(message, "'"))
        return false;
    *token = found + strlen(near);
    *length = strlen(*token) - 1;
    return true;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Did the text fail at its very first token, so that it was never meant as a statement? */
static bool fails_at_start(const struct bs_chunk *chunk, const char *message)
{
    const char *token, *text = chunk->text + strspn(chunk->text, " \t\n");
    size_t length;
    return find_token(message, &token, &length) && strncmp(text, token, length) == 0 &&
           !(is_name_char(token[length - 1]) && is_name_char(text[length]));
}

/*
 * An expression first: it may be tried as `return` and the text.  When neither will do, the text is
 * incomplete if either reading ends too early; else the message is the statement's, unless the text
 * does not even begin like one.
 */
enum bs_chunk_kind bs_chunk_compile(lua_State *L, const struct bs_chunk *chunk)
{
    if (load_without_local(L, chunk) || load(L, chunk, chunk->length, "return "))
        return BS_CHUNK_COMPLETE;
    if (load(L, chunk, chunk->length, "")) { // message, function
        lua_remove(L, -2);
        return BS_CHUNK_COMPLETE;
    }
    bool is_incomplete = has_suffix(lua_tostring(L, -1), end_of_text) ||
                         has_suffix(lua_tostring(L, -2), end_of_text);
    if (fails_at_start(chunk, lua_tostring(L, -1)))
        lua_insert(L, -2); // statement's message, expression's
    lua_remove(L, -2);     // message
    return is_incomplete ? BS_CHUNK_INCOMPLETE : BS_CHUNK_WRONG;
}

/* A byte that cannot start a token is named by its number: <\239>. */
static void unescape(const char **token, size_t *length, char byte[static 1])
{
    char *end;
    if (*length < 4 || strncmp(*token, "<\\", 2) != 0)
        return;
    long code = strtol(*token + 2, &end, 10);
    if (*end != '>' || code > 255)
        return;
    *byte = (char)code;
    *token = byte;
    *length = 1;
}

static bool gives_message(lua_State *L, const struct bs_chunk *chunk, size_t length,
                          const char *prefix, const char *message)
{
    bool is_same = !load(L, chunk, length, prefix) && strcmp(lua_tostring(L, -1), message) == 0;
    lua_pop(L, 1);
    return is_same;
}

/*
 * Of the places where the token stands, the one where the text, cut off after it, already gives the
 * same message: before that all was well.
 */
long bs_chunk_locate(lua_State *L, const struct bs_chunk *chunk, const char *message)
{
    const char *token;
    size_t length;
    char byte;
    if (!find_token(message, &token, &length))
        return -1;
    unescape(&token, &length, &byte);
    for (size_t at = 0; at + length <= chunk->length; at++) {
        if (memcmp(chunk->text + at, token, length) != 0)
            continue;
        size_t end = at + length;
        if (end < chunk->length && chunk->text[end] == '\n')
            end++; /* which is what ends a string too early */
        if (gives_message(L, chunk, end, "return ", message) ||
            gives_message(L, chunk, end, "", message))
            return (long)at;
    }
    return -1;
}
