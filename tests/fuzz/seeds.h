#ifndef BACKSTEP_TESTS_SEEDS_H
#define BACKSTEP_TESTS_SEEDS_H

#include <stddef.h>
#include <stdint.h>

/* What a target brings: itself, and of what its random texts are made; lists ended by NULL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const char *const bs_fuzz_texts[];  /* that people write */
extern const char *const bs_fuzz_pieces[]; /* that are put in anywhere */

#endif
