/* SPDX-License-Identifier: MIT */
/* The innermost loops of nyz_strided_copy: rows of items become columns.  The public
 * nyz_array_transpose, which only makes a view, is in view.c. */
#ifndef NYZ_TRANSPOSE_H
#define NYZ_TRANSPOSE_H

#include <stdint.h>

/* Items in rows and columns, at two places; strides in bytes, those of the destination
 * not negative.  Its columns are the closer ones, in the source the rows. */
typedef struct nyz_transpose_job {
    int64_t itemsize;
    int64_t rows;
    int64_t columns;
    int64_t to_row;
    int64_t to_column;
    int64_t from_row;
    int64_t from_column;
    int past_cache; /* write whole lines past the cache; then nyz_nontemporal_fence is due */
} nyz_transpose_job;
void nyz_transpose_copy(const nyz_transpose_job *plane, unsigned char *to,
                        const unsigned char *from);

/* One run of items from one stride to another. */
void nyz_transpose_copy_row(unsigned char *to, int64_t to_stride,
                            const unsigned char *from, int64_t from_stride,
                            int64_t itemsize, int64_t count);

#endif
