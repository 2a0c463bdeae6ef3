#include "net/save_stack.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "net/loss.h"
#include "net/save.h"
#include "net/stack.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- writing --------------------------------------------------------------------------------- */

/* `value` under a key, also where it could not be made; false when out of memory. */
static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *whole_or_null(json_t *json, bool is_whole)
{
    if (is_whole)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *option_to_json(const struct bs_stage_option *option, const double values[2])
{
    if (option->type == BS_OPTION_INTEGER)
        return json_integer((json_int_t)values[0]);
    if (option->type == BS_OPTION_PAIR)
        return bs_json_of_numbers(values, 2);
    if (option->type == BS_OPTION_FLAG)
        return json_boolean(values[0] != 0);
    return json_real(values[0]);
}

/* Those that are not as usual; one that must be given has NAN for usual, and is never that. */
static json_t *options_to_json(const struct bs_stage_spec *spec)
{
    json_t *object = json_object();
    bool is_whole = object;
    for (int i = 0; spec->kind->options[i].name && is_whole; i++) {
        const struct bs_stage_option *option = &spec->kind->options[i];
        const bool is_usual =
            spec->options[i][0] == option->usual && spec->options[i][1] == option->usual;
        if (!is_usual)
            is_whole = set(object, option->name, option_to_json(option, spec->options[i]));
    }
    return whole_or_null(object, is_whole);
}

static json_t *layers_to_json(const struct bs_stage_spec *specs, int count);

static json_t *layer_to_json(const struct bs_stage_spec *spec)
{
    json_t *object = json_object();
    bool is_whole = set(object, "layer", json_string(spec->kind->name)) &&
                    set(object, "options", options_to_json(spec));
    if (is_whole && spec->name[0])
        is_whole = set(object, "name", json_string(spec->name));
    if (is_whole && spec->activation && spec->kind->has_activation)
        is_whole = bs_json_add_activation(object, spec->activation, &spec->setting);
    if (is_whole && spec->within > 0)
        is_whole = set(object, "layers", layers_to_json(spec + 1, spec->within));
    return whole_or_null(object, is_whole);
}

static json_t *layers_to_json(const struct bs_stage_spec *specs, int count)
{
    json_t *list = json_array();
    bool is_whole = list;
    for (int i = 0; i < count && is_whole; i += 1 + specs[i].within)
        is_whole = json_array_append_new(list, layer_to_json(&specs[i])) == 0;
    return whole_or_null(list, is_whole);
}

static json_t *input_to_json(const struct bs_shape *shape)
{
    json_t *object = json_object(), *sizes = json_array();
    bool is_whole = set(object, "sizes", sizes) && set(object, "steps", json_integer(shape->steps));
    for (int i = 0; i < shape->rank && is_whole; i++)
        is_whole = json_array_append_new(sizes, json_integer(shape->size[i])) == 0;
    return whole_or_null(object, is_whole);
}

enum { LONGEST_KEY = BS_LONGEST_STAGE_NAME + 32 };

/* The name of an array of parameters; false of another array. */
static bool name_parameters(char key[static LONGEST_KEY], const struct bs_stage *stage, int a)
{
    const struct bs_array *array = &stage->arrays[a];
    snprintf(key, LONGEST_KEY, "%s_%s", stage->name, array->symbol);
    return bs_array_is_kept(array);
}

static json_t *parameters_to_json(const struct bs_net *net)
{
    const struct bs_stack *stack = net->arch->stack;
    json_t *object = json_object();
    bool is_whole = object;
    char key[LONGEST_KEY];
    for (int s = 0; s < stack->count; s++)
        for (int a = 0; a < stack->stages[s].array_count && is_whole; a++) {
            const struct bs_array *array = &stack->stages[s].arrays[a];
            if (name_parameters(key, &stack->stages[s], a))
                is_whole =
                    set(object, key,
                        bs_json_of_numbers(net->params->values + array->first, array->count));
        }
    return whole_or_null(object, is_whole);
}

int bs_stack_to_json(json_t **out, const struct bs_net *net, struct bs_error *err)
{
    const struct bs_arch *arch = net->arch;
    json_t *object = json_object();
    if (set(object, "backstep", json_string("network")) &&
        set(object, "schema", json_integer(BS_NET_SCHEMA)) &&
        set(object, "input", input_to_json(&arch->stack->in)) &&
        set(object, "loss", json_string(arch->loss->name)) &&
        set(object, "kink", json_real(arch->kink)) &&
        set(object, "stack", layers_to_json(arch->stack->specs, arch->stack->spec_count)) &&
        set(object, "parameters", parameters_to_json(net))) {
        *out = object;
        return BS_OK;
    }
    json_decref(object);
    return bs_json_fail(err);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reading {
    struct bs_shape in;
    struct bs_stage_spec *specs;
    size_t count, capacity;
    const struct bs_loss *loss;
    double kink;
    struct bs_error *err;
};

static int read_number(double *out, const json_t *json, const char *place,
                       const struct bs_stage_option *option, struct bs_error *err)
{
    const bool is_whole = option->type != BS_OPTION_REAL;
    if (option->type == BS_OPTION_FLAG && json_is_boolean(json)) {
        *out = json_is_true(json);
        return BS_OK;
    }
    if (!json_is_number(json))
        return bs_json_refuse(place, "a number", json, err);
    *out = json_number_value(json);
    if (*out < option->least || *out > option->greatest || (is_whole && *out != floor(*out)))
        return bs_fail(err, BS_REFUSED, "%s must be %sfrom %g to %g, got %g", place,
                       is_whole ? "whole, " : "", option->least, option->greatest, *out);
    return BS_OK;
}

static int read_option(struct bs_stage_spec *spec, int i, const json_t *json, const char *at,
                       struct bs_error *err)
{
    const struct bs_stage_option *option = &spec->kind->options[i];
    char place[BS_JSON_PLACE + 48];
    snprintf(place, sizeof place, "%s.options.%s", at, option->name);
    if (option->type != BS_OPTION_PAIR) {
        int status = read_number(&spec->options[i][0], json, place, option, err);
        spec->options[i][1] = spec->options[i][0];
        return status;
    }
    int status = bs_json_check_list(json, 2, place, "number", err);
    for (size_t k = 0; k < 2 && status == BS_OK; k++)
        status = read_number(&spec->options[i][k], json_array_get(json, k), place, option, err);
    return status;
}

static int read_options(struct bs_stage_spec *spec, const json_t *object, const char *at,
                        struct bs_error *err)
{
    const char *names[BS_MOST_STAGE_OPTIONS + 1] = {NULL};
    char place[BS_JSON_PLACE + 16];
    snprintf(place, sizeof place, "%s.options", at);
    for (int i = 0; spec->kind->options[i].name; i++)
        names[i] = spec->kind->options[i].name;
    if (!json_is_object(object))
        return bs_json_refuse(place, "an object", object, err);
    int status = bs_json_check_keys(object, place, names, err);
    for (int i = 0; names[i] && status == BS_OK; i++) {
        const json_t *value = json_object_get(object, names[i]);
        if (value)
            status = read_option(spec, i, value, at, err);
        else if (isnan(spec->options[i][0]))
            status = bs_fail(err, BS_REFUSED, "%s needs %s", place, names[i]);
    }
    return status;
}

static int read_kind(const struct bs_stage_kind **out, const json_t *json, const char *at,
                     struct bs_error *err)
{
    const char *name;
    char place[BS_JSON_PLACE + 16], shown[64], hint[96];
    struct bs_nearest nearest;
    snprintf(place, sizeof place, "%s.layer", at);
    int status = bs_json_read_string(&name, json, place, err);
    if (status < 0)
        return status;
    *out = bs_stage_kind_find(name);
    if (*out)
        return BS_OK;
    bs_nearest_init(&nearest, name);
    for (const struct bs_stage_kind *const *kind = bs_stage_kinds; *kind; kind++)
        bs_nearest_offer(&nearest, (*kind)->name);
    bs_json_printable(shown, sizeof shown, name);
    return bs_fail(err, BS_REFUSED, "%s: there is no layer called \"%s\"%s", place, shown,
                   bs_nearest_hint(&nearest, hint));
}

static int read_name(struct bs_stage_spec *spec, const json_t *json, const char *at,
                     struct bs_error *err)
{
    const char *name;
    char place[BS_JSON_PLACE + 16];
    snprintf(place, sizeof place, "%s.name", at);
    if (!json)
        return BS_OK;
    int status = bs_json_read_string(&name, json, place, err);
    if (status < 0)
        return status;
    if (strlen(name) > BS_LONGEST_STAGE_NAME)
        return bs_fail(err, BS_REFUSED, "%s has %zu letters, at most %d are possible", place,
                       strlen(name), BS_LONGEST_STAGE_NAME);
    memcpy(spec->name, name, strlen(name) + 1);
    return BS_OK;
}

static int read_fields(struct bs_stage_spec *spec, const json_t *object, const char *at,
                       struct bs_error *err)
{
    static const char *const keys[] = {"layer",   "name",    "options", "activation",
                                       "formula", "setting", "layers",  NULL};
    const struct bs_stage_kind *kind;
    char place[BS_JSON_PLACE + 16];
    if (!json_is_object(object))
        return bs_json_refuse(at, "an object", object, err);
    int status = bs_json_check_keys(object, at, keys, err);
    if (status == BS_OK)
        status = read_kind(&kind, json_object_get(object, "layer"), at, err);
    if (status < 0)
        return status;
    bs_stage_spec_init(spec, kind);
    snprintf(place, sizeof place, "%s.setting", at);
    status = read_name(spec, json_object_get(object, "name"), at, err);
    if (status == BS_OK)
        status = read_options(spec, json_object_get(object, "options"), at, err);
    if (status == BS_OK && json_object_get(object, "activation") && !kind->has_activation)
        status = bs_fail(err, BS_REFUSED, "%s: %s takes no activation", at, kind->name);
    if (status == BS_OK && json_object_get(object, "activation"))
        status = bs_json_read_activation(&spec->activation, object, at, err);
    if (status == BS_OK)
        status =
            bs_json_read_setting(&spec->setting, json_object_get(object, "setting"), place, err);
    return status;
}

static int read_layers(struct reading *reading, const json_t *list, const char *at);

/* A layer, and those within it after it: no deeper than there are layers. */
static int read_layer(struct reading *reading, const json_t *object, const char *at)
{
    const json_t *within = json_object_get(object, "layers");
    char place[BS_JSON_PLACE];
    const size_t own = reading->count;
    if (own == BS_MOST_STAGES)
        return bs_fail(reading->err, BS_REFUSED, "%s: a network has at most %d layers", at,
                       BS_MOST_STAGES);
    if (!bs_grow(&reading->specs, &reading->capacity, own + 1, sizeof *reading->specs))
        return bs_fail_memory(reading->err);
    int status = read_fields(&reading->specs[reading->count++], object, at, reading->err);
    if (status < 0)
        return status;
    if (!within != !reading->specs[own].kind->holds_layers)
        return bs_fail(reading->err, BS_REFUSED, "%s: %s takes %s layers within it", at,
                       reading->specs[own].kind->name, within ? "no" : "some");
    if (!within)
        return BS_OK;
    snprintf(place, sizeof place, "%.60s.layers", at);
    status = read_layers(reading, within, place);
    reading->specs[own].within = (int)(reading->count - own - 1);
    return status;
}

static int read_layers(struct reading *reading, const json_t *list, const char *at)
{
    int status = BS_OK;
    char place[BS_JSON_PLACE];
    if (!json_is_array(list))
        return bs_json_refuse(at, "a list", list, reading->err);
    if (json_array_size(list) == 0)
        return bs_fail(reading->err, BS_REFUSED, "%s is empty", at);
    for (size_t i = 0; i < json_array_size(list) && status == BS_OK; i++) {
        snprintf(place, sizeof place, "%.70s[%zu]", at, i + 1);
        status = read_layer(reading, json_array_get(list, i), place);
    }
    return status;
}

static int read_input(struct reading *reading, const json_t *json)
{
    static const char *const keys[] = {"sizes", "steps", NULL};
    const json_t *sizes = json_object_get(json, "sizes"), *steps = json_object_get(json, "steps");
    struct bs_shape *shape = &reading->in;
    if (!json_is_object(json))
        return bs_json_refuse("input", "an object", json, reading->err);
    int status = bs_json_check_keys(json, "input", keys, reading->err);
    if (status == BS_OK && (json_array_size(sizes) < 1 || json_array_size(sizes) > 3))
        status = bs_fail(reading->err, BS_REFUSED, "input.sizes must be a list of 1 to 3 numbers");
    shape->rank = (int)json_array_size(sizes);
    for (int i = 0; i < shape->rank && status == BS_OK; i++)
        status = bs_json_read_integer(&shape->size[i], json_array_get(sizes, (size_t)i),
                                      "input.sizes", BS_MAX_UNITS, reading->err);
    if (status == BS_OK && !(json_is_integer(steps) && json_integer_value(steps) == 0))
        status =
            bs_json_read_integer(&shape->steps, steps, "input.steps", BS_MAX_UNITS, reading->err);
    return status;
}

static int read_all(struct reading *reading, const json_t *json)
{
    static const char *const keys[] = {"backstep", "schema",     "input",    "loss", "kink",
                                       "stack",    "parameters", "training", NULL};
    int status = bs_json_check_keys(json, "the network", keys, reading->err);
    if (status == BS_OK)
        status = read_input(reading, json_object_get(json, "input"));
    if (status == BS_OK)
        status = bs_json_read_loss(&reading->loss, json_object_get(json, "loss"), reading->err);
    if (status == BS_OK)
        status = bs_json_read_kink(&reading->kink, json_object_get(json, "kink"), reading->err);
    if (status == BS_OK && reading->kink != 0 && reading->kink != 0.5 && reading->kink != 1)
        status =
            bs_fail(reading->err, BS_REFUSED, "kink must be 0, 0.5 or 1, got %g", reading->kink);
    return status == BS_OK ? read_layers(reading, json_object_get(json, "stack"), "stack") : status;
}

/* How many numbers there are in the lists of an object: a network has no more. */
static size_t count_numbers(const json_t *object)
{
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) count += json_array_size(value);
    return count;
}

static int read_array(double *values, const struct bs_array *array, const json_t *object,
                      const char *key, struct bs_error *err)
{
    const json_t *list = json_object_get(object, key);
    char place[BS_JSON_PLACE];
    snprintf(place, sizeof place, "parameters.%s", key);
    int status = bs_json_check_list(list, array->count, place, "number", err);
    if (status == BS_OK)
        status = bs_json_read_numbers(values + array->first, list, place, err);
    return status == BS_OK ? bs_array_check(array, values + array->first, place, err) : status;
}

static int read_parameters(struct bs_net *net, const json_t *object, struct bs_error *err)
{
    const struct bs_stack *stack = net->arch->stack;
    size_t arrays = 0;
    char key[LONGEST_KEY];
    int status = BS_OK;
    for (int s = 0; s < stack->count; s++)
        for (int a = 0; a < stack->stages[s].array_count && status == BS_OK; a++)
            if (name_parameters(key, &stack->stages[s], a)) {
                status =
                    read_array(net->params->values, &stack->stages[s].arrays[a], object, key, err);
                arrays++;
            }
    if (status == BS_OK && json_object_size(object) != arrays)
        status = bs_fail(err, BS_REFUSED, "parameters has %zu lists, the network has %zu arrays",
                         json_object_size(object), arrays);
    return status;
}

static int make_arch(struct bs_arch **out, const struct reading *reading)
{
    struct bs_stack *stack;
    int status = bs_stack_create(&stack, &reading->in, reading->specs, (int)reading->count,
                                 reading->kink, reading->err);
    return status == BS_OK ? bs_arch_of_stack(out, stack, reading->loss, reading->err) : status;
}

/* Nothing as large as the network is made before its numbers are seen to be there. */
static int make_net(struct bs_net **out, const struct reading *reading, const json_t *parameters)
{
    struct bs_arch *arch = NULL;
    struct bs_net *net = NULL;
    if (!json_is_object(parameters))
        return bs_json_refuse("parameters", "an object", parameters, reading->err);
    int status = make_arch(&arch, reading);
    if (status == BS_OK && count_numbers(parameters) != arch->parameters)
        status =
            bs_fail(reading->err, BS_REFUSED, "parameters must have %zu numbers in all, got %zu",
                    arch->parameters, count_numbers(parameters));
    if (status == BS_OK)
        status = bs_net_create(&net, arch, reading->err);
    if (status == BS_OK)
        status = read_parameters(net, parameters, reading->err);
    bs_arch_drop(arch);
    if (status == BS_OK)
        *out = net;
    else
        bs_net_destroy(net);
    return status;
}

int bs_stack_of_json(struct bs_net **out, const json_t *json, struct bs_error *err)
{
    struct reading reading = {.err = err};
    int status = read_all(&reading, json);
    if (status == BS_OK)
        status = make_net(out, &reading, json_object_get(json, "parameters"));
    bs_free(reading.specs);
    return status;
}
