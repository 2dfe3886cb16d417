/* SPDX-License-Identifier: MIT */
/* Floats to integers, and 64-bit integers to float64, by AVX2: see cast_vector_x86.c. */
#include "array/cast_step_x86.h"

#include "array/cast.h"
#include "array/cast_internal.h"

/* ------------------------------------------------------------------- to at most 32 bits */

AVX2 static inline __m256d load_doubles(const unsigned char *from)
{
    return _mm256_castsi256_pd(LOAD_256(from));
}

/* 8 numbers of at most `high`, cut.  What is too small for an int32, and NaN, is INT32_MIN, which
 * packing makes the end of a narrower type. */
AVX2 static inline __m256i cut_float32(const unsigned char *from, int high)
{
    return _mm256_cvttps_epi32(
        _mm256_min_ps(_mm256_set1_ps((float)high), LOAD_FLOATS(from)));
}

AVX2 static inline __m256i cut_float64(const unsigned char *from, int high)
{
    const __m256d end = _mm256_set1_pd(high);
    return _mm256_set_m128i(
        _mm256_cvttpd_epi32(_mm256_min_pd(end, load_doubles(from + 32))),
        _mm256_cvttpd_epi32(_mm256_min_pd(end, load_doubles(from))));
}

/* Whether one of 16 is NaN. */
AVX2 static inline int nan_in_float32(const unsigned char *from)
{
    return _mm256_movemask_ps(_mm256_cmp_ps(LOAD_FLOATS(from), LOAD_FLOATS(from + 32),
                                            _CMP_UNORD_Q)) != 0;
}

AVX2 static inline int nan_in_float64(const unsigned char *from)
{
    const __m256d low =
        _mm256_cmp_pd(load_doubles(from), load_doubles(from + 32), _CMP_UNORD_Q);
    const __m256d high =
        _mm256_cmp_pd(load_doubles(from + 64), load_doubles(from + 96), _CMP_UNORD_Q);
    return _mm256_movemask_pd(_mm256_or_pd(low, high)) != 0;
}

AVX2 static inline void store_int16(unsigned char *to, __m256i low, __m256i high)
{
    STORE_256(to, in_order(_mm256_packs_epi32(low, high)));
}

AVX2 static inline void store_uint16(unsigned char *to, __m256i low, __m256i high)
{
    STORE_256(to, in_order(_mm256_packus_epi32(low, high)));
}

AVX2 static inline void store_int8(unsigned char *to, __m256i low, __m256i high)
{
    const __m256i pairs = in_order(_mm256_packs_epi32(low, high));
    STORE_128(to, _mm_packs_epi16(_mm256_castsi256_si128(pairs),
                                  _mm256_extracti128_si256(pairs, 1)));
}

AVX2 static inline void store_int32(unsigned char *to, __m256i low, __m256i high)
{
    STORE_256(to, low);
    STORE_256(to + 32, high);
}

/* To unsigned integers, where the smallest number is 0 as NaN is; and to signed ones. */
#define TO_UNSIGNED(FROM, from_size, TO, to_size, high)                                  \
    AVX2 static inline void step_##FROM##_##TO(const unsigned char *from,                \
                                               unsigned char *to)                        \
    {                                                                                    \
        store_##TO(to, cut_##FROM(from, high),                                           \
                   cut_##FROM(from + 8 * (from_size), high));                            \
    }                                                                                    \
    RUN(FROM, from_size, TO, to_size)
#define TO_SIGNED(FROM, FROM_TYPE, from_size, TO, TO_TYPE, to_size, high)                \
    AVX2 static inline void step_##FROM##_##TO(const unsigned char *from,                \
                                               unsigned char *to)                        \
    {                                                                                    \
        if (nan_in_##FROM(from)) {                                                       \
            nyz_cast_portable(FROM_TYPE, TO_TYPE)(from, to, STEP);                       \
        } else {                                                                         \
            store_##TO(to, cut_##FROM(from, high),                                       \
                       cut_##FROM(from + 8 * (from_size), high));                        \
        }                                                                                \
    }                                                                                    \
    RUN(FROM, from_size, TO, to_size)
TO_UNSIGNED(float32, 4, uint8, 1, UINT8_MAX)
TO_UNSIGNED(float32, 4, uint16, 2, UINT16_MAX)
TO_UNSIGNED(float64, 8, uint8, 1, UINT8_MAX)
TO_UNSIGNED(float64, 8, uint16, 2, UINT16_MAX)
TO_SIGNED(float32, NYZ_FLOAT32, 4, int8, NYZ_INT8, 1, INT8_MAX)
TO_SIGNED(float32, NYZ_FLOAT32, 4, int16, NYZ_INT16, 2, INT16_MAX)
TO_SIGNED(float64, NYZ_FLOAT64, 8, int8, NYZ_INT8, 1, INT8_MAX)
TO_SIGNED(float64, NYZ_FLOAT64, 8, int16, NYZ_INT16, 2, INT16_MAX)
TO_SIGNED(float64, NYZ_FLOAT64, 8, int32, NYZ_INT32, 4, INT32_MAX)

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
RUN(float32, 4, int32, 4)

AVX2 static inline __m256d clamped_doubles(__m256d v, double low, double high)
{
    const __m256d number = _mm256_and_pd(v, _mm256_cmp_pd(v, v, _CMP_ORD_Q));
    const __m256d raised = _mm256_max_pd(number, _mm256_set1_pd(low));
    return _mm256_min_pd(raised, _mm256_set1_pd(high));
}

/* 4 numbers, cut before 2 to the 31 is taken from them, and given back to their bits. */
AVX2 static inline __m128i cut_to_uint32(__m256d v)
{
    const __m256d whole = _mm256_round_pd(clamped_doubles(v, 0, UINT32_MAX),
                                          _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    const __m256d moved = _mm256_sub_pd(whole, _mm256_set1_pd(0x1p31));
    return _mm_xor_si128(_mm256_cvttpd_epi32(moved), _mm_set1_epi32(INT32_MIN));
}

AVX2 static inline void step_float64_uint32(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 4; part++, from += 32, to += 16) {
        STORE_128(to, cut_to_uint32(load_doubles(from)));
    }
}
RUN(float64, 8, uint32, 4)

AVX2 static inline void step_float32_uint32(const unsigned char *from, unsigned char *to)
{
    for (int part = 0; part < 4; part++, from += 16, to += 16) {
        STORE_128(to, cut_to_uint32(_mm256_cvtps_pd(_mm_castsi128_ps(LOAD_128(from)))));
    }
}
RUN(float32, 4, uint32, 4)

/* --------------------------------------------------------------------------------- to bool */

AVX2 static inline __m256i true_float32(const unsigned char *from)
{
    const __m256 zero = _mm256_setzero_ps();
    const __m256 is_true = _mm256_cmp_ps(LOAD_FLOATS(from), zero, _CMP_NEQ_UQ);
    return _mm256_srli_epi32(_mm256_castps_si256(is_true), 31);
}

AVX2 static inline __m256i true_float64(const unsigned char *from)
{
    const __m256d zero = _mm256_setzero_pd();
    const __m256d low = load_doubles(from);
    const __m256d high = load_doubles(from + 32);
    const __m256i pairs =
        _mm256_packs_epi32(_mm256_castpd_si256(_mm256_cmp_pd(low, zero, _CMP_NEQ_UQ)),
                           _mm256_castpd_si256(_mm256_cmp_pd(high, zero, _CMP_NEQ_UQ)));
    return _mm256_srli_epi32(in_order(pairs), 31);
}

#define STEP_BOOL(FROM, from_size)                                                       \
    AVX2 static inline void step_##FROM##_bool(const unsigned char *from,                \
                                               unsigned char *to)                        \
    {                                                                                    \
        store_int8(to, true_##FROM(from), true_##FROM(from + 8 * (from_size)));          \
    }                                                                                    \
    RUN(FROM, from_size, bool, 1)
STEP_BOOL(float32, 4)
STEP_BOOL(float64, 8)

/* ----------------------------------------------------------------------------- 64 bits */

/* The instruction gives INT64_MIN for what does not fit. */
#define TO_64(FROM, from_type, set, cut)                                                 \
    AVX2 static inline int64_t cut_##FROM##_int64(from_type v)                           \
    {                                                                                    \
        const int64_t whole = cut(set(v));                                               \
        return whole != INT64_MIN                                                        \
                   ? whole                                                               \
                   : NYZ_TO_SIGNED(v, int64_t, (from_type)0x1p63, INT64_MIN, INT64_MAX); \
    }                                                                                    \
    AVX2 static inline uint64_t cut_##FROM##_uint64(from_type v)                         \
    {                                                                                    \
        const int64_t whole = cut(set(v));                                               \
        return whole >= 0 ? (uint64_t)whole                                              \
                          : NYZ_TO_UNSIGNED(v, uint64_t, (from_type)0x1p64, UINT64_MAX); \
    }                                                                                    \
    LOOP(FROM, from_type, cut_##FROM##_int64(v), int64, int64_t)                         \
    LOOP(FROM, from_type, cut_##FROM##_uint64(v), uint64, uint64_t)
TO_64(float32, float, _mm_set_ss, _mm_cvttss_si64)
TO_64(float64, double, _mm_set_sd, _mm_cvttsd_si64)

/* The halves of an integer as doubles, each exact; their sum is rounded once.  2 to the 52 and 2 to
 * the 84 have bits behind the halves. */
static inline double bits_as_double(uint64_t bits)
{
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

static inline double sum_of_halves(uint64_t v, double end)
{
    const double low = bits_as_double((v & 0xffffffff) | UINT64_C(0x4330000000000000));
    const double high = bits_as_double(v >> 32 | UINT64_C(0x4530000000000000));
    return (high - end) + low;
}
LOOP(uint64, uint64_t, sum_of_halves(v, 0x1p84 + 0x1p52), float64, double)
LOOP(int64, uint64_t, sum_of_halves(v ^ UINT64_C(1) << 63, 0x1p84 + 0x1p63 + 0x1p52),
     float64, double)

/* ------------------------------------------------------------------------------ the rows */

nyz_cast *nyz_cast_integer_avx2(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        NYZ_INTEGER_ROWS(float32, NYZ_FLOAT32),
        NYZ_INTEGER_ROWS(float64, NYZ_FLOAT64),
        {NYZ_INT64, NYZ_FLOAT64, int64_to_float64},
        {NYZ_UINT64, NYZ_FLOAT64, uint64_to_float64},
    };
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
