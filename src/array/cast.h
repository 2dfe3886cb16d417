/* SPDX-License-Identifier: MIT */
/* Numbers of one type to another.  Knows no file.
 *
 * There is a loop for each pair of types that is common (the files cast*.c), and more for processors with
 * vectors.  The others go through types between: float16 to uint8 by way of float32, bfloat16 to
 * complex128 by way of float32, and so on, always such that the result is the same as if it were done at once. */
#ifndef NYZ_CAST_H
#define NYZ_CAST_H

#include "nyz.h"

/* Converts `count` native numbers that lie without gaps; `from` and `to` do not overlap
 * and need no alignment. */
typedef void nyz_cast(const unsigned char *from, unsigned char *to, int64_t count);

/* The loop for the pair that runs on any processor; NULL: there is none, nyz_cast_chain_find may know
 * a way by more than one. */
nyz_cast *nyz_cast_portable(nyz_type from, nyz_type to);

/* The loop for processors of a level, 1 and up, that gives the same bits: cast_vector_*.c.  NULL: there
 * is none, or this processor is not of that level. */
#define NYZ_CAST_LEVELS 2
nyz_cast *nyz_cast_vector(int level, nyz_type from, nyz_type to);

/* The loops from one type to another. */
#define NYZ_CAST_STEPS 4
typedef struct nyz_cast_chain {
    int steps; /* 0: none is needed, or there is no way */
    int parts; /* numbers in an item: 2 for complex to complex, else 1 */
    nyz_cast *loops[NYZ_CAST_STEPS];
    int64_t
        sizes[NYZ_CAST_STEPS + 1]; /* of a number, before each loop and after the last */
} nyz_cast_chain;

/* Not 0 if both are numbers, which casting "unsafe" converts, of different types. */
int nyz_cast_chain_find(nyz_cast_chain *chain, nyz_type from, nyz_type to);

/* Converts `count` items, as nyz_cast does. */
void nyz_cast_chain_run(const nyz_cast_chain *chain, const unsigned char *from,
                        unsigned char *to, int64_t count);

#endif
