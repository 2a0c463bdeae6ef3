/* A tape as a table: all cells as they are, then formulas cut to the width of the page. */
#include "view/internal.h"

#include "base/mem.h"
#include "base/width.h"

enum { DEFAULT_COLUMNS = 100, NARROWEST_FORMULA = 12 };

enum column { NAME, CLOSED, NUMBERS, VALUE, COLUMNS };

static const char *const headings[COLUMNS] = {"name", "closed form", "numbers", "value"};

/* An entry, or before the entries of a layer the equation of an array of them. */
struct row {
    int section;
    bs_entry entry;
    bool is_equation;
    bs_expr closed; /* NULL of a given and of an equation */
};

struct table {
    struct bs_tape *tape;
    const struct bs_page *page;
    int section_count;
    struct bs_section sections[BS_PHASES];
    struct bs_grid grid;
    struct row *rows;
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
    bs_expr closed = table->rows[row].closed;
    if (closed && bs_takes_numbers(closed))
        put_formula(bs_grid_cell(&table->grid, row, NUMBERS), table, closed, page->most_terms,
                    true);
    bs_buf_number(bs_grid_cell(&table->grid, row, VALUE), value, page->digits,
                  bs_minus(page->form));
}

static void hide_figures(const struct table *table, size_t row)
{
    const char *hidden = table->page->form == BS_UNICODE ? "—" : "--";
    if (table->rows[row].closed && bs_takes_numbers(table->rows[row].closed))
        bs_buf_put(bs_grid_cell(&table->grid, row, NUMBERS), hidden);
    bs_buf_put(bs_grid_cell(&table->grid, row, VALUE), hidden);
}

static int fill_entry(struct table *table, size_t row, struct bs_error *err)
{
    struct bs_derivation derivation;
    const struct bs_page *page = table->page;
    bs_entry entry = table->rows[row].entry;
    int status = bs_derive_unless_stopped(&derivation, table->tape, entry, err);
    if (status < 0)
        return status;
    bs_tape_show_name(table->tape, bs_grid_cell(&table->grid, row, NAME), entry, page->form);
    if (derivation.count > 0) {
        bs_expr closed = derivation.lines[derivation.count - 1].expr;
        table->rows[row].closed = closed;
        put_formula(bs_grid_cell(&table->grid, row, CLOSED), table, closed, page->most_terms,
                    false);
    }
    if (page->is_complete || bs_tape_is_shown(table->tape, entry))
        put_figures(table, row, derivation.value);
    else
        hide_figures(table, row);
    return BS_OK;
}

/* Z1, x·W1 + b1 and in place of numbers the shapes. */
static int fill_equation(struct table *table, size_t row, struct bs_error *err)
{
    struct bs_equation equation;
    struct bs_buf *closed = bs_grid_cell(&table->grid, row, CLOSED);
    int status =
        bs_tape_equation(&equation, table->tape, table->rows[row].entry, table->page->form, err);
    if (status < 0)
        return status;
    bs_buf_put(bs_grid_cell(&table->grid, row, NAME), bs_buf_text(&equation.name));
    for (int i = 0; i < equation.count; i++)
        bs_buf_printf(closed, "%s%s", i > 0 ? " = " : "", bs_buf_text(&equation.lines[i].text));
    if (equation.count > 0)
        bs_put_words(bs_grid_cell(&table->grid, row, NUMBERS),
                     bs_buf_text(&equation.lines[0].shapes), table->page);
    closed->failed = closed->failed || bs_equation_has_failed(&equation);
    bs_equation_finish(&equation);
    return BS_OK;
}

static int fill_rows(struct table *table, struct bs_error *err)
{
    int status = BS_OK;
    for (size_t row = 0; status == BS_OK && row < table->grid.rows; row++)
        status = table->rows[row].is_equation ? fill_equation(table, row, err)
                                              : fill_entry(table, row, err);
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
    struct bs_buf *cell = bs_grid_cell(&table->grid, row, (int)column);
    int width = table->grid.widths[column];
    int first = table->rows[row].closed ? FIRST_TRY : 0;
    for (int terms = first; terms >= FEWEST_TERMS && is_too_wide(cell, width); terms--) {
        bs_buf_cut(cell, 0);
        put_formula(cell, table, table->rows[row].closed, terms, column == NUMBERS);
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

static void end_section(struct bs_buf *buf, const struct table *table, int section)
{
    if (table->sections[section].left_out == 0)
        return;
    bs_buf_put(buf, "\n  ");
    bs_put_left_out(buf, table->sections[section].left_out, table->page);
}

static void put_table(struct bs_buf *buf, const struct table *table)
{
    size_t row = 0;
    bs_grid_put_headings(buf, &table->grid, table->page->lang);
    for (int i = 0; i < table->section_count; i++) {
        bs_buf_char(buf, '\n');
        bs_buf_put(buf, bs_view_phase(table->sections[i].phase, table->page->lang));
        for (; row < table->grid.rows && table->rows[row].section == i; row++) {
            bs_buf_char(buf, '\n');
            bs_grid_put_row(buf, &table->grid, row);
        }
        end_section(buf, table, i);
    }
}

/* Gives how many rows there are; none are written while `rows` is NULL. */
static size_t list_rows(const struct table *table, struct row *rows)
{
    size_t count = 0;
    for (int i = 0; i < table->section_count; i++) {
        const struct bs_section *section = &table->sections[i];
        for (int64_t p = section->first; p < section->end; p++) {
            bs_entry before[2], entry = bs_tape_at(table->tape, p);
            int equations = bs_tape_equations_before(before, table->tape, entry);
            for (int k = 0; rows && k < equations; k++)
                rows[count + (size_t)k] = (struct row){i, before[k], true, NULL};
            count += (size_t)equations;
            if (rows)
                rows[count] = (struct row){i, entry, false, NULL};
            count++;
        }
    }
    return count;
}

int bs_view_table(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                  struct bs_error *err)
{
    struct table table = {.tape = tape, .page = page};
    table.section_count = bs_sections(table.sections, tape, bs_tape_length(tape));
    size_t rows = list_rows(&table, NULL);
    if (bs_grid_init(&table.grid, rows, headings, COLUMNS, VALUE) < 0)
        return bs_fail_memory(err);
    int status = BS_NO_MEMORY;
    table.rows = bs_calloc(rows + 1, sizeof *table.rows);
    if (!table.rows)
        goto out;
    list_rows(&table, table.rows);
    status = fill_rows(&table, err);
    if (status < 0)
        goto out;
    fit(&table);
    put_table(buf, &table);
    if (buf->failed || bs_grid_has_failed(&table.grid))
        status = BS_NO_MEMORY;
out:
    bs_free(table.rows);
    bs_grid_finish(&table.grid);
    return status == BS_NO_MEMORY ? bs_fail_memory(err) : status;
}
