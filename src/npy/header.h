/* SPDX-License-Identifier: MIT */
/* The header of a .npy file: preamble, and the text {'descr': ..., 'fortran_order': ...,
 * 'shape': ...} to and from an nyz_array without data.  docs/format.md 1.
 */
#ifndef NYZ_HEADER_H
#define NYZ_HEADER_H

#include "base/arena.h"
#include "base/config.h"

#define NYZ_MAGIC "\x93NUMPY"
#define NYZ_MAGIC_SIZE 6
#define NYZ_PREAMBLE_MAX 12

/* Reads magic and version from the first 8 bytes of a file (`size` says how many there
 * are; the others are 0): *preamble gets the length of the preamble, 10 or 12, *version
 * 1, 2 or 3.  Errors: CORRUPT, UNSUPPORTED. */
nyz_status nyz_header_version(const unsigned char bytes[8], int64_t size, int *version,
                              int *preamble, nyz_error *err);

/* Reads HEADER_LEN from a whole preamble.  Errors: LIMIT (limits.header_bytes). */
nyz_status nyz_header_length(const unsigned char *preamble, int version,
                             const nyz_config *config, int64_t *length, nyz_error *err);

/* Parses the header's text.  out: dtype (its tree in `arena`, owner NULL), ndim, shape,
 * and strides in the file's memory order; data NULL.  *fortran gets fortran_order as it
 * is. A sub-array as the whole dtype extends the shape.  All sizes are checked: the
 * product of the non-zero extents and the itemsize fits 64 bits and, where no extent is
 * 0, limits.array_bytes.  err->offset counts from the text's start.  Errors: CORRUPT,
 * UNSUPPORTED, LIMIT. */
nyz_status nyz_header_parse(const char *text, size_t size, int version,
                            const nyz_config *config, nyz_arena *arena, nyz_array *out,
                            int *fortran, nyz_error *err);

/* Makes preamble and header text for an array of this dtype and shape, to the byte as
 * NumPy (docs/format.md 1.2): the lowest version that fits, or env->npy_version.  `out`
 * is a fresh {0} nyz_buffer with its allocator set; the caller frees it, also after a
 * failure.  Errors: ARGUMENT (version), UNSUPPORTED (overlapping fields), MEMORY. */
nyz_status nyz_header_format(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                             int fortran, int npy_version, nyz_buffer *out,
                             nyz_error *err);

#endif
