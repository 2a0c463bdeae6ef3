#ifndef BACKSTEP_LUA_LAYERS_H
#define BACKSTEP_LUA_LAYERS_H

#include "net/stack.h"

#include <lauxlib.h>

/* Inside the room: layers as objects of Lua. */
struct bs_layers {
    int count; /* the layer, and those within it */
    struct bs_stage_spec specs[];
};

/* The layer at `index`; NULL where there is something else. */
const struct bs_layers *bs_test_layers(lua_State *L, int index);

/*
 * Push an object with the layers in the table at `index` from place `first` on, after `before`
 * empty places.  `what` names the table where one is none.
 */
struct bs_layers *bs_push_layers(lua_State *L, int index, lua_Integer first, int before,
                                 const char *what);

/* Push the layer of a kind that the argument at 1 describes: its options, or the first alone. */
int bs_push_layer(lua_State *L, const struct bs_stage_kind *kind);

/* Push what the row says of the kind, and its options. */
void bs_push_layer_help(lua_State *L, const struct bs_stage_kind *kind);

#endif
