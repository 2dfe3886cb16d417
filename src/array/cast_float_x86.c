/* SPDX-License-Identifier: MIT */
/* Floats to floats by AVX2 and F16C: see cast_vector_x86.c. */
#include "array/cast_step_x86.h"

#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/half.h"

AVX2 static inline int has_nan(__m256 v)
{
    return _mm256_movemask_ps(_mm256_cmp_ps(v, v, _CMP_UNORD_Q)) != 0;
}

/* --------------------------------------------------------------- float16, without its NaNs */

/* The instructions make a NaN quiet; the portable loops do not. */
AVX2 static inline void nans_from_half(const unsigned char *from, unsigned char *to)
{
    for (int i = 0; i < 8; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        const uint32_t bits = (uint32_t)nyz_from_half(half, 23, 127);
        memcpy(to + 4 * i, &bits, sizeof bits);
    }
}

AVX2 static inline void nans_to_half(const unsigned char *from, unsigned char *to)
{
    for (int i = 0; i < 8; i++) {
        uint32_t bits;
        memcpy(&bits, from + 4 * i, sizeof bits);
        const uint16_t half = nyz_to_half(bits, 23, 127);
        memcpy(to + 2 * i, &half, sizeof half);
    }
}

AVX2 static inline void step_float16_float32(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 2; part++, from += 16, to += 32) {
        const __m256 v = _mm256_cvtph_ps(LOAD_128(from));
        if (has_nan(v)) {
            nans_from_half(from, to);
        } else {
            STORE_FLOATS(to, v);
        }
    }
}

AVX2 static inline void step_float32_float16(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 2; part++, from += 32, to += 16) {
        const __m256 v = LOAD_FLOATS(from);
        if (has_nan(v)) {
            nans_to_half(from, to);
        } else {
            STORE_128(to, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
        }
    }
}

/* -------------------------------------------------------------------------------- bfloat16 */

AVX2 static inline void step_bfloat16_float32(const unsigned char *from,
                                              unsigned char *to)
{
    for (int part = 0; part < 2; part++, from += 16, to += 32) {
        STORE_256(to, _mm256_slli_epi32(_mm256_cvtepu16_epi32(LOAD_128(from)), 16));
    }
}

/* 8 numbers of 32 bits, the lower half of each the result: nyz_to_bfloat16. */
AVX2 static inline __m256i round_to_bfloat16(__m256i bits)
{
    const __m256i upper = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
    const __m256i up = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, up), 16);
    const __m256i sign = _mm256_and_si256(upper, _mm256_set1_epi32(0x8000));
    const __m256i quiet = _mm256_or_si256(sign, _mm256_set1_epi32(0x7fc0));
    const __m256i size = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
    const __m256i is_nan = _mm256_cmpgt_epi32(size, _mm256_set1_epi32(0x7f800000));
    return _mm256_blendv_epi8(rounded, quiet, is_nan);
}

AVX2 static inline void step_float32_bfloat16(const unsigned char *from,
                                              unsigned char *to)
{
    const __m256i low = round_to_bfloat16(LOAD_256(from));
    const __m256i high = round_to_bfloat16(LOAD_256(from + 32));
    const __m256i packed = _mm256_packus_epi32(low, high); /* by halves of a vector */
    STORE_256(to, _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0)));
}

/* ----------------------------------------------------------------------------- other floats */

AVX2 static inline void step_float32_float64(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 4; part++, from += 16, to += 32) {
        const __m128 v = _mm_castsi128_ps(LOAD_128(from));
        STORE_256(to, _mm256_castpd_si256(_mm256_cvtps_pd(v)));
    }
}

AVX2 static inline void step_float64_float32(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 4; part++, from += 32, to += 16) {
        const __m256d v = _mm256_castsi256_pd(LOAD_256(from));
        STORE_128(to, _mm_castps_si128(_mm256_cvtpd_ps(v)));
    }
}

/* ----------------------------------------------------------------------- float16 and float64 */

AVX2 static inline __m256d load_doubles(const unsigned char *from)
{
    return _mm256_castsi256_pd(LOAD_256(from));
}

AVX2 static inline void nans_from_half_to_double(const unsigned char *from,
                                                 unsigned char *to)
{
    for (int i = 0; i < 8; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        const uint64_t bits = nyz_from_half(half, 52, 1023);
        memcpy(to + 8 * i, &bits, sizeof bits);
    }
}

AVX2 static inline void nans_from_double_to_half(const unsigned char *from,
                                                 unsigned char *to)
{
    for (int i = 0; i < 8; i++) {
        uint64_t bits;
        memcpy(&bits, from + 8 * i, sizeof bits);
        const uint16_t half = nyz_to_half(bits, 52, 1023);
        memcpy(to + 2 * i, &half, sizeof half);
    }
}

AVX2 static inline void step_float16_float64(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 2; part++, from += 16, to += 64) {
        const __m256 v = _mm256_cvtph_ps(LOAD_128(from));
        const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
        const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
        if (has_nan(v)) {
            nans_from_half_to_double(from, to);
        } else {
            STORE_256(to, _mm256_castpd_si256(low));
            STORE_256(to + 32, _mm256_castpd_si256(high));
        }
    }
}

/* 4 floats whose last bit is 1 where digits were cut off: they are rounded to float16 as the doubles
 * would be.  What a float does not hold, float16 does not, either. */
AVX2 static inline __m128 cut_to_float(__m256d v)
{
    const __m256i bits = _mm256_castpd_si256(v);
    const __m256i cut = _mm256_set1_epi64x(0x1fffffff);
    const __m256i last = _mm256_set1_epi64x(0x20000000);
    const __m256i rest = _mm256_and_si256(bits, cut);
    const __m256i exact = _mm256_cmpeq_epi64(rest, _mm256_setzero_si256());
    const __m256i odd = _mm256_or_si256(bits, _mm256_andnot_si256(exact, last));
    return _mm256_cvtpd_ps(_mm256_castsi256_pd(_mm256_andnot_si256(cut, odd)));
}

AVX2 static inline void step_float64_float16(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 2; part++, from += 64, to += 16) {
        const __m256d low = load_doubles(from);
        const __m256d high = load_doubles(from + 32);
        const __m256d nan = _mm256_cmp_pd(low, high, _CMP_UNORD_Q);
        const __m256 v = _mm256_set_m128(cut_to_float(high), cut_to_float(low));
        if (_mm256_movemask_pd(nan) != 0) {
            nans_from_double_to_half(from, to);
        } else {
            STORE_128(to, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
        }
    }
}

/* ------------------------------------------------------------------------------- the loops */

RUN(float16, 2, float32, 4)
RUN(float32, 4, float16, 2)
RUN(float16, 2, float64, 8)
RUN(float64, 8, float16, 2)
RUN(bfloat16, 2, float32, 4)
RUN(float32, 4, bfloat16, 2)
RUN(float32, 4, float64, 8)
RUN(float64, 8, float32, 4)

nyz_cast *nyz_cast_float_avx2(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        {NYZ_FLOAT16, NYZ_FLOAT32, float16_to_float32},
        {NYZ_FLOAT32, NYZ_FLOAT16, float32_to_float16},
        {NYZ_FLOAT16, NYZ_FLOAT64, float16_to_float64},
        {NYZ_FLOAT64, NYZ_FLOAT16, float64_to_float16},
        {NYZ_BFLOAT16, NYZ_FLOAT32, bfloat16_to_float32},
        {NYZ_FLOAT32, NYZ_BFLOAT16, float32_to_bfloat16},
        {NYZ_FLOAT32, NYZ_FLOAT64, float32_to_float64},
        {NYZ_FLOAT64, NYZ_FLOAT32, float64_to_float32},
    };
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
