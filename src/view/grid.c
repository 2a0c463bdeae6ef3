/* Cells in columns: first all cells, then the widths, then the lines. */
#include "view/internal.h"

#include "base/mem.h"
#include "base/width.h"

#include <string.h>

enum { INDENT = 2, GAP = 2 };

int bs_grid_init(struct bs_grid *grid, size_t rows, const char *const *headings, int columns,
                 int first_number)
{
    *grid = (struct bs_grid){.rows = rows,
                             .headings = headings,
                             .columns = columns,
                             .first_number = first_number,
                             .cells = bs_calloc(rows * (size_t)columns + 1, sizeof *grid->cells)};
    return grid->cells ? BS_OK : BS_NO_MEMORY;
}

void bs_grid_finish(struct bs_grid *grid)
{
    for (size_t i = 0; i < grid->rows * (size_t)grid->columns; i++)
        bs_buf_finish(&grid->cells[i]);
    bs_free(grid->cells);
}

struct bs_buf *bs_grid_cell(const struct bs_grid *grid, size_t row, int column)
{
    return &grid->cells[row * (size_t)grid->columns + (size_t)column];
}

bool bs_grid_has_failed(const struct bs_grid *grid)
{
    for (size_t i = 0; i < grid->rows * (size_t)grid->columns; i++)
        if (grid->cells[i].failed)
            return true;
    return false;
}

/* ---- widths ---------------------------------------------------------------------------------- */

static void widen(int *width, int needed)
{
    if (*width < needed)
        *width = needed;
}

static int width_before_point(const char *number)
{
    return bs_width_n(number, strcspn(number, ".e"));
}

/* With points under one another a column is as wide as what stands before and after them. */
static void measure_column(struct bs_grid *grid, int column)
{
    int before = 0, after = 0;
    for (size_t r = 0; r < grid->rows; r++) {
        const char *text = bs_buf_text(bs_grid_cell(grid, r, column));
        int left = column < grid->first_number ? 0 : width_before_point(text);
        widen(&before, left);
        widen(&after, bs_width(text) - left);
    }
    grid->before[column] = before;
    widen(&grid->widths[column], before + after);
}

void bs_grid_measure(struct bs_grid *grid, const char *lang)
{
    for (int c = 0; c < grid->columns; c++) {
        grid->widths[c] = bs_width(bs_phrase(grid->headings[c], lang));
        measure_column(grid, c);
    }
}

int bs_grid_width(const struct bs_grid *grid)
{
    int width = INDENT - GAP;
    for (int c = 0; c < grid->columns; c++)
        width += GAP + grid->widths[c];
    return width;
}

/* ---- lines ----------------------------------------------------------------------------------- */

void bs_grid_put_headings(struct bs_buf *buf, const struct bs_grid *grid, const char *lang)
{
    size_t line = buf->length;
    int at = INDENT;
    for (int c = 0; c < grid->columns; c++) {
        if (grid->is_hidden[c])
            continue;
        if (grid->headings[c][0])
            bs_buf_pad(buf, line, at);
        bs_buf_put(buf, bs_phrase(grid->headings[c], lang));
        at += grid->widths[c] + GAP;
    }
}

void bs_grid_put_row(struct bs_buf *buf, const struct bs_grid *grid, size_t row)
{
    size_t line = buf->length;
    int at = INDENT;
    for (int c = 0; c < grid->columns; c++) {
        if (grid->is_hidden[c])
            continue;
        const char *text = bs_buf_text(bs_grid_cell(grid, row, c));
        int left = c < grid->first_number ? 0 : grid->before[c] - width_before_point(text);
        if (text[0])
            bs_buf_pad(buf, line, at + left);
        bs_buf_put(buf, text);
        at += grid->widths[c] + GAP;
    }
}
