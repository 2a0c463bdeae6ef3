#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Drop a UTF-8 character that the end of the buffer has cut in two. */
static void trim_partial_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
        text[start - 1] = '\0';
}

static void fill(struct bs_error *err, enum bs_status status, int column, const char *format,
                 va_list args)
{
    err->status = status;
    err->column = column;
    int length = vsnprintf(err->text, sizeof err->text, format, args);
    if (length >= (int)sizeof err->text)
        trim_partial_character(err->text, sizeof err->text - 1);
}

int bs_fail(struct bs_error *err, enum bs_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        fill(err, status, 0, format, args);
        va_end(args);
    }
    return status;
}

int bs_fail_at(struct bs_error *err, int column, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        fill(err, BS_REFUSED, column, format, args);
        va_end(args);
    }
    return BS_REFUSED;
}

int bs_fail_memory(struct bs_error *err)
{
    return bs_fail(err, BS_NO_MEMORY, "not enough memory");
}

int bs_fail_interrupted(struct bs_error *err)
{
    return bs_fail(err, BS_INTERRUPTED, "interrupted!");
}
