/* What lessons need of the engine and of the system. */
#include "lua/lesson.h"

#include "base/nearest.h"
#include "base/prose.h"
#include "base/rng.h"
#include "base/width.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/inspect.h"
#include "lua/module.h"
#include "lua/state.h"
#include "lua/types.h"

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDEST_TEXT = 80 };

static const char rng_type[] = "rng", directory_type[] = "directory", tape_type[] = "tape";

/* ---- random numbers -------------------------------------------------------------------------- */

static struct bs_rng *check_rng(lua_State *L)
{
    return luaL_checkudata(L, 1, rng_type);
}

BS_FN(l_rng_uniform, "rng:uniform(a, b, [decimals]) -> number",
      "A number from a to b; with decimals, rounded to so many, as a sheet prints it.")
{
    struct bs_rng *rng = check_rng(L);
    double a = bs_arg_number(L, 2, "the lower end"), b = bs_arg_number(L, 3, "the upper end");
    double value = bs_rng_between(rng, a, b);
    if (!lua_isnoneornil(L, 4)) {
        char text[400];
        snprintf(text, sizeof text, "%.*f", (int)bs_arg_integer(L, 4, "decimals", 0, 15), value);
        value = strtod(text, NULL);
    }
    lua_pushnumber(L, value);
    return 1;
}

BS_FN(l_rng_integer, "rng:integer(a, b) -> integer", "A whole number from a to b.")
{
    struct bs_rng *rng = check_rng(L);
    lua_Integer a = bs_arg_integer(L, 2, "the least", -1000000, 1000000);
    lua_Integer b = bs_arg_integer(L, 3, "the greatest", a, 1000000);
    lua_pushinteger(L, a + (lua_Integer)bs_rng_below(rng, (uint64_t)(b - a) + 1));
    return 1;
}

BS_FN(l_rng_pick, "rng:pick(list) -> value", "One of the values of a list.")
{
    struct bs_rng *rng = check_rng(L);
    bs_arg_table(L, 2, "the list");
    lua_Unsigned count = lua_rawlen(L, 2);
    if (count == 0)
        return luaL_error(L, "the list to pick from is empty");
    lua_rawgeti(L, 2, (lua_Integer)bs_rng_below(rng, count) + 1);
    return 1;
}

/* The seed's own numbers; and of a further draw, those of a seed that the seed's own give. */
static int l_host_rng(lua_State *L)
{
    lua_Integer seed = luaL_checkinteger(L, 1), draw = luaL_optinteger(L, 2, 0);
    struct bs_rng *rng = lua_newuserdatauv(L, sizeof *rng, 0);
    uint64_t state = (uint64_t)seed;
    bs_rng_seed(rng, state);
    for (lua_Integer i = 0; i < draw; i++)
        state = bs_rng_next(rng);
    if (draw > 0)
        bs_rng_seed(rng, state);
    luaL_setmetatable(L, rng_type);
    return 1;
}

static void open_rng(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_rng_uniform_doc, &l_rng_integer_doc,
                                                   &l_rng_pick_doc, NULL};
    static const luaL_Reg meta[] = {{NULL, NULL}};
    static const struct bs_type type = {
        rng_type, "Random numbers for a variant of a lesson: the same seed, the same numbers.",
        methods, meta};
    bs_type_register(L, &type);
}

/* ---- names ----------------------------------------------------------------------------------- */

static int l_host_functions(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (const struct bs_func *func = bs_funcs; func->name; func++) {
        if (func->is_slope)
            continue;
        lua_pushstring(L, func->name);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static int l_host_nearest(lua_State *L)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, luaL_checkstring(L, 1));
    luaL_checktype(L, 2, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) == LUA_TSTRING; i++, lua_pop(L, 1))
        bs_nearest_offer(&nearest, lua_tostring(L, -1));
    lua_pushstring(L, bs_nearest_hint(&nearest, hint));
    return 1;
}

static int l_host_is_tape(lua_State *L)
{
    lua_pushboolean(L, luaL_testudata(L, 1, tape_type) != NULL);
    return 1;
}

static int l_host_describe(lua_State *L)
{
    bs_describe(L, 1);
    return 1;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* {figures = n} or {decimals = n}; the session's where neither is said. */
static struct bs_digits arg_digits(lua_State *L, int index)
{
    struct bs_digits digits = bs_session(L)->digits;
    luaL_checktype(L, index, LUA_TTABLE);
    lua_getfield(L, index, "figures");
    lua_getfield(L, index, "decimals");
    if (!lua_isnil(L, -2))
        digits = (struct bs_digits){(int)luaL_checkinteger(L, -2), -1};
    if (!lua_isnil(L, -1))
        digits = (struct bs_digits){2, (int)luaL_checkinteger(L, -1)};
    lua_pop(L, 2);
    return digits;
}

static int l_host_with_digits(lua_State *L)
{
    struct bs_session *session = bs_session(L);
    struct bs_digits before = session->digits;
    session->digits = arg_digits(L, 1);
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0); // digits, results...
    session->digits = before;
    return status == LUA_OK ? lua_gettop(L) - 1 : lua_error(L);
}

static int l_host_number(lua_State *L)
{
    double value = luaL_checknumber(L, 1);
    bs_buf_number(bs_push_buf(L), value, bs_session(L)->digits, bs_minus(BS_UNICODE));
    bs_pop_text(L);
    return 1;
}

static int l_host_phase(lua_State *L)
{
    int phase = bs_phase_find(luaL_checkstring(L, 1));
    luaL_argcheck(L, phase >= 0, 1, "no phase");
    lua_pushstring(L, bs_view_phase((enum bs_phase)phase, bs_session(L)->lang));
    return 1;
}

/* A text on paper is no wider, however wide the screen is. */
static int text_columns(lua_State *L)
{
    int columns = bs_session(L)->columns;
    return columns < WIDEST_TEXT ? columns : WIDEST_TEXT;
}

static int l_host_prose(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    int indent = (int)luaL_checkinteger(L, 2);
    bs_put_prose(bs_push_buf(L), text, length, indent, text_columns(L));
    bs_pop_text(L);
    return 1;
}

/* results... -> what the prompt shows of them */
static int l_host_results(lua_State *L)
{
    bs_push_results(L, 1, text_columns(L));
    return 1;
}

static int l_host_width(lua_State *L)
{
    lua_pushinteger(L, bs_width(luaL_checkstring(L, 1)));
    return 1;
}

static int l_host_page(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    bs_push_page(L);
    return 1;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Is the program still where it was built, and its source beside it? */
static bool is_in_build_tree(void)
{
    static const char build[] = BS_BUILD_ROOT "/";
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length > (ssize_t)strlen(build) && strncmp(path, build, strlen(build)) == 0;
}

static int l_host_lesson_directory(lua_State *L)
{
    const char *wanted = getenv("BACKSTEP_LESSONS");
    if (wanted && *wanted)
        lua_pushstring(L, wanted);
    else
        lua_pushstring(L, is_in_build_tree() ? BS_LESSONS_SOURCE : BS_LESSONS_INSTALLED);
    return 1;
}

static void close_directory(DIR *directory)
{
    if (directory)
        closedir(directory);
}

BS_BOX_GC(l_directory_gc, directory_type, DIR, close_directory)

static bool ends_in_lua(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".lua") == 0;
}

/* A directory that cannot be read has no lessons. */
static int l_host_lesson_files(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    lua_Integer count = 0;
    lua_newtable(L);
    DIR **directory = bs_box_push(L, directory_type); // files, directory
    *directory = opendir(path);
    for (const struct dirent *item; *directory && (item = readdir(*directory));) {
        if (!ends_in_lua(item->d_name))
            continue;
        lua_pushstring(L, item->d_name);
        lua_rawseti(L, -3, ++count);
    }
    close_directory(*directory);
    *directory = NULL;
    lua_pop(L, 1);
    bs_sort(L, -1, NULL);
    return 1;
}

void bs_open_lesson(lua_State *L)
{
    static const luaL_Reg host[] = {
        {"functions", l_host_functions},
        {"nearest", l_host_nearest},
        {"rng", l_host_rng},
        {"is_tape", l_host_is_tape},
        {"describe", l_host_describe},
        {"page", l_host_page},
        {"with_digits", l_host_with_digits},
        {"number", l_host_number},
        {"phase", l_host_phase},
        {"prose", l_host_prose},
        {"results", l_host_results},
        {"width", l_host_width},
        {"lesson_directory", l_host_lesson_directory},
        {"lesson_files", l_host_lesson_files},
        {NULL, NULL},
    };
    open_rng(L);
    bs_box_register(L, directory_type, l_directory_gc);
    bs_module_push_host(L);
    luaL_setfuncs(L, host, 0);
    lua_pop(L, 1);
}
