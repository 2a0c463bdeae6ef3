#ifndef BACKSTEP_BASE_WIDTH_H
#define BACKSTEP_BASE_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Columns that UTF-8 text takes on a terminal: 2 for a Chinese character, 0 for a combining mark.
 * Widths are the C library's for the LC_CTYPE locale in force, which main makes a UTF-8 one.
 * A byte that is not UTF-8 counts as 1.
 */
int bs_width(const char *text);
int bs_width_n(const char *text, size_t length);

/* Read one character from length > 0 bytes; gives its bytes (1 and U+FFFD for a damaged one). */
size_t bs_utf8_read(uint32_t *code, const char *text, size_t length);

#endif
