#ifndef BACKSTEP_BASE_NUMBER_H
#define BACKSTEP_BASE_NUMBER_H

#include "base/buf.h"

/* How a number is shown.  Shown digits are for the eye; they are never graded. */
struct bs_digits {
    int figures;  /* significant digits, at most 17; 0: as many as tell the double from its
                     neighbours */
    int decimals; /* when >= 0, digits after the point instead */
};

#define BS_FOUR_FIGURES ((struct bs_digits){4, -1})
#define BS_ALL_FIGURES ((struct bs_digits){0, -1})

/*
 * Append `value` in plain notation from 1e-4 to 1e15, else as 1.5e-7; zeros at the end are left
 * out.  `minus` is the sign to use: "-" or U+2212.  A value that is not finite is inf, nan.
 * A value other than 0 is never shown as 0: with too few decimals it is shown with `figures`
 * (or two) significant digits instead.  A value too large for plain notation has no decimals, and
 * is shown with `figures`.  More than 17 figures are taken as 17, which tell any double.
 */
void bs_buf_number(struct bs_buf *buf, double value, struct bs_digits digits, const char *minus);

#endif
