#ifndef BACKSTEP_EXPR_TYPESET_H
#define BACKSTEP_EXPR_TYPESET_H

#include "base/buf.h"
#include "base/number.h"
#include "expr/expr.h"

/* One tree, several ways to print it. */
enum bs_form {
    BS_UNICODE, /* for the terminal: σ(α_1 − θ_1)·x² */
    BS_ASCII,   /* parses back to the same expression: sigmoid(alpha_1 - theta_1)*x^2 */
    BS_LATEX,   /* math mode, without the dollars */
    BS_MATHML,  /* presentation elements, without the math element around them */
};

/* How tightly a text binds, so that its surroundings know when to put parentheses. */
enum bs_binding {
    BS_BINDS_SUM,
    BS_BINDS_PRODUCT,
    BS_BINDS_POWER,
    BS_BINDS_ATOM,
};

struct bs_style {
    enum bs_form form;
    struct bs_digits digits; /* of numbers that are no short decimals; ASCII prints them all */
    bool is_spaced;          /* a product as "a · b" */
    int most_terms;          /* a longer sum or product is cut in the middle by …; 0: never */
    /*
     * Write a symbol or ref and say how tightly the text binds: a negative number put in for a name
     * binds like a sum.  NULL: symbols by bs_buf_name; a ref then prints as "#id".
     */
    enum bs_binding (*leaf)(struct bs_buf *buf, void *context, bs_expr leaf, enum bs_form form);
    void *context;
};

/*
 * A text of more than BS_MOST_TEXT bytes is cut: … (in ASCII three points, which do not parse)
 * stands for the parts beyond.
 */
enum { BS_MOST_TEXT = 1 << 18 };

void bs_typeset(struct bs_buf *buf, bs_expr expr, const struct bs_style *style);

/* A whole math element for a page of HTML, on a line of its own; the style's form is not asked. */
void bs_typeset_mathml(struct bs_buf *buf, bs_expr expr, const struct bs_style *style);

/*
 * For a terminal, in BS_UNICODE or BS_ASCII: fractions with a bar, exponents raised, the bounds of
 * sums above and below their sign, cases behind a tall brace.  Lines are joined by newlines, start
 * in the same column and have no spaces at their end.  Gives the line (from 0) of the expression's
 * baseline, where "f =" goes.  What would take more than `width` columns is written on one line
 * as bs_typeset does.
 */
int bs_typeset_stacked(struct bs_buf *buf, bs_expr expr, const struct bs_style *style, int width);

/* The minus sign of a form: U+2212, "-", or an element. */
const char *bs_minus(enum bs_form form);

/* A value as a form shows it (all its figures in ASCII), and how tightly the text binds. */
enum bs_binding bs_buf_value(struct bs_buf *buf, double value, struct bs_digits digits,
                             enum bs_form form);

/* A name as it is shown: alpha_1 as α_1 or \alpha_{1}, w_11_new as w_11' or w_{11}'. */
void bs_buf_name(struct bs_buf *buf, const char *name, enum bs_form form);

#endif
