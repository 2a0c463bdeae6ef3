#ifndef BACKSTEP_CHECK_CHANCE_H
#define BACKSTEP_CHECK_CHANCE_H

#include "expr/eval.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Inside the room only.  What share of random wrong numbers some windows would take: numbers of
 * either sign, the logarithm of their size uniform over the decade on either side of the right
 * number's.  Windows that overlap are counted once.
 */
struct bs_cover {
    double middle;             /* log10 of the right number's size */
    struct bs_interval *spans; /* disjoint, in order */
    size_t count, capacity;
    double share;
};

void bs_cover_init(struct bs_cover *cover, double right);
bool bs_cover_copy(struct bs_cover *out, const struct bs_cover *cover); /* false: no memory */
void bs_cover_finish(struct bs_cover *cover);

/* How much the share grows with one more window; add it.  False when out of memory. */
double bs_cover_cost(const struct bs_cover *cover, struct bs_interval window);
bool bs_cover_add(struct bs_cover *cover, struct bs_interval window);

/*
 * What share of random wrong numbers would be given one cause.  A window is of one cause, by its
 * number, and of a kind; `limits` say how many causes have windows of each kind.  Of what fits a
 * number only the lowest level counts, and only where it is one cause alone.  A window of level 0
 * beyond its limit is a rival's, if it is one of `has_rivals`: where there is one nothing is said.
 */
enum { BS_LEVELS = 3, BS_MOST_KINDS = 12 };

struct bs_edge {
    double place;
    int cause;
    unsigned char kind, level;
    bool has_rivals, is_end;
};

struct bs_chart {
    double middle;
    struct bs_edge *edges;
    size_t count, capacity;
    int *open; /* of each cause, BS_LEVELS each: so many windows; all 0 between sums */
};

/* False when out of memory.  Causes are numbered below `causes`. */
bool bs_chart_init(struct bs_chart *chart, double right, size_t causes);
void bs_chart_finish(struct bs_chart *chart);
bool bs_chart_add(struct bs_chart *chart, struct bs_interval window, struct bs_edge edge);
void bs_chart_drop(struct bs_chart *chart, int kind);
void bs_chart_sort(struct bs_chart *chart); /* after the last window was added */
double bs_chart_share(const struct bs_chart *chart, const size_t limits[BS_MOST_KINDS]);

/* A number of so many figures has a unit in the last place of: */
double bs_unit_of(double value, int figures);

/* What is typed where a value is in the box, to so many figures: half a unit more on either side.
 */
struct bs_interval bs_window_around(struct bs_interval box, int figures);

#endif
