/* SPDX-License-Identifier: MIT */
/* What an array or a dtype owns. */
#ifndef NYZ_OWNER_H
#define NYZ_OWNER_H

#include "base/arena.h"
#include "base/counter.h"

/* What an owning nyz_array or nyz_dtype holds: the data, and an arena for the dtype's
 * tree.  Several arrays may hold the same one: the last that lets go of it frees it. */
struct nyz_owner {
    nyz_counter references;
    nyz_arena arena;
    void (*free_data)(void *ctx, void *data); /* NULL: `data` is the allocator's */
    void *ctx;
    void *data;
    int64_t data_size; /* at `data`; if that is NULL, after the owner, in one piece with
                          it */
};

nyz_status nyz_owner_new(const nyz_allocator *allocator, nyz_owner **out, nyz_error *err);
/* The same with `size` bytes behind it, aligned to 64, not initialised: in *data. */
nyz_status nyz_owner_new_with(const nyz_allocator *allocator, int64_t size,
                              nyz_owner **out, void **data, nyz_error *err);
/* One holder more. */
void nyz_owner_retain(nyz_owner *owner);
/* One less; *owner becomes NULL.  NULL is fine. */
void nyz_owner_free(nyz_owner **owner);

#endif
