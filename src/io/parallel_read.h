/* SPDX-License-Identifier: MIT */
/* A range of a stream read into memory by several threads, each a part of it. */
#ifndef NYZ_PARALLEL_READ_H
#define NYZ_PARALLEL_READ_H

#include "nyz.h"

/* What is done with bytes that have been read, while they are in the cache: by the thread
 * of part `part` (below NYZ_PARALLEL_MAX_RANGES), from its first piece to its last. */
typedef void nyz_read_piece(void *ctx, int64_t part, unsigned char *bytes, int64_t size);

typedef struct nyz_read_range {
    const nyz_stream *stream;
    int64_t offset; /* in the stream */
    unsigned char *to;
    int64_t size;
    int64_t item;     /* parts and pieces hold whole items of so many bytes; 1 or more */
    const char *what; /* a name for the message */
    nyz_read_piece *piece; /* NULL: nothing is done */
    void *ctx;
} nyz_read_range;

/* Reads the range in `threads` parts at most, and in one where the stream has no read_at,
 * or where it is small.  *got: how many of its bytes are there up to the first failure in
 * the order of the stream, which is the one that is reported.  Errors: IO, CORRUPT (the
 * stream ends before). */
nyz_status nyz_parallel_read(const nyz_read_range *range, int threads,
                             const nyz_allocator *allocator, int64_t *got,
                             nyz_error *err);

#endif
