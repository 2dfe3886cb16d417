/* SPDX-License-Identifier: MIT */
/* The public calls for a member that is read piece by piece: a deflated one from its first byte to
 * the last, a stored one from any place.  Its CRC is that of the bytes from the first one up to a
 * place that moves on whenever the ones there are read. */
#include <errno.h>
#include <string.h>

#include "nyz_npz_stream.h"

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "io/input_file.h"
#include "io/stream.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

struct nyz_member_reader {
    nyz_allocator allocator;
    const nyz_npz *npz;
    int64_t index;
    int64_t size;
    nyz_source source; /* of the member, deflated */
    int64_t first;     /* where its bytes begin in the archive, stored */
    int64_t offset;    /* of the next read, stored; may be after the end */
    int64_t
        summed;   /* the bytes up to here have been read; stored: and the CRC is theirs */
    int finished; /* all was read, and the CRC compared */
    nyz_error failure; /* of the first read that failed; status NYZ_OK: none */
    nyz_zip_member member;
};

static nyz_status take_deflated(nyz_member_reader *r, void *buffer, int64_t size,
                                nyz_error *err)
{
    const nyz_status status = nyz_source_read(&r->source, buffer, size, "member", err);
    if (status != NYZ_OK) {
        return nyz_zip_member_error(&r->member, status, err);
    }
    r->summed += size;
    r->finished = r->summed == r->size;
    return r->finished ? nyz_zip_member_finish(&r->member, err) : NYZ_OK;
}

/* A read that begins at or before what the CRC reaches, and ends after it, carries it on. */
static nyz_status take_stored(nyz_member_reader *r, void *buffer, int64_t size,
                              nyz_error *err)
{
    const int64_t end = r->offset + size;
    NYZ_TRY(nyz_stream_read_at(&r->member.archive, r->first + r->offset, buffer, size,
                               "member", err));
    if (r->offset <= r->summed && end >= r->summed) {
        const int64_t known = r->summed - r->offset;
        nyz_zip_member_sum(&r->member, (const unsigned char *)buffer + known,
                           size - known);
        r->summed = end;
        r->finished = end == r->size;
        if (r->finished) {
            NYZ_TRY(nyz_zip_member_check_crc(r->member.entry, r->member.crc32, err));
        }
    }
    r->offset = end;
    return NYZ_OK;
}

/* What was read, and at the end the CRC of all, of an empty member too. */
static int64_t read_by(nyz_member_reader *r, void *buffer, size_t size, int64_t left,
                       nyz_status (*take)(nyz_member_reader *r, void *buffer,
                                          int64_t size, nyz_error *err))
{
    const int64_t n = (uint64_t)left < size ? left : (int64_t)size;
    if (r->failure.status != NYZ_OK) {
        return nyz_error_result(&r->failure);
    }
    if (size == 0 || (n == 0 && (r->finished || r->size > 0)) ||
        take(r, buffer, n, &r->failure) == NYZ_OK) {
        return n;
    }
    return nyz_error_result(&r->failure);
}

static int64_t read_deflated(void *ctx, void *buffer, size_t size)
{
    nyz_member_reader *const r = ctx;
    return read_by(r, buffer, size, r->size - r->summed, take_deflated);
}

static int64_t read_stored(void *ctx, void *buffer, size_t size)
{
    nyz_member_reader *const r = ctx;
    return read_by(r, buffer, size, r->offset < r->size ? r->size - r->offset : 0,
                   take_stored);
}

/* lseek's arithmetic. */
static int64_t seek_stored(void *ctx, int64_t offset, int whence)
{
    nyz_member_reader *const r = ctx;
    const int64_t from = whence == SEEK_SET   ? 0
                         : whence == SEEK_CUR ? r->offset
                         : whence == SEEK_END ? r->size
                                              : -1;
    int64_t place = 0;
    if (from < 0 || nyz_add(from, offset, &place) || place < 0) {
        return -EINVAL;
    }
    r->offset = place;
    return place;
}

static int64_t size_of_member(void *ctx)
{
    return ((const nyz_member_reader *)ctx)->size;
}

static nyz_status open_reader(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_member_reader **out, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_alloc(&config->allocator, (int64_t)sizeof **out, &memory, err));
    nyz_member_reader *const r = memory;
    const nyz_status status = nyz_zip_member_open_with(
        &npz->stream, &npz->dir, index, &config->allocator, &r->member, err);
    if (status != NYZ_OK) {
        nyz_release(&config->allocator, r, (int64_t)sizeof *r);
        return status;
    }
    r->allocator = config->allocator;
    r->npz = npz;
    r->index = index;
    r->size = r->member.entry->size;
    r->source = nyz_zip_member_source(&r->member);
    r->first = r->member.position;
    r->offset = r->summed = 0;
    r->finished = 0;
    memset(&r->failure, 0, sizeof r->failure);
    *out = r;
    return NYZ_OK;
}

static void offer(nyz_member_reader *r, nyz_stream *stream)
{
    const int stored = r->member.entry->method == NYZ_STORED;
    stream->read = stored ? read_stored : read_deflated;
    stream->seek = stored ? seek_stored : NULL;
    stream->size = size_of_member;
    stream->ctx = r;
}

nyz_status nyz_npz_open_member_at(const nyz_npz *npz, int64_t index,
                                  const nyz_options *opt, nyz_member_reader **out,
                                  nyz_stream *stream, nyz_error *err)
{
    nyz_config config;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    const nyz_status status = open_reader(npz, index, &config, out, err);
    if (status != NYZ_OK) {
        return nyz_npz_name_member(npz, index, status, err);
    }
    offer(*out, stream);
    return NYZ_OK;
}

/* Why a read failed, if one did, or else whether the file is what it was. */
static nyz_status result_of(const nyz_member_reader *r, nyz_error *err)
{
    if (r->failure.status == NYZ_OK) {
        return r->npz->file != NULL ? nyz_input_file_unchanged(r->npz->file, err)
                                    : NYZ_OK;
    }
    if (err != NULL) {
        *err = r->failure;
    }
    return r->failure.status;
}

nyz_status nyz_member_reader_close(nyz_member_reader **reader, nyz_error *err)
{
    nyz_member_reader *const r = *reader;
    if (r == NULL) {
        return NYZ_OK;
    }
    nyz_status status = result_of(r, err);
    status = nyz_npz_name_member(r->npz, r->index, status, err);
    const nyz_allocator allocator = r->allocator;
    nyz_zip_member_close(&r->member);
    nyz_release(&allocator, r, (int64_t)sizeof *r);
    *reader = NULL;
    return status;
}
