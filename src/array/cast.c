/* SPDX-License-Identifier: MIT */
/* The loops for any processor: see cast.h.  This file is worth -O3. */
#include "array/cast.h"

#include "array/cast_internal.h"
#include "array/half.h"
#define NYZ_CAST_LOOPS nyz_cast_plain_loop
#include "array/cast_loops.h"

/* Bits to bits. */
LOOP(float16, uint16_t, nyz_from_half(v, 23, 127), float32, uint32_t)
LOOP(float16, uint16_t, nyz_from_half(v, 52, 1023), float64, uint64_t)
LOOP(float32, uint32_t, nyz_to_half(v, 23, 127), float16, uint16_t)
LOOP(float64, uint64_t, nyz_to_half(v, 52, 1023), float16, uint16_t)

static nyz_cast *half_loop(nyz_type from, nyz_type to)
{
    static const nyz_cast_row half_rows[] = {
        {NYZ_FLOAT16, NYZ_FLOAT32, float16_to_float32},
        {NYZ_FLOAT16, NYZ_FLOAT64, float16_to_float64},
        {NYZ_FLOAT32, NYZ_FLOAT16, float32_to_float16},
        {NYZ_FLOAT64, NYZ_FLOAT16, float64_to_float16},
    };
    return nyz_cast_in_rows(half_rows, sizeof half_rows / sizeof half_rows[0], from, to);
}

nyz_cast *nyz_cast_portable(nyz_type from, nyz_type to)
{
    static nyz_cast_finder *const finders[] = {nyz_cast_plain_loop, half_loop,
                                               nyz_cast_long_loop, nyz_cast_small_loop};
    nyz_cast *loop = NULL;
    for (size_t i = 0; loop == NULL && i < sizeof finders / sizeof finders[0]; i++) {
        loop = finders[i](from, to);
    }
    return loop;
}
