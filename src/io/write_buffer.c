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

nyz_status nyz_write_buffer_flush(nyz_write_buffer *gather, nyz_error *err)
{
    const int64_t used = gather->used;
    gather->used = 0;
    return used > 0 ? nyz_stream_write(&gather->stream, gather->bytes, used, err)
                    : NYZ_OK;
}

static nyz_status add(nyz_write_buffer *gather, const void *bytes, int64_t size,
                      nyz_error *err)
{
    if (gather->bytes == NULL) {
        void *memory = NULL;
        NYZ_TRY(nyz_alloc(&gather->allocator, ROOM, &memory, err));
        gather->bytes = memory;
    }
    if (gather->used + size > ROOM) {
        NYZ_TRY(nyz_write_buffer_flush(gather, err));
    }
    memcpy(gather->bytes + gather->used, bytes, (size_t)size);
    gather->used += size;
    gather->position += size;
    return NYZ_OK;
}

/* The stream's own word for its place may be any number. */
static nyz_status check_room(const nyz_write_buffer *gather, int64_t size, nyz_error *err)
{
    int64_t end;
    if (nyz_add(gather->position, size, &end)) {
        return nyz_fail(err, NYZ_ERR_IO, -1,
                        "no file has %" PRId64 " bytes at offset %" PRId64
                        ", where the stream says it is",
                        size, gather->position);
    }
    return NYZ_OK;
}

static nyz_status put(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    nyz_write_buffer *const gather = to;
    NYZ_TRY(check_room(gather, size, err));
    if (size < LARGE) {
        return size > 0 ? add(gather, bytes, size, err) : NYZ_OK;
    }
    NYZ_TRY(nyz_write_buffer_flush(gather, err));
    gather->position += size;
    return nyz_stream_write(&gather->stream, bytes, size, err);
}

nyz_sink nyz_write_buffer_sink(nyz_write_buffer *gather)
{
    const nyz_sink sink = {put, gather};
    return sink;
}

nyz_status nyz_write_buffer_patch(nyz_write_buffer *gather, int64_t place,
                                  const void *bytes, int64_t size, nyz_error *err)
{
    const int64_t start = gather->position - gather->used;
    if (place >= start) {
        memcpy(gather->bytes + (place - start), bytes, (size_t)size);
        return NYZ_OK;
    }
    NYZ_TRY(nyz_write_buffer_flush(gather, err));
    NYZ_TRY(nyz_stream_seek(&gather->stream, place, err));
    NYZ_TRY(nyz_stream_write(&gather->stream, bytes, size, err));
    return nyz_stream_seek(&gather->stream, gather->position, err);
}

void nyz_write_buffer_free(nyz_write_buffer *gather)
{
    nyz_release(&gather->allocator, gather->bytes, ROOM);
    gather->bytes = NULL;
    gather->used = 0;
}
