/* SPDX-License-Identifier: MIT */
/* Where the bytes of a file come from: whatever it is, the formats see a stream that has read_at,
 * and a size. */
#include <errno.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/progress.h"
#include "file/file_handle.h"
#include "io/input_file.h"
#include "io/progress_stream.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"

/* -------------------------------------------------------------------- read to memory */

/* Doubles the memory, but for one byte more than the limit: it shows that there is more. */
static nyz_status grow(nyz_file *file, nyz_error *err)
{
    nyz_buffer *const b = &file->buffer;
    const int64_t most = file->config.limits.archive_bytes;
    const int64_t size = b->size == 0 ? (int64_t)NYZ_IO_BLOCK / 4 : (int64_t)b->size * 2;
    if ((int64_t)b->size > most) {
        return nyz_fail(err, NYZ_ERR_LIMIT, most,
                        "more than %lld bytes, limits.archive_bytes, of a stream that "
                        "cannot seek",
                        (long long)most);
    }
    const int64_t wanted = most < size ? most + 1 : size;
    if (wanted > PTRDIFF_MAX) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                        "out of memory: the stream cannot seek, and is too long");
    }
    return nyz_buffer_reserve(b, (size_t)wanted, err);
}

static nyz_status read_to_end(nyz_file *file, nyz_source *source, nyz_error *err)
{
    nyz_buffer *const b = &file->buffer;
    b->allocator = &file->config.allocator;
    for (;;) {
        int64_t got = 0;
        NYZ_TRY(grow(file, err));
        const int64_t room = (int64_t)(b->capacity - b->size);
        NYZ_TRY(nyz_source_read_some(source, b->data + b->size, room, &got, err));
        b->size += (size_t)got;
        if (got < room) {
            file->memory.bytes = b->data;
            file->memory.size = b->size;
            return NYZ_OK;
        }
    }
}

static nyz_status read_all(nyz_file *file, const nyz_stream *stream, nyz_error *err)
{
    nyz_source source = {.stream = *stream, .start = -1, .left = -1};
    nyz_config config = file->config;
    nyz_progress progress;
    nyz_progress_stream wrapper;
    nyz_progress_begin(&progress, &config, -1);
    nyz_progress_stream_source(&wrapper, &config, &source);
    return nyz_progress_end(&config, read_to_end(file, &source, err), err);
}

/* ----------------------------------------------------------------- streams without read_at */

static int64_t seek_and_read(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_stream *const s = ctx;
    const int64_t place = s->seek(s->ctx, offset, SEEK_SET);
    if (place != offset) {
        return place < 0 ? place : -EIO;
    }
    return s->read(s->ctx, buffer, size);
}

/* --------------------------------------------------------------------------------- sizes */

/* Of a stream that has read_at alone. */
static nyz_status find_size(const nyz_stream *stream, int64_t *size, nyz_error *err)
{
    unsigned char bytes[NYZ_READ_AHEAD_SIZE];
    NYZ_TRY(nyz_stream_probe_size(stream, bytes, sizeof bytes, size, err));
    return *size <= INT64_MAX / 4
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_IO, *size, "the stream's read_at has no end");
}

/* --------------------------------------------------------------------------- the three */

static nyz_status use_stream(nyz_file *file, const nyz_stream *stream, nyz_error *err)
{
    NYZ_TRY(nyz_stream_check(stream, err));
    file->stream = *stream;
    file->size = nyz_stream_size(stream);
    if (stream->read_at != NULL) {
        return file->size >= 0 ? NYZ_OK : find_size(stream, &file->size, err);
    }
    if (stream->read == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the stream has neither read_at nor read");
    }
    if (stream->seek != NULL && file->size >= 0) {
        file->seeking = *stream;
        const nyz_stream wrapped = {.read_at = seek_and_read, .ctx = &file->seeking};
        file->stream = wrapped;
        return NYZ_OK;
    }
    return read_all(file, stream, err);
}

static nyz_status use_path(nyz_file *file, const char *path, nyz_error *err)
{
    NYZ_TRY(nyz_input_file_open(path, &file->config.allocator, &file->input,
                                &file->stream, err));
    file->size = nyz_input_file_size(file->input);
    return file->stream.read_at != NULL ? NYZ_OK : read_all(file, &file->stream, err);
}

nyz_status nyz_file_source(nyz_file *file, const nyz_file_origin *origin, nyz_error *err)
{
    if (origin->path != NULL) {
        NYZ_TRY(use_path(file, origin->path, err));
    } else if (origin->stream != NULL) {
        NYZ_TRY(use_stream(file, origin->stream, err));
    } else {
        file->memory.bytes = origin->bytes;
        file->memory.size = origin->size;
        file->stream.read_at = NULL;
    }
    if (file->stream.read_at == NULL) {
        file->stream = nyz_stream_mem(&file->memory);
        file->size = (int64_t)file->memory.size;
    }
    return NYZ_OK;
}
