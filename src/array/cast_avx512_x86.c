/* SPDX-License-Identifier: MIT */
/* Loops that are faster with AVX-512 than with AVX2: see cast_vector_x86.c.  It converts floats to and
 * from unsigned and 64-bit integers, narrows by one instruction, and leaves NaN out by a mask. */
#define NYZ_CAST_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#include "array/cast_step_x86.h"

#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/small_float.h"

/* ------------------------------------------------- what compilers make vectors of themselves */

LOOP(uint32, uint32_t, v != 0, bool, uint8_t)
LOOP(uint64, uint64_t, v != 0, bool, uint8_t)
LOOP(float32, float, v != 0, bool, uint8_t)
LOOP(float64, double, v != 0, bool, uint8_t)
LOOP_REAL(complex64, float, v != 0 || imaginary != 0, bool, uint8_t)
LOOP_REAL(complex128, double, v != 0 || imaginary != 0, bool, uint8_t)
LOOP(uint32, uint32_t, v, int8, int8_t)
LOOP(uint64, uint64_t, v, int8, int8_t)
LOOP(uint64, uint64_t, v, int16, int16_t)
LOOP(uint32, uint32_t, v, float32, float)
LOOP(uint32, uint32_t, v, float64, double)
LOOP(int64, int64_t, v, float32, float)
LOOP(int64, int64_t, v, float64, double)
LOOP(uint64, uint64_t, v, float32, float)
LOOP(uint64, uint64_t, v, float64, double)

#define TO_WIDE(FROM, type)                                                              \
    LOOP(FROM, type, NYZ_TO_UNSIGNED(v, uint32_t, 0x1p32F, UINT32_MAX), uint32,          \
         uint32_t)                                                                       \
    LOOP(FROM, type, NYZ_TO_UNSIGNED(v, uint64_t, 0x1p64F, UINT64_MAX), uint64,          \
         uint64_t)                                                                       \
    LOOP(FROM, type, NYZ_TO_SIGNED(v, int64_t, 0x1p63F, INT64_MIN, INT64_MAX), int64,    \
         int64_t)
TO_WIDE(float32, float)
TO_WIDE(float64, double)

/* ----------------------------------------------------------- floats to at most 32 bits */

#define AVX512 NYZ_CAST_TARGET

/* 16 floats and 8 doubles of at most `high`, cut.  NaN is 0, and what is too small for an int32 is
 * INT32_MIN, which narrowing makes the end of a narrower type. */
AVX512 static inline __m512i cut_floats(__m512 v, int high)
{
    const __mmask16 number = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
    return _mm512_maskz_cvttps_epi32(number,
                                     _mm512_min_ps(v, _mm512_set1_ps((float)high)));
}

AVX512 static inline __m256i cut_doubles(__m512d v, int high)
{
    const __mmask8 number = _mm512_cmp_pd_mask(v, v, _CMP_ORD_Q);
    return _mm512_maskz_cvttpd_epi32(number, _mm512_min_pd(v, _mm512_set1_pd(high)));
}

/* 16 numbers of a type; of complex ones the real parts. */
AVX512 static inline __m512i cut_float32(const unsigned char *from, int high)
{
    return cut_floats(_mm512_loadu_ps(from), high);
}

AVX512 static inline __m512 real_floats(const unsigned char *from)
{
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_ps(_mm512_loadu_ps(from), even,
                                  _mm512_loadu_ps(from + 64));
}

AVX512 static inline __m512i cut_complex64(const unsigned char *from, int high)
{
    return cut_floats(real_floats(from), high);
}

/* No float is the largest int32. */
AVX512 static inline __m512i cut_to_int32(__m512 v)
{
    const __mmask16 number = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
    const __mmask16 large = _mm512_cmp_ps_mask(v, _mm512_set1_ps(0x1p31F), _CMP_GE_OQ);
    return _mm512_mask_set1_epi32(_mm512_maskz_cvttps_epi32(number, v), large, INT32_MAX);
}

AVX512 static inline __m512i joined(__m256i low, __m256i high)
{
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

AVX512 static inline __m512i cut_float64(const unsigned char *from, int high)
{
    return joined(cut_doubles(_mm512_loadu_pd(from), high),
                  cut_doubles(_mm512_loadu_pd(from + 64), high));
}

AVX512 static inline __m512d real_parts(const unsigned char *from)
{
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    return _mm512_permutex2var_pd(_mm512_loadu_pd(from), even,
                                  _mm512_loadu_pd(from + 64));
}

AVX512 static inline __m512i cut_complex128(const unsigned char *from, int high)
{
    return joined(cut_doubles(real_parts(from), high),
                  cut_doubles(real_parts(from + 128), high));
}

AVX512 static inline void put_int8(unsigned char *to, __m512i v)
{
    STORE_128(to, _mm512_cvtsepi32_epi8(v));
}

AVX512 static inline void put_int16(unsigned char *to, __m512i v)
{
    STORE_256(to, _mm512_cvtsepi32_epi16(v));
}

AVX512 static inline void put_int32(unsigned char *to, __m512i v)
{
    _mm512_storeu_si512(to, v);
}

AVX512 static inline void put_uint8(unsigned char *to, __m512i v)
{
    STORE_128(to, _mm512_cvtusepi32_epi8(_mm512_max_epi32(v, _mm512_setzero_si512())));
}

AVX512 static inline void put_uint16(unsigned char *to, __m512i v)
{
    STORE_256(to, _mm512_cvtusepi32_epi16(_mm512_max_epi32(v, _mm512_setzero_si512())));
}

#define NARROW(FROM, from_size, TO, to_size, high)                                       \
    AVX512 static inline void step_##FROM##_##TO(const unsigned char *from,              \
                                                 unsigned char *to)                      \
    {                                                                                    \
        put_##TO(to, cut_##FROM(from, high));                                            \
    }                                                                                    \
    RUN(FROM, from_size, TO, to_size)
#define NARROWS(FROM, from_size)                                                         \
    NARROW(FROM, from_size, int8, 1, INT8_MAX)                                           \
    NARROW(FROM, from_size, int16, 2, INT16_MAX)                                         \
    NARROW(FROM, from_size, uint8, 1, UINT8_MAX)                                         \
    NARROW(FROM, from_size, uint16, 2, UINT16_MAX)
NARROWS(float32, 4)
NARROWS(complex64, 8)
NARROWS(float64, 8)
NARROWS(complex128, 16)

AVX512 static inline void step_float32_int32(const unsigned char *from, unsigned char *to)
{
    put_int32(to, cut_to_int32(_mm512_loadu_ps(from)));
}

AVX512 static inline void step_complex64_int32(const unsigned char *from,
                                               unsigned char *to)
{
    put_int32(to, cut_to_int32(real_floats(from)));
}
RUN(float32, 4, int32, 4)
RUN(complex64, 8, int32, 4)
NARROW(float64, 8, int32, 4, INT32_MAX)
NARROW(complex128, 16, int32, 4, INT32_MAX)

/* ------------------------------------------------------------------ float32 to 8-bit floats */

/* Of 16 sizes without their sign, the code: as to_small of cast_small_x86.c. */
AVX512 static inline __m512i small_size(__m512i size, nyz_small_float type)
{
    const unsigned shift = (unsigned)(23 - type.digits);
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(size, shift), one);
    const __m512i up = _mm512_add_epi32(odd, _mm512_set1_epi32((1 << (shift - 1)) - 1));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(size, up), shift);
    const __m512i normal =
        _mm512_sub_epi32(rounded, _mm512_set1_epi32((127 - type.bias) << type.digits));
    const int largest = (126 + type.bias + type.digits) << 23;
    const __m512 units = _mm512_mul_ps(_mm512_castsi512_ps(size),
                                       _mm512_castsi512_ps(_mm512_set1_epi32(largest)));
    const __mmask16 is_subnormal =
        _mm512_cmplt_epi32_mask(size, _mm512_set1_epi32((128 - type.bias) << 23));
    const __m512i number = _mm512_mask_cvt_roundps_epi32(
        normal, is_subnormal, units, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512i code = _mm512_min_epi32(number, _mm512_set1_epi32((int)type.over));
    const __mmask16 is_nan = _mm512_cmpgt_epi32_mask(size, _mm512_set1_epi32(0x7f800000));
    return _mm512_mask_mov_epi32(code, is_nan, _mm512_set1_epi32((int)type.nan));
}

AVX512 static inline void step_to_small(const unsigned char *from, unsigned char *to,
                                        nyz_small_float type)
{
    const __m512i bits = _mm512_loadu_si512(from);
    const __m512i size = _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff));
    const __m512i code = small_size(size, type);
    const __m512i sign = _mm512_slli_epi32(_mm512_srli_epi32(bits, 31), 7);
    const __mmask16 has_sign =
        type.has_one_nan ? _mm512_test_epi32_mask(code, code) : (__mmask16)0xffff;
    STORE_128(to, _mm512_cvtepi32_epi8(_mm512_mask_or_epi32(code, has_sign, code, sign)));
}

#define TO_SMALL(TYPE, name, ...)                                                        \
    AVX512 static inline void step_float32_##name(const unsigned char *from,             \
                                                  unsigned char *to)                     \
    {                                                                                    \
        step_to_small(from, to, (nyz_small_float){__VA_ARGS__});                         \
    }                                                                                    \
    RUN(float32, 4, name, 1)
NYZ_SMALL_FLOATS(TO_SMALL)

/* --------------------------------------------------------------------------------- the rows */

#define SMALL_ROW(TYPE, name, ...) {NYZ_FLOAT32, TYPE, float32_to_##name},

#define NARROW_ROWS(FROM, TYPE)                                                          \
    {TYPE, NYZ_INT8, FROM##_to_int8}, {TYPE, NYZ_INT16, FROM##_to_int16},                \
        {TYPE, NYZ_UINT8, FROM##_to_uint8},                                              \
    {                                                                                    \
        TYPE, NYZ_UINT16, FROM##_to_uint16                                               \
    }

nyz_cast *nyz_cast_avx512_loop(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        NYZ_SMALL_FLOATS(SMALL_ROW){NYZ_INT32, NYZ_BOOL, uint32_to_bool},
        {NYZ_INT32, NYZ_INT8, uint32_to_int8},
        {NYZ_INT32, NYZ_UINT8, uint32_to_int8},
        {NYZ_UINT32, NYZ_BOOL, uint32_to_bool},
        {NYZ_UINT32, NYZ_INT8, uint32_to_int8},
        {NYZ_UINT32, NYZ_UINT8, uint32_to_int8},
        {NYZ_UINT32, NYZ_FLOAT32, uint32_to_float32},
        {NYZ_UINT32, NYZ_FLOAT64, uint32_to_float64},
        {NYZ_INT64, NYZ_BOOL, uint64_to_bool},
        {NYZ_INT64, NYZ_INT8, uint64_to_int8},
        {NYZ_INT64, NYZ_UINT8, uint64_to_int8},
        {NYZ_INT64, NYZ_INT16, uint64_to_int16},
        {NYZ_INT64, NYZ_UINT16, uint64_to_int16},
        {NYZ_INT64, NYZ_FLOAT32, int64_to_float32},
        {NYZ_INT64, NYZ_FLOAT64, int64_to_float64},
        {NYZ_UINT64, NYZ_BOOL, uint64_to_bool},
        {NYZ_UINT64, NYZ_INT8, uint64_to_int8},
        {NYZ_UINT64, NYZ_UINT8, uint64_to_int8},
        {NYZ_UINT64, NYZ_INT16, uint64_to_int16},
        {NYZ_UINT64, NYZ_UINT16, uint64_to_int16},
        {NYZ_UINT64, NYZ_FLOAT32, uint64_to_float32},
        {NYZ_UINT64, NYZ_FLOAT64, uint64_to_float64},
        {NYZ_FLOAT32, NYZ_BOOL, float32_to_bool},
        {NYZ_FLOAT32, NYZ_UINT32, float32_to_uint32},
        {NYZ_FLOAT32, NYZ_UINT64, float32_to_uint64},
        {NYZ_FLOAT32, NYZ_INT64, float32_to_int64},
        {NYZ_FLOAT64, NYZ_BOOL, float64_to_bool},
        {NYZ_FLOAT64, NYZ_UINT32, float64_to_uint32},
        {NYZ_FLOAT64, NYZ_UINT64, float64_to_uint64},
        {NYZ_FLOAT64, NYZ_INT64, float64_to_int64},
        NARROW_ROWS(float32, NYZ_FLOAT32),
        NARROW_ROWS(float64, NYZ_FLOAT64),
        NARROW_ROWS(complex64, NYZ_COMPLEX64),
        NARROW_ROWS(complex128, NYZ_COMPLEX128),
        {NYZ_FLOAT32, NYZ_INT32, float32_to_int32},
        {NYZ_COMPLEX64, NYZ_INT32, complex64_to_int32},
        {NYZ_FLOAT64, NYZ_INT32, float64_to_int32},
        {NYZ_COMPLEX128, NYZ_INT32, complex128_to_int32},
        {NYZ_COMPLEX64, NYZ_BOOL, complex64_to_bool},
        {NYZ_COMPLEX128, NYZ_BOOL, complex128_to_bool},
    };
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
