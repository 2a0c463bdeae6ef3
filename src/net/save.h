#ifndef BACKSTEP_NET_SAVE_H
#define BACKSTEP_NET_SAVE_H

#include "base/buf.h"
#include "net/json.h"
#include "net/net.h"

/*
 * A network as JSON, schema 1:
 *
 *   {"backstep": "network", "schema": 1,
 *    "inputs": 2, "bias": "units" | "shared" | "none", "loss": "half_squared_error", "kink": 0,
 *    "layers": [{"units": 2, "activation": "leaky_relu", "setting": [0.2],
 *                "weights": [[0.1, 0.8], [0.4, 0.6]],        a row a unit, a number an input
 *                "biases": [0.5, 0.25]}, ...],               none, one, or one a unit
 *    "notation": "lecture" | {"inputs": ["x1.in", ...], ...}, as mlp{notation = ...} has it
 *    "training": {"optimiser": "adam", "steps": 12, "m": [...], ...}}
 *
 * of other layers than dense ones
 *
 *   {"backstep": "network", "schema": 1, "input": {"sizes": [1, 32, 32], "steps": 0},
 *    "loss": "half_squared_error", "kink": 0,
 *    "stack": [{"layer": "conv2d", "name": "c1",               no name: conv1, conv2, ...
 *               "options": {"channels": 6, "kernel": [5, 5]}, those not as usual; a pair is a list
 *               "activation": "sigmoid", "layers": [...]},    of a residual, what is within
 *              ...],
 *    "parameters": {"c1_K": [0.1, ...], ...}}               the last index running fastest
 *
 * "setting" is left out where an activation has its usual parameters; "formula" is beside an
 * activation that was defined at run time, and must be the formula it has when it is read.
 * "notation" and "training" are lua/save.c's; they may be left out.  "training" is what an
 * optimiser wants to go on with: numbers, strings, true or false, and lists of numbers, under names
 * of its own; here it is kept as it is.
 *
 * A change of this that an older program would read wrongly gets another number.  Numbers have 17
 * digits, which give the same bits again.
 */
enum { BS_NET_SCHEMA = 1 };

/* All of it but notation and training. */
int bs_net_to_json(json_t **out, const struct bs_net *net, struct bs_error *err);

/*
 * Anything at all may be in `json`; refused, with its place ("layers[2].weights[1][3]"), is what is
 * no network.  What is asked for is in proportion to what is there.
 */
int bs_net_of_json(struct bs_net **out, const json_t *json, struct bs_error *err);

#endif
