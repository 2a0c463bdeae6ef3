/*
 * The reader of sheets takes the text apart three times, each time in one pass:
 *
 *     into lines     a copy, valid UTF-8 without control characters, each line ended by a zero byte
 *     into answers   a line, or the lines of one value in brackets, in order and never twice
 *     into members   of a value in brackets, whose lines were joined
 *
 * so that the time is in proportion to the text, whatever it is.  What is kept points into the copy
 * or is a copy of its own in the arena.
 */
#include "check/sheet.h"

#include "check/decimal.h"
#include "check/glyph.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/width.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *at, *end;
};

struct reader {
    struct bs_sheet *sheet;
    const char *next, *end; /* of the lines not yet taken */
    const char *line;       /* the one taken, and its number */
    int number;
    size_t capacity;      /* of the sheet's answers */
    struct span given[5]; /* the values of the keys of the header */
    bool has_begun;       /* the header is over */
    bool is_full;
    int status;
    struct bs_error *err;
};

/* Where something stands, for a complaint about it. */
struct place {
    int number;
    const char *line, *at;
};

/* ---- lines ----------------------------------------------------------------------------------- */

/* What is shown in place of a character that a terminal might obey, or that cannot be seen. */
static char stand_in(uint32_t code)
{
    if (code == '\t' || code == '\v' || code == '\f' || code == '\r')
        return ' ';
    if (code < 0x20 || (code >= 0x7F && code < 0xA0))
        return '?';
    if (code == 0x200B || code == 0x200E || code == 0x200F || code == 0x2060 || code == 0xFEFF)
        return ' '; /* spaces and marks without a width */
    if (code == 0x2028 || code == 0x2029 || (code >= 0x202A && code <= 0x202E) ||
        (code >= 0x2066 && code <= 0x2069))
        return '?'; /* line ends of their own, and what turns the direction of writing */
    return '\0';
}

static int refuse_bytes(const char *text, size_t at, bool is_zero, struct bs_error *err)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    if (is_zero)
        return bs_fail(err, BS_REFUSED, "line %d has a zero byte: an answer sheet is text", line);
    return bs_fail(err, BS_REFUSED, "line %d is not UTF-8: save the sheet as UTF-8", line);
}

/* Copy one character, or what stands for it in as many bytes.  Gives how many. */
static size_t copy_character(char *out, const char *text, size_t left)
{
    uint32_t code;
    const size_t length = bs_utf8_read(&code, text, left);
    if ((code == 0xFFFD && length == 1) || code == 0)
        return 0;
    const char instead = stand_in(code);
    if (instead)
        memset(out, instead, length);
    else
        memcpy(out, text, length);
    return length;
}

/* The copy is never longer than the text: LF becomes a zero byte, CRLF one. */
static int copy_lines(char *lines, size_t *used, const char *text, size_t length,
                      struct bs_error *err)
{
    char *out = lines;
    for (size_t at = 0; at < length;) {
        if (text[at] >= ' ' && text[at] < 0x7F) {
            *out++ = text[at++];
            continue;
        }
        if (text[at] == '\r' && at + 1 < length && text[at + 1] == '\n')
            at++;
        if (text[at] == '\n') {
            *out++ = '\0';
            at++;
            continue;
        }
        const size_t count = copy_character(out, text + at, length - at);
        if (count == 0)
            return refuse_bytes(text, at, text[at] == '\0', err);
        out += count;
        at += count;
    }
    *out++ = '\0';
    *used = (size_t)(out - lines);
    return BS_OK;
}

static bool take_line(struct reader *reader)
{
    if (reader->next == reader->end)
        return false;
    reader->line = reader->next;
    reader->next += strlen(reader->line) + 1;
    reader->number++;
    return true;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static char *keep_text(struct reader *reader, struct span text)
{
    const size_t length = (size_t)(text.end - text.at);
    char *copy = bs_arena_alloc(reader->sheet->arena, length + 1);
    if (!copy) {
        reader->status = bs_fail_memory(reader->err);
        return NULL;
    }
    memcpy(copy, text.at, length);
    copy[length] = '\0';
    return copy;
}

/*
 * In the order of lines, whoever finds it out.  The list is made at its full length, which is
 * small, when there is a first complaint.
 */
static int add_complaint(struct bs_sheet *sheet, struct bs_complaint complaint)
{
    size_t at = sheet->complaint_count;
    if (at == BS_MOST_COMPLAINTS)
        return BS_OK;
    if (!sheet->complaints)
        sheet->complaints =
            bs_arena_alloc(sheet->arena, BS_MOST_COMPLAINTS * sizeof *sheet->complaints);
    if (!sheet->complaints)
        return BS_NO_MEMORY;
    for (; at > 0 && sheet->complaints[at - 1].line > complaint.line; at--)
        sheet->complaints[at] = sheet->complaints[at - 1];
    sheet->complaints[at] = complaint;
    sheet->complaint_count++;
    return BS_OK;
}

static struct place here(const struct reader *reader, const char *at)
{
    return (struct place){reader->number, reader->line, at};
}

static const char *keep_string(struct bs_arena *arena, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = bs_arena_alloc(arena, size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* How many places a saying has: the highest, as each that is lower is there too. */
static int count_places(enum bs_saying saying)
{
    int count = 0;
    for (const char *at = bs_says(saying, "en"); (at = strchr(at, '{')) != NULL; at++)
        count = at[1] - '0' > count ? at[1] - '0' : count;
    return count;
}

/* The complaint's line, column and source are there; add what it says. */
static int add_saying(struct bs_sheet *sheet, struct bs_complaint complaint, enum bs_saying saying,
                      const char *const *pieces)
{
    struct bs_buf text = BS_BUF_INIT;
    bool is_kept = true;
    if (sheet->complaint_count == BS_MOST_COMPLAINTS)
        return BS_OK;
    complaint.saying = saying;
    for (int i = 0; i < count_places(saying); i++) {
        complaint.pieces[i] = keep_string(sheet->arena, pieces[i]);
        is_kept &= complaint.pieces[i] != NULL;
    }
    bs_say(&text, saying, "en", pieces);
    complaint.text = text.failed ? NULL : keep_string(sheet->arena, bs_buf_text(&text));
    bs_buf_finish(&text);
    return is_kept && complaint.text ? add_complaint(sheet, complaint) : BS_NO_MEMORY;
}

/* `piece`: NULL where the saying has none. */
static void complain(struct reader *reader, struct place place, enum bs_saying saying,
                     const char *piece)
{
    const struct bs_complaint complaint = {
        .line = place.number, .column = (int)(place.at - place.line) + 1, .source = place.line};
    if (add_saying(reader->sheet, complaint, saying, &piece) < 0)
        reader->status = bs_fail_memory(reader->err);
}

static void complain_of_more(struct reader *reader, struct place place, enum bs_saying saying,
                             int most)
{
    char number[16];
    snprintf(number, sizeof number, "%d", most);
    complain(reader, place, saying, number);
}

/* Doubled in the arena: what is left behind is less than what is kept. */
static bool grow_answers(struct reader *reader)
{
    struct bs_sheet *sheet = reader->sheet;
    const size_t capacity = reader->capacity ? 2 * reader->capacity : 32;
    if (sheet->count < reader->capacity)
        return true;
    struct bs_typed *answers = bs_arena_alloc(sheet->arena, capacity * sizeof *answers);
    if (!answers) {
        reader->status = bs_fail_memory(reader->err);
        return false;
    }
    if (sheet->count > 0)
        memcpy(answers, sheet->answers, sheet->count * sizeof *answers);
    sheet->answers = answers;
    reader->capacity = capacity;
    return true;
}

/* `typed` without its text and the place of it. */
static void add_answer(struct reader *reader, struct bs_typed typed, struct span text,
                       struct place place)
{
    struct bs_sheet *sheet = reader->sheet;
    typed.line = place.number;
    typed.column = (int)(place.at - place.line) + 1;
    if (sheet->count == BS_MOST_ANSWERS) {
        if (!reader->is_full)
            complain_of_more(reader, place, BS_SAY_TOO_MANY_ANSWERS, BS_MOST_ANSWERS);
        reader->is_full = true;
        return;
    }
    typed.text = keep_text(reader, text);
    if (typed.text && grow_answers(reader))
        sheet->answers[sheet->count++] = typed;
}

/* ---- a line ---------------------------------------------------------------------------------- */

static char peek(struct span span, size_t *length)
{
    return bs_glyph_at(length, span.at, span.end);
}

static const char *find_glyph(struct span span, char wanted)
{
    size_t length;
    for (; span.at < span.end; span.at += length)
        if (peek(span, &length) == wanted)
            return span.at;
    return NULL;
}

static bool take(struct span *span, char wanted)
{
    size_t length;
    if (peek(*span, &length) != wanted)
        return false;
    span->at += length;
    return true;
}

static void skip_spaces(struct span *span)
{
    while (take(span, ' '))
        continue;
}

/* The line in hand without its comment. */
static struct span line_content(const struct reader *reader)
{
    struct span span = {reader->line, reader->next - 1};
    const char *comment = find_glyph(span, '#');
    if (comment)
        span.end = comment;
    return span;
}

/* "- " and the like: a mark, and a space or nothing behind it. */
static bool take_marker(struct span *span)
{
    static const char bullet[] = "•";
    struct span ahead = *span;
    if ((size_t)(span->end - span->at) >= sizeof bullet - 1 &&
        memcmp(span->at, bullet, sizeof bullet - 1) == 0) {
        span->at += sizeof bullet - 1;
        return true;
    }
    if (take(span, '>'))
        return true;
    if (!take(&ahead, '-') && !take(&ahead, '*') && !take(&ahead, '+')) {
        size_t length;
        for (; isdigit((unsigned char)peek(ahead, &length)); ahead.at += length)
            continue;
        if (ahead.at == span->at || (!take(&ahead, '.') && !take(&ahead, ')')))
            return false;
    }
    if (ahead.at < ahead.end && !take(&ahead, ' '))
        return false;
    *span = ahead;
    return true;
}

static void skip_markers(struct span *span)
{
    do
        skip_spaces(span);
    while (take_marker(span));
}

/* Three back-ticks, and none behind them, or three tildes. */
static bool is_fence(struct span span)
{
    if (span.end - span.at < 3)
        return false;
    if (memcmp(span.at, "~~~", 3) == 0)
        return true;
    if (memcmp(span.at, "```", 3) != 0)
        return false;
    while (take(&span, '`'))
        continue;
    return !find_glyph(span, '`');
}

/* A rule, drawn with three signs or more. */
static bool is_rule(struct span span)
{
    size_t length, count = 0;
    const char first = peek(span, &length);
    if (span.at == span.end || !strchr("-*_=", first))
        return false;
    for (; span.at < span.end; span.at += length) {
        const char c = peek(span, &length);
        if (c != ' ' && c != first)
            return false;
        count += c == first;
    }
    return count >= 3;
}

static struct span trim(struct span span)
{
    bs_trim(&span.at, &span.end);
    return span;
}

/* Stars and back-ticks before it: gives how many stars. */
static int strip_start(struct span *span)
{
    int stars = 0;
    for (;;) {
        if (take(span, '*'))
            stars++;
        else if (!take(span, '`'))
            break;
    }
    *span = trim(*span);
    return stars;
}

/* Back-ticks behind it, and at most so many stars: gives how many stars are left. */
static int strip_end(struct span *span, int stars)
{
    for (; span->at < span->end; span->end--) {
        const char last = span->end[-1];
        if (last != '`' && (last != '*' || stars == 0))
            break;
        stars -= last == '*';
    }
    *span = trim(*span);
    return stars;
}

/* ---- the header ------------------------------------------------------------------------------ */

static bool read_integer(int64_t *out, struct span span)
{
    const bool is_negative = take(&span, '-');
    size_t length;
    char c;
    *out = 0;
    if (span.at == span.end)
        return false;
    for (; isdigit((unsigned char)(c = peek(span, &length))); span.at += length) {
        const int digit = is_negative ? '0' - c : c - '0';
        if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, digit, out))
            return false;
    }
    return span.at == span.end;
}

static void check_version(struct reader *reader, struct span value)
{
    int64_t version;
    if (!read_integer(&version, value))
        reader->status = bs_fail(reader->err, BS_REFUSED,
                                 "line %d: the version of a sheet is a number, as in backstep = %d",
                                 reader->number, BS_SHEET_VERSION);
    else if (version != BS_SHEET_VERSION)
        reader->status = bs_fail(reader->err, BS_REFUSED,
                                 "the sheet is of version %" PRId64 " (backstep = %" PRId64
                                 "), and this program knows version %d",
                                 version, version, BS_SHEET_VERSION);
}

static void set_seed(struct reader *reader, struct span value)
{
    struct bs_sheet *sheet = reader->sheet;
    sheet->has_seed = read_integer(&sheet->seed, value);
    sheet->has_bad_seed |= !sheet->has_seed;
    if (!sheet->has_seed)
        complain(reader, here(reader, value.at), BS_SAY_BAD_SEED, NULL);
}

enum { LONGEST_HEADER = 200 };

static const char *keep_header(struct reader *reader, struct span value)
{
    if (value.end - value.at > LONGEST_HEADER) {
        complain_of_more(reader, here(reader, value.at), BS_SAY_HEADER_LONG, LONGEST_HEADER);
        return NULL;
    }
    return keep_text(reader, value);
}

static void set_student(struct reader *reader, struct span value)
{
    reader->sheet->student = keep_header(reader, value);
}

static void set_lesson(struct reader *reader, struct span value)
{
    reader->sheet->lesson = keep_header(reader, value);
}

static void set_notation(struct reader *reader, struct span value)
{
    reader->sheet->notation = keep_header(reader, value);
}

static const struct {
    const char *name;
    void (*set)(struct reader *reader, struct span value);
} keys[] = {
    {"backstep", check_version}, {"lesson", set_lesson}, {"student", set_student},
    {"notation", set_notation},  {"seed", set_seed},
};

enum { KEYS = sizeof keys / sizeof *keys };
static_assert(KEYS == sizeof((struct reader *)0)->given / sizeof(struct span), "a span a key");

/* The row of a key, or −1. */
static int find_key(struct span name)
{
    const size_t length = (size_t)(name.end - name.at);
    for (int i = 0; i < KEYS; i++)
        if (strlen(keys[i].name) == length && strncasecmp(keys[i].name, name.at, length) == 0)
            return i;
    return -1;
}

static bool is_same(struct span a, struct span b)
{
    const size_t length = (size_t)(a.end - a.at);
    return length == (size_t)(b.end - b.at) && (length == 0 || memcmp(a.at, b.at, length) == 0);
}

/* What is blank is not given; what repeats exactly what is given says nothing new. */
static void set_key(struct reader *reader, int key, struct span name, struct span value)
{
    struct span *given = &reader->given[key];
    if (value.end - value.at >= 2 && *value.at == '"' && value.end[-1] == '"')
        value = trim((struct span){value.at + 1, value.end - 1});
    if (given->at && is_same(*given, value))
        return;
    reader->sheet->has_bad_seed |=
        (reader->has_begun || given->at) && keys[key].set == set_seed && value.at < value.end;
    if (reader->has_begun) {
        complain(reader, here(reader, name.at), BS_SAY_HEADER_LATE, NULL);
    } else if (value.at < value.end && given->at) {
        complain(reader, here(reader, name.at), BS_SAY_HEADER_TWICE, keys[key].name);
    } else if (value.at < value.end) {
        keys[key].set(reader, value);
        *given = value;
    }
}

/* ---- values in brackets ---------------------------------------------------------------------- */

/* The lines of a value, joined by spaces. */
struct joined {
    struct bs_buf buf;
    struct piece {
        size_t offset; /* in buf */
        struct place place;
    } * pieces;
    size_t count, capacity;
};

static void finish_joined(struct joined *joined)
{
    bs_buf_finish(&joined->buf);
    bs_free(joined->pieces);
}

static void join(struct joined *joined, struct reader *reader, struct span text)
{
    if (!bs_grow(&joined->pieces, &joined->capacity, joined->count + 1, sizeof *joined->pieces)) {
        reader->status = bs_fail_memory(reader->err);
        return;
    }
    joined->pieces[joined->count++] = (struct piece){joined->buf.length, here(reader, text.at)};
    bs_buf_put_n(&joined->buf, text.at, (size_t)(text.end - text.at));
    bs_buf_char(&joined->buf, ' ');
    if (joined->buf.failed)
        reader->status = bs_fail_memory(reader->err);
}

/* In the last piece that begins before it; the end of all is the space behind the last piece. */
static struct place place_of(const struct joined *joined, const char *at)
{
    const char *last = joined->buf.text + joined->buf.length - 1;
    const size_t offset = (size_t)((at < last ? at : last) - joined->buf.text);
    size_t low = 0, high = joined->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (joined->pieces[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    struct place place = joined->pieces[low].place;
    place.at += offset - joined->pieces[low].offset;
    return place;
}

static bool is_opening(char c)
{
    return c == '[' || c == '{';
}

static bool is_closing(char c)
{
    return c == ']' || c == '}';
}

/* How many more brackets are open behind the text. */
static int64_t count_open(struct span span)
{
    int64_t open = 0;
    size_t length;
    for (; span.at < span.end; span.at += length) {
        const char c = peek(span, &length);
        open += is_opening(c);
        open -= is_closing(c);
    }
    return open;
}

/* The sign after a name: =, or ≈, or a colon; and what stands on either side of it. */
struct equation {
    struct span name, value;
};

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == BS_OTHER_GLYPH;
}

static bool is_value_start(char c)
{
    return isdigit((unsigned char)c) || (c && strchr("+-.(~[{", c) != NULL);
}

/*
 * A colon is a sign of an equation where nothing else is: one word that may be a name, and the
 * beginning of a number; or a key of the header.
 */
static bool is_colon_equation(struct equation equation)
{
    size_t length;
    struct span name = trim(equation.name);
    strip_end(&name, strip_start(&name));
    if (name.at == name.end || find_glyph(name, ' '))
        return false;
    return find_key(name) >= 0 || (is_name_start(peek(name, &length)) &&
                                   is_value_start(peek(trim(equation.value), &length)));
}

static bool split_at(struct equation *out, struct span content, const char *sign)
{
    size_t length;
    if (!sign)
        return false;
    *out = (struct equation){{content.at, sign}, {sign, content.end}};
    peek(out->value, &length);
    out->value.at += length;
    return true;
}

/* Behind the first sign there may be more of them: ==, = ≈. */
static bool find_equation(struct equation *out, struct span content)
{
    const char *equals = find_glyph(content, '=');
    if (!split_at(out, content, equals ? equals : find_glyph(content, '~')))
        return split_at(out, content, find_glyph(content, ':')) && is_colon_equation(*out);
    do
        skip_spaces(&out->value);
    while (take(&out->value, '=') || take(&out->value, '~'));
    return true;
}

/* The next line, unless it is another answer's or a fence; that is left for the next value. */
static bool take_further_line(struct span *out, struct reader *reader)
{
    const struct reader before = *reader;
    struct equation other;
    if (!take_line(reader))
        return false;
    *out = line_content(reader);
    do
        skip_spaces(out);
    while (take(out, '>'));
    if (!find_equation(&other, *out) && !is_fence(*out))
        return true;
    *reader = before;
    return false;
}

/* Lines until as many brackets are closed as were opened. */
static bool join_lines(struct joined *joined, struct reader *reader, struct span value)
{
    const struct place start = here(reader, value.at);
    int64_t open = count_open(value);
    join(joined, reader, value);
    while (reader->status == BS_OK && open > 0) {
        if (!take_further_line(&value, reader)) {
            complain(reader, start, BS_SAY_BRACKET_OPEN, NULL);
            return false;
        }
        open += count_open(value);
        join(joined, reader, value);
    }
    return reader->status == BS_OK;
}

/* A value in brackets that is being taken apart. */
struct list {
    struct reader *reader;
    struct joined *joined;
    struct span rest;
    struct bs_typed typed; /* the name, and the indices of the member in hand */
};

static bool refuse_list(struct list *list, const char *at, enum bs_saying saying)
{
    complain(list->reader, place_of(list->joined, at), saying, NULL);
    return false;
}

/*
 * A member ends at a separator or the closing bracket of its row; in parentheses, or in the
 * brackets of a subscript, there are none.
 */
static struct span take_member(struct list *list, bool has_semicolons)
{
    struct span *rest = &list->rest, member = *rest;
    int nested = 0;
    for (size_t length; rest->at < rest->end; rest->at += length) {
        const char c = peek(*rest, &length);
        if (nested == 0 && (c == ';' || (c == ',' && !has_semicolons) || is_closing(c)))
            break;
        nested += c == '(' || is_opening(c);
        nested -= nested > 0 && (c == ')' || is_closing(c));
    }
    member.end = rest->at;
    return trim(member);
}

/* Where semicolons are between members, commas are in them. */
static bool has_semicolons(const struct list *list)
{
    struct list ahead = *list;
    do
        take_member(&ahead, false);
    while (take(&ahead.rest, ','));
    size_t length;
    return peek(ahead.rest, &length) == ';';
}

static bool take_separator(struct list *list)
{
    return take(&list->rest, ',') || take(&list->rest, ';');
}

static bool close_bracket(struct list *list, char opened)
{
    const char *at = list->rest.at;
    if (take(&list->rest, opened == '[' ? ']' : '}'))
        return true;
    if (at == list->rest.end)
        return refuse_list(list, at, BS_SAY_BRACKET_OPEN);
    complain(list->reader, place_of(list->joined, at), BS_SAY_COMMA_OR_BRACKET,
             opened == '[' ? "]" : "}");
    return false;
}

static char take_opening(struct list *list)
{
    size_t length;
    const char c = peek(list->rest, &length);
    if (!is_opening(c))
        return '\0';
    list->rest.at += length;
    skip_spaces(&list->rest);
    return c;
}

/* ---- members that spaces separate ------------------------------------------------------------ */

static bool is_operator(char c)
{
    return c && strchr("+-*/^", c) != NULL;
}

/* Up to the next space that is in no parentheses; the spaces before it are passed over. */
static struct span take_word(struct span *rest)
{
    int nested = 0;
    skip_spaces(rest);
    struct span word = *rest;
    for (size_t length; rest->at < rest->end; rest->at += length) {
        const char c = peek(*rest, &length);
        if (nested == 0 && c == ' ')
            break;
        nested += c == '(' || is_opening(c);
        nested -= nested > 0 && (c == ')' || is_closing(c));
    }
    word.end = rest->at;
    return word;
}

static bool is_decimal(struct span word)
{
    struct bs_decimal decimal;
    const size_t length = (size_t)(word.end - word.at);
    return length > 0 && bs_decimal_read(&decimal, word.at, length, false) == length;
}

/* An operator of one byte or more; what a word ends with is sought from its end. */
static bool ends_with_operator(struct span word)
{
    size_t length;
    const char *last = word.end - 1;
    while (last > word.at && ((unsigned char)*last & 0xC0) == 0x80)
        last--;
    return is_operator(bs_glyph_at(&length, last, word.end));
}

/*
 * What the spaces in a text between separators are: none or around operators, so that it is one
 * calculation; between decimals, which are members as numpy prints them ([-0.5 -0.3], where each -
 * stands with its number); or something of both, of which only the writer knows.
 */
enum spacing { ONE_MEMBER, SPACED_MEMBERS, OPEN_SPACING };

/* `splits`: a sign that has a space before it and none behind may begin a member. */
static enum spacing judge_spacing(struct span text, bool splits)
{
    struct span before = take_word(&text), word = take_word(&text);
    bool are_decimals = is_decimal(before), is_one = true;
    for (; word.at < word.end; before = word, word = take_word(&text)) {
        size_t length;
        const char first = peek(word, &length);
        const bool is_sign = first == '-' || first == '+';
        const bool may_split =
            !is_operator(first) || (splits && is_sign && word.at + length < word.end);
        is_one &= !may_split || ends_with_operator(before);
        are_decimals &= is_decimal(word);
    }
    return is_one ? ONE_MEMBER : are_decimals && splits ? SPACED_MEMBERS : OPEN_SPACING;
}

/* Of a row without separators; the rest is left at its closing bracket. */
static int read_spaced_row(struct list *list, struct span row)
{
    int *index = &list->typed.index[list->typed.rank - 1];
    for (*index = 1;; ++*index) {
        const struct span word = take_word(&row);
        if (word.at == word.end)
            return *index - 1;
        add_answer(list->reader, list->typed, word, place_of(list->joined, word.at));
    }
}

/*
 * Members up to the closing bracket: their number, 0 where the row is left open by a separator at
 * its end, behind which there is no member.
 */
static bool read_row(int *count, struct list *list, char opened)
{
    const bool semicolons = has_semicolons(list);
    int *index = &list->typed.index[list->typed.rank - 1];
    size_t length;
    for (*index = 1;; ++*index) {
        skip_spaces(&list->rest);
        if (is_opening(peek(list->rest, &length)))
            return refuse_list(list, list->rest.at,
                               list->typed.rank == 2 ? BS_SAY_BRACKETS_DEEP
                                                     : BS_SAY_BRACKET_AMONG_NUMBERS);
        const struct span member = take_member(list, semicolons);
        const bool goes_on = take_separator(list);
        const enum spacing spacing = judge_spacing(member, *index == 1 && !goes_on);
        if (spacing == OPEN_SPACING)
            return refuse_list(list, member.at, BS_SAY_COMMA_WANTED);
        if (spacing == SPACED_MEMBERS) {
            *count = read_spaced_row(list, member);
            return close_bracket(list, opened);
        }
        if (!goes_on && member.at == member.end) {
            *count = 0;
            return close_bracket(list, opened);
        }
        add_answer(list->reader, list->typed, member, place_of(list->joined, member.at));
        *count = *index;
        if (!goes_on)
            return close_bracket(list, opened);
    }
}

static bool read_rows(struct list *list, char opened)
{
    int width = 0, count = 0;
    size_t length;
    list->typed.rank = 2;
    for (list->typed.index[0] = 1;; ++list->typed.index[0]) {
        skip_spaces(&list->rest);
        const char *start = list->rest.at;
        const char row = take_opening(list);
        if (!row && width + count > 0 && is_closing(peek(list->rest, &length)))
            return close_bracket(list, opened);
        if (!row)
            return refuse_list(list, start, BS_SAY_ROW_WANTED);
        if (!read_row(&count, list, row))
            return false;
        width = width ? width : count;
        if (count && count != width)
            return refuse_list(list, start, BS_SAY_ROWS_DIFFER);
        skip_spaces(&list->rest);
        if (!take_separator(list) && !is_opening(peek(list->rest, &length)))
            return close_bracket(list, opened);
    }
}

static bool read_members(struct list *list)
{
    int count;
    size_t length;
    const char opened = take_opening(list);
    const bool has_rows = is_opening(peek(list->rest, &length));
    list->typed.rank = 1;
    if (has_rows ? !read_rows(list, opened) : !read_row(&count, list, opened))
        return false;
    strip_start(&list->rest);
    if (take(&list->rest, '.') || take(&list->rest, ',') || take(&list->rest, ';'))
        skip_spaces(&list->rest);
    return list->rest.at == list->rest.end ||
           refuse_list(list, list->rest.at, BS_SAY_BEHIND_BRACKET);
}

/* All its members or none; of none it is not answered. */
static void read_list(struct reader *reader, const char *name, struct span value)
{
    struct joined joined = {BS_BUF_INIT, NULL, 0, 0};
    struct bs_sheet *sheet = reader->sheet;
    const size_t count = sheet->count;
    if (join_lines(&joined, reader, value)) {
        const char *text = bs_buf_text(&joined.buf);
        struct list list = {reader, &joined, {text, text + joined.buf.length}, {.name = name}};
        if (!read_members(&list))
            sheet->count = count;
        else if (sheet->count == count)
            add_answer(reader, (struct bs_typed){.name = name}, (struct span){text, text},
                       place_of(&joined, text));
    }
    finish_joined(&joined);
}

/* ---- a sheet --------------------------------------------------------------------------------- */

static void read_answer(struct reader *reader, struct span name, struct span value)
{
    size_t length;
    const char *kept = keep_text(reader, name);
    if (!kept)
        return;
    if (is_opening(peek(value, &length)))
        read_list(reader, kept, value);
    else
        add_answer(reader, (struct bs_typed){.name = kept}, value, here(reader, value.at));
}

/* **name** = value, **name = value** and the like: stars that the name leaves open the value may
 * close. */
static void read_equation(struct reader *reader, struct span name, struct span value)
{
    name = trim(name);
    value = trim(value);
    const char *start = name.at;
    int stars = strip_end(&name, strip_start(&name));
    stars += strip_start(&value);
    strip_end(&value, stars);
    const int key = find_key(name);
    if (name.at == name.end)
        complain(reader, here(reader, start), BS_SAY_NO_NAME, NULL);
    else if (key >= 0)
        set_key(reader, key, name, value);
    else
        read_answer(reader, name, value);
    reader->has_begun = reader->has_begun || (key < 0 && name.at < name.end);
}

static void read_line(struct reader *reader)
{
    struct span content = line_content(reader);
    skip_markers(&content);
    content = trim(content);
    if (content.at == content.end || is_fence(content) || is_rule(content))
        return;
    struct equation equation;
    if (find_equation(&equation, content))
        read_equation(reader, equation.name, equation.value);
    else
        complain(reader, here(reader, content.at), BS_SAY_NO_EQUALS, NULL);
}

/* Up to the line that brings the last answer wanted. */
static int read_sheet(struct bs_sheet *sheet, const char *text, size_t length, size_t most,
                      struct bs_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t used = 0;
    if (length >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    char *lines = bs_arena_alloc(sheet->arena, length + 1);
    if (!lines)
        return bs_fail_memory(err);
    int status = copy_lines(lines, &used, text, length, err);
    if (status < 0)
        return status;
    sheet->lines = lines;
    struct reader reader = {.sheet = sheet, .next = lines, .end = lines + used, .err = err};
    while (reader.status == BS_OK && sheet->count < most && take_line(&reader))
        read_line(&reader);
    return reader.status;
}

static int read_answers(struct bs_sheet *out, const char *text, size_t length, size_t most,
                        struct bs_error *err)
{
    struct bs_sheet sheet = {0};
    if (length > BS_LONGEST_SHEET)
        return bs_fail(err, BS_REFUSED, "a sheet has at most %d bytes, got %zu", BS_LONGEST_SHEET,
                       length);
    sheet.arena = bs_arena_create();
    if (!sheet.arena)
        return bs_fail_memory(err);
    int status = read_sheet(&sheet, text, length, most, err);
    if (status < 0)
        bs_sheet_finish(&sheet);
    else
        *out = sheet;
    return status;
}

int bs_sheet_read(struct bs_sheet *out, const char *text, size_t length, struct bs_error *err)
{
    return read_answers(out, text, length, SIZE_MAX, err);
}

int bs_sheet_read_header(struct bs_sheet *out, const char *text, size_t length,
                         struct bs_error *err)
{
    return read_answers(out, text, length, 1, err);
}

void bs_sheet_finish(struct bs_sheet *sheet)
{
    bs_arena_destroy(sheet->arena);
    *sheet = (struct bs_sheet){0};
}

/* A value that was joined from several lines may have its column beyond its first one. */
int bs_sheet_say(struct bs_sheet *sheet, const struct bs_typed *typed, int column,
                 enum bs_saying saying, const char *const *pieces)
{
    const char *line = sheet->lines;
    if (sheet->complaint_count == BS_MOST_COMPLAINTS)
        return BS_OK;
    for (int i = 1; i < typed->line; i++)
        line += strlen(line) + 1;
    const size_t end = strlen(line) + 1;
    const size_t at = (size_t)typed->column + (size_t)(column > 0 ? column - 1 : 0);
    const struct bs_complaint complaint = {
        .line = typed->line, .column = (int)(at < end ? at : end), .source = line};
    return add_saying(sheet, complaint, saying, pieces);
}

/* Sentences that are in the table are known again by their English. */
int bs_sheet_complain(struct bs_sheet *sheet, const struct bs_typed *typed, int column,
                      const char *text)
{
    const enum bs_saying saying = bs_saying_of(text);
    return bs_sheet_say(sheet, typed, column, saying ? saying : BS_SAY_FORMULA, &text);
}
