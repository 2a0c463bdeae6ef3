#include "base/width.h"

#include <string.h>
#include <wchar.h>

static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead < 0xE0)
        return 2;
    if (lead >= 0xE0 && lead < 0xF0)
        return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

size_t bs_utf8_read(uint32_t *code, const char *text, size_t length)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t count = sequence_length(bytes[0]);
    *code = 0xFFFD;
    if (count == 0 || count > length)
        return 1;
    uint32_t value = count == 1 ? bytes[0] : bytes[0] & (0x7FU >> count);
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    if (value < smallest[count] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return 1;
    *code = value;
    return count;
}

int bs_width_n(const char *text, size_t length)
{
    int columns = 0;
    while (length > 0) {
        uint32_t code;
        size_t bytes = bs_utf8_read(&code, text, length);
        int width = code < 0x80 ? (code >= 0x20 && code != 0x7F) : wcwidth((wchar_t)code);
        columns += width >= 0 ? width : 1;
        text += bytes;
        length -= bytes;
    }
    return columns;
}

int bs_width(const char *text)
{
    return bs_width_n(text, strlen(text));
}
