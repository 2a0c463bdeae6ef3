#include "unit.h"

#include "base/mem.h"
#include "check/moved.h"
#include "test_check.h"
#include "test_keys.h"

#include <math.h>

/* f = (x + y)·z at x = −2, y = 5, z = −4. */
static int find(const struct bs_key *key, const char *name)
{
    int item = bs_key_find(key, name);
    ck_assert_int_ge(item, 0);
    return item;
}

/* q is asked for, and so is f: the row of a mistake in one of them. */
static struct bs_survey_row row_of(const struct bs_key *key, const char *name, bs_expr definition)
{
    int item = find(key, name);
    return (struct bs_survey_row){
        .question = bs_key_item(key, item)->question, .item = item, .definition = definition};
}

static bool stays(const struct bs_key *key, const struct bs_survey_row *row, const double *moved)
{
    struct bs_error err;
    bool same = false;
    ck_assert_int_eq(bs_stays_the_same(&same, key, row, moved, &err), BS_OK);
    return same;
}

static void take_values(double *values, const struct bs_key *key, const char *name, double value)
{
    struct bs_error err;
    for (int i = 0; i < bs_key_count(key); i++)
        values[i] = bs_key_item(key, i)->value;
    values[find(key, name)] = value;
    ck_assert_int_eq(bs_key_revalue(key, values, &err), BS_OK);
}

START_TEST(values_are_the_same_but_for_what_adds_up)
{
    ck_assert(bs_is_same_value(0.1 + 0.2, 0.3));
    ck_assert(bs_is_same_value(0, 0));
    ck_assert(!bs_is_same_value(0.30001, 0.3));
    ck_assert(!bs_is_same_value(-0.3, 0.3));
    ck_assert(!bs_is_same_value(1e-300, 0));
    ck_assert(!bs_is_same_value(NAN, 0.3));
    ck_assert(!bs_is_same_value(INFINITY, INFINITY));
}
END_TEST

/* x taken for x + y: the same where y is 0, whatever x and z are. */
START_TEST(a_mistake_shows_where_the_given_that_hides_it_is_moved)
{
    struct bs_key *key = circuit_key();
    double values[40];
    ck_assert_int_le(bs_key_count(key), 40);
    bs_expr x = bs_ref(bs_key_pool(key), find(key, "x"));
    struct bs_survey_row row = row_of(key, "q", x);
    take_values(values, key, "y", 0);
    ck_assert(stays(key, &row, values));
    take_values(values, key, "y", 0.001);
    ck_assert(!stays(key, &row, values));
    bs_key_destroy(key);
}
END_TEST

START_TEST(out_of_memory_is_an_error)
{
    struct bs_key *key = circuit_key();
    struct bs_error err;
    double values[40];
    bool same = true;
    struct bs_survey_row row = row_of(key, "q", bs_ref(bs_key_pool(key), find(key, "x")));
    take_values(values, key, "y", 1);
    bs_mem_fail_after(0);
    ck_assert_int_eq(bs_stays_the_same(&same, key, &row, values, &err), BS_NO_MEMORY);
    bs_mem_fail_after(-1);
    ck_assert(same);
    bs_key_destroy(key);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        values_are_the_same_but_for_what_adds_up,
        a_mistake_shows_where_the_given_that_hides_it_is_moved,
        out_of_memory_is_an_error,
        NULL,
    };
    return bs_suite_of("moved", tests);
}
