#ifndef BACKSTEP_EXPR_WORDS_H
#define BACKSTEP_EXPR_WORDS_H

#include "expr/typeset.h"

/*
 * What differs between the ways to print an expression; the walk over the tree and the rules of
 * binding are common.  Inside the room only.
 */
struct bs_words {
    const char *minus, *plus, *times, *divide, *comma, *ellipsis, *open, *close;
    const char *half, *quarter; /* NULL: decimals like others */
    const char *number[2];      /* around digits */
    const char *fraction[3];    /* before, between and after its sides; NULL: a/b */
    const char *power[3];       /* likewise */
    const char *sum[5];         /* before the index, from, to and the body, and after it */
    const char *product[5];     /* likewise */
    const char *call;           /* between a function and its arguments */
    const char *subscripts[3];  /* before, between and after */
    const char *characters[3];  /* likewise, where each is a single character */
    const char *plus_below;     /* between the terms of a subscript */
    const char *cases[6];       /* before a row, its test, the next; else; otherwise; after */
    const char *relations[3];   /* after the test, by enum bs_at_zero */
    const char *is_below;       /* after the test of the other branch */
    const char *delta;          /* of Kronecker */
    const char *partial[3];     /* before a quantity, between it and what it is derived by, after */
    const char *second[4]; /* the same of a second derivative, with what it is derived by first */
    bool is_drawn;         /* in two dimensions: inside a fraction nothing needs parentheses */
    bool is_typed;         /* Σ, Π, δ and cases are calls */
};

extern const struct bs_words bs_words[]; /* by form */

/* bs_typeset with these words instead of those of the style's form. */
void bs_typeset_with(struct bs_buf *buf, bs_expr expr, const struct bs_style *style,
                     const struct bs_words *words);

/*
 * An array's name for MathML around the subscripts of a member: what stands before them, and what
 * above them, a prime or a layer (false: nothing).
 */
void bs_buf_mathml_base(struct bs_buf *buf, const char *name);
bool bs_buf_mathml_raised(struct bs_buf *buf, const char *name);

/* Text for MathML. */
void bs_buf_escaped(struct bs_buf *buf, const char *text, size_t length);

#endif
