/* SPDX-License-Identifier: MIT */
/* A member's bytes on their way into an archive, deflated.  Private to zip_writer.c. */
#ifndef NYZ_ZIP_ENCODE_H
#define NYZ_ZIP_ENCODE_H

#include "io/stream.h"
#include "zip/zip_writer.h"

/* What becomes of them. */
typedef struct nyz_zip_sums {
    uint32_t crc32;
    int64_t compressed_size;
} nyz_zip_sums;

/* Deflates them as `how` says, with CRC and size in one pass. */
nyz_status nyz_zip_deflate(const nyz_zip_content *content, const nyz_zip_method *how,
                           const nyz_allocator *allocator, const nyz_sink *to,
                           nyz_zip_sums *sums, nyz_error *err);

#endif
