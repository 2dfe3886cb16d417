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

/* Asks a seekable stream how much it still holds.  Errors: ARGUMENT (no read). */
nyz_status nyz_source_init(nyz_source *source, const nyz_stream *stream, nyz_error *err);

/* Reads exactly `size` bytes; what: a name for the message ("header", "data").
 * Errors: IO, CORRUPT (ends before). */
nyz_status nyz_source_read(nyz_source *source, void *buffer, int64_t size,
                           const char *what, nyz_error *err);

/* Passes over bytes that have been read by read_at.  Errors: IO. */
nyz_status nyz_source_skip(nyz_source *source, int64_t size, nyz_error *err);

/* Reads up to `size` bytes, fewer only at the end; *got says how many. */
nyz_status nyz_source_read_some(nyz_source *source, void *buffer, int64_t size,
                                int64_t *got, nyz_error *err);

/* Reads exactly `size` bytes at an absolute offset, by read_at, or by seek and read. */
nyz_status nyz_stream_read_at(const nyz_stream *stream, int64_t offset, void *buffer,
                              int64_t size, const char *what, nyz_error *err);

/* The same of a stream that has read_at: fewer bytes only at its end.  *got: how many. */
nyz_status nyz_stream_read_some_at(const nyz_stream *stream, int64_t offset, void *buffer,
                                   int64_t size, int64_t *got, nyz_error *err);

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

/* Bytes in memory to read: ctx is this struct, which lives as long as the stream. */
typedef struct nyz_stream_mem_reader {
    const unsigned char *bytes;
    size_t size;
    size_t position;
} nyz_stream_mem_reader;
nyz_stream nyz_stream_mem(nyz_stream_mem_reader *reader);

/* Makes room for `capacity` bytes in all.  Errors: MEMORY. */
nyz_status nyz_buffer_reserve(nyz_buffer *buffer, size_t capacity, nyz_error *err);

/* What C has no 64-bit call for: as fseek and ftell.  can_seek 0: a pipe, a terminal, or
 * a file that is only appended to, where writing at a place is not possible. */
int nyz_stdio_can_seek(FILE *file);
int nyz_stdio_seek(FILE *file, int64_t offset, int whence);
int64_t nyz_stdio_tell(FILE *file);

/* A file open for reading, by path (security rules: opened without blocking and not
 * inherited; a regular file has read_at and seek, a FIFO or device only read; a directory
 * is an error). */
typedef struct nyz_input_file nyz_input_file;
nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err);
/* Its bytes when it was opened; -1: no regular file. */
int64_t nyz_input_file_size(const nyz_input_file *file);
/* CORRUPT if size or modification time are not those at opening any more. */
nyz_status nyz_input_file_unchanged(const nyz_input_file *file, nyz_error *err);
void nyz_input_file_close(nyz_input_file **file);

/* What nyz_output_create does, with its options resolved.  `sync` 0: without fsync.
 * nyz_output_finish and nyz_output_discard are public. */
nyz_status nyz_atomic_file_begin(const char *path, int sync,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err);
/* A hint to the file system that so many bytes are about to be written. */
void nyz_atomic_file_preallocate(const nyz_output *output, int64_t size);

#endif
