/* SPDX-License-Identifier: MIT */
/* What the files with kernels for x86-64 share (cast_*_x86.c).  These are for AVX2 and F16C, if the file
 * does not say otherwise. */
#ifndef NYZ_CAST_STEP_X86_H
#define NYZ_CAST_STEP_X86_H

#include <immintrin.h>
#include <string.h>

#ifndef NYZ_CAST_TARGET
#define NYZ_CAST_TARGET __attribute__((target("avx2,f16c")))
#endif
#define AVX2 NYZ_CAST_TARGET
#include "array/cast_step.h"

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

#endif
