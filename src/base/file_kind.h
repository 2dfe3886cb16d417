/* SPDX-License-Identifier: MIT */
/* What a file is that is neither a .npy nor a .npz file, by its first bytes. */
#ifndef NYZ_FILE_KIND_H
#define NYZ_FILE_KIND_H

#include <stdint.h>

#define NYZ_KIND_BYTES 512 /* what is looked at */
#define NYZ_KIND_SIZE 128  /* of a text */

/* What begins with these bytes ("a PNG image") and, where there is one, what to do next;
 * NULL if it is not known.  The text may be in `out`. */
const char *nyz_file_kind(char out[NYZ_KIND_SIZE], const unsigned char *bytes,
                          int64_t size);

#endif
