#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static long countdown_to_failure = -1;
static bool has_failed;

static size_t used, limit = SIZE_MAX;

void bs_mem_fail_after(long countdown)
{
    countdown_to_failure = countdown;
    has_failed = false;
}

bool bs_mem_has_failed(void)
{
    return has_failed;
}

static bool must_fail(void)
{
    if (countdown_to_failure < 0 || countdown_to_failure-- > 0)
        return false;
    has_failed = true;
    return true;
}

size_t bs_mem_used(void)
{
    return used;
}

size_t bs_mem_set_limit(size_t bytes)
{
    size_t before = limit;
    limit = bytes;
    return before;
}

/* A block may always shrink, whatever the limit. */
static bool is_refused(size_t more)
{
    return must_fail() || (more > 0 && (used > limit || more > limit - used));
}

/* Count a new block, which may be NULL. */
static void *counted(void *block)
{
    used += malloc_usable_size(block);
    return block;
}

void *bs_alloc(size_t size)
{
    return is_refused(size) ? NULL : counted(malloc(size ? size : 1));
}

void *bs_calloc(size_t count, size_t size)
{
    bool overflows = size && count > SIZE_MAX / size;
    if (overflows || is_refused(count * size))
        return NULL;
    return counted(calloc(count ? count : 1, size ? size : 1));
}

void *bs_realloc(void *block, size_t size)
{
    size_t before = malloc_usable_size(block);
    if (is_refused(size > before ? size - before : 0))
        return NULL;
    void *moved = realloc(block, size ? size : 1);
    if (moved)
        used += malloc_usable_size(moved) - before;
    return moved;
}

void *bs_realloc_array(void *block, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return bs_realloc(block, count * size);
}

char *bs_strndup(const char *text, size_t length)
{
    char *copy = bs_alloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

char *bs_strdup(const char *text)
{
    return bs_strndup(text, strlen(text));
}

void bs_free(void *block)
{
    used -= malloc_usable_size(block);
    free(block);
}

bool bs_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    if (needed > SIZE_MAX / 2) /* doubling would not end */
        return false;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < needed)
        wanted *= 2;
    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = bs_realloc_array(old, wanted, size);
    if (!grown)
        return false;
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}
