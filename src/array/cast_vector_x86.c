/* SPDX-License-Identifier: MIT */
/* Loops for x86-64 processors with AVX2, for the pairs that weights of networks have: see cast.h.
 * They give the same bits as the portable loops. */
#include <immintrin.h>
#include <string.h>

#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/half.h"
#include "array/small_float.h"
#ifdef __clang__
#include <cpuid.h>
#endif

#define AVX2 __attribute__((target("avx2,f16c")))
enum { STEP = 16, WIDEST = 8 };

/* Steps of 16 numbers. */
#define LOAD_128(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define LOAD_256(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define LOAD_FLOATS(p) _mm256_castsi256_ps(LOAD_256(p))
#define STORE_128(p, v) _mm_storeu_si128((__m128i *)(void *)(p), v)
#define STORE_256(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define STORE_FLOATS(p, v) STORE_256(p, _mm256_castps_si256(v))

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

/* -------------------------------------------------------------------------------- integers */

AVX2 static inline void step_uint8_float32(const unsigned char *from, unsigned char *to)
{
    const __m128i v = LOAD_128(from);
    const __m256i low = _mm256_cvtepu8_epi32(v);
    const __m256i high = _mm256_cvtepu8_epi32(_mm_srli_si128(v, 8));
    STORE_FLOATS(to, _mm256_cvtepi32_ps(low));
    STORE_FLOATS(to + 32, _mm256_cvtepi32_ps(high));
}

AVX2 static inline void step_int8_float32(const unsigned char *from, unsigned char *to)
{
    const __m128i v = LOAD_128(from);
    const __m256i low = _mm256_cvtepi8_epi32(v);
    const __m256i high = _mm256_cvtepi8_epi32(_mm_srli_si128(v, 8));
    STORE_FLOATS(to, _mm256_cvtepi32_ps(low));
    STORE_FLOATS(to + 32, _mm256_cvtepi32_ps(high));
}

AVX2 static inline void step_int32_float32(const unsigned char *from, unsigned char *to)
{
    STORE_FLOATS(to, _mm256_cvtepi32_ps(LOAD_256(from)));
    STORE_FLOATS(to + 32, _mm256_cvtepi32_ps(LOAD_256(from + 32)));
}

/* What does not fit comes as INT32_MIN, whose bits are flipped where it is too large. */
AVX2 static inline void step_float32_int32(const unsigned char *from, unsigned char *to)
{
    const __m256 end = _mm256_set1_ps(2147483648.0F);
    for (int part = 0; part < 2; part++, from += 32, to += 32) {
        const __m256 v = LOAD_FLOATS(from);
        const __m256 large = _mm256_cmp_ps(v, end, _CMP_GE_OQ);
        const __m256 number = _mm256_cmp_ps(v, v, _CMP_ORD_Q);
        const __m256i cut =
            _mm256_xor_si256(_mm256_cvttps_epi32(v), _mm256_castps_si256(large));
        STORE_256(to, _mm256_and_si256(cut, _mm256_castps_si256(number)));
    }
}

/* 8 floats between two ends, cut; NaN as 0. */
AVX2 static inline __m256i clamped(const unsigned char *from, float low, float high)
{
    const __m256 v = LOAD_FLOATS(from);
    const __m256 number = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
    const __m256 raised = _mm256_max_ps(number, _mm256_set1_ps(low));
    return _mm256_cvttps_epi32(_mm256_min_ps(raised, _mm256_set1_ps(high)));
}

/* 16 of them as int16. */
AVX2 static inline __m256i clamped_pairs(const unsigned char *from, float low, float high)
{
    const __m256i pairs =
        _mm256_packs_epi32(clamped(from, low, high), clamped(from + 32, low, high));
    return _mm256_permute4x64_epi64(pairs, _MM_SHUFFLE(3, 1, 2, 0));
}

AVX2 static inline void step_float32_uint8(const unsigned char *from, unsigned char *to)
{
    const __m256i v = clamped_pairs(from, 0, UINT8_MAX);
    STORE_128(
        to, _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}

AVX2 static inline void step_float32_int8(const unsigned char *from, unsigned char *to)
{
    const __m256i v = clamped_pairs(from, INT8_MIN, INT8_MAX);
    STORE_128(to,
              _mm_packs_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}

AVX2 static inline void step_float32_int16(const unsigned char *from, unsigned char *to)
{
    STORE_256(to, clamped_pairs(from, INT16_MIN, INT16_MAX));
}

AVX2 static inline void step_float64_int32(const unsigned char *from, unsigned char *to)
{
    const __m256d low = _mm256_set1_pd(INT32_MIN);
    const __m256d high = _mm256_set1_pd(INT32_MAX);
    for (int part = 0; part < 4; part++, from += 32, to += 16) {
        const __m256d v = _mm256_castsi256_pd(LOAD_256(from));
        const __m256d number = _mm256_and_pd(v, _mm256_cmp_pd(v, v, _CMP_ORD_Q));
        const __m256d between = _mm256_min_pd(_mm256_max_pd(number, low), high);
        STORE_128(to, _mm256_cvttpd_epi32(between));
    }
}

/* ------------------------------------------------------------------------------- the loops */

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
RUN(float16, 2, float32, 4)
RUN(float32, 4, float16, 2)
RUN(bfloat16, 2, float32, 4)
RUN(float32, 4, bfloat16, 2)
RUN(float32, 4, float64, 8)
RUN(float64, 8, float32, 4)
RUN(uint8, 1, float32, 4)
RUN(int8, 1, float32, 4)
RUN(int32, 4, float32, 4)
RUN(float32, 4, int32, 4)
RUN(float32, 4, uint8, 1)
RUN(float32, 4, int8, 1)
RUN(float32, 4, int16, 2)
RUN(float64, 8, int32, 4)

/* ------------------------------------------------- what compilers make vectors of themselves */

#define LOOP_AVX2(...) AVX2 LOOP(__VA_ARGS__)
#define TO_SMALL(TYPE, name, ...)                                                        \
    LOOP_AVX2(float32, uint32_t,                                                         \
              nyz_to_small_float(v, ((nyz_small_float){__VA_ARGS__})), name, uint8_t)
NYZ_SMALL_FLOATS(TO_SMALL)
NYZ_CLAMP(clamp_float, float)
NYZ_CLAMP(clamp_double, double)
LOOP_AVX2(float32, float, (int32_t)clamp_float(v, 0, UINT16_MAX), uint16, uint16_t)
LOOP_AVX2(float64, double, (int32_t)clamp_double(v, INT8_MIN, INT8_MAX), int8, int8_t)
LOOP_AVX2(float64, double, (int32_t)clamp_double(v, INT16_MIN, INT16_MAX), int16, int16_t)
LOOP_AVX2(float64, double, (int32_t)clamp_double(v, 0, UINT8_MAX), uint8, uint8_t)
LOOP_AVX2(float64, double, (int32_t)clamp_double(v, 0, UINT16_MAX), uint16, uint16_t)

/* --------------------------------------------------------------------------------- choosing */

/* clang 14 does not know it by name. */
static int has_f16c(void)
{
#ifdef __clang__
    unsigned a;
    unsigned b;
    unsigned c;
    unsigned d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) != 0;
#else
    return __builtin_cpu_supports("f16c");
#endif
}

nyz_cast *nyz_cast_vector(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        {NYZ_FLOAT32, NYZ_INT8, float32_to_int8},
        {NYZ_FLOAT32, NYZ_INT16, float32_to_int16},
        {NYZ_FLOAT32, NYZ_INT32, float32_to_int32},
        {NYZ_FLOAT32, NYZ_UINT8, float32_to_uint8},
        {NYZ_FLOAT32, NYZ_UINT16, float32_to_uint16},
        {NYZ_FLOAT32, NYZ_FLOAT16, float32_to_float16},
        {NYZ_FLOAT32, NYZ_BFLOAT16, float32_to_bfloat16},
        {NYZ_FLOAT32, NYZ_FLOAT64, float32_to_float64},
        {NYZ_FLOAT64, NYZ_INT8, float64_to_int8},
        {NYZ_FLOAT64, NYZ_INT16, float64_to_int16},
        {NYZ_FLOAT64, NYZ_INT32, float64_to_int32},
        {NYZ_FLOAT64, NYZ_UINT8, float64_to_uint8},
        {NYZ_FLOAT64, NYZ_UINT16, float64_to_uint16},
        {NYZ_FLOAT64, NYZ_FLOAT32, float64_to_float32},
        {NYZ_FLOAT16, NYZ_FLOAT32, float16_to_float32},
        {NYZ_BFLOAT16, NYZ_FLOAT32, bfloat16_to_float32},
        {NYZ_UINT8, NYZ_FLOAT32, uint8_to_float32},
        {NYZ_INT8, NYZ_FLOAT32, int8_to_float32},
        {NYZ_INT32, NYZ_FLOAT32, int32_to_float32},
        {NYZ_FLOAT32, NYZ_FLOAT8_E3M4, float32_to_e3m4},
        {NYZ_FLOAT32, NYZ_FLOAT8_E4M3, float32_to_e4m3},
        {NYZ_FLOAT32, NYZ_FLOAT8_E4M3FN, float32_to_e4m3fn},
        {NYZ_FLOAT32, NYZ_FLOAT8_E4M3FNUZ, float32_to_e4m3fnuz},
        {NYZ_FLOAT32, NYZ_FLOAT8_E4M3B11FNUZ, float32_to_e4m3b11fnuz},
        {NYZ_FLOAT32, NYZ_FLOAT8_E5M2, float32_to_e5m2},
        {NYZ_FLOAT32, NYZ_FLOAT8_E5M2FNUZ, float32_to_e5m2fnuz},
    };
    nyz_cast *const loop = nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
    return loop != NULL && __builtin_cpu_supports("avx2") && has_f16c() ? loop : NULL;
}
