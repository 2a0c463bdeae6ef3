#ifndef BACKSTEP_CHECK_ANSWER_H
#define BACKSTEP_CHECK_ANSWER_H

#include "base/error.h"
#include "base/nearest.h"
#include "check/decimal.h"

/*
 * A value that a student typed: a decimal, with the digits typed; or an expression of numbers and
 * of names that stand for numbers, which has a value but no digits of its own.
 */
struct bs_answer {
    bool is_decimal;           /* else an expression */
    struct bs_decimal decimal; /* of a decimal */
    struct bs_exact exact;     /* what was typed, exactly, or within bounds */
    double value;              /* the nearest double */
};

/* What names in an expression stand for; false: nothing of that name. */
struct bs_answer_names {
    bool (*find)(struct bs_exact *value, void *context, const char *name);
    void (*offer)(void *context, struct bs_nearest *nearest); /* names that would do */
    void *context;
};

/*
 * A decimal, a fraction or another expression of numbers with + - * / ^ and parentheses, in any
 * spelling that formulas have (bs_parse: −0.0407, −2.65×10^-3, full-width digits), and of the names
 * that `names` (which may be NULL) knows.  Plain decimals are read without the parser.  A decimal
 * comma is understood where the comma can be nothing else: 0,25 and ,5 and -0,001, not 1,234.  ≈
 * before the value and one . , or ; behind it say nothing; an x between a number and 10 is a ×.
 *
 * Refused, with err->column: an empty text, more than BS_LONGEST_ANSWER bytes, a mistake in the
 * expression or a remark behind it, an unknown name (the nearest suggested), a function,
 * hexadecimal, what is not finite.
 */
int bs_answer_read(struct bs_answer *out, const char *text, size_t length,
                   const struct bs_answer_names *names, struct bs_error *err);

enum { BS_LONGEST_ANSWER = 1000 };

#endif
