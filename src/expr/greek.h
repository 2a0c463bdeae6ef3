#ifndef BACKSTEP_EXPR_GREEK_H
#define BACKSTEP_EXPR_GREEK_H

#include <stddef.h>

/* The letter of a spelt-out Greek name ("alpha" gives "α"), NULL when it is none. */
const char *bs_greek_letter(const char *name, size_t length);

/* The name of a Greek letter ("α" gives "alpha"), NULL when it is none. */
const char *bs_greek_name(const char *letter, size_t length);

#endif
