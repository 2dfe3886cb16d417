/* SPDX-License-Identifier: MIT */
/* One deflate stream of many chunks that do not know each other, made by zlib or by
 * fast_deflate.h on several threads; any inflater reads it. */
#ifndef NYZ_DEFLATE_PARALLEL_H
#define NYZ_DEFLATE_PARALLEL_H

#include "io/stream.h"

/* The bytes of all chunks but the last.  docs/format.md 5.1. */
#define NYZ_BLOCK_BYTES ((int64_t)1 << 20)

typedef struct nyz_deflate_parallel nyz_deflate_parallel;

/* level: 1 ... 9, or NYZ_LEVEL_FAST; at most 16 threads are used.  Errors: MEMORY. */
nyz_status nyz_deflate_parallel_new(const nyz_allocator *allocator, int level,
                                    int threads, nyz_deflate_parallel **out,
                                    nyz_error *err);

/* Takes bytes, and puts to `sink` what comes out of the chunks that they complete.  The
 * same bytes come out whatever the pieces and the number of threads. */
nyz_status nyz_deflate_parallel_put(nyz_deflate_parallel *chunks, const void *bytes,
                                    int64_t size, const nyz_sink *sink, nyz_error *err);

/* Ends the deflate stream, and gives the CRC-32 of what went in and the size of what came
 * out. */
nyz_status nyz_deflate_parallel_finish(nyz_deflate_parallel *chunks, const nyz_sink *sink,
                                       uint32_t *crc32, int64_t *written, nyz_error *err);

void nyz_deflate_parallel_free(nyz_deflate_parallel **chunks); /* NULL is fine */

#endif
