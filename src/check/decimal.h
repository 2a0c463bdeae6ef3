#ifndef BACKSTEP_CHECK_DECIMAL_H
#define BACKSTEP_CHECK_DECIMAL_H

#include "base/buf.h"
#include "expr/eval.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A decimal as it was typed: digits·10^place.  The digits are information: 0.50 has two figures,
 * 0.5 has one.  More than BS_MOST_FIGURES figures are rounded to so many.
 */
struct bs_decimal {
    int64_t digits; /* signed; |digits| < 10^BS_MOST_FIGURES */
    int place;      /* the last digit typed counts 10^place; within ±BS_MOST_PLACE */
    int figures;    /* significant figures typed, zeros at the end among them; 0 of 0 and 0.00 */
};

enum {
    BS_MOST_FIGURES = 18,
    BS_MOST_PLACE = 400,
    BS_BINARY_FIGURES = 15, /* a double is told from its neighbours by no fewer */
};

/*
 * What a value is in exact arithmetic: a fraction where there is one of 63 bits; in any case it
 * lies within bounds some units in the last place apart.
 */
struct bs_exact {
    bool is_fraction;
    struct bs_fraction fraction;
    struct bs_interval bounds;
};

struct bs_exact bs_exact_fraction(struct bs_fraction fraction);
struct bs_exact bs_exact_decimal(struct bs_decimal decimal);

/*
 * Where bounds hold one decimal of at most 12 figures alone, the value is taken to be that: of
 * values that are none, one in ten thousand is so near to one.
 */
struct bs_exact bs_exact_within(struct bs_interval bounds);

double bs_exact_value(const struct bs_exact *exact); /* the nearest double; the middle of bounds */

/*
 * Read the decimal at the start of the text: digits with a point, and e-3, E+2 or, as people write
 * powers, ×10^-3, *10^(-3), ·10⁻³; a sign before it.  Full-width forms and U+2212 are read as what
 * they mean.  A comma is read as a point where `comma_is_point`.  Gives how many bytes were read; 0
 * where there is no decimal, or its place is beyond ±BS_MOST_PLACE.
 */
size_t bs_decimal_read(struct bs_decimal *out, const char *text, size_t length,
                       bool comma_is_point);

/* A value rounded to so many figures (1 to BS_MOST_FIGURES), ties away from zero; 0 as 0. */
struct bs_decimal bs_decimal_round(const struct bs_exact *value, int figures);

/* With zeros put after its digits until it has so many figures; itself where it has them or is 0.
 */
struct bs_decimal bs_decimal_pad(struct bs_decimal decimal, int figures);

double bs_decimal_value(struct bs_decimal decimal); /* the nearest double */
double bs_decimal_unit(struct bs_decimal decimal);  /* 10^place */

/*
 * Less than, equal to or greater than `value`: < 0, 0, > 0, of decimal + halves·½·10^place.  0 also
 * where the bounds of the value leave it open, or half a unit in their last place.
 */
int bs_decimal_compare(struct bs_decimal decimal, int halves, const struct bs_exact *value);

/*
 * Is it the value rounded to the digits typed (a tie either way), or, where that is allowed, cut
 * off after them?  From BS_BINARY_FIGURES figures on it is taken as of so many, a unit either way:
 * a calculator that counts in binary shows the value of 0.1 + 0.2 as 0.30000000000000004.
 */
bool bs_decimal_is_rounded(struct bs_decimal decimal, const struct bs_exact *value,
                           bool allows_truncation);

/* The values that would be typed so: half a unit on either side, a unit away from 0 where they may
 * be cut off; bounds rounded outward. */
struct bs_interval bs_decimal_window(struct bs_decimal decimal, bool allows_truncation);

/* As it was typed but for its spelling: 0.50, -0.0407, 2.65e-7. */
void bs_decimal_put(struct bs_buf *buf, struct bs_decimal decimal, const char *minus);

#endif
