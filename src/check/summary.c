/*
 * The summary for the instructor.  Invariant: every question has been counted `sheets` times; the
 * questions are those of the first record.
 */
#include "check/summary.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/width.h"
#include "check/report_parts.h"
#include "check/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct mistake_count {
    int64_t count;
    const char *example; /* a sentence, of the first */
};

struct question {
    const char *name, *shown;
    int64_t verdicts[BS_VERDICTS];
    struct mistake_count mistakes[BS_MISTAKE_KINDS];
    double points;
};

struct bs_summary {
    char lang[8];
    struct bs_arena *texts;
    struct question *questions;
    int count;
    int64_t sheets;
    double points, most; /* sums over the sheets */
};

struct bs_summary *bs_summary_create(const char *lang)
{
    struct bs_summary *summary = bs_calloc(1, sizeof *summary);
    struct bs_arena *texts = bs_arena_create();
    if (!summary || !texts) {
        bs_free(summary);
        bs_arena_destroy(texts);
        return NULL;
    }
    summary->texts = texts;
    strncpy(summary->lang, lang, sizeof summary->lang - 1);
    return summary;
}

void bs_summary_destroy(struct bs_summary *summary)
{
    if (!summary)
        return;
    bs_arena_destroy(summary->texts);
    bs_free(summary->questions);
    bs_free(summary);
}

/* ---- counting --------------------------------------------------------------------------------
 */

static const char *keep(struct bs_summary *summary, const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = bs_arena_alloc(summary->texts, size);
    return kept ? memcpy(kept, text, size) : NULL;
}

/* Until all of them are there, the summary has none. */
static int take_questions(struct bs_summary *summary, const struct bs_result *result,
                          struct bs_error *err)
{
    struct question *questions = bs_calloc((size_t)result->questions, sizeof *questions);
    if (!questions)
        return bs_fail_memory(err);
    for (int k = 0; k < result->questions; k++) {
        const struct bs_item *item = bs_finding_item(result, &result->findings[k]);
        questions[k].name = keep(summary, item->name);
        questions[k].shown = keep(summary, item->shown);
        if (!questions[k].name || !questions[k].shown) {
            bs_free(questions);
            return bs_fail_memory(err);
        }
    }
    summary->questions = questions;
    summary->count = result->questions;
    return BS_OK;
}

static int agree_on_questions(const struct bs_summary *summary, const struct bs_record *record,
                              struct bs_error *err)
{
    const struct bs_result *result = record->result;
    bool agree = result->questions == summary->count;
    for (int k = 0; agree && k < summary->count; k++)
        agree = strcmp(bs_finding_item(result, &result->findings[k])->name,
                       summary->questions[k].name) == 0;
    if (agree)
        return BS_OK;
    return bs_fail(err, BS_REFUSED, "%s answers other questions than the sheets before it",
                   record->source);
}

/* One cause is claimed, not several that fit. */
static bool is_diagnosed(const struct bs_finding *finding)
{
    return finding->verdict == BS_WRONG && finding->reason == BS_REASON_NONE &&
           finding->diagnosis.mistake.kind != BS_NO_MISTAKE && finding->diagnosis.others == 0;
}

/* Make sure that the kind of mistake has a sentence. */
static int take_example(struct bs_summary *summary, int question, struct bs_found found,
                        struct bs_error *err)
{
    const struct bs_finding *finding = found.finding;
    struct mistake_count *mistake =
        &summary->questions[question].mistakes[finding->diagnosis.mistake.kind];
    if (mistake->example)
        return BS_OK;
    struct bs_buf text = BS_BUF_INIT;
    bs_diagnosis_put(&text, found.result->key, finding->item, &finding->diagnosis, false,
                     summary->lang);
    mistake->example = text.failed ? NULL : keep(summary, bs_buf_text(&text));
    bs_buf_finish(&text);
    return mistake->example ? BS_OK : bs_fail_memory(err);
}

static void count_question(struct question *question, const struct bs_finding *finding,
                           double points)
{
    question->verdicts[finding->verdict]++;
    question->points += points;
    if (is_diagnosed(finding))
        question->mistakes[finding->diagnosis.mistake.kind].count++;
}

/* All that can fail comes first; an example without a count is not shown. */
int bs_summary_add(struct bs_summary *summary, const struct bs_record *record, struct bs_error *err)
{
    const struct bs_result *result = record->result;
    int status = summary->questions ? BS_OK : take_questions(summary, result, err);
    if (status == BS_OK)
        status = agree_on_questions(summary, record, err);
    for (int k = 0; status == BS_OK && k < summary->count; k++)
        if (is_diagnosed(bs_record_found(record, k).finding))
            status = take_example(summary, k, bs_record_found(record, k), err);
    if (status < 0)
        return status;
    for (int k = 0; k < summary->count; k++)
        count_question(&summary->questions[k], bs_record_found(record, k).finding,
                       record->mark->questions[k].points);
    summary->sheets++;
    summary->points += record->mark->points;
    summary->most += record->mark->most;
    return BS_OK;
}

/* ---- the table -------------------------------------------------------------------------------
 */

/* Columns: the question, a verdict each, the points on average. */
enum { NAME = 0, FIRST_VERDICT = 1, MEAN = FIRST_VERDICT + BS_VERDICTS, COLUMNS };
enum { HEADING = -1 };

static double mean(const struct bs_summary *summary, double sum)
{
    return summary->sheets > 0 ? sum / (double)summary->sheets : 0;
}

static bool is_left_out(const struct bs_summary *summary, int column)
{
    if (column == NAME || column == MEAN)
        return false;
    for (int k = 0; k < summary->count; k++)
        if (summary->questions[k].verdicts[column - FIRST_VERDICT] > 0)
            return false;
    return true;
}

static void put_heading(struct bs_buf *buf, const struct bs_summary *summary, int column)
{
    if (column == NAME)
        bs_buf_put(buf, bs_says(BS_SAY_QUESTION, summary->lang));
    else if (column == MEAN)
        bs_buf_put(buf, bs_says(BS_SAY_MEAN, summary->lang));
    else
        bs_buf_put(buf, bs_verdict_word((enum bs_verdict)(column - FIRST_VERDICT), summary->lang));
}

static void put_cell(struct bs_buf *buf, const struct bs_summary *summary, int row, int column)
{
    const struct question *question = &summary->questions[row];
    if (row == HEADING)
        put_heading(buf, summary, column);
    else if (column == NAME)
        bs_buf_put(buf, question->shown);
    else if (column == MEAN)
        bs_put_points(buf, mean(summary, question->points));
    else
        bs_buf_printf(buf, "%" PRId64, question->verdicts[column - FIRST_VERDICT]);
}

/* The width of a column's widest cell; 0 where the column is left out. */
static int width_of(struct bs_buf *scratch, const struct bs_summary *summary, int column)
{
    int width = 0;
    for (int row = HEADING; !is_left_out(summary, column) && row < summary->count; row++) {
        bs_buf_cut(scratch, 0);
        put_cell(scratch, summary, row, column);
        int cell = bs_width(bs_buf_text(scratch));
        width = cell > width ? cell : width;
    }
    return width;
}

/* Names to the left, numbers and what is above them to the right of their columns. */
static void put_row(struct bs_buf *buf, const struct bs_summary *summary, int row,
                    const int widths[static COLUMNS])
{
    struct bs_buf cell = BS_BUF_INIT;
    for (int column = 0; column < COLUMNS; column++) {
        if (widths[column] == 0)
            continue;
        bs_buf_cut(&cell, 0);
        put_cell(&cell, summary, row, column);
        int gap = widths[column] - bs_width(bs_buf_text(&cell));
        bs_buf_put(buf, "  ");
        bs_buf_repeat(buf, " ", column == NAME ? 0 : gap);
        bs_buf_put(buf, bs_buf_text(&cell));
        bs_buf_repeat(buf, " ", column == NAME ? gap : 0);
    }
    bs_buf_char(buf, '\n');
    buf->failed |= cell.failed;
    bs_buf_finish(&cell);
}

static void put_table(struct bs_buf *buf, const struct bs_summary *summary)
{
    int widths[COLUMNS];
    struct bs_buf scratch = BS_BUF_INIT;
    for (int column = 0; column < COLUMNS; column++)
        widths[column] = width_of(&scratch, summary, column);
    buf->failed |= scratch.failed;
    bs_buf_finish(&scratch);
    for (int row = HEADING; row < summary->count; row++)
        put_row(buf, summary, row, widths);
}

/* ---- the list of mistakes --------------------------------------------------------------------
 */

/* The kinds that were diagnosed, the most frequent first; of two alike, as the table has them. */
static int sort_kinds(int kinds[static BS_MISTAKE_KINDS], const struct question *question)
{
    int count = 0;
    for (int kind = 0; kind < BS_MISTAKE_KINDS; kind++) {
        int64_t times = question->mistakes[kind].count;
        int at = times > 0 ? count++ : 0;
        for (; at > 0 && question->mistakes[kinds[at - 1]].count < times; at--)
            kinds[at] = kinds[at - 1];
        if (times > 0)
            kinds[at] = kind;
    }
    return count;
}

static void put_mistake(struct bs_buf *buf, const struct bs_summary *summary,
                        const struct question *question, int kind)
{
    const struct mistake_count *mistake = &question->mistakes[kind];
    bs_buf_printf(buf, "  %s  %" PRId64 " × ", question->shown, mistake->count);
    const char *pieces[] = {bs_mistake_noun((enum bs_mistake_kind)kind, summary->lang),
                            mistake->example};
    bs_say(buf, BS_SAY_ABOUT, summary->lang, pieces);
    bs_buf_char(buf, '\n');
}

static void put_mistakes(struct bs_buf *buf, const struct bs_summary *summary)
{
    bool is_first = true;
    for (int k = 0; k < summary->count; k++) {
        int kinds[BS_MISTAKE_KINDS];
        int count = sort_kinds(kinds, &summary->questions[k]);
        if (count > 0 && is_first)
            bs_buf_printf(buf, "%s\n", bs_says(BS_SAY_MISTAKES, summary->lang));
        is_first &= count == 0;
        for (int i = 0; i < count; i++)
            put_mistake(buf, summary, &summary->questions[k], kinds[i]);
    }
}

static void put_total(struct bs_buf *buf, const struct bs_summary *summary)
{
    struct bs_buf sheets = BS_BUF_INIT, points = BS_BUF_INIT, most = BS_BUF_INIT;
    bs_buf_printf(&sheets, "%" PRId64, summary->sheets);
    bs_put_points(&points, mean(summary, summary->points));
    bs_put_points(&most, mean(summary, summary->most));
    const char *pieces[] = {bs_buf_text(&sheets), bs_buf_text(&points), bs_buf_text(&most)};
    if (summary->sheets == 0)
        bs_say(buf, BS_SAY_NO_SHEETS, summary->lang, NULL);
    else if (summary->sheets == 1)
        bs_say(buf, BS_SAY_ONE_SHEET, summary->lang, pieces + 1);
    else
        bs_say(buf, BS_SAY_SHEETS, summary->lang, pieces);
    bs_buf_char(buf, '\n');
    buf->failed |= sheets.failed || points.failed || most.failed;
    bs_buf_finish(&sheets);
    bs_buf_finish(&points);
    bs_buf_finish(&most);
}

int bs_summary_put(struct bs_buf *buf, const struct bs_summary *summary, struct bs_error *err)
{
    put_total(buf, summary);
    if (summary->sheets > 0)
        put_table(buf, summary);
    put_mistakes(buf, summary);
    return buf->failed ? bs_fail_memory(err) : BS_OK;
}
