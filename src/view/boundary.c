/*
 * The plane of a network's two inputs.  It is cut into cells, and the middle of each is put through
 * the network: its class is the class of the cell.  Row 0 is at the top, where input 2 is largest.
 */
#include "view/boundary.h"

#include "base/mem.h"
#include "base/width.h"
#include "net/batch.h"
#include "view/internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* A cell has a class, and may have samples of one class or of several. */
enum { NO_CLASS = BS_MOST_CLASSES, NO_SAMPLE, MIXED, KINDS };

struct picture {
    const struct bs_net *net;
    const struct bs_plane *plane;
    int columns, rows, outputs;
    unsigned char *classes, *marks; /* rows × columns each */
    unsigned char *found;           /* classes of the samples */
    double *x, *y;                  /* the points; outputs, of them or of the samples */
    size_t right;
    bool is_used[KINDS]; /* among classes and marks */
};

/* ---- which part of the plane ----------------------------------------------------------------- */

/* The least of 1, 2, 5, 10, 20, ... and of their tenths, hundredths, ... that is not below x. */
static double round_step(double x)
{
    const double power = pow(10, floor(log10(x)));
    const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= x)
            return steps[i] * power;
    return 10 * power;
}

static void find_range(const struct bs_plane *plane, int i, double *least, double *greatest)
{
    *least = *greatest = plane->x[i];
    for (size_t k = 1; k < plane->samples; k++) {
        *least = fmin(*least, plane->x[2 * k + (size_t)i]);
        *greatest = fmax(*greatest, plane->x[2 * k + (size_t)i]);
    }
}

/*
 * A sample on a multiple of the step is on an edge, which is then put a step further out.  Where
 * all are equal the step is theirs in size, so that it is not lost in rounding.
 */
void bs_plane_fit(struct bs_plane *plane, int i)
{
    double least, greatest;
    plane->from[i] = 0;
    plane->to[i] = 1;
    if (plane->samples == 0)
        return;
    find_range(plane, i, &least, &greatest);
    const double size = fmax(fabs(least), fabs(greatest));
    double range = greatest - least;
    if (range < 1e-9 * size || range < DBL_MIN)
        range = size > 0 ? size : 1;
    const double step = round_step(range / 12);
    plane->from[i] = (ceil(least / step) - 1) * step;
    plane->to[i] = (floor(greatest / step) + 1) * step;
}

int bs_plane_check(const struct bs_plane *plane, const struct bs_arch *arch, struct bs_error *err)
{
    const int inputs = bs_arch_inputs(arch), outputs = bs_arch_outputs(arch);
    if (inputs != 2)
        return bs_fail(err, BS_REFUSED,
                       "a boundary is drawn in the plane of 2 inputs: the network has %d", inputs);
    if (outputs > BS_MOST_CLASSES)
        return bs_fail(err, BS_REFUSED,
                       "a boundary is drawn for %d classes at most: the network has %d outputs",
                       BS_MOST_CLASSES, outputs);
    for (int i = 0; i < 2; i++)
        if (!isfinite(plane->to[i] - plane->from[i]) || plane->from[i] >= plane->to[i])
            return bs_fail(err, BS_REFUSED,
                           "the plane must go from less to more in %s: got %g to %g",
                           plane->names[i], plane->from[i], plane->to[i]);
    return BS_OK;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static int class_of(const double *y, int outputs, double level)
{
    int best = 0;
    for (int j = 0; j < outputs; j++) {
        if (!isfinite(y[j]))
            return NO_CLASS;
        if (y[j] > y[best])
            best = j;
    }
    return outputs == 1 ? y[0] >= level : best;
}

/* What the network makes of the points, at most as many as there is room for in picture->y. */
static int find_classes(unsigned char *found, const struct picture *picture, const double *x,
                        size_t count, struct bs_error *err)
{
    const size_t outputs = (size_t)picture->outputs;
    const struct bs_batch batch = {.samples = count, .x = x};
    int status = bs_batch_forward(picture->y, picture->net, &batch, err);
    for (size_t k = 0; status == BS_OK && k < count; k++)
        found[k] = (unsigned char)class_of(picture->y + k * outputs, picture->outputs,
                                           picture->plane->level);
    return status;
}

static double middle_of(const struct bs_plane *plane, int i, int cell, int cells)
{
    return plane->from[i] + (cell + 0.5) / cells * (plane->to[i] - plane->from[i]);
}

static int colour_cells(struct picture *picture, struct bs_error *err)
{
    const struct bs_plane *plane = picture->plane;
    const size_t cells = (size_t)picture->rows * (size_t)picture->columns;
    double *x = picture->x;
    for (int row = picture->rows - 1; row >= 0; row--)
        for (int column = 0; column < picture->columns; column++) {
            *x++ = middle_of(plane, 0, column, picture->columns);
            *x++ = middle_of(plane, 1, row, picture->rows);
        }
    int status = find_classes(picture->classes, picture, picture->x, cells, err);
    for (size_t cell = 0; status == BS_OK && cell < cells; cell++)
        picture->is_used[picture->classes[cell]] = true;
    return status;
}

/* Of `cells` along input i; -1 outside. */
static int cell_of(const struct bs_plane *plane, int i, double x, int cells)
{
    if (x < plane->from[i] || x > plane->to[i])
        return -1;
    const int cell = (int)((x - plane->from[i]) / (plane->to[i] - plane->from[i]) * cells);
    return cell < cells ? cell : cells - 1;
}

static void mark_sample(struct picture *picture, const double *x, int target)
{
    const int column = cell_of(picture->plane, 0, x[0], picture->columns);
    const int above = cell_of(picture->plane, 1, x[1], picture->rows);
    if (column < 0 || above < 0)
        return;
    unsigned char *mark = &picture->marks[(picture->rows - 1 - above) * picture->columns + column];
    *mark = (unsigned char)(*mark == NO_SAMPLE || *mark == target ? target : MIXED);
    picture->is_used[*mark] = true;
}

static int target_of(const struct picture *picture, size_t k)
{
    const struct bs_plane *plane = picture->plane;
    return class_of(plane->t + k * (size_t)picture->outputs, picture->outputs, plane->level);
}

static int mark_samples(struct picture *picture, struct bs_error *err)
{
    const struct bs_plane *plane = picture->plane;
    int status = find_classes(picture->found, picture, plane->x, plane->samples, err);
    for (size_t k = 0; status == BS_OK && k < plane->samples; k++) {
        picture->right += picture->found[k] == target_of(picture, k);
        mark_sample(picture, plane->x + 2 * k, target_of(picture, k));
    }
    return status;
}

static void finish(struct picture *picture)
{
    bs_free(picture->classes);
    bs_free(picture->marks);
    bs_free(picture->y);
    bs_free(picture->x);
    bs_free(picture->found);
}

static int paint(struct picture *picture, const struct bs_net *net, const struct bs_plane *plane,
                 struct bs_error *err)
{
    const size_t cells = (size_t)picture->rows * (size_t)picture->columns;
    const size_t most = plane->samples > cells ? plane->samples : cells;
    picture->net = net;
    picture->plane = plane;
    picture->outputs = bs_arch_outputs(net->arch);
    picture->classes = bs_calloc(cells, 1);
    picture->marks = bs_alloc(cells);
    picture->found = bs_calloc(plane->samples + 1, 1);
    picture->x = bs_realloc_array(NULL, 2 * cells, sizeof(double));
    picture->y = bs_realloc_array(NULL, (size_t)picture->outputs * most, sizeof(double));
    if (!picture->classes || !picture->marks || !picture->found || !picture->x || !picture->y)
        return bs_fail_memory(err);
    memset(picture->marks, NO_SAMPLE, cells);
    int status = colour_cells(picture, err);
    return status < 0 ? status : mark_samples(picture, err);
}

/* ---- text ------------------------------------------------------------------------------------ */

struct glyphs {
    const char *regions[BS_MOST_CLASSES + 1], *samples[BS_MOST_CLASSES], *mixed;
    const char *side, *corner, *floor, *at_least;
};

static const struct glyphs
    unicode = {{" ", "░", "▒", "▓", "?"}, {"○", "●", "◇", "◆"}, "◐", "│", "└", "─", "≥"},
    ascii = {{" ", ".", ":", "%", "?"}, {"o", "x", "+", "*"}, "&", "|", "+", "-", ">="};

static const struct glyphs *glyphs_of(const struct bs_page *page)
{
    return page->form == BS_UNICODE ? &unicode : &ascii;
}

static void put_number(struct bs_buf *buf, double value, const struct bs_page *page)
{
    bs_buf_number(buf, value, page->digits, bs_minus(page->form));
}

static int number_width(double value, const struct bs_page *page, bool *failed)
{
    struct bs_buf buf = BS_BUF_INIT;
    put_number(&buf, value, page);
    const int width = bs_width(bs_buf_text(&buf));
    *failed = *failed || buf.failed;
    bs_buf_finish(&buf);
    return width;
}

/* A number that ends before column `end` of the line that starts at byte `line`. */
static void put_number_before(struct bs_buf *buf, size_t line, int end, double value,
                              const struct bs_page *page)
{
    bs_buf_pad(buf, line, end - number_width(value, page, &buf->failed));
    put_number(buf, value, page);
}

static void put_cell(struct bs_buf *buf, const struct picture *picture, int cell,
                     const struct glyphs *glyphs)
{
    const int mark = picture->marks[cell];
    if (mark == MIXED)
        bs_buf_put(buf, glyphs->mixed);
    else if (mark < BS_MOST_CLASSES)
        bs_buf_put(buf, glyphs->samples[mark]);
    else
        bs_buf_put(buf, glyphs->regions[picture->classes[cell]]);
}

/* After the last cell of a row that is not blank: a line ends in no space. */
static int row_end(const struct picture *picture, int row)
{
    const size_t first = (size_t)row * (size_t)picture->columns;
    int end = picture->columns;
    while (end > 0 && picture->classes[first + (size_t)end - 1] == 0 &&
           picture->marks[first + (size_t)end - 1] == NO_SAMPLE)
        end--;
    return end;
}

/* The name of input 2, the rows, and below them input 1; `margin` columns stand to the left. */
static void put_rows(struct bs_buf *buf, const struct picture *picture, int margin,
                     const struct bs_page *page)
{
    const struct bs_plane *plane = picture->plane;
    const struct glyphs *glyphs = glyphs_of(page);
    bs_buf_repeat(buf, " ", margin);
    bs_buf_printf(buf, "%s\n", plane->names[1]);
    for (int row = 0; row < picture->rows; row++) {
        const size_t line = buf->length;
        if (row == 0)
            put_number_before(buf, line, margin - 1, plane->to[1], page);
        bs_buf_pad(buf, line, margin);
        bs_buf_put(buf, glyphs->side);
        for (int column = 0; column < row_end(picture, row); column++)
            put_cell(buf, picture, row * picture->columns + column, glyphs);
        bs_buf_char(buf, '\n');
    }
}

static void put_floor(struct bs_buf *buf, const struct picture *picture, int margin,
                      const struct bs_page *page)
{
    const struct bs_plane *plane = picture->plane;
    const int width = picture->columns, name = bs_width(plane->names[0]);
    size_t line = buf->length;
    put_number_before(buf, line, margin - 1, plane->from[1], page);
    bs_buf_pad(buf, line, margin);
    bs_buf_put(buf, glyphs_of(page)->corner);
    bs_buf_repeat(buf, glyphs_of(page)->floor, width);
    bs_buf_char(buf, '\n');
    line = buf->length;
    bs_buf_repeat(buf, " ", margin + 1);
    put_number(buf, plane->from[0], page);
    bs_buf_pad(buf, line, margin + (width - name) / 2);
    bs_buf_printf(buf, " %s ", plane->names[0]);
    put_number_before(buf, line, margin + 1 + width, plane->to[0], page);
}

static void put_levels(struct bs_buf *buf, const struct picture *picture,
                       const struct bs_page *page)
{
    const struct glyphs *glyphs = glyphs_of(page);
    const double level = picture->plane->level;
    bs_buf_printf(buf, "%s ", glyphs->regions[1]);
    bs_put_words(buf, "output ", page);
    bs_buf_printf(buf, "%s ", glyphs->at_least);
    put_number(buf, level, page);
    for (int k = 1; k >= 0 && picture->plane->samples > 0; k--) {
        bs_buf_printf(buf, "   %s ", glyphs->samples[k]);
        bs_put_words(buf, "target ", page);
        bs_buf_printf(buf, "%s ", k ? glyphs->at_least : "<");
        put_number(buf, level, page);
    }
}

static void put_classes(struct bs_buf *buf, const struct picture *picture,
                        const struct bs_page *page)
{
    const struct glyphs *glyphs = glyphs_of(page);
    const bool has_samples = picture->plane->samples > 0;
    for (int k = has_samples ? 0 : 1; k < picture->outputs; k++) {
        bs_buf_put(buf, k > (has_samples ? 0 : 1) ? "   " : "");
        if (k > 0)
            bs_buf_printf(buf, "%s ", glyphs->regions[k]);
        if (has_samples)
            bs_buf_printf(buf, "%s ", glyphs->samples[k]);
        bs_put_words(buf, "class ", page);
        bs_buf_printf(buf, "%d", k + 1);
    }
}

static void put_legend(struct bs_buf *buf, const struct picture *picture,
                       const struct bs_page *page)
{
    const struct glyphs *glyphs = glyphs_of(page);
    if (picture->outputs == 1)
        put_levels(buf, picture, page);
    else
        put_classes(buf, picture, page);
    if (picture->is_used[MIXED]) {
        bs_buf_printf(buf, "   %s ", glyphs->mixed);
        bs_put_words(buf, "several", page);
    }
    if (picture->is_used[NO_CLASS]) {
        bs_buf_printf(buf, "   %s ", glyphs->regions[NO_CLASS]);
        bs_put_words(buf, "no finite output", page);
    }
}

static void put_verdict(struct bs_buf *buf, const struct picture *picture,
                        const struct bs_page *page)
{
    if (picture->plane->samples == 0)
        return;
    bs_buf_char(buf, '\n');
    bs_put_words(buf, "samples on the right side: ", page);
    bs_buf_printf(buf, "%zu", picture->right);
    bs_put_words(buf, " of ", page);
    bs_buf_printf(buf, "%zu", picture->plane->samples);
}

/* The numbers beside the rows are right-aligned, with a space on either side. */
static int margin_of(const struct bs_plane *plane, const struct bs_page *page, bool *failed)
{
    const int top = number_width(plane->to[1], page, failed);
    const int bottom = number_width(plane->from[1], page, failed);
    return (top > bottom ? top : bottom) + 2;
}

int bs_view_boundary(struct bs_buf *buf, const struct bs_net *net, const struct bs_plane *plane,
                     const struct bs_page *page, struct bs_error *err)
{
    struct picture picture = {.columns = plane->columns, .rows = plane->rows};
    int status = paint(&picture, net, plane, err);
    if (status == BS_OK) {
        const int margin = margin_of(plane, page, &buf->failed);
        put_rows(buf, &picture, margin, page);
        put_floor(buf, &picture, margin, page);
        bs_buf_char(buf, '\n');
        put_legend(buf, &picture, page);
        put_verdict(buf, &picture, page);
        status = buf->failed ? bs_fail_memory(err) : BS_OK;
    }
    finish(&picture);
    return status;
}

/* ---- SVG ------------------------------------------------------------------------------------- */

/* In pixels: a plane of cells, and around it room for numbers and names. */
enum { SVG_COLUMNS = 96, SVG_ROWS = 72, SIDE = 5, LEFT = 60, TOP = 30, BELOW = 50, RADIUS = 5 };
enum { PLANE_WIDTH = SVG_COLUMNS * SIDE, PLANE_HEIGHT = SVG_ROWS * SIDE };

static const char *const pale[] = {"#ffffff", "#cfe2f3", "#d9ead3", "#fce5cd", "#eeeeee"};
static const char *const strong[] = {"#ffffff", "#1f5f99", "#38761d", "#b45f06", "#000000"};

/* Cells of one class side by side are one rectangle. */
static void put_regions(struct bs_buf *buf, const struct picture *picture)
{
    for (int row = 0; row < SVG_ROWS; row++)
        for (int column = 0, end; column < SVG_COLUMNS; column = end) {
            const unsigned char *classes = picture->classes + row * SVG_COLUMNS;
            for (end = column; end < SVG_COLUMNS && classes[end] == classes[column];)
                end++;
            bs_buf_printf(buf, "<rect x='%d' y='%d' width='%d' height='%d' fill='%s'/>\n",
                          LEFT + column * SIDE, TOP + row * SIDE, (end - column) * SIDE, SIDE,
                          pale[classes[column]]);
        }
}

static void put_circles(struct bs_buf *buf, const struct picture *picture)
{
    const struct bs_plane *plane = picture->plane;
    for (size_t k = 0; k < plane->samples; k++) {
        const int x = cell_of(plane, 0, plane->x[2 * k], PLANE_WIDTH);
        const int y = cell_of(plane, 1, plane->x[2 * k + 1], PLANE_HEIGHT);
        if (x >= 0 && y >= 0)
            bs_buf_printf(buf, "<circle cx='%d' cy='%d' r='%d' fill='%s' stroke='#000000'/>\n",
                          LEFT + x, TOP + PLANE_HEIGHT - 1 - y, RADIUS,
                          strong[target_of(picture, k)]);
    }
}

static void open_text(struct bs_buf *buf, int x, int y, const char *anchor)
{
    bs_buf_printf(buf, "<text x='%d' y='%d' text-anchor='%s'>", x, y, anchor);
}

static void put_name(struct bs_buf *buf, int x, int y, const char *name)
{
    open_text(buf, x, y, "middle");
    bs_put_escaped(buf, name);
    bs_buf_put(buf, "</text>\n");
}

static void put_figure(struct bs_buf *buf, int x, int y, const char *anchor, double value,
                       const struct bs_page *page)
{
    open_text(buf, x, y, anchor);
    put_number(buf, value, page);
    bs_buf_put(buf, "</text>\n");
}

static void put_axes(struct bs_buf *buf, const struct bs_plane *plane, const struct bs_page *page)
{
    const int bottom = TOP + PLANE_HEIGHT, right = LEFT + PLANE_WIDTH;
    bs_buf_printf(buf,
                  "<rect x='%d' y='%d' width='%d' height='%d' fill='none' stroke='#000000'/>\n",
                  LEFT, TOP, PLANE_WIDTH, PLANE_HEIGHT);
    put_name(buf, LEFT + PLANE_WIDTH / 2, bottom + 40, plane->names[0]);
    put_name(buf, LEFT, TOP - 12, plane->names[1]);
    put_figure(buf, LEFT, bottom + 20, "middle", plane->from[0], page);
    put_figure(buf, right, bottom + 20, "middle", plane->to[0], page);
    put_figure(buf, LEFT - 8, bottom, "end", plane->from[1], page);
    put_figure(buf, LEFT - 8, TOP + 10, "end", plane->to[1], page);
}

int bs_view_boundary_svg(struct bs_buf *buf, const struct bs_net *net, const struct bs_plane *plane,
                         const struct bs_page *page, struct bs_error *err)
{
    struct picture picture = {.columns = SVG_COLUMNS, .rows = SVG_ROWS};
    int status = paint(&picture, net, plane, err);
    if (status == BS_OK) {
        bs_buf_printf(buf,
                      "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
                      "font-family='sans-serif' font-size='14'>\n",
                      LEFT + PLANE_WIDTH + LEFT, TOP + PLANE_HEIGHT + BELOW);
        put_regions(buf, &picture);
        put_axes(buf, plane, page);
        put_circles(buf, &picture);
        bs_buf_put(buf, "</svg>\n");
        status = buf->failed ? bs_fail_memory(err) : BS_OK;
    }
    finish(&picture);
    return status;
}
