#ifndef BACKSTEP_CHECK_ANSWER_H
#define BACKSTEP_CHECK_ANSWER_H

#include "base/buf.h"
#include "base/error.h"
#include "base/number.h"

#include <stdbool.h>

/*
 * A number that a student typed, and whether it is right.  How many digits were typed is read from
 * the text, never from a double: 0.50 has two figures, 0.5 has one.
 */
struct bs_answer {
    const char *text; /* as typed; the caller's */
    double value;     /* NAN when it is no answer */
    bool is_decimal;  /* one decimal number, perhaps times a power of ten; else an expression */
    int figures;      /* of a decimal: significant figures typed; 0 of 0 and 0.00 */
    int place;        /* of a decimal: the last digit typed counts 10^place */
};

/*
 * A decimal number, a fraction or another expression of numbers with + - * / ^ and parentheses, in
 * any spelling that formulas have (bs_parse: −0.0407, −2.65×10^-3, full-width digits).  Refused,
 * *out then being no answer: an empty text, a mistake in the expression (err->column), a name or a
 * function, what is not finite.
 */
int bs_answer_read(struct bs_answer *out, const char *text, struct bs_error *err);

/* What was asked, and how exactly. */
struct bs_question {
    double value;
    double size;              /* of the value, see struct bs_valued; 0: not known */
    int figures;              /* significant figures wanted; 0: BS_FIGURES_WANTED */
    struct bs_digits working; /* that a solver by hand keeps; BS_ALL_FIGURES: all */
};

enum { BS_FIGURES_WANTED = 3 };

enum bs_verdict {
    BS_VERDICT_RIGHT,
    BS_VERDICT_TOO_COARSE, /* fewer figures than wanted; not judged further */
    BS_VERDICT_WRONG_SIGN, /* right but for the sign */
    BS_VERDICT_WRONG,
    BS_VERDICT_NOT_AN_ANSWER,
};

/*
 * In this order:
 *
 * - no answer;
 * - zero: right when the value is 0 within rounding, else wrong;
 * - fewer figures than wanted: too coarse, unless zeros were left out, that is, the value rounded
 *   to the figures wanted is what was typed (0.5 for 0.500);
 * - right: the sign is the value's, and |typed − value| is at most one unit of the last digit typed
 *   (of an expression, of the last figure wanted) or of the last working digit, whichever unit is
 *   larger;
 * - right but for the sign; wrong.
 *
 * Where the difference is a whole unit but for the rounding of doubles (0.27 − 0.26), it counts as
 * one unit.  Nothing is right when the value is not finite.
 */
enum bs_verdict bs_answer_judge(const struct bs_answer *answer, const struct bs_question *question);

/* Append the verdict as a sentence, in Chinese when `lang` (which may be NULL) is "zh". */
void bs_verdict_put(struct bs_buf *buf, enum bs_verdict verdict, const struct bs_question *question,
                    const char *lang);

#endif
