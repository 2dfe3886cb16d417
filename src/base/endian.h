/* SPDX-License-Identifier: MIT */
/* Little-endian numbers in bytes, and the order of this machine's own. */
#ifndef NYZ_ENDIAN_H
#define NYZ_ENDIAN_H

#include <stdint.h>

static inline uint16_t nyz_load_le16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t nyz_load_le32(const unsigned char *p)
{
    return (uint32_t)nyz_load_le16(p) | (uint32_t)nyz_load_le16(p + 2) << 16;
}

static inline uint64_t nyz_load_le64(const unsigned char *p)
{
    return (uint64_t)nyz_load_le32(p) | (uint64_t)nyz_load_le32(p + 4) << 32;
}

static inline void nyz_store_le16(unsigned char *p, uint16_t v)
{
    p[0] = (unsigned char)(v & 0xff);
    p[1] = (unsigned char)(v >> 8);
}

static inline void nyz_store_le32(unsigned char *p, uint32_t v)
{
    nyz_store_le16(p, (uint16_t)(v & 0xffff));
    nyz_store_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void nyz_store_le64(unsigned char *p, uint64_t v)
{
    nyz_store_le32(p, (uint32_t)(v & 0xffffffff));
    nyz_store_le32(p + 4, (uint32_t)(v >> 32));
}

/* '<' or '>': how this machine stores numbers. */
static inline char nyz_native_byteorder(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1 ? '<' : '>';
}

#endif
