/* SPDX-License-Identifier: MIT */
/* What the files with kernels for x86-64 share (cast_*_x86.c): steps of 16 numbers, and the loops made
 * of them.  A kernel gives the bits of the portable loop.  It is for AVX2 and F16C, if the file does not
 * say otherwise. */
#ifndef NYZ_CAST_STEP_X86_H
#define NYZ_CAST_STEP_X86_H

#include <immintrin.h>
#include <string.h>

#ifndef NYZ_CAST_TARGET
#define NYZ_CAST_TARGET __attribute__((target("avx2,f16c")))
#endif
#define AVX2 NYZ_CAST_TARGET
enum { STEP = 16, WIDEST = 16 };

#define LOAD_128(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define LOAD_256(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define LOAD_FLOATS(p) _mm256_castsi256_ps(LOAD_256(p))
#define STORE_128(p, v) _mm_storeu_si128((__m128i *)(void *)(p), v)
#define STORE_256(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define STORE_FLOATS(p, v) STORE_256(p, _mm256_castps_si256(v))

/* The same order after 8 and 8 numbers were packed, by halves of a vector. */
AVX2 static inline __m256i in_order(__m256i packed)
{
    return _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0));
}

/* 16 numbers that fit. */
AVX2 static inline void store_uint8(unsigned char *to, __m256i low, __m256i high)
{
    const __m256i pairs = in_order(_mm256_packus_epi32(low, high));
    STORE_128(to, _mm_packus_epi16(_mm256_castsi256_si128(pairs),
                                   _mm256_extracti128_si256(pairs, 1)));
}

/* The last numbers, fewer than a step, go through room for one. */
#define RUN(FROM, from_size, TO, to_size)                                                \
    AVX2 static void FROM##_to_##TO(const unsigned char *from, unsigned char *to,        \
                                    int64_t count)                                       \
    {                                                                                    \
        unsigned char in[STEP * WIDEST] = {0};                                           \
        unsigned char out[STEP * WIDEST];                                                \
        for (; count >= STEP; count -= STEP) {                                           \
            step_##FROM##_##TO(from, to);                                                \
            from += STEP * (from_size);                                                  \
            to += STEP * (to_size);                                                      \
        }                                                                                \
        if (count > 0) {                                                                 \
            memcpy(in, from, (size_t)count *(from_size));                                \
            step_##FROM##_##TO(in, out);                                                 \
            memcpy(to, out, (size_t)count *(to_size));                                   \
        }                                                                                \
    }

#endif
