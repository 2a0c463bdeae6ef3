#ifndef BACKSTEP_CHECK_MOVED_H
#define BACKSTEP_CHECK_MOVED_H

#include "check/diagnose.h"

/*
 * Does a mistake still give the right value when some givens are moved a little?  Where it does
 * not, it is these givens that make it a mistake in name only.  `moved` has a number an item: every
 * item's value on the moved givens, as bs_key_revalue gives them.  What is asked for, but the row's
 * own question, is taken to be right.
 */
int bs_stays_the_same(bool *out, const struct bs_key *key, const struct bs_survey_row *row,
                      const double *moved, struct bs_error *err);

/* Does the mistake give the right value itself, not only one that is near it? */
bool bs_is_same_value(double value, double right);

#endif
