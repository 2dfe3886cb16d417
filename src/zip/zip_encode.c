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

nyz_status nyz_zip_encode_begin(nyz_zip_encoder *encoder, const nyz_zip_method *how,
                                const nyz_allocator *allocator, const nyz_sink *to,
                                nyz_error *err)
{
    memset(encoder, 0, sizeof *encoder);
    encoder->to = to;
    encoder->layout = how->blocks;
    return how->blocks.unit > 0
               ? nyz_deflate_parallel_new(allocator, how->level, how->threads,
                                          &how->blocks, &encoder->blocks, err)
               : nyz_deflate_new(allocator, how->level, &encoder->deflater, err);
}

/* Piece by piece, so that the CRC is taken of what is in the cache; blocks take their
 * own. */
nyz_status nyz_zip_encode_put(nyz_zip_encoder *encoder, const void *bytes, int64_t size,
                              nyz_error *err)
{
    nyz_zip_sums *const sums = &encoder->sums;
    const unsigned char *next = bytes;
    if (encoder->blocks != NULL) {
        return nyz_deflate_parallel_put(encoder->blocks, bytes, size, encoder->to, err);
    }
    while (size > 0) {
        const int64_t piece = nyz_min(size, (int64_t)NYZ_IO_BLOCK);
        sums->crc32 = nyz_crc32(sums->crc32, next, (size_t)piece);
        NYZ_TRY(nyz_deflate(encoder->deflater, next, piece, 0, encoder->to,
                            &sums->compressed_size, err));
        next += piece;
        size -= piece;
    }
    return NYZ_OK;
}

nyz_status nyz_zip_encode_end(nyz_zip_encoder *encoder, nyz_error *err)
{
    nyz_zip_sums *const sums = &encoder->sums;
    if (encoder->blocks != NULL) {
        NYZ_TRY(nyz_deflate_parallel_finish(encoder->blocks, encoder->to, &sums->crc32,
                                            &sums->compressed_size, err));
        nyz_deflate_parallel_take_index(encoder->blocks, &encoder->index);
        return NYZ_OK;
    }
    return nyz_deflate(encoder->deflater, NULL, 0, 1, encoder->to, &sums->compressed_size,
                       err);
}

void nyz_zip_encode_close(nyz_zip_encoder *encoder)
{
    nyz_deflate_free(&encoder->deflater);
    nyz_buffer_free(&encoder->index); /* its allocator is that of the blocks */
    nyz_deflate_parallel_free(&encoder->blocks);
}

static nyz_status put(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    return nyz_zip_encode_put(to, bytes, size, err);
}

/* All of a member that is at hand. */
static nyz_status encode_all(nyz_zip_encoder *encoder, const nyz_zip_content *content,
                             nyz_error *err)
{
    const nyz_sink sink = {put, encoder};
    NYZ_TRY(content->pass(content->ctx, &sink, err));
    return nyz_zip_encode_end(encoder, err);
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
    nyz_zip_encoder encoder;
    memset(ready, 0, sizeof *ready);
    ready->bytes.allocator = allocator;
    ready->size = content->size;
    NYZ_TRY(nyz_buffer_reserve(&ready->bytes, most_deflated(content->size), err));
    nyz_status status = nyz_zip_encode_begin(&encoder, how, allocator, &sink, err);
    if (status == NYZ_OK) {
        status = encode_all(&encoder, content, err);
    }
    ready->crc32 = encoder.sums.crc32;
    ready->layout = encoder.layout;
    ready->index = encoder.index;
    ready->index.allocator = allocator;
    memset(&encoder.index, 0, sizeof encoder.index);
    nyz_zip_encode_close(&encoder);
    return status;
}

void nyz_zip_encode_free(nyz_zip_encoded *ready)
{
    nyz_buffer_free(&ready->bytes);
    nyz_buffer_free(&ready->index);
}
