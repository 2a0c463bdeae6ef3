#include "net/read.h"

#include "base/interrupt.h"

#include <math.h>
#include <string.h>

/* The table of types: what the third byte says, and how the bytes of a number are read. */
struct type {
    unsigned char code;
    size_t size;
    const char *name;
    double (*read)(const unsigned char *bytes);
};

static uint64_t read_big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static double read_byte(const unsigned char *bytes)
{
    return bytes[0];
}

/* Two's complement: from half the range on a number stands for itself less the range. */
static double read_signed(const unsigned char *bytes, size_t size)
{
    const double range = ldexp(1, 8 * (int)size);
    const double number = (double)read_big_endian(bytes, size);
    return number < range / 2 ? number : number - range;
}

static double read_signed_byte(const unsigned char *bytes)
{
    return read_signed(bytes, 1);
}

static double read_short(const unsigned char *bytes)
{
    return read_signed(bytes, 2);
}

static double read_int(const unsigned char *bytes)
{
    return read_signed(bytes, 4);
}

static double read_float(const unsigned char *bytes)
{
    const uint32_t bits = (uint32_t)read_big_endian(bytes, 4);
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

static double read_double(const unsigned char *bytes)
{
    const uint64_t bits = read_big_endian(bytes, 8);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static const struct type types[] = {
    {0x08, 1, "bytes", read_byte},
    {0x09, 1, "signed bytes", read_signed_byte},
    {0x0B, 2, "short integers", read_short},
    {0x0C, 4, "integers", read_int},
    {0x0D, 4, "floats", read_float},
    {0x0E, 8, "doubles", read_double},
    {0, 0, NULL, NULL},
};

static const struct type *find_type(unsigned char code)
{
    for (const struct type *type = types; type->name; type++)
        if (type->code == code)
            return type;
    return NULL;
}

enum { START = 4, DIMENSION = 4 };

static int check_start(const unsigned char *bytes, size_t length, struct bs_error *err)
{
    static const unsigned char gzip[] = {0x1F, 0x8B};
    if (length >= sizeof gzip && memcmp(bytes, gzip, sizeof gzip) == 0)
        return bs_fail(err, BS_REFUSED, "it is compressed: unpack it first, as by gunzip");
    if (length < START)
        return bs_fail(err, BS_REFUSED,
                       "it is no IDX file: it has %zu bytes, and the first 4 say what it holds",
                       length);
    if (bytes[0] != 0 || bytes[1] != 0 || !find_type(bytes[2]) || bytes[3] == 0)
        return bs_fail(err, BS_REFUSED,
                       "it is no IDX file: it starts with the bytes %02X %02X %02X %02X, not with "
                       "00 00, a type and a number of dimensions",
                       bytes[0], bytes[1], bytes[2], bytes[3]);
    if (length < START + DIMENSION * (size_t)bytes[3])
        return bs_fail(err, BS_REFUSED,
                       "it ends at byte %zu, before the sizes of its %d dimensions do", length,
                       bytes[3]);
    return BS_OK;
}

struct shape {
    const struct type *type;
    const unsigned char *numbers;
    size_t rows, columns;
};

/* *total ← *total·factor; false when it does not fit. */
static bool multiply(size_t *total, size_t factor)
{
    return !__builtin_mul_overflow(*total, factor, total);
}

/* What the file says of itself is checked against its length before anything is made of it. */
static int read_shape(struct shape *shape, const unsigned char *bytes, size_t length,
                      struct bs_error *err)
{
    const size_t dimensions = bytes[3], start = START + DIMENSION * dimensions;
    bool fits = true;
    *shape = (struct shape){find_type(bytes[2]), bytes + start, 0, 1};
    for (size_t d = 0; d < dimensions; d++) {
        const size_t size = (size_t)read_big_endian(bytes + START + DIMENSION * d, DIMENSION);
        if (size == 0)
            return bs_fail(err, BS_REFUSED, "dimension %zu of its %zu has the size 0", d + 1,
                           dimensions);
        if (d == 0)
            shape->rows = size;
        else
            fits = fits && multiply(&shape->columns, size);
    }
    size_t needed = shape->columns;
    fits = fits && multiply(&needed, shape->rows) && multiply(&needed, shape->type->size);
    if (!fits)
        return bs_fail(err, BS_REFUSED, "its sizes are too large for any file, which has %zu bytes",
                       length);
    if (needed != length - start)
        return bs_fail(err, BS_REFUSED,
                       "its sizes ask for %zu rows of %zu %s, %zu bytes, but %zu bytes follow",
                       shape->rows, shape->columns, shape->type->name, needed, length - start);
    return BS_OK;
}

static int read_row(double *row, const struct shape *shape, size_t i, double divisor,
                    struct bs_error *err)
{
    const size_t size = shape->type->size;
    const unsigned char *numbers = shape->numbers + i * shape->columns * size;
    if (bs_is_interrupted())
        return bs_fail_interrupted(err);
    for (size_t j = 0; j < shape->columns; j++) {
        row[j] = shape->type->read(numbers + j * size) / divisor;
        if (!isfinite(row[j]))
            return bs_fail(err, BS_REFUSED, "number %zu of row %zu is %g, which is not finite",
                           j + 1, i + 1, row[j]);
    }
    return BS_OK;
}

int bs_idx_read(struct bs_data **out, const unsigned char *bytes, size_t length, bool scale,
                struct bs_error *err)
{
    struct shape shape;
    struct bs_data *made = NULL;
    int status = check_start(bytes, length, err);
    if (status == BS_OK)
        status = read_shape(&shape, bytes, length, err);
    if (status == BS_OK && scale && shape.type->read != read_byte)
        status = bs_fail(err, BS_REFUSED, "only bytes are scaled by 1/255, and it holds %s",
                         shape.type->name);
    if (status == BS_OK)
        status = bs_data_create(&made, shape.rows, shape.columns, err);
    for (size_t i = 0; status == BS_OK && i < shape.rows; i++)
        status = read_row(bs_data_fill(made) + i * shape.columns, &shape, i, scale ? 255 : 1, err);
    if (status == BS_OK)
        *out = made;
    else
        bs_data_drop(made);
    return status;
}
