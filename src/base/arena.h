#ifndef BACKSTEP_BASE_ARENA_H
#define BACKSTEP_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that is given back all at once.  Blocks never move.
 */
struct bs_arena;

struct bs_arena *bs_arena_create(void); /* NULL when out of memory */
void bs_arena_destroy(struct bs_arena *arena);
void *bs_arena_alloc(struct bs_arena *arena, size_t size); /* aligned for any type; or NULL */
size_t bs_arena_size(const struct bs_arena *arena);        /* bytes held from the system */

#endif
