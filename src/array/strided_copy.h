/* SPDX-License-Identifier: MIT */
/* Copying boxes of items from any strides to any other, and cutting arrays into boxes. */
#ifndef NYZ_STRIDED_COPY_H
#define NYZ_STRIDED_COPY_H

#include "nyz.h"

/* More bytes than a thread finds room for in most processors' last cache. */
#define NYZ_PAST_CACHE ((int64_t)16 << 20)

/* Items at two places that do not overlap.  Strides count bytes and may be negative;
 * those of the source may be 0.  An axis of one item may have any. */
typedef struct nyz_strided_copy_job {
    int64_t itemsize;
    int past_cache; /* the destination, or the whole it is part of, exceeds the cache */
    int ndim;
    int64_t shape[NYZ_MAX_DIMS];
    int64_t to_strides[NYZ_MAX_DIMS];
    int64_t from_strides[NYZ_MAX_DIMS];
} nyz_strided_copy_job;
void nyz_strided_copy(const nyz_strided_copy_job *box, unsigned char *to,
                      const unsigned char *from);

/* A whole array, whose strides have been checked, to another one of its shape and
 * itemsize; to contiguous items in C order; and back to an array that is part of one of
 * `whole` bytes. */
void nyz_array_copy_elements(const nyz_array *from, const nyz_array *to);
void nyz_array_pack(const nyz_array *from, void *items);
void nyz_array_unpack(const nyz_array *to, int64_t whole, const void *items);

/* An array with elements, cut into blocks. */
typedef struct nyz_blocks {
    const nyz_array *array;
    int across; /* the axis along which blocks follow each other; -1: the order is C's */
    int64_t count;
    int64_t items; /* of the largest block */
    int64_t cut;   /* by how much the first blocks along `across` are narrower */
    int64_t extents[NYZ_MAX_DIMS];
} nyz_blocks;

/* Blocks of at most `most` items (but at least one), each a run in C order and together
 * the whole of it; where a block is not whole axes, a power of two of the next axis. */
void nyz_blocks_in_order(nyz_blocks *blocks, const nyz_array *array, int64_t most);

/* Blocks of `width` times a run in C order of the axes behind `axis`; the first ones only
 * `lead` wide, unless that is 0. */
void nyz_blocks_across(nyz_blocks *blocks, const nyz_array *array, int axis,
                       int64_t width, int64_t lead, int64_t most);

/* A view of block `index`, and the number in C order of its first element. */
void nyz_blocks_at(const nyz_blocks *blocks, int64_t index, nyz_array *view,
                   int64_t *first);

/* The axis with the smallest stride of those with over one element; else the last. */
int nyz_array_fastest_axis(const nyz_array *array);

#endif
