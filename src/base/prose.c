#include "base/prose.h"

#include "base/width.h"

#include <stdbool.h>
#include <string.h>

/* A character and where it ends. */
struct character {
    const char *text;
    size_t length;
};

static struct character character_at(const char *text, size_t left)
{
    uint32_t code;
    return (struct character){text, bs_utf8_read(&code, text, left)};
}

static bool is_one_of(struct character c, const char *set)
{
    for (size_t length; *set; set += length) {
        uint32_t code;
        length = bs_utf8_read(&code, set, strlen(set));
        if (length == c.length && memcmp(set, c.text, length) == 0)
            return true;
    }
    return false;
}

static bool is_space(struct character c)
{
    return *c.text == ' ' || *c.text == '\n';
}

static bool is_wide(struct character c)
{
    return bs_width_n(c.text, c.length) == 2;
}

static const char openers[] = "（［｛《〈「『【“‘([{";
static const char closers[] = "，。、；：？！）］｝》〉」』】”’…—·,.;:?!)]}%";

/* It brings its own space. */
static bool is_wide_mark(struct character c)
{
    return is_wide(c) && (is_one_of(c, openers) || is_one_of(c, closers));
}

/* May a line end between the two, neither of which is a space? */
static bool may_break(struct character before, struct character after)
{
    return (is_wide(before) || is_wide(after)) && !is_one_of(before, openers) &&
           !is_one_of(after, closers);
}

/* The length of what may not be broken at the start of the text; *last is its last character. */
static size_t unit_length(struct character *last, const char *text, size_t left)
{
    *last = character_at(text, left);
    size_t end = last->length;
    while (end < left) {
        struct character next = character_at(text + end, left - end);
        if (is_space(next) || may_break(*last, next))
            break;
        *last = next;
        end += next.length;
    }
    return end;
}

/* A line end beside Chinese characters or their marks is there for the source, not for the text. */
static bool is_joined(struct character before, struct character after)
{
    return (is_wide(before) && is_wide(after)) || is_wide_mark(before) || is_wide_mark(after);
}

/* How many columns the white space after a character stands for. */
static int gap_width(struct character before, const char *spaces, size_t count, size_t left)
{
    if (count == 0)
        return 0;
    bool has_newline = memchr(spaces, '\n', count) != NULL;
    return !(has_newline && is_joined(before, character_at(spaces + count, left - count)));
}

/* A line under way. */
struct line {
    struct bs_buf *buf;
    int at, indent, columns;
};

static void put_unit(struct line *line, const char *unit, size_t length, int gap)
{
    int width = bs_width_n(unit, length);
    bool is_first = line->at == 0;
    if (is_first || line->at + gap + width > line->columns) {
        bs_buf_repeat(line->buf, "\n", !is_first);
        bs_buf_repeat(line->buf, " ", line->indent);
        line->at = line->indent;
    } else {
        bs_buf_repeat(line->buf, " ", gap);
        line->at += gap;
    }
    bs_buf_put_n(line->buf, unit, length);
    line->at += width;
}

static void put_paragraph(struct bs_buf *buf, const char *text, size_t left, int indent,
                          int columns)
{
    struct line line = {buf, 0, indent, columns};
    struct character last = {text, 0};
    for (size_t end; left > 0; text += end, left -= end) {
        size_t spaces = 0;
        while (spaces < left && is_space(character_at(text + spaces, left - spaces)))
            spaces++;
        if (spaces == left)
            break;
        int gap = gap_width(last, text, spaces, left);
        text += spaces, left -= spaces;
        end = unit_length(&last, text, left);
        put_unit(&line, text, end, gap);
    }
    bs_buf_char(buf, '\n');
}

static size_t line_length(const char *text, size_t left)
{
    const char *end = memchr(text, '\n', left);
    return end ? (size_t)(end - text) : left;
}

static bool is_prose(const char *text, size_t left)
{
    return left > 0 && *text != ' ' && *text != '\n';
}

/* All lines up to one that is blank or an example. */
static size_t paragraph_length(const char *text, size_t left)
{
    size_t end = line_length(text, left);
    while (end < left && is_prose(text + end + 1, left - end - 1))
        end += 1 + line_length(text + end + 1, left - end - 1);
    return end;
}

void bs_put_prose(struct bs_buf *buf, const char *text, size_t length, int indent, int columns)
{
    for (size_t end; length > 0; text += end, length -= end) {
        if (is_prose(text, length)) {
            end = paragraph_length(text, length);
            put_paragraph(buf, text, end, indent, columns);
        } else {
            end = line_length(text, length);
            if (end > 0)
                bs_buf_repeat(buf, " ", indent);
            bs_buf_put_n(buf, text, end);
            bs_buf_char(buf, '\n');
        }
        end += end < length;
    }
}
