#include "lua/args.h"

#include "base/nearest.h"
#include "lua/inspect.h"
#include "lua/types.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

enum { DESCRIPTION_COLUMNS = 40 };

const char *bs_describe(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        lua_pushliteral(L, "nil");
        break;
    case LUA_TNUMBER:
    case LUA_TBOOLEAN:
    case LUA_TSTRING:
        bs_push_inspected(L, index, DESCRIPTION_COLUMNS);
        break;
    default:
        if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING)
            lua_pushstring(L, luaL_typename(L, index)); // name
        lua_pushstring(L, strchr("aeio", *lua_tostring(L, -1)) ? "an " : "a ");
        lua_insert(L, -2); // article, name
        lua_concat(L, 2);  // description
    }
    return lua_tostring(L, -1);
}

const char *bs_push_count(lua_State *L, size_t count, const char *noun)
{
    return lua_pushfstring(L, "%I %s%s", (LUAI_UACINT)count, noun, count == 1 ? "" : "s");
}

static int refuse(lua_State *L, int index, const char *what, const char *wanted)
{
    return luaL_error(L, "%s must be %s, got %s", what, wanted, bs_describe(L, index));
}

double bs_arg_number(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        refuse(L, index, what, "a number");
    double value = lua_tonumber(L, index);
    if (!isfinite(value))
        refuse(L, index, what, "a finite number");
    return value;
}

lua_Integer bs_arg_integer(lua_State *L, int index, const char *what, lua_Integer least,
                           lua_Integer greatest)
{
    int is_integer;
    lua_Integer value = lua_tointegerx(L, index, &is_integer);
    if (lua_type(L, index) != LUA_TNUMBER || !is_integer)
        refuse(L, index, what, "a whole number");
    if (value < least || value > greatest)
        luaL_error(L, "%s must be from %I to %I, got %I", what, least, greatest, value);
    return value;
}

bool bs_arg_boolean(lua_State *L, int index, const char *what)
{
    if (!lua_isboolean(L, index))
        refuse(L, index, what, "true or false");
    return lua_toboolean(L, index);
}

const char *bs_arg_string(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING)
        refuse(L, index, what, "a string");
    const char *text = lua_tostring(L, index);
    if (strlen(text) != lua_rawlen(L, index))
        luaL_error(L, "%s has a character in it that ends a text: \\0", what);
    return text;
}

void bs_arg_table(lua_State *L, int index, const char *what)
{
    if (!lua_istable(L, index))
        refuse(L, index, what, "a table");
}

static int find(const char *const names[], const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* "what: unknown NAME: did you mean ...?", or all the names there are. */
static int refuse_name(lua_State *L, const char *what, const char *name, const char *const names[])
{
    struct bs_nearest nearest;
    bs_nearest_init(&nearest, name);
    luaL_Buffer known;
    luaL_buffinit(L, &known);
    luaL_addstring(&known, " (known: ");
    for (int i = 0; names[i]; i++) {
        bs_nearest_offer(&nearest, names[i]);
        luaL_addstring(&known, i ? ", " : "");
        luaL_addstring(&known, names[i]);
    }
    luaL_addchar(&known, ')');
    luaL_pushresult(&known);
    char hint[96];
    bs_nearest_hint(&nearest, hint);
    return luaL_error(L, "unknown %s \"%s\"%s", what, name, *hint ? hint : lua_tostring(L, -1));
}

int bs_arg_choice(lua_State *L, int index, const char *what, const char *const names[])
{
    const char *name = bs_arg_string(L, index, what);
    int choice = find(names, name);
    return choice >= 0 ? choice : refuse_name(L, what, name, names);
}

void bs_arg_fields(lua_State *L, int index, const char *what, const char *const names[])
{
    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) { // key, value
        if (lua_type(L, -2) != LUA_TSTRING || find(names, lua_tostring(L, -2)) >= 0)
            continue;
        const char *option = lua_pushfstring(L, "%s option", what);
        refuse_name(L, option, lua_tostring(L, -3), names);
    }
}

bool bs_is_place(lua_State *L, int index, size_t count)
{
    const lua_Integer place = lua_isinteger(L, index) ? lua_tointeger(L, index) : 0;
    return place >= 1 && (lua_Unsigned)place <= count;
}

void bs_arg_list_with_options(lua_State *L, int index, const char *what, const char *noun,
                              const char *const names[])
{
    const size_t count = lua_rawlen(L, index);
    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (lua_type(L, -2) != LUA_TSTRING && !bs_is_place(L, -2, count))
            luaL_error(L, "%s: [%s] is neither %s nor an option", what, bs_describe(L, -2), noun);
    bs_arg_fields(L, index, what, names);
}

static void read_numbers(lua_State *L, int index, const char *what, double *numbers, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1); // number
        if (lua_type(L, -1) != LUA_TNUMBER || !isfinite(lua_tonumber(L, -1)))
            luaL_error(L, "%s: number %d must be a finite number, got %s", what, (int)i + 1,
                       bs_describe(L, -1));
        numbers[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
}

void bs_arg_list(lua_State *L, int index, const char *what, size_t count, const char *noun)
{
    bool is_table = lua_istable(L, index);
    index = lua_absindex(L, index);
    if (is_table && lua_rawlen(L, index) == count)
        return;
    const char *got =
        is_table ? bs_push_count(L, lua_rawlen(L, index), noun) : bs_describe(L, index);
    const char *wanted = bs_push_count(L, count, noun);
    luaL_error(L, "%s must be a table of %s, got %s", what, wanted, got);
}

/* "a table of 2 rows of 3 numbers", "a table of 3 numbers"; columns 0: a list. */
static const char *push_shape(lua_State *L, const char *article, size_t rows, size_t columns)
{
    if (columns == 0)
        return lua_pushfstring(L, "%s of %s", article, bs_push_count(L, rows, "number"));
    const char *of_rows = bs_push_count(L, rows, "row");
    return lua_pushfstring(L, "%s of %s of %s", article, of_rows,
                           bs_push_count(L, columns, "number"));
}

/* Pushes a copy of a matrix, or of a row where a list is asked for. */
static double *copy_object(lua_State *L, const struct bs_numbers *object, const char *what,
                           size_t rows, size_t columns)
{
    const bool is_row = object->rows == 0;
    const size_t own_rows = is_row ? object->columns : object->rows;
    const size_t own_columns = is_row ? 0 : object->columns;
    const size_t count = rows * (columns ? columns : 1);
    if (own_rows != rows || own_columns != columns) {
        const char *got = push_shape(L, is_row ? "a row" : "a matrix", own_rows, own_columns);
        luaL_error(L, "%s must be %s, got %s", what, push_shape(L, "a table", rows, columns), got);
    }
    double *numbers = lua_newuserdatauv(L, count * sizeof *numbers, 0);
    return memcpy(numbers, object->values, count * sizeof *numbers);
}

static void read_row(lua_State *L, int table, size_t row, const char *what, double *numbers,
                     size_t length)
{
    struct bs_numbers object;
    const char *name = lua_pushfstring(L, "row %d of %s", (int)row + 1, what);
    lua_rawgeti(L, table, (lua_Integer)row + 1); // name, row
    if (bs_test_numbers(L, -1, &object)) {
        memcpy(numbers, copy_object(L, &object, name, length, 0), length * sizeof *numbers);
        lua_pop(L, 1);
    } else {
        bs_arg_list(L, -1, name, length, "number");
        read_numbers(L, lua_gettop(L), name, numbers, length);
    }
    lua_pop(L, 2);
}

double *bs_arg_shape(lua_State *L, int index, const char *what, size_t rows, size_t columns)
{
    struct bs_numbers object;
    index = lua_absindex(L, index);
    if (rows > 0 && bs_test_numbers(L, index, &object))
        return copy_object(L, &object, what, rows, columns);
    if (rows > 0)
        bs_arg_list(L, index, what, rows, columns ? "row" : "number");
    size_t count = (rows ? rows : 1) * (columns ? columns : 1);
    double *numbers = lua_newuserdatauv(L, count * sizeof *numbers, 0); // numbers
    if (rows == 0)
        numbers[0] = bs_arg_number(L, index, what);
    else if (columns == 0)
        read_numbers(L, index, what, numbers, rows);
    for (size_t i = 0; columns && i < rows; i++)
        read_row(L, index, i, what, numbers + i * columns, columns);
    return numbers;
}
