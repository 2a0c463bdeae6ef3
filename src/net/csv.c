/*
 * CSV, taken apart by libcsv, whose memory is ours.  It does not know where it is, so it is fed a
 * line at a time.  The values of the first line are kept as text until it ends, since only then is
 * it known whether they are names; from then on each value is read where it is found.
 */
#include "net/read.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/width.h"

#include <csv.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A column of the file that is not read. */
#define UNREAD SIZE_MAX

struct reader {
    const struct bs_csv_form *form;
    size_t line;  /* of the file, from 1 */
    size_t field; /* of the line, from 0 */
    char **first; /* the values of the first line that is not empty */
    size_t fields, first_capacity;
    size_t first_line; /* its number; 0 until it has ended */
    bool has_names;
    size_t *place;  /* of each column of the file in a row of the matrix, or UNREAD */
    size_t columns; /* of the matrix */
    double *values;
    size_t count, capacity;
    int status;
    struct bs_error *err;
};

/* ---- values ---------------------------------------------------------------------------------- */

enum { SHOWN = 40, WORD = SHOWN + 8 };

/* A value as a message can have it: not long, no control characters, UTF-8. */
static const char *describe(char word[static WORD], const char *text, size_t length)
{
    size_t at = 0;
    for (size_t read = 0, bytes; read < length; read += bytes) {
        uint32_t code;
        bytes = bs_utf8_read(&code, text + read, length - read);
        bool is_shown = code >= 0x20 && (code < 0x7F || code >= 0xA0) && (bytes > 1 || code < 0x80);
        if (at + bytes > SHOWN) {
            memcpy(word + at, "…", sizeof "…");
            return word;
        }
        memcpy(word + at, is_shown ? text + read : "?", is_shown ? bytes : 1);
        at += is_shown ? bytes : 1;
    }
    word[at] = '\0';
    return word;
}

/* A number in decimals; not what strtod takes besides: spaces, 0x10, inf, nan. */
static bool is_number(double *value, const char *text, size_t length)
{
    char *end;
    if (length == 0 || strspn(text, "0123456789+-.eE") != length)
        return false;
    *value = strtod(text, &end);
    return end == text + length && isfinite(*value);
}

/* "line 3, column 2 (sugar): ..." */
static int refuse_value(struct reader *reader, size_t line, size_t field, const char *text,
                        size_t length)
{
    char word[WORD], name[WORD];
    const char *called = reader->has_names ? reader->first[field] : "";
    describe(name, called, strlen(called));
    if (length == 0)
        return bs_fail(reader->err, BS_REFUSED, "line %zu, column %zu%s%s%s is empty", line,
                       field + 1, *called ? " (" : "", name, *called ? ")" : "");
    return bs_fail(reader->err, BS_REFUSED,
                   "line %zu, column %zu%s%s%s: \"%s\" is not a finite number", line, field + 1,
                   *called ? " (" : "", name, *called ? ")" : "", describe(word, text, length));
}

/* The row of the matrix that this line is was made room for when it began. */
static int read_value(struct reader *reader, size_t line, size_t field, const char *text,
                      size_t length)
{
    const size_t place = reader->place[field];
    if (place == UNREAD)
        return BS_OK;
    return is_number(&reader->values[reader->count + place], text, length)
               ? BS_OK
               : refuse_value(reader, line, field, text, length);
}

static int begin_row(struct reader *reader)
{
    return bs_grow(&reader->values, &reader->capacity, reader->count + reader->columns,
                   sizeof *reader->values)
               ? BS_OK
               : bs_fail_memory(reader->err);
}

/* ---- the first line -------------------------------------------------------------------------- */

static int keep_first(struct reader *reader, const char *text, size_t length)
{
    if (memchr(text, '\0', length))
        return bs_fail(reader->err, BS_REFUSED,
                       "line %zu, column %zu has a byte 0, so it is no text", reader->line,
                       reader->field + 1);
    if (!bs_grow(&reader->first, &reader->first_capacity, reader->fields + 1,
                 sizeof *reader->first))
        return bs_fail_memory(reader->err);
    char *copy = bs_strndup(text, length);
    if (!copy)
        return bs_fail_memory(reader->err);
    reader->first[reader->fields++] = copy;
    return BS_OK;
}

static bool has_number(const struct reader *reader)
{
    double value;
    for (size_t j = 0; j < reader->fields; j++)
        if (is_number(&value, reader->first[j], strlen(reader->first[j])))
            return true;
    return false;
}

/* Names are shown to people. */
static int check_names(const struct reader *reader)
{
    for (size_t j = 0; j < reader->fields; j++) {
        const char *name = reader->first[j];
        size_t left = strlen(name);
        for (size_t bytes; left > 0; name += bytes, left -= bytes) {
            uint32_t code;
            bytes = bs_utf8_read(&code, name, left);
            if (code < 0x20 || (code >= 0x7F && code < 0xA0) || (bytes == 1 && code >= 0x80))
                return bs_fail(reader->err, BS_REFUSED,
                               "line %zu, column %zu: the name of a column is text in UTF-8 "
                               "without control characters",
                               reader->first_line, j + 1);
        }
    }
    return BS_OK;
}

/* The column of the file that is wanted. */
static int find_wanted(size_t *field, const struct reader *reader, const struct bs_wanted *wanted)
{
    struct bs_nearest nearest;
    char hint[96];
    if (!wanted->name) {
        *field = wanted->number - 1;
        return *field < reader->fields
                   ? BS_OK
                   : bs_fail(reader->err, BS_REFUSED, "column %zu is not there: line %zu has %zu",
                             wanted->number, reader->first_line, reader->fields);
    }
    if (!reader->has_names)
        return bs_fail(reader->err, BS_REFUSED,
                       "no column is called \"%s\": line %zu does not name the columns",
                       wanted->name, reader->first_line);
    bs_nearest_init(&nearest, wanted->name);
    for (size_t j = 0; j < reader->fields; j++) {
        *field = j;
        if (strcmp(reader->first[j], wanted->name) == 0)
            return BS_OK;
        bs_nearest_offer(&nearest, reader->first[j]);
    }
    return bs_fail(reader->err, BS_REFUSED, "no column is called \"%s\"%s", wanted->name,
                   bs_nearest_hint(&nearest, hint));
}

static int place_columns(struct reader *reader)
{
    const struct bs_csv_form *form = reader->form;
    reader->place = bs_realloc_array(NULL, reader->fields, sizeof *reader->place);
    if (!reader->place)
        return bs_fail_memory(reader->err);
    for (size_t j = 0; j < reader->fields; j++)
        reader->place[j] = form->wanted_count ? UNREAD : j;
    reader->columns = form->wanted_count ? form->wanted_count : reader->fields;
    for (size_t k = 0; k < form->wanted_count; k++) {
        size_t field = 0;
        int status = find_wanted(&field, reader, &form->wanted[k]);
        if (status < 0)
            return status;
        if (reader->place[field] != UNREAD)
            return bs_fail(reader->err, BS_REFUSED, "column %zu is asked for twice", field + 1);
        reader->place[field] = k;
    }
    return BS_OK;
}

static int read_first(struct reader *reader)
{
    int status = begin_row(reader);
    for (size_t j = 0; status == BS_OK && j < reader->fields; j++)
        status =
            read_value(reader, reader->first_line, j, reader->first[j], strlen(reader->first[j]));
    if (status == BS_OK)
        reader->count += reader->columns;
    return status;
}

static int end_first(struct reader *reader)
{
    const enum bs_header header = reader->form->header;
    reader->first_line = reader->line;
    reader->has_names =
        header == BS_HEADER_YES || (header == BS_HEADER_IF_WORDS && !has_number(reader));
    int status = reader->has_names ? check_names(reader) : BS_OK;
    if (status == BS_OK)
        status = place_columns(reader);
    if (status == BS_OK && !reader->has_names)
        status = read_first(reader);
    return status;
}

/* ---- what libcsv finds ----------------------------------------------------------------------- */

static int take_field(struct reader *reader, const char *text, size_t length)
{
    if (!reader->first_line)
        return keep_first(reader, text, length);
    if (reader->field >= reader->fields)
        return BS_OK; /* too many: said when the line ends */
    int status = reader->field == 0 ? begin_row(reader) : BS_OK;
    return status < 0 ? status : read_value(reader, reader->line, reader->field, text, length);
}

static void on_field(void *text, size_t length, void *context)
{
    struct reader *reader = context;
    if (reader->status == BS_OK)
        reader->status = take_field(reader, text ? text : "", length);
    reader->field++;
}

static int end_line(struct reader *reader)
{
    if (!reader->first_line)
        return end_first(reader);
    if (reader->field != reader->fields)
        return bs_fail(reader->err, BS_REFUSED, "line %zu has %zu value%s where line %zu has %zu",
                       reader->line, reader->field, reader->field == 1 ? "" : "s",
                       reader->first_line, reader->fields);
    reader->count += reader->columns;
    return BS_OK;
}

static void on_line(int end, void *context)
{
    struct reader *reader = context;
    (void)end;
    if (reader->status == BS_OK)
        reader->status = end_line(reader);
    reader->field = 0;
}

/* The bytes up to and with the next end of a line: \n, \r\n or \r. */
static size_t line_length(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length && bytes[at] != '\n' && bytes[at] != '\r')
        at++;
    if (at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n')
        at++;
    return at < length ? at + 1 : length;
}

static int refuse_quotes(const struct reader *reader, int error)
{
    if (error == CSV_ENOMEM || error == CSV_ETOOBIG)
        return bs_fail_memory(reader->err);
    return bs_fail(reader->err, BS_REFUSED,
                   "line %zu, column %zu: a quotation mark is not in its place: a value in them "
                   "starts and ends with one, and doubles those inside",
                   reader->line, reader->field + 1);
}

static int parse(struct reader *reader, struct csv_parser *parser, const char *bytes, size_t length)
{
    for (size_t count; length > 0; bytes += count, length -= count) {
        count = line_length(bytes, length);
        reader->line++;
        if (bs_is_interrupted())
            return bs_fail_interrupted(reader->err);
        if (csv_parse(parser, bytes, count, on_field, on_line, reader) != count)
            return refuse_quotes(reader, csv_error(parser));
        if (reader->status < 0)
            return reader->status;
    }
    if (csv_fini(parser, on_field, on_line, reader) != 0)
        return refuse_quotes(reader, csv_error(parser));
    return reader->status;
}

static int run_parser(struct reader *reader, const char *bytes, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* what some programs start UTF-8 with */
    struct csv_parser parser;
    if (length >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0) {
        bytes += strlen(mark);
        length -= strlen(mark);
    }
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_realloc_func(&parser, bs_realloc);
    csv_set_free_func(&parser, bs_free);
    csv_set_delim(&parser, (unsigned char)reader->form->separator);
    int status = parse(reader, &parser, bytes, length);
    csv_free(&parser);
    return status;
}

/* ---- the matrix ------------------------------------------------------------------------------ */

static int name_columns(struct bs_data *matrix, const struct reader *reader)
{
    if (!reader->has_names)
        return BS_OK;
    const char **names = bs_realloc_array(NULL, reader->columns, sizeof *names);
    if (!names)
        return bs_fail_memory(reader->err);
    for (size_t j = 0; j < reader->fields; j++)
        if (reader->place[j] != UNREAD)
            names[reader->place[j]] = reader->first[j];
    int status = bs_data_set_names(matrix, names, reader->err);
    bs_free(names);
    return status;
}

static int make(struct bs_data **out, struct reader *reader)
{
    struct bs_data *made = NULL;
    if (reader->count == 0)
        return bs_fail(reader->err, BS_REFUSED,
                       reader->first_line ? "there is no line of numbers after line %zu"
                                          : "there is nothing in it",
                       reader->first_line);
    double *values = reader->values;
    reader->values = NULL;
    int status =
        bs_data_adopt(&made, values, reader->count / reader->columns, reader->columns, reader->err);
    if (status == BS_OK)
        status = name_columns(made, reader);
    if (status == BS_OK)
        *out = made;
    else
        bs_data_drop(made);
    return status;
}

static void finish(struct reader *reader)
{
    for (size_t j = 0; j < reader->fields; j++)
        bs_free(reader->first[j]);
    bs_free(reader->first);
    bs_free(reader->place);
    bs_free(reader->values);
}

int bs_csv_read(struct bs_data **out, const char *bytes, size_t length,
                const struct bs_csv_form *form, struct bs_error *err)
{
    struct reader reader = {.form = form, .err = err};
    int status = run_parser(&reader, bytes, length);
    if (status == BS_OK)
        status = make(out, &reader);
    finish(&reader);
    return status;
}
