#include "base/buf.h"

#include "base/mem.h"
#include "base/width.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void bs_buf_finish(struct bs_buf *buf)
{
    bs_free(buf->text);
    *buf = BS_BUF_INIT;
}

static bool reserve(struct bs_buf *buf, size_t more)
{
    if (!buf->failed)
        buf->failed = more >= SIZE_MAX - buf->length ||
                      !bs_grow(&buf->text, &buf->capacity, buf->length + more + 1, 1);
    return !buf->failed;
}

char *bs_buf_room(struct bs_buf *buf, size_t most)
{
    return reserve(buf, most) ? buf->text + buf->length : NULL;
}

void bs_buf_wrote(struct bs_buf *buf, size_t length)
{
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void bs_buf_put_n(struct bs_buf *buf, const char *text, size_t length)
{
    char *room = bs_buf_room(buf, length);
    if (!room)
        return;
    memcpy(room, text, length);
    bs_buf_wrote(buf, length);
}

void bs_buf_put(struct bs_buf *buf, const char *text)
{
    bs_buf_put_n(buf, text, strlen(text));
}

void bs_buf_char(struct bs_buf *buf, char c)
{
    bs_buf_put_n(buf, &c, 1);
}

void bs_buf_repeat(struct bs_buf *buf, const char *text, int count)
{
    while (count-- > 0)
        bs_buf_put(buf, text);
}

void bs_buf_vprintf(struct bs_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        buf->failed = true;
    } else if (reserve(buf, (size_t)length)) {
        vsnprintf(buf->text + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void bs_buf_printf(struct bs_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bs_buf_vprintf(buf, format, args);
    va_end(args);
}

void bs_buf_cut(struct bs_buf *buf, size_t length)
{
    if (buf->text && length <= buf->length) {
        buf->length = length;
        buf->text[length] = '\0';
    }
}

void bs_buf_splice(struct bs_buf *buf, size_t at, size_t removed, const char *text)
{
    size_t added = strlen(text);
    if (!reserve(buf, added))
        return;
    char *place = buf->text + at;
    memmove(place + added, place + removed, buf->length - at - removed + 1);
    memcpy(place, text, added);
    buf->length = buf->length - removed + added;
}

void bs_buf_pad(struct bs_buf *buf, size_t from, int columns)
{
    if (!buf->failed && buf->text)
        bs_buf_repeat(buf, " ", columns - bs_width(buf->text + from));
    else
        bs_buf_repeat(buf, " ", columns);
}

const char *bs_buf_text(const struct bs_buf *buf)
{
    return buf->text ? buf->text : "";
}
