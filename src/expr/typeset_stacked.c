/*
 * Formulas over several lines of a terminal.  The common walk writes a text with marks in it, as it
 * writes the tags of MathML; here that text becomes boxes.  A box has a baseline, on which it
 * stands beside others, and so many rows above and below that.
 */
#include "expr/typeset.h"

#include "expr/words.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/width.h"

#include <string.h>

/* BEGIN and a character that says what it is, the parts with NEXT between them, END. */
#define BEGIN "\1"
#define NEXT "\2"
#define END "\3"

enum { MOST_ROWS = 200, MOST_PARTS = 4 };

enum box_kind {
    TEXT,
    ROW, /* boxes beside each other */
    FRACTION = '/',
    POWER = '^',
    SUM = 'S', /* parts: the bound below, that above, and the body */
    PRODUCT = 'P',
    PARENTHESES = '(',
    CASES = '{', /* parts: a branch and its test, twice */
};

struct box {
    int kind; /* an enum box_kind */
    int width, above, below;
    const char *text;
    size_t length;
    struct box *parts[MOST_PARTS];
    struct box *first, *next; /* of a row; in a row */
};

/* The characters that boxes are drawn with: one piece of each column. */
struct drawing {
    const char *bar, *sum, *product;
    const char *left[4], *right[4], *brace[4]; /* top, middle, bottom, and what is between */
};

static const struct drawing unicode_drawing = {
    .bar = "─",
    .sum = "Σ",
    .product = "Π",
    .left = {"⎛", "⎜", "⎝", "⎜"},
    .right = {"⎞", "⎟", "⎠", "⎟"},
    .brace = {"⎧", "⎨", "⎩", "⎪"},
};

static const struct drawing ascii_drawing = {
    .bar = "-",
    .sum = "sum",
    .product = "prod",
    .left = {"/", "|", "\\", "|"},
    .right = {"\\", "|", "/", "|"},
    .brace = {"/", "<", "\\", "|"},
};

/* ---- reading --------------------------------------------------------------------------------- */

struct reader {
    const char *at;
    struct bs_arena *arena;
    const struct drawing *drawing;
    bool failed;
};

static struct box *new_box(struct reader *reader, int kind)
{
    struct box *box = bs_arena_alloc(reader->arena, sizeof *box);
    if (!box) {
        reader->failed = true;
        return NULL;
    }
    *box = (struct box){.kind = kind};
    return box;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int height(const struct box *box)
{
    return box->above + 1 + box->below;
}

static void measure_row(struct box *row)
{
    for (const struct box *box = row->first; box; box = box->next) {
        row->width += box->width;
        row->above = most(row->above, box->above);
        row->below = most(row->below, box->below);
    }
}

/* The bar is longer than what it divides, so that a bar inside a fraction is no part of it. */
static void measure_fraction(struct box *box)
{
    box->width = most(box->parts[0]->width, box->parts[1]->width) + 2;
    box->above = height(box->parts[0]);
    box->below = height(box->parts[1]);
}

static void measure_power(struct box *box)
{
    box->width = box->parts[0]->width + box->parts[1]->width;
    box->above = box->parts[0]->above + height(box->parts[1]);
    box->below = box->parts[0]->below;
}

/* The bounds below and above the sign, in a column of their own. */
static int sign_width(const struct box *box, const struct drawing *drawing)
{
    int sign = bs_width(box->kind == SUM ? drawing->sum : drawing->product);
    return most(sign, most(box->parts[0]->width, box->parts[1]->width));
}

static void measure_indexed(struct box *box, const struct drawing *drawing)
{
    const struct box *body = box->parts[2];
    box->width = sign_width(box, drawing) + 1 + body->width;
    box->below = most(body->below, height(box->parts[0]));
    box->above = most(body->above, height(box->parts[1]));
}

static void measure_parentheses(struct box *box)
{
    box->width = box->parts[0]->width + 2;
    box->above = box->parts[0]->above;
    box->below = box->parts[0]->below;
}

/* One branch above the baseline and one below it; the point of the brace is between them. */
static void measure_cases(struct box *box)
{
    struct box *const *parts = box->parts;
    box->width =
        2 + most(parts[0]->width, parts[2]->width) + most(parts[1]->width, parts[3]->width);
    box->above =
        most(parts[0]->above, parts[1]->above) + 1 + most(parts[0]->below, parts[1]->below);
    box->below =
        most(parts[2]->above, parts[3]->above) + 1 + most(parts[2]->below, parts[3]->below);
}

static void measure(struct box *box, const struct drawing *drawing)
{
    switch (box->kind) {
    case TEXT:
        box->width = bs_width_n(box->text, box->length);
        break;
    case ROW:
        measure_row(box);
        break;
    case FRACTION:
        measure_fraction(box);
        break;
    case POWER:
        measure_power(box);
        break;
    case PARENTHESES:
        measure_parentheses(box);
        break;
    case CASES:
        measure_cases(box);
        break;
    default:
        measure_indexed(box, drawing);
        break;
    }
}

static struct box *read_row(struct reader *reader);

static struct box *read_text(struct reader *reader)
{
    struct box *box = new_box(reader, TEXT);
    if (!box)
        return NULL;
    box->text = reader->at;
    box->length = strcspn(reader->at, BEGIN NEXT END);
    reader->at += box->length;
    return box;
}

/* After BEGIN. */
static struct box *read_marked(struct reader *reader)
{
    struct box *box = new_box(reader, *reader->at++);
    for (int i = 0; box && !reader->failed; i++) {
        box->parts[i] = read_row(reader);
        if (reader->failed || *reader->at++ == END[0])
            return box;
    }
    return box;
}

/* Up to NEXT, END or the end of the text. */
static struct box *read_row(struct reader *reader)
{
    struct box *row = new_box(reader, ROW);
    struct box **end = row ? &row->first : NULL;
    while (!reader->failed && *reader->at && *reader->at != NEXT[0] && *reader->at != END[0]) {
        const bool is_marked = *reader->at == BEGIN[0];
        reader->at += is_marked;
        *end = is_marked ? read_marked(reader) : read_text(reader);
        if (reader->failed)
            break;
        measure(*end, reader->drawing);
        end = &(*end)->next;
    }
    if (!reader->failed)
        measure(row, reader->drawing);
    return row;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* What stands in a column: a character with its marks; of a wide one the second has length 0. */
struct cell {
    const char *text; /* NULL: nothing */
    size_t length;
};

struct canvas {
    struct cell *cells; /* row after row */
    int width;
    const struct drawing *drawing;
};

static void draw_text(struct canvas *canvas, const char *text, size_t length, int row, int column)
{
    struct cell *cell = canvas->cells + (ptrdiff_t)row * canvas->width + column;
    uint32_t code;
    for (size_t bytes; length > 0; text += bytes, length -= bytes) {
        bytes = bs_utf8_read(&code, text, length);
        const int width = bs_width_n(text, bytes);
        if (width == 0 && cell > canvas->cells && cell[-1].text)
            cell[-1].length += bytes; /* it follows that character in the text, too */
        if (width >= 1)
            *cell++ = (struct cell){text, bytes};
        if (width == 2)
            *cell++ = (struct cell){text, 0};
    }
}

static void draw_piece(struct canvas *canvas, const char *piece, int row, int column)
{
    draw_text(canvas, piece, strlen(piece), row, column);
}

/* A column of pieces from row `top` to row `bottom`; `middle` has the piece of the middle. */
static void draw_column(struct canvas *canvas, const char *const pieces[static 4], int top,
                        int middle, int bottom, int column)
{
    for (int row = top; row <= bottom; row++)
        draw_piece(canvas,
                   pieces[row == top      ? 0
                          : row == bottom ? 2
                          : row == middle ? 1
                                          : 3],
                   row, column);
}

static void draw(struct canvas *canvas, const struct box *box, int row, int column);

/* In the middle of so many columns. */
static void draw_centred(struct canvas *canvas, const struct box *box, int row, int column,
                         int width)
{
    draw(canvas, box, row, column + (width - box->width) / 2);
}

static void draw_fraction(struct canvas *canvas, const struct box *box, int row, int column)
{
    const struct box *over = box->parts[0], *under = box->parts[1];
    draw_centred(canvas, over, row - 1 - over->below, column, box->width);
    for (int i = 0; i < box->width; i++)
        draw_piece(canvas, canvas->drawing->bar, row, column + i);
    draw_centred(canvas, under, row + 1 + under->above, column, box->width);
}

static void draw_power(struct canvas *canvas, const struct box *box, int row, int column)
{
    const struct box *base = box->parts[0], *exponent = box->parts[1];
    draw(canvas, base, row, column);
    draw(canvas, exponent, row - base->above - 1 - exponent->below, column + base->width);
}

static void draw_indexed(struct canvas *canvas, const struct box *box, int row, int column)
{
    const struct drawing *drawing = canvas->drawing;
    const struct box *from = box->parts[0], *to = box->parts[1];
    const char *sign = box->kind == SUM ? drawing->sum : drawing->product;
    const int width = sign_width(box, drawing);
    draw_centred(canvas, to, row - 1 - to->below, column, width);
    draw_piece(canvas, sign, row, column + (width - bs_width(sign)) / 2);
    draw_centred(canvas, from, row + 1 + from->above, column, width);
    draw(canvas, box->parts[2], row, column + width + 1);
}

static void draw_parentheses(struct canvas *canvas, const struct box *box, int row, int column)
{
    const int top = row - box->above, bottom = row + box->below, last = column + box->width - 1;
    if (top == bottom) {
        draw_piece(canvas, "(", row, column);
        draw_piece(canvas, ")", row, last);
    } else {
        draw_column(canvas, canvas->drawing->left, top, row, bottom, column);
        draw_column(canvas, canvas->drawing->right, top, row, bottom, last);
    }
    draw(canvas, box->parts[0], row, column + 1);
}

static void draw_cases(struct canvas *canvas, const struct box *box, int row, int column)
{
    struct box *const *parts = box->parts;
    const int tests = column + 2 + most(parts[0]->width, parts[2]->width);
    const int first = row - 1 - most(parts[0]->below, parts[1]->below);
    const int second = row + 1 + most(parts[2]->above, parts[3]->above);
    draw_column(canvas, canvas->drawing->brace, row - box->above, row, row + box->below, column);
    draw(canvas, parts[0], first, column + 2);
    draw(canvas, parts[1], first, tests);
    draw(canvas, parts[2], second, column + 2);
    draw(canvas, parts[3], second, tests);
}

/* With its baseline in that row, and its left edge in that column. */
static void draw(struct canvas *canvas, const struct box *box, int row, int column)
{
    switch (box->kind) {
    case TEXT:
        draw_text(canvas, box->text, box->length, row, column);
        break;
    case ROW:
        for (const struct box *part = box->first; part; part = part->next) {
            draw(canvas, part, row, column);
            column += part->width;
        }
        break;
    case FRACTION:
        draw_fraction(canvas, box, row, column);
        break;
    case POWER:
        draw_power(canvas, box, row, column);
        break;
    case PARENTHESES:
        draw_parentheses(canvas, box, row, column);
        break;
    case CASES:
        draw_cases(canvas, box, row, column);
        break;
    default:
        draw_indexed(canvas, box, row, column);
        break;
    }
}

static void put_line(struct bs_buf *buf, const struct cell *cells, int width)
{
    while (width > 0 && !cells[width - 1].text)
        width--;
    for (int i = 0; i < width; i++)
        if (cells[i].text)
            bs_buf_put_n(buf, cells[i].text, cells[i].length);
        else
            bs_buf_char(buf, ' ');
}

static void put_box(struct bs_buf *buf, const struct box *box, const struct drawing *drawing)
{
    const int rows = height(box);
    struct cell *cells = bs_calloc((size_t)rows * (size_t)most(box->width, 1), sizeof *cells);
    struct canvas canvas = {cells, box->width, drawing};
    if (!cells) {
        buf->failed = true;
        return;
    }
    draw(&canvas, box, box->above, 0);
    for (int row = 0; row < rows; row++) {
        bs_buf_put(buf, row > 0 ? "\n" : "");
        put_line(buf, cells + (ptrdiff_t)row * box->width, box->width);
    }
    bs_free(cells);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static struct bs_words stacked_words(enum bs_form form)
{
    struct bs_words words = bs_words[form];
    const char *const fraction[] = {BEGIN "/", NEXT, END}, *const power[] = {BEGIN "^", NEXT, END};
    const char *const sum[] = {(BEGIN "S"), " = ", NEXT, NEXT, END};
    const char *const product[] = {(BEGIN "P"), " = ", NEXT, NEXT, END};
    const char *const cases[] = {BEGIN "{", NEXT " if ", NEXT, "", NEXT " otherwise", END};
    memcpy(words.fraction, fraction, sizeof fraction);
    memcpy(words.power, power, sizeof power);
    memcpy(words.sum, sum, sizeof sum);
    memcpy(words.product, product, sizeof product);
    memcpy(words.cases, cases, sizeof cases);
    words.relations[BS_ZERO_IS_KINK] = " > 0";
    words.is_below = " < 0";
    words.open = BEGIN "(";
    words.close = END;
    words.is_drawn = true;
    words.is_typed = false;
    return words;
}

int bs_typeset_stacked(struct bs_buf *buf, bs_expr expr, const struct bs_style *style, int width)
{
    const struct bs_words words = stacked_words(style->form);
    struct bs_buf text = BS_BUF_INIT;
    struct reader reader = {.arena = bs_arena_create()};
    struct box *box = NULL;
    int baseline = 0;
    reader.drawing = style->form == BS_ASCII ? &ascii_drawing : &unicode_drawing;
    if (reader.arena)
        bs_typeset_with(&text, expr, style, &words);
    reader.at = bs_buf_text(&text);
    if (reader.arena && !text.failed)
        box = read_row(&reader);
    if (!box || reader.failed) {
        buf->failed = true;
    } else if (box->width <= width && height(box) <= MOST_ROWS) {
        put_box(buf, box, reader.drawing);
        baseline = box->above;
    } else {
        bs_typeset(buf, expr, style);
    }
    bs_arena_destroy(reader.arena);
    bs_buf_finish(&text);
    return baseline;
}
