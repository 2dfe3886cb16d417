/* SPDX-License-Identifier: MIT */
/* Deflate for arrays, made for speed: pieces that do not know each other, so that threads
 * make them and their outputs are put one after the other.  fast_*.c, which
 * know neither zlib nor libdeflate. */
#ifndef NYZ_FAST_DEFLATE_H
#define NYZ_FAST_DEFLATE_H

#include "nyz.h"

/* The memory that deflating takes; for one piece at a time, any number of times. */
typedef struct nyz_fast nyz_fast;

/* Errors: MEMORY. */
nyz_status nyz_fast_new(const nyz_allocator *allocator, nyz_fast **out, nyz_error *err);
void nyz_fast_free(nyz_fast **fast); /* NULL is fine */

/* The largest piece. */
#define NYZ_FAST_MAX ((size_t)0x7fffffff)

/* How many bytes nyz_fast_deflate may write for a piece of `size` bytes: what stored
 * blocks take, and a few more. */
size_t nyz_fast_bound(size_t size);

/* Deflates in[0 ... size - 1], size <= NYZ_FAST_MAX, to whole bytes at `out`, which has
 * nyz_fast_bound(size) bytes, and returns how many they are.  last: the stream ends here;
 * otherwise an empty stored block ends the piece, and any other may follow.  The same
 * bytes come out on every machine. */
size_t nyz_fast_deflate(nyz_fast *fast, const unsigned char *in, size_t size, int last,
                        unsigned char *out);

#endif
