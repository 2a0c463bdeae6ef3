#include "unit.h"

#include "base/width.h"

#include <string.h>

/* Widths of Unicode's annex 11: East Asian wide characters take two columns. */
START_TEST(text_is_as_wide_as_a_terminal_shows_it)
{
    static const struct {
        const char *text;
        int columns;
    } cases[] = {
        {"", 0},       {"g_1", 3},     {"∂E/∂w", 5},    {"σ(α − β)·½", 10}, {"神经网络", 8},
        {"，", 2},     {"e\u0301", 1}, {"x\u0302y", 2}, {"✓", 1},           {"\U00020000", 2},
        {"\u200B", 0}, {"한글", 4},    {"─┼", 2},       {"Δw_11 中", 8},    {"\t\n\x7F", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(bs_width(cases[i].text) == cases[i].columns, "\"%s\": %d columns, not %d",
                      cases[i].text, bs_width(cases[i].text), cases[i].columns);
}
END_TEST

START_TEST(a_character_unknown_to_the_locale_takes_one_column)
{
    ck_assert_int_eq(bs_width("\u0378"), 1); /* not assigned */
}
END_TEST

START_TEST(a_damaged_byte_takes_one_column)
{
    ck_assert_int_eq(bs_width("a\xFFz"), 3);
    ck_assert_int_eq(bs_width("\xE4\xB8"), 2); /* 中 without its last byte */
    ck_assert_int_eq(bs_width("\x80\x80中"), 4);
}
END_TEST

START_TEST(width_n_reads_no_further_than_told)
{
    ck_assert_int_eq(bs_width_n("中文", 3), 2);
    ck_assert_int_eq(bs_width_n("中文", 4), 3); /* 中 and a cut character */
    ck_assert_int_eq(bs_width_n("中文", 0), 0);
}
END_TEST

/* The first and the last code point of each length in the Unicode Standard's table 3-7. */
START_TEST(well_formed_characters_are_read_whole)
{
    static const struct {
        const char *text;
        uint32_t code;
    } cases[] = {
        {"\x01", 1},
        {"\x7F", 0x7F},
        {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xED\x9F\xBF", 0xD7FF},
        {"\xEE\x80\x80", 0xE000},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code;
        size_t length = strlen(cases[i].text);
        ck_assert_uint_eq(bs_utf8_read(&code, cases[i].text, length), length);
        ck_assert_uint_eq(code, cases[i].code);
    }
}
END_TEST

START_TEST(a_zero_byte_is_a_character)
{
    uint32_t code;
    ck_assert_uint_eq(bs_utf8_read(&code, "\0x", 2), 1);
    ck_assert_uint_eq(code, 0);
}
END_TEST

/* The same table's ill-formed sequences. */
START_TEST(ill_formed_bytes_are_read_one_by_one)
{
    static const char *const cases[] = {
        "\x80", /* continuation without a lead */
        "\xBF",
        "\xC0\xAF", /* / in two bytes */
        "\xC1\xBF",
        "\xE0\x9F\xBF", /* U+7FF in three */
        "\xED\xA0\x80", /* surrogates */
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", /* U+FFFF in four */
        "\xF4\x90\x80\x80", /* past U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xC2", /* cut short */
        "\xE4\xB8",
        "\xF0\x9F\x98",
        "\xC2z", /* ended by another character */
        "\xE4\xB8z",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code = 0;
        ck_assert_uint_eq(bs_utf8_read(&code, cases[i], strlen(cases[i])), 1);
        ck_assert_uint_eq(code, 0xFFFD);
    }
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        text_is_as_wide_as_a_terminal_shows_it, a_character_unknown_to_the_locale_takes_one_column,
        a_damaged_byte_takes_one_column,        width_n_reads_no_further_than_told,
        well_formed_characters_are_read_whole,  a_zero_byte_is_a_character,
        ill_formed_bytes_are_read_one_by_one,   NULL,
    };
    return bs_suite_of("width", tests);
}
