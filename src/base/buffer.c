/* SPDX-License-Identifier: MIT */
/* A growing piece of memory: see buffer.h. */
#include "base/buffer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static const nyz_allocator *allocator_of(const nyz_buffer *buffer)
{
    return buffer->allocator != NULL ? buffer->allocator : &nyz_default_allocator;
}

nyz_status nyz_buffer_reserve(nyz_buffer *buffer, size_t capacity, nyz_error *err)
{
    void *data = buffer->data;
    if (capacity <= buffer->capacity) {
        return NYZ_OK;
    }
    if (capacity > PTRDIFF_MAX) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                        "out of memory: more than PTRDIFF_MAX bytes");
    }
    NYZ_TRY(nyz_alloc_resize(allocator_of(buffer), &data, (int64_t)buffer->size,
                             (int64_t)buffer->capacity, (int64_t)capacity, err));
    buffer->data = data;
    buffer->capacity = capacity;
    return NYZ_OK;
}

void nyz_buffer_free(nyz_buffer *buffer)
{
    if (buffer != NULL) {
        nyz_release(allocator_of(buffer), buffer->data, (int64_t)buffer->capacity);
        memset(buffer, 0, sizeof *buffer);
    }
}
