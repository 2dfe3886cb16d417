/* SPDX-License-Identifier: MIT */
/* A stream seen through a window: a few KiB at one place are read in one call, and what
 * is asked for there comes from them.  For headers, which are read in many small pieces. */
#ifndef NYZ_READ_AHEAD_H
#define NYZ_READ_AHEAD_H

#include "nyz.h"

#define NYZ_READ_AHEAD_SIZE 4096

typedef struct nyz_read_ahead {
    nyz_stream below; /* borrowed */
    int64_t offset;   /* of bytes[0] in the stream */
    int64_t
        size; /* bytes in use; 0: they could not be read, and `below` is asked again */
    int64_t position; /* of the window's read */
    unsigned char bytes[NYZ_READ_AHEAD_SIZE];
} nyz_read_ahead;

/* Reads up to `size` bytes at `offset` of a stream that has read_at, and returns a stream
 * that reads from `offset` on and has read_at, both through the window, which stays where
 * it is meanwhile. */
nyz_stream nyz_read_ahead_open(nyz_read_ahead *window, const nyz_stream *below,
                               int64_t offset, int64_t size);

/* A copy of a window over another stream of the same bytes, from its beginning on. */
nyz_stream nyz_read_ahead_copy(nyz_read_ahead *window, const nyz_read_ahead *from,
                               const nyz_stream *below);

#endif
