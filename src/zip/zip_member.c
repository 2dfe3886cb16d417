/* SPDX-License-Identifier: MIT */
/* A member's bytes as a stream: read or inflated, counted, and CRC'd while they are hot.
 * docs/format.md 4.3.  The check of the local header is in zip_local.c. */
#include "zip/zip_member.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "codec/codec.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

static int64_t input_size(const nyz_zip_entry *entry)
{
    return nyz_min(entry->compressed_size, (int64_t)NYZ_IO_BLOCK);
}

/* ------------------------------------------------------------------------- opening it */

static nyz_status prepare_inflate(nyz_zip_member *member, nyz_error *err)
{
    void *memory;
    NYZ_TRY(nyz_alloc(&member->allocator, input_size(member->entry), &memory, err));
    member->input = memory;
    return nyz_inflate_new(&member->allocator, &member->inflater, err);
}

/* The local header, and of a small member all that follows, are read in one call. */
static void look_at_beginning(const nyz_stream *archive, const nyz_zip_entry *entry,
                              nyz_zip_member *member)
{
    member->archive = archive->read_at == NULL
                          ? *archive
                          : nyz_read_ahead_open(&member->window, archive, entry->offset,
                                                entry->end - entry->offset);
}

nyz_status nyz_zip_locate(const nyz_stream *archive, const nyz_zip_directory *dir,
                          int64_t index, int64_t *offset, nyz_error *err)
{
    return nyz_zip_local_read(archive, dir, &dir->entries[index], offset, err);
}

nyz_status nyz_zip_member_open(const nyz_stream *archive, const nyz_zip_directory *dir,
                               int64_t index, nyz_zip_member *member, nyz_error *err)
{
    return nyz_zip_member_open_with(archive, dir, index, &dir->allocator, member, err);
}

nyz_status nyz_zip_member_open_with(const nyz_stream *archive,
                                    const nyz_zip_directory *dir, int64_t index,
                                    const nyz_allocator *allocator,
                                    nyz_zip_member *member, nyz_error *err)
{
    memset(member, 0, offsetof(nyz_zip_member, window));
    if (index < 0 || index >= dir->count) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "no member %lld: the archive has %lld", (long long)index,
                        (long long)dir->count);
    }
    const nyz_zip_entry *const entry = &dir->entries[index];
    int64_t data;
    look_at_beginning(archive, entry, member);
    NYZ_TRY(nyz_zip_local_read(&member->archive, dir, entry, &data, err));
    member->entry = entry;
    member->allocator = *allocator;
    member->position = data;
    member->compressed_left = entry->compressed_size;
    member->left = entry->size;
    const nyz_status status =
        entry->method == NYZ_DEFLATED ? prepare_inflate(member, err) : NYZ_OK;
    if (status != NYZ_OK) {
        nyz_zip_member_close(member);
    }
    return status;
}

void nyz_zip_member_close(nyz_zip_member *member)
{
    if (member->entry != NULL) {
        nyz_inflate_free(&member->inflater);
        nyz_release(&member->allocator, member->input, input_size(member->entry));
    }
    memset(member, 0, offsetof(nyz_zip_member, window));
}

/* ------------------------------------------------------------------------- reading it */

static nyz_status take_stored(nyz_zip_member *member, void *buffer, int64_t size,
                              nyz_error *err)
{
    NYZ_TRY(nyz_stream_read_at(&member->archive, member->position, buffer, size, "member",
                               err));
    member->position += size;
    member->compressed_left -= size;
    return NYZ_OK;
}

static nyz_status refill(nyz_zip_member *member, nyz_error *err)
{
    const int64_t size = nyz_min(member->compressed_left, (int64_t)NYZ_IO_BLOCK);
    if (member->available == 0 && size > 0) {
        NYZ_TRY(take_stored(member, member->input, size, err));
        member->next = member->input;
        member->available = (size_t)size;
    }
    return NYZ_OK;
}

/* Inflates to out until it is full, or the deflate stream ends, or its input does.
 * *out_size becomes what is still free.  nyz_inflate leaves input only where one of the
 * first two stopped it. */
static nyz_status inflate_to(nyz_zip_member *member, unsigned char *out, size_t *out_size,
                             nyz_error *err)
{
    do {
        NYZ_TRY(refill(member, err));
        const nyz_status status =
            nyz_inflate(member->inflater, &member->next, &member->available, &out,
                        out_size, &member->done, err);
        if (status != NYZ_OK) {
            if (err != NULL) {
                err->offset = member->position - (int64_t)member->available;
            }
            return status;
        }
    } while (!member->done && *out_size > 0 && member->compressed_left > 0);
    return NYZ_OK;
}

static nyz_status fail_short(const nyz_zip_member *member, int64_t missing,
                             nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, member->position - (int64_t)member->available,
                    "%s after %lld bytes, the directory says %lld",
                    member->done ? "the deflate stream ends" : "the deflated bytes end",
                    (long long)(member->entry->size - missing),
                    (long long)member->entry->size);
}

static int64_t inflate_piece(nyz_zip_member *member, void *buffer, int64_t size)
{
    nyz_error *const err = &member->failure;
    size_t missing = (size_t)size;
    if (inflate_to(member, buffer, &missing, err) == NYZ_OK && missing > 0) {
        (void)fail_short(member, member->left - size + (int64_t)missing, err);
    }
    return size - (int64_t)missing;
}

/* Returns how many bytes there are before a failure, which is kept. */
static int64_t read_piece(nyz_zip_member *member, void *buffer, int64_t size)
{
    int64_t got = 0;
    if (member->inflater != NULL) {
        got = inflate_piece(member, buffer, size);
    } else if (take_stored(member, buffer, size, &member->failure) == NYZ_OK) {
        got = size;
    }
    member->crc32 = nyz_crc32(member->crc32, buffer, (size_t)got);
    member->left -= got;
    return got;
}

static int64_t member_read(void *ctx, void *buffer, size_t size)
{
    nyz_zip_member *const member = ctx;
    const int64_t piece =
        nyz_min(member->left, (int64_t)(size < NYZ_IO_BLOCK ? size : NYZ_IO_BLOCK));
    const int64_t got = piece > 0 && member->failure.status == NYZ_OK
                            ? read_piece(member, buffer, piece)
                            : 0;
    if (got == 0 && member->failure.status != NYZ_OK) {
        member->failed = 1;
        return member->failure.sys > 0 ? -(int64_t)member->failure.sys : -1;
    }
    return got;
}

nyz_source nyz_zip_member_source(nyz_zip_member *member)
{
    const nyz_source source = {
        .stream = {.read = member_read, .ctx = member},
        .offset = 0,
        .start = -1,
        .left = member->left,
    };
    return source;
}

static nyz_status report_failure(const nyz_zip_member *member, nyz_error *err)
{
    if (err != NULL) {
        *err = member->failure;
    }
    return member->failure.status;
}

nyz_status nyz_zip_member_error(const nyz_zip_member *member, nyz_status status,
                                nyz_error *err)
{
    return status == NYZ_OK || !member->failed ? status : report_failure(member, err);
}

/* ----------------------------------------------------------------------- finishing it */

/* The deflate stream has given all bytes of the member: it must end now, and the stored
 * bytes with it. */
static nyz_status finish_inflate(nyz_zip_member *member, nyz_error *err)
{
    unsigned char excess;
    size_t room = 1;
    if (!member->done) {
        NYZ_TRY(inflate_to(member, &excess, &room, err));
    }
    if (room == 0) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, member->position - (int64_t)member->available,
            "the deflate stream goes on after %lld bytes, where the directory says "
            "the member ends",
            (long long)member->entry->size);
    }
    if (!member->done) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, member->position,
                        "the deflate stream is cut: no end mark in its %lld bytes",
                        (long long)member->entry->compressed_size);
    }
    const int64_t behind = member->compressed_left + (int64_t)member->available;
    if (behind > 0) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, member->position - (int64_t)member->available,
            "%lld bytes after the end of the deflate stream", (long long)behind);
    }
    return NYZ_OK;
}

void nyz_zip_member_sum(nyz_zip_member *member, const void *bytes, int64_t size)
{
    member->crc32 = nyz_crc32(member->crc32, bytes, (size_t)size);
}

nyz_status nyz_zip_member_check_crc(const nyz_zip_entry *entry, uint32_t crc32,
                                    nyz_error *err)
{
    if (crc32 != entry->crc32) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "the CRC-32 of its bytes is %08lx, the directory says %08lx",
                        (unsigned long)crc32, (unsigned long)entry->crc32);
    }
    return NYZ_OK;
}

nyz_status nyz_zip_member_verify(const nyz_zip_entry *entry, const unsigned char *bytes,
                                 nyz_error *err)
{
    return nyz_zip_member_check_crc(entry, nyz_crc32(0, bytes, (size_t)entry->size), err);
}

nyz_status nyz_zip_member_finish(nyz_zip_member *member, nyz_error *err)
{
    if (member->failure.status != NYZ_OK) {
        return report_failure(member, err);
    }
    if (member->left > 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, member->entry->size - member->left,
                        "%lld of the member's %lld bytes have not been read",
                        (long long)member->left, (long long)member->entry->size);
    }
    if (member->inflater != NULL) {
        NYZ_TRY(finish_inflate(member, err));
    }
    return nyz_zip_member_check_crc(member->entry, member->crc32, err);
}
