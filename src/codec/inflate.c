/* SPDX-License-Identifier: MIT */
/* Raw deflate streams inflated by zlib, piece by piece: see codec.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "codec/codec.h"
#include "codec/zlib_internal.h"

struct nyz_inflater {
    nyz_allocator allocator;
    z_stream z;
};

nyz_status nyz_inflate_new(const nyz_allocator *allocator, nyz_inflater **out,
                           nyz_error *err)
{
    void *memory;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof(nyz_inflater), &memory, err));
    nyz_inflater *const inflater = memory;
    inflater->allocator = *allocator;
    nyz_zlib_init(&inflater->z, &inflater->allocator);
    const int result = inflateInit2(&inflater->z, -MAX_WBITS);
    if (result != Z_OK) {
        nyz_release(allocator, memory, (int64_t)sizeof(nyz_inflater));
        return nyz_zlib_fail(err, result, "inflate");
    }
    *out = inflater;
    return NYZ_OK;
}

/* One call of zlib's, for at most NYZ_ZLIB_MAX bytes each way; moves the four on. */
static int inflate_piece(z_stream *z, const unsigned char **in, size_t *in_size,
                         unsigned char **out, size_t *out_size)
{
    unsigned char nothing = 0;
    const size_t in_piece = *in_size < NYZ_ZLIB_MAX ? *in_size : NYZ_ZLIB_MAX;
    const size_t out_piece = *out_size < NYZ_ZLIB_MAX ? *out_size : NYZ_ZLIB_MAX;
    z->next_in = *in;
    z->avail_in = (uInt)in_piece;
    z->next_out =
        out_piece > 0 ? *out : &nothing; /* zlib refuses NULL even for 0 bytes */
    z->avail_out = (uInt)out_piece;
    const int result = inflate(z, Z_NO_FLUSH);
    const size_t taken = in_piece - z->avail_in;
    const size_t given = out_piece - z->avail_out;
    if (taken > 0) {
        *in += taken;
        *in_size -= taken;
    }
    if (given > 0) {
        *out += given;
        *out_size -= given;
    }
    return result;
}

nyz_status nyz_inflate(nyz_inflater *inflater, const unsigned char **in, size_t *in_size,
                       unsigned char **out, size_t *out_size, int *done, nyz_error *err)
{
    z_stream *const z = &inflater->z;
    int result;
    *done = 0;
    do {
        result = inflate_piece(z, in, in_size, out, out_size);
    } while (result == Z_OK && *in_size > 0 && *out_size > 0);
    if (result == Z_STREAM_END) {
        *done = 1;
        return NYZ_OK;
    }
    if (result == Z_OK || result == Z_BUF_ERROR) { /* it wants more input or more room */
        return NYZ_OK;
    }
    if (result == Z_DATA_ERROR) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "damaged deflate stream: %s",
                        z->msg != NULL ? z->msg : "no reason known");
    }
    return nyz_zlib_fail(err, result, "inflate");
}

void nyz_inflate_free(nyz_inflater **inflater)
{
    nyz_inflater *const old = *inflater;
    if (old != NULL) {
        const nyz_allocator allocator = old->allocator;
        (void)inflateEnd(&old->z);
        nyz_release(&allocator, old, (int64_t)sizeof *old);
        *inflater = NULL;
    }
}

/* --------------------------------------------------------------------------- whole streams */

/* The stream must end where the bytes that it makes do, and take all of its own. */
static nyz_status inflate_exactly(nyz_inflater *inflater, const unsigned char *in,
                                  size_t in_size, unsigned char *out, size_t out_size,
                                  nyz_error *err)
{
    unsigned char excess = 0;
    unsigned char *behind = &excess;
    size_t room = sizeof excess;
    int done = 0;
    NYZ_TRY(nyz_inflate(inflater, &in, &in_size, &out, &out_size, &done, err));
    if (!done && out_size == 0) {
        NYZ_TRY(nyz_inflate(inflater, &in, &in_size, &behind, &room, &done, err));
    }
    return done && in_size == 0 && out_size == 0 && room > 0
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                          "not exactly one complete deflate stream");
}

nyz_status nyz_inflate_all(const nyz_allocator *allocator, const unsigned char *in,
                           size_t in_size, unsigned char *out, size_t out_size,
                           nyz_error *err)
{
    nyz_inflater *inflater = NULL;
    if (nyz_has_inflate_whole()) {
        return nyz_inflate_whole(in, in_size, out, out_size, err);
    }
    NYZ_TRY(nyz_inflate_new(allocator, &inflater, err));
    const nyz_status status = inflate_exactly(inflater, in, in_size, out, out_size, err);
    nyz_inflate_free(&inflater);
    return status;
}
