/* SPDX-License-Identifier: MIT */
/* Digests of arrays, equal for equal arrays. */
#ifndef NYZ_CLI_IO_HASH_H
#define NYZ_CLI_IO_HASH_H

#include "nyz.h"

#define CLI_HASH_SIZE 65   /* 64 hexadecimal digits and a NUL */
#define CLI_DIGEST_SIZE 72 /* with "n1:" or "sha256:" before them */

/* One array being hashed, in one way or both. */
typedef struct cli_hashing {
    struct cli_sha256
        *values; /* of the elements in C order, multi-byte numbers little-endian */
    struct cli_sha256
        *facts; /* with dtype and shape before them, padding of structs as zeros */
    int clear;  /* `facts` has padding */
} cli_hashing;

/* Begins with the dtype and shape of `array`, which needs no data.  Free it in any case. */
nyz_status cli_hash_begin(cli_hashing *hashing, const nyz_array *array, int values,
                          int facts, nyz_error *err);
/* The next elements in C order, as an array of any strides.  Takes at most some MiB. */
nyz_status cli_hash_add(cli_hashing *hashing, const nyz_array *piece, nyz_error *err);
/* Ends what was begun: 64 digits, and "n1:" with 64 digits. */
nyz_status cli_hash_end(cli_hashing *hashing, char hash[CLI_HASH_SIZE],
                        char digest[CLI_DIGEST_SIZE], nyz_error *err);
void cli_hash_free(cli_hashing *hashing);

#endif
