/* The gradient check as a table, worst first, with a verdict. */
#include "view/internal.h"

#include "base/interrupt.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_ROWS = 40 };

enum column { GRADIENT, DERIVED, NUMERICAL, DIFFERENCE, RELATIVE, COLUMNS };

static const char *const headings[COLUMNS] = {"gradient", "derived", "numerical", "difference",
                                              "relative"};

/* Of the largest gradient: well above what extrapolated differences of doubles lose. */
static const double AGREEMENT = 1e-7;
static const double SMALLEST_SCALE = 1e-3; /* where all gradients are about 0 */

struct check {
    struct bs_tape *tape;
    const struct bs_page *page;
    struct bs_gradcheck *items;
    int64_t count;
    double scale; /* the largest gradient, at least SMALLEST_SCALE */
};

static int run(struct check *check, struct bs_error *err)
{
    check->scale = SMALLEST_SCALE;
    for (int64_t k = 0; k < check->count; k++) {
        struct bs_gradcheck *item = &check->items[k];
        int status = bs_is_interrupted() ? bs_fail_interrupted(err)
                                         : bs_tape_gradcheck(item, check->tape, k, err);
        if (status < 0)
            return status;
        check->scale = fmax(check->scale, fmax(fabs(item->derived), fabs(item->numerical)));
    }
    return BS_OK;
}

/* Largest difference first; before it what is not a number, which no comparison would show. */
static int compare(const void *left, const void *right)
{
    const struct bs_gradcheck *a = left, *b = right;
    if (isnan(a->difference) != isnan(b->difference))
        return isnan(a->difference) ? -1 : 1;
    if (a->difference > b->difference || a->difference < b->difference)
        return a->difference > b->difference ? -1 : 1;
    return a->entry < b->entry ? -1 : 1;
}

/*
 * A numerical gradient is a difference of losses, whose rounding does not shrink with the gradient;
 * so a small gradient is measured against the largest.
 */
static double relative(const struct check *check, double difference)
{
    return difference / check->scale;
}

static void put_number(struct bs_buf *buf, double value, const struct check *check)
{
    bs_buf_number(buf, value, check->page->digits, bs_minus(check->page->form));
}

static void put_difference(struct bs_buf *buf, double value)
{
    bs_buf_number(buf, value, (struct bs_digits){2, -1}, "-");
}

static void fill_row(struct bs_grid *grid, size_t row, const struct check *check)
{
    const struct bs_gradcheck *item = &check->items[row];
    bs_tape_show_name(check->tape, bs_grid_cell(grid, row, GRADIENT), item->entry,
                      check->page->form);
    put_number(bs_grid_cell(grid, row, DERIVED), item->derived, check);
    put_number(bs_grid_cell(grid, row, NUMERICAL), item->numerical, check);
    put_difference(bs_grid_cell(grid, row, DIFFERENCE), item->difference);
    put_difference(bs_grid_cell(grid, row, RELATIVE), relative(check, item->difference));
}

static void put_grid(struct bs_buf *buf, const struct bs_grid *grid, const struct check *check)
{
    bs_grid_put_headings(buf, grid, check->page->lang);
    for (size_t row = 0; row < grid->rows; row++) {
        bs_buf_char(buf, '\n');
        bs_grid_put_row(buf, grid, row);
    }
    if ((int64_t)grid->rows < check->count) {
        bs_buf_put(buf, "\n  ");
        bs_put_left_out(buf, check->count - (int64_t)grid->rows, check->page);
    }
}

/* What is cut on purpose is no slope of the whole loss. */
static const char *disagreement(const struct bs_tape *tape)
{
    return bs_tape_is_truncated(tape)
               ? ": they differ, as slopes are cut on the way back (truncate)"
               : ": they do not agree";
}

static void put_verdict(struct bs_buf *buf, const struct check *check)
{
    const struct bs_page *page = check->page;
    double worst = check->items[0].difference;
    bool agree = relative(check, worst) <= AGREEMENT; /* not when it is no number */
    bs_buf_printf(buf, "\n%" PRId64, check->count);
    bs_put_words(buf, check->count == 1 ? " gradient" : " gradients", page);
    bs_put_words(buf, ", largest difference ", page);
    put_difference(buf, worst);
    bs_put_words(buf, ", relative to the largest gradient ", page);
    put_difference(buf, relative(check, worst));
    bs_put_words(buf, agree ? " ✓" : disagreement(check->tape), page);
}

static int put_check(struct bs_buf *buf, const struct check *check)
{
    struct bs_grid grid;
    size_t rows = (size_t)(check->count < MOST_ROWS ? check->count : MOST_ROWS);
    if (bs_grid_init(&grid, rows, headings, COLUMNS, DERIVED) < 0)
        return BS_NO_MEMORY;
    for (size_t row = 0; row < rows; row++)
        fill_row(&grid, row, check);
    bs_grid_measure(&grid, check->page->lang);
    put_grid(buf, &grid, check);
    put_verdict(buf, check);
    bool failed = buf->failed || bs_grid_has_failed(&grid);
    bs_grid_finish(&grid);
    return failed ? BS_NO_MEMORY : BS_OK;
}

int bs_view_gradcheck(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                      struct bs_error *err)
{
    struct check check = {.tape = tape, .page = page, .count = bs_tape_gradcheck_count(tape)};
    if (check.count == 0)
        return bs_fail(err, BS_REFUSED, "there is no gradient to check");
    check.items = bs_calloc((size_t)check.count, sizeof *check.items);
    int status = check.items ? run(&check, err) : BS_NO_MEMORY;
    if (status == BS_OK) {
        qsort(check.items, (size_t)check.count, sizeof *check.items, compare);
        status = put_check(buf, &check);
    }
    bs_free(check.items);
    return status == BS_NO_MEMORY ? bs_fail_memory(err) : status;
}
