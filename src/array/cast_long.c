/* SPDX-License-Identifier: MIT */
/* This compiler's long double to and from other numbers: see cast.h.  Where it is no more than a
 * double (NYZ_HAS_LONGDOUBLE is 0), none of these loops is used. */
#include "array/cast_long.h"

#include <float.h>

#include "array/cast.h"
#include "array/cast_internal.h"

/* The bytes of it that hold the number; the others are written as 0. */
enum { VALUE_SIZE = LDBL_MANT_DIG == 64 ? 10 : sizeof(long double) };

static void store(unsigned char *to, long double value)
{
    memset(to, 0, sizeof value);
    memcpy(to, &value, VALUE_SIZE);
}

/* For each value v of FROM, `parts` long doubles: itself and zeros. */
#define LOOP_TO_LONG(FROM, from_type, TO, parts)                                         \
    static void FROM##_to_##TO(const unsigned char *from, unsigned char *to,             \
                               int64_t count)                                            \
    {                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                            \
            from_type v;                                                                 \
            unsigned char *const w = to + i * (parts) * (int64_t)sizeof(long double);    \
            memcpy(&v, from + i * (int64_t)sizeof v, sizeof v);                          \
            memset(w, 0, (parts) * sizeof(long double));                                 \
            store(w, (long double)v);                                                    \
        }                                                                                \
    }

NYZ_CLAMP(clamp_long, long double)
NYZ_TO_INTEGERS(LOOP, longdouble, long double, clamp_long,
                (int32_t)clamp_long(v, INT32_MIN, INT32_MAX))
LOOP(longdouble, long double, v, float32, float)
LOOP(longdouble, long double, v, float64, double)
LOOP_TO_LONG(float32, float, longdouble, 1)
LOOP_TO_LONG(float64, double, longdouble, 1)
LOOP_TO_LONG(int64, int64_t, longdouble, 1)
LOOP_TO_LONG(uint64, uint64_t, longdouble, 1)
LOOP_TO_LONG(longdouble, long double, clongdouble, 2)

static void clongdouble_to_longdouble(const unsigned char *from, unsigned char *to,
                                      int64_t count)
{
    const int64_t size = (int64_t)sizeof(long double);
    for (int64_t i = 0; i < count; i++) {
        memcpy(to + i * size, from + 2 * i * size, sizeof(long double));
    }
}

static void clongdouble_to_bool(const unsigned char *from, unsigned char *to,
                                int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        long double v[2];
        memcpy(v, from + i * (int64_t)sizeof v, sizeof v);
        to[i] = v[0] != 0 || v[1] != 0;
    }
}

nyz_cast *nyz_cast_long_loop(nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        NYZ_INTEGER_ROWS(longdouble, NYZ_LONGDOUBLE),
        {NYZ_LONGDOUBLE, NYZ_FLOAT32, longdouble_to_float32},
        {NYZ_LONGDOUBLE, NYZ_FLOAT64, longdouble_to_float64},
        {NYZ_FLOAT32, NYZ_LONGDOUBLE, float32_to_longdouble},
        {NYZ_FLOAT64, NYZ_LONGDOUBLE, float64_to_longdouble},
        {NYZ_INT64, NYZ_LONGDOUBLE, int64_to_longdouble},
        {NYZ_UINT64, NYZ_LONGDOUBLE, uint64_to_longdouble},
        {NYZ_LONGDOUBLE, NYZ_CLONGDOUBLE, longdouble_to_clongdouble},
        {NYZ_CLONGDOUBLE, NYZ_LONGDOUBLE, clongdouble_to_longdouble},
        {NYZ_CLONGDOUBLE, NYZ_BOOL, clongdouble_to_bool},
    };
    return NYZ_HAS_LONGDOUBLE
               ? nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to)
               : NULL;
}
