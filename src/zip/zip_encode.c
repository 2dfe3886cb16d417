/* SPDX-License-Identifier: MIT */
/* A member's bytes on their way into an archive: see zip_encode.h. */
#include "zip/zip_encode.h"

#include <string.h>

#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/error.h"
#include "codec/codec.h"
#include "codec/deflate_parallel.h"
#include "io/stream.h"
#include "zip/zip_writer.h"

/* One of deflater and chunks. */
typedef struct job {
    const nyz_sink *to;
    nyz_zip_sums *sums;
    nyz_deflater *deflater;
    nyz_deflate_parallel *chunks;
} job;

/* Piece by piece, so that the CRC is taken of what is in the cache; chunks take their
 * own. */
static nyz_status put_to_archive(void *to, const void *bytes, int64_t size,
                                 nyz_error *err)
{
    const job *const j = to;
    const unsigned char *next = bytes;
    if (j->chunks != NULL) {
        return nyz_deflate_parallel_put(j->chunks, bytes, size, j->to, err);
    }
    while (size > 0) {
        const int64_t piece = nyz_min(size, (int64_t)NYZ_IO_BLOCK);
        j->sums->crc32 = nyz_crc32(j->sums->crc32, next, (size_t)piece);
        NYZ_TRY(nyz_deflate(j->deflater, next, piece, 0, j->to, &j->sums->compressed_size,
                            err));
        next += piece;
        size -= piece;
    }
    return NYZ_OK;
}

static nyz_status open_codec(job *j, const nyz_zip_method *how,
                             const nyz_allocator *allocator, nyz_error *err)
{
    return how->chunked ? nyz_deflate_parallel_new(allocator, how->level, how->threads,
                                                   &j->chunks, err)
                        : nyz_deflate_new(allocator, how->level, &j->deflater, err);
}

static nyz_status finish_codec(const job *j, nyz_error *err)
{
    nyz_zip_sums *const sums = j->sums;
    if (j->chunks != NULL) {
        return nyz_deflate_parallel_finish(j->chunks, j->to, &sums->crc32,
                                           &sums->compressed_size, err);
    }
    return nyz_deflate(j->deflater, NULL, 0, 1, j->to, &sums->compressed_size, err);
}

nyz_status nyz_zip_deflate(const nyz_zip_content *content, const nyz_zip_method *how,
                           const nyz_allocator *allocator, const nyz_sink *to,
                           nyz_zip_sums *sums, nyz_error *err)
{
    job j = {.to = to, .sums = sums};
    const nyz_sink sink = {put_to_archive, &j};
    nyz_status status = open_codec(&j, how, allocator, err);
    if (status == NYZ_OK) {
        status = content->pass(content->ctx, &sink, err);
    }
    if (status == NYZ_OK) {
        status = finish_codec(&j, err);
    }
    nyz_deflate_free(&j.deflater);
    nyz_deflate_parallel_free(&j.chunks);
    return status;
}

/* What zlib and the fast level add to bytes that do not become fewer. */
static size_t most_deflated(int64_t size)
{
    return (size_t)(size + size / 1024 + 256);
}

nyz_status nyz_zip_encode(const nyz_zip_content *content, const nyz_zip_method *how,
                          const nyz_allocator *allocator, nyz_zip_encoded *ready,
                          nyz_error *err)
{
    nyz_stream stream = nyz_stream_buffer(&ready->bytes);
    const nyz_sink sink = nyz_sink_to(&stream);
    nyz_zip_sums sums = {0};
    memset(ready, 0, sizeof *ready);
    ready->bytes.allocator = allocator;
    ready->size = content->size;
    NYZ_TRY(nyz_buffer_reserve(&ready->bytes, most_deflated(content->size), err));
    NYZ_TRY(nyz_zip_deflate(content, how, allocator, &sink, &sums, err));
    ready->crc32 = sums.crc32;
    return NYZ_OK;
}

void nyz_zip_encode_free(nyz_zip_encoded *ready)
{
    nyz_buffer_free(&ready->bytes);
}
