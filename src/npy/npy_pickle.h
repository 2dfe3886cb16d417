/* SPDX-License-Identifier: MIT */
/* The end of the pickle that is the data of an array of Python objects. */
#ifndef NYZ_NPY_PICKLE_H
#define NYZ_NPY_PICKLE_H

#include "io/stream.h"

/* Passes over the pickle that comes next in a source, by the lengths of its instructions; none of
 * them is run.  If the source has its place in the stream, blocks are read there, by read_at or by
 * seek and read; otherwise nothing after the pickle is read.
 * Errors: CORRUPT (not a pickle, or cut short), IO. */
nyz_status nyz_npy_pickle_skip(nyz_source *source, nyz_error *err);

#endif
