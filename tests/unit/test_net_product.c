/* Products of matrices, fixed and fast, against sums written out. */
#include "test_net.h"

#include "base/interrupt.h"
#include "net/blas.h"
#include "net/product.h"

#include <stdlib.h>

enum { MOST = 70, FAR = MOST + 5, CASES = 600 };

static double c[FAR * FAR], before[FAR * FAR], a[FAR * FAR], b[FAR * FAR];

static double a_at(const struct bs_product *p, size_t i, size_t k)
{
    return p->a_is_transposed ? a[k * p->a_step + i] : a[i * p->a_step + k];
}

static double b_at(const struct bs_product *p, size_t k, size_t j)
{
    return p->b_is_transposed ? b[j * p->b_step + k] : b[k * p->b_step + j];
}

/* As short as may be, or with numbers between the rows that belong to nobody. */
static size_t random_step(struct bs_rng *rng, size_t length)
{
    return length + (bs_rng_below(rng, 2) ? bs_rng_below(rng, 5) : 0);
}

static double random_factor(struct bs_rng *rng)
{
    return bs_rng_below(rng, 3) ? (double)bs_rng_below(rng, 2) : bs_rng_between(rng, -2, 2);
}

/* Small sides, those of the tiles and the rest are all there. */
static size_t random_side(struct bs_rng *rng)
{
    return 1 + bs_rng_below(rng, bs_rng_below(rng, 2) ? 6 : MOST);
}

static void draw_numbers(struct bs_product *p, struct bs_rng *rng)
{
    p->c_step = random_step(rng, p->columns);
    p->a_step = random_step(rng, p->a_is_transposed ? p->rows : p->inner);
    p->b_step = random_step(rng, p->b_is_transposed ? p->inner : p->columns);
    fill_random(a, COUNT_OF(a), rng, -1, 1);
    fill_random(b, COUNT_OF(b), rng, -1, 1);
    fill_random(before, COUNT_OF(before), rng, -1, 1);
    memcpy(c, before, sizeof c);
}

static struct bs_product random_product(struct bs_rng *rng)
{
    struct bs_product p = {.rows = random_side(rng),
                           .columns = random_side(rng),
                           .inner = random_side(rng),
                           .a_is_transposed = bs_rng_below(rng, 2),
                           .b_is_transposed = bs_rng_below(rng, 2),
                           .alpha = random_factor(rng),
                           .beta = random_factor(rng)};
    draw_numbers(&p, rng);
    return p;
}

/* Is (i, j) a number of c, and not one between its rows? */
static bool is_inside(const struct bs_product *p, size_t at)
{
    return at / p->c_step < p->rows && at % p->c_step < p->columns;
}

/* Within the rounding of a sum of so many numbers of that size. */
static bool is_near(const struct bs_product *p, size_t at)
{
    const size_t i = at / p->c_step, j = at % p->c_step;
    long double sum = 0, size = 0;
    for (size_t k = 0; k < p->inner; k++) {
        const long double product = (long double)a_at(p, i, k) * b_at(p, k, j);
        sum += product;
        size += fabsl(product);
    }
    sum = p->beta * (long double)before[at] + p->alpha * sum;
    size = fabs(p->beta * before[at]) + fabs(p->alpha) * size;
    return fabsl(c[at] - sum) <= 1e-14L * size;
}

/* A number of c as `is_right` asks for; one between its rows as before. */
static void must_be(bool (*is_right)(const struct bs_product *p, size_t at),
                    const struct bs_product *p)
{
    for (size_t at = 0; at < COUNT_OF(c); at++)
        if (is_inside(p, at) ? !is_right(p, at) : c[at] != before[at])
            ck_abort_msg("%zu × %zu × %zu (transposed %d %d), alpha %g, beta %g: %.17g at %zu",
                         p->rows, p->columns, p->inner, p->a_is_transposed, p->b_is_transposed,
                         p->alpha, p->beta, c[at], at);
}

static void multiply_at_random(bool is_fixed)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, is_fixed);
    for (int i = 0; i < CASES; i++) {
        const struct bs_product p = random_product(&rng);
        ck_assert_int_eq(bs_multiply(c, &p, a, b, is_fixed), BS_OK);
        must_be(is_near, &p);
    }
}

START_TEST(fixed_products_are_the_sums)
{
    multiply_at_random(true);
}
END_TEST

START_TEST(fast_products_are_the_sums)
{
    multiply_at_random(false);
}
END_TEST

/* Few rows by many columns that lie as rows: BLAS has them by parts. */
START_TEST(low_and_wide_products_are_the_sums)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    for (int i = 0; i < CASES / 10; i++) {
        struct bs_product p = {.rows = 12 + bs_rng_below(&rng, 5),
                               .columns = 96 + bs_rng_below(&rng, 40),
                               .inner = 30 + bs_rng_below(&rng, 5),
                               .b_is_transposed = true,
                               .alpha = random_factor(&rng),
                               .beta = random_factor(&rng)};
        draw_numbers(&p, &rng);
        ck_assert_int_eq(bs_multiply(c, &p, a, b, false), BS_OK);
        must_be(is_near, &p);
    }
}
END_TEST

/* beta·c, then the products from the first to the last, each added with one rounding. */
static bool is_in_order(const struct bs_product *p, size_t at)
{
    double sum = p->beta == 0 ? 0 : p->beta * before[at];
    for (size_t k = 0; k < p->inner; k++)
        sum += p->alpha * a_at(p, at / p->c_step, k) * b_at(p, k, at % p->c_step);
    return c[at] == sum;
}

START_TEST(fixed_sums_go_from_the_first_product_to_the_last)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 2);
    for (int i = 0; i < CASES; i++) {
        const struct bs_product p = random_product(&rng);
        ck_assert_int_eq(bs_multiply(c, &p, a, b, true), BS_OK);
        must_be(is_in_order, &p);
    }
}
END_TEST

/* Longer sums than a tile adds at once. */
START_TEST(long_sums_go_on_where_they_were_cut)
{
    enum { INNER = 1000 };
    static double left[INNER * 5], right[INNER * 6];
    double product[5 * 6] = {0};
    struct bs_rng rng;
    bs_rng_seed(&rng, 3);
    fill_random(left, COUNT_OF(left), &rng, -1, 1);
    fill_random(right, COUNT_OF(right), &rng, -1, 1);
    const struct bs_product p = {.rows = 5, .columns = 6, .inner = INNER, .alpha = 0.7};
    ck_assert_int_eq(bs_multiply(product, &p, left, right, true), BS_OK);
    for (size_t at = 0; at < COUNT_OF(product); at++) {
        double sum = 0;
        for (size_t k = 0; k < INNER; k++)
            sum += 0.7 * left[at / 6 * INNER + k] * right[k * 6 + at % 6];
        ck_assert(product[at] == sum);
    }
}
END_TEST

/* [1 2; 3 4]·[5 6; 7 8] = [19 22; 43 50]; 2·that − [1 1; 1 1] besides. */
START_TEST(known_product)
{
    const double left[] = {1, 2, 3, 4}, right[] = {5, 6, 7, 8};
    const double plain[] = {19, 22, 43, 50}, twice[] = {37, 43, 85, 99};
    struct bs_product p = {.rows = 2, .columns = 2, .inner = 2, .alpha = 1};
    double product[] = {NAN, NAN, NAN, NAN}, sum[] = {1, 1, 1, 1};
    ck_assert_int_eq(bs_multiply(product, &p, left, right, false), BS_OK);
    ck_assert_mem_eq(product, plain, sizeof plain);
    p.alpha = 2, p.beta = -1;
    ck_assert_int_eq(bs_multiply(sum, &p, left, right, false), BS_OK);
    ck_assert_mem_eq(sum, twice, sizeof twice);
}
END_TEST

/* Small and large, one row and one column. */
START_TEST(without_beta_what_was_there_is_not_read)
{
    static const size_t sides[][3] = {{2, 2, 2}, {40, 40, 40}, {1, 60, 60}, {60, 1, 60}};
    struct bs_rng rng;
    bs_rng_seed(&rng, 4);
    for (size_t i = 0; i < 4 * COUNT_OF(sides); i++) {
        struct bs_product p = random_product(&rng);
        const size_t *side = sides[i / 4];
        p.rows = side[0], p.columns = side[1], p.inner = side[2];
        p.a_step = p.b_step = p.c_step = MOST;
        p.beta = 0, p.alpha = 1;
        for (size_t at = 0; at < COUNT_OF(c); at++)
            c[at] = NAN;
        ck_assert_int_eq(bs_multiply(c, &p, a, b, i % 2), BS_OK);
        for (size_t at = 0; at < COUNT_OF(c); at++)
            if ((bool)isfinite(c[at]) != is_inside(&p, at))
                ck_abort_msg("%g at %zu", c[at], at);
    }
}
END_TEST

START_TEST(sum_of_nothing_is_what_was_there)
{
    struct bs_product p = {.rows = 2, .columns = 2, .alpha = 1, .beta = 3};
    double sum[] = {1, 2, 3, 4};
    const double thrice[] = {3, 6, 9, 12}, none[4] = {0};
    ck_assert_int_eq(bs_multiply(sum, &p, a, b, false), BS_OK);
    ck_assert_mem_eq(sum, thrice, sizeof sum);
    p.beta = 0;
    ck_assert_int_eq(bs_multiply(sum, &p, a, b, false), BS_OK);
    ck_assert_mem_eq(sum, none, sizeof sum);
    p.rows = 0;
    ck_assert_int_eq(bs_multiply(NULL, &p, a, b, false), BS_OK);
}
END_TEST

/* ---- BLAS ------------------------------------------------------------------------------------ */

static void must_do_without(const char *library)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 5);
    setenv("BACKSTEP_BLAS", library, true);
    for (int i = 0; i < 50; i++) {
        const struct bs_product p = random_product(&rng);
        ck_assert(!bs_blas_multiply(c, &p, a, b));
        ck_assert_mem_eq(c, before, sizeof c);
        ck_assert_int_eq(bs_multiply(c, &p, a, b, false), BS_OK);
        must_be(is_in_order, &p);
    }
}

START_TEST(without_blas_products_are_fixed)
{
    must_do_without("none");
}
END_TEST

START_TEST(library_that_is_not_there_is_no_blas)
{
    must_do_without("/no/such/library.so");
}
END_TEST

START_TEST(library_without_products_is_no_blas)
{
    must_do_without("libm.so.6");
}
END_TEST

START_TEST(blas_of_any_name_multiplies)
{
    setenv("BACKSTEP_BLAS", "libblas.so.3", true);
    multiply_at_random(false);
}
END_TEST

/* ---- large products -------------------------------------------------------------------------- */

/* Its numbers are small integers, so each sum is exact in any order. */
static double *integers(size_t count, struct bs_rng *rng)
{
    double *numbers = bs_calloc(count, sizeof *numbers);
    ck_assert_ptr_nonnull(numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (double)bs_rng_below(rng, 9) - 4;
    return numbers;
}

static void must_multiply_large(size_t rows, size_t columns, size_t inner, double beta)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, rows);
    const struct bs_product p = {rows,       columns,     inner, .b_is_transposed = true,
                                 .alpha = 2, .beta = beta};
    double *left = integers(rows * inner, &rng), *right = integers(columns * inner, &rng);
    double *product = integers(rows * columns, &rng);
    const double first = product[0], last = product[rows * columns - 1];
    ck_assert_int_eq(bs_multiply(product, &p, left, right, false), BS_OK);
    double top = 0, bottom = 0;
    for (size_t k = 0; k < inner; k++) {
        top += 2 * left[k] * right[k];
        bottom += 2 * left[rows * inner - 1 - k] * right[columns * inner - 1 - k];
    }
    ck_assert_double_eq(product[0], beta * first + top);
    ck_assert_double_eq(product[rows * columns - 1], beta * last + bottom);
    bs_free(left);
    bs_free(right);
    bs_free(product);
}

START_TEST(halves_of_large_products_are_the_whole)
{
    must_multiply_large(2001, 360, 380, 1);
    must_multiply_large(361, 2001, 380, 0);
    must_multiply_large(361, 380, 2001, -1);
}
END_TEST

START_TEST(interrupt_stops_products)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, 6);
    struct bs_product p = random_product(&rng);
    p.rows = p.columns = p.inner = p.a_step = p.b_step = p.c_step = MOST;
    bs_interrupt_raise();
    ck_assert_int_eq(bs_multiply(c, &p, a, b, true), BS_INTERRUPTED);
    ck_assert_int_eq(bs_multiply(c, &p, a, b, false), BS_INTERRUPTED);
    p.rows = 1;
    ck_assert_int_eq(bs_multiply(c, &p, a, b, true), BS_INTERRUPTED);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("product", (const TTest *const[]){
                                      fixed_products_are_the_sums,
                                      fast_products_are_the_sums,
                                      low_and_wide_products_are_the_sums,
                                      fixed_sums_go_from_the_first_product_to_the_last,
                                      long_sums_go_on_where_they_were_cut,
                                      known_product,
                                      without_beta_what_was_there_is_not_read,
                                      sum_of_nothing_is_what_was_there,
                                      without_blas_products_are_fixed,
                                      library_that_is_not_there_is_no_blas,
                                      library_without_products_is_no_blas,
                                      blas_of_any_name_multiplies,
                                      halves_of_large_products_are_the_whole,
                                      interrupt_stops_products,
                                      NULL,
                                  });
}
