/* SPDX-License-Identifier: MIT */
/* CRC-32, by crc32_x86.c, libdeflate or zlib: see codec.h. */
#include "codec/codec.h"

#include "codec/crc32.h"
#include "codec/zlib_internal.h"

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

/* size > 0 */
static uint32_t library_crc32(uint32_t crc, const unsigned char *bytes, size_t size)
{
#ifdef HAVE_LIBDEFLATE
    return libdeflate_crc32(crc, bytes, size);
#else
    while (size > 0) {
        const size_t piece = size < NYZ_ZLIB_MAX ? size : NYZ_ZLIB_MAX;
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
    if (folded == size) { /* bytes may be NULL: the libraries would begin again */
        return crc;
    }
    return library_crc32(crc, (const unsigned char *)bytes + folded, size - folded);
}

/* In pieces, because not everywhere does zlib's function take 64 bits. */
uint32_t nyz_crc32_combine(uint32_t first, uint32_t second, int64_t second_size)
{
    for (; second_size > (int64_t)NYZ_ZLIB_MAX; second_size -= (int64_t)NYZ_ZLIB_MAX) {
        first = (uint32_t)crc32_combine(first, 0, (z_off_t)NYZ_ZLIB_MAX);
    }
    return (uint32_t)crc32_combine(first, second, (z_off_t)second_size);
}

uint32_t nyz_crc32_combine_next(nyz_crc32_combiner *combiner, uint32_t first,
                                uint32_t second, int64_t second_size)
{
#if ZLIB_VERNUM >= 0x12c0
    if (second_size <= (int64_t)NYZ_ZLIB_MAX) {
        if (second_size != combiner->size) {
            combiner->size = second_size;
            combiner->op = (uint32_t)crc32_combine_gen((z_off_t)second_size);
        }
        return (uint32_t)crc32_combine_op(first, second, combiner->op);
    }
#else
    (void)combiner;
#endif
    return nyz_crc32_combine(first, second, second_size);
}
