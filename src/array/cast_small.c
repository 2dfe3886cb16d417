/* SPDX-License-Identifier: MIT */
/* The types of ml_dtypes to and from NumPy's: see cast.h.  bfloat16 is the upper half of a float32;
 * of the others, whose codes have at most 8 bits, a table has all values.  docs/format.md 2.1. */
#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/small_float.h"

/* ---------------------------------------------------------------------- codes to float32 */

/* The parts of a code x: its sign is bit `top`, its fraction has `digits` bits. */
#define SIZE(x, top) ((x) & ((1u << (top)) - 1))
#define SIGN(x, top) (((uint32_t)(x) >> (top)&1u) << 31)
#define FRACTION(x, digits) ((x) & ((1u << (digits)) - 1))

/* A subnormal number with a fraction f that has its first bit at k. */
#define SUBNORMAL(f, k, digits, bias)                                                    \
    ((uint32_t)(128 - (bias) - (digits) + (k)) << 23 | ((f) << (23 - (k)) & 0x7fffffu))
#define FROM_SUBNORMAL(f, digits, bias)                                                  \
    ((f) == 0  ? 0                                                                       \
     : (f) < 2 ? SUBNORMAL(f, 0, digits, bias)                                           \
     : (f) < 4 ? SUBNORMAL(f, 1, digits, bias)                                           \
     : (f) < 8 ? SUBNORMAL(f, 2, digits, bias)                                           \
               : SUBNORMAL(f, 3, digits, bias))
#define FROM_SIZE(m, digits, bias)                                                       \
    ((m) >> (digits) == 0 ? FROM_SUBNORMAL(FRACTION(m, digits), digits, bias)            \
                          : (((m) >> (digits)) + (127 - (bias))) << 23 |                 \
                                FRACTION(m, digits) << (23 - (digits)))
#define NUMBER(x, top, digits, bias)                                                     \
    (SIGN(x, top) | FROM_SIZE(SIZE(x, top), digits, bias))

/* With infinity, and NaNs beyond it; with one size that is NaN; with one code that is. */
#define QUIET 0x7fc00000u
#define WITH_INFINITY(x, digits, bias, infinity)                                         \
    (SIZE(x, 7) == (infinity)  ? SIGN(x, 7) | 0x7f800000u                                \
     : SIZE(x, 7) > (infinity) ? SIGN(x, 7) | QUIET                                      \
                               : NUMBER(x, 7, digits, bias))
#define WITH_NAN(x, digits, bias)                                                        \
    (SIZE(x, 7) == 0x7f ? SIGN(x, 7) | QUIET : NUMBER(x, 7, digits, bias))
#define WITH_ONE_NAN(x, digits, bias)                                                    \
    ((x) == 0x80 ? 0x80000000u | QUIET : NUMBER(x, 7, digits, bias))

#define E3M4(x) WITH_INFINITY(x, 4, 3, 0x70)
#define E4M3(x) WITH_INFINITY(x, 3, 7, 0x78)
#define E5M2(x) WITH_INFINITY(x, 2, 15, 0x7c)
#define E4M3FN(x) WITH_NAN(x, 3, 7)
#define E4M3FNUZ(x) WITH_ONE_NAN(x, 3, 8)
#define E4M3B11FNUZ(x) WITH_ONE_NAN(x, 3, 11)
#define E5M2FNUZ(x) WITH_ONE_NAN(x, 2, 16)
#define E2M3FN(x) NUMBER(x, 5, 3, 1) /* the lower 6 bits of a byte */
#define E3M2FN(x) NUMBER(x, 5, 2, 3)
#define E2M1FN(x) NUMBER(x, 3, 1, 1) /* the lower 4 bits */

#define REPEAT_4(F, x) F((x) + 0u), F((x) + 1u), F((x) + 2u), F((x) + 3u)
#define REPEAT_16(F, x)                                                                  \
    REPEAT_4(F, x), REPEAT_4(F, (x) + 4u), REPEAT_4(F, (x) + 8u), REPEAT_4(F, (x) + 12u)
#define REPEAT_64(F, x)                                                                  \
    REPEAT_16(F, x), REPEAT_16(F, (x) + 16u), REPEAT_16(F, (x) + 32u),                   \
        REPEAT_16(F, (x) + 48u)
#define TABLE(F)                                                                         \
    {                                                                                    \
        REPEAT_64(F, 0u), REPEAT_64(F, 64u), REPEAT_64(F, 128u), REPEAT_64(F, 192u)      \
    }

#define FROM_TABLE(name, F)                                                              \
    static const uint32_t name##_values[256] = TABLE(F);                                 \
    LOOP(name, uint8_t, name##_values[v], float32, uint32_t)
FROM_TABLE(e3m4, E3M4)
FROM_TABLE(e4m3, E4M3)
FROM_TABLE(e4m3fn, E4M3FN)
FROM_TABLE(e4m3fnuz, E4M3FNUZ)
FROM_TABLE(e4m3b11fnuz, E4M3B11FNUZ)
FROM_TABLE(e5m2, E5M2)
FROM_TABLE(e5m2fnuz, E5M2FNUZ)
FROM_TABLE(e2m3fn, E2M3FN)
FROM_TABLE(e3m2fn, E3M2FN)
FROM_TABLE(e2m1fn, E2M1FN)
LOOP(e8m0fnu, uint8_t,
     v == 0      ? 0x400000u
     : v == 0xff ? QUIET
                 : (uint32_t)v << 23,
     float32, uint32_t)
LOOP(bfloat16, uint16_t, (uint32_t)v << 16, float32, uint32_t)

/* Integers of the lower 4, 2 and 1 bits. */
LOOP(int4, uint8_t, ((v & 15) ^ 8) - 8, int8, int8_t)
LOOP(int2, uint8_t, ((v & 3) ^ 2) - 2, int8, int8_t)
LOOP(int1, uint8_t, ((v & 1) ^ 1) - 1, int8, int8_t)
LOOP(uint4, uint8_t, v & 15, uint8, uint8_t)
LOOP(uint2, uint8_t, v & 3, uint8, uint8_t)
LOOP(uint1, uint8_t, v & 1, uint8, uint8_t)

/* ---------------------------------------------------------------------- float32 to codes */

#define TO_SMALL(TYPE, name, ...)                                                        \
    LOOP(float32, uint32_t, nyz_to_small_float(v, ((nyz_small_float){__VA_ARGS__})),     \
         name, uint8_t)
NYZ_SMALL_FLOATS(TO_SMALL)
LOOP(float32, uint32_t, nyz_to_power_of_two(v), e8m0fnu, uint8_t)
LOOP(float32, uint32_t, nyz_to_bfloat16(v), bfloat16, uint16_t)

#define BOTH_WAYS(name, TYPE)                                                            \
    {TYPE, NYZ_FLOAT32, name##_to_float32},                                              \
    {                                                                                    \
        NYZ_FLOAT32, TYPE, float32_to_##name                                             \
    }

nyz_cast *nyz_cast_small_loop(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        BOTH_WAYS(bfloat16, NYZ_BFLOAT16),
        BOTH_WAYS(e3m4, NYZ_FLOAT8_E3M4),
        BOTH_WAYS(e4m3, NYZ_FLOAT8_E4M3),
        BOTH_WAYS(e4m3fn, NYZ_FLOAT8_E4M3FN),
        BOTH_WAYS(e4m3fnuz, NYZ_FLOAT8_E4M3FNUZ),
        BOTH_WAYS(e4m3b11fnuz, NYZ_FLOAT8_E4M3B11FNUZ),
        BOTH_WAYS(e5m2, NYZ_FLOAT8_E5M2),
        BOTH_WAYS(e5m2fnuz, NYZ_FLOAT8_E5M2FNUZ),
        BOTH_WAYS(e8m0fnu, NYZ_FLOAT8_E8M0FNU),
        {NYZ_FLOAT6_E2M3FN, NYZ_FLOAT32, e2m3fn_to_float32},
        {NYZ_FLOAT6_E3M2FN, NYZ_FLOAT32, e3m2fn_to_float32},
        {NYZ_FLOAT4_E2M1FN, NYZ_FLOAT32, e2m1fn_to_float32},
        {NYZ_INT4, NYZ_INT8, int4_to_int8},
        {NYZ_INT2, NYZ_INT8, int2_to_int8},
        {NYZ_INT1, NYZ_INT8, int1_to_int8},
        {NYZ_UINT4, NYZ_UINT8, uint4_to_uint8},
        {NYZ_UINT2, NYZ_UINT8, uint2_to_uint8},
        {NYZ_UINT1, NYZ_UINT8, uint1_to_uint8},
    };
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
