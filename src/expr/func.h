#ifndef BACKSTEP_EXPR_FUNC_H
#define BACKSTEP_EXPR_FUNC_H

#include "expr/eval.h"

/* What may be left out of a call, and is then its usual value: the slope of leaky_relu below 0. */
struct bs_parameter {
    const char *name;
    double usual; /* NAN: it may not be left out */
};

/* How a function has an exact value, or why not. */
enum bs_exactness {
    BS_EXACT,
    BS_IRRATIONAL, /* no rational number, or none at all */
    BS_TOO_LONG,   /* beyond 63 bits */
};

enum { BS_ANY_ARITY = -1, BS_MOST_PARAMETERS = 4 };

/*
 * An activation over n units at once.  args[1 .. count-1] are its parameters; args[0] is nothing.
 * y may be x, and dx may be dy.
 */
struct bs_units {
    const struct bs_func *func;
    size_t n;
    const double *x;
    double *y;        /* f(x_i) */
    const double *dy; /* of slopes alone */
    double *dx;       /* dy_i·f'(x_i) */
    double args[1 + BS_MOST_PARAMETERS];
    int count;
    double kink;
};

typedef void bs_over_units(const struct bs_units *units);

/*
 * The table of functions: everything backstep knows of one is its row.  The parser, the derivative,
 * the evaluator, typesetting, the kernels, the help and the tests read it from here.  A function
 * takes x; x and y; x and its parameters; or any number of arguments x_1, x_2, ...
 */
struct bs_func {
    const char *name;    /* as typed */
    const char *unicode; /* as printed on a terminal; NULL: the name */
    const char *latex;   /* NULL: \operatorname{name} */
    /* Of two arguments, shown as x·shown_factor(y) where ASCII is not asked for; or NULL. */
    const char *shown_factor;
    int arity; /* the fewest arguments; BS_ANY_ARITY: one or more */
    int most;  /* with all parameters; 0: as many as arity, see bs_func_takes */
    const struct bs_parameter *parameters; /* of a function of more than x: most - 1; or NULL */
    bool is_indexed;    /* called as name_k(...), k from 1 to the number of arguments */
    bool is_activation; /* may be a layer's activation */
    bool is_slope;      /* the slope of a function with a kink: no function of the course itself */
    bool has_kink;      /* at 0; of any arity, at a tie; see bs_func_has_kink */
    bool bends_at_parameter; /* called with its parameter it has one, too */
    bool is_positive;        /* its values are above 0 */
    bool is_below_one;       /* its values are below 1 */
    const char *about;       /* one line for the learner */

    /* Of the call without its parameter: */
    const char *formula; /* in x (and y), by other rows; NULL: it has none */
    const char *words;   /* in place of a formula that a learner would rather not read; or NULL */
    const char *rule;    /* the slope, as a derivation names it: "σ' = σ·(1 − σ)" */
    const char *partial[2]; /* for each argument: a formula in x and y */

    /* The same of the call with it, in x and the parameter. */
    struct {
        const char *formula, *words, *rules[2], *partial[2];
    } full;

    /*
     * The value at args[0 .. count-1]; `index` counts from 1; `kink` as in struct bs_env.  NULL of
     * a function defined at run time: call bs_func_value.
     */
    double (*value)(const double *args, int count, int index, double kink);

    /*
     * Activations of the table: the slope at x where the function gave y, written by hand for the
     * kernels, from the output where that loses no digits; p as from bs_func_parameter.  NULL for
     * the rest and for softmax, and of a function defined at run time: call bs_func_slope.
     */
    double (*slope)(double x, double y, double p, double kink);

    /*
     * Value and slope of all units of a layer: the same arithmetic with the loop inside.  NULL
     * where value and slope are, and of softmax: call bs_func_values and bs_func_slopes.
     */
    bs_over_units *values;
    bs_over_units *slopes; /* dx from dy, x and y */

    /*
     * The value in the other arithmetics (see expr/eval.h), of arguments as for `value`.  NULL of a
     * function defined at run time.
     */
    double _Complex (*complex_value)(const double _Complex *args, int count, int index,
                                     double kink);
    struct bs_interval (*interval)(const struct bs_interval *args, int count, int index,
                                   double kink);
    enum bs_exactness (*exact)(struct bs_fraction *out, const struct bs_fraction *args, int count,
                               int index, double kink);

    /* The partial for argument k, and the call by other rows, where no formula says it. */
    bs_expr (*make_partial)(struct bs_pool *pool, bs_expr call, int k);
    bs_expr (*make_expansion)(struct bs_pool *pool, bs_expr call);

    /* Of a function defined at run time; NULL for the rows of the table. */
    const struct bs_definition *definition;
};

/*
 * NULL when there is none of that name: in the table, or defined in the scope in force.  A row
 * lives as long as the program.
 */
const struct bs_func *bs_func_find(const char *name);
const struct bs_func *bs_func_find_n(const char *name, size_t length);

/* The rows of the table, ended by one with a NULL name. */
extern const struct bs_func bs_funcs[];

/* The row after this one: those of the table, then those defined in the scope in force. */
const struct bs_func *bs_func_next(const struct bs_func *row); /* of NULL: the first */

bool bs_func_takes(const struct bs_func *func, int count);       /* so many arguments? */
int bs_func_most(const struct bs_func *func);                    /* arguments; BS_ANY_ARITY */
const char *bs_func_argument(const struct bs_func *func, int k); /* x, y, or a parameter's name */

/* May a call with so many arguments be at a kink: where the first is 0, or at a tie? */
bool bs_func_has_kink(const struct bs_func *func, int count);

/* For the learner: what a call with so many arguments is, and the rule of its partial for one. */
const char *bs_func_words(const struct bs_func *func, int count);
const char *bs_func_rule(const struct bs_func *func, int count, int k);

double bs_func_value(const struct bs_func *func, const double *args, int count, int index,
                     double kink);
double bs_func_slope(const struct bs_func *func, const double *args, int count, double y,
                     double kink);

/* The parameter of an activation of the table: what is given, or what it usually is; else 0. */
double bs_func_parameter(const struct bs_func *func, const double *given, int count);

/* What fills y of the units, and dx from dy and y.  Of an activation but softmax: never NULL. */
bs_over_units *bs_func_values(const struct bs_func *func);
bs_over_units *bs_func_slopes(const struct bs_func *func);

/* The partial derivative of a call for its argument k (from 0), in terms of its arguments. */
bs_expr bs_func_partial(struct bs_pool *pool, bs_expr call, int k);

/* The call by its formula, in other functions; itself where it has none: exp, log, Phi, max. */
bs_expr bs_func_expand(struct bs_pool *pool, bs_expr call);

/*
 * Define a function of x, and of the other symbols in the formula as parameters in the order of
 * reading, for which `usual` (ended by a NULL name) gives what they are when left out.  Its slopes
 * are derived.  The same again gives the same row.  Refused: a name that is none or is taken; a
 * formula without x, with more than BS_MOST_PARAMETERS parameters, with sums over an index, or that
 * has no derivative; a usual value of no parameter, or of one before another that has none.
 */
int bs_func_define(const struct bs_func **out, const char *name, bs_expr formula,
                   const struct bs_parameter *usual, struct bs_error *err);

/* The formula of a function defined at run time, over symbols named as bs_func_argument says. */
bs_expr bs_func_body(const struct bs_func *func); /* NULL for the rows of the table */

/*
 * Functions are defined in a scope, and found only there: what a lesson defines is its own.  A new
 * scope is empty; entering one gives the scope until then; dropping one forgets its names, not the
 * functions, which expressions may call.
 */
int bs_func_new_scope(void);
int bs_func_enter(int scope);
void bs_func_drop_scope(int scope);

#endif
