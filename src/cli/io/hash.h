/* SPDX-License-Identifier: MIT */
/* Digests of arrays, equal for equal arrays. */
#ifndef NYZ_CLI_IO_HASH_H
#define NYZ_CLI_IO_HASH_H

#include "nyz.h"

#define CLI_HASH_SIZE 65   /* 64 hexadecimal digits and a NUL */
#define CLI_DIGEST_SIZE 72 /* with "n1:" or "sha256:" before them */

/* SHA-256 of the elements in C order, multi-byte numbers little-endian.  Takes at most
 * some MiB more, as the next one does. */
nyz_status cli_hash_array(const nyz_array *array, char out[CLI_HASH_SIZE],
                          nyz_error *err);

/* "n1:" and the SHA-256 of dtype, shape and elements, padding of structs as zeros. */
nyz_status cli_digest_array(const nyz_array *array, char out[CLI_DIGEST_SIZE],
                            nyz_error *err);

#endif
