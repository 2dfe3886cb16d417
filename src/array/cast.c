/* SPDX-License-Identifier: MIT */
/* NumPy's numbers of one type to another that holds as much: see cast.h.  One loop for each pair
 * of types, so that the compiler can make vectors of it; this file is worth -O3. */
#include "array/cast.h"

#include <string.h>

#include "array/cast_internal.h"
#include "array/half.h"

#define TO_SIGNED(FROM, from_type, VALUE)                                                \
    LOOP(FROM, from_type, VALUE, int8, int8_t)                                           \
    LOOP(FROM, from_type, VALUE, int16, int16_t)                                         \
    LOOP(FROM, from_type, VALUE, int32, int32_t)                                         \
    LOOP(FROM, from_type, VALUE, int64, int64_t)

#define TO_UNSIGNED(FROM, from_type, VALUE)                                              \
    LOOP(FROM, from_type, VALUE, uint8, uint8_t)                                         \
    LOOP(FROM, from_type, VALUE, uint16, uint16_t)                                       \
    LOOP(FROM, from_type, VALUE, uint32, uint32_t)                                       \
    LOOP(FROM, from_type, VALUE, uint64, uint64_t)

#define TO_FLOATS(FROM, from_type, VALUE)                                                \
    LOOP(FROM, from_type, VALUE, float32, float)                                         \
    LOOP(FROM, from_type, VALUE, float64, double)                                        \
    LOOP_COMPLEX(FROM, from_type, VALUE, complex64, float)                               \
    LOOP_COMPLEX(FROM, from_type, VALUE, complex128, double)

/* By way of a float, as NumPy does. */
#define TO_HALF(FROM, from_type, VALUE)                                                  \
    LOOP(FROM, from_type, nyz_float_to_half((float)(VALUE)), float16, uint16_t)

#define FROM_UNSIGNED(FROM, from_type)                                                   \
    TO_UNSIGNED(FROM, from_type, v)                                                      \
    FROM_SIGNED(FROM, from_type)

#define FROM_SIGNED(FROM, from_type)                                                     \
    TO_SIGNED(FROM, from_type, v)                                                        \
    TO_HALF(FROM, from_type, v)                                                          \
    TO_FLOATS(FROM, from_type, v)

TO_UNSIGNED(bool, uint8_t, v != 0)
TO_SIGNED(bool, uint8_t, v != 0)
TO_HALF(bool, uint8_t, v != 0)
TO_FLOATS(bool, uint8_t, v != 0)
FROM_UNSIGNED(uint8, uint8_t)
FROM_UNSIGNED(uint16, uint16_t)
FROM_UNSIGNED(uint32, uint32_t)
FROM_UNSIGNED(uint64, uint64_t)
FROM_SIGNED(int8, int8_t)
FROM_SIGNED(int16, int16_t)
FROM_SIGNED(int32, int32_t)
FROM_SIGNED(int64, int64_t)
TO_FLOATS(float32, float, v)
TO_FLOATS(float64, double, v)

/* Bits to bits. */
LOOP(float16, uint16_t, v, float16, uint16_t)
LOOP(float16, uint16_t, nyz_from_half(v, 23, 127), float32, uint32_t)
LOOP(float16, uint16_t, nyz_from_half(v, 52, 1023), float64, uint64_t)
LOOP_COMPLEX(float16, uint16_t, nyz_from_half(v, 23, 127), complex64, uint32_t)
LOOP_COMPLEX(float16, uint16_t, nyz_from_half(v, 52, 1023), complex128, uint64_t)
LOOP(float32, uint32_t, nyz_to_half(v, 23, 127), float16, uint16_t)
LOOP(float64, uint64_t, nyz_to_half(v, 52, 1023), float16, uint16_t)

/* A complex number is two floats. */
static void complex64_to_complex128(const unsigned char *from, unsigned char *to,
                                    int64_t count)
{
    float32_to_float64(from, to, 2 * count);
}

static void complex128_to_complex64(const unsigned char *from, unsigned char *to,
                                    int64_t count)
{
    float64_to_float32(from, to, 2 * count);
}

/* The types that have converters, without the gaps between their numbers. */
enum {
    NO_CAST,
    BOOL,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    COMPLEX64,
    COMPLEX128,
    TYPES
};

static const unsigned char rows[] = {
    [NYZ_BOOL] = BOOL,           [NYZ_INT8] = INT8,
    [NYZ_INT16] = INT16,         [NYZ_INT32] = INT32,
    [NYZ_INT64] = INT64,         [NYZ_UINT8] = UINT8,
    [NYZ_UINT16] = UINT16,       [NYZ_UINT32] = UINT32,
    [NYZ_UINT64] = UINT64,       [NYZ_FLOAT16] = FLOAT16,
    [NYZ_FLOAT32] = FLOAT32,     [NYZ_FLOAT64] = FLOAT64,
    [NYZ_COMPLEX64] = COMPLEX64, [NYZ_COMPLEX128] = COMPLEX128,
};

#define ROW_SIGNED(FROM)                                                                 \
    [INT8] = FROM##_to_int8, [INT16] = FROM##_to_int16, [INT32] = FROM##_to_int32,       \
    [INT64] = FROM##_to_int64
#define ROW_UNSIGNED(FROM)                                                               \
    [UINT8] = FROM##_to_uint8, [UINT16] = FROM##_to_uint16, [UINT32] = FROM##_to_uint32, \
    [UINT64] = FROM##_to_uint64
#define ROW_FLOATS(FROM)                                                                 \
    [FLOAT16] = FROM##_to_float16, [FLOAT32] = FROM##_to_float32,                        \
    [FLOAT64] = FROM##_to_float64, [COMPLEX64] = FROM##_to_complex64,                    \
    [COMPLEX128] = FROM##_to_complex128

static nyz_cast *const converters[TYPES][TYPES] = {
    [BOOL] = {ROW_UNSIGNED(bool), ROW_SIGNED(bool), ROW_FLOATS(bool)},
    [UINT8] = {ROW_UNSIGNED(uint8), ROW_SIGNED(uint8), ROW_FLOATS(uint8)},
    [UINT16] = {ROW_UNSIGNED(uint16), ROW_SIGNED(uint16), ROW_FLOATS(uint16)},
    [UINT32] = {ROW_UNSIGNED(uint32), ROW_SIGNED(uint32), ROW_FLOATS(uint32)},
    [UINT64] = {ROW_UNSIGNED(uint64), ROW_SIGNED(uint64), ROW_FLOATS(uint64)},
    [INT8] = {ROW_SIGNED(int8), ROW_FLOATS(int8)},
    [INT16] = {ROW_SIGNED(int16), ROW_FLOATS(int16)},
    [INT32] = {ROW_SIGNED(int32), ROW_FLOATS(int32)},
    [INT64] = {ROW_SIGNED(int64), ROW_FLOATS(int64)},
    [FLOAT16] = {ROW_FLOATS(float16)},
    [FLOAT32] = {ROW_FLOATS(float32)},
    [FLOAT64] = {ROW_FLOATS(float64)},
    [COMPLEX64] = {[COMPLEX128] = complex64_to_complex128},
    [COMPLEX128] = {[COMPLEX64] = complex128_to_complex64},
};

static int row_of(nyz_type type)
{
    return type >= 0 && type < (int32_t)sizeof rows ? rows[type] : NO_CAST;
}

static nyz_cast *same_kind_loop(nyz_type from, nyz_type to)
{
    return converters[row_of(from)][row_of(to)];
}

nyz_cast *nyz_cast_portable(nyz_type from, nyz_type to)
{
    static nyz_cast_finder *const finders[] = {same_kind_loop, nyz_cast_unsafe_loop,
                                               nyz_cast_long_loop, nyz_cast_small_loop};
    nyz_cast *loop = NULL;
    for (size_t i = 0; loop == NULL && i < sizeof finders / sizeof finders[0]; i++) {
        loop = finders[i](from, to);
    }
    return loop;
}

nyz_cast *nyz_cast_find(nyz_type from, nyz_type to)
{
    nyz_cast *const portable = same_kind_loop(from, to);
    nyz_cast *const vector = portable != NULL ? nyz_cast_vector(from, to) : NULL;
    return vector != NULL ? vector : portable;
}
