/* SPDX-License-Identifier: MIT */
/* Memory, through the caller's allocator: the only file that calls malloc. */
#ifndef NYZ_ALLOC_H
#define NYZ_ALLOC_H

#include "nyz.h"

/* The C library's allocator: what opt->allocator NULL stands for. */
extern const nyz_allocator nyz_default_allocator;

/* `size` bytes aligned to 64, not initialised; size 0 gives NULL and NYZ_OK.
 * nyz_alloc_zero fills them with 0.  Errors: MEMORY. */
nyz_status nyz_alloc(const nyz_allocator *allocator, int64_t size, void **out,
                     nyz_error *err);
nyz_status nyz_alloc_zero(const nyz_allocator *allocator, int64_t size, void **out,
                          nyz_error *err);

/* count * size bytes, zeroed, the product checked. */
nyz_status nyz_alloc_array(const nyz_allocator *allocator, int64_t count, size_t size,
                           void **out, nyz_error *err);

/* Makes *memory, `old_size` bytes or NULL, one of `size` bytes (not 0), its first `used` bytes
 * kept.  Errors: MEMORY (*memory is as it was). */
nyz_status nyz_alloc_resize(const nyz_allocator *allocator, void **memory, int64_t used,
                            int64_t old_size, int64_t size, nyz_error *err);

/* Frees what these gave, NULL too; `size` as it was asked for. */
void nyz_release(const nyz_allocator *allocator, void *memory, int64_t size);

#endif
