/*
 * JUnit's XML, by Mini-XML.  Its memory is its own, so whatever it could not make is noticed here:
 * what was set is looked for.
 */
#include "check/report_parts.h"

#include "base/mem.h"

#include <mxml.h>
#include <string.h>

struct writer {
    const struct bs_record *record;
    const struct bs_reporting *reporting;
    bool failed;
};

/* Without a parent, which could not be made then, the node would belong to nobody. */
static mxml_node_t *add(struct writer *writer, mxml_node_t *parent, const char *element)
{
    mxml_node_t *node = parent ? mxmlNewElement(parent, element) : NULL;
    writer->failed |= !node;
    return node;
}

/* Takes the text, which is clean, over. */
static void set(struct writer *writer, mxml_node_t *node, const char *name, struct bs_buf *text)
{
    mxmlElementSetAttr(node, name, bs_buf_text(text));
    writer->failed |= text->failed || !mxmlElementGetAttr(node, name);
    bs_buf_finish(text);
}

static void set_text(struct writer *writer, mxml_node_t *node, const char *name, const char *text)
{
    struct bs_buf cleaned = BS_BUF_INIT;
    bs_put_clean(&cleaned, text);
    set(writer, node, name, &cleaned);
}

static void set_count(struct writer *writer, mxml_node_t *node, const char *name, int count)
{
    struct bs_buf text = BS_BUF_INIT;
    bs_buf_printf(&text, "%d", count);
    set(writer, node, name, &text);
}

/* ---- verdicts as JUnit has them --------------------------------------------------------------
 */

enum outcome { PASSED, FAILURE, ERROR, SKIPPED, OUTCOMES };

static const char *const elements[] = {
    [FAILURE] = "failure", [ERROR] = "error", [SKIPPED] = "skipped"};
static const char *const totals[] = {
    [FAILURE] = "failures", [ERROR] = "errors", [SKIPPED] = "skipped"};

static enum outcome outcome_of(const struct bs_finding *finding)
{
    if (bs_finding_is_accepted(finding))
        return PASSED;
    switch (finding->verdict) {
    case BS_FAULT:
        return ERROR;
    case BS_UNANSWERED:
        return SKIPPED;
    default:
        return FAILURE;
    }
}

static void add_case(struct writer *writer, mxml_node_t *suite, struct bs_found found)
{
    const struct bs_finding *finding = found.finding;
    const enum outcome outcome = outcome_of(finding);
    mxml_node_t *node = add(writer, suite, "testcase");
    set_text(writer, node, "classname", writer->reporting->lesson);
    set_text(writer, node, "name", bs_finding_item(found.result, finding)->name);
    if (outcome == PASSED)
        return;
    struct bs_buf message = BS_BUF_INIT;
    bs_finding_put(&message, found.result, finding, writer->reporting);
    node = add(writer, node, elements[outcome]);
    set_text(writer, node, "type", bs_verdict_name(finding->verdict));
    set(writer, node, "message", &message);
}

static void set_totals(struct writer *writer, mxml_node_t *suite)
{
    const struct bs_result *result = writer->record->result;
    int counts[OUTCOMES] = {0};
    for (int k = 0; k < result->questions; k++)
        counts[outcome_of(bs_record_found(writer->record, k).finding)]++;
    set_count(writer, suite, "tests", result->questions);
    for (int outcome = FAILURE; outcome < OUTCOMES; outcome++)
        set_count(writer, suite, totals[outcome], counts[outcome]);
}

static void add_complaints(struct writer *writer, mxml_node_t *suite)
{
    const struct bs_sheet *sheet = writer->record->result->sheet;
    struct bs_buf text = BS_BUF_INIT;
    bs_put_complaints(&text, sheet, "\n", writer->reporting->lang);
    mxml_node_t *parent = text.length > 0 ? add(writer, suite, "system-err") : NULL;
    if (parent)
        writer->failed |= !mxmlNewOpaque(parent, bs_buf_text(&text)) || !mxmlGetOpaque(parent);
    writer->failed |= text.failed;
    bs_buf_finish(&text);
}

/* ---- documents -------------------------------------------------------------------------------
 */

/* A line an element; the text in system-err stands as it is. */
static const char *space_around(mxml_node_t *node, int where)
{
    bool has_text = mxmlGetFirstChild(node) && mxmlGetType(mxmlGetFirstChild(node)) == MXML_OPAQUE;
    switch (where) {
    case MXML_WS_AFTER_OPEN:
        return has_text ? NULL : "\n";
    case MXML_WS_AFTER_CLOSE:
        return "\n";
    default:
        return NULL;
    }
}

/* Mini-XML would write to standard error. */
static void keep_silent(const char *message)
{
    (void)message;
}

/* Written twice, first for the length: Mini-XML fills what room there is and counts the rest. */
static void put_node(struct bs_buf *buf, struct writer *writer, mxml_node_t *node)
{
    char start[2];
    mxmlSetWrapMargin(0);
    int length = mxmlSaveString(node, start, sizeof start, space_around);
    char *text = length < 0 ? NULL : bs_alloc((size_t)length + 1);
    if (text && !writer->failed) {
        mxmlSaveString(node, text, length + 1, space_around);
        bs_buf_put_n(buf, text, (size_t)length);
    }
    buf->failed |= writer->failed || !text;
    bs_free(text);
}

int bs_junit_begin(struct bs_buf *buf, const struct bs_record *first,
                   const struct bs_reporting *reporting)
{
    (void)first, (void)reporting;
    bs_buf_put(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    return bs_report_status(buf);
}

int bs_junit_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                    const struct bs_reporting *reporting)
{
    (void)is_first;
    struct writer writer = {.record = record, .reporting = reporting};
    mxmlSetErrorCallback(keep_silent);
    mxml_node_t *suite = mxmlNewElement(MXML_NO_PARENT, "testsuite");
    set_text(&writer, suite, "name", record->student);
    set_text(&writer, suite, "file", record->source);
    set_totals(&writer, suite);
    for (int k = 0; k < record->result->questions; k++)
        add_case(&writer, suite, bs_record_found(record, k));
    add_complaints(&writer, suite);
    put_node(buf, &writer, suite);
    mxmlDelete(suite);
    return bs_report_status(buf);
}

int bs_junit_end(struct bs_buf *buf, const struct bs_reporting *reporting)
{
    (void)reporting;
    bs_buf_put(buf, "</testsuites>\n");
    return bs_report_status(buf);
}
