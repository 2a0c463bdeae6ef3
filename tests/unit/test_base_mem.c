#include "unit.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

START_TEST(a_request_for_nothing_is_not_a_failure)
{
    void *blocks[] = {bs_alloc(0),
                      bs_calloc(0, 8),
                      bs_calloc(8, 0),
                      bs_realloc(NULL, 0),
                      bs_realloc_array(NULL, 0, 8),
                      bs_realloc_array(NULL, 8, 0)};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        ck_assert_ptr_nonnull(blocks[i]);
        bs_free(blocks[i]);
    }
    bs_free(NULL);
}
END_TEST

START_TEST(calloc_gives_zeros)
{
    int *numbers = bs_calloc(100, sizeof *numbers);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(numbers[i], 0);
    bs_free(numbers);
}
END_TEST

START_TEST(products_that_overflow_are_refused)
{
    const size_t half = SIZE_MAX / 2 + 1;
    char *block = bs_strdup("kept");
    ck_assert_ptr_null(bs_calloc(half, 2));
    ck_assert_ptr_null(bs_realloc_array(block, half, 2));
    ck_assert_ptr_null(bs_realloc_array(block, 3, SIZE_MAX / 2));
    ck_assert_str_eq(block, "kept");
    bs_free(block);
}
END_TEST

START_TEST(copies_of_text_end_where_asked)
{
    char *whole = bs_strdup("weight"), *part = bs_strndup("weight", 2), *none = bs_strndup("", 0);
    ck_assert_str_eq(whole, "weight");
    ck_assert_str_eq(part, "we");
    ck_assert_str_eq(none, "");
    bs_free(whole);
    bs_free(part);
    bs_free(none);
}
END_TEST

START_TEST(grow_keeps_the_items_and_gives_the_room)
{
    int *items = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 1000; count++) {
        ck_assert(bs_grow(&items, &capacity, count + 1, sizeof *items));
        ck_assert_uint_gt(capacity, count);
        items[count] = (int)count;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(items[i], i);
    bs_free(items);
}
END_TEST

/* Doubling: a thousand items one by one ask for memory about log2(1000) = 10 times, not 1000. */
START_TEST(grow_asks_for_memory_a_logarithmic_number_of_times)
{
    int *items = NULL;
    size_t capacity = 0, times = 0;
    for (size_t count = 1; count <= 1000; count++) {
        size_t before = capacity;
        ck_assert(bs_grow(&items, &capacity, count, sizeof *items));
        times += capacity != before;
    }
    ck_assert_uint_le(times, 10);
    bs_free(items);
}
END_TEST

START_TEST(grow_refuses_what_cannot_be_and_changes_nothing)
{
    static const struct {
        size_t needed, size;
    } cases[] = {{SIZE_MAX, 1}, {SIZE_MAX / 2 + 2, 1}, {SIZE_MAX / 8, 16}, {SIZE_MAX, 16}};
    char *items = bs_strdup("kept");
    size_t capacity = 5;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *before = items;
        ck_assert(!bs_grow(&items, &capacity, cases[i].needed, cases[i].size));
        ck_assert_ptr_eq(items, before);
        ck_assert_uint_eq(capacity, 5);
        ck_assert_str_eq(items, "kept");
    }
    bs_free(items);
}
END_TEST

START_TEST(the_planned_request_fails_once)
{
    bs_mem_fail_after(2);
    void *first = bs_alloc(1), *second = bs_calloc(1, 1);
    ck_assert(first && second);
    ck_assert(!bs_mem_has_failed());
    ck_assert_ptr_null(bs_realloc(first, 100));
    ck_assert(bs_mem_has_failed());
    void *fourth = bs_alloc(1);
    ck_assert_ptr_nonnull(fourth);
    bs_mem_fail_after(-1);
    ck_assert(!bs_mem_has_failed());
    bs_free(first);
    bs_free(second);
    bs_free(fourth);
}
END_TEST

START_TEST(every_kind_of_request_can_be_made_to_fail)
{
    char *kept = bs_strdup("kept"), *items = kept;
    size_t capacity = 5;
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_alloc(1));
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_calloc(1, 1));
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_realloc(kept, 9));
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_realloc_array(kept, 9, 9));
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_strdup("x"));
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_strndup("x", 1));
    bs_mem_fail_after(0);
    ck_assert(!bs_grow(&items, &capacity, 6, 1));
    ck_assert_ptr_eq(items, kept);
    ck_assert_uint_eq(capacity, 5);
    ck_assert_str_eq(kept, "kept");
    bs_free(kept);
}
END_TEST

START_TEST(what_passes_the_limit_fails_and_changes_nothing)
{
    size_t before = bs_mem_used();
    char *block = bs_alloc(1000);
    ck_assert_uint_ge(bs_mem_used(), before + 1000);
    ck_assert_uint_eq(bs_mem_set_limit(bs_mem_used() + 5000), SIZE_MAX);
    size_t used = bs_mem_used();
    ck_assert_ptr_null(bs_alloc(5001));
    ck_assert_ptr_null(bs_calloc(2, 2501));
    ck_assert_ptr_null(bs_realloc(block, 7000));
    ck_assert_uint_eq(bs_mem_used(), used);
    char *second = bs_calloc(2, 2000);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_null(bs_alloc(3000));
    bs_free(second);
    bs_mem_set_limit(0);
    block = bs_realloc(block, 10);
    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_null(bs_alloc(1));
    ck_assert_uint_eq(bs_mem_set_limit(SIZE_MAX), 0);
    bs_free(block);
    ck_assert_uint_eq(bs_mem_used(), before);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_request_for_nothing_is_not_a_failure,
        calloc_gives_zeros,
        products_that_overflow_are_refused,
        copies_of_text_end_where_asked,
        grow_keeps_the_items_and_gives_the_room,
        grow_asks_for_memory_a_logarithmic_number_of_times,
        grow_refuses_what_cannot_be_and_changes_nothing,
        the_planned_request_fails_once,
        every_kind_of_request_can_be_made_to_fail,
        what_passes_the_limit_fails_and_changes_nothing,
        NULL,
    };
    return bs_suite_of("mem", tests);
}
