/* SPDX-License-Identifier: MIT */
/* Whether a .npy file that is longer than when it was opened has only been appended to. */
#ifndef NYZ_GROWN_H
#define NYZ_GROWN_H

#include "base/config.h"
#include "io/input_file.h"

/* `before` has the first `size` bytes of a file when it was opened.  Not 0 if the file is
 * longer now, and its header has the same dtype, order and shape, but for more rows: of
 * the first axis in C order, of the last one in Fortran order. */
int nyz_npy_has_grown(const nyz_input_file *file, const nyz_stream *stream,
                      const unsigned char *before, int64_t size,
                      const nyz_config *config);

#endif
