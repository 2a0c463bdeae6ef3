#include "net/blas.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* As CBLAS numbers them. */
enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 };

typedef void dgemm(int order, int a_is, int b_is, int rows, int columns, int inner, double alpha,
                   const double *a, int a_step, const double *b, int b_step, double beta, double *c,
                   int c_step);
typedef void dgemv(int order, int a_is, int rows, int columns, double alpha, const double *a,
                   int a_step, const double *x, int x_step, double beta, double *y, int y_step);
typedef void dger(int order, int rows, int columns, double alpha, const double *x, int x_step,
                  const double *y, int y_step, double *a, int a_step);

struct blas {
    dgemm *gemm;
    dgemv *gemv;
    dger *ger;
    int (*get_threads)(void); /* NULL: it has but one, or knows best */
    void (*set_threads)(int threads);
    int most_threads, threads; /* at most, now */
};

/* ---- loading --------------------------------------------------------------------------------- */

/* POSIX has it that an address from dlsym may be copied into a pointer to a function. */
static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found;
}

static void find_threads(struct blas *blas, void *library)
{
    if (!find(library, "openblas_get_num_threads", &blas->get_threads) ||
        !find(library, "openblas_set_num_threads", &blas->set_threads))
        return;
    blas->most_threads = blas->get_threads();
    blas->threads = 1;
    blas->set_threads(1);
}

/* It stays loaded: its threads may be anywhere. */
static bool load(struct blas *blas, const char *name)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return false;
    if (!find(library, "cblas_dgemm", &blas->gemm) || !find(library, "cblas_dgemv", &blas->gemv) ||
        !find(library, "cblas_dger", &blas->ger)) {
        dlclose(library);
        return false;
    }
    find_threads(blas, library);
    return true;
}

static bool load_any(struct blas *blas)
{
    const char *name = getenv("BACKSTEP_BLAS");
    if (name && *name)
        return strcmp(name, "none") != 0 && load(blas, name);
    return load(blas, "libopenblas.so.0") || load(blas, "libblas.so.3");
}

static struct blas *loaded(void)
{
    static struct blas blas;
    static bool is_tried, is_there;
    if (!is_tried)
        is_there = load_any(&blas);
    is_tried = true;
    return is_there ? &blas : NULL;
}

/* ---- products -------------------------------------------------------------------------------- */

static void choose_threads(struct blas *blas, const struct bs_product *p)
{
    const double work = (double)p->rows * (double)p->columns * (double)p->inner;
    int threads = 1;
    while (threads < blas->most_threads && work >= (double)(threads + 1) * BS_BLAS_THREAD)
        threads++;
    if (!blas->set_threads || threads == blas->threads)
        return;
    blas->set_threads(threads);
    blas->threads = threads;
}

static int as_it_lies(bool is_transposed)
{
    return is_transposed ? TRANSPOSED : AS_IT_IS;
}

/* How far apart the numbers of a row are, and of a column, that lies so. */
static int along_row(bool is_transposed, size_t step)
{
    return is_transposed ? (int)step : 1;
}

static int along_column(bool is_transposed, size_t step)
{
    return is_transposed ? 1 : (int)step;
}

/* A row of c is bᵀ times a row of a: as b lies, that is the transposed one. */
static void multiply_row(const struct blas *blas, double *c, const struct bs_product *p,
                         const double *a, const double *b)
{
    const size_t rows = p->b_is_transposed ? p->columns : p->inner;
    const size_t columns = p->b_is_transposed ? p->inner : p->columns;
    blas->gemv(ROW_MAJOR, as_it_lies(!p->b_is_transposed), (int)rows, (int)columns, p->alpha, b,
               (int)p->b_step, a, along_row(p->a_is_transposed, p->a_step), p->beta, c, 1);
}

static void multiply_column(const struct blas *blas, double *c, const struct bs_product *p,
                            const double *a, const double *b)
{
    const size_t rows = p->a_is_transposed ? p->inner : p->rows;
    const size_t columns = p->a_is_transposed ? p->rows : p->inner;
    blas->gemv(ROW_MAJOR, as_it_lies(p->a_is_transposed), (int)rows, (int)columns, p->alpha, a,
               (int)p->a_step, b, along_column(p->b_is_transposed, p->b_step), p->beta, c,
               (int)p->c_step);
}

static void add_outer(const struct blas *blas, double *c, const struct bs_product *p,
                      const double *a, const double *b)
{
    blas->ger(ROW_MAJOR, (int)p->rows, (int)p->columns, p->alpha, a,
              along_column(p->a_is_transposed, p->a_step), b,
              along_row(p->b_is_transposed, p->b_step), c, (int)p->c_step);
}

static void multiply_matrix(const struct blas *blas, double *c, const struct bs_product *p,
                            const double *a, const double *b)
{
    blas->gemm(ROW_MAJOR, as_it_lies(p->a_is_transposed), as_it_lies(p->b_is_transposed),
               (int)p->rows, (int)p->columns, (int)p->inner, p->alpha, a, (int)p->a_step, b,
               (int)p->b_step, p->beta, c, (int)p->c_step);
}

/*
 * OpenBLAS 0.3.21 first copies both matrices, unless c has no more than 1200 numbers where b is
 * transposed.  Of up to 16 rows it is the faster in parts so small: 16 × 150 × 70 in two thirds of
 * the time, 16 × 120 × 400 in half, none more slowly but the shortest sums of a thousand columns.
 */
enum { MOST_TO_PART = 16, PART = 1200, VECTOR = 8, LEAST_INNER = 32 };

static bool goes_by_parts(const struct blas *blas, const struct bs_product *p)
{
    return blas->threads < 2 && p->b_is_transposed && p->rows <= MOST_TO_PART &&
           p->inner >= LEAST_INNER;
}

static void multiply_parts(const struct blas *blas, double *c, const struct bs_product *p,
                           const double *a, const double *b)
{
    struct bs_product part = *p;
    const size_t most = PART / p->rows / VECTOR * VECTOR;
    for (size_t j = 0; j < p->columns; j += part.columns) {
        part.columns = p->columns - j < most ? p->columns - j : most;
        multiply_matrix(blas, c + j, &part, a, b + j * p->b_step);
    }
}

bool bs_blas_multiply(double *c, const struct bs_product *p, const double *a, const double *b)
{
    struct blas *blas = loaded();
    if (!blas)
        return false;
    choose_threads(blas, p);
    if (p->rows == 1)
        multiply_row(blas, c, p, a, b);
    else if (p->columns == 1)
        multiply_column(blas, c, p, a, b);
    else if (p->inner == 1 && p->beta == 1)
        add_outer(blas, c, p, a, b);
    else if (goes_by_parts(blas, p))
        multiply_parts(blas, c, p, a, b);
    else
        multiply_matrix(blas, c, p, a, b);
    return true;
}
