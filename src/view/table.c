/* A tape as a table: all cells as they are, then formulas cut to the width of the page. */
#include "view/internal.h"

#include "base/mem.h"
#include "base/width.h"

enum { DEFAULT_COLUMNS = 100, NARROWEST_FORMULA = 12 };

enum column { NAME, CLOSED, NUMBERS, VALUE, COLUMNS };

static const char *const headings[COLUMNS] = {"name", "closed form", "numbers", "value"};

struct table {
    struct bs_tape *tape;
    const struct bs_page *page;
    int section_count;
    struct bs_section sections[BS_PHASES];
    struct bs_grid grid;
    bs_expr *closed; /* of each row; NULL of a given */
};

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

static void put_figures(const struct table *table, size_t row, double value)
{
    const struct bs_page *page = table->page;
    bs_expr closed = table->closed[row];
    if (closed && bs_takes_numbers(closed))
        put_formula(bs_grid_cell(&table->grid, row, NUMBERS), table, closed, page->most_terms,
                    true);
    bs_buf_number(bs_grid_cell(&table->grid, row, VALUE), value, page->digits,
                  bs_minus(page->form));
}

static void hide_figures(const struct table *table, size_t row)
{
    const char *hidden = table->page->form == BS_UNICODE ? "—" : "--";
    if (table->closed[row] && bs_takes_numbers(table->closed[row]))
        bs_buf_put(bs_grid_cell(&table->grid, row, NUMBERS), hidden);
    bs_buf_put(bs_grid_cell(&table->grid, row, VALUE), hidden);
}

static int fill_row(struct table *table, size_t row, bs_entry entry, struct bs_error *err)
{
    struct bs_derivation derivation;
    const struct bs_page *page = table->page;
    int status = bs_derive_unless_stopped(&derivation, table->tape, entry, err);
    if (status < 0)
        return status;
    bs_tape_show_name(table->tape, bs_grid_cell(&table->grid, row, NAME), entry, page->form);
    if (derivation.count > 0) {
        table->closed[row] = derivation.lines[derivation.count - 1].expr;
        put_formula(bs_grid_cell(&table->grid, row, CLOSED), table, table->closed[row],
                    page->most_terms, false);
    }
    if (page->is_complete || bs_tape_is_shown(table->tape, entry))
        put_figures(table, row, derivation.value);
    else
        hide_figures(table, row);
    return BS_OK;
}

static int fill_rows(struct table *table, struct bs_error *err)
{
    int status = BS_OK;
    size_t row = 0;
    for (int i = 0; i < table->section_count; i++) {
        const struct bs_section *section = &table->sections[i];
        for (int64_t p = section->first; status == BS_OK && p < section->end; p++)
            status = fill_row(table, row++, bs_tape_at(table->tape, p), err);
    }
    return status;
}

/* ---- fitting --------------------------------------------------------------------------------- */

/* The narrower of the two formulas has what it wants, the other what is left. */
static void share_width(int *closed, int *numbers, int room)
{
    int half = room / 2;
    if (*closed <= half)
        *numbers = room - *closed;
    else if (*numbers <= half)
        *closed = room - *numbers;
    else
        *closed = half, *numbers = room - half;
}

/* Names and values are never cut, and formulas not beyond recognition: then the table is wider. */
static void narrow(struct table *table)
{
    int columns = table->page->columns > 0 ? table->page->columns : DEFAULT_COLUMNS;
    int excess = bs_grid_width(&table->grid) - columns;
    int *widths = table->grid.widths;
    int room = widths[CLOSED] + widths[NUMBERS] - excess;
    if (excess > 0)
        share_width(&widths[CLOSED], &widths[NUMBERS],
                    room > 2 * NARROWEST_FORMULA ? room : 2 * NARROWEST_FORMULA);
}

static bool is_too_wide(const struct bs_buf *cell, int width)
{
    return !cell->failed && bs_width(bs_buf_text(cell)) > width;
}

/* Leave out characters from the end until the text and an ellipsis have room. */
static void cut_end(struct bs_buf *cell, int width, const struct bs_page *page)
{
    const char *ellipsis = page->form == BS_UNICODE ? "…" : "...";
    size_t kept = 0, length = 0;
    int room = width - bs_width(ellipsis);
    while (bs_width_n(cell->text, length) <= room) {
        uint32_t code;
        kept = length;
        length += bs_utf8_read(&code, cell->text + length, cell->length - length);
    }
    bs_buf_cut(cell, kept);
    bs_buf_put(cell, ellipsis);
}

/* Leave out terms from the middle, more and more of them, and then characters. */
static void fit_formula(struct table *table, size_t row, enum column column)
{
    enum { FIRST_TRY = 8, FEWEST_TERMS = 3 };
    struct bs_buf *cell = bs_grid_cell(&table->grid, row, column);
    int width = table->grid.widths[column];
    for (int terms = FIRST_TRY; terms >= FEWEST_TERMS && is_too_wide(cell, width); terms--) {
        bs_buf_cut(cell, 0);
        put_formula(cell, table, table->closed[row], terms, column == NUMBERS);
    }
    if (is_too_wide(cell, width))
        cut_end(cell, width, table->page);
}

static void fit(struct table *table)
{
    bs_grid_measure(&table->grid, table->page->lang);
    narrow(table);
    for (size_t row = 0; row < table->grid.rows; row++) {
        fit_formula(table, row, CLOSED);
        fit_formula(table, row, NUMBERS);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void put_table(struct bs_buf *buf, const struct table *table)
{
    size_t row = 0;
    bs_grid_put_headings(buf, &table->grid, table->page->lang);
    for (int i = 0; i < table->section_count; i++) {
        const struct bs_section *section = &table->sections[i];
        bs_buf_char(buf, '\n');
        bs_buf_put(buf, bs_view_phase(section->phase, table->page->lang));
        for (int64_t p = section->first; p < section->end; p++) {
            bs_buf_char(buf, '\n');
            bs_grid_put_row(buf, &table->grid, row++);
        }
        if (section->left_out > 0) {
            bs_buf_put(buf, "\n  ");
            bs_put_left_out(buf, section->left_out, table->page);
        }
    }
}

static size_t count_rows(const struct table *table)
{
    size_t rows = 0;
    for (int i = 0; i < table->section_count; i++)
        rows += (size_t)(table->sections[i].end - table->sections[i].first);
    return rows;
}

int bs_view_table(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err)
{
    struct table table = {.tape = tape, .page = page};
    table.section_count = bs_sections(table.sections, tape, bs_tape_length(tape));
    size_t rows = count_rows(&table);
    if (bs_grid_init(&table.grid, rows, headings, COLUMNS, VALUE) < 0)
        return bs_fail_memory(err);
    int status = BS_NO_MEMORY;
    table.closed = bs_calloc(rows + 1, sizeof *table.closed);
    if (!table.closed)
        goto out;
    status = fill_rows(&table, err);
    if (status < 0)
        goto out;
    fit(&table);
    put_table(buf, &table);
    if (buf->failed || bs_grid_has_failed(&table.grid))
        status = BS_NO_MEMORY;
out:
    bs_free(table.closed);
    bs_grid_finish(&table.grid);
    return status == BS_NO_MEMORY ? bs_fail_memory(err) : status;
}
