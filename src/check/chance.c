/*
 * The line on which windows are laid out: a positive number is at log10 of its size, from 0 at a
 * tenth of the right number to 2 at ten times that; a negative one is as far on the other side of
 * 0.  Random wrong numbers are uniform on it, from −2 to 2.
 */
#include "check/chance.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double DECADES = 2;

static double middle_of(double right)
{
    return right == 0 ? 0 : log10(fabs(right));
}

void bs_cover_init(struct bs_cover *cover, double right)
{
    *cover = (struct bs_cover){.middle = middle_of(right)};
}

bool bs_cover_copy(struct bs_cover *out, const struct bs_cover *cover)
{
    const size_t size = cover->count * sizeof *cover->spans;
    *out = *cover;
    out->capacity = out->count;
    out->spans = bs_alloc(size);
    if (!out->spans) {
        *out = (struct bs_cover){0};
        return false;
    }
    if (size > 0)
        memcpy(out->spans, cover->spans, size);
    return true;
}

void bs_cover_finish(struct bs_cover *cover)
{
    bs_free(cover->spans);
    cover->spans = NULL;
    cover->count = cover->capacity = 0;
}

static double place_of(double middle, double size)
{
    const double place = size > 0 ? log10(size) - middle + DECADES / 2 : 0;
    return fmin(fmax(place, 0), DECADES);
}

/* The side of 0 that is looked at: numbers and places of the other are turned round. */
static struct bs_interval lay_out(double middle, struct bs_interval window, bool is_negative)
{
    if (is_negative)
        window = (struct bs_interval){-window.hi, -window.lo};
    const struct bs_interval span = {place_of(middle, window.lo), place_of(middle, window.hi)};
    return is_negative ? (struct bs_interval){-span.hi, -span.lo} : span;
}

/* The first span that ends after the place. */
static size_t find_span(const struct bs_cover *cover, double place)
{
    size_t low = 0, high = cover->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (cover->spans[middle].hi > place)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static double cost_of_span(const struct bs_cover *cover, struct bs_interval span)
{
    double length = span.hi - span.lo;
    for (size_t i = find_span(cover, span.lo); i < cover->count && cover->spans[i].lo < span.hi;
         i++)
        length -= fmin(span.hi, cover->spans[i].hi) - fmax(span.lo, cover->spans[i].lo);
    return length > 0 ? length / (2 * DECADES) : 0;
}

static bool add_span(struct bs_cover *cover, struct bs_interval span)
{
    const double cost = cost_of_span(cover, span);
    if (cost == 0)
        return true;
    if (!bs_grow(&cover->spans, &cover->capacity, cover->count + 1, sizeof *cover->spans))
        return false;
    const size_t from = find_span(cover, span.lo);
    size_t to = from;
    for (; to < cover->count && cover->spans[to].lo < span.hi; to++)
        span = (struct bs_interval){fmin(span.lo, cover->spans[to].lo),
                                    fmax(span.hi, cover->spans[to].hi)};
    memmove(cover->spans + from + 1, cover->spans + to, (cover->count - to) * sizeof *cover->spans);
    cover->spans[from] = span;
    cover->count = cover->count + 1 - (to - from);
    cover->share += cost;
    return true;
}

double bs_cover_cost(const struct bs_cover *cover, struct bs_interval window)
{
    return cost_of_span(cover, lay_out(cover->middle, window, false)) +
           cost_of_span(cover, lay_out(cover->middle, window, true));
}

bool bs_cover_add(struct bs_cover *cover, struct bs_interval window)
{
    return add_span(cover, lay_out(cover->middle, window, false)) &&
           add_span(cover, lay_out(cover->middle, window, true));
}

/* ---- what is given one cause ------------------------------------------------------------------
 */

bool bs_chart_init(struct bs_chart *chart, double right, size_t causes)
{
    *chart = (struct bs_chart){.middle = middle_of(right)};
    chart->open = bs_calloc((causes + 1) * BS_LEVELS, sizeof *chart->open);
    return chart->open != NULL;
}

void bs_chart_finish(struct bs_chart *chart)
{
    bs_free(chart->edges);
    bs_free(chart->open);
    *chart = (struct bs_chart){0};
}

static bool add_edges(struct bs_chart *chart, struct bs_interval span, struct bs_edge edge)
{
    if (!(span.lo < span.hi))
        return true;
    if (!bs_grow(&chart->edges, &chart->capacity, chart->count + 2, sizeof *chart->edges))
        return false;
    edge.place = span.lo;
    edge.is_end = false;
    chart->edges[chart->count++] = edge;
    edge.place = span.hi;
    edge.is_end = true;
    chart->edges[chart->count++] = edge;
    return true;
}

bool bs_chart_add(struct bs_chart *chart, struct bs_interval window, struct bs_edge edge)
{
    return add_edges(chart, lay_out(chart->middle, window, false), edge) &&
           add_edges(chart, lay_out(chart->middle, window, true), edge);
}

/* The order stays. */
void bs_chart_drop(struct bs_chart *chart, int kind)
{
    size_t count = 0;
    for (size_t k = 0; k < chart->count; k++)
        if (chart->edges[k].kind != kind)
            chart->edges[count++] = chart->edges[k];
    chart->count = count;
}

static int compare_edges(const void *a, const void *b)
{
    const struct bs_edge *left = a, *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

void bs_chart_sort(struct bs_chart *chart)
{
    if (chart->count > 0)
        qsort(chart->edges, chart->count, sizeof *chart->edges, compare_edges);
}

/* So many causes, and rivals, have windows open at a place. */
struct open {
    int causes[BS_LEVELS], rivals;
};

static bool is_one_cause(const struct open *open)
{
    int level = 0;
    while (level < BS_LEVELS - 1 && open->causes[level] == 0)
        level++;
    return open->rivals == 0 && open->causes[level] == 1;
}

static void pass_edge(struct open *open, const struct bs_chart *chart, const struct bs_edge *edge,
                      size_t limit)
{
    int *windows = &chart->open[edge->cause * BS_LEVELS + edge->level];
    if ((size_t)edge->cause >= limit)
        open->rivals += !edge->has_rivals ? 0 : edge->is_end ? -1 : 1;
    else if (edge->is_end)
        open->causes[edge->level] -= --*windows == 0;
    else
        open->causes[edge->level] += (*windows)++ == 0;
}

double bs_chart_share(const struct bs_chart *chart, const size_t limits[BS_MOST_KINDS])
{
    struct open open = {{0}, 0};
    double share = 0, last = 0;
    for (size_t k = 0; k < chart->count; k++) {
        const struct bs_edge *edge = &chart->edges[k];
        if (is_one_cause(&open))
            share += (edge->place - last) / (2 * DECADES);
        last = edge->place;
        pass_edge(&open, chart, edge, limits[edge->kind]);
    }
    return share;
}

/* ---- windows ----------------------------------------------------------------------------------
 */

double bs_unit_of(double value, int figures)
{
    return value == 0 ? 0 : pow(10, floor(log10(fabs(value))) - figures + 1);
}

struct bs_interval bs_window_around(struct bs_interval box, int figures)
{
    const double below = bs_unit_of(box.lo, figures), above = bs_unit_of(box.hi, figures);
    const struct bs_interval digits = {below == 0 ? 0 : round(box.lo / below) * below,
                                       above == 0 ? 0 : round(box.hi / above) * above};
    return (struct bs_interval){digits.lo - below / 2, digits.hi + above / 2};
}
