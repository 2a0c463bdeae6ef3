#include "check/glyph.h"

#include "base/width.h"

#include <stdbool.h>

static const struct {
    uint32_t code;
    char meant;
} meanings[] = {
    {0x2212, '-'}, {0x2013, '-'}, {0xD7, '*'},   {0xB7, '*'},   {0x22C5, '*'},
    {0x2219, '*'}, {0xA0, ' '},   {0x3000, ' '}, {0x2248, '~'}, {0x2252, '~'},
    {0x2243, '~'}, {0x223C, '~'}, {0x3002, '.'}, {0xFF61, '.'}, {0x3001, ','},
};

char bs_wide_glyph(size_t *length, const char *at, const char *end)
{
    enum { FULL_WIDTH_FIRST = 0xFF01, FULL_WIDTH_LAST = 0xFF5E };
    uint32_t code;
    *length = bs_utf8_read(&code, at, (size_t)(end - at));
    if (code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST)
        return (char)(code - FULL_WIDTH_FIRST + '!');
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == code)
            return meanings[i].meant;
    return BS_OTHER_GLYPH;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* From the end a character is found by going back over its continuation bytes. */
void bs_trim(const char **at, const char **end)
{
    size_t length;
    while (is_space(bs_glyph_at(&length, *at, *end)))
        *at += length;
    while (*at < *end) {
        const char *last = *end - 1;
        while (last > *at && ((unsigned char)*last & 0xC0) == 0x80)
            last--;
        if (!is_space(bs_glyph_at(&length, last, *end)) || last + length != *end)
            return;
        *end = last;
    }
}
