/* SHA-256 of bytes, by the system: libcrypto (sha256_posix.c) or Windows itself. */
#ifndef NYZ_CLI_SHA256_H
#define NYZ_CLI_SHA256_H

#include <stddef.h>

typedef struct nyz_sha256 nyz_sha256;

nyz_sha256 *nyz_sha256_new(void); /* NULL: it cannot */
void nyz_sha256_free(nyz_sha256 *hash);

/* 0, or not 0 if it cannot. */
int nyz_sha256_add(nyz_sha256 *hash, const void *bytes, size_t size);
int nyz_sha256_finish(nyz_sha256 *hash, unsigned char digest[32]);

#endif
