#include "net/json.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/width.h"
#include "expr/typeset.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

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

/* Jansson asks for memory often and for nothing else, so this is where an interrupt ends it. */
static void *alloc_for_json(size_t size)
{
    void *block = bs_is_interrupted() ? NULL : bs_alloc(size);
    has_run_out = has_run_out || !block;
    return block;
}

void bs_json_start(void)
{
    json_set_alloc_funcs(alloc_for_json, bs_free);
    has_run_out = false;
}

int bs_json_fail(struct bs_error *err)
{
    return bs_is_interrupted() ? bs_fail_interrupted(err) : bs_fail_memory(err);
}

int bs_json_parse(json_t **out, const char *bytes, size_t length, struct bs_error *err)
{
    json_error_t error;
    char text[sizeof error.text];
    bs_json_start();
    json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (has_run_out) {
        json_decref(json);
        return bs_json_fail(err);
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
    return buf->failed || bs_is_interrupted() ? -1 : 0;
}

void bs_json_put(struct bs_buf *buf, const json_t *json)
{
    if (json_dump_callback(json, dump_into, buf, JSON_INDENT(1)) != 0 || has_run_out)
        buf->failed = true;
    bs_buf_char(buf, '\n');
}

json_t *bs_json_of_numbers(const double *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_real(numbers[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
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

bool bs_json_add_activation(json_t *object, const struct bs_func *func,
                            const struct bs_setting *setting)
{
    const size_t count = (size_t)setting->count;
    return json_object_set_new(object, "activation", json_string(func->name)) == 0 &&
           add_formula(object, func) &&
           (count == 0 || json_object_set_new(object, "setting",
                                              bs_json_of_numbers(setting->values, count)) == 0);
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

int bs_json_refuse(const char *place, const char *wanted, const json_t *got, struct bs_error *err)
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

int bs_json_read_integer(int *out, const json_t *json, const char *place, int most,
                         struct bs_error *err)
{
    if (!json_is_integer(json))
        return bs_json_refuse(place, "a whole number", json, err);
    const json_int_t value = json_integer_value(json);
    if (value < 1 || value > most)
        return bs_fail(err, BS_REFUSED, "%s must be from 1 to %d, got %lld", place, most,
                       (long long)value);
    *out = (int)value;
    return BS_OK;
}

int bs_json_read_string(const char **out, const json_t *json, const char *place,
                        struct bs_error *err)
{
    *out = json_string_value(json);
    return *out ? BS_OK : bs_json_refuse(place, "a string", json, err);
}

/* Is it a list of `count` things? */
int bs_json_check_list(const json_t *json, size_t count, const char *place, const char *noun,
                       struct bs_error *err)
{
    if (!json_is_array(json))
        return bs_json_refuse(place, "a list", json, err);
    if (json_array_size(json) != count)
        return bs_fail(err, BS_REFUSED, "%s must have %zu %s%s, got %zu", place, count, noun,
                       count == 1 ? "" : "s", json_array_size(json));
    return BS_OK;
}

/* JSON has no number that is not finite. */
int bs_json_read_numbers(double *out, const json_t *list, const char *place, struct bs_error *err)
{
    char item[BS_JSON_PLACE + 24];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_number(number)) {
            snprintf(item, sizeof item, "%s[%zu]", place, i + 1);
            return bs_json_refuse(item, "a number", number, err);
        }
        out[i] = json_number_value(number);
    }
    return BS_OK;
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

int bs_json_read_activation(const struct bs_func **out, const json_t *object, const char *at,
                            struct bs_error *err)
{
    const json_t *formula = json_object_get(object, "formula");
    const char *name;
    char place[BS_JSON_PLACE + 24];
    snprintf(place, sizeof place, "%s.formula", at);
    if (formula && !json_is_string(formula))
        return bs_json_refuse(place, "a string", formula, err);
    snprintf(place, sizeof place, "%s.activation", at);
    int status = bs_json_read_string(&name, json_object_get(object, "activation"), place, err);
    if (status < 0)
        return status;
    *out = bs_func_find(name);
    return check_formula(*out, json_string_value(formula), name, place, err);
}

int bs_json_read_setting(struct bs_setting *setting, const json_t *json, const char *place,
                         struct bs_error *err)
{
    setting->count = 0;
    if (!json)
        return BS_OK;
    if (!json_is_array(json))
        return bs_json_refuse(place, "a list", json, err);
    if (json_array_size(json) > BS_MOST_PARAMETERS)
        return bs_fail(err, BS_REFUSED, "%s must have at most %d numbers, got %zu", place,
                       BS_MOST_PARAMETERS, json_array_size(json));
    setting->count = (int)json_array_size(json);
    return bs_json_read_numbers(setting->values, json, place, err);
}

int bs_json_read_loss(const struct bs_loss **out, const json_t *json, struct bs_error *err)
{
    const char *name;
    char hint[96], shown[64];
    struct bs_nearest nearest;
    int status = bs_json_read_string(&name, json, "loss", err);
    if (status < 0)
        return status;
    *out = bs_loss_find(name);
    if (*out)
        return BS_OK;
    bs_nearest_init(&nearest, name);
    for (const struct bs_loss *row = bs_losses; row->name; row++)
        bs_nearest_offer(&nearest, row->name);
    bs_json_printable(shown, sizeof shown, name);
    return bs_fail(err, BS_REFUSED, "loss: there is no loss called \"%s\"%s", shown,
                   bs_nearest_hint(&nearest, hint));
}

int bs_json_read_kink(double *out, const json_t *json, struct bs_error *err)
{
    if (!json_is_number(json))
        return bs_json_refuse("kink", "a number", json, err);
    *out = json_number_value(json);
    return BS_OK;
}
