/* The table of initialisations. */
#include "net/init.h"

#include "net/stack.h"

#include <float.h>
#include <math.h>
#include <string.h>

static double draw_uniform(struct bs_rng *rng, double inputs, double units, const double *options)
{
    (void)inputs, (void)units;
    return bs_rng_between(rng, options[0], options[1]);
}

static double draw_xavier(struct bs_rng *rng, double inputs, double units, const double *options)
{
    (void)options;
    const double limit = sqrt(6 / (inputs + units));
    return bs_rng_between(rng, -limit, limit);
}

static double draw_he(struct bs_rng *rng, double inputs, double units, const double *options)
{
    (void)units, (void)options;
    return sqrt(2 / inputs) * bs_rng_normal(rng);
}

static double draw_zero(struct bs_rng *rng, double inputs, double units, const double *options)
{
    (void)rng, (void)inputs, (void)units, (void)options;
    return 0;
}

static double draw_constant(struct bs_rng *rng, double inputs, double units, const double *options)
{
    (void)rng, (void)inputs, (void)units;
    return options[0];
}

const struct bs_init bs_inits[] = {
    {.recipe = {.name = "uniform",
                .formula = "uniform in (from, to), biases too",
                .about = "as the course starts the BP algorithm: every parameter from (0, 1)",
                .options = {{"from", 0, -INFINITY, INFINITY}, {"to", 1, -INFINITY, INFINITY}}},
     .fills_biases = true,
     .draw = draw_uniform},
    {.recipe = {.name = "xavier",
                .formula = "uniform in (−√(6/(inputs + units)), √(6/(inputs + units)))",
                .source = "Glorot and Bengio, AISTATS 2010, equation 16",
                .about = "keeps the size of signals for units like tanh; biases 0"},
     .draw = draw_xavier},
    {.recipe = {.name = "he",
                .formula = "normal with mean 0 and deviation √(2/inputs)",
                .source = "He et al., ICCV 2015, equation 10",
                .about = "keeps the size of signals for relu, which drops half; biases 0"},
     .draw = draw_he},
    {.recipe = {.name = "zeros",
                .formula = "0",
                .about = "every parameter 0: hidden units then stay equal for ever"},
     .fills_biases = true,
     .draw = draw_zero},
    {.recipe = {.name = "constant",
                .formula = "value",
                .about = "every parameter the same: hidden units then stay equal for ever",
                .options = {{"value", 0.5, -INFINITY, INFINITY}}},
     .fills_biases = true,
     .draw = draw_constant},
    {.recipe = {.name = NULL}},
};

const struct bs_init *bs_init_find(const char *name)
{
    for (const struct bs_init *row = bs_inits; row->recipe.name; row++)
        if (strcmp(row->recipe.name, name) == 0)
            return row;
    return NULL;
}

static bool is_drawn(const struct bs_array *array, const struct bs_init *init)
{
    return array->role == BS_ARRAY_WEIGHT || (array->role == BS_ARRAY_BIAS && init->fills_biases);
}

static int fill_array(double *params, const struct bs_array *array, const struct bs_init *init,
                      const double *options, struct bs_rng *rng, struct bs_error *err)
{
    const bool draws = is_drawn(array, init);
    for (size_t i = 0; i < array->count; i++) {
        const double value = draws ? init->draw(rng, array->inputs, array->units, options) : 0;
        if (!isfinite(value))
            return bs_fail(err, BS_REFUSED, "%s gives a parameter that is %g", init->recipe.name,
                           value);
        params[array->first + i] = value;
    }
    return BS_OK;
}

int bs_init_fill(double *params, const struct bs_arch *arch, const struct bs_init *init,
                 const double options[BS_MOST_OPTIONS], uint64_t seed, struct bs_error *err)
{
    const struct bs_stack *stack = arch->stack;
    struct bs_rng rng;
    int status = bs_recipe_check(&init->recipe, options, err);
    bs_rng_seed(&rng, seed);
    for (int s = 0; s < stack->count && status == BS_OK; s++) {
        const struct bs_stage *stage = &stack->stages[s];
        for (int a = 0; a < stage->array_count && status == BS_OK; a++)
            if (bs_array_is_kept(&stage->arrays[a]))
                status = fill_array(params, &stage->arrays[a], init, options, &rng, err);
    }
    if (status == BS_OK)
        bs_stack_start(stack, params);
    return status;
}
