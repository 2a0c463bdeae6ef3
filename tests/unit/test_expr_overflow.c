#include "test_expr.h"

#include "expr/overflow.h"

/* x_1 to x_3; n is 3; i is 1. */
struct inputs {
    double x[3];
};

static int leaf_of_inputs(double *value, void *context, bs_expr leaf, struct bs_error *err)
{
    const struct inputs *inputs = context;
    const char *name = leaf->u.name;
    if (inputs && strncmp(name, "x_", 2) == 0 && name[2] >= '1' && name[2] <= '3')
        *value = inputs->x[name[2] - '1'];
    else if (strcmp(name, "n") == 0)
        *value = 3;
    else if (strcmp(name, "i") == 0)
        *value = 1;
    else
        return bs_fail(err, BS_REFUSED, "%s has no value", name);
    return BS_OK;
}

static struct bs_overflow explained(const char *text, struct inputs inputs)
{
    struct bs_env env = {.leaf = leaf_of_inputs, .context = &inputs};
    struct bs_overflow out = {.what = BS_NOT_A_NUMBER};
    struct bs_error err = {0};
    ck_assert_msg(bs_explain_overflow(&out, pool, parsed(text), &env, &err) == BS_OK, "%s: %s",
                  text, err.text);
    return out;
}

#define SOFTMAX "exp(x_i)/sum(j, 1, n, exp(x_j))"
#define SECOND "exp(x_2)/sum(j, 1, n, exp(x_j))"
#define LOG_SUM "log(sum(j, 1, n, exp(x_j)))"
#define MAX "max(x_1, x_2, x_3)"
#define MIN "(-max(-x_1, -x_2, -x_3))"
#define SHIFTED(by) "exp(x_i - " by ")/sum(j, 1, n, exp(x_j - " by "))"
#define SHIFTED_LOG_SUM(by) by " + log(sum(j, 1, n, exp(x_j - " by ")))"

START_TEST(the_first_operand_at_fault_is_named)
{
    static const struct {
        const char *text;
        struct inputs inputs;
        enum bs_fault what;
        const char *named, *part;
        double value;
    } cases[] = {
        {SOFTMAX, {{1000, 0, -5}}, BS_OVERFLOW, "exp(x_1)", "exp(x_i)", INFINITY},
        {SECOND, {{1000, 0, -5}}, BS_OVERFLOW, "exp(x_1)", "exp(x_j)", INFINITY},
        {LOG_SUM, {{1000, 0, -5}}, BS_OVERFLOW, "exp(x_1)", "exp(x_j)", INFINITY},
        {LOG_SUM, {{0, 0, 800}}, BS_OVERFLOW, "exp(x_3)", "exp(x_j)", INFINITY},
        {SOFTMAX, {{-1000, -1001, -1002}}, BS_UNDERFLOW, "exp(x_1)", "exp(x_i)", 0},
        {LOG_SUM, {{-1000, -1001, -1002}}, BS_UNDERFLOW, "exp(x_1)", "exp(x_j)", 0},
        {LOG_SUM,
         {{709.5, 709.5, 0}},
         BS_OVERFLOW,
         "sum(j, 1, n, exp(x_j))",
         "sum(j, 1, n, exp(x_j))",
         INFINITY},
        {"x_1*x_2/(x_1*x_3)",
         {{1e200, 1e200, 1}},
         BS_OVERFLOW,
         "x_1*x_2/(x_1*x_3)",
         "x_1*x_2/(x_1*x_3)",
         INFINITY},
        {"1/(x_1*x_2)", {{1e-200, 1e-200, 1}}, BS_UNDERFLOW, "x_1*x_2", "x_1*x_2", 0},
        {"x_1/x_2", {{1, 0, 0}}, BS_DIVISION_BY_ZERO, "x_1/x_2", "x_1/x_2", INFINITY},
        {"log(x_2)", {{1, 0, 0}}, BS_DIVISION_BY_ZERO, "log(x_2)", "log(x_2)", -INFINITY},
        {"1 + x_2^-2", {{1, 0, 0}}, BS_DIVISION_BY_ZERO, "x_2^-2", "x_2^(-2)", INFINITY},
        {"2*log(x_1)", {{-1, 0, 0}}, BS_NOT_A_NUMBER, "log(x_1)", "log(x_1)", NAN},
        {"x_1 + 1", {{NAN, 0, 0}}, BS_NOT_A_NUMBER, "x_1", "x_1", NAN},
        {"1/(1 + exp(-x_1))", {{-1000, 0, 0}}, BS_OVERFLOW, "exp(-x_1)", "exp(-x_1)", INFINITY},
        {SHIFTED(MIN),
         {{1000, 0, -5}},
         BS_OVERFLOW,
         "exp(x_1 - " MIN ")",
         "exp(x_i + max(-x_1, -x_2, -x_3))",
         INFINITY},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_overflow out = explained(cases[i].text, cases[i].inputs);
        ck_assert_msg(out.what == cases[i].what, "%s: %d", cases[i].text, (int)out.what);
        ck_assert_ptr_eq(out.named, parsed(cases[i].named));
        ck_assert_str_eq(ascii(out.part), cases[i].part);
        ck_assert_msg(out.value == cases[i].value || (isnan(out.value) && isnan(cases[i].value)),
                      "%s: %g", cases[i].text, out.value);
    }
}
END_TEST

START_TEST(the_index_and_the_operands_are_told)
{
    struct bs_overflow out = explained(LOG_SUM, (struct inputs){{0, 800, 0}});
    ck_assert_str_eq(ascii(out.part), "exp(x_j)");
    ck_assert_str_eq(out.index->u.name, "j");
    ck_assert_int_eq(out.at, 2);
    ck_assert_int_eq(out.count, 1);
    ck_assert(out.operands[0] == 800);
    out = explained("x_1*x_2", (struct inputs){{1e200, -1e200, 0}});
    ck_assert_ptr_null(out.index);
    ck_assert_int_eq(out.count, 2);
    ck_assert(out.operands[0] == 1e200 && out.operands[1] == -1e200 && out.value == -INFINITY);
}
END_TEST

START_TEST(what_is_absorbed_is_no_fault)
{
    static const struct {
        const char *text;
        struct inputs inputs;
    } cases[] = {
        {SHIFTED(MAX), {{1000, 0, -5}}},
        {SHIFTED(MAX), {{-1000, 0, 800}}},    /* exp(−1800) is the share itself */
        {SHIFTED(MAX), {{1e308, -1e308, 0}}}, /* the difference overflows: exp(−∞) */
        {SHIFTED_LOG_SUM(MAX), {{1000, 0, -5}}},
        {SHIFTED_LOG_SUM(MAX), {{-1000, -1001, -1002}}},
        {SOFTMAX, {{1, 2, 3}}},
        {"sigmoid(x_1) + softmax_1(x_1, x_2)", {{-1000, 1000, 0}}},
        {"exp(x_1)", {{-1000, 0, 0}}},
        {"0*exp(x_1) + 1", {{-1000, 0, 0}}},
        {"1/(1 + exp(x_1))", {{-1000, 0, 0}}},
        {"tanh(x_1*x_2)", {{1e200, 1e200, 0}}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_overflow out = explained(cases[i].text, cases[i].inputs);
        ck_assert_msg(out.what == BS_NO_FAULT, "%s: %d at %s", cases[i].text, (int)out.what,
                      ascii(out.named));
    }
}
END_TEST

/* Of each form, is there a point at which it goes wrong? */
static bool finds(const char *text, struct bs_overflow *out, struct bs_point *point)
{
    struct bs_env fixed = {.leaf = leaf_of_inputs};
    struct bs_error err = {0};
    ck_assert_msg(bs_find_overflow(out, point, pool, parsed(text), &fixed, &err) == BS_OK, "%s: %s",
                  text, err.text);
    return out->what != BS_NO_FAULT;
}

START_TEST(subtracting_the_maximum_is_safe_and_the_minimum_is_not)
{
    static const struct {
        const char *text;
        bool fails;
    } cases[] = {
        {SOFTMAX, true},
        {SHIFTED(MAX), false},
        {SHIFTED(MIN), true},
        {LOG_SUM, true},
        {SHIFTED_LOG_SUM(MAX), false},
        {SHIFTED_LOG_SUM(MIN), true},
        {"softmax_1(x_1, x_2, x_3)", false},
        {"1/(1 + exp(-x_1))", true},
        {"sigmoid(x_1)", false},
        {"softplus(x_1)", false},
        {"log(1 + exp(x_1))", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_overflow out;
        struct bs_point point;
        ck_assert_msg(finds(cases[i].text, &out, &point) == cases[i].fails, "%s", cases[i].text);
        ck_assert(cases[i].fails == (point.count > 0));
        bs_point_finish(&point);
    }
}
END_TEST

/* The point found is one: explained there, it has the same fault. */
START_TEST(the_point_found_has_the_fault)
{
    struct bs_overflow out;
    struct bs_point point;
    struct inputs inputs = {{0, 0, 0}};
    ck_assert(finds(SHIFTED(MIN), &out, &point));
    for (size_t i = 0; i < point.count; i++) {
        ck_assert_int_eq(point.items[i].leaf->u.name[0], 'x');
        inputs.x[point.items[i].leaf->u.name[2] - '1'] = point.items[i].value;
    }
    const struct bs_overflow again = explained(SHIFTED(MIN), inputs);
    ck_assert_int_eq(again.what, out.what);
    ck_assert_ptr_eq(again.named, out.named);
    bs_point_finish(&point);
}
END_TEST

START_TEST(what_cannot_be_evaluated_is_refused)
{
    struct bs_env fixed = {.leaf = leaf_of_inputs};
    struct bs_overflow out;
    struct bs_point point;
    struct bs_error err;
    ck_assert_int_eq(
        bs_find_overflow(&out, &point, pool, parsed("sum(j, 1, m/7, x_j)"), &fixed, &err),
        BS_REFUSED);
    bs_point_finish(&point);
    ck_assert_int_eq(bs_explain_overflow(&out, pool, parsed("x_1 + lost"), &fixed, &err),
                     BS_REFUSED);
    ck_assert_str_eq(err.text, "x_1 has no value");
}
END_TEST

/* In a pool of its own, that is refused memory too. */
static bool attempt_search(void *context)
{
    static const char text[] = SHIFTED(MIN);
    struct bs_pool *own = bs_pool_create();
    struct bs_env fixed = {.leaf = leaf_of_inputs};
    struct bs_overflow out = {.what = BS_NO_FAULT};
    struct bs_point point = {0};
    struct bs_error err;
    bs_expr expr;
    (void)context;
    int status = own ? bs_parse(&expr, own, text, strlen(text), &err) : BS_NO_MEMORY;
    if (status == BS_OK)
        status = bs_find_overflow(&out, &point, own, expr, &fixed, &err);
    ck_assert(status == BS_OK ? out.what == BS_OVERFLOW : status == BS_NO_MEMORY);
    bs_point_finish(&point);
    bs_pool_destroy(own);
    return status == BS_OK;
}

START_TEST(each_allocation_may_fail)
{
    bs_refuse_each_allocation(attempt_search, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        the_first_operand_at_fault_is_named,
        the_index_and_the_operands_are_told,
        what_is_absorbed_is_no_fault,
        subtracting_the_maximum_is_safe_and_the_minimum_is_not,
        the_point_found_has_the_fault,
        what_cannot_be_evaluated_is_refused,
        each_allocation_may_fail,
        NULL,
    };
    return suite_with_pool("overflow", tests);
}
