/* SPDX-License-Identifier: MIT */
/* No CRC-32 of our own: zlib's or libdeflate's does all.  See crc32.h. */
#include "codec/crc32.h"

size_t nyz_crc32_fold(uint32_t *crc, const unsigned char *bytes, size_t size)
{
    (void)crc;
    (void)bytes;
    (void)size;
    return 0;
}
