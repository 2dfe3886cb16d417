/* SPDX-License-Identifier: MIT */
/* A zip archive being written to a stream, in the layout of Python's zipfile
 * since 3.11.4.  docs/format.md 5. */
#ifndef NYZ_ZIP_WRITER_H
#define NYZ_ZIP_WRITER_H

#include "codec/deflate_parallel.h"
#include "io/stream.h"

typedef struct nyz_zip_writer nyz_zip_writer;

/* Begins at the stream's place.  The stream is copied, its ctx borrowed.  Some of what is
 * written is kept in a buffer until it is full or the archive finished. */
nyz_status nyz_zip_writer_create(const nyz_stream *stream, const nyz_allocator *allocator,
                                 nyz_zip_writer **out, nyz_error *err);

/* A member's bytes.  `pass` hands all of them, `size` bytes, to a sink and returns the
 * first failure; it is called once. */
typedef struct nyz_zip_content {
    nyz_status (*pass)(void *ctx, const nyz_sink *sink, nyz_error *err);
    void *ctx;
    int64_t size;
    int64_t head; /* bytes at the start that `align` is not about */
} nyz_zip_content;

/* How a member is stored. */
typedef struct nyz_zip_method {
    nyz_method method;
    int level; /* deflated: 1 ... 9, or NYZ_LEVEL_FAST, which is always in blocks */
    /* Deflated: in blocks that do not know each other; unit 0: not.  With a head and more than one
     * block the directory gets their index. */
    nyz_block_layout blocks;
    int threads; /* in blocks: 1 or more */
    int align; /* stored: where the bytes after `head` begin is a multiple of this; 0: anywhere */
} nyz_zip_method;

/* Writes one member.  name: UTF-8 of at most 65,535 bytes; not checked further.
 * A failure leaves the archive unusable: free it. */
nyz_status nyz_zip_writer_add(nyz_zip_writer *zip, const char *name,
                              const nyz_zip_method *how, const nyz_zip_content *content,
                              nyz_error *err);

/* The same in pieces: `size` bytes in all, the first `head` of which `how->align` is not about.  The
 * name stays where it is until the member is ended.
 * size -1: only its end gives it, and the archive has to seek; of a deflated member, the first `head`
 * bytes (NYZ_ZIP_PLAIN_MAX at most, put at once) are in a block of their own, not deflated. */
#define NYZ_ZIP_PLAIN_MAX 65535
nyz_status nyz_zip_writer_begin(nyz_zip_writer *zip, const char *name,
                                const nyz_zip_method *how, int64_t size, int64_t head,
                                nyz_error *err);
/* Takes its bytes, at most as many as are left. */
nyz_sink nyz_zip_writer_sink(nyz_zip_writer *zip);
/* How many of its bytes are to come (INT64_MAX: unknown); -1: no member has been begun. */
int64_t nyz_zip_writer_left(const nyz_zip_writer *zip);
/* Of a member of unknown size: puts other bytes in place of its first ones, after which others have
 * come.  Errors: IO. */
nyz_status nyz_zip_writer_replace(nyz_zip_writer *zip, const void *old, const void *with,
                                  int64_t size, nyz_error *err);
/* After the last one. */
nyz_status nyz_zip_writer_end(nyz_zip_writer *zip, nyz_error *err);

/* A member that has been deflated in memory, before its turn came. */
typedef struct nyz_zip_encoded {
    nyz_buffer bytes;
    nyz_buffer index; /* of its blocks, `layout` says which; empty: none */
    nyz_block_layout layout;
    int64_t size; /* inflated */
    uint32_t crc32;
} nyz_zip_encoded;

/* Deflates a member to memory; may be called by several threads at once.  Free `ready`
 * in any case.  Errors: MEMORY, and those of content->pass. */
nyz_status nyz_zip_encode(const nyz_zip_content *content, const nyz_zip_method *how,
                          const nyz_allocator *allocator, nyz_zip_encoded *ready,
                          nyz_error *err);
void nyz_zip_encode_free(nyz_zip_encoded *ready);

/* Writes it: the same bytes as nyz_zip_writer_add's. */
nyz_status nyz_zip_writer_add_encoded(nyz_zip_writer *zip, const char *name,
                                      const nyz_zip_encoded *ready, nyz_error *err);

/* Not 0 if what was written can be written over. */
int nyz_zip_writer_seeks(const nyz_zip_writer *zip);

/* How many members have been written. */
int64_t nyz_zip_writer_count(const nyz_zip_writer *zip);

/* Writes the central directory and the end records. */
nyz_status nyz_zip_writer_finish(nyz_zip_writer *zip, nyz_error *err);

/* Frees, finished or not; NULL is fine. */
void nyz_zip_writer_free(nyz_zip_writer **zip);

#endif
