/* SPDX-License-Identifier: MIT */
/* One deflate stream of many blocks that do not know each other, made by zlib or by
 * fast_deflate.h on several threads; any inflater reads it.  docs/format.md 5.7. */
#ifndef NYZ_DEFLATE_PARALLEL_H
#define NYZ_DEFLATE_PARALLEL_H

#include "base/buffer.h"
#include "io/stream.h"

/* Where a stream is cut. */
typedef struct nyz_block_layout {
    int64_t head; /* bytes of the first block, which is stored; 0: it is as the others */
    int64_t unit; /* of each other one, but the last, which has the rest */
} nyz_block_layout;

typedef struct nyz_deflate_parallel nyz_deflate_parallel;

/* level: 1 ... 9, or NYZ_LEVEL_FAST; at most 16 threads are used.  Errors: MEMORY. */
nyz_status nyz_deflate_parallel_new(const nyz_allocator *allocator, int level,
                                    int threads, const nyz_block_layout *layout,
                                    nyz_deflate_parallel **out, nyz_error *err);

/* Takes bytes, and puts to `sink` what comes out of the blocks that they complete.  The
 * same bytes come out whatever the pieces and the number of threads. */
nyz_status nyz_deflate_parallel_put(nyz_deflate_parallel *blocks, const void *bytes,
                                    int64_t size, const nyz_sink *sink, nyz_error *err);

/* Ends the deflate stream, and gives the CRC-32 of what went in and the size of what came
 * out. */
nyz_status nyz_deflate_parallel_finish(nyz_deflate_parallel *blocks, const nyz_sink *sink,
                                       uint32_t *crc32, int64_t *written, nyz_error *err);

/* What is known of each block after that: its deflated size and the CRC-32 of its bytes,
 * 8 bytes as they are in an archive.  The bytes become those of *out. */
void nyz_deflate_parallel_take_index(nyz_deflate_parallel *blocks, nyz_buffer *out);

void nyz_deflate_parallel_free(nyz_deflate_parallel **blocks); /* NULL is fine */

#endif
