#ifndef BACKSTEP_NET_SAVE_STACK_H
#define BACKSTEP_NET_SAVE_STACK_H

#include "net/json.h"

/* Inside the room: networks of any layers as JSON, see net/save.h. */
int bs_stack_to_json(json_t **out, const struct bs_net *net, struct bs_error *err);
int bs_stack_of_json(struct bs_net **out, const json_t *json, struct bs_error *err);

#endif
