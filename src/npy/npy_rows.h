/* SPDX-License-Identifier: MIT */
/* An array whose data comes piece by piece, of a shape that is known, or of a number of rows that
 * only its end gives: an extent of -1. */
#ifndef NYZ_NPY_ROWS_H
#define NYZ_NPY_ROWS_H

#include "base/arena.h"
#include "base/config.h"
#include "npy/npy.h"

/* It stays where it is until it is freed; zeros are fine to free. */
typedef struct nyz_npy_rows {
    nyz_config config; /* with the order in which rows are */
    nyz_arena arena;   /* of the dtype, where the header will be made again */
    nyz_array like;    /* without data; of any number of rows where that is not known */
    int axis;          /* of the rows whose number is not known; -1: it is known */
    int64_t row;       /* bytes of one of them */
    int64_t bytes;     /* of the data, if its shape is known: from the writer's plan */
    int64_t written;   /* of them so far */
} nyz_npy_rows;

/* rows->like and rows->config then describe the array for nyz_npy_writer_init, after which
 * rows->bytes is to be set, if the shape is known.
 * Errors: ARGUMENT (what is -1 is not the slowest axis, a row has no bytes), MEMORY. */
nyz_status nyz_npy_rows_init(nyz_npy_rows *rows, const nyz_array *like,
                             const nyz_config *config, nyz_error *err);

/* Fails with ARGUMENT: their number is not known, and the output cannot seek. */
nyz_status nyz_npy_rows_refuse(nyz_error *err);

/* Counts bytes that are about to be written.  Errors: ARGUMENT (more than the array has). */
nyz_status nyz_npy_rows_count(nyz_npy_rows *rows, int64_t size, nyz_error *err);

/* That all of the data was written.  Errors: ARGUMENT (fewer bytes; a part of a row). */
nyz_status nyz_npy_rows_check(const nyz_npy_rows *rows, nyz_error *err);

/* Makes the header again, for as many rows as were written.  `header` is a fresh buffer, to be freed
 * in any case.  Errors: UNSUPPORTED (it is not as long as `begun`, which was written), MEMORY. */
nyz_status nyz_npy_rows_header(nyz_npy_rows *rows, const nyz_buffer *begun,
                               nyz_buffer *header, nyz_error *err);

void nyz_npy_rows_free(nyz_npy_rows *rows);

#endif
