/* SPDX-License-Identifier: MIT */
/* Whole members into memory: see zip_extract.h. */
#include "zip/zip_extract.h"

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/parallel.h"
#include "codec/codec.h"
#include "io/parallel_read.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "zip/zip_blocks.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"
#include "zip/zip_member.h"

static int is_inflated_whole(const nyz_zip_entry *entry)
{
    return entry->method == NYZ_DEFLATED && nyz_has_inflate_whole() && entry->size > 0 &&
           entry->compressed_size <= NYZ_ZIP_MAX_INPUT;
}

int nyz_zip_extract_is_worth(const nyz_zip_entry *entry, int threads)
{
    return entry->method == NYZ_DEFLATED
               ? is_inflated_whole(entry) ||
                     (entry->blocks != 0 && (threads > 1 || nyz_has_inflate_whole()))
               : threads > 1 && entry->size >= NYZ_PARALLEL_THRESHOLD;
}

/* As a stream, in one thread. */
static nyz_status extract_in_order(const nyz_stream *archive,
                                   const nyz_zip_directory *dir, int64_t index,
                                   const nyz_allocator *allocator, unsigned char *to,
                                   int64_t *got, nyz_error *err)
{
    nyz_zip_member member;
    NYZ_TRY(nyz_zip_member_open_with(archive, dir, index, allocator, &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    nyz_status status = nyz_source_read(&source, to, source.left, "member", err);
    *got = source.offset;
    status = status == NYZ_OK ? nyz_zip_member_finish(&member, err)
                              : nyz_zip_member_error(&member, status, err);
    nyz_zip_member_close(&member);
    return status;
}

/* The CRC of each part of a stored member, taken of each piece while it is in the cache. */
typedef struct checksums {
    uint32_t crc32[NYZ_PARALLEL_MAX_RANGES];
    int64_t size[NYZ_PARALLEL_MAX_RANGES];
} checksums;

static void add_piece(void *ctx, int64_t part, unsigned char *bytes, int64_t size)
{
    checksums *const c = ctx;
    c->crc32[part] = nyz_crc32(c->crc32[part], bytes, (size_t)size);
    c->size[part] += size;
}

static uint32_t join(const checksums *c)
{
    uint32_t crc = c->crc32[0];
    for (int i = 1; i < NYZ_PARALLEL_MAX_RANGES && c->size[i] > 0; i++) {
        crc = nyz_crc32_combine(crc, c->crc32[i], c->size[i]);
    }
    return crc;
}

static nyz_status read_stored(const nyz_stream *archive, const nyz_zip_entry *entry,
                              int64_t place, int threads, const nyz_allocator *allocator,
                              unsigned char *to, int64_t *got, nyz_error *err)
{
    checksums sums = {0};
    const nyz_read_range range = {
        .stream = archive,
        .offset = place,
        .to = to,
        .size = entry->size,
        .item = 1,
        .what = "member",
        .piece = add_piece,
        .ctx = &sums,
    };
    NYZ_TRY(nyz_parallel_read(&range, threads, allocator, got, err));
    return nyz_zip_member_check_crc(entry, join(&sums), err);
}

/* By the index of its blocks: returns 0 if there is none that fits the member.  What then comes out
 * is what the one stream has: each block that inflates by itself refers to nothing before it. */
static int read_blocks(const nyz_stream *archive, const nyz_zip_directory *dir,
                       int64_t index, int threads, const nyz_allocator *allocator,
                       unsigned char *to)
{
    nyz_zip_block_reader reader;
    if (dir->entries[index].blocks == 0 || dir->entries[index].method != NYZ_DEFLATED) {
        return 0;
    }
    const int fine = nyz_zip_block_reader_open(&reader, archive, dir, index, allocator) &&
                     nyz_zip_blocks_read(&reader, 0, reader.blocks.count, threads, to);
    nyz_zip_block_reader_close(&reader);
    return fine;
}

/* *refused: libdeflate has, or there is no memory: nothing is said of the member yet. */
static nyz_status inflate_whole(const nyz_stream *archive, const nyz_zip_entry *entry,
                                int64_t place, const nyz_allocator *allocator,
                                unsigned char *to, int *refused, nyz_error *err)
{
    const int64_t size = entry->compressed_size;
    void *input = NULL;
    *refused = nyz_alloc(allocator, size, &input, NULL) != NYZ_OK;
    nyz_status status =
        *refused ? NYZ_OK
                 : nyz_stream_read_at(archive, place, input, size, "member", err);
    if (status == NYZ_OK && !*refused) {
        *refused = nyz_inflate_whole(input, (size_t)size, to, (size_t)entry->size,
                                     NULL) != NYZ_OK;
    }
    nyz_release(allocator, input, size);
    return status;
}

static nyz_status read_deflated(const nyz_stream *archive, const nyz_zip_directory *dir,
                                int64_t index, int64_t place,
                                const nyz_allocator *allocator, unsigned char *to,
                                int64_t *got, nyz_error *err)
{
    const nyz_zip_entry *const entry = &dir->entries[index];
    int refused = 0;
    NYZ_TRY(inflate_whole(archive, entry, place, allocator, to, &refused, err));
    if (refused) {
        return extract_in_order(archive, dir, index, allocator, to, got, err);
    }
    *got = entry->size;
    return nyz_zip_member_verify(entry, to, err);
}

nyz_status nyz_zip_extract(const nyz_stream *archive, const nyz_zip_directory *dir,
                           int64_t index, int threads, const nyz_allocator *allocator,
                           unsigned char *to, int64_t *got, nyz_error *err)
{
    const nyz_zip_entry *const entry = &dir->entries[index];
    nyz_read_ahead window;
    nyz_stream seen = *archive;
    int64_t place = 0;
    *got = 0;
    if (read_blocks(archive, dir, index, threads, allocator, to)) {
        *got = entry->size;
        return NYZ_OK;
    }
    if (entry->method == NYZ_DEFLATED && !is_inflated_whole(entry)) {
        return extract_in_order(archive, dir, index, allocator, to, got, err);
    }
    if (archive->read_at != NULL) {
        seen = nyz_read_ahead_open(&window, archive, entry->offset,
                                   entry->end - entry->offset);
    }
    NYZ_TRY(nyz_zip_local_read(&seen, dir, entry, &place, err));
    return entry->method == NYZ_DEFLATED
               ? read_deflated(&seen, dir, index, place, allocator, to, got, err)
               : read_stored(&seen, entry, place, threads, allocator, to, got, err);
}

/* --------------------------------------------------------------------------------- batches */

/* A small archive is mostly such members, and they are mostly in the directory's order. */
int64_t nyz_zip_batch_count(const nyz_zip_directory *dir, int64_t first, int64_t most,
                            int64_t room)
{
    const int64_t start = dir->entries[first].offset;
    const int64_t behind = first + nyz_min(most, dir->count - first);
    int64_t i = first;
    for (int64_t end = start; i < behind; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        if (entry->method != NYZ_STORED || entry->offset != end ||
            entry->end - start > room) {
            break;
        }
        end = entry->end;
    }
    return i - first;
}

int64_t nyz_zip_batch_size(const nyz_zip_directory *dir, int64_t first, int64_t count)
{
    return dir->entries[first + count - 1].end - dir->entries[first].offset;
}

nyz_status nyz_zip_batch_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              int64_t first, int64_t count, unsigned char *batch,
                              nyz_error *err)
{
    return nyz_stream_read_at(archive, dir->entries[first].offset, batch,
                              nyz_zip_batch_size(dir, first, count), "members", err);
}

/* The directory's reader has checked that the 30 bytes of a local header are there, the
 * check of the local header that the rest of it and the data are. */
nyz_status nyz_zip_batch_member(const nyz_zip_directory *dir, int64_t first,
                                int64_t index, unsigned char *batch,
                                unsigned char **bytes, nyz_error *err)
{
    const nyz_zip_entry *const entry = &dir->entries[index];
    unsigned char *const header = batch + (entry->offset - dir->entries[first].offset);
    int64_t size = 0;
    *bytes = NULL;
    NYZ_TRY(nyz_zip_local_check(header, dir, entry, &size, err));
    *bytes = header + size;
    return nyz_zip_member_verify(entry, *bytes, err);
}
