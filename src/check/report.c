/* The table of formats, what they have in common, and a finding in sentences. */
#include "check/report_parts.h"

#include "base/width.h"
#include "check/words.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const struct bs_format bs_formats[] = {
    {"text", ".txt", "for reading at a terminal", bs_report_begin_nothing, bs_text_record,
     bs_report_end_nothing},
    {"json", ".json", "for programs: an array with an object a student", bs_json_begin,
     bs_json_record, bs_json_end},
    {"csv", ".csv", "for a spreadsheet: a row a student, a verdict a question", bs_csv_begin,
     bs_csv_record, bs_report_end_nothing},
    {"junit", ".xml", "for build servers: a test suite a student, a test case a question",
     bs_junit_begin, bs_junit_record, bs_junit_end},
    {"gradescope", ".json", "a results.json of a Gradescope autograder a line, a student each",
     bs_report_begin_nothing, bs_gradescope_record, bs_report_end_nothing},
    {"moodle", ".csv", "for Moodle's import of grades: percent and a comment a student",
     bs_moodle_begin, bs_moodle_record, bs_report_end_nothing},
    {"canvas", ".csv", "for Canvas's import into the gradebook: points a student", bs_canvas_begin,
     bs_canvas_record, bs_report_end_nothing},
    {.name = NULL},
};

const struct bs_format *bs_format_find(const char *name)
{
    for (const struct bs_format *format = bs_formats; format->name; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

int bs_report_status(const struct bs_buf *buf)
{
    return buf->failed ? BS_NO_MEMORY : BS_OK;
}

int bs_report_begin_nothing(struct bs_buf *buf, const struct bs_record *first,
                            const struct bs_reporting *reporting)
{
    (void)first, (void)reporting;
    return bs_report_status(buf);
}

int bs_report_end_nothing(struct bs_buf *buf, const struct bs_reporting *reporting)
{
    (void)reporting;
    return bs_report_status(buf);
}

/* ---- text from outside -----------------------------------------------------------------------
 */

static bool is_space(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 ||
           code == 0x2029;
}

/* The ranges are those of the Unicode standard: C0 and C1, Bidi_Control, Noncharacter_Code_Point,
 * and the mark of byte order. */
static bool is_unfit(uint32_t code)
{
    bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool turns = code == 0x61C || code == 0x200E || code == 0x200F ||
                 (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    bool is_none = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
    return is_control || turns || is_none || code == 0xFEFF;
}

/* Appends one character of the text and gives its bytes. */
static size_t put_clean_character(struct bs_buf *buf, const char *text, size_t left)
{
    uint32_t code;
    size_t length = bs_utf8_read(&code, text, left);
    if (is_space(code))
        bs_buf_char(buf, ' ');
    else if (is_unfit(code) || (code == 0xFFFD && length == 1))
        bs_buf_put(buf, "\xEF\xBF\xBD");
    else
        bs_buf_put_n(buf, text, length);
    return length;
}

/* Bytes of ASCII from the start that are printed as they are. */
static size_t plain_run(const char *text, size_t length)
{
    size_t run = 0;
    while (run < length && text[run] >= ' ' && text[run] < 0x7F)
        run++;
    return run;
}

void bs_put_clean_n(struct bs_buf *buf, const char *text, size_t length)
{
    while (length > 0) {
        size_t taken = plain_run(text, length);
        if (taken > 0)
            bs_buf_put_n(buf, text, taken);
        else
            taken = put_clean_character(buf, text, length);
        text += taken;
        length -= taken;
    }
}

void bs_put_clean(struct bs_buf *buf, const char *text)
{
    bs_put_clean_n(buf, text, strlen(text));
}

/* What the text had room for before its last column is kept, for the … to take that one. */
void bs_put_cut(struct bs_buf *buf, const char *text, size_t length, int columns)
{
    size_t kept = buf->length;
    for (int at = 0; length > 0;) {
        size_t before = buf->length, taken = put_clean_character(buf, text, length);
        at += bs_width_n(bs_buf_text(buf) + before, buf->length - before);
        if (at > columns) {
            bs_buf_cut(buf, kept);
            bs_buf_put(buf, "…");
            return;
        }
        if (at < columns)
            kept = buf->length;
        text += taken;
        length -= taken;
    }
}

void bs_put_points(struct bs_buf *buf, double points)
{
    bs_buf_number(buf, isfinite(points) ? points : 0, (struct bs_digits){2, 2}, "-");
}

void bs_put_exact(struct bs_buf *buf, double value, const char *minus)
{
    bs_buf_number(buf, value, (struct bs_digits){6, -1}, minus);
}

/* ---- complaints ------------------------------------------------------------------------------
 */

/* A complaint may quote the sheet; but no sentence is longer than this. */
enum { COMPLAINT_ROOM = BS_ERROR_TEXT };

void bs_put_complaint(struct bs_buf *buf, const struct bs_complaint *complaint, const char *lang)
{
    char line[16], column[16];
    struct bs_buf said = BS_BUF_INIT, text = BS_BUF_INIT;
    snprintf(line, sizeof line, "%d", complaint->line);
    snprintf(column, sizeof column, "%d", complaint->column);
    if (complaint->saying == BS_SAY_NOTHING)
        bs_buf_put(&said, complaint->text);
    else
        bs_say(&said, complaint->saying, lang, complaint->pieces);
    bs_put_cut(&text, bs_buf_text(&said), said.length, COMPLAINT_ROOM);
    const char *pieces[] = {line, column, bs_buf_text(&text)};
    bs_say(buf, BS_SAY_COMPLAINT, lang, pieces);
    buf->failed |= said.failed || text.failed;
    bs_buf_finish(&said);
    bs_buf_finish(&text);
}

void bs_put_complaints(struct bs_buf *buf, const struct bs_sheet *sheet, const char *between,
                       const char *lang)
{
    for (size_t k = 0; k < sheet->complaint_count; k++) {
        bs_buf_put(buf, k > 0 ? between : "");
        bs_put_complaint(buf, &sheet->complaints[k], lang);
    }
}

/* ---- findings --------------------------------------------------------------------------------
 */

static const struct {
    enum bs_saying word, sentence;
} verdicts[BS_VERDICTS] = {
    [BS_RIGHT] = {BS_SAY_RIGHT, BS_SAY_IT_IS_RIGHT},
    [BS_ROUNDED] = {BS_SAY_ROUNDED, BS_SAY_IT_IS_ROUNDED},
    [BS_FOLLOWS] = {BS_SAY_FOLLOWS, BS_SAY_IT_FOLLOWS},
    [BS_COARSE] = {BS_SAY_COARSE, BS_SAY_IT_IS_COARSE},
    [BS_CONVENTION] = {BS_SAY_CONVENTION, BS_SAY_IT_IS_CONVENTION},
    [BS_WRONG] = {BS_SAY_WRONG, BS_SAY_IT_IS_WRONG},
    [BS_UNANSWERED] = {BS_SAY_UNANSWERED, BS_SAY_IT_IS_UNANSWERED},
    [BS_UNREADABLE] = {BS_SAY_UNREADABLE, BS_SAY_IT_IS_UNREADABLE},
    [BS_FAULT] = {BS_SAY_FAULT, BS_SAY_IT_IS_A_FAULT},
};

static const struct {
    enum bs_convention convention;
    const char *name;
    enum bs_saying difference;
} conventions[] = {
    {BS_CONVENTION_SIGN, "sign", BS_SAY_OTHER_SIGN},
    {BS_CONVENTION_FACTOR, "factor", BS_SAY_OTHER_FACTOR},
    {BS_CONVENTION_LAYOUT, "layout", BS_SAY_OTHER_LAYOUT},
};

static size_t convention_row(enum bs_convention convention)
{
    size_t row = 0;
    while (row < sizeof conventions / sizeof *conventions - 1 &&
           conventions[row].convention != convention)
        row++;
    return row;
}

const char *bs_convention_name(enum bs_convention convention)
{
    return conventions[convention_row(convention)].name;
}

const char *bs_verdict_word(enum bs_verdict verdict, const char *lang)
{
    return bs_says(verdicts[verdict].word, lang);
}

const struct bs_item *bs_finding_item(const struct bs_result *result,
                                      const struct bs_finding *finding)
{
    return bs_key_item(result->key, finding->item);
}

struct bs_found bs_record_found(const struct bs_record *record, int k)
{
    bool is_kept = record->kept && k < record->result->questions;
    const struct bs_result *result = is_kept ? record->kept[k] : record->result;
    return (struct bs_found){result, &result->findings[k]};
}

static bool has_diagnosis(const struct bs_finding *finding)
{
    return finding->diagnosis.mistake.kind != BS_NO_MISTAKE || finding->diagnosis.others > 0;
}

bool bs_finding_has_reason(const struct bs_finding *finding)
{
    switch (finding->verdict) {
    case BS_RIGHT:
    case BS_UNANSWERED:
        return false;
    case BS_WRONG:
        return finding->reason != BS_REASON_NONE || has_diagnosis(finding);
    default:
        return true;
    }
}

bool bs_finding_is_accepted(const struct bs_finding *finding)
{
    return finding->verdict == BS_RIGHT || finding->verdict == BS_ROUNDED ||
           finding->verdict == BS_FOLLOWS || finding->verdict == BS_CONVENTION;
}

bool bs_finding_shows_value(const struct bs_result *result, const struct bs_finding *finding,
                            const struct bs_reporting *reporting)
{
    return reporting->is_for_marker && isfinite(bs_finding_item(result, finding)->value);
}

/* What was typed for an item; NULL where it was not, or could not be read. */
static const struct bs_answer *answer_to(const struct bs_result *result, int item)
{
    for (int k = 0; k < result->count; k++) {
        const struct bs_finding *finding = &result->findings[k];
        if (finding->item == item && finding->verdict != BS_UNANSWERED &&
            finding->verdict != BS_UNREADABLE && isfinite(finding->answer.value))
            return &finding->answer;
    }
    return NULL;
}

static void put_answer(struct bs_buf *buf, const struct bs_answer *answer)
{
    if (answer->is_decimal)
        bs_decimal_put(buf, answer->decimal, "−");
    else
        bs_buf_number(buf, answer->value, BS_FOUR_FIGURES, "−");
}

/* Append a sentence with a piece that was written into a buf, which is released. */
static void say_with(struct bs_buf *buf, enum bs_saying saying, const char *lang,
                     struct bs_buf *piece)
{
    const char *pieces[] = {bs_buf_text(piece)};
    bs_say(buf, saying, lang, pieces);
    buf->failed |= piece->failed;
    bs_buf_finish(piece);
}

/* The value that was carried on is the student's own. */
static void put_trivial(struct bs_buf *buf, const struct bs_result *result,
                        const struct bs_finding *finding, const char *lang)
{
    const struct bs_answer *answer = answer_to(result, finding->origin);
    struct bs_buf value = BS_BUF_INIT;
    if (answer)
        put_answer(&value, answer);
    const char *pieces[] = {bs_key_item(result->key, finding->origin)->shown, bs_buf_text(&value)};
    bs_say(buf, answer ? BS_SAY_IT_IS_TRIVIAL_AT : BS_SAY_IT_IS_TRIVIAL, lang, pieces);
    buf->failed |= value.failed;
    bs_buf_finish(&value);
}

static void put_diagnosis(struct bs_buf *buf, const struct bs_result *result,
                          const struct bs_finding *finding, const struct bs_reporting *reporting)
{
    struct bs_buf text = BS_BUF_INIT;
    bs_diagnosis_put(&text, result->key, finding->item, &finding->diagnosis,
                     reporting->is_for_marker, reporting->lang);
    say_with(buf, BS_SAY_IT_IS_DIAGNOSED, reporting->lang, &text);
}

static void put_difference(struct bs_buf *buf, enum bs_saying saying,
                           const struct bs_finding *finding, const char *lang)
{
    const char *pieces[] = {
        bs_says(conventions[convention_row(finding->convention)].difference, lang)};
    bs_say(buf, saying, lang, pieces);
}

/* What is not asked for wants no number of figures. */
static void put_coarse(struct bs_buf *buf, const struct bs_result *result,
                       const struct bs_finding *finding, const char *lang)
{
    int question = bs_finding_item(result, finding)->question;
    struct bs_buf figures = BS_BUF_INIT;
    bs_buf_printf(&figures, "%d", bs_key_question(result->key, question)->figures);
    say_with(buf, BS_SAY_IT_IS_COARSE, lang, &figures);
}

static void put_wrong(struct bs_buf *buf, const struct bs_result *result,
                      const struct bs_finding *finding, const struct bs_reporting *reporting)
{
    const char *lang = reporting->lang;
    switch (finding->reason) {
    case BS_REASON_ZERO:
        bs_say(buf, BS_SAY_IT_IS_ZERO, lang, NULL);
        return;
    case BS_REASON_TRIVIAL:
        put_trivial(buf, result, finding, lang);
        return;
    case BS_REASON_NOT_ASKED:
        bs_say(buf, BS_SAY_IT_IS_NOT_ASKED, lang,
               (const char *[]){bs_key_item(result->key, finding->origin)->shown});
        return;
    case BS_REASON_NOT_ALLOWED:
        put_difference(buf, BS_SAY_IT_IS_NOT_ALLOWED, finding, lang);
        return;
    case BS_REASON_NONE:
        break;
    }
    if (has_diagnosis(finding))
        put_diagnosis(buf, result, finding, reporting);
    else
        bs_say(buf, BS_SAY_IT_IS_WRONG, lang, NULL);
}

void bs_finding_put_reason(struct bs_buf *buf, const struct bs_result *result,
                           const struct bs_finding *finding, const struct bs_reporting *reporting)
{
    const char *lang = reporting->lang;
    switch (finding->verdict) {
    case BS_FOLLOWS:
        bs_say(buf, BS_SAY_IT_FOLLOWS, lang,
               (const char *[]){bs_key_item(result->key, finding->origin)->shown});
        break;
    case BS_COARSE:
        put_coarse(buf, result, finding, lang);
        break;
    case BS_CONVENTION:
        put_difference(buf, BS_SAY_IT_IS_CONVENTION, finding, lang);
        break;
    case BS_WRONG:
        put_wrong(buf, result, finding, reporting);
        break;
    default:
        bs_say(buf, verdicts[finding->verdict].sentence, lang, NULL);
    }
}

/* A student who has stated the value need not be told; a marker is told unless that is so. */
void bs_finding_put(struct bs_buf *buf, const struct bs_result *result,
                    const struct bs_finding *finding, const struct bs_reporting *reporting)
{
    bs_finding_put_reason(buf, result, finding, reporting);
    double value = bs_finding_item(result, finding)->value;
    if (!reporting->is_for_marker || finding->verdict == BS_RIGHT || !isfinite(value))
        return;
    struct bs_buf number = BS_BUF_INIT;
    bs_put_exact(&number, value, "−");
    bs_buf_put(buf, bs_says(BS_SAY_GAP, reporting->lang));
    say_with(buf, BS_SAY_THE_VALUE, reporting->lang, &number);
}
