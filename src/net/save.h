#ifndef BACKSTEP_NET_SAVE_H
#define BACKSTEP_NET_SAVE_H

#include "base/buf.h"
#include "net/net.h"

#include <jansson.h>

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

/* Text to JSON and back.  Refused with line and column: what is no JSON, a key that occurs twice.
 */
int bs_json_parse(json_t **out, const char *bytes, size_t length, struct bs_error *err);
/* The buf is `failed` when memory ran out here or since bs_net_to_json. */
void bs_json_put(struct bs_buf *buf, const json_t *json);

/* Copy what fits, with ? for what a terminal would obey and what is no UTF-8. */
void bs_json_printable(char *to, size_t size, const char *text);

/* "a string", "nothing", ...: how a message names a value. */
const char *bs_json_describe(const json_t *json);

/* Refuse a key that is not one of `names`, ended by NULL. */
int bs_json_check_keys(const json_t *object, const char *place, const char *const *names,
                       struct bs_error *err);

#endif
