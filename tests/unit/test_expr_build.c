#include "test_expr.h"

#include "expr/node.h"

#include <stdio.h>

static bs_expr name(const char *text)
{
    return bs_symbol(pool, text);
}

static bs_expr whole(int64_t value)
{
    return bs_integer(pool, value);
}

START_TEST(equal_expressions_are_the_same_pointer)
{
    bs_expr a = name("a"), b = name("b");
    ck_assert_ptr_eq(name("a"), a);
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_eq(bs_add(pool, a, b), bs_add(pool, a, b));
    ck_assert_ptr_ne(bs_add(pool, a, b), bs_add(pool, b, a));
    ck_assert_ptr_ne(bs_add(pool, a, b), bs_mul(pool, a, b));
    ck_assert_ptr_eq(bs_ref(pool, 5), bs_ref(pool, 5));
    ck_assert_ptr_ne(bs_ref(pool, 5), bs_ref(pool, 6));
    const struct bs_func *softmax = bs_func_find("softmax");
    bs_expr args[] = {a, b};
    ck_assert_ptr_eq(bs_call(pool, softmax, 1, 2, args), bs_call(pool, softmax, 1, 2, args));
    ck_assert_ptr_ne(bs_call(pool, softmax, 1, 2, args), bs_call(pool, softmax, 2, 2, args));
    ck_assert_ptr_ne(bs_call(pool, bs_func_find("exp"), 0, 1, args),
                     bs_call(pool, bs_func_find("log"), 0, 1, args));
}
END_TEST

START_TEST(many_names_are_found_again)
{
    enum { MANY = 20000 };
    static bs_expr made[MANY];
    char text[16];
    const size_t before = bs_pool_size(pool);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            snprintf(text, sizeof text, "x_%d", i);
            bs_expr symbol = name(text);
            ck_assert(round == 0 || symbol == made[i]);
            ck_assert_str_eq(symbol->u.name, text);
            made[i] = symbol;
        }
    ck_assert_uint_gt(bs_pool_size(pool), before + MANY * sizeof(struct bs_node));
}
END_TEST

START_TEST(a_name_may_be_part_of_a_text)
{
    ck_assert_ptr_eq(bs_symbol_n(pool, "alpha_1 + x", 7), name("alpha_1"));
    char text[300];
    memset(text, 'n', sizeof text);
    ck_assert_uint_eq(strlen(bs_symbol_n(pool, text, 255)->u.name), 255);
    struct bs_error err;
    ck_assert_ptr_null(bs_symbol_n(pool, text, 256));
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "a name is too long (255 bytes)");
}
END_TEST

START_TEST(rationals_are_kept_in_lowest_terms)
{
    static const struct {
        int64_t num, den, reduced_num, reduced_den;
    } cases[] = {
        {6, 8, 3, 4},
        {6, -8, -3, 4},
        {-6, -8, 3, 4},
        {0, -5, 0, 1},
        {7, 7, 1, 1},
        {INT64_MAX, INT64_MAX, 1, 1},
        {-INT64_MAX, 1, -INT64_MAX, 1},
        {0, INT64_MIN, 0, 1},
        {INT64_MIN, (int64_t)1 << 60, -8, 1},
        {INT64_MIN, INT64_MIN, 1, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bs_expr number = bs_rational(pool, cases[i].num, cases[i].den);
        ck_assert(bs_is_exact(number));
        ck_assert_int_eq(number->u.number.num, cases[i].reduced_num);
        ck_assert_int_eq(number->u.number.den, cases[i].reduced_den);
        ck_assert(bs_number_value(number) ==
                  (double)cases[i].reduced_num / (double)cases[i].reduced_den);
    }
    ck_assert(!bs_is_exact(whole(INT64_MIN)));
    ck_assert(bs_number_value(whole(INT64_MIN)) == -0x1p63);
}
END_TEST

START_TEST(a_short_decimal_is_its_rational)
{
    for (int k = -2000; k <= 2000; k++) {
        ck_assert_ptr_eq(bs_real(pool, k / 100.0), bs_rational(pool, k, 100));
        ck_assert_ptr_eq(bs_real(pool, k / 1e12), bs_rational(pool, k, 1000000000000));
    }
    ck_assert_ptr_eq(bs_real(pool, -0.0), whole(0));
    ck_assert_ptr_eq(bs_real(pool, 999999999999999), whole(999999999999999));
    ck_assert_ptr_eq(bs_real(pool, 0.1 + 0.2), bs_real(pool, 0.30000000000000004));
    ck_assert(!bs_is_exact(bs_real(pool, 0.1 + 0.2)));
    ck_assert(!bs_is_exact(bs_real(pool, 1.0 / 3)));
    ck_assert(!bs_is_exact(bs_real(pool, 1e300)));
    ck_assert(!bs_is_exact(bs_real(pool, 5e-324)));
}
END_TEST

START_TEST(arithmetic_on_numbers_is_exact_while_it_fits)
{
    bs_expr third = bs_rational(pool, 1, 3), most = whole(INT64_MAX);
    ck_assert_ptr_eq(bs_number_add(pool, third, bs_rational(pool, 1, 6)), bs_rational(pool, 1, 2));
    ck_assert_ptr_eq(bs_number_add(pool, third, bs_neg(pool, third)), whole(0));
    ck_assert_ptr_eq(bs_number_mul(pool, third, whole(-6)), whole(-2));
    ck_assert_ptr_eq(bs_number_inverse(pool, bs_rational(pool, -2, 7)), bs_rational(pool, -7, 2));
    ck_assert_ptr_eq(bs_number_add(pool, most, whole(1)), bs_real(pool, 0x1p63));
    ck_assert_ptr_eq(bs_number_mul(pool, most, most), bs_real(pool, 0x1p63 * 0x1p63));
    ck_assert_ptr_eq(bs_number_add(pool, bs_real(pool, 1e300), third), bs_real(pool, 1e300));
    ck_assert_ptr_eq(bs_number_mul(pool, bs_real(pool, 1e300), whole(0)), whole(0));
}
END_TEST

START_TEST(numbers_out_of_range_are_refused)
{
    bs_expr big = bs_real(pool, 1e300), small = bs_real(pool, 1e-300);
    bs_expr made[] = {bs_number_mul(pool, big, big), bs_number_mul(pool, small, small),
                      bs_number_add(pool, bs_real(pool, 1.7e308), bs_real(pool, 1.7e308)),
                      bs_number_inverse(pool, bs_real(pool, 5e-324))};
    for (size_t i = 0; i < COUNT_OF(made); i++)
        ck_assert_ptr_null(made[i]);
    struct bs_error err;
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "a number in the formula is too large or too small");
}
END_TEST

START_TEST(a_number_is_finite)
{
    static const double values[] = {INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct bs_error err;
        ck_assert_ptr_null(bs_real(pool, values[i]));
        ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, "a number in a formula is finite");
    }
}
END_TEST

START_TEST(only_a_first_operand_is_opened)
{
    bs_expr a = name("a"), b = name("b"), c = name("c");
    ck_assert_int_eq(bs_add(pool, bs_add(pool, a, b), c)->count, 3);
    ck_assert_int_eq(bs_add(pool, a, bs_add(pool, b, c))->count, 2);
    ck_assert_int_eq(bs_mul(pool, bs_mul(pool, a, b), c)->count, 3);
    ck_assert_int_eq(bs_mul(pool, a, bs_mul(pool, b, c))->count, 2);
    ck_assert_int_eq(bs_add(pool, bs_mul(pool, a, b), c)->count, 2);
    ck_assert_ptr_eq(bs_sum(pool, 0, NULL), whole(0));
    ck_assert_ptr_eq(bs_product(pool, 0, NULL), whole(1));
    ck_assert_ptr_eq(bs_sum(pool, 1, &a), a);
    ck_assert_ptr_eq(bs_product(pool, 1, &a), a);
}
END_TEST

START_TEST(minus_acts_on_numbers_and_coefficients)
{
    bs_expr a = name("a"), b = name("b"), ab = bs_mul(pool, a, b);
    ck_assert_ptr_eq(bs_neg(pool, whole(2)), whole(-2));
    ck_assert_ptr_eq(bs_neg(pool, bs_real(pool, 1e300)), bs_real(pool, -1e300));
    ck_assert_ptr_eq(bs_neg(pool, bs_neg(pool, a)), a);
    ck_assert_ptr_eq(bs_neg(pool, bs_neg(pool, ab)), ab);
    ck_assert_ptr_eq(bs_neg(pool, bs_mul(pool, whole(2), a)), bs_mul(pool, whole(-2), a));
    ck_assert_ptr_eq(bs_neg(pool, ab), bs_product(pool, 3, (bs_expr[]){whole(-1), a, b}));
    /* −(−1·2) is 1·2, which prints as that; 2 would be arithmetic */
    ck_assert_ptr_eq(bs_neg(pool, bs_mul(pool, whole(-1), whole(2))),
                     bs_mul(pool, whole(1), whole(2)));
    ck_assert_ptr_eq(bs_sub(pool, a, whole(2)), bs_add(pool, a, whole(-2)));
    ck_assert_ptr_eq(bs_sub(pool, a, bs_neg(pool, b)), bs_add(pool, a, b));
}
END_TEST

START_TEST(division_acts_on_plain_numbers)
{
    bs_expr a = name("a"), inverse = bs_power(pool, a, whole(-1));
    ck_assert_ptr_eq(bs_div(pool, whole(6), whole(-8)), bs_rational(pool, -3, 4));
    ck_assert_ptr_eq(bs_div(pool, whole(1), a), inverse);
    ck_assert_ptr_eq(bs_div(pool, whole(2), a), bs_mul(pool, whole(2), inverse));
    ck_assert_ptr_eq(bs_div(pool, a, whole(3)),
                     bs_mul(pool, a, bs_power(pool, whole(3), whole(-1))));
    ck_assert_ptr_eq(bs_div(pool, whole(2), whole(0)),
                     bs_mul(pool, whole(2), bs_power(pool, whole(0), whole(-1))));
}
END_TEST

START_TEST(nothing_is_built_of_nothing)
{
    bs_expr a = name("a"), none[] = {a, NULL};
    const bs_expr made[] = {
        bs_sum(pool, 2, none),
        bs_product(pool, 2, none),
        bs_add(pool, NULL, a),
        bs_sub(pool, a, NULL),
        bs_mul(pool, NULL, NULL),
        bs_div(pool, a, NULL),
        bs_div(pool, NULL, a),
        bs_neg(pool, NULL),
        bs_power(pool, NULL, a),
        bs_power(pool, a, NULL),
        bs_call(pool, bs_func_find("max"), 0, 2, none),
        bs_indexed_sum(pool, a, a, a, NULL),
        bs_simplify(pool, NULL),
        bs_map_leaves(pool, NULL, NULL, NULL),
        bs_import(pool, NULL),
        bs_replace(pool, NULL, a, a),
        bs_replace(pool, a, NULL, a),
        bs_replace(pool, a, a, NULL),
    };
    for (size_t i = 0; i < COUNT_OF(made); i++)
        ck_assert_msg(!made[i], "case %zu", i);
}
END_TEST

START_TEST(depth_has_a_limit_and_the_pool_knows_why)
{
    bs_expr expr = name("x");
    struct bs_error err;
    for (int depth = 2; depth <= BS_MAX_DEPTH; depth++)
        expr = bs_power(pool, whole(2), expr);
    ck_assert_ptr_nonnull(expr);
    ck_assert_int_eq(expr->depth, BS_MAX_DEPTH);
    ck_assert_ptr_null(bs_power(pool, whole(2), expr));
    char too_long[300] = "";
    memset(too_long, 'x', sizeof too_long - 1);
    ck_assert_ptr_null(bs_add(pool, bs_symbol_n(pool, too_long, 299), expr));
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the formula is nested too deeply"); /* the first reason stays */
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_NO_MEMORY);      /* and is given once */
    ck_assert_ptr_nonnull(bs_add(pool, whole(2), name("x")));
}
END_TEST

static bs_expr put_2(void *context, struct bs_pool *in, bs_expr leaf)
{
    (void)context;
    return strcmp(leaf->u.name, "j") == 0 ? bs_integer(in, 2) : leaf;
}

START_TEST(the_index_of_a_sum_is_a_name)
{
    bs_expr sum = parsed("sum(j, 1, 3, x_j)"), two = whole(2);
    const bs_expr made[] = {bs_indexed_sum(pool, two, two, two, two),
                            bs_indexed_sum(pool, bs_ref(pool, 1), two, two, two),
                            bs_replace(pool, sum, name("j"), parsed("a + b")),
                            bs_map_leaves(pool, bs_add(pool, two, sum), put_2, NULL)};
    for (size_t i = 0; i < COUNT_OF(made); i++)
        ck_assert_ptr_null(made[i]);
    struct bs_error err;
    ck_assert_int_eq(bs_pool_error(pool, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "the index of a sum must be a name");
}
END_TEST

START_TEST(other_operands_are_built_as_their_kind)
{
    bs_expr a = name("a"), b = name("b");
    ck_assert_ptr_eq(bs_with_args(pool, parsed("x + y"), (bs_expr[]){a, b}), parsed("a + b"));
    ck_assert_ptr_eq(bs_with_args(pool, parsed("x*y"), (bs_expr[]){bs_mul(pool, a, b), a}),
                     parsed("a*b*a"));
    ck_assert_ptr_eq(bs_with_args(pool, parsed("x^y"), (bs_expr[]){a, b}), parsed("a^b"));
    ck_assert_ptr_eq(bs_with_args(pool, parsed("softmax_2(x, y)"), (bs_expr[]){a, b}),
                     parsed("softmax_2(a, b)"));
    ck_assert_ptr_eq(bs_with_args(pool, parsed("sum(j, 1, 2, x)"), (bs_expr[]){a, b, a, b}),
                     parsed("sum(a, b, a, b)"));
}
END_TEST

static bool contains_by_search(bs_expr expr, bs_expr part)
{
    if (expr == part)
        return true;
    for (int i = 0; i < expr->count; i++)
        if (contains_by_search(expr->args[i], part))
            return true;
    return false;
}

START_TEST(a_part_is_contained_exactly_when_a_search_finds_it)
{
    struct bs_rng rng;
    int found = 0;
    bs_rng_seed(&rng, 41);
    for (int n = 0; n < 3000; n++) {
        bs_expr expr = random_expr(&rng, 5, ANY_SHAPE);
        bs_expr part = n % 2 ? random_expr(&rng, 1, ANY_SHAPE) : random_expr(&rng, 2, MODERATE);
        ck_assert_msg(bs_contains(expr, part) == contains_by_search(expr, part), "%s in %s",
                      ascii(part), ascii(expr));
        found += bs_contains(expr, part);
    }
    ck_assert_int_gt(found, 100);
}
END_TEST

struct visits {
    char names[64];
    int stop_at, count;
};

static int visit(void *context, bs_expr leaf)
{
    struct visits *visits = context;
    stpcpy(visits->names + strlen(visits->names), leaf->kind == BS_REF ? "#" : leaf->u.name);
    return ++visits->count == visits->stop_at ? 7 : 0;
}

START_TEST(leaves_are_visited_once_in_the_order_of_reading)
{
    bs_expr expr = bs_mul(pool, parsed("b + a*(c - b)^d"), bs_ref(pool, 3));
    expr = bs_add(pool, expr, parsed("sum(j, 1, n, a*x_j)"));
    struct visits visits = {"", 0, 0};
    ck_assert_int_eq(bs_visit_leaves(expr, visit, &visits), 0);
    ck_assert_str_eq(visits.names, "bacd#jn");
    visits = (struct visits){"", 3, 0};
    ck_assert_int_eq(bs_visit_leaves(expr, visit, &visits), 7);
    ck_assert_str_eq(visits.names, "bac");
}
END_TEST

static bs_expr swap_x_and_y(void *context, struct bs_pool *in, bs_expr leaf)
{
    (void)context;
    if (leaf->kind == BS_REF)
        return bs_symbol(in, "ref");
    return strcmp(leaf->u.name, "x") == 0   ? bs_symbol(in, "y")
           : strcmp(leaf->u.name, "y") == 0 ? bs_symbol(in, "x")
                                            : leaf;
}

static bs_expr refuse_y(void *context, struct bs_pool *in, bs_expr leaf)
{
    (void)context, (void)in;
    return strcmp(leaf->u.name, "y") == 0 ? NULL : leaf;
}

START_TEST(leaves_are_replaced_at_once_not_one_after_the_other)
{
    bs_expr mapped = bs_map_leaves(pool, parsed("x - y*tanh(x + 2)"), swap_x_and_y, NULL);
    ck_assert_ptr_eq(mapped, parsed("y - x*tanh(y + 2)"));
    mapped = bs_map_leaves(pool, bs_add(pool, name("x"), bs_ref(pool, 1)), swap_x_and_y, NULL);
    ck_assert_ptr_eq(mapped, parsed("y + ref"));
    ck_assert_ptr_null(bs_map_leaves(pool, parsed("x - tanh(y)"), refuse_y, NULL));
    ck_assert_ptr_eq(bs_map_leaves(pool, parsed("x - 2"), refuse_y, NULL), parsed("x - 2"));
}
END_TEST

START_TEST(a_part_is_replaced_from_the_outside_in)
{
    bs_expr b = name("b");
    ck_assert_ptr_eq(
        bs_replace(pool, parsed("sigmoid(z)*(1 - sigmoid(z))"), parsed("sigmoid(z)"), b),
        parsed("b*(1 - b)"));
    ck_assert_ptr_eq(bs_replace(pool, parsed("x + tanh(x)"), name("x"), parsed("x + 1")),
                     parsed("x + 1 + tanh(x + 1)")); /* what is put in is not looked at again */
    ck_assert_ptr_eq(bs_replace(pool, parsed("f + f^2"), parsed("f + f^2"), name("f")), name("f"));
    ck_assert_ptr_eq(bs_replace(pool, parsed("a + 2"), parsed("2"), b), parsed("a + b"));
    ck_assert_ptr_eq(bs_replace(pool, parsed("a + c"), b, name("d")), parsed("a + c"));
}
END_TEST

START_TEST(a_copy_in_another_pool_is_the_same_expression)
{
    struct bs_rng rng;
    struct bs_pool *other = bs_pool_create();
    bs_rng_seed(&rng, 42);
    for (int n = 0; n < 3000; n++) {
        bs_expr expr = random_expr(&rng, 1 + (int)bs_rng_below(&rng, 6), ANY_SHAPE);
        bs_expr copy = bs_import(other, expr);
        ck_assert(copy->count == 0 || copy != expr);
        ck_assert_str_eq(ascii(copy), ascii(expr));
        ck_assert_ptr_eq(bs_import(pool, copy), expr);
    }
    ck_assert_ptr_ne(bs_import(other, bs_ref(pool, 9)), bs_ref(pool, 9));
    ck_assert_int_eq(bs_import(other, bs_ref(pool, 9))->u.ref, 9);
    bs_pool_destroy(other);
}
END_TEST

/* x becomes x*x + x, sixty times. */
START_TEST(a_shared_part_is_passed_over_once)
{
    bs_expr x = name("x"), expr = x, expected = name("y");
    struct bs_pool *other = bs_pool_create();
    struct visits visits = {"", 0, 0};
    for (int i = 0; i < 60; i++) {
        expr = bs_add(pool, bs_mul(pool, expr, expr), expr);
        expected = bs_add(pool, bs_mul(pool, expected, expected), expected);
    }
    ck_assert_ptr_eq(bs_map_leaves(pool, expr, swap_x_and_y, NULL), expected);
    ck_assert_ptr_eq(bs_replace(pool, expr, x, name("y")), expected);
    ck_assert_ptr_eq(bs_import(pool, bs_import(other, expr)), expr);
    ck_assert(bs_contains(expr, x) && !bs_contains(expr, parsed("x^2")));
    ck_assert_int_eq(bs_visit_leaves(expr, visit, &visits), 0);
    ck_assert_int_eq(visits.count, 1);
    bs_pool_destroy(other);
}
END_TEST

START_TEST(a_pool_that_was_never_made_may_be_destroyed)
{
    bs_pool_destroy(NULL);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        equal_expressions_are_the_same_pointer,
        many_names_are_found_again,
        a_name_may_be_part_of_a_text,
        rationals_are_kept_in_lowest_terms,
        a_short_decimal_is_its_rational,
        arithmetic_on_numbers_is_exact_while_it_fits,
        numbers_out_of_range_are_refused,
        a_number_is_finite,
        only_a_first_operand_is_opened,
        minus_acts_on_numbers_and_coefficients,
        division_acts_on_plain_numbers,
        nothing_is_built_of_nothing,
        depth_has_a_limit_and_the_pool_knows_why,
        the_index_of_a_sum_is_a_name,
        other_operands_are_built_as_their_kind,
        a_part_is_contained_exactly_when_a_search_finds_it,
        leaves_are_visited_once_in_the_order_of_reading,
        leaves_are_replaced_at_once_not_one_after_the_other,
        a_part_is_replaced_from_the_outside_in,
        a_copy_in_another_pool_is_the_same_expression,
        a_shared_part_is_passed_over_once,
        a_pool_that_was_never_made_may_be_destroyed,
        NULL,
    };
    return suite_with_pool("build", tests);
}
