/* SPDX-License-Identifier: MIT */
/* What an array or a dtype owns. */
#ifndef NYZ_OWNER_H
#define NYZ_OWNER_H

#include "base/arena.h"

/* What an owning nyz_array or nyz_dtype holds: the data, and an arena for the dtype's
 * tree. */
struct nyz_owner {
    nyz_arena arena;
    void *data;
    int64_t data_size; /* at `data`; if that is NULL, behind the owner, in one piece with
                          it */
};

nyz_status nyz_owner_new(const nyz_allocator *allocator, nyz_owner **out, nyz_error *err);
/* The same with `size` bytes behind it, aligned to 64, not initialised: in *data. */
nyz_status nyz_owner_new_with(const nyz_allocator *allocator, int64_t size,
                              nyz_owner **out, void **data, nyz_error *err);
void nyz_owner_free(nyz_owner **owner); /* NULL is fine */

#endif
