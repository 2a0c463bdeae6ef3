#include "unit.h"

#include "base/prose.h"
#include "base/width.h"

#include <locale.h>
#include <string.h>

static const char *prose(struct bs_buf *buf, const char *text, int indent, int columns)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    *buf = BS_BUF_INIT;
    bs_put_prose(buf, text, strlen(text), indent, columns);
    return bs_buf_text(buf);
}

static void ck_prose(const char *text, int indent, int columns, const char *expected)
{
    struct bs_buf buf;
    ck_assert_str_eq(prose(&buf, text, indent, columns), expected);
    bs_buf_finish(&buf);
}

START_TEST(lines_are_filled_at_spaces)
{
    ck_prose("the hidden errors use the old weights", 0, 15,
             "the hidden\nerrors use the\nold weights\n");
    ck_prose("one two", 0, 7, "one two\n");
    ck_prose("one two", 0, 6, "one\ntwo\n");
    ck_prose("  one   two  ", 2, 80, "    one   two  \n");
    ck_prose("one\ntwo", 2, 80, "  one two\n");
}
END_TEST

START_TEST(a_word_too_long_stands_out)
{
    ck_prose("a backpropagation b", 0, 5, "a\nbackpropagation\nb\n");
}
END_TEST

START_TEST(chinese_is_broken_between_characters)
{
    ck_prose("隐层神经元的误差", 0, 8, "隐层神经\n元的误差\n");
    ck_prose("隐层神经元的误差", 0, 9, "隐层神经\n元的误差\n");
    ck_prose("输出y_1的误差", 0, 7, "输出y_1\n的误差\n");
}
END_TEST

START_TEST(no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one)
{
    ck_prose("先算隐层，再算输出", 0, 8, "先算隐\n层，再算\n输出\n");
    ck_prose("误差（隐层）", 0, 6, "误差\n（隐\n层）\n");
    ck_prose("他说“是”。", 0, 6, "他说\n“是”。\n");
}
END_TEST

START_TEST(a_line_end_between_chinese_characters_is_no_space)
{
    ck_prose("隐层\n误差", 0, 80, "隐层误差\n");
    ck_prose("隐层\ny_1", 0, 80, "隐层 y_1\n");
    ck_prose("v_11，\nv_21\n（旧）", 0, 80, "v_11，v_21（旧）\n");
    ck_prose("隐层 误差", 0, 80, "隐层 误差\n");
}
END_TEST

START_TEST(paragraphs_and_examples_stay_apart)
{
    ck_prose("one\ntwo\n\nthree\n  v_11 = 0.1 and much more than fits\nfour", 1, 12,
             " one two\n\n three\n   v_11 = 0.1 and much more than fits\n four\n");
}
END_TEST

START_TEST(nothing_gives_nothing)
{
    ck_prose("", 0, 80, "");
}
END_TEST

/* Damaged text must come through whole, too: no byte is lost or read twice. */
START_TEST(no_byte_of_a_damaged_text_is_lost)
{
    static const char text[] = "\x80\n\xE8 \x80\x80\x80\x80\x80 \xFF隐\xE5\xB1";
    struct bs_buf buf;
    prose(&buf, text, 0, 3);
    size_t kept = 0;
    for (const char *at = bs_buf_text(&buf); *at; at++)
        kept += *at != ' ' && *at != '\n';
    ck_assert_uint_eq(kept, sizeof text - 1 - 3);
    bs_buf_finish(&buf);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        lines_are_filled_at_spaces,
        a_word_too_long_stands_out,
        chinese_is_broken_between_characters,
        no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one,
        a_line_end_between_chinese_characters_is_no_space,
        paragraphs_and_examples_stay_apart,
        nothing_gives_nothing,
        no_byte_of_a_damaged_text_is_lost,
        NULL,
    };
    return bs_suite_of("prose", tests);
}
