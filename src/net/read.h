#ifndef BACKSTEP_NET_READ_H
#define BACKSTEP_NET_READ_H

#include "net/data.h"

#include <stdbool.h>

/*
 * Data as files have it.  The bytes come from anywhere: nothing that they can be does more than
 * refuse them, with the place, or give a matrix; the memory asked for is in proportion to them.
 * A loop that takes long gives BS_INTERRUPTED.
 */

enum bs_header {
    BS_HEADER_IF_WORDS, /* the first line names the columns if none of it is a number */
    BS_HEADER_YES,
    BS_HEADER_NO,
};

/* A column of a file, by its name or, where that is NULL, its number from 1. */
struct bs_wanted {
    const char *name;
    size_t number;
};

struct bs_csv_form {
    char separator;
    enum bs_header header;
    const struct bs_wanted *wanted; /* the columns to read, in this order; the others may have */
    size_t wanted_count;            /* words in them; 0: all are read */
};

/*
 * Comma-separated values as RFC 4180 has them, also with line ends of Unix, with spaces around
 * values and with empty lines, which are passed over.  Refused, with line and column: lines of
 * unequal length, what is no finite number in decimals, names that are no UTF-8 or occur twice, a
 * quotation mark that is not closed, a wanted column that is not there.
 */
int bs_csv_read(struct bs_data **out, const char *bytes, size_t length,
                const struct bs_csv_form *form, struct bs_error *err);

/*
 * IDX, the format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, the type, the number of
 * dimensions, their sizes as big-endian 32-bit numbers, then the numbers.  The first dimension
 * counts the rows, the others the columns, one where there is none.  `scale` divides by 255, for
 * images of bytes.  Refused: what is no IDX, sizes that do not give the length of the file, numbers
 * that are not finite.
 */
int bs_idx_read(struct bs_data **out, const unsigned char *bytes, size_t length, bool scale,
                struct bs_error *err);

#endif
