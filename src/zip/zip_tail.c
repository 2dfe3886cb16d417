/* SPDX-License-Identifier: MIT */
/* The end of an archive, in one read: how long the stream is, and its last bytes, in
 * which the end records are found, and often the whole directory.  docs/format.md 4.1. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "io/stream.h"
#include "zip/zip_internal.h"

/* What records, comment and padding can take together. */
#define LONGEST                                                                          \
    (NYZ_ZIP_RECORDS_SIZE + NYZ_ZIP_END_SIZE + NYZ_ZIP_MAX_COMMENT + NYZ_ZIP_MAX_PADDING)

/* ------------------------------------------------------------- how long the stream is */

/* -1: it has read_at alone.  The place of a stream that has both is kept. */
static nyz_status ask_size(const nyz_stream *stream, int64_t *size, nyz_error *err)
{
    *size = stream->read_at != NULL ? nyz_stream_size(stream)
            : stream->seek != NULL  ? stream->seek(stream->ctx, 0, SEEK_END)
                                    : -1;
    if (*size < 0 && stream->read_at == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the stream cannot seek, and an archive is read from its end");
    }
    return NYZ_OK;
}

/* -------------------------------------------------------------------------- the bytes */

nyz_status nyz_zip_tail_open(nyz_zip_tail *tail, const nyz_stream *stream, int64_t size,
                             const nyz_allocator *allocator, nyz_error *err)
{
    memset(tail, 0, offsetof(nyz_zip_tail, first));
    tail->stream = stream;
    tail->allocator = *allocator;
    tail->bytes = tail->first;
    if (size < 0) {
        NYZ_TRY(ask_size(stream, &size, err));
    }
    if (size < 0) {
        NYZ_TRY(nyz_stream_probe_size(stream, tail->first, NYZ_ZIP_TAIL, &size, err));
        if (size <= NYZ_ZIP_TAIL) {
            tail->size = size;
            return NYZ_OK;
        }
    }
    const int64_t used = nyz_min(size, NYZ_ZIP_TAIL);
    tail->size = size;
    tail->start = size - used;
    return nyz_stream_read_at(stream, tail->start, tail->first, used, "end record", err);
}

nyz_status nyz_zip_tail_lengthen(nyz_zip_tail *tail, nyz_error *err)
{
    const int64_t size = nyz_min(tail->size, LONGEST);
    const int64_t start = tail->size - size;
    void *memory;
    NYZ_TRY(nyz_alloc(&tail->allocator, size, &memory, err));
    const nyz_status status =
        nyz_zip_tail_copy(tail, start, memory, size, "end record", err);
    if (status != NYZ_OK) {
        nyz_release(&tail->allocator, memory, size);
        return status;
    }
    tail->memory = memory;
    tail->memory_size = size;
    tail->bytes = memory;
    tail->start = start;
    return NYZ_OK;
}

nyz_status nyz_zip_tail_copy(const nyz_zip_tail *tail, int64_t offset, void *to,
                             int64_t size, const char *what, nyz_error *err)
{
    unsigned char *const bytes = to;
    const int64_t before = offset < tail->start ? nyz_min(size, tail->start - offset) : 0;
    if (before > 0) {
        NYZ_TRY(nyz_stream_read_at(tail->stream, offset, bytes, before, what, err));
    }
    if (size > before) {
        memcpy(bytes + before, tail->bytes + (offset + before - tail->start),
               (size_t)(size - before));
    }
    return NYZ_OK;
}

void nyz_zip_tail_free(nyz_zip_tail *tail)
{
    nyz_release(&tail->allocator, tail->memory, tail->memory_size);
}
