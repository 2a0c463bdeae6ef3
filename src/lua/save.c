/*
 * Networks in files.  A JSON value under way is in a box, so that an error in Lua releases it; what
 * net/save.c does not know of is here: notations, and what an optimiser wants to go on with.
 */
#include "net/save.h"

#include "base/width.h"
#include "expr/parse.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/file.h"
#include "lua/sandbox.h"
#include "lua/state.h"
#include "lua/types.h"

#include <lauxlib.h>
#include <string.h>

static const char value_type[] = "json";

BS_BOX_GC(l_json_gc, value_type, json_t, json_decref)

static json_t **push_json(lua_State *L)
{
    return bs_box_push(L, value_type);
}

/* Raise why there is no value. */
static int raise_missing(lua_State *L)
{
    bs_lua_check_stopped(L);
    return bs_memory_error(L);
}

/* Takes the value over; it has a place in the object at once, so that no error can lose it. */
static void set(lua_State *L, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        raise_missing(L);
}

static void append(lua_State *L, json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) < 0)
        raise_missing(L);
}

/* ---- writing: the notation ------------------------------------------------------------------- */

/* The names of an array: a stem, or a list of `count`, or of rows of so many columns. */
static json_t *names_to_json(struct bs_names names, int rows, int columns)
{
    if (!names.listed)
        return names.stem ? json_string(names.stem) : json_null();
    json_t *list = json_array();
    for (int i = 0; i < rows; i++) {
        struct bs_names row = {NULL, names.listed + (size_t)i * (size_t)columns};
        json_t *item = columns ? names_to_json(row, columns, 0) : json_string(names.listed[i]);
        if (json_array_append_new(list, item) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* A single name is listed where it was given; a stem is the usual one. */
static json_t *single_to_json(struct bs_names names)
{
    return names.listed ? json_string(names.listed[0]) : json_null();
}

static json_t *layer_names(const struct bs_notation *notation, enum bs_quantity kind, int number,
                           bool is_error)
{
    const struct bs_layout layout = bs_notation_layout(notation);
    const struct bs_layer *layer = &layout.arch->layers[number - 1];
    const struct bs_names names = bs_notation_names(notation, kind, number, is_error);
    if (kind == BS_BIAS && layer->bias != BS_BIAS_UNITS)
        return single_to_json(names);
    if (kind != BS_WEIGHT)
        return names_to_json(names, layer->units, 0);
    return layout.by_input ? names_to_json(names, layer->inputs, layer->units)
                           : names_to_json(names, layer->units, layer->inputs);
}

/* Under `key` a list with the names of each layer. */
static void set_layers(lua_State *L, json_t *object, const char *key,
                       const struct bs_notation *notation, enum bs_quantity kind, bool is_error)
{
    json_t *list = json_array();
    set(L, object, key, list);
    for (int number = 1; number <= bs_notation_arch(notation)->depth; number++)
        append(L, list, layer_names(notation, kind, number, is_error));
}

static void set_flags(lua_State *L, json_t *object, const struct bs_notation *notation)
{
    const struct bs_layout layout = bs_notation_layout(notation);
    set(L, object, "layout", json_string(layout.by_input ? "in-out" : "out-in"));
    set(L, object, "input_first", json_boolean(layout.input_first));
    set(L, object, "threshold", json_boolean(layout.threshold));
}

/* Under "notation" its name, or the table that makes it again. */
static void set_notation(lua_State *L, json_t *json, const struct bs_notation *notation)
{
    const struct bs_arch *arch = bs_notation_arch(notation);
    const char *name = bs_notation_name(notation);
    const int sign = bs_notation_error_sign(notation, BS_PREACTIVATION);
    if (strcmp(name, "table") != 0) {
        set(L, json, "notation", json_string(name));
        return;
    }
    json_t *object = json_object();
    set(L, json, "notation", object);
    set(L, object, "inputs",
        names_to_json(bs_notation_names(notation, BS_INPUT, 0, false), bs_arch_inputs(arch), 0));
    set(L, object, "targets",
        names_to_json(bs_notation_names(notation, BS_TARGET, 0, false), bs_arch_outputs(arch), 0));
    set(L, object, "rate", single_to_json(bs_notation_names(notation, BS_RATE, 0, false)));
    set(L, object, "loss", single_to_json(bs_notation_names(notation, BS_LOSS_VALUE, 0, false)));
    set_layers(L, object, "weights", notation, BS_WEIGHT, false);
    set_layers(L, object, "biases", notation, BS_BIAS, false);
    set_layers(L, object, "z", notation, BS_PREACTIVATION, false);
    set_layers(L, object, "a", notation, BS_ACTIVATION, false);
    if (sign != 0) {
        set_layers(L, object, "errors", notation, BS_PREACTIVATION, true);
        set(L, object, "sign", json_integer(sign));
    }
    set_flags(L, object, notation);
}

/* ---- writing: what an optimiser goes on with ------------------------------------------------- */

static void check_text(lua_State *L, const char *text, const char *what)
{
    size_t left = strlen(text);
    for (size_t bytes; left > 0; text += bytes, left -= bytes) {
        uint32_t code;
        bytes = bs_utf8_read(&code, text, left);
        if (bytes == 1 && code >= 0x80)
            luaL_error(L, "%s must be text in UTF-8", what);
    }
}

/* How many numbers are in what is at the top of the stack, which has to be a list of them. */
static size_t check_list(lua_State *L, const char *what)
{
    struct bs_numbers row;
    const int list = lua_gettop(L);
    if (bs_test_numbers(L, list, &row))
        return row.columns;
    if (!lua_istable(L, list))
        luaL_error(L, "%s must be a number, a string, true, false or a list of numbers, got %s",
                   what, bs_describe(L, list));
    const size_t count = lua_rawlen(L, list);
    for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1))
        if (!bs_is_place(L, -2, count))
            luaL_error(L, "%s must be a list of numbers: [%s] is no place in it", what,
                       bs_describe(L, -2));
    return count;
}

/* The list of numbers at the top of the stack. */
static void set_numbers(lua_State *L, json_t *object, const char *key, const char *what)
{
    json_t *list = json_array();
    set(L, object, key, list);
    const size_t count = check_list(L, what);
    if (count == 0)
        return;
    const double *numbers = bs_arg_shape(L, -1, what, count, 0);
    for (size_t i = 0; i < count; i++)
        append(L, list, json_real(numbers[i]));
    lua_pop(L, 1);
}

/* The key at -2, its value at -1. */
static void set_state(lua_State *L, json_t *object)
{
    const int value = lua_gettop(L);
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "what training goes on with has names, got %s", bs_describe(L, -2));
    const char *key = lua_tostring(L, -2);
    if (strlen(key) != lua_rawlen(L, -2) || !bs_is_name(key))
        luaL_error(L, "a name in training is letters, digits and _, got %s", bs_describe(L, -2));
    const char *what = lua_pushfstring(L, "training.%s", key);
    lua_pushvalue(L, value); // key, value, what, value
    if (lua_isinteger(L, -1)) {
        set(L, object, key, json_integer(lua_tointeger(L, -1)));
    } else if (lua_type(L, -1) == LUA_TNUMBER) {
        set(L, object, key, json_real(bs_arg_number(L, -1, what)));
    } else if (lua_type(L, -1) == LUA_TBOOLEAN) {
        set(L, object, key, json_boolean(lua_toboolean(L, -1)));
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        const char *text = bs_arg_string(L, -1, what);
        check_text(L, text, what);
        set(L, object, key, json_string(text));
    } else {
        set_numbers(L, object, key, what);
    }
    lua_settop(L, value);
}

static void set_training(lua_State *L, json_t *json, int index)
{
    bs_arg_table(L, index, "what training goes on with");
    json_t *object = json_object();
    set(L, json, "training", object);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        set_state(L, object);
}

BS_FN(
    l_net_save, "net:save(file, [training]) -> file",
    "Write the network to a file, whole or not at all: its layers, loss, notation and parameters, "
    "which load_net(file) gives again to the last bit. A table `training` of numbers, strings, "
    "true, false and lists of numbers is kept with it, for an optimiser to go on with. "
    "Activations that were defined are to be defined again before load_net.")
{
    struct bs_error err;
    const struct bs_net_box *box = bs_check_net(L);
    const char *path = bs_arg_string(L, 2, "the file");
    lua_settop(L, 3);
    bs_refuse_to_confined(L, "write files");
    json_t **json = push_json(L);
    bs_check(L, bs_net_to_json(json, box->net, &err), &err);
    if (box->notation)
        set_notation(L, *json, box->notation);
    if (!lua_isnil(L, 3))
        set_training(L, *json, 3);
    struct bs_buf *buf = bs_push_buf(L);
    bs_json_put(buf, *json);
    if (buf->failed)
        return raise_missing(L);
    bs_file_write(L, path, bs_buf_text(buf), buf->length);
    lua_pushvalue(L, 2);
    return 1;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Raise a refusal of what is in the file. */
static void check_contents(lua_State *L, int status, const struct bs_error *err, const char *path)
{
    struct bs_error named = *err;
    if (status == BS_REFUSED)
        bs_fail(&named, BS_REFUSED, "\"%.200s\": %s", path, err->text);
    bs_check(L, status, &named);
}

/* A table of names is at most a list of layers of rows of names deep, in an object. */
enum { DEEPEST = 4 };

/* Push names as Lua has them; null is nil. */
static void push_names(lua_State *L, const json_t *json, int depth)
{
    const char *key;
    json_t *value;
    luaL_checkstack(L, 4, NULL);
    if (depth > DEEPEST)
        luaL_error(L, "it is nested too deep");
    if (json_is_string(json)) {
        lua_pushstring(L, json_string_value(json));
    } else if (json_is_integer(json)) {
        lua_pushinteger(L, json_integer_value(json));
    } else if (json_is_real(json)) {
        lua_pushnumber(L, json_real_value(json));
    } else if (json_is_boolean(json)) {
        lua_pushboolean(L, json_is_true(json));
    } else if (json_is_null(json)) {
        lua_pushnil(L);
    } else {
        lua_newtable(L);
        for (size_t i = 0; i < json_array_size(json); i++) {
            push_names(L, json_array_get(json, i), depth + 1);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        json_object_foreach((json_t *)json, key, value)
        {
            push_names(L, value, depth + 1);
            lua_setfield(L, -2, key);
        }
    }
}

/* Called with the JSON and the architecture; gives the object that owns the notation. */
static int make_notation(lua_State *L)
{
    const json_t *json = lua_touserdata(L, 1);
    struct bs_arch *arch = lua_touserdata(L, 2);
    if (json)
        push_names(L, json, 0);
    else
        lua_pushnil(L);
    bs_push_notation(L, 3, arch);
    return 1;
}

/* Push the object that owns the notation; one that is refused is so with its place. */
static struct bs_notation *push_notation(lua_State *L, const json_t *json, struct bs_arch *arch,
                                         const char *path)
{
    lua_pushcfunction(L, make_notation);
    lua_pushlightuserdata(L, (void *)json_object_get(json, "notation"));
    lua_pushlightuserdata(L, arch);
    const int status = lua_pcall(L, 2, 1, 0);
    if (status == LUA_ERRRUN && !bs_lua_is_stopped(L) && lua_type(L, -1) == LUA_TSTRING) {
        char reason[BS_ERROR_TEXT];
        bs_json_printable(reason, sizeof reason, lua_tostring(L, -1));
        luaL_error(L, "\"%s\": notation: %s", path, reason);
    }
    if (status != LUA_OK)
        lua_error(L);
    return *(struct bs_notation **)lua_touserdata(L, -1);
}

static void push_numbers(lua_State *L, const json_t *list, const char *key, const char *path)
{
    lua_newtable(L);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_number(number))
            luaL_error(L, "\"%s\": training.%s[%d] must be a number, got %s", path, key, (int)i + 1,
                       bs_json_describe(number));
        lua_pushnumber(L, json_number_value(number));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_state(lua_State *L, const json_t *value, const char *key, const char *path)
{
    if (json_is_array(value))
        push_numbers(L, value, key, path);
    else if (json_is_object(value) || json_is_null(value))
        luaL_error(L,
                   "\"%s\": training.%s must be a number, a string, true, false or a list of "
                   "numbers, got %s",
                   path, key, bs_json_describe(value));
    else
        push_names(L, value, 0);
}

/* Push the table that was saved with the network, or nil. */
static void push_training(lua_State *L, const json_t *json, const char *path)
{
    json_t *object = json_object_get(json, "training"), *value;
    const char *key;
    if (!object) {
        lua_pushnil(L);
        return;
    }
    if (!json_is_object(object))
        luaL_error(L, "\"%s\": training must be an object, got %s", path, bs_json_describe(object));
    lua_newtable(L);
    json_object_foreach(object, key, value)
    {
        if (!bs_is_name(key))
            luaL_error(L, "\"%s\": a name in training is letters, digits and _", path);
        push_state(L, value, key, path);
        lua_setfield(L, -2, key);
    }
}

BS_FN(l_load_net, "load_net(file) -> net, training",
      "The network that net:save(file) wrote, with its parameters to the last bit, and the table "
      "that was saved with it, or nil. What is no such file, or is damaged, is refused with the "
      "place.")
{
    struct bs_error err;
    size_t length;
    const char *path = bs_arg_string(L, 1, "the file");
    lua_settop(L, 1);
    const char *bytes = bs_file_read(L, path, &length);
    json_t **json = push_json(L);
    check_contents(L, bs_json_parse(json, bytes, length, &err), &err, path);
    struct bs_net_box *box = bs_push_net(L); // path, bytes, json, net
    check_contents(L, bs_net_of_json(&box->net, *json, &err), &err, path);
    if (bs_arch_is_dense(box->net->arch)) {
        box->notation = bs_notation_share(push_notation(L, *json, box->net->arch, path));
        lua_pop(L, 1);
    }
    push_training(L, *json, path);
    return 2;
}

void bs_add_save_methods(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_net_save_doc, NULL};
    bs_doc_register(L, methods);
}

void bs_open_save(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_load_net_doc, NULL};
    bs_box_register(L, value_type, l_json_gc);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
