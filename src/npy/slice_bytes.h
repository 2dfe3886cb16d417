/* SPDX-License-Identifier: MIT */
/* The bytes of an array's data for who reads a part of them.  A container that has more than a
 * stream, such as an index, fills in the struct its own way. */
#ifndef NYZ_SLICE_BYTES_H
#define NYZ_SLICE_BYTES_H

#include "io/stream.h"

typedef struct nyz_slice_bytes {
    /* Reads `size` bytes at `offset` of the data. */
    nyz_status (*read)(void *ctx, int64_t offset, void *to, int64_t size, nyz_error *err);
    void *ctx;
    int passes_over; /* what is between two calls costs as much as if it had been read, and no call
                        is for bytes before those of another one */
} nyz_slice_bytes;

/* Data at `start` of a stream that has read_at, or read and seek. */
typedef struct nyz_slice_place {
    nyz_stream stream;
    int64_t start;
} nyz_slice_place;
nyz_slice_bytes nyz_slice_bytes_at(nyz_slice_place *place);

/* Data that comes next in a source: what is not asked for is read, too. */
typedef struct nyz_slice_run {
    nyz_source *source;
    int64_t position; /* in the data, of the source */
} nyz_slice_run;
nyz_slice_bytes nyz_slice_bytes_next(nyz_slice_run *run);

/* Reads on to an offset in the data. */
nyz_status nyz_slice_bytes_pass(nyz_slice_run *run, int64_t offset, nyz_error *err);

#endif
