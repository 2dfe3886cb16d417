/* SPDX-License-Identifier: MIT */
/* The public calls for a member that is read piece by piece. */
#include <string.h>

#include "nyz_npz_stream.h"

#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "io/input_file.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

struct nyz_member_reader {
    nyz_allocator allocator;
    const nyz_npz *npz;
    int64_t index;
    nyz_source source; /* of the member */
    nyz_error failure; /* of the first read that failed; status NYZ_OK: none */
    int finished;      /* all was read, and the CRC compared */
    nyz_zip_member member;
};

/* What was read, and at the end the CRC of all, of an empty member too. */
static nyz_status take(nyz_member_reader *r, void *buffer, int64_t size, nyz_error *err)
{
    const nyz_status status = nyz_source_read(&r->source, buffer, size, "member", err);
    if (status != NYZ_OK) {
        return nyz_zip_member_error(&r->member, status, err);
    }
    r->finished = r->source.left == 0;
    return r->finished ? nyz_zip_member_finish(&r->member, err) : NYZ_OK;
}

static int64_t read_member(void *ctx, void *buffer, size_t size)
{
    nyz_member_reader *const r = ctx;
    const int64_t n = (uint64_t)r->source.left < size ? r->source.left : (int64_t)size;
    if (r->failure.status != NYZ_OK) {
        return nyz_error_result(&r->failure);
    }
    if (size == 0 || r->finished || take(r, buffer, n, &r->failure) == NYZ_OK) {
        return n;
    }
    return nyz_error_result(&r->failure);
}

static int64_t size_of_member(void *ctx)
{
    const nyz_member_reader *const r = ctx;
    return r->npz->dir.entries[r->index].size;
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
    r->source = nyz_zip_member_source(&r->member);
    r->finished = 0;
    memset(&r->failure, 0, sizeof r->failure);
    *out = r;
    return NYZ_OK;
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
    stream->read = read_member;
    stream->size = size_of_member;
    stream->ctx = *out;
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
