/* SPDX-License-Identifier: MIT */
/* The loops around a stream's four functions: short counts are continued, what a function
 * answers is checked, ends and failures become errors.  No platform here, no memory. */
#include "io/stream.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"

/* The most one call is asked for: any system's read can count it in an int. */
#define MAX_AT_ONCE ((int64_t)1 << 30)

nyz_status nyz_stream_check(const nyz_stream *stream, nyz_error *err)
{
    for (size_t i = 0; i < sizeof stream->reserved / sizeof *stream->reserved; i++) {
        if (stream->reserved[i] != NULL) {
            return nyz_fail(
                err, NYZ_ERR_ARGUMENT, -1,
                "stream: reserved words, and those of its nyz_buffer, must be "
                "NULL");
        }
    }
    return NYZ_OK;
}

/* A negative answer.  Always about the stream, so an ENOENT is not "no such file" here:
 * to nyz_read's caller that would mean a clean end.  -1 may be EPERM or "no errno". */
static nyz_status fail_answer(const char *call, int64_t answer, int64_t offset,
                              nyz_error *err)
{
    if (answer == -1 || answer < -INT_MAX) {
        return nyz_fail(err, NYZ_ERR_IO, offset,
                        "cannot %s: the stream returned %" PRId64, call, answer);
    }
    const nyz_status status = nyz_fail_sys(err, (int)-answer, offset, "cannot %s", call);
    if (status == NYZ_ERR_MEMORY) {
        return status;
    }
    if (err != NULL) {
        err->status = NYZ_ERR_IO;
    }
    return NYZ_ERR_IO;
}

/* What read, read_at or write answered: 0 ... asked, or an error. */
static nyz_status check_count(const char *call, int64_t answer, size_t asked,
                              int64_t offset, nyz_error *err)
{
    if (answer < 0) {
        return fail_answer(call, answer, offset, err);
    }
    if ((uint64_t)answer > asked) {
        return nyz_fail(err, NYZ_ERR_IO, offset,
                        "the stream's %s returned %" PRId64 " for %" PRId64 " bytes",
                        call, answer, (int64_t)asked);
    }
    return NYZ_OK;
}

/* Reads until `size` bytes are there or the stream ends.  at -1: from the stream's place.
 * `offset` is what an error points at.  *got counts what came, also before a failure. */
static nyz_status read_full(const nyz_stream *stream, int64_t at, void *buffer,
                            int64_t size, int64_t offset, int64_t *got, nyz_error *err)
{
    unsigned char *const bytes = buffer;
    assert(size >= 0 && (at == -1 || stream->read_at != NULL));
    *got = 0;
    while (*got < size) {
        const size_t asked = (size_t)nyz_min(size - *got, MAX_AT_ONCE);
        const int64_t n =
            at == -1 ? stream->read(stream->ctx, bytes + *got, asked)
                     : stream->read_at(stream->ctx, at + *got, bytes + *got, asked);
        NYZ_TRY(check_count("read", n, asked, offset + *got, err));
        if (n == 0) {
            break;
        }
        *got += n;
    }
    return NYZ_OK;
}

static nyz_status fail_short(const char *what, int64_t expected, int64_t found,
                             int64_t offset, nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, offset,
                    "%s: expected %" PRId64 " bytes, found %" PRId64, what, expected,
                    found);
}

/* ----------------------------------------------------------------- places in a stream */

int64_t nyz_stream_tell(const nyz_stream *stream)
{
    if (stream->seek == NULL) {
        return -1;
    }
    const int64_t place = stream->seek(stream->ctx, 0, SEEK_CUR);
    return place < 0 ? -1 : place;
}

nyz_status nyz_stream_seek(const nyz_stream *stream, int64_t offset, nyz_error *err)
{
    const int64_t place = stream->seek(stream->ctx, offset, SEEK_SET);
    if (place < 0) {
        return fail_answer("seek", place, offset, err);
    }
    if (place != offset) {
        return nyz_fail(err, NYZ_ERR_IO, offset,
                        "the stream's seek went to %" PRId64 " for %" PRId64, place,
                        offset);
    }
    return NYZ_OK;
}

/* Place and end of a stream; -1 each where it cannot seek.  Errors: IO (the place is
 * lost). */
static nyz_status measure(const nyz_stream *stream, int64_t *place, int64_t *end,
                          nyz_error *err)
{
    *end = -1;
    *place = nyz_stream_tell(stream);
    if (*place < 0) {
        return NYZ_OK;
    }
    if (stream->size != NULL) {
        const int64_t size = stream->size(stream->ctx);
        *end = size < 0 ? -1 : size;
        return NYZ_OK;
    }
    const int64_t last = stream->seek(stream->ctx, 0, SEEK_END);
    NYZ_TRY(nyz_stream_seek(stream, *place, err));
    *end = last < 0 ? -1 : last;
    return NYZ_OK;
}

int64_t nyz_stream_size(const nyz_stream *stream)
{
    int64_t place;
    int64_t end;
    if (stream->size != NULL) {
        end = stream->size(stream->ctx);
        return end < 0 ? -1 : end;
    }
    return measure(stream, &place, &end, NULL) == NYZ_OK ? end : -1;
}

/* ---------------------------------------------------------------------------- sources */

nyz_status nyz_source_init(nyz_source *source, const nyz_stream *stream, nyz_error *err)
{
    int64_t place;
    int64_t end;
    memset(source, 0, sizeof *source);
    if (stream->read == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the stream has no read function");
    }
    NYZ_TRY(measure(stream, &place, &end, err));
    source->stream = *stream;
    source->start = end < 0 ? -1 : place;
    source->left = end < 0 ? -1 : end > place ? end - place : 0;
    return NYZ_OK;
}

/* Takes up to `size` bytes and keeps the books. */
static nyz_status take(nyz_source *source, void *buffer, int64_t size, int64_t *got,
                       nyz_error *err)
{
    const nyz_status status =
        read_full(&source->stream, -1, buffer, size, source->offset, got, err);
    source->offset += *got;
    if (status == NYZ_OK && *got < size) {
        source->left = 0;
    } else if (source->left >= 0) {
        source->left -= *got;
    }
    return status;
}

nyz_status nyz_source_read(nyz_source *source, void *buffer, int64_t size,
                           const char *what, nyz_error *err)
{
    int64_t got;
    if (source->left >= 0 && source->left < size) {
        return fail_short(what, size, source->left, source->offset + source->left, err);
    }
    NYZ_TRY(take(source, buffer, size, &got, err));
    if (got < size) {
        return fail_short(what, size, got, source->offset, err);
    }
    return NYZ_OK;
}

nyz_status nyz_source_skip(nyz_source *source, int64_t size, nyz_error *err)
{
    source->offset += size;
    if (source->left >= 0) {
        source->left -= size;
    }
    return source->stream.seek == NULL
               ? NYZ_OK
               : nyz_stream_seek(&source->stream, source->start + source->offset, err);
}

nyz_status nyz_source_read_some(nyz_source *source, void *buffer, int64_t size,
                                int64_t *got, nyz_error *err)
{
    const int64_t most = source->left >= 0 ? nyz_min(size, source->left) : size;
    const nyz_status status = take(source, buffer, most, got, err);
    if (status != NYZ_OK) {
        *got = 0;
    }
    return status;
}

/* ---------------------------------------------------- reading at a place, and writing */

nyz_status nyz_stream_read_at(const nyz_stream *stream, int64_t offset, void *buffer,
                              int64_t size, const char *what, nyz_error *err)
{
    int64_t end;
    int64_t got;
    const int direct = stream->read_at != NULL;
    if (!direct && (stream->read == NULL || stream->seek == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the stream has neither read_at nor read and seek");
    }
    if (offset < 0 || nyz_add(offset, size, &end)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "%s: no file has %" PRId64 " bytes at offset %" PRId64, what,
                        size, offset);
    }
    if (!direct) {
        NYZ_TRY(nyz_stream_seek(stream, offset, err));
    }
    NYZ_TRY(read_full(stream, direct ? offset : -1, buffer, size, offset, &got, err));
    if (got < size) {
        return fail_short(what, size, got, offset + got, err);
    }
    return NYZ_OK;
}

nyz_status nyz_stream_read_some_at(const nyz_stream *stream, int64_t offset, void *buffer,
                                   int64_t size, int64_t *got, nyz_error *err)
{
    return read_full(stream, offset, buffer, size, offset, got, err);
}

static nyz_status byte_is_at(const nyz_stream *stream, int64_t offset, int *is,
                             nyz_error *err)
{
    unsigned char byte;
    int64_t got;
    NYZ_TRY(nyz_stream_read_some_at(stream, offset, &byte, 1, &got, err));
    *is = got > 0;
    return NYZ_OK;
}

nyz_status nyz_stream_probe_size(const nyz_stream *stream, void *buffer, int64_t capacity,
                                 int64_t *size, nyz_error *err)
{
    int64_t got;
    NYZ_TRY(nyz_stream_read_some_at(stream, 0, buffer, capacity, &got, err));
    int64_t low = 0;         /* so many bytes are there, ... */
    int64_t high = capacity; /* ... and so many, perhaps, are not */
    int there = got == capacity;
    while (there && high <= INT64_MAX / 4) {
        low = high;
        high *= 2;
        NYZ_TRY(byte_is_at(stream, high - 1, &there, err));
    }
    while (high - low > capacity) {
        const int64_t middle = low + (high - low) / 2;
        NYZ_TRY(byte_is_at(stream, middle - 1, &there, err));
        if (there) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if (low > 0) {
        NYZ_TRY(nyz_stream_read_some_at(stream, low, buffer, high - low, &got, err));
    }
    *size = low + got;
    return NYZ_OK;
}

nyz_status nyz_stream_write(const nyz_stream *stream, const void *bytes, int64_t size,
                            nyz_error *err)
{
    const unsigned char *const from = bytes;
    int64_t done = 0;
    assert(size >= 0);
    if (stream->write == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the stream has no write function");
    }
    while (done < size) {
        const size_t asked = (size_t)nyz_min(size - done, MAX_AT_ONCE);
        const int64_t n = stream->write(stream->ctx, from + done, asked);
        NYZ_TRY(check_count("write", n, asked, -1, err));
        if (n == 0) {
            return nyz_fail(err, NYZ_ERR_IO, -1,
                            "the stream's write returned 0 for %" PRId64 " bytes",
                            (int64_t)asked);
        }
        done += n;
    }
    return NYZ_OK;
}

static nyz_status put_to_stream(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    return nyz_stream_write(to, bytes, size, err);
}

nyz_sink nyz_sink_to(nyz_stream *stream)
{
    const nyz_sink sink = {put_to_stream, stream};
    return sink;
}
