/*
 * CSV, written by libcsv: for spreadsheets and for the imports of Moodle and Canvas.  Every cell is
 * quoted, has one line, and cannot run as a formula.
 */
#include "check/report_parts.h"

#include "check/words.h"

#include <csv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- cells -----------------------------------------------------------------------------------
 */

/*
 * A spreadsheet takes what starts with one of these for a formula, Chinese and Japanese ones also
 * in full width; some strip white space first (OWASP, "CSV injection").
 */
static bool would_run(const char *text)
{
    static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    while (*text == ' ')
        text++;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
        if (strncmp(text, starts[k], strlen(starts[k])) == 0)
            return true;
    return false;
}

/* Twice the text and two quotes are the most that quoting makes of it. */
static void put_quoted(struct bs_buf *buf, const char *text, size_t length)
{
    const size_t most = 2 * length + 2;
    char *room = bs_buf_room(buf, most);
    if (room)
        bs_buf_wrote(buf, csv_write(room, most, text, length));
    bs_buf_char(buf, ',');
}

/* A word of ours. */
static void put_word(struct bs_buf *buf, const char *word)
{
    put_quoted(buf, word, strlen(word));
}

/* A leading tab or line end is a space once the text is clean. */
static void put_cell(struct bs_buf *buf, const char *text)
{
    struct bs_buf cell = BS_BUF_INIT;
    bs_put_clean(&cell, text);
    if (would_run(bs_buf_text(&cell)))
        bs_buf_splice(&cell, 0, 0, "'");
    put_quoted(buf, bs_buf_text(&cell), cell.length);
    buf->failed |= cell.failed;
    bs_buf_finish(&cell);
}

static void put_points_cell(struct bs_buf *buf, double points)
{
    struct bs_buf cell = BS_BUF_INIT;
    bs_put_points(&cell, points);
    put_word(buf, bs_buf_text(&cell));
    buf->failed |= cell.failed;
    bs_buf_finish(&cell);
}

static void put_cells(struct bs_buf *buf, const char *const *texts, size_t count)
{
    for (size_t k = 0; k < count; k++)
        put_cell(buf, texts[k]);
}

/* In place of the comma after the last cell. */
static int end_row(struct bs_buf *buf)
{
    bs_buf_cut(buf, buf->length - 1);
    bs_buf_put(buf, "\r\n");
    return bs_report_status(buf);
}

/* ---- csv -------------------------------------------------------------------------------------
 */

/* The mark of byte order is how Excel knows that names are UTF-8. */
int bs_csv_begin(struct bs_buf *buf, const struct bs_record *first,
                 const struct bs_reporting *reporting)
{
    (void)reporting;
    bs_buf_put(buf, "\xEF\xBB\xBF");
    put_cells(buf, (const char *[]){"student", "file", "points", "of"}, 4);
    for (int k = 0; first && k < first->result->questions; k++)
        put_cell(buf, bs_finding_item(first->result, &first->result->findings[k])->name);
    return end_row(buf);
}

int bs_csv_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                  const struct bs_reporting *reporting)
{
    (void)is_first, (void)reporting;
    put_cells(buf, (const char *[]){record->student, record->source}, 2);
    put_points_cell(buf, record->mark->points);
    put_points_cell(buf, record->mark->most);
    for (int k = 0; k < record->result->questions; k++)
        put_word(buf, bs_verdict_name(bs_record_found(record, k).finding->verdict));
    return end_row(buf);
}

/* ---- moodle ----------------------------------------------------------------------------------
 *
 * See grade/import/csv of Moodle: columns are chosen by hand from the headings; an empty grade is
 * none; a grade over 100 or one that is no number stops the whole import.
 */

int bs_moodle_begin(struct bs_buf *buf, const struct bs_record *first,
                    const struct bs_reporting *reporting)
{
    (void)first, (void)reporting;
    put_cells(buf, (const char *[]){"Username", "Grade", "Feedback comments"}, 3);
    return end_row(buf);
}

static void put_percent(struct bs_buf *buf, const struct bs_mark *mark)
{
    double percent = 100 * mark->points / mark->most;
    char text[32] = "";
    if (isfinite(percent))
        snprintf(text, sizeof text, "%.2f", fmin(fmax(percent, 0), 100));
    put_cell(buf, text);
}

static void put_sentence(struct bs_buf *buf, struct bs_found found,
                         const struct bs_reporting *reporting)
{
    struct bs_buf reason = BS_BUF_INIT;
    bs_finding_put_reason(&reason, found.result, found.finding, reporting);
    const char *pieces[] = {bs_finding_item(found.result, found.finding)->shown,
                            bs_buf_text(&reason)};
    bs_buf_put(buf, buf->length > 0 ? " " : "");
    bs_say(buf, BS_SAY_ABOUT, reporting->lang, pieces);
    buf->failed |= reason.failed;
    bs_buf_finish(&reason);
}

/* Comments are read by students, whoever imports them. */
static void put_comment(struct bs_buf *buf, const struct bs_record *record,
                        const struct bs_reporting *reporting)
{
    const struct bs_sheet *sheet = record->result->sheet;
    const struct bs_reporting for_student = {.lang = reporting->lang, .lesson = reporting->lesson};
    struct bs_buf comment = BS_BUF_INIT;
    for (int k = 0; k < record->result->questions; k++)
        if (bs_record_found(record, k).finding->verdict != BS_RIGHT)
            put_sentence(&comment, bs_record_found(record, k), &for_student);
    if (comment.length > 0 && sheet->complaint_count > 0)
        bs_buf_char(&comment, ' ');
    bs_put_complaints(&comment, sheet, " ", reporting->lang);
    put_cell(buf, bs_buf_text(&comment));
    buf->failed |= comment.failed;
    bs_buf_finish(&comment);
}

int bs_moodle_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                     const struct bs_reporting *reporting)
{
    (void)is_first;
    put_cell(buf, record->student);
    put_percent(buf, record->mark);
    put_comment(buf, record, reporting);
    return end_row(buf);
}

/* ---- canvas ----------------------------------------------------------------------------------
 *
 * See lib/gradebook_importer.rb of Canvas: columns go by their order; a student is looked for by
 * Canvas's own number, then by SIS User ID, by SIS Login ID and by name, and a sheet says who wrote
 * it in any of the last three.
 */

int bs_canvas_begin(struct bs_buf *buf, const struct bs_record *first,
                    const struct bs_reporting *reporting)
{
    put_cells(buf,
              (const char *[]){"Student", "ID", "SIS User ID", "SIS Login ID", "Section",
                               reporting->lesson},
              6);
    end_row(buf);
    put_cells(buf, (const char *[]){"    Points Possible", "", "", "", ""}, 5);
    if (first)
        put_points_cell(buf, first->mark->most);
    else
        put_cell(buf, "");
    return end_row(buf);
}

int bs_canvas_record(struct bs_buf *buf, const struct bs_record *record, bool is_first,
                     const struct bs_reporting *reporting)
{
    (void)is_first, (void)reporting;
    const char *student = record->student;
    put_cells(buf, (const char *[]){student, "", student, student, ""}, 5);
    put_points_cell(buf, record->mark->points);
    return end_row(buf);
}
