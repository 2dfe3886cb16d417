/* SPDX-License-Identifier: MIT */
/* Python objects in a .npy file: whether there are any, and the end of their pickle. */
#ifndef NYZ_CLI_IO_PICKLE_H
#define NYZ_CLI_IO_PICKLE_H

#include "nyz.h"

/* Not 0 if there are Python objects in the elements. */
int cli_has_objects(const nyz_dtype *dtype);

/* Passes over a pickle by the lengths of its instructions; none of them is run.
 * Errors: CORRUPT (no pickle, or cut short), IO. */
nyz_status cli_pickle_skip(const nyz_stream *stream, nyz_error *err);

#endif
