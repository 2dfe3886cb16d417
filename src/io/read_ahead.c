/* SPDX-License-Identifier: MIT */
/* A stream seen through a window: see read_ahead.h. */
#include "io/read_ahead.h"

#include <string.h>

#include "base/arithmetic.h"

static int64_t read_ahead_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_read_ahead *const w = ctx;
    const int64_t into = offset - w->offset;
    if (into < 0 || into >= w->size) {
        return w->below.read_at(w->below.ctx, offset, buffer, size);
    }
    const int64_t most = w->size - into;
    const size_t n = (uint64_t)most < size ? (size_t)most : size;
    memcpy(buffer, w->bytes + into, n);
    return (int64_t)n;
}

static int64_t read_ahead_read(void *ctx, void *buffer, size_t size)
{
    nyz_read_ahead *const w = ctx;
    const int64_t n = read_ahead_read_at(w, w->position, buffer, size);
    if (n > 0 && (uint64_t)n <= size) {
        w->position += n;
    }
    return n;
}

nyz_stream nyz_read_ahead_open(nyz_read_ahead *window, const nyz_stream *below,
                               int64_t offset, int64_t size)
{
    const nyz_stream stream = {
        .read = read_ahead_read, .read_at = read_ahead_read_at, .ctx = window};
    const size_t asked = (size_t)nyz_min(size, NYZ_READ_AHEAD_SIZE);
    window->below = *below;
    window->offset = offset;
    window->position = offset;
    window->size = 0;
    const int64_t n =
        asked > 0 ? below->read_at(below->ctx, offset, window->bytes, asked) : 0;
    if (n > 0 && (uint64_t)n <= asked) {
        window->size = n;
    }
    return stream;
}

nyz_stream nyz_read_ahead_copy(nyz_read_ahead *window, const nyz_read_ahead *from,
                               const nyz_stream *below)
{
    const nyz_stream stream = {
        .read = read_ahead_read, .read_at = read_ahead_read_at, .ctx = window};
    window->below = *below;
    window->offset = from->offset;
    window->position = from->offset;
    window->size = from->size;
    memcpy(window->bytes, from->bytes, (size_t)from->size);
    return stream;
}
