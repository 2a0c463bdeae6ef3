#ifndef BACKSTEP_NET_JSON_H
#define BACKSTEP_NET_JSON_H

#include "base/buf.h"
#include "net/net.h"

#include <jansson.h>

/*
 * JSON values to and from networks.  `place` is where a value stands in its file, and what a
 * refusal begins with; what gives a json_t gives NULL when out of memory or interrupted.
 */
enum { BS_JSON_PLACE = 96 };

/* Text to JSON and back.  Refused with line and column: what is no JSON, a key that occurs twice.
 */
int bs_json_parse(json_t **out, const char *bytes, size_t length, struct bs_error *err);
/* The buf is `failed` when memory ran out, or an interrupt came, here or since bs_net_to_json. */
void bs_json_put(struct bs_buf *buf, const json_t *json);

/* Before the first value of a text that is made. */
void bs_json_start(void);

/* Why there is no value: BS_NO_MEMORY or BS_INTERRUPTED. */
int bs_json_fail(struct bs_error *err);

json_t *bs_json_of_numbers(const double *numbers, size_t count);

/* "activation", "formula" of one defined at run time, "setting"; false when out of memory. */
bool bs_json_add_activation(json_t *object, const struct bs_func *func,
                            const struct bs_setting *setting);

int bs_json_refuse(const char *place, const char *wanted, const json_t *got, struct bs_error *err);
int bs_json_read_integer(int *out, const json_t *json, const char *place, int most,
                         struct bs_error *err); /* from 1 */
int bs_json_read_string(const char **out, const json_t *json, const char *place,
                        struct bs_error *err);
int bs_json_check_list(const json_t *json, size_t count, const char *place, const char *noun,
                       struct bs_error *err);
int bs_json_read_numbers(double *out, const json_t *list, const char *place, struct bs_error *err);

/* The activation of the object at a place; and the numbers given to one. */
int bs_json_read_activation(const struct bs_func **out, const json_t *object, const char *at,
                            struct bs_error *err);
int bs_json_read_setting(struct bs_setting *setting, const json_t *json, const char *place,
                         struct bs_error *err);
int bs_json_read_loss(const struct bs_loss **out, const json_t *json, struct bs_error *err);
int bs_json_read_kink(double *out, const json_t *json, struct bs_error *err);

/* Copy what fits, with ? for what a terminal would obey and what is no UTF-8. */
void bs_json_printable(char *to, size_t size, const char *text);

/* "a string", "nothing", ...: how a message names a value. */
const char *bs_json_describe(const json_t *json);

/* Refuse a key that is not one of `names`, ended by NULL. */
int bs_json_check_keys(const json_t *object, const char *place, const char *const *names,
                       struct bs_error *err);

#endif
