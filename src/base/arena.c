#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdint.h>

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

/* Chunks form a list, the newest first; only the newest has free space that is still used. */
struct chunk {
    struct chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct bs_arena {
    struct chunk *chunks;
    size_t total, next_size;
};

struct bs_arena *bs_arena_create(void)
{
    struct bs_arena *arena = bs_calloc(1, sizeof *arena);
    if (arena)
        arena->next_size = FIRST_CHUNK;
    return arena;
}

void bs_arena_destroy(struct bs_arena *arena)
{
    if (!arena)
        return;
    while (arena->chunks) {
        struct chunk *next = arena->chunks->next;
        bs_free(arena->chunks);
        arena->chunks = next;
    }
    bs_free(arena);
}

static struct chunk *add_chunk(struct bs_arena *arena, size_t size)
{
    if (size < arena->next_size)
        size = arena->next_size;
    if (size > SIZE_MAX - sizeof(struct chunk))
        return NULL;
    struct chunk *chunk = bs_alloc(sizeof *chunk + size);
    if (!chunk)
        return NULL;
    *chunk = (struct chunk){.next = arena->chunks, .size = size};
    arena->chunks = chunk;
    arena->total += size;
    if (arena->next_size < LARGEST_CHUNK)
        arena->next_size *= 2;
    return chunk;
}

void *bs_arena_alloc(struct bs_arena *arena, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX - unit)
        return NULL;
    size = (size + unit - 1) / unit * unit;
    struct chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(arena, size);
    if (!chunk)
        return NULL;
    void *block = chunk->bytes + chunk->used;
    chunk->used += size;
    return block;
}

size_t bs_arena_size(const struct bs_arena *arena)
{
    return arena->total;
}
