#ifndef BACKSTEP_TESTS_TEST_EXPR_H
#define BACKSTEP_TESTS_TEST_EXPR_H

/* What the tests of expressions share: one pool a test, formulas as text and at random, values. */
#include "unit.h"

#include "base/mem.h"
#include "base/rng.h"
#include "expr/calculus.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/parse.h"
#include "expr/typeset.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct bs_pool *pool;

static inline void create_pool(void)
{
    pool = bs_pool_create();
}

static inline void destroy_pool(void)
{
    bs_pool_destroy(pool);
}

static inline Suite *suite_with_pool(const char *name, const TTest *const tests[])
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, create_pool, destroy_pool);
    suite_add_tcase(suite, tcase);
    for (; *tests; tests++)
        tcase_add_test(tcase, *tests);
    return suite;
}

static inline bs_expr parsed(const char *text)
{
    bs_expr expr = NULL;
    struct bs_error err = {0};
    int status = bs_parse(&expr, pool, text, strlen(text), &err);
    ck_assert_msg(status == BS_OK, "%s: column %d: %s", text, err.column, err.text);
    return expr;
}

/* The text, good until eight more were asked for. */
static inline const char *typeset_as(bs_expr expr, const struct bs_style *style)
{
    enum { KEPT = 8 };
    static struct bs_buf bufs[KEPT];
    static size_t last;
    struct bs_buf *buf = &bufs[++last % KEPT];
    bs_buf_finish(buf);
    if (!expr)
        return "(no expression)";
    bs_typeset(buf, expr, style);
    return bs_buf_text(buf);
}

static inline const char *text_of(bs_expr expr, enum bs_form form)
{
    const struct bs_style style = {.form = form, .digits = BS_FOUR_FIGURES};
    return typeset_as(expr, &style);
}

static inline const char *ascii(bs_expr expr)
{
    return text_of(expr, BS_ASCII);
}

static inline const char *unicode(bs_expr expr)
{
    return text_of(expr, BS_UNICODE);
}

/*
 * Where an expression is evaluated: every name has a value in [-2, 2) drawn for the seed, except
 * `name` (unless NULL), which has `value`.
 */
struct point {
    uint64_t seed;
    const char *name;
    double value;
    double kink;
};

static inline double value_of_name(const struct point *point, const char *name)
{
    struct bs_rng rng;
    uint64_t seed = point->seed;
    if (point->name && strcmp(name, point->name) == 0)
        return point->value;
    for (const char *c = name; *c; c++)
        seed = seed * 131 + (unsigned char)*c;
    bs_rng_seed(&rng, seed);
    return bs_rng_between(&rng, -2, 2);
}

static inline int leaf_at_point(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *value = leaf->kind == BS_REF ? (double)leaf->u.ref : value_of_name(context, leaf->u.name);
    return BS_OK;
}

static inline struct bs_valued valued_at(bs_expr expr, struct point point, bool *on_kink)
{
    struct bs_valued valued = {NAN, NAN};
    struct bs_error err = {0};
    struct bs_env env = {.leaf = leaf_at_point, .context = &point, .kink = point.kink};
    ck_assert_msg(bs_eval(&valued, expr, &env, &err) == BS_OK, "%s: %s", ascii(expr), err.text);
    if (on_kink)
        *on_kink = env.on_kink;
    return valued;
}

static inline double value_at(bs_expr expr, struct point point)
{
    return valued_at(expr, point, NULL).value;
}

/* At the point, no part is infinite on the way to a value that is not. */
static inline bool is_finite_throughout(bs_expr expr, struct point point)
{
    if (!isfinite(value_at(expr, point)))
        return false;
    for (int i = 0; i < expr->count; i++)
        if (!is_finite_throughout(expr->args[i], point))
            return false;
    return true;
}

/*
 * The derivative of f at x by central differences of steps h, h/2, h/4, ..., extrapolated to 0
 * (Richardson), and how far the last two extrapolations were apart where they were closest.
 */
struct estimate {
    double value, error;
};

static inline struct estimate richardson(double f(void *context, double x), void *context, double x,
                                         double h)
{
    enum { ROWS = 8 };
    double table[ROWS][ROWS];
    struct estimate best = {NAN, INFINITY};
    for (int i = 0; i < ROWS; i++, h /= 2) {
        table[i][0] = (f(context, x + h) - f(context, x - h)) / (2 * h);
        double factor = 4;
        for (int j = 1; j <= i; j++, factor *= 4) {
            table[i][j] = table[i][j - 1] + (table[i][j - 1] - table[i - 1][j - 1]) / (factor - 1);
            double error = fabs(table[i][j] - table[i - 1][j - 1]);
            if (error < best.error)
                best = (struct estimate){table[i][j], error};
        }
    }
    return best;
}

/* Which expressions are drawn. */
enum taste {
    ANY_SHAPE, /* whatever the constructors make of names: huge numbers, odd orders, every row */
    MODERATE,  /* numbers up to 3, whole exponents from -3 to 3: mostly something to evaluate */
};

static inline bs_expr random_name(struct bs_rng *rng)
{
    static const char *const names[] = {"x",     "y",    "w_11", "alpha_1", "beta_2_new", "x1_in",
                                        "delta", "yhat", "e",    "E",       "sum",        "Phi"};
    return bs_symbol(pool, names[bs_rng_below(rng, COUNT_OF(names))]);
}

static inline double random_bits(struct bs_rng *rng)
{
    double value;
    do {
        uint64_t bits = bs_rng_next(rng);
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static inline bs_expr random_number(struct bs_rng *rng, enum taste taste)
{
    const int64_t small = (int64_t)bs_rng_below(rng, 7) - 3;
    const int64_t wide = (int64_t)(bs_rng_next(rng) >> bs_rng_below(rng, 64));
    switch (bs_rng_below(rng, taste == MODERATE ? 4 : 9)) {
    case 0:
    case 1:
        return bs_integer(pool, small);
    case 2:
        return bs_rational(pool, small, 8);
    case 3:
        return bs_real(pool, bs_rng_between(rng, -3, 3));
    case 4:
        return bs_rational(pool, small, 3);
    case 5:
        return bs_integer(pool, wide);
    case 6:
        return bs_rational(pool, wide, (int64_t)(bs_rng_next(rng) >> 1) | 1);
    case 7: /* a decimal, of up to 18 places */
        return bs_rational(pool, wide >> 10, (int64_t)pow(10, (double)bs_rng_below(rng, 19)));
    default:
        return bs_real(pool, random_bits(rng));
    }
}

static inline bs_expr random_expr(struct bs_rng *rng, int depth, enum taste taste);

static inline bs_expr random_call(struct bs_rng *rng, int depth, enum taste taste)
{
    bs_expr args[4];
    size_t rows = 0;
    while (bs_funcs[rows].name)
        rows++;
    const struct bs_func *func = &bs_funcs[bs_rng_below(rng, rows)];
    int count = func->arity == BS_ANY_ARITY ? 1 + (int)bs_rng_below(rng, 4) : func->arity;
    for (int i = 0; i < count; i++)
        args[i] = random_expr(rng, depth, taste);
    int index = func->is_indexed ? 1 + (int)bs_rng_below(rng, (uint64_t)count) : 0;
    return bs_call(pool, func, index, count, args);
}

static inline bs_expr random_indexed_sum(struct bs_rng *rng, int depth, enum taste taste)
{
    bs_expr from = bs_integer(pool, (int64_t)bs_rng_below(rng, 3));
    bs_expr to = taste == ANY_SHAPE ? random_expr(rng, depth, taste) : bs_integer(pool, 3);
    bs_expr index = bs_symbol(pool, "j"), member = bs_member(pool, "u", 1, &index);
    bs_expr body = bs_mul(pool, member, random_expr(rng, depth, taste));
    return bs_indexed_sum(pool, index, from, to, body);
}

static inline bs_expr random_exponent(struct bs_rng *rng, int depth, enum taste taste)
{
    if (taste == ANY_SHAPE && bs_rng_below(rng, 2))
        return random_expr(rng, depth, taste);
    return bs_integer(pool, (int64_t)bs_rng_below(rng, 7) - 3);
}

/* Of at most that many levels, a few more where a quotient or a sign brings its own. */
static inline bs_expr random_expr(struct bs_rng *rng, int depth, enum taste taste)
{
    bs_expr operands[4];
    if (depth <= 1 || bs_rng_below(rng, 8) == 0)
        return bs_rng_below(rng, 2) ? random_name(rng) : random_number(rng, taste);
    const int count = 2 + (int)bs_rng_below(rng, 3);
    const uint64_t shape = bs_rng_below(rng, 12);
    for (int i = 0; i < count && shape < 8; i++)
        operands[i] = random_expr(rng, depth - 1, taste);
    switch (shape) {
    case 0:
    case 1:
        return bs_sum(pool, count, operands);
    case 2:
    case 3:
        return bs_product(pool, count, operands);
    case 4:
        return bs_neg(pool, operands[0]);
    case 5:
        return bs_sub(pool, operands[0], operands[1]);
    case 6:
        return bs_div(pool, operands[0], operands[1]);
    case 7:
        return bs_power(pool, operands[0], random_exponent(rng, depth - 1, taste));
    case 8:
        return bs_power(pool, random_expr(rng, depth - 1, taste), bs_integer(pool, -1));
    case 9:
        return random_indexed_sum(rng, depth - 1, taste);
    default:
        return random_call(rng, depth - 1, taste);
    }
}

#endif
