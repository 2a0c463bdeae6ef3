#ifndef BACKSTEP_VIEW_INTERNAL_H
#define BACKSTEP_VIEW_INTERNAL_H

#include "view/view.h"

/* Inside the room only. */

/* ---- words (words.c) ------------------------------------------------------------------------- */

/* The English text in the language of the page, or as it is where there is no translation. */
const char *bs_phrase(const char *english, const char *lang);

/* Append a rule or a note, in the language and with the characters of the page. */
void bs_put_words(struct bs_buf *buf, const char *english, const struct bs_page *page);

/* Append text for HTML. */
void bs_put_escaped(struct bs_buf *buf, const char *text);

/* Append "… and 700 more" of what is left out. */
void bs_put_left_out(struct bs_buf *buf, int64_t count, const struct bs_page *page);

/* ---- lines (derivation.c) -------------------------------------------------------------------- */

/*
 * Append the rule of a line that starts at byte `line`: in its column, or after a longer formula;
 * where the page (of so many columns, 0: any number) has no room for that, before its column, or on
 * a new line.
 */
void bs_put_rule(struct bs_buf *buf, size_t line, const char *rule, int columns);

/*
 * Append the formula of a line that starts at byte `line`.  What the page (of so many columns, 0:
 * any number) has no room for goes on below its beginning, from an operator or behind a comma, as
 * far outside of brackets as may be.  Gives where the last line starts.
 */
size_t bs_put_formula(struct bs_buf *buf, size_t line, const char *formula, int columns);

/* ---- columns (grid.c) ------------------------------------------------------------------------ */

enum { BS_GRID_COLUMNS = BS_MOST_TERM_COLUMNS + 1 };

/* Rows of text under headings.  Columns from `first_number` on have their points aligned. */
struct bs_grid {
    size_t rows;
    const char *const *headings; /* in English, a text for each column */
    int columns, first_number;
    bool is_hidden[BS_GRID_COLUMNS]; /* columns that the lines leave out */
    struct bs_buf *cells;
    int widths[BS_GRID_COLUMNS], before[BS_GRID_COLUMNS]; /* before: the points */
};

/* All cells empty.  BS_NO_MEMORY leaves nothing to finish. */
int bs_grid_init(struct bs_grid *grid, size_t rows, const char *const *headings, int columns,
                 int first_number);
void bs_grid_finish(struct bs_grid *grid);
struct bs_buf *bs_grid_cell(const struct bs_grid *grid, size_t row, int column);
bool bs_grid_has_failed(const struct bs_grid *grid); /* one of its cells */

/* Give every column the width of its widest cell; that of a whole line. */
void bs_grid_measure(struct bs_grid *grid, const char *lang);
int bs_grid_width(const struct bs_grid *grid);

/* Append a line, without its end. */
void bs_grid_put_headings(struct bs_buf *buf, const struct bs_grid *grid, const char *lang);
void bs_grid_put_row(struct bs_buf *buf, const struct bs_grid *grid, size_t row);

/* ---- walking (walk.c) ------------------------------------------------------------------------ */

/* The entries of one phase, which stand side by side on the tape: those shown, and the rest. */
struct bs_section {
    enum bs_phase phase;
    int64_t first, end; /* positions */
    int64_t left_out;   /* so many more follow in the phase */
};

/* Of the entries before a position; gives the number of sections, none of them empty. */
int bs_sections(struct bs_section sections[BS_PHASES], const struct bs_tape *tape, int64_t end);

/* bs_tape_derive, or BS_INTERRUPTED after Ctrl-C. */
int bs_derive_unless_stopped(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry,
                             struct bs_error *err);

/*
 * Who lays derivations out, as text, LaTeX or HTML.  `line` gets each line of a derivation, or of
 * the equation of an array, in turn, number 0 first: what is on the left of all of them, a formula
 * and the rule that leads to it (which may be ""); `open` and `close` stand around a section.
 */
struct bs_writer {
    struct bs_buf *buf;
    struct bs_tape *tape;
    const struct bs_page *page;
    void (*open)(struct bs_writer *writer, const char *heading);
    void (*line)(struct bs_writer *writer, const char *name, int number, const char *formula,
                 const char *rule);
    void (*close)(struct bs_writer *writer, int64_t left_out);
    size_t start; /* where the writer's text starts in the buf */
};

/*
 * One derivation, in the notation of matrices after the equation of its array; all of them as far
 * as the page goes, where equations stand before the first entry of their layer.
 */
int bs_write_derivation(struct bs_writer *writer, bs_entry entry, struct bs_error *err);
int bs_write_solution(struct bs_writer *writer, struct bs_error *err);

/* Has a closed form numbers to put in?  A name or a number alone has none: its value says it. */
bool bs_takes_numbers(bs_expr closed);

#endif
