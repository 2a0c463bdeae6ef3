#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

START_TEST(an_empty_buf_has_an_empty_text)
{
    struct bs_buf buf = BS_BUF_INIT;
    ck_assert_str_eq(bs_buf_text(&buf), "");
    bs_buf_put(&buf, "");
    ck_assert_str_eq(bs_buf_text(&buf), "");
    ck_assert_uint_eq(buf.length, 0);
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(appends_follow_one_another)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "g_1 ");
    bs_buf_char(&buf, '=');
    bs_buf_put_n(&buf, " −∂E/∂α_1 and more", strlen(" −∂E/∂α_1"));
    bs_buf_printf(&buf, " %s %d%%", "=", 42);
    ck_assert_str_eq(buf.text, "g_1 = −∂E/∂α_1 = 42%");
    ck_assert_uint_eq(buf.length, strlen(buf.text));
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(a_long_text_grows_without_loss)
{
    struct bs_buf buf = BS_BUF_INIT;
    for (int i = 0; i < 1000; i++)
        bs_buf_printf(&buf, "%04d ", i);
    ck_assert_uint_eq(buf.length, 5000);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(strtol(buf.text + (ptrdiff_t)i * 5, NULL, 10), i);
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(repeat_takes_any_count)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_repeat(&buf, "─", 3);
    bs_buf_repeat(&buf, "x", 0);
    bs_buf_repeat(&buf, "x", -1);
    ck_assert_str_eq(bs_buf_text(&buf), "───");
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(cut_goes_back_and_never_forward)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_cut(&buf, 0);
    bs_buf_put(&buf, "forward");
    bs_buf_cut(&buf, 8);
    ck_assert_str_eq(buf.text, "forward");
    bs_buf_cut(&buf, 3);
    ck_assert_str_eq(buf.text, "for");
    bs_buf_put(&buf, "m");
    ck_assert_str_eq(buf.text, "form");
    bs_buf_finish(&buf);
}
END_TEST

/* 中 takes two columns, a combining acute none; both are more than one byte. */
START_TEST(pad_counts_columns_not_bytes)
{
    static const struct {
        const char *text, *padded;
    } cases[] = {
        {"ab", "|ab   |"}, {"中文", "|中文 |"},      {"e\u0301", "|e\u0301    |"},
        {"", "|     |"},   {"β_1 = x", "|β_1 = x|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_buf_char(&buf, '|');
        bs_buf_put(&buf, cases[i].text);
        bs_buf_pad(&buf, 1, 5);
        bs_buf_char(&buf, '|');
        ck_assert_str_eq(buf.text, cases[i].padded);
        bs_buf_finish(&buf);
    }
}
END_TEST

START_TEST(pad_of_an_empty_buf_is_all_spaces)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_pad(&buf, 0, 3);
    ck_assert_str_eq(bs_buf_text(&buf), "   ");
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(a_finished_buf_may_be_used_again)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "first");
    bs_buf_finish(&buf);
    bs_buf_put(&buf, "second");
    ck_assert_str_eq(buf.text, "second");
    bs_buf_finish(&buf);
}
END_TEST

START_TEST(failure_is_sticky_and_keeps_the_text_so_far)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "kept");
    bs_mem_fail_after(0);
    bs_buf_repeat(&buf, "lost", 100);
    ck_assert(buf.failed);
    size_t length = buf.length;
    bs_buf_put(&buf, "too late");
    bs_buf_printf(&buf, "%d", 1);
    bs_buf_pad(&buf, 0, 1000);
    ck_assert(buf.failed);
    ck_assert_uint_eq(buf.length, length);
    ck_assert_uint_eq(strlen(buf.text), length);
    ck_assert_int_eq(strncmp(buf.text, "kept", 4), 0);
    bs_buf_finish(&buf);
    ck_assert(!buf.failed);
}
END_TEST

START_TEST(a_length_that_overflows_is_a_failure)
{
    static const size_t lengths[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 5, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_buf_put(&buf, "text");
        bs_buf_put_n(&buf, "", lengths[i]);
        ck_assert(buf.failed);
        ck_assert_str_eq(buf.text, "text");
        bs_buf_finish(&buf);
    }
}
END_TEST

static bool write_a_page(void *context)
{
    (void)context;
    struct bs_buf buf = BS_BUF_INIT;
    for (int line = 0; line < 20; line++) {
        size_t start = buf.length;
        bs_buf_printf(&buf, "line %d", line);
        bs_buf_pad(&buf, start, 30);
        bs_buf_char(&buf, '\n');
    }
    bool written = !buf.failed;
    bs_buf_finish(&buf);
    return written;
}

START_TEST(running_out_of_memory_is_told_at_the_end)
{
    bs_refuse_each_allocation(write_a_page, NULL);
}
END_TEST

START_TEST(room_is_written_to_from_outside)
{
    struct bs_buf buf = BS_BUF_INIT;
    bs_buf_put(&buf, "ab");
    memset(bs_buf_room(&buf, 100), 'c', 100);
    bs_buf_wrote(&buf, 3);
    ck_assert_str_eq(bs_buf_text(&buf), "abccc");
    ck_assert_uint_eq(buf.length, 5);
    bs_mem_fail_after(0);
    ck_assert_ptr_null(bs_buf_room(&buf, 1 << 20));
    ck_assert(buf.failed);
    ck_assert_ptr_null(bs_buf_room(&buf, 1));
    bs_mem_fail_after(-1);
    bs_buf_finish(&buf);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        room_is_written_to_from_outside,
        an_empty_buf_has_an_empty_text,
        appends_follow_one_another,
        a_long_text_grows_without_loss,
        repeat_takes_any_count,
        cut_goes_back_and_never_forward,
        pad_counts_columns_not_bytes,
        pad_of_an_empty_buf_is_all_spaces,
        a_finished_buf_may_be_used_again,
        failure_is_sticky_and_keeps_the_text_so_far,
        a_length_that_overflows_is_a_failure,
        running_out_of_memory_is_told_at_the_end,
        NULL,
    };
    return bs_suite_of("buf", tests);
}
