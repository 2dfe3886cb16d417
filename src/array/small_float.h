/* SPDX-License-Identifier: MIT */
/* The bits of bfloat16 and of the 8-bit floats of ml_dtypes from those of a float32.  Row "array".
 * Done with integers, as half.h does. */
#ifndef NYZ_SMALL_FLOAT_H
#define NYZ_SMALL_FLOAT_H

#include <stdint.h>

/* To the nearest, ties to even; a NaN keeps its sign alone. */
static inline uint16_t nyz_to_bfloat16(uint32_t bits)
{
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const uint32_t nan = (bits >> 16 & 0x8000) | 0x7fc0;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? nan : rounded);
}

/* An 8-bit float with a sign. */
typedef struct nyz_small_float {
    int digits;    /* of the fraction */
    int bias;      /* of the exponent */
    uint32_t most; /* the code of the largest number */
    uint32_t over; /* what is larger becomes that: infinity or NaN */
    uint32_t nan;
    int has_one_nan; /* it is 80h, where others have -0; both signs of NaN become it */
} nyz_small_float;

/* To the nearest, ties to even, subnormal numbers too. */
static inline uint8_t nyz_to_small_float(uint32_t bits, nyz_small_float type)
{
    const uint32_t sign = type.has_one_nan ? 0 : bits >> 24 & 0x80;
    const uint32_t size = bits & 0x7fffffff;
    const int exponent = (int)(size >> 23);
    uint32_t value = size - ((uint32_t)(127 - type.bias) << 23);
    int shift = 23 - type.digits;
    if (size > 0x7f800000) {
        return (uint8_t)(sign | type.nan);
    }
    if (exponent < 127 - type.bias - type.digits) {
        return (uint8_t)sign;
    }
    if (exponent < 128 - type.bias) {
        value = (size & 0x7fffff) | 0x800000;
        shift += 128 - type.bias - exponent;
    }
    const uint32_t rest = value & ((UINT32_C(1) << shift) - 1);
    const uint32_t tie = UINT32_C(1) << (shift - 1);
    uint32_t code = value >> shift;
    code += rest > tie || (rest == tie && (code & 1) != 0);
    if (code > type.most) {
        return (uint8_t)(sign | type.over);
    }
    return (uint8_t)(code == 0 ? sign : (bits >> 24 & 0x80) | code);
}

/* float8_e8m0fnu: a power of two, 2 to the (code - 127).  To the nearest, ties to the larger one, and
 * what is subnormal and over 2 to the -127 to 2 to the -126, as by ml_dtypes.  FFh is NaN, which 0
 * and what is negative become, too. */
static inline uint8_t nyz_to_power_of_two(uint32_t bits)
{
    if (bits == 0 || bits >= 0x7f800000) {
        return 0xff;
    }
    return (uint8_t)((bits + (bits < 0x00800000 ? 0x3fffff : 0x400000)) >> 23);
}

#endif
