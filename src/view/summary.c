/* The layers of a network: shapes and counts, with their arithmetic. */
#include "view/internal.h"

#include "net/stack.h"

#include <string.h>

enum column { LAYER, KIND, OUTPUT, SHAPE, COUNT, PRODUCT, COLUMNS };

static const char *const headings[COLUMNS] = {"layer", "kind", "output", "", "parameters", ""};

/* Rows: the input, one for each layer, the total. */
struct summary {
    const struct bs_stack *stack;
    struct bs_grid grid;
    size_t row;
};

static struct bs_buf *cell(const struct summary *summary, enum column column)
{
    return bs_grid_cell(&summary->grid, summary->row, column);
}

static bool is_next_of_layer(const struct bs_stack *stack, int s)
{
    return s > 0 && strcmp(stack->stages[s].name, stack->stages[s - 1].name) == 0;
}

static size_t count_layers(const struct bs_stack *stack)
{
    size_t count = 0;
    for (int s = 0; s < stack->count; s++)
        count += !is_next_of_layer(stack, s);
    return count;
}

/* As bs_put_shape has it, in the page's language. */
static void put_shape(struct bs_buf *buf, const struct bs_shape *shape, const struct bs_page *page)
{
    struct bs_shape of_step = *shape;
    of_step.steps = 0;
    if (shape->steps)
        bs_buf_printf(buf, "%d%s", shape->steps, bs_phrase(bs_words_of_steps(shape), page->lang));
    bs_put_shape(buf, &of_step);
}

/* A stage that computes what it hands on; its activation goes into the same row. */
static void fill_layer(const struct summary *summary, const struct bs_stage *stage,
                       const struct bs_page *page)
{
    const size_t count = bs_stage_learnt(stage);
    bs_buf_put(cell(summary, LAYER), stage->name);
    bs_buf_put(cell(summary, KIND), stage->kind->name);
    put_shape(cell(summary, OUTPUT), &stage->out, page);
    if (stage->kind->put_shape)
        stage->kind->put_shape(cell(summary, SHAPE), stage);
    if (count == 0)
        return;
    bs_buf_printf(cell(summary, COUNT), "%zu", count);
    if (stage->kind->put_count)
        stage->kind->put_count(cell(summary, PRODUCT), stage);
}

static void put_activation(const struct summary *summary, const struct bs_stage *stage)
{
    if (stage->activation)
        bs_buf_printf(cell(summary, KIND), ", %s", stage->activation->name);
}

static void fill_layers(struct summary *summary, const struct bs_page *page)
{
    for (int s = 0; s < summary->stack->count; s++) {
        const struct bs_stage *stage = &summary->stack->stages[s];
        if (!is_next_of_layer(summary->stack, s)) {
            summary->row++;
            fill_layer(summary, stage, page);
        }
        put_activation(summary, stage);
    }
}

/* 156 + 2416 + ...: only where there is more than one */
static void put_total(const struct summary *summary)
{
    const char *between = "";
    size_t total = 0, layers = 0;
    struct bs_buf *sum = cell(summary, PRODUCT);
    for (int s = 0; s < summary->stack->count; s++) {
        const size_t count = bs_stage_learnt(&summary->stack->stages[s]);
        if (count == 0)
            continue;
        bs_buf_printf(sum, "%s%zu", between, count);
        between = " + ";
        total += count;
        layers++;
    }
    if (layers < 2)
        bs_buf_cut(sum, 0);
    bs_buf_printf(cell(summary, COUNT), "%zu", total);
}

static void fill(struct summary *summary, const struct bs_page *page)
{
    bs_buf_put(cell(summary, LAYER), bs_phrase("input", page->lang));
    put_shape(cell(summary, OUTPUT), &summary->stack->in, page);
    fill_layers(summary, page);
    summary->row++;
    bs_buf_put(cell(summary, LAYER), bs_phrase("total", page->lang));
    put_total(summary);
}

/* The rows that have something in a column. */
static void put_rows(struct bs_buf *buf, const struct summary *summary, enum column column,
                     const struct bs_page *page)
{
    bs_grid_put_headings(buf, &summary->grid, page->lang);
    for (size_t row = 0; row < summary->grid.rows; row++) {
        if (bs_grid_cell(&summary->grid, row, column)->length == 0)
            continue;
        bs_buf_char(buf, '\n');
        bs_grid_put_row(buf, &summary->grid, row);
    }
}

/* Where the page has no room for all side by side, the parameters stand below the shapes. */
static void put_in_two(struct bs_buf *buf, struct summary *summary, const struct bs_page *page)
{
    bool *is_hidden = summary->grid.is_hidden;
    is_hidden[COUNT] = is_hidden[PRODUCT] = true;
    put_rows(buf, summary, OUTPUT, page);
    bs_buf_put(buf, "\n\n");
    is_hidden[COUNT] = is_hidden[PRODUCT] = false;
    is_hidden[KIND] = is_hidden[OUTPUT] = is_hidden[SHAPE] = true;
    put_rows(buf, summary, COUNT, page);
}

int bs_view_summary(struct bs_buf *buf, const struct bs_arch *arch, const struct bs_page *page)
{
    struct summary summary = {.stack = arch->stack};
    if (bs_grid_init(&summary.grid, count_layers(arch->stack) + 2, headings, COLUMNS, COLUMNS) < 0)
        return BS_NO_MEMORY;
    fill(&summary, page);
    bs_grid_measure(&summary.grid, page->lang);
    if (page->columns > 0 && bs_grid_width(&summary.grid) > page->columns)
        put_in_two(buf, &summary, page);
    else
        put_rows(buf, &summary, LAYER, page);
    const bool failed = bs_grid_has_failed(&summary.grid) || buf->failed;
    bs_grid_finish(&summary.grid);
    return failed ? BS_NO_MEMORY : BS_OK;
}
