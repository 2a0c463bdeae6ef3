/* Identities and functions: what was proved, and how; or where two formulas differ. */
#include "view/lines.h"

static const char *const verdicts[] = {
    [BS_PROVED] = "proved", [BS_REFUTED] = "refuted", [BS_UNDECIDED] = "not decided"};

/* The point, and what the two sides are there. */
static void put_counterexample(struct bs_lines *lines, bs_expr left, bs_expr right,
                               const struct bs_proof *proof)
{
    bs_lines_open(lines);
    bs_lines_point(lines, &proof->point);
    if (!bs_is_number(left))
        bs_lines_value(lines, left, proof->left);
    if (!bs_is_number(right))
        bs_lines_value(lines, right, proof->right);
    bs_lines_close(lines);
}

static void put_steps(struct bs_lines *lines, const struct bs_steps *steps)
{
    if (steps->count == 0)
        return;
    bs_lines_open(lines);
    bs_lines_steps(lines, NULL, steps);
    bs_lines_close(lines);
}

static void put_proof(struct bs_lines *lines, bs_expr left, bs_expr right,
                      const struct bs_proof *proof)
{
    bs_lines_open(lines);
    bs_lines_equation(lines, left, right, verdicts[proof->verdict]);
    bs_lines_close(lines);
    put_steps(lines, &proof->steps);
    if (proof->verdict == BS_REFUTED)
        put_counterexample(lines, left, right, proof);
    if (proof->verdict == BS_UNDECIDED)
        bs_lines_head(lines, "the same within rounding wherever tried, which proves nothing");
}

void bs_view_proof(struct bs_buf *buf, bs_expr left, bs_expr right, const struct bs_proof *proof,
                   const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    put_proof(&lines, left, right, proof);
    bs_lines_finish(&lines);
}

static void put_formula(struct bs_lines *lines, const struct bs_explanation *explanation)
{
    bs_lines_open(lines);
    bs_lines_equation(lines, explanation->call, explanation->formula, "definition");
    bs_lines_close(lines);
    bs_lines_open(lines);
    bs_lines_steps(lines, explanation->x, &explanation->steps);
    bs_lines_close(lines);
}

void bs_view_explanation(struct bs_buf *buf, const struct bs_explanation *explanation,
                         const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    if (explanation->formula)
        put_formula(&lines, explanation);
    bs_lines_open(&lines);
    bs_lines_slope(&lines, explanation->call, explanation->x, explanation->stated,
                   explanation->rule);
    bs_lines_close(&lines);
    if (explanation->formula && explanation->slope != explanation->stated)
        put_proof(&lines, explanation->slope, explanation->stated, &explanation->proof);
    if (!explanation->formula)
        bs_lines_head(&lines, "no other function says what it is: its slope is a rule of its own");
    bs_lines_finish(&lines);
}
