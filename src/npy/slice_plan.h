/* SPDX-License-Identifier: MIT */
/* Which bytes of an array's data are read for a part of it, in what pieces, and where their items
 * go.  Knows no file: the bytes come from slice_bytes.h. */
#ifndef NYZ_SLICE_PLAN_H
#define NYZ_SLICE_PLAN_H

#include "array/strided_copy.h"
#include "base/config.h"
#include "npy/element_reader.h"
#include "npy/slice_bytes.h"

/* What is read at once through a buffer, and the buffer for items that are converted. */
#define NYZ_SLICE_WINDOW ((int64_t)256 * 1024)

/* So many bytes that are not wanted are read, rather than reading twice: a call costs as much. */
#define NYZ_SLICE_GAP ((int64_t)8 * 1024)

/* An axis of what is wanted: `count` items, or groups of items. */
typedef struct nyz_slice_axis {
    int64_t count;
    int64_t step; /* bytes from one to the next in the file, not negative */
    int64_t to;   /* the same where they go */
} nyz_slice_axis;

/* To begin with: elements, first, to, naxes, and axes, the slowest in the file first, with items of
 * at least one byte.  nyz_slice_plan_make decides the rest. */
typedef struct nyz_slice_plan {
    const nyz_element_reader *elements;
    int64_t first;     /* of the first item in the data */
    unsigned char *to; /* where it goes */
    int naxes;
    nyz_slice_axis axes[NYZ_MAX_DIMS];
    int64_t
        unit; /* bytes that lie together in both places: an item where it is converted */
    int cut;  /* a piece is so many of this axis (the others before it: one by one) ... */
    int64_t chunk;
    int64_t inner; /* ... with so many bytes from the first to the last of each */
    int64_t group; /* units in each */
    int across;    /* -1, or the axis before, of which a piece is ... */
    int64_t width; /* ... so many, each read by a call of its own */
    int swapped;
    int direct; /* a piece is one unit that is read right to its place */
    int packed; /* a piece has no gaps */
    int64_t window_size;
    int64_t items_size;
    unsigned char *window;       /* what is read */
    unsigned char *items;        /* the items in it, without gaps, to be converted */
    nyz_strided_copy_job unpack; /* of one piece, from the window to its place */
    nyz_strided_copy_job pack;   /* from the window to `items` */
} nyz_slice_plan;

/* The bytes from the first to the last of `n` of the axis that is cut. */
static inline int64_t nyz_slice_plan_span(const nyz_slice_plan *plan, int64_t n)
{
    return (n - 1) * plan->axes[plan->cut].step + plan->inner;
}

/* can_jump: the bytes need not be read in the order of the file. */
void nyz_slice_plan_make(nyz_slice_plan *plan, int can_jump);

/* How many bytes are read. */
int64_t nyz_slice_plan_size(const nyz_slice_plan *plan);

/* Reads them, in the order of the file unless it can jump.  Takes 512 KiB at most meanwhile.
 * Errors: MEMORY, those of `bytes`. */
nyz_status nyz_slice_plan_run(nyz_slice_plan *plan, const nyz_slice_bytes *bytes,
                              const nyz_allocator *allocator, nyz_error *err);

#endif
