/* SPDX-License-Identifier: MIT */
/* SHA-256 by nettle, which takes no memory and cannot fail.  Windows: sha256_win32.c. */
#include "os/sha256.h"

#include <stdlib.h>

#include <nettle/sha2.h>
#include <nettle/version.h>

struct cli_sha256 {
    struct sha256_ctx state;
};

cli_sha256 *cli_sha256_new(void)
{
    cli_sha256 *const hash = malloc(sizeof *hash);
    if (hash != NULL) {
        sha256_init(&hash->state);
    }
    return hash;
}

void cli_sha256_free(cli_sha256 *hash)
{
    free(hash);
}

int cli_sha256_add(cli_sha256 *hash, const void *bytes, size_t size)
{
    sha256_update(&hash->state, size, bytes);
    return 0;
}

int cli_sha256_finish(cli_sha256 *hash, unsigned char digest[32])
{
#if NETTLE_VERSION_MAJOR >= 4
    sha256_digest(&hash->state, digest);
#else
    sha256_digest(&hash->state, 32, digest);
#endif
    return 0;
}
