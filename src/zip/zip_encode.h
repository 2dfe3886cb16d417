/* SPDX-License-Identifier: MIT */
/* A member's bytes on their way into an archive, deflated.  Private to zip_writer.c. */
#ifndef NYZ_ZIP_ENCODE_H
#define NYZ_ZIP_ENCODE_H

#include "codec/codec.h"
#include "codec/deflate_parallel.h"
#include "io/stream.h"
#include "zip/zip_writer.h"

/* What becomes of its bytes. */
typedef struct nyz_zip_sums {
    uint32_t crc32;
    int64_t compressed_size;
} nyz_zip_sums;

/* A member being deflated; one of deflater and blocks. */
typedef struct nyz_zip_encoder {
    const nyz_sink *to;
    nyz_zip_sums sums;
    nyz_block_layout layout;
    nyz_buffer
        index; /* of the blocks that it was deflated in, after the end; empty: none */
    nyz_deflater *deflater;
    nyz_deflate_parallel *blocks;
} nyz_zip_encoder;

/* Begins, as `how` says; what comes out goes to `to`, which stays where it is.  Close it in any
 * case. */
nyz_status nyz_zip_encode_begin(nyz_zip_encoder *encoder, const nyz_zip_method *how,
                                const nyz_allocator *allocator, const nyz_sink *to,
                                nyz_error *err);
/* More bytes: CRC and size in one pass. */
nyz_status nyz_zip_encode_put(nyz_zip_encoder *encoder, const void *bytes, int64_t size,
                              nyz_error *err);
/* Ends the deflate stream; then the sums are there. */
nyz_status nyz_zip_encode_end(nyz_zip_encoder *encoder, nyz_error *err);
void nyz_zip_encode_close(nyz_zip_encoder *encoder);

#endif
