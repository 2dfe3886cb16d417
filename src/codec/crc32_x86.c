/* SPDX-License-Identifier: MIT */
/* CRC-32 on x86-64 processors with PCLMULQDQ, four times 64 bytes at a time with
 * VPCLMULQDQ.  See crc32.h.
 *
 * A CRC is the remainder of a polynomial, whose bits are the message.  128 bits of it can
 * be moved D bits nearer to the end without changing the remainder: their halves are
 * multiplied by x^(D+32) and x^(D-32) modulo the CRC's polynomial, and the products added
 * to the 128 bits that stand there.  So a long message folds into 16 bytes, whose CRC
 * zlib takes. */
#include "codec/crc32.h"

#include <immintrin.h>
#include <string.h>
#include <zlib.h>

/* x^(D+32) and x^(D-32) modulo 0x104c11db7, bits mirrored, shifted left by one. */
#define FOLD_128 0x1751997d0, 0x0ccaa009e
#define FOLD_512 0x154442bd4, 0x1c6e41596
#define FOLD_2048 0x11542778a, 0x1322d1430

/* The CRC of the message that has been folded into 16 bytes: there is nothing before
 * them, so that the register begins at 0, which zlib writes as its inverse. */
__attribute__((target("pclmul,sse4.1"))) static uint32_t finish(__m128i folded)
{
    unsigned char bytes[16];
    _mm_storeu_si128((__m128i *)bytes, folded);
    return (uint32_t)crc32(0xffffffff, bytes, sizeof bytes);
}

__attribute__((target("pclmul,sse4.1"))) static __m128i fold(__m128i from, __m128i by,
                                                             __m128i to)
{
    const __m128i low = _mm_clmulepi64_si128(from, by, 0x00);
    const __m128i high = _mm_clmulepi64_si128(from, by, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), to);
}

__attribute__((target("pclmul,sse4.1"))) static __m128i load(const unsigned char *bytes)
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

__attribute__((target("pclmul,sse4.1"))) static __m128i pair(int64_t low, int64_t high)
{
    return _mm_set_epi64x(high, low);
}

/* 64 bytes at a time. */
__attribute__((target("pclmul,sse4.1"))) static size_t
fold_64(uint32_t *crc, const unsigned char *bytes, size_t size)
{
    const size_t whole = size / 64 * 64;
    const __m128i by = pair(FOLD_512);
    __m128i part[4];
    for (int i = 0; i < 4; i++) {
        part[i] = load(bytes + 16 * i);
    }
    part[0] = _mm_xor_si128(part[0], _mm_cvtsi32_si128((int)~*crc));
    for (size_t at = 64; at < whole; at += 64) {
        for (int i = 0; i < 4; i++) {
            part[i] = fold(part[i], by, load(bytes + at + 16 * (size_t)i));
        }
    }
    for (int i = 0; i < 3; i++) {
        part[i + 1] = fold(part[i], pair(FOLD_128), part[i + 1]);
    }
    *crc = finish(part[3]);
    return whole;
}

#define TARGET_512 __attribute__((target("avx512f,vpclmulqdq,pclmul,sse4.1")))

TARGET_512 static __m512i fold_wide(__m512i from, __m512i by, __m512i to)
{
    const __m512i low = _mm512_clmulepi64_epi128(from, by, 0x00);
    const __m512i high = _mm512_clmulepi64_epi128(from, by, 0x11);
    return _mm512_xor_si512(_mm512_xor_si512(low, high), to);
}

TARGET_512 static __m512i pairs(int64_t low, int64_t high)
{
    return _mm512_broadcast_i32x4(pair(low, high));
}

/* 256 bytes at a time. */
TARGET_512 static size_t fold_256(uint32_t *crc, const unsigned char *bytes, size_t size)
{
    const size_t whole = size / 256 * 256;
    const __m512i by = pairs(FOLD_2048);
    __m512i part[4];
    for (int i = 0; i < 4; i++) {
        part[i] = _mm512_loadu_si512(bytes + 64 * i);
    }
    part[0] =
        _mm512_xor_si512(part[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~*crc)));
    for (size_t at = 256; at < whole; at += 256) {
        for (int i = 0; i < 4; i++) {
            part[i] =
                fold_wide(part[i], by, _mm512_loadu_si512(bytes + at + 64 * (size_t)i));
        }
    }
    for (int i = 0; i < 3; i++) {
        part[i + 1] = fold_wide(part[i], pairs(FOLD_512), part[i + 1]);
    }
    __m128i quarter[4];
    memcpy(quarter, &part[3], sizeof quarter);
    for (int i = 0; i < 3; i++) {
        quarter[i + 1] = fold(quarter[i], pair(FOLD_128), quarter[i + 1]);
    }
    *crc = finish(quarter[3]);
    return whole;
}

size_t nyz_crc32_fold(uint32_t *crc, const unsigned char *bytes, size_t size)
{
    if (size >= 1024 && __builtin_cpu_supports("vpclmulqdq") &&
        __builtin_cpu_supports("avx512f")) {
        return fold_256(crc, bytes, size);
    }
    if (size >= 256 && __builtin_cpu_supports("pclmul") &&
        __builtin_cpu_supports("sse4.1")) {
        return fold_64(crc, bytes, size);
    }
    return 0;
}
