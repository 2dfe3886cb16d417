/* SPDX-License-Identifier: MIT */
/* Blocks that are freed together: see arena.h. */
#include "base/arena.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"

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

/* A new block at the front, twice as large as the last, so that their number stays small.
 */
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
