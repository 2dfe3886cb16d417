/* SPDX-License-Identifier: MIT */
/* What an array or a dtype owns: see owner.h. */
#include "base/owner.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/error.h"

#define ALIGNMENT ((size_t)64)

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
    nyz_counter_init(&owner->references, 1);
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

void nyz_owner_retain(nyz_owner *owner)
{
    nyz_counter_up(&owner->references);
}

static void release(nyz_owner *owner)
{
    const nyz_allocator allocator = owner->arena.allocator;
    const int64_t after = owner->data == NULL ? owner->data_size : 0;
    if (owner->free_data != NULL) {
        owner->free_data(owner->ctx, owner->data);
    } else {
        nyz_release(&allocator, owner->data, owner->data_size);
    }
    nyz_arena_free(&owner->arena);
    nyz_release(&allocator, owner, OWNER_HEAD + after);
}

void nyz_owner_free(nyz_owner **owner)
{
    if (*owner != NULL && nyz_counter_down(&(*owner)->references)) {
        release(*owner);
    }
    *owner = NULL;
}
