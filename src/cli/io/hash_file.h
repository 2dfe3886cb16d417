/* SPDX-License-Identifier: MIT */
/* Digests of what is in a file, piece by piece. */
#ifndef NYZ_CLI_IO_HASH_FILE_H
#define NYZ_CLI_IO_HASH_FILE_H

#include "io/elements.h"
#include "io/hash.h"

/* Of the elements, if `values`; and of dtype, shape and elements, if `facts`. */
nyz_status cli_hash_elements(cli_elements *e, int values, int facts,
                             char hash[CLI_HASH_SIZE], char digest[CLI_DIGEST_SIZE],
                             nyz_error *err);

/* Of all bytes of a member. */
nyz_status cli_hash_bytes(cli_input *input, int64_t index, char hash[CLI_HASH_SIZE],
                          nyz_error *err);

#endif
