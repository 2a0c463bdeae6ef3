#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static long countdown_to_failure = -1;
static bool has_failed;

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

void *bs_alloc(size_t size)
{
    return must_fail() ? NULL : malloc(size ? size : 1);
}

void *bs_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *bs_realloc(void *block, size_t size)
{
    return must_fail() ? NULL : realloc(block, size ? size : 1);
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
