#ifndef BACKSTEP_BASE_BUF_H
#define BACKSTEP_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A growing UTF-8 text.  Running out of memory is sticky: later appends do nothing and `failed`
 * stays set, so that a printer may write a whole page and ask once.  `text` is always
 * NUL-terminated once something was appended; use bs_buf_text to have a string in any case.
 */
struct bs_buf {
    char *text;
    size_t length, capacity;
    bool failed;
};

#define BS_BUF_INIT ((struct bs_buf){NULL, 0, 0, false})

void bs_buf_finish(struct bs_buf *buf); /* release the text; the buf may be used again */
void bs_buf_put(struct bs_buf *buf, const char *text);
void bs_buf_put_n(struct bs_buf *buf, const char *text, size_t length);
void bs_buf_char(struct bs_buf *buf, char c);
void bs_buf_repeat(struct bs_buf *buf, const char *text, int count);
void bs_buf_printf(struct bs_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bs_buf_vprintf(struct bs_buf *buf, const char *format, va_list args);
void bs_buf_cut(struct bs_buf *buf, size_t length); /* back to a length it had before */

/*
 * For a library that writes into memory it is given: room for `most` bytes at the end, or NULL, and
 * then how many of them were written.
 */
char *bs_buf_room(struct bs_buf *buf, size_t most);
void bs_buf_wrote(struct bs_buf *buf, size_t length);

/* Put `text` in place of the `removed` bytes at byte `at`, which the buf has. */
void bs_buf_splice(struct bs_buf *buf, size_t at, size_t removed, const char *text);

/* Spaces until `columns` display columns have passed since byte `from`; none when past it. */
void bs_buf_pad(struct bs_buf *buf, size_t from, int columns);

/* The text, "" when empty; owned by the buf. */
const char *bs_buf_text(const struct bs_buf *buf);

#endif
