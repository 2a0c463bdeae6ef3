#ifndef BACKSTEP_VIEW_LINES_H
#define BACKSTEP_VIEW_LINES_H

#include "view/internal.h"

/*
 * Inside the room only: groups of lines,
 *
 *     left = right                                  rule
 *          = right                                  rule
 *
 * as the form of the page has them: columns on a terminal, where a line that is too wide for the
 * page goes on under its left side; an align* of LaTeX; an element of MathML.
 */
struct bs_lines {
    struct bs_buf *buf;
    const struct bs_page *page;
    size_t start;                    /* of all groups in buf */
    size_t group;                    /* of the lines of this one */
    int indent;                      /* columns before its "=" */
    bool is_headed;                  /* a sentence stands before the next group */
    struct bs_buf left, right, rule; /* of the line that is being written */
};

void bs_lines_init(struct bs_lines *lines, struct bs_buf *buf, const struct bs_page *page);
void bs_lines_finish(struct bs_lines *lines); /* leaves in buf that memory ran out */

void bs_lines_open(struct bs_lines *lines);
void bs_lines_close(struct bs_lines *lines);

/*
 * End the line whose left side (none: the one above goes on), right side (none: only the left) and
 * rule have been written.
 */
void bs_lines_put(struct bs_lines *lines);

/* A line of text above the next group. */
void bs_lines_head(struct bs_lines *lines, const char *text);

/* Append a formula to one of the sides. */
void bs_lines_formula(struct bs_lines *lines, struct bs_buf *side, bs_expr expr, bool is_spaced);

/* Append a word such as "where " to the left side, with the space that it ends in. */
void bs_lines_word(struct bs_lines *lines, const char *word);

/* A line: left = right, by a rule. */
void bs_lines_equation(struct bs_lines *lines, bs_expr left, bs_expr right, const char *rule);

/* A line: the value of a formula. */
void bs_lines_value(struct bs_lines *lines, bs_expr left, double value);

/* A line: where x = 1, y = 2; none where the point is empty. */
void bs_lines_point(struct bs_lines *lines, const struct bs_point *point);

/* A line: ∂/∂x f = slope, by a rule. */
void bs_lines_slope(struct bs_lines *lines, bs_expr f, bs_expr x, bs_expr slope, const char *rule);

/* The rules of a derivative by x, or the rewriting steps of a proof (x NULL), each a line. */
void bs_lines_steps(struct bs_lines *lines, bs_expr x, const struct bs_steps *steps);

#endif
