/* SPDX-License-Identifier: MIT */
/* Items on their way from a file to their place in memory, on one or several threads: their
 * byte order, their type, and memory of another order (C, Fortran) or other strides. */
#ifndef NYZ_ELEMENT_READER_H
#define NYZ_ELEMENT_READER_H

#include "array/cast_plan.h"
#include "base/config.h"
#include "io/stream.h"

typedef struct nyz_element_reader {
    nyz_dtype from; /* an item in the file */
    nyz_array to;   /* a view whose C order is the order of the file */
    nyz_cast_plan cast;
    nyz_byteorder
        byteorder; /* what a file's item is brought to: of `to`, or for `cast` */
    int converts;  /* the types differ */
    int direct;    /* items are read right to where they stay */
    int64_t count;
} nyz_element_reader;

/* Decides how items of `from` become those of `to`, whose shape is the file's; fortran:
 * the file's order.  Errors: as nyz_cast_plan_init. */
nyz_status nyz_element_reader_init(nyz_element_reader *elements, const nyz_dtype *from,
                                   const nyz_array *to, int fortran,
                                   const nyz_config *config, nyz_error *err);

/* Reads all items.  A large number of them is read by env->threads threads where the
 * source has a place and read_at.  Errors: IO, CORRUPT (too few). */
nyz_status nyz_element_reader_read(const nyz_element_reader *elements, nyz_source *source,
                                   const nyz_config *config, nyz_error *err);

/* What nyz_element_reader_read does where items are not read right to their place: block by
 * block through a buffer, on at most `threads` threads (element_reader_blocks.c). */
nyz_status nyz_element_reader_read_blocks(const nyz_element_reader *elements,
                                          nyz_source *source,
                                          const nyz_allocator *allocator, int threads,
                                          nyz_error *err);

/* Puts the items of one block, which `items` has in C order as the file has them, where they
 * belong, in the byte order and type of the array.  They are converted in `items`, after which
 * there is room for as many converted ones if `convert` is not NULL. */
void nyz_element_reader_place(const nyz_element_reader *elements, const nyz_array *block,
                              unsigned char *items);

#endif
