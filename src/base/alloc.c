/* Memory: see alloc.h. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/system.h"

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
        nyz_system_advise_huge(aligned, size);
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

const nyz_allocator nyz_default_allocator = {default_alloc, default_free, NULL};

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
        return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                        "out of memory: %lld things of %zu bytes", (long long)count,
                        size);
    }
    return nyz_alloc_zero(allocator, bytes, out, err);
}

void nyz_release(const nyz_allocator *allocator, void *memory, int64_t size)
{
    if (memory != NULL) {
        allocator->free(allocator->ctx, memory, (size_t)size);
    }
}

/* ----------------------------------------------------------------------------- arenas */

struct nyz_arena_block {
    nyz_arena_block *next;
    int64_t size; /* of the block, this head included */
};

#define BLOCK_HEAD ((int64_t)64)
#define BLOCK_SIZE ((int64_t)4096)

void nyz_arena_init(nyz_arena *arena, const nyz_allocator *allocator)
{
    nyz_arena_init_in(arena, allocator, NULL, 0);
}

void nyz_arena_init_in(nyz_arena *arena, const nyz_allocator *allocator, void *room,
                       int64_t size)
{
    arena->allocator = *allocator;
    arena->first = NULL;
    arena->next = room;
    arena->left = size;
}

/* A new block at the front, twice as large as the last, so that there are few. */
static nyz_status grow(nyz_arena *arena, int64_t bytes, nyz_error *err)
{
    int64_t size = BLOCK_SIZE;
    if (arena->first != NULL && arena->first->size < BLOCK_SIZE << 8) {
        size = arena->first->size * 2;
    } else if (arena->first != NULL) {
        size = arena->first->size;
    }
    if (size - BLOCK_HEAD < bytes && nyz_add(bytes, BLOCK_HEAD, &size)) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory");
    }
    assert(size > BLOCK_HEAD);
    void *memory = NULL;
    NYZ_TRY(nyz_alloc(&arena->allocator, size, &memory, err));
    nyz_arena_block *const block = memory;
    block->next = arena->first;
    block->size = size;
    arena->first = block;
    arena->next = (unsigned char *)memory + BLOCK_HEAD;
    arena->left = size - BLOCK_HEAD;
    return NYZ_OK;
}

nyz_status nyz_arena_alloc(nyz_arena *arena, int64_t count, size_t size, void **out,
                           nyz_error *err)
{
    int64_t bytes = 0;
    *out = NULL;
    if (count < 0 || nyz_mul(count, (int64_t)size, &bytes) || bytes > INT64_MAX - 64) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory");
    }
    bytes = (bytes + 15) / 16 * 16;
    if (arena->next == NULL || arena->left < bytes) {
        NYZ_TRY(grow(arena, bytes, err));
    }
    *out = memset(arena->next, 0, (size_t)bytes);
    arena->next += bytes;
    arena->left -= bytes;
    return NYZ_OK;
}

void nyz_arena_free(nyz_arena *arena)
{
    while (arena->first != NULL) {
        nyz_arena_block *const block = arena->first;
        arena->first = block->next;
        nyz_release(&arena->allocator, block, block->size);
    }
    arena->next = NULL;
    arena->left = 0;
}

/* ----------------------------------------------------------------------------- owners */

/* Whole lines of the cache, so that what follows is aligned as all memory is. */
#define OWNER_HEAD                                                                       \
    ((int64_t)((sizeof(nyz_owner) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT))

nyz_status nyz_owner_new_with(const nyz_allocator *allocator, int64_t size,
                              nyz_owner **out, void **data, nyz_error *err)
{
    void *memory = NULL;
    int64_t whole = 0;
    *out = NULL;
    if (nyz_add(OWNER_HEAD, size, &whole)) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory");
    }
    assert(whole >= OWNER_HEAD); /* `size` is not negative */
    NYZ_TRY(nyz_alloc(allocator, whole, &memory, err));
    nyz_owner *const owner = memory;
    memset(owner, 0, sizeof *owner);
    nyz_arena_init(&owner->arena, allocator);
    owner->data_size = size;
    *out = owner;
    *data = (unsigned char *)memory + OWNER_HEAD;
    return NYZ_OK;
}

nyz_status nyz_owner_new(const nyz_allocator *allocator, nyz_owner **out, nyz_error *err)
{
    void *none;
    return nyz_owner_new_with(allocator, 0, out, &none, err);
}

void nyz_owner_free(nyz_owner **owner)
{
    if (*owner != NULL) {
        const nyz_allocator allocator = (*owner)->arena.allocator;
        nyz_arena_free(&(*owner)->arena);
        const int64_t behind = (*owner)->data == NULL ? (*owner)->data_size : 0;
        nyz_release(&allocator, (*owner)->data, (*owner)->data_size);
        nyz_release(&allocator, *owner, OWNER_HEAD + behind);
        *owner = NULL;
    }
}
