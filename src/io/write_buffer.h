/* SPDX-License-Identifier: MIT */
/* Writing to a stream with a buffer before it: small pieces are collected and written in
 * one call, large ones go straight through.  What is still in the buffer can be written
 * over there. */
#ifndef NYZ_WRITE_BUFFER_H
#define NYZ_WRITE_BUFFER_H

#include "io/stream.h"

/* Zeroed, with `stream`, `allocator` and `position` set, it is ready. */
typedef struct nyz_write_buffer {
    nyz_stream stream; /* its ctx is borrowed */
    nyz_allocator allocator;
    int64_t position; /* where the next byte goes, as the stream's seek counts */
    unsigned char *bytes;
    int64_t used; /* the last bytes before `position`, not written yet */
} nyz_write_buffer;

/* Puts bytes into it.  Errors: IO, MEMORY. */
nyz_sink nyz_write_buffer_sink(nyz_write_buffer *buffer);

/* Puts other bytes at a place before `position`: in the buffer, or, where they are
 * written already, by seeking back.  Errors: IO. */
nyz_status nyz_write_buffer_patch(nyz_write_buffer *buffer, int64_t place,
                                  const void *bytes, int64_t size, nyz_error *err);

/* Writes what is in the buffer.  Errors: IO. */
nyz_status nyz_write_buffer_flush(nyz_write_buffer *buffer, nyz_error *err);

void nyz_write_buffer_free(nyz_write_buffer *buffer);

#endif
