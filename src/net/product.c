/*
 * However it is cut, c_ij is beta·c_ij + (alpha·a_i1)·b_1j + (alpha·a_i2)·b_2j + ..., added from
 * the left: vectors are columns side by side, never parts of a sum.
 *
 * Large products go by tiles of 4 × 4 numbers of c, which stay in registers for up to INNER places
 * of the sums.  What a tile reads was copied to lie in the order in which it reads it: four columns
 * of b side by side, and four rows of a, times alpha.
 */
#include "net/product.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "net/blas.h"

#include <limits.h>
#include <string.h>

enum {
    TILE = 4,
    INNER = 128, /* four columns of b so long, and four rows of a, fit the first cache */
    WIDTH = 64,  /* so many columns of b the second */
};

/* Number (i, j) of a matrix is at[i·down + j·right]. */
struct matrix {
    const double *at;
    size_t down, right;
};

static struct matrix part(const struct matrix *m, size_t i, size_t j)
{
    return (struct matrix){m->at + i * m->down + j * m->right, m->down, m->right};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

typedef double pair __attribute__((vector_size(16)));

static inline pair load(const double *p)
{
    pair v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store(double *p, pair v)
{
    memcpy(p, &v, sizeof v);
}

static void start(double *c, const struct bs_product *p)
{
    for (size_t i = 0; i < p->rows && p->beta != 1; i++, c += p->c_step) {
        if (p->beta == 0)
            memset(c, 0, p->columns * sizeof *c);
        for (size_t j = 0; p->beta != 0 && j < p->columns; j++)
            c[j] *= p->beta;
    }
}

/* ---- by rows --------------------------------------------------------------------------------- */

/* c_j += f_1 b_1j + f_2 b_2j + ... of four rows of b. */
static void add_four(double *restrict c, size_t n, const double *f, const struct matrix *b)
{
    const double *b0 = b->at, *b1 = b0 + b->down, *b2 = b1 + b->down, *b3 = b2 + b->down;
    const double f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3];
    size_t j = 0;
    for (; j + 2 <= n; j += 2)
        store(c + j, load(c + j) + f0 * load(b0 + j) + f1 * load(b1 + j) + f2 * load(b2 + j) +
                         f3 * load(b3 + j));
    for (; j < n; j++)
        c[j] = c[j] + f0 * b0[j] + f1 * b1[j] + f2 * b2[j] + f3 * b3[j];
}

void bs_add_scaled(double *restrict y, double f, const double *restrict x, size_t n)
{
    size_t j = 0;
    for (; j + 2 <= n; j += 2)
        store(y + j, load(y + j) + f * load(x + j));
    for (; j < n; j++)
        y[j] += f * x[j];
}

/* One row of c, from `inner` rows of b. */
static void add_rows(double *c, size_t columns, const double *f, const struct matrix *b,
                     size_t inner)
{
    size_t k = 0;
    for (; k + TILE <= inner; k += TILE) {
        const struct matrix rows = part(b, k, 0);
        add_four(c, columns, f + k, &rows);
    }
    for (; k < inner; k++)
        bs_add_scaled(c, f[k], part(b, k, 0).at, columns);
}

/* Four sums at a time, so that one does not wait for another; each along a column of b. */
static void add_four_dots(double *c, const double *f, const struct matrix *b, size_t inner)
{
    const double *b0 = b->at, *b1 = b0 + b->right, *b2 = b1 + b->right, *b3 = b2 + b->right;
    double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    for (size_t k = 0; k < inner; k++) {
        c0 += f[k] * b0[k];
        c1 += f[k] * b1[k];
        c2 += f[k] * b2[k];
        c3 += f[k] * b3[k];
    }
    c[0] = c0, c[1] = c1, c[2] = c2, c[3] = c3;
}

/* One row of c, from columns of b that lie as rows. */
static void add_dots(double *c, size_t columns, const double *f, const struct matrix *b,
                     size_t inner)
{
    size_t j = 0;
    for (; j + TILE <= columns; j += TILE) {
        const struct matrix four = part(b, 0, j);
        add_four_dots(c + j, f, &four, inner);
    }
    for (; j < columns; j++) {
        const double *column = part(b, 0, j).at;
        for (size_t k = 0; k < inner; k++)
            c[j] += f[k] * column[k];
    }
}

static int multiply_rows(double *c, const struct bs_product *p, const struct matrix *a,
                         const struct matrix *b)
{
    double f[INNER];
    for (size_t i = 0; i < p->rows; i++, c += p->c_step) {
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        for (size_t first = 0, n; first < p->inner; first += n) {
            const struct matrix left = part(a, i, first), right = part(b, first, 0);
            n = least(p->inner - first, INNER);
            for (size_t k = 0; k < n; k++)
                f[k] = p->alpha * *part(&left, 0, k).at;
            if (right.right == 1)
                add_rows(c, p->columns, f, &right, n);
            else
                add_dots(c, p->columns, f, &right, n);
        }
    }
    return BS_OK;
}

/* ---- by tiles -------------------------------------------------------------------------------- */

struct tiles {
    size_t rows, columns, inner; /* that there are, of the most */
    double left[INNER][TILE];
    double right[WIDTH / TILE][INNER][TILE];
};

/* Past the last row there are zeros. */
static void take_left(struct tiles *tiles, const struct matrix *a, double alpha)
{
    for (size_t i = 0; i < TILE; i++) {
        const struct matrix row = part(a, i, 0);
        for (size_t k = 0; k < tiles->inner; k++)
            tiles->left[k][i] = i < tiles->rows ? alpha * row.at[k * row.right] : 0;
    }
}

static void take_columns(double (*to)[TILE], const struct matrix *b, size_t count, size_t inner)
{
    for (size_t j = 0; j < TILE; j++) {
        const struct matrix column = part(b, 0, j);
        for (size_t k = 0; k < inner; k++)
            to[k][j] = j < count ? column.at[k * column.down] : 0;
    }
}

static void take_right(struct tiles *tiles, const struct matrix *b)
{
    for (size_t j = 0; j < tiles->columns; j += TILE) {
        const struct matrix four = part(b, 0, j);
        take_columns(tiles->right[j / TILE], &four, least(tiles->columns - j, TILE), tiles->inner);
    }
}

static void add_tile(double *c, size_t step, const double (*a)[TILE], const double (*b)[TILE],
                     size_t inner)
{
    double *c1 = c + step, *c2 = c1 + step, *c3 = c2 + step;
    pair s00 = load(c), s01 = load(c + 2), s10 = load(c1), s11 = load(c1 + 2);
    pair s20 = load(c2), s21 = load(c2 + 2), s30 = load(c3), s31 = load(c3 + 2);
    for (size_t k = 0; k < inner; k++) {
        const pair b0 = load(b[k]), b1 = load(b[k] + 2);
        s00 += a[k][0] * b0, s01 += a[k][0] * b1;
        s10 += a[k][1] * b0, s11 += a[k][1] * b1;
        s20 += a[k][2] * b0, s21 += a[k][2] * b1;
        s30 += a[k][3] * b0, s31 += a[k][3] * b1;
    }
    store(c, s00), store(c + 2, s01), store(c1, s10), store(c1 + 2, s11);
    store(c2, s20), store(c2 + 2, s21), store(c3, s30), store(c3 + 2, s31);
}

static void copy_tile(double *to, size_t to_step, const double *from, size_t from_step, size_t rows,
                      size_t columns)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * to_step, from + i * from_step, columns * sizeof *to);
}

/* A tile that sticks out of c is worked on in a place of its own. */
static void add_part(double *c, size_t step, const struct tiles *tiles, size_t first)
{
    const size_t columns = least(tiles->columns - first, TILE);
    const double(*b)[TILE] = tiles->right[first / TILE];
    double whole[TILE * TILE] = {0};
    if (tiles->rows == TILE && columns == TILE) {
        add_tile(c + first, step, tiles->left, b, tiles->inner);
        return;
    }
    copy_tile(whole, TILE, c + first, step, tiles->rows, columns);
    add_tile(whole, TILE, tiles->left, b, tiles->inner);
    copy_tile(c + first, step, whole, TILE, tiles->rows, columns);
}

/* What `tiles` has of b, times those places of all rows of a. */
static int multiply_block(double *c, const struct bs_product *p, const struct matrix *a,
                          struct tiles *tiles)
{
    for (size_t i = 0; i < p->rows; i += TILE) {
        const struct matrix left = part(a, i, 0);
        tiles->rows = least(p->rows - i, TILE);
        if (bs_is_interrupted())
            return BS_INTERRUPTED;
        take_left(tiles, &left, p->alpha);
        for (size_t j = 0; j < tiles->columns; j += TILE)
            add_part(c + i * p->c_step, p->c_step, tiles, j);
    }
    return BS_OK;
}

static int multiply_tiles(double *c, const struct bs_product *p, const struct matrix *a,
                          const struct matrix *b)
{
    struct tiles tiles;
    int status = BS_OK;
    for (size_t k = 0; k < p->inner && status == BS_OK; k += INNER) {
        const struct matrix left = part(a, 0, k);
        tiles.inner = least(p->inner - k, INNER);
        for (size_t j = 0; j < p->columns && status == BS_OK; j += WIDTH) {
            const struct matrix right = part(b, k, j);
            tiles.columns = least(p->columns - j, WIDTH);
            take_right(&tiles, &right);
            status = multiply_block(c + j, p, &left, &tiles);
        }
    }
    return status;
}

/* ---- which ----------------------------------------------------------------------------------- */

/* From LEAST_FOR_BLAS multiplications on a call of BLAS is the faster; it cannot be interrupted. */
enum { LEAST_FOR_BLAS = 512, MOST_AT_ONCE = 1 << 28 };

static double work_of(const struct bs_product *p)
{
    return (double)p->rows * (double)p->columns * (double)p->inner;
}

static struct matrix left_of(const struct bs_product *p, const double *a)
{
    if (p->a_is_transposed)
        return (struct matrix){a, 1, p->a_step};
    return (struct matrix){a, p->a_step, 1};
}

static struct matrix right_of(const struct bs_product *p, const double *b)
{
    if (p->b_is_transposed)
        return (struct matrix){b, 1, p->b_step};
    return (struct matrix){b, p->b_step, 1};
}

/* Copies pay where each number of them is read several times. */
static int multiply_fixed(double *c, const struct bs_product *p, const double *a, const double *b)
{
    const struct matrix left = left_of(p, a), right = right_of(p, b);
    start(c, p);
    if (p->rows < TILE || (p->inner < TILE && right.right == 1))
        return multiply_rows(c, p, &left, &right);
    return multiply_tiles(c, p, &left, &right);
}

static int multiply_fast(double *c, const struct bs_product *p, const double *a, const double *b);

/* Along its longest side; the second half of the sums is added to the first. */
static int multiply_halves(double *c, const struct bs_product *p, const double *a, const double *b)
{
    const struct matrix left = left_of(p, a), right = right_of(p, b);
    struct bs_product first = *p, second = *p;
    double *next = c;
    if (p->inner >= p->rows && p->inner >= p->columns) {
        first.inner /= 2, second.inner -= first.inner, second.beta = 1;
        a = part(&left, 0, first.inner).at, b = part(&right, first.inner, 0).at;
    } else if (p->rows >= p->columns) {
        first.rows /= 2, second.rows -= first.rows;
        a = part(&left, first.rows, 0).at, next += first.rows * p->c_step;
    } else {
        first.columns /= 2, second.columns -= first.columns;
        b = part(&right, 0, first.columns).at, next += first.columns;
    }
    int status = multiply_fast(c, &first, left.at, right.at);
    return status < 0 ? status : multiply_fast(next, &second, a, b);
}

static int multiply_fast(double *c, const struct bs_product *p, const double *a, const double *b)
{
    if (work_of(p) > MOST_AT_ONCE)
        return multiply_halves(c, p, a, b);
    if (bs_is_interrupted())
        return BS_INTERRUPTED;
    return bs_blas_multiply(c, p, a, b) ? BS_OK : multiply_fixed(c, p, a, b);
}

static void fill_steps(struct bs_product *p)
{
    p->c_step = p->c_step ? p->c_step : p->columns;
    if (!p->a_step)
        p->a_step = p->a_is_transposed ? p->rows : p->inner;
    if (!p->b_step)
        p->b_step = p->b_is_transposed ? p->inner : p->columns;
}

/* BLAS counts in ints; sides of what it is given are shorter, as their product is. */
static bool fits_blas(const struct bs_product *p)
{
    return work_of(p) >= LEAST_FOR_BLAS && p->a_step <= INT_MAX && p->b_step <= INT_MAX &&
           p->c_step <= INT_MAX;
}

int bs_multiply(double *c, const struct bs_product *product, const double *a, const double *b,
                bool is_fixed)
{
    struct bs_product p = *product;
    fill_steps(&p);
    if (is_fixed || !fits_blas(&p))
        return multiply_fixed(c, &p, a, b);
    return multiply_fast(c, &p, a, b);
}
