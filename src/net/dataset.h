#ifndef BACKSTEP_NET_DATASET_H
#define BACKSTEP_NET_DATASET_H

#include "base/rng.h"
#include "net/data.h"

/* What a set that is drawn by random numbers is like. */
struct bs_drawing {
    size_t samples;
    double noise; /* a standard deviation; 0 or more */
    uint64_t seed;
};

/* The table of data sets: those in figures, and those drawn sample by sample. */
struct bs_dataset {
    const char *name, *about;
    int inputs, outputs;
    const char *const *input_names, *const *target_names; /* NULL: they have none */
    const double *table; /* usual.samples rows of inputs and targets; NULL: it is drawn */
    struct bs_drawing usual;

    /* Sample k (from 0) of a drawing, into zeros; noise is drawn even where it is 0. */
    void (*draw)(double *x, double *t, size_t k, const struct bs_drawing *drawing,
                 struct bs_rng *rng);
};

extern const struct bs_dataset bs_datasets[];               /* ended by a NULL name */
const struct bs_dataset *bs_dataset_find(const char *name); /* NULL when there is none */

/*
 * The set, of which `drawing` is heeded where it is drawn.  Refused: no samples, noise that is
 * negative or not finite.  BS_INTERRUPTED gives nothing.
 */
int bs_dataset_make(struct bs_data **inputs, struct bs_data **targets,
                    const struct bs_dataset *dataset, const struct bs_drawing *drawing,
                    struct bs_error *err);

/* A handwritten digit: 12 × 12 pixels from 0 to 1, moved, turned and slanted a little (digits.c).
 */
enum { BS_DIGIT_SIDE = 12, BS_DIGIT_PIXELS = BS_DIGIT_SIDE * BS_DIGIT_SIDE };
void bs_draw_digit(double *x, double *t, size_t k, const struct bs_drawing *drawing,
                   struct bs_rng *rng);

/* A number of the normal distribution with mean 0 and deviation 1 (Box and Muller, 1958). */
double bs_draw_normal(struct bs_rng *rng);

#endif
