#ifndef BACKSTEP_BASE_MEM_H
#define BACKSTEP_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * All memory of the engine and of Lua comes from here, so that a test can make the Nth request
 * fail.  Each gives NULL when out of memory; products that overflow count as that.
 */
void *bs_alloc(size_t size);
void *bs_calloc(size_t count, size_t size);                     /* zeroed */
void *bs_realloc(void *block, size_t size);                     /* block unchanged on failure */
void *bs_realloc_array(void *block, size_t count, size_t size); /* likewise */
char *bs_strdup(const char *text);
char *bs_strndup(const char *text, size_t length);
void bs_free(void *block); /* NULL is fine */

/*
 * Make room for `needed` items of `size` bytes in *items, growing by doubling.
 * False when out of memory, with *items and *capacity as they were.
 */
bool bs_grow(void *items, size_t *capacity, size_t needed, size_t size);

/*
 * Bytes in use, by what the C library rounds requests to.  A request that would pass the limit
 * fails; what is in use when the limit is set stays.  SIZE_MAX, as at the start: no limit.
 */
size_t bs_mem_used(void);
size_t bs_mem_set_limit(size_t bytes); /* gives the limit until now */

/* For tests: let `countdown` requests succeed and the next one fail, once.  Negative: never. */
void bs_mem_fail_after(long countdown);
bool bs_mem_has_failed(void); /* did the planned failure happen? */

#endif
