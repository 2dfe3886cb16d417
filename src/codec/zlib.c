/* SPDX-License-Identifier: MIT */
/* zlib's memory and failures: see zlib_internal.h. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "codec/zlib_internal.h"

/* Each of zlib's blocks is preceded by its size, which our free needs. */
#define SIZE_PREFIX 64

static voidpf zlib_alloc(voidpf allocator, uInt count, uInt size)
{
    int64_t bytes;
    void *memory;
    if (nyz_mul(count, size, &bytes) || nyz_add(bytes, SIZE_PREFIX, &bytes) ||
        nyz_alloc(allocator, bytes, &memory, NULL) != NYZ_OK) {
        return Z_NULL;
    }
    memcpy(memory, &bytes, sizeof bytes);
    return (unsigned char *)memory + SIZE_PREFIX;
}

static void zlib_free(voidpf allocator, voidpf block)
{
    unsigned char *const memory = (unsigned char *)block - SIZE_PREFIX;
    int64_t bytes;
    memcpy(&bytes, memory, sizeof bytes);
    nyz_release(allocator, memory, bytes);
}

void nyz_zlib_init(z_stream *z, nyz_allocator *allocator)
{
    z->zalloc = zlib_alloc;
    z->zfree = zlib_free;
    z->opaque = allocator;
}

nyz_status nyz_zlib_fail(nyz_error *err, int result, const char *what)
{
    if (result == Z_MEM_ERROR) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "no memory for zlib to %s", what);
    }
    return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1, "zlib %s cannot %s (its error %d)",
                    zlibVersion(), what, result);
}
