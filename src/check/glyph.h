#ifndef BACKSTEP_CHECK_GLYPH_H
#define BACKSTEP_CHECK_GLYPH_H

#include <stddef.h>

/*
 * Characters as they are meant: readers of this room look at a text through bs_glyph_at, so that
 * full-width forms, U+2212 and · are told from ASCII nowhere else.
 */
enum { BS_OTHER_GLYPH = 0x7F }; /* means nothing in ASCII */

/* bs_glyph_at of a character that is not ASCII. */
char bs_wide_glyph(size_t *length, const char *at, const char *end);

/*
 * The ASCII character that is meant at `at`, and its bytes there; '\0' and 0 at the end.  Spaces of
 * any width are ' ', signs like a minus '-', signs of multiplication '*', of what is nearly equal
 * (≈, ≒) '~'; the full stop and the comma of Chinese are '.' and ','.
 */
static inline char bs_glyph_at(size_t *length, const char *at, const char *end)
{
    *length = at < end;
    if (at >= end)
        return '\0';
    return (unsigned char)*at < 0x80 ? *at : bs_wide_glyph(length, at, end);
}

/* The text without spaces around it. */
void bs_trim(const char **at, const char **end);

#endif
