/*
 * Derivations as a page of HTML that stands alone: one table, so that all "=" are aligned; a row
 * for each line and a tbody for each derivation.  End tags that HTML lets out are left out.
 */
#include "view/internal.h"

static const char style[] =
    "<style>\n"
    "body { max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.4;\n"
    "       font-family: 'DejaVu Serif', Georgia, 'Noto Serif CJK SC', serif; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "h2 { font-size: 1.1em; text-align: left; margin: 1em 0 0; border-bottom: 1px solid #999; }\n"
    "th { font-weight: normal; text-align: right; white-space: nowrap; }\n"
    "th, td { padding: 0 .2em; vertical-align: baseline; }\n"
    "tbody tr:last-child > * { padding-bottom: .5em; }\n"
    ".formula { width: 64%; }\n"
    ".rule { width: 36%; color: #555; font-size: .85em; }\n"
    "@media print {\n"
    "  body { margin: 0; max-width: none; font-size: 10pt; }\n"
    "  h2 { break-after: avoid; }\n"
    "  tbody { break-inside: avoid; }\n"
    "}\n"
    "</style>\n";

static void open_section(struct bs_writer *writer, const char *heading)
{
    bs_buf_put(writer->buf, "<tbody><tr><th colspan=\"4\" scope=\"rowgroup\"><h2>");
    bs_put_escaped(writer->buf, heading);
    bs_buf_put(writer->buf, "</h2>\n");
}

static void put_line(struct bs_writer *writer, const char *name, int number, const char *formula,
                     const char *rule)
{
    struct bs_buf *buf = writer->buf;
    bs_buf_put(buf, number == 0 ? "<tbody><tr><th scope=\"row\">" : "<tr><td>");
    if (number == 0)
        bs_put_escaped(buf, name);
    bs_buf_put(buf, "<td>=<td class=\"formula\">");
    bs_put_escaped(buf, formula);
    bs_buf_put(buf, "<td class=\"rule\">");
    bs_put_escaped(buf, rule);
    bs_buf_char(buf, '\n');
}

static void close_section(struct bs_writer *writer, int64_t left_out)
{
    if (left_out == 0)
        return;
    bs_buf_put(writer->buf, "<tbody><tr><td colspan=\"4\">");
    bs_put_left_out(writer->buf, left_out, writer->page);
    bs_buf_char(writer->buf, '\n');
}

static void put_head(struct bs_buf *buf, const char *lang)
{
    const char *title = bs_phrase("Worked solution", lang);
    bs_buf_printf(buf,
                  "<!DOCTYPE html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<title>%s</title>\n",
                  bs_phrase("en", lang), title);
    bs_buf_put(buf, style);
    bs_buf_printf(buf, "<h1>%s</h1>\n<table>\n", title);
}

int bs_view_html(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                 struct bs_error *err)
{
    struct bs_page own = *page;
    own.form = BS_UNICODE;
    struct bs_writer writer = {buf, tape, &own, open_section, put_line, close_section, 0};
    put_head(buf, page->lang);
    int status = bs_write_solution(&writer, err);
    bs_buf_put(buf, "</table>\n</html>");
    return status == BS_OK && buf->failed ? bs_fail_memory(err) : status;
}
