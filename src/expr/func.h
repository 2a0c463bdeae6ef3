#ifndef BACKSTEP_EXPR_FUNC_H
#define BACKSTEP_EXPR_FUNC_H

#include "expr/expr.h"

/*
 * The table of functions: everything backstep knows of one is its row.  The parser, the derivative,
 * the evaluator, typesetting, the kernels, the help and the tests read it from here.
 */
struct bs_func {
    const char *name;    /* as typed */
    const char *unicode; /* as printed on a terminal; NULL: the name */
    const char *latex;   /* NULL: \operatorname{name} */
    /* Of two arguments, shown as x·shown_factor(y) where ASCII is not asked for; or NULL. */
    const char *shown_factor;
    int arity;           /* 1, 2, or BS_ANY_ARITY: one or more */
    bool is_indexed;     /* called as name_k(...), k from 1 to the number of arguments */
    bool is_activation;  /* may be a layer's activation */
    bool is_slope;       /* the slope of a function with a kink: no function of the course itself */
    bool has_kink;       /* at 0; of max, at a tie */
    const char *formula; /* in x (and y): what it is, for the learner */
    const char *about;   /* one line for the learner */

    /* The value at args[0 .. count-1]; `index` counts from 1; `kink` as in struct bs_env. */
    double (*value)(const double *args, int count, int index, double kink);

    /*
     * Activations of one argument: the slope at x where the function gave y, written by hand for
     * the kernels, from the output where that loses no digits.  NULL for the rest.
     */
    double (*slope)(double x, double y, double kink);

    /* The partial for argument k: a formula in x and y, or a function of the call. */
    const char *partial[2];
    bs_expr (*make_partial)(struct bs_pool *pool, bs_expr call, int k);
    const char *rule; /* the slope in words, as a derivation names it: "σ' = σ·(1 − σ)" */
};

enum { BS_ANY_ARITY = -1 };

/* NULL when there is none of that name.  Rows are static. */
const struct bs_func *bs_func_find(const char *name);
const struct bs_func *bs_func_find_n(const char *name, size_t length);

/* All rows, ended by one with a NULL name. */
extern const struct bs_func bs_funcs[];

/* The partial derivative of a call for its argument k (from 0), in terms of its arguments. */
bs_expr bs_func_partial(struct bs_pool *pool, bs_expr call, int k);

#endif
