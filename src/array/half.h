/* SPDX-License-Identifier: MIT */
/* The bits of a float16 to and from those of wider floats (IEEE 754), which C has no type
 * for. Row "array".  Done with integers, so that signaling NaNs, rounding modes and
 * processors change nothing. */
#ifndef NYZ_HALF_H
#define NYZ_HALF_H

#include <stdint.h>
#include <string.h>

/* Exact.  `digits` and `bias` are those of the wide fraction and exponent: 23 and 127, 52
 * and 1023. */
static inline uint64_t nyz_from_half(uint16_t half, int digits, uint64_t bias)
{
    const uint64_t exponent = half >> 10 & 0x1f;
    uint64_t fraction = half & 0x3ff;
    uint64_t wide = exponent + (bias - 15);
    if (exponent == 0x1f) {
        wide = 2 * bias + 1; /* infinity, or a NaN with its payload */
    } else if (exponent == 0 && fraction == 0) {
        wide = 0;
    } else if (exponent == 0) {
        for (wide = bias - 14; fraction < 0x400; fraction <<= 1) {
            wide--;
        }
    }
    return (uint64_t)(half >> 15) << (digits == 23 ? 31 : 63) | wide << digits |
           (fraction & 0x3ff) << (digits - 10);
}

/* To the nearest, ties to even; what is too large becomes infinite.  A NaN keeps the
 * upper bits of its payload, or else 1. */
static inline uint16_t nyz_to_half(uint64_t bits, int digits, uint64_t bias)
{
    const int top = digits == 23 ? 31 : 63;
    const uint64_t sign = bits >> top << 15;
    const uint64_t size = bits & ~(UINT64_C(1) << top);
    const uint64_t one = UINT64_C(1) << digits;
    const uint64_t exponent = size >> digits;
    uint64_t value = 0;
    int shift = digits - 10;
    if (size > (2 * bias + 1) << digits) {
        const uint64_t payload = size >> shift & 0x3ff;
        return (uint16_t)(sign | 0x7c00 | (payload != 0 ? payload : 1));
    }
    if (exponent >= bias + 16) {
        return (uint16_t)(sign | 0x7c00);
    }
    if (exponent < bias - 25) {
        return (uint16_t)sign;
    }
    if (exponent < bias - 14) {
        value = (size & (one - 1)) | one;
        shift += (int)(bias - 14 - exponent);
    } else {
        value = size - ((bias - 15) << digits);
    }
    const uint64_t rest = value & ((UINT64_C(1) << shift) - 1);
    const uint64_t tie = UINT64_C(1) << (shift - 1);
    const uint64_t half = value >> shift;
    return (uint16_t)(sign | (half + (rest > tie || (rest == tie && (half & 1) != 0))));
}

static inline uint16_t nyz_float_to_half(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return nyz_to_half(bits, 23, 127);
}

#endif
