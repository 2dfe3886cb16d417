/* Writing to a stream with a buffer before it: small pieces are gathered and written in
 * one call, large ones go straight through.  What is still in the buffer can be written
 * over there.  Row "bytes". */
#ifndef NYZ_GATHER_H
#define NYZ_GATHER_H

#include "io/stream.h"

/* Zeroed, with `stream`, `allocator` and `position` set, it is ready. */
typedef struct nyz_gather {
    nyz_stream stream; /* its ctx is borrowed */
    nyz_allocator allocator;
    int64_t position; /* where the next byte goes, as the stream's seek counts */
    unsigned char *bytes;
    int64_t used; /* the last bytes before `position`, not written yet */
} nyz_gather;

/* Puts bytes into it.  Errors: IO, MEMORY. */
nyz_sink nyz_gather_sink(nyz_gather *gather);

/* Puts other bytes at a place before `position`: in the buffer, or, where they are
 * written already, by seeking back.  Errors: IO. */
nyz_status nyz_gather_patch(nyz_gather *gather, int64_t place, const void *bytes,
                            int64_t size, nyz_error *err);

/* Writes what is in the buffer.  Errors: IO. */
nyz_status nyz_gather_flush(nyz_gather *gather, nyz_error *err);

void nyz_gather_free(nyz_gather *gather);

#endif
