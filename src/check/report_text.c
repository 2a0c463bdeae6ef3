/* Results for people at a terminal of 80 columns. */
#include "check/report_parts.h"

#include "base/prose.h"
#include "base/width.h"
#include "check/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 80, TYPED_ROOM = 20, HEADING_ROOM = 60, ROW_INDENT = 2, REASON_INDENT = 6, GAP = 2 };

/* Around the caret of a complaint. */
enum { SOURCE_INDENT = 4, BEFORE_CARET = 40, AFTER_CARET = 34 };

enum column { NAME, TYPED, VALUE, VERDICT, POINTS, COLUMNS };

struct page {
    struct bs_buf *buf;
    const struct bs_record *record;
    const struct bs_reporting *reporting;
    int widths[COLUMNS]; /* 0: nothing stands there */
};

static void put_points(struct bs_buf *buf, const struct bs_question_mark *mark)
{
    bs_put_points(buf, mark->points);
    bs_buf_char(buf, '/');
    bs_put_points(buf, mark->most);
}

/* The cell of row k, a finding of the record's. */
static void put_cell(struct bs_buf *buf, const struct page *page, int k, enum column column)
{
    const struct bs_found found = bs_record_found(page->record, k);
    const struct bs_finding *finding = found.finding;
    const struct bs_item *item = bs_finding_item(found.result, finding);
    switch (column) {
    case NAME:
        bs_buf_put(buf, item->shown);
        break;
    case TYPED:
        if (finding->typed)
            bs_put_cut(buf, finding->typed->text, strlen(finding->typed->text), TYPED_ROOM);
        break;
    case VALUE:
        if (page->reporting->is_for_marker &&
            bs_finding_shows_value(found.result, finding, page->reporting))
            bs_put_exact(buf, item->value, "−");
        break;
    case VERDICT:
        bs_buf_put(buf, bs_verdict_word(finding->verdict, page->reporting->lang));
        break;
    case POINTS:
    case COLUMNS:
        if (k < page->record->result->questions)
            put_points(buf, &page->record->mark->questions[k]);
    }
}

static void measure(struct page *page)
{
    const struct bs_result *result = page->record->result;
    struct bs_buf cell = BS_BUF_INIT;
    for (int k = 0; k < result->count * COLUMNS; k++) {
        int column = k % COLUMNS;
        bs_buf_cut(&cell, 0);
        put_cell(&cell, page, k / COLUMNS, (enum column)column);
        int width = bs_width(bs_buf_text(&cell));
        if (width > page->widths[column])
            page->widths[column] = width;
    }
    page->buf->failed |= cell.failed;
    bs_buf_finish(&cell);
}

static void put_row(struct page *page, int k)
{
    struct bs_buf *buf = page->buf;
    size_t line = buf->length, end = line;
    int at = 0;
    for (int column = 0; column < COLUMNS; column++) {
        if (page->widths[column] == 0)
            continue;
        bs_buf_pad(buf, line, at + (at ? GAP : ROW_INDENT));
        at += (at ? GAP : ROW_INDENT) + page->widths[column];
        size_t before = buf->length;
        put_cell(buf, page, k, (enum column)column);
        if (buf->length > before)
            end = buf->length;
    }
    bs_buf_cut(buf, end); /* no spaces after the last cell that has something */
    bs_buf_char(buf, '\n');
}

static void put_finding(struct page *page, int k)
{
    const struct bs_found found = bs_record_found(page->record, k);
    put_row(page, k);
    if (!bs_finding_has_reason(found.finding))
        return;
    struct bs_buf reason = BS_BUF_INIT;
    bs_finding_put_reason(&reason, found.result, found.finding, page->reporting);
    bs_put_prose(page->buf, bs_buf_text(&reason), reason.length, REASON_INDENT, PAGE);
    page->buf->failed |= reason.failed;
    bs_buf_finish(&reason);
}

static void put_findings(struct page *page)
{
    const struct bs_result *result = page->record->result;
    for (int k = 0; k < result->count; k++) {
        if (k == result->questions)
            bs_buf_printf(page->buf, "%s\n", bs_says(BS_SAY_ALSO_TYPED, page->reporting->lang));
        put_finding(page, k);
    }
}

static void put_prose(struct page *page, struct bs_buf *text)
{
    bs_put_prose(page->buf, bs_buf_text(text), text->length, 0, PAGE);
    page->buf->failed |= text->failed;
    bs_buf_finish(text);
}

enum heading { STUDENT, LESSON, EARNED, MOST, SOURCE, HEADINGS };

static void put_lesson(struct bs_buf *buf, const struct page *page)
{
    const struct bs_record *record = page->record;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRId64, record->seed);
    const char *pieces[] = {page->reporting->lesson, seed};
    if (record->has_variants)
        bs_say(buf, record->has_seed ? BS_SAY_SEED : BS_SAY_NO_SEED, page->reporting->lang, pieces);
    else
        bs_buf_put(buf, page->reporting->lesson);
}

static void put_heading(struct page *page)
{
    const struct bs_record *record = page->record;
    struct bs_buf cells[HEADINGS] = {BS_BUF_INIT}, lesson = BS_BUF_INIT, whole = BS_BUF_INIT;
    const char *pieces[HEADINGS];
    put_lesson(&lesson, page);
    const char *texts[HEADINGS] = {
        [STUDENT] = record->student, [LESSON] = bs_buf_text(&lesson), [SOURCE] = record->source};
    bs_put_points(&cells[EARNED], record->mark->points);
    bs_put_points(&cells[MOST], record->mark->most);
    for (int k = 0; k < HEADINGS; k++) {
        if (texts[k])
            bs_put_cut(&cells[k], texts[k], strlen(texts[k]), HEADING_ROOM);
        pieces[k] = bs_buf_text(&cells[k]);
    }
    bs_say(&whole, BS_SAY_HEADING, page->reporting->lang, pieces);
    whole.failed |= lesson.failed;
    bs_buf_finish(&lesson);
    for (int k = 0; k < HEADINGS; k++) {
        whole.failed |= cells[k].failed;
        bs_buf_finish(&cells[k]);
    }
    put_prose(page, &whole);
}

/* Append the end of the text that takes at most so many columns. */
static void put_end_of(struct bs_buf *buf, const char *text, int columns)
{
    int width = bs_width(text);
    bool is_cut = width > columns;
    while (width > columns - is_cut) {
        uint32_t code;
        size_t length = bs_utf8_read(&code, text, strlen(text));
        width -= bs_width_n(text, length);
        text += length;
    }
    bs_buf_put(buf, is_cut ? "…" : "");
    bs_buf_put(buf, text);
}

/* The line around the place of the complaint, and a caret under it. */
static void put_place(struct bs_buf *buf, const struct bs_complaint *complaint)
{
    size_t length = strlen(complaint->source);
    size_t at = complaint->column > 0 ? (size_t)complaint->column - 1 : 0;
    at = at < length ? at : length;
    struct bs_buf before = BS_BUF_INIT;
    bs_put_clean_n(&before, complaint->source, at);
    bs_buf_repeat(buf, " ", SOURCE_INDENT);
    size_t start = buf->length;
    put_end_of(buf, bs_buf_text(&before), BEFORE_CARET);
    int width = bs_width(bs_buf_text(buf) + start);
    bs_put_cut(buf, complaint->source + at, length - at, AFTER_CARET);
    bs_buf_char(buf, '\n');
    if (complaint->column > 0) {
        bs_buf_repeat(buf, " ", SOURCE_INDENT + width);
        bs_buf_put(buf, "^\n");
    }
    buf->failed |= before.failed;
    bs_buf_finish(&before);
}

static void put_complaint(struct page *page, const struct bs_complaint *complaint)
{
    struct bs_buf text = BS_BUF_INIT;
    bs_put_complaint(&text, complaint, page->reporting->lang);
    put_prose(page, &text);
    put_place(page->buf, complaint);
}

int bs_text_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                   const struct bs_reporting *reporting)
{
    struct page page = {.buf = buf, .record = record, .reporting = reporting};
    const struct bs_sheet *sheet = record->result->sheet;
    bs_buf_put(buf, is_first ? "" : "\n");
    put_heading(&page);
    measure(&page);
    put_findings(&page);
    for (size_t k = 0; k < sheet->complaint_count; k++)
        put_complaint(&page, &sheet->complaints[k]);
    return bs_report_status(buf);
}
