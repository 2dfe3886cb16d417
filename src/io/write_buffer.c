/* SPDX-License-Identifier: MIT */
/* Writing with a buffer: see write_buffer.h. */
#include "io/write_buffer.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "io/stream.h"

/* Enough that the system calls of tiny members cost little: some 300 of them fit. */
#define ROOM ((int64_t)64 * 1024)
/* From this size on, copying costs more than a call. */
#define LARGE (ROOM / 4)

nyz_status nyz_write_buffer_flush(nyz_write_buffer *buffer, nyz_error *err)
{
    const int64_t used = buffer->used;
    buffer->used = 0;
    return used > 0 ? nyz_stream_write(&buffer->stream, buffer->bytes, used, err)
                    : NYZ_OK;
}

static nyz_status add(nyz_write_buffer *buffer, const void *bytes, int64_t size,
                      nyz_error *err)
{
    if (buffer->bytes == NULL) {
        void *memory = NULL;
        NYZ_TRY(nyz_alloc(&buffer->allocator, ROOM, &memory, err));
        buffer->bytes = memory;
    }
    if (buffer->used + size > ROOM) {
        NYZ_TRY(nyz_write_buffer_flush(buffer, err));
    }
    memcpy(buffer->bytes + buffer->used, bytes, (size_t)size);
    buffer->used += size;
    buffer->position += size;
    return NYZ_OK;
}

/* The stream's own word for its place may be any number. */
static nyz_status check_room(const nyz_write_buffer *buffer, int64_t size, nyz_error *err)
{
    int64_t end;
    if (nyz_add(buffer->position, size, &end)) {
        return nyz_fail(err, NYZ_ERR_IO, -1,
                        "no file has %" PRId64 " bytes at offset %" PRId64
                        ", where the stream says it is",
                        size, buffer->position);
    }
    return NYZ_OK;
}

static nyz_status put(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    nyz_write_buffer *const buffer = to;
    NYZ_TRY(check_room(buffer, size, err));
    if (size < LARGE) {
        return size > 0 ? add(buffer, bytes, size, err) : NYZ_OK;
    }
    NYZ_TRY(nyz_write_buffer_flush(buffer, err));
    buffer->position += size;
    return nyz_stream_write(&buffer->stream, bytes, size, err);
}

nyz_sink nyz_write_buffer_sink(nyz_write_buffer *buffer)
{
    const nyz_sink sink = {put, buffer};
    return sink;
}

nyz_status nyz_write_buffer_patch(nyz_write_buffer *buffer, int64_t place,
                                  const void *bytes, int64_t size, nyz_error *err)
{
    const int64_t start = buffer->position - buffer->used;
    if (place >= start) {
        memcpy(buffer->bytes + (place - start), bytes, (size_t)size);
        return NYZ_OK;
    }
    NYZ_TRY(nyz_write_buffer_flush(buffer, err));
    NYZ_TRY(nyz_stream_seek(&buffer->stream, place, err));
    NYZ_TRY(nyz_stream_write(&buffer->stream, bytes, size, err));
    return nyz_stream_seek(&buffer->stream, buffer->position, err);
}

void nyz_write_buffer_free(nyz_write_buffer *buffer)
{
    nyz_release(&buffer->allocator, buffer->bytes, ROOM);
    buffer->bytes = NULL;
    buffer->used = 0;
}
