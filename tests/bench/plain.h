#ifndef BACKSTEP_TESTS_BENCH_PLAIN_H
#define BACKSTEP_TESTS_BENCH_PLAIN_H

/*
 * What the plain programs share.  Each is what one would write by hand for its one network: sizes
 * are constants, arrays are static, and the gradient is taken off the parameters where it arises.
 * They know nothing of backstep's engine, whose speed is given as a share of theirs.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The engine's formula (value_sigmoid in src/expr/func.c), 1/(1 + e^−x) where x >= 0 and
 * e^x/(1 + e^x) elsewhere, to the same bits: −|x| is the one or the other exponent, and no branch
 * is there to be guessed wrong.
 */
static inline double plain_sigmoid(double x)
{
    const double e = exp(-fabs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
}

/* splitmix64 (Steele, Lea and Flood, 2014); any state will do as a seed. */
static inline uint64_t plain_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* 0 .. bound − 1 by a product instead of a division, uneven by less than bound in 2^32. */
static inline uint32_t plain_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)((plain_random(state) >> 32) * bound >> 32);
}

/* Numbers that are as likely anywhere between a and b. */
void plain_fill(double *numbers, size_t count, double a, double b, uint64_t *state);

/* The median of `runs` times, in seconds of this thread, after a run that warms up. */
double plain_seconds(void (*run)(void *context), void *context, int runs);

/* An array among the parameters of a network, which lie one after another. */
struct plain_part {
    const char *name;
    size_t first, count;
};

#define PLAIN_PART(type, member)                                           \
    {                                                                      \
        .name = #member, .first = offsetof(type, member) / sizeof(double), \
        .count = sizeof((type *)NULL)->member / sizeof(double)             \
    }

struct plain_network {
    double *parameters;
    size_t count;
    const struct plain_part *parts; /* after the last is one without a name */
    double (*loss)(void);           /* of the samples that `step` learns from */
    void (*step)(double eta);       /* parameters −= eta·(∂loss/∂parameters) */
};

/*
 * What a program does that is given the word "check": print some entries of the gradient, as the
 * step takes it, beside central differences of the loss.  The exit status tells whether they agree.
 */
int plain_check(const struct plain_network *network);

#endif
