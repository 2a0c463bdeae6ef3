#include "net/save.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "base/width.h"
#include "expr/typeset.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

static const char *const bias_names[] = {
    [BS_BIAS_NONE] = "none", [BS_BIAS_UNITS] = "units", [BS_BIAS_SHARED] = "shared"};

/* ---- text ------------------------------------------------------------------------------------ */

void bs_json_printable(char *to, size_t size, const char *text)
{
    size_t at = 0, left = strlen(text);
    for (size_t bytes; left > 0; text += bytes, left -= bytes) {
        uint32_t code;
        bytes = bs_utf8_read(&code, text, left);
        const bool is_shown =
            code >= 0x20 && (code < 0x7F || code >= 0xA0) && (bytes > 1 || code < 0x80);
        if (at + bytes >= size)
            break;
        memcpy(to + at, is_shown ? text : "?", is_shown ? bytes : 1);
        at += is_shown ? bytes : 1;
    }
    to[at] = '\0';
}

/*
 * Out of memory jansson does not always say so: it may call the text wrong, of which it could not
 * keep a part, or go on with a number that lost its last digits.  So nothing is believed after
 * that.
 */
static bool has_run_out;

static void *alloc_for_json(size_t size)
{
    void *block = bs_alloc(size);
    has_run_out = has_run_out || !block;
    return block;
}

static void begin(void)
{
    json_set_alloc_funcs(alloc_for_json, bs_free);
    has_run_out = false;
}

int bs_json_parse(json_t **out, const char *bytes, size_t length, struct bs_error *err)
{
    json_error_t error;
    char text[sizeof error.text];
    begin();
    json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (has_run_out) {
        json_decref(json);
        return bs_fail_memory(err);
    }
    if (json) {
        *out = json;
        return BS_OK;
    }
    bs_json_printable(text, sizeof text, error.text);
    return bs_fail(err, BS_REFUSED, "line %d, column %d: %s", error.line, error.column, text);
}

static int dump_into(const char *bytes, size_t length, void *context)
{
    struct bs_buf *buf = context;
    bs_buf_put_n(buf, bytes, length);
    return buf->failed ? -1 : 0;
}

void bs_json_put(struct bs_buf *buf, const json_t *json)
{
    if (json_dump_callback(json, dump_into, buf, JSON_INDENT(1)) != 0 || has_run_out)
        buf->failed = true;
    bs_buf_char(buf, '\n');
}

/* ---- writing --------------------------------------------------------------------------------- */

static json_t *numbers_to_json(const double *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_real(numbers[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *weights_to_json(const struct bs_layer *layer, const double *weights)
{
    const size_t inputs = (size_t)layer->inputs;
    json_t *rows = json_array();
    for (size_t j = 0; j < (size_t)layer->units; j++)
        if (json_array_append_new(rows, numbers_to_json(weights + j * inputs, inputs)) < 0) {
            json_decref(rows);
            return NULL;
        }
    return rows;
}

/* The formula of an activation defined at run time, in ASCII; nothing for the others. */
static void put_formula(struct bs_buf *buf, const struct bs_func *func)
{
    const struct bs_style style = {.form = BS_ASCII, .digits = BS_ALL_FIGURES};
    const bs_expr body = bs_func_body(func);
    if (body)
        bs_typeset(buf, body, &style);
}

static bool add_formula(json_t *object, const struct bs_func *func)
{
    struct bs_buf buf = BS_BUF_INIT;
    put_formula(&buf, func);
    bool is_added = !buf.failed;
    if (is_added && buf.length > 0)
        is_added = json_object_set_new(object, "formula", json_string(bs_buf_text(&buf))) == 0;
    bs_buf_finish(&buf);
    return is_added;
}

/* NULL when out of memory; so are all of these. */
static json_t *layer_to_json(const struct bs_layer *layer, const double *params)
{
    const struct bs_setting *setting = &layer->setting;
    json_t *object = json_object();
    bool is_whole =
        json_object_set_new(object, "units", json_integer(layer->units)) == 0 &&
        json_object_set_new(object, "activation", json_string(layer->activation->name)) == 0 &&
        add_formula(object, layer->activation);
    if (is_whole && setting->count > 0)
        is_whole =
            json_object_set_new(object, "setting",
                                numbers_to_json(setting->values, (size_t)setting->count)) == 0;
    is_whole = is_whole &&
               json_object_set_new(object, "weights",
                                   weights_to_json(layer, params + layer->weights)) == 0 &&
               json_object_set_new(
                   object, "biases",
                   numbers_to_json(params + layer->biases, (size_t)bs_layer_biases(layer))) == 0;
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
    begin();
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
    return bs_fail_memory(err);
}

/* ---- reading: values ------------------------------------------------------------------------- */

const char *bs_json_describe(const json_t *json)
{
    if (!json)
        return "nothing";
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    }
    return "nothing";
}

static int refuse(const char *place, const char *wanted, const json_t *got, struct bs_error *err)
{
    return bs_fail(err, BS_REFUSED, "%s must be %s, got %s", place, wanted, bs_json_describe(got));
}

int bs_json_check_keys(const json_t *object, const char *place, const char *const *names,
                       struct bs_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        char hint[96], shown[64];
        struct bs_nearest nearest;
        bool is_known = false;
        bs_nearest_init(&nearest, key);
        for (int i = 0; names[i]; i++) {
            is_known = is_known || strcmp(names[i], key) == 0;
            bs_nearest_offer(&nearest, names[i]);
        }
        bs_json_printable(shown, sizeof shown, key);
        if (!is_known)
            return bs_fail(err, BS_REFUSED, "%s has \"%s\", which this program does not know%s",
                           place, shown, bs_nearest_hint(&nearest, hint));
    }
    return BS_OK;
}

static int read_integer(int *out, const json_t *json, const char *place, int most,
                        struct bs_error *err)
{
    if (!json_is_integer(json))
        return refuse(place, "a whole number", json, err);
    const json_int_t value = json_integer_value(json);
    if (value < 1 || value > most)
        return bs_fail(err, BS_REFUSED, "%s must be from 1 to %d, got %lld", place, most,
                       (long long)value);
    *out = (int)value;
    return BS_OK;
}

static int read_string(const char **out, const json_t *json, const char *place,
                       struct bs_error *err)
{
    *out = json_string_value(json);
    return *out ? BS_OK : refuse(place, "a string", json, err);
}

/* Is it a list of `count` things? */
static int check_list(const json_t *json, size_t count, const char *place, const char *noun,
                      struct bs_error *err)
{
    if (!json_is_array(json))
        return refuse(place, "a list", json, err);
    if (json_array_size(json) != count)
        return bs_fail(err, BS_REFUSED, "%s must have %zu %s%s, got %zu", place, count, noun,
                       count == 1 ? "" : "s", json_array_size(json));
    return BS_OK;
}

enum { PLACE = 96 };

/* JSON has no number that is not finite. */
static int read_numbers(double *out, const json_t *list, const char *place, struct bs_error *err)
{
    char item[PLACE + 24];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_number(number)) {
            snprintf(item, sizeof item, "%s[%zu]", place, i + 1);
            return refuse(item, "a number", number, err);
        }
        out[i] = json_number_value(number);
    }
    return BS_OK;
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
static const char *name_place(char place[static PLACE], int layer, const char *field)
{
    snprintf(place, PLACE, "layers[%d].%s", layer, field);
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
        return refuse("schema", "a whole number", schema, err);
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

static int read_loss(struct reading *reading, const json_t *json)
{
    const char *name;
    char hint[96], shown[64];
    struct bs_nearest nearest;
    int status = read_string(&name, json, "loss", reading->err);
    if (status < 0)
        return status;
    reading->spec.loss = bs_loss_find(name);
    if (reading->spec.loss)
        return BS_OK;
    bs_nearest_init(&nearest, name);
    for (const struct bs_loss *row = bs_losses; row->name; row++)
        bs_nearest_offer(&nearest, row->name);
    bs_json_printable(shown, sizeof shown, name);
    return bs_fail(reading->err, BS_REFUSED, "loss: there is no loss called \"%s\"%s", shown,
                   bs_nearest_hint(&nearest, hint));
}

static int refuse_function(const char *place, const char *name, const char *formula,
                           struct bs_error *err)
{
    char shown[64], shown_formula[200];
    bs_json_printable(shown, sizeof shown, name);
    bs_json_printable(shown_formula, sizeof shown_formula, formula ? formula : "");
    if (!formula)
        return bs_fail(err, BS_REFUSED, "%s: there is no activation called \"%s\"", place, shown);
    return bs_fail(err, BS_REFUSED,
                   "%s: the network was saved with another %s than there is now: define(\"%s\", "
                   "\"%s\") first",
                   place, shown, shown, shown_formula);
}

/* A function defined at run time must be what it was. */
static int check_formula(const struct bs_func *func, const char *formula, const char *name,
                         const char *place, struct bs_error *err)
{
    struct bs_buf buf = BS_BUF_INIT;
    int status = BS_OK;
    if (func)
        put_formula(&buf, func);
    if (buf.failed)
        status = bs_fail_memory(err);
    else if (!func || strcmp(bs_buf_text(&buf), formula ? formula : "") != 0)
        status = refuse_function(place, name, formula, err);
    bs_buf_finish(&buf);
    return status;
}

static int read_activation(struct reading *reading, const json_t *object, int layer)
{
    const json_t *formula = json_object_get(object, "formula");
    const char *name;
    char place[PLACE];
    name_place(place, layer, "formula");
    if (formula && !json_is_string(formula))
        return refuse(place, "a string", formula, reading->err);
    name_place(place, layer, "activation");
    int status = read_string(&name, json_object_get(object, "activation"), place, reading->err);
    if (status < 0)
        return status;
    const struct bs_func *func = bs_func_find(name);
    reading->activations[layer - 1] = func;
    return check_formula(func, json_string_value(formula), name, place, reading->err);
}

static int read_setting(struct reading *reading, const json_t *json, int layer)
{
    struct bs_setting *setting = &reading->settings[layer - 1];
    char place[PLACE];
    name_place(place, layer, "setting");
    setting->count = 0;
    if (!json)
        return BS_OK;
    if (!json_is_array(json))
        return refuse(place, "a list", json, reading->err);
    if (json_array_size(json) > BS_MOST_PARAMETERS)
        return bs_fail(reading->err, BS_REFUSED, "%s must have at most %d numbers, got %zu", place,
                       BS_MOST_PARAMETERS, json_array_size(json));
    setting->count = (int)json_array_size(json);
    return read_numbers(setting->values, json, place, reading->err);
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
    char place[PLACE], row[PLACE + 24];
    int status = check_list(json_object_get(object, "biases"), count_biases(reading, layer),
                            name_place(place, layer, "biases"), "number", reading->err);
    if (status == BS_OK)
        status =
            check_list(weights, units, name_place(place, layer, "weights"), "row", reading->err);
    for (size_t j = 0; status == BS_OK && j < units; j++) {
        snprintf(row, sizeof row, "%s[%zu]", place, j + 1);
        status = check_list(json_array_get(weights, j), inputs, row, "number", reading->err);
    }
    return status;
}

static int read_layer(struct reading *reading, int layer)
{
    static const char *const keys[] = {"units",   "activation", "formula", "setting",
                                       "weights", "biases",     NULL};
    const json_t *object = json_array_get(reading->layers, (size_t)layer - 1);
    char place[PLACE];
    snprintf(place, sizeof place, "layers[%d]", layer);
    if (!json_is_object(object))
        return refuse(place, "an object", object, reading->err);
    int status = bs_json_check_keys(object, place, keys, reading->err);
    if (status == BS_OK)
        status = read_integer(&reading->sizes[layer], json_object_get(object, "units"),
                              name_place(place, layer, "units"), BS_MAX_UNITS, reading->err);
    if (status == BS_OK)
        status = read_activation(reading, object, layer);
    if (status == BS_OK)
        status = read_setting(reading, json_object_get(object, "setting"), layer);
    return status == BS_OK ? check_counts(reading, object, layer) : status;
}

static int read_layers(struct reading *reading)
{
    const size_t depth = json_array_size(reading->layers);
    int status = BS_OK;
    if (!json_is_array(reading->layers))
        return refuse("layers", "a list", reading->layers, reading->err);
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
    const json_t *kink = json_object_get(json, "kink");
    int status = read_integer(&reading->sizes[0], json_object_get(json, "inputs"), "inputs",
                              BS_MAX_UNITS, reading->err);
    if (status == BS_OK && !json_is_number(kink))
        status = refuse("kink", "a number", kink, reading->err);
    reading->spec.kink = json_number_value(kink);
    if (status == BS_OK)
        status = read_bias(reading, json_object_get(json, "bias"));
    if (status == BS_OK)
        status = read_loss(reading, json_object_get(json, "loss"));
    return status == BS_OK ? read_layers(reading) : status;
}

/* The counts are right. */
static int read_parameters(struct bs_net *net, const struct reading *reading)
{
    double *params = net->params->values;
    int status = BS_OK;
    char place[PLACE], row[PLACE + 24];
    for (int l = 0; status == BS_OK && l < net->arch->depth; l++) {
        const struct bs_layer *layer = &net->arch->layers[l];
        const json_t *object = json_array_get(reading->layers, (size_t)l);
        const json_t *weights = json_object_get(object, "weights");
        status = read_numbers(params + layer->biases, json_object_get(object, "biases"),
                              name_place(place, l + 1, "biases"), reading->err);
        for (size_t j = 0; status == BS_OK && j < (size_t)layer->units; j++) {
            snprintf(row, sizeof row, "layers[%d].weights[%zu]", l + 1, j + 1);
            status = read_numbers(params + layer->weights + j * (size_t)layer->inputs,
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
    if (status == BS_OK)
        status = bs_json_check_keys(json, "the network", keys, err);
    if (status == BS_OK)
        status = read_shape(&reading, json);
    return status == BS_OK ? make_net(out, &reading) : status;
}
