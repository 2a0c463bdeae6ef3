/* Derivations as text: numbers under formulas, and the rules in a column of their own. */
#include "view/internal.h"

#include "base/width.h"

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

static void put_line(struct bs_writer *writer, const char *name, int number, const char *formula,
                     const char *rule)
{
    struct bs_buf *buf = writer->buf;
    new_lines(writer, 1);
    size_t line = buf->length;
    begin_line(buf, name, number);
    bs_buf_put(buf, " = ");
    bs_buf_put(buf, formula);
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
