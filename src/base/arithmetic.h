/* SPDX-License-Identifier: MIT */
/* Checked sums and products of sizes, and the size of a buffer. */
#ifndef NYZ_ARITHMETIC_H
#define NYZ_ARITHMETIC_H

#include <stddef.h>
#include <stdint.h>

/* The bytes that are worked on at a time, so that they stay in the processor's cache: the
 * usual size of a buffer. */
#define NYZ_IO_BLOCK ((size_t)256 * 1024)

/* Products and sums that may overflow: 0 and *out on success, 1 on overflow.  a, b >= 0.
 */
static inline int nyz_mul(int64_t a, int64_t b, int64_t *out)
{
    if (a != 0 && b > INT64_MAX / a) {
        return 1;
    }
    *out = a * b;
    return 0;
}

static inline int nyz_add(int64_t a, int64_t b, int64_t *out)
{
    if (b > INT64_MAX - a) {
        return 1;
    }
    *out = a + b;
    return 0;
}

static inline int64_t nyz_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t nyz_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif
