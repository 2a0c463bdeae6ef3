#include "base/rng.h"

#include <math.h>

__extension__ typedef unsigned __int128 wide;

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

void bs_rng_seed(struct bs_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        rng->state[i] = splitmix(&seed);
}

static inline uint64_t next(struct bs_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t bs_rng_next(struct bs_rng *rng)
{
    return next(rng);
}

double bs_rng_uniform(struct bs_rng *rng)
{
    return (double)(bs_rng_next(rng) >> 11) * 0x1p-53;
}

double bs_rng_between(struct bs_rng *rng, double a, double b)
{
    return a + (b - a) * bs_rng_uniform(rng);
}

/* Box and Muller, Annals of Mathematical Statistics 29, 1958; the logarithm is of (0, 1]. */
double bs_rng_normal(struct bs_rng *rng)
{
    const double two_pi = 6.28318530717958647693;
    const double radius = sqrt(-2 * log(1 - bs_rng_uniform(rng)));
    return radius * cos(two_pi * bs_rng_uniform(rng));
}

/*
 * x mod bound.  A division takes longer than all the rest of a draw.  Where the bound is small its
 * reciprocal is at hand, r = (2^64 − 1)/bound rounded down.  It is less than 2^64/bound by at most
 * 1, so x·r/2^64 is less than x/bound by less than 1: rounded down, the quotient or one less.
 */
static uint64_t remainder_of(uint64_t x, uint64_t bound)
{
    static const uint64_t reciprocals[] = {
        0,
        UINT64_MAX / 1,
        UINT64_MAX / 2,
        UINT64_MAX / 3,
        UINT64_MAX / 4,
        UINT64_MAX / 5,
        UINT64_MAX / 6,
        UINT64_MAX / 7,
        UINT64_MAX / 8,
    };
    if (bound >= sizeof reciprocals / sizeof *reciprocals)
        return x % bound;
    const uint64_t quotient = (uint64_t)((wide)x * reciprocals[bound] >> 64);
    const uint64_t rest = x - quotient * bound;
    return rest < bound ? rest : rest - bound;
}

/*
 * Numbers below 2^64 mod bound would be drawn once too often, so they are drawn again.  That is
 * below the bound, so the division for it is rarely needed.
 */
static inline uint64_t below(struct bs_rng *rng, uint64_t bound)
{
    uint64_t drawn = next(rng);
    while (drawn < bound && drawn < (0 - bound) % bound)
        drawn = next(rng);
    return remainder_of(drawn, bound);
}

uint64_t bs_rng_below(struct bs_rng *rng, uint64_t bound)
{
    return below(rng, bound);
}

void bs_rng_shuffle(struct bs_rng *rng, size_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)below(rng, i);
        size_t swapped = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swapped;
    }
}
