/* SPDX-License-Identifier: MIT */
/* Kernels by hand: a function step_FROM_TO converts 16 numbers, to the bits that the portable loop gives,
 * and RUN makes a loop of it. */
#ifndef NYZ_CAST_STEP_H
#define NYZ_CAST_STEP_H

#include <string.h>

#include "array/cast_internal.h"

enum { STEP = 16, WIDEST = 16 };

/* The last numbers, fewer than a step, go through room for one. */
#define RUN(FROM, from_size, TO, to_size)                                                \
    NYZ_CAST_TARGET static void FROM##_to_##TO(const unsigned char *from,                \
                                               unsigned char *to, int64_t count)         \
    {                                                                                    \
        unsigned char in[STEP * WIDEST] = {0};                                           \
        unsigned char out[STEP * WIDEST];                                                \
        for (; count >= STEP; count -= STEP) {                                           \
            step_##FROM##_##TO(from, to);                                                \
            from += STEP * (from_size);                                                  \
            to += STEP * (to_size);                                                      \
        }                                                                                \
        if (count > 0) {                                                                 \
            memcpy(in, from, (size_t)count *(from_size));                                \
            step_##FROM##_##TO(in, out);                                                 \
            memcpy(to, out, (size_t)count *(to_size));                                   \
        }                                                                                \
    }

#endif
