/* How large products of slopes can be; homework D and J. */
#include "test_expr.h"

#include "expr/bound.h"

struct bounded {
    const char *text, *slopes, *square, *bound, *least, *most, *others;
};

static void check_bound(const struct bounded *wanted)
{
    struct bs_bound out;
    struct bs_error err;
    ck_assert_int_eq(bs_bound_slopes(&out, pool, parsed(wanted->text), &err), BS_OK);
    ck_assert_str_eq(unicode(out.slopes), wanted->slopes);
    ck_assert_str_eq(unicode(out.square), wanted->square);
    ck_assert_str_eq(unicode(out.bound), wanted->bound);
    ck_assert_str_eq(unicode(out.least), wanted->least);
    ck_assert_str_eq(unicode(out.most), wanted->most);
    ck_assert_str_eq(unicode(out.others), wanted->others);
}

/* σ' = a·(1 − a) = ¼ − (a − ½)² */
START_TEST(a_product_of_sigmoid_slopes_is_at_most_a_quarter_each)
{
    check_bound(&(const struct bounded){
        "(a[D] - y)*product(k, i+1, D, w_k)*product(k, i, D, a_k*(1 - a_k))",
        "Π_k=i..D a_k·(1 − a_k)", "¼ − (a_k − ½)²", "(¼)^(D − i + 1)", "0", "1",
        "(a_D − y)·Π_k=i+1..D w_k"});
}
END_TEST

/* tanh' = (1 + a)·(1 − a) = 1 − a² */
START_TEST(slopes_of_tanh_are_at_most_1)
{
    check_bound(&(const struct bounded){"product(k, 1, D, (1 + a_k)*(1 - a_k))",
                                        "Π_k=1..D (1 + a_k)·(1 − a_k)", "1 − a_k²", "1", "−1", "1",
                                        "1"});
}
END_TEST

/* 3·a − a² = 9/4 − (a − 3/2)² */
START_TEST(any_quadratic_with_a_highest_value_is_bounded)
{
    check_bound(&(const struct bounded){"product(k, 1, 4, 3*a_k - a_k^2)",
                                        "Π_k=1..4 (3·a_k − a_k²)", "2.25 − (a_k − 1.5)²", "2.25^4",
                                        "0", "3", "1"});
}
END_TEST

/* (2·x − 1)·(2 − 3·x) = −6·x² + 7·x − 2 is 1/24 at 7/12, and 0 at 1/2 and 2/3. */
START_TEST(a_bound_holds_between_the_roots)
{
    struct bs_bound out;
    struct bs_error err;
    bs_expr product = parsed("product(k, 1, D, (2*x_k - 1)*(2 - 3*x_k))");
    ck_assert_int_eq(bs_bound_slopes(&out, pool, product, &err), BS_OK);
    ck_assert_ptr_eq(out.x, parsed("x_k"));
    ck_assert_ptr_eq(out.least, bs_rational(pool, 1, 2));
    ck_assert_ptr_eq(out.most, bs_rational(pool, 2, 3));
    ck_assert_ptr_eq(out.bound, bs_simplify(pool, parsed("(1/24)^D")));
}
END_TEST

START_TEST(what_has_no_highest_value_is_refused)
{
    static const char *const texts[] = {
        "x",
        "a_k*(1 - a_k)",
        "product(k, 1, D, w_k)",
        "product(k, 1, D, a_k^2 - a_k)",
        "product(k, 1, D, a_k*(1 - b_k))",
        "product(k, 1, D, exp(a_k) - a_k^2)",
        "product(k, 1, D, 1/a_k)",
        "product(k, 1, D, -1 - a_k^2)", /* no real roots */
        "product(k, 1, D, -a_k^2)",     /* one */
        "product(k, 1, D, 2 - a_k^2)",  /* ±√2 */
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct bs_bound out;
        struct bs_error err;
        ck_assert_int_eq(bs_bound_slopes(&out, pool, parsed(texts[i]), &err), BS_REFUSED);
        ck_assert_str_eq(err.text, "there is no product of slopes over an index to bound");
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_product_of_sigmoid_slopes_is_at_most_a_quarter_each,
        slopes_of_tanh_are_at_most_1,
        any_quadratic_with_a_highest_value_is_bounded,
        a_bound_holds_between_the_roots,
        what_has_no_highest_value_is_refused,
        NULL,
    };
    return suite_with_pool("bound", tests);
}
