/* Where a value overflows, and what it was made of. */
#include "view/lines.h"

static const char *const faults[] = {
    [BS_NO_FAULT] = "nothing overflows",
    [BS_OVERFLOW] = "overflows: doubles end at 1.8e308",
    [BS_UNDERFLOW] = "underflows to 0, which cannot be divided by",
    [BS_NOT_A_NUMBER] = "is not a number",
    [BS_DIVISION_BY_ZERO] = "divides by 0",
};

struct values {
    const struct bs_point *point;
    const struct bs_page *page;
};

static enum bs_binding put_leaf(struct bs_buf *buf, void *context, bs_expr leaf, enum bs_form form)
{
    const struct values *values = context;
    double value;
    if (bs_point_find(&value, values->point, leaf))
        return bs_buf_value(buf, value, values->page->digits, form);
    bs_buf_name(buf, leaf->u.name, form);
    return BS_BINDS_ATOM;
}

static void put_numbers(struct bs_lines *lines, bs_expr part, const struct bs_point *point)
{
    struct values values = {point, lines->page};
    struct bs_style style = {.form = lines->page->form,
                             .digits = lines->page->digits,
                             .leaf = put_leaf,
                             .context = &values};
    bs_typeset(&lines->right, part, &style);
}

/* Of a sum or a product: between what there is so far and the next one. */
static const char *between_operands(const struct bs_overflow *overflow)
{
    switch (overflow->part->kind) {
    case BS_SUM:
    case BS_INDEXED_SUM:
        return " + ";
    case BS_PRODUCT:
    case BS_INDEXED_PRODUCT:
        return overflow->what == BS_DIVISION_BY_ZERO ? "/" : "·";
    default:
        return NULL;
    }
}

static void put_operands(struct bs_lines *lines, const struct bs_overflow *overflow,
                         const char *between)
{
    for (int i = 0; i < overflow->count; i++) {
        if (i > 0)
            bs_put_words(&lines->right, between, lines->page);
        bs_buf_value(&lines->right, overflow->operands[i], lines->page->digits, lines->page->form);
    }
}

static void put_fault(struct bs_lines *lines, const struct bs_overflow *overflow,
                      const struct bs_point *point)
{
    const char *between = between_operands(overflow);
    bs_lines_formula(lines, &lines->left, overflow->named, false);
    if (between)
        put_operands(lines, overflow, between);
    else
        put_numbers(lines, overflow->named, point);
    bs_lines_put(lines);
    bs_buf_value(&lines->right, overflow->value, lines->page->digits, lines->page->form);
    bs_put_words(&lines->rule, faults[overflow->what], lines->page);
    bs_lines_put(lines);
}

void bs_view_overflow(struct bs_buf *buf, bs_expr f, const struct bs_overflow *overflow,
                      const struct bs_point *point, const struct bs_page *page)
{
    const bool is_fine = overflow->what == BS_NO_FAULT;
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    bs_lines_open(&lines);
    bs_lines_formula(&lines, &lines.left, f, false);
    if (is_fine)
        bs_put_words(&lines.rule, faults[BS_NO_FAULT], page);
    bs_lines_put(&lines);
    bs_lines_point(&lines, point);
    if (!is_fine)
        put_fault(&lines, overflow, point);
    bs_lines_close(&lines);
    bs_lines_finish(&lines);
}
