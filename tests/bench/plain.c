#include "plain.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_RUNS = 101, ENTRIES = 10 };

void plain_fill(double *numbers, size_t count, double a, double b, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = a + (b - a) * ((double)(plain_random(state) >> 11) * 0x1p-53);
}

/* ---- times ----------------------------------------------------------------------------------- */

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double plain_seconds(void (*run)(void *context), void *context, int runs)
{
    double times[MOST_RUNS];
    run(context);
    for (int i = 0; i < runs; i++) {
        const double begin = thread_seconds();
        run(context);
        times[i] = thread_seconds() - begin;
    }
    qsort(times, (size_t)runs, sizeof *times, compare);
    return times[runs / 2];
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* A step of η = 1 takes the gradient itself off the parameters, which are put back. */
static double *take_gradient(const struct plain_network *network)
{
    const size_t count = network->count;
    double *before = malloc(count * sizeof *before), *gradient = malloc(count * sizeof *gradient);
    if (!before || !gradient)
        abort();
    memcpy(before, network->parameters, count * sizeof *before);
    network->step(1);
    for (size_t i = 0; i < count; i++)
        gradient[i] = before[i] - network->parameters[i];
    memcpy(network->parameters, before, count * sizeof *before);
    free(before);
    return gradient;
}

/* Its error is h²/6 of the third derivative and, from rounding, the loss's last place by h. */
static double central_difference(const struct plain_network *network, size_t i)
{
    static const double h = 1e-5;
    double *p = &network->parameters[i];
    const double middle = *p;
    *p = middle + h;
    const double above = network->loss();
    *p = middle - h;
    const double below = network->loss();
    *p = middle;
    return (above - below) / (2 * h);
}

/* To five digits of the entry itself: a small one is held to them as well, but for rounding. */
static bool agree(double gradient, double difference)
{
    return fabs(gradient - difference) <= 1e-5 * fabs(difference) + 1e-10;
}

/* Some entries of an array, or all of one that has no more. */
static bool check_part(const struct plain_network *network, const struct plain_part *part,
                       const double *gradient, uint64_t *random)
{
    bool is_right = true;
    for (size_t entry = 0; entry < ENTRIES && entry < part->count; entry++) {
        const size_t k = part->count > ENTRIES ? plain_below(random, (uint32_t)part->count) : entry;
        const double difference = central_difference(network, part->first + k);
        const bool is_same = agree(gradient[part->first + k], difference);
        printf("%s[%zu] %.9g %.9g%s\n", part->name, k, gradient[part->first + k], difference,
               is_same ? "" : " differ");
        is_right = is_right && is_same;
    }
    return is_right;
}

int plain_check(const struct plain_network *network)
{
    double *gradient = take_gradient(network);
    bool is_right = true;
    uint64_t random = 1;
    for (const struct plain_part *part = network->parts; part->name; part++)
        is_right = check_part(network, part, gradient, &random) && is_right;
    free(gradient);
    return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}
