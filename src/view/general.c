/* Derivatives in general indices, and the rules behind their local slopes. */
#include "view/lines.h"

#include <string.h>

static void put_general(struct bs_lines *lines, const struct bs_general *general)
{
    bs_lines_open(lines);
    bs_lines_formula(lines, &lines->left, general->name, false);
    for (int i = 0; i < general->count; i++) {
        const char *rule = general->lines[i].rule;
        const bool is_chain = strcmp(rule, "chain rule") == 0;
        bs_lines_formula(lines, &lines->right, general->lines[i].expr, is_chain);
        bs_put_words(&lines->rule, rule, lines->page);
        bs_lines_put(lines);
    }
    bs_lines_close(lines);
}

/* The change of a quantity; dw_hj is how it is typed. */
static const char *const changes[] = {[BS_UNICODE] = "Δ",
                                      [BS_ASCII] = "d",
                                      [BS_LATEX] = "\\Delta ",
                                      [BS_MATHML] = "<mi mathvariant=\"normal\">Δ</mi>"};

static void put_update(struct bs_lines *lines, const struct bs_update *update)
{
    bs_lines_open(lines);
    bs_buf_put(&lines->left, changes[lines->page->form]);
    bs_lines_formula(lines, &lines->left, update->q, false);
    bs_lines_equation(lines, NULL, update->named, "gradient descent");
    if (update->closed != update->named)
        bs_lines_equation(lines, NULL, update->closed, "closed form");
    bs_lines_close(lines);
}

void bs_view_general(struct bs_buf *buf, size_t count, const struct bs_general *generals,
                     const struct bs_update *updates, const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    for (size_t i = 0; i < count; i++) {
        put_general(&lines, &generals[i]);
        if (updates[i].q)
            put_update(&lines, &updates[i]);
    }
    bs_lines_finish(&lines);
}

void bs_view_local(struct bs_buf *buf, const struct bs_naming *definition, bs_expr q, bs_expr slope,
                   const struct bs_steps *steps, const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    bs_lines_open(&lines);
    bs_lines_equation(&lines, definition->name, definition->formula, "definition");
    bs_lines_close(&lines);
    bs_lines_open(&lines);
    bs_lines_steps(&lines, q, steps);
    bs_lines_slope(&lines, definition->name, q, slope, "closed form");
    bs_lines_close(&lines);
    bs_lines_finish(&lines);
}

static const char *const at_most[] = {
    [BS_UNICODE] = " ≤ ", [BS_ASCII] = " <= ", [BS_LATEX] = " \\leq ", [BS_MATHML] = "<mo>≤</mo>"};

/* Between the roots no factor is negative: two that were could make a product of any size. */
static void put_condition(struct bs_lines *lines, const struct bs_bound *bound)
{
    const char *less = at_most[lines->page->form];
    bs_lines_word(lines, "while ");
    bs_lines_formula(lines, &lines->left, bound->least, false);
    bs_buf_put(&lines->left, less);
    bs_lines_formula(lines, &lines->left, bound->x, false);
    bs_buf_put(&lines->left, less);
    bs_lines_formula(lines, &lines->left, bound->most, false);
    bs_lines_put(lines);
}

void bs_view_bound(struct bs_buf *buf, const struct bs_bound *bound, const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    bs_lines_open(&lines);
    bs_lines_equation(&lines, bound->slope, bound->square, "the square completed");
    bs_lines_formula(&lines, &lines.left, bound->slopes, false);
    bs_buf_put(&lines.left, at_most[page->form]);
    bs_lines_formula(&lines, &lines.left, bound->bound, false);
    bs_put_words(&lines.rule, "no factor is larger", page);
    bs_lines_put(&lines);
    put_condition(&lines, bound);
    bs_lines_close(&lines);
    if (!bs_is_integer(bound->others, 1)) {
        bs_lines_head(&lines, "the other factors:");
        bs_lines_open(&lines);
        bs_lines_formula(&lines, &lines.left, bound->others, false);
        bs_lines_put(&lines);
        bs_lines_close(&lines);
    }
    bs_lines_finish(&lines);
}
