/* SPDX-License-Identifier: MIT */
/* The loops between NumPy's numbers, plain ones, of which the compiler makes vectors: cast.c includes
 * them for any processor, and other files once more for processors that have wider vectors.  No header
 * guard: what includes this says for which, and how the function that finds them is called:
 *
 *     #define NYZ_CAST_TARGET __attribute__((target("avx2")))
 *     #define NYZ_CAST_LOOPS nyz_cast_avx2_loop
 *
 * Integers wrap, floats saturate, complex numbers lose their imaginary part; everything but 0 is true.
 * What has no loop here goes through two: integers to float16 by way of float32, complex64 to int8 by
 * way of float32, and so on (cast_chain.c). */
#include "array/cast.h"
#include "array/cast_internal.h"

/* Of integers that become no wider only the size matters. */
#define NARROWER_1(FROM, from_type)                                                      \
    LOOP(FROM, from_type, v != 0, bool, uint8_t)                                         \
    LOOP(FROM, from_type, v, int8, int8_t)
#define NARROWER_2(FROM, from_type)                                                      \
    NARROWER_1(FROM, from_type)                                                          \
    LOOP(FROM, from_type, v, int16, int16_t)
#define NARROWER_4(FROM, from_type)                                                      \
    NARROWER_2(FROM, from_type)                                                          \
    LOOP(FROM, from_type, v, int32, int32_t)
#define NARROWER_8(FROM, from_type)                                                      \
    NARROWER_4(FROM, from_type)                                                          \
    LOOP(FROM, from_type, v, int64, int64_t)
NARROWER_1(uint8, uint8_t)
NARROWER_2(uint16, uint16_t)
NARROWER_4(uint32, uint32_t)
NARROWER_8(uint64, uint64_t)

#define WIDER_4(FROM, from_type, VALUE) LOOP(FROM, from_type, VALUE, int64, int64_t)
#define WIDER_2(FROM, from_type, VALUE)                                                  \
    LOOP(FROM, from_type, VALUE, int32, int32_t)                                         \
    WIDER_4(FROM, from_type, VALUE)
#define WIDER_1(FROM, from_type, VALUE)                                                  \
    LOOP(FROM, from_type, VALUE, int16, int16_t)                                         \
    WIDER_2(FROM, from_type, VALUE)
LOOP(bool, uint8_t, v != 0, int8, int8_t)
WIDER_1(bool, uint8_t, v != 0)
WIDER_1(int8, int8_t, v)
WIDER_1(uint8, uint8_t, v)
WIDER_2(int16, int16_t, v)
WIDER_2(uint16, uint16_t, v)
WIDER_4(int32, int32_t, v)
WIDER_4(uint32, uint32_t, v)

#define TO_FLOATS(FROM, from_type, VALUE)                                                \
    LOOP(FROM, from_type, VALUE, float32, float)                                         \
    LOOP(FROM, from_type, VALUE, float64, double)
TO_FLOATS(bool, uint8_t, v != 0)
TO_FLOATS(int8, int8_t, v)
TO_FLOATS(uint8, uint8_t, v)
TO_FLOATS(int16, int16_t, v)
TO_FLOATS(uint16, uint16_t, v)
TO_FLOATS(int32, int32_t, v)
TO_FLOATS(uint32, uint32_t, v)
TO_FLOATS(int64, int64_t, v)
TO_FLOATS(uint64, uint64_t, v)
LOOP(float32, float, v, float64, double)
LOOP(float64, double, v, float32, float)

NYZ_CLAMP(clamp_float, float)
NYZ_CLAMP(clamp_double, double)
NYZ_TO_INTEGERS(LOOP, float32, float, clamp_float,
                NYZ_TO_SIGNED(v, int32_t, 0x1p31F, INT32_MIN, INT32_MAX))
NYZ_TO_INTEGERS(LOOP, float64, double, clamp_double,
                (int32_t)clamp_double(v, INT32_MIN, INT32_MAX))

/* Floats as their bits, so that signaling NaNs stay ones. */
LOOP_COMPLEX(float32, uint32_t, complex64)
LOOP_COMPLEX(float64, uint64_t, complex128)
LOOP_REAL(complex64, uint32_t, v, float32, uint32_t)
LOOP_REAL(complex128, uint64_t, v, float64, uint64_t)
LOOP_REAL(complex64, float, v != 0 || imaginary != 0, bool, uint8_t)
LOOP_REAL(complex128, double, v != 0 || imaginary != 0, bool, uint8_t)

/* The type whose loop converts the same: of unsigned integers where signed ones do. */
static nyz_type signed_twin(nyz_type type)
{
    return type >= NYZ_UINT8 && type <= NYZ_UINT64 ? type - NYZ_UINT8 + NYZ_INT8 : type;
}

static nyz_type unsigned_twin(nyz_type type)
{
    return type >= NYZ_INT8 && type <= NYZ_INT64 ? type - NYZ_INT8 + NYZ_UINT8 : type;
}

/* 0 to 3: an integer, or bool, of 1, 2, 4 or 8 bytes.  Else: -1. */
static int integer_size(nyz_type type)
{
    type = signed_twin(type);
    return type == NYZ_BOOL                        ? 0
           : type >= NYZ_INT8 && type <= NYZ_INT64 ? type - NYZ_INT8
                                                   : -1;
}

#define ROW(FROM, FROM_TYPE, TO, TO_TYPE)                                                \
    {                                                                                    \
        FROM_TYPE, TO_TYPE, FROM##_to_##TO                                               \
    }
#define ROWS_NARROWER_1(FROM, TYPE)                                                      \
    ROW(FROM, TYPE, bool, NYZ_BOOL), ROW(FROM, TYPE, int8, NYZ_INT8)
#define ROWS_NARROWER_2(FROM, TYPE)                                                      \
    ROWS_NARROWER_1(FROM, TYPE), ROW(FROM, TYPE, int16, NYZ_INT16)
#define ROWS_NARROWER_4(FROM, TYPE)                                                      \
    ROWS_NARROWER_2(FROM, TYPE), ROW(FROM, TYPE, int32, NYZ_INT32)
#define ROWS_NARROWER_8(FROM, TYPE)                                                      \
    ROWS_NARROWER_4(FROM, TYPE), ROW(FROM, TYPE, int64, NYZ_INT64)
#define ROWS_WIDER_8(FROM, TYPE)                                                         \
    ROW(FROM, TYPE, float32, NYZ_FLOAT32), ROW(FROM, TYPE, float64, NYZ_FLOAT64)
#define ROWS_WIDER_4(FROM, TYPE)                                                         \
    ROW(FROM, TYPE, int64, NYZ_INT64), ROWS_WIDER_8(FROM, TYPE)
#define ROWS_WIDER_2(FROM, TYPE)                                                         \
    ROW(FROM, TYPE, int32, NYZ_INT32), ROWS_WIDER_4(FROM, TYPE)
#define ROWS_WIDER_1(FROM, TYPE)                                                         \
    ROW(FROM, TYPE, int16, NYZ_INT16), ROWS_WIDER_2(FROM, TYPE)

static const nyz_cast_row rows[] = {
    ROW(bool, NYZ_BOOL, int8, NYZ_INT8),
    ROWS_WIDER_1(bool, NYZ_BOOL),
    ROWS_WIDER_1(int8, NYZ_INT8),
    ROWS_WIDER_2(int16, NYZ_INT16),
    ROWS_WIDER_4(int32, NYZ_INT32),
    ROWS_WIDER_8(int64, NYZ_INT64),
    ROWS_NARROWER_1(uint8, NYZ_UINT8),
    ROWS_WIDER_1(uint8, NYZ_UINT8),
    ROWS_NARROWER_2(uint16, NYZ_UINT16),
    ROWS_WIDER_2(uint16, NYZ_UINT16),
    ROWS_NARROWER_4(uint32, NYZ_UINT32),
    ROWS_WIDER_4(uint32, NYZ_UINT32),
    ROWS_NARROWER_8(uint64, NYZ_UINT64),
    ROWS_WIDER_8(uint64, NYZ_UINT64),
    NYZ_INTEGER_ROWS(float32, NYZ_FLOAT32),
    ROW(float32, NYZ_FLOAT32, float64, NYZ_FLOAT64),
    ROW(float32, NYZ_FLOAT32, complex64, NYZ_COMPLEX64),
    NYZ_INTEGER_ROWS(float64, NYZ_FLOAT64),
    ROW(float64, NYZ_FLOAT64, float32, NYZ_FLOAT32),
    ROW(float64, NYZ_FLOAT64, complex128, NYZ_COMPLEX128),
    ROW(complex64, NYZ_COMPLEX64, float32, NYZ_FLOAT32),
    ROW(complex64, NYZ_COMPLEX64, bool, NYZ_BOOL),
    ROW(complex128, NYZ_COMPLEX128, float64, NYZ_FLOAT64),
    ROW(complex128, NYZ_COMPLEX128, bool, NYZ_BOOL),
};

nyz_cast *NYZ_CAST_LOOPS(nyz_type from, nyz_type to)
{
    const int size = integer_size(from);
    if (size >= 0 && integer_size(to) >= 0) {
        to = signed_twin(to);
        from = integer_size(to) <= size ? unsigned_twin(from) : from;
    }
    return nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to);
}
