/* Networks: mlp{...} and what can be done with one. */
#include "lua/types.h"

#include "base/nearest.h"
#include "base/rng.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/state.h"
#include "net/loss.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char net_type[] = "network", notation_type[] = "notation", pass_type[] = "pass";

/* The box of a network; `net` stays NULL when making it failed. */
struct box {
    struct bs_net *net;
    struct bs_notation *notation;
};

static struct box *check_box(lua_State *L, int index)
{
    struct box *box = luaL_checkudata(L, index, net_type);
    if (!box->net)
        luaL_error(L, "the network is closed");
    return box;
}

static int l_net_gc(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, net_type);
    bs_net_destroy(box->net);
    bs_notation_drop(box->notation);
    *box = (struct box){NULL, NULL};
    return 0;
}

/* ---- mlp ------------------------------------------------------------------------------------- */

static const char *const mlp_options[] = {"hidden",   "output", "bias", "loss",
                                          "notation", "kink",   "seed", NULL};

static int read_sizes(lua_State *L, int sizes[static BS_MAX_LAYERS + 1])
{
    lua_Unsigned count = lua_rawlen(L, 2);
    if (count < 2 || count > BS_MAX_LAYERS + 1)
        luaL_error(L,
                   "mlp needs the number of inputs and of units of 1 to %d layers, as in "
                   "mlp{2, 2, 1}; got %d numbers",
                   BS_MAX_LAYERS, (int)count);
    for (int i = 0; i < (int)count; i++) {
        lua_rawgeti(L, 2, i + 1);
        const char *what =
            i == 0 ? "the number of inputs" : lua_pushfstring(L, "the size of layer %d", i);
        sizes[i] = (int)bs_arg_integer(L, i == 0 ? -1 : -2, what, 1, BS_MAX_UNITS);
        lua_settop(L, 2);
    }
    return (int)count - 1;
}

static void offer_activations(struct bs_nearest *nearest)
{
    for (const struct bs_func *func = bs_funcs; func->name; func++)
        if (func->is_activation)
            bs_nearest_offer(nearest, func->name);
}

static const struct bs_func *arg_activation(lua_State *L, int index, const char *what)
{
    const char *name = bs_arg_string(L, index, what);
    const struct bs_func *func = bs_func_find(name);
    struct bs_nearest nearest;
    char hint[96];
    if (func && func->is_activation)
        return func;
    bs_nearest_init(&nearest, name);
    offer_activations(&nearest);
    luaL_error(L, "%s: there is no activation called \"%s\"%s", what, name,
               bs_nearest_hint(&nearest, hint));
    return NULL;
}

/* `hidden` is one name, or one for each hidden layer. */
static const struct bs_func *hidden_activation(lua_State *L, int layer, int depth)
{
    const struct bs_func *func = bs_func_find("sigmoid");
    int type = lua_getfield(L, 2, "hidden");
    if (type == LUA_TTABLE) {
        if ((int)lua_rawlen(L, -1) != depth - 1)
            luaL_error(L, "hidden names %d activations, the network has %d hidden layers",
                       (int)lua_rawlen(L, -1), depth - 1);
        lua_rawgeti(L, -1, layer);
    }
    if (type != LUA_TNIL)
        func = arg_activation(L, -1, "hidden");
    lua_settop(L, 2);
    return func;
}

static const struct bs_func *output_activation(lua_State *L)
{
    const struct bs_func *func = bs_func_find("sigmoid");
    if (lua_getfield(L, 2, "output") != LUA_TNIL)
        func = arg_activation(L, -1, "output");
    lua_settop(L, 2);
    return func;
}

static enum bs_bias read_bias(lua_State *L)
{
    enum bs_bias bias = BS_BIAS_UNITS;
    int type = lua_getfield(L, 2, "bias");
    if (type == LUA_TSTRING && strcmp(lua_tostring(L, -1), "shared") == 0)
        bias = BS_BIAS_SHARED;
    else if (type == LUA_TBOOLEAN)
        bias = lua_toboolean(L, -1) ? BS_BIAS_UNITS : BS_BIAS_NONE;
    else if (type != LUA_TNIL)
        luaL_error(L, "bias must be true, false or \"shared\" (one a layer), got %s",
                   bs_describe(L, -1));
    lua_settop(L, 2);
    return bias;
}

static const struct bs_loss *read_loss(lua_State *L)
{
    struct bs_nearest nearest;
    char hint[96];
    if (lua_getfield(L, 2, "loss") == LUA_TNIL) {
        lua_settop(L, 2);
        return bs_loss_find("half_squared_error");
    }
    const char *name = bs_arg_string(L, -1, "loss");
    const struct bs_loss *loss = bs_loss_find(name);
    bs_nearest_init(&nearest, name);
    for (const struct bs_loss *row = bs_losses; row->name; row++)
        bs_nearest_offer(&nearest, row->name);
    if (!loss)
        luaL_error(L, "there is no loss called \"%s\"%s", name, bs_nearest_hint(&nearest, hint));
    lua_settop(L, 2);
    return loss;
}

static double read_kink(lua_State *L)
{
    double kink = 0;
    if (lua_getfield(L, 2, "kink") != LUA_TNIL)
        kink = bs_arg_number(L, -1, "kink");
    lua_settop(L, 2);
    return kink;
}

/* Every parameter uniform in (0, 1), as the course starts the BP algorithm. */
static void draw_parameters(struct bs_net *net, uint64_t seed)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, seed);
    for (size_t i = 0; i < net->params->count; i++)
        net->params->values[i] = bs_rng_uniform(&rng);
}

static void fill_box(lua_State *L, struct box *box)
{
    struct bs_error err;
    int sizes[BS_MAX_LAYERS + 1];
    const struct bs_func *activations[BS_MAX_LAYERS];
    struct bs_arch *arch = NULL;
    int depth = read_sizes(L, sizes);
    for (int layer = 1; layer < depth; layer++)
        activations[layer - 1] = hidden_activation(L, layer, depth);
    activations[depth - 1] = output_activation(L);
    struct bs_arch_spec spec = {
        .depth = depth,
        .sizes = sizes,
        .activations = activations,
        .bias = read_bias(L),
        .loss = read_loss(L),
        .kink = read_kink(L),
    };
    int status = bs_arch_create(&arch, &spec, &err);
    if (status == BS_OK)
        status = bs_net_create(&box->net, arch, &err);
    bs_arch_drop(arch);
    bs_check(L, status, &err);
}

BS_FN(
    l_mlp, "mlp{inputs, units, ..., [options]} -> network",
    "A network of dense layers: mlp{2, 2, 1} has 2 inputs, 2 hidden units and 1 output. Options: "
    "hidden and output, activations (\"sigmoid\" unless told; hidden may be a list, one a layer); "
    "bias, true, false or \"shared\" (one a layer); loss, \"half_squared_error\" unless told; "
    "notation, \"watermelon\" for one hidden layer, else \"delta\", or \"lecture\" or a table of "
    "names; kink, the slope of relu at 0: 0, 0.5 or 1; seed: parameters drawn from (0, 1) "
    "instead of all 0.")
{
    bs_arg_table(L, 1, "the argument of mlp");
    bs_arg_fields(L, 1, "mlp", mlp_options);
    lua_settop(L, 1);
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct box){NULL, NULL};
    luaL_setmetatable(L, net_type);
    lua_insert(L, 1); // box, options
    fill_box(L, box);
    lua_getfield(L, 2, "notation"); // box, options, notation
    box->notation = bs_notation_share(bs_push_notation(L, 3, box->net->arch));
    lua_settop(L, 2);
    if (lua_getfield(L, 2, "seed") != LUA_TNIL)
        draw_parameters(box->net, (uint64_t)bs_arg_integer(L, 3, "seed", 0, LUA_MAXINTEGER));
    lua_settop(L, 1);
    return 1;
}

/* ---- notations ------------------------------------------------------------------------------- */

BS_BOX_GC(l_notation_gc, notation_type, struct bs_notation, bs_notation_drop)

/*
 * A table of names.  For each array of quantities there is a stem ("x"), or the names one by one in
 * tables shaped like the array.
 */
static const char *const notation_fields[] = {
    "inputs", "targets", "weights", "biases", "z",           "a",         "errors",
    "rate",   "loss",    "sign",    "layout", "input_first", "threshold", NULL};

/* How the tables of names are read; the names themselves are kept alive by `anchor`. */
struct reading {
    lua_State *L;
    int spec;   /* the table of names */
    int anchor; /* a table that keeps lists alive */
    const char *what;
};

static const char *const *keep_list(struct reading *reading, int64_t count)
{
    const char **list =
        lua_newuserdatauv(reading->L, (size_t)(count ? count : 1) * sizeof *list, 0);
    lua_rawseti(reading->L, reading->anchor,
                (lua_Integer)lua_rawlen(reading->L, reading->anchor) + 1);
    return list;
}

static int refuse_names(struct reading *reading, int64_t wanted, int64_t got)
{
    return luaL_error(reading->L, "notation: %s must name %d, got %d", reading->what, (int)wanted,
                      (int)got);
}

static const char *read_name(struct reading *reading, int index)
{
    if (lua_type(reading->L, index) != LUA_TSTRING)
        luaL_error(reading->L, "notation: a name in %s must be a string, got %s", reading->what,
                   bs_describe(reading->L, index));
    return lua_tostring(reading->L, index); /* kept alive by the table it is in */
}

/* A stem, or rows × columns names (columns 0: a list of rows names). */
static struct bs_names read_names(struct reading *reading, int index, int rows, int columns)
{
    lua_State *L = reading->L;
    index = lua_absindex(L, index);
    int type = lua_type(L, index), width = columns ? columns : 1;
    if (type == LUA_TNIL)
        return (struct bs_names){NULL, NULL};
    if (type == LUA_TSTRING)
        return (struct bs_names){lua_tostring(L, index), NULL};
    bs_arg_table(L, index, reading->what);
    if (lua_rawlen(L, index) != (lua_Unsigned)rows)
        refuse_names(reading, rows, (int64_t)lua_rawlen(L, index));
    const char **list = (const char **)keep_list(reading, (int64_t)rows * width);
    for (int i = 0; i < rows; i++) {
        lua_rawgeti(L, index, i + 1); // row or name
        if (columns && (!lua_istable(L, -1) || lua_rawlen(L, -1) != (lua_Unsigned)columns))
            refuse_names(reading, columns, lua_istable(L, -1) ? (int64_t)lua_rawlen(L, -1) : 1);
        for (int k = 0; columns && k < columns; k++) {
            lua_rawgeti(L, -1, k + 1);
            list[i * width + k] = read_name(reading, -1);
            lua_pop(L, 1);
        }
        if (!columns)
            list[i] = read_name(reading, -1);
        lua_pop(L, 1);
    }
    return (struct bs_names){NULL, list};
}

/* Push the field of the table of names, or of its entry for a layer. */
static void push_field(struct reading *reading, const char *field, int layer)
{
    lua_State *L = reading->L;
    reading->what = field;
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
    struct bs_names names = read_names(reading, -1, rows, columns);
    lua_pop(reading->L, 1);
    return names;
}

/* One name: a string. */
static struct bs_names read_single(struct reading *reading, const char *field, int layer)
{
    push_field(reading, field, layer);
    struct bs_names names = {NULL, NULL};
    if (!lua_isnil(reading->L, -1)) {
        const char **list = (const char **)keep_list(reading, 1);
        list[0] = read_name(reading, -1);
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
    int l = number - 1;
    spec->weight[l] = spec->by_input
                          ? read_field(reading, "weights", number, layer->inputs, layer->units)
                          : read_field(reading, "weights", number, layer->units, layer->inputs);
    spec->bias[l] = layer->bias == BS_BIAS_UNITS
                        ? read_field(reading, "biases", number, layer->units, 0)
                        : read_single(reading, "biases", number);
    spec->z[l] = read_field(reading, "z", number, layer->units, 0);
    spec->a[l] = read_field(reading, "a", number, layer->units, 0);
    spec->error[l] = read_field(reading, "errors", number, layer->units, 0);
}

static void read_notation(struct reading *reading, struct bs_notation_spec *spec,
                          const struct bs_arch *arch)
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

/* Push the numbers of an array in its shape. */
static void push_array(lua_State *L, const struct bs_notation *notation, int array,
                       const double *values)
{
    struct bs_parameter_array shape = bs_notation_array(notation, array);
    int sign;
    if (shape.rows == 0) {
        lua_pushnumber(L, values[bs_notation_parameter(notation, array, 0, &sign)] * sign);
        return;
    }
    lua_createtable(L, shape.rows, 0);
    for (int64_t k = 0; k < shape.count; k++) {
        int width = shape.columns ? shape.columns : 1;
        double value = values[bs_notation_parameter(notation, array, k, &sign)];
        if (shape.columns && k % width == 0)
            lua_createtable(L, shape.columns, 0); // array, row
        lua_pushnumber(L, value == 0 ? 0 : value * sign);
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

/* Push a table of all arrays of parameters, or of numbers laid out like them. */
static int push_parameters(lua_State *L, const struct bs_notation *notation, const double *values)
{
    lua_newtable(L);
    for (int array = 0; array < bs_notation_array_count(notation); array++) {
        struct bs_parameter_array shape = bs_notation_array(notation, array);
        int sign;
        if (shape.key) {
            push_array(L, notation, array, values);
            lua_setfield(L, -2, shape.key);
            continue;
        }
        for (int64_t k = 0; k < shape.count; k++) {
            push_listed_name(L, notation, array, k);
            lua_pushnumber(L, values[bs_notation_parameter(notation, array, k, &sign)] * sign);
            lua_rawset(L, -3);
        }
    }
    return 1;
}

/* Which array, and which member of a listed one, a key names; false when none. */
static bool find_parameter(lua_State *L, const struct bs_notation *notation, const char *key,
                           int *array, int64_t *member, struct bs_nearest *nearest)
{
    for (*array = 0; *array < bs_notation_array_count(notation); ++*array) {
        struct bs_parameter_array shape = bs_notation_array(notation, *array);
        for (*member = 0; *member < (shape.key ? 1 : shape.count); ++*member) {
            if (shape.key)
                lua_pushstring(L, shape.key);
            else
                push_listed_name(L, notation, *array, *member);
            const char *name = lua_tostring(L, -1);
            bool found = strcmp(name, key) == 0;
            bs_nearest_offer(nearest, name);
            lua_pop(L, 1);
            if (found)
                return true;
        }
    }
    return false;
}

static void check_shape(lua_State *L, const char *key, struct bs_parameter_array shape, size_t rows,
                        size_t columns)
{
    if (rows == (size_t)shape.rows && columns == (size_t)shape.columns)
        return;
    if (shape.columns)
        luaL_error(L, "%s must be %d rows of %d numbers, got %d of %d", key, shape.rows,
                   shape.columns, (int)rows, (int)columns);
    luaL_error(L, "%s must be %d numbers, got %d", key, shape.rows, (int)rows);
}

/* The numbers at the top of the stack, in the shape of the array; pushes their userdata. */
static const double *read_array(lua_State *L, const char *key, struct bs_parameter_array shape)
{
    size_t rows = 0, columns = 0;
    double *numbers;
    if (shape.rows == 0) {
        double number = bs_arg_number(L, -1, key);
        numbers = lua_newuserdatauv(L, sizeof *numbers, 0);
        *numbers = number;
        return numbers;
    }
    numbers = shape.columns ? bs_arg_matrix(L, -1, key, &rows, &columns)
                            : bs_arg_vector(L, -1, key, &rows);
    check_shape(L, key, shape, rows, columns);
    return numbers;
}

/* The key at -2, the value at -1: into the copy of the parameters. */
static void set_one(lua_State *L, const struct bs_notation *notation, double *values)
{
    struct bs_nearest nearest;
    char hint[96];
    int array, sign;
    int64_t member;
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "parameters have names, as in net:set{v = ...}; got %s", bs_describe(L, -2));
    const char *key = lua_tostring(L, -2);
    bs_nearest_init(&nearest, key);
    if (!find_parameter(L, notation, key, &array, &member, &nearest))
        luaL_error(L, "the network has no parameters called \"%s\"%s", key,
                   bs_nearest_hint(&nearest, hint));
    struct bs_parameter_array shape = bs_notation_array(notation, array);
    if (!shape.key) {
        size_t place = bs_notation_parameter(notation, array, member, &sign);
        values[place] = sign * bs_arg_number(L, -1, key);
        return;
    }
    const double *numbers = read_array(L, key, shape);
    for (int64_t k = 0; k < shape.count; k++) {
        size_t place = bs_notation_parameter(notation, array, k, &sign);
        values[place] = sign * numbers[k];
    }
    lua_pop(L, 1);
}

BS_FN(
    l_net_set, "net:set{name = numbers, ...} -> net",
    "Set parameters, in the names and shapes of the network's notation: net:set{v = {{0.1, 0.4}, "
    "{0.8, 0.6}}, w = {{0.3}, {0.9}}}; v[i][h] goes from input i to hidden unit h. Those not named "
    "keep their values; if anything is wrong nothing changes.")
{
    struct box *box = check_box(L, 1);
    size_t size = box->net->params->count * sizeof(double);
    bs_arg_table(L, 2, "the parameters");
    lua_settop(L, 2);
    double *values = lua_newuserdatauv(L, size, 0);
    memcpy(values, box->net->params->values, size);
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1))
        set_one(L, box->notation, values);
    double *own = bs_net_own_params(box->net);
    if (!own)
        return bs_memory_error(L);
    memcpy(own, values, size);
    lua_settop(L, 1);
    return 1;
}

BS_FN(l_net_get, "net:get() -> table",
      "All parameters, in the names and shapes that net:set takes.")
{
    struct box *box = check_box(L, 1);
    return push_parameters(L, box->notation, box->net->params->values);
}

/* ---- one sample ------------------------------------------------------------------------------ */

const double *bs_arg_sample(lua_State *L, int index, const char *what, int length)
{
    size_t got = 1;
    double *numbers;
    if (length == 1 && lua_type(L, index) == LUA_TNUMBER) {
        double number = bs_arg_number(L, index, what);
        numbers = lua_newuserdatauv(L, sizeof *numbers, 0);
        *numbers = number;
        return numbers;
    }
    numbers = bs_arg_vector(L, index, what, &got);
    if (got != (size_t)length)
        luaL_error(L, "%s must be %d number%s, got %d", what, length, length == 1 ? "" : "s",
                   (int)got);
    return numbers;
}

static const double *arg_inputs(lua_State *L, const struct box *box)
{
    return bs_arg_sample(L, 2, "the inputs", bs_arch_inputs(box->net->arch));
}

static const double *arg_targets(lua_State *L, const struct box *box)
{
    return bs_arg_sample(L, 3, "the targets", bs_arch_outputs(box->net->arch));
}

BS_FN(l_net_forward, "net:forward(x) -> table", "The outputs for the inputs x, a table of numbers.")
{
    struct box *box = check_box(L, 1);
    const struct bs_arch *arch = box->net->arch;
    struct bs_error err;
    int outputs = bs_arch_outputs(arch);
    const double *x = arg_inputs(L, box);
    size_t widest = (size_t)bs_arch_widest(arch);
    double *y = lua_newuserdatauv(L, ((size_t)outputs + 2 * widest) * sizeof *y, 0);
    int status = bs_forward(y, arch, box->net->params->values, x, y + outputs);
    if (status < 0)
        bs_check(L, bs_fail_interrupted(&err), &err);
    lua_createtable(L, outputs, 0);
    for (int k = 0; k < outputs; k++) {
        lua_pushnumber(L, y[k]);
        lua_rawseti(L, -2, k + 1);
    }
    return 1;
}

BS_FN(l_net_loss, "net:loss(x, d) -> number", "The loss for the inputs x and the targets d.")
{
    struct box *box = check_box(L, 1);
    struct bs_error err;
    double loss;
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    bs_check(L, bs_sample_loss(&loss, box->net->arch, box->net->params->values, x, d, &err), &err);
    lua_pushnumber(L, loss);
    return 1;
}

BS_BOX_GC(l_pass_gc, pass_type, struct bs_pass, bs_pass_destroy)

/* Pushes the userdata that owns the pass. */
static struct bs_pass **push_pass(lua_State *L, const struct box *box, const double *x,
                                  const double *d)
{
    struct bs_error err;
    struct bs_pass **pass = bs_box_push(L, pass_type);
    bs_check(L, bs_pass_create(pass, box->net->arch, box->net->params, x, d, &err), &err);
    return pass;
}

BS_FN(l_net_gradients, "net:gradients(x, d) -> table",
      "The derivative of the loss for every parameter, in the names and shapes of net:set.")
{
    struct box *box = check_box(L, 1);
    struct bs_error err;
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    struct bs_pass **pass = push_pass(L, box, x, d);
    double *gradients = lua_newuserdatauv(L, box->net->params->count * sizeof *gradients, 0);
    if (bs_pass_gradients(gradients, *pass) < 0)
        bs_check(L, bs_fail_interrupted(&err), &err);
    return push_parameters(L, box->notation, gradients);
}

BS_FN(
    l_net_tape, "net:tape(x, d, [options]) -> tape",
    "The tape of one pass with inputs x and targets d. With {eta = 1} it goes on to the update of "
    "every parameter at that learning rate, and through the network again. The tape keeps the "
    "parameters as they are now.")
{
    static const char *const options[] = {"eta", NULL};
    struct box *box = check_box(L, 1);
    struct bs_error err;
    double eta = NAN;
    lua_settop(L, 4);
    if (!lua_isnil(L, 4)) {
        bs_arg_table(L, 4, "the options");
        bs_arg_fields(L, 4, "tape", options);
        if (lua_getfield(L, 4, "eta") != LUA_TNIL)
            eta = bs_arg_number(L, -1, "eta");
    }
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    struct bs_tape **tape = bs_push_tape(L);
    struct bs_pass **pass = push_pass(L, box, x, d), *taken = *pass;
    *pass = NULL; /* the tape's from here on, also when it cannot be made */
    bs_check(L, bs_tape_of_pass(tape, taken, box->notation, eta, &err), &err);
    lua_pop(L, 1);
    return 1;
}

/* ---- training -------------------------------------------------------------------------------- */

static lua_Integer option_integer(lua_State *L, const char *name, lua_Integer otherwise,
                                  lua_Integer least)
{
    lua_Integer value = otherwise;
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        value = bs_arg_integer(L, -1, name, least, LUA_MAXINTEGER);
    lua_pop(L, 1);
    return value;
}

static double option_number(lua_State *L, const char *name, double otherwise)
{
    double value = otherwise;
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        value = bs_arg_number(L, -1, name);
    lua_pop(L, 1);
    return value;
}

/* A matrix of samples; a list of numbers where a sample is one number.  Leaves its userdata. */
static const double *option_samples(lua_State *L, const char *name, int width, size_t *samples)
{
    size_t columns = 1;
    lua_getfield(L, 2, name);
    bs_arg_table(L, -1, name);
    bool is_list = width == 1 && lua_rawgeti(L, -1, 1) == LUA_TNUMBER;
    lua_settop(L, lua_gettop(L) - (width == 1));
    const double *numbers = is_list ? bs_arg_vector(L, -1, name, samples)
                                    : bs_arg_matrix(L, -1, name, samples, &columns);
    if (columns != (size_t)width)
        luaL_error(L, "%s must have rows of %d numbers, got %d", name, width, (int)columns);
    if (*samples == 0)
        luaL_error(L, "%s: there is no sample", name);
    return numbers;
}

static bool option_flag(lua_State *L, const char *name)
{
    bool flag = lua_getfield(L, 2, name) != LUA_TNIL && bs_arg_boolean(L, -1, name);
    lua_pop(L, 1);
    return flag;
}

static void read_training(lua_State *L, const struct box *box, struct bs_training *training)
{
    size_t targets;
    lua_getfield(L, 2, "seed");
    bool has_seed = !lua_isnil(L, -1);
    lua_pop(L, 1);
    *training = (struct bs_training){
        .eta = option_number(L, "eta", 0.1),
        .epochs = (size_t)option_integer(L, "epochs", 1, 0),
        .batch = (size_t)option_integer(L, "batch", 1, 1),
        .seed = (uint64_t)option_integer(L, "seed", 0, 0),
        .shuffle = option_flag(L, "shuffle") || has_seed,
        .stop_below = option_number(L, "stop_below", 0),
    };
    training->inputs =
        option_samples(L, "inputs", bs_arch_inputs(box->net->arch), &training->samples);
    training->targets = option_samples(L, "targets", bs_arch_outputs(box->net->arch), &targets);
    if (targets != training->samples)
        luaL_error(L, "inputs and targets must be as many: got %d inputs and %d targets",
                   (int)training->samples, (int)targets);
}

BS_FN(
    l_net_train, "net:train{inputs = X, targets = D, eta = 0.1, epochs = 1, ...} -> table",
    "Gradient descent over the samples, the rows of X and D. batch = 1 updates after every sample, "
    "batch = m after m on their mean gradient; seed shuffles the samples of every epoch; "
    "stop_below ends when an epoch's mean loss is below it. Gives {epochs =, loss =}, the loss "
    "being the last epoch's mean. Ctrl-C stops it and keeps what was learnt; a loss that is not "
    "finite stops it and changes nothing.")
{
    static const char *const options[] = {"inputs", "targets", "eta",        "epochs", "batch",
                                          "seed",   "shuffle", "stop_below", NULL};
    struct box *box = check_box(L, 1);
    struct bs_training training;
    struct bs_trained trained;
    struct bs_error err;
    bs_arg_table(L, 2, "the argument of train");
    bs_arg_fields(L, 2, "train", options);
    lua_settop(L, 2);
    read_training(L, box, &training);
    bs_check(L, bs_net_train(&trained, box->net, &training, &err), &err);
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, (lua_Integer)trained.epochs);
    lua_setfield(L, -2, "epochs");
    lua_pushnumber(L, trained.loss);
    lua_setfield(L, -2, "loss");
    return 1;
}

/* ---- the type -------------------------------------------------------------------------------- */

/* "2-2-1 network, sigmoid, sigmoid, half_squared_error, lecture notation, 6 parameters" */
static int l_net_tostring(lua_State *L)
{
    struct box *box = check_box(L, 1);
    const struct bs_arch *arch = box->net->arch;
    struct bs_buf *buf = bs_push_buf(L);
    bs_buf_printf(buf, "%d", bs_arch_inputs(arch));
    for (int l = 0; l < arch->depth; l++)
        bs_buf_printf(buf, "-%d", arch->layers[l].units);
    bs_buf_put(buf, " network (");
    for (int l = 0; l < arch->depth; l++)
        bs_buf_printf(buf, "%s%s", l ? ", " : "", arch->layers[l].activation->name);
    bs_buf_printf(buf, "; %s; %s notation; %zu parameters)", arch->loss->name,
                  bs_notation_name(box->notation), arch->parameters);
    bs_pop_text(L);
    return 1;
}

void bs_open_net(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_mlp_doc, NULL};
    static const struct bs_doc *const methods[] = {
        &l_net_set_doc,       &l_net_get_doc,  &l_net_forward_doc, &l_net_loss_doc,
        &l_net_gradients_doc, &l_net_tape_doc, &l_net_train_doc,   NULL};
    static const luaL_Reg meta[] = {
        {"__tostring", l_net_tostring}, {"__gc", l_net_gc}, {"__close", l_net_gc}, {NULL, NULL}};
    static const struct bs_type type = {net_type, "A network of dense layers, made by mlp{...}.",
                                        methods, meta};
    bs_type_register(L, &type);
    bs_box_register(L, notation_type, l_notation_gc);
    bs_box_register(L, pass_type, l_pass_gc);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
