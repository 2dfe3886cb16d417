/* SPDX-License-Identifier: MIT */
/* SHA-256 of bytes, by nettle (sha256_posix.c) or by Windows itself. */
#ifndef NYZ_CLI_OS_SHA256_H
#define NYZ_CLI_OS_SHA256_H

#include <stddef.h>

typedef struct cli_sha256 cli_sha256;

cli_sha256 *cli_sha256_new(void);       /* NULL: no memory, or it cannot */
void cli_sha256_free(cli_sha256 *hash); /* NULL: nothing */

/* 0, or not 0 if it cannot. */
int cli_sha256_add(cli_sha256 *hash, const void *bytes, size_t size);
int cli_sha256_finish(cli_sha256 *hash, unsigned char digest[32]);

#endif
