/* Networks: mlp{...} and what can be done with one. */
#include "lua/types.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/experiment.h"
#include "lua/network.h"
#include "lua/state.h"
#include "net/loss.h"

#include <string.h>

static const char net_type[] = "network", pass_type[] = "pass";

struct bs_net_box *bs_check_net(lua_State *L)
{
    struct bs_net_box *box = luaL_checkudata(L, 1, net_type);
    if (!box->net)
        luaL_error(L, "the network is closed");
    return box;
}

static void refuse_while_learning(lua_State *L, const struct bs_net_box *box)
{
    if (box->is_learning)
        luaL_error(L, "the network is being trained: a callback may look at it, not change it");
}

struct bs_net_box *bs_check_idle_net(lua_State *L)
{
    struct bs_net_box *box = bs_check_net(L);
    refuse_while_learning(L, box);
    return box;
}

struct bs_net_box *bs_check_dense_net(lua_State *L, const char *method)
{
    struct bs_net_box *box = bs_check_net(L);
    if (!bs_arch_is_dense(box->net->arch))
        luaL_error(L,
                   "%s looks at a network made by mlp{...}; this one is made of layers by "
                   "network{...}",
                   method);
    return box;
}

struct bs_net_box *bs_push_net(lua_State *L)
{
    bs_box_weigh(L);
    struct bs_net_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct bs_net_box){NULL, NULL, false};
    luaL_setmetatable(L, net_type);
    return box;
}

static int l_net_gc(lua_State *L)
{
    struct bs_net_box *box = luaL_checkudata(L, 1, net_type);
    refuse_while_learning(L, box);
    bs_net_destroy(box->net);
    bs_notation_drop(box->notation);
    *box = (struct bs_net_box){NULL, NULL, false};
    return 0;
}

/* ---- mlp ------------------------------------------------------------------------------------- */

static const char *const mlp_options[] = {"hidden",   "output", "bias", "loss",
                                          "notation", "kink",   "seed", NULL};

static int read_sizes(lua_State *L, int sizes[static BS_MAX_LAYERS + 1])
{
    lua_Unsigned count = lua_rawlen(L, 2);
    bs_arg_list_with_options(L, 2, "mlp", "a size", mlp_options);
    if (count < 2 || count > BS_MAX_LAYERS + 1)
        luaL_error(L,
                   "mlp needs the number of inputs and of units of 1 to %d layers, as in "
                   "mlp{2, 2, 1}; got %s",
                   BS_MAX_LAYERS, bs_push_count(L, count, "number"));
    for (int i = 0; i < (int)count; i++) {
        const char *what =
            i == 0 ? "the number of inputs" : lua_pushfstring(L, "the size of layer %d", i);
        lua_rawgeti(L, 2, i + 1);
        sizes[i] = (int)bs_arg_integer(L, -1, what, 1, BS_MAX_UNITS);
        lua_settop(L, 2);
    }
    return (int)count - 1;
}

/* The activations of the layers, and what is given to each. */
struct activations {
    const struct bs_func *funcs[BS_MAX_LAYERS];
    struct bs_setting settings[BS_MAX_LAYERS];
};

static void read_activation(lua_State *L, struct activations *out, int l, int index,
                            const char *what)
{
    out->funcs[l] = bs_arg_activation(L, index, &out->settings[l], what);
}

/* One for all hidden layers, or a list with one for each. */
static void read_hidden(lua_State *L, struct activations *out, int count)
{
    int type = lua_getfield(L, 2, "hidden");
    bool is_list = type == LUA_TTABLE && !bs_is_setting(L, 3);
    if (type == LUA_TNIL) {
        lua_pushliteral(L, "sigmoid");
        lua_replace(L, 3);
    } else if (is_list) {
        bs_arg_list(L, 3, "hidden", (size_t)count, "activation");
    }
    if (!is_list)
        read_activation(L, out, 0, 3, "hidden");
    for (int l = 0; l < count; l++) {
        if (is_list) {
            lua_rawgeti(L, 3, l + 1);
            read_activation(L, out, l, 4, "hidden");
            lua_pop(L, 1);
        } else {
            out->funcs[l] = out->funcs[0];
            out->settings[l] = out->settings[0];
        }
    }
    lua_settop(L, 2);
}

static void read_output(lua_State *L, struct activations *out, int l)
{
    out->funcs[l] = bs_func_find("sigmoid");
    out->settings[l].count = 0;
    if (lua_getfield(L, 2, "output") != LUA_TNIL)
        read_activation(L, out, l, 3, "output");
    lua_settop(L, 2);
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

enum { MOST_LOSSES = 16 };

const struct bs_loss *bs_arg_loss(lua_State *L, int index)
{
    const char *names[MOST_LOSSES] = {NULL};
    const struct bs_loss *loss = bs_loss_find("half_squared_error");
    for (int i = 0; bs_losses[i].name && i < MOST_LOSSES - 1; i++)
        names[i] = bs_losses[i].name;
    if (lua_getfield(L, index, "loss") != LUA_TNIL)
        loss = &bs_losses[bs_arg_choice(L, lua_gettop(L), "loss", names)];
    lua_pop(L, 1);
    return loss;
}

double bs_arg_kink(lua_State *L, int index)
{
    double kink = 0;
    if (lua_getfield(L, index, "kink") != LUA_TNIL)
        kink = bs_arg_number(L, -1, "kink");
    if (kink != 0 && kink != 0.5 && kink != 1)
        luaL_error(L, "kink must be 0, 0.5 or 1, got %s", bs_describe(L, -1));
    lua_pop(L, 1);
    return kink;
}

static void fill_net(lua_State *L, struct bs_net_box *box)
{
    struct bs_error err;
    int sizes[BS_MAX_LAYERS + 1];
    struct activations activations;
    struct bs_arch *arch = NULL;
    int depth = read_sizes(L, sizes);
    read_hidden(L, &activations, depth - 1);
    read_output(L, &activations, depth - 1);
    struct bs_arch_spec spec = {
        .depth = depth,
        .sizes = sizes,
        .activations = activations.funcs,
        .settings = activations.settings,
        .bias = read_bias(L),
        .loss = bs_arg_loss(L, 2),
        .kink = bs_arg_kink(L, 2),
    };
    int status = bs_arch_create(&arch, &spec, &err);
    if (status == BS_OK)
        status = bs_net_create(&box->net, arch, &err);
    bs_arch_drop(arch);
    bs_check(L, status, &err);
}

static void fill_notation(lua_State *L, struct bs_net_box *box)
{
    lua_getfield(L, 2, "notation");
    box->notation = bs_notation_share(bs_push_notation(L, 3, box->net->arch));
    lua_settop(L, 2);
}

BS_FN(
    l_mlp, "mlp{inputs, units, ..., [options]} -> network",
    "A network of dense layers: mlp{2, 2, 1} has 2 inputs, 2 hidden units and 1 output. Options: "
    "hidden and output, activations (\"sigmoid\" unless told; hidden may be a list, one a layer), "
    "or an activation with its parameter, {\"leaky_relu\", 0.2}; "
    "bias, true, false or \"shared\" (one a layer); loss, \"half_squared_error\" unless told; "
    "notation, \"watermelon\" for one hidden layer, else \"delta\", or \"lecture\", \"matrix\" or "
    "a "
    "table of names; kink, the slope of relu at 0: 0, 0.5 or 1; seed: parameters drawn from (0, 1) "
    "instead of all 0.")
{
    bs_arg_table(L, 1, "the argument of mlp");
    lua_settop(L, 1);
    struct bs_net_box *box = bs_push_net(L);
    lua_insert(L, 1); // box, options
    fill_net(L, box);
    fill_notation(L, box);
    bs_draw_if_seeded(L, 2, box);
    lua_settop(L, 1);
    return 1;
}

/* ---- parameters ------------------------------------------------------------------------------ */

BS_FN(
    l_net_set, "net:set{name = numbers, ...} -> net",
    "Set parameters, in the names and shapes of the network's notation: net:set{v = {{0.1, 0.4}, "
    "{0.8, 0.6}}, w = {{0.3}, {0.9}}}; v[i][h] goes from input i to hidden unit h. Those not named "
    "keep their values; if anything is wrong nothing changes.")
{
    struct bs_net_box *box = bs_check_idle_net(L);
    size_t size = box->net->params->count * sizeof(double);
    lua_settop(L, 2);
    double *values = lua_newuserdatauv(L, size, 0);
    memcpy(values, box->net->params->values, size);
    if (box->notation)
        bs_arg_parameters(L, 2, box->notation, values);
    else
        bs_arg_stack_parameters(L, 2, box->net->arch, values);
    double *own = bs_net_own_params(box->net);
    if (!own)
        return bs_memory_error(L);
    memcpy(own, values, size);
    lua_settop(L, 1);
    return 1;
}

int bs_push_net_parameters(lua_State *L, const struct bs_net_box *box, const double *values)
{
    return box->notation ? bs_push_parameters(L, box->notation, values)
                         : bs_push_stack_parameters(L, box->net->arch, values);
}

BS_FN(l_net_get, "net:get() -> table",
      "All parameters, in the names and shapes that net:set takes.")
{
    struct bs_net_box *box = bs_check_net(L);
    return bs_push_net_parameters(L, box, box->net->params->values);
}

BS_FN(l_net_copy, "net:copy() -> network",
      "Another network with the same layers, notation and parameters: what is done to one does not "
      "change the other.")
{
    struct bs_net_box *box = bs_check_net(L);
    struct bs_error err;
    struct bs_net_box *copy = bs_push_net(L);
    bs_check(L, bs_net_create(&copy->net, box->net->arch, &err), &err);
    bs_params_drop(copy->net->params);
    copy->net->params = bs_params_share(box->net->params);
    if (box->notation)
        copy->notation = bs_notation_share(box->notation);
    return 1;
}

/* ---- one sample ------------------------------------------------------------------------------ */

const double *bs_arg_sample(lua_State *L, int index, const char *what, int length)
{
    bool is_alone = length == 1 && lua_type(L, index) == LUA_TNUMBER;
    return bs_arg_shape(L, index, what, is_alone ? 0 : (size_t)length, 0);
}

static const double *arg_inputs(lua_State *L, const struct bs_net_box *box)
{
    return bs_arg_sample(L, 2, "the inputs", bs_arch_inputs(box->net->arch));
}

static const double *arg_targets(lua_State *L, const struct bs_net_box *box)
{
    return bs_arg_sample(L, 3, "the targets", bs_arch_outputs(box->net->arch));
}

BS_FN(l_net_forward, "net:forward(x) -> table",
      "The outputs for the inputs x, a table of numbers. For a matrix, or a table of rows, a "
      "matrix with the outputs of each row.")
{
    struct bs_net_box *box = bs_check_net(L);
    const struct bs_arch *arch = box->net->arch;
    struct bs_error err;
    if (!box->notation)
        return bs_push_stack_outputs(L, box->net);
    if (bs_is_batch(L, 2))
        return bs_push_batch_outputs(L, box->net);
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

BS_FN(l_net_loss, "net:loss(x, d) -> number",
      "The loss for the inputs x and the targets d; of a matrix of each, or tables of rows, the "
      "mean over the rows.")
{
    struct bs_net_box *box = bs_check_net(L);
    struct bs_error err;
    double loss;
    lua_settop(L, 3);
    if (!box->notation || bs_is_batch(L, 2)) {
        lua_pushnumber(L, box->notation ? bs_batch_loss_of(L, box->net)
                                        : bs_stack_loss_of(L, box->net));
        return 1;
    }
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    bs_check(L, bs_sample_loss(&loss, box->net->arch, box->net->params->values, x, d, &err), &err);
    lua_pushnumber(L, loss);
    return 1;
}

BS_BOX_GC(l_pass_gc, pass_type, struct bs_pass, bs_pass_destroy)

/* Pushes the userdata that owns the pass. */
static struct bs_pass **push_pass(lua_State *L, const struct bs_net_box *box, const double *x,
                                  const double *d)
{
    struct bs_error err;
    struct bs_pass **pass = bs_box_push(L, pass_type);
    bs_check(L, bs_pass_create(pass, box->net->arch, box->net->params, x, d, &err), &err);
    return pass;
}

BS_FN(l_net_gradients, "net:gradients(x, d) -> table",
      "The derivative of the loss for every parameter, in the names and shapes of net:set; of a "
      "matrix of each, that of the mean loss.")
{
    struct bs_net_box *box = bs_check_net(L);
    struct bs_error err;
    lua_settop(L, 3);
    if (!box->notation)
        return bs_push_stack_gradients(L, box->net);
    if (bs_is_batch(L, 2))
        return bs_push_parameters(L, box->notation, bs_push_batch_gradients(L, box->net));
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    struct bs_pass **pass = push_pass(L, box, x, d);
    double *gradients = lua_newuserdatauv(L, box->net->params->count * sizeof *gradients, 0);
    if (bs_pass_gradients(gradients, *pass) < 0)
        bs_check(L, bs_fail_interrupted(&err), &err);
    return bs_push_parameters(L, box->notation, gradients);
}

BS_FN(
    l_net_tape, "net:tape(x, d, [options]) -> tape",
    "The tape of one pass with inputs x and targets d. With {eta = 1} it goes on to the update of "
    "every parameter at that learning rate, and through the network again. With {optimiser = "
    "\"adam\", eta = 0.1}, or another that net:train takes, and its options, the optimiser's "
    "state is on the tape: m_w_11 and s_w_11 are given, 0 unless state = {m = {w = ...}, s = ...} "
    "says otherwise, and step = 3 is the number of the step. decay = 0.01 is that of net:train. "
    "Of a matrix of each, or tables of rows, the tape of all samples: what sample 2 has for itself "
    "is called t[\"beta_1@2\"], its loss E@2, and E is the mean of those. "
    "The tape keeps the parameters as they are now.")
{
    struct bs_net_box *box = bs_check_net(L);
    struct bs_error err;
    lua_settop(L, 4);
    if (!box->notation)
        return bs_push_stack_tape(L, box->net);
    const struct bs_named_state named = {.count = box->net->params->count,
                                         .notation = box->notation};
    if (bs_is_batch(L, 2))
        return bs_push_batch_tape(L, box, bs_push_stepper(L, 4, "tape", &named));
    const double *x = arg_inputs(L, box), *d = arg_targets(L, box);
    struct bs_stepper *stepper = bs_push_stepper(L, 4, "tape", &named);
    struct bs_tape **tape = bs_push_tape(L);
    struct bs_pass **pass = push_pass(L, box, x, d), *taken = *pass;
    *pass = NULL; /* the tape's from here on, also when it cannot be made */
    bs_check(L, bs_tape_with_update(tape, taken, box->notation, stepper, &err), &err);
    lua_pop(L, 1);
    return 1;
}

BS_FN(l_net_summary, "net:summary() -> page",
      "The layers, one a line: what each is, the shape of its output with the arithmetic, as in "
      "(32 − 5)/1 + 1 = 28, how many parameters it has with theirs, and all of them together.")
{
    const struct bs_net_box *box = bs_check_net(L);
    const struct bs_page page = bs_session_page(L);
    struct bs_error err;
    struct bs_buf *buf = bs_push_buf(L);
    if (bs_view_summary(buf, box->net->arch, &page) < 0)
        bs_check(L, bs_fail_memory(&err), &err);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

/* ---- the type -------------------------------------------------------------------------------- */

static void put_names(struct bs_buf *buf, const struct bs_arch *arch)
{
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        bs_buf_printf(buf, "%s%s", l ? ", " : "", layer->activation->name);
        for (int i = 0; i < layer->setting.count; i++)
            bs_buf_printf(buf, " %.15g", layer->setting.values[i]);
    }
}

/* conv1, pool1, dense1 */
static void put_layers(struct bs_buf *buf, const struct bs_arch *arch)
{
    const struct bs_stack *stack = arch->stack;
    for (int s = 0; s < stack->count; s++)
        if (s == 0 || stack->stages[s].layer != stack->stages[s - 1].layer)
            bs_buf_printf(buf, "%s%s", s ? ", " : "", stack->stages[s].name);
}

static void put_stack(struct bs_buf *buf, const struct bs_arch *arch)
{
    const size_t learnt = bs_stack_learnt(arch->stack);
    bs_put_shape(buf, &arch->stack->in);
    bs_buf_put(buf, " → ");
    bs_put_shape(buf, &arch->stack->out);
    bs_buf_put(buf, " network (");
    put_layers(buf, arch);
    bs_buf_printf(buf, "; %s; %zu parameter%s)", arch->loss->name, learnt, learnt == 1 ? "" : "s");
}

/* "2-2-1 network (sigmoid, sigmoid; half_squared_error; lecture notation; 6 parameters)" */
static int l_net_tostring(lua_State *L)
{
    struct bs_net_box *box = luaL_checkudata(L, 1, net_type);
    if (!box->net) {
        lua_pushliteral(L, "closed network");
        return 1;
    }
    const struct bs_arch *arch = box->net->arch;
    struct bs_buf *buf = bs_push_buf(L);
    if (!box->notation) {
        put_stack(buf, arch);
        bs_pop_text(L);
        return 1;
    }
    bs_buf_printf(buf, "%d", bs_arch_inputs(arch));
    for (int l = 0; l < arch->depth; l++)
        bs_buf_printf(buf, "-%d", arch->layers[l].units);
    bs_buf_put(buf, " network (");
    put_names(buf, arch);
    bs_buf_printf(buf, "; %s; %s notation; %zu parameter%s)", arch->loss->name,
                  bs_notation_name(box->notation), arch->parameters,
                  arch->parameters == 1 ? "" : "s");
    bs_pop_text(L);
    return 1;
}

static int l_net_newindex(lua_State *L)
{
    const char *name = bs_arg_string(L, 2, "the name of a parameter");
    return luaL_error(L, "parameters are set by net:set{%s = ...}", name);
}

void bs_open_net(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_mlp_doc, NULL};
    static const struct bs_doc *const methods[] = {
        &l_net_set_doc,     &l_net_get_doc,     &l_net_copy_doc,
        &l_net_forward_doc, &l_net_loss_doc,    &l_net_gradients_doc,
        &l_net_tape_doc,    &l_net_summary_doc, NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_net_tostring},
                                    {"__newindex", l_net_newindex},
                                    {"__gc", l_net_gc},
                                    {"__close", l_net_gc},
                                    {NULL, NULL}};
    static const struct bs_type type = {
        net_type, "A network, made by mlp{...} of dense layers or by network{...} of any.", methods,
        meta};
    bs_type_register(L, &type);
    luaL_getmetatable(L, net_type);
    lua_getfield(L, -1, "__methods");
    bs_add_boundary_method(L);
    bs_add_save_methods(L);
    bs_add_training_methods(L);
    bs_add_experiment_methods(L);
    lua_pop(L, 2);
    bs_box_register(L, pass_type, l_pass_gc);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
