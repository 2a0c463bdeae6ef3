#ifndef BACKSTEP_BASE_RNG_H
#define BACKSTEP_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* xoshiro256++ (Blackman and Vigna, 2019), seeded by splitmix64: the same seed, the same numbers.
 */
struct bs_rng {
    uint64_t state[4];
};

void bs_rng_seed(struct bs_rng *rng, uint64_t seed);
uint64_t bs_rng_next(struct bs_rng *rng);
double bs_rng_uniform(struct bs_rng *rng);                     /* in [0, 1), 53 bits */
double bs_rng_between(struct bs_rng *rng, double a, double b); /* in [a, b), but for rounding */
double bs_rng_normal(struct bs_rng *rng); /* mean 0, deviation 1; takes two numbers */
uint64_t bs_rng_below(struct bs_rng *rng, uint64_t bound); /* 0 .. bound − 1, unbiased; bound > 0 */
void bs_rng_shuffle(struct bs_rng *rng, size_t *items, size_t count);

#endif
