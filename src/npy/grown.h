/* SPDX-License-Identifier: MIT */
/* Whether a .npy file that is longer than when it was opened has only been appended to. */
#ifndef NYZ_GROWN_H
#define NYZ_GROWN_H

#include "base/config.h"
#include "io/input_file.h"

/* `before` has the first `size` bytes of an array in a file, which is at `at`, when it was opened.
 * Not 0 if there is the header of an array in `now` there, whose end is at `end`, and it has the
 * same dtype, order and shape, but for more rows: of the first axis in C order, of the last one in
 * Fortran order. */
int nyz_npy_is_intact(const nyz_stream *now, int64_t at, int64_t end,
                      const unsigned char *before, int64_t size,
                      const nyz_config *config);

/* The same of the first array of a file; 0 if the file is no longer than when it was opened. */
int nyz_npy_has_grown(const nyz_input_file *file, const nyz_stream *stream,
                      const unsigned char *before, int64_t size,
                      const nyz_config *config);

#endif
