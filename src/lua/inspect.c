#include "lua/inspect.h"

#include "base/buf.h"
#include "base/width.h"
#include "lua/doc.h"
#include "lua/names.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

enum {
    DEEPEST = 5,        /* tables in tables */
    MOST_ITEMS = 100,   /* of one table */
    MOST_TOTAL = 1000,  /* of all tables of one value */
    MOST_KEYS = 1000,   /* sorted; a table with more shows any of them */
    MOST_ROWS = 40,     /* of a matrix */
    MOST_COLUMNS = 64,  /* of a matrix */
    MOST_BYTES = 10000, /* of a string */
    MARGIN = 2,         /* for the brackets and comma that close a line */
};

/*
 * `flat` is an attempt to have a table on one line, given up as soon as the line is full: so each
 * table costs at most one line of lost work in each table around it.
 */
struct printer {
    lua_State *L;
    struct bs_buf *out;
    struct bs_buf *cell; /* to measure a number in */
    int columns;
    int open; /* stack index of the set of tables that are being printed */
    int left; /* items that may still be printed */
    bool flat;
};

static bool put_value(struct printer *p, int index, int depth);

/* The column of the screen that the text has reached. */
static int column_reached(const struct printer *p)
{
    const char *text = bs_buf_text(p->out);
    const char *line = memrchr(text, '\n', p->out->length);
    size_t start = line ? (size_t)(line + 1 - text) : 0;
    return bs_width_n(text + start, p->out->length - start);
}

static bool is_line_full(const struct printer *p)
{
    return column_reached(p) + MARGIN > p->columns;
}

static void new_line(struct printer *p, int indent)
{
    bs_buf_char(p->out, '\n');
    bs_buf_repeat(p->out, " ", indent);
}

/* ------------------------------------------------------------------ leaves */

static void put_escape(struct bs_buf *out, unsigned char c)
{
    static const char named[] = "\a\b\t\n\v\f\r";
    const char *found = c ? strchr(named, c) : NULL;
    if (found)
        bs_buf_printf(out, "\\%c", "abtnvfr"[found - named]);
    else
        bs_buf_printf(out, "\\x%02X", c);
}

/* A Lua literal: what is not printable, or not UTF-8, is escaped. */
static void put_string(struct bs_buf *out, const char *text, size_t length)
{
    size_t shown = length < MOST_BYTES ? length : MOST_BYTES;
    bs_buf_char(out, '"');
    for (size_t i = 0, size; i < shown; i += size) {
        uint32_t code;
        size = bs_utf8_read(&code, text + i, length - i);
        bool damaged = size == 1 && code == 0xFFFD;
        if (damaged || code < 0x20 || code == 0x7F)
            put_escape(out, (unsigned char)text[i]);
        else if (code >= 0x80 && code < 0xA0)
            bs_buf_printf(out, "\\u{%X}", (unsigned)code);
        else if (code == '"' || code == '\\')
            bs_buf_printf(out, "\\%c", (int)code);
        else
            bs_buf_put_n(out, text + i, size);
    }
    bs_buf_char(out, '"');
    if (shown < length)
        bs_buf_printf(out, " ... (%zu bytes)", length);
}

static void put_number(lua_State *L, struct bs_buf *out, int index)
{
    if (lua_isinteger(L, index))
        bs_buf_printf(out, LUA_INTEGER_FMT, lua_tointeger(L, index));
    else
        bs_buf_number(out, lua_tonumber(L, index), bs_session(L)->digits, "-");
}

static void put_function(struct printer *p, int index)
{
    const char *usage, *help;
    if (bs_doc_get(p->L, index, &usage, &help)) {
        bs_buf_printf(p->out, "function %s", usage);
        return;
    }
    lua_Debug ar;
    lua_pushvalue(p->L, index);
    lua_getinfo(p->L, ">S", &ar);
    if (ar.linedefined > 0)
        bs_buf_printf(p->out, "function (%s:%d)", ar.short_src, ar.linedefined);
    else
        bs_buf_put(p->out, "function (built in)");
}

/* What tostring gives, its later lines below its first. */
static bool put_object(struct printer *p, int index)
{
    int indent = column_reached(p);
    size_t length;
    const char *text = luaL_tolstring(p->L, index, &length);
    bool fits = !p->flat || !memchr(text, '\n', length);
    while (fits && length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t line = end ? (size_t)(end - text) : length;
        bs_buf_put_n(p->out, text, line);
        if (end)
            new_line(p, indent);
        text += line + (end != NULL);
        length -= line + (end != NULL);
    }
    lua_pop(p->L, 1);
    return fits;
}

/* ------------------------------------------------------------------ matrices */

/* As many numbers as `columns`, and nothing else. */
static bool is_row(lua_State *L, int index, size_t columns)
{
    if (!lua_istable(L, index) || lua_rawlen(L, index) != columns)
        return false;
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (lua_type(L, -1) != LUA_TNUMBER || ++count > columns) {
            lua_pop(L, 2);
            return false;
        }
    return true;
}

/* Two or more rows, and nothing else; of those that are not shown only that they are tables. */
static bool is_matrix(lua_State *L, int index)
{
    size_t rows = lua_rawlen(L, index), count = 0;
    lua_rawgeti(L, index, 1);
    size_t columns = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
    lua_pop(L, 1);
    if (rows < 2 || columns == 0)
        return false;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        bool is_shown = count < MOST_ROWS;
        if (++count > rows || !lua_istable(L, -1) ||
            (is_shown && !is_row(L, lua_gettop(L), columns))) {
            lua_pop(L, 2);
            return false;
        }
    }
    return true;
}

struct column {
    int before, after; /* columns of the screen before the decimal point, and from it on */
};

/* Into p->cell. */
static struct column format_cell(struct printer *p, int matrix, size_t row, size_t column)
{
    lua_rawgeti(p->L, matrix, (lua_Integer)row + 1);
    lua_rawgeti(p->L, -1, (lua_Integer)column + 1);
    bs_buf_cut(p->cell, 0);
    put_number(p->L, p->cell, -1);
    lua_pop(p->L, 2);
    const char *text = bs_buf_text(p->cell);
    int before = (int)strcspn(text, ".e");
    return (struct column){before, (int)strlen(text) - before};
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* Into layout[column], over the rows that are shown; gives the columns of the screen it takes. */
static int measure_column(struct printer *p, int matrix, size_t rows, size_t column,
                          struct column *layout)
{
    *layout = (struct column){0, 0};
    for (size_t i = 0; i < rows; i++) {
        struct column cell = format_cell(p, matrix, i, column);
        layout->before = larger(layout->before, cell.before);
        layout->after = larger(layout->after, cell.after);
    }
    return layout->before + layout->after;
}

/* Measure a matrix; gives how many of its columns a line holds, with ", ..." unless all, at
 * least 1. */
static size_t measure(struct printer *p, int matrix, size_t rows, size_t columns,
                      struct column layout[static MOST_COLUMNS])
{
    static const char separator[] = ", ", elision[] = ", ...";
    int at = column_reached(p) + 1, left = p->columns - MARGIN;
    size_t elided = 1;
    for (size_t j = 0; j < columns && j < MOST_COLUMNS; j++) {
        at += measure_column(p, matrix, rows, j, &layout[j]);
        if (at > left)
            return elided;
        if (at + (int)strlen(elision) <= left)
            elided = j + 1;
        at += (int)strlen(separator);
    }
    return columns <= MOST_COLUMNS ? columns : elided;
}

static void put_row(struct printer *p, int matrix, size_t row, size_t shown, size_t columns,
                    const struct column *layout)
{
    int gap = 0;
    bs_buf_char(p->out, '{');
    for (size_t j = 0; j < shown; j++) {
        struct column cell = format_cell(p, matrix, row, j);
        bs_buf_repeat(p->out, " ", gap + layout[j].before - cell.before);
        bs_buf_put(p->out, bs_buf_text(p->cell));
        if (j + 1 < columns)
            bs_buf_char(p->out, ',');
        gap = 1 + layout[j].after - cell.after;
    }
    if (shown < columns) {
        bs_buf_repeat(p->out, " ", gap);
        bs_buf_put(p->out, "...");
    }
    bs_buf_char(p->out, '}');
}

/* Rows below one another; what the screen has no room for is counted. */
static void put_matrix(struct printer *p, int index)
{
    struct column layout[MOST_COLUMNS];
    int indent = column_reached(p) + 1;
    size_t rows = lua_rawlen(p->L, index);
    lua_rawgeti(p->L, index, 1);
    size_t columns = lua_rawlen(p->L, -1);
    lua_pop(p->L, 1);
    size_t shown_rows = rows < MOST_ROWS ? rows : MOST_ROWS;
    bs_buf_char(p->out, '{');
    size_t shown = measure(p, index, shown_rows, columns, layout);
    bool is_cut = shown_rows < rows || shown < columns;
    for (size_t i = 0; i < shown_rows; i++) {
        if (i > 0)
            new_line(p, indent);
        put_row(p, index, i, shown, columns, layout);
        if (i + 1 < rows || is_cut)
            bs_buf_char(p->out, ',');
    }
    if (is_cut) {
        new_line(p, indent);
        bs_buf_printf(p->out, "... (%zu rows of %zu)", rows, columns);
    }
    bs_buf_char(p->out, '}');
    p->left -= (int)(shown_rows * shown);
}

/* ------------------------------------------------------------------ tables */

/* Numbers, then strings, then the rest in any order. */
static int l_key_less(lua_State *L)
{
    int a = lua_type(L, 1), b = lua_type(L, 2);
    bool less = a < b;
    if (a == b && (a == LUA_TNUMBER || a == LUA_TSTRING))
        less = lua_compare(L, 1, 2, LUA_OPLT);
    lua_pushboolean(L, less);
    return 1;
}

/* Push the array of the keys besides 1 to `length`, sorted. */
static void push_keys(lua_State *L, int index, size_t length)
{
    lua_newtable(L);
    int keys = lua_gettop(L);
    lua_Integer count = 0;
    for (lua_pushnil(L); count < MOST_KEYS && lua_next(L, index);) { // keys, key, value
        lua_pop(L, 1);
        lua_Integer i = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (i >= 1 && (lua_Unsigned)i <= length)
            continue;
        lua_pushvalue(L, -1);
        lua_rawseti(L, keys, ++count);
    }
    lua_settop(L, keys);
    bs_sort(L, keys, l_key_less);
}

/* The items of a table: values of 1 to `length`, then those of `keys`, an array on the stack. */
struct list {
    int table, keys;
    size_t length, count;
};

static struct list open_list(lua_State *L, int index)
{
    struct list list = {.table = index, .length = lua_rawlen(L, index)};
    push_keys(L, index, list.length);
    list.keys = lua_gettop(L);
    list.count = list.length + lua_rawlen(L, list.keys);
    return list;
}

/* "key = " for the key on top of the stack. */
static void put_key(struct printer *p)
{
    size_t length;
    const char *name = lua_type(p->L, -1) == LUA_TSTRING ? lua_tolstring(p->L, -1, &length) : NULL;
    if (name && bs_is_identifier(name, length)) {
        bs_buf_put_n(p->out, name, length);
    } else {
        bs_buf_char(p->out, '[');
        put_value(p, lua_gettop(p->L), 0);
        bs_buf_char(p->out, ']');
    }
    bs_buf_put(p->out, " = ");
}

/* Print the key of item i, if it shows one, and push its value. */
static void begin_item(struct printer *p, const struct list *list, size_t i)
{
    if (i <= list->length) {
        lua_rawgeti(p->L, list->table, (lua_Integer)i);
        return;
    }
    lua_rawgeti(p->L, list->keys, (lua_Integer)(i - list->length));
    put_key(p);
    lua_rawget(p->L, list->table);
}

/* Print items first to last on this line; nothing when it is too short. */
static bool put_short(struct printer *p, const struct list *list, size_t first, size_t last,
                      int depth)
{
    size_t start = p->out->length;
    int left = p->left;
    bool was_flat = p->flat, fits = true;
    p->flat = true;
    for (size_t i = first; fits && i <= last; i++) {
        bs_buf_put(p->out, i > first ? ", " : "");
        begin_item(p, list, i);
        fits = put_value(p, lua_gettop(p->L), depth) && !is_line_full(p);
        lua_pop(p->L, 1);
    }
    p->flat = was_flat;
    if (!fits) {
        bs_buf_cut(p->out, start);
        p->left = left;
    }
    return fits;
}

/* On lines of its own; gives whether it took only one. */
static bool put_item(struct printer *p, const struct list *list, size_t i, int depth)
{
    size_t start = p->out->length;
    begin_item(p, list, i);
    put_value(p, lua_gettop(p->L), depth);
    lua_pop(p->L, 1);
    return !memchr(bs_buf_text(p->out) + start, '\n', p->out->length - start);
}

/* Items without a key share lines while they are short; the others have lines of their own. */
static void put_long(struct printer *p, const struct list *list, int depth)
{
    int indent = column_reached(p);
    bool shares_line = false;
    size_t i = 1;
    for (; i <= list->count && i <= MOST_ITEMS && p->left > 0; i++) {
        bs_buf_put(p->out, i > 1 ? ", " : "");
        if (shares_line && i <= list->length && put_short(p, list, i, i, depth))
            continue;
        if (i > 1) {
            bs_buf_cut(p->out, p->out->length - 1);
            new_line(p, indent);
        }
        shares_line = put_item(p, list, i, depth);
    }
    if (i <= list->count) {
        bs_buf_put(p->out, i > 1 ? "," : "");
        new_line(p, indent);
        bs_buf_printf(p->out, "... (%zu more)", list->count - i + 1);
    }
}

static bool put_list(struct printer *p, int index, int depth)
{
    struct list list = open_list(p->L, index); // keys
    bs_buf_char(p->out, '{');
    bool fits = put_short(p, &list, 1, list.count, depth);
    if (!fits && !p->flat) {
        put_long(p, &list, depth);
        fits = true;
    }
    bs_buf_char(p->out, '}');
    lua_pop(p->L, 1);
    return fits;
}

/* Mark the table at `index` as being printed, or no longer. */
static void set_open(struct printer *p, int index, bool is_open)
{
    lua_pushvalue(p->L, index);
    lua_pushboolean(p->L, is_open);
    lua_rawset(p->L, p->open);
}

static bool is_open(struct printer *p, int index)
{
    lua_pushvalue(p->L, index);
    lua_rawget(p->L, p->open);
    bool open = lua_toboolean(p->L, -1);
    lua_pop(p->L, 1);
    return open;
}

static bool put_table(struct printer *p, int index, int depth)
{
    bool fits = true;
    if (is_open(p, index)) {
        bs_buf_put(p->out, "<cycle>");
    } else if (depth == 0) {
        bs_buf_put(p->out, "{...}");
    } else if (is_matrix(p->L, index)) {
        fits = !p->flat;
        if (fits)
            put_matrix(p, index);
    } else {
        set_open(p, index, true);
        fits = put_list(p, index, depth - 1);
        set_open(p, index, false);
    }
    return fits;
}

/* ------------------------------------------------------------------ any value */

static bool is_object(lua_State *L, int index)
{
    if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL)
        return lua_type(L, index) == LUA_TUSERDATA;
    lua_pop(L, 1);
    return true;
}

/*
 * The value at `index`, an absolute one.  False only in a flat attempt, when it takes more than a
 * line or more than is left of it; part of it has been printed then.
 */
static bool put_value(struct printer *p, int index, int depth)
{
    luaL_checkstack(p->L, 12, "too deep to show");
    p->left--;
    size_t length;
    switch (lua_type(p->L, index)) {
    case LUA_TSTRING: {
        const char *text = lua_tolstring(p->L, index, &length);
        put_string(p->out, text, length);
        return true;
    }
    case LUA_TNUMBER:
        put_number(p->L, p->out, index);
        return true;
    case LUA_TFUNCTION:
        put_function(p, index);
        return true;
    case LUA_TTHREAD:
        bs_buf_put(p->out, "coroutine");
        return true;
    case LUA_TTABLE:
        if (!is_object(p->L, index))
            return put_table(p, index, depth);
        return put_object(p, index);
    default:
        return put_object(p, index);
    }
}

void bs_push_inspected(lua_State *L, int index, int columns)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 12, NULL);
    struct printer p = {.L = L, .columns = columns, .left = MOST_TOTAL};
    p.cell = bs_push_buf(L);
    lua_newtable(L);
    p.open = lua_gettop(L);
    p.out = bs_push_buf(L); // cell, open, out
    put_value(&p, index, DEEPEST);
    bs_pop_text(L);
    lua_insert(L, -3);
    lua_pop(L, 2); // text
}

void bs_push_results(lua_State *L, int first, int columns)
{
    int last = lua_gettop(L);
    luaL_checkstack(L, 12, "too many results to show");
    lua_pushliteral(L, ""); // text
    for (int i = first; i <= last; i++) {
        bs_push_inspected(L, i, columns); // text, value
        bool has_lines = strchr(lua_tostring(L, -1), '\n') || strchr(lua_tostring(L, -2), '\n');
        lua_pushstring(L, i == first ? "" : has_lines ? "\n" : ", ");
        lua_insert(L, -2);
        lua_concat(L, 3);
    }
}

BS_FN(l_inspect, "inspect(value) -> text",
      "The text that the prompt shows for a value. Strings are quoted, matrices aligned, tables in "
      "tables opened; what is too long is cut and said to be.")
{
    luaL_checkany(L, 1);
    bs_push_inspected(L, 1, bs_session(L)->columns);
    return 1;
}

void bs_open_inspect(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_inspect_doc, NULL};
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
