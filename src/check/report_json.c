/*
 * JSON, by jansson, whose memory is ours.  An object under way is one value: a part of it that
 * could not be made leaves `failed` set, and nothing of it is written.
 */
#include "check/report_parts.h"

#include "base/mem.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* Enough to tell what a double is but for its last bit: 0.1 stays 0.1. */
#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

struct writer {
    const struct bs_record *record;
    const struct bs_reporting *reporting;
    struct bs_found found; /* of which an object is under way */
    struct bs_buf text;    /* of the next string */
    bool failed;
};

static void start(struct writer *writer, const struct bs_record *record,
                  const struct bs_reporting *reporting)
{
    json_set_alloc_funcs(bs_alloc, bs_free);
    *writer = (struct writer){.record = record, .reporting = reporting, .text = BS_BUF_INIT};
}

static void put(struct writer *writer, json_t *object, const char *key, json_t *value)
{
    writer->failed |= json_object_set_new(object, key, value) != 0;
}

static void append(struct writer *writer, json_t *array, json_t *value)
{
    writer->failed |= json_array_append_new(array, value) != 0;
}

/* What stands in the writer's text. */
static json_t *take_text(struct writer *writer)
{
    json_t *string = json_stringn(bs_buf_text(&writer->text), writer->text.length);
    writer->failed |= writer->text.failed;
    bs_buf_finish(&writer->text);
    return string;
}

static void put_text(struct writer *writer, json_t *object, const char *key, const char *text)
{
    bs_put_clean(&writer->text, text);
    put(writer, object, key, take_text(writer));
}

/* Left out where it is not finite. */
static void put_number(struct writer *writer, json_t *object, const char *key, double value)
{
    if (isfinite(value))
        put(writer, object, key, json_real(value));
}

static void put_integer(struct writer *writer, json_t *object, const char *key, int value)
{
    put(writer, object, key, json_integer(value));
}

/* null where the figures are the printed ones. */
static void put_seed(struct writer *writer, json_t *object)
{
    const struct bs_record *record = writer->record;
    if (record->has_variants)
        put(writer, object, "seed", record->has_seed ? json_integer(record->seed) : json_null());
}

static int dump_into(const char *bytes, size_t length, void *context)
{
    struct bs_buf *buf = context;
    bs_buf_put_n(buf, bytes, length);
    return buf->failed ? -1 : 0;
}

/* Takes the object over. */
static int finish(struct bs_buf *buf, struct writer *writer, json_t *object)
{
    writer->failed |= !object || json_dump_callback(object, dump_into, buf, DUMP_FLAGS) != 0;
    buf->failed |= writer->failed;
    json_decref(object);
    return bs_report_status(buf);
}

/* ---- json ------------------------------------------------------------------------------------
 */

static const char *const reasons[] = {
    [BS_REASON_ZERO] = "zero",
    [BS_REASON_TRIVIAL] = "trivial",
    [BS_REASON_NOT_ASKED] = "not-asked",
    [BS_REASON_NOT_ALLOWED] = "not-allowed",
};

static void put_item(struct writer *writer, json_t *object, const char *key, int item)
{
    if (item >= 0)
        put_text(writer, object, key, bs_key_item(writer->found.result->key, item)->name);
}

static json_t *conventions_of(struct writer *writer)
{
    json_t *array = json_array();
    for (unsigned bit = BS_CONVENTION_SIGN; bit <= BS_CONVENTION_LAYOUT; bit *= 2)
        if (writer->record->result->conventions & bit)
            append(writer, array, json_string(bs_convention_name((enum bs_convention)bit)));
    return array;
}

static json_t *mistake_of(struct writer *writer, const struct bs_diagnosis *diagnosis)
{
    json_t *object = json_object();
    put_text(writer, object, "kind", bs_mistake_name(diagnosis->mistake.kind));
    put_item(writer, object, "item", diagnosis->item);
    if (diagnosis->formula) {
        struct bs_style style = {.form = BS_ASCII, .digits = BS_ALL_FIGURES};
        bs_key_typeset(writer->found.result->key, &writer->text, diagnosis->formula, NULL, &style);
        put(writer, object, "formula", take_text(writer));
    }
    if (diagnosis->second.kind != BS_NO_MISTAKE)
        put_text(writer, object, "second", bs_mistake_name(diagnosis->second.kind));
    if (diagnosis->others > 0)
        put_integer(writer, object, "others", diagnosis->others);
    put_item(writer, object, "tell_apart", diagnosis->tell_apart);
    return object;
}

static void put_mark(struct writer *writer, json_t *object, int question)
{
    const struct bs_question_mark *mark = &writer->record->mark->questions[question];
    put_number(writer, object, "points", mark->points);
    put_number(writer, object, "of", mark->most);
    if (mark->attempt >= 0)
        put_integer(writer, object, "attempt", mark->attempt + 1);
}

static void put_verdict(struct writer *writer, json_t *object, const struct bs_finding *finding)
{
    put_text(writer, object, "verdict", bs_verdict_name(finding->verdict));
    if (finding->reason != BS_REASON_NONE)
        put_text(writer, object, "reason", reasons[finding->reason]);
    if (finding->verdict == BS_CONVENTION || finding->reason == BS_REASON_NOT_ALLOWED)
        put_text(writer, object, "convention", bs_convention_name(finding->convention));
    if (finding->verdict == BS_FOLLOWS || finding->reason == BS_REASON_TRIVIAL)
        put_item(writer, object, "origin", finding->origin);
    if (finding->verdict == BS_WRONG && finding->diagnosis.mistake.kind != BS_NO_MISTAKE)
        put(writer, object, "mistake", mistake_of(writer, &finding->diagnosis));
}

static json_t *answer_of(struct writer *writer, int place)
{
    writer->found = bs_record_found(writer->record, place);
    const struct bs_result *result = writer->found.result;
    const struct bs_finding *finding = writer->found.finding;
    const struct bs_item *item = bs_finding_item(result, finding);
    json_t *object = json_object();
    put_text(writer, object, "name", item->name);
    put_text(writer, object, "shown", item->shown);
    if (place < result->questions)
        put_integer(writer, object, "question", place + 1);
    if (finding->typed) {
        put_text(writer, object, "typed", finding->typed->text);
        put_integer(writer, object, "line", finding->typed->line);
    }
    put_verdict(writer, object, finding);
    if (place < result->questions)
        put_mark(writer, object, place);
    if (bs_finding_shows_value(result, finding, writer->reporting))
        put_number(writer, object, "exact", item->value);
    bs_finding_put_reason(&writer->text, result, finding, writer->reporting);
    put(writer, object, "text", take_text(writer));
    return object;
}

static json_t *complaint_of(struct writer *writer, const struct bs_complaint *complaint)
{
    json_t *object = json_object();
    put_integer(writer, object, "line", complaint->line);
    put_integer(writer, object, "column", complaint->column);
    put_text(writer, object, "text", complaint->text);
    return object;
}

static void put_lists(struct writer *writer, json_t *object)
{
    const struct bs_result *result = writer->record->result;
    json_t *answers = json_array(), *complaints = json_array();
    for (int k = 0; k < result->count; k++)
        append(writer, answers, answer_of(writer, k));
    for (size_t k = 0; k < result->sheet->complaint_count; k++)
        append(writer, complaints, complaint_of(writer, &result->sheet->complaints[k]));
    put(writer, object, "conventions", conventions_of(writer));
    put(writer, object, "answers", answers);
    put(writer, object, "complaints", complaints);
}

int bs_json_begin(struct bs_buf *buf, const struct bs_record *first,
                  const struct bs_reporting *reporting)
{
    (void)first, (void)reporting;
    bs_buf_put(buf, "[");
    return bs_report_status(buf);
}

int bs_json_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                   const struct bs_reporting *reporting)
{
    struct writer writer;
    start(&writer, record, reporting);
    json_t *object = json_object();
    put_integer(&writer, object, "schema", BS_REPORT_SCHEMA);
    put_text(&writer, object, "lesson", reporting->lesson);
    put_text(&writer, object, "student", record->student);
    put_text(&writer, object, "source", record->source);
    put_seed(&writer, object);
    put_number(&writer, object, "points", record->mark->points);
    put_number(&writer, object, "of", record->mark->most);
    put_lists(&writer, object);
    bs_buf_put(buf, is_first ? "\n" : ",\n");
    return finish(buf, &writer, object);
}

int bs_json_end(struct bs_buf *buf, const struct bs_reporting *reporting)
{
    (void)reporting;
    bs_buf_put(buf, "\n]\n");
    return bs_report_status(buf);
}

/* ---- gradescope ------------------------------------------------------------------------------
 *
 * As https://gradescope-autograders.readthedocs.io/en/latest/specs/ has results.json.  Output of
 * the whole would be read as HTML there, unless it is said to be text.  Tests are for the student
 * to see, unless they show what the student has not earned.
 */

static void put_output(struct writer *writer, json_t *object)
{
    const struct bs_finding *finding = writer->found.finding;
    if (finding->typed) {
        bs_put_clean(&writer->text, finding->typed->text);
        bs_buf_char(&writer->text, '\n');
    }
    bs_finding_put(&writer->text, writer->found.result, finding, writer->reporting);
    put(writer, object, "output", take_text(writer));
}

static json_t *test_of(struct writer *writer, int question)
{
    writer->found = bs_record_found(writer->record, question);
    const struct bs_finding *finding = writer->found.finding;
    const struct bs_question_mark *mark = &writer->record->mark->questions[question];
    const bool passes = bs_finding_is_accepted(finding) || finding->verdict == BS_FAULT;
    json_t *object = json_object();
    put_text(writer, object, "name", bs_finding_item(writer->found.result, finding)->shown);
    put_number(writer, object, "score", mark->points);
    put_number(writer, object, "max_score", mark->most);
    put_text(writer, object, "status", passes ? "passed" : "failed");
    put_output(writer, object);
    put_text(writer, object, "visibility", writer->reporting->is_for_marker ? "hidden" : "visible");
    return object;
}

int bs_gradescope_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                         const struct bs_reporting *reporting)
{
    struct writer writer;
    start(&writer, record, reporting);
    json_t *object = json_object(), *tests = json_array();
    put_number(&writer, object, "score", record->mark->points);
    bs_put_complaints(&writer.text, record->result->sheet, "\n", reporting->lang);
    put(&writer, object, "output", take_text(&writer));
    put_text(&writer, object, "output_format", "text");
    for (int question = 0; question < record->result->questions; question++)
        append(&writer, tests, test_of(&writer, question));
    put(&writer, object, "tests", tests);
    bs_buf_put(buf, is_first ? "" : "\n");
    return finish(buf, &writer, object);
}
