/* Experiments on a network: net:gradient_norms, net:dead_units, net:twins, net:collapse. */
#include "lua/experiment.h"

#include "lua/args.h"
#include "lua/doc.h"
#include "lua/module.h"
#include "lua/state.h"
#include "lua/types.h"
#include "net/loss.h"
#include "net/probe.h"

#include <math.h>

int bs_make_result(lua_State *L, const char *kind)
{
    luaL_checkstack(L, 4, NULL);
    bs_module_require(L, "experiments"); // table, module
    lua_getfield(L, -1, "make");
    lua_remove(L, -2);
    lua_pushstring(L, kind);
    lua_pushvalue(L, -3); // table, make, kind, table
    lua_call(L, 2, 1);
    lua_remove(L, -2); // result
    return 1;
}

/* What is not a number is not there. */
static void set_number(lua_State *L, const char *field, double value)
{
    if (isnan(value))
        return;
    lua_pushnumber(L, value);
    lua_setfield(L, -2, field);
}

static void set_count(lua_State *L, const char *field, size_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, field);
}

static void push_layer(lua_State *L, const struct bs_layer *layer)
{
    lua_createtable(L, 0, 6);
    set_count(L, "units", (size_t)layer->units);
    set_count(L, "inputs", (size_t)layer->inputs);
    lua_pushstring(L, layer->activation->name);
    lua_setfield(L, -2, "activation");
}

/* ---- gradients through the depth ------------------------------------------------------------- */

/* The samples at 2 and their targets at 3, one or many. */
static struct bs_batch arg_batch(lua_State *L, const struct bs_net *net)
{
    struct bs_batch batch = {.samples = 1};
    if (bs_is_batch(L, 2))
        return bs_arg_batch(L, net);
    batch.x = bs_arg_sample(L, 2, "the inputs", bs_arch_inputs(net->arch));
    batch.t = bs_arg_sample(L, 3, "the targets", bs_arch_outputs(net->arch));
    return batch;
}

/* From the last layer to the first: how many layers from here on are sigmoid; 0: not all. */
static void set_bound(lua_State *L, const struct bs_layer *layer, size_t *sigmoids, bool *are_all)
{
    *are_all = *are_all && layer->activation == bs_func_find("sigmoid");
    if (*are_all)
        set_number(L, "bound", pow(0.25, (double)++*sigmoids));
}

static void push_norms(lua_State *L, const struct bs_arch *arch, const struct bs_layer_norms *norms)
{
    size_t sigmoids = 0;
    bool are_all = true;
    lua_createtable(L, arch->depth, 4);
    for (int l = arch->depth - 1; l >= 0; l--) {
        push_layer(L, &arch->layers[l]);
        set_number(L, "z", norms[l].z);
        set_number(L, "W", norms[l].weights);
        set_number(L, "slope", norms[l].slope);
        if (l + 1 < arch->depth && norms[l + 1].z > 0)
            set_number(L, "ratio", norms[l].z / norms[l + 1].z);
        set_bound(L, &arch->layers[l], &sigmoids, &are_all);
        lua_rawseti(L, -2, l + 1);
    }
}

BS_FN(
    l_net_gradient_norms, "net:gradient_norms(x, d) -> table",
    "How large gradients are in each layer: ‖∂E/∂z‖, its ratio to that of the next layer, "
    "‖∂E/∂W‖, and the largest slope |f'(z)| of a unit. Of a matrix or rows of samples, the means "
    "of the samples' norms, and the largest slope of all. From a sigmoid layer on, where all that "
    "follow are sigmoid, too, the product of their slopes is at most (1/4)^k for the k of them; "
    "the weights multiply as well. Fields: r[1].z, .W, .ratio, .slope, .bound for layer 1, and "
    "r.loss, r.samples.")
{
    struct bs_net_box *box = bs_check_dense_net(L, "gradient_norms");
    const struct bs_arch *arch = box->net->arch;
    struct bs_error err;
    double loss;
    lua_settop(L, 3);
    const struct bs_batch batch = arg_batch(L, box->net);
    struct bs_layer_norms *norms = lua_newuserdatauv(L, (size_t)arch->depth * sizeof *norms, 0);
    bs_check(L, bs_gradient_norms(norms, &loss, box->net, &batch, &err), &err);
    push_norms(L, arch, norms);
    set_number(L, "loss", loss);
    set_count(L, "samples", batch.samples);
    return bs_make_result(L, "norms");
}

/* ---- units that have stopped learning -------------------------------------------------------- */

/* Set the field to the list of the units in that state, and give how many they are. */
static size_t set_units(lua_State *L, const char *field, const enum bs_unit_state *states,
                        int units, enum bs_unit_state wanted)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (int j = 0; j < units; j++) {
        if (states[j] != wanted)
            continue;
        lua_pushinteger(L, j + 1);
        lua_rawseti(L, -2, ++count);
    }
    lua_setfield(L, -2, field);
    return (size_t)count;
}

static void push_states(lua_State *L, const struct bs_arch *arch, const enum bs_unit_state *states)
{
    size_t dead = 0, saturated = 0;
    lua_createtable(L, arch->depth, 4);
    for (int l = 0; l < arch->depth; l++) {
        const struct bs_layer *layer = &arch->layers[l];
        const enum bs_unit_state *of_layer = states + layer->first;
        push_layer(L, layer);
        dead += set_units(L, "dead", of_layer, layer->units, BS_UNIT_DEAD);
        saturated += set_units(L, "saturated", of_layer, layer->units, BS_UNIT_SATURATED);
        lua_rawseti(L, -2, l + 1);
    }
    set_count(L, "dead", dead);
    set_count(L, "saturated", saturated);
}

BS_FN(l_net_dead_units, "net:dead_units(X) -> table",
      "Units that have stopped learning, over the samples X, a matrix or rows. A dead unit gives 0 "
      "with slope 0 for every sample, as relu does below 0: its weights never change again. A "
      "saturated unit of sigmoid or tanh has for every sample a slope below a hundredth of the "
      "largest there is (0.0025 of sigmoid, 0.01 of tanh): it hardly learns. Fields: r.dead and "
      "r.saturated count them; r[1].dead, r[1].saturated are their numbers in layer 1, r[1].units "
      "how many there are.")
{
    struct bs_net_box *box = bs_check_dense_net(L, "dead_units");
    const struct bs_arch *arch = box->net->arch;
    struct bs_error err;
    size_t samples;
    lua_settop(L, 2);
    const double *x = bs_arg_samples(L, 2, "the inputs", bs_arch_inputs(arch), &samples);
    enum bs_unit_state *states = lua_newuserdatauv(L, arch->units * sizeof *states, 0);
    bs_check(L, bs_unit_states(states, box->net, samples, x, &err), &err);
    push_states(L, arch, states);
    set_count(L, "samples", samples);
    return bs_make_result(L, "states");
}

/* ---- twins ----------------------------------------------------------------------------------- */

/* Append unit j to the group of its first twin, which is at the key `first` of the table at -3. */
static void add_to_group(lua_State *L, int first, int j)
{
    if (lua_rawgeti(L, -2, first + 1) == LUA_TNIL) { // by first, groups, nil
        lua_pop(L, 1);
        lua_createtable(L, 2, 0);
        lua_pushinteger(L, first + 1);
        lua_rawseti(L, -2, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -4, first + 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)lua_rawlen(L, -3) + 1); // by first, groups, group
    }
    lua_pushinteger(L, j + 1);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1); // by first, groups
}

/* Set groups, the lists of the units that are the same, and same, how many units are in them. */
static size_t set_groups(lua_State *L, const int *twin_of, int units)
{
    size_t same = 0;
    lua_newtable(L);
    lua_newtable(L); // layer, by first, groups
    for (int j = 0; j < units; j++)
        if (twin_of[j] != j)
            add_to_group(L, twin_of[j], j), same++;
    same += lua_rawlen(L, -1);
    lua_setfield(L, -3, "groups");
    lua_pop(L, 1);
    set_count(L, "same", same);
    return same;
}

BS_FN(l_net_twins, "net:twins() -> table",
      "Hidden units that are the same: equal weights from the layer before, equal biases, equal "
      "weights to the next layer. Such units give the same, get the same gradients and stay the "
      "same whatever is learnt, so they do the work of one. Fields: r.same counts them; "
      "r[1].groups lists those of layer 1 that equal each other, {{1, 2}}, r[1].same counts them, "
      "r[1].units is how many there are.")
{
    struct bs_net_box *box = bs_check_dense_net(L, "twins");
    const struct bs_arch *arch = box->net->arch;
    struct bs_error err;
    size_t same = 0;
    lua_settop(L, 1);
    int *twin_of = lua_newuserdatauv(L, (size_t)bs_arch_widest(arch) * sizeof *twin_of, 0);
    lua_createtable(L, arch->depth, 1);
    for (int l = 1; l < arch->depth; l++) {
        bs_check(L, bs_find_twins(twin_of, box->net, l, &err), &err);
        push_layer(L, &arch->layers[l - 1]);
        same += set_groups(L, twin_of, arch->layers[l - 1].units);
        lua_rawseti(L, -2, l);
    }
    set_count(L, "same", same);
    return bs_make_result(L, "twins");
}

/* ---- linear networks ------------------------------------------------------------------------- */

BS_FN(l_net_collapse, "net:collapse() -> table",
      "A network whose activations are all identity as what it is, one matrix and one bias: "
      "y = W·x + b with W = W3·W2·W1 for three layers, however deep. Fields: r.W, outputs × "
      "inputs, r.b, and r.net, a network of one layer that gives the same. Refused where a layer "
      "has another activation.")
{
    struct bs_net_box *box = bs_check_dense_net(L, "collapse");
    const struct bs_arch *arch = box->net->arch;
    const size_t inputs = (size_t)bs_arch_inputs(arch), outputs = (size_t)bs_arch_outputs(arch);
    struct bs_error err;
    lua_settop(L, 1);
    struct bs_data **matrix = bs_push_matrix(L);
    bs_check(L, bs_data_create(matrix, outputs, inputs, &err), &err);
    double *biases = lua_newuserdatauv(L, outputs * sizeof *biases, 0);
    bs_check(L, bs_collapse(bs_data_fill(*matrix), biases, box->net, &err), &err);
    lua_createtable(L, arch->depth, 3); // net, matrix, biases, result
    for (int l = 0; l < arch->depth; l++) {
        push_layer(L, &arch->layers[l]);
        lua_rawseti(L, -2, l + 1);
    }
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "W");
    lua_createtable(L, (int)outputs, 0);
    for (size_t j = 0; j < outputs; j++) {
        lua_pushnumber(L, biases[j]);
        lua_rawseti(L, -2, (lua_Integer)j + 1);
    }
    lua_setfield(L, -2, "b");
    lua_pushstring(L, arch->loss->name);
    lua_setfield(L, -2, "loss");
    return bs_make_result(L, "collapsed");
}

static int l_host_is_net(lua_State *L)
{
    lua_pushboolean(L, luaL_testudata(L, 1, "network") != NULL);
    return 1;
}

void bs_add_experiment_methods(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_net_gradient_norms_doc, &l_net_dead_units_doc,
                                                   &l_net_twins_doc, &l_net_collapse_doc, NULL};
    bs_doc_register(L, methods);
    bs_module_push_host(L);
    lua_pushcfunction(L, l_host_is_net);
    lua_setfield(L, -2, "is_net");
    lua_pop(L, 1);
}
