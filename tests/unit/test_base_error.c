#include "unit.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

START_TEST(a_failure_is_its_status_and_its_text)
{
    struct bs_error err;
    int status = bs_fail(&err, BS_INTERNAL, "entry %s: %d and %d", "g_1", 2, 3);
    ck_assert_int_eq(status, BS_INTERNAL);
    ck_assert_int_eq(err.status, BS_INTERNAL);
    ck_assert_int_eq(err.column, 0);
    ck_assert_str_eq(err.text, "entry g_1: 2 and 3");
}
END_TEST

START_TEST(a_mistake_in_a_formula_has_its_column)
{
    struct bs_error err;
    ck_assert_int_eq(bs_fail_at(&err, 7, "unknown function %s", "sigmod"), BS_REFUSED);
    ck_assert_int_eq(err.status, BS_REFUSED);
    ck_assert_int_eq(err.column, 7);
    ck_assert_str_eq(err.text, "unknown function sigmod");
}
END_TEST

START_TEST(the_common_failures_have_their_own_text)
{
    struct bs_error err;
    ck_assert_int_eq(bs_fail_memory(&err), BS_NO_MEMORY);
    ck_assert_str_eq(err.text, "not enough memory");
    ck_assert_int_eq(bs_fail_interrupted(&err), BS_INTERRUPTED);
    ck_assert_str_eq(err.text, "interrupted!");
}
END_TEST

START_TEST(a_caller_may_not_care_for_the_text)
{
    ck_assert_int_eq(bs_fail(NULL, BS_REFUSED, "unread"), BS_REFUSED);
    ck_assert_int_eq(bs_fail_at(NULL, 3, "unread"), BS_REFUSED);
    ck_assert_int_eq(bs_fail_memory(NULL), BS_NO_MEMORY);
    ck_assert_int_eq(bs_fail_interrupted(NULL), BS_INTERRUPTED);
}
END_TEST

static void check_cut(const char *character, int shift)
{
    struct bs_buf text = BS_BUF_INIT;
    struct bs_error err;
    bs_buf_repeat(&text, "a", shift);
    bs_buf_repeat(&text, character, BS_ERROR_TEXT);
    bs_fail(&err, BS_REFUSED, "%s", text.text);
    size_t length = strlen(err.text);
    ck_assert_uint_ge(length, BS_ERROR_TEXT - 1 - 4);
    ck_assert_int_eq(memcmp(err.text, text.text, length), 0);
    ck_assert_uint_eq((length - (size_t)shift) % strlen(character), 0);
    bs_buf_finish(&text);
}

/* Every way in which the end of the text can fall inside a character of up to four bytes. */
START_TEST(a_long_text_is_cut_at_a_whole_character)
{
    for (int shift = 0; shift < 4; shift++) {
        check_cut("x", shift);
        check_cut("é", shift);
        check_cut("中", shift);
        check_cut("\U0001F600", shift);
    }
}
END_TEST

START_TEST(a_text_that_fits_exactly_is_whole)
{
    char text[BS_ERROR_TEXT];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + sizeof text - 1 - strlen("中"), "中", strlen("中"));
    struct bs_error err;
    bs_fail(&err, BS_REFUSED, "%s", text);
    ck_assert_str_eq(err.text, text);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_failure_is_its_status_and_its_text,
        a_mistake_in_a_formula_has_its_column,
        the_common_failures_have_their_own_text,
        a_caller_may_not_care_for_the_text,
        a_long_text_is_cut_at_a_whole_character,
        a_text_that_fits_exactly_is_whole,
        NULL,
    };
    return bs_suite_of("error", tests);
}
