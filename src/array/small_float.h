/* SPDX-License-Identifier: MIT */
/* The bits of bfloat16 and of the 8-bit floats of ml_dtypes from those of a float32.  Row "array".
 * Done with integers, as half.h does. */
#ifndef NYZ_SMALL_FLOAT_H
#define NYZ_SMALL_FLOAT_H

#include <stdint.h>

/* To the nearest, ties to even; a NaN keeps its sign alone. */
static inline uint16_t nyz_to_bfloat16(uint32_t bits)
{
    const uint32_t size = bits & 0x7fffffff;
    const uint32_t rounded = (size + 0x7fff + (size >> 16 & 1)) >> 16;
    return (uint16_t)((bits >> 16 & 0x8000) | (size > 0x7f800000 ? 0x7fc0 : rounded));
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

/* EACH(TYPE, name, the members of its nyz_small_float). */
#define NYZ_SMALL_FLOATS(EACH)                                                           \
    EACH(NYZ_FLOAT8_E3M4, e3m4, 4, 3, 0x6f, 0x70, 0x78, 0)                               \
    EACH(NYZ_FLOAT8_E4M3, e4m3, 3, 7, 0x77, 0x78, 0x7c, 0)                               \
    EACH(NYZ_FLOAT8_E4M3FN, e4m3fn, 3, 7, 0x7e, 0x7f, 0x7f, 0)                           \
    EACH(NYZ_FLOAT8_E4M3FNUZ, e4m3fnuz, 3, 8, 0x7f, 0x80, 0x80, 1)                       \
    EACH(NYZ_FLOAT8_E4M3B11FNUZ, e4m3b11fnuz, 3, 11, 0x7f, 0x80, 0x80, 1)                \
    EACH(NYZ_FLOAT8_E5M2, e5m2, 2, 15, 0x7b, 0x7c, 0x7e, 0)                              \
    EACH(NYZ_FLOAT8_E5M2FNUZ, e5m2fnuz, 2, 16, 0x7f, 0x80, 0x80, 1)

/* To the nearest, ties to even, subnormal numbers too.  Without branches, for loops by vectors: what
 * is less than half the smallest number is shifted out, too. */
static inline uint8_t nyz_to_small_float(uint32_t bits, nyz_small_float type)
{
    const uint32_t size = bits & 0x7fffffff;
    const int below =
        128 - type.bias - (int)(size >> 23); /* the smallest normal number */
    const uint32_t bias = below > 0 ? 0 : (uint32_t)(127 - type.bias) << 23;
    const uint32_t value = below > 0 ? (size & 0x7fffff) | 0x800000 : size - bias;
    const int more = below > 0 ? below : 0;
    const int shift =
        23 - type.digits + (more < type.digits + 2 ? more : type.digits + 2);
    const uint32_t odd = value >> shift & 1;
    const uint32_t rounded = (value + (UINT32_C(1) << (shift - 1)) - 1 + odd) >> shift;
    const uint32_t number = rounded > type.most ? type.over : rounded;
    const uint32_t code = size > 0x7f800000 ? type.nan : number;
    const int unsigned_code = type.has_one_nan && (code & 0x7f) == 0;
    return (uint8_t)(code | (unsigned_code ? 0 : bits >> 24 & 0x80));
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
