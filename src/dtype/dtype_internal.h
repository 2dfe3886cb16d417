/* SPDX-License-Identifier: MIT */
/* What the files of this folder share beyond dtype.h.  No other folder includes it. */
#ifndef NYZ_DTYPE_INTERNAL_H
#define NYZ_DTYPE_INTERNAL_H

#include "base/config.h"
#include "base/endian.h"

/* '<' or '>': the byte order asked for; 0: keep. */
static inline char nyz_wanted_byteorder(nyz_byteorder byteorder)
{
    switch (byteorder) {
    case NYZ_NATIVE:
        return nyz_native_byteorder();
    case NYZ_LITTLE_ENDIAN:
        return '<';
    case NYZ_BIG_ENDIAN:
        return '>';
    default:
        return 0;
    }
}

/* Dtypes within dtypes that this library can follow, whatever the limits say. */
#define NYZ_MAX_NESTING 64

/* Reads a dtype that is one string: "<f8".  offset: where its errors point.
 * Errors: CORRUPT, UNSUPPORTED, LIMIT. */
nyz_status nyz_dtype_scalar(const char *text, size_t size, int64_t offset,
                            const nyz_config *config, nyz_dtype *out, nyz_error *err);

/* Adds `bytes` to an item's size.  Errors: CORRUPT (overflow), LIMIT (item_bytes). */
nyz_status nyz_dtype_grow(int64_t *itemsize, int64_t bytes, const nyz_config *config,
                          int64_t offset, nyz_error *err);

/* How the bytes of a type are laid out. */
typedef struct nyz_type_info {
    char letter;           /* NumPy's kind */
    unsigned char size;    /* bytes of one number; 0: the long doubles, 12 or 16 */
    unsigned char parts;   /* numbers in one item; 0: not a matter of the type alone */
    unsigned char ordered; /* whether it has a byte order */
} nyz_type_info;
const nyz_type_info *nyz_dtype_info(nyz_type type); /* NULL: no such type */

/* Not 0 if a field begins before the one before it ends, or fields are not in order. */
int nyz_dtype_overlaps(const nyz_dtype *dtype);

#endif
