/* SPDX-License-Identifier: MIT */
/* Reading and writing through the caller's or our own nyz_stream, with errors. */
#ifndef NYZ_STREAM_H
#define NYZ_STREAM_H

#include "nyz.h"

/* Bytes to come: a stream, and how much of it has been taken and can still follow. */
typedef struct nyz_source {
    nyz_stream stream;
    int64_t start;  /* its place in the stream at offset 0; -1: place or end not known */
    int64_t offset; /* bytes taken so far; what errors point at */
    int64_t left;   /* bytes that can still follow; -1: not known */
} nyz_source;

/* Whether the caller's stream has its reserved words NULL.  Errors: ARGUMENT. */
nyz_status nyz_stream_check(const nyz_stream *stream, nyz_error *err);

/* Asks a seekable stream how much it still holds.  Errors: ARGUMENT (no read). */
nyz_status nyz_source_init(nyz_source *source, const nyz_stream *stream, nyz_error *err);

/* Reads exactly `size` bytes; what: a name for the message ("header", "data").
 * Errors: IO, CORRUPT (ends before). */
nyz_status nyz_source_read(nyz_source *source, void *buffer, int64_t size,
                           const char *what, nyz_error *err);

/* Passes over bytes that have been read by read_at.  Errors: IO. */
nyz_status nyz_source_skip(nyz_source *source, int64_t size, nyz_error *err);

/* Reads up to `size` bytes, fewer only at the end; *got is how many. */
nyz_status nyz_source_read_some(nyz_source *source, void *buffer, int64_t size,
                                int64_t *got, nyz_error *err);

/* Reads exactly `size` bytes at an absolute offset, by read_at, or by seek and read. */
nyz_status nyz_stream_read_at(const nyz_stream *stream, int64_t offset, void *buffer,
                              int64_t size, const char *what, nyz_error *err);

/* The same of a stream that has read_at: fewer bytes only at its end.  *got: how many. */
nyz_status nyz_stream_read_some_at(const nyz_stream *stream, int64_t offset, void *buffer,
                                   int64_t size, int64_t *got, nyz_error *err);
/* The size of a stream that has read_at alone: where it gives no more bytes.  `buffer` holds the
 * whole stream then if that is not longer than `capacity`. */
nyz_status nyz_stream_probe_size(const nyz_stream *stream, void *buffer, int64_t capacity,
                                 int64_t *size, nyz_error *err);

/* Writes all of it.  Errors: IO, ARGUMENT (no write). */
nyz_status nyz_stream_write(const nyz_stream *stream, const void *bytes, int64_t size,
                            nyz_error *err);

/* Where bytes are handed to, in pieces of any size. */
typedef struct nyz_sink {
    nyz_status (*put)(void *to, const void *bytes, int64_t size, nyz_error *err);
    void *to;
} nyz_sink;

static inline nyz_status nyz_sink_put(const nyz_sink *sink, const void *bytes,
                                      int64_t size, nyz_error *err)
{
    return sink->put(sink->to, bytes, size, err);
}

/* Writes to a stream, which is borrowed. */
nyz_sink nyz_sink_to(nyz_stream *stream);

/* The bytes from the start of a seekable stream to its end, its place unchanged; -1: it
 * cannot seek (or fails to, as a pipe does). */
int64_t nyz_stream_size(const nyz_stream *stream);
/* Its place; -1: it cannot seek. */
int64_t nyz_stream_tell(const nyz_stream *stream);
/* Goes to a place, and only there.  Errors: IO. */
nyz_status nyz_stream_seek(const nyz_stream *stream, int64_t offset, nyz_error *err);

#endif
