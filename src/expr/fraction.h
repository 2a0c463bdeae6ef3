#ifndef BACKSTEP_EXPR_FRACTION_H
#define BACKSTEP_EXPR_FRACTION_H

#include "expr/eval.h"

/*
 * Arithmetic on fractions.  False, with *out anything, when a numerator or denominator passes 63
 * bits; out may be an operand.
 */
bool bs_fraction_make(struct bs_fraction *out, int64_t num, int64_t den); /* den != 0 */
bool bs_fraction_add(struct bs_fraction *out, struct bs_fraction a, struct bs_fraction b);
bool bs_fraction_mul(struct bs_fraction *out, struct bs_fraction a, struct bs_fraction b);
bool bs_fraction_power(struct bs_fraction *out, struct bs_fraction base, int64_t exponent);

int bs_fraction_compare(struct bs_fraction a, struct bs_fraction b); /* < 0, 0, > 0; always */
int bs_fraction_sign(struct bs_fraction a);

#endif
