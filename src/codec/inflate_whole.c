/* SPDX-License-Identifier: MIT */
/* Whole streams inflated by libdeflate, whose memory comes from malloc: see codec.h. */
#include "codec/codec.h"

#include "base/error.h"

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

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
    return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "not exactly one complete deflate stream");
}
