/* SPDX-License-Identifier: MIT */
/* A worker without CRCs: linked with -Wl,--wrap=nyz_crc32, so that the library calls this
 * instead of its own function.  It reads the archives whose CRCs data.py has set to 0,
 * and no others. */
#include <stddef.h>
#include <stdint.h>

uint32_t __wrap_nyz_crc32(uint32_t crc, const void *bytes, size_t size);

uint32_t __wrap_nyz_crc32(uint32_t crc, const void *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return crc;
}
