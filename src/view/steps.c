/* The rules of a derivative, one a line, from the outside in. */
#include "view/lines.h"

void bs_view_steps(struct bs_buf *buf, bs_expr f, bs_expr x, bs_expr slope,
                   const struct bs_steps *steps, const struct bs_page *page)
{
    struct bs_lines lines;
    bs_lines_init(&lines, buf, page);
    bs_lines_open(&lines);
    if (steps->count == 0)
        bs_lines_slope(&lines, f, x, slope, f == x ? "" : "does not depend on it");
    bs_lines_steps(&lines, x, steps);
    bs_lines_close(&lines);
    bs_lines_finish(&lines);
}
