/* SPDX-License-Identifier: MIT */
/* NumPy's numbers to types that hold less: see cast.h.  Integers wrap, floats saturate, complex
 * numbers lose their imaginary part; everything but 0 is true. */
#include "array/cast.h"
#include "array/cast_internal.h"

NYZ_CLAMP(clamp_float, float)
NYZ_CLAMP(clamp_double, double)
NYZ_TO_INTEGERS(LOOP, float32, float, clamp_float,
                NYZ_TO_SIGNED(v, int32_t, 0x1p31F, INT32_MIN, INT32_MAX))
NYZ_TO_INTEGERS(LOOP, float64, double, clamp_double,
                (int32_t)clamp_double(v, INT32_MIN, INT32_MAX))

/* Through an int64 all integers go to each other. */
LOOP(uint64, uint64_t, v, int64, int64_t)
LOOP(int64, int64_t, v != 0, bool, uint8_t)
LOOP(int64, int64_t, v, uint8, uint8_t)
LOOP(int64, int64_t, v, uint16, uint16_t)
LOOP(int64, int64_t, v, uint32, uint32_t)
LOOP(int64, int64_t, v, uint64, uint64_t)

/* The first of each two numbers. */
#define LOOP_REAL(FROM, half_type, VALUE, TO, to_type)                                   \
    static void FROM##_to_##TO(const unsigned char *from, unsigned char *to,             \
                               int64_t count)                                            \
    {                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                            \
            half_type v[2];                                                              \
            memcpy(v, from + i * (int64_t)sizeof v, sizeof v);                           \
            const to_type w = (to_type)(VALUE);                                          \
            memcpy(to + i * (int64_t)sizeof w, &w, sizeof w);                            \
        }                                                                                \
    }
LOOP_REAL(complex64, uint32_t, v[0], float32, uint32_t)
LOOP_REAL(complex128, uint64_t, v[0], float64, uint64_t)
LOOP_REAL(complex64, float, v[0] != 0 || v[1] != 0, bool, uint8_t)
LOOP_REAL(complex128, double, v[0] != 0 || v[1] != 0, bool, uint8_t)

nyz_cast *nyz_cast_unsafe_loop(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        NYZ_INTEGER_ROWS(float32, NYZ_FLOAT32),
        NYZ_INTEGER_ROWS(float64, NYZ_FLOAT64),
        {NYZ_UINT64, NYZ_INT64, uint64_to_int64},
        {NYZ_INT64, NYZ_BOOL, int64_to_bool},
        {NYZ_INT64, NYZ_UINT8, int64_to_uint8},
        {NYZ_INT64, NYZ_UINT16, int64_to_uint16},
        {NYZ_INT64, NYZ_UINT32, int64_to_uint32},
        {NYZ_INT64, NYZ_UINT64, int64_to_uint64},
        {NYZ_COMPLEX64, NYZ_FLOAT32, complex64_to_float32},
        {NYZ_COMPLEX128, NYZ_FLOAT64, complex128_to_float64},
        {NYZ_COMPLEX64, NYZ_BOOL, complex64_to_bool},
        {NYZ_COMPLEX128, NYZ_BOOL, complex128_to_bool},
    };
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
