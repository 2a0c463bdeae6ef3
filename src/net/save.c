#include "net/save.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "net/json.h"
#include "net/loss.h"
#include "net/save_stack.h"

#include <stdio.h>
#include <string.h>

static const char *const bias_names[] = {
    [BS_BIAS_NONE] = "none", [BS_BIAS_UNITS] = "units", [BS_BIAS_SHARED] = "shared"};

/* ---- writing --------------------------------------------------------------------------------- */

static json_t *weights_to_json(const struct bs_layer *layer, const double *weights)
{
    const size_t inputs = (size_t)layer->inputs;
    json_t *rows = json_array();
    for (size_t j = 0; j < (size_t)layer->units; j++)
        if (json_array_append_new(rows, bs_json_of_numbers(weights + j * inputs, inputs)) < 0) {
            json_decref(rows);
            return NULL;
        }
    return rows;
}

/* NULL when out of memory; so are all of these. */
static json_t *layer_to_json(const struct bs_layer *layer, const double *params)
{
    json_t *object = json_object();
    bool is_whole = json_object_set_new(object, "units", json_integer(layer->units)) == 0 &&
                    bs_json_add_activation(object, layer->activation, &layer->setting);
    is_whole = is_whole &&
               json_object_set_new(object, "weights",
                                   weights_to_json(layer, params + layer->weights)) == 0 &&
               json_object_set_new(
                   object, "biases",
                   bs_json_of_numbers(params + layer->biases, (size_t)bs_layer_biases(layer))) == 0;
    if (is_whole)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *layers_to_json(const struct bs_net *net)
{
    json_t *list = json_array();
    for (int l = 0; l < net->arch->depth; l++)
        if (json_array_append_new(list, layer_to_json(&net->arch->layers[l], net->params->values)) <
            0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

int bs_net_to_json(json_t **out, const struct bs_net *net, struct bs_error *err)
{
    const struct bs_arch *arch = net->arch;
    bs_json_start();
    if (!bs_arch_is_dense(arch))
        return bs_stack_to_json(out, net, err);
    json_t *object = json_object();
    if (json_object_set_new(object, "backstep", json_string("network")) == 0 &&
        json_object_set_new(object, "schema", json_integer(BS_NET_SCHEMA)) == 0 &&
        json_object_set_new(object, "inputs", json_integer(bs_arch_inputs(arch))) == 0 &&
        json_object_set_new(object, "bias", json_string(bias_names[arch->layers[0].bias])) == 0 &&
        json_object_set_new(object, "loss", json_string(arch->loss->name)) == 0 &&
        json_object_set_new(object, "kink", json_real(arch->kink)) == 0 &&
        json_object_set_new(object, "layers", layers_to_json(net)) == 0) {
        *out = object;
        return BS_OK;
    }
    json_decref(object);
    return bs_json_fail(err);
}

/* ---- reading: the network -------------------------------------------------------------------- */

struct reading {
    const json_t *layers;
    int sizes[BS_MAX_LAYERS + 1];
    const struct bs_func *activations[BS_MAX_LAYERS];
    struct bs_setting settings[BS_MAX_LAYERS];
    struct bs_arch_spec spec;
    struct bs_error *err;
};

/* "layers[2].units" */
static const char *name_place(char place[static BS_JSON_PLACE], int layer, const char *field)
{
    snprintf(place, BS_JSON_PLACE, "layers[%d].%s", layer, field);
    return place;
}

static int check_schema(const json_t *json, struct bs_error *err)
{
    const json_t *schema = json_object_get(json, "schema");
    const char *kind = json_string_value(json_object_get(json, "backstep"));
    if (!json_is_object(json) || !kind || strcmp(kind, "network") != 0)
        return bs_fail(err, BS_REFUSED,
                       "it is no network that backstep saved: it has no \"backstep\": \"network\"");
    if (!json_is_integer(schema))
        return bs_json_refuse("schema", "a whole number", schema, err);
    if (json_integer_value(schema) != BS_NET_SCHEMA)
        return bs_fail(err, BS_REFUSED, "its schema is %lld, and this program knows schema %d only",
                       (long long)json_integer_value(schema), BS_NET_SCHEMA);
    return BS_OK;
}

static int read_bias(struct reading *reading, const json_t *json)
{
    const char *name = json_string_value(json);
    for (size_t i = 0; name && i < sizeof bias_names / sizeof *bias_names; i++)
        if (strcmp(bias_names[i], name) == 0) {
            reading->spec.bias = (enum bs_bias)i;
            return BS_OK;
        }
    return bs_fail(reading->err, BS_REFUSED,
                   "bias must be \"units\", \"shared\" or \"none\", got %s",
                   name ? "another string" : bs_json_describe(json));
}

static int read_activation(struct reading *reading, const json_t *object, int layer)
{
    char place[BS_JSON_PLACE];
    snprintf(place, sizeof place, "layers[%d]", layer);
    int status =
        bs_json_read_activation(&reading->activations[layer - 1], object, place, reading->err);
    if (status < 0)
        return status;
    return bs_json_read_setting(&reading->settings[layer - 1], json_object_get(object, "setting"),
                                name_place(place, layer, "setting"), reading->err);
}

static size_t count_biases(const struct reading *reading, int layer)
{
    switch (reading->spec.bias) {
    case BS_BIAS_NONE:
        return 0;
    case BS_BIAS_UNITS:
        return (size_t)reading->sizes[layer];
    case BS_BIAS_SHARED:
        return 1;
    }
    return 0;
}

/* Before anything is made of the sizes, the numbers are seen to be there. */
static int check_counts(const struct reading *reading, const json_t *object, int layer)
{
    const json_t *weights = json_object_get(object, "weights");
    const size_t units = (size_t)reading->sizes[layer], inputs = (size_t)reading->sizes[layer - 1];
    char place[BS_JSON_PLACE], row[BS_JSON_PLACE + 24];
    int status = bs_json_check_list(json_object_get(object, "biases"), count_biases(reading, layer),
                                    name_place(place, layer, "biases"), "number", reading->err);
    if (status == BS_OK)
        status = bs_json_check_list(weights, units, name_place(place, layer, "weights"), "row",
                                    reading->err);
    for (size_t j = 0; status == BS_OK && j < units; j++) {
        snprintf(row, sizeof row, "%s[%zu]", place, j + 1);
        status =
            bs_json_check_list(json_array_get(weights, j), inputs, row, "number", reading->err);
    }
    return status;
}

static int read_layer(struct reading *reading, int layer)
{
    static const char *const keys[] = {"units",   "activation", "formula", "setting",
                                       "weights", "biases",     NULL};
    const json_t *object = json_array_get(reading->layers, (size_t)layer - 1);
    char place[BS_JSON_PLACE];
    snprintf(place, sizeof place, "layers[%d]", layer);
    if (!json_is_object(object))
        return bs_json_refuse(place, "an object", object, reading->err);
    int status = bs_json_check_keys(object, place, keys, reading->err);
    if (status == BS_OK)
        status =
            bs_json_read_integer(&reading->sizes[layer], json_object_get(object, "units"),
                                 name_place(place, layer, "units"), BS_MAX_UNITS, reading->err);
    if (status == BS_OK)
        status = read_activation(reading, object, layer);
    return status == BS_OK ? check_counts(reading, object, layer) : status;
}

static int read_layers(struct reading *reading)
{
    const size_t depth = json_array_size(reading->layers);
    int status = BS_OK;
    if (!json_is_array(reading->layers))
        return bs_json_refuse("layers", "a list", reading->layers, reading->err);
    if (depth < 1 || depth > BS_MAX_LAYERS)
        return bs_fail(reading->err, BS_REFUSED, "layers must have 1 to %d layers, got %zu",
                       BS_MAX_LAYERS, depth);
    reading->spec.depth = (int)depth;
    for (int layer = 1; status == BS_OK && layer <= (int)depth; layer++)
        status = read_layer(reading, layer);
    return status;
}

static int read_shape(struct reading *reading, const json_t *json)
{
    int status = bs_json_read_integer(&reading->sizes[0], json_object_get(json, "inputs"), "inputs",
                                      BS_MAX_UNITS, reading->err);
    if (status == BS_OK)
        status =
            bs_json_read_kink(&reading->spec.kink, json_object_get(json, "kink"), reading->err);
    if (status == BS_OK)
        status = read_bias(reading, json_object_get(json, "bias"));
    if (status == BS_OK)
        status =
            bs_json_read_loss(&reading->spec.loss, json_object_get(json, "loss"), reading->err);
    return status == BS_OK ? read_layers(reading) : status;
}

/* The counts are right. */
static int read_parameters(struct bs_net *net, const struct reading *reading)
{
    double *params = net->params->values;
    int status = BS_OK;
    char place[BS_JSON_PLACE], row[BS_JSON_PLACE + 24];
    for (int l = 0; status == BS_OK && l < net->arch->depth; l++) {
        const struct bs_layer *layer = &net->arch->layers[l];
        const json_t *object = json_array_get(reading->layers, (size_t)l);
        const json_t *weights = json_object_get(object, "weights");
        status = bs_json_read_numbers(params + layer->biases, json_object_get(object, "biases"),
                                      name_place(place, l + 1, "biases"), reading->err);
        for (size_t j = 0; status == BS_OK && j < (size_t)layer->units; j++) {
            snprintf(row, sizeof row, "layers[%d].weights[%zu]", l + 1, j + 1);
            status = bs_json_read_numbers(params + layer->weights + j * (size_t)layer->inputs,
                                          json_array_get(weights, j), row, reading->err);
        }
    }
    return status;
}

static int make_net(struct bs_net **out, const struct reading *reading)
{
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    int status = bs_arch_create(&arch, &reading->spec, reading->err);
    if (status == BS_OK)
        status = bs_net_create(&net, arch, reading->err);
    if (status == BS_OK)
        status = read_parameters(net, reading);
    bs_arch_drop(arch);
    if (status == BS_OK)
        *out = net;
    else
        bs_net_destroy(net);
    return status;
}

int bs_net_of_json(struct bs_net **out, const json_t *json, struct bs_error *err)
{
    static const char *const keys[] = {"backstep", "schema", "inputs",   "bias",     "loss",
                                       "kink",     "layers", "notation", "training", NULL};
    struct reading reading = {.layers = json_object_get(json, "layers"), .err = err};
    reading.spec.sizes = reading.sizes;
    reading.spec.activations = reading.activations;
    reading.spec.settings = reading.settings;
    int status = check_schema(json, err);
    if (status == BS_OK && json_object_get(json, "stack"))
        return bs_stack_of_json(out, json, err);
    if (status == BS_OK)
        status = bs_json_check_keys(json, "the network", keys, err);
    if (status == BS_OK)
        status = read_shape(&reading, json);
    return status == BS_OK ? make_net(out, &reading) : status;
}
