/* The rules of a derivative, one a line, from the outside in. */
#include "view/view.h"

#include "expr/calculus.h"

enum { RULE_COLUMN = 60 };

static void put(struct bs_buf *buf, bs_expr expr, const struct bs_page *page)
{
    struct bs_style style = {
        .form = page->form, .digits = page->digits, .most_terms = page->most_terms};
    bs_typeset(buf, expr, &style);
}

static void put_line(struct bs_buf *buf, bs_expr before, bs_expr x, bs_expr after, const char *rule,
                     const struct bs_page *page)
{
    size_t line = buf->length;
    bs_buf_put(buf, page->form == BS_UNICODE ? "∂/∂" : "d/d");
    put(buf, x, page);
    bs_buf_put(buf, " (");
    put(buf, before, page);
    bs_buf_put(buf, ") = ");
    put(buf, after, page);
    if (rule[0]) {
        bs_buf_pad(buf, line, RULE_COLUMN - 2);
        bs_buf_put(buf, "  ");
        bs_buf_put(buf, rule);
    }
}

void bs_view_steps(struct bs_buf *buf, bs_expr f, bs_expr x, bs_expr slope,
                   const struct bs_steps *steps, const struct bs_page *page)
{
    if (steps->count == 0)
        put_line(buf, f, x, slope, "does not depend on it", page);
    for (size_t i = 0; i < steps->count; i++) {
        if (i > 0)
            bs_buf_char(buf, '\n');
        put_line(buf, steps->items[i].before, x, steps->items[i].after, steps->items[i].rule, page);
    }
}
