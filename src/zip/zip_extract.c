/* A whole member at once: see zip_extract.h. */
#include "zip/zip_extract.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/parallel.h"
#include "codec/codec.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"
#include "zip/zip_member.h"

/* More deflated bytes than this are not kept in memory beside what they inflate to. */
#define MAX_INPUT ((int64_t)64 << 20)

int nyz_zip_extract_is_worth(const nyz_zip_entry *entry, int threads)
{
    if (entry->method == NYZ_DEFLATED) {
        return nyz_has_inflate_whole() && entry->compressed_size <= MAX_INPUT;
    }
    return threads > 1 && entry->size >= NYZ_PARALLEL_THRESHOLD;
}

static nyz_status wrong_crc(nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "the CRC-32 is not the directory's");
}

/* ---------------------------------------------------------------------------------- stored */

typedef struct part {
    const nyz_stream *archive;
    int64_t place;
    unsigned char *to;
    int64_t size;
    uint32_t crc32;
    nyz_status status;
    nyz_error error;
} part;

/* The CRC is taken of each piece while it is in the cache. */
static nyz_status read_pieces(part *p)
{
    for (int64_t done = 0; done < p->size;) {
        const int64_t n = nyz_min(p->size - done, (int64_t)NYZ_IO_BLOCK);
        NYZ_TRY(nyz_stream_read_at(p->archive, p->place + done, p->to + done, n, "member",
                                   &p->error));
        p->crc32 = nyz_crc32(p->crc32, p->to + done, (size_t)n);
        done += n;
    }
    return NYZ_OK;
}

static void read_part(void *ctx, int64_t index)
{
    part *const p = (part *)ctx + index;
    p->status = read_pieces(p);
}

static nyz_status join_parts(const part *parts, int64_t count, uint32_t expected,
                             nyz_error *err)
{
    uint32_t crc = 0;
    for (int64_t i = 0; i < count; i++) {
        if (parts[i].status != NYZ_OK) {
            if (err != NULL) {
                *err = parts[i].error;
            }
            return parts[i].status;
        }
        crc = i == 0 ? parts[i].crc32
                     : nyz_crc32_combine(crc, parts[i].crc32, parts[i].size);
    }
    return crc == expected ? NYZ_OK : wrong_crc(err);
}

static nyz_status read_stored(const nyz_stream *archive, const nyz_zip_entry *entry,
                              int64_t place, int threads, unsigned char *to,
                              nyz_error *err)
{
    part parts[NYZ_PARALLEL_MAX_RANGES];
    const int many = archive->read_at != NULL && entry->size >= NYZ_PARALLEL_THRESHOLD;
    const int64_t count = many ? nyz_min(threads, NYZ_PARALLEL_MAX_RANGES) : 1;
    const int64_t most = entry->size / count + 1;
    for (int64_t i = 0; i < count; i++) {
        const int64_t first = nyz_min(i * most, entry->size);
        memset(&parts[i], 0, sizeof parts[i]);
        parts[i].archive = archive;
        parts[i].place = place + first;
        parts[i].to = to + first;
        parts[i].size = nyz_min(most, entry->size - first);
    }
    nyz_parallel((int)count, count, read_part, parts);
    return join_parts(parts, count, entry->crc32, err);
}

/* -------------------------------------------------------------------------------- deflated */

static nyz_status inflate_from(const nyz_stream *archive, const nyz_zip_entry *entry,
                               int64_t place, unsigned char *input, unsigned char *to,
                               nyz_error *err)
{
    NYZ_TRY(
        nyz_stream_read_at(archive, place, input, entry->compressed_size, "member", err));
    NYZ_TRY(nyz_inflate_whole(input, (size_t)entry->compressed_size, to,
                              (size_t)entry->size, err));
    const uint32_t crc = nyz_crc32(0, to, (size_t)entry->size);
    return crc == entry->crc32 ? NYZ_OK : wrong_crc(err);
}

static nyz_status read_deflated(const nyz_stream *archive, const nyz_zip_entry *entry,
                                int64_t place, const nyz_allocator *allocator,
                                unsigned char *to, nyz_error *err)
{
    void *input = NULL;
    NYZ_TRY(nyz_alloc(allocator, entry->compressed_size, &input, err));
    const nyz_status status = inflate_from(archive, entry, place, input, to, err);
    nyz_release(allocator, input, entry->compressed_size);
    return status;
}

/* By the streaming path: members too large to be kept deflated, or no libdeflate. */
static nyz_status read_plainly(const nyz_stream *archive, const nyz_zip_directory *dir,
                               int64_t index, unsigned char *to, nyz_error *err)
{
    nyz_zip_member member;
    NYZ_TRY(nyz_zip_member_open(archive, dir, index, &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    nyz_status status = nyz_source_read(&source, to, source.left, "member", err);
    if (status == NYZ_OK) {
        status = nyz_zip_member_finish(&member, err);
    }
    nyz_zip_member_close(&member);
    return status;
}

nyz_status nyz_zip_extract(const nyz_stream *archive, const nyz_zip_directory *dir,
                           int64_t index, int threads, const nyz_allocator *allocator,
                           unsigned char *to, nyz_error *err)
{
    const nyz_zip_entry *const entry = &dir->entries[index];
    nyz_read_ahead window;
    nyz_stream seen = *archive;
    int64_t place = 0;
    if (entry->method == NYZ_DEFLATED && !nyz_zip_extract_is_worth(entry, threads)) {
        return read_plainly(archive, dir, index, to, err);
    }
    if (archive->read_at != NULL) {
        seen = nyz_read_ahead_open(&window, archive, entry->offset,
                                   entry->end - entry->offset);
    }
    NYZ_TRY(nyz_zip_local_read(&seen, dir, entry, &place, err));
    return entry->method == NYZ_DEFLATED
               ? read_deflated(&seen, entry, place, allocator, to, err)
               : read_stored(&seen, entry, place, threads, to, err);
}
