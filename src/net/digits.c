/*
 * Digits drawn by code: each is a line through a few points in a square of side 1, x to the right
 * and y down, as a pen would go.  A sample scales, turns, slants and moves it, and draws it with a
 * pen of some width: a pixel is as dark as the pen covers of it.
 */
#include "net/dataset.h"

#include <math.h>

struct point {
    double x, y;
};

enum { MOST_POINTS = 10, DIGITS = 10 };

static const struct digit {
    int count;
    struct point points[MOST_POINTS];
} digits[DIGITS] = {
    {9,
     {{.5, .1},
      {.72, .2},
      {.8, .5},
      {.72, .8},
      {.5, .9},
      {.28, .8},
      {.2, .5},
      {.28, .2},
      {.5, .1}}},
    {3, {{.35, .25}, {.52, .1}, {.52, .9}}},
    {7, {{.22, .28}, {.35, .12}, {.62, .12}, {.76, .28}, {.7, .48}, {.22, .9}, {.8, .9}}},
    {7, {{.25, .15}, {.6, .1}, {.75, .27}, {.45, .47}, {.75, .68}, {.6, .9}, {.22, .85}}},
    {4, {{.62, .9}, {.62, .1}, {.18, .65}, {.82, .65}}},
    {7, {{.75, .1}, {.3, .1}, {.25, .45}, {.6, .42}, {.78, .62}, {.65, .87}, {.22, .87}}},
    {8,
     {{.68, .12},
      {.38, .3},
      {.24, .62},
      {.36, .88},
      {.64, .88},
      {.76, .68},
      {.62, .5},
      {.28, .58}}},
    {3, {{.2, .1}, {.8, .1}, {.42, .9}}},
    {9,
     {{.5, .48},
      {.28, .3},
      {.5, .1},
      {.72, .3},
      {.5, .48},
      {.24, .7},
      {.5, .9},
      {.76, .7},
      {.5, .48}}},
    {7, {{.72, .42}, {.38, .5}, {.24, .32}, {.36, .12}, {.64, .12}, {.74, .4}, {.6, .9}}},
};

/* How one is drawn: p ↦ centre + M·(p − centre) + move, and half the width of the pen. */
struct hand {
    double matrix[2][2], move[2], pen;
};

/* M turns, after it has slanted, after it has scaled. */
static struct hand draw_hand(struct bs_rng *rng)
{
    const double scale_x = bs_rng_between(rng, 0.8, 1.05),
                 scale_y = bs_rng_between(rng, 0.85, 1.05);
    const double slant = bs_rng_between(rng, -0.25, 0.15), turn = bs_rng_between(rng, -0.12, 0.12);
    const double c = cos(turn), s = sin(turn);
    struct hand hand = {
        .matrix = {{c * scale_x, (c * slant - s) * scale_y},
                   {s * scale_x, (s * slant + c) * scale_y}},
    };
    hand.move[0] = bs_rng_between(rng, -0.06, 0.06);
    hand.move[1] = bs_rng_between(rng, -0.06, 0.06);
    hand.pen = bs_rng_between(rng, 0.03, 0.06);
    return hand;
}

static struct point move(const struct hand *hand, struct point p)
{
    const double x = p.x - 0.5, y = p.y - 0.5;
    return (struct point){
        0.5 + hand->matrix[0][0] * x + hand->matrix[0][1] * y + hand->move[0],
        0.5 + hand->matrix[1][0] * x + hand->matrix[1][1] * y + hand->move[1],
    };
}

/* From p to the segment from a to b, which are two points: to its nearest, a + k(b − a). */
static double distance(struct point p, struct point a, struct point b)
{
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy);
    const double k = fmin(1, fmax(0, along));
    return hypot(p.x - a.x - k * dx, p.y - a.y - k * dy);
}

static double darkness(struct point p, const struct digit *digit, const struct hand *hand)
{
    const double edge = 1.0 / BS_DIGIT_SIDE; /* over which the pen fades: a pixel */
    double nearest = INFINITY;
    for (int i = 0; i + 1 < digit->count; i++) {
        const struct point a = move(hand, digit->points[i]), b = move(hand, digit->points[i + 1]);
        nearest = fmin(nearest, distance(p, a, b));
    }
    return fmin(1, fmax(0, 1 - (nearest - hand->pen) / edge));
}

void bs_draw_digit(double *x, double *t, size_t k, const struct bs_drawing *drawing,
                   struct bs_rng *rng)
{
    const struct digit *digit = &digits[k % DIGITS];
    const struct hand hand = draw_hand(rng);
    for (int i = 0; i < BS_DIGIT_PIXELS; i++) {
        const int row = i / BS_DIGIT_SIDE, column = i % BS_DIGIT_SIDE;
        const struct point centre = {(column + 0.5) / BS_DIGIT_SIDE, (row + 0.5) / BS_DIGIT_SIDE};
        const double dark = darkness(centre, digit, &hand) + drawing->noise * bs_draw_normal(rng);
        x[i] = fmin(1, fmax(0, dark));
    }
    t[k % DIGITS] = 1;
}
