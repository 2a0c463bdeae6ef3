#ifndef BACKSTEP_TESTS_BENCH_ENGINE_H
#define BACKSTEP_TESTS_BENCH_ENGINE_H

/* What the programs share that time the engine on the network and data of a plain program. */
#include "net/train.h"

/* A refusal ends the program, with its words. */
void engine_must(int status, const struct bs_error *err);

/*
 * The median time of an epoch, in seconds of this thread, over the samples.  Epochs are 2 to 32, of
 * which the first warms up.
 */
double engine_sample_seconds(struct bs_net *net, struct bs_training training);

#endif
