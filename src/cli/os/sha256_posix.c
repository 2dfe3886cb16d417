/* SHA-256 by libcrypto.  Windows: sha256_win32.c. */
#include "os/sha256.h"

#include <openssl/evp.h>

static EVP_MD_CTX *context(cli_sha256 *hash)
{
    return (EVP_MD_CTX *)hash;
}

cli_sha256 *cli_sha256_new(void)
{
    EVP_MD_CTX *const hash = EVP_MD_CTX_new();
    if (hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(hash);
        return NULL;
    }
    return (cli_sha256 *)hash;
}

void cli_sha256_free(cli_sha256 *hash)
{
    EVP_MD_CTX_free(context(hash));
}

int cli_sha256_add(cli_sha256 *hash, const void *bytes, size_t size)
{
    return EVP_DigestUpdate(context(hash), bytes, size) != 1;
}

int cli_sha256_finish(cli_sha256 *hash, unsigned char digest[32])
{
    return EVP_DigestFinal_ex(context(hash), digest, NULL) != 1;
}
