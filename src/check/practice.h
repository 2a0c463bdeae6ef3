#ifndef BACKSTEP_CHECK_PRACTICE_H
#define BACKSTEP_CHECK_PRACTICE_H

#include "check/key.h"

/*
 * Inside the room only.  How people work with a calculator: all in one go, with all digits carried
 * along; in one go from the answers that were written down before; every value of the tape written
 * down, to the digits of the lesson; or every operation; rounded, or cut off.  What comes of the
 * first ones, to BS_ROUNDING_VALUES, is called so to the digit.
 */
enum bs_practice {
    BS_IN_ONE_GO,
    BS_FROM_ANSWERS,
    BS_ROUNDING_VALUES,
    BS_ROUNDING_EACH,
    BS_CUTTING_VALUES,
    BS_CUTTING_EACH,
};

enum { BS_PRACTICES = BS_CUTTING_EACH + 1 };

static inline bool bs_practice_is_to_the_digit(enum bs_practice practice)
{
    return practice <= BS_ROUNDING_VALUES;
}

static inline bool bs_practice_writes_values(enum bs_practice practice)
{
    return practice >= BS_ROUNDING_VALUES;
}

static inline bool bs_practice_cuts(enum bs_practice practice)
{
    return practice == BS_CUTTING_VALUES || practice == BS_CUTTING_EACH;
}

static inline bool bs_practice_is_in_steps(enum bs_practice practice)
{
    return practice == BS_ROUNDING_EACH || practice == BS_CUTTING_EACH;
}

/* A value as it is written down to a unit; all of it where that is 0. */
double bs_write_down(double value, double unit, bool cuts);

/*
 * What someone gets for an expression who writes down every sum of two, product, quotient, power
 * and value of a function.  nan where there are sums over an index, or nothing comes of it.
 */
double bs_practise(bs_expr expr, const double *values, const struct bs_rounding *rounding,
                   bool cuts, double kink);

#endif
