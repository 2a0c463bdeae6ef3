/* Tapes as tables: first all cells as they are, then the widths of the columns, then the lines. */
#include "view/internal.h"

#include "base/mem.h"
#include "base/width.h"

#include <string.h>

enum { DEFAULT_COLUMNS = 100, INDENT = 2, GAP = 2, NARROWEST_FORMULA = 12 };

enum column { NAME, CLOSED, NUMBERS, VALUE, COLUMNS };

struct row {
    bs_expr closed; /* NULL of a given */
    struct bs_buf cells[COLUMNS];
};

/* Values are aligned at their points: `before` columns stand to the left. */
struct table {
    struct bs_tape *tape;
    const struct bs_page *page;
    int section_count;
    struct bs_section sections[BS_PHASES];
    struct row *rows;
    size_t row_count;
    int widths[COLUMNS], before;
};

static const char *const headings[COLUMNS] = {"name", "closed form", "numbers", "value"};

/* ---- cells ----------------------------------------------------------------------------------- */

static void put_formula(struct bs_buf *buf, const struct table *table, bs_expr expr, int most_terms,
                        bool numbers)
{
    struct bs_style style = {
        .form = table->page->form,
        .digits = table->page->digits,
        .most_terms = most_terms,
    };
    bs_tape_typeset(table->tape, buf, expr, &style, numbers);
}

/* Numbers and value of a row. */
static void fill_figures(struct row *row, const struct table *table, double value)
{
    const struct bs_page *page = table->page;
    if (row->closed && bs_takes_numbers(row->closed))
        put_formula(&row->cells[NUMBERS], table, row->closed, page->most_terms, true);
    bs_buf_number(&row->cells[VALUE], value, page->digits, bs_minus(page->form));
}

static void hide_figures(struct row *row, const struct table *table)
{
    const char *hidden = table->page->form == BS_UNICODE ? "—" : "--";
    if (row->closed && bs_takes_numbers(row->closed))
        bs_buf_put(&row->cells[NUMBERS], hidden);
    bs_buf_put(&row->cells[VALUE], hidden);
}

static int fill_row(struct row *row, struct table *table, bs_entry entry, struct bs_error *err)
{
    struct bs_derivation derivation;
    const struct bs_page *page = table->page;
    int status = bs_derive_unless_stopped(&derivation, table->tape, entry, err);
    if (status < 0)
        return status;
    bs_tape_show_name(table->tape, &row->cells[NAME], entry, page->form);
    if (derivation.count > 0) {
        row->closed = derivation.lines[derivation.count - 1].expr;
        put_formula(&row->cells[CLOSED], table, row->closed, page->most_terms, false);
    }
    if (page->is_complete || bs_tape_is_shown(table->tape, entry))
        fill_figures(row, table, derivation.value);
    else
        hide_figures(row, table);
    return BS_OK;
}

static int fill_rows(struct table *table, struct bs_error *err)
{
    int status = BS_OK;
    struct row *row = table->rows;
    for (int i = 0; i < table->section_count; i++)
        for (int64_t p = table->sections[i].first; status == BS_OK && p < table->sections[i].end;
             p++)
            status = fill_row(row++, table, bs_tape_at(table->tape, p), err);
    return status;
}

/* ---- widths ---------------------------------------------------------------------------------- */

static void widen(int *width, int needed)
{
    if (*width < needed)
        *width = needed;
}

/* Columns of a number before its point. */
static int width_before_point(const char *number)
{
    return bs_width_n(number, strcspn(number, ".e"));
}

/* Before and after the points of values there may be more room than any one value takes. */
static void measure_values(struct table *table)
{
    int after = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        const char *value = bs_buf_text(&table->rows[r].cells[VALUE]);
        int before = width_before_point(value);
        widen(&table->before, before);
        widen(&after, bs_width(value) - before);
    }
    widen(&table->widths[VALUE], table->before + after);
}

/* The narrower of the two formulas has what it wants, the other what is left. */
static void share_width(int *closed, int *numbers, int room)
{
    int half = room / 2;
    if (*closed + *numbers <= room)
        return;
    if (*closed <= half)
        *numbers = room - *closed;
    else if (*numbers <= half)
        *closed = room - *numbers;
    else
        *closed = half, *numbers = room - half;
}

static void measure(struct table *table)
{
    int *widths = table->widths;
    int columns = table->page->columns > 0 ? table->page->columns : DEFAULT_COLUMNS;
    for (int c = 0; c < COLUMNS; c++) {
        widths[c] = bs_width(bs_phrase(headings[c], table->page->lang));
        for (size_t r = 0; c != VALUE && r < table->row_count; r++)
            widen(&widths[c], bs_width(bs_buf_text(&table->rows[r].cells[c])));
    }
    measure_values(table);
    int room = columns - INDENT - widths[NAME] - widths[VALUE] - GAP * (COLUMNS - 1);
    widen(&room, 2 * NARROWEST_FORMULA);
    share_width(&widths[CLOSED], &widths[NUMBERS], room);
}

/* ---- fitting --------------------------------------------------------------------------------- */

/* Leave out characters from the end until the text and an ellipsis have room. */
static void cut_end(struct bs_buf *cell, int width, const struct bs_page *page)
{
    const char *ellipsis = page->form == BS_UNICODE ? "…" : "...";
    size_t kept = 0, length = 0;
    while (!cell->failed && kept < cell->length) {
        uint32_t code;
        length += bs_utf8_read(&code, cell->text + length, cell->length - length);
        if (bs_width_n(cell->text, length) > width - bs_width(ellipsis))
            break;
        kept = length;
    }
    bs_buf_cut(cell, kept);
    bs_buf_put(cell, ellipsis);
}

/* Leave out terms from the middle, more and more of them, and then characters. */
static void fit_formula(struct bs_buf *cell, const struct table *table, bs_expr expr, int width,
                        bool numbers)
{
    enum { FIRST_TRY = 8, FEWEST_TERMS = 3 };
    for (int terms = FIRST_TRY;
         terms >= FEWEST_TERMS && !cell->failed && bs_width(bs_buf_text(cell)) > width; terms--) {
        bs_buf_cut(cell, 0);
        put_formula(cell, table, expr, terms, numbers);
    }
    if (!cell->failed && bs_width(bs_buf_text(cell)) > width)
        cut_end(cell, width, table->page);
}

static void fit_rows(struct table *table)
{
    for (size_t r = 0; r < table->row_count; r++)
        for (int c = CLOSED; c <= NUMBERS; c++)
            fit_formula(&table->rows[r].cells[c], table, table->rows[r].closed, table->widths[c],
                        c == NUMBERS);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void put_titles(struct bs_buf *buf, const struct table *table)
{
    size_t line = buf->length;
    int column = INDENT;
    for (int c = 0; c < COLUMNS; c++) {
        bs_buf_pad(buf, line, column);
        bs_buf_put(buf, bs_phrase(headings[c], table->page->lang));
        column += table->widths[c] + GAP;
    }
}

static void put_row(struct bs_buf *buf, const struct table *table, const struct row *row)
{
    size_t line = buf->length;
    int column = INDENT;
    for (int c = 0; c < COLUMNS; c++) {
        const char *cell = bs_buf_text(&row->cells[c]);
        bs_buf_pad(buf, line, column + (c == VALUE ? table->before - width_before_point(cell) : 0));
        bs_buf_put(buf, cell);
        column += table->widths[c] + GAP;
    }
}

static void put_table(struct bs_buf *buf, const struct table *table)
{
    const struct row *row = table->rows;
    put_titles(buf, table);
    for (int i = 0; i < table->section_count; i++) {
        const struct bs_section *section = &table->sections[i];
        bs_buf_char(buf, '\n');
        bs_buf_put(buf, bs_view_phase(section->phase, table->page->lang));
        for (int64_t p = section->first; p < section->end; p++) {
            bs_buf_char(buf, '\n');
            put_row(buf, table, row++);
        }
        if (section->left_out > 0) {
            bs_buf_put(buf, "\n  ");
            bs_put_left_out(buf, section->left_out, table->page);
        }
    }
}

static bool has_failed(const struct table *table)
{
    for (size_t r = 0; r < table->row_count; r++)
        for (int c = 0; c < COLUMNS; c++)
            if (table->rows[r].cells[c].failed)
                return true;
    return false;
}

static void finish(struct table *table)
{
    for (size_t r = 0; r < table->row_count; r++)
        for (int c = 0; c < COLUMNS; c++)
            bs_buf_finish(&table->rows[r].cells[c]);
    bs_free(table->rows);
}

int bs_view_table(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err)
{
    struct table table = {.tape = tape, .page = page};
    table.section_count = bs_sections(table.sections, tape, bs_tape_length(tape));
    for (int i = 0; i < table.section_count; i++)
        table.row_count += (size_t)(table.sections[i].end - table.sections[i].first);
    table.rows = bs_calloc(table.row_count + 1, sizeof *table.rows);
    if (!table.rows)
        return bs_fail_memory(err);
    int status = fill_rows(&table, err);
    if (status < 0)
        goto out;
    measure(&table);
    fit_rows(&table);
    put_table(buf, &table);
    if (buf->failed || has_failed(&table))
        status = bs_fail_memory(err);
out:
    finish(&table);
    return status;
}
