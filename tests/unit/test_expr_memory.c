#include "test_expr.h"

/*
 * Everything that the room does, once, in a pool of its own.  Each step that fails must say that
 * it was for want of memory; what it leaves behind is found by the leak sanitizer.
 */
struct session {
    struct bs_pool *pool;
    struct bs_steps steps;
    struct bs_buf buf;
    struct bs_error err;
};

/* NULL only because memory was refused. */
static bool is_made(struct session *session, bs_expr expr)
{
    if (!expr)
        ck_assert_int_eq(bs_pool_error(session->pool, &session->err), BS_NO_MEMORY);
    return expr;
}

static bool is_ok(int status)
{
    ck_assert_msg(status == BS_OK || status == BS_NO_MEMORY, "status %d", status);
    return status == BS_OK;
}

static bs_expr read_formula(struct session *session, const char *text)
{
    bs_expr expr = NULL;
    if (!is_ok(bs_parse(&expr, session->pool, text, strlen(text), &session->err))) {
        ck_assert_int_eq(session->err.status, BS_NO_MEMORY);
        ck_assert_ptr_null(expr);
    }
    return expr;
}

static bool typeset(struct session *session, bs_expr expr)
{
    for (enum bs_form form = BS_UNICODE; form <= BS_LATEX; form++)
        bs_typeset(&session->buf, expr, &(struct bs_style){.form = form, .most_terms = 4});
    return !session->buf.failed;
}

static bool evaluate(struct session *session, bs_expr expr)
{
    struct point point = {.seed = 3};
    struct bs_env env = {.leaf = leaf_at_point, .context = &point};
    struct bs_valued valued;
    return is_ok(bs_eval(&valued, expr, &env, &session->err));
}

static bool differentiate(struct session *session, bs_expr expr)
{
    bs_expr x = bs_symbol(session->pool, "x");
    if (!is_made(session, x))
        return false;
    bs_expr slope = bs_diff(session->pool, expr, x, &session->steps);
    if (!is_made(session, slope) || session->steps.failed)
        return false;
    for (size_t i = 0; i < session->steps.count; i++)
        ck_assert_ptr_nonnull(session->steps.items[i].after);
    return typeset(session, slope) && evaluate(session, slope);
}

static bool change(struct session *session, bs_expr expr)
{
    bs_expr x = bs_symbol(session->pool, "x"), y = bs_symbol(session->pool, "y");
    return is_made(session, bs_replace(session->pool, expr, x, y)) &&
           is_made(session, bs_import(session->pool, expr)) &&
           is_made(session, bs_simplify(session->pool, expr));
}

static const char *const FORMULAS[] = {
    "0.5*(sigmoid(w*x + b) - d)^2",
    "−x/(1 + exp(2·x)) + 1/3 - tanh(-x)*x^n*2^x",
    "(-a - x)*(-c - x)*(1/x/x)*(2*(x + y) - 5*(x + y)) + (y - x)*(-1) + x + 3*x",
    "max(x, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17) + softmax_2(x, y)",
    "sum(j, 1, 3, xlog(x, u_j + 2)) + gelu(x) + elu(x) + 0.1234567890123456789*relu(x)",
};

static bool run_session(struct session *session)
{
    for (size_t i = 0; i < COUNT_OF(FORMULAS); i++) {
        bs_expr expr = read_formula(session, FORMULAS[i]);
        if (!expr || !change(session, expr) || !typeset(session, expr) ||
            !evaluate(session, expr) || !differentiate(session, expr))
            return false;
        bs_steps_finish(&session->steps);
    }
    return true;
}

static bool attempt_session(void *context)
{
    struct session session = {.pool = bs_pool_create(), .buf = BS_BUF_INIT};
    (void)context;
    bool succeeded = session.pool && run_session(&session);
    bs_steps_finish(&session.steps);
    bs_buf_finish(&session.buf);
    bs_pool_destroy(session.pool);
    return succeeded;
}

START_TEST(each_allocation_may_fail)
{
    bs_refuse_each_allocation(attempt_session, NULL);
}
END_TEST

/* Long lists and many nodes, which make tables and lists grow. */
static bool attempt_long(void *context)
{
    const struct bs_buf *text = context;
    struct session session = {.pool = bs_pool_create(), .buf = BS_BUF_INIT};
    bs_expr expr = session.pool ? read_formula(&session, text->text) : NULL;
    bool succeeded = expr && is_made(&session, bs_simplify(session.pool, expr));
    bs_pool_destroy(session.pool);
    return succeeded;
}

START_TEST(each_allocation_of_a_long_formula_may_fail)
{
    struct bs_buf text = BS_BUF_INIT;
    for (int i = 0; i < 100; i++)
        bs_buf_printf(&text, "%sx_%d*y*%d", i ? " + " : "", i, i);
    bs_refuse_each_allocation(attempt_long, &text);
    bs_buf_finish(&text);
}
END_TEST

START_TEST(a_pool_that_ran_out_of_memory_can_be_used_again)
{
    bs_expr x = bs_symbol(pool, "x"), out = x;
    for (long n = 0; n < 40; n++) {
        struct bs_error err;
        bs_mem_fail_after(n);
        int status = bs_parse(&out, pool, FORMULAS[2], strlen(FORMULAS[2]), &err);
        const bool failed = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_int_eq(status, failed ? BS_NO_MEMORY : BS_OK);
        ck_assert(failed ? out == x : out == parsed(FORMULAS[2]));
        out = x;
    }
    ck_assert_ptr_eq(bs_simplify(pool, parsed("x + 0")), x);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        each_allocation_may_fail,
        each_allocation_of_a_long_formula_may_fail,
        a_pool_that_ran_out_of_memory_can_be_used_again,
        NULL,
    };
    return suite_with_pool("memory", tests);
}
