/* SPDX-License-Identifier: MIT */
/* Raw deflate streams made by zlib: see codec.h. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/endian.h"
#include "base/error.h"
#include "codec/codec.h"
#include "codec/zlib_internal.h"
#include "io/stream.h"

#define OUTPUT ((int64_t)NYZ_IO_BLOCK)

struct nyz_deflater {
    nyz_allocator allocator;
    z_stream z;
    unsigned char *output; /* OUTPUT bytes, for nyz_deflate */
};

nyz_status nyz_deflate_new(const nyz_allocator *allocator, int level, nyz_deflater **out,
                           nyz_error *err)
{
    void *memory;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof(nyz_deflater), &memory, err));
    nyz_deflater *const deflater = memory;
    deflater->allocator = *allocator;
    nyz_zlib_init(&deflater->z, &deflater->allocator);
    const int result = deflateInit2(&deflater->z, level, Z_DEFLATED, -MAX_WBITS, 8,
                                    Z_DEFAULT_STRATEGY); /* docs/format.md 5 */
    if (result != Z_OK) {
        nyz_release(allocator, memory, (int64_t)sizeof(nyz_deflater));
        return nyz_zlib_fail(err, result, "deflate");
    }
    *out = deflater;
    return NYZ_OK;
}

/* ------------------------------------------------------------------ streams of any length */

static void empty_output(nyz_deflater *deflater)
{
    deflater->z.next_out = deflater->output;
    deflater->z.avail_out = (uInt)OUTPUT;
}

static nyz_status make_output(nyz_deflater *deflater, nyz_error *err)
{
    void *memory = NULL;
    if (deflater->output == NULL) {
        NYZ_TRY(nyz_alloc(&deflater->allocator, OUTPUT, &memory, err));
        deflater->output = memory;
        empty_output(deflater);
    }
    return NYZ_OK;
}

static nyz_status write_output(nyz_deflater *deflater, const nyz_sink *sink,
                               int64_t *written, nyz_error *err)
{
    const int64_t size = OUTPUT - (int64_t)deflater->z.avail_out;
    if (size > 0) {
        NYZ_TRY(nyz_sink_put(sink, deflater->output, size, err));
        *written += size;
        empty_output(deflater);
    }
    return NYZ_OK;
}

static nyz_status deflate_piece(nyz_deflater *deflater, const unsigned char *bytes,
                                size_t size, const nyz_sink *sink, int64_t *written,
                                nyz_error *err)
{
    z_stream *const z = &deflater->z;
    z->next_in = bytes;
    z->avail_in = (uInt)size;
    while (z->avail_in > 0) {
        const int result = deflate(z, Z_NO_FLUSH);
        if (result != Z_OK) {
            return nyz_zlib_fail(err, result, "deflate");
        }
        if (z->avail_out == 0) {
            NYZ_TRY(write_output(deflater, sink, written, err));
        }
    }
    return NYZ_OK;
}

static nyz_status deflate_end(nyz_deflater *deflater, const nyz_sink *sink,
                              int64_t *written, nyz_error *err)
{
    int result;
    deflater->z.next_in = NULL;
    deflater->z.avail_in = 0;
    do {
        result = deflate(&deflater->z, Z_FINISH);
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
            return nyz_zlib_fail(err, result, "deflate");
        }
        NYZ_TRY(write_output(deflater, sink, written, err));
    } while (result != Z_STREAM_END);
    return NYZ_OK;
}

nyz_status nyz_deflate(nyz_deflater *deflater, const void *bytes, int64_t size,
                       int finish, const nyz_sink *sink, int64_t *written, nyz_error *err)
{
    const unsigned char *next = bytes;
    NYZ_TRY(make_output(deflater, err));
    while (size > 0) {
        const int64_t piece = nyz_min(size, (int64_t)NYZ_ZLIB_MAX);
        NYZ_TRY(deflate_piece(deflater, next, (size_t)piece, sink, written, err));
        next += piece;
        size -= piece;
    }
    return finish ? deflate_end(deflater, sink, written, err) : NYZ_OK;
}

/* ------------------------------------------------------------------------- single blocks */

/* What the flush after a block may take over zlib's own bound. */
#define FLUSH_CAPACITY 16

size_t nyz_deflate_block_bound(nyz_deflater *deflater, size_t size)
{
    return (size_t)deflateBound(&deflater->z, (uLong)size) + FLUSH_CAPACITY;
}

nyz_status nyz_deflate_block(nyz_deflater *deflater, const unsigned char *in, size_t size,
                             int last, unsigned char *out, size_t room, size_t *written,
                             nyz_error *err)
{
    z_stream *const z = &deflater->z;
    int result = deflateReset(z);
    z->next_in = in;
    z->avail_in = (uInt)size;
    z->next_out = out;
    z->avail_out = (uInt)room;
    if (result == Z_OK) {
        result = deflate(z, last ? Z_FINISH : Z_SYNC_FLUSH);
    }
    *written = room - z->avail_out;
    if (result != (last ? Z_STREAM_END : Z_OK) || z->avail_in > 0 || z->avail_out == 0) {
        return nyz_zlib_fail(err, result, "deflate");
    }
    return NYZ_OK;
}

void nyz_deflate_free(nyz_deflater **deflater)
{
    nyz_deflater *const old = *deflater;
    if (old != NULL) {
        const nyz_allocator allocator = old->allocator;
        (void)deflateEnd(&old->z);
        nyz_release(&allocator, old->output, OUTPUT);
        nyz_release(&allocator, old, (int64_t)sizeof *old);
        *deflater = NULL;
    }
}

/* ------------------------------------------------------------------------- stored blocks */

/* Three bits and padding, the length, and its complement. */
void nyz_deflate_stored_head(unsigned char out[NYZ_STORED_BLOCK_HEAD], size_t size)
{
    out[0] = 0;
    nyz_store_le16(out + 1, (uint16_t)size);
    nyz_store_le16(out + 3, (uint16_t)~size);
}

size_t nyz_deflate_store_bound(size_t size)
{
    return size + (size / NYZ_STORED_BLOCK_MAX + 1) * NYZ_STORED_BLOCK_HEAD;
}

size_t nyz_deflate_store(const unsigned char *in, size_t size, unsigned char *out)
{
    unsigned char *next = out;
    while (size > 0) {
        const size_t piece = size < NYZ_STORED_BLOCK_MAX ? size : NYZ_STORED_BLOCK_MAX;
        nyz_deflate_stored_head(next, piece);
        memcpy(next + NYZ_STORED_BLOCK_HEAD, in, piece);
        next += NYZ_STORED_BLOCK_HEAD + piece;
        in += piece;
        size -= piece;
    }
    return (size_t)(next - out);
}
