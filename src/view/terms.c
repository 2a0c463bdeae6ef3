/* The terms that gradients are the sums of: of one gradient each user, of several a table. */
#include "view/internal.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MOST_ROWS = 200 };

struct terms {
    struct bs_tape *tape;
    const struct bs_page *page;
    size_t count;
    struct bs_chain chains[BS_MOST_TERM_COLUMNS];
    bool has_steps;
    struct bs_grid grid;
    struct bs_buf headings[BS_MOST_TERM_COLUMNS + 1];
    const char *heading_texts[BS_MOST_TERM_COLUMNS + 1];
};

/* ---- order ----------------------------------------------------------------------------------- */

/* By steps; at a step, and where there is none, as on the tape. */
static int compare_links(const void *left, const void *right)
{
    const struct bs_link *a = left, *b = right;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->user > b->user) - (a->user < b->user);
}

static int read_chains(struct terms *terms, const bs_entry *entries, size_t count,
                       struct bs_error *err)
{
    int status = BS_OK;
    for (; terms->count < count && status == BS_OK; terms->count += status == BS_OK) {
        struct bs_chain *chain = &terms->chains[terms->count];
        status = bs_tape_chain(chain, terms->tape, entries[terms->count], err);
        if (status < 0)
            break;
        qsort(chain->links, (size_t)chain->count, sizeof *chain->links, compare_links);
        if (chain->count > 0 && chain->links[chain->count - 1].step > 0)
            terms->has_steps = true;
    }
    return status;
}

static double product(const struct bs_link *link)
{
    return link->slope * link->local;
}

/* What a row of the table is about: a step, or a user. */
static int64_t key_of(const struct terms *terms, const struct bs_link *link)
{
    return terms->has_steps ? link->step : link->user;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void put_number(const struct terms *terms, size_t row, int column, double value)
{
    bs_buf_number(bs_grid_cell(&terms->grid, row, column), value, terms->page->digits,
                  bs_minus(terms->page->form));
}

/* The gradient itself, under its terms. */
static void put_total(const struct terms *terms, size_t row, int column,
                      const struct bs_chain *chain)
{
    put_number(terms, row, column, chain->value);
    if (chain->is_checked)
        bs_put_words(bs_grid_cell(&terms->grid, row, column), " ✓", terms->page);
}

static void put_step(const struct terms *terms, struct bs_buf *buf, int64_t step)
{
    bs_put_words(buf, "step ", terms->page);
    bs_buf_printf(buf, "%" PRId64, step);
}

static int start_grid(struct terms *terms, size_t rows, int columns)
{
    for (int c = 0; c < columns; c++) {
        if (terms->headings[c].failed)
            return BS_NO_MEMORY;
        terms->heading_texts[c] = bs_buf_text(&terms->headings[c]);
    }
    return bs_grid_init(&terms->grid, rows, terms->heading_texts, columns, 1);
}

static void put_rows(struct bs_buf *buf, const struct terms *terms, size_t first, size_t end)
{
    for (size_t row = first; row < end; row++) {
        bs_buf_char(buf, '\n');
        bs_grid_put_row(buf, &terms->grid, row);
    }
}

static void put_rest(struct bs_buf *buf, const struct terms *terms, int64_t left_out)
{
    if (left_out == 0)
        return;
    bs_buf_put(buf, "\n  ");
    bs_put_left_out(buf, left_out, terms->page);
}

/* ---- one gradient ---------------------------------------------------------------------------- */

enum { USER, SLOPE, LOCAL, PRODUCT, COLUMNS };

/* Of a batch, or of weights that a layer uses at several places, a step has several users. */
static bool has_groups(const struct bs_chain *chain)
{
    for (int64_t k = 1; k < chain->count; k++)
        if (chain->links[k].step > 0 && chain->links[k].step == chain->links[k - 1].step)
            return true;
    return false;
}

static int64_t end_of_step(const struct bs_chain *chain, int64_t first)
{
    int64_t end = first;
    while (end < chain->count && chain->links[end].step == chain->links[first].step)
        end++;
    return end;
}

static void head_users(struct terms *terms)
{
    const struct bs_page *page = terms->page;
    const struct bs_chain *chain = &terms->chains[0];
    bs_put_words(&terms->headings[USER], "user", page);
    bs_put_words(&terms->headings[SLOPE], "∂", page);
    bs_tape_show_name(terms->tape, &terms->headings[SLOPE], chain->loss, page->form);
    bs_put_words(&terms->headings[SLOPE], "/∂user", page);
    bs_put_words(&terms->headings[LOCAL], "∂user/∂", page);
    bs_tape_show_name(terms->tape, &terms->headings[LOCAL], chain->quantity, page->form);
    bs_put_words(&terms->headings[PRODUCT], "product", page);
}

static void fill_user(const struct terms *terms, size_t row, const struct bs_link *link)
{
    bs_tape_show_name(terms->tape, bs_grid_cell(&terms->grid, row, USER), link->user,
                      terms->page->form);
    put_number(terms, row, SLOPE, link->slope);
    put_number(terms, row, LOCAL, link->local);
    put_number(terms, row, PRODUCT, product(link));
}

static void fill_one_total(const struct terms *terms, size_t row)
{
    const struct bs_chain *chain = &terms->chains[0];
    bs_tape_show_name(terms->tape, bs_grid_cell(&terms->grid, row, USER), chain->derivative,
                      terms->page->form);
    put_total(terms, row, PRODUCT, chain);
}

static int put_users(struct bs_buf *buf, struct terms *terms)
{
    const struct bs_chain *chain = &terms->chains[0];
    const size_t rows = (size_t)(chain->count < MOST_ROWS ? chain->count : MOST_ROWS);
    if (start_grid(terms, rows + 1, COLUMNS) < 0)
        return BS_NO_MEMORY;
    for (size_t row = 0; row < rows; row++)
        fill_user(terms, row, &chain->links[row]);
    fill_one_total(terms, rows);
    bs_grid_measure(&terms->grid, terms->page->lang);
    bs_grid_put_headings(buf, &terms->grid, terms->page->lang);
    put_rows(buf, terms, 0, rows);
    put_rest(buf, terms, chain->count - (int64_t)rows);
    put_rows(buf, terms, rows, rows + 1);
    return BS_OK;
}

/* The users of a step, from `row` on, and what they come to; gives the next row. */
static size_t fill_step(const struct terms *terms, size_t row, int64_t first, int64_t end)
{
    double sum = 0;
    for (int64_t k = first; k < end; k++) {
        fill_user(terms, row++, &terms->chains[0].links[k]);
        sum += product(&terms->chains[0].links[k]);
    }
    bs_put_words(bs_grid_cell(&terms->grid, row, USER), "sum", terms->page);
    put_number(terms, row, PRODUCT, sum);
    return row + 1;
}

static size_t fill_steps(const struct terms *terms)
{
    const struct bs_chain *chain = &terms->chains[0];
    size_t row = 0;
    for (int64_t first = 0, end; first < chain->count; first = end) {
        end = end_of_step(chain, first);
        row = fill_step(terms, row, first, end);
    }
    return row;
}

static size_t count_steps(const struct bs_chain *chain)
{
    size_t steps = 0;
    for (int64_t first = 0; first < chain->count; first = end_of_step(chain, first))
        steps++;
    return steps;
}

/* Under a heading for each step. */
static int put_groups(struct bs_buf *buf, struct terms *terms)
{
    const struct bs_chain *chain = &terms->chains[0];
    if (start_grid(terms, (size_t)chain->count + count_steps(chain) + 1, COLUMNS) < 0)
        return BS_NO_MEMORY;
    const size_t total = fill_steps(terms);
    fill_one_total(terms, total);
    bs_grid_measure(&terms->grid, terms->page->lang);
    bs_grid_put_headings(buf, &terms->grid, terms->page->lang);
    size_t row = 0;
    for (int64_t first = 0, end; first < chain->count; first = end) {
        end = end_of_step(chain, first);
        const size_t rows = (size_t)(end - first) + 1;
        bs_buf_char(buf, '\n');
        put_step(terms, buf, chain->links[first].step);
        put_rows(buf, terms, row, row + rows);
        row += rows;
    }
    put_rows(buf, terms, total, total + 1);
    return BS_OK;
}

/* ---- several gradients ----------------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Each key once, in order.  NULL: out of memory. */
static int64_t *list_keys(const struct terms *terms, size_t *count)
{
    size_t all = 0, kept = 0;
    for (size_t c = 0; c < terms->count; c++)
        all += (size_t)terms->chains[c].count;
    int64_t *keys = bs_realloc_array(NULL, all + 1, sizeof *keys);
    if (!keys)
        return NULL;
    all = 0;
    for (size_t c = 0; c < terms->count; c++)
        for (int64_t k = 0; k < terms->chains[c].count; k++)
            keys[all++] = key_of(terms, &terms->chains[c].links[k]);
    qsort(keys, all, sizeof *keys, compare_keys);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || keys[i] != keys[i - 1])
            keys[kept++] = keys[i];
    *count = kept;
    return keys;
}

static void head_gradients(struct terms *terms)
{
    bs_put_words(&terms->headings[0], terms->has_steps ? "step" : "user", terms->page);
    for (size_t c = 0; c < terms->count; c++)
        bs_tape_show_name(terms->tape, &terms->headings[c + 1], terms->chains[c].derivative,
                          terms->page->form);
}

static void name_row(const struct terms *terms, size_t row, int64_t key)
{
    struct bs_buf *cell = bs_grid_cell(&terms->grid, row, 0);
    if (!terms->has_steps)
        bs_tape_show_name(terms->tape, cell, key, terms->page->form);
    else if (key > 0)
        bs_buf_printf(cell, "%" PRId64, key);
    else
        bs_buf_put(cell, terms->page->form == BS_UNICODE ? "—" : "--");
}

/* Links and rows are in the same order. */
static void fill_column(const struct terms *terms, size_t c, const int64_t *keys, size_t rows)
{
    const struct bs_chain *chain = &terms->chains[c];
    int64_t k = 0;
    for (size_t row = 0; row < rows; row++) {
        double sum = 0;
        const int64_t first = k;
        for (; k < chain->count && key_of(terms, &chain->links[k]) == keys[row]; k++)
            sum += product(&chain->links[k]);
        if (k > first)
            put_number(terms, row, (int)c + 1, sum);
    }
    put_total(terms, rows, (int)c + 1, chain);
}

static int put_gradients(struct bs_buf *buf, struct terms *terms)
{
    size_t keys_count = 0;
    int64_t *keys = list_keys(terms, &keys_count);
    const size_t rows = keys_count < MOST_ROWS ? keys_count : MOST_ROWS;
    if (!keys || start_grid(terms, rows + 1, (int)terms->count + 1) < 0) {
        bs_free(keys);
        return BS_NO_MEMORY;
    }
    for (size_t row = 0; row < rows; row++)
        name_row(terms, row, keys[row]);
    bs_put_words(bs_grid_cell(&terms->grid, rows, 0), "sum", terms->page);
    for (size_t c = 0; c < terms->count; c++)
        fill_column(terms, c, keys, rows);
    bs_free(keys);
    bs_grid_measure(&terms->grid, terms->page->lang);
    bs_grid_put_headings(buf, &terms->grid, terms->page->lang);
    put_rows(buf, terms, 0, rows);
    put_rest(buf, terms, (int64_t)(keys_count - rows));
    put_rows(buf, terms, rows, rows + 1);
    return BS_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* More users than a page has rows are shown by steps, if they have steps. */
static int put_terms(struct bs_buf *buf, struct terms *terms)
{
    const struct bs_chain *first = &terms->chains[0];
    const bool is_grouped = terms->count == 1 && has_groups(first);
    if (terms->count > 1 || (is_grouped && first->count > MOST_ROWS)) {
        head_gradients(terms);
        return put_gradients(buf, terms);
    }
    head_users(terms);
    return is_grouped ? put_groups(buf, terms) : put_users(buf, terms);
}

static void finish(struct terms *terms)
{
    for (size_t c = 0; c < terms->count; c++)
        bs_chain_finish(&terms->chains[c]);
    for (size_t c = 0; c <= BS_MOST_TERM_COLUMNS; c++)
        bs_buf_finish(&terms->headings[c]);
    if (terms->grid.cells)
        bs_grid_finish(&terms->grid);
}

int bs_view_terms(struct bs_buf *buf, struct bs_tape *tape, const bs_entry *entries, size_t count,
                  const struct bs_page *page, struct bs_error *err)
{
    struct terms terms = {.tape = tape, .page = page};
    if (count < 1 || count > BS_MOST_TERM_COLUMNS)
        return bs_fail(err, BS_REFUSED, "terms are of 1 to %d gradients at once, got %zu",
                       BS_MOST_TERM_COLUMNS, count);
    int status = read_chains(&terms, entries, count, err);
    if (status == BS_OK)
        status = put_terms(buf, &terms);
    if (status == BS_OK && (buf->failed || bs_grid_has_failed(&terms.grid)))
        status = BS_NO_MEMORY;
    finish(&terms);
    return status == BS_NO_MEMORY ? bs_fail_memory(err) : status;
}
