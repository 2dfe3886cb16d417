/* SPDX-License-Identifier: MIT */
/* Python objects in a .npy file: the end of their pickle. */
#ifndef NYZ_CLI_IO_PICKLE_H
#define NYZ_CLI_IO_PICKLE_H

#include "nyz.h"

/* Passes over a pickle by the lengths of its instructions; none of them is run.
 * Errors: CORRUPT (no pickle, or cut short), IO. */
nyz_status cli_pickle_skip(const nyz_stream *stream, nyz_error *err);

#endif
