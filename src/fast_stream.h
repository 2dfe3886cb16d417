/* One deflate stream of many chunks, made by fast_deflate.h on several threads.  Row
 * "codec". */
#ifndef NYZ_FAST_STREAM_H
#define NYZ_FAST_STREAM_H

#include "stream.h"

typedef struct nyz_fast_stream nyz_fast_stream;

/* For `threads` threads (at most 16 are used).  Errors: MEMORY. */
nyz_status nyz_fast_stream_new(const nyz_allocator *allocator, int threads,
                               nyz_fast_stream **out, nyz_error *err);

/* Deflates bytes in chunks of NYZ_FAST_CHUNK from their start, and writes what comes out
 * to `sink`, adding its length to *written.  The same bytes come out for any number of
 * threads. */
nyz_status nyz_fast_stream_write(nyz_fast_stream *stream, const void *bytes, int64_t size,
                                 const nyz_sink *sink, int64_t *written, nyz_error *err);

/* Ends the deflate stream. */
nyz_status nyz_fast_stream_finish(nyz_fast_stream *stream, const nyz_sink *sink,
                                  int64_t *written, nyz_error *err);

void nyz_fast_stream_free(nyz_fast_stream **stream); /* NULL is fine */

#endif
