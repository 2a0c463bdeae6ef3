/*
 * Tables of numbers that mistakes give on the true values: single mistakes in anything that an item
 * is made of; and pairs of mistakes in its cone, for numbers that the first table does not have.  A
 * table is for numbers of so many figures, for that is what it takes to say how many random numbers
 * it would explain; it ends where that would be too many.
 */
#include "check/catalogue.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "check/mutate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a key there are at most MOST_NUMBERS rows; of the causes of a cone, so many are made twice. */
enum { MOST_ROWS = 8000, MOST_NUMBERS = 200000, MOST_BEFORE = 200, MOST_TWICE = 16 };

struct tabling {
    struct bs_catalogue *catalogue;
    struct bs_table *table;
    struct bs_interval right; /* numbers that are right */
    int item, figures;
    bool is_full;
    struct bs_error *err;
};

void bs_table_destroy(struct bs_table *table)
{
    if (!table)
        return;
    bs_free(table->rows);
    bs_cover_finish(&table->cover);
    bs_free(table);
}

/* A row whose number is as good as right is never looked up. */
static int add_row(struct tabling *tabling, struct bs_row row)
{
    struct bs_table *table = tabling->table;
    if (!isfinite(row.value) || (tabling->right.lo <= row.value && row.value <= tabling->right.hi))
        return BS_OK;
    const struct bs_interval window =
        bs_window_around((struct bs_interval){row.value, row.value}, tabling->figures);
    if (table->cover.share + bs_cover_cost(&table->cover, window) >= BS_MOST_CHANCE ||
        table->count == MOST_ROWS || tabling->catalogue->numbers >= MOST_NUMBERS) {
        tabling->is_full = true;
        return BS_OK;
    }
    if (!bs_cover_add(&table->cover, window) ||
        !bs_grow(&table->rows, &table->capacity, table->count + 1, sizeof *table->rows))
        return bs_fail_memory(tabling->err);
    table->rows[table->count++] = row;
    tabling->catalogue->numbers++;
    return BS_OK;
}

static int try_row(struct tabling *tabling, struct bs_row row)
{
    struct bs_trial *trial = &tabling->catalogue->trial;
    struct bs_change changes[] = {{row.item, row.first->definition}, {row.second_item, NULL}};
    const bool is_pair = row.second != NULL, is_nested = is_pair && row.second_item == row.item;
    if (is_nested)
        changes[0].definition = row.second->definition;
    else if (is_pair)
        changes[1].definition = row.second->definition;
    if (bs_is_interrupted())
        return bs_fail_interrupted(tabling->err);
    const int count = is_pair && !is_nested ? 2 : 1;
    const int status = bs_trial_run(&row.value, trial, changes, count, tabling->err);
    return status == BS_OK ? add_row(tabling, row) : status;
}

/* ---- single mistakes --------------------------------------------------------------------------
 */

/* All that the item is made of, given or not, the nearest first. */
static int list_before(int before[MOST_BEFORE], struct bs_catalogue *catalogue, int item)
{
    int count = 0;
    memset(catalogue->is_marked, false, (size_t)item + 1);
    catalogue->is_marked[item] = true;
    for (int i = item; i >= 0 && count < MOST_BEFORE; i--) {
        const struct bs_item *member = bs_key_item(catalogue->key, i);
        if (!catalogue->is_marked[i] || !member->definition)
            continue;
        before[count++] = i;
        for (int k = 0; k < member->operand_count; k++)
            catalogue->is_marked[member->operands[k]] = true;
    }
    return count;
}

/* The mutants of one kind of an item; they stand together. */
static int add_of_kind(struct tabling *tabling, int item, enum bs_mistake_kind kind)
{
    const struct bs_mutants *mutants;
    int status = bs_catalogue_mutants(&mutants, tabling->catalogue, item, tabling->err);
    for (size_t m = 0; status == BS_OK && m < mutants->count && !tabling->is_full; m++)
        if (mutants->items[m].mistake.kind == kind)
            status = try_row(
                tabling,
                (struct bs_row){.item = item, .second_item = -1, .first = &mutants->items[m]});
    return status;
}

static int add_singles(struct tabling *tabling)
{
    int before[MOST_BEFORE], status = BS_OK;
    const int count = list_before(before, tabling->catalogue, tabling->item);
    bs_trial_begin(&tabling->catalogue->trial, tabling->catalogue->right, NULL, NULL,
                   tabling->item);
    for (const struct bs_mistake_row *kind = bs_mistake_rows;
         kind->kind != BS_NO_MISTAKE && !tabling->is_full; kind++)
        for (int k = 0; k < count && status == BS_OK; k++)
            status = add_of_kind(tabling, before[k], kind->kind);
    return status;
}

/* ---- pairs ------------------------------------------------------------------------------------
 */

static int add_across(struct tabling *tabling, const struct bs_cause *a, const struct bs_cause *b)
{
    if (a->item == b->item)
        return BS_OK;
    return try_row(tabling, (struct bs_row){.item = a->item,
                                            .second_item = b->item,
                                            .first = a->mutant,
                                            .second = b->mutant});
}

/* Twice in one definition: the rarer one after the other, so that a pair comes once. */
static int add_within(struct tabling *tabling, const struct bs_cause *a, size_t k)
{
    const struct bs_mutants *mutants, *again;
    struct bs_catalogue *catalogue = tabling->catalogue;
    int status = bs_catalogue_mutants(&mutants, catalogue, a->item, tabling->err);
    if (status == BS_OK)
        status = bs_catalogue_again(&again, catalogue, a->item,
                                    (size_t)(a->mutant - mutants->items), tabling->err);
    if (status < 0 || k >= again->count ||
        bs_mistake_rank(again->items[k].mistake.kind) < bs_mistake_rank(a->mutant->mistake.kind))
        return status;
    return try_row(tabling, (struct bs_row){.item = a->item,
                                            .second_item = a->item,
                                            .first = a->mutant,
                                            .second = &again->items[k]});
}

/* Two common mistakes before a common and a rare one. */
static int add_pairs(struct tabling *tabling, const struct bs_cone *cone)
{
    int status = BS_OK;
    bs_trial_begin(&tabling->catalogue->trial, tabling->catalogue->right, NULL,
                   tabling->catalogue->is_asked, tabling->item);
    for (size_t sum = 0; sum < 2 * cone->count && !tabling->is_full; sum++)
        for (size_t a = 0; a <= sum && a < cone->count && status == BS_OK && !tabling->is_full;
             a++) {
            const size_t b = sum - a;
            if (a < b && b < cone->count)
                status = add_across(tabling, &cone->causes[a], &cone->causes[b]);
            if (status == BS_OK && a < MOST_TWICE)
                status = add_within(tabling, &cone->causes[a], b);
        }
    return status;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static int compare_rows(const void *a, const void *b)
{
    const struct bs_row *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

static int fill_singles(struct tabling *tabling)
{
    struct bs_cone *cone;
    struct bs_plan *plan;
    struct bs_catalogue *catalogue = tabling->catalogue;
    int status = bs_catalogue_cone(&cone, catalogue, tabling->item, NULL, tabling->err);
    if (status == BS_OK)
        status = bs_catalogue_plan(&plan, catalogue, cone, tabling->figures, tabling->err);
    bs_cover_init(&tabling->table->cover, catalogue->right[tabling->item]);
    if (status == BS_OK && !bs_plan_cover(&tabling->table->cover, cone, plan,
                                          catalogue->right[tabling->item], tabling->figures))
        status = bs_fail_memory(tabling->err);
    return status == BS_OK ? add_singles(tabling) : status;
}

/* They go on from where single mistakes have come to, whose windows nobody needs any more. */
static int fill_pairs(struct tabling *tabling)
{
    struct bs_cone *cone;
    struct bs_catalogue *catalogue = tabling->catalogue;
    struct bs_table *singles = catalogue->made[tabling->item].tables[tabling->figures][BS_SINGLES];
    int status = bs_catalogue_cone(&cone, catalogue, tabling->item, NULL, tabling->err);
    if (status == BS_OK && !bs_cover_copy(&tabling->table->cover, &singles->cover))
        status = bs_fail_memory(tabling->err);
    return status == BS_OK ? add_pairs(tabling, cone) : status;
}

int bs_catalogue_table(const struct bs_table **out, struct bs_catalogue *catalogue, int item,
                       int figures, enum bs_tabled tabled, struct bs_error *err)
{
    struct bs_table **place = &catalogue->made[item].tables[figures][tabled];
    const double right = catalogue->right[item];
    struct tabling tabling = {.catalogue = catalogue, .item = item, .figures = figures, .err = err};
    *out = *place;
    if (*place)
        return BS_OK;
    tabling.table = bs_calloc(1, sizeof *tabling.table);
    if (!tabling.table)
        return bs_fail_memory(err);
    tabling.right = bs_window_around((struct bs_interval){right, right}, figures);
    const int status = tabled == BS_PAIRS ? fill_pairs(&tabling) : fill_singles(&tabling);
    if (status < 0) {
        catalogue->numbers -= tabling.table->count;
        bs_table_destroy(tabling.table);
        return status;
    }
    if (tabling.table->count > 0)
        qsort(tabling.table->rows, tabling.table->count, sizeof *tabling.table->rows, compare_rows);
    *out = *place = tabling.table;
    return BS_OK;
}
