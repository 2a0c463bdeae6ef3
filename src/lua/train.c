/* Networks that learn: net:init, net:train, net:perceptron. */
#include "lua/types.h"

#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/experiment.h"
#include "lua/network.h"
#include "lua/progress.h"
#include "lua/state.h"
#include "net/perceptron.h"
#include "net/train.h"

#include <math.h>
#include <string.h>

static const char params_type[] = "parameters", history_type[] = "history";

BS_BOX_GC(l_params_gc, params_type, struct bs_params, bs_params_drop)

static int l_history_gc(lua_State *L)
{
    bs_history_finish(luaL_checkudata(L, 1, history_type));
    return 0;
}

/* ---- names with numbers ---------------------------------------------------------------------- */

/* Row i of a table of recipes; NULL after the last. */
typedef const struct bs_recipe *recipe_at(int i);

static const struct bs_recipe *optimiser_at(int i)
{
    return bs_optimisers[i].recipe.name ? &bs_optimisers[i].recipe : NULL;
}

static const struct bs_recipe *schedule_at(int i)
{
    return bs_schedules[i].recipe.name ? &bs_schedules[i].recipe : NULL;
}

static const struct bs_recipe *init_at(int i)
{
    return bs_inits[i].recipe.name ? &bs_inits[i].recipe : NULL;
}

enum { MOST_NAMES = 16 };

static int arg_row(lua_State *L, int index, const char *what, recipe_at *at)
{
    const char *names[MOST_NAMES] = {NULL};
    for (int i = 0; at(i) && i < MOST_NAMES - 1; i++)
        names[i] = at(i)->name;
    return bs_arg_choice(L, index, what, names);
}

/* The options that the table at `index` has; it may have the field `extra` besides them. */
static void read_options(lua_State *L, int index, const struct bs_recipe *recipe,
                         double values[BS_MOST_OPTIONS], const char *extra)
{
    const char *names[BS_MOST_OPTIONS + 2] = {NULL};
    int count = 0;
    for (; recipe->options[count].name; count++)
        names[count] = recipe->options[count].name;
    names[count] = extra;
    bs_arg_fields(L, index, recipe->name, names);
    for (int i = 0; i < count; i++) {
        if (lua_getfield(L, index, names[i]) != LUA_TNIL)
            values[i] = bs_arg_number(L, lua_gettop(L), names[i]);
        lua_pop(L, 1);
    }
}

/* The row at `index`, a name or a table of a name and options, and the values of its options. */
static int arg_recipe(lua_State *L, int index, const char *what, recipe_at *at,
                      double values[BS_MOST_OPTIONS], const char *extra)
{
    const bool is_table = lua_istable(L, index);
    index = lua_absindex(L, index);
    if (!is_table && lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s must be a name, or a table as in {\"%s\"}, got %s", what, at(1)->name,
                   bs_describe(L, index));
    if (is_table) {
        if (lua_rawlen(L, index) > 1)
            luaL_error(L, "%s: its numbers have names, as in {\"name\", option = 1}", what);
        lua_rawgeti(L, index, 1);
    } else {
        lua_pushvalue(L, index);
    }
    int row = arg_row(L, lua_gettop(L), what, at);
    lua_pop(L, 1);
    bs_recipe_usual(values, at(row));
    if (is_table)
        read_options(L, index, at(row), values, extra);
    return row;
}

/* ---- how parameters start -------------------------------------------------------------------- */

void bs_apply_signs(double *values, const struct bs_notation *notation)
{
    for (int array = 0; array < bs_notation_array_count(notation); array++)
        for (int64_t k = 0; k < bs_notation_array(notation, array).count; k++) {
            int sign;
            double *value = &values[bs_notation_parameter(notation, array, k, &sign)];
            if (*value != 0)
                *value *= sign;
        }
}

static void init_params(lua_State *L, struct bs_net_box *box, int row,
                        const double options[BS_MOST_OPTIONS], uint64_t seed)
{
    struct bs_error err;
    const size_t size = box->net->params->count * sizeof(double);
    double *values = lua_newuserdatauv(L, size, 0);
    bs_check(L, bs_init_fill(values, box->net->arch, &bs_inits[row], options, seed, &err), &err);
    if (box->notation) /* what is drawn for a bias is the threshold where it has those */
        bs_apply_signs(values, box->notation);
    double *own = bs_net_own_params(box->net);
    if (!own)
        bs_memory_error(L);
    else
        memcpy(own, values, size);
    lua_pop(L, 1);
}

void bs_draw_if_seeded(lua_State *L, int index, struct bs_net_box *box)
{
    double options[BS_MOST_OPTIONS];
    if (lua_getfield(L, index, "seed") != LUA_TNIL) {
        const lua_Integer seed = bs_arg_integer(L, lua_gettop(L), "seed", 0, LUA_MAXINTEGER);
        bs_recipe_usual(options, init_at(0));
        init_params(L, box, 0, options, (uint64_t)seed);
    }
    lua_pop(L, 1);
}

static uint64_t read_seed(lua_State *L, int index)
{
    lua_Integer seed = 0;
    if (lua_getfield(L, index, "seed") != LUA_TNIL)
        seed = bs_arg_integer(L, -1, "seed", 0, LUA_MAXINTEGER);
    lua_pop(L, 1);
    return (uint64_t)seed;
}

BS_FN(
    l_net_init, "net:init(name, [options]) -> net",
    "Start all parameters anew, by a seed: net:init(\"he\", {seed = 7}) or net:init{\"uniform\", "
    "from = -1, to = 1, seed = 7}. \"uniform\" draws every parameter from (0, 1), also thresholds "
    "where the notation has them; \"xavier\" and \"he\" draw weights by the size of the layer and "
    "start biases at 0; \"zeros\"; \"constant\" with its value. The same seed, 0 unless told, "
    "gives "
    "the same numbers.")
{
    struct bs_net_box *box = bs_check_idle_net(L);
    double options[BS_MOST_OPTIONS];
    uint64_t seed = 0;
    lua_settop(L, 3);
    int row = arg_recipe(L, 2, "init", init_at, options, "seed");
    if (lua_istable(L, 2))
        seed = read_seed(L, 2);
    if (!lua_isnil(L, 3)) {
        bs_arg_table(L, 3, "the options");
        read_options(L, 3, init_at(row), options, "seed");
        seed = read_seed(L, 3);
    }
    init_params(L, box, row, options, seed);
    lua_settop(L, 1);
    return 1;
}

/* ---- what training is given ------------------------------------------------------------------ */

static lua_Integer option_integer(lua_State *L, const char *name, lua_Integer otherwise,
                                  lua_Integer least)
{
    lua_Integer value = otherwise;
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        value = bs_arg_integer(L, -1, name, least, LUA_MAXINTEGER);
    lua_pop(L, 1);
    return value;
}

static double option_number(lua_State *L, int index, const char *name, double otherwise)
{
    double value = otherwise;
    if (lua_getfield(L, index, name) != LUA_TNIL)
        value = bs_arg_number(L, -1, name);
    lua_pop(L, 1);
    return value;
}

/* Leaves what holds the numbers on the stack. */
static const double *field_samples(lua_State *L, int index, const char *field, const char *name,
                                   const struct bs_shape *shape, size_t *samples)
{
    const double *numbers;
    lua_getfield(L, index, field);
    if (shape->rank == 1 && shape->steps == 0)
        return bs_arg_samples(L, -1, name, shape->size[0], samples);
    bs_arg_stack_samples(L, lua_gettop(L), name, shape, &numbers, samples);
    return numbers;
}

/* `prefix` is what the table at `index` is called in messages: "" or "validation ". */
static struct bs_samples read_samples(lua_State *L, int index, const struct bs_arch *arch,
                                      const char *prefix)
{
    struct bs_samples read;
    size_t targets;
    const char *inputs_name = lua_pushfstring(L, "%sinputs", prefix);
    const char *targets_name = lua_pushfstring(L, "%stargets", prefix);
    read.inputs = field_samples(L, index, "inputs", inputs_name, &arch->stack->in, &read.count);
    read.targets = field_samples(L, index, "targets", targets_name, &arch->stack->out, &targets);
    if (targets != read.count)
        luaL_error(L, "%s must have as many rows as %s: got %s for %d", targets_name, inputs_name,
                   bs_push_count(L, targets, "row"), (int)read.count);
    return read;
}

static void read_validation(lua_State *L, const struct bs_arch *arch, struct bs_training *training)
{
    static const char *const options[] = {"inputs", "targets", NULL};
    if (lua_getfield(L, 2, "validation") == LUA_TNIL)
        return;
    const int index = lua_gettop(L);
    bs_arg_table(L, index, "validation");
    bs_arg_fields(L, index, "validation", options);
    training->validation = read_samples(L, index, arch, "validation ");
}

/* Unless told, samples are shuffled where a seed is given. */
static bool option_shuffle(lua_State *L)
{
    bool shuffle = lua_getfield(L, 2, "seed") != LUA_TNIL;
    if (lua_getfield(L, 2, "shuffle") != LUA_TNIL)
        shuffle = bs_arg_boolean(L, -1, "shuffle");
    lua_pop(L, 2);
    return shuffle;
}

static bool option_boolean(lua_State *L, const char *name, bool otherwise)
{
    bool value = otherwise;
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        value = bs_arg_boolean(L, -1, name);
    lua_pop(L, 1);
    return value;
}

const struct bs_optimiser *bs_arg_optimiser(lua_State *L, int index,
                                            double options[BS_MOST_OPTIONS], double *decay)
{
    int row = 0;
    bs_recipe_usual(options, optimiser_at(0));
    if (!lua_isnil(L, index))
        row = arg_recipe(L, index, "optimiser", optimiser_at, options, "decay");
    if (lua_istable(L, index))
        *decay = option_number(L, index, "decay", *decay);
    return &bs_optimisers[row];
}

/* The decay may stand beside the optimiser or among its options. */
static void read_optimiser(lua_State *L, struct bs_training *training)
{
    double decay = -1;
    lua_getfield(L, 2, "optimiser");
    training->optimiser = bs_arg_optimiser(L, lua_gettop(L), training->optimiser_options, &decay);
    lua_pop(L, 1);
    if (decay < 0)
        decay = training->optimiser->usual_decay;
    training->decay = option_number(L, 2, "decay", decay);
    training->eta = option_number(L, 2, "eta", training->optimiser->usual_eta);
}

static void read_schedule(lua_State *L, struct bs_training *training)
{
    int row = 0;
    bs_recipe_usual(training->schedule_options, schedule_at(0));
    if (lua_getfield(L, 2, "schedule") != LUA_TNIL)
        row = arg_recipe(L, -1, "schedule", schedule_at, training->schedule_options, NULL);
    training->schedule = &bs_schedules[row];
    lua_pop(L, 1);
}

static void read_training(lua_State *L, const struct bs_arch *arch, struct bs_training *training)
{
    *training = (struct bs_training){
        .epochs = (size_t)option_integer(L, "epochs", 1, 0),
        .batch = (size_t)option_integer(L, "batch", 1, 1),
        .seed = (uint64_t)option_integer(L, "seed", 0, 0),
        .shuffle = option_shuffle(L),
        .stop_below = option_number(L, 2, "stop_below", 0),
        .stop_within = option_number(L, 2, "stop_within", 0),
        .patience = (size_t)option_integer(L, "patience", 0, 0),
        .every = (size_t)option_integer(L, "every", 1, 1),
    };
    read_optimiser(L, training);
    read_schedule(L, training);
    const struct bs_samples samples = read_samples(L, 2, arch, "");
    training->samples = samples.count;
    training->inputs = samples.inputs;
    training->targets = samples.targets;
    read_validation(L, arch, training);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

/*
 * Lua that is called while a C function is at work.  What it raises stays on the stack, to be
 * raised again when the C function has put its things away.
 */
struct callback {
    lua_State *L;
    lua_CFunction call; /* protected, with the callback and what is at the two indices */
    int first, second;  /* 0: nil */
    const void *seen;   /* for `call` */
    const struct bs_pace_line *line; /* taken away before; or NULL */
    bool has_failed;
};

static void push_or_nil(lua_State *L, int index)
{
    if (index > 0)
        lua_pushvalue(L, index);
    else
        lua_pushnil(L);
}

/* 0, 1 where it gives false, or BS_REFUSED with the error on the stack. */
static int call_back(struct callback *callback)
{
    lua_State *L = callback->L;
    if (callback->line)
        bs_pace_line_hide(callback->line);
    lua_pushcfunction(L, callback->call);
    lua_pushlightuserdata(L, callback);
    push_or_nil(L, callback->first);
    push_or_nil(L, callback->second);
    if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
        callback->has_failed = true;
        return BS_REFUSED;
    }
    bool stops = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    return stops;
}

/* Index 0 where the field is nil. */
static int field_function(lua_State *L, const char *name)
{
    int type = lua_getfield(L, 2, name);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return 0;
    }
    if (type != LUA_TFUNCTION)
        luaL_error(L, "%s must be a function, got %s", name, bs_describe(L, -1));
    return lua_gettop(L);
}

static void set_number(lua_State *L, const char *field, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, field);
}

static void set_integer(lua_State *L, const char *field, size_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, field);
}

static void set_boolean(lua_State *L, const char *field, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, field);
}

/* Of a network that the callback may look at and not change. */
static void begin_learning(lua_State *L, struct bs_net_box *box)
{
    luaL_checkstack(L, LUA_MINSTACK, "too many calls inside calls");
    box->is_learning = true;
}

/*
 * Put the results, which `call` gives in a protected call, on the stack.  Where there is no memory
 * for them the network goes back to the parameters in the box at index `before`.
 */
static void push_results(struct callback *callback, struct bs_net_box *box, int before)
{
    lua_State *L = callback->L;
    struct bs_params **kept = luaL_checkudata(L, before, params_type);
    lua_pushcfunction(L, callback->call);
    lua_pushlightuserdata(L, callback);
    push_or_nil(L, callback->first);
    push_or_nil(L, callback->second);
    if (lua_pcall(L, 3, 1, 0) == LUA_OK)
        return;
    struct bs_params *dropped = box->net->params;
    box->net->params = *kept;
    *kept = dropped;
    lua_error(L);
}

/* Pushes a box that holds the parameters as they are. */
static int push_params(lua_State *L, const struct bs_net_box *box)
{
    struct bs_params **kept = bs_box_push(L, params_type);
    *kept = bs_params_share(box->net->params);
    return lua_gettop(L);
}

/* ---- train ----------------------------------------------------------------------------------- */

/* callback, function */
static int l_call_watch(lua_State *L)
{
    const struct callback *callback = lua_touserdata(L, 1);
    const struct bs_progress *progress = callback->seen;
    lua_settop(L, 2);
    lua_createtable(L, 0, 4);
    set_integer(L, "epoch", progress->epoch);
    set_number(L, "loss", progress->loss);
    set_number(L, "rate", progress->rate);
    if (!isnan(progress->validation))
        set_number(L, "validation", progress->validation);
    lua_call(L, 1, 1);
    return 1;
}

static int watch_training(void *context, const struct bs_progress *progress)
{
    struct callback *callback = context;
    callback->seen = progress;
    return call_back(callback);
}

struct trained {
    const struct bs_trained *trained;
    const struct bs_training *training;
};

static void set_list(lua_State *L, const char *field, const double *numbers, size_t count)
{
    lua_createtable(L, count < 1 << 20 ? (int)count : 0, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushnumber(L, numbers[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, field);
}

static void set_history(lua_State *L, const struct bs_history *history)
{
    set_list(L, "history", history->loss, history->count);
    if (history->validation)
        set_list(L, "validation_history", history->validation, history->count);
}

/* callback */
static int l_push_trained(lua_State *L)
{
    const struct callback *callback = lua_touserdata(L, 1);
    const struct trained *seen = callback->seen;
    const struct bs_trained *trained = seen->trained;
    lua_createtable(L, 0, 8);
    set_integer(L, "epochs", trained->epochs);
    set_number(L, "loss", trained->loss);
    if (trained->epochs > 0)
        set_number(L, "rate", trained->rate);
    if (trained->has_goal)
        set_boolean(L, "settled", bs_is_settled(trained));
    if (!isnan(trained->validation))
        set_number(L, "validation", trained->validation);
    if (trained->best_epoch > 0)
        set_integer(L, "best_epoch", trained->best_epoch);
    bs_put_ending(bs_push_buf(L), trained, seen->training);
    bs_pop_text(L);
    lua_setfield(L, -2, "reason");
    if (seen->training->history)
        set_history(L, seen->training->history);
    return 1;
}

/* Pushes the userdata that owns the history. */
static struct bs_history *push_history(lua_State *L)
{
    struct bs_history *history = lua_newuserdatauv(L, sizeof *history, 0);
    *history = (struct bs_history){0};
    luaL_setmetatable(L, history_type);
    return history;
}

/* Everything that may raise is on the stack before training starts, or protected. */
static int train(lua_State *L, struct bs_net_box *box, struct bs_training *training)
{
    struct bs_trained trained;
    struct bs_error err;
    struct bs_pace_line line = {0};
    struct callback watch = {
        .L = L, .call = l_call_watch, .first = field_function(L, "callback"), .line = &line};
    const int before = push_params(L, box);
    training->context = &watch;
    training->watch = watch.first > 0 ? watch_training : NULL;
    if (option_boolean(L, "history", false))
        training->history = push_history(L);
    if (option_boolean(L, "progress", true))
        bs_pace_line_begin(&line, bs_session(L), training);
    begin_learning(L, box);
    int status = bs_net_train(&trained, box->net, training, &err);
    box->is_learning = false;
    bs_pace_line_hide(&line);
    if (watch.has_failed)
        return lua_error(L);
    bs_check(L, status, &err);
    const struct trained seen = {&trained, training};
    push_results(&(struct callback){.L = L, .call = l_push_trained, .seen = &seen}, box, before);
    return 1;
}

BS_FN(
    l_net_train, "net:train{inputs = X, targets = D, eta = 0.1, epochs = 1, ...} -> table",
    "Gradient descent over the samples, the rows of X and D. batch = 1 updates after every sample, "
    "batch = m after m on their mean gradient; seed shuffles the samples of every epoch, unless "
    "shuffle = false. optimiser, \"sgd\" unless told: \"momentum\", \"nesterov\", \"adagrad\", "
    "\"rmsprop\", \"adam\" or \"adamw\", or {\"adam\", beta1 = 0.8}; its state starts anew at "
    "each call. schedule, of the rate: \"step\", \"exponential\", \"cosine\", \"inverse\", or "
    "{\"step\", factor = 0.5, every = 100}. decay = 0.01 adds decay/2 times the squared weights "
    "(not biases) to the loss; adamw shrinks the weights instead. "
    "stop_below ends when an epoch's mean loss is below it, stop_within when every output is that "
    "near its target. validation = {inputs =, targets =} is watched, and with patience = n "
    "training "
    "ends when its loss has not fallen for n epochs, with the best parameters. every = 100, "
    "callback = f calls f{epoch =, loss =, rate =} every 100 epochs; false from it stops training. "
    "history = true keeps each epoch's loss. What takes longer than half a second shows a line of "
    "progress at a terminal, unless progress = false. "
    "Gives {epochs =, loss =, settled =, reason =, ...}, the loss being the last epoch's mean, "
    "settled whether the goal of stop_below or stop_within was reached. Ctrl-C, or an error in the "
    "callback, stops it and keeps what was learnt; a loss that is not finite stops it and changes "
    "nothing.")
{
    static const char *const options[] = {
        "inputs", "targets",    "eta",         "epochs",   "batch",     "seed",       "shuffle",
        "decay",  "stop_below", "stop_within", "schedule", "optimiser", "validation", "patience",
        "every",  "callback",   "history",     "progress", NULL};
    struct bs_net_box *box = bs_check_idle_net(L);
    struct bs_training training;
    bs_arg_table(L, 2, "the argument of train");
    bs_arg_fields(L, 2, "train", options);
    lua_settop(L, 2);
    read_training(L, box->net->arch, &training);
    return train(L, box, &training);
}

/* ---- the perceptron rule --------------------------------------------------------------------- */

struct learning {
    struct callback callback; /* first is the function, second the table of epochs */
    const struct bs_net_box *box;
    size_t epoch, mistakes;
};

/* callback, function or nil, epochs */
static int l_call_learning(lua_State *L)
{
    const struct callback *callback = lua_touserdata(L, 1);
    const struct learning *learning = callback->seen;
    const struct bs_net_box *box = learning->box;
    lua_createtable(L, 0, 3);
    set_integer(L, "epoch", learning->epoch);
    set_integer(L, "mistakes", learning->mistakes);
    bs_push_net_parameters(L, box, box->net->params->values);
    lua_setfield(L, -2, "parameters");
    lua_pushvalue(L, -1);
    lua_rawseti(L, 3, (lua_Integer)learning->epoch); // callback, function, epochs, row
    if (lua_isnil(L, 2))
        return 0;
    lua_pushvalue(L, 2);
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    return 1;
}

static int watch_learning(void *context, size_t epoch, size_t mistakes)
{
    struct learning *learning = context;
    learning->epoch = epoch;
    learning->mistakes = mistakes;
    learning->callback.seen = learning;
    return call_back(&learning->callback);
}

/* callback, epochs */
static int l_push_learnt(lua_State *L)
{
    const struct callback *callback = lua_touserdata(L, 1);
    const struct bs_perceptron_end *end = callback->seen;
    lua_createtable(L, 0, 5);
    set_integer(L, "epochs", end->epochs);
    set_integer(L, "mistakes", end->mistakes);
    set_boolean(L, "settled", end->ending == BS_PERCEPTRON_SETTLED);
    bs_put_perceptron_end(bs_push_buf(L), end);
    bs_pop_text(L);
    lua_setfield(L, -2, "reason");
    if (end->ending == BS_PERCEPTRON_CYCLE)
        set_integer(L, "again", end->again);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "history");
    return bs_make_result(L, "perceptron");
}

static int learn(lua_State *L, struct bs_net_box *box, struct bs_perceptron *rule)
{
    struct bs_perceptron_end end;
    struct bs_error err;
    struct learning learning = {.callback = {.L = L, .call = l_call_learning}, .box = box};
    learning.callback.first = field_function(L, "callback");
    lua_newtable(L);
    const int history = learning.callback.second = lua_gettop(L);
    const int before = push_params(L, box);
    rule->watch = watch_learning;
    rule->context = &learning;
    begin_learning(L, box);
    int status = bs_net_perceptron(&end, box->net, rule, &err);
    box->is_learning = false;
    if (learning.callback.has_failed)
        return lua_error(L);
    bs_check(L, status, &err);
    push_results(&(struct callback){.L = L, .call = l_push_learnt, .first = history, .seen = &end},
                 box, before);
    return 1;
}

BS_FN(
    l_net_perceptron, "net:perceptron{inputs = X, targets = D, eta = 1, epochs = 100} -> table",
    "The perceptron rule for one layer of step units, mlp{2, 1, output = \"step\"}: on each sample "
    "in order w_i goes by eta·(d − y)·x_i and the threshold by −eta·(d − y), until an epoch has no "
    "mistake. Gives {settled =, epochs =, mistakes =, reason =, history =}: history has a row "
    "{epoch =, mistakes =, parameters =} for each epoch. Where the weights come round to what they "
    "were, as for XOR, it never settles, and reason says so. callback = f calls f with each row; "
    "false from it stops.")
{
    static const char *const options[] = {"inputs", "targets", "eta", "epochs", "callback", NULL};
    struct bs_net_box *box = bs_check_idle_net(L);
    bs_arg_table(L, 2, "the argument of perceptron");
    bs_arg_fields(L, 2, "perceptron", options);
    lua_settop(L, 2);
    struct bs_perceptron rule = {.eta = option_number(L, 2, "eta", 1),
                                 .epochs = (size_t)option_integer(L, "epochs", 100, 0)};
    rule.samples = read_samples(L, 2, box->net->arch, "");
    return learn(L, box, &rule);
}

void bs_add_training_methods(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_net_init_doc, &l_net_train_doc,
                                                   &l_net_perceptron_doc, NULL};
    bs_box_register(L, params_type, l_params_gc);
    bs_box_register(L, history_type, l_history_gc);
    bs_doc_register(L, methods);
}
