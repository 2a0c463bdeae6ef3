#ifndef BACKSTEP_TESTS_TEST_NET_SYMBOLS_H
#define BACKSTEP_TESTS_TEST_NET_SYMBOLS_H

#include "test_net.h"

#include "expr/eval.h"
#include "expr/parse.h"

/* Operands are refs; ref k has the value values[k]. */
static inline int value_of_ref(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const double *values = context;
    (void)err;
    ck_assert_int_eq(leaf->kind, BS_REF);
    *value = values[leaf->u.ref];
    return BS_OK;
}

static inline struct bs_valued value_of(bs_expr expr, const double *values)
{
    struct bs_env env = {.leaf = value_of_ref, .context = (void *)values};
    struct bs_valued valued;
    ck_assert_ptr_nonnull(expr);
    ck_assert_int_eq(bs_eval(&valued, expr, &env, NULL), BS_OK);
    return valued;
}

/* Equal expressions of a pool are the same pointer, so a definition is compared with its text. */
static inline bs_expr parsed(struct bs_pool *pool, const char *text)
{
    bs_expr expr = NULL;
    struct bs_error err;
    ck_assert_msg(bs_parse(&expr, pool, text, strlen(text), &err) == BS_OK, "%s", err.text);
    return expr;
}

/* The design's bound between the two engines; values that are not finite must be the same. */
static inline bool agree(double number, struct bs_valued symbolic)
{
    if (!isfinite(number) || !isfinite(symbolic.value))
        return number == symbolic.value || (isnan(number) && isnan(symbolic.value));
    return fabs(number - symbolic.value) <= 1e-12 * symbolic.size;
}

#endif
