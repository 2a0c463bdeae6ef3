/* Lines of formulas with their rules, in every form. */
#include "view/lines.h"

#include "base/width.h"

#include <string.h>

void bs_lines_init(struct bs_lines *lines, struct bs_buf *buf, const struct bs_page *page)
{
    *lines = (struct bs_lines){.buf = buf, .page = page, .start = buf->length};
}

void bs_lines_finish(struct bs_lines *lines)
{
    if (lines->left.failed || lines->right.failed || lines->rule.failed)
        lines->buf->failed = true;
    bs_buf_finish(&lines->left);
    bs_buf_finish(&lines->right);
    bs_buf_finish(&lines->rule);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static bool is_text(const struct bs_lines *lines)
{
    return lines->page->form == BS_UNICODE || lines->page->form == BS_ASCII;
}

/* What separates a group, or its heading, from what stands above. */
static void separate(struct bs_lines *lines)
{
    if (lines->buf->length == lines->start)
        return;
    bs_buf_put(lines->buf, is_text(lines) && !lines->is_headed ? "\n\n" : "\n");
}

void bs_lines_head(struct bs_lines *lines, const char *text)
{
    separate(lines);
    if (lines->page->form == BS_MATHML)
        bs_buf_put(lines->buf, "<p>");
    bs_put_words(lines->buf, text, lines->page);
    if (lines->page->form == BS_MATHML)
        bs_buf_put(lines->buf, "</p>");
    lines->is_headed = true;
}

void bs_lines_open(struct bs_lines *lines)
{
    separate(lines);
    lines->is_headed = false;
    if (lines->page->form == BS_LATEX)
        bs_buf_put(lines->buf, "\\begin{align*}\n");
    if (lines->page->form == BS_MATHML)
        bs_buf_put(lines->buf, "<math display=\"block\"><mtable displaystyle=\"true\">\n");
    lines->group = lines->buf->length;
    lines->indent = 0;
}

void bs_lines_close(struct bs_lines *lines)
{
    if (lines->page->form == BS_LATEX)
        bs_buf_put(lines->buf, "\n\\end{align*}");
    if (lines->page->form == BS_MATHML)
        bs_buf_put(lines->buf, "</mtable></math>");
}

/* ---- a line on a terminal -------------------------------------------------------------------- */

enum { BROKEN_INDENT = 3 };

static bool fits(const struct bs_lines *lines, int columns)
{
    return lines->page->columns == 0 || columns <= lines->page->columns;
}

static size_t new_line(struct bs_buf *buf, int indent)
{
    bs_buf_char(buf, '\n');
    const size_t line = buf->length;
    bs_buf_repeat(buf, " ", indent);
    return line;
}

/* The left side, or as much room.  Gives where the line starts on which the right side goes. */
static size_t put_text_left(struct bs_lines *lines)
{
    struct bs_buf *buf = lines->buf;
    const char *left = bs_buf_text(&lines->left);
    const size_t line = buf->length;
    const int indent = bs_width(left), rest = 3 + bs_width(bs_buf_text(&lines->right));
    if (indent == 0)
        bs_buf_repeat(buf, " ", lines->indent);
    bs_buf_put(buf, left);
    lines->indent = indent > 0 ? indent : lines->indent;
    if (indent <= BROKEN_INDENT || rest == 3 || fits(lines, indent + rest))
        return line;
    lines->indent = BROKEN_INDENT;
    return new_line(buf, BROKEN_INDENT);
}

static void put_text_line(struct bs_lines *lines)
{
    struct bs_buf *buf = lines->buf;
    if (buf->length > lines->group)
        bs_buf_char(buf, '\n');
    size_t line = put_text_left(lines);
    if (lines->right.length > 0) {
        bs_buf_put(buf, " = ");
        line = bs_put_formula(buf, line, bs_buf_text(&lines->right), lines->page->columns);
    }
    if (lines->rule.length > 0)
        bs_put_rule(buf, line, bs_buf_text(&lines->rule), lines->page->columns);
}

/* ---- a line that is drawn -------------------------------------------------------------------- */

static void put_latex_line(struct bs_lines *lines)
{
    struct bs_buf *buf = lines->buf;
    if (buf->length > lines->group)
        bs_buf_put(buf, " \\\\\n");
    bs_buf_put(buf, bs_buf_text(&lines->left));
    if (lines->right.length > 0)
        bs_buf_printf(buf, " &= %s", bs_buf_text(&lines->right));
    if (lines->rule.length > 0)
        bs_buf_printf(buf, " && \\text{%s}", bs_buf_text(&lines->rule));
}

static void put_cell(struct bs_buf *buf, const char *attributes, const char *text)
{
    bs_buf_printf(buf, "<mtd %s>", attributes);
    bs_buf_put(buf, text);
    bs_buf_put(buf, "</mtd>");
}

static void put_mathml_line(struct bs_lines *lines)
{
    struct bs_buf *buf = lines->buf;
    bs_buf_put(buf, "<mtr>");
    if (lines->right.length > 0) {
        put_cell(buf, "style=\"text-align: right\"", bs_buf_text(&lines->left));
        put_cell(buf, "style=\"text-align: center\"", "<mo>=</mo>");
        put_cell(buf, "style=\"text-align: left\"", bs_buf_text(&lines->right));
    } else {
        put_cell(buf, "columnspan=\"3\" style=\"text-align: left\"", bs_buf_text(&lines->left));
    }
    bs_buf_put(buf, "<mtd style=\"text-align: left; padding-left: 2em\"><mtext>");
    bs_buf_put(buf, bs_buf_text(&lines->rule));
    bs_buf_put(buf, "</mtext></mtd></mtr>\n");
}

void bs_lines_put(struct bs_lines *lines)
{
    if (lines->page->form == BS_LATEX)
        put_latex_line(lines);
    else if (lines->page->form == BS_MATHML)
        put_mathml_line(lines);
    else
        put_text_line(lines);
    bs_buf_cut(&lines->left, 0);
    bs_buf_cut(&lines->right, 0);
    bs_buf_cut(&lines->rule, 0);
}

/* ---- what lines say -------------------------------------------------------------------------- */

void bs_lines_formula(struct bs_lines *lines, struct bs_buf *side, bs_expr expr, bool is_spaced)
{
    struct bs_style style = {
        .form = lines->page->form, .digits = lines->page->digits, .is_spaced = is_spaced};
    bs_typeset(side, expr, &style);
}

void bs_lines_equation(struct bs_lines *lines, bs_expr left, bs_expr right, const char *rule)
{
    if (left)
        bs_lines_formula(lines, &lines->left, left, false);
    bs_lines_formula(lines, &lines->right, right, false);
    bs_put_words(&lines->rule, rule, lines->page);
    bs_lines_put(lines);
}

/* What stands around "by x" and around a sum that is differentiated. */
static const struct operator_words {
    const char *before, *after, *open, *close;
} operators[] = {
    [BS_UNICODE] = {"∂/∂", " ", "(", ")"},
    [BS_ASCII] = {"d/d", " ", "(", ")"},
    [BS_LATEX] = {"\\frac{\\partial}{\\partial ", "} ", "\\left(", "\\right)"},
    [BS_MATHML] = {"<mfrac><mo>∂</mo><mrow><mo>∂</mo>", "</mrow></mfrac>", "<mrow><mo>(</mo>",
                   "<mo>)</mo></mrow>"},
};

/* Nothing can be read as standing outside of it. */
static bool is_one(bs_expr f)
{
    return f->kind == BS_SYMBOL || f->kind == BS_MEMBER || f->kind == BS_CALL;
}

static void put_operator(struct bs_lines *lines, bs_expr f, bs_expr x)
{
    const struct operator_words *words = &operators[lines->page->form];
    bs_buf_put(&lines->left, words->before);
    bs_lines_formula(lines, &lines->left, x, false);
    bs_buf_put(&lines->left, words->after);
    bs_buf_put(&lines->left, is_one(f) ? "" : words->open);
    bs_lines_formula(lines, &lines->left, f, false);
    bs_buf_put(&lines->left, is_one(f) ? "" : words->close);
}

void bs_lines_slope(struct bs_lines *lines, bs_expr f, bs_expr x, bs_expr slope, const char *rule)
{
    put_operator(lines, f, x);
    bs_lines_equation(lines, NULL, slope, rule);
}

/* A step that goes on where the one above it ended says no left side again. */
void bs_lines_steps(struct bs_lines *lines, bs_expr x, const struct bs_steps *steps)
{
    bs_expr last = NULL;
    for (size_t i = 0; i < steps->count; i++) {
        const struct bs_step *step = &steps->items[i];
        if (step->is_rewrite)
            bs_lines_equation(lines, step->before == last ? NULL : step->before, step->after,
                              step->rule);
        else
            bs_lines_slope(lines, step->before, x, step->after, step->rule);
        last = step->after;
    }
}

void bs_lines_value(struct bs_lines *lines, bs_expr left, double value)
{
    const struct bs_page *page = lines->page;
    bs_lines_formula(lines, &lines->left, left, false);
    bs_buf_value(&lines->right, value, page->digits, page->form);
    bs_lines_put(lines);
}

/* The coordinate whose name comes next after that of `last` (NULL: the first); NULL: no more. */
static const struct bs_coordinate *next_by_name(const struct bs_point *point,
                                                const struct bs_coordinate *last)
{
    const struct bs_coordinate *next = NULL;
    for (size_t i = 0; i < point->count; i++) {
        const struct bs_coordinate *item = &point->items[i];
        bool is_after = !last || strcmp(item->leaf->u.name, last->leaf->u.name) > 0;
        if (is_after && (!next || strcmp(item->leaf->u.name, next->leaf->u.name) < 0))
            next = item;
    }
    return next;
}

static const struct point_words {
    const char *equals, *comma;
} point_words[] = {
    [BS_UNICODE] = {" = ", ", "},
    [BS_ASCII] = {" = ", ", "},
    [BS_LATEX] = {" = ", ",\\; "},
    [BS_MATHML] = {"<mo>=</mo>", "<mo>,</mo>"},
};

/* One coordinate more; on a terminal on a new line where there is no room left. */
static void add_coordinate(struct bs_lines *lines, const struct bs_coordinate *item, size_t *line)
{
    const struct bs_page *page = lines->page;
    struct bs_buf *buf = &lines->left;
    const size_t before = buf->length;
    bs_lines_formula(lines, buf, item->leaf, false);
    bs_buf_put(buf, point_words[page->form].equals);
    bs_buf_value(buf, item->value, page->digits, page->form);
    if (!is_text(lines) || before == *line || fits(lines, bs_width(bs_buf_text(buf) + *line) + 1))
        return;
    bs_buf_splice(buf, before, 0, "\n  ");
    *line = before + 1;
}

void bs_lines_word(struct bs_lines *lines, const char *word)
{
    if (is_text(lines)) {
        bs_put_words(&lines->left, word, lines->page);
        return;
    }
    const bool is_latex = lines->page->form == BS_LATEX;
    bs_buf_put(&lines->left, is_latex ? "\\text{" : "<mtext>");
    bs_put_words(&lines->left, word, lines->page);
    bs_buf_put(&lines->left, is_latex ? "}" : "&#xA0;</mtext>");
}

void bs_lines_point(struct bs_lines *lines, const struct bs_point *point)
{
    size_t line = 0;
    const struct bs_coordinate *item = next_by_name(point, NULL);
    if (!item)
        return;
    bs_lines_word(lines, "where ");
    for (; item; item = next_by_name(point, item)) {
        add_coordinate(lines, item, &line);
        if (next_by_name(point, item))
            bs_buf_put(&lines->left, point_words[lines->page->form].comma);
    }
    bs_lines_put(lines);
}
