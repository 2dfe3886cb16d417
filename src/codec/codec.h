/* SPDX-License-Identifier: MIT */
/* CRC-32 and deflate.  The files of this folder alone know zlib, and of them crc32.c and
 * inflate_whole.c alone know libdeflate; crc32_x86.c leaves its last 16 bytes to zlib. */
#ifndef NYZ_CODEC_H
#define NYZ_CODEC_H

#include "io/stream.h"

/* The CRC-32 of the zip format, continued: start with 0. */
uint32_t nyz_crc32(uint32_t crc, const void *bytes, size_t size);

/* The CRC of two pieces behind each other, from theirs and the second one's size. */
uint32_t nyz_crc32_combine(uint32_t first, uint32_t second, int64_t second_size);

/* The same for many pieces, which is faster while their size stays the same.  {0} to begin with. */
typedef struct nyz_crc32_combiner {
    int64_t size;
    uint32_t op; /* of zlib, for this size */
} nyz_crc32_combiner;
uint32_t nyz_crc32_combine_next(nyz_crc32_combiner *combiner, uint32_t first,
                                uint32_t second, int64_t second_size);

/* A raw deflate stream being inflated. */
typedef struct nyz_inflater nyz_inflater;
nyz_status nyz_inflate_new(const nyz_allocator *allocator, nyz_inflater **out,
                           nyz_error *err);
/* Inflates from *in (*in_size bytes) to *out (*out_size bytes), moving all four on. *done
 * is set at the end of the deflate stream.  Errors: CORRUPT, MEMORY. */
nyz_status nyz_inflate(nyz_inflater *inflater, const unsigned char **in, size_t *in_size,
                       unsigned char **out, size_t *out_size, int *done, nyz_error *err);
void nyz_inflate_free(nyz_inflater **inflater);

/* Not 0 if there is an inflater for whole streams, a faster one than the above. */
int nyz_has_inflate_whole(void);
/* Inflates a raw deflate stream that is all of `in` to exactly all of `out`.
 * Errors: CORRUPT (it does not end so), MEMORY. */
nyz_status nyz_inflate_whole(const unsigned char *in, size_t in_size, unsigned char *out,
                             size_t out_size, nyz_error *err);
/* The same with or without that inflater.  allocator: of what the other one takes. */
nyz_status nyz_inflate_all(const nyz_allocator *allocator, const unsigned char *in,
                           size_t in_size, unsigned char *out, size_t out_size,
                           nyz_error *err);

/* A raw deflate stream being made, as NumPy's: one stream, window 15, memory level 8. */
typedef struct nyz_deflater nyz_deflater;
nyz_status nyz_deflate_new(const nyz_allocator *allocator, int level, nyz_deflater **out,
                           nyz_error *err);
/* Deflates all of `bytes` and puts what comes out to `sink`, adding its length to
 * *written; finish: ends the stream. */
nyz_status nyz_deflate(nyz_deflater *deflater, const void *bytes, int64_t size,
                       int finish, const nyz_sink *sink, int64_t *written,
                       nyz_error *err);
/* Deflates in[0 ... size - 1], less than 4 GiB, to whole bytes at `out`, without a look at what
 * came before, and returns how many they are by *written.  last: the stream ends here;
 * otherwise an empty stored block ends them, and any others may follow.  room: at
 * least nyz_deflate_block_bound(deflater, size).  A deflater makes such blocks or one
 * stream, not both. */
size_t nyz_deflate_block_bound(nyz_deflater *deflater, size_t size);
nyz_status nyz_deflate_block(nyz_deflater *deflater, const unsigned char *in, size_t size,
                             int last, unsigned char *out, size_t room, size_t *written,
                             nyz_error *err);

void nyz_deflate_free(nyz_deflater **deflater);

/* What is before `size` bytes, NYZ_STORED_BLOCK_MAX at most, that are a stored block of a deflate
 * stream which goes on (RFC 1951, 3.2.4). */
enum { NYZ_STORED_BLOCK_HEAD = 5, NYZ_STORED_BLOCK_MAX = 65535 };
void nyz_deflate_stored_head(unsigned char out[NYZ_STORED_BLOCK_HEAD], size_t size);
/* Writes bytes in such blocks; returns how many bytes `out` has got, at most
 * nyz_deflate_store_bound(size). */
size_t nyz_deflate_store_bound(size_t size);
size_t nyz_deflate_store(const unsigned char *in, size_t size, unsigned char *out);

#endif
