#include "test_expr.h"

#include <stdio.h>

/* Each test has a scope of its own, so that its names are free. */
static const struct bs_func *defined(const char *name, const char *formula,
                                     const struct bs_parameter *usual)
{
    const struct bs_func *func = NULL;
    struct bs_error err = {0};
    ck_assert_msg(bs_func_define(&func, name, parsed(formula), usual, &err) == BS_OK, "%s",
                  err.text);
    return func;
}

static const char *refusal(const char *name, const char *formula, const struct bs_parameter *usual)
{
    static struct bs_error err;
    const struct bs_func *known = bs_func_find(name), *func = known;
    ck_assert_int_eq(bs_func_define(&func, name, parsed(formula), usual, &err), BS_REFUSED);
    ck_assert_ptr_eq(func, known);
    ck_assert_ptr_eq(bs_func_find(name), known);
    return err.text;
}

static double value_of(const struct bs_func *func, double x)
{
    return bs_func_value(func, &x, 1, 0, 0);
}

/* Misra (2019), and by hand: x·tanh(log(1 + e^x)) = x·((1 + e^x)² − 1)/((1 + e^x)² + 1). */
static double mish(void *context, double x)
{
    (void)context;
    const double u = (1 + exp(x)) * (1 + exp(x));
    return x * (u - 1) / (u + 1);
}

START_TEST(a_defined_function_is_a_row)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_func *func = defined("mish", "x*tanh(softplus(x))", NULL);
    ck_assert_ptr_eq(bs_func_find("mish"), func);
    ck_assert_ptr_eq(bs_func_find_n("mish(x)", 4), func);
    ck_assert(func->is_activation && !func->has_kink && func->arity == 1);
    ck_assert_str_eq(func->formula, "x*tanh(softplus(x))");
    ck_assert_str_eq(bs_func_words(func, 1), "x*tanh(softplus(x))");
    ck_assert_str_eq(func->latex, "\\operatorname{mish}");
    ck_assert_ptr_eq(parsed("mish(2*w)"), bs_call(pool, func, 0, 1, (bs_expr[]){parsed("2*w")}));
    ck_assert_ptr_eq(bs_func_expand(pool, parsed("mish(2*w)")), parsed("2*w*tanh(softplus(2*w))"));
}
END_TEST

START_TEST(its_value_and_slope_are_those_of_the_formula)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_func *func = defined("mish", "x*tanh(softplus(x))", NULL);
    bs_expr x = bs_symbol(pool, "x"), call = bs_call(pool, func, 0, 1, &x);
    bs_expr slope = bs_func_partial(pool, call, 0);
    for (double at = -5; at <= 5; at += 0.25) {
        const struct point point = {.name = "x", .value = at};
        const struct estimate by_differences = richardson(mish, NULL, at, 0.1);
        ck_assert_double_eq_tol(value_of(func, at), mish(NULL, at), 1e-14);
        ck_assert_double_eq_tol(value_at(call, point), mish(NULL, at), 1e-14);
        ck_assert_double_eq_tol(bs_func_slope(func, &at, 1, value_of(func, at), 0),
                                by_differences.value, 1e-9);
        ck_assert_double_eq_tol(value_at(slope, point), by_differences.value, 1e-9);
    }
}
END_TEST

/* Every operation of a body, against the evaluator on the body itself: equal to the last bit. */
START_TEST(programs_compute_what_the_evaluator_does)
{
    static const char *const bodies[] = {
        "x",
        "3*x^2 - x/7 + 1/(1 + x^2)",
        "exp(-x^2)*x^(-3) + x^4 - 2^x",
        "cases(x > 0, x, 0.5*x) + cases(x >= 1, 1, 0) + cases(x - 2, 3, 4)",
        "max(x, -x, 0.5) + softmax_2(x, 1, 2*x) - relu(x)/x",
        "swish(x, 2)*leaky_relu(x) + (x + 1)*(x + 1)*(x + 1)",
        "xlog(x^2, x^2 + 1)/(x - 2)/(x + 3)",
    };
    bs_func_enter(bs_func_new_scope());
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char name[8] = {(char)('a' + i), '\0'};
        const struct bs_func *func = defined(name, bodies[i], NULL);
        for (double x = -4; x <= 4; x += 0.5) {
            const double kink = fmod(fabs(x), 1); /* 0 or ½ */
            const struct point at = {.name = "x", .value = x, .kink = kink};
            const double value = bs_func_value(func, &x, 1, 0, kink);
            const double expected = value_at(parsed(bodies[i]), at);
            ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0 ||
                              (isnan(value) && isnan(expected)),
                          "%s at %g: %.17g, not %.17g", bodies[i], x, value, expected);
        }
    }
}
END_TEST

START_TEST(a_definition_may_use_an_earlier_one)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_func *square = defined("square", "x^2", NULL);
    const struct bs_func *fourth = defined("fourth", "square(square(x))", NULL);
    ck_assert_double_eq(value_of(square, 3), 9);
    ck_assert_double_eq(value_of(fourth, 3), 81);
    ck_assert_double_eq(bs_func_slope(fourth, (const double[]){3}, 1, 81, 0), 108);
}
END_TEST

START_TEST(symbols_besides_x_are_parameters)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_parameter usual[] = {{"a", 0.2}, {NULL, 0}};
    const struct bs_func *leaky = defined("leaky2", "cases(x > 0, x, a*x)", usual);
    const struct bs_func *line = defined("line", "a*x + b", NULL);
    ck_assert(leaky->arity == 1 && bs_func_most(leaky) == 2 && leaky->has_kink);
    ck_assert(line->arity == 3 && bs_func_most(line) == 3);
    ck_assert_str_eq(bs_func_argument(line, 1), "a");
    ck_assert_str_eq(bs_func_argument(line, 2), "b");
    ck_assert_double_eq(bs_func_value(leaky, (const double[]){-2}, 1, 0, 0), -0.4);
    ck_assert_double_eq(bs_func_value(leaky, (const double[]){-2, 0.5}, 2, 0, 0), -1);
    ck_assert_double_eq(bs_func_value(line, (const double[]){2, 3, 4}, 3, 0, 0), 10);
    ck_assert_ptr_eq(bs_func_expand(pool, parsed("leaky2(w)")), parsed("cases(w > 0, w, 0.2*w)"));
    ck_assert_ptr_eq(bs_func_expand(pool, parsed("leaky2(w, x)")), parsed("cases(w > 0, w, x*w)"));
    ck_assert_ptr_eq(bs_diff(pool, parsed("line(w, u, v)"), bs_symbol(pool, "u"), NULL),
                     parsed("w"));
    ck_assert_str_eq(bs_func_rule(line, 3, 1), "∂line/∂a = x");
}
END_TEST

START_TEST(the_slope_at_a_kink_follows_the_policy)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_parameter usual[] = {{"a", 0.5}, {NULL, 0}};
    static const double slopes[] = {0.5, 0.75, 1};
    const struct bs_func *funcs[] = {defined("bent", "cases(x > 0, x, a*x)", usual),
                                     defined("bent_2", "leaky_relu(x, a)", usual)};
    for (size_t i = 0; i < COUNT_OF(funcs); i++)
        for (int k = 0; k < 3; k++) {
            const double zero = 0, kink = k / 2.0;
            const struct point at_0 = {.name = "x", .value = 0, .kink = kink};
            bool on_kink;
            bs_expr x = bs_symbol(pool, "x"), call = bs_call(pool, funcs[i], 0, 1, &x);
            bs_expr slope = bs_func_partial(pool, call, 0);
            ck_assert_double_eq(bs_func_slope(funcs[i], &zero, 1, 0, kink), slopes[k]);
            ck_assert_double_eq(valued_at(slope, at_0, &on_kink).value, slopes[k]);
            ck_assert(on_kink);
            valued_at(call, at_0, &on_kink);
            ck_assert(on_kink);
        }
}
END_TEST

START_TEST(the_rule_is_the_slope_where_it_is_short)
{
    bs_func_enter(bs_func_new_scope());
    ck_assert_str_eq(defined("square", "x^2", NULL)->rule, "square' = 2·x");
    ck_assert_str_eq(defined("long", "exp(x)*tanh(softplus(x))/(1 + gelu(x)^2)", NULL)->rule,
                     "long'");
}
END_TEST

START_TEST(the_same_again_is_the_same_function)
{
    bs_func_enter(bs_func_new_scope());
    const struct bs_parameter usual[] = {{"a", 0.2}, {NULL, 0}};
    const struct bs_func *func = defined("f", "a*x^2", usual);
    ck_assert_ptr_eq(defined("f", "a*x^2", usual), func);
    ck_assert_str_eq(
        refusal("f", "a*x^3", usual),
        "f is already defined, as a*x^2, a = 0.2; it cannot be a*x^3, a = 0.2 as well");
    ck_assert_str_eq(refusal("f", "a*x^2", NULL),
                     "f is already defined, as a*x^2, a = 0.2; it cannot be a*x^2 as well");
    ck_assert_double_eq(value_of(func, 3), 0.2 * 9);
}
END_TEST

START_TEST(what_cannot_be_a_function_is_refused)
{
    static const struct bs_parameter a[] = {{"a", 1}, {NULL, 0}};
    static const struct {
        const char *name, *formula;
        const struct bs_parameter *usual;
        const char *message;
    } cases[] = {
        {"2f", "x", NULL,
         "\"2f\" is no name of a function: it starts with a letter, then come letters, digits and "
         "_"},
        {"", "x", NULL,
         "\"\" is no name of a function: it starts with a letter, then come letters, digits and _"},
        {"sigmoid", "x", NULL,
         "sigmoid is already a function, 1/(1 + exp(-x)): choose another name"},
        {"max", "x", NULL, "max is already a function, the largest argument: choose another name"},
        {"sum", "x", NULL, "sum is a word of the language: choose another name"},
        {"cases", "x", NULL, "cases is a word of the language: choose another name"},
        {"while", "x", NULL, "while is a word of the language: choose another name"},
        {"g", "3", NULL, "the formula of g must have x in it, the argument"},
        {"g", "a*y", NULL, "the formula of g must have x in it, the argument"},
        {"g", "x + sum(j, 1, 3, x^j)", NULL,
         "the formula of g counts with an index or has subscripts: write its terms out"},
        {"g", "a*b*c*d*f*x", NULL, "the formula of g has more than 4 symbols besides x"},
        {"g", "x^2", a, "a is given a value, but the formula of g has no such parameter"},
        {"g", "a*x + b", a,
         "a comes before b in the formula of g: with a value for the one give one for the other"},
    };
    bs_func_enter(bs_func_new_scope());
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(refusal(cases[i].name, cases[i].formula, cases[i].usual),
                         cases[i].message);
}
END_TEST

START_TEST(a_scope_has_its_own_names)
{
    int one = bs_func_new_scope(), other = bs_func_new_scope();
    bs_func_enter(one);
    const struct bs_func *first = defined("f", "x^2", NULL);
    ck_assert_int_eq(bs_func_enter(other), one);
    ck_assert_ptr_null(bs_func_find("f"));
    const struct bs_func *second = defined("f", "x^3", NULL);
    ck_assert_ptr_eq(bs_func_find("f"), second);
    bs_func_enter(one);
    ck_assert_ptr_eq(bs_func_find("f"), first);
    ck_assert_double_eq(value_of(second, 2), 8);
    int rows = 0;
    for (const struct bs_func *row = bs_func_next(NULL); row; row = bs_func_next(row))
        rows += row == first ? 1 : row == second ? 100 : 0;
    ck_assert_int_eq(rows, 1);
}
END_TEST

/* Two formulas that read f(x) + 1 are one only where f is. */
START_TEST(the_same_in_two_scopes_is_one_function)
{
    const struct bs_func *funcs[3];
    static const char *const bodies[] = {"x^2", "x^2", "x^3"};
    for (size_t i = 0; i < COUNT_OF(funcs); i++) {
        bs_func_enter(bs_func_new_scope());
        defined("f", bodies[i], NULL);
        funcs[i] = defined("g", "f(x) + 1", NULL);
    }
    ck_assert_ptr_eq(funcs[0], funcs[1]);
    ck_assert_ptr_ne(funcs[0], funcs[2]);
    ck_assert_double_eq(value_of(funcs[1], 2), 5);
    ck_assert_double_eq(value_of(funcs[2], 2), 9);
}
END_TEST

START_TEST(a_dropped_scope_has_no_names)
{
    int dropped = bs_func_new_scope(), kept = bs_func_new_scope();
    bs_func_enter(kept);
    const struct bs_func *other = defined("f", "x^2", NULL);
    bs_func_enter(dropped);
    const struct bs_func *func = defined("f", "x^2 + 1", NULL);
    bs_func_drop_scope(dropped);
    ck_assert_ptr_null(bs_func_find("f"));
    ck_assert_double_eq(value_of(func, 2), 5); /* expressions may call it */
    bs_func_enter(kept);
    ck_assert_ptr_eq(bs_func_find("f"), other);
}
END_TEST

START_TEST(a_scope_has_a_hundred_names_at_most)
{
    char name[8];
    bs_func_enter(bs_func_new_scope());
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "f_%d", i);
        defined(name, "x^2", NULL);
    }
    ck_assert_str_eq(refusal("g", "x", NULL), "no more than 100 functions can be defined");
    ck_assert_ptr_eq(defined("f_7", "x^2", NULL), bs_func_find("f_7"));
}
END_TEST

/* What is defined while memory is short is whole or not there. */
static bool attempt_definition(void *context)
{
    const struct bs_parameter usual[] = {{"a", 0.2}, {NULL, 0}};
    const struct bs_func *func = NULL;
    struct bs_error err;
    int status = bs_func_define(&func, "f_a", context, usual, &err);
    ck_assert(status == BS_OK || status == BS_NO_MEMORY);
    ck_assert_ptr_eq(bs_func_find("f_a"), func);
    return status == BS_OK;
}

START_TEST(each_allocation_of_a_definition_may_fail)
{
    bs_func_enter(bs_func_new_scope());
    bs_refuse_each_allocation(attempt_definition,
                              (void *)parsed("x*tanh(softplus(a*x))/swish(x, a)"));
    ck_assert_ptr_nonnull(bs_func_find("f_a"));
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_defined_function_is_a_row,
        its_value_and_slope_are_those_of_the_formula,
        programs_compute_what_the_evaluator_does,
        a_definition_may_use_an_earlier_one,
        symbols_besides_x_are_parameters,
        the_slope_at_a_kink_follows_the_policy,
        the_rule_is_the_slope_where_it_is_short,
        the_same_again_is_the_same_function,
        what_cannot_be_a_function_is_refused,
        a_scope_has_its_own_names,
        the_same_in_two_scopes_is_one_function,
        a_dropped_scope_has_no_names,
        a_scope_has_a_hundred_names_at_most,
        each_allocation_of_a_definition_may_fail,
        NULL,
    };
    return suite_with_pool("definition", tests);
}
