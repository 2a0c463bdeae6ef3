#include "test_expr.h"

#include "expr/index.h"

START_TEST(an_index_is_free_where_nothing_counts_with_it)
{
    static const struct {
        const char *text, *symbol;
        bool is_free;
    } cases[] = {
        {"x_j", "j", true},
        {"x_j", "x", false}, /* the name of an array is no symbol */
        {"sum(j, 1, n, x_j)", "j", false},
        {"sum(j, 1, n, x_j)", "n", true},
        {"sum(j, 1, j, x_j)", "j", true}, /* a bound is outside */
        {"product(j, j, n, x_j)", "j", true},
        {"x_j + sum(j, 1, n, x_j)", "j", true},
        {"sum(i, 1, n, sum(j, 1, n, w_i_j))", "i", false},
        {"sum(i, 1, n, w_i_j)", "j", true},
        {"delta(i, k)", "k", true},
        {"1 + 2", "k", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(bs_has_free(parsed(cases[i].text), parsed(cases[i].symbol)) ==
                          cases[i].is_free,
                      "%s in %s", cases[i].symbol, cases[i].text);
}
END_TEST

START_TEST(what_is_put_in_is_not_captured)
{
    static const struct {
        const char *text, *symbol, *value, *result;
    } cases[] = {
        {"x_j", "j", "k - 1", "x[k - 1]"},
        {"x_j", "j", "3", "x_3"},
        {"w_h_j", "j", "2", "w[h, 2]"},
        {"delta(i, k)", "i", "k", "delta(k, k)"},
        {"sum(j, 1, n, x_j)", "j", "k", "sum(j, 1, n, x_j)"},
        {"sum(j, j, n, x_j)", "j", "k", "sum(j, k, n, x_j)"},
        {"sum(j, 1, n, x_j*y_k)", "k", "i", "sum(j, 1, n, x_j*y_i)"},
        {"sum(j, 1, n, x_j*y_k)", "k", "j", "sum(i, 1, n, x_i*y_j)"},
        {"sum(j, 1, n, x_j*y_k)", "k", "j + i", "sum(h, 1, n, x_h*y[j + i])"},
        {"sum(j, 1, n, x_j*c)", "c", "sum(j, 1, n, x_j)", "sum(j, 1, n, x_j*sum(j, 1, n, x_j))"},
        {"sum(j, 1, k, x_j)", "k", "j", "sum(j, 1, j, x_j)"}, /* a bound is outside */
        {"product(j, 1, n, x_j*y_k)", "k", "j", "product(i, 1, n, x_i*y_j)"},
        {"sum(j, 1, n, sum(i, 1, n, a_i_j*y_k))", "k", "i",
         "sum(j, 1, n, sum(h, 1, n, a_h_j*y_i))"},
        {"sum(j, 1, n, sum(i, 1, j, a_i_j*y_k))", "k", "j",
         "sum(h, 1, n, sum(i, 1, h, a_i_h*y_j))"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr result =
            bs_put(pool, parsed(cases[i].text), parsed(cases[i].symbol), parsed(cases[i].value));
        ck_assert_msg(strcmp(ascii(result), ascii(parsed(cases[i].result))) == 0,
                      "%s for %s in %s is %s, not %s", cases[i].value, cases[i].symbol,
                      cases[i].text, ascii(result), cases[i].result);
    }
}
END_TEST

START_TEST(several_are_put_in_at_once)
{
    const bs_expr symbols[] = {parsed("h"), parsed("k")}, turned[] = {parsed("k"), parsed("h")};
    ck_assert_str_eq(ascii(bs_put_all(pool, parsed("b_h_k*x[h - 1]"), 2, symbols, turned)),
                     "b_k_h*x[k - 1]");
    const bs_expr values[] = {parsed("k + 1"), parsed("2*h")};
    ck_assert_str_eq(ascii(bs_put_all(pool, parsed("sum(h, k, n, x_h)*y_h"), 2, symbols, values)),
                     "sum(h, 2*h, n, x_h)*y[k + 1]");
    ck_assert_ptr_eq(bs_put_all(pool, parsed("x_h"), 0, NULL, NULL), parsed("x_h"));
    ck_assert_ptr_null(bs_put_all(pool, NULL, 2, symbols, values));
}
END_TEST

START_TEST(a_renamed_index_is_a_letter_that_stands_nowhere)
{
    static const struct {
        const char *text, *avoid, *result;
    } cases[] = {
        {"sum(h, 1, q, w_h_j*b_h)", "0", "sum(k, 1, q, w_k_j*b_k)"},
        {"sum(h, 1, q, w_h_j*b_h)", "x_k + i", "sum(l, 1, q, w_l_j*b_l)"},
        {"sum(h, 1, q, sum(j, 1, k, x_j*y_h))", "0", "sum(i, 1, q, sum(j, 1, k, x_j*y_i))"},
        {"product(j, j, n, x_j)", "0", "product(k, j, n, x_k)"},
        {"sum(j, 1, n, k[j])", "0", "sum(i, 1, n, k[i])"}, /* an array has that name */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(
            ascii(bs_rename_index(pool, parsed(cases[i].text), parsed(cases[i].avoid))),
            ascii(parsed(cases[i].result)));
    struct bs_error err = {0};
    ck_assert_ptr_null(
        bs_rename_index(pool, parsed("sum(j, 1, n, x_j)"),
                        parsed("a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u+v+w+x+y+z")));
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "no letter is left for the index of a sum");
}
END_TEST

START_TEST(two_may_be_one_where_their_subscripts_agree)
{
    static const struct {
        const char *a, *b, *delta; /* NULL: never */
    } cases[] = {
        {"x_j", "x_k", "delta(j, k)"},
        {"w_h_j", "w_i_k", "delta(h, i)*delta(j, k)"},
        {"w_h_2", "w_i_k", "delta(h, i)*delta(2, k)"},
        {"a[k - 1]", "a_p", "delta(k - 1, p)"},
        {"x_3", "x_k", "delta(3, k)"},
        {"x_k", "x_3", "delta(k, 3)"},
        {"w_12", "w_h_j", "delta(1, h)*delta(2, j)"},
        {"w_10_2", "w_h_j", "delta(10, h)*delta(2, j)"},
        {"x_j", "y_j", NULL},
        {"w_j", "w_j_k", NULL},
        {"x", "x_k", NULL},
        {"x_12", "x_k", "delta(12, k)"},
        {"x_in", "x_k", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr delta = NULL;
        const bool may = bs_may_be(pool, &delta, parsed(cases[i].a), parsed(cases[i].b));
        ck_assert_msg(may == (cases[i].delta != NULL), "%s and %s", cases[i].a, cases[i].b);
        ck_assert_ptr_eq(delta, may ? parsed(cases[i].delta) : NULL);
        ck_assert(bs_may_be(pool, NULL, parsed(cases[i].a), parsed(cases[i].b)) == may);
    }
}
END_TEST

START_TEST(a_name_typed_alone_is_read_beside_an_expression)
{
    static const struct {
        const char *name, *beside, *meant, *defined;
    } cases[] = {
        {"w_hj", "sum(m, 1, n, w_m_k)", "w_h_j", "w_hj"},
        {"w_hj", "w_h*y_j", "w_hj", "w_h_j"},
        {"w_hj", "u_h_j", "w_hj", "w_h_j"},
        {"w_hj", "h*j", "w_hj", "w_h_j"},
        {"w_hj", "sum(h, 1, n, x_h*y_j)", "w_hj", "w_hj"}, /* h is bound */
        {"w_1j", "w_m_k*y_j", "w_1_j", "w_1_j"},
        {"x_in", "x_i_k", "x_i_n", "x_in"},
        {"x_in", "y_k", "x_in", "x_in"},
        {"x", "x_k", "x", "x"},
        {"w_12", "w_h_j", "w_12", "w_12"},
        {"exp(x)", "x_k", "exp(x)", "exp(x)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr beside = parsed(cases[i].beside), name = parsed(cases[i].name);
        ck_assert_str_eq(ascii(bs_as_member(pool, name, beside)), cases[i].meant);
        ck_assert_str_eq(ascii(bs_as_defined(pool, name, beside)), cases[i].defined);
    }
    ck_assert_ptr_null(bs_as_member(pool, NULL, parsed("x")));
    ck_assert_ptr_null(bs_as_defined(pool, parsed("x"), NULL));
}
END_TEST

/* ---- δ and ranges ---------------------------------------------------------------------------- */

START_TEST(a_delta_is_solved_for_the_index_of_its_sum)
{
    static const struct {
        const char *text, *simple;
    } cases[] = {
        {"sum(j, 1, n, x_j*delta(j, k))", "x_k"},
        {"sum(j, 1, n, x_j*delta(k, j))", "x_k"},
        {"sum(j, 1, n, x_j*delta(j - 1, k))", "x[k + 1]"},
        {"sum(j, 1, n, x_j*delta(k - j, i))", "x[k - i]"},
        {"sum(j, 1, n, x_j*delta(j + i, k + 2))", "x[k + 2 - i]"},
        {"sum(j, 1, n, delta(j, k))", "1"},
        {"sum(j, 1, n, delta(j, k)*delta(j, i))", "delta(i, k)"},
        {"sum(j, 1, n, sum(i, 1, n, x_i_j*delta(i, k)*delta(j, k)))", "x_k_k"},
        {"sum(j, 1, 3, x_j*delta(j, 5))", "0"},
        {"sum(j, 1, 3, x_j*delta(j, 2))", "x_2"},
        {"sum(j, 1, n, x_j*delta(2*j, k))", "sum(j, 1, n, x_j*delta(2*j, k))"},
        {"product(j, 1, n, delta(j, k))", "product(j, 1, n, delta(j, k))"},
        {"sum(j, 5, 3, x_j)", "0"},
        {"product(j, k + 1, k, x_j)", "1"},
        {"delta(k, k)", "1"},
        {"delta(k, k + 1)", "0"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr simple = bs_simplify(pool, parsed(cases[i].text));
        ck_assert_msg(bs_simplify(pool, parsed(cases[i].simple)) == simple, "%s is %s, not %s",
                      cases[i].text, ascii(simple), cases[i].simple);
    }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static bool is_made(struct bs_pool *other, bs_expr expr)
{
    struct bs_error err = {0};
    ck_assert(expr || bs_pool_error(other, &err) == BS_NO_MEMORY);
    return expr;
}

static bool put_once(void *context)
{
    static const char text[] = "sum(j, 1, n, sum(i, 1, j, a_i_j*y_k*tanh(b_k)))";
    struct bs_pool *other = bs_pool_create();
    struct bs_error err = {0};
    bs_expr expr = NULL, delta = NULL;
    (void)context;
    bool succeeded = other && bs_parse(&expr, other, text, strlen(text), &err) == BS_OK;
    if (succeeded) {
        bs_expr j = bs_symbol(other, "j"), k = bs_symbol(other, "k"), y = bs_symbol(other, "y_m");
        succeeded =
            is_made(other, bs_put(other, expr, k, j)) &&
            is_made(other, bs_put_all(other, expr, 2, (bs_expr[]){k, j}, (bs_expr[]){j, k}));
        bs_expr member = succeeded ? bs_as_member(other, y, expr) : NULL;
        bs_expr defined = succeeded ? bs_as_defined(other, bs_symbol(other, "z_k"), expr) : NULL;
        succeeded = succeeded && is_made(other, member) && is_made(other, defined) &&
                    bs_may_be(other, &delta, member, member) && is_made(other, delta);
    }
    bs_pool_destroy(other);
    return succeeded;
}

START_TEST(each_allocation_may_fail)
{
    bs_refuse_each_allocation(put_once, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        an_index_is_free_where_nothing_counts_with_it,
        what_is_put_in_is_not_captured,
        several_are_put_in_at_once,
        a_renamed_index_is_a_letter_that_stands_nowhere,
        two_may_be_one_where_their_subscripts_agree,
        a_name_typed_alone_is_read_beside_an_expression,
        a_delta_is_solved_for_the_index_of_its_sum,
        each_allocation_may_fail,
        NULL,
    };
    return suite_with_pool("index", tests);
}
