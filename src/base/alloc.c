/* SPDX-License-Identifier: MIT */
/* Memory: see alloc.h. */
#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/huge_pages.h"

#define ALIGNMENT ((size_t)64)

/* C11's aligned_alloc is missing on Windows: a malloc with room to move up, its own
 * address kept in front.  A large piece begins at a huge page; the room before it is
 * never touched, and so takes no memory. */
static void *default_alloc(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    const int large = size >= NYZ_HUGE_PAGE;
    if (large) {
        align = NYZ_HUGE_PAGE;
    }
    const size_t extra = align + sizeof(void *);
    if (size > SIZE_MAX - extra) {
        return NULL;
    }
    unsigned char *const base = malloc(size + extra);
    if (base == NULL) {
        return NULL;
    }
    unsigned char *aligned = base + sizeof(void *);
    aligned += (align - (uintptr_t)aligned % align) % align;
    memcpy(aligned - sizeof(void *), &base, sizeof base);
    if (large) {
        nyz_huge_pages_advise(aligned, size);
    }
    return aligned;
}

static void default_free(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    (void)size;
    unsigned char *base = NULL;
    memcpy(&base, (unsigned char *)memory - sizeof(void *), sizeof base);
    free(base);
}

const nyz_allocator nyz_default_allocator = {.alloc = default_alloc,
                                             .free = default_free};

nyz_status nyz_alloc(const nyz_allocator *allocator, int64_t size, void **out,
                     nyz_error *err)
{
    *out = NULL;
    if (size == 0) {
        return NYZ_OK;
    }
    if (size > 0 && (uint64_t)size <= PTRDIFF_MAX) {
        *out = allocator->alloc(allocator->ctx, (size_t)size, ALIGNMENT);
    }
    if (*out == NULL) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: %lld bytes asked for",
                        (long long)size);
    }
    return NYZ_OK;
}

nyz_status nyz_alloc_zero(const nyz_allocator *allocator, int64_t size, void **out,
                          nyz_error *err)
{
    NYZ_TRY(nyz_alloc(allocator, size, out, err));
    if (size > 0) {
        memset(*out, 0, (size_t)size);
    }
    return NYZ_OK;
}

nyz_status nyz_alloc_array(const nyz_allocator *allocator, int64_t count, size_t size,
                           void **out, nyz_error *err)
{
    int64_t bytes = 0;
    *out = NULL;
    if (count < 0 || nyz_mul(count, (int64_t)size, &bytes)) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: %lld items of %zu bytes",
                        (long long)count, size);
    }
    return nyz_alloc_zero(allocator, bytes, out, err);
}

nyz_status nyz_alloc_resize(const nyz_allocator *allocator, void **memory, int64_t used,
                            int64_t old_size, int64_t size, nyz_error *err)
{
    void *resized = NULL;
    if (*memory == NULL || allocator->realloc == NULL) {
        NYZ_TRY(nyz_alloc(allocator, size, &resized, err));
        assert(resized != NULL && (used == 0 || *memory != NULL)); /* size is not 0 */
        if (used > 0) {
            memcpy(resized, *memory, (size_t)used);
        }
        nyz_release(allocator, *memory, old_size);
    } else {
        resized = allocator->realloc(allocator->ctx, *memory, (size_t)old_size,
                                     (size_t)size, ALIGNMENT);
        if (resized == NULL) {
            return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: %lld bytes",
                            (long long)size);
        }
    }
    *memory = resized;
    return NYZ_OK;
}

void nyz_release(const nyz_allocator *allocator, void *memory, int64_t size)
{
    if (memory != NULL) {
        allocator->free(allocator->ctx, memory, (size_t)size);
    }
}
