/* The table of schedules. */
#include "net/schedule.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static double rate_constant(double eta, double epoch, double epochs, const double *options)
{
    (void)epoch, (void)epochs, (void)options;
    return eta;
}

static double rate_step(double eta, double epoch, double epochs, const double *options)
{
    (void)epochs;
    return eta * pow(options[0], floor((epoch - 1) / options[1]));
}

static double rate_exponential(double eta, double epoch, double epochs, const double *options)
{
    (void)epochs;
    return eta * pow(options[0], epoch - 1);
}

/* Once down, it stays there. */
static double rate_cosine(double eta, double epoch, double epochs, const double *options)
{
    const double over = options[0] > 0 ? options[0] : epochs;
    const double done = fmin((epoch - 1) / over, 1);
    return options[1] + (eta - options[1]) * (1 + cos(PI * done)) / 2;
}

static double rate_inverse(double eta, double epoch, double epochs, const double *options)
{
    (void)epochs;
    return eta / (1 + options[0] * (epoch - 1));
}

const struct bs_schedule bs_schedules[] = {
    {.recipe = {.name = "constant", .formula = "η", .about = "the same rate in every epoch"},
     .rate = rate_constant},
    {.recipe = {.name = "step",
                .formula = "η·factor^⌊(n − 1)/every⌋",
                .about = "times the factor after every so many epochs",
                .options = {{"factor", 0.5, DBL_MIN, INFINITY}, {"every", 100, 1, INFINITY}}},
     .rate = rate_step},
    {.recipe = {.name = "exponential",
                .formula = "η·factor^(n − 1)",
                .about = "times the factor after each epoch",
                .options = {{"factor", 0.99, DBL_MIN, INFINITY}}},
     .rate = rate_exponential},
    {.recipe = {.name = "cosine",
                .formula = "least + ½·(η − least)·(1 + cos(π·(n − 1)/over))",
                .source = "Loshchilov and Hutter, ICLR 2017, equation 5, without restarts",
                .about =
                    "half a wave down to the least rate over so many epochs (0: all N), then that",
                .options = {{"over", 0, 0, INFINITY}, {"least", 0, 0, INFINITY}}},
     .rate = rate_cosine},
    {.recipe = {.name = "inverse",
                .formula = "η/(1 + slowing·(n − 1))",
                .source = "Robbins and Monro, Annals of Mathematical Statistics 22, 1951",
                .about = "in the end as 1/n: the steps grow small, but together have no bound",
                .options = {{"slowing", 0.01, 0, INFINITY}}},
     .rate = rate_inverse},
    {.recipe = {.name = NULL}},
};

const struct bs_schedule *bs_schedule_find(const char *name)
{
    for (const struct bs_schedule *row = bs_schedules; row->recipe.name; row++)
        if (strcmp(row->recipe.name, name) == 0)
            return row;
    return NULL;
}
