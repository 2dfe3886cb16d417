/* One deflate stream of many chunks that do not know each other, made by zlib or by
 * fast_deflate.h on several threads; any inflater reads it.  Row "codec". */
#ifndef NYZ_CHUNKS_H
#define NYZ_CHUNKS_H

#include "io/stream.h"

/* The bytes of all chunks but the last.  docs/format.md 5.1. */
#define NYZ_CHUNK_BYTES ((int64_t)1 << 20)

typedef struct nyz_chunks nyz_chunks;

/* level: 1 ... 9, or NYZ_FAST; at most 16 threads are used.  Errors: MEMORY. */
nyz_status nyz_chunks_new(const nyz_allocator *allocator, int level, int threads,
                          nyz_chunks **out, nyz_error *err);

/* Takes bytes, and puts to `sink` what comes out of the chunks that they complete.  The
 * same bytes come out whatever the pieces and the number of threads. */
nyz_status nyz_chunks_put(nyz_chunks *chunks, const void *bytes, int64_t size,
                          const nyz_sink *sink, nyz_error *err);

/* Ends the deflate stream, and gives the CRC-32 of what went in and the size of what came
 * out. */
nyz_status nyz_chunks_finish(nyz_chunks *chunks, const nyz_sink *sink, uint32_t *crc32,
                             int64_t *written, nyz_error *err);

void nyz_chunks_free(nyz_chunks **chunks); /* NULL is fine */

#endif
