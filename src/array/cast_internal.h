/* SPDX-License-Identifier: MIT */
/* What the files with loops over numbers share: see cast.h.  Private to this folder. */
#ifndef NYZ_CAST_INTERNAL_H
#define NYZ_CAST_INTERNAL_H

#include <string.h>

#include "array/cast.h"

/* One file's loop from one type to another; NULL: it has none. */
typedef nyz_cast *nyz_cast_finder(nyz_type from, nyz_type to);
nyz_cast_finder nyz_cast_plain_loop;   /* cast.c */
nyz_cast_finder nyz_cast_long_loop;    /* cast_long.c */
nyz_cast_finder nyz_cast_small_loop;   /* cast_small.c */
nyz_cast_finder nyz_cast_float_avx2;   /* cast_float_x86.c */
nyz_cast_finder nyz_cast_integer_avx2; /* cast_integer_x86.c */
nyz_cast_finder nyz_cast_small_avx2;   /* cast_small_x86.c */
nyz_cast_finder nyz_cast_plain_avx2;   /* cast_plain_x86.c */
nyz_cast_finder nyz_cast_avx512_loop;  /* cast_avx512_x86.c */

/* A row of a table of such loops. */
typedef struct nyz_cast_row {
    nyz_type from;
    nyz_type to;
    nyz_cast *loop;
} nyz_cast_row;

static inline nyz_cast *nyz_cast_in_rows(const nyz_cast_row *rows, size_t count,
                                         nyz_type from, nyz_type to)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].from == from && rows[i].to == to) {
            return rows[i].loop;
        }
    }
    return NULL;
}

/* What the loops are compiled for: any processor, if the file does not say. */
#ifndef NYZ_CAST_TARGET
#define NYZ_CAST_TARGET
#endif

/* For each value v of FROM: VALUE, as TO. */
#define LOOP(FROM, from_type, VALUE, TO, to_type)                                        \
    NYZ_CAST_TARGET static void FROM##_to_##TO(const unsigned char *from,                \
                                               unsigned char *to, int64_t count)         \
    {                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                            \
            from_type v;                                                                 \
            memcpy(&v, from + i * (int64_t)sizeof v, sizeof v);                          \
            const to_type w = (to_type)(VALUE);                                          \
            memcpy(to + i * (int64_t)sizeof w, &w, sizeof w);                            \
        }                                                                                \
    }

/* To a complex number, whose imaginary part is 0. */
#define LOOP_COMPLEX(FROM, half_type, TO)                                                \
    NYZ_CAST_TARGET static void FROM##_to_##TO(const unsigned char *from,                \
                                               unsigned char *to, int64_t count)         \
    {                                                                                    \
        const half_type zero = 0;                                                        \
        for (int64_t i = 0; i < count; i++) {                                            \
            half_type v;                                                                 \
            memcpy(&v, from + i * (int64_t)sizeof v, sizeof v);                          \
            memcpy(to + 2 * i * (int64_t)sizeof v, &v, sizeof v);                        \
            memcpy(to + (2 * i + 1) * (int64_t)sizeof v, &zero, sizeof zero);            \
        }                                                                                \
    }

/* From a complex number: v and `imaginary`. */
#define LOOP_REAL(FROM, half_type, VALUE, TO, to_type)                                   \
    NYZ_CAST_TARGET static void FROM##_to_##TO(const unsigned char *from,                \
                                               unsigned char *to, int64_t count)         \
    {                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                            \
            half_type v;                                                                 \
            half_type imaginary;                                                         \
            memcpy(&v, from + 2 * i * (int64_t)sizeof v, sizeof v);                      \
            memcpy(&imaginary, from + (2 * i + 1) * (int64_t)sizeof v, sizeof v);        \
            const to_type w = (to_type)(VALUE);                                          \
            memcpy(to + i * (int64_t)sizeof w, &w, sizeof w);                            \
            (void)imaginary;                                                             \
        }                                                                                \
    }

/* A float v to an integer: toward zero; the nearest end of the range beyond it; NaN is 0.  C leaves
 * what does not fit undefined.  Where the ends of the range are numbers of the float's type, v is
 * clamped to them first, in which compilers see vectors; else END is the one after the largest. */
#define NYZ_CLAMP(name, type)                                                            \
    static inline type name(type v, type low, type high)                                 \
    {                                                                                    \
        const type number = v == v ? v : 0;                                              \
        const type raised = number > low ? number : low;                                 \
        return raised < high ? raised : high;                                            \
    }
#define NYZ_BETWEEN(v, low, high) ((v) > (low) && (v) < (high) ? (v) : 0)
#define NYZ_TO_SIGNED(v, type, END, MIN, MAX)                                            \
    ((type)NYZ_BETWEEN(v, -(END), END) | ((v) >= (END) ? (MAX) : 0) |                    \
     ((v) <= -(END) ? (MIN) : 0))
#define NYZ_TO_UNSIGNED(v, type, END, MAX)                                               \
    ((type)NYZ_BETWEEN(v, 0, END) | ((v) >= (END) ? (MAX) : 0))

/* EACH(name, type, VALUE, TO, to_type) for a float to each type of integer, and to bool.  INT32: the
 * value as an int32. */
#define NYZ_TO_INTEGERS(EACH, name, type, clamp, INT32)                                  \
    EACH(name, type, v != 0, bool, uint8_t)                                              \
    EACH(name, type, (int32_t)clamp(v, INT8_MIN, INT8_MAX), int8, int8_t)                \
    EACH(name, type, (int32_t)clamp(v, INT16_MIN, INT16_MAX), int16, int16_t)            \
    EACH(name, type, INT32, int32, int32_t)                                              \
    EACH(name, type, NYZ_TO_SIGNED(v, int64_t, 0x1p63F, INT64_MIN, INT64_MAX), int64,    \
         int64_t)                                                                        \
    EACH(name, type, (int32_t)clamp(v, 0, UINT8_MAX), uint8, uint8_t)                    \
    EACH(name, type, (int32_t)clamp(v, 0, UINT16_MAX), uint16, uint16_t)                 \
    EACH(name, type, NYZ_TO_UNSIGNED(v, uint32_t, 0x1p32F, UINT32_MAX), uint32,          \
         uint32_t)                                                                       \
    EACH(name, type, NYZ_TO_UNSIGNED(v, uint64_t, 0x1p64F, UINT64_MAX), uint64, uint64_t)

/* The rows of a table for these. */
#define NYZ_INTEGER_ROWS(FROM, TYPE)                                                     \
    {TYPE, NYZ_BOOL, FROM##_to_bool}, {TYPE, NYZ_INT8, FROM##_to_int8},                  \
        {TYPE, NYZ_INT16, FROM##_to_int16}, {TYPE, NYZ_INT32, FROM##_to_int32},          \
        {TYPE, NYZ_INT64, FROM##_to_int64}, {TYPE, NYZ_UINT8, FROM##_to_uint8},          \
        {TYPE, NYZ_UINT16, FROM##_to_uint16}, {TYPE, NYZ_UINT32, FROM##_to_uint32},      \
    {                                                                                    \
        TYPE, NYZ_UINT64, FROM##_to_uint64                                               \
    }

#endif
