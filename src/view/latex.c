/* Derivations for LaTeX: one align* a phase. */
#include "view/internal.h"

/* The first line of the section follows; writer->start tells it from the others. */
static void open_section(struct bs_writer *writer, const char *heading)
{
    bs_buf_printf(writer->buf, "\\section*{%s}\n\\begin{align*}\n", heading);
    writer->start = writer->buf->length;
}

/* A little more room between derivations than between the lines of one. */
static void put_line(struct bs_writer *writer, const char *name, int number, const char *formula,
                     const char *rule)
{
    struct bs_buf *buf = writer->buf;
    if (buf->length > writer->start)
        bs_buf_put(buf, number == 0 ? " \\\\[1ex]\n" : " \\\\\n");
    if (number == 0)
        bs_buf_put(buf, name);
    bs_buf_put(buf, " &= ");
    bs_buf_put(buf, formula);
    if (rule[0])
        bs_buf_printf(buf, " && \\text{%s}", rule);
}

static void close_section(struct bs_writer *writer, int64_t left_out)
{
    bs_buf_put(writer->buf, "\n\\end{align*}\n");
    if (left_out == 0)
        return;
    bs_put_left_out(writer->buf, left_out, writer->page);
    bs_buf_char(writer->buf, '\n');
}

int bs_view_latex(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err)
{
    struct bs_page own = *page;
    own.form = BS_LATEX;
    struct bs_writer writer = {buf, tape, &own, open_section, put_line, close_section, 0};
    bs_buf_put(buf, "\\allowdisplaybreaks\n");
    return bs_write_solution(&writer, err);
}
