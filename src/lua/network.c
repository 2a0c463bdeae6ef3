/* Networks of any layers: network{...}, their parameters by LAYER_symbol, and their samples. */
#include "lua/network.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/doc.h"
#include "lua/layers.h"
#include "lua/nested.h"
#include "lua/state.h"
#include "net/loss.h"

#include <math.h>
#include <string.h>

/* ---- network{...} ---------------------------------------------------------------------------- */

static const char *const network_options[] = {"loss", "seed", "kink", NULL};

/* {1, 32, 32}, {16, steps = 50}, or 784 */
static void read_input(lua_State *L, int index, struct bs_shape *shape)
{
    static const char *const fields[] = {"steps", NULL};
    const char *what = "a size of the input";
    *shape = (struct bs_shape){.rank = 1};
    if (!lua_istable(L, index)) {
        shape->size[0] = (int)bs_arg_integer(L, index, "the number of inputs", 1, BS_MAX_UNITS);
        return;
    }
    bs_arg_fields(L, index, "input", fields);
    const lua_Unsigned rank = lua_rawlen(L, index);
    if (rank < 1 || rank > 3)
        luaL_error(L,
                   "the input has 1 to 3 sizes, as in {1, 32, 32} for channels, rows and columns; "
                   "got %s",
                   bs_push_count(L, rank, "size"));
    shape->rank = (int)rank;
    for (int i = 0; i < shape->rank; i++) {
        lua_rawgeti(L, index, i + 1);
        shape->size[i] = (int)bs_arg_integer(L, lua_gettop(L), what, 1, BS_MAX_UNITS);
        lua_pop(L, 1);
    }
    if (lua_getfield(L, index, "steps") != LUA_TNIL)
        shape->steps = (int)bs_arg_integer(L, lua_gettop(L), "steps", 1, BS_MAX_UNITS);
    lua_pop(L, 1);
}

/* Of the options at 1, into the empty box. */
static void fill_network(lua_State *L, struct bs_net_box *box)
{
    struct bs_error err;
    struct bs_shape in;
    struct bs_stack *stack = NULL;
    struct bs_arch *arch = NULL;
    bs_arg_list_with_options(L, 1, "network", "a layer", network_options);
    lua_rawgeti(L, 1, 1);
    if (lua_isnil(L, -1))
        luaL_error(L, "network needs its input and its layers, as in network{{1, 32, 32}, "
                      "conv2d{6, 5}, flatten(), dense(10)}");
    read_input(L, lua_gettop(L), &in);
    const struct bs_layers *layers = bs_push_layers(L, 1, 2, 0, "network");
    const struct bs_loss *loss = bs_arg_loss(L, 1);
    const double kink = bs_arg_kink(L, 1);
    int status = bs_stack_create(&stack, &in, layers->specs, layers->count, kink, &err);
    if (status == BS_OK)
        status = bs_arch_of_stack(&arch, stack, loss, &err);
    if (status == BS_OK)
        status = bs_net_create(&box->net, arch, &err);
    bs_arch_drop(arch);
    bs_check(L, status, &err);
    lua_settop(L, 2);
}

BS_FN(l_network, "network{input, layer, ..., [options]} -> network",
      "A network of any layers, one after the other: network{{1, 32, 32}, conv2d{6, 5, activation "
      "= \"sigmoid\"}, avg_pool(2), flatten(), dense(10)}. The input is a number of features, or "
      "{channels, places}, or {channels, rows, columns}; {16, steps = 50} is a sequence. Options: "
      "loss, \"half_squared_error\" unless told; kink, the slope of relu at 0; seed: parameters "
      "drawn from (0, 1). Parameters and entries are called after their layer: conv1_K, dense1_W.")
{
    bs_arg_table(L, 1, "the argument of network");
    lua_settop(L, 1);
    struct bs_net_box *box = bs_push_net(L);
    fill_network(L, box);
    bs_draw_if_seeded(L, 1, box);
    lua_settop(L, 2);
    return 1;
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* Visit the arrays of parameters in order, until one is wanted: which one, and its stage. */
static const struct bs_array *next_array(const struct bs_stack *stack, int *s, int *a)
{
    for (; *s < stack->count; (*s)++, *a = 0)
        for (; *a < stack->stages[*s].array_count; (*a)++)
            if (bs_array_is_kept(&stack->stages[*s].arrays[*a]))
                return &stack->stages[*s].arrays[(*a)++];
    return NULL;
}

static const char *push_key(lua_State *L, const struct bs_stack *stack, int s,
                            const struct bs_array *array)
{
    return lua_pushfstring(L, "%s_%s", stack->stages[s].name, array->symbol);
}

int bs_push_stack_parameters(lua_State *L, const struct bs_arch *arch, const double *values)
{
    const struct bs_array *array;
    lua_newtable(L);
    for (int s = 0, a = 0; (array = next_array(arch->stack, &s, &a));) {
        push_key(L, arch->stack, s, array);
        bs_push_nested(L, array->rank, array->size, values + array->first);
        lua_rawset(L, -3);
    }
    return 1;
}

/* The array called so; the value at the top of the stack stays there. */
static const struct bs_array *find_array(lua_State *L, const struct bs_stack *stack,
                                         const char *name)
{
    const struct bs_array *array;
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    for (int s = 0, a = 0; (array = next_array(stack, &s, &a)); lua_pop(L, 1)) {
        const char *key = push_key(L, stack, s, array);
        bs_nearest_offer(&nearest, key);
        if (strcmp(key, name) == 0) {
            lua_pop(L, 1);
            return array;
        }
    }
    luaL_error(L, "the network has no parameters called \"%s\"%s", name,
               bs_nearest_hint(&nearest, hint));
    return NULL;
}

void bs_arg_stack_parameters(lua_State *L, int index, const struct bs_arch *arch, double *values)
{
    struct bs_error err;
    bs_arg_table(L, index, "the parameters");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "parameters have names, as in net:set{dense1_W = ...}; got %s",
                       bs_describe(L, -2));
        const char *name = lua_tostring(L, -2);
        const struct bs_array *array = find_array(L, arch->stack, name);
        bs_arg_nested(L, -1, name, array->rank, array->size, values + array->first);
        bs_check(L, bs_array_check(array, values + array->first, name, &err), &err);
    }
}

/* ---- samples --------------------------------------------------------------------------------- */

/* "1×32×32 = 1024 numbers"; pushes the text. */
static const char *push_wanted(lua_State *L, const struct bs_shape *shape)
{
    struct bs_buf *buf = bs_push_buf(L);
    if (shape->rank > 1 || shape->steps) {
        bs_put_shape(buf, shape);
        bs_buf_put(buf, " = ");
    }
    bs_pop_text(L);
    const char *sizes = lua_tostring(L, -1);
    return lua_pushfstring(L, "%s%s", sizes, bs_push_count(L, bs_shape_total(shape), "number"));
}

/* The numbers of one sample at `index`, in lists as deep as they like. */
static void read_sample(lua_State *L, int index, const char *what, const struct bs_shape *shape,
                        double *numbers)
{
    const size_t total = bs_shape_total(shape), got = bs_count_nested(L, index, total);
    if (!lua_istable(L, index) && !lua_isuserdata(L, index) && total > 1)
        luaL_error(L, "%s must be a table of %s, got %s", what, push_wanted(L, shape),
                   bs_describe(L, index));
    if (got != total)
        luaL_error(L, "%s must have %s, got %d", what, push_wanted(L, shape), (int)got);
    bs_arg_flattened(L, index, what, numbers);
}

/* Is the first thing in the table a whole sample? */
static bool is_list_of_samples(lua_State *L, int index, const struct bs_shape *shape)
{
    struct bs_numbers object;
    if (bs_test_numbers(L, index, &object))
        return object.rows > 0;
    if (!lua_istable(L, index))
        return false;
    lua_rawgeti(L, index, 1);
    const bool is_whole = (lua_istable(L, -1) || bs_test_numbers(L, -1, &object)) &&
                          bs_count_nested(L, -1, bs_shape_total(shape)) == bs_shape_total(shape);
    lua_pop(L, 1);
    return is_whole;
}

bool bs_arg_stack_samples(lua_State *L, int index, const char *what, const struct bs_shape *shape,
                          const double **out, size_t *samples)
{
    const size_t total = bs_shape_total(shape);
    const bool are_many = is_list_of_samples(L, index, shape);
    if (are_many && bs_test_matrix(L, index)) {
        *out = bs_arg_samples(L, index, what, (int)total, samples);
        return true;
    }
    *samples = are_many ? lua_rawlen(L, index) : 1;
    double *numbers = lua_newuserdatauv(L, *samples * total * sizeof *numbers, 0);
    *out = numbers;
    for (size_t k = 0; are_many && k < *samples; k++) {
        const char *name = lua_pushfstring(L, "sample %d of %s", (int)k + 1, what);
        lua_rawgeti(L, index, (lua_Integer)k + 1);
        read_sample(L, lua_gettop(L), name, shape, numbers + k * total);
        lua_pop(L, 2);
    }
    if (!are_many)
        read_sample(L, index, what, shape, numbers);
    return are_many;
}

void bs_arg_stack_batch(lua_State *L, const struct bs_arch *arch, int index, struct bs_batch *batch)
{
    size_t targets;
    bs_arg_stack_samples(L, index, "the inputs", &arch->stack->in, &batch->x, &batch->samples);
    bs_arg_stack_samples(L, index + 1, "the targets", &arch->stack->out, &batch->t, &targets);
    if (targets != batch->samples)
        luaL_error(L, "the targets must be those of %s, got %d",
                   bs_push_count(L, batch->samples, "sample"), (int)targets);
}

/* The outputs of one sample: a list, or of a sequence a list for each step. */
static void push_outputs(lua_State *L, const struct bs_shape *shape, const double *y)
{
    const int sizes[] = {shape->steps, (int)bs_shape_count(shape)};
    bs_push_nested(L, shape->steps ? 2 : 1, shape->steps ? sizes : sizes + 1, y);
}

int bs_push_stack_outputs(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    struct bs_batch batch = {0};
    const struct bs_stack *stack = net->arch->stack;
    const bool are_many =
        bs_arg_stack_samples(L, 2, "the inputs", &stack->in, &batch.x, &batch.samples);
    struct bs_data **box = bs_push_matrix(L);
    bs_check(L, bs_data_create(box, batch.samples, bs_shape_total(&stack->out), &err), &err);
    bs_check(L, bs_batch_forward(bs_data_fill(*box), net, &batch, &err), &err);
    if (!are_many)
        push_outputs(L, &stack->out, bs_data_row(*box, 0));
    return 1;
}

double bs_stack_loss_of(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    struct bs_batch batch;
    double loss;
    bs_arg_stack_batch(L, net->arch, 2, &batch);
    bs_check(L, bs_batch_loss(&loss, net, &batch, &err), &err);
    return loss;
}

int bs_push_stack_gradients(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    struct bs_batch batch;
    bs_arg_stack_batch(L, net->arch, 2, &batch);
    double *gradients = lua_newuserdatauv(L, (net->params->count + 1) * sizeof *gradients, 0);
    bs_check(L, bs_batch_gradients(gradients, net, &batch, &err), &err);
    return bs_push_stack_parameters(L, net->arch, gradients);
}

/* What is drawn follows from it. */
static uint64_t read_seed(lua_State *L, int index)
{
    uint64_t seed = 0;
    if (lua_isnil(L, index))
        return seed;
    bs_arg_table(L, index, "the options");
    if (lua_getfield(L, index, "seed") != LUA_TNIL)
        seed = (uint64_t)bs_arg_integer(L, lua_gettop(L), "seed", 0, LUA_MAXINTEGER);
    lua_pop(L, 1);
    return seed;
}

int bs_push_stack_tape(lua_State *L, const struct bs_net *net)
{
    struct bs_error err;
    struct bs_batch batch;
    const struct bs_named_state named = {.count = net->params->count, .arch = net->arch};
    const uint64_t seed = read_seed(L, 4);
    struct bs_stepper *stepper = bs_push_stepper(L, 4, "tape", &named);
    bs_arg_stack_batch(L, net->arch, 2, &batch);
    struct bs_tape **tape = bs_push_tape(L);
    bs_check(L, bs_tape_of_samples(tape, net, &batch, stepper, seed, &err), &err);
    return 1;
}

void bs_open_network(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_network_doc, NULL};
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
