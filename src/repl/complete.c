#include "repl/complete.h"

#include "lua/doc.h"
#include "lua/names.h"
#include "lua/state.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

enum { PATIENCE = 1000000 }; /* instructions of Lua that a press of Tab may take */

bool bs_is_in_string(const char *text, size_t length, size_t *start)
{
    char quote = '\0';
    for (size_t i = 0; i < length; i++) {
        if (quote && text[i] == '\\') {
            i++;
        } else if (quote) {
            quote = text[i] == quote ? '\0' : quote;
        } else if (text[i] == '"' || text[i] == '\'') {
            quote = text[i];
            *start = i + 1;
        }
    }
    return quote != '\0';
}

/* The word that is being typed, and the path before it with the dot or colon between, if any. */
struct word {
    const char *text, *path;
    size_t length, path_length;
    char separator; /* '.', ':', '[' for t["word, or '"' for a word in a string given to the path */
};

static size_t skip_back(const char *text, size_t end, const char *characters)
{
    while (end > 0 && strchr(characters, text[end - 1]))
        end--;
    return end;
}

/* Back over the string whose closing quote is at `end`. */
static size_t skip_string(const char *text, size_t end)
{
    char quote = text[end];
    for (; end > 0; end--)
        if (text[end - 1] == quote && (end < 2 || text[end - 2] != '\\'))
            return end - 1;
    return 0;
}

/* Back over `("a", {"b",` to the end of what is called with it. */
static size_t skip_arguments(const char *text, size_t end)
{
    for (;;) {
        end = skip_back(text, end, " \t({,");
        if (end == 0 || !strchr("\"'", text[end - 1]))
            return end;
        end = skip_string(text, end - 1);
    }
}

static struct word find_word(const char *text, size_t length)
{
    struct word word = {.text = text};
    size_t start;
    if (bs_is_in_string(text, length, &start)) {
        word.text = text + start;
        word.length = length - start;
        bool is_key = start > 1 && text[start - 2] == '[';
        word.separator = is_key ? '[' : '"';
        size_t end = is_key ? start - 2 : skip_arguments(text, start - 1);
        word.path = text + bs_path_start(text, end);
        word.path_length = (size_t)(text + end - word.path);
        return word;
    }
    start = length;
    while (start > 0 && (isalnum((unsigned char)text[start - 1]) || text[start - 1] == '_'))
        start--;
    word.text = text + start;
    word.length = length - start;
    if (start > 0 && strchr(".:", text[start - 1])) {
        word.separator = text[start - 1];
        word.path = text + bs_path_start(text, start - 1);
        word.path_length = (size_t)(text + start - 1 - word.path);
    }
    return word;
}

static void push_keywords(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (const char *const *keyword = bs_keywords; *keyword; keyword++) {
        lua_pushstring(L, *keyword);
        lua_rawseti(L, -2, ++count);
    }
}

/* What the function called offers; else the entries of the object whose method it is. */
static void push_string_names(lua_State *L, const struct word *word)
{
    if (bs_push_path(L, word->path, word->path_length) && bs_doc_push_completer(L, -1)) {
        lua_call(L, 0, 1);
        return;
    }
    size_t end = word->path_length;
    while (end > 0 && word->path[end - 1] != ':')
        end--;
    if (end > 0 && bs_push_path(L, word->path, end - 1))
        bs_push_entry_names(L, -1);
    else
        lua_newtable(L);
}

/* Push an array of names, not all of which fit the word. */
static void push_names(lua_State *L, const struct word *word)
{
    if (word->separator == '"')
        push_string_names(L, word);
    else if (!word->separator)
        bs_push_global_names(L);
    else if (!bs_push_path(L, word->path, word->path_length))
        lua_newtable(L);
    else if (word->separator == '.')
        bs_push_field_names(L, -1);
    else if (word->separator == '[')
        bs_push_entry_names(L, -1);
    else
        bs_push_method_names(L, -1);
}

/* Append those that begin with the word to the array `result`. */
static void add_fitting(lua_State *L, int result, const struct word *word)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, result);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        if (strncmp(lua_tostring(L, -1), word->text, word->length) == 0)
            lua_rawseti(L, result, ++count);
        else
            lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

static int complete(lua_State *L)
{
    const struct word *word = lua_touserdata(L, 1);
    lua_newtable(L); // word, result
    push_names(L, word);
    luaL_checktype(L, -1, LUA_TTABLE);
    add_fitting(L, 2, word);
    if (!word->separator && word->length > 0) {
        push_keywords(L);
        add_fitting(L, 2, word);
    }
    lua_settop(L, 2);
    bs_sort(L, 2, NULL);
    return 1;
}

void bs_push_completions(lua_State *L, const char *text, size_t length)
{
    struct word word = find_word(text, length);
    bs_lua_limit(L, PATIENCE);
    lua_pushcfunction(L, complete);
    lua_pushlightuserdata(L, &word);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
    bs_lua_limit(L, 0);
}
