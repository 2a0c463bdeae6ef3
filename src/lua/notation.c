/* Notations as Lua has them, a name or a table of names; and parameters in their shapes. */
#include "lua/types.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/state.h"

#include <string.h>

static const char notation_type[] = "notation";

BS_BOX_GC(l_notation_gc, notation_type, struct bs_notation, bs_notation_drop)

/* ---- tables of names ------------------------------------------------------------------------- */

/*
 * For each array of quantities there is a stem ("x"), or the names one by one in tables shaped like
 * the array.
 */
static const char *const notation_fields[] = {
    "inputs", "targets", "weights", "biases", "z",           "a",         "errors",
    "rate",   "loss",    "sign",    "layout", "input_first", "threshold", NULL};

/* A table of names being read.  What is in `anchor` keeps the strings alive. */
struct reading {
    lua_State *L;
    int spec, anchor;
    const char *field; /* being read */
};

/* Keep the value on top of the stack, which stays there. */
static void keep(struct reading *reading)
{
    lua_pushvalue(reading->L, -1);
    lua_rawseti(reading->L, reading->anchor,
                (lua_Integer)lua_rawlen(reading->L, reading->anchor) + 1);
}

static const char **keep_list(struct reading *reading, size_t count)
{
    const char **list = lua_newuserdatauv(reading->L, count * sizeof *list, 0);
    keep(reading);
    lua_pop(reading->L, 1);
    return list;
}

/* The string on top of the stack. */
static const char *read_name(struct reading *reading)
{
    lua_State *L = reading->L;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "notation: a name in %s must be a string, got %s", reading->field,
                   bs_describe(L, -1));
    return lua_tostring(L, -1);
}

/* The list on top of the stack. */
static void read_list(struct reading *reading, const char **names, int count)
{
    lua_State *L = reading->L;
    bs_arg_list(L, -1, reading->field, (size_t)count, "name");
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, -1, i + 1);
        names[i] = read_name(reading);
        lua_pop(L, 1);
    }
}

/* On top of the stack nothing, a stem, or rows × columns names (columns 0: a list of `rows`). */
static struct bs_names read_names(struct reading *reading, int rows, int columns)
{
    lua_State *L = reading->L;
    struct bs_names names = {NULL, NULL};
    if (lua_isnil(L, -1))
        return names;
    keep(reading);
    if (lua_type(L, -1) == LUA_TSTRING) {
        names.stem = read_name(reading);
        return names;
    }
    const char **list = keep_list(reading, (size_t)rows * (size_t)(columns ? columns : 1));
    names.listed = list;
    if (columns == 0) {
        read_list(reading, list, rows);
        return names;
    }
    bs_arg_list(L, -1, reading->field, (size_t)rows, "row");
    for (int i = 0; i < rows; i++, list += columns) {
        lua_rawgeti(L, -1, i + 1);
        keep(reading);
        read_list(reading, list, columns);
        lua_pop(L, 1);
    }
    return names;
}

/* Push the field of the table of names, or, where layers count from 1, what it has for a layer. */
static void push_field(struct reading *reading, const char *field, int layer)
{
    lua_State *L = reading->L;
    reading->field = field;
    lua_getfield(L, reading->spec, field);
    if (layer == 0 || lua_isnil(L, -1))
        return;
    bs_arg_table(L, -1, field);
    lua_rawgeti(L, -1, layer);
    lua_remove(L, -2);
}

static struct bs_names read_field(struct reading *reading, const char *field, int layer, int rows,
                                  int columns)
{
    push_field(reading, field, layer);
    struct bs_names names = read_names(reading, rows, columns);
    lua_pop(reading->L, 1);
    return names;
}

/* One name, which is no stem. */
static struct bs_names read_single(struct reading *reading, const char *field, int layer)
{
    struct bs_names names = {NULL, NULL};
    push_field(reading, field, layer);
    if (!lua_isnil(reading->L, -1)) {
        keep(reading);
        const char **list = keep_list(reading, 1);
        list[0] = read_name(reading);
        names.listed = list;
    }
    lua_pop(reading->L, 1);
    return names;
}

static bool read_flag(struct reading *reading, const char *field)
{
    lua_getfield(reading->L, reading->spec, field);
    bool flag = !lua_isnil(reading->L, -1) && bs_arg_boolean(reading->L, -1, field);
    lua_pop(reading->L, 1);
    return flag;
}

static void read_layer(struct reading *reading, struct bs_notation_spec *spec,
                       const struct bs_layer *layer, int number)
{
    int l = number - 1, rows = spec->by_input ? layer->inputs : layer->units;
    int columns = spec->by_input ? layer->units : layer->inputs;
    spec->weight[l] = read_field(reading, "weights", number, rows, columns);
    spec->bias[l] = layer->bias == BS_BIAS_UNITS
                        ? read_field(reading, "biases", number, layer->units, 0)
                        : read_single(reading, "biases", number);
    spec->z[l] = read_field(reading, "z", number, layer->units, 0);
    spec->a[l] = read_field(reading, "a", number, layer->units, 0);
    spec->error[l] = read_field(reading, "errors", number, layer->units, 0);
}

/* What is no name. */
static void read_choices(struct reading *reading, struct bs_notation_spec *spec)
{
    static const char *const layouts[] = {"in-out", "out-in", NULL};
    lua_State *L = reading->L;
    bs_arg_fields(L, reading->spec, "notation", notation_fields);
    lua_getfield(L, reading->spec, "layout");
    spec->by_input = lua_isnil(L, -1) || bs_arg_choice(L, -1, "layout", layouts) == 0;
    lua_getfield(L, reading->spec, "sign");
    spec->error_sign = lua_isnil(L, -1) ? 1 : (int)bs_arg_integer(L, -1, "sign", -1, 1);
    lua_getfield(L, reading->spec, "errors");
    spec->has_errors = !lua_isnil(L, -1);
    lua_pop(L, 3);
    if (spec->error_sign == 0)
        luaL_error(L, "sign must be 1 (the error term is ∂E/∂z) or -1 (it is −∂E/∂z), got 0");
    spec->input_first = read_flag(reading, "input_first");
    spec->threshold = read_flag(reading, "threshold");
}

static void read_notation(struct reading *reading, struct bs_notation_spec *spec,
                          const struct bs_arch *arch)
{
    read_choices(reading, spec);
    spec->input = read_field(reading, "inputs", 0, bs_arch_inputs(arch), 0);
    spec->target = read_field(reading, "targets", 0, bs_arch_outputs(arch), 0);
    spec->rate = read_single(reading, "rate", 0);
    spec->loss = read_single(reading, "loss", 0);
    for (int layer = 1; layer <= arch->depth; layer++)
        read_layer(reading, spec, &arch->layers[layer - 1], layer);
}

struct bs_notation *bs_push_notation(lua_State *L, int index, struct bs_arch *arch)
{
    struct bs_error err;
    index = lua_absindex(L, index);
    struct bs_notation **box = bs_box_push(L, notation_type); // box
    if (!lua_istable(L, index)) {
        const char *name =
            lua_isnil(L, index) ? bs_notation_default(arch) : bs_arg_string(L, index, "notation");
        bs_check(L, bs_notation_create(box, name, arch, &err), &err);
        return *box;
    }
    struct bs_notation_spec *spec = lua_newuserdatauv(L, sizeof *spec, 0);
    memset(spec, 0, sizeof *spec);
    lua_newtable(L); // box, spec, anchor
    struct reading reading = {L, index, lua_gettop(L), NULL};
    read_notation(&reading, spec, arch);
    bs_check(L, bs_notation_of_table(box, spec, arch, &err), &err);
    lua_pop(L, 2);
    return *box;
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* The kth number of an array as the notation has it; never -0. */
static void push_number(lua_State *L, const struct bs_notation *notation, int array, int64_t k,
                        const double *values)
{
    int sign;
    double value = values[bs_notation_parameter(notation, array, k, &sign)];
    lua_pushnumber(L, value == 0 ? 0 : sign * value);
}

/* Push the numbers of an array in its shape. */
static void push_array(lua_State *L, const struct bs_notation *notation, int array,
                       const double *values)
{
    struct bs_parameter_array shape = bs_notation_array(notation, array);
    if (shape.rows == 0) {
        push_number(L, notation, array, 0, values);
        return;
    }
    int width = shape.columns ? shape.columns : 1;
    lua_createtable(L, shape.rows, 0);
    for (int64_t k = 0; k < shape.count; k++) {
        if (shape.columns && k % width == 0)
            lua_createtable(L, width, 0); // array, row
        push_number(L, notation, array, k, values);
        lua_rawseti(L, -2, shape.columns ? k % width + 1 : k + 1);
        if (shape.columns && k % width == width - 1)
            lua_rawseti(L, -2, k / width + 1); // array
    }
}

static void push_listed_name(lua_State *L, const struct bs_notation *notation, int array, int64_t k)
{
    bs_notation_put_listed(notation, bs_push_buf(L), array, k);
    bs_pop_text(L);
}

int bs_push_parameters(lua_State *L, const struct bs_notation *notation, const double *values)
{
    lua_newtable(L);
    for (int array = 0; array < bs_notation_array_count(notation); array++) {
        struct bs_parameter_array shape = bs_notation_array(notation, array);
        if (shape.key) {
            push_array(L, notation, array, values);
            lua_setfield(L, -2, shape.key);
            continue;
        }
        for (int64_t k = 0; k < shape.count; k++) {
            push_listed_name(L, notation, array, k);
            push_number(L, notation, array, k, values);
            lua_rawset(L, -3);
        }
    }
    return 1;
}

/* Which parameters a key names: an array, or where its names are listed the kth of it. */
struct place {
    int array;
    int64_t k;
};

/* Is the place called that?  Offers its name where it is not. */
static bool is_called(lua_State *L, const struct bs_notation *notation, struct place place,
                      struct bs_nearest *nearest)
{
    const char *stem = bs_notation_array(notation, place.array).key;
    if (stem)
        lua_pushstring(L, stem);
    else
        push_listed_name(L, notation, place.array, place.k);
    const char *name = lua_tostring(L, -1);
    bool found = strcmp(name, nearest->wanted) == 0;
    bs_nearest_offer(nearest, name);
    lua_pop(L, 1);
    return found;
}

static struct place find_place(lua_State *L, const struct bs_notation *notation, const char *key)
{
    struct bs_nearest nearest;
    struct place place;
    char hint[96];
    bs_nearest_init(&nearest, key);
    for (place.array = 0; place.array < bs_notation_array_count(notation); place.array++) {
        struct bs_parameter_array shape = bs_notation_array(notation, place.array);
        for (place.k = 0; place.k < (shape.key ? 1 : shape.count); place.k++)
            if (is_called(L, notation, place, &nearest))
                return place;
    }
    luaL_error(L, "the network has no parameters called \"%s\"%s", key,
               bs_nearest_hint(&nearest, hint));
    return place;
}

static void store(double *values, const struct bs_notation *notation, int array, int64_t k,
                  double number)
{
    int sign;
    size_t place = bs_notation_parameter(notation, array, k, &sign);
    values[place] = sign * number;
}

/* The key at -2, the value at -1. */
static void read_parameters(lua_State *L, const struct bs_notation *notation, double *values)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "parameters have names, as in net:set{v = ...}; got %s", bs_describe(L, -2));
    const char *key = lua_tostring(L, -2);
    struct place place = find_place(L, notation, key);
    struct bs_parameter_array shape = bs_notation_array(notation, place.array);
    if (!shape.key) {
        store(values, notation, place.array, place.k, bs_arg_number(L, -1, key));
        return;
    }
    const double *numbers =
        bs_arg_shape(L, -1, key, (size_t)shape.rows, (size_t)shape.columns); // numbers
    for (int64_t k = 0; k < shape.count; k++)
        store(values, notation, place.array, k, numbers[k]);
    lua_pop(L, 1);
}

void bs_arg_parameters(lua_State *L, int index, const struct bs_notation *notation, double *values)
{
    bs_arg_table(L, index, "the parameters");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        read_parameters(L, notation, values);
}

void bs_open_notation(lua_State *L)
{
    bs_box_register(L, notation_type, l_notation_gc);
}
