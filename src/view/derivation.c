/* Derivations as text: numbers under formulas, and the rules in a column of their own. */
#include "view/internal.h"

#include "base/width.h"

#include <limits.h>
#include <string.h>

enum { RULE_COLUMN = 47 };

/* The name and "=" on the first line, "=" below it on the others. */
static void begin_line(struct bs_buf *buf, const char *name, int number)
{
    if (number > 0)
        bs_buf_repeat(buf, " ", bs_width(name));
    else
        bs_buf_put(buf, name);
}

static void new_lines(struct bs_writer *writer, int count)
{
    if (writer->buf->length > writer->start)
        bs_buf_repeat(writer->buf, "\n", count);
}

/* A long rule begins further to the left, where the page ends sooner. */
static int column_of(const char *rule, int columns)
{
    const int last = columns - bs_width(rule);
    return columns == 0 || last > RULE_COLUMN ? RULE_COLUMN : last > 2 ? last : 2;
}

void bs_put_rule(struct bs_buf *buf, size_t line, const char *rule, int columns)
{
    const int used = bs_width(bs_buf_text(buf) + line), column = column_of(rule, columns);
    const bool fits = used + 2 + bs_width(rule) <= columns || columns == 0;
    if (used > column - 2 && !fits) {
        bs_buf_char(buf, '\n');
        line = buf->length;
    }
    bs_buf_pad(buf, line, column - 2);
    bs_buf_put(buf, "  ");
    bs_buf_put(buf, rule);
}

/* ---- formulas that are too wide -------------------------------------------------------------- */

/* How loosely a space binds what is around it, as the place to break a line; 0: it is no place. */
static int looseness(const char *space, char before)
{
    static const struct {
        const char *operator;
        int looseness;
    } rows[] = {{" + ", 2}, {" − ", 2}, {" - ", 2}, {" · ", 1}, {" * ", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(space, rows[i].operator, strlen(rows[i].operator)) == 0)
            return rows[i].looseness;
    return *space == ' ' && before == ',' ? 2 : 0;
}

static int depth_after(int depth, char c)
{
    return depth + (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
}

/*
 * How many bytes go on a line of so much room: up to the last of the loosest spaces, to the first
 * one where none is within it, or all of them.
 */
static size_t find_break(const char *formula, int room)
{
    int depth = 0, loosest = INT_MIN;
    size_t best = 0;
    for (size_t at = 1; formula[at] != '\0'; at++) {
        const int here = looseness(formula + at, formula[at - 1]);
        depth = depth_after(depth, formula[at - 1]);
        if (here == 0)
            continue;
        if (bs_width_n(formula, at) > room)
            return best > 0 ? best : at;
        if (here - 2 * depth >= loosest)
            loosest = here - 2 * depth, best = at;
    }
    return best > 0 ? best : strlen(formula);
}

/* Without a look at all of what is much too long. */
static bool fits(const char *formula, int room)
{
    const size_t most = room > 0 ? 4 * (size_t)room : 0, length = strnlen(formula, most + 1);
    return length <= most && bs_width_n(formula, length) <= room;
}

enum { LEAST_ROOM = 30 }; /* else lines go on further to the left */

size_t bs_put_formula(struct bs_buf *buf, size_t line, const char *formula, int columns)
{
    const int begin = bs_width(bs_buf_text(buf) + line);
    const int indent = begin + LEAST_ROOM <= columns ? begin : 4;
    int room = columns - begin;
    while (columns > 0 && !fits(formula, room)) {
        const size_t count = find_break(formula, room);
        bs_buf_put_n(buf, formula, count);
        formula += count;
        if (*formula == '\0')
            return line;
        bs_buf_char(buf, '\n');
        line = buf->length;
        bs_buf_repeat(buf, " ", indent);
        formula++; /* the space */
        room = columns - indent;
    }
    bs_buf_put(buf, formula);
    return line;
}

/* ---- the views ------------------------------------------------------------------------------- */

static void put_line(struct bs_writer *writer, const char *name, int number, const char *formula,
                     const char *rule)
{
    struct bs_buf *buf = writer->buf;
    new_lines(writer, 1);
    size_t line = buf->length;
    begin_line(buf, name, number);
    bs_buf_put(buf, " = ");
    line = bs_put_formula(buf, line, formula, writer->page->columns);
    if (rule[0])
        bs_put_rule(buf, line, rule, writer->page->columns);
}

static void open_section(struct bs_writer *writer, const char *heading)
{
    struct bs_buf *buf = writer->buf;
    new_lines(writer, 2);
    bs_buf_put(buf, heading);
    bs_buf_char(buf, '\n');
    bs_buf_repeat(buf, writer->page->form == BS_UNICODE ? "─" : "-", bs_width(heading));
}

static void close_section(struct bs_writer *writer, int64_t left_out)
{
    if (left_out == 0)
        return;
    new_lines(writer, 1);
    bs_put_left_out(writer->buf, left_out, writer->page);
}

static struct bs_writer text_writer(struct bs_buf *buf, struct bs_tape *tape,
                                    const struct bs_page *page)
{
    return (struct bs_writer){buf, tape, page, open_section, put_line, close_section, buf->length};
}

int bs_view_derivation(struct bs_buf *buf, struct bs_tape *tape, bs_entry entry,
                       const struct bs_page *page, struct bs_error *err)
{
    struct bs_writer writer = text_writer(buf, tape, page);
    return bs_write_derivation(&writer, entry, err);
}

int bs_view_solution(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                     struct bs_error *err)
{
    struct bs_writer writer = text_writer(buf, tape, page);
    return bs_write_solution(&writer, err);
}
