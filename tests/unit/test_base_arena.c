#include "unit.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

START_TEST(blocks_are_aligned_for_any_type)
{
    struct bs_arena *arena = bs_arena_create();
    for (size_t size = 0; size < 100; size++)
        ck_assert_uint_eq((uintptr_t)bs_arena_alloc(arena, size) % alignof(max_align_t), 0);
    bs_arena_destroy(arena);
}
END_TEST

/* Sizes on both sides of a chunk's, so that many chunks are begun. */
START_TEST(blocks_stay_where_they_are_and_never_overlap)
{
    enum { BLOCKS = 300 };
    unsigned char *blocks[BLOCKS];
    size_t sizes[BLOCKS];
    struct bs_arena *arena = bs_arena_create();
    for (int i = 0; i < BLOCKS; i++) {
        sizes[i] = (size_t)(i * i) % 9000 + 1;
        blocks[i] = bs_arena_alloc(arena, sizes[i]);
        ck_assert_ptr_nonnull(blocks[i]);
        memset(blocks[i], i, sizes[i]);
    }
    size_t damaged = 0;
    for (int i = 0; i < BLOCKS; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            damaged += blocks[i][k] != (unsigned char)i;
    ck_assert_uint_eq(damaged, 0);
    bs_arena_destroy(arena);
}
END_TEST

START_TEST(a_block_larger_than_any_chunk_is_given)
{
    const size_t size = (size_t)5 << 20;
    struct bs_arena *arena = bs_arena_create();
    unsigned char *block = bs_arena_alloc(arena, size);
    ck_assert_ptr_nonnull(block);
    memset(block, 1, size);
    ck_assert_uint_ge(bs_arena_size(arena), size);
    bs_arena_destroy(arena);
}
END_TEST

START_TEST(the_size_is_at_least_what_was_asked_and_less_than_thrice)
{
    struct bs_arena *arena = bs_arena_create();
    ck_assert_uint_eq(bs_arena_size(arena), 0);
    for (int i = 0; i < 1000; i++)
        bs_arena_alloc(arena, 64);
    ck_assert_uint_ge(bs_arena_size(arena), 64000);
    ck_assert_uint_lt(bs_arena_size(arena), 192000);
    bs_arena_destroy(arena);
}
END_TEST

START_TEST(a_size_that_overflows_is_refused_and_changes_nothing)
{
    struct bs_arena *arena = bs_arena_create();
    bs_arena_alloc(arena, 1);
    size_t before = bs_arena_size(arena);
    for (size_t less = 0; less < 64; less++)
        ck_assert_ptr_null(bs_arena_alloc(arena, SIZE_MAX - less));
    ck_assert_uint_eq(bs_arena_size(arena), before);
    ck_assert_ptr_nonnull(bs_arena_alloc(arena, 1));
    bs_arena_destroy(arena);
}
END_TEST

static bool fill_an_arena(void *context)
{
    (void)context;
    bool filled = false;
    struct bs_arena *arena = bs_arena_create();
    if (arena) {
        filled = true;
        for (int i = 0; i < 10 && filled; i++)
            filled = bs_arena_alloc(arena, 3000) != NULL;
    }
    bs_arena_destroy(arena);
    return filled;
}

START_TEST(running_out_of_memory_gives_null)
{
    bs_refuse_each_allocation(fill_an_arena, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        blocks_are_aligned_for_any_type,
        blocks_stay_where_they_are_and_never_overlap,
        a_block_larger_than_any_chunk_is_given,
        the_size_is_at_least_what_was_asked_and_less_than_thrice,
        a_size_that_overflows_is_refused_and_changes_nothing,
        running_out_of_memory_gives_null,
        NULL,
    };
    return bs_suite_of("arena", tests);
}
