#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void engine_must(int status, const struct bs_error *err)
{
    if (status == BS_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(EXIT_FAILURE);
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

enum { MOST_EPOCHS = 32 };

struct stopwatch {
    double begin, times[MOST_EPOCHS];
    size_t count;
};

/* Called after each epoch, so not for the beginning of the first. */
static int look(void *context, const struct bs_progress *progress)
{
    struct stopwatch *watch = context;
    if (progress->epoch > 1 && watch->count < MOST_EPOCHS)
        watch->times[watch->count++] = thread_seconds() - watch->begin;
    watch->begin = thread_seconds();
    return 0;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double engine_sample_seconds(struct bs_net *net, struct bs_training training)
{
    struct stopwatch watch = {0};
    struct bs_trained trained;
    struct bs_error err;
    training.every = 1, training.watch = look, training.context = &watch;
    engine_must(bs_net_train(&trained, net, &training, &err), &err);
    qsort(watch.times, watch.count, sizeof watch.times[0], compare);
    return watch.times[watch.count / 2] / (double)training.samples;
}
