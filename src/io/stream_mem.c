/* SPDX-License-Identifier: MIT */
/* Streams over memory: bytes that are there, and a nyz_buffer that grows. */
#include "io/stream_mem.h"

#include <errno.h>
#include <string.h>

#include "base/buffer.h"

/* Copies what lies at `offset`; returns how much that was, 0 at and behind the end. */
static int64_t copy_out(const unsigned char *bytes, size_t used, uint64_t offset,
                        void *to, size_t size)
{
    if (offset >= used) {
        return 0;
    }
    const size_t there = used - (size_t)offset;
    const size_t n = size < there ? size : there;
    memcpy(to, bytes + offset, n);
    return (int64_t)n;
}

/* lseek's arithmetic: sets *position and returns it, or -EINVAL. */
static int64_t move(size_t *position, size_t used, int64_t offset, int whence)
{
    const int64_t start = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? (int64_t)*position
                          : whence == SEEK_END ? (int64_t)used
                                               : -1;
    if (start < 0 || (offset > 0 && start > INT64_MAX - offset) || start + offset < 0 ||
        (uint64_t)(start + offset) > SIZE_MAX) {
        return -EINVAL;
    }
    *position = (size_t)(start + offset);
    return start + offset;
}

/* ------------------------------------------------------------------- bytes to be read */

static int64_t mem_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_stream_mem_reader *const reader = ctx;
    return offset < 0
               ? -EINVAL
               : copy_out(reader->bytes, reader->size, (uint64_t)offset, buffer, size);
}

static int64_t mem_read(void *ctx, void *buffer, size_t size)
{
    nyz_stream_mem_reader *const reader = ctx;
    const int64_t n =
        copy_out(reader->bytes, reader->size, reader->position, buffer, size);
    reader->position += (size_t)n;
    return n;
}

static int64_t mem_seek(void *ctx, int64_t offset, int whence)
{
    nyz_stream_mem_reader *const reader = ctx;
    return move(&reader->position, reader->size, offset, whence);
}

static int64_t mem_size(void *ctx)
{
    return (int64_t)((const nyz_stream_mem_reader *)ctx)->size;
}

nyz_stream nyz_stream_mem(nyz_stream_mem_reader *reader)
{
    const nyz_stream stream = {.read = mem_read,
                               .seek = mem_seek,
                               .read_at = mem_read_at,
                               .size = mem_size,
                               .ctx = reader};
    return stream;
}

/* -------------------------------------------------------------------- growing buffers */

/* Makes room for `needed` bytes and some more, so that many small writes copy each byte
 * only a few times; for exactly `needed` where there is no memory for more. */
static nyz_status grow(nyz_buffer *buffer, size_t needed)
{
    const size_t roomy = buffer->capacity < 256                ? 512
                         : buffer->capacity <= PTRDIFF_MAX / 2 ? buffer->capacity * 2
                                                               : PTRDIFF_MAX;
    if (needed <= buffer->capacity) {
        return NYZ_OK;
    }
    if (needed < roomy && nyz_buffer_reserve(buffer, roomy, NULL) == NYZ_OK) {
        return NYZ_OK;
    }
    return nyz_buffer_reserve(buffer, needed, NULL);
}

static int64_t buffer_write(void *ctx, const void *bytes, size_t size)
{
    nyz_buffer *const buffer = ctx;
    if (size > SIZE_MAX - buffer->position) {
        return -ENOMEM;
    }
    const size_t end = buffer->position + size;
    if (grow(buffer, end) != NYZ_OK) {
        return -ENOMEM;
    }
    if (buffer->position > buffer->size) {
        memset(buffer->data + buffer->size, 0, buffer->position - buffer->size);
    }
    memcpy(buffer->data + buffer->position, bytes, size);
    buffer->position = end;
    if (end > buffer->size) {
        buffer->size = end;
    }
    return (int64_t)size;
}

static int64_t buffer_read_at(void *ctx, int64_t offset, void *to, size_t size)
{
    const nyz_buffer *const buffer = ctx;
    return offset < 0 ? -EINVAL
                      : copy_out(buffer->data, buffer->size, (uint64_t)offset, to, size);
}

static int64_t buffer_read(void *ctx, void *to, size_t size)
{
    nyz_buffer *const buffer = ctx;
    const int64_t n = copy_out(buffer->data, buffer->size, buffer->position, to, size);
    buffer->position += (size_t)n;
    return n;
}

static int64_t buffer_seek(void *ctx, int64_t offset, int whence)
{
    nyz_buffer *const buffer = ctx;
    return move(&buffer->position, buffer->size, offset, whence);
}

static int64_t buffer_size(void *ctx)
{
    return (int64_t)((const nyz_buffer *)ctx)->size;
}

nyz_stream nyz_stream_buffer(nyz_buffer *buffer)
{
    const nyz_stream stream = {.read = buffer_read,
                               .write = buffer_write,
                               .seek = buffer_seek,
                               .read_at = buffer_read_at,
                               .size = buffer_size,
                               .ctx = buffer,
                               /* refused where the stream is used: no call fails here */
                               .reserved = {buffer->reserved[0], buffer->reserved[1]}};
    return stream;
}
