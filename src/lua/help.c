#include "lua/help.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/width.h"
#include "expr/func.h"
#include "lua/doc.h"
#include "lua/module.h"
#include "lua/names.h"
#include "lua/state.h"
#include "lua/types.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

enum { WIDEST_TEXT = 90, USAGE_COLUMNS = 32 };

static const char orientation[] =
    "backstep steps a small neural network through a forward pass, a backward pass and an update, "
    "a "
    "value at a time, and prints each value beside its derivation.\n"
    "\n"
    "    net = mlp{2, 2, 1, notation = \"lecture\", bias = false}\n"
    "    net:set{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}}\n"
    "    t = net:tape({0.35, 0.9}, {0.5}, {eta = 1})   -- every value, named\n"
    "    t:step()                                      -- the next value\n"
    "    t.g_1                                         -- the value called g_1\n"
    "\n"
    "What you type is Lua; its result is shown. Tab completes a name, _ is the last result, Ctrl-C "
    "stops what is running, Ctrl-D leaves. help(x) or ?x tells about a function, a method "
    "(?t:step) or a value. There are:\n"
    "\n";

/* ------------------------------------------------------------------ text in columns */

static int text_columns(lua_State *L)
{
    int columns = bs_session(L)->columns;
    return columns < WIDEST_TEXT ? columns : WIDEST_TEXT;
}

/* The words of one line, from column `at` on, later lines indented; no word is broken. */
static void put_wrapped(struct bs_buf *out, const char *text, size_t length, int at, int indent,
                        int columns)
{
    bool is_first = true;
    for (size_t end = 0; length > 0; text += end, length -= end) {
        size_t spaces = strspn(text, " ");
        if (spaces >= length)
            break;
        text += spaces, length -= spaces;
        for (end = 0; end < length && text[end] != ' ';)
            end++;
        int width = bs_width_n(text, end);
        if (!is_first && at + 1 + width > columns) {
            bs_buf_char(out, '\n');
            bs_buf_repeat(out, " ", indent);
            at = indent;
        } else if (!is_first) {
            bs_buf_char(out, ' ');
            at++;
        }
        bs_buf_put_n(out, text, end);
        at += width;
        is_first = false;
    }
}

/* Paragraphs are wrapped; a line that starts with a space is an example and stays as it is. */
static void put_text(struct bs_buf *out, const char *text, int indent, int columns)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (length > 0)
            bs_buf_repeat(out, " ", indent);
        if (*text == ' ')
            bs_buf_put_n(out, text, length);
        else
            put_wrapped(out, text, length, indent, indent, columns);
        bs_buf_char(out, '\n');
        text += length + (text[length] == '\n');
    }
}

static size_t first_sentence(const char *help)
{
    const char *end = strstr(help, ". ");
    const char *line = strchr(help, '\n');
    if (line && (!end || line < end))
        return (size_t)(line - help);
    return end ? (size_t)(end + 1 - help) : strlen(help);
}

/* A line of a list: how it is called (what it gives is left out), and beside it what it does. */
static void put_row(struct bs_buf *out, const char *usage, const char *help, int columns)
{
    const char *arrow = strstr(usage, " -> ");
    size_t length = arrow ? (size_t)(arrow - usage) : strlen(usage), start = out->length;
    bs_buf_put(out, "  ");
    bs_buf_put_n(out, usage, length);
    if (bs_width_n(usage, length) > USAGE_COLUMNS - 4) {
        bs_buf_char(out, '\n');
        start = out->length;
    }
    bs_buf_pad(out, start, USAGE_COLUMNS);
    put_wrapped(out, help, first_sentence(help), USAGE_COLUMNS, USAGE_COLUMNS, columns);
    bs_buf_char(out, '\n');
}

static void put_doc(struct bs_buf *out, const char *usage, const char *help, int columns)
{
    bs_buf_printf(out, "%s\n\n", usage);
    put_text(out, help, 2, columns);
}

/* ------------------------------------------------------------------ what there is to tell */

typedef void put_entry(struct bs_buf *out, const char *usage, const char *help, int columns);

/* Each documented field of the table at `index`, by name. */
static void put_fields(lua_State *L, struct bs_buf *out, int index, put_entry *put)
{
    index = lua_absindex(L, index);
    bs_push_field_names(L, index);                                       // names
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) { // names, name
        const char *usage, *help;
        lua_rawget(L, index); // names, value
        if (bs_doc_get(L, -1, &usage, &help))
            put(out, usage, help, text_columns(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

static bool is_formula_function(const char *usage)
{
    size_t length;
    const char *name = bs_usage_name(usage, &length);
    return bs_func_find_n(name, length);
}

/* The functions of formulas are many and look alike: their names will do. */
static void put_formula_name(struct bs_buf *out, const char *usage, const char *help, int columns)
{
    (void)help, (void)columns;
    size_t length;
    const char *name = bs_usage_name(usage, &length);
    if (is_formula_function(usage))
        bs_buf_printf(out, " %.*s", (int)length, name);
}

static void put_other_row(struct bs_buf *out, const char *usage, const char *help, int columns)
{
    if (!is_formula_function(usage))
        put_row(out, usage, help, columns);
}

static void put_orientation(lua_State *L, struct bs_buf *out)
{
    static const char heading[] = "Functions of numbers and expressions:";
    put_text(out, orientation, 0, text_columns(L));
    bs_module_load_globals(L);
    lua_pushglobaltable(L);
    put_fields(L, out, -1, put_other_row);
    struct bs_buf *names = bs_push_buf(L); // _G, names
    bs_buf_put(names, heading);
    put_fields(L, names, -2, put_formula_name);
    bs_buf_char(out, '\n');
    put_text(out, bs_buf_text(names), 0, text_columns(L));
    lua_pop(L, 2);
}

static const char *const standard_tables[] = {
    LUA_STRLIBNAME, LUA_TABLIBNAME,  LUA_MATHLIBNAME, LUA_IOLIBNAME,   LUA_OSLIBNAME,
    LUA_COLIBNAME,  LUA_UTF8LIBNAME, LUA_DBLIBNAME,   LUA_LOADLIBNAME, NULL,
};

static const char *const standard_functions[] = {
    "assert",   "collectgarbage", "dofile",  "error",  "getmetatable", "ipairs",   "load",
    "loadfile", "next",           "pairs",   "pcall",  "print",        "rawequal", "rawget",
    "rawlen",   "rawset",         "require", "select", "setmetatable", "tonumber", "tostring",
    "type",     "warn",           "xpcall",  NULL,
};

static bool is_among(const char *const names[], const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Push the name under which the value at `index` is a field of the table on top of the stack. */
static bool push_key_of(lua_State *L, int index)
{
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) // table, key, value
        if (lua_rawequal(L, -1, index) && lua_type(L, -2) == LUA_TSTRING) {
            lua_pop(L, 1);
            return true;
        }
    return false;
}

/* Push the name that Lua's manual has for the function: "string.format", "print". */
static bool push_standard_name(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    for (const char *const *name = standard_tables; *name; name++) {
        lua_getglobal(L, *name);
        if (lua_istable(L, -1) && push_key_of(L, index)) { // table, key
            lua_pushfstring(L, "%s.%s", *name, lua_tostring(L, -1));
            lua_replace(L, -3);
            lua_pop(L, 1);
            return true;
        }
        lua_pop(L, 1);
    }
    lua_pushglobaltable(L);
    if (push_key_of(L, index)) { // _G, key
        lua_remove(L, -2);
        if (is_among(standard_functions, lua_tostring(L, -1)))
            return true;
    }
    lua_pop(L, 1);
    return false;
}

static void put_undocumented_function(lua_State *L, struct bs_buf *out, int index)
{
    if (lua_iscfunction(L, index)) {
        if (!push_standard_name(L, index)) {
            bs_buf_put(out, "A function in C, without help.\n");
            return;
        }
        const char *name = lua_tostring(L, -1);
        bs_buf_printf(out, "%s is Lua's own. Its manual says what it does:\n", name);
        bs_buf_printf(out, "https://www.lua.org/manual/5.4/manual.html#pdf-%s\n", name);
        lua_pop(L, 1);
        return;
    }
    lua_Debug ar;
    lua_pushvalue(L, index);
    lua_getinfo(L, ">Su", &ar);
    bs_buf_put(out, "function(");
    lua_pushvalue(L, index); // function
    for (int i = 1; i <= ar.nparams; i++)
        bs_buf_printf(out, "%s%s", i > 1 ? ", " : "", lua_getlocal(L, NULL, i));
    lua_pop(L, 1);
    bs_buf_put(out, !ar.isvararg ? "" : ar.nparams ? ", ..." : "...");
    bs_buf_printf(out, "), defined at %s:%d, without help.\n", ar.short_src, ar.linedefined);
}

/* The type's text and its methods, the metatable being on top of the stack. */
static void put_type(lua_State *L, struct bs_buf *out)
{
    const char *name, *help;
    if (!bs_doc_get(L, -1, &name, &help))
        return;
    put_doc(out, name, help, text_columns(L));
    lua_getfield(L, -1, "__methods");
    bs_buf_char(out, '\n');
    put_fields(L, out, -1, put_row);
    lua_pop(L, 1);
}

static void put_value(lua_State *L, struct bs_buf *out, int index)
{
    const char *usage, *help;
    size_t before = out->length;
    if (bs_doc_get(L, index, &usage, &help)) {
        put_doc(out, usage, help, text_columns(L));
        bs_buf_put(out, lua_istable(L, index) ? "\n" : "");
    } else if (lua_isfunction(L, index)) {
        put_undocumented_function(L, out, index);
    } else if (lua_type(L, index) != LUA_TSTRING && lua_getmetatable(L, index)) {
        put_type(L, out);
        lua_pop(L, 1);
    }
    if (lua_istable(L, index))
        put_fields(L, out, index, put_row);
    if (out->length == before)
        bs_buf_printf(out, "A value of Lua's type %s: https://www.lua.org/manual/5.4/\n",
                      luaL_typename(L, index));
}

/* ------------------------------------------------------------------ help by name */

typedef bool doc_match(const char *usage, const char *help, const char *wanted);

static bool is_path(const char *usage, const char *help, const char *wanted)
{
    (void)help;
    size_t length = bs_usage_path(usage);
    return strlen(wanted) == length && memcmp(usage, wanted, length) == 0;
}

static bool is_last_name(const char *usage, const char *help, const char *wanted)
{
    (void)help;
    size_t length, wanted_length;
    const char *name = bs_usage_name(usage, &length);
    const char *last = bs_usage_name(wanted, &wanted_length);
    return length == wanted_length && length > 0 && memcmp(name, last, length) == 0;
}

static bool is_mentioned(const char *usage, const char *help, const char *wanted)
{
    (void)usage;
    return *wanted && strcasestr(help, wanted);
}

/* Push the sorted array of the usages that match, and below it a table of their help. */
static size_t push_matches(lua_State *L, doc_match *match, const char *wanted)
{
    lua_newtable(L);
    lua_newtable(L);
    bs_doc_push_all(L); // helps, usages, all
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) { // helps, usages, all, value, doc
        const char *usage, *help;
        if (!bs_doc_get(L, -2, &usage, &help) || !match(usage, help, wanted))
            continue;
        lua_pushstring(L, help);
        lua_setfield(L, -6, usage);
        lua_pushstring(L, usage);
        lua_rawseti(L, -5, ++count);
    }
    lua_pop(L, 1); // helps, usages
    bs_sort(L, -1, NULL);
    return (size_t)count;
}

static bool put_matches(lua_State *L, struct bs_buf *out, doc_match *match, const char *wanted,
                        const char *heading, put_entry *put)
{
    bool has_any = push_matches(L, match, wanted) > 0; // helps, usages
    if (has_any)
        bs_buf_put(out, heading);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        const char *usage = lua_tostring(L, -1);
        lua_getfield(L, -3, usage); // helps, usages, usage, help
        put(out, usage, lua_tostring(L, -1), text_columns(L));
        lua_pop(L, 2);
    }
    lua_pop(L, 3);
    return has_any;
}

static void offer_all(lua_State *L, struct bs_nearest *nearest)
{
    bs_push_global_names(L);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++, lua_pop(L, 1))
        bs_nearest_offer(nearest, lua_tostring(L, -1));
    bs_doc_push_all(L); // names, nil, all
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *usage, *help;
        size_t length;
        if (!bs_doc_get(L, -2, &usage, &help))
            continue;
        const char *name = bs_usage_name(usage, &length);
        bs_nearest_offer(nearest, lua_pushlstring(L, name, length));
        lua_pop(L, 1);
    }
    lua_pop(L, 3);
}

static void put_unknown(lua_State *L, struct bs_buf *out, const char *name)
{
    char hint[96];
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, name);
    offer_all(L, &nearest);
    bs_buf_printf(out, "There is no help on %s%s\n", name, bs_nearest_hint(&nearest, hint));
}

static void put_named(lua_State *L, struct bs_buf *out, const char *name)
{
    bs_module_load_globals(L);
    bs_doc_push_types(L);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        put_type(L, out);
    else if (bs_push_path(L, name, strlen(name)) && lua_type(L, -1) != LUA_TSTRING)
        put_value(L, out, lua_absindex(L, -1));
    else if (!put_matches(L, out, is_path, name, "", put_doc) &&
             !put_matches(L, out, is_last_name, name, "", put_doc) &&
             !put_matches(L, out, is_mentioned, name, "Mentioned in:\n", put_row))
        put_unknown(L, out, name);
}

/* ------------------------------------------------------------------ for Lua */

void bs_push_help(lua_State *L, int index)
{
    luaL_checkstack(L, 12, NULL);
    lua_pushvalue(L, index);
    int topic = lua_gettop(L);
    struct bs_buf *out = bs_push_buf(L); // topic, out
    if (lua_isnil(L, topic))
        put_orientation(L, out);
    else if (lua_type(L, topic) == LUA_TSTRING)
        put_named(L, out, lua_tostring(L, topic));
    else
        put_value(L, out, topic);
    while (out->length > 0 && out->text[out->length - 1] == '\n')
        bs_buf_cut(out, out->length - 1);
    lua_settop(L, topic + 1);
    bs_pop_text(L);
    lua_replace(L, topic); // text
}

/* help's __call; the first argument is the table help itself. */
static int l_help(lua_State *L)
{
    lua_settop(L, 2);
    bs_push_help(L, 2);
    bs_push_page(L);
    return 1;
}

/* Who types `help` and nothing more means help(). */
static int l_help_tostring(lua_State *L)
{
    lua_pushnil(L);
    bs_push_help(L, -1);
    return 1;
}

/* ------------------------------------------------------------------ what has no help */

/* Is the value at `index` something to be called without help on how? */
static bool lacks_help(lua_State *L, int index)
{
    const char *usage, *help;
    bool is_called = lua_isfunction(L, index);
    if (!is_called && lua_istable(L, index) && luaL_getmetafield(L, index, "__call") != LUA_TNIL) {
        lua_pop(L, 1);
        is_called = true;
    }
    return is_called && !bs_doc_get(L, index, &usage, &help);
}

static void append(lua_State *L, int missing, const char *prefix, const char *name)
{
    lua_pushfstring(L, "%s%s", prefix, name);
    lua_rawseti(L, missing, (lua_Integer)lua_rawlen(L, missing) + 1);
}

/* Append what lacks help in the table on top of the stack to the array `missing`. */
static void check_fields(lua_State *L, int missing, const char *prefix)
{
    bs_push_field_names(L, -1);                                          // table, names
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) { // table, names, name
        lua_pushvalue(L, -1);
        lua_rawget(L, -4); // table, names, name, value
        if (lacks_help(L, -1))
            append(L, missing, prefix, lua_tostring(L, -2));
        lua_pop(L, 2);
    }
    lua_pop(L, 2); // table
}

static void check_globals(lua_State *L, int missing)
{
    bs_push_global_names(L);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) { // names, name
        const char *name = lua_tostring(L, -1);
        bool is_standard = is_among(standard_functions, name) || is_among(standard_tables, name);
        lua_getglobal(L, name); // names, name, value
        if (lacks_help(L, -1) && !is_standard)
            append(L, missing, "", name);
        lua_pushfstring(L, "%s.", name);
        lua_insert(L, -2); // names, name, prefix, value
        if (lua_istable(L, -1) && !is_standard && strcmp(name, LUA_GNAME) != 0)
            check_fields(L, missing, lua_tostring(L, -2));
        lua_pop(L, 3);
    }
    lua_pop(L, 2);
}

/* All metatables in the registry, registered as types or not, except that of Lua's files. */
static void check_types(lua_State *L, int missing)
{
    lua_pushnil(L);
    for (; lua_next(L, LUA_REGISTRYINDEX); lua_pop(L, 1)) { // key, value
        if (lua_type(L, -2) != LUA_TSTRING || !lua_istable(L, -1) ||
            strcmp(lua_tostring(L, -2), LUA_FILEHANDLE) == 0)
            continue;
        lua_getfield(L, -1, "__methods");
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
            lua_getfield(L, -1, "__index");
        }
        lua_pushfstring(L, "%s:", lua_tostring(L, -3)); // key, value, methods, prefix
        lua_insert(L, -2);
        if (lua_istable(L, -1))
            check_fields(L, missing, lua_tostring(L, -2));
        lua_pop(L, 2);
    }
}

BS_FN(l_help_check, "help.check()",
      "Refuse a program with gaps in its help. The error names every public function and method "
      "that was given none.")
{
    lua_settop(L, 0);
    bs_module_load_globals(L);
    lua_newtable(L);
    check_globals(L, 1);
    check_types(L, 1);
    if (lua_rawlen(L, 1) == 0)
        return 0;
    lua_pushliteral(L, "no help on:");
    for (lua_Integer i = 1; lua_rawgeti(L, 1, i) == LUA_TSTRING; i++) { // missing, text, name
        lua_pushfstring(L, "%s %s", lua_tostring(L, -2), lua_tostring(L, -1));
        lua_replace(L, 2);
        lua_settop(L, 2);
    }
    lua_settop(L, 2);
    return lua_error(L);
}

void bs_open_help(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_help_check_doc, NULL};
    static const luaL_Reg meta[] = {
        {"__call", l_help},
        {"__tostring", l_help_tostring},
        {NULL, NULL},
    };
    lua_newtable(L); // help
    bs_doc_register(L, functions);
    luaL_newlib(L, meta);
    lua_setmetatable(L, -2);
    bs_doc_set(L, "help([x])",
               "Help on a function, a value, or what a string names: help(t), help \"t:step\", "
               "help \"relu\". At the prompt ?t:step does the same. help() is an overview.");
    lua_setglobal(L, "help");
}
