#include "lua/nested.h"

#include "lua/args.h"
#include "lua/state.h"
#include "lua/types.h"

#include <math.h>
#include <string.h>

enum { DEEPEST = 6, MOST_COUNTED = 1 << 20 };

static size_t count_of(int rank, const int *size)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)size[i];
    return count;
}

/* "row 2 of conv1_K"; pushes the text. */
static const char *part_name(lua_State *L, const char *what, size_t k)
{
    return lua_pushfstring(L, "part %d of %s", (int)k + 1, what);
}

void bs_arg_nested(lua_State *L, int index, const char *what, int rank, const int *size,
                   double *numbers)
{
    const size_t columns = rank == 2 ? (size_t)size[1] : 0;
    index = lua_absindex(L, index);
    luaL_checkstack(L, 8, what);
    if (rank <= 2) {
        const double *read = bs_arg_shape(L, index, what, rank ? (size_t)size[0] : 0, columns);
        memcpy(numbers, read, count_of(rank, size) * sizeof *numbers);
        lua_pop(L, 1);
        return;
    }
    bs_arg_list(L, index, what, (size_t)size[0], "part");
    for (size_t k = 0, step = count_of(rank - 1, size + 1); k < (size_t)size[0]; k++) {
        const char *name = part_name(L, what, k);
        lua_rawgeti(L, index, (lua_Integer)k + 1);
        bs_arg_nested(L, -1, name, rank - 1, size + 1, numbers + k * step);
        lua_pop(L, 2);
    }
}

/* A list that holds itself many times over has DEEPEST powers of its length: `most` is enough. */
static size_t count_nested(lua_State *L, int index, size_t most, int depth)
{
    struct bs_numbers object;
    size_t count = 0;
    index = lua_absindex(L, index);
    if (bs_test_numbers(L, index, &object))
        return object.columns * (object.rows ? object.rows : 1);
    if (!lua_istable(L, index) || depth > DEEPEST)
        return 1;
    luaL_checkstack(L, 4, NULL);
    bs_lua_check_stopped(L);
    for (size_t k = 0, length = lua_rawlen(L, index); k < length && count <= most; k++) {
        lua_rawgeti(L, index, (lua_Integer)k + 1);
        count += count_nested(L, -1, most, depth + 1);
        lua_pop(L, 1);
    }
    return count;
}

size_t bs_count_nested(lua_State *L, int index, size_t wanted)
{
    return count_nested(L, index, wanted > MOST_COUNTED ? wanted : MOST_COUNTED, 1);
}

static double *flatten(lua_State *L, int index, const char *what, double *to, int depth)
{
    struct bs_numbers object;
    index = lua_absindex(L, index);
    if (bs_test_numbers(L, index, &object)) {
        const size_t count = object.columns * (object.rows ? object.rows : 1);
        memcpy(to, object.values, count * sizeof *to);
        return to + count;
    }
    if (!lua_istable(L, index) || depth > DEEPEST) {
        *to = bs_arg_number(L, index, what);
        return to + 1;
    }
    luaL_checkstack(L, 4, NULL);
    bs_lua_check_stopped(L);
    for (size_t k = 0, length = lua_rawlen(L, index); k < length; k++) {
        lua_rawgeti(L, index, (lua_Integer)k + 1);
        to = flatten(L, -1, what, to, depth + 1);
        lua_pop(L, 1);
    }
    return to;
}

void bs_arg_flattened(lua_State *L, int index, const char *what, double *numbers)
{
    flatten(L, index, lua_pushfstring(L, "a number of %s", what), numbers, 1);
    lua_pop(L, 1);
}

void bs_push_nested(lua_State *L, int rank, const int *size, const double *numbers)
{
    if (rank == 0) {
        lua_pushnumber(L, *numbers);
        return;
    }
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, size[0], 0);
    for (size_t k = 0, step = count_of(rank - 1, size + 1); k < (size_t)size[0]; k++) {
        bs_push_nested(L, rank - 1, size + 1, numbers + k * step);
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
}
