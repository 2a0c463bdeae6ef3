#include "net/dataset.h"

#include "base/interrupt.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* 1 − u is in (0, 1], so that its logarithm is finite. */
double bs_draw_normal(struct bs_rng *rng)
{
    const double u = bs_rng_uniform(rng), v = bs_rng_uniform(rng);
    return sqrt(-2 * log(1 - u)) * cos(2 * pi * v);
}

static void blur(double x[static 2], double noise, struct bs_rng *rng)
{
    for (int i = 0; i < 2; i++)
        x[i] += noise * bs_draw_normal(rng);
}

/* Which of its class a sample is, and the most of them, where classes take turns. */
static double place_in_class(size_t k, size_t samples)
{
    const size_t members = k % 2 == 0 ? (samples + 1) / 2 : samples / 2, turn = k / 2;
    return members > 1 ? (double)turn / (double)(members - 1) : 0;
}

/*
 * Two half circles of radius 1, each about an end of the other's, as scikit-learn's make_moons has
 * them: (cos φ, sin φ) and (1 − cos φ, ½ − sin φ), φ going from 0 to π.
 */
static void draw_moons(double *x, double *t, size_t k, const struct bs_drawing *drawing,
                       struct bs_rng *rng)
{
    const double phi = pi * place_in_class(k, drawing->samples);
    const bool is_lower = k % 2 == 1;
    x[0] = is_lower ? 1 - cos(phi) : cos(phi);
    x[1] = is_lower ? 0.5 - sin(phi) : sin(phi);
    t[0] = is_lower;
    blur(x, drawing->noise, rng);
}

/*
 * The two spirals of Lang and Witbrock (1988): for i from 0 to 96 the angle iπ/16 and the radius
 * 6.5(104 − i)/104, at (r sin, r cos) and opposite; with another number of samples i goes over the
 * same range in other steps.
 */
static void draw_spirals(double *x, double *t, size_t k, const struct bs_drawing *drawing,
                         struct bs_rng *rng)
{
    const double i = 96 * place_in_class(k, drawing->samples);
    const double angle = i * pi / 16, radius = 6.5 * (104 - i) / 104;
    const double side = k % 2 == 0 ? 1 : -1;
    x[0] = side * radius * sin(angle);
    x[1] = side * radius * cos(angle);
    t[0] = k % 2 == 0;
    blur(x, drawing->noise, rng);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const double and_table[] = {0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1};
static const double or_table[] = {0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1};
static const double xor_table[] = {0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0};

/* Zhou Zhihua, Machine Learning: watermelon data 3.0α. */
static const double watermelon_table[] = {
    0.697, 0.460, 1,     0.774, 0.376, 1,     0.634, 0.264, 1,     0.608, 0.318, 1,     0.556,
    0.215, 1,     0.403, 0.237, 1,     0.481, 0.149, 1,     0.437, 0.211, 1,     0.666, 0.091,
    0,     0.243, 0.267, 0,     0.245, 0.057, 0,     0.343, 0.099, 0,     0.639, 0.161, 0,
    0.657, 0.198, 0,     0.360, 0.370, 0,     0.593, 0.042, 0,     0.719, 0.103, 0,
};

static const char *const two_names[] = {"x1", "x2"}, *const one_name[] = {"y"};
static const char *const watermelon_inputs[] = {"density", "sugar"};
static const char *const watermelon_targets[] = {"good"};

const struct bs_dataset bs_datasets[] = {
    {.name = "and",
     .about = "both of two inputs: 4 samples",
     .inputs = 2,
     .outputs = 1,
     .input_names = two_names,
     .target_names = one_name,
     .table = and_table,
     .usual = {.samples = 4}},
    {.name = "or",
     .about = "one of two inputs or both: 4 samples",
     .inputs = 2,
     .outputs = 1,
     .input_names = two_names,
     .target_names = one_name,
     .table = or_table,
     .usual = {.samples = 4}},
    {.name = "xor",
     .about = "one of two inputs but not both: 4 samples, which no line separates",
     .inputs = 2,
     .outputs = 1,
     .input_names = two_names,
     .target_names = one_name,
     .table = xor_table,
     .usual = {.samples = 4}},
    {.name = "watermelon",
     .about = "17 melons, their density and sugar content, and whether they are good",
     .inputs = 2,
     .outputs = 1,
     .input_names = watermelon_inputs,
     .target_names = watermelon_targets,
     .table = watermelon_table,
     .usual = {.samples = 17}},
    {.name = "moons",
     .about = "two half circles, one in the other",
     .inputs = 2,
     .outputs = 1,
     .input_names = two_names,
     .target_names = one_name,
     .usual = {.samples = 200, .noise = 0.1},
     .draw = draw_moons},
    {.name = "spirals",
     .about = "two spirals that turn three times about each other",
     .inputs = 2,
     .outputs = 1,
     .input_names = two_names,
     .target_names = one_name,
     .usual = {.samples = 194, .noise = 0},
     .draw = draw_spirals},
    {.name = "digits",
     .about = "the digits 0 to 9, drawn in 12 × 12 pixels from 0 to 1, with a target for each",
     .inputs = BS_DIGIT_PIXELS,
     .outputs = 10,
     .usual = {.samples = 500, .noise = 0.05},
     .draw = bs_draw_digit},
    {.name = NULL},
};

const struct bs_dataset *bs_dataset_find(const char *name)
{
    for (const struct bs_dataset *dataset = bs_datasets; dataset->name; dataset++)
        if (strcmp(dataset->name, name) == 0)
            return dataset;
    return NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

static void copy_sample(double *x, double *t, size_t k, const struct bs_dataset *dataset)
{
    const size_t inputs = (size_t)dataset->inputs, outputs = (size_t)dataset->outputs;
    const double *row = dataset->table + k * (inputs + outputs);
    memcpy(x, row, inputs * sizeof *x);
    memcpy(t, row + inputs, outputs * sizeof *t);
}

/* Samples are drawn one after another from one source. */
static int fill(double *x, double *t, const struct bs_dataset *dataset,
                const struct bs_drawing *drawing, struct bs_error *err)
{
    struct bs_rng rng;
    bs_rng_seed(&rng, drawing->seed);
    for (size_t k = 0; k < drawing->samples; k++, x += dataset->inputs, t += dataset->outputs) {
        if (bs_is_interrupted())
            return bs_fail_interrupted(err);
        if (dataset->table)
            copy_sample(x, t, k, dataset);
        else
            dataset->draw(x, t, k, drawing, &rng);
    }
    return BS_OK;
}

/* Both matrices exist, or none does. */
static int create_both(struct bs_data *made[static 2], const struct bs_dataset *dataset,
                       size_t samples, struct bs_error *err)
{
    int status = bs_data_create(&made[0], samples, (size_t)dataset->inputs, err);
    if (status == BS_OK)
        status = bs_data_create(&made[1], samples, (size_t)dataset->outputs, err);
    if (status == BS_OK && dataset->input_names)
        status = bs_data_set_names(made[0], dataset->input_names, err);
    if (status == BS_OK && dataset->target_names)
        status = bs_data_set_names(made[1], dataset->target_names, err);
    return status;
}

int bs_dataset_make(struct bs_data **inputs, struct bs_data **targets,
                    const struct bs_dataset *dataset, const struct bs_drawing *drawing,
                    struct bs_error *err)
{
    struct bs_data *made[2] = {NULL, NULL};
    if (dataset->table)
        drawing = &dataset->usual;
    if (drawing->samples == 0)
        return bs_fail(err, BS_REFUSED, "samples is 0: 1 or more are possible");
    if (!isfinite(drawing->noise) || drawing->noise < 0)
        return bs_fail(err, BS_REFUSED, "noise is %g: a finite number, 0 or more, is possible",
                       drawing->noise);
    int status = create_both(made, dataset, drawing->samples, err);
    if (status == BS_OK)
        status = fill(bs_data_fill(made[0]), bs_data_fill(made[1]), dataset, drawing, err);
    if (status < 0) {
        bs_data_drop(made[0]);
        bs_data_drop(made[1]);
        return status;
    }
    *inputs = made[0];
    *targets = made[1];
    return BS_OK;
}
