/* SHA-256 of an array's values. */
#ifndef NYZ_CLI_IO_HASH_H
#define NYZ_CLI_IO_HASH_H

#include "nyz.h"

#define CLI_HASH_SIZE 65 /* 64 hexadecimal digits and a NUL */

/* The elements in C order, multi-byte numbers little-endian.  Takes at most some MiB
 * more. */
nyz_status cli_hash_array(const nyz_array *array, char out[CLI_HASH_SIZE],
                          nyz_error *err);

#endif
