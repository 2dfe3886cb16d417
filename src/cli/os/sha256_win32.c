/* SPDX-License-Identifier: MIT */
/* SHA-256 by Windows (CNG).  POSIX: sha256_posix.c. */
#include "os/sha256.h"

#include <stdlib.h>
#include <windows.h>
#include <bcrypt.h>

#define PIECE ((size_t)1 << 30) /* a ULONG counts the bytes of one call */

struct cli_sha256 {
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_HASH_HANDLE state;
};

cli_sha256 *cli_sha256_new(void)
{
    cli_sha256 *const hash = calloc(1, sizeof *hash);
    if (hash == NULL) {
        return NULL;
    }
    if (!BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&hash->algorithm,
                                                    BCRYPT_SHA256_ALGORITHM, NULL, 0)) ||
        !BCRYPT_SUCCESS(
            BCryptCreateHash(hash->algorithm, &hash->state, NULL, 0, NULL, 0, 0))) {
        cli_sha256_free(hash);
        return NULL;
    }
    return hash;
}

void cli_sha256_free(cli_sha256 *hash)
{
    if (hash == NULL) {
        return;
    }
    if (hash->state != NULL) {
        (void)BCryptDestroyHash(hash->state);
    }
    if (hash->algorithm != NULL) {
        (void)BCryptCloseAlgorithmProvider(hash->algorithm, 0);
    }
    free(hash);
}

int cli_sha256_add(cli_sha256 *hash, const void *bytes, size_t size)
{
    UCHAR *at = (UCHAR *)bytes;
    while (size > 0) {
        const size_t piece = size < PIECE ? size : PIECE;
        if (!BCRYPT_SUCCESS(BCryptHashData(hash->state, at, (ULONG)piece, 0))) {
            return 1;
        }
        at += piece;
        size -= piece;
    }
    return 0;
}

int cli_sha256_finish(cli_sha256 *hash, unsigned char digest[32])
{
    return !BCRYPT_SUCCESS(BCryptFinishHash(hash->state, digest, 32, 0));
}
