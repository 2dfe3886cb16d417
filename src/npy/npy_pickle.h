/* SPDX-License-Identifier: MIT */
/* The end of the pickle that is the data of an array of Python objects. */
#ifndef NYZ_NPY_PICKLE_H
#define NYZ_NPY_PICKLE_H

#include "io/stream.h"

/* Passes over the pickle at offset `at` of a stream that has read_at and whose end is at `end`, by
 * the lengths of its instructions; none of them is run.  *after: where it ends.
 * Errors: CORRUPT (not a pickle, or cut short), IO. */
nyz_status nyz_npy_pickle_skip(const nyz_stream *stream, int64_t at, int64_t end,
                               int64_t *after, nyz_error *err);

#endif
