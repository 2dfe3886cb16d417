/* SPDX-License-Identifier: MIT */
/* nyz: the caller's streams, arrays from and to them, and files replaced atomically.  Part of
 * nyz.h, which includes it and has the conventions. */
#ifndef NYZ_H
#include "nyz.h"
#elif !defined(NYZ_STREAM_PUBLIC_H)
#define NYZ_STREAM_PUBLIC_H

#ifdef __cplusplus
extern "C" {
#endif

/* A source or destination of bytes.  A function that is NULL is not available.  A function
 * that fails returns a negated errno, or -1 if there is none.  Return values are checked: a
 * count larger than requested, or a position other than requested, is NYZ_ERR_IO.  The struct
 * is copied; ctx is borrowed. */
typedef struct nyz_stream {
    /* Reads 1 ... size bytes and returns their number; 0 at the end.  size is never 0. */
    int64_t (*read)(void *ctx, void *buffer, size_t size);
    /* Writes 1 ... size bytes and returns their number. */
    int64_t (*write)(void *ctx, const void *buffer, size_t size);
    /* Like lseek: whence is SEEK_SET, SEEK_CUR or SEEK_END; returns the new position. */
    int64_t (*seek)(void *ctx, int64_t offset, int whence);
    /* Like pread: does not move the position.  If several threads may call this function at once,
     * they may also read an archive through it at once. */
    int64_t (*read_at)(void *ctx, int64_t offset, void *buffer, size_t size);
    void *ctx;
    /* The bytes from the start to the end.  NULL: seek is asked. */
    int64_t (*size)(void *ctx);
    /* For later, not called yet: `size` bytes from `offset` as memory that may be read until
     * unmap gets it (*memory; returns 0), and pass on what was written (returns 0). */
    int64_t (*map)(void *ctx, int64_t offset, size_t size, const void **memory);
    void (*unmap)(void *ctx, const void *memory, size_t size);
    int64_t (*flush)(void *ctx);
    int64_t block_size; /* for later: how many bytes are best read at once; 0: any number */
    void *reserved[4];  /* NULL */
} nyz_stream;

/* A growing block of memory; {0} is empty.  A stream over it can read, write and seek. */
typedef struct nyz_buffer {
    unsigned char *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
    size_t position; /* of the stream */
    const nyz_allocator *allocator; /* NULL: the C library's */
    void *reserved[2]; /* NULL */
} nyz_buffer;

/* Streams over a C file, a file descriptor and a nyz_buffer.  They borrow what they read or
 * write; nothing is closed, and a FILE is not flushed: check fclose.  On Windows a FILE must be
 * in binary mode, and neither it nor a descriptor may be open for appending.  They have `size`
 * for regular files; of a FILE only if it is open for reading alone, and not on Windows: bytes
 * may wait in it to be written. */
NYZ_API nyz_stream nyz_stream_file(FILE *file) NYZ_NONNULL((1));
NYZ_API nyz_stream nyz_stream_fd(int fd);
NYZ_API nyz_stream nyz_stream_buffer(nyz_buffer *buffer) NYZ_NONNULL((1));
NYZ_API void nyz_buffer_free(nyz_buffer *buffer);

/* Reads the next array of a stream and leaves the stream directly after it, so that arrays
 * written one after another, as by several calls of np.save with one file, can be read one by
 * one.  Needs `read`.  If the stream can `seek`, its size is determined first, so that a header
 * that announces more than the stream holds is refused before anything is allocated.
 * Errors: NOT_FOUND (the stream is at its end), IO, CORRUPT, UNSUPPORTED, LIMIT. */
NYZ_API nyz_status nyz_read(const nyz_stream *stream, const nyz_options *opt, nyz_array *out,
                            nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Like nyz_read, but into existing memory, as described for nyz_load_into. */
NYZ_API nyz_status nyz_read_into(const nyz_stream *stream, const nyz_options *opt,
                                 const nyz_array *into, nyz_error *err) NYZ_NODISCARD
                                 NYZ_NONNULL((1, 3));

/* Only the header, as nyz_load_header; the stream is left where the data begins.  For arrays
 * larger than memory: read their elements from the stream yourself.  For arrays that are not
 * wanted or not supported: nyz_skip_data. */
NYZ_API nyz_status nyz_read_header(const nyz_stream *stream, const nyz_options *opt, nyz_array *out,
                                   nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Passes over the data of an array whose header nyz_read_header has read, and leaves the stream
 * directly after it: at the next array, if there is one.  Python objects are passed over by the
 * lengths of their pickle's instructions; none of them is run.  Needs `read`, and takes no memory.
 * If the stream can `seek`, the data is not read, except for a pickle; if it cannot, nothing
 * after the data is read.  If data is missing, the stream is left at its end.
 * Errors: IO, CORRUPT (data is missing, or not a pickle). */
NYZ_API nyz_status nyz_skip_data(const nyz_stream *stream, const nyz_array *header,
                                 const nyz_options *opt, nyz_error *err) NYZ_NODISCARD
                                 NYZ_NONNULL((1, 2));

/* Writes an array at the stream's position.  Needs `write`.  Errors: IO, UNSUPPORTED. */
NYZ_API nyz_status nyz_write(const nyz_stream *stream, const nyz_array *array,
                             const nyz_options *opt, nyz_error *err) NYZ_NODISCARD
                             NYZ_NONNULL((1, 2));

/* Writes only the header for an array of this dtype and shape; array->data is not read.
 * The order is opt->order, or that of the strides.  Then write the elements yourself. */
NYZ_API nyz_status nyz_write_header(const nyz_stream *stream, const nyz_array *array,
                                    const nyz_options *opt, nyz_error *err) NYZ_NODISCARD
                                    NYZ_NONNULL((1, 2));

/* Saves to memory: out is filled with a whole .npy file in one allocation of its size.
 * Free it with nyz_buffer_free. */
NYZ_API nyz_status nyz_save_mem(const nyz_array *array, const nyz_options *opt, nyz_buffer *out,
                                nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* A new file that replaces the file at a path when it is finished.  Use it for what nyz_save
 * cannot write in one call, such as an array larger than memory, or several arrays in one file.
 * As with nyz_save, the path always holds either the complete old file or the complete new one. */
typedef struct nyz_output nyz_output;

/* Begins one of any bytes.  *stream writes to it, and seeks unless the path is a FIFO or the like;
 * it is borrowed from *out.  opt: NYZ_NO_SYNC, NYZ_IN_PLACE, allocator.
 * Errors: IO, NOT_FOUND (no such directory). */
NYZ_API nyz_status nyz_output_create(const char *path, const nyz_options *opt, nyz_output **out,
                                     nyz_stream *stream, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1, 3, 4));

/* Begins a .npy file for an array as `like` describes it (its data is not read), whose data is then
 * written by nyz_output_write, in pieces of any size, as it is to be in the file: in the order of
 * the header (opt->order, or that of the strides of `like`) and in its byte order (opt->byteorder, or
 * that of the dtype).  The file is byte for byte what nyz_save of the array would write.
 *
 * If the number of rows is not known yet, the extent of the slowest axis is -1: of the first one in C
 * order, or of the last one with NYZ_F_ORDER (the strides of `like` are not looked at then).  The
 * header then gets as many rows as were written when the output is finished, so the path has to be
 * that of a file.
 * opt: byteorder, order, npy_version, NYZ_NO_SYNC, NYZ_IN_PLACE, allocator.
 * Errors: as nyz_output_create; UNSUPPORTED (as nyz_save); ARGUMENT (another extent is -1, or rows
 * without bytes, or to a FIFO or the like). */
NYZ_API nyz_status nyz_output_create_npy(const char *path, const nyz_array *like,
                                         const nyz_options *opt, nyz_output **out,
                                         nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 4));

/* Writes all of these bytes: of an array's data (nyz_output_create_npy), or at the place of the
 * stream (nyz_output_create).  They may be written later, but not after nyz_output_finish.  After a
 * failure all further calls fail as the first one did, nyz_output_finish too.
 * Errors: IO, MEMORY, ARGUMENT (more bytes than the array has). */
NYZ_API nyz_status nyz_output_write(nyz_output *output, const void *bytes, size_t size,
                                    nyz_error *err) NYZ_NONNULL((1));

/* Syncs, and puts the file in its place.  Frees *output, also on failure; the path is then as
 * it was, unless only the last sync or close failed (the message says so), or with
 * NYZ_IN_PLACE.  Errors: IO; of nyz_output_create_npy also ARGUMENT (fewer bytes were written than the
 * array has, or a part of a row), and UNSUPPORTED (in Fortran order, where all other extents are 1 or
 * there is at most one row: the header is longer than the room that was kept for it). */
NYZ_API nyz_status nyz_output_finish(nyz_output **output, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1));

/* Cancels: removes the new file and frees *output. */
NYZ_API void nyz_output_discard(nyz_output **output);

#ifdef __cplusplus
}
#endif

#endif /* NYZ_STREAM_PUBLIC_H */
