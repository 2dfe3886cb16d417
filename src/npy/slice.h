/* SPDX-License-Identifier: MIT */
/* A part of an array in a file, by a range for each axis: what the readers of .npy files and of
 * members share.  Which bytes are read: slice_plan.h. */
#ifndef NYZ_SLICE_H
#define NYZ_SLICE_H

#include "nyz_slice.h"

#include "base/config.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npy/slice_bytes.h"

/* What is asked for, and where it goes. */
typedef struct nyz_slice_request {
    const nyz_config *config;
    const nyz_range *ranges;
    int count;
    const nyz_array *into; /* NULL: a new array, *out */
    nyz_array *out;        /* after a failure it may hold something to be freed */
} nyz_slice_request;

/* The array in the file. */
typedef struct nyz_slice_whole {
    nyz_array header;
    int fortran;
    int64_t
        count; /* of its elements, and of their bytes: they may be more than memory has */
    int64_t bytes;
} nyz_slice_whole;

/* That the ranges are some, and that `into` can be filled.  Errors: ARGUMENT. */
nyz_status nyz_slice_check(const nyz_slice_request *request, nyz_error *err);

/* The same options, but an array in a file may be of any size. */
nyz_config nyz_slice_any_size(const nyz_config *config);

/* Reads the rest of a header, and checks that the source can hold the data.  Its size is not
 * limited.  After a failure *whole holds nothing.
 * Errors: CORRUPT, UNSUPPORTED (objects, too), LIMIT, IO. */
nyz_status nyz_slice_read_header(nyz_source *source, const nyz_npy_start *start,
                                 const nyz_config *config, nyz_slice_whole *whole,
                                 nyz_error *err);

/* Reads what is asked for.  Errors: ARGUMENT, LIMIT, those of `bytes`. */
nyz_status nyz_slice_read(const nyz_slice_whole *whole, const nyz_slice_request *request,
                          const nyz_slice_bytes *bytes, nyz_error *err);

/* How many bytes the result has; -1: more than 64 bits count.  Errors: ARGUMENT. */
nyz_status nyz_slice_measure(const nyz_slice_whole *whole,
                             const nyz_slice_request *request, int64_t *bytes,
                             nyz_error *err);

/* Cuts what is asked for out of an array that has been loaded.  Errors: ARGUMENT. */
nyz_status nyz_slice_cut(const nyz_array *loaded, int fortran,
                         const nyz_slice_request *request, nyz_error *err);

#endif
