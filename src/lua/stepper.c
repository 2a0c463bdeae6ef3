/* The options of an update: the rate, an optimiser with its options, its state. */
#include "lua/types.h"

#include "lua/args.h"
#include "lua/box.h"
#include "lua/network.h"
#include "lua/state.h"

#include <math.h>
#include <string.h>

static const char stepper_type[] = "stepper";

BS_BOX_GC(l_stepper_gc, stepper_type, struct bs_stepper, bs_stepper_drop)

/* What the table of options at `index` is, and what it is called in messages. */
struct options {
    lua_State *L;
    int index;
    const char *what;
    const struct bs_named_state *named;
};

static bool has_field(const struct options *options, const char *name)
{
    bool has = lua_getfield(options->L, options->index, name) != LUA_TNIL;
    lua_pop(options->L, 1);
    return has;
}

static double option(const struct options *options, const char *name, double otherwise)
{
    lua_State *L = options->L;
    double value = otherwise;
    if (lua_getfield(L, options->index, name) != LUA_TNIL)
        value = bs_arg_number(L, lua_gettop(L), name);
    lua_pop(L, 1);
    return value;
}

/* Beside what every update may have, the options of the optimiser stand as they do in its table. */
static void check_fields(const struct options *options, const struct bs_recipe *recipe)
{
    const char *names[6 + BS_MOST_OPTIONS + 1] = {"eta", "optimiser", "decay", "step", "state"};
    int count = 5;
    if (options->named->arch)
        names[count++] = "seed";
    for (int i = 0; recipe->options[i].name; i++)
        names[count++] = recipe->options[i].name;
    names[count] = NULL;
    bs_arg_fields(options->L, options->index, options->what, names);
}

static void read_recipe(const struct options *options, struct bs_stepper *wanted)
{
    lua_State *L = options->L;
    double decay = -1;
    lua_getfield(L, options->index, "optimiser");
    wanted->optimiser = bs_arg_optimiser(L, lua_gettop(L), wanted->options, &decay);
    lua_pop(L, 1);
    const struct bs_recipe *recipe = &wanted->optimiser->recipe;
    check_fields(options, recipe);
    for (int i = 0; recipe->options[i].name; i++)
        wanted->options[i] = option(options, recipe->options[i].name, wanted->options[i]);
    wanted->decay = option(options, "decay", decay < 0 ? wanted->optimiser->usual_decay : decay);
}

/* ---- state ----------------------------------------------------------------------------------- */

/* By the names of givens, {x = 0.5}. */
static void read_by_name(const struct options *options, int index, double *values)
{
    lua_State *L = options->L;
    const struct bs_named_state *named = options->named;
    const char **names = lua_newuserdatauv(L, (named->count + 1) * sizeof *names, 0);
    memcpy(names, named->names, named->count * sizeof *names);
    names[named->count] = NULL;
    bs_arg_fields(L, index, "state", names);
    for (size_t i = 0; i < named->count; i++) {
        if (lua_getfield(L, index, names[i]) != LUA_TNIL)
            values[i] = bs_arg_number(L, lua_gettop(L), names[i]);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* The numbers of one kind, 0 where none is given; their userdata stays on the stack. */
static double *read_kind(const struct options *options, int index, const char *kind)
{
    lua_State *L = options->L;
    const struct bs_named_state *named = options->named;
    if (lua_getfield(L, index, kind) == LUA_TNIL)
        return NULL;
    const int table = lua_gettop(L);
    bs_arg_table(L, table, "the state");
    double *values = lua_newuserdatauv(L, named->count * sizeof *values, 0);
    for (size_t i = 0; i < named->count; i++)
        values[i] = 0;
    if (named->notation)
        bs_arg_parameters(L, table, named->notation, values);
    else if (named->arch)
        bs_arg_stack_parameters(L, table, named->arch, values);
    else
        read_by_name(options, table, values);
    lua_remove(L, table);
    return values;
}

/* A square has no sign, whatever the notation does with that of a bias. */
static void read_state(const struct options *options, struct bs_stepper *wanted)
{
    lua_State *L = options->L;
    const char *names[3] = {NULL};
    int count = 0;
    if (lua_getfield(L, options->index, "state") == LUA_TNIL)
        return;
    const int index = lua_gettop(L);
    bs_arg_table(L, index, "state");
    if (wanted->optimiser->has_m)
        names[count++] = "m";
    if (wanted->optimiser->has_s)
        names[count++] = "s";
    if (count == 0)
        luaL_error(L, "%s has no state", wanted->optimiser->recipe.name);
    bs_arg_fields(L, index, "state", names);
    wanted->m = read_kind(options, index, "m");
    wanted->s = read_kind(options, index, "s");
    if (wanted->s && options->named->notation)
        bs_apply_signs(wanted->s, options->named->notation);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Without a rate, or an optimiser, which has a usual one, there is no update for options to be of.
 */
static bool asks_for_update(const struct options *options)
{
    static const char *const fields[] = {"decay", "step", "state", NULL};
    const char *bare[] = {"eta", "optimiser", "seed", NULL};
    if (has_field(options, "eta") || has_field(options, "optimiser"))
        return true;
    for (int i = 0; fields[i]; i++)
        if (has_field(options, fields[i]))
            luaL_error(options->L,
                       "%s: %s belongs to an update, which needs a rate, as in eta = 0.1",
                       options->what, fields[i]);
    if (options->named->notation)
        bare[2] = NULL;
    bs_arg_fields(options->L, options->index, options->what, bare);
    return false;
}

bool bs_arg_stepper(lua_State *L, int index, const char *what, const struct bs_named_state *named,
                    struct bs_stepper *wanted)
{
    const struct options options = {L, index, what, named};
    *wanted = (struct bs_stepper){
        .optimiser = &bs_optimisers[0], .eta = NAN, .t = 1, .count = named->count};
    if (lua_isnoneornil(L, index))
        return false;
    bs_arg_table(L, index, "the options");
    const bool is_network = named->notation || named->arch;
    if (!is_network || asks_for_update(&options)) {
        const bool is_named = has_field(&options, "optimiser");
        read_recipe(&options, wanted);
        const bool has_usual = is_named && is_network;
        wanted->eta = option(&options, "eta", has_usual ? wanted->optimiser->usual_eta : NAN);
        wanted->t = option(&options, "step", 1);
        read_state(&options, wanted);
        return true;
    }
    return false;
}

struct bs_stepper *bs_push_stepper(lua_State *L, int index, const char *what,
                                   const struct bs_named_state *named)
{
    struct bs_error err;
    struct bs_stepper wanted;
    const bool is_wanted = bs_arg_stepper(L, index, what, named, &wanted);
    struct bs_stepper **box = bs_box_push(L, stepper_type);
    if (is_wanted)
        bs_check(L, bs_stepper_create(box, &wanted, &err), &err);
    return *box;
}

void bs_open_stepper(lua_State *L)
{
    bs_box_register(L, stepper_type, l_stepper_gc);
}
