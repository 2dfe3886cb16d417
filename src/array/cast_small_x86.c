/* SPDX-License-Identifier: MIT */
/* 8-bit floats to and from float32 by AVX2: see cast_vector_x86.c.  The arithmetic with floats is exact,
 * or rounded as the instruction says, so that the thread's rounding mode changes nothing. */
#include "array/cast_step_x86.h"

#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/small_float.h"

/* ---------------------------------------------------------------------- codes to float32 */

/* The upper halves of the float32 of codes 0 to 15 as if all were subnormal: the lower bytes of all,
 * and the upper ones.  The lower halves are 0. */
AVX2 static inline __m256i subnormal_halves(nyz_small_float type)
{
    const int smallest = (128 - type.bias - type.digits) << 23;
    const __m256 unit = _mm256_castsi256_ps(_mm256_set1_epi32(smallest));
    const __m256 low = _mm256_mul_ps(_mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7), unit);
    const __m256 high = _mm256_mul_ps(_mm256_setr_ps(8, 9, 10, 11, 12, 13, 14, 15), unit);
    return in_order(
        _mm256_packus_epi32(_mm256_srli_epi32(_mm256_castps_si256(low), 16),
                            _mm256_srli_epi32(_mm256_castps_si256(high), 16)));
}

/* Of 16 codes that are numbers.  Each is 16 bits wide, the upper byte 0, so that it finds the byte
 * of code 0 there, which is 0. */
AVX2 static inline __m256i upper_halves(__m256i code, nyz_small_float type)
{
    const __m256i halves = subnormal_halves(type);
    const __m256i byte = _mm256_set1_epi16(0xff);
    const __m256i low_bytes = _mm256_and_si256(halves, byte);
    const __m256i packed =
        in_order(_mm256_packus_epi16(low_bytes, _mm256_srli_epi16(halves, 8)));
    const __m256i low = _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(1, 0, 1, 0));
    const __m256i high = _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 2, 3, 2));
    const __m256i size = _mm256_and_si256(code, _mm256_set1_epi16(0x7f));
    const __m256i sign = _mm256_slli_epi16(_mm256_xor_si256(code, size), 8);
    const __m256i bias = _mm256_set1_epi16((int16_t)((127 - type.bias) << 7));
    const __m256i normal =
        _mm256_add_epi16(_mm256_slli_epi16(size, 7 - type.digits), bias);
    const __m256i subnormal =
        _mm256_or_si256(_mm256_shuffle_epi8(low, size),
                        _mm256_slli_epi16(_mm256_shuffle_epi8(high, size), 8));
    const __m256i is_subnormal =
        _mm256_cmpgt_epi16(_mm256_set1_epi16((int16_t)(1 << type.digits)), size);
    return _mm256_or_si256(sign, _mm256_blendv_epi8(normal, subnormal, is_subnormal));
}

/* Whether one of 16 codes is infinity or NaN. */
AVX2 static inline int has_no_number(__m128i codes, nyz_small_float type)
{
    const __m128i size = _mm_and_si128(codes, _mm_set1_epi8(0x7f));
    const __m128i beyond = type.has_one_nan
                               ? _mm_cmpeq_epi8(codes, _mm_set1_epi8(-128))
                               : _mm_cmpgt_epi8(size, _mm_set1_epi8((char)type.most));
    return _mm_movemask_epi8(beyond) != 0;
}

AVX2 static inline void step_from_small(const unsigned char *from, unsigned char *to,
                                        nyz_small_float type, nyz_type name)
{
    const __m128i codes = LOAD_128(from);
    const __m256i zero = _mm256_setzero_si256();
    const __m256i halves = in_order(upper_halves(_mm256_cvtepu8_epi16(codes), type));
    if (has_no_number(codes, type)) {
        nyz_cast_portable(name, NYZ_FLOAT32)(from, to, STEP);
    } else {
        STORE_256(to, _mm256_unpacklo_epi16(zero, halves));
        STORE_256(to + 32, _mm256_unpackhi_epi16(zero, halves));
    }
}

/* ---------------------------------------------------------------------- float32 to codes */

/* nyz_to_small_float: what becomes subnormal is counted in units of the smallest number. */
AVX2 static inline __m256i to_small(__m256i bits, nyz_small_float type)
{
    const int shift = 23 - type.digits;
    const __m256i size = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
    const __m256i odd =
        _mm256_and_si256(_mm256_srli_epi32(size, shift), _mm256_set1_epi32(1));
    const __m256i up = _mm256_add_epi32(odd, _mm256_set1_epi32((1 << (shift - 1)) - 1));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(size, up), shift);
    const __m256i normal =
        _mm256_sub_epi32(rounded, _mm256_set1_epi32((127 - type.bias) << type.digits));
    const int largest = (126 + type.bias + type.digits) << 23;
    const __m256 units = _mm256_mul_ps(_mm256_castsi256_ps(size),
                                       _mm256_castsi256_ps(_mm256_set1_epi32(largest)));
    const __m256i subnormal = _mm256_cvttps_epi32(
        _mm256_round_ps(units, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    const __m256i is_subnormal =
        _mm256_cmpgt_epi32(_mm256_set1_epi32((128 - type.bias) << 23), size);
    const __m256i number =
        _mm256_min_epi32(_mm256_blendv_epi8(normal, subnormal, is_subnormal),
                         _mm256_set1_epi32((int)type.over));
    const __m256i is_nan = _mm256_cmpgt_epi32(size, _mm256_set1_epi32(0x7f800000));
    const __m256i code = _mm256_add_epi32(
        number, _mm256_and_si256(is_nan, _mm256_set1_epi32((int)(type.nan - type.over))));
    const __m256i sign =
        _mm256_and_si256(_mm256_srli_epi32(bits, 24), _mm256_set1_epi32(0x80));
    const __m256i has_sign =
        type.has_one_nan ? _mm256_cmpgt_epi32(code, _mm256_setzero_si256()) : sign;
    return _mm256_or_si256(code, _mm256_and_si256(sign, has_sign));
}

AVX2 static inline void step_to_small(const unsigned char *from, unsigned char *to,
                                      nyz_small_float type)
{
    store_uint8(to, to_small(LOAD_256(from), type), to_small(LOAD_256(from + 32), type));
}

/* ------------------------------------------------------------------------------- the loops */

#define BOTH_WAYS(TYPE, name, ...)                                                       \
    AVX2 static inline void step_##name##_float32(const unsigned char *from,             \
                                                  unsigned char *to)                     \
    {                                                                                    \
        step_from_small(from, to, (nyz_small_float){__VA_ARGS__}, TYPE);                 \
    }                                                                                    \
    AVX2 static inline void step_float32_##name(const unsigned char *from,               \
                                                unsigned char *to)                       \
    {                                                                                    \
        step_to_small(from, to, (nyz_small_float){__VA_ARGS__});                         \
    }                                                                                    \
    RUN(name, 1, float32, 4)                                                             \
    RUN(float32, 4, name, 1)
NYZ_SMALL_FLOATS(BOTH_WAYS)

#define ROWS(TYPE, name, ...)                                                            \
    {TYPE, NYZ_FLOAT32, name##_to_float32}, {NYZ_FLOAT32, TYPE, float32_to_##name},

nyz_cast *nyz_cast_small_avx2(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {NYZ_SMALL_FLOATS(ROWS)};
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
