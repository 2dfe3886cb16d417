/* CRC-32 and raw deflate streams, by zlib and libdeflate.  zlib's own memory comes from
 * the caller's allocator; libdeflate's from malloc. */
#include "codec.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "alloc.h"
#include "crc32.h"

/* zlib counts in unsigned int: no call gets more than this. */
#define PIECE ((size_t)1 << 30)

/* Before each of zlib's blocks stands its size, which our free wants to know. */
#define SIZE_PREFIX 64

struct nyz_inflater {
    nyz_allocator allocator;
    z_stream z;
};

struct nyz_deflater {
    nyz_allocator allocator;
    z_stream z;
    unsigned char output[NYZ_CHUNK];
};

static uint32_t library_crc32(uint32_t crc, const unsigned char *bytes, size_t size)
{
#ifdef HAVE_LIBDEFLATE
    return size == 0 ? crc : libdeflate_crc32(crc, bytes, size);
#else
    while (size > 0) {
        const size_t piece = size < PIECE ? size : PIECE;
        crc = (uint32_t)crc32(crc, bytes, (uInt)piece);
        bytes += piece;
        size -= piece;
    }
    return crc;
#endif
}

uint32_t nyz_crc32(uint32_t crc, const void *bytes, size_t size)
{
    const size_t folded = nyz_crc32_fold(&crc, bytes, size);
    return library_crc32(crc, (const unsigned char *)bytes + folded, size - folded);
}

/* In pieces, because not everywhere does zlib's function take 64 bits. */
uint32_t nyz_crc32_combine(uint32_t first, uint32_t second, int64_t second_size)
{
    for (; second_size > (int64_t)PIECE; second_size -= (int64_t)PIECE) {
        first = (uint32_t)crc32_combine(first, 0, (z_off_t)PIECE);
    }
    return (uint32_t)crc32_combine(first, second, (z_off_t)second_size);
}

int nyz_has_inflate_whole(void)
{
#ifdef HAVE_LIBDEFLATE
    return 1;
#else
    return 0;
#endif
}

nyz_status nyz_inflate_whole(const unsigned char *in, size_t in_size, unsigned char *out,
                             size_t out_size, nyz_error *err)
{
#ifdef HAVE_LIBDEFLATE
    size_t taken = 0;
    struct libdeflate_decompressor *const d = libdeflate_alloc_decompressor();
    if (d == NULL) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "no memory for libdeflate to inflate");
    }
    const enum libdeflate_result result =
        libdeflate_deflate_decompress_ex(d, in, in_size, out, out_size, &taken, NULL);
    libdeflate_free_decompressor(d);
    if (result == LIBDEFLATE_SUCCESS && taken == in_size) {
        return NYZ_OK;
    }
#else
    (void)in;
    (void)in_size;
    (void)out;
    (void)out_size;
#endif
    return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "not one whole deflate stream");
}

static voidpf zlib_alloc(voidpf allocator, uInt count, uInt size)
{
    int64_t bytes;
    void *memory;
    if (nyz_mul(count, size, &bytes) || nyz_add(bytes, SIZE_PREFIX, &bytes) ||
        nyz_alloc(allocator, bytes, &memory, NULL) != NYZ_OK) {
        return Z_NULL;
    }
    memcpy(memory, &bytes, sizeof bytes);
    return (unsigned char *)memory + SIZE_PREFIX;
}

static void zlib_free(voidpf allocator, voidpf block)
{
    unsigned char *const memory = (unsigned char *)block - SIZE_PREFIX;
    int64_t bytes;
    memcpy(&bytes, memory, sizeof bytes);
    nyz_release(allocator, memory, bytes);
}

static void set_allocator(z_stream *z, nyz_allocator *allocator)
{
    z->zalloc = zlib_alloc;
    z->zfree = zlib_free;
    z->opaque = allocator;
}

/* What zlib says of a failure that is not the data's. */
static nyz_status fail_zlib(nyz_error *err, int result, const char *what)
{
    if (result == Z_MEM_ERROR) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "no memory for zlib to %s", what);
    }
    return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1, "zlib %s cannot %s (its error %d)",
                    zlibVersion(), what, result);
}

nyz_status nyz_inflate_new(const nyz_allocator *allocator, nyz_inflater **out,
                           nyz_error *err)
{
    void *memory;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof(nyz_inflater), &memory, err));
    nyz_inflater *const inflater = memory;
    inflater->allocator = *allocator;
    set_allocator(&inflater->z, &inflater->allocator);
    const int result = inflateInit2(&inflater->z, -MAX_WBITS);
    if (result != Z_OK) {
        nyz_release(allocator, memory, (int64_t)sizeof(nyz_inflater));
        return fail_zlib(err, result, "inflate");
    }
    *out = inflater;
    return NYZ_OK;
}

/* One call of zlib's, for at most PIECE bytes each way; moves the four on. */
static int inflate_piece(z_stream *z, const unsigned char **in, size_t *in_size,
                         unsigned char **out, size_t *out_size)
{
    unsigned char nothing;
    const size_t in_piece = *in_size < PIECE ? *in_size : PIECE;
    const size_t out_piece = *out_size < PIECE ? *out_size : PIECE;
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
    if (result == Z_DATA_ERROR || result == Z_NEED_DICT) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "damaged deflate stream: %s",
                        z->msg != NULL ? z->msg : "no reason known");
    }
    return fail_zlib(err, result, "inflate");
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

nyz_status nyz_deflate_new(const nyz_allocator *allocator, int level, nyz_deflater **out,
                           nyz_error *err)
{
    void *memory;
    *out = NULL;
    NYZ_TRY(nyz_alloc(allocator, (int64_t)sizeof(nyz_deflater), &memory, err));
    nyz_deflater *const deflater = memory;
    deflater->allocator = *allocator;
    memset(&deflater->z, 0, sizeof deflater->z);
    set_allocator(&deflater->z, &deflater->allocator);
    const int result = deflateInit2(&deflater->z, level, Z_DEFLATED, -MAX_WBITS, 8,
                                    Z_DEFAULT_STRATEGY); /* docs/format.md 5 */
    if (result != Z_OK) {
        nyz_release(allocator, memory, (int64_t)sizeof(nyz_deflater));
        return fail_zlib(err, result, "deflate");
    }
    deflater->z.next_out = deflater->output;
    deflater->z.avail_out = (uInt)sizeof deflater->output;
    *out = deflater;
    return NYZ_OK;
}

static nyz_status write_output(nyz_deflater *deflater, const nyz_sink *sink,
                               int64_t *written, nyz_error *err)
{
    const int64_t size = (int64_t)(sizeof deflater->output - deflater->z.avail_out);
    if (size > 0) {
        NYZ_TRY(nyz_sink_put(sink, deflater->output, size, err));
        *written += size;
        deflater->z.next_out = deflater->output;
        deflater->z.avail_out = (uInt)sizeof deflater->output;
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
            return fail_zlib(err, result, "deflate");
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
            return fail_zlib(err, result, "deflate");
        }
        NYZ_TRY(write_output(deflater, sink, written, err));
    } while (result != Z_STREAM_END);
    return NYZ_OK;
}

nyz_status nyz_deflate(nyz_deflater *deflater, const void *bytes, int64_t size,
                       int finish, const nyz_sink *sink, int64_t *written, nyz_error *err)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        const int64_t piece = nyz_min(size, (int64_t)PIECE);
        NYZ_TRY(deflate_piece(deflater, next, (size_t)piece, sink, written, err));
        next += piece;
        size -= piece;
    }
    return finish ? deflate_end(deflater, sink, written, err) : NYZ_OK;
}

void nyz_deflate_free(nyz_deflater **deflater)
{
    nyz_deflater *const old = *deflater;
    if (old != NULL) {
        const nyz_allocator allocator = old->allocator;
        (void)deflateEnd(&old->z);
        nyz_release(&allocator, old, (int64_t)sizeof *old);
        *deflater = NULL;
    }
}
