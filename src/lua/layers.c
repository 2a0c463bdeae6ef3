/* Layers: dense{...}, conv2d{...} and the others, a function for each kind of stage. */
#include "lua/layers.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/doc.h"
#include "lua/state.h"
#include "lua/types.h"

#include <math.h>
#include <string.h>

static const char layer_type[] = "layer";

const struct bs_layers *bs_test_layers(lua_State *L, int index)
{
    return luaL_testudata(L, index, layer_type);
}

static struct bs_layers *push_layers(lua_State *L, int count)
{
    struct bs_layers *layers =
        lua_newuserdatauv(L, sizeof *layers + (size_t)count * sizeof layers->specs[0], 0);
    layers->count = count;
    luaL_setmetatable(L, layer_type);
    return layers;
}

/* ---- options --------------------------------------------------------------------------------- */

/* "kernel of conv2d"; pushes the text. */
static const char *option_name(lua_State *L, const struct bs_stage_kind *kind, int option)
{
    return lua_pushfstring(L, "%s of %s", kind->options[option].name, kind->name);
}

static double read_one(lua_State *L, int index, const char *what,
                       const struct bs_stage_option *option)
{
    if (option->type == BS_OPTION_FLAG)
        return bs_arg_boolean(L, index, what);
    if (option->type != BS_OPTION_REAL)
        return (double)bs_arg_integer(L, index, what, (lua_Integer)option->least,
                                      (lua_Integer)option->greatest);
    const double value = bs_arg_number(L, index, what);
    if (value < option->least || value > option->greatest)
        luaL_error(L, "%s must be from %f to %f, got %s", what, option->least, option->greatest,
                   bs_describe(L, index));
    return value;
}

/* A pair is a table of two numbers, or one number for both. */
static void read_option(lua_State *L, struct bs_stage_spec *spec, int i, int index)
{
    const struct bs_stage_option *option = &spec->kind->options[i];
    const char *what = option_name(L, spec->kind, i);
    index = lua_absindex(L, index);
    if (option->type == BS_OPTION_PAIR && lua_istable(L, index)) {
        bs_arg_list(L, index, what, 2, "number");
        for (int k = 0; k < 2; k++) {
            lua_rawgeti(L, index, k + 1);
            spec->options[i][k] = read_one(L, lua_gettop(L), what, option);
            lua_pop(L, 1);
        }
    } else {
        spec->options[i][0] = spec->options[i][1] = read_one(L, index, what, option);
    }
    lua_pop(L, 1);
}

static void read_name(lua_State *L, struct bs_stage_spec *spec, int index)
{
    const char *name = bs_arg_string(L, index, "the name of a layer");
    if (strlen(name) > BS_LONGEST_STAGE_NAME)
        luaL_error(L, "the name of a layer has at most %d letters, \"%s\" has %d",
                   BS_LONGEST_STAGE_NAME, name, (int)strlen(name));
    memcpy(spec->name, name, strlen(name) + 1);
}

static void read_activation(lua_State *L, struct bs_stage_spec *spec, int index)
{
    const char *what = lua_pushfstring(L, "activation of %s", spec->kind->name);
    spec->activation = bs_arg_activation(L, index, &spec->setting, what);
    lua_pop(L, 1);
}

static int option_count(const struct bs_stage_kind *kind)
{
    int count = 0;
    while (kind->options[count].name)
        count++;
    return count;
}

static int find_option(const struct bs_stage_kind *kind, const char *name)
{
    for (int i = 0; kind->options[i].name; i++)
        if (strcmp(kind->options[i].name, name) == 0)
            return i;
    return -1;
}

static void refuse_option(lua_State *L, const struct bs_stage_kind *kind, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    for (int i = 0; kind->options[i].name; i++)
        bs_nearest_offer(&nearest, kind->options[i].name);
    if (kind->has_activation)
        bs_nearest_offer(&nearest, "activation");
    bs_nearest_offer(&nearest, "name");
    luaL_error(L, "%s has no option \"%s\"%s", kind->name, name, bs_nearest_hint(&nearest, hint));
}

/* The value on top of the stack, under a name. */
static void read_field(lua_State *L, struct bs_stage_spec *spec, const char *name)
{
    const int value = lua_gettop(L), option = find_option(spec->kind, name);
    if (option >= 0)
        read_option(L, spec, option, value);
    else if (strcmp(name, "name") == 0)
        read_name(L, spec, value);
    else if (spec->kind->has_activation && strcmp(name, "activation") == 0)
        read_activation(L, spec, value);
    else
        refuse_option(L, spec->kind, name);
}

/* Is a layer of the kind nothing but its activation? */
static bool is_bare(const struct bs_stage_kind *kind)
{
    return kind->has_activation && option_count(kind) == 0;
}

/* The value on top of the stack, by its place: conv2d{6, 5} has 6 channels and a kernel of 5. */
static void read_place(lua_State *L, struct bs_stage_spec *spec, lua_Integer place)
{
    const int most = option_count(spec->kind);
    if (spec->kind->holds_layers || is_bare(spec->kind))
        return;
    if (place < 1 || place > most)
        luaL_error(L, "%s takes %s by their place, got one at %I", spec->kind->name,
                   bs_push_count(L, (size_t)most, "number"), place);
    read_option(L, spec, (int)place - 1, lua_gettop(L));
}

static void read_key(lua_State *L, struct bs_stage_spec *spec)
{
    if (lua_isinteger(L, -2))
        read_place(L, spec, lua_tointeger(L, -2));
    else if (lua_type(L, -2) == LUA_TSTRING)
        read_field(L, spec, lua_tostring(L, -2));
    else
        luaL_error(L, "%s: options have names, got %s", spec->kind->name, bs_describe(L, -2));
}

/* Of a layer that is nothing but its activation: "tanh", {"tanh"} or {"leaky_relu", 0.2}. */
static void read_bare_activation(lua_State *L, struct bs_stage_spec *spec, int index)
{
    const bool is_alone = lua_istable(L, index) && !bs_is_setting(L, index);
    if (lua_isnoneornil(L, index) || (is_alone && lua_rawlen(L, index) == 0))
        return;
    if (is_alone)
        lua_rawgeti(L, index, 1);
    else
        lua_pushvalue(L, index);
    read_activation(L, spec, lua_gettop(L));
    lua_pop(L, 1);
}

/* The options in the table at `index`, or the first alone. */
static void read_options(lua_State *L, struct bs_stage_spec *spec, int index)
{
    if (lua_istable(L, index)) {
        for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
            read_key(L, spec);
    } else if (!lua_isnoneornil(L, index)) {
        lua_pushvalue(L, index);
        read_place(L, spec, 1);
        lua_pop(L, 1);
    }
}

static void check_options(lua_State *L, const struct bs_stage_spec *spec)
{
    for (int i = 0; spec->kind->options[i].name; i++)
        if (isnan(spec->options[i][0]))
            luaL_error(L, "%s needs %s: %s", spec->kind->name, spec->kind->options[i].name,
                       spec->kind->usage);
    if (is_bare(spec->kind) && !spec->activation)
        luaL_error(L, "%s needs the name of a function: %s", spec->kind->name, spec->kind->usage);
}

/* ---- layers within a layer ------------------------------------------------------------------- */

/* The layer at a place of the table at `index`, which stays on the stack. */
static const struct bs_layers *push_inner(lua_State *L, int index, lua_Integer place,
                                          const char *what)
{
    lua_rawgeti(L, index, place);
    const struct bs_layers *layers = bs_test_layers(L, -1);
    if (!layers)
        luaL_error(
            L,
            "%s: number %I must be a layer, as dense{3} or activation{\"relu\"} gives it, got %s",
            what, place, bs_describe(L, -1));
    return layers;
}

struct bs_layers *bs_push_layers(lua_State *L, int index, lua_Integer first, int before,
                                 const char *what)
{
    int count = before;
    for (lua_Integer i = first; i <= (lua_Integer)lua_rawlen(L, index); i++) {
        count += push_inner(L, index, i, what)->count;
        lua_pop(L, 1);
        if (count > BS_MOST_STAGES)
            luaL_error(L, "%s: at most %d layers are possible", what, BS_MOST_STAGES);
    }
    struct bs_layers *all = push_layers(L, count);
    count = before;
    for (lua_Integer i = first; i <= (lua_Integer)lua_rawlen(L, index); i++) {
        const struct bs_layers *layers = push_inner(L, index, i, what);
        memcpy(all->specs + count, layers->specs, (size_t)layers->count * sizeof layers->specs[0]);
        count += layers->count;
        lua_pop(L, 1);
    }
    return all;
}

/* The layers that the table at 1 holds, behind a place for the one that holds them. */
static struct bs_layers *push_held(lua_State *L, const struct bs_stage_kind *kind)
{
    bs_arg_table(L, 1, lua_pushfstring(L, "the argument of %s", kind->name));
    struct bs_layers *layers = bs_push_layers(L, 1, 1, 1, kind->name);
    if (layers->count == 1)
        luaL_error(L, "%s needs at least one layer: %s", kind->name, kind->usage);
    return layers;
}

/* Upvalue 1 is the kind. */
static int l_layer(lua_State *L)
{
    return bs_push_layer(L, lua_touserdata(L, lua_upvalueindex(1)));
}

int bs_push_layer(lua_State *L, const struct bs_stage_kind *kind)
{
    if (!lua_isnoneornil(L, 2))
        luaL_error(L, "%s takes one argument, in braces where there is more to say: %s", kind->name,
                   kind->usage);
    lua_settop(L, 1);
    struct bs_layers *layers = kind->holds_layers ? push_held(L, kind) : push_layers(L, 1);
    struct bs_stage_spec *spec = &layers->specs[0];
    bs_stage_spec_init(spec, kind);
    spec->within = layers->count - 1;
    if (is_bare(kind))
        read_bare_activation(L, spec, 1);
    if (lua_istable(L, 1) || option_count(kind) > 0)
        read_options(L, spec, 1);
    check_options(L, spec);
    return 1;
}

/* ---- the type -------------------------------------------------------------------------------- */

static void put_option(struct bs_buf *buf, const struct bs_stage_spec *spec, int i)
{
    const struct bs_stage_option *option = &spec->kind->options[i];
    const double *values = spec->options[i];
    if (option->type == BS_OPTION_FLAG)
        bs_buf_printf(buf, "%s = %s", option->name, values[0] != 0 ? "true" : "false");
    else if (values[0] < values[1] || values[0] > values[1])
        bs_buf_printf(buf, "%s = {%.15g, %.15g}", option->name, values[0], values[1]);
    else
        bs_buf_printf(buf, "%s = %.15g", option->name, values[0]);
}

/* conv2d{channels = 6, kernel = 5}: what is not as usual. */
static void put_layer(struct bs_buf *buf, const struct bs_stage_spec *spec)
{
    const char *between = "";
    bs_buf_printf(buf, "%s{", spec->kind->name);
    for (int i = 0; spec->kind->options[i].name; i++) {
        const double usual = spec->kind->options[i].usual;
        const bool is_usual = spec->options[i][0] == usual && spec->options[i][1] == usual;
        if (is_usual)
            continue;
        bs_buf_put(buf, between);
        put_option(buf, spec, i);
        between = ", ";
    }
    if (spec->activation && spec->kind->has_activation)
        bs_buf_printf(buf, "%sactivation = \"%s\"", between, spec->activation->name);
    if (spec->within > 0)
        bs_buf_printf(buf, "%d layer%s", spec->within, spec->within == 1 ? "" : "s");
    bs_buf_put(buf, "}");
}

static int l_layer_tostring(lua_State *L)
{
    const struct bs_layers *layers = luaL_checkudata(L, 1, layer_type);
    put_layer(bs_push_buf(L), &layers->specs[0]);
    bs_pop_text(L);
    return 1;
}

void bs_push_layer_help(lua_State *L, const struct bs_stage_kind *kind)
{
    struct bs_buf *buf = bs_push_buf(L);
    bs_buf_put(buf, kind->about);
    for (int i = 0; kind->options[i].name; i++) {
        const struct bs_stage_option *option = &kind->options[i];
        bs_buf_printf(buf, "%s%s: %s", i ? "; " : " Options: ", option->name, option->about);
        if (option->type == BS_OPTION_FLAG)
            bs_buf_printf(buf, " (%s)", option->usual != 0 ? "true" : "false");
        else if (!isnan(option->usual))
            bs_buf_printf(buf, " (%.15g)", option->usual);
    }
    bs_buf_put(buf, kind->options[0].name ? "." : "");
    bs_pop_text(L);
}

/* A name that is taken is a function that makes its layer itself: softmax. */
static void register_kind(lua_State *L, const struct bs_stage_kind *kind)
{
    if (lua_getglobal(L, kind->name) != LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    lua_pushlightuserdata(L, (void *)kind);
    lua_pushcclosure(L, l_layer, 1);
    bs_push_layer_help(L, kind); // function, help
    lua_insert(L, -2);           // help, function
    bs_doc_set(L, kind->usage, lua_tostring(L, -2));
    lua_setglobal(L, kind->name);
    lua_pop(L, 1);
}

void bs_open_layers(lua_State *L)
{
    static const struct bs_doc *const methods[] = {NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_layer_tostring}, {NULL, NULL}};
    static const struct bs_type type = {
        layer_type, "A layer to build networks of, as dense{...} or conv2d{...} gives it.", methods,
        meta};
    bs_type_register(L, &type);
    for (const struct bs_stage_kind *const *kind = bs_stage_kinds; *kind; kind++)
        register_kind(L, *kind);
}
